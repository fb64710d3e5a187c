"""Where to compute when the data lie in many places: `place` minimises the energy of moving all of them. [extension]

The energy at x is U(x) = sum_i M_i |x - x_i|^a: information mass times a power of the distance. Ten million masses are
read a few times only, because most of the work happens on two small sets: a sample, which gives the start, and the
points near the trial position, which are kept exactly while all others enter by their energy, gradient and Hessian
(their expansion). One reading of the data thus gives a model of U that is good even where U has kinks, and the
minimum of the model is the next trial position.

The certificate, for a >= 1. Write F for the far points, at distances of at least h, N for the near ones, b and Q for
gradient and Hessian of F at the trial position x, W for the total mass.

1. |y - x_i|^a is convex, so U(x + s) >= F(x) + b.s + N(x + s) for every s.
2. Minkowski's inequality in L^a bounds the way to the optimum: |x* - x| <= 2 (U(x) / W)^(1/a).
3. N has kinks for a < 2. Its smooth version N_e = sum M (r^2 + e^2)^(a/2) obeys N_e - M_near e^a <= N <= N_e
   (t^(a/2) is subadditive), and one gradient of it bounds N_e from below everywhere. With 2 this gives a lower bound.
4. With |s| <= u r, u < 1/10, along the segment to x + s the second derivative of |r|^a in the direction of s is
   a |r + t s|^(a-4) [|s x r|^2 + (a - 1) (s.(r + t s))^2], which is at least k times its value at t = 0, with
   k = (1 - 2 max(1, a - 1) u) (1 + u)^(a-4), or (1 - u)^(a-4) for a > 4. So F(x + s) >= F(x) + b.s + k/2 s.Q s in the
   ball |s| <= u h. Where that and 3 exceed U(x) on the ball's surface, convexity puts the optimum inside the ball, and
   the bound is quadratic in the distance to the optimum: rounding of x itself then costs its square only.
"""

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple

import numpy as np
from scipy.spatial import KDTree

from datagravity import checks

_CHUNK = 1 << 15  # rows per arithmetic operation: their temporaries stay in the cache
_RUN = 1 << 13  # rows per inner product
_BLOCK = 1 << 18  # rows per task
_SAMPLE = 1 << 18  # rows of the sample, at most
_FEW = 4096  # so many rows are all kept exactly
_NEAR = 1 << 14  # rows kept exactly near a trial position, at most

#: What summation and evaluation may cost in digits, relatively: no lower bound comes closer than this.
_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Placement:
    """What `place` found. Energies are in the unit of the masses times the unit of the positions to the exponent.

    Attributes
    ----------
    position : float64 array (d,), the best position found
    energy : U at the position
    lower_bound : finite and never above the least energy anywhere
    certified : whether energy - lower_bound <= tolerance * energy
    iterations : how often all the data were read, the reading that checks them included
    converged : whether the search ended by itself: certified, or nothing better within rounding
    """

    position: np.ndarray
    energy: float
    lower_bound: float
    certified: bool
    iterations: int
    converged: bool
    _energy_at: Callable = field(repr=False)

    def saving_over(self, position):
        """Energy at another position (d,) over the energy here: 1 here, inf where only the energy here is 0.

        Raises
        ------
        ValueError
            If the position is not d finite numbers.
        """
        other = _point("position", position, self.position.size)
        if np.array_equal(other, self.position):
            return 1.0
        there = self._energy_at(other)
        if self.energy == 0:
            return 1.0 if there == 0 else math.inf
        return there / self.energy


def place(masses, positions, exponent, *, start=None, tolerance=1e-10, max_iterations=100):
    """The position of least energy sum_i M_i |x - x_i|^a, with a lower bound that proves how good it is. [extension]

    From exponent 1 on the energy is convex and the position is the global optimum: median at 1, centre of mass at 2.
    Below 1 every data point is a local minimum; the search then compares data points and points between them, and its
    lower bound is exact only where a mass of half the total decides, or on a line.

    Parameters
    ----------
    masses : (n,), finite and at least 0, one of them above 0; numpy or dask array
    positions : (n, d), finite, d >= 1; float32 and float64 are read as they are, in chunks; numpy or dask array
    exponent : finite number above 0
    start : (d,), where to start if that is better than the solution of a sample
    tolerance : relative gap between energy and lower bound at which the search stops, at least 0
    max_iterations : trial positions, at most

    Returns
    -------
    Placement

    Raises
    ------
    ValueError
        With argument, index and value, for what is not as above or has shapes that do not match.
    OverflowError
        If distances or energies leave the range in which double precision can hold them.

    The certificate of the module's text reaches 1e-10 for every exponent from 1 on, unless rounding of the positions
    forbids. Below 1, |x|^a is a metric, so that U* >= sum_ij M_i M_j |x_i - x_j|^a / (2 (W - min M)): the best data
    point costs at most twice the optimum. More than 4096 points are first grouped about representatives, and what the
    grouping moves is subtracted.
    """
    exponent = _positive("exponent", exponent)
    tolerance = _positive("tolerance", tolerance, zero=True)
    if not isinstance(max_iterations, int | np.integer) or isinstance(max_iterations, bool) or max_iterations < 1:
        raise ValueError(f"max_iterations = {max_iterations!r}: expected a whole number, at least 1")
    data = _data(masses, positions)
    start = None if start is None else _point("start", start, data.dimensions)
    summary = _summary(data, exponent)
    search = _convex if exponent >= 1 else _nonconvex
    best, lower, converged = search(data, summary, exponent, start, tolerance, max_iterations)
    lower = max(0.0, float(lower) - _ROUNDING * best.energy)
    return Placement(
        position=best.centre,
        energy=best.energy,
        lower_bound=lower,
        certified=bool(best.energy - lower <= tolerance * best.energy),
        iterations=data.readings,
        converged=converged,
        _energy_at=lambda point: float(_energies(data, point[None], exponent)[0]),
    )


# --- Arguments -------------------------------------------------------------------------------------------------------


def _positive(name, value, zero=False):
    number = checks.real_array(name, value)
    if number.ndim or not np.isfinite(number) or number < 0 or (number == 0 and not zero):
        raise ValueError(f"{name} = {value!r}: expected a finite number {'at least' if zero else 'above'} 0")
    return float(number)


def _point(name, value, dimensions):
    point = checks.real_array(name, value)
    if point.shape != (dimensions,):
        raise ValueError(f"{name} has shape {point.shape}: expected ({dimensions},), as positions have")
    return checks.every(name, point, np.isfinite(point), "a finite number")


def _is_dask(value):
    return hasattr(value, "__dask_graph__") and hasattr(value, "to_delayed")


def _array(name, value):
    """The argument as it is if it is an array of single or double precision, else as doubles."""
    if _is_dask(value):
        return value.values if hasattr(value, "values") else value  # a data frame's columns are an array
    if isinstance(value, np.ndarray) and value.dtype in (np.float32, np.float64):
        return value
    return checks.real_array(name, value)


def _data(masses, positions):
    masses, positions = _array("masses", masses), _array("positions", positions)
    if positions.ndim == 1:
        raise ValueError(
            f"positions has shape {positions.shape}: expected (n, d); for points x on a line pass x[:, None]"
        )
    if positions.ndim != 2 or positions.shape[1] == 0:
        raise ValueError(f"positions has shape {positions.shape}: expected (n, d) with d at least 1")
    if masses.ndim != 1:
        raise ValueError(f"masses has shape {masses.shape}: expected (n,)")
    lengths = masses.shape[0], positions.shape[0]
    if lengths[0] != lengths[1] and not any(math.isnan(length) for length in lengths):
        raise ValueError(f"masses has shape {masses.shape} and positions {positions.shape}: expected (n,) and (n, d)")
    if _is_dask(masses) or _is_dask(positions):
        return _Dask(masses, positions)
    return _Local(masses, positions)


class _Local:
    """numpy arrays, read block by block on all cores."""

    def __init__(self, masses, positions):
        self.masses, self.positions, self.dimensions, self.readings = masses, positions, positions.shape[1], 0
        self.blocks = [slice(first, first + _BLOCK) for first in range(0, len(masses), _BLOCK)]

    def read(self, function):
        """The results of function(number of the block, masses, positions), in order."""
        self.readings += 1
        tasks = [(number, self.masses[rows], self.positions[rows]) for number, rows in enumerate(self.blocks)]
        if len(tasks) < 2:
            return [function(*task) for task in tasks]
        affinity = getattr(os, "sched_getaffinity", None)
        cores = len(affinity(0)) if affinity else os.cpu_count()
        with ThreadPoolExecutor(min(cores, len(tasks))) as pool:
            return list(pool.map(lambda task: function(*task), tasks))


class _Dask:
    """dask arrays: each block is a task of dask's scheduler, and only its result comes back."""

    def __init__(self, masses, positions):
        from dask.array import from_array

        for name, given, other in (("masses", masses, positions), ("positions", positions, masses)):
            if not _is_dask(other) and any(map(math.isnan, given.chunks[0])):
                raise ValueError(
                    f"{name} has blocks of unknown length beside a numpy array: compute_chunk_sizes() first"
                )
        if not _is_dask(positions):
            positions = from_array(positions, chunks=(masses.chunks[0], -1))
        if not _is_dask(masses):
            masses = from_array(masses, chunks=(positions.chunks[0],))
        self.positions = positions.rechunk({1: -1})
        known = not any(math.isnan(rows) for rows in (*masses.chunks[0], *self.positions.chunks[0]))
        self.masses = masses.rechunk((self.positions.chunks[0],)) if known else masses
        if self.masses.numblocks[0] != self.positions.numblocks[0]:
            raise ValueError(
                f"masses has {self.masses.numblocks[0]} blocks of unknown length and positions "
                f"{self.positions.numblocks[0]}: expected the same; take both from one array: "
                "table[:, 0] and table[:, 1:]"
            )
        self.dimensions, self.readings = positions.shape[1], 0
        self.blocks = range(self.masses.numblocks[0])

    def read(self, function):
        from dask import compute, delayed

        self.readings += 1
        call = delayed(function, pure=False, traverse=False)
        pairs = zip(self.masses.to_delayed().ravel(), self.positions.to_delayed().ravel(), strict=True)
        return list(compute(*(call(number, *pair) for number, pair in enumerate(pairs))))


# --- What one reading of the data gives ------------------------------------------------------------------------------


class _Sample(NamedTuple):
    masses: np.ndarray
    positions: np.ndarray


class _Summary(NamedTuple):
    rows: int
    mass: float
    sample: _Sample


def _chunks(rows):
    return (slice(first, min(first + _CHUNK, rows)) for first in range(0, rows, _CHUNK))


def _draw(masses, positions, stride, random):
    """A sample: every mass far above the mean, and one in each `stride` of the others for all of them."""
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused, but later
        heavy = np.flatnonzero(masses > stride * masses.mean(dtype=np.float64))
        chosen = np.arange(0, len(masses), stride)
        chosen = np.minimum(chosen + random.integers(stride, size=len(chosen)), len(masses) - 1)
        chosen = np.setdiff1d(chosen, heavy, assume_unique=True) if heavy.size else chosen
        weights = np.concatenate([masses[heavy], masses[chosen] * np.float64(stride)], dtype=np.float64)
    return _Sample(weights, positions[np.concatenate([heavy, chosen])].astype(np.float64))


def _summarise(number, masses, positions, quota):
    """Rows of both, total mass, bounds and a sample of a block: all of few rows, else about as many as the quota."""
    rows = len(masses)
    if len(positions) != rows:
        return rows, len(positions), 0.0, np.zeros((0, 4)), None
    stride = 1 if rows <= _FEW <= quota else math.ceil(rows / min(quota, max(rows // 16, _FEW // 2)))
    random = np.random.default_rng([number, rows])
    mass, bounds, drawn = [], [], []
    for part in _chunks(rows):
        some, where = masses[part], positions[part]
        with np.errstate(all="ignore"):  # of what is not finite the bounds tell
            mass.append(some.sum(dtype=np.float64))
        bounds.append([some.min(), some.max(), where.min(), where.max()])
        drawn.append(_draw(some, where, stride, random))
    return rows, rows, np.sum(mass), np.array(bounds, dtype=np.float64).reshape(-1, 4), drawn


def _summary(data, exponent):
    """One reading that checks every number and draws the sample."""
    quota = math.ceil(_SAMPLE / max(1, len(data.blocks)))
    parts = data.read(lambda *block: _summarise(*block, quota))
    first = 0
    for number, (rows, others, _, bounds, _) in enumerate(parts):
        if rows != others:
            raise ValueError(f"masses has {rows} rows in block {number} and positions {others}: expected as many")
        if not (np.isfinite(bounds).all() and (bounds[:, 0] >= 0).all()):
            _refuse(data, number, first)
        first += rows
    if first == 0:
        raise ValueError("masses has shape (0,): expected at least one mass")
    mass = math.fsum(part[2] for part in parts)
    if mass == 0:
        raise ValueError("masses[0] = 0.0, and all others: expected at least one mass above 0")
    bounds = np.concatenate([part[3] for part in parts])
    with np.errstate(over="ignore"):
        extent = float(bounds[:, 3].max() - bounds[:, 2].min())
        largest = np.float64(extent) ** exponent * mass
    within = 1e-100 <= extent <= 1e100 and 1e-250 <= largest <= 1e250
    if mass > 1e250 or (extent > 0 and not within):
        raise OverflowError(
            f"place leaves the range of double precision: coordinates extend over {extent:g}, masses sum to {mass:g}, "
            f"exponent = {exponent:g}"
        )
    drawn = [sample for part in parts for sample in part[4]]
    return _Summary(first, mass, _Sample(*(np.concatenate(column) for column in zip(*drawn, strict=True))))


def _refuse(data, number, first):
    """Name the first bad value of a block."""

    def bad(block, masses, positions):
        if block != number:
            return None
        for name, values in (("masses", masses), ("positions", positions)):
            wrong = ~(np.isfinite(values) & ((values >= 0) | (name == "positions")))
            if wrong.any():
                index = np.argwhere(wrong)[0]
                place = ", ".join(str(int(i) + (first if axis == 0 else 0)) for axis, i in enumerate(index))
                expected = "a finite number" + (" at least 0" if name == "masses" else "")
                return f"{name}[{place}] = {values[tuple(index)].item()!r}: expected {expected}"
        return None

    raise ValueError(next(filter(None, data.read(bad))))


def _energies(data, points, exponent):
    """U at several points (k, d), in one reading."""

    def block(_, masses, positions):
        total = np.zeros(len(points))
        for part in _chunks(len(masses)):
            for k, point in enumerate(points):
                square = sum((positions[part, axis] - value) ** 2 for axis, value in enumerate(point))
                total[k] += _dot(masses[part], _power(square, exponent / 2, np.empty(len(square))))
        return total

    return np.sum(data.read(block), axis=0)


def _dot(left, right):
    # In runs that are too short for BLAS to start threads of its own inside each of ours; short sums also round less.
    whole = len(left) - len(left) % _RUN
    runs = np.vecdot(left[:whole].reshape(-1, _RUN), right[:whole].reshape(-1, _RUN))
    return runs.sum() + np.vecdot(left[whole:], right[whole:])


def _power(base, exponent, out):
    """base ** exponent; by square roots where they do it, at a fraction of the cost."""
    if abs(exponent) in (0.25, 0.5, 1):
        np.copyto(out, base)
        for _ in range(round(-math.log2(abs(exponent)))):
            np.sqrt(out, out=out)
        return np.divide(1, out, out=out) if exponent < 0 else out
    return np.power(base, exponent, out=out)


class _Expansion(NamedTuple):
    """U about a centre: far points by their derivatives, near points one by one."""

    centre: np.ndarray
    far_energy: float
    gradient: np.ndarray  # of the far points
    hessian: np.ndarray  # of the far points
    weight: float  # a sum M r^(a-2) over the far points: the curvature of a paraboloid above U, for a <= 2
    nearest_far: float  # squared distance of the nearest far point
    masses: np.ndarray  # of the near points
    positions: np.ndarray
    near_energy: float

    @property
    def energy(self):
        return self.far_energy + self.near_energy


def _expand(masses, positions, centre, exponent, square_reach):
    """The expansion of a block about the centre."""
    dimensions, rows = len(centre), len(masses)
    buffer = np.empty((dimensions + 3, min(rows, _CHUNK)))
    sums, nearest, near_masses, near_positions = [], np.inf, [np.empty(0)], [np.empty((0, dimensions))]
    for part in _chunks(rows):
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
        _power(square, exponent / 2 - 1, weight) if exponent != 2 else weight.fill(1)
        weight *= masses[part]
        weight[near] = 0
        row = [_dot(weight, square), weight.sum(), *(_dot(weight, each) for each in offset)]
        if exponent != 2:
            weight /= square
            for i in range(dimensions):
                np.multiply(weight, offset[i], out=product)
                row.extend(_dot(product, offset[j]) for j in range(i + 1))
        else:
            row.extend([0.0] * (dimensions * (dimensions + 1) // 2))
        sums.append(row)
    total = np.sum(sums, axis=0) if sums else np.zeros(2 + dimensions + dimensions * (dimensions + 1) // 2)
    hessian = np.zeros((dimensions, dimensions))
    hessian[np.tril_indices(dimensions)] = exponent * (exponent - 2) * total[2 + dimensions :]
    hessian += np.tril(hessian, -1).T + exponent * total[1] * np.eye(dimensions)
    return _Expansion(
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
    """The expansion of two blocks together, with near points at most `_NEAR`: the farther ones join the far points."""
    masses, positions = np.concatenate([one.masses, other.masses]), np.concatenate([one.positions, other.positions])
    joined = _Expansion(
        one.centre,
        *(mine + theirs for mine, theirs in zip(one[1:5], other[1:5], strict=True)),
        nearest_far=min(one.nearest_far, other.nearest_far),
        masses=masses,
        positions=positions,
        near_energy=0.0,
    )
    if len(masses) <= _NEAR:
        return joined
    # Many points at one place are one mass; only what is left is thinned out.
    positions, which = np.unique(positions, axis=0, return_inverse=True)
    masses = np.bincount(which, masses, len(positions))
    if len(masses) > _NEAR:
        squares = ((positions - one.centre) ** 2).sum(axis=1)
        reach = np.nextafter(np.partition(squares, _NEAR)[_NEAR], 0)
        thinned = _expand(masses, positions, one.centre, exponent, reach)
        return _join(joined._replace(masses=masses[:0], positions=positions[:0]), thinned, exponent)
    return joined._replace(masses=masses, positions=positions)


def _expansion(data, centre, exponent, square_reach):
    """The expansion of all the data, in one reading."""
    parts = data.read(lambda _, *block: _expand(*block, centre, exponent, square_reach))
    empty = _expand(np.empty(0), np.empty((0, data.dimensions)), centre, exponent, square_reach)
    joined = reduce(lambda one, other: _join(one, other, exponent), parts, empty)
    squares = ((joined.positions - centre) ** 2).sum(axis=1)
    return joined._replace(near_energy=float(joined.masses @ squares ** (exponent / 2)))


# --- Exponents from 1 on ---------------------------------------------------------------------------------------------


def _convex(data, summary, exponent, start, tolerance, max_iterations):
    """The best expansion found, a lower bound and whether the search ended by itself."""
    if summary.rows <= _FEW:
        centre, square_reach = _mean(summary.sample), np.inf
    else:
        centre = _solve_sample(summary.sample, exponent)
        square_reach = _square_reach(summary.sample, centre, summary.rows)
    if start is not None:
        trials = np.stack([start, centre])
        centre = trials[np.argmin(_energies(_Local(*summary.sample), trials, exponent))]
    return _descend(data, summary.mass, exponent, centre, square_reach, tolerance, max_iterations)


def _mean(sample):
    origin = sample.positions[0]  # so that an offset far beyond the spread costs no digits
    return origin + sample.masses @ (sample.positions - origin) / sample.masses.sum()


def _solve_sample(sample, exponent):
    """The optimum of a sample, itself from a sample of it."""
    rows = len(sample.masses)
    data, mass = _Local(*sample), sample.masses.sum()
    if rows <= _FEW:
        centre, square_reach = _mean(sample), np.inf
    else:
        part = _draw(*sample, 16, np.random.default_rng(rows))
        centre = _solve_sample(part, exponent)
        square_reach = _square_reach(part, centre, rows)
    # A sample of n points is off by about 1 / n in energy, so a hundredth of that is precise.
    best, _, _ = _descend(data, mass, exponent, centre, square_reach, 0.01 / rows, 20)
    return best.centre


def _square_reach(sample, centre, rows):
    """The squared distance within which about a 512th of all rows lie, between 512 and half of `_NEAR`."""
    squares = ((sample.positions - centre) ** 2).sum(axis=1)
    squares = squares[squares > 0]
    if not squares.size:
        return np.finfo(float).tiny
    wanted = min(max(rows / 512, 512), _NEAR / 2) / rows
    return np.partition(squares, k := math.floor(wanted * (squares.size - 1)))[k]


def _descend(data, mass, exponent, centre, square_reach, tolerance, max_iterations):
    best, lower, trust, moved, idle = None, -np.inf, None, 0.0, 0
    for _ in range(max_iterations):
        here = _expansion(data, centre, exponent, square_reach)
        before = (np.inf, -np.inf) if best is None else (best.energy, lower)
        if best is None or here.energy <= best.energy * (1 + 1e-15):
            if trust is not None and moved > 0.9 * trust:
                trust *= 4
            best = here
        else:
            trust = moved / 4
        way = 2 * (best.energy / mass) ** (1 / exponent)
        if trust is None:
            trust = min(way, max(np.sqrt(square_reach), 1e-6 * way)) if exponent < 2 else way
        centre, bound = _convex_step(best, exponent, tolerance, way, trust)
        lower = max(lower, bound)
        if best.energy - lower <= (tolerance - _ROUNDING) * best.energy:
            return best, lower, True
        gained = best.energy < before[0] * (1 - 1e-14) or lower - before[1] > 1e-3 * (best.energy - lower)
        idle = 0 if gained or bound == -np.inf else idle + 1
        if idle:
            # Distances of many scales: keep more points exactly. If that gains nothing, rounding is all that is left.
            square_reach *= 100
        moved = float(np.linalg.norm(centre - best.centre))
        if idle > 3:
            return best, lower, True
    return best, lower, False


class _Model(NamedTuple):
    """Far quadratic and near points as a function of the step from the centre, smoothed over a length."""

    far: _Expansion
    masses: np.ndarray
    offsets: np.ndarray  # (d, k): contiguous columns
    exponent: float

    def nearest(self, step):
        """The index of the near point next to the step."""
        return np.argmin(((step[:, None] - self.offsets) ** 2).sum(axis=0))

    def energy(self, step):
        """Energy at the step over the far points' energy at the centre."""
        squares = ((step[:, None] - self.offsets) ** 2).sum(axis=0)
        near = _dot(self.masses, _power(squares, self.exponent / 2, np.empty_like(squares)))
        return near + (self.far.gradient + self.far.hessian @ step / 2) @ step

    def near(self, step, length):
        """Energy, gradient and Hessian of the near points at the step."""
        a = self.exponent
        offsets = step[:, None] - self.offsets
        square = np.einsum("ij,ij->j", offsets, offsets) + length**2
        weight = self.masses * _power(square, a / 2 - 1, np.empty_like(square)) if a != 2 else self.masses
        gradient = a * np.einsum("ij,j->i", offsets, weight)
        energy = _dot(weight, square)
        hessian = a * weight.sum() * np.eye(len(step))
        if a != 2:
            hessian += a * (a - 2) * np.einsum("ik,jk->ij", offsets * (weight / square), offsets)
        return energy, gradient, hessian


def _convex_step(here, exponent, tolerance, way, trust):
    """The next trial position, within the trusted distance, and a lower bound of U, as the module's text derives it."""
    if here.energy == 0:
        return here.centre, 0.0
    model = _Model(here, here.masses, np.ascontiguousarray((here.positions - here.centre).T), exponent)
    near_mass = here.masses.sum()
    # Below 2 the kinks are smoothed, in the end so little that the bound does not notice.
    finest = 1e-30 * way
    kinks = exponent < 2 and near_mass > 0
    if kinks:
        finest = max(finest, (1e-4 * max(tolerance, 1e-12) * here.energy / near_mass) ** (1 / exponent))
    length = max(finest, 0.1 * min(way, trust)) if kinks else finest

    def evaluate(step, length):
        near, near_gradient, near_hessian = model.near(step, length)
        bend = here.hessian @ step
        value = near + here.gradient @ step + step @ bend / 2
        return value, here.gradient + bend + near_gradient, here.hessian + near_hessian

    step, before = np.zeros(len(here.centre)), np.inf
    value, gradient, hessian = evaluate(step, length)
    for _ in range(200):
        newton = _solve(hessian, -gradient, trust)
        decrement = -gradient @ newton
        pull = np.linalg.norm(gradient)
        if length > finest:
            done = decrement <= 1e-3 * near_mass * length**exponent
        else:
            done = decrement <= 1e-26 * here.energy and (pull * way <= 1e-13 * here.energy or pull > before / 2)
        before = pull
        if not done:
            found = _along(lambda trial, length=length: evaluate(trial, length), step, newton, decrement, trust)
            done = found is None
            step, (value, gradient, hessian) = (step, (value, gradient, hessian)) if done else found
        if np.linalg.norm(step) > trust:
            # The model is convex: it falls all the way from the centre to its minimum.
            return here.centre + step * (trust / np.linalg.norm(step)), -np.inf
        if done:
            if length <= finest:
                break
            # About a kink the smoothed minimum lies at a distance in proportion to the length.
            shrink = max(finest / length, 1 / 1000)
            length *= shrink
            kink = model.offsets[:, model.nearest(step)]
            trials = [step, kink + shrink * (step - kink)]
            results = [evaluate(trial, length) for trial in trials]
            better = min(range(2), key=lambda k: results[k][0])
            step, (value, gradient, hessian) = trials[better], results[better]
            before = np.inf
    lower = _lower_bound(model, step, length, way)
    if kinks:
        nearest = model.nearest(step)
        if model.energy(model.offsets[:, nearest]) <= model.energy(step):
            return here.positions[nearest].copy(), lower
    return here.centre + step, lower


def _along(evaluate, step, newton, decrement, trust):
    """A trial step near the lowest point in Newton's direction and what `evaluate` gives there, or None.

    It looks at slopes, never at energies: those hide a fall below their own rounding.
    """
    low, high, fraction, found = 0.0, np.inf, 1.0, None
    for _ in range(100):
        trial = step + fraction * newton
        if np.array_equal(trial, step) or not low < fraction < high:
            break
        result = evaluate(trial)
        slope = result[1] @ newton
        if slope > decrement / 2:
            high = fraction
        else:
            low, found = fraction, (trial, result)
            if slope >= -0.9 * decrement or np.linalg.norm(trial) > trust:
                break
        fraction = (low + high) / 2 if high < np.inf else 4 * fraction
    return found


def _solve(matrix, vector, largest):
    """The Newton step; a long one downhill where the matrix does not bend."""
    bend = np.trace(matrix)
    if not bend > 0:
        size = np.linalg.norm(vector)
        return vector * (2 * largest / size) if size > 0 else vector
    return np.linalg.solve(matrix + 1e-15 * bend * np.eye(len(vector)), vector)


def _lower_bound(model, step, length, way):
    """The better one of the bounds 3 and 4 of the module's text."""
    here, a = model.far, model.exponent
    near, slope, _ = model.near(step, length)
    smoothing = model.masses.sum() * length**a if a < 2 else 0.0
    size = np.linalg.norm(step)
    flat = here.far_energy + here.gradient @ step + near - smoothing
    bound = flat - np.linalg.norm(here.gradient + slope) * (way + size)
    stiffness = np.linalg.eigvalsh(here.hessian)[0]
    if not stiffness > 0:
        return bound
    bend = here.hessian @ step
    share = 0.1 / max(1, a - 1)
    for _ in range(2):  # the second time with the ball that the first one found
        kept = 1.0 if a == 2 else (1 - 2 * max(1, a - 1) * share) * (1 + (share if a <= 4 else -share)) ** (a - 4)
        if not kept > 0:
            break
        value = flat + kept / 2 * (step @ bend)
        rest = here.gradient + slope + kept * bend
        pull = np.linalg.norm(rest)
        drop = max(0.0, here.energy - value)
        ball = size + (pull + math.sqrt(pull**2 + 2 * kept * stiffness * drop)) / (kept * stiffness)
        if a != 2 and ball > share * math.sqrt(here.nearest_far):
            break
        bound = max(bound, value - rest @ np.linalg.solve(here.hessian, rest) / (2 * kept))
        share = ball / math.sqrt(here.nearest_far)
    return bound


# --- Exponents below 1 -----------------------------------------------------------------------------------------------


def _nonconvex(data, summary, exponent, start, tolerance, max_iterations):
    """As `_convex`: candidates from a search of a sample, compared on all the data, the best one improved."""
    sample = _thin(summary.sample)
    everything = len(summary.sample.masses) == summary.rows <= _FEW
    square_reach = np.inf
    trials, at_data = _search(sample, exponent)
    if not everything:
        square_reach = _square_reach(summary.sample, trials[0], summary.rows)
    if start is not None:
        trials = np.vstack([start, trials])
    centre = trials[np.argmin(_energies(data, trials, exponent))] if len(trials) > 1 else trials[0]
    best, converged = None, False
    for _ in range(max_iterations):
        here = _expansion(data, centre, exponent, square_reach)
        if best is not None and not here.energy < best.energy * (1 - 1e-14):
            converged = True
            break
        best = here
        centre = _nonconvex_step(best, exponent)
    return best, _metric_bound(data, summary, sample, at_data, exponent, best, everything), converged


def _thin(sample):
    """A few thousand distinct points of a sample, with the masses of the others of their kind."""
    stride = -(-len(sample.masses) // _FEW)
    part = _draw(*sample, stride, np.random.default_rng(0)) if stride > 1 else sample
    positions, which = np.unique(part.positions, axis=0, return_inverse=True)
    masses = np.bincount(which, part.masses, len(positions))
    return _Sample(masses[masses > 0], positions[masses > 0])


def _sums(masses, positions, points, exponent):
    """sum_i M_i |point - x_i|^a for many points, a bounded number of pairs at a time."""
    columns, group = np.ascontiguousarray(positions.T), max(1, (1 << 20) // max(1, len(masses)))
    sums = [np.empty(0)]
    for first in range(0, len(points), group):
        some = points[first : first + group]
        square = sum((some[:, axis, None] - column) ** 2 for axis, column in enumerate(columns))
        sums.append(_power(square, exponent / 2, np.empty_like(square)) @ masses)
    return np.concatenate(sums)


def _search(sample, exponent):
    """Up to eight promising positions, best first, and the energies at the sample's points.

    Each data point is a local minimum. Between them the search starts from the best of a thousand random mixtures of
    d + 1 data points, and descends.
    """
    masses, positions = sample
    dimensions = positions.shape[1]
    at_data = _sums(masses, positions, positions, exponent)
    order = np.argsort(at_data)[:4]
    trials, energies = [positions[order]], [at_data[order]]
    if dimensions > 1 and len(masses) > 2:
        random = np.random.default_rng(0)
        corners = random.choice(len(masses), (1024, dimensions + 1), p=masses / masses.sum())
        shares = random.dirichlet(np.ones(dimensions + 1), 1024)
        mixtures = np.einsum("ij,ijk->ik", shares, positions[corners])
        order = np.argsort(_sums(masses, positions, mixtures, exponent))
        starts = mixtures[[*order[:12], *order[12::128]]]  # the best, and some from everywhere
        ends = np.array([_slide(masses, positions, start, exponent) for start in starts])
        values = _sums(masses, positions, ends, exponent)
        order = np.argsort(values)[:4]
        trials.append(ends[order])
        energies.append(values[order])
    trials, energies = np.concatenate(trials), np.concatenate(energies)
    return trials[np.argsort(energies, kind="stable")], at_data


def _slide(masses, positions, point, exponent, gradient=0.0, weight=0.0):
    """A local minimum downhill from the point, by paraboloids above the energy: |r|^a is concave in r^2 for a < 2.

    A quadratic of the given gradient and weight, about the point, is added to the energy.
    """
    start = point
    for _ in range(500):
        offsets = positions - point
        square = np.einsum("ij,ij->i", offsets, offsets)
        if not square.all():
            break  # at a data point, a local minimum
        pull = exponent * masses * square ** (exponent / 2 - 1)
        move = (pull @ offsets - gradient - weight * (point - start)) / (pull.sum() + weight)
        point = point + move
        if np.linalg.norm(move) <= 1e-13 * np.sqrt(square.max()):
            break
    return point


def _nonconvex_step(here, exponent):
    """The best of the nearest data points and of the positions between them, for the far points' paraboloid."""
    order = np.argsort(((here.positions - here.centre) ** 2).sum(axis=1))[:512]
    slid = _slide(here.masses, here.positions, here.centre, exponent, here.gradient, here.weight)
    trials = np.vstack([here.centre, here.positions[order], slid])
    steps = trials - here.centre
    far = steps @ here.gradient + here.weight / 2 * (steps**2).sum(axis=1)
    return trials[np.argmin(far + _sums(here.masses, here.positions, trials, exponent))]


def _metric_bound(data, summary, sample, at_data, exponent, best, everything):
    """A lower bound from the triangle inequality of |x - y|^a, a < 1."""
    here = best.masses[(best.positions == best.centre).all(axis=1)].sum()
    if 2 * here >= summary.mass:
        return best.energy
    # The best position x is a data point of mass m: U(y) >= m D and U(y) >= U(x) - (W - 2 m) D at any distance D^(1/a).
    bound = best.energy * here / (summary.mass - here)
    if everything:
        if data.dimensions == 1:
            # Between neighbours on a line U is concave, so one of the data points is the optimum.
            return min(best.energy, at_data.min())
        masses, moved = sample.masses, 0.0
    else:
        masses, moved, at_data = _grouped(data, sample.positions, exponent)
    return max(bound, masses @ at_data / (2 * (summary.mass - masses.min())) - moved)


def _grouped(data, centres, exponent):
    """The masses of the data nearest to each centre, the energy of moving them there, the energies at the centres."""
    tree = KDTree(centres)

    def block(_, masses, positions):
        sums, moved = np.zeros(len(centres)), 0.0
        for part in _chunks(len(masses)):
            distance, nearest = tree.query(positions[part])
            sums += np.bincount(nearest, masses[part], len(centres))
            moved += masses[part] @ distance**exponent
        return sums, moved

    sums, moved = zip(*data.read(block), strict=True)
    masses = np.sum(sums, axis=0)
    kept = masses > 0
    at_centres = _sums(masses[kept], centres[kept], centres[kept], exponent)
    return masses[kept], float(np.sum(moved)), at_centres
