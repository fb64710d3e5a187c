"""Where to compute in a real memory hierarchy: a few levels instead of a free choice of distance. [extension]

The model is the tile model with measured levels. The farthest level holds all the data. To compute beside a nearer
one is to split the data over as many places as it takes of that level to hold them; an operand then costs the energy
of that level, and the operation is sent to every place over links as long as that level is far:

    energy(level) = transport(level) / compute + places * (distance / farthest distance) ** (beta - 1)

If energy grows as a power of distance and capacity as its square, these are the tile model's own two terms.
`worst_loss` says what few levels cost there at worst, wherever the best distance lies.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from datagravity import checks, fits, law, symbolic
from datagravity.evaluate import evaluate


class Level(NamedTuple):
    """One level of a memory hierarchy; distances may be in any unit, the same for all levels."""

    name: str
    capacity_kib: float
    energy_pj_per_bit: float
    distance: float


@dataclass(frozen=True)
class Hierarchy:
    """What `compute_at` found. Energies are per operation, in units of the compute energy; nearest level first."""

    levels: tuple
    beta: float
    #: Transport over compute energy beside each level; the last one is the G_d of the system as built.
    gd: tuple
    #: How many places compute if they stand beside this level.
    places: tuple
    energy: tuple
    #: The level of least energy.
    best: Level
    #: Energy beside the farthest level, that is as built, over energy beside the best one.
    saving: float
    #: The best distance up to the farthest one if every distance could be built, in units of the farthest one.
    continuum_distance: float
    continuum_energy: float
    #: Energy beside the best level over `continuum_energy`. It can lie below 1 where a level is cheaper than the power
    #: law between the others.
    loss: float

    def table(self):
        """One row a level, as a data frame for `datagravity.chapter.table`."""
        rows = zip(self.levels, self.places, self.gd, self.energy, strict=True)
        return pd.DataFrame(
            {
                "level": level.name,
                "capacity_kib": level.capacity_kib,
                "distance": level.distance / self.levels[-1].distance,
                "places": places,
                "gd": gd,
                "energy": energy,
                "best": "best" if level == self.best else "",
            }
            for level, places, gd, energy in rows
        )


def compute_at(levels, compute_pj, *, beta=None, operands=2, width_bits=32, operations_per_operand=1):
    """Where in a memory hierarchy an operation costs least, and what having few levels costs. [extension]

    Parameters
    ----------
    levels : two or more `Level`s (or rows of four such values), in any order; a farther level has more capacity
    compute_pj : positive, pJ per operation
    beta : in (1, 3); if None, 1 + the slope of ln(energy) against ln(distance) over the levels
    operands, width_bits, operations_per_operand : as for `datagravity.workload_disjunction_constant`

    Returns
    -------
    Hierarchy

    Raises
    ------
    ValueError
        If a level or an argument is not as described; the message names the level, the column and the value.
    """
    levels = _checked(levels)
    capacity, transport, distance = (np.array([level[column] for level in levels], float) for column in (1, 2, 3))
    convention = {"operands": operands, "width_bits": width_bits, "operations_per_operand": operations_per_operand}
    gd = law.workload_disjunction_constant(transport, compute_pj, **convention)
    relative = distance / distance[-1]
    beta = _slope(transport, distance) if beta is None else beta
    best_distance = min(1.0, law.optimal_distance(gd[-1], beta))
    continuum = law.energy(best_distance, gd[-1], beta)
    places = capacity[-1] / capacity
    energy = evaluate("compute_at", symbolic.level_energy, gd=gd, places=places, distance=relative, beta=beta)
    best = int(np.argmin(energy))
    return Hierarchy(
        levels=levels,
        beta=float(beta),
        gd=tuple(gd.tolist()),
        places=tuple(places.tolist()),
        energy=tuple(energy.tolist()),
        best=levels[best],
        saving=float(energy[-1] / energy[best]),
        continuum_distance=best_distance,
        continuum_energy=continuum,
        loss=float(energy[best] / continuum),
    )


def worst_loss(levels, gd, beta=2.0, *, ends_built=False):
    """What some levels cost at worst over every best distance from gd ** (-1/2) to 1: energy over least. [extension]

    The levels lie where the worst case is least: each serves an equal part of the range of ln(distance). If levels must
    stand at both ends of the range, one of them is lost: `levels` free ones are as good as `levels` + 1 with both ends.

    Parameters
    ----------
    levels : whole number, at least 1, or 2 if both ends are built
    gd : number above 1, the largest disjunction constant of the jobs (see `datagravity.evaluate` for arrays)
    beta : number in (1, 3)
    ends_built : whether levels stand at gd ** (-1/2) and at 1

    Returns
    -------
    float, at least 1

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> [round(worst_loss(count, 992), 3) for count in (1, 2, 3, 4)]
    [2.895, 1.396, 1.17, 1.094]
    >>> [round(worst_loss(count, 992, ends_built=True), 3) for count in (2, 3, 4)]
    [2.895, 1.396, 1.17]
    """
    levels = checks.whole("levels", levels, 2 if ends_built else 1)
    checks.numbers("gd", gd, "(1, inf)")
    ratio = symbolic.even_level_ratio if ends_built else symbolic.free_level_ratio
    formula = symbolic.level_loss.subs(symbolic.level_ratio, ratio)
    return evaluate("worst_loss", formula, least=1.0, levels=levels, gd=gd, beta=beta)


def _checked(levels):
    """The levels as `Level`s, nearest first, or a ValueError that says what is wrong with which."""
    levels = list(levels)
    if len(levels) < 2:
        raise ValueError(f"levels: {len(levels)} given, expected at least two")
    for index, row in enumerate(levels):
        if isinstance(row, str) or len(row) != len(Level._fields):
            raise ValueError(f"levels: {row!r} (index {index}), expected {', '.join(Level._fields)}")
        level = levels[index] = Level(*row)
        if not isinstance(level.name, str) or not level.name.strip():
            raise ValueError(f"levels[{index}].name: {level.name!r}, expected words")
        for column, value in zip(Level._fields[1:], level[1:], strict=True):
            checks.number(f"levels[{index}].{column}", value, checks.POSITIVE)
    levels.sort(key=lambda level: level.distance)
    for near, far in pairwise(levels):
        for column in ("distance", "capacity_kib"):
            least, value = getattr(near, column), getattr(far, column)
            if value <= least:
                raise ValueError(
                    f"{column} of level {far.name!r}: {value!r}, "
                    f"expected more than the {least!r} of the nearer level {near.name!r}"
                )
    return tuple(levels)


def _slope(transport, distance):
    """Beta from the levels themselves; ValueError if it is outside (1, 3)."""
    beta = 1 + fits.line(np.log(distance), np.log(transport)).slope
    if not 1 < beta < 3:
        raise ValueError(f"beta: {beta:.4g} from the slope of the levels, expected 1 < beta < 3; state beta yourself")
    return beta
