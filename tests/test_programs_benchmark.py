"""The script that counts all programs: which rows it makes, in which order, and what it writes."""

import importlib.util
import os
import signal
import time
from dataclasses import dataclass
from multiprocessing import active_children

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from datagravity.programs import placing
from datagravity.programs.traces import Trace


@dataclass(frozen=True)
class FakeKernel:
    """A random walk over `size` words, in pieces if it depends on the number of places."""

    name: str
    family: str = "walks"
    sizes: tuple = (20, 40, 70)
    held_out: int = 300
    random: bool = True
    depends_on_places: bool = False

    def largest_places(self, size):
        return 4 if size < 64 else 16

    def trace(self, size, seed=0, places=None):
        random = np.random.default_rng(seed)
        words = np.append(np.arange(size), random.integers(size, size=3 * size + (places or 0)))
        return Trace(
            words=words, writes=random.random(len(words)) < 0.3, operations=np.arange(len(words)) // 2,
            owners=words[::2], operation_count=len(words), operation_class="integer",
            codes={"natural": np.arange(size) * 2**14 // size, "hashed": random.integers(2**14, size=size)},
        )  # fmt: skip


KERNELS = {
    "walk": FakeKernel("walk"),
    "steady walk": FakeKernel("steady walk", random=False),
    "pieces": FakeKernel("pieces", random=False, depends_on_places=True),
}


@pytest.fixture(scope="module")
def benchmark():
    specification = importlib.util.spec_from_file_location("benchmark_of_programs", ROOT / "benchmarks" / "programs.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    module.kernels = lambda: KERNELS
    return module


@pytest.fixture(scope="module")
def folder(benchmark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    assert benchmark.main(["--workers", "1", "--out", str(folder / "tables")]) == 0
    return folder / "tables"


@pytest.fixture
def tables(benchmark, folder):
    return tuple(pd.read_csv(folder / name) for name in (benchmark.COUNTS, benchmark.MISSES))


@pytest.mark.slow
def test_each_row_stands_once_in_the_order_of_kernels(tables):
    counts, misses = tables
    assert tuple(counts.columns) == placing.COLUMNS
    key = ["kernel", "size", "seed", "partition", "owner", "places"]
    assert not counts.duplicated(key).any()
    assert not counts.duplicated([*key[:3], "places"])[counts["places"] == 1].any()
    assert counts["kernel"].unique().tolist() == list(KERNELS)
    walk = counts[counts["kernel"] == "walk"]
    assert walk["size"].unique().tolist() == [20, 40, 70, 300]
    assert not misses.duplicated(["kernel", "size", "seed", "unit_bytes", "capacity_bytes"]).any()
    assert set(misses["unit_bytes"]) == {8, 64}
    assert set(misses["size"]) == {20, 40, 70}


def test_what_is_counted_of_which_run(tables):
    counts, _ = tables

    def partitions(**chosen):
        rows = counts[(counts[list(chosen)] == pd.Series(chosen)).all(axis=1)]
        return sorted({(row.partition, row.owner, row.places) for row in rows.itertuples()})

    one, natural = ("one place", "output", 1), [("natural", "output", 4), ("natural", "output", 16)]
    share = [("natural", "largest share", 4), ("natural", "largest share", 16)]
    assert partitions(kernel="walk", size=20, seed=0) == [("hashed", "output", 4), natural[0], one]
    assert partitions(kernel="walk", size=20, seed=3) == [natural[0], one]
    assert partitions(kernel="walk", size=70, seed=0) == [
        ("hashed", "output", 4), ("hashed", "output", 16), *share, *natural, one,
    ]  # fmt: skip
    assert partitions(kernel="walk", size=70, seed=3) == [*share, *natural, one]
    assert partitions(kernel="walk", size=300, seed=0) == [*natural, one]
    assert partitions(kernel="walk", size=300, seed=4) == [*natural, one]
    assert set(counts.loc[counts["kernel"] == "walk", "seed"]) == set(range(5))
    assert set(counts.loc[counts["kernel"] == "steady walk", "seed"]) == {0}
    assert set(counts.loc[counts["size"] == 300, "role"]) == {"held out"}


def test_a_kernel_that_depends_on_places_is_traced_for_each(tables):
    counts, _ = tables
    pieces = counts[(counts["kernel"] == "pieces") & (counts["size"] == 70)]
    assert (pieces["accesses"] == 4 * 70 + pieces["places"]).all()
    assert pieces["partition"].drop_duplicates().tolist() == ["one place", "natural", "hashed"]


def test_counts_are_whole_and_means_have_six_digits(benchmark, tables, folder):
    text = (folder / benchmark.COUNTS).read_text(encoding="utf-8")
    counts, _ = tables
    for name in counts.columns:
        if name.endswith("bytes") or name in ("accesses", "invalidations", "migrations"):
            assert counts[name].dtype.kind == "i", name
    assert "\r" not in text
    assert set(pd.read_csv(folder / benchmark.COUNTS, dtype=str)["serial"]) == {"false"}
    [row] = counts.query("size == 70 and seed == 4 and places == 16 and owner == 'output'").itertuples()
    trace = KERNELS["walk"].trace(70, 4)
    exact = placing.count(trace, "natural", 16)
    assert row.remote_distance_quarter == float(f"{exact['remote_distance_quarter']:.6g}")
    assert row.remote_bytes == exact["remote_bytes"]
    assert np.isnan(counts.loc[counts["places"] == 1, "remote_distance_whole"]).all()


def test_results_stand_in_the_order_of_runs_whatever_is_heaviest(benchmark):
    wanted = benchmark.runs(KERNELS, ["walk"], quick=False)
    lines = []
    sizes = benchmark.each(lambda run: run.size, wanted, None, [run.size for run in wanted], lines.append)
    assert sizes == [run.size for run in wanted]
    assert lines[0].endswith("walk 300")
    assert lines[-1].startswith(f"  [{len(wanted)}/{len(wanted)}] 2.15e+03 of 2.15e+03,")


def test_progress_says_rate_and_remaining_time(benchmark):
    run = benchmark.Run("walk", "fit", 20, 2, False)
    assert benchmark.progress(run, 1, 4, 1e6, 4e6, 30.0) == (
        "  [1/4] 1e+06 of 4e+06, 3.3e+04 a second, 1.5 min left: walk 20, seed 2"
    )


def test_quick_counts_the_smallest_size_and_one_seed(benchmark, tmp_path):
    assert benchmark.main(["--quick", "--kernel", "walk", "--workers", "1", "--out", str(tmp_path)]) == 0
    counts = pd.read_csv(tmp_path / benchmark.COUNTS)
    assert counts[["kernel", "size", "seed"]].drop_duplicates().to_numpy().tolist() == [["walk", 20, 0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kernel", "sprint"], "--kernel: 'sprint', expected one of walk, steady walk, pieces"),
        (["--workers", "0"], "--workers: 0, expected at least 1"),
        (["--quick"], "--out: data/, expected another folder for a part of the tables"),
    ],
)
def test_the_script_refuses(benchmark, capsys, arguments, message):
    with pytest.raises(SystemExit) as stopped:
        benchmark.main(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_a_request_to_end_ends_the_processes_too(benchmark):
    def told_to_end():
        with benchmark.terminated_as_interrupted(), benchmark.processes(2) as pool:
            for _ in range(2):
                pool.submit(time.sleep, 600)
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt):
        told_to_end()
    assert not active_children()
