"""How fast `place` is, as ratios within one run: `make benchmark`.

Each row compares two things timed in turn on the same data, the best of a few repetitions each, so that a slower or
busier machine moves both. The comparison with geom-median needs the benchmark extra.
"""

import sys
from functools import partial
from itertools import product
from time import perf_counter

import numpy as np
from record import keep
from scipy.optimize import minimize

from datagravity.placement import place
from datagravity.placement.arguments import readable
from datagravity.placement.expansion import expand_all

#: masses -> repetitions
SIZES = {10_000: 20, 1_000_000: 5, 10_000_000: 2}
EXPONENTS = (1, 1.5, 2.5)


def instance(n):
    """A skew cloud in the plane: three sites of different size, with log-normal masses."""
    random = np.random.default_rng(1)
    sites, spreads = np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 5.0]]), np.array([1.0, 0.5, 2.0])
    site = random.choice(3, n, p=[0.6, 0.3, 0.1])
    return random.lognormal(size=n), sites[site] + spreads[site, None] * random.normal(size=(n, 2))


def best_of(repetitions, *functions):
    """The least seconds of each function, called in turn, and its last result."""
    seconds, results = [np.inf] * len(functions), [None] * len(functions)
    for _ in range(repetitions):
        for index, function in enumerate(functions):
            started = perf_counter()
            results[index] = function()
            seconds[index] = min(seconds[index], perf_counter() - started)
    return seconds, results


def quasi_newton(masses, positions, exponent):
    """L-BFGS-B from the centre of mass, with the analytic gradient; the energy over that at the start."""
    start = masses @ positions / masses.sum()

    def energy(point):
        offsets = point - positions
        squares = np.einsum("ij,ij->i", offsets, offsets)
        weights = masses * squares ** (exponent / 2 - 1)
        return weights @ squares, exponent * (weights @ offsets)

    unit = energy(start)[0]
    found = minimize(lambda point: tuple(part / unit for part in energy(point)), start, jac=True, method="L-BFGS-B")
    return found.fun * unit, found.nfev


def against_quasi_newton(data):
    """Rows: place against L-BFGS-B."""
    for (n, repetitions), exponent in product(SIZES.items(), EXPONENTS):
        (ours, theirs), (placed, (energy, evaluations)) = best_of(
            repetitions, partial(place, *data[n], exponent), partial(quasi_newton, *data[n], exponent)
        )
        note = f"{placed.iterations} readings, certified {placed.certified}; {evaluations} evaluations, "
        note += f"energy {energy / placed.energy - 1:+.0e}"
        yield f"L-BFGS-B over place, a = {exponent:g}", n, theirs / ours, ">= 10" if n == 1_000_000 else "", note


def against_geometric_median(data):
    """Rows: place against the package geom-median, at exponent 1; it takes seconds for ten thousand masses."""
    name, n = "geom-median over place, a = 1", 10_000
    try:
        from geom_median.numpy import compute_geometric_median
    except ImportError:
        yield name, n, np.nan, "", 'not installed: pip install ".[benchmark]"'
        return
    masses, positions = data[n]
    (ours, theirs), (placed, other) = best_of(
        1, partial(place, masses, positions, 1), partial(compute_geometric_median, positions, masses)
    )
    yield name, n, theirs / ours, "", f"energy {placed.saving_over(np.asarray(other.median)) - 1:+.0e}"


def one_iteration(data):
    """Rows: one reading of the data, with energy, gradient and Hessian, in powers of as many doubles."""
    for n, exponent in product((1_000_000, 10_000_000), (*EXPONENTS, 1.37)):
        read = readable(*data[n])
        doubles = np.random.default_rng(2).random(n)
        (ours, power), _ = best_of(
            5, partial(expand_all, read, np.ones(2), exponent, 1e-6), partial(np.power, doubles, 0.37)
        )
        yield f"one iteration over numpy.power, a = {exponent:g}", n, ours / power, "<= 3", ""


def growth(data):
    """Rows: seconds per mass, over those at 100 000 masses."""
    data = {100_000: instance(100_000), **data}
    for exponent in EXPONENTS:
        least = None
        for n in (100_000, 1_000_000, 10_000_000):
            (ours,), _ = best_of(3, partial(place, *data[n], exponent))
            least = least or ours / n
            note = f"{1e9 * ours / n:.0f} ns a mass"
            yield f"time a mass over that at 1e5, a = {exponent:g}", n, ours / n / least, "<= 1", note


def main():
    """Print the table, and keep the lines that have an aim."""
    kept = []
    data = {n: instance(n) for n in SIZES}
    print(f"{'comparison':42} {'masses':>10} {'ratio':>7}  aim    note")
    for rows in (against_quasi_newton, against_geometric_median, one_iteration, growth):
        for name, n, ratio, aim, note in rows(data):
            met = not aim or (ratio >= float(aim[3:]) if aim[0] == ">" else ratio <= float(aim[3:]))
            print(f"{name:42} {n:10} {ratio:7.2f}  {aim:6} {note}{'' if met else '  MISSED'}")
            sys.stdout.flush()
            if aim and np.isfinite(ratio):
                kept.append({"what": f"{name}, {n:,} masses", "found": f"{ratio:.2f}", "aim": aim, "met": bool(met)})
    keep("The solver `place`", kept)


if __name__ == "__main__":
    main()
