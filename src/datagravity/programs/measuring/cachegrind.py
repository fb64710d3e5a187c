"""The whole run through two caches, by Valgrind's tool cachegrind: instructions, accesses and misses, by function."""

import re
import shlex
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from datagravity import checks
from datagravity.programs.measuring import options, processes

LINE_BYTES = 64
WAYS = (8, 16)
EVENTS = ("Ir", "Dr", "D1mr", "DLmr", "Dw", "D1mw", "DLmw")
COUNTS = ("instructions", "loads", "stores", "near_misses", "far_misses")


class Run(NamedTuple):
    """What cachegrind counted.

    Attributes
    ----------
    counts : dict
        instructions, loads, stores, near_misses (lines that the first cache lacked), far_misses (the second).
    functions : pandas.DataFrame
        The same for each function: columns function, file, then COUNTS; most accesses first. Functions of one name are
        one row, and "???" is all that has no symbol.
    modules : tuple of str
        Paths of the program and its libraries.
    others : tuple of str
        Commands of further processes that the program started.
    capacities : tuple of int
        Bytes of the two caches.
    seconds : float
    """

    counts: dict
    functions: pd.DataFrame
    modules: tuple
    others: tuple
    capacities: tuple
    seconds: float

    @property
    def accesses(self):
        """Loads and stores."""
        return self.counts["loads"] + self.counts["stores"]


def run(
    command, *, capacities=options.CAPACITIES, ways=WAYS, output=None, given=None, allow_failure=False, progress=None
):
    """Run a command to its end under cachegrind.

    Parameters
    ----------
    command : commands.Command
    capacities : tuple of two int
        Bytes of the caches, the smaller first; lines have 64 bytes.
    ways : tuple of two int
        Lines of a set. As many as a cache has lines makes it fully associative.
    output : path or None
        Where the program's standard output goes; nowhere if None.
    given : path or None
        What the program reads from its standard input.
    allow_failure : bool
        Whether the program may end with a status other than 0.
    progress : processes.Progress or None

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If a cache is none that Valgrind has, the program fails or is killed, or gives its process to another program.
    """
    progress = progress or processes.Progress(quiet=True)
    _check_caches(capacities, ways)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="datagravity-") as folder:
        near, far = (f"{size},{way},{LINE_BYTES}" for size, way in zip(capacities, ways, strict=True))
        options = [
            "--cache-sim=yes", "--I1=32768,8,64", f"--D1={near}", f"--LL={far}", "--trace-children=yes", "-v", "-v",
            f"--cachegrind-out-file={folder}/%p.out", f"--log-file={folder}/%p.log",
        ]  # fmt: skip
        with processes.started("cachegrind", options, command, output=output, given=given) as process:
            while process.poll() is None:
                try:
                    process.wait(0.2)
                except subprocess.TimeoutExpired:
                    _check_program(command, processes.program_of(process))
                    progress.say(lambda: f"cachegrind: the whole run, {time.monotonic() - began:.0f} s up to now")
            own = Path(folder, f"{process.pid}.out")
            log = _text(own.with_suffix(".log"))
            if process.returncode >= 0 and not own.exists():
                said = process.said() or _complaint(log)
                raise ValueError(f"Valgrind could not run {command.program}, or write what it counted.\n{said}")
            processes.check_end(process.returncode, process.said(), command, allow_failure)
        files = {path: _text(path) for path in Path(folder).glob("*.out")}
    said = _command_of(files[own])
    if not f"{said} ".startswith(f"{command.program} "):  # a path may hold spaces
        _check_program(command, said.split(" "))
    counts, functions = parse(files.pop(own))
    modules = tuple(dict.fromkeys(re.findall(r"^--\d+-- Reading syms from (.+)$", log, re.M)))
    others = tuple(sorted(_command_of(text) for text in files.values()))
    return Run(counts, functions, modules, others, tuple(capacities), time.monotonic() - began)


def parse(text):
    """Totals and functions of a file that cachegrind wrote.

    Parameters
    ----------
    text : str

    Returns
    -------
    dict, pandas.DataFrame
        As in `Run`.

    Raises
    ------
    ValueError
        If the events are not those of a simulation of caches.

    Examples
    --------
    >>> text = '''events: Ir I1mr ILmr Dr D1mr DLmr Dw D1mw DLmw
    ... fl=stencil.c
    ... fn=main
    ... 7 10 0 0 4 1 0 2 1 1
    ... summary: 10 0 0 4 1 0 2 1 1
    ... '''
    >>> parse(text)[0]
    {'instructions': 10, 'loads': 4, 'stores': 2, 'near_misses': 2, 'far_misses': 1}
    """
    found = re.search(r"^events: (.+)$", text, re.M)
    events = found[1].split() if found else []
    if not set(EVENTS) <= set(events):
        raise ValueError(f"cachegrind: events {events}, expected {', '.join(EVENTS)} among them")
    totals, files, key, file = {}, {}, None, "???"
    for line in text.splitlines():
        if line.startswith("fl="):
            file = line[3:]
        elif line.startswith("fn="):  # again for each file whose lines were inlined into the function
            key = line[3:]
            files.setdefault(key, file)
        elif line[:1].isdigit() and key is not None:
            row = totals.setdefault(key, [0] * len(events))
            for index, value in enumerate(line.split()[1:]):
                row[index] += int(value)
    rows = [{"function": name, "file": files[name]} | _named(events, row) for name, row in totals.items()]
    functions = pd.DataFrame(rows, columns=["function", "file", *COUNTS])
    order = (functions["loads"] + functions["stores"]).sort_values(ascending=False, kind="stable").index
    functions = functions.loc[order].reset_index(drop=True)
    return {name: int(functions[name].sum()) for name in COUNTS}, functions


def _named(events, row):
    event = dict(zip(events, row, strict=True))
    return {
        "instructions": event["Ir"],
        "loads": event["Dr"],
        "stores": event["Dw"],
        "near_misses": event["D1mr"] + event["D1mw"],
        "far_misses": event["DLmr"] + event["DLmw"],
    }


def _check_caches(capacities, ways):
    for name, size, way in zip(("near", "far"), capacities, ways, strict=True):
        checks.whole(f"capacity of the {name} cache", size, 2 * LINE_BYTES)
        checks.whole(f"ways of the {name} cache", way)
        sets, rest = divmod(size, way * LINE_BYTES)
        if rest or sets < 1 or sets & (sets - 1):
            raise ValueError(f"capacity: {size}, expected {way} ways times {LINE_BYTES} bytes times a power of two")
    if capacities[1] <= capacities[0]:
        raise ValueError(f"capacities: {tuple(capacities)}, expected the nearer cache to be smaller")


def _check_program(command, arguments):
    """Refuse a process that runs another program than the one of the command."""
    if arguments and Path(arguments[0]).name != Path(command.program).name:
        raise ValueError(
            f"{command.script or command.program} gives its process to another program. Measure that one:\n"
            f"  datagravity measure -- {shlex.join(arguments)}"
        )


def _text(path):
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _command_of(text):
    found = re.search(r"^cmd: (.*)$", text, re.M)
    return found[1].strip() if found else ""


def _complaint(log):
    """What Valgrind said last, without its banner."""
    lines = [re.sub(r"^[=-]{2}\d+[=-]{2} ?", "", line) for line in log.splitlines()]
    return "\n".join(line for line in lines if line.strip())[-600:]
