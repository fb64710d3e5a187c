"""What a release says of itself in several files, each word from one place.

The version stands in `datagravity/__init__.py`, the day in the heading of `CHANGELOG.md`, and everything else that a
citation needs in `CITATION.cff`. From there `write` renews the files that repeat it, and writes `.zenodo.json`, the
record that Zenodo makes of a release.
"""

import json
import re
from pathlib import Path

import yaml

from datagravity import __version__, citations
from datagravity.site.renewing import renew

RECORD = ".zenodo.json"
#: File -> the text around the version in it.
VERSIONS = {
    citations.FILE: r"(?m)(?<=^version: ).+$",
    "_config.yml": r"(?<=Version )\d[\w.]*(?=\.</p>)",
    "data/datapackage.json": r'(?m)(?<=^  "version": ")[^"]+',
}
_DAY = r'(?m)(?<=^date-released: ")[^"]+'


def day(changelog, version):
    """The day of a version in the text of a changelog, as in "2026-12-01"; None while it is unreleased.

    Raises
    ------
    ValueError
        If no heading names the version with a day or as unreleased.
    """
    heading = re.search(rf"^## {re.escape(version)} \((unreleased|\d{{4}}-\d\d-\d\d)\)$", changelog, re.MULTILINE)
    if heading is None:
        raise ValueError(f"CHANGELOG.md: no heading '## {version} (unreleased)', or with a day instead, expected one")
    return None if heading[1] == "unreleased" else heading[1]


def record(citation):
    """What Zenodo is told of a release: its metadata for deposits, from the content of `CITATION.cff`."""
    code, text = citation["license"]
    identifiers = [one["value"] for work in citation["references"] for one in work["identifiers"]]
    return {
        "title": citation["title"],
        "upload_type": "software",
        "version": citation["version"],
        "description": f"{citation['abstract']} Code: {code}. Text and data: {text}.",
        "creators": [{"name": author["name"]} for author in citation["authors"]],
        "keywords": citation["keywords"],
        # Zenodo takes one licence; the description names both.
        "license": code,
        "related_identifiers": [
            {"identifier": identifier, "relation": "reviews", "resource_type": "publication-preprint"}
            for identifier in identifiers
        ],
    }


def texts(root):
    """The files that repeat what a release says, as they should be: name -> text."""
    root = Path(root)
    found = {}
    for name, pattern in VERSIONS.items():
        found[name], count = re.subn(pattern, __version__, (root / name).read_text(encoding="utf-8"))
        if count != 1:
            raise ValueError(f"{name}: {count} places for the version, expected one")
    if released := day((root / "CHANGELOG.md").read_text(encoding="utf-8"), __version__):
        found[citations.FILE] = re.sub(_DAY, released, found[citations.FILE])
    found[RECORD] = json.dumps(record(yaml.safe_load(found[citations.FILE])), indent=2, ensure_ascii=False) + "\n"
    return found


def write(root):
    """Renew these files in a checkout; returns name -> whether it changed."""
    return {name: renew(Path(root) / name, text) for name, text in texts(root).items()}
