"""From the sources to the finished site: check the tables, execute what changed, let Jupyter Book write the pages.

Nothing here decides by file times. A chapter is executed again when something that it rests on has another digest
(`dependencies`); the whole build has nothing to do when no source of the site has. Every run that has something to do
writes all pages afresh, since Sphinx repeats a warning only for a page that it reads again, and a second run of a
broken book must fail like the first.

What is built lies in `book/_build`, which may be deleted at any time:

    executed/NAME.ipynb   a chapter as it was executed last, with what it rests on (`executed`)
    figures/              what a page needs of each chart, drawn once (`drawing`)
    store/                results of costly functions, which its kernels share (`datagravity.store`)
    kernels.log           what the kernels of the last run said themselves
    html/                 the site, and beside it what Sphinx keeps for itself
    built-from            the digests of what the site was built from, and of the results

and `book/results.json`, which is committed: every number that the prose prints (`results`).
"""

import difflib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from time import perf_counter

from myst_nb.core.read import is_myst_markdown_notebook
from sphinx_external_toc.parsing import parse_toc_yaml

from datagravity import citations, paths
from datagravity.evidence import TableError, validate
from datagravity.modules import changes, digest
from datagravity.reads import file_digest
from datagravity.site import executed, figures, renderer, results, wheel
from datagravity.site.dependencies import Dependencies
from datagravity.site.kernels import ChapterError, Kernels
from datagravity.site.links import ADDRESS


class BuildError(ValueError):
    """The book could not be built; the text says which file and which cell."""


class Book:
    """The files of one book: a folder with `_config.yml`, `_toc.yml`, `book/` and, if it has tables, `data/`."""

    def __init__(self, root):
        """The book in the folder `root`."""
        self.root = Path(root).resolve()
        self.source = self.root / "book"
        self.references = self.source / "references.bib"
        self.results = self.source / "results.json"
        self.data = self.root / "data"
        self.lock = self.root / "requirements.lock"
        self.build = self.source / "_build"
        self.html = self.build / "html"
        self.executed = self.build / "executed"
        self.figures = self.build / figures.KEPT
        self.built_from = self.build / "built-from"

    @property
    def page(self):
        """The first page, as an address that a terminal makes clickable."""
        return (self.html / "index.html").as_uri()

    def chapters(self):
        """The chapters that are notebooks, in the order of `_toc.yml` (paths)."""
        site_map = parse_toc_yaml(self.root / "_toc.yml", encoding="utf-8")
        paths = [self.source / f"{name}.md" for name in site_map if (self.source / f"{name}.md").exists()]
        return [path for path in paths if is_myst_markdown_notebook(path.read_text(encoding="utf-8"))]

    def executed_path(self, chapter):
        """Where a chapter's executed notebook is kept."""
        return self.executed / f"{chapter.stem}.ipynb"

    def sources(self):
        """The digest of everything that the site is made from."""
        files = [path for folder in (self.data, paths.PACKAGE) for path in folder.rglob("*") if path.is_file()]
        files += [path for path in self.source.iterdir() if path.is_file() and path != self.results]
        files += [self.root / "_config.yml", self.root / "_toc.yml", self.lock, self.root / citations.FILE]
        files += [self.root / "pyproject.toml"]
        files = sorted(path for path in files if path.exists() and "__pycache__" not in path.parts)
        # Each page says which commit it is from, and its notebook where it is.
        commit = " ".join(citations.commit_of(self.root) or ())
        return digest(commit, os.environ.get(ADDRESS, ""), *(f"{path}\0{file_digest(path).hex()}" for path in files))

    def state(self, sources):
        """What `built_from` holds after a success: the digests of the sources and of the results."""
        return f"{sources} {digest(results.text(results.read(self.results)))}"

    def is_built(self):
        """Whether the site is there, and made from the sources as they are."""
        built = self.built_from.read_text() if self.built_from.exists() else ""
        return built == self.state(self.sources()) and (self.html / "index.html").exists()


def say(text="", end="\n"):
    """Print at once, so that progress shows where the output is piped."""
    print(text, end=end, flush=True)


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
        kept = executed.read(self.entry)
        self.kept = kept and kept.metadata[executed.KEY]

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
        try:
            for number, job in enumerate(as_completed(jobs), start=1):
                chapter = jobs[job]
                name = chapter.path.name
                try:
                    seconds = job.result()
                except Exception as error:
                    say(f"  [{number}/{len(pending)}] {name:24} FAILED")
                    errors.append(str(error) if isinstance(error, ChapterError) else f"book/{name}: {error!r}")
                    continue
                say(f"  [{number}/{len(pending)}] {name:24} {seconds:5.1f} s   {chapters[chapter]}")
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            kernels.stop()
            raise
    if errors:
        raise BuildError("\n\n".join(errors))


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


def write_pages(book):
    """Let Jupyter Book write every page from the executed notebooks; any warning is an error."""
    start = perf_counter()
    shutil.rmtree(book.html, ignore_errors=True)
    shutil.rmtree(book.build / ".doctrees", ignore_errors=True)
    # The same command as `jupyter-book build`, found without a search path.
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(book.source)]
    command += ["--config", str(book.root / "_config.yml"), "--toc", str(book.root / "_toc.yml")]
    command += ["--path-output", str(book.source), "--all", "-W", "--keep-going", "-q"]
    plain = {**os.environ, "NO_COLOR": "1"}
    run = subprocess.run(command, cwd=book.root, env=plain, capture_output=True, text=True, check=False)
    if run.returncode:
        shutil.rmtree(book.html, ignore_errors=True)
        # Warnings come on the error stream, each with its file and line; the rest is Jupyter Book's own failure text.
        lines = [line for line in run.stderr.splitlines() if line.strip()]
        raise BuildError("Jupyter Book reports:\n" + "\n".join(lines or run.stdout.splitlines()[-40:]))
    say(f"Pages: written in {perf_counter() - start:.1f} s")


def write_results(book, chapters, digests):
    """Renew `book/results.json` and say what changed in it."""
    headlines = {chapter.path.stem: chapter.headlines for chapter in chapters}
    old = results.read(book.results)
    new = results.settled(results.collect(headlines, digests), old)
    if not new["headlines"]:
        return
    results.write(book.results, new)
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


def build(root, workers=None, keep_going=False):
    """Build the book in `root` into `book/_build/html`; does nothing when nothing changed since the last success.

    Parameters
    ----------
    root : folder of the book
    workers : how many chapters run at a time; one a core if None
    keep_going : whether to build on where a finding of a chapter does not hold by the tables, or a number or a cell
        cannot be computed from them. The page says so in a box, the results are not written, and the next build that
        does not keep going runs these chapters again. An assertion about code or algebra ends this build too.

    Raises
    ------
    BuildError
        If a table is wrong, a cell raises, or the pages give any warning. The next call fails again.
    """
    start = perf_counter()
    book = Book(root)
    if book.is_built():
        say(f"Nothing changed since the last build. Open {book.page}")
        return book
    book.built_from.unlink(missing_ok=True)
    sources = book.sources()
    check_tables(book)
    dependencies = Dependencies(book.data, book.references, book.lock)
    chapters = execute_chapters(book, dependencies, workers or os.cpu_count() or 2, keep_going)
    write_pages(book)
    if any(chapter.findings for chapter in chapters):
        say_findings(book, chapters)
        return book
    write_results(book, chapters, dependencies.tables)
    # It carries the results, so it comes last.
    wheel.write(book.root, book.html)
    book.built_from.write_text(book.state(sources))
    say(f"Done in {perf_counter() - start:.0f} s. Open {book.page}")
    return book


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
        Kernels(log, store=book.build / "store") as kernels,
        ThreadPoolExecutor(1) as pool,
    ):
        job = pool.submit(kernels.execute, chapters[stem], progress=_say_cell)
        try:
            notebook, _, seconds = job.result()
        except KeyboardInterrupt:
            kernels.stop()
            raise
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
