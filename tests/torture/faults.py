"""Faults that a build must survive, performed on a small book: `python tests/torture/faults.py`, half an hour.

Builds are killed and stopped at random moments, kept files are damaged in every way, disks are full, folders read-only,
two builds run at once, sources are edited meanwhile. A try is survived if what is said is short and names the mend, no
process is left behind, and the next build gives, file by file, the site that a build without a fault gives.

It prints a table, and returns 1 if a try was not survived. No part of the tests: it takes time, and some of it chance.
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))

import conftest  # noqa: E402
import editing  # noqa: E402

#: Seconds that a build may take to end, and its kernels with it, where a processor is free.
END = 2.0
CELL = "from datagravity.chapter import glue\nglue('answer', 42)"
CHART = "from datagravity.charts.placement import energy_against_distance\nenergy_against_distance()"
PROSE = "The answer is {glue:text}`answer`."


class NotSurvivedError(Exception):
    """A try was not survived; the text says why."""


def expect(true, what):
    """Go on if it is true."""
    if not true:
        raise NotSurvivedError(what)


def write_book(root):
    """A book of two chapters, one with a chart, and of the small tables of the tests."""
    (root / "book").mkdir(parents=True)
    conftest.write_chapter(root / "book" / "one.md", CELL, CHART, prose=PROSE)
    conftest.write_chapter(root / "book" / "two.md", CELL, prose=PROSE)
    return conftest.write_book(root, ["one", "two"], tables=editing.SMALL)


def end():
    """Seconds until the end, as busy as the machine is."""
    return END * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Tries:
    """A book, what its site is without any fault, and builds of it."""

    def __init__(self, folder, seed):
        """Write the book, and build it once."""
        self.random = random.Random(seed)
        self.book = write_book(folder / "ein Büchlein 'mit' $Geld & Leerzeichen")
        start = time.monotonic()
        self.build()
        self.seconds = time.monotonic() - start
        self.reference = self.site()

    def command(self, *arguments):
        """A command of the book, as a list."""
        return [sys.executable, "-m", "datagravity", *arguments, "--root", str(self.book.root)]

    def begin(self, **changes):
        """A build that runs, in a group of its own, as at a terminal."""
        environment = os.environ | {name: value for name, value in changes.items() if value is not None}
        for name in [name for name, value in changes.items() if value is None]:
            environment.pop(name, None)
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self.command("book"), stdout=pipe, stderr=pipe, text=True, env=environment, start_new_session=True
        )

    def build(self, **changes):
        """A build that succeeds; what it prints."""
        run = self.begin(**changes)
        out, errors = run.communicate()
        expect(run.returncode == 0, f"status {run.returncode}: {errors[-600:]}")
        return out

    def refused(self, words, run=None):
        """A build that fails with few words, some of which are expected; what it says."""
        run = run or self.begin()
        _, errors = run.communicate()
        expect(run.returncode not in (0, None), "status 0")
        expect("Traceback" not in errors, f"a traceback: {errors[-600:]}")
        expect(re.search(words, errors), f"expected {words!r}: {errors[-600:]}")
        return errors

    def site(self):
        """The site, file by file: name -> digest."""
        files = [path for path in self.book.html.rglob("*") if path.is_file() and path.name != ".buildinfo"]
        return {str(path.relative_to(self.book.html)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def is_right(self):
        """Expect the site to be that without a fault, and the next build to have nothing to do."""
        other = {name for name, _ in self.reference.items() ^ self.site().items()}
        expect(not other, f"the site differs in {sorted(other)[:4]}")
        expect("Nothing changed" in self.build(), "not finished")

    def undo(self, everything):
        """Forget what was built: all of it, or that it was finished, and one chapter."""
        if everything:
            shutil.rmtree(self.book.build)
        else:
            self.book.built_from.unlink(missing_ok=True)
            self.book.executed_path(self.book.source / "one.md").unlink(missing_ok=True)

    def left_behind(self):
        """Processes that work in the book."""
        found = []
        for process in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                place = os.readlink(f"/proc/{process}/cwd").removesuffix(" (deleted)")
                found += [name_of(process)] if place.startswith(str(self.book.root)) else []
        return found

    def stopped(self, number, *, twice=False):
        """Begin a build, and send it a signal at a random moment: it ends at once, and the next one mends."""
        self.undo(everything=self.random.random() < 0.5)
        run = self.begin()
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(self.random.uniform(0, self.seconds))
        if run.poll() is not None:  # it was quicker than the moment
            run.communicate()
            return self.is_right()
        start = time.monotonic()
        os.kill(run.pid, number) if number == signal.SIGKILL else os.killpg(run.pid, number)
        if twice:
            time.sleep(0.05)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(run.pid, number)
        out, errors = run.communicate()
        if number == signal.SIGINT and run.returncode != 0:
            lines = errors.strip().splitlines()
            expect(run.returncode in (130, -signal.SIGINT), f"status {run.returncode}: {errors[-600:]}")
            expect(len(lines) <= 1 and "Traceback" not in errors, f"more than a line: {errors[-600:]}")
        while self.left_behind():
            expect(time.monotonic() - start < end(), f"left behind: {self.left_behind()} after {out[-80:]!r}")
            time.sleep(0.02)
        expect(time.monotonic() - start < end(), f"{time.monotonic() - start:.1f} s until the end, after {out[-80:]!r}")
        planned = re.search(r"to execute: (\d+)", out)
        again = re.search(r"to execute: (\d+)", self.build())
        if planned and again:
            done = len(re.findall(r"^  \[\d+/\d+\]", out, re.MULTILINE))
            expect(int(again[1]) <= int(planned[1]) - done, "finished chapters run again")
        return self.is_right()


def name_of(process):
    """The number of a process and how it was called, in a few words."""
    return f"{process} {Path('/proc', process, 'cmdline').read_bytes().decode().replace(chr(0), ' ')[:60]}"


def killed(tries):
    """SIGKILL at a random moment."""
    tries.stopped(signal.SIGKILL)


def interrupted(tries):
    """Ctrl-C at a random moment, once or twice."""
    tries.stopped(signal.SIGINT, twice=tries.random.random() < 0.5)


def one_digit(path, chance):
    """Change one digit of a file."""
    content = path.read_bytes()
    place = chance.choice([found.start() for found in re.finditer(rb"\d", content)] or [0])
    path.write_bytes(content[:place] + (b"7" if content[place : place + 1] != b"7" else b"8") + content[place + 1 :])


def folder_instead(path, _):
    """Put a folder where a file is."""
    path.unlink()
    (path / "inside").mkdir(parents=True)


#: What may have happened to a file.
DAMAGES = {
    "cut off": lambda path, _: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path, _: path.write_bytes(b""),
    "random bytes": lambda path, chance: path.write_bytes(chance.randbytes(path.stat().st_size)),
    "one digit": one_digit,
    "a folder instead": folder_instead,
    "gone": lambda path, _: path.unlink(),
}


def damaged_cache(tries, damage):
    """Every kept file is damaged, and the pages are written anew."""
    book = tries.book
    kept = [path for path in book.build.iterdir() if path.is_file()]
    kept += [path for folder in (book.executed, book.figures, book.store) for path in folder.rglob("*")]
    for path in [path for path in kept if path.is_file() and path.stat().st_size]:
        DAMAGES[damage](path, tries.random)
    tries.build()
    tries.is_right()


def damaged_site(tries, damage):
    """A page of the finished site is damaged."""
    page = tries.book.html / tries.random.choice(["one.html", "index.html", "searchindex.js", "_static/vega.js"])
    DAMAGES[damage](page, tries.random)
    expect("Nothing changed" not in tries.build(), f"{page.name}: nobody saw it")
    tries.is_right()


def added_to_site(tries):
    """A file too many in the finished site."""
    (tries.book.html / "stray.html").write_text("stray")
    tries.build()
    tries.is_right()


def files_for_folders(tries):
    """Files where folders of the build should be."""
    for folder in (tries.book.executed, tries.book.figures, tries.book.html, tries.book.snapshot):
        shutil.rmtree(folder)
        folder.write_text("a file")
    tries.build()
    tries.is_right()


@contextlib.contextmanager
def small_disk(folder, size):
    """A file system of so many bytes in a folder; the context gives a function that makes it larger."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield lambda: subprocess.run(["mount", "-o", "remount,size=1g", str(folder)], check=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def full_disk(tries, size):
    """No room on the disk, and then some."""
    shutil.rmtree(tries.book.build)
    with small_disk(tries.book.build, size) as enlarge:
        said = tries.refused("No space left on device")
        expect(len(said.splitlines()) <= 8, f"{len(said.splitlines())} lines: {said[-600:]}")
        enlarge()
        tries.build()
        tries.is_right()


@contextlib.contextmanager
def closed(folder):
    """A folder in which nothing can be written: root may write anywhere but in a file system without writing."""
    before = folder.stat().st_mode
    mount = ["mount", "--bind", str(folder), str(folder)]
    if os.geteuid() == 0:
        subprocess.run(mount, check=True)
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
    else:
        folder.chmod(0o555)
    try:
        yield
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        else:
            folder.chmod(before)


def read_only(tries):
    """A folder in which nothing can be written."""
    shutil.rmtree(tries.book.build)
    with closed(tries.book.source):
        said = tries.refused("_build.*(Permission denied|Read-only file system).*expected")
    expect(len(said.strip().splitlines()) == 1, f"more than a line: {said[-600:]}")
    tries.build()
    tries.is_right()


def two_at_once(tries):
    """Two builds begin at once, and a third while they run."""
    tries.undo(everything=True)
    runs = [tries.begin() for _ in range(2)]
    time.sleep(tries.seconds / 2)
    runs.append(tries.begin())
    said = [run.communicate() for run in runs]
    expect(all(run.returncode == 0 for run in runs), f"a failure: {said}")
    told = [out for out, _ in said]
    expect(sum("Done in" in out for out in told) == 1, "more than one wrote the site")
    expect(sum("waiting for its end" in out and "Nothing changed" in out for out in told) == 2, "no reason was said")
    tries.is_right()


def edited(path, old, new):
    """Edit a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def edited_meanwhile(tries):
    """A chapter, its code too, is edited while the pages are written."""
    page, chapter = tries.book.html / "one.html", tries.book.source / "one.md"
    tries.undo(everything=False)
    run = tries.begin()
    for line in run.stdout:
        if line.startswith("Chapters: executed"):
            break
    edited(chapter, "'answer', 42)", "'answer', 43)")
    try:
        _, errors = run.communicate()
        expect(run.returncode == 0, errors[-600:])
        expect(tries.site() == tries.reference, "the edit reached the site")
        expect("to execute: 1" in tries.build(), "nobody saw the edit")
        expect("43" in page.read_text(encoding="utf-8"), "the edit does not show")
    finally:
        edited(chapter, "'answer', 43)", "'answer', 42)")
    tries.build()
    tries.is_right()


def foreign_host(tries):
    """A page would load a picture of another host."""
    source = tries.book.source / "index.md"
    edited(source, "Prose.", '<img src="https://a.example/b.png">')
    try:
        tries.refused(r"index\.html: img https://a\.example/b\.png")
        expect(not tries.book.html.exists(), "the page is there")
    finally:
        edited(source, '<img src="https://a.example/b.png">', "Prose.")
    tries.build()
    tries.is_right()


def without_home(tries):
    """No HOME in the environment, nothing built."""
    tries.undo(everything=True)
    tries.build(HOME=None, XDG_CACHE_HOME=None, XDG_CONFIG_HOME=None)
    tries.is_right()


def without_network(tries):
    """No network, nothing built."""
    tries.undo(everything=True)
    command = ["unshare", "--net", *tries.command("book")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    expect(run.returncode == 0, run.stderr[-600:])
    tries.is_right()


def moved(tries):
    """The book is moved to another folder, and back."""
    root, away = tries.book.root, tries.book.root.with_name("moved")
    root.rename(away)
    try:
        run = subprocess.run([*tries.command("book")[:-1], str(away)], capture_output=True, text=True, check=False)
        expect(run.returncode == 0 and "to execute: 0" in f"{run.stdout}to execute: 0", run.stderr[-600:])
    finally:
        away.rename(root)
    tries.is_right()


def can(*command):
    """Whether a command succeeds here."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def faults(kills, stops):
    """Every fault: name -> its tries, functions of `Tries`, or a reason why there is none here."""
    with tempfile.TemporaryDirectory() as folder:
        mounts = can("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder) and can("umount", folder)
    found = {"SIGKILL at a random moment": [killed] * kills, "Ctrl-C at a random moment": [interrupted] * stops}
    for damage in DAMAGES:
        found[f"kept files: {damage}"] = [lambda tries, damage=damage: damaged_cache(tries, damage)]
    for damage in DAMAGES:
        found[f"a page: {damage}"] = [lambda tries, damage=damage: damaged_site(tries, damage)]
    found["a file too many in the site"] = [added_to_site]
    found["files where folders should be"] = [files_for_folders]
    sizes = ("16k", "3m", "4m", "6m", "12m")
    disks = [lambda tries, size=size: full_disk(tries, size) for size in sizes]
    found["a full disk"] = disks if mounts else "needs the right to mount a file system"
    may_close = mounts or os.geteuid() != 0
    found["a read-only folder"] = [read_only] if may_close else "needs the right to mount a file system"
    found["two builds at once"] = [two_at_once]
    found["sources edited meanwhile"] = [edited_meanwhile]
    found["a page with a foreign host"] = [foreign_host]
    found["HOME unset"] = [without_home]
    apart = can("unshare", "--net", "true")
    found["no network"] = [without_network] if apart else "needs the right to leave the network"
    found["moved, and back"] = [moved]
    return found


def main():
    """Perform every fault; the status is 1 if a try was not survived."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--seed", type=int, default=1, help="of the random moments")
    asked.add_argument("--kills", type=int, default=20, help="builds that are killed")
    asked.add_argument("--stops", type=int, default=10, help="builds that are stopped by Ctrl-C")
    asked.add_argument("--only", default="", help="faults whose names hold these words")
    asked.add_argument("--json", type=Path, help="a file for the results")
    given = asked.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        tries = Tries(Path(folder), given.seed)
        print("The path of the book has spaces, quotes, a dollar and umlauts.\n")
        print(f"{'fault':36} {'tries':>5} {'survived':>8} {'seconds':>8}", flush=True)
        for name, found in faults(given.kills, given.stops).items():
            if given.only in name:
                rows.append(performed(tries, name, found))
    if given.json:
        given.json.write_text(json.dumps({"seed": given.seed, "faults": rows}, indent=2) + "\n", encoding="utf-8")
    return int(any(row["survived"] < row["tries"] for row in rows))


def performed(tries, name, found):
    """Perform one fault; what came of it, as a dict, after printing it."""
    start, reasons = time.monotonic(), []
    skipped = found if isinstance(found, str) else None
    for number, one in enumerate([] if skipped else found):
        print(f"{name}: {number} of {len(found)}\r", end="", file=sys.stderr, flush=True)
        try:
            one(tries)
        except NotSurvivedError as error:
            reasons.append(str(error))
            shutil.rmtree(tries.book.build, ignore_errors=True)
            tries.build()
    count = 0 if skipped else len(found)
    row = {"fault": name, "tries": count, "survived": count - len(reasons)}
    row |= {"seconds": round(time.monotonic() - start, 1), "reasons": reasons, "skipped": skipped}
    print(f"{name:36} {row['tries']:5} {row['survived']:8} {row['seconds']:8.1f}", flush=True)
    for reason in [f"skipped: {skipped}"] if skipped else reasons:
        print(f"    {reason}", flush=True)
    return row


if __name__ == "__main__":
    sys.exit(main())
