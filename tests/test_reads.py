"""Which tables were read, and results that are remembered until one of those tables changes."""

import ast
import os
import re
import shutil
import threading
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from datagravity import claims, decoding, load, paths, systems
from datagravity.evidence import reading, remembered, validate
from datagravity.headlines import with_inputs
from datagravity.intervals import Interval
from datagravity.reads import file_digest
from datagravity.sources import bibliography, short_name
from editing import change, read, write


@pytest.fixture
def data(folder, tmp_path, monkeypatch):
    """The folder of the tables that this process reads: a copy, which a test may edit."""
    references = shutil.copyfile(paths.REFERENCES, tmp_path / "references.bib")
    monkeypatch.setattr(paths, "DATA", folder)
    monkeypatch.setattr(paths, "REFERENCES", references)
    return folder


@pytest.mark.slow
def test_doubling_a_row_in_a_running_process_changes_what_is_computed_from_it(data):
    def weights():
        return decoding.decode_energy("Llama-2 7B", "H100 SXM5 80GB", batch=1, context=500).terms["weights"]

    row, joules, share = decoding.energy_per_bit("P154"), weights(), decoding.calibrate()["awake_share"]
    published = next(row for row in read(data / "energy.csv") if row["id"] == "P154")
    columns = ["energy_low_pj", "energy_high_pj", "pj_per_bit_low_rounded", "pj_per_bit_high_rounded"]
    change(data / "energy.csv", "P154", **{column: f"{2 * float(published[column]):.6g}" for column in columns})
    assert decoding.energy_per_bit("P154") == 2 * row
    assert weights() == pytest.approx(2 * joules)
    assert decoding.calibrate()["awake_share"] < share, "what moves costs more, so less is left for the clock"


@pytest.mark.parametrize("edit", ["deleted", "doubled"])
@pytest.mark.parametrize(
    ("table", "row", "columns"),
    [("energy", "P037", ["energy_low_pj", "energy_high_pj"]), ("brain", "B016", ["value"])],
)
@pytest.mark.slow
def test_a_row_that_goes_or_doubles_moves_what_rests_on_its_table_and_nothing_else(data, table, row, columns, edit):
    def headlines():
        chapters = ["brains", "processors", "disjunction-constant", "survey"]
        return {(chapter, name): found for chapter in chapters for name, found in with_inputs(chapter).items()}

    before, path = headlines(), data / f"{table}.csv"
    if edit == "deleted":
        for file, column in [(path, "id"), (data / "series_rows.csv", "row")]:
            write(file, [cells for cells in read(file) if cells[column] != row])
    else:
        cells = next(cells for cells in read(path) if cells["id"] == row)
        change(path, row, **{column: f"{2 * float(cells[column]):g}" for column in columns})
    moved = {key for key, (headline, _) in headlines().items() if headline != before[key][0]}
    assert moved
    assert moved < {key for key, (_, tables) in before.items() if table in tables}


def test_an_edited_input_of_a_system_reaches_its_comparison(data):
    def passes():
        inputs = systems.compare("S04")[0].inputs
        return next(row["interval"].value for row in inputs if row["symbol"] == "passes_before")

    assert passes() == 3
    change(data / "system_inputs.csv", "I014", value="6")
    assert passes() == 6


@pytest.mark.slow
def test_an_edited_region_changes_where_the_parts_of_a_claim_lie(data, monkeypatch):
    parts = [claims.Part("part", Interval(2, 1, 3), "origin")]
    monkeypatch.setitem(claims.TESTS, "transport_dominates", lambda: parts)
    for low, position in [("0.5", "inside"), ("1.5", "across"), ("3.5", "outside")]:
        change(data / "claims.csv", "C1", region_low=low, region_high="4", value_if_true="3.75")
        assert claims.parts("transport_dominates").loc[0, "position"] == position


@pytest.mark.slow
def test_a_result_is_computed_once_for_each_content_of_the_tables_it_read(data):
    count = []

    @remembered
    def rows(table, scale=1):
        count.append(table)
        return scale * len(load(table))

    assert [rows("energy"), rows("energy"), rows("energy", scale=2)] == [*[len(load("energy"))] * 2, rows("energy", 2)]
    assert count == ["energy"] * 3, "called by position and by name"
    change(data / "brain.csv", "B001", note="another")
    rows("energy")
    assert len(count) == 3, "another table changed"
    for note, times in [("another", 4), ("a third", 5), ("another", 5), ("a fourth", 6), ("a third", 7)]:
        change(data / "energy.csv", "P001", notes=note)
        rows("energy")
        assert len(count) == times, "the two contents asked for last are known"


def test_reading_names_the_tables_also_when_a_remembered_result_answers():
    @remembered
    def inner():
        return load("llm")["id"][0]

    @remembered
    def outer():
        return inner()

    for _ in range(2):
        with reading() as everything:
            with reading() as names:
                outer()
            assert names == {"llm", "corrections"}
            short_name("horowitz2014")
        assert everything == {"llm", "corrections", "references"}
    with reading() as names:
        pass
    load("trends")
    assert names == set(), "what is read after the block is not of it"


@pytest.mark.parametrize(
    ("read", "names"),
    [
        (lambda: load("energy"), {"energy", "sources", "corrections"}),
        (lambda: load("pim"), {"pim", "sources", "corrections"}),
        (lambda: load("brain"), {"brain", "sources", "corrections"}),
        (lambda: load("sources"), {"sources", "references", "corrections"}),
        (lambda: load("corrections"), {"corrections"}),
        (lambda: bibliography(), {"references"}),
        (lambda: load("energy", directory=paths.DATA), set()),
        (lambda: decoding.energy_per_bit("P154"), {"energy", "sources", "corrections"}),
        (lambda: systems.common.claim_rows(), {"system_claims", "corrections"}),
    ],
)
def test_what_counts_as_read(read, names):
    with reading() as found:
        read()
    assert found == names


def test_to_validate_is_to_read_everything():
    with reading() as found:
        counts = validate()
    assert found == {*counts, "references"}


def test_a_folder_of_ones_own_is_watched_too_and_is_none_of_the_books(folder):
    @remembered
    def first(place):
        return load("energy", directory=place)["energy_low_pj"][0]

    with reading() as names:
        assert [first(folder), first(str(folder))] == [0.03, 0.03]
        change(folder / "energy.csv", "P001", energy_low_pj="0.02")
        assert [first(folder), first(str(folder))] == [0.02, 0.02]
    assert names == set()


def test_a_change_of_the_bibliography_is_noticed(data):
    @remembered
    def author():
        return short_name("horowitz2014")

    assert author() == "Horowitz 2014a"
    text = paths.REFERENCES.read_text(encoding="utf-8")
    paths.REFERENCES.write_text(text.replace("Horowitz, Mark", "Horovitz, Mark"), encoding="utf-8")
    assert author() == "Horovitz 2014a"


def test_what_is_handed_out_is_the_callers_own():
    @dataclass
    class Open:
        numbers: list

    @remembered
    def results():
        frame = pd.DataFrame({"a": [1.0]})
        return {"frame": frame, "array": np.ones(2), "list": [{1: [2]}], "tuple": ([3],), "object": Open([4])}

    found = results()
    found["frame"].loc[0, "a"] = found["array"][0] = 9
    found["list"][0][1].append(9)
    found["tuple"][0].append(9)
    found["object"].numbers.append(9)
    found["new"] = 9
    again = results()
    assert list(again) == ["frame", "array", "list", "tuple", "object"]
    assert (again["frame"].loc[0, "a"], *again["array"]) == (1, 1, 1)
    assert (again["list"], again["tuple"], again["object"]) == ([{1: [2]}], ([3],), Open([4]))


def test_what_cannot_change_is_shared():
    @remembered
    def result():
        return object()

    assert result() is result()


def test_an_argument_that_cannot_be_hashed_is_named():
    with pytest.raises(TypeError, match=r"calibrate: unhashable type: 'list'; expected arguments that can be hashed"):
        decoding.calibrate(["llm", "OPT-66B"])


def test_an_error_is_not_remembered_and_closes_the_record():
    @remembered
    def fails():
        load("llm")
        raise ZeroDivisionError

    for _ in range(2):
        with reading() as names, pytest.raises(ZeroDivisionError):
            fails()
        assert names == {"llm", "corrections"}


def test_only_so_many_results_are_kept():
    count = []

    @remembered
    def square(number):
        count.append(number)
        return number**2

    for number in range(300):
        square(number)
    square(299)
    square(0)
    assert len(count) == 301


@pytest.mark.slow
def test_threads_may_ask_at_once():
    @remembered
    def table(name):
        return load(name)

    found = []
    names = ["energy", "llm", "trends", "claims"] * 8
    threads = [threading.Thread(target=lambda name=name: found.append((name, table(name)))) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(names)
    for name, frame in found:
        pd.testing.assert_frame_equal(frame, load(name))


def test_an_edit_that_keeps_size_and_time_is_noticed(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old", encoding="utf-8")
    os.utime(path, ns=(10**18, 10**18))
    seen = file_digest(path)
    for text in ["one", "two", "old"]:
        status = path.stat()
        path.write_text(text, encoding="utf-8")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert (file_digest(path) == seen) == (text == "old")
    path.unlink()
    assert file_digest(path) is None


def test_an_unchanged_file_is_not_read_again(tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr("datagravity.reads.CLOCK_NS", -(10**12))
    seen = file_digest(path)
    monkeypatch.setattr("builtins.open", None)
    assert file_digest(path) == seen


#: What functools may keep: formulas, random numbers, texts and paths, of which no table has a part.
WITHOUT_TABLES = {
    "catalogue._figures",
    "catalogue._titles",
    "checks.read",
    "drawing._code",
    "engines.has_numba",
    "executed._by_code",
    "figures._book",
    "many_data_sets._instances",
    "many_data_sets._largest_gap",
    "many_data_sets.million",
    "maths.mathml",
    "server._content",
    "store._code",
    "store._modules",
    "terms.while_prefilling",
}
# These cannot read a table, or keep what they read under the digest of its file.
BELOW = ("symbolic", "compiled", "evidence", "sources")


@pytest.mark.slow
def test_no_result_of_the_tables_is_kept_in_another_way():
    kept = set()
    for path in paths.PACKAGE.rglob("*.py"):
        if path.relative_to(paths.PACKAGE).parts[0].removesuffix(".py") in BELOW:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [getattr(decorator, "func", decorator) for decorator in getattr(node, "decorator_list", [])]
            decorators = map(ast.unparse, named)
            if any(re.search(r"\bcache|lru_cache|cached_property", decorator) for decorator in decorators):
                kept.add(f"{path.stem}.{node.name}")
    assert kept <= WITHOUT_TABLES
