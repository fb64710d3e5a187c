"""Graphs as rows of neighbours, and where a partitioner puts their vertices.

A graph is two arrays: `starts`, where the neighbours of each vertex begin, and `targets`, the neighbours of all
vertices one after another; `starts` has one more entry than there are vertices.
"""

from itertools import pairwise

import numpy as np

from datagravity.programs import partitions
from datagravity.programs.traces import CODE_BITS


def rows(sources, targets, count):
    """The graph of edges from `sources` to `targets`; the neighbours of a vertex in the order of the edges.

    Examples
    --------
    >>> rows(np.array([1, 0, 1]), np.array([2, 1, 0]), 3)
    (array([0, 1, 3, 3]), array([1, 2, 0]))
    """
    starts = np.concatenate([[0], np.cumsum(np.bincount(sources, minlength=count))])
    return starts, targets[np.argsort(sources, kind="stable")]


def grid(side):
    """A square grid: neighbours below, above, right and left, in this order, where there are some."""
    vertex = np.arange(side * side)
    row, column = np.divmod(vertex, side)
    targets = np.stack([vertex - side, vertex + side, vertex - 1, vertex + 1], axis=1)
    inside = np.stack([row > 0, row < side - 1, column > 0, column < side - 1], axis=1)
    return np.concatenate([[0], np.cumsum(inside.sum(axis=1))]), targets[inside]


def random_graph(count, seed, chosen=4):
    """Each vertex chooses `chosen` vertices at random, and each edge has two ends: 8 edge ends a vertex on average."""
    sources = np.repeat(np.arange(count), chosen)
    targets = np.random.default_rng(seed).integers(count, size=count * chosen)
    return rows(np.concatenate([sources, targets]), np.concatenate([targets, sources]), count)


def triangulation(count, seed):
    """Delaunay triangulation of random points in a square, numbered along the Morton curve: a mesh."""
    from scipy.spatial import Delaunay  # only meshes need it

    points = np.random.default_rng(seed).random((count, 2))
    cells = (points * 2**15).astype(np.int64)
    codes = partitions.interleaved(*cells.T, bits=15)
    number = np.empty(count, dtype=np.int64)
    number[np.argsort(codes, kind="stable")] = np.arange(count)
    corners = number[Delaunay(points).simplices]
    pairs = np.concatenate([corners[:, [i, j]] for i in range(3) for j in range(3) if i != j])
    return _simple(*pairs.T, count)


def heavy_tails(count, seed, edges=4, shares=(0.57, 0.19, 0.19, 0.05)):
    """Recursive matrix (R-MAT) graph: edges fall into the quarters of the matrix with these shares, again and again.

    Source: Chakrabarti, Zhan and Faloutsos (2004) [chakrabarti2004rmat].

    `edges` are drawn for each vertex, and each has two ends; loops and repeated edges are left out. `count` is a power
    of two.
    """
    draws = np.random.default_rng(seed)
    sources, targets = (np.zeros(edges * count, dtype=np.int64) for _ in range(2))
    for _ in range(count.bit_length() - 1):
        quarter = draws.choice(4, size=len(sources), p=shares)
        sources = 2 * sources + quarter // 2
        targets = 2 * targets + quarter % 2
    return _simple(np.concatenate([sources, targets]), np.concatenate([targets, sources]), count)


def _simple(sources, targets, count):
    """The graph without loops and repeated edges, neighbours in rising order."""
    edges = np.unique(sources[sources != targets] * count + targets[sources != targets])
    return rows(edges // count, edges % count, count)


def bisected(starts, targets, weights=None):
    """Codes of vertices from a graph cut in two by METIS, again and again, 14 times or down to single vertices.

    Source: the multilevel bisection of Karypis and Kumar (1998) [karypis1998metis], two parts of equal weight, as
    nearly as METIS finds them, with few edges between them. Each cut is one bit of the code, so that partitions are
    nested, and pieces that were cut apart late are near. A vertex that has half the weight of its piece is a half of
    its own.

    Parameters
    ----------
    starts, targets : the graph, each edge in both directions
    weights : int array, shape (vertices,), or None
        What halves have equal shares of; None is the number of vertices.

    Raises
    ------
    ModuleNotFoundError
        If pymetis is not installed.

    Examples
    --------
    Two triangles with one edge between them:

    >>> edges = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]
    >>> sources, targets = np.array(edges + [edge[::-1] for edge in edges]).T
    >>> codes = bisected(*rows(sources, targets, 6)) >> 13
    >>> len(set(codes[:3])), len(set(codes[3:])), int(codes[0] != codes[3])
    (1, 1, 1)
    """
    count = len(starts) - 1
    weights = np.ones(count, dtype=np.int64) if weights is None else weights
    sources = np.repeat(np.arange(count), np.diff(starts))
    loops = sources == targets
    sources, targets = sources[~loops], targets[~loops]
    pieces = np.zeros(count, dtype=np.int64)
    for _ in range(CODE_BITS):
        pieces = 2 * pieces + _halves(pieces, sources, targets, weights)
        within = pieces[sources] == pieces[targets]
        sources, targets = sources[within], targets[within]
    return pieces


def _halves(pieces, sources, targets, weights):
    """For each vertex the half, 0 or 1, of its piece; the edges are those within pieces."""
    order = np.argsort(pieces, kind="stable")
    rank = np.empty(len(pieces), dtype=np.int64)
    rank[order] = np.arange(len(pieces))
    starts, neighbours = rows(rank[sources], rank[targets], len(pieces))
    bounds = np.flatnonzero(np.diff(pieces[order], prepend=-1, append=-1))
    half = np.zeros(len(pieces), dtype=np.int64)
    for first, last in pairwise(bounds):
        if last - first < 2:
            continue
        local = starts[first : last + 1] - starts[first]
        half[first:last] = _cut(local, neighbours[starts[first] : starts[last]] - first, weights[order[first:last]])
    return half[rank]


def _cut(starts, targets, weights):
    """One piece in two by METIS; by the order of vertices where there is no edge or METIS leaves a half empty."""
    if 2 * weights.max() >= weights.sum():
        return np.arange(len(weights)) == np.argmax(weights)
    before = np.cumsum(weights) - weights
    even = 2 * before >= weights.sum()
    if not len(targets):
        return even
    pymetis = _pymetis()
    half = np.array(pymetis.part_graph(2, pymetis.CSRAdjacency(starts, targets), vweights=weights)[1])
    return half if 0 < half.sum() < len(half) else even


def _pymetis():
    try:
        import pymetis
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "pymetis is not installed, which partitions graphs; pip install 'datagravity[measure]'"
        ) from None
    return pymetis
