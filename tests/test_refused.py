"""What the tables may not hold: each variant is a named error, and what is listed is what the code knows."""

import json
import re
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagravity import checks, claims, paths, symbolic, systems
from datagravity.evidence import TableError, validate
from editing import SMALL, problems_of, read, write


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the tables of the book."""
    return shutil.copytree(paths.DATA, tmp_path_factory.mktemp("refused") / "data")


@pytest.fixture
def tables(copied):
    """The copy, as it was before the last test."""
    before = {path: path.read_bytes() for path in copied.glob("*.csv")}
    yield copied
    for path, content in before.items():
        if path.read_bytes() != content:
            path.write_bytes(content)


def with_cells(folder, table, where, cells):
    """Change cells of the first row that has a value in every column of `where`, or the value that it says."""
    path = folder / f"{table}.csv"
    rows = read(path)
    row = next(row for row in rows if all(row[name] == value if value else row[name] for name, value in where.items()))
    row.update(cells)
    write(path, rows)
    return row


LEADS_NOWHERE = [
    ("accelerators", {}, {"second_source": "nobody2020"}, "rows of sources.csv, and nobody2020 is none"),
    ("memory_paths", {"memory": "HBM"}, {"distances": "D06;D99"}, "rows of distances.csv, and D99 is none"),
    ("series_rows", {"path": ""}, {"path": "D99"}, "rows of distances.csv, and D99 is none"),
    ("claims", {}, {"test": "no_such_test"}, "one of transport_dominates"),
    ("own_claims", {}, {"test": "no_such_test"}, "one of quoted_values"),
    ("claims", {}, {"chapter": "no-such-chapter"}, "one of brains"),
    ("own_claims", {}, {"chapter": "no-such-chapter"}, "one of brains"),
    ("systems", {}, {"function": "distance.nothing"}, "one of distance.neupims"),
    ("system_inputs", {}, {"symbol": "nothing"}, "one of acted_share"),
    ("system_inputs", {"taken_from": ""}, {"taken_from": "nothing/A006/tdp_w"}, "and nothing is none of energy"),
    (
        "system_inputs",
        {"taken_from": ""},
        {"taken_from": "accelerators/A999/tdp_w", "unit": "W"},
        "none in A999, tdp_w",
    ),
    ("system_inputs", {"taken_from": ""}, {"taken_from": "accelerators/A006/colour"}, "colour is no column of numbers"),
    ("system_inputs", {"taken_from": ""}, {"taken_from": "accelerators/A006/name"}, "name is no column of numbers"),
    ("sources", {"key": "ahn2015pei"}, {"group": "nobody"}, "ahn2015pei, or a group that another source is of too"),
    ("sources", {"key": "ahn2015pei"}, {"group": "ahn2015tesseract", "group_at_45_nm": "nobody"}, "the column group"),
]
NO_SUCH_VALUE = [
    (
        "system_inputs",
        {"symbol": "waiting_share", "value": ""},
        {"value": "5", "high": ""},
        "at most 1, because waiting",
    ),
    ("llm", {"heads": "64"}, {"kv_heads": "7"}, "a divisor of 64, the heads there are"),
    ("llm", {"params_total_b_published": ""}, {"params_total_b_published": "70000"}, "params_total_b_computed"),
    ("llm", {"params_active_b_computed": ""}, {"params_active_b_computed": "1e9"}, "all of them"),
    (
        "published_ratios",
        {},
        {"gd_high": "1e300"},
        "0 or of a magnitude from 1e-30 to 1e+30",
    ),
    ("published_ratios", {}, {"gd_high": "1000001"}, "at most 1000000"),
    ("trends", {}, {"high": "1e-300", "value": "", "low": ""}, "0 or of a magnitude from 1e-30 to 1e+30"),
    ("claims", {}, {"region_low": "", "region_high": ""}, "a number, or one in region_high"),
    ("related_papers", {}, {"date": "2015-99-99"}, "a day of the calendar"),
    ("related_papers", {}, {"date": "2015-02-29"}, "a day of the calendar"),
    ("accelerators", {"year": "2020"}, {"release_date": "2020-02-30"}, "a day of the calendar"),
    ("energy", {"hops_range": ""}, {"hops_range": "\u0661-\u0662"}, "in the digits 0 to 9"),
    ("energy", {}, {"operation": "add of \u0663\u0662"}, "in the digits 0 to 9"),
    ("energy", {}, {"node_nm": "\u0664\u0665"}, "a whole number"),
    *[
        ("energy", {}, {"operation": f"int{letter} add"}, f"without the character U+{ord(letter):04X}")
        for letter in "\0\x1b\n\t\x7f\u202e\u200b\u200d\u2066\ufeff\u00ad\u00a0\u2028\u3164\ufe0f\ue000\U000e0041"
    ],
    ("energy", {}, {"operation": "x" * 5_000}, "(5,000 characters); expected text; at most 4,000 characters"),
    ("energy", {"url": ""}, {"url": "javascript:alert(1)"}, "text of the form https?://"),
    ("pim", {"url": ""}, {"url": "data:text/html,x"}, "text of the form https?://"),
    ("sources", {"key": "ahn2015pei"}, {"key": 'ahn"onmouseover="alert(1)"'}, "text of the form [a-z][a-z0-9_]*"),
]
CONTRADICTS = [
    ("distance_rows", {"unit": "pJ/B", "value": ""}, {"pj_per_bit": "99", "pj_per_bit_high": "99"}, "pJ/B"),
    ("distance_rows", {"unit": "pJ/bit", "value": ""}, {"pj_per_bit": "", "pj_per_bit_low": ""}, "pJ/bit"),
    (
        "efficiency_trend",
        {"series": "TOP500 median Rmax over power"},
        {"quantity": "memory"},
        "system, as in other rows",
    ),
    ("efficiency_trend", {"series": "TOP500 number 1"}, {"unit": "pJ/FLOP"}, "GFLOPS/W, as in other rows"),
    ("system_inputs", {"taken_from": ""}, {"unit": "W"}, "a column in W, the unit of the row"),
    ("system_inputs", {"symbol": "batch"}, {"unit": "token"}, ", as in other rows"),
    ("cacti_runs", {}, {"height_mm": "9"}, "which is height times width"),
    ("cacti_runs", {"memory": "SRAM"}, {"decoder_nj": "900"}, "the read"),
    ("cacti_runs", {}, {"capacity_bytes": "1"}, "at most 1, the capacity"),
    ("measured_decoding", {"joules_per_request": ""}, {"joules_per_request": "1"}, "joules_per_output_token"),
    ("measured_decoding", {"batch_average": "", "batch_max": ""}, {"batch_max": "1"}, "at most 1, which is batch_max"),
    ("measured_decoding", {"step_p90_ms": ""}, {"step_p90_ms": "0.001", "host_stalls": "no sign"}, "is step_p90_ms"),
    ("measured_decoding", {"gpus": "1"}, {"tensor_parallel": "8"}, "at most 1, which is gpus"),
    ("memory_paths", {"memory": "HBM"}, {"far_level": "last level"}, "DRAM, because the way is that of HBM"),
    (
        "memory_paths",
        {"memory": "register file"},
        {"near_level": "last level"},
        "L1, because the way is that of register",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "where", "cells", "words"),
    [*LEADS_NOWHERE, *NO_SUCH_VALUE, *CONTRADICTS],
    ids=lambda part: "-".join(part)[:40] if isinstance(part, dict) else ascii(part)[:30],
)
def test_a_variant_is_a_named_error(tables, table, where, cells, words):
    row = with_cells(tables, table, where, cells)
    message = problems_of(tables)
    named = [line for line in message.splitlines() if f"data/{table}.csv row " in line and words in line]
    assert named, message[:2000]
    assert len(message) < 20_000
    assert any(f"column {name}" in named[0] for name in row)


@pytest.mark.slow
def test_a_cell_of_ten_megabytes_is_named_whatever_length_the_reader_takes(tables):
    with_cells(tables, "energy", {}, {"operation": "x" * 10_000_000})
    message = problems_of(tables)
    # Frictionless, once it is imported, lifts the limit that Python has for a cell.
    assert "data/energy.csv row " in message
    assert "field larger than field limit" in message or "at most 4,000 characters" in message
    assert len(message) < 20_000


DESCRIPTIONS = [
    (lambda package: [package], "a valid data package"),
    (lambda package: without(package, "resources"), "an entry 'resources' is missing"),
    (lambda package: package | {"resources": []}, "tables, each once"),
    (lambda package: package | {"resources": package["resources"] * 2}, "tables, each once"),
    (lambda package: of_first(package, without(package["resources"][0], "schema")), "an entry 'schema' is missing"),
    (lambda package: with_schema(package, primaryKey=None), "an entry 'primaryKey' is missing"),
    (lambda package: with_field(package, type="float"), "value 'float'; expected a type of the list"),
    (lambda package: with_field(package, type=["string"]), "expected a type of the list"),
    (lambda package: with_field(package, name="../id"), "value '../id'; expected a name of the form"),
    (lambda package: with_field(package, constraints={"pattern": "("}), "value '('; expected a regular expression"),
    (lambda package: with_field(package, constraints={"enum": "abc"}), "value 'abc'; expected a list of texts"),
    (lambda package: with_field(package, constraints={"enum": []}), "value '[]'; expected a list of texts"),
    (lambda package: with_field(package, constraints={"required": "yes"}), "value 'yes'; expected true or false"),
]


def without(entries, name):
    return {key: value for key, value in entries.items() if key != name}


def of_first(package, resource):
    return package | {"resources": [resource, *package["resources"][1:]]}


def with_schema(package, **entries):
    schema = package["resources"][0]["schema"] | entries
    return of_first(
        package, package["resources"][0] | {"schema": {name: value for name, value in schema.items() if value}}
    )


def with_field(package, **entries):
    fields = package["resources"][0]["schema"]["fields"]
    return with_schema(package, fields=[fields[0] | entries, *fields[1:]])


@pytest.mark.parametrize(("broken", "words"), DESCRIPTIONS)
def test_a_broken_description_is_a_named_error(small, broken, words):
    path = small / "datapackage.json"
    path.write_text(json.dumps(broken(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    with pytest.raises(TableError, match=rf"data/datapackage.json.*{re.escape(words)}"):
        validate()


DESCRIPTION = json.loads((SMALL / "datapackage.json").read_text(encoding="utf-8"))
ANYTHING = [None, 1, -1.5, True, "", "x", "(", [], {}, [1], {"a": 1}, ["x"]]


def places(part, before=()):
    """Every place in a description."""
    for name, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        yield (*before, name)
        yield from places(value, (*before, name))


PLACES = list(places(DESCRIPTION))


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=st.sampled_from(ANYTHING))
def test_a_description_with_anything_in_it_is_read_or_named(small, place, value):
    description = json.loads(json.dumps(DESCRIPTION))
    part = description
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    (small / "datapackage.json").write_text(json.dumps(description), encoding="utf-8")
    problems = []
    try:
        validate()
    except TableError as error:
        problems = error.problems
    assert all(problem.file.startswith("data/") for problem in problems)


def test_a_second_override_of_a_cell_is_named(small):
    path = small / "corrections.csv"
    rows = read(path)
    override = next(row for row in rows if row["action"] == "override")
    write(path, [*rows, override | {"id": "C999"}])
    assert "column value" in problems_of(small)
    assert "one override of a cell; row" in problems_of(small)


def listed(table, column):
    """The closed list of a column of the book's tables."""
    package = json.loads((paths.DATA / "datapackage.json").read_text(encoding="utf-8"))
    fields = next(resource["schema"]["fields"] for resource in package["resources"] if resource["name"] == table)
    return next(field["constraints"]["enum"] for field in fields if field["name"] == column)


def test_what_the_description_lists_is_what_the_code_knows():
    tests = [listed(table, "test") for table in claims.TABLES]
    assert set().union(*tests) == set(claims.TESTS)
    contents = (paths.ROOT / "_toc.yml").read_text(encoding="utf-8")
    for table in claims.TABLES:
        assert set(listed(table, "chapter")) <= set(re.findall(r"- file: (\S+)", contents))
    functions = {
        f"{module}.{name}" for module in systems.__dict__["_MODULES"] for name in vars(systems._MODULES[module])
    }
    assert set(listed("systems", "function")) <= functions
    assert set(listed("system_inputs", "symbol")) <= {symbol.name for symbol in symbolic.NOTATION}


@pytest.mark.parametrize(
    "text", ["int add", "\u00d7 2 \u00b5m \u03b2\u00b2", "Rieutord-Gonz\u00e1lez, \u4e2d\u6587", ""]
)
def test_words_of_any_language_are_seen(text):
    assert checks.hidden(text) is None
