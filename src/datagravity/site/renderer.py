"""How a chart leaves a chapter: its specification, still pictures for readers without scripts, and its source line.

The build enables this renderer in every kernel, and makes the page's HTML from what it gives when the kernel is gone:
to draw a still picture takes half a second in a process that has not drawn one yet. In a reader's own notebook Altair's
usual renderers draw the chart.
"""

import base64
import hashlib
import html
import json
import re

import altair as alt
import vl_convert

from datagravity.sources import reference_link, short_name

# The version of Vega-Lite that this Altair writes, in the form that vl-convert knows it by.
VEGALITE_VERSION = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
STILL_WIDTH = 680
#: The kind of output that holds a specification, in the form that notebook files may hold.
VEGALITE_MIME = f"application/vnd.vegalite.v{VEGALITE_VERSION[0]}+json"


def still_picture(specification, width=STILL_WIDTH):
    """The chart as SVG text, drawn without a browser, `width` pixels wide."""
    # One description of the whole; a label on every mark would be most of the text.
    config = {**specification.get("config", {}), "aria": False}
    fixed = {**specification, "width": width, "config": config}
    svg = vl_convert.vegalite_to_svg(fixed, vl_version=VEGALITE_VERSION)
    label = html.escape(specification.get("description", ""), quote=True)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    # Vega counts its identifiers through the life of a process. Ours follow from the chart, so that every run gives
    # the same text and two pictures of a page do not share one.
    digest = hashlib.sha256(json.dumps(specification, sort_keys=True).encode()).hexdigest()[:8]
    numbers = {}
    return re.sub(
        r"\b(clip|gradient_)(\d+)\b", lambda found: f"{digest}-{numbers.setdefault(found[0], len(numbers))}", svg
    )


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


def _joined(text):
    """A title's text; Vega-Lite takes a list of lines too."""
    return text if isinstance(text, str) else " ".join(text)


def heading(specification):
    """Title and subtitle of a chart as HTML."""
    title = specification.get("title", {})
    text, subtitle = (_joined(title.get(part, "")) for part in ("text", "subtitle"))
    smaller = f'<br><span class="dg-chart-subtitle">{html.escape(subtitle)}</span>' if subtitle else ""
    return f'<p class="dg-chart-title">{html.escape(text)}{smaller}</p>'


def figure(specification, source):
    """The HTML of one chart: place for the live chart, specification, still picture, source line."""
    # `</` would end the script element early.
    text = json.dumps(specification, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
    return (
        f'<figure class="dg-chart">{heading(specification)}'
        '<div class="dg-chart-controls"></div><div class="dg-chart-view"></div>'
        f'<script type="application/json" class="dg-chart-specification">{text}</script>'
        f"<noscript>{still_picture({**specification, 'title': None})}</noscript>"
        f"<figcaption>{source}</figcaption>"
        "</figure>"
    )


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
    """Add to every chart in the outputs of a notebook its figure as HTML for the page, and its picture for others."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            specification = output.get("data", {}).get(VEGALITE_MIME)
            if specification is not None:
                output.data["text/html"] = figure(specification, output.metadata[VEGALITE_MIME]["source"])
                output.data["image/png"] = picture_file(specification)
