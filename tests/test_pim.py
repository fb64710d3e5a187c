"""PIM: the data and their rules, the prediction and what it must not read, and what the comparison gives."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datagravity import load, saving, saving_from_share
from datagravity.evidence.rules.pim import bits_range
from datagravity.pim import (
    LAWS,
    LEVELS,
    MEMORIES,
    SCOPE_GROUPS,
    Prediction,
    beta_from_share,
    calibration,
    ceiling,
    constant_predictions,
    constant_test,
    implied_products,
    ladders,
    losses,
    model_scores,
    not_usable,
    predict_pim,
    predictions,
    prior_gd,
    published_shares,
    rank_test,
    scope_group,
    score,
    subsets,
    system_saving,
    why_not_usable,
    width_shares,
)
from datagravity.sources import bibliography
from editing import broken
from frozen import freeze

# What a prediction may never read, in the names of the evidence and of the repository.
OUTCOMES = [
    "value_low",
    "value_high",
    "value_unit",
    "reported_text",
    "energy_factor_low",
    "energy_factor_high",
    "speedup_low",
    "speedup_high",
    "sign",
    "derivation",
    "pj_per_bit_pim",
    "pj_note",
    "notes",
]


@pytest.fixture(scope="module")
def rows():
    return load("pim").set_index("id", drop=False)


# --- The data


def test_factors_come_from_energies_only(rows):
    with_factor = rows[rows["energy_factor_low"].notna()]
    assert set(with_factor["quantity_kind"]) == {"energy"}
    assert rows.loc["P073", "energy_factor_low"] is pd.NA, "energy times delay is not energy"
    assert rows.loc["P071", "energy_factor_low"] == 3.125
    assert rows.loc["P100", "energy_factor_high"] == 8.33


def test_energies_per_bit_are_numbers_too(rows):
    assert tuple(rows.loc["P010", ["pj_per_bit_baseline_low", "pj_per_bit_baseline_high"]]) == (10, 20)
    assert rows.loc["P001", "pj_per_bit_baseline_low"] is pd.NA
    assert bits_range("7") == (7, 7)
    assert bits_range("") is bits_range(None) is bits_range("1-2-3") is bits_range("x") is None


def test_every_source_is_described_as_its_rows_are(rows):
    words = {
        "primary_abstract": "read in the source",
        "primary_fulltext_copy": "read in the source",
        "author_or_lab_page": "read in the source",
        "secondary_notes_or_summary": "quoted by a third party",
        "secondary_press": "quoted by a third party",
        "repo_code": "constant in published code",
        "recalled": "recalled",
    }
    order = list(dict.fromkeys(words.values()))
    sources = load("sources").set_index("key")
    # What is known of these does not rest on rows of this table alone.
    other = set(load("energy")["source"]) | {"boroumand2018google"}
    for source, own in rows[~rows["source"].isin(other)].groupby("source"):
        ways = set(own["basis"].map(words))
        assert sources.loc[source, "checked"] == max(ways - {"recalled"} or ways, key=order.index), source
    assert set(rows["source"]) <= set(bibliography()["key"])
    assert sources.loc["attacc_repo", "group"] == sources.loc["oconnor2017", "group"]
    assert rows.loc["P044", "source_group"] == rows.loc["P032", "source_group"]


BAD = [
    ({"P001__energy_factor_low": "2.3"}, ["row 2 (id P001)", "energy_factor_low", "never converted"]),
    ({"P008__energy_factor_low": "12"}, ["row 9 (id P008)", "'12'", "10, which follows from 10 in ratio"]),
    ({"P014__energy_factor_high": "2.5"}, ["(id P014)", "2.6316, which follows from 62 in % reduction"]),
    ({"P008__energy_factor_low": ""}, ["(id P008)", "energy_factor_low", "expected 10"]),
    ({"P008__value_low": "30"}, ["(id P008)", "value_low", "at most value_high, which is 20"]),
    ({"P032__value_low": "5", "P032__value_high": "5"}, ["(id P032)", "'5'", "about 6.527"]),
    ({"P010__pj_per_bit_baseline": "20-10"}, ["(id P010)", "'20-10'", "lower one first"]),
    ({"P010__pj_per_bit_baseline": "ten"}, ["(id P010)", "'ten'", "of the form"]),
    ({"P004__basis": "primary_abstract"}, ["(id P004)", "recalled exactly where status is"]),
    ({"P004__confidence": "1"}, ["(id P004)", "confidence", "below 1"]),
    ({"P071__sign": "negative"}, ["(id P071)", "sign", "3.125"]),
    ({"P071__scope": "path"}, ["(id P071)", "scope", "'path'", "one of whole_system"]),
    ({"P071__source": "nobody"}, ["(id P071)", "'nobody'", "key in sources.csv"]),
]


@pytest.mark.parametrize(("changes", "words"), BAD, ids=lambda x: "-".join(x) if isinstance(x, dict) else "")
def test_a_bad_cell_is_named(folder, changes, words):
    message = broken(folder, "pim", **changes)
    assert "data/pim.csv" in message
    assert [word for word in words if word not in message] == []


# --- The prediction


def test_a_prediction_of_every_row_and_every_form(rows):
    for row in rows.to_dict("records"):
        for model in LAWS:
            answer = predict_pim(row, model=model)
            assert 1 <= answer.low <= answer.value <= answer.high < math.inf
            assert type(answer.value) is type(answer.low) is type(answer.high) is float
            assert {one.origin for one in answer.inputs.values()} <= {"row", "prior"}


def test_outcomes_are_never_read(rows):
    for row in rows.to_dict("records"):
        changed = row | dict.fromkeys(OUTCOMES, "1234.5")
        assert predict_pim(changed) == predict_pim(row)
        kept = {name: value for name, value in row.items() if name not in OUTCOMES}
        assert predict_pim(kept) == predict_pim(row)


def test_evidence_names_text_blanks_and_unknown_columns_are_the_same_row(rows):
    row = rows.loc["P066"]
    renamed = {"row_id": "P066", "source_key": row["source"], "location": "x", "scope": " whole_system "}
    text = renamed | {"baseline_class": "CPU", "pj_per_bit_baseline": "", "colour": "blue", "year": math.nan}
    assert predict_pim(text) == predict_pim(row) == predict_pim(row.to_dict())
    assert predict_pim({}) == predict_pim(dict.fromkeys(row.index)) == predict_pim(dict.fromkeys(row.index, pd.NA))


def test_own_energy_per_bit_in_every_notation():
    one = predict_pim({"scope": "data_path", "pj_per_bit_baseline": "10-20"})
    assert one == predict_pim(
        {"scope": "data_path", "pj_per_bit_baseline_low": 10.0, "pj_per_bit_baseline_high": np.float64(20)}
    )
    assert one.inputs["gd"][:3] == (64 * 10 / 4, 64 * 20 / 1.31, "row")
    assert predict_pim({"pj_per_bit_baseline": 7}).inputs["gd"].low == 64 * 7 / 4
    assert predict_pim({"pj_per_bit_baseline": 1e-5}).inputs["gd"].origin == "row"


def test_inputs_say_where_they_come_from(rows):
    own = predict_pim(rows.loc["P032"]).inputs
    assert (own["gd"].origin, own["transport_share"][:3]) == ("row", (1, 1, "row"))
    share = predict_pim(rows.loc["P066"]).inputs["transport_share"]
    assert share[:3] == (0.627, 0.627, "row")
    prior = predict_pim(rows.loc["P014"]).inputs
    assert {one.origin for one in prior.values()} == {"prior"}
    assert predict_pim({"baseline_class": "abacus"}).inputs["gd"] == predict_pim({}).inputs["gd"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"id": "P9", "pj_per_bit_baseline": "ten"}, ["row P9", "pj_per_bit_baseline", "'ten'", "expected pJ/bit"]),
        ({"pj_per_bit_baseline": "20-10"}, ["row without id", "'20-10'", "lower one first"]),
        ({"pj_per_bit_baseline": -3}, ["'-3'"]),
        ({"pj_per_bit_baseline": "inf"}, ["'inf'"]),
        ({"pj_per_bit_baseline_low": 3, "pj_per_bit_baseline_high": 2}, ["value 3", "at most 2"]),
        ({"row_id": "P9", "scope": ["path"]}, ["row P9", "column scope", "['path']"]),
        ({"scope": True}, ["column scope", "True"]),
        (None, ["row: None", "mapping"]),
        ("P001", ["row: 'P001'"]),
    ],
)
def test_a_bad_row_is_named(row, words):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the words are compared below)
        predict_pim(row)
    assert [word for word in words if word not in str(caught.value)] == []


def test_bad_arguments():
    with pytest.raises(ValueError, match="model: 'tiles', expected one of 'tile'"):
        predict_pim({}, model="tiles")
    with pytest.raises(ValueError, match=r"level: 1\.0, expected 0 < level < 1"):
        predict_pim({}, level=1)
    with pytest.raises(ValueError, match="expected 0 <= transport_share <= 1"):
        system_saving(2, 1.5)


CELLS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(["", " ", "GPU", "PIM", "whole_system", "data_path", "10-20", "1e9", "1e-6", "0", "nan", "-"]),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.just(pd.NA),
)
COLUMNS = ["id", "row_id", "source", "baseline_class", "scope", "value_low", "sign", "unknown"]
ENERGIES = ["pj_per_bit_baseline", "pj_per_bit_baseline_low", "pj_per_bit_baseline_high"]


@settings(max_examples=200)
@given(row=st.dictionaries(st.sampled_from(COLUMNS + ENERGIES), CELLS))
@example(row={"pj_per_bit_baseline": 1e-6, "scope": "data_path"})
@example(row={"pj_per_bit_baseline": 1e9, "scope": "data_path"})
def test_any_row_gives_a_prediction_or_a_named_error(row):
    try:
        answer = predict_pim(row, model="tile, nothing fixed")
    except ValueError as error:
        answer = str(error)
    if isinstance(answer, str):
        assert answer.startswith("row ")
        assert "column" in answer
        assert "expected" in answer
    else:
        assert isinstance(answer, Prediction)
        assert 1 <= answer.low <= answer.value <= answer.high < math.inf
        outcomes = dict.fromkeys(OUTCOMES, "7")
        assert predict_pim(row | outcomes, model="tile, nothing fixed") == answer


# --- Where the numbers come from


MULTIPLY = {"kind": "compute", "scope": "datapath", "width_bits": 32, "operation_class": "FP32 multiply"}
MULTIPLY |= {"flop_per_operation": 1}
BIT = {"kind": "dram", "scope": "device", "width_bits": 1}
RECALLED = {"status": "recalled", "confidence": 0.9, "text_type": "recalled"}


@pytest.fixture
def frozen(tmp_path, monkeypatch):
    """Two multiplications, and accesses at a device, of which some do not count for a prior."""
    energy = [
        MULTIPLY | {"id": "P001", "pj": (1, 2)},
        MULTIPLY | {"id": "P002", "pj": 4},
        MULTIPLY | {"id": "P003", "pj": 0.5, "source": "blog"},
        BIT | {"id": "P004", "pj": (3, 5), "memory_level": "HBM"},
        BIT | {"id": "P005", "pj": 10, "memory_level": "GDDR", "scope": "io"},
        BIT | {"id": "P006", "pj": 20, "memory_level": "DDR"},
        BIT | {"id": "P007", "pj": 0.25, "memory_level": "L2, large SRAM", "kind": "sram", "scope": "macro"},
        BIT | {"id": "P008", "pj": 90, "memory_level": "HBM", "scope": "system"},
        BIT | {"id": "P009", "pj": 91, "memory_level": "HBM", "source": "blog"},
        BIT | {"id": "P010", "pj": 92, "memory_level": "HBM", **RECALLED},
    ]
    sources = [{"key": "chip", "group": "chip"}, {"key": "blog", "group": "blog", "grey": "true"}]
    freeze(tmp_path, monkeypatch, energy=energy, sources=sources)


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(
    ("baseline", "low", "high"),
    [("GPU", 3, 10), ("CPU", 20, 20), ("SRAM+digital", 0.25, 0.25), (None, 3, 20), ("none", 3, 20), ("link", 3, 20)],
)
def test_prior_of_gd_is_the_least_access_over_the_dearest_multiplication_and_the_opposite(baseline, low, high):
    prior = prior_gd(baseline)
    assert (prior.low, prior.high) == (64 * low / 4, 64 * high / 1)
    assert prior.value == pytest.approx(math.sqrt(prior.low * prior.high))


def test_every_class_with_memories_of_its_own_is_a_word_of_the_table():
    assert set(MEMORIES) <= set(load("pim")["baseline_class"])


def test_boroumand_by_amdahl_and_by_the_share_theorem(rows):
    share = published_shares().set_index("id")["share"]
    assert (share["P068"], share["P069"]) == (0.627, 0.77)
    assert ceiling(share["P068"]) == pytest.approx(2.68, abs=5e-3)
    beta = beta_from_share(rows.loc["P066", "energy_factor_low"], share["P068"])
    assert beta == pytest.approx(2.92, abs=1e-2)
    assert saving_from_share(0.627, beta) == pytest.approx(2.2422)
    with pytest.raises(ValueError, match=r"saving: 2.7, expected from 1 to 2.68"):
        beta_from_share(2.7, 0.627)


def test_the_system_share_by_amdahl():
    assert system_saving(1e12, 0.627) == pytest.approx(ceiling(0.627))
    assert system_saving(3, 1) == 3
    assert system_saving(3, 0) == 1
    assert list(system_saving([2, 4], 0.5)) == [4 / 3, 1.6]


def test_the_median_is_near_the_law_at_the_middles():
    from datagravity.distance import exponent

    row = {"scope": "data_path", "baseline_class": "GPU"}
    at_middles = saving(prior_gd("GPU").value, 1 + exponent().value)
    assert predict_pim(row, model="tile, nothing fixed").value == pytest.approx(at_middles, rel=0.05)


def test_levels_nest_and_draws_repeat():
    ends = [predict_pim({}, level=level) for level in LEVELS]
    assert all(wide.low < narrow.low < narrow.high < wide.high for narrow, wide in itertools.pairwise(ends))
    assert predict_pim({}) == predict_pim({})


def test_the_fixed_share_caps_the_path():
    answer = predict_pim({"scope": "data_path", "pj_per_bit_baseline": 1e6})
    assert answer.high < 1 / answer.inputs["fixed_share"].low
    assert predict_pim({"scope": "data_path", "pj_per_bit_baseline": 1e-6}).high == 1, "outward is not PIM"


# --- The comparison


def test_what_is_usable(rows):
    used, unused = predictions(include_recalled=True), not_usable()
    assert set(used["quantity_kind"]) == {"energy", "path_energy"}
    assert "PIM" not in set(used["baseline_class"])
    assert sorted([*used["id"], *unused["id"]]) == sorted(rows["id"])
    assert set(predictions()["id"]) == set(used.query("status == 'verified'")["id"])
    assert set(predictions(include_grey=False)["id"]) == set(used.query("status == 'verified' and not grey")["id"])
    assert why_not_usable(rows.loc["P102"]).startswith("in storage")
    assert scope_group("not stated") == scope_group(None) == SCOPE_GROUPS[-1]


def test_own_inputs():
    used = predictions()
    assert (used["own_gd"] == used["pj_per_bit_baseline"].notna()).all()
    shares = published_shares().query("stat == 'average'")
    assert set(used.loc[used["own_share"], "source"]) <= set(shares["source"])
    assert used.set_index("id").loc["P066", "own_share"]


def test_the_constant_never_sees_its_own_source():
    rows = constant_predictions(subsets(predictions())["whole system"])
    row = rows.set_index("id").loc["P041"]
    others = rows[rows["source_group"] != "nero"]["reported"]
    assert row["constant"] == pytest.approx(others.median())


def test_permutations_find_what_is_there_and_not_what_is_not():
    known = predictions().head(30).assign(group="path", source_group=[f"s{i % 15}" for i in range(30)])
    perfect = known.assign(reported=np.geomspace(2, 200, 30), predicted=np.geomspace(2, 200, 30) * 1.1)
    assert rank_test(perfect).value == pytest.approx(1)
    assert rank_test(perfect).p < 1e-3
    assert constant_test(perfect).p < 1e-2
    hopeless = perfect.assign(predicted=np.geomspace(200, 2, 30))
    assert rank_test(hopeless).value == pytest.approx(-1)
    assert constant_test(hopeless).p > 0.9
    assert rank_test(perfect.assign(predicted=2.0)).p == 1


def test_score_of_one_set_by_hand():
    rows = predictions().head(4).assign(group="path", source_group=list("abcd"))
    rows = rows.assign(reported=[1.0, 2, 3, 4], predicted=2.0, predicted_low=1.5, predicted_high=3.0)
    rows = rows.assign(covered=[False, True, True, False], miss=["below", "within", "within", "above"])
    one = score(rows)
    assert (one.rows, one.coverage, one.above, one.below, one.width) == (4, 0.5, 0.25, 0.25, 2)
    assert one.error == pytest.approx(math.sqrt(1.5 * 2))
    with pytest.raises(ValueError, match="no row"):
        score(rows.head(0))


def test_calibration_has_every_level_and_grows():
    table = calibration(model=LAWS[2])
    grown = table.pivot_table(index="level", columns=["set", "forecast"], values="covered")
    assert list(grown.index) == list(LEVELS)
    assert (grown.diff().dropna() >= 0).all(axis=None)
    assert set(model_scores()["model"]) == set(LAWS)


def test_ladders():
    table = ladders()
    assert table["reported"].to_list() == [1.09, 2.3, 6.53, 1.5, 3.2, 74.4]
    assert table.groupby("ladder")["predicted"].nunique().to_list() == [1, 1], (
        "the law knows the baseline, not the rung"
    )
    energies = table["pj_per_bit_baseline_low"] / table["pj_per_bit_pim"]
    assert energies.astype(float).to_list() == pytest.approx([1.091, 2.301, 6.527, 1.5, 3.2, 74.3], rel=1e-3)


def test_losses_stand_beside_predictions():
    bad = losses().set_index("id")
    assert set(bad["sign"]) == {"negative", "neutral"}
    assert bad.loc[["P006", "P054", "P095", "P113"], "comparable"].to_list() == [False, True, False, False]
    assert math.isnan(bad.loc["P006", "reported"])
    assert bad.loc["P113", "reported"] == pytest.approx(1 / math.sqrt(1.1 * 1.6))
    assert (bad["predicted"] >= 1).all()


def test_products_and_what_makes_the_width():
    products = implied_products().set_index("id")
    assert products.loc["P071", "product"] == pytest.approx(math.log(3.125))
    row = {"scope": "whole_system", "baseline_class": "CPU"}
    made_by = width_shares(row)
    assert sum(made_by.values()) == pytest.approx(1)
    assert max(made_by, key=made_by.get) == "transport_share"
    open_by = width_shares(row, model=LAWS[2])
    assert max(open_by, key=open_by.get) == "exponent"
    assert open_by["gd"] < open_by["transport_share"]
