"""The claims, one by one: the verdicts, counted, what turns them, and how severe their tests are."""

from datagravity import claims
from datagravity.headlines import extension


def counts():
    """How many claims of the abstract got which verdict, and how many claims are not the abstract's."""
    verdicts = claims.judged("abstract")["verdict"]
    return {
        "claim_count": extension(len(verdicts), "claims"),
        **{word.replace(" ", "_"): extension((verdicts == word).sum(), "claims") for word in claims.VERDICTS},
        "own_count": extension(len(claims.judged("ours")), "claims"),
    }


def rule():
    """The thresholds of the rule, in percent, and the number of simulated worlds."""
    return {
        "most": extension(100 * claims.MOST, "%"),
        "some": extension(100 * claims.SOME, "%"),
        "least": extension(100 * claims.LEAST, "%"),
        "worlds": extension(claims.WORLDS, "worlds"),
    }


def turned():
    """How many verdicts on the abstract one option alone turns, and which plain ones none does."""
    rows = claims.judged("abstract")
    turns = rows["turned_to"].ne("") & rows["turned_to"].ne(rows["verdict"])
    firm = rows.loc[rows["verdict"].isin(["holds", "refuted"]) & ~turns, "id"]
    return {
        "turned": extension(turns.sum(), "claims"),
        "firm": extension(", ".join(firm) or "none"),
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
    named = {"beta": "C4", "pim": "C7", "biology": "C9", "slows": "C12", "ends": "C14"}
    named |= {"algorithms": "C13", "quoted": "C2"}
    found = {f"verdict_{name}": extension(rows.loc[row, "verdict"]) for name, row in named.items()}
    return found | {
        "beta_turned": extension(rows.loc["C4", "turned_to"]),
        "biology_turned": extension(rows.loc["C9", "turned_to"]),
        "biology_inside": extension(100 * rows.loc["C9", "inside"], "%"),
        "biology_outside": extension(100 * rows.loc["C9", "outside"], "%"),
        "growth_turned": extension(rows.loc["C11", "turned_to"]),
        "growth_by": extension(rows.loc["C11", "by_option"]),
        "quoted_turned": extension(rows.loc["C2", "turned_to"]),
        "pim_inside": extension(100 * rows.loc["C7", "inside"], "%"),
        "pim_outside": extension(100 * rows.loc["C7", "outside"], "%"),
    }


def problem():
    """The verdict on measured processors if agreement meant within a factor of ten."""
    shares = claims.shares_in("measured_processors", 0.1, 10)
    return {"wider": extension(claims.word(shares["inside"], shares["outside"]))}


PARTS = (counts, rule, turned, severity, second_look, problem)
