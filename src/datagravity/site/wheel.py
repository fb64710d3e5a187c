"""The package as the site serves it, so that a notebook of a page runs where nothing of the book is.

The same sources give the same bytes: the files of a wheel have one date, in one order.
"""

from pathlib import Path

from datagravity import __version__

#: Its place on the site.
FOLDER = "wheel"


def name(root):
    """The name of the wheel of the book in the folder `root`; empty if it has no package to build."""
    return f"datagravity-{__version__}-py3-none-any.whl" if (Path(root) / "pyproject.toml").is_file() else ""


def write(root, html):
    """Build the wheel of the book in `root` into its finished site, the folder `html`; its path, None if there is none.

    Raises
    ------
    ValueError
        If the wheel has another name than the notebooks say.
    """
    if not (expected := name(root)):
        return None
    # Not at the top: only a build needs it.
    from hatchling.builders.wheel import WheelBuilder

    [path] = map(Path, WheelBuilder(str(root)).build(directory=str(html / FOLDER), versions=["standard"]))
    if path.name != expected:
        raise ValueError(f"{path.name}, expected {expected}, as the notebooks of the pages say")
    return path
