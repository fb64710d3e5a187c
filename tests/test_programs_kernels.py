"""Kernels: their address streams are those of correct algorithms, and their counts are known ones."""

import doctest
import sys
from collections import deque
from importlib import import_module

import numpy as np
import pytest

from datagravity.programs.kernels import KERNELS, networks, streams, tables
from datagravity.programs.traces import CODE_BITS, PLACES

#: A size at which each kernel takes milliseconds.
TINY = {
    "matmul naive": 8, "matmul blocked": 16, "matmul SUMMA": 16, "matmul 2.5-D": 16, "matmul 2.5-D dealt": 16,
    "SpMV random": 64, "SpMV grid": 8,
    "SpMV mesh": 64, "SpMV heavy tails": 64, "stencil 2-D": 10, "stencil 3-D": 8, "FFT": 32, "FFT transposed": 16,
    "merge sort": 64, "quicksort": 100, "sample sort": 512, "hash join": 64, "hash join Zipf": 64, "histogram": 200,
    "histogram atomic": 200, "histogram Zipf": 200, "histogram atomic Zipf": 200, "B-tree": 512,
    "B-tree replicated": 512, "BFS grid": 8, "BFS random": 64, "attention decode": 16,
    "attention decode, 8 queries": 16, "attention prefill": 8, "pointer chase": 64,
}  # fmt: skip

#: Kernel, size: operations, accesses, bytes touched, phases, reduced words, then bytes from elsewhere at 4, 16, 64, 256
#: and 1024 places; known from a second implementation.
KNOWN = {
    ("matmul naive", 32): (32768, 67584, 24576, 1, 0, 262144, 393216, 458752, 491520, 507904),
    ("matmul blocked", 32): (32768, 69632, 24576, 1, 0, 262144, 393216, 458752, 491520, 507904),
    ("SpMV grid", 64): (20480, 65536, 393216, 1, 0, 4096, 8192, 16384, 32768, 65536),
    ("stencil 2-D", 64): (76880, 92256, 65472, 4, 0, 7936, 23808, 55552, 119040, 246016),
    ("stencil 3-D", 32): (378000, 432000, 518400, 2, 0, 57600, 172800, 403200, 864000, 1728000),
    ("FFT", 2048): (112640, 101376, 40952, 11, 0, 116736, 182784, 236032, 286240, 335712),
    ("BFS grid", 64): (20224, 52734, 227336, 65, 0, 3064, 8184, 18424, 38904, 79864),
    ("attention decode", 1024): (131072, 262144, 1057280, 2, 66, 393216, 491520, 516096, 522240, 523776),
    ("attention decode, 8 queries", 256): (
        262144, 524288, 282624, 2, 528, 786432, 983040, 1032192, 1044480, 1044480,
    ),
    ("attention prefill", 32): (131072, 265216, 73728, 2, 0, 1179648, 1671168, 1892352, 1996800, 2047488),
}  # fmt: skip


def tiles(trace, places, partition="natural"):
    """The place of each word and the place of each group."""
    place = trace.codes[partition].astype(int) >> CODE_BITS - (places.bit_length() - 1)
    return place, place[trace.owners]


def remote(trace, places, partition="natural"):
    """Which accesses are to words of another place, no copies."""
    place, group = tiles(trace, places, partition)
    return place[trace.words] != group[trace.operations]


def groups(trace):
    """Words and writes of each group."""
    cuts = np.flatnonzero(np.diff(trace.operations)) + 1
    return zip(np.split(trace.words, cuts), np.split(trace.writes, cuts), strict=True)


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("words", "writes", "operations", "owners")
    )


def replay_products(trace, memory):
    """Each group adds products of pairs to its last word; to 0 if that is not read first."""
    for words, writes in groups(trace):
        operands = words[: np.argmax(writes)]
        start = memory[operands[0]] if len(operands) % 2 else 0
        operands = operands[len(operands) % 2 :]
        memory[words[-1]] = start + memory[operands[::2]] @ memory[operands[1::2]]
    return memory


@pytest.mark.parametrize(
    "module",
    [
        "attention",
        "chasing",
        "dense",
        "graphs",
        "grids",
        "kernel",
        "networks",
        "sorting",
        "sparse",
        "streams",
        "tables",
    ],
)
def test_examples_run(module):
    assert doctest.testmod(import_module(f"datagravity.programs.kernels.{module}")).failed == 0


def test_every_kernel_is_named_once_and_has_four_rising_sizes():
    assert list(TINY) == list(KERNELS)
    for name, kernel in KERNELS.items():
        assert kernel.name == name
        assert len(kernel.sizes) == 3
        assert list(kernel.sizes) == sorted({*kernel.sizes})
        assert kernel.held_out > kernel.sizes[-1]


@pytest.mark.parametrize("name", KERNELS)
def test_equal_seeds_give_equal_traces_and_different_seeds_different_ones_if_the_kernel_is_random(name):
    kernel = KERNELS[name]
    one, two, other = (kernel.trace(TINY[name], seed=seed) for seed in (1, 1, 2))
    assert same(one, two)
    for partition in one.codes:
        assert np.array_equal(one.codes[partition], two.codes[partition])
    assert same(one, other) != kernel.random


@pytest.mark.parametrize("name", KERNELS)
def test_the_contiguous_partition_cuts_addresses_and_the_hashed_one_throws_lines(name):
    trace = KERNELS[name].trace(TINY[name])
    assert (np.diff(trace.codes["contiguous"].astype(int)) >= 0).all()
    lines = trace.codes["hashed"][: trace.word_count // 8 * 8].reshape(-1, 8)
    assert (lines == lines[:, :1]).all()
    assert len({*lines[:, 0].tolist()}) > 1 or len(lines) == 1


@pytest.mark.parametrize(("name", "size"), KNOWN)
def test_counts_of_deterministic_kernels_are_known(name, size):
    trace = KERNELS[name].trace(size)
    operations, accesses, footprint, phases, reduced, *elsewhere = KNOWN[name, size]
    assert (trace.operation_count, trace.accesses, trace.footprint_bytes) == (operations, accesses, footprint)
    assert (trace.phases, trace.reduced_words) == (phases, reduced)
    assert [8 * int(remote(trace, places).sum()) for places in PLACES[1:6]] == elsewhere


@pytest.mark.parametrize("name", [name for name, kernel in KERNELS.items() if kernel.closed_forms])
def test_closed_forms_hold_at_every_number_of_places(name):
    kernel, size = KERNELS[name], TINY[name]
    if name.startswith("stencil"):
        size = 16  # tiles of equal sides
    if name == "matmul blocked":
        size = 32
    for places in PLACES:
        if places > kernel.largest_places(size):
            break
        trace = kernel.trace(size, places=places if kernel.depends_on_places else None)
        elsewhere = remote(trace, places)
        assert 8 * elsewhere.sum() == kernel.closed_forms["remote_bytes_no_copies"](size, places)
        if "remote_bytes_unlimited" in kernel.closed_forms and not name.startswith("stencil"):
            # What is read from elsewhere is never written there, so each place brings each word once.
            _, group = tiles(trace, places)
            pairs = {*zip(group[trace.operations][elsewhere].tolist(), trace.words[elsewhere].tolist(), strict=True)}
            assert 8 * len(pairs) == kernel.closed_forms["remote_bytes_unlimited"](size, places)


@pytest.mark.parametrize("name", [name for name, kernel in KERNELS.items() if not kernel.random])
def test_the_largest_number_of_places_leaves_no_place_without_work_and_the_next_one_does(name):
    kernel, size = KERNELS[name], TINY[name]
    size = {"stencil 2-D": 16, "attention prefill": 64}.get(name, size)
    largest = kernel.largest_places(size)
    trace = kernel.trace(size, places=largest if kernel.depends_on_places else None)
    assert len({*tiles(trace, largest)[1].tolist()}) == largest
    if not kernel.depends_on_places:  # whose traces are for this number of places
        assert len({*tiles(trace, 4 * largest)[1].tolist()}) < 4 * largest


def test_tiles_are_nested_and_of_equal_size():
    for codes in (streams.line(2**CODE_BITS), streams.square(128, 128).ravel()):
        for places in PLACES:
            counts = np.bincount(codes >> CODE_BITS - (places.bit_length() - 1), minlength=places)
            assert (counts == 2**CODE_BITS // places).all()
    assert (streams.square(128, 128)[:64, :64] < 4096).all()
    assert (streams.square(128, 128)[:64, 64:] >= 4096).all()


@pytest.mark.parametrize("name", ["matmul naive", "matmul blocked"])
def test_a_product_of_matrices_is_one(name):
    size = 16
    A, B = np.random.default_rng(0).integers(9, size=(2, size, size))
    trace = KERNELS[name].trace(size)
    memory = replay_products(trace, np.concatenate([A.ravel(), B.ravel(), np.zeros(size**2, dtype=int)]))
    assert np.array_equal(memory[-(size**2) :].reshape(size, size), A @ B)


@pytest.mark.parametrize(("name", "dimensions", "sweeps"), [("stencil 2-D", 2, 4), ("stencil 3-D", 3, 2)])
def test_a_stencil_adds_all_neighbours_of_the_last_sweep(name, dimensions, sweeps):
    size = 6
    grid = np.random.default_rng(0).integers(9, size=(size,) * dimensions)
    trace = KERNELS[name].trace(size)
    # Corners, and in a cube edges, are never read.
    border = sum(np.isin(np.indices(grid.shape), (0, size - 1)))
    touched = border < 2
    memory = np.concatenate([grid[touched], grid[touched]])
    for words, _ in groups(trace):
        memory[words[-1]] = memory[words[:-1]].sum()
    expected, inner = [grid.copy(), grid.copy()], (slice(1, -1),) * dimensions
    for sweep in range(sweeps):
        source = expected[sweep % 2]
        rolled = [np.roll(source, step, axis) for axis in range(dimensions) for step in (1, -1)]
        expected[1 - sweep % 2][inner] = (source + sum(rolled))[inner]
    assert np.array_equal(memory, np.concatenate([array[touched] for array in expected]))


@pytest.mark.parametrize("name", ["SpMV random", "SpMV mesh", "SpMV heavy tails", "SpMV grid"])
def test_a_sparse_product_takes_each_value_once_and_all_of_its_row(name):
    trace = KERNELS[name].trace(TINY[name])
    seen = []
    for words, writes in groups(trace):
        assert writes.tolist() == [False] * (len(words) - 1) + [True]
        assert len(words) % 3 == 1
        value, column = words[:-1:3], words[1:-1:3]
        assert (column - value == trace.operation_count).all()
        seen.append(value)
    assert np.array_equal(np.concatenate(seen), np.arange(trace.operation_count))


def test_a_sparse_product_on_a_grid_is_five_points_with_ends_that_meet():
    side = 5
    trace = KERNELS["SpMV grid"].trace(side)
    x = np.random.default_rng(0).integers(9, size=(side, side))
    memory = np.concatenate([np.ones(10 * side**2, dtype=int), x.ravel(), np.zeros(side**2, dtype=int)])
    for words, _ in groups(trace):
        memory[words[-1]] = memory[words[:-1:3]] @ memory[words[2:-1:3]]
    expected = x + sum(np.roll(x, step, axis) for axis in (0, 1) for step in (1, -1))
    assert np.array_equal(memory[-(side**2) :].reshape(side, side), expected)


def reversed_bits(count):
    width = count.bit_length() - 1
    return np.array([int(f"{number:0{width}b}"[::-1], 2) for number in range(count)])


def replay_transform(trace, memory):
    """Groups of five: a + w b and w; of four: a - w b from a + w b."""
    for words, _ in groups(trace):
        if len(words) == 5:
            a, b, w = memory[words[:3]]
            memory[words[3]], memory[words[4]] = a + w * b, w
        else:
            a, w, b = memory[words[:3]]
            memory[words[3]] = a - 2 * w * b
    return memory


def test_the_transform_in_place_is_fourier_s():
    size = 32
    x = np.random.default_rng(0).normal(size=size)
    trace = KERNELS["FFT"].trace(size)
    elements = np.zeros((size, 2), dtype=complex)
    elements[:, 0] = x[reversed_bits(size)]
    factors = np.exp(-2j * np.pi * np.arange(size // 2) / size)
    # The word beside the last element is never touched: it is always a second input.
    memory = replay_transform(trace, np.concatenate([elements.ravel()[:-1], factors]))
    assert memory[0 : 2 * size : 2] == pytest.approx(np.fft.fft(x))


def replay_merges(trace, memory):
    """A group writes the least of what it reads; one of four moves its first word, one of reads alone does nothing."""
    for words, writes in groups(trace):
        if writes.any():
            reads = words[:1] if len(words) == 4 else words[~writes]
            memory[words[-1]] = memory[reads].min()
    return memory


def test_merge_sort_sorts_any_keys_of_the_same_order():
    size = 64
    keys = np.random.default_rng(5).permutation(size)
    trace = KERNELS["merge sort"].trace(size, seed=5)
    memory = replay_merges(trace, np.concatenate([keys, np.full(size, -1)]))
    assert np.array_equal(memory[:size], np.arange(size))  # six stages end where they began
    assert trace.operation_count == trace.writes.sum() == 6 * size


@pytest.mark.parametrize("places", [1, 4, 16])
def test_sample_sort_sorts(places):
    size = 512
    trace = KERNELS["sample sort"].trace(size, seed=3, places=places)
    keys = np.random.default_rng(3).permutation(size)
    memory = replay_merges(trace, np.concatenate([keys, np.full(trace.word_count - size, -1)]))
    halves = (memory[:size],) if places == 1 else (memory[-size:], memory[-2 * size : -size])
    assert any(np.array_equal(half, np.arange(size)) for half in (*halves, memory[size : 2 * size]))


def test_buckets_of_the_sample_sort_are_sorted_where_they_lie():
    trace = KERNELS["sample sort"].trace(512, places=16)
    lengths = np.bincount(trace.operations)[trace.operations]
    buckets = trace.words >= trace.word_count - 2 * 512
    assert not remote(trace, 16)[buckets].any()
    assert remote(trace, 16)[lengths == 4].sum() == pytest.approx(512 * 15 / 16, rel=0.05)


def slow_quicksort(keys):
    """What Hoare's quicksort reads and swaps, in order: tuples of positions."""
    log = []

    def sort(low, high):
        if low >= high:
            return
        pivot, i, j = keys[(low + high) // 2], low, high
        while i <= j:
            log.append((i,))
            while keys[i] < pivot:
                i += 1
                log.append((i,))
            log.append((j,))
            while keys[j] > pivot:
                j -= 1
                log.append((j,))
            if i <= j:
                log.append((i, j))
                keys[i], keys[j] = keys[j], keys[i]
                i, j = i + 1, j - 1
        sort(low, j)
        sort(i, high)

    sort(0, len(keys) - 1)
    return log


@pytest.mark.parametrize("size", [2, 3, 7, 100, 257])
def test_quicksort_reads_and_swaps_what_the_slow_one_does(size):
    keys = np.random.default_rng(size).permutation(size).tolist()
    log = slow_quicksort(keys)
    assert keys == list(range(size))
    trace = KERNELS["quicksort"].trace(size, seed=size)
    assert [tuple(words.tolist()) for words, _ in groups(trace)] == log
    assert trace.operation_count == sum(len(entry) == 1 for entry in log)
    assert trace.serial


def test_linear_probing_fills_slots_as_insertion_one_by_one_does():
    slots = 64
    home = np.random.default_rng(2).integers(slots, size=48)
    taken, expected = set(), []
    for slot in home.tolist():
        moved = 0
        while (slot + moved) % slots in taken:
            moved += 1
        taken.add((slot + moved) % slots)
        expected.append(moved)
    assert tables._filled(home, slots).tolist() == expected
    assert max(expected) > 3


@pytest.mark.parametrize("name", ["hash join", "hash join Zipf"])
def test_a_hash_join_finds_what_it_inserted(name):
    rows = 64
    trace = KERNELS[name].trace(rows, seed=1)
    assert trace.accesses - trace.operation_count == 11 * rows
    table = {}
    for words, writes in groups(trace):
        if writes.any():
            assert not {*words[writes].tolist()} & {*table}
            table.update(dict.fromkeys(words[writes].tolist()))
        # A walk reads slots that are filled.
        assert {word for word in words[~writes].tolist() if word >= 6 * rows} <= {*table}
    assert len(table) == 2 * rows
    assert trace.footprint_bytes == 64 * rows


def test_zipf_s_first_rank_is_twice_as_frequent_as_the_second():
    counts = np.bincount(tables._zipf(1000, np.random.default_rng(0), 200_000), minlength=1000)
    harmonic = (1 / np.arange(1, 1001)).sum()
    assert counts[:4] / 200_000 == pytest.approx(1 / (np.arange(1, 5) * harmonic), rel=0.05)
    assert counts.sum() == 200_000


@pytest.mark.parametrize("name", ["histogram", "histogram Zipf"])
def test_histograms_with_bins_of_each_place_send_nothing_but_the_bins(name):
    trace, atomic = KERNELS[name].trace(500), KERNELS[name.replace("histogram", "histogram atomic")].trace(500)
    assert np.array_equal(trace.words, atomic.words)
    assert trace.reduced_words == 1024
    assert atomic.private is None
    assert np.array_equal(np.flatnonzero(trace.private), np.arange(500, trace.word_count))
    data = trace.words.reshape(-1, 3)
    assert np.array_equal(data[:, 0], np.arange(500))
    assert np.array_equal(data[:, 1], data[:, 2])
    assert np.array_equal(trace.owners, data[:, 0])
    assert np.array_equal(atomic.owners, data[:, 1])


def test_a_look_up_is_a_binary_search_from_root_to_leaf():
    keys = 512
    lookups = np.random.default_rng(4).integers(keys, size=2 * keys)
    expected = []
    for key in lookups.tolist():
        first = 0
        for span in (4096, 256, 16):
            low, high = 0, 16
            while high - low > 1:
                middle = (low + high) // 2
                expected.append(first + 15 * (key // span) + middle - 1)
                low, high = (middle, high) if key % span // (span // 16) >= middle else (low, middle)
            first += 15 * -(-keys // span)
    trace = KERNELS["B-tree"].trace(keys, seed=4)
    # Words that are touched keep the order of their addresses.
    assert np.array_equal(trace.words, np.unique(expected, return_inverse=True)[1])
    assert (trace.operation_count, trace.accesses) == (len(expected), len(expected))


def test_replicated_levels_are_read_where_the_last_look_up_ended():
    plain, trace = (KERNELS[name].trace(4096) for name in ("B-tree", "B-tree replicated"))
    assert np.array_equal(trace.words, plain.words)
    owners = trace.owners.reshape(-1, 3)
    assert np.array_equal(owners[1:, 0], owners[:-1, 2])
    assert np.array_equal(owners[:, 1], owners[:, 0])
    levels = trace.words.reshape(-1, 3, 4)
    assert trace.private[levels[:, :2]].all()
    assert not trace.private[levels[:, 2]].any()
    moves = [int((np.diff(tiles(run, 1024)[1]) != 0).sum()) for run in (plain, trace)]
    assert moves[1] < 0.35 * moves[0]


def slow_search(starts, targets, source):
    """What a breadth-first search touches, in order: names of words."""
    log, seen, queue, tail, levels = [], {source: 0}, deque([source]), 1, 1
    for head in range(len(starts) - 1):
        vertex = queue.popleft()
        log += [("queue", head), ("row", vertex), ("row", vertex + 1)]
        for edge in range(starts[vertex], starts[vertex + 1]):
            log += [("edge", edge), ("distance", targets[edge])]
            if targets[edge] not in seen:
                seen[targets[edge]] = seen[vertex] + 1
                levels = max(levels, seen[vertex] + 2)
                log += [("distance", targets[edge]), ("queue", tail)]
                queue.append(targets[edge])
                tail += 1
    return log, levels


@pytest.mark.parametrize("name", ["BFS grid", "BFS random"])
def test_breadth_first_search_touches_what_the_slow_one_does(name):
    size = TINY[name]
    count = size**2 if name == "BFS grid" else size
    graph = networks.grid(size) if name == "BFS grid" else networks.random_graph(size, seed=1)
    source = size // 2 * size + size // 2 if name == "BFS grid" else 0
    log, levels = slow_search(*(part.tolist() for part in graph), source)
    edges = len(graph[1])
    first = {"row": 0, "edge": count + 1, "distance": count + 1 + edges, "queue": 2 * count + 1 + edges}
    trace = KERNELS[name].trace(size, seed=1)
    assert trace.words.tolist() == [first[array] + index for array, index in log]
    assert trace.phases == levels
    assert trace.operation_count == count + edges
    assert trace.writes.sum() == 2 * (count - 1)


def test_attention_over_a_prompt_is_two_products_row_by_row():
    tokens, width = 8, 64
    Q, K, V = np.random.default_rng(0).integers(9, size=(3, tokens, width))
    memory = np.concatenate([Q.ravel(), K.ravel(), V.ravel(), np.zeros(tokens * (width + tokens), dtype=int)])
    memory = replay_products(KERNELS["attention prefill"].trace(tokens), memory)
    assert np.array_equal(memory[3 * tokens * width :][: tokens * width].reshape(tokens, width), Q @ K.T @ V)


def test_attention_to_a_cache_multiplies_queries_by_keys_and_scores_by_values():
    tokens, width = 16, 64
    trace = KERNELS["attention decode, 8 queries"].trace(tokens)
    left, right = trace.words.reshape(2, 8, tokens, width, 2).transpose(4, 0, 1, 2, 3)
    cache = np.arange(2 * tokens * width).reshape(2, 1, tokens, width)
    queries = 2 * tokens * width + np.arange(8 * width).reshape(8, 1, width)
    scores = queries.max() + 1 + np.arange(8 * tokens).reshape(8, tokens, 1)
    assert np.array_equal(right, np.broadcast_to(cache, right.shape))
    assert np.array_equal(left[0], np.broadcast_to(queries, left[0].shape))
    assert np.array_equal(left[1], np.broadcast_to(scores, left[1].shape))
    assert not trace.writes.any()


def test_a_pointer_chase_goes_around_one_cycle_three_times():
    trace = KERNELS["pointer chase"].trace(50)
    rounds = trace.words.reshape(3, 50, 2)
    assert (rounds == rounds[0]).all()
    assert sorted(rounds[0, :, 0].tolist()) == list(range(0, 100, 2))
    assert (rounds[..., 1] - rounds[..., 0] == 1).all()
    assert trace.serial


def test_graphs_are_symmetric_without_loops_and_a_mesh_has_six_neighbours_on_average():
    for starts, targets in (networks.triangulation(400, seed=0), networks.heavy_tails(256, seed=0)):
        sources = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        edges = {*zip(sources.tolist(), targets.tolist(), strict=True)}
        assert len(edges) == len(targets)
        assert {edge[::-1] for edge in edges} == edges
        assert all(source != target for source, target in edges)
    assert 5.5 < len(networks.triangulation(400, seed=0)[1]) / 400 < 6
    degrees = np.sort(np.diff(networks.heavy_tails(1024, seed=0)[0]))
    assert degrees[-1] > 10 * degrees.mean()


def test_a_partitioner_cuts_fewer_edges_than_the_order_of_the_vertices_and_pieces_are_balanced():
    trace = KERNELS["SpMV mesh"].trace(1024)
    for places in (4, 16, 64):
        cut, plain = remote(trace, places, "graph").sum(), remote(trace, places).sum()
        assert cut < plain
        words = np.bincount(tiles(trace, places, "graph")[0], minlength=places)
        assert words.max() <= 1.15 * trace.word_count / places  # a row in sixteen, at 64 places
    assert len({*trace.codes["graph"].tolist()}) > 1000


def test_a_vertex_with_half_the_weight_is_a_half_of_its_own(capfd):
    star = networks.rows(np.repeat([0, *range(1, 10)], [9] + [1] * 9), np.array([*range(1, 10)] + [0] * 9), 10)
    codes = networks.bisected(*star, np.array([100] + [1] * 9))
    assert (codes[1:] >> 13 == 1 - (codes[0] >> 13)).all()
    assert len({*codes.tolist()}) == 10
    assert capfd.readouterr() == ("", "")


def test_pieces_without_edges_are_cut_in_the_middle():
    starts = np.zeros(6, dtype=int)
    assert (networks.bisected(starts, np.zeros(0, dtype=int)) >> CODE_BITS - 1).tolist() == [0, 0, 0, 1, 1]


def test_without_the_partitioner_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymetis", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'datagravity\[measure\]'"):
        KERNELS["SpMV mesh"].trace(64)


@pytest.mark.parametrize(
    ("name", "size", "places", "message"),
    [
        ("matmul blocked", 40, None, "size: 40, expected a multiple of 16 of at least 16 for matmul blocked"),
        ("FFT", 48, None, "size: 48, expected a power of two of at least 4 for FFT"),
        ("FFT transposed", 48, None, "size: 48, expected a power of two of at least 4 for FFT transposed"),
        ("FFT transposed", 16, 16, "places: 16, expected at most 4 for size 16"),
        ("BFS grid", 0, None, "size: 0, expected a whole number of at least 1"),
        ("matmul naive", 8, 4, "places: 4, expected None, since matmul naive is the same for any number"),
        ("matmul SUMMA", 16, 1024, "places: 1024, expected at most 256 for size 16"),
        ("matmul SUMMA", 16, 8, "places: 8, expected one of 1, 4, 16"),
    ],
)
def test_a_kernel_says_what_it_cannot_run(name, size, places, message):
    with pytest.raises(ValueError, match=message):
        KERNELS[name].trace(size, places=places)
