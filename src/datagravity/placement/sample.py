"""What the first reading gives: that every number is one, the total mass W, and a sample."""

import math
from typing import NamedTuple

import numpy as np

from datagravity import checks
from datagravity.placement.reading import chunks

FEW = 4096  # so many rows are all kept exactly
_SAMPLE = 1 << 18  # rows of the sample, at most


class Sample(NamedTuple):
    """Some of the data, with masses that stand for all of them."""

    masses: np.ndarray
    positions: np.ndarray


class Summary(NamedTuple):
    """How many rows there are, the sum W of their masses, and a sample of them."""

    rows: int
    mass: float
    sample: Sample


def draw(masses, positions, stride, random):
    """A sample: every mass far above the mean, and one in each `stride` of the others for all of them."""
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused, but later
        heavy = np.flatnonzero(masses > stride * masses.mean(dtype=np.float64))
        chosen = np.arange(0, len(masses), stride)
        chosen = np.minimum(chosen + random.integers(stride, size=len(chosen)), len(masses) - 1)
        chosen = np.setdiff1d(chosen, heavy, assume_unique=True) if heavy.size else chosen
        weights = np.concatenate([masses[heavy], masses[chosen] * np.float64(stride)], dtype=np.float64)
    return Sample(weights, positions[np.concatenate([heavy, chosen])].astype(np.float64))


def _of_block(number, masses, positions, quota):
    """Rows of both, total mass, bounds and a sample of a block: all of few rows, else about as many as the quota."""
    rows = len(masses)
    if len(positions) != rows:
        return rows, len(positions), 0.0, np.zeros((0, 4)), None
    stride = 1 if rows <= FEW <= quota else math.ceil(rows / min(quota, max(rows // 16, FEW // 2)))
    random = np.random.default_rng([number, rows])
    mass, bounds, drawn = [], [], []
    for part in chunks(rows):
        some, where = masses[part], positions[part]
        with np.errstate(all="ignore"):  # of what is not finite the bounds tell
            mass.append(some.sum(dtype=np.float64))
        bounds.append([some.min(), some.max(), where.min(), where.max()])
        drawn.append(draw(some, where, stride, random))
    return rows, rows, np.sum(mass), np.array(bounds, dtype=np.float64).reshape(-1, 4), drawn


def summarise(data, exponent):
    """One reading that checks every number and draws the sample."""
    quota = math.ceil(_SAMPLE / max(1, len(data.blocks)))
    parts = data.read(lambda *block: _of_block(*block, quota))
    first = 0
    for number, (rows, others, _, bounds, _) in enumerate(parts):
        if rows != others:
            raise ValueError(f"masses, positions: {rows} and {others} rows in block {number}, expected as many")
        if not (np.isfinite(bounds).all() and (bounds[:, 0] >= 0).all()):
            _refuse(data, number, first)
        first += rows
    if first == 0:
        raise ValueError("masses: shape (0,), expected at least one mass")
    mass = math.fsum(part[2] for part in parts)
    if mass == 0:
        raise ValueError("masses: 0.0 everywhere, expected one above 0 at least")
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
    return Summary(first, mass, Sample(*(np.concatenate(column) for column in zip(*drawn, strict=True))))


def _refuse(data, number, first):
    """Name the first bad value of a block."""

    def bad(block, masses, positions):
        if block != number:
            return None
        given = (("masses", masses, checks.AT_LEAST_ZERO), ("positions", positions, checks.FINITE))
        for name, values, interval in given:
            allowed = checks.Range.read(interval)
            wrong = ~allowed.holds(values)
            if wrong.any():
                row, *axis = np.argwhere(wrong)[0].tolist()
                value, where = values[(row, *axis)].item(), ", ".join(map(str, (first + row, *axis)))
                return f"{name}: {value!r} (index {where}), expected {allowed.words(name)}"
        return None

    raise ValueError(next(filter(None, data.read(bad))))
