"""Counts every program of the book on its places: data/program_counts.csv and data/program_misses.csv.

Each run of a kernel (one size, one seed) is traced and counted by one process; a pool of them works on the longest runs
first. The tables have the same bytes whatever the number of processes: rows are in the order of the kernels, sizes,
seeds, owner rules, partitions and places, counts are whole, and means have six significant digits.

A random kernel is run with five seeds at every size. Fitted sizes are counted on all partitions with the first seed; of
further seeds and of the larger size held out only the natural partition and that of a graph, and of the owner rule
"largest share" (at the largest fitted size) only the natural one. Misses are those of the fitted sizes.

All of it takes a quarter of an hour on two cores with numba, and at most 1 GB a process.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from os import cpu_count
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import pandas as pd

from datagravity.programs import engines, placing, reuse
from datagravity.programs.measuring.processes import terminated_as_interrupted
from datagravity.programs.owners import LARGEST_SHARE, OUTPUT
from datagravity.programs.traces import PLACES

DATA = Path(__file__).resolve().parents[1] / "data"
COUNTS, MISSES = "program_counts.csv", "program_misses.csv"
SEEDS = range(5)
#: Partitions that belong to a program; the others are measures of what it gains by them.
OWN_PARTITIONS = ("natural", "graph")
ALL_PARTITIONS = (*OWN_PARTITIONS, "contiguous", "hashed")
MEAN_FORMAT = "%.6g"


class Run(NamedTuple):
    """One run of a kernel; picklable, so that a process can trace it."""

    kernel: str
    role: str
    size: int
    seed: int
    largest: bool  # of the fitted sizes


# --- What is counted -------------------------------------------------------------------------------------------------


def kernels():
    """All kernels by name."""
    from datagravity.programs.kernels import KERNELS

    return KERNELS


def runs(known, names, quick):
    """The runs of the kernels of these names, in the order of the tables."""
    found = []
    for name in names:
        kernel = known[name]
        sizes = kernel.sizes[:1] if quick else kernel.sizes
        seeds = SEEDS if kernel.random and not quick else SEEDS[:1]
        found += [Run(name, "fit", size, seed, size == kernel.sizes[-1]) for size in sizes for seed in seeds]
        if not quick:
            found += [Run(name, "held out", kernel.held_out, seed, False) for seed in seeds]
    return found


def parts(run, names):
    """What is counted of a run: pairs of owner rule and partitions, the latter among the `names` of its trace."""
    own = [name for name in names if name in OWN_PARTITIONS]
    found = [(OUTPUT, list(names) if run.role == "fit" and run.seed == 0 else own)]
    if run.largest:
        found.append((LARGEST_SHARE, [name for name in own if name == "natural"]))
    return found


def rows(run, kernel):
    """The rows of both tables that a run gives, as two frames."""
    labels = {name: getattr(run, name) for name in ("kernel", "role", "size", "seed")} | {"family": kernel.family}
    places = [number for number in PLACES if number <= kernel.largest_places(run.size)]
    trace = kernel.trace(run.size, run.seed)
    counted = []
    for owner, partitions in parts(run, trace.codes):
        numbers = places if owner == OUTPUT else places[1:]  # at one place both rules are the same
        if partitions and numbers:
            counted.append(_frame(run, kernel, trace, partitions, numbers, owner, labels))
    missed = []
    if run.role == "fit":
        curves = [reuse.miss_curve(trace.words, unit) for unit in reuse.UNITS]
        missed = [curve.assign(kernel=run.kernel, size=run.size, seed=run.seed) for curve in curves]
    columns = ["kernel", "size", "seed", "unit_bytes", "capacity_bytes", "misses", "accesses"]
    return pd.concat(counted), pd.concat(missed)[columns] if missed else pd.DataFrame(columns=columns)


def _frame(run, kernel, trace, partitions, places, owner, labels):
    if not kernel.depends_on_places:
        return placing.frame(trace, partitions, places, owner, labels)
    counted = [
        placing.frame(kernel.trace(run.size, run.seed, places=number), partitions, [number], owner, labels)
        for number in places
    ]
    # By partition, as where one trace is counted on all places.
    order = {name: place for place, name in enumerate([placing.ONE_PLACE, *partitions])}
    return pd.concat(counted).sort_values("partition", key=lambda names: names.map(order), kind="stable")


def weights(wanted):
    """What the time of each run goes by: its accesses in the table that stands, times how often they are counted.

    A run that the table does not hold counts as long as the longest one.
    """
    known = pd.read_csv(DATA / COUNTS, usecols=["kernel", "size", "accesses"]).groupby(["kernel", "size"])["accesses"]
    known = known.max().to_dict()
    longest = max(known.values())
    found = []
    for run in wanted:
        levels = sum(1 for number in PLACES if 1 < number <= kernels()[run.kernel].largest_places(run.size))
        counts = sum(len(names) for _, names in parts(run, ALL_PARTITIONS))
        found.append(known.get((run.kernel, run.size), longest) * (1 + levels * counts))
    return found


def counted(run):
    """The rows of a run, in a process of the pool."""
    return rows(run, kernels()[run.kernel])


# --- Processes and progress ------------------------------------------------------------------------------------------


@contextmanager
def processes(workers):
    """A pool of fresh processes, since a fork of one with threads may hang; None if this process is the only worker."""
    if workers == 1:
        yield None
        return
    before = set(active_children())
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        try:
            yield pool
        except BaseException:
            for process in set(active_children()) - before:  # a run that has begun may take minutes
                process.terminate()
            pool.shutdown(cancel_futures=True)
            raise


def each(function, of, pool, weights, say=print):
    """The function of each run, in their order; the heaviest run begins first."""
    order = sorted(range(len(of)), key=lambda place: -weights[place])
    results, done, started = {}, 0, monotonic()
    for place, result in _results(function, of, order, pool):
        results[place] = result
        done += weights[place]
        say(progress(of[place], len(results), len(of), done, sum(weights), monotonic() - started))
    return [results[place] for place in range(len(of))]


def _results(function, of, order, pool):
    """Pairs of place and result, as they become ready."""
    if pool is None:
        yield from ((place, function(of[place])) for place in order)
        return
    waiting = {pool.submit(function, of[place]): place for place in order}
    yield from ((waiting[future], future.result()) for future in as_completed(waiting))


def progress(run, ready, of, done, total, seconds):
    """One line: runs, accesses counted, rate, and the time that remains at this rate."""
    rate = done / seconds if seconds else 0.0
    left = (total - done) / rate / 60 if rate else 0.0
    name = f"{run.kernel} {run.size}" + (f", seed {run.seed}" if run.seed else "")
    return f"  [{ready}/{of}] {done:.3g} of {total:.3g}, {rate:.2g} a second, {left:.1f} min left: {name}"


def write(counts, misses, folder):
    """Both tables as CSV: whole numbers exact, means with six digits, blanks where nothing happened."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = counts.assign(serial=counts["serial"].map({True: "true", False: "false"}))
    for table, name in ((counts, COUNTS), (misses, MISSES)):
        table.to_csv(folder / name, index=False, float_format=MEAN_FORMAT, lineterminator="\n", encoding="utf-8")


def main(arguments=None):
    """Count, write, say how long it took; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], epilog=__doc__.split("\n\n", 1)[1], allow_abbrev=False
    )
    parser.add_argument("--kernel", action="append", help="a kernel to count, not all; may be given again")
    parser.add_argument("--quick", action="store_true", help="only the smallest size and one seed of each kernel")
    parser.add_argument("--workers", type=int, default=cpu_count() or 1, help="processes (default: one a core)")
    parser.add_argument("--out", type=Path, default=DATA, help="folder of the tables (default: data/)")
    chosen = parser.parse_args(arguments)
    known = kernels()
    for name in chosen.kernel or []:
        if name not in known:
            parser.error(f"--kernel: {name!r}, expected one of {', '.join(known)}")
    if chosen.workers < 1:
        parser.error(f"--workers: {chosen.workers}, expected at least 1")
    if (chosen.kernel or chosen.quick) and chosen.out.resolve() == DATA:
        parser.error("--out: data/, expected another folder for a part of the tables")

    def say(line):
        print(line, file=sys.stderr, flush=True)

    started = monotonic()
    wanted = runs(known, [name for name in known if name in (chosen.kernel or known)], chosen.quick)
    say(f"{len(wanted)} runs, {chosen.workers} processes, engine {'numba' if engines.has_numba() else 'numpy'}")
    try:
        with terminated_as_interrupted(), processes(chosen.workers) as pool:
            tables = each(counted, wanted, pool, weights(wanted), say=say)
    except KeyboardInterrupt:
        say("Stopped; no table was written.")
        return 130
    counts, misses = (pd.concat(frames, ignore_index=True) for frames in zip(*tables, strict=True))
    write(counts, misses, chosen.out)
    minutes = (monotonic() - started) / 60
    say(f"{len(counts)} and {len(misses)} rows in {chosen.out}, after {minutes:.1f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
