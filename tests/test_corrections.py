"""The corrections: each names a cell that exists, guards its value, and never touches the published column."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagravity.evidence import TableError, load, validate
from datagravity.paths import DATA
from editing import SMALL, change, problems_of, read, write


def changed(folder, table, key, /, **cells):
    """Change cells of one row and return the message that loading fails with."""
    change(folder / f"{table}.csv", key, **cells)
    return problems_of(folder)


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
    overrides = load("corrections").query("action == 'override' and table == 'energy'")
    for column in ("capacity_kib", "distance_basis"):
        same = rows.drop(index=overrides.loc[overrides["column"] == column, "row"])
        pd.testing.assert_series_equal(same[column], same[f"{column}_corrected"], check_names=False)
    assert rows["capacity_kib_corrected"].dtype == rows["capacity_kib"].dtype


def test_rows_say_what_concerns_them():
    rows = load("energy").set_index("id")
    corrections = load("corrections").query("table == 'energy'")
    assert set(rows.index[rows["out_of_fits"]]) == set(corrections.loc[corrections["action"] == "exclude", "row"])
    assert rows["corrections"].notna().sum() == corrections["row"].nunique()
    assert load("distances").set_index("id").loc["D01", "out_of_fits"]
    assert "corrections" not in load("sources"), "a table without corrections keeps its columns"


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        ("P027", "energy_low_pj", "1.30", ["energy.csv row 13 (id P027)", "'1.30'", "'1.31'", "C007 of data/corr"]),
        ("P051", "operation", "DRAM", ["energy.csv row 21 (id P051)", "'DRAM'", "LPDDR2", "C005", "look at it again"]),
        ("P050", "capacity_kib", "8", ["energy.csv row 20 (id P050)", "'8'", "expected '32'", "C004"]),
    ],
)
def test_the_guard_fails_when_the_source_row_changes(small, row, column, value, words):
    message = changed(small, "energy", row, **{column: value})
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize("table", sorted(set(load("corrections")["table"])))
def test_every_guard_holds_the_published_cell(table):
    rows = {row["id"]: row for row in read(DATA / f"{table}.csv")}
    for correction in load("corrections").query("table == @table").itertuples():
        assert rows[correction.row][correction.column] == correction.expect, correction.id


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
def test_a_bad_correction_is_named(small, cells, words):
    message = changed(small, "corrections", "C004", **cells)
    assert "data/corrections.csv row 4" in message
    assert [word for word in words if word not in message] == []


def test_a_flag_offers_no_value(small):
    assert "a blank otherwise" in changed(small, "corrections", "C001", value="3.0")


def test_a_distance_is_not_zero_unless_it_is_a_reach(small):
    message = changed(small, "distances", "D06", distance_low_mm="0")
    assert "distances.csv row 4 (id D06), column distance_low_mm: value '0'" in message
    assert "a maximum reach is not a length" in changed(small, "distances", "D15", distance_low_mm="25")


def test_distances_are_complete():
    table = load("distances")
    assert table[["locator", "status", "basis", "source"]].notna().all().all()
    first = table.query("id <= 'D20'")
    assert len(first) == 20
    assert first.set_index("id").query("status == 'recalled'").index.to_list() == ["D20"]


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    correction=st.sampled_from(read(SMALL / "corrections.csv")),
    cell=st.sampled_from(["", "7", "x", "-1", "1e999", "stated", "P002"]),
)
def test_no_guarded_cell_changes_unnoticed(small, correction, cell):
    path = small / f"{correction['table']}.csv"
    before = read(path)
    change(path, correction["row"], **{correction["column"]: cell})
    try:
        if cell == correction["expect"]:
            validate()
        else:
            with pytest.raises(TableError, match=correction["row"]):
                validate()
    finally:
        write(path, before)
