"""The charts of the chapter on distance: what Vega draws is what Python computes."""

import numpy as np
import pytest

from charts import drawn
from datagravity import distance as dist
from datagravity.charts.distance import (
    ALL_SCOPES,
    EVERY_ROW,
    FORM_NAMES,
    WITH_DISTANCE,
    energy_against_distance,
    exponents_by_evidence,
)
from datagravity.intervals import text


@pytest.fixture(scope="module")
def explorer():
    return energy_against_distance().to_dict()


@pytest.fixture(scope="module")
def overview():
    return exponents_by_evidence().to_dict()


def points_of(spec, **parameters):
    found = drawn(spec, 3, ["id", "drawn", "least", "most"], **parameters)
    return {row: list(map(float, values)) for row, *values in found}


def hint_of(spec, **parameters):
    return drawn(spec, 4, ["hint"], "text", **parameters)[0][0]


def test_the_overview_holds_every_series(overview):
    table = dist.exponents().set_index("series")
    rows = next(data for data in overview["datasets"].values() if "exponent" in data[0])
    assert {row["series"]: row["exponent"] for row in rows} == table["exponent"].to_dict()
    assert sum(row["low"] is None for row in rows) == 2


@pytest.mark.parametrize(
    ("rows", "scope", "grey", "frame"),
    [
        (WITH_DISTANCE, ALL_SCOPES, True, lambda: dist.pool()),
        (WITH_DISTANCE, ALL_SCOPES, False, lambda: dist.pool(include_grey=False)),
        (WITH_DISTANCE, "wire", True, lambda: dist.pool(scope="wire")),
        (EVERY_ROW, ALL_SCOPES, True, lambda: dist.pool(include_proxies=True)),
        (EVERY_ROW, "system", False, lambda: dist.pool(scope="system", include_grey=False, include_proxies=True)),
        (dist.MESH, ALL_SCOPES, True, lambda: dist.series(dist.MESH)),
    ],
)
@pytest.mark.parametrize("form", FORM_NAMES)
def test_the_controls_draw_what_python_fits(explorer, rows, scope, grey, frame, form):
    frame = frame().set_index("id", drop=False)
    settings = {"rows": rows, "scope": scope, "show_grey": grey, "form": form}
    plain = points_of(explorer, **settings)
    assert plain == {
        row: pytest.approx(ends)
        for row, *ends in frame[["id", "pj_per_bit", "pj_per_bit_low", "pj_per_bit_high"]].itertuples(index=False)
    }
    if not dist.enough(frame, FORM_NAMES[form]):
        assert hint_of(explorer, **settings) == "too few rows for this form"
        assert points_of(explorer, divided=True, **settings) == {}
        return
    fitted = dist.fit(frame, FORM_NAMES[form])
    energies = fitted.energy(frame["distance_mm"].to_numpy(), frame["off_chip"].to_numpy())
    residuals = points_of(explorer, divided=True, **settings)
    expected = dict(zip(frame["id"], frame["pj_per_bit"] / energies, strict=True))
    assert {row: values[0] for row, values in residuals.items()} == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("form", ["power", "broken"])
def test_the_curves_and_bands_are_pythons(explorer, form):
    name = next(key for key, value in FORM_NAMES.items() if value == form)
    fitted = dist.fit(dist.pool(), form)
    curves = next(data for data in explorer["datasets"].values() if "side" in data[0])
    number = max(curves, key=lambda row: row["fit"])["fit"]
    assert len({row["fit"] for row in curves}) == number + 1, "each fit once"
    literal = next(parameter["expr"] for parameter in explorer["params"] if parameter["name"] == "fit")
    key = f"'{WITH_DISTANCE}|{ALL_SCOPES}|{name}|true': "
    chosen = int(literal.split(key)[1].split(",")[0])
    rows = [row for row in curves if row["fit"] == chosen]
    distances = np.array([row["distance_mm"] for row in rows])
    off = np.array([row["side"] == "off" for row in rows])
    assert [row["energy"] for row in rows] == pytest.approx(fitted.energy(distances, off), rel=2e-4)
    low, high = fitted.band(distances, off)
    assert [row["low"] for row in rows] == pytest.approx(low, rel=2e-4)
    assert [row["high"] for row in rows] == pytest.approx(high, rel=2e-4)
    assert off.any() == (form == "broken")


def test_the_hint_says_what_was_fitted(explorer):
    mesh, pool = dist.series(dist.MESH), dist.pool()
    assert hint_of(explorer, rows=dist.MESH) == f"exponent {text(dist.fit(mesh, 'power').exponent())}"
    fixed, growing = np.exp(dist.fit(mesh, "affine").parameters)
    expected = f"{fixed:.2g} pJ/bit + {growing:.2g} for each mm"
    assert hint_of(explorer, rows=dist.MESH, form="fixed + linear") == expected
    broken = dist.fit(pool, "broken")
    near, far = (text(broken.exponent(off_chip)) for off_chip in (False, True))
    assert hint_of(explorer, form="broken at the chip edge") == f"on the chip {near}; off the chip {far}"
