"""The tables: what they hold, and how they are converted."""

import pkgutil
import re
from importlib import import_module

import pandas as pd
import pytest

from datagravity.evidence import TableError, data_readme, load, rules, schema, shown, tables, validate
from datagravity.paths import DATA, REFERENCES
from editing import change, is_loaded, read, write

# Words that tell how somebody worked, not what the source says. Statuses such as "recalled" are columns, not prose.
LEAKS = re.compile(
    r"\bseen\b|from memory|looked up|\bnot found\b|not captured|node recalled|\bTODO\b|\bread in text\b|/work"
    r"|related\.md|\bthe book (must|should|needs)\b",
    re.I,
)


# --- What the tables hold


def test_the_tables_and_their_sizes(small):
    sizes = {"energy": 28, "sources": 20, "published_ratios": 5, "distances": 5, "corrections": 16, "claims": 6}
    assert validate() == sizes
    assert set(tables()) == set(sizes)


def test_only_a_table_that_changed_is_checked_again_and_its_problems_come_back(small, monkeypatch):
    validate()
    checked, problems = [], schema.problems
    monkeypatch.setattr(schema, "problems", lambda table: checked.append(table.file) or problems(table))
    change(small / "energy.csv", "P008", node_nm="wide")
    change(small / "distances.csv", "D01", notes="another")
    for _ in range(2):
        with pytest.raises(TableError, match=r"energy\.csv row \d+ \(id P008\), column node_nm: value 'wide'"):
            validate()
    assert checked == ["data/energy.csv", "data/distances.csv"]


def test_every_file_of_the_book_is_a_table_of_its_package():
    # How many rows each has stands in data/README.md, which is renewed by a command and compared below.
    assert tables() == list(validate())
    assert sorted(tables()) == sorted(path.stem for path in DATA.glob("*.csv"))


def test_the_rules_of_a_table_are_those_of_one_module_and_every_module_is_asked():
    modules = [import_module(f"{rules.__name__}.{module.name}") for module in pkgutil.iter_modules(rules.__path__)]
    found = [table for module in modules for table in getattr(module, "RULES", {})]
    assert sorted([*found, "corrections"]) == sorted(rules.RULES)


@pytest.mark.slow
@pytest.mark.parametrize("table", tables())
def test_every_cell_of_the_file_is_in_the_frame(table):
    frame, rows = load(table), read(DATA / f"{table}.csv")
    assert len(frame) == len(rows)
    for column in rows[0]:
        assert all(map(is_loaded, (row[column] for row in rows), frame[column])), column


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("P008", {"energy_low_pj": 3.7, "node_nm": 45, "source": "horowitz2014", "width_bits": 32}),
        ("P032", {"energy_low_pj": 250, "energy_high_pj": 450, "scope": "io"}),
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
    assert frame.loc["P028", "pj_per_bit_low_rounded"] == 0.117188
    assert frame.loc["P128", "energy_pj_per_bit_high"] == 131.5 / 8
    assert frame.loc["P008", "energy_pj_per_bit_low"] is pd.NA, "computation moves no bits"
    typed = frame["pj_per_bit_low_rounded"].notna()
    assert (typed == frame["energy_pj_per_bit_low"].notna()).all()


def test_one_origin_is_one_source():
    frame = load("energy").set_index("id")
    assert set(frame.loc[["P008", "P015", "P017", "P041", "P049", "P052"], "source_group"]) == {"horowitz"}
    assert frame.loc["P027", "source_group"] == "jouppi2021", "the 7 nm column is Jouppi's own"


def test_a_row_is_grey_as_its_source_is(small):
    assert set(load("energy").query("grey")["source"]) == {"etsoc1_2026"}
    change(small / "sources.csv", "horowitz2014", grey="true")
    assert set(load("energy").query("grey")["source"]) == {"etsoc1_2026", "horowitz2014"}
    assert load("energy")["grey"].notna().all()


def test_the_grey_sources_of_the_first_rows():
    rows = load("energy").query("id <= 'P222'")
    grey = set(rows.query("grey")["source"])
    assert grey == {"etsoc1_2026", "rtx3090_2026", "hbmco2025", "apexplus", "optics_survey2026", "gem5_ddr5"}
    assert (len(rows), rows["source"].nunique()) == (222, 56)


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


def test_load_returns_a_copy(small):
    frame = load("energy")
    frame.loc[0, "energy_low_pj"] = 1e9
    assert load("energy").loc[0, "energy_low_pj"] == 0.03


def test_columns_in_another_order_are_the_same_table(small):
    before, rows = load("energy"), read(small / "energy.csv")
    write(small / "energy.csv", [dict(reversed(row.items())) for row in rows])
    pd.testing.assert_frame_equal(load("energy"), before)


def test_byte_order_mark_and_crlf_load_alike(small):
    before, path = load("energy"), small / "energy.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    pd.testing.assert_frame_equal(load("energy"), before)


def test_an_edit_is_noticed(small):
    assert load("energy").loc[0, "energy_low_pj"] == 0.03
    change(small / "energy.csv", "P001", energy_low_pj="0.02")
    assert load("energy").loc[0, "energy_low_pj"] == 0.02


def test_unknown_table(small):
    with pytest.raises(ValueError, match="table: 'enrgy', expected one of 'energy', 'sources', 'published_ratios'"):
        load("enrgy")


def test_the_readme_is_current():
    assert (DATA / "README.md").read_text(encoding="utf-8") == data_readme(), "run `python -m datagravity data-readme`"


@pytest.mark.slow
@pytest.mark.parametrize("path", [*sorted(DATA.iterdir()), REFERENCES], ids=lambda path: path.name)
def test_no_word_about_how_we_worked(path):
    found = [line for line in path.read_text(encoding="utf-8").splitlines() if LEAKS.search(line)]
    assert found == []
