"""Stack distances and miss curves: both engines against their definition, streams with known curves, and refusals."""

import doctest

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from datagravity.programs import engine_numpy, engines, reuse
from datagravity.programs.reuse import local_exponents, miss_curve, sampled_miss_curve, stack_distances, theta

STREAMS = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=80)
ZIPF_ITEMS = 2000


def by_definition(items, segments):
    found = []
    for now, (item, segment) in enumerate(zip(items, segments, strict=True)):
        since = set()
        for earlier in range(now - 1, -1, -1):
            if segments[earlier] != segment:
                found.append(reuse.FIRST_USE)
                break
            if items[earlier] == item:
                found.append(len(since))
                break
            since.add(items[earlier])
        else:
            found.append(reuse.FIRST_USE)
    return found


@pytest.fixture(scope="module")
def uniform():
    return np.random.default_rng(1).integers(1024, size=40_000)


@pytest.fixture(scope="module")
def zipf():
    shares = 1 / np.arange(1, ZIPF_ITEMS + 1)
    return np.random.default_rng(2).choice(ZIPF_ITEMS, size=100_000, p=shares / shares.sum())


@pytest.mark.slow
@pytest.mark.parametrize("engine", engines.ENGINES)
@given(stream=STREAMS)
def test_distances_are_those_of_the_definition(engine, stream):
    items = [item for item, _ in stream]
    segments = np.cumsum([begins for _, begins in stream])
    assert stack_distances(items, segments, engine).tolist() == by_definition(items, segments.tolist())
    assert stack_distances(items, engine=engine).tolist() == by_definition(items, [0] * len(items))


def test_the_engines_agree_where_blocks_fill(uniform):
    """More accesses than one block of marks holds, and items past 16 bits."""
    items = np.concatenate([uniform[:9000], uniform[:9000] * 70])
    segments = np.arange(len(items)) // 4500
    both = [stack_distances(items, segments, engine) for engine in engines.ENGINES]
    assert (both[0] == both[1]).all()
    assert both[0].max() > 900


@given(st.permutations(range(20)))
def test_earlier_and_greater(permutation):
    expected = [sum(other > each for other in permutation[:place]) for place, each in enumerate(permutation)]
    assert engine_numpy.earlier_and_greater(permutation).tolist() == expected


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=50))
def test_the_order_is_stable(values):
    values = np.array(values) // 3
    assert (engine_numpy.stable_order(values) == np.argsort(values, kind="stable")).all()


def test_large_numbers_of_items_cost_nothing():
    assert stack_distances([2**62, 7, 2**62]).tolist() == [-1, -1, 1]


def test_a_uniform_stream_misses_what_the_cache_does_not_hold(uniform):
    """1 - C/D, once all is in: first uses are the cold misses of the start."""
    curve = miss_curve(np.tile(np.arange(1024), 1).tolist() + uniform.tolist(), capacities=[512, 2048, 4096])
    ratios = (curve["misses"] - 1024) / len(uniform)
    assert ratios.to_numpy() == pytest.approx([1 - 1 / 16, 1 - 1 / 4, 1 - 1 / 2], abs=0.006)


def test_a_zipf_stream_follows_the_approximation_of_che(zipf):
    shares = 1 / np.arange(1, ZIPF_ITEMS + 1)
    shares /= shares.sum()
    for items in (50, 200, 800):
        held = optimize.brentq(lambda time, items=items: (1 - np.exp(-shares * time)).sum() - items, 1, 1e7)
        expected = (shares * np.exp(-shares * held)).sum()
        [misses] = miss_curve(zipf, capacities=[8 * items])["misses"]
        assert misses / len(zipf) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("unit", reuse.UNITS)
@pytest.mark.parametrize("stream", ["uniform", "zipf"])
def test_sampled_curves_are_right_in_the_mean(request, stream, unit):
    """One sample errs by the items that it has by chance; the mean of forty seeds is near the exact curve."""
    words = request.getfixturevalue(stream)[:20_000]
    capacities = [2**10, 2**11, 2**12]
    exact = miss_curve(words, unit, capacities)["misses"]
    near = np.mean([sampled_miss_curve(words, 0.3, seed, unit, capacities)["misses"] for seed in range(40)], axis=0)
    assert near == pytest.approx(exact.to_numpy(), abs=0.02 * len(words))


def test_a_rate_of_one_is_exact(uniform):
    exact, all_of_it = miss_curve(uniform), sampled_miss_curve(uniform, 1.0)
    pd.testing.assert_frame_equal(exact, all_of_it, check_dtype=False)


def test_samples_depend_on_the_seed_alone(uniform):
    first, second, other = (sampled_miss_curve(uniform, 0.1, seed)["misses"] for seed in (0, 0, 1))
    assert first.equals(second)
    assert not first.equals(other)


def test_lines_hold_eight_words():
    sweep = np.tile(np.arange(64), 2)
    assert miss_curve(sweep, 64)["misses"].tolist() == [16, 16, 16, 8]
    assert miss_curve(sweep, 8)["misses"].tolist() == [128, 128, 128, 64]
    assert miss_curve(sweep, 8)["capacity_bytes"].tolist() == [64, 128, 256, 512]


def test_a_capacity_past_all_data_misses_first_uses_only():
    assert miss_curve([0, 1, 0, 1], capacities=[8, 16, 10**9])["misses"].tolist() == [4, 2, 2]


def test_exponents_of_a_stair_and_their_mean():
    curve = pd.DataFrame({"capacity_bytes": [64, 128, 256, 512, 1024], "misses": [800, 800, 400, 400, 3]})
    assert local_exponents(curve).to_numpy()[:3] == pytest.approx([0, 1, 0])
    assert local_exponents(curve).index[0] == pytest.approx(64 * 2**0.5)
    # The last is past a quarter of the data, and does not count: least squares of 0, 0, 1, 1 octaves lost.
    found = theta(curve, 2048)
    assert found.count == 4
    assert -found.slope == pytest.approx(0.4)


def test_without_numba_numpy_counts(monkeypatch):
    monkeypatch.setattr(engines, "has_numba", lambda: False)
    assert engines.chosen() is engine_numpy
    assert stack_distances([1, 2, 1]).tolist() == [-1, -1, 1]
    with pytest.raises(ValueError, match=r"engine: 'numba', expected 'numpy': numba is not installed \(pip install"):
        engines.chosen("numba")


def test_where_nothing_can_be_kept_numba_compiles_anew(monkeypatch):
    engine = engines.chosen("numba")

    def njit(function=None, cache=False):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return function

    monkeypatch.setattr(engine, "njit", njit)
    assert engine.compiled(by_definition) is by_definition


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stack_distances([[1]]), "items: expected an array of whole numbers of one dimension"),
        (lambda: stack_distances([]), "items: expected an array"),
        (lambda: stack_distances([1.5]), "items: expected an array of whole numbers"),
        (lambda: stack_distances([1, -1]), r"items: -1 \(index 1\), expected numbers of at least 0"),
        (lambda: stack_distances([1, 2], [0]), "segments: expected 2 numbers that never fall"),
        (lambda: stack_distances([1, 2], [1, 0]), "segments: expected 2 numbers that never fall"),
        (lambda: stack_distances([1], engine="c"), "engine: 'c', expected one of 'numba', 'numpy'"),
        (lambda: miss_curve([1], unit_bytes=16), "unit_bytes: 16, expected one of 8, 64"),
        (lambda: miss_curve([1], capacities=[8, 0]), r"capacities: 0 \(index 1\), expected bytes above 0"),
        (lambda: sampled_miss_curve([1], 0), "rate: 0.0, expected 0 < rate <= 1"),
        (lambda: sampled_miss_curve([1], 1e-9), "rate: 1e-09, expected a rate at which"),
        (lambda: theta(miss_curve([1, 2]), 16), "footprint_bytes: 16, expected two capacities or more"),
    ],
)
def test_what_is_no_stream_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("module", [reuse, engines, engine_numpy])
def test_the_examples_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint32, np.int64])
def test_words_of_any_whole_type_give_the_same_curve(kind):
    words = np.array([0, 32, 64, 96, 120] * 2, dtype=kind)
    for unit in (8, 64):
        found = miss_curve(words, unit, capacities=[unit, 64 * unit])["misses"].tolist()
        assert found == [10, 5]
        assert sampled_miss_curve(words, 1.0, unit_bytes=unit, capacities=[unit, 64 * unit])["misses"].tolist() == found
