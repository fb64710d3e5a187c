"""What tests open: which files of the book and which of its tables, and whether they start a program, which may."""

import functools
import os
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Files of tests that no edit of the tables, the bibliography or the chapters can move: each of their tests is watched,
#: and fails if it opens one of them. After such an edit they need not run again. What needs a build is not watched.
WITHOUT_TABLES = {
    "test_fits.py",
    "test_intervals.py",
    "test_law.py",
    "test_many_data_sets.py",
    "test_placement.py",
    "test_programs_kernels.py",
    "test_programs_kernels_more.py",
    "test_programs_partitions.py",
    "test_programs_placing.py",
    "test_programs_reuse.py",
    "test_programs_traces.py",
    "test_staircase.py",
}
_WATCHED = tuple(os.path.join(ROOT, name, "") for name in ("data", "book"))
#: What builds leave: the results in the store say which tables they read.
_BUILT = os.path.join(ROOT, "book", "_build", "")
_open = []


def _note(event, arguments):
    """Python tells this of everything that its library does to the world; there is no way to end that."""
    if not _open:
        return
    if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if path.startswith(_WATCHED) and not path.startswith(_BUILT):
            _open[-1].add(os.path.relpath(path, ROOT))
    elif event == "subprocess.Popen":
        _open[-1].add(f"the program {os.fsdecode(arguments[0])}")


@functools.cache
def _listen():
    sys.addaudithook(_note)


@contextmanager
def opening():
    """Yield a set that fills with what is opened inside: files of the book, `table NAME`, also of a result that is
    remembered, and `the program NAME`.
    """
    from datagravity.reads import reading

    _listen()
    found = set()
    _open.append(found)
    try:
        with reading() as tables:
            yield found
    finally:
        _open.remove(found)
        found |= {f"table {table}" for table in tables}
