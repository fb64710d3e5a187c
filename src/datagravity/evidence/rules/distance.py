"""Rules of the table `distances`."""

from datagravity.evidence.rules.shared import recalled_has_confidence


def reach_starts_at_zero(row):
    """A maximum reach says nothing of the shortest link, a length does; a reach of two classes has two ends."""
    low, high = row["distance_low_mm"], row["distance_high_mm"]
    if low == 0 and row["basis"] != "maximum reach":
        yield "distance_low_mm", "above 0, because the basis of the row is not a maximum reach"
    if row["basis"] == "maximum reach" and low and low == high:
        yield "distance_low_mm", "0 or a lower end, because a maximum reach is not a length"


RULES = {"distances": [recalled_has_confidence, reach_starts_at_zero]}
