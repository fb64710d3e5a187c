"""The proof that a position is good, for an exponent a >= 1: a lower bound of U, from what one reading has found.

Write F for the far points, at distances of at least h, N for the near ones, b and Q for gradient and Hessian of F at
the trial position x, W for the total mass, s for a step away from x.

1. |y - x_i|^a is convex, so U(x + s) >= F(x) + b.s + N(x + s) for every s.
2. Minkowski's inequality in L^a bounds the way to the optimum: |x* - x| <= 2 (U(x) / W)^(1/a).
3. N has kinks for a < 2. Its smooth version N_e = sum M (r^2 + e^2)^(a/2) obeys N_e - M_near e^a <= N <= N_e
   (t^(a/2) is subadditive), and one gradient of it bounds N_e from below everywhere. With 2 this gives a lower bound.
4. With |s| <= u r, u < 1/10, along the segment to x + s the second derivative of |r|^a in the direction of s is
   a |r + t s|^(a-4) [|s x r|^2 + (a - 1) (s.(r + t s))^2], which is at least k times its value at t = 0, with
   k = (1 - 2 max(1, a - 1) u) (1 + u)^(a-4), or (1 - u)^(a-4) for a > 4. So F(x + s) >= F(x) + b.s + k/2 s.Q s in the
   ball |s| <= u h. Where that and 3 exceed U(x) on the ball's surface, convexity puts the optimum inside the ball, and
   the bound is quadratic in the distance to the optimum: rounding of x itself then costs its square only.
"""

import math

import numpy as np

#: What summation and evaluation may cost in digits, relatively: no lower bound comes closer than this.
ROUNDING = 1e-13


def lower_bound(model, step, length, way):
    """The better one of the bounds 3 and 4, from the tangent at one step.

    Parameters
    ----------
    model : of U about x, with F, b, Q and h in `model.far`, and N_e with its gradient from `model.near`
    step : s, best where the model is least
    length : e
    way : the bound of 2
    """
    here, a = model.far, model.exponent
    b, Q, h = here.gradient, here.hessian, math.sqrt(here.nearest_far)
    near, near_gradient, _ = model.near(step, length)
    smoothing = model.masses.sum() * length**a if a < 2 else 0.0
    size = np.linalg.norm(step)
    tangent = here.far_energy + b @ step + near - smoothing
    bound = tangent - np.linalg.norm(b + near_gradient) * (way + size)
    stiffness = np.linalg.eigvalsh(Q)[0]
    if not stiffness > 0:
        return bound
    Qs = Q @ step
    u = 0.1 / max(1, a - 1)
    for _ in range(2):  # the second time with the ball that the first one found
        k = 1.0 if a == 2 else (1 - 2 * max(1, a - 1) * u) * (1 + (u if a <= 4 else -u)) ** (a - 4)
        if not k > 0:
            break
        value = tangent + k / 2 * (step @ Qs)
        gradient = b + near_gradient + k * Qs
        pull = np.linalg.norm(gradient)
        drop = max(0.0, here.energy - value)
        radius = size + (pull + math.sqrt(pull**2 + 2 * k * stiffness * drop)) / (k * stiffness)
        if a != 2 and radius > u * h:
            break
        bound = max(bound, value - gradient @ np.linalg.solve(Q, gradient) / (2 * k))
        u = radius / h
    return bound
