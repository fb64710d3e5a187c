"""The survey: how many papers of its list are of which kind, and their claims."""

from datagravity.charts.words import agreeing
from datagravity.evidence import load
from datagravity.headlines import extension


def papers():
    """The papers by their bearing on the subject, and those that no entry of the bibliography stands for."""
    rows = load("related_papers")
    kinds = {kind: extension((rows["relevance"] == kind).sum(), "papers") for kind in ("core", "lever", "none")}
    unverified = extension(rows["source"].isna().sum(), "papers")
    noun = extension(agreeing(unverified.value, "paper", "papers"))
    return {"papers": extension(len(rows), "papers"), **kinds, "unverified": unverified, "unverified_noun": noun}


def claims():
    """The claims of the papers with a lever."""
    return {"claims": extension(len(load("related_claims")), "claims")}


PARTS = (papers, claims)
