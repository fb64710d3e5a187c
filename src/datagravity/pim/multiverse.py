"""Every specification at once: whether the law's interval holds the reports, and whether it beats a constant.

A specification is a row of `choices.combinations("pim")`. Its prediction is made without outcomes; its rival is a
constant that is told what other origins report. A report that is a bound contradicts only what it excludes. [extension]
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from datagravity import checks, choices, fits
from datagravity.evidence import remembered
from datagravity.pim.inputs import brought
from datagravity.pim.prediction import (
    LEVEL,
    PREDICTING,
    SEED,
    SET,
    path_draws,
    share_draws,
    specification,
    system_saving,
)
from datagravity.pim.reports import compared, reports

#: The choices of a specification, in the order of the table, and those that decide which reports are compared.
CHOICES = ("law", "fixed_cost", "kappa", "evidence", "gd_energy", "gd_width", "share", "scope", "rows", "weighting")
SELECTING = CHOICES[len(PREDICTING) :]
#: With fewer origins there is no rival that is told others, or hardly one.
FEWEST_ORIGINS = 3
#: What is scored of a specification.
OUTCOMES = ("coverage", "coverage_certain", "above", "below", "width", "error", "mean_error")
_QUANTILES = ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)


@remembered
def predicted():
    """What every combination of the predicting choices predicts of every report.

    Returns
    -------
    (combinations, logs): a pandas.DataFrame of PREDICTING, one row a combination, and an array of shape (combinations,
    reports, 3): the natural logarithm of low end, median and high end, in the order of `reports()`.
    """
    table = choices.combinations(SET)[list(PREDICTING)].drop_duplicates(ignore_index=True)
    rows = reports().to_dict("records")
    inputs, paths, known, drawn = {}, {}, {}, {}
    found = np.empty((len(table), len(rows), len(_QUANTILES)))
    for index, spec in enumerate(table.to_dict("records")):
        options = tuple(spec[name] for name in ("gd_energy", "gd_width", "share"))
        if options not in inputs:
            inputs[options] = [brought(row, *options) for row in rows]
        way = tuple(spec[name] for name in PREDICTING[:4])
        for place, own in enumerate(inputs[options]):
            # Many rows bring the same inputs, and many inputs are of no use to a law.
            path = (*way, *_needed(spec, own))
            one = (path, own.transport_share)
            if one not in known:
                if path not in paths:
                    paths[path] = path_draws(spec, own)
                if own.transport_share not in drawn:
                    drawn[own.transport_share] = share_draws(own.transport_share)
                saving = system_saving(paths[path], drawn[own.transport_share])
                known[one] = np.log(np.quantile(saving, _QUANTILES))
            found[index, place] = known[one]
    return table, found


def _needed(spec, own):
    """What of a row's inputs the path of a specification rests on."""
    if spec["law"] == "level ratio":
        return own.levels, None
    return (
        None if " of " in spec["kappa"] else own.gd,
        own.way_mm if spec["law"] == "tile, fixed share" else None,
    )


@remembered
def samples():
    """The reports of every pair of scope and rows: scope, rows, reports, origins, and void: why it is no specification.

    `void` is missing where there are origins enough.
    """
    every, options, found = reports(), choices.options(SET), []
    for scope in options["scope"]:
        for which in options["rows"]:
            own = compared(every, scope, which)
            origins = own["source_group"].nunique()
            void = None if origins >= FEWEST_ORIGINS else f"fewer than {FEWEST_ORIGINS} origins"
            found.append({"scope": scope, "rows": which, "reports": len(own), "origins": origins, "void": void})
    return pd.DataFrame(found).astype({"void": "string"})


@remembered
def multiverse(*, censored=True):
    """Every specification, scored.

    Parameters
    ----------
    censored : whether a best case is a bound; otherwise every report is the point that it prints

    Returns
    -------
    pandas.DataFrame: one row a specification: CHOICES, then

    - reports, origins: what is compared
    - coverage: the share of reports that the law's 80 % interval admits; coverage_certain: of those that lie in it
      wherever they lie within their bounds; above, below: the shares of reports beyond either end
    - width: median of ln(high / low)
    - error: median of the distance, in natural logarithms, from the law's median to what the report admits; mean_error
    - constant_coverage, constant_error, constant_mean_error: the same of the constant, the median and the middle 80 %
      of what other origins report of the same scope and rows
    - gain: constant_error less error; mean_gain: of the means. Above zero the law is better.
    - order: Spearman's correlation of the predicted and the reported saving, over origins; 0 if all predictions agree

    Specifications with fewer than three origins are left out, see `samples`.

    Examples
    --------
    >>> table = multiverse()
    >>> len(table) > 1000 and bool(table["gain"].notna().all())
    True
    """
    done = []
    for specifications, rows, laws, constants, bounds in forecasts(censored=censored):
        weighting = specifications["weighting"].iloc[0]
        weights = _weights(rows, weighting)
        rival = _scored(constants[None], bounds, weights)
        one = specifications.assign(
            reports=len(rows),
            origins=rows["source_group"].nunique(),
            **_scored(laws, bounds, weights),
            constant_coverage=rival["coverage"][0],
            constant_error=rival["error"][0],
            constant_mean_error=rival["mean_error"][0],
            order=_order(laws[..., 1], rows, weighting),
        )
        done.append(one)
    found = pd.concat(done).sort_index().reset_index(drop=True)
    return found.assign(
        gain=found["constant_error"] - found["error"], mean_gain=found["constant_mean_error"] - found["mean_error"]
    )


class Compared(NamedTuple):
    """The forecasts of every specification of one scope, one choice of rows and one weighting, report by report.

    specifications : rows of `choices.combinations`; rows : of `reports()`; laws : logarithms of low end, median and
    high end, shape (specifications, rows, 3); constants : the same of the constant, shape (rows, 3); bounds : both
    ends of what each report admits and its printed middle, shape (3, rows).
    """

    specifications: pd.DataFrame
    rows: pd.DataFrame
    laws: np.ndarray
    constants: np.ndarray
    bounds: np.ndarray


def forecasts(*, censored=True):
    """Every group of specifications that compare the same reports alike: a list of `Compared`.

    Parameters
    ----------
    censored : as for `multiverse`
    """
    combos, logs = predicted()
    every = reports()
    bounds = _bounds(every, censored)
    index = {values: place for place, values in enumerate(combos.itertuples(index=False, name=None))}
    kept = samples().query("void.isna()").set_index(["scope", "rows"]).index
    found = []
    for (scope, which, weighting), own in choices.combinations(SET)[list(CHOICES)].groupby(list(SELECTING), sort=False):
        if (scope, which) in kept:
            places = compared(every, scope, which).index.to_numpy()
            rows, limits = every.loc[places], bounds[:, places]
            at = [index[values] for values in own[list(PREDICTING)].itertuples(index=False, name=None)]
            constants = _constants(rows, limits, _weights(rows, weighting))
            found.append(Compared(own, rows, logs[at][:, places], constants, limits))
    return found


def score(*, censored=True, **chosen):
    """One specification, scored.

    Parameters
    ----------
    censored : as for `multiverse`
    chosen : options of CHOICES by name; the default of each other

    Returns
    -------
    pandas.Series: a row of `multiverse`

    Raises
    ------
    ValueError
        If a choice or an option is unknown, two options do not combine, or too few origins report.

    Examples
    --------
    >>> one = score(law="bare power", scope="path")
    >>> int(one["reports"]) > 0 and one["law"] == "bare power"
    True
    """
    whole = choices.specification(SET, **chosen)
    words = ", ".join(f"{name} = {whole[name]!r}" for name in CHOICES)
    reason = choices.conflict(SET, whole)
    if reason:
        raise ValueError(f"{words}: expected options that combine. {reason}")
    frame = multiverse(censored=censored)
    found = frame[np.logical_and.reduce([frame[name] == whole[name] for name in CHOICES])]
    if not len(found):
        raise ValueError(f"{words}: expected reports of {FEWEST_ORIGINS} origins or more")
    return found.iloc[0]


def predictions(**chosen):
    """Every report beside its prediction under one specification.

    Parameters
    ----------
    chosen : options of PREDICTING by name; the default of each other

    Returns
    -------
    pandas.DataFrame: the columns of `reports`, predicted_low, predicted, predicted_high, and miss: "within" where the
    interval admits the report, "above" or "below" where the report lies beyond it.

    Raises
    ------
    ValueError
        If a choice or an option is unknown, or two options do not combine.

    Examples
    --------
    >>> bool((predictions(law="tile")["predicted"] >= 1).all())
    True
    """
    table, logs = predicted()
    spec = specification(**chosen)
    place = np.flatnonzero(np.logical_and.reduce([table[name] == spec[name] for name in PREDICTING]))[0]
    low, value, high = np.exp(logs[place]).T
    rows = reports().assign(predicted_low=low, predicted=value, predicted_high=high)
    above, below = rows["admitted_low"] > high, rows["admitted_high"] < low
    return rows.assign(miss=np.select([above, below], ["above", "below"], "within"))


def _bounds(rows, censored):
    """Both ends of what each report admits, in logarithms, and its printed middle: shape (3, rows)."""
    middle = np.log(rows["reported"].to_numpy(float))
    if not censored:
        return np.stack([middle, middle, middle])
    with np.errstate(divide="ignore"):  # the logarithm of no bound is minus infinity
        ends = [np.log(rows[f"admitted_{end}"].to_numpy(float)) for end in ("low", "high")]
    return np.stack([*ends, middle])


def _weights(rows, weighting):
    """One a report, or one an origin; they sum to one."""
    if weighting == "row":
        return np.full(len(rows), 1 / len(rows))
    counts = rows.groupby("source_group")["id"].transform("size").to_numpy(float)
    return 1 / counts / rows["source_group"].nunique()


def distance_to(value, bounds):
    """How far a logarithm lies from what the reports admit; 0 inside."""
    return np.maximum(np.maximum(bounds[0] - value, value - bounds[1]), 0)


def _scored(logs, bounds, weights):
    """OUTCOMES of predictions of shape (specifications, reports, 3), each of shape (specifications,)."""
    low, value, high = np.moveaxis(logs, -1, 0)
    above, below = bounds[0] > high, bounds[1] < low
    certain = (bounds[0] >= low) & (bounds[1] <= high)
    errors = distance_to(value, bounds)
    return {
        "coverage": (~above & ~below) @ weights,
        "coverage_certain": certain @ weights,
        "above": above @ weights,
        "below": below @ weights,
        "width": fits.weighted_quantile(high - low, weights, 0.5),
        "error": fits.weighted_quantile(errors, weights, 0.5),
        "mean_error": errors @ weights,
    }


def _constants(rows, bounds, weights):
    """For each report the median and the middle 80 % of what other origins report: shape (reports, 3)."""
    origins, found = rows["source_group"].to_numpy(str), np.empty((len(rows), 3))
    for origin in np.unique(origins):
        others = origins != origin
        support, mass = fits.bounded_distribution(bounds[0][others], bounds[1][others], weights[others])
        found[~others] = [fits.weighted_quantile(support, mass, level) for level in _QUANTILES]
    return found


def means_by_origin(values, rows):
    """Means over the reports of each origin, along the last axis; origins in the order of their names."""
    names, place = np.unique(rows["source_group"].to_numpy(str), return_inverse=True)
    member = (place[:, None] == np.arange(len(names))).astype(float)
    return values @ (member / member.sum(axis=0))


def _order(medians, rows, weighting):
    """Spearman's correlation of predicted and reported, report by report or over means of origins."""
    reported = np.log(rows["reported"].to_numpy(float))
    if weighting == "origin":
        medians, reported = means_by_origin(medians, rows), means_by_origin(reported, rows)
    return fits.rank_correlations(medians, reported)


# --- What the whole of it says ---------------------------------------------------------------------------------------


def shares(frame=None):
    """What share of the specifications says what.

    Parameters
    ----------
    frame : rows of `multiverse()`; all of them if None

    Returns
    -------
    dict: specifications (their number); gains (the share in which the law's median error is below the constant's);
    mean_gains (the same of mean errors); covers (in which at least 80 % of the reports are admitted); both (covers and
    gains). Specifications count alike; they are no sample, and the share is no probability.

    Raises
    ------
    ValueError
        If there is no row.
    """
    frame = multiverse() if frame is None else frame
    if not len(frame):
        raise ValueError("frame: no row, expected at least one specification")
    gains, covers = frame["gain"] > 0, frame["coverage"] >= LEVEL - 1e-12
    return {
        "specifications": len(frame),
        "gains": float(gains.mean()),
        "mean_gains": float((frame["mean_gain"] > 0).mean()),
        "covers": float(covers.mean()),
        "both": float((gains & covers).mean()),
    }


def by_option(*, censored=True):
    """What each option does: the spread of coverage and gain over the specifications that hold it.

    Returns
    -------
    pandas.DataFrame: choice, option, outcome ("coverage" or "gain"), specifications, p10, p25, p50, p75, p90 and
    gains, the share of these specifications in which the law beats the constant.
    """
    frame, found = multiverse(censored=censored), []
    for choice, known in choices.options(SET).items():
        for option in known:
            own = frame[frame[choice] == option]
            for outcome in ("coverage", "gain"):
                levels = own[outcome].quantile([0.1, 0.25, 0.5, 0.75, 0.9]).to_numpy()
                named = dict(zip(("p10", "p25", "p50", "p75", "p90"), levels, strict=True))
                row = {"choice": choice, "option": option, "outcome": outcome, "specifications": len(own)}
                found.append(row | named | {"gains": float((own["gain"] > 0).mean())})
    return pd.DataFrame(found)


@remembered
def spread_shares():
    """How much of the spread of coverage and gain each choice explains: outcome, factor, alone, beside.

    See `fits.variance_shares`: sums over all specifications, exact, with no model of the spread.
    """
    frame = multiverse()
    parts = [
        fits.variance_shares(frame, outcome, list(CHOICES)).assign(outcome=outcome) for outcome in ("coverage", "gain")
    ]
    return pd.concat(parts, ignore_index=True)


@remembered
def chance(permutations=2000):
    """What chance alone would do, over all specifications of a scope with every report at once. Origins are shuffled.

    Returns
    -------
    pandas.DataFrame: scope, origins, specifications; gain, the median of mean_gain with origins alike, and gain_p: how
    often it is as large where the two forecasts of an origin change places at random; order, the median rank
    correlation over origins, and order_p: how often it is as large where the origins change their reports. Both p are
    one-sided, for the law being of use.
    """
    found = []
    for specifications, rows, laws, constants, bounds in forecasts():
        first = specifications.iloc[0]
        if (first["rows"], first["weighting"]) != ("all", "origin"):
            continue
        medians, rival = laws[..., 1], constants[:, 1]
        gains = means_by_origin(distance_to(rival, bounds) - distance_to(medians, bounds), rows)
        gain, gain_p = fits.joint_sign_flip(gains / gains.shape[1], permutations=permutations, seed=SEED)
        order, order_p = fits.joint_rank_correlation(
            means_by_origin(medians, rows), means_by_origin(bounds[2], rows), permutations=permutations, seed=SEED
        )
        found.append(
            {"scope": first["scope"], "origins": gains.shape[1], "specifications": len(specifications)}
            | {"gain": gain, "gain_p": gain_p, "order": order, "order_p": order_p}
        )
    return pd.DataFrame(found)


def power_curve(counts=None):
    """How often a true coverage is told from 80 % by so many reports, at a level of 5 %: reports, coverage, power.

    Parameters
    ----------
    counts : numbers of reports; those of every report of each scope, and of its origins, if None
    """
    if counts is None:
        rows = samples().query("rows == 'all' and void.isna()")
        counts = sorted({*rows["reports"], *rows["origins"]})
    truth = np.linspace(0, 1, 101)
    parts = [
        pd.DataFrame({"reports": int(n), "coverage": truth, "power": fits.binomial_power(int(n), truth, LEVEL)})
        for n in counts
    ]
    return pd.concat(parts, ignore_index=True)


def told_apart(count, power=0.8):
    """The coverages next to 80 % that so many reports tell from it with this power: (below, above), None without one.

    Examples
    --------
    >>> below, above = told_apart(20)
    >>> below < 0.6, above > 0.95
    (True, True)
    """
    curve = power_curve([count])
    enough = curve[curve["power"] >= checks.number("power", power, checks.OPEN_SHARE)]["coverage"]
    below, above = enough[enough < LEVEL], enough[enough > LEVEL]
    return (
        float(below.max()) if len(below) else None,
        float(above.min()) if len(above) else None,
    )
