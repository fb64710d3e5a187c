"""A chip as its file describes it: what is wrong with it, its rows in the book's table, its disjunction constants."""

from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import pandas as pd

from datagravity import checks, sheet
from datagravity.chip import columns, tables
from datagravity.chip.checking import Checker, Entry
from datagravity.chip.problems import ChipError
from datagravity.evidence import load
from datagravity.sheet import Problem


@dataclass
class Chip:
    """What a file says of one chip, or of several.

    Attributes
    ----------
    file : its name
    problems : everything for which the file is refused, in the order of its rows
    warnings : what its owner should look at all the same
    remarks : how the file was read, such as an encoding or decimal commas
    entries : its rows, each with the cells as they were read
    """

    file: str
    problems: list[Problem]
    warnings: list[Problem]
    remarks: list[str]
    entries: list[Entry] = field(repr=False)

    @property
    def names(self) -> list[str]:
        """The names of its chips, in the order of the file."""
        return list(dict.fromkeys(entry.cells["chip"] for entry in self.entries))

    @property
    def energies(self):
        """The entries that are energies, and rows of the book's table."""
        return [entry for entry in self.entries if entry.energy]

    @property
    def entered(self) -> pd.DataFrame:
        """The ten columns as they were entered, one row a row of the file, as text."""
        rows = [{name: entry.cells.get(name, "") for name in columns.COLUMNS} for entry in self.entries]
        return pd.DataFrame(rows, columns=list(columns.COLUMNS), dtype="string")

    @property
    def assumptions(self) -> list[str]:
        """What was assumed where the file says nothing, each once, with the parts that it is assumed of."""
        found = {}
        for entry in self.entries:
            for text in entry.assumed:
                found.setdefault(text, {})[entry.cells["part"]] = None
        return [f"{text} ({'; '.join(parts)})" for text, parts in found.items()]

    def whole(self, chip):
        """The numbers of a whole chip, by the columns of the table of accelerators."""
        return {e.whole[0]: e.whole[1] for e in self.entries if e.whole and e.cells["chip"] == chip}

    def valid(self) -> "Chip":
        """The chip, if nothing is wrong with its file.

        Raises
        ------
        ChipError
            With every problem.
        """
        if self.problems:
            raise ChipError(self.problems)
        return self

    def origins(self, *, own=True):
        """Where the rows of each chip come from: `tables.Origin`, with a key of the chip's own if `own`."""
        found = []
        for name in dict.fromkeys(entry.cells["chip"] for entry in self.energies):
            entries = [entry for entry in self.energies if entry.cells["chip"] == name]
            taken = [origin.key for origin in found if not origin.known]
            found.append(tables.origin_of(name, entries, own=own, taken=taken))
        return found

    def of_known_sources(self):
        """Chip -> the key of the bibliography that all its rows name, or that it was added under."""
        found = {}
        for name in self.names:
            texts = {entry.cells["source"] for entry in self.energies if entry.cells["chip"] == name}
            keys = {tables.known_source(text) for text in texts}
            if keys == {None}:
                keys = {tables.added_source(name, texts)}
            if len(keys) == 1 and None not in keys:
                found[name] = keys.pop()
        return found

    @property
    def rows(self) -> pd.DataFrame:
        """The rows of the book's table of energies that the file makes, with the columns of `load("energy")`.

        Raises
        ------
        ChipError
            If something is wrong with the file.

        Examples
        --------
        >>> from datagravity import chip
        >>> rows = chip.read(chip.EXAMPLE).rows
        >>> rows["memory_level"][0], float(rows["energy_pj_per_bit_low"][0])
        ('L1, small SRAM', 0.06375)
        """
        return self.among_the_book()[0]

    def in_the_book(self, *, groups=None):
        """The book's tables with this chip in them, while the context is open; see `tables.standing_in`."""
        self.valid()
        if not self.energies:
            raise ValueError(f"{self.file}: no energy of an access or an operation, expected at least one")
        return tables.standing_in(self.energies, self.origins(), groups=groups)

    def disjunction_constants(self) -> pd.DataFrame:
        """G_d of every access with every operation of a chip, by the book's own pairing and conventions.

        Returns
        -------
        pandas.DataFrame with the columns of `processors.disjunction_constants()`, `chip` before them.

        Raises
        ------
        ChipError
            If something is wrong with the file.

        Examples
        --------
        >>> from datagravity import chip
        >>> constants = chip.read(chip.EXAMPLE).disjunction_constants()
        >>> bool(constants["gd"].max() > 1000)
        True
        """
        return self.among_the_book()[1]

    def among_the_book(self):
        """`rows` and `disjunction_constants()` at once, as a pair: half the time of one after the other."""
        from datagravity import processors

        with self.in_the_book() as ids:
            rows, pairs = load("energy"), processors.disjunction_constants()
        rows = rows[rows["id"].isin(ids)].reset_index(drop=True)
        rows.attrs.clear()
        names = {origin.key: origin.chip for origin in self.origins()}
        pairs = pairs[pairs["source"].isin(names)].reset_index(drop=True)
        pairs.insert(0, "chip", pairs["source"].map(names))
        return rows, pairs

    def report(self, path: str | PathLike[str] | None, *, data: str | PathLike[str] | None = None) -> dict[str, Any]:
        """Write what the book says of this chip as one page, and the same numbers as JSON.

        Parameters
        ----------
        path : of the page, which ends in .html; None for no page
        data : of a JSON file; None for none

        Returns
        -------
        dict: the numbers of the page

        Raises
        ------
        ChipError
            If something is wrong with the file.

        Examples
        --------
        >>> from datagravity import chip
        >>> chip.read(chip.EXAMPLE).report("my_chip.html")["chips"]  # doctest: +SKIP
        ['ET-SoC-1']
        """
        from datagravity.chip import reporting

        return reporting.write(self, path, data)


def read(path: str | PathLike[str]) -> Chip:
    """Read a chip's file: CSV as any spreadsheet saves it, a workbook (.xlsx), or JSON.

    Parameters
    ----------
    path : of the file; `datagravity new chip FILE` writes a template

    Returns
    -------
    Chip: also of a file with problems, which it then lists

    Examples
    --------
    >>> from datagravity import chip
    >>> mine = chip.read(chip.EXAMPLE)
    >>> mine.problems
    []
    >>> constants = mine.disjunction_constants()
    >>> bool((constants["gd_low"] <= constants["gd_high"]).all())
    True
    """
    found = sheet.read(checks.path("path", path), columns.form())
    checker = Checker(found)
    problems = [one for one in checker.problems if not one.warning]
    warnings = [one for one in checker.problems if one.warning]
    return Chip(found.file, problems, warnings, found.remarks, checker.entries)
