"""The charts of origins, foundations and shares: generated, and showing what the library computes."""

import json
import re

import pytest

import datagravity as dg
from charts import LADDER, every_chart, picture
from datagravity import symbolic
from datagravity.charts import foundations, origins, shares
from datagravity.compiled import vega_expression
from datagravity.hierarchy import worst_loss

CHARTS = [chart for name, chart in every_chart().items() if name.startswith(("foundations.", "origins.", "shares."))]


def values(picture, line):
    """The values of one line at each number of levels, from the descriptions of its points."""
    found = re.findall(rf'aria-label="levels: (\d+); [^;"]*: ([\d.]+); line: {line};', picture)
    return {int(x): float(y) for x, y in found}


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("chart", CHARTS)
def test_every_slider_moves_something(chart):
    specification = chart().to_dict()
    for parameter in specification.get("params", []):
        if "bind" in parameter:
            ends = [picture(specification, **{parameter["name"]: parameter["bind"][end]}) for end in ("min", "max")]
            assert ends[0] != ends[1], parameter["name"]


@pytest.mark.slow
@pytest.mark.parametrize("beta", [1.5, 2.0, 2.5])
def test_the_points_of_few_levels(beta):
    drawing = picture(foundations.few_levels().to_dict(), beta=beta)
    free, built = (values(drawing, line) for line in ("each in its best place", "both ends built"))
    assert list(free) == list(range(1, 9))
    assert list(built) == list(range(2, 9))
    for count, loss in free.items():
        # Three digits are shown.
        assert loss == pytest.approx(worst_loss(count, 992.0, beta), rel=6e-3)
        assert count == 8 or built[count + 1] == loss


def test_the_ladder_marks_the_best_level():
    text = json.dumps(foundations.ladder(LADDER).to_dict())
    assert text.count('"best": "best"') == 1
    assert dg.energy(1.0, LADDER["one"].gd[-1], LADDER["one"].beta) == pytest.approx(LADDER["one"].energy[-1])
