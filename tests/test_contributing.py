"""The example of CONTRIBUTING: two lines that a reader adds, and where they show."""

import re
import shutil

import pytest

from conftest import ROOT
from datagravity import headlines, load, paths
from datagravity.charts.processors import disjunction_constants_by_memory
from datagravity.processors import disjunction_constants, measured_off_chip
from test_chapters import cells
from test_charts_processors import drawn_points
from test_headlines import computing

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LINES = re.findall(r"^ +(P9\d\d,.*)$", TEXT, re.MULTILINE)
SOURCE = re.search(r"`(mychip2027,[^`]*)`", TEXT).group(1)
PAIR = ("P902", "P901")
ENTRY = "@misc{mychip2027,\n  author = {Somebody},\n  title = {My chip},\n  year = {2027}\n}\n"


def add_example(data, references):
    """Write the example into a folder of tables and a bibliography, as CONTRIBUTING says."""
    for name, lines in [("energy.csv", LINES), ("sources.csv", [SOURCE])]:
        with (data / name).open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    with references.open("a", encoding="utf-8") as file:
        file.write(f"\n{ENTRY}")


@pytest.fixture
def with_example(tmp_path, monkeypatch):
    """The book's tables and bibliography with the example in them, as a reader would leave them."""
    if set(PAIR) & set(load("energy")["id"]):
        pytest.skip("these tables have the example in them already")
    shutil.copytree(paths.DATA, tmp_path / "data")
    references = shutil.copyfile(paths.REFERENCES, tmp_path / "references.bib")
    add_example(tmp_path / "data", references)
    monkeypatch.setattr(paths, "DATA", tmp_path / "data")
    monkeypatch.setattr(paths, "REFERENCES", references)


def test_the_example_is_a_pair_of_lines():
    assert [line.split(",")[0] for line in LINES] == sorted(PAIR)


def test_the_example_is_valid(request):
    before = len(load("energy"))
    request.getfixturevalue("with_example")
    assert len(load("energy")) == before + 2


@pytest.mark.usefixtures("with_example")
@pytest.mark.slow
def test_the_example_is_a_point_of_the_chart():
    chart = disjunction_constants_by_memory().to_dict()
    low, _, high = drawn_points(chart, operation="FP16 tensor MAC")[PAIR]
    assert (low, high) == pytest.approx((64 * 610 / 64 / 0.9, 64 * 655 / 64 / 0.8))
    assert PAIR in drawn_points(chart, operation="all operations")
    assert PAIR not in drawn_points(chart, operation="all operations", show_grey=False)


@pytest.mark.slow
def test_the_example_is_in_a_sentence_of_the_chapter(request):
    before = headlines.of("processors")
    request.getfixturevalue("with_example")
    after = headlines.of("processors")
    for name in ("measured_count", "measured_sources"):
        assert after[name].value == before[name].value + 1
        assert f"{{glue:text}}`{name}`" in (ROOT / "book" / "processors.md").read_text(encoding="utf-8")
    found = measured_off_chip().set_index(["transport_row", "compute_row"]).loc[PAIR]
    assert after["measured_high"].value == pytest.approx(found["gd_matched_high"])
    assert after["measured_high"].value > before["measured_high"].value
    assert after["reviewed_count"] == before["reviewed_count"], "nobody reviewed the example"


@pytest.mark.slow
@pytest.mark.usefixtures("with_example")
def test_the_chapter_runs_with_the_example():
    names = {}
    for source in cells("processors", "code", hidden=False):
        exec(computing(source), names)
    assert PAIR in set(zip(names["measured"]["transport_row"], names["measured"]["compute_row"], strict=True))
    assert PAIR in set(disjunction_constants("FP16 tensor MAC").set_index(["transport_row", "compute_row"]).index)
