"""The page that says how the book is checked: what is counted, what is digested, and what records say."""

import hashlib
import json
import subprocess

import pytest

from conftest import ROOT
from datagravity.site import checked

RUN = {"date": "2026-11-30", "commit": "abc", "machine": "2 cores"}
TORTURE = {
    "count": {**RUN, "tests": 6500, "properties": 80, "inputs": 8000},
    "faults": {**RUN, "lines": [{"part": "Faults", "what": "killed", "tries": 20, "held": 19}]},
}
BENCHMARK = {"Pages": {**RUN, "lines": [{"what": "TBT", "found": "700 ms", "aim": "<= 300", "met": False}]}}


@pytest.fixture
def small(tmp_path):
    for name in ("book", "tests/torture", "benchmarks"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "book" / checked.PAGE).write_text("# Checks\n\nBy hand.\n\n## Old\n\nold\n")
    (tmp_path / "tests" / "test_one.py").write_text('"""One thing,\nin two lines.\n\nMore of it.\n"""\n')
    return tmp_path


def test_the_page_is_current():
    assert (ROOT / "book" / checked.PAGE).read_text(encoding="utf-8") == checked.page(ROOT), "make sync"


def test_what_is_written_by_hand_stays_and_the_rest_is_written_anew(small):
    assert checked.write_page(small)
    text = (small / "book" / checked.PAGE).read_text()
    assert text.startswith("# Checks\n\nBy hand.\n\n## ")
    assert "* - `test_one.py`\n  - One thing, in two lines.\n" in text
    assert text.count("No run is on record.") == 2
    assert "old" not in text
    assert not checked.write_page(small)


def test_records_are_told_with_what_was_not_survived_and_what_was_missed(small):
    checked.write_record(small / checked.TORTURE, TORTURE)
    checked.write_record(small / checked.BENCHMARK, BENCHMARK)
    text = checked.page(small)
    assert "* - Faults\n  - killed\n  - 20\n  - 19\n  - 2026-11-30, `abc`\n" in text
    assert "At commit `abc` the suite had 6,500 tests. Of these, 80 state a property" in text
    assert "### Pages\n\nOn record is the run of 2026-11-30 at commit `abc`, on 2 cores.\n" in text
    assert "* - TBT\n  - 700 ms\n  - <= 300\n  - no\n" in text


def test_a_file_of_tests_that_does_not_say_what_it_guards_is_named(small):
    (small / "tests" / "test_two.py").write_text("x = 1\n")
    with pytest.raises(ValueError, match=r"test_two\.py: no docstring, expected what it guards"):
        checked.page(small)


def test_sources_and_the_rows_that_rest_on_them_are_counted(tmp_path):
    foreign = {"fields": ["source"], "reference": {"resource": "sources", "fields": ["key"]}}
    fields = [{"name": name, "type": "string"} for name in ("key", "checked")]
    tables = [
        {"name": "sources", "path": "sources.csv", "schema": {"fields": fields, "primaryKey": ["key"]}},
        {
            "name": "energy",
            "path": "energy.csv",
            "schema": {
                "fields": [{"name": name, "type": "string"} for name in ("id", "source")],
                "primaryKey": ["id"],
                "foreignKeys": [foreign],
            },
        },
    ]
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "small", "resources": tables}))
    (tmp_path / "sources.csv").write_text("key,checked\na,read\nb,read\nc,recalled\n")
    (tmp_path / "energy.csv").write_text("id,source\n1,a\n2,a\n3,c\n4,\n")
    assert checked.read_how(tmp_path) == [("read", 2, 2), ("recalled", 1, 1)]


def test_digests_are_those_of_sha256sum_and_of_all_but_the_page(tmp_path):
    for name, text in {"data/b.csv": "b", "data/a.csv": "a", "book/results.json": "{}", "html/one/x.js": "x"}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    own = tmp_path / "html" / "checks.html"
    own.write_text(" ".join(f"<code>{word}</code>" for word in checked.DIGESTED.values()))
    checked.stamp(tmp_path, tmp_path / "html")
    printed = subprocess.run(["sha256sum", "data/a.csv", "data/b.csv"], cwd=tmp_path, capture_output=True, check=True)
    tables = hashlib.sha256(printed.stdout).hexdigest()
    site = hashlib.sha256(f"{hashlib.sha256(b'x').hexdigest()}  one/x.js\n".encode()).hexdigest()
    results = hashlib.sha256(b"{}").hexdigest()
    assert own.read_text() == " ".join(f"<code>{digest}</code>" for digest in (tables, results, site))


def test_a_page_without_a_place_for_a_digest_ends_the_build(tmp_path):
    for name in ("data/a.csv", "book/results.json", "checks.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("digest-of-tables digest-of-results")
    with pytest.raises(ValueError, match=r"checks\.html: no digest-of-site, expected it where the digest"):
        checked.stamp(tmp_path, tmp_path)


def test_the_built_page_states_the_digests_that_a_reader_computes(book):
    text = (book.html / "checks.html").read_text(encoding="utf-8")
    assert [digest for digest in checked.digests(ROOT, book.html) if f">{digest}<" not in text] == []


def test_a_run_is_told_by_its_day_its_commit_and_its_machine(tmp_path):
    found = checked.run_of(tmp_path)
    assert found["commit"] == "unknown"
    assert "cores" in found["machine"]
