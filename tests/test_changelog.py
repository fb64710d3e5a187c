"""The digits of the CHANGELOG are the book's."""

import re

import pytest

from conftest import ROOT
from datagravity import brains, claims, distance, pim, plateau
from datagravity import systems as published
from datagravity.decoding import SMALLEST, calibrate, error_table, predicted
from datagravity.processors import OFF_CHIP, disjunction_constants, span
from datagravity.systems.distance import hnlpu_ladder

TEXT = re.sub(r"\s+", " ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]


def measured():
    far = disjunction_constants()
    far = far[far["memory"].isin(OFF_CHIP) & (far["method"] == "measured")]
    low, high = span(far[far["operation"].isin(["FP32 tensor MAC", "FP16 tensor MAC"])], "gd_matched")
    return f"{low:.0f} to {high:.0f} per operand"


def systems(model):
    scored = pim.score(pim.subsets(pim.predictions(model=model))["whole system"])
    return round(scored.coverage * scored.rows), scored.rows


def verdict_counts():
    counts = claims.judged()["verdict"].value_counts()
    return [NUMBERS[counts.get(verdict, 0)] for verdict in claims.VERDICTS]


def exponent():
    a = distance.exponent()
    return f"an exponent of about {a.value:.1f} (80 %: {a.low:.1f} to {a.high:.1f})"


def of_brains():
    ratios = brains.ratios()
    return f"from {ratios['gd'].min():.2f} to {ratios['gd'].max():.0f}, below one in {ratios['below_one'].sum()} of"


def clocks():
    computed, moved = (plateau.trend("flagships, by year", name).growth.value for name in ("FLOP/J", "byte/J"))
    return f"operations per joule grew {computed:.2f} times a year and bytes per joule {moved:.2f} times"


def forecast():
    errors = error_table(predicted(calibrate(SMALLEST)).query("llm not in @SMALLEST and not mixture")).iloc[0]
    return f"within a factor of {errors['median']:.2f} in the median"


def computed_claims():
    rows = published.counted()
    computed, agree = rows["computed"].notna().sum(), (rows["finding"] == "agrees").sum()
    claims_computed = f"Of {len(rows)} claims of thirty published systems {computed} can be computed"
    return f"{claims_computed} from stated inputs and ours, and {agree} of those agree"


def largest_claim():
    factors = hnlpu_ladder()["factor"]
    left = factors[3:].prod()
    largest = f"a factor of {factors.prod():,.0f}, is mostly a slow baseline that looks unbatched"
    return f"{largest}: against a measured, batched GPU {left:.1f} remains"


@pytest.mark.parametrize(
    "phrase",
    [
        computed_claims(),
        largest_claim(),
        measured(),
        exponent(),
        f"about {distance.fixed_share().value:.1f} of the energy does not shrink",
        "holds {} of {} PIM systems".format(*systems("tile")),
        "{} of {} without one".format(*systems("tile, nothing fixed")),
        of_brains(),
        clocks(),
        forecast(),
        "holds: {}; holds in part: {}; undecided: {}; refuted: {}; not testable: {}".format(*verdict_counts()),
    ],
)
def test_a_number_in_the_changelog_is_computed(phrase):
    assert phrase in TEXT
