"""Sample sort: splitters from a sample say to which place each key goes."""

from math import isqrt

import numpy as np

from datagravity import checks
from datagravity.programs.kernels import kernel, streams
from datagravity.programs.traces import CODE_BITS, PLACES

#: Keys that each place gives to the sample.
SAMPLES_A_PLACE = 8
#: Code of the place that sorts the sample: beside the middle of the square.
MIDDLE = 3 * 2 ** (CODE_BITS - 2)


def sample_sort(size, seed=0, places=None):
    """Sample sort with one bucket for each place. [extension]

    Source: Frazer and McKellar (1970) [frazer1970samplesort]. Each place gives `SAMPLES_A_PLACE` of its keys, taken at
    random, to the sample. The place in the middle sorts the sample by merging and every k-th part of it becomes a
    splitter. Each place copies the k - 1 splitters, looks its keys up in them (log2 k comparisons), notes each key's
    bucket and counts its buckets. Each bucket's place then takes its keys, appends them to the bucket, and sorts the
    bucket by merging between two arrays. At one place it is a merge sort.

    Parameters
    ----------
    size : whole number
        Keys, n: all different, in random order.
    seed : whole number
        Of the keys, the sample and the hashed partition.
    places : one of the numbers in `PLACES`; None is one place. Each must have `SAMPLES_A_PLACE` keys.

    Returns
    -------
    Trace
        A group is one key sampled, one splitter copied, one key looked up, one note read, one key moved, or one key
        written by a merge (reads the heads of both runs while both have keys). Counts of buckets are private words;
        each further place sends its k counts to be added up (reduced words). Operations are n log2(n) comparisons,
        rounded up, for every number of places: log2(k) of each key in the splitters, the rest in merges. Natural
        partition: keys in contiguous pieces, each bucket at its place; made for this number of places alone.

    Notes
    -----
    Remote words: each key moves once, a share 1 - 1/k of them to another place; and the sample, 8 (k - 1), and the
    splitters, (k - 1)^2.

    Examples
    --------
    >>> trace = sample_sort(64, places=4)
    >>> trace.phases, trace.operation_count, trace.reduced_words
    (5, 384, 4)
    """
    size = checks.whole("size", size, 2)
    places = 1 if places is None else checks.choice("places", places, PLACES)
    if places > 1 and size < SAMPLES_A_PLACE * places:
        raise ValueError(
            f"size: {size}, expected at least {SAMPLES_A_PLACE * places}, {SAMPLES_A_PLACE} for each place"
        )
    random = np.random.default_rng([seed, size])
    keys = random.permutation(size)
    memory = streams.Memory()
    source = memory.array(streams.line(size))
    operations = int(np.ceil(size * np.log2(size)))
    if places == 1:
        spare = memory.array(streams.line(size))
        stream = _sort([source, spare], keys, np.zeros(size, dtype=np.int64))
        return streams.make_trace(stream, memory, seed, operation_count=operations, operation_class="integer", phases=1)
    stream, memory, counts = _distributed(keys, places, random, memory, source)
    return streams.make_trace(
        stream, memory, seed, private=counts, operation_count=operations, operation_class="integer",
        phases=5, reduced_words=places,
    )  # fmt: skip


def _distributed(keys, places, random, memory, source):
    """Stream of the sort on more than one place, the memory, and the addresses of the private counts."""
    size = len(keys)
    count = SAMPLES_A_PLACE * places
    sample = [memory.array(np.full(count, MIDDLE)) for _ in range(2)]
    splitters = memory.array(np.repeat(streams.line(places)[:, None], places - 1, axis=1))
    counts = memory.array(np.zeros(places, dtype=np.int64))
    homes = streams.line(size) * places // 2**CODE_BITS
    chosen = _chosen(homes, places, random)
    values = np.sort(keys[chosen])[SAMPLES_A_PLACE::SAMPLES_A_PLACE]
    buckets = np.searchsorted(values, keys, side="right")
    into = np.lexsort((np.arange(size), buckets))
    bucket_codes = _bucket_codes(buckets[into], places)
    noted = memory.array(streams.line(size))
    tails = memory.array(streams.line(places))
    sorted_keys, spare = (memory.array(bucket_codes) for _ in range(2))

    levels = _levels(np.bincount(buckets, minlength=places))[buckets[into]]
    first = np.where(levels % 2, spare, sorted_keys)
    position = np.empty(size, dtype=np.int64)
    position[into] = np.arange(size)
    start = sample if _levels(np.array([count]))[0] % 2 == 0 else sample[::-1]
    parts = [
        _copy(source[chosen], start[0]),
        _sort(start, keys[chosen], np.zeros(count, dtype=np.int64)),
        _copy(sample[0][SAMPLES_A_PLACE::SAMPLES_A_PLACE], splitters),
        _look_up(source, keys, values, splitters[homes], counts[buckets], noted),
        _move(source, noted, tails[buckets], first[position]),
    ]
    odd = levels % 2 == 1
    parts.append(_sort([first, np.where(odd, sorted_keys, spare)], keys[into], buckets[into]))
    return streams.join(*parts), memory, counts


def _chosen(homes, places, random):
    """Positions of the sample: as many from each place's piece, at random."""
    order = np.lexsort((random.random(len(homes)), homes))
    starts = np.searchsorted(homes, np.arange(places))
    return order[(starts[:, None] + np.arange(SAMPLES_A_PLACE)).ravel()]


def _bucket_codes(buckets, places):
    """Codes of keys in the order of their buckets: each bucket over the whole of its place."""
    sizes = np.bincount(buckets, minlength=places)
    width = 2**CODE_BITS // places
    return buckets * width + streams.ranges(sizes) * width // sizes[buckets]


def _levels(lengths):
    """How often runs of one key must be merged by twos to sort so many keys."""
    return np.ceil(np.log2(np.maximum(lengths, 1))).astype(np.int64)


def _look_up(source, keys, values, splitters, counts, noted):
    """Each key, its way through the splitters as a balanced tree, the count of its bucket, and the note."""
    low = np.zeros(len(keys), dtype=np.int64)
    read = [source]
    for step in 2 ** np.arange((len(values) + 1).bit_length() - 2, -1, -1):
        middle = low + step - 1
        read.append(splitters[np.arange(len(keys)), middle])
        low += step * (keys >= values[middle])
    words = streams.columns(*read, counts, counts, noted)
    return streams.weave(streams.Groups(words, (False,) * (len(read) + 1) + (True, True), noted))


def _sort(arrays, keys, segments):
    """Bottom-up merges of the keys of each segment; the keys lie in the first array, levels go to and fro.

    Segments lie one after another. A segment takes no part in levels that it does not need.
    """
    lengths = np.bincount(segments)
    within = streams.ranges(lengths)
    levels = _levels(lengths)[segments]
    parts = []
    for level in range(int(levels.max(initial=0))):
        here = levels > level
        source, target = arrays[level % 2], arrays[1 - level % 2]
        words, both = _merge(source, target, keys, segments, within, lengths[segments], 2**level)
        numbers = np.arange(len(keys))
        two, one = here & both, here & ~both
        parts.append(
            streams.weave(
                streams.Groups(words[two], (False, False, True), target[two], numbers[two]),
                streams.Groups(words[one][:, [0, 2]], (False, True), target[one], numbers[one]),
            )
        )
        order = np.lexsort((keys, within // 2 ** (level + 1), segments))
        keys = keys[order]
    return streams.join(*parts)


def _merge(source, target, keys, segments, within, lengths, run):
    """Words of each output of a level of merges: the head that it takes, the other head, itself; and if both exist."""
    pair = within // (2 * run)
    order = np.lexsort((keys, pair, segments))
    origin = within[order] % (2 * run)
    from_left = origin < run
    begin = np.arange(len(keys)) - within % (2 * run)
    left = _count_before(from_left, begin)
    right = within % (2 * run) - left
    left_length = np.minimum(run, lengths - pair * 2 * run)
    right_length = np.clip(lengths - pair * 2 * run - run, 0, run)
    both = (left < left_length) & (right < right_length)
    other = begin + np.where(from_left, run + right, left)
    words = np.stack([source[order], source[np.where(both, other, 0)], target], axis=1)
    return words, both


def _count_before(marks, begin):
    """How many marks lie before each position, from the position where its part begins."""
    total = np.cumsum(marks) - marks
    return total - total[begin]


def _copy(sources, targets):
    words = streams.columns(sources, targets)
    return streams.weave(streams.Groups(words, (False, True), words[:, 1]))


def _move(source, noted, tails, targets):
    """Each key's place reads the note; the bucket's place reads the key and how full it is, and appends the key."""
    keys = np.arange(len(source))
    words = streams.columns(source, tails, targets, tails)
    return streams.weave(
        streams.Groups(noted[:, None], (False,), noted, keys),
        streams.Groups(words, (False, False, True, True), targets, keys),
    )


KERNELS = (
    kernel.Kernel(
        "sample sort", "sorting",
        "Sorts keys in buckets, one for each place; n log2(n) comparisons; contiguous pieces, buckets at places",
        sizes=(4096, 16384, 65536), held_out=131072, run=sample_sort, sides=lambda size: (isqrt(size),),
        valid=kernel.at_least(2), random=True, depends_on_places=True,
    ),
)  # fmt: skip
