"""The first page: one or two numbers of each finding, taken from the chapter that computes them."""

from datagravity.headlines import claims, pim, placement, programs


def the_question():
    """The quoted G_d of DRAM: what fetching two operands costs over multiplying them."""
    return {"gd": placement.at_dram()["placement_gd"]}


def real_programs():
    """How many programs gain by more places, how far the price of closeness spreads, and in how many choices."""
    found = programs.programs() | programs.spread() | programs.choices() | programs.ceilings() | programs.bills()
    gain = ("gainers", "gain_least", "gain_most", "saving_most", "saving_most_kernel")
    spread = ("decades_kappa", "decades_least", "decades_most", "spans_family", "spans_family_natural")
    return {f"program_{name}": found[name] for name in ("kernels", "specifications", *gain, *spread)}


def processing_in_memory():
    """In what share of its specifications the law gains over a constant, covers the reports, or does both."""
    found = pim.all_specifications()
    return {name: found[name] for name in ("specifications", "gains", "gains_least", "gains_most", "covers", "both")}


def verdicts():
    """The verdicts on the claims of the abstract, counted."""
    counts = claims.counts()
    return {
        "claim_count": counts["claim_count"],
        "claims_hold": counts["holds"],
        "claims_in_part": counts["holds_in_part"],
        "claims_undecided": counts["undecided"],
        "claims_refuted": counts["refuted"],
        "claims_not_testable": counts["not_testable"],
    }


PARTS = (the_question, real_programs, processing_in_memory, verdicts)
