"""Placing against many data sets: how often one of them holds the place, two bodies, funnels, and a million of them."""

from functools import cache

import numpy as np
from scipy.spatial.distance import cdist

from datagravity import symbolic
from datagravity.headlines import extension
from datagravity.placement import place

#: The relative gap to the lower bound at which the search among a million stops.
_TOLERANCE = 1e-10


@cache
def _instances():
    """Random data as (positions, masses): 200 of five data sets, and 100 of six.

    The cells of the chapter draw one after the other from one generator, so what they draw in between is drawn here.
    """
    random = np.random.default_rng(1)
    for dimensions in (1, 1, 2, 2):
        random.normal(size=(7, dimensions)), random.uniform(size=7), random.normal(size=(2, 500, dimensions))
    random.normal(size=(500, 3)), random.lognormal(size=500)
    fives = [(random.normal(size=(5, 2)), random.lognormal(size=5)) for _ in range(200)]
    random.uniform(size=(12, 1)), random.lognormal(size=12)
    random.normal(size=(50, 2)), random.uniform(size=50)
    return fives, [(random.normal(size=(6, 2)), random.uniform(size=6)) for _ in range(100)]


def _holds_one(positions, masses):
    """Whether a data set passes the data-point test: the others, pulling together, are no match for it."""
    step = positions[None] - positions[:, None]
    length = np.linalg.norm(step, axis=2) + np.eye(len(masses))
    others = np.einsum("i,ikd->kd", masses, step / length[:, :, None])
    return (masses >= np.linalg.norm(others, axis=1)).any()


def medians():
    """The part of random instances in which the best place for the exponent 1 is one of the data."""
    fives, _ = _instances()
    return {"many_held": extension(sum(_holds_one(*one) for one in fives) / len(fives))}


def two_bodies():
    """Masses of 8 and 1 at the exponent 3: the best place, and what it saves over either."""
    pair = place(np.array([8.0, 1.0]), np.array([[0.0], [1.0]]), 3)
    return {
        "many_pair_ratio": extension(8),
        "many_pair_place": extension(pair.position[0]),
        "many_pair_light": extension(pair.saving_over([1.0])),
        "many_pair_heavy": extension(pair.saving_over([0.0])),
    }


def below_one():
    """How wide funnels are, where the triangle's centre beats its corners, and what the best data point costs."""
    return {
        "many_wide": extension(0.5 ** (1 / (1 - 0.3))),
        "many_narrow": extension(0.5 ** (1 / (1 - 0.99))),
        "many_crossing": extension(float(symbolic.triangle_threshold)),
        "many_gap": extension(_largest_gap()),
    }


@cache
def _largest_gap():
    """How much more than the best place the best data point costs at most, over exponents below 1."""
    _, sixes = _instances()
    exponents = np.linspace(0.05, 1, len(sixes))
    return max(
        (cdist(positions, positions) ** a @ masses).min() / place(masses, positions, a).energy
        for a, (positions, masses) in zip(exponents, sixes, strict=True)
    )


@cache
def million():
    """A million random data sets: the places for the exponents 1.5 and 0.5, and what the first saves.

    Returns
    -------
    Two `Placement`s, and the saving of the first over the heaviest data set and over the centre of mass.
    """
    random = np.random.default_rng(26)
    positions = random.lognormal(size=(1_000_000, 2))
    masses = random.lognormal(sigma=2, size=1_000_000)
    best = place(masses, positions, 1.5, tolerance=_TOLERANCE)
    elsewhere = positions[masses.argmax()], np.average(positions, axis=0, weights=masses)
    return best, place(masses, positions, 0.5), *map(best.saving_over, elsewhere)


def a_million():
    """What the solver promises for a million data sets, above and below the exponent 1."""
    best, steep, over_heaviest, over_middle = million()
    return {
        "many_tolerance": extension(_TOLERANCE),
        "many_passes": extension(best.iterations, "readings"),
        "many_over_heaviest": extension(over_heaviest),
        "many_over_middle": extension(over_middle),
        "many_steep_factor": extension(steep.energy / steep.lower_bound),
    }


def problem():
    """The mass with which one of three data sets, the others of mass 1, holds the place at the exponent 1."""
    return {"many_limit": extension(2 * np.cos(np.pi / 6))}


PARTS = (medians, two_bodies, below_one, a_million, problem)
