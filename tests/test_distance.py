"""The way of a bit and the doors it goes through: splits, shares, hops, levels, and the bare exponents."""

import doctest
import math
import re
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from datagravity import distance as dist
from datagravity import fits, load
from datagravity.distance import hops
from datagravity.distance.rows import SINGLE
from datagravity.evidence import validate
from datagravity.evidence.problems import TableError
from datagravity.series import series_members
from frozen import freeze

CARDS = {"one": 1.0, "two": 1.1, "three": 0.95}


def row(number, distance=None, energy=1.0, **cells):
    """A frozen row of energy against distance."""
    ends = {f"distance_{end}mm": distance for end in ("low_", "", "high_")} if distance is not None else {}
    basis = {"basis": "stated"} if distance is not None else {}
    return {"id": f"R{number:03d}", "pj_per_bit": energy, "value": energy} | ends | basis | cells


def line(first, series, fixed, per_mm, distances, **cells):
    """Frozen rows on a line of energy against distance."""
    own = {"series": series, "experiment": series} | cells
    return [row(first + n, d, fixed + per_mm * d, **own) for n, d in enumerate(distances)]


@pytest.fixture
def four_origins(tmp_path, monkeypatch):
    """Two measured origins with two series each, one with an anchor; a component; a rule with no intercept."""
    rows = line(1, "near wires", 1.0, 0.05, (4, 8, 12), origin="A", source="grey", within="chip")
    rows += [row(10, 2, 0.25, series="near wires", experiment="near wires", origin="A", source="grey", within="shire")]
    rows += line(11, "on the rail", 0.2, 0.04, (4, 8, 12), origin="A", source="grey", meter="rail")
    rows += line(21, "levels", 2.0, 0.4, (1, 10, 30), origin="B")
    rows += line(31, "links", 0.5, 0.01, (2, 25), origin="C", meter="io")
    split = {"fixed_pj_per_bit": 5, "per_mm_pj_per_bit": 0.1, "fixed_kind": "component", "meter": "device"}
    rows += [row(41, None, 6.0, series="memory", origin="D", **split)]
    rows += line(51, "all wire", 0.0, 0.1, (1, 10), origin="D", meter="datapath")
    rows += [row(53, 30, 3.3, series="all wire", experiment="all wire", origin="D", meter="datapath")]
    freeze(
        tmp_path,
        monkeypatch,
        distance_rows=rows,
        sources=[
            {"key": "chip", "group": "chip"},
            {"key": "grey", "group": "grey", "grey": "true"},
        ],
    )
    monkeypatch.setattr("datagravity.distance.parts.cacti_series", lambda: [])


# --- Splits


@pytest.mark.usefixtures("four_origins")
def test_a_line_is_a_fixed_and_a_growing_part_and_an_anchor_takes_a_step_off_it():
    table = dist.usable_splits().set_index(["series", "kind"])
    assert len(table) == 7
    intercept, anchor = table.loc[("near wires", "intercept")], table.loc[("near wires", "anchor")]
    assert intercept[["fixed", "step", "per_mm"]].to_list() == pytest.approx([1.0, 0, 0.05])
    assert anchor[["fixed", "step", "per_mm"]].to_list() == pytest.approx([0.25, 0.75, 0.05])
    assert table.loc[("memory", "component"), ["fixed", "per_mm"]].to_list() == pytest.approx([5, 0.1])
    assert table.loc[("links", "intercept"), "fixed"] == pytest.approx(0.5)
    assert set(table["grey"][table["origin"] == "A"]) == {True}


@pytest.mark.usefixtures("four_origins")
def test_a_line_with_no_intercept_above_zero_has_a_bound_of_its_fixed_part():
    table = dist.usable_splits().set_index("series")
    assert list(table.index[table["bounded"]]) == ["all wire"]
    bound, error = fits.fixed_part_bound([1, 10, 30], [0.1, 1.0, 3.3])
    assert table.loc["all wire", "fixed"] == pytest.approx(bound)
    assert table.loc["all wire", "variance_fixed"] == pytest.approx(error**2)


def test_a_line_without_scatter_has_no_bound_and_makes_no_share(tmp_path, monkeypatch):
    rows = line(1, "exact", 0.0, 0.1, (1, 10, 30)) + line(11, "two points", 0.0, 0.1, (1, 10))
    freeze(tmp_path, monkeypatch, distance_rows=rows)
    monkeypatch.setattr("datagravity.distance.parts.cacti_series", lambda: [])
    assert set(dist.splits()["reason"]) == {"no intercept above zero, and nothing to tell a bound by"}


def test_levels_that_are_increments_are_added_up_before_a_line_is_drawn(tmp_path, monkeypatch):
    rows = line(1, "levels", 0, 1, (1, 10, 30), increment="true")
    freeze(tmp_path, monkeypatch, distance_rows=rows)
    found = dist.lines().iloc[0]
    assert found["exponent"] == pytest.approx(np.polyfit(np.log([1, 10, 30]), np.log([1, 11, 41]), 1)[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    "cells", [{"linear_by_construction": "true"}, {"pooled": "true"}, {"experiment": ""}, {"data_pattern": "zeros"}]
)
def test_rows_that_can_tell_no_split_make_none(tmp_path, monkeypatch, cells):
    rows = line(1, "others", 1.0, 0.1, (1, 2, 3)) + line(11, "these", 1.0, 0.1, (1, 2, 3), **cells)
    freeze(tmp_path, monkeypatch, distance_rows=rows)
    monkeypatch.setattr("datagravity.distance.parts.cacti_series", lambda: [])
    assert set(dist.splits()["series"]) == {"others"}


def test_cards_are_samples_of_one_series_and_their_scatter_is_its_error(tmp_path, monkeypatch):
    cards = enumerate(CARDS.items())
    rows = [r for n, (card, f) in cards for r in line(1 + 10 * n, "mesh", f, 0.1 * f, (1, 2, 3), sample=card)]
    freeze(tmp_path, monkeypatch, distance_rows=rows)
    monkeypatch.setattr("datagravity.distance.parts.cacti_series", lambda: [])
    found = dist.splits().iloc[0]
    logs = np.log(list(CARDS.values()))
    assert (found["samples"], found["fixed"]) == (3, pytest.approx(math.exp(logs.mean())))
    assert found["variance_fixed"] == pytest.approx(logs.var(ddof=1) / 3, rel=1e-6)
    assert found["covariance"] == pytest.approx(found["variance_fixed"], rel=1e-6), "a dear card is dear in both"


@pytest.mark.slow
@pytest.mark.usefixtures("four_origins")
def test_deleting_a_row_changes_what_rests_on_it_and_nothing_else(tmp_path, monkeypatch):
    whole = dist.splits().set_index(["series", "kind"])["per_mm"]
    rows = [r for r in load("distance_rows").dropna(axis=1, how="all").to_dict("records") if r["id"] != "R002"]
    rows = [{k: str(v).lower() if isinstance(v, bool) else v for k, v in r.items() if v is not pd.NA} for r in rows]
    rows = [{k: v for k, v in r.items() if k not in ("grey", "source_group")} for r in rows]
    rows[0] |= {"value": 1.1, "pj_per_bit": 1.1}
    (tmp_path / "less").mkdir()
    freeze(tmp_path / "less", monkeypatch, distance_rows=rows)
    less = dist.splits().set_index(["series", "kind"])["per_mm"]
    changed = {key[0] for key in whole.index if less[key] != pytest.approx(whole[key])}
    assert changed == {"near wires"}


# --- Shares


def logit(share):
    return np.log(share / (1 - share))


@pytest.mark.slow
@pytest.mark.usefixtures("four_origins")
def test_the_share_at_a_distance_is_that_of_further_machines():
    phi = dist.fixed_share(10)
    table = dist.usable_splits().query("kind != 'anchor' and not bounded")
    logits = np.log(table["fixed"] / (10 * table["per_mm"]))
    assert logits.min() < logit(phi.value) < logits.max()
    assert 0 < phi.low < phi.value < phi.high < 1
    # With E0 + k d the logit falls by the logarithm of the distance, and nothing else moves.
    far = dist.fixed_share(40)
    for end in ("low", "value", "high"):
        assert logit(getattr(phi, end)) - logit(getattr(far, end)) == pytest.approx(math.log(4), abs=0.01)


@pytest.mark.usefixtures("four_origins")
@pytest.mark.slow
def test_a_fixed_part_that_is_known_by_a_bound_lowers_the_share():
    assert dist.fixed_share(10).value < dist.fixed_share(10, bounds=False).value
    chosen = dist.shares_by_choice(10).set_index("choice")
    assert chosen.loc["known fixed parts alone", "share"] == dist.fixed_share(10, bounds=False).value


@pytest.mark.slow
@pytest.mark.usefixtures("four_origins")
def test_an_origin_alone_has_its_own_share_and_the_scatter_of_all():
    anchor, intercept = (
        dist.fixed_share(10, kind=kind, meter="board", without="B") for kind in ("anchor", "intercept")
    )
    # Half of the further machines lie on either side of the one that is known.
    assert anchor.value == pytest.approx(0.25 / 1.5, rel=0.05)
    assert anchor.value == pytest.approx(intercept.value / 4, rel=1e-6)
    rail = dist.fixed_share(10, meter="rail")
    assert rail.value == pytest.approx(0.2 / 0.6, rel=0.05)
    assert rail.low < 0.1 < 0.7 < rail.high, "one origin is no reason to be sure"


@pytest.mark.usefixtures("four_origins")
@pytest.mark.slow
def test_what_is_chosen_is_what_is_used():
    chosen = dist.shares_by_choice(10).set_index("choice")
    assert chosen.loc["all", ["origins", "series"]].to_list() == [4, 6]
    assert chosen.loc["known fixed parts alone", ["origins", "series"]].to_list() == [4, 5]
    assert chosen.loc["reviewed", ["origins", "series"]].to_list() == [3, 4]
    assert chosen.loc["without A", ["origins", "series"]].to_list() == [3, 4]
    assert chosen.loc["kind: component", "share"] == pytest.approx(5 / 6, rel=0.02)
    assert {"meter: board", "meter: rail", "meter: io", "meter: device"} < set(chosen.index)
    assert chosen.loc["without A", "share"] == pytest.approx(dist.fixed_share(10, without="A").value)
    assert dist.fixed_share(10, without=("A",)) == dist.fixed_share(10, without="A")


@pytest.mark.slow
@pytest.mark.usefixtures("four_origins")
def test_draws_are_those_of_the_interval_and_one_machine_at_all_distances():
    drawn = dist.fixed_share_draws([10.0, 40.0], 20000, seed=1)
    phi = dist.fixed_share(10)
    assert np.quantile(drawn[:, 0], [0.1, 0.5, 0.9]) == pytest.approx([phi.low, phi.value, phi.high], abs=0.02)
    drawn = drawn[((drawn > 1e-6) & (drawn < 1 - 1e-6)).all(axis=1)]  # the tails of Student's t end at 0 and 1
    logits = logit(drawn)
    assert logits[:, 0] - logits[:, 1] == pytest.approx(math.log(4), abs=1e-6)
    assert dist.fixed_share_draws(10.0, 5).shape == (5,)
    assert np.array_equal(dist.fixed_share_draws(10.0, 5, seed=3), dist.fixed_share_draws(10.0, 5, seed=3))


@pytest.mark.slow
def test_energy_share_and_exponent_follow_from_the_same_machines(tmp_path, monkeypatch):
    world(tmp_path, monkeypatch, fixed=(0.01, 0.01), wire=(0.01, 0.01))
    # Machines that are all alike: a fixed part of 1 and 0.1 per mm.
    assert dist.energy(10).value == pytest.approx(2.0, rel=0.01)
    assert dist.fixed_share(30).value == pytest.approx(0.25, rel=0.01)
    assert dist.exponent(10, 20).value == pytest.approx(math.log2(3 / 2), rel=0.01)
    found = dist.energy(10)
    assert found.high / found.low < 1.1


def world(tmp_path, monkeypatch, fixed, wire):
    """Six origins of five lines; `fixed` and `wire`: how far ln E0 and ln k scatter (between, within) origins."""
    generator, rows = np.random.default_rng(0), []

    def scattered(count):
        """Pairs of numbers with means of zero and deviations of one, as a sample has them."""
        drawn = generator.normal(size=(count, 2))
        return (drawn - drawn.mean(axis=0)) / drawn.std(axis=0, ddof=1)

    between, within = np.array([fixed, wire]).T
    for n, middle in enumerate(between * scattered(6)):
        for m, own in enumerate(within * scattered(5)):
            part, per_mm = np.exp(middle + own) * [1, 0.1]
            rows += line(100 * n + 10 * m, f"s{n}{m}", part, per_mm, (1, 5, 20), origin=f"origin {n}")
    freeze(tmp_path, monkeypatch, distance_rows=rows)
    monkeypatch.setattr("datagravity.distance.parts.cacti_series", lambda: [])
    monkeypatch.setattr("datagravity.distance.shares.choices", lambda: {"all": {}})


@pytest.mark.parametrize(
    ("fixed", "wire", "words"),
    [
        ((2.0, 1.0), (0.4, 0.1), {"within": "fixed part", "between": "fixed part"}),
        ((0.4, 0.1), (2.0, 1.0), {"within": "slope", "between": "slope"}),
        ((0.8, 1.0), (0.8, 0.1), {"within": "fixed part", "between": "open"}),
    ],
)
@pytest.mark.slow
def test_the_finding_of_wires_and_ends_can_come_out_either_way(tmp_path, monkeypatch, fixed, wire, words):
    world(tmp_path, monkeypatch, fixed, wire)
    found = dist.which_scatters_more().set_index("which")
    assert found["more"].to_dict() == words
    assert ((found["low"] <= found["ratio"]) & (found["ratio"] <= found["high"])).all()


@pytest.mark.slow
def test_the_scatter_is_where_it_was_put(tmp_path, monkeypatch):
    world(tmp_path, monkeypatch, fixed=(0.5, 1.0), wire=(1.5, 0.1))
    table = dist.spreads().set_index(["part", "which"])
    assert table.loc[("fixed", "within"), "low"] > table.loc[("per_mm", "within"), "high"]
    assert table.loc[("per_mm", "between"), "low"] < 1.5 < table.loc[("per_mm", "between"), "high"]
    assert table.loc[("fixed", "within"), "low"] < 1.0 < table.loc[("fixed", "within"), "high"]
    assert (table.loc["correlation"][["low", "high"]].abs() <= 1).all(axis=None)


def test_the_share_step_by_step_ends_where_the_share_is():
    steps = dist.share_step_by_step(12.0)
    phi = dist.fixed_share(12.0)
    assert steps.iloc[-1][["share", "low", "high"]].to_list() == pytest.approx([phi.value, phi.low, phi.high], rel=0.03)
    known = dist.fixed_share(12.0, bounds=False)
    assert steps.iloc[-2]["share"] == pytest.approx(known.value, rel=0.03)
    assert steps.iloc[1]["series"] == steps.iloc[0]["series"] - 1


# --- Hop by hop

FREE = {"basis": "exact hops", "link_load": "free", "within": "chip"}


def mesh(first, pattern, meter, fixed, per_mm):
    """Frozen lines of three cards over one to four hops of 3 mm, with an anchor inside the tile."""
    rows = []
    for n, (card, factor) in enumerate(CARDS.items()):
        own = {"series": f"{meter}, {pattern}", "experiment": "hops", "sample": card, "meter": meter}
        own |= {"data_pattern": pattern, **FREE}
        start = first + 10 * n
        rows += [row(start + h, 3.0 * h, factor * (fixed + per_mm * 3 * h), **own | {"hops": h}) for h in (1, 2, 3, 4)]
        rows.append(row(start, 1.5, factor * fixed / 2, **own | {"basis": "derived", "hops": 0, "within": "shire"}))
    return rows


@pytest.fixture
def cards(tmp_path, monkeypatch):
    rows = mesh(100, "random", "board", 1.0, 0.05) + mesh(200, "zeros", "board", 0.4, 0.02)
    rows += mesh(300, "random", "rail", 0.2, 0.05)
    freeze(tmp_path, monkeypatch, distance_rows=rows)


@pytest.mark.usefixtures("cards")
def test_conditions_are_compared_card_by_card():
    random = dist.condition("free", "board", "random")
    assert random["cards"] == 3
    assert random["exponent_least"] == pytest.approx(random["exponent_most"]), "a factor of a card is no exponent"
    assert random["inside_least"] == pytest.approx(0.5 / 1.6)
    assert random["step"] == pytest.approx(0.5 * np.mean(list(CARDS.values())))
    assert random["step_mm"] == pytest.approx(10)
    less = dist.condition("free", "board", hops.DIFFERENCE)
    mean = np.mean(list(CARDS.values()))
    assert less[["fixed", "fj_per_mm"]].to_list() == pytest.approx([0.6 * mean, 30 * mean])
    difference = dist.paired_difference(("free", "rail", "random"), ("free", "board", "random"))
    assert difference.value > 0.3
    assert difference.high - difference.low == pytest.approx(0, abs=1e-9)
    assert pd.isna(dist.condition("free", "rail", "random")["inside_least"])


# Rings of the one chip that was measured inside a tile too: what leaves out the inside finds a third of the exponent.
RINGS = {"pair": (0.5, 0.08375), "shire": (1.94, 0.26)}
BETWEEN = [(5.952, 1.48375), (7.812, 1.65875), (13.02, 1.865), (13.764, 1.94625), (16.74, 2.22125), (17.484, 2.09375)]


def test_rings_with_the_inside_of_a_tile_and_without(tmp_path, monkeypatch):
    own = {"series": "rings", "experiment": "rings", "pooled": "true", "basis": "derived"}
    rows = [row(n, d, e, **own, within=w) for n, (w, (d, e)) in enumerate(RINGS.items(), 1)]
    rows[0] |= {"distance_low_mm": 0.2, "distance_high_mm": 0.7}
    rows[1] |= {"distance_low_mm": 0.5, "distance_high_mm": 3.72}
    rows += [row(n, d, e, **own, within="chip") for n, (d, e) in enumerate(BETWEEN, 11)]
    freeze(tmp_path, monkeypatch, distance_rows=rows)
    between, whole = dist.ring_line(), dist.ring_line("pair", "shire")
    assert (round(between.slope, 2), round(between.slope_error, 2)) == (0.34, 0.04)
    assert (round(whole.slope, 2), round(whole.slope_error, 2)) == (0.95, 0.08)
    assert [round(end, 2) for end in hops.ring_exponent_bounds("pair", "shire")] == [0.70, 1.07]
    assert (round(hops.ring_share("pair"), 3), round(hops.ring_share("shire"), 2)) == (0.045, 0.14)
    step, length = hops.ring_step()
    assert (round(step, 2), round(length)) == (0.91, 16)


def test_a_card_of_free_links_has_the_published_exponent():
    energies = [1.158, 1.318, 1.500, 1.658, 1.823]
    fitted = fits.line(np.log(3.72 * np.arange(1, 6)), np.log(energies))
    assert fitted.slope == pytest.approx(0.28, abs=0.005)


# --- Levels


def levels_of(first, chip, energies, **cells):
    own = {"series": chip, "sample": chip, "machine": "GPU"} | cells
    names = ("L1", "last level", "DRAM")
    return [row(first + n, None, e, **own, rung=r) for n, (r, e) in enumerate(zip(names, energies, strict=True))]


def test_increments_are_cumulated_and_origins_count_alike(tmp_path, monkeypatch):
    rows = levels_of(1, "a", (1, 3, 12), origin="A", increment="true") + levels_of(11, "b", (1, 4, 8), origin="A")
    rows += levels_of(21, "c", (1, 2, 16), origin="B")
    freeze(tmp_path, monkeypatch, distance_rows=rows)
    assert dist.levels().set_index("chip").loc["a", ["L1", "last level", "DRAM"]].to_list() == [1, 4, 16]
    means = [math.log(1 / 4) / 2 + math.log(1 / 2) / 2, math.log(1 / 8)]
    found = dist.level_ratio("last level", "DRAM")
    assert found.value == pytest.approx(math.exp(np.mean(means)))
    # One degree of freedom: 80 % of Student's t lie within 3.0777.
    half = 3.0777 * np.std(means, ddof=1) * math.sqrt(1 + 1 / 2)
    assert math.log(found.high / found.value) == pytest.approx(half, rel=1e-4)
    assert dist.level_ratio("L1", "DRAM", origin="B").value == pytest.approx(1 / 16)


def test_a_chip_without_a_level_is_an_error(tmp_path, monkeypatch):
    freeze(tmp_path, monkeypatch, distance_rows=levels_of(1, "a", (1, 3, 12))[:2])
    with pytest.raises(ValueError, match=re.escape("distance_rows.csv, series 'a', rung: ['L1', 'last level']")):
        dist.levels()


# --- CACTI, and the rows of its runs


def test_every_number_that_stands_in_two_tables_is_one_number():
    rows, energy = load("distance_rows"), load("energy").set_index("id")
    alone = rows[rows["energy_row"].notna() & rows["energy_row_2"].isna() & rows["pj_per_bit"].notna()]
    for one in alone.to_dict("records"):
        low, high = (energy.loc[one["energy_row"], f"energy_pj_per_bit_{end}"] for end in ("low", "high"))
        if not pd.isna(low):
            assert 0.99 * low <= one["pj_per_bit"] <= 1.01 * high, one["id"]
    assert alone["energy_row"].is_unique
    runs = dist.cacti_runs().set_index("run")["pj_per_bit"]
    modelled = rows[rows["cacti_run"].notna()]
    assert modelled["pj_per_bit"].to_list() == pytest.approx(runs[modelled["cacti_run"]].to_list(), rel=1e-4)
    assert set(modelled["method"]) == {"model"}


def test_cacti_is_wire_where_it_is_large():
    runs = dist.cacti_runs()
    sram = runs[runs["standard"] & (runs["memory"] == "SRAM")]
    share = sram.groupby("capacity_bytes")["not_htree"].mean()
    assert share.iloc[0] == 1
    assert share.iloc[-1] < 0.2
    assert runs.loc[runs["memory"] != "SRAM", "not_htree"].isna().all()
    assert dist.cacti_exponents()["count"].sum() == runs["standard"].sum()


# --- Rules of the tables


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"basis": "stated", "distance_mm": ""}, "distance_mm: a value, because the basis is stated"),
        ({"distance_low_mm": 3}, "distance_mm: a number from 3 to 2"),
        ({"basis": "per mm"}, "linear_by_construction: true, because the basis is per mm"),
        ({"fixed_pj_per_bit": 1}, "fixed_kind: a value, because fixed_pj_per_bit has one"),
        ({"fixed_kind": "component"}, "fixed_kind: a blank, because there is no fixed_pj_per_bit"),
        (
            {"fixed_pj_per_bit": 1, "fixed_kind": "data_pattern", "per_mm_pj_per_bit": 1},
            "per_mm_pj_per_bit: a blank, because the kind of the fixed part is data_pattern",
        ),
        ({"pj_per_bit": ""}, "pj_per_bit: a value, because the unit is pJ/bit"),
        ({"pj_per_bit_low": 2, "pj_per_bit_high": 3}, "pj_per_bit: a number from 2 to 3"),
        ({"rung": "L1"}, "machine: a value, because rung is L1"),
        ({"basis": "exact hops", "hops": 1.5}, "hops: a whole number above 0, because the basis is exact hops"),
    ],
)
def test_a_wrong_row_is_named_with_what_was_expected(tmp_path, monkeypatch, cells, words):
    freeze(tmp_path, monkeypatch, distance_rows=[row(1, 2.0) | cells])
    with pytest.raises(TableError) as caught:
        validate()
    column, expected = words.split(": ", 1)
    assert any(p.column == column and expected in p.expected and p.name == "id R001" for p in caught.value.problems)


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
            {"id": "D01", "distance_low_mm": 10, "distance_high_mm": 10, "capacity_kib": 256 * 1024},
            {"id": "D02", "distance_low_mm": 2, "distance_high_mm": 2},
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
    assert points["series"].to_list() == ["near", SINGLE, "far", "far", "near", "half", "half"]
    assert points["origin"].to_list() == [
        "chip" if name == SINGLE else f"origin of {name}" for name in points["series"]
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


# --- The bare exponent of a further machine


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


# --- Examples


@pytest.mark.parametrize("module", ["hops", "ladder", "parts", "shares"])
def test_the_examples_of_the_docstrings(module):
    found = doctest.testmod(import_module(f"datagravity.distance.{module}"))
    assert found.attempted > 0
    assert found.failed == 0


# --- Bad input


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dist.series("mash"), "series: 'mash', expected one of 'mesh, measured'"),
        (lambda: dist.fixed_share(-1), "d_mm: -1.0, expected a finite number above 0"),
        (lambda: dist.fixed_share(kind="door"), "kind: 'door', expected 'all' without a distance d_mm"),
        (lambda: dist.fixed_share(meter="board"), "meter: 'board', expected 'all' without a distance d_mm"),
        (lambda: dist.fixed_share(reviewed=True), "reviewed: True, expected False without a distance d_mm"),
        (lambda: dist.fixed_share(without="A"), "without: 'A', expected None without a distance d_mm"),
        (lambda: dist.fixed_share(bounds=False), "bounds: False, expected True without a distance d_mm"),
        (lambda: dist.fixed_share(12, kind="door"), "kind: 'door', expected one of 'all', 'intercept', 'anchor'"),
        (lambda: dist.fixed_share(12, meter="watt"), "meter: 'watt', expected one of 'all', 'board', 'rail'"),
        (lambda: dist.fixed_share(12, without="me"), "without: 'me', expected one of"),
        (
            lambda: dist.energy(12, kind="component", meter="rail"),
            "kind, meter: 'component', 'rail' (reviewed: False), expected a choice with a split",
        ),
        (lambda: dist.energy(12, reviewed="no"), "reviewed: 'no', expected True or False"),
        (lambda: dist.energy(12, bounds="no"), "bounds: 'no', expected True or False"),
        (lambda: dist.level_ratio(reviewed="no"), "reviewed: 'no', expected True or False"),
        (lambda: dist.exponent(include_grey="no"), "include_grey: 'no', expected True or False"),
        (lambda: dist.exponent(include_proxies="no"), "include_proxies: 'no', expected True or False"),
        (lambda: dist.exponent(of_mean="no"), "of_mean: 'no', expected True or False"),
        (lambda: dist.exponent(5, 5), "far_mm: 5, expected a number above near_mm = 5"),
        (lambda: dist.level_ratio("DRAM", "L1"), "far: 'L1', expected one of 'last level', 'DRAM'"),
        (lambda: dist.condition("free", "board", "noise"), "condition: 'free, board, noise', expected one of"),
        (lambda: dist.shares_by("place"), "kind: 'place', expected one of 'data_pattern', 'access_pattern'"),
        (lambda: dist.ring_line("room"), "inside: 'room', expected one of 'pair', 'neighbourhood', 'shire'"),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()
