"""The glossary is written from the registries, and every page links to it where a term first stands."""

import re

import pytest

from conftest import ROOT
from datagravity.site import glossary
from datagravity.site.build import Book
from datagravity.terms import TERMS

SOURCE = ROOT / "book"
CHAPTERS = {path.stem: path.read_text(encoding="utf-8") for path in Book(ROOT).chapters()}


def test_the_committed_page_is_what_the_registries_say():
    assert (SOURCE / glossary.PAGE).read_text(encoding="utf-8") == glossary.page(), "make sync"


@pytest.mark.parametrize("term", TERMS, ids=[term.name for term in TERMS])
def test_a_term_is_used_and_says_what_it_means_where_it_is_explained(term):
    assert re.fullmatch(r"[a-z].*[^.]", term.meaning)
    assert term.chapter in CHAPTERS
    assert set(term.pages) <= set(CHAPTERS)
    pattern = glossary.pattern(term)
    assert pattern.search(CHAPTERS[term.chapter])
    assert all(pattern.search(CHAPTERS[page]) for page in term.pages)


def test_a_definition_has_two_sentences_at_most_and_says_what_newcomers_ask_for():
    assert all(len(re.split(r"[.;] ", term.meaning)) <= 2 for term in TERMS)
    asked = {"natural", "contiguous", "hashed", "coverage", "calibrated", "prior", "standing", "label", "PIM"}
    asked |= {"host stall", "KV cache", "processing in memory"}
    assert asked <= {form for term in TERMS for form in (term.name, *term.forms)}


def test_terms_stand_once_and_by_the_alphabet():
    names = [term.name.lower() for term in TERMS]
    assert names == sorted(set(names))
    forms = [form.lower() for term in TERMS for form in (term.name, *term.forms)]
    assert len(forms) == len(set(forms))


def test_a_longer_term_does_not_hide_in_a_word():
    (lever,) = (term for term in TERMS if term.name == "lever")
    assert glossary.pattern(lever).search("Levers of five kinds")[0] == "Levers"
    assert glossary.pattern(lever).search("a leverage, a multi-lever") is None


def test_pages_link_the_first_place_of_a_term_and_only_that(book):
    anchors = set(re.findall(r'id="(term-[^"]+)"', (book.html / "glossary.html").read_text(encoding="utf-8")))
    assert len(anchors) == len(TERMS)
    linked = set()
    for name in CHAPTERS:
        page = (book.html / f"{name}.html").read_text(encoding="utf-8")
        links = re.findall(r'<a class="dg-term[^"]*" href="glossary\.html#(term-[^"]+)" title="[^"]+">', page)
        assert len(links) == len(set(links)) == page.count("dg-term ")
        linked |= set(links)
    assert linked == anchors
