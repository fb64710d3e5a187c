"""Files that a reader brings to a question: places of data with their masses, and memory systems."""

import math

from datagravity.command.answering import FILE_ENDS

#: What may stand in a table of masses, beside the mass.
COORDINATES = ("x", "y", "z")
#: Rows and bytes of masses as text, at most; larger ones come as Parquet or NPY.
MOST_ROWS, MOST_BYTES = 2_000_000, 256_000_000
#: Characters of a cell, at most.
MOST_CHARACTERS = 200
#: The fields of a memory system for `predict`, each with what it is.
FIELDS = {
    "id": "a name of your own",
    "baseline_class": "what computes today",
    "baseline_memory": "the memory that it fetches from; a blank takes those of its class",
    "scope": "whose energy you mean; reports are known of the first four",
    "pj_per_bit_baseline": "energy of moving one bit today, in pJ; or its two ends:",
    "pj_per_bit_baseline_low": "the low end",
    "pj_per_bit_baseline_high": "the high end",
    "source": "a key of the bibliography with a published share of data movement; else blank",
}
ENERGIES = tuple(name for name in FIELDS if name.startswith("pj_per_bit"))
EXAMPLE = {
    "id": "my system",
    "baseline_class": "GPU",
    "baseline_memory": "HBM",
    "scope": "whole_system",
    "pj_per_bit_baseline_low": "4",
    "pj_per_bit_baseline_high": "13",
}


# --- Masses ----------------------------------------------------------------------------------------------------------


def masses(file):
    """The names of the coordinates, the positions and the masses of a file.

    Returns
    -------
    (names, positions, masses): a list of k names, and arrays of shape (n, k) and (n,)

    Raises
    ------
    ValueError
        If the file is none of this kind, or one of its numbers is none; the message names row and column.
    """
    import numpy as np

    readers = {".parquet": _from_parquet, ".npy": _from_npy} | dict.fromkeys(FILE_ENDS, _from_sheet)
    kind = file.suffix.lower()
    if kind not in readers:
        raise ValueError(f"FILE: {file}, expected a file {', '.join((*FILE_ENDS, '.parquet'))} or .npy")
    columns, lines = readers[kind](file)
    names = [name for name in COORDINATES if name in columns]
    if unknown := [name for name in columns if name not in (*COORDINATES, "mass")]:
        raise ValueError(f"{file}, column {unknown[0]}: unknown, expected x, y, perhaps z, and perhaps mass")
    if "x" not in names:
        raise ValueError(f"{file}: columns {', '.join(columns) or 'none'}, expected x, y, perhaps z, and perhaps mass")
    if not len(columns["x"]):
        raise ValueError(f"{file}: no row, expected at least one")
    for name, values in columns.items():
        _refuse(file, name, values, lines, ~np.isfinite(values), "a finite number")
    found = columns.get("mass", np.ones(len(columns["x"])))
    _refuse(file, "mass", found, lines, found < 0, "at least 0")
    if not found.any():
        raise ValueError(f"{file}, column mass: 0 in every row, expected masses of which one is above 0")
    return names, np.column_stack([columns[name] for name in names]), found


def _refuse(file, name, values, lines, bad, expected):
    """Name the first of the values that is bad."""
    if bad.any():
        row = int(bad.argmax())
        raise ValueError(f"{file}, row {lines[row]}, column {name}: {values[row]:g}, expected {expected}")


def _from_sheet(file):
    """The columns of a file of text or of a workbook, and the line of each row."""
    import numpy as np

    from datagravity import sheet
    from datagravity.evidence.cells import NUMBER

    columns = (*COORDINATES, "mass")
    large = "larger ones come as .parquet or .npy"
    form = sheet.Form(columns, ("x",), columns, most_rows=MOST_ROWS, most_bytes=MOST_BYTES, row=large)
    found = sheet.read(file, form)
    names = list(found.rows[0][1]) if found.rows else []
    for line, row in found.rows:
        for name in names:
            text = row[name].strip()
            if not (NUMBER["number"].fullmatch(text) and math.isfinite(float(text))):
                found.refuse("a finite number", line, column=name, value=sheet.shown(text))
        if len(found.problems) > 100:
            break
    if found.problems:
        raise sheet.SheetError(found.problems)
    numbers = {name: np.array([float(row[name]) for _, row in found.rows]) for name in names}
    return numbers, [line for line, _ in found.rows]


def _from_parquet(file):
    import pandas as pd

    _of_kind(file, "a Parquet file")
    try:
        frame = pd.read_parquet(file)
    except ImportError:
        raise ValueError(f"{file}: expected pyarrow, which reads Parquet: pip install pyarrow") from None
    except OSError as error:
        if error.errno is not None:  # the file cannot be opened
            raise
        raise ValueError(f"{file}: {error}, expected a Parquet file") from None
    except Exception as error:  # pyarrow has errors of its own
        raise ValueError(f"{file}: {error}, expected a Parquet file") from None
    return _numeric(file, {str(name).strip().lower(): frame[name] for name in frame})


def _of_kind(file, wanted):
    """Refuse a file that is something else than the end of its name says."""
    from datagravity import sheet

    with file.open("rb") as stream:
        content = stream.read(4000)
        content += stream.read() if content.startswith(b"PK") else b""  # what a zip holds stands at its end
    if (found := sheet.kind_of(content)) != wanted:
        raise ValueError(f"{file}: expected {wanted}, as its name says; this is {found if content else 'empty'}")


def _from_npy(file):
    import numpy as np

    _of_kind(file, "an array of numpy")
    try:
        array = np.load(file, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{file}: {error}, expected an array of numbers as numpy.save writes it") from None
    if array.dtype.names:
        return _numeric(file, {name.strip().lower(): array[name] for name in array.dtype.names})
    if array.ndim != 2 or array.shape[1] not in (2, 3):
        raise ValueError(f"{file}: shape {array.shape}, expected (n, 2) for x, y or (n, 3) for x, y, mass")
    return _numeric(file, dict(zip(("x", "y", "mass"), array.T, strict=False)))


def _numeric(file, columns):
    """Columns as arrays of doubles, NaN where there is no number, and the numbers of their rows."""
    import numpy as np
    import pandas as pd

    found = {}
    for name, values in columns.items():
        if getattr(values, "ndim", 1) != 1:
            raise ValueError(f"{file}, column {name}: shape {values.shape}, expected one number a row")
        found[name] = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return found, range(1, 1 + max(map(len, found.values()), default=0))


# --- Memory systems --------------------------------------------------------------------------------------------------


def closed():
    """The words that a field of a system may have: field -> list."""
    from datagravity import catalogue

    fields = catalogue.resources()["pim"]["schema"]["fields"]
    known = {field["name"]: field.get("constraints", {}).get("enum") for field in fields if field["name"] in FIELDS}
    return {name: words for name, words in known.items() if words}


def template():
    """A file for `predict` to fill in, and its fields with what they may hold."""
    words = closed()
    lines = ["# A memory system a line; a blank is not known. Lines with # are for you alone."]
    lines += [
        f"# {name}: {said}" + (f". One of: {'; '.join(words[name])}" if name in words else "")
        for name, said in FIELDS.items()
    ]
    cells = [f'"{text}"' if "," in text else text for text in (EXAMPLE.get(name, "") for name in FIELDS)]
    fields = {name: {"what": said, "one_of": words.get(name)} for name, said in FIELDS.items()}
    # A remark with commas is one cell.
    lines = [f'"{line}"' if "," in line else line for line in lines]
    return "\n".join([*lines, ",".join(FIELDS), ",".join(cells)]), fields


def systems(file):
    """The systems of a file: pairs of a name and a row for `pim.predict`, whose fields and words are all known.

    Raises
    ------
    ValueError
        If something is wrong with the file; the message names every row and field.
    """
    from datagravity import sheet

    form = sheet.Form(tuple(FIELDS), (), ENERGIES, row="one row a system", start="datagravity predict --template")
    found = sheet.read(file, form)
    checked = [_system(found, line, row) for line, row in found.rows]
    if found.problems:
        raise sheet.SheetError(found.problems)
    return [(row.get("id", f"system {place}"), row) for place, row in enumerate(checked, start=1)]


def _system(found, line, row):
    """One system: its cells that are no blanks, in the words that the book has for them."""
    from datagravity import naming, sheet

    words, checked = closed(), {}

    def refuse(column, expected, mend=""):
        found.refuse(expected, line, mend, column=column, value=sheet.shown(row[column]), meaning=FIELDS[column])

    for column, cell in row.items():
        text = " ".join(cell.split())
        if wrong := sheet.no_text(cell, MOST_CHARACTERS, number=column in ENERGIES):
            refuse(column, *wrong)
        elif column in words and text:
            same = naming.spelt(text, words[column])
            if len(same) == 1:
                checked[column] = same[0]
            else:
                near = " or ".join(naming.nearest(text, words[column], count=3))
                refuse(column, f"one of {'; '.join(words[column])}", near)
        elif text:
            checked[column] = text
    if not any(problem.row == line for problem in found.problems):
        _energies(checked, refuse)
        _source(checked, refuse)
        if not checked.keys() - {"id", "source", "scope"}:
            found.refuse("something of the memory: baseline_class, baseline_memory or a pj_per_bit field", line)
    return checked


def _energies(checked, refuse):
    """Numbers, a value between its ends, and ends in their order."""
    from datagravity.evidence.cells import NUMBER
    from datagravity.pim.inputs import PJ_PER_BIT

    least, most = PJ_PER_BIT
    numbers = {}
    for name in ENERGIES:
        if text := checked.get(name):
            if not NUMBER["number"].fullmatch(text) or not least <= float(text) <= most:
                refuse(name, f"a number of pJ/bit from {least:g} to {most:g}")
                return
            numbers[name] = float(text)
    value, low, high = map(numbers.get, ENERGIES)
    if low is not None and high is not None and low > high:
        refuse(ENERGIES[1], f"at most the high end, {high:g}", f"low {high:g}, high {low:g}: swapped")
    elif value is not None and not (low or value) <= value <= (high or value):
        refuse(ENERGIES[0], f"a number between its ends, {low or value:g} to {high or value:g}; or the ends alone")


def _source(checked, refuse):
    """A source is one whose share of data movement is published; any other would decide nothing."""
    from datagravity import catalogue, naming
    from datagravity.pim.inputs import system_shares

    if text := checked.get("source"):
        shares = list(system_shares()[0])
        if len(same := naming.spelt(text, shares)) == 1:
            checked["source"] = same[0]
        else:
            what = "has no such share" if text in catalogue.works() else "is no key of the bibliography"
            refuse(
                "source", f"a key with a published share of data movement, {', '.join(shares)}, or a blank; it {what}"
            )
