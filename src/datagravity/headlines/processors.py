"""The numbers of the chapter on processors from 45 to 7 nm."""

from datagravity import checks
from datagravity.charts.words import side
from datagravity.headlines import extension
from datagravity.processors import (
    TWO_NODE_SOURCE,
    accesses,
    device_energies,
    disjunction_constants,
    improvement_of,
    improvements,
    like_with_like,
    logic_improvement,
    measured_off_chip,
    row_of,
    span,
    sram_improvement,
    trends,
    whole_ways,
)

#: The table of both nodes at the newer one, and the table whose multiply is the older one's.
AT_7, AT_45 = {"source": TWO_NODE_SOURCE, "node_nm": 7}, {"source": "horowitz2014", "node_nm": 45}


def _with_access(pairs, **columns):
    """The pairs whose access is the one row of the energy table that holds these values."""
    return pairs[pairs["transport_row"] == row_of(**columns)["id"]]


def what_improved():
    """How many times less energy logic and memories take at 7 nm than at 45 nm."""
    logic = logic_improvement()
    return {
        "logic": extension(logic.value),
        "logic_low": extension(logic.low),
        "logic_high": extension(logic.high),
        "logic_count": extension(logic.count, "operations"),
        "sram_8": extension(sram_improvement(8).value),
        "sram_32": extension(sram_improvement(32).value),
        "sram_1024": extension(sram_improvement(1024).value),
        "without_dram": extension(improvement_of("logic", "SRAM").value),
        "with_dram": extension(improvement_of("logic", "SRAM", "DRAM").value),
    }


def _part(level, column, value):
    """The memory types of a level whose verified device rows print this energy (a text)."""
    rows = accesses().query("scope == 'device' and status == 'verified' and memory_level == @level")
    return " and ".join(dict.fromkeys(rows.loc[rows[column] == value, "memory_type"].fillna(f"{level}, unnamed")))


def memory_devices():
    """From the dearest bit of a DDR device to the cheapest of an HBM device."""
    devices = device_energies().set_index("memory")
    hbm, ddr = devices.loc["HBM", "low"], devices.loc["DDR", "high"]
    return {
        "hbm_device": extension(hbm, "pJ/bit"),
        "ddr_device": extension(ddr, "pJ/bit"),
        "device_spread": extension(ddr / hbm),
        "hbm_least": extension(_part("HBM", "energy_pj_per_bit_low", hbm)),
        "ddr_most": extension(_part("DDR", "energy_pj_per_bit_high", ddr)),
    }


def same_multiply_at_both_nodes():
    """G_d of an FP32 multiply with one memory at 45 nm and at 7 nm, and once more after the same step again."""
    pairs = disjunction_constants("FP32 multiply")

    def gd(**columns):
        return _with_access(pairs, **columns)["gd"].item()

    factor = improvements().set_index("item")["improvement"]
    gain = factor["FP32 multiply"]
    large_7 = gd(**AT_7, capacity_kib=1024)
    return {
        "small_45": extension(gd(**AT_45, capacity_kib=8)),
        "small_7": extension(gd(**AT_7, capacity_kib=8)),
        "large_45": extension(gd(**AT_45, capacity_kib=1024)),
        "large_7": extension(large_7),
        "flat_factor": extension(gain),
        "next_sram": extension(large_7 * gain / factor["SRAM, 1 MB"]),
        "next_ddr": extension(gd(**AT_7, memory_level="DDR") * gain / factor["DDR3/4 DRAM"]),
    }


def from_int8_to_fp32():
    """G_d of one DRAM access with every arithmetic of the table."""
    by_operation = _with_access(disjunction_constants(), **AT_7, memory_level="DDR").set_index("operation")
    fixed, matched = by_operation["gd"], by_operation["gd_matched"]
    return {
        "int8_64": extension(fixed["INT8 multiply"]),
        "fp32_64": extension(fixed["FP32 multiply"]),
        "spread_64": extension(fixed.max() / fixed.min()),
        "spread_matched": extension(matched.max() / matched.min()),
    }


def node_trends():
    """How many pairs of level and scope allow a line, and that of large SRAM with BF16 and without."""
    by_level = trends()
    fitted = by_level.dropna(subset="factor").set_index(["compute_scope", "memory"])
    large = checks.there("level", ("datapath", "L2, large SRAM"), fitted.index)
    bare = trends(without=["BF16 multiply"]).set_index(["compute_scope", "memory"])
    words = "fell", "may have done either", "rose"
    told, untold = (side(rows.loc[large, "low"], rows.loc[large, "high"], *words) for rows in (fitted, bare))
    return {
        "levels": extension(len(by_level), "pairs"),
        "levels_fitted": extension(len(fitted), "pairs"),
        "levels_open": extension(((fitted["low"] <= 1) & (fitted["high"] >= 1)).sum(), "pairs"),
        "large_factor": extension(fitted.loc[large, "factor"]),
        "large_low": extension(fitted.loc[large, "low"]),
        "large_high": extension(fitted.loc[large, "high"]),
        "bare_factor": extension(bare.loc[large, "factor"]),
        "bare_high": extension(bare.loc[large, "high"]),
        "bare_turns": extension("does not turn" if told == untold else "turns"),
        "bare_word": extension(untold),
    }


def under_the_meter():
    """Measured off-chip G_d of a floating-point matrix unit, one operand an operation."""
    measured = measured_off_chip()
    reviewed = measured[~measured["grey"]]
    low, high = span(measured, "gd_matched")
    reviewed_low, reviewed_high = span(reviewed, "gd_matched")
    return {
        "measured_count": extension(len(measured), "pairs"),
        "measured_sources": extension(measured["source"].nunique(), "sources"),
        "measured_low": extension(low),
        "measured_high": extension(high),
        "reviewed_count": extension(len(reviewed), "pairs"),
        "reviewed_low": extension(reviewed_low),
        "reviewed_high": extension(reviewed_high),
    }


def same_memory():
    """The HBM2 of an A100 under the meter and in the table, and with the levels that its bits pass on their way."""
    pairs = _with_access(like_with_like(), source="antepara2025", memory_type="HBM2").set_index("tabulated_operation")
    own, row = pairs[["measured", "transport_row"]].iloc[0]
    way = whole_ways().set_index("row").loc[row]
    rows = pairs["tabulated"]
    return {
        "a100": extension(own),
        "a100_place": extension(side(rows.min(), rows.max(), "above both", "between two", "below both", edge=own)),
        "hbm2_fp32": extension(pairs.loc["FP32 multiply", "tabulated"]),
        "hbm2_fp16": extension(pairs.loc["FP16 multiply", "tabulated"]),
        "a100_way": extension(way["whole"], "pJ/bit"),
        "a100_increment": extension(way["increment"], "pJ/bit"),
        "a100_whole": extension(own * way["whole"] / way["increment"]),
    }


def one_chip():
    """The same DRAM of one chip against three of its operations."""
    # No column tells the tensor unit's load from a stream of the same DRAM, which is a row of its own.
    pairs = _with_access(disjunction_constants(), id="P128")
    pairs = pairs.set_index("operation")["gd_matched"]
    return {
        "et_fp32": extension(pairs["FP32 tensor MAC"]),
        "et_scalar": extension(pairs["FP32 FMA, scalar"]),
        "et_int8": extension(pairs["INT8 tensor MAC"]),
    }


PARTS = (
    what_improved,
    memory_devices,
    same_multiply_at_both_nodes,
    from_int8_to_fp32,
    node_trends,
    under_the_meter,
    same_memory,
    one_chip,
)
