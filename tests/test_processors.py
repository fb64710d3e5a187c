"""Processors: what improved, what G_d is by source and node, and which rows stay out and why."""

import numpy as np
import pandas as pd
import pytest

from datagravity import disjunction_constant, load
from datagravity.processors import (
    MEMORY_LEVELS,
    OFF_CHIP,
    disjunction_constants,
    geometric_mean,
    improvement_of,
    improvements,
    left_out,
    logic_improvement,
    machine_balances,
    memory_level,
    node_name,
    operation_energy,
    operation_name,
    published_ratios,
    span,
    sram_improvement,
)


@pytest.fixture(scope="module")
def rows():
    return load("energy").set_index("id", drop=False)


@pytest.fixture(scope="module")
def pairs():
    return disjunction_constants(include_recalled=True).set_index(["transport_row", "compute_row"])


# --- What improved


def test_logic_and_sram():
    logic = logic_improvement()
    assert (round(logic.value, 2), round(logic.low, 2), round(logic.high, 2), logic.count) == (2.87, 2.09, 4.29, 8)
    assert [round(sram_improvement(size).value, 2) for size in (8, 32, 1024)] == [1.33, 2.35, 7.14]


def test_the_mean_of_the_table_needs_its_entry_of_one():
    assert round(improvement_of("logic", "SRAM").value, 2) == 2.86
    assert round(improvement_of("logic", "SRAM", "DRAM").value, 2) == 2.62
    assert improvement_of("DRAM") == (1, 1, 1, 1)


def test_each_pair_is_the_same_thing_at_two_nodes(rows):
    for pair in improvements().itertuples():
        old, new = rows.loc[pair.row_45_nm], rows.loc[pair.row_7_nm]
        assert (old.node_nm, new.node_nm) == (45, 7)
        assert old.width_bits == new.width_bits
        assert old.kind == new.kind
        assert pd.isna(old.capacity_kib) or old.capacity_kib == new.capacity_kib
        assert pair.improvement == old.energy_low_pj / new.energy_low_pj


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"capacity_kib = 64, expected one of \[8.0, 32.0, 1024.0\]"):
        sram_improvement(64)
    with pytest.raises(ValueError, match=r"parts = \['wire'\], expected some of"):
        improvement_of("wire")
    with pytest.raises(ValueError, match=r"operation = 'FP33 add', expected one of \['64-bit FMA'"):
        disjunction_constants("FP33 add")
    with pytest.raises(ValueError, match="expected at least one"):
        geometric_mean([])
    with pytest.raises(ValueError, match="all positive"):
        geometric_mean([1, -1])
    with pytest.raises(ValueError, match="no rows"):
        span(disjunction_constants().head(0))


# --- What a row is


def test_names_of_operations(rows):
    names = {
        "P001": "INT8 add",
        "P008": "FP32 multiply",
        "P025": "BF16 multiply",
        "P053": "FP64 FMA",
        "P066": "FP64 operation",
        "P144": "FP16 tensor MAC",
        "P146": "FP32 FMA, scalar",
        "P157": "FP16 tensor MAC",
    }
    assert {row: operation_name(rows.loc[row]) for row in names} == names


def test_every_compute_row_is_an_operation_or_an_instruction(rows):
    unnamed = [row.id for _, row in rows[rows.kind == "compute"].iterrows() if operation_name(row) is None]
    assert unnamed == ["P016", "P089", "P148", "P218", "P220"]


def test_a_mac_is_two_flop(rows):
    assert operation_energy(rows.loc["P157"]) == (1.4, 1.4)
    assert operation_energy(rows.loc["P162"]) == (2 * 2.114, 2 * 2.17)
    assert operation_energy(rows.loc["P144"]) == (2.696, 2.701)
    per_flop = [row.id for row in rows.itertuples() if "per FLOP" in row.operation]
    assert per_flop == ["P157", "P162"]


def test_every_row_has_a_level_or_a_reason(rows):
    for _, row in rows.iterrows():
        level, reason = memory_level(row)
        assert (level is None) != (reason is None)
        assert level is None or level in MEMORY_LEVELS


def test_levels(rows):
    levels = {
        "P009": "L1, small SRAM",
        "P011": "L2, large SRAM",
        "P012": "DRAM, unnamed",
        "P031": "DDR",
        "P032": "HBM",
        "P033": "GDDR",
        "P052": "register file",
        "P095": "LPDDR",
        "P123": "L1, small SRAM",
        "P126": "L2, large SRAM",
        "P149": "L1, small SRAM",
        "P183": None,
        "P216": None,
    }
    assert {row: memory_level(rows.loc[row])[0] for row in levels} == levels


def test_a_node_that_the_source_does_not_state_is_not_stated(rows):
    named = rows[rows.node_nm.notna()]
    doubtful = [row.id for _, row in named.iterrows() if node_name(row) == "not stated"]
    expected = [73, 74, 75, 76, 155, 156, 158, 159, 160, 161, 188, 189, 190, 191, 193, 194, 198, 200]
    assert doubtful == [f"P{number:03d}" for number in expected]


def test_nothing_is_left_out_silently(rows, pairs):
    used = set(pairs.index.get_level_values("transport_row"))
    unused = left_out()
    assert used | set(unused["id"]) == set(rows.loc[rows.kind != "compute", "id"])
    assert not used & set(unused["id"])
    reasons = unused.set_index("id")["reason"]
    assert reasons["P043"] == "same origin as an earlier source: one origin counts once"
    assert reasons["P171"] == "no operation of the same source and node"
    assert reasons["P129"].startswith("moves zeros")
    assert reasons["P183"].startswith("a template value")


# --- G_d


@pytest.mark.parametrize(
    ("pair", "column", "expected"),
    [
        (("P009", "P008"), "gd", 10 / 3.7),
        (("P012", "P008"), "gd_high", 2600 / 3.7),
        (("P030", "P027"), "gd", 14 / 1.31),
        (("P031", "P027"), "gd", 992.37),
        (("P031", "P027"), "gd_matched", 496.18),
        (("P031", "P023"), "gd", 18571.4),
        (("P032", "P027"), "gd_low", 190.84),
        (("P032", "P027"), "gd_high", 343.51),
        (("P033", "P027"), "gd_high", 366.41),
        (("P128", "P143"), "gd_matched", 92.17),
        (("P128", "P143"), "gd_matched_low", 127.5 / 8 * 32 / 6.025),
        (("P128", "P143"), "gd_matched_high", 131.5 / 8 * 32 / 5.241),
        (("P128", "P144"), "gd_matched", 95.97),
        (("P128", "P145"), "gd_matched", 409.13),
        (("P128", "P146"), "gd_matched", 16.53),
        (("P151", "P157"), "gd_matched", 13.11 * 16 / 1.4),
        (("P161", "P162"), "gd_matched", 93.31),
        (("P123", "P143"), "gd_matched", 0.3804),
    ],
)
def test_disjunction_constants(pairs, pair, column, expected):
    assert pairs.loc[pair, column] == pytest.approx(expected, rel=1e-3)


def test_only_rows_of_one_source_node_and_voltage_are_paired(rows, pairs):
    for transport, compute in pairs.index:
        one, other = rows.loc[transport], rows.loc[compute]
        assert one.source == other.source
        assert one.node_nm is other.node_nm or one.node_nm == other.node_nm
    assert ("P057", "P055") not in pairs.index, "0.75 V and 0.65 V"
    assert ("P057", "P054") in pairs.index


def test_one_origin_counts_once(pairs):
    assert set(pairs.loc[pairs["node"] == "45 nm", "source"]) == {"horowitz2014"}
    assert "perezserrano2018" not in set(pairs["source"])


def test_recalled_and_grey():
    everything, default = disjunction_constants(include_recalled=True), disjunction_constants()
    assert set(everything.loc[everything["status"] == "recalled", "transport_row"]) == {"P057", "P058", "P065"}
    assert set(default["status"]) == {"verified"}
    assert set(default.loc[default["grey"], "source"]) == {"etsoc1_2026", "rtx3090_2026"}
    assert not disjunction_constants(include_grey=False)["grey"].any()


def test_the_interval_contains_the_value_and_scopes_are_named(pairs):
    for name in ("gd", "gd_matched"):
        assert (pairs[f"{name}_low"] <= pairs[name] * (1 + 1e-12)).all()
        assert (pairs[name] <= pairs[f"{name}_high"] * (1 + 1e-12)).all()
    assert set(pairs["scope"]) == {"macro / datapath", "device / datapath", "io / datapath", "system / system"}
    columns = ["memory", "operation", "method", "locator", "source", "node"]
    assert pairs[columns].notna().all(axis=None)
    assert "assumed A100" in pairs.loc[("P151", "P157"), "notes"]


def test_headline_with_and_without_grey_literature():
    measured = disjunction_constants("FP16 tensor MAC").query("memory in @OFF_CHIP")
    low, high = span(measured, "gd_matched")
    assert (round(low), round(high)) == (86, 150)
    low, high = span(measured[~measured["grey"]], "gd_matched")
    assert (round(low), round(high)) == (150, 150)
    assert OFF_CHIP[0] == "HBM"


def test_machine_balances():
    balances = machine_balances().set_index(["memory", "operation"])
    assert len(balances) == 6 * 10
    fp32 = balances.xs("FP32 multiply", level="operation")["balance_operations_per_operand"]
    assert fp32["DDR3/4 DRAM"] == pytest.approx(disjunction_constant(1300, 1.31))
    assert fp32["SRAM, 1 MB"] == pytest.approx(14 / 1.31)
    assert fp32["HBM2 DRAM, low end"] == pytest.approx(250 / 1.31)


def test_published_ratios_are_reproduced():
    ratios = published_ratios().set_index("label")
    assert list(ratios.index) == ["45 nm cache", "45 nm DRAM", "7 nm HBM", "7 nm DRAM", "biology"]
    found = ratios[["recomputed_low", "recomputed_high"]].astype(float).round(1).to_numpy()
    expected = [[2.5, 25], [325, 650], [190.8, 366.4], [992.4, 992.4], [np.nan, np.nan]]
    np.testing.assert_array_equal(found, expected)
    assert list(ratios["recomputed"]) == [True] * 4 + [False]
    differences = ratios.loc[ratios["recomputed"], ["difference_low", "difference_high"]].astype(float)
    assert (differences.abs() < 0.005).all(axis=None)
