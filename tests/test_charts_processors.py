"""The charts of the processors chapter, as data, and their formula evaluated by Vega itself."""

import pytest

from charts import drawn, records
from datagravity.charts.processors import disjunction_constants_by_memory, improvement_by_part
from datagravity.processors import disjunction_constants, improvement_of, improvements


@pytest.fixture(scope="module")
def by_memory():
    return disjunction_constants_by_memory().to_dict()


@pytest.fixture(scope="module")
def by_part():
    return improvement_by_part().to_dict()


def drawn_points(spec, **parameters):
    """What Vega draws with these settings of the controls: (transport row, operation row) -> low end, G_d, high end."""
    found = drawn(spec, -1, ["transport", "compute", "low", "G_d", "high"], **parameters)
    return {(transport, compute): list(map(float, ends)) for transport, compute, *ends in found}


def test_every_pair_is_in_the_chart(by_memory):
    pairs = disjunction_constants(include_recalled=True)
    plotted = {(row["transport"], row["compute"]) for row in records(by_memory)}
    assert plotted == set(zip(pairs["transport_row"], pairs["compute_row"], strict=True))
    assert set(by_memory["usermeta"]["sources"]) == set(pairs["source"])


def test_axes_and_tooltips(by_memory):
    points = by_memory["layer"][-1]["encoding"]
    assert points["x"]["title"] == "G_d (transport / compute energy)"
    assert points["shape"]["field"] == "scope"
    titles = {entry["title"] for entry in points["tooltip"]}
    assert {"G_d", "low end", "high end", "method"} <= titles


def test_recalled_is_off_and_grey_is_on(by_memory):
    values = {parameter["name"]: parameter.get("value") for parameter in by_memory["params"]}
    assert values["show_recalled"] is False
    assert values["show_grey"] is True
    assert values["operation"] == "FP32 multiply"


@pytest.mark.slow
def test_the_boxes_admit_rows(by_memory):
    default = drawn_points(by_memory, operation="all operations")
    assert len(default) == len(disjunction_constants())
    assert len(drawn_points(by_memory, operation="all operations", show_grey=False)) == len(
        disjunction_constants(include_grey=False)
    )
    assert len(drawn_points(by_memory, operation="all operations", show_recalled=True)) == len(
        disjunction_constants(include_recalled=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "columns", "factor"),
    [
        ({}, "gd", 1),
        ({"operands": 1}, "gd", 1 / 2),
        ({"log10_operations_per_operand": 3}, "gd", 1 / 1000),
        ({"width_choice": "own", "operands": 1}, "gd_matched", 1),
        ({"width_choice": "own", "operands": 3}, "gd_matched", 3),
    ],
)
@pytest.mark.parametrize("operation", ["FP32 multiply", "FP16 tensor MAC"])
def test_the_controls_compute_what_python_computes(by_memory, settings, columns, factor, operation):
    rows = disjunction_constants(operation).set_index(["transport_row", "compute_row"])
    points = drawn_points(by_memory, operation=operation, **settings)
    assert set(points) == set(rows.index)
    for pair, point in points.items():
        expected = rows.loc[pair, [f"{columns}_low", columns, f"{columns}_high"]].to_list()
        assert point == pytest.approx([factor * value for value in expected])


def test_improvements_are_all_drawn(by_part):
    table = improvements()
    rows = records(by_part)
    assert {row["item"] for row in rows} == {*table["item"], "logic, mean", "SRAM, mean"}
    means = {row["item"]: round(row["improvement"], 2) for row in rows if row["kind"] == "geometric mean"}
    assert means == {"logic, mean": 2.87, "SRAM, mean": 2.82}
    assert by_part["layer"][-1]["encoding"]["x"]["title"] == "energy at 45 nm / energy at 7 nm"


def test_a_mean_has_the_interval_that_the_text_gives(by_part):
    bars = drawn(by_part, 1, ["item", "low", "high"], mark="rule")
    assert {item for item, *_ in bars} == {"logic, mean", "SRAM, mean"}
    for item, *ends in bars:
        found = improvement_of(item.removesuffix(", mean"))
        assert [float(end) for end in ends] == pytest.approx([found.low, found.high])
