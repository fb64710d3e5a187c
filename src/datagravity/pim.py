"""Processing in memory, predicted before it is compared.

`predict_pim` looks at what a row compares, never at what came out of it. The exponent and the fixed share come from
the chapter on distance, G_d from the energy table or from the row's own baseline, and the part of a system that moves
data from two published shares of a baseline without PIM. Everything after it sets predictions beside results.
[extension]
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from datagravity import checks, fits, symbolic
from datagravity.distance import exponent, fixed_share, marginal_exponent
from datagravity.evaluate import evaluate
from datagravity.evidence import load, remembered
from datagravity.evidence.cells import NUMBER
from datagravity.evidence.rules.pim import bits_range
from datagravity.intervals import Interval
from datagravity.law import (
    asymptotic_saving,
    optimal_distance,
    saving,
    saving_from_share,
    workload_disjunction_constant,
)
from datagravity.processors import MEMORY_LEVELS, OFF_CHIP, PUBLISHED_CONVENTION, accesses, operations
from datagravity.series import series_members

#: How the path's saving follows from G_d: the law of the chapter on placement with a fixed share, as tiles or as
#: patches; the same without one; and the abstract's bare power.
LAWS = ("tile", "patch", "tile, nothing fixed", "patch, nothing fixed", "bare power")
#: The models with a fixed share. With it goes the exponent of the part that grows; the others take the exponent of
#: the whole energy, of which the fixed part is already a part. One cost never counts twice.
WITH_FIXED_SHARE = LAWS[:2]

#: The memories that a class of baseline fetches from; any other class, or none, takes every memory off the chip.
MEMORIES = {
    "CPU": ("DDR", "LPDDR", "DRAM, unnamed"),
    "GPU": ("HBM", "GDDR"),
    "FPGA": ("HBM", "DDR"),
    "NPU-ASIC": ("LPDDR", "HBM"),
    "SRAM+digital": MEMORY_LEVELS[1:3],
    "CMOS-logic": MEMORY_LEVELS[1:3],
    "digital": MEMORY_LEVELS[1:3],
    "PIM": MEMORY_LEVELS[1:3],
}

#: Scopes by what the number counts. In the first two all energy is spent on data; the others hold a rest beside it.
SCOPES = {
    "data_path": "path",
    "data_transfer_only": "path",
    "memory_only": "memory",
    "whole_system": "system",
}
SCOPE_GROUPS = ("path", "memory", "system", "part of a system")

#: The sets of `subsets` on which models and levels are compared.
COMPARED_SETS = ("path", "memory", "whole system", "all")

#: Nominal levels at which the intervals are checked.
LEVELS = (0.5, 0.8, 0.9, 0.95)
LEVEL = 0.8

DRAWS, SEED, PERMUTATIONS = 4000, 2026, 5000

# A prior of G_d sets accesses at the device, its interface or the macro against a datapath: tables do the same.
_ACCESS_SCOPES = ("device", "io", "macro")
_OPERATION = "FP32 multiply"
_ROW_NAMES = ("id", "row_id")
_SOURCE_NAMES = ("source", "source_key")


class Input(NamedTuple):
    """One input of a prediction: its range, whether it came from the "row" or from a "prior", and what it rests on."""

    low: float
    high: float
    origin: str
    basis: str


@dataclass(frozen=True)
class Prediction:
    """Energy without PIM over energy with it: median, low and high of the nominal level, and the inputs by name."""

    value: float
    low: float
    high: float
    inputs: dict


# --- Priors, from tables without PIM ---------------------------------------------------------------------------------


@remembered
def prior_gd(baseline_class=None):
    """The range of G_d for a class of baseline, from reviewed and verified rows of the energy table. [extension]

    Parameters
    ----------
    baseline_class : a key of MEMORIES; anything else stands for all memories off the chip

    Returns
    -------
    Interval, a stated range: the least energy per bit over the dearest FP32 multiply, the opposite, and their
    geometric mean, in the published convention of two operands of 32 bits an operation
    """
    rows = accesses().query("status == 'verified' and not grey")
    wanted = rows["memory_level"].isin(MEMORIES.get(baseline_class, OFF_CHIP))
    rows = rows[wanted & rows["scope"].isin(_ACCESS_SCOPES)]
    return _gd(rows["energy_pj_per_bit_low"].min(), rows["energy_pj_per_bit_high"].max())


@remembered
def _operation_range():
    """The energy of the operation in pJ: cheapest and dearest in the table."""
    rows = operations().query("status == 'verified' and not grey and scope == 'datapath'")
    rows = rows[rows["operation_class"] == _OPERATION]
    return float(rows["compute_pj_low"].min()), float(rows["compute_pj_high"].max())


def _gd(low_pj_per_bit, high_pj_per_bit):
    cheapest, dearest = _operation_range()
    low = workload_disjunction_constant(float(low_pj_per_bit), dearest, **PUBLISHED_CONVENTION)
    high = workload_disjunction_constant(float(high_pj_per_bit), cheapest, **PUBLISHED_CONVENTION)
    return Interval(math.sqrt(low * high), low, high)


@remembered
def published_shares():
    """The published shares of data movement in the energy of a system without PIM: id, source, stat, share, locator."""
    rows = load("pim").query("quantity_kind == 'energy_share' and status == 'verified'")
    return rows.assign(share=rows["value_low"].astype(float))[["id", "source", "stat", "workload", "share", "locator"]]


def ceiling(transport_share):
    """The largest saving of a system whose transport becomes free: 1 / (1 - share), Amdahl's bound. [extension]

    Raises
    ------
    ValueError
        If the share is not between 0 and 1.
    """
    return evaluate("ceiling", symbolic.amdahl_bound, transport_share=transport_share)


def system_saving(path_saving, transport_share):
    """The saving of a system when only its transport becomes cheaper, by `path_saving`, and the rest stays. [extension]

    The law already charges the copies of the operation against the path, so the rest is not made to grow a second
    time.

    Parameters
    ----------
    path_saving : positive number or array
    transport_share : number or array in [0, 1]

    Returns
    -------
    float or array: 1 / (1 - f + f / R)

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    path = checks.numbers("path_saving", path_saving, checks.POSITIVE)
    share = checks.numbers("transport_share", transport_share, checks.SHARE)
    result = 1 / (1 - share + share / path)
    return result if np.ndim(result) else float(result)


def beta_from_share(saving, transport_share):
    """The beta that gives a saving by the share theorem for a move inward, from the transport share now. [extension]

    Parameters
    ----------
    saving : number above 1, below the ceiling 1 / (1 - share)
    transport_share : number in (0, 1)

    Returns
    -------
    float in (1, 3)

    Raises
    ------
    ValueError
        If no beta gives the saving.
    """
    target = checks.number("saving", saving, checks.POSITIVE)
    share = checks.number("transport_share", transport_share, checks.OPEN_SHARE)
    # The system as built is at its optimum for this beta, and the saving grows from there.
    optimal = evaluate("beta_from_share", symbolic.virial_beta, measured_share=share)
    most = saving_from_share(share, math.nextafter(3, 2))
    if not 1 <= target <= most:
        raise ValueError(f"saving: {target}, expected from 1 to {most:.6g} for transport_share = {share}")
    return brentq(lambda beta: saving_from_share(share, beta) - target, optimal, math.nextafter(3, 2), xtol=1e-12)


# --- The prediction --------------------------------------------------------------------------------------------------


def predict_pim(row, *, model="tile", level=LEVEL):
    """How many times less energy PIM should take, from what a row compares and nothing of what came out. [extension]

    Parameters
    ----------
    row : mapping with columns of data/pim.csv, values as numbers or text; blanks, missing and unknown columns are
        allowed. It reads `id`, `source`, `baseline_class`, `scope` and `pj_per_bit_baseline` (a number or a range
        "10-20", or its two ends as `pj_per_bit_baseline_low` and `_high`); `row_id` and `source_key` are other names
        of the first two. A class or a scope that is blank or unknown takes the widest prior, and `inputs` says so.
    model : one of LAWS
    level : nominal coverage of the interval

    Returns
    -------
    Prediction: the median and both ends of the energy without PIM over that with it, and `inputs`: the Input of
    "gd", "transport_share", "exponent" and "fixed_share". It is at least 1: the law knows no loss.

    Raises
    ------
    ValueError
        If the row is no mapping, a value is neither text nor number nor blank, or an energy per bit is no positive
        number or range; the message names row, column, value and expectation.

    Examples
    --------
    >>> found = predict_pim({"baseline_class": "CPU", "scope": "system", "pj_per_bit_baseline": "10-20"})
    >>> 1 <= found.low <= found.value <= found.high
    True
    >>> found.inputs["gd"].origin
    'row'
    """
    inputs, drawn = _draws(row, checks.choice("model", model, LAWS))
    level = checks.number("level", level, checks.OPEN_SHARE)
    low, value, high = np.quantile(drawn, [(1 - level) / 2, 0.5, (1 + level) / 2])
    return Prediction(float(value), float(low), float(high), inputs)


def _draws(row, model, only=None):
    """The inputs of a row and draws of its prediction; with `only`, every other input stays at its middle."""
    name, cells = _cells(row)
    gd, gd_input = _row_gd(name, cells)
    share, share_input = _row_share(cells)
    a, phi = _distance_inputs(model)
    basis = "the chapter on distance, without PIM data"
    inputs = {
        "gd": gd_input,
        "transport_share": share_input,
        "exponent": Input(a.low, a.high, "prior", basis),
        "fixed_share": Input(phi.low, phi.high, "prior", basis if model in WITH_FIXED_SHARE else "none in this model"),
    }
    return inputs, _sampled(model, gd, share, only)


@remembered
def _distance_inputs(model):
    """The exponent and the fixed share that belong together in a model."""
    return (marginal_exponent(), fixed_share()) if model in WITH_FIXED_SHARE else (exponent(), Interval(0, 0, 0))


@remembered
def _sampled(model, gd, share, only):
    a, phi = _distance_inputs(model)
    spreads = {"gd": gd, "transport_share": share, "exponent": a, "fixed_share": phi}
    # One generator an input, so that a row that knows its own G_d draws the same exponents as all others.
    seeds = dict(zip(spreads, np.random.SeedSequence(SEED).spawn(len(spreads)), strict=True))
    drawn = {key: spread.draws(DRAWS, np.random.default_rng(seeds[key])) for key, spread in spreads.items()}
    for key in drawn:
        if only is not None and key != only:
            drawn[key] = np.full(DRAWS, np.median(drawn[key]))
    path = _path_saving(model, drawn["gd"], drawn["exponent"], drawn["fixed_share"])
    result = system_saving(path, drawn["transport_share"])
    result.flags.writeable = False
    return result


def _path_saving(model, gd, a, phi):
    """The saving of the path; 1 where the law would move away from the data, which is not what PIM does."""
    # Draws of a normal or a log-normal input may leave the range in which the law is defined.
    beta, phi = 1 + np.clip(a, 1e-6, 2 - 1e-6), np.clip(phi, 0, 1 - 1e-6)
    if model == "bare power":
        return np.maximum(asymptotic_saving(gd, beta), 1)
    law = model.split(",")[0]
    nearer = optimal_distance(gd, beta, law, phi) < 1
    return np.where(nearer, saving(gd, beta, law, phi), 1.0)


@dataclass(frozen=True)
class _Share:
    """A share drawn from a beta distribution with this mean and standard deviation."""

    mean: float
    deviation: float

    def _distribution(self):
        count = self.mean * (1 - self.mean) / self.deviation**2 - 1
        return stats.beta(self.mean * count, (1 - self.mean) * count)

    def draws(self, count, generator):
        return self._distribution().ppf(generator.uniform(size=count))

    def ends(self):
        return tuple(float(end) for end in self._distribution().ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2]))


def _row_gd(name, cells):
    """G_d from the row's own energy per bit, else from its class; as an interval to draw from and as an Input."""
    own = _own_energy(name, cells)
    if own:
        gd = _gd(*own)
        return gd, Input(gd.low, gd.high, "row", f"pj_per_bit_baseline {own[0]:g} to {own[1]:g} over {_OPERATION}")
    known = cells.get("baseline_class") if cells.get("baseline_class") in MEMORIES else None
    gd = prior_gd(known)
    return gd, Input(gd.low, gd.high, "prior", ", ".join(MEMORIES.get(known, OFF_CHIP)))


def _row_share(cells):
    """The share of the energy that the path's saving touches; one for a path, published or assumed for a system."""
    group = scope_group(cells.get("scope"))
    if group in ("path", "memory"):
        return Interval(1, 1, 1), Input(1.0, 1.0, "row", f"scope {cells['scope']}: all energy is spent on data")
    by_source, prior = _system_shares()
    return by_source.get(next((cells[key] for key in _SOURCE_NAMES if key in cells), None), prior)


@remembered
def _system_shares():
    """The share of a system's energy that data take, each as a spread and as an Input: by source, and the prior."""
    shares = published_shares()
    average = shares[shares["stat"] == "average"]
    by_source = {}
    for row in average.drop_duplicates("source").itertuples():
        own = Input(row.share, row.share, "row", f"same source, row {row.id}")
        by_source[row.source] = Interval(row.share, row.share, row.share), own
    # As far around the published average as the one workload that is published alone lies from it.
    mean = float(average["share"].mean())
    share = _Share(mean, float(shares["share"].max()) - mean)
    return by_source, (share, Input(*share.ends(), "prior", f"rows {', '.join(shares['id'])}, one source"))


def scope_group(scope):
    """One of SCOPE_GROUPS for a scope of data/pim.csv; a scope that is blank or unknown is a part of a system."""
    return SCOPES.get(scope, SCOPE_GROUPS[-1])


def _cells(row):
    """The columns that a prediction reads, as text without spaces at its ends, blanks left out; and the row's name."""
    if isinstance(row, pd.Series):
        row = row.to_dict()
    if not isinstance(row, Mapping):
        raise ValueError(f"row: {row!r}, expected a mapping from columns of pim.csv to values")
    energies = [f"pj_per_bit_baseline{end}" for end in ("", "_low", "_high")]
    names = (*_ROW_NAMES, *_SOURCE_NAMES, "baseline_class", "scope", *energies)
    cells = {}
    for name in names:
        value = row.get(name)
        if value is None or value is pd.NA or (isinstance(value, float | np.floating) and math.isnan(value)):
            continue
        if isinstance(value, bool) or not isinstance(value, str | int | float | np.integer | np.floating):
            raise ValueError(f"{_called(cells)}, column {name}: value {value!r}; expected a text, a number or a blank")
        text = str(value).strip()
        if text:
            cells[name] = text
    return _called(cells), cells


def _called(cells):
    return f"row {next((cells[key] for key in _ROW_NAMES if key in cells), 'without id')}"


def _own_energy(name, cells):
    """The row's own baseline in pJ/bit, as (low, high), or None."""
    ends = {}
    for column in ("pj_per_bit_baseline", "pj_per_bit_baseline_low", "pj_per_bit_baseline_high"):
        if column in cells:
            ends[column] = _energy_range(name, column, cells[column])
    if not ends:
        return None
    whole = ends.get("pj_per_bit_baseline")
    if whole:
        return whole
    low = ends.get("pj_per_bit_baseline_low", ends.get("pj_per_bit_baseline_high"))[0]
    high = ends.get("pj_per_bit_baseline_high", ends.get("pj_per_bit_baseline_low"))[1]
    if low > high:
        raise ValueError(f"{name}, column pj_per_bit_baseline_low: value {low:g}; expected at most {high:g}, the high")
    return low, high


def _energy_range(name, column, text):
    ends = (float(text),) * 2 if NUMBER["number"].fullmatch(text) else bits_range(text) or (0, 0)
    # A pJ/bit outside these bounds is a slip of units, and the law's powers would leave double precision.
    if not 1e-6 <= ends[0] <= ends[1] <= 1e9:
        raise ValueError(
            f"{name}, column {column}: value {text!r}; expected pJ/bit from 1e-6 to 1e9, "
            "a number or two with a hyphen between, the lower one first"
        )
    return ends


# --- Predictions beside results --------------------------------------------------------------------------------------


def why_not_usable(row):
    """Why a row of `load("pim")` cannot be compared with a prediction; None if it can."""
    if row["quantity_kind"] not in ("energy", "path_energy"):
        return f"{row['quantity_kind']}, which is no energy ratio"
    if pd.isna(row["value_low"]):
        return "no value, a sign or an anchor only"
    if row["baseline_class"] == "PIM":
        return "the baseline is itself PIM, at about the same distance"
    if row["pim_class"] == "in-storage":
        return "in storage: the energy table has no flash"
    return None


def not_usable():
    """The rows that are not compared: id, system, reason, sign, source; recalled ones among them."""
    rows = load("pim")
    rows["reason"] = rows.apply(why_not_usable, axis=1)
    columns = ["id", "system", "reason", "quantity_kind", "reported_text", "sign", "status", "source", "locator"]
    return rows.dropna(subset="reason")[columns].reset_index(drop=True)


@remembered
def _predicted(model, level):
    rows = load("pim")
    found = [predict_pim(row, model=model, level=level) for row in rows.to_dict("records")]
    rows["group"] = rows["scope"].map(scope_group)
    for end in ("low", "high"):
        value = rows[f"energy_factor_{end}"].fillna(rows[f"value_{end}"]).astype(float)
        rows[f"reported_{end}"] = value
    rows["reported"] = np.sqrt(rows["reported_low"] * rows["reported_high"])
    for name in ("value", "low", "high"):
        rows[f"predicted{'' if name == 'value' else '_' + name}"] = [getattr(one, name) for one in found]
    rows["own_gd"] = [one.inputs["gd"].origin == "row" for one in found]
    rows["own_share"] = [one.inputs["transport_share"].origin == "row" for one in found]
    rows["own_share"] &= rows["group"].isin(SCOPE_GROUPS[2:])  # of a path it is one by definition, not by measurement
    rows["usable"] = [why_not_usable(row) is None for _, row in rows.iterrows()]
    return rows


def predictions(*, model="tile", level=LEVEL, include_recalled=False, include_grey=True):
    """Every usable row with its prediction and what was reported.

    Parameters
    ----------
    model, level : as for `predict_pim`
    include_recalled : also rows whose number was not checked again
    include_grey : also sources that nobody reviewed

    Returns
    -------
    pandas.DataFrame: the columns of `load("pim")`, `group` (one of SCOPE_GROUPS), `reported_low`, `reported`,
    `reported_high` (geometric mean of the ends), `predicted`, `predicted_low`, `predicted_high`, `own_gd`,
    `own_share` (whether the row brought that input), `covered` and `miss` ("within", "above", "below": where the
    report lies).
    """
    rows = _predicted(checks.choice("model", model, LAWS), level).copy()
    keep = rows["usable"]
    if not include_recalled:
        keep &= rows["status"] != "recalled"
    if not include_grey:
        keep &= ~rows["grey"]
    rows = rows[keep].reset_index(drop=True)
    above, below = rows["reported"] > rows["predicted_high"], rows["reported"] < rows["predicted_low"]
    rows["miss"] = np.select([above, below], ["above", "below"], "within")
    return rows.assign(covered=~(above | below))


def constant_predictions(rows, *, level=LEVEL):
    """The null model: for each row the median and the central range of what other sources report in its group.

    Parameters
    ----------
    rows : of `predictions()`
    level : nominal coverage of the range

    Returns
    -------
    `rows` with `constant`, `constant_low`, `constant_high` and `constant_covered`; missing where no other source has
    a row of the group
    """
    groups, sources, reported = (rows[name].to_numpy() for name in ("group", "source_group", "reported"))
    quantiles = [(1 - level) / 2, 0.5, (1 + level) / 2]
    found = []
    for group, source in zip(groups, sources, strict=True):
        others = reported[(groups == group) & (sources != source)]
        found.append(np.quantile(others, quantiles) if len(others) else [np.nan] * 3)
    low, value, high = np.transpose(found) if found else np.empty((3, 0))
    rows = rows.assign(constant=value, constant_low=low, constant_high=high)
    inside = (rows["reported"] >= rows["constant_low"]) & (rows["reported"] <= rows["constant_high"])
    return rows.assign(constant_covered=inside)


class Score(NamedTuple):
    """How a set of predictions did; factors are ratios, shares lie in [0, 1]."""

    rows: int
    sources: int
    coverage: float
    coverage_low: float
    coverage_high: float
    above: float
    below: float
    width: float
    error: float
    constant_coverage: float
    constant_width: float
    constant_error: float


def score(rows, *, level=LEVEL):
    """Coverage with its exact 95 % interval, misses, median width and median factor of error, beside the constant.

    Parameters
    ----------
    rows : of `predictions(level=level)`; the constant needs at least two sources a group

    Returns
    -------
    Score. `width` is the median of high over low, `error` the median of the larger of predicted and reported over
    the other. The interval of the coverage takes rows for independent, which rows of one source are not.

    Raises
    ------
    ValueError
        If there is no row.
    """
    if not len(rows):
        raise ValueError("rows: no row, expected at least one")
    both = constant_predictions(rows, level=level)
    known = both.dropna(subset="constant")
    test = stats.binomtest(int(rows["covered"].sum()), len(rows)).proportion_ci(0.95)
    return Score(
        rows=len(rows),
        sources=rows["source_group"].nunique(),
        coverage=float(rows["covered"].mean()),
        coverage_low=float(test.low),
        coverage_high=float(test.high),
        above=float((rows["miss"] == "above").mean()),
        below=float((rows["miss"] == "below").mean()),
        width=float((rows["predicted_high"] / rows["predicted_low"]).median()),
        error=float(np.exp(_log_errors(rows, "predicted").median())),
        constant_coverage=float(known["constant_covered"].mean()),
        constant_width=float((known["constant_high"] / known["constant_low"]).median()),
        constant_error=float(np.exp(_log_errors(known, "constant").median())),
    )


def _log_errors(rows, column):
    return np.abs(np.log(rows[column] / rows["reported"]))


def subsets(rows):
    """The sets that are scored apart, by name: scopes, silicon, without confounds, without grey, one row a source."""
    confounded = rows["confound"].notna() & (rows["confound"] != "only the place")
    best = {
        "path": rows["group"] == "path",
        "memory": rows["group"] == "memory",
        "whole system": rows["group"] == "system",
        "part of a system": rows["group"] == SCOPE_GROUPS[-1],
        "path, reviewed sources": (rows["group"] == "path") & ~rows["grey"],
        "whole system, reviewed sources": (rows["group"] == "system") & ~rows["grey"],
        "all": rows["id"].notna(),
        "all, reviewed sources": ~rows["grey"],
        "all, no known confound": ~confounded,
        "all, one row a source": ~rows["source_group"].duplicated(),
        "whole system, silicon": (rows["group"] == "system") & (rows["real_silicon"] != "no"),
        "whole system, simulated": (rows["group"] == "system") & (rows["real_silicon"] == "no"),
    }
    return {name: rows[chosen.astype(bool)].reset_index(drop=True) for name, chosen in best.items()}


def scores(*, model="tile", include_recalled=False):
    """`score` of every set of `subsets` as a table, one row a set."""
    parts = subsets(predictions(model=model, include_recalled=include_recalled))
    return pd.DataFrame([{"set": name, **score(rows)._asdict()} for name, rows in parts.items()])


def calibration(*, model="tile"):
    """Share of reports inside the interval at each of LEVELS: set, forecast ("law", "constant"), level, covered."""
    found = []
    for level in LEVELS:
        parts = subsets(predictions(model=model, level=level))
        for name in COMPARED_SETS:
            scored = score(parts[name], level=level)
            for forecast, covered in [("law", scored.coverage), ("constant", scored.constant_coverage)]:
                row = {"set": name, "forecast": forecast, "level": level, "covered": covered, "rows": scored.rows}
                found.append(row)
    return pd.DataFrame(found)


class Permutation(NamedTuple):
    """A statistic, its permutation p, and over how many rows and sources."""

    value: float
    p: float
    rows: int
    sources: int


def rank_test(rows):
    """Spearman's rank correlation of predicted and reported, with a two-sided permutation p. [extension]

    Raises
    ------
    ValueError
        If there are fewer than three rows.
    """
    if len(rows) < 3:
        raise ValueError(f"rows: {len(rows)} rows, expected at least 3")
    value, p = fits.rank_correlation(rows["predicted"], rows["reported"], permutations=PERMUTATIONS, seed=SEED)
    return Permutation(value, p, len(rows), rows["source_group"].nunique())


def constant_test(rows):
    """Does the law beat the constant? Mean log error of the constant minus that of the law, and a permutation p.

    If both were equally good, the two forecasts of a source could change places. So the sign of the difference is
    flipped for whole sources at random; p is one-sided, for the law being better. The value is in natural log units.

    Raises
    ------
    ValueError
        If no row has a constant.
    """
    both = constant_predictions(rows).dropna(subset="constant")
    if not len(both):
        raise ValueError("rows: no row with a constant, expected two sources in one group")
    gain = _log_errors(both, "constant") - _log_errors(both, "predicted")
    by_source = gain.groupby(both["source_group"]).sum().to_numpy(dtype=float)
    p = fits.sign_flip_p(by_source, permutations=PERMUTATIONS, seed=SEED)
    return Permutation(float(gain.mean()), p, len(both), len(by_source))


def model_scores():
    """Coverage, width and median factor of error of every model: model, set, rows, coverage, width, error."""
    found = []
    for model in LAWS:
        parts = subsets(predictions(model=model))
        for name in COMPARED_SETS:
            one = score(parts[name])
            found.append({"model": model, "set": name, **one._asdict()})
    return pd.DataFrame(found)[["model", "set", "rows", "coverage", "above", "below", "width", "error"]]


def width_shares(row, *, model="tile"):
    """How much of the spread of a prediction each input makes alone: its share of the variance of the logarithm.

    Returns
    -------
    dict: input -> share. Shares are of the sum over the inputs, each varied with the others at their medians.
    """
    names = ("gd", "transport_share", "exponent", "fixed_share")
    alone = {name: float(np.var(np.log(_draws(row, model, only=name)[1]))) for name in names}
    total = sum(alone.values())
    return {name: value / total if total else 0.0 for name, value in alone.items()}


def ladders(*, model="tile"):
    """Rows whose only difference is how close to the cells the computation sits, with their prediction.

    Returns
    -------
    pandas.DataFrame: id, ladder, rung, step (from far to near), and the columns of `predictions`.
    """
    members = series_members("ladder").rename(columns={"series": "ladder", "row": "id", "label": "rung"})
    members["step"] = members.groupby("ladder").cumcount() + 1
    return members[["id", "ladder", "rung", "step"]].merge(predictions(model=model), on="id", validate="one_to_one")


def implied_products():
    """What path rows identify: lambda ln G_d = ln R if the bare power were exact, and the exponent at its G_d.

    Returns
    -------
    pandas.DataFrame: id, system, baseline_class, reported, product (ln R), exponent_low, exponent_high
    (2 ln R / ln G_d at both ends of G_d), source. Only the product comes from the row; the exponent needs a G_d.
    """
    rows = predictions()
    rows = rows[rows["group"] == "path"].reset_index(drop=True)
    inputs = [predict_pim(row).inputs["gd"] for row in rows.to_dict("records")]
    product = np.log(rows["reported"])
    return rows[["id", "system", "baseline_class", "reported", "source"]].assign(
        product=product,
        exponent_low=[2 * value / math.log(gd.high) for value, gd in zip(product, inputs, strict=True)],
        exponent_high=[2 * value / math.log(gd.low) for value, gd in zip(product, inputs, strict=True)],
    )


def losses(*, model="tile"):
    """Negative and null results: the rows whose sign is not positive, with their prediction.

    Returns
    -------
    pandas.DataFrame: the columns of `load("pim")` and of the prediction; `reported` is the baseline over PIM in the
    row's own quantity, missing where only the sign is known; `comparable` says whether that quantity is energy.
    """
    rows = _predicted(checks.choice("model", model, LAWS), LEVEL)
    rows = rows[rows["sign"] != "positive"].reset_index(drop=True)
    return rows.assign(
        reported=[_without_over_with(row) for _, row in rows.iterrows()],
        comparable=rows["quantity_kind"].isin(["energy", "path_energy"]) & rows["value_low"].notna(),
    )


def _without_over_with(row):
    """Baseline over PIM in the row's own quantity, never converted; missing where only the sign is known."""
    low, high = row["value_low"], row["value_high"]
    if pd.isna(low) or pd.isna(high):
        return math.nan
    middle = math.sqrt(low * high)
    return 1 / middle if row["value_unit"] == "ratio alternative/baseline" else middle


@remembered
def rank_tests():
    """`rank_test` of each of COMPARED_SETS, with a fixed share and without: law, set, value, p, rows, sources."""
    return _tested(rank_test)


@remembered
def constant_tests():
    """`constant_test` of each of COMPARED_SETS, with a fixed share and without: law, set, value, p, rows, sources."""
    return _tested(constant_test)


def _tested(test):
    found = []
    for model in ("tile", "tile, nothing fixed"):
        parts = subsets(predictions(model=model))
        found += [{"law": model, "set": name, **test(parts[name])._asdict()} for name in COMPARED_SETS]
    return pd.DataFrame(found)
