"""Breadth-first search, level by level."""

import numpy as np

from datagravity.programs.kernels import kernel, networks, streams


def _visits(starts, targets, source):
    """What a breadth-first search does, in order.

    Returns
    -------
    tuple : the visited vertices, the edges (positions in `targets`), whether each edge finds a new vertex, and how many
        levels there are
    """
    seen = np.zeros(len(starts) - 1, dtype=bool)
    seen[source] = True
    frontier = np.array([source])
    vertices, edges, found = [], [], []
    while len(frontier):
        lengths = starts[frontier + 1] - starts[frontier]
        edge = np.repeat(starts[frontier], lengths) + streams.ranges(lengths)
        unseen = np.flatnonzero(~seen[targets[edge]])
        first = unseen[np.sort(np.unique(targets[edge[unseen]], return_index=True)[1])]
        vertices.append(frontier)
        edges.append(edge)
        found.append(np.isin(np.arange(len(edge)), first, assume_unique=True))
        frontier = targets[edge[first]]
        seen[frontier] = True
    return np.concatenate(vertices), np.concatenate(edges), np.concatenate(found), len(vertices)


def _search(starts, targets, source, codes, seed):
    """A visit takes a vertex from the queue and reads where its edges lie; an edge is looked at where its target lies.

    The queue's words lie with the vertices that they hold.
    """
    vertices, edges, found, levels = _visits(starts, targets, source)
    places = np.zeros(len(codes), dtype=np.int64)
    places[: len(vertices)] = codes[vertices]
    memory = streams.Memory()
    rows = memory.array(np.append(codes, codes[-1]))
    adjacent = memory.array(np.repeat(codes, np.diff(starts)))
    distances = memory.array(codes)
    queue = memory.array(places)
    lengths = (starts[1:] - starts[:-1])[vertices]
    begins = np.cumsum(1 + lengths) - 1 - lengths
    edge_keys = np.repeat(begins, lengths) + 1 + streams.ranges(lengths)
    link, target = adjacent[edges], distances[targets[edges]]
    enqueued = queue[np.cumsum(found)[found]]
    visit = streams.columns(queue[: len(vertices)], rows[vertices], rows[vertices + 1])
    stream = streams.weave(
        streams.Groups(visit, (False, False, False), rows[vertices], begins),
        streams.Groups(
            streams.columns(link[~found], target[~found]), (False, False), target[~found], edge_keys[~found]
        ),
        streams.Groups(
            streams.columns(link[found], target[found], target[found], enqueued), (False, False, True, True),
            target[found], edge_keys[found],
        ),
    )  # fmt: skip
    return streams.make_trace(
        stream, memory, seed, operation_count=len(vertices) + len(edges), operation_class="integer", phases=levels
    )


def _grid(side, seed):
    middle = side // 2 * side + side // 2
    return _search(*networks.grid(side), middle, streams.square(side, side).ravel(), seed)


def _random(count, seed):
    return _search(*networks.random_graph(count, seed), 0, streams.line(count), seed)


KERNELS = (
    kernel.Kernel(
        "BFS grid", "graphs", run=_grid, sides=lambda side: (side, side), valid=kernel.at_least(2),
        sizes=(64, 128, 256), held_out=512,
        description="Search from the middle of a grid; one vertex or edge; 2-D tiles of vertices, edges with them",
    ),
    kernel.Kernel(
        "BFS random", "graphs", run=_random, sides=lambda count: (count,), valid=kernel.at_least(4), random=True,
        sizes=(4096, 16384, 65536), held_out=131072,
        description="Search of a random graph, 8 edge ends a vertex on average; one vertex or edge; contiguous "
        "vertices, edges with them",
    ),
)  # fmt: skip
