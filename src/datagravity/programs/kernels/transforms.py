"""The fast Fourier transform of radix 2 in place, and its stages."""

import numpy as np

from datagravity.programs.kernels import kernel, streams


def stages(elements, factors, rows=1):
    """Groups of the stages of one transform for each row of elements: decimation in time, input in bit-reversed order.

    An element is a complex number of single precision, one word, and a word beside it that passes the factor on. The
    owner of the first output reads both inputs and the factor w, and writes a + w b and w; the owner of the second
    reads a + w b, w and b, and writes a + w b - 2 w b = a - w b. Their keys put the run in order row by row, in a row
    stage by stage.
    """
    length = len(elements) // rows
    depth = length.bit_length() - 1
    row, butterfly = np.divmod(np.arange(len(elements) // 2), length // 2)
    parts = []
    for stage in range(depth):
        half = 2**stage
        within = butterfly % half
        first = row * length + butterfly // half * 2 * half + within
        a, kept = elements[first].T
        b = elements[first + half, 0]
        w = factors[within * (len(factors) // half)]
        key = 2 * ((row * depth + stage) * (length // 2) + butterfly)
        parts.append(streams.Groups(streams.columns(a, b, w, a, kept), (False, False, False, True, True), a, key))
        parts.append(streams.Groups(streams.columns(a, kept, b, b), (False, False, False, True), b, key + 1))
    return parts


def elements_of(memory, count):
    """Addresses of elements in contiguous pieces, shape (count, 2): the number, and the word beside it."""
    return memory.array(np.repeat(streams.line(count)[:, None], 2, axis=1))


def _in_place(size, seed):
    memory = streams.Memory()
    elements = elements_of(memory, size)
    factors = memory.array(streams.line(size // 2))
    depth = size.bit_length() - 1
    return streams.make_trace(
        streams.weave(*stages(elements, factors)), memory, seed, operation_count=5 * size * depth,
        operation_class="floating", phases=depth,
    )  # fmt: skip


KERNELS = (
    kernel.Kernel(
        "FFT", "transforms", run=_in_place, sizes=(2048, 8192, 16384), held_out=65536, sides=lambda size: (size,),
        valid=kernel.power_of_two(4),
        description="Radix 2 in place, both outputs computed by their owners; one real operation, 5 n log2 n in all; "
        "contiguous pieces of elements, and of factors with them",
    ),
)  # fmt: skip
