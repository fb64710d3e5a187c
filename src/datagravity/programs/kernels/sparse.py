"""Products of a sparse matrix, row by row, with a vector."""

import numpy as np

from datagravity.programs.kernels import kernel, networks, streams


def _product(starts, columns, codes, seed, partition=None):
    """y = A x: for each entry of a row its value, its column and the word of x; y stays in a register until the end.

    The words of a row lie with it: codes has one for each row, in the natural partition, and `partition` another.
    """
    lengths = np.diff(starts)
    row_of = np.repeat(np.arange(len(lengths)), lengths)
    memory = streams.Memory()
    values, indices = (memory.array(codes[row_of]) for _ in range(2))
    x, y = (memory.array(codes) for _ in range(2))
    entries = streams.columns(values, indices, x[columns])
    parts = []
    for length in np.unique(lengths):
        row = np.flatnonzero(lengths == length)
        entry = starts[row, None] + np.arange(length)
        words = np.concatenate([entries[entry].reshape(len(row), -1), y[row, None]], axis=1)
        parts.append(streams.Groups(words, (False,) * (3 * int(length)) + (True,), y[row], row))
    partitions = None
    if partition is not None:
        partitions = {"graph": np.concatenate([partition[row_of], partition[row_of], partition, partition])}
    return streams.make_trace(
        streams.weave(*parts), memory, seed, further=partitions, operation_count=len(columns),
        operation_class="floating",
    )  # fmt: skip


def _random(count, seed, width=8):
    columns = np.random.default_rng(seed).integers(count, size=count * width)
    return _product(np.arange(count + 1) * width, columns, streams.line(count), seed)


def _grid(side, seed):
    """Five points of a grid whose ends meet."""
    row, column = np.divmod(np.arange(side * side), side)
    neighbours = [(row, column), (row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
    columns = np.stack([i % side * side + j % side for i, j in neighbours], axis=1).ravel()
    return _product(np.arange(side * side + 1) * 5, columns, streams.square(side, side).ravel(), seed)


def _mesh(count, seed):
    return _irregular(*networks.triangulation(count, seed), seed)


def _heavy_tails(count, seed):
    return _irregular(*networks.heavy_tails(count, seed), seed)


def _irregular(starts, columns, seed):
    """The partition gives places equal shares of words: value and column of each entry, x and y of each row."""
    partition = networks.bisected(starts, columns, 2 * np.diff(starts) + 2)
    return _product(starts, columns, streams.line(len(starts) - 1), seed, partition)


def _grid_remote(side, places):
    """Both ends of the links that cross the sqrt k borders in either direction, the ends of the grid among them."""
    return 0 if places == 1 else 32 * side * int(places**0.5)


_ROWS = {"family": "sparse", "random": True, "sides": lambda count: (count,)}

KERNELS = (
    kernel.Kernel(
        "SpMV random", run=_random, valid=kernel.at_least(4), sizes=(4096, 16384, 49152), held_out=131072, **_ROWS,
        description="8 entries a row in random columns; one multiply-add; contiguous rows, their words of x and y",
    ),
    kernel.Kernel(
        "SpMV grid", "sparse", run=_grid, valid=kernel.at_least(4), sizes=(64, 128, 256), held_out=512,
        sides=lambda side: (side, side), closed_forms={"remote_bytes_no_copies": _grid_remote},
        description="5 entries a row, a grid whose ends meet; one multiply-add; 2-D tiles of rows, their words of x, y",
    ),
    kernel.Kernel(
        "SpMV mesh", run=_mesh, valid=kernel.at_least(16), sizes=(4096, 16384, 49152), held_out=131072, **_ROWS,
        description="Delaunay triangulation of random points; one multiply-add; rows in the Morton order of their "
        "points; partition graph by METIS",
    ),
    kernel.Kernel(
        "SpMV heavy tails", run=_heavy_tails, valid=kernel.power_of_two(16), sizes=(4096, 16384, 65536),
        held_out=131072, **_ROWS,
        description="Recursive matrix graph of 4 drawn edges a vertex; one multiply-add; rows in the order they are "
        "generated in; partition graph by METIS",
    ),
)  # fmt: skip
