"""The claims, one by one: the verdicts, counted, what turns them, and how severe their tests are."""

import itertools

from datagravity import claims
from datagravity.charts.words import agreeing, listed
from datagravity.headlines import extension


def counts():
    """How many claims of the abstract got which verdict, and how many claims are not the abstract's."""
    verdicts = claims.judged("abstract")["verdict"]
    return {
        "claim_count": extension(len(verdicts), "claims"),
        **{word.replace(" ", "_"): extension((verdicts == word).sum(), "claims") for word in claims.VERDICTS},
        "own_count": extension(len(claims.judged("ours")), "claims"),
    }


def verb(verdict):
    """The verb between the number of claims of the abstract with a verdict and the verdict: "1 is", "2 are"."""
    count = (claims.judged("abstract")["verdict"] == verdict).sum()
    return extension(agreeing(count, *(("holds", "hold") if verdict.startswith("holds") else ("is", "are"))))


def verbs():
    """The verbs of the claims that hold and of those that are refuted."""
    return {"holds_verb": verb("holds"), "refuted_verb": verb("refuted")}


def rule():
    """The thresholds of the rule, in percent, and the number of simulated worlds."""
    return {
        "most": extension(100 * claims.MOST, "%"),
        "some": extension(100 * claims.SOME, "%"),
        "least": extension(100 * claims.LEAST, "%"),
        "worlds": extension(claims.WORLDS, "worlds"),
        "factor": extension(claims.FACTOR),
        "years": extension(claims.YEARS, "years"),
    }


def turned():
    """How many verdicts on the abstract one option alone turns, and which plain ones none does."""
    rows = claims.judged("abstract")
    turns = rows["turned_to"].ne("") & rows["turned_to"].ne(rows["verdict"])
    firm = rows.loc[rows["verdict"].isin(["holds", "refuted"]) & ~turns, "id"]
    return {
        "turned": extension(turns.sum(), "claims"),
        "holding": extension(" and ".join(rows.loc[rows["verdict"] == "holds", "id"]) or "none"),
        "turned_verb": extension(agreeing(turns.sum(), "changes", "change")),
        "firm": extension(
            f"Only {listed(list(firm))} {agreeing(len(firm), 'keeps', 'keep')}" if len(firm) else "None keeps"
        ),
    }


def severity():
    """Of tests that can come out both ways: the least and the most often that a word comes out where it is right."""
    rows = claims.judged("abstract")
    rows = rows[rows["verdict"] != "not testable"]
    return {
        f"{word}_{end}": extension(100 * getattr(rows[column], function)(), "%")
        for word, column in (("true", "holds_if_true"), ("false", "refuted_if_false"))
        for end, function in (("least", "min"), ("most", "max"))
    }


def second_look():
    """Verdicts that the prose names, with the shares or the option behind them."""
    rows = claims.judged().set_index("id")
    named = {"dominates": "C1", "pim": "C7", "biology": "C9", "growth": "C11", "algorithms": "C13", "quoted": "C2"}
    found = {f"verdict_{name}": extension(rows.loc[row, "verdict"]) for name, row in named.items()}
    return found | {
        "biology_inside": extension(100 * rows.loc["C9", "inside"], "%"),
        "biology_outside": extension(100 * rows.loc["C9", "outside"], "%"),
        "growth_turned": extension(rows.loc["C11", "turned_to"]),
        "growth_by": extension(rows.loc["C11", "by_option"]),
        "quoted_turned": extension(rows.loc["C2", "turned_to"]),
        "pim_inside": extension(100 * rows.loc["C7", "inside"], "%"),
        "pim_outside": extension(100 * rows.loc["C7", "outside"], "%"),
    }


def beta():
    """The word on beta if an access costs d^beta, and how many votes of whole series are then across the edge."""
    rows = claims.settings("beta_range", fixed=2)
    rows = rows[rows["beta_reading"] == "d^beta"]
    others = rows[["beta_kind", "beta_sources", "interval_level"]].eq(claims.OPEN).all(axis=1)
    rows = rows[others].set_index("beta_path")
    return {
        "beta_turned": extension(rows.loc[claims.OPEN, "verdict"]),
        "beta_across": extension(100 * rows.loc["every series", "across"], "%"),
    }


def near():
    """What lies next to a word: regions, a threshold, a value if true; and how wide the estimates are."""
    rows = claims.judged("abstract").set_index("id")
    options = [f"“{option}”" for option in claims.turns("biology").query("turns")["option"]]
    some = "either of " if len(options) == 2 else "any of " if len(options) > 2 else ""
    return {
        "saves_region": extension(rows.loc["C3", "turned_by_region"]),
        "saves_region_word": extension(rows.loc["C3", "region_word"]),
        "growth_region": extension(rows.loc["C11", "turned_by_region"]),
        "growth_region_word": extension(rows.loc["C11", "region_word"]),
        "growth_holds": extension(100 * rows.loc["C11", "holds_if_true"], "%"),
        "biology_options": extension(some + listed(options) if options else "no single option"),
        "biology_most": extension(rows.loc["C9", "turned_by_most"]),
        "biology_most_word": extension(rows.loc["C9", "most_word"]),
        "slows_wider": extension(100 * rows.loc["C12", "wider"], "%"),
        "ends_wider": extension(100 * rows.loc["C14", "wider"], "%"),
        "ends_inside": extension(100 * rows.loc["C14", "inside"], "%"),
        "ends_outside": extension(100 * rows.loc["C14", "outside"], "%"),
        "ends_from": extension(-rows.loc["C14", "testable_from"], "doublings/year"),
        "ends_then": extension(rows.loc["C14", "word_then"]),
    }


def reuse():
    """From how many uses of an operand on transport no longer dominates, and the word there."""
    for uses in itertools.count(2):
        shares = claims.shares_in("transport_dominates", uses, None)
        found = claims.word(shares["inside"], shares["outside"])
        if found != "holds":
            return {"reuse": extension(uses, "uses"), "reuse_word": extension(found)}


def problem():
    """The verdict on measured processors if agreement meant within a factor of ten."""
    shares = claims.shares_in("measured_processors", 0.1, 10)
    return {"wider": extension(claims.word(shares["inside"], shares["outside"]))}


PARTS = (counts, verbs, rule, turned, severity, second_look, beta, near, reuse, problem)
