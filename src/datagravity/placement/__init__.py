"""Where to compute when the data lie in many places: `place` minimises the energy of moving all of them. [extension]

The energy at x is U(x) = sum_i M_i |x - x_i|^a: information mass times a power of the distance. Ten million masses are
read a few times only, because most of the work happens on two small sets: a sample, which gives the start, and the
points near the trial position, which are kept exactly while all others enter by their energy, gradient and Hessian
(their expansion). One reading of the data thus gives a model of U that is good even where U has kinks, and the
minimum of the model is the next trial position.

The modules, in the order of reading: `solver` (place and Placement), `arguments`, `reading` (numpy and dask alike),
`energy` (U by its definition), `sample`, `expansion`; for a >= 1 `valley`, `model` and `certificate`, which holds the
proof; for a < 1 `funnels`.

The letters of the chapters and of the proof, and their names here:

    M_i, x_i, a     masses, positions, exponent
    U(x), U*        Expansion.energy at its centre; between Placement.lower_bound and Placement.energy
    W               Summary.mass
    d_ij            |x_i - x_j|^a, what `energies_at` sums
    F(x), b, Q      far_energy, gradient and hessian of an Expansion: the far points
    N(x), N_e       near_energy of an Expansion; Model.near, smoothed over `length`, which is e
    h               the root of Expansion.nearest_far
    s               step
    k, u            so in `certificate`
"""

from datagravity.placement.solver import Placement, place

__all__ = ["Placement", "place"]
