"""The bibliography: complete, formatted without a complaint, and in step with the table of sources."""

import re

import pandas as pd
import pytest
from pybtex.backends.plaintext import Backend
from pybtex.database import parse_file
from pybtex.errors import set_strict_mode
from pybtex.plugin import find_plugin

from datagravity import sources
from datagravity.evidence import TableError, load
from datagravity.paths import REFERENCES
from datagravity.sources import bibliography, bibtex, reference_link


def test_entries_and_rows_of_sources_are_the_same():
    entries = set(parse_file(str(REFERENCES)).entries)
    assert entries == set(load("sources")["key"])
    assert set(load("energy")["source"]) | set(load("published_ratios")["source"]) <= entries


@pytest.mark.slow
def test_every_entry_formats():
    set_strict_mode(True)  # a missing field is an error
    entries = list(parse_file(str(REFERENCES)).entries.values())
    unsorted, *others = (find_plugin("pybtex.style.formatting", name) for name in ("unsrt", "alpha", "plain"))
    formatted = list(unsorted().format_entries(entries))
    assert len(formatted) == len(entries)
    assert all(entry.text.render(Backend()).endswith(".") for entry in formatted)
    for style in others:
        # They sort, and have labels of their own; what they make of an entry is the same.
        own = {name for name in vars(style) if not name.startswith("_")}
        assert own <= {"default_sorting_style", "default_label_style"}
        assert issubclass(style, unsorted)
        assert len(set(style().format_labels(style().sort(entries)))) == len(entries)


def test_one_field_a_line_and_each_key_once():
    lines = REFERENCES.read_text(encoding="utf-8").splitlines()
    keys = [line.split("{")[1].rstrip(",") for line in lines if line.startswith("@")]
    assert len(keys) == len(set(keys))
    assert all(line.startswith(("@", "%", "  ", "}")) or not line for line in lines)
    assert not any(line.count(" = {") > 1 for line in lines)


def test_entries_are_sorted_by_key_whatever_the_order_of_the_file(small):
    path = small / "references.bib"
    before, entries = bibliography(), path.read_text(encoding="utf-8").strip().split("\n\n")
    assert list(before["key"]) == sorted(before["key"])
    path.write_text("\n\n".join(reversed(entries)) + "\n", encoding="utf-8")
    pd.testing.assert_frame_equal(bibliography(), before)


@pytest.mark.slow
def test_a_field_is_decoded_only_if_it_holds_latex():
    fields = [text for entry in parse_file(str(REFERENCES)).entries.values() for text in entry.fields.values()]
    fields += [
        "a {B} c",
        "{{A}}",
        "a--b",
        "a-b",
        "``a''",
        "it's",
        "a  b",
        "\\'e",
        "{\\'e}",
        "é",
        "a~b",
        "$x$",
        "a_b",
        "50\\%",
        "",
    ]
    assert [sources._plain(text) for text in fields] == [sources._decoded(text) for text in fields]
    plain = [text for text in fields if sources._WITHOUT_LATEX.fullmatch(text)]
    assert len(fields) > len(plain) > 0.8 * len(fields)


def test_addresses_are_not_mirrors():
    for address in bibliography()["url"].dropna():
        assert not any(host in address for host in ("gwern", "sci-hub", "libgen", "vuink"))


def test_bibliography_as_a_table():
    books = bibliography().set_index("key")
    assert books.loc["horowitz2014", "short_name"] == "Horowitz 2014a"
    assert books.loc["horowitz2014slides", "short_name"] == "Horowitz 2014b"
    assert books.loc["accelergy_cacti", "short_name"] == "Accelergy-Project a"
    assert books.loc["jouppi2021", "short_name"] == "Jouppi et al. 2021"
    assert books.loc["leebruck2026", "short_name"] == "Lee and Bruck 2026"
    assert books.loc["leebruck2026", "url"] == "https://arxiv.org/abs/2603.26053"
    assert books.loc["choi2013", "year"] == 2013
    assert books.loc["perezserrano2018", "author"].startswith("Pérez-Serrano, Jesús;")
    assert not books["title"].str.contains(r"[{}\\]").any()
    assert books["short_name"].notna().all()
    assert books["short_name"].is_unique


def test_bibtex_of_one_entry():
    text = bibtex("choi2013")
    assert text.startswith("@inproceedings{choi2013,")
    assert "10.1109/IPDPS.2013.77" in text
    assert text.endswith("}")
    with pytest.raises(ValueError, match="'choi2003', expected perhaps choi2013"):
        bibtex("choi2003")


def test_an_entry_without_a_row_and_a_row_without_an_entry(small):
    path = small / "sources.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("choi2013,", "choi2031,", 1), encoding="utf-8")
    with pytest.raises(TableError) as caught:
        load("sources")
    message = str(caught.value)
    assert re.search(
        r"data/sources\.csv row \d+ \(key choi2031\), column key: value 'choi2031'; expected a key of", message
    )
    assert "references.bib (entry choi2013): expected a row of data/sources.csv" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@article{a, title={A}}\n@article{a, title={B}}", "expected BibTeX, each key once"),
        ("@article{a, title={A", "expected BibTeX"),
        ("@article{a, author={B}}", "no title in a"),
    ],
)
def test_a_broken_bibliography(tmp_path, text, words):
    path = tmp_path / "references.bib"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=words):
        load("sources", references=path)


@pytest.mark.parametrize(
    ("key", "fields", "words"),
    [
        ('acc"onmouseover="alert(1)"x="', {}, "expected one of the form [a-z][a-z0-9_]*"),
        ("Acc2020", {}, "key 'Acc2020', expected one of the form"),
        ("a2020", {"url": "javascript:alert(1)"}, "url of a2020: 'javascript:alert(1)', expected the form https?://"),
        ("a2020", {"url": "JavaScript:alert(1)//https://a.org"}, "url of a2020"),
        ("a2020", {"url": "data:text/html,x"}, "url of a2020"),
        ("a2020", {"url": "//a.org/x"}, "url of a2020"),
        ("a2020", {"url": 'https://a.org/"onclick="x'}, "url of a2020"),
        ("a2020", {"doi": "javascript:alert(1)"}, "doi of a2020: 'javascript:alert(1)', expected the form 10"),
        ("a2020", {"eprint": "1/../javascript:x"}, "eprint of a2020"),
        (
            "a2020",
            {"howpublished": r"\url{javascript:alert(1)}"},
            "howpublished of a2020: a link to 'javascript:alert(1)'",
        ),
        ("a2020", {"note": r"\href{data:text/html,x}{here}"}, "note of a2020: a link to 'data:text/html,x'"),
        ("a2020", {"note": r"\url {javascript:x}"}, "note of a2020: a link to"),
        ("a2020", {"note": r"\href{{javascript:x}}{here}"}, "note of a2020: a link to ''"),
        ("a2020", {"note": "left\u202eright"}, "note of a2020: the character U+202E"),
    ],
)
def test_what_may_not_become_a_link_is_refused(tmp_path, key, fields, words):
    path = tmp_path / "references.bib"
    lines = "".join(f",\n  {name} = {{{text}}}" for name, text in fields.items())
    path.write_text(f"@misc{{{key},\n  title = {{Something}}{lines}\n}}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"references\.bib: ") as caught:
        bibliography(path)
    assert words in str(caught.value)


def test_an_address_quotes_what_a_key_holds():
    """A key that nobody checked leads nowhere, but opens no attribute of a page."""
    assert reference_link('a"onmouseover="x') == "references.html#a%22onmouseover%3D%22x"
    assert reference_link("lee_bruck2026") == "references.html#lee-bruck2026"
