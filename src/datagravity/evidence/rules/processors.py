"""Rules of the tables `energy` and `published_ratios`."""

from datagravity.evidence.rules.shared import filled, recalled_has_confidence

# Half a unit of the sixth significant digit, relative to the number; the last factor forgives binary rounding.
SIX_DIGITS = 0.5e-5 * (1 + 1e-9)


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
        column, energy = f"pj_per_bit_{end}", row[f"energy_{end}_pj"]
        computed = per_bit(row, end)
        if (row[column] is None) != (computed is None):
            yield column, "a value" if computed else "a blank, because there is no energy per bit that moves"
        elif computed and abs(row[column] - computed) > SIX_DIGITS * computed:
            yield column, f"{computed:.6g}, which is {energy:g} pJ over {row['width_bits']} bits"


def per_bit(row, end):
    """Energy per bit in full precision, or None where the row moves no data or leaves energy or width blank."""
    energy, width = row[f"energy_{end}_pj"], row["width_bits"]
    return energy / width if row["kind"] != "compute" and energy and width else None


def per_mm_is_one_mm(row):
    """A wire quoted per millimetre is one millimetre long."""
    if (row["distance_basis"] or "").startswith("per mm") and row["distance_mm"] != 1:
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
    "energy": [unit_matches_values, per_bit_agrees, recalled_has_confidence, per_mm_is_one_mm, mean_within],
    "published_ratios": [bound_matches_values],
}
