"""The command `measure`: what is read of a program, what is refused, and what comes out."""

import csv
import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial

import numpy as np
import pytest

from conftest import ROOT
from datagravity.command import line as command_line
from datagravity.command import measuring
from datagravity.evidence import load
from datagravity.evidence.rules import RULES
from datagravity.intervals import Interval
from datagravity.programs import partitions, placing, prices, reuse, traces
from datagravity.programs.kernels import KERNELS
from datagravity.programs.measuring import (
    cachegrind,
    commands,
    lackey,
    levels,
    options,
    processes,
    report,
    symbols,
    telling,
    words,
)

#: What lackey 3.19 wrote, shortened: Valgrind's own lines, the loader, the program from its entry point 0x109040 on.
FROZEN = b"""\
==77== Lackey, an example Valgrind tool
--77-- Reading syms from PROGRAM
--77--    svma 0x0000001040, avma 0x0000109040
I  0401ab70,3
I  0401ab73,5
 S 1fff000778,8
I  0401b771,7
 L 04222c08,8
I  00109040,4
 L 00110000,8
I  00109044,7
 M 00110008,4
I  0010904b,4
 S 00110010,16
 L 1fff000770,8
I  0010904f,4
 L 0011001c,8
==77==
"""
ENTRY = 0x1040
SIDE = 24
STENCIL = """
#define SIDE 24
static double here[SIDE][SIDE], there[SIDE][SIDE];
void __attribute__((noinline)) sweep(double (*from)[SIDE], double (*to)[SIDE]) {
  for (int row = 1; row < SIDE - 1; row++)
    for (int column = 1; column < SIDE - 1; column++)
      to[row][column] = from[row - 1][column] + from[row][column - 1] + from[row][column] + from[row][column + 1]
                      + from[row + 1][column];
}
int main(void) {
  for (int time = 0; time < 2; time++) { sweep(here, there); sweep(there, here); }
  return 0;
}
"""
THREE_KERNELS = """
#define SIDE 64
static double product[3][SIDE][SIDE] __attribute__((aligned(4096)));
static double grid[2][SIDE][SIDE] __attribute__((aligned(4096)));
static struct { long next, value; } node[] __attribute__((aligned(4096))) = {NODES};
void __attribute__((noinline)) multiply(double (*a)[SIDE], double (*b)[SIDE], double (*c)[SIDE]) {
  for (int row = 0; row < SIDE; row++)
    for (int column = 0; column < SIDE; column++) {
      double sum = c[row][column];
      for (int inner = 0; inner < SIDE; inner++) sum += a[row][inner] * b[inner][column];
      c[row][column] = sum;
    }
}
void __attribute__((noinline)) relax(double (*from)[SIDE], double (*to)[SIDE]) {
  for (int row = 1; row < SIDE - 1; row++)
    for (int column = 1; column < SIDE - 1; column++)
      to[row][column] = from[row - 1][column] + from[row][column - 1] + from[row][column] + from[row][column + 1]
                      + from[row + 1][column];
}
long __attribute__((noinline)) chase(long at, long steps) {
  long total = 0;
  for (; steps; steps--) { long next = node[at].next; total += node[at].value; at = next; }
  return total;
}
int main(void) {
  multiply(product[0], product[1], product[2]);
  for (int time = 0; time < 2; time++) { relax(grid[0], grid[1]); relax(grid[1], grid[0]); }
  return chase(FIRST, 3 * sizeof node / sizeof *node) == 0;
}
"""


def reader(monkeypatch, **changes):
    """A reader of the frozen text, in which PROGRAM starts at its entry point and has the function `second`."""
    program = symbols.Object(ENTRY, {"second": ENTRY + 11})
    monkeypatch.setattr(lackey.symbols, "read", lambda path: program)
    told = {"limit": 100, "windows": 1, "total": 7, "program": "PROGRAM"} | changes
    return lackey.Reader(**told)


def addresses(found):
    return [[hex(address) for address in window.addresses] for window in found.seen.windows]


# --- Reading ---------------------------------------------------------------------------------------------------------


def test_a_block_of_lines_is_accesses():
    found = lackey.parse(FROZEN)
    assert len(found) == 7
    assert found.addresses.tolist() == [
        0x1FFF000778, 0x04222C08, 0x110000, 0x110008, 0x110010, 0x1FFF000770, 0x11001C,
    ]  # fmt: skip
    assert found.sizes.tolist() == [8, 8, 8, 4, 16, 8, 8]
    assert found.kinds.tolist() == [1, 0, 0, 2, 1, 0, 0]
    assert found.instructions == 7


@pytest.mark.parametrize(
    "line", [b" L 0x12,8", b" L 12,", b" X 1234,8", b" L 1234,8z", b" L 12345678901234567,8", b" L 12;8"]
)
def test_a_line_that_is_no_access_is_named(line):
    with pytest.raises(ValueError, match=re.escape(repr(line))):
        lackey.parse(b"I  00109040,4\n" + line + b"\n")


def test_no_line_no_access():
    assert len(lackey.parse(b"")) == 0
    assert len(lackey.parse(b"==1== words\n")) == 0


@pytest.mark.parametrize("size", [1, 7, 64, len(FROZEN)])
def test_reading_starts_at_the_entry_point_however_the_text_is_cut(monkeypatch, size):
    found = reader(monkeypatch)
    for start in range(0, len(FROZEN), size):
        found.take(FROZEN[start : start + size])
    found.close()
    assert addresses(found) == [["0x110000", "0x110008", "0x110010", "0x1fff000770", "0x11001c"]]
    assert (found.seen.start, found.seen.accesses, found.seen.starts) == (2, 7, [2])
    assert found.seen.stack_top == 0x1FFF000778


def test_reading_starts_at_a_function(monkeypatch):
    found = reader(monkeypatch, function="second")
    found.take(FROZEN)
    found.close()
    assert addresses(found) == [["0x110010", "0x1fff000770", "0x11001c"]]


def test_reading_ends_at_the_limit(monkeypatch):
    found = reader(monkeypatch, limit=3)
    assert found.take(FROZEN)
    assert addresses(found) == [["0x110000", "0x110008", "0x110010"]]
    assert found.seen.windows[0].instructions == 3
    assert found.kept == 3


def test_windows_are_spread_to_the_end_of_the_run(monkeypatch):
    found = reader(monkeypatch, limit=2, windows=2)
    for start in range(0, len(FROZEN), 40):
        found.take(FROZEN[start : start + 40])
    assert addresses(found) == [["0x110000"], ["0x11001c"]]
    assert found.seen.starts == [2, 6]


def test_functions_of_this_python_are_found():
    found = symbols.read(sys.executable)
    assert found.entry > 0
    with pytest.raises(ValueError, match="expected a 64-bit little-endian ELF file"):
        symbols.read(__file__)


# --- Words -----------------------------------------------------------------------------------------------------------


def seen(text):
    window = lackey.parse(text.encode())
    return lackey.Seen(windows=[window], starts=[0], stack_top=0x1FFF000778)


def test_accesses_are_words_without_the_stack_and_rare_pages():
    found = words.kept(seen(""" L 00110004,8\n M 00110010,8\n S 1fff000700,8\n L 00220000,8\n S 00110020,16\n"""), 1)
    # The first load lies in two words; the modification loads and stores; the long store is two words of one operation.
    assert found.addresses.tolist() == [0x110000, 0x110008, 0x110010, 0x110010, 0x110020, 0x110028]
    assert found.writes.tolist() == [False, False, False, True, True, True]
    assert found.operations.tolist() == [0, 0, 0, 0, 1, 1]
    assert found.addresses[found.owners].tolist() == [0x110010, 0x110020]
    assert (found.kept, found.stack, found.rare, found.pages) == (3, 1, 1, 1)


@pytest.mark.parametrize(
    ("kinds", "sizes"),
    [
        ("LLS", [3]),
        ("S", [1]),
        ("LLLLLLLL" + "S", [9]),
        ("LLLLLLLL" + "LS", [8, 2]),
        ("LLLLLLLL" * 2 + "L", [8, 8, 1]),
        ("SLSS", [1, 2, 1]),
    ],
)
def test_an_operation_is_loads_up_to_a_store_or_eight(kinds, sizes):
    text = "".join(f" {kind} {0x110000 + 8 * index:08x},8\n" for index, kind in enumerate(kinds))
    found = words.kept(seen(text), 0)
    assert np.bincount(found.operations).tolist() == sizes
    assert found.owners.tolist() == (np.cumsum(sizes) - 1).tolist()


def test_an_operation_ends_with_its_window():
    window = lackey.parse(b" L 00110000,8\n")
    found = words.kept(lackey.Seen(windows=[window, window], starts=[0, 9], stack_top=0), 0)
    assert found.operations.tolist() == [0, 1]


def test_operations_are_counted_by_quarters_of_what_was_read():
    stack, store, modify = " S 1fff000700,8\n", " S 00110000,8\n", " M 00110008,8\n"
    found = words.kept(seen(stack * 4 + stack * 3 + store + modify * 4 + store * 2 + stack * 2), 0)
    assert found.quarters == (0, 1, 4, 2)
    assert sum(found.quarters) == len(found.owners)


def test_a_program_without_data_is_refused():
    with pytest.raises(ValueError, match=r"--page-accesses: 500, .* of 2 accesses 1 are of the stack, .*most is 1"):
        words.kept(seen(" S 1fff000700,8\n L 00110000,8\n"))


def test_arrays_of_a_shape_lie_over_each_other():
    side = 8
    array = np.arange(side * side) * 8
    # The first array lacks its first and its last item, as one whose corners are never read.
    found = words.shaped_codes(np.concatenate([0x10000 + array[1:-1], 0x80000 + array]), [9] * 126, (side, side))
    tiles = partitions.tiles(found, 64)
    assert (
        tiles[62:].tolist() == partitions.tiles(partitions.grid_codes(*divmod(np.arange(64), 8), (8, 8)), 64).tolist()
    )
    assert tiles[:62].tolist() == tiles[63:-1].tolist()
    with pytest.raises(ValueError, match=r"--shape: 100,100, .* has 64 words of 8 bytes, not 10,000"):
        words.shaped_codes(0x80000 + array, [9] * 64, (100, 100))


# --- Levels ----------------------------------------------------------------------------------------------------------


def run_of(**counts):
    told = {"instructions": 1000, "loads": 60, "stores": 40, "near_misses": 10, "far_misses": 1} | counts
    empty = cachegrind.parse("events: Ir Dr D1mr DLmr Dw D1mw DLmw\n")[1]
    return cachegrind.Run(told, empty, (), (), options.CAPACITIES, 1.0)


def test_g_d_of_a_run_is_transport_over_compute():
    found = levels.disjunction_constant(run_of(), 100, "7 nm, HBM", "floating")
    # 100 words at 8.5 pJ, 10 lines of 8 words at 14, one line at 250 to 450; an operation at 0.38 + 1.31.
    low, high = ((100 * 8.5 + 80 * 14 + 8 * memory) / 169 for memory in (250, 450))
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.value == pytest.approx((low + high) / 2)
    with pytest.raises(ValueError, match="table: '3 nm', expected one of"):
        levels.disjunction_constant(run_of(), 100, "3 nm", "floating")


def test_g_d_has_the_interval_of_the_operations():
    found = levels.disjunction_constant(run_of(), Interval(100, 50, 200), "7 nm, HBM", "floating")
    low, high = ((100 * 8.5 + 80 * 14 + 8 * memory) / 169 for memory in (250, 450))
    assert (found.low, found.high) == (pytest.approx(low / 2), pytest.approx(high * 2))
    with pytest.raises(ValueError, match="operations: 0"):
        levels.disjunction_constant(run_of(), Interval(1, 0, 2), "7 nm, HBM", "floating")


def measurement_of(*, quarters=(1, 2, 3, 2), length=8, run=None, script=None, stated=False):
    """A measurement of `length` accesses and eight operations; the run has a hundred accesses, if not told."""
    window = lackey.parse(b" L 00110000,8\n" * length)
    return report.Measurement(
        commands.Command(("/bin/sh",), script), "valgrind", run or run_of(), lackey.Seen([window], [0]),
        words.Words(None, None, None, None, length, 0, 0, 1, quarters), None, None,
        8.0 * (run or run_of()).accesses / length, "integer", None, stated,
    )  # fmt: skip


def test_operations_lie_between_those_of_the_quarters():
    assert measurement_of().operations_interval == Interval(100, 50, 150)
    assert measurement_of(quarters=(0, 4, 4, 0)).operations_interval == Interval(100, 100, 200)
    assert measurement_of(stated=True).operations_interval == Interval(100, 100, 100)
    assert measurement_of(length=100).operations_interval == Interval(8, 8, 8)


def test_a_reader_is_warned_first():
    long = run_of(loads=10**6)
    (few,) = report._warnings(measurement_of())
    assert few == "Only the start of sh was measured: it has no more than 100 accesses."
    (script,) = report._warnings(measurement_of(script="/x"))
    assert script.startswith("Only the interpreter was measured: sh with its 100 accesses.")
    first, little = report._warnings(measurement_of(run=long._replace(others=("ls", "ls")), script="/x"))
    assert first.startswith("Only the interpreter was measured: sh with its 1,000,040 accesses, not the 2 other proc")
    assert little.startswith("Only 0.0% of the accesses were read")
    assert not report._warnings(measurement_of(run=long, stated=True))
    assert not report._warnings(measurement_of(run=run_of(loads=10**6), length=10**5))


def test_functions_of_inlined_files_are_added():
    text = textwrap.dedent(
        """\
        desc: D1 cache: 32768 B
        cmd: ./program
        events: Ir I1mr ILmr Dr D1mr DLmr Dw D1mw DLmw
        fl=a.c
        fn=main
        1 10 0 0 4 1 1 2 1 0
        fl=b.h
        fn=main
        2 5 0 0 3 0 0 1 0 0
        fn=other
        3 1 0 0 9 9 9 0 0 0
        summary: 16 0 0 16 10 10 3 1 0
        """
    )
    counts, functions = cachegrind.parse(text)
    assert counts == {"instructions": 16, "loads": 16, "stores": 3, "near_misses": 11, "far_misses": 10}
    assert functions["function"].to_list() == ["main", "other"]
    assert functions.loc[0, ["file", "loads", "stores"]].to_list() == ["a.c", 7, 3]
    with pytest.raises(ValueError, match=r"events \['Ir'\], expected"):
        cachegrind.parse("events: Ir\n")


@pytest.mark.parametrize("capacities", [(32768, 32768), (1000, 2**20), (32768, 3 * 2**19)])
def test_caches_that_valgrind_has_not_are_refused(capacities):
    with pytest.raises(ValueError, match="capacit"):
        cachegrind.run(commands.Command(("true",)), capacities=capacities)


# --- Programs that cannot be measured --------------------------------------------------------------------------------


def measured(*arguments, **environment):
    """The command in a process of its own."""
    command = [sys.executable, "-m", "datagravity", "measure", "--quiet", *map(str, arguments)]
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)} | environment
    return subprocess.run(command, capture_output=True, text=True, check=False, env=told)


def refused(capsys, *arguments):
    """The message of a command that fails."""
    assert command_line.main(["measure", "--quiet", *map(str, arguments)]) == 1
    return capsys.readouterr().err.strip()


def test_what_is_no_program_is_refused(capsys, tmp_path):
    text = tmp_path / "text"
    text.write_text("words")
    assert "nothing given, expected a program" in refused(capsys, "--")
    assert "there is none of this name here or on PATH" in refused(capsys, "--", "no-such-program")
    assert "not a folder" in refused(capsys, "--", tmp_path)
    assert "it is not executable" in refused(capsys, "--", text)
    text.chmod(0o755)
    assert "neither an ELF program nor a script" in refused(capsys, "--", text)


def test_a_program_of_another_machine_is_refused(capsys, tmp_path):
    foreign = tmp_path / "foreign"
    foreign.write_bytes(b"\x7fELF\x02\x01" + bytes(100))
    foreign.chmod(0o755)
    assert "expected a program for this machine" in refused(capsys, "--", foreign)


def test_a_missing_valgrind_names_its_package(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt install valgrind" in refused(capsys, "--", sys.executable)


def test_a_script_is_its_interpreter(tmp_path):
    script = tmp_path / "script"
    script.write_text("#!/usr/bin/env -S sh -e\ntrue\n")
    script.chmod(0o755)
    found = commands.resolved([str(script), "argument"])
    assert found.script == str(script)
    assert found.arguments == (os.path.abspath(shutil.which("sh")), "-e", str(script), "argument")


def test_files_that_cannot_be_written_are_named_before_anything_runs(capsys, tmp_path):
    for name in ("no/file.json", "report.txt", ""):
        assert refused(capsys, "--save", tmp_path / name, "--", "true").startswith("--save: ")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--limit", "10", "--limit: 10"),
        ("--windows", "0", "--windows: 0"),
        ("--operations", "-1", "--operations: -1.0"),
    ],
)
def test_options_out_of_range_are_refused(capsys, option, value, said):
    assert said in refused(capsys, option, value, "--", "true")


def test_help_states_the_defaults(capsys):
    assert command_line.main(["measure", "--help"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    for default in (options.LIMIT, options.PAGE_ACCESSES, "32K,1M", "integer"):
        assert f"[default: {default}]" in words
    assert measuring.sizes("32K,1M") == options.CAPACITIES


def test_sizes_that_are_none_are_refused(capsys):
    assert command_line.main(["measure", "--shape", "128", "--", "true"]) == 2
    assert "Invalid value for '--shape': '128', expected ROWS,COLUMNS as in 128,128" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--cache", "32K", "'32K', expected NEAR,FAR as in 32K,1M"),
        ("--limit", "3M", "'3M', expected a whole number, as in 200000"),
        ("--operations", "many", "'many', expected a number, as in 2e6"),
    ],
)
def test_an_option_says_what_is_right(capsys, option, value, said):
    assert command_line.main(["measure", option, value, "--", "true"]) == 2
    assert f"Invalid value for '{option}': {said}" in capsys.readouterr().err


def test_a_wrong_name_is_refused_before_anything_large_is_imported():
    program = "import sys; from datagravity.command.line import main; status = main(['measure', 'nonesuch'])"
    program += "; sys.exit(status + 2 * ('pandas' in sys.modules))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    found = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert "COMMAND: 'nonesuch', expected a program" in found.stderr
    assert found.returncode == 1


def test_every_partition_and_law_is_explained():
    assert set(options.LAWS) == set(prices.LAWS)
    assert set(options.PARTITIONS) == {"natural", "contiguous", "hashed"}


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo out of paper >&2; exit 3", ["failed with status 3", "--allow-failure", "out of paper"]),
        ("kill -9 $$", ["was killed by SIGKILL"]),
        ("exec true", ["gives its process to another program", "datagravity measure -- /", "/true"]),
        ("exec sleep 600 '0 0'", ["datagravity measure -- /", "/sleep 600 '0 0'"]),  # refused before it ends
    ],
)
def test_programs_that_end_badly_are_refused(valgrind, capsys, script, said):
    message = refused(capsys, "--", "sh", "-c", script)
    assert all(words in message for words in said)


def test_a_program_does_not_know_that_its_output_is_thrown_away(valgrind, tmp_path):
    # To the null device grep stops at the first match.
    text = tmp_path / "text"
    text.write_text("match\n" * 20000)
    counts = [
        cachegrind.run(commands.resolved(["grep", "-c", "a.c", str(text)]), output=output).accesses
        for output in (None, tmp_path / "output", "/dev/null")
    ]
    assert counts[0] == pytest.approx(counts[1], rel=0.01)
    assert counts[0] > 2 * counts[2]
    assert (tmp_path / "output").read_text() == "20000\n"


def test_a_program_without_heap_is_refused(valgrind, capsys):
    assert "no page of heap or data has more than 500" in refused(capsys, "--", "true")


def test_other_processes_are_named(valgrind):
    found = cachegrind.run(commands.resolved(["sh", "-c", "true & /bin/true; wait"]), allow_failure=True)
    assert any(command.startswith("/bin/true") for command in found.others)


def test_a_function_that_is_not_there_has_near_names(valgrind, capsys, stencil):
    message = refused(capsys, "--from", "swep", "--", stencil)
    assert "--from: 'swep', expected a function" in message
    assert "near names: sweep" in message


# --- A program measured ----------------------------------------------------------------------------------------------


def compiled(folder, text):
    """The program of a source in C."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler: programs of this machine are measured by other tests")
    (folder / "source.c").write_text(text)
    options = ["-O1", "-fno-tree-vectorize", "-g"]
    subprocess.run([compiler, *options, "-o", "program", "source.c"], cwd=folder, check=True)
    return folder / "program"


@pytest.fixture(scope="module")
def stencil(tmp_path_factory):
    """A small compiled program: sweeps of a stencil of five points."""
    return compiled(tmp_path_factory.mktemp("stencil"), STENCIL)


def stencil_trace():
    """The accesses of the sweeps of the program, as they are written there: five loads and a store."""
    rows, columns = (axis.ravel() for axis in np.mgrid[1 : SIDE - 1, 1 : SIDE - 1])
    around = [(-1, 0), (0, -1), (0, 0), (0, 1), (1, 0)]
    item = (rows * SIDE + columns)[:, None]
    load = item + [row * SIDE + column for row, column in around]
    arrays = [np.hstack([load + SIDE**2 * (time % 2), item + SIDE**2 * (1 - time % 2)]) for time in range(4)]
    accesses = np.concatenate(arrays)
    numbers, inverse = np.unique(accesses, return_inverse=True)
    grid = partitions.grid_codes(*divmod(numbers % SIDE**2, SIDE), (SIDE, SIDE))
    return traces.Trace(
        words=inverse.ravel(),
        writes=np.tile([False] * 5 + [True], len(accesses)),
        operations=np.repeat(np.arange(len(accesses)), 6),
        owners=inverse.reshape(accesses.shape)[:, -1],
        codes={"contiguous": partitions.contiguous_codes(len(numbers)), "natural": grid},
        operation_count=len(accesses),
        operation_class="floating",
    )


def test_a_compiled_stencil_counts_as_the_kernel(valgrind, stencil):
    found = report.measure(
        [str(stencil)], function="sweep", shape=(SIDE, SIDE), page_accesses=100, operation_class="floating"
    )
    exact = placing.frame(stencil_trace(), places=[1, 4, 16, 64]).set_index(["partition", "places"])
    counts = found.counts.set_index(["partition", "places"]).loc[exact.index]
    # What the program does after its sweeps, and its own few words, are the rest.
    assert counts["accesses"].iloc[0] == pytest.approx(exact["accesses"].iloc[0], rel=0.02)
    for column in ("reuse_bytes", "remote_bytes", "remote_bytes_no_copies", "remote_distance_no_copies_whole"):
        np.testing.assert_allclose(
            counts[column].to_numpy(float),
            exact[column].to_numpy(float),
            rtol=0.01,
            atol=0.001 * 8 * exact["accesses"].max(),
        )


@pytest.fixture(scope="module")
def sweeps(valgrind, stencil):
    """Everything of the small program after its loader, as lackey read it, and the run under cachegrind."""
    command = commands.resolved([str(stencil)])
    capacities = (1024, 4096)
    run = cachegrind.run(command, capacities=capacities, ways=tuple(size // 64 for size in capacities))
    return command, run, lackey.read(command, limit=10**6, total=run.accesses)


def test_both_tools_see_the_same_accesses(sweeps):
    _, run, read = sweeps
    assert read.accesses == run.accesses
    assert not read.stopped


def test_lines_missed_by_a_cache_of_one_set_are_those_of_the_trace(valgrind, stencil, monkeypatch):
    command = commands.resolved([str(stencil)])
    capacities = (1024, 4096)
    run = cachegrind.run(command, capacities=capacities, ways=tuple(size // 64 for size in capacities))
    # From the very first access on, the loader's too.
    monkeypatch.setattr(lackey.Reader, "_until_start", lambda self, block: self._begin(block, 0))
    read = lackey.read(command, limit=10**7, total=run.accesses)
    window = read.windows[0]
    assert len(window) == run.accesses
    first = window.addresses // 64
    crossing = (window.addresses + window.sizes - 1) // 64 != first
    assert run.counts["near_misses"] == pytest.approx(least_recently_used(first, crossing, 16), abs=1)


def least_recently_used(lines, crossing, capacity):
    """Accesses that miss in a cache of one set, which an access of two lines does once at most."""
    held, misses = {}, 0
    for line, both in zip(lines.tolist(), crossing.tolist(), strict=True):
        missed = False
        for one in (line, line + 1) if both else (line,):
            if one in held:
                del held[one]
            else:
                missed = True
                if len(held) == capacity:
                    del held[next(iter(held))]
            held[one] = None
        misses += missed
    return misses


# --- Kernels of the book, compiled, in caches of few ways ------------------------------------------------------------

#: Function of the compiled program -> the kernel that it is, and its size.
COMPILED = {"multiply": ("matmul naive", 64), "relax": ("stencil 2-D", 64), "chase": ("pointer chase", 4096)}
WAYS = 8


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """Three kernels in one program, each array on lines of its own, as the kernel lays it out."""
    pairs = KERNELS["pointer chase"].trace(4096).words[: 2 * 4096 : 2] // 2
    following = np.empty(4096, dtype=int)
    following[pairs] = np.roll(pairs, -1)
    nodes = ",".join(f"{{{node},1}}" for node in following)
    source = THREE_KERNELS.replace("NODES", nodes).replace("FIRST", str(pairs[0]))
    return compiled(tmp_path_factory.mktemp("kernels"), source)


def missed(program, capacity, ways):
    """Misses of each of the three functions in the near cache."""
    far = 2**20
    run = cachegrind.run(commands.resolved([str(program)]), capacities=(capacity, far), ways=(ways, 16))
    return run.functions.set_index("function").loc[list(COMPILED), "near_misses"]


def counted_misses(capacity, ways):
    """The misses of the kernels' own traces, as numbers of the same functions."""
    found = {}
    for function, (name, size) in COMPILED.items():
        lines = KERNELS[name].trace(size).words // 8
        which = lines % (capacity // cachegrind.LINE_BYTES // ways)
        own = (lines[which == one] for one in np.unique(which))
        found[function] = sum(least_recently_used(each, np.zeros(len(each), bool), ways) for each in own)
    return found


@pytest.mark.parametrize("capacity", [8192, 32768])
def test_a_cache_of_one_set_misses_what_a_miss_curve_says(valgrind, kernels, capacity):
    seen = missed(kernels, capacity, capacity // cachegrind.LINE_BYTES)
    for function, (name, size) in COMPILED.items():
        curve = reuse.miss_curve(
            KERNELS[name].trace(size).words, cachegrind.LINE_BYTES, capacities=np.array([capacity])
        )
        # A line or two more are the function's own words on the stack.
        assert seen[function] == pytest.approx(curve["misses"].iloc[0], abs=3), function


@pytest.mark.parametrize(("capacity", "product"), [(8192, 0.124), (32768, 0.733)])
def test_a_cache_of_eight_ways_misses_more_only_where_rows_conflict(valgrind, kernels, capacity, product):
    seen, sets = missed(kernels, capacity, WAYS), counted_misses(capacity, WAYS)
    whole = counted_misses(capacity, capacity // cachegrind.LINE_BYTES)
    for function in COMPILED:
        assert seen[function] == pytest.approx(sets[function], abs=3), function
    share = {function: whole[function] / seen[function] for function in COMPILED}
    # Rows of a power of two lie in few sets; what is read in a row, or anywhere, does not mind them.
    assert share["relax"] == pytest.approx(1, abs=0.006)
    assert share["chase"] == pytest.approx(1, abs=0.006)
    assert share["multiply"] == pytest.approx(product, abs=0.005)


@pytest.fixture(scope="module")
def summary(valgrind, stencil):
    """The results of the small program, in plain values."""
    found = report.measure([str(stencil)], limit=5000, function="sweep", shape=(SIDE, SIDE), page_accesses=100)
    return report.summary(found)


def test_a_summary_says_which_part_of_the_run_was_seen(summary):
    seen = summary["seen"]
    assert (seen["accesses_read"], seen["ended_early"], seen["from_function"]) == (5000, True, "sweep")
    assert seen["kept"] + seen["stack"] + seen["rare_pages"] == 5000
    assert seen["share"] == 5000 / seen["accesses_of_the_run"]
    assert summary["missed"][0].startswith(f"Placement and reuse rest on {seen['share']:.1%}")
    assert any("was ended when enough accesses were read" in note for note in summary["notes"])


def test_json_csv_and_text_hold_the_same(summary):
    read = json.loads(telling.as_json(summary))
    assert read == summary
    rows = list(csv.DictReader(io.StringIO(telling.as_csv(summary))))
    assert list(rows[0]) == list(placing.COLUMNS)
    assert [int(row["remote_bytes"]) for row in rows] == [row["remote_bytes"] for row in read["counts"]]
    text = telling.as_text(summary)
    assert telling.verdict(summary).split(",")[0].split()[0] in text
    assert all(row["function"] in text for row in read["run"]["functions"][:3])
    assert max(map(len, text.splitlines())) <= 120
    assert "(G_d, caches and memory of today" in " ".join(text.split())
    assert f"operations as in the {summary['seen']['share']:.1%} of the accesses" in " ".join(text.split())
    assert "G_d on the square is the same for the part that was read" in " ".join(text.split())
    assert all(f"  {name + ':':12} {words}" in text for name, words in options.LAWS.items())


def test_savings_of_one_place_are_one_sentence(summary):
    row = {"partition": "hashed", "law": "wire", "place_pj": 0.0, "gd": 2.0, "at_the_end": False}
    rows = [row | {"best_places": 4, "saving": 1.5}, row | {"best_places": 1, "saving": 1.0, "gd": 3.0}]
    found = summary | {"savings": rows}
    assert telling.paying(found) == rows[:1]
    assert "in the 1 other combinations" in telling.not_paying(found)
    assert "G_d on the square: 4,840 to 4,840" in telling.not_paying({"savings": [rows[1] | {"gd": 4838.0}]})
    assert "in all 1 combinations" in telling.not_paying(summary | {"savings": rows[1:]})
    assert telling.not_paying(summary | {"savings": rows[:1]}) == ""


def test_a_stripped_program_has_a_hint(summary):
    row = {"function": "???", "loads": 6, "stores": 0, "near_misses": 0, "far_misses": 0}
    found = {"run": {"loads": 10, "stores": 0, "functions": [row]}}
    assert "stripped" in "".join(telling.without_symbols(found))
    assert not list(telling.without_symbols({"run": found["run"] | {"loads": 12}}))


def test_bytes_and_savings_hang_together(summary):
    run = summary["run"]
    assert run["bytes"]["near cache"] == 8 * (run["loads"] + run["stores"])
    assert sum(row["loads"] for row in run["functions"]) <= run["loads"]
    assert {row["function"] for row in run["functions"]} >= {"sweep"}
    for row in summary["savings"]:
        assert row["saving"] >= 1
        assert (row["best_places"] == 1) == (row["saving"] == 1)
    # A price of places never makes more of them pay.
    cheap, dear = (
        {(row["partition"], row["law"]): row["best_places"] for row in summary["savings"] if row["place_pj"] == price}
        for price in report.PLACE_PRICES
    )
    assert all(dear[key] <= cheap[key] for key in cheap)


def test_the_page_holds_everything_itself(summary):
    from datagravity.site import measured

    page = measured.page(summary)
    hosts = set(re.findall(r"(?:https?:)?//([\w.-]+)", page)) - {"www.w3.org"}  # the names of SVG
    assert not hosts
    assert not re.search(r"<script|<link|@import|url\((?!#)", page)
    assert page.count("<svg ") == len(summary["placement"]) + 2
    assert 'name="viewport"' in page
    assert "prefers-color-scheme: dark" in page


def test_an_early_end_leaves_no_process_behind(valgrind, tmp_path):
    """Ctrl-C, too: the program and all it started are gone when the command is."""
    program = f"import os\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\nwhile True: pass"
    command = [sys.executable, "-m", "datagravity", "measure", "--", sys.executable, "-S", "-c", program]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # What runs in a shell's background is deaf to Ctrl-C, and so is all that it starts.
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, env=environment, preexec_fn=hears, **pipes) as process:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        errors = process.communicate()[1]
    assert process.returncode == 130
    assert errors.endswith("Stopped.\n")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_progress_is_quiet_where_it_is_told_to_be(capsys):
    quiet, told = processes.Progress(quiet=True), processes.Progress()
    for progress in (quiet, told):
        progress.next = 0
        progress.say(lambda: "half")
        progress.done("all")
    assert capsys.readouterr().err == "half\nall\n"


# --- The table of measured programs ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def benchmark():
    path = ROOT / "benchmarks" / "measure_programs.py"
    specification = importlib.util.spec_from_file_location("benchmark_of_measured_programs", path)
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module  # dataclasses look it up
    specification.loader.exec_module(module)
    return module


def test_the_input_of_the_programs_is_the_same_everywhere(benchmark, tmp_path):
    benchmark.write_inputs(tmp_path)
    text = (tmp_path / "words.txt").read_bytes()
    assert len(text) == benchmark.TEXT_BYTES
    assert hashlib.sha256(text).hexdigest()[:16] == "dc1e8f4236ce8c7e"


def test_every_program_has_its_rows(benchmark):
    rows, counts = load("program_measurements"), load("program_measurement_counts")
    assert rows["program"].to_list() == [program.name for program in benchmark.PROGRAMS]
    assert rows["command"].to_list() == [" ".join(program.command) for program in benchmark.PROGRAMS]
    assert counts["kernel"].unique().tolist() == rows["program"].to_list()
    one = counts[counts["places"] == 1].set_index("kernel")
    assert one["footprint_bytes"].to_list() == rows["footprint_bytes"].to_list()
    assert one["operations"].to_list() == rows["operations_read"].to_list()


def test_python_hashes_alike_each_time_it_is_measured(benchmark):
    command = benchmark.executable((*benchmark.PYTHON, "-c", "print(hash('total'), hash('number'))"))
    with benchmark.prepared():
        said = {subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert len(said) == 1


def test_a_row_is_measured_again(valgrind, benchmark):
    """Counts of one machine are the same but for paths and environment; elsewhere they are of the same size."""
    row = load("program_measurements").set_index("program").loc["grep"]
    program = next(program for program in benchmark.PROGRAMS if program.name == "grep")
    with benchmark.prepared():
        version = benchmark.version_of(program)
        found = cachegrind.run(commands.resolved(program.command))
    same = version == row["version"] and benchmark.machine() == row["machine"]
    most = 1.02 if same else 3.0
    for name in ("instructions", "loads", "stores", "near_misses", "far_misses"):
        assert 1 / most < found.counts[name] / row[name] < most, name


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({}, None),
        ({"near_misses": 101}, "near_misses"),
        ({"far_misses": 11}, "far_misses"),
        ({"accesses_read": 91}, "accesses_read"),
        ({"kept_accesses": 81}, "kept_accesses"),
        ({"stack_accesses": 31}, "kept_accesses"),
        ({"near_cache_bytes": 4096}, "near_cache_bytes"),
    ],
)
def test_a_measurement_that_cannot_be_is_refused(changes, column):
    row = {"loads": 60, "stores": 40, "near_misses": 10, "far_misses": 5, "first_access": 10, "accesses_read": 80}
    row |= {"kept_accesses": 50, "stack_accesses": 30, "near_cache_bytes": 1024, "far_cache_bytes": 2048}
    (rule,) = RULES["program_measurements"]
    assert [name for name, _ in rule(row | changes)] == ([column] if column else [])
