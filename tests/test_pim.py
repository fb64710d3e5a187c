"""PIM: the data and their rules, the prediction and what it must not read, and the multiverse of specifications."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datagravity import choices, load, pim, saving, saving_from_share, symbolic
from datagravity.fits import weighted_quantile
from datagravity.intervals import Interval
from datagravity.pim.inputs import BetaShare
from datagravity.pim.multiverse import _constants, _scored, distance_to
from datagravity.pim.prediction import DRAWS, _generator, share_draws, transport_over_kappa
from datagravity.sources import bibliography
from editing import broken
from frozen import freeze

# What a prediction may never read, in the names of the evidence and of the repository.
OUTCOMES = [
    "value_low",
    "value_high",
    "value_unit",
    "report",
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


BAD = [
    ({"P001__energy_factor_low": "2.3"}, ["row 2 (id P001)", "energy_factor_low", "never converted"]),
    ({"P008__energy_factor_low": "12"}, ["row 9 (id P008)", "'12'", "10, which follows from 10 in ratio"]),
    ({"P014__energy_factor_high": "2.5"}, ["(id P014)", "2.6316, which follows from 62 in % reduction"]),
    ({"P008__energy_factor_low": ""}, ["(id P008)", "energy_factor_low", "expected 10"]),
    ({"P008__value_low": "30"}, ["(id P008)", "value_low", "at most value_high, which is 20"]),
    ({"P032__value_low": "5", "P032__value_high": "5"}, ["(id P032)", "'5'", "about 6.527"]),
    ({"P010__pj_per_bit_baseline_low": "30"}, ["(id P010)", "'30'", "at most pj_per_bit_baseline_high, which is 20"]),
    ({"P010__pj_per_bit_baseline_high": ""}, ["(id P010)", "pj_per_bit_baseline_high", "the other end has one"]),
    ({"P010__pj_per_bit_baseline_low": "ten"}, ["(id P010)", "'ten'", "a number"]),
    ({"P010__report": "point"}, ["(id P010)", "'point'", "range, at most or at least, because the value is"]),
    ({"P011__report": "range"}, ["(id P011)", "'range'", "point, at most or at least"]),
    ({"P011__report": ""}, ["(id P011)", "column report", "a value, because value_low is"]),
    ({"P011__baseline_memory": "tape"}, ["(id P011)", "'tape'", "one of"]),
    ({"P004__basis": "primary_abstract"}, ["(id P004)", "recalled exactly where status is"]),
    ({"P004__confidence": "1"}, ["(id P004)", "confidence", "below 1"]),
    ({"P071__sign": "negative"}, ["(id P071)", "sign", "3.125"]),
    ({"P071__scope": "path"}, ["(id P071)", "scope", "'path'", "one of whole_system"]),
    ({"P071__source": "nobody"}, ["(id P071)", "'nobody'", "key in sources.csv"]),
]
BAD_WAYS = [
    ({"HBM__path_low_mm": "900"}, ["(memory HBM)", "path_low_mm", "at most path_high_mm"]),
    ({"HBM__distances": ""}, ["(memory HBM)", "distances", "because the basis is derived"]),
    ({"HBM__distances": "D06;D99"}, ["(memory HBM)", "rows of distances.csv, and D99 is none"]),
    ({"HBM__far_level": "last level"}, ["far_level", "'last level'", "DRAM, because the way is that of HBM"]),
    ({"HBM__memory": "register file"}, ["data/pim.csv", "baseline_memory", "a memory of data/memory_paths.csv"]),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "changes", "words"),
    [("pim", *case) for case in BAD] + [("memory_paths", *case) for case in BAD_WAYS],
    ids=lambda x: "-".join(x) if isinstance(x, dict) else "",
)
def test_a_bad_cell_is_named(folder, table, changes, words):
    message = broken(folder, table, **changes)
    assert [word for word in words if word not in message] == []


def test_bounds_admit_what_they_do_not_exclude():
    reports = pim.reports().set_index("id")
    ends = reports[["admitted_low", "admitted_high"]]
    assert ends.loc["P016"].to_list() == [0, pytest.approx(1 / 0.15, abs=1e-3)], "up to 85 % less"
    assert ends.loc["P018"].to_list() == [2.5, math.inf], "over 60 % less"
    assert ends.loc["P008"].to_list() == [10, 20], "10 to 20 times"
    assert ends.loc["P071"].to_list() == [3.125, 3.125]
    assert ends.loc["P100"].to_list() == [0, 8.33], "a best case, printed as PIM over baseline"


def test_what_is_usable(rows):
    used, unused = pim.reports(include_recalled=True), pim.not_usable()
    assert set(used["quantity_kind"]) == {"energy", "path_energy"}
    assert "PIM" not in set(used["baseline_class"])
    assert sorted([*used["id"], *unused["id"]]) == sorted(rows["id"])
    assert set(pim.reports()["id"]) == set(used.query("status == 'verified'")["id"])
    assert pim.why_not_usable(rows.loc["P102"]).startswith("in storage")
    assert pim.scope_group("not stated") == pim.scope_group(None) == "part of a system"
    every = pim.reports()
    assert (
        not set(pim.compared(every, "path", "reviewed")["source"])
        & {"cerebras2026press", "micron2011hmc"}
        & set(every[every["grey"]]["source"])
    )
    assert set(pim.compared(every, "path", "only the place")["confound"]) == {"only the place"}
    alike = pim.compared(every, "path", "no other difference known")
    assert set(alike["confound"].fillna("not judged")) == {"only the place", "not judged"}
    assert len(alike) == (every.query("group == 'path'")["confound"].fillna("only the place") == "only the place").sum()


# --- The prediction


@pytest.mark.slow
def test_a_prediction_of_every_row_and_every_law(rows):
    for row in rows.to_dict("records")[::25]:
        for law in choices.options("pim")["law"]:
            answer = pim.predict_pim(row, law=law, **({"fixed_cost": "component"} if "fixed" in law else {}))
            assert 1 <= answer.low <= answer.value <= answer.high < math.inf
            assert type(answer.value) is type(answer.low) is type(answer.high) is float
            assert {one.origin for one in answer.inputs.values()} <= {"row", "prior"}


@pytest.mark.slow
def test_outcomes_are_never_read(rows):
    for row in rows.to_dict("records")[::20]:
        changed = row | dict.fromkeys(OUTCOMES, "1234.5")
        assert pim.predict_pim(changed) == pim.predict_pim(row)
        kept = {name: value for name, value in row.items() if name not in OUTCOMES}
        assert pim.predict_pim(kept) == pim.predict_pim(row)


def test_other_names_text_blanks_and_unknown_columns_are_the_same_row(rows):
    row = rows.loc["P066"]
    renamed = {"row_id": "P066", "source_key": row["source"], "location": "x", "scope": " whole_system "}
    text = renamed | {"baseline_class": "CPU", "pj_per_bit_baseline": "", "colour": "blue", "year": math.nan}
    assert pim.predict_pim(text) == pim.predict_pim(row) == pim.predict_pim(row.to_dict())
    assert pim.predict_pim({}) == pim.predict_pim(dict.fromkeys(row.index, pd.NA))


def test_inputs_say_where_they_come_from(rows):
    own = pim.predict_pim(rows.loc["P032"]).inputs
    assert own["gd"][:3] == (pytest.approx(64 * 3.59 / 4), pytest.approx(64 * 3.59 / 1.31), "row")
    assert own["transport_share"][:3] == (1, 1, "row")
    by_class = pim.predict_pim(rows.loc["P032"], gd_energy="class").inputs
    assert by_class["gd"].origin == "prior"
    share = pim.predict_pim(rows.loc["P066"]).inputs["transport_share"]
    assert share[:3] == (0.627, 0.627, "row")
    assert pim.predict_pim(rows.loc["P066"], share="class").inputs["transport_share"].origin == "prior"
    assert pim.predict_pim(rows.loc["P066"], share="none").inputs["transport_share"].low == 1
    fixed = pim.predict_pim(rows.loc["P032"], law="tile, fixed share", fixed_cost="intercept").inputs
    assert 0 < fixed["fixed_share"].low < fixed["fixed_share"].high < 1
    assert fixed["way_mm"].origin == "row"
    levels = pim.predict_pim({"baseline_memory": "L2, large SRAM"}, law="level ratio").inputs["level_ratio"]
    assert levels.basis.startswith("L1 over last level")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"id": "P9", "pj_per_bit_baseline": "ten"}, ["row P9", "pj_per_bit_baseline", "'ten'", "a number of pJ/bit"]),
        ({"pj_per_bit_baseline": "10-20"}, ["row without id", "'10-20'"]),
        ({"pj_per_bit_baseline": -3}, ["'-3'"]),
        ({"pj_per_bit_baseline_high": "inf"}, ["'inf'"]),
        ({"pj_per_bit_baseline_low": 3, "pj_per_bit_baseline_high": 2}, ["value 3", "at most 2"]),
        ({"row_id": "P9", "scope": ["path"]}, ["row P9", "column scope", "['path']"]),
        ({"scope": True}, ["column scope", "True"]),
        ({"baseline_memory": "tape"}, ["column baseline_memory", "'tape'", "one of HBM"]),
        (None, ["row: None", "mapping"]),
        ("P001", ["row: 'P001'"]),
    ],
)
def test_a_bad_row_is_named(row, words):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the words are compared below)
        pim.predict_pim(row)
    assert [word for word in words if word not in str(caught.value)] == []


def test_bad_arguments():
    with pytest.raises(ValueError, match="law: 'tiles', expected one of 'bare power'"):
        pim.predict_pim({}, law="tiles")
    with pytest.raises(ValueError, match="choice: 'model', expected one of 'law'"):
        pim.predict_pim({}, model="tile")
    with pytest.raises(ValueError, match=r"fixed_cost = 'anchor'.*expected options that combine. The law has no fixed"):
        pim.predict_pim({}, fixed_cost="anchor")
    with pytest.raises(ValueError, match=r"level: 1\.0, expected 0 < level < 1"):
        pim.predict_pim({}, level=1)
    with pytest.raises(ValueError, match="expected 0 <= transport_share <= 1"):
        pim.system_saving(2, 1.5)


CELLS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(["", " ", "GPU", "PIM", "whole_system", "data_path", "1e9", "1e-6", "0", "nan", "-"]),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.just(pd.NA),
)
COLUMNS = ["id", "row_id", "source", "baseline_class", "baseline_memory", "scope", "value_low", "sign", "unknown"]
ENERGIES = ["pj_per_bit_baseline", "pj_per_bit_baseline_low", "pj_per_bit_baseline_high"]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(row=st.dictionaries(st.sampled_from(COLUMNS + ENERGIES), CELLS))
@example(row={"pj_per_bit_baseline": 1e-6, "scope": "data_path"})
@example(row={"pj_per_bit_baseline": 1e9, "scope": "data_path"})
def test_any_row_gives_a_prediction_or_a_named_error(row):
    try:
        answer = pim.predict_pim(row, law="tile")
    except ValueError as error:
        answer = str(error)
    if isinstance(answer, str):
        assert answer.startswith("row ")
        assert "column" in answer
        assert "expected" in answer
    else:
        assert 1 <= answer.low <= answer.value <= answer.high < math.inf
        assert pim.predict_pim(row | dict.fromkeys(OUTCOMES, "7"), law="tile") == answer


# --- Where the numbers come from


MULTIPLY = {"kind": "compute", "scope": "datapath", "width_bits": 32, "operation_class": "FP32 multiply"}
MULTIPLY |= {"flop_per_operation": 1}
BIT = {"kind": "dram", "scope": "device", "width_bits": 1}
RECALLED = {"status": "recalled", "confidence": 0.9, "text_type": "recalled"}


@pytest.fixture
def frozen(tmp_path, monkeypatch):
    """Three multiplications that count, and accesses at a device, of which some do not count for a prior."""
    energy = [
        MULTIPLY | {"id": "P001", "pj": (1, 2)},
        MULTIPLY | {"id": "P002", "pj": 4},
        MULTIPLY | {"id": "P003", "pj": 0.5, "source": "blog"},
        MULTIPLY | {"id": "P011", "pj": 0.1, "width_bits": 8, "operation_class": "INT8 multiply"},
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
    prior = pim.prior_gd(baseline)
    assert (prior.low, prior.high) == (64 * low / 4, 64 * high / 1)
    assert prior.value == pytest.approx(math.sqrt(prior.low * prior.high))
    own = pim.prior_gd(baseline, "own width")
    assert (own.low, own.high) == pytest.approx((32 * low / 4, 8 * high / 0.1))


def test_every_class_with_memories_of_its_own_is_a_word_of_the_table():
    assert set(pim.MEMORIES) <= set(load("pim")["baseline_class"])
    assert {name for known in pim.MEMORIES.values() for name in known} <= set(load("memory_paths")["memory"])


def test_boroumand_by_amdahl_and_by_the_share_theorem(rows):
    share = pim.published_shares().set_index("id")["share"]
    assert (share["P068"], share["P069"]) == (0.627, 0.77)
    assert pim.ceiling(share["P068"]) == pytest.approx(2.68, abs=5e-3)
    beta = pim.beta_from_share(rows.loc["P066", "energy_factor_low"], share["P068"])
    assert beta == pytest.approx(2.92, abs=1e-2)
    assert saving_from_share(0.627, beta) == pytest.approx(2.2422)
    with pytest.raises(ValueError, match=r"saving: 2.7, expected from 1 to 2.68"):
        pim.beta_from_share(2.7, 0.627)


def test_the_system_share_by_amdahl():
    assert pim.system_saving(1e12, 0.627) == pytest.approx(pim.ceiling(0.627))
    assert list(pim.system_saving([2, 4], 0.5)) == [4 / 3, 1.6]


@pytest.mark.parametrize("model", symbolic.MODELS)
def test_kappa_divides_gd_and_nothing_else(model):
    weighted = symbolic.weighted_energy(model)
    at = {symbolic.G_d: 50, symbolic.beta: 2.4, symbolic.operation_cost: 0.1}
    distances = np.geomspace(1e-3, 1, 121)
    energies = [float(weighted.subs(at).subs(symbolic.r, r)) for r in distances]
    assert energies[-1] / min(energies) == pytest.approx(saving(500, 2.4, model), rel=1e-3)


def test_operations_on_the_same_wires_leave_nothing_of_gd():
    assert set(transport_over_kappa("0.1 of G_d", Interval(50, 10, 100))) == {10.0}
    assert np.median(transport_over_kappa("0.1", Interval(100, 99.99, 100.01))) == pytest.approx(1000, rel=1e-3)
    assert pim.path_saving("tile", 1.0, 2.0) == 1, "as much traffic as operands: no move pays"


def test_a_move_outward_is_not_pim():
    assert pim.path_saving("tile", np.array([0.5, 4.0]), 2.0).tolist() == [1, 1.25]
    assert pim.path_saving("bare power", 0.5, 2.0) == 1


# --- The specifications that the book had, on frozen rows


# (origin, reported saving, G_d low, G_d high), and whether the row's own source prints the share of data movement.
PATHS = [
    ("pimai", 14.8881, 160, 977.1),
    ("pimai", 7.37, 112, 342),
    ("samsung", 6.6667, 55, 684),
    ("cent", 23.8, 122.2, 373.3),
    ("oconnor", 6.53, 57.4, 175.4),
    ("oconnor", 2.3, 57.4, 175.4),
    ("oconnor", 1.09, 57.4, 175.4),
    ("farmahini", 3.125, 55, 1954.2),
    ("farmahini", 7.6697, 64, 3419.8),
    ("micron", 6.97, 864, 2638.2),
    ("cerebras", 66.7, 160, 488.5),
]
GPU, NPU, CPU, ANY = (55, 684), (55, 1954.2), (64, 3419.8), (55, 3419.8)
SYSTEMS = [
    ("pimai", 14.1421, *NPU),
    ("pimai", 9.6156, *NPU),
    ("samsung", 2.565, *ANY),
    ("samsung", 3.3333, *GPU),
    ("samsung", 2.5, *ANY),
    ("samsung", 1.71, *CPU),
    ("cent", 2.3, *GPU),
    ("duplex", 1.6079, *GPU),
    ("duplex", 1.3926, *GPU),
    ("pimba", 2.2, *GPU),
    ("mnm", 3.5088, *GPU),
    ("nero", 25.2587, *CPU),
    ("nero", 20.4939, *CPU),
    ("boroumand", 2.2422, *CPU),
    ("farmahini", 1.8519, *NPU),
    ("tetris", 1.5, *NPU),
    ("pndp", 16, *CPU),
    ("vima", 14.2857, *CPU),
    ("mensa", 2.9412, *NPU),
    ("evacim", 2.7928, *CPU),
]
BARE = Interval(0.5336633897983571, 0.22891225241110358, 1.2441300568726523, 0.8, "log-normal")
GROWING = Interval(1.0160689894413293, 0.9890410746184857, 1.043096904264173, 0.8, "normal")
# The share of one chip's mesh, extended to a distance, with the interval of its own six points.
MESH = {
    48: Interval(0.27416984483342954, 0.23059575666917081, 0.32451683161674805, 0.8, "normal"),
    100: Interval(0.1534833952189193, 0.12576661162650216, 0.18738988919824576, 0.8, "normal"),
    150: Interval(0.10783945188383916, 0.08751315194878614, 0.13324981552087858, 0.8, "normal"),
}


def scored(rows, law, exponent, fixed=None):
    """How many reports the interval holds, the factor of error, and that of the constant."""
    beta = 1 + np.clip(exponent.draws(DRAWS, _generator("exponent")), 1e-6, 2 - 1e-6)
    phi = 0 if fixed is None else np.clip(fixed.draws(DRAWS, _generator("fixed_share")), 0, 1 - 1e-6)
    logs = []
    for origin, _, low, high in rows:
        path = pim.path_saving(law, transport_over_kappa("1", Interval(math.sqrt(low * high), low, high)), beta, phi)
        own = Interval(0.627, 0.627, 0.627) if origin == "boroumand" else BetaShare(0.627, 0.143, 0.8)
        share = Interval(1, 1, 1) if rows is PATHS else own
        logs.append(np.log(np.quantile(pim.system_saving(path, share_draws(share)), [0.1, 0.5, 0.9])))
    frame = pd.DataFrame(rows, columns=["source_group", "reported", "low", "high"])
    bounds, weights = np.tile(np.log(frame["reported"]), (3, 1)), np.full(len(rows), 1 / len(rows))
    found = _scored(np.array([logs]), bounds, weights)
    rival = _scored(_constants(frame, bounds, weights)[None], bounds, weights)
    return (
        round(found["coverage"][0] * len(rows)),
        round(math.exp(found["error"][0]), 2),
        round(math.exp(rival["error"][0]), 2),
    )


def test_the_bare_power_on_frozen_rows():
    assert scored(SYSTEMS, "bare power", BARE) == (12, 1.41, 1.59)
    assert scored(PATHS, "bare power", BARE) == (9, 1.81, 2.23)


@pytest.mark.slow
@pytest.mark.parametrize(("distance", "inside", "error"), [(48, 5, 1.61), (100, 8, 1.42), (150, 9, 1.38)])
def test_the_share_of_one_chip_at_other_distances_on_frozen_rows(distance, inside, error):
    assert scored(SYSTEMS, "tile", GROWING, MESH[distance])[:2] == (inside, error)


# --- The multiverse


def test_scores_of_points_and_bounds_by_hand():
    logs = np.array([[[0.0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 1, 2]]])
    bounds = np.array([[1.5, 3, -math.inf, -1], [1.5, 3, 0.5, 1.2], [1.5, 3, 0.5, 0.1]])
    found = {name: value[0] for name, value in _scored(logs, bounds, np.full(4, 0.25)).items()}
    # A point inside, one above, a best case that the interval may meet, a range that it overlaps.
    assert (found["coverage"], found["coverage_certain"], found["above"], found["below"]) == (0.75, 0.25, 0.25, 0)
    assert distance_to(logs[0, :, 1], bounds).tolist() == [0.5, 2, 0.5, 0]
    assert (found["error"], found["mean_error"], found["width"]) == (0.5, 0.75, 2)


def test_a_constant_is_told_other_origins_only():
    frame = pd.DataFrame({"source_group": list("aabc")})
    points = np.array([1.0, 2, 3, 5])
    found = _constants(frame, np.tile(points, (3, 1)), np.full(4, 0.25))
    assert found[:, 1].tolist() == [4, 4, 2, 2]
    doubled = _constants(frame, np.tile([1.0, 2, 3, 50], (3, 1)), np.full(4, 0.25))
    assert doubled[3].tolist() == found[3].tolist(), "its own report changes nothing of its constant"


def test_errors_are_summed_as_the_specification_says():
    logs = np.array([[[0.0, 1, 2]] * 3])
    bounds = np.tile([1.0, 2.0, 7.0], (3, 1))
    found = {summary: _scored(logs, bounds, np.full(3, 1 / 3), summary) for summary in ("median", "mean")}
    assert [found[summary]["error"][0] for summary in ("median", "mean")] == pytest.approx([1, 7 / 3])
    assert found["median"]["mean_error"] == found["mean"]["mean_error"]


@pytest.mark.slow
def test_a_constant_of_printed_middles_reads_bounds_as_points():
    groups = {group.specifications["constant"].iloc[0]: group for group in pim.forecasts()}
    printed = groups["median of printed middles"]
    others = printed.rows["source_group"].to_numpy(str) != printed.rows["source_group"].iloc[0]
    weights = 1 / printed.rows.groupby("source_group")["id"].transform("size").to_numpy()[others]
    expected = weighted_quantile(np.log(printed.rows["reported"].to_numpy(float))[others], weights, 0.5)
    assert printed.specifications["weighting"].unique().tolist() == ["origin"]
    assert printed.constants[0, 1] == pytest.approx(expected)
    assert not np.allclose(printed.constants, groups["interval-censored median"].constants)


@pytest.mark.slow
def test_a_range_read_as_its_middle_admits_nothing_else():
    groups = pim.forecasts(ranges=False)
    for group in groups:
        ends, kinds = np.exp(group.bounds), group.rows["report"].to_numpy(str)
        assert ends[0, kinds == "range"] == pytest.approx(ends[1, kinds == "range"])
        assert (ends[0, kinds == "at most"] == 0).all()
    with pytest.raises(TypeError):
        pim.forecasts(False)


def test_both_tails_of_chance_and_the_specifications_that_are_held():
    found = pim.chance(permutations=200).set_index("scope")
    assert (found["gain_p"] + found["gain_p_constant"] >= 1 - 1e-12).all(), "both count what was observed"
    assert found["gain_p_either"].to_numpy() == pytest.approx(
        np.minimum(1, 2 * found[["gain_p", "gain_p_constant"]].min(axis=1))
    )
    assert (found["stated_origins"] <= found["origins"]).all()
    by_class = pim.chance(permutations=200, gd_energy="class").set_index("scope")
    own = pim.chance(permutations=200, gd_energy="own").set_index("scope")
    assert (by_class["specifications"] + own["specifications"]).equals(found["specifications"])


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"law": "nope"}, "law: 'nope', expected one of 'bare power', "),
        ({"foo": 1}, "choice: 'foo', expected one of 'law', "),
        ({"law": "tile", "fixed_cost": "anchor"}, "expected options that combine. The law has no fixed part"),
        ({"rows": "silicone"}, "rows: 'silicone', expected one of 'all', "),
        ({"permutations": 0}, "permutations: 0, expected a whole number of at least 1"),
        ({"permutations": 2.5}, "permutations: 2.5, expected a whole number of at least 1"),
    ],
)
def test_chance_names_what_it_does_not_know(held, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        pim.chance(**held)


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"scope": "nope"}, "scope: 'nope', expected one of 'path', "),
        ({"law": "tile"}, "choice: 'law', expected one of 'scope', "),
    ],
)
def test_forecasts_name_what_they_do_not_know(held, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        pim.forecasts(**held)


@pytest.mark.slow
def test_admissions_by_hand():
    found = pim.admissions().set_index("id")
    np.testing.assert_allclose(found[["within", "above", "below"]].sum(axis=1), 1)
    law = pim.predictions(share="class").set_index("id")
    assert set(found.index) == set(law.index)
    row = found.query("group == 'path'").iloc[0]
    every = pim.combinations_of("path")
    misses = [pim.predictions(**spec).set_index("id").loc[row.name, "miss"] for spec in every.to_dict("records")]
    assert row["above"] == pytest.approx(misses.count("above") / len(every))
    assert pim.combinations_of("part of a system").equals(pim.combinations_of("system"))


@pytest.fixture(scope="module")
def table():
    return pim.multiverse()


def test_every_specification_is_scored_once_and_in_range(table):
    assert not table[list(pim.CHOICES)].duplicated().any()
    assert not table.isna().any(axis=None)
    void = pim.samples().query("void.notna()").set_index(["scope", "rows"]).index
    every = choices.combinations("pim")
    left_out = pd.MultiIndex.from_frame(every[["scope", "rows"]]).isin(void)
    assert len(table) == (~left_out).sum()
    assert (table["origins"] >= pim.FEWEST_ORIGINS).all()
    assert (table["coverage_certain"] <= table["coverage"] + 1e-12).all()
    np.testing.assert_allclose(table["coverage"] + table["above"] + table["below"], 1)
    np.testing.assert_allclose(table["gain"], table["constant_error"] - table["error"])
    assert table["order"].between(-1, 1).all()
    same = table["error_summary"] == "mean"
    np.testing.assert_allclose(table["error"][same], table["mean_error"][same])
    np.testing.assert_allclose(table["gain"][same], table["mean_gain"][same])


def test_one_specification_is_a_row_of_the_table_and_its_predictions(table):
    one = pim.score(law="tile", scope="path", weighting="origin")
    again = table[(table[list(pim.CHOICES)] == one[list(pim.CHOICES)]).all(axis=1)]
    assert len(again) == 1
    rows = pim.predictions(law="tile")
    path = rows[rows["group"] == "path"]
    weights = 1 / path.groupby("source_group")["id"].transform("size") / path["source_group"].nunique()
    assert one["coverage"] == pytest.approx(weights[path["miss"] == "within"].sum())
    row = path.iloc[0]
    alone = pim.predict_pim(row, law="tile")
    assert (alone.low, alone.value, alone.high) == pytest.approx(
        tuple(row[["predicted_low", "predicted", "predicted_high"]])
    )
    with pytest.raises(ValueError, match="expected reports of 3 origins or more"):
        pim.score(scope="memory", rows="only the place")
    with pytest.raises(ValueError, match="censored: 'no', expected True or False"):
        pim.multiverse(censored="no")
    with pytest.raises(ValueError, match="ranges: 'no', expected True or False"):
        pim.forecasts(ranges="no")
    with pytest.raises(ValueError, match="expected options that combine"):
        pim.score(law="level ratio", kappa="10")


def test_a_price_of_places_as_large_as_transport_saves_nothing():
    assert pim.predictions(law="patch", kappa="1 of G_d")["predicted"].eq(1).all()


def test_shares_of_specifications_by_hand(table):
    few = table.head(4).assign(gain=[1, -1, 1, -1], coverage=[0.8, 0.9, 0.5, 0.1])
    few = few.assign(constant_coverage=[0.8, 0.9, 1, 0.1], calibrated=[0.5, 0.5, 0.6, 0.8])
    found = pim.shares(few)
    assert found == {
        "specifications": 4,
        "gains": 0.5,
        "covers": 0.5,
        "both": 0.25,
        "constant_covers": 0.75,
        "calibrated": pytest.approx(0.6),
    }
    with pytest.raises(ValueError, match="frame: no row"):
        pim.shares(table.head(0))


@pytest.mark.slow
def test_what_each_option_does_adds_up_to_the_whole(table):
    options = pim.by_option().query("outcome == 'gain'")
    for _, own in options.groupby("choice"):
        assert own["specifications"].sum() == len(table)
        weights = own["specifications"]
        gains = own["gains"].fillna(0)
        assert (gains * weights).sum() == pytest.approx((table["gain"] > 0).sum())
    spread = pim.spread_shares()
    assert spread["alone"].between(0, 1).all()
    assert spread["beside"].between(0, 1).all()


@pytest.mark.slow
def test_power_tells_what_so_many_reports_can_tell():
    below, above = pim.told_apart(20)
    assert 0.5 <= below <= 0.55
    assert above >= 0.98
    assert pim.told_apart(200)[0] > below
    curve = pim.power_curve([20]).set_index("coverage")["power"]
    assert curve[0.8] <= 0.05, "a true 80 % is hardly ever called something else"


@pytest.mark.slow
def test_one_row_under_every_specification(rows):
    found = pim.predict(rows.loc["P071"])
    assert found.median_low <= found.value <= found.median_high
    assert found.specifications == len(
        choices.combinations("pim").query("scope == 'path'")[list(pim.PREDICTING)].drop_duplicates()
    )
    assert found.gains == pytest.approx(pim.shares(pim.multiverse().query("scope == 'path'"))["gains"])
    assert pim.predict({"scope": "chip"}).gains is None
    with pytest.raises(ValueError, match="row without id, column scope"):
        pim.predict({"scope": 3 > 2})


def test_ladders():
    table = pim.ladders()
    assert table["reported"].to_list() == [1.09, 2.3, 6.53, 1.5, 3.2, 74.4]
    assert (table["of_before"] * table.groupby("ladder")["left"].shift().fillna(1)).to_list() == pytest.approx(
        table["left"].to_list()
    )
    energies = table["pj_per_bit_pim"] / table["pj_per_bit_baseline_low"]
    assert energies.astype(float).to_list() == pytest.approx(table["left"].to_list(), rel=2e-3)


def test_losses_are_never_converted():
    bad = pim.losses().set_index("id")
    assert set(bad["sign"]) == {"negative", "neutral"}
    assert bad.loc[["P006", "P054", "P095", "P113"], "comparable"].to_list() == [False, True, False, False]
    assert math.isnan(bad.loc["P006", "reported"])
    assert bad.loc["P113", "reported"] == pytest.approx(1 / math.sqrt(1.1 * 1.6))


def test_products():
    products = pim.implied_products().set_index("id")
    assert products.loc["P071", "product"] == pytest.approx(math.log(3.125))
    assert set(products.index) == set(pim.reports().query("group == 'path'")["id"])
