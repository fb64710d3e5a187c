"""Tables that a test edits: read, change, break."""

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from datagravity.evidence import TableError, validate

#: A data package of a few rows of the book's tables, frozen: what tests of code read. A new row or a corrected digit of
#: the book changes nothing here; a rule that needs a new column needs it here too.
SMALL = Path(__file__).parent / "tables"


def read(path):
    """The rows of a table as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    """Write rows as a table."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def is_loaded(cell, value):
    """Whether a loaded value is what a cell of the file says."""
    if pd.isna(value) or cell == "":
        return pd.isna(value) and cell == ""
    if isinstance(value, str):
        return value == cell
    return cell == str(value).lower() if isinstance(value, bool | np.bool_) else float(cell) == float(value)


def change(path, key, /, **cells):
    """Change cells of the row with this key."""
    rows = read(path)
    next(row for row in rows if next(iter(row.values())) == key).update(cells)
    write(path, rows)


def problems_of(folder):
    """What validation finds in a folder of tables, as one text."""
    with pytest.raises(TableError) as caught:
        validate(folder)
    return str(caught.value)


def broken(folder, name="energy", **changes):
    """Change cells, as `P016__energy_low_pj="-3"`, and return the problems that validation finds."""
    for place, value in changes.items():
        row, column = place.split("__")
        change(folder / f"{name}.csv", row, **{column: value})
    return problems_of(folder)
