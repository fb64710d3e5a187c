"""The file of results: what it holds, and what is said of a change."""

import json
import math
import re

import pytest

from conftest import ROOT, write_chapter
from datagravity import store
from datagravity.command.line import main
from datagravity.site import results
from datagravity.site.build import Book
from datagravity.site.kernels import CAN_FORK


def headline(value, unit="1", label="extension", inputs=()):
    return {"value": value, "unit": unit, "label": label, "inputs": list(inputs)}


def named(**found):
    return [{"name": name, **one} for name, one in found.items()]


def of(**found):
    return results.collect({"pim": named(**found)}, {"pim": "1a", "energy": "2b"})


def test_collecting_rounds_numbers_and_names_the_tables_once():
    found = results.collect(
        {
            "pim": named(third=headline(1 / 3, "pJ", inputs=["pim", "energy"]), rows=headline(55, inputs=["pim"])),
            "theorems": [],
            "brains": named(word=headline("none", "text")),
        },
        {"pim": "1a", "energy": "2b", "brain": "3c"},
    )
    assert found["tables"] == {"energy": "2b", "pim": "1a"}
    assert list(found["headlines"]) == ["pim", "brains"]
    assert found["headlines"]["pim"]["third"]["value"] == 0.333333333333
    assert found["headlines"]["pim"]["rows"]["value"] == 55


def test_the_file_has_a_headline_a_line_and_reads_back(tmp_path):
    path = tmp_path / "results.json"
    assert results.read(path) == results.EMPTY
    found = of(rows=headline(55, inputs=["pim"]), gain=headline(2.5, "J", "abstract"), word=headline("≥ two", "text"))
    results.write(path, found)
    assert results.read(path) == found
    text = path.read_text(encoding="utf-8")
    assert '\n      "rows": {"value": 55, "unit": "1", "label": "extension", "inputs": ["pim"]},\n' in text
    assert "≥ two" in text
    json.loads(results.text(results.EMPTY))
    for damaged in ["<<<<<<< ours\n", "", "[]", "{}", text[: len(text) // 2], '{"tables": {}, "headlines": 3}']:
        path.write_text(damaged, encoding="utf-8")
        assert results.read(path) == results.EMPTY


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": headline(55)}, {"a": headline(55)}, []),
        ({"a": headline(55)}, {"a": headline(56)}, ["pim.a: 55 → 56"]),
        ({"a": headline(1.25)}, {"a": headline(1.5)}, ["pim.a: 1.25 → 1.5"]),
        ({"a": headline(1.00000001)}, {"a": headline(1.00000002)}, ["pim.a: 1.00000001 → 1.00000002"]),
        ({"a": headline("x", "text")}, {"a": headline("y", "text")}, ["pim.a: x → y"]),
        ({}, {"a": headline(2.0, "pJ")}, ["pim.a: new, 2 pJ"]),
        ({"a": headline("x", "text")}, {}, ["pim.a: gone, was x"]),
        ({"a": headline(1, "J")}, {"a": headline(1, "pJ")}, ["pim.a, unit: J → pJ"]),
        (
            {"a": headline(1, inputs=["pim"])},
            {"a": headline(2, label="abstract")},
            ["pim.a: 1 → 2", "pim.a, label: extension → abstract", "pim.a, inputs: pim → none"],
        ),
    ],
)
def test_a_change_is_said_in_words(old, new, expected):
    assert results.compare(of(**old), of(**new)) == expected


def test_what_platforms_make_of_the_last_digits_is_no_change():
    # The largest difference of a search that was seen between two machines, and the smallest that prose may print.
    old, new = of(a=headline(0.1), b=headline(1.0)), of(a=headline(0.1 * (1 + 4e-6)), b=headline(1.0 + 2e-5))
    settled = results.settled(new, old)
    assert settled["headlines"]["pim"]["a"]["value"] == 0.1
    assert settled["headlines"]["pim"]["b"]["value"] == 1.0 + 2e-5
    assert results.settled(old, results.EMPTY) == old


def test_no_number_of_the_prose_has_more_digits_than_machines_agree_on():
    found = results.read(ROOT / "book" / "results.json")["headlines"]
    values = {name: headline["value"] for chapter in found.values() for name, headline in chapter.items()}
    prose = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "book").glob("*.md")))
    printed = [
        format(values[name], form)
        for name, form in re.findall(r"\{glue:text\}`([^`:]+):([^`]+)`", prose)
        if isinstance(values.get(name), float)
    ]
    assert len(printed) > 400
    digits = {text: len(re.sub(r"e.*|\D", "", text).lstrip("0")) for text in printed}
    assert {text: count for text, count in digits.items() if count > -math.log10(results.NOISE)} == {}


def test_the_committed_results_are_current(book):
    before, now = (path.read_text(encoding="utf-8") for path in (book.results_before, book.results))
    changed = results.compare(results.read(book.results_before), results.read(book.results))
    assert now == before, "\n".join(["the build has renewed book/results.json: commit it", *changed])


@pytest.fixture
def printed(tmp_path):
    """A book of one chapter that prints numbers, one that is broken, and one without code; without pages or tables."""
    (tmp_path / "book").mkdir()
    (tmp_path / "data").mkdir()
    write_chapter(tmp_path / "book" / "survey.md", "from datagravity.chapter import headlines\nheadlines('survey')")
    write_chapter(tmp_path / "book" / "broken.md", "x = 1", "x / 0")
    write_chapter(tmp_path / "book" / "words.md", prose="Words.")
    files = "".join(f"- file: {name}\n" for name in ("broken", "words"))
    (tmp_path / "_toc.yml").write_text(f"format: jb-book\nroot: survey\nchapters:\n{files}", encoding="utf-8")
    return Book(tmp_path)


def files(book):
    return {path: path.read_bytes() for path in book.root.rglob("*") if path.is_file()}


@pytest.mark.built
def test_one_chapter_is_run_and_its_numbers_and_their_change_are_printed(printed, capsys):
    found = results.read(ROOT / "book" / "results.json")["headlines"]["survey"]
    of_survey = {**found, "claims": {**found["claims"], "value": 3, "unit": "rows"}}
    results.write(printed.results, {"tables": {}, "headlines": {"survey": of_survey}})
    before = files(printed)
    assert main(["chapter", "book/survey.md", "--root", str(printed.root)]) == 0
    output = capsys.readouterr().out
    count = found["claims"]["value"]
    assert re.search(rf"^  claims +{count} claims +extension$", output, re.MULTILINE)
    assert re.search(
        rf"^survey: {len(found)} headlines in [\d.]+ s, against book/results.json changes: 2$", output, re.M
    )
    assert f"\n  survey.claims: 3 → {count}\n  survey.claims, unit: rows → claims\n" in output
    assert files(printed) == before


@pytest.mark.built
@pytest.mark.skipif(not CAN_FORK, reason="kernels that start afresh share nothing")
def test_one_chapter_finds_what_the_builds_kernels_kept(printed, monkeypatch):
    monkeypatch.delenv(store.VARIABLE, raising=False)
    write_chapter(printed.source / "survey.md", "from datagravity import brains\nbrains.ratios()")
    kept = []
    for _ in range(2):
        assert main(["chapter", "survey", "--root", str(printed.root)]) == 0
        kept.append(sorted((printed.build / "store").glob("*/*.result")))
    assert kept[0] == kept[1] != []


@pytest.mark.built
def test_a_broken_chapter_names_its_cell(printed, capsys):
    assert main(["chapter", "broken", "--root", str(printed.root)]) == 1
    message = "book/broken.md, code cell 2, line 21: ZeroDivisionError: division by zero\n    x / 0"
    assert message in capsys.readouterr().err


def test_a_chapter_needs_a_known_name_and_code(printed, capsys):
    assert main(["chapter", "words.md", "--root", str(printed.root)]) == 0
    assert "no code" in capsys.readouterr().out
    assert main(["chapter", "surveys", "--root", str(printed.root)]) == 1
    assert "chapter: 'surveys', expected survey\n" in capsys.readouterr().err
    assert main(["chapter", "x", "--root", str(printed.root)]) == 1
    assert "expected survey or broken or words" in capsys.readouterr().err
