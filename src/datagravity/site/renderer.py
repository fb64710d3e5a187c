"""How a chart leaves a chapter: its specification and its source line; and how it is drawn without a browser.

The build enables this renderer in every kernel, and draws what it gives when the kernel is gone: to draw a still
picture takes half a second in a process that has not drawn one yet. `figures` makes the page's HTML of it. In a
reader's own notebook Altair's usual renderers draw the chart.
"""

import base64
import copy
import hashlib
import html
import json
import re
import textwrap

import altair as alt
import vl_convert

from datagravity.site.symbols import GREEK
from datagravity.sources import reference_link, short_name

# The version of Vega-Lite that this Altair writes, in the form that vl-convert knows it by.
VEGALITE_VERSION = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
#: Pixels of a picture on a page, which scales it to the room there is; and of one on a phone.
STILL_WIDTH, PHONE_WIDTH = 680, 350
#: Characters of a line of a legend or of an axis' title on a phone.
PHONE_LINE = 26
BROKEN_LABEL = rf"split(trim(replace(datum.label, regexp('(.{{1,{PHONE_LINE}}})( |$)', 'g'), '$1\n')), '\n')"
#: The channels whose values a legend names.
NAMED_BY_LEGENDS = ("color", "fill", "stroke", "shape", "strokeDash")
#: The kind of output that holds a specification, in the form that notebook files may hold.
VEGALITE_MIME = f"application/vnd.vegalite.v{VEGALITE_VERSION[0]}+json"


def narrow(specification):
    """A copy of a chart's specification for a phone.

    Legends stand one below the other in one column, and their labels and the titles of horizontal axes break.
    """
    narrowed = copy.deepcopy(specification)
    legend = narrowed.setdefault("config", {}).setdefault("legend", {})
    legend.update(columns=1, layout={"bottom": {"direction": "vertical"}})
    for layer in _layers(narrowed):
        _break_readout(layer)
    for encoding in encodings(narrowed):
        for channel, own in encoding.items():
            if not isinstance(own, dict):
                continue
            is_named = channel in NAMED_BY_LEGENDS and own.get("type") == "nominal"
            if is_named and own.get("legend", True) is not None:
                own["legend"] = {"labelExpr": BROKEN_LABEL, **(own.get("legend") or {}), "columns": 1}
            if channel == "x":
                for named in (own, own.get("axis") or {}):
                    if isinstance(named.get("title"), str):
                        named["title"] = textwrap.wrap(named["title"], PHONE_LINE)
    return narrowed


def _layers(part):
    """A specification and its layers."""
    yield part
    for layer in part.get("layer", []):
        yield from _layers(layer)


def _break_readout(layer):
    """Break the long line of a readout (`charts.layers.readout`), which is bold and has line breaks."""
    mark, text = layer.get("mark"), layer.get("encoding", {}).get("text", {})
    if not isinstance(mark, dict) or mark.get("fontWeight") != "bold" or "lineBreak" not in mark or "field" not in text:
        return
    length, field = int(PHONE_WIDTH / (0.66 * mark["fontSize"])), text["field"]
    lines = rf"replace(datum['{field}'], regexp('(.{{1,{length}}})( |$)', 'gm'), '$1\n')"
    broken = rf"trim(replace({lines}, regexp('\n\n', 'g'), '\n'))"
    layer["transform"] = [*layer.get("transform", []), {"calculate": broken, "as": "broken_on_a_phone"}]
    text["field"] = "broken_on_a_phone"


def encodings(part):
    """The encodings of a specification and of its layers, those that they share first."""
    if "encoding" in part:
        yield part["encoding"]
    for layer in part.get("layer", []):
        yield from encodings(layer)


def compiled(specification, width=STILL_WIDTH):
    """The chart in the language of Vega, which a page draws without Vega-Lite, `width` pixels wide."""
    # One description of the whole; a label on every mark would be most of the text.
    config = {**specification.get("config", {}), "aria": False}
    fixed = in_letters({**specification, "width": width, "config": config})
    return vl_convert.vegalite_to_vega(fixed, vl_version=VEGALITE_VERSION)


def in_letters(part):
    """A specification whose titles have Greek letters where their words have names of such.

    G_d keeps its form in the picture, which can set no subscript; around it the page sets one.
    """
    if isinstance(part, list):
        return [in_letters(one) for one in part]
    if not isinstance(part, dict):
        return part
    lettered = {
        name: in_letters(value) for name, value in part.items() if name not in ("datasets", "values", "usermeta")
    }
    if isinstance(lettered.get("title"), str):
        lettered["title"] = re.sub(rf"\b({'|'.join(GREEK)})\b", lambda name: GREEK[name[0]], lettered["title"])
    return part | lettered


def still_picture(specification, width=STILL_WIDTH):
    """The chart as SVG text, drawn without a browser, `width` pixels wide."""
    svg = trimmed(vl_convert.vega_to_svg(without_links(compiled(specification, width))))
    label = html.escape(specification.get("description", ""), quote=True)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    # Vega counts its identifiers through the life of a process. Ours follow from the chart, so that every run gives
    # the same text and two pictures of a page do not share one.
    digest = hashlib.sha256(f"{width}{json.dumps(specification, sort_keys=True)}".encode()).hexdigest()[:8]
    numbers = {}
    return re.sub(
        r"\b(clip|gradient_)(\d+)\b", lambda found: f"{digest}-{numbers.setdefault(found[0], len(numbers))}", svg
    )


def without_links(value):
    """A Vega specification whose marks are no links: a tap on a point is to show what it says, not to leave."""
    if isinstance(value, dict):
        return {name: without_links(part) for name, part in value.items() if name != "href"}
    if isinstance(value, list):
        return [without_links(part) for part in value]
    return value


#: What Vega writes on every element of a picture and a still one does not need.
_NEEDLESS = re.compile(
    r' (?:aria-hidden="true"|pointer-events="none"|opacity="1"|font-family="[^"]*"'
    r'|role="graphics-\w+"|aria-roledescription="[^"]*")'
    r'|<path class="(?:foreground|background)"[^>]*d=""[^>]*/>'
    r'|<path class="background" d="M0,0h0v0h0Z"/>'
)
#: The attributes that say where something stands, and a number of needless length in them.
_PLACES = re.compile(r' (?:d|transform|x[12]?|y[12]?|width|height)="[^"]*"')
_LONG = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")


def trimmed(svg):
    """An SVG text of Vega's in fewer bytes, with places to a tenth of a pixel."""
    svg = _PLACES.sub(lambda found: _LONG.sub(lambda number: f"{round(float(number[0]), 1):g}", found[0]), svg)
    family = re.search(r' font-family="[^"]*"', svg)
    svg = _NEEDLESS.sub("", svg)
    # The needless ends of a path show only once other attributes are gone.
    svg = _NEEDLESS.sub("", svg)
    return svg.replace("<svg ", f"<svg{family[0] if family else ''} ", 1)


def picture_file(specification):
    """The chart with its title as a PNG picture for notebook programs, in the form that notebook files hold it in.

    A program that does not trust a notebook shows such a picture, but no SVG text.
    """
    # On white, since a program may be dark, with half as many dots again as pixels.
    fixed = {**specification, "width": STILL_WIDTH, "background": "white"}
    picture = vl_convert.vegalite_to_png(fixed, vl_version=VEGALITE_VERSION, scale=1.5)
    return base64.b64encode(picture).decode()


def source_line(specification):
    """The line under a chart: the function that drew it, the book's own counts, and a link to each of its sources."""
    meta = specification.get("usermeta", {})
    parts = []
    if "function" in meta:
        parts.append(f"Drawn by <code>{html.escape(meta['function'])}</code>.")
    tables = ", ".join(f"<code>data/{html.escape(name)}.csv</code>" for name in meta.get("tables", []))
    if tables:
        parts.append(f"Counted by this book: {tables}.")
    links = [f'<a href="{reference_link(key)}">{html.escape(short_name(key))}</a>' for key in meta.get("sources", [])]
    if links:
        parts.append(f"Sources: {'; '.join(links)}.")
    elif parts and not tables:
        parts.append("It draws formulas alone: no measured data.")
    return " ".join(parts)


def joined(text):
    """A title's text; Vega-Lite takes a list of lines too."""
    return text if isinstance(text, str) else " ".join(text)


def enable():
    """Make charts of the current process leave it as specification and source line."""
    alt.renderers.register(
        "datagravity",
        lambda specification, **_: (
            {VEGALITE_MIME: specification},
            {VEGALITE_MIME: {"source": source_line(specification)}},
        ),
    )
    alt.renderers.enable("datagravity")


def draw(notebook):
    """Add to every chart in the outputs of a notebook its picture for notebook programs."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            specification = output.get("data", {}).get(VEGALITE_MIME)
            if specification is not None:
                output.data["image/png"] = picture_file(specification)
