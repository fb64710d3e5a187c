"""Energy against distance: published exponents, fixed share, forms, and what stays out."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagravity import distance as dist
from datagravity import fits, load
from datagravity.series import series_members
from frozen import freeze


@pytest.fixture(scope="module")
def table():
    return dist.exponents().set_index("series")


def synthetic(distances, energies, groups="one", off_chip=False, error=0.0):
    return pd.DataFrame(
        {
            "distance_mm": distances,
            "pj_per_bit": energies,
            "distance_error": error,
            "off_chip": off_chip,
            "source_group": groups,
        }
    )


# --- Published numbers


@pytest.mark.parametrize(
    ("series", "exponent", "error"),
    [
        ("mesh, measured", 0.360, 0.035),
        ("wires, budget of 2010", 1.045, 0.044),
        ("links by class", 0.536, 0.051),
        ("SRAM, 45 nm", 0.945, 0.016),
        ("SRAM, 7 nm", 0.263, 0.024),
        ("A100, three levels", 0.472, 0.103),
        ("GH200, three levels", 0.475, 0.066),
    ],
)
def test_published_exponents(table, series, exponent, error):
    assert table.loc[series, "exponent"] == pytest.approx(exponent, abs=5e-4)
    assert table.loc[series, "standard_error"] == pytest.approx(error, abs=5e-4)


@pytest.mark.parametrize(
    ("series", "exponent"), [("wires, budget of 2022", 1.004), ("HBM path, budget of 2023", 1.000)]
)
def test_two_points_have_an_exponent_and_no_interval(table, series, exponent):
    assert table.loc[series, "exponent"] == pytest.approx(exponent, abs=5e-4)
    assert table.loc[series, ["standard_error", "low", "high"]].isna().all()


def test_the_mesh_in_detail():
    mesh = dist.series(dist.MESH)
    wide = dist.power_line(mesh).interval(0.95)
    assert (round(wide.low, 2), round(wide.high, 2)) == (0.26, 0.46)
    affine = dist.affine_line(mesh)
    assert 8 * affine.intercept == pytest.approx(8.86, abs=5e-3)
    assert 8 * affine.slope == pytest.approx(0.488, abs=5e-4)
    means = load("energy").set_index("id").loc[mesh["id"], "energy_mean_pj"].to_numpy(float) / 8
    by_means = dist.affine_line(mesh.assign(pj_per_bit=means))
    assert (round(8 * by_means.intercept, 2), round(8 * by_means.slope, 2)) == (9.36, 0.45)
    assert 0.03 < dist.power_line(mesh).slope_error < dist.power_line(mesh.assign(pj_per_bit=means)).slope_error < 0.04


def test_the_mesh_by_card():
    assert [round(dist.power_line(dist.mesh_by_card(card)).slope, 2) for card in ("a2", "a3")] == [0.43, 0.26]
    assert [len(dist.mesh_by_card(card)) for card in ("a2", "a3")] == [5, 6]
    both = pd.concat([dist.mesh_by_card(card).assign(card=card) for card in ("a2", "a3")])
    again = dist.bootstrap(both, cluster="card")
    assert (round(again.low, 2), round(again.high, 2)) == (0.26, 0.43), "two cards have no more to say"


def test_the_copied_budget_is_out_and_would_be_above_one():
    rows = load("energy").set_index("id").loc[["P081", "P082", "P083"]]
    assert rows["out_of_fits"].all()
    assert dist.power_line(rows.assign(pj_per_bit=rows["energy_pj_per_bit_low"])).slope == pytest.approx(1.44, abs=5e-3)


def test_the_length_of_a_gpu_path_is_the_sum_of_its_parts():
    lengths = dist.points().set_index("id").loc[["P149", "P150", "P151"], "distance_mm"]
    assert lengths.to_list() == [1, 20, 48 + 16 + 6.5]


def test_statsmodels_draws_the_same_line():
    from statsmodels.api import OLS, add_constant

    mesh = dist.series(dist.MESH)
    fitted = OLS(np.log(mesh["pj_per_bit"]), add_constant(np.log(mesh["distance_mm"]))).fit()
    ours = dist.power_line(mesh)
    assert [ours.intercept, ours.slope] == pytest.approx(fitted.params.to_list())
    assert [ours.intercept_error, ours.slope_error] == pytest.approx(fitted.bse.to_list())
    assert ours.covariance == pytest.approx(fitted.cov_params().iloc[0, 1])
    interval = ours.interval(0.95)
    assert [interval.low, interval.high] == pytest.approx(fitted.conf_int().iloc[1].to_list())


# --- Which rows


def test_rows_per_millimetre_stay_out():
    out = dist.not_fitted().set_index("id")
    used = set(dist.points()["id"])
    per_mm = load("energy").set_index("id")
    per_mm = per_mm[(per_mm["distance_basis"] == "per mm").fillna(False)]
    assert set(per_mm.index) <= set(out.index)
    assert "P080" in out.index, "called stated in the table, corrected to per mm"
    assert not used & set(out.index)
    with_distance = set(load("energy").query("distance_mm.notna()")["id"])
    assert with_distance == set(out.index) | (with_distance & used)


def test_a_conflict_keeps_a_row_out():
    assert dist.not_fitted().set_index("id").loc["P127", "reason"].startswith("a conflict")


def test_no_recalled_row_and_every_row_has_what_a_reader_needs():
    frame = dist.points()
    assert "recalled" not in set(frame["status"])
    assert frame[["distance_mm", "pj_per_bit", "source", "locator", "scope", "basis"]].notna().all().all()
    assert set(frame["basis"]) == set(dist.DISTANCE_ERROR)
    assert not dist.pool(include_grey=False)["grey"].any()
    assert not set(dist.pool()["basis"]) & set(dist.PROXIES)
    assert len(dist.pool(include_proxies=True)) == len(frame)
    assert set(dist.pool(scope="wire")["scope"]) == {"wire"}


def test_each_series_row_exists_once():
    rows = series_members("exponent")["row"].to_list()
    assert len(rows) == len(set(rows))
    assert set(rows) <= set(dist.points()["id"])


def reach(identifier, distance=None, basis="stated", **cells):
    """A frozen row that moves a bit."""
    cells = {"kind": "network", "width_bits": 1, "pj": 1, **cells}
    return {"id": identifier, **cells} | ({"distance_mm": distance, "distance_basis": basis} if distance else {})


FROZEN_EXPONENTS = {"near": math.log(2, 7 / 3), "far": math.log(4, 13 / 5), "half": 1 / 2}


@pytest.fixture
def frozen(tmp_path, monkeypatch):
    energy = [
        reach("P001", 3),
        reach("P002", 5, "derived", kind="offchip-link", pj=(1, 3)),
        reach("P003", 1, "per mm"),
        reach("P004", 4, method="projection"),
        reach("P005", 4, excluded_because="another activity than random data"),
        reach("P006", 4, status="recalled", confidence=0.9, text_type="recalled"),
        reach("P007"),
        reach("P008", kind="sram", capacity_kib=64 * 1024, memory_level="L2, large SRAM"),
        reach("P009", kind="dram", memory_level="HBM", pj=4),
        reach("P010", 7, "maximum reach", pj=2),
        reach("P011", 1),
        reach("P012", 4, pj=2),
    ]
    members = [("near", "P001"), ("near", "P010"), ("far", "P008"), ("far", "P009"), ("half", "P011"), ("half", "P012")]
    stand_ins = {
        "P008": {"stand_in": "capacity", "path": "D01"},
        "P009": {"stand_in": "assumed", "path": "D01;D02", "assumed_mm": 1},
    }
    exponent = {"use": "exponent", "table": "energy", "warning": "few"}
    freeze(
        tmp_path,
        monkeypatch,
        energy=energy,
        distances=[
            {"id": name, "distance_low_mm": end, "distance_high_mm": end} for name, end in (("D01", 10), ("D02", 2))
        ],
        series=[
            {"name": name, "origin": f"origin of {name}", "growing_part": grows, **exponent}
            for name, grows in (("near", "true"), ("far", "false"), ("half", "true"))
        ],
        series_rows=[
            {"id": f"M{number:03d}", "series": name, "row": row, **stand_ins.get(row, {})}
            for number, (name, row) in enumerate(members, 1)
        ],
    )


@pytest.mark.usefixtures("frozen")
def test_a_distance_is_what_the_columns_say():
    points = dist.points().set_index("id")
    distances = {"P001": 3, "P002": 5, "P008": 5, "P009": 13, "P010": 7, "P011": 1, "P012": 4}
    assert points["distance_mm"].to_dict() == distances
    bases = ["stated", "derived", "capacity", "assumed", "maximum reach", "stated", "stated"]
    assert points["basis"].to_list() == bases
    assert points["distance_error"].to_list() == [dist.DISTANCE_ERROR[basis] for basis in bases]
    assert points["series"].to_list() == ["near", dist.SINGLE, "far", "far", "near", "half", "half"]
    assert points["origin"].to_list() == [
        "chip" if name == dist.SINGLE else f"origin of {name}" for name in points["series"]
    ]
    assert points["off_chip"].to_list() == [False, True, False, True, False, False, False]
    assert points.loc["P002", ["pj_per_bit_low", "pj_per_bit", "pj_per_bit_high"]].to_list() == [1, 2, 3]
    assert dist.not_fitted().set_index("id")["reason"].to_dict() == {
        "P003": "quoted per mm: linear by definition",
        "P004": "a projection to a node that did not exist",
        "P005": "another activity than random data",
        "P006": "recalled",
    }
    exponents = dist.exponents().set_index("series")["exponent"]
    assert exponents.to_dict() == pytest.approx(FROZEN_EXPONENTS)
    assert not set(dist.pool()["id"]) & {"P008", "P009"}, "a capacity and an assumed path are no distance"


# --- The exponent and the fixed share


def test_the_exponent_of_a_further_machine():
    interval = dist.exponent()
    assert interval.level == 0.8
    mean = dist.exponent(of_mean=True)
    assert interval.low < mean.low < mean.high < interval.high
    assert dist.exponent(level=0.95).high > interval.high


@pytest.mark.usefixtures("frozen")
def test_the_exponent_by_hand():
    logs = np.log(list(FROZEN_EXPONENTS.values()))
    # 80 % of Student's t with two degrees of freedom lie within 1.8856.
    half = 1.8856 * logs.std(ddof=1) * math.sqrt(1 + 1 / 3)
    found = dist.exponent()
    assert found.value == pytest.approx(math.exp(logs.mean()))
    assert [found.low, found.high] == pytest.approx(np.exp([logs.mean() - half, logs.mean() + half]), rel=1e-4)
    of_mean = dist.exponent(of_mean=True)
    assert of_mean.high == pytest.approx(math.exp(logs.mean() + half / 2), rel=1e-4)
    near, half_power = np.log([FROZEN_EXPONENTS["near"], FROZEN_EXPONENTS["half"]])
    assert dist.exponent(include_proxies=False).value == pytest.approx(math.exp((near + half_power) / 2))


@pytest.mark.usefixtures("frozen")
def test_the_marginal_exponent_is_the_mean_of_the_series_that_only_grow():
    found = dist.marginal_exponent()
    near, half = FROZEN_EXPONENTS["near"], FROZEN_EXPONENTS["half"]
    assert found.value == pytest.approx((near + half) / 2)
    # 80 % of Student's t with one degree of freedom lie within 3.0777.
    assert found.high - found.value == pytest.approx(3.0777 * abs(near - half) / 2, rel=1e-4)


def test_the_fixed_share():
    phi = dist.fixed_share()
    assert (round(phi.value, 2), round(phi.low, 2), round(phi.high, 2)) == (0.61, 0.55, 0.67)
    assert [round(dist.fixed_share(d).value, 2) for d in (5.95, 17.48, 48)] == [0.75, 0.51, 0.27]
    affine = dist.affine_line(dist.series(dist.MESH))
    assert dist.fixed_share(affine.intercept / affine.slope).value == pytest.approx(0.5)


def test_the_interval_of_the_fixed_share_covers():
    generator, hits = np.random.default_rng(3), 0
    distances = np.array([6.0, 8, 13, 14, 17, 17.5])
    frames = [1.1 + 0.06 * distances + generator.normal(0, 0.07, 6) for _ in range(300)]
    for energies in frames:
        fitted = fits.line(distances, energies)
        # The same statement as Fieller's: the true combination lies within t standard errors of zero.
        phi = 1.1 / (1.1 + 0.6)
        near, far = 1 - phi, -phi * 10
        error = math.sqrt(
            (near * fitted.intercept_error) ** 2 + (far * fitted.slope_error) ** 2 + 2 * near * far * fitted.covariance
        )
        hits += abs(near * fitted.intercept + far * fitted.slope) < 1.5332 * error
    assert 0.74 < hits / 300 < 0.86


def test_the_marginal_exponent_is_that_of_wires():
    interval = dist.marginal_exponent()
    assert interval.value == pytest.approx(1.016, abs=1e-3)
    assert interval.low < 1 < interval.high


@given(st.floats(0.01, 1e3), st.floats(0, 100), st.floats(1e-3, 100), st.floats(0.1, 2))
def test_the_local_exponent_is_a_slope(distance, fixed, growing, power):
    def log_energy(x):
        return math.log(fixed + growing * math.exp(power * x))

    x, step = math.log(distance), 1e-5
    slope = (log_energy(x + step) - log_energy(x - step)) / (2 * step)
    assert float(dist.local_exponent(distance, fixed, growing, power)) == pytest.approx(slope, abs=1e-5)


def test_the_bare_exponent_is_mostly_a_share():
    mesh = dist.series(dist.MESH)
    affine = dist.affine_line(mesh)
    middle = math.exp(np.log(mesh["distance_mm"]).mean())
    local = dist.local_exponent(middle, affine.intercept, affine.slope)
    assert local == pytest.approx(1 - dist.fixed_share(middle).value)
    assert local == pytest.approx(dist.power_line(mesh).slope, abs=0.04)


# --- The forms


@settings(max_examples=25)
@given(st.floats(0.1, 2), st.floats(0.01, 10))
def test_a_power_is_found(exponent, factor):
    distances = np.geomspace(1, 100, 6)
    fitted = dist.fit(synthetic(distances, factor * distances**exponent, error=0.1), "power")
    assert fitted.parameters == pytest.approx((math.log(factor), exponent), abs=1e-6)
    assert fitted.energy(50.0) == pytest.approx(factor * 50**exponent)


@settings(max_examples=25)
@given(st.floats(0.1, 10), st.floats(0.01, 1))
def test_a_fixed_and_linear_cost_is_found(fixed, slope):
    distances = np.geomspace(0.5, 200, 8)
    fitted = dist.fit(synthetic(distances, fixed + slope * distances, error=0.05), "affine")
    assert np.exp(fitted.parameters) == pytest.approx([fixed, slope], rel=1e-5)


def test_a_break_is_found():
    distances = np.array([1, 3, 10, 5, 50, 500.0])
    off = np.array([False] * 3 + [True] * 3)
    energies = np.where(off, 0.5 * distances**0.4, 0.1 * distances)
    fitted = dist.fit(synthetic(distances, energies, off_chip=off), "broken")
    assert fitted.parameters == pytest.approx((math.log(0.1), 1, math.log(5), -0.6), abs=1e-6)
    assert fitted.exponent(off_chip=True).value == pytest.approx(0.4)


def test_rows_with_uncertain_distances_weigh_less():
    distances, energies = np.array([1, 2, 4, 8, 16.0]), np.array([1, 2, 4, 8, 64.0])
    blind = dist.fit(synthetic(distances, energies), "power").parameters[1]
    warned = dist.fit(synthetic(distances, energies, error=np.array([0.01] * 4 + [2.0])), "power").parameters[1]
    assert 1 < warned < blind
    assert warned == pytest.approx(1, abs=0.01)


def test_the_scatter_is_found_beside_errors_in_distance():
    generator = np.random.default_rng(5)
    logs = generator.uniform(0, 5, 400)
    energies = np.exp(0.8 * logs + generator.normal(0, 0.3, 400))
    fitted = dist.fit(synthetic(np.exp(logs + generator.normal(0, 0.2, 400)), energies, error=0.2), "power")
    assert fitted.scatter == pytest.approx(0.3, abs=0.03)
    assert fitted.parameters[1] == pytest.approx(0.8, abs=0.04)


def test_the_forms_side_by_side():
    pool = dist.pool()
    table = dist.comparison(pool).set_index("form")
    assert list(table.index) == ["constant", "power", "affine", "broken"]
    assert table["weight"].sum() == pytest.approx(1)
    errors = {form: math.sqrt((dist.left_out_errors(pool, form) ** 2).mean()) for form in table.index}
    assert np.log(table["left_out_error"]).to_dict() == pytest.approx(errors)
    mesh = dist.comparison(dist.series(dist.MESH)).set_index("form")
    assert "broken" not in mesh.index, "all on one chip"
    assert mesh["left_out_error"].isna().all(), "one source"
    assert mesh["aicc"].idxmin() == "affine"


def test_aicc_by_hand():
    mesh = dist.series(dist.MESH).assign(distance_error=0.0)
    fitted, ours = dist.power_line(mesh), dist.fit(mesh, "power")
    residuals = np.log(mesh["pj_per_bit"]) - fitted.intercept - fitted.slope * np.log(mesh["distance_mm"])
    variance = (residuals**2).mean()
    minus_two_log_likelihood = 6 * (math.log(2 * math.pi * variance) + 1)
    assert ours.aicc == pytest.approx(minus_two_log_likelihood + 2 * 3 + 2 * 3 * 4 / (6 - 3 - 1))


def test_leaving_out_a_source_is_a_prediction():
    distances = np.array([1, 10, 1, 10, 1, 10.0])
    frame = synthetic(distances, distances * [1, 1, 1, 1, 4, 4], groups=["a", "a", "b", "b", "c", "c"])
    errors = dist.left_out_errors(frame, "power")
    assert errors["c"] == pytest.approx(math.log(4))
    assert errors["a"] == pytest.approx(math.log(2))


def test_the_bootstrap_draws_whole_sources():
    pool = dist.pool()
    again = dist.bootstrap(pool)
    assert again == dist.bootstrap(pool)
    assert again.low < again.value < again.high
    assert again.value == pytest.approx(dist.power_line(pool).slope)
    alone = pool.assign(source_group=pool["id"])
    assert dist.bootstrap(alone) != again, "rows as sources say something else"


# --- Bad input


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dist.series("mash"), "series: 'mash', expected one of 'mesh, measured'"),
        (lambda: dist.mesh_by_card("a4"), "card: 'a4', expected one of 'a2', 'a3'"),
        (lambda: dist.pool(scope="board"), "scope: 'board', expected one of 'device', 'io'"),
        (lambda: dist.fit(dist.pool(), "cubic"), "form: 'cubic', expected one of 'constant', 'power'"),
        (
            lambda: dist.fit(dist.pool().head(2), "power"),
            "frame: 2 rows, expected more distances to tell the parameters of 'power'",
        ),
        (
            lambda: dist.fit(dist.series(dist.MESH), "broken"),
            "frame: 6 rows, expected more distances to tell the parameters of 'broken'",
        ),
        (lambda: dist.fit(dist.pool(), "affine").exponent(), "form: 'affine', expected 'power' or 'broken'"),
        (lambda: dist.fixed_share(-1), "distance_mm: -1.0, expected a finite number above 0"),
        (lambda: dist.local_exponent(0, 1, 1), "distance: 0.0, expected a finite number above 0"),
        (lambda: dist.local_exponent(1, 0, [1, 0]), "fixed_energy: 0.0 (index 1), expected a number above 0 where"),
        (lambda: dist.bootstrap(dist.series(dist.MESH)), "cluster: 'source_group' has 1, expected two or more"),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()
