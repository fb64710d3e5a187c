"""The page of the claims in a real browser: a reader's choices give the word that Python gives."""

from browser import Chart, Visit
from datagravity import choices, claims


def test_the_page_follows_a_reader_and_asks_only_what_a_claim_needs(browser, site):
    with Visit(browser, f"{site}/claims.html") as visit:
        figure = visit.page.locator("figure.dg-chart", has=visit.page.locator("select[name='claims_claim']"))
        chart, known = Chart(visit.page, figure=figure), choices.options("claims")
        for test, choice, option in (("beta_range", "beta_reading", "d^beta"), ("attraction", None, None)):
            claim = claims.judged().set_index("test").loc[test, "id"]
            chart.choose("claims_claim", claim)
            lists = [one for one in figure.locator("select").all() if one.is_visible()]
            asked = [one.get_attribute("name").removeprefix("claims_") for one in lists]
            assert asked == ["claim", *claims.multiverse(test).offered]
            row = claims.judge(test)
            if choice:
                chart.choose(f"claims_{choice}", str(known[choice].index(option) + 1))
                row = claims.turns(test).set_index(["choice", "option"]).loc[(choice, option)]
            assert f"{claim}: {row['verdict']}" in figure.locator("svg.marks text").all_text_contents()
        assert visit.complaints == []


def test_after_going_back_the_list_says_what_the_chart_shows(browser, site):
    with Visit(browser, f"{site}/claims.html") as visit:
        figure = visit.page.locator("figure.dg-chart", has=visit.page.locator("select[name='claims_claim']"))
        chart = Chart(visit.page, figure=figure)
        chart.choose("claims_claim", claims.claims()["id"].iloc[-1])
        visit.page.locator("a[href='references.html']").first.click()
        visit.page.wait_for_url("**/references.html")
        visit.page.go_back()
        visit.start_charts()
        # Drawn anew: a page that the browser kept alive would agree with itself in any case.
        assert visit.page.evaluate("performance.getEntriesByType('navigation')[0].type") == "back_forward"
        assert figure.locator("[name='claims_claim']").input_value() == chart.signal("claims_claim")
