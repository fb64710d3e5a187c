"""What the placement law rests on: where its exponent comes from, and what other assumptions make of it."""

from sympy import Max, atan, expand_power_base, sqrt

from datagravity.checks import cached
from datagravity.symbolic.law import (
    energy,
    excess_energy,
    optimal_distance,
    proximity,
    saving,
    saving_exponent,
    share_theorem,
    specht_bound,
    transport,
    two_terms_minimum,
)
from datagravity.symbolic.notation import (
    A,
    B,
    C,
    G_d,
    assumed_beta,
    beta,
    core,
    dimension,
    distance_ratio,
    level_ratio,
    levels,
    nearest,
    operand_ratio,
    operation_cost,
    p,
    q,
    r,
    rent_exponent,
    reuse_exponent,
    sites,
)

# --- Where exponent and interval come from ---------------------------------------------------------------------------

#: [extension] Rent's rule: terminals per site of a block of side r, that is of r^2 sites.
rent_terminals_per_site = (r**2) ** (rent_exponent - 1)
#: [extension] What remains of beta in the patch model when interactions follow Rent's rule instead of x^(-2).
rent_beta = beta - 2 * (1 - rent_exponent)
#: [extension] The tile model when reuse grows with the local memory, and that with the area of a tile.
reuse_energy = G_d * r ** (beta - 1 - 2 * reuse_exponent) + r ** (beta - 3)
#: [extension] The exponent of its saving; below zero there is nothing to gain by moving closer.
reuse_saving_exponent = (saving_exponent - reuse_exponent) / (1 - reuse_exponent)
#: [extension] Patches at beta = 2 with interaction weights 1 / (x_0^2 + x^2), which stay bounded at short distance.
bounded_energy = G_d * (r - core * atan(r / core)) + atan(core / r) / core
#: [extension] Its saving. The optimum is where it always is in patches, at G^(-1/2).
bounded_saving = bounded_energy.subs(r, 1) / bounded_energy.subs(r, 1 / sqrt(G_d))
#: [extension] Only the larger term of the tile model is paid for.
overlapped_energy = Max(G_d * r ** (beta - 1), r ** (beta - 3))
#: [extension] Its saving: the bare power of the abstract where G_d >= 1.
overlapped_saving = Max(1, G_d) / G_d ** (1 - saving_exponent)

# --- What the law rests on -------------------------------------------------------------------------------------------


@cached
def weighted_energy(model="tile"):
    """`energy` with a coefficient kappa on its falling term. [extension]"""
    return transport(model) + operation_cost * proximity(model)


@cached
def full_bill(model="tile"):
    """`weighted_energy` and energy that no distance changes, arithmetic for one: C, in the same unit. [extension]"""
    return weighted_energy(model) + C


@cached
def full_saving(model="tile"):
    """What the best place saves of `full_bill`: two terms at G_d / kappa, and C on both sides. [extension]"""
    terms = weighted_energy(model).subs(r, 1)
    return (terms + C) / (terms / saving(model).subs(G_d, G_d / operation_cost) + C)


#: [extension] The tile model if operations travel over the wires of their operands: kappa grows with G_d.
shared_wires_energy = full_bill("tile").subs(operation_cost, G_d / operand_ratio)
#: [extension] Its saving. The best place and the limit for large G_d depend on gamma alone.
shared_wires_saving = full_saving("tile").subs(operation_cost, G_d / operand_ratio)
#: [extension] The limit, which no G_d exceeds: the saving of tiles at gamma.
shared_wires_ceiling = saving("tile").subs(G_d, operand_ratio)
#: [extension] The operation goes to its operand's tile alone, over the whole system: its price falls with no distance.
unicast_energy = G_d * r ** (beta - 1) + operation_cost + C

#: [extension] The tile model when each place costs the same, however short the link to it.
fixed_place_energy = G_d * r ** (beta - 1) + r**-2
#: [extension] The exponent of its saving, below 1 for every beta > 1.
fixed_place_exponent = (beta - 1) / (beta + 1)
#: [extension] What G_d places cost there, over the least energy. It grows with G_d without bound.
fixed_place_count_cost = fixed_place_energy.subs(r, 1 / sqrt(G_d)) / two_terms_minimum.subs(
    {A: G_d, B: 1, C: 0, p: beta - 1, q: 2}, simultaneous=True
)


@cached
def nearest_saving(model="tile"):
    """The saving when no distance below `nearest` can be built, for r* < 1 and nearest < 1. [extension]"""
    total = energy(model)
    return total.subs(r, 1) / total.subs(r, Max(optimal_distance(model), nearest))


#: [extension] What `nearest_saving` stays below for every G_d: the fall of transport alone.
nearest_bound = nearest ** (1 - beta)

#: [extension] Over which distance, relative to the optimal one, two levels at the ratio R are equally bad: the worst
#: optimum lies so that the farther one is off by this factor.
worst_distance_ratio = sqrt(
    saving_exponent
    * (level_ratio ** (2 * (1 - saving_exponent)) - 1)
    / ((1 - saving_exponent) * (1 - level_ratio ** (-2 * saving_exponent)))
)
#: [extension] What the worst optimum between two levels costs: energy at the better level over least energy.
level_loss = excess_energy.subs(distance_ratio, worst_distance_ratio)
#: [extension] The ratio of neighbours among K levels, evenly spaced in ln r from G^(-1/2) to 1.
even_level_ratio = G_d ** (1 / (2 * (levels - 1)))
#: [extension] The range that each of K levels serves, if the levels lie where they serve it best: the ends are free.
free_level_ratio = G_d ** (1 / (2 * levels))

#: [extension] Tiles in a space of any dimension: k = r^(-dimension) places, links of length r.
dimension_energy = G_d * r ** (beta - 1) + r ** (beta - 1 - dimension)
#: [extension] The exponent of its saving.
dimension_exponent = (beta - 1) / dimension
#: [extension] Its least energy for N data at unit spacing, with the price of one link of unit length as unit; G_d is
#: here the energy to move the operands over that price.
dimension_least_energy = sites**dimension_exponent * two_terms_minimum.subs(
    {A: G_d, B: 1, C: 0, p: beta - 1, q: dimension + 1 - beta}, simultaneous=True
)

#: [extension] What any beta can make a wrong distance cost at most: Specht's ratio of the squared ratio.
flatness_bound = specht_bound.subs(G_d, distance_ratio**2)
#: [extension] What it costs to place tiles for the wrong beta: exp KL(lambda || lambda'), whatever G_d.
wrong_beta_cost = share_theorem(
    (saving_exponent, 1 - saving_exponent),
    tuple(share.subs(beta, assumed_beta) for share in (saving_exponent, 1 - saving_exponent)),
)
#: [extension] What it costs to compute at G_d places whatever beta is: 2 exp(-H(lambda)) in the tile model.
count_cost = wrong_beta_cost.subs(assumed_beta, 2)


@cached
def best_places(model="tile"):
    """The number of places of least energy, r*^(-2). [extension]"""
    return expand_power_base(optimal_distance(model) ** -2)
