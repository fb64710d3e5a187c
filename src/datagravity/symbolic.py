"""Every formula of the book, once, as a sympy expression.

The LaTeX that the pages print, the numpy functions of `datagravity.law` and the expressions behind the sliders are all
generated from here (see `datagravity.compiled`), so that they cannot differ. Each result carries one of three labels:

* abstract: arXiv:2603.26053 states it in its abstract;
* reconstruction: a model of ours from which the abstract's statement follows (the paper's own is not known to us);
* extension: it goes past the paper.

Energies are in units of the compute energy of one operation, distances in units of the distance of the system as
built, so that r = 1 is the system as built and r < 1 is closer to the data.
"""

from functools import cache
from typing import NamedTuple

from sympy import (
    Add,
    E,
    Expr,
    Integer,
    Max,
    Min,
    Mul,
    Symbol,
    atan,
    exp,
    expand_power_base,
    factor_terms,
    log,
    powsimp,
    sqrt,
    sympify,
)

from datagravity.checks import AT_LEAST_ZERO, FINITE, OPEN_SHARE, POSITIVE, SHARE, choice


class Notation(NamedTuple):
    """How a symbol is printed, what it means, its unit ("1" for a pure number) and what functions ask of it.

    `interval` is where its values lie, as in "(0, 1]", and `argument` its name among the arguments of functions.
    """

    latex: str
    meaning: str
    unit: str
    interval: str
    argument: str


#: Every symbol of the book: symbol -> Notation. The table of notation is printed from it.
NOTATION = {}
#: The symbol that a name stands for: its own, or that of its argument. No name stands for two.
SYMBOLS = {}


def _symbol(name, latex, meaning, unit="1", *, interval=POSITIVE, argument=None):
    symbol = Symbol(name, positive=True)
    NOTATION[symbol] = Notation(latex, meaning, unit, interval, argument or name)
    for known in {name, argument or name}:
        if known in SYMBOLS:
            raise ValueError(f"name: {known!r}, expected a name that no other symbol has")
        SYMBOLS[known] = symbol
    return symbol


# The placement law.
G_d = _symbol(
    "G_d", r"G_d", "disjunction constant: transport energy over compute energy, per operation, as built", argument="gd"
)
beta = _symbol("beta", r"\beta", "exponent of the placement law, between 1 and 3", interval="(1, 3)")
r = _symbol("r", r"r", "distance between operation and operand; r = 1 is the system as built", argument="distance")
fixed_share = _symbol(
    "fixed_share", r"\phi", "share of the transport energy at r = 1 that no distance shrinks", interval="[0, 1)"
)
transport_share = _symbol(
    "transport_share", r"\tau", "share of transport in the energy of the system as built", interval=OPEN_SHARE
)
distance_ratio = _symbol("distance_ratio", r"\rho", "distance over optimal distance")

# Names for the left side of an equation.
lambda_ = _symbol(
    "lambda_", r"\lambda", "exponent of the saving, half of beta - 1, between 0 and 1", interval=OPEN_SHARE
)
total_energy = _symbol("total_energy", r"E", "energy per operation", "compute energy")
least_energy = _symbol("least_energy", r"E^{*}", "energy per operation at the optimal distance", "compute energy")
best_distance = _symbol("best_distance", r"r^{*}", "optimal distance; 1 is the system as built")
saving_factor = _symbol(
    "saving_factor", r"S", "energy of the system as built over energy at the optimal distance", argument="saving"
)

# Two energies of one job, and the convention that turns joules into G_d.
transport_pj = _symbol(
    "transport_pj", r"E_{\mathrm{transport}}", "energy that moves the operands of one operation", "pJ"
)
compute_pj = _symbol("compute_pj", r"E_{\mathrm{compute}}", "energy of one operation", "pJ")
transport_pj_per_bit = _symbol("transport_pj_per_bit", r"e_{\mathrm{bit}}", "energy that moves one bit", "pJ/bit")
operands = _symbol("operands", r"n", "operands of one operation")
width_bits = _symbol("width_bits", r"w", "width of an operand", "bit")
operations_per_operand = _symbol("operations_per_operand", r"u", "operations that use an operand once it is fetched")

# The two-term theorem.
A = _symbol("A", r"A", "coefficient of the term that grows with distance")
B = _symbol("B", r"B", "coefficient of the term that falls with distance")
C = _symbol("C", r"C", "energy that does not depend on distance", interval=AT_LEAST_ZERO)
p = _symbol("p", r"p", "exponent of the term that grows with distance")
q = _symbol("q", r"q", "exponent of the term that falls with distance")

# --- Two terms -------------------------------------------------------------------------------------------------------

#: [reconstruction] One power of the distance that grows, one that falls, and a constant.
two_terms = A * r**p + B * r ** (-q) + C
#: [reconstruction] The only minimum of `two_terms`, where p A r^p = q B r^(-q).
two_terms_distance = (q * B / (p * A)) ** (1 / (p + q))
#: [reconstruction] Its value: a weighted geometric mean of the two terms, and the constant.
two_terms_minimum = (A * (p + q) / q) ** (q / (p + q)) * (B * (p + q) / p) ** (p / (p + q)) + C


def share_theorem(best_shares, shares):
    """The factor E/E* by which energy exceeds its optimum, from shares alone. [extension]

    It is exp KL(best || now), written as a product of powers, and exact for any sum of power terms in any number of
    placement variables with an interior optimum, constants included. This is the duality of geometric programming
    (Duffin, Peterson, Zener 1967).

    Parameters
    ----------
    best_shares, shares : sequences of expressions, equally long
        The terms' shares of the energy at the optimum and now; each sequence sums to one.
    """
    return Mul(*((best / now) ** best for best, now in zip(best_shares, shares, strict=True)))


def relative_entropy(best_shares, shares):
    """KL(best || now) = sum of best ln(best / now), in nats; the logarithm of `share_theorem`. [extension]"""
    return Add(*(best * log(best / now) for best, now in zip(best_shares, shares, strict=True)))


# --- The disjunction constant ----------------------------------------------------------------------------------------

#: [abstract] The ratio of the two energies of one job.
disjunction_constant = transport_pj / compute_pj
#: [extension] The same with its convention spelt out (the energy balance of the energy roofline, Choi et al. 2013).
workload_disjunction_constant = operands * width_bits * transport_pj_per_bit / (operations_per_operand * compute_pj)

#: [extension] Both energies of one operation, in units of the compute energy, and the larger of the two: their sum lies
#: between the larger one and twice the larger one.
both_energies = 1 + G_d
larger_energy = Max(1, G_d)

# --- The placement law: two models of two terms ----------------------------------------------------------------------

#: [abstract] The exponent lambda of the saving.
saving_exponent = (beta - 1) / 2
#: [abstract] The saving as the abstract gives it.
asymptotic_saving = G_d**saving_exponent

# Both models have p = beta - 1 and q = 3 - beta. They differ in what multiplies the two terms: (transport, proximity).
_POWERS = {p: beta - 1, q: 3 - beta}
_WEIGHTS = {"tile": (Integer(1), Integer(1)), "patch": (1 / (beta - 1), 1 / (3 - beta))}

#: The names of the models.
MODELS = tuple(_WEIGHTS)


def _of(model, table):
    """The model's entry, or a ValueError that lists the models."""
    return table[choice("model", model, MODELS)]


def _terms(model, share, scale=1):
    """The coefficients A, B, C and the exponents p, q of a model, all energies times `scale`."""
    transport_weight, proximity_weight = _of(model, _WEIGHTS)
    transport = G_d * transport_weight * scale
    share = sympify(share)
    return {A: transport * (1 - share), B: proximity_weight * scale, C: transport * share, **_POWERS}


@cache
def transport(model="tile", fixed_share: Expr = 0):
    """The part of `energy` that moves operands: it grows with the distance `r`. [reconstruction]"""
    return factor_terms((A * r**p + C).subs(_terms(model, fixed_share)))


@cache
def proximity(model="tile"):
    """The part of `energy` that being close costs: it falls with the distance `r`. [reconstruction]"""
    return (B * r ** (-q)).subs(_terms(model, 0))


def energy(model="tile", fixed_share: Expr = 0):
    """Energy per operation against the distance `r`, in units of the compute energy. [reconstruction]

    Tile: G (phi + (1-phi) r^(beta-1)) + r^(beta-3). Patch: the same two terms over beta-1 and 3-beta.

    Parameters
    ----------
    model : "tile" or "patch"
    fixed_share : number in [0, 1), or the symbol `fixed_share`. A share above 0 is an [extension].
    """
    return transport(model, fixed_share) + proximity(model)


@cache
def optimal_distance(model="tile", fixed_share: Expr = 0):
    """The distance r* of least energy; 1 is the system as built. Parameters as for `energy`. [reconstruction]"""
    # Powers of single factors: the product under the root may overflow where the root itself does not.
    return expand_power_base(two_terms_distance.subs(_terms(model, fixed_share)))


@cache
def saving(model="tile", fixed_share: Expr = 0):
    """The saving energy(1) / energy(r*). Parameters as for `energy`. [reconstruction]

    Both energies are divided by the weights of both terms first, and powers are split into powers of single factors:
    so no intermediate value overflows for G_d from 1e-300 to 1e300 and any beta in (1, 3).
    """
    transport_weight, proximity_weight = _of(model, _WEIGHTS)
    terms = _terms(model, fixed_share, 1 / (transport_weight * proximity_weight))
    # A sum of two, kept apart: G (3-beta) + beta - 1 from left to right would lose the small difference beta - 1.
    built = Add(factor_terms(terms[A] + terms[C]), terms[B], evaluate=False)
    return built / powsimp(expand_power_base(two_terms_minimum.subs(terms)), combine="exp")


@cache
def built_share(model="tile"):
    """The transport share of the energy of the system as built. [reconstruction]"""
    transport_weight, proximity_weight = _of(model, _WEIGHTS)
    return 1 / (1 + proximity_weight / (G_d * transport_weight))


#: [extension] The virial rule: the transport share at the optimum, 1 - lambda, whatever G_d and in both models.
optimal_share = (3 - beta) / 2
#: [extension] The saving from two shares, that of transport now and the one at the optimum: exp KL(1-lambda || tau).
saving_from_share = share_theorem((optimal_share, saving_exponent), (transport_share, 1 - transport_share))
#: [extension] Energy over least energy at rho = r / r*: free of G_d and the same in both models.
excess_energy = two_terms.subs({A: optimal_share, B: saving_exponent, C: 0, r: distance_ratio, **_POWERS})

# --- Bounds and relations --------------------------------------------------------------------------------------------

#: [extension] Amdahl's bound: what saving all transport at no cost would bring. An inward move stays below it.
amdahl_bound = 1 / (1 - transport_share)
#: [extension] What the difference of the two shares guarantees at least (Pinsker's inequality).
share_lower_bound = exp(2 * (transport_share - optimal_share) ** 2)
#: [extension] Specht's ratio: the largest saving of the patch model over all beta. Undefined (limit 1) at G_d = 1.
specht_bound = (G_d - 1) * G_d ** (1 / (G_d - 1)) / (E * log(G_d))
#: [reconstruction] The G_d of the tile model that saves as much as G_d does in the patch model.
equivalent_tile_gd = G_d * (3 - beta) / (beta - 1)


@cache
def inward_threshold(model="tile", fixed_share: Expr = 0):
    """The G_d above which moving closer (r* < 1) saves energy. [reconstruction]"""
    return factor_terms(G_d * optimal_distance(model, fixed_share) ** 2)


@cache
def turning_beta(model="tile"):
    """The beta at which the saving turns: its minimum 1 (tile) or its maximum, Specht's ratio (patch). [extension]"""
    return _of(model, {"tile": (G_d + 3) / (G_d + 1), "patch": 1 + 2 * (G_d / (G_d - 1) - 1 / log(G_d))})


@cache
def turning_saving(model="tile"):
    """The saving at `turning_beta`. [extension]"""
    return _of(model, {"tile": Integer(1), "patch": specht_bound})


@cache
def end_savings(model="tile"):
    """The limits of the saving as beta -> 1 and as beta -> 3; neither is reached. [extension]"""
    return _of(model, {"tile": (1 + 1 / G_d, 1 + G_d), "patch": (Integer(1), Integer(1))})


# --- Where exponent and interval come from ---------------------------------------------------------------------------

rent_exponent = _symbol(
    "rent_exponent",
    r"p_{\mathrm{R}}",
    "Rent's exponent: the terminals of a block grow like its sites to this power",
    interval=SHARE,
)
reuse_exponent = _symbol(
    "reuse_exponent", r"\theta", "the reuse of an operand grows like local memory to this power", interval="[0, 1)"
)
core = _symbol("core", r"x_0", "distance below which interaction weights level off; 1 is the system as built")

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

operation_cost = _symbol("operation_cost", r"\kappa", "coefficient of the falling term, 1 in both models")
operand_ratio = _symbol("operand_ratio", r"c", "energy to move the operands over energy to move the operation itself")
nearest = _symbol(
    "nearest", r"r_{\min}", "the nearest distance that can be built; 1 is the system as built", interval=SHARE
)
levels = _symbol("levels", r"K", "number of distances that can be chosen from", interval="[2, inf)")
level_ratio = _symbol(
    "level_ratio", r"R", "distance of one level over the distance of the next nearer one", interval="(1, inf)"
)
dimension = _symbol("dimension", r"\delta", "dimensions of the space that holds the data")
sites = _symbol("sites", r"N", "number of data")
assumed_beta = _symbol("assumed_beta", r"\beta'", "the beta that somebody assumes, between 1 and 3", interval="(1, 3)")
places = _symbol("places", r"k", "number of places that compute")


@cache
def weighted_energy(model="tile"):
    """`energy` with a coefficient kappa on its falling term. [extension]"""
    return transport(model) + operation_cost * proximity(model)


#: [extension] The tile model when each place costs the same, however short the link to it.
fixed_place_energy = G_d * r ** (beta - 1) + r**-2
#: [extension] The exponent of its saving, below 1 for every beta > 1.
fixed_place_exponent = (beta - 1) / (beta + 1)


@cache
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


@cache
def best_places(model="tile"):
    """The number of places of least energy, r*^(-2). [extension]"""
    return expand_power_base(optimal_distance(model) ** -2)


#: [reconstruction] A level of a memory hierarchy: transport at its own price, and the operation sent to k places.
level_energy = G_d + places * r ** (beta - 1)

# --- Shares ----------------------------------------------------------------------------------------------------------

measured_share = _symbol(
    "measured_share", r"s", "share of the energy that was measured as data movement", interval=SHARE
)
constant_share = _symbol(
    "constant_share", r"c_0", "share of energy that no placement changes, not booked as movement", interval="[0, 1)"
)
booked_share = _symbol(
    "booked_share", r"c_1", "share of energy that no placement changes, booked as movement", interval="[0, 1)"
)

#: [extension] The virial rule read backwards: beta from the measured transport share of an optimal system.
virial_beta = 3 - 2 * measured_share
#: [extension] The same with constant energy, booked as movement or not.
corrected_virial_beta = 3 - 2 * (measured_share - booked_share) / (1 - booked_share - constant_share)

# --- Information mass and pull ---------------------------------------------------------------------------------------

bytes_per_access = _symbol("bytes_per_access", r"b", "bytes that one access to a data set moves", "B")
accesses_per_operation = _symbol("accesses_per_operation", r"n_{\mathrm{a}}", "accesses to a data set in one operation")
mass = _symbol("mass", r"M", "information mass: bytes of a data set that one operation moves", "B")
unit_energy = _symbol("unit_energy", r"e_0", "energy that moves one byte over the distance d_0", "pJ/B")
unit_distance = _symbol("unit_distance", r"d_0", "distance at which a byte costs e_0", "mm")
path_length = _symbol("path_length", r"d", "distance between the computation and a data set", "mm")
exponent = _symbol("exponent", r"a", "exponent of a path: energy grows like the distance to this power")
x = _symbol(
    "x", r"x", "first coordinate of the computation, from an origin to the left of all data", "mm", interval=FINITE
)
y = _symbol("y", r"y", "second coordinate of the computation, from an origin below all data", "mm", interval=FINITE)
separation = _symbol("separation", r"D", "distance between two data sets", "mm")
heavy = _symbol("heavy", r"M", "information mass of the heavier of two data sets", "B")
light = _symbol("light", r"m", "information mass of the lighter of two data sets", "B")
gap_ratio = _symbol("gap_ratio", r"g", "distance from the light over distance from the heavy of two data sets")

#: [reconstruction] What makes a data set heavy: much is read of it, and often.
information_mass = bytes_per_access * accesses_per_operation
#: [reconstruction] Energy that one data set costs an operation at a distance.
path_energy = mass * unit_energy * (path_length / unit_distance) ** exponent
#: [reconstruction] Its pull, the slope of that energy; it points to the data set.
path_pull = factor_terms(path_energy.diff(path_length))


def potential(masses, places):
    """The potential U(x, y) of data sets in the plane: the sum of their `path_energy`. [reconstruction]

    Parameters
    ----------
    masses : sequence of numbers or symbols
    places : sequence of pairs of numbers or symbols, one pair a mass
    """
    distances = [sqrt((x - at[0]) ** 2 + (y - at[1]) ** 2) for at in places]
    return Add(*(path_energy.subs({mass: m, path_length: d}) for m, d in zip(masses, distances, strict=True)))


def pull(masses, places):
    """The pull -grad U on a computation at (x, y), as a pair. Parameters as for `potential`. [reconstruction]"""
    total = potential(masses, places)
    return -total.diff(x), -total.diff(y)


#: [extension] At the neutral point of two data sets, where their pulls cancel: how much farther the light one is.
neutral_ratio = (heavy / light) ** (1 / (exponent - 1))
#: [extension] Distance of the neutral point from the heavy one.
neutral_point = separation / (1 + gap_ratio)

# --- Many data sets --------------------------------------------------------------------------------------------------

#: [extension] Energy on the line between two data sets, at `path_length` from the heavy one; e_0 = d_0 = 1.
two_body_energy = heavy * path_length**exponent + light * (separation - path_length) ** exponent
#: [extension] Energy at the light data set over energy at the neutral point.
saving_over_light = (1 + gap_ratio) ** (exponent - 1)
#: [extension] Energy at the heavy data set over energy at the neutral point.
saving_over_heavy = (1 + 1 / gap_ratio) ** (exponent - 1)
#: [extension] What moving away from the heavier of two data sets can save at most, whatever their masses.
saving_over_heavy_bound = 2 ** (exponent - 1)
#: [extension] Three equal masses on an equilateral triangle of side 1: energy at the centre and at a corner.
triangle_centre_energy = 3 * (1 / sqrt(3)) ** exponent
triangle_corner_energy = Integer(2)
#: [extension] The exponent above which the centre of that triangle beats its corners.
triangle_threshold = 2 * (1 - log(2) / log(3))

# --- Decoding --------------------------------------------------------------------------------------------------------

batch = _symbol("batch", r"b", "sequences in flight, over all accelerators")
context = _symbol("context", r"c", "mean tokens in the KV cache of a sequence", "token", interval=AT_LEAST_ZERO)
weight_bits = _symbol("weight_bits", r"w_{\mathrm{W}}", "width of a weight", "bit")
kv_bits = _symbol("kv_bits", r"w_{\mathrm{KV}}", "width of a cached number", "bit")
shared_weights = _symbol("shared_weights", r"N_0", "weights that every token reads")
routed_weights = _symbol(
    "routed_weights", r"N_{\mathrm{x}}", "weights of all routed experts; 0 in a dense model", interval=AT_LEAST_ZERO
)
experts = _symbol("experts", r"X", "routed experts of a layer")
chosen_experts = _symbol("chosen_experts", r"k_{\mathrm{x}}", "routed experts that one token uses")
cached_numbers = _symbol("cached_numbers", r"n_{\mathrm{KV}}", "numbers that one token adds to the KV cache")
attention_flop = _symbol(
    "attention_flop",
    r"f_{\mathrm{att}}",
    "operations of one new token on one cached token",
    "FLOP",
    interval=AT_LEAST_ZERO,
)
bandwidth = _symbol("bandwidth", r"\mathit{BW}", "memory bandwidth of one accelerator", "GB/s")
peak = _symbol("peak", r"\mathit{PF}", "peak arithmetic of one accelerator", "TFLOP/s")
power = _symbol("power", r"P", "thermal design power of one accelerator", "W")
memory_efficiency = _symbol(
    "memory_efficiency", r"\eta_{\mathrm{m}}", "share of the bandwidth that decoding reaches", interval="(0, 1]"
)
arithmetic_efficiency = _symbol(
    "arithmetic_efficiency", r"\eta_{\mathrm{a}}", "share of the peak it reaches", interval="(0, 1]"
)
static_share = _symbol("static_share", r"\sigma", "power that flows in any case, over design power", interval=SHARE)

_PJ = Integer(10) ** -12

#: [extension] Bytes of weights read for one token: of the experts, the union of those that a batch hits.
weight_bytes = (
    (shared_weights + routed_weights * (1 - (1 - chosen_experts / experts) ** batch)) * weight_bits / (8 * batch)
)
#: [extension] Bytes of the KV cache read for one token.
kv_bytes = cached_numbers * context * kv_bits / 8
#: [extension] Operations of one token: a multiplication and an addition for each weight it uses, and attention.
token_flop = 2 * (shared_weights + routed_weights * chosen_experts / experts) + attention_flop * context

#: [extension] Energy of one token, in joules: moving the two kinds of bytes, and arithmetic at its peak efficiency.
weight_energy = 8 * _PJ * transport_pj_per_bit * weight_bytes
kv_energy = 8 * _PJ * transport_pj_per_bit * kv_bytes
arithmetic_energy = _PJ * token_flop * power / peak
#: [extension] Seconds of one accelerator that each of them takes.
weight_seconds = weight_bytes / (memory_efficiency * bandwidth * 10**9)
kv_seconds = kv_bytes / (memory_efficiency * bandwidth * 10**9)
arithmetic_seconds = token_flop / (arithmetic_efficiency * peak * 10**12)
#: [extension] Energy that flows meanwhile, whatever moves or computes: the term outside G_d.
static_energy = static_share * power * (weight_seconds + kv_seconds + arithmetic_seconds)
#: [extension] Joules of one token, and its G_d.
token_energy = weight_energy + kv_energy + arithmetic_energy + static_energy
token_disjunction_constant = (weight_energy + kv_energy) / arithmetic_energy
#: [extension] The batch at which G_d is one in a dense model, if the KV cache alone stays below it.
dense_batch_at_unity = (weight_energy * batch).subs(routed_weights, 0) / (arithmetic_energy - kv_energy).subs(
    routed_weights, 0
)

# --- Published systems -----------------------------------------------------------------------------------------------

acted_share = _symbol(
    "acted_share", r"f", "share of the time, the energy or the bytes that a lever acts on", interval=SHARE
)
divisor = _symbol("divisor", r"s", "by what a lever divides the share that it acts on")
cache_ratio = _symbol(
    "cache_ratio", r"\chi", "bytes of all KV caches over bytes of weights, read in one step", interval=AT_LEAST_ZERO
)
kept_share = _symbol(
    "kept_share", r"c_{\mathrm{k}}", "share of the bytes, weights or tokens that is kept", interval="(0, 1]"
)
cached_share = _symbol("cached_share", r"c_{\mathrm{KV}}", "share of the cache that is kept", interval="(0, 1]")
hidden = _symbol("hidden", r"d_{\mathrm{m}}", "width of a transformer")
layers = _symbol("layers", r"n_{\ell}", "layers of a transformer")
input_tokens = _symbol("input_tokens", r"n_{\mathrm{t}}", "tokens of an input")
near_speed = _symbol("near_speed", r"s_{\mathrm{n}}", "bandwidth inside a memory over the bandwidth out of it")
balance_batch = _symbol("balance_batch", r"b_0", "batch at which arithmetic takes as long as reading the weights")
lost_share = _symbol("lost_share", r"f_{\ell}", "share of the speed that a system loses", interval="[0, 1)")
bandwidth_ratio = _symbol("bandwidth_ratio", r"\mathit{BW}/\mathit{BW}_0", "bandwidth of a system over its baseline's")
extra_traffic = _symbol(
    "extra_traffic", r"\epsilon", "traffic of the baseline above that of the system", interval=AT_LEAST_ZERO
)
converted_share = _symbol(
    "converted_share", r"m_{\mathrm{c}}", "share of the numbers that a format converts", interval=SHARE
)
outlier_share = _symbol("outlier_share", r"o", "share of the converted numbers that stays wide", interval=SHARE)
wide_bits = _symbol("wide_bits", r"w_{\mathrm{w}}", "width of a number before", "bit")
narrow_bits = _symbol("narrow_bits", r"w_{\mathrm{n}}", "width of a number after", "bit")
slow_share = _symbol(
    "slow_share", r"q_{\mathrm{s}}", "share of a round trip that reaches the slow memory", interval=SHARE
)
raw_bits = _symbol(
    "raw_bits", r"w_{\mathrm{r}}", "bits of a number that hold no regularity", "bit", interval=AT_LEAST_ZERO
)
entropy_bits = _symbol("entropy_bits", r"h", "entropy of the rest of a number", "bit", interval=AT_LEAST_ZERO)
passes_before = _symbol("passes_before", r"\nu_0", "passes over the data, of the baseline")
passes_after = _symbol("passes_after", r"\nu", "passes over the data, of the system")
speed_ratio = _symbol("speed_ratio", r"\Theta", "speed over the speed of the baseline")
size_ratio = _symbol("size_ratio", r"\Sigma", "memory of the baseline over memory of the system")
energy_ratio = _symbol("energy_ratio", r"\Lambda", "energy of the baseline over energy of the system")
joules_per_item = _symbol("joules_per_item", r"\varepsilon", "energy of one item: a token, an image", "J")
items_per_second = _symbol("items_per_second", r"\dot n", "items in a second", "1/s")
items_per_page = _symbol("items_per_page", r"n_{\mathrm{p}}", "items on a page, the least that can be read")
used_share = _symbol("used_share", r"u_{\mathrm{p}}", "share of the items of a page that are used", interval="(0, 1]")
shallow_share = _symbol("shallow_share", r"\ell", "share of the layers that see every token", interval=SHARE)
full_share = _symbol("full_share", r"h_{\mathrm{f}}", "share of the heads that keep the whole cache", interval=SHARE)
window = _symbol("window", r"n_{\mathrm{w}}", "tokens that a head or a layer sees at most", "token")
block_length = _symbol("block_length", r"n_{\mathrm{b}}", "tokens of a block", "token")
state_megabytes = _symbol("state_megabytes", r"Z", "state that stands in for the cache of a sequence", "MB")
busy_before = _symbol(
    "busy_before", r"\eta_0", "share of the arithmetic that the baseline keeps busy", interval="(0, 1]"
)
busy_after = _symbol("busy_after", r"\eta", "share of the arithmetic that the system keeps busy", interval="(0, 1]")
waiting_share = _symbol(
    "waiting_share",
    r"f_{\mathrm{w}}",
    "share of the baseline's time, or of its tokens, that the system avoids",
    interval="[0, 1)",
)
reloaded_share = _symbol(
    "reloaded_share", r"f_{\mathrm{r}}", "share of the traffic that the baseline loads again", interval=SHARE
)
baseline_ratio = _symbol("baseline_ratio", r"\kappa_0", "compression ratio of the baseline")
in_flight = _symbol("in_flight", r"n_{\mathrm{s}}", "sequences of the system at work at once, for one of the baseline")
fetched_bytes = _symbol(
    "fetched_bytes", r"b_{\mathrm{f}}", "bytes fetched from far for one item", "B", interval=AT_LEAST_ZERO
)
link_bandwidth = _symbol(
    "link_bandwidth", r"\mathit{BW}_{\mathrm{l}}", "bandwidth of the link to the far memory", "GB/s"
)

#: [extension] Amdahl's rule (1967): a lever divides a share of the whole by a factor, and at most removes it.
amdahl_gain = divisor / (acted_share + divisor * (1 - acted_share))
amdahl_limit = 1 / (1 - acted_share)
#: [extension] Weights of the matrices of a plain transformer, and numbers that one token adds to its cache.
matrix_weights = 12 * layers * hidden**2
full_cached_numbers = 2 * layers * hidden
#: [extension] Bytes of all caches over bytes of weights in such a transformer, both of one width.
full_attention_cache_ratio = batch * context * full_cached_numbers / matrix_weights
#: [extension] Time of a step that waits for memory, before over after: caches shrink, weights do not.
cache_gain = (1 + cache_ratio) / (1 + kept_share * cache_ratio)
#: [extension] Caches read inside the memory while weights are read out of it: against one bus, against taking turns.
#: Time is in units of one reading of the weights; past the balanced batch their arithmetic takes longer than that.
weights_time = Max(1, batch / balance_batch)
overlap_gain = (weights_time + cache_ratio) / Max(weights_time, cache_ratio / near_speed)
turns_gain = (weights_time + cache_ratio / near_speed) / Max(weights_time, cache_ratio / near_speed)
#: [extension] Overlap of two activities gains two at most, and overlap in a memory its speed and one at most.
overlap_limit = 1 + near_speed
#: [extension] Energy when redundant traffic is removed from a share of it.
traffic_gain = 1 / (1 - acted_share * extra_traffic / (1 + extra_traffic))
#: [extension] Memory when numbers are converted and some of them stay wide.
conversion_gain = wide_bits / (
    (1 - converted_share) * wide_bits
    + converted_share * ((1 - outlier_share) * narrow_bits + outlier_share * wide_bits)
)
#: [extension] Traffic when narrow numbers are read, written back wide and read again, partly past the cache.
round_trip_gain = wide_bits / (narrow_bits + 2 * slow_share * wide_bits)
#: [extension] What a lossless code gains at most on numbers of which some bits are noise.
lossless_gain = wide_bits / (raw_bits + entropy_bits)
#: [extension] Operations of a transformer on an input, over those without the part that grows with its square.
quadratic_gain = 1 + input_tokens / (6 * hidden)
#: [extension] Passes over the same data, before over after.
passes_gain = passes_before / passes_after
#: [extension] Mean power over that of the baseline.
power_ratio = speed_ratio / energy_ratio
#: [extension] Items that a read brings and uses, over one.
page_gain = items_per_page * used_share
#: [extension] Work on a prompt of which only a share goes past the first layers.
depth_gain = 1 / (shallow_share + (1 - shallow_share) * kept_share)
#: [extension] Cache when some heads keep all and the others a window.
heads_gain = 1 / (full_share + (1 - full_share) * window / context)
#: [extension] Share of the cache traffic left when half of the layers see blocks, one pass a block, the others a block.
block_share = (block_length**-2 + block_length / context) / 2
#: [extension] A state, read and written for each token, over the cache at 16 bits that would be read instead.
state_share = 2 * state_megabytes * 10**6 / (2 * full_cached_numbers * context)
#: [extension] Traffic when a share of it is loaded once in each pass, over loading it once.
reload_gain = 1 - reloaded_share + reloaded_share * passes_before
#: [extension] Time without the part that was spent waiting.
waiting_gain = 1 / (1 - waiting_share)
#: [extension] Share of its arithmetic that a system keeps busy, over that of its baseline.
busy_gain = busy_after / busy_before
#: [extension] A compression ratio over another one.
ratio_gain = lossless_gain / baseline_ratio
#: [extension] A cache of which a share is read, inside the memory.
near_sparse_gain = near_speed / kept_share
#: [extension] Speed with a far memory over speed without it, if nothing hides the link.
link_gain = 1 / (1 + fetched_bytes * items_per_second / (link_bandwidth * 10**9))
#: [extension] Seconds of attention on a token, over half the context in the mean, for each second of shipping it.
shipping_cover = (2 * context * hidden / (peak * 10**12)) / (fetched_bytes / (link_bandwidth * 10**9))
#: [extension] Mean power of a device that handles items one after another.
mean_power = joules_per_item * items_per_second
#: [extension] Items for one joule.
items_per_joule = 1 / joules_per_item
#: [extension] The energy per bit at which moving a token's cache costs what computing the token again costs.
recompute_pj_per_bit = token_flop * power / (peak * cached_numbers * kv_bits)

# --- The plateau -----------------------------------------------------------------------------------------------------

years = _symbol("years", r"t", "time from now", "year", interval=FINITE)
gd_now = _symbol("gd_now", r"G_0", "disjunction constant now, at t = 0")
compute_halving = _symbol(
    "compute_halving", r"T_{\mathrm{c}}", "time in which the compute energy halves", "year", interval="(0, inf]"
)
transport_halving = _symbol(
    "transport_halving", r"T_{\mathrm{t}}", "time in which the transport energy halves", "year", interval="(0, inf]"
)
reuse_doubling = _symbol(
    "reuse_doubling", r"T_u", "time in which the operations per operand double", "year", interval="(0, inf]"
)
paid_ratio = _symbol("paid_ratio", r"x", "transport over all other energy at the distance of the day")
gain_rate = _symbol("gain_rate", r"v", "rate of the gain in operations per joule", "1/year", interval=FINITE)

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
