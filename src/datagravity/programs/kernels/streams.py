"""From groups of accesses to a trace: where words lie in the square, and how streams are put in order."""

from dataclasses import dataclass

import numpy as np

from datagravity.programs import partitions
from datagravity.programs.traces import Trace


def line(count):
    """Codes of `count` items in a row: contiguous pieces of equal length along the Morton curve.

    Examples
    --------
    >>> line(4)
    array([    0,  4096,  8192, 12288])
    """
    return partitions.linear_codes(count).astype(np.int64)


def square(rows, columns):
    """Codes of a matrix laid over the square: shape (rows, columns); tiles of rows by columns.

    Examples
    --------
    >>> square(2, 2)
    array([[    0,  4096],
           [ 8192, 12288]])
    """
    return partitions.grid_codes(*np.ogrid[:rows, :columns], (rows, columns)).astype(np.int64)


class Memory:
    """Arrays one after another in the order of their addresses, each with the natural code of each of its words.

    Examples
    --------
    >>> memory = Memory()
    >>> memory.array(line(4)), memory.array(line(2))
    (array([0, 1, 2, 3]), array([4, 5]))
    """

    def __init__(self):
        """No array yet."""
        self._codes = []
        self._size = 0

    def array(self, codes):
        """Addresses of a new array whose words have these codes, in the shape of `codes`."""
        codes = np.asarray(codes)
        addresses = np.arange(self._size, self._size + codes.size).reshape(codes.shape)
        self._codes.append(codes.ravel())
        self._size += codes.size
        return addresses

    @property
    def codes(self):
        """The natural code of each address."""
        return np.concatenate(self._codes)


@dataclass(frozen=True)
class Groups:
    """Groups of accesses of one form: all have as many accesses, and write at the same places of their order.

    Attributes
    ----------
    words : int array, shape (groups, width)
    writes : which of the `width` accesses are writes
    owners : int array, shape (groups,)
    keys : numbers, shape (groups,), that give the order in the run; None where it is the order here
    """

    words: np.ndarray
    writes: tuple
    owners: np.ndarray
    keys: np.ndarray | None = None


def columns(*words):
    """Groups' words from one array for each access of a group: broadcast against each other, shape (groups, width)."""
    words = np.broadcast_arrays(*words)
    return np.stack([word.ravel() for word in words], axis=1)


def weave(*parts):
    """One stream of groups of several forms in the order of their keys; equal keys in the order of the parts.

    Returns
    -------
    tuple of arrays : words, writes, operations (the group of each access) and owners

    Examples
    --------
    >>> one = Groups(np.array([[0, 1], [4, 5]]), (False, True), np.array([1, 5]), keys=np.array([0, 2]))
    >>> two = Groups(np.array([[3]]), (False,), np.array([3]), keys=np.array([1]))
    >>> weave(one, two)[0]
    array([0, 1, 3, 4, 5])
    """
    widths = np.concatenate([np.full(len(part.owners), part.words.shape[1]) for part in parts])
    owners = np.concatenate([part.owners for part in parts])
    if parts[0].keys is None:
        order = np.arange(len(owners))
    else:
        order = np.argsort(np.concatenate([part.keys for part in parts]), kind="stable")
    lengths = widths[order]
    starts = np.empty(len(order), dtype=np.int64)
    starts[order] = np.cumsum(lengths) - lengths
    words = np.empty(lengths.sum(), dtype=np.int64)
    writes = np.empty(len(words), dtype=bool)
    first = 0
    for part in parts:
        own = starts[first : first + len(part.owners)]
        first += len(part.owners)
        for column, write in enumerate(part.writes):
            words[own + column] = part.words[:, column]
            writes[own + column] = write
    return words, writes, np.repeat(np.arange(len(order)), lengths), owners[order]


def join(*streams):
    """Streams of `weave` one after another.

    Examples
    --------
    >>> part = weave(Groups(np.array([[0, 1]]), (False, True), np.array([1])))
    >>> join(part, part)[2]
    array([0, 0, 1, 1])
    """
    counts = np.cumsum([0, *(len(owners) for *_, owners in streams)])
    words, writes, operations, owners = zip(*streams, strict=True)
    shifted = [operation + count for operation, count in zip(operations, counts, strict=False)]
    return np.concatenate(words), np.concatenate(writes), np.concatenate(shifted), np.concatenate(owners)


def make_trace(stream, memory, seed=0, private=None, further=None, **attributes):
    """A trace from a stream of addresses: only touched words count, renumbered in the order of their addresses.

    The contiguous partition cuts the whole range of addresses, touched or not, into equal pieces; the hashed one throws
    lines of 64 bytes at random.

    Parameters
    ----------
    stream : what `weave` or `join` gives
    memory : Memory
    seed : whole number; of the hashed partition
    private : addresses of words that every place has for itself
    further : dict of name to the code of each address, beside natural, contiguous and hashed
    attributes : the other attributes of the trace
    """
    words, writes, operations, owners = stream
    natural = memory.codes
    touched = np.zeros(len(natural), dtype=bool)
    touched[words] = True
    touched[owners] = True
    number = np.cumsum(touched) - 1
    count = int(number[-1]) + 1
    codes = {"natural": natural[touched], "contiguous": line(len(natural))[touched]}
    codes["hashed"] = partitions.hashed_codes(count, seed)
    codes |= {name: code[touched] for name, code in (further or {}).items()}
    if private is not None:
        marked = np.zeros(len(natural), dtype=bool)
        marked[private] = True
        private = marked[touched]
    return Trace(number[words], writes, operations, number[owners], codes, private=private, **attributes)


def ranges(lengths):
    """0, 1, ..., length - 1 for each length, one after another.

    Examples
    --------
    >>> ranges(np.array([2, 3]))
    array([0, 1, 0, 1, 2])
    """
    starts = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) - np.repeat(starts, lengths)
