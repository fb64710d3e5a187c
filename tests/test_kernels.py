"""Chapters run apart from one another, though their kernels are forked from one process."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import pytest

from conftest import write_chapter
from datagravity import brains, store
from datagravity.site.kernels import CAN_FORK, ChapterError, Kernels
from test_store import entries

pytestmark = pytest.mark.built


def printed(notebook):
    return [output.text for cell in notebook.cells for output in cell.get("outputs", []) if output.get("text")]


def own_zombies():
    """Numbers of the dead children that this process has not asked about."""
    states = [path.read_text().rpartition(")")[2].split() for path in Path("/proc").glob("[0-9]*/stat")]
    return [state for state in states if state[0] == "Z" and int(state[1]) == os.getpid()]


@pytest.fixture(scope="module")
def kernels(request, tmp_path_factory):
    fork = getattr(request, "param", CAN_FORK)
    with (tmp_path_factory.mktemp("kernels") / "log").open("wb") as log, Kernels(log, fork=fork) as kernels:
        yield kernels
    assert own_zombies() == []


MEDDLING = """
import builtins, math, os, sys, altair
import datagravity, datagravity.law
builtins.left_behind = name_left_behind = 1
math.tau = 3
datagravity.law.saving = None
os.chdir("/")
os.environ["LEFT_BEHIND"] = "1"
sys.path.insert(0, "/left-behind")
altair.renderers.enable("default")
altair.theme.options = {"left": "behind"}
print(os.getcwd())
"""
LOOKING = """
import builtins, math, os, pathlib, sys, altair
import datagravity.law
assert not hasattr(builtins, "left_behind") and "name_left_behind" not in globals()
assert math.tau > 6 and datagravity.law.saving(100, 2) > 1
assert "LEFT_BEHIND" not in os.environ and "/left-behind" not in sys.path
assert altair.renderers.active == "datagravity" and "left" not in altair.theme.options
print(os.getcwd())
"""


def test_a_chapter_leaves_nothing_behind_for_another(kernels, tmp_path):
    meddling = write_chapter(tmp_path / "meddling.md", MEDDLING)
    looking = write_chapter(tmp_path / "looking.md", LOOKING, "print(__name__)")
    for _ in range(2):
        assert printed(kernels.execute(meddling)[0]) == ["/\n"]
        assert printed(kernels.execute(looking)[0]) == [f"{tmp_path}\n", "__main__\n"]


RATIOS = "from datagravity import brains\n{}\nprint(set(brains.ratios()['how']) & {{brains.LOWER_BOUND}})"


def test_chapters_share_results_but_not_those_of_code_that_one_changed(tmp_path, monkeypatch):
    monkeypatch.delenv(store.VARIABLE)
    folder = tmp_path / "store"
    trying = write_chapter(tmp_path / "trying.md", RATIOS.format("brains.LOWER_BOUND = 'tried out'"))
    plain = write_chapter(tmp_path / "plain.md", RATIOS.format(""))
    with (tmp_path / "log").open("wb") as log, Kernels(log, store=folder) as kernels:
        for chapter, bound, kept in [
            (trying, "tried out", False),
            (plain, brains.LOWER_BOUND, CAN_FORK),
            (plain, brains.LOWER_BOUND, CAN_FORK),
            (trying, "tried out", CAN_FORK),
        ]:
            notebook, report, _ = kernels.execute(chapter)
            assert printed(notebook) == [f"{ {bound} }\n"]
            assert "brain" in report["tables"], "from the store too"
            assert len(entries(folder)) == (2 if kept else 0)


def test_a_caller_may_run_an_event_loop(kernels, tmp_path):
    chapter = write_chapter(tmp_path / "looped.md", "print('done')")

    async def caller():
        return kernels.execute(chapter)[0]

    # In a thread of its own, since the test's may run one too.
    with ThreadPoolExecutor(1) as alone:
        assert printed(alone.submit(asyncio.run, caller()).result()) == ["done\n"]


def test_a_killed_chapter_is_named_and_kills_no_other(kernels, tmp_path):
    killed = write_chapter(tmp_path / "killed.md", "x = 1", "import os\nos.kill(os.getpid(), 9)", "x = 2")
    patient = write_chapter(tmp_path / "patient.md", "import time; time.sleep(3)", "print('done')")
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(kernels.execute, chapter) for chapter in (patient, killed)]
        assert printed(jobs[0].result()[0]) == ["done\n"]
        with pytest.raises(ChapterError) as error:
            jobs[1].result()
    assert re.fullmatch(
        r"book/killed\.md, code cell 2, line 21: its kernel died\n    import os\n    os\.kill\(os\.getpid\(\), 9\)",
        str(error.value),
    )


def test_a_cell_that_does_not_end_is_named(kernels, tmp_path):
    endless = write_chapter(tmp_path / "endless.md", "x = 1", "import time\ntime.sleep(3600)")
    with pytest.raises(ChapterError, match=r"book/endless\.md, code cell 2, line 21: no end after 5 s\n    import"):
        kernels.execute(endless, timeout=5)


@pytest.mark.parametrize("kernels", [CAN_FORK, False], indirect=True, ids=["forked", "fresh"])
def test_a_raising_cell_is_named_with_the_cells_before_it(kernels, tmp_path):
    seen = []
    raising = write_chapter(tmp_path / "raising.md", "x = 1", "x / 0")
    with pytest.raises(ChapterError, match=r"code cell 2, line 21: ZeroDivisionError: division by zero\n    x / 0"):
        kernels.execute(raising, progress=lambda number, cells: seen.append((number, cells)))
    assert seen == [(1, 2), (2, 2)]


def test_the_warm_process_has_no_threads_and_reads_no_table():
    script = """
import sys, threading
import zmq
from datagravity.site.warm import import_all
opened = []
sys.addaudithook(lambda event, details: opened.append(str(details[0])) if event == "open" else None)
import_all()
assert any("datagravity" in path for path in opened)
assert not [path for path in opened if path.endswith((".csv", ".bib", "datapackage.json"))]
assert "datagravity.charts.pim" in sys.modules
assert threading.active_count() == 1, threading.enumerate()
assert zmq.Context._instance is None
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=600)


LOADING = """
import socket, sys, time
from datagravity.site.warm import _looking_for_the_build
with socket.socket(fileno=int(sys.argv[1])) as requests, _looking_for_the_build(requests, sys.argv[2]):
    print("loads", flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(not CAN_FORK, reason="no process is warm")
def test_a_process_that_still_loads_ends_with_the_build_though_a_request_waits(tmp_path):
    ours, theirs = socket.socketpair()
    sockets = tmp_path / "sockets"
    sockets.mkdir()
    command = [sys.executable, "-c", LOADING, str(theirs.fileno()), str(sockets)]
    with theirs:
        run = subprocess.Popen(command, stdout=subprocess.PIPE, pass_fds=[theirs.fileno()], text=True)
    assert run.stdout.readline() == "loads\n"
    ours.send(b"{")
    ours.close()
    run.communicate()
    assert run.returncode == 1
    assert not sockets.exists()


def kernels_of(folder):
    """Processes that run a kernel in a folder (their numbers)."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{process}/cwd") == str(folder):
                found.append(int(process))
        except OSError:
            continue
    return found


def wait_until(true):
    end = monotonic() + 600  # a guard against waiting for ever, no matter how busy the machine is
    while not true():
        assert monotonic() < end
        sleep(0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_build_leaves_no_kernel(small_book, number):
    for name in ["one", "two"]:
        write_chapter(
            small_book.source / f"{name}.md",
            "open('started-' + str(__import__('os').getpid()), 'w').close()",
            "import time; time.sleep(600)",
        )
    command = [sys.executable, "-m", "datagravity", "book", "--root", str(small_book.root), "--workers", "2"]
    build = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    place = small_book.snapshot / "book"
    wait_until(lambda: len(list(place.glob("started-*"))) == 2 or build.poll() is not None)
    assert len(kernels_of(place)) == 2
    build.send_signal(number)
    _, errors = build.communicate(timeout=600)
    if number == signal.SIGINT:
        assert build.returncode == 130
        assert errors.startswith("\nStopped. The chapters that were finished are kept")
        assert len(errors.splitlines()) == 2
    wait_until(lambda: not kernels_of(place))
