"""The numbers of the chapter on processing in memory."""

import math

from scipy.optimize import brentq

from datagravity.distance import level_ratio
from datagravity.evidence import load
from datagravity.headlines import extension
from datagravity.headlines.shares import virial_beta
from datagravity.law import saving
from datagravity.pim import (
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
    samples,
    score,
    shares,
    spread_shares,
    told_apart,
)

#: The specification that the problem of the chapter takes beside the defaults.
FIXED = {"law": "tile, fixed share", "fixed_cost": "intercept"}


def _percent(value):
    return extension(100 * value, "%")


def _factor(row):
    return load("pim").set_index("id").loc[row, "energy_factor_low"]


def _share(row):
    return published_shares().set_index("id").loc[row, "share"]


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
        "share_mean": _percent(_share("P068")),
        "share_low": _percent(share.low),
        "share_high": _percent(share.high),
    }


def one_specification():
    """The defaults on whole systems: a best case as a bound, and as the point that it prints."""
    bounds, points = score(), score(censored=False)
    paths = score(scope="path", censored=False)
    return {
        "one_in": extension(round(bounds["coverage"] * bounds["reports"]), "rows"),
        "one_error": extension(math.exp(bounds["error"])),
        "one_constant": extension(math.exp(bounds["constant_error"])),
        "points_in": extension(round(points["coverage"] * points["reports"]), "rows"),
        "points_error": extension(math.exp(points["error"])),
        "points_constant": extension(math.exp(points["constant_error"])),
        "path_points_in": extension(round(paths["coverage"] * paths["reports"]), "rows"),
        "path_points_error": extension(math.exp(paths["error"])),
        "path_points_constant": extension(math.exp(paths["constant_error"])),
    }


def all_specifications():
    """In what share of the specifications the law gains, covers, or does both, and what holding an option changes."""
    frame = multiverse()
    every, options = shares(frame), by_option().query("outcome == 'gain' and specifications > 0")
    scopes = {scope: shares(own) for scope, own in frame.groupby("scope")}
    return {
        "specifications": extension(every["specifications"], "specifications"),
        "gains": _percent(every["gains"]),
        "gains_least": _percent(options["gains"].min()),
        "gains_most": _percent(options["gains"].max()),
        "covers": _percent(every["covers"]),
        "both": _percent(every["both"]),
        "path_gains": _percent(scopes["path"]["gains"]),
        "memory_gains": _percent(scopes["memory"]["gains"]),
        "system_gains": _percent(scopes["system"]["gains"]),
        "gains_as_points": _percent(shares(multiverse(censored=False))["gains"]),
    }


def what_turns_it():
    """Where the law does best, and with how few origins; which prices of places cover and which gain."""
    frame = multiverse()
    best = frame.groupby(["scope", "rows", "weighting"])["gain"].apply(lambda gains: (gains > 0).mean())
    scope, which, weighting = best.idxmax()
    inside = (frame["scope"] == scope) & (frame["rows"] == which)
    few = samples().set_index(["scope", "rows"]).loc[(scope, which)]
    options = by_option().set_index(["outcome", "choice", "option"]).sort_index()
    cheap, dear = (shares(frame[frame["kappa"] == option]) for option in ("0.1", "10"))
    spread = spread_shares().set_index(["outcome", "factor"])["beside"]
    return {
        "best_scope": extension(scope),
        "best_rows": extension(which),
        "best_weighting": extension(weighting),
        "best_gains": _percent(best.max()),
        "best_origins": extension(few["origins"], "origins"),
        "best_reports": extension(few["reports"], "rows"),
        "gains_without_it": _percent(shares(frame[~inside])["gains"]),
        "cheap_covers": _percent(cheap["covers"]),
        "dear_covers": _percent(dear["covers"]),
        "wires_gains": _percent(options.loc[("gain", "kappa", "1 of G_d"), "gains"]),
        "law_least": _percent(options.loc[("gain", "law"), "gains"].min()),
        "law_most": _percent(options.loc[("gain", "law"), "gains"].max()),
        "kappa_of_coverage": _percent(spread["coverage", "kappa"]),
        "law_of_coverage": _percent(spread["coverage", "law"]),
        "fixed_of_coverage": _percent(spread["coverage", "fixed_cost"]),
        "scope_of_gain": _percent(spread["gain", "scope"]),
        "kappa_of_gain": _percent(spread["gain", "kappa"]),
    }


def chance_and_power():
    """What shuffled origins would do, and which coverages so few reports tell from the nominal one."""
    shuffled = chance().set_index("scope")
    rows = samples().query("rows == 'all'").set_index("scope")
    return {
        "gain_p_least": extension(shuffled["gain_p"].min()),
        "order_path": extension(shuffled.loc["path", "order"]),
        "order_system": extension(shuffled.loc["system", "order"]),
        "order_memory": extension(shuffled.loc["memory", "order"]),
        "order_p_system": extension(shuffled.loc["system", "order_p"]),
        "order_p_path": extension(shuffled.loc["path", "order_p"]),
        "order_p_memory": extension(shuffled.loc["memory", "order_p"]),
        "told_system": _percent(told_apart(int(rows.loc["system", "reports"]))[0]),
        "told_path": _percent(told_apart(int(rows.loc["path", "reports"]))[0]),
        "told_origins": _percent(told_apart(int(rows.loc["memory", "origins"]))[0]),
    }


def what_else_differs():
    """Savings by what differs besides the place, and how few origins were measured on silicon."""
    rows = reports()
    by_confound = rows.groupby("confound")["reported"]
    middle, silicon = by_confound.median(), samples().query("rows == 'silicon'")
    return {
        "array_median": extension(middle["operation inside the array"]),
        "analog_max": extension(by_confound.max()["analog or low precision"]),
        "special_median": extension(middle["specialised hardware"]),
        "clean_rows": extension(by_confound.size()["only the place"], "rows"),
        "clean_median": extension(middle["only the place"]),
        "nda_path": extension(_factor("P071")),
        "nda_system": extension(_factor("P070")),
        "silicon_origins": extension(silicon["origins"].max(), "origins"),
    }


def one_row():
    """The cleanest row under the defaults, and under every specification."""
    row = load("pim").set_index("id", drop=False).loc["P071"]
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
        "level_error": extension(math.exp(score(law="level ratio", scope="path")["error"])),
        "level_constant": extension(math.exp(score(law="level ratio", scope="path")["constant_error"])),
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
    share, gained = _share("P068"), _factor("P066")
    rows, most = reports(), ceiling(share)
    over = (rows["group"] == "system") & (rows["admitted_low"] > most)
    return {
        "gained": extension(gained),
        "ceiling": extension(most),
        "over_ceiling": extension(over.sum(), "rows"),
        "beta_share": extension(beta_from_share(gained, share)),
        "beta_optimal": extension(virial_beta(share)),
    }


def most_that_is_fixed():
    """The largest fixed share that leaves an accelerator in the memory stack its saving, beside the share measured."""
    gd, saved = prior_gd("NPU-ASIC").value, _factor("P071")
    phi = predict_pim(load("pim").set_index("id", drop=False).loc["P071"], **FIXED).inputs["fixed_share"]
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
    what_turns_it,
    chance_and_power,
    what_else_differs,
    one_row,
    two_ladders,
    identified,
    one_source_twice,
    most_that_is_fixed,
)
