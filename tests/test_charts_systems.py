"""The chart of the chapter on thirty systems: what it holds."""

import pandas as pd
import pytest

from charts import records
from datagravity import systems
from datagravity.charts.systems import BOUND, COMPUTED, claimed_and_computed


@pytest.fixture(scope="module")
def claimed():
    return claimed_and_computed().to_dict()


@pytest.mark.slow
def test_every_claim_with_a_number_or_a_bound_is_drawn_where_it_belongs(claimed):
    rows = systems.counted().set_index("id")
    rows = rows[rows["computed"].notna() | rows["bound"].notna()]
    drawn = {row["id"]: row for row in records(claimed)}
    assert set(drawn) == set(rows.index)
    for id, row in drawn.items():
        computed = pd.notna(rows.loc[id, "computed"])
        assert row["shape"] == (COMPUTED if computed else BOUND)
        assert row["claim"] == rows.loc[id, "claim"]
        assert row["y"] == rows.loc[id, "computed" if computed else "bound"]
        assert row["low"] <= row["y"] <= row["high"]


def test_nothing_lies_outside_the_axes(claimed):
    points = claimed["layer"][-1]["encoding"]
    for row in records(claimed):
        for axis, names in {"x": ["claim_low", "claim_high"], "y": ["low", "high"]}.items():
            low, high = points[axis]["scale"]["domain"]
            assert all(low < row[name] < high for name in names), row["id"]
