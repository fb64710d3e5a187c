"""Where words lie in the square: Morton codes of `CODE_BITS` bits, of which the first 2j bits are the tile among 4^j.

A word's code is the interleaved row and column of its cell in a grid of 128 by 128, the row's bit first. Without the
last two bits it names four neighbouring tiles together, so partitions into 1, 4, 16, ... tiles are nested, and words
whose codes are near lie near in the plane. [extension]
"""

import numpy as np

from datagravity import checks
from datagravity.programs.traces import CODE_BITS, PLACES, WORD_BYTES

#: Words that a hashed partition keeps together.
LINE_WORDS = 64 // WORD_BYTES


def morton(rows, columns, bits=CODE_BITS):
    """Morton codes of cells: the bits of row and column in turn, the row's first.

    Parameters
    ----------
    rows, columns : int arrays that broadcast; whole numbers from 0 to 2^(bits/2) - 1
    bits : int, even, from 0 to `CODE_BITS`

    Returns
    -------
    uint16 array

    Raises
    ------
    ValueError
        If a row or column is not in the grid.

    Examples
    --------
    >>> morton([0, 0, 1, 1, 127], [0, 1, 0, 1, 127])
    array([    0,     1,     2,     3, 16383], dtype=uint16)
    """
    _even_bits(bits)
    side = 2 ** (bits // 2)
    rows, columns = checks.broadcast(rows=_cells("rows", rows, side), columns=_cells("columns", columns, side)).values()
    return interleaved(rows, columns, bits // 2).astype(np.uint16)


def interleaved(rows, columns, bits):
    """The lowest `bits` bits of rows and columns in turn, the row's first.

    Examples
    --------
    >>> int(interleaved(3, 0, bits=2)), int(interleaved(0, 3, bits=2))
    (10, 5)
    """
    rows, columns = np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)
    codes = np.zeros(np.broadcast_shapes(rows.shape, columns.shape), dtype=np.int64)
    for bit in range(bits):
        codes |= ((columns >> bit) & 1) << (2 * bit) | ((rows >> bit) & 1) << (2 * bit + 1)
    return codes


def cells(codes, bits=CODE_BITS):
    """Rows and columns of the cells of Morton codes: the inverse of `morton`.

    Examples
    --------
    >>> rows, columns = cells([2, 16383])
    >>> rows.tolist(), columns.tolist()
    ([1, 127], [0, 127])
    """
    _even_bits(bits)
    codes = _cells("codes", codes, 2**bits)
    rows, columns = np.zeros_like(codes), np.zeros_like(codes)
    for bit in range(bits // 2):
        columns |= ((codes >> (2 * bit)) & 1) << bit
        rows |= ((codes >> (2 * bit + 1)) & 1) << bit
    return rows, columns


def grid_codes(rows, columns, shape):
    """Codes of items of a matrix that fills the square: item (row, column) of `shape` lies where it stands.

    Parameters
    ----------
    rows, columns : int arrays that broadcast
    shape : (int, int), rows and columns of the matrix; a side need not be a power of two

    Examples
    --------
    >>> grid_codes([0, 0, 1, 1], [0, 1, 0, 1], (2, 2)) // 4096
    array([0, 1, 2, 3], dtype=uint16)
    """
    side = 2 ** (CODE_BITS // 2)
    height, width = (checks.whole(f"shape[{axis}]", length) for axis, length in enumerate(shape))
    return morton(_cells("rows", rows, height) * side // height, _cells("columns", columns, width) * side // width)


def linear_codes(count):
    """Codes of the items of an array of one dimension, cut in 16384 equal pieces that follow each other on the curve.

    Examples
    --------
    >>> linear_codes(4)
    array([    0,  4096,  8192, 12288], dtype=uint16)
    """
    count = checks.whole("count", count)
    return (np.arange(count) * 2**CODE_BITS // count).astype(np.uint16)


#: The whole range of addresses in 16384 pieces: words are numbered in the order of their addresses.
contiguous_codes = linear_codes


def hashed_codes(word_count, seed=0):
    """Codes of words whose lines of 64 bytes lie anywhere, all tiles alike.

    Examples
    --------
    >>> codes = hashed_codes(24)
    >>> [len(set(codes[start : start + 8].tolist())) for start in (0, 8, 16)]
    [1, 1, 1]
    """
    count = checks.whole("word_count", word_count)
    # A stream of its own: the same seed draws the data of a kernel.
    random = np.random.default_rng([checks.whole("seed", seed, 0), 8 * LINE_WORDS])
    lines = random.integers(2**CODE_BITS, size=-(-count // LINE_WORDS))
    return np.repeat(lines, LINE_WORDS)[:count].astype(np.uint16)


def tiles(codes, places):
    """The tile of each code among `places` = 4^j: its first 2j bits.

    Examples
    --------
    >>> tiles([0, 5000, 16383], 4)
    array([0, 1, 3])
    """
    checks.choice("places", places, PLACES)
    codes = _cells("codes", codes, 2**CODE_BITS)
    return codes // (2**CODE_BITS // places)


def cells_between(first, second, places):
    """Cells between tiles among `places`, by Manhattan's measure; times the side of a tile it is their distance.

    Examples
    --------
    >>> cells_between([0, 0, 0], [0, 1, 3], 4)
    array([0, 1, 2])
    """
    bits = 2 * PLACES.index(checks.choice("places", places, PLACES))
    (rows, columns), (other_rows, other_columns) = cells(first, bits), cells(second, bits)
    return np.abs(rows - other_rows) + np.abs(columns - other_columns)


def _cells(name, value, count):
    array = np.asarray(value)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name}: expected whole numbers, not {array.dtype}")
    checks.every(name, array, (array >= 0) & (array < count), f"numbers from 0 to {count - 1}")
    return array.astype(np.int64)


def _even_bits(bits):
    checks.choice("bits", bits, range(0, CODE_BITS + 1, 2))
