"""The first page: one or two numbers of each chapter, taken from the chapter that computes them."""

from datagravity import brains, distance, law, pim, plateau
from datagravity.decoding import DEVICE_ROW, decode_energy, energy_per_bit, measured_runs
from datagravity.headlines import abstract, claims, disjunction_constant, extension, placement, systems
from datagravity.intervals import text
from datagravity.processors import logic_improvement, sram_improvement


def the_number():
    """How many of the quoted values follow from their tables."""
    found = disjunction_constant.published_values()
    return {"published": found["published_count"], "computable": found["computable"]}


def the_law():
    """The best place at the quoted G_d of DRAM and beta = 2, and what a fixed share leaves of it."""
    found = placement.at_dram()
    return {
        "gd": found["placement_gd"],
        "distance": found["placement_distance"],
        "saving": found["placement_saving"],
        "exponent": abstract(law.saving_exponent(2.0)),
        "bare": found["placement_bare"],
        "saving_half_fixed": placement.off_the_law()["placement_half_fixed"],
    }


def two_nodes():
    """What logic and a large SRAM gained from 45 to 7 nm."""
    return {"logic": extension(logic_improvement().value), "sram": extension(sram_improvement(1024).value)}


def measured_distance():
    """The exponent without any PIM, the fixed share of a mesh, and the lid that this is."""
    fixed = distance.fixed_share()
    return {
        "exponent_range": extension(text(distance.exponent())),
        "fixed_share": extension(text(fixed)),
        "fixed_limit": extension(1 / fixed.value),
    }


def processing_in_memory():
    """The whole systems that the law's interval holds, with the fixed share and without, and its typical error."""
    fixed, free = (
        pim.score(pim.subsets(pim.predictions(model=model))["whole system"])
        for model in ("tile", "tile, nothing fixed")
    )
    return {
        "systems": extension(free.rows, "systems"),
        "covered_fixed": extension(round(fixed.coverage * fixed.rows), "systems"),
        "covered_free": extension(round(free.coverage * free.rows), "systems"),
        "error_free": extension(free.error),
        "error_constant": extension(free.constant_error),
    }


def budgets_of_brains():
    """The range of G_d over budgets and definitions, and how often it is below one."""
    ratios = brains.ratios()
    return {
        "brain_low": extension(ratios["gd"].min()),
        "brain_high": extension(ratios["gd"].max()),
        "brain_below": extension(ratios["below_one"].sum(), "combinations"),
        "brain_count": extension(len(ratios), "combinations"),
    }


def two_clocks():
    """How fast operations and bytes per joule grow, and the rate of the slower clock."""
    computed, moved = (plateau.trend("flagships, by year", name) for name in ("FLOP/J", "byte/J"))
    return {
        "flop_growth": extension(computed.growth.value, "a year"),
        "byte_growth": extension(moved.growth.value, "a year"),
        "rate_limit": extension(moved.rate.value, "doublings a year"),
    }


def one_token():
    """The part of a measured token that reading the weights and computing explain."""
    run = measured_runs().query("llm == 'Llama-3 70B' and gpus == 4 and batch_max == 8").iloc[0]
    setting = {"gpus": 4, "batch": run["batch"], "context": 0, "pj_per_bit": energy_per_bit(DEVICE_ROW)}
    terms = decode_energy("Llama-3 70B", "H100 SXM5 80GB", **setting).terms
    return {"two_terms": extension((terms["weights"] + terms["arithmetic"]) / run["measured"])}


def published_systems():
    """The claims of thirty systems, and the largest of them with what is left of it."""
    counts, largest = systems.counts(), systems.hnlpu_energy()
    return {
        "system_claims": counts["claims_all"],
        "system_computed": counts["claims_computed"],
        "system_agree": counts["claims_agree"],
        "system_largest": largest["hnlpu_claim"],
        "system_left": largest["hnlpu_rest"],
    }


def verdicts():
    """The verdicts on the claims of the abstract, counted."""
    counts = claims.counts()
    return {
        "claim_count": counts["claim_count"],
        "claims_hold": counts["holds"],
        "claims_in_part": counts["holds_in_part"],
        "claims_undecided": counts["undecided"],
        "claims_refuted": counts["refuted"],
    }


PARTS = (
    the_number,
    the_law,
    two_nodes,
    measured_distance,
    processing_in_memory,
    budgets_of_brains,
    two_clocks,
    one_token,
    published_systems,
    verdicts,
)
