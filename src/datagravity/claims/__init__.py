"""The claims of the abstract and some of ours, each with a verdict that follows from a multiverse. [extension]

`rule` turns shares of votes into words, `severity` says how often a word would come out if the claim were true and if
it were false, `abstract`, `processing` and `ours` compute the quantities, and `judging` puts them together. Nobody
types a verdict.
"""

from datagravity.claims.judging import (
    OPEN,
    TABLES,
    TESTS,
    Multiverse,
    claims,
    judge,
    judged,
    multiverse,
    parts,
    position_of,
    settings,
    shares_in,
    turns,
)
from datagravity.claims.rule import (
    FACTOR,
    LEAST,
    MOST,
    OTHERWISE,
    POOLED,
    POSITIONS,
    RULE,
    SOME,
    VERDICTS,
    YEARS,
    Part,
    position,
    votes,
    why_not_testable,
    word,
)
from datagravity.claims.severity import SCALES, WORLDS, Estimates

__all__ = [
    "FACTOR",
    "LEAST",
    "MOST",
    "OPEN",
    "OTHERWISE",
    "POOLED",
    "POSITIONS",
    "RULE",
    "SCALES",
    "SOME",
    "TABLES",
    "TESTS",
    "VERDICTS",
    "WORLDS",
    "YEARS",
    "Estimates",
    "Multiverse",
    "Part",
    "claims",
    "judge",
    "judged",
    "multiverse",
    "parts",
    "position",
    "position_of",
    "settings",
    "shares_in",
    "turns",
    "votes",
    "why_not_testable",
    "word",
]
