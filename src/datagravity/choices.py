"""Choices on which a result may depend, and every combination of their options that makes a specification.

A set of choices is rows of the tables `choices` and `choice_conflicts`: so a reader sees each question, each option,
its reason, and what does not combine. [extension]
"""

import numpy as np
import pandas as pd

from datagravity import checks
from datagravity.evidence import load, remembered


@remembered
def options(name):
    """The options of every choice of a set.

    Parameters
    ----------
    name : of the set

    Returns
    -------
    dict: choice -> its options, in the order of the table

    Raises
    ------
    ValueError
        If there is no such set.

    Examples
    --------
    >>> options("pim")["scope"]
    ('path', 'memory', 'system')
    """
    rows = _rows("choices", name)
    return {choice: tuple(own["option"]) for choice, own in rows.groupby("choice", sort=False)}


@remembered
def defaults(name):
    """The default of every choice of a set: a dict from choice to option.

    Raises
    ------
    ValueError
        If there is no such set.

    Examples
    --------
    >>> defaults("pim")["scope"]
    'system'
    """
    rows = _rows("choices", name)
    rows = rows[rows["default"]]
    return dict(zip(rows["choice"], rows["option"], strict=True))


@remembered
def questions(name):
    """What every choice of a set asks: a dict from choice to question.

    Raises
    ------
    ValueError
        If there is no such set.

    Examples
    --------
    >>> questions("pim")["scope"]
    'Whose energy does a report count?'
    """
    rows = _rows("choices", name)
    return dict(zip(rows["choice"], rows["question"], strict=True))


@remembered
def combinations(name):
    """Every combination of options of a set that holds no pair of `choice_conflicts`.

    Returns
    -------
    pandas.DataFrame: a column a choice, a row a combination; the first choice of the table varies slowest.

    Raises
    ------
    ValueError
        If there is no such set.

    Examples
    --------
    >>> every = combinations("pim")
    >>> bool(((every["law"] == "tile") & (every["fixed_cost"] == "anchor")).any())
    False
    """
    frame = pd.DataFrame({"": [0]})
    conflicts = load("choice_conflicts")
    conflicts = conflicts[conflicts["set"] == name]
    # Choice by choice, so that what does not combine never multiplies.
    for choice, known in options(name).items():
        frame = frame.merge(pd.DataFrame({choice: known}), how="cross")
        void = np.zeros(len(frame), dtype=bool)
        for row in conflicts.itertuples():
            if choice in (row.choice_a, row.choice_b) and {row.choice_a, row.choice_b} <= set(frame.columns):
                void |= ((frame[row.choice_a] == row.option_a) & (frame[row.choice_b] == row.option_b)).to_numpy()
        frame = frame[~void].reset_index(drop=True)
    return frame.drop(columns="")


def specification(name, **chosen):
    """A whole specification of a set: the default of each choice, but for the named ones.

    Returns
    -------
    dict: choice -> option. It may hold a conflict, see `conflict`.

    Raises
    ------
    ValueError
        If a choice or an option is unknown; the message names both and what is known.

    Examples
    --------
    >>> specification("pim", scope="path")["scope"]
    'path'
    """
    known = options(name)
    for choice, option in chosen.items():
        checks.choice("choice", choice, tuple(known))
        checks.choice(choice, option, known[choice])
    return defaults(name) | chosen


def conflict(name, chosen):
    """Why a specification is void, in the words of `choice_conflicts`; None if it is not.

    Of choices that `chosen` lacks no option is in conflict.

    Examples
    --------
    >>> conflict("pim", specification("pim", fixed_cost="anchor"))
    'The law has no fixed part; the one that has is a law of its own.'
    """
    for choice_a, option_a, choice_b, option_b, reason in _conflicts(name):
        if chosen.get(choice_a) == option_a and chosen.get(choice_b) == option_b:
            return reason
    return None


@remembered
def _conflicts(name):
    rows = load("choice_conflicts")
    columns = ["choice_a", "option_a", "choice_b", "option_b", "reason"]
    return tuple(rows.loc[rows["set"] == name, columns].itertuples(index=False, name=None))


def _rows(table, name):
    rows = load(table)
    checks.choice("set", name, tuple(dict.fromkeys(rows["set"])))
    return rows[rows["set"] == name]
