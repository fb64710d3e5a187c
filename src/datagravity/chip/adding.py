"""A chip's rows into the tables of a checkout: all of them, or none."""

import difflib
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from datagravity import evidence, paths, processors, sources
from datagravity.chip import tables
from datagravity.chip.problems import ChipError
from datagravity.sheet import Problem

#: The files that a chip changes, from the top of a checkout.
FILES = ("data/energy.csv", "data/sources.csv", "book/references.bib")
#: What renews the results afterwards.
RENEW = "make sync book"


class Added(NamedTuple):
    """What `add` did or would do: the ids of the new rows, the difference of each file, and whether it was written."""

    ids: list
    differences: dict
    written: bool


def add(chip, root, *, dry_run=False):
    """Write a chip's rows into data/energy.csv of a checkout, and its source into the table and the bibliography.

    The three new files are validated together before the first is written; if one cannot be written, all are as they
    were.

    Parameters
    ----------
    chip : Chip
    root : the folder of the checkout
    dry_run : whether nothing is written

    Returns
    -------
    Added

    Raises
    ------
    ChipError
        If something is wrong with the file, or the tables have its rows already.
    ValueError
        If the folder is no checkout.
    TableError
        If the tables would not be valid.
    """
    root = Path(root)
    files = [root / name for name in FILES]
    for file in files:
        if not file.is_file():
            raise ValueError(f"--root: {root}, expected a checkout of the book, with {file.relative_to(root)}")
    chip.valid()
    if not chip.energies:
        raise ValueError(f"{chip.file}: no energy of an access or an operation, expected at least one")
    old = [file.read_bytes() for file in files]
    with paths.elsewhere(files[0].parent, files[2]):
        evidence.validate()
        origins = chip.origins(own=False)
        _refuse_what_is_there(chip, origins)
        marks = [b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b"" for content in old]
        texts = tables.read_texts(files)
        news, ids = tables.with_rows(texts, chip.energies, origins, groups=tables.groups_of(origins))
        contents = [mark + new.encode() for mark, new in zip(marks, news, strict=True)]
        _validated(contents)
    if not dry_run:
        _written(files, contents, old)
    differences = {
        name: _difference(name, text, new) for name, text, new in zip(FILES, texts, news, strict=True) if text != new
    }
    return Added(ids, differences, not dry_run)


def _refuse_what_is_there(chip, origins):
    """A chip that is in the tables already, and chips that the tables would take for one."""
    rows, keys = evidence.load("energy"), set(sources.bibliography()["key"])
    by_chip = {origin.chip: origin for origin in origins}
    same = ["width_bits", "energy_low_pj", "energy_high_pj", "memory_level", "operation_class"]
    there = {
        (row["source"], *(evidence.shown(row[name]) for name in same)): row["id"] for row in rows.to_dict("records")
    }
    found, machines = [], {}
    for entry in chip.energies:
        name, row = entry.cells["chip"], entry.energy
        key = by_chip[name].key
        table = checked_row(row)
        known = there.get((key, *(evidence.shown(table[one]) for one in same)))
        if known:
            expected = f"a row that energy.csv has not yet; {known} says the same of {key}"
            found.append(Problem(chip.file, expected, entry.line, name, "part", entry.cells["part"]))
        elif not by_chip[name].known and key in keys:
            expected = f"a name that makes a new key: the bibliography has {key} already"
            mend = f"{key} as the source, if it is the same; else another name of the chip"
            found.append(Problem(chip.file, expected, entry.line, name, "chip", name, mend=mend))
        other = machines.setdefault((key, row["node_nm"]), name)
        if other != name:
            expected = f"another source or node_nm than {other} has: accesses of one chip would be set against "
            expected += "operations of the other"
            found.append(Problem(chip.file, expected, entry.line, name, "source", entry.cells["source"]))
    if found:
        raise ChipError(found)


def checked_row(row):
    """A row of text of the table of energies as values."""
    from datagravity.chip.checking import table_of

    return table_of([row]).values[0]


def _validated(contents):
    """Refuse tables that would not be valid, as they would stand in the checkout."""
    with tables.folder_with(contents) as (folder, references):
        evidence.validate(folder, references=references)
        with paths.elsewhere(folder, references):  # what chapters ask of rows together, each with a message of its own
            processors.improvements()
            processors.whole_ways()


def _written(files, contents, old):
    """Replace every file, each at once; if one cannot be, put back those before it."""
    waiting, done = [], []
    try:
        for file, content in zip(files, contents, strict=True):
            handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.resolve().parent)
            waiting.append(Path(name))
            with os.fdopen(handle, "wb") as copy:
                copy.write(content)
            os.chmod(name, file.stat().st_mode & 0o7777)
        for copy, file in zip(waiting, files, strict=True):
            os.replace(copy, file.resolve())
            done.append(file)
    except BaseException:
        for file, content in zip(done, old, strict=False):
            file.write_bytes(content)
        raise
    finally:
        for copy in waiting:
            copy.unlink(missing_ok=True)


def _difference(name, old, new):
    """The lines that a file gains, as `diff` shows them."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), f"a/{name}", f"b/{name}", lineterm="", n=1)
    return "\n".join(lines)
