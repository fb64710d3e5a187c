"""A chip's rows in the book's tables: their keys, the lines that are added, and the tables with them in."""

import csv
import io
import re
from bisect import bisect
from contextlib import contextmanager
from typing import NamedTuple

from datagravity import citations, paths, sources
from datagravity.evidence import changing
from datagravity.naming import slug

_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/[^\s,;\"<>{}\\]+[^\s,;.\"<>{}\\])", re.I)
_URL = re.compile(r"https?://[^\s,;\"<>{}\\]+[^\s,;.\"<>{}\\)]")

#: How the title of a chip's entry ends, behind its name.
ENTERED = ": energies, as its owner entered them"


class Origin(NamedTuple):
    """A chip in the tables: its key and whether the bibliography has it already; year, DOI, address and words."""

    chip: str
    key: str
    known: bool
    year: str
    doi: str | None
    url: str | None
    words: str


def origin_of(chip, entries, *, own, taken=()):
    """Where the rows of one chip come from.

    Parameters
    ----------
    chip : its name
    entries : its entries, each with a row of the table of energies
    own : whether the chip has a key of its own even if the bibliography knows its source
    taken : keys of the other chips of the file
    """
    said = list(dict.fromkeys(entry.cells["source"] for entry in entries))
    books = sources.bibliography()
    known = {_known(text, books) for text in said}
    year = max(entry.energy["year"] for entry in entries)
    joined = "; ".join(said)
    doi, url = _DOI.search(joined), _URL.search(joined)
    key = _key(chip, year)
    if len(known) == 1 and None not in known:
        key = known.pop() if not own else free(key, [*books["key"], *taken])
        return Origin(chip, key, not own, year, None, None, joined)
    key = free(key, [*books["key"], *taken] if own else taken)
    return Origin(chip, key, False, year, doi and doi[1], None if doi else url and url[0], joined)


def known_source(text):
    """The key of the bibliography that a source names by key, DOI or address; None if it has none."""
    return _known(text, sources.bibliography())


def added_source(chip, texts):
    """The key of the entry that `add` wrote for a chip of these sources, which are words; None if there is none."""
    books = sources.bibliography()
    noted = [f"; {latex(text)}; " for text in texts]
    for key in books["key"][books["title"].str.endswith(ENTERED)]:
        title, note = (re.search(rf"(?m)^  {name} = \{{(.*)\}},?$", sources.bibtex(key)) for name in ("title", "note"))
        if title and note and title[1] == f"{{{_title(chip)}}}" and all(one in f"; {note[1]}; " for one in noted):
            return str(key)
    return None


def groups_of(origins):
    """Chip -> the group of its source: chips of one memo are one origin, under the key of the first of them."""
    first = {origin.words.casefold(): origin.key for origin in reversed(origins)}
    return {origin.chip: first[origin.words.casefold()] for origin in origins}


def _known(text, books):
    if text in set(books["key"]):
        return text
    if doi := _DOI.search(text):
        found = books[books["doi"].str.lower() == doi[1].lower()]
    elif url := _URL.search(text):
        addresses = books["url"].str.rstrip("/").fillna("")
        found = books[[bool(one) and (url[0].rstrip("/") + "/").startswith(f"{one}/") for one in addresses]]
    else:
        return None
    return str(found["key"].iloc[0]) if len(found) else None


def _key(name, year):
    """A key of the bibliography for a chip of this name."""
    return f"{slug(name, between='')[:40] or 'chip'}{year}"


def free(key, taken):
    """A key that is not taken: this one, or with the first letter behind it that makes it new."""
    taken = set(taken)
    return next(
        one for one in [key, *(f"{key}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")] if one not in taken
    )


def lines_of(entries, origins, ids):
    """The rows of the table of energies as lists of cells: with an id each from `ids`, and the key of their chip."""
    by_chip = {origin.chip: origin for origin in origins}
    rows = []
    for entry, name in zip(entries, ids, strict=True):
        origin = by_chip[entry.cells["chip"]]
        locator = entry.energy["locator"]
        if locator == "not stated":
            locator = entry.cells["source"] if entry.cells["source"] != origin.key else locator
        rows.append(list((entry.energy | {"id": name, "source": origin.key, "locator": locator}).values()))
    return rows


def with_rows(texts, entries, origins, *, groups=None):
    """The texts of the tables with a chip in them.

    Parameters
    ----------
    texts : of energy.csv, sources.csv and references.bib, in this order
    entries, origins : of the chip
    groups : chip -> the group of its source; its own key if None

    Returns
    -------
    (texts, ids): the three new texts, and the ids of the new rows
    """
    energy, listed, books = texts
    numbers = [int(number) for number in re.findall(r"(?m)^P(\d+),", energy)]
    ids = [f"P{max(numbers, default=0) + 1 + place:03d}" for place in range(len(entries))]
    energy = _appended(energy, [_line(row) for row in lines_of(entries, origins, ids)])
    for origin in origins:
        if origin.known:
            continue
        group = (groups or {}).get(origin.chip, origin.key)
        listed = _inserted(listed, _line([origin.key, "true", "read in the source", group, ""]), origin.key)
        books = _with_entry(books, origin)
    return (energy, listed, books), ids


def _line(cells):
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _end(text):
    return "\r\n" if "\r\n" in text else "\n"


def _appended(text, lines):
    end = _end(text)
    return (text if text.endswith("\n") or not text else text + end) + "".join(f"{line}{end}" for line in lines)


def _inserted(text, line, key):
    """A line at its place in a table that is sorted by its first column."""
    end = _end(text)
    header, *rows = (text if text.endswith("\n") else text + end).splitlines(keepends=True)
    keys = [row.split(",", 1)[0] for row in rows]
    place = bisect(keys, key) if keys == sorted(keys) else len(rows)
    return "".join([header, *rows[:place], line + end, *rows[place:]])


def _with_entry(text, origin):
    """A bibliography with the entry of a chip, before the first key that follows its own."""
    end = _end(text)
    entry = bibtex_of(origin).replace("\n", end)
    places = [(found[1], found.start()) for found in re.finditer(r"^@\w+\{([^,\s]+),", text, re.M)]
    after = [start for key, start in places if key > origin.key]
    if after and [key for key, _ in places] == sorted(key for key, _ in places):
        return f"{text[: after[0]]}{entry}{end}{end}{text[after[0] :]}"
    return f"{text.rstrip()}{end}{end}{entry}{end}"


def bibtex_of(origin):
    """The entry of the bibliography of a chip."""
    parts = [
        ("key", latex(origin.chip)),
        ("title", f"{{{_title(origin.chip)}}}"),
        ("year", origin.year),
        ("doi", origin.doi),
        ("url", origin.url),
        ("note", latex(origin.words)),
    ]
    fields_ = ",\n".join(f"  {name} = {{{value}}}" for name, value in parts if value)
    return f"@misc{{{origin.key},\n{fields_}\n}}"


def _title(chip):
    return f"{latex(chip)}{ENTERED}"


def latex(text):
    """Text of anybody's as LaTeX text. BibTeX counts even escaped braces, so that they become parentheses."""
    return citations.latex(text.replace("{", "(").replace("}", ")"))


def folder_with(contents):
    """As `changing.folder_with`, with other contents of `files_of`."""
    *tables, references = contents
    names = [file.name for file in files_of(paths.DATA, paths.REFERENCES)]
    return changing.folder_with(dict(zip(names, tables, strict=False)), references)


@contextmanager
def standing_in(entries, origins, *, groups=None):
    """The book's tables with a chip in them, for as long as the context is open, in this process. Yields the new ids.

    Every function of the package then reads these tables.
    """
    texts, ids = with_rows(read_texts(files_of(paths.DATA, paths.REFERENCES)), entries, origins, groups=groups)
    with folder_with([text.encode() for text in texts]) as found, paths.elsewhere(*found):
        yield ids


def files_of(data, references):
    """The files that a chip changes, in the order of `with_rows`."""
    return [data / "energy.csv", data / "sources.csv", references]


def read_texts(files):
    """The texts of files with the ends of their lines as they are; a byte order mark is dropped."""
    return [file.read_bytes().decode("utf-8-sig") for file in files]
