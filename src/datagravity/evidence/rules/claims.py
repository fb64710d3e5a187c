"""Rules of the tables `claims` and `own_claims`: a region, and a value of the quantity on either side of its edge."""

import math

#: The tables whose claims are judged together.
TABLES = ("claims", "own_claims")
#: What a quantity of a scale can be: its least and its greatest value, and the words for a message.
SCALES = {
    "ratio": (math.ulp(0.0), math.inf, "above 0"),
    "correlation": (-1.0, 1.0, "from -1 to 1"),
    "proportion": (0.0, 1.0, "from 0 to 1"),
}
ENDS, VALUES = ("region_low", "region_high"), ("value_if_true", "value_if_false")


def numbers_on_the_scale(row):
    """Ends of the region and values are what the quantity can be."""
    if row.get("scale") in SCALES:
        least, most, words = SCALES[row["scale"]]
        for column in (*ENDS, *VALUES):
            if row[column] is not None and not least <= row[column] <= most:
                yield column, f"a number {words}, because the scale is {row['scale']}"


def region_tells_apart(row):
    """A region has an end; the value if the claim is true lies in it, and the value if it is false does not."""
    low, high = (row[end] for end in ENDS)
    if low is None and high is None:
        yield "region_low", "a number, or one in region_high"
        return
    bottom, top = -math.inf if low is None else low, math.inf if high is None else high
    for column, inside in zip(VALUES, (True, False), strict=True):
        value = row.get(column)
        if value is not None and bottom <= top and (bottom <= value <= top) != inside:
            yield column, f"a number {'inside' if inside else 'outside'} the region from {bottom:g} to {top:g}"


def values_beside(old, new):
    """Values on either side of the edge of a region that was moved, by column (texts); none where an end is new.

    A value keeps its distance from the nearest end, a factor for a ratio and else a difference; one that is inside two
    ends lies in their middle.
    """
    if any((old[end] is None) != (new[end] is None) for end in ENDS) or new["scale"] not in SCALES:
        return {}
    forth, back = (math.log, math.exp) if new["scale"] == "ratio" else (float, float)
    ends = [(forth(old[end]), forth(new[end])) for end in ENDS if old[end] is not None and old[end] > 0 < new[end]]
    ends = ends if forth is math.log else [(old[end], new[end]) for end in ENDS if old[end] is not None]
    found = {}
    for column, inside in zip(VALUES, (True, False), strict=True):
        value = forth(old[column])
        before, after = min(ends, key=lambda end: abs(end[0] - value))
        moved = sum(now for _, now in ends) / 2 if inside and len(ends) == 2 else after + value - before
        found[column] = f"{back(moved):.6g}"
    return found


def claim_problems(read):
    """An id and a test belong to one claim of both tables; within one table its schema says so."""
    tables = [read.get(name) for name in TABLES]
    if any(table is None or not table.complete for table in tables):
        return []
    first, second = tables
    problems = []
    for column in (first.key, "test"):
        known = dict(zip(first.column(column), first.lines, strict=True))
        problems += [
            second.problem(index, column, f"used once; row {known[value]} of {first.file} has it too")
            for index, value in enumerate(second.column(column))
            if value in known
        ]
    return problems


RULES = {table: [numbers_on_the_scale, region_tells_apart] for table in TABLES}
FOLLOWS = dict.fromkeys(TABLES, values_beside)
