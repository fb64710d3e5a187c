"""A program measured, and what that says: its levels, miss curve, best number of places, and what was missed."""

import difflib
import math
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import datagravity
from datagravity import checks
from datagravity.intervals import Interval
from datagravity.programs import bill, fitting, placing, prices, reuse
from datagravity.programs.measuring import cachegrind, commands, lackey, levels, options, processes, symbols, words
from datagravity.programs.traces import OPERATION_CLASSES, PLACES

#: Energies of a place besides transport, pJ for each place and phase: none, and about one round of the control of a
#: small sequencer.
PLACE_PRICES = (0.0, 7000.0)
#: A form that misses by more than this is not called a power.
NO_POWER = 0.2


@dataclass(frozen=True)
class Measurement:
    """A program as measured.

    Attributes
    ----------
    command : commands.Command
    valgrind : str, its version
    run : cachegrind.Run
    seen : lackey.Seen
    words : words.Words
    counts : pandas.DataFrame, of `placing.frame`
    misses : pandas.DataFrame, of `reuse.miss_curve` of words of 8 bytes
    operations : float, of the whole run
    operation_class : str
    function : str or None, where counting started
    stated : bool, whether the operations were stated and not counted by the rule
    """

    command: commands.Command
    valgrind: str
    run: cachegrind.Run
    seen: lackey.Seen
    words: words.Words
    counts: pd.DataFrame
    misses: pd.DataFrame
    operations: float
    operation_class: str
    function: str | None
    stated: bool

    @property
    def read(self):
        """Accesses that were read one by one."""
        return sum(map(len, self.seen.windows))

    @property
    def operations_interval(self):
        """Operations of the whole run: between those it has if all of it is as one quarter of what was read.

        Quarters without an operation are left out. A number that was stated, or counted in the whole run, is exact.
        """
        if self.stated or self.read >= self.run.accesses:
            return Interval(self.operations, self.operations, self.operations)
        whole = [words.QUARTERS * number * self.run.accesses / self.read for number in self.words.quarters if number]
        return Interval(self.operations, min(self.operations, *whole), max(self.operations, *whole))


def measure(
    command,
    *,
    limit=options.LIMIT,
    windows=1,
    function=None,
    page_accesses=options.PAGE_ACCESSES,
    shape=None,
    capacities=options.CAPACITIES,
    operation_class="integer",
    operations=None,
    output=None,
    given=None,
    allow_failure=False,
    progress=None,
):
    """Run a command twice, once through caches and once access by access, and count what it would send between places.

    Parameters
    ----------
    command : sequence of str
    limit : int
        Accesses to read; the program is ended when they are there.
    windows : int
        So many pieces of the run, spread evenly; 1 for the beginning.
    function : str or None
        Where counting starts: at the program's entry point if None, so that its loader is left out.
    page_accesses : int
        Pages with no more accesses are left out.
    shape : (int, int) or None
        Rows and columns of the program's arrays, in words of 8 bytes.
    capacities : (int, int)
        Bytes of the near and the far cache.
    operation_class : "integer" or "floating"
    operations : number or None
        Operations of the whole run; counted by a rule if None.
    output, given, allow_failure, progress
        As in `cachegrind.run`.

    Returns
    -------
    Measurement

    Raises
    ------
    ValueError
        If the program cannot be measured; the message says why, and what to do.
    """
    checks.whole("--limit", limit, 1000)
    checks.whole("--windows", windows)
    checks.choice("--operation-class", operation_class, OPERATION_CLASSES)
    if operations is not None:
        checks.number("--operations", operations, checks.POSITIVE)
    progress = progress or processes.Progress(quiet=True)
    found = commands.resolved(command)
    version = subprocess.run([commands.valgrind(), "--version"], capture_output=True, text=True, check=False)
    how = {"given": given, "allow_failure": allow_failure, "progress": progress}
    run = cachegrind.run(found, capacities=capacities, output=output, **how)
    progress.done(f"cachegrind: {run.counts['instructions']:,} instructions, {run.accesses:,} accesses")
    if function is not None:
        _check_function(function, run)
    seen = lackey.read(found, limit=limit, windows=windows, total=run.accesses, function=function, **how)
    read = sum(map(len, seen.windows))
    progress.done(f"lackey: {read:,} accesses read in {seen.seconds:.0f} s{'; program ended' if seen.stopped else ''}")
    kept = words.kept(seen, page_accesses)
    trace = words.trace(kept, shape=shape, operation_class=operation_class)
    labels = {"kernel": Path(found.script or found.program).name, "size": read}
    done = None if progress.quiet else lambda now, end: progress.say(lambda: f"counting: {now / end:.0%}")
    # A place has a line of 64 bytes at least.
    places = [number for number in PLACES if number <= max(4, trace.footprint_bytes // cachegrind.LINE_BYTES)]
    counts = placing.frame(trace, places=places, labels=labels, progress=done)
    progress.done("counted")
    return Measurement(
        found, version.stdout.strip(), run, seen, kept, counts, reuse.miss_curve(trace.words),
        float(operations or trace.operation_count * run.accesses / read), operation_class, function,
        operations is not None,
    )  # fmt: skip


def _check_function(function, run):
    """An error with near names, unless one of the run's files has the function."""
    names = set()
    for path in run.modules:
        try:
            names |= set(symbols.read(path).functions)
        except (OSError, ValueError):
            continue
    if function in names:
        return
    near = difflib.get_close_matches(function, names | set(run.functions["function"]), n=5, cutoff=0.6)
    near = [name for name in near if name in names]
    hint = f"near names: {', '.join(near)}" if near else "no name is near"
    stripped = "" if _has_own(run) else f". {run.modules[0]} is stripped: it has no names of its own functions"
    raise ValueError(f"--from: {function!r}, expected a function of the program or a library of it; {hint}{stripped}")


def _has_own(run):
    try:
        return bool(symbols.read(run.modules[0]).functions)
    except (OSError, ValueError, IndexError):
        return False


def summary(measurement):
    """All results as plain values that JSON holds: what was seen, levels, reuse, placement, savings, what was missed.

    Returns
    -------
    dict
        `program`, `seen`, `run` (counts, bytes by level, functions), `gd` (one row a table of energies), `reuse`,
        `placement` (one row a partition), `savings` (one row a partition, law of price and price of a place),
        `curves` (of the energy over places), `counts` (rows of `placing.frame`), `warnings`, `notes`, `missed`. What
        is not defined is None.
    """
    m = measurement
    operations = m.operations_interval
    return _plain(
        {
            "program": {
                "command": list(m.command.arguments),
                "script": m.command.script,
                "valgrind": m.valgrind,
                "datagravity": datagravity.__version__,
            },
            "seen": {
                "accesses_of_the_run": m.run.accesses,
                "from_access": m.seen.start,
                "from_function": m.function,
                "accesses_read": m.read,
                "share": m.read / m.run.accesses,
                "instructions_read": sum(window.instructions for window in m.seen.windows),
                "windows": [
                    {"first_access": start, "accesses": len(window)}
                    for start, window in zip(m.seen.starts, m.seen.windows, strict=True)
                ],
                "ended_early": m.seen.stopped,
                "kept": m.words.kept,
                "stack": m.words.stack,
                "rare_pages": m.words.rare,
                "pages": m.words.pages,
                "words_accessed": int(m.counts["accesses"].iloc[0]),
                "footprint_bytes": int(m.counts["footprint_bytes"].iloc[0]),
                "operations": int(m.counts["operations"].iloc[0]),
                "seconds": m.seen.seconds,
            },
            "run": {
                **m.run.counts,
                "operations": m.operations,
                "operations_low": operations.low,
                "operations_high": operations.high,
                "operations_stated": m.stated,
                "operation_class": m.operation_class,
                "cache_bytes": dict(zip(levels.LEVELS[:2], m.run.capacities, strict=True)),
                "bytes": levels.level_bytes(m.run),
                "functions": m.run.functions.head(100).to_dict("records"),
                "seconds": m.run.seconds,
            },
            "gd": [_gd(m, table) for table in levels.TABLES],
            "reuse": _reuse(m),
            "placement": _placement(m),
            "savings": _savings(m),
            "curves": _curves(m),
            "counts": m.counts.to_dict("records"),
            "warnings": _warnings(m),
            "notes": _notes(m),
            "missed": _missed(m),
        }
    )


def _gd(m, table):
    found = levels.disjunction_constant(m.run, m.operations_interval, table, m.operation_class)
    return {"table": table, "gd": found.value, "low": found.low, "high": found.high}


def _reuse(m):
    footprint = int(m.counts["footprint_bytes"].iloc[0])
    curve = m.misses[["capacity_bytes", "misses"]].to_dict("records")
    try:
        slope = reuse.theta(m.misses, footprint).slope
    except ValueError:
        return {"theta": None, "lowest": None, "highest": None, "curve": curve}
    within = m.misses[m.misses["capacity_bytes"] <= footprint / 4]
    local = reuse.local_exponents(within)
    return {"theta": -slope, "lowest": local.min(), "highest": local.max(), "curve": curve}


def _placement(m):
    """What belongs to program and partition, and what law `wire` makes of it."""
    sent = fitting.byte_fit(m.counts).set_index("partition")
    fitted = fitting.fit(bill.energies(m.counts, "wire")).set_index("partition")
    shares = m.counts.assign(share=m.counts["remote_bytes"] / (8 * m.counts["accesses"]))
    rows = []
    for name, row in fitted.iterrows():
        own = shares[shares["partition"] == name]
        rows.append(
            {
                "partition": name,
                "p": row["p"],
                "b": row["b"],
                "q": row["q"],
                "bent_error": row["bent_error"],
                "is_power": bool(row["bent_error"] <= NO_POWER),
                "b_below_p": bool(row["first_step_pays"]),
                "kappa_over_gd": row["kappa_over_gd"],
                "q_b": sent.loc[name, "q_b"],
                "rent_exponent": sent.loc[name, "rent_exponent"],
                "remote_share": dict(zip(own["places"].astype(str), own["share"], strict=True)),
            }
        )
    return rows


def _savings(m):
    rows = []
    for law in prices.LAWS:
        for place in PLACE_PRICES:
            found = bill.savings(bill.energies(m.counts, law, place_pj=place))
            found = found[["partition", "gd", "best_places", "saving", "ceiling", "at_the_end"]]
            rows += [{"law": law, "place_pj": place} | row for row in found.to_dict("records")]
    return sorted(rows, key=lambda row: row["partition"])


def _curves(m):
    """Energy at each number of places over that at one, where a place costs nothing besides transport."""
    rows = []
    for law in prices.LAWS:
        found = bill.curves(bill.with_gd(bill.energies(m.counts, law)))
        found["energy"] = 1 / found["saving"]
        rows += [{"law": law} | row for row in found[["partition", "places", "energy"]].to_dict("records")]
    return rows


def _warnings(m):
    """What a reader has to know before the first number."""
    warnings = []
    name = Path(m.command.program).name
    few = m.run.accesses < options.FEW_ACCESSES
    if m.run.others or (few and m.command.script):
        what = "the interpreter" if m.command.script else "the first process"
        others = f", not the {_processes(m)} that it started" if m.run.others else ""
        warnings.append(
            f"Only {what} was measured: {name} with its {m.run.accesses:,} accesses{others}. "
            "Measure a program that does the work itself."
        )
    elif few:
        warnings.append(f"Only the start of {name} was measured: it has no more than {m.run.accesses:,} accesses.")
    share = m.read / m.run.accesses
    if share < options.LITTLE_READ and not m.stated:
        warnings.append(
            f"Only {share:.1%} of the accesses were read: the number of operations, and G_d with it, holds for the "
            "whole run only if the rest is like this part. Read more with --limit, read pieces of the whole run with "
            "--windows, or state the number with --operations."
        )
    return warnings


def _processes(m):
    count = len(m.run.others)
    return f"{count} other process{'es' * (count > 1)}"


def _notes(m):
    notes = []
    name = Path(m.command.program).name
    if m.command.script:
        notes.append(f"{m.command.script} is a script: what is measured is its interpreter, {m.command.program}.")
    if m.run.others:
        count = len(m.run.others)
        listed = "; ".join(m.run.others[:5]) + ("; ..." if count > 5 else "")
        notes.append(f"The program started {_processes(m)} ({listed}). Only {name} is measured.")
    if m.seen.stopped:
        notes.append(
            "The program ran twice. The second time it was ended when enough accesses were read, so what it had "
            "written to files by then is unfinished; its standard output was thrown away."
        )
    if len(m.seen.windows) > 1:
        notes.append("Windows are joined: what was used in one and again in another counts as used a short while ago.")
    if tuple(m.run.capacities) != options.CAPACITIES:
        notes.append("The energies of the caches are those of 32 KB and 1 MB, whatever the capacities stated.")
    if not m.stated:
        notes.append(
            "Operations are counted by a rule: the loads up to and including the next store are one, and so are 8 "
            "loads without a store. For the whole run they are counted as often per access as in the part that was "
            "read; G_d lies between what the four quarters of that part say. State your own number with --operations, "
            "and floating-point work with --operation-class floating."
        )
    return notes


def _missed(m):
    missed = [
        "What stays in registers, and how wide vectors are, is as the program was compiled.",
        "Threads are run one after the other; what they do for each other at once is not seen.",
        "The kernel's own work in system calls, prefetching, instruction fetch and lines written back are not counted.",
        "The caches replace the least recently used line of a set; real ones differ.",
        f"The stack is left out of placement ({m.words.stack:,} accesses), and so are pages with few accesses "
        f"({m.words.rare:,} accesses).",
        "The order of the run is kept at every number of places; a better algorithm for many places may send less.",
        "Time, bandwidth, contention and idle power are not in the bill.",
    ]
    if m.read < m.run.accesses - m.seen.start:
        share = m.read / m.run.accesses
        missed.insert(0, f"Placement and reuse rest on {share:.1%} of the run's accesses; the rest may differ.")
    return missed


def _plain(value):
    """The value without numpy's types, NaN and infinity."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
