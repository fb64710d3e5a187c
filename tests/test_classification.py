"""What a row is stands in its columns: known words, and rules that leave nothing unsaid."""

import pytest

from datagravity import load
from datagravity.evidence import TableError, validate
from datagravity.evidence.rules import RULES
from datagravity.evidence.rules.plateau import year_is_period
from datagravity.evidence.rules.series import stand_in_has_its_length, use_has_its_columns
from frozen import freeze

ENERGY = dict.fromkeys(load("energy").columns)
OPERATION = {"kind": "compute", "width_bits": 16, "operation_class": "FP16 tensor MAC", "flop_per_operation": 2.0}
ACCESS = {"kind": "dram", "width_bits": 64, "memory_level": "HBM"}
OURS = [
    rule for rule in RULES["energy"] if rule.__name__ in ("says_what_it_is", "operation_is_counted", "says_how_known")
]


def said(row, *rules):
    """What rules say of a row, as (column, expectation)."""
    return [found for rule in rules for found in rule(row)]


@pytest.mark.parametrize("row", [OPERATION, ACCESS, OPERATION | {"flop_per_operation": 1.0}, {"kind": "wire"}])
def test_a_row_that_says_what_it_is_passes(row):
    assert said(ENERGY | row, *OURS) == []


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (OPERATION | {"operation_class": None, "flop_per_operation": None}, "operation_class", "or a reason"),
        (ACCESS | {"memory_level": None}, "memory_level", "or a reason in excluded_because"),
        (
            ACCESS | {"operation_class": "FP32 add", "width_bits": 32, "flop_per_operation": 1.0},
            "operation_class",
            "dram",
        ),
        ({"kind": "wire", "memory_level": "HBM"}, "memory_level", "a blank, because the kind is wire"),
        (ACCESS | {"memory_level": "register file"}, "memory_level", "a level off the chip"),
        (ACCESS | {"kind": "sram"}, "memory_level", "a level on the chip"),
        (OPERATION | {"flop_per_operation": None}, "flop_per_operation", "exactly where operation_class"),
        (OPERATION | {"flop_per_operation": 4.0}, "flop_per_operation", "1, or 2 for the whole of a FP16 tensor MAC"),
        (OPERATION | {"width_bits": None}, "width_bits", "16, because the class is FP16 tensor MAC"),
        (OPERATION | {"width_bits": 32}, "width_bits", "16, because"),
        (ACCESS | {"node_nm": 5}, "node_inferred", "exactly where node_nm has one"),
        (ACCESS | {"node_inferred": True}, "node_inferred", "exactly where node_nm has one"),
        ({"kind": "wire", "distance_mm": 2.0}, "distance_basis", "exactly where distance_mm has one"),
    ],
)
def test_a_row_that_does_not_is_told_what_is_missing(row, column, words):
    ((where, expected),) = said(ENERGY | row, *OURS)
    assert where == column
    assert words in expected


@pytest.mark.parametrize("row", [ACCESS | {"memory_level": None}, OPERATION | {"operation_class": None}])
def test_a_reason_stands_in_for_a_word(row):
    row = ENERGY | row | {"flop_per_operation": None, "excluded_because": "a reason"}
    assert said(row, *OURS) == []


ROW = {"id": "P001", "node_nm": 5, "width_bits": 16, "pj": 2}
PAIR = ROW | {"kind": "compute", "operation_class": "FP16 FMA", "flop_per_operation": 2}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            PAIR | {"operation_class": "FP16 MAC"},
            ["operation_class: value 'FP16 MAC'", "FP16 FMA;", "FP16 tensor MAC;"],
        ),
        (
            ROW | {"kind": "dram", "memory_level": "hbm read"},
            ["memory_level: value 'hbm read'", "L1, small SRAM; ", "HBM;"],
        ),
        (PAIR | {"flop_per_operation": "two"}, ["flop_per_operation: value 'two'", "a number"]),
        (PAIR | {"supply_v": "0.8 V"}, ["supply_v: value '0.8 V'", "a number, above 0"]),
        (
            PAIR | {"distance_mm": 1, "distance_basis": "about"},
            ["distance_basis: value 'about'", "maximum reach, per mm"],
        ),
    ],
)
def test_an_unknown_word_is_printed_beside_the_known_ones(tmp_path, monkeypatch, row, words):
    freeze(tmp_path, monkeypatch, energy=[row])
    with pytest.raises(TableError) as caught:
        validate()
    message = str(caught.value)
    assert "energy.csv row 2 (id P001)" in message
    assert [word for word in words if word not in message] == []


# --- Series


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ({"use": "exponent", "origin": "a", "growing_part": True, "warning": "b"}, []),
        ({"use": "exponent"}, ["origin", "growing_part", "warning"]),
        ({"use": "growth"}, ["time_column"]),
        ({"use": "ladder", "time_column": "year"}, ["time_column"]),
    ],
)
def test_a_series_has_the_columns_of_its_use(row, columns):
    blank = dict.fromkeys(("time_column", "origin", "growing_part", "warning"))
    assert [column for column, _ in use_has_its_columns(blank | row)] == columns


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ({}, []),
        ({"stand_in": "capacity", "path": "D07"}, []),
        ({"stand_in": "assumed", "path": "D07;D08", "assumed_mm": 1.0}, []),
        ({"stand_in": "capacity", "path": "D07;D08"}, ["path"]),
        ({"stand_in": "capacity", "path": "D07", "assumed_mm": 1.0}, ["assumed_mm"]),
        ({"stand_in": "assumed"}, ["path"]),
        ({"path": "D07"}, ["path"]),
    ],
)
def test_a_stand_in_has_its_length(row, columns):
    blank = dict.fromkeys(("stand_in", "path", "assumed_mm"))
    assert [column for column, _ in stand_in_has_its_length(blank | row)] == columns


def test_the_year_of_a_part_is_its_period():
    assert said({"year": 2020, "period": "2020"}, year_is_period) == []
    assert said({"year": None, "period": "20 years"}, year_is_period) == []
    assert said({"year": 2020, "period": "2021"}, year_is_period) == [("year", "2021, the period")]


SERIES = {"name": "one", "use": "exponent", "table": "energy", "origin": "here", "warning": "few"}
SERIES |= {"growing_part": "false"}
NEAR = {"id": "P001", "kind": "network", "width_bits": 1, "pj": 1, "distance_mm": 1, "distance_basis": "stated"}
BLANK = {"id": "P002", "kind": "sram", "width_bits": 1, "pj": 1, "memory_level": "register file"}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([{"row": "P009"}], ["column row: value 'P009'", "a row of data/energy.csv"]),
        ([{"row": "P001"}, {"row": "P001"}], ["series_rows.csv row 3", "column row", "used once; row 2 has it too"]),
        ([{"row": "P002"}], ["column stand_in: value ''", "a value, because the row has no distance"]),
        ([{"row": "P001", "stand_in": "assumed", "assumed_mm": 1}], ["column stand_in: value 'assumed'", "a blank"]),
        ([{"row": "P002", "stand_in": "capacity", "path": "D01"}], ["stand_in", "the row has no capacity"]),
        ([{"row": "P002", "stand_in": "assumed", "path": "D01;D02"}], ["column path", "and D02 is none"]),
        ([{"row": "P001", "series": "two"}], ["column series: value 'two'", "one that exists: name in series.csv"]),
    ],
)
def test_a_member_is_a_row_of_its_table(tmp_path, monkeypatch, members, words):
    path = {"id": "D01", "distance_low_mm": 1, "distance_high_mm": 1}
    rows = [{"id": f"M{number:03d}", "series": "one"} | member for number, member in enumerate(members, 1)]
    freeze(tmp_path, monkeypatch, energy=[NEAR, BLANK], distances=[path], series=[SERIES], series_rows=rows)
    with pytest.raises(TableError) as caught:
        validate()
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_member_of_a_series_over_time_has_its_time(tmp_path, monkeypatch):
    series = {"name": "one", "use": "growth", "table": "energy", "time_column": "release_date"}
    member = {"id": "M001", "series": "one", "row": "P001"}
    freeze(tmp_path, monkeypatch, energy=[NEAR], series=[series], series_rows=[member])
    with pytest.raises(TableError, match="column row: value 'P001'; expected a row with a release_date"):
        validate()
