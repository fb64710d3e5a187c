"""The charts of the chapters on PIM and on brains, as data and as Vega draws them."""

import numpy as np
import pytest

from charts import drawn, records
from datagravity import choices, pim
from datagravity.brains import ratios
from datagravity.charts.brains import ratio_by_budget
from datagravity.charts.packing import packed
from datagravity.charts.pim import (
    VOID,
    power,
    predicted_and_reported,
    specification_curve,
    two_ladders,
    what_each_option_does,
)
from datagravity.site.renderer import compiled


@pytest.fixture(scope="module")
def scatter():
    return predicted_and_reported().to_dict()


def chosen(**options):
    """The positions of options in their lists, as the chart's parameters have them."""
    known = choices.options("pim")
    return {f"pim_{name}": known[name].index(option) for name, option in options.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scope", "options"),
    [
        ("system", {}),
        ("path", {"law": "tile", "kappa": "0.1"}),
        ("memory", {"law": "level ratio"}),
        ("system", {"law": "tile, fixed share", "fixed_cost": "anchor", "share": "none"}),
        ("path", {"law": "patch", "gd_energy": "class", "gd_width": "own width", "share": "none"}),
    ],
)
def test_every_combination_is_drawn_as_it_is_predicted(scatter, scope, options):
    rows = pim.predictions(**options).query("group == @scope")
    found = drawn(scatter, 4, ["id", "v", "h", "inside"], pim_scope=scope, **chosen(**options))
    values = {name: (float(v), float(h), int(inside)) for name, v, h, inside in found}
    assert set(values) == set(rows["id"])
    for row in rows.itertuples():
        assert values[row.id][:2] == pytest.approx((row.predicted, row.predicted_high), rel=6e-3)
        assert values[row.id][2] == (row.miss == "within")


@pytest.mark.slow
def test_the_line_above_the_points_is_the_score(scatter):
    one = pim.score()
    (said,) = drawn(scatter, 5, ["label"], mark="text")
    assert said[0].startswith(f"{round(one['coverage'] * one['reports'])} of {one['reports']} intervals")
    assert said[0].endswith(f"{np.exp(one['error']):.2f}")


def test_options_that_do_not_combine_say_so(scatter):
    options = chosen(law="tile", fixed_cost="anchor")
    assert drawn(scatter, 4, ["id"], **options) == []
    assert drawn(scatter, 5, ["label"], mark="text", **options) == [[VOID]]


def test_packed_numbers_have_their_digits_in_order():
    assert packed([0, 63, 64, 4095], 2) == "AAA_BA__"
    with pytest.raises(ValueError, match=r"numbers: 64\.0 .*, expected"):
        packed([64], 1)
    with pytest.raises(ValueError, match=r"numbers: 0\.5, expected whole ones"):
        packed([0.5], 1)


@pytest.mark.slow
def test_charts_carry_their_rows():
    rungs = records(two_ladders().to_dict())
    assert {row["rung"] for row in rungs} == set(pim.ladders()["rung"])
    assert len(records(ratio_by_budget().to_dict())) == len(ratios())
    options = records(what_each_option_does().to_dict())
    assert {row["option"] for row in options} == set(pim.by_option().query("specifications > 0")["option"])
    curve = records(specification_curve().to_dict())
    assert {row["scope"] for row in curve} == set(pim.multiverse()["scope"])


def test_the_chart_of_power_has_one_legend():
    assert len(compiled(power().to_dict())["legends"]) == 1
