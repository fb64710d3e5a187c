"""Products of dense matrices, row by row and in blocks."""

from math import isqrt

import numpy as np

from datagravity.programs.kernels import kernel, streams

BLOCK = 16


def _product(size, seed, block):
    """C += A B in blocks: a word of C is read before and written after the inner product of each block."""
    memory = streams.Memory()
    A, B, C = (memory.array(streams.square(size, size)) for _ in range(3))
    count = size // block
    words = np.empty((count, count, count, block, block, 2 * block + 2), dtype=np.int64)
    a, b, c = (matrix.reshape(count, block, count, block).transpose(0, 2, 1, 3) for matrix in (A, B, C))
    words[..., 0] = c[:, :, None]
    words[..., 1:-1:2] = a[:, None, :, :, None]
    words[..., 2:-1:2] = b.transpose(1, 0, 3, 2)[None, :, :, None]
    words[..., -1] = words[..., 0]
    words = words.reshape(-1, 2 * block + 2)
    writes = (False,) * (2 * block + 1) + (True,)
    stream = streams.weave(streams.Groups(words, writes, words[:, 0]))
    return streams.make_trace(stream, memory, seed, operation_count=size**3, operation_class="floating")


def _naive(size, seed):
    return _product(size, seed, size)


def _in_blocks(size, seed):
    return _product(size, seed, BLOCK)


def remote(size, places):
    """Bytes from elsewhere, all counted: 2 n^3 (1 - 1/sqrt k) words."""
    return 16 * (size**3 - size**3 // isqrt(places))


def remote_once(size, places):
    """Bytes from elsewhere if each place brings each word once: 2 n^2 (sqrt k - 1) words."""
    return 16 * size**2 * (isqrt(places) - 1)


_ANY = {"sizes": (32, 64, 128), "held_out": 160}
_TILES = {"family": "dense", "sides": lambda size: (size, size)}
_FORMS = {"remote_bytes_no_copies": remote, "remote_bytes_unlimited": remote_once}

KERNELS = (
    kernel.Kernel(
        "matmul naive", run=_naive, valid=kernel.at_least(2), closed_forms=_FORMS, **_ANY, **_TILES,
        description="Product of two square matrices row by row; one multiply-add; 2-D tiles of all three",
    ),
    kernel.Kernel(
        "matmul blocked", run=_in_blocks, valid=kernel.multiple(BLOCK), closed_forms=_FORMS, **_ANY, **_TILES,
        description="Product of two square matrices in blocks of 16; one multiply-add; 2-D tiles of all three",
    ),
)  # fmt: skip
