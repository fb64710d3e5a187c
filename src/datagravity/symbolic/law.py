"""The two-term theorem, the disjunction constant, the placement law with its two models, and its bounds."""

from sympy import Add, E, Expr, Integer, Max, Mul, exp, expand_power_base, factor_terms, log, powsimp, sympify

from datagravity.checks import cached, choice
from datagravity.symbolic.notation import (
    A,
    B,
    C,
    G_d,
    beta,
    booked_share,
    compute_pj,
    constant_share,
    distance_ratio,
    measured_share,
    operands,
    operations_per_operand,
    p,
    places,
    q,
    r,
    transport_pj,
    transport_pj_per_bit,
    transport_share,
    width_bits,
)

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


@cached
def transport(model="tile", fixed_share: Expr = 0):
    """The part of `energy` that moves operands: it grows with the distance `r`. [reconstruction]"""
    return factor_terms((A * r**p + C).subs(_terms(model, fixed_share)))


@cached
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


@cached
def optimal_distance(model="tile", fixed_share: Expr = 0):
    """The distance r* of least energy; 1 is the system as built. Parameters as for `energy`. [reconstruction]"""
    # Powers of single factors: the product under the root may overflow where the root itself does not.
    return expand_power_base(two_terms_distance.subs(_terms(model, fixed_share)))


@cached
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


@cached
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

#: [reconstruction] A level of a memory hierarchy: transport at its own price, and the operation sent to k places.
level_energy = G_d + places * r ** (beta - 1)

# --- Bounds and relations --------------------------------------------------------------------------------------------

#: [extension] Amdahl's bound: what saving all transport at no cost would bring. An inward move stays below it.
amdahl_bound = 1 / (1 - transport_share)
#: [extension] What the difference of the two shares guarantees at least (Pinsker's inequality).
share_lower_bound = exp(2 * (transport_share - optimal_share) ** 2)
#: [extension] Specht's ratio: the largest saving of the patch model over all beta. Undefined (limit 1) at G_d = 1.
specht_bound = (G_d - 1) * G_d ** (1 / (G_d - 1)) / (E * log(G_d))
#: [reconstruction] The G_d of the tile model that saves as much as G_d does in the patch model.
equivalent_tile_gd = G_d * (3 - beta) / (beta - 1)


@cached
def inward_threshold(model="tile", fixed_share: Expr = 0):
    """The G_d above which moving closer (r* < 1) saves energy. [reconstruction]"""
    return factor_terms(G_d * optimal_distance(model, fixed_share) ** 2)


@cached
def turning_beta(model="tile"):
    """The beta at which the saving turns: its minimum 1 (tile) or its maximum, Specht's ratio (patch). [extension]"""
    return _of(model, {"tile": (G_d + 3) / (G_d + 1), "patch": 1 + 2 * (G_d / (G_d - 1) - 1 / log(G_d))})


@cached
def turning_saving(model="tile"):
    """The saving at `turning_beta`. [extension]"""
    return _of(model, {"tile": Integer(1), "patch": specht_bound})


@cached
def end_savings(model="tile"):
    """The limits of the saving as beta -> 1 and as beta -> 3; neither is reached. [extension]"""
    return _of(model, {"tile": (1 + 1 / G_d, 1 + G_d), "patch": (Integer(1), Integer(1))})


# --- Shares ----------------------------------------------------------------------------------------------------------

#: [extension] The virial rule read backwards: beta from the measured transport share of an optimal system.
virial_beta = 3 - 2 * measured_share
#: [extension] The same with constant energy, booked as movement or not.
corrected_virial_beta = 3 - 2 * (measured_share - booked_share) / (1 - booked_share - constant_share)
