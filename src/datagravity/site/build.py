"""From the sources to the finished site: check the tables, execute what changed, let Jupyter Book write the pages.

Nothing here decides by file times. A chapter is executed again when something that it rests on has another digest
(`dependencies`); the whole build has nothing to do when no source of the site has, and no file of the site. Every run
that has something to do writes all pages afresh, since Sphinx repeats a warning only for a page that it reads again,
and a second run of a broken book must fail like the first.

A build owns what it reads. `starting` waits until it is alone, copies the sources, and goes on in the copy, with the
code of the copy. The pages are written from copies of the executed chapters, and Sphinx executes nothing.

What is built lies in `book/_build`, which may be deleted at any time:

    building              the process that builds, or was the last to do so
    snapshot/             the sources as the last build read them, with the executed chapters that its pages show
    executed/NAME.ipynb   a chapter as it was executed last, with what it rests on (`executed`)
    figures/              what a page needs of each chart, drawn once (`drawing`)
    store/                results of costly functions, which its kernels share (`datagravity.store`)
    kernels.log           what the kernels of the last run said themselves
    html/                 the site, and beside it what Sphinx keeps for itself
    built-from            the digests of what the site was built from, of the results, and of each file of the site

and `book/results.json`, which is committed: every number that the prose prints (`results`).
"""

import difflib
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from time import perf_counter

import yaml

from datagravity import kept, paths
from datagravity.evidence import TableError, validate
from datagravity.modules import changes
from datagravity.site import checked, executed, foreign, renderer, results, wheel
from datagravity.site.book import RESULTS, Book
from datagravity.site.dependencies import Dependencies
from datagravity.site.kernels import ChapterError, Kernels
from datagravity.site.starting import say


class BuildError(ValueError):
    """The book could not be built; the text says which file and which cell."""


def check_tables(book):
    """Validate every table of the book's `data/` folder."""
    if not book.data.exists():
        return
    try:
        counts = validate(book.data, references=book.references)
    except TableError as error:
        raise BuildError(str(error)) from None
    say(f"Tables: {', '.join(f'{name} ({count} rows)' for name, count in counts.items())}")


class Chapter:
    """A chapter on its way: its source, what was kept of its last run, and why it has to run again."""

    def __init__(self, book, path, dependencies, keep_going=False):
        """The chapter in the file `path`."""
        self.path, self.keep_going = path, keep_going
        self.entry = book.executed_path(path)
        self.notebook = executed.source(path.read_text(encoding="utf-8"))
        self.has_code = executed.has_code(self.notebook)
        self._dependencies, self._figures = dependencies, book.figures
        entry = executed.read(self.entry)
        self.kept = entry and entry.metadata[executed.KEY]

    @property
    def changes(self):
        """The names of what changed since the last run; "new" if there is none."""
        if not self.has_code:
            return []
        if self.kept is None:
            return ["new"]
        if self.findings and not self.keep_going:
            return ["what did not hold"]
        return changes(self.kept["rests_on"], self._dependencies.of(self.notebook, self.kept["tables"]))

    @property
    def expected_seconds(self):
        """How long it took last; of a chapter that was not run, longer than any, by its size."""
        return (self.kept["seconds"], 0) if self.kept else (float("inf"), self.path.stat().st_size)

    @property
    def headlines(self):
        """Its headlines as its last run left them."""
        return self.kept["headlines"] if self.has_code else []

    @property
    def findings(self):
        """What did not hold, or could not be computed, in its last run (a list of sentences)."""
        return self.kept.get("findings", []) if self.kept else []

    def execute(self, kernels):
        """Run it and keep what came out; returns the seconds it took."""
        notebook, report, seconds = kernels.execute(self.path)
        renderer.draw(notebook)
        self.kept = {
            "rests_on": self._dependencies.of(notebook, report["tables"]),
            "tables": report["tables"],
            "headlines": executed.headlines(notebook),
            "findings": report["findings"],
            "seconds": round(seconds, 1),
        }
        notebook.metadata[executed.KEY] = self.kept
        executed.write(self.entry, notebook)
        return seconds


def execute(chapters, workers, log, keep_going=False):
    """Execute chapters, several at a time, the longest first.

    Parameters
    ----------
    chapters : Chapter -> why it is executed, in words
    workers : how many at a time
    log : path of the file for what the kernels themselves say
    keep_going : whether findings that do not hold are collected
    """
    log.parent.mkdir(exist_ok=True)
    pending = sorted(chapters, key=lambda chapter: chapter.expected_seconds, reverse=True)
    errors = []
    with (
        log.open("wb") as file,
        Kernels(file, store=log.parent / "store", keep_going=keep_going) as kernels,
        ThreadPoolExecutor(workers) as pool,
    ):
        jobs = {pool.submit(chapter.execute, kernels): chapter for chapter in pending}
        for number, job in enumerate(as_completed(jobs), start=1):
            chapter = jobs[job]
            name = chapter.path.name
            try:
                seconds = job.result()
            except Exception as error:
                say(f"  [{number}/{len(pending)}] {name:24} FAILED")
                errors.append(str(error) if isinstance(error, ChapterError) else f"book/{name}: {_named(error)}")
                continue
            say(f"  [{number}/{len(pending)}] {name:24} {seconds:5.1f} s   {chapters[chapter]}")
    if errors:
        raise BuildError("\n\n".join(errors))


def _named(error):
    return kept.in_words(error) if isinstance(error, OSError) else repr(error)


def in_words(names):
    """Some names as a short text."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def execute_chapters(book, dependencies, workers, keep_going=False):
    """Execute the chapters for which something changed; returns all chapters."""
    chapters = [Chapter(book, path, dependencies, keep_going) for path in book.chapters()]
    pending = {chapter: chapter.changes for chapter in chapters}
    pending = {chapter: in_words(names) for chapter, names in pending.items() if names}
    say(f"Chapters: {len(chapters)}, to execute: {len(pending)}")
    if pending:
        start = perf_counter()
        execute(pending, workers, book.build / "kernels.log", keep_going)
        say(f"Chapters: executed in {perf_counter() - start:.1f} s")
    return chapters


#: How lines of an exception begin that say where in Sphinx it arose, and to whom to report it.
_FOR_SPHINX = ("  ", "Please also report", "A bug report can be")
#: What runs Jupyter Book, as the command `jupyter-book` would, found without a search path. When the build is gone, its
#: end of the standard input closes.
_WRITER = """
import os, sys
from threading import Thread
Thread(target=lambda: (sys.stdin.read(), os._exit(1)), daemon=True).start()
from jupyter_book.cli.main import main
main()
"""


def write_pages(book, chapters):
    """Let Jupyter Book write every page from copies of the executed chapters; any warning is an error."""
    start = perf_counter()
    _check_configuration(book)
    for folder in (book.html, book.build / ".doctrees", book.build / "jupyter_execute"):
        kept.remove(folder)
    frozen = book.source / "_build" / "executed"
    frozen.mkdir(parents=True, exist_ok=True)
    for path in [chapter.entry for chapter in chapters if chapter.has_code]:
        if path.parent != frozen:
            shutil.copyfile(path, frozen / path.name)
    command = [sys.executable, "-c", _WRITER, "build", str(book.source)]
    command += ["--config", str(book.top / "_config.yml"), "--toc", str(book.top / "_toc.yml")]
    command += ["--path-output", str(book.root / "book"), "--all", "-W", "--keep-going", "-q"]
    plain = {**os.environ, "NO_COLOR": "1"}
    life, ours = os.pipe()
    try:
        # With `close_fds` it would let go of what keeps other builds waiting.
        run = subprocess.run(
            command, cwd=book.top, env=plain, stdin=life, capture_output=True, text=True, check=False, close_fds=False
        )
    finally:
        os.close(life)
        os.close(ours)
    if run.returncode:
        kept.remove(book.html)
        raise BuildError("Jupyter Book reports:\n" + "\n".join(reported(run.stderr) or run.stdout.splitlines()[-40:]))
    if found := foreign.loads(book.html):
        kept.remove(book.html)
        raise BuildError("Pages that load something of another host, expected none:\n" + "\n".join(found))
    say(f"Pages: written in {perf_counter() - start:.1f} s")


def reported(text):
    """What Jupyter Book's stream of errors says to a reader: warnings, and of an exception what it is and not where.

    Parameters
    ----------
    text : of the stream; each warning in it has its file and line

    Returns
    -------
    list of lines

    Examples
    --------
    >>> reported("a.md:1: WARNING: odd\\n\\nTraceback (most recent call last):\\n  File b\\nKeyError: 1\\n")
    ['a.md:1: WARNING: odd']
    """
    text = re.sub(r"\x1b\[[\d;]*m", "", text)
    before, _, trace = text.partition("Traceback (most recent call last):")
    warnings, _, own = before.partition("Exception occurred:")
    lines = [line for line in warnings.splitlines() if line.strip()]
    lines += [line for line in own.splitlines() if line.strip() and not line.startswith(_FOR_SPHINX)]
    # A line that an exception says itself begins at the margin.
    lines = lines or [line for line in trace.splitlines() if line[:1].strip()][:1]
    if number := re.search(r"\[Errno (\d+)\]", "\n".join(lines)):
        lines = [line for line in lines if not line.startswith("The full traceback")]
        lines.append(f"Expected {kept.expected(int(number[1]))}.")
    return lines


def _check_configuration(book):
    """Refuse a configuration by which Jupyter Book would execute chapters itself."""
    try:
        told = yaml.safe_load((book.top / "_config.yml").read_text(encoding="utf-8"))
        mode = (told.get("execute") or {}).get("execute_notebooks", "auto")
    except (yaml.YAMLError, AttributeError) as error:
        raise BuildError(
            f"_config.yml: {' '.join(str(error).split())}, expected a configuration of Jupyter Book"
        ) from None
    if mode not in ("off", False):
        raise BuildError(
            f'_config.yml: execute: execute_notebooks: {mode!r}, expected "off": the build executes chapters'
        )


def write_results(book, chapters, digests):
    """Renew `book/results.json` and say what changed in it."""
    headlines = {chapter.path.stem: chapter.headlines for chapter in chapters}
    old = results.read(book.results)
    new = results.settled(results.collect(headlines, digests), old)
    if not new["headlines"]:
        return
    results.write(book.results, new)
    if book.top != book.root:  # the wheel carries them
        results.write(book.top / RESULTS, new)
    count = sum(map(len, new["headlines"].values()))
    if not old["headlines"]:
        say(f"Results: {count} headlines, written to book/{book.results.name}")
        return
    lines = results.compare(old, new)
    say(f"Results: {count} headlines, {f'changes: {len(lines)}' if lines else 'no change'}")
    for line in lines:
        say(f"  {line}")


def say_findings(book, chapters):
    """Say what does not hold, chapter by chapter."""
    found = {chapter.path.name: chapter.findings for chapter in chapters if chapter.findings}
    say(f"Built, but not all holds ({sum(map(len, found.values()))}); the pages say so, and {book.results.name} stays:")
    for name, sentences in found.items():
        for sentence in sentences:
            say(f"  book/{name}: {sentence}")


def build(book, workers=None, keep_going=False):
    """Build a book into `book/_build/html`, from its snapshot; `starting.start` does so where there is something to do.

    Parameters
    ----------
    book : Book with a snapshot, whose code the running process runs
    workers : how many chapters run at a time; one a core if None
    keep_going : whether to build on where a finding of a chapter does not hold by the tables, or a number or a cell
        cannot be computed from them. The page says so in a box, the results are not written, and the next build that
        does not keep going runs these chapters again. An assertion about code or algebra ends this build too.

    Raises
    ------
    BuildError
        If a table is wrong, a cell raises, the pages give any warning, or a file cannot be written. The next call fails
        again.
    """
    try:
        _build(book, workers, keep_going)
    except (ValueError, OSError) as error:
        text = kept.in_words(error)
        raise BuildError(text.replace(f"{book.top}{os.sep}", f"{book.root}{os.sep}")) from error


def _build(book, workers, keep_going):
    start = perf_counter()
    if book.top not in (book.root, *paths.PACKAGE.parents):
        raise BuildError(f"{paths.PACKAGE} runs, expected the package of {book.top}: is PYTHONPATH ignored here?")
    kept.remove(book.built_from)
    book.mend_folders()
    sources = book.sources()
    check_tables(book)
    dependencies = Dependencies(book.data, book.references, book.lock)
    chapters = execute_chapters(book, dependencies, workers or os.cpu_count() or 2, keep_going)
    write_pages(book, chapters)
    if any(chapter.findings for chapter in chapters):
        say_findings(book, chapters)
        return
    write_results(book, chapters, dependencies.tables)
    # It carries the results, so it comes last.
    wheel.write(book.top, book.html)
    # Of the site as it is, so when all of it is there.
    checked.stamp(book.top, book.html)
    book.note_success(sources)
    say(f"Done in {perf_counter() - start:.0f} s. Open {book.page}")


def run_chapter(root, name):
    """Run one chapter of the book in `root`, print its numbers, and what changed in them; write no page.

    What costly functions return is found in the store of the book's builds, or added to it, where kernels can share it.

    Parameters
    ----------
    root : the book's folder
    name : of the chapter, or of its file, as in "pim", "pim.md" or "book/pim.md"

    Raises
    ------
    ValueError
        If there is no such chapter; the message names the nearest ones.
    ChapterError
        If a cell raises.
    """
    book = Book(root)
    chapters = {path.stem: path for path in book.chapters()}
    stem = Path(name).stem
    if stem not in chapters:
        near = difflib.get_close_matches(stem, chapters, n=3, cutoff=0.4) or chapters
        raise ValueError(f"chapter: {name!r}, expected {' or '.join(near)}")
    if not executed.has_code(executed.source(chapters[stem].read_text(encoding="utf-8"))):
        say(f"{stem}: no code, so nothing to run")
        return
    with (
        open(os.devnull, "wb") as log,
        Kernels(log, store=book.store) as kernels,
    ):
        try:
            notebook, _, seconds = kernels.execute(chapters[stem], progress=_say_cell)
        finally:
            _say_cell(0, 0)
    old = {"headlines": {stem: results.read(book.results)["headlines"].get(stem, {})}}
    new = results.settled({"headlines": {stem: results.entries(executed.headlines(notebook))}}, old)
    for headline, entry in new["headlines"][stem].items():
        say(f"  {headline:28} {results.shown(entry):28} {entry['label']}")
    lines = results.compare(old, new)
    say(f"{stem}: {len(new['headlines'][stem])} headlines in {seconds:.1f} s, ", end="")
    say(f"against book/{book.results.name} {f'changes: {len(lines)}' if lines else 'no change'}")
    for line in lines:
        say(f"  {line}")


def _say_cell(number, cells):
    """Say at a terminal which cell runs, over what was said before; nothing if the number is 0."""
    if sys.stdout.isatty():
        print(f"\r\033[K{f'cell {number} of {cells}' if number else ''}", end="", flush=True)
