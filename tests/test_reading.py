"""A chapter is read at one sitting: its words, its paragraphs and its sentences have a length.

`python tests/test_reading.py [NAME ...]` prints the measures of chapters, and the paragraphs and sentences that are too
long.
"""

import re
import sys
from statistics import mean

import jupytext
import pytest
from sphinx_external_toc.parsing import parse_toc_yaml

from conftest import ROOT
from datagravity.site.build import Book

CHAPTERS = {path.stem: path for path in Book(ROOT).chapters()}
_PARTS = parse_toc_yaml(ROOT / "_toc.yml", encoding="utf-8")["index"].subtrees
#: The chapters that are read from the first page to the last.
MAIN = list(map(str, _PARTS[0].items))
#: The appendices that have a question; the others are lists to look things up in.
APPENDICES = [
    name
    for name in map(str, _PARTS[1].items)
    if name not in {"theorems", "checks", "glossary", "package", "references"}
]
PAGES = [name for name in CHAPTERS if name != "theorems"]
#: What the answer to a chapter's question begins with.
ANSWER = "In one sentence."
#: Words of the main part, of a chapter of it, of a paragraph and of a sentence, at most; and of a sentence on average.
MAIN_WORDS, CHAPTER_WORDS, PARAGRAPH_WORDS, SENTENCE_WORDS, MEAN_WORDS = 18_000, 1_400, 90, 35, 18

#: What a reader reads as one word, or does not read at all: pattern -> what stands for it.
SUBSTITUTES = {
    r"\[([^\]]*)\]\{[^}]*\}": r"\1",  # a label
    r"\[\]\([^)]*\)": "Title",  # a link that takes the title of its page
    r"\[([^\]]*)\]\([^)]*\)": r"\1",
    r"\{cite(?::\w+)?\}`[^`]*`": "",
    r"\{[\w:-]+\}`[^`]*`": "Value",
    r"`[^`]*`": "Code",
    r"\$[^$]+\$": "x",
    r"[*_]": "",
}
#: Full stops that end no sentence.
ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|cf|vs|al|Fig|Eq|No|St|et al|approx)\.")
WORD = re.compile(r"[^\W_]+(?:[-'.,:/][^\W_]+)*")


def paragraphs(text, *, folded=True):
    """The paragraphs of a chapter, list items and cells of the prose among them, without mathematics and code.

    Parameters
    ----------
    text : a chapter's source
    folded : whether what stands in a fold counts
    """
    for cell in jupytext.reads(text, fmt="md:myst").cells:
        if cell.cell_type != "markdown":
            continue
        text = _without_folds(cell.source) if not folded else cell.source
        text = re.sub(r"^%.*(?:\n%.*)*", "", text, flags=re.MULTILINE)
        text = re.sub(r"(`{3,}|:{3,})\{math\}.*?\1|\$\$.*?\$\$", "\n\n", text, flags=re.DOTALL)
        text = re.sub(r"^\s*(?:`{3,}|:{3,}).*$|^:[\w-]+:.*$|^\(.*\)=$|^#.*$|^\|.*$", "\n", text, flags=re.MULTILINE)
        text = re.sub(r"^\s*(?:[*-]|\d+\.) ", "\n\n", text, flags=re.MULTILINE)
        for block in re.split(r"\n\s*\n", text):
            for pattern, substitute in SUBSTITUTES.items():
                block = re.sub(pattern, substitute, block, flags=re.DOTALL)
            if WORD.search(block):
                yield " ".join(block.split())


def _without_folds(text):
    return re.sub(
        r"^(?P<mark>`{3,}|:{3,})\{[^}]+\}[^\n]*\n(?=(?::[^\n]*\n)*:class:[^\n]*dropdown).*?^(?P=mark)\s*$"
        r"|^(?P<other>`{3,}|:{3,})\{dropdown\}.*?^(?P=other)\s*$",
        "",
        text,
        flags=re.DOTALL | re.MULTILINE,
    )


def sentences(paragraph):
    """The sentences of a paragraph."""
    text = ABBREVIATION.sub(lambda found: found[0].replace(".", ""), paragraph)
    return [part for part in re.split(r"(?<=[.!?])[)\"”]*\s+(?=\S)", text) if WORD.search(part)]


def words(text):
    """How many words a text has."""
    return len(WORD.findall(text))


def measures(name):
    """Words without folds, then the mean words of a sentence, long paragraphs and long sentences with folds."""
    text = CHAPTERS[name].read_text(encoding="utf-8")
    found = list(paragraphs(text))
    each = [sentence for paragraph in found for sentence in sentences(paragraph)]
    return (
        sum(map(words, paragraphs(text, folded=False))),
        mean(map(words, each)) if each else 0,
        [paragraph for paragraph in found if words(paragraph) > PARAGRAPH_WORDS],
        [sentence for sentence in each if words(sentence) > SENTENCE_WORDS],
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_no_paragraph_and_no_sentence_is_too_long(name):
    _, average, long_paragraphs, long_sentences = measures(name)
    assert long_paragraphs == []
    assert long_sentences == []
    assert average <= MEAN_WORDS


@pytest.mark.slow
@pytest.mark.parametrize("name", MAIN)
def test_a_chapter_of_the_main_part_is_read_at_one_sitting(name):
    assert measures(name)[0] <= CHAPTER_WORDS


@pytest.mark.slow
def test_the_main_part_is_read_in_an_evening():
    assert sum(measures(name)[0] for name in MAIN) <= MAIN_WORDS


@pytest.mark.parametrize("name", [*MAIN, *APPENDICES])
def test_a_chapter_asks_a_question_and_answers_it_in_a_sentence(name):
    text = CHAPTERS[name].read_text(encoding="utf-8")
    found = re.search(rf"^# [^\n]+\n\n\*[^*]+\?\*\n\n\*\*{ANSWER}\*\* (?P<answer>.+?)\n\n", text, re.M | re.S)
    assert found, f"expected a question in italics under the title, and a paragraph that begins with **{ANSWER}**"
    (paragraph,) = paragraphs(found["answer"])
    assert len(sentences(paragraph)) == 1


TEXT = """# Title of five words here

A sentence of five words {cite}`a`. Another, e.g. of $x + y$ and `code` words! [label]{.label-abstract}

* An item of [four words](page.md).
* Second.

| a | table |
| --- | --- |

```{math}
a = b
```

```{admonition} Fold
:class: dropdown
It is folded away.
```

```{admonition} Open
:class: note
It stands there.
```

% a comment
"""


def test_the_reader_counts_what_a_reader_reads():
    found = list(paragraphs(TEXT))
    assert found[1:] == ["An item of four words.", "Second.", "It is folded away.", "It stands there."]
    first, second, _ = sentences(found[0])
    assert words(first) == 5
    assert second == "Another, eg of x and Code words!"
    assert words(second) == 7
    assert list(paragraphs(TEXT, folded=False)) == [text for text in found if "folded" not in text]
    assert words("It saves Value times, 1.5 % of 3,000 well-kept ones.") == 9


if __name__ == "__main__":
    for name in sys.argv[1:] or CHAPTERS:
        count, average, long_paragraphs, long_sentences = measures(name)
        print(f"{name:22} {count:6} words, {average:5.1f} a sentence", end="")
        print(f", {len(long_paragraphs)} long paragraphs, {len(long_sentences)} long sentences")
        if sys.argv[1:]:
            for text in long_paragraphs:
                print(f"  paragraph of {words(text)}: {text[:100]} ...")
            for text in long_sentences:
                print(f"  sentence of {words(text)}: {text}")
