"""How every chart of the book looks: its colours, its Altair theme, and the words around the picture.

A chart function returns a plain Altair chart that carries the theme, so it looks the same in a notebook of any theme.
On the site the page's own style sheet sets the colours of text, axes and grid, so that one chart is legible in light
and in dark.
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
#: What a colour stands for: a curve, bar or point of this name has this colour in every chart.
MEANING = {
    # Transport, and what moves bits.
    **dict.fromkeys(["transport", "local transport", "path", "bytes", "byte/J", "weights", "distance"], ORANGE),
    **dict.fromkeys(["compute", "operations", "FLOP/J", "arithmetic, prompt too", "work", "logic"], GREY),
    **dict.fromkeys(["proximity", "commands, migrations", "memory"], GREEN),
    **dict.fromkeys(["sharing", "KV cache"], BROWN),
    "places": PINK,
    # Memories.
    **dict.fromkeys(["SRAM", "mass"], BLUE),
    **dict.fromkeys(["DRAM", "DDR3/4 DRAM", "7 nm, DDR"], ORANGE),
    **dict.fromkeys(["HBM2 DRAM, low end", "7 nm, HBM"], PURPLE),
    "GDDR6 DRAM, low end": BROWN,
    # A whole, and what follows from it.
    **dict.fromkeys(["total", "all together", "both energies together", "system", "saves energy"], BLUE),
    **dict.fromkeys(["saving", "energy", "fixed share", "stays as built", "inside", "inside the grid"], BLUE),
    **dict.fromkeys(["law", "FLOP/byte", "standing", "split", "across"], PURPLE),
    **dict.fromkeys(["best place", "realigned", "marked"], PINK),
    # How a number is known.
    **dict.fromkeys(["measured", "reported", "measured chip", "reuse", "shortens time"], GREEN),
    **dict.fromkeys(["fitted", "at the chosen beta"], BLUE),
    **dict.fromkeys(["outside", "end of the grid"], ORANGE),
    **dict.fromkeys(["bound", "lower bound", "reference", "compute alone", "no number", "one place"], GREY),
}
#: The order in which things without a meaning of their own take a colour.
_OTHERS = [BLUE, GREEN, BROWN, PINK, ORANGE, PURPLE, GREY]
#: Symbols that tell points apart beside their colours.
SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "triangle-right", "triangle-left"]
#: A map of equal steps, in colours light enough for what is drawn on it in INK; and what is as white as paper.
BANDS = ["#ffffd9", "#f1f9bb", "#d6efb3", "#a9ddb7", "#73c9bd", "#45b4c2", "#2f9cc1", "#4a86bd"]
INK, PAPER = "#222222", "#ffffff"
#: The scheme of a map of one number.
SCHEME = "viridis"
#: Dashes that tell lines apart beside their colours.
DASHES = [[1, 0], [6, 3], [2, 3], [8, 2, 2, 2], [12, 4]]
#: How numbers are written: as d3 does, but for the space before a percent sign, which the prose has too.
_NUMBERS = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""], "percent": "\u00a0%"}
#: The ends of the scale of ordered things. Both keep the contrast of the palette.
_LEAST, _MOST = (0x26, 0x6A, 0xB2), (0x4E, 0x98, 0xD4)


def hues(names, means=None):
    """The colours of things that a chart tells apart, one for each name.

    Parameters
    ----------
    names : in their order
    means : mapping from a name of them to the name in MEANING that it stands for, where that is another one

    Examples
    --------
    >>> hues(["transport", "one", "another"]) == [ORANGE, BLUE, GREEN]
    True
    """
    known = [MEANING.get((means or {}).get(name, name)) for name in names]
    free = [colour for colour in _OTHERS if colour not in known] + _OTHERS
    taken = iter(free)
    return [colour or next(taken) for colour in known]


def ordered(count):
    """Colours for things with an order, such as nodes or sizes of a memory: one hue, from dark to light.

    Parameters
    ----------
    count : how many things there are, at least 1

    Examples
    --------
    >>> ordered(3)
    ['#266ab2', '#3a81c3', '#4e98d4']
    """
    steps = [number / max(count - 1, 1) for number in range(count)]
    return [
        "#" + "".join(f"{round(low + step * (high - low)):02x}" for low, high in zip(_LEAST, _MOST, strict=True))
        for step in steps
    ]


# The oldest node has the darkest colour in every chart, however many there are.
MEANING["45 nm"] = ordered(1)[0]


# Importing a package must not restyle a reader's own charts: they ask for the theme by its name.
@alt.theme.register("datagravity", enable=False)
def theme() -> alt.theme.ThemeConfig:
    """The look of the book's charts; ``alt.theme.enable("datagravity")`` gives it to other charts too."""
    return {
        "config": {
            # A font that the browser can measure by this name, so that labels get the room they need.
            "font": "system-ui, sans-serif",
            "background": "transparent",
            "autosize": {"type": "fit-x", "contains": "padding"},
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "gridOpacity": 0.5},
            "title": {"fontSize": 15, "subtitleFontSize": 12},
            "legend": {
                "labelFontSize": 12,
                "titleFontSize": 12,
                "labelLimit": 260,
                "orient": "bottom",
                "columns": 3,
            },
            "range": {"category": PALETTE},
            "locale": {"number": _NUMBERS},
        }
    }


def finished(chart, *, drawn_by, title, description, sources=(), tables=(), subtitle=None, height=340):
    """Give a chart the theme, its title, its description for screen readers, its size, and the line printed under it.

    Parameters
    ----------
    chart : altair chart (single view or layer)
    drawn_by : the chart function itself; the line under the chart names it
    title : what the picture shows, in words
    description : one or two full sentences that say what a sighted reader would see
    sources : keys of the bibliography that the picture rests on
    tables : names of the tables of the book's own counts that the picture rests on; without sources and tables it is a
        drawing of a formula alone
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
    origin = {"function": f"{drawn_by.__module__}.{drawn_by.__qualname__}", "sources": sorted(set(sources))}
    if tables:
        origin["tables"] = sorted(set(tables))
    return chart.properties(
        title=alt.TitleParams(title, anchor="start", subtitle=subtitle or []),
        description=description,
        width="container",
        height=height,
        usermeta=origin,
        **theme(),
    )
