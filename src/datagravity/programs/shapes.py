"""The numeric forms of the two terms of a bill: a power that rises with distance, and the price of closeness.

Distances are in units of the side of the square: r = 1 is one place in the middle of all data. [extension]
"""

import numpy as np

from datagravity import checks, symbolic
from datagravity.compiled import numpy_function

_NEAR_ZERO = 1e-8
_bent = numpy_function(symbolic.bent_power.subs(symbolic.first_step, 1), symbolic.r, symbolic.closeness_exponent)
_bent_limit = numpy_function(symbolic.bent_power_limit.subs(symbolic.first_step, 1), symbolic.r)
_saving = numpy_function(symbolic.same_wires_saving, symbolic.G_d, symbolic.least_transport)


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
    places = checks.numbers("r", r, checks.POSITIVE)
    power = checks.numbers("q", q, checks.FINITE)
    # Near zero the quotient is all rounding, and its limit is within half of q ln r.
    near_zero = np.abs(power) < _NEAR_ZERO
    return np.where(near_zero, _bent_limit(places), _bent(places, np.where(near_zero, 1.0, power)))


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
    return _saving(gd, checks.numbers("least_transport", least_transport, checks.POSITIVE))
