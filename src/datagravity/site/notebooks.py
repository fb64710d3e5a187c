"""Each chapter is two files that say the same: `NAME.md`, the source, and `NAME.ipynb`, for notebook users.

`write_notebook` makes the second from the first; `take_back` carries one notebook's edits into its source.
"""

import difflib
import hashlib

import jupytext
from jupytext.combine import map_outputs_to_inputs
from jupytext.compare import NotebookDifference, compare_notebooks

FORMAT = "md:myst"


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


def write_notebook(chapter):
    """Write a chapter's notebook from its source, without outputs; cells that stay keep their ids.

    Returns True if the file changed.
    """
    path = notebook_of(chapter)
    notebook = jupytext.read(chapter)
    notebook.metadata.get("jupytext", {}).pop("text_representation", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    old_cells = jupytext.read(path).cells if path.exists() else []
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
    changed = not path.exists() or path.read_text(encoding="utf-8") != text
    if changed:
        path.write_text(text, encoding="utf-8")
    return changed


def proposed_source(notebook):
    """The source text that a notebook's edits would give, with the source's own header kept (two texts: old, new)."""
    chapter = notebook.with_suffix(".md")
    old = chapter.read_text(encoding="utf-8")
    new = jupytext.writes(jupytext.read(notebook), fmt=FORMAT)
    end = "\n---\n"
    return old, old.partition(end)[0] + end + new.partition(end)[2]


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
    chapter.write_text(proposed_source(notebook)[1], encoding="utf-8")
    write_notebook(chapter)
