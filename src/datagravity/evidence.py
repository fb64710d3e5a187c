"""The data of the book: read, validated, converted, and described.

`data/datapackage.json` says what each column means, in which unit, and what it may hold. Frictionless checks the
tables against it; the rules that it has no words for follow here. Every problem is reported, not only the first, and
nothing is dropped or mended on the way.
"""

import csv
import io
import json
import math
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from datagravity import paths
from datagravity.reads import BIBLIOGRAPHY, file_digest, record
from datagravity.reads import reading as reading
from datagravity.reads import remembered as remembered
from datagravity.sources import entries_of

#: Every unit that a column of the data package may have; "1" is a plain number, and "by row" means that another
#: column of the row names the unit.
UNITS = (
    "pJ",
    "pJ/bit",
    "bit",
    "KiB",
    "GB/s",
    "mm",
    "nm",
    "year",
    "ratio",
    "TFLOP/s",
    "GB",
    "MB",
    "W",
    "FLOP/byte",
    "GFLOP/J",
    "1",
    "1e9",
    "B",
    "J",
    "Wh",
    "token/s",
    "by row",
)

# The nullable types of pandas: a blank cell is a missing value in all of them.
DTYPES = {"string": "string", "number": "Float64", "integer": "Int64", "boolean": "boolean"}

NUMBER = {
    "number": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII),
    "integer": re.compile(r"[+-]?\d{1,18}", re.ASCII),
}
# Half a unit of the sixth significant digit, relative to the number; the last factor forgives binary rounding.
SIX_DIGITS = 0.5e-5 * (1 + 1e-9)
# How far a typed energy factor and a typed ratio of energies per bit may lie from what they are computed from.
FACTOR_ROUNDING, PATH_ROUNDING = 1e-3, 1e-2
# How far a measured energy may lie from measured power over throughput, and joules from watt-hours.
MEASURED_ROUNDING = 2e-2
# Half a unit of the last printed digit of a ratio of two columns of an accelerator; the last factor as above.
LAST_DIGIT = 0.05 * (1 + 1e-9)
BOOLEAN = {"true": True, "false": False}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the data: where it is, what stands there, and what was expected.

    `row` is the line that a text editor shows, so the header is row 1 and the first datum row 2.
    """

    file: str
    expected: str
    row: int | None = None
    name: str | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self):
        """The whole story in one line."""
        place = self.file
        if self.row:
            place += f" row {self.row}"
        if self.name:
            place += f" ({self.name})"
        if self.column:
            place += f", column {self.column}"
        value = "" if self.value is None else f" value {self.value!r};"
        return f"{place}:{value} expected {self.expected}"


class TableError(ValueError):
    """The tables are not valid; `problems` holds every reason, and the message prints them all."""

    def __init__(self, problems):
        """Keep the problems, each once, in the order of the files and rows."""
        self.problems = list(dict.fromkeys(problems))
        count = len(self.problems)
        head = f"{count} problem{'s' if count > 1 else ''} in the data (row 1 of a table is its header):"
        super().__init__("\n  ".join([head, *map(str, self.problems)]))


def tables(*, directory=None):
    """The names of the tables, in the order of the data package."""
    return [resource["name"] for resource in _package(_folder(directory))["resources"]]


def load(table, *, directory=None, references=None):
    """One table of the data package, validated and converted.

    Parameters
    ----------
    table : a name of `tables()`
    directory : folder of the data package; the book's own if None
    references : bibliography that the sources are joined with; the book's own if None

    Returns
    -------
    pandas.DataFrame with every row and column as published, in nullable types (a blank is a missing value), followed
    by the columns computed here. "energy": `energy_pj_per_bit_low` and `_high` (pJ/bit, full precision, for rows that
    move data), `grey`, `source_group` (rows of one group are one source). "sources": the entry of the bibliography.

    Any table with corrections: `corrections` (their ids, joined by "; "), `excluded` (whether the row stays out of
    fits), and for each column with an override a copy of it, with the overrides in place, whose name ends in
    `_corrected`. The published column stays as it is.

    Raises
    ------
    ValueError
        If there is no such table.
    TableError
        If any table of the package is not valid; it lists every problem.
    """
    names = tables(directory=directory)
    if table not in names:
        raise ValueError(f"table is {table!r}, expected one of {', '.join(names)}")
    if directory is None:
        for name in _joined(table):
            record(name)
    return _frames(directory, references)[table].copy()


def validate(directory=None, *, references=None):
    """Check all tables of the data package and the bibliography.

    Returns
    -------
    dict: the number of rows of each table.

    Raises
    ------
    TableError
        With every problem of every table.
    """
    frames = _frames(directory, references)
    if directory is None:
        for name in (*frames, BIBLIOGRAPHY):
            record(name)
    return {name: len(frame) for name, frame in frames.items()}


def _frames(directory, references):
    """All tables as data frames, checked once for each content of the files."""
    folder = _folder(directory)
    references = paths.REFERENCES if references is None else Path(references)
    # The content decides, not the time stamp: an edited table is never answered from the cache.
    files = [*sorted(folder.glob("*.csv")), folder / "datapackage.json", references]
    return _validated(folder, references, tuple((path.name, file_digest(path)) for path in files))


def _joined(table):
    """The tables that one of them is made of when it is loaded."""
    joined = {"sources": [BIBLIOGRAPHY], "energy": ["sources"], "pim": ["sources"], "brain": ["sources"]}
    return [table, "corrections", *joined.get(table, [])]


def is_blank(value):
    """Whether a cell of a table is a blank: None, pandas' missing value, or NaN."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def plain(row):
    """A row (a mapping) with None for every blank."""
    return {name: None if is_blank(value) else value for name, value in row.items()}


def shown(value):
    """A cell as text for a reader: "not stated" for a blank, no needless digits for a number."""
    if is_blank(value):
        return "not stated"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def data_readme(*, directory=None):
    """The text of data/README.md: every table, its rows and columns, and how to add a row."""
    folder = _folder(directory)
    package, frames = _package(folder), _frames(folder, None)
    lines = [
        f"# {package['title']}",
        "",
        package["description"],
        "",
        "Generated from `datapackage.json` by `python -m datagravity data-readme`; do not edit.",
        "",
    ]
    for resource in package["resources"]:
        frame, schema = frames[resource["name"]], resource["schema"]
        lines += [f"## `{resource['path']}`: {resource['title']} ({len(frame)} rows)", "", resource["description"], ""]
        lines += ["| column | unit | meaning |", "| --- | --- | --- |"]
        for field in schema["fields"]:
            meaning = field["description"].replace("|", "\\|")
            lines.append(f"| `{field['name']}` | {field.get('unit', '')} | {meaning}{_vocabulary(field)} |")
        keys = [
            f"`{key['fields'][0]}` is a `{key['reference']['fields'][0]}` of `{key['reference']['resource']}.csv`"
            for key in schema.get("foreignKeys", [])
        ]
        lines += ["", f"Key: `{schema['primaryKey'][0]}`." + (f" {'; '.join(keys)}." if keys else ""), ""]
    lines += [
        "## Add a row",
        "",
        "1. Append one line to the table, with a new `id`. A blank means that the source does not state the value.",
        "2. A new source needs its entry in `book/references.bib` and its line in `sources.csv`.",
        "3. Run `python -m datagravity validate`: it names the file, row, column and value of every problem at once.",
        "4. Run `python -m datagravity data-readme` and `make book`: charts and sentences that use the row follow it.",
    ]
    return "\n".join(lines) + "\n"


def _vocabulary(field):
    """The closed list of a column, printed after its meaning."""
    words = field.get("constraints", {}).get("enum")
    return f" One of: {', '.join(words)}." if words and len(words) > 1 else ""


# ---------------------------------------------------------------------------------------------------------------------
# Reading


def _folder(directory):
    return paths.DATA if directory is None else Path(directory)


def _package(folder):
    path = folder / "datapackage.json"
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise TableError([Problem(_name(folder, path.name), f"a data package in JSON ({error})")]) from error


def _name(folder, file):
    return f"{folder.name}/{file}"


@dataclass
class Table:
    """A table while it is being checked: cells as text, the line and the name of every row."""

    file: str
    fields: list
    key: str
    rows: list
    lines: list
    complete: bool = True

    def problem(self, index, column, expected):
        """What is wrong with one cell."""
        row = self.rows[index]
        name = f"{self.key} {row[self.key]}" if row[self.key] else None
        return Problem(self.file, expected, self.lines[index], name, column, row[column])


def _read(folder, resource):
    """The text of one table and the problems of its form: encoding, header, length of rows."""
    schema, file = resource["schema"], _name(folder, resource["path"])
    fields = schema["fields"]
    names = [field["name"] for field in fields]
    table = Table(file, fields, schema["primaryKey"][0], [], [], complete=False)
    try:
        # Bytes are read as they are: a byte order mark and CRLF are how spreadsheets write, not errors.
        text = (folder / resource["path"]).read_bytes().decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        records, line = [], 1
        for record in reader:
            if record:
                records.append((line, record))
            line = reader.line_num + 1
    except OSError:
        return table, [Problem(file, "a file that can be read")]
    except UnicodeDecodeError as error:
        return table, [Problem(file, f"text in UTF-8 ({error.reason} at byte {error.start})")]
    except csv.Error as error:
        return table, [Problem(file, f"comma-separated values ({error})", line)]
    if not records:
        return table, [Problem(file, "a header and at least one row; the file is empty")]

    _, header = records[0]
    problems = [
        Problem(file, f"the column {name}; it is missing", 1, column=name) for name in names if name not in header
    ] + [
        Problem(file, "no such column" if name not in names else "this column once", 1, column=name or "without a name")
        for position, name in enumerate(header)
        if name not in names or name in header[:position]
    ]
    if problems:
        return table, problems
    if len(records) == 1:
        return table, [Problem(file, "at least one row below the header", 1)]
    for line, record in records[1:]:
        if len(record) == len(header):
            table.rows.append(dict(zip(header, record, strict=True)))
            table.lines.append(line)
        else:
            problems.append(Problem(file, f"{len(header)} cells; there are {len(record)}", line, record[0] or None))
    table.complete = not problems
    return table, problems


# ---------------------------------------------------------------------------------------------------------------------
# Checking


@lru_cache(maxsize=16)
def _validated(folder, references, _digest):
    package = _package(folder)
    problems = _unit_problems(folder, package)
    read = {}
    for resource in package["resources"]:
        read[resource["name"]], found = _read(folder, resource)
        problems += found
    for table in read.values():
        problems += _cell_problems(table)
    # Frictionless meets only cells that are numbers where numbers are due: it takes infinity for one.
    problems += _frictionless_problems(folder, package, read, {(p.file, p.row, p.column) for p in problems})
    values = {name: [_values(table.fields, row) for row in table.rows] for name, table in read.items()}
    for name, table in read.items():
        problems += _rule_problems(name, table, values[name])
    books, found = _bibliography_problems(folder, references, read)
    problems += found
    problems += _correction_problems(read, problems)
    problems += _figure_problems(read)
    if problems:
        order = {table.file: position for position, table in enumerate(read.values())}
        raise TableError(sorted(problems, key=lambda p: (order.get(p.file, -1), p.row or 0)))
    frames = {
        name: pd.DataFrame(
            {f["name"]: pd.array([row[f["name"]] for row in values[name]], dtype=DTYPES[f["type"]]) for f in t.fields}
        )
        for name, t in read.items()
    }
    return _converted(frames, books)


def _unit_problems(folder, package):
    """Every numeric column has a unit of the closed list."""
    return [
        Problem(
            _name(folder, "datapackage.json"),
            f"a unit of the list {', '.join(UNITS)}",
            name=f"table {resource['name']}",
            column=field["name"],
            value=field.get("unit", ""),
        )
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
        if (field["type"] in NUMBER or "unit" in field) and field.get("unit") not in UNITS
    ]


def _cell_problems(table):
    """Cells that are not what their column's type is written like, infinities and stray spaces among them."""
    problems = []
    for index, row in enumerate(table.rows):
        for field in table.fields:
            cell, kind = row[field["name"]], field["type"]
            if not cell:
                continue
            if kind in NUMBER:
                wrong = not NUMBER[kind].fullmatch(cell) or not math.isfinite(float(cell))
            elif kind == "boolean":
                wrong = cell not in BOOLEAN
            else:
                wrong = cell != cell.strip()
            if wrong:
                spaces = "; no spaces at its ends" if kind == "string" else ""
                problems.append(table.problem(index, field["name"], _expected(field) + spaces))
    return problems


def _frictionless_problems(folder, package, read, known):
    """What Frictionless finds: missing values, limits, vocabularies, patterns, unique keys, foreign keys."""
    from frictionless import FrictionlessException, Package

    descriptor = json.loads(json.dumps(package))
    descriptor["resources"] = [r for r in descriptor["resources"] if read[r["name"]].rows]
    present = {resource["name"] for resource in descriptor["resources"]}
    for resource in descriptor["resources"]:
        table = read[resource["name"]]
        names = [field["name"] for field in table.fields]
        for entry in ("path", "scheme", "format", "mediatype", "encoding"):
            resource.pop(entry, None)
        resource["data"] = [names] + [
            ["" if (table.file, line, name) in known else row[name] for name in names]
            for line, row in zip(table.lines, table.rows, strict=True)
        ]
        # A key into a table that could not be read says nothing about this one.
        keys = resource["schema"].pop("foreignKeys", [])
        keys = [key for key in keys if key["reference"]["resource"] in present]
        if keys:
            resource["schema"]["foreignKeys"] = keys
    if not present:
        return []
    try:
        report = Package.from_descriptor(descriptor).validate()
    except FrictionlessException as error:
        notes = "; ".join(reason.note for reason in error.reasons) or error.error.note
        return [Problem(_name(folder, "datapackage.json"), f"a valid data package ({notes})")]
    problems = [Problem(_name(folder, "datapackage.json"), f"a valid package ({e.note})") for e in report.errors]
    for task in report.tasks:
        table = read[task.name]
        fields = {field["name"]: field for field in table.fields}
        problems += [
            problem
            for error in task.errors
            for problem in _from_frictionless(table, fields, error)
            if (problem.file, problem.row, problem.column) not in known
        ]
    return problems


def _from_frictionless(table, fields, error):
    """One of its errors in our words: row, column, value, expectation."""
    row = getattr(error, "row_number", None)
    if row is None:
        return [Problem(table.file, f"a table that Frictionless accepts ({error.message})")]
    index = row - 2
    if error.type == "primary-key":
        # The column is also declared unique, which says the same more plainly.
        return []
    if error.type == "foreign-key":
        expected = f"one that exists: {error.reference_field_names[0]} in {error.reference_name}.csv"
        return [table.problem(index, error.field_names[0], expected)]
    if error.type == "unique-error":
        name = error.field_name
        first = next(i for i, other in enumerate(table.rows) if other[name] == table.rows[index][name])
        return [table.problem(index, name, f"a value used once; row {table.lines[first]} has it too")]
    if error.type == "blank-row":
        return [table.problem(index, table.key, "a value; the whole row is blank")]
    name = getattr(error, "field_name", "") or table.key
    return [table.problem(index, name, _expected(fields[name]))]


def _expected(field):
    """What a column may hold, in words."""
    limits, kind = field.get("constraints", {}), field["type"]
    if "enum" in limits:
        text = "one of " + ", ".join(limits["enum"])
    elif "pattern" in limits:
        text = f"text of the form {limits['pattern']}"
    else:
        words = {"string": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false"}
        text = words[kind]
    ends = [("exclusiveMinimum", "above"), ("minimum", "at least"), ("maximum", "at most")]
    text += "".join(f", {word} {limits[end]}" for end, word in ends if end in limits)
    return text if limits.get("required") or kind == "boolean" else f"{text}, or a blank"


def _values(fields, row):
    """The cells of a row as Python values; None for a blank and for what is not a value of the column's type."""
    read = {"string": str, "number": float, "integer": int, "boolean": BOOLEAN.get}
    result = {}
    for field in fields:
        cell, kind = row[field["name"]], field["type"]
        good = cell and (kind not in NUMBER or NUMBER[kind].fullmatch(cell))
        result[field["name"]] = read[kind](cell) if good else None
    return result


def _rule_problems(name, table, values):
    """The rules that a schema cannot say, over every row of one table."""
    rules = [_low_at_most_high, *RULES.get(name, [])]
    return [
        table.problem(index, column, expected)
        for index, row in enumerate(values)
        for rule in rules
        for column, expected in rule(row)
    ]


def _low_at_most_high(row):
    """In every table: the low end of an interval is not above its high end."""
    for low in row:
        high = re.sub(r"(^|_)low(_|$)", r"\1high\2", low)
        is_interval = high != low and isinstance(row.get(high), (int, float)) and isinstance(row[low], (int, float))
        if is_interval and row[low] > row[high]:
            yield low, f"at most {high}, which is {row[high]:g}"


def _filled(row, wanted, reason):
    """Of each column named in `wanted`, whether it has a value or a blank as it should."""
    for column, given in wanted.items():
        if (row[column] is not None) != given:
            yield column, f"{'a value' if given else 'a blank'}, because {reason}"


def _unit_matches_values(row):
    """An energy row has both ends of an energy, a ratio row a ratio and what it is relative to."""
    energies, ratios = ("energy_low_pj", "energy_high_pj"), ("rel_energy_x", "rel_to")
    given = energies if row["unit"] == "pJ" else ratios if row["unit"] == "ratio" else None
    if given:
        wanted = {column: column in given for column in (*energies, *ratios)}
        yield from _filled(row, wanted, f"the unit of the row is {row['unit']}")


def _per_bit_agrees(row):
    """The typed energy per bit is energy over width, to six significant digits; only data that moves has one."""
    for end in ("low", "high"):
        column, energy = f"pj_per_bit_{end}", row[f"energy_{end}_pj"]
        computed = _per_bit(row, end)
        if (row[column] is None) != (computed is None):
            yield column, "a value" if computed else "a blank, because there is no energy per bit that moves"
        elif computed and abs(row[column] - computed) > SIX_DIGITS * computed:
            yield column, f"{computed:.6g}, which is {energy:g} pJ over {row['width_bits']} bits"


def _per_bit(row, end):
    """Energy per bit in full precision, or None where the row moves no data or leaves energy or width blank."""
    energy, width = row[f"energy_{end}_pj"], row["width_bits"]
    return energy / width if row["kind"] != "compute" and energy and width else None


def _recalled_has_confidence(row):
    """A number that was not checked again says how sure we are of it, and says so in both columns."""
    if (row["status"] == "recalled") != (row["confidence"] is not None):
        yield "confidence", "a value for a recalled row, a blank for a verified one"
    if (row["status"] == "recalled") != (row["text_type"] == "recalled"):
        yield "text_type", "recalled exactly where status is"


def _per_mm_is_one_mm(row):
    """A wire quoted per millimetre is one millimetre long."""
    if (row["distance_basis"] or "").startswith("per mm") and row["distance_mm"] != 1:
        yield "distance_mm", "1, because the basis of the distance is per mm"


def _mean_within(row):
    """A mean lies within its interval."""
    low, mean, high = (row[column] for column in ("energy_low_pj", "energy_mean_pj", "energy_high_pj"))
    if None not in (low, mean, high) and low <= high and not low <= mean <= high:
        yield "energy_mean_pj", f"a mean from {low:g} to {high:g}"


def _bound_matches_values(row):
    """An upper bound has no low end, everything else has one, and both ends are reproduced or none is."""
    if (row["bound"] == "upper bound") != (row["gd_low"] is None):
        yield "gd_low", "a blank for an upper bound, a value otherwise"
    rows = [row[column] for column in ("transport_low_row", "transport_high_row", "compute_row")]
    if any(rows) and not all(rows):
        yield "compute_row", "all three rows that reproduce the value, or none"


def _factor_only_from_energy(row):
    """An energy factor stands where the kind is energy and a value is reported, and it follows from that value."""
    for end, other in (("low", "high"), ("high", "low")):
        column, factor = f"energy_factor_{end}", row[f"energy_factor_{end}"]
        if row["quantity_kind"] != "energy":
            if factor is not None:
                yield column, f"a blank, because {row['quantity_kind']} is never converted into an energy ratio"
            continue
        # A ratio PIM over baseline turns the ends around; a reduction does not.
        value = row[f"value_{other if row['value_unit'] == 'ratio PIM/baseline' else end}"]
        computed = None if value is None else _energy_factor(value, row["value_unit"])
        if (factor is None) != (computed is None):
            wanted = "a blank" if computed is None else f"{computed:.5g}"
            yield column, f"{wanted}, because the reported value is {shown(value)} in {shown(row['value_unit'])}"
        elif computed and abs(factor - computed) > FACTOR_ROUNDING * computed:
            yield column, f"{computed:.5g}, which follows from {value:g} in {row['value_unit']}"


def _energy_factor(value, unit):
    """Baseline energy over PIM energy from a reported value, or None where the unit gives none."""
    if unit == "ratio":
        return value or None
    if unit == "ratio PIM/baseline":
        return 1 / value if value else None
    return 1 / (1 - value / 100) if unit == "% reduction" and value < 100 else None


def _path_energy_agrees(row):
    """A reported ratio of energies per bit is the ratio of the two energies per bit, where both are given."""
    baseline, pim = bits_range(row["pj_per_bit_baseline"]), row["pj_per_bit_pim"]
    if row["quantity_kind"] != "path_energy" or not baseline or not pim:
        return
    for end, energy in zip(("low", "high"), baseline, strict=True):
        value, computed = row[f"value_{end}"], energy / pim
        if value is None or abs(value - computed) > PATH_ROUNDING * computed:
            yield f"value_{end}", f"about {computed:.4g}, which is {energy:g} over {pim:g} pJ/bit"


def bits_range(text):
    """Both ends of an energy per bit written as "7" or "10-20", in pJ/bit; None for a blank or for anything else."""
    ends = (text or "").split("-")
    if len(ends) > 2 or not all(NUMBER["number"].fullmatch(end) for end in ends):
        return None
    return float(ends[0]), float(ends[-1])


def _bits_range_in_order(row):
    """A range of energies per bit is positive and starts with its low end."""
    ends = bits_range(row["pj_per_bit_baseline"])
    if ends and not 0 < ends[0] <= ends[1]:
        yield "pj_per_bit_baseline", "a number above 0, or two such with the lower one first"


def _recalled_basis(row):
    """What was not checked again says so in the status, in the basis and in the confidence."""
    if (row["status"] == "recalled") != (row["basis"] == "recalled"):
        yield "basis", "recalled exactly where status is"
    if row["status"] == "recalled" and row["confidence"] == 1:
        yield "confidence", "below 1 for a recalled row"


def _sign_agrees(row):
    """An energy factor lies on the side of one that the sign names."""
    low, high = row["energy_factor_low"], row["energy_factor_high"]
    if low is None or high is None:
        return
    fits = {"positive": high > 1, "neutral": low <= 1 <= high, "negative": low < 1}
    if not fits.get(row["sign"], True):
        yield "sign", f"another one, because the energy factor is {low:g} to {high:g}"


def _budget_row(row):
    """A number or both ends, ends around the value, and one word for what is recalled."""
    value, low, high = row["value"], row["value_low"], row["value_high"]
    if value is None and (low is None or high is None):
        yield "value", "a number, or both value_low and value_high"
    if (low is None) != (high is None):
        yield "value_low" if low is None else "value_high", "a value, because the other end has one"
    if None not in (value, low, high) and low <= high and not low <= value <= high:
        yield "value", f"a number from {low:g} to {high:g}"
    if (row["status"] == "recalled") != (row["checked"] == "recalled"):
        yield "checked", "recalled exactly where status is"
    if row["unit"] == "percent" and any(number is not None and number > 100 for number in (value, low, high)):
        yield "value", "at most 100, because the unit is percent"


#: The rules of each table: functions of a row's values that yield (column, what was expected).
RULES = {
    "energy": [_unit_matches_values, _per_bit_agrees, _recalled_has_confidence, _per_mm_is_one_mm, _mean_within],
    "published_ratios": [_bound_matches_values],
    "pim": [_factor_only_from_energy, _path_energy_agrees, _bits_range_in_order, _recalled_basis, _sign_agrees],
    "brain": [_budget_row],
}


def _bibliography_problems(folder, references, read):
    """The bibliography and the table of sources hold the same keys."""
    file = f"{references.parent.name}/{references.name}"
    try:
        books = entries_of(references)
    except (OSError, ValueError) as error:
        return None, [Problem(file, f"a bibliography ({error})")]
    sources = read.get("sources")
    if sources is None or not sources.complete:
        return books, []
    keys = [row["key"] for row in sources.rows]
    problems = [
        sources.problem(index, "key", f"a key of {file}")
        for index, key in enumerate(keys)
        if key and key not in set(books["key"])
    ]
    problems += [
        Problem(file, f"a row of {_name(folder, 'sources.csv')} with this key", name=f"entry {key}")
        for key in books["key"]
        if key not in set(keys)
    ]
    return books, problems


def _reach_starts_at_zero(row):
    """A maximum reach says nothing of the shortest link, a length does; a reach of two classes has two ends."""
    low, high = row["distance_low_mm"], row["distance_high_mm"]
    if low == 0 and row["basis"] != "maximum reach":
        yield "distance_low_mm", "above 0, because the basis of the row is not a maximum reach"
    if row["basis"] == "maximum reach" and low and low == high:
        yield "distance_low_mm", "0 or a lower end, because a maximum reach is not a length"


def _override_has_value(row):
    """An override names the value it offers, other actions have none, and no correction corrects a correction."""
    if (row["action"] == "override") != (row["value"] is not None):
        yield "value", "a value for an override, a blank otherwise"
    if row["table"] == "corrections":
        yield "table", "another table than this one"


def _ratios_follow(row):
    """Operations per byte and per joule are peak over bandwidth and over power, as far as they are printed."""
    for column, per in (("flop_per_byte", "mem_bw_gb_s"), ("gflop_per_s_per_w", "tdp_w")):
        peak, below, printed = row["peak_dense_fp16_bf16_tflops"], row[per], row[column]
        computed = 1000 * peak / below if peak and below else None
        if (printed is None) != (computed is None):
            yield column, "a blank" if computed is None else f"{computed:.1f}, because both of its parts are there"
        elif computed and abs(printed - computed) > LAST_DIGIT:
            yield column, f"{computed:.1f}, which is 1000 times the peak over {per}"


def _released_in_year(row):
    """The day of release is a day of the year."""
    day = row["release_date"]
    try:
        right = not day or date.fromisoformat(day).year == row["year"]
    except ValueError:
        right = False
    if not right:
        yield "release_date", f"a day of {row['year']}"


def _value_or_end(row):
    """A fact has a value or an end, and a value lies between the ends."""
    value, low, high = row["value"], row["low"], row["high"]
    if value is low is high is None:
        yield "value", "a number, or an end in low or high"
    if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
        yield "value", f"a number from {shown(low)} to {shown(high)}"


def _recalled_checked(row):
    """What was not checked again says so in both columns."""
    if (row["status"] == "recalled") != (row["checked"] == "recalled"):
        yield "checked", "recalled exactly where status is"


RULES["accelerators"] = [_ratios_follow, _released_in_year, _recalled_checked]
RULES["trends"] = [_value_or_end, _recalled_checked]
RULES["distances"] = [_recalled_has_confidence, _reach_starts_at_zero]
RULES["corrections"] = [_override_has_value]


def _experts_together(row):
    """A mixture says how many experts it has and how many a token uses; a cached head is one of the heads."""
    if (row["n_experts"] is None) != (row["experts_per_token"] is None):
        yield "experts_per_token", "a value exactly where n_experts has one"
    if row["n_experts"] and row["experts_per_token"] and row["experts_per_token"] > row["n_experts"]:
        yield "experts_per_token", f"at most {row['n_experts']}, the experts there are"
    if row["kv_heads"] and row["heads"] and row["kv_heads"] > row["heads"]:
        yield "kv_heads", f"at most {row['heads']}, the heads there are"


def _energies_agree(row):
    """Power over throughput is the energy of a token, and a watt-hour is 3600 joules, both to two per cent."""
    power, throughput, energy = row["avg_power_w"], row["throughput_tok_s"], row["j_per_output_token"]
    if power and throughput and energy and abs(energy * throughput / power - 1) > MEASURED_ROUNDING:
        yield "j_per_output_token", f"about {power / throughput:.4g}, which is {power:g} W over {throughput:g} a second"
    joules, hours = row["j_per_request"], row["wh_per_request"]
    if joules and hours and abs(joules / (3600 * hours) - 1) > MEASURED_ROUNDING:
        yield "wh_per_request", f"about {joules / 3600:.4g}, which is {joules:g} J"


RULES["llm"] = [_experts_together]
RULES["measured_inference"] = [_energies_agree]


def _lever_or_reason(row):
    """A paper has a lever and what a model needs, or a reason why it has none."""
    irrelevant = row["relevance"] == "none"
    wanted = dict.fromkeys(("lever", "strength", "model_needs"), not irrelevant) | {"reason_if_none": irrelevant}
    yield from _filled(row, wanted, f"the relevance is {row['relevance']}")


def _figure_holds_values(row):
    """A number as printed and its two ends say the same; a word has no ends, but for "half", which is two."""
    low, high = row["value_low"], row["value_high"]
    printed = {"half": [2.0]}.get(row["figure"]) or [
        float(n.replace(",", "")) for n in _NUMBERS.findall(row["figure"] or "")
    ]
    for column, found in (("value_low", low), ("value_high", high)):
        if (found is None) == bool(printed) or (found is not None and found not in printed):
            yield column, f"one of {', '.join(map(shown, printed)) or 'no numbers'}, as the figure prints"


def _input_has_its_basis(row):
    """What an input rests on decides which of its cells have a value."""
    basis = row["basis"]
    sourced, numeric = basis in ("abstract", "paper", "code", "third party"), basis not in ("table", "model", "missing")
    wanted = dict.fromkeys(("source", "locator", "status", "checked"), sourced)
    wanted |= {"value": numeric, "taken_from": basis == "table"}
    yield from _filled(row, wanted, f"the basis is {basis}")
    if basis in ("assumption", "model", "missing") and row["note"] is None:
        yield "note", f"a remark, because the basis is {basis}"
    if not numeric and (row["low"] is not None or row["high"] is not None):
        yield "low", f"a blank, because the basis is {basis}"
    if numeric and row["value"] is not None:
        yield from _value_or_end(row)


_NUMBERS = re.compile(r"\d[\d,]*\.?\d*")
RULES["related_papers"] = [_lever_or_reason]
RULES["system_claims"] = [_figure_holds_values]
RULES["system_inputs"] = [_input_has_its_basis]


def _figure_problems(read):
    """Every figure of a system is one that its claim prints, of the system's own paper."""
    tables = [read.get(name) for name in ("system_claims", "related_claims", "systems")]
    if any(table is None or not table.complete for table in tables):
        return []
    ours, claims, systems = tables
    rows = {row["id"]: row for row in claims.rows}
    papers = {row["id"]: row["paper"] for row in systems.rows}
    problems = []
    for index, row in enumerate(ours.rows):
        claim = rows.get(row["claim"])
        if claim is None:  # the foreign key says so already
            continue
        # A figure may be a part of a longer one; it may not be a part of a longer number.
        pattern = rf"(?<![\d.,]){re.escape(row['figure'])}(?![\d])"
        if not re.search(pattern, claim["numbers"]):
            problems.append(ours.problem(index, "figure", f"one of {claim['numbers']!r}, which {row['claim']} prints"))
        if claim["paper"] != papers.get(row["system"], claim["paper"]):
            problems.append(ours.problem(index, "claim", f"a claim of the paper {papers[row['system']]}"))
    return problems


def _correction_problems(read, known):
    """Every correction names a cell that exists, still holds the value it was written for, and fits its override."""
    corrections = read.get("corrections")
    # A row may be missing because its key is already known to be wrong: one problem, not two.
    unsure = {p.file for p in known for table in read.values() if p.file == table.file and p.column == table.key}
    problems = []
    for index, row in enumerate(corrections.rows if corrections else []):
        table = read.get(row["table"])
        if table is None:
            problems.append(corrections.problem(index, "table", f"one of {', '.join(read)}"))
            continue
        fields = {field["name"]: field for field in table.fields}
        if row["column"] not in fields:
            problems.append(corrections.problem(index, "column", f"a column of {table.file}"))
            continue
        found = [position for position, other in enumerate(table.rows) if other[table.key] == row["row"]]
        if not found:
            # Of a table that could not be read whole, nobody can say what it lacks.
            if table.complete and table.file not in unsure:
                problems.append(corrections.problem(index, "row", f"a row of {table.file}"))
            continue
        cell, field = table.rows[found[0]][row["column"]], fields[row["column"]]
        if row["expect"] and cell != row["expect"]:
            expected = (
                f"{row['expect']!r}, the published value that {row['id']} of {corrections.file} is about: look at it"
            )
            problems.append(table.problem(found[0], row["column"], f"{expected} again before you change the value"))
        if row["value"] and not _fits(field, row["value"]):
            problems.append(corrections.problem(index, "value", f"{_expected(field)} ({table.file}, {row['column']})"))
    return problems


def _fits(field, cell):
    """Whether an override is written like its column's type, and is of its vocabulary and within its limits."""
    kind, limits = field["type"], field.get("constraints", {})
    if kind in NUMBER:
        number = float(cell) if NUMBER[kind].fullmatch(cell) else math.nan
        # A comparison with a number that is none is false.
        return (
            math.isfinite(number)
            and number >= limits.get("minimum", -math.inf)
            and number > limits.get("exclusiveMinimum", -math.inf)
            and number <= limits.get("maximum", math.inf)
        )
    return cell in BOOLEAN if kind == "boolean" else cell in limits.get("enum", [cell])


# ---------------------------------------------------------------------------------------------------------------------
# Converting


def _converted(frames, books):
    """Add what is computed from the published values; the values themselves stay."""
    sources = frames["sources"].merge(books, on="key", validate="one_to_one")
    frames = frames | {"sources": sources}
    if "energy" in frames:
        energy = frames["energy"].copy()
        for end in ("low", "high"):
            per_bit = energy[f"energy_{end}_pj"] / energy["width_bits"]
            energy[f"energy_pj_per_bit_{end}"] = per_bit.mask(energy["kind"] == "compute")
        origin = energy["source"].map(sources.set_index("key")["group"])
        copied = energy["source"].map(sources.set_index("key")["group_at_45_nm"])
        at_45_nm = (energy["node_nm"] == 45).fillna(False) & copied.notna()
        energy["source_group"] = origin.mask(at_45_nm, copied).astype("string")
        energy["grey"] = energy["source"].map(sources.set_index("key")["grey"]).astype("boolean")
        frames["energy"] = energy
    frames = {name: _with_corrections(name, frame, frames.get("corrections")) for name, frame in frames.items()}
    for name in ("pim", "brain"):
        if name in frames:
            facts = sources.set_index("key")
            frame = frames[name]
            frames[name] = frame.assign(
                grey=frame["source"].map(facts["grey"]).astype("boolean"),
                source_group=frame["source"].map(facts["group"]).astype("string"),
            )
    if "pim" in frames:
        ends = frames["pim"]["pj_per_bit_baseline"].map(lambda cell: bits_range(shown(cell)) or (pd.NA, pd.NA))
        for end, numbers in zip(("low", "high"), zip(*ends, strict=True), strict=True):
            frames["pim"][f"pj_per_bit_baseline_{end}"] = pd.array(numbers, dtype="Float64")
    return frames


def _with_corrections(name, frame, corrections):
    """Add to a table that has corrections the columns `corrections`, `excluded` and, for overrides, `..._corrected`."""
    if corrections is None or name not in set(corrections["table"]):
        return frame
    frame, key = frame.copy(), frame.columns[0]
    of_table = corrections[corrections["table"] == name]
    ids = of_table.groupby("row")["id"].agg("; ".join)
    frame["corrections"] = frame[key].map(ids).astype("string")
    frame["excluded"] = frame[key].isin(of_table.loc[of_table["action"] == "exclude", "row"]).astype("boolean")
    for column, rows in of_table[of_table["action"] == "override"].groupby("column"):
        kind = frame[column].dtype
        offered = pd.Series(rows["value"].to_numpy(), index=rows["row"]).map(BOOLEAN if kind == "boolean" else str)
        # Numbers are read from text as the tables themselves are.
        values = frame[key].map(pd.to_numeric(offered) if kind in ("Int64", "Float64") else offered)
        frame[f"{column}_corrected"] = values.astype(kind).fillna(frame[column])
    return frame
