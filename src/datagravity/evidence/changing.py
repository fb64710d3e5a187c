"""The tables with changes that somebody tries: cells that are set, sources that are left out. No file is touched.

What is changed is a copy of the tables, in a folder that goes with the context that made it. `paths.elsewhere` makes
every function of the package read it.
"""

import csv
import io
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from datagravity import paths
from datagravity.evidence import package, rules
from datagravity.evidence.cells import value
from datagravity.evidence.keys import LISTS
from datagravity.evidence.loading import validate
from datagravity.evidence.problems import Problem, TableError

#: Columns that name a row of a table by something else than its key.
BY_NAME = {("pim", "baseline_memory"): "memory_paths"}


@dataclass(frozen=True)
class Cell:
    """A cell that is set: the place of its row, from 0, and the text that it gets."""

    table: str
    place: int
    column: str
    text: str


@dataclass(frozen=True)
class Changed:
    """What was changed beside the cells that were set.

    Attributes
    ----------
    gone : source -> table -> how many rows went with it
    void : the ids of corrections that were about a cell that was set, and stay out
    follow : what follows from cells that were set, as the rules of the tables ask: (table, key, column, before, after)
    """

    gone: dict
    follow: tuple
    void: tuple


@contextmanager
def folder_with(contents, references=None):
    """The book's tables with other contents, in a folder for as long as the context is open.

    Yields the folder of the tables, and the path of the bibliography. The book's own files are only read.

    Parameters
    ----------
    contents : name of a file of the folder -> its bytes
    references : the bytes of the bibliography; the book's own if None
    """
    with tempfile.TemporaryDirectory(prefix="datagravity-") as name:
        folder = Path(name) / paths.DATA.name
        folder.mkdir()
        for file in paths.DATA.iterdir():
            if file.suffix in (".csv", ".json"):
                shutil.copyfile(file, folder / file.name)
        books = Path(name) / paths.REFERENCES.name
        if references is None:
            shutil.copyfile(paths.REFERENCES, books)
        else:
            books.write_bytes(references)
        for file, content in contents.items():
            (folder / file).write_bytes(content)
        yield folder, books


@contextmanager
def changed(cells=(), left_out=()):
    """The book's tables with cells set and sources left out, for every function of the package, in an open context.

    A cell that follows from one that is set, by the rules of its table, is set too, and a correction of it is void.

    A source goes with every row that names it, and every row that refers to such a row, down to the last: what a number
    rests on is then gone. Its entry in the bibliography stays, which chapters cite.

    Parameters
    ----------
    cells : Cells
    left_out : keys of sources

    Yields
    ------
    Changed

    Raises
    ------
    ValueError
        If a source is none of the table of sources.
    TableError
        If the tables are not valid so; it lists every problem.
    """
    resources = {resource["name"]: resource for resource in package.read(package.folder_of(None))["resources"]}
    tables = {name: _read(paths.DATA / resource["path"]) for name, resource in resources.items()}
    follow = [
        one
        for name in dict.fromkeys(cell.table for cell in cells)
        for one in _set(tables[name], resources[name], cells)
    ]
    touched = {cell.table for cell in cells}
    void = _void(tables, resources, cells)
    touched |= {"corrections"} if void else set()
    gone = {}
    for key in dict.fromkeys(left_out):
        if all(row["key"] != key for row in tables["sources"]):
            raise ValueError(f"source: {key!r}, expected a key of the table sources")
        gone[key] = _leave_out(tables, resources, key)
        touched |= set(gone[key])
    contents = {resources[name]["path"]: _written(resources[name], tables[name]) for name in touched}
    if gone:
        contents[package.LEFT_OUT] = "".join(f"{key}\n" for key in gone).encode()
    with folder_with(contents) as (folder, references):
        validate(folder, references=references)
        with paths.elsewhere(folder, references):
            yield Changed(gone, tuple(follow), void)


def _read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _written(resource, rows):
    text = io.StringIO()
    names = [field["name"] for field in resource["schema"]["fields"]]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    try:
        writer.writerows(rows)
    except ValueError:  # a column too many, or a row of too few cells
        raise TableError([Problem(resource["path"], "tables that are valid before they are changed")]) from None
    return text.getvalue().encode()


def _set(rows, resource, cells):
    """Set the cells of one table, and those that follow; returns what followed."""
    name, fields, key = resource["name"], resource["schema"]["fields"], resource["schema"]["primaryKey"][0]
    found, places = [], {}
    for cell in cells:
        if cell.table == name:
            places.setdefault(cell.place, {})[cell.column] = cell.text
    for place, texts in places.items():
        old, row = _values(fields, rows[place]), rows[place]
        row |= texts
        new = _values(fields, row)
        wrong = {column for rule in rules.RULES.get(name, ()) for column, _ in rule(new)} - set(texts)
        for column, text in rules.FOLLOWS[name](old, new).items() if wrong and name in rules.FOLLOWS else ():
            if column in wrong:
                found.append((name, row[key], column, row[column], text))
                row[column] = text
    return found


def _values(fields, row):
    return {field["name"]: value(field, row[field["name"]]) for field in fields}


def _void(tables, resources, cells):
    """Take the corrections of cells that are set out of their table; returns their ids."""
    keys = {name: resource["schema"]["primaryKey"][0] for name, resource in resources.items()}
    places = {(cell.table, tables[cell.table][cell.place][keys[cell.table]], cell.column) for cell in cells}
    rows = tables["corrections"]
    void = [row["id"] for row in rows if (row["table"], row["row"], row["column"]) in places]
    tables["corrections"] = [row for row in rows if row["id"] not in void]
    return tuple(void)


def _leave_out(tables, resources, key):
    """Take the rows of a source out of the tables, and those that refer to them; returns how many of which table."""
    gone = {}
    while True:
        fresh = False
        for name, resource in resources.items():
            if name == "sources":
                continue
            lost = _lost(resources, gone, key)
            links = _links(name, resource, tables)
            kept = [row for row in tables[name] if not any(one in lost(*place) for place, one in links(row))]
            if len(kept) < len(tables[name]):
                there = set(map(id, kept))
                gone.setdefault(name, []).extend(row for row in tables[name] if id(row) not in there)
                tables[name] = kept
                fresh = True
        if not fresh:
            return {name: len(rows) for name, rows in gone.items()}


def _lost(resources, gone, key):
    """A function from a table and a column of it, its key if None, to the values of rows that are gone (a set)."""

    @cache
    def lost(table, column):
        if table == "sources":
            return {key}
        return {row[column or resources[table]["schema"]["primaryKey"][0]] for row in gone.get(table, ())}

    return lost


def _links(name, resource, tables):
    """A function from a row to what it refers to: pairs of a place, which is a table and a column, and a value."""
    keys = [
        (link["fields"][0], (link["reference"]["resource"], link["reference"]["fields"][0]))
        for link in resource["schema"].get("foreignKeys", [])
    ]
    lists = {column: (table, None) for (own, column), table in LISTS.items() if own == name}
    named = {column: (table, None) for (own, column), table in BY_NAME.items() if own == name}
    homes = {row["name"]: row["table"] for row in tables["series"]} if name == "series_rows" else {}

    def links(row):
        yield from ((place, row[column]) for column, place in [*keys, *named.items()] if row[column])
        for column, place in lists.items():
            yield from ((place, part) for part in (row.get(column) or "").split(";") if part)
        if name == "corrections" and row["table"] != "sources":
            yield (row["table"], None), row["row"]
        if name == "series_rows" and row["series"] in homes:
            yield (homes[row["series"]], None), row["row"]
        if name == "system_inputs" and row["taken_from"]:
            table, one, *_ = row["taken_from"].split("/")
            yield (table, None), one

    return links
