"""The bibliography as a table: `book/references.bib` is the only home of citations."""

import difflib
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from string import ascii_lowercase
from urllib.parse import quote

import pandas as pd

from datagravity import checks, paths
from datagravity.reads import BIBLIOGRAPHY, file_digest, record

#: The fields that say where a source appeared; the first one present is its venue.
VENUE_FIELDS = ("journal", "booktitle", "publisher", "institution", "howpublished")
#: Where a tooltip or a source line leads: the entry of a source on the page of references.
REFERENCES_PAGE = "references.html"
#: The folder of the pages that show the tables of the data.
DATA_PAGES = "data"
#: What a link may lead to: a page of the site, or another host by these schemes. No script.
SAFE_ADDRESS = re.compile(r"(https?://|(\.\./)*[\w.-]+(/[\w.-]+)*\.(html|csv|json|zip)(#|$)|#)")
#: What the key of an entry looks like: it stands in addresses.
KEY = re.compile(r"[a-z][a-z0-9_]*")
#: What fields that become links look like: another host by http or https, a DOI, a preprint.
LINKS = {
    "url": re.compile(r"https?://[^\s\"<>{}|^`]+"),
    "doi": re.compile(r"10\.\d{4,9}/[^\s\"<>{}|^`]+"),
    "eprint": re.compile(r"[\w.-]+(/\w+)?", re.ASCII),
}
# A command of LaTeX that makes a link, and what it leads to.
_LATEX_LINK = re.compile(r"\\(?:url|href)\s*(?:\{([^{}]*)\})?")
# Letters, digits, and the punctuation that means itself in LaTeX: one blank, apostrophe or hyphen at a time.
_WITHOUT_LATEX = re.compile(r"(?:[^\W_]|[.,:;()?!+/{}]| (?! )|'(?!')|-(?!-))*")
_NO_BRACES = str.maketrans("", "", "{}")


def bibliography(path=None):
    """Every entry of the bibliography, one row each, sorted by key.

    Parameters
    ----------
    path : the .bib file; the book's own if None

    Returns
    -------
    pandas.DataFrame with the columns key, type, author, short_name, title, year, venue, doi, url: plain text without
    LaTeX, `year` as a nullable integer, blanks as missing values. `short_name` is what a table or a tooltip prints.

    Raises
    ------
    ValueError
        If the file cannot be read as BibTeX, an entry has no title, a key is no key, or a link is none that may stand
        on a page: https, http or a DOI.
    """
    record(BIBLIOGRAPHY, path)
    return entries_of(path or paths.REFERENCES).copy()


def entries_of(path):
    """As `bibliography`, for those who only check the file: no record of a read, and a frame that all share."""
    return _entries(_file(path))


def _file(path):
    digest = file_digest(path)
    if digest is None:
        raise FileNotFoundError(f"{path.name}: expected a file that can be read")
    return _File(path, path.name, digest)


@dataclass(frozen=True)
class _File:
    """A bibliography, which is its name and its content wherever it lies: a copy is not parsed again."""

    path: Path = field(compare=False)
    name: str
    digest: bytes


@lru_cache(maxsize=8)
def _entries(file):
    path = file.path
    from pybtex.database import parse_file
    from pybtex.exceptions import PybtexError

    try:
        entries = parse_file(str(path), bib_format="bibtex").entries
    except (PybtexError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name}: {error}; expected BibTeX, each key once") from error
    untitled = [key for key, entry in entries.items() if not entry.fields.get("title")]
    if untitled:
        raise ValueError(f"{path.name}: no title in {', '.join(untitled)}; expected one in every entry")
    wrong = [problem for key, entry in entries.items() for problem in _refused(key, entry)]
    if wrong:
        raise ValueError(f"{path.name}: {'; '.join(wrong)}")
    rows = [_row(key, entry) for key, entry in sorted(entries.items())]
    names = told_apart([(row["short_name"], bool(row["year"])) for row in rows])
    rows = [row | {"short_name": name} for row, name in zip(rows, names, strict=True)]
    columns = ["key", "type", "author", "short_name", "title", "year", "venue", "doi", "url"]
    return pd.DataFrame(rows, columns=columns).astype("string").astype({"year": "Int64"})


def _refused(key, entry):
    """What of an entry may not stand on a page, each in words."""
    if not KEY.fullmatch(key):
        yield f"key {key!r}, expected one of the form {KEY.pattern}"
    for name, text in entry.fields.items():
        place = f"{name} of {key}"
        if name.lower() in LINKS and not LINKS[name.lower()].fullmatch(text.replace("\\", "")):
            yield f"{place}: {text!r}, expected the form {LINKS[name.lower()].pattern}"
        if (letter := checks.hidden(text)) is not None:
            yield f"{place}: the character U+{ord(letter):04X}, expected text that a reader sees"
        for address in _LATEX_LINK.findall(text):
            if not LINKS["url"].fullmatch(address):
                yield f"{place}: a link to {address!r}, expected an address with https or http"


def bibtex(key, path=None):
    """One entry of the bibliography as BibTeX text, as the file writes it.

    Raises
    ------
    ValueError
        If the bibliography has no such key; the message names the nearest ones.
    """
    keys = list(bibliography(path)["key"])
    path = path or paths.REFERENCES
    if key not in keys:
        near = difflib.get_close_matches(key, keys, n=3, cutoff=0.4)
        hint = f"perhaps {' or '.join(near)}" if near else f"one of the {len(keys)} keys of {path.name}"
        raise ValueError(f"key: {key!r}, expected {hint}")
    # The file keeps one form: an entry starts at the margin and ends with a brace at the margin.
    return re.search(rf"^@\w+\{{{re.escape(key)},.*?^\}}", path.read_text(encoding="utf-8"), re.M | re.S)[0]


def short_name(key):
    """First author and year of one source of the book's bibliography; ValueError if there is no such key."""
    record(BIBLIOGRAPHY)
    names = _short_names(_file(paths.REFERENCES))
    if key not in names:
        raise ValueError(f"source: {key!r}, expected a key of {paths.REFERENCES.name}")
    return names[key]


@lru_cache(maxsize=8)
def _short_names(file):
    return _entries(file).set_index("key")["short_name"].to_dict()


def reference_link(source_key):
    """The address of a source's entry, relative to a page of the book (for `href` channels and source lines)."""
    # The page's own form of an identifier has no underscore.
    return f"{REFERENCES_PAGE}#{quote(source_key.replace('_', '-'))}"


def row_link(table, *key):
    """The address of a row on the page of its table, relative to a page of the book.

    Parameters
    ----------
    table : a name of `datagravity.tables()`
    key : what the columns of the table's key hold in the row; one text for most tables

    Examples
    --------
    >>> row_link("energy", "P156")
    'data/energy.html#P156'
    """
    return f"{DATA_PAGES}/{table}.html#{row_anchor(*key)}"


def row_anchor(*key):
    """The anchor of a row on the page of its table, from what the columns of its key hold.

    Examples
    --------
    >>> row_anchor("matmul naive", 32, "one place")
    'matmul-naive_32_one-place'
    """
    # Scripts take an anchor for a selector: no points.
    return "_".join(re.sub(r"[^\w-]+", "-", str(part)) for part in key)


def _row(key, entry):
    fields = entry.fields
    authors = [_plain(str(person)) for person in entry.persons.get("author", [])]
    venue = next((fields[name] for name in VENUE_FIELDS if name in fields), None)
    return {
        "key": key,
        "type": entry.type,
        "author": "; ".join(authors) or None,
        "short_name": short_name_of(entry),
        "title": _plain(fields["title"]),
        "year": fields.get("year"),
        "venue": _plain(venue) if venue else None,
        "doi": fields.get("doi"),
        "url": address_of(entry),
    }


def told_apart(names):
    """Names of works, those of one author and year told apart by a letter.

    Parameters
    ----------
    names : list of pairs: the name, and whether it ends with a year

    Examples
    --------
    >>> told_apart([("Lee 2026", True), ("Bruck 2024", True), ("Lee 2026", True)])
    ['Lee 2026a', 'Bruck 2024', 'Lee 2026b']
    """
    counts = Counter(name for name, _ in names)
    letters = {name: iter(ascii_lowercase) for name, count in counts.items() if count > 1}
    ends = [next(letters[name], "") if name in letters else "" for name, _ in names]
    return [name + (end if dated or not end else f" {end}") for (name, dated), end in zip(names, ends, strict=True)]


def address_of(entry):
    """Where an entry of pybtex says its work is, beside a DOI: its URL, preprint or repository; None if nowhere."""
    fields = entry.fields
    if "url" in fields:
        return fields["url"]
    if "eprint" in fields:
        return f"https://arxiv.org/abs/{fields['eprint']}"
    # A repository is named by its owner and name, and the report of a model in the note.
    if repository := re.match(r"GitHub,? ([\w.-]+/[\w.-]*\w)", fields.get("howpublished", "").replace("\\", "")):
        return f"https://github.com/{repository[1]}"
    if preprint := re.search(r"arXiv:(\d{4}\.\d{4,5})", fields.get("note", "")):
        return f"https://arxiv.org/abs/{preprint[1]}"
    return None


def short_name_of(entry):
    """First author's surname and the year of an entry of pybtex, as one writes it in a sentence."""
    surnames = [_plain(" ".join([*p.prelast_names, *p.last_names])) for p in entry.persons.get("author", [])]
    if not surnames:
        return _plain(entry.fields.get("key") or entry.fields["title"])
    many = len(surnames) > 2 or surnames[-1] == "others"
    name = f"{surnames[0]} et al." if many else " and ".join(surnames)
    return f"{name} {entry.fields['year']}" if "year" in entry.fields else name


def _plain(text):
    """A field without LaTeX."""
    # Most fields are plain but for braces, and to decode LaTeX takes half a millisecond.
    if _WITHOUT_LATEX.fullmatch(text):
        return text.translate(_NO_BRACES)
    return _decoded(text)


def _decoded(text):
    # The backend is named here because looking it up as a plugin, once a field, takes seconds.
    from pybtex.backends.plaintext import Backend
    from pybtex.richtext import Text

    return Text.from_latex(text).render(Backend())
