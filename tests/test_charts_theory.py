"""The charts of origins, foundations and shares: drawn, light, generated, and showing what the library computes."""

import json
import re

import pytest
import vl_convert

import datagravity as dg
from datagravity import symbolic
from datagravity.charts import foundations, origins, shares
from datagravity.compiled import vega_expression
from datagravity.hierarchy import Level, compute_at

LADDER = {"one": compute_at([Level("near", 8, 0.1, 1), Level("far", 800, 1.0, 10)], 2.0)}


def two_readings():
    return shares.two_readings(0.627, 2.2422)


def ladder():
    return foundations.ladder(LADDER)


CHARTS = {
    "origins": [origins.counterexamples, origins.moved_interval],
    "foundations": [
        foundations.second_unit,
        foundations.fixed_place,
        foundations.fixed_part,
        foundations.nearest_place,
        foundations.few_levels,
        foundations.dimensions,
        foundations.flat_optimum,
        foundations.wrong_beta,
        foundations.count_of_places,
        ladder,
    ],
    "shares": [shares.reading_of_a_share, two_readings],
}
EVERY = [(module, chart) for module, charts in CHARTS.items() for chart in charts]


def svg(chart, **parameters):
    """The picture with parameters of the chart set as a reader would set them."""
    specification = chart().to_dict()
    named = {parameter["name"]: parameter for parameter in specification.get("params", [])}
    for name, value in parameters.items():
        named[name]["value"] = value
    specification["width"] = 350
    return vl_convert.vegalite_to_svg(specification, vl_version="6.4")


def values(picture, line):
    """The values of one line at each number of levels, from the descriptions of its points."""
    found = re.findall(rf'aria-label="levels: (\d+); [^;"]*: ([\d.]+); line: {line};', picture)
    return {int(x): float(y) for x, y in found}


@pytest.mark.parametrize(("module", "chart"), EVERY)
def test_a_chart_explains_itself_and_is_light(module, chart):
    specification = chart().to_dict()
    assert "layer" in specification
    assert specification["width"] == "container"
    assert len(specification["description"]) > 100
    assert specification["usermeta"]["function"] == f"datagravity.charts.{module}.{chart.__name__}"
    # On a phone a title has about 45 characters, a line under it about 60.
    assert len(specification["title"]["text"]) <= 45
    subtitle = specification["title"]["subtitle"]
    assert all(len(line) <= 60 for line in ([subtitle] if isinstance(subtitle, str) else subtitle))
    assert len(json.dumps(specification)) < 10_000
    picture = svg(chart)
    assert picture.count("<path") > 5
    assert "NaN" not in picture


@pytest.mark.parametrize(
    ("chart", "expression", "names"),
    [
        (origins.counterexamples, symbolic.bounded_saving, {"G_d": "datum.G_d"}),
        (foundations.fixed_part, symbolic.saving("tile", symbolic.fixed_share), {"G_d": "datum.G_d"}),
        (foundations.nearest_place, symbolic.nearest_saving("tile"), {"G_d": "datum.G_d"}),
        (foundations.wrong_beta, symbolic.wrong_beta_cost, {"beta": "datum.beta"}),
        (shares.reading_of_a_share, symbolic.corrected_virial_beta, {"measured_share": "datum.measured_share"}),
    ],
)
def test_formulas_are_generated(chart, expression, names):
    assert vega_expression(expression, **names) in json.dumps(chart().to_dict())


@pytest.mark.parametrize("chart", [chart for charts in CHARTS.values() for chart in charts])
def test_every_slider_moves_something(chart):
    for parameter in chart().to_dict().get("params", []):
        if "bind" in parameter:
            ends = [svg(chart, **{parameter["name"]: parameter["bind"][end]}) for end in ("min", "max")]
            assert ends[0] != ends[1], parameter["name"]


@pytest.mark.parametrize("beta", [1.5, 2.0, 2.5])
def test_the_points_of_few_levels(beta):
    shown = values(svg(foundations.few_levels, beta=beta), "at the chosen beta")
    assert len(shown) == 7
    for count, loss in shown.items():
        ratio = 992 ** (1 / (2 * (count - 1)))
        law = float(symbolic.level_loss.subs({symbolic.level_ratio: ratio, symbolic.beta: beta}))
        # Three digits are shown.
        assert loss == pytest.approx(law, rel=6e-3)


def test_the_ladder_marks_the_best_level():
    text = json.dumps(foundations.ladder(LADDER).to_dict())
    assert text.count('"best": "best"') == 1
    assert dg.energy(1.0, LADDER["one"].gd[-1], LADDER["one"].beta) == pytest.approx(LADDER["one"].energy[-1])
