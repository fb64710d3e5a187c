"""Fast Fourier transforms of radix 2: in place over one row, and as rows, transposition, rows."""

from math import isqrt

import numpy as np

from datagravity.programs.kernels import kernel, streams


def _stages(elements, factors, rows=1):
    """Streams of the stages of one transform for each row of elements: decimation in time, input in bit-reversed order.

    An element is a complex number of single precision, one word, and a word beside it that passes the factor on. The
    owner of the first output reads both inputs and the factor w, and writes a + w b and w; the owner of the second
    reads a + w b, w and b, and writes a + w b - 2 w b = a - w b.
    """
    length = len(elements) // rows
    for half in 2 ** np.arange(length.bit_length() - 1):
        butterfly = np.arange(len(elements) // 2)
        within = butterfly % half
        first = butterfly // half * 2 * half + within
        a, kept = elements[first].T
        b = elements[first + half, 0]
        w = factors[within * (length // 2 // half)]
        one = streams.Groups(streams.columns(a, b, w, a, kept), (False, False, False, True, True), a, 2 * butterfly)
        two = streams.Groups(streams.columns(a, kept, b, b), (False, False, False, True), b, 2 * butterfly + 1)
        yield streams.weave(one, two)


def _elements(memory, count):
    return memory.array(np.repeat(streams.line(count)[:, None], 2, axis=1))


def _in_place(size, seed):
    memory = streams.Memory()
    elements = _elements(memory, size)
    factors = memory.array(streams.line(size // 2))
    stages = size.bit_length() - 1
    return streams.make_trace(
        streams.join(*_stages(elements, factors)), memory, seed, operation_count=5 * size * stages,
        operation_class="floating", phases=stages,
    )  # fmt: skip


def _four_step(size, seed):
    """Rows, factors and transposition into a second array, rows.

    Row r, column c of the input has number sqrt(n) rev(c) + rev(r), where rev reverses the bits of an index; row r,
    column c of the output has number r + sqrt(n) c.
    """
    length = isqrt(size)
    memory = streams.Memory()
    source, target = (_elements(memory, size) for _ in range(2))
    twists = memory.array(streams.line(size))
    factors = memory.array(streams.line(length // 2))
    moved = streams.columns(
        source[:, 0].reshape(length, length).T, twists.reshape(length, length), target[:, 0].reshape(length, length)
    )
    transposition = streams.weave(streams.Groups(moved, (False, False, True), moved[:, 2]))
    stream = streams.join(*_stages(source, factors, length), transposition, *_stages(target, factors, length))
    stages = size.bit_length() - 1
    return streams.make_trace(
        stream, memory, seed, operation_count=5 * size * stages + 6 * size, operation_class="floating", phases=3
    )


KERNELS = (
    kernel.Kernel(
        "FFT", "transforms", run=_in_place, sizes=(2048, 8192, 16384), held_out=65536, sides=lambda size: (size,),
        valid=kernel.power_of_two(4),
        description="Radix 2 in place, both outputs computed by their owners; one real operation, 5 n log2 n in all; "
        "contiguous pieces of elements, and of factors with them",
    ),
    kernel.Kernel(
        "FFT transposed", "transforms", run=_four_step, sizes=(1024, 4096, 16384), held_out=65536,
        sides=lambda size: (size,), valid=(lambda size: size >= 16 and isqrt(size) ** 2 == size and
        size & (size - 1) == 0, "a power of four of at least 16"),
        description="Rows of sqrt(n) elements, transposition with a factor for each, rows; one real operation, "
        "5 n log2 n + 6 n in all; contiguous pieces, so whole rows up to sqrt(n) places",
    ),
)  # fmt: skip
