"""Figures of the pages without a browser: their parts, their HTML, their names and what they give away."""

import copy
import itertools
import json
import re

import jupytext
import pytest

from charts import every_chart
from conftest import ROOT
from datagravity import citations
from datagravity.charts import claims, disjunction_constant, placement
from datagravity.site import drawing, figures, renderer
from datagravity.site.build import Book

CHAPTERS = {path.stem: path.read_text(encoding="utf-8") for path in Book(ROOT).chapters()}
BOOK = citations.Citation("The book", ("A. Author",), "1.2", "2026-01-31", "abc123")


@pytest.fixture(scope="module")
def energy():
    """The parts of a chart with sliders and a list."""
    specification = placement.energy_against_distance().to_dict()
    return drawing.parts(specification, renderer.source_line(specification), "energy")


def test_a_figures_name_follows_from_its_function_and_no_two_functions_give_one():
    names = [f"fig-{name.partition('.')[2].replace('_', '-')}" for name in every_chart()]
    assert len(set(names)) == len(names)
    assert "fig-energy-against-distance" in names


def cells(chapter, kind):
    """The text of all cells of one kind in a chapter."""
    found = jupytext.reads(CHAPTERS[chapter], fmt="md:myst").cells
    return "\n".join(cell.source for cell in found if cell.cell_type == kind)


def shown(chapter):
    """The charts that the cells of a chapter draw, as `every_chart` calls them."""
    calls = re.findall(r"^(\w+)\.(\w+)\(", cells(chapter, "code"), re.MULTILINE)
    own = chapter.replace("-", "_")
    return {f"{own if module == 'charts' else module}.{function}" for module, function in calls} & set(every_chart())


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_prose_names_every_figure_of_its_chapter(chapter):
    named = re.findall(r"\{figure\}`(?:[^`<]*<)?(fig-[\w-]+)>?`", cells(chapter, "markdown"))
    drawn = {f"fig-{chart.partition('.')[2].replace('_', '-')}" for chart in shown(chapter)}
    assert drawn <= set(named)


@pytest.mark.slow
def test_every_chart_is_seen_in_a_chapter():
    assert set().union(*map(shown, CHAPTERS)) == set(every_chart())


@pytest.mark.slow
def test_the_figure_holds_caption_controls_pictures_sources_and_menu(energy):
    text = figures.figure(energy, figures.name_of(energy), 2, "_static/figures/placement.js")
    assert '<figure class="dg-chart" id="fig-energy-against-distance"' in text
    assert '<a class="dg-figure-number" href="#fig-energy-against-distance">Figure 2</a>' in text
    assert "Moving closer, until closeness costs more" in text
    assert re.findall(r'<svg [^>]*role="img"[^>]*class="(dg-still dg-still-\w+)"', text) == [
        "dg-still dg-still-wide",
        "dg-still dg-still-phone",
    ]
    assert '<i>G</i><sub>d</sub></span><input type="range" name="log10_G_d" autocomplete="off"' in text
    assert '<option value="tile" data-value="&quot;tile&quot;" selected>tiles</option>' in text
    assert "datagravity.charts.placement.energy_against_distance" in text
    assert re.findall(r'data-do="(\w+)"', text) == ["link", "rows", "csv", "svg", "png"]
    cited = figures.figure(energy, "fig-x", 2, "", is_cited=True)
    assert re.findall(r'data-do="(\w+)"', cited)[5:] == ["cite", "bibtex"]


def test_sources_are_linked():
    specification = disjunction_constant.reuse_crossing().to_dict()
    assert 'href="references.html#jouppi2021"' in renderer.source_line(specification)


@pytest.mark.slow
def test_a_slider_over_powers_of_ten_opens_with_its_value(energy):
    shown = {control["name"]: control["shown"] for control in energy.controls}
    assert shown == {"log10_G_d": "992", "beta": "2", "fixed_share": "0", "model": ""}
    # One whose value is no plain power of its place is asked of Vega.
    specification = placement.energy_against_distance().to_dict()
    for parameter in specification["params"]:
        if parameter["name"] == "G_d":
            parameter["expr"] = "log10_G_d > 0 ? pow(10, log10_G_d) + 8 : 0"
    assert drawing.controls(specification)[0].shown == "1,000"


@pytest.mark.slow
def test_a_control_that_another_one_asks_for_says_so():
    found = {control.name: control for control in drawing.controls(claims.one_claim().to_dict())}
    assert found["claims_claim"].needs is None
    asked = found["claims_law"].needs
    assert asked[0] == "claims_claim"
    assert set(asked[1]) < {value for value, _ in found["claims_claim"].options}


def test_the_chart_of_a_phone_is_the_wide_one_with_its_differences(energy):
    wide, phone = copy.deepcopy(energy.vega), renderer.narrow(placement.energy_against_distance().to_dict())
    assert wide["width"] == renderer.STILL_WIDTH
    for path, *value in energy.phone:
        *way, last = path
        at = wide
        for name in way:
            at = at[name]
        if value:
            at[last] = value[0]
        else:
            del at[last]
    compiled = renderer.compiled(phone | {"title": None}, renderer.PHONE_WIDTH)
    assert wide["width"] == renderer.PHONE_WIDTH
    assert wide["legends"] == compiled["legends"]
    assert wide["axes"] == compiled["axes"]
    assert len(json.dumps(energy.phone)) < len(json.dumps(energy.vega)) / 10


def test_on_a_phone_legends_are_columns_and_long_titles_break():
    specification = {
        "layer": [
            {"encoding": {"color": {"field": "a", "type": "nominal"}, "x": {"field": "b", "title": "a title " * 6}}},
            {"encoding": {"shape": {"field": "a", "type": "nominal", "legend": None}, "y": {"title": "word " * 9}}},
        ]
    }
    before = copy.deepcopy(specification)
    first, second = renderer.narrow(specification)["layer"]
    assert specification == before
    assert first["encoding"]["color"]["legend"]["columns"] == 1
    assert all(len(line) <= renderer.PHONE_LINE for line in first["encoding"]["x"]["title"])
    assert second == before["layer"][1]


@pytest.mark.slow
def test_what_is_sent_holds_no_link_no_control_and_no_field_that_nothing_shows():
    specification = disjunction_constant.published_values().to_dict()
    parts = drawing.parts(specification, "", "published")
    text = json.dumps(parts.vega)
    assert '"href"' not in text
    assert '"bind"' not in text
    rows = max((table.get("values", []) for table in parts.vega["data"]), key=len)
    sent, had = set(rows[0]), set(max(specification["datasets"].values(), key=len)[0])
    assert sent <= had
    assert {field for field, _ in parts.columns} & had <= sent
    assert drawing.LINK in sent


@pytest.mark.slow
def test_an_unused_field_is_left_out():
    chart = placement.flatness().to_dict()
    chart["layer"].append(
        {"data": {"values": [{"at": 1, "spare": 2}]}, "mark": "rule", "encoding": {"y": {"field": "at"}}}
    )
    sent = [table["values"] for table in drawing.parts(chart, "", "x").vega["data"] if "values" in table]
    assert [{"at": 1}] in sent


def test_rows_that_charts_share_are_sent_once(energy):
    rows = [{"a": number} for number in range(3)]
    one = energy._replace(vega={"data": [{"name": "source", "values": rows}, {"name": "one", "values": [{}]}]})
    text = figures.page_file({"fig-a": one, "fig-b": one})
    told = json.loads(text.removeprefix("window.datagravityFigures = ").rstrip(";\n"))
    (key,) = told["rows"]
    assert told["rows"][key] == rows
    for name in ("fig-a", "fig-b"):
        assert told["figures"][name]["vega"]["data"] == [
            {"name": "source", drawing.ROWS: key},
            {"name": "one", "values": [{}]},
        ]


def test_columns_have_names_for_readers(energy):
    assert dict(energy.columns) == {"line": "curve", "r": "distance", "value": "energy / compute energy"}
    encoding = {
        "x": {"field": "position", "title": None},
        "y": {"field": "low", "axis": {"title": ["energy", "(pJ)"]}},
        "y2": {"field": "high"},
        "href": {"field": "link"},
        "tooltip": [{"field": "name", "title": "what"}, {"field": "other", "title": "what"}],
    }
    assert drawing.columns({"encoding": encoding}) == {
        "name": "what",
        "other": "what, other",
        "low": "energy (pJ), from",
        "high": "energy (pJ), to",
    }


@pytest.mark.slow
def test_no_column_of_a_chart_has_the_name_of_a_field():
    for name, chart in every_chart().items():
        columns = drawing.columns(chart().to_dict(validate=False))
        assert columns, name
        assert len(set(columns.values())) == len(columns)
        assert not [title for title in columns.values() if "_" in title.replace("G_d", "")], name


@pytest.mark.slow
def test_no_two_controls_that_stand_there_together_have_one_name_for_readers(energy):
    for name, chart in every_chart().items():
        controls = drawing.controls(chart().to_dict(validate=False))
        for one, other in itertools.combinations(controls, 2):
            asked = [control.needs or [None, None] for control in (one, other)]
            # Two that one list asks for, at different values of it, are never there together.
            apart = asked[0][0] is not None and asked[0][0] == asked[1][0] and not set(asked[0][1]) & set(asked[1][1])
            assert one.label != other.label or apart, name
    told = json.loads(figures.page_file({"fig-a": energy}).removeprefix(f"window.{figures.GLOBAL} = ").rstrip(";\n"))
    names = {"log10_G_d": "G_d", "beta": "beta", "fixed_share": "fixed share", "model": "model"}
    assert told["figures"]["fig-a"]["settings"] == names


@pytest.mark.slow
def test_kept_parts_are_read_again_and_a_change_draws_anew(tmp_path, monkeypatch):
    specification = placement.flatness().to_dict()
    first = drawing.kept(specification, "source", tmp_path)
    monkeypatch.setattr(drawing, "parts", lambda *_: pytest.fail("drawn again"))
    again = drawing.kept(specification, "source", tmp_path)
    assert again == drawing.by_key(first.key, tmp_path)
    assert json.loads(json.dumps(first)) == json.loads(json.dumps(again))
    with pytest.raises(pytest.fail.Exception):
        drawing.kept(specification | {"height": 100}, "source", tmp_path)


def test_a_text_cannot_end_its_element(energy):
    hostile = '</figure><script>alert("1")</script>'
    specification = {
        "title": {"text": hostile, "subtitle": hostile},
        "description": hostile,
        "usermeta": {"function": hostile},
    }
    control = drawing.Control('a"b', hostile, "select", hostile, options=[[hostile, hostile]])._asdict()
    parts = energy._replace(specification=specification, source=renderer.source_line(specification), controls=[control])
    assert "<script" not in figures.figure(parts, "fig-x", 1, "")
    drawn = placement.flatness().to_dict() | {"description": hostile}
    assert "<script" not in renderer.still_picture(drawn)


def test_a_citation_names_figure_chapter_version_commit_and_address():
    cited = figures.citations(BOOK, 2, "A title", "The placement law")
    assert cited["plain"] == (
        'A. Author (2026). "A title. Figure 2 of The placement law". '
        "In: The book, version 1.2, commit abc123, 2026-01-31. {link}"
    )
    assert cited["bibtex"].startswith("@misc{datagravity-a-title-figure-2-of-the-placement-law,")
    assert "url = {{link}}" in cited["bibtex"]


def test_a_place_is_rounded_and_a_strength_is_not():
    svg = '<svg width="10"><path d="M0.123456,7.000001L-1e-7,2" opacity="0.123456" fill-opacity="1"/></svg>'
    assert (
        renderer.trimmed(svg) == '<svg width="10"><path d="M0.1,7L-1e-7,2" opacity="0.123456" fill-opacity="1"/></svg>'
    )


@pytest.mark.slow
def test_the_bundle_draws_without_vega_lite(tmp_path):
    script = figures.vega(tmp_path)
    assert len(script) < 650_000
    assert "BSD-3-Clause" in script[:300]
    assert "vega.github.io/schema/vega-lite" not in script
    assert figures.vega(tmp_path) == script
