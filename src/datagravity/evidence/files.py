"""A file of comma-separated values into the rows of a table, each with the line that it stands on."""

import csv
import io
from dataclasses import dataclass, field

from datagravity.evidence.cells import value
from datagravity.evidence.package import name_of
from datagravity.evidence.problems import Problem


@dataclass
class Table:
    """A table while it is being checked: `rows` of text, the same as `values`, and the line of every row.

    `complete` is False if some rows, or all, could not be read.
    """

    file: str
    fields: list
    key: str
    rows: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    values: list = field(default_factory=list)
    complete: bool = False

    def column(self, name):
        """The text of all cells of one column."""
        return [row[name] for row in self.rows]

    def problem(self, index, column, expected):
        """What is wrong with one cell."""
        row = self.rows[index]
        name = f"{self.key} {row[self.key]}" if row[self.key] else None
        return Problem(self.file, expected, self.lines[index], name, column, row[column])


def read(folder, resource, *, may_be_empty=False):
    """One table, and the problems of its form: encoding, header, length of rows, and that there is one."""
    file, fields = name_of(folder, resource["path"]), resource["schema"]["fields"]
    table = Table(file, fields, resource["schema"]["primaryKey"][0])
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

    (_, header), *records = records
    problems = _header_problems(file, header, [field["name"] for field in fields])
    if problems:
        return table, problems
    if not records and not may_be_empty:
        return table, [Problem(file, "at least one row below the header", 1)]
    problems = [
        Problem(file, f"{len(header)} cells; there are {len(record)}", line, record[0] or None)
        for line, record in records
        if len(record) != len(header)
    ]
    whole = [(line, record) for line, record in records if len(record) == len(header)]
    table.lines = [line for line, _ in whole]
    table.rows = [dict(zip(header, record, strict=True)) for _, record in whole]
    columns = {field["name"]: _values(field, table.column(field["name"])) for field in fields}
    table.values = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    table.complete = not problems
    return table, problems


def _values(field, cells):
    """The cells of a column as values; of a column with few different cells, each is read once."""
    known = {cell: value(field, cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _header_problems(file, header, names):
    missing = [
        Problem(file, f"the column {name}; it is missing", 1, column=name) for name in names if name not in header
    ]
    return missing + [
        Problem(file, "no such column" if name not in names else "this column once", 1, column=name or "without a name")
        for position, name in enumerate(header)
        if name not in names or name in header[:position]
    ]
