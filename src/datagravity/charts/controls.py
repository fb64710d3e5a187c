"""What a reader moves: sliders, lists and boxes, as parameters of a chart."""

from math import log10

import altair as alt


def slider(name, label, low, high, step, value):
    """A parameter moved by a slider below the chart's title; `name` is what its expressions call it."""
    return alt.param(name=name, value=value, bind=alt.binding_range(min=low, max=high, step=step, name=label))


def log_slider(name, label, low, high, value, step=0.02):
    """A slider over powers of ten, as two parameters: the position `log10_<name>` and the value `<name>` itself.

    `low`, `high` and `value` are given as values, not as logarithms. The page shows the value beside the slider.
    """
    position = slider(f"log10_{name}", label, log10(low), log10(high), step, log10(value))
    return position, alt.param(name=name, expr=f"pow(10, log10_{name})")


def drop_down(name, label, options, value=None, labels=None):
    """A parameter chosen from a drop-down list; the first option unless `value` says otherwise."""
    bind = alt.binding_select(options=list(options), name=label, labels=list(labels or options))
    return alt.param(name=name, value=options[0] if value is None else value, bind=bind)


def tick_box(name, label, value=False):
    """A parameter switched on and off by a tick box."""
    return alt.param(name=name, value=value, bind=alt.binding_checkbox(name=label))


#: The rows that the boxes of `admitting` leave, and what to do where they leave none, as expressions.
ADMITTED = "(show_recalled || datum.status != 'recalled') && (show_grey || !datum.grey)"
ADMIT_MORE = "(show_grey ? '' : 'show grey literature, ') + (show_recalled ? '' : 'show recalled numbers, ')"


def admitting(chart):
    """A chart of rows with two boxes: one admits recalled numbers, off at first, the other grey literature."""
    chart = chart.add_params(
        tick_box("show_recalled", "show recalled numbers", False), tick_box("show_grey", "show grey literature", True)
    )
    return chart.transform_filter(ADMITTED)
