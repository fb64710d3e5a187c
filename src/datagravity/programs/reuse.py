"""How recently each item was used before: exact stack distances, and the miss curves that follow from them.

The stack distance of an access is the number of other items used since the last use of its own (Mattson and others,
1970). A cache of C items that replaces the least recently used one misses at distances of C and more. [extension]
"""

import numpy as np
import pandas as pd

from datagravity import checks, fits
from datagravity.programs import engines
from datagravity.programs.traces import WORD_BYTES

#: The stack distance of a first use.
FIRST_USE = -1
#: From words that lie together a cache fetches all, so that its unit may be the line.
UNITS = (WORD_BYTES, 64)
SMALLEST_CAPACITY = 64


def stack_distances(items, segments=None, engine=None):
    """Other items used since the last use of each access's item, within its segment of the stream.

    Parameters
    ----------
    items : int array, shape (accesses,); numbers of at least 0
    segments : int array, shape (accesses,), or None for one segment
        Segment of each access, never falling: another number begins a stream with nothing used before.
    engine : "numba", "numpy" or None for numba if it is installed

    Returns
    -------
    int32 array, shape (accesses,); `FIRST_USE`, which is -1, where the item was not used before

    Raises
    ------
    ValueError
        If an array has another shape or type, an item is negative, or segments fall.

    Examples
    --------
    >>> stack_distances([5, 7, 7, 5, 8, 5]).tolist()
    [-1, -1, 0, 1, -1, 1]
    >>> stack_distances([5, 7, 7, 5, 8, 5], segments=[0, 0, 0, 1, 1, 1]).tolist()
    [-1, -1, 0, -1, -1, 1]
    """
    items = numbered(_whole("items", items))
    if segments is None:
        segments = np.zeros(len(items), dtype=np.int32)
    segments = _whole("segments", segments)
    if segments.shape != items.shape or (segments[1:] < segments[:-1]).any():
        raise ValueError(f"segments: expected {len(items)} numbers that never fall")
    segments = np.cumsum(np.diff(segments, prepend=segments[0]) != 0, dtype=np.int32)
    passes = engines.chosen(engine)
    return passes.distances(passes.previous_uses(items, segments))


def numbered(items):
    """The items as int32, numbered anew where their numbers are far larger than their count."""
    if items.max(initial=0) > 4 * len(items) + 1000:
        items = np.unique(items, return_inverse=True)[1]
    return items.astype(np.int32)


def miss_curve(words, unit_bytes=WORD_BYTES, capacities=None, engine=None):
    """Misses of a cache that replaces the least recently used unit, of any capacity, first uses included.

    Parameters
    ----------
    words : int array, shape (accesses,)
        Words of 8 bytes in the order of the run. Of lines eight words with neighbouring numbers are one.
    unit_bytes : 8 for words, 64 for lines
    capacities : array of bytes, or None for powers of two from 64 bytes to the first that holds all
    engine : as in `stack_distances`

    Returns
    -------
    DataFrame with the columns unit_bytes, capacity_bytes, misses, accesses

    Examples
    --------
    >>> miss_curve([0, 1, 2, 0, 1, 2] * 10, capacities=[16, 24])
       unit_bytes  capacity_bytes  misses  accesses
    0           8              16      60        60
    1           8              24       3        60
    """
    units = _units(words, unit_bytes)
    found = stack_distances(units, engine=engine)
    counts = np.bincount(found + 1)
    return _curve(counts, 1.0, unit_bytes, _capacities(capacities, unit_bytes * counts[0]), len(units)).astype(
        {"misses": np.int64}
    )


def sampled_miss_curve(words, rate, seed=0, unit_bytes=WORD_BYTES, capacities=None, engine=None):
    """The miss curve estimated from a share of all items, chosen by a hash of their numbers.

    Every access of a chosen item counts. Its distance among the chosen, over the rate, estimates that among all, and
    the misses are the counted ones over the rate. (Counted ones over the number of sampled accesses would be wrong
    where a few items are used often: they are in the sample or not.)

    Parameters
    ----------
    words : int array, shape (accesses,)
    rate : float in (0, 1], the share of items that is sampled
    seed : int, of the hash
    unit_bytes, capacities, engine : as in `miss_curve`

    Returns
    -------
    DataFrame as of `miss_curve`; misses are estimates, and floats

    Raises
    ------
    ValueError
        If no item is chosen.

    Examples
    --------
    >>> words = np.random.default_rng(0).integers(4096, size=100_000)
    >>> exact, near = miss_curve(words), sampled_miss_curve(words, rate=0.25)
    >>> bool((abs(near.misses - exact.misses) / exact.accesses).max() < 0.01)
    True
    """
    rate = checks.number("rate", rate, "(0, 1]")
    units = _units(words, unit_bytes)
    kept = units[_hashed(units, checks.whole("seed", seed, 0)) < rate]
    if not kept.size:
        raise ValueError(f"rate: {rate}, expected a rate at which at least one of the items is sampled")
    counts = np.bincount(stack_distances(kept, engine=engine) + 1)
    return _curve(counts, rate, unit_bytes, _capacities(capacities, unit_bytes * counts[0] / rate), len(units))


def local_exponents(curve):
    """Exponent theta of a miss curve between neighbouring capacities, misses ~ capacity^(-theta).

    Parameters
    ----------
    curve : DataFrame as of `miss_curve`

    Returns
    -------
    Series of theta, indexed by the geometric mean of both capacities

    Examples
    --------
    >>> curve = pd.DataFrame({"capacity_bytes": [64, 256, 1024], "misses": [80, 40, 40]})
    >>> local_exponents(curve).round(2).tolist()
    [0.5, 0.0]
    """
    capacity, misses = _logs(curve)
    return pd.Series(
        (misses[:-1] - misses[1:]) / np.diff(capacity),
        index=pd.Index(np.exp((capacity[1:] + capacity[:-1]) / 2), name="capacity_bytes"),
        name="theta",
    )


def theta(curve, footprint_bytes):
    """One exponent for a miss curve: least squares of ln misses on ln capacity, from 64 bytes to a quarter of all data.

    Miss curves of regular programs are stairs, not powers: `local_exponents` shows what this slope is the mean of.

    Returns
    -------
    fits.Line of ln misses on ln capacity; theta is its slope with the sign changed

    Examples
    --------
    >>> curve = pd.DataFrame({"capacity_bytes": [64, 256, 1024, 4096], "misses": [80, 40, 20, 1]})
    >>> round(-theta(curve, footprint_bytes=4096).slope, 2)
    0.5
    """
    within = curve[curve["capacity_bytes"].between(SMALLEST_CAPACITY, footprint_bytes / 4)]
    if within["capacity_bytes"].nunique() < 2:
        raise ValueError(
            f"footprint_bytes: {footprint_bytes}, expected two capacities or more from {SMALLEST_CAPACITY} bytes to "
            f"a quarter of it"
        )
    return fits.line(*_logs(within))


def _units(words, unit_bytes):
    checks.choice("unit_bytes", unit_bytes, UNITS)
    return _whole("words", words).astype(np.int64) // (unit_bytes // WORD_BYTES)


def _capacities(capacities, footprint_bytes):
    if capacities is None:
        octaves = max(0, int(np.ceil(np.log2(footprint_bytes / SMALLEST_CAPACITY))))
        return SMALLEST_CAPACITY * 2 ** np.arange(octaves + 1)
    return checks.every("capacities", np.asarray(capacities), np.asarray(capacities) > 0, "bytes above 0")


def _curve(counts, rate, unit_bytes, capacities, accesses):
    """Misses from how often each distance occurs (first uses at 0, distance s at s + 1), both over the rate."""
    hits = np.cumsum(counts) - counts[0]
    held = np.ceil(rate * (capacities // unit_bytes)).astype(np.int64)  # distances s with s / rate < capacity
    misses = (counts.sum() - hits[np.minimum(held, len(counts) - 1)]) / rate
    return pd.DataFrame(
        {"unit_bytes": unit_bytes, "capacity_bytes": capacities, "misses": misses, "accesses": accesses}
    )


def _hashed(items, seed):
    """Numbers in [0, 1) that depend on item and seed alone, by the finaliser of SplitMix64."""
    mixed = items.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15 * (seed + 1) % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed ^ (mixed >> np.uint64(31))) / 2.0**64


def _logs(curve):
    return np.log(curve["capacity_bytes"].to_numpy(float)), np.log(curve["misses"].to_numpy(float))


def _whole(name, value):
    array = np.asarray(value)
    if array.ndim != 1 or not array.size or array.dtype.kind not in "iu":
        raise ValueError(f"{name}: expected an array of whole numbers of one dimension, not empty")
    return checks.every(name, array, array >= 0, "numbers of at least 0")
