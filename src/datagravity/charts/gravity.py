"""The charts of the chapter on data gravity: a map with a pull in it, and the neutral point of two bodies."""

import altair as alt
from sympy import Rational, Symbol

from datagravity import symbolic
from datagravity.charts.controls import log_slider, slider
from datagravity.charts.layers import named, readout
from datagravity.charts.theme import BANDS, GREY, INK, MEANING, PAPER, finished
from datagravity.charts.tooltips import number, word
from datagravity.compiled import vega_expression

_BEST = MEANING["best place"]

#: Side of one cell of the map. Every data set lies on the middle of a cell, so that it is a candidate itself.
CELL = 0.025
#: The map's extent in cells: columns from left to right, rows from bottom to top.
COLUMNS, ROWS = 49, 41
#: The data sets of the map: name -> (mass, x, y) as it opens; D is the one that can be moved.
DATA_SETS = {"A": (4, 0.2, 0.8), "B": (3, 0.25, 0.2), "C": (5, 1.0, 0.3), "D": (2, 0.8, 0.8)}
_MOVED = "D"
# The search for the optimum: so many rounds, each with steps so many times finer, and so many of them to each side.
_ROUNDS, _FINER = 3, 4

# Letters as strokes: text would take the page's colour, and vanish on half of the bands.
_LETTERS = {
    "A": "M-.5,.6 L0,-.6 L.5,.6 M-.3,.2 L.3,.2",
    "B": "M-.4,.6 L-.4,-.6 C.5,-.6 .5,0 -.4,0 C.7,0 .7,.6 -.4,.6",
    "C": "M.5,-.4 C-.1,-.9 -.6,-.5 -.6,0 C-.6,.5 -.1,.9 .5,.4",
    "D": "M-.4,.6 L-.4,-.6 C.8,-.6 .8,.6 -.4,.6",
}
_HEADER = 28  # pixels above the map, for the words


def _parameters():
    """The symbols of masses and places: parameters of the chart, or numbers where nothing moves."""
    masses = [Symbol(f"mass_{name}", positive=True) for name in DATA_SETS]
    places = [
        (Symbol(f"x_{name}", positive=True), Symbol(f"y_{name}", positive=True))
        if name == _MOVED
        else (Rational(str(at[0])), Rational(str(at[1])))
        for name, (_, *at) in DATA_SETS.items()
    ]
    return masses, places


def _squares():
    """The squared distance of (datum.x, datum.y) to each data set: name of its column -> expression, in sympy."""
    x, y = symbolic.x, symbolic.y
    return {
        f"square_{name}": (x - at[0]) ** 2 + (y - at[1]) ** 2
        for name, at in zip(DATA_SETS, _parameters()[1], strict=True)
    }


def _from_squares():
    """Potential and pull of the map's data sets, in sympy, from the columns of `_squares`."""
    units = {symbolic.unit_energy: 1, symbolic.unit_distance: 1}
    # A symbol whose name is how Vega reads the column.
    known = {square: Symbol(f"datum.{name}", positive=True) for name, square in _squares().items()}
    expressions = [symbolic.potential(*_parameters()), *symbolic.pull(*_parameters())]
    return [expression.subs(units).subs(known) for expression in expressions]


def _field():
    """Potential and pull in Vega's language, at datum.x and datum.y."""
    return [vega_expression(expression, x="datum.x", y="datum.y") for expression in _from_squares()]


def _with_squares(chart):
    """The columns of `_squares`: a step of a slider computes only what moves anew."""
    squares = {name: vega_expression(one, x="datum.x", y="datum.y") for name, one in _squares().items()}
    return chart.transform_calculate(**squares)


def _grid(columns, rows, start=0, step=1):
    """Points of the map, generated in the browser; all arguments count cells."""
    return (
        alt.Chart(alt.sequence(start=start, stop=columns, step=step, as_="column"))
        .transform_calculate(row=f"sequence({start}, {rows}, {step})")
        .transform_flatten(["row"])
        .transform_calculate(x=f"datum.column / {1 / CELL:.0f}", y=f"datum.row / {1 / CELL:.0f}")
    )


def _cells(energy):
    """The cells of the map, each with the energy at its middle and with its edges."""
    return (
        _with_squares(_grid(COLUMNS, ROWS))
        .transform_calculate(
            left=f"datum.x - {CELL / 2}",
            right=f"datum.x + {CELL * 0.6}",  # a little too wide: hides the seams between cells
            low=f"datum.y - {CELL / 2}",
            top=f"datum.y + {CELL * 0.6}",
        )
        .transform_calculate(energy=energy)
    )


def _map_scales():
    """One scale for both axes, whatever the shape of the page: arrows cross the bands at right angles."""
    width, height = "max(width, 1)", f"max(height - {_HEADER}, 1)"
    pixel = f"max({COLUMNS * CELL} / {width}, {ROWS * CELL} / {height})"
    middle = (COLUMNS - 1) * CELL / 2
    bottom = f"{(ROWS - 1) * CELL / 2} - {pixel} * {height} / 2"
    x = alt.Scale(domain=[alt.ExprRef(f"{middle} {sign} {pixel} * {width} / 2") for sign in "-+"], nice=False)
    y = alt.Scale(domain=[alt.ExprRef(bottom), alt.ExprRef(f"{bottom} + {pixel} * height")], nice=False)
    return x, y


def _bands():
    """The energy at each cell, in equal steps of colour."""
    x_scale, y_scale = _map_scales()
    axis = {"grid": False, "values": [0, 0.5, 1]}
    return (
        alt.Chart()
        .transform_joinaggregate(least="min(energy)", most="max(energy)")
        .transform_calculate(
            excess="datum.energy / datum.least",
            level="(datum.energy - datum.least) / (datum.most - datum.least)",
        )
        .mark_rect()
        .encode(
            x=alt.X("left:Q").scale(x_scale).title("x").axis(**axis),
            x2="right:Q",
            y=alt.Y("low:Q").scale(y_scale).title("y").axis(**axis),
            y2="top:Q",
            color=alt.Color("level:Q")
            .scale(type="quantize", domain=[0, 1], range=BANDS)
            .legend(title="energy, from the least (left) up", titleLimit=300, labelExpr="''", gradientLength=240),
            tooltip=[
                number("x", "place along x", unit="place"),
                number("y", "place along y", unit="place"),
                number("energy"),
                number("excess", "energy / least"),
            ],
        )
    )


def _arrows(pull_x, pull_y):
    """The direction of the pull, on a coarse grid: a shaft and a head for each arrow."""
    length = 1.6 * CELL
    arrows = (
        _with_squares(_grid(COLUMNS, ROWS, start=2.5, step=5))
        .transform_calculate(pull_x=pull_x, pull_y=pull_y)
        .transform_calculate(pull="sqrt(datum.pull_x * datum.pull_x + datum.pull_y * datum.pull_y)")
        .transform_calculate(
            tip_x=f"datum.x + {length} * datum.pull_x / datum.pull",
            tip_y=f"datum.y + {length} * datum.pull_y / datum.pull",
            angle="atan2(datum.pull_x, datum.pull_y) * 180 / PI",
        )
    )
    direction = alt.Angle("angle:Q").scale(None).title("direction of the pull, from upwards (degrees)")
    shafts = alt.Chart().mark_rule(color=INK, strokeWidth=1.2, opacity=0.8, tooltip=None)
    heads = alt.Chart().mark_point(shape="triangle", filled=True, size=22, color=INK, opacity=0.8, tooltip=None)
    return _sharing(
        arrows,
        shafts.encode(x="x:Q", y="y:Q", x2="tip_x:Q", y2="tip_y:Q"),
        heads.encode(x="tip_x:Q", y="tip_y:Q", angle=direction),
    )


def _sharing(chart, *layers):
    """Layers on the rows of one chart, which the browser computes once for all of them."""
    together = alt.layer(*layers, data=chart.data)
    together.transform = chart.transform
    return together


def _bodies():
    """The data sets: a circle as large as its mass, with its letter."""
    bodies = (
        alt.Chart(alt.Data(values=[{"name": name, "own_x": x, "own_y": y} for name, (_, x, y) in DATA_SETS.items()]))
        .transform_calculate(
            x=f"datum.name == '{_MOVED}' ? x_{_MOVED} : datum.own_x",
            y=f"datum.name == '{_MOVED}' ? y_{_MOVED} : datum.own_y",
            mass=" : ".join(f"datum.name == '{name}' ? mass_{name}" for name in DATA_SETS) + " : 0",
        )
        .encode(x="x:Q", y="y:Q", tooltip=[word("name", "data set"), number("mass", "information mass")])
    )
    size = alt.Size("mass:Q").scale(type="linear", domain=[0, 10], range=[100, 1000]).legend(None)
    letter = alt.Shape("name:N").scale(domain=list(_LETTERS), range=list(_LETTERS.values())).legend(None)
    marks = alt.layer(
        bodies.mark_point(filled=True, shape="circle", color=PAPER, stroke=INK, opacity=1).encode(size=size),
        bodies.mark_point(filled=False, size=90, color=INK, strokeWidth=1.8, opacity=1).encode(shape=letter),
    )
    return named(marks, "data set")


def _optimum(energy):
    """The place of least energy, from the lowest cell by a search around it: a diamond, and where it lies in words."""
    steps = f"sequence({-_FINER}, {_FINER + 1})"
    optimum = alt.Chart().transform_aggregate(lowest_0="argmin(energy)")
    for done in range(_ROUNDS):
        step = CELL / _FINER ** (done + 1)
        around = (
            optimum.transform_calculate(across=steps, up=steps)
            .transform_flatten(["across"])
            .transform_flatten(["up"])
            .transform_calculate(
                x=f"datum.lowest_{done}.x + datum.across * {step}", y=f"datum.lowest_{done}.y + datum.up * {step}"
            )
        )
        around = _with_squares(around).transform_calculate(energy=energy)
        optimum = around.transform_aggregate(**{f"lowest_{done + 1}": "argmin(energy)"})
    optimum = optimum.transform_calculate(
        **{name: f"datum.lowest_{_ROUNDS}.{name}" for name in ("x", "y", "energy")}
    ).transform_calculate(label="'optimum at (' + format(datum.x, '.3f') + ', ' + format(datum.y, '.3f') + ')'")
    diamond = alt.Chart().mark_point(shape="diamond", filled=False, size=1100, strokeWidth=4, color=_BEST, opacity=1)
    return _sharing(
        optimum, diamond.encode(x="x:Q", y="y:Q", tooltip=word("label", "least energy")), readout(alt.Chart())
    )


def gravity_map():
    """Data sets in the plane, the energy of computing at each place, the pull, and the place of least energy."""
    energy, *pull = _field()
    layers = [named(_bands(), "cell of the map"), named(_arrows(*pull), "pull"), _bodies()]
    layers.append(named(_optimum(energy), "least energy"))
    chart = _sharing(_cells(energy), *layers).add_params(
        slider("exponent", "exponent a", 0.3, 3, 0.05, 1.5),
        *(slider(f"mass_{name}", f"mass {name}", 1, 10, 0.5, mass) for name, (mass, *_) in DATA_SETS.items()),
        slider(f"x_{_MOVED}", f"x of {_MOVED}", 0, round((COLUMNS - 1) * CELL, 3), CELL, DATA_SETS[_MOVED][1]),
        slider(f"y_{_MOVED}", f"y of {_MOVED}", 0, round((ROWS - 1) * CELL, 3), CELL, DATA_SETS[_MOVED][2]),
    )
    return finished(
        chart,
        drawn_by=gravity_map,
        title="Where the data pull a computation",
        subtitle=[
            f"Bands: equal steps of energy, on a grid with cells of {CELL}.",
            "Diamond: least energy. Arrows: the pull.",
        ],
        description=(
            "Map of four data sets A to D in the plane, drawn as circles as large as their information masses. "
            "Coloured bands show the energy of a computation at each place in equal steps; arrows show the "
            "direction of the pull, and a diamond marks the place of least energy, which its label gives. Sliders set "
            "the exponent, the four masses and the place of D."
        ),
        height=420,
    )


def neutral_point():
    """Where the pulls of two data sets cancel, for exponents from Newton's -1 to 4."""
    ratio = symbolic.neutral_ratio.subs(symbolic.light, 1)
    point = symbolic.neutral_point.subs({symbolic.separation: 1, symbolic.gap_ratio: ratio})
    place = vega_expression(point, exponent="datum.a", heavy="ratio")
    x = alt.X("a:Q").scale(domain=[-1, 4], nice=False).title("exponent a").axis(values=[-1, 0, 1, 2, 3, 4])
    y = alt.Y("place:Q").scale(domain=[0, 1]).title("distance from the heavy one / D")

    tips = [number("a", "exponent a"), number("place", "distance from the heavy one / D", "place")]
    # At a = 1 the pulls of two different masses cancel nowhere.
    curves = []
    for name, start, stop, color, dash in [
        ("barrier", -1, 0.99, GREY, [6, 3]),
        ("best place", 1.01, 4, _BEST, [1, 0]),
    ]:
        data = alt.sequence(start=start, stop=stop + 0.005, step=0.01, as_="a")
        line = alt.Chart(data).transform_calculate(place=place)
        line = line.mark_line(strokeWidth=2.5, color=color, strokeDash=dash)
        curves.append(named(line.encode(x=x, y=y, tooltip=tips), name))
    words = "datum.name + ': ' + format(datum.place, '.3f')"
    marked = (
        alt.Chart(alt.Data(values=[{"a": -1, "name": "Newton, a = -1"}, {"a": 3, "name": "data, a = 3"}]))
        .transform_calculate(place=place)
        .transform_calculate(label=words)
    )
    point = marked.mark_point(size=90, filled=True, opacity=1, color=MEANING["marked"])
    label = marked.encode(x="a:Q", y="place:Q", text="label:N")
    ends = alt.Chart(
        alt.Data(values=[{"place": 0.0, "name": "at the heavy one"}, {"place": 1.0, "name": "at the light one"}])
    ).encode(y="place:Q", text="name:N")
    chart = alt.layer(
        *curves,
        alt.Chart().mark_rule(color=GREY, strokeDash=[2, 4]).encode(x=alt.datum(1)),
        named(point.encode(x="a:Q", y="place:Q", tooltip=[word("name", "which"), *tips]), "marked point"),
        label.transform_filter("datum.a < 0").mark_text(align="left", dx=8, dy=14, fontSize=13, fontWeight="bold"),
        label.transform_filter("datum.a > 0").mark_text(dy=18, fontSize=13, fontWeight="bold"),
        ends.transform_filter("datum.place == 1")
        .mark_text(align="right", dy=9, dx=-6, fontSize=12)
        .encode(x=alt.value(alt.ExprRef("width"))),
        ends.transform_filter("datum.place == 0")
        .mark_text(align="left", dy=-9, dx=6, fontSize=12)
        .encode(x=alt.value(0)),
    ).add_params(*log_slider("ratio", "mass ratio", 1, 100, 8))
    return finished(
        chart,
        drawn_by=neutral_point,
        title="Where two pulls cancel",
        subtitle=["Pink: the best place. Grey: a barrier, no optimum.", "A half turn swaps left and right of a = 1."],
        description=(
            "Line chart of the place between two data sets where their pulls cancel, against the exponent from minus "
            "one to four. Left of one the place lies near the light data set and is a barrier, Newton's neutral point "
            "at minus one; right of one it is the best place and lies near the heavy one. The two halves are images "
            "of each other under a half turn. A slider sets the ratio of the masses."
        ),
    )
