"""The tables of a data package: checked whole, once for each content of its files, and handed out as data frames."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from datagravity import checks, paths, store
from datagravity.checks import Missing, choice
from datagravity.evidence import conversion, files, keys, package, rules, schema
from datagravity.evidence.problems import TableError
from datagravity.reads import BIBLIOGRAPHY, file_digest, record
from datagravity.sources import entries_of

if TYPE_CHECKING:
    import pandas as pd

#: Where a file or a folder lies.
Folder: TypeAlias = str | PathLike[str]
#: Under this name a data frame of the book's own tables says, in its `attrs`, which one it was loaded from.
LOADED_FROM = "loaded_from"


def tables(*, directory: Folder | None = None) -> list[str]:
    """The names of the tables, in the order of the data package.

    Parameters
    ----------
    directory : folder of the data package; the book's own if None

    Returns
    -------
    list of texts

    Examples
    --------
    >>> tables()[:2]
    ['energy', 'sources']
    """
    return [resource["name"] for resource in package.read(package.folder_of(directory))["resources"]]


def load(table: str, *, directory: Folder | None = None, references: Folder | None = None) -> "pd.DataFrame":
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

    Any table with corrections: `corrections` (their ids, joined by "; "), `out_of_fits` (whether the row stays out of
    fits), and for each column with an override a copy of it, with the overrides in place, whose name ends in
    `_corrected`. The published column stays as it is.

    Raises
    ------
    ValueError
        If there is no such table.
    TableError
        If any table of the package is not valid; it lists every problem.
    Missing
        If no row of the table is left, in a folder from which sources are left out.

    Examples
    --------
    >>> energy = load("energy")
    >>> energy = energy.set_index("id")
    >>> energy.loc["P001", "operation"], float(energy.loc["P001", "energy_low_pj"])
    ('int add', 0.03)
    """
    choice("table", table, tables(directory=directory))
    _record(conversion.joined(table), directory, references)
    frame = _checked(directory, references).frame(table).copy()
    if frame.empty:
        raise Missing(f"no row of {table}.csv is left")
    if directory is None:
        frame.attrs[LOADED_FROM] = table
    return frame


def one_row(table, rows, **columns):
    """The one row whose columns hold these values.

    Parameters
    ----------
    table : a name of `tables()`, for messages
    rows : pandas.DataFrame with a column `id`
    columns : values by column

    Returns
    -------
    pandas.Series

    Raises
    ------
    ValueError
        If a column is unknown, or more than one row holds the values.
    Missing
        If no row does.

    Examples
    --------
    >>> one_row("energy", load("energy"), source="horowitz2014", node_nm=45, operation="int add", width_bits=8)["id"]
    'P001'
    """
    for column, value in columns.items():
        rows = rows[(rows[choice("column", column, rows.columns)] == value).fillna(False)]
    if len(rows) != 1:
        message = f"{table}.csv: {columns} hold {', '.join(rows['id']) or 'no row'}, expected one row"
        sought = " and ".join(f"{column} {value}" for column, value in columns.items())
        raise ValueError(message) if len(rows) else Missing(message, f"{table}.csv has no row with {sought}")
    return rows.iloc[0]


def rows_by_id(table, ids):
    """Rows of a table whose key is a column `id`, in the order of some ids; the index of the frame.

    Raises
    ------
    Missing
        If the table has no row of one of the ids.

    Examples
    --------
    >>> list(rows_by_id("energy", ["P004", "P001"])["width_bits"])
    [32, 8]
    """
    frame, ids = load(table).set_index("id"), list(ids)
    if lost := [one for one in ids if one not in frame.index]:
        raise Missing(f"{table}.csv has no row {', '.join(lost)}")
    return frame.loc[ids]


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
    checked = _checked(directory, references)
    _record((*checked.tables, BIBLIOGRAPHY), directory, references)
    return {name: len(table.rows) for name, table in checked.tables.items()}


def _record(names, directory, references):
    for name in names:
        record(name, references if name == BIBLIOGRAPHY else directory)


class _Checked:
    """The valid tables of a package, by name, and their data frames, each made when it is first asked for."""

    def __init__(self, tables, references):
        """Keep the rows, and where the bibliography lies."""
        self.tables, self._references, self._frames = tables, references, {}

    @property
    def books(self):
        """The entries of the bibliography."""
        return entries_of(self._references)

    def frame(self, name):
        """A table as a data frame that all share."""
        if name not in self._frames:
            books = self.books if name == "sources" else None
            self._frames[name] = conversion.converted(name, self.tables, books)
        return self._frames[name]


def _checked(directory, references):
    folder = package.folder_of(directory)
    references = paths.REFERENCES if references is None else checks.path("references", references)
    names = [resource["path"] for resource in package.read(folder)["resources"]]
    # The content decides, not the time stamp: an edited table is never answered from the cache.
    content = tuple(
        file_digest(path)
        for path in (*(folder / name for name in (package.FILE, package.LEFT_OUT, *names)), references)
    )
    return _checked_once(folder, references, content)


@dataclass(frozen=True)
class _File:
    """The file of one resource, which is its content and its description wherever they lie.

    `may_be_empty` says that sources are left out of its folder, so that the table may have no row.
    """

    folder: Path = field(compare=False)
    name: str
    index: int
    digest: bytes | None
    description: bytes | None
    may_be_empty: bool


@lru_cache(maxsize=256)
def _read(file):
    """A table, and what is wrong with its form."""
    resource = package.read(file.folder)["resources"][file.index]
    return files.read(file.folder, resource, may_be_empty=file.may_be_empty)


class _Tables(Mapping):
    """Tables by name, each read when it is first asked for."""

    def __init__(self, files):
        """Keep the file of each table."""
        self._files = files

    def __getitem__(self, name):
        """The table of a name."""
        return _read(self._files[name])[0]

    def __iter__(self):
        """The names."""
        return iter(self._files)

    def __len__(self):
        """How many there are."""
        return len(self._files)


@lru_cache(maxsize=256)
def _alone(file):
    """A table, what is wrong with its form and its cells, and what is wrong with its rows: no other table decides."""
    resource = package.read(file.folder)["resources"][file.index]
    table, of_form = _read(file)
    return table, of_form + schema.problems(table), rules.row_problems(resource["name"], table)


@lru_cache(maxsize=16)
def _checked_once(folder, references, content):
    resources = package.read(folder)["resources"]
    description, _, *digests, _ = content
    fewer = bool(package.left_out(folder))
    own = {
        resource["name"]: _File(folder, folder.name, index, digest, description, fewer)
        for index, (resource, digest) in enumerate(zip(resources, digests, strict=True))
    }
    # Tables that were found valid once, with this very content and by this very code, are valid.
    name = store.key(_refuse_problems, tuple(digest and digest.hex() for digest in content))
    if name is None or store.find(name, lambda table: None) is None:
        _refuse_problems(folder, references, resources, own)
        if name is not None:
            store.keep(name, True, {})
    return _Checked(_Tables(own), references)


def _refuse_problems(folder, references, resources, own):
    """Raise TableError unless every table and the bibliography are valid."""
    alone = {name: _alone(file) for name, file in own.items()}
    found = {name: table for name, (table, *_) in alone.items()}
    problems = [problem for _, of_cells, _ in alone.values() for problem in of_cells]
    wrong = {(p.file, p.row, p.column) for p in problems}
    problems += keys.problems(resources, found, wrong) + keys.list_problems(found, wrong)
    problems += [problem for *_, of_rows in alone.values() for problem in of_rows]
    problems += keys.bibliography_problems(folder, references, found)
    problems += rules.cross_problems(found, problems)
    if problems:
        order = {table.file: position for position, table in enumerate(found.values())}
        raise TableError(sorted(problems, key=lambda p: (order.get(p.file, -1), p.row or 0)))
