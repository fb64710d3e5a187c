"""The numbers of the chapter "Add your chip": its example is a chip of the tables, whose rows give the same."""

from datagravity.charts.your_chip import EXAMPLE
from datagravity.headlines import extension
from datagravity.processors import disjunction_constants


def _constants():
    rows = disjunction_constants()
    return rows[rows["source"] == EXAMPLE]


def the_example():
    """How many rows and constants it has, and the least and most at an operation's own width."""
    found = _constants()
    return {
        "chip_rows": extension(len({*found["transport_row"], *found["compute_row"]}), "rows"),
        "chip_constants": extension(len(found)),
        "chip_least": extension(found["gd_matched"].min()),
        "chip_most": extension(found["gd_matched"].max()),
    }


def at_dram():
    """The ends of G_d of DRAM against the FP32 tensor unit, and how many constants lie wholly below one."""
    found = _constants()
    dram = found[(found["memory"] == "DRAM, unnamed") & (found["operation"] == "FP32 tensor MAC")]
    return {
        "chip_dram_low": extension(dram["gd_matched_low"].min()),
        "chip_dram_high": extension(dram["gd_matched_high"].max()),
        "chip_below_one": extension(int((found["gd_matched_high"] < 1).sum())),
    }


PARTS = (the_example, at_dram)
