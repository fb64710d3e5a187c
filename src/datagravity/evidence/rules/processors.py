"""Rules of the tables `energy` and `published_ratios`."""

import re
from typing import NamedTuple

from datagravity.evidence.rules.shared import filled, recalled_has_confidence

# Half a unit of the sixth significant digit, relative to the number; the last factor forgives binary rounding.
SIX_DIGITS = 0.5e-5 * (1 + 1e-9)
#: The column that says what a row of each kind is; data that only move need none.
SAYS_WHAT = {"compute": "operation_class", "sram": "memory_level", "dram": "memory_level"}
SAYS_WHAT |= dict.fromkeys(("wire", "offchip-link", "network"))
#: Memory levels from near to far, on the chip of the operation and off it.
ON_CHIP = ("register file", "L1, small SRAM", "L2, large SRAM")
OFF_CHIP = ("HBM", "GDDR", "LPDDR", "DDR", "DRAM, unnamed")
#: What the column of levels says of a row that is no whole access of one.
PART_OF_AN_ACCESS = "part of an access"


def unit_matches_values(row):
    """An energy row has both ends of an energy, a ratio row a ratio and what it is relative to."""
    energies, ratios = ("energy_low_pj", "energy_high_pj"), ("rel_energy_x", "rel_to")
    given = energies if row["unit"] == "pJ" else ratios if row["unit"] == "ratio" else None
    if given:
        wanted = {column: column in given for column in (*energies, *ratios)}
        yield from filled(row, wanted, f"the unit of the row is {row['unit']}")


def per_bit_agrees(row):
    """The typed energy per bit is energy over width, to six significant digits; only data that moves has one."""
    for end in ("low", "high"):
        column, energy = f"pj_per_bit_{end}_rounded", row[f"energy_{end}_pj"]
        computed = per_bit(row, end)
        if (row[column] is None) != (computed is None):
            yield column, "a value" if computed else "a blank, because there is no energy per bit that moves"
        elif computed and abs(row[column] - computed) > SIX_DIGITS * computed:
            yield column, f"{computed:.6g}, which is {energy:g} pJ over {row['width_bits']} bits"


def per_bit(row, end):
    """Energy per bit in full precision, or None where the row moves no data or leaves energy or width blank."""
    energy, width = row[f"energy_{end}_pj"], row["width_bits"]
    return energy / width if row["kind"] != "compute" and energy and width else None


def printed_per_bit(_old, new):
    """The energies per bit of a row with new values as the table prints them, by column (texts)."""
    found = {end: per_bit(new, end) for end in ("low", "high")}
    return {f"pj_per_bit_{end}_rounded": "" if one is None else f"{one:.6g}" for end, one in found.items()}


def says_what_it_is(row):
    """An operation has a class, an access a level, or either a reason to stay out; other rows have neither."""
    kind = row["kind"]
    if kind not in SAYS_WHAT:
        return
    own = SAYS_WHAT[kind]
    if own and row[own] is None and row["excluded_because"] is None:
        yield own, f"a value, or a reason in excluded_because, because the kind is {kind}"
    for column in ("operation_class", "memory_level"):
        if column != own and row[column] is not None:
            yield column, f"a blank, because the kind is {kind}"
    for other, wrong, right in (("sram", OFF_CHIP, "on"), ("dram", ON_CHIP, "off")):
        if kind == other and row["memory_level"] in wrong:
            yield "memory_level", f"a level {right} the chip, because the kind is {kind}"


class Operation(NamedTuple):
    """What the name of an operation class says: whether its numbers are floating point, what it does ("add",
    "multiply", "multiply-add" or "operation"), whether a matrix unit does it, its width in bits (None if the name has
    none), and its FLOP: two for a multiplication and an addition in one, else one."""

    floating: bool
    does: str
    matrix: bool
    width_bits: int | None
    flop: int


def operation_of(operation_class):
    """The only place that reads the words of the column operation_class, as an Operation.

    A format whose name begins with INT is an integer; FP, BF and an unnamed format of 64 bits are floating point.
    """
    words = re.findall(r"\w+", operation_class)
    fused = {"FMA", "MAC"} & set(words)
    does = "multiply-add" if fused else next((word for word in ("add", "multiply") if word in words), "operation")
    width = re.search(r"\d+", operation_class)
    return Operation(
        floating=not operation_class.startswith("INT"),
        does=does,
        matrix="tensor" in words,
        width_bits=int(width[0]) if width else None,
        flop=2 if fused else 1,
    )


def operation_is_counted(row):
    """An operation has the width that its class names, and says how many FLOP its source counts as one."""
    name, flop = row["operation_class"], row["flop_per_operation"]
    if (name is None) != (flop is None):
        yield "flop_per_operation", "a value exactly where operation_class has one"
    if name is None:
        return
    own = operation_of(name)
    if flop is not None and flop not in (1, own.flop):
        yield "flop_per_operation", f"1, or {own.flop} for the whole of a {name}"
    if own.width_bits and row["width_bits"] != own.width_bits:
        yield "width_bits", f"{own.width_bits}, because the class is {name}"


def increment_is_an_access(row):
    """Only the access of a memory level, with its energy, can be an increment over the levels before it."""
    if row["increment"] and (row["memory_level"] in (None, PART_OF_AN_ACCESS) or row["unit"] != "pJ"):
        yield "increment", "a blank, because the row is no access of a memory level in pJ"


def says_how_known(row):
    """A node says whether it is inferred, and a distance what kind of length it is."""
    for column, about in (("node_inferred", "node_nm"), ("distance_basis", "distance_mm")):
        if (row[column] is None) != (row[about] is None):
            yield column, f"a value exactly where {about} has one"


def per_mm_is_one_mm(row):
    """A wire quoted per millimetre is one millimetre long."""
    if row["distance_basis"] == "per mm" and row["distance_mm"] != 1:
        yield "distance_mm", "1, because the basis of the distance is per mm"


def mean_within(row):
    """A mean lies within its interval."""
    low, mean, high = (row[column] for column in ("energy_low_pj", "energy_mean_pj", "energy_high_pj"))
    if None not in (low, mean, high) and low <= high and not low <= mean <= high:
        yield "energy_mean_pj", f"a mean from {low:g} to {high:g}"


def bound_matches_values(row):
    """An upper bound has no low end, everything else has one, and both ends are reproduced or none is."""
    if (row["bound"] == "upper bound") != (row["gd_low"] is None):
        yield "gd_low", "a blank for an upper bound, a value otherwise"
    rows = [row[column] for column in ("transport_low_row", "transport_high_row", "compute_row")]
    if any(rows) and not all(rows):
        yield "compute_row", "all three rows that reproduce the value, or none"


RULES = {
    "energy": [
        unit_matches_values,
        per_bit_agrees,
        recalled_has_confidence,
        says_what_it_is,
        operation_is_counted,
        says_how_known,
        per_mm_is_one_mm,
        mean_within,
        increment_is_an_access,
    ],
    "published_ratios": [bound_matches_values],
}
FOLLOWS = {"energy": printed_per_bit}
