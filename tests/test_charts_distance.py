"""The charts of the chapter on distance: what Vega draws is what Python computes."""

import pytest

from charts import drawn
from datagravity import distance as dist
from datagravity.charts import distance as charts
from datagravity.distance.hops import DIFFERENCE


def dataset(spec, field):
    return next(data for data in spec["datasets"].values() if field in data[0])


@pytest.fixture(scope="module")
def hops():
    return charts.energy_by_hops().to_dict()


@pytest.mark.slow
@pytest.mark.parametrize("pattern", charts.PATTERNS)
def test_the_list_chooses_points_and_lines_of_one_pattern(hops, pattern):
    points = {row["id"]: row for row in dataset(hops, "place") if row["data_pattern"] == pattern}
    found = drawn(hops, 1, ["id", "condition", "pj_per_bit"], pattern=pattern)
    assert {row: float(energy) for row, _, energy in found} == {
        row: pytest.approx(one["pj_per_bit"]) for row, one in points.items()
    }
    table = dist.conditions()
    (lines,) = [data for data in hops["datasets"].values() if "place" not in data[0]]
    ends = [row for row in lines if row["data_pattern"] == pattern and row["distance_mm"] == 0]
    expected = table[(table["data_pattern"] == pattern) & (table["data_pattern"] != DIFFERENCE)]["fixed"]
    assert sorted(row["pj_per_bit"] for row in ends) == pytest.approx(sorted(expected))


@pytest.mark.slow
def test_the_share_and_its_band_are_pythons():
    spec = charts.share_against_distance().to_dict()
    found = drawn(spec, 2, ["choice", "distance_mm", "share", "low", "high"], evidence="reviewed")
    assert {row[0] for row in found} == {"reviewed"}
    for _, distance, *ends in found[::8]:
        phi = dist.fixed_share(float(distance), reviewed=True)
        assert [float(end) for end in ends] == pytest.approx([phi.value, phi.low, phi.high], abs=1e-4)


@pytest.mark.slow
def test_each_split_each_chip_and_each_series_is_a_mark():
    splits = dist.usable_splits()
    marks = dataset(charts.fixed_and_growing().to_dict(), "fj_per_mm")
    assert [mark["fixed"] for mark in marks] == pytest.approx(splits["fixed"].to_list())
    chips = dataset(charts.levels_left().to_dict(), "left")
    assert {mark["chip"] for mark in chips} == set(dist.levels()["chip"])
    table = dist.exponents().set_index("series")
    rows = dataset(charts.exponents_by_evidence().to_dict(), "exponent")
    assert {row["series"]: row["exponent"] for row in rows} == table["exponent"].to_dict()


def test_the_chart_of_the_model_holds_its_standard_runs_of_sram():
    runs = dist.cacti_runs()
    wanted = runs[runs["standard"] & (runs["memory"] == "SRAM")]
    marks = dataset(charts.what_is_not_wire().to_dict(), "not_htree")
    assert {mark["id"]: mark["not_htree"] for mark in marks} == pytest.approx(
        dict(zip(wanted["run"], wanted["not_htree"], strict=True))
    )
