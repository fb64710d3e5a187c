"""The placement law: what the best place saves at the quoted G_d of DRAM, and for a share read off a bill."""

from datagravity import law, symbolic
from datagravity.headlines import abstract, extension, quoted, reconstruction
from datagravity.pim import ceiling
from datagravity.processors import published_ratios


def dram_gd():
    """The quoted G_d of DRAM at 7 nm, the example of this chapter and of others."""
    return float(published_ratios().set_index("id").loc["G4", "gd_low"])


def at_dram():
    """The best distance and the saving there, beside the bare power of the abstract."""
    gd = dram_gd()
    return {
        "placement_gd": quoted(gd),
        "placement_distance": reconstruction(law.optimal_distance(gd, 2.0)),
        "placement_saving": reconstruction(law.saving(gd, 2.0)),
        "placement_bare": abstract(law.asymptotic_saving(gd, 2.0)),
    }


def other_exponents():
    """The saving at other beta, in both models, and the most that patches save at any."""
    gd = dram_gd()
    return {
        "placement_low": reconstruction(law.saving(gd, 1.5)),
        "placement_high": reconstruction(law.saving(gd, 2.5)),
        "placement_patch_high": reconstruction(law.saving(gd, 2.5, model="patch")),
        "placement_patch_most": extension(float(symbolic.specht_bound.subs(symbolic.G_d, gd))),
    }


def off_the_law():
    """What a distance off by two or by ten costs, and what is left of the saving if half of transport is fixed."""
    return {
        "placement_off_by_two": extension(law.excess_energy(2.0, 2.0) - 1),
        "placement_off_by_ten": extension(law.excess_energy(10.0, 2.0)),
        "placement_half_fixed": extension(law.saving(dram_gd(), 2.0, fixed_share=0.5)),
    }


def problem():
    """A transport share of 90 % and beta = 2: Amdahl's promise, the saving, and the share afterwards."""
    return {
        "promised": extension(ceiling(0.9)),
        "saved": extension(law.saving_from_share(0.9, 2.0)),
        "share_after": extension(1 - law.saving_exponent(2.0)),
    }


PARTS = (at_dram, other_exponents, off_the_law, problem)
