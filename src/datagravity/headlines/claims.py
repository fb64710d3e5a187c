"""The claims, one by one: the verdicts, counted, and those that deserve a second look."""

from datagravity import claims
from datagravity.headlines import extension


def counts():
    """How many claims got which verdict."""
    verdicts = claims.judged()["verdict"]
    names = {"holds": "holds", "holds in part": "holds_in_part", "undecided": "undecided"}
    names |= {"refuted": "refuted", "not testable": "not_testable"}
    return {
        "claim_count": extension(len(verdicts), "claims"),
        **{name: extension((verdicts == verdict).sum(), "claims") for verdict, name in names.items()},
    }


def second_look():
    """The verdicts on processors, on processing in memory, on biology, and on algorithms."""
    verdicts = claims.judged().set_index("id")["verdict"]
    rows = {"processors": "C6", "pim": "C7", "biology": "C9", "algorithms": "C13"}
    return {f"verdict_{name}": extension(verdicts[row]) for name, row in rows.items()}


def problem():
    """The verdict on measured processors if agreement meant within a factor of ten."""
    return {"wider": extension(claims.verdict(claims.measured_processors(), 0.1, 10))}


PARTS = (counts, second_look, problem)
