"""What a cell is folded into, and how plain values are set for readers."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import sympy as sp
from docutils import nodes

from conftest import ROOT
from datagravity.evidence import load
from datagravity.placement import place
from datagravity.site import executed, folds, outputs, scriptless
from datagravity.site.build import Book

CHAPTERS = Book(ROOT).chapters()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy as np\nfrom math import pi", (True, 0)),
        ("import numpy as np\nx = 1", (False, 0)),
        ("for x in (1, 2):\n    assert x\n    assert x < 3", (False, 2)),
        ("%time x = 1\nassert x", (False, 1)),
        ("", (False, 0)),
    ],
)
def test_a_cell_is_told_by_its_code(code, expected):
    assert tuple(folds.kind(code)) == expected


@pytest.mark.slow
def test_the_count_is_of_the_sources():
    texts = [path.read_text(encoding="utf-8") for path in CHAPTERS]
    found = folds.count(texts)
    # Another reader of the same sources: lines that begin with the word, or with a finding.
    assert found.assertions == sum(len(re.findall(r"^\s*(?:assert\b|finding\()", text, re.MULTILINE)) for text in texts)
    assert 0 < found.cells <= found.assertions
    assert found.chapters <= len(CHAPTERS)


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (np.float64(22.41), "half", "half = 22.41"),
        ((np.float64(1.5), 2), "x = 1\nround(few, 1), len(many)", "few = 1.5; len(many) = 2"),
        ({"inside": 1.0, "outside": np.int64(3)}, "shares", "inside = 1; outside = 3"),
        ({("device", "small"): 0.17}, "found", "device, small = 0.17"),
        (np.array([0.25, np.inf]), "a[0]", "0.25, no bound"),
        ([sp.Rational(1, 4), sp.Rational(1, 2)], "fixed", "fixed = 1/4, 1/2"),
        (pd.Series([1.25, np.nan], index=["one", "two"]), "s", "one = 1.25; two = not a number"),
        (27564442.625288043, "energy", "energy = 27,564,443"),
        ("<b>", "said", "said = &lt;b&gt;"),
        ((), "()", ""),
        (2026, "year", "year = 2026"),
        (True, "done", "done = yes"),
    ],
)
def test_a_plain_value_reads_without_signs_of_python(value, code, expected):
    shown = outputs.readable(value, code)
    rows = re.findall(r"<div>(?:<dt>(.*?)</dt>)?<dd>(.*?)</dd></div>", shown)
    words = "; ".join(f"{re.sub('<.*?>', '', name)} = {text}" if name else text for name, text in rows)
    assert words == expected


def test_what_the_solver_gives_names_its_parts():
    shown = re.sub("<[^>]+>", " ", outputs.readable(place(np.array([1.0, 3.0]), np.array([[0.0], [1.0]]), 1.5), "p"))
    assert "array(" not in shown
    assert "lower bound" in shown
    assert "certified yes" in " ".join(shown.split())


class _Shell:
    """As much of a kernel's shell as is needed."""

    def __init__(self):
        self.events = SimpleNamespace(register=lambda name, function: setattr(self, name, function))
        self.displayhook = SimpleNamespace(compute_format_data=self.plain)

    def plain(self, result):
        kinds = {"text/plain": repr(result)}
        return (kinds | {"text/latex": "$x$"} if isinstance(result, sp.Symbol) else kinds), {}


def test_a_shell_adds_words_to_what_has_none_and_leaves_the_rest():
    shell = _Shell()
    outputs.enable(shell)
    shell.pre_run_cell(SimpleNamespace(raw_cell="y = 2\ny"))
    data, _ = shell.displayhook.compute_format_data(2)
    assert data["text/plain"] == "2"
    assert "<code>y</code>" in data["text/html"]
    data, _ = shell.displayhook.compute_format_data(sp.Symbol("x"))
    assert "text/html" not in data
    data, _ = shell.displayhook.compute_format_data(load("series").head(2))
    assert data["text/html"].count("<tr>") == 3


#: Signs of Python that no reader should meet.
RAW = re.compile(r"np\.\w+\(|\barray\(|\b-?inf\b|\bnan\b|<[\w.]+ object|\bdtype\b|=array|Array>")


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_output_shows_signs_of_python(book, path):
    notebook = executed.with_outputs(path.read_text(encoding="utf-8"), book.executed, path.stem)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {"text/plain": output.get("text", "")})
            kinds = set(data)
            if any("vegalite" in kind or "papermill" in kind or "datagravity" in kind for kind in kinds):
                continue
            shown = data.get("text/html") or ("" if "text/latex" in kinds else data.get("text/plain", ""))
            assert not RAW.search(re.sub(r"<[^>]+>", " ", shown)), cell.source


def test_scriptless_rules_choose_by_what_the_system_prefers():
    sheet = 'html[data-theme="light"] a, b:not(i, u) {color: blue}\n@media print {html[data-theme=dark] p {x: y}}'
    found = scriptless.sheet([sheet, "html[data-theme=dark] .a{c:d}"])
    light, dark = found.split("@media (prefers-color-scheme: dark)")
    assert 'html[data-theme="auto"] a{color: blue}' in light
    assert 'html[data-theme="auto"] .a{c:d}' in dark
    assert "x: y" not in found


def test_the_words_of_a_check_may_begin_its_cell():
    assert folds.first_comment("# The sum\n# of shares.\nassert True\n# later") == "The sum of shares."
    assert folds.first_comment("x = 1  # not first") == ""


def _proof_in_fold(title, *children):
    proof = nodes.admonition("", nodes.paragraph("", "", *children), classes=["proof"])
    fold = nodes.container("", nodes.rubric("", title), nodes.container("", proof), design_component="dropdown")
    folds._without_second_title(proof)
    return fold.children[1].astext()


def test_a_fold_and_the_proof_in_it_say_proof_once():
    assert _proof_in_fold("Proof", nodes.Text("Proof. Let Proof. be")) == "Let Proof. be"
    assert _proof_in_fold("Proof", nodes.Text("Proof. "), nodes.emphasis("", "All")) == "All"
    assert _proof_in_fold("Why the theorem holds", nodes.Text("Proof. Let it be")) == "Proof. Let it be"
    alone = nodes.admonition("", nodes.paragraph("", "Proof. Let it be"), classes=["proof"])
    folds._without_second_title(alone)
    assert alone.astext() == "Proof. Let it be"
