"""The numbers of the chapter on the five levers."""

from datagravity.decoding import left_out
from datagravity.headlines import extension
from datagravity.headlines.token import bounds_by_price, example, lever_reach, measured_example
from datagravity.pim import reports


def bounds():
    """What each lever can save of the energy, and shorten of the time, at a small batch and at a large one."""
    small, large = example(8), example(512)
    return {
        "distance_small": extension(small.bounds["distance"]),
        "distance_large": extension(large.bounds["distance"]),
        "mass_small": extension(small.bounds["mass"]),
        "mass_time": extension(small.time_bounds["mass"]),
        "mass_large": extension(large.bounds["mass"]),
        "reuse_small": extension(small.bounds["reuse"]),
        "reuse_time": extension(small.time_bounds["reuse"]),
        "reuse_large": extension(large.bounds["reuse"]),
        "work_small": extension(small.bounds["work"]),
        "work_large": extension(large.bounds["work"]),
        "work_time_large": extension(large.time_bounds["work"]),
        "split_small": extension(small.bounds["split"]),
        "split_large": extension(large.bounds["split"]),
    }


def faster_memories():
    """How many reports of processing in memory that print a speed-up print one above 1, by its lower end."""
    speed = reports()["speedup_low"].dropna().astype(float)
    return {
        "speeds": extension(len(speed), "reports"),
        "faster": extension(int((speed > 1).sum()), "reports"),
        "speed_median": extension(speed.median()),
    }


def other_sums():
    """What distance reaches over measured joules, and splitting over modelled and measured ones at three prices."""
    table = bounds_by_price()
    at_price = table.set_index(["price", "over"])
    return {
        "distance_measured": extension(at_price.loc[("system", "measured"), "distance"]),
        "split_least": extension(table["split"].min()),
        "split_most": extension(table["split"].max()),
    }


def the_run():
    """How far the run of the small batch is from its forecast, and how far reuse got where it was measured."""
    small, most, token = measured_example(8), measured_example(1024), example(8)
    return {
        "left_out_here": extension(left_out().set_index("id").loc[small["id"], "ratio"]),
        "reuse_floor": extension(token.joules_per_token / token.bounds["reuse"], "J"),
        "most_batched": extension(most["measured"], "J"),
        "reuse_measured": extension(small["measured"] / most["measured"]),
    }


def placement():
    """What the placement law gains of the whole token at beta = 2, and G_d at both batches."""
    small, large = example(8), example(512)
    return {
        "gd_small": extension(small.gd),
        "gd_large": extension(large.gd),
        "placed_middle": extension(small.placement_gain(2.0)),
        "placed_large": extension(large.placement_gain(2.0)),
    }


def half_the_bytes():
    """What half the bytes gain at the small batch, over modelled joules and over measured ones."""
    token = example(8)
    over = token.summing_to(measured_example(8)["measured"])
    return {
        "mass_twice": extension(token.gain("mass", 2)),
        "mass_twice_measured": extension(over.gain("mass", 2)),
    }


PARTS = (bounds, faster_memories, lever_reach, other_sums, the_run, placement, half_the_bytes)
