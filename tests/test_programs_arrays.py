"""A reader's own arrays of addresses: which operations they are, where their words lie, and what is refused."""

import doctest
import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagravity.programs import arrays, count, placing, trace_of


def by_the_rule(writes):
    """Loads up to and including the next store; after eight loads without a store an operation of its own."""
    groups, group = [], []
    for access, write in enumerate(writes):
        group.append(access)
        if write or len(group) == 8:
            groups.append(group)
            group = []
    return groups + [group] * bool(group)


@given(st.lists(st.sampled_from([False] * 6 + [True]), min_size=1, max_size=80))
def test_operations_end_at_stores_and_after_eight_loads(writes):
    trace = trace_of(np.arange(len(writes)) * 8, writes)
    groups = by_the_rule(writes)
    expected = [number for number, group in enumerate(groups) for _ in group]
    assert trace.operations.tolist() == expected
    assert trace.owners.tolist() == [group[-1] for group in groups]
    assert trace.operation_count == len(groups)


def test_words_are_eight_bytes_in_the_order_of_addresses():
    high = np.array([0x7FFF0010, 0x10, 0x14, 0x7FFF0017, 0x8], dtype=np.uint64)
    trace = trace_of(high, np.zeros(5, dtype=bool))
    assert trace.words.tolist() == [2, 1, 1, 2, 0]
    assert trace.codes["contiguous"].tolist() == [0, 16384 // 3, 16384 * 2 // 3]


@pytest.mark.parametrize("kind", [np.int8, np.uint16, np.int64, np.uint64, list])
def test_addresses_may_be_of_any_integer_type(kind):
    addresses = [0, 8, 16, 120] if kind is list else np.array([0, 8, 16, 120], dtype=kind)
    assert trace_of(addresses, [0, 1, 0, 1]).words.tolist() == [0, 1, 2, 3]


def test_the_largest_addresses_have_words():
    top = np.array([2**64 - 1, 0], dtype=np.uint64)
    assert trace_of(top, [0, 1]).words.tolist() == [1, 0]


def test_owners_make_the_operations():
    trace = trace_of([0, 8, 16, 8, 0], [0, 0, 0, 0, 1], owners=[20, 17, 8, 0, 0])
    assert trace.operations.tolist() == [0, 0, 1, 2, 2]
    assert trace.owners.tolist() == [2, 1, 0]


def test_matrices_of_a_shape_lie_over_one_another():
    addresses = 0x1000 + 8 * np.arange(2 * 4 * 8)
    codes = trace_of(addresses, np.ones(64, dtype=bool), shape=(4, 8)).codes["natural"]
    assert (codes[:32] == codes[32:]).all()
    tiles = (codes[:32] // 4096).reshape(4, 8)
    assert tiles[:2, :4].tolist() == [[0] * 4] * 2
    assert tiles[2:, 4:].tolist() == [[3] * 4] * 2


def test_an_origin_places_what_begins_within_a_matrix():
    addresses = 0x1000 + 8 * np.arange(1, 16)
    codes = trace_of(addresses, np.ones(15, dtype=bool), shape=(4, 4), origin=0x1000).codes["natural"]
    assert (codes // 1024).tolist() == [1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]


@pytest.mark.slow
def test_counts_are_those_of_the_trace():
    random = np.random.default_rng(0)
    addresses, writes = random.integers(0x1000, 0x3000, size=500), random.random(500) < 0.3
    found = count(addresses, writes, shape=(32, 32), operation_class="floating", labels={"kernel": "mine"})
    assert found["partition"].unique().tolist() == ["one place", "natural", "contiguous", "hashed"]
    assert found["places"].max() == 256, "no more places than words"
    again = placing.frame(trace_of(addresses, writes, shape=(32, 32)), places=[1, 4, 16, 64, 256])
    assert found["remote_bytes"].tolist() == again["remote_bytes"].tolist()
    assert set(found["kernel"]) == {"mine"}
    assert set(found["operation_class"]) == {"floating"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"addresses": [0.0, 8.0]}, "addresses: expected an array of whole numbers"),
        ({"addresses": []}, "addresses: expected an array of whole numbers of one dimension, not empty"),
        ({"addresses": [0, -8]}, r"addresses: -8 \(index 1\), expected addresses of at least 0"),
        ({"writes": [True]}, r"writes: shape \(1,\), expected one mark for each of 2 accesses"),
        ({"writes": [0, 2]}, r"writes: 2 \(index 1\), expected True or False"),
        ({"writes": ["r", "w"]}, "writes: expected truth values"),
        ({"owners": [0, 24]}, r"owners: 24 \(index 1\), expected an address in a word that the run touches"),
        ({"owners": [0]}, "owners: 1 addresses, expected one for each of 2 accesses"),
        ({"shape": (0, 4)}, r"shape\[0\]: 0, expected a whole number of at least 1"),
        ({"shape": (4, 4), "origin": 8}, "origin: 8, expected at most the lowest address touched, 0"),
        ({"operation_class": "text"}, "operation_class: 'text', expected one of"),
        ({"seed": -1}, "seed: -1, expected"),
    ],
)
def test_what_is_no_run_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        count(**{"addresses": [0, 8], "writes": [False, True]} | arguments)


def test_a_wrong_name_of_an_argument_is_said_of_count():
    with pytest.raises(TypeError, match=r"^count\(\) got an unexpected keyword argument 'opclass'"):
        count([0, 8], [False, True], opclass=1)


def test_arguments_reach_the_trace():
    found = count(
        np.arange(16) * 8, [True] * 16, operation_count=5, phases=3, reduced_words=2, serial=True, places=[1, 4]
    )
    row = found.iloc[-1]
    assert (row["operations"], row["phases"], row["serial"], row["operation_class"]) == (5, 3, True, "integer")
    assert row["reduction_bytes"] == 8 * 3 * 2


def test_the_examples_hold():
    assert doctest.testmod(arrays).failed == 0
    assert ">>> found = count(" in inspect.getdoc(count)
