"""Processors: what improved, what G_d is by source and node, and which rows stay out and why."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from datagravity import disjunction_constant, load, paths
from datagravity.evidence.rules.processors import operation_of
from datagravity.processors import (
    MEMORY_LEVELS,
    PART_OF_AN_ACCESS,
    TWO_NODE_SOURCE,
    by_generation,
    device_energies,
    disjunction_constants,
    geometric_mean,
    improvement_of,
    improvements,
    item_name,
    like_with_like,
    logic_improvement,
    machine_balances,
    measured_off_chip,
    not_paired,
    operations,
    published_ratios,
    row_of,
    span,
    sram_improvement,
    trends,
    whole_ways,
)
from frozen import freeze


@pytest.fixture(scope="module")
def rows():
    return load("energy").set_index("id", drop=False)


@pytest.fixture(scope="module")
def pairs():
    return disjunction_constants(include_recalled=True).set_index(["transport_row", "compute_row"])


# --- What improved


def test_a_part_improved_by_the_geometric_mean_of_its_pairs():
    factors = improvements().groupby("part")["improvement"].apply(lambda found: found.astype(float).to_list())
    logic = logic_improvement()
    assert (logic.low, logic.high, logic.count) == (min(factors["logic"]), max(factors["logic"]), len(factors["logic"]))
    assert logic.value == pytest.approx(math.prod(factors["logic"]) ** (1 / logic.count))
    both = improvement_of("logic", "SRAM")
    assert both.value == pytest.approx(math.prod(factors["logic"] + factors["SRAM"]) ** (1 / both.count))


def test_what_the_table_prints_of_memories_at_both_nodes():
    assert [sram_improvement(size).value for size in (8, 32, 1024)] == pytest.approx([10 / 7.5, 20 / 8.5, 100 / 14])
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
    with pytest.raises(ValueError, match=r"capacity_kib: 64, expected one of 8.0, 32.0, 1024.0"):
        sram_improvement(64)
    with pytest.raises(ValueError, match="parts: 'wire', expected one of 'DRAM'"):
        improvement_of("wire")
    with pytest.raises(ValueError, match="operation: 'FP33 add', expected one of '64-bit FMA'"):
        disjunction_constants("FP33 add")
    with pytest.raises(ValueError, match="expected at least one"):
        geometric_mean([])
    with pytest.raises(ValueError, match=r"values: -1.0 \(index 1\), expected a finite number above 0"):
        geometric_mean([1, -1])
    with pytest.raises(ValueError, match="no rows"):
        span(disjunction_constants().head(0))


# --- What a row is: frozen rows, no row of the book

HALF = {"node_nm": 5, "width_bits": 16}
ROWS = [
    {"id": "P001", "kind": "compute", **HALF, "pj": 2, "operation_class": "FP16 tensor MAC", "flop_per_operation": 2},
    {"id": "P002", "kind": "compute", **HALF, "pj": (1, 3), "operation_class": "FP16 FMA", "flop_per_operation": 1},
    {"id": "P003", "kind": "compute", "node_nm": 5, "pj": 70, "excluded_because": "an instruction"},
    {"id": "P004", "kind": "dram", "node_nm": 5, "width_bits": 8, "pj": (100, 120), "memory_level": "HBM"},
    {"id": "P005", "kind": "dram", "node_nm": 5, "width_bits": 8, "pj": 10, "memory_level": "part of an access"},
    {"id": "P006", "kind": "dram", "node_nm": 5, "pj": 10, "memory_level": "DDR"},
    {
        "id": "P007",
        "kind": "dram",
        "node_nm": 5,
        "width_bits": 8,
        "pj": 9,
        "memory_level": "DDR",
        "excluded_because": "zeros",
    },
    {"id": "P008", "kind": "sram", "node_nm": 7, "width_bits": 8, "pj": 1, "memory_level": "register file"},
    {"id": "P009", "kind": "wire", "node_nm": 5, "width_bits": 8, "pj": 1},
    {
        "id": "P010",
        "kind": "sram",
        "node_nm": 5,
        "width_bits": 16,
        "unit": "ratio",
        "rel_energy_x": 6,
        "rel_to": "a MAC",
        "memory_level": "L1, small SRAM",
    },
    # Another source of the same origin, a year later; and one at two voltages, of a node that is our inference.
    {
        "id": "P011",
        "source": "copy",
        "year": 2028,
        "kind": "compute",
        **HALF,
        "pj": 2,
        "operation_class": "FP16 multiply",
        "flop_per_operation": 1,
    },
    {
        "id": "P012",
        "source": "copy",
        "year": 2028,
        "kind": "dram",
        "node_nm": 5,
        "width_bits": 8,
        "pj": 100,
        "memory_level": "HBM",
    },
    {
        "id": "P013",
        "source": "volts",
        "kind": "compute",
        "node_nm": 3,
        "width_bits": 32,
        "pj": 1,
        "operation_class": "FP32 add",
        "flop_per_operation": 1,
        "supply_v": 0.7,
        "node_inferred": "true",
    },
    {
        "id": "P014",
        "source": "volts",
        "kind": "sram",
        "node_nm": 3,
        "width_bits": 32,
        "pj": 1,
        "memory_level": "L2, large SRAM",
        "supply_v": 0.7,
    },
    {
        "id": "P015",
        "source": "volts",
        "kind": "sram",
        "node_nm": 3,
        "width_bits": 32,
        "pj": 2,
        "memory_level": "L2, large SRAM",
        "supply_v": 0.8,
    },
    {
        "id": "P016",
        "source": "volts",
        "kind": "dram",
        "node_nm": 3,
        "width_bits": 32,
        "pj": 4,
        "memory_level": "LPDDR",
        "status": "recalled",
        "confidence": 0.9,
        "text_type": "recalled",
    },
]
SOURCES = [{"key": "chip", "group": "chip"}, {"key": "copy", "group": "chip"}]
SOURCES += [{"key": "volts", "group": "volts", "grey": "true"}]


@pytest.fixture
def frozen(tmp_path, monkeypatch):
    freeze(tmp_path, monkeypatch, energy=ROWS, sources=SOURCES)


@pytest.mark.usefixtures("frozen")
def test_a_row_is_what_its_columns_say():
    found = disjunction_constants().set_index(["transport_row", "compute_row"])
    assert list(found.index) == [("P004", "P001"), ("P004", "P002"), ("P014", "P013")]
    assert found["memory"].to_list() == ["HBM", "HBM", "L2, large SRAM"]
    assert found["operation"].to_list() == ["FP16 tensor MAC", "FP16 FMA", "FP32 add"]
    assert found["node"].to_list() == ["5 nm", "5 nm", "not stated"], "one inferred half is enough"


@pytest.mark.usefixtures("frozen")
def test_recalled_and_unreviewed_rows_are_admitted_by_name():
    def accesses_of(**admitted):
        return disjunction_constants(**admitted)["transport_row"].to_list()

    assert accesses_of(include_recalled=True) == ["P004", "P004", "P014", "P016"]
    assert accesses_of(include_grey=False) == ["P004", "P004"]
    assert disjunction_constants("FP32 add")["grey"].to_list() == [True]


@pytest.mark.usefixtures("frozen")
def test_measured_off_chip_is_a_whole_system_against_a_matrix_unit():
    found = measured_off_chip()
    assert list(zip(found["transport_row"], found["compute_row"], strict=True)) == [("P004", "P001")]
    assert span(found, "gd_matched") == (16 * 100 / 8 / 2, 16 * 120 / 8 / 2)


@pytest.mark.usefixtures("frozen")
def test_a_multiply_add_is_two_flop():
    energies = operations().set_index("id")[["compute_pj_low", "compute_pj_high"]].astype(float)
    assert energies.loc["P001"].to_list() == [2, 2], "counted as a whole"
    assert energies.loc["P002"].to_list() == [2, 6], "counted by the FLOP"
    pair = disjunction_constants().set_index("compute_row").loc["P002"]
    assert (pair["gd_low"], pair["gd_high"]) == (64 * 100 / 8 / 6, 64 * 120 / 8 / 2)
    assert (pair["gd_matched_low"], pair["gd_matched_high"]) == (16 * 100 / 8 / 6, 16 * 120 / 8 / 2)


@pytest.mark.usefixtures("frozen")
def test_a_row_takes_part_or_says_why_not():
    reasons = not_paired().set_index("id")["reason"]
    assert reasons.to_dict() == {
        "P003": "an instruction",
        "P005": "a part of an access",
        "P006": "width of the access not stated",
        "P007": "zeros",
        "P008": "no operation of the same source and node",
        "P009": "a wire, a link or a network, not a memory",
        "P010": "relative energy only",
        "P011": "same origin as an earlier source: one origin counts once",
        "P012": "same origin as an earlier source: one origin counts once",
        "P015": "nothing at the same voltage of the same source and node",
    }


@pytest.mark.usefixtures("frozen")
def test_an_operation_without_an_access_says_so(tmp_path, monkeypatch):
    alone = [row for row in ROWS if row["kind"] == "compute"]
    (tmp_path / "alone").mkdir()
    freeze(tmp_path / "alone", monkeypatch, energy=alone, sources=SOURCES)
    assert not_paired().set_index("id").loc["P001", "reason"] == "no access of the same source and node"


def machine(number, node, gd, **operation):
    """One memory and one FP32 multiply of a source of its own, at a node, with this G_d for one operand."""
    both = {"source": f"chip{number}", "node_nm": node, "width_bits": 32}
    multiply = {"kind": "compute", "pj": 1, "operation_class": "FP32 multiply", "flop_per_operation": 1}
    return [
        both | {"id": f"P{number}01", "kind": "dram", "pj": gd, "memory_level": "HBM"},
        both | {"id": f"P{number}02", "scope": "datapath"} | multiply | operation,
    ]


def test_a_trend_is_the_factor_of_each_halving_of_the_node(tmp_path, monkeypatch):
    rows = [*machine(1, 40, 2), *machine(2, 20, 4), *machine(3, 10, 8)]
    # An addition counts for nothing, a node that is inferred neither; a whole system is another scope.
    rows += [rows[1] | {"id": "P103", "operation_class": "FP32 add", "pj": 100}]
    rows += [*machine(4, 5, 1000, node_inferred="true"), *machine(5, 5, 70, scope="system")]
    freeze(tmp_path, monkeypatch, energy=rows)
    found = trends().set_index("compute_scope")
    assert found["memory"].to_list() == ["HBM", "HBM"]
    assert found["machines"].to_dict() == {"datapath": 3, "system": 1}
    assert found["nodes"].to_dict() == {"datapath": "40, 20, 10", "system": "5"}
    assert found.loc["datapath", ["low", "factor", "high"]].to_list() == pytest.approx([2, 2, 2])
    assert found.loc["system", ["low", "factor", "high"]].isna().all(), "one machine makes no line"


def test_the_energies_of_a_device_come_by_level_and_origin(tmp_path, monkeypatch):
    bit = {"kind": "dram", "width_bits": 1, "memory_level": "HBM", "scope": "device"}
    rows = [
        bit | {"id": "P101", "pj": (3, 4)},
        bit | {"id": "P102", "pj": 7, "source": "other"},
        bit | {"id": "P103", "pj": 9, "scope": "system"},
        bit | {"id": "P104", "pj": 2, "memory_level": "DDR"},
    ]
    freeze(tmp_path, monkeypatch, energy=rows)
    found = device_energies().set_index("memory")
    assert found.loc["HBM"].to_list() == [3, 7, 2]
    assert found.loc["DDR"].to_list() == [2, 2, 1]


TABLE = {"source": "jouppi2021", "width_bits": 32, "scope": "datapath", "pj": 1}
TWO_NODES = [
    TABLE | {"id": "P201", "node_nm": 45, "kind": "compute", "operation_class": "FP32 multiply"},
    TABLE | {"id": "P202", "node_nm": 7, "kind": "compute", "operation_class": "FP32 multiply", "pj": 0.5},
    TABLE | {"id": "P203", "node_nm": 7, "kind": "dram", "memory_level": "HBM", "memory_type": "HBM2", "pj": (64, 128)},
    TABLE | {"id": "P204", "node_nm": 7, "kind": "sram", "memory_level": "L1, small SRAM", "capacity_kib": 8},
]
TWO_NODES = [row | ({"flop_per_operation": 1} if row["kind"] == "compute" else {}) for row in TWO_NODES]
SAME = {"source": "meter", "node_nm": 5, "width_bits": 16}


def test_another_row_of_the_table_works_or_is_a_clear_error(tmp_path, monkeypatch):
    # A memory of another generation and one whose capacity nobody states are items of their own.
    more = [TWO_NODES[2] | {"id": "P205", "memory_type": "HBM3"}, TWO_NODES[3] | {"id": "P206", "capacity_kib": None}]
    freeze(tmp_path, monkeypatch, energy=[*TWO_NODES, *more])
    assert improvements()["item"].to_list() == ["FP32 multiply"]
    assert "SRAM, capacity not stated" in set(machine_balances()["memory"])
    (tmp_path / "twice").mkdir()
    freeze(tmp_path / "twice", monkeypatch, energy=[*TWO_NODES, TWO_NODES[1] | {"id": "P207"}])
    for function in (improvements, machine_balances):
        with pytest.raises(
            ValueError, match="rows P202, P207 of jouppi2021 are all FP32 multiply at 7 nm, expected one"
        ):
            function()


def test_like_memories_are_compared_and_unlike_ones_are_not(tmp_path, monkeypatch):
    unit = {"kind": "compute", "operation_class": "FP16 tensor MAC", "flop_per_operation": 2}
    rows = [SAME | unit | {"id": "P301", "pj": 2}]
    rows += [
        SAME | {"id": f"P30{n}", "kind": "dram", "pj": 16 * n, "memory_level": "HBM", "memory_type": kind}
        for n, kind in ((2, "HBM2"), (3, "HBM3"))
    ]
    freeze(tmp_path, monkeypatch, energy=[*TWO_NODES, *rows])
    found = like_with_like()
    assert found[["transport_row", "tabulated_operation"]].to_numpy().tolist() == [["P302", "FP32 multiply"]]
    assert found[["measured", "tabulated_low", "tabulated_high"]].iloc[0].to_list() == pytest.approx([16, 128, 256])


def test_a_bit_pays_for_every_level_on_its_way(tmp_path, monkeypatch):
    levels = ["L1, small SRAM", "L2, large SRAM", "HBM"]
    rows = [
        SAME | {"id": f"P40{n}", "kind": "dram" if n == 2 else "sram", "pj": 16 * (n + 1), "memory_level": level}
        for n, level in enumerate(levels)
    ]
    lone = rows[2] | {"id": "P409", "node_nm": 4}
    added = [row | {"increment": "true"} for row in (*rows, lone)]
    freeze(tmp_path, monkeypatch, energy=added)
    found = whole_ways()
    assert found["row"].to_list() == ["P400", "P401", "P402"]
    assert found["whole"].to_list() == pytest.approx([1, 3, 6])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("BF16 multiply", (True, "multiply", False, 16, 1)),
        ("INT8 tensor MAC", (False, "multiply-add", True, 8, 2)),
        ("FP32 FMA, vector lane", (True, "multiply-add", False, 32, 2)),
        ("64-bit FMA", (True, "multiply-add", False, 64, 2)),
        ("FP64 operation", (True, "operation", False, 64, 1)),
        ("INT32 add", (False, "add", False, 32, 1)),
    ],
)
def test_the_words_of_an_operation_are_read_in_one_place(name, expected):
    assert operation_of(name) == expected


@pytest.mark.usefixtures("frozen")
def test_a_row_is_asked_for_by_its_columns():
    assert row_of(operation_class="FP16 FMA")["id"] == "P002"
    assert row_of(source="chip", memory_level="HBM")["id"] == "P004"
    with pytest.raises(ValueError, match=r"energy\.csv: .*'FP64 FMA'.* hold no row, expected one row"):
        row_of(operation_class="FP64 FMA")
    with pytest.raises(ValueError, match=r"hold P004, P012, expected one row"):
        row_of(memory_level="HBM", node_nm=5)
    with pytest.raises(ValueError, match="column: 'nodes', expected one of"):
        row_of(nodes=5)


def test_names_of_items():
    assert item_name({"kind": "compute", "operation_class": "FP32 add"}) == "FP32 add"
    assert item_name({"kind": "sram", "capacity_kib": 8.0}) == "SRAM, 8 KB"
    assert item_name({"kind": "sram", "capacity_kib": 2048.0}) == "SRAM, 2 MB"
    assert item_name({"kind": "dram", "memory_type": "HBM2"}) == "HBM2 DRAM"


def test_the_words_of_the_table_are_those_of_the_charts():
    package = json.loads((paths.DATA / "datapackage.json").read_text(encoding="utf-8"))
    fields = {field["name"]: field for field in package["resources"][0]["schema"]["fields"]}
    assert tuple(fields["memory_level"]["constraints"]["enum"]) == (*MEMORY_LEVELS, PART_OF_AN_ACCESS)


# --- What a row of the book is


def test_every_row_of_the_book_takes_part_or_says_why_not(rows, pairs):
    used = {row for pair in pairs.index for row in pair}
    unused = not_paired()
    assert used | set(unused["id"]) == set(rows["id"])
    assert not used & set(unused["id"])
    assert unused["reason"].notna().all()


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


def test_one_origin_counts_once(rows, pairs):
    origins = rows.loc[pairs.index.get_level_values("transport_row"), "source_group"]
    sources = pairs["source"].groupby([pairs["node"].to_numpy(), origins.to_numpy()]).nunique()
    assert (sources == 1).all()
    assert "perezserrano2018" not in set(pairs["source"]), "it repeats what another printed"


def test_the_interval_contains_the_value_and_scopes_are_named(pairs):
    for name in ("gd", "gd_matched"):
        assert (pairs[f"{name}_low"] <= pairs[name] * (1 + 1e-12)).all()
        assert (pairs[name] <= pairs[f"{name}_high"] * (1 + 1e-12)).all()
    assert set(pairs["scope"]) >= {"macro / datapath", "device / datapath", "io / datapath", "system / system"}
    columns = ["memory", "operation", "method", "locator", "source", "node"]
    assert pairs[columns].notna().all(axis=None)
    assert "assumed A100" in pairs.loc[("P151", "P157"), "notes"]


def test_nothing_unreviewed_or_recalled_is_among_what_is_asked_for_without_it():
    assert not disjunction_constants(include_grey=False)["grey"].any()
    assert set(disjunction_constants()["status"]) == {"verified"}


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


def test_the_generations_of_hbm_are_set_against_operations_of_their_scope():
    multiply = row_of(source=TWO_NODE_SOURCE, node_nm=7, operation_class="FP16 multiply")
    measured = row_of(source="antepara2025", operation_class="FP16 tensor MAC")
    found = by_generation("HBM", [multiply, measured]).set_index("id")
    rows = load("energy").set_index("id").loc[found.index]
    assert set(found["memory"]) == {"HBM2", "HBM2E", "HBM3", "HBM3E"}
    assert (rows["status"] == "verified").all()
    for name, row in rows.iterrows():
        bits = row[["energy_pj_per_bit_low", "energy_pj_per_bit_high"]].to_numpy(float)
        table, meter = ([f"{16 * bit / operation:,.0f}" for bit in bits] for operation in (0.34, 1.4))
        assert found.loc[name, "FP16 multiply"] == " to ".join(dict.fromkeys(table))
        by_meter = found.loc[name, "FP16 tensor MAC"]
        assert by_meter == " to ".join(dict.fromkeys(meter)) if row["scope"] == "system" else pd.isna(by_meter)
