"""From the sources to the finished site: check the tables, execute what changed, let Jupyter Book write the pages.

Nothing here decides by file times. Three digests do:

* the tables, the package, the bibliography and the lock: a change re-executes every chapter;
* the code cells of a chapter (Jupyter Cache compares them): a change re-executes that chapter;
* all of it and the prose: no change, nothing to do.

Every run that has something to do writes all pages afresh, since Sphinx repeats a warning only for a page that it
reads again, and a second run of a broken book must fail like the first.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from time import perf_counter

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import is_myst_markdown_notebook, myst_nb_reader_plugin
from sphinx_external_toc.parsing import parse_toc_yaml

from datagravity.evidence import TableError, validate
from datagravity.site.kernels import ChapterError, Kernels


class BuildError(ValueError):
    """The book could not be built; the text says which file and which cell."""


class Book:
    """The files of one book: a folder with `_config.yml`, `_toc.yml`, `book/` and, if it has tables, `data/`."""

    def __init__(self, root):
        """The book in the folder `root`."""
        self.root = Path(root).resolve()
        self.source = self.root / "book"
        self.build = self.source / "_build"
        self.html = self.build / "html"
        self.cache_folder = self.build / ".jupyter_cache"
        self.executed_with = self.build / "executed-with"
        self.built_from = self.build / "built-from"

    @property
    def page(self):
        """The first page, as an address that a terminal makes clickable."""
        return (self.html / "index.html").as_uri()

    def chapters(self):
        """The executable chapters in the order of `_toc.yml` (paths)."""
        site_map = parse_toc_yaml(self.root / "_toc.yml", encoding="utf-8")
        paths = [self.source / f"{name}.md" for name in site_map if (self.source / f"{name}.md").exists()]
        return [path for path in paths if is_myst_markdown_notebook(path.read_text(encoding="utf-8"))]

    def _digest(self, paths):
        digest = hashlib.sha256()
        for path in sorted(paths):
            digest.update(f"{path.relative_to(self.root)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def _evidence_files(self):
        folders = [self.root / "data", self.root / "src"]
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        files += [self.source / "references.bib", self.root / "requirements.lock"]
        return [path for path in files if path.exists() and "__pycache__" not in path.parts]

    def evidence_digest(self):
        """Changes when any chapter could come out differently though its own cells did not change."""
        return self._digest(self._evidence_files())

    def digest(self):
        """Changes when the finished site could come out differently."""
        pages = [path for path in self.source.iterdir() if path.is_file()]
        return self._digest({*self._evidence_files(), *pages, self.root / "_config.yml", self.root / "_toc.yml"})


def say(text=""):
    """Print at once, so that progress shows where the output is piped."""
    print(text, flush=True)


def check_tables(book):
    """Validate every table of the book's `data/` folder."""
    if not (book.root / "data").exists():
        return
    try:
        counts = validate(book.root / "data", references=book.source / "references.bib")
    except TableError as error:
        raise BuildError(str(error)) from None
    say(f"Tables: {', '.join(f'{name} ({count} rows)' for name, count in counts.items())}")


def execute_chapters(book, workers):
    """Execute the chapters whose outputs are not in the cache, several at a time, the longest first."""
    book.build.mkdir(exist_ok=True)
    digest = book.evidence_digest()
    if not book.executed_with.exists() or book.executed_with.read_text() != digest:
        shutil.rmtree(book.cache_folder, ignore_errors=True)
        book.executed_with.write_text(digest)
    cache = get_cache(str(book.cache_folder))
    chapters = book.chapters()
    pending = []
    for chapter in chapters:
        notebook = myst_nb_reader_plugin(str(chapter))
        if not any(cell.cell_type == "code" for cell in notebook.cells):
            continue
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            pending.append(chapter)
    say(f"Chapters: {len(chapters)}, to execute: {len(pending)}")
    if not pending:
        return
    pending.sort(key=lambda chapter: chapter.stat().st_size, reverse=True)
    errors = []
    with (
        (book.build / "kernels.log").open("wb") as log,
        Kernels(log) as kernels,
        ThreadPoolExecutor(workers) as pool,
    ):
        jobs = {pool.submit(kernels.execute, chapter): chapter for chapter in pending}
        try:
            for number, job in enumerate(as_completed(jobs), start=1):
                chapter = jobs[job]
                try:
                    notebook, seconds = job.result()
                except Exception as error:
                    say(f"  [{number}/{len(pending)}] {chapter.name:32} FAILED")
                    errors.append(str(error) if isinstance(error, ChapterError) else f"book/{chapter.name}: {error!r}")
                    continue
                bundle = CacheBundleIn(notebook, str(chapter), data={"execution_seconds": seconds})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
                say(f"  [{number}/{len(pending)}] {chapter.name:32} {seconds:5.1f} s")
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            kernels.stop()
            raise
    if errors:
        raise BuildError("\n\n".join(errors))


def write_pages(book):
    """Let Jupyter Book write every page from the cached outputs; any warning is an error."""
    say("Pages: writing")
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


def build(root, workers=None):
    """Build the book in `root` into `book/_build/html`; does nothing when nothing changed since the last success.

    Raises
    ------
    BuildError
        If a table is wrong, a cell raises, or the pages give any warning. The next call fails again.
    """
    start = perf_counter()
    book = Book(root)
    digest = book.digest()
    if book.built_from.exists() and book.built_from.read_text() == digest and (book.html / "index.html").exists():
        say(f"Nothing changed since the last build. Open {book.page}")
        return book
    book.built_from.unlink(missing_ok=True)
    check_tables(book)
    execute_chapters(book, workers or os.cpu_count() or 2)
    write_pages(book)
    book.built_from.write_text(digest)
    say(f"Done in {perf_counter() - start:.0f} s. Open {book.page}")
    return book
