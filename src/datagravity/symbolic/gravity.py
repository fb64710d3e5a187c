"""Information mass, the pull of data sets, and where they balance."""

from sympy import Add, Integer, factor_terms, log, sqrt

from datagravity.symbolic.notation import (
    accesses_per_operation,
    bytes_per_access,
    exponent,
    gap_ratio,
    heavy,
    light,
    mass,
    path_length,
    separation,
    unit_distance,
    unit_energy,
    x,
    y,
)

# --- Information mass and pull ---------------------------------------------------------------------------------------

#: [reconstruction] What makes a data set heavy: much is read of it, and often.
information_mass = bytes_per_access * accesses_per_operation
#: [reconstruction] Energy that one data set costs an operation at a distance.
path_energy = mass * unit_energy * (path_length / unit_distance) ** exponent
#: [reconstruction] Its pull, the slope of that energy; it points to the data set.
path_pull = factor_terms(path_energy.diff(path_length))


def potential(masses, places):
    """The potential U(x, y) of data sets in the plane: the sum of their `path_energy`. [reconstruction]

    Parameters
    ----------
    masses : sequence of numbers or symbols
    places : sequence of pairs of numbers or symbols, one pair a mass
    """
    distances = [sqrt((x - at[0]) ** 2 + (y - at[1]) ** 2) for at in places]
    return Add(*(path_energy.subs({mass: m, path_length: d}) for m, d in zip(masses, distances, strict=True)))


def pull(masses, places):
    """The pull -grad U on a computation at (x, y), as a pair. Parameters as for `potential`. [reconstruction]"""
    total = potential(masses, places)
    return -total.diff(x), -total.diff(y)


#: [extension] At the neutral point of two data sets, where their pulls cancel: how much farther the light one is.
neutral_ratio = (heavy / light) ** (1 / (exponent - 1))
#: [extension] Distance of the neutral point from the heavy one.
neutral_point = separation / (1 + gap_ratio)

# --- Many data sets --------------------------------------------------------------------------------------------------

#: [extension] Energy on the line between two data sets, at `path_length` from the heavy one; e_0 = d_0 = 1.
two_body_energy = heavy * path_length**exponent + light * (separation - path_length) ** exponent
#: [extension] Energy at the light data set over energy at the neutral point.
saving_over_light = (1 + gap_ratio) ** (exponent - 1)
#: [extension] Energy at the heavy data set over energy at the neutral point.
saving_over_heavy = (1 + 1 / gap_ratio) ** (exponent - 1)
#: [extension] What moving away from the heavier of two data sets can save at most, whatever their masses.
saving_over_heavy_bound = 2 ** (exponent - 1)
#: [extension] Three equal masses on an equilateral triangle of side 1: energy at the centre and at a corner.
triangle_centre_energy = 3 * (1 / sqrt(3)) ** exponent
triangle_corner_energy = Integer(2)
#: [extension] The exponent above which the centre of that triangle beats its corners.
triangle_threshold = 2 * (1 - log(2) / log(3))
