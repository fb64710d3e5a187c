"""What the numbers of the prose would be with other tables: cells that are set, sources that are left out.

The tables are a changed copy (`evidence.changing`); the book's own stay as they are, and nothing is written.
"""

import math
from importlib import import_module
from typing import NamedTuple

from datagravity import catalogue, headlines
from datagravity.charts.words import listed
from datagravity.checks import Missing
from datagravity.evidence import changing
from datagravity.reads import reading
from datagravity.site.results import NOISE


class Moved(NamedTuple):
    """A number of the prose that is another one: its chapter, its name, and the headline before and after."""

    chapter: str
    name: str
    before: headlines.Headline
    after: headlines.Headline


class Lacking(NamedTuple):
    """Numbers that cannot be computed, a sentence without its point that says why, and what was raised, if anything."""

    chapter: str
    names: tuple
    because: str
    error: Exception | None = None

    @property
    def foreseen(self):
        """Whether code names the lack."""
        return self.error is None or isinstance(self.error, Missing)


class Found(NamedTuple):
    """What moves, what cannot be computed, how many numbers stay, and what was changed beside the cells."""

    moved: list
    lacking: list
    stay: int
    changed: changing.Changed


def chapters():
    """The names of the chapters that have numbers, in the order of the book."""
    order = list(catalogue.chapters())
    return sorted(headlines.chapters(), key=lambda name: order.index(name) if name in order else len(order))


def computed(of=None, tell=None):
    """The numbers of the prose by the tables as they are: (chapter, part) -> (headlines, names of the tables read)."""
    found = {}
    for name in chapters() if of is None else of:
        if tell:
            tell(f"{name}: by the tables as they are")
        for part in _parts(name):
            with reading() as read:
                found[name, part] = part(), read
    return found


def recomputed(cells=(), left_out=(), of=None, tell=None, before=None):
    """Compute the numbers of the prose by the book's tables, and by changed ones.

    Parameters
    ----------
    cells : `changing.Cell`s that are set
    left_out : keys of sources that are left out
    of : names of `chapters()`; all of them if None
    tell : function that is told of progress, a text each
    before : what `computed` gives of these chapters, if it is at hand

    Returns
    -------
    Found

    Raises
    ------
    ValueError
        If a source is unknown.
    TableError
        If the changed tables are not valid.
    """
    cells, tell = list(cells), tell or (lambda text: None)
    names = chapters() if of is None else list(of)
    with changing.changed(cells, left_out):
        pass  # what is wrong with the change is said before anything is computed
    before = computed(names, tell) if before is None else before
    with changing.changed(cells, left_out) as change:
        touched = {cell.table for cell in cells} | {table for rows in change.gone.values() for table in rows}
        touched |= {"corrections"} if change.void else set()
        found = Found([], [], 0, change)
        for name in names:
            if any(read & touched for (chapter, _), (_, read) in before.items() if chapter == name):
                tell(f"{name}: by the changed tables")
            for part in _parts(name):
                old, read = before[name, part]
                found = _with_part(found, name, part, old, read & touched)
    return found


def _parts(chapter):
    return import_module(f"datagravity.headlines.{chapter.replace('-', '_')}").PARTS


def _with_part(found, chapter, part, old, touched):
    """What was found, and what a part of a chapter's numbers adds; `touched` are the changed tables that it read."""
    if not touched:
        return found._replace(stay=found.stay + len(old))
    try:
        new = part()
    except Exception as error:  # the same code did by the book's tables, so that it is for want of what was changed
        lacks = Lacking(chapter, tuple(old), _because(error, found.changed.gone, touched), error)
        return found._replace(lacking=[*found.lacking, lacks])
    moved = [
        Moved(chapter, name, old[name], new[name]) for name in old if name in new and _differ(old[name], new[name])
    ]
    lacking = tuple(name for name in old if name not in new)
    lacks = [Lacking(chapter, lacking, "what it is about is gone")] if lacking else []
    stay = len(old) - len(moved) - len(lacking)
    return Found(found.moved + moved, found.lacking + lacks, found.stay + stay, found.changed)


def _differ(old, new):
    numbers = all(isinstance(one.value, float) for one in (old, new))
    return not math.isclose(old.value, new.value, rel_tol=NOISE) if numbers else old.value != new.value


def _because(error, gone, touched):
    """Why something cannot be computed, a sentence without its point: as code says, else by the rows that are gone."""
    if isinstance(error, Missing):
        return error.because
    counts = {}
    for tables in gone.values():
        for table, count in tables.items():
            if table in touched:
                counts[table] = counts.get(table, 0) + count
    said = [f"{count} row{'s' if count > 1 else ''} of {table}" for table, count in counts.items()]
    return f"it rests on {listed(said)}" if said else "it cannot be computed from these values"
