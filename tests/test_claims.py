"""Verdicts follow from shares of specifications, every verdict can come out, and a test that cannot fail says so."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from charts import drawn, records
from datagravity import choices, claims, fits, load, pim, processors, systems
from datagravity.charts.claims import VOID, one_claim, verdicts
from datagravity.claims import OPEN, Estimates, Part, judging, turning
from datagravity.claims.abstract import LEVELS, LISTS
from datagravity.claims.processing import OFFERED, estimates
from datagravity.intervals import Interval
from editing import broken

TESTS = list(claims.TESTS)


def exactly(value):
    return Interval(value, value, value)


# --- The rule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "outside", "expected"),
    [
        (1.0, 0.0, "holds"),
        (0.8, 0.2, "holds"),
        (0.79, 0.21, "holds in part"),
        (0.2, 0.2, "holds in part"),
        (0.79, 0.19, "undecided"),
        (0.0, 0.0, "undecided"),
        (0.2, 0.8, "refuted"),
        (sum([0.1] * 8), 0.0, "holds"),  # a digit of the last place short of it
    ],
)
def test_every_word_can_come_out(inside, outside, expected):
    assert claims.word(inside, outside) == expected


def test_the_rule_takes_arrays_and_refuses_what_is_no_share():
    assert list(claims.word([0.9, 0.1], [0.0, 0.9])) == ["holds", "refuted"]
    with pytest.raises(ValueError, match=r"inside: 1\.2, expected"):
        claims.word(1.2, 0)


intervals = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3).map(sorted).map(lambda x: Interval(x[1], x[0], x[2]))


@given(intervals, st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_a_part_lies_in_one_place(part, low, width):
    high = low + width
    inside = low <= part.low and part.high <= high
    outside = part.high < low or part.low > high
    expected = "inside" if inside else "outside" if outside else "across"
    assert claims.position(part, low, high) == expected
    assert claims.position(part, None, None) == "inside"
    # A wider region never turns an inside part out.
    if inside:
        assert claims.position(part, low - 1, high + 1) == "inside"


def test_an_origin_has_one_vote_however_many_parts_it_has():
    parts = [Part("a", exactly(2), "one"), *(Part(f"b{n}", exactly(0), "other") for n in range(9))]
    assert claims.votes(parts, 1, None) == {"inside": 0.5, "across": 0, "outside": 0.5}
    assert claims.votes([*parts, Part("no number", None, "third")], 1, None)["inside"] == 0.5
    assert claims.votes([Part("no number", None, "third")], 1, None) is None


@pytest.mark.parametrize(
    ("if_true", "if_false", "reason"),
    [
        ((0.5, 0.0), (0.0, 0.5), None),
        ((0.04, 0.0), (0.0, 0.5), "if the claim is true, it holds in 4 % of worlds"),
        ((0.5, 0.0), (0.0, 0.04), "if the claim is false, it is refuted in 4 % of worlds"),
        ((0.5, 0.0), (0.6, 0.5), "it holds in 50 % of worlds if the claim is true, and in 60 % if it is false"),
        ((0.5, 0.3), (0.0, 0.3), "it is refuted in 30 % of worlds if the claim is false, and in 30 % if it is true"),
    ],
)
def test_a_test_that_cannot_come_out_both_ways_says_why(if_true, if_false, reason):
    worlds = [dict(zip(["holds", "refuted"], often, strict=True)) for often in (if_true, if_false)]
    assert claims.why_not_testable(*worlds) == reason
    assert "rests on data" in claims.why_not_testable(*worlds, rests_on_data=False)


# --- Severity --------------------------------------------------------------------------------------------------------


def test_how_often_a_word_comes_out_is_what_the_normal_distribution_says():
    interval = Interval(1.0, 0.0, 2.0, 0.8)
    one = Estimates([[Part("a", interval, "A")]], 1, None, "difference")
    error = 1 / stats.norm.ppf(0.9)
    for value in (0.0, 2.0, 3.0):
        words = one.words(value, worlds=2000)
        assert words["holds"] == pytest.approx(stats.norm.sf(2 - value, scale=error), abs=0.002)
        assert words["refuted"] == pytest.approx(stats.norm.cdf(0 - value, scale=error), abs=0.002)
    assert one.words(2.0) == one.words(2.0), "the draws have a seed"


def test_several_origins_are_drawn_anew():
    """Of three exact origins two lie inside: both words need a draw that leaves the third out, or takes it alone."""
    parts = [Part(name, exactly(value), name) for name, value in zip("abc", (2, 2, -4), strict=True)]
    words = Estimates([parts], 1, None, "difference").words(0, worlds=20000)  # the centre is where the world is
    assert words["holds"] == pytest.approx((2 / 3) ** 3, abs=0.01)
    assert words["refuted"] == pytest.approx((1 / 3) ** 3, abs=0.01)


def test_what_a_test_cannot_return_is_not_returned():
    parts = [Part("gain", exactly(1.5), "A", least=1)]
    assert Estimates([parts], None, 1, "ratio").words(0.5)["holds"] == 1, "at its least it is on the edge"
    assert Estimates([parts], 1.1, None, "ratio").words(0.5)["refuted"] == 1
    assert Estimates([parts], 0.9, None, "ratio").words(0.5)["holds"] == 1, "it can never be refuted"


def test_a_form_that_only_approaches_an_edge_decides_alone():
    """A fixed part and a wire give an exponent below one, so that no world brings it into a region from one on."""
    parts = [Part("exponent", Interval(0.6, 0.3, 0.9, 0.8), "A", least=0, most=math.nextafter(1, 0))]
    estimates = Estimates([parts], 1, 3, "difference")
    assert [estimates.words(value)["refuted"] for value in (2, 0.5)] == [1, 1]
    own = claims.TESTS["beta_range"]("d^beta", "1 to 12 mm", "all", "all", "80 %")
    assert own[0].most < 1
    row = claims.turns("beta_range").set_index("option").loc["d^beta"]
    assert (row["verdict"], row["turns"]) == ("not testable", False)


def test_an_estimate_has_one_error_at_every_level():
    for freedom in (2, 30):
        levels = [fits.t_interval(5.0, 0.3, freedom, level) for level in (0.8, 0.95)]
        parts = [[Part("a", interval, "A")] for interval in levels]
        assert Estimates(parts, 1, None, "difference").error == pytest.approx([0.3, 0.3])
    stated = [[Part("a", interval, "A")] for interval in (exactly(2.0), Interval(2.0, 1.0, 3.0))]
    assert list(Estimates(stated, 1, None, "difference").error) == [0, 0], "stated ranges and exact values do not err"


def test_all_estimates_of_the_book_have_one_error_at_both_levels():
    for test in ("gap_grows", "progress_slows", "gd_has_grown"):
        claim, every = judging._claim(test), claims.multiverse(test)
        estimates = Estimates(every.parts, *judging._region(claim), claim["scale"])
        level = every.specifications["interval_level"].to_numpy()[estimates.specification]
        near, far = (sorted({round(one, 9) for one in estimates.error[level == name] if one}) for name in LEVELS)
        assert near == pytest.approx(far)


@pytest.mark.parametrize("count", [11, 13, 20])
def test_few_trials_never_lie_inside_a_region_as_narrow_as_an_interval(count):
    parts = [[Part("coverage", exactly(0.8), "A", trials=count)]]
    assert Estimates(parts, 0.7, 0.9, "proportion").words(0.8)["holds"] == 0
    assert Estimates(parts, 0.3, 1.0, "proportion").words(0.8)["holds"] > 0.5


def test_a_number_off_its_scale_is_named():
    with pytest.raises(ValueError, match=r"a: Interval.*, expected numbers on the scale 'ratio'"):
        Estimates([[Part("a", exactly(0.0), "A")]], 1, None, "ratio")
    with pytest.raises(ValueError, match="scale: 'furlong', expected one of"):
        Estimates([[Part("a", exactly(1.0), "A")]], 1, None, "furlong")


# --- Every claim in worlds of its own --------------------------------------------------------------------------------


@pytest.fixture
def judge(monkeypatch):
    """Judge a claim by estimates of a test's own, one list a specification, past what is remembered."""
    monkeypatch.setattr(judging, "_found", judging._found.__wrapped__)

    def judged(test, *specifications):
        if judging._claim(test)["choice_set"] == "pim":
            frame = pd.DataFrame({name: ["an option"] * len(specifications) for name in OFFERED})
            monkeypatch.setitem(claims.TESTS, test, lambda: (frame, [list(parts) for parts in specifications]))
        else:
            (parts,) = specifications
            monkeypatch.setitem(claims.TESTS, test, lambda: parts)
        return claims.settings.__wrapped__(test, 0).iloc[0]

    return judged


@pytest.mark.slow
@pytest.mark.parametrize("test", TESTS)
def test_the_word_of_a_claim_follows_its_world(test, judge):
    claim = judging._claim(test)
    true, false = float(claim["value_if_true"]), float(claim["value_if_false"])
    edge = float(claim["region_high" if pd.isna(claim["region_low"]) or false > true else "region_low"])
    small = 1e-4 * abs(true - false)
    origins = "abcde"

    def world(values, half=small):
        return [
            Part(name, Interval(value, value - half, value + half), name)
            for name, value in zip(origins, values, strict=True)
        ]

    inside = true if claims.position(exactly(true), *judging._region(claim)) == "inside" else None
    assert inside is not None, "the value where the claim is true lies in its region"
    assert claims.position(exactly(false), *judging._region(claim)) == "outside"
    assert judge(test, world([true] * 5))["verdict"] == "holds"
    assert judge(test, world([false] * 5))["verdict"] == "refuted"
    assert judge(test, world([edge] * 5))["verdict"] == "undecided"
    # As if a part of the origins saw a true claim, and the others a false one; the rest of the spread is as the data's.
    assert (
        claims.word(
            *(
                claims.votes(world([true] * 3 + [false] * 2), *judging._region(claim))[where]
                for where in ("inside", "outside")
            )
        )
        == "holds in part"
    )
    no_number = judge(test, [Part("a", None, "a")])
    assert (no_number["verdict"], no_number["why"]) == ("not testable", "there is no number")
    no_data = judge(test, [Part("a", exactly(true), None)])
    assert no_data["verdict"] == "not testable"
    assert "rests on data" in no_data["why"]


@pytest.mark.slow
@pytest.mark.parametrize("test", TESTS)
def test_intervals_too_wide_to_tell_are_no_test(test, judge):
    claim = judging._claim(test)
    true, false = float(claim["value_if_true"]), float(claim["value_if_false"])
    least, most = {"ratio": (1e-9, 1e9), "difference": (-1e9, 1e9), "correlation": (-0.999, 0.999)}.get(
        claim["scale"], (0, 1)
    )
    row = judge(test, [Part("a", Interval((true + false) / 2, least, most), "a")])
    assert row["verdict"] == "not testable"
    assert row["why"].startswith("if the claim is true")


# --- What else turns a word ------------------------------------------------------------------------------------------


def exact(values, low, high, scale="ratio"):
    return Estimates([[Part(str(n), exactly(v), str(n)) for n, v in enumerate(values)]], low, high, scale)


@pytest.mark.parametrize(
    ("values", "low", "high", "scale", "expected"),
    [
        ([1, 1, 1, 2.2], 0.5, 2, "ratio", (0.5 / 1.1, 2.2, "holds")),
        ([2, 2, 2, 2, 2.04], 1.98, None, "difference", (2.03, None, "refuted")),
        ([0.7, 0.7], 0.6, 1, "correlation", (0.8, 1, "refuted")),
    ],
)
def test_the_nearest_region_that_turns_a_word(values, low, high, scale, expected):
    found = turning.by_region(exact(values, low, high, scale))
    assert found[:2] == tuple(end if end is None else pytest.approx(end) for end in expected[:2])
    assert found[2] == expected[2]
    assert turning.by_region(exact([5, 5], 1e-9, None)) is None


@pytest.mark.parametrize(
    ("inside", "outside", "expected"),
    [
        (0.208, 0.792, (0.79, "refuted")),
        (0.875, 0.0, (0.88, "undecided")),
        (0.75, 0.25, (0.75, "holds")),
        (1.0, 0.0, None),
    ],
)
def test_the_threshold_that_turns_a_word(inside, outside, expected):
    assert turning.by_most(inside, outside) == expected


def test_from_which_value_on_a_test_is_one():
    """Of one estimate with two points to spare the interval is wide: seldom the whole of it lies inside."""
    estimates = Estimates([[Part("a", fits.t_interval(0.0, 1.0, freedom=1), "A")]], 1, None, "difference")
    found = turning.testable_from(estimates, {"true": 1.5, "false": -5.0})
    least = 1 + fits.t_quantile(0.8, 1) - stats.norm.ppf(1 - claims.LEAST)
    assert found[0] == "true"
    assert 1 + (found[1] - 1) / turning.FARTHER[0] < least <= found[1] + 0.01
    bounded = Estimates([[Part("a", Interval(0.5, 0.4, 0.6, 0.8), "A", most=0.9)]], 1, None, "difference")
    assert turning.testable_from(bounded, {"true": 1.1, "false": 0.0}) is None


# --- The claims of the book ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "changes", "words"),
    [
        (
            "claims",
            {"C4__value_if_true": "3.5"},
            "column value_if_true: value '3.5'; expected a number inside the region",
        ),
        ("claims", {"C4__value_if_false": "2.5"}, "value_if_false: value '2.5'; expected a number outside the region"),
        ("claims", {"C1__region_low": ""}, "column region_low: value ''; expected a number, or one in region_high"),
        ("claims", {"C1__value_if_false": "-3"}, "value '-3'; expected a number above 0, because the scale is ratio"),
        ("claims", {"C1__value_if_false": "0"}, "value '0'; expected a number above 0, because the scale is ratio"),
        ("claims", {"C4__region_low": "4"}, "column region_low: value '4'; expected at most region_high, which is 3"),
        (
            "own_claims",
            {"C8__value_if_false": "-2"},
            "expected a number from -1 to 1, because the scale is correlation",
        ),
        ("own_claims", {"C15__region_high": "1.1"}, "expected a number from 0 to 1, because the scale is proportion"),
        (
            "own_claims",
            {"C8__id": "C1"},
            "column id: value 'C1'; expected used once; row 2 of data/claims.csv has it too",
        ),
        (
            "own_claims",
            {"C8__test": "quoted_values"},
            "column test: value 'quoted_values'; expected a value used once; row 2 has it too",
        ),
    ],
)
def test_a_bad_claim_is_named(folder, table, changes, words):
    message = broken(folder, table, **changes)
    assert message.startswith("1 problem in")
    assert f"data/{table}.csv row" in message
    assert words in message


def test_the_tables_name_every_test_and_no_other():
    table = claims.claims()
    assert set(table["test"]) == set(claims.TESTS)
    assert table["id"].is_unique
    assert table["test"].is_unique
    assert set(table["whose"]) == {"abstract", "ours"}
    assert set(load("own_claims")["label"]) == {"quoted", "extension"}


def test_one_factor_serves_every_ratio_and_every_rate():
    """To both sides of one, or equal and apart: of ratios at once, of rates in so many years."""
    rows, years = claims.claims(), claims.YEARS
    over = {"ratio": lambda x: math.log(x), "ratio/year": lambda x: years * math.log(x)}
    over |= {"doublings/year": lambda x: years * x * math.log(2)}
    rows = rows[rows["unit"].isin(over)]
    assert len(rows) > 9
    for row in rows.to_dict("records"):
        logs = [over[row["unit"]](row[f"value_if_{name}"]) for name in ("true", "false")]
        true, false = np.divide(logs, math.log(claims.FACTOR))
        assert abs(false) == pytest.approx(1, abs=1e-4), row["id"]
        assert true == pytest.approx(-false if true else 0, abs=1e-4), row["id"]


def test_every_claim_has_a_word_and_its_shares_are_one():
    judged = claims.judged()
    assert len(judged) == len(claims.judged("abstract")) + len(claims.judged("ours"))
    assert set(judged["verdict"]) <= set(claims.VERDICTS)
    assert judged[["inside", "across", "outside"]].sum(axis=1).to_numpy() == pytest.approx(1)
    for row in judged.itertuples():
        assert (row.why != "") == (row.verdict == "not testable"), row.id
        assert pd.isna(row.testable_from) == (row.word_then == "") == (row.testable_side == ""), row.id
        assert row.word_then in ("", claims.word(row.inside, row.outside))
        if row.verdict != "not testable":
            assert row.verdict == claims.word(row.inside, row.outside)
            assert row.holds_if_true > row.holds_if_false
            assert row.refuted_if_false > row.refuted_if_true
    with pytest.raises(ValueError, match="whose: 'theirs', expected one of 'abstract', 'ours'"):
        claims.judged("theirs")


@pytest.mark.parametrize("test", ["measured_processors", "beta_range", "gd_has_grown"])
def test_every_setting_is_the_mean_over_its_specifications(test):
    every, table = claims.multiverse(test), claims.settings(test)
    region = judging._region(judging._claim(test))
    shares = [claims.votes(parts, *region) for parts in every.parts]
    assert set(table.iloc[0][list(every.offered)]) == {OPEN}
    for row in table.sample(min(12, len(table)), random_state=1).to_dict("records"):
        chosen = np.ones(len(shares), dtype=bool)
        for name in every.offered:
            if row[name] != OPEN:
                chosen &= (every.specifications[name] == row[name]).to_numpy()
        known = [one for one, mine in zip(shares, chosen, strict=True) if mine and one]
        assert row["specifications"] == chosen.sum()
        assert row["without_number"] == chosen.sum() - len(known)
        if known:
            assert row["inside"] == pytest.approx(np.mean([one["inside"] for one in known]))
        else:
            assert row["verdict"] == "not testable"


@pytest.mark.parametrize("test", ["beta_range", "biology", "attraction"])
def test_the_option_that_turns_a_word_comes_first(test):
    turns, first = claims.turns(test), claims.judge(test)
    assert set(turns["choice"]) == set(claims.multiverse(test).offered)
    voted = turns["inside"].notna()
    assert (turns["turns"] == (voted & (turns["verdict"] != first["verdict"]))).all()
    row = claims.judged().set_index("test").loc[test]
    assert turns["turns"].is_monotonic_decreasing
    if len(turns):
        best = turns[turns["turns"] == turns["turns"].iloc[0]]
        assert best["moved"].is_monotonic_decreasing
        assert (row["by_choice"], row["by_option"], row["turned_to"]) == tuple(
            turns.loc[0, ["choice", "option", "verdict"]]
        )
    else:
        assert row["by_option"] == row["turned_to"] == ""


def test_an_unknown_test_is_named():
    with pytest.raises(ValueError, match="test: 'taste', expected one of"):
        claims.judge("taste")


def test_beta_under_both_readings():
    table = claims.parts("beta_range")
    one, other = (table[table["part"] == f"an access costs {name}, every series"] for name in ("d^(beta-1)", "d^beta"))
    assert sorted(one["value"]) == pytest.approx(sorted(other["value"] + 1))


def test_growth_of_gd_by_memory():
    parts = claims.parts("gd_has_grown").set_index("part")["value"]
    # Printed in pJ at 45 and at 7 nm: FP32 multiply 3.7 and 1.31, SRAM of 1 MB 100 and 14, of 8 KB 10 and 7.5.
    expected = 3.7 / 1.31 / (100 / 14)
    assert any(value == pytest.approx(expected) for value in parts.loc[["SRAM, 1 MB"]])
    assert "DDR3/4 DRAM" not in parts.index, "one entry stands in both columns"


def test_measured_memories_are_held_against_their_own_generation():
    """What the chapter on processors compares is what the default compares, and no DDR stands in for HBM."""
    parts = claims.TESTS["measured_processors"]("generation", "every", "increment", "all")
    alike = processors.like_with_like()
    ratios = sorted(alike["measured"] / alike["tabulated"])
    assert sorted(part.interval.value for part in parts) == pytest.approx(ratios)
    for kind in ("generation", "kind"):
        names = [part.name for part in claims.TESTS["measured_processors"](kind, "the same", "increment", "all")]
        assert names
        assert not any("DDR3" in name for name in names)


def test_the_whole_way_of_a_bit_is_what_every_level_adds():
    test = claims.TESTS["measured_processors"]
    increment, whole = (test("kind", "every", way, "all") for way in ("increment", "whole way"))
    ratios = {two.interval.value / one.interval.value for one, two in zip(increment, whole, strict=True)}
    # Printed for the A100: 1.59, 4.71 and 13.11 pJ/bit from the nearest level on.
    assert max(ratios) == pytest.approx((1.59 + 4.71 + 13.11) / 13.11)
    assert min(ratios) == 1, "a row that is no increment stays"


def test_short_lists_can_be_left_out_and_lists_of_one_origin_share_a_vote():
    every, long = (claims.TESTS["progress_ends"]("frontier", "whole span", name, "80 %") for name in LISTS)
    assert {part.name.split()[0] for part in every} - {part.name.split()[0] for part in long} == {"MLPerf"}
    by_name = {part.name: part.origin for part in every}
    assert by_name["Green500 number 1"] == by_name["TOP500 number 1"]


def test_every_multiply_and_multiply_add_counts_as_the_operation():
    parts = claims.TESTS["transport_dominates"]("FP32", "on the chip", "own width", "measured", "all")
    rows = load("energy").set_index("id")["operation_class"]
    names = {rows[part.name.rsplit("/", 1)[1]] for part in parts}
    assert {"FP32 FMA, scalar", "FP32 FMA, vector lane", "FP32 tensor MAC"} <= names
    assert not any("add" in name for name in names)


def test_the_gain_of_the_law_is_that_of_its_chapter():
    table, found = pim.multiverse(), estimates()
    means = found.specifications.assign(own=found.gain[:, 0]).query("error_summary == 'mean'")
    merged = means.merge(table, on=list(pim.CHOICES))
    assert len(merged) == len(table) / 2
    assert merged["own"].to_numpy() == pytest.approx(merged["mean_gain"].to_numpy())
    assert set(merged["error_summary"]) == {"mean"}


def test_the_quoted_values_need_the_slide():
    slide, paper = (claims.TESTS["quoted_values"](name) for name in ("slide", "paper"))
    assert sum(part.interval is None for part in slide) == 1, "biology has no inputs"
    moved = [one.interval.value / other.interval.value for one, other in zip(paper, slide, strict=True) if one.interval]
    assert sorted(moved) == pytest.approx([1, 1, 4 / 3.7, 4 / 3.7])


def test_the_heavier_mass_attracts():
    for name, interval in claims.parts("attraction").set_index("part")["high"].items():
        exponent = float(name.split()[-1])
        expected = 0 if exponent <= 1 else (1 / 1.5) ** (1 / (exponent - 1))
        assert math.isclose(interval, expected, abs_tol=1e-9)
    assert claims.judge("attraction")["verdict"] == "not testable", "a theorem is true in every world"


def test_gains_at_a_distance_count_whether_they_agree_or_not():
    rows = systems.rows()
    parts = claims.TESTS["no_gain_at_a_distance"](rows)
    assert any("Keyformer" in part.name for part in parts), "a claim that falls short counts as well"
    assert not any(part.name.startswith(("NeuPIMs", "HNLPU", "ENEC")) for part in parts)
    low = rows.assign(**{name: rows[name] * 0 + 0.9 for name in ("computed", "computed_low", "computed_high")})
    assert claims.votes(claims.TESTS["no_gain_at_a_distance"](low), None, 1)["inside"] == 1
    bound = [part.least >= 1 for part in parts]
    assert sum(bound) > len(bound) / 2, "the chapter says that most formulas can return nothing below one"


# --- The charts ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page():
    return one_claim().to_dict()


def offered_by(page):
    """Choice -> the options that its list on the page offers, in order."""
    bound = {parameter["name"].removeprefix("claims_"): parameter.get("bind") for parameter in page["params"]}
    return {name: bind["labels"][1:] for name, bind in bound.items() if bind and name != "claim"}


@pytest.mark.slow
def test_every_option_of_a_list_leaves_a_specification_of_each_claim_that_shows_it(page):
    lists, shown = offered_by(page), page["usermeta"]["shown_for"]["claims_claim"]
    for claim in claims.claims().to_dict("records"):
        table = claims.settings(claim["test"], fixed=1)
        for name in claims.multiverse(claim["test"]).offered:
            assert claim["id"] in shown[f"claims_{name}"]
            left = dict(zip(table[name], table["specifications"], strict=True))
            assert [option for option in lists[name] if not left.get(option)] == [], (claim["id"], name)
    assert "silicon" in choices.options("pim")["rows"]
    assert "silicon" not in lists["rows"], "no scope has three origins of silicon"


@pytest.mark.slow
def test_the_squares_of_every_claim_stand_below_the_words_and_inside_the_picture(page):
    squares = page["layer"][-1]
    low, high = squares["encoding"]["y"]["scale"]["domain"]
    reach = squares["mark"]["size"] ** 0.5 / 2
    words = max(layer["encoding"]["y"]["value"] for layer in page["layer"] if layer["mark"]["type"] == "text")
    for claim in claims.claims()["id"]:
        places = drawn(page, len(page["layer"]) - 1, ["y"], claims_claim=claim)
        pixels = [(float(y) - low) / (high - low) * page["height"] for (y,) in places]
        assert min(pixels) - reach > words, claim
        assert max(pixels) + reach <= page["height"], claim


def test_the_bars_are_the_shares():
    data = records(verdicts().to_dict())
    judged = claims.judged("abstract")
    assert [row["inside"] for row in data] == pytest.approx(list(judged["inside"]))
    assert [row["claim"] for row in data] == list(judged["id"] + ": " + judged["verdict"])


@pytest.mark.slow
def test_the_page_finds_the_word_of_python_in_every_combination(page):
    """In place of the one place that the lists give, Vega gets the places of all combinations, and judges each."""
    wanted, rows = [], []
    packed = {row["c"]: row["p"] for row in page["datasets"][page["layer"][1]["data"]["name"]]}
    for claim in claims.claims().to_dict("records"):
        table, known = claims.settings(claim["test"]), offered_by(page)
        table, offered = table[table["specifications"] > 0], claims.multiverse(claim["test"]).offered
        width = len(packed[claim["id"]]) // math.prod(len(known[name]) + 1 for name in offered)
        for row in table.to_dict("records"):
            at = 0
            for name in offered:
                at = at * (len(known[name]) + 1) + (0 if row[name] == OPEN else known[name].index(row[name]) + 1)
            rows.append({"c": claim["id"], "p": packed[claim["id"]], "at": at * width})
            wanted.append([claim["id"], str(at * width), row["verdict"], str(row["specifications"])])
    # The first two steps choose a claim and its place.
    layer = page["layer"][1] | {"data": {"values": rows}, "transform": page["layer"][1]["transform"][2:]}
    everything = page | {"layer": [*page["layer"][:1], layer, *page["layer"][2:]]}
    assert drawn(everything, 1, ["c", "at", "verdict", "specifications"], mark="text") == wanted
    assert len(wanted) > 1000
    assert {verdict for _, _, verdict, _ in wanted} == set(claims.VERDICTS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("test", "chosen"),
    [
        ("transport_dominates", {"gd_memory": "on the chip", "gd_method": "measured"}),
        ("beta_range", {"beta_reading": "d^beta"}),
        ("processing_follows", {"law": "bare power", "kappa": "1", "rows": "reviewed"}),
        ("attraction", {}),
    ],
)
def test_the_page_shows_what_the_reader_chose(page, test, chosen):
    claim = judging._claim(test)
    known = offered_by(page)
    values = {f"claims_{name}": known[name].index(option) + 1 for name, option in chosen.items()}
    table, every = claims.settings(test), claims.multiverse(test)
    wanted = {name: chosen.get(name, OPEN) for name in every.offered}
    (row,) = [row for row in table.to_dict("records") if all(row[name] == wanted[name] for name in wanted)]
    at = {"claims_claim": claim["id"]} | values
    assert drawn(page, 1, ["label"], mark="text", **at) == [[f"{claim['id']}: {row['verdict']}"]]
    bar = {name: float(share) for name, share in drawn(page, 0, ["position", "share"], mark="rect", **at)}
    assert bar == pytest.approx({name: row[name] for name in claims.POSITIONS[:3]}, abs=2e-4)
    mine = np.ones(len(every.parts), dtype=bool)
    for name, option in chosen.items():
        mine &= (every.specifications[name] == option).to_numpy()
    parts = [part for parts, own in zip(every.parts, mine, strict=True) if own for part in parts]
    squares = drawn(page, 5, ["position", "count"], **at)
    for place in claims.POSITIONS:
        expected = sum(claims.position_of(claim, part) == place for part in parts)
        assert sum(int(n) for where, n in squares if where == place) == expected


@pytest.mark.slow
def test_options_that_do_not_combine_say_so(page):
    known = choices.options("claims")
    options = {"beta_path": "every series", "beta_kind": "component"}
    at = {f"claims_{name}": known[name].index(option) + 1 for name, option in options.items()}
    assert drawn(page, 1, ["label"], mark="text", claims_claim="C4", **at) == [[VOID]]
    assert drawn(page, 0, ["share"], mark="rect", claims_claim="C4", **at) == []
    assert drawn(page, 5, ["count"], claims_claim="C4", **at) == []


def test_every_list_of_the_page_is_shown_for_the_claims_that_ask_it(page):
    lists = {parameter["name"] for parameter in page["params"] if parameter["name"].startswith("claims_")}
    shown = page["usermeta"]["shown_for"]["claims_claim"]
    assert lists - set(shown) == {f"claims_{name}" for name in ("claim", "at", "pattern", "digits", "reasons", "names")}
    for claim in claims.claims().to_dict("records"):
        own = {name.removeprefix("claims_") for name, ids in shown.items() if claim["id"] in ids}
        assert own == set(claims.multiverse(claim["test"]).offered)
