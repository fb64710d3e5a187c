"""The passes over accesses as work on whole arrays, where numba is not installed. The same integers, more slowly."""

import numpy as np


def previous_uses(items, segments):
    """Position at which the item of each access was last used within the segment, -1 if it was not."""
    previous = np.full(len(items), -1, dtype=np.int32)
    order = stable_order(items)
    earlier, later = order[:-1], order[1:]
    again = (items[later] == items[earlier]) & (segments[later] == segments[earlier])
    previous[later[again]] = earlier[again]
    return previous


def stable_order(values):
    """Positions in the order of values from 0 on, equal values in their order: by 16 bits at a time, lowest first."""
    order = np.argsort((values & 0xFFFF).astype(np.uint16), kind="stable").astype(np.int32)
    for shift in range(16, int(values.max(initial=0)).bit_length(), 16):
        digits = ((values >> shift) & 0xFFFF).astype(np.uint16)
        order = order[np.argsort(digits[order], kind="stable")]
    return order


def distances(previous):
    """Other items used since the previous use; -1 where there is none.

    Between an access and the previous use of its item lie as many accesses as there are positions, less those whose
    own previous use lies there too: they are the earlier accesses with a later previous use.
    """
    found = np.full(len(previous), -1, dtype=np.int32)
    again = np.flatnonzero(previous >= 0)
    used = previous[again]
    rank = np.zeros(len(previous), dtype=np.int32)
    rank[used] = 1
    rank = np.cumsum(rank, dtype=np.int32)[used] - 1
    found[again] = again - used - 1 - earlier_and_greater(rank)
    return found


def earlier_and_greater(ranks):
    """For each element of a permutation of 0, 1, 2, ... how many elements before it are greater.

    One bit after the other, the highest first: elements that agree in all higher bits stand together in their order,
    those with a 0 count the elements with a 1 before them, and then the group is parted by the bit.
    """
    values = np.asarray(ranks, dtype=np.int32)
    greater = np.zeros(len(values), dtype=np.int32)
    for bit in reversed(range(len(values).bit_length())):
        start = values >> (bit + 1) << (bit + 1)
        high = (values >> bit) & 1
        highs = np.zeros(len(values) + 1, dtype=np.int32)
        np.cumsum(high, out=highs[1:])
        before = highs[:-1] - highs[start]
        low = high == 0
        greater[values[low]] += before[low]
        # A group that holds a 1 in this bit holds all of its zeros, since the values are 0, 1, 2, ... without a gap.
        target = np.where(low, np.arange(len(values), dtype=np.int32) - before, start + (1 << bit) + before)
        parted = np.empty_like(values)
        parted[target] = values
        values = parted
    return greater[np.asarray(ranks)]


def foreign_writes(words, writes, places, word_count):
    """For each access the last write of its word by another place, before it; and the last writes of each word.

    Returns
    -------
    before : int32 array, shape (accesses,); time of the last write by another place, -1 if there was none
    last : (int32, int32, int32) arrays, shape (word_count,)
        Of each word after the run: place and time of its last write, and the time of the last write by a place other
        than that; -1 if there was none.
    """
    order = stable_order(words)
    word, write, place = words[order], writes[order], places[order]
    here = np.arange(len(order), dtype=np.int32)
    first = np.zeros(len(order), dtype=bool)
    first[0] = True
    first[1:] = word[1:] != word[:-1]
    start = np.maximum.accumulate(np.where(first, here, 0))
    # Position of the last write up to and including each access, and of the last before it: -1 if the word has none.
    written = np.maximum.accumulate(np.where(write, here, -1))
    written = np.where(written >= start, written, -1)
    earlier = np.where(first, -1, np.roll(written, 1))
    # The last write by another place than the writer, for each write.
    writer = np.where(written >= 0, place[written], -1)
    changed = write & (earlier >= 0) & (place != place[earlier])
    other = np.where(changed, earlier, -1)
    turn = np.maximum.accumulate(np.where(changed | first, here, 0))
    other = other[turn]
    foreign = np.where(
        earlier < 0, -1, np.where(place[earlier] == place, np.where(first, -1, np.roll(other, 1)), earlier)
    )
    before = np.empty(len(order), dtype=np.int32)
    before[order] = _times(foreign, order)
    end = np.append(np.flatnonzero(first)[1:], len(order)) - 1
    last = [np.full(word_count, -1, dtype=np.int32) for _ in range(3)]
    for array, values in zip(last, (writer, _times(written, order), _times(other, order)), strict=True):
        array[word[end]] = values[end]
    return before, tuple(last)


def _times(positions, order):
    return np.where(positions >= 0, order[positions], -1).astype(np.int32)
