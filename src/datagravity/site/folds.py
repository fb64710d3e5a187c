"""Code folded away on the pages: a line for each cell, behind which a reader finds what the cell says.

What a cell is follows from its code. One that only imports is a line; one that only asserts is a line that says what
was checked; of any other the outputs stay, and the code is folded below them. Folds are `<details>`, so that they open
without scripts; `page.js` opens all of them at once.

The words of a check are, in this order: `:check: words` among the options of the cell; its first comment; the roads of
the theorem that it follows (`theorems`); none, when the sentence before the cell says what it does.
"""

import ast
import re
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from IPython.core.inputtransformer2 import TransformerManager
from sphinx.transforms.post_transforms import SphinxPostTransform

from datagravity.site import executed, theorems

#: The option of a cell that says what it checks.
OPTION = "check"
#: The page that says how many checks there are.
COUNTED_ON = Path(theorems.PAGE).stem


class Kind(NamedTuple):
    """What a cell is for."""

    only_imports: bool
    #: How many assertions it makes.
    assertions: int


def kind(code):
    """What a cell of this code is for.

    Examples
    --------
    >>> kind("import numpy as np")
    Kind(only_imports=True, assertions=0)
    >>> kind("x = 1\\nassert x > 0\\nassert x < 2")
    Kind(only_imports=False, assertions=2)
    """
    tree = ast.parse(TransformerManager().transform_cell(code))
    only_imports = bool(tree.body) and all(isinstance(part, (ast.Import, ast.ImportFrom)) for part in tree.body)
    return Kind(only_imports, sum(map(_asserts, ast.walk(tree))))


def _asserts(node):
    """Whether a node of code is an assertion, or a finding."""
    return isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "finding")


def first_comment(code):
    """The comment that a cell begins with, without its sign; empty if it begins with code.

    Examples
    --------
    >>> first_comment("# The sum of all shares.\\nassert sum(shares) == 1")
    'The sum of all shares.'
    """
    found = re.match(r"\s*((?:#[^\n]*(?:\n|$))+)", code)
    return " ".join(line.strip("# \t") for line in found[1].splitlines()).strip() if found else ""


class Count(NamedTuple):
    """How much a book checks."""

    assertions: int
    cells: int
    chapters: int


def count(texts):
    """How many assertions chapters make, in how many cells, of how many chapters.

    Parameters
    ----------
    texts : sources of the chapters
    """
    found = []
    for text in texts:
        cells = [cell.source for cell in executed.source(text).cells if cell.cell_type == "code"]
        found.append([number for cell in cells if (number := kind(cell).assertions)])
    return Count(sum(map(sum, found)), sum(map(len, found)), sum(map(bool, found)))


def _many(number, word):
    return f"{number:,} {word}{'' if number == 1 else 's'}"


class Fold(nodes.General, nodes.Element):
    """Something behind a line: the first child is the line, the others what lies behind it."""


class FoldLine(nodes.General, nodes.TextElement):
    """The line of a fold."""


def _visit_fold(translator, node):
    translator.body.append(translator.starttag(node, "details"))


def _depart_fold(translator, node):
    translator.body.append("</details>\n")


def _visit_line(translator, node):
    translator.body.append("<summary>")


def _depart_line(translator, node):
    translator.body.append("</summary>\n")


class FoldCells(SphinxPostTransform):
    """Fold the code of every cell of a page, and on one page say how many checks there are."""

    #: After the outputs are chosen, before outputs are hidden and references resolved.
    default_priority = 5
    formats = ("html",)

    def run(self, **options):
        """Change the page."""
        path = Path(self.env.srcdir) / f"{self.env.docname}.md"
        cells = [node for node in self.document.findall(nodes.container) if node.get("nb_element") == "cell_code"]
        if cells:
            stated = {theorem.label: theorem for theorem in theorems.theorems(path)}
            said = set()
            for group in _groups(cells):
                _fold_code(group, _theorem_before(group[0], stated), said)
            self._add_switch()
        for proof in list(self.document.findall(nodes.admonition)):
            if "proof" in proof["classes"]:
                _without_second_title(proof)
        if self.env.docname == COUNTED_ON:
            self._say_count()

    def _add_switch(self):
        """A button for all folds of the page, which only scripts show."""
        title = next(self.document.findall(nodes.title), None)
        if title is not None:
            button = '<button type="button" class="dg-code-switch" hidden>Show code</button>'
            title.parent.insert(title.parent.index(title) + 1, nodes.raw("", button, format="html"))

    def _say_count(self):
        folder = Path(self.env.srcdir)
        files = [folder / f"{name}.md" for name in sorted(self.env.found_docs)]
        found = count(path.read_text(encoding="utf-8") for path in files if path.exists())
        text = (
            f"The cells of the book make {_many(found.assertions, 'assertion')}, in {_many(found.cells, 'cell')} of "
            f"{_many(found.chapters, 'chapter')}. This page counts them whenever it is built."
        )
        first = next(self.document.findall(nodes.paragraph))
        first.parent.insert(first.parent.index(first) + 1, nodes.paragraph("", text, classes=["dg-checks"]))


def _without_second_title(proof):
    """Leave out the word with which a proof begins, if the line of the fold around it says that word alone."""
    word = next(iter(proof.findall(nodes.Text)), None)
    fold = proof.parent
    while fold is not None and fold.get("design_component") != "dropdown":
        fold = fold.parent
    if fold is not None and word is not None and word.startswith(title := f"{fold.children[0].astext()}. "):
        word.parent.replace(word, nodes.Text(word.removeprefix(title)))


class _Cell:
    """A cell of a page, and what its code is."""

    def __init__(self, node):
        self.node = node
        self.source = next((part for part in node.children if part.get("nb_element") == "cell_code_source"), None)
        self.output = next((part for part in node.children if part.get("nb_element") == "cell_code_output"), None)
        code = self.source.astext() if self.source is not None else ""
        self.kind = kind(code)
        self.words = node.get("cell_metadata", {}).get(OPTION, "") or first_comment(code)
        self.is_check = bool(self.kind.assertions) and self.output is None

    def follows(self, other):
        """Whether nothing stands between another cell and this one."""
        siblings = self.node.parent.children
        place = self.node.parent.index(self.node)
        return place > 0 and siblings[place - 1] is other.node


def _groups(found):
    """The cells of a page; checks in a row without words of their own are one (a list of lists)."""
    groups = []
    for cell in map(_Cell, found):
        if cell.source is None:
            continue
        last = groups[-1][-1] if groups else None
        if last and last.is_check and cell.is_check and not cell.words and cell.follows(last):
            groups[-1].append(cell)
        else:
            groups.append([cell])
    return groups


def _theorem_before(cell, stated):
    """The theorem that a cell follows in its section; None if it follows none."""
    siblings = cell.node.parent.children
    for node in reversed(siblings[: cell.node.parent.index(cell.node)]):
        if isinstance(node, nodes.Element) and node.get("label") in stated:
            return stated[node["label"]]
    return None


def _fold_code(group, theorem, said):
    """Fold the code of a group of cells.

    Parameters
    ----------
    group : list of _Cell
    theorem : which they follow, or None
    said : labels of theorems whose roads a line has named already
    """
    first = group[0]
    line = FoldLine("", "", *_line(group, theorem, said))
    fold = Fold("", line, classes=["dg-code", "dg-check"] if first.is_check else ["dg-code"])
    first.node.replace(first.source, fold)
    fold += [cell.source for cell in group]
    for cell in group[1:]:
        cell.node.parent.remove(cell.node)
    if first.output is None:
        return
    if first.node.attributes.pop("hide_mode", None):
        first.node.remove(first.output)
        first.node += Fold("", FoldLine("", "What it gives"), first.output, classes=["dg-output"])
    else:
        # A sentence leads to what the cell gives, not to its code.
        first.node.remove(fold)
        first.node += fold


def _line(group, theorem, said):
    """What stands on the line of a fold (a list of nodes)."""
    first = group[0]
    number = sum(cell.kind.assertions for cell in group)
    if not first.is_check:
        return [nodes.Text("Imports" if first.kind.only_imports else "Code and its checks" if number else "Code")]
    words, amount = first.words, _many(number, "assertion")
    if not words and theorem is not None and theorem.label not in said:
        said.add(theorem.label)
        words = f"{theorem.name}. {theorem.roads}"
        amount = _many(len(re.split(r"(?<=[.?]) +(?=[A-Z$])", theorem.roads)), "road")
    mark = nodes.raw("", '<span class="dg-mark" aria-hidden="true">\N{CHECK MARK}</span> ', format="html")
    return [mark, nodes.Text("checked: " if words else "checked"), *_inline(words), nodes.Text(f" ({amount})")]


def _inline(text):
    """A text with formulas between dollar signs, as nodes."""
    parts = re.split(r"\$([^$]+)\$", text)
    return [nodes.math(part, part) if place % 2 else nodes.Text(part) for place, part in enumerate(parts) if part]


def setup(app):
    """Register with Sphinx."""
    app.add_node(Fold, html=(_visit_fold, _depart_fold))
    app.add_node(FoldLine, html=(_visit_line, _depart_line))
    app.add_post_transform(FoldCells)
