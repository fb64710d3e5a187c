"""The model of U that one reading gives, and its minimum: the next trial position."""

from typing import NamedTuple

import numpy as np

from datagravity.placement.certificate import lower_bound
from datagravity.placement.energy import dot, power
from datagravity.placement.expansion import Expansion


class Model(NamedTuple):
    """Far quadratic and near points as a function of the step from the centre, smoothed over a length."""

    far: Expansion
    masses: np.ndarray
    offsets: np.ndarray  # (d, k): contiguous columns
    exponent: float

    def nearest(self, step):
        """The index of the near point next to the step."""
        return np.argmin(((step[:, None] - self.offsets) ** 2).sum(axis=0))

    def energy(self, step):
        """Energy at the step over the far points' energy at the centre."""
        squares = ((step[:, None] - self.offsets) ** 2).sum(axis=0)
        near = dot(self.masses, power(squares, self.exponent / 2, np.empty_like(squares)))
        return near + (self.far.gradient + self.far.hessian @ step / 2) @ step

    def near(self, step, length):
        """Energy, gradient and Hessian of the near points at the step."""
        a = self.exponent
        offsets = step[:, None] - self.offsets
        square = np.einsum("ij,ij->j", offsets, offsets) + length**2
        weight = self.masses * power(square, a / 2 - 1, np.empty_like(square)) if a != 2 else self.masses
        gradient = a * np.einsum("ij,j->i", offsets, weight)
        energy = dot(weight, square)
        hessian = a * weight.sum() * np.eye(len(step))
        if a != 2:
            hessian += a * (a - 2) * np.einsum("ik,jk->ij", offsets * (weight / square), offsets)
        return energy, gradient, hessian


def next_trial(here, exponent, tolerance, way, trust):
    """The next trial position, within the trusted distance, and a lower bound of U, as `certificate` derives it."""
    if here.energy == 0:
        return here.centre, 0.0
    model = Model(here, here.masses, np.ascontiguousarray((here.positions - here.centre).T), exponent)
    near_mass = here.masses.sum()
    # Below 2 the kinks are smoothed, in the end so little that the bound does not notice.
    finest = 1e-30 * way
    kinks = exponent < 2 and near_mass > 0
    if kinks:
        finest = max(finest, (1e-4 * max(tolerance, 1e-12) * here.energy / near_mass) ** (1 / exponent))
    length = max(finest, 0.1 * min(way, trust)) if kinks else finest

    def evaluate(step, length):
        near, near_gradient, near_hessian = model.near(step, length)
        turned = here.hessian @ step
        value = near + here.gradient @ step + step @ turned / 2
        return value, here.gradient + turned + near_gradient, here.hessian + near_hessian

    step, before = np.zeros(len(here.centre)), np.inf
    value, gradient, hessian = evaluate(step, length)
    for _ in range(200):
        newton = _solve(hessian, -gradient, trust)
        decrement = -gradient @ newton
        pull = np.linalg.norm(gradient)
        if length > finest:
            done = decrement <= 1e-3 * near_mass * length**exponent
        else:
            done = decrement <= 1e-26 * here.energy and (pull * way <= 1e-13 * here.energy or pull > before / 2)
        before = pull
        if not done:
            found = _along(lambda trial, length=length: evaluate(trial, length), step, newton, decrement, trust)
            done = found is None
            step, (value, gradient, hessian) = (step, (value, gradient, hessian)) if done else found
        if np.linalg.norm(step) > trust:
            # The model is convex: it falls all the way from the centre to its minimum.
            return here.centre + step * (trust / np.linalg.norm(step)), -np.inf
        if done:
            if length <= finest:
                break
            # About a kink the smoothed minimum lies at a distance in proportion to the length.
            shrink = max(finest / length, 1 / 1000)
            length *= shrink
            kink = model.offsets[:, model.nearest(step)]
            trials = [step, kink + shrink * (step - kink)]
            results = [evaluate(trial, length) for trial in trials]
            better = min(range(2), key=lambda k: results[k][0])
            step, (value, gradient, hessian) = trials[better], results[better]
            before = np.inf
    lower = lower_bound(model, step, length, way)
    if kinks:
        nearest = model.nearest(step)
        if model.energy(model.offsets[:, nearest]) <= model.energy(step):
            return here.positions[nearest].copy(), lower
    return here.centre + step, lower


def _along(evaluate, step, newton, decrement, trust):
    """A trial step near the lowest point in Newton's direction and what `evaluate` gives there, or None.

    It looks at slopes, never at energies: those hide a fall below their own rounding.
    """
    low, high, fraction, found = 0.0, np.inf, 1.0, None
    for _ in range(100):
        trial = step + fraction * newton
        if np.array_equal(trial, step) or not low < fraction < high:
            break
        result = evaluate(trial)
        slope = result[1] @ newton
        if slope > decrement / 2:
            high = fraction
        else:
            low, found = fraction, (trial, result)
            if slope >= -0.9 * decrement or np.linalg.norm(trial) > trust:
                break
        fraction = (low + high) / 2 if high < np.inf else 4 * fraction
    return found


def _solve(matrix, vector, largest):
    """The Newton step; a long one downhill where the matrix does not bend."""
    trace = np.trace(matrix)
    if not trace > 0:
        size = np.linalg.norm(vector)
        return vector * (2 * largest / size) if size > 0 else vector
    return np.linalg.solve(matrix + 1e-15 * trace * np.eye(len(vector)), vector)
