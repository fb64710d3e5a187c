"""The charts of the chapter on thirty systems in a real browser: the lists choose."""

from browser import Visit
from charts import records
from datagravity import systems
from datagravity.charts.systems import claimed_and_computed


def test_the_lists_choose_on_the_page(browser, site):
    with Visit(browser, f"{site}/systems.html") as visit:
        figure = visit.page.locator("figure.dg-chart", has=visit.page.locator("select[name='tier']"))
        figure.scroll_into_view_if_needed()
        points = figure.locator(".dg-chart-live .mark-symbol.role-mark path")
        everything = points.count()
        assert everything == len(records(claimed_and_computed().to_dict()))
        figure.locator("select[name='tier']").select_option(label="A, read one by one")
        figure.evaluate("(figure) => figure.view.runAsync().then(() => true)")
        tier = systems.counted()
        tier = tier[(tier["tier"] == "A") & (tier["computed"].notna() | tier["bound"].notna())]
        assert points.count() == len(tier) < everything
        figure.locator("select[name='lever']").select_option("distance")
        figure.evaluate("(figure) => figure.view.runAsync().then(() => true)")
        assert points.count() == int((tier["lever"] == "distance").sum())
