"""The energy U(x) = sum_i M_i |x - x_i|^a by its definition, at few points of all the data and at many of a few."""

import math

import numpy as np

from datagravity.placement.reading import chunks

_RUN = 1 << 13  # rows per inner product
_PAIRS = 1 << 16  # pairs of a point and a mass at a time: their temporaries stay in the cache


def dot(left, right):
    """The inner product of two long rows."""
    # In runs that are too short for BLAS to start threads of its own inside each of ours; short sums also round less.
    whole = len(left) - len(left) % _RUN
    runs = np.vecdot(left[:whole].reshape(-1, _RUN), right[:whole].reshape(-1, _RUN))
    return runs.sum() + np.vecdot(left[whole:], right[whole:])


def power(base, exponent, out):
    """base ** exponent; by square roots where they do it, at a fraction of the cost."""
    if abs(exponent) in (0.25, 0.5, 1):
        np.copyto(out, base)
        for _ in range(round(-math.log2(abs(exponent)))):
            np.sqrt(out, out=out)
        return np.divide(1, out, out=out) if exponent < 0 else out
    return np.power(base, exponent, out=out)


def energies_in_one_reading(data, points, exponent):
    """U at several points (k, d), in one reading."""

    def block(_, masses, positions):
        total = np.zeros(len(points))
        for part in chunks(len(masses)):
            for k, point in enumerate(points):
                square = sum((positions[part, axis] - value) ** 2 for axis, value in enumerate(point))
                total[k] += dot(masses[part], power(square, exponent / 2, np.empty(len(square))))
        return total

    return np.sum(data.read(block), axis=0)


def energies_at(masses, positions, points, exponent):
    """sum_i M_i |point - x_i|^a for many points, a bounded number of pairs at a time."""
    columns, group = np.ascontiguousarray(positions.T), max(1, _PAIRS // max(1, len(masses)))
    sums = [np.empty(0)]
    for first in range(0, len(points), group):
        some = points[first : first + group]
        square = sum((some[:, axis, None] - column) ** 2 for axis, column in enumerate(columns))
        sums.append(power(square, exponent / 2, np.empty_like(square)) @ masses)
    return np.concatenate(sums)
