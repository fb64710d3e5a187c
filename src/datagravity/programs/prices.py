"""What a byte pays for a distance, and an operation for itself: laws of price from rows of the table `energy`.

A law is affine in the distance, or a power of it. The square in which the data lie gets its side from the bytes that a
program touches, at the density of a published memory, or is as large as a published die. [extension]
"""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from datagravity import checks, distance
from datagravity.evidence import remembered, rows_by_id
from datagravity.intervals import Interval
from datagravity.programs.placing import POWERS as MEAN_EXPONENTS

#: The rows of the table `energy` behind each law. A sum of rows is one price; a line or power goes through its rows.
LAWS = {
    "wire": {"slope": ("P109",), "floating": ("P022", "P027"), "integer": ("P019",)},
    "mesh": {"line": distance.MESH, "floating": ("P147",), "integer": ("P148",)},
    "mesh power": {"power": distance.MESH, "floating": ("P147",), "integer": ("P148",)},
    "HBM": {"fixed": ("P173", "P176"), "slope": ("P174",), "floating": ("P022", "P027"), "integer": ("P019",)},
    "rebuilt": {"machines": "all", "floating": ("P022", "P027"), "integer": ("P019",)},
}
#: The row of the table `distances` whose capacity and area are the density of data.
DENSITY_ROW = "D07"
#: The row of the table `distances` that is the side of a whole die.
DIE_ROW = "D10"
SIDES = ("footprint", "die")
_BITS = 8


@dataclass(frozen=True)
class Law:
    """The energy of a byte over d mm, fixed + slope d^exponent, and the energy of an operation beside it.

    Attributes
    ----------
    name : text
    fixed : pJ per byte that no distance changes; 0 unless the exponent is 1
    slope : pJ per byte and mm^exponent
    exponent : above 0, at most 1; 1 for an affine law
    floating, integer : pJ per operation of each class
    errors : standard errors and more, of which `draws` makes laws; see there

    Raises
    ------
    ValueError
        If a number is out of its range, or a power has a fixed part.

    Examples
    --------
    >>> own = Law("own", fixed=1.0, slope=0.5, floating=2.0, integer=0.1)
    >>> float(own.energy(10.0))
    6.0
    """

    name: str
    fixed: float
    slope: float
    exponent: float = 1.0
    floating: float = 1.69
    integer: float = 0.03
    errors: dict = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self):
        """Check every number."""
        checks.number("fixed", self.fixed, checks.AT_LEAST_ZERO)
        checks.number("slope", self.slope, checks.AT_LEAST_ZERO)
        checks.number("exponent", self.exponent, "(0, 1]")
        checks.number("floating", self.floating, checks.POSITIVE)
        checks.number("integer", self.integer, checks.POSITIVE)
        if not self.fixed + self.slope:
            raise ValueError("fixed, slope: 0 and 0, expected a law that costs something")
        if self.fixed and self.exponent != 1:
            raise ValueError(f"fixed: {self.fixed!r}, expected 0 for a power law of exponent {self.exponent!r}")

    def energy(self, d_mm):
        """Energy of a byte over a distance, pJ; `d_mm` is a number or array of at least 0."""
        return self.fixed + self.slope * checks.numbers("d_mm", d_mm, checks.AT_LEAST_ZERO) ** self.exponent

    def mean(self, means, side_mm):
        """Mean energy of a byte over many distances, pJ, from their power means.

        Parameters
        ----------
        means : shape (..., 4), means of d^a for a = 1/4, 1/2, 3/4 and 1, d in units of the side
        side_mm : the side of the square, mm, shape (...)
        """
        return self.fixed + self.slope * side_mm**self.exponent * power_mean(means, self.exponent)

    def compute(self, operation_class):
        """Energy of an operation, pJ; an array for an array of classes."""
        return np.where(np.asarray(operation_class) == "floating", self.floating, self.integer)

    def fixed_share(self, side_mm):
        """The share of the fixed part in the mean price of a transport to the middle of the square, half a side."""
        return self.fixed / (self.fixed + self.slope * (side_mm / 2) ** self.exponent)

    def draws(self, count, seed=0):
        """Laws that the evidence allows, each with all of its numbers drawn together.

        The parameters of a line, or of a power, are Student's t with the covariance of the fit; the energies of
        operations are log-uniform in their interval; the rebuilt law is one further machine a draw. A law of published
        single numbers has no errors, and all of its draws are alike.

        Returns
        -------
        list of Law. Draws whose fixed part or slope falls below zero are drawn again.
        """
        generator = np.random.default_rng(seed)
        count = checks.whole("count", count)
        numbers = {name: np.full(count, getattr(self, name)) for name in ("fixed", "slope", "exponent")}
        if "machines" in self.errors:
            numbers["fixed"], numbers["slope"] = _machines(count, seed)
        if "covariance" in self.errors:
            numbers |= self._fitted_draws(count, generator)
        for name in ("floating", "integer"):
            numbers[name] = self.errors.get(name, Interval(*[getattr(self, name)] * 3)).draws(count, generator)
        rows = zip(*numbers.values(), strict=True)
        return [replace(self, **dict(zip(numbers, map(float, row), strict=True)), errors={}) for row in rows]

    def _fitted_draws(self, count, generator):
        """Draws of the two parameters of a fit; those out of their range are drawn again."""
        names, centre, covariance, freedom = self.errors["covariance"]
        found = np.empty((0, 2))
        while len(found) < count:
            normal = generator.multivariate_normal(np.zeros(2), covariance, size=2 * count)
            drawn = centre + normal * np.sqrt(freedom / generator.chisquare(freedom, 2 * count))[:, None]
            if "exponent" in names:
                drawn[:, 0] = np.exp(drawn[:, 0])
            good = (drawn > 0).all(axis=1)
            if "exponent" in names:
                good &= drawn[:, 1] <= 1
            found = np.concatenate([found, drawn[good]])
        return dict(zip(names, found[:count].T, strict=True))


@remembered
def law(name):
    """The law of a name of `LAWS`, from the rows of the evidence.

    "wire" is a published price per mm without a fixed part; "mesh" and "mesh power" are a line and a power through the
    rings of one measured chip, with its own energies of operations; "HBM" has the fixed part of a DRAM access; and
    "rebuilt" has the medians of the fixed part and of the price per mm of a further machine, over all origins.

    Examples
    --------
    >>> wire = law("wire")
    >>> wire.fixed, wire.slope, round(wire.floating, 2), wire.integer
    (0.0, 0.64, 1.69, 0.03)
    """
    rows = LAWS[checks.choice("name", name, LAWS)]
    floating, integer = (_operation(rows[kind]) for kind in ("floating", "integer"))
    errors = {"floating": floating, "integer": integer}
    beside = {"floating": floating.value, "integer": integer.value}
    if "line" in rows:
        fitted = distance.affine_line(distance.series(rows["line"]))
        numbers = {"fixed": _BITS * fitted.intercept, "slope": _BITS * fitted.slope}
        return Law(name, **numbers, **beside, errors=errors | {"covariance": _errors_of(fitted, numbers, _BITS)})
    if "power" in rows:
        fitted = distance.power_line(distance.series(rows["power"]))
        numbers = {"slope": _BITS * math.exp(fitted.intercept), "exponent": fitted.slope}
        found = ("slope", "exponent"), (math.log(numbers["slope"]), fitted.slope)
        covariance = (*found, *_errors_of(fitted, numbers, 1)[2:])
        return Law(name, fixed=0.0, **numbers, **beside, errors=errors | {"covariance": covariance})
    if "machines" in rows:
        fixed, slope = (float(np.median(drawn)) for drawn in _machines())
        return Law(name, fixed, slope, **beside, errors=errors | {"machines": True})
    fixed, slope = (_per_byte(rows.get(part, ())) for part in ("fixed", "slope"))
    return Law(name, fixed, slope, **beside, errors=errors)


def power_mean(means, exponent):
    """The mean of d^a for any a in (0, 1], from its values at a = 1/4, 1/2, 3/4 and 1.

    The logarithm of the mean is smooth and convex in a, and 0 at a = 0 where no distance is zero: a quartic through
    these five nodes. At a node the value is the node's own.

    Parameters
    ----------
    means : shape (..., 4), above 0
    exponent : a

    Raises
    ------
    ValueError
        If the exponent is not between 0 and 1, or a mean is not above 0.

    Examples
    --------
    The distances 1 and 4, and a = 0.4:

    >>> nodes = [(1 + 4**a) / 2 for a in (0.25, 0.5, 0.75, 1.0)]
    >>> round(float(power_mean(nodes, 0.4)), 4), round((1 + 4**0.4) / 2, 4)
    (1.3706, 1.3706)
    """
    means = checks.numbers("means", means, checks.POSITIVE)
    exponent = checks.number("exponent", exponent, "(0, 1]")
    nodes = np.array([0.0, *MEAN_EXPONENTS.values()])
    if exponent in nodes:
        return means[..., int(np.flatnonzero(nodes == exponent)[0]) - 1]
    others = ~np.eye(len(nodes), dtype=bool)
    weights = np.array(
        [np.prod((exponent - nodes[other]) / (node - nodes[other])) for node, other in zip(nodes, others, strict=True)]
    )
    return np.exp(np.log(means) @ weights[1:])


@remembered
def density_bytes_per_mm2():
    """Bytes on a square millimetre of the memory whose capacity and area one row of the table `distances` states.

    Examples
    --------
    >>> round(density_bytes_per_mm2() / 2**20, 2)
    2.56
    """
    row = rows_by_id("distances", [DENSITY_ROW]).iloc[0]
    return 1024 * float(row["capacity_kib"]) / float(row["area_mm2"])


def side_mm(footprint_bytes, side="footprint"):
    """The side of the square in which the data of a program lie, mm.

    With the side go all distances, and so G_d of an affine law (in proportion, if it has no fixed part), the share of
    the fixed part, and the saving below its ceiling. The ceiling 1/m, b, p, q and the best number of places do not
    depend on it where the price has no fixed part and a place costs nothing.

    Parameters
    ----------
    footprint_bytes : number or array above 0, the bytes that a run touches
    side : "footprint", at the density of `density_bytes_per_mm2`; "die", the side of one published die for any
        footprint; or a number of mm

    Examples
    --------
    >>> float(side_mm(256 * 2**20).round(2)), float(side_mm(2**20).round(3)), float(side_mm(2**20, "die"))
    (10.0, 0.625, 28.7)
    """
    footprint = checks.numbers("footprint_bytes", footprint_bytes, checks.POSITIVE)
    if isinstance(side, str):
        checks.choice("side", side, SIDES)
        if side == "footprint":
            return np.sqrt(footprint / density_bytes_per_mm2())
        side = die_side_mm()
    return np.full(footprint.shape, checks.number("side", side, checks.POSITIVE))


@remembered
def die_side_mm():
    """The side of one published die, mm, whatever a program touches.

    Examples
    --------
    >>> die_side_mm()
    28.7
    """
    return float(rows_by_id("distances", [DIE_ROW])["distance_high_mm"].iloc[0])


def _per_byte(ids):
    """The sum of the energies of rows, pJ per byte, each in the middle of its interval."""
    rows = rows_by_id("energy", ids)
    return float(_BITS * (rows["energy_pj_per_bit_low"] + rows["energy_pj_per_bit_high"]).sum() / 2)


def _operation(ids):
    """The energy of an operation that rows add up to, pJ: their means, or the middles of their intervals."""
    rows = rows_by_id("energy", ids)
    low, high = rows["energy_low_pj"].astype(float), rows["energy_high_pj"].astype(float)
    value = rows["energy_mean_pj"].astype(float).fillna((low + high) / 2)
    return Interval(float(value.sum()), float(low.sum()), float(high.sum()))


def _errors_of(fitted, numbers, scale):
    """Names, centre, covariance and degrees of freedom of the two parameters of a line."""
    spread = np.array([[fitted.intercept_error**2, fitted.covariance], [fitted.covariance, fitted.slope_error**2]])
    return tuple(numbers), tuple(numbers.values()), scale**2 * spread, fitted.count - 2


def _machines(count=None, seed=0):
    """Fixed part and price per mm of further machines, pJ per byte."""
    fixed, per_mm = distance.line_draws(*([] if count is None else [count]), seed=seed)
    return _BITS * fixed, _BITS * per_mm
