"""What every chart of the book shares: colours, sliders, and the words around the picture.

A chart function returns a plain Altair chart, so it also draws in a notebook. On the site the page's own style
sheet sets the colours of text, axes and grid, so that one chart is legible in light and in dark.
"""

import altair as alt

# Seven hues that keep a contrast of 3:1 against a white and against a dark page, and differ for colour-blind readers.
BLUE, ORANGE, GREEN, PINK, PURPLE, GREY, BROWN = (
    "#3182bd",
    "#d95f0e",
    "#1b9e77",
    "#d6499a",
    "#8c6bb1",
    "#7f7f7f",
    "#a6761d",
)
PALETTE = [BLUE, ORANGE, GREEN, PINK, PURPLE, BROWN, GREY]

# A font that the browser can measure by this name, so that labels get the room they need.
FONT = "system-ui, sans-serif"


def slider(name, label, low, high, step, value):
    """A parameter moved by a slider below the chart's title; `name` is what its expressions call it."""
    return alt.param(name=name, value=value, bind=alt.binding_range(min=low, max=high, step=step, name=label))


def log_slider(name, label, low, high, value, step=0.02):
    """A slider over powers of ten, as two parameters: the position `log10_<name>` and the value `<name>` itself.

    `low`, `high` and `value` are given as values, not as logarithms. The page shows the value beside the slider.
    """
    from math import log10

    position = slider(f"log10_{name}", label, log10(low), log10(high), step, log10(value))
    return position, alt.param(name=name, expr=f"pow(10, log10_{name})")


def choice(name, label, options, value=None, labels=None):
    """A parameter chosen from a drop-down list; the first option unless `value` says otherwise."""
    bind = alt.binding_select(options=list(options), name=label, labels=list(labels or options))
    return alt.param(name=name, value=options[0] if value is None else value, bind=bind)


def tick_box(name, label, value=False):
    """A parameter switched on and off by a tick box."""
    return alt.param(name=name, value=value, bind=alt.binding_checkbox(name=label))


def finished(chart, *, drawn_by, title, description, sources=(), subtitle=None, height=340):
    """Give a chart its title, its description for screen readers, its size, and the line printed under it.

    Parameters
    ----------
    chart : altair chart (single view or layer)
    drawn_by : the chart function itself; the line under the chart names it
    title : what the picture shows, in words
    description : one or two full sentences that say what a sighted reader would see
    sources : keys of the bibliography that the picture rests on; empty for a drawing of a formula alone
    subtitle : a second, smaller line under the title
    height : in pixels; the width follows the page

    Raises
    ------
    ValueError
        If the title or the description is empty.
    """
    for name, text in {"title": title, "description": description}.items():
        if not text or not text.strip():
            raise ValueError(f"{drawn_by.__name__}: {name} is {text!r}, expected words: every chart explains itself")
    heading = alt.TitleParams(title, anchor="start", subtitle=subtitle or [])
    chart = chart.properties(title=heading, description=description, width="container", height=height)
    chart = chart.properties(
        usermeta={"function": f"{drawn_by.__module__}.{drawn_by.__qualname__}", "sources": sorted(set(sources))}
    )
    return (
        chart.configure(
            font=FONT, background="transparent", autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
        )
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", gridOpacity=0.5)
        .configure_title(fontSize=15, subtitleFontSize=12)
        .configure_legend(labelFontSize=12, titleFontSize=12, labelLimit=260, orient="bottom", columns=3)
        .configure_range(category=PALETTE)
    )
