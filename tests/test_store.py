"""The folder of results that processes share: what is found there again, what is not, and what is left alone."""

import os
import pickle
import re
import shutil
import subprocess
import sys
import types
import zlib

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from datagravity import decoding, fits, law, paths, pim, reads, store
from datagravity.evidence import load, reading, remembered
from datagravity.modules import Modules
from datagravity.programs import reuse
from datagravity.reads import by_value
from editing import change


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty store, used by this test alone."""
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "store"))
    return tmp_path / "store"


def counted(count, result=lambda: len(load("energy")), name="counted"):
    """A remembered function as a process has it that has not called it yet; each computation is noted in a list."""

    def function(*arguments, **options):
        count.append(arguments)
        return result()

    function.__module__, function.__qualname__ = "datagravity.of_a_test", name
    return remembered(stored=True)(function)


def first_energy():
    return float(load("energy")["energy_low_pj"][0])


def entries(place):
    """What is kept of results: beside them stands that the tables with this content are valid."""
    every = sorted(place.glob("*/*.result"))
    return [path for path in every if store._digest(b"{}") not in path.name or not _is_a_mark(path)]


def _is_a_mark(path):
    content = path.read_bytes().split(b"\n", 2)
    return len(content) == 3 and pickle.loads(zlib.decompress(content[2]))[0] is True


def test_a_result_is_computed_once_for_all_processes(place, small):
    count = []
    assert [counted(count)(1), counted(count)(1), counted(count)(1)] == [28, 28, 28]
    assert len(count) == 1
    counted(count)(2), counted(count)(1.0), counted(count)(1, two=2), counted(count, name="another")(1)
    assert len(count) == 5, "other arguments, of another type or by name, and another function"


def test_what_is_found_has_read_what_was_read(place, small):
    for _ in range(2):
        with reading() as names:
            counted([])()
        assert names == {"energy", "sources", "corrections"}


def test_an_edited_table_is_computed_anew_and_the_first_is_found_again(place, small):
    count, text = [], (small / "energy.csv").read_text(encoding="utf-8")
    assert counted(count, first_energy)() == 0.03
    change(small / "energy.csv", "P001", energy_low_pj="0.02")
    assert counted(count, first_energy)() == 0.02
    (small / "energy.csv").write_text(text, encoding="utf-8")
    assert counted(count, first_energy)() == 0.03
    assert len(count) == 2


def test_a_result_comes_back_to_the_last_bit(place):
    made = {
        "frame": pd.DataFrame({"a": pd.array([0.1 + 0.2, None], "Float64"), "b": pd.array(["x", None], "string")}),
        "array": np.array([0.1, np.nan, -0.0]),
        "tuple": (1, 1.5, None, "text"),
    }
    first, found = (counted([], lambda: made)() for _ in range(2))
    pd.testing.assert_frame_equal(found["frame"], first["frame"], check_exact=True)
    assert found["array"].tobytes() == first["array"].tobytes()
    assert found["tuple"] == first["tuple"]
    assert found["frame"] is not made["frame"]


@pytest.mark.parametrize(
    "damage", [lambda text: b"", lambda text: text[:-1], lambda text: text[:-1] + b"?", lambda text: b"{}\n"]
)
def test_a_damaged_entry_is_computed_anew_and_mended(place, small, damage):
    count = []
    counted(count)()
    (path,) = entries(place)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert counted(count)() == 28
    assert len(count) == 2
    assert path.read_bytes() == whole


def test_a_source_that_changed_since_it_was_read_leaves_the_store_alone(place, small):
    count = []
    counted(count)()
    # Past what notes a patch, which leaves the store alone too.
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(store, "_SOURCES", store._SOURCES | {ROOT: (1, 1)})
        counted(count)(), counted(count)(2)
    assert len(count) == 3
    assert len(entries(place)) == 1


@pytest.mark.parametrize("change", ["another name", "another entry", "one entry less"])
def test_what_a_reader_changes_in_the_running_process_is_neither_kept_nor_answered_from_the_store(place, change):
    module = types.ModuleType("datagravity.of_a_test")
    module.FUNCTION, module.TABLE, count = len, {"a": 1}, []
    with pytest.MonkeyPatch.context() as patches:
        patches.setitem(sys.modules, module.__name__, module)
        counted(count, lambda: 1)(1)
        if change == "another name":
            module.FUNCTION = sum
        elif change == "another entry":
            module.TABLE["a"] = 2
        else:
            module.TABLE.clear()
        counted(count, lambda: 1)(1), counted(count, lambda: 1)(2)
        assert len(count) == 3
        assert len(entries(place)) == 1
        module.FUNCTION, module.TABLE["a"] = len, 1
        counted(count, lambda: 1)(1)
        assert len(count) == 3, "as it was"
        store._met.pop(module.__name__)


@pytest.mark.slow
def test_other_sources_or_libraries_are_another_name(place, tmp_path):
    code = "from datagravity import store; print(store.key(store.key, (1,)))"

    def name(package, **environment):
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": str(package), **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return run.stdout.strip()

    copy = shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for remark, file in (("# A remark.", "law.py"), ("/* A remark. */", "site/assets/book.css")):
        with (copy / "datagravity" / file).open("a", encoding="utf-8") as edited:
            edited.write(f"\n{remark}\n")
    assert name(copy) == name(ROOT / "src") != "None", "wherever they lie, and whatever it does not import"
    with (copy / "datagravity" / "reads.py").open("a", encoding="utf-8") as edited:
        edited.write("\n# A remark.\n")
    assert name(copy) not in (name(ROOT / "src"), "None")
    assert name(copy, **{store.VARIABLE: ""}) == "None"


@pytest.fixture
def renamed(place):
    """A function: the names of calls that are others if a module of the package is another one."""
    calls = {
        "law": lambda: store.key(law.saving, ()),
        "fits": lambda: store.key_of_values(fits.line, ()),
        "fits of law": lambda: store.key_of_values(fits.line, (law.saving,)),
        "decoding": lambda: store.key(decoding.error_interval, ()),
        "pim": lambda: store.key(pim.chance, ()),
        "counts": lambda: store.key(reuse.miss_curve, ()),
    }

    def names():
        store._code.cache_clear()
        return {name: call() for name, call in calls.items()}

    before = names()
    assert len(set(before.values()) - {None}) == len(calls)

    def others(module):
        with pytest.MonkeyPatch.context() as patches:
            patches.setitem(store._modules().digests, f"datagravity.{module}", "of another source")
            after = names()
        return {name for name in calls if after[name] != before[name]}

    yield others
    store._code.cache_clear()


@pytest.mark.slow
def test_a_name_rests_on_what_a_function_imports_and_on_nothing_else(renamed):
    everything = {"law", "fits", "fits of law", "decoding", "pim", "counts"}
    assert renamed("charts.pim") == renamed("headlines.pim") == renamed("site.renderer") == renamed("plateau") == set()
    assert renamed("law") == everything - {"fits", "counts"}, "what a value has of it too"
    assert renamed("fits") == everything - {"law"}
    assert renamed("symbolic.token") >= {"law", "decoding"}, "a file that is imported when it is asked for"
    assert renamed("evidence.rules.decoding") == {"decoding", "pim"}, "rules that are found by the tables' names"
    assert renamed("programs.engine_numba") == {"counts", "pim"}, "imported when it counts"
    assert renamed("store") == renamed("reads") == renamed("modules") == everything, "how results are kept"


def test_a_function_of_no_module_rests_on_the_whole_package(place):
    assert store._code("datagravity.of_a_test") == store._code(*store._modules().digests)


def test_no_module_is_imported_by_a_name_that_its_source_does_not_say():
    """What a result rests on is found in the sources; these six import by name, and why that is no gap."""
    by_name = {
        path.relative_to(paths.PACKAGE).as_posix()
        for path in paths.PACKAGE.rglob("*.py")
        if re.search(r"\b(import_module|__import__|exec|run_module|run_path|spec_from\w+)\(", path.read_text("utf-8"))
    }
    assert by_name == {
        "__init__.py",  # who asks the package for a name: it is looked up in HOMES
        "headlines/__init__.py",  # no result is stored above, and what a chapter names is looked up
        "site/package_page.py",  # what a chapter's cells name, for the page that explains it
        "site/warm.py",  # everything
        "symbolic/__init__.py",  # names its files for tools that read types
        "whatif.py",  # the headlines of each chapter, of which no result is stored there
    }


@pytest.mark.slow
def test_what_modules_import_is_among_what_their_results_rest_on():
    named = [f"datagravity.{module}" for module in ("decoding.freezing", "pim", "claims.judging", "programs.counted")]
    code = f"import sys, {', '.join(named)}; print(*(name for name in sys.modules if name.startswith('datagravity')))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(named) <= set(run.stdout.split()) <= Modules().reached(named)


def test_while_code_is_patched_nothing_is_shared_and_nothing_outlives_it(place, small):
    count = []
    function = counted(count)
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(reads, "patch", object())
        function(), function()
        assert len(count) == 1
    assert entries(place) == []
    function()
    assert len(count) == 2
    assert len(entries(place)) == 1


def test_a_test_that_patches_code_says_so(monkeypatch, tmp_path):
    assert reads.patch is None
    monkeypatch.setattr(paths, "DATA", tmp_path)
    monkeypatch.setenv("ANYTHING", "1")
    monkeypatch.delenv("ANYTHING")
    assert reads.patch is None
    for patched in (
        lambda: monkeypatch.setattr(load, "anything", 1, raising=False),
        lambda: monkeypatch.setattr("datagravity.store.LIMIT_BYTES", 1),
        lambda: monkeypatch.delattr(store, "LIMIT_BYTES"),
        lambda: monkeypatch.setitem({}, "a", 1),
        lambda: monkeypatch.delitem({"a": 1}, "a"),
    ):
        before = reads.patch
        patched()
        assert reads.patch is not before
    monkeypatch.undo()
    assert reads.patch is None


def test_a_folder_of_ones_own_and_arguments_that_are_not_plain_are_not_shared(place, folder):
    for _ in range(2):
        counted([], lambda: len(load("energy", directory=folder)))()
        counted([])(np.float64(1)), counted([])(frozenset([1])), counted([])(len)
    assert entries(place) == []


def test_a_function_of_its_arguments_is_shared_by_their_content(place):
    count = []

    def total(values, *, scale=1):
        count.append(scale)
        return scale * values["a"].sum()

    total.__module__ = "datagravity.of_a_test"
    for values, options, times in [
        (np.ones(3), {}, 1),
        (np.ones(3), {}, 1),
        (np.ones(3, dtype=np.float32), {}, 2),
        (np.array([1, 1, np.nextafter(1, 2)]), {}, 3),
        (np.ones(3), {"scale": 2}, 4),
        (np.ones(3), {}, 4),
    ]:
        by_value(total)({"a": values}, **options)
        assert len(count) == times
    assert by_value(total)({"a": np.ones(3)}) == 3
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(reads, "patch", object())
        by_value(total)({"a": np.ones(3)})
    by_value(total)({"a": pd.Series([1]), "b": lambda: 1})
    assert len(count) == 6, "what is patched and what has no bytes is computed"


def test_a_function_of_its_arguments_that_reads_a_table_is_none(place, small):
    def rows(table):
        return len(load(table))

    rows.__module__ = "datagravity.of_a_test"
    with pytest.raises(RuntimeError, match=r"rows: read .*'energy'.*, expected a function of its arguments"):
        by_value(rows)("energy")


def test_where_nothing_can_be_kept_everything_is_computed(place):
    place.write_text("a file where the folder should be", encoding="utf-8")
    count = []
    assert [counted(count)(1), counted(count)(1)] == [len(load("energy"))] * 2
    assert len(count) == 2


def test_an_error_is_not_kept(place):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            counted([], lambda: 1 / 0)()
    assert entries(place) == []


def test_what_was_used_longest_ago_goes_first(place):
    for number in range(3):
        counted([], lambda: os.urandom(1000))(number)
    sizes = {path: path.stat().st_size for path in entries(place)}
    by_age = sorted(sizes, key=lambda path: path.stat().st_mtime_ns)
    for age, path in enumerate(by_age):
        os.utime(path, ns=(age, age))
    counted([], lambda: os.urandom(1000))(0)  # used again: found by its name, whichever that is
    limit = sum(sizes.values())
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(store, "LIMIT_BYTES", limit)
        counted([], lambda: os.urandom(1000))(3)
    left = entries(place)
    assert len(left) == 3
    assert sum(path.stat().st_size for path in left) <= limit
    count = []
    counted(count)(0)
    assert count == [], "the one that was used last stays"


LOOK = """
import sys
from datagravity.evidence import remembered

def slow():
    print("computed", flush=True)
    sys.stdin.readline()
    return 7

slow.__module__ = "datagravity.of_a_test"
print(remembered(stored=True)(slow)(), flush=True)
"""


@pytest.mark.slow
def test_two_processes_at_once_compute_one_result(place):
    command = [sys.executable, "-c", LOOK]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": dict(os.environ)}
    with subprocess.Popen(command, **pipes) as first:
        assert first.stdout.readline() == "computed\n"
        with subprocess.Popen(command, **pipes) as second:
            first.stdin.write("\n")
            first.stdin.flush()
            assert first.stdout.readline() == "7\n"
            assert second.communicate("\n")[0] == "7\n"
        first.communicate()
