"""The first page: one or two numbers of each chapter, taken from the chapter that computes them."""

from datagravity import law
from datagravity.brains import ratios
from datagravity.headlines import (
    abstract,
    brains,
    claims,
    disjunction_constant,
    distance,
    extension,
    pim,
    placement,
    plateau,
    processors,
    programs,
    systems,
    token,
)


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


def real_programs():
    """How far the price of closeness spreads over programs, in how many choices, and what forecasts a saving."""
    found = programs.programs() | programs.spread() | programs.choices() | programs.forecasts()
    spread = (
        "decades_kappa",
        "decades_least",
        "decades_most",
        "specifications",
        "spans_family",
        "spans_family_natural",
    )
    return {f"program_{name}": found[name] for name in ("kernels", *spread, "tile_best", "constant", "trend")}


def two_nodes():
    """What logic and a large SRAM gained from 45 to 7 nm."""
    found = processors.what_improved()
    return {"logic": found["logic"], "sram": found["sram_1024"]}


def measured_distance():
    """The exponent of rings with and without those inside a tile, and the fixed share of a further machine."""
    found, rings = distance.fixed_share(), distance.rings()
    return {
        "ring_between": rings["ring_between"],
        "ring_whole": rings["ring_whole"],
        "fixed_share": found["phi"],
        "fixed_at": found["phi_at"],
        "fixed_most": found["phi_most"],
        "fixed_minor": found["phi_minor"],
        "fixed_choices": found["phi_choices"],
        "fixed_certain": found["phi_certain"],
    }


def processing_in_memory():
    """In what share of its specifications the law gains over a constant, covers the reports, or does both."""
    found, names = pim.all_specifications(), ("specifications", "gains", "covers", "calibrated", "both")
    more = ("gains_least", "gains_most", "path_every_gains", "path_alike_gains")
    return {name: found[name] for name in names + more}


def budgets_of_brains():
    """The range of G_d over budgets and definitions, and how often it is below one."""
    gd, found = ratios()["gd"], brains.definitions()
    return {
        "brain_low": extension(gd.min()),
        "brain_high": extension(gd.max()),
        "brain_below": found["below"],
        "brain_count": found["count"],
    }


def two_clocks():
    """How fast operations and bytes per joule grow in a year, the rate of the slower clock, and what tokens gained."""
    growth, gained = plateau.growth_of_the_flagships(), plateau.tokens_of_the_next_generation()
    return {
        "flop_growth": growth["c_growth"],
        "byte_growth": growth["t_growth"],
        "rate_limit": plateau.doubling_of_the_flagships()["limit"],
        **{name: gained[name] for name in ("same_low", "older_low")},
    }


def one_token():
    """What weights, arithmetic and idle power explain of a measured token, and how far new runs are off."""
    terms, unseen = token.two_terms(), token.frozen_test()
    names = ("new_dense", "new_mixture", "new_time_dense", "new_time_mixture")
    return {
        "two_terms": extension(terms["device_small"].value / 100),
        "two_terms_way": extension(terms["way_small"].value / 100),
        "idle_share": extension(token.the_example()["idle_here"].value / 100),
        "counted": token.which_runs()["counted"],
        **{name: unseen[name] for name in names},
    }


def published_systems():
    """The claims of thirty systems, and the largest of them with what is left of it."""
    counts, largest = systems.counts(), systems.hnlpu_energy()
    return {
        "system_claims": counts["claims_all"],
        "system_computed": counts["claims_computed"],
        "system_stated": counts["claims_stated"],
        "system_agree": counts["claims_agree"],
        "system_assumed": counts["claims_as_assumed"],
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
        "claims_not_testable": counts["not_testable"],
    }


PARTS = (
    the_number,
    the_law,
    real_programs,
    two_nodes,
    measured_distance,
    processing_in_memory,
    budgets_of_brains,
    two_clocks,
    one_token,
    published_systems,
    verdicts,
)
