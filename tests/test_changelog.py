"""The digits of the CHANGELOG are the book's."""

import re

import pytest

from conftest import ROOT
from datagravity import distance
from datagravity.decoding import SMALLEST, calibrate, error_table, predicted
from datagravity.headlines import of
from datagravity.processors import OFF_CHIP, disjunction_constants, span

TEXT = re.sub(r"\s+", " ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]


def measured():
    far = disjunction_constants()
    far = far[far["memory"].isin(OFF_CHIP) & (far["method"] == "measured")]
    low, high = span(far[far["operation"].isin(["FP32 tensor MAC", "FP16 tensor MAC"])], "gd_matched")
    return f"{low:.0f} to {high:.0f} per operand"


def exponent():
    a = distance.exponent()
    return f"an exponent of about {a.value:.1f} (80 %: {a.low:.1f} to {a.high:.1f})"


def fixed():
    return f"about {distance.fixed_share().value:.1f} of the energy does not shrink"


def forecast():
    errors = error_table(predicted(calibrate(SMALLEST)).query("llm not in @SMALLEST and not mixture")).iloc[0]
    return f"within a factor of {errors['median']:.2f} in the median"


@pytest.mark.parametrize("phrase", [measured, exponent, fixed, forecast])
def test_a_number_in_the_changelog_is_computed(phrase):
    assert phrase() in TEXT


@pytest.mark.parametrize(
    ("chapter", "phrase"),
    [
        ("systems", "Of {claims_all} claims of thirty published systems {claims_computed} can be computed"),
        ("systems", "from stated inputs and ours, and {claims_agree} of those agree"),
        ("systems", "The largest, a factor of {hnlpu_claim:,.0f}, is mostly a slow baseline"),
        ("systems", "against a measured, batched GPU {hnlpu_rest:.1f} remains"),
        ("index", "holds {covered_fixed} of {systems} PIM systems"),
        ("index", "{covered_free} of {systems} without one"),
        ("index", "from {brain_low:.2f} to {brain_high:.0f}, below one in {brain_below} of {brain_count}"),
        ("index", "per joule grew {flop_growth:.2f} times a year and bytes per joule {byte_growth:.2f} times"),
    ],
)
def test_a_number_in_the_changelog_is_a_headline(chapter, phrase):
    assert phrase.format_map({name: headline.value for name, headline in of(chapter).items()}) in TEXT


def test_the_verdicts_of_the_changelog_are_the_books():
    counts = {name: of("claims")[name].value for name in ("holds", "holds_in_part", "undecided", "refuted")}
    words = [f"{name.replace('_', ' ')}: {NUMBERS[count]}" for name, count in counts.items()]
    assert f"{'; '.join(words)}; not testable: {NUMBERS[of('claims')['not_testable'].value]}" in TEXT
