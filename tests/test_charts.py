"""What holds for every chart of the book, whichever chapter it belongs to."""

import ast
import functools
import json
import re

import altair as alt
import pandas as pd
import pytest
from jsonschema.validators import validator_for

from charts import CHAPTERS, FOLDER, every_chart, marked_rows, texts
from conftest import ROOT
from datagravity import load
from datagravity.charts.layers import guide, named
from datagravity.charts.theme import MEANING, PALETTE, ordered, theme
from datagravity.charts.tooltips import about, described, number, word
from datagravity.charts.words import listed, percent, printed, spans
from datagravity.reads import by_value, remembered
from datagravity.site import drawing
from datagravity.site.renderer import encodings, source_line, still_picture
from datagravity.sources import DATA_PAGES, bibliography, reference_link, short_name

CHARTS = every_chart()
SCHEMA = alt.load_schema()
#: How many bytes of a chart a page carries: of formulas, of formulas at many places or times, and of rows.
LIGHT, MANY_FORMULAS, ROWS = 10_000, 20_000, 150_000


#: A picture follows from its specification: one that an edit leaves alone is not drawn again.
STILL = by_value(still_picture)


@functools.cache
def specification(name):
    """What `to_dict()` gives, checked below; not to be changed, since every test of this file gets the same one.

    It is kept in the store, for the other workers of a run and for the next run, unless a chart is drawn of arguments.
    """
    chart = CHARTS[name]

    def made():
        return chart().to_dict(validate=False)

    made.__module__, made.__qualname__ = chart.func.__module__, f"{chart.func.__qualname__}.to_dict"
    return made() if chart.args else remembered(made, stored=True)()


def parts(item, key):
    """Every value of a key, wherever it stands in a specification."""
    if isinstance(item, dict):
        for name, value in item.items():
            if name == key:
                yield value
            yield from parts(value, key)
    elif isinstance(item, list):
        for value in item:
            yield from parts(value, key)


def as_list(value):
    return value if isinstance(value, list) else [value]


def rows(name):
    """Every row of every data set that a chart carries."""
    spec = specification(name)
    inline = [values for data in parts(spec, "data") for values in parts(data, "values")]
    return [row for values in [*spec.get("datasets", {}).values(), *inline] for row in values]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_function_is_longer_than_a_page(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            assert node.end_lineno - node.lineno < 60, getattr(node, "name", "lambda")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_file_of_charts_has_the_name_of_its_chapter_which_draws_each_of_them(chapter):
    # The levers stand in the chapter on a token; their own chapter is an appendix to it.
    page = "token" if chapter == "levers" else chapter.replace("_", "-")
    page = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    for name in CHARTS:
        module, function = name.split(".")
        if module == chapter:
            assert re.search(rf"\b{function}\(", page), name


@pytest.mark.slow
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_says_what_it_shows_in_full_sentences(name):
    spec = specification(name)
    title, subtitle = spec["title"]["text"], as_list(spec["title"]["subtitle"])
    # On a phone a title has about 45 characters, a line under it about 60.
    assert 0 < len(title) <= 45
    assert all(0 < len(line) <= 60 for line in subtitle)
    description = spec["description"]
    assert len(description) > 100
    sentences = re.split(r"(?<=[.!?]) ", description)
    assert all(re.fullmatch(r"[A-Z0-9].*\.", sentence) for sentence in sentences)
    assert not re.search(r"  |\bnan\b|\binf\b|\bNone\b|<NA>|[{}\[\]]|e[+-]\d", description)


def test_no_two_charts_have_one_title_or_description():
    for said in (lambda spec: spec["title"]["text"], lambda spec: spec["description"]):
        assert len({said(specification(name)) for name in CHARTS}) == len(CHARTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHARTS)
def test_the_line_under_a_chart_names_its_function_and_its_sources(name):
    meta = specification(name)["usermeta"]
    assert meta["function"] == f"datagravity.charts.{name}"
    assert set(meta["sources"]) <= set(bibliography()["key"])
    linked = {link for row in rows(name) if "link" in row for link in [row["link"], *row.get("links", "").split()]}
    to_rows = {link for link in linked if link.startswith(f"{DATA_PAGES}/")}
    assert linked - to_rows <= {reference_link(key) for key in meta["sources"]}
    for link in to_rows:
        table, anchor = re.fullmatch(r"data/(\w+)\.html#([\w-]+)", link).groups()
        assert anchor in set(load(table).iloc[:, 0]), "a row that is there"


@pytest.mark.parametrize("name", CHARTS)
def test_a_mark_about_a_row_says_where_the_row_comes_from(name):
    spec = specification(name)
    linked = [encoding for encoding in parts(spec, "encoding") if "href" in encoding]
    assert bool(linked) == any("link" in row for row in rows(name))
    for encoding in linked:
        assert encoding["href"]["field"] == "link"
        told = {tip["title"]: tip["field"] for tip in encoding["tooltip"]}
        assert told["source"] == "source"
        for field, title in {"locator": "where", "status": "status", "grey": "grey literature", "id": "row"}.items():
            if any(field in row and "link" in row for row in rows(name)):
                assert told[title] == field


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_of_rows_leads_to_the_rows_and_tells_their_names(name):
    told = {
        tip["field"]
        for encoding in parts(specification(name), "encoding")
        for tip in as_list(encoding.get("tooltip"))
        if tip
    }
    for row in rows(name):
        if "link" in row:
            links = [row["link"], *row.get("links", "").split()]
            assert all(link.startswith(f"{DATA_PAGES}/") for link in links), "a source alone"
            words = {part for field in told & set(row) for part in re.findall(r"[\w-]+", str(row[field]))}
            assert {link.partition("#")[2] for link in links} <= words


@pytest.mark.parametrize("name", CHARTS)
def test_every_field_that_a_chart_shows_exists(name):
    spec = specification(name)
    known = {field for row in rows(name) for field in row}
    known |= {field for found in parts(spec, "as") for field in as_list(found)}
    known |= {field for found in parts(spec, "flatten") for field in as_list(found)}
    for lookup in parts(spec, "from"):
        known |= set(lookup["fields"]) if isinstance(lookup, dict) else set()
    for encoding in parts(spec, "encoding"):
        for field in parts(encoding, "field"):
            assert field in known, field


def rewritten(transforms, known=frozenset()):
    """Fields that transforms write although the same rows hold them already, or are made of themselves.

    Rows stay as they are when a slider moves: a field made of itself would grow with every move. Flattening, folding
    and aggregating make rows of their own, whose fields are free to be written again.
    """
    read = set(known)
    for transform in transforms:
        parts_of = [transform, *transform.get("joinaggregate", []), *transform.get("window", [])]
        written = {name for part in parts_of for name in as_list(part.get("as", []))}
        read |= set(re.findall(r"datum\.(\w+)", str(transform.get("calculate", ""))))
        read |= set(re.findall(r"datum\['(\w+)'\]", str(transform.get("calculate", ""))))
        made_of = [*parts_of[1:], *transform.get("aggregate", [])]
        read |= {part["field"] for part in made_of if "field" in part}
        if "aggregate" in transform:
            written = {part["as"] for part in transform["aggregate"]}
        if "flatten" not in transform:
            yield from written & read
        if {"flatten", "fold", "aggregate"} & set(transform):
            read = set()


def chains(spec, before=()):
    """The transforms that the rows of each layer pass."""
    own = [*before, *spec.get("transform", [])]
    if "layer" not in spec:
        yield own
    for layer in spec.get("layer", []):
        yield from chains(layer, () if "data" in layer else own)


def told_rows(marks):
    """The rows that a reader gets of each mark, as `figures.js` makes them: the name of the layer, and its rows."""
    seen, found = set(), []
    for layer, all_rows in marks:
        own = []
        for row in all_rows:
            key = tuple(row.items())
            if (key, layer) not in seen and (layer or key not in seen):
                own.append(row)
            seen |= {(key, layer), key}
        if own:
            found.append((layer, own))
    return found


def untold(marks):
    """What is wrong with the rows of a chart's marks, in words; an empty list if a reader can tell them apart."""
    told, wrong = told_rows(marks), []
    if len({layer for layer, _ in told}) > 1:
        told = [(layer, [{**row, "curve": row.get("curve") or layer or None} for row in own]) for layer, own in told]
        wrong += [f"no curve: {own[0]}" for _, own in told if not all(row["curve"] for row in own)]
    wrong += [f"one cell: {row}" for _, own in told for row in own if sum(map(bool, row.values())) < 2]
    texts_of = [
        {
            title: {row[title] for row in own}
            for title in own[0]
            if not any((row[title] or "").startswith("#") for row in own)
        }
        for _, own in told
    ]
    for number_of, one in enumerate(texts_of):
        for other in texts_of[:number_of]:
            if all(one[title] & other.get(title, one[title]) for title in one):
                wrong.append(f"alike: {one}, {other}")
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("name", CHARTS)
def test_a_charts_rows_say_which_curve_they_belong_to(name):
    marks = marked_rows(specification(name))
    assert any(own for _, own in marks)
    assert untold(marks) == []


def test_rows_that_cannot_be_told_apart_are_found():
    line, other = [{"curve": None, "a": "#1", "b": "#2"}], [{"curve": None, "a": "#1", "b": "#3"}]
    assert len(untold([("", line), ("", other)])) == 1
    assert len(untold([("line", line), ("", other)])) == 1
    assert untold([("line", line), ("point", other)]) == []
    assert untold([("", line), ("", line)]) == []
    assert untold([("", [{"a": "#1", "b": None}])]) == ["one cell: {'a': '#1', 'b': None}"]
    assert untold([("", [{"a": "x", "b": "#1"}]), ("", [{"a": "y", "b": "#1"}])]) == []


@pytest.mark.parametrize("name", CHARTS)
def test_what_tells_marks_apart_by_their_look_is_a_column_with_words_for_its_head(name):
    columns = drawing.columns(specification(name))
    assert not [title for title in columns.values() if len(title) == 1]
    for encoding in encodings(specification(name)):
        for channel in ("color", "stroke", "fill", "shape", "strokeDash", "detail"):
            own = encoding.get(channel) or {}
            # Without a legend, or with one entry, a look says nothing that has a name.
            is_named = own.get("legend", True) and len((own.get("scale") or {}).get("domain") or [0, 0]) > 1
            if is_named and own.get("type") == "nominal" and "field" in own:
                assert own["field"] in columns, channel


def test_the_name_of_a_layer_is_words():
    rule = guide(x=1)
    assert named(rule, "fitted line").to_dict()["name"] == "fitted line"
    for wrong in ("", "two  blanks", "a_b", "r = 1", "layer 0"):
        with pytest.raises(ValueError, match="expected letters and single blanks"):
            named(rule, wrong)


@pytest.mark.parametrize("name", CHARTS)
def test_no_chart_makes_a_field_of_itself(name):
    assert [field for chain in chains(specification(name)) for field in rewritten(chain)] == []


def test_a_field_made_of_itself_is_found():
    joined = {"joinaggregate": [{"op": "sum", "field": "a", "as": "a"}]}
    assert list(rewritten([joined])) == ["a"]
    assert list(rewritten([{"calculate": "datum.a", "as": "b"}, {"calculate": "1", "as": "a"}])) == ["a"]
    assert list(rewritten([{"calculate": "2 * datum['a']", "as": "a"}])) == ["a"]
    assert list(rewritten([{"aggregate": [{"op": "mean", "field": "a", "as": "a"}]}])) == ["a"]
    assert (
        list(rewritten([{"calculate": "datum.a", "as": "b"}, {"flatten": ["b"]}, {"calculate": "1", "as": "a"}])) == []
    )


@pytest.mark.parametrize("name", CHARTS)
def test_only_a_chart_without_rows_of_tables_draws_formulas_alone(name):
    meta = specification(name)["usermeta"]
    line = source_line(specification(name))
    assert ("formulas alone" in line) == (not meta["sources"] and "tables" not in meta)
    assert ("tables" in meta) == name.startswith("programs.")
    for table in meta.get("tables", []):
        assert (ROOT / "data" / f"{table}.csv").exists()
        assert f"Counted by this book: <code>data/{table}.csv</code>." in line


@pytest.mark.slow
@pytest.mark.parametrize("name", CHARTS)
def test_a_specification_is_valid_finite_and_light(name):
    spec = specification(name)
    size = len(json.dumps(spec, allow_nan=False, separators=(",", ":")))
    if spec["usermeta"]["sources"] or "tables" in spec["usermeta"]:
        assert size < ROWS
    else:
        assert size < (MANY_FORMULAS if name.startswith(("gravity.", "plateau.")) else LIGHT)
    # Rows are any values at all to the schema, and many.
    errors = validator_for(SCHEMA)(SCHEMA).iter_errors({key: spec[key] for key in spec if key != "datasets"})
    assert [error.message for error in errors] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CHARTS)
def test_the_still_picture_is_drawn_and_labelled(name):
    spec = specification(name)
    assert spec["width"] == "container"
    svg = STILL(spec)
    assert svg.count('role="img"') == 1
    assert spec["title"]["text"] in svg
    assert len(re.findall(r"<(?:path|line) ", svg)) > 20
    assert not re.search(r"NaN|undefined|Infinity", svg)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_carries_the_theme(name):
    config = specification(name)["config"]
    # The sizes of a view come from Altair's own theme.
    assert config | {"view": {"stroke": config["view"]["stroke"]}} == theme()["config"]


def test_a_readers_own_charts_keep_their_look_and_may_ask_for_ours():
    assert alt.theme.active == "default"
    own = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_point().encode(x="a:Q")
    assert set(own.to_dict()["config"]) == {"view"}
    with alt.theme.enable("datagravity"):
        assert own.to_dict()["config"] == theme()["config"]
    assert alt.theme.active == "default"


def test_the_schema_refuses_what_vega_lite_does_not_know():
    spec = specification("placement.flatness")
    wrong = spec | {"layer": [spec["layer"][0] | {"mark": {"type": "blob"}}]}
    assert list(validator_for(SCHEMA)(SCHEMA).iter_errors(wrong))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("unit", "value", "expected", "title"),
    [
        (None, 1234.5, "1,230", "x"),
        ("pJ", 0.0123456, "0.0123", "x (pJ)"),
        ("%", 0.6274, "62.7%", "x"),
        ("count", 1234, "1,234", "x"),
        ("place", 0.5, "0.5", "x"),
        ("year", 2016.0, "2016", "x"),
    ],
)
def test_the_unit_of_a_tooltips_number_decides_how_it_reads(unit, value, expected, title):
    tip = number("x", unit=unit).to_dict()
    text = alt.Text("x:Q", format=tip["format"])
    chart = alt.Chart(alt.InlineData(values=[{"x": value}])).mark_text().encode(text=text)
    assert texts(chart.to_dict()) == [expected]
    assert tip["title"] == title


def test_rows_bring_their_origin_along_in_one_order():
    row = {"id": "P1", "notes": None, "locator": "p. 1", "source": "horowitz2014", "scope": "wire", "energy": 2.0}
    data = described(pd.DataFrame([row]), "energy")
    assert data.to_dict("records") == [
        {
            "energy": 2.0,
            "scope": "wire",
            "source": short_name("horowitz2014"),
            "locator": "p. 1",
            "notes": "",
            "id": "P1",
            "link": reference_link("horowitz2014"),
        }
    ]
    channels = about(data, word("energy", "pJ"))
    assert [tip.to_dict()["title"] for tip in channels["tooltip"]] == ["pJ", "scope", "source", "where", "notes", "row"]
    # A row of a table leads to its place on the page of the table, said by hand or by the frame itself.
    assert described(pd.DataFrame([row]), row=("energy", "id"))["link"].item() == "data/energy.html#P1"
    loaded = load("energy").query("id == 'P156'")
    assert described(loaded)["link"].item() == "data/energy.html#P156"


def test_a_mark_about_several_rows_leads_to_each_of_them():
    data = pd.DataFrame({"source": "horowitz2014", "one": ["P1", "P2"], "more": [("A1", "A2"), ()]})
    both = described(data, row=[("energy", "one"), ("pim", "more")])
    assert list(both["link"]) == ["data/energy.html#P1", "data/energy.html#P2"]
    assert both["links"][0] == "data/energy.html#P1 data/pim.html#A1 data/pim.html#A2"
    assert list(both["id"]) == ["P1, A1, A2", "P2"]
    # An id that a column tells already is not told again, and without rows the source is where a mark leads.
    assert "id" not in described(data, "one", "more", row=[("energy", "one"), ("pim", "more")])
    none = described(data, row=("pim", "more"))
    assert none["link"][1] == reference_link("horowitz2014")
    assert list(none["id"]) == ["A1, A2", ""]


def test_descriptions_put_numbers_into_words():
    rows = pd.DataFrame({"part": ["b", "a", "b"], "low": [2.09, None, 1.0], "high": [4.2857, 12345.0, 3.0]})
    assert spans(rows, "part", "low", "high") == "b: 1 to 4.29; a: at most 12,300"
    assert spans(rows, "part", "high") == "b: 3 to 4.29; a: 12,300"
    assert [printed(value) for value in (0.00012345, 2.0, 999.6)] == ["0.000123", "2", "1,000"]
    assert [listed(names) for names in (["x"], ["x", "y"], ["x", "y", "z"])] == ["x", "x and y", "x, y and z"]
    assert percent(0.8) == "80 %"


def told_apart(name):
    """The channels that tell names apart in a chart, with the names of their scale: field, channel, names, looks."""
    for encoding in parts(specification(name), "encoding"):
        for channel in ("color", "stroke", "fill"):
            own = encoding.get(channel)
            scale = (own.get("scale") or {}) if isinstance(own, dict) else {}
            listed = all(isinstance(scale.get(end), list) for end in ("domain", "range"))
            if listed and own["type"] == "nominal":
                yield own["field"], channel, scale["domain"], scale["range"]


def test_a_variable_has_one_colour_in_all_charts():
    found = {}
    for name in CHARTS:
        for _, _, labels, colours in told_apart(name):
            for label, colour in zip(labels, colours, strict=True):
                assert MEANING.get(label, colour) == colour, (name, label)
                found.setdefault(label, {}).setdefault(colour, set()).add(name)
    assert {label: own for label, own in found.items() if len(own) > 1} == {}
    assert len(set(found) & set(MEANING)) > 20


@pytest.mark.parametrize("path", sorted(set(FOLDER.glob("*.py")) - {FOLDER / "theme.py"}), ids=lambda path: path.stem)
def test_colours_come_from_the_theme_by_what_they_mean(path):
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{6}\b|scheme=[\"']|color=[\"']", text) == []
    hues_of_theme = {"BLUE", "ORANGE", "GREEN", "PINK", "PURPLE", "BROWN", "PALETTE"}
    taken = {name.id for name in ast.walk(ast.parse(text)) if isinstance(name, ast.Name)}
    assert taken & hues_of_theme == set()


#: Charts whose bars stand in a fixed order, or whose points have a symbol for something else.
BY_COLOUR_ALONE = {"claims.verdicts": "position", "claims.one_claim": "position", "plateau.generations": "step"}
BY_COLOUR_ALONE |= {"programs.valley": "term", "pim.predicted_and_reported": "group"}


@pytest.mark.parametrize("name", CHARTS)
def test_colour_is_not_all_that_tells_things_apart(name):
    beside = ("shape", "strokeDash", "y", "yOffset", "x", "text")
    fields = {field for field, *_ in told_apart(name)}
    for encoding in parts(specification(name), "encoding"):
        channels = {channel for channel in beside if isinstance(encoding.get(channel), dict)}
        fields -= {encoding[channel].get("field") for channel in channels}
    if name.startswith("processors.improvement"):
        fields -= {"part"}  # the axis names each row
    assert fields <= {BY_COLOUR_ALONE.get(name)}, name


def luminance(colour):
    """Relative luminance by the WCAG."""
    parts_of = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts_of]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_ordered_colours_grow_lighter_and_keep_the_contrast_of_the_palette():
    assert len(set(ordered(8))) == 8
    light = [luminance(colour) for colour in ordered(8)]
    assert light == sorted(light)
    for colour in [*PALETTE, *ordered(8)]:
        assert 1.05 / (luminance(colour) + 0.05) >= 3, colour
        assert (luminance(colour) + 0.05) / (luminance("#14181e") + 0.05) >= 3, colour
    assert ordered(1) == ordered(8)[:1]
