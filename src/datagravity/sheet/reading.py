"""A file into rows of text, whatever program saved it: CSV in many dresses, a workbook, or JSON.

What cannot be read is one problem of the file. What was decided on the way, such as a code page or a decimal comma, is
a remark. Nothing is evaluated: a formula is text here.
"""

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from datagravity import naming
from datagravity.checks import hidden
from datagravity.sheet import kinds
from datagravity.sheet.problems import Problem, shown

#: The encodings that are worth a remark, as a reader knows them.
NAMED = {"utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252 (Latin-1)"}
EXTRA = "pip install 'datagravity[excel]'"
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".json")
_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")
_POINT = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")

#: Points between thousands and a decimal comma.
_BOTH = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")


class Form(NamedTuple):
    """What a file of one kind looks like.

    columns : the names of its columns
    needed : those without which it is not read; of a tuple among them, one group of columns is enough
    numbers : those that hold numbers, in which a comma may stand for a point
    words : those in which a number alone shows that cells have moved
    most_rows, most_bytes : what is read at most
    row : what one row is, in words
    start : what writes a file to begin with; "" if nothing does
    surplus : where a column that is not known could go, in words; "" if nowhere
    """

    columns: tuple
    needed: tuple = ()
    numbers: tuple = ()
    words: tuple = ()
    most_rows: int = 2_000
    most_bytes: int = 64_000_000
    row: str = "one row a thing"
    start: str = ""
    surplus: str = ""


@dataclass
class Sheet:
    """What a file holds: the line and the cells of each row, remarks on how it was read, and problems of its form."""

    file: str
    form: Form
    rows: list = field(default_factory=list)
    remarks: list = field(default_factory=list)
    problems: list = field(default_factory=list)

    def refuse(self, expected, row=None, mend="", **more):
        """Note a problem of the form."""
        self.problems.append(Problem(self.file, expected, row, mend=mend, **more))
        return self


def read(path, form):
    """The rows of a file.

    Parameters
    ----------
    path : of a file whose name ends in one of SUFFIXES
    form : Form

    Returns
    -------
    Sheet
    """
    path = Path(path)
    sheet = Sheet(path.name, form)
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        return sheet.refuse(f"a file {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    try:
        size = path.stat().st_size
        if size > form.most_bytes:
            return sheet.refuse(f"at most {form.most_bytes:,} bytes; there are {size:,}")
        content = path.read_bytes()
    except OSError as error:
        return sheet.refuse(f"a file that can be read ({error.strerror})")
    if not content.strip():
        return sheet.refuse("a header and at least one row; the file is empty", mend=form.start)
    wanted = {".xlsx": kinds.WORKBOOK, ".json": kinds.JSON}.get(kind, kinds.TEXT)
    found = kinds.kind_of(content)
    if found not in (wanted, kinds.TEXT) or (found == kinds.TEXT and wanted == kinds.WORKBOOK):
        return _refuse_kind(sheet, wanted, found)
    if kind == ".xlsx":
        records = _workbook(sheet, content)
    else:
        text = _decoded(sheet, content)
        if text is None:
            return sheet
        records = _json(sheet, text) if kind == ".json" else _separated(sheet, text)
    return sheet if sheet.problems else _with_header(sheet, records)


def _refuse_kind(sheet, wanted, found):
    """The problem of a file that is something else than the end of its name says."""
    ends = {kinds.WORKBOOK: "save it as CSV, or name it .xlsx", kinds.JSON: "name it .json", kinds.TEXT: "name it .csv"}
    said = "separated values" if wanted == kinds.TEXT else wanted
    return sheet.refuse(f"{said}, as its name says; this is {found}", mend=ends.get(found, "save it as CSV"))


def no_text(cell, most, *, number=False):
    """What is wrong with a cell as text that means itself: too long, a control character, or a formula.

    Parameters
    ----------
    cell : text
    most : characters
    number : whether the cell is to be a number, which may begin with a sign

    Returns
    -------
    (expected, mend), or None if nothing is wrong
    """
    if len(cell) > most:
        return f"at most {most:,} characters", ""
    cell = cell.strip()
    bad = hidden(cell)
    if bad is not None:
        what = "a line break" if bad in "\r\n" else f"the character U+{ord(bad):04X}"
        return f"text on one line without control characters; there is {what}", "delete it"
    if cell[:1] in ("=", "@") or (not number and cell[:1] in ("+", "-")):
        mend = "paste the value" if number else "begin with a letter or a digit"
        return "a value; this is a formula to a spreadsheet", mend
    return None


# --- Text ------------------------------------------------------------------------------------------------------------


def _decoded(sheet, content):
    """The text of a file, by its byte order mark, or by what its bytes can be; None if they can be no text."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    known = next((name for mark, name in marks.items() if content.startswith(mark)), None)
    head = content[:4000]
    if known is None and head.count(0) > len(head) // 4:
        known = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    for encoding in [known] if known else ["utf-8", "cp1252"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            where = f"{error.reason} at byte {error.start}"
            continue
        if encoding in NAMED:
            sheet.remarks.append(f"read as {NAMED[encoding]}")
        return text
    sheet.refuse(f"text in UTF-8, UTF-16 or Latin-1 ({where})", mend="save it as CSV UTF-8")
    return None


def _separated(sheet, text):
    """The records of separated values, each with its line; the separator is what the header has most of."""
    lines = [line for line in text.splitlines() if line.strip(' ,;\t"') and not line.lstrip(' "\ufeff').startswith("#")]
    if not lines:
        sheet.refuse("a header and at least one row; there are only blank lines and remarks")
        return []
    if (named := re.fullmatch(r'"?sep=(.)"?\s*', lines[0])) is not None:  # as one spreadsheet writes it
        separator, skipped = named[1], lines[0]
    else:
        counts = {mark: lines[0].count(mark) for mark in ",;\t|"}
        separator, skipped = max(counts, key=counts.get), None
    if separator != ",":
        sheet.remarks.append(f"separated by {'tabs' if separator == chr(9) else repr(separator)}")
    records, line = [], 1
    before = csv.field_size_limit(len(text) + 1)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for record in reader:
            if any(cell.strip() for cell in record) and separator.join(record).strip() != skipped:
                records.append((line, record))
            line = reader.line_num + 1
            if len(records) > sheet.form.most_rows + 100:
                rows = text.count("\n")
                sheet.refuse(f"at most {sheet.form.most_rows:,} rows; there are about {rows:,}", mend=sheet.form.row)
                return []
    except csv.Error as error:
        sheet.refuse(
            f"separated values ({error})", line, mend="a quotation mark in a cell is doubled, and a cell closes its own"
        )
    finally:
        csv.field_size_limit(before)
    return records


def _json(sheet, text):
    """The records of a JSON file: a list of objects, an object with the list `rows`, or one object that is a row."""

    def once(pairs):
        names = [name for name, _ in pairs]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"the name {sorted(twice)[0]!r} twice in one object")
        return dict(pairs)

    def no(word):
        raise ValueError(f"the word {word}")

    try:
        # Numbers stay as they are written: a double would change their last digit.
        found = json.loads(
            text.lstrip("\ufeff"), parse_float=str, parse_int=str, parse_constant=no, object_pairs_hook=once
        )
    except (ValueError, RecursionError) as error:
        if kinds.kind_of(text[:4000].encode()) == kinds.TEXT:
            _refuse_kind(sheet, kinds.JSON, kinds.TEXT)
            return []
        sheet.refuse(f"JSON ({shown(str(error))})")
        return []
    rows = found.get("rows", [found]) if isinstance(found, dict) else found
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) and row for row in rows):
        sheet.refuse(f'a list of rows, as in [{{"{sheet.form.columns[0]}": "...", "{sheet.form.columns[1]}": "..."}}]')
        return []
    names = list(dict.fromkeys(name for row in rows for name in row))
    records = [(1, names)]
    for number, row in enumerate(rows, start=2):
        cells = [row.get(name) for name in names]
        for name, cell in zip(names, cells, strict=True):
            if isinstance(cell, bool | list | dict):
                sheet.refuse("a text, a number or null", number, column=shown(name), value=shown(json.dumps(cell)))
        records.append((number, ["" if cell is None else str(cell) for cell in cells]))
    return records


def _workbook(sheet, content):
    """The records of the first sheet of a workbook that has a header."""
    try:
        import openpyxl
    except ModuleNotFoundError:
        sheet.refuse("CSV or JSON; workbooks need an extra", mend=EXTRA)
        return []
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        page = book.worksheets[0]
        records = []
        for line, cells in enumerate(page.iter_rows(values_only=True), start=1):
            if any(cell not in (None, "") for cell in cells):
                records.append((line, [_written(cell) for cell in cells]))
            if len(records) > sheet.form.most_rows + 100:
                sheet.refuse(f"at most {sheet.form.most_rows:,} rows; there are more", mend=sheet.form.row)
                return []
    except zipfile.BadZipFile:
        sheet.refuse("a whole workbook; this one is cut short or damaged", mend="save it anew")
        return []
    except Exception as error:  # a workbook is a zip of XML, and its reader raises whatever those raise
        sheet.refuse(f"a workbook ({type(error).__name__}: {shown(str(error))})")
        return []
    if len(book.worksheets) > 1:
        sheet.remarks.append(f"the first of {len(book.worksheets)} sheets")
    return records


def _written(cell):
    """A cell of a workbook as text: a number by its shortest digits, a date as one."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return repr(cell) if isinstance(cell, float) else str(cell)


# --- Rows ------------------------------------------------------------------------------------------------------------


def _with_header(sheet, records):
    """The records as rows by column name, below their header."""
    records = [
        (line, record)
        for line, record in records
        if not next((cell for cell in record if cell.strip()), "").lstrip("\ufeff").lstrip().startswith("#")
    ]
    if not records:
        return sheet.refuse("a header and at least one row; there are only remarks")
    (line, header), *rows = records
    wide = len(header)
    header = [_column(sheet.form, name.lstrip("\ufeff").strip()) for name in _trimmed(header)]
    if _header_problems(sheet, line, header):
        return sheet
    if not rows:
        return sheet.refuse("at least one row below the header", line)
    if len(rows) > sheet.form.most_rows:
        most = f"at most {sheet.form.most_rows:,} rows"
        return sheet.refuse(f"{most}; there are {len(rows):,}", mend=sheet.form.row)
    # Blank cells at the end of every row are a program's way to save; in one row they are a comma too many before.
    surplus, words = {max(len(record) - wide, 0) for _, record in rows}, sheet.form.words
    for line, record in rows:
        cells = _trimmed(record)
        row = dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=False))
        shifted = len(record) > wide and (
            len(surplus) > 1 or any(row.get(name, "").strip().isdigit() for name in words)
        )
        if len(cells) > len(header) or shifted:
            mend = "put a cell that holds a comma into quotation marks, and write 3.5 rather than 3,5"
            sheet.refuse(f"{len(header)} cells; there are {len(record)}", line, mend=mend)
        else:
            sheet.rows.append((line, row))
    return _decimals(sheet)


def _trimmed(record):
    """A record without the blank cells at its end that spreadsheets save."""
    end = len(record)
    while end and not record[end - 1].strip():
        end -= 1
    return record[:end]


def _column(form, name):
    """The column that a heading is, however it is written; the heading itself if it is none."""
    return next(iter(naming.spelt(name, form.columns)), name)


def _header_problems(sheet, line, header):
    form, before = sheet.form, len(sheet.problems)
    if not any(name in form.columns or any(naming.alike(name, one) for one in form.columns) for name in header):
        expected = f"a header with the columns {', '.join(form.columns[:10])}"
        sheet.refuse(expected, line, value=shown(", ".join(header)), mend=form.start)
        return True
    for group in form.needed:
        if isinstance(group, str) and group not in header:
            sheet.refuse(f"the column {group}; it is missing", line, column=group)
        elif not isinstance(group, str) and not any(set(names) <= set(header) for names in group):
            sheet.refuse(f"the column {group[0][0]}; it is missing", line, column=group[0][0])
    for place, name in enumerate(header):
        if name in header[:place]:
            sheet.refuse("this column once", line, column=shown(name) or "without a name")
        elif name not in form.columns:
            near = naming.nearest(name, form.columns, count=1)
            mend = ", or ".join([*near, *([form.surplus] if form.surplus else [])])
            sheet.refuse("a column that is known", line, column=shown(name) or "without a name", mend=mend)
    return len(sheet.problems) > before


def _decimals(sheet):
    """Decimal commas, which a file has everywhere or nowhere, as points; a cell with the rarer mark is a problem."""
    separated = any(remark.startswith("separated by") for remark in sheet.remarks)
    cells = [(line, name, row[name].strip()) for line, row in sheet.rows for name in sheet.form.numbers if name in row]
    commas, points, both = ([cell for cell in cells if form.fullmatch(cell[2])] for form in (_COMMA, _POINT, _BOTH))
    if not commas or not separated:
        return sheet  # between commas, a comma in a number is a slip that its cell reports
    thousands = [
        bool(found) and all(re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}(\{mark}\d{{3}})+", cell[2]) for cell in found)
        for found, mark in ((commas, ","), (points, "."))
    ]
    if points and not both and (thousands[0] if thousands[0] != thousands[1] else len(points) > len(commas)):
        _refuse_marks(sheet, commas, "point", len(points))
    elif thousands[0] and not (points or both):
        line, name, text = commas[0]
        return sheet.refuse(
            "a number that can be read in one way: every comma stands before three digits, as between thousands",
            line,
            column=name,
            value=shown(text),
            mend=f"{text.replace(',', '.')} or {text.replace(',', '')}",
        )
    else:
        _refuse_marks(sheet, points + both, "comma", len(commas))
        sheet.remarks.append("read with decimal commas")
    for _, row in sheet.rows:
        for name in sheet.form.numbers:
            if name in row and (_COMMA.fullmatch(row[name].strip()) or _BOTH.fullmatch(row[name].strip())):
                row[name] = row[name].replace(".", "").replace(",", ".")
    return sheet


def _refuse_marks(sheet, cells, mark, count):
    """A problem of each cell whose decimal mark is not that of the other numbers, or that has one between thousands."""
    own, other = (",", ".") if mark == "comma" else (".", ",")
    for line, name, text in cells:
        expected = f"one decimal mark in all numbers: a {mark}, as in {count} other{'s' if count > 1 else ''}"
        mends = (
            [text.replace(other, "")] if re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}(\{other}\d{{3}})+(,\d+)?", text) else []
        )
        mends += [text.replace(other, own)] if own not in text and text.count(other) == 1 else []
        sheet.refuse(expected, line, column=name, value=shown(text), mend=" or ".join(mends))
