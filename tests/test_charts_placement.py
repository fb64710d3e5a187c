"""The charts of the placement law: drawn, light, and showing what the library computes."""

import itertools
import json
import re

import pytest

import datagravity as dg
from charts import picture, texts
from datagravity import symbolic
from datagravity.charts import placement
from datagravity.compiled import vega_expression


def test_expressions_are_generated():
    text = json.dumps(placement.energy_against_distance().to_dict())
    for model in symbolic.MODELS:
        assert vega_expression(symbolic.energy(model, symbolic.fixed_share), r="datum.r") in text
        assert vega_expression(symbolic.saving(model, symbolic.fixed_share)) in text
        assert vega_expression(symbolic.optimal_distance(model, symbolic.fixed_share)) in text


@pytest.mark.parametrize("model", symbolic.MODELS)
@pytest.mark.slow
def test_the_optimum_and_the_saving_follow_the_sliders(model):
    chart, seen = placement.energy_against_distance().to_dict(), set()
    for exponent, beta, share in itertools.product([0, 2, 4], [1.05, 2.0, 2.95], [0, 0.9]):
        words = texts(chart, log10_G_d=exponent, beta=beta, fixed_share=share, model=model)
        (label,) = [text for text in words if text.startswith("r* = ")]
        shown = [float(value) for value in re.fullmatch(r"r\* = (\S+), saving (\S+)x", label).groups()]
        law = 10.0**exponent, beta, model, share
        # Two and three digits are shown.
        assert shown[0] == pytest.approx(dg.optimal_distance(*law), rel=0.051)
        assert shown[1] == pytest.approx(dg.saving(*law), rel=0.0051)
        seen.add(label)
    assert len(seen) >= 15


def test_the_slider_of_gd_starts_at_the_published_value():
    assert "r* = 0.032, saving 15.8x" in texts(placement.energy_against_distance().to_dict())


@pytest.mark.slow
@pytest.mark.parametrize(("beta", "expected"), [(1.05, "97.5"), (2.0, "50.0"), (2.95, "2.5")])
def test_the_virial_point_follows_beta(beta, expected):
    assert f"optimum at {expected}\N{NO-BREAK SPACE}%" in texts(placement.saving_against_share().to_dict(), beta=beta)


@pytest.mark.slow
@pytest.mark.parametrize("beta", [1.05, 2.0, 2.95])
def test_flatness_shows_what_a_factor_of_two_costs(beta):
    words = texts(placement.flatness().to_dict(), beta=beta)
    for ratio in (0.5, 2.0):
        assert f"+{100 * (dg.excess_energy(ratio, beta) - 1):.0f}\N{NO-BREAK SPACE}%" in words


@pytest.mark.slow
@pytest.mark.parametrize("model", symbolic.MODELS)
def test_the_map_shows_the_saving(model):
    vega = picture(placement.saving_map().to_dict(), model=model)
    savings = [float(value) * (1000 if kilo else 1) for value, kilo in re.findall(r"saving: ([0-9.]+)(k?)", vega)]
    assert len(savings) == 50 * 40
    # The first and the last cell of the map, by the law.
    assert savings[0] == pytest.approx(dg.saving(10**-0.95, 1.025, model), rel=0.05)
    assert savings[-1] == pytest.approx(dg.saving(10**3.95, 2.975, model), rel=0.05)
