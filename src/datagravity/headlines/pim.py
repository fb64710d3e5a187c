"""The numbers of the chapter on processing in memory."""

import math

from scipy.optimize import brentq

from datagravity import claims
from datagravity.charts.words import moved
from datagravity.distance import level_ratio
from datagravity.evidence import load
from datagravity.evidence.rules.choices import COUNTED_KAPPA
from datagravity.headlines import extension
from datagravity.law import saving
from datagravity.pim import (
    admissions,
    beta_from_share,
    by_option,
    ceiling,
    chance,
    implied_products,
    ladders,
    multiverse,
    predict,
    predict_pim,
    prior_gd,
    published_shares,
    reports,
    row_of,
    samples,
    score,
    shares,
    spread_shares,
    told_apart,
)

#: The columns that name the cleanest row, and the saving of the study that prints a share of data as well.
CLEANEST = {"source": "farmahini2015nda", "scope": "data_transfer_only"}
SHARED = {"source": "boroumand2018google", "quantity_kind": "energy", "status": "verified"}
#: The options of `rows` that leave nothing out, and what is known to differ in more than the place.
EVERY, ALIKE = "all", "no other difference known"
#: The prices of a place in operations; the others are parts of transport.
PRICES = ("0.1", "1", "10")
#: The specification that the problem of the chapter takes beside the defaults.
FIXED = {"law": "tile, fixed share", "fixed_cost": "intercept"}


def _percent(value):
    return extension(100 * value, "%")


def _factor(**columns):
    return row_of(**columns)["energy_factor_low"]


def _share():
    return published_shares().set_index("stat").loc["average", "share"]


def rows_compared():
    """How many rows are compared, and of which kind their reports are."""
    rows = reports()
    scopes, kinds = rows["group"].value_counts(), rows[rows["group"] != "part of a system"]["report"].value_counts()
    return {
        "rows_all": extension(len(load("pim")), "rows"),
        "rows_used": extension(len(rows), "rows"),
        "rows_part": extension(scopes["part of a system"], "rows"),
        "path_rows": extension(scopes["path"], "rows"),
        "system_rows": extension(scopes["system"], "rows"),
        "points": extension(kinds["point"], "rows"),
        "ranges": extension(kinds["range"], "rows"),
        "bounds": extension(kinds["at most"] + kinds["at least"], "rows"),
        "sources_used": extension(rows["source_group"].nunique(), "origins"),
        "own_energy": extension(rows["pj_per_bit_baseline_low"].notna().sum(), "rows"),
    }


def priors():
    """What stands in for an input that a row does not bring."""
    gpu, cpu = prior_gd("GPU"), prior_gd("CPU")
    share = predict_pim({"scope": "whole_system"}).inputs["transport_share"]
    return {
        "gpu_low": extension(gpu.low),
        "gpu_high": extension(gpu.high),
        "cpu_low": extension(cpu.low),
        "cpu_high": extension(cpu.high),
        "share_mean": _percent(_share()),
        "share_low": _percent(share.low),
        "share_high": _percent(share.high),
    }


def one_specification():
    """The defaults on whole systems: a best case as a bound, and as the point that it prints."""
    bounds, points = score(), score(censored=False)
    return {
        "one_in": extension(round(bounds["coverage"] * bounds["reports"]), "rows"),
        "one_error": extension(math.exp(bounds["error"])),
        "one_constant": extension(math.exp(bounds["constant_error"])),
        "points_in": extension(round(points["coverage"] * points["reports"]), "rows"),
        "points_error": extension(math.exp(points["error"])),
        "points_constant": extension(math.exp(points["constant_error"])),
    }


def all_specifications():
    """In what share of the specifications the law gains, covers, or does both, and what holding an option changes."""
    frame = multiverse()
    every, held = shares(frame), by_option().query("outcome == 'gain' and specifications > 0")
    scopes = {scope: shares(own) for scope, own in frame.groupby("scope")}
    by_rows = {which: shares(own) for which, own in frame.groupby("rows")}
    paths = {which: shares(own) for which, own in frame[frame["scope"] == "path"].groupby("rows")}
    return {
        "specifications": extension(every["specifications"], "specifications"),
        "gains": _percent(every["gains"]),
        "gains_least": _percent(held["gains"].min()),
        "gains_most": _percent(held["gains"].max()),
        "covers": _percent(every["covers"]),
        "both": _percent(every["both"]),
        "calibrated": _percent(every["calibrated"]),
        "constant_covers": _percent(every["constant_covers"]),
        "every_gains": _percent(by_rows[EVERY]["gains"]),
        "alike_gains": _percent(by_rows[ALIKE]["gains"]),
        "alike_moves": extension(moved(by_rows[EVERY]["gains"], by_rows[ALIKE]["gains"])),
        "path_alike_moves": extension(moved(paths[EVERY]["gains"], paths[ALIKE]["gains"])),
        "path_every_gains": _percent(paths[EVERY]["gains"]),
        "path_alike_gains": _percent(paths[ALIKE]["gains"]),
        "path_gains": _percent(scopes["path"]["gains"]),
        "memory_gains": _percent(scopes["memory"]["gains"]),
        "system_gains": _percent(scopes["system"]["gains"]),
        "gains_as_points": _percent(shares(multiverse(censored=False))["gains"]),
        "gains_as_middles": _percent(shares(multiverse(ranges=False))["gains"]),
    }


#: What a verdict on the claim that the law forecasts these savings says of the law.
_SAID = {"holds": "confirmed", "refuted": "refuted", "holds in part": "confirmed in part"}


def verdict():
    """What the verdict on the law's forecasts says of the law, in words."""
    return {
        "law_is": extension(_SAID.get(claims.judge("processing_follows")["verdict"], "neither confirmed nor refuted"))
    }


def what_turns_it():
    """Where the law does best, and with how few origins; which prices of places cover and which gain."""
    frame = multiverse()
    best = frame.groupby(["scope", "rows"])["gain"].apply(lambda gains: (gains > 0).mean())
    memory = frame[frame["scope"] == "memory"].groupby("kappa")["gain"].apply(lambda gains: (gains > 0).mean())
    counts = samples().set_index(["scope", "rows"])
    few, alike = counts.loc[best.idxmax()], counts.loc[("path", ALIKE)]
    gains = by_option().query("outcome == 'gain'").set_index(["choice", "option"])["gains"]
    cheap, dear, counted = (shares(frame[frame["kappa"] == price]) for price in (PRICES[0], PRICES[-1], COUNTED_KAPPA))
    return {
        "best_scope": extension(best.idxmax()[0]),
        "best_rows": extension(best.idxmax()[1]),
        "best_gains": _percent(best.max()),
        "best_origins": extension(few["origins"], "origins"),
        "best_told": extension(few["origins"] - 1, "origins"),
        "alike_origins": extension(alike["origins"], "origins"),
        "alike_reports": extension(alike["reports"], "rows"),
        "alike_memory_gains": _percent(best["memory", ALIKE]),
        "every_memory_gains": _percent(best["memory", EVERY]),
        "memory_moves": extension(moved(best["memory", EVERY], best["memory", ALIKE], "raises", "lowers", "keeps")),
        "cheap_covers": _percent(cheap["covers"]),
        "dear_covers": _percent(dear["covers"]),
        "counted_covers": _percent(counted["covers"]),
        "counted_gains": _percent(counted["gains"]),
        "kappa_gains": _percent(gains["kappa"].max()),
        "kappa_memory_least": _percent(memory.min()),
        "kappa_memory_most": _percent(memory.max()),
        "law_least": _percent(gains["law"].min()),
        "law_most": _percent(gains["law"].max()),
        "printed_gains": _percent(gains["constant", "median of printed middles"]),
        "censored_gains": _percent(gains["constant", "interval-censored median"]),
        "mean_gains": _percent(gains["error_summary", "mean"]),
    }


def spread_by_choice():
    """What each choice explains of the spread of coverage, and what kappa explains over fewer of its options."""
    every, three, two = (
        spread_shares(kept).query("outcome == 'coverage'").set_index("factor")["beside"]
        for kept in (None, PRICES, PRICES[:2])
    )
    return {
        "kappa_of_coverage": _percent(every["kappa"]),
        "kappa_of_three": _percent(three["kappa"]),
        "kappa_of_two": _percent(two["kappa"]),
        "scope_of_coverage": _percent(every["scope"]),
        "law_of_coverage": _percent(every["law"]),
    }


def chance_and_power():
    """What shuffled origins would do, and which coverages so few reports tell from the nominal one."""
    shuffled, alike = chance().set_index("scope"), chance(rows=ALIKE, order=False).set_index("scope")
    printed = chance(constant="median of printed middles", order=False).set_index("scope")
    by_class = chance(gd_energy="class").set_index("scope")
    rows = samples().query("rows == 'all'").set_index("scope")
    return {
        "gain_p_least": extension(shuffled["gain_p"].min()),
        "constant_p_system": extension(shuffled.loc["system", "gain_p_either"]),
        "constant_p_printed": extension(printed.loc["system", "gain_p_either"]),
        "alike_p_path": extension(alike.loc["path", "gain_p_either"]),
        "stated_p_system": extension(shuffled.loc["system", "stated_order_p"]),
        "class_order_path": extension(by_class.loc["path", "order"]),
        "class_order_p_path": extension(by_class.loc["path", "order_p"]),
        "order_path": extension(shuffled.loc["path", "order"]),
        "order_system": extension(shuffled.loc["system", "order"]),
        "order_p_system": extension(shuffled.loc["system", "order_p"]),
        "order_p_path": extension(shuffled.loc["path", "order_p"]),
        "told_system": _percent(told_apart(int(rows.loc["system", "reports"]))[0]),
        "told_path": _percent(told_apart(int(rows.loc["path", "reports"]))[0]),
    }


def what_else_differs():
    """Savings by what differs besides the place, and how few origins were measured on silicon."""
    rows = reports()
    by_confound = rows.groupby("confound")["reported"]
    middle, silicon = by_confound.median(), samples().query("rows == 'silicon'").set_index("scope")
    return {
        "array_median": extension(middle["operation inside the array"]),
        "analog_max": extension(by_confound.max()["analog or low precision"]),
        "special_median": extension(middle["specialised hardware"]),
        "clean_rows": extension(by_confound.size()["only the place"], "rows"),
        "clean_median": extension(middle["only the place"]),
        "nda_path": extension(_factor(**CLEANEST)),
        "silicon_origins": extension(silicon["origins"].max(), "origins"),
        **{f"silicon_{scope}": extension(silicon.loc[scope, "reports"], "rows") for scope in silicon.index},
    }


def admitted_reports():
    """What share of the predictions admits reports that no specification compares: parts of systems, and silicon."""
    rows = admissions()
    part, silicon = rows[rows["group"] == "part of a system"], rows[rows["real_silicon"] != "no"]
    return {
        "part_within": _percent(part["within"].mean()),
        "part_above": _percent(part["above"].mean()),
        **{
            f"silicon_{scope}_within": _percent(own["within"].mean())
            for scope, own in silicon.groupby("group")
            if scope != "part of a system"
        },
    }


def one_row():
    """The cleanest row under the defaults, and under every specification."""
    row = row_of(**CLEANEST)
    one, every = predict_pim(row), predict(row)
    return {
        "row_value": extension(one.value),
        "row_low": extension(one.low),
        "row_high": extension(one.high),
        "every_value": extension(every.value),
        "every_low": extension(every.low),
        "every_high": extension(every.high),
        "every_specifications": extension(every.specifications, "specifications"),
    }


def two_ladders():
    """What each rung of the two ladders saves, and what levels of chips differ by."""
    rows = ladders().set_index("rung")
    chips = level_ratio("last level", "DRAM")
    return {
        "hbm_die": extension(rows.loc["logic die", "reported"]),
        "hbm_group": extension(rows.loc["bank group", "reported"]),
        "hbm_bank": extension(rows.loc["bank", "reported"]),
        "hbm_last_door": extension(1 / rows.loc["bank", "of_before"]),
        "copy_detour": extension(rows.loc["within a bank, detour", "reported"]),
        "copy_banks": extension(rows.loc["bank to bank", "reported"]),
        "copy_subarray": extension(rows.loc["same subarray", "reported"]),
        "chips": extension(1 / chips.value),
        "chips_low": extension(max(1 / chips.high, 1.0)),
        "chips_high": extension(1 / chips.low),
    }


def identified():
    """The products and exponents that paths imply."""
    products = implied_products()
    return {
        "product_low": extension(products["product"].min()),
        "product_high": extension(products["product"].max()),
        "implied_low": extension(products["exponent_low"].min()),
        "implied_high": extension(products["exponent_high"].max()),
    }


def one_source_twice():
    """What the share and the saving of one study say about each other."""
    share, gained = _share(), _factor(**SHARED)
    rows, most = reports(), ceiling(share)
    over = (rows["group"] == "system") & (rows["admitted_low"] > most)
    return {
        "gained": extension(gained),
        "ceiling": extension(most),
        "over_ceiling": extension(over.sum(), "rows"),
        "beta_share": extension(beta_from_share(gained, share)),
    }


def most_that_is_fixed():
    """The largest fixed share that leaves an accelerator in the memory stack its saving, beside the share measured."""
    gd, saved = prior_gd("NPU-ASIC").value, _factor(**CLEANEST)
    phi = predict_pim(row_of(**CLEANEST), **FIXED).inputs["fixed_share"]
    return {
        "most_fixed": extension(brentq(lambda phi: saving(gd, 2, fixed_share=phi) - saved, 0, 0.9)),
        "phi_low": extension(phi.low),
        "phi_high": extension(phi.high),
    }


PARTS = (
    rows_compared,
    priors,
    one_specification,
    all_specifications,
    verdict,
    what_turns_it,
    spread_by_choice,
    chance_and_power,
    what_else_differs,
    admitted_reports,
    one_row,
    two_ladders,
    identified,
    one_source_twice,
    most_that_is_fixed,
)
