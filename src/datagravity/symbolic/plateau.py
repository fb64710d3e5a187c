"""How fast operations per joule grow while compute energy falls faster than transport energy."""

from sympy import Max, Min, log

from datagravity.symbolic.law import energy, optimal_distance, proximity, saving_exponent, transport
from datagravity.symbolic.notation import (
    G_d,
    beta,
    compute_halving,
    fixed_share,
    gd_now,
    nearest,
    paid_ratio,
    r,
    reuse_doubling,
    transport_halving,
    years,
)

#: [extension] Doublings a year of the transport part alone; what the rate of gain falls to.
rate_limit = 1 / transport_halving + 1 / reuse_doubling
#: [extension] Doublings of G_d a year.
gap_growth = 1 / compute_halving - rate_limit
#: [extension] G_d after some years; `years` may be negative in numbers.
gd_after = gd_now * 2 ** (years * gap_growth)
#: [extension] When G_d reaches a value, in years from now.
crossing_year = log(G_d / gd_now) / (log(2) * gap_growth)
#: [extension] Doublings a year of operations per joule: the mean of both rates, weighted with the energies.
mean_rate = (1 / compute_halving + paid_ratio * rate_limit) / (1 + paid_ratio)
#: [extension] The same as a logistic curve above its limit; no intermediate value overflows.
logistic_rate = rate_limit + gap_growth / (1 + paid_ratio)
#: [extension] The rate of a system that always sits at its optimal distance, none fixed and no nearest one.
realigned_rate = saving_exponent / compute_halving + (1 - saving_exponent) * rate_limit
#: [extension] The time in which that distance halves.
distance_halving = 2 / gap_growth
#: [extension] From which G_d on tiles gain by being nearer than built, and until which there is a nearer place.
realigned_from = (3 - beta) / (beta - 1)
realigned_until = realigned_from / nearest**2
#: [extension] The distance of tiles that are realigned every day, between the nearest one and the one as built.
realigned_distance = Max(nearest, Min(1, optimal_distance("tile", fixed_share)))
#: [extension] Transport over all other energy there; as built it is G_d.
realigned_ratio = (transport("tile", fixed_share) / proximity("tile")).subs(r, realigned_distance)
#: [extension] Operations per joule after some years over those as built now: at the place as built, and realigned.
fixed_gain = 2 ** (years / compute_halving) * (1 + gd_now) / (1 + G_d)
realigned_gain = (2 ** (years / compute_halving) * (1 + gd_now) / energy("tile", fixed_share)).subs(
    r, realigned_distance
)
