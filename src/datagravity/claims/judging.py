"""Every claim judged: its multiverse, the shares of votes, the words that follow, and how severe the test is.

A claim is a row of one of two tables, `claims` (of the abstract) and `own_claims` (quoted, or ours). The row names the
test, the set of choices and the alternatives; everything else is computed. [extension]
"""

import inspect
import itertools
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from datagravity import checks, choices
from datagravity.claims import abstract, ours, processing, turning
from datagravity.claims.rule import POSITIONS, Part, position, votes, why_not_testable, word
from datagravity.claims.severity import Estimates
from datagravity.evidence import load, remembered
from datagravity.intervals import text

#: The tables of claims, and whose claims they hold.
TABLES = {"claims": "abstract", "own_claims": "ours"}
#: The tests by name: from options of the set `claims` to parts, or all specifications of another set at once.
TESTS = {
    test.__name__: test
    for test in (
        abstract.transport_dominates,
        processing.placement_saves,
        abstract.beta_range,
        abstract.gd_has_grown,
        abstract.measured_processors,
        processing.processing_follows,
        abstract.biology,
        abstract.attraction,
        abstract.gap_grows,
        abstract.progress_slows,
        abstract.progress_ends,
        ours.quoted_values,
        processing.order_of_savings,
        processing.coverage_of_the_law,
        ours.no_gain_at_a_distance,
    )
}
#: The set of choices whose options a test takes one by one.
SET = "claims"
#: What a choice reads where all its options stay open.
OPEN = "any"


class Multiverse(NamedTuple):
    """The specifications of a claim: one row each, a column a choice, and the parts of each in the same order.

    `offered` are the choices that a reader of the page may fix.
    """

    specifications: pd.DataFrame
    parts: tuple[tuple[Part, ...], ...]
    offered: tuple[str, ...]


def claims():
    """Both tables of claims as one, with the column `whose`: "abstract" or "ours".

    Returns
    -------
    pandas.DataFrame: id, whose, and the columns of the two tables; a claim of ours has no `sentence`, one of the
    abstract no `label`.
    """
    return pd.concat([load(table).assign(whose=whose) for table, whose in TABLES.items()], ignore_index=True)


def _claim(test):
    rows = claims()
    return rows[rows["test"] == checks.there("test", test, list(rows["test"]))].iloc[0]


def multiverse(test):
    """Every specification of a claim with its parts.

    Parameters
    ----------
    test : the name of the claim's test

    Returns
    -------
    Multiverse

    Raises
    ------
    ValueError
        If no claim has this test.
    """
    return Multiverse(*_found(test))


def _parts(function, choice):
    """The parts of one specification; none if the tables have no rows for it."""
    try:
        return tuple(function(**choice))
    except checks.Missing:
        return ()


@remembered(stored=True)
def _found(test):
    # Plain tuples: what cannot change is handed out as it is, and the parts are many.
    claim = _claim(test)
    if claim["choice_set"] != SET:
        specifications, parts = TESTS[test]()
        offered = [name for name in processing.OFFERED if specifications.get(name, pd.Series()).nunique() > 1]
        return specifications, tuple(map(tuple, parts)), tuple(offered)
    names = [name for name in inspect.signature(TESTS[test]).parameters if name != "frame"]
    known = choices.options(SET)
    rows = [
        dict(zip(names, combination, strict=True))
        for combination in itertools.product(*(known[checks.choice("choice", name, list(known))] for name in names))
    ]
    rows = [row for row in rows if choices.conflict(SET, row) is None]
    parts = tuple(map(partial(_parts, TESTS[test]), rows))
    if not any(parts):
        raise checks.Missing(f"no specification of the claim {claim['id']} has the rows that it needs")
    return pd.DataFrame(rows, index=range(len(rows))), parts, tuple(names)


def position_of(claim, part):
    """Where a part lies to the region of a row of `claims`: one of POSITIONS."""
    return position(part.interval, *_region(claim))


def shares_in(test, low, high):
    """The shares of votes over all specifications of a claim, if another region counted as agreement.

    Parameters
    ----------
    test : the name of the claim's test
    low, high : ends of the region; None for an open end

    Returns
    -------
    dict: "inside", "across" and "outside" -> share

    Examples
    --------
    >>> shares_in("biology", None, None)["inside"]
    1.0
    """
    found = [shares for shares in (votes(parts, low, high) for parts in multiverse(test).parts) if shares]
    return {where: float(np.mean([shares[where] for shares in found])) for where in POSITIONS[:3]}


def _region(claim):
    return tuple(None if pd.isna(claim[end]) else float(claim[end]) for end in ("region_low", "region_high"))


@remembered(stored=True)
def settings(test, fixed=None):
    """What follows for every way to fix some of a claim's choices and to leave the others open.

    Parameters
    ----------
    test : the name of the claim's test
    fixed : how many choices are fixed at most; any number, of those that the page offers, if None

    Returns
    -------
    pandas.DataFrame, the first row with everything open: a column for each choice that is offered, with an option or
    OPEN; specifications; without_number (how many of them have none); votes (independent ones, a pooled estimate being
    one); inside, across, outside (shares of votes); verdict; holds_if_true, holds_if_false, refuted_if_true,
    refuted_if_false (how often the word comes out in simulated worlds); why (the test is none; blank if it is one).
    """
    claim = _claim(test)
    region = _region(claim)
    every = multiverse(test)
    shares = [votes(parts, *region) for parts in every.parts]
    known = np.array([one is not None for one in shares])
    cells = np.array([[one[name] if one else 0.0 for name in POSITIONS[:3]] for one in shares])
    estimates = Estimates(every.parts, *region, claim["scale"])
    origins = [{part.origin for part in parts if part.origin and part.interval} for parts in every.parts]
    names = every.offered if fixed is None else tuple(every.specifications)
    columns = {name: every.specifications[name].to_numpy(str) for name in names}
    found = []
    for options in _ways(columns, len(names) if fixed is None else fixed):
        chosen = np.ones(len(shares), dtype=bool)
        for name, option in options.items():
            if option != OPEN:
                chosen &= columns[name] == option
        found.append(
            {
                **options,
                "specifications": int(chosen.sum()),
                "without_number": int((chosen & ~known).sum()),
                "votes": len(set().union(*(origins[place] for place in np.flatnonzero(chosen)))),
                **_judge(claim, estimates, chosen, cells[chosen & known]),
            }
        )
    return pd.DataFrame(found)


def _ways(columns, fixed):
    """Every way to fix so many choices at most, the others open: dicts from choice to option, from none fixed on."""
    known = {name: tuple(dict.fromkeys(column)) for name, column in columns.items()}
    known = {name: found for name, found in known.items() if len(found) > 1}
    for count in range(min(fixed, len(known)) + 1):
        for names in itertools.combinations(known, count):
            for chosen in itertools.product(*(known[name] for name in names)):
                yield dict.fromkeys(columns, OPEN) | dict(zip(names, chosen, strict=True))


def _judge(claim, estimates, chosen, cells):
    """Shares, verdict and severity of the chosen specifications."""
    if not len(cells):
        blank = dict.fromkeys([*POSITIONS[:3], *_SEVERITY], np.nan)
        why = "there is no number" if chosen.any() else "these options do not combine"
        return {**blank, "verdict": "not testable", "why": why}
    inside, across, outside = (float(share) for share in cells.mean(axis=0))
    worlds = [estimates.words(claim[f"value_if_{name}"], chosen) for name in ("true", "false")]
    why = why_not_testable(*worlds, estimates.rests_on_data)
    often = [world[verdict] for verdict in ("holds", "refuted") for world in worlds]
    return {
        "inside": inside,
        "across": across,
        "outside": outside,
        "verdict": word(inside, outside) if why is None else "not testable",
        **dict(zip(_SEVERITY, often, strict=True)),
        "why": why or "",
    }


_SEVERITY = ("holds_if_true", "holds_if_false", "refuted_if_true", "refuted_if_false")


def judge(test):
    """What follows for one claim with every choice open: the first row of `settings`, as a Series."""
    return settings(test, fixed=1).iloc[0]


@remembered(stored=True)
def turns(test):
    """What each option does alone, with all other choices open.

    Parameters
    ----------
    test : the name of the claim's test

    Returns
    -------
    pandas.DataFrame: choice, option, inside, across, outside, verdict, turns (whether that is another word than with
    everything open), moved (the share of votes that lie elsewhere than there). Options that turn the word come first,
    those that move most before others; one that leaves nothing to vote turns and moves nothing.
    """
    every = settings(test, fixed=1)
    columns = list(every.columns[: every.columns.get_loc("specifications")])
    first, rows = every.iloc[0], []
    for row in every.iloc[1:].to_dict("records"):
        ((name, option),) = [(name, row[name]) for name in columns if row[name] != OPEN]
        moved = sum(abs(row[where] - first[where]) for where in POSITIONS[:3]) / 2
        shares = {where: row[where] for where in POSITIONS[:3]}
        turned = row["verdict"] != first["verdict"] and not np.isnan(moved)
        moved = 0.0 if np.isnan(moved) else float(moved)
        found = {"verdict": row["verdict"], "turns": turned, "moved": moved}
        rows.append({"choice": name, "option": option} | shares | found)
    kinds = {"choice": "string", "option": "string", "verdict": "string", "turns": "bool", "moved": "float"}
    table = pd.DataFrame(rows, columns=["choice", "option", *POSITIONS[:3], "verdict", "turns", "moved"]).astype(kinds)
    return table.sort_values(["turns", "moved"], ascending=False, kind="stable", ignore_index=True)


@remembered(stored=True)
def judged(whose=None):
    """Every claim with its verdict, all choices open.

    Parameters
    ----------
    whose : "abstract" or "ours"; both if None

    Returns
    -------
    pandas.DataFrame: the columns of `claims`; region (as text); specifications, without_number, votes, inside,
    across, outside, verdict, the four columns of severity and why, as in `settings`; by_choice and by_option, the
    first of `turns`, and turned_to, the verdict there (blank where nothing can be chosen); function, which computes
    the quantity. Of a test that is none: testable_from, the nearest value from which on it would be one, testable_side,
    whether that is the value if "true" or if "false", and word_then, the word that its votes give (blank where no value
    makes one of it). Of every claim: errs, the share of estimates that err in simulated worlds; wider, the share whose
    interval reaches farther than from the value if true to the next edge; turned_by_region, the nearest region for
    which the votes say another word, and region_word; turned_by_most, the threshold next to MOST that does so, and
    most_word (blank where none does).

    Raises
    ------
    ValueError
        If `whose` is neither.
    """
    rows = claims()
    if whose is not None:
        rows = rows[rows["whose"] == checks.choice("whose", whose, list(TABLES.values()))].reset_index(drop=True)
    kept = ["specifications", "without_number", "votes", *POSITIONS[:3], "verdict", *_SEVERITY, "why"]
    found = []
    for claim in rows.to_dict("records"):
        options, function, judgement = turns(claim["test"]), TESTS[claim["test"]], judge(claim["test"])
        most = options.iloc[0] if len(options) else dict.fromkeys(["choice", "option", "verdict"], "")
        found.append(
            {
                "region": _region_text(*_region(claim)),
                **judgement[kept].to_dict(),
                "by_choice": most["choice"],
                "by_option": most["option"],
                "turned_to": most["verdict"],
                "function": f"{function.__module__}.{function.__name__}",
                **_turned_otherwise(claim, judgement),
            }
        )
    table = pd.DataFrame(found).astype(dict.fromkeys(["testable_from", "turned_by_most"], "Float64"))
    return pd.concat([rows, table], axis=1)


def _turned_otherwise(claim, judgement):
    """The columns of `judged` on other regions, thresholds and values in simulated worlds."""
    estimates = Estimates(multiverse(claim["test"]).parts, *_region(claim), claim["scale"])
    errs, wider = estimates.widths(claim["value_if_true"])
    shares = judgement["inside"], judgement["outside"]
    region, most = turning.by_region(estimates), turning.by_most(*shares)
    testable = None
    if judgement["verdict"] == "not testable":
        testable = turning.testable_from(estimates, {name: claim[f"value_if_{name}"] for name in ("true", "false")})
    return {
        "errs": errs,
        "wider": wider,
        "testable_side": testable[0] if testable else "",
        "testable_from": testable[1] if testable else None,
        "word_then": word(*shares) if testable else "",
        "turned_by_region": _region_text(*region[:2]) if region else "",
        "region_word": region[2] if region else "",
        "turned_by_most": most[0] if most else None,
        "most_word": most[1] if most else "",
    }


@remembered(stored=True)
def parts(test):
    """Every part of a claim once: part, origin, value, low, high, shown (as text), position, specifications (in which
    it stands)."""
    region = _region(_claim(test))
    counts = {}
    for found in multiverse(test).parts:
        for part in found:
            counts[part] = counts.get(part, 0) + 1
    rows = [
        {
            "part": part.name,
            "origin": part.origin or "no data",
            "value": part.interval.value if part.interval else None,
            "low": part.interval.low if part.interval else None,
            "high": part.interval.high if part.interval else None,
            "shown": text(part.interval) if part.interval else "not stated",
            "position": position(part.interval, *region),
            "specifications": count,
        }
        for part, count in counts.items()
    ]
    return pd.DataFrame(rows).astype(dict.fromkeys(["value", "low", "high"], "Float64"))


def _region_text(low, high):
    if low is None:
        return "not stated" if high is None else f"at most {high:.4g}"
    return f"at least {low:.4g}" if high is None else f"{low:.4g} to {high:.4g}"
