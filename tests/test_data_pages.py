"""The pages of the data, without building them: every table and row, addresses, downloads, hostile values."""

import csv
import io
import json
import re
import shutil
import zipfile

import pytest

from conftest import ROOT
from datagravity import catalogue, grid, tables
from datagravity.evidence import files
from datagravity.site import data_pages
from datagravity.sources import row_anchor, row_link
from editing import SMALL


@pytest.fixture(scope="module")
def data():
    return data_pages.Data(ROOT / "data", ROOT / "book" / "references.bib")


@pytest.fixture
def own(tmp_path):
    """A package of two tables whose cells are hostile, and its bibliography."""
    folder = shutil.copytree(SMALL, tmp_path / "data")
    return folder


def page(data, name):
    return data_pages.TablePage(data, next(each for each in data.resources if each["name"] == name))


@pytest.mark.slow
def test_every_table_has_a_page_and_every_row_an_anchor_of_its_own(data):
    assert [page.name for page in (data_pages.TablePage(data, each) for each in data.resources)] == tables()
    for name in tables():
        rows = list(csv.DictReader((ROOT / "data" / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
        anchors = data.anchors[name]
        assert len(anchors) == len(set(anchors)) == len(data.tables[name].rows)
        assert len(rows) == len(anchors), name
        assert all(re.fullmatch(r"[\w.-]+", anchor) for anchor in anchors)
    assert row_link("energy", "P156") == "data/energy.html#P156"
    first = data.tables["program_counts"].rows[0]
    key = [first[column] for column in ("kernel", "size", "seed", "partition", "owner", "places")]
    assert data.anchors["program_counts"][0] == row_anchor(*key)


@pytest.mark.slow
def test_the_columns_that_stand_side_by_side_are_columns(data):
    for name, beside in catalogue.BESIDE.items():
        fields = [field["name"] for field in page(data, name).resource["schema"]["fields"]]
        assert set(beside) <= set(fields), name
        assert len(beside) == grid.SIDE_BY_SIDE


@pytest.mark.parametrize("name", ["energy", "series", "program_misses"])
def test_a_page_or_its_script_has_every_row(data, name):
    shown = page(data, name)
    body = shown.body()
    ids = re.findall(r'<tr id="([^"]+)"', body)
    if shown.is_long:
        rest = json.loads(shown.rest().removeprefix("window.dgRest = ").rstrip(";\n"))
        assert len(ids) == data_pages.FIRST
        ids += [anchor for anchor, *_ in rest]
        last = data.tables[name].rows[-1]
        assert rest[-1][1:] == [last[field["name"]] for field in shown.fields]
    assert ids == data.anchors[name]
    assert body.count("<h1>") == 1


def test_a_cell_leads_where_its_key_says(data):
    body = page(data, "energy").table()
    row = re.search(r'<tr id="P156">(.*?)</tr>', body)[1]
    assert '<th scope="row"><a href="#P156">P156</a></th>' in row
    assert 'href="../references.html#antepara2025">Antepara' in row
    assert 'data-value="14.72"' in row
    ratios = page(data, "published_ratios").table()
    assert re.search(r'href="energy\.html#P\d+">P\d+</a>', ratios)
    claim = page(data, "related_claims").table()
    assert re.search(r'href="related_papers\.html#R\d{3}">R\d{3}</a>', claim)


@pytest.mark.slow
def test_downloads_equal_the_data(data):
    for name in ("energy", "program_measurements"):
        shown = json.loads(page(data, name).json())
        table = data.tables[name]
        assert [list(row) for row in shown] == [list(row) for row in table.rows]
        for row, values in zip(shown, table.values, strict=True):
            assert row == values
    with zipfile.ZipFile(io.BytesIO(data_pages.archive(data))) as archive:
        names = {f"{each}.csv" for each in tables()} | {"datapackage.json", "README.md"}
        assert {name.rpartition("/")[2] for name in archive.namelist()} == names
        for name in archive.namelist():
            assert archive.read(name) == (ROOT / "data" / name.rpartition("/")[2]).read_bytes()
    assert data_pages.archive(data) == data_pages.archive(data), "the same bytes each time"


HOSTILE = [
    "</script><script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_text(value):
    cells = [grid.Cell(value, href=value), grid.cell("text", value), grid.cell("id", value, table="energy")]
    columns = [grid.Column(value, True, value)] * 3
    text = grid.grid(columns, [grid.Row(cells, value)] * 2, caption=value, name=value, live=True, side_by_side=2)
    assert "<script" not in text
    assert "<img" not in text
    assert not re.search(r'href="(?!data/energy\.html#)', text)
    # No attribute of ours ends early.
    assert not re.search(r"\sonerror=(?![^<>]*&)", re.sub(r'"[^"]*"|>[^<]*<', "", text))


def test_a_hostile_table_gives_a_page_of_text(own):
    resource = next(each for each in json.loads((own / "datapackage.json").read_text())["resources"])
    table, _ = files.read(own, resource)
    text = (own / resource["path"]).read_text(encoding="utf-8")
    words = next(field["name"] for field in resource["schema"]["fields"] if field["name"] in ("notes", "operation"))
    old = next(row[words] for row in table.rows if row[words])
    (own / resource["path"]).write_text(text.replace(old, HOSTILE[0], 1), encoding="utf-8")
    hostile = data_pages.Data(own, own / "references.bib")
    shown = page(hostile, resource["name"])
    assert "<script" not in shown.body()
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in shown.body()
    assert json.loads(shown.json())


def test_an_address_is_followed_only_if_it_is_one():
    for address in ("https://doi.org/10.1/x", "http://a.org", "data/energy.html#P1", "../references.html#a-b", "#P156"):
        assert f'href="{address}"' in grid.Cell("x", href=address).content
    for address in (
        "javascript:alert(1)",
        "JAVASCRIPT:x",
        "//evil.org",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc",
    ):
        assert grid.Cell("x", href=address).content == "x"


def test_two_rows_with_one_anchor_are_refused(own):
    path = own / "energy.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(ValueError, match=r"energy\.csv: two rows have the anchor"):
        data_pages.Data(own, own / "references.bib")


def test_the_search_knows_rows_by_id_and_name(data):
    found = page(data, "energy").for_search()
    titles = {
        section["ids"][0]: section[0].astext() for section in list(found.findall(lambda n: n.tagname == "section"))[1:]
    }
    assert titles["P156"] == "P156"
    assert "MI300A" in found.astext()
    named = page(data, "systems").for_search()
    assert "FastKV" in [node.astext() for node in named.findall(lambda n: n.tagname == "title")]
    # The search page inserts titles as HTML.
    hostile = data_pages.document("x", [], [("<img src=x>", "a")])
    assert "<img" not in hostile.astext()


def test_decimal_points_stand_below_each_other():
    cells = [grid.cell("x", value) for value in (1.25, 3, None, 0.5, 1e-12)]
    texts = [cell.text + pad for cell, pad in zip(cells, grid.pads(cells), strict=True) if cell.kind == "number"]
    assert len({len(text.partition(".")[2]) for text in texts if "e" not in text}) == 1
    assert grid.pads([grid.cell("x", 3), grid.cell("x", 4)]) == ["", ""], "whole numbers need nothing"


def test_words_of_programs_become_words():
    shown = [grid.cell("x", value).text for value in (True, False, "up_to", "edp", "tops_per_watt_absolute", "HBM2")]
    assert shown == ["yes", "no", "up to", "energy times delay", "TOPS per watt, absolute", "HBM2"]
