"""What crosses between places when a run is computed on k tiles of the square: exact counts, with no price in them.

The touched words fill a square of side L, cut into k = 1, 4, 16, ... equal tiles with one place to compute in the
centre of each. Every group of accesses is computed at one place, by an owner rule. An access is remote if its word lies
in the tile of another place. Near data are kept by an ideal hierarchy at each place: a word that is used again lies at
distance sqrt(s/D)/2 if s words of the place's own stream, itself and those used since, lie nearest, where the whole
square holds D words. Three rules for copies:

- no copies (A): every access goes to the tile of its word;
- copies (B): what this place used before, no other place wrote since, and is among the last s <= D/k words of the
  place, is found there;
- unlimited copies (C): the same without the capacity, a lower bound for any order of the same work.

Distances are Manhattan, in units of L. Means of their powers are kept for four exponents. [extension]
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from datagravity import checks
from datagravity.programs import engines, partitions
from datagravity.programs.owners import OUTPUT, group_places
from datagravity.programs.traces import PLACES, WORD_BYTES

#: Suffix of a column of means -> exponent a of the mean of distance^a.
POWERS = {"quarter": 0.25, "half": 0.5, "three_quarters": 0.75, "whole": 1.0}
#: Which run it is: the first columns of a frame, and what they hold unless told.
LABELS = {"kernel": "own", "family": "own", "role": "fit", "size": 0, "seed": 0}
#: The partition into one tile is the same for all.
ONE_PLACE = "one place"
#: For each place and phase a descriptor of 64 bytes and two barriers of 8.
COMMAND_BYTES = 80


def _distances(name):
    return [f"{name}_{suffix}" for suffix in POWERS]


#: The columns of a frame of counts, in order.
COLUMNS = (
    *LABELS, "partition", "owner", "places",
    "operations", "operation_class", "accesses", "footprint_bytes", "phases", "serial",
    "local_bytes_no_copies", "remote_bytes_no_copies", *_distances("remote_distance_no_copies"),
    "reuse_bytes", *_distances("reuse_distance"), "home_bytes", "remote_bytes", *_distances("remote_distance"),
    "remote_bytes_unlimited", *_distances("remote_distance_unlimited"),
    "invalidations", *_distances("invalidation_distance"), "command_bytes", "reduction_bytes",
    "migrations", *_distances("migration_distance"), "load_imbalance",
)  # fmt: skip


def count(trace, partition, places, owner=OUTPUT, capacity_factor=1.0, labels=None, engine=None):
    """Counts of a run on `places` tiles of one partition: a row of the table `program_counts`.

    Parameters
    ----------
    trace : traces.Trace
    partition : str, one of `trace.codes`
    places : int, one of 1, 4, 16, ..., 16384
    owner : "output" or "largest share", as in `owners.group_places`
    capacity_factor : float above 0
        What a place can keep for itself, over its equal share D/k of the data.
    labels : mapping or None; values of the columns `LABELS`
    engine : "numba", "numpy" or None for numba if it is installed; both give the same

    Returns
    -------
    dict with the keys `COLUMNS`
        Bytes, 8 for each access: `local_bytes_no_copies` + `remote_bytes_no_copies` (A), and `reuse_bytes` +
        `home_bytes` + `remote_bytes` (B), are all accesses; `remote_bytes_unlimited` (C). `home_bytes` come from the
        place's own tile, at the mean distance r/2 with r = k^(-1/2). Distances of remote accesses are from centre to
        centre. `invalidations` are messages from a word's tile to each place that fetched it, at the next write by
        another place (C). `migrations` are changes of place from group to group of a serial run. The mean of
        distance^a has the suffix quarter, half, three_quarters or whole for a, and is NaN where there is no event.
        `load_imbalance` is the largest number of groups of a place over the mean of all places.

    Raises
    ------
    ValueError
        If partition, places, owner, factor or a label is none of those.

    Examples
    --------
    Two operations; each adds two words into a third, and word 0 is in the first quarter of the square, word 1 in the
    second, word 2 in the third:

    >>> from datagravity.programs.traces import Trace
    >>> trace = Trace(
    ...     words=[0, 1, 2, 0, 2, 1], writes=[0, 0, 1, 0, 0, 1], operations=[0, 0, 0, 1, 1, 1], owners=[2, 1],
    ...     codes={"contiguous": [0, 4096, 8192]}, operation_count=2, operation_class="floating")
    >>> row = count(trace, "contiguous", 4)
    >>> row["local_bytes_no_copies"], row["remote_bytes_no_copies"], row["remote_distance_no_copies_whole"]
    (16, 32, 0.75)
    """
    checks.choice("partition", partition, trace.codes)
    checks.choice("places", places, PLACES)
    factor = checks.number("capacity_factor", capacity_factor, "(0, inf)")
    labels = _labelled(labels)
    if trace.accesses >= 2**31:
        raise ValueError(f"trace: {trace.accesses} accesses, expected fewer than 2^31")
    tiles = partitions.tiles(trace.codes[partition], places).astype(np.uint16)
    groups = group_places(trace, tiles, places, owner)
    accessed = _Accesses.of(trace, tiles, groups, factor * trace.word_count / places, engines.chosen(engine))
    loads = np.bincount(groups, minlength=places)
    row = labels | {
        "partition": partition if places > 1 else ONE_PLACE,
        "owner": owner,
        "places": places,
        "operations": trace.operation_count,
        "operation_class": trace.operation_class,
        "accesses": trace.accesses,
        "footprint_bytes": trace.footprint_bytes,
        "phases": trace.phases,
        "serial": trace.serial,
        **_of_copies(accessed, _Moves(tiles, places)),
        "command_bytes": COMMAND_BYTES * trace.phases * (places - 1),
        "reduction_bytes": WORD_BYTES * trace.reduced_words * (places - 1),
        **_of_migrations(groups, trace.serial, _Moves(tiles, places)),
        "load_imbalance": float(loads.max() / loads.mean()),
    }
    return {name: row[name] for name in COLUMNS}


def frame(
    trace, partitions=None, places=None, owner=OUTPUT, labels=None, progress=None, engine=None, capacity_factor=1.0
):
    """Counts of a run on all numbers of places and partitions: rows of the table `program_counts`.

    Parameters
    ----------
    trace : traces.Trace
    partitions : names among `trace.codes`, or None for all
    places : numbers of places, or None for 1, 4, 16, ..., 16384
        One place is counted once, whatever the partitions.
    owner, labels, engine, capacity_factor : as in `count`
    progress : function of (accesses counted so far, accesses to count) or None; called after each row

    Returns
    -------
    DataFrame with the columns `COLUMNS`, by partition and number of places; one place first

    Examples
    --------
    >>> from datagravity.programs.traces import Trace
    >>> trace = Trace(words=[0, 1, 0, 1], writes=[0, 1, 0, 1], operations=[0, 0, 1, 1], owners=[1, 1],
    ...     codes={"contiguous": [0, 8192]}, operation_count=2, operation_class="integer")
    >>> frame(trace, places=[1, 4])[["partition", "places", "reuse_bytes", "home_bytes", "remote_bytes"]]
        partition  places  reuse_bytes  home_bytes  remote_bytes
    0   one place       1           16          16             0
    1  contiguous       4            0          16            16
    """
    names = list(trace.codes) if partitions is None else list(partitions)
    numbers = list(PLACES) if places is None else list(places)
    wanted = [(names[0], 1)] if names and 1 in numbers else []
    wanted += [(name, number) for name in names for number in numbers if number != 1]
    if not wanted:
        raise ValueError("partitions, places: expected at least one of each")
    rows = []
    for done, (name, number) in enumerate(wanted, start=1):
        rows.append(count(trace, name, number, owner, capacity_factor, labels, engine))
        if progress is not None:
            progress(done * trace.accesses, len(wanted) * trace.accesses)
    return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True)
class _Accesses:
    """The accesses of a run, place by place, each with what decides where its word is found."""

    words: np.ndarray
    place: np.ndarray
    #: The word lies in another tile, and is not private.
    remote: np.ndarray
    #: Words of the place's stream since the last use, the word itself included: stack distance + 1, 0 at a first use.
    depth: np.ndarray
    #: The place used the word before and, if it is remote, no other place wrote it since.
    kept: np.ndarray
    #: Another place writes the remote word after this access, before the place uses it again or the run ends.
    invalidated: np.ndarray
    capacity: float
    word_count: int

    @staticmethod
    def of(trace, tiles, groups, capacity, passes):
        """Sorted by place, in the order of the run at each; `passes` is the engine."""
        timed_places = groups[trace.operations]
        order = np.argsort(timed_places, kind="stable").astype(np.int32)
        words, place = trace.words.astype(np.int32)[order], timed_places[order]
        remote = tiles[words] != place
        if trace.private is not None:
            remote &= ~trace.private[words]
        previous = passes.previous_uses(words, place)
        depth = passes.distances(previous) + 1
        kept = previous >= 0
        invalidated = np.zeros(len(words), dtype=bool)
        if remote.any():
            before, last = passes.foreign_writes(
                trace.words.astype(np.int32), trace.writes, timed_places, trace.word_count
            )
            again = np.flatnonzero(remote & kept)
            lost = before[order[again]] > order[previous[again]]
            kept[again[lost]] = False
            invalidated[previous[again[lost]]] = True
            ends = remote.copy()
            ends[previous[again]] = False
            ends = np.flatnonzero(ends)
            writer, written, other = (array[words[ends]] for array in last)
            invalidated[ends] = np.where(writer == place[ends], other, written) > order[ends]
        return _Accesses(words, place, remote, depth, kept, invalidated, capacity, trace.word_count)


class _Moves:
    """Distances between tiles, as the number of cells between; a tile's side is r."""

    def __init__(self, tiles, places):
        self.tiles, self.places = tiles, places
        self.rows, self.columns = (
            line.astype(np.int16) for line in partitions.cells(np.arange(places), 2 * PLACES.index(places))
        )

    def cells(self, first, second):
        """How many cells lie between tiles, by Manhattan's measure."""
        between = np.abs(self.rows[first] - self.rows[second])
        between += np.abs(self.columns[first] - self.columns[second])
        return between

    def means(self, name, cells):
        """Means of powers of the distances."""
        return _means(name, np.bincount(cells), lambda each: each / math.sqrt(self.places))


def _of_copies(accessed, moves):
    """Bytes and distances under the three rules for copies, and the messages that undo copies."""
    reused = accessed.kept & (accessed.depth <= accessed.capacity)
    side = math.sqrt(accessed.word_count)
    reuses = np.bincount(accessed.depth[reused])
    remote = np.flatnonzero(accessed.remote)
    cells = moves.cells(moves.tiles[accessed.words[remote]], accessed.place[remote])
    some, unlimited = cells[~reused[remote]], cells[~accessed.kept[remote]]
    undone = cells[accessed.invalidated[remote]]
    accesses = len(accessed.words)
    return {
        "local_bytes_no_copies": WORD_BYTES * (accesses - len(cells)),
        "remote_bytes_no_copies": WORD_BYTES * len(cells),
        **moves.means("remote_distance_no_copies", cells),
        "reuse_bytes": WORD_BYTES * int(reuses.sum()),
        **_means("reuse_distance", reuses, lambda words: np.sqrt(words) / (2 * side)),
        "home_bytes": WORD_BYTES * (accesses - int(reuses.sum()) - len(some)),
        "remote_bytes": WORD_BYTES * len(some),
        **moves.means("remote_distance", some),
        "remote_bytes_unlimited": WORD_BYTES * len(unlimited),
        **moves.means("remote_distance_unlimited", unlimited),
        "invalidations": len(undone),
        **moves.means("invalidation_distance", undone),
    }


def _of_migrations(groups, serial, moves):
    """Changes of place from group to group, in a serial run."""
    moved = np.flatnonzero(groups[1:] != groups[:-1]) if serial else np.zeros(0, dtype=np.int64)
    return {
        "migrations": len(moved),
        **moves.means("migration_distance", moves.cells(groups[moved], groups[moved + 1])),
    }


def _means(name, counts, distance):
    """Means of powers of `distance(i)` over events, of which there are counts[i]; NaN if there are none."""
    kinds = np.flatnonzero(counts)
    counts = counts[kinds]
    lengths = distance(kinds.astype(float))
    return {
        f"{name}_{suffix}": float((counts * lengths**power).sum() / counts.sum()) if len(counts) else math.nan
        for suffix, power in POWERS.items()
    }


def _labelled(labels):
    labels = {} if labels is None else dict(labels)
    for name in labels:
        checks.choice("labels", name, LABELS)
    return LABELS | labels
