"""What a test returns, where it lies to the region of its claim, and how shares become a word. [extension]

The rule is stated here once. A part is one estimate with its interval. In a specification every independent origin has
one vote, which its parts share; over the specifications votes are averaged. The word follows from three shares, and
from what the same test says in simulated worlds in which the claim is true and in which it is false.
"""

import math
from dataclasses import dataclass

import numpy as np

from datagravity import checks
from datagravity.intervals import Interval

#: The words of a verdict.
VERDICTS = ("holds", "holds in part", "undecided", "refuted", "not testable")
#: How one part lies to the region of its claim.
POSITIONS = ("inside", "across", "outside", "no number")
#: Estimates that rest on several origins have one vote under this name.
POOLED = "several origins"
#: The share of votes from which a claim holds or is refuted: what the book's 80 % intervals are to hold.
MOST = 0.8
#: The share of votes that is too large to be passed over: what those intervals may leave out.
SOME = round(1 - MOST, 9)
#: A word that comes out less often than this in the worlds where it is right cannot come out: the usual level of tests.
LEAST = 0.05
#: How far a ratio lies from one in simulated worlds, a difference that a table of energies shows; a rate lies as far in
#: so many years. One factor serves every claim whose quantity is a ratio or a rate, so that none is tried harder.
FACTOR, YEARS = 3.0, 10


def rule(most=MOST):
    """The words, and the least shares of votes that each asks for: the first that is met holds.

    Parameters
    ----------
    most : the share of votes from which a claim holds or is refuted; what it leaves out is too large to be passed over
    """
    some = round(1 - most, 9)
    return (
        ("holds", {"inside": most}),
        ("refuted", {"outside": most}),
        ("holds in part", {"inside": some, "outside": some}),
    )


#: The rule of the book.
RULE = rule()
#: The word where none of them is met: too much lies across an edge.
OTHERWISE = "undecided"


@dataclass(frozen=True)
class Part:
    """One estimate of a claim's quantity.

    Parameters
    ----------
    name : what was measured or computed
    interval : the estimate, in the unit of the claim; None where there is no number
    origin : who found it, the name under which estimates share a vote; None where it rests on no data
    trials : of a proportion, the number of cases
    least, most : what the test can return at all, whatever the data are
    """

    name: str
    interval: Interval | None
    origin: str | None
    trials: int | None = None
    least: float = -math.inf
    most: float = math.inf


def position(interval, low, high):
    """Where an interval lies: wholly "inside" a closed region, wholly "outside", "across" an edge, or "no number".

    Parameters
    ----------
    interval : Interval, or None where there is nothing to compute
    low, high : ends of the region; None for an open end

    Examples
    --------
    >>> position(Interval(2, 1.5, 2.5), 1, None)
    'inside'
    """
    if interval is None:
        return "no number"
    low, high = -math.inf if low is None else low, math.inf if high is None else high
    if low <= interval.low and interval.high <= high:
        return "inside"
    return "outside" if interval.high < low or interval.low > high else "across"


def votes(parts, low, high):
    """The shares of votes inside the region, across an edge and outside: one vote an origin, shared by its parts.

    Parts that rest on no data share one vote too; parts without a number have none.

    Returns
    -------
    dict: "inside", "across" and "outside" -> share; None where no part has a number.

    Examples
    --------
    >>> one, other = Interval(2, 2, 2), Interval(0, 0, 0)
    >>> votes([Part("a", one, "A"), Part("b", other, "A"), Part("c", one, "B")], 1, None)
    {'inside': 0.75, 'across': 0.0, 'outside': 0.25}
    """
    by_origin = {}
    for part in parts:
        if part.interval is not None:
            by_origin.setdefault(part.origin, []).append(position(part.interval, low, high))
    if not by_origin:
        return None
    return {
        where: sum(found.count(where) / len(found) for found in by_origin.values()) / len(by_origin)
        for where in POSITIONS[:3]
    }


def word(inside, outside, most=MOST):
    """The verdict that follows from the shares of votes inside and outside of the region, for a test that can fail.

    The words of RULE in their order: at least MOST inside, it holds; at least MOST outside, it is refuted; at least
    SOME on either side, it holds in part, and depends on choice or origin. Else it is undecided.

    Parameters
    ----------
    inside, outside : shares from 0 to 1, numbers or arrays of one shape
    most : as of `rule`

    Returns
    -------
    one of the first four VERDICTS, or an array of them

    Raises
    ------
    ValueError
        If a share is none.

    Examples
    --------
    >>> [word(*shares) for shares in [(0.9, 0.1), (0.1, 0.9), (0.5, 0.5), (0.5, 0.1)]]
    ['holds', 'refuted', 'holds in part', 'undecided']
    """
    # Sums of shares miss their decimal ends by a digit of the last place.
    shares = {
        name: checks.numbers(name, np.round(share, 9), "[0, 1]")
        for name, share in (("inside", inside), ("outside", outside))
    }
    asked = rule(most)
    met = [np.logical_and.reduce([shares[name] >= least for name, least in one.items()]) for _, one in asked]
    found = np.select(met, [name for name, _ in asked], OTHERWISE)
    return found if found.ndim else str(found)


def why_not_testable(if_true, if_false, rests_on_data=True):
    """Why a test is none, from how often each word comes out if the claim is true and if it is false; None if it is.

    A test can come out both ways: *holds* where the claim is true, more often than where it is false, and *refuted*
    where it is false, more often than where it is true.

    Parameters
    ----------
    if_true, if_false : word -> share of the simulated worlds
    rests_on_data : whether any part does

    Examples
    --------
    >>> why_not_testable({"holds": 0.9, "refuted": 0.0}, {"holds": 0.1, "refuted": 0.7}) is None
    True
    >>> why_not_testable({"holds": 0.01, "refuted": 0.0}, {"holds": 0.0, "refuted": 0.7})
    'if the claim is true, it holds in 1 % of worlds'
    """
    if not rests_on_data:
        return "nothing in the test rests on data, so that it says the same in every world"
    for name, verdict, right, wrong in (
        ("true", "holds", if_true, if_false),
        ("false", "refuted", if_false, if_true),
    ):
        share, other = right.get(verdict, 0.0), wrong.get(verdict, 0.0)
        called = "holds" if verdict == "holds" else "is refuted"
        if share < LEAST:
            return f"if the claim is {name}, it {called} in {100 * share:.0f} % of worlds"
        if share <= other:
            opposite = "false" if name == "true" else "true"
            return (
                f"it {called} in {100 * share:.0f} % of worlds if the claim is {name}, and in {100 * other:.0f} % "
                f"if it is {opposite}"
            )
    return None
