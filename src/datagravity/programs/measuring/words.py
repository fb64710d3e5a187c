"""What was read of a run as words of 8 bytes: heap and data, not the stack, and who owns each operation."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from datagravity import checks
from datagravity.programs import arrays, partitions
from datagravity.programs.measuring import lackey, options
from datagravity.programs.traces import WORD_BYTES

PAGE_BYTES = 4096
#: Pieces of what was read whose operations are compared.
QUARTERS = 4
#: What a stack may hold below and above its first store.
_STACK_BYTES = 8 * 2**20
_ABOVE_BYTES = 2**20


class Words(NamedTuple):
    """Accesses of heap and data, word by word.

    Attributes
    ----------
    addresses : uint64 array, shape (accesses,)
        Byte address of each access's word, a multiple of 8.
    writes : bool array, shape (accesses,)
    operations : int array, shape (accesses,)
        Numbers of operations from 0, never falling.
    owners : int array, shape (operations,)
        Position, among the accesses, of the one whose word owns the operation.
    kept : int
        Accesses that were kept, before they were split into words.
    stack : int
        Accesses that were left out because they are of the stack.
    rare : int
        Accesses that were left out because their page has too few.
    pages : int
        Pages kept.
    quarters : tuple of int
        Operations that end in each quarter of the accesses that were read.
    """

    addresses: np.ndarray
    writes: np.ndarray
    operations: np.ndarray
    owners: np.ndarray
    kept: int
    stack: int
    rare: int
    pages: int
    quarters: tuple


def kept(seen, page_accesses=options.PAGE_ACCESSES):
    """The accesses of a run that are of heap and data, as words.

    An access of more than one word counts once for each word that it touches; one that loads and stores is both. An
    operation is the loads up to and including the next store, and is the store's; after 8 loads without a store they
    are an operation of their own, which is the last load's. Stores of several words are one operation.

    Parameters
    ----------
    seen : lackey.Seen
    page_accesses : int
        Pages of 4096 bytes with no more accesses than this are left out.

    Returns
    -------
    Words

    Raises
    ------
    ValueError
        If nothing is left.

    Examples
    --------
    >>> window = lackey.parse(b" L 00001000,8\\n L 00001008,8\\n S 00001010,8\\n S 1fff000778,8\\n M 00001018,4\\n")
    >>> found = kept(lackey.Seen(windows=[window], stack_top=0x1FFF000778), page_accesses=1)
    >>> found.addresses.tolist(), found.operations.tolist(), found.owners.tolist(), found.stack
    ([4096, 4104, 4112, 4120, 4120], [0, 0, 0, 1, 1], [2, 4], 1)
    """
    checks.whole("page_accesses", page_accesses, 0)
    addresses, sizes, kinds = (np.concatenate([window[part] for window in seen.windows]) for part in range(3))
    window = np.repeat(np.arange(len(seen.windows)), [len(window) for window in seen.windows])
    stack = (addresses + np.uint64(_STACK_BYTES) >= seen.stack_top) & (addresses < seen.stack_top + _ABOVE_BYTES)
    stack &= seen.stack_top > 0
    _, page, counts = np.unique(addresses // PAGE_BYTES, return_inverse=True, return_counts=True)
    good = ~stack & (counts[page] > page_accesses)
    if not good.any():
        raise ValueError(
            f"--page-accesses: {page_accesses}, expected fewer: of {len(addresses):,} accesses {int(stack.sum()):,} "
            f"are of the stack, and no page of heap or data has more than {page_accesses} of the others "
            f"(the most is {_most(page[~stack])}). A program that keeps everything in registers and on the stack "
            "has no data to place"
        )
    split = _split(addresses[good], sizes[good], kinds[good], window[good])
    operations, owners = _operations(*split[1:])
    read_at = np.repeat(np.flatnonzero(good), 1 + (kinds[good] == lackey.MODIFY))
    quarter = read_at[split[2][owners]] * QUARTERS // len(addresses)
    return Words(
        *split[:2], operations, owners, int(good.sum()), int(stack.sum()), int((~good & ~stack).sum()),
        len(np.unique(page[good])), tuple(np.bincount(quarter, minlength=QUARTERS).tolist()),
    )  # fmt: skip


def _most(page):
    return int(np.bincount(page).max()) if len(page) else 0


def _split(addresses, sizes, kinds, window):
    """Loads and stores of single words: address, write, number of the access, window."""
    times = 1 + (kinds == lackey.MODIFY)
    access = np.repeat(np.arange(len(addresses)), times)
    second = np.append(False, access[1:] == access[:-1])
    writes = (kinds[access] == lackey.STORE) | second
    first = addresses // WORD_BYTES
    last = (addresses + sizes.astype(np.uint64) - np.uint64(1)) // WORD_BYTES
    count = (last - first + np.uint64(1)).astype(np.int64)[access]
    part = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    source = np.repeat(np.arange(len(access)), count)
    words = (first[access][source] + part.astype(np.uint64)) * np.uint64(WORD_BYTES)
    return words, writes[source], source, window[access][source]


def _operations(writes, access, window):
    """Operation of each word, and the position of each operation's owner."""
    begins = np.append(True, (access[1:] != access[:-1]))
    # Work on accesses, of which each may be several words.
    start = np.flatnonzero(begins)
    write, piece = writes[start], window[start]
    ended = np.append(True, write[:-1] | (piece[1:] != piece[:-1]))
    segment_start = np.maximum.accumulate(np.where(ended, np.arange(len(start)), 0))
    place = np.arange(len(start)) - segment_start
    # A store belongs to the loads just before it.
    chunk = np.where(write & (place > 0), place - 1, place) // arrays.LOADS
    new = ended | np.append(True, chunk[1:] != chunk[:-1])
    of_access = np.cumsum(new) - 1
    operations = of_access[np.cumsum(begins) - 1]
    # The owner is the first word of the operation's last access.
    last_access = np.append(np.flatnonzero(np.diff(of_access)), len(start) - 1)
    return operations, start[last_access]


def trace(words, *, shape=None, operation_class="integer"):
    """A `traces.Trace` of words, numbered in the order of their addresses.

    Its partitions are "contiguous" (the whole range of addresses in pieces) and "hashed" (lines of 64 bytes anywhere);
    with a shape also "natural": arrays of that shape lie over the square, row by row and column by column.

    Parameters
    ----------
    words : Words
    shape : (int, int) or None
        Rows and columns, in words of 8 bytes, of the program's arrays.
    operation_class : "floating" or "integer"

    Returns
    -------
    traces.Trace

    Raises
    ------
    ValueError
        If no stretch of touched words is as long as an array of that shape.
    """
    trace = arrays.trace_of(
        words.addresses.astype(np.int64),
        words.writes,
        words.addresses[words.owners][words.operations].astype(np.int64),
        operation_count=len(words.owners),
        operation_class=operation_class,
    )
    if shape is None:
        return trace
    addresses, uses = np.unique(words.addresses, return_counts=True)
    return replace(trace, codes={**trace.codes, "natural": shaped_codes(addresses, uses, shape)})


def shaped_codes(addresses, uses, shape):
    """Codes of words that are items of arrays of two dimensions, all laid over the same square.

    Touched words with gaps of less than a page are a stretch. One about as long as one, two, ... arrays is taken for so
    many of them, one behind the other, that begin where they hold the most accesses (in the middle, where several
    places are as good: corners that are never touched). Words of other stretches lie in the order of their addresses.

    Parameters
    ----------
    addresses : int array, rising; byte addresses of words
    uses : int array, how often each is accessed
    shape : (int, int)

    Returns
    -------
    uint16 array

    Raises
    ------
    ValueError
        If no stretch is as long as an array.

    Examples
    --------
    >>> (shaped_codes(np.arange(4096, 4096 + 32, 8), [1, 1, 1, 1], (2, 2)) // 4096).tolist()
    [0, 1, 2, 3]
    """
    rows, columns = (checks.whole(f"shape[{axis}]", length) for axis, length in enumerate(shape))
    items = np.asarray(addresses, np.int64) // WORD_BYTES
    stretch = np.cumsum(np.append(False, np.diff(items) >= PAGE_BYTES // WORD_BYTES))
    starts = np.flatnonzero(np.append(True, np.diff(stretch)))
    ends = np.append(starts[1:], len(items))
    spans = items[ends - 1] - items[starts] + 1
    size = rows * columns
    count = np.where(spans >= 0.9 * size, np.maximum(np.rint(spans / size), 1), 0).astype(np.int64)
    if not count.any():
        raise ValueError(
            f"--shape: {rows},{columns}, expected the shape of an array that the program touches: "
            f"its longest stretch of heap and data has {spans.max():,} words of 8 bytes, not {size:,}"
        )
    codes = partitions.contiguous_codes(len(items))
    origin = np.zeros(len(starts), np.int64)
    for piece in np.flatnonzero(count):
        own = slice(starts[piece], ends[piece])
        origin[piece] = _origin(items[own], np.asarray(uses)[own], count[piece] * size, columns)
    inside = count[stretch] > 0
    item = np.clip(items - origin[stretch], 0, None)[inside] % size
    codes[inside] = partitions.grid_codes(item // columns, item % columns, (rows, columns))
    return codes


def _origin(items, uses, length, margin):
    """The first of the `length` items that hold the most accesses, tried up to a margin beyond both ends."""
    first, last = items[0], items[-1] + 1 - length
    tried = np.arange(min(first, last) - margin, max(first, last) + 1 + margin)
    upto = np.append(0, np.cumsum(uses))
    held = upto[np.searchsorted(items, tried + length)] - upto[np.searchsorted(items, tried)]
    return int(np.median(tried[held == held.max()]))
