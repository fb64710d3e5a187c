"""The charts of real programs on a few counted rows: what Vega computes is what the package computes."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from charts import drawn, texts
from datagravity import symbolic
from datagravity.charts import programs as charts
from datagravity.compiled import numpy_function
from datagravity.programs import bill, fitting, predicting
from datagravity.programs.counted import one_run_each
from datagravity.programs.measuring import levels
from datagravity.programs.prices import Law, side_mm

POWERS = {"quarter": 0.25, "half": 0.5, "three_quarters": 0.75, "whole": 1.0}


def row(kernel, places, partition, role="fit", size=1, **numbers):
    """A row of counts; a distance given as `remote`, `reuse` or `migration` is that of every event."""
    distances = {name: numbers.pop(name, np.nan) for name in ("reuse", "remote", "migration")}
    found = {
        "kernel": kernel, "family": f"{kernel}s", "role": role, "size": size, "seed": 0, "owner": "output",
        "partition": partition if places > 1 else "one place", "places": places, "operations": 1000,
        "operation_class": "floating", "accesses": 3000, "footprint_bytes": 2**20 * size, "phases": 2,
        "reuse_bytes": 0, "home_bytes": 24000, "remote_bytes": 0, "remote_bytes_unlimited": 0, "reduction_bytes": 0,
        "command_bytes": 160 * (places - 1), "migrations": 0, "invalidations": 0,
    }  # fmt: skip
    found["serial"] = kernel == "chase"
    for name, mean in distances.items():
        for stem in [name, "remote_distance_unlimited"] if name == "remote" else [name]:
            stem = stem if "distance" in stem else f"{stem}_distance"
            found |= {f"{stem}_{power}": mean**exponent for power, exponent in POWERS.items()}
    return pd.Series(found | numbers)


def counts():
    """A sweep with cheap closeness and a chase with dear closeness, at two fitted sizes and a held-out one."""
    rows = []
    for size, role in [(1, "fit"), (4, "fit"), (16, "held out")]:
        for places in (1, 4, 16, 64):
            shared = 0 if places == 1 else round(400 * np.sqrt(places / size))
            some = {"remote_bytes": shared, "remote_bytes_unlimited": shared} | (
                {"remote": places**-0.5} if shared else {}
            )
            local = {"home_bytes": 9000 - shared, "reuse_bytes": 15000, "reuse": 0.2}
            rows.append(row("sweep", places, "natural", role, size, **local, **some))
            moved = {"migrations": 1500, "migration": 0.6} if places > 1 else {}
            rows.append(row("chase", places, "natural", role, size, operation_class="integer", **moved))
            if places > 1 and role == "fit":
                spread = {"remote_bytes": 9000, "remote_bytes_unlimited": 9000, "remote": 2 / 3}
                rows.append(row("sweep", places, "hashed", role, size, **local | {"home_bytes": 0}, **spread))
    return pd.DataFrame(rows).infer_objects()


@pytest.fixture(scope="module")
def valley():
    return charts.valley(counts()).to_dict()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kernel", "partition", "price"),
    [
        ("sweep", "natural", {}),
        ("sweep", "hashed", {"fixed": 3.0, "slope": 1.5, "header": 32}),
        ("sweep", "natural", {"descriptor": 2.0, "place": 3.0}),
        ("chase", "natural", {"fixed": 1.0, "place": 1.0}),
    ],
)
def test_the_browser_prices_counts_as_the_package_does(valley, kernel, partition, price):
    set_to = {"programs_kernel": kernel, "programs_partition": partition}
    set_to |= {f"programs_{name}": price[name] for name in ("fixed", "slope", "header") if name in price}
    set_to |= {"programs_log10_descriptor": price["descriptor"]} if "descriptor" in price else {}
    set_to |= {"programs_log10_place": price["place"]} if "place" in price else {}
    set_to = {name.replace("programs_log10_", "log10_programs_"): value for name, value in set_to.items()}
    found = drawn(valley, 3, ["k", "total", "ratio"], **set_to)
    law = Law("own", price.get("fixed", 0.0), price.get("slope", 0.64), floating=1.69, integer=0.03)
    priced = bill.curves(
        bill.energies(
            one_run_each(counts()).query("kernel == @kernel"),
            law,
            header_bytes=price.get("header", 8),
            descriptor_bytes=10 ** price["descriptor"] if "descriptor" in price else 64,
            place_pj=10 ** price["place"] if "place" in price else 0,
        )
    ).query("partition == @partition")
    assert [int(k) for k, *_ in found] == list(priced["places"])
    total = [float(value) for _, value, _ in found]
    assert total == pytest.approx(priced["total"].to_list(), rel=2e-3)
    assert [float(value) for *_, value in found] == pytest.approx(np.array(total) / total[0])


@pytest.mark.slow
def test_the_bars_of_a_bill_add_up_to_its_point(valley):
    parts = drawn(valley, 0, ["k", "part"], "rect", programs_kernel="sweep", programs_partition="natural")
    points = drawn(valley, 3, ["k", "ratio"], programs_kernel="sweep", programs_partition="natural")
    sums = pd.DataFrame(parts, dtype=float).groupby(0)[1].sum()
    assert sums.to_dict() == pytest.approx({float(k): float(ratio) for k, ratio in points})


def test_the_line_above_names_the_best_place_which_scaling_does_not_move_and_a_price_does(valley):
    own = {"programs_kernel": "sweep", "programs_partition": "natural"}

    def said(**controls):
        ((places, label),) = drawn(valley, 4, ["k", "label"], "text", **own, **controls)
        assert f"best at {places} place" in label
        return places

    free = {said(log10_programs_scale=scale) for scale in (-2, 0, 2)}
    assert len(free) == 1
    assert int(said(log10_programs_place=5)) < int(free.pop())


@pytest.mark.slow
def test_a_partition_that_was_not_counted_is_said_in_words(valley):
    for kernel, partition, missing in [("sweep", "hashed", 0), ("chase", "natural", 0), ("chase", "hashed", 1)]:
        chosen = {"programs_kernel": kernel, "programs_partition": partition}
        words = drawn(valley, 5, ["label"], "text", **chosen)
        assert words == missing * [[f"No count of “{kernel}” in partition {partition};\nchoose another partition"]]
        assert len(drawn(valley, 4, ["label"], "text", **chosen)) == 1 - missing


def test_the_whole_bill_has_a_sign_of_its_own_in_the_legend(valley):
    assert "the whole bill" in texts(valley, programs_kernel="sweep")


@pytest.mark.slow
def test_a_legend_names_the_partitions_that_the_chosen_program_was_counted_in():
    spec = charts.remote_bytes(counts()).to_dict()
    for kernel, others in [("sweep", {"hashed"}), ("chase", set())]:
        named = set(texts(spec, programs_crossing=kernel)) & set(charts.PARTITIONS)
        assert named == {"natural"} | others


def test_a_square_as_large_as_the_data_sets_the_lengths(valley):
    (side,) = {float(side) for _, side in drawn(valley, 3, ["k", "L"], programs_kernel="sweep")}
    assert side == pytest.approx(float(side_mm(4 * 2**20)), rel=1e-3)


@pytest.mark.slow
def test_bent_lines_go_through_what_is_drawn():
    spec = charts.remote_bytes(counts()).to_dict()
    points = drawn(spec, 2, ["partition", "k", "share"], programs_crossing="sweep")
    assert {partition for partition, *_ in points} == {"natural", "hashed"}
    own = {(partition, int(k)): float(share) for partition, k, share in points}
    assert own["hashed", 4] == pytest.approx(9000 / 24000, rel=1e-3)
    fit = fitting.byte_fit(one_run_each(counts())).query("kernel == 'sweep' and partition == 'natural'").iloc[0]
    bent = numpy_function(symbolic.bent_power, symbolic.r, symbolic.first_step, symbolic.closeness_exponent)
    assert bent(0.5, fit["b_0"], fit["q_b"]) == pytest.approx(own["natural", 4], rel=0.05)
    contexts = drawn(spec, 2, ["k", "share"], programs_crossing="chase")
    assert float(contexts[0][1]) == pytest.approx(16 * 1500 / 24000, rel=1e-3)


def test_every_partition_has_its_kappa():
    fits = fitting.fit(bill.energies(one_run_each(counts()), "wire"))
    spec = charts.closeness(fits)
    found = {(row["kernel"], row["partition"]): row["kappa_over_gd"] for row in spec.data.to_dict("records")}
    assert set(found) == {("sweep", "natural"), ("sweep", "hashed"), ("chase", "natural")}
    assert found["sweep", "natural"] < found["sweep", "hashed"]
    assert "hashed" in spec.to_dict()["description"]


@pytest.mark.slow
def test_each_program_lies_on_the_curve_to_its_ceiling():
    savings = bill.savings(bill.energies(one_run_each(counts()), "wire")).query("partition == 'natural'")
    spec = charts.saving_against_gd(savings).to_dict()
    points = {kernel: (float(gd), float(saving)) for kernel, gd, saving in drawn(spec, 2, ["kernel", "gd", "saving"])}
    law = numpy_function(symbolic.same_wires_saving, symbolic.G_d, symbolic.least_transport)
    for own in savings.itertuples():
        gd, saving = points[own.kernel]
        assert saving == pytest.approx(law(gd, own.least_transport))
    assert points["chase"][1] == 1
    assert f"the highest ceiling is {savings['ceiling'].max():.3g} (sweep)" in spec["description"]
    ends = dict(drawn(spec, 2, ["kernel", "end"]))
    assert ends == {"chase": "one place", "sweep": "inside the grid"}


@pytest.mark.slow
def test_the_rule_of_the_list_is_judged_over_its_programs():
    told = predicting.forecasts(counts())
    spec = charts.predicted_savings(told).to_dict()
    for rule in ("two terms", "no saving"):
        (said,) = [text for text in texts(spec, programs_rule=rule) if text.startswith("off by")]
        logs = np.log(told[rule].astype(float) / told["saving"])
        assert said == f"off by a factor {np.exp(np.sqrt((logs**2).mean())):.3g} over 2 programs"


def test_a_miss_curve_is_drawn_for_words_and_lines():
    names = ["kernel", "size", "seed", "unit_bytes", "capacity_bytes", "misses", "accesses"]
    sizes = product(("one", "two"), (1, 2), (8, 64), enumerate((64, 256, 1024), 1))
    rows = [(kernel, size, 0, unit, at, 80 // (unit * step), 100) for kernel, size, unit, (step, at) in sizes]
    spec = charts.miss_curves(pd.DataFrame(rows, columns=names)).to_dict()
    assert {mark for mark, *_ in drawn(spec, 1, ["unit", "at"], programs_missing="two")} == {"8 bytes", "64 bytes"}
    slopes = drawn(spec, 0, ["exponent", "end", "share"], "line", programs_missing="two")
    assert slopes


def test_a_measured_program_has_a_point_for_each_table_of_energies():
    rows = [
        {"program": program, "command": program, "version": "1", "operation_class": "integer", "table": table}
        | {"gd": gd, "low": gd / 2, "high": gd * 2}
        for program, gd in (("sort", 50.0), ("grep", 5.0))
        for table in levels.TABLES
    ]
    spec = charts.measured_programs(pd.DataFrame(rows))
    assert "sort: 50; grep: 5." in spec.to_dict()["description"]
    found = drawn(spec.to_dict(), 1, ["program", "table", "gd"])
    assert len({(program, table) for program, table, _ in found}) == len(rows)
