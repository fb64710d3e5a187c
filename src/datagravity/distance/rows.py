"""How the energy of moving a bit grows with distance: the rows that can tell, three forms, and what they predict.

Everything here is an [extension] unless its docstring says otherwise. Energies are in pJ/bit, the middle of a published
interval; distances in mm. Logarithms are natural. An exponent a is the slope of ln(energy) against ln(distance).
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from datagravity import checks, fits
from datagravity.evidence import is_blank, load, plain, remembered
from datagravity.intervals import Interval
from datagravity.series import series_members, series_names

#: The forms: no growth at all, a bare power, a fixed cost and a linear one, a power with a break at the chip's edge.
FORMS = {
    "constant": "E = E0",
    "power": "E = k d^a",
    "affine": "E = E0 + k d",
    "broken": "E = k d^a on the chip, k' d^a' off it",
}

#: Relative standard error of a distance by its basis. Ours, not the sources': a drawn or stated length is rounded, a
#: maximum reach is often not used up, an assumed length may be off by half.
DISTANCE_ERROR = {"stated": 0.05, "derived": 0.02, "maximum reach": 0.5, "capacity": 0.2, "assumed": 0.5}

#: Bases that stand in for a distance nobody states; out of a pooled fit unless asked for.
PROXIES = ("capacity", "assumed")

# No machine repeats to better than this, and a printed value has two digits.
_LEAST_SCATTER = 0.02


#: The series that was measured on one chip: only it can tell a fixed cost from a growing one.
MESH = "mesh, measured"
#: Why a row that a source quotes per millimetre stays out.
PER_MM = "quoted per mm: linear by definition"
#: What is neither a series nor unusable: one distance of one source. Only a pooled fit can use it.
SINGLE = "one distance"


# --- The rows --------------------------------------------------------------------------------------------------------


# Every prediction of a table of systems asks for the same exponent.
@remembered
def points():
    """Every row of the energy table that has an energy and a distance, or something that stands in for one.

    Returns
    -------
    pandas.DataFrame: id, series (a name of `series_names("exponent")` or "one distance"), origin (wider than a source
    group: budgets of one author share his rules of thumb), basis (a key of DISTANCE_ERROR), distance_mm, distance_error
    (relative standard error), pj_per_bit_low, pj_per_bit (the middle), pj_per_bit_high, off_chip, operation, node_nm,
    source, source_group, scope, method, status, grey, locator, notes. Recalled rows are out. A distance from a
    capacity is the published length of a larger memory times the root of the capacities' ratio.
    """
    rows = _rows().set_index("id", drop=False)
    members = series_members("exponent").set_index("row")
    frame = rows[[_reason(row, members.index) is None for row in rows.to_dict("records")]]
    own = members.reindex(frame.index)
    lengths = load("distances").set_index("id")[["distance_high_mm", "capacity_kib"]].astype("Float64")
    distances = [
        _distance(row, member, lengths)
        for row, member in zip(frame.to_dict("records"), own.to_dict("records"), strict=True)
    ]
    frame = frame.assign(
        series=own["series"].fillna(SINGLE),
        origin=own["origin"].fillna(frame["source_group"]),
        basis=own["stand_in"].fillna(frame["basis"]),
        distance_mm=distances,
        pj_per_bit_low=frame["energy_pj_per_bit_low"].astype(float),
        pj_per_bit_high=frame["energy_pj_per_bit_high"].astype(float),
        off_chip=frame["kind"].isin(["offchip-link", "dram"]).astype(bool),
        grey=frame["grey"].astype(bool),
    )
    frame["distance_error"] = frame["basis"].map(DISTANCE_ERROR).astype(float)
    frame["pj_per_bit"] = (frame["pj_per_bit_low"] + frame["pj_per_bit_high"]) / 2
    kept = ["id", "series", "origin", "basis", "distance_mm", "distance_error", "pj_per_bit_low", "pj_per_bit"]
    kept += ["pj_per_bit_high", "off_chip", "operation", "node_nm", "source", "source_group", "scope", "method"]
    return frame[[*kept, "status", "grey", "locator", "notes"]].reset_index(drop=True)


def not_fitted():
    """Every row with a distance that no fit uses, with the reason: id, operation, source, reason."""
    rows, members = _rows(), series_members("exponent")
    rows = rows[rows["distance_mm"].notna()]
    rows = rows.assign(reason=[_reason(row, members["row"].values) for row in rows.to_dict("records")])
    return rows.dropna(subset="reason")[["id", "operation", "source", "reason"]].reset_index(drop=True)


def _rows():
    """The energy table, with what its corrections say: the `basis` of a distance, and whether sources conflict."""
    rows = load("energy")
    basis = rows.get("distance_basis_corrected", rows["distance_basis"])
    return rows.assign(basis=basis, in_conflict=rows.get("out_of_fits", False))


def _reason(row, in_series):
    """Why a row of the energy table stays out of every fit; None if it stays in."""
    row = plain(row)
    if row["distance_mm"] is None and row["id"] not in in_series:
        return "no distance"
    if row["basis"] == "per mm":
        return PER_MM
    if row["in_conflict"]:
        return "a conflict between sources, see the corrections"
    if row["status"] == "recalled":
        return "recalled"
    if row["energy_pj_per_bit_low"] is None:
        return "relative energy only"
    if row["method"] == "projection":
        return "a projection to a node that did not exist"
    return row["excluded_because"]


def _distance(row, member, lengths):
    """The distance in mm: the row's own, from the capacity, or along the path that its series assumes."""
    row, member = plain(row), plain(member)
    if row["distance_mm"] is not None:
        return row["distance_mm"]
    parts = [part for part in (member["path"] or "").split(";") if part]
    path = (member["assumed_mm"] or 0.0) + sum(float(lengths.loc[part, "distance_high_mm"]) for part in parts)
    if member["stand_in"] != "capacity":
        return path
    whole = lengths.loc[parts[0], "capacity_kib"]
    if is_blank(whole):
        raise ValueError(f"distances.csv, row {parts[0]}, capacity_kib: blank, expected the capacity of that length")
    return path * math.sqrt(row["capacity_kib"] / float(whole))


# --- A straight line, as it is usually drawn -------------------------------------------------------------------------


def power_line(frame, energy="pj_per_bit"):
    """The line of ln(energy) against ln(distance) over rows of `points()`: its slope is the bare exponent."""
    return fits.line(np.log(frame["distance_mm"].astype(float)), np.log(frame[energy].astype(float)))


def affine_line(frame, energy="pj_per_bit"):
    """The line of energy against distance: the intercept is the fixed cost in pJ/bit, the slope is per mm."""
    return fits.line(frame["distance_mm"], frame[energy])


def series(name):
    """The rows of `points()` that belong to one series, from near to far.

    Raises
    ------
    ValueError
        If there is no such series.
    """
    checks.choice("series", name, series_names("exponent"))
    frame = points()
    return frame[frame["series"] == name].sort_values("distance_mm").reset_index(drop=True)


def mesh_by_card(card):
    """The mesh rows of one card, "a2" or "a3": distance_mm, pj_per_bit. One card lacks one distance.

    Raises
    ------
    ValueError
        If there is no such card.
    """
    checks.choice("card", card, ("a2", "a3"))
    rows = load("energy").set_index("id").loc[series(MESH)["id"]]
    energies = rows[f"energy_card_{card}_pj"].dropna().astype(float) / rows["width_bits"].astype(float)
    energies = energies.dropna()
    distances = rows.loc[energies.index, "distance_mm"].astype(float)
    return pd.DataFrame({"distance_mm": distances, "pj_per_bit": energies}).reset_index(names="id")


@remembered
def exponents(level=0.8):
    """The bare exponent of every series.

    Returns
    -------
    pandas.DataFrame: series, basis, origin, growing_part (whether it holds nothing that does not grow), count,
    exponent, standard_error, low, high (t interval at `level`; missing for two points), if_distances_err (the exponent
    if all scatter came from the distances, the other bound of a line with errors in both), beta_reading_a (= a),
    beta_reading_b (= a + 1), scope, grey, source, locator, warning.
    """
    found = []
    for name, members in series_members("exponent").groupby("series", sort=False):
        frame = series(name)
        fitted = power_line(frame)
        interval = fitted.interval(level) if fitted.count > 2 else None
        found.append(
            {
                "series": name,
                "basis": frame["basis"].iloc[0],
                "origin": members["origin"].iloc[0],
                "growing_part": bool(members["growing_part"].iloc[0]),
                "count": fitted.count,
                "exponent": fitted.slope,
                "standard_error": fitted.slope_error if interval else pd.NA,
                "low": interval.low if interval else pd.NA,
                "high": interval.high if interval else pd.NA,
                "if_distances_err": 1 / fits.line(np.log(frame["pj_per_bit"]), np.log(frame["distance_mm"])).slope,
                "beta_reading_a": fitted.slope,
                "beta_reading_b": fitted.slope + 1,
                "scope": "; ".join(dict.fromkeys(frame["scope"])),
                "grey": bool(frame["grey"].any()),
                "source": frame["source"].iloc[0],
                "locator": "; ".join(dict.fromkeys(frame["locator"])),
                "warning": members["warning"].iloc[0],
            }
        )
    columns = ["standard_error", "low", "high"]
    return pd.DataFrame(found).astype(dict.fromkeys(columns, "Float64"))


def exponent_across_sources(*, level=0.8, include_grey=True, include_proxies=True, of_mean=False):
    """The distance exponent a of a further machine, from everything that is not PIM: value and t interval.

    Series of one origin are averaged first, then origins count alike, in logarithms, since an exponent is positive.
    The interval is for one more machine of this kind of evidence; `of_mean` gives the narrower one of their mean. It
    rests on the scatter between origins, because that is several times what any one fit admits. It is the exponent of
    the whole energy: with a fixed share beside it, use `marginal_exponent`, or the fixed cost counts twice.

    Raises
    ------
    ValueError
        If fewer than two origins remain.
    """
    table = exponents(level)
    if not include_grey:
        table = table[~table["grey"]]
    if not include_proxies:
        table = table[~table["basis"].isin(PROXIES)]
    logs = np.log(table["exponent"]).groupby(table["origin"]).mean()
    if len(logs) < 2:
        raise ValueError(f"origins: {len(logs)}, expected two or more to remain: a scatter needs them")
    found = fits.mean_interval(logs, level) if of_mean else fits.prediction_interval(logs, level)
    return Interval(math.exp(found.value), math.exp(found.low), math.exp(found.high), level, "log-normal")


def share_of_the_rings(level=0.8):
    """The share of the intercept in the line through six rings between tiles, in the middle of their distances."""
    frame = series(MESH)
    middle = float(np.exp(np.log(frame["distance_mm"]).mean()))
    return affine_line(frame).intercept_share(middle, level)


def marginal_exponent(*, level=0.8):
    """The exponent of the part that does grow: the wires' budgets, to go with a fixed share. Value and t interval.

    The mesh cannot tell it: a fixed cost and an exponent together have no bounded interval on six points.
    """
    table = exponents(level)
    growing = table[table["growing_part"]]
    if len(growing) == 1:
        return power_line(series(growing["series"].iloc[0])).interval(level)
    return fits.mean_interval(growing["exponent"], level)


def local_exponent(distance, fixed_energy, per_distance, power=1.0):
    """The slope of ln E against ln d for E = fixed + per_distance d**power: power times the share that grows.

    Arguments are positive numbers or arrays that broadcast; units cancel.

    Raises
    ------
    ValueError
        If an argument is negative, or the energy is zero.
    """
    arguments = checks.broadcast(
        distance=checks.numbers("distance", distance, checks.POSITIVE),
        fixed_energy=checks.numbers("fixed_energy", fixed_energy, checks.AT_LEAST_ZERO),
        per_distance=checks.numbers("per_distance", per_distance, checks.AT_LEAST_ZERO),
    )
    distance, fixed_energy, per_distance = arguments.values()
    growing = per_distance * distance**power
    checks.every("fixed_energy", fixed_energy, fixed_energy + growing > 0, "a number above 0 where per_distance is 0")
    return power * growing / (fixed_energy + growing)


# --- The forms, with errors in distance ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fit:
    """A form fitted to rows in logarithms: its parameters and how well it does.

    Parameters are logarithms of energies and bare exponents: constant (ln E0), power (ln k, a), affine (ln E0, ln k),
    broken (ln k, a, and what is added to each off the chip).
    """

    form: str
    curve: fits.Curve

    @property
    def parameters(self):
        """The parameters, a tuple of floats."""
        return tuple(self.curve.parameters.tolist())

    @property
    def scatter(self):
        """The standard deviation of ln(energy) that distances do not explain."""
        return self.curve.scatter

    @property
    def aicc(self):
        """The corrected information criterion: the smaller, the better."""
        return self.curve.aicc

    def energy(self, distance_mm, off_chip=False):
        """The fitted energy in pJ/bit at distances in mm; arrays broadcast."""
        return np.exp(_log_energy(self.form, self.parameters, distance_mm, off_chip))

    def band(self, distance_mm, off_chip=False, level=0.8):
        """Low and high ends for the fitted curve: t with the degrees of freedom that the sources leave."""
        half = self.curve.half_width(_jacobian(self.form, self.parameters, distance_mm, off_chip), level)
        centre = _log_energy(self.form, self.parameters, distance_mm, off_chip)
        return np.exp(centre - half), np.exp(centre + half)

    def exponent(self, off_chip=False, level=0.8):
        """The exponent of a power or of one side of a break, with the interval of the band.

        Raises
        ------
        ValueError
            If the form has no exponent of its own.
        """
        if self.form not in ("power", "broken"):
            raise ValueError(f"form: {self.form!r}, expected 'power' or 'broken': the others have no exponent")
        picked = np.zeros(len(self.parameters))
        picked[[1, 3] if off_chip and self.form == "broken" else 1] = 1
        return self.curve.interval(picked, level)


def fit(frame, form):
    """Fit a form to rows of `points()` in ln(energy), with errors in distance and a scatter that is fitted too.

    Parameters
    ----------
    frame : rows with distance_mm, distance_error, pj_per_bit, off_chip, source_group
    form : a key of FORMS

    Raises
    ------
    ValueError
        If the form is unknown, or the rows cannot tell its parameters: not more rows than parameters, too few
        different distances, or for "broken" fewer than two distances on a side of the chip's edge.
    """
    checks.choice("form", form, FORMS)
    if not enough(frame, form):
        raise ValueError(f"frame: {len(frame)} rows, expected more distances to tell the parameters of {form!r}")
    distance, logs = frame["distance_mm"].to_numpy(float), np.log(frame["pj_per_bit"].to_numpy(float))
    error, off = frame["distance_error"].to_numpy(float), frame["off_chip"].to_numpy(bool)
    found = fits.curve(
        lambda parameters: _log_energy(form, parameters, distance, off),
        lambda parameters: _slope(form, parameters, distance, off),
        lambda parameters: _jacobian(form, parameters, distance, off),
        start=_start(form, distance, logs, off),
        y=logs,
        x_error=error,
        groups=frame["source_group"].to_numpy(str),
        least_scatter=_LEAST_SCATTER,
    )
    return Fit(form, found)


def enough(frame, form):
    """Whether rows can tell the parameters of a form."""
    needed = {"constant": 1, "power": 2, "affine": 2, "broken": 4}[form]
    if len(frame) < needed + 1:
        return False
    if form == "broken":
        return all(frame.loc[frame["off_chip"] == side, "distance_mm"].nunique() >= 2 for side in (False, True))
    return form == "constant" or frame["distance_mm"].nunique() >= 2


def _log_energy(form, parameters, distance, off):
    x, off = np.log(np.asarray(distance, dtype=float)), np.asarray(off)
    if form == "constant":
        return parameters[0] + 0 * x
    if form == "power":
        return parameters[0] + parameters[1] * x
    if form == "affine":
        return np.logaddexp(parameters[0], parameters[1] + x)
    return parameters[0] + parameters[1] * x + off * (parameters[2] + parameters[3] * x)


def _slope(form, parameters, distance, off):
    """The local exponent."""
    if form == "affine":
        return local_exponent(distance, math.exp(parameters[0]), math.exp(parameters[1]))
    power = 0 if form == "constant" else parameters[1]
    return power + (off * parameters[3] if form == "broken" else 0) + 0 * distance


def _jacobian(form, parameters, distance, off):
    """The slopes of ln(energy) against each parameter, along the last axis; all forms but the affine are linear."""
    x = np.log(np.asarray(distance, dtype=float))
    if form == "affine":
        growing = _slope(form, parameters, np.exp(x), off)
        return np.stack([1 - growing, growing], axis=-1)
    columns = [np.ones_like(x), x, off * np.ones_like(x), off * x]
    return np.stack(columns[: len(parameters)], axis=-1)


def _start(form, distance, logs, off):
    """Where the search begins: ordinary least squares."""
    if form == "constant":
        return np.array([logs.mean()])
    if form == "affine":
        half = math.log(2)
        return np.array([logs.min() - half, logs.max() - half - math.log(distance.max())])
    design = _jacobian(form, np.zeros(2 if form == "power" else 4), distance, off)
    return np.linalg.lstsq(design, logs, rcond=None)[0]


# --- Which form? -----------------------------------------------------------------------------------------------------


def pool(*, scope=None, include_grey=True, include_proxies=False):
    """Rows of `points()` for a fit across sources: one scope or all, with or without unreviewed ones and stand-ins.

    Raises
    ------
    ValueError
        If no row has this scope.
    """
    frame = points()
    if scope is not None:
        checks.choice("scope", scope, sorted(set(frame["scope"])))
    keep = frame["grey"].isin([True, False] if include_grey else [False])
    keep &= include_proxies | ~frame["basis"].isin(PROXIES)
    keep &= True if scope is None else frame["scope"] == scope
    return frame[keep].reset_index(drop=True)


def left_out_errors(frame, form):
    """For each source group: the root mean square error of ln(energy) when the form is fitted without the group.

    Returns a pandas.Series by group; NaN where the rest cannot tell the form.
    """
    errors = {}
    for group, rows, rest in fits.leave_one_group_out(frame, "source_group"):
        if not enough(rest, form):
            errors[group] = math.nan
            continue
        predicted = fit(rest, form).energy(rows["distance_mm"].to_numpy(float), rows["off_chip"].to_numpy(bool))
        errors[group] = float(np.sqrt((np.log(rows["pj_per_bit"].to_numpy(float) / predicted) ** 2).mean()))
    return pd.Series(errors, dtype=float)


def comparison(frame):
    """The forms side by side on the same rows.

    Returns
    -------
    pandas.DataFrame: form, formula, parameters, aicc, weight (relative likelihood, adding up to one), scatter (factor),
    left_out_error (typical factor of error on a source that was left out, sources counting alike), count, sources. A
    form that the rows cannot tell is missing.
    """
    fitted = [fit(frame, form) for form in FORMS if enough(frame, form)]
    table = pd.DataFrame(
        {
            "form": [one.form for one in fitted],
            "formula": [FORMS[one.form] for one in fitted],
            "parameters": [len(one.parameters) + 1 for one in fitted],
            "aicc": [one.aicc for one in fitted],
            "scatter": [math.exp(one.scatter) for one in fitted],
            "left_out_error": [
                math.exp(math.sqrt((left_out_errors(frame, one.form).dropna() ** 2).mean()))
                if frame["source_group"].nunique() > 1
                else math.nan
                for one in fitted
            ],
            "count": len(frame),
            "sources": frame["source_group"].nunique(),
        }
    )
    return table.assign(weight=akaike_weights(table["aicc"]))


def akaike_weights(aicc):
    """The relative likelihoods of forms from their information criteria on the same rows, adding up to one."""
    likelihoods = np.exp(-(aicc - aicc.min()) / 2)
    return likelihoods / likelihoods.sum()


def bootstrap(frame, *, draws=2000, seed=0, level=0.8, cluster="source_group"):
    """The bare exponent over rows, with whole clusters drawn again: sources, or the cards of one chip.

    Each draw takes as many clusters as there are, with replacement, and fits a line in logarithms; a draw with a
    single distance is drawn again. With few clusters the interval is coarse, and too narrow rather than too wide.

    Returns
    -------
    Interval: the exponent of all rows and the central `level` of the draws.

    Raises
    ------
    ValueError
        If there are fewer than two clusters.
    """
    masks = [(frame[cluster] == name).to_numpy() for name in sorted(set(frame[cluster]))]
    if len(masks) < 2:
        raise ValueError(f"cluster: {cluster!r} has {len(masks)}, expected two or more")
    x, y = np.log(frame["distance_mm"].to_numpy(float)), np.log(frame["pj_per_bit"].to_numpy(float))
    # The sums of each cluster are all that a line needs, so a draw is a sum of sums.
    sums = np.array([[mask.sum(), *(v[mask].sum() for v in (x, y, x * x, x * y))] for mask in masks])
    generator, slopes = np.random.default_rng(seed), np.empty(0)
    while len(slopes) < draws:
        times = generator.multinomial(len(masks), np.full(len(masks), 1 / len(masks)), size=draws)
        n, sx, sy, sxx, sxy = (times @ sums).T
        spread = n * sxx - sx**2
        good = spread > 1e-9 * n * sxx
        slopes = np.append(slopes, (n * sxy - sx * sy)[good] / spread[good])[:draws]
    low, high = np.quantile(slopes, [(1 - level) / 2, (1 + level) / 2])
    value = power_line(frame).slope
    return Interval(value, min(low, value), max(high, value), level, "normal")
