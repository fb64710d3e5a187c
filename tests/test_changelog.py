"""The digits of the CHANGELOG are the book's."""

import re

import pytest

from conftest import ROOT
from datagravity.site import results

# A check of results: whoever moves one says so in the CHANGELOG.
pytestmark = pytest.mark.built

RESULTS = results.read(ROOT / "book" / "results.json")["headlines"]
TEXT = re.sub(r"\s+", " ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]


@pytest.mark.parametrize(
    ("chapter", "phrase"),
    [
        ("processors", "off-chip G_d is {measured_low:.0f} to {measured_high:.0f} per operand"),
        ("processors", "HBM2 gives {a100:.0f} under the meter of an A100, and {hbm2_fp32:.0f} to {hbm2_fp16:.0f} in"),
        ("processors", "costs {a100_way:.1f} pJ and not {a100_increment:.1f}, and G_d is {a100_whole:.0f}."),
        ("distance", "an exponent of about {next_a} (80 %) over"),
        (
            "distance",
            "does not shrink with distance is {phi} at {phi_at:.0f} mm, and {phi_most} without {phi_most_origin}.",
        ),
        ("distance", "been left out of a first share of {phi_known}; they count by a bound"),
        ("distance", "between origins it cannot be told (ratio of scatters {ratio_between})"),
        ("distance", "without {bounded_origins}, the origins with bounds, it is the reverse ({ratio_unbounded})"),
        ("distance", "With them the exponent is {ring_whole:.2f}, not {ring_between:.2f}"),
        ("distance", "costs a message {door_ring:.2f} pJ/bit, as much as {door_ring_mm:.0f} mm of mesh"),
        ("distance", "on exact hops they give {hops_free}."),
        ("brains", "from {gd_low:.2f} to {gd_high:.0f}, below one in {below} of {count}"),
        ("disjunction-constant", "all operations and memories, from {table_least:.0f} to {table_most:.0f} thousand"),
        ("programs", "by a factor of {held_seed_factor:.2f} at most"),
        ("systems", "Of {claims_all} claims of thirty published systems {claims_computed} can be computed"),
        ("systems", "can be computed, {claims_stated} of them from stated inputs alone"),
        ("systems", "on those {claims_agree} agrees, and {claims_as_assumed} more agree as assumed"),
        ("systems", "The largest, a factor of {hnlpu_claim:,.0f}, is mostly a slow baseline"),
        ("systems", "against a measured, batched GPU {hnlpu_rest:.1f} remains"),
        ("plateau", "per joule grew {c_growth:.2f} times a year and bytes per joule {t_growth:.2f} times"),
        ("plateau", "one jump of {first_step:.1f} times, then {later_low:.2f} to {later_high:.2f} doublings a year"),
        ("plateau", "by an AICc of {green_aicc:.1f} for a parabola, in {bends} of {bend_choices} overlapping readings"),
        ("plateau", "bends as much in {chance_jumps:.2f} of its histories"),
        ("plateau", "{same_low:.2f} at small batches, nearly all of one model, and {same_high:.2f} at large ones"),
        (
            "plateau",
            "({same_high_alike:.2f} with answers of one length), without suspected stalls, which {stall_new} of",
        ),
        ("plateau", "{stall_pairs} pairs show on B200 alone; others gain {older_low:.2f} at small ones"),
        ("token", "explain {device_small:.0f} to {way_small:.0f} % of a measured token at batch {small_batch}"),
        ("token", "whole way; {idle_here:.0f} % are idle power as measured"),
        ("token", "plan counts {counted} of {unseen}, is off by {new_dense:.2f} in the median"),
        ("token", "by {new_mixture:.2f} for mixtures, time alone by {new_time_dense:.2f} and {new_time_mixture:.2f}"),
        ("token", "both forecasts correlate by {alike:.3f}"),
        (
            "token",
            "off by {told_mixture:.2f} for mixtures where a constant share of power is off by {told_share_mixture:.2f}",
        ),
        ("token", "and by {told_dense:.2f} and {told_share_dense:.2f} for dense models; with bits for nothing it is"),
        ("token", "for nothing it is {told_free_mixture:.2f} and {told_free_dense:.2f}."),
        ("token", "weights {weights_here:.0f} %, standing power {standing_here:.0f} %, the sum {too_high:.2f} times"),
        ("token", "measured time standing power is {standing_timed:.0f} %, the sum {too_high_timed:.2f} times"),
        ("token", "with a model it is {loaded_least:.1f} to {loaded_most:.1f} %, without one {empty_least:.0f} to"),
        ("token", "it is {beats_time} of {new_models}."),
        ("token", "frozen first, on {frozen_on}"),
        ("levers", "reuse could save a token {reuse_least:.0f} to {reuse_most:.0f} times, mass {mass_least:.1f} to"),
        ("levers", "{mass_most:.1f}, and distance {distance_least:.1f} to {distance_most:.1f} where"),
        ("levers", "{faster} of {speeds} comparable reports of processing in memory with a speed-up"),
        ("levers", "measured joules distance ends at {distance_measured:.2f}, not {distance_small:.2f}"),
        ("pim", "under {specifications:,} reasonable specifications, the law of PIM beats a constant"),
        ("pim", "origins in {gains:.0f} % of them, its 80 % interval admits enough reports in {covers:.0f} %"),
        ("pim", "where a calibrated one would in {calibrated:.0f} % or more, and both hold in {both:.0f} %: neither"),
        ("pim", "first share on paths from {path_every_gains:.0f} to {path_alike_gains:.0f} %; the price"),
        ("pim", "holds {points_in} of {system_rows} systems as points and {one_in} with bounds"),
        ("survey", "the survey of {papers} papers"),
        ("claims", "{turned} of the {claim_count} words turn with one option"),
    ],
)
def test_a_number_in_the_changelog_is_a_headline(chapter, phrase):
    assert phrase.format_map({name: headline["value"] for name, headline in RESULTS[chapter].items()}) in TEXT


def test_the_verdicts_of_the_changelog_are_the_books():
    names = ("holds", "holds_in_part", "undecided", "refuted", "not_testable")
    words = [f"{name.replace('_', ' ')}: {NUMBERS[RESULTS['claims'][name]['value']]}" for name in names]
    assert "; ".join(words) in TEXT
