"""The package as the site serves it, so that a notebook of a page runs where nothing of the book is.

The same sources give the same bytes: the files of a wheel have one date, in one order.
"""

import hashlib
from pathlib import Path

from datagravity import __version__, paths

#: Its place on the site.
FOLDER = "wheel"


def name(root):
    """The name of the wheel of the book in the folder `root`; empty if it has no package to build."""
    return f"datagravity-{__version__}-py3-none-any.whl" if (Path(root) / "pyproject.toml").is_file() else ""


def digest():
    """Sixteen characters that tell this build of the package from another one: of its code, tables and bibliography.

    The same of a checkout and of the wheel made from it, whatever the ends of their lines.
    """
    named = {file.relative_to(paths.PACKAGE).as_posix(): file for file in paths.PACKAGE.rglob("*.py")}
    tables = [file for file in paths.DATA.iterdir() if file.suffix in (".csv", ".json")]
    named |= {f"data/{file.name}": file for file in (*tables, paths.REFERENCES)}
    found = hashlib.sha256()
    for name, file in sorted(named.items()):
        found.update(f"{name}\n".encode() + file.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()[:16]


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
