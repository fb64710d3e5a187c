"""The typed columns say what the functions decide from text, on all rows."""

import pandas as pd
import pytest

from datagravity import brains, load, pim, plateau
from datagravity import decoding as dec
from datagravity import distance as dist
from datagravity import processors as proc


@pytest.fixture(scope="module")
def energy():
    return load("energy").set_index("id", drop=False)


def blank(value):
    return None if pd.isna(value) else value


def level_from_columns(row):
    """What the level of a row is, or why it has none, by columns alone."""
    if row["kind"] not in ("sram", "dram"):
        return None, "a wire, a link or a network, not a memory"
    if row["unit"] != "pJ":
        return None, "relative energy only"
    if pd.isna(row["energy_pj_per_bit_low"]):
        return None, "width of the access not stated"
    if not pd.isna(row["excluded_because"]):
        return None, row["excluded_because"]
    if row["memory_level"] == "part of an access":
        return None, "a part of an access"
    return row["memory_level"], None


def test_memory_levels(energy):
    for _, row in energy.iterrows():
        level, reason = proc.memory_level(row)
        if reason == "a template value that its notes warn of":
            reason = "a template value, a placeholder in its source"
        assert level_from_columns(row) == (level, reason), row["id"]


def test_operations(energy):
    for _, row in energy.iterrows():
        name = proc.operation_name(row)
        assert blank(row["operation_class"]) == name, row["id"]
        if name:
            whole = 2 if "FMA" in name or "MAC" in name else 1
            factor = whole / row["flop_per_operation"]
            low, high = proc.operation_energy(row)
            assert (factor * row["energy_low_pj"], factor * row["energy_high_pj"]) == (low, high), row["id"]
        elif row["kind"] == "compute":
            assert blank(row["excluded_because"]), row["id"]


def test_supply_and_node(energy):
    volts = energy["operation"].str.extract(proc._VOLTS)[0].astype("Float64")
    pd.testing.assert_series_equal(volts, energy["supply_v"], check_names=False)
    for _, row in energy.iterrows():
        inferred = None if pd.isna(row["node_nm"]) else proc.node_name(row) == "not stated"
        assert blank(row["node_inferred"]) == inferred, row["id"]


def test_the_kind_of_a_distance(energy):
    frame = dist.points().set_index("id")
    own = frame[energy.loc[frame.index, "distance_mm"].notna()]
    assert energy.loc[own.index, "distance_basis"].to_list() == own["basis"].to_list()
    per_mm = [row.id for _, row in energy.iterrows() if str(row["distance_basis_corrected"]) == "per mm"]
    assert per_mm == [row.id for row in dist.left_out().itertuples() if row.reason.startswith("quoted per mm")]
    other = dist.left_out().set_index("id")["reason"] == "another activity than random data"
    for row in other[other].index:
        assert energy.loc[row, "excluded_because"] == "another activity than random data"
    used = energy.loc[dist.points()["id"], "excluded_because"]
    assert used.isna().all()


def series(use):
    named = load("series").query("use == @use")
    rows = load("series_rows")
    return {
        one.name_: (one, rows[rows["series"] == one.name_])
        for one in named.rename(columns={"name": "name_"}).itertuples()
    }


def test_series_of_distances(energy):
    found = series("exponent")
    assert list(found) == [one.name for one in dist.SERIES]
    lengths = load("distances").set_index("id")["distance_high_mm"].astype(float)
    frame = dist.points().set_index("id")
    for one in dist.SERIES:
        row, members = found[one.name]
        assert tuple(members["row"]) == one.rows
        assert (row.table, row.origin, row.warning) == ("energy", one.origin, one.warning)
        for member in members.itertuples():
            basis = energy.loc[member.row, "distance_basis"] if pd.isna(member.stand_in) else member.stand_in
            assert basis == one.basis
            if blank(member.stand_in) == "assumed":
                path = 0 if pd.isna(member.path) else sum(lengths[part] for part in member.path.split(";"))
                assert (
                    path + (0 if pd.isna(member.assumed_mm) else member.assumed_mm)
                    == frame.loc[member.row, "distance_mm"]
                )


def test_series_of_accelerators_and_memories():
    found = series("growth")
    assert {name: (tuple(rows["row"]), one.time_column) for name, (one, rows) in found.items()} == plateau.SERIES
    assert list(found) == list(plateau.SERIES)
    ((_, rows),) = series("memory generation").values()
    trends = load("trends").set_index("id").loc[rows["row"]]
    later = plateau.memory_halving()
    assert rows["label"].to_list()[1:] == later["part"].to_list()
    assert trends["value"].to_list()[1:] == later["pj_per_bit"].to_list()
    assert (trends["year"] - trends["year"].iloc[0]).to_list()[1:] == later["years"].to_list()


def test_ladders_and_bits():
    found = series("ladder")
    assert {
        name: dict(zip(rows["row"], rows["label"], strict=True)) for name, (_, rows) in found.items()
    } == pim.LADDERS
    _, rows = series("energy of a bit")["HBM, one bit"]
    assert dict(zip(rows["label"], rows["row"], strict=True)) == {"system": dec.SYSTEM_ROW, "device": dec.DEVICE_ROW}


def test_budgets():
    found = series("budget")
    table = load("brain").set_index("id")
    assert list(found) == list(brains.BUDGETS)
    recorded = {}
    for name, (_, rows) in found.items():
        units = table.loc[rows["row"], "unit"].to_numpy()
        items = brains.budget(name)
        assert rows.loc[units != "ratio", "row"].to_list() == items.loc[items["id"] != "remainder", "id"].to_list()
        for row in rows[units == "ratio"].itertuples():
            recorded[row.row] = (name, row.label)
    printed = recorded.pop("B048")
    assert printed == ("Levy and Calvert, preprint", brains.OWN_DEFINITION)
    assert list(recorded) == brains.recorded_ratios()["id"].to_list()
    for row, computed in brains.recorded_ratios().set_index("id")["computed"].items():
        name, definition = recorded[row]
        value = brains.audit_ratio(name)[0] if definition == brains.OWN_DEFINITION else brains.ratio(name, definition)
        assert value == computed


def test_accelerators_and_formats():
    devices = load("accelerators")
    assert (devices["memory_level"] == "HBM").to_list() == devices["memory_type"].str.startswith("HBM").to_list()
    runs = load("measured_inference")
    formats = runs["precision"].map(dec.FORMAT_BITS)
    known = formats.notna()
    assert runs.loc[known, "weight_bits"].to_list() == formats[known].to_list()
    pd.testing.assert_frame_equal(
        dec.measured_runs()[["id", "weight_bits"]],
        runs[known & runs["id"].isin(dec.measured_runs()["id"])][["id", "weight_bits"]].reset_index(drop=True),
        check_dtype=False,
    )
