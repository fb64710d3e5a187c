"""No number in prose that a cell could compute: a linter for literals, with its exceptions and their reasons."""

import re

import jupytext
import pytest

from conftest import ROOT
from datagravity.site.build import Book

CHAPTERS = {path.stem: path for path in Book(ROOT).chapters()}

# What is not prose: mathematics, code, roles (a glued number among them), link targets, front of a directive.
NOT_PROSE = [
    r"```\{math\}.*?```",
    r"\$\$.*?\$\$",
    r"\$[^$\n]*(?:\n[^$\n]+)*?\$",
    r"\{[\w:-]+\}`[^`]*`",
    r"`[^`]*`",
    r"\]\([^)]*\)",
    r"^:::*\{[^\n]*$",
    r"^:\w+:[^\n]*$",
]
# A literal that could contradict a computed one: a decimal, a percentage, a factor, or a number with a unit.
UNITS = r"(?:%|times\b|x\b|pJ|fJ|nJ|mJ|kJ|J\b|W\b|MW|bit\b|bits\b|mm\b|GB|MB|KB|TB|byte|bytes|years?\b|tokens?\b)"
LITERAL = re.compile(rf"(?<![\w.,^]) (?: \d+\.\d+ | \d[\d,]* [ ]? {UNITS} | \d{{2,}},\d{{3}} )", re.VERBOSE)

#: What a writer may type: a pattern, and why it is no result of a cell.
EXCEPTIONS = {
    r"\b(?:4|8|16|32|64|256)[- ]?(?:-bit|bits?)\b": "the width of an operand or an access is part of a name",
    r"\b(?:8|32) KB\b|\b1 MB\b|\b256 MB\b|\b100 MB\b": "the capacity is the name of a memory",
    r"\b80 %|\b95 %|\b90 %": "the nominal level of an interval is chosen, not computed",
}
#: Literals of single chapters: (chapter, text) -> reason.
ALLOWED = {
    ("placement", "1.5"): "a setting of the slider",
    ("placement", "2.5"): "a setting of the slider",
    ("origins", "0.5"): "the usual range of Rent's exponent, which the cell takes as its input",
    ("origins", "0.8"): "the usual range of Rent's exponent, which the cell takes as its input",
    ("foundations", "16 times"): "the reuse that the problem sets",
}


def prose(path):
    """A chapter's prose with everything else blanked, as (line of the cell, text)."""
    for cell in jupytext.read(path).cells:
        if cell.cell_type != "markdown":
            continue
        text = cell.source
        for pattern in NOT_PROSE:
            text = re.sub(pattern, " ", text, flags=re.DOTALL | re.MULTILINE)
        yield from text.splitlines()


def literals(path):
    found = []
    for line in prose(path):
        rest = line
        for pattern in EXCEPTIONS:
            rest = re.sub(pattern, " ", rest)
        for match in LITERAL.finditer(rest):
            if (path.stem, match.group().strip()) not in ALLOWED:
                found.append(f"{match.group().strip()!r} in: {line.strip()}")
    return found


@pytest.mark.parametrize("name", CHAPTERS)
def test_prose_types_no_number_that_a_cell_computes(name):
    assert literals(CHAPTERS[name]) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It saves 2.9 times as much.", 1),
        ("It costs 640 pJ and 43 % of it moves.", 2),
        ("One 64-bit access and 1 MB of SRAM at 7 nm in 2014.", 0),
        ("At $x = 2.5$ it is {glue:text}`value:.2f`, see `f(1.5)`.", 0),
        ("There are 12,345 of them.", 1),
    ],
)
def test_the_linter_sees_literals_and_lets_names_through(tmp_path, text, expected):
    path = tmp_path / "chapter.md"
    header = "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n---\n\n"
    path.write_text(header + text + "\n", encoding="utf-8")
    assert len(literals(path)) == expected


def test_every_exception_is_used():
    texts = {name: "\n".join(prose(path)) for name, path in CHAPTERS.items()}
    for pattern in EXCEPTIONS:
        assert any(re.search(pattern, text) for text in texts.values()), pattern
    for name, literal in ALLOWED:
        assert literal in texts[name], (name, literal)
