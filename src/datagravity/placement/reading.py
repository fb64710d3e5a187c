"""The data, read block by block: numpy arrays on all cores, dask arrays by dask's scheduler."""

import math
import os
from concurrent.futures import ThreadPoolExecutor

CHUNK = 1 << 15  # rows per arithmetic operation: their temporaries stay in the cache
_BLOCK = 1 << 18  # rows per task


def chunks(rows):
    """The rows of a block in slices whose arithmetic stays in the cache."""
    return (slice(first, min(first + CHUNK, rows)) for first in range(0, rows, CHUNK))


def is_dask(value):
    """Whether the value is an array or a data frame of dask's; dask itself is not imported for it."""
    return hasattr(value, "__dask_graph__") and hasattr(value, "to_delayed")


class Local:
    """numpy arrays, read block by block on all cores."""

    def __init__(self, masses, positions):
        """Cut the rows into blocks."""
        self.masses, self.positions, self.dimensions, self.readings = masses, positions, positions.shape[1], 0
        self.blocks = [slice(first, first + _BLOCK) for first in range(0, len(masses), _BLOCK)]

    def read(self, function):
        """The results of function(number of the block, masses, positions), in order."""
        self.readings += 1
        tasks = [(number, self.masses[rows], self.positions[rows]) for number, rows in enumerate(self.blocks)]
        if len(tasks) < 2:
            return [function(*task) for task in tasks]
        affinity = getattr(os, "sched_getaffinity", None)
        cores = len(affinity(0)) if affinity else os.cpu_count()
        with ThreadPoolExecutor(min(cores, len(tasks))) as pool:
            return list(pool.map(lambda task: function(*task), tasks))


class Dask:
    """dask arrays: each block is a task of dask's scheduler, and only its result comes back."""

    def __init__(self, masses, positions):
        """Give both arrays the same blocks."""
        from dask.array import from_array

        for name, given, other in (("masses", masses, positions), ("positions", positions, masses)):
            if not is_dask(other) and any(map(math.isnan, given.chunks[0])):
                raise ValueError(
                    f"{name}: blocks of unknown length beside a numpy array, expected known ones: "
                    "compute_chunk_sizes() first"
                )
        if not is_dask(positions):
            positions = from_array(positions, chunks=(masses.chunks[0], -1))
        if not is_dask(masses):
            masses = from_array(masses, chunks=(positions.chunks[0],))
        self.positions = positions.rechunk({1: -1})
        known = not any(math.isnan(rows) for rows in (*masses.chunks[0], *self.positions.chunks[0]))
        self.masses = masses.rechunk((self.positions.chunks[0],)) if known else masses
        if self.masses.numblocks[0] != self.positions.numblocks[0]:
            raise ValueError(
                f"masses, positions: {self.masses.numblocks[0]} and {self.positions.numblocks[0]} blocks of unknown "
                "length, expected as many; take both from one array: table[:, 0] and table[:, 1:]"
            )
        self.dimensions, self.readings = positions.shape[1], 0
        self.blocks = range(self.masses.numblocks[0])

    def read(self, function):
        """The results of function(number of the block, masses, positions), in order."""
        from dask import compute, delayed

        self.readings += 1
        call = delayed(function, pure=False, traverse=False)
        pairs = zip(self.masses.to_delayed().ravel(), self.positions.to_delayed().ravel(), strict=True)
        return list(compute(*(call(number, *pair) for number, pair in enumerate(pairs))))
