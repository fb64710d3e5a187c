"""Products of dense matrices: A row by row, in blocks, by panels over the places, and with replicated sums."""

from math import isqrt

import numpy as np

from datagravity.programs.kernels import kernel, streams

BLOCK = 16


def _product_stream(A, B, C, block, side=1, panel=None):
    """Stream of C += A B as each place of a `side` by `side` grid computes its tile: panel by panel of the inner index.

    Within a tile and a panel in blocks: a word of C is read before and written after the inner product of each block.
    A has shape (rows, inner), B (inner, columns), C (rows, columns).
    """
    panel = A.shape[1] if panel is None else panel
    rows, columns, inner = C.shape[0] // side, C.shape[1] // side, A.shape[1]
    outer = (inner // panel, side, side)
    words = np.empty(
        (*outer, rows // block, columns // block, panel // block, block, block, 2 * block + 2), dtype=np.int64
    )
    a = A.reshape(side, -1, block, inner // panel, panel // block, block).transpose(3, 0, 1, 4, 2, 5)
    b = B.reshape(inner // panel, panel // block, block, side, -1, block).transpose(0, 3, 4, 1, 5, 2)
    c = C.reshape(side, -1, block, side, columns // block, block).transpose(0, 3, 1, 4, 2, 5)
    words[..., 0] = c[None, :, :, :, :, None]
    words[..., 1:-1:2] = a[:, :, None, :, None, :, :, None]
    words[..., 2:-1:2] = b[:, None, :, None, :, :, None]
    words[..., -1] = words[..., 0]
    words = words.reshape(-1, 2 * block + 2)
    writes = (False,) * (2 * block + 1) + (True,)
    return streams.weave(streams.Groups(words, writes, words[:, 0]))


def _product(size, seed, block, side=1):
    memory = streams.Memory()
    A, B, C = (memory.array(streams.square(size, size)) for _ in range(3))
    stream = _product_stream(A, B, C, block, side, size // side)
    return streams.make_trace(stream, memory, seed, operation_count=size**3, operation_class="floating", phases=side)


def _naive(size, seed):
    return _product(size, seed, size)


def _in_blocks(size, seed):
    return _product(size, seed, BLOCK)


def _summa(size, seed, places):
    side = isqrt(places)
    return _product(size, seed, min(BLOCK, size // side), side)


def layers(places):
    """How many copies of the sums the product with replicated sums keeps: the largest 4^m of at most places^(1/3).

    Examples
    --------
    >>> [layers(places) for places in (1, 16, 64, 1024, 4096)]
    [1, 1, 4, 4, 16]
    """
    count = 1
    while (4 * count) ** 3 <= places:
        count *= 4
    return count


def _replicated(size, seed, places):
    copies = layers(places)
    if copies == 1:
        return _summa(size, seed, places)
    side = isqrt(places // copies)
    share = size // copies
    panel = max(1, share // side)
    memory = streams.Memory()
    parts, sums = [], []
    for layer in range(copies):
        first = layer * 2**streams.CODE_BITS // copies
        A = memory.array(first + streams.square(size, share) // copies)
        B = memory.array(first + streams.square(share, size) // copies)
        sums.append(memory.array(first + streams.square(size, size) // copies))
        parts.append(_product_stream(A, B, sums[-1], min(BLOCK, panel), side, panel))
    C = memory.array(streams.square(size, size))
    total = streams.columns(*sums, C)
    parts.append(streams.weave(streams.Groups(total, (False,) * copies + (True,), C.ravel())))
    return streams.make_trace(
        streams.join(*parts), memory, seed, operation_count=size**3, operation_class="floating", phases=side + 1
    )


def _remote(size, places):
    """Bytes from elsewhere, all counted: 2 n^3 (1 - 1/sqrt k) words."""
    return 16 * (size**3 - size**3 // isqrt(places))


def _remote_once(size, places):
    """Bytes from elsewhere if each place brings each word once: 2 n^2 (sqrt k - 1) words."""
    return 16 * size**2 * (isqrt(places) - 1)


_ANY = {"sizes": (32, 64, 128), "held_out": 160}
_TILES = {"family": "dense", "sides": lambda size: (size, size)}
_FORMS = {"remote_bytes_no_copies": _remote, "remote_bytes_unlimited": _remote_once}
#: Matrices whose tiles must be equal: powers of two, so that a panel of each place has whole rows and columns.
_EVEN = {"sizes": (16, 32, 64), "held_out": 128, "valid": kernel.power_of_two(16), "depends_on_places": True}

KERNELS = (
    kernel.Kernel(
        "matmul naive", run=_naive, valid=kernel.at_least(2), closed_forms=_FORMS, **_ANY, **_TILES,
        description="Product of two square matrices row by row; one multiply-add; 2-D tiles of all three",
    ),
    kernel.Kernel(
        "matmul blocked", run=_in_blocks, valid=kernel.multiple(BLOCK), closed_forms=_FORMS, **_ANY, **_TILES,
        description="Product of two square matrices in blocks of 16; one multiply-add; 2-D tiles of all three",
    ),
    kernel.Kernel(
        "matmul SUMMA", run=_summa, closed_forms=_FORMS, **_EVEN, **_TILES,
        description="Product by panels as wide as a tile, within it in blocks of 16; one multiply-add; 2-D tiles",
    ),
    kernel.Kernel(
        "matmul 2.5-D", run=_replicated, **_EVEN, **_TILES,
        description="Product whose inner index is shared by c layers of places, c = 4^m of at most k^(1/3), each with "
        "sums of its own that are added at the end; one multiply-add; layers are squares of the square, in 2-D tiles",
    ),
)  # fmt: skip
