"""How long a build of the book takes, as ratios within one run: `make benchmark`.

Each round builds a copy of the book from nothing, in turn with what stock Jupyter Book takes for the same chapters:
`jupyter-book build` with `execute_notebooks: force`, which executes one chapter after the other in a fresh kernel, and
whose kernels draw the still pictures of their charts themselves. The pages must be the same. Only our build writes the
executed notebooks that the pages offer, with pictures of their own, and `results.json`. Then it edits the copy in a few
ways, one after the other, and builds it again: how long that takes against the build from nothing of the same round,
and which chapters run. Both times of every ratio come from one round, so that a slower or busier machine moves both;
the least and the greatest over the rounds say how well that works.

Processor time is that of all processes of a build. Everything happens in a temporary folder.
"""

import argparse
import csv
import difflib
import io
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
AIM, LIMIT = 0.40, 0.55
#: Pages that are not compared: indices, and what states digests of the site.
OWN = ("genindex.html", "search.html", "checks.html")
NEEDED = (
    "datagravity",
    "jupyter_book",
    "grimp",
    "jupytext",
    "vl_convert",
    "sphinx_proof",
    "sphinx_exercise",
    "psutil",
    "yaml",
)
#: Where there is no git: what a copy of the book needs.
WITHOUT_GIT = ("_config.yml", "_toc.yml", "requirements.lock", "book", "data", "src")
NOT_SOURCES = ("_build", "__pycache__", "*.egg-info")
#: What every kernel of the stock build runs first, so that its charts are those of the book.
KERNEL_START = """
import altair
from datagravity.site.renderer import figure, source_line

altair.renderers.register("stock", lambda chart, **_: {"text/html": figure(chart, source_line(chart))})
altair.renderers.enable("stock")
"""


class BenchmarkError(ValueError):
    """The builds could not be timed; the text says why."""


class Times(NamedTuple):
    """What a build took, in seconds: by the clock, and of the processors."""

    wall: float
    processor: float

    def __str__(self):
        """As progress says it."""
        return f"{self.wall:.0f} s, {self.processor:.0f} s of the processors"


# What is computed from outputs, files and times.


def stock_config(text):
    """The text of a `_config.yml` with which Jupyter Book executes the chapters itself."""
    import yaml

    config = yaml.safe_load(text)
    config["execute"] |= {"execute_notebooks": "force", "timeout": 300}
    return yaml.safe_dump(config, sort_keys=False)


def ran(output):
    """The chapters that a build executed (a sorted list of names), from what it printed.

    Raises
    ------
    BenchmarkError
        If it does not say how many there are, or names another number of them.
    """
    if "Nothing changed since the last build" in output:
        return []
    names = re.findall(r"^ +\[\d+/\d+\] (\S+)\.md +[\d.]+ s", output, re.MULTILINE)
    count = re.search(r"^Chapters: \d+, to execute: (\d+)$", output, re.MULTILINE)
    if count is None or int(count[1]) != len(names):
        raise BenchmarkError(f"the build's output: {output!r}, expected a line for each chapter that it executed")
    return sorted(names)


def spread(values):
    """The median of some ratios, with the least and the greatest in brackets."""
    return f"{statistics.median(values):.2f} [{min(values):.2f}, {max(values):.2f}]"


def ratios(pairs):
    """The ratios of pairs of `Times`, the first over the second: by the clock, and of the processors (two texts)."""
    wall = spread([ours.wall / theirs.wall for ours, theirs in pairs])
    return wall, spread([ours.processor / theirs.processor for ours, theirs in pairs])


def verdict(pairs):
    """Whether the ratio of the builds from nothing meets the aim, in words."""
    found = statistics.median(ours.wall / theirs.wall for ours, theirs in pairs)
    met = "met" if found <= AIM else "missed, within the limit" if found <= LIMIT else "missed, and so is the limit"
    return f"aim {AIM:.2f}, at most {LIMIT:.2f}: {met}"


def with_note(text, note):
    """A table's text with a remark added to the note of its last row."""
    rows = list(csv.DictReader(io.StringIO(text)))
    rows[-1]["note"] = f"{rows[-1]['note']} {note}".strip()
    edited = io.StringIO()
    writer = csv.DictWriter(edited, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return edited.getvalue()


def with_comment(text, note):
    """A chapter's text with a comment on top of its first cell."""
    return text.replace("```{code-cell} ipython3\n", f"```{{code-cell}} ipython3\n# {note}\n", 1)


#: What is edited -> the file, and from its text and a remark, which differs from round to round, the edited text.
EDITS = {
    "nothing": (None, None),
    "prose of one chapter": ("book/brains.md", lambda text, note: f"{text}\n{note}\n"),
    "one cell of one chapter": ("book/brains.md", with_comment),
    "one table, brain.csv": ("data/brain.csv", with_note),
    "one module, brains.py": ("src/datagravity/brains.py", lambda text, note: f"{text}# {note}\n"),
}


# What starts processes and writes files.


def copy_sources(target):
    """Copy the book's sources: the files that git knows, or where there is no git, the folders that a build reads."""
    listed = None
    if (ROOT / ".git").exists() and shutil.which("git"):
        run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
        listed = [name for name in run.stdout.split("\0") if name and (ROOT / name).is_file()]
    if listed:
        for name in listed:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
        return
    target.mkdir()
    for name in WITHOUT_GIT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns(*NOT_SOURCES))
        else:
            shutil.copyfile(ROOT / name, target / name)


@contextmanager
def processor_seconds():
    """Yield a dict that fills with the processor seconds of every process that is started inside, to a quarter second.

    The system's own sum leaves out the kernels of our build, for whose end nobody waits.
    """
    import psutil

    seconds, ended = {}, Event()

    def watch():
        while not ended.wait(0.25):
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    times = process.cpu_times()
                    seconds[process] = times.user + times.system

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seconds
    finally:
        ended.set()
        watcher.join()


class Copy:
    """A copy of the book, whose builds use the package that lies in it."""

    def __init__(self, root):
        """Copy the sources to the folder `root`, and compile the package, as an installation does."""
        self.root = root
        self.build = root / "book" / "_build"
        copy_sources(root)
        self._environment = {**os.environ, "PYTHONPATH": str(root / "src")}
        package = self.run("-c", "import datagravity; print(datagravity.__file__, end='')")[0]
        if not Path(package).is_relative_to(root):
            raise BenchmarkError(f"the package of the copy: {package}, expected one in {root}")
        self.run("-m", "compileall", "-q", "src")

    def run(self, *arguments, **environment):
        """Run this Python with some arguments in the copy; returns what it printed, and its `Times`."""
        start = perf_counter()
        with processor_seconds() as seconds:
            run = subprocess.run(
                [sys.executable, *arguments],
                cwd=self.root,
                env=self._environment | environment,
                capture_output=True,
                text=True,
                check=False,
            )
        wall = perf_counter() - start
        if run.returncode:
            raise BenchmarkError("\n".join((f"failed: python {' '.join(arguments)}", run.stdout[-2000:], run.stderr)))
        return run.stdout, Times(wall, sum(seconds.values()))

    def pages(self):
        """The pages of the built site: name -> text."""
        found = {path.name: path.read_text(encoding="utf-8") for path in (self.build / "html").glob("*.html")}
        return {name: text for name, text in found.items() if name not in OWN}


class Ours(Copy):
    """A copy that is built as `make book` does it."""

    name = "ours"

    def __init__(self, root, workers):
        """Copy the book to `root`; `workers` chapters are executed at a time, one a core if None."""
        super().__init__(root)
        self._workers = [] if workers is None else ["--workers", str(workers)]

    def make(self):
        """Build what changed; returns what was printed, and the `Times`."""
        return self.run("-m", "datagravity", "book", "--root", str(self.root), *self._workers)

    def from_nothing(self):
        """Build everything; returns what was printed, and the `Times`."""
        shutil.rmtree(self.build, ignore_errors=True)
        return self.make()


class Stock(Copy):
    """A copy that is built by Jupyter Book alone."""

    name = "stock"

    def __init__(self, root):
        """Copy the book to `root`, and let Jupyter Book execute it."""
        super().__init__(root)
        config = root / "_config.yml"
        config.write_text(stock_config(config.read_text(encoding="utf-8")), encoding="utf-8")
        start = root / "ipython" / "profile_default" / "startup" / "charts.py"
        start.parent.mkdir(parents=True)
        start.write_text(KERNEL_START, encoding="utf-8")

    def from_nothing(self):
        """Build everything; returns what was printed, and the `Times`."""
        shutil.rmtree(self.build, ignore_errors=True)
        command = ["-c", "from jupyter_book.cli.main import main; main()", "build", "book"]
        command += ["--config", str(self.root / "_config.yml"), "--toc", str(self.root / "_toc.yml")]
        command += ["--path-output", "book", "--all", "-W", "--keep-going", "-q"]
        return self.run(*command, IPYTHONDIR=str(self.root / "ipython"))


def compare_pages(ours, theirs):
    """Fail unless two sites have the same pages with the same text; the first difference is named."""
    if ours.keys() != theirs.keys():
        raise BenchmarkError(f"pages: only one build has {', '.join(sorted(ours.keys() ^ theirs.keys()))}")
    for name, text in ours.items():
        lines = difflib.unified_diff(text.splitlines(), theirs[name].splitlines(), "ours", "stock", lineterm="", n=0)
        if difference := [line[:300] for line in lines]:
            raise BenchmarkError("\n".join((f"pages: {name} differs between the builds", *difference[:12])))


def rounds(folder, count, workers):
    """Time the builds, and say what is done.

    Returns
    -------
    pairs of `Times`, ours and stock, of builds from nothing; of each edit the pairs with and from nothing; and of each
    edit the chapters that ran
    """
    say(f"Copying the book to {folder}")
    ours, stock = Ours(folder / "ours", workers), Stock(folder / "stock")
    cold, edited, chapters = [], defaultdict(list), {}
    for number in range(1, count + 1):
        say(f"Round {number} of {count}{load()}")
        times = {}
        for copy in (ours, stock) if number % 2 else (stock, ours):
            _, times[copy] = told(f"from nothing, {copy.name}", copy.from_nothing)
        cold.append((times[ours], times[stock]))
        if number == 1:
            compare_pages(ours.pages(), stock.pages())
        for name, (file, edit) in EDITS.items():
            if file is not None:
                text = (ours.root / file).read_text(encoding="utf-8")
                (ours.root / file).write_text(edit(text, f"Edited in round {number}."), encoding="utf-8")
            output, after = told(f"edited {name}", ours.make)
            edited[name].append((after, times[ours]))
            if chapters.setdefault(name, ran(output)) != ran(output):
                raise BenchmarkError(f"edited {name}: other chapters ran than in the round before\n{output}")
    return cold, edited, chapters


def load():
    """How busy the machine is, in words, where it says so."""
    return f", load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""


def say(text, end="\n"):
    """Print at once, so that progress shows where the output is piped."""
    print(text, end=end, flush=True)


def told(what, build):
    """Call a function that builds, and say so; returns what it returns."""
    say(f"  {what} ... ", end="")
    output, times = build()
    say(times)
    return output, times


def report(cold, edited, chapters):
    """Print the ratios."""
    say(f"\n{'median [least, greatest] of the rounds':50} {'by the clock':>20} {'of the processors':>20}")
    wall, processor = ratios(cold)
    say(f"{'from nothing, ours over stock':50} {wall:>20} {processor:>20}   {verdict(cold)}")
    for name, pairs in edited.items():
        wall, processor = ratios(pairs)
        again = ", ".join(chapters[name]) or "none"
        say(f"{f'edited {name}, over from nothing':50} {wall:>20} {processor:>20}   ran: {again}")


def lines_of(cold, edited):
    """What the page of checks says of the ratios: by the clock, of the builds from nothing and of each edit."""
    found = statistics.median(ours.wall / theirs.wall for ours, theirs in cold)
    lines = [{"what": "from nothing, over stock Jupyter Book", "found": ratios(cold)[0], "aim": f"<= {AIM}"}]
    lines[0]["met"] = found <= AIM
    for name, pairs in edited.items():
        lines.append({"what": f"edited {name}, over from nothing", "found": ratios(pairs)[0], "aim": "< 1"})
        lines[-1]["met"] = statistics.median(after.wall / first.wall for after, first in pairs) < 1
    return lines


def main(arguments=None):
    """Time, print, clean up; returns the exit status."""
    parser = argparse.ArgumentParser(description="Time builds of the book, against stock Jupyter Book and after edits.")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is timed (default: 3)")
    parser.add_argument("--workers", type=int, help="chapters that our build executes at a time (default: one a core)")
    chosen = parser.parse_args(arguments)
    if chosen.rounds < 1:
        parser.error(f"--rounds: {chosen.rounds}, expected at least 1")
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        print(f"Not installed: {', '.join(missing)}. `make book` makes the environment that has it.", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True) as folder:
            cold, edited, chapters = rounds(Path(folder).resolve(), chosen.rounds, chosen.workers)
            report(cold, edited, chapters)
            from record import keep  # the package may be missing where somebody asks for help

            keep("The build", lines_of(cold, edited))
    except BenchmarkError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
