"""A filled template of a chip's file, with one line that explains each column."""

import csv
import io
import json
from pathlib import Path

from datagravity import checks
from datagravity.chip.columns import COLUMNS, explained
from datagravity.sheet import EXTRA

#: Invented numbers, one row a kind of part.
ROWS = (
    ("My chip", "L1, small SRAM", "", "pJ/byte", "", "0.9", "1.2", "measured", "", "hits, random data"),
    ("My chip", "L2, large SRAM", "3.7", "pJ/byte", "", "", "", "measured", "", ""),
    ("My chip", "HBM3", "380", "pJ/access", "64", "350", "420", "measured", "", "stream, random data"),
    ("My chip", "FP16 tensor MAC", "0.9", "pJ/MAC", "", "0.8", "1.0", "measured", "", ""),
    ("My chip", "peak throughput", "400", "TFLOP/s", "", "", "", "spec target", "", "FP16, dense"),
    ("My chip", "memory capacity", "80", "GB", "", "", "", "spec target", "", ""),
    ("My chip", "memory bandwidth", "3000", "GB/s", "", "", "", "spec target", "", ""),
    ("My chip", "power", "500", "W", "", "", "", "spec target", "", ""),
)
SOURCE = "our measurements, 2026, Table 3"
#: What the head of a template says beside the columns.
HEAD = (
    "A chip of yours, one row a number. Replace these invented numbers; a blank means that it is not known.",
    "Any column of data/energy.csv may be added under its own name, as in node_nm, capacity_kib, distance_mm,",
    "distance_basis, scope, increment, supply_v, year.",
)


def rows():
    """The rows of the template, as dicts by column."""
    filled = (dict(zip(COLUMNS, row, strict=True)) for row in ROWS)
    return [row | {"source": SOURCE} for row in filled]


def is_example(cells):
    """Whether a row is still one of the template: its source, or the name and all numbers of one of its rows."""
    numbers = [name for name in COLUMNS if name not in ("method", "source", "note")]
    same = ({name: row[name] for name in numbers} for row in rows())
    return cells.get("source") == SOURCE or {name: cells.get(name, "") for name in numbers} in same


def write(path):
    """Write a template to a new file; the end of its name says which kind.

    Raises
    ------
    ValueError
        If the name ends otherwise, the file is there already, or a workbook is asked for and its extra is missing.
    """
    path = Path(path)
    writers = {".csv": _csv, ".json": _json, ".xlsx": _workbook}
    if path.exists():
        raise ValueError(f"file: {path} is there already, expected a new one")
    checks.writable("file", path, *writers)
    content = writers[path.suffix.lower()]()
    with path.open("xb") as file:
        file.write(content)


def _remarks():
    """The lines above the header, which are not read."""
    unread = "Lines that begin with # are not read."
    return [f"# {line}" for line in (*HEAD, unread, *(f"{name}: {explained(name)}" for name in COLUMNS))]


def _csv():
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([remark] for remark in _remarks())
    writer.writerow(COLUMNS)
    writer.writerows(row.values() for row in rows())
    # With a byte order mark, by which a spreadsheet knows the encoding.
    return text.getvalue().encode("utf-8-sig")


def _json():
    whole = {"about": " ".join(HEAD), "columns": {name: explained(name) for name in COLUMNS}, "rows": rows()}
    return (json.dumps(whole, indent=2, ensure_ascii=False) + "\n").encode()


def _workbook():
    try:
        import openpyxl
    except ModuleNotFoundError:
        raise ValueError(f"file: a workbook needs an extra: {EXTRA}; or write .csv or .json") from None
    book = openpyxl.Workbook()
    page = book.active
    page.title = "chip"
    for remark in _remarks():
        page.append([remark])
    page.append(list(COLUMNS))
    for row in rows():
        page.append([float(cell) if _is_number(cell) else cell or None for cell in row.values()])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _is_number(cell):
    return cell.replace(".", "", 1).isdigit()
