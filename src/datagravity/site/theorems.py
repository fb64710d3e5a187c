"""The page of theorems, from the theorems of the chapters.

A theorem says in its source what it needs and how it is held, in two comments before its statement::

    ````{prf:theorem} Hull
    :label: hull

    % needs: Energy that grows with the distance to each data set.
    % roads: The nearest point of the hull is nearer to every data set. The lowest energy on the map's grid.

    [extension]{.label-extension} For every exponent ...
    ````
"""

import re
from typing import NamedTuple

from datagravity.headlines import LABELS
from datagravity.site.renewing import list_table, renew

#: The page; what stands before its first section is written by hand.
PAGE = "theorems.md"
_BLOCK = re.compile(r"^(`{3,})\{prf:theorem\} *([^\n]*)\n(.*?)^\1 *$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"^% (\w+):((?: [^\n]*\n)(?:^%  +[^\n]*\n)*)", re.MULTILINE)
_HEADER = ("Theorem", "It needs", "Proof and second road")


class Theorem(NamedTuple):
    """One theorem of a chapter."""

    name: str
    label: str
    #: The kind of result, one of `headlines.LABELS`.
    kind: str
    #: What it needs.
    needs: str
    #: How it is proved, and the check that does not use the proof.
    roads: str


def theorems(chapter):
    """The theorems of a chapter's source (a path), in their order.

    Raises
    ------
    ValueError
        If a theorem has no name, no label, no kind, or does not say what it needs and by which roads it is held.
    """
    found = []
    for _, name, body in _BLOCK.findall(chapter.read_text(encoding="utf-8")):
        said = {key: " ".join(text.replace("\n%", "\n").split()) for key, text in _COMMENT.findall(body)}
        label = re.search(r"^:label: (\S+)$", body, re.MULTILINE)
        kind = re.search(r"^\[(\w+)\]\{\.label-(\w+)\} ", body, re.MULTILINE)
        parts = {
            "a name": name.strip(),
            "a line :label:": label and label[1],
            f"a label of its kind, one of {', '.join(LABELS)}": kind and kind[1] == kind[2] in LABELS and kind[1],
            "a comment '% needs: ...'": said.get("needs"),
            "a comment '% roads: ...'": said.get("roads"),
        }
        for part, value in parts.items():
            if not value:
                raise ValueError(f"{chapter.name}: theorem {name.strip() or label!r}, expected {part}")
        found.append(Theorem(*parts.values()))
    return found


def _own(chapters):
    """The page itself among the chapters."""
    for chapter in chapters:
        if chapter.name == PAGE:
            return chapter
    raise ValueError(f"_toc.yml: no {PAGE} among the chapters, expected the page that lists their theorems")


def page(chapters):
    """The text of the page of theorems.

    Parameters
    ----------
    chapters : paths of the chapters' sources, in the order of the book, the page itself among them
    """
    own = _own(chapters)
    sections = [own.read_text(encoding="utf-8").partition("\n## ")[0].rstrip() + "\n"]
    for chapter in chapters:
        if rows := [_row(theorem) for theorem in theorems(chapter)]:
            title = re.search(r"^# (.+)$", chapter.read_text(encoding="utf-8"), re.MULTILINE)[1]
            table = list_table(_HEADER, rows, "24 36 40") + "\n"
            sections.append(f"## {title}\n\nProved in [its chapter]({chapter.name}).\n\n{table}")
    return "\n".join(sections)


def _row(theorem):
    name, label, kind, needs, roads = theorem
    return f"{name}, {{prf:ref}}`{label}` [{kind}]{{.label-{kind}}}", needs, roads


def write_page(chapters):
    """Write the page of theorems. Returns True if the file changed."""
    return renew(_own(chapters), page(chapters))
