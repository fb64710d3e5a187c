"""`place` and what it returns."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from datagravity import checks
from datagravity.placement.arguments import point, readable
from datagravity.placement.certificate import ROUNDING
from datagravity.placement.energy import energies_in_one_reading
from datagravity.placement.funnels import search_funnels
from datagravity.placement.sample import summarise
from datagravity.placement.valley import find_valley

if TYPE_CHECKING:  # neither is loaded without need
    import dask.array as da
    import pandas as pd

#: What holds one number a data set, and what holds one position.
Numbers: TypeAlias = "NDArray[Any] | Sequence[float] | pd.Series | da.Array"
Points: TypeAlias = "NDArray[Any] | Sequence[Sequence[float]] | pd.DataFrame | da.Array"


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

    Examples
    --------
    >>> found = place([1, 1, 2], [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], exponent=2)
    >>> found.certified, found.energy - found.lower_bound <= 1e-9 * found.energy
    (True, True)
    """

    position: NDArray[np.float64]
    energy: float
    lower_bound: float
    certified: bool
    iterations: int
    converged: bool
    _energy_at: Callable = field(repr=False)

    def saving_over(self, position: Numbers) -> float:
        """Energy at another position (d,) over the energy here: 1 here, inf where only the energy here is 0.

        Raises
        ------
        ValueError
            If the position is not d finite numbers.
        """
        other = point("position", position, self.position.size)
        if np.array_equal(other, self.position):
            return 1.0
        there = self._energy_at(other)
        if self.energy == 0:
            return 1.0 if there == 0 else math.inf
        return there / self.energy


def place(
    masses: Numbers,
    positions: Points,
    exponent: float,
    *,
    start: "Numbers | None" = None,
    tolerance: float = 1e-10,
    max_iterations: int = 100,
) -> Placement:
    """The position of least energy sum_i M_i |x - x_i|^a, with a lower bound that proves how good it is. [extension]

    From exponent 1 on the energy is convex and the position is the global optimum: median at 1, centre of mass at 2.
    Below 1 every data point is a local minimum; the search then compares data points and points between them, and its
    lower bound is exact only where a mass of half the total decides, or on a line.

    Parameters
    ----------
    masses : (n,), finite and at least 0, one of them above 0; numpy or dask array, or a Series
    positions : (n, d), finite, d >= 1; float32 and float64 are read as they are, in chunks; numpy or dask array, or a
        DataFrame
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

    Notes
    -----
    The proof in `datagravity.placement.certificate` reaches 1e-10 for every exponent from 1 on, unless rounding of the
    positions forbids. Below 1, |x|^a is a metric, so that U* >= sum_ij M_i M_j |x_i - x_j|^a / (2 (W - min M)): the
    best data point costs at most twice the optimum. More than 4096 points are first grouped about representatives, and
    what the grouping moves is subtracted.

    Examples
    --------
    Two masses at the ends of a line, one three times the other: the centre of mass, and the heavier end.

    >>> place([1, 3], [[0.0], [1.0]], exponent=2).position
    array([0.75])
    >>> place([1, 3], [[0.0], [1.0]], exponent=1).position
    array([1.])
    """
    exponent = checks.number("exponent", exponent, checks.POSITIVE)
    tolerance = checks.number("tolerance", tolerance, checks.AT_LEAST_ZERO)
    max_iterations = checks.whole("max_iterations", max_iterations)
    data = readable(masses, positions)
    start = None if start is None else point("start", start, data.dimensions)
    summary = summarise(data, exponent)
    search = find_valley if exponent >= 1 else search_funnels
    best, lower, converged = search(data, summary, exponent, start, tolerance, max_iterations)
    lower = max(0.0, float(lower) - ROUNDING * best.energy)
    return Placement(
        position=best.centre,
        energy=best.energy,
        lower_bound=lower,
        certified=bool(best.energy - lower <= tolerance * best.energy),
        iterations=data.readings,
        converged=converged,
        _energy_at=partial(_energy_of_one, data, exponent),
    )


def _energy_of_one(data, exponent, there):
    return float(energies_in_one_reading(data, there[None], exponent)[0])
