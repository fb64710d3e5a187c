"""The bill of counted programs: prices, terms, fits, forecasts and the statements under all choices."""

import itertools
import math
import re

import numpy as np
import pandas as pd
import pytest

from datagravity.programs import bill, fitting, multiverse, predicting, prices, shapes, share_theorem
from datagravity.programs.placing import ONE_PLACE, frame
from datagravity.programs.traces import Trace

PLACES = (4, 16, 64, 256, 1024)
DISTANCES = ("remote_distance_no_copies", "reuse_distance", "remote_distance", "remote_distance_unlimited")
DISTANCES += ("invalidation_distance", "migration_distance")


def counted(**columns):
    """A row of counts in which nothing happens but what is given; a distance is one for all events."""
    row = {"kernel": "sum", "family": "streams", "role": "fit", "size": 1, "seed": 0, "partition": "natural"}
    row |= {"owner": "output", "places": 4, "operations": 100, "operation_class": "floating", "accesses": 100}
    row |= {"footprint_bytes": 800, "phases": 1, "serial": False, "load_imbalance": 1.0}
    row |= dict.fromkeys(("local_bytes_no_copies", "remote_bytes_no_copies", "reuse_bytes", "home_bytes"), 0)
    row |= dict.fromkeys(("remote_bytes", "remote_bytes_unlimited", "invalidations", "command_bytes"), 0)
    row |= {"reduction_bytes": 0, "migrations": 0}
    row |= {f"{name}_{power}": np.nan for name in DISTANCES for power in prices.MEAN_EXPONENTS}
    for name in DISTANCES:
        if name in columns:
            way = columns.pop(name)
            row |= {f"{name}_{power}": way**exponent for power, exponent in prices.MEAN_EXPONENTS.items()}
    row |= columns
    if row["places"] == 1:
        row["partition"] = ONE_PLACE
    return row


def curve(b, q, **columns):
    """A program whose local transport falls like r, and whose closeness is b (r^-q - 1)/q, for headers of 8 bytes.

    All remote accesses go half a side.
    """
    accesses = 10**12
    rows = []
    for places in (1, *columns.pop("places", PLACES)):
        r = places**-0.5
        remote = round(8 * accesses * b * float(shapes.bent_shape(r, q)) / 2)
        own = {"home_bytes": 8 * accesses - remote, "remote_bytes": remote, "remote_bytes_unlimited": remote}
        if remote:
            own |= {"remote_distance": 0.5, "remote_distance_unlimited": 0.5}
        own |= {"local_bytes_no_copies": own["home_bytes"], "remote_bytes_no_copies": remote}
        own |= {"remote_distance_no_copies": 0.5} if remote else {}
        rows.append(counted(places=places, accesses=accesses, operations=accesses, **own | columns))
    return rows


@pytest.fixture(scope="module")
def programs():
    """Eight programs of four families, three fitted sizes and one held out; b is a power of the size."""
    rows = []
    for number, (b, q) in enumerate(itertools.product((0.01, 0.03, 0.1, 0.4), (-0.5, -1.5))):
        for size in (1, 2, 4, 16):
            own = {"kernel": f"program {number}", "family": f"family {number // 2}", "size": size}
            own |= {"role": "held out" if size == 16 else "fit", "footprint_bytes": 2**22 * size * (1 + number)}
            rows += curve(b * size**-0.5, q, **own)
    return pd.DataFrame(rows)


# --- Prices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fixed", "slope", "exponent", "floating", "integer"),
    [
        ("wire", 0, 0.64, 1, 1.69, 0.03),
        ("mesh", 8.856, 0.4885, 1, 7.0, 9.2),
        ("mesh power", 0, 6.113, 0.3604, 7.0, 9.2),
        ("HBM", 3.44, 1.6, 1, 1.69, 0.03),
    ],
)
def test_laws_are_those_of_their_rows(name, fixed, slope, exponent, floating, integer):
    law = prices.law(name)
    assert [law.fixed, law.slope, law.exponent] == pytest.approx([fixed, slope, exponent], rel=2e-4)
    assert [law.floating, law.integer] == pytest.approx([floating, integer])
    assert law.compute(["integer", "floating"]).tolist() == pytest.approx([integer, floating])


def test_the_rebuilt_law_is_of_further_machines():
    law = prices.law("rebuilt")
    drawn = law.draws(4000, seed=1)
    fixed, slope = (np.array([getattr(each, name) for each in drawn]) for name in ("fixed", "slope"))
    assert np.median(slope) == pytest.approx(law.slope, rel=0.1)
    assert np.median(fixed) == pytest.approx(law.fixed, rel=0.3)
    # The fixed part scatters more than the price of a mm.
    assert np.std(np.log(fixed)) > np.std(np.log(slope)) > 0.5


def test_draws_have_the_errors_of_the_fit_and_come_again():
    law = prices.law("mesh")
    drawn = law.draws(4000)
    fixed, slope = (np.array([getattr(each, name) for each in drawn]) for name in ("fixed", "slope"))
    assert np.corrcoef(fixed, slope)[0, 1] < -0.8
    assert np.mean(fixed + slope * 12) == pytest.approx(float(law.energy(12)), rel=0.01)
    assert drawn[:3] == law.draws(4000)[:3]
    assert len(set(prices.law("wire").draws(5))) == 1
    power = prices.law("mesh power").draws(200)
    assert all(0 < each.exponent <= 1 and each.fixed == 0 for each in power)


@pytest.mark.parametrize("exponent", [0.25, 0.3604, 0.5, 0.6, 0.9, 1.0])
def test_means_of_powers_between_the_nodes(exponent):
    distances = np.exp(np.random.default_rng(0).uniform(-7, 0, 1000))
    nodes = [np.mean(distances**power) for power in prices.MEAN_EXPONENTS.values()]
    assert float(prices.power_mean(nodes, exponent)) == pytest.approx(np.mean(distances**exponent), rel=1e-3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: prices.power_mean([1.0] * 4, 1.2), r"exponent: 1\.2, expected 0 < exponent <= 1"),
        (lambda: prices.power_mean([1.0, 1.0, 0.0, 1.0], 0.3), r"means: 0\.0 \(index 2\), expected a finite number"),
        (lambda: prices.law("copper"), "name: 'copper', expected one of 'wire'"),
        (lambda: prices.Law("own", -1, 1), "fixed: -1.0, expected a finite number of at least 0"),
        (lambda: prices.Law("own", 1, 1, exponent=0.5), "fixed: 1, expected 0 for a power law"),
        (lambda: prices.Law("own", 0, 0), "expected a law that costs something"),
        (lambda: prices.Law("own", 0, 1, floating=0), "floating: 0.0, expected a finite number above 0"),
        (lambda: prices.side_mm(0), "footprint_bytes: 0.0, expected"),
        (lambda: prices.side_mm(8, "room"), "side: 'room', expected one of 'footprint', 'die'"),
        (lambda: prices.side_mm(8, -1), "side: -1.0, expected"),
        (lambda: prices.law("wire").draws(0), "count: 0, expected a whole number"),
    ],
)
def test_prices_refuse(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_square_grows_with_what_lies_in_it():
    assert prices.side_mm([2**20, 2**22], "footprint").tolist() == pytest.approx([0.625, 1.25])
    assert prices.side_mm([1, 2**30], "die").tolist() == [28.7, 28.7]
    assert prices.side_mm(5, 12).tolist() == 12.0


# --- The bill --------------------------------------------------------------------------------------------------------


def test_every_term_by_hand():
    row = counted(
        operations=10, phases=3, reuse_bytes=80, reuse_distance=0.1, home_bytes=160, remote_bytes=240,
        remote_distance=0.5, command_bytes=720, reduction_bytes=48, migrations=2, migration_distance=0.75,
        invalidations=5, invalidation_distance=1.0,
    )  # fmt: skip
    law = prices.Law("own", fixed=2.0, slope=3.0, floating=7.0)
    (found,) = bill.energies(
        pd.DataFrame([row]), law, side=4.0, header_bytes=4, descriptor_bytes=144, place_pj=11, invalidations=True
    ).to_dict("records")
    wanted = {
        "compute": 7.0,
        "reuse": 80 * (2 + 3 * 0.4) / 10,
        "home": 400 * (2 + 3 * 1.0) / 10,  # home and remote, over half of a tile of side 2
        "sharing": 240 * 1.5 * (2 + 3 * 2.0) / 10,
        "commands": 720 * 2 * (2 + 3 * 2.0) / 10,  # 144 and 16 bytes instead of 64 and 16
        "reductions": 48 * (2 + 3 * 2.0) / 10,
        "migrations": 32 * (2 + 3 * 3.0) / 10,
        "invalidations": 20 * (2 + 3 * 4.0) / 10,
        "place_price": 11 * 4 * 3 / 10,
    }
    assert {name: found[name] for name in wanted} == pytest.approx(wanted)
    assert found["total"] == pytest.approx(sum(wanted.values()))
    assert found["local_fixed"] == pytest.approx(480 * 2 / 10)
    assert found["local"] + found["closeness"] + 7.0 + wanted["place_price"] == pytest.approx(found["total"])


def test_a_power_law_takes_means_of_powers():
    row = counted(remote_bytes=80, remote_distance=0.5, home_bytes=720)
    law = prices.Law("own", fixed=0.0, slope=3.0, exponent=0.5)
    found = bill.energies(pd.DataFrame([row]), law, side=8.0, header_bytes=0).iloc[0]
    assert found["sharing"] == pytest.approx(80 * 3 * 4**0.5 / 100)
    assert found["home"] == pytest.approx(800 * 3 * 2**0.5 / 100)


def test_copies_choose_what_is_remote():
    row = counted(
        local_bytes_no_copies=300, remote_bytes_no_copies=500, remote_distance_no_copies=0.5, reuse_bytes=400,
        reuse_distance=0.1, home_bytes=300, remote_bytes=100, remote_distance=0.75, remote_bytes_unlimited=40,
        remote_distance_unlimited=1.0, invalidations=3, invalidation_distance=0.5,
    )  # fmt: skip
    law = prices.Law("own", fixed=0.0, slope=1.0)
    parts = {
        copies: bill.energies(pd.DataFrame([row]), law, side=1.0, header_bytes=8, copies=copies, invalidations=True)
        for copies in bill.COPIES
    }
    told = {name: found[["reuse", "home", "sharing", "invalidations"]].iloc[0] * 100 for name, found in parts.items()}
    assert told["copies"].tolist() == pytest.approx([40, 400 / 4, 2 * 75, 12])
    assert told["no copies"].tolist() == pytest.approx([0, 800 / 4, 2 * 250, 0])
    assert told["unlimited"].tolist() == pytest.approx([40, 400 / 4, 2 * 40, 12])


# Counts of four programs at one place and at their best number of places: operations, class, accesses, phases; and per
# place reuse, its mean distance, home, remote, its mean distance, commands, reductions.
FROZEN = {
    "stencil 2-D": (
        (1290320, "floating", 1548384, 1048512),
        (11338560, 0.153824, 1048512, 0, None, 0, 0),
        (1024, 7241472, 0.005407, 4137728, 1007872, 0.03125, 327360, 0),
        (7.66, 19.107),
    ),
    "histogram": (
        (524288, "integer", 1572864, 4202216),
        (8380696, 0.009664, 4202216, 0, None, 0, 0),
        (256, 7256800, 0.006429, 5326112, 0, None, 20400, 2088960),
        (6.31, 2548.27),
    ),
    "merge sort": (
        (1048576, "integer", 3062837, 1048576),
        (23454120, 0.333392, 1048576, 0, None, 0, 0),
        (1024, 13803032, 0.008, 5926368, 4773296, 0.24533, 1309440, 0),
        (3.13, 4871.91),
    ),
    "attention decode": (
        (2097152, "floating", 4194304, 16908800),
        (16645632, 0.002202, 16908800, 0, None, 0, 0),
        (256, 16515072, 0.002189, 16908800, 130560, 0.94118, 40800, 134640),
        (8.53, 44.005),
    ),
}


def test_a_processor_at_the_edge_goes_half_as_far_again_and_only_at_one_place():
    rows = pd.DataFrame(curve(0.01, 1.0, reuse_bytes=800, reuse_distance=0.2))
    middle, edge = (bill.energies(rows, "wire", built_at=at) for at in ("middle", "edge"))
    one = rows["places"] == 1
    for part in ("home", "reuse"):
        assert (edge[part] / middle[part]).to_numpy() == pytest.approx(np.where(one, 1.5, 1.0))
    with pytest.raises(ValueError, match="built_at: 'corner', expected one of 'middle', 'edge'"):
        bill.energies(rows, "wire", built_at="corner")


def test_integers_as_dear_as_floating_operations(programs):
    found = multiverse.specifications(
        programs.assign(operation_class="integer"),
        {"price": ("wire",), "copies": ("copies",), "side": ("footprint",), "header_bytes": (8.0,)}
        | {"descriptor_bytes": (64.0,), "place_pj": (0.0,), "seed": (0,)},
    ).set_index(["integer", "left_out"])
    own, dear = (found.loc[(name, "none")] for name in ("own", "as floating"))
    assert own["decades"] == pytest.approx(dear["decades"])
    assert own["no_saving_rms"] > dear["no_saving_rms"]


@pytest.mark.parametrize("kernel", FROZEN)
def test_savings_of_four_programs_by_the_wire(kernel):
    (operations, kind, accesses, footprint), one, (places, *many), (saving, gd) = FROZEN[kernel]
    rows = []
    for k, (reuse, near, home, remote, way, commands, reductions) in ((1, one), (places, many)):
        own = {"operations": operations, "operation_class": kind, "accesses": accesses, "footprint_bytes": footprint}
        own |= {"reuse_bytes": reuse, "reuse_distance": near, "home_bytes": home, "remote_bytes": remote}
        own |= {"command_bytes": commands, "reduction_bytes": reductions} | ({"remote_distance": way} if way else {})
        rows.append(counted(places=k, **own))
    (found,) = bill.savings(bill.energies(pd.DataFrame(rows), "wire", side=28.7)).to_dict("records")
    assert found["saving"] == pytest.approx(saving, abs=0.006)
    assert found["gd"] == pytest.approx(gd, rel=1e-4)
    assert found["best_places"] == places


def test_the_best_number_of_places_is_free_of_gd_until_a_place_has_a_price(programs):
    rows = programs[programs["role"] == "fit"]

    def found(slope, place_pj):
        law = prices.Law("own", fixed=0.0, slope=slope)
        return bill.savings(bill.energies(rows, law, place_pj=place_pj))

    one, ten, priced = found(1.0, 0), found(10.0, 0), [found(slope, 1e12) for slope in (1.0, 1e3)]
    assert (one["best_places"] == ten["best_places"]).all()
    assert (one["saving"] <= ten["saving"]).all()
    assert (ten["saving"] <= ten["ceiling"] * (1 + 1e-12)).all()
    assert one["ceiling"].to_numpy() == pytest.approx(ten["ceiling"].to_numpy())
    assert (priced[0]["best_places"] < priced[1]["best_places"]).any()
    expected = shapes.same_wires_saving(one["gd"], one["least_transport"])
    assert one["saving"].to_numpy() == pytest.approx(expected)


def test_a_best_at_the_end_of_the_grid_is_marked():
    rows = pd.DataFrame(curve(1e-6, -1.0) + curve(0.25, 1.0, kernel="random", places=(4, 16, 64)))
    found = bill.savings(bill.energies(rows, "wire")).set_index("kernel")
    assert found.loc["sum", ["best_places", "at_the_end", "last_places"]].tolist() == [1024, True, 1024]
    assert found.loc["random", ["best_places", "at_the_end", "last_places"]].tolist() == [4, False, 64]
    assert found.loc["random", "ceiling"] == pytest.approx(1 / 0.75)


def test_an_algorithm_that_works_more_on_more_places_pays_for_it():
    one, four = curve(0.01, 1.0, places=(4,))
    twice = {name: 2 * four[name] for name in ("operations", "accesses", "home_bytes", "remote_bytes")}
    for index in ((0, 1), (7, 7)):
        same = bill.energies(pd.DataFrame([one, four], index=index), "wire")
        more = bill.energies(pd.DataFrame([one, four | twice], index=index), "wire")
        assert (more["total"] / same["total"]).to_numpy() == pytest.approx([1, 2])
        assert more["compute"].to_numpy() == pytest.approx([1.69, 3.38])
        assert bill.savings(more)["gd"].tolist() == bill.savings(same)["gd"].tolist()


def test_the_best_algorithm_may_change_with_the_places():
    near, far = curve(0.01, 1.0, kernel="near"), curve(0.3, 0.0, kernel="far")
    far = [row | {"home_bytes": row["home_bytes"] // 2, "size": 1} for row in far]
    bills = bill.energies(pd.DataFrame(near + far), "wire")
    found = bill.best_algorithms(bills, {"any": ["near", "far"]})
    chosen = found.set_index("places")
    for places, own in bills.groupby("places"):
        assert chosen.loc[places, "total"] == own["total"].min()
        assert chosen.loc[places, "algorithm"] == own.loc[own["total"].idxmin(), "kernel"]
    assert set(found["algorithm"]) == {"near", "far"}
    (saved,) = bill.savings(found).to_dict("records")
    assert saved["saving"] == pytest.approx(chosen.loc[1, "total"] / chosen["total"].min())
    with pytest.raises(ValueError, match="problems: 'nobody', expected one of 'near', 'far'"):
        bill.best_algorithms(bills, {"any": ["near", "nobody"]})
    other = bills.assign(size=bills["size"].mask(bills["kernel"] == "far", 2))
    with pytest.raises(ValueError, match="no size common to near, far"):
        bill.best_algorithms(other, {"any": ["near", "far"]})


@pytest.mark.parametrize(
    ("changes", "arguments", "words"),
    [
        ({}, {"header_bytes": -1}, "header_bytes: -1.0, expected"),
        ({}, {"descriptor_bytes": math.inf}, "descriptor_bytes: inf, expected"),
        ({}, {"place_pj": -1}, "place_pj: -1.0, expected"),
        ({}, {"copies": "many"}, "copies: 'many', expected one of 'copies'"),
        ({}, {"invalidations": 1}, "invalidations: 1, expected True or False"),
        ({"remote_bytes": 8}, {}, r"remote_distance_quarter: nan \(index 0\), expected a mean distance above 0"),
        ({"home_bytes": -8}, {}, "home_bytes: -8.0"),
        ({"phases": None}, {}, r"phases: nan \(index 0\)"),
    ],
)
def test_bills_refuse(changes, arguments, words):
    with pytest.raises(ValueError, match=words):
        bill.energies(pd.DataFrame([counted(**changes)]), "wire", **arguments)


def test_a_column_that_lacks_is_named():
    rows = pd.DataFrame([counted()])
    with pytest.raises(ValueError, match="counts: no column migrations, expected"):
        bill.energies(rows.drop(columns="migrations"), "wire")
    with pytest.raises(ValueError, match="counts: no column family, expected"):
        bill.energies(rows.drop(columns="family"), "wire")


def test_a_row_stands_once_and_a_run_operates():
    bills = bill.energies(pd.DataFrame(curve(0.01, 1.0)), "wire")
    with pytest.raises(ValueError, match=r"places: two rows for .*'places': 16"):
        bill.savings(pd.concat([bills, bills[bills["places"] == 16]], ignore_index=True))
    with pytest.raises(ValueError, match=r"operations: 0.* expected numbers above 0"):
        bill.energies(pd.DataFrame(curve(0.01, 1.0)).assign(operations=0), "wire")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: predicting.tile_saving(np.nan, 2.0), "gd: nan"),
        (lambda: predicting.tile_saving([1.0, -1.0], 2.0), "gd: -1.0 (index 1)"),
        (lambda: predicting.tile_saving(2.0, 3.0), "beta: 3.0"),
        (lambda: predicting.best_beta([1.0], [np.nan]), "saving: nan"),
        (lambda: predicting.best_beta([], []), "gd, saving: of shape (0,) and (0,)"),
        (lambda: predicting.best_beta([1.0, 2.0], [1.0]), "gd, saving: of shape (2,) and (1,)"),
    ],
)
def test_forecasts_refuse(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


def test_a_run_needs_one_row_of_one_place():
    rows = pd.DataFrame(curve(0.05, 1.0))
    bills = bill.energies(rows, "wire")
    with pytest.raises(ValueError, match="no row of one place for 'sum', size 1, seed 0"):
        bill.with_gd(bills[bills["places"] > 1])
    with pytest.raises(ValueError, match="two rows of one place for 'sum', size 1, seed 0"):
        bill.with_gd(pd.concat([bills, bills[bills["places"] == 1]]))


def test_real_counts_are_priced():
    words = np.arange(64).repeat(2)
    trace = Trace(
        words=words, writes=np.tile([False, True], 64), operations=np.arange(64).repeat(2), owners=np.arange(64)[::-1],
        codes={"natural": np.arange(64) * 256}, operation_count=64, operation_class="integer",
    )  # fmt: skip
    counts = frame(trace, places=[1, 4, 16], engine="numpy")
    bills = bill.energies(counts, "mesh power")
    assert np.isfinite(bills[list(bill.PARTS)]).all(axis=None)
    assert bills.loc[0, ["closeness", "place_price"]].tolist() == [0, 0]
    assert (bills.loc[1:, "sharing"] > 0).all()


# --- Fits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("b", "q"), [(0.05, 1.0), (0.2, 0.0), (0.3, -1.0), (0.002, 1.9)])
def test_fits_find_what_was_put_in(b, q):
    rows = pd.DataFrame(curve(b, q))
    (found,) = fitting.fit(bill.energies(rows, "wire")).to_dict("records")
    assert [found["p"], found["b"], found["q"]] == pytest.approx([1.0, b, q], abs=2e-4)
    assert found["bent_error"] < 1e-4 < found["pure_error"]
    assert found["kappa"] == pytest.approx(found["kappa_over_gd"] * found["gd"])
    assert found["first_step_pays"]


def test_curves_with_few_places_are_left_out():
    rows = pd.DataFrame(curve(0.1, 1.0, places=(4, 16)) + curve(0.1, 1.0, kernel="longer", places=(4, 16, 64)))
    assert fitting.fit(bill.energies(rows, "wire"))["kernel"].to_list() == ["longer"]


def test_a_pure_power_is_no_bent_one():
    r = np.array([0.5, 0.25, 0.125, 0.0625])
    values = np.array([3.0 * r**-1.5, [1.0, 2.0, np.nan, 4.0]])
    pure, bent = fitting.pure_power(r, values), fitting.bent_power(r, values)
    assert pure["coefficient"][0] == pytest.approx(3.0)
    assert pure["error"][0] == pytest.approx(0, abs=1e-9)
    assert bent["error"][0] > 0.01
    # A missing value is no value: the second row is the fit of three points.
    three = fitting.pure_power(r[[0, 1, 3]], values[1:, [0, 1, 3]])
    assert pure["q"][1] == pytest.approx(three["q"][0])


def test_bytes_have_an_exponent_without_any_price():
    rows = []
    for places in (1, *PLACES):
        r = places**-0.5
        remote = round(8e12 * 0.003 * (1 / r - 1))
        ways = {"remote_distance_unlimited": r**0.5} if remote else {}
        own = {"remote_bytes": remote, "remote_bytes_unlimited": remote, "accesses": 10**12}
        rows += [counted(places=places, **own, **ways), counted(kernel="alone", places=places, accesses=10**12)]
    shared, alone = fitting.byte_fit(pd.DataFrame(rows)).set_index("kernel").loc[["sum", "alone"]].to_dict("records")
    assert [shared[name] for name in ("b_0", "q_b", "p_r", "delta")] == pytest.approx([0.003, 1, 0.5, 0.5], abs=1e-4)
    assert shared["rent_exponent"] == shared["p_r"]
    assert all(math.isnan(alone[name]) for name in ("b_0", "q_b", "p_r", "rent_exponent", "delta"))


def test_no_exponent_beyond_one_is_called_rents():
    found = fitting.byte_fit(pd.DataFrame(curve(0.1, -1.0))).iloc[0]
    assert [found["b_0"], found["q_b"], found["p_r"], found["delta"]] == pytest.approx([0.05, -1, 1.5, 0], abs=1e-4)
    assert math.isnan(found["rent_exponent"])


def test_theta_is_the_slope_of_the_misses():
    capacities = 64 * 2 ** np.arange(8)
    rows = pd.DataFrame({"capacity_bytes": capacities, "misses": 1e6 * capacities**-0.5}).assign(
        kernel="sum", size=1, seed=0, unit_bytes=8, footprint_bytes=4 * 64 * 2**5
    )
    rows.loc[6:, "misses"] = 1.0  # beyond a quarter of the footprint nothing counts
    found = fitting.theta(rows).iloc[0]
    assert [found["theta"], found["theta_lowest"], found["theta_highest"]] == pytest.approx([0.5, 0.5, 0.5])


# --- Forecasts -------------------------------------------------------------------------------------------------------


def test_what_continues_is_foretold_exactly(programs):
    found = predicting.forecasts(programs)
    assert len(found) == 8
    assert found["two terms"].to_numpy() == pytest.approx(found["saving"].to_numpy(), rel=1e-3)
    assert found["gd"].to_numpy() == pytest.approx(found["gd_counted"].to_numpy(), rel=1e-6)
    assert (found["saving"] > found["persistence"]).all()
    scored = predicting.scores(found).set_index("forecast")
    assert list(scored.index) == list(predicting.FORECASTS)
    assert scored.loc["two terms", "rms_factor"] == pytest.approx(1, abs=1e-3)
    assert scored.loc["two terms", "rank_correlation"] == pytest.approx(1)
    # A constant of the others is larger where the own saving is smaller.
    assert scored.loc["constant of others", "rank_correlation"] == pytest.approx(-1)
    rms = scored["rms_factor"]
    assert rms["constant afterwards"] < rms["constant of others"]
    assert rms["tile law, best beta"] <= rms["tile law"]
    assert (scored["rms_low"] <= rms).all()


def test_constants_and_nothing(programs):
    found = predicting.forecasts(programs)
    logs = np.log(found["saving"].to_numpy())
    assert found["constant of others"][0] == pytest.approx(np.exp(logs[1:].mean()))
    assert found["constant afterwards"].unique() == pytest.approx([np.exp(logs.mean())])
    assert found["no saving"].unique().tolist() == [1.0]


def test_seeds_of_a_kernel_count_once(programs):
    again = programs.assign(seed=1)
    pd.testing.assert_frame_equal(predicting.forecasts(pd.concat([programs, again])), predicting.forecasts(programs))


def test_a_price_of_a_place_is_no_forecasts_matter(programs):
    with pytest.raises(ValueError, match="place_pj: 5, expected 0"):
        predicting.forecasts(programs, place_pj=5)
    with pytest.raises(ValueError, match="partition, owner: 'graph', 'output', expected one of the counts"):
        predicting.forecasts(programs, partition="graph")
    with pytest.raises(ValueError, match="no kernel with two fitted sizes"):
        predicting.forecasts(programs[programs["role"] == "fit"])


def test_families_that_were_not_seen(programs):
    misses = pd.DataFrame(
        [
            {"kernel": f"program {number}", "size": 4, "seed": 0, "unit_bytes": 8, "capacity_bytes": capacity}
            | {"misses": 10**6 / capacity**0.1, "accesses": 10**12}
            for number in range(8)
            for capacity in (64, 128, 256)
        ]
    )
    found = predicting.unseen_families(programs, misses)
    assert found["theta"].to_numpy() == pytest.approx(np.full(8, 0.1))
    first = found.iloc[0]
    others = np.log([0.03, 0.1, 0.4]) - 0.5 * np.log(4)
    assert first["b_others"] == pytest.approx(np.exp(others.mean()), rel=1e-3)
    assert found["b_inside"].tolist()[:2] == [first["b_low"] <= first["b"] <= first["b_high"]] * 2
    scored = predicting.family_scores(found).set_index("forecast")
    logs = np.log(found["b_others"] / found["b"])
    assert scored.loc["others", "rms_factor"] == pytest.approx(np.exp(np.sqrt((logs**2).mean())))
    assert 0 < scored.loc["others", "inside"] <= 1
    told = predicting.scores(found, predicting.FAMILY_FORECASTS)
    assert (told["rms_factor"] >= 1).all()


# --- The share theorem, sensitivity and the statements under all choices ---------------------------------------------


def test_the_share_theorem_is_exact_for_powers_and_near_for_bills(programs):
    r = np.array([1.0, *PLACES]) ** -0.5
    powers = pd.DataFrame(curve(0.05, 0.0, places=PLACES)).assign(
        compute=0.3, local_fixed=0.0, place_price=0.02 * r**-2
    )
    powers = powers.assign(local=3 * r**0.9, closeness=0.2 * r**-0.7)
    powers["total"] = powers[["compute", "local", "closeness", "place_price"]].sum(axis=1)
    found = share_theorem.compared(powers, starts=(4, 64, "last"))
    assert found["places"].to_list() == [4, 64, 1024]
    assert found["foretold"].to_numpy() == pytest.approx(found["counted"].to_numpy(), rel=1e-4)
    bills = bill.energies(programs, "HBM")
    found = share_theorem.compared(bills, starts=(1, 4, "last"))
    assert found["best_places"].between(4, 1024, inclusive="neither").all()
    assert (found.loc[found["places"] == 1, "foretold"] == math.inf).all()
    assert (found["counted"] > 1).all()
    inside = found[found["places"] != 1]
    assert len(inside) > 4
    assert np.abs(np.log(inside["foretold"] / inside["counted"])).median() < 0.1
    assert share_theorem.shares(bills).sum(axis=1).to_numpy() == pytest.approx(np.ones(len(bills)))


def test_a_bill_that_is_least_at_an_end_is_not_compared():
    rows = pd.DataFrame(curve(1e-6, -1.0) + curve(0.9, 0.5, kernel="dear", places=(4, 16)))
    assert share_theorem.compared(bill.energies(rows, "wire")).empty


@pytest.mark.slow
def test_sensitivity_changes_one_thing_at_a_time(programs):
    found = multiverse.sensitivity(programs).set_index("variant")
    assert "hashed" not in found.index
    savings = found["geometric_mean"]
    assert savings["header 0 bytes"] > savings["the bill"] > savings["header 32 bytes"]
    assert savings["place 7000 pJ"] < savings["the bill"]
    assert (found["kernels"] == 8).all()
    assert (found["low"] < savings).all()
    assert (savings < found["high"]).all()


@pytest.mark.slow
def test_draws_of_a_law_give_savings(programs):
    found = multiverse.savings_over_draws(programs, "mesh", draws=3, side="die")
    assert len(found) == 3
    assert found["fixed"].nunique() == 3
    assert found["geometric_mean"].nunique() == 3
    exact = multiverse.savings_over_draws(programs, "wire", draws=2)
    assert exact["geometric_mean"].to_numpy() == pytest.approx(
        np.full(2, multiverse.sensitivity(programs)["geometric_mean"][0])
    )


@pytest.mark.slow
def test_statements_are_what_a_walk_over_kernels_finds(programs):
    choices = {"price": ("wire",), "header_bytes": (8.0,), "copies": ("copies",), "side": ("footprint",)}
    choices |= {"descriptor_bytes": (64.0,), "place_pj": (0.0, 1e13), "integer": ("own",)}
    found = multiverse.specifications(programs, choices)
    assert len(found) == 2 * (1 + 8 + 4)  # all, without each program, without each family
    for place_pj, left_out in itertools.product((0.0, 1e13), ("none", "program 3", "family family 2")):
        left = (programs["kernel"] == left_out) | ("family " + programs["family"] == left_out)
        rows = programs[(programs["size"] == 4) & ~left]
        saved = bill.savings(bill.energies(rows, "wire", place_pj=place_pj))
        fitted = fitting.fit(bill.energies(rows, "wire"))
        logs = np.log(saved["saving"].to_numpy())
        beta = predicting.best_beta(saved["gd"], saved["saving"])
        errors = {
            "best_beta_rms": np.log(predicting.tile_saving(saved["gd"], beta)) - logs,
            "constant_rms": predicting.without_own(logs) - logs,
            "no_saving_rms": logs,
        }
        (own,) = found[(found["place_pj"] == place_pj) & (found["left_out"] == left_out)].to_dict("records")
        wanted = {name: np.exp(np.sqrt((error**2).mean())) for name, error in errors.items()}
        assert {name: own[name] for name in wanted} == pytest.approx(wanted)
        kappa, gd = np.log10(fitted["kappa"]), np.log10(fitted["gd"])
        assert own["decades"] == pytest.approx(kappa.max() - kappa.min())
        assert own["decades_over_gd"] == pytest.approx((kappa - gd).max() - (kappa - gd).min())
        assert own["slope"] == pytest.approx(np.polyfit(gd, kappa - gd, 1)[0])
        assert own["kernels"] == len(rows["kernel"].unique())
        assert own["constant_wins"] == (wanted["best_beta_rms"] > wanted["constant_rms"])
    without, priced = (found[found["place_pj"] == place_pj] for place_pj in (0.0, 1e13))
    assert without["free_of_gd"].all()
    assert not priced["free_of_gd"].any()


def test_agreement_counts_specifications(programs):
    choices = {"price": ("wire", "mesh"), "copies": ("copies",), "side": ("footprint",), "place_pj": (0.0,)}
    table = multiverse.specifications(programs, choices | {"descriptor_bytes": (64.0,), "integer": ("own",)})
    found = multiverse.agreement(table).set_index(["statement", "choice", "option"])
    assert found.loc[("spans", "all", "all"), "specifications"] == 6
    assert found.loc[("free_of_gd", "all", "all"), "share"] == 1.0
    by_price = [found.loc[("constant_wins", "price", name), "share"] for name in ("wire", "mesh")]
    assert found.loc[("constant_wins", "all", "all"), "share"] == pytest.approx(np.mean(by_price))
    assert found.loc[("spans", "left_out", "program 0"), "specifications"] == 6


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"colour": ("red",)}, "choices: 'colour', expected one of 'price'"),
        ({"partition": ("graph",)}, "no row of any partition and seed"),
    ],
)
def test_choices_that_nobody_knows_are_refused(programs, choices, words):
    with pytest.raises(ValueError, match=words):
        multiverse.specifications(programs, choices)
