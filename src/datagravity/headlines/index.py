"""The first page: one or two numbers of each finding, taken from the chapter that computes them."""

from datagravity.headlines import claims, pim, placement, processors, programs


def the_question():
    """What fetching an operand or two from DRAM costs over computing: the quoted value, and the least measured one."""
    measured = processors.under_the_meter()
    return {"gd": placement.at_dram()["placement_gd"], "gd_measured": measured["measured_low"]}


def real_programs():
    """How many programs gain by more places, how far the price of closeness spreads, and in how many choices."""
    found = programs.programs() | programs.spread() | programs.choices() | programs.ceilings() | programs.bills()
    found |= programs.other_laws()
    gain = ("gainers", "gain_least", "gain_most", "saving_most")
    laws = ("laws", "laws_gain_least", "laws_gain_most", "laws_saving_least", "laws_saving_most")
    spread = ("decades_kappa", "decades_least", "decades_most", "decades_dear", "distinct")
    families = ("spans_family", "spans_family_natural")
    return {f"program_{name}": found[name] for name in ("kernels", *gain, *laws, *spread, *families)}


def processing_in_memory():
    """In what share of its specifications the law gains over a constant, covers the reports, or does both."""
    found = pim.all_specifications()
    names = ("specifications", "gains", "gains_least", "gains_most", "covers", "calibrated", "both")
    return {name: found[name] for name in names}


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
        "claims_hold_verb": claims.verb("holds"),
        "claims_in_part_verb": claims.verb("holds in part"),
        "claims_undecided_verb": claims.verb("undecided"),
        "claims_refuted_verb": claims.verb("refuted"),
        **{f"claims_{name}": claims.rule()[name] for name in ("most", "some")},
        **{name: claims.reuse()[name] for name in ("reuse", "reuse_word")},
    }


PARTS = (the_question, real_programs, processing_in_memory, pim.verdict, verdicts)
