"""The files of one book: what it is made from, what was made of it, and whether the one fits the other.

A build takes a snapshot first, and makes everything from that, so that no edit meanwhile reaches half of the pages. One
build at a time works in a checkout.
"""

import json
import os
import platform
import re
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from datagravity import citations, kept, paths
from datagravity.modules import digest
from datagravity.reads import file_digest
from datagravity.site.links import ADDRESS

try:
    import fcntl
except ImportError:  # on Windows nothing keeps two builds apart
    fcntl = None

#: What a book is made from: files at its top, folders, and beside them the package.
FILES = ("_config.yml", "_toc.yml", "requirements.lock", "pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT")
FILES += (citations.FILE,)
FOLDERS = ("book", "data", "examples")
PACKAGE = "src/datagravity"
RESULTS = "book/results.json"
#: The folder of the build for drawn charts.
FIGURES = "figures"
#: What editors and file managers put beside the files that they have open, and what programs keep.
_NO_SOURCE = re.compile(r"[.#~].*|.*[~#]|.*\.(?:sw[a-p]|bak|orig|tmp)|_build|__pycache__")


class Book:
    """The files of one book: a folder with `_config.yml`, `_toc.yml`, `book/` and, if it has tables, `data/`."""

    def __init__(self, root, snapshot=None):
        """The book in the folder `root`; what it is made from is read from its `snapshot`, if there is one."""
        self.root = Path(root).resolve()
        self.top = Path(snapshot).resolve() if snapshot else self.root
        self.source = self.top / "book"
        self.references = self.source / "references.bib"
        self.data = self.top / "data"
        self.lock = self.top / "requirements.lock"
        self.results = self.root / RESULTS
        self.build = self.root / "book" / "_build"
        self.snapshot = self.build / "snapshot"
        self.html = self.build / "html"
        self.executed = self.build / "executed"
        self.figures = self.build / FIGURES
        self.store = self.build / "store"
        self.built_from = self.build / "built-from"

    @property
    def page(self):
        """The first page, as an address that a terminal makes clickable."""
        return (self.html / "index.html").as_uri()

    def chapters(self):
        """The chapters that are notebooks, in the order of `_toc.yml` (paths)."""
        # Not at the top: it takes seconds, and who has nothing to build needs none of it.
        import yaml
        from myst_nb.core.read import is_myst_markdown_notebook
        from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml

        try:
            site_map = parse_toc_yaml(self.top / "_toc.yml", encoding="utf-8")
        except (MalformedError, yaml.YAMLError) as error:
            raise ValueError(
                f"_toc.yml: {' '.join(str(error).split())}, expected a table of contents of Jupyter Book"
            ) from None
        found = [self.source / f"{name}.md" for name in site_map if (self.source / f"{name}.md").exists()]
        return [path for path in found if is_myst_markdown_notebook(path.read_text(encoding="utf-8"))]

    def executed_path(self, chapter):
        """Where a chapter's executed notebook is kept."""
        return self.executed / f"{chapter.stem}.ipynb"

    def files(self):
        """Every file that the site is made from: its name in the book -> its path. Without the results."""
        found = {name: self.top / name for name in FILES}
        for name, folder in [*((name, self.top / name) for name in FOLDERS), (PACKAGE, paths.PACKAGE)]:
            found |= {f"{name}/{below}": path for below, path in _below(folder)}
        return {name: path for name, path in sorted(found.items()) if path.is_file() and name != RESULTS}

    def sources(self):
        """The digest of everything that the site is made from."""
        # Each page says which commit it is from, and its notebook where it is.
        commit = " ".join(citations.commit_of(self.top) or ())
        files = (f"{name}\0{(file_digest(path) or b'').hex()}" for name, path in self.files().items())
        return digest(commit, os.environ.get(ADDRESS, ""), platform.python_version(), *files)

    def site(self):
        """The files of the finished site: name -> digest."""
        files = _files_in(self.html)
        return {path.relative_to(self.html).as_posix(): (file_digest(path) or b"").hex() for path in files}

    def _state(self, sources):
        return {"sources": sources, "results": (file_digest(self.results) or b"").hex(), "site": self.site()}

    def note_success(self, sources):
        """Keep what the finished site was made from, and each of its files.

        Parameters
        ----------
        sources : digest of the sources, from before the first of them was read
        """
        kept.seal(self.built_from, json.dumps(self._state(sources)))

    def is_built(self):
        """Whether the site is there, file by file as a build left it, and made from the sources as they are."""
        text = kept.unseal(self.built_from)
        return text is not None and json.loads(text) == self._state(self.sources())

    def take_snapshot(self):
        """Copy what the book is made from to `snapshot`; results and the name of the commit too."""
        kept.remove(self.snapshot)
        found = self.files()
        # With what Python compiled of the package, which takes seconds; it knows each source by time and size.
        found |= {f"{PACKAGE}/{path.relative_to(paths.PACKAGE)}": path for path in paths.PACKAGE.rglob("*.pyc")}
        found |= {RESULTS: self.results} if self.results.is_file() else {}
        for name, path in found.items():
            (self.snapshot / name).parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # somebody deletes or renames it just now: it is none any more
                shutil.copy2(path, self.snapshot / name)
        commit = " ".join(citations.commit_of(self.root) or ())
        (self.snapshot / citations.COMMIT).write_text(commit, encoding="utf-8")

    def wait_for_others(self, say):
        """Wait until no other build works in this checkout, and keep others waiting until this process has ended.

        Processes that are started with `close_fds=False` keep them waiting too.

        Parameters
        ----------
        say : called with a sentence if there is one to wait for
        """
        if fcntl is None:
            return
        # Of the folder, since `make clean` deletes what is in `_build`.
        handle = os.open(self.root / "book", os.O_RDONLY)
        os.set_inheritable(handle, True)
        who = self.build / "building"
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = kept.unseal(who) or "another process"
            say(f"Another build works in this checkout ({text}): waiting for its end. Ctrl-C gives up.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            return
        kept.seal(who, f"process {os.getpid()}, since {datetime.now():%H:%M:%S}")

    def mend_folders(self):
        """Remove files in the place of a folder of the build, and what a killed build had written aside."""
        for folder in (self.build, self.executed, self.figures, self.store):
            if folder.is_file():
                kept.remove(folder)
        for path in [*self.executed.glob(".*"), *self.figures.glob(".*")]:
            kept.remove(path)


def _below(folder):
    """The sources in a folder and those below it: pairs of name and path."""
    return [(path.relative_to(folder).as_posix(), path) for path in _files_in(folder, _NO_SOURCE.fullmatch)]


def _files_in(folder, without=lambda name: False):
    """Every file below a folder, in order (paths), but none whose name, or the name of its folder, is one `without`."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not without(name))
        found += [Path(place, name) for name in sorted(names) if not without(name)]
    return found
