"""What the site is made of: a page, and a bill of materials in CycloneDX, of what it ships and what built it.

What the site ships of others has its licence beside it, in `_static/licences`. What builds it is each package of the
lock.
"""

import html
import importlib.metadata
import json
import re
from pathlib import Path
from typing import NamedTuple

import vl_convert

from datagravity import __version__, grid
from datagravity.site import data_pages

#: The page, the bill beside it, and where the texts of the licences are.
PAGE, BILL, LICENCES = "materials", "materials.cdx.json", "_static/licences"
TITLE = "What this site is made of"
#: The site's own texts of licences, which stand in no package.
OWN = Path(__file__).parent / "assets" / "licences"
_LOCKED = re.compile(r"^([\w.-]+)==([\w.!+-]+)[^\n]*\n((?:\s+--hash=sha256:[0-9a-f]{64}[^\n]*\n?)*)", re.M)


class Part(NamedTuple):
    """A part of others that the site ships.

    name : as its authors call it
    package : that brings it
    licence : an expression of SPDX
    text : name of its licence's file: of the folder OWN, or of its package if it starts with a slash
    version : None, where it is to be that of the package
    """

    name: str
    package: str
    licence: str
    text: str
    version: str | None = None


def shipped():
    """What the site ships of others: parts with their versions (a list)."""
    theme = importlib.metadata.distribution("pydata-sphinx-theme")
    versions = {}
    for name in ("bootstrap", "fontawesome"):
        notice = next(file for file in theme.files if file.name == f"{name}.js.LICENSE.txt")
        versions[name] = re.search(r"\d+\.\d+\.\d+", notice.read_text())[0]
    parts = [
        Part(
            "Vega and its interpreter", "vl-convert-python", "BSD-3-Clause", "vega.txt", vl_convert.get_vega_version()
        ),
        Part("vega-tooltip", "vl-convert-python", "BSD-3-Clause", "vega-tooltip.txt", "1.0.0"),
        Part("D3 modules of Vega", "vl-convert-python", "ISC", "d3.txt", vl_convert.get_vega_version()),
        Part("STIX Two Math", "ziamath", "OFL-1.1", "stix-two-math.txt"),
        Part("Sphinx Book Theme", "sphinx-book-theme", "BSD-3-Clause", "/LICENSE"),
        Part("PyData Sphinx Theme", "pydata-sphinx-theme", "BSD-3-Clause", "/LICENSE"),
        Part("Bootstrap", "pydata-sphinx-theme", "MIT", "bootstrap.txt", versions["bootstrap"]),
        Part(
            "Font Awesome Free",
            "pydata-sphinx-theme",
            "CC-BY-4.0 AND OFL-1.1 AND MIT",
            "font-awesome.txt",
            versions["fontawesome"],
        ),
        Part("Scripts and styles of Sphinx", "sphinx", "BSD-2-Clause", "/LICENSE.rst"),
        Part("Styles of Pygments", "pygments", "BSD-2-Clause", "/LICENSE"),
        Part("sphinx-design", "sphinx-design", "MIT", "/LICENSE"),
        Part("sphinx-togglebutton", "sphinx-togglebutton", "MIT", "/LICENSE"),
        Part("sphinx-copybutton and clipboard.js", "sphinx-copybutton", "MIT", "/LICENSE"),
        Part("sphinx-exercise", "sphinx-exercise", "MIT", "/LICENSE"),
        Part("sphinx-proof", "sphinx-proof", "MIT", "/LICENSE"),
        Part("MyST-NB", "myst-nb", "BSD-3-Clause", "/LICENSE"),
    ]
    return [part._replace(version=part.version or importlib.metadata.version(part.package)) for part in parts]


def file_of(part):
    """The name of the file with a part's licence, in the folder LICENCES."""
    return part.text if not part.text.startswith("/") else f"{part.package}.txt"


def text_of(part):
    """The text of a part's licence.

    Raises
    ------
    ValueError
        If its package has no such file.
    """
    if not part.text.startswith("/"):
        return (OWN / part.text).read_text(encoding="utf-8")
    files = importlib.metadata.distribution(part.package).files or []
    found = [file for file in files if f"/{file.name}" == part.text and ".dist-info/" in str(file)]
    if not found:
        raise ValueError(f"{part.package}: no file {part.text[1:]}, expected the licence of {part.name}")
    return found[0].read_text(encoding="utf-8")


def locked(text):
    """The packages of a lock: name, version and digests of each (a list of tuples).

    Examples
    --------
    >>> locked("numpy==2.4.6 \\\\\\n    --hash=sha256:" + "a" * 64 + "\\n    # via pandas\\n")[0][:2]
    ('numpy', '2.4.6')
    """
    return [(name, version, re.findall(r"[0-9a-f]{64}", hashes)) for name, version, hashes in _LOCKED.findall(text)]


def licence_of(name):
    """What a package says of its licence, in its own words; None if it is not installed here or says nothing."""
    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    if said.get("License-Expression"):
        return said["License-Expression"]
    classified = [
        line.rpartition(" :: ")[2] for line in said.get_all("Classifier", []) if line.startswith("License ::")
    ]
    first = (said.get("License") or "").strip().splitlines()[:1]
    return ", ".join(classified) or (first[0] if first and len(first[0]) < 60 else None)


def bill(lock):
    """The bill of materials in CycloneDX 1.6, as Python values: the parts that are shipped, and the packages of a lock.

    Parameters
    ----------
    lock : the text of the lock
    """
    parts = [
        {
            "type": "library",
            "bom-ref": f"shipped:{part.name}",
            "name": part.name,
            "version": part.version,
            "scope": "required",
            "licenses": [{"expression": part.licence}],
        }
        for part in shipped()
    ]
    for name, version, hashes in locked(lock):
        address = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
        found = {"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address}
        found["scope"] = "excluded"  # it builds the site, and is no part of it
        if hashes:
            found["hashes"] = [{"alg": "SHA-256", "content": one} for one in hashes]
        if licence := licence_of(name):
            found["licenses"] = [{"license": {"name": licence}}]
        parts.append(found)
    about = {"type": "application", "bom-ref": "datagravity", "name": "datagravity", "version": __version__}
    about["licenses"] = [{"expression": "BSD-3-Clause AND CC-BY-4.0"}]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": about},
        "components": parts,
    }


def body(lock):
    """The HTML of the page."""
    parts = shipped()
    rows = [
        grid.Row([grid.Cell(text) for text in (part.name, part.version, part.licence, part.package)]) for part in parts
    ]
    names = {file_of(part): part.name for part in parts}
    texts = ", ".join(data_pages.link(f"{LICENCES}/{name}", words) for name, words in names.items())
    packages = [
        grid.Row([grid.Cell(name), grid.Cell(version), grid.Cell(licence or "not stated", "" if licence else "blank")])
        for name, version, licence in ((name, version, licence_of(name)) for name, version, _ in locked(lock))
    ]
    shown = grid.grid([grid.Column(word) for word in ("part", "version", "licence", "comes with")], rows)
    built = grid.grid(
        [grid.Column(word) for word in ("package", "version", "licence")],
        packages,
        caption="Packages that build the site",
        live=True,
    )
    return data_pages.section(
        PAGE,
        TITLE,
        "<p>The site asks nothing of another host, so it brings what its pages use. "
        f"{data_pages.link(BILL, 'The bill of materials')} says it in CycloneDX, with the digests of the lock.</p>"
        f"<h2>What it ships of others</h2>{shown}<p>The texts of the licences: {texts}.</p>"
        "<h2>What built it</h2><p>Each package of <code>requirements.lock</code>, under the licence that it states "
        f"itself; some are for other systems than the one that built this site.</p>{built}",
    )


def collect(app):
    """Write the bill and the licences, and yield the page for Sphinx to write."""
    lock = Path(app.srcdir).parent / "requirements.lock"
    if app.builder.format != "html" or not lock.exists():
        return
    out = Path(app.outdir)
    text = lock.read_text(encoding="utf-8")
    (out / BILL).write_text(json.dumps(bill(text), indent=1) + "\n", encoding="utf-8")
    (out / LICENCES).mkdir(parents=True, exist_ok=True)
    parts = shipped()
    for part in parts:
        (out / LICENCES / file_of(part)).write_text(text_of(part), encoding="utf-8")
    data_pages.feed(app, PAGE, TITLE, data_pages.document(TITLE, [part.name for part in parts]))
    yield PAGE, {"title": html.escape(TITLE), "body": body(text)}, "page.html"
