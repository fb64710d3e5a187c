"""The charts of the chapter on thirty systems: what they hold, and how they answer on the page."""

import pandas as pd
import pytest
import vl_convert

from datagravity import systems
from datagravity.charts.systems import BOUND, COMPUTED, GROUPS, claimed_and_computed, findings_by_lever
from test_site import Visit

CHARTS = [claimed_and_computed, findings_by_lever]


def records(chart):
    return max(chart().to_dict()["datasets"].values(), key=len)


@pytest.mark.parametrize("function", CHARTS, ids=lambda function: function.__name__)
def test_a_chart_explains_itself(function):
    spec = function().to_dict()
    assert spec["description"].endswith(".")
    assert spec["usermeta"]["function"] == f"{function.__module__}.{function.__name__}"
    assert spec["usermeta"]["sources"]
    assert vl_convert.vegalite_to_svg({**spec, "width": 300}, vl_version="6.4").startswith("<svg")


def test_every_claim_with_a_number_or_a_bound_is_drawn_where_it_belongs():
    rows = systems.counted().set_index("id")
    rows = rows[rows["computed"].notna() | rows["bound"].notna()]
    drawn = {row["id"]: row for row in records(claimed_and_computed)}
    assert set(drawn) == set(rows.index)
    for id, row in drawn.items():
        computed = pd.notna(rows.loc[id, "computed"])
        assert row["shape"] == (COMPUTED if computed else BOUND)
        assert row["claim"] == rows.loc[id, "claim"]
        assert row["y"] == rows.loc[id, "computed" if computed else "bound"]
        assert row["low"] <= row["y"] <= row["high"]
        assert row["link"].startswith("references.html#")


def test_nothing_lies_outside_the_axes():
    spec = claimed_and_computed().to_dict()
    points = spec["layer"][-1]["encoding"]
    for row in records(claimed_and_computed):
        for axis, names in {"x": ["claim_low", "claim_high"], "y": ["low", "high"]}.items():
            low, high = points[axis]["scale"]["domain"]
            assert all(low < row[name] < high for name in names), row["id"]


def test_the_bars_count_every_claim_once():
    bars = records(findings_by_lever)
    assert sum(bar["claims"] for bar in bars) == len(systems.counted())
    assert {bar["finding"] for bar in bars} <= set(GROUPS)
    counts = systems.counted().groupby(["lever", "finding"]).size()
    assert {(bar["lever"], bar["finding"]): bar["claims"] for bar in bars} == counts.to_dict()


def test_the_lists_choose_on_the_page(browser, site):
    with Visit(browser, f"{site}/systems.html") as visit:
        figure = visit.page.locator("figure.dg-chart", has=visit.page.locator("select[name='tier']"))
        figure.scroll_into_view_if_needed()
        points = figure.locator("svg .mark-symbol.role-mark path")
        everything = points.count()
        assert everything == len(records(claimed_and_computed))
        figure.locator("select[name='tier']").select_option(label="A, read one by one")
        figure.evaluate("(figure) => figure.view.runAsync().then(() => true)")
        tier = systems.counted()
        tier = tier[(tier["tier"] == "A") & (tier["computed"].notna() | tier["bound"].notna())]
        assert points.count() == len(tier) < everything
        figure.locator("select[name='lever']").select_option("distance")
        figure.evaluate("(figure) => figure.view.runAsync().then(() => true)")
        assert points.count() == int((tier["lever"] == "distance").sum())
