"""Rules of the tables `pim` and `memory_paths`."""

from datagravity.evidence.cells import shown
from datagravity.evidence.rules.processors import ON_CHIP
from datagravity.evidence.rules.shared import filled

# How far a typed energy factor and a typed ratio of energies per bit may lie from what they are computed from.
FACTOR_ROUNDING, PATH_ROUNDING = 1e-3, 1e-2


def factor_only_from_energy(row):
    """An energy factor stands where the kind is energy and a value is reported, and it follows from that value."""
    for end, other in (("low", "high"), ("high", "low")):
        column, factor = f"energy_factor_{end}", row[f"energy_factor_{end}"]
        if row["quantity_kind"] != "energy":
            if factor is not None:
                yield column, f"a blank, because {row['quantity_kind']} is never converted into an energy ratio"
            continue
        value, computed = _factor(row, end, other)
        if (factor is None) != (computed is None):
            wanted = "a blank" if computed is None else f"{computed:.5g}"
            yield column, f"{wanted}, because the reported value is {shown(value)} in {shown(row['value_unit'])}"
        elif computed and abs(factor - computed) > FACTOR_ROUNDING * computed:
            yield column, f"{computed:.5g}, which follows from {value:g} in {row['value_unit']}"


def _factor(row, end, other):
    """The reported value that an end of the energy factor follows from, and that end."""
    # A ratio PIM over baseline turns the ends around; a reduction does not.
    value = row[f"value_{other if row['value_unit'] == 'ratio PIM/baseline' else end}"]
    return value, None if value is None else energy_factor(value, row["value_unit"])


def printed_factors(_old, new):
    """The energy factors of a row with new values as the table prints them, by column (texts)."""
    if new["quantity_kind"] != "energy":
        return {}
    found = {end: _factor(new, end, other)[1] for end, other in (("low", "high"), ("high", "low"))}
    return {f"energy_factor_{end}": "" if one is None else f"{one:.6g}" for end, one in found.items()}


def energy_factor(value, unit):
    """Baseline energy over PIM energy from a reported value, or None where the unit gives none."""
    if unit == "ratio":
        return value or None
    if unit == "ratio PIM/baseline":
        return 1 / value if value else None
    return 1 / (1 - value / 100) if unit == "% reduction" and value < 100 else None


def path_energy_agrees(row):
    """A reported ratio of energies per bit is the ratio of the two energies per bit, where both are given."""
    pim = row["pj_per_bit_pim"]
    for end in ("low", "high"):
        energy, value = row[f"pj_per_bit_baseline_{end}"], row[f"value_{end}"]
        if row["quantity_kind"] != "path_energy" or energy is None or not pim:
            continue
        computed = energy / pim
        if value is None or abs(value - computed) > PATH_ROUNDING * computed:
            yield f"value_{end}", f"about {computed:.4g}, which is {energy:g} over {pim:g} pJ/bit"


def both_ends_of_a_bit(row):
    """An energy per bit of the baseline has both ends, or none."""
    low, high = (row[f"pj_per_bit_baseline_{end}"] for end in ("low", "high"))
    if (low is None) != (high is None):
        yield f"pj_per_bit_baseline_{'high' if high is None else 'low'}", "a value, because the other end has one"


def report_says_what_it_bounds(row):
    """A reported value is a point, a range or a bound; a point has equal ends, and a range two different ones."""
    low, high = row["value_low"], row["value_high"]
    yield from filled(row, {"report": low is not None}, f"value_low is {shown(low) or 'blank'}")
    if row["report"] == "point" and low != high:
        yield "report", f"range, at most or at least, because the value is {shown(low)} to {shown(high)}"
    if row["report"] == "range" and low == high:
        yield "report", f"point, at most or at least, because both ends are {shown(low)}"
    if row["report"] == "at most" and high is None:
        yield "value_high", "a value, because the number is a bound from above"


def derived_way_has_its_lengths(row):
    """A way that is derived names the lengths that it is the sum of."""
    if row["basis"] == "derived" and row["distances"] is None:
        yield "distances", "rows of distances.csv, because the basis is derived"
    ends = ("L1", "last level") if row["memory"] in ON_CHIP else ("last level", "DRAM")
    for column, level in zip(("near_level", "far_level"), ends, strict=True):
        if row[column] not in (None, level):
            yield column, f"{level}, because the way is that of {row['memory']}"


def way_problems(tables):
    """Every memory of a baseline has a way."""
    ways, reports = (tables.get(name) for name in ("memory_paths", "pim"))
    if any(table is None or not table.complete for table in (ways, reports)):
        return []
    known = set(ways.column("memory"))
    return [
        reports.problem(index, "baseline_memory", f"a memory of {ways.file}")
        for index, row in enumerate(reports.values)
        if row["baseline_memory"] is not None and row["baseline_memory"] not in known
    ]


def recalled_basis(row):
    """What was not checked again says so in the status, in the basis and in the confidence."""
    if (row["status"] == "recalled") != (row["basis"] == "recalled"):
        yield "basis", "recalled exactly where status is"
    if row["status"] == "recalled" and row["confidence"] == 1:
        yield "confidence", "below 1 for a recalled row"


def sign_agrees(row):
    """An energy factor lies on the side of one that the sign names."""
    low, high = row["energy_factor_low"], row["energy_factor_high"]
    if low is None or high is None:
        return
    fits = {"positive": high > 1, "neutral": low <= 1 <= high, "negative": low < 1}
    if not fits.get(row["sign"], True):
        yield "sign", f"another one, because the energy factor is {low:g} to {high:g}"


RULES = {
    "pim": [
        factor_only_from_energy,
        path_energy_agrees,
        both_ends_of_a_bit,
        report_says_what_it_bounds,
        recalled_basis,
        sign_agrees,
    ],
    "memory_paths": [derived_way_has_its_lengths],
}
FOLLOWS = {"pim": printed_factors}
