"""How to cite the book, a chapter or a page of the data: one text each in BibTeX, RIS and plain words.

Title, authors, version and date stand in `CITATION.cff` alone; which commit a page is from is asked of git.
"""

import html
import re
import subprocess
from typing import NamedTuple

import yaml
from pybtex.database import Entry

from datagravity.grid import slug

FILE = "CITATION.cff"
#: What pages are made from, as git takes it: a commit of anything else leaves them as they are.
SOURCES = ("book", "data", "src", "_config.yml", "_toc.yml", "requirements.lock", FILE, ":(exclude)book/results.json")


class Citation(NamedTuple):
    """What a citation says.

    title : of the book
    authors : their names, in order
    version : of the book
    date : of the version, as in "2026-11-22"; that of the commit if there is one
    commit : the last one that changed what pages are made from, with a remark if there are changes since; or None
    page : title of the chapter or page; None for the whole book
    address : of the page on the web; None if it is not known
    """

    title: str
    authors: tuple
    version: str
    date: str
    commit: str | None = None
    page: str | None = None
    address: str | None = None

    @property
    def edition(self):
        """Version and commit in words."""
        return f"version {self.version}" + (f", commit {self.commit}" if self.commit else "")

    @property
    def plain(self):
        """A sentence for a list of references."""
        inside = f'"{self.page}". In: ' if self.page else ""
        end = f" {self.address}" if self.address else ""
        return f"{', '.join(self.authors)} ({self.date[:4]}). {inside}{self.title}, {self.edition}, {self.date}.{end}"

    @property
    def bibtex(self):
        """An entry for a .bib file."""
        fields = {
            "author": " and ".join(f"{{{name}}}" for name in self.authors),
            "title": f"{{{self.page or self.title}}}",
            "howpublished": f"{self.title}, {self.edition}" if self.page else self.edition.capitalize(),
            "year": self.date[:4],
            "note": self.date,
        }
        if self.address:
            fields["url"] = self.address
        entry = Entry("misc", fields=list(fields.items()))
        entry.key = "-".join(["datagravity", *([slug(self.page)] if self.page else [])])
        return entry.to_string("bibtex").strip()

    @property
    def ris(self):
        """A record for reference managers."""
        lines = [("TY", "CHAP" if self.page else "BOOK"), *(("AU", name) for name in self.authors)]
        lines += [("TI", self.page), ("T2", self.title)] if self.page else [("TI", self.title)]
        lines += [("PY", self.date[:4]), ("DA", self.date.replace("-", "/")), ("ET", self.edition)]
        lines += [("UR", self.address)] if self.address else []
        return "\n".join(f"{tag}  - {value}" for tag, value in [*lines, ("ER", "")])

    def box(self):
        """A fold for the end of a page, readable without scripts."""
        texts = {"Plain": self.plain, "BibTeX": self.bibtex, "RIS": self.ris}
        # The theme's script gives what stands in such a frame a button that copies it.
        parts = "".join(
            f'<p class="dg-cite-form">{form}</p><div class="highlight-none notranslate"><div class="highlight">'
            f"<pre>{html.escape(text)}\n</pre></div></div>"
            for form, text in texts.items()
        )
        return f'<details class="dg-cite"><summary>Cite this page</summary>{parts}</details>'


def citation(root, *, page=None, address=None):
    """The citation of the book in a folder, or of one page of it.

    Parameters
    ----------
    root : the folder of `CITATION.cff` (a path); of a clone, the commit is known too
    page : title of the page; the whole book if None
    address : of the page on the web, if it is known

    Raises
    ------
    FileNotFoundError
        If there is no `CITATION.cff`.

    Examples
    --------
    >>> from datagravity.paths import ROOT
    >>> citation(ROOT, page="Data gravity").ris.splitlines()[0]
    'TY  - CHAP'
    """
    said = yaml.safe_load((root / FILE).read_text(encoding="utf-8"))
    names = [
        author.get("name") or " ".join(filter(None, (author.get("given-names"), author.get("family-names"))))
        for author in said["authors"]
    ]
    commit, date = commit_of(root) or (None, str(said["date-released"]))
    page = plain(page) if page else None
    return Citation(said["title"], tuple(names), str(said["version"]), date, commit, page, address)


def commit_of(root):
    """The last commit that changed what pages are made from, and its date; None where git knows none.

    Parameters
    ----------
    root : the top folder of a clone (a path)
    """
    if not (root / ".git").exists():
        return None
    last = _git(root, "log", "-1", "--format=%h %cs", "--abbrev=12", "--", *SOURCES)
    if not last:
        return None
    commit, date = last.split()
    return commit + (" with changes" if _git(root, "status", "--porcelain", "--", *SOURCES) else ""), date


def _git(root, *arguments):
    """What git says; an empty text if it cannot say it."""
    try:
        run = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except OSError:  # there is no git here
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""


def plain(title):
    """A title in HTML as text."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", title)).split())
