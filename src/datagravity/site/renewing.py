"""Files that the book writes from other files of its own, and that git holds, and the tables in them."""

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


def list_table(header, rows, widths):
    """A table of a page as MyST text.

    Parameters
    ----------
    header : texts of the head of each column
    rows : for each row the texts of its cells
    widths : of the columns in percent, a text

    Examples
    --------
    >>> print(list_table(("Name", "Years"), [("A", "3")], "60 40"))
    ```{list-table}
    :header-rows: 1
    :widths: 60 40
    <BLANKLINE>
    * - Name
      - Years
    * - A
      - 3
    ```
    """
    lines = ["```{list-table}", ":header-rows: 1", f":widths: {widths}", ""]
    lines += ["* - " + "\n  - ".join(row) for row in [header, *rows]]
    return "\n".join([*lines, "```"])
