"""Tables: hash join, histogram and search tree."""

from itertools import product

import numpy as np

from datagravity.programs.kernels import kernel, streams
from datagravity.programs.traces import CODE_BITS

PROBES = 4
BINS = 1024
FAN_OUT = 16
#: How many levels of the tree each place keeps for itself, in the kernel that replicates them.
REPLICATED = 2


def _zipf(count, draws, size):
    """Ranks from 0 to count - 1, the probability of rank i proportional to 1 / (i + 1)."""
    total = np.cumsum(1 / np.arange(1, count + 1))
    return np.searchsorted(total, draws.random(size) * total[-1], side="right").clip(max=count - 1)


def _filled(home, slots):
    """How far linear probing moves each key from its home when keys are inserted in order.

    A slot keeps the earliest key that asks for it, and any later one asks the next slot: the same as insertion one by
    one.
    """
    moved = np.zeros(len(home), dtype=np.int64)
    holder = np.full(slots, len(home))
    asking = np.arange(len(home))
    while len(asking):
        slot = (home[asking] + moved[asking]) % slots
        old = holder[slot]
        np.minimum.at(holder, slot, asking)
        lost = asking[holder[slot] != asking]
        evicted = np.unique(old[(old < len(home)) & (holder[slot] != old)])
        asking = np.sort(np.concatenate([lost, evicted]))
        moved[asking] += 1
    return moved


def _hash_join(rows, seed, skewed):
    draws = np.random.default_rng(seed)
    slots = 2 * rows
    # Two possible keys for each slot.
    home = draws.permutation(2 * slots)[:rows] % slots
    moved = _filled(home, slots)
    probed = _zipf(rows, draws, PROBES * rows) if skewed else draws.integers(rows, size=PROBES * rows)
    memory = streams.Memory()
    relation = np.stack([memory.array(streams.line(rows)) for _ in range(2)], axis=1)
    probes = memory.array(streams.line(PROBES * rows))[:, None]
    table = memory.array(np.repeat(streams.line(slots)[:, None], 2, axis=1))
    parts = [
        *_walks(relation, home, moved, table, True, 0, moved.max() + 1),
        *_walks(probes, home[probed], moved[probed], table, False, rows, moved.max() + 1),
    ]
    operations = int((moved + 1).sum() + (moved[probed] + 1).sum())
    return streams.make_trace(
        streams.weave(*parts), memory, seed, operation_count=operations, operation_class="integer", phases=2
    )


def _walks(lead, home, moved, table, inserts, first_row, longest):
    """Groups that walk from slot to slot, each where the slot lies: from the key's home until it has moved so far.

    The first reads the `lead` words of the row; the last writes key and payload if it inserts, and else reads both.
    """
    row = np.repeat(np.arange(len(home)), moved + 1)
    step = streams.ranges(moved + 1)
    slot = table[(home[row] + step) % len(table)]
    keys = (first_row + row) * longest + step
    for first, last in product((True, False), repeat=2):
        chosen = ((step == 0) == first) & ((step == moved[row]) == last)
        words = np.concatenate([lead[row[chosen]][:, : first * lead.shape[1]], slot[chosen, : 1 + last]], axis=1)
        writes = (False,) * (words.shape[1] - 1 - last) + (inserts and last,) * (1 + last)
        yield streams.Groups(words, writes, slot[chosen, 0], keys[chosen])


def _uniform_join(rows, seed):
    return _hash_join(rows, seed, skewed=False)


def _zipf_join(rows, seed):
    return _hash_join(rows, seed, skewed=True)


def _histogram(size, seed, skewed, private):
    draws = np.random.default_rng(seed)
    if skewed:
        # Popular bins anywhere.
        bins = draws.permutation(BINS)[_zipf(BINS, draws, size)]
    else:
        bins = np.abs(draws.normal(scale=BINS / 4, size=size)).astype(np.int64).clip(max=BINS - 1)
    memory = streams.Memory()
    data = memory.array(streams.line(size))
    counts = memory.array(streams.line(BINS))
    words = streams.columns(data, counts[bins], counts[bins])
    stream = streams.weave(streams.Groups(words, (False, False, True), data if private else words[:, 1]))
    return streams.make_trace(
        stream, memory, seed, private=counts if private else None, operation_count=size, operation_class="integer",
        reduced_words=BINS if private else 0,
    )  # fmt: skip


def _private(size, seed):
    return _histogram(size, seed, skewed=False, private=True)


def _atomic(size, seed):
    return _histogram(size, seed, skewed=False, private=False)


def _zipf_private(size, seed):
    return _histogram(size, seed, skewed=True, private=True)


def _zipf_atomic(size, seed):
    return _histogram(size, seed, skewed=True, private=False)


def _tree(keys, seed, replicated=0):
    """Twice as many look-ups as keys; four comparisons among the 15 separators of each node on the way to a leaf."""
    lookups = np.random.default_rng(seed).integers(keys, size=2 * keys)
    levels = 1
    while FAN_OUT**levels < keys:
        levels += 1
    memory = streams.Memory()
    path, own = [], []
    for level in range(levels):
        span = FAN_OUT ** (levels - level)
        nodes = memory.array(np.repeat(_middles(keys, span)[:, None], FAN_OUT - 1, axis=1))
        if level < replicated:
            own.append(nodes.ravel())
        child = lookups // (span // FAN_OUT) % FAN_OUT
        separators = [8, child & 8 | 4, child & 12 | 2, child & 14 | 1]
        path.append(np.stack([nodes[lookups // span, separator - 1] for separator in separators], axis=1))
    words = np.stack(path, axis=1)
    owners = words[:, :, 0].copy()
    # A node that every place has is read where the last look-up ended.
    owners[1:, :replicated] = owners[:-1, -1:]
    owners[0, :replicated] = owners[0, -1]
    groups = streams.Groups(words.reshape(-1, 4), (False,) * 4, owners.ravel())
    return streams.make_trace(
        streams.weave(groups), memory, seed, private=np.concatenate(own) if own else None,
        operation_count=words.size, operation_class="integer", serial=True,
    )  # fmt: skip


def _middles(keys, span):
    """Codes of the nodes that span so many keys each: the middle of the keys that are there."""
    first = np.arange(0, keys, span)
    middle = (first + np.minimum(first + span, keys)) // 2
    return middle * 2**CODE_BITS // keys


def _replicated_tree(keys, seed):
    return _tree(keys, seed, replicated=REPLICATED)


_JOIN = {"sizes": (4096, 16384, 65536), "held_out": 131072, "valid": kernel.at_least(4), "sides": lambda rows: (rows,)}
_HISTOGRAM = {"sizes": (65536, 262144, 524288), "held_out": 1048576, "valid": kernel.at_least(4)}
_TREE = {"sizes": (4096, 16384, 65536), "held_out": 131072, "valid": kernel.power_of_two(2 * FAN_OUT)}
_TABLE = {"family": "tables", "random": True}
_JOIN_WHAT = "linear probing, half of the slots filled; one comparison or update; buckets in contiguous pieces"
_BINS_WHAT = f"{BINS} bins; one update; contiguous pieces of data and of bins"
_NODES = {"sides": lambda keys: (keys // FAN_OUT,)}

KERNELS = (
    kernel.Kernel(
        "hash join", run=_uniform_join, **_JOIN, **_TABLE, description=f"{PROBES} probes a row, {_JOIN_WHAT}",
    ),
    kernel.Kernel(
        "hash join Zipf", run=_zipf_join, **_JOIN, **_TABLE,
        description=f"{PROBES} probes a row on average, keys after Zipf's law with exponent 1, {_JOIN_WHAT}",
    ),
    kernel.Kernel(
        "histogram", run=_private, sides=lambda size: (size,), **_HISTOGRAM, **_TABLE,
        description=f"Half of a normal distribution, bins of each place's own, added at the end; {_BINS_WHAT}",
    ),
    kernel.Kernel(
        "histogram atomic", run=_atomic, sides=lambda size: (BINS,), **_HISTOGRAM, **_TABLE,
        description=f"Half of a normal distribution, updates at the bin's owner; {_BINS_WHAT}",
    ),
    kernel.Kernel(
        "histogram Zipf", run=_zipf_private, sides=lambda size: (size,), **_HISTOGRAM, **_TABLE,
        description=f"Zipf's law with exponent 1, bins of each place's own, added at the end; {_BINS_WHAT}",
    ),
    kernel.Kernel(
        "histogram atomic Zipf", run=_zipf_atomic, sides=lambda size: (BINS,), **_HISTOGRAM, **_TABLE,
        description=f"Zipf's law with exponent 1, updates at the bin's owner; {_BINS_WHAT}",
    ),
    kernel.Kernel(
        "B-tree", run=_tree, **_TREE, **_TABLE, **_NODES,
        description="Look-ups one after another, fan-out 16; one comparison; nodes over the middle of their keys",
    ),
    kernel.Kernel(
        "B-tree replicated", run=_replicated_tree, **_TREE, **_TABLE, **_NODES,
        description="Look-ups one after another, fan-out 16, the two top levels at every place; one comparison; nodes "
        "over the middle of their keys",
    ),
)  # fmt: skip
