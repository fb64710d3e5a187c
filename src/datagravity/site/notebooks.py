"""Each chapter is two files that say the same: `NAME.md`, the source, and `NAME.ipynb`, for notebook users.

`write_notebook` makes the second from the first; `take_back` carries one notebook's edits into its source. What both
said then is kept in `_build/synced`, so that a later edit of either is seen; where nothing is kept, git says it.
"""

import difflib
import hashlib
import os
import subprocess

import jupytext
from jupytext.combine import map_outputs_to_inputs
from jupytext.compare import NotebookDifference, compare_notebooks

from datagravity import kept
from datagravity.site.renewing import renew

FORMAT = "md:myst"
#: Where it is kept what a pair said when it was written last, beside the chapters.
SYNCED = "_build/synced"
_END_OF_HEADER = "\n---\n"


def notebook_of(chapter):
    """The notebook beside a chapter's source (a path)."""
    return chapter.with_suffix(".ipynb")


def difference(chapter):
    """How a chapter's notebook differs from its source: a text, empty when the two say the same."""
    notebook = notebook_of(chapter)
    if not notebook.exists():
        return f"{notebook.name} is missing"
    try:
        compare_notebooks(jupytext.read(notebook), jupytext.read(chapter), fmt=FORMAT)
    except NotebookDifference as error:
        return str(error)
    return ""


def edited(chapter):
    """Which files of a pair that differ say what neither said when they were last alike (a set of ".md" and ".ipynb").

    Parameters
    ----------
    chapter : path of the source

    Raises
    ------
    ValueError
        If the notebook cannot be read, as in the middle of a merge.
    """
    notebook = notebook_of(chapter)
    if not notebook.exists():
        return set()
    source, says = chapter.read_text(encoding="utf-8"), text_of(notebook)
    if _body(source) == _body(says) or not difference(chapter):
        return set()
    before = {_body(text) for text in (_kept(chapter), _committed(chapter), _committed(notebook)) if text is not None}
    return {suffix for suffix, text in ((".md", source), (".ipynb", says)) if _body(text) not in before}


def text_of(notebook):
    """What a notebook says, as the text of a source.

    Raises
    ------
    ValueError
        If the file is no notebook.
    """
    return jupytext.writes(_read(notebook), fmt=FORMAT)


def _read(notebook):
    try:
        return jupytext.read(notebook)
    except Exception as error:  # jupytext has no errors of its own for a file that is no notebook
        raise ValueError(_no_notebook(notebook, error)) from None


def _no_notebook(notebook, error):
    if "<<<<<<<" not in notebook.read_text(encoding="utf-8", errors="replace"):
        return f"{notebook}: {error}, expected a notebook; delete it, and `make sync` writes it from the .md"
    return (
        f"{notebook} has both sides of a merge in it, expected a notebook. Merge {notebook.with_suffix('.md').name}, "
        f"delete {notebook.name}, and `make sync` writes it anew."
    )


def _body(source):
    return source.partition(_END_OF_HEADER)[2].rstrip()


def _kept(chapter):
    """The source as it was when the pair was written last; None if that is not known."""
    path = chapter.parent / SYNCED / chapter.name
    return path.read_text(encoding="utf-8") if path.exists() else None


def _committed(path):
    """What a file of a pair says in the last commit, as the text of a source; None if it is in none."""
    command = ["git", "-C", str(path.parent), "show", f"HEAD:./{path.name}"]
    try:
        text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        return text if path.suffix == ".md" else jupytext.writes(jupytext.reads(text, fmt="ipynb"), fmt=FORMAT)
    except (OSError, subprocess.CalledProcessError):
        return None


def write_notebook(chapter):
    """Write a chapter's notebook from its source, without outputs; cells that stay keep their ids.

    Returns True if the file changed.
    """
    path = notebook_of(chapter)
    notebook = jupytext.read(chapter)
    notebook.metadata.get("jupytext", {}).pop("text_representation", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    try:
        old_cells = _read(path).cells if path.exists() else []
    except ValueError:  # who comes here wants it written anew
        old_cells = []
    matches = map_outputs_to_inputs(notebook.cells, old_cells)
    taken = {old_cells[match].id for match in matches if match is not None}
    for cell, match in zip(notebook.cells, matches, strict=True):
        if match is not None:
            cell.id = old_cells[match].id
            continue
        # A new id follows from the cell's text, so that two people who run this get the same file.
        for attempt in range(len(notebook.cells) + 1):
            cell.id = hashlib.sha256(f"{chapter.name} {cell.source} {attempt or ''}".encode()).hexdigest()[:8]
            if cell.id not in taken:
                break
        taken.add(cell.id)
    text = jupytext.writes(notebook, fmt="ipynb").rstrip("\n") + "\n"
    changed = renew(path, text)
    if changed:
        # JupyterLab takes a notebook that is younger than its source for one with edits.
        os.utime(chapter)
    kept.write(chapter.parent / SYNCED / chapter.name, chapter.read_bytes())
    return changed


def proposed_source(notebook):
    """The source text that a notebook's edits would give, with the source's own header kept (two texts: old, new)."""
    chapter = notebook.with_suffix(".md")
    old = chapter.read_text(encoding="utf-8")
    new = text_of(notebook)
    return old, old.partition(_END_OF_HEADER)[0] + _END_OF_HEADER + new.partition(_END_OF_HEADER)[2]


def difference_lines(notebook):
    """The change that `take_back` would make to the source, as a unified diff (a list of lines)."""
    old, new = proposed_source(notebook)
    name = notebook.with_suffix(".md").name
    return list(
        difflib.unified_diff(old.splitlines(), new.splitlines(), f"{name} (now)", f"{name} (edited)", lineterm="")
    )


def take_back(notebook):
    """Write a notebook's edits into its source, then the notebook again from there."""
    chapter = notebook.with_suffix(".md")
    kept.write(chapter, proposed_source(notebook)[1].encode())
    write_notebook(chapter)
