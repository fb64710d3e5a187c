"""The search for an exponent from 1 on, where the energy is one valley: trial after trial until the bound meets it."""

import numpy as np

from datagravity.placement.certificate import ROUNDING
from datagravity.placement.energy import energies_in_one_reading
from datagravity.placement.expansion import expand_all, square_reach_for
from datagravity.placement.model import next_trial
from datagravity.placement.reading import Local
from datagravity.placement.sample import FEW, draw


def find_valley(data, summary, exponent, start, tolerance, max_iterations):
    """The best expansion found, a lower bound and whether the search ended by itself."""
    if summary.rows <= FEW:
        centre, square_reach = _mean(summary.sample), np.inf
    else:
        centre = _solve_sample(summary.sample, exponent)
        square_reach = square_reach_for(summary.sample, centre, summary.rows)
    if start is not None:
        trials = np.stack([start, centre])
        centre = trials[np.argmin(energies_in_one_reading(Local(*summary.sample), trials, exponent))]
    return _descend(data, summary.mass, exponent, centre, square_reach, tolerance, max_iterations)


def _mean(sample):
    """The centre of mass."""
    origin = sample.positions[0]  # so that an offset far beyond the spread costs no digits
    return origin + sample.masses @ (sample.positions - origin) / sample.masses.sum()


def _solve_sample(sample, exponent):
    """The optimum of a sample, itself from a sample of it."""
    rows = len(sample.masses)
    data, mass = Local(*sample), sample.masses.sum()
    if rows <= FEW:
        centre, square_reach = _mean(sample), np.inf
    else:
        part = draw(*sample, 16, np.random.default_rng(rows))
        centre = _solve_sample(part, exponent)
        square_reach = square_reach_for(part, centre, rows)
    # A sample of n points is off by about 1 / n in energy, so a hundredth of that is precise.
    best, _, _ = _descend(data, mass, exponent, centre, square_reach, 0.01 / rows, 20)
    return best.centre


def _descend(data, mass, exponent, centre, square_reach, tolerance, max_iterations):
    """Best expansion, lower bound and whether it ended by itself, from one trial position and what is near to it."""
    best, lower, trust, moved, idle = None, -np.inf, None, 0.0, 0
    for _ in range(max_iterations):
        here = expand_all(data, centre, exponent, square_reach)
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
        centre, bound = next_trial(best, exponent, tolerance, way, trust)
        lower = max(lower, bound)
        if best.energy - lower <= (tolerance - ROUNDING) * best.energy:
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
