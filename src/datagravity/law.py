"""The placement law in numbers: what `import datagravity` offers for G_d, distances and savings.

Every function broadcasts like numpy, returns a Python float for scalars, and evaluates an expression of
`datagravity.symbolic`. Energies are in units of the compute energy of one operation; distance 1 is the system as
built. Arguments outside their range raise ValueError, with the argument, the value and the range. A result that
leaves double precision raises OverflowError: infinity and NaN are never returned.
"""

import numpy as np
from scipy.optimize import elementwise

from datagravity import checks, symbolic
from datagravity.compiled import numpy_function

#: Which symbol an argument stands for, where the names differ.
_SYMBOLS = {"gd": symbolic.G_d, "distance": symbolic.r}

#: The doubles next to the open ends of the range of beta.
_FIRST_BETA, _LAST_BETA = np.nextafter([1.0, 3.0], 2.0)

#: How far past the turning point a saving may lie, relatively, and still count as rounding.
_ROUNDING = 1e-12

BRANCHES = ("low", "high")


def _calculate(expression, values):
    """The expression at broadcast arrays, by argument name; infinities and NaN are left for the caller to see."""
    symbols = (_SYMBOLS.get(name) or getattr(symbolic, name) for name in values)
    with np.errstate(all="ignore"):
        result = numpy_function(expression, *symbols)(*values.values())
    return np.array(np.broadcast_to(result, np.broadcast_shapes(*(array.shape for array in values.values()))))


def _evaluate(function, expression, least=-np.inf, **arguments):
    """Check the arguments, evaluate, refuse what is not finite, and return a float for scalars.

    `least` is a bound that the exact result respects and that rounding may break by a digit or two of the last place.
    """
    values = checks.numbers(**arguments)
    result = _calculate(expression, values)
    bad = ~np.isfinite(result)
    if bad.any():
        where = ", ".join(checks.first_bad(name, array, bad) for name, array in values.items())
        raise OverflowError(f"{function} leaves the range of double precision at {where}")
    return _plain(np.maximum(result, least))


def _plain(array):
    return array if array.ndim else float(array)


def disjunction_constant(transport_pj, compute_pj):
    """The disjunction constant G_d: energy of moving the operands over energy of the operation. [abstract]

    Parameters
    ----------
    transport_pj, compute_pj : positive numbers or arrays, pJ per operation

    Returns
    -------
    float or array, a pure number

    Raises
    ------
    ValueError, OverflowError : see the module.
    """
    return _evaluate(
        "disjunction_constant", symbolic.disjunction_constant, transport_pj=transport_pj, compute_pj=compute_pj
    )


def workload_disjunction_constant(
    transport_pj_per_bit, compute_pj, operands=2, width_bits=32, operations_per_operand=1
):
    """G_d with its convention as arguments: n w e_bit / (u e_op). [extension]

    It is the energy balance of the energy roofline (Choi, Bedard, Fowler, Vuduc 2013) over the arithmetic intensity.

    Parameters
    ----------
    transport_pj_per_bit : positive, pJ per bit moved
    compute_pj : positive, pJ per operation
    operands : operands of one operation
    width_bits : bits of one operand
    operations_per_operand : operations that use an operand once it is fetched (reuse)

    Returns
    -------
    float or array, a pure number

    Raises
    ------
    ValueError, OverflowError : see the module.
    """
    return _evaluate(
        "workload_disjunction_constant",
        symbolic.workload_disjunction_constant,
        transport_pj_per_bit=transport_pj_per_bit,
        compute_pj=compute_pj,
        operands=operands,
        width_bits=width_bits,
        operations_per_operand=operations_per_operand,
    )


def saving_exponent(beta):
    """The exponent lambda = (beta - 1) / 2 of the saving, in (0, 1). [abstract]

    Parameters
    ----------
    beta : number or array in (1, 3)

    Raises
    ------
    ValueError : see the module.
    """
    return _evaluate("saving_exponent", symbolic.saving_exponent, beta=beta)


def asymptotic_saving(gd, beta):
    """The abstract's saving G_d ** ((beta - 1) / 2), without a prefactor. [abstract]

    Parameters
    ----------
    gd : positive number or array
    beta : number or array in (1, 3)

    Raises
    ------
    ValueError : see the module.
    """
    return _evaluate("asymptotic_saving", symbolic.asymptotic_saving, gd=gd, beta=beta)


def energy(distance, gd, beta, model="tile", fixed_share=0.0):
    """Energy per operation at a distance, in units of the compute energy. [reconstruction]

    With p = beta - 1 and q = 3 - beta: tile G (phi + (1 - phi) r^p) + r^(-q), patch the same terms over p and q.

    Parameters
    ----------
    distance : positive number or array; 1 is the system as built
    gd : positive number or array, the disjunction constant
    beta : number or array in (1, 3)
    model : "tile" or "patch"
    fixed_share : in [0, 1), share of the transport energy at distance 1 that no distance shrinks; above 0 [extension]

    Returns
    -------
    float or array

    Raises
    ------
    ValueError, OverflowError : see the module.
    """
    model = checks.choice("model", model, symbolic.MODELS)
    expression = symbolic.energy(model, symbolic.fixed_share)
    return _evaluate("energy", expression, distance=distance, gd=gd, beta=beta, fixed_share=fixed_share)


def optimal_distance(gd, beta, model="tile", fixed_share=0.0):
    """The distance of least energy; below 1 it pays to move closer than the system as built. [reconstruction]

    Tile sqrt((3 - beta) / ((beta - 1) (1 - phi) G)), patch 1 / sqrt((1 - phi) G).

    Parameters
    ----------
    gd, beta, model, fixed_share : as for `energy`

    Returns
    -------
    float or array, in units of the distance of the system as built

    Raises
    ------
    ValueError, OverflowError : see the module.
    """
    model = checks.choice("model", model, symbolic.MODELS)
    expression = symbolic.optimal_distance(model, symbolic.fixed_share)
    return _evaluate("optimal_distance", expression, gd=gd, beta=beta, fixed_share=fixed_share)


def saving(gd, beta, model="tile", fixed_share=0.0):
    """The saving energy(1) / energy(optimal distance), at least 1. [reconstruction]

    Parameters
    ----------
    gd, beta, model, fixed_share : as for `energy`

    Returns
    -------
    float or array, a pure number

    Raises
    ------
    ValueError, OverflowError : see the module.
    """
    model = checks.choice("model", model, symbolic.MODELS)
    expression = symbolic.saving(model, symbolic.fixed_share)
    return _evaluate("saving", expression, least=1.0, gd=gd, beta=beta, fixed_share=fixed_share)


def saving_from_share(transport_share, beta):
    """The saving from the transport share alone: exp KL(1 - lambda || tau), lambda = (beta - 1) / 2. [extension]

    The share theorem for two terms; neither G_d nor a unit is needed.

    Parameters
    ----------
    transport_share : number or array in (0, 1), share of transport in the energy of the system as built
    beta : number or array in (1, 3)

    Returns
    -------
    float or array, a pure number

    Raises
    ------
    ValueError, OverflowError : see the module.
    """
    expression = symbolic.saving_from_share
    return _evaluate("saving_from_share", expression, least=1.0, transport_share=transport_share, beta=beta)


def excess_energy(distance_ratio, beta):
    """Energy over least energy when the distance is `distance_ratio` times the optimal one. [extension]

    It is (1 - lambda) rho^(2 lambda) + lambda rho^(-2 (1 - lambda)), the same for every G_d and in both models.

    Parameters
    ----------
    distance_ratio : positive number or array
    beta : number or array in (1, 3)

    Returns
    -------
    float or array, at least 1

    Raises
    ------
    ValueError, OverflowError : see the module.
    """
    return _evaluate("excess_energy", symbolic.excess_energy, least=1.0, distance_ratio=distance_ratio, beta=beta)


def implied_beta(saving, gd, model="tile", branch=None):
    """The beta whose exact saving is the given one: the inverse of `saving` without a fixed share. [extension]

    Between its limits at beta -> 1 and beta -> 3 the saving turns once: at its minimum 1 (tile) or at its maximum,
    Specht's ratio (patch). So one saving may belong to two betas.

    Parameters
    ----------
    saving : number or array
    gd : positive number or array
    model : "tile" or "patch"
    branch : "low", "high", or None: the low one where both exist, else the one that exists

    Returns
    -------
    float or array in (1, 3); `saving(implied_beta(s, gd), gd)` is s to 1e-10, in the patch model for gd between 1e-5
    and 1e5: beyond, the doubles next to 1 and 3 lie too far apart for its steep ends

    Raises
    ------
    ValueError
        As the module says; also if no beta of that branch gives the saving (with the range that has a solution), and
        for "patch" at gd = 1, where every beta gives the saving 1.
    """
    model = checks.choice("model", model, symbolic.MODELS)
    branches = BRANCHES if branch is None else (checks.choice("branch", branch, BRANCHES),)
    values = checks.numbers(saving=saving, gd=gd)
    target, at_gd = values["saving"], {"gd": values["gd"]}
    if model == "patch" and (at_gd["gd"] == 1).any():
        where = checks.first_bad("gd", at_gd["gd"], at_gd["gd"] == 1)
        raise ValueError(f"{where}: with model 'patch' every beta gives the saving 1, so none is implied")

    turn = np.clip(_calculate(symbolic.turning_beta(model), at_gd), _FIRST_BETA, _LAST_BETA)
    extreme = _calculate(symbolic.turning_saving(model), at_gd)
    ends = dict(zip(BRANCHES, (_calculate(end, at_gd) for end in symbolic.end_savings(model)), strict=True))
    brackets = {"low": (np.full_like(turn, _FIRST_BETA), turn), "high": (turn, np.full_like(turn, _LAST_BETA))}
    exists = {name: _has_solution(target, extreme, ends[name], model) for name in branches}

    none = ~np.logical_or.reduce(list(exists.values()))
    if none.any():
        raise ValueError(_no_solution(values, none, model, branch, extreme, [ends[name] for name in branches]))
    # Where the first branch asked for has no solution the other one does: that much is certain by now.
    lower = np.where(exists[branches[0]], brackets[branches[0]][0], brackets[branches[-1]][0])
    upper = np.where(exists[branches[0]], brackets[branches[0]][1], brackets[branches[-1]][1])
    return _plain(_root(target, at_gd["gd"], model, lower, upper))


def _has_solution(target, extreme, end, model):
    """Whether the target lies between the turning point, rounding allowed, and the limit at the end of a branch."""
    outward = -1 if model == "tile" else 1  # the side of the turning point where no saving lies
    beyond = outward * (target / extreme - 1)
    return (beyond <= _ROUNDING) & ((beyond >= 0) | (outward * (target - end) > 0))


def _no_solution(values, bad, model, branch, extreme, ends):
    index = tuple(np.argwhere(bad)[0])
    least, most = (extreme, np.maximum.reduce(ends)) if model == "tile" else (ends[0], extreme)
    allowed = f"{least[index]:.12g} <= saving < {most[index]:.12g}"
    if model == "patch":
        allowed = f"{least[index]:.12g} < saving <= {most[index]:.12g}"
    what = "a beta" if branch is None else f"a beta on the {branch} branch"
    where = ", ".join(checks.first_bad(name, array, bad) for name, array in values.items())
    return f"{where}: model {model!r} has {what} only for {allowed}"


def _root(target, gd, model, lower, upper):
    """The beta between `lower` and `upper` that gives the target; the nearer end where rounding hides the crossing."""
    formula = numpy_function(symbolic.saving(model), symbolic.beta, symbolic.G_d)

    def miss(beta, target, gd):
        return np.log(formula(beta, gd)) - np.log(target)

    with np.errstate(all="ignore"):
        at_lower, at_upper = (np.abs(miss(end, target, gd)) for end in (lower, upper))
        bad = ~np.isfinite(at_lower + at_upper)
        if bad.any():
            raise OverflowError(
                f"implied_beta leaves the range of double precision at {checks.first_bad('gd', gd, bad)}"
            )
        solution = elementwise.find_root(miss, (lower, upper), args=(target, gd))
    return np.where(solution.success, solution.x, np.where(at_lower < at_upper, lower, upper))
