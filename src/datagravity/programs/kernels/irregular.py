"""Products of sparse matrices of irregular graphs with a vector, and partitions that a graph partitioner finds."""

import numpy as np
from scipy.spatial import Delaunay

from datagravity import checks
from datagravity.programs import partitions
from datagravity.programs.kernels import kernel, streams
from datagravity.programs.traces import CODE_BITS

#: Shares of edges that go to the four quarters of the matrix, at every level (Chakrabarti and others 2004).
QUARTERS = (0.57, 0.19, 0.19, 0.05)
#: Edges drawn for each vertex of the graph with heavy tails, so that rows have about eight entries.
EDGES_A_VERTEX = 4


def mesh_product(size, seed=0, partitioned=True):
    """A sparse matrix times a vector, y = A x, where A is that of a mesh: a Delaunay triangulation. [extension]

    Points are random in the unit square and numbered in Morton order. A row of the matrix has one entry for its vertex
    and one for each neighbour, about seven.

    Parameters
    ----------
    size : whole number
        Vertices, from 4 on.
    seed : whole number
        Of the points, the partitioner and the hashed partition.
    partitioned : truth value
        Whether the partition `graph` is found too; it needs pymetis.

    Returns
    -------
    Trace
        A group is one row: value, column number and word of x for each entry, then the write of y; it is owned by y.
        An operation is one multiply-add. Natural partition: contiguous pieces of vertices in Morton order, each with
        its row. Partition `graph`: see `nested_partition`.

    Examples
    --------
    >>> trace = mesh_product(64, partitioned=False)
    >>> trace.accesses == 3 * trace.operation_count + 64
    True
    """
    size = checks.whole("size", size, 4)
    points = np.random.default_rng([seed, size]).random((size, 2))
    points = points[_morton_order(points)]
    starts, neighbours = Delaunay(points).vertex_neighbor_vertices
    rows = np.repeat(np.arange(size), np.diff(starts))
    return _product(size, rows, neighbours.astype(np.int64), seed, partitioned)


def heavy_tailed_product(size, seed=0, partitioned=True):
    """A sparse matrix times a vector, y = A x, where A is that of a graph with heavy tails: R-MAT. [extension]

    Source: Chakrabarti, Zhan and Faloutsos (2004) [chakrabarti2004rmat]. Each edge falls into one of the four quarters
    of the matrix, by the shares `QUARTERS`, then into a quarter of that, to the last level. `EDGES_A_VERTEX` edges are
    drawn for each vertex; both directions are kept, repeated edges and loops once. A row has one entry for its vertex
    and one for each neighbour.

    Parameters
    ----------
    size : whole number
        Vertices: a power of 2 from 4 on.
    seed : whole number
        Of the edges, the partitioner and the hashed partition.
    partitioned : truth value
        Whether the partition `graph` is found too; it needs pymetis.

    Returns
    -------
    Trace
        As `mesh_product`. Natural partition: contiguous pieces of vertices as they are numbered, each with its row.

    Examples
    --------
    >>> trace = heavy_tailed_product(64, partitioned=False)
    >>> trace.accesses == 3 * trace.operation_count + 64
    True
    """
    size = checks.whole("size", size, 4)
    levels = size.bit_length() - 1
    if size != 2**levels:
        raise ValueError(f"size: {size}, expected a power of 2")
    random = np.random.default_rng([seed, size])
    quarter = np.searchsorted(np.cumsum(QUARTERS[:-1]), random.random((EDGES_A_VERTEX * size, levels)), side="right")
    weights = 2 ** np.arange(levels - 1, -1, -1)
    tails, heads = quarter // 2 @ weights, quarter % 2 @ weights
    apart = tails != heads
    edges = np.concatenate([tails[apart] * size + heads[apart], heads[apart] * size + tails[apart]])
    rows, neighbours = np.divmod(np.unique(edges), size)
    return _product(size, rows, neighbours, seed, partitioned)


def nested_partition(rows, neighbours, weights, seed=0):
    """Codes of a graph's vertices: its recursive bisection by METIS, one bit for each bisection. [extension]

    Source: Karypis and Kumar (1998) [karypis1998metis]. The multilevel bisection cuts the graph in two parts of equal
    weight with few edges between them, then each part, up to 14 times or until a part has one vertex. So the first 2j
    bits name one of 4^j tiles, and parts that were one part for long lie near each other in the square. Where no part
    has two vertices, the last bits are 0.

    Parameters
    ----------
    rows, neighbours : int arrays, shape (edge ends,)
        Both ends of each edge, each edge in both directions, no loops.
    weights : int array, shape (vertices,)
        What the two sides of a cut have equal shares of, as nearly as METIS finds them. A vertex with half the weight
        of its part or more is a side of its own.
    seed : whole number

    Returns
    -------
    int array, shape (vertices,)

    Raises
    ------
    ModuleNotFoundError
        If pymetis is missing.

    Examples
    --------
    Two triangles with one edge between them:

    >>> rows = np.repeat(np.arange(6), [2, 2, 3, 3, 2, 2])
    >>> neighbours = np.array([1, 2, 0, 2, 0, 1, 3, 2, 4, 5, 3, 5, 3, 4])
    >>> code = nested_partition(rows, neighbours, np.ones(6, dtype=int))
    >>> halves = code >> 13
    >>> bool((halves[:3] == halves[0]).all() and (halves[3:] == 1 - halves[0]).all())
    True
    """
    bisect = _bisection(seed)
    parts = np.zeros(len(weights), dtype=np.int64)
    for _ in range(CODE_BITS):
        kept = parts[rows] == parts[neighbours]
        rows, neighbours = rows[kept], neighbours[kept]
        parts = 2 * parts + _sides(parts, rows, neighbours, weights, bisect)
    return parts


def _bisection(seed):
    """A function that cuts a graph in two: of where each vertex's neighbours start, the neighbours, and weights."""
    try:
        import pymetis
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "pymetis is missing; the partition of a graph needs it: pip install 'datagravity[measure]'"
        ) from None
    options = pymetis.Options(seed=seed)

    def bisect(starts, neighbours, weights):
        graph = pymetis.CSRAdjacency(starts, neighbours)
        return pymetis.part_graph(2, graph, vweights=weights, recursive=True, options=options)[1]

    return bisect


def _sides(parts, rows, neighbours, weights, bisect):
    """The side, 0 or 1, of each vertex when each part is cut in two; all edges lie within parts."""
    order = np.argsort(parts, kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    by_row = np.argsort(number[rows], kind="stable")
    starts = np.searchsorted(number[rows][by_row], np.arange(len(order) + 1)).astype(np.int32)
    neighbours = number[neighbours][by_row].astype(np.int32)
    weights = weights[order].astype(np.int32)
    sides = np.zeros(len(order), dtype=np.int64)
    ends = np.cumsum(np.bincount(parts))
    for first, last in zip(np.concatenate([[0], ends[:-1]]), ends, strict=True):
        if last - first > 1:
            sides[first:last] = _cut(
                starts[first : last + 1] - starts[first],
                neighbours[starts[first] : starts[last]] - np.int32(first),
                weights[first:last],
                bisect,
            )
    return sides[number]


def _morton_order(points):
    """The order of points in the unit square along the Morton curve of a grid of 2^14 by 2^14 cells."""
    side = 2 ** (CODE_BITS // 2)
    coarse, fine = np.divmod((points * side**2).astype(np.int64), side)
    return np.lexsort((partitions.morton(*fine.T), partitions.morton(*coarse.T)))


def _cut(starts, neighbours, weights, bisect):
    """The side of each vertex of one part; the heaviest alone, if it has half the weight or nothing else is found."""
    heaviest = np.arange(len(weights)) == np.argmax(weights)
    if 2 * weights.max() >= weights.sum():
        return heaviest
    sides = np.array(bisect(starts, neighbours, weights))
    return sides if sides.any() and not sides.all() else heaviest


def _product(size, rows, neighbours, seed, partitioned):
    """Trace of y = A x for the matrix with the graph's edges, sorted by row, and its diagonal."""
    entries = np.unique(np.concatenate([rows * size + neighbours, np.arange(size) * (size + 1)]))
    row, column = np.divmod(entries, size)
    lengths = np.bincount(row, minlength=size)
    vertex = streams.line(size)
    memory = streams.Memory()
    values, columns = memory.array(vertex[row]), memory.array(vertex[row])
    x, y = memory.array(vertex), memory.array(vertex)
    found = {}
    if partitioned:
        code = nested_partition(rows, neighbours, 2 * lengths + 2, seed)
        found["graph"] = np.concatenate([code[row], code[row], code, code])
    ends = np.cumsum(3 * lengths + 1) - 1
    words = np.empty(3 * len(row) + size, dtype=np.int64)
    entry = 3 * np.arange(len(row)) + row
    words[entry], words[entry + 1], words[entry + 2] = values, columns, x[column]
    words[ends] = y
    writes = np.zeros(len(words), dtype=bool)
    writes[ends] = True
    stream = words, writes, np.repeat(np.arange(size), 3 * lengths + 1), y
    return streams.make_trace(
        stream, memory, seed, partitions=found, operation_count=len(row), operation_class="floating"
    )


_SHARED = {"family": "sparse", "sizes": (4096, 16384, 65536), "held_out": 131072, "random": True}

KERNELS = (
    kernel.Kernel(
        "SpMV mesh", run=mesh_product, sides=lambda size: (size,), valid=kernel.at_least(4), **_SHARED,
        description="Sparse matrix of a random Delaunay triangulation times a vector; one multiply-add; vertices with "
        "their rows in Morton order",
    ),
    kernel.Kernel(
        "SpMV heavy tails", run=heavy_tailed_product, sides=lambda size: (size,), valid=kernel.power_of_two(4),
        description="Sparse matrix of a random R-MAT graph times a vector; one multiply-add; vertices with their rows "
        "in the order of their numbers", **_SHARED,
    ),
)  # fmt: skip
