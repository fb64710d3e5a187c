"""A thousand damaged data files: each one is a named error or a correct load."""

import csv
import io
import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagravity.evidence import TableError, load
from editing import SMALL, is_loaded

# Two tables are enough, and quick: text, numbers with blanks, closed lists, patterns and a foreign key.
KEPT = ("sources", "claims")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A data package of the tables `sources` and `claims`, and the text of the second."""
    folder = shutil.copytree(SMALL, tmp_path_factory.mktemp("malformed") / "data")
    description = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    kept = [resource for resource in description["resources"] if resource["name"] in KEPT]
    (folder / "datapackage.json").write_text(json.dumps(description | {"resources": kept}), encoding="utf-8")
    return folder, (folder / "claims.csv").read_text(encoding="utf-8")


PIECES = st.one_of(
    st.sampled_from(['"', ",", "\n", "\r\n", "\0", "\ufeff", ";", "nan", "inf", "-1e999", "NA", " ", "\t", "'", "1_0"]),
    st.text(max_size=6),
)


def damaged(text, draw):
    """The text after one to three accidents: a piece removed, inserted, repeated, or a line dropped or swapped."""
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["remove", "insert", "repeat", "drop line", "swap lines", "truncate"]))
        if not text:
            break
        place = draw(st.integers(0, len(text) - 1))
        if kind == "remove":
            text = text[:place] + text[place + draw(st.integers(1, 40)) :]
        elif kind == "insert":
            text = text[:place] + draw(PIECES) + text[place:]
        elif kind == "repeat":
            text = text[:place] + text[place : place + draw(st.integers(1, 300))] + text[place:]
        elif kind == "truncate":
            text = text[:place]
        else:
            lines = text.split("\n")
            one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
            if kind == "drop line":
                del lines[one]
            else:
                lines[one], lines[other] = lines[other], lines[one]
            text = "\n".join(lines)
    return text


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.slow
def test_a_damaged_table_is_a_named_error_or_a_correct_load(package, data):
    folder, original = package
    text = damaged(original, data.draw)
    (folder / "claims.csv").write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
    problems = []
    try:
        frame = load("claims", directory=folder, references=folder / "references.bib")
    except TableError as error:
        problems = error.problems
        frame = None
    if frame is None:
        assert problems
        assert all(problem.file == "data/claims.csv" and problem.expected for problem in problems)
        return
    # What loads is what stands in the file: every record, every cell.
    records = [record for record in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) if record]
    header, rows = records[0], records[1:]
    assert len(frame) == len(rows)
    for row, (_, loaded) in zip(rows, frame.iterrows(), strict=True):
        for name, cell in zip(header, row, strict=True):
            assert is_loaded(cell, loaded[name])
