"""The disjunction constant: two rows of a table, their ratio, the conventions behind it, and the values quoted."""

from datagravity.headlines import extension, quoted, reconstruction
from datagravity.headlines.processors import AT_7, AT_45
from datagravity.law import disjunction_constant, workload_disjunction_constant
from datagravity.processors import disjunction_constants, machine_balances, published_ratios, row_of, span

#: Rows at 7 nm: an FP32, an INT8 and an FP16 multiply, a DRAM access, and HBM2, which is a range.
_FP32, _INT8, _FP16 = (AT_7 | {"operation_class": f"{name} multiply"} for name in ("FP32", "INT8", "FP16"))
_DRAM, _HBM2 = (AT_7 | {"memory_type": name} for name in ("DDR3/4", "HBM2"))
#: Rows at 45 nm: the FP32 multiply of the paper and of the slide, the nearest SRAM and the DRAM.
_PAPER = AT_45 | {"operation_class": "FP32 multiply"}
_SLIDE = _PAPER | {"source": "horowitz2014slides"}
_SRAM_45, _DRAM_45 = AT_45 | {"capacity_kib": 8}, AT_45 | {"kind": "dram"}


def _cell(row, column="energy_low_pj"):
    return float(row_of(**row)[column])


def two_rows():
    """The multiply and the access that the chapter opens with."""
    return {
        "multiply_pj": extension(_cell(_FP32), "pJ"),
        "access_pj": extension(_cell(_DRAM), "pJ"),
        "access_bits": extension(int(_cell(_DRAM, "width_bits")), "bits"),
    }


def their_ratio():
    """G_d of the two rows, and the share of transport in the sum of both."""
    gd = disjunction_constant(_cell(_DRAM), _cell(_FP32))
    return {"gd_dram": reconstruction(gd), "share_dram": reconstruction(gd / (1 + gd))}


def whole_table():
    """G_d from the least to the most over all operations and 64-bit accesses of the table at 7 nm."""
    pairs = disjunction_constants()
    low, high = span(pairs[(pairs["source"] == AT_7["source"]) & (pairs["node"] == f"{AT_7['node_nm']} nm")], "gd")
    return {"table_least": extension(low), "table_most": extension(high / 1000, "thousand")}


def balances():
    """How often an operand must be used before an FP32 multiply costs as much as fetching its operands."""
    rows = machine_balances().set_index(["memory", "operation"])["balance_operations_per_operand"]
    return {
        "balance_dram": extension(rows["DDR3/4 DRAM", "FP32 multiply"], "operations per operand"),
        "balance_sram": extension(rows["SRAM, 1 MB", "FP32 multiply"], "operations per operand"),
    }


def conventions():
    """The same memory against an 8-bit multiply: for the whole access, and for its two operands only."""
    multiply, per_bit = _cell(_INT8), _cell(_DRAM, "energy_pj_per_bit_low")
    return {
        "gd_int8": extension(disjunction_constant(_cell(_DRAM), multiply)),
        "gd_int8_matched": extension(workload_disjunction_constant(per_bit, multiply, width_bits=8)),
    }


def published_values():
    """How many of the quoted values follow from rows, and what each of them hides."""
    values = published_ratios()
    paper = _cell(_PAPER)
    return {
        "published_count": quoted(len(values), "values"),
        "computable": reconstruction(values["recomputed"].sum(), "values"),
        "slide_pj": extension(_cell(_SLIDE), "pJ"),
        "paper_pj": extension(paper, "pJ"),
        "cache_low_paper": extension(disjunction_constant(_cell(_SRAM_45), paper)),
        "dram_high_paper": extension(disjunction_constant(_cell(_DRAM_45, "energy_high_pj"), paper)),
        "hbm2_high": extension(disjunction_constant(_cell(_HBM2, "energy_high_pj"), _cell(_FP32))),
    }


def problem():
    """G_d of an FP16 multiply on operands from HBM2, each used 32 times."""
    per_bit = _cell(_HBM2, "energy_pj_per_bit_low")
    gd = workload_disjunction_constant(per_bit, _cell(_FP16), width_bits=16, operations_per_operand=32)
    larger, enough = ("Transport is still", "are not") if gd > 1 else ("Computing is now", "are")
    return {"answer": extension(gd), "answer_larger": extension(larger), "answer_enough": extension(enough)}


PARTS = (two_rows, their_ratio, whole_table, balances, conventions, published_values, problem)
