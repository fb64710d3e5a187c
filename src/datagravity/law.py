"""The placement law in numbers: what `import datagravity` offers for G_d, distances and savings.

Every function evaluates an expression of `datagravity.symbolic`. Where it says number, an argument may be a number, an
array, a Series or an `Interval`, and the result is a float, an array, a Series or an `Interval` (see
`datagravity.evaluate`). Energies are in units of the compute energy of one operation; distance 1 is the system as
built. Arguments outside their range raise ValueError, with the argument, the value and the range. A result that
leaves double precision raises OverflowError: infinity and NaN are never returned.
"""

import numpy as np

from datagravity import checks, symbolic
from datagravity.compiled import numpy_function
from datagravity.evaluate import apply, evaluate

#: The doubles next to the open ends of the range of beta.
_FIRST_BETA, _LAST_BETA = np.nextafter([1.0, 3.0], 2.0)

#: How far past the turning point a saving may lie, relatively, and still count as rounding.
_ROUNDING = 1e-12

BRANCHES = ("low", "high")


def disjunction_constant(transport_pj, compute_pj):
    """The disjunction constant G_d: energy of moving the operands over energy of the operation. [abstract]

    Parameters
    ----------
    transport_pj, compute_pj : number above 0, pJ per operation

    Returns
    -------
    float, a pure number

    Raises
    ------
    ValueError
        If an argument is out of its range.
    OverflowError
        If the result leaves double precision.

    Examples
    --------
    >>> round(disjunction_constant(transport_pj=1300, compute_pj=1.31), 1)
    992.4
    """
    return evaluate(
        "disjunction_constant", symbolic.disjunction_constant, transport_pj=transport_pj, compute_pj=compute_pj
    )


def workload_disjunction_constant(
    transport_pj_per_bit, compute_pj, operands=2, width_bits=32, operations_per_operand=1
):
    """G_d with its convention as arguments: n w e_bit / (u e_op). [extension]

    It is the energy balance of the energy roofline (Choi, Bedard, Fowler, Vuduc 2013) over the arithmetic intensity.

    Parameters
    ----------
    transport_pj_per_bit : number above 0, pJ per bit moved
    compute_pj : number above 0, pJ per operation
    operands : number above 0, operands of one operation
    width_bits : number above 0, bits of one operand
    operations_per_operand : number above 0, operations that use an operand once it is fetched (reuse)

    Returns
    -------
    float, a pure number

    Raises
    ------
    ValueError
        If an argument is out of its range.
    OverflowError
        If the result leaves double precision.

    Examples
    --------
    Two 32-bit operands at 20 pJ/bit for an operation of 4 pJ, each used once or sixteen times:

    >>> workload_disjunction_constant(20, 4, operations_per_operand=[1, 16])
    array([320.,  20.])
    """
    return evaluate(
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
    beta : number in (1, 3)

    Returns
    -------
    float in (0, 1)

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> saving_exponent(2.5)
    0.75
    """
    return evaluate("saving_exponent", symbolic.saving_exponent, beta=beta)


def asymptotic_saving(gd, beta):
    """The abstract's saving G_d ** ((beta - 1) / 2), without a prefactor. [abstract]

    Parameters
    ----------
    gd : number above 0
    beta : number in (1, 3)

    Returns
    -------
    float, a pure number

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> asymptotic_saving(gd=100, beta=2)
    10.0
    """
    return evaluate("asymptotic_saving", symbolic.asymptotic_saving, gd=gd, beta=beta)


def energy(distance, gd, beta, model="tile", fixed_share=0.0):
    """Energy per operation at a distance, in units of the compute energy. [reconstruction]

    With p = beta - 1 and q = 3 - beta: tile G (phi + (1 - phi) r^p) + r^(-q), patch the same terms over p and q.
    If the falling term has a coefficient kappa, give gd / kappa: the energy is then in units of kappa.

    Parameters
    ----------
    distance : number above 0; 1 is the system as built
    gd : number above 0, the disjunction constant
    beta : number in (1, 3)
    model : "tile" or "patch"
    fixed_share : in [0, 1), share of the transport energy at distance 1 that no distance shrinks; above 0 [extension].
        One share describes moves that cross no boundary of a machine: a move inside a die sheds what leaving it costs

    Returns
    -------
    float, in units of the compute energy of one operation

    Raises
    ------
    ValueError
        If an argument is out of its range.
    OverflowError
        If the result leaves double precision.

    Examples
    --------
    As built it is G_d + 1, and at the best distance the two terms are equal if beta is 2:

    >>> energy(distance=[1, 0.1], gd=100, beta=2)
    array([101.,  20.])
    """
    model = checks.choice("model", model, symbolic.MODELS)
    expression = symbolic.energy(model, symbolic.fixed_share)
    return evaluate("energy", expression, distance=distance, gd=gd, beta=beta, fixed_share=fixed_share)


def optimal_distance(gd, beta, model="tile", fixed_share=0.0):
    """The distance of least energy; below 1 it pays to move closer than the system as built. [reconstruction]

    Tile sqrt((3 - beta) / ((beta - 1) (1 - phi) G)), patch 1 / sqrt((1 - phi) G).

    Parameters
    ----------
    gd, beta, model, fixed_share : as for `energy`

    Returns
    -------
    float, in units of the distance of the system as built

    Raises
    ------
    ValueError
        If an argument is out of its range.
    OverflowError
        If the result leaves double precision.

    Examples
    --------
    >>> optimal_distance(gd=100, beta=2)
    0.1
    >>> optimal_distance(gd=0.25, beta=2)
    2.0
    """
    model = checks.choice("model", model, symbolic.MODELS)
    expression = symbolic.optimal_distance(model, symbolic.fixed_share)
    return evaluate("optimal_distance", expression, gd=gd, beta=beta, fixed_share=fixed_share)


def saving(gd, beta, model="tile", fixed_share=0.0):
    """The saving energy(1) / energy(optimal distance), at least 1. [reconstruction]

    Parameters
    ----------
    gd, beta, model, fixed_share : as for `energy`

    Returns
    -------
    float, a pure number

    Raises
    ------
    ValueError
        If an argument is out of its range.
    OverflowError
        If the result leaves double precision.

    Examples
    --------
    >>> saving(gd=100, beta=2)
    5.05
    >>> round(saving(gd=100, beta=2, fixed_share=0.5), 3)
    1.575

    If closeness costs four times what the model says, G_d counts for a fourth:

    >>> saving(gd=100 / 4, beta=2)
    2.6

    A stated range of G_d gives a range of savings:

    >>> from datagravity import Interval
    >>> found = saving(Interval(100, 25, 400), beta=2)
    >>> found.low < found.value < found.high
    True
    """
    model = checks.choice("model", model, symbolic.MODELS)
    expression = symbolic.saving(model, symbolic.fixed_share)
    return evaluate("saving", expression, least=1.0, gd=gd, beta=beta, fixed_share=fixed_share)


def saving_from_share(transport_share, beta):
    """The saving from the transport share alone: exp KL(1 - lambda || tau), lambda = (beta - 1) / 2. [extension]

    The share theorem for two terms; neither G_d nor a unit is needed.

    Parameters
    ----------
    transport_share : number in (0, 1), share of transport in the energy of the system as built
    beta : number in (1, 3)

    Returns
    -------
    float, a pure number

    Raises
    ------
    ValueError
        If an argument is out of its range.
    OverflowError
        If the result leaves double precision.

    Examples
    --------
    Half of the energy moves operands: where beta is 2 that is the optimum.

    >>> saving_from_share(transport_share=0.5, beta=2)
    1.0
    >>> round(saving_from_share(transport_share=0.9, beta=2), 2)
    1.67
    """
    expression = symbolic.saving_from_share
    return evaluate("saving_from_share", expression, least=1.0, transport_share=transport_share, beta=beta)


def excess_energy(distance_ratio, beta):
    """Energy over least energy when the distance is `distance_ratio` times the optimal one. [extension]

    It is (1 - lambda) rho^(2 lambda) + lambda rho^(-2 (1 - lambda)), the same for every G_d and in both models.

    Parameters
    ----------
    distance_ratio : number above 0
    beta : number in (1, 3)

    Returns
    -------
    float, at least 1

    Raises
    ------
    ValueError
        If an argument is out of its range.
    OverflowError
        If the result leaves double precision.

    Examples
    --------
    Twice the best distance costs a quarter more, and so does half of it:

    >>> excess_energy(distance_ratio=[0.5, 1, 2], beta=2)
    array([1.25, 1.  , 1.25])
    """
    return evaluate("excess_energy", symbolic.excess_energy, least=1.0, distance_ratio=distance_ratio, beta=beta)


def implied_beta(saving, gd, model="tile", branch=None):
    """The beta whose exact saving is the given one: the inverse of `saving` without a fixed share. [extension]

    Between its limits at beta -> 1 and beta -> 3 the saving turns once: at its minimum 1 (tile) or at its maximum,
    Specht's ratio (patch). So one saving may belong to two betas.

    Parameters
    ----------
    saving : number
    gd : number above 0
    model : "tile" or "patch"
    branch : "low", "high", or None: the low one where both exist, else the one that exists

    Returns
    -------
    float in (1, 3); `saving(implied_beta(s, gd), gd)` is s to 1e-10, in the patch model for gd between 1e-5
    and 1e5: beyond, the doubles next to 1 and 3 lie too far apart for its steep ends

    Raises
    ------
    ValueError
        As the module says; also if no beta of that branch gives the saving (with the range that has a solution), and
        for "patch" at gd = 1, where every beta gives the saving 1.

    Examples
    --------
    >>> round(implied_beta(saving=5.05, gd=100), 6)
    2.0
    >>> round(saving(gd=100, beta=implied_beta(saving=20, gd=100)), 6)
    20.0
    """
    model = checks.choice("model", model, symbolic.MODELS)
    branches = BRANCHES if branch is None else (checks.choice("branch", branch, BRANCHES),)
    return apply("implied_beta", lambda saving, gd: _implied_beta(saving, gd, model, branches), saving=saving, gd=gd)


def _implied_beta(saving, gd, model, branches):
    """`implied_beta` of arrays of one shape."""
    if model == "patch":
        checks.every("gd", gd, gd != 1, "any other value: there every beta of model 'patch' gives the saving 1")

    def at_gd(expression):
        return np.broadcast_to(numpy_function(expression, symbolic.G_d)(gd), gd.shape)

    turn = np.clip(at_gd(symbolic.turning_beta(model)), _FIRST_BETA, _LAST_BETA)
    extreme = at_gd(symbolic.turning_saving(model))
    ends = dict(zip(BRANCHES, map(at_gd, symbolic.end_savings(model)), strict=True))
    brackets = {"low": (np.full_like(turn, _FIRST_BETA), turn), "high": (turn, np.full_like(turn, _LAST_BETA))}
    exists = {name: _has_solution(saving, extreme, ends[name], model) for name in branches}

    none = ~np.logical_or.reduce(list(exists.values()))
    if none.any():
        _refuse(saving, gd, none, model, branches, extreme, [ends[name] for name in branches])
    # Where the first branch asked for has no solution the other one does: that much is certain by now.
    lower = np.where(exists[branches[0]], brackets[branches[0]][0], brackets[branches[-1]][0])
    upper = np.where(exists[branches[0]], brackets[branches[0]][1], brackets[branches[-1]][1])
    return _root(saving, gd, model, lower, upper)


def _has_solution(saving, extreme, end, model):
    """Whether the saving lies between the turning point, rounding allowed, and the limit at the end of a branch."""
    outward = -1 if model == "tile" else 1  # the side of the turning point where no saving lies
    beyond = outward * (saving / extreme - 1)
    return (beyond <= _ROUNDING) & ((beyond >= 0) | (outward * (saving - end) > 0))


def _refuse(saving, gd, bad, model, branches, extreme, ends):
    """A ValueError for the first saving that no beta of these branches gives."""
    at = tuple(np.argwhere(bad)[0])
    least, most = (extreme, np.maximum.reduce(ends)) if model == "tile" else (ends[0], extreme)
    below, above = ("<=", "<") if model == "tile" else ("<", "<=")
    allowed = f"{least[at]:.12g} {below} saving {above} {most[at]:.12g}"
    on = "" if len(branches) > 1 else f" on the {branches[0]} branch"
    raise ValueError(
        f"{checks.first_bad('saving', saving, bad)} at gd = {gd[at].item()!r}, "
        f"expected {allowed} for a beta{on} of model {model!r}"
    )


def _root(saving, gd, model, lower, upper):
    """The beta between `lower` and `upper` that gives the saving; the nearer end where rounding hides the crossing."""
    from scipy.optimize import elementwise

    formula = numpy_function(symbolic.saving(model), symbolic.beta, symbolic.G_d)

    def miss(beta, saving, gd):
        return np.log(formula(beta, gd)) - np.log(saving)

    at_lower, at_upper = (np.abs(miss(end, saving, gd)) for end in (lower, upper))
    solution = elementwise.find_root(miss, (lower, upper), args=(saving, gd))
    found = np.where(solution.success, solution.x, np.where(at_lower < at_upper, lower, upper))
    return np.where(np.isfinite(at_lower + at_upper), found, np.nan)  # else the formula left double precision
