"""The passes over accesses one by one, compiled by numba at their first call. The same integers as `engine_numpy`.

What numba compiled is kept beside this file, or in the user's cache folder. It is found again as long as this file is
unchanged, and nothing compiled here calls a function of another file.
"""

import numpy as np
from numba import njit


def compiled(function):
    """The function as numba compiles it at its first call, kept on disk if there is a folder for it."""
    try:
        return njit(cache=True)(function)
    except RuntimeError:  # neither this folder nor the user's can be written
        return njit(function)


def previous_uses(items, segments):
    """Position at which the item of each access was last used within the segment, -1 if it was not."""
    return _previous_uses(items, segments.astype(np.int32), np.full(items.max(initial=-1) + 1, -1, dtype=np.int32))


@compiled
def _previous_uses(items, segments, last):
    previous = np.empty(len(items), dtype=np.int32)
    start = 0
    for position in range(len(items)):
        if position and segments[position] != segments[position - 1]:
            start = position
        item = items[position]
        previous[position] = last[item] if last[item] >= start else -1
        last[item] = position
    return previous


@compiled
def _ones(bits):
    """How many bits of 64 are set."""
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def distances(previous):
    """Other items used since the previous use; -1 where there is none.

    A mark stands at the last use of each item that is live. Marks of 64 positions are the bits of one block, and a
    Fenwick tree holds the sums of full blocks, so that the marks up to a position are counted in logarithmic time.
    """
    blocks = len(previous) // 64 + 1
    marks, tree = np.zeros(blocks, dtype=np.uint64), np.zeros(blocks + 1, dtype=np.int32)
    found = np.empty(len(previous), dtype=np.int32)
    live, one = 0, np.uint64(1)
    for position in range(len(previous)):
        used = previous[position]
        here = position >> 6
        if position & 63 == 0 and position:
            _add(tree, here, np.int32(_ones(marks[here - 1])))
        if used < 0:
            found[position] = -1
            live += 1
        else:
            block, bit = used >> 6, np.uint64(used & 63)
            upto = _ones(marks[block] << (np.uint64(63) - bit)) + _sum(tree, block)
            found[position] = live - upto
            marks[block] ^= one << bit
            if block != here:
                _add(tree, block + 1, np.int32(-1))
        marks[here] |= one << np.uint64(position & 63)
    return found


@compiled
def _add(tree, index, change):
    while index < len(tree):
        tree[index] += change
        index += index & -index


@compiled
def _sum(tree, index):
    total = 0
    while index:
        total += tree[index]
        index &= index - 1
    return total


def foreign_writes(words, writes, places, word_count):
    """For each access the last write of its word by another place, before it; and the last writes of each word.

    Returns
    -------
    before : int32 array, shape (accesses,); time of the last write by another place, -1 if there was none
    last : (int32, int32, int32) arrays, shape (word_count,)
        Of each word after the run: place and time of its last write, and the time of the last write by a place other
        than that; -1 if there was none.
    """
    before = np.empty(len(words), dtype=np.int32)
    last = tuple(np.full(word_count, -1, dtype=np.int32) for _ in range(3))
    _foreign_writes(words, writes, places.astype(np.int32), before, *last)
    return before, last


@compiled
def _foreign_writes(words, writes, places, before, writer, time, other):
    for now in range(len(words)):
        word, place = words[now], places[now]
        before[now] = other[word] if writer[word] == place else time[word]
        if writes[now]:
            if writer[word] != place:
                other[word] = time[word]
                writer[word] = place
            time[word] = now
