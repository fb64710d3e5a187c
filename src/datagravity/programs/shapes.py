"""The numeric forms of the two terms of a bill: a power that rises with distance, and the price of closeness.

Distances are in units of the side of the square: r = 1 is one place in the middle of all data. [extension]
"""

import numpy as np

from datagravity import checks


def bent_shape(r, q):
    """(r^-q - 1) / q, the price of closeness for b = 1: zero at r = 1; its limit for q = 0 is -ln r.

    Parameters
    ----------
    r : number or array above 0
    q : number or array, of any sign

    Examples
    --------
    >>> float(bent_shape(0.5, 1.0)), float(bent_shape(0.5, -1.0)), round(float(bent_shape(0.5, 0.0)), 4)
    (1.0, 0.5, 0.6931)
    """
    depth = -np.log(checks.numbers("r", r, checks.POSITIVE))
    power = checks.numbers("q", q, checks.FINITE) * depth
    near_zero = np.abs(power) < 1e-9
    divisor = np.where(near_zero, 1.0, power)
    return depth * np.where(near_zero, 1 + power / 2, np.expm1(power) / divisor)


def transport_ratio(r, p, b, q):
    """All transport over that of one place, r^p + b (r^-q - 1) / q; one at r = 1.

    Parameters
    ----------
    r : number or array above 0
    p, b, q : numbers or arrays; b is the price of the first step inward

    Examples
    --------
    >>> float(transport_ratio(0.25, p=1.0, b=0.1, q=1.0))
    0.55
    """
    return checks.numbers("r", r, checks.POSITIVE) ** np.asarray(p, float) + np.asarray(b, float) * bent_shape(r, q)


def same_wires_saving(gd, least_transport):
    """What the best place saves if all that is not compute is transport at one price: (1 + G) / (1 + G m).

    Parameters
    ----------
    gd : number or array above 0
    least_transport : m, the least transport over that of one place, above 0

    Examples
    --------
    >>> float(same_wires_saving(9.0, 0.5)), float(same_wires_saving(9e9, 0.5).round(6))
    (1.8181818181818181, 2.0)
    """
    gd = checks.numbers("gd", gd, checks.POSITIVE)
    return (1 + gd) / (1 + gd * checks.numbers("least_transport", least_transport, checks.POSITIVE))
