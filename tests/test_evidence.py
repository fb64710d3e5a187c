"""The tables: what they hold, how they are converted, and what is said of every kind of bad input."""

import csv
import io
import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagravity.evidence import TableError, data_readme, load, shown, tables, validate
from datagravity.paths import DATA, REFERENCES

# Words that tell how somebody worked, not what the source says. Statuses such as "recalled" are columns, not prose.
LEAKS = re.compile(
    r"\bseen\b|from memory|looked up|\bnot found\b|not captured|node recalled|\bTODO\b|\bread in text\b|/work"
    r"|related\.md|\bthe book (must|should|needs)\b",
    re.I,
)


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    """A copy of data/ that a test may break."""
    return shutil.copytree(DATA, tmp_path / "data")


def broken(folder, name="energy", **changes):
    """Change cells, as `P016__energy_low_pj="-3"`, and return the problems that validation finds."""
    path = folder / f"{name}.csv"
    rows = read(path)
    key = next(iter(rows[0]))
    for place, value in changes.items():
        row, column = place.split("__")
        next(r for r in rows if r[key] == row)[column] = value
    write(path, rows)
    with pytest.raises(TableError) as caught:
        load(name, directory=folder)
    return str(caught.value)


def written(value):
    """A loaded value as a cell has it."""
    return str(value).lower() if isinstance(value, bool | np.bool_) else str(value)


# --- What the tables hold


def test_the_tables_and_their_sizes():
    sizes = {"energy": 222, "published_ratios": 5, "pim": 114, "brain": 60, "claims": 13}
    sizes |= {"accelerators": 28, "trends": 29, "llm": 16, "measured_inference": 146}
    sizes |= {"related_papers": 147, "related_claims": 205, "systems": 30, "system_claims": 55, "series": 25}
    assert set(tables()) == {*sizes, "sources", "distances", "corrections", "system_inputs", "series_rows"}
    assert sizes.items() <= validate().items()
    assert load("energy")["source"].nunique() == 56


def test_every_cell_of_the_file_is_in_the_frame():
    frame, rows = load("energy"), read(DATA / "energy.csv")
    for column in rows[0]:
        for row, loaded in zip(rows, frame[column], strict=True):
            cell = row[column]
            assert pd.isna(loaded) if cell == "" else written(loaded) == cell or float(loaded) == float(cell)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("P008", {"energy_low_pj": 3.7, "node_nm": 45, "source": "horowitz2014", "width_bits": 32}),
        ("P032", {"energy_low_pj": 250, "energy_high_pj": 450, "scope_class": "io"}),
        ("P052", {"status": "recalled", "confidence": 0.9}),
        ("P128", {"energy_mean_pj": 129.1, "grey": True, "energy_pj_per_bit_low": 127.5 / 8}),
        ("P213", {"rel_energy_x": 200, "unit": "ratio"}),
    ],
)
def test_rows_as_published(row, expected):
    found = load("energy").set_index("id").loc[row]
    assert {column: found[column] for column in expected} == expected


def test_a_blank_is_a_missing_value_and_never_a_number():
    frame = load("energy").set_index("id")
    assert frame.loc["P210", "energy_low_pj"] is pd.NA
    assert frame.loc["P001", "notes"] is pd.NA
    assert set(map(str, frame.dtypes)) == {"Float64", "Int64", "boolean", "string"}
    assert [shown(pd.NA), shown(float("nan")), shown(None)] == ["not stated"] * 3
    assert [shown(2.5), shown(7), shown("HBM2")] == ["2.5", "7", "HBM2"]


def test_energy_per_bit_is_computed_in_full_precision():
    frame = load("energy").set_index("id")
    assert frame.loc["P028", "energy_pj_per_bit_low"] == 7.5 / 64
    assert frame.loc["P028", "pj_per_bit_low"] == 0.117188
    assert frame.loc["P128", "energy_pj_per_bit_high"] == 131.5 / 8
    assert frame.loc["P008", "energy_pj_per_bit_low"] is pd.NA, "computation moves no bits"
    typed = frame["pj_per_bit_low"].notna()
    assert (typed == frame["energy_pj_per_bit_low"].notna()).all()


def test_one_origin_is_one_source():
    frame = load("energy").set_index("id")
    assert set(frame.loc[["P008", "P015", "P017", "P041", "P049", "P052"], "source_group"]) == {"horowitz"}
    assert frame.loc["P027", "source_group"] == "jouppi2021", "the 7 nm column is Jouppi's own"


def test_grey_sources():
    grey = set(load("energy").query("grey")["source"])
    assert grey == {"etsoc1_2026", "rtx3090_2026", "hbmco2025", "apexplus", "optics_survey2026", "gem5_ddr5"}


def test_a_source_is_checked_as_its_rows_are():
    words = {
        "primary_text": "read in the source",
        "primary_citing_paper": "quoted by a paper",
        "code_constant": "constant in published code",
        "quoted_secondary": "transcribed by a third party",
        "secondary": "transcribed by a third party",
        "recalled": "recalled",
    }
    order = list(dict.fromkeys(words.values()))
    checked = load("sources").set_index("key")["checked"]
    for source, rows in load("energy").groupby("source"):
        ways = set(rows["text_type"].map(words))
        weakest = max(ways - {"recalled"} or ways, key=order.index)
        assert checked[source] == weakest, source


def test_published_ratios_name_rows_that_exist():
    ratios = load("published_ratios").set_index("level")
    assert list(ratios["gd_high"]) == [25, 650, 366, 992, 1]
    assert ratios.loc["biology", "gd_low"] is pd.NA
    assert set(ratios["checked"]) == {"quoted by a third party"}


def test_load_returns_a_copy():
    frame = load("energy")
    frame.loc[0, "energy_low_pj"] = 1e9
    assert load("energy").loc[0, "energy_low_pj"] == 0.03


def test_unknown_table():
    with pytest.raises(ValueError, match="table: 'enrgy', expected one of 'energy', 'sources', 'published_ratios'"):
        load("enrgy")


def test_the_readme_is_current():
    assert (DATA / "README.md").read_text(encoding="utf-8") == data_readme(), "run `python -m datagravity data-readme`"


@pytest.mark.parametrize("path", [*sorted(DATA.iterdir()), REFERENCES], ids=lambda path: path.name)
def test_no_word_about_how_we_worked(path):
    found = [line for line in path.read_text(encoding="utf-8").splitlines() if LEAKS.search(line)]
    assert found == []


# --- Bad input: each message names file, row, column, value and what was expected

CELLS = [
    ("energy", {"P016__energy_low_pj": "-3"}, ["row 17 (id P016)", "energy_low_pj", "'-3'", "a number, above 0"]),
    ("energy", {"P032__energy_low_pj": "460", "P032__pj_per_bit_low": "7.1875"}, ["row 33 (id P032)", "'460'", "450"]),
    ("energy", {"P020__energy_high_pj": "inf"}, ["row 21 (id P020)", "energy_high_pj", "'inf'", "a number"]),
    ("energy", {"P020__energy_high_pj": "1e999"}, ["row 21 (id P020)", "energy_high_pj", "'1e999'", "a number"]),
    ("energy", {"P020__energy_high_pj": "NaN"}, ["row 21 (id P020)", "energy_high_pj", "'NaN'", "a number"]),
    ("energy", {"P020__energy_high_pj": "about 3"}, ["row 21 (id P020)", "energy_high_pj", "'about 3'", "a number"]),
    ("energy", {"P020__energy_high_pj": "1_0"}, ["row 21 (id P020)", "energy_high_pj", "'1_0'", "a number"]),
    ("energy", {"P020__node_nm": "7.5"}, ["row 21 (id P020)", "node_nm", "'7.5'", "a whole number"]),
    ("energy", {"P020__unit": "nJ"}, ["row 21 (id P020)", "column unit", "'nJ'", "one of pJ, ratio"]),
    ("energy", {"P020__unit": "ratio"}, ["row 21 (id P020)", "energy_low_pj", "'0.11'", "a blank"]),
    (
        "energy",
        {"P020__source": "nobody2020"},
        ["row 21 (id P020)", "source", "'nobody2020'", "exists: key in sources.csv"],
    ),
    ("energy", {"P020__id": "P019"}, ["row 21 (id P019)", "column id", "'P019'", "used once; row 20 has it too"]),
    ("energy", {"P020__id": ""}, ["row 21", "column id", "''", "P\\d{3,}"]),
    ("energy", {"P020__kind": "cpu"}, ["row 21 (id P020)", "kind", "'cpu'", "one of compute, sram"]),
    ("energy", {"P020__scope_class": ""}, ["row 21 (id P020)", "scope_class", "''", "one of datapath"]),
    ("energy", {"P020__scope": " datapath"}, ["row 21 (id P020)", "column scope", "' datapath'", "no spaces"]),
    ("energy", {"P028__pj_per_bit_low": "0.1173"}, ["row 29 (id P028)", "pj_per_bit_low", "'0.1173'", "0.117188"]),
    ("energy", {"P028__pj_per_bit_low": ""}, ["row 29 (id P028)", "pj_per_bit_low", "''", "a value"]),
    ("energy", {"P052__confidence": ""}, ["row 53 (id P052)", "confidence", "''", "a recalled row"]),
    ("energy", {"P052__confidence": "1.5"}, ["row 53 (id P052)", "confidence", "'1.5'", "at most 1"]),
    ("energy", {"P062__distance_mm": "2"}, ["row 63 (id P062)", "distance_mm", "'2'", "expected 1"]),
    ("energy", {"P128__energy_mean_pj": "12"}, ["row 129 (id P128)", "energy_mean_pj", "'12'", "127.5 to 131.5"]),
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
def test_a_bad_cell_is_named(folder, table, changes, words):
    message = broken(folder, table, **changes)
    assert f"data/{table}.csv" in message
    assert [word for word in words if word not in message] == []


def test_all_problems_at_once(folder):
    message = broken(folder, P016__energy_low_pj="-3", P020__unit="nJ", P100__source="nobody2020")
    assert message.startswith("3 problems in the data")
    lines = [re.search(r"row (\d+)", line)[1] for line in message.splitlines()[1:]]
    assert lines == ["17", "21", "101"]


def test_problems_of_several_tables_at_once(folder):
    rows = read(folder / "sources.csv")
    rows[0]["grey"] = "perhaps"
    write(folder / "sources.csv", rows)
    message = broken(folder, P016__energy_low_pj="-3")
    assert "energy.csv row 17" in message
    assert "sources.csv row 2" in message


def test_missing_column(folder):
    path = folder / "energy.csv"
    rows = read(path)
    write(path, [{k: v for k, v in row.items() if k != "scope_class"} for row in rows])
    with pytest.raises(TableError, match=r"data/energy.csv row 1, column scope_class: expected the column scope_class"):
        load("energy", directory=folder)


def test_extra_column_and_column_twice(folder):
    path = folder / "energy.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n", ",\n").replace("scope_class,", "colour,", 1), encoding="utf-8")
    with pytest.raises(TableError, match=r"(?s)scope_class; it is missing.*column colour: expected no such column"):
        load("energy", directory=folder)
    path.write_text(text.replace("\n", ",\n").replace("because,", "because,id", 1), encoding="utf-8")
    with pytest.raises(TableError, match="row 1, column id: expected this column once"):
        load("energy", directory=folder)


def test_columns_in_another_order_are_the_same_table(folder):
    rows = read(folder / "energy.csv")
    write(folder / "energy.csv", [dict(reversed(row.items())) for row in rows])
    pd.testing.assert_frame_equal(load("energy", directory=folder), load("energy"))


@pytest.mark.parametrize("table", ["energy", "sources", "published_ratios"])
def test_empty_file(folder, table):
    (folder / f"{table}.csv").write_bytes(b"")
    with pytest.raises(TableError, match=rf"data/{table}.csv: expected a header and .*; the file is empty"):
        load("energy", directory=folder)


@pytest.mark.parametrize("table", ["energy", "sources", "published_ratios"])
def test_header_only(folder, table):
    path = folder / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(TableError, match=rf"data/{table}.csv row 1: expected at least one row below the header"):
        load("energy", directory=folder)


def test_missing_file(folder):
    (folder / "energy.csv").unlink()
    with pytest.raises(TableError, match=r"data/energy\.csv: expected a file that can be read"):
        load("energy", directory=folder)


@pytest.mark.parametrize("row", ["P999", "P999," + "x," * 40])
def test_row_of_another_length(folder, row):
    path = folder / "energy.csv"
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"data/energy.csv row 224 \(P999\): expected 39 cells; there are"):
        load("energy", directory=folder)


def test_blank_row(folder):
    path = folder / "energy.csv"
    path.write_text(path.read_text(encoding="utf-8") + "," * 38 + "\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"data/energy\.csv row 224, column id: value ''; expected a value"):
        load("energy", directory=folder)


@pytest.mark.parametrize(
    ("content", "words"), [(b"\xff\xfe\x00", "UTF-8"), (b'id,"source\n', "row 1: expected comma-separated values")]
)
def test_not_a_table(folder, content, words):
    (folder / "energy.csv").write_bytes(content)
    with pytest.raises(TableError, match=words):
        load("energy", directory=folder)


def test_byte_order_mark_and_crlf_load_alike(folder):
    path = folder / "energy.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    pd.testing.assert_frame_equal(load("energy", directory=folder), load("energy"))


def test_an_edit_is_noticed(folder):
    assert load("energy", directory=folder).loc[0, "energy_low_pj"] == 0.03
    rows = read(folder / "energy.csv")
    rows[0]["energy_low_pj"] = "0.02"
    write(folder / "energy.csv", rows)
    assert load("energy", directory=folder).loc[0, "energy_low_pj"] == 0.02


def test_a_unit_outside_the_list_in_the_package(folder):
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"][0]["schema"]["fields"][8]["unit"] = "pJoule"
    path.write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(TableError, match=r"datapackage.json \(table energy\), column energy_low_pj: value 'pJoule'"):
        load("energy", directory=folder)


def test_the_package_is_valid_for_frictionless_itself():
    from frictionless import Package

    report = Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])


CELL = st.one_of(
    st.sampled_from(["", "-1", "0", "inf", "nan", "1e400", "7", "3.5", "x", "compute", "pJ", "true", "P001", " 7"]),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), cell=CELL)
def test_one_changed_cell_is_an_error_that_names_it_or_a_changed_value(folder, data, cell):
    rows = read(DATA / "energy.csv")
    number = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(list(rows[0])))
    rows[number][column] = cell
    write(folder / "energy.csv", rows)
    frame, problems = None, []
    try:
        frame = load("energy", directory=folder)
    except TableError as error:
        problems = error.problems
    if frame is None:
        assert {problem.file for problem in problems} <= {
            "data/energy.csv",
            "data/published_ratios.csv",
            "data/series_rows.csv",
        }
        assert any(problem.row == number + 2 for problem in problems)
    else:
        loaded = frame.loc[number, column]
        assert pd.isna(loaded) if cell == "" else written(loaded) == cell or float(loaded) == float(cell)
        assert len(frame) == len(rows)
