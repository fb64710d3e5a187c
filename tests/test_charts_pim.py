"""The charts of the chapters on PIM and on brains, as data and as Vega draws them."""

import pytest

from charts import drawn, records
from datagravity.brains import ratios
from datagravity.charts.brains import ratio_by_budget
from datagravity.charts.pim import predicted_and_reported, two_ladders
from datagravity.pim import LAWS, ladders, losses, predictions


@pytest.fixture(scope="module")
def scatter():
    return predicted_and_reported().to_dict()


def test_every_usable_row_and_every_loss_is_in_the_scatter(scatter):
    expected = set(predictions(include_recalled=True)["id"]) | set(losses()["id"])
    assert {row["id"] for row in records(scatter)} == expected
    titles = {entry["title"] for entry in scatter["layer"][-1]["encoding"]["tooltip"]}
    assert {"predicted", "80 % interval", "reported"} <= titles


def test_the_boxes_admit_rows(scatter):
    unconverted = losses().query("not comparable")
    shown = len(predictions()) + (unconverted["status"] != "recalled").sum()
    assert len(drawn(scatter, -1, ["id"])) == shown
    everything = len(predictions(include_recalled=True)) + len(unconverted)
    assert len(drawn(scatter, -1, ["id"], show_recalled=True)) == everything
    assert len(drawn(scatter, -1, ["id"], scopes="path")) == 11


def test_the_law_is_chosen(scatter):
    for number, model in enumerate(LAWS):
        rows = predictions(model=model).query("group == 'path'")
        values = sorted(map(float, (value for (value,) in drawn(scatter, -1, ["value"], law=number, scopes="path"))))
        assert values == pytest.approx(sorted(rows["predicted"]), abs=1e-4)


def test_ladders_and_ratios_carry_their_rows():
    rungs = records(two_ladders().to_dict())
    assert {row["rung"] for row in rungs} == set(ladders()["rung"])
    assert len(records(ratio_by_budget().to_dict())) == len(ratios())
