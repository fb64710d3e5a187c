"""The charts of a token's energy in a real browser: what the sliders show is what Python computes."""

import math
import warnings
from itertools import product

import pytest

from browser import Chart, Visit
from datagravity.charts import workload as charts
from datagravity.decoding import LEVERS, decode_energy


def ends_and_middle(low, high):
    return low, math.sqrt(low * high), high


class Workload(Chart):
    """The first chart of a page with the controls of a workload, and with this control too."""

    def __init__(self, page, control="log10_batch"):
        super().__init__(page, control)

    def set(self, batch, context):
        self.move("log10_batch", math.log10(batch))
        self.move("log10_context", math.log10(context))
        # A slider stops at its own steps.
        return {"batch": self.signal("batch"), "context": self.signal("context")}


def computed(model, hardware, weight_bits, context, **workload):
    # The prompt whose tokens for one written are what the chart opens with: prompt / (2 (context - prompt)).
    prompt = context * 2 * charts.PROMPTS[0] / (1 + 2 * charts.PROMPTS[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return decode_energy(
            model, hardware, gpus=8, weight_bits=weight_bits, context=context, prompt=prompt, **workload
        )


@pytest.mark.parametrize(
    ("model", "hardware", "weight_bits"),
    [("Llama-3 70B", "H100 SXM5 80GB", 16), ("DeepSeek-V3", "B200 SXM", 8), ("Mixtral 8x7B", "A100 SXM4 80GB", 8)],
)
def test_the_page_computes_what_python_computes(browser, site, model, hardware, weight_bits):
    with Visit(browser, f"{site}/token.html") as visit:
        chart = Workload(visit.page)
        chart.choose("model", model)
        chart.choose("hardware", hardware)
        chart.choose("gpus", "8")
        chart.choose("weight_bits", str(weight_bits))
        drawings = set()
        for place in product(ends_and_middle(*charts.BATCHES), ends_and_middle(*charts.CONTEXTS)):
            workload = chart.set(*place)
            assert list(workload.values()) == pytest.approx(place, rel=0.05)
            expected = computed(model, hardware, weight_bits, **workload)
            assert chart.signal("joules_per_token") == pytest.approx(expected.joules_per_token, rel=1e-9)
            assert chart.signal("token_gd") == pytest.approx(expected.gd, rel=1e-9)
            assert chart.signal("weight_bytes") == pytest.approx(expected.weight_bytes, rel=1e-9)
            assert chart.signal("kv_bytes") == pytest.approx(expected.kv_bytes, rel=1e-9)
            drawings.add(chart.drawing)
        assert len(drawings) == 9
        assert visit.complaints == []


def test_the_levers_gain_what_python_computes(browser, site):
    with Visit(browser, f"{site}/token.html") as visit:
        chart = Workload(visit.page, "log10_factor")
        chart.choose("gpus", "8")
        for batch, factor in product(ends_and_middle(*charts.BATCHES), (1, 10, 100)):
            workload = chart.set(batch, charts.CONTEXT)
            chart.move("log10_factor", math.log10(factor))
            expected = computed(charts.MODEL, charts.HARDWARE, 16, **workload)
            for lever in LEVERS:
                assert chart.signal(f"bound_{lever}") == pytest.approx(expected.bounds[lever], rel=1e-9)
                gain = expected.gain(lever, chart.signal("factor"))
                assert chart.signal(f"gain_{lever}") == pytest.approx(gain, rel=1e-9)
                assert chart.signal(f"time_bound_{lever}") == pytest.approx(expected.time_bounds[lever], rel=1e-9)
                faster = expected.speedup(lever, chart.signal("factor"))
                assert chart.signal(f"time_gain_{lever}") == pytest.approx(faster, rel=1e-9)
        assert visit.complaints == []


def test_weights_that_do_not_fit_say_so_and_points_follow_the_choice(browser, site):
    with Visit(browser, f"{site}/token.html") as visit:
        chart = Workload(visit.page)
        measured = chart.drawing
        chart.choose("gpus", "1")
        assert "do not fit" in chart.figure.locator("svg.marks").text_content()
        assert chart.drawing != measured


@pytest.mark.parametrize("width", [320, 390])
def test_a_wide_table_keeps_the_names_of_its_rows_in_sight_on_a_phone(browser, site, width):
    with Visit(browser, f"{site}/token.html", width=width, live=False) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        wide = 0
        for table in visit.page.locator(".dg-table:not(.dg-table-live):visible").all():
            reach, seen, head, left, cell = table.evaluate(
                "(box) => { box.scrollLeft = box.scrollWidth; const head = box.querySelector('tbody th');"
                "const last = head.parentElement.lastElementChild.getBoundingClientRect();"
                "const edge = box.getBoundingClientRect(), name = head.getBoundingClientRect();"
                "return [box.scrollWidth, box.clientWidth, name.right - edge.left, name.left - edge.left,"
                " edge.right - last.right]; }"
            )
            if reach <= seen:
                continue
            wide += 1
            assert abs(left) < 2, "the name moved away"
            assert abs(cell) < 2, "the last column is not in sight"
            assert head < 0.6 * seen, "names leave room for numbers"
        assert wide
