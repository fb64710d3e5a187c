"""Charts, tables and numbers on their way from a chapter to a page."""

import json
import math
import re

import numpy as np
import pandas as pd
import pytest

from datagravity.chapter import glue, show, table
from datagravity.charts import disjunction_constant as ratio
from datagravity.charts import theme
from datagravity.site import renderer
from datagravity.symbolic import G_d, disjunction_constant


@pytest.mark.parametrize("value", [math.nan, math.inf, None, [1.0]])
def test_glue_refuses_what_prose_cannot_print(value):
    with pytest.raises(ValueError, match="glue 'key'"):
        glue("key", value)


def test_glue_stores_plain_numbers(monkeypatch):
    stored = {}
    monkeypatch.setattr("myst_nb.glue", lambda name, value, display: stored.update({name: value}))
    glue("float", np.float64(1.5))
    glue("whole", np.int64(3))
    glue("text", "words")
    assert {name: type(value) for name, value in stored.items()} == {"float": float, "whole": int, "text": str}


def test_show_prints_the_books_notation():
    assert r"\frac{E_{\mathrm{transport}}}{E_{\mathrm{compute}}}" in show(disjunction_constant).data
    assert show(G_d).data.strip("$ ").endswith("G_d")


def test_table_shows_blanks_and_links_sources():
    frame = pd.DataFrame(
        {"x": pd.array([1.23456, None, 12345.6], "Float64"), "source": "horowitz2014", "text": ["a<b", None, "c"]}
    )
    text = table(frame, {"x": "value (pJ)", "source": "source", "text": "text"}).data
    assert "value (pJ)" in text
    assert '<th scope="row" class="number" data-value="1.23456">1.235</th>' in text, "sorting goes by the full value"
    assert "12,346" in text
    assert text.count("not stated") == 2
    assert 'href="references.html#horowitz2014"' in text
    assert "a&lt;b" in text


def test_a_table_to_search_needs_a_caption_and_known_filters():
    frame = pd.DataFrame({"lever": ["mass", "work"], "lesson": ["short", "x" * 100]})
    text = table(frame, {"lever": "lever", "lesson": "lesson"}, caption="Levers & more", filters=("lever",)).data
    assert 'class="dg-table dg-table-live" id="tab-levers-more" role="region" tabindex="0"' in text
    assert 'aria-label="Levers &amp; more"' in text
    assert "<caption>Levers &amp; more</caption>" in text
    assert '<th scope="col" data-filter>lever</th><th scope="col">lesson</th>' in text
    assert '<td class="long">xxx' in text
    assert 'id="tab-own"' in table(frame, name="own").data
    assert "dg-table-live" not in table(frame).data
    halves = pd.DataFrame({"text": ["a half", "none yet"], "number": pd.array([0.5, None], "Float64")})
    sorted_by = table(halves, {"text": "text", "number": "n"}, sort_by={"text": "number"}, blank="none").data
    assert '<th scope="row" data-value="0.5">a half</th>' in sorted_by
    assert '<th scope="row">none yet</th><td class="numeric" data-blank>none</td>' in sorted_by
    apart = table(halves, blank={"number": "too few"}).data
    assert '<td class="numeric" data-blank>too few</td>' in apart
    # A text that reads like a blank is none.
    assert '<th scope="row">not stated</th>' in table(pd.DataFrame({"method": ["not stated"]}), blank="none").data
    with pytest.raises(ValueError, match=r"filters: \('lever',\), expected columns of lever, lesson, and a caption"):
        table(frame, filters=("lever",))
    with pytest.raises(ValueError, match="expected columns of lever"):
        table(frame, {"lever": "lever"}, caption="Levers", filters=("lesson",))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"columns": {"nosuch": "x"}}, "columns: 'nosuch', expected columns of lever, mass"),
        ({"digits": 2.5}, "digits: 2.5, expected a whole number of at least 1"),
        ({"side_by_side": 0}, "side_by_side: 0, expected a whole number of at least 1"),
        ({"sort_by": {"nosuch": "mass"}}, "sort_by: 'nosuch', expected columns of lever, mass"),
        ({"sort_by": {"lever": "nosuch"}}, "sort_by: 'nosuch', expected columns of lever, mass"),
        ({"blank": {"nosuch": "none"}}, "blank: 'nosuch', expected columns of lever, mass"),
        ({"rows_of": {"nosuch": "energy"}}, "rows_of: 'nosuch', expected columns of lever, mass"),
    ],
)
def test_a_table_refuses_what_it_does_not_show(arguments, message):
    with pytest.raises(ValueError, match=message):
        table(pd.DataFrame({"lever": ["mass"], "mass": [1.0]}), **arguments)


def test_a_table_shows_each_name_once_and_no_infinity():
    with pytest.raises(ValueError, match="frame: the columns a, a, expected each name once"):
        table(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(ValueError, match="mass: inf, expected a finite number or a blank"):
        table(pd.DataFrame({"mass": [float("inf")]}))


def test_a_chart_must_explain_itself():
    import altair as alt

    with pytest.raises(ValueError, match="description"):
        theme.finished(alt.Chart(), drawn_by=ratio.sum_and_bound, title="Title", description=" ")


@pytest.mark.slow
def test_a_still_picture_is_the_same_on_every_run_and_shares_no_identifier():
    first = renderer.still_picture(ratio.reuse_crossing().to_dict())
    other = renderer.still_picture(ratio.published_values().to_dict())
    assert renderer.still_picture(ratio.reuse_crossing().to_dict()) == first
    identifiers = [set(re.findall(r'\bid="([^"]+)"', picture)) for picture in (first, other)]
    assert identifiers[0].isdisjoint(identifiers[1])


@pytest.mark.slow
@pytest.mark.parametrize("chart", [ratio.sum_and_bound, ratio.reuse_crossing, ratio.published_values])
def test_an_axis_of_the_ratio_says_so(chart):
    titles = re.findall(r'"title": "([^"]*)"', json.dumps(chart().to_dict()))
    assert any(title.startswith("G_d (") or title.startswith("G_d =") for title in titles)


def test_the_published_chart_plots_every_value():
    (values,) = ratio.published_values().to_dict()["datasets"].values()
    assert [row["kind"] for row in values].count("published") == 5
    assert [row["kind"] for row in values].count("from the tables") == 4
    biology = next(row for row in values if row["level"] == "biology")
    assert biology["high"] == 1
    assert biology["low"] == "not stated"
