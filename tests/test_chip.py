"""A chip's file: read however it was saved, or refused with each of its problems named."""

import contextlib
import csv
import datetime
import doctest
import io
import json
import re
import sys
import types
import zipfile
from importlib import import_module

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagravity import chip, load, paths, processors
from datagravity.charts.words import printed
from datagravity.chip import checking, columns, mends, reporting, template, units
from datagravity.command.line import main
from datagravity.evidence.cells import NUMBER

ROW = dict(zip(columns.COLUMNS, template.ROWS[1], strict=True)) | {"value": "3.4", "source": "our measurements, 2025"}
OPERATION = {**ROW, "part": "FP16 tensor MAC", "unit": "pJ/MAC"}


def text_of(*rows, separator=",", end="\n", names=None):
    """A file of rows as text."""
    names = names or list(dict.fromkeys(name for row in rows for name in row))
    made = io.StringIO()
    writer = csv.DictWriter(made, names, delimiter=separator, lineterminator=end, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()


def read(folder, content, name="my_chip.csv"):
    """What is read of a content."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return chip.read(file)


@pytest.mark.slow
@pytest.mark.parametrize("module", ["chip.chip", "chip.mends", "chip.units", "sheet.kinds"])
def test_examples_of_docstrings_run(module):
    done = doctest.testmod(import_module(f"datagravity.{module}"))
    assert done.attempted
    assert not done.failed


# --- What is read


READ = {
    "commas": text_of(ROW, OPERATION),
    "semicolons": text_of(ROW, OPERATION, separator=";"),
    "tabs": text_of(ROW, OPERATION, separator="\t"),
    "bars": text_of(ROW, OPERATION, separator="|"),
    "the separator named": "sep=;\r\n" + text_of(ROW, OPERATION, separator=";"),
    "ends of lines of Windows": text_of(ROW, OPERATION, end="\r\n"),
    "ends of lines of old": text_of(ROW, OPERATION, end="\r"),
    "a byte order mark": text_of(ROW, OPERATION).encode("utf-8-sig"),
    "UTF-16": text_of(ROW, OPERATION).encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + text_of(ROW, OPERATION).encode("utf-16-be"),
    "UTF-16 without a mark": text_of(ROW, OPERATION).encode("utf-16-le"),
    "UTF-16, big, without a mark": text_of(ROW, OPERATION).encode("utf-16-be"),
    "Latin-1": text_of(ROW | {"note": "Zürich"}, OPERATION).encode("latin-1"),
    "blank lines": text_of(ROW, OPERATION).replace("\n", "\n\n,,,,\n\n"),
    "separators at the ends of rows": "".join(
        line + ("" if line.startswith("chip") else ",,") + "\n" for line in text_of(ROW, OPERATION).splitlines()
    ),
    "separators at the ends": text_of(ROW, OPERATION).replace("\n", ",,,,\n"),
    "remarks": "# mine\n" + text_of(ROW, OPERATION).replace("\n", "\n#,,,\n"),
    "a header in capitals": text_of(ROW, OPERATION).replace("chip,part", "Chip , PART"),
    "spaces around cells": text_of(ROW | {"value": " 3.4 ", "method": " measured"}, OPERATION),
    "decimal commas": text_of(ROW | {"value": "3,4"}, OPERATION | {"value": "3,4"}, separator=";"),
    "decimal commas and tabs": text_of(ROW | {"value": "3,4"}, OPERATION | {"value": "3,4"}, separator="\t"),
    "no end of the last line": text_of(ROW, OPERATION).rstrip("\n"),
    "columns in another order": text_of(ROW, OPERATION, names=list(reversed(columns.COLUMNS))),
}


@pytest.mark.parametrize("case", READ)
def test_what_a_spreadsheet_saves_is_read(tmp_path, case):
    found = read(tmp_path, READ[case])
    assert [str(one) for one in [*found.problems, *found.warnings]] == []
    plain = read(tmp_path, READ["commas"])
    energies = [entry.energy | {"notes": ""} for entry in found.energies]
    assert energies == [entry.energy | {"notes": ""} for entry in plain.energies]


def test_what_was_decided_while_reading_is_said(tmp_path):
    assert read(tmp_path, READ["UTF-16"]).remarks == ["read as UTF-16"]
    assert read(tmp_path, READ["Latin-1"]).remarks == ["read as Windows-1252 (Latin-1)"]
    assert read(tmp_path, READ["decimal commas"]).remarks == ["separated by ';'", "read with decimal commas"]
    assert read(tmp_path, READ["commas"]).remarks == []


@pytest.mark.parametrize("whole", [False, True])
def test_json_is_read_with_the_digits_that_it_is_written_in(tmp_path, whole):
    rows = [ROW | {"value": 0.1, "bits": None}, OPERATION]
    found = read(tmp_path, json.dumps({"rows": rows} if whole else rows), "my_chip.json")
    assert found.problems == []
    assert found.energies[0].energy["energy_low_pj"] == "0.1"


@pytest.mark.parametrize("suffix", [".csv", ".json", ".xlsx"])
def test_an_untouched_template_is_refused_and_explains_each_column(tmp_path, suffix, capsys):
    file = tmp_path / f"my_chip{suffix}"
    template.write(file)
    found = chip.read(file)
    [problem] = found.problems
    assert "still the template's invented example, as are 7 more" in problem.expected
    assert not found.energies
    for command in (["check"], ["report"], ["add", "--dry-run", "--root", str(paths.ROOT)]):
        assert main([*command, str(file)]) == 1
        told = capsys.readouterr()
        assert "invented example" in told.out + told.err
    assert len(found.entries) == len(template.ROWS)
    if suffix != ".xlsx":
        text = file.read_text(encoding="utf-8-sig")
        assert all(json.dumps(columns.meaning(name))[1:-1] in text for name in columns.COLUMNS)
    with pytest.raises(ValueError, match="there already"):
        template.write(file)


def test_a_workbook_names_its_extra_where_that_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    found = read(tmp_path, b"PK\x03\x04", "my_chip.xlsx")
    assert [one.mend for one in found.problems] == ["pip install 'datagravity[excel]'"]
    with pytest.raises(ValueError, match=r"datagravity\[excel\]"):
        template.write(tmp_path / "new.xlsx")


def test_a_workbook_that_is_filled_is_a_chip(tmp_path):
    import openpyxl

    file = tmp_path / "my_chip.xlsx"
    template.write(file)
    book = openpyxl.load_workbook(file)
    page = book.active
    [head] = [row[0].row for row in page.iter_rows() if row[0].value == "chip"]
    for row in page.iter_rows(min_row=head + 1):
        row[0].value, row[8].value = "A chip", "our lab, 2025"
    book.save(file)
    found = chip.read(file)
    assert [str(one) for one in [*found.problems, *found.warnings]] == []
    lines = template.rows()
    own = {"chip": "A chip", "source": "our lab, 2025"}
    same = read(tmp_path, json.dumps([line | own for line in lines]), "same.json")
    assert [entry.energy for entry in found.energies] == [entry.energy for entry in same.energies]
    assert found.whole("A chip") == same.whole("A chip")
    page.cell(head + 2, 3).value = "=1+1"
    book.save(file)
    [problem] = chip.read(file).problems
    assert (problem.row, problem.column, problem.mend) == (head + 2, "value", "paste the value")


class Workbook:
    """What `openpyxl` gives of a workbook, as far as it is asked."""

    def __init__(self, rows):
        self.worksheets = [self, self]
        self.rows = rows

    def iter_rows(self, *, values_only):
        assert values_only
        return iter(self.rows)


def workbook(monkeypatch, *rows):
    """A library of workbooks that reads these rows, whatever the file holds."""
    library = types.ModuleType("openpyxl")
    library.load_workbook = lambda stream, read_only, data_only: Workbook([tuple(columns.COLUMNS), *rows])
    monkeypatch.setitem(sys.modules, "openpyxl", library)


def test_the_cells_of_a_workbook_are_values_or_named(tmp_path, monkeypatch):
    plain = ("My chip", "HBM3", 380.0, "pJ/access", 64, None, None, "measured", "our lab, 2025", None)
    workbook(monkeypatch, plain, (None,) * 10, (*plain[:1], "DDR5", 0.1, "nJ", *plain[4:]))
    found = read(tmp_path, b"PK\x03\x04", "my_chip.xlsx")
    assert found.problems == []
    assert found.remarks == ["the first of 2 sheets"]
    assert [entry.energy["energy_low_pj"] for entry in found.energies] == ["380", "100"]
    assert [entry.line for entry in found.entries] == [2, 4]
    date = datetime.datetime(2026, 5, 3)
    workbook(monkeypatch, (*plain[:2], "=1+1", *plain[3:]), (*plain[:1], "DDR5", date, *plain[3:]))
    problems = read(tmp_path, b"PK\x03\x04", "my_chip.xlsx").problems
    assert [(one.row, one.column) for one in problems] == [(2, "value"), (3, "value")]
    assert [one.mend for one in problems] == ["paste the value", "a number: the spreadsheet took it for a date"]


def test_a_workbook_that_is_none_is_one_problem(tmp_path, monkeypatch):
    library = types.ModuleType("openpyxl")
    library.load_workbook = lambda *_, **__: {}["no such part"]
    monkeypatch.setitem(sys.modules, "openpyxl", library)
    [problem] = read(tmp_path, b"PK\x03\x04", "my_chip.xlsx").problems
    assert "a workbook (KeyError" in problem.expected


def _zipped(name):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "<a/>")  # without the time of day
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "expected", "mend"),
    [
        ("a.xlsx", text_of(ROW), "a workbook, as its name says; this is text", "name it .csv"),
        ("a.xlsx", "[{}]", "a workbook, as its name says; this is JSON", "name it .json"),
        ("a.xlsx", _zipped("content.xml"), "this is a zip archive without a workbook", "save it as CSV"),
        ("a.xlsx", _zipped("[Content_Types].xml")[:40], "this one is cut short or damaged", "save it anew"),
        ("a.json", text_of(ROW), "JSON, as its name says; this is text", "name it .csv"),
        ("a.json", _zipped("x"), "JSON, as its name says; this is a zip archive without", "save it as CSV"),
        ("a.json", '{"chip": ', "JSON (Expecting value", ""),
        ("a.csv", _zipped("[Content_Types].xml"), "this is a workbook", "save it as CSV, or name it .xlsx"),
        ("a.csv", _zipped("x"), "this is a zip archive without a workbook", "save it as CSV"),
        ("a.csv", json.dumps([ROW]).encode("utf-16"), "this is JSON", "name it .json"),
        ("a.csv", "<html><table>", "this is HTML or XML", "save it as CSV"),
        ("a.txt", b"%PDF-1.4 \xff\x00", "separated values, as its name says; this is a PDF", "save it as CSV"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1", "a workbook of the old kind, .xls", "save it as CSV"),
    ],
)
def test_a_file_of_another_kind_than_its_name_says_is_told_in_words(tmp_path, name, content, expected, mend):
    [problem] = read(tmp_path, content, name).problems
    assert expected in problem.expected
    assert problem.mend == mend
    assert "Error" not in problem.expected


def test_chips_of_like_names_stay_apart(tmp_path):
    rows = [
        row | {"chip": name, "value": value} for name, value in (("A-1", "3"), ("a 1", "6")) for row in (ROW, OPERATION)
    ]
    found = read(tmp_path, text_of(*rows))
    assert [origin.key for origin in found.origins()] == ["a12025", "a12025a"]
    constants = found.disjunction_constants()
    assert list(constants["chip"]) == ["A-1", "a 1"]
    assert len(set(constants["gd"])) == 1


# --- Units


@pytest.mark.parametrize(
    ("unit", "bits", "pj", "width"),
    [
        *[(unit, "", "3.4", "1") for unit in ("pJ/bit", "pj/bit", "pJ per bit", "pJ / bits", "pJ/b", "pJ/Bit")],
        *[(unit, "", "3.4", "8") for unit in ("pJ/B", "pJ/byte", "pJ per byte", "pJ/Bytes")],
        *[(unit, "64", "3.4", "64") for unit in ("pJ", "pJ/access", "pJ per access", "pJ/word", "pJ per read")],
        ("fJ/bit", "", "0.0034", "1"),
        ("nJ/access", "512", "3400", "512"),
        ("nJ per B", "", "3400", "8"),
        ("pJ/bit", "64", "217.6", "64"),
        ("pJ/byte", "64", "27.2", "64"),
    ],
)
def test_units_of_accesses_become_pj_of_so_many_bits(tmp_path, unit, bits, pj, width):
    [entry] = read(tmp_path, text_of(ROW | {"unit": unit, "bits": bits})).energies
    assert (entry.energy["energy_low_pj"], entry.energy["width_bits"]) == (pj, width)


@pytest.mark.parametrize(
    ("part", "unit", "flop"),
    [
        ("FP16 tensor MAC", "pJ/MAC", "2"),
        ("FP16 tensor MAC", "pJ per operation", "2"),
        ("FP16 tensor MAC", "pJ/op", "2"),
        ("FP16 tensor MAC", "pJ/FLOP", "1"),
        ("FP32 FMA", "pJ per FMA", "2"),
        ("FP32 multiply", "pJ/FLOP", "1"),
        ("INT8 add", "pJ", "1"),
    ],
)
def test_units_of_operations_say_how_many_flop_one_is(tmp_path, part, unit, flop):
    [entry] = read(tmp_path, text_of(ROW | {"part": part, "unit": unit})).energies
    assert entry.energy["flop_per_operation"] == flop


def test_scaling_is_exact_and_reads_as_the_table_does():
    assert [checking._scaled(text, units.unit_of("nJ").pj) for text in ("0.1", "1.234567", "1e3")] == [
        "100",
        "1234.567",
        "1000000",
    ]
    assert all(NUMBER["number"].fullmatch(checking._scaled(text, units.unit_of("fJ").pj)) for text in ("3e-9", "1e20"))


@pytest.mark.parametrize(
    ("text", "level", "memory_type"),
    [
        ("hbm3", "HBM", "HBM3"),
        ("L1", "L1, small SRAM", ""),
        ("LPDDR4X", "LPDDR", "LPDDR4X"),
        ("dram", "DRAM, unnamed", ""),
    ],
)
def test_a_part_may_be_a_generation_of_memory_or_a_level_up_to_its_comma(tmp_path, text, level, memory_type):
    [entry] = read(tmp_path, text_of(ROW | {"part": text})).energies
    assert (entry.energy["memory_level"], entry.energy["memory_type"]) == (level, memory_type)


def test_every_part_and_every_column_of_the_table_has_its_place():
    fields = set(columns.fields())
    assert set(columns._NOT_ASKED) <= fields
    assert set(columns.SHOWN_AT) <= fields
    levels = set(columns.words_of("memory_level"))
    for word in columns.words_of("memory_type"):
        assert {level for begins, level in checking.LEVELS.items() if word.startswith(begins)} <= levels
        assert any(word.startswith(begins) for begins in checking.LEVELS)
    units_of = {field["name"]: field.get("unit") for field in accelerator_fields()}
    assert all(units_of[column] == unit for column, unit in columns.WHOLE_CHIP.values())


def accelerator_fields():
    from datagravity.evidence import package

    resources = package.read(package.folder_of(None))["resources"]
    return next(one["schema"]["fields"] for one in resources if one["name"] == "accelerators")


# --- What is refused: each file with the column and the words of one of its problems

LONG = "x" * 10_000_000


def changed(**cells):
    """A file whose one row differs in some cells."""
    return text_of(ROW | cells)


REFUSED = {
    # the file
    "empty": (b"", None, "the file is empty"),
    "blanks": (b" \n\r\n\t", None, "the file is empty"),
    "separators alone": (b",,,\n,,,\n", None, "only blank lines"),
    "remarks alone": (b"# one\n# two\n", None, "only blank lines and remarks"),
    "no row": (text_of(names=columns.COLUMNS), None, "at least one row"),
    "no header": (",".join(ROW.values()), None, "a header with the columns"),
    "a column missing": (text_of(ROW, names=[n for n in ROW if n != "unit"]), "unit", "it is missing"),
    "no column of a number": (text_of(ROW, names=[n for n in ROW if n not in ("value", "low")]), "value", "missing"),
    "a column twice": (changed().replace("note", "unit"), "unit", "this column once"),
    "an unknown column": (changed().replace("note", "nota"), "nota", "a column that is known"),
    "a column without a name": (changed().replace("part,", ",part,", 1), "without a name", "known"),
    "a column of the keepers": (text_of(ROW | {"excluded_because": "no"}), "excluded_because", "known"),
    "a cell too many": (changed() + "a,b,c,d,e,f,g,h,i,j,k\n", None, "10 cells; there are 11"),
    "a decimal comma without quotes": (changed(value="3.4").replace("3.4", "3,4"), None, "10 cells; there are 11"),
    "a decimal comma in one row of two": (text_of(ROW, OPERATION).replace("3.4", "3,4", 1), None, "there are 11"),
    "an open quotation mark": (changed(note="x").replace("x\n", '"x\n'), None, "separated values"),
    "a quotation mark inside": (changed(note="x").replace(",x\n", ',"x" y\n'), None, "separated values"),
    "100,000 rows": (text_of(ROW) + ",".join(ROW.values()).join("\n" * 2) * 100_000, None, "at most 2,000 rows"),
    "a workbook that is called CSV": (b"PK\x03\x04rest", None, "its name says; this is a workbook"),
    "no text": (bytes(range(129, 160)) * 40, None, "text in UTF-8"),
    "UTF-16 cut short": (text_of(ROW).encode("utf-16") + b"\x00", None, "text in UTF-8, UTF-16"),
    "mixed decimal marks": (text_of(ROW | {"value": "3,4"}, OPERATION, separator=";"), "value", "one decimal mark"),
    "commas that may be thousands": (text_of(ROW | {"value": "3,400"}, separator=";"), "value", "read in one way"),
    # words
    "an unknown part": (changed(part="flash"), "part", "a memory level"),
    "a misspelt part": (changed(part="HBN"), "part", "a memory level"),
    "no part": (changed(part=""), "part", "a value"),
    "no chip": (changed(chip=" "), "chip", "a value"),
    "no source": (changed(source=""), "source", "a value"),
    "no method": (changed(method=""), "method", "a value"),
    "an unknown method": (changed(method="mesured"), "method", "one of measured"),
    "no unit": (changed(unit=""), "unit", "a value"),
    "an unknown unit": (changed(unit="mW"), "unit", "an energy such as"),
    "an unknown count": (changed(unit="pJ/furlong"), "unit", "an energy such as"),
    "peta": (changed(unit="PJ/byte"), "unit", "P is peta"),
    "no prefix": (changed(unit="NJ/byte"), "unit", "an energy such as"),
    "bits for bytes": (changed(part="memory capacity", unit="Gb"), "unit", "GB"),
    "a prefix that is not known": (changed(unit="kJ/bit"), "unit", "an energy such as"),
    "an access per FLOP": (changed(unit="pJ/FLOP"), "unit", "an energy of an access"),
    "an operation per bit": (text_of(OPERATION | {"unit": "pJ/bit"}), "unit", "an energy of an operation"),
    "a MAC that is none": (text_of(OPERATION | {"part": "INT8 add"}), "unit", "no multiply-add"),
    "an access without bits": (changed(unit="pJ/access"), "bits", "the bits of one access"),
    "a word without bits": (changed(unit="pJ/word"), "bits", "the bits of one word"),
    "energy alone without bits": (changed(unit="pJ"), "bits", "the bits of one access"),
    "bits against the operation": (text_of(OPERATION | {"bits": "32"}), "bits", "16, because the class is"),
    "another unit of power": (changed(part="power", unit="kW"), "unit", "W"),
    # numbers
    "no number": (changed(value=""), "value", "a number, here or in low and high"),
    "words for a number": (changed(value="about 3"), "value", "a number above 0"),
    "a unit in the number": (changed(value="3 pJ"), "value", "a number above 0"),
    "a range in one cell": (changed(value="3-4"), "value", "a number above 0"),
    "a comma for a point": (changed(value="3,4"), "value", "a number above 0"),
    "a date": (changed(value="2026-04-03 00:00:00"), "value", "a number above 0"),
    "zero": (changed(value="0"), "value", "above 0"),
    "less than zero": (changed(value="-3"), "value", "above 0"),
    "infinite": (changed(value="1e999"), "value", "a double"),
    "too small": (changed(value="1e-999"), "value", "a double"),
    "not a number": (changed(value="NaN"), "value", "a number above 0"),
    "digits of another script": (changed(value="٣"), "value", "a number above 0"),
    "half a bit": (changed(unit="pJ/access", bits="0.5"), "bits", "a whole number"),
    "swapped bounds": (changed(value="", low="4", high="3"), "low", "at most high"),
    "one bound": (changed(low="3"), "high", "both ends"),
    "a value outside its bounds": (changed(value="9", low="3", high="4"), "value", "from low to high"),
    # text that would be more than text
    "a formula": (changed(value="=1+1"), "value", "a formula"),
    "a formula as a note": (changed(note='=HYPERLINK("http://x")'), "note", "a formula"),
    "a formula with an at": (changed(note="@SUM(1)"), "note", "a formula"),
    "a formula with a plus": (changed(chip="+1+cmd|x"), "chip", "a formula"),
    "a NUL": (changed(note="a\0b"), "note", "U+0000"),
    "an escape": (changed(chip="a\x1b[31mb"), "chip", "U+001B"),
    "text that runs backwards": (changed(note="a\u202eb"), "note", "U+202E"),
    "a line break": (changed(note="a\nb"), "note", "a line break"),
    "a cell of 10 MB": (changed(note=LONG), "note", "at most 2,000 characters"),
    "a number of 10 MB": (changed(value="1" * 10_000_000), "value", "at most 2,000 characters"),
    "a long name": (changed(chip="x" * 81), "chip", "at most 80 characters"),
    # rows together
    "a row twice": (text_of(ROW, ROW), "part", "row 2 says the same"),
    "two numbers of one thing": (text_of(ROW, ROW | {"value": "9"}), "note", "row 2 has another number"),
    # columns of the table
    "an unknown scope": (text_of(ROW | {"scope": "sytem"}), "scope", "one of datapath"),
    "a distance without its basis": (text_of(ROW | {"distance_mm": "3"}), "note", "distance_basis"),
    "a year before silicon": (text_of(ROW | {"year": "1066"}), "year", "at least 1960"),
    "two increments of a level": (
        text_of(*(ROW | {"increment": "true", "note": note} for note in "ab")), "increment", "one increment of a level"
    ),
    "half a node": (text_of(ROW | {"node_nm": "6.5"}), "node_nm", "a whole number"),
}  # fmt: skip
REFUSED_JSON = {
    "no JSON": ("{", None, "JSON"),
    "a number alone": ("3", None, "a list of rows"),
    "no rows": ("[]", None, "a list of rows"),
    "rows of texts": ('["a"]', None, "a list of rows"),
    "a name twice": ('[{"chip": "a", "chip": "b"}]', None, "twice"),
    "no number": ('[{"chip": NaN}]', None, "JSON"),
    "a list in a cell": ('[{"chip": ["a"]}]', "chip", "a text, a number or null"),
    "too deep": ("[" * 100_000, None, "JSON"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", REFUSED)
def test_a_malformed_file_is_refused_with_its_problem(tmp_path, case):
    content, column, words = REFUSED[case]
    _refused(read(tmp_path, content), column, words)


@pytest.mark.parametrize("case", REFUSED_JSON)
def test_malformed_json_is_refused_with_its_problem(tmp_path, case):
    content, column, words = REFUSED_JSON[case]
    _refused(read(tmp_path, content, "my_chip.json"), column, words)


def _refused(found, column, words):
    assert found.problems
    named = [one for one in found.problems if one.column == column and words in one.expected]
    assert named, [str(one)[:300] for one in found.problems]
    assert len(found.problems) <= 3, "one slip is not many problems"
    for one in found.problems:
        assert len(str(one)) < 2000
        assert str(one).replace("\n", "").isprintable()
    with pytest.raises(chip.ChipError):
        found.disjunction_constants()


def test_there_are_sixty_malformed_files_and_more():
    assert len(REFUSED) + len(REFUSED_JSON) >= 60


@pytest.mark.parametrize(
    ("cells", "mend"),
    [
        ({"part": "HBN"}, "HBM or HBM4"),
        ({"method": "mesured"}, "measured"),
        ({"value": "3,4"}, "3.4: a point for the comma"),
        ({"value": "3-4"}, "low 3, high 4"),
        ({"value": "1 234.5"}, "1234.5"),
        ({"value": "3 pJ"}, "3"),
        ({"value": "3 nJ"}, "3, and nJ/byte in unit"),
        ({"value": "5.4·10⁻¹"}, "0.54"),
        ({"value": "\u0663\u066b\u0664"}, "3.4"),
        ({"value": "~3"}, "3, and about in note"),
        ({"value": "3 ± 0.5"}, "low 2.5, high 3.5"),
        ({"value": "-3"}, "3"),
        ({"value": "7nm"}, ""),
        ({"value": "4-3"}, ""),
        ({"value": "3.4.5"}, ""),
        ({"value": "0"}, mends.NO_ROW),
        ({"unit": "pJ/access", "bits": "64 bit"}, "64"),
        ({"unit": "pJ/access", "bits": "0"}, mends.BITS),
        ({"value": "03.04.2026"}, "a number: the spreadsheet took it for a date"),
        ({"value": "3. Apr"}, "a number: the spreadsheet took it for a date"),
        ({"value": "n/a"}, mends.NO_ROW),
        ({"bits": "n/a"}, "a blank"),
        ({"value": "", "low": "4", "high": "3"}, "low 3, high 4: swapped"),
        ({"unit": "pJ/acess"}, "pJ/access"),
        ({"unit": "PJ/Byte"}, "pJ/Byte"),
        ({"unit": "NJ per bit"}, "nJ per bit"),
        ({"part": "FP16 tensor MAC", "unit": "PJ/bit"}, "pJ/operation"),
        ({"part": "memory bandwidth", "unit": "Gb/s"}, "GB/s"),
        ({"unit": "pJ/access"}, "64, or the unit pJ/bit"),
        ({"scope": "sytem"}, "system"),
    ],
)
def test_a_problem_names_row_column_value_meaning_and_the_likely_mend(tmp_path, cells, mend):
    [problem] = read(tmp_path, text_of(ROW | cells)).problems
    assert (problem.row, problem.mend) == (2, mend)
    assert problem.meaning == columns.meaning(problem.column) != ""
    assert problem.value == cells.get(problem.column, "")
    assert (f"likely mend: {mend}" in str(problem)) == bool(mend) == ("mend" in str(problem))


@pytest.mark.parametrize(
    ("values", "wrong", "mend"),
    [
        (("1.234,5", "3,2"), "1.234,5", "1234,5"),
        (("1.234.567,8", "3,200"), "1.234.567,8", "1234567,8"),
        (("1.234", "3,2"), "1.234", "1234 or 1,234"),
        (("1.234", "5.678", "3,2"), "1.234", "1234 or 1,234"),
        (("3,4", "1.5", "2.5"), "3,4", "3.4"),
        (("1,234", "5,678", "1.5"), "1,234", "1234 or 1.234"),
        (("4.5", "1,5", "2,5"), "4.5", "4,5"),
    ],
)
def test_the_cell_with_the_other_decimal_mark_is_named(tmp_path, values, wrong, mend):
    rows = [ROW | {"value": value, "note": str(place)} for place, value in enumerate(values)]
    problems = read(tmp_path, text_of(*rows, separator=";")).problems
    assert (problems[0].row, problems[0].value, problems[0].mend) == (values.index(wrong) + 2, wrong, mend)
    assert all("one decimal mark in all numbers" in problem.expected for problem in problems)


PIECES = [
    "3",
    "0.5",
    "0",
    "12",
    "٣",
    "\uff11\uff12",
    ",",
    ".",
    "-",
    "\u2013",
    "±",
    " ",
    "·10⁻¹",
    "e5",
    "x10^3",
    "1 234",
    "pJ",
    "nJ/bit",
]
PIECES += ["nm", "~", "<", "%", "n/a", "to", "bit", "e999", "+", "'000", "?", "²"]


def _mended(row, column, mend):
    """The row after a mend as its words say; None where they are no value of a cell."""
    if mend in ("", mends.NO_ROW) or "took it for a date" in mend:
        return None
    if ends := re.fullmatch(r"low (\S+), high ([^\s:]+)(: swapped)?", mend):
        return row | {"low": ends[1], "high": ends[2]} | ({} if ends[3] else {"value": ""})
    blank = re.fullmatch(r"a blank(?:, in (\w+) too)?", mend)
    if blank:
        return row | {column: ""} | ({blank[1]: ""} if blank[1] else {})
    number = re.match(r"[^\s,:]+", mend)[0]
    unit = re.search(r"and (\S+) in unit", mend)
    return row | {column: number} | ({"unit": unit[1]} if unit else {})


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join),
    column=st.sampled_from(columns.NUMBERS),
    own=st.sampled_from([{}, {"low": "1", "high": "9"}, {"unit": "pJ/access", "bits": "64"}, {"unit": "fJ/byte"}]),
    base=st.sampled_from([ROW, OPERATION]),
)
def test_a_mend_of_a_number_passes_the_check(tmp_path, text, column, own, base):
    row = {"chip": "", "part": "", **base} | (own if base is ROW or "unit" not in own else {}) | {column: text}
    for problem in read(tmp_path, json.dumps([row]), "my_chip.json").problems:
        if problem.column == column and (better := _mended(row, column, problem.mend)):
            left = read(tmp_path, json.dumps([better]), "my_chip.json").problems
            assert not [one for one in left if one.column in (column, "unit")], (text, problem.mend, str(left[0]))


@pytest.mark.parametrize("text", ["HBN", "fp16 mac", "L3", "int 8 addd", "dram", "GDDR", "memory bandwith"])
def test_a_mend_of_a_part_is_a_part(tmp_path, text):
    for problem in read(tmp_path, text_of(ROW | {"part": text})).problems:
        for word in problem.mend.split(" or ") if problem.column == "part" and problem.mend else []:
            assert not [one for one in read(tmp_path, text_of(ROW | {"part": word})).problems if one.column == "part"]


def test_all_problems_are_named_at_once(tmp_path):
    rows = [
        ROW | {"part": "HBN", "value": "3,4", "method": "mesured", "unit": "mW"},
        OPERATION | {"unit": "pJ/bit", "note": "=1", "low": "3"},
    ]
    found = read(tmp_path, text_of(*rows))
    assert [(one.row, one.column) for one in found.problems] == [
        *[(2, column) for column in ("value", "part", "method")],
        *[(3, column) for column in ("note", "high", "unit")],
    ]


@pytest.mark.slow
def test_many_problems_are_found_in_bearable_time_and_printed_in_part(tmp_path, capsys):
    rows = [
        ROW | {"note": f"row {number}", "part": "flash", "value": "x"} for number in range(columns.form().most_rows)
    ]
    file = tmp_path / "my_chip.csv"
    file.write_text(text_of(*rows), encoding="utf-8")
    assert main(["check", str(file)]) == 1
    said = capsys.readouterr().out
    assert "4000 problems in my_chip.csv" in said
    assert "and 3,900 more" in said
    assert main(["check", str(file), "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["problems"]) == 4000


@pytest.mark.parametrize("cells", [{"value": "3000", "unit": "nJ/bit"}, {"value": "1e-6"}])
def test_an_implausible_energy_is_a_warning(tmp_path, cells, capsys):
    found = read(tmp_path, text_of(ROW | cells))
    assert found.problems == []
    [warning] = found.warnings
    assert (warning.column, warning.warning, warning.mend) == ("value", True, "look at the unit")
    assert main(["check", str(tmp_path / "my_chip.csv")]) == 0
    assert "warning: my_chip.csv row 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("part", "unit", "value", "column"),
    [("power", "W", "0.001", "tdp_w"), ("power", "W", "1e9", "tdp_w"), ("memory capacity", "GB", "8e4", "memory_gb")],
)
def test_an_implausible_number_of_a_whole_chip_is_a_warning_and_counts(tmp_path, part, unit, value, column):
    found = read(tmp_path, text_of(ROW | {"part": part, "unit": unit, "value": value}))
    assert found.problems == []
    [warning] = found.warnings
    known = map(printed, (load("accelerators")[column].min(), load("accelerators")[column].max()))
    assert (warning.row, warning.column, warning.value) == (2, "value", value)
    assert f"about {' to '.join(known)} {unit}, as all rows of the book" in warning.expected
    assert found.whole("My chip") == {column: float(value)}


def test_the_whole_chips_of_the_book_are_plausible(tmp_path):
    columns_, chip_ = [column for column, _ in columns.WHOLE_CHIP.values()], load("accelerators").iloc[0]
    assert not chip_[columns_].isna().any()
    rows = [
        ROW | {"part": part, "unit": unit, "value": f"{chip_[column]:g}"}
        for part, (column, unit) in columns.WHOLE_CHIP.items()
    ]
    assert read(tmp_path, text_of(*rows)).warnings == []


def test_no_row_of_the_book_is_implausible():
    for kind in ("compute", "sram", "dram"):
        low, high, _ = checking._ranges()[kind]
        assert 0 < low < high


def test_hostile_text_stays_text(tmp_path):
    hostile = """<script>alert(1)</script> & "quoted" 'too' {{7*7}} ${HOME} $(rm) `x` %s \\ ; DROP TABLE; 💥"""
    found = read(tmp_path, text_of(ROW | {"note": hostile}, OPERATION))
    assert found.problems == []
    assert found.entered["note"][0] == hostile
    assert found.rows["notes"][0] == hostile


# --- The example


def test_the_example_gives_what_the_book_gives_for_its_chip():
    constants = chip.read(chip.EXAMPLE).disjunction_constants()
    book = processors.disjunction_constants()
    book = book[book["source"] == "etsoc1_2026"].reset_index(drop=True)
    same = ["memory", "operation", "node", "scope", "method", "status"]
    assert len(constants) == len(book) > 20
    assert constants[same].equals(book[same])
    numbers = [f"{name}{end}" for name in ("gd", "gd_matched") for end in ("_low", "", "_high")]
    np.testing.assert_array_equal(constants[numbers], book[numbers])


def test_the_books_own_tables_are_back_after_a_chip_and_after_an_error():
    before = paths.DATA, paths.REFERENCES
    mine = chip.read(chip.EXAMPLE)
    assert len(mine.rows) == len(mine.energies)
    assert not set(load("energy")["id"]) & set(mine.rows["id"])
    with contextlib.suppress(RuntimeError), mine.in_the_book():
        assert before != (paths.DATA, paths.REFERENCES)
        raise RuntimeError
    assert before == (paths.DATA, paths.REFERENCES)


def test_a_range_with_a_value_inside_is_a_mean_of_an_interval(tmp_path):
    [entry] = read(tmp_path, text_of(ROW | {"low": "3", "high": "4"})).energies
    assert [entry.energy[f"energy_{end}_pj"] for end in ("low", "mean", "high")] == ["3", "3.4", "4"]


def test_new_and_check_are_commands(tmp_path, capsys):
    file = tmp_path / "my_chip.csv"
    assert main(["new", "chip", str(file)]) == 0
    assert main(["check", str(chip.EXAMPLE)]) == 0
    assert "valid" in capsys.readouterr().out
    assert main(["new", "chips", str(file)]) == 2
    assert "expected chip" in capsys.readouterr().err
    assert main(["check", str(tmp_path / "nothing.csv")]) == 1
    assert "a file that can be read" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "nothing.ods")]) == 1
    assert "a file .csv" in capsys.readouterr().out


def test_a_value_far_from_the_middle_of_its_ends_is_told_and_its_row_stays(tmp_path):
    found = read(tmp_path, text_of(ROW | {"value": "3.9", "low": "0.39", "high": "390"}))
    assert found.problems == []
    [warning] = found.warnings
    assert "about 12.3, the geometric mean of low and high" in str(warning)
    [row] = found.energies
    assert (row.energy["energy_low_pj"], row.energy["energy_high_pj"]) == ("0.39", "390")


@pytest.mark.parametrize(
    ("part", "unit", "assumed"),
    [
        ("FP16 tensor MAC", "pJ/MAC", ["a MAC is the whole multiply-add, two FLOP (FP16 tensor MAC)"]),
        ("FP16 tensor MAC", "pJ/FLOP", ["a MAC is two FLOP, and takes twice the energy of one (FP16 tensor MAC)"]),
        ("FP32 FMA", "pJ/op", ["one operation is the whole multiply-add, two FLOP (FP32 FMA)"]),
        ("INT8 add", "pJ/op", ["an integer operation counts as one, as it is given; no FLOP is made of it (INT8 add)"]),
        ("FP32 add", "pJ/op", []),
        (
            "peak throughput",
            "TFLOP/s",
            ["the throughput is that of dense FP16 or BF16, and counts a MAC as two FLOP (peak throughput)"],
        ),
    ],
)
def test_what_an_operation_is_counted_as_is_assumed_and_said(tmp_path, part, unit, assumed):
    found = read(tmp_path, text_of(ROW | {"part": part, "unit": unit, "value": "30", "scope": "datapath"}))
    assert found.assumptions == assumed


def test_chips_of_one_memo_have_one_vote(tmp_path):
    memos = {"A": "Memo", "B": "memo", "C": "another"}
    votes = reporting._votes(read(tmp_path, text_of(*(ROW | {"chip": k, "source": v} for k, v in memos.items()))))
    assert list(votes) == ["A", "B", "C"]
    assert votes["A"] == votes["B"] != votes["C"]
