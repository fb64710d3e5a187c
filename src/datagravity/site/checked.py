"""The page that says how the book is checked: written from the files of tests, and from records of what takes long.

Two records are committed beside what writes them: what the book was put through (`make torture`), and how fast it is
beside its peers (`make benchmark`). Each names its day, its commit and its machine.
"""

import ast
import hashlib
import json
import os
import platform
from collections import Counter
from datetime import date
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

from datagravity import citations
from datagravity.evidence import files, package
from datagravity.site.renewing import list_table, renew

#: The page; what stands before its first section is written by hand.
PAGE = "checks.md"
#: What `make torture` and `make benchmark` left, in the folder of the book.
TORTURE, BENCHMARK = "tests/torture/record.json", "benchmarks/record.json"

#: Of what the page states digests -> a word that stands for the digest until all is there.
DIGESTED = {"the tables": "digest-of-tables", "the results": "digest-of-results", "the site": "digest-of-site"}


def guarded(folder):
    """What each file of tests guards: pairs of its name and the first sentences of its docstring.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the tests.

    Raises
    ------
    ValueError
        If a file does not say what it guards.
    """
    found = []
    for path in sorted(folder.glob("test_*.py")):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if not said:
            raise ValueError(f"{path.name}: no docstring, expected what it guards, in a sentence")
        found.append((path.name, " ".join(said.split("\n\n")[0].split())))
    return found


def record(path):
    """A record (path of a file) as a dict; None if there is none yet."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def run_of(root):
    """What a record says of the run that is on: its day, the commit of the book in the folder `root`, the machine."""
    system = f"{platform.system()}, {platform.machine()}, Python {platform.python_version()}"
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    commit = (citations.commit_of(root) or ("unknown",))[0]
    return {"date": f"{date.today()}", "commit": commit, "machine": f"{os.cpu_count()} cores, {system}{load}"}


def write_record(path, found):
    """Write a record to a file."""
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def page(root):
    """The text of the page of the book in the folder `root`."""
    intro = (root / "book" / PAGE).read_text(encoding="utf-8").partition("\n## ")[0].rstrip()
    sections = [_torture(record(root / TORTURE)), _benchmark(record(root / BENCHMARK)), _guards(root / "tests")]
    return "\n\n".join([intro, *sections]) + "\n"


def write_page(root):
    """Write the page of the book in the folder `root`. Returns True if the file changed."""
    return renew(root / "book" / PAGE, page(root))


def _torture(found):
    lines = ["## What the book was put through\n", "To repeat it: `make torture`, an hour on two cores.\n"]
    if not found:
        return "\n".join([*lines, "No run is on record."])
    if "count" in found:
        tests = found["count"]
        lines += [
            f"At commit `{tests['commit']}` the suite had {tests['tests']:,} tests. Of these, "
            f"{tests['properties']:,} state a property, and each run tries them on up to "
            f"{tests['inputs']:,} inputs drawn at random.\n"
        ]
    rows = [
        (line["part"], line["what"], f"{line['tries']:,}", f"{line['held']:,}", f"{run['date']}, `{run['commit']}`")
        for run in found.values()
        for line in run.get("lines", [])
    ]
    table = list_table(("Part", "What was done", "Tries", "Survived", "Run"), rows, "14 42 10 12 22")
    return "\n".join([*lines, table])


def _benchmark(found):
    lines = ["## How fast it is, beside its peers\n", "To repeat it: `make benchmark`. Lines are ratios of one run.\n"]
    for part, run in (found or {}).items():
        rows = [(line["what"], line["found"], line["aim"], "yes" if line["met"] else "no") for line in run["lines"]]
        lines += [
            f"### {part}\n",
            _run(run) + "\n",
            list_table(("What", "Found", "Aim", "Met"), rows, "52 20 18 10") + "\n",
        ]
    return "\n".join(lines if found else [*lines, "No run is on record."]).rstrip()


def _guards(folder):
    intro = "To repeat one: `.venv/bin/python -m pytest tests/NAME`. To repeat all: `make test`.\n"
    rows = [(f"`{name}`", said) for name, said in guarded(folder)]
    return f"## What each file of tests guards\n\n{intro}\n" + list_table(
        ("File in `tests/`", "What it guards"), rows, "34 66"
    )


class Sources(SphinxDirective):
    """A table for the page: how the sources were read, and how many rows of the tables rest on each kind."""

    def run(self):
        """The nodes of the table."""
        folder = Path(self.env.srcdir).parent / "data"
        rows = [(kind, f"{sources:,}", f"{resting:,}") for kind, sources, resting in read_how(folder)]
        return self.parse_text_to_nodes(
            list_table(("How it was read", "Sources", "Rows that name one"), rows, "50 20 30")
        )


def read_how(folder):
    """How the sources of a data package were read: triples of the kind, its sources and the rows that name one of them.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the data package.
    """
    tables = {resource["name"]: resource for resource in package.read(folder)["resources"]}
    kinds = {row["key"]: row["checked"] for row in files.read(folder, tables["sources"])[0].rows}
    resting = Counter()
    for resource in tables.values():
        keys = resource["schema"].get("foreignKeys", [])
        columns = [key["fields"][0] for key in keys if key["reference"]["resource"] == "sources"]
        if resource["name"] != "sources":
            for row in files.read(folder, resource)[0].rows:
                resting.update({kinds[row[column]] for column in columns if row[column] in kinds})
    return [(kind, count, resting[kind]) for kind, count in Counter(kinds.values()).most_common()]


class Digests(SphinxDirective):
    """A table for the page: digests of what the book rests on and gives, which `stamp` writes when all is there."""

    def run(self):
        """The nodes of the table."""
        rows = [(what, f"`{word}`") for what, word in DIGESTED.items()]
        return self.parse_text_to_nodes(list_table(("Of what", "SHA-256"), rows, "24 76"))


def stamp(root, html):
    """Write the digests into the page, when every other file of the site is there.

    Parameters
    ----------
    root : pathlib.Path
        The folder of the book.
    html : pathlib.Path
        The folder of its site.

    Raises
    ------
    ValueError
        If the page has no place for one of them.
    """
    own = html / Path(PAGE).with_suffix(".html")
    if not own.exists():
        return
    text = own.read_text(encoding="utf-8")
    for word, digest in zip(DIGESTED.values(), digests(root, html), strict=True):
        if word not in text:
            raise ValueError(f"{own.name}: no {word}, expected it where the digest is to stand")
        text = text.replace(word, digest)
    own.write_text(text, encoding="utf-8")


def digests(root, html):
    """SHA-256 of the tables, of the results, and of the site without the page: hexadecimal digits, in this order.

    That of several files is of the lines that `sha256sum` prints of them, in the order of their names.
    """
    own = html / Path(PAGE).with_suffix(".html")
    tables = [path for path in (root / "data").iterdir() if path.is_file()]
    site = [path for path in html.rglob("*") if path.is_file() and path != own]
    return _of_lines(root, tables), _sha256(root / "book" / "results.json"), _of_lines(html, site)


def _of_lines(folder, paths):
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return hashlib.sha256("".join(f"{_sha256(names[name])}  {name}\n" for name in sorted(names)).encode()).hexdigest()


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def setup(app):
    """Register the tables with Sphinx."""
    app.add_directive("sources-read", Sources)
    app.add_directive("digests", Digests)


def _run(found):
    return f"On record is the run of {found['date']} at commit `{found['commit']}`, on {found['machine']}."
