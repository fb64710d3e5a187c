"""The claims of the abstract, each beside a number, an interval and a verdict that the number decides.

A row of the table `claims` names a quantity, the region in which it has to lie for the claim to hold, and the function
here that computes it. The function returns named parts, each an interval: the claim may hold for one part and fail for
another. `verdict` turns parts and region into one of five words; nobody types a verdict. All of it is an [extension].
"""

import math

import numpy as np
import pandas as pd

from datagravity import brains, distance, fits, pim, systems
from datagravity.evidence import load, remembered
from datagravity.evidence.rules.processors import operation_of
from datagravity.intervals import Interval, text
from datagravity.law import asymptotic_saving, saving
from datagravity.placement import place
from datagravity.plateau import trend
from datagravity.processors import (
    OFF_CHIP,
    TWO_NODE_SOURCE,
    disjunction_constants,
    improvement_of,
    improvements,
    published_ratios,
)
from datagravity.series import series_names

VERDICTS = ("holds", "holds in part", "undecided", "refuted", "not testable")
#: How one part lies to the region of its claim.
POSITIONS = ("inside", "across", "outside", "no number")


def position(part, low, high):
    """Where a part lies: wholly "inside" the closed region, wholly "outside", "across" an edge, or "no number".

    Parameters
    ----------
    part : Interval, or None where there is nothing to compute
    low, high : ends of the region; None for an open end
    """
    if part is None:
        return "no number"
    low, high = -math.inf if low is None else low, math.inf if high is None else high
    if low <= part.low and part.high <= high:
        return "inside"
    return "outside" if part.high < low or part.low > high else "across"


def verdict(parts, low, high):
    """One of VERDICTS for a claim, from its parts (name -> Interval or None) and the region where it holds.

    All parts inside: it holds. Some inside: it holds in part. None inside, some across an edge: undecided, the
    intervals are too wide to tell. All outside: refuted. No part with a number: not testable.
    """
    found = [position(part, low, high) for part in parts.values()]
    if all(where == "no number" for where in found):
        return "not testable"
    if all(where == "inside" for where in found):
        return "holds"
    if "inside" in found:
        return "holds in part"
    return "undecided" if "across" in found else "refuted"


# --- The tests: each returns name -> Interval or None ----------------------------------------------------------------


def transport_dominates():
    """G_d of every memory against an FP32 multiply or multiply-add of the same source and node."""
    pairs = disjunction_constants()
    pairs = pairs[pairs["operation"].isin(["FP32 multiply", "FP32 tensor MAC"])]
    return {
        f"{row.memory}, {row.node}: {row.access}, {row.transport_row}/{row.compute_row}": Interval(
            row.gd, row.gd_low, row.gd_high
        )
        for row in pairs.itertuples()
    }


def published_values():
    """Recomputed over published G_d, at both ends of each published range; biology has no inputs."""
    parts = {}
    for row in published_ratios().itertuples():
        if not row.recomputed:
            parts[row.label] = None
            continue
        ends = sorted([row.recomputed_low / row.gd_low, row.recomputed_high / row.gd_high])
        parts[row.label] = Interval(math.sqrt(ends[0] * ends[1]), *ends)
    return parts


def power_law():
    """Savings of the reconstructed models over G_d**((beta-1)/2), for the published G_d and beta from 1.1 to 2.9."""
    gds = published_ratios()[["gd_low", "gd_high"]].dropna().to_numpy(dtype=float).ravel()
    gds, betas = np.meshgrid(gds, np.linspace(1.1, 2.9, 37))
    bare = asymptotic_saving(gds, betas)
    fixed = distance.fixed_share().value
    parts = {
        # The theorem of the placement chapter: the transport part alone shrinks by exactly the power.
        "transport alone, at the patches' optimum": np.ones(1),
        "the whole bill, tiles": saving(gds, betas) / bare,
        "the whole bill, patches": saving(gds, betas, model="patch") / bare,
        "the whole bill, tiles, the fixed share of a measured mesh": saving(gds, betas, fixed_share=fixed) / bare,
    }
    return {
        name: Interval(float(np.exp(np.log(factors).mean())), float(factors.min()), float(factors.max()))
        for name, factors in parts.items()
    }


def beta_range():
    """Beta from exponents measured without PIM, under both readings: the cost of an access grows as d**beta, or
    as d**(beta-1)."""
    a = distance.exponent()
    return {
        "an access costs d^(beta-1)": Interval(a.value + 1, a.low + 1, a.high + 1, a.level),
        "an access costs d^beta": a,
    }


def gd_has_grown():
    """G_d at 7 nm over G_d at 45 nm for one FP32 multiply, memory by memory, within the table that prints both."""
    steps = improvements()
    multiply = float(steps.set_index("item").loc["FP32 multiply", "improvement"])
    parts = {}
    for part in ("SRAM", "DRAM"):
        for row in steps[steps["part"] == part].itertuples():
            growth = multiply / row.improvement
            parts[row.item] = Interval(growth, growth, growth)
    logic = improvement_of("logic")
    parts["any operation over the same DRAM entry"] = Interval(logic.value, logic.low, logic.high)
    return parts


def measured_processors():
    """Measured over tabulated off-chip G_d, one operand of the operation's own width, tensor unit against multiply.

    Each kind of memory is held against its own kind, and a kind that the table does not print against its DDR.
    """
    pairs = disjunction_constants()
    far = pairs[pairs["memory"].isin(OFF_CHIP)]
    tables = far[(far["source"] == TWO_NODE_SOURCE) & (far["node"] == "7 nm")]
    printed = set(tables["memory"])
    parts = {}
    for row in far[
        (far["method"] == "measured") & far["operation"].map(lambda name: operation_of(name).matrix)
    ].itertuples():
        multiply = row.operation.replace("tensor MAC", "multiply")
        kind = row.memory if row.memory in printed else "DDR"
        same = tables[(tables["operation"] == multiply) & (tables["memory"] == kind)]
        low, high = same["gd_matched_low"].min(), same["gd_matched_high"].max()
        value = row.gd_matched / math.sqrt(low * high)
        parts[f"{row.access}, {row.operation}"] = Interval(value, row.gd_matched_low / high, row.gd_matched_high / low)
    return parts


def _pim_scores():
    """The law with a fixed share and without one, each on three scopes: (name, score)."""
    for law, fixed, form in [
        ("tile, fixed share", "intercept", "with a fixed share"),
        ("tile", "none", "nothing fixed"),
    ]:
        for scope in ("path", "memory", "system"):
            yield f"{scope}, {form}", pim.score(law=law, fixed_cost=fixed, scope=scope)


def pim_coverage():
    """Share of reported savings that the predicted interval admits, with its exact interval, by form and scope."""
    found = {}
    for name, scored in _pim_scores():
        hits = round(scored["coverage"] * scored["reports"])
        found[name] = fits.proportion_interval(hits, int(scored["reports"]), 0.95)
    return found


def pim_order():
    """Spearman's correlation of predicted and reported savings with Fisher's 95 % interval, by form and scope."""
    return {name: fits.rank_interval(scored["order"], int(scored["reports"]), 0.95) for name, scored in _pim_scores()}


def biology():
    """G_d of every budget of a brain under every definition that applies to it; recalled ones are out."""
    rows = brains.ratios()
    rows = rows[rows["status"] != "recalled"]
    return {f"{row.budget}: {row.definition}": Interval(row.gd, row.gd, row.gd) for row in rows.itertuples()}


def attraction():
    """Two masses, one the heavier, and the place that the solver finds: its distance from the heavy over the light."""
    parts = {}
    for exponent in (0.5, 1.0, 1.5, 2.0, 3.0):
        found = []
        for heavier in (1.5, 3.0, 10.0, 100.0):
            x = float(place([heavier, 1.0], [[0.0], [1.0]], exponent).position[0])
            found.append(x / (1 - x))
        parts[f"exponent {exponent:g}"] = Interval(float(np.median(found)), min(found), max(found))
    return parts


def plateau():
    """Growth a year of operations per byte with its 95 % interval, by series; growing reuse would need a table."""
    grown = {name: trend(name, "FLOP/byte").growth for name in series_names("growth")}
    return grown | {"growth of reuse by algorithms": None}


def plateau_limit():
    """The limit of yearly doublings of operations per joule at fixed reuse: those of bytes per joule, by series."""
    return {name: trend(name, "byte/J").rate for name in series_names("growth")}


def gains_at_fixed_distance(rows=None):
    """Computed gains in energy or speed of systems neither of whose levers is distance, agreeing with a claim or not.

    `rows` as from `systems.rows`; the book's own if None.
    """
    rows = systems.counted(rows)
    near = (rows["lever"] == "distance") | (rows["lever_secondary"] == "distance").fillna(False)
    kept = rows[~near & rows["computed"].notna() & (rows["kind"] != "memory size")]
    return {
        f"{row.name}: {row.kind}, {row.lever}": Interval(row.computed, row.computed_low, row.computed_high)
        for row in kept.itertuples(index=False)
    }


TESTS = {
    test.__name__: test
    for test in (
        transport_dominates,
        published_values,
        power_law,
        beta_range,
        gd_has_grown,
        measured_processors,
        pim_coverage,
        pim_order,
        biology,
        attraction,
        plateau,
        plateau_limit,
        gains_at_fixed_distance,
    )
}


# --- The table of verdicts -------------------------------------------------------------------------------------------


@remembered
def parts():
    """Every part of every claim: id, part, value, low, high, shown (value and interval as text), position."""
    rows = []
    for claim in load("claims").itertuples():
        low, high = (None if pd.isna(end) else float(end) for end in (claim.region_low, claim.region_high))
        for name, part in TESTS[claim.test]().items():
            rows.append(
                {
                    "id": claim.id,
                    "part": name,
                    "value": part.value if part else None,
                    "low": part.low if part else None,
                    "high": part.high if part else None,
                    "shown": text(part) if part else "not stated",
                    "position": position(part, low, high),
                }
            )
    return pd.DataFrame(rows).astype(dict.fromkeys(["value", "low", "high"], "Float64"))


def judged():
    """Every claim with its verdict.

    Returns
    -------
    pandas.DataFrame: the columns of `load("claims")` and: region (as text), result (the parts' range as text), inside,
    across, outside, no_number (counts of parts), verdict, function (which computes it).
    """
    claims, every = load("claims"), parts()
    rows = []
    for claim in claims.itertuples():
        own = every[every["id"] == claim.id]
        low, high = (None if pd.isna(end) else float(end) for end in (claim.region_low, claim.region_high))
        intervals = {
            row.part: None if pd.isna(row.value) else Interval(row.value, row.low, row.high) for row in own.itertuples()
        }
        numbers = own.dropna(subset="value")
        result = f"{numbers['low'].min():.3g} to {numbers['high'].max():.3g}" if len(numbers) else "not stated"
        counts = own["position"].value_counts()
        rows.append(
            {
                "region": _region(low, high),
                "result": result,
                **{where.replace(" ", "_"): int(counts.get(where, 0)) for where in POSITIONS},
                "verdict": verdict(intervals, low, high),
                "function": f"datagravity.claims.{claim.test}",
            }
        )
    return pd.concat([claims, pd.DataFrame(rows)], axis=1)


def _region(low, high):
    if low is None and high is None:
        return "not stated"
    if low is None:
        return f"at most {high:g}"
    return f"at least {low:g}" if high is None else f"{low:g} to {high:g}"
