"""The tests of the claims of the abstract: each takes options of its choices, and returns parts. [extension]

A test is a function whose arguments are choices of the table `choices`, under the set that the claim names; what it
is called with is one option of each. Origins are groups of sources, so that a table and its later copy have one vote.
"""

import math

import numpy as np

from datagravity import brains, checks, distance, fits
from datagravity import plateau as progress
from datagravity.claims.rule import POOLED, Part
from datagravity.evidence import load, remembered
from datagravity.evidence.rules.processors import operation_of
from datagravity.intervals import Interval
from datagravity.placement import place
from datagravity.processors import (
    OFF_CHIP,
    TWO_NODE_SOURCE,
    disjunction_constants,
    improvements,
    measured_off_chip,
    trends,
    whole_ways,
)
from datagravity.series import series_members

#: The levels of the intervals that are fitted here.
LEVELS = {"80 %": 0.8, "95 %": 0.95}
#: What two memories of `measured_processors` share: a column of theirs.
ALIKE = {"generation": "memory_type", "kind": "memory"}
#: The formats of its multiplies.
FLOATING = ("FP32", "FP16", "BF16")
#: Halvings of the name of the node from 45 to 7 nm.
HALVINGS = math.log2(45 / 7)
#: The paths of `beta_range`, from and to, in mm; None for the bare exponents of whole series.
PATHS = {"every series": (None, None), "1 to 12 mm": (1.0, 12.0), "12 to 48 mm": (12.0, 48.0)}
#: The years of `progress_slows` and `progress_ends`.
SINCE = {"whole span": None, "since 2013": 2013.0}
#: The least span of a list for `progress_slows` and `progress_ends`, in years.
LISTS = {"every list": 0.0, "five years at least": 5.0}
#: A half of a series has a slope from so many points on.
_HALF = 3


def _exactly(value):
    return Interval(value, value, value)


@remembered
def _groups():
    """Key of a source -> the name under which it votes (a dict), and whether nobody reviewed it (a Series)."""
    sources = load("sources").set_index("key")
    return sources["group"].astype("string").fillna(sources.index.to_series()).to_dict(), sources["grey"]


@remembered
def _pairs(gd_sources, gd_operation=None, gd_memory="every level", gd_method="every method"):
    pairs = disjunction_constants(include_grey=gd_sources == "all")
    if gd_operation is not None:
        own = {name for name in pairs["operation"] if name.split()[0] == gd_operation}
        pairs = pairs[pairs["operation"].isin([name for name in own if "multiply" in operation_of(name).does])]
    if gd_memory != "every level":
        far = pairs["memory"].isin(OFF_CHIP)
        pairs = pairs[far if gd_memory == "off the chip" else ~far]
    return pairs if gd_method == "every method" else pairs[pairs["method"] == "measured"]


def transport_dominates(gd_operation, gd_memory, gd_convention, gd_method, gd_sources):
    """G_d of every memory against each multiply and multiply-add of the same source and node, in a tensor unit or not.

    A row that states what its level adds counts that alone, which is less than the whole way.
    """
    column = "gd" if gd_convention == "64 bits" else "gd_matched"
    groups, _ = _groups()
    return [
        Part(
            f"{row['memory']}, {row['node']}: {row['access']}, {row['transport_row']}/{row['compute_row']}",
            Interval(row[column], row[f"{column}_low"], row[f"{column}_high"]),
            groups[row["source"]],
        )
        for row in _pairs(gd_sources, gd_operation, gd_memory, gd_method).to_dict("records")
    ]


def gd_has_grown(gd_operation, gd_memory, growth_of, interval_level):
    """G_d at 7 nm over G_d at 45 nm: within the table that prints both, or over machines of several nodes.

    An entry that stands in both columns of the table says nothing of its memory, and has no part.
    """
    off, every = gd_memory == "off the chip", gd_memory == "every level"
    if growth_of == "machines of several nodes":
        rows = trends(level=LEVELS[interval_level]).dropna(subset="factor")
        rows = rows if every else rows[rows["memory"].isin(OFF_CHIP) == off]
        return [
            Part(
                f"{row['memory']}, {row['machines']} machines at {row['nodes']} nm",
                Interval(
                    *(row[name] ** HALVINGS for name in ("factor", "low", "high")),
                    LEVELS[interval_level],
                    "log-normal",
                    row["machines"] - 2,
                ),
                POOLED,
            )
            for row in rows.to_dict("records")
        ]
    steps = improvements()
    operation = float(steps.set_index("item").loc[f"{gd_operation} multiply", "improvement"])
    kinds = ["DRAM"] * (off or every) + ["SRAM"] * (not off)
    rows = steps[steps["part"].isin(kinds) & (steps["energy_45_nm_pj"] != steps["energy_7_nm_pj"])]
    groups, _ = _groups()
    return [
        Part(row["item"], _exactly(operation / row["improvement"]), groups[row["source"]])
        for row in rows.to_dict("records")
    ]


def measured_processors(gd_alike, gd_format, gd_way, gd_sources):
    """Measured over tabulated off-chip G_d, one operand of the operation's own width, tensor unit against multiply.

    Both sides have a memory of one generation, or of one kind; a memory that the table does not print has no part. A
    row that states what its level adds is scaled to the whole way of a bit, if that is chosen.
    """
    types = load("energy").set_index("id")["memory_type"]
    pairs = _pairs("all", gd_memory="off the chip").assign(
        memory_type=lambda frame: frame["transport_row"].map(types),
        format=lambda frame: frame["operation"].str.split().str[0],
    )
    tabulated = (pairs["source"] == TWO_NODE_SOURCE) & (pairs["node"] == "7 nm")
    tables = pairs[tabulated & pairs["operation"].isin([f"{name} multiply" for name in FLOATING])]
    rows = measured_off_chip()
    rows = pairs.merge(rows[["transport_row", "compute_row"]], on=["transport_row", "compute_row"])
    if gd_sources == "reviewed":
        rows = rows[~rows["grey"]]
    keys = [ALIKE[gd_alike], *(["format"] if gd_format == "the same" else [])]
    found = rows.dropna(subset=keys).merge(tables, on=keys, suffixes=("", "_table"))
    ways = whole_ways().set_index("row")
    way = found["transport_row"].map(ways["whole"] / ways["increment"]).fillna(1.0) if gd_way == "whole way" else 1.0
    ends = ["gd_matched", "gd_matched_low", "gd_matched_high"]
    found[ends] = found[ends].mul(way, axis=0)
    groups, _ = _groups()
    return [
        Part(
            f"{row['access']}, {row['operation']}, against {row['access_table']}, {row['operation_table']}",
            Interval(
                row["gd_matched"] / row["gd_matched_table"],
                row["gd_matched_low"] / row["gd_matched_high_table"],
                row["gd_matched_high"] / row["gd_matched_low_table"],
            ),
            groups[row["source"]],
        )
        for row in found.to_dict("records")
    ]


def beta_range(beta_reading, beta_path, beta_kind, beta_sources, interval_level):
    """Beta from exponents measured without PIM: the exponent itself, or one more."""
    near, far = PATHS[beta_path]
    reviewed, level = beta_sources == "reviewed", LEVELS[interval_level]
    if near is None:
        a = distance.exponent(include_grey=not reviewed, level=level)
    else:
        a = distance.exponent(near, far, kind=beta_kind, reviewed=reviewed, level=level)
    more = beta_reading == "d^(beta-1)"
    beta = Interval(a.value + more, a.low + more, a.high + more, level, "uniform", a.freedom)
    # Exponents are averaged in logarithms, so that they exceed 0; a fixed part and a wire give one below 1 besides.
    most = math.inf if near is None else more + math.nextafter(1, 0)
    return [Part(f"an access costs {beta_reading}, {beta_path}", beta, POOLED, least=float(more), most=most)]


def biology(brain_definition, brain_budgets):
    """G_d of every budget of a brain under one definition; the audit has its own. A preprint has no vote beside its
    paper, and a recalled budget none at all."""
    rows = brains.ratios()
    own = rows["definition"] == brains.OWN_DEFINITION
    rows = rows[(rows["status"] != "recalled") & ((rows["definition"] == brain_definition) | own)]
    if brain_budgets == "budgets of shares":
        rows = rows[rows["definition"] != brains.OWN_DEFINITION]
    groups, grey = _groups()
    rows = rows.assign(group=rows["source"].map(groups), grey=rows["source"].map(grey))
    reviewed = set(rows.loc[~rows["grey"], "group"])
    rows = rows[~(rows["grey"] & rows["group"].isin(reviewed))]
    return [
        Part(f"{row['budget']}: {row['definition']}", _exactly(row["gd"]), row["group"])
        for row in rows.to_dict("records")
    ]


def attraction():
    """Two masses, one the heavier, and the place that the solver finds: its distance from the heavy over the light.

    The solver is ours and so is the model: no part rests on data.
    """
    parts = []
    for exponent in (0.5, 1.0, 1.5, 2.0, 3.0):
        found = []
        for heavier in (1.5, 3.0, 10.0, 100.0):
            x = float(place([heavier, 1.0], [[0.0], [1.0]], exponent).position[0])
            found.append(max(x / (1 - x), 1e-12))
        parts.append(Part(f"exponent {exponent:g}", Interval(float(np.median(found)), min(found), max(found)), None))
    return parts


def gap_grows(gap_flagships, interval_level):
    """Growth a year of operations per byte, by series. Series that share points are alternatives, and not votes."""
    rows = series_members("growth")
    members = {name: set(own["row"]) for name, own in rows.groupby("series", sort=False)}
    origins = {}
    for name in members:
        known = next((origins[other] for other in origins if members[other] & members[name]), name)
        origins[name] = known
    checks.there("series", gap_flagships, members)
    chosen = [name for name in origins if name == gap_flagships or not members[name] & members[gap_flagships]]
    return [
        Part(name, progress.trend(name, "FLOP/byte", LEVELS[interval_level]).growth, origins[name]) for name in chosen
    ]


def progress_slows(progress_of, progress_since, progress_lists, interval_level):
    """Change of the yearly doublings of a measured efficiency, the later half of its span less the earlier."""
    return _halves(progress_of, progress_since, progress_lists, LEVELS[interval_level], 1)


def progress_ends(progress_of, progress_since, progress_lists, interval_level):
    """Yearly doublings of a measured efficiency in the later half of its span."""
    return _halves(progress_of, progress_since, progress_lists, LEVELS[interval_level], 0)


def _halves(kind, span, lists, level, which):
    groups, _ = _groups()
    rows = load("efficiency_trend")
    rows = rows[rows["stands_for"] == kind]
    parts = []
    for name, own in rows.groupby("series", sort=False):
        if len(own) < 2 * _HALF:
            continue
        points = progress.efficiency_series(name, since=SINCE[span])
        years = points["years"].to_numpy()
        if not len(years) or np.ptp(years) < LISTS[lists]:
            continue
        late = years >= (years.min() + years.max()) / 2
        if min(late.sum(), (~late).sum()) < _HALF:
            continue
        found = fits.slope_change(years, np.log2(points["efficiency"].to_numpy()), level)[which]
        parts.append(Part(name, found, min(own["source"].map(groups))))
    return parts
