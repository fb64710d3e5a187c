"""A page of the built book as a reader sees it in a browser: what it shows, asks for and complains about."""

import csv
from contextlib import suppress
from pathlib import Path


def wait_for(page, expression, seconds=60):
    """Wait until an expression is true on a page. Playwright's own waiting makes code from text, which pages forbid."""
    from playwright.sync_api import Error

    for _ in range(20 * seconds):
        # Between two pages there is no document; whatever else an expression meets, it is not true yet.
        with suppress(Error):
            if page.evaluate(f"Boolean({expression})"):
                return
        page.wait_for_timeout(50)
    raise TimeoutError(f"{expression}: still false after {seconds} s")


class Visit:
    """One page in a fresh tab, with what it asked for and complained about.

    `settled` waits until the network is idle. `live` starts every chart, as a reader who touches each of them would;
    `policy` is what the page may do, as a server would say it.
    """

    def __init__(
        self, browser, address, *, width=1280, scheme="light", scripts=True, settled=False, live=True, policy=None
    ):
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
        )
        self.page = self.context.new_page()
        if policy:
            self.page.route(address.partition("#")[0], lambda route: with_policy(route, policy))
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", self._note_failure)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on(
            "console", lambda text: self.complaints.append(text.text) if text.type in ("error", "warning") else None
        )
        self.page.goto(address, wait_until="networkidle" if settled else "load")
        if scripts and live and self.figures:
            self.start_charts()

    def _note_failure(self, request):
        # What is still on its way when a reader turns to another page did not fail.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url}")

    def start_charts(self):
        wait_for(self.page, "document.documentElement.dataset.charts === 'ready'")
        self.page.evaluate(
            "Promise.all(Array.from(document.querySelectorAll('figure.dg-chart'), (one) => one.chart.start()))"
            ".then(() => true)"
        )

    @property
    def figures(self):
        return self.page.locator("figure.dg-chart").count()

    @property
    def live_charts(self):
        # A chart that could not be drawn has its picture still.
        return self.page.locator(".dg-chart-live:has(svg.marks g.mark-group)").count()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()


def with_policy(route, policy):
    """The page as the server gives it, with a header that restricts it."""
    answer = route.fetch()
    route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})


class Chart:
    """The first chart of a page with this control, or a given one, moved as a reader would move it."""

    def __init__(self, page, control="log10_G_d", *, figure=None):
        self.page = page
        self.figure = figure or page.locator("figure.dg-chart", has=page.locator(f"input[name='{control}']")).first
        self.figure.scroll_into_view_if_needed()
        self.figure.evaluate("(figure) => figure.chart.start().then(() => true)")

    def move(self, name, value):
        self.figure.locator(f"[name='{name}']").evaluate(
            "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', {bubbles: true}));"
            "input.dispatchEvent(new Event('change', {bubbles: true})); }",
            str(value),
        )
        self.figure.evaluate("(figure) => figure.view.runAsync().then(() => true)")

    def choose(self, name, value):
        self.figure.locator(f"select[name='{name}']").select_option(value)
        self.figure.evaluate("(figure) => figure.view.runAsync().then(() => true)")

    def signal(self, name):
        return self.figure.evaluate("(figure, name) => figure.view.signal(name)", name)

    def rows(self):
        """What the chart shows at this moment, as its reader gets it: the rows of the file that it offers."""
        with self.page.expect_download() as download:
            self.figure.locator("[data-do=csv]").evaluate("(button) => button.click()")
        self.file = download.value.suggested_filename
        return list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))

    @property
    def drawing(self):
        return self.figure.locator("svg.marks").inner_html()

    @property
    def told(self):
        """What stands beneath the chart about the point that a reader chose."""
        return self.figure.locator(".dg-chart-told").inner_text()
