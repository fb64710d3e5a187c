"""The numbers of the chapter on the way of a bit and the doors it goes through."""

import numpy as np
import pandas as pd

from datagravity import distance as dist
from datagravity.charts.words import side
from datagravity.distance import hops
from datagravity.distance.shares import choices
from datagravity.headlines import extension
from datagravity.intervals import text
from datagravity.series import series_members

#: Where shares are compared: on a chip, at a round trip over a GPU die, and beyond what most rows reach.
NEAR_MM, DIE_MM, FAR_MM = hops.AT_MM, 48.0, 100.0


def _span(low, high, digits=2):
    """Two numbers as "0.27 to 0.28", or as one where both print alike."""
    return " to ".join(dict.fromkeys(f"{number:.{digits}f}" for number in (low, high)))


def _condition(*names):
    found = dist.condition(*names)
    return found, _span(found["exponent_least"], found["exponent_most"])


def one_chip():
    """The exponent of one chip by meter, load and data, on its cards."""
    found = {
        "hops_free": ("free", "board", "random"),
        "hops_loaded": ("loaded", "board", "random"),
        "hops_rail": ("free", "rail", "random"),
        "hops_loaded_rail": ("loaded", "rail", "random"),
        "hops_zeros": ("free", "board", "zeros"),
        "hops_ones": ("loaded", "rail", "ones"),
        "hops_difference": ("free", "board", hops.DIFFERENCE),
    }
    meters = dist.paired_difference(("free", "rail", "random"), ("free", "board", "random"))
    loads = dist.paired_difference(("loaded", "board", "random"), ("free", "board", "random"))
    least, most = (_condition(*found[name])[0] for name in ("hops_free", "hops_loaded_rail"))
    return {name: extension(_condition(*names)[1]) for name, names in found.items()} | {
        "hops_least": extension(least["exponent_least"]),
        "hops_most": extension(most["exponent_most"]),
        "hops_meters": extension(text(meters)),
        "hops_loads": extension(text(loads)),
    }


def rings():
    """The exponent of rings with those inside a tile and without, and what is left of a ring inside."""
    between, whole = dist.ring_line(), dist.ring_line("pair", "shire")
    return {
        "ring_between": extension(between.slope),
        "ring_between_error": extension(between.slope_error),
        "ring_whole": extension(whole.slope),
        "ring_whole_error": extension(whole.slope_error),
        "ring_bounds": extension(_span(*hops.ring_exponent_bounds("pair", "shire"))),
        "ring_pair": extension(hops.ring_share("pair")),
        "ring_tile": extension(hops.ring_share("shire")),
    }


def the_door():
    """What leaving a tile costs, and the same in mm of mesh; what of a load the line and the tile call fixed."""
    free, _ = _condition("free", "board", "random")
    step, length = hops.ring_step()
    return {
        "door_at": extension(NEAR_MM, "mm"),
        "door_load": extension(free["step"], "pJ/bit"),
        "door_load_mm": extension(free["step_mm"], "mm"),
        "door_ring": extension(step, "pJ/bit"),
        "door_ring_mm": extension(length, "mm"),
        "door_intercept": extension(_span(free["share_least"], free["share_most"])),
        "door_inside": extension(_span(free["inside_least"], free["inside_most"])),
    }


def the_wire():
    """The slopes on the rail and on the board, and that of the data alone."""
    slopes = dist.conditions().set_index(["meter", "data_pattern"])["fj_per_mm"].sort_index()
    data = slopes.xs(hops.DIFFERENCE, level="data_pattern")
    rail, board = (slopes.loc[meter, "random"] for meter in ("rail", "board"))
    return {
        "wire_rail": extension(_span(rail.min(), rail.max(), 0)),
        "wire_board": extension(_span(board.min(), board.max(), 0)),
        "wire_data": extension(_span(data.min(), data.max(), 0)),
    }


def series_of_the_fit():
    """The series that tell how far fixed and growing parts scatter, and those that know the former by a bound."""
    table = dist.spreads()
    splits = dist.usable_splits()
    pooled = splits[splits["kind"] != "anchor"]
    return {
        "split_series": extension(table["series"].max(), "series"),
        "split_origins": extension(table["origins"].max(), "origins"),
        "split_bounds": extension(pooled["bounded"].sum(), "series"),
    }


def _left_out(kind):
    """What choices of evidence leave out, and their names: one origin (str), or all with bounds together (tuple)."""
    left_out = {arguments.get("without"): name for name, arguments in choices().items()}
    return {origins: name for origins, name in left_out.items() if isinstance(origins, kind)}


def _ratio(row):
    return "{ratio:.1f} ({low:.1f} to {high:.1f})".format_map(row)


def which_scatters_more():
    """Whether the fixed part scatters more than the slope, under which choices, and which choice comes closest."""
    table = dist.which_scatters_more().set_index(["which", "choice"])
    within, between = (table.loc[which] for which in ("within", "between"))
    found = {
        "ratio_choices": extension(len(between), "choices"),
        "ratio_between_span": extension(_span(between["ratio"].min(), between["ratio"].max(), 1)),
        "ratio_between_least": extension(between["ratio"].idxmin()),
        "ratio_between_most": extension(between["ratio"].idxmax()),
    }
    found["ratio_unbounded"] = extension(_ratio(between.loc[next(iter(_left_out(tuple).values()))]))
    for which, own in (("within", within), ("between", between)):
        found[f"ratio_{which}"] = extension(_ratio(own.loc["all"]))
        found[f"answer_{which}"] = extension(side(*own.loc["all", ["low", "high"]], "the reverse", "open", "yes"))
        found[f"ratio_{which}_told"] = extension((own["more"] != "open").sum(), "choices")
    return found


def fixed_share():
    """The share of a further machine that is fixed, and how it depends on what one calls fixed, and on the evidence."""
    phi, table = dist.fixed_share(NEAR_MM), dist.shares_by_choice(NEAR_MM).set_index("choice")
    without = pd.Series({origin: table.loc[name, "share"] for origin, name in _left_out(str).items()})
    (bounded,) = _left_out(tuple)
    pooled = dist.usable_splits().query("kind != 'anchor'")
    most = pooled[pooled["origin"] == without.idxmax()]
    found = {
        "phi_at": extension(NEAR_MM, "mm"),
        "phi": extension(text(phi)),
        "phi_die": extension(text(dist.fixed_share(DIE_MM))),
        "die_mm": extension(DIE_MM, "mm"),
        "phi_reviewed": extension(text(dist.fixed_share(NEAR_MM, reviewed=True))),
        "phi_known": extension(text(dist.fixed_share(NEAR_MM, bounds=False))),
        "phi_without": extension(_span(without.min(), without.max())),
        "phi_least_origin": extension(without.idxmin()),
        "phi_most_origin": extension(without.idxmax()),
        "phi_most": extension(text(dist.fixed_share(NEAR_MM, without=without.idxmax()))),
        "phi_most_series": extension(len(most), "series"),
        "phi_most_bounds": extension(most["bounded"].sum(), "series"),
        "phi_unbounded": extension(text(dist.fixed_share(NEAR_MM, without=bounded))),
        "bounded_origins": extension(" and ".join(bounded)),
        "phi_choices": extension(len(table), "choices"),
        "phi_minor": extension((table["share"] < 0.5).sum(), "choices"),
        "phi_certain": extension(((table["high"] < 0.5) | (table["low"] > 0.5)).sum(), "choices"),
    }
    for kind in ("intercept", "anchor", "component"):
        found[f"phi_{kind}"] = extension(table.loc[f"kind: {kind}", "share"])
    for meter in ("board", "rail", "macro"):
        found[f"phi_{meter}"] = extension(table.loc[f"meter: {meter}", "share"])
    return found


def an_instrument():
    """The exponent that an instrument would find, by where it measures."""
    found = {}
    for name, (near, far) in {"near": (1, 5), "middle": (5, 20), "far": (50, FAR_MM)}.items():
        found[f"see_{name}"] = extension(text(dist.exponent(near, far)))
        found[f"see_{name}_at"] = extension(f"{near:.0f} to {far:.0f}")
    return found


def levels():
    """What is left one level nearer."""
    table = dist.levels()
    ratios = (table["last level"] / table["DRAM"])[table["machine"] == "GPU"]
    return {
        "level_gpus": extension(len(ratios), "chips"),
        "level_mean": extension(float(np.exp(np.log(ratios).mean()))),
        "level_gpu": extension(text(dist.level_ratio(machine="GPU"))),
        "level_chip": extension(dist.level_ratio(machine="many-core", origin="ET-SoC-1").value),
        "level_all": extension(text(dist.level_ratio())),
    }


def other_fixed_parts():
    """The shares of an energy that are no share of a way: by data, and by how a row of DRAM is used."""
    data, access = (dist.shares_by(kind)["share"] for kind in ("data_pattern", "access_pattern"))
    return {
        "by_data": extension(_span(data.min(), data.max())),
        "by_access": extension(_span(access.min(), access.max())),
    }


def modelled():
    """What CACTI says: exponents by family, and how much of a read is not wire."""
    table = dist.cacti_exponents().set_index(["memory", "block_bytes"]).sort_index()["exponent"]
    runs = dist.cacti_runs()
    sram = runs[runs["standard"] & (runs["memory"] == "SRAM") & (runs["block_bytes"] == 64)]
    large = sram[sram["capacity_bytes"] == sram["capacity_bytes"].max()]["not_htree"]
    small = sram.loc[sram["htree_nj"] > 0, "capacity_bytes"].min() / 1024
    lines, words, dram = (table.loc[key] for key in (("SRAM", 64), ("SRAM", 8), ("commodity DRAM", 8)))
    return {
        "model_runs": extension(len(runs), "runs"),
        "model_lines": extension(_span(lines.min(), lines.max())),
        "model_words": extension(_span(words.min(), words.max())),
        "model_dram": extension(_span(dram.min(), dram.max())),
        "model_small": extension(small, "KiB"),
        "model_large": extension(_span(large.min(), large.max())),
    }


def next_machine():
    """The bare exponent of a machine that is not in the table, and what either reading of beta makes of it."""
    further, table = text(dist.exponent()), dist.exponents()
    betas = table["beta_reading_b"]
    return {
        "per_mm": extension((dist.not_fitted()["reason"] == dist.PER_MM).sum(), "rows"),
        "bare_series": extension(len(set(series_members("exponent")["series"])), "series"),
        "origins": extension(table["origin"].nunique(), "origins"),
        "next_a": extension(further),
        "grey_a": extension(text(dist.exponent(include_grey=False))),
        "stated_a": extension(text(dist.exponent(include_proxies=False))),
        "a_inside": extension(table["beta_reading_a"].between(1, 3).sum(), "series"),
        "beta_b_low": extension(betas.min()),
        "beta_b_high": extension(betas.max()),
    }


def the_problem():
    """Where the parts of a load over free links are equal, and the exponents there and farther out."""
    free, _ = _condition("free", "board", "random")
    per_mm = free["fj_per_mm"] / 1000
    half = free["fixed"] / per_mm
    around, far = (per_mm * length / (free["fixed"] + per_mm * length) for length in (half, 4 * half))
    return {"half": extension(half, "mm"), "around_half": extension(around), "around_far": extension(far)}


PARTS = (
    one_chip,
    rings,
    the_door,
    the_wire,
    series_of_the_fit,
    which_scatters_more,
    fixed_share,
    an_instrument,
    levels,
    other_fixed_parts,
    modelled,
    next_machine,
    the_problem,
)
