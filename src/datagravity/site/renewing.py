"""Files that the book writes from other files of its own, and that git holds."""

from datagravity import kept


def renew(path, text):
    """Write a text to a file unless the file says the same already; returns whether it was written.

    Parameters
    ----------
    path : pathlib.Path
    text : what the file is to say

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "page.md"
    ...     renew(path, "words"), renew(path, "words"), renew(path, "other words")
    (True, False, True)
    """
    changed = not path.exists() or path.read_text(encoding="utf-8") != text
    if changed:
        kept.write(path, text.encode())
    return changed
