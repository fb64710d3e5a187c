"""The tables of counts and misses: what the rules let pass, and each thing that they refuse."""

import math
from pathlib import Path

import numpy as np
import pytest

from datagravity.evidence import TableError, load, validate
from datagravity.evidence.rules import RULES
from datagravity.programs import placing, reuse
from datagravity.programs.kernels import KERNELS
from datagravity.programs.owners import LARGEST_SHARE
from datagravity.programs.traces import Trace
from frozen import freeze

LABELS = {"kernel": "walk", "family": "walks", "role": "fit", "size": 8, "seed": 0}


def walk(serial=False):
    """Each word of a square of 8 by 8 is read with its neighbour and written, twice, in an order that mixes tiles."""
    order = np.random.default_rng(0).permutation(64)
    written = np.concatenate([order, order])
    words = np.stack([(written + 1) % 64, written], axis=1).ravel()
    return Trace(
        words=words, writes=np.tile([False, True], 128), operations=np.arange(128).repeat(2), owners=written,
        codes={"natural": np.arange(64) * 256, "hashed": order * 256}, operation_count=128, operation_class="integer",
        phases=2, reduced_words=3, serial=serial,
    )  # fmt: skip


def rows_of(frame):
    """Rows as rules see them: plain values, None for a blank."""
    return [
        {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def counts(owner="output", serial=False):
    return rows_of(placing.frame(walk(serial), places=[1, 4, 16], labels=LABELS, owner=owner, engine="numpy"))


def misses():
    return [row | {"kernel": "walk", "size": 8, "seed": 0} for row in rows_of(reuse.miss_curve(walk().words))]


def said(table, row):
    """The columns of which the rules of a table complain."""
    return [column for rule in RULES[table] for column, _ in rule(row)]


def written(rows):
    """Cells as a file holds them."""
    return [row | {"serial": str(row["serial"]).lower()} if "serial" in row else row for row in rows]


@pytest.mark.parametrize(("owner", "serial"), [("output", False), ("output", True), (LARGEST_SHARE, False)])
def test_what_is_counted_passes(tmp_path, monkeypatch, owner, serial):
    rows = counts(owner, serial)
    assert [said("program_counts", row) for row in rows] == [[]] * 5
    assert [said("program_misses", row) for row in misses()] == [[]] * len(misses())
    freeze(tmp_path, monkeypatch, program_counts=written(rows), program_misses=misses())
    assert validate() == {"program_counts": 5, "program_misses": len(misses())}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"local_bytes_no_copies": 8}, "local_bytes_no_copies"),
        ({"reuse_bytes": 80}, "home_bytes"),
        ({"remote_bytes_unlimited": 10**6}, "remote_bytes_unlimited"),
        ({"remote_bytes": 12}, "remote_bytes"),
        ({"reuse_bytes": 10**6}, "reuse_bytes"),
        ({"invalidations": 10**6}, "invalidations"),
        ({"partition": "one place"}, "partition"),
        ({"places": 8}, "places"),
        ({"places": 0}, "places"),
        ({"footprint_bytes": 508}, "footprint_bytes"),
        ({"footprint_bytes": 8 * 300}, "footprint_bytes"),
        ({"command_bytes": 80}, "command_bytes"),
        ({"reduction_bytes": 80}, "reduction_bytes"),
        ({"migrations": 3}, "migrations"),
        ({"remote_distance_half": None}, "remote_distance_half"),
        ({"remote_bytes_no_copies": 0}, "remote_distance_no_copies_whole"),
        ({"migration_distance_whole": 0.5}, "migration_distance_whole"),
        ({"remote_distance_half": 0.1}, "remote_distance_half"),
        ({"remote_distance_whole": 1.1}, "remote_distance_whole"),
        ({"reuse_distance_whole": 0.3}, "reuse_distance_whole"),
        ({"load_imbalance": 0.5}, "load_imbalance"),
        ({"load_imbalance": 5.0}, "load_imbalance"),
    ],
)
def test_a_count_that_cannot_be_is_refused(changes, column):
    row = counts()[1]
    assert row["places"] == 4
    assert row["remote_bytes"] > 0
    assert column in said("program_counts", row | changes)


@pytest.mark.parametrize("column", ["remote_bytes", "command_bytes", "reduction_bytes", "invalidations", "migrations"])
def test_one_place_sends_nothing(column):
    assert column in said("program_counts", counts()[0] | {column: 720})


def test_one_place_has_no_partition():
    assert said("program_counts", counts()[0] | {"partition": "natural"}) == ["partition"]


def test_no_more_misses_than_accesses():
    assert said("program_misses", misses()[0] | {"misses": 257}) == ["misses"]
    assert said("program_misses", misses()[0] | {"capacity_bytes": 60}) == ["capacity_bytes"]
    assert said("program_misses", misses()[0] | {"unit_bytes": 16}) == ["unit_bytes"]


def refused(folder, monkeypatch, rows, curve):
    freeze(folder, monkeypatch, program_counts=written(rows), program_misses=curve)
    with pytest.raises(TableError) as caught:
        validate()
    return [
        (Path(problem.file).name, problem.row, problem.column, problem.expected) for problem in caught.value.problems
    ]


def test_a_row_stands_there_once(tmp_path, monkeypatch):
    rows = counts()
    ((file, line, column, words),) = refused(tmp_path, monkeypatch, [*rows, rows[1]], misses())
    assert (file, line, column) == ("program_counts.csv", 7, "kernel")
    assert words == "kernel, size, seed, partition, owner, places used once; row 3 has them too"


def test_a_run_has_one_place_once_and_says_one_thing_of_itself(tmp_path, monkeypatch):
    rows = counts()
    other = [row | {"size": 9} for row in rows[1:]]
    changed = [rows[0] | {"owner": LARGEST_SHARE}, rows[1] | {"family": "runs"}, *rows[2:]]
    found = refused(tmp_path, monkeypatch, [rows[0], *changed, *other], misses())
    assert [(line, column) for _, line, column, _ in found] == [(3, "places"), (4, "family"), (8, "places")]
    assert found[1][-1] == "walks, as row 2 of the same run"


def test_tiles_are_nested(tmp_path, monkeypatch):
    rows = counts()
    few, many = rows[1], rows[2]
    assert (few["places"], many["places"]) == (4, 16)
    less = few["remote_bytes_no_copies"] - 8
    kept = {name: many[name] for name in ("remote_distance_no_copies_whole",)}
    many = many | kept | {"remote_bytes_no_copies": less, "local_bytes_no_copies": 8 * many["accesses"] - less}
    many |= {"remote_bytes": less, "home_bytes": 8 * many["accesses"] - less - many["reuse_bytes"]}
    many |= {"remote_bytes_unlimited": min(less, many["remote_bytes_unlimited"])}
    many |= {"invalidations": min(less // 8, many["invalidations"])}
    ((_, line, column, words),) = refused(tmp_path, monkeypatch, [rows[0], few, many, *rows[3:]], misses())
    assert (line, column) == (4, "remote_bytes_no_copies")
    assert words == f"at least {less + 8}, as on 4 places, whose tiles hold these"


def test_a_larger_cache_misses_no_more_and_belongs_to_a_run(tmp_path, monkeypatch):
    curve = misses()
    curve[-1] = curve[-1] | {"misses": 256}
    ((file, line, column, _),) = refused(tmp_path, monkeypatch, counts(), curve)
    assert (file, line, column) == ("program_misses.csv", len(curve) + 1, "misses")


def test_a_curve_belongs_to_a_run(tmp_path, monkeypatch):
    found = refused(tmp_path, monkeypatch, counts(), [*misses(), misses()[0] | {"seed": 3}])
    assert [(line, column) for _, line, column, _ in found] == [(len(misses()) + 2, "kernel")]
    curve = misses()
    curve[1] = curve[1] | {"accesses": 300}
    (tmp_path / "again").mkdir()
    found = refused(tmp_path / "again", monkeypatch, counts(), curve)
    assert {column for _, _, column, _ in found} == {"accesses"}


def test_every_random_program_has_all_seeds_at_every_size():
    table = load("program_counts")
    for name, rows in table[table["partition"] == "natural"].groupby("kernel"):
        kernel, own = KERNELS[name], rows[rows["owner"] == "output"]
        seeds = range(5) if kernel.random else range(1)
        found = own.groupby("size")["seed"].unique()
        assert {size: sorted(each) for size, each in found.items()} == {
            size: list(seeds) for size in (*kernel.sizes, kernel.held_out)
        }, name
        shared = rows[rows["owner"] == LARGEST_SHARE]
        assert set(shared["size"]) <= {kernel.sizes[-1]}
        assert sorted(set(shared["seed"])) == list(seeds), name
