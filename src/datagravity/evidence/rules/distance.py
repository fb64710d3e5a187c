"""Rules of the tables `distances`, `distance_rows` and `cacti_runs`."""

from datagravity.evidence.cells import shown
from datagravity.evidence.rules.shared import filled, recalled_checked, recalled_has_confidence

#: Bases that are a unit or a result, not a length that somebody found.
NO_LENGTH = ("per mm", "from the energy")
#: Units of a value that are an energy of a bit times a number, and that number.
PER_BIT = {"pJ/bit": 1.0, "fJ/bit": 1e3, "pJ/B": 8.0, "pJ per 1 bit": 1.0, "pJ per 8 bit": 8.0}
PER_BIT |= {"pJ per 64 bit": 64.0, "pJ per 256 bit": 256.0, "pJ per 64 B": 512.0}
# How far a value may lie from the energy of a bit that follows from it, and an area from its two sides.
CONVERTED, SIDES = 1e-3, 1e-4


#: The parts that CACTI prints of a read, beside its tree of wires.
PARTS_OF_A_READ = (
    "htree_out_nj",
    "decoder_nj",
    "wordline_nj",
    "bl_mux_nj",
    "sa_mux_nj",
    "precharge_nj",
    "bitlines_nj",
    "senseamp_nj",
    "subarray_out_nj",
)


def reach_starts_at_zero(row):
    """A maximum reach says nothing of the shortest link, a length does; a reach of two classes has two ends."""
    low, high = row["distance_low_mm"], row["distance_high_mm"]
    if low == 0 and row["basis"] != "maximum reach":
        yield "distance_low_mm", "above 0, because the basis of the row is not a maximum reach"
    if row["basis"] == "maximum reach" and low and low == high:
        yield "distance_low_mm", "0 or a lower end, because a maximum reach is not a length"


def distance_has_basis(row):
    """A distance has both ends around it and a basis; without one, all three are blank."""
    centre, low, high = (row[column] for column in ("distance_mm", "distance_low_mm", "distance_high_mm"))
    given = row["basis"] != "not stated"
    wanted = dict.fromkeys(("distance_mm", "distance_low_mm", "distance_high_mm"), given)
    yield from filled(row, wanted, f"the basis is {shown(row['basis'])}")
    if None not in (centre, low, high) and not low <= centre <= high:
        yield "distance_mm", f"a number from {low:g} to {high:g}"
    if row["basis"] == "exact hops" and (row["hops"] is None or row["hops"] % 1 or not row["hops"]):
        yield "hops", "a whole number above 0, because the basis is exact hops"


def linear_where_it_was_computed(row):
    """A length that is a unit, or that was found from the energy, makes energy linear in it."""
    if row["basis"] in NO_LENGTH and row["linear_by_construction"] is False:
        yield "linear_by_construction", f"true, because the basis is {row['basis']}"


def fixed_part_has_its_kind(row):
    """A fixed part says which of four things it is; a part by data or by access has no part per mm beside it."""
    yield from filled(
        row,
        {"fixed_kind": row["fixed_pj_per_bit"] is not None},
        "fixed_pj_per_bit has one" if row["fixed_pj_per_bit"] is not None else "there is no fixed_pj_per_bit",
    )
    kind, per_mm = row["fixed_kind"], row["per_mm_pj_per_bit"]
    if kind is not None:
        wanted = {"per_mm_pj_per_bit": kind in ("intercept", "component")}
        # A part of another kind may stand alone, but a growing part is one of distance.
        if (per_mm is not None) != wanted["per_mm_pj_per_bit"]:
            yield from filled(row, wanted, f"the kind of the fixed part is {kind}")


def energy_between_its_ends(row):
    """An energy of a bit lies between its ends; an energy that is none is a current, or a line of two parts."""
    centre, low, high = (row[f"pj_per_bit{end}"] for end in ("", "_low", "_high"))
    if centre is None and row["unit"] not in ("mA", "pJ/B and pJ/B per hop"):
        yield "pj_per_bit", f"a value, because the unit is {shown(row['unit'])}"
    if None not in (centre, low, high) and not low <= centre <= high:
        yield "pj_per_bit", f"a number from {low:g} to {high:g}"


def energy_is_the_value(row):
    """An energy of a bit is the value of the row in another unit, where the unit says how."""
    for end, computed in per_bit(row).items():
        column = f"pj_per_bit{end}"
        if row[column] is None or abs(row[column] - computed) > CONVERTED * abs(computed):
            yield column, f"{computed:.6g}, which is {row[f'value{end}']:g} {row['unit']}"


def per_bit(row):
    """The energies of a bit that follow from the values of a row: "", "_low" and "_high" -> pJ."""
    factor = PER_BIT.get(row["unit"])
    ends = [end for end in ("", "_low", "_high") if factor and row[f"value{end}"] is not None]
    return {end: row[f"value{end}"] / factor for end in ends}


def printed_per_bit(_old, new):
    """The energies of a bit of a row with new values as the table prints them, by column (texts)."""
    return {f"pj_per_bit{end}": f"{computed:.6g}" for end, computed in per_bit(new).items()}


def rung_is_of_a_machine(row):
    """A level of a hierarchy says what kind of machine it is of, and which one its series is of."""
    yield from filled(row, {"machine": row["rung"] is not None}, f"rung is {shown(row['rung'])}")


def one_datum_once(row):
    """A sum names its rows in order, without a gap."""
    if row["energy_row"] is None and row["energy_row_2"] is not None:
        yield "energy_row", "a value, because energy_row_2 has one"
    if row["energy_row_2"] is None and row["energy_row_3"] is not None:
        yield "energy_row_2", "a value, because energy_row_3 has one"


def htree_is_part_of_a_read(row):
    """The tree of wires of an SRAM is a part of its read; DRAM has an activation of its own, SRAM has none."""
    if row["memory"] == "SRAM" and None not in (row["htree_nj"], row["read_nj"]) and row["htree_nj"] > row["read_nj"]:
        yield "htree_nj", f"at most {row['read_nj']:g}, the read"
    commodity = row["memory"] == "commodity DRAM"
    yield from filled(row, dict.fromkeys(("activate_nj", "precharge_page_nj"), commodity), f"this is {row['memory']}")


def macro_is_whole(row):
    """An area is height times width, a part of a read of SRAM is at most the read, and a block fits in."""
    area, sides = row["area_mm2"], _area(row)
    if area and sides and abs(area / sides - 1) > SIDES:
        yield "area_mm2", f"{sides:.6g}, which is height times width"
    if row["memory"] != "commodity DRAM" and row["read_nj"] is not None:
        for part in PARTS_OF_A_READ:
            if row[part] is not None and row[part] > row["read_nj"]:
                yield part, f"at most {row['read_nj']:g}, the read"
    if row["block_bytes"] and row["capacity_bytes"] and row["block_bytes"] > row["capacity_bytes"]:
        yield "block_bytes", f"at most {row['capacity_bytes']}, the capacity"


def _area(row):
    return row["height_mm"] * row["width_mm"] if row["height_mm"] and row["width_mm"] else None


def printed_area(_old, new):
    """The area of a row with new values, by column (texts)."""
    return {"area_mm2": f"{_area(new):.6g}"} if _area(new) else {}


RULES = {
    "distances": [recalled_has_confidence, reach_starts_at_zero],
    "distance_rows": [
        distance_has_basis,
        linear_where_it_was_computed,
        fixed_part_has_its_kind,
        energy_between_its_ends,
        energy_is_the_value,
        rung_is_of_a_machine,
        one_datum_once,
        recalled_checked,
    ],
    "cacti_runs": [htree_is_part_of_a_read, macro_is_whole],
}
FOLLOWS = {"distance_rows": printed_per_bit, "cacti_runs": printed_area}
