"""The executed chapters: one notebook with outputs each, in `book/_build/executed`, and what a page takes from it.

Its metadata say what it rests on, and the digest of all else in the file, so that an entry in which a single digit
changed is none.
"""

import re
from functools import lru_cache
from pathlib import Path

import nbformat
from myst_nb.core.read import read_myst_markdown_notebook

from datagravity import kept as keeping
from datagravity.chapter import HEADLINES
from datagravity.modules import digest
from datagravity.site import figures
from datagravity.site.book import FIGURES
from datagravity.site.dependencies import code
from datagravity.site.renderer import VEGALITE_MIME

#: Under this name the build keeps its own words in a notebook's metadata.
KEY = "datagravity"
#: What prose says in place of a number that cannot be computed.
MISSING = "*(not by these tables)*"
_GLUED = re.compile(r"\{glue:text\}`([\w-]+)(?::[^`]*)?`")
_MARKS, _ESCAPED = re.compile(r"[\\`*_{}\[\]<>$|#]"), r"\\\g<0>"
KEPT = {"rests_on", "tables", "headlines", "seconds"}
#: The name of the digest there.
SEAL = "whole"
_SEALED, _LETTERS = f'"{SEAL}": "', 16


def write(path, notebook):
    """Keep an executed notebook."""
    notebook.metadata[KEY][SEAL] = ""
    # Metadata stand behind cells.
    head, mark, rest = nbformat.writes(notebook).rpartition(_SEALED)
    if path.is_dir():
        keeping.remove(path)
    keeping.write(path, f"{head}{mark}{digest(head, rest)}{rest}".encode())


def read(path):
    """An executed notebook; None if there is none that is whole."""
    try:
        head, _, rest = path.read_text(encoding="utf-8").rpartition(_SEALED)
    except (OSError, ValueError):
        return None
    said, rest = rest[:_LETTERS], rest[_LETTERS:]
    if said != digest(head, rest):
        return None
    notebook = nbformat.reads(f"{head}{_SEALED}{rest}", as_version=4)
    return notebook if notebook.metadata[KEY].keys() >= KEPT else None


def headlines(notebook):
    """The headlines that an executed chapter left for the build (a list of name, value, unit, label, inputs)."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [headline for output in outputs for headline in output.get("data", {}).get(HEADLINES, [])]


def source(text):
    """A chapter's source as a notebook without outputs."""
    return read_myst_markdown_notebook(text, add_source_map=True)


def has_code(notebook):
    """Whether there is something to execute in a notebook."""
    return any(cell.cell_type == "code" for cell in notebook.cells)


def with_outputs(text, folder, name="*"):
    """A chapter's source as a notebook, with the outputs of the executed notebook whose cells are the same.

    Parameters
    ----------
    text : the source
    folder : of the executed notebooks
    name : of the chapter; any whose cells are the same if it is not known

    Raises
    ------
    LookupError
        If there is code, but no executed notebook of it.
    """
    notebook = source(text)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not cells:
        return notebook
    files = tuple((path, path.stat().st_mtime_ns) for path in sorted(Path(folder).glob(f"{name}.ipynb")))
    path = _by_code(files).get(code(notebook))
    if path is None:
        raise LookupError("this code was not executed: build the book with `make book`")
    executed = read(path)
    notebook.metadata["language_info"] = executed.metadata["language_info"]
    if said := executed.metadata[KEY].get("findings"):
        _say(notebook, said, _glued(executed))
    for cell, done in zip(cells, (cell for cell in executed.cells if cell.cell_type == "code"), strict=True):
        cell.outputs, cell.execution_count = done.outputs, done.execution_count
    return notebook


def _glued(notebook):
    """The names of what an executed notebook stored for its prose (a set)."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return {output.get("metadata", {}).get("scrapbook", {}).get("name") for output in outputs}


def _say(notebook, said, known):
    """Name in a box under the title what does not hold, and say in place of each number that is missing that it is."""
    lines = "\n".join(f"- {_MARKS.sub(_ESCAPED, ' '.join(one.split()))}" for one in said)
    box = f":::{{warning}}\nThis page was built although not all of it holds by the tables as they are:\n\n{lines}\n:::"
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell in prose:
        cell.source = _GLUED.sub(lambda glued: glued[0] if glued[1] in known else MISSING, cell.source)
    prose[0].source = re.sub(r"^(# .+)$", lambda title: f"{title[0]}\n\n{box}", prose[0].source, count=1, flags=re.M)


@lru_cache(maxsize=1)
def _by_code(files):
    """Paths of executed notebooks by the digest of their cells; `files` are all paths with their times."""
    entries = {path: read(path) for path, _ in files}
    return {entry.metadata[KEY]["rests_on"]["its cells"]: path for path, entry in entries.items() if entry}


def for_page(text, folder, drawn=None):
    """As `with_outputs`, without what a page does not show: how Sphinx reads a chapter.

    Parameters
    ----------
    text, folder : as of `with_outputs`
    drawn : the folder of drawn charts; the one beside `folder` if None
    """
    notebook = with_outputs(text, folder)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.pop(HEADLINES, None)
            if specification := data.pop(VEGALITE_MIME, None):
                data.pop("image/png", None)
                source = output.metadata[VEGALITE_MIME]["source"]
                data["text/html"] = figures.place(specification, source, drawn or Path(folder).parent / FIGURES)
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("data", True)]
    return notebook
