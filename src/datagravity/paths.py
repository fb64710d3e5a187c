"""Where the files live: the same tables serve a clone of the repository and an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent

# A wheel carries copies of `data` and of the bibliography beside the code; a clone has one copy at its top.
ROOT = PACKAGE if (PACKAGE / "data").is_dir() else PACKAGE.parents[1]
DATA = ROOT / "data"
REFERENCES = ROOT / "book" / "references.bib"
