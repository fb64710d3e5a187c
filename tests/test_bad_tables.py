"""Bad tables: each message names file, row, column, value and what was expected."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagravity.evidence import TableError, load
from editing import SMALL, broken, change, is_loaded, read, write

CELLS = [
    ("energy", {"P016__energy_low_pj": "-3"}, ["row 9 (id P016)", "energy_low_pj", "'-3'", "a number, above 0"]),
    (
        "energy",
        {"P032__energy_low_pj": "460", "P032__pj_per_bit_low_rounded": "7.1875"},
        ["row 16 (id P032)", "'460'", "450"],
    ),
    ("energy", {"P020__energy_high_pj": "inf"}, ["row 12 (id P020)", "energy_high_pj", "'inf'", "a number"]),
    ("energy", {"P020__energy_high_pj": "1e999"}, ["row 12 (id P020)", "energy_high_pj", "'1e999'", "a number"]),
    ("energy", {"P020__energy_high_pj": "NaN"}, ["row 12 (id P020)", "energy_high_pj", "'NaN'", "a number"]),
    ("energy", {"P020__energy_high_pj": "about 3"}, ["row 12 (id P020)", "energy_high_pj", "'about 3'", "a number"]),
    ("energy", {"P020__energy_high_pj": "1_0"}, ["row 12 (id P020)", "energy_high_pj", "'1_0'", "a number"]),
    ("energy", {"P020__node_nm": "7.5"}, ["row 12 (id P020)", "node_nm", "'7.5'", "a whole number"]),
    ("energy", {"P020__unit": "nJ"}, ["row 12 (id P020)", "column unit", "'nJ'", "one of pJ, ratio"]),
    ("energy", {"P020__unit": "ratio"}, ["row 12 (id P020)", "energy_low_pj", "'0.11'", "a blank"]),
    (
        "energy",
        {"P020__source": "nobody2020"},
        ["row 12 (id P020)", "source", "'nobody2020'", "exists: key in sources.csv"],
    ),
    ("energy", {"P020__id": "P019"}, ["row 12 (id P019)", "column id", "'P019'", "used once; row 11 has it too"]),
    ("energy", {"P020__id": ""}, ["row 12", "column id", "''", "P\\d{3,}"]),
    ("energy", {"P020__kind": "cpu"}, ["row 12 (id P020)", "kind", "'cpu'", "one of compute, sram"]),
    ("energy", {"P020__scope": ""}, ["row 12 (id P020)", "column scope", "''", "one of datapath"]),
    (
        "energy",
        {"P020__scope_as_stated": " datapath"},
        ["row 12 (id P020)", "column scope_as_stated", "' datapath'", "no spaces"],
    ),
    (
        "energy",
        {"P028__pj_per_bit_low_rounded": "0.1173"},
        ["row 14 (id P028)", "pj_per_bit_low_rounded", "'0.1173'", "0.117188"],
    ),
    ("energy", {"P028__pj_per_bit_low_rounded": ""}, ["row 14 (id P028)", "pj_per_bit_low_rounded", "''", "a value"]),
    ("energy", {"P052__confidence": ""}, ["row 22 (id P052)", "confidence", "''", "a recalled row"]),
    ("energy", {"P052__confidence": "1.5"}, ["row 22 (id P052)", "confidence", "'1.5'", "at most 1"]),
    ("energy", {"P062__distance_mm": "2"}, ["row 23 (id P062)", "distance_mm", "'2'", "expected 1"]),
    ("energy", {"P128__energy_mean_pj": "12"}, ["row 27 (id P128)", "energy_mean_pj", "'12'", "127.5 to 131.5"]),
    ("sources", {"choi2013__grey": "maybe"}, ["sources.csv row", "(key choi2013)", "grey", "'maybe'", "true or false"]),
    ("sources", {"choi2013__checked": "seen"}, ["(key choi2013)", "checked", "'seen'", "one of read in the"]),
    ("published_ratios", {"G3__gd_low": "400"}, ["row 4 (id G3)", "gd_low", "'400'", "at most gd_high, which is 366"]),
    (
        "published_ratios",
        {"G3__compute_row": "P999"},
        ["row 4 (id G3)", "'P999'", "exists: id in energy.csv"],
    ),
]


@pytest.mark.parametrize(("table", "changes", "words"), CELLS, ids=lambda x: "-".join(x) if isinstance(x, dict) else "")
def test_a_bad_cell_is_named(small, table, changes, words):
    message = broken(small, table, **changes)
    assert f"data/{table}.csv" in message
    assert [word for word in words if word not in message] == []


def test_all_problems_at_once(small):
    message = broken(small, P016__energy_low_pj="-3", P020__unit="nJ", P100__source="nobody2020")
    assert message.startswith("3 problems in the data")
    lines = [re.search(r"row (\d+)", line)[1] for line in message.splitlines()[1:]]
    assert lines == ["9", "12", "26"]


def test_problems_of_several_tables_at_once(small):
    change(small / "sources.csv", "chen2016eyeriss", grey="perhaps")
    message = broken(small, P016__energy_low_pj="-3")
    assert "energy.csv row 9" in message
    assert "sources.csv row 2" in message


def test_missing_column(small):
    path = small / "energy.csv"
    rows = read(path)
    write(path, [{k: v for k, v in row.items() if k != "hops_range"} for row in rows])
    with pytest.raises(TableError, match=r"data/energy.csv row 1, column hops_range: expected the column hops_range"):
        load("energy")


def test_extra_column_and_column_twice(small):
    path = small / "energy.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n", ",\n").replace("hops_range,", "colour,", 1), encoding="utf-8")
    with pytest.raises(TableError, match=r"(?s)hops_range; it is missing.*column colour: expected no such column"):
        load("energy")
    path.write_text(text.replace("\n", ",\n").replace("because,", "because,id", 1), encoding="utf-8")
    with pytest.raises(TableError, match="row 1, column id: expected this column once"):
        load("energy")


@pytest.mark.parametrize("table", ["energy", "sources", "published_ratios"])
def test_empty_file(small, table):
    (small / f"{table}.csv").write_bytes(b"")
    with pytest.raises(TableError, match=rf"data/{table}.csv: expected a header and .*; the file is empty"):
        load("energy")


@pytest.mark.parametrize("table", ["energy", "sources", "published_ratios"])
def test_header_only(small, table):
    path = small / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(TableError, match=rf"data/{table}.csv row 1: expected at least one row below the header"):
        load("energy")


def test_missing_file(small):
    (small / "energy.csv").unlink()
    with pytest.raises(TableError, match=r"data/energy\.csv: expected a file that can be read"):
        load("energy")


@pytest.mark.parametrize("row", ["P999", "P999," + "x," * 41])
def test_row_of_another_length(small, row):
    path = small / "energy.csv"
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"data/energy.csv row 30 \(P999\): expected 40 cells; there are"):
        load("energy")


def test_blank_row(small):
    path = small / "energy.csv"
    path.write_text(path.read_text(encoding="utf-8") + "," * 39 + "\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"data/energy\.csv row 30, column id: value ''; expected a value"):
        load("energy")


@pytest.mark.parametrize(
    ("content", "words"), [(b"\xff\xfe\x00", "UTF-8"), (b'id,"source\n', "row 1: expected comma-separated values")]
)
def test_not_a_table(small, content, words):
    (small / "energy.csv").write_bytes(content)
    with pytest.raises(TableError, match=words):
        load("energy")


def described(folder, *place, entry):
    """Write another entry at a place of the description of the tables."""
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    part = package["resources"]
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = entry
    path.write_text(json.dumps(package), encoding="utf-8")


@pytest.mark.parametrize(
    ("place", "entry", "words"),
    [
        (
            ("fields", 8, "unit"),
            "pJoule",
            r"\(table energy\), column energy_low_pj: value 'pJoule'; expected a unit",
        ),
        (("fields", 8, "unit"), None, "column energy_low_pj: value ''; expected a unit of the list pJ, pJ/bit"),
        (
            ("fields", 8, "type"),
            "float",
            "column energy_low_pj: value 'float'; expected a type of the list string",
        ),
        (("fields", 8, "constraints"), {"least": 0}, "energy_low_pj: value 'least'; expected a constraint of the list"),
        (("fields", 1, "constraints"), {"minimum": 0}, "column source: value 'minimum'; expected a constraint of the"),
        (("primaryKey",), [], "expected columns of its own as the primary key"),
        (("primaryKey",), ["id", "key"], "expected columns of its own as the primary key"),
        (("foreignKeys", 0, "fields"), ["author"], "expected a foreign key of one column into one column"),
        (("foreignKeys", 0, "reference", "resource"), "papers", "expected a foreign key of one column into one column"),
        (("fields",), [], "expected columns of its own as the primary key"),
        (("fields",), [1], "expected a valid data package"),
    ],
)
def test_a_description_that_is_not_understood(small, place, entry, words):
    described(small, 0, "schema", *place, entry=entry)
    with pytest.raises(TableError, match=rf"data/datapackage.json.*{words}"):
        load("energy")


def test_a_table_is_in_the_file_of_its_name(small):
    described(small, 0, "path", entry="energies.csv")
    with pytest.raises(TableError, match=r"\(table energy\): value 'energies.csv'; expected the path energy.csv"):
        load("energy")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"resources": [1]}', b"\xff"])
def test_no_description(small, content):
    (small / "datapackage.json").write_bytes(content)
    with pytest.raises(TableError, match=r"data/datapackage.json: expected a (valid )?data package"):
        load("energy")


CELL = st.one_of(
    st.sampled_from(["", "-1", "0", "inf", "nan", "1e400", "7", "3.5", "x", "compute", "pJ", "true", "P001", " 7"]),
    # A csv writer leaves a carriage return unquoted, so that it ends the row instead of standing in the cell.
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8),
)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), cell=CELL)
def test_one_changed_cell_is_an_error_that_names_it_or_a_changed_value(small, data, cell):
    rows = read(SMALL / "energy.csv")
    number = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(list(rows[0])))
    rows[number][column] = cell
    write(small / "energy.csv", rows)
    frame, problems = None, []
    try:
        frame = load("energy")
    except TableError as error:
        problems = error.problems
    if frame is None:
        assert {problem.file for problem in problems} <= {"data/energy.csv", "data/published_ratios.csv"}
        assert any(problem.row == number + 2 for problem in problems)
    else:
        assert is_loaded(cell, frame.loc[number, column])
        assert len(frame) == len(rows)
