"""Where the files live: the same tables serve a clone of the repository and an installed wheel."""

from contextlib import contextmanager
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent

# A wheel carries copies of `data` and of the bibliography beside the code; a clone has one copy at its top.
ROOT = PACKAGE if (PACKAGE / "data").is_dir() else PACKAGE.parents[1]
DATA = ROOT / "data"
REFERENCES = ROOT / "book" / "references.bib"


@contextmanager
def elsewhere(data, references):
    """While the context is open, the book's tables are those of another folder, for all threads of this process.

    Results that are remembered know which tables they read, and are computed anew where these differ.
    """
    global DATA, REFERENCES
    before = DATA, REFERENCES
    DATA, REFERENCES = data, references
    try:
        yield
    finally:
        DATA, REFERENCES = before
