"""Rules of the table `brain`."""

from datagravity.evidence.rules.shared import recalled_checked


def budget_row(row):
    """A number or both ends, ends around the value, and no more than the whole."""
    value, low, high = row["value"], row["value_low"], row["value_high"]
    if value is None and (low is None or high is None):
        yield "value", "a number, or both value_low and value_high"
    if (low is None) != (high is None):
        yield "value_low" if low is None else "value_high", "a value, because the other end has one"
    if None not in (value, low, high) and low <= high and not low <= value <= high:
        yield "value", f"a number from {low:g} to {high:g}"
    if row["unit"] == "percent" and any(number is not None and number > 100 for number in (value, low, high)):
        yield "value", "at most 100, because the unit is percent"


RULES = {"brain": [budget_row, recalled_checked]}
