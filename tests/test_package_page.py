"""The reference of the package: every public name by a question, from docstrings whose examples run."""

import doctest
import functools
import inspect
import json
import re

import jupytext
import pytest

import datagravity
from conftest import ROOT
from datagravity import symbolic
from datagravity.site import package_page
from datagravity.site.build import Book

CHAPTERS = Book(ROOT).chapters()
SOURCE = ROOT / "book" / package_page.PAGE
TEXT = SOURCE.read_text(encoding="utf-8")
ASKED = [path for paths in package_page.QUESTIONS.values() for path in paths]
#: Every entry of the page: kind, name in its module, module.
ENTRIES = re.findall(r"^````\{py:(\w+)\} ([\w.]+)[^\n]*\n:module: ([\w.]+)$", TEXT, re.MULTILINE)
NAMES = [f"{module}.{name}" for _, name, module in ENTRIES]


def value_of(name):
    return package_page.found(name.removeprefix("datagravity."))


@pytest.mark.slow
def test_the_committed_page_is_what_the_docstrings_say():
    assert package_page.page(CHAPTERS) == TEXT, "make sync"


def test_every_public_name_answers_a_question():
    assert set(datagravity.HOMES) <= set(ASKED)
    assert any(path.startswith("chip.") for path in ASKED)
    assert len(ASKED) == len(set(ASKED))
    assert all(question.endswith("?") for question in package_page.QUESTIONS)
    assert {f"datagravity.{path}" for path in ASKED} <= set(NAMES)


def test_an_entry_stands_once():
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_what_a_chapter_calls_stands_on_the_page(chapter):
    shown = {package_page._whole_name(value_of(name)) for name in NAMES if callable(value_of(name))}
    called = package_page.called(jupytext.read(chapter))
    assert {package_page._whole_name(value) for value in called.values()} <= shown


def test_every_formula_stands_on_the_page():
    formulas = {f"datagravity.symbolic.{name}" for names in symbolic.FORMULAS.values() for name in names.split()}
    assert formulas <= set(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if callable(value_of(name))])
@pytest.mark.slow
def test_the_examples_of_an_entry_run_and_it_says_what_it_is(name):
    value = inspect.unwrap(value_of(name))
    explained = inspect.getdoc(value)
    assert explained
    public = {each: getattr(datagravity, each) for each in datagravity.__all__}
    home = vars(inspect.getmodule(value))
    for test in doctest.DocTestFinder(recurse=False).find(value, name, globs=home | public):
        assert doctest.DocTestRunner().run(test).failed == 0


def test_a_docstring_becomes_fields_links_and_labels():
    def scaled(value, times):
        """The value, `times` as `saving` has it, for G_d * 2 < 3. [extension]

        Parameters
        ----------
        value, times : number above 0,
            with a unit

        Returns
        -------
        float

        Raises
        ------
        ValueError
            If it is 0.

        Examples
        --------
        >>> 1 + 1
        2

        And in words:

        >>> 2 + 2
        4
        """

    assert package_page.explained(scaled).splitlines() == [
        "The value, `times` as {py:obj}`saving <datagravity.saving>` has it, for $G_d$ \\* 2 \\< 3. "
        "[extension]{.label-extension}",
        "",
        ":Parameters:",
        "  - `value`, `times`: number above 0, with a unit",
        ":Returns: float",
        ":Raises:",
        "  - `ValueError`: If it is 0.",
        "",
        "```pycon",
        ">>> 1 + 1",
        "2",
        "```",
        "",
        "And in words:",
        "",
        "```pycon",
        ">>> 2 + 2",
        "4",
        "```",
        "",
    ]


@functools.cache
def page(book, name):
    return (book.html / name).read_text(encoding="utf-8")


def test_every_entry_has_an_anchor_and_a_function_leads_to_its_lines(book):
    html = page(book, "package.html")
    assert set(NAMES) <= set(re.findall(r'<dt [^>]*id="([^"]+)"', html))
    links = re.findall(r'href="(_modules/[^"#]+)#([^"]+)"><span class="viewcode-link">', html)
    assert len(links) == len([kind for kind, *_ in ENTRIES if kind != "data"])
    for file, anchor in links:
        assert f'id="{anchor}"' in page(book, file), (file, anchor)
    assert ("_modules/datagravity/law.html", "saving") in links
    assert not (book.html / "_modules" / "index.html").exists()


def test_the_search_finds_a_function_by_its_name(book):
    text = page(book, "searchindex.js")
    index = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    found = {f"{prefix}.{entry[-1]}" for prefix, entries in index["objects"].items() for entry in entries}
    assert set(NAMES) <= found
