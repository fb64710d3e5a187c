"""The numbers of the chapter on processing in memory."""

from scipy.optimize import brentq

from datagravity.evidence import load
from datagravity.headlines import extension
from datagravity.headlines.shares import virial_beta
from datagravity.law import saving
from datagravity.pim import (
    LAWS,
    beta_from_share,
    ceiling,
    constant_tests,
    implied_products,
    ladders,
    predict_pim,
    predictions,
    prior_gd,
    published_shares,
    rank_tests,
    score,
    subsets,
    width_shares,
)

FIXED, _, OPEN = LAWS[:3]


def _factor(row):
    return load("pim").set_index("id").loc[row, "energy_factor_low"]


def _share(row):
    return published_shares().set_index("id").loc[row, "share"]


def rows_compared():
    """How many rows are compared, and which of their inputs are their own."""
    rows = predictions()
    return {
        "rows_all": extension(len(load("pim")), "rows"),
        "rows_used": extension(len(rows), "rows"),
        "reviewed_rows": extension((~rows["grey"]).sum(), "rows"),
        "sources_used": extension(rows["source_group"].nunique(), "origins"),
        "own_gd": extension(rows["own_gd"].sum(), "rows"),
        "own_share": extension(rows["own_share"].sum(), "rows"),
        "own_none": extension((~rows["own_gd"] & ~rows["own_share"]).sum(), "rows"),
    }


def priors():
    """What stands in for an input that a row does not bring."""
    gpu, cpu = prior_gd("GPU"), prior_gd("CPU")
    given = predict_pim({"scope": "whole_system"}).inputs
    share, phi, a = given["transport_share"], given["fixed_share"], given["exponent"]
    return {
        "gpu_low": extension(gpu.low),
        "gpu_high": extension(gpu.high),
        "cpu_low": extension(cpu.low),
        "cpu_high": extension(cpu.high),
        "share_mean": extension(100 * _share("P068"), "%"),
        "share_app": extension(100 * _share("P069"), "%"),
        "share_low": extension(100 * share.low, "%"),
        "share_high": extension(100 * share.high, "%"),
        "phi_low": extension(phi.low),
        "phi_high": extension(phi.high),
        "cap": extension(1 / phi.low),
        "a_low": extension(a.low),
        "a_high": extension(a.high),
    }


def with_a_fixed_share():
    """How many reports lie inside the law's interval, and how far the paths go beyond its cap."""
    rows = predictions()
    inside = {name: int(part["covered"].sum()) for name, part in subsets(rows).items()}
    count, path = rows["group"].value_counts(), rows.loc[rows["group"] == "path", "reported"]
    return {
        "all_in": extension(inside["all"], "rows"),
        "reviewed_in": extension(inside["all, reviewed sources"], "rows"),
        "path_in": extension(inside["path"], "rows"),
        "path_rows": extension(count["path"], "rows"),
        "path_low": extension(path.min()),
        "path_high": extension(path.max()),
        "memory_in": extension(inside["memory"], "rows"),
        "memory_rows": extension(count["memory"], "rows"),
        "system_in": extension(inside["whole system"], "rows"),
        "system_rows": extension(count["system"], "rows"),
    }


def law_and_constant():
    """Whole systems: how often the law can be right, how far it and a constant are off, and who beats the ceiling."""
    systems = subsets(predictions())["whole system"]
    scored, most = score(systems), ceiling(_share("P068"))
    return {
        "system_upper": extension(100 * scored.coverage_high, "%"),
        "law_error": extension(scored.error),
        "constant": extension(systems["reported"].median()),
        "constant_error": extension(scored.constant_error),
        "constant_in": extension(100 * scored.constant_coverage, "%"),
        "ceiling": extension(most),
        "over_ceiling": extension((systems["reported"] > most).sum(), "rows"),
    }


def without_a_fixed_share():
    """Which reports come inside if nothing is fixed, and how wide the intervals then are."""
    parts = subsets(predictions(model=OPEN))
    path, reviewed, systems = (parts[name] for name in ("path", "path, reviewed sources", "whole system"))
    scored = score(path)
    return {
        "free_path_in": extension(path["covered"].sum(), "rows"),
        "free_reviewed": extension(reviewed["covered"].sum(), "rows"),
        "free_reviewed_rows": extension(len(reviewed), "rows"),
        "free_low": extension(100 * scored.coverage_low, "%"),
        "free_high": extension(100 * scored.coverage_high, "%"),
        "free_path_from": extension(path["predicted_low"].median()),
        "free_path_to": extension(path["predicted_high"].median()),
        "free_path_width": extension(scored.width),
        "free_system_in": extension(systems["covered"].sum(), "rows"),
        "free_above": extension((systems["miss"] == "above").sum(), "rows"),
    }


def data_transfer_alone():
    """The published savings of data transfer alone, and how many come inside if nothing is fixed."""
    rows = predictions(model=OPEN).query("scope == 'data_transfer_only'")
    return {
        "transfer_in": extension(rows["covered"].sum(), "rows"),
        "transfer_rows": extension(len(rows), "rows"),
        "transfer_low": extension(rows["reported"].min()),
        "transfer_high": extension(rows["reported"].max()),
    }


def order():
    """Whether the law ranks the rows, and whether it beats a constant."""
    ranks, gains = rank_tests().set_index(["law", "set"]), constant_tests()
    return {
        "rank_path": extension(ranks.loc[(FIXED, "path"), "value"]),
        "rank_path_p": extension(ranks.loc[(FIXED, "path"), "p"]),
        "rank_open_p": extension(ranks.loc[(OPEN, "path"), "p"]),
        "rank_system": extension(ranks.loc[(OPEN, "whole system"), "value"]),
        "rank_system_p": extension(ranks.loc[(OPEN, "whole system"), "p"]),
        "rank_all": extension(ranks.loc[(OPEN, "all"), "value"]),
        "rank_tests": extension(len(ranks), "tests"),
        "by_chance": extension(100 * (1 - (1 - ranks["p"].min()) ** len(ranks)), "%"),
        "gain_p_low": extension(gains["p"].min()),
    }


def what_else_differs():
    """Savings by what differs besides the place, and how many systems were measured on silicon."""
    rows = predictions()
    on_silicon = rows[(rows["group"] == "system") & (rows["real_silicon"] == "yes")]
    reported = rows.groupby("confound")["reported"]
    middle = reported.median()
    return {
        "array_median": extension(middle["operation inside the array"]),
        "analog_max": extension(reported.max()["analog or low precision"]),
        "special_median": extension(middle["specialised hardware"]),
        "clean_rows": extension(reported.size()["only the place"], "rows"),
        "clean_median": extension(middle["only the place"]),
        "nda_path": extension(_factor("P071")),
        "nda_system": extension(_factor("P070")),
        "silicon_yes": extension(len(on_silicon), "rows"),
    }


def two_ladders():
    """What each rung of the two ladders saves."""
    reported = ladders().set_index("rung")["reported"]
    return {
        "hbm_die": extension(reported["logic die"]),
        "hbm_group": extension(reported["bank group"]),
        "hbm_bank": extension(reported["bank"]),
        "copy_detour": extension(reported["within a bank, detour"]),
        "copy_banks": extension(reported["bank to bank"]),
        "copy_subarray": extension(reported["same subarray"]),
    }


def identified():
    """The products and exponents that paths imply, and what makes the width of a system's prediction."""
    products = implied_products()
    system = {"scope": "whole_system", "baseline_class": "CPU"}
    fixed, free = width_shares(system), width_shares(system, model=OPEN)
    return {
        "product_low": extension(products["product"].min()),
        "product_high": extension(products["product"].max()),
        "implied_low": extension(products["exponent_low"].min()),
        "implied_high": extension(products["exponent_high"].max()),
        "by_share": extension(100 * fixed["transport_share"], "%"),
        "by_gd": extension(100 * fixed["gd"], "%"),
        "open_a": extension(100 * free["exponent"], "%"),
        "open_share": extension(100 * free["transport_share"], "%"),
        "open_gd": extension(100 * free["gd"], "%"),
    }


def one_source_twice():
    """What the share and the saving of one study say about each other."""
    share, gained = _share("P068"), _factor("P066")
    return {
        "gained": extension(gained),
        "beta_share": extension(beta_from_share(gained, share)),
        "beta_optimal": extension(virial_beta(share)),
        "boroumand": extension(predict_pim(load("pim").set_index("id", drop=False).loc["P066"]).value),
    }


def most_that_is_fixed():
    """The largest fixed share that leaves an accelerator in the memory stack its saving."""
    gd, saved = prior_gd("NPU-ASIC").value, _factor("P071")
    return {"most_fixed": extension(brentq(lambda phi: saving(gd, 2, fixed_share=phi) - saved, 0, 0.9))}


PARTS = (
    rows_compared,
    priors,
    with_a_fixed_share,
    law_and_constant,
    without_a_fixed_share,
    data_transfer_alone,
    order,
    what_else_differs,
    two_ladders,
    identified,
    one_source_twice,
    most_that_is_fixed,
)
