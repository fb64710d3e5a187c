"""The numbers of the chapter on processors from 45 to 7 nm."""

import math

from datagravity.headlines import extension
from datagravity.processors import (
    device_energies,
    disjunction_constants,
    improvement_of,
    improvements,
    logic_improvement,
    measured_off_chip,
    span,
    sram_improvement,
    trends,
)


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


def memory_devices():
    """From the dearest bit of a DDR device to the cheapest of an HBM device."""
    devices = device_energies().set_index("memory")
    hbm, ddr = devices.loc["HBM", "low"], devices.loc["DDR", "high"]
    return {
        "hbm_device": extension(hbm, "pJ/bit"),
        "ddr_device": extension(ddr, "pJ/bit"),
        "device_spread": extension(ddr / hbm),
    }


def same_multiply_at_both_nodes():
    """G_d of an FP32 multiply with one memory at 45 nm and at 7 nm, and once more after the same step again."""
    gd = disjunction_constants("FP32 multiply").set_index("transport_row")["gd"]
    factor = improvements().set_index("row_7_nm")["improvement"]
    gain = factor["P027"]
    return {
        "small_45": extension(gd["P009"]),
        "small_7": extension(gd["P028"]),
        "large_45": extension(gd["P011"]),
        "large_7": extension(gd["P030"]),
        "flat_factor": extension(gain),
        "next_sram": extension(gd["P030"] * gain / factor["P030"]),
        "next_ddr": extension(gd["P031"] * gain / factor["P031"]),
    }


def from_int8_to_fp32():
    """G_d of one DRAM access with every arithmetic of the table."""
    by_operation = disjunction_constants().query("transport_row == 'P031'").set_index("operation")
    fixed, matched = by_operation["gd"], by_operation["gd_matched"]
    return {
        "int8_64": extension(fixed["INT8 multiply"]),
        "fp32_64": extension(fixed["FP32 multiply"]),
        "spread_64": extension(fixed.max() / fixed.min()),
        "spread_matched": extension(matched.max() / matched.min()),
        "tabulated_matched": extension(matched["FP32 multiply"]),
        "tabulated_int8": extension(matched["INT8 multiply"]),
    }


def node_trends():
    """How many pairs of level and scope allow a line, and the line of large SRAM."""
    by_level = trends()
    fitted = by_level.dropna(subset="factor").set_index(["compute_scope", "memory"])
    return {
        "levels": extension(len(by_level), "pairs"),
        "levels_fitted": extension(len(fitted), "pairs"),
        "large_factor": extension(fitted.loc[("datapath", "L2, large SRAM"), "factor"]),
    }


def under_the_meter():
    """Measured off-chip G_d of a floating-point matrix unit, one operand an operation."""
    measured = measured_off_chip()
    reviewed = measured[~measured["grey"]]
    low, high = span(measured, "gd_matched")
    return {
        "measured_count": extension(len(measured), "pairs"),
        "measured_sources": extension(measured["source"].nunique(), "sources"),
        "measured_low": extension(low),
        "measured_high": extension(high),
        "measured_reviewed": extension(math.sqrt(math.prod(span(reviewed, "gd_matched")))),
        "reviewed_count": extension(len(reviewed), "rows"),
    }


def one_chip():
    """The same DRAM of one chip against three of its operations."""
    pairs = disjunction_constants().query("transport_row == 'P128'").set_index("operation")["gd_matched"]
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
    one_chip,
)
