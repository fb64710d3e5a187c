"""The search for an exponent below 1, where every data point is a local minimum, and the bound of the metric."""

import numpy as np
from scipy.spatial import KDTree

from datagravity.placement.energy import energies_at, energies_in_one_reading
from datagravity.placement.expansion import expand_all, square_reach_for
from datagravity.placement.reading import chunks
from datagravity.placement.sample import FEW, Sample, draw


def search_funnels(data, summary, exponent, start, tolerance, max_iterations):
    """As `find_valley`: candidates from a search of a sample, compared on all the data, the best one improved."""
    sample = _thin(summary.sample)
    everything = len(summary.sample.masses) == summary.rows <= FEW
    square_reach = np.inf
    trials, at_data = _search(sample, exponent)
    if not everything:
        square_reach = square_reach_for(summary.sample, trials[0], summary.rows)
    if start is not None:
        trials = np.vstack([start, trials])
    centre = trials[np.argmin(energies_in_one_reading(data, trials, exponent))] if len(trials) > 1 else trials[0]
    best, converged = None, False
    for _ in range(max_iterations):
        here = expand_all(data, centre, exponent, square_reach)
        if best is not None and not here.energy < best.energy * (1 - 1e-14):
            converged = True
            break
        best = here
        centre = _next_trial(best, exponent)
    return best, _metric_bound(data, summary, sample, at_data, exponent, best, everything), converged


def _thin(sample):
    """A few thousand distinct points of a sample, with the masses of the others of their kind."""
    stride = -(-len(sample.masses) // FEW)
    part = draw(*sample, stride, np.random.default_rng(0)) if stride > 1 else sample
    positions, which = np.unique(part.positions, axis=0, return_inverse=True)
    masses = np.bincount(which, part.masses, len(positions))
    return Sample(masses[masses > 0], positions[masses > 0])


def _search(sample, exponent):
    """Up to eight promising positions, best first, and the energies at the sample's points.

    Each data point is a local minimum. Between them the search starts from the best of a thousand random mixtures of
    d + 1 data points, and descends.
    """
    masses, positions = sample
    dimensions = positions.shape[1]
    at_data = energies_at(masses, positions, positions, exponent)
    order = np.argsort(at_data)[:4]
    trials, energies = [positions[order]], [at_data[order]]
    if dimensions > 1 and len(masses) > 2:
        random = np.random.default_rng(0)
        corners = random.choice(len(masses), (1024, dimensions + 1), p=masses / masses.sum())
        shares = random.dirichlet(np.ones(dimensions + 1), 1024)
        mixtures = np.einsum("ij,ijk->ik", shares, positions[corners])
        order = np.argsort(energies_at(masses, positions, mixtures, exponent))
        starts = mixtures[[*order[:12], *order[12::128]]]  # the best, and some from everywhere
        ends = _slide(masses, positions, starts, exponent)
        values = energies_at(masses, positions, ends, exponent)
        order = np.argsort(values)[:4]
        trials.append(ends[order])
        energies.append(values[order])
    trials, energies = np.concatenate(trials), np.concatenate(energies)
    return trials[np.argsort(energies, kind="stable")], at_data


def _slide(masses, positions, starts, exponent, gradient=0.0, weight=0.0):
    """A local minimum downhill from each start, by paraboloids above the energy: |r|^a is concave in r^2 for a < 2.

    A quadratic of the given gradient and weight, about the start, is added to the energy; with it there may be no data.
    """
    ends = np.array(starts, dtype=float)
    moving = np.arange(len(ends))
    for _ in range(500):
        offsets = positions - ends[moving, None]
        square = np.einsum("kij,kij->ki", offsets, offsets)
        between = square.all(axis=1)  # at a data point, a local minimum, a slide ends
        moving, offsets, square = moving[between], offsets[between], square[between]
        if not len(moving):
            break
        pull = exponent * masses * square ** (exponent / 2 - 1)
        pulled = np.einsum("ki,kij->kj", pull, offsets) - gradient - weight * (ends[moving] - starts[moving])
        move = pulled / (pull.sum(axis=1) + weight)[:, None]
        ends[moving] += move
        moving = moving[np.linalg.norm(move, axis=1) > 1e-13 * np.sqrt(square.max(axis=1, initial=0.0))]
    return ends


def _next_trial(here, exponent):
    """The best of the nearest data points and of the positions between them, for the far points' paraboloid."""
    order = np.argsort(((here.positions - here.centre) ** 2).sum(axis=1))[:512]
    slid = _slide(here.masses, here.positions, here.centre[None], exponent, here.gradient, here.weight)
    trials = np.vstack([here.centre, here.positions[order], slid])
    steps = trials - here.centre
    far = steps @ here.gradient + here.weight / 2 * (steps**2).sum(axis=1)
    return trials[np.argmin(far + energies_at(here.masses, here.positions, trials, exponent))]


def _metric_bound(data, summary, sample, at_data, exponent, best, everything):
    """A lower bound from the triangle inequality of |x - y|^a, a < 1."""
    here = best.masses[(best.positions == best.centre).all(axis=1)].sum()
    if 2 * here >= summary.mass:
        return best.energy
    # The best position x is a data point of mass m: U(y) >= m D and U(y) >= U(x) - (W - 2 m) D at any distance D^(1/a).
    bound = best.energy * here / (summary.mass - here)
    if everything:
        if data.dimensions == 1:
            # Between neighbours on a line U is concave, so one of the data points is the optimum.
            return min(best.energy, at_data.min())
        masses, moved = sample.masses, 0.0
    else:
        masses, moved, at_data = _grouped(data, sample.positions, exponent)
    return max(bound, masses @ at_data / (2 * (summary.mass - masses.min())) - moved)


def _grouped(data, centres, exponent):
    """The masses of the data nearest to each centre, the energy of moving them there, the energies at the centres."""
    tree = KDTree(centres)

    def block(_, masses, positions):
        sums, moved = np.zeros(len(centres)), 0.0
        for part in chunks(len(masses)):
            distance, nearest = tree.query(positions[part])
            sums += np.bincount(nearest, masses[part], len(centres))
            moved += masses[part] @ distance**exponent
        return sums, moved

    sums, moved = zip(*data.read(block), strict=True)
    masses = np.sum(sums, axis=0)
    kept = masses > 0
    at_centres = energies_at(masses[kept], centres[kept], centres[kept], exponent)
    return masses[kept], float(np.sum(moved)), at_centres
