"""The charts of the chapters on PIM and on brains, as data and as Vega draws them."""

import json

import pytest
import vl_convert

from datagravity.brains import ratios
from datagravity.charts.brains import ratio_by_budget
from datagravity.charts.pim import calibration_by_level, predicted_and_reported, two_ladders
from datagravity.pim import LAWS, ladders, losses, predictions

CHARTS = [predicted_and_reported, two_ladders, calibration_by_level, ratio_by_budget]


@pytest.fixture(scope="module")
def scatter():
    return predicted_and_reported().to_dict()


def records(spec):
    """The longest data set of a chart."""
    return max(spec["datasets"].values(), key=len)


def drawn(spec, layer, field, **parameters):
    """The values of a field in the marks that Vega draws in one layer with these settings of the controls."""
    spec = json.loads(json.dumps(spec))
    for parameter in spec["params"]:
        if parameter["name"] in parameters:
            parameter["value"] = parameters[parameter["name"]]
    # A scene keeps positions and descriptions, no data: the description carries the field out.
    spec["layer"][layer]["encoding"]["description"] = {"field": field, "type": "nominal"}
    scene = vl_convert.vegalite_to_scenegraph({**spec, "width": 600}, vl_version="6.4")

    def walk(item):
        if item.get("marktype") == "symbol" and item.get("role") == "mark":
            yield from (point["description"] for point in item["items"])
        for child in item.get("items", []):
            yield from walk(child)

    return list(walk(scene["scenegraph"]))


@pytest.mark.parametrize("function", CHARTS, ids=lambda function: function.__name__)
def test_a_chart_explains_itself(function):
    spec = function().to_dict()
    assert spec["description"].endswith(".")
    assert spec["width"] == "container"
    assert spec["usermeta"]["function"] == f"{function.__module__}.{function.__name__}"
    assert spec["usermeta"]["sources"]
    assert vl_convert.vegalite_to_svg({**spec, "width": 300}, vl_version="6.4").startswith("<svg")


def test_every_usable_row_and_every_loss_is_in_the_scatter(scatter):
    expected = set(predictions(include_recalled=True)["id"]) | set(losses()["id"])
    assert {row["id"] for row in records(scatter)} == expected
    titles = {entry["title"] for entry in scatter["layer"][-1]["encoding"]["tooltip"]}
    assert {"predicted", "80% interval", "reported", "scope", "status", "source", "where"} <= titles
    assert all(row["link"].startswith("references.html#") for row in records(scatter))


def test_the_boxes_admit_rows(scatter):
    unconverted = losses().query("not comparable")
    shown = len(predictions()) + (unconverted["status"] != "recalled").sum()
    assert len(drawn(scatter, -1, "id")) == shown
    everything = len(predictions(include_recalled=True)) + len(unconverted)
    assert len(drawn(scatter, -1, "id", show_recalled=True)) == everything
    assert len(drawn(scatter, -1, "id", scopes="path")) == 11


def test_the_law_is_chosen(scatter):
    for number, model in enumerate(LAWS):
        rows = predictions(model=model).query("group == 'path'")
        values = sorted(map(float, drawn(scatter, -1, "value", law=number, scopes="path")))
        assert values == pytest.approx(sorted(rows["predicted"]), abs=1e-4)


def test_ladders_and_ratios_carry_their_rows():
    rungs = records(two_ladders().to_dict())
    assert {row["rung"] for row in rungs} == set(ladders()["rung"])
    assert len(records(ratio_by_budget().to_dict())) == len(ratios())
