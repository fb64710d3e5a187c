"""The numbers of the chapter on brains."""

import math

from datagravity import checks
from datagravity.brains import DEFINITIONS, audit_ratio, per_bit_ratio, ratios
from datagravity.charts.words import agreeing
from datagravity.evidence import load
from datagravity.headlines import extension

OLD = "Attwell and Laughlin, grey matter"
NEW, CEREBELLUM = "Howarth et al., cortex", "Howarth et al., cerebellum"
AUDIT, PREPRINT = "Levy and Calvert, human cortex", "Levy and Calvert, preprint"
SPIKES, RELEASE, REST = DEFINITIONS


def _gd(*budgets):
    """G_d by budget and definition; `Missing` if one of these budgets is none of the tables."""
    found = ratios().set_index(["budget", "definition"])["gd"]
    for name in budgets:
        checks.there("budget", name, found.index.unique("budget"))
    return found


def by_budget():
    """G_d of three budgets under each definition."""
    gd = _gd(OLD, NEW, CEREBELLUM)
    return {
        "old_a": extension(gd[OLD, SPIKES]),
        "old_b": extension(gd[OLD, RELEASE]),
        "old_c": extension(gd[OLD, REST]),
        "new_a": extension(gd[NEW, SPIKES]),
        "new_b": extension(gd[NEW, RELEASE]),
        "new_c": extension(gd[NEW, REST]),
        "small_a": extension(gd[CEREBELLUM, SPIKES]),
        "small_b": extension(gd[CEREBELLUM, RELEASE]),
    }


def audits():
    """G_d of the two versions of the audit, and how far the paper's lies from the budget of 2012."""
    gd, (audit, _), (preprint, _) = _gd(NEW), audit_ratio(AUDIT), audit_ratio(PREPRINT)
    return {
        "audit": extension(audit),
        "preprint": extension(preprint),
        "revised": extension(max(audit, preprint) / min(audit, preprint)),
        "gap": extension(audit / gd[NEW, RELEASE]),
        "decades": extension(math.log10(audit / gd[NEW, SPIKES]), "powers of ten"),
    }


def definitions():
    """The range of G_d, in how many budgets and pairs with a definition it is below one, and what relabelling moves.

    Sources of one group are one budget: the parts of a brain in one paper, and a paper with its preprint.
    """
    found, gd = ratios(), _gd(OLD, NEW, CEREBELLUM)
    groups = load("sources").set_index("key")["group"]
    below = found.groupby(found["source"].map(groups))["below_one"].any()
    relabelled = [gd[name, RELEASE] / gd[name, SPIKES] for name in (OLD, NEW, CEREBELLUM)]
    return {
        "gd_low": extension(found["gd"].min()),
        "gd_high": extension(found["gd"].max()),
        "budgets": extension(len(below), "budgets"),
        "budgets_below": extension(below.sum(), "budgets"),
        "budgets_put": extension(agreeing(below.sum(), "puts", "put")),
        "budgets_noun": extension(agreeing(below.sum(), "budget", "budgets")),
        "below": extension(found["below_one"].sum(), "pairs"),
        "count": extension(len(found), "pairs"),
        "relabelled": extension(max(relabelled)),
    }


def fly():
    """A bit along a cell of a fly's eye over a bit through a synapse."""
    low, high = per_bit_ratio()
    return {"bit_low": extension(low), "bit_high": extension(high)}


def crossing():
    """The share of release that must count as transport for the budget of the cerebellum to reach one.

    What moves a signal grows in proportion to that share, from one definition to the other, and G_d is one where it is
    half of the whole.
    """
    gd = _gd(CEREBELLUM)[CEREBELLUM]
    moved = gd / (1 + gd)
    return {"cross_small": extension((1 / 2 - moved[SPIKES]) / (moved[RELEASE] - moved[SPIKES]))}


PARTS = (by_budget, audits, definitions, fly, crossing)
