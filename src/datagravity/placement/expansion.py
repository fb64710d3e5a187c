"""The energy about a trial position: near points one by one, far ones by energy, gradient and Hessian of their sum."""

import math
from functools import reduce
from typing import NamedTuple

import numpy as np

from datagravity.placement.energy import dot, power
from datagravity.placement.reading import CHUNK, chunks

NEAR = 1 << 14  # rows kept exactly near a trial position, at most


class Expansion(NamedTuple):
    """U about a centre: of the far points F, b and Q of the certificate; near points one by one, with their sum N."""

    centre: np.ndarray
    far_energy: float  # F
    gradient: np.ndarray  # b, of the far points
    hessian: np.ndarray  # Q, of the far points
    weight: float  # a sum M r^(a-2) over the far points: the curvature of a paraboloid above U, for a <= 2
    nearest_far: float  # h squared, the distance of the nearest far point
    masses: np.ndarray  # of the near points
    positions: np.ndarray
    near_energy: float  # N

    @property
    def energy(self):
        """U at the centre."""
        return self.far_energy + self.near_energy


def expand_all(data, centre, exponent, square_reach):
    """The expansion of all the data, in one reading."""
    parts = data.read(lambda _, *block: _expand(*block, centre, exponent, square_reach))
    empty = _expand(np.empty(0), np.empty((0, data.dimensions)), centre, exponent, square_reach)
    joined = reduce(lambda one, other: _join(one, other, exponent), parts, empty)
    squares = ((joined.positions - centre) ** 2).sum(axis=1)
    return joined._replace(near_energy=float(joined.masses @ squares ** (exponent / 2)))


def _expand(masses, positions, centre, exponent, square_reach):
    """The expansion of a block about the centre."""
    dimensions, rows = len(centre), len(masses)
    buffer = np.empty((dimensions + 3, min(rows, CHUNK)))
    sums, nearest, near_masses, near_positions = [], np.inf, [np.empty(0)], [np.empty((0, dimensions))]
    for part in chunks(rows):
        length = part.stop - part.start
        *offset, square, weight, product = buffer[:, :length]
        for axis in range(dimensions):
            np.subtract(positions[part, axis], centre[axis], out=offset[axis])
            np.multiply(offset[axis], offset[axis], out=product if axis else square)
            if axis:
                square += product
        near = np.flatnonzero(square <= square_reach)
        if near.size:
            near_masses.append(masses[part][near].astype(np.float64))
            near_positions.append(positions[part][near].astype(np.float64))
            if near.size == length:
                continue
            square[near] = np.inf
        nearest = min(nearest, square.min())
        square[near] = 1
        power(square, exponent / 2 - 1, weight) if exponent != 2 else weight.fill(1)
        weight *= masses[part]
        weight[near] = 0
        row = [dot(weight, square), weight.sum(), *(dot(weight, each) for each in offset)]
        if exponent != 2:
            weight /= square
            for i in range(dimensions):
                np.multiply(weight, offset[i], out=product)
                row.extend(dot(product, offset[j]) for j in range(i + 1))
        else:
            row.extend([0.0] * (dimensions * (dimensions + 1) // 2))
        sums.append(row)
    total = np.sum(sums, axis=0) if sums else np.zeros(2 + dimensions + dimensions * (dimensions + 1) // 2)
    hessian = np.zeros((dimensions, dimensions))
    hessian[np.tril_indices(dimensions)] = exponent * (exponent - 2) * total[2 + dimensions :]
    hessian += np.tril(hessian, -1).T + exponent * total[1] * np.eye(dimensions)
    return Expansion(
        centre,
        far_energy=float(total[0]),
        gradient=-exponent * total[2 : 2 + dimensions],  # offsets point from the centre to the data
        hessian=hessian,
        weight=exponent * float(total[1]),
        nearest_far=nearest,
        masses=np.concatenate(near_masses),
        positions=np.concatenate(near_positions),
        near_energy=0.0,
    )


def _join(one, other, exponent):
    """The expansion of two blocks together, with near points at most `NEAR`: the farther ones join the far points."""
    masses, positions = np.concatenate([one.masses, other.masses]), np.concatenate([one.positions, other.positions])
    joined = Expansion(
        one.centre,
        *(mine + theirs for mine, theirs in zip(one[1:5], other[1:5], strict=True)),
        nearest_far=min(one.nearest_far, other.nearest_far),
        masses=masses,
        positions=positions,
        near_energy=0.0,
    )
    if len(masses) <= NEAR:
        return joined
    # Many points at one place are one mass; only what is left is thinned out.
    positions, which = np.unique(positions, axis=0, return_inverse=True)
    masses = np.bincount(which, masses, len(positions))
    if len(masses) > NEAR:
        squares = ((positions - one.centre) ** 2).sum(axis=1)
        reach = np.nextafter(np.partition(squares, NEAR)[NEAR], 0)
        thinned = _expand(masses, positions, one.centre, exponent, reach)
        return _join(joined._replace(masses=masses[:0], positions=positions[:0]), thinned, exponent)
    return joined._replace(masses=masses, positions=positions)


def square_reach_for(sample, centre, rows):
    """The squared distance within which about a 512th of all rows lie, between 512 and half of `NEAR`."""
    squares = ((sample.positions - centre) ** 2).sum(axis=1)
    squares = squares[squares > 0]
    if not squares.size:
        return np.finfo(float).tiny
    wanted = min(max(rows / 512, 512), NEAR / 2) / rows
    return np.partition(squares, k := math.floor(wanted * (squares.size - 1)))[k]
