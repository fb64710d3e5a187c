"""The numbers of the chapter on the five levers."""

from datagravity.headlines import extension
from datagravity.headlines.token import example


def bounds():
    """What each lever can save of the energy, and shorten of the time, at a small batch and at a large one."""
    small, large = example(8), example(512)
    return {
        "distance_small": extension(small.bounds["distance"]),
        "distance_large": extension(large.bounds["distance"]),
        "mass_small": extension(small.bounds["mass"]),
        "mass_time": extension(small.time_bounds["mass"]),
        "reuse_small": extension(small.bounds["reuse"]),
        "reuse_time": extension(small.time_bounds["reuse"]),
        "reuse_large": extension(large.bounds["reuse"]),
        "work_small": extension(small.bounds["work"]),
        "work_large": extension(large.bounds["work"]),
        "work_time_large": extension(large.time_bounds["work"]),
        "split_small": extension(small.bounds["split"]),
        "split_large": extension(large.bounds["split"]),
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
    """What half the bytes gain at the small batch."""
    return {"mass_twice": extension(example(8).gain("mass", 2))}


PARTS = (bounds, placement, half_the_bytes)
