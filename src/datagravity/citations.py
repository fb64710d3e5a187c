"""How to cite the book, a chapter, a figure, a row, or a work of the bibliography: BibTeX, RIS, CSL-JSON, plain words.

Title, authors, version and date of the book stand in `CITATION.cff` alone; which commit it is, is asked of git. Works
of others stand in the bibliography.
"""

import html
import re
import subprocess
from typing import NamedTuple

import yaml

from datagravity.naming import slug

FILE = "CITATION.cff"
#: What pages are made from, as git takes it: a commit of anything else leaves them as they are.
SOURCES = ("book", "data", "src", "_config.yml", "_toc.yml", "requirements.lock", FILE, ":(exclude)book/results.json")
#: A copy of a clone that is none itself says here, as `commit_of` has it, what it is a copy of.
COMMIT = "commit"
#: What a citation of the book must know.
NEEDED = ("title", "authors", "version", "date-released")
STYLES = ("bibtex", "ris", "csl-json", "plain")
#: What a part of the book is, in the words of CSL; the whole is a book.
PARTS = {"page": "chapter", "figure": "figure", "row": "dataset"}
#: The types of CSL in the words of RIS; any other is GEN.
RIS_TYPES = {
    "article": "UNPB",
    "article-journal": "JOUR",
    "book": "BOOK",
    "chapter": "CHAP",
    "dataset": "DATA",
    "document": "GEN",
    "figure": "FIGURE",
    "paper-conference": "CPAPER",
    "report": "RPRT",
    "software": "COMP",
    "thesis": "THES",
}
#: The types of BibTeX in the words of CSL; any other is a document.
CSL_TYPES = {
    "article": "article-journal",
    "inproceedings": "paper-conference",
    "incollection": "chapter",
    "book": "book",
    "techreport": "report",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
}
#: Fields of RIS, in order -> those of CSL, where one text is another.
_RIS = {
    "TI": "title",
    "T2": "container-title",
    "ET": "version",
    "PB": "publisher",
    "VL": "volume",
    "IS": "issue",
    "SP": "page",
    "DO": "DOI",
    "UR": "URL",
}
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


class Citation(NamedTuple):
    """What a citation of the book, or of a part of it, says.

    title : of the book
    authors : their names, in order
    version : of the book
    date : of the version, as in "2026-11-22"; that of the commit if there is one
    commit : the last one that changed what pages are made from, with a remark if there are changes since; or None
    page : title of the chapter or page; None for the whole book
    address : of the page on the web; None if it is not known
    part : what of the book it is, a key of PARTS; without a page it is the whole
    """

    title: str
    authors: tuple
    version: str
    date: str
    commit: str | None = None
    page: str | None = None
    address: str | None = None
    part: str = "page"

    @property
    def key(self):
        """What a list of references may call it."""
        return "-".join(["datagravity", *([slug(self.page)] if self.page else [])])

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
        inside = f"{latex(self.title)}, {self.edition}" if self.page else self.edition.capitalize()
        fields = {
            "author": " and ".join(f"{{{latex(name)}}}" for name in self.authors),
            "title": f"{{{latex(self.page or self.title)}}}",
            "howpublished": inside,
            "year": self.date[:4],
            "note": self.date,
        }
        if self.address:
            fields["url"] = _in_braces(self.address)
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
        return f"@misc{{{self.key},\n{lines}\n}}"

    @property
    def csl(self):
        """An item of CSL-JSON."""
        item = {
            "id": self.key,
            "type": PARTS[self.part] if self.page else "book",
            "author": [{"literal": name} for name in self.authors],
            "title": self.page or self.title,
            "container-title": self.title if self.page else None,
            "issued": {"date-parts": [[int(part) for part in self.date.split("-")]]},
            "version": self.edition,
            "URL": self.address,
        }
        return {name: value for name, value in item.items() if value}

    @property
    def ris(self):
        """A record for reference managers."""
        return ris_of(self.csl)

    def as_style(self, style):
        """The citation in one of STYLES; in "csl-json" it is an item, not a text."""
        return {"bibtex": self.bibtex, "ris": self.ris, "csl-json": self.csl, "plain": self.plain}[style]


def citation(root, *, page=None, address=None, part="page"):
    """The citation of the book in a folder, or of one part of it.

    Parameters
    ----------
    root : the folder of `CITATION.cff` (a path); of a clone, the commit is known too
    page : title of the page; the whole book if None
    address : of the page on the web, if it is known
    part : a key of PARTS

    Raises
    ------
    FileNotFoundError
        If there is no `CITATION.cff`.
    ValueError
        If it does not say what a citation needs.

    Examples
    --------
    >>> from datagravity.paths import ROOT
    >>> citation(ROOT, page="Data gravity").ris.splitlines()[0]
    'TY  - CHAP'
    """
    said = _said(root / FILE)
    names = [_name(author) for author in said["authors"]]
    commit, date = commit_of(root) or (None, str(said["date-released"]))
    page = plain(page) if page else None
    return Citation(said["title"], tuple(names), str(said["version"]), date, commit, page, address, part)


def _said(path):
    """What a CITATION.cff says, with everything that is needed in it."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name}: {error}, expected YAML") from None
    said = {} if said is None else said
    missing = [name for name in NEEDED if not said.get(name)] if isinstance(said, dict) else NEEDED
    if missing:
        raise ValueError(f"{path.name}: without {', '.join(missing)}, expected {', '.join(NEEDED)}")
    authors = said["authors"]
    if not isinstance(authors, list) or not all(isinstance(one, dict) and _name(one) for one in authors):
        raise ValueError(f"{path.name}, authors: {authors!r}, expected a list with a name or family-names each")
    return said


def _name(author):
    return author.get("name") or " ".join(filter(None, (author.get("given-names"), author.get("family-names"))))


def commit_of(root):
    """The last commit that changed what pages are made from, and its date; None where git knows none.

    Parameters
    ----------
    root : the top folder of a clone (a path)
    """
    if (root / COMMIT).is_file():
        said = (root / COMMIT).read_text(encoding="utf-8")
        return tuple(said.rsplit(" ", 1)) if said else None
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


def latex(text):
    """A text as a field of BibTeX writes it.

    Examples
    --------
    >>> latex("Reuse & 50 % of G_d")
    'Reuse \\\\& 50 \\\\% of G\\\\_d'
    """
    return "".join(_LATEX.get(sign, sign) for sign in text)


def _in_braces(address):
    """An address between braces: as it is, but for braces that do not pair."""
    depth = 0
    for sign in address:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            break
    return address.replace("{", "%7B").replace("}", "%7D") if depth else address


def ris_of(item):
    """A CSL item as a record of RIS."""
    lines = [("TY", RIS_TYPES.get(item["type"], "GEN"))]
    lines += [("AU", author.get("literal") or _inverted(author)) for author in item.get("author", [])]
    date = [f"{part:02d}" for part in item.get("issued", {"date-parts": [[]]})["date-parts"][0]]
    told = {tag: item[name] for tag, name in _RIS.items() if name in item}
    told |= {"PY": date[0]} if date else {}
    told |= {"DA": "/".join(date)} if len(date) == 3 else {}
    order = ("TI", "T2", "PY", "DA", "ET", "PB", "VL", "IS", "SP", "DO", "UR")
    lines += [(tag, told[tag]) for tag in order if tag in told]
    return "\n".join(f"{tag}  - {value}" for tag, value in [*lines, ("ER", "")])


def plain_of(item):
    """A CSL item as a sentence for a list of references."""
    names = [author.get("literal") or _straight(author) for author in item.get("author", [])]
    year = item["issued"]["date-parts"][0][0] if "issued" in item else "no date"
    venue = item.get("container-title") or item.get("publisher")
    end = f"https://doi.org/{item['DOI']}" if "DOI" in item else item.get("URL")
    before = f"{', '.join(names)} " if names else ""
    after = "".join(f" {text}" for text in (f"{venue}." if venue else None, end) if text)
    return f'{before}({year}). "{item["title"]}".{after}'


def _inverted(author):
    return ", ".join(filter(None, (author.get("family"), author.get("given"))))


def _straight(author):
    return " ".join(filter(None, (author.get("given"), author.get("family"))))


def work(key):
    """A work of the bibliography as a CSL item.

    Parameters
    ----------
    key : of the bibliography

    Raises
    ------
    ValueError
        If the bibliography has no such key.

    Examples
    --------
    >>> work("horowitz2014")["type"]
    'paper-conference'
    """
    from pybtex.database import parse_string
    from pybtex.richtext import Text

    from datagravity import sources

    entry = parse_string(sources.bibtex(key), "bibtex").entries[key]
    row = sources.bibliography().set_index("key").loc[key]
    fields = {name: str(Text.from_latex(value)) for name, value in entry.fields.items()}
    year = re.match(r"\d{4}", fields.get("year", ""))
    kind = CSL_TYPES.get(entry.type, "document")
    if kind == "document" and fields.get("howpublished", "").startswith("GitHub"):
        kind = "software"
    elif kind == "document" and row.notna()["url"]:
        kind = "article" if "arxiv.org" in row["url"] else "webpage"
    in_venue = {"article-journal": "journal", "paper-conference": "booktitle", "chapter": "booktitle"}.get(kind)
    publisher = next((fields[name] for name in ("publisher", "institution", "school") if name in fields), None)
    item = {
        "id": key,
        "type": kind,
        "author": [_person(person) for person in entry.persons.get("author", [])],
        "title": fields["title"],
        "container-title": fields.get(in_venue),
        "publisher": publisher,
        "issued": {"date-parts": [[int(year[0])]]} if year else None,
        "volume": fields.get("volume"),
        "issue": fields.get("number"),
        "page": fields.get("pages"),
        "DOI": entry.fields.get("doi"),
        "URL": row["url"] if row.notna()["url"] else None,
        "note": fields.get("note"),
    }
    return {name: value for name, value in item.items() if value}


def _person(person):
    """A person of pybtex as a name of CSL: a name in braces is one that has no parts."""
    family = " ".join(map(str, person.rich_prelast_names + person.rich_last_names))
    given = " ".join(map(str, person.rich_first_names + person.rich_middle_names))
    return {"family": family, "given": given} if given else {"literal": family}


def work_as(key, style):
    """A work of the bibliography in one of STYLES; in "csl-json" it is an item, not a text."""
    from datagravity import sources

    if style == "bibtex":
        return sources.bibtex(key)
    item = work(key)
    return item if style == "csl-json" else {"ris": ris_of, "plain": plain_of}[style](item)
