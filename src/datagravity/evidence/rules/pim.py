"""Rules of the table `pim`."""

from datagravity.evidence.cells import NUMBER, shown

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
        # A ratio PIM over baseline turns the ends around; a reduction does not.
        value = row[f"value_{other if row['value_unit'] == 'ratio PIM/baseline' else end}"]
        computed = None if value is None else energy_factor(value, row["value_unit"])
        if (factor is None) != (computed is None):
            wanted = "a blank" if computed is None else f"{computed:.5g}"
            yield column, f"{wanted}, because the reported value is {shown(value)} in {shown(row['value_unit'])}"
        elif computed and abs(factor - computed) > FACTOR_ROUNDING * computed:
            yield column, f"{computed:.5g}, which follows from {value:g} in {row['value_unit']}"


def energy_factor(value, unit):
    """Baseline energy over PIM energy from a reported value, or None where the unit gives none."""
    if unit == "ratio":
        return value or None
    if unit == "ratio PIM/baseline":
        return 1 / value if value else None
    return 1 / (1 - value / 100) if unit == "% reduction" and value < 100 else None


def path_energy_agrees(row):
    """A reported ratio of energies per bit is the ratio of the two energies per bit, where both are given."""
    baseline, pim = bits_range(row["pj_per_bit_baseline"]), row["pj_per_bit_pim"]
    if row["quantity_kind"] != "path_energy" or not baseline or not pim:
        return
    for end, energy in zip(("low", "high"), baseline, strict=True):
        value, computed = row[f"value_{end}"], energy / pim
        if value is None or abs(value - computed) > PATH_ROUNDING * computed:
            yield f"value_{end}", f"about {computed:.4g}, which is {energy:g} over {pim:g} pJ/bit"


def bits_range(text):
    """Both ends of an energy per bit written as "7" or "10-20", in pJ/bit; None for a blank or for anything else."""
    ends = (text or "").split("-")
    if len(ends) > 2 or not all(NUMBER["number"].fullmatch(end) for end in ends):
        return None
    return float(ends[0]), float(ends[-1])


def bits_range_in_order(row):
    """A range of energies per bit is positive and starts with its low end."""
    ends = bits_range(row["pj_per_bit_baseline"])
    if ends and not 0 < ends[0] <= ends[1]:
        yield "pj_per_bit_baseline", "a number above 0, or two such with the lower one first"


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


RULES = {"pim": [factor_only_from_energy, path_energy_agrees, bits_range_in_order, recalled_basis, sign_agrees]}
