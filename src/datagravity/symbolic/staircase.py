"""The staircase: what a path costs if only boundaries are priced, and what a wire beside it changes. [extension]

Boundaries lie at distances 1, R, R^2, ... and cost 1, R^a, R^(2a), ...: distances in units of the innermost boundary's,
energies in units of its price.
"""

from sympy import Add, Integer, Max, Min, acos, ceiling, log, pi, sqrt

from datagravity.checks import cached
from datagravity.symbolic.notation import (
    boundaries,
    crossed,
    exponent,
    level_ratio,
    price_ratio,
    reach,
    side_ratio,
    wire_price,
)

_STEP = level_ratio**exponent

#: [extension] The exponent a of a staircase is what designers chose: ln of the ratio of prices over ln of the spacing.
boundary_exponent = log(price_ratio) / log(level_ratio)

# --- From a point inside all boundaries ------------------------------------------------------------------------------

#: [extension] The boundaries nearer than `reach`: those with R^b < reach.
crossed_boundaries = Max(0, ceiling(log(reach) / log(level_ratio)))
#: [extension] The price of the first `crossed` boundaries.
staircase_sum = (_STEP**crossed - 1) / (_STEP - 1)
#: [extension] What a path of length `reach` costs.
staircase_energy = staircase_sum.subs(crossed, crossed_boundaries)
#: [extension] For reach > 1 it is at least the first of these and below the second one.
staircase_bounds = ((reach**exponent - 1) / (_STEP - 1), (_STEP * reach**exponent - 1) / (_STEP - 1))
#: [extension] The power in the middle of the two, on a logarithmic axis, where both are large.
staircase_power = sqrt(_STEP) * reach**exponent / (_STEP - 1)
#: [extension] The exponent that the last two of `crossed` + 1 levels show; it falls to a as levels are added.
staircase_exponent = log(staircase_sum.subs(crossed, crossed + 1) / staircase_sum) / log(level_ratio)

# --- A wire beside it ------------------------------------------------------------------------------------------------

#: [extension] The same path with a wire that costs `wire_price` a unit of length.
wired_energy = staircase_energy + wire_price * reach
#: [extension] Where `staircase_power` and the wire cost the same, for a < 1; the wire decides farther out.
meeting_reach = (sqrt(_STEP) / ((_STEP - 1) * wire_price)) ** (1 / (1 - exponent))

# --- Between two places of a plane -----------------------------------------------------------------------------------

_near = Min(side_ratio, 1)
_far = Min(Max(side_ratio, 1), sqrt(2))
#: [extension] The probability that a grid of squares, thrown at random, separates two points whose distance is
#: `side_ratio` sides: the needle of Buffon and Laplace, 4 t / pi - t^2 / pi up to one side, and 1 from a diagonal on.
crossing_probability = (
    (4 * _near - _near**2) / pi + (4 * acos(1 / _far) - 4 * sqrt(_far**2 - 1) + _far**2 - 1) / pi  # 0 up to one side
)


@cached
def plane_energy(count):
    """The mean cost between two places of a plane at distance `reach`, with `count` grids of squares. [extension]

    The grid b has sides R^b and the price R^(a b), which is paid once if the grid separates the two places.
    """
    return Add(
        *(
            _STEP**number * crossing_probability.subs(side_ratio, reach / level_ratio**number)
            for number in map(Integer, range(count))
        )
    )


#: [extension] For a < 1 and 1 <= reach <= R^(number of grids): `plane_energy` over reach^a lies between these two,
#: however many grids there are.
plane_bounds = (
    3 / (pi * _STEP),
    4 / pi * (_STEP / (_STEP - 1) + level_ratio / (level_ratio - _STEP)),
)
#: [extension] For a > 1 and 1 <= reach <= R^(boundaries - 1): the same over reach. The largest grid sets both.
steep_plane_bounds = tuple(
    (level_ratio ** (exponent - 1)) ** (boundaries - 1) * factor
    for factor in (3 / pi, 4 / pi * _STEP / (_STEP - level_ratio))
)
