"""No number in the words of a page that code could compute: a linter for literals, with its exceptions and reasons.

It reads the prose of the chapters, and of the charts what readers see or hear: titles, lines under them, descriptions,
axes and tooltips.
"""

import ast
import re

import jupytext
import pytest

from conftest import ROOT
from datagravity.site.build import Book

CHAPTERS = {path.stem: path for path in Book(ROOT).chapters()}
CHARTS = {f"charts/{path.stem}": path for path in sorted((ROOT / "src" / "datagravity" / "charts").glob("*.py"))}

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
# In the words of a chart a number that data decide is computed, so written-out factors are literals too.
_COUNT = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred|thousand)"
FACTOR = re.compile(
    rf"\b(?: twice | thrice | {_COUNT}fold | hundredfold | {_COUNT}[ ]times | orders?[ ]of[ ]magnitude"
    rf" | (?:a|one|some|{_COUNT})[ ](?:hundred|thousand|million|billion)s? | factor[ ]of[ ](?:a[ ])?{_COUNT}"
    r" | (?:a|one|two|three)[ ](?:third|quarter|fifth|tenth|hundredth|thousandth)s? | (?:one|and[ ]a)[ ]half )\b",
    re.VERBOSE,
)

#: What a writer may type: a pattern, and why it is no result of a cell.
EXCEPTIONS = {
    r"\b(?:4|8|16|32|64|256)[- ]?(?:-bit|bits?)\b": "the width of an operand or an access is part of a name",
    r"\b(?:8|32) KB\b|\b1 MB\b|\b256 MB\b|\b100 MB\b": "the capacity is the name of a memory",
    r"\b80 %|\b95 %|\b90 %": "the nominal level of an interval is chosen, not computed",
}
#: Literals of single chapters and files of charts: (where, text) -> reason.
ALLOWED = {
    ("placement", "1.5"): "a setting of the slider",
    ("placement", "2.5"): "a setting of the slider",
    ("origins", "0.5"): "the usual range of Rent's exponent, which the cell takes as its input",
    ("origins", "0.8"): "the usual range of Rent's exponent, which the cell takes as its input",
    ("foundations", "16 times"): "the reuse that the problem sets",
    ("charts/disjunction_constant", "factor of two"): "a theorem: no sum of two exceeds twice the larger",
    ("charts/origins", "factor of two"): "a theorem: the two laws differ by it wherever both are a power",
    ("charts/origins", "one half"): "a theorem: the exponent at beta two",
    ("charts/placement", "factor of two"): "where the chart's two points are drawn",
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


#: Where the code of a chart keeps words for readers: the arguments of a call by name, and those of some functions.
WORDS_BY_NAME = {"title", "subtitle", "description"}
WORDS_OF = {"title", "word", "number"}


def typed(node):
    """The texts that an expression types, each with a gap where a number or a name is computed."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in parts)
        case ast.FormattedValue() | ast.Call():
            return
        case _:
            for child in ast.iter_child_nodes(node):
                yield from typed(child)


def chart_words(path):
    """The texts for readers in a file of charts."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            function = getattr(node.func, "attr", getattr(node.func, "id", None))
            words = [keyword.value for keyword in node.keywords if keyword.arg in WORDS_BY_NAME]
            words += node.args if function in WORDS_OF else []
            for argument in words:
                yield from typed(argument)


def literals(where, lines, *patterns):
    """The literals in the lines of a text that no exception admits."""
    found = []
    for line in lines:
        rest = line
        for pattern in EXCEPTIONS:
            rest = re.sub(pattern, " ", rest)
        for match in (match for pattern in patterns for match in pattern.finditer(rest)):
            if (where, match.group().strip()) not in ALLOWED:
                found.append(f"{match.group().strip()!r} in: {line.strip()}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
def test_prose_types_no_number_that_a_cell_computes(name):
    assert literals(name, prose(CHAPTERS[name]), LITERAL) == []


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_types_no_number_that_its_data_decide(name):
    assert literals(name, chart_words(CHARTS[name]), LITERAL, FACTOR) == []


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
    assert len(literals("chapter", prose(path), LITERAL)) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('finished(chart, description="Runs fall tenfold from batch 8 to a thousand.")', 2),
        ('finished(chart, description=("It crowds " f"between 1.2 and {least}, " "3.2 above."))', 2),
        ('finished(chart, subtitle=["two axes", "seven times two orders of magnitude, a factor of thirty"])', 3),
        ('alt.X("x").title("energy, 5 pJ")', 1),
        ('number("low", f"low end of {percent(0.5)}"), word("level", "80 % interval"), slider("x", "x", 0, 2.5)', 0),
        ('finished(chart, title="Five levers at 7 nm", description=f"Half of {count} lie above the line at one.")', 0),
    ],
)
def test_the_linter_reads_the_words_of_charts(tmp_path, code, expected):
    path = tmp_path / "chart.py"
    path.write_text(code, encoding="utf-8")
    assert len(literals("chart", chart_words(path), LITERAL, FACTOR)) == expected


@pytest.mark.slow
def test_every_exception_is_used():
    texts = {name: "\n".join(prose(path)) for name, path in CHAPTERS.items()}
    texts |= {name: "\n".join(chart_words(path)) for name, path in CHARTS.items()}
    for pattern in EXCEPTIONS:
        assert any(re.search(pattern, text) for text in texts.values()), pattern
    for name, literal in ALLOWED:
        assert literal in texts[name], (name, literal)


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_line_of_a_paragraph_begins_like_a_comment_or_a_list(name):
    """A line that begins with a per cent sign is a comment, one with a number and a full stop begins a list."""
    prose = re.sub(r"```\{code-cell\}.*?^```$", "", CHAPTERS[name].read_text(encoding="utf-8"), flags=re.S | re.M)
    prose = re.sub(r"^%.*(?:needs|roads):.*\n(?:%   .*\n)*", "", prose, flags=re.M)
    assert re.findall(r"^%.*", prose, flags=re.M) == []
    items = re.findall(r"^(.*)\n\d+\. ", prose, flags=re.M)
    assert [line for line in items if line and not re.match(r"(?:\d+\.)? ", line)] == []
