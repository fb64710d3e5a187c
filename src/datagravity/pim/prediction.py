"""Processing in memory, predicted before it is compared, under one specification.

`predict_pim` looks at what a row compares, never at what came out of it. The exponent, the fixed share and the ratio of
levels come from the chapter on distance, G_d from the energy table or from the row's own baseline, and the part of a
system that moves data from published shares of a baseline without PIM. [extension]
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit

from datagravity import checks, choices, distance, symbolic
from datagravity.evaluate import evaluate
from datagravity.evidence import load, remembered
from datagravity.evidence.rules.choices import COUNTED_KAPPA
from datagravity.law import asymptotic_saving, optimal_distance, saving, saving_from_share
from datagravity.pim.inputs import INPUTS, Input, brought
from datagravity.pim.reports import reports
from datagravity.programs import counted

#: The set of the table `choices`, and of its choices those that change a prediction; the others choose reports.
SET = "pim"
PREDICTING = ("law", "fixed_cost", "kappa", "evidence", "gd_energy", "gd_width", "share")

LEVEL = 0.8
DRAWS, SEED = 4000, 2026
_DISTANCES = 7
#: What the options of `evidence` mean to the functions of the chapter on distance.
_EXPONENTS = {
    "all origins": {},
    "reviewed": {"include_grey": False},
    "stated distances": {"include_proxies": False},
}


@dataclass(frozen=True)
class Prediction:
    """Energy without PIM over energy with it: median, low and high of the nominal level, and the inputs by name."""

    value: float
    low: float
    high: float
    inputs: dict[str, Input]


def predict_pim(row: Mapping[str, Any] | pd.Series, *, level: float = LEVEL, **chosen: str) -> Prediction:
    """How many times less energy PIM should take, from what a row compares and nothing of what came out. [extension]

    Parameters
    ----------
    row : mapping with columns of data/pim.csv, values as numbers or text; blanks, missing and unknown columns are
        allowed. It reads `id`, `source`, `baseline_class`, `baseline_memory`, `scope` and the energy of a bit in
        `pj_per_bit_baseline_low` and `_high`, or in `pj_per_bit_baseline`, a number or an Interval; `row_id` and
        `source_key` are other names of the first two. A class or a scope that is blank or unknown takes the widest
        prior, and `inputs` says so.
    level : nominal coverage of the interval
    chosen : options of the choices in PREDICTING by name, as the table `choices` lists them; the default of each other

    Returns
    -------
    Prediction: the median and both ends of the energy without PIM over that with it, and `inputs`: the Input of each
    quantity that the law of the specification needs. It is at least 1: the law knows no loss.

    Raises
    ------
    ValueError
        If a choice or an option is unknown, two options do not combine, the row is no mapping, or one of its values is
        out of range; the message names row, column, value and expectation.

    Examples
    --------
    >>> phone = {"baseline_class": "CPU", "scope": "whole_system", "pj_per_bit_baseline": 15}
    >>> found = predict_pim(phone)
    >>> 1 <= found.low <= found.value <= found.high
    True
    >>> found.inputs["gd"].origin
    'row'
    >>> predict_pim(phone, law="tile").value < found.value
    True
    """
    level = checks.number("level", level, checks.OPEN_SHARE)
    spec = specification(**chosen)
    own = brought(row, spec["gd_energy"], spec["gd_width"], spec["share"])
    drawn = system_saving(path_draws(spec, own), share_draws(own.transport_share))
    low, value, high = np.quantile(drawn, [(1 - level) / 2, 0.5, (1 + level) / 2])
    return Prediction(float(value), float(low), float(high), own.inputs | _inputs(spec, own))


def specification(**chosen):
    """The defaults of PREDICTING but for the named options.

    Raises
    ------
    ValueError
        If a choice or an option is unknown, or two options do not combine.
    """
    for name in chosen:
        checks.choice("choice", name, PREDICTING)
    whole = choices.specification(SET, **chosen)
    reason = choices.conflict(SET, whole)
    if reason:
        words = ", ".join(f"{name} = {whole[name]!r}" for name in PREDICTING)
        raise ValueError(f"{words}: expected options that combine. {reason}")
    return {name: whole[name] for name in PREDICTING}


def _inputs(spec, own):
    """The inputs of a specification beside those of the row."""
    basis = f"the chapter on distance, {spec['evidence']}, without PIM data"
    if spec["law"] == "level ratio":
        ratio = _ratio(own.levels, spec["evidence"])
        return {"level_ratio": Input(ratio.low, ratio.high, "prior", f"{' over '.join(own.levels)}; {basis}")}
    if spec["law"] == "tile, fixed share":
        low, high = np.quantile(_phi_draws(spec["fixed_cost"], spec["evidence"], own.way_mm), [0.1, 0.9])
        found = {"fixed_share": Input(float(low), float(high), "prior", f"{spec['fixed_cost']}; {basis}")}
        return found | {"exponent": Input(1.0, 1.0, "prior", "what is not fixed grows linearly")}
    a = distance.exponent(**_EXPONENTS[spec["evidence"]])
    return {"exponent": Input(a.low, a.high, "prior", basis)}


# --- Draws -----------------------------------------------------------------------------------------------------------


def _generator(name):
    """One generator an input, so that a row that knows its own G_d draws the same exponents as all others."""
    return np.random.default_rng(np.random.SeedSequence(SEED).spawn(len(INPUTS))[INPUTS.index(name)])


def share_draws(spread):
    """Draws of the share of data movement."""
    return spread.draws(DRAWS, _generator("transport_share"))


@remembered
def _beta_draws(evidence):
    # Draws of a log-normal exponent may leave the range in which the law is defined.
    drawn = distance.exponent(**_EXPONENTS[evidence]).draws(DRAWS, _generator("exponent"))
    return 1 + np.clip(drawn, 1e-6, 2 - 1e-6)


@remembered
def _grid_mm():
    """Distances from the shortest way to the longest."""
    ways = load("memory_paths")
    return np.geomspace(ways["path_low_mm"].min(), ways["path_high_mm"].max(), _DISTANCES)


@remembered
def _machines(kind, evidence):
    """Logits of the fixed share of further machines at every distance of the grid: shape (DRAWS, distances)."""
    drawn = distance.fixed_share_draws(_grid_mm(), DRAWS, kind, evidence == "reviewed", SEED)
    return logit(np.clip(drawn, 1e-12, 1 - 1e-6))


@remembered
def _phi_draws(kind, evidence, way_mm):
    """Draws of the fixed share of further machines, each at a distance of its own on the way."""
    # A machine's logit is close to a line in ln d, so a few distances are enough.
    ways = way_mm.draws(DRAWS, _generator("way_mm"))
    place = np.interp(np.log(ways), np.log(_grid_mm()), np.arange(_DISTANCES))
    before = np.minimum(place.astype(int), _DISTANCES - 2)
    machines, one, part = _machines(kind, evidence), np.arange(DRAWS), place - before
    return expit((1 - part) * machines[one, before] + part * machines[one, before + 1])


@remembered
def _ratio(levels, evidence):
    return distance.level_ratio(*levels, reviewed=evidence == "reviewed")


def path_draws(spec, own):
    """Draws of the saving of the path under a specification, for what a row brought: shape (DRAWS,)."""
    evidence = spec["evidence"]
    if spec["law"] == "level ratio":
        return np.maximum(1 / _ratio(own.levels, evidence).draws(DRAWS, _generator("level_ratio")), 1)
    ratio = transport_over_kappa(spec["kappa"], own.gd)
    if spec["law"] == "tile, fixed share":
        return path_saving("tile", ratio, 2.0, _phi_draws(spec["fixed_cost"], evidence, own.way_mm))
    return path_saving(spec["law"], ratio, _beta_draws(evidence))


def transport_over_kappa(kappa, gd):
    """Draws of G_d / kappa: every law of one falling term depends on G_d through it alone.

    Parameters
    ----------
    kappa : an option of the choice; "0.1 of G_d" leaves nothing of G_d, since operations use the same wires, and
        "counted of G_d" draws what closeness costs a program, over G_d, as it was counted
    gd : Interval
    """
    if kappa == COUNTED_KAPPA:
        return 1 / counted.kappa_over_gd_draws(DRAWS, _generator("kappa_over_gd"))
    value, _, same_wires = kappa.partition(" of ")
    if same_wires:
        return np.full(DRAWS, 1 / float(value))
    return gd.draws(DRAWS, _generator("gd")) / float(value)


def path_saving(law, gd, beta, fixed_share=0.0):
    """The saving of the path; 1 where the law would move away from the data, which is not what PIM does.

    Parameters
    ----------
    law : "bare power", "tile" or "patch"
    gd : over kappa; number or array
    beta, fixed_share : numbers or arrays
    """
    if law == "bare power":
        return np.maximum(asymptotic_saving(gd, beta), 1)
    nearer = optimal_distance(gd, beta, law, fixed_share) < 1
    return np.where(nearer, saving(gd, beta, law, fixed_share), 1.0)


# --- From the path to the system -------------------------------------------------------------------------------------


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


def implied_products():
    """What path rows identify: lambda ln G_d = ln R if the bare power were exact, and the exponent at its G_d.

    Returns
    -------
    pandas.DataFrame: id, system, baseline_class, reported, product (ln R), exponent_low, exponent_high
    (2 ln R / ln G_d at both ends of G_d), source. Only the product comes from the row; the exponent needs a G_d.
    """
    rows = reports()
    rows = rows[rows["group"] == "path"].reset_index(drop=True)
    inputs = [predict_pim(row).inputs["gd"] for row in rows.to_dict("records")]
    product = np.log(rows["reported"])
    return rows[["id", "system", "baseline_class", "reported", "source"]].assign(
        product=product,
        exponent_low=[2 * value / math.log(gd.high) for value, gd in zip(product, inputs, strict=True)],
        exponent_high=[2 * value / math.log(gd.low) for value, gd in zip(product, inputs, strict=True)],
    )
