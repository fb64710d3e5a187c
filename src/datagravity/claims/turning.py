"""What else would turn a word: another region, another threshold, or other values in simulated worlds. [extension]

Regions and thresholds are asked of the shares of votes alone, whether the test is one or not.
"""

import math

import numpy as np

from datagravity.claims.rule import MOST, why_not_testable, word

#: By how much both edges of a region are moved: factors of ratios, shifts of other quantities.
FACTORS = (1.001, 1.002, 1.005, 1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0)
SHIFTS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
#: What a quantity of a scale cannot exceed; an edge there stays.
LIMITS = {"correlation": (-1.0, 1.0), "proportion": (0.0, 1.0)}
#: The thresholds in place of MOST, the nearest first.
THRESHOLDS = tuple(sorted((step / 100 for step in range(70, 91)), key=lambda most: round(abs(most - MOST), 9)))
#: How many times as far off a value in simulated worlds is set.
FARTHER = tuple(np.geomspace(1, 10, 21)[1:].tolist())


def by_region(estimates):
    """The nearest region for which the votes say another word, both edges moved alike, outward or inward.

    Parameters
    ----------
    estimates : Estimates of a claim

    Returns
    -------
    (low, high, word), an open end being None; None if no step turns the word
    """
    low, high = estimates.ends
    first, ratio = word(*estimates.shares(low, high)), estimates.kind == "ratio"
    for step in FACTORS if ratio else SHIFTS:
        for outward in (step, 1 / step if ratio else -step):
            below, above = _moved(low, -1, outward, estimates.kind), _moved(high, 1, outward, estimates.kind)
            if None in (below, above) or below < above:
                found = word(*estimates.shares(below, above))
                if found != first:
                    return below, above, found
    return None


def _moved(end, side, step, kind):
    """One edge, moved outward by a factor above one or a shift above zero; side is -1 for the low edge, 1 for the high.

    An open edge stays, and so does one past which the quantity cannot lie.
    """
    least, most = LIMITS.get(kind, (-math.inf, math.inf))
    if end is None or end in (least, most):
        return end
    return end * step**side if kind == "ratio" else min(max(end + side * step, least), most)


def by_most(inside, outside):
    """The threshold next to MOST that turns the word which these shares give: (threshold, word), None if none does.

    Examples
    --------
    >>> by_most(0.85, 0.0)
    (0.86, 'undecided')
    """
    first = word(inside, outside)
    words = ((most, word(inside, outside, most)) for most in THRESHOLDS)
    return next(((most, found) for most, found in words if found != first), None)


def testable_from(estimates, values):
    """The value nearest to one of a test that is none from which on it would be a test.

    The value if true is moved away from the edge, then in its place that if false, up to ten times as far. Of a region
    with two edges the value if true stays in the middle, and that if false is moved away from there.

    Parameters
    ----------
    estimates : Estimates of a claim
    values : dict, the value of the quantity if the claim is "true" and if it is "false"

    Returns
    -------
    ("true" or "false", value), or None if neither makes a test of it
    """
    kind, ratio = estimates.kind, estimates.kind == "ratio"
    least, most = LIMITS.get(kind, (-math.inf, math.inf))
    edges = [end for end in estimates.ends if end is not None and end not in (least, most)]
    origin = math.prod(edges) ** (1 / len(edges)) if ratio else sum(edges) / len(edges)

    def moved(name, times):
        far = origin * (values[name] / origin) ** times if ratio else origin + times * (values[name] - origin)
        return min(max(far, least), most)

    def fails(name, times):
        chosen = values | {name: moved(name, times)}
        worlds = [estimates.words(chosen[side]) for side in ("true", "false")]
        return why_not_testable(*worlds, estimates.rests_on_data)

    for name in ("true", "false") if len(edges) == 1 else ("false",):
        # What fails at the farthest is not tried nearer.
        if not fails(name, FARTHER[-1]):
            return name, moved(name, next(times for times in FARTHER if not fails(name, times)))
    return None
