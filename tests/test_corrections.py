"""The corrections: each names a cell that exists, guards its value, and never touches the published column."""

import shutil

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagravity.evidence import TableError, load
from datagravity.paths import DATA
from test_evidence import read, write


@pytest.fixture
def folder(tmp_path):
    """A copy of data/ that a test may break."""
    return shutil.copytree(DATA, tmp_path / "data")


def changed(folder, table, key, /, **cells):
    """Change cells of one row and return the message that loading fails with."""
    path = folder / f"{table}.csv"
    rows = read(path)
    next(row for row in rows if row["id"] == key).update(cells)
    write(path, rows)
    with pytest.raises(TableError) as caught:
        load(table, directory=folder)
    return str(caught.value)


def test_every_conflict_has_a_reason_and_a_place():
    corrections = load("corrections")
    assert set(corrections["action"]) == {"flag", "exclude", "override"}
    assert corrections[["reason", "source", "locator", "expect"]].notna().all().all()
    assert len(corrections) >= 40


@pytest.mark.parametrize(
    "row",
    ["P004", "P008", "P027", "P050", "P051", "P074", "P081", "P083", "P105", "P164", "P183", "P194", "P204", "P220"],
)
def test_the_known_conflicts_between_sources_are_entries(row):
    assert load("energy").set_index("id").loc[row, "corrections"] is not pd.NA


def test_the_published_value_stays():
    rows = load("energy").set_index("id")
    assert (rows.loc["P050", "capacity_kib"], rows.loc["P050", "capacity_kib_corrected"]) == (32, 8)
    assert (rows.loc["P080", "distance_basis"], rows.loc["P080", "distance_basis_corrected"]) == ("stated", "per mm")
    same = rows.drop(index=["P050", "P080"])
    for column in ("capacity_kib", "distance_basis"):
        pd.testing.assert_series_equal(same[column], same[f"{column}_corrected"], check_names=False)
    assert rows["capacity_kib_corrected"].dtype == rows["capacity_kib"].dtype


def test_rows_say_what_concerns_them():
    rows = load("energy").set_index("id")
    corrections = load("corrections").query("table == 'energy'")
    assert set(rows.index[rows["excluded"]]) == set(corrections.loc[corrections["action"] == "exclude", "row"])
    assert rows["corrections"].notna().sum() == corrections["row"].nunique()
    assert load("distances").set_index("id").loc["D01", "excluded"]
    assert "corrections" not in load("sources"), "a table without corrections keeps its columns"


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        ("P027", "energy_low_pj", "1.30", ["energy.csv row 28 (id P027)", "'1.30'", "'1.31'", "C007 of data/corr"]),
        ("P051", "operation", "DRAM", ["energy.csv row 52 (id P051)", "'DRAM'", "LPDDR2", "C005", "look at it again"]),
        ("P050", "capacity_kib", "8", ["energy.csv row 51 (id P050)", "'8'", "expected '32'", "C004"]),
    ],
)
def test_the_guard_fails_when_the_source_row_changes(folder, row, column, value, words):
    message = changed(folder, "energy", row, **{column: value})
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize("number", range(len(load("corrections"))))
def test_every_guard_holds_the_published_cell(number):
    correction = load("corrections").iloc[number]
    rows = {row["id"]: row for row in read(DATA / f"{correction['table']}.csv")}
    assert rows[correction["row"]][correction["column"]] == correction["expect"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"table": "enrgy"}, ["column table", "'enrgy'", "one of energy, sources"]),
        ({"table": "corrections"}, ["column table", "another table than this one"]),
        ({"row": "P999"}, ["column row", "'P999'", "a row of data/energy.csv"]),
        ({"column": "colour"}, ["column column", "'colour'", "a column of data/energy.csv"]),
        ({"action": "delete"}, ["column action", "'delete'", "one of flag, exclude, override"]),
        ({"value": ""}, ["column value", "a value for an override"]),
        ({"value": "-8"}, ["column value", "'-8'", "a number, above 0", "capacity_kib"]),
        ({"value": "wide"}, ["column value", "'wide'", "a number"]),
        ({"expect": ""}, ["column expect", "text"]),
        ({"source": "nobody2020"}, ["column source", "'nobody2020'", "key in sources.csv"]),
        ({"reason": ""}, ["column reason"]),
        ({"id": "C003"}, ["column id", "used once"]),
    ],
)
def test_a_bad_correction_is_named(folder, cells, words):
    message = changed(folder, "corrections", "C004", **cells)
    assert "data/corrections.csv row 5" in message
    assert [word for word in words if word not in message] == []


def test_a_flag_offers_no_value(folder):
    assert "a blank otherwise" in changed(folder, "corrections", "C001", value="3.0")


def test_a_distance_is_not_zero_unless_it_is_a_reach(folder):
    assert "distances.csv row 7 (id D06), column distance_low_mm: value '0'" in changed(
        folder, "distances", "D06", distance_low_mm="0"
    )
    assert "a maximum reach is not a length" in changed(
        shutil.copytree(DATA, folder / "again"), "distances", "D15", distance_low_mm="25"
    )


def test_distances_are_complete():
    table = load("distances")
    assert len(table) == 20
    assert table[["locator", "status", "basis", "source"]].notna().all().all()
    assert table.set_index("id").query("status == 'recalled'").index.to_list() == ["D20"]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 46), cell=st.sampled_from(["", "7", "x", "-1", "1e999", "stated", "P002"]))
def test_no_guarded_cell_changes_unnoticed(folder, number, cell):
    correction = load("corrections").iloc[number]
    path = folder / f"{correction['table']}.csv"
    rows = read(DATA / f"{correction['table']}.csv")
    row = next(row for row in rows if row["id"] == correction["row"])
    row[correction["column"]] = cell
    write(path, rows)
    try:
        if cell == correction["expect"]:
            load("energy", directory=folder)
        else:
            with pytest.raises(TableError, match=correction["row"]):
                load("energy", directory=folder)
    finally:
        shutil.copyfile(DATA / path.name, path)
