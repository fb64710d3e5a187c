"""Everything that takes longer than a test may: `make torture`, or `python tests/torture [PART ...]`.

Builds that are killed, stopped and starved (`faults`), a book of hostile tables (`hostile`), each source left out in
turn (`sources`), two builds compared byte by byte (`same`), every public function with drawn inputs (`fuzz`), and a
count of the tests and of the inputs they draw (`count`). What each part found replaces what it found last in
`record.json`, from which the page of checks is written.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from datagravity.site.checked import TORTURE, record, run_of, write_record

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def of_faults(found):
    """Lines of the record, from what the script of the faults wrote."""
    return [line("Faults", row["fault"], row["tries"], row["survived"]) for row in found["faults"] if row["tries"]]


def of_hostile(found):
    """Lines of the record, from what the script of hostile tables wrote."""
    harmless = sum(not said for said in found["pages"].values())
    return [line("Hostile text", "pages of a book whose tables hold scripts", len(found["pages"]), harmless)]


def of_sources(found):
    """Lines of the record, from what the script that leaves out sources wrote."""
    told = sum(not one["wrong"] for one in found)
    return [line("Sources", "one left out; what cannot be computed says why", len(found), told)]


def of_fuzz(found):
    """Lines of the record, from what the script that calls every public function wrote."""
    lines = []
    for engine in dict.fromkeys(one["engine"] for one in found):
        runs = [one for one in found if one["engine"] == engine]
        what = f"public functions, {sum(one['tries'] for one in runs):,} inputs drawn by {engine}"
        lines.append(line("Functions", what, len(runs), sum(not one["wrong"] for one in runs)))
    return lines


def line(part, what, tries, held):
    """A line of the record."""
    return {"part": part, "what": what, "tries": tries, "held": held}


#: Part -> its script's arguments, and what makes lines of its findings.
PARTS = {
    "faults": ((), of_faults),
    "hostile": ((), of_hostile),
    "sources": (("--sample", "40"), of_sources),
    "same": ((), list),
    "fuzz": (("--inputs", "200"), of_fuzz),
}


class Counter:
    """A plugin of pytest that counts the tests, those that state a property, and the inputs that these draw."""

    def __init__(self):
        """Nothing is counted yet."""
        self.found = {"tests": 0, "properties": 0, "inputs": 0}

    def pytest_collection_finish(self, session):
        """Count what was collected."""
        settings = [item.obj._hypothesis_internal_use_settings for item in session.items if is_property(item)]
        self.found = {
            "tests": len(session.items),
            "properties": len(settings),
            "inputs": sum(one.max_examples for one in settings),
        }


def is_property(item):
    """Whether a test draws its inputs at random."""
    return getattr(getattr(item, "obj", None), "is_hypothesis_test", False)


def counted():
    """How many tests there are, how many of them state a property, and how many inputs these draw."""
    import pytest

    counter = Counter()
    if pytest.main(["--collect-only", "-q", "-q", "--no-header", "-p", "no:cacheprovider", str(ROOT)], [counter]):
        raise SystemExit("the tests cannot be collected")
    return counter.found


def performed(part, folder):
    """Run a part's script; the lines that it found, and whether everything held."""
    arguments, lines_of = PARTS[part]
    file = folder / f"{part}.json"
    status = subprocess.run([sys.executable, HERE / f"{part}.py", *arguments, "--json", file], check=False).returncode
    if not file.exists():
        return [], False
    return lines_of(json.loads(file.read_text(encoding="utf-8"))), status == 0


def main(arguments=None):
    """Perform the parts, keep what they found, print one table; the status is 1 if something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these of {', '.join([*PARTS, 'count'])}")
    chosen = parser.parse_args(arguments).parts or [*PARTS, "count"]
    if unknown := [part for part in chosen if part not in (*PARTS, "count")]:
        parser.error(f"PART: {unknown[0]!r}, expected one of {', '.join([*PARTS, 'count'])}")
    path, failed = ROOT / TORTURE, []
    for part in chosen:
        kept = record(path) or {}
        if part == "count":
            write_record(path, kept | {part: {**run_of(ROOT), **counted()}})
            continue
        print(f"\n{part}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            lines, held = performed(part, Path(folder))
        failed += [] if held else [part]
        if lines:
            write_record(path, kept | {part: {**run_of(ROOT), "lines": lines}})
    print(f"\n{'part':14} {'what was done':60} {'tries':>6} {'survived':>8}")
    for run in (record(path) or {}).values():
        for one in run.get("lines", []):
            print(f"{one['part']:14} {one['what'][:60]:60} {one['tries']:6} {one['held']:8}")
    print("`make sync` writes the page of checks from it." if not failed else f"Did not hold: {', '.join(failed)}.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
