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
from datagravity.reads import by_value

#: The choices of a specification, in the order of the table, and those that decide which reports are compared.
CHOICES = (*PREDICTING, "scope", "rows", "weighting", "constant", "error_summary")
SELECTING = CHOICES[len(PREDICTING) :]
#: With fewer origins there is no rival that is told others, or hardly one.
FEWEST_ORIGINS = 3
#: What is scored of a specification.
OUTCOMES = ("coverage", "coverage_certain", "above", "below", "width", "error", "mean_error")
_QUANTILES = ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)


@remembered(stored=True)
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


@remembered(stored=True)
def multiverse(*, censored=True, ranges=True):
    """Every specification, scored.

    Parameters
    ----------
    censored : whether a best case is a bound; otherwise every report is the point that it prints
    ranges : whether a range admits all of it; otherwise its middle alone

    Returns
    -------
    pandas.DataFrame: one row a specification: CHOICES, then

    - reports, origins: what is compared
    - coverage: the share of reports that the law's 80 % interval admits; coverage_certain: of those that lie in it
      wherever they lie within their bounds; above, below: the shares of reports beyond either end
    - width: median of ln(high / low)
    - calibrated: how often an interval that holds 80 % of reports independent of each other would hold 80 % of these
    - error: of the distances, in natural logarithms, from the law's median to what the reports admit, the median or
      the mean, as error_summary says; mean_error: the mean
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
    for specifications, rows, laws, constants, bounds in forecasts(censored=censored, ranges=ranges):
        weighting, summary = specifications.iloc[0][["weighting", "error_summary"]]
        weights = _weights(rows, weighting)
        rival = _scored(constants[None], bounds, weights, summary)
        scored = {
            "reports": len(rows),
            "origins": rows["source_group"].nunique(),
            **_scored(laws, bounds, weights, summary),
            "calibrated": fits.weighted_hits(weights, LEVEL),
            "constant_coverage": rival["coverage"][0],
            "constant_error": rival["error"][0],
            "constant_mean_error": rival["mean_error"][0],
            "order": _order(laws[..., 1], rows, weighting),
        }
        # All columns at once, which takes a tenth of the time of one after the other.
        done.append(pd.concat([specifications, pd.DataFrame(scored, index=specifications.index)], axis=1))
    found = pd.concat(done).sort_index().reset_index(drop=True)
    return found.assign(
        gain=found["constant_error"] - found["error"], mean_gain=found["constant_mean_error"] - found["mean_error"]
    )


class Compared(NamedTuple):
    """The forecasts of every specification that has the same options of SELECTING, report by report.

    specifications : rows of `choices.combinations`; rows : of `reports()`; laws : logarithms of low end, median and
    high end, shape (specifications, rows, 3); constants : the same of the constant, shape (rows, 3); bounds : both
    ends of what each report admits and its printed middle, shape (3, rows).
    """

    specifications: pd.DataFrame
    rows: pd.DataFrame
    laws: np.ndarray
    constants: np.ndarray
    bounds: np.ndarray


def forecasts(*, censored=True, ranges=True, **held):
    """Every group of specifications that compare the same reports alike: a list of `Compared`.

    Parameters
    ----------
    censored, ranges : as for `multiverse`
    held : options of SELECTING by name; groups with other ones are left out

    Raises
    ------
    ValueError
        If a choice is not of SELECTING, or an option is unknown.
    """
    _known(held, SELECTING)
    combos, logs = predicted()
    every = reports()
    bounds = _bounds(every, censored, ranges)
    index = {values: place for place, values in enumerate(combos.astype(object).itertuples(index=False, name=None))}
    void = samples().query("void.isna()")
    kept = {pair: compared(every, *pair) for pair in zip(void["scope"], void["rows"], strict=True)}
    table = choices.combinations(SET)[list(CHOICES)]
    predicting = table[list(PREDICTING)].astype(object)
    at = np.array([index[values] for values in predicting.itertuples(index=False, name=None)], dtype=int)
    rivals, found = {}, []
    for options, own in table.groupby(list(SELECTING), sort=False):
        scope, which, weighting, constant, _ = options
        wanted = all(held.get(name, option) == option for name, option in zip(SELECTING, options, strict=True))
        if wanted and (scope, which) in kept:
            rows = kept[scope, which]
            places = rows.index.to_numpy()
            limits = bounds[:, places]
            # However errors are summed up, the constant is the same.
            way = options[:-1]
            if way not in rivals:
                ends = limits[[2, 2, 2]] if constant == "median of printed middles" else limits
                rivals[way] = _constants(rows, ends, _weights(rows, weighting))
            found.append(Compared(own, rows, logs[at[own.index]][:, places], rivals[way], limits))
    return found


def _known(held, allowed):
    """The options that are held, if each is one of a choice of `allowed`, and no two are in conflict."""
    for name in held:
        checks.choice("choice", name, allowed)
    choices.specification(SET, **held)
    reason = choices.conflict(SET, held)
    if reason:
        words = ", ".join(f"{name} = {option!r}" for name, option in held.items())
        raise ValueError(f"{words}: expected options that combine. {reason}")
    return held


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


@remembered
def combinations_of(scope):
    """The combinations of predicting choices for one of SCOPE_GROUPS; a part of a system has those of a whole one."""
    table = choices.combinations(SET)
    scope = scope if scope in set(table["scope"]) else "system"
    return table.loc[table["scope"] == scope, list(PREDICTING)].drop_duplicates(ignore_index=True)


@remembered
def admissions():
    """In what share of the predictions of its scope each report, compared or not, is admitted or lies beyond.

    Returns
    -------
    pandas.DataFrame: the columns of `reports`; within, above and below, which sum to one.
    """
    combos, logs = predicted()
    rows = reports()
    bounds, places = _bounds(rows), combos.reset_index(names="place")
    above, below = bounds[0] > logs[..., 2], bounds[1] < logs[..., 0]
    found = {"within": ~above & ~below, "above": above, "below": below}
    own = {scope: combinations_of(scope).merge(places)["place"].to_numpy() for scope in rows["group"].unique()}
    at = [own[scope] for scope in rows["group"]]
    return rows.assign(
        **{name: [float(hits[one, row].mean()) for row, one in enumerate(at)] for name, hits in found.items()}
    )


def _bounds(rows, censored=True, ranges=True):
    """Both ends of what each report admits, in logarithms, and its printed middle: shape (3, rows)."""
    censored, ranges = checks.truth("censored", censored), checks.truth("ranges", ranges)
    middle = np.log(rows["reported"].to_numpy(float))
    if not censored:
        return np.stack([middle, middle, middle])
    with np.errstate(divide="ignore"):  # the logarithm of no bound is minus infinity
        ends = [np.log(rows[f"admitted_{end}"].to_numpy(float)) for end in ("low", "high")]
    if not ranges:
        ends = [np.where(rows["report"] == "range", middle, end) for end in ends]
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


def _scored(logs, bounds, weights, summary="median"):
    """OUTCOMES of predictions of shape (specifications, reports, 3), each of shape (specifications,)."""
    low, value, high = np.moveaxis(logs, -1, 0)
    above, below = bounds[0] > high, bounds[1] < low
    certain = (bounds[0] >= low) & (bounds[1] <= high)
    errors = distance_to(value, bounds)
    mean = errors @ weights
    return {
        "coverage": (~above & ~below) @ weights,
        "coverage_certain": certain @ weights,
        "above": above @ weights,
        "below": below @ weights,
        "width": fits.weighted_quantile(high - low, weights, 0.5),
        "error": mean if summary == "mean" else fits.weighted_quantile(errors, weights, 0.5),
        "mean_error": mean,
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
    dict: specifications (their number); gains (the share in which the law's error is below the constant's); covers
    (in which at least 80 % of the reports are admitted); both (covers and gains); constant_covers (in which the
    constant's own interval admits as many); calibrated (the share in which one that holds 80 % of independent reports
    would, more where reports are bounds). Specifications count alike; they are no sample, and the share is no
    probability.

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
        "covers": float(covers.mean()),
        "both": float((gains & covers).mean()),
        "constant_covers": float((frame["constant_coverage"] >= LEVEL - 1e-12).mean()),
        "calibrated": float(frame["calibrated"].mean()),
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


@remembered(stored=True)
def spread_shares(kappas=None):
    """How much of the spread of coverage and gain each choice explains: outcome, factor, alone, beside.

    See `fits.variance_shares`: sums over all specifications, exact, with no model of the spread. It depends on which
    options were tried.

    Parameters
    ----------
    kappas : the options of kappa that count; all of them if None
    """
    frame = multiverse()
    frame = frame if kappas is None else frame[frame["kappa"].isin(kappas)]
    parts = [
        fits.variance_shares(frame, outcome, list(CHOICES)).assign(outcome=outcome) for outcome in ("coverage", "gain")
    ]
    return pd.concat(parts, ignore_index=True)


#: The specifications that `chance` shuffles: every report, and sums that a swap of one origin's forecasts moves.
SHUFFLED = {"rows": "all", "weighting": "origin", "error_summary": "mean"}


@remembered(stored=True)
def chance(*, permutations=20000, order=True, **held):
    """What chance alone would do, over all specifications of a scope with every report at once. Origins are shuffled.

    Parameters
    ----------
    permutations : of origins; signs are tried out completely where that is no more
    order : whether to ask for the order too; its columns are missing otherwise
    held : options of PREDICTING by name, and of the choice `constant`, whose default is taken otherwise

    Returns
    -------
    pandas.DataFrame: scope, origins, specifications; gain, the median of the gain in mean error with origins alike;
    gain_p and gain_p_constant: how often it is as large, and as small, where the two forecasts of an origin change
    places at random; gain_p_either, two-sided; order, the median rank correlation over origins, and order_p, one-sided:
    how often it is as large where the origins change their reports; stated_origins, stated_order and stated_order_p:
    the same of reports that are no bound.

    Raises
    ------
    ValueError
        If `permutations` is no whole number from 1 on, a choice or an option is unknown, or two do not combine.
    """
    permutations = checks.whole("permutations", permutations)
    held, found = _known({"constant": choices.defaults(SET)["constant"]} | SHUFFLED | held, CHOICES), []
    selected = {name: held[name] for name in SELECTING if name in held}
    for specifications, rows, laws, constants, bounds in forecasts(**selected):
        kept = np.logical_and.reduce([specifications[name] == option for name, option in held.items()])
        if not kept.any():
            continue
        medians, rival = laws[kept][..., 1], constants[:, 1]
        gains = means_by_origin(distance_to(rival, bounds) - distance_to(medians, bounds), rows)
        gains = gains / gains.shape[1]
        gain, gain_p = fits.joint_sign_flip(gains, permutations=permutations, seed=SEED)
        constant_p = fits.joint_sign_flip(-gains, permutations=permutations, seed=SEED)[1]
        row = {"scope": specifications["scope"].iloc[0], "origins": gains.shape[1], "specifications": int(kept.sum())}
        row |= {"gain": gain, "gain_p": gain_p, "gain_p_constant": constant_p}
        row |= {"gain_p_either": min(1.0, 2 * min(gain_p, constant_p))}
        if order:
            row |= _orders(medians, bounds[2], rows, permutations)
        found.append(row)
    return pd.DataFrame(found)


def _orders(medians, reported, rows, permutations):
    """The columns of `chance` on the order of reports, of all and of those that are no bound."""
    stated = rows["report"].isin(["point", "range"]).to_numpy()
    order, p = _shuffled_order(medians, reported, rows, permutations)
    stated_order, stated_p = _shuffled_order(medians[:, stated], reported[stated], rows[stated], permutations)
    found = {"order": order, "order_p": p, "stated_origins": rows.loc[stated, "source_group"].nunique()}
    return found | {"stated_order": stated_order, "stated_order_p": stated_p}


def _shuffled_order(medians, reported, rows, permutations):
    return _joint_order(
        means_by_origin(medians, rows), means_by_origin(reported, rows), permutations=permutations, seed=SEED
    )


_joint_order = by_value(fits.joint_rank_correlation)


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
