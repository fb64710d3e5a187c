"""Sorting: merge sort from the bottom up, quicksort after Hoare, and sample sort."""

import numpy as np

from datagravity.programs.kernels import kernel, streams
from datagravity.programs.traces import CODE_BITS

#: How many keys are sampled for each bucket of the sample sort.
OVERSAMPLING = 8
#: The least number of keys a place has in the sample sort, so that sampling stays a part of the work.
KEYS_A_PLACE = 32


def _merged(values, begins, width, source, target):
    """One stage of merge sort: runs of `width` are merged in pairs.

    Parameters
    ----------
    values : array, sorted within each run
    begins : int array, for each value where its segment begins; runs are counted from there
    width : int
    source, target : addresses of the words read and written, one for each value

    Returns
    -------
    tuple : the merged values, and the stream: both heads are read while both runs last, and one word is written
    """
    position = np.arange(len(values))
    pair = begins + (position - begins) // (2 * width) * (2 * width)
    order = np.lexsort((values, pair))
    right = position - pair >= width
    taken = np.stack([np.cumsum(~right[order]), np.cumsum(right[order])])
    before = taken - np.stack([~right[order], right[order]])
    offset = before[:, pair]
    first = pair + before[0] - offset[0]
    second = pair + width + before[1] - offset[1]
    sizes = np.bincount(pair, minlength=len(values))[pair]
    left_ends, right_ends = pair + np.minimum(width, sizes), pair + sizes
    both = (first < left_ends) & (second < right_ends)
    single = np.where(first < left_ends, first, second)[~both]
    stream = streams.weave(
        streams.Groups(
            streams.columns(source[first[both]], source[second[both]], target[both]), (False, False, True),
            target[both], position[both],
        ),
        streams.Groups(
            streams.columns(source[single], target[~both]), (False, True), target[~both], position[~both]
        ),
    )  # fmt: skip
    return values[order], stream


def _sorted_segments(values, begins, longest, arrays):
    """Streams of merge sort of each segment, from one array into the other and back, until runs reach `longest`."""
    width, stage = 1, 0
    while width < longest:
        values, stream = _merged(values, begins, width, arrays[stage % 2], arrays[1 - stage % 2])
        yield stream
        width, stage = 2 * width, stage + 1


def _merge_sort(size, seed):
    values = np.random.default_rng(seed).permutation(size)
    memory = streams.Memory()
    arrays = [memory.array(streams.line(size)) for _ in range(2)]
    stages = size.bit_length() - 1
    stream = streams.join(*_sorted_segments(values, np.zeros(size, dtype=np.int64), size, arrays))
    return streams.make_trace(
        stream, memory, seed, operation_count=size * stages, operation_class="integer", phases=stages
    )


def _quicksort(size, seed):
    """Each key is read where it lies and compared with the pivot, a register; the left key's place swaps."""
    values = np.random.default_rng(seed).permutation(size)
    memory = streams.Memory()
    keys = memory.array(streams.line(size))
    reads, swaps = [], []
    lows, highs, depth = np.array([0]), np.array([size - 1]), 0
    while len(lows):
        ends, begins, level_reads, level_swaps = _partitioned(values, lows, highs)
        reads.append((*level_reads, np.full(len(level_reads[0]), depth)))
        swaps.append((*level_swaps, np.full(len(level_swaps[0]), depth)))
        lows, highs = np.stack([lows, begins], axis=1).ravel(), np.stack([ends, highs], axis=1).ravel()
        more = highs > lows
        lows, highs, depth = lows[more], highs[more], depth + 1
    low, rounds, half, position, level = (np.concatenate(parts) for parts in zip(*reads, strict=True))
    swap_low, swap_rounds, left, right, swap_level = (np.concatenate(parts) for parts in zip(*swaps, strict=True))
    # A partition comes before those of its parts, the left part before the right: in the order of (first key, depth).
    segment = np.concatenate([low, swap_low]) * size + np.concatenate([level, swap_level])
    step = np.concatenate([3 * rounds + half, 3 * swap_rounds + 2])
    along = np.concatenate([np.where(half == 0, position, size - position), np.zeros_like(left)])
    ranks = np.empty(len(segment), dtype=np.int64)
    ranks[np.lexsort((step * (size + 1) + along, segment))] = np.arange(len(segment))
    word = keys[position]
    stream = streams.weave(
        streams.Groups(word[:, None], (False,), word, ranks[: len(word)]),
        streams.Groups(streams.columns(keys[left], keys[right]), (True, True), keys[left], ranks[len(word) :]),
    )
    return streams.make_trace(
        stream, memory, seed, operation_count=len(word), operation_class="integer",
        phases=2 * (size.bit_length() - 1), serial=True,
    )  # fmt: skip


def _partitioned(values, lows, highs):
    """Hoare's partition of every segment from `lows` to `highs`, in place; the pivot is the key in the middle.

    In each round one scan goes right to a key of at least the pivot, then another goes left to one of at most the
    pivot; both keys are swapped unless the scans have passed each other, and both scans step on.

    Returns
    -------
    tuple : the last position of each left part and the first of each right part; the reads (first position of the
        segment, round, scan, position); and the swaps (first position of the segment, round, left and right position)
    """
    lengths = highs - lows + 1
    segment = np.repeat(np.arange(len(lows)), lengths)
    position = lows[segment] + streams.ranges(lengths)
    offsets = np.cumsum(lengths) - lengths
    pivot = values[(lows + highs) // 2][segment]
    large, small = values[position] >= pivot, values[position] <= pivot
    larges, smalls = np.add.reduceat(large, offsets, dtype=np.int64), np.add.reduceat(small, offsets, dtype=np.int64)
    # The t-th large key from the left and the t-th small key from the right, for each segment and t.
    large_at, small_at = position[large], position[small]
    pairs = np.minimum(larges, smalls)
    owner = np.repeat(np.arange(len(lows)), pairs)
    turn = streams.ranges(pairs)
    left = large_at[(np.cumsum(larges) - larges)[owner] + turn]
    right = small_at[np.cumsum(smalls)[owner] - 1 - turn]
    swapped = left <= right
    owner, turn, left, right = owner[swapped], turn[swapped], left[swapped], right[swapped]
    rounds = np.bincount(owner, minlength=len(lows))
    last_left, last_right = left[np.cumsum(rounds) - 1], right[np.cumsum(rounds) - 1]
    # After the last swap one round is left if there are keys between; a scan ends at the next key that stops it, or at
    # one that the last swap has brought there.
    left_read, right_read = last_left.copy(), last_right.copy()
    open_ = last_right - last_left > 1
    left_read[open_] = np.minimum(_nth(large_at, larges, rounds, highs + 1), last_right)[open_]
    right_read[open_] = np.maximum(_nth(small_at, smalls, smalls - 1 - rounds, lows - 1), last_left)[open_]
    left_end, right_begin = np.where(open_, right_read, last_right - 1), np.where(open_, left_read, last_left + 1)
    values[left], values[right] = values[right], values[left]
    before = np.cumsum(large) - large
    before -= before[offsets][segment]
    after = np.cumsum(small)
    after = (after[offsets + lengths - 1])[segment] - after
    reads = []
    for half, reached, counted in (
        (0, position <= left_read[segment], before),
        (1, position >= right_read[segment], after),
    ):
        reads.append((lows[segment[reached]], counted[reached], np.full(reached.sum(), half), position[reached]))
    reads = tuple(np.concatenate(parts) for parts in zip(*reads, strict=True))
    return left_end, right_begin, reads, (lows[owner], turn, left, right)


def _nth(positions, counts, index, otherwise):
    """For each segment the position of this index among its `counts` positions, or another number if there is none."""
    first = np.cumsum(counts) - counts
    good = (index >= 0) & (index < counts)
    return np.where(good, positions[np.where(good, first + index, 0)], otherwise)


def _sample_sort(size, seed, places):
    """Sample and sort it, classify each key by binary search among the splitters, move it to its bucket, sort buckets.

    Source: Frazer and McKellar (1970) [frazer1970samplesort].

    At one place it is the merge sort.
    """
    if places == 1:
        return _merge_sort(size, seed)
    draws = np.random.default_rng(seed)
    values = draws.permutation(size)
    count = OVERSAMPLING * places
    sample = draws.integers(size, size=count)
    splitters = np.sort(values[sample])[OVERSAMPLING // 2 :: OVERSAMPLING][1:]
    bucket = np.searchsorted(splitters, values, side="right")
    order = np.argsort(bucket, kind="stable")
    codes = np.arange(places) * (2**CODE_BITS // places)
    memory = streams.Memory()
    keys = memory.array(streams.line(size))
    samples = [memory.array(streams.line(count)) for _ in range(2)]
    splits = memory.array(codes)
    fill = memory.array(codes)
    buckets = [memory.array(codes[bucket[order]]) for _ in range(2)]
    sizes = np.bincount(bucket, minlength=places)
    begins = (np.cumsum(sizes) - sizes)[bucket[order]]
    drawn = streams.columns(keys[sample], samples[0])
    sorted_sample = list(_sorted_segments(values[sample], np.zeros(count, dtype=np.int64), count, samples))
    in_order = samples[len(sorted_sample) % 2]
    chosen = streams.columns(in_order[OVERSAMPLING // 2 :: OVERSAMPLING][1:], splits[1:])
    classified = streams.columns(keys, *_search_path(splits, bucket, places))
    moved = np.empty(size, dtype=np.int64)
    moved[order] = buckets[0]
    moves = streams.columns(keys, fill[bucket], fill[bucket], moved)
    stream = streams.join(
        streams.weave(streams.Groups(drawn, (False, True), drawn[:, 1])),
        *sorted_sample,
        streams.weave(streams.Groups(chosen, (False, True), chosen[:, 1])),
        streams.weave(streams.Groups(classified, (False,) * classified.shape[1], keys)),
        streams.weave(streams.Groups(moves, (False, False, True, True), moves[:, 1])),
        *_sorted_segments(values[order], begins, sizes.max(), buckets),
    )
    depth = places.bit_length() - 1
    stages = int(sizes.max() - 1).bit_length()
    operations = count * len(sorted_sample) + size * (depth + 1 + stages)
    return streams.make_trace(
        stream, memory, seed, operation_count=operations, operation_class="integer", phases=4 + len(sorted_sample)
    )


def _search_path(splits, bucket, places):
    """The splitters that a binary search for each bucket reads: splitter b is the least key of bucket b."""
    low = np.zeros(len(bucket), dtype=np.int64)
    step = places // 2
    while step:
        yield splits[low + step]
        low += step * (bucket >= low + step)
        step //= 2


_KEYS = {"family": "sorting", "random": True, "sides": lambda size: (size,)}

KERNELS = (
    kernel.Kernel(
        "merge sort", run=_merge_sort, valid=kernel.power_of_two(2), sizes=(4096, 16384, 65536), held_out=131072,
        description="Bottom up from one array into another; one word written; contiguous pieces of both arrays",
        **_KEYS,
    ),
    kernel.Kernel(
        "quicksort", run=_quicksort, valid=kernel.at_least(2), sizes=(4096, 16384, 65536), held_out=131072,
        description="Hoare's, in place, one after another; one comparison; contiguous pieces", **_KEYS,
    ),
    kernel.Kernel(
        "sample sort", "sorting", run=_sample_sort, valid=kernel.power_of_two(KEYS_A_PLACE), random=True,
        sides=lambda size: (size // KEYS_A_PLACE,), sizes=(4096, 16384, 65536), held_out=131072, depends_on_places=True,
        description="One bucket a place, 8 sampled keys for each; one comparison or update; contiguous pieces of keys, "
        "buckets one by one",
    ),
)  # fmt: skip
