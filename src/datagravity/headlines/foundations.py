"""What the law rests on: a fixed share, few levels, a flat optimum, a price per place, and two real hierarchies."""

from datagravity import distance, law, symbolic
from datagravity.compiled import numpy_function
from datagravity.evidence import load
from datagravity.headlines import extension
from datagravity.headlines.placement import at_dram, dram_gd
from datagravity.hierarchy import Level, compute_at, worst_loss
from datagravity.processors import TWO_NODE_SOURCE, row_of
from datagravity.symbolic import G_d, beta, distance_ratio


def fixed_part():
    """The saving at the quoted G_d of DRAM, and what a fixed tenth of transport leaves of it."""
    without = at_dram()
    return {
        "rests_gd": without["placement_gd"],
        "rests_law": without["placement_saving"],
        "rests_tenth": extension(law.saving(dram_gd(), 2.0, fixed_share=0.1)),
    }


def few_levels():
    """What one to four levels cost at worst, at beta = 2, each in its best place."""
    return {f"rests_levels_{count}": extension(worst_loss(count, dram_gd())) for count in (1, 2, 3, 4)}


def price_per_place():
    """What as many places as G_d cost if each has one price, at two beta."""
    cost = numpy_function(symbolic.fixed_place_count_cost, G_d, beta)
    return {
        "rests_priced_low": extension(cost(dram_gd(), 1.4)),
        "rests_priced_even": extension(cost(dram_gd(), 2.0)),
    }


def flat_optimum():
    """What a distance that is off by two costs at most, whatever beta."""
    return {"rests_off_by_two": extension(float(symbolic.flatness_bound.subs(distance_ratio, 2)) - 1)}


def _memories(series, operation):
    """Where to compute in the memories of a series, each as far away as the side of a square of its capacity."""
    rows = load("energy").set_index("id")
    memories = rows.loc[distance.series(series)["id"]].astype({"capacity_kib": float})
    cells = zip(memories["capacity_kib"], memories["energy_pj_per_bit_low"], strict=True)
    ladder = [Level(f"{kib:g} KiB", kib, float(bit), kib**0.5) for kib, bit in cells]
    return compute_at(ladder, float(operation["energy_low_pj"]))


def two_hierarchies():
    """The static memories of two tables, at 45 nm and at 7 nm."""
    multiply = {"operation_class": "FP32 multiply"}
    old = _memories("SRAM, 45 nm", row_of(source="horowitz2014slides", **multiply))
    new = _memories("SRAM, 7 nm", row_of(source=TWO_NODE_SOURCE, node_nm=7, **multiply))
    return {
        "rests_old_best": extension(old.best.name),
        "rests_new_best": extension(new.best.name),
        "rests_new_stay": extension("stay" if new.best is new.levels[-1] else "become"),
        "rests_old_beta": extension(old.beta),
        "rests_new_beta": extension(new.beta),
        "rests_old_saving": extension(old.saving),
        "rests_old_loss": extension(old.loss - 1),
        "rests_new_loss": extension(new.loss - 1),
        "rests_new_gd": extension(new.gd[-1]),
    }


def problem():
    """Three levels, an operation of 2 pJ, and operands that are used once or 16 times."""
    ladder = [Level("near", 64, 0.05, 1), Level("middle", 4096, 0.4, 8), Level("far", 262144, 3.2, 64)]
    once, often = compute_at(ladder, 2.0), compute_at(ladder, 2.0, operations_per_operand=16)
    return {
        "once": extension(once.best.name),
        "once_saving": extension(once.saving),
        "often": extension(often.best.name),
        "often_saving": extension(often.saving),
    }


PARTS = (fixed_part, few_levels, price_per_place, flat_optimum, two_hierarchies, problem)
