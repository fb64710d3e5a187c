"""Measure six programs that every machine has: data/program_measurements.csv and data/program_measurement_counts.csv.

It takes about fifteen minutes, of which Python's start takes most: the reader has to pass it access by access. Counts
depend on the programs' versions, their compiler and the machine's C library (its copying loops suit the processor);
the input is the same everywhere, and so are the counts of one machine, but for a few hundred accesses that depend on
environment variables and paths. Python draws a seed for its hashes at each start, and its loop takes up to a tenth more
instructions by it: here the seed is fixed.
"""

import argparse
import contextlib
import os
import platform
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from datagravity.paths import DATA
from datagravity.programs import placing
from datagravity.programs.measuring import commands, processes, report, symbols

#: Bytes of the text that programs work on.
TEXT_BYTES = 10**6
PRODUCT_SIZE = 192
QUERY = (
    "create table word(number integer primary key, length integer, kind integer);"
    "with recursive one(n) as (select 1 union all select n + 1 from one where n < 20000)"
    " insert into word select n, n * 7919 % 31, n * 104729 % 997 from one;"
    "create index kinds on word(kind);"
    "select kind, count(*), sum(length) from word group by kind order by 2 desc, 1 limit 5;"
)
LOOP = """\
numbers = list(range(100000))
total = 0
for number in numbers:
    total += number * number
print(total)
"""
#: The product of a library that numpy brings, without the import of numpy, which takes a minute of its own.
PRODUCT = f"""\
import ctypes, os
size = {PRODUCT_SIZE}
product = getattr(ctypes.CDLL(os.environ["BLAS_LIBRARY"]), os.environ["BLAS_PRODUCT"])
matrix = ctypes.c_double * (size * size)
first, second, result = matrix(), matrix(), matrix()
integer, one, zero = ctypes.c_int64, ctypes.c_double(1), ctypes.c_double(0)
side = integer(size)
product(101, 111, 111, side, side, side, one, first, side, second, side, zero, result, side)
"""


@dataclass
class Program:
    """One program and how it is measured.

    Attributes
    ----------
    name : str
    command : tuple of str, as it is typed in a folder with the files of `write_inputs`
    version : tuple of str, the command that says it
    function : function returning str or None, where counting starts
    how : dict, further arguments of `report.measure`
    """

    name: str
    command: tuple
    version: tuple
    function: object = field(default=lambda: None)
    how: dict = field(default_factory=dict)


def run_of_code():
    """The function of this Python, or of its library, that runs a script."""
    library = Path(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or "")
    files = [Path(sys.executable).resolve(), *([library] if library.is_file() and library.suffix != ".a" else [])]
    names = {name for file in files for name in symbols.read(file).functions}
    for name in ("_PyRun_SimpleFileObject", "_PyRun_AnyFileObject", "PyRun_SimpleFileExFlags"):
        if name in names:
            return name
    raise ValueError(f"{sys.executable}: expected a Python with symbols: it was stripped")


def blas():
    """The file of numpy's BLAS, and the name of its product of two matrices."""
    for path in sorted(Path(np.__file__).parents[1].glob("numpy.libs/*openblas*")):
        for name in symbols.read(path).functions:
            if name.endswith("cblas_dgemm64_"):
                return path, name
    raise ValueError("numpy: expected the OpenBLAS that numpy's wheels for Linux bring")


PYTHON = ("python3", "-S")
PROGRAMS = (
    Program("gzip", ("gzip", "-c", "words.txt"), ("gzip", "--version")),
    Program("sort", ("sort", "--parallel=1", "words.txt"), ("sort", "--version")),
    Program("sqlite3", ("sqlite3", ":memory:", QUERY), ("sqlite3", "--version")),
    Program("grep", ("grep", "-c", "-E", "[aeiou][^aeiou ]{2}[aeiou]", "words.txt"), ("grep", "--version")),
    Program("Python loop", (*PYTHON, "loop.py"), (*PYTHON, "--version"), run_of_code),
    Program(
        "BLAS product",
        (*PYTHON, "product.py"),
        (*PYTHON, "-c", f"print('numpy', {np.__version__!r})"),
        lambda: blas()[1],
        {"operation_class": "floating", "operations": PRODUCT_SIZE**3},
    ),
)


def write_inputs(folder):
    """The files that the programs read: the same on every machine."""
    random = np.random.default_rng(0)
    letters = np.array(list("etaoinshrdlcumwfgypbvk"))
    words = ["".join(random.choice(letters, size=size)) for size in random.integers(2, 9, size=4000)]
    words += [f"{word}ing" for word in words[:400]]
    # As in a text: the word of rank n is used as 1/n.
    rank = np.arange(1, len(words) + 1)
    drawn = random.choice(len(words), size=TEXT_BYTES // 3, p=(1 / rank) / (1 / rank).sum())
    lines = [" ".join(words[number] for number in drawn[start : start + 12]) for start in range(0, len(drawn), 12)]
    text = "\n".join(lines)[: TEXT_BYTES - 1] + "\n"
    if len(text) != TEXT_BYTES:
        raise ValueError(f"text: {len(text)} bytes, expected {TEXT_BYTES}")
    (folder / "words.txt").write_text(text)
    (folder / "loop.py").write_text(LOOP)
    (folder / "product.py").write_text(PRODUCT)


@contextlib.contextmanager
def prepared():
    """Inside, the working folder has the inputs, and the environment is the plainest that programs run in."""
    with tempfile.TemporaryDirectory(prefix="measure-") as folder:
        write_inputs(Path(folder))
        before = dict(os.environ)
        os.environ.clear()
        plainest = {"LC_ALL": "C", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
        os.environ.update(plainest, PATH=before.get("PATH", os.defpath))
        with contextlib.suppress(ValueError):
            os.environ["BLAS_LIBRARY"], os.environ["BLAS_PRODUCT"] = map(str, blas())
        try:
            with contextlib.chdir(folder):
                yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def executable(command):
    """The command with this Python in the place of python3."""
    return (os.path.realpath(sys.executable), *command[1:]) if command[0] == "python3" else command


def version_of(program):
    """The first line that a program says of its version."""
    said = subprocess.run(executable(program.version), capture_output=True, text=True, check=True).stdout
    return said.splitlines()[0]


def machine():
    """Kind of processor, and C library."""
    return f"{platform.machine()}, {' '.join(platform.libc_ver())}"


def measured(program, limit, progress):
    """The row of a program, and its counts; to be called in `prepared`."""
    function = program.function()
    found = report.measure(
        executable(program.command), limit=limit, function=function, progress=progress, **program.how
    )
    summary = report.summary(found)
    seen = summary["seen"]
    row = {
        "program": program.name,
        "command": " ".join(program.command),
        "version": version_of(program),
        "valgrind": found.valgrind,
        "machine": machine(),
        "from_function": function,
        "near_cache_bytes": found.run.capacities[0],
        "far_cache_bytes": found.run.capacities[1],
        **found.run.counts,
        "accesses_read": seen["accesses_read"],
        "first_access": seen["from_access"],
        "kept_accesses": seen["kept"],
        "stack_accesses": seen["stack"],
        "footprint_bytes": seen["footprint_bytes"],
        "operations_read": seen["operations"],
        "operations": round(found.operations),
        "operation_class": found.operation_class,
        "theta": float(f"{summary['reuse']['theta']:.4g}"),
    }
    counts = found.counts.assign(kernel=program.name, family="programs", role="held out")
    return row, counts


def main(arguments=None):
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [program.name for program in PROGRAMS]
    parser.add_argument("--program", action="append", choices=names, help="only this one (again for more)")
    parser.add_argument(
        "--limit", type=int, default=report.options.LIMIT, help="accesses to read (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, default=DATA, help="folder of the two tables (default: this book's data/)")
    chosen = parser.parse_args(arguments)
    rows, counts, out = [], [], chosen.out.resolve()
    try:
        commands.valgrind()
        with processes.terminated_as_interrupted(), prepared():
            for program in PROGRAMS:
                if chosen.program and program.name not in chosen.program:
                    continue
                began = time.perf_counter()
                row, own = measured(program, chosen.limit, processes.Progress())
                rows.append(row)
                counts.append(own)
                write(rows, counts, out)
                print(f"{program.name}: {time.perf_counter() - began:.0f} s", flush=True)
    except (ValueError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


def write(rows, counts, folder):
    """Write both tables."""
    whole = pd.concat(counts)[list(placing.COLUMNS)]
    whole = whole.assign(serial=whole["serial"].map({True: "true", False: "false"}))
    tables = {"program_measurements.csv": pd.DataFrame(rows), "program_measurement_counts.csv": whole}
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, float_format="%.6g", lineterminator="\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
