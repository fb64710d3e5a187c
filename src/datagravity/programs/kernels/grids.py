"""Stencils: every inner point of a grid from itself and its neighbours, from one array into the other and back."""

from math import isqrt

import numpy as np

from datagravity.programs.kernels import kernel, streams


def _stencil(size, seed, dimensions, sweeps):
    memory = streams.Memory()
    tiles = streams.square(size, size)
    codes = tiles if dimensions == 2 else np.repeat(tiles[:, :, None], size, axis=2)
    arrays = memory.array(codes), memory.array(codes)
    inner = (slice(1, -1),) * dimensions
    stream = []
    for sweep in range(sweeps):
        source, target = arrays[sweep % 2], arrays[1 - sweep % 2]
        before = [source[_shifted(inner, axis, -1)] for axis in range(dimensions)]
        after = [source[_shifted(inner, axis, 1)] for axis in reversed(range(dimensions))]
        words = streams.columns(*before, source[inner], *after, target[inner])
        stream.append(streams.weave(streams.Groups(words, (False,) * (words.shape[1] - 1) + (True,), words[:, -1])))
    points = (size - 2) ** dimensions
    return streams.make_trace(
        streams.join(*stream), memory, seed, operation_count=sweeps * points * (2 * dimensions + 1),
        operation_class="floating", phases=sweeps,
    )  # fmt: skip


def _shifted(inner, axis, step):
    """The inner points, one step before or after along an axis."""
    return (*inner[:axis], slice(1 + step, (step - 1) or None), *inner[axis + 1 :])


def _flat(size, seed):
    return _stencil(size, seed, dimensions=2, sweeps=4)


def _solid(size, seed):
    return _stencil(size, seed, dimensions=3, sweeps=2)


def _flat_remote(size, places):
    return 8 * 4 * 4 * (isqrt(places) - 1) * (size - 2)


def _solid_remote(size, places):
    return 8 * 2 * 4 * (isqrt(places) - 1) * (size - 2) ** 2


def _sides(size):
    """Tiles that hold an inner point: a tile of one point at the border holds none."""
    return (size // 2, size // 2)


KERNELS = (
    kernel.Kernel(
        "stencil 2-D", "grids", run=_flat, sides=_sides, valid=kernel.at_least(4), sizes=(64, 128, 256), held_out=512,
        description="4 sweeps of 5 points over a square grid; one addition or multiplication; 2-D tiles of both arrays",
        closed_forms={"remote_bytes_no_copies": _flat_remote, "remote_bytes_unlimited": _flat_remote},
    ),
    kernel.Kernel(
        "stencil 3-D", "grids", run=_solid, sides=_sides, valid=kernel.at_least(4), sizes=(32, 48, 64), held_out=80,
        description="2 sweeps of 7 points over a cubic grid; one addition or multiplication; pencils: 2-D tiles of the "
        "first two axes",
        closed_forms={"remote_bytes_no_copies": _solid_remote, "remote_bytes_unlimited": _solid_remote},
    ),
)  # fmt: skip
