"""Counts on places: both engines against a simulation access by access, closed forms, and frozen counts."""

import doctest
import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagravity.programs import engines, owners, partitions, placing
from datagravity.programs.traces import PLACES, Trace

LEVELS = (1, 4, 16, 64, 256, 1024)


# --- A simulation by the definitions, access by access ---------------------------------------------------------------


def simulated(trace, partition, places, owner, capacity_factor=1.0):
    """The counts of `placing.count` whose definitions need a walk through the run, in plain Python."""
    tile = [int(code) * places // 2**14 for code in trace.codes[partition]]
    private = trace.private if trace.private is not None else [False] * trace.word_count
    capacity = capacity_factor * trace.word_count / places
    place_of = [_place_of(group, trace, tile, private, owner) for group in range(len(trace.owners))]
    streams, holders = {}, {}
    events = {name: [] for name in ("all", "some", "unlimited", "undone", "reuse", "moved")}
    home = 0
    for word, write, group in zip(trace.words, trace.writes, trace.operations, strict=True):
        place, there = place_of[group], tile[word]
        stream = streams.setdefault(place, [])
        depth = _depth(stream, word)
        stream.append(word)
        remote = there != place and not private[word]
        holds = place in holders.setdefault(word, set())
        if remote:
            events["all"].append(_distance(there, place, places))
            if not holds:
                events["unlimited"].append(_distance(there, place, places))
        if depth is not None and depth <= capacity and (holds or not remote):
            events["reuse"].append(math.sqrt(depth / trace.word_count) / 2)
        elif remote:
            events["some"].append(_distance(there, place, places))
        else:
            home += 1
        holders[word].add(place)
        if write and not private[word]:
            for other in holders[word] - {place, there}:
                events["undone"].append(_distance(there, other, places))
            holders[word] = {place}
    if trace.serial:
        steps = pairwise(place_of)
        events["moved"] = [_distance(first, second, places) for first, second in steps if first != second]
    row = {"home_bytes": 8 * home, "local_bytes_no_copies": 8 * (trace.accesses - len(events["all"]))}
    columns = {
        "all": ("remote_bytes_no_copies", "remote_distance_no_copies", 8),
        "some": ("remote_bytes", "remote_distance", 8),
        "unlimited": ("remote_bytes_unlimited", "remote_distance_unlimited", 8),
        "reuse": ("reuse_bytes", "reuse_distance", 8),
        "undone": ("invalidations", "invalidation_distance", 1),
        "moved": ("migrations", "migration_distance", 1),
    }
    for event, (total, mean, size) in columns.items():
        row[total] = size * len(events[event])
        for suffix, power in placing.POWERS.items():
            powers = [length**power for length in events[event]]
            row[f"{mean}_{suffix}"] = math.fsum(powers) / len(powers) if powers else math.nan
    loads = Counter(place_of)
    row["load_imbalance"] = max(loads.values()) * places / len(place_of)
    return row


def _place_of(group, trace, tile, private, owner):
    output = tile[trace.owners[group]]
    members = [word for word, at in zip(trace.words, trace.operations, strict=True) if at == group]
    shares = Counter(tile[word] for word in members if not private[word])
    if owner == "output" or not shares or shares[output] == max(shares.values()):
        return output
    return min(place for place, share in shares.items() if share == max(shares.values()))


def _depth(stream, word):
    since = set()
    for earlier in reversed(stream):
        since.add(earlier)
        if earlier == word:
            return len(since)
    return None


def _distance(first, second, places):
    def cell(tile):
        digits = f"{tile:014b}"
        return int(digits[::2], 2), int(digits[1::2], 2)

    (row, column), (other_row, other_column) = cell(first), cell(second)
    return (abs(row - other_row) + abs(column - other_column)) / math.sqrt(places)


@st.composite
def traces(draw):
    words = np.array(draw(st.lists(st.integers(0, 9), min_size=1, max_size=50)))
    words = np.unique(words, return_inverse=True)[1]
    count = int(words.max()) + 1
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    operations = np.cumsum(random.random(len(words)) < 0.4)
    operations -= operations[0]
    spread = draw(st.sampled_from([4, 16, 2**14]))
    return Trace(
        words=words,
        writes=random.random(len(words)) < draw(st.sampled_from([0.1, 0.5])),
        operations=operations,
        owners=random.integers(count, size=operations[-1] + 1),
        codes={"natural": random.integers(spread, size=count) * (2**14 // spread)},
        operation_count=1,
        operation_class="integer",
        serial=draw(st.booleans()),
        private=draw(st.sampled_from([None, random.random(count) < 0.3])),
    )


@pytest.mark.slow
@pytest.mark.parametrize("engine", engines.ENGINES)
@given(
    trace=traces(),
    places=st.sampled_from(PLACES),
    owner=st.sampled_from(owners.OWNER_RULES),
    factor=st.sampled_from([0.25, 1, 4]),
)
def test_counts_are_those_of_a_walk_through_the_run(engine, trace, places, owner, factor):
    row = placing.count(trace, "natural", places, owner, capacity_factor=factor, engine=engine)
    expected = simulated(trace, "natural", places, owner, factor)
    assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-12, nan_ok=True)


@pytest.mark.slow
@given(trace=traces(), places=st.sampled_from(PLACES))
def test_bytes_add_up_and_copies_help(trace, places):
    row = placing.count(trace, "natural", places)
    everything = 8 * trace.accesses
    assert row["local_bytes_no_copies"] + row["remote_bytes_no_copies"] == everything
    assert row["reuse_bytes"] + row["home_bytes"] + row["remote_bytes"] == everything
    assert row["remote_bytes_unlimited"] <= row["remote_bytes"] <= row["remote_bytes_no_copies"]


# --- Two programs with closed forms and frozen counts ----------------------------------------------------------------


def product(n):
    """C = C + A B by rows: C(i, j) is read, all A(i, k) and B(k, j), and C(i, j) is written."""
    row, column = np.divmod(np.arange(n * n), n)
    inner = np.arange(n)
    pairs = np.stack([row[:, None] * n + inner, n * n + inner * n + column[:, None]], axis=2).reshape(n * n, 2 * n)
    result = 2 * n * n + np.arange(n * n)[:, None]
    words = np.hstack([result, pairs, result])
    return Trace(
        words=words.ravel(),
        writes=_last_of_each(words),
        operations=np.repeat(np.arange(n * n), words.shape[1]),
        owners=result[:, 0],
        codes={
            "natural": np.tile(partitions.grid_codes(row, column, (n, n)), 3),
            "contiguous": partitions.contiguous_codes(3 * n * n),
        },
        operation_count=n**3,
        operation_class="floating",
    )


def five_point_stencil(n, sweeps):
    """Sweeps from one array to the other and back; the corners of both are not touched."""
    row, column = (inner.ravel() for inner in np.mgrid[1 : n - 1, 1 : n - 1])
    places = []
    for sweep in range(sweeps):
        source, target = sweep % 2 * n * n, (sweep + 1) % 2 * n * n
        here = row * n + column
        reads = [source + here + step for step in (-n, -1, 0, 1, n)]
        places.append(np.stack([*reads, target + here], axis=1))
    places = np.concatenate(places)
    touched, words = np.unique(places, return_inverse=True)
    words = words.reshape(places.shape)
    return Trace(
        words=words.ravel(),
        writes=_last_of_each(words),
        operations=np.repeat(np.arange(len(words)), 6),
        owners=words[:, -1],
        codes={
            "natural": partitions.grid_codes(*np.divmod(touched % (n * n), n), (n, n)),
            "contiguous": touched * 2**14 // (2 * n * n),
        },
        operation_count=5 * len(words),
        operation_class="floating",
        phases=sweeps,
    )


def _last_of_each(words):
    writes = np.zeros(words.shape, dtype=bool)
    writes[:, -1] = True
    return writes.ravel()


@pytest.fixture(scope="module")
def matmul():
    return product(32)


@pytest.fixture(scope="module")
def stencil():
    return five_point_stencil(64, 4)


FROZEN = ("local_bytes_no_copies", "remote_bytes_no_copies", "remote_distance_no_copies_whole", "reuse_bytes",
          "reuse_distance_whole", "home_bytes", "remote_bytes", "remote_distance_whole", "remote_bytes_unlimited",
          "remote_distance_unlimited_whole", "load_imbalance")  # fmt: skip
MATMUL = {
    ("natural", 1): (540672, 0, 0.0, 516096, 0.185772, 24576, 0, 0.0, 0, 0.0, 1.0),
    ("contiguous", 4): (49152, 491520, 0.66667, 262144, 0.07327, 40960, 237568, 0.57759, 20480, 0.7, 3.0),
    ("contiguous", 16): (18432, 522240, 0.73824, 262144, 0.07327, 10240, 268288, 0.63836, 56320, 0.68182, 3.0),
    ("contiguous", 64): (16512, 524160, 0.75501, 0, 0.0, 16512, 524160, 0.75501, 187008, 0.66975, 3.0),
    ("contiguous", 256): (16384, 524288, 0.75857, 0, 0.0, 16384, 524288, 0.75857, 289536, 0.67827, 3.0),
    ("contiguous", 1024): (16384, 524288, 0.7592, 0, 0.0, 16384, 524288, 0.7592, 355072, 0.71219, 3.0),
    ("natural", 4): (278528, 262144, 0.5, 499712, 0.14509, 24576, 16384, 0.5, 16384, 0.5, 1.0),
    ("natural", 16): (147456, 393216, 0.41667, 237568, 0.073269, 81920, 221184, 0.41667, 49152, 0.41667, 1.0),
    ("natural", 64): (81920, 458752, 0.375, 0, 0.0, 81920, 458752, 0.375, 114688, 0.375, 1.0),
    ("natural", 256): (49152, 491520, 0.35417, 0, 0.0, 49152, 491520, 0.35417, 245760, 0.35417, 1.0),
    ("natural", 1024): (32768, 507904, 0.34375, 0, 0.0, 32768, 507904, 0.34375, 507904, 0.34375, 1.0),
}
STENCIL = {
    ("natural", 1): (738048, 0, 0.0, 672576, 0.173694, 65472, 0, 0.0, 0, 0.0, 1.0),
    ("contiguous", 4): (123008, 615040, 0.50323, 480128, 0.049303, 123008, 134912, 0.51471, 130944, 0.51515, 1.0),
    ("contiguous", 16): (123008, 615040, 0.51129, 456320, 0.047343, 123008, 158720, 0.54375, 154752, 0.54487, 1.0323),
    ("contiguous", 64): (123008, 615040, 0.52823, 242048, 0.012359, 123008, 372992, 0.54654, 249984, 0.56944, 1.0323),
    ("contiguous", 256): (123008, 615040, 0.52863, 238080, 0.012359, 123008, 376960, 0.54671, 372992, 0.54721, 1.0323),
    ("contiguous", 1024): (123008, 615040, 0.52964, 214272, 0.012359, 123008, 400768, 0.54548, 396800, 0.54594, 1.0656),
    ("natural", 4): (730112, 7936, 0.5, 660672, 0.096289, 69440, 7936, 0.5, 7936, 0.5, 1.0),
    ("natural", 16): (714240, 23808, 0.25, 504448, 0.036223, 209792, 23808, 0.25, 23808, 0.25, 1.0656),
    ("natural", 64): (682496, 55552, 0.125, 440832, 0.022448, 241664, 55552, 0.125, 55552, 0.125, 1.0656),
    ("natural", 256): (619008, 119040, 0.0625, 373504, 0.017027, 245504, 119040, 0.0625, 119040, 0.0625, 1.0656),
    ("natural", 1024): (492032, 246016, 0.03125, 183552, 0.012321, 308480, 246016, 0.03125, 246016, 0.03125, 1.0656),
}


@pytest.mark.parametrize(("partition", "places"), MATMUL)
def test_the_counts_of_the_product_are_the_frozen_ones(matmul, partition, places):
    _equal(placing.count(matmul, partition, places), MATMUL[partition, places])


@pytest.mark.parametrize(("partition", "places"), STENCIL)
def test_the_counts_of_the_stencil_are_the_frozen_ones(stencil, partition, places):
    """The frozen counts gave each place a share of all 8192 words, the eight untouched corners among them."""
    _equal(placing.count(stencil, partition, places, capacity_factor=8192 / 8184), STENCIL[partition, places])


def _equal(row, frozen):
    for name, value in zip(FROZEN, frozen, strict=True):
        found = 0 if math.isnan(row[name]) else row[name]
        if isinstance(value, int):
            assert found == value, name
        else:
            assert found == pytest.approx(value, rel=1e-5, abs=5.1e-5 if name == "load_imbalance" else 1e-6), name


@pytest.mark.parametrize("places", LEVELS[1:])
def test_the_product_without_copies_has_a_closed_form(matmul, places):
    row, side = placing.count(matmul, "natural", places), math.isqrt(places)
    cells = row["remote_distance_no_copies_whole"] * side * row["remote_bytes_no_copies"] / 8
    assert row["remote_bytes_no_copies"] == 8 * 2 * 32**3 * (side - 1) // side
    assert cells == pytest.approx(2 * 32**3 * (places - 1) / (3 * side), rel=1e-12)


def test_the_product_with_copies_that_fit_has_a_closed_form(matmul):
    assert placing.count(matmul, "natural", 4)["remote_bytes"] == 8 * 2 * 32**2 * 2 // 2


@pytest.mark.parametrize("places", LEVELS[1:])
def test_the_stencil_sends_its_borders(stencil, places):
    row = placing.count(stencil, "natural", places)
    assert row["remote_bytes"] == 8 * 4 * 4 * (math.isqrt(places) - 1) * 62
    assert row["remote_distance_whole"] == 1 / math.isqrt(places)
    # A word is written in the sweep after its copies were fetched, but for those of the last sweep.
    assert row["invalidations"] == 3 * 4 * (math.isqrt(places) - 1) * 62
    assert row["invalidation_distance_whole"] == 1 / math.isqrt(places)


def test_messages_follow_the_next_write_of_another_place():
    """Words 0 and 1 in opposite quarters: place 3 reads word 0 twice, place 0 writes it twice, place 3 reads it."""
    trace = Trace(
        words=[0, 0, 0, 0, 0, 1], writes=[0, 0, 1, 1, 0, 1], operations=[0, 0, 1, 1, 2, 2], owners=[1, 0, 1],
        codes={"natural": [0, 3 * 4096]}, operation_count=3, operation_class="integer",
    )  # fmt: skip
    row = placing.count(trace, "natural", 4)
    assert row["remote_bytes_no_copies"] == 24
    assert row["remote_bytes_unlimited"] == 16
    assert (row["invalidations"], row["invalidation_distance_whole"]) == (1, 1.0)
    assert row["invalidation_distance_half"] == 1.0


def test_four_means_of_powers():
    """Two remote words, one and two cells away among sixteen places."""
    trace = Trace(
        words=[0, 1, 2], writes=[0, 0, 1], operations=[0, 0, 0], owners=[2],
        codes={"natural": [1024, 3 * 1024, 0]}, operation_count=1, operation_class="integer",
    )  # fmt: skip
    row = placing.count(trace, "natural", 16)
    for suffix, power in {"quarter": 1 / 4, "half": 1 / 2, "three_quarters": 3 / 4, "whole": 1}.items():
        assert row[f"remote_distance_{suffix}"] == pytest.approx((0.25**power + 0.5**power) / 2, rel=1e-15)
        assert math.isnan(row[f"reuse_distance_{suffix}"])


# --- Frames ----------------------------------------------------------------------------------------------------------


def test_a_frame_has_one_place_once_and_all_partitions(matmul):
    calls = []
    found = placing.frame(
        matmul, places=[1, 4], labels={"kernel": "product", "size": 32}, progress=lambda *done: calls.append(done)
    )
    assert tuple(found.columns) == placing.COLUMNS
    assert found["partition"].tolist() == ["one place", "natural", "contiguous"]
    assert found["places"].tolist() == [1, 4, 4]
    assert set(found["kernel"]) == {"product"}
    assert set(found["size"]) == {32}
    assert calls == [(step * matmul.accesses, 3 * matmul.accesses) for step in (1, 2, 3)]
    assert found["command_bytes"].tolist() == [0, 240, 240]


def test_a_place_that_keeps_more_fetches_less(matmul):
    fetched = [
        placing.frame(matmul, ["natural"], [16], capacity_factor=factor)["remote_bytes"].item()
        for factor in (1 / 4, 1, 4)
    ]
    assert fetched == [
        placing.count(matmul, "natural", 16, capacity_factor=each)["remote_bytes"] for each in (1 / 4, 1, 4)
    ]
    assert fetched[0] > fetched[1] > fetched[2] == placing.count(matmul, "natural", 16)["remote_bytes_unlimited"]


def test_the_columns_are_those_of_a_row(matmul):
    row = placing.count(matmul, "contiguous", 16)
    assert tuple(row) == placing.COLUMNS
    assert len(set(placing.COLUMNS)) == len(placing.COLUMNS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"partition": "graph"}, "partition: 'graph', expected one of 'natural', 'contiguous'"),
        ({"places": 8}, "places: 8, expected one of 1, 4, 16"),
        ({"owner": "input"}, "owner: 'input', expected one of 'output', 'largest share'"),
        ({"capacity_factor": 0}, "capacity_factor: 0.0, expected a finite number above 0"),
        ({"labels": {"name": "a"}}, "labels: 'name', expected one of 'kernel', 'family'"),
        ({"engine": "gpu"}, "engine: 'gpu', expected one of"),
    ],
)
def test_what_cannot_be_counted_is_refused(matmul, arguments, message):
    with pytest.raises(ValueError, match=message):
        placing.count(**{"trace": matmul, "partition": "natural", "places": 4} | arguments)


def test_a_frame_of_nothing_is_refused(matmul):
    with pytest.raises(ValueError, match="partitions, places: expected at least one of each"):
        placing.frame(matmul, places=[])


@pytest.mark.parametrize("module", [placing, owners])
def test_the_examples_hold(module):
    assert doctest.testmod(module).failed == 0
