"""What tests ask of charts: every chart of the book, the data it holds, and what Vega draws at a reader's settings.

A specification is what `to_dict()` of a chart returns. A picture is drawn without a browser.
"""

import copy
import functools
import importlib
import inspect
import json
import re

import vl_convert

from conftest import ROOT
from datagravity.hierarchy import Level, compute_at
from datagravity.site import drawing
from datagravity.site.renderer import VEGALITE_VERSION

FOLDER = ROOT / "src" / "datagravity" / "charts"
#: What charts of several chapters share; every other file has the name of its chapter, and its public functions draw.
SHARED = {"__init__", "controls", "curves", "layers", "packing", "theme", "tooltips", "words", "workload"}
CHAPTERS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in SHARED)

LADDER = {"one": compute_at([Level("near", 8, 0.1, 1), Level("far", 800, 1.0, 10)], 2.0)}
#: Arguments for the charts that ask for some.
ARGUMENTS = {"foundations.ladder": (LADDER, ["horowitz2014"]), "shares.two_readings": (0.627, 2.2422)}


def every_chart():
    """Name -> function without arguments, for each chart of each chapter."""
    found = {}
    for chapter in CHAPTERS:
        module = importlib.import_module(f"datagravity.charts.{chapter}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                name = f"{chapter}.{name}"
                found[name] = functools.partial(function, *ARGUMENTS.get(name, ()))
    return found


def records(specification):
    """The rows of a chart's longest data set."""
    return max(specification["datasets"].values(), key=len)


@functools.lru_cache(maxsize=8)
def _compiled(text):
    return vl_convert.vegalite_to_vega(json.loads(text), vl_version=VEGALITE_VERSION)


def at(specification, **parameters):
    """What Vega draws, 350 pixels wide, with parameters set as a reader would set them: as the signals of the drawing.

    Compiling takes longer than drawing, and the settings are no part of it.
    """
    compiled = _compiled(json.dumps(specification | {"width": 350}))
    signals = {signal["name"]: number for number, signal in enumerate(compiled.get("signals", []))}
    compiled = compiled | {"signals": list(compiled.get("signals", []))}
    for name, value in parameters.items():
        (parameter,) = [parameter for parameter in specification["params"] if parameter["name"] == name]
        assert "select" not in parameter, f"{name}: a selection is more than one signal"
        compiled["signals"][signals[name]] = compiled["signals"][signals[name]] | {"value": value}
    return compiled


def picture(specification, **parameters):
    """The chart as SVG."""
    return vl_convert.vega_to_svg(at(specification, **parameters))


def texts(specification, **parameters):
    """All texts in the picture."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture(specification, **parameters))


def drawn(specification, layer, fields, mark="symbol", **parameters):
    """What Vega draws in one layer: for each of its marks the values of the fields, as texts."""
    # A scene keeps positions and descriptions, no data: the description carries them out.
    specification = copy.deepcopy(specification)
    drawing = specification["layer"][layer]
    carried = " + '|' + ".join(f"datum['{field}']" for field in fields)
    drawing["transform"] = [*drawing.get("transform", []), {"calculate": f"'!' + {carried}", "as": "carried"}]
    drawing["encoding"]["description"] = {"field": "carried", "type": "nominal"}
    scene = vl_convert.vega_to_scenegraph(at(specification, **parameters))

    def walk(item):
        if item.get("marktype") == mark:
            descriptions = [found.get("description", "") for found in item["items"]]
            yield from (text[1:].split("|") for text in descriptions if text.startswith("!"))
        for child in item.get("items", []):
            yield from walk(child)

    return list(walk(scene["scenegraph"]))


def marked_rows(specification):
    """What the marks of a chart show as it opens, before equal rows are made one: for each mark, or line of a series,
    the name of its layer and its rows, each a dict from title to text, None where it has none; a number is a text too,
    with a sign before it that no other text begins with.
    """
    columns = drawing.columns(specification)
    vega = copy.deepcopy(at(specification))
    cell = "(isValid(datum['{0}']) ? (isNumber(datum['{0}']) ? '#' : '') + toString(datum['{0}']) : '')"
    carried = " + '\\n' + ".join(["'!'", *(cell.format(field.replace("'", "\\'")) for field in columns)])

    def carry(mark):
        for inner in mark.get("marks", []):
            carry(inner)
        if mark["type"] != "group" and (mark["type"] != "text" or "tooltip" in mark["encode"]["update"]):
            mark["encode"]["update"]["description"] = {"signal": carried}

    def walk(item):
        if item.get("role") == "mark" and item.get("marktype") != "group":
            said = [found.get("description") or "" for found in item["items"]]
            rows = [[text or None for text in own[2:].split("\n")] for own in said if own.startswith("!")]
            yield item["name"], [dict(zip(columns.values(), row, strict=True)) for row in rows if any(row)]
        for child in item.get("items", []):
            yield from walk(child)

    for mark in vega["marks"]:
        carry(mark)
    scene = vl_convert.vega_to_scenegraph(vega)
    return [
        (re.sub(r"(^|_)(layer_\d+_)*marks$", "", name).replace("_", " "), rows)
        for name, rows in walk(scene["scenegraph"])
    ]
