"""Data gravity: the place of least energy on the map, and the neutral point between two bodies."""

import numpy as np

from datagravity import symbolic
from datagravity.charts.gravity import CELL, DATA_SETS
from datagravity.headlines import extension, reconstruction
from datagravity.placement import place
from datagravity.symbolic import exponent, gap_ratio, heavy, light, separation


def map_as_it_opens():
    """Where the map's diamond stands: between the data, and at a small exponent on one of them."""
    masses, *axes = np.array(list(DATA_SETS.values())).T
    places = np.column_stack(axes)
    even = place(masses, places, 1.5).position
    steep = place(masses, places, 0.5).position
    on = list(DATA_SETS)[np.abs(places - steep).sum(axis=1).argmin()]
    return {
        "gravity_cell": reconstruction(CELL, "d0"),
        "gravity_even_x": reconstruction(even[0], "d0"),
        "gravity_even_y": reconstruction(even[1], "d0"),
        "gravity_steep": reconstruction(on),
    }


def _neutral_point(mass_ratio, a):
    """Where two pulls cancel, from the heavy body, as a part of their distance."""
    point = symbolic.neutral_point.subs(gap_ratio, symbolic.neutral_ratio)
    return float(point.subs({heavy: mass_ratio, light: 1, separation: 1, exponent: a}))


def balance_of_two():
    """The neutral point under Newton's law, and its mirror image among data."""
    ratio = 8
    return {
        "gravity_ratio": extension(ratio),
        "gravity_newton": extension(_neutral_point(ratio, -1)),
        "gravity_data": extension(_neutral_point(ratio, 3)),
    }


def problem():
    """64 bytes of one data set in every operation, 4096 of another in every 128th, and the exponent 1.5."""
    masses = np.array([64 * 1, 4096 / 128])
    ratio = masses[0] / masses[1]
    best = place(masses, np.array([[0.0], [1.0]]), 1.5)
    return {
        "gravity_masses": reconstruction(ratio),
        "gravity_place": extension(_neutral_point(ratio, 1.5)),
        "gravity_saving": extension(best.saving_over([1.0])),
    }


PARTS = (map_as_it_opens, balance_of_two, problem)
