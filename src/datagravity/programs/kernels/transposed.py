"""The fast Fourier transform in passes of local rows, with a transposition between two passes."""

import numpy as np

from datagravity import checks
from datagravity.programs.kernels import kernel, streams, transforms
from datagravity.programs.traces import PLACES


def transposed_transform(size, seed=0, places=None):
    """Fourier transform in rows, a transposition, and rows again: the four-step algorithm. [extension]

    Source: Bailey (1990) [bailey1990ffts]. Of n = 2^a points the index is cut into digits, two of a/2 bits for up to
    sqrt(n) places. A pass transforms the digit that lies along the rows, in place, by radix 2, row after row; each row
    lies at one place. Then the points are multiplied by their factors and written into the second array in the order of
    the next digit, by the owner of the new word. Above sqrt(n) places a place has less than a row of sqrt(n) points;
    then the index has more digits, of log2(n/k) bits at most, and there are as many passes. Points begin and end in the
    order that this needs: digits swapped, the bits of a digit reversed before its pass. The transform in place, too,
    begins in bit-reversed order.

    Parameters
    ----------
    size : whole number
        Points, n: a power of 2 from 4 on; each has two words, as in `transforms.stages`.
    seed : whole number
        Of the hashed partition.
    places : one of the numbers in `PLACES`, at most n/2; None is one place

    Returns
    -------
    Trace
        A group is one output of a butterfly, or one point moved. Factors of the rows are a private table at every
        place; those of the transposition are computed. Operations: 5 n log2(n). A phase is a pass. Natural partition:
        both arrays in contiguous pieces over one another.

    Notes
    -----
    Remote words of a transposition, k up to sqrt(n): n (1 - 1/k). The rest is local.

    Examples
    --------
    >>> trace = transposed_transform(16, places=4)
    >>> trace.phases, trace.operation_count, trace.accesses
    (2, 320, 320)
    """
    size = checks.whole("size", size, 4)
    bits = size.bit_length() - 1
    if size != 2**bits:
        raise ValueError(f"size: {size}, expected a power of 2")
    widths = digit_widths(bits, places)
    memory = streams.Memory()
    arrays = [transforms.elements_of(memory, size) for _ in range(2)]
    table = memory.array(np.zeros(2 ** (max(widths) - 1), dtype=np.int64))
    parts = []
    for number, width in enumerate(widths):
        if number:
            order = _moves(size, widths, number)
            parts.append(_move(arrays[1 - number % 2][order, 0], arrays[number % 2][:, 0]))
        factors = table[:: 2 ** (max(widths) - width)]
        parts.append(streams.weave(*transforms.stages(arrays[number % 2], factors, size // 2**width)))
    return streams.make_trace(
        streams.join(*parts), memory, seed, private=table,
        operation_count=5 * size * bits, operation_class="floating", phases=len(widths),
    )  # fmt: skip


def digit_widths(bits, places=None):
    """Bits of each digit of the index, first digit first: near equal, and each row of 2^bits points at one place.

    Examples
    --------
    >>> digit_widths(14), digit_widths(14, 1024)
    ([7, 7], [4, 4, 3, 3])
    """
    places = 1 if places is None else checks.choice("places", places, PLACES)
    if places > 2 ** (bits - 1):
        raise ValueError(f"places: {places}, expected at most {2 ** (bits - 1)}, two points for each")
    widest = min(-(-bits // 2), bits - (places.bit_length() - 1))
    count = -(-bits // widest)
    return [bits // count + (number < bits % count) for number in range(count)]


def _moves(size, widths, number):
    """For each position in the order of pass `number`, its position in the order of the pass before.

    In a pass its own digit is the last of the position; the other digits stand before it in their order.
    """
    shape = _digits_in_pass(len(widths), number - 1)
    old = np.arange(size).reshape([2 ** widths[digit] for digit in shape])
    natural = np.transpose(old, np.argsort(shape))
    return np.transpose(natural, _digits_in_pass(len(widths), number)).ravel()


def _digits_in_pass(count, number):
    return [digit for digit in range(count) if digit != number] + [number]


def _move(sources, targets):
    words = streams.columns(sources, targets)
    return streams.weave(streams.Groups(words, (False, True), targets))


KERNELS = (
    kernel.Kernel(
        "FFT transposed", "transforms",
        "Fourier transform in rows, a transposition, and rows again; 5 n log2(n); contiguous pieces of both arrays",
        sizes=(2048, 8192, 16384), held_out=65536, run=transposed_transform, sides=lambda size: (size // 2,),
        valid=kernel.power_of_two(4), depends_on_places=True,
    ),
)  # fmt: skip
