"""The page of theorems is written from the theorems of the chapters, and each of them says what it needs."""

import re

import pytest

from conftest import ROOT
from datagravity.site import theorems
from datagravity.site.build import Book

CHAPTERS = Book(ROOT).chapters()
THEOREM = """# Sums

````{prf:theorem} Larger
:label: larger

% needs: Two numbers,
%   both above 0.
% roads: Addition. A search.

[extension]{.label-extension} A sum is larger than either number.
````
"""


def test_the_committed_page_is_what_the_chapters_say():
    assert (ROOT / "book" / theorems.PAGE).read_text(encoding="utf-8") == theorems.page(CHAPTERS), "make sync"


def test_no_theorem_of_the_book_is_missed():
    stated = [
        text for chapter in CHAPTERS for text in re.findall(r"\{prf:theorem\}", chapter.read_text(encoding="utf-8"))
    ]
    listed = [theorem.label for chapter in CHAPTERS for theorem in theorems.theorems(chapter)]
    assert len(stated) == len(listed) == len(set(listed))


@pytest.fixture
def book(tmp_path):
    """Two chapters: one with a theorem, and the page."""
    chapters = [tmp_path / "sums.md", tmp_path / theorems.PAGE]
    chapters[0].write_text(THEOREM, encoding="utf-8")
    chapters[1].write_text("# Theorems\n\nWritten by hand.\n\n## Gone\n\nIs gone.\n", encoding="utf-8")
    return chapters


def test_the_hand_written_head_stays_and_the_rest_is_written(book):
    assert theorems.write_page(book)
    text = book[1].read_text(encoding="utf-8")
    assert text.startswith("# Theorems\n\nWritten by hand.\n\n## Sums\n\nProved in [its chapter](sums.md).\n")
    assert "* - Larger, {prf:ref}`larger` [extension]{.label-extension}\n" in text
    assert "\n  - Two numbers, both above 0.\n  - Addition. A search.\n" in text
    assert "gone" not in text
    assert not theorems.write_page(book)


@pytest.mark.parametrize(
    ("part", "missing"),
    [
        (" Larger\n", "a name"),
        (":label: larger\n", "a line :label:"),
        ("[extension]{.label-extension} ", "a label of its kind"),
        ("% needs: Two numbers,\n%   both above 0.\n", "a comment '% needs: ...'"),
        ("% roads: Addition. A search.\n", "a comment '% roads: ...'"),
    ],
)
def test_a_theorem_without_one_of_its_parts_is_named(book, part, missing):
    book[0].write_text(
        THEOREM.replace(part, "\n" if part.endswith("er\n") and part[0] == " " else ""), encoding="utf-8"
    )
    with pytest.raises(ValueError, match=re.escape(f"expected {missing}")) as error:
        theorems.page(book)
    assert str(error.value).startswith("sums.md: theorem ")


def test_a_book_without_the_page_is_named(book):
    with pytest.raises(ValueError, match=r"no theorems\.md among the chapters"):
        theorems.page(book[:1])
