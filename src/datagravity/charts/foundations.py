"""The charts of the chapter on what the law rests on: one small picture for each assumption."""

import altair as alt
from sympy import Integer

from datagravity import symbolic
from datagravity.charts.controls import log_slider, slider
from datagravity.charts.curves import Axis, beta_slider, law_chart, level_line, one_point
from datagravity.charts.layers import named
from datagravity.charts.theme import DASHES, MEANING, finished, hues
from datagravity.charts.tooltips import number, word
from datagravity.charts.words import percent
from datagravity.compiled import vega_expression
from datagravity.symbolic import G_d, beta

_ACROSS_GD = Axis("G_d", 1, 1e4, G_d, logarithmic=True, ticks=(1, 10, 100, 1000, 10000), format="~s")
_SAVING = Axis("saving", 1, 1e3, logarithmic=True, ticks=(1, 10, 100, 1000), format="~s")
_ACROSS_BETA = Axis("beta", 1, 3, beta, ticks=(1, 1.5, 2, 2.5, 3))


def second_unit():
    """The saving if the operation's own journey is priced apart from G_d, or together with it, beside a constant."""
    kappa, wires, constant = symbolic.operation_cost, symbolic.operand_ratio, symbolic.C
    return law_chart(
        second_unit,
        {
            "price of one": symbolic.full_saving("tile").subs(kappa, 1),
            "price of kappa": symbolic.full_saving("tile"),
            "same wires": symbolic.shared_wires_saving,
        },
        _ACROSS_GD,
        _SAVING,
        means={"price of one": "law"},
        layers=[level_line(symbolic.shared_wires_ceiling, "ceiling")],
        parameters=[
            beta_slider(),
            *log_slider(kappa.name, "kappa", 0.1, 1000, 10),
            *log_slider(wires.name, "operands / operation", 1, 1000, 10),
            slider(constant.name, "constant C", 0, 100, 1, 1),
        ],
        title="What does the operation's journey cost?",
        subtitle="Dotted: the ceiling if both use the same wires.",
        description=(
            "Line chart on logarithmic axes of the saving against the disjunction constant. With a fixed price of the "
            "operation's journey the saving grows as a power; a coefficient kappa moves that curve sideways; if "
            "operations and operands share their wires the saving ends at a dotted ceiling. A constant lowers all."
        ),
    )


def fixed_place():
    """The exponent of the saving if each place has one price, beside the exponent of the law."""
    return law_chart(
        fixed_place,
        {"each place has one price": symbolic.fixed_place_exponent, "law": symbolic.saving_exponent},
        Axis("beta", 1, 5, beta, ticks=(1, 2, 3, 4, 5)),
        Axis("exponent of the saving", 0, 2, ticks=(0, 0.5, 1, 1.5, 2)),
        layers=[level_line(Integer(1), "all there is")],
        title="An exponent that does not end at 3",
        subtitle="Above the dotted line more is saved than there is.",
        description=(
            "Line chart of the exponent of the saving against beta. The law's exponent is a straight line that reaches "
            "one at beta three, where it must end. If each place costs the same the exponent bends and stays below one "
            "for every beta."
        ),
    )


def fixed_part():
    """The saving with a fixed share of transport, and its ceiling."""
    share = symbolic.fixed_share
    return law_chart(
        fixed_part,
        {"with the fixed share": symbolic.saving("tile", share), "without": symbolic.saving("tile")},
        _ACROSS_GD,
        _SAVING,
        means={"without": "law"},
        layers=[level_line(1 / share, "lid")],
        parameters=[beta_slider(), slider("fixed_share", "fixed share", 0.02, 0.9, 0.02, 0.1)],
        title="A fixed share puts a lid on the saving",
        subtitle="Dotted: the lid, for moves that cross no boundary.",
        description=(
            "Line chart on logarithmic axes of the saving against the disjunction constant, with and without a share "
            "of transport that no distance shrinks. Without it the saving grows without end; with it the curve bends "
            "towards a dotted line at one over that share, as long as no boundary is crossed."
        ),
    )


def nearest_place():
    """The saving if nothing can be built nearer than a smallest distance."""
    return law_chart(
        nearest_place,
        {"with a nearest place": symbolic.nearest_saving("tile"), "every distance": symbolic.saving("tile")},
        _ACROSS_GD,
        _SAVING,
        means={"every distance": "law"},
        layers=[level_line(symbolic.nearest_bound, "fall of transport")],
        parameters=[beta_slider(), *log_slider("nearest", "nearest distance", 0.01, 0.9, 0.1)],
        title="Nothing can be nearer than the nearest",
        subtitle="Dotted: the fall of transport on the way there.",
        description=(
            "Line chart on logarithmic axes of the saving against the disjunction constant, with and without a nearest "
            "distance that can be built. The two curves agree until the best distance would be nearer; then the first "
            "one levels off below a dotted line."
        ),
    )


def few_levels():
    """What a ladder of few levels costs at worst, against the number of levels: with free ends, and with both built."""
    # Of one level no two can stand at the ends: there it is infinite, and the line begins at two.
    built = symbolic.level_loss.subs(symbolic.level_ratio, symbolic.even_level_ratio)
    return law_chart(
        few_levels,
        {
            "each in its best place": symbolic.level_loss.subs(symbolic.level_ratio, symbolic.free_level_ratio),
            "both ends built": built,
        },
        Axis("levels", 1, 8, symbolic.levels, ticks=tuple(range(1, 9)), points=8),
        Axis("energy / least energy, at worst", 1, 4, ticks=(1, 1.5, 2, 3, 4)),
        points=True,
        parameters=[*log_slider("G_d", "G_d", 2, 1e4, 992), beta_slider()],
        title="A few levels nearly suffice",
        subtitle="At worst: the optimum lies just between two levels.",
        description=(
            "Line chart with points of the largest loss against the number of evenly spaced levels. The loss falls "
            "steeply with the first levels and slowly with more. If levels must stand at both ends of the range of "
            "best distances, the same losses come one level later. Sliders set the disjunction constant and beta."
        ),
    )


def dimensions():
    """Least energy of data laid out in a plane and in space, against the number of data."""
    energy = symbolic.dimension_least_energy
    as_many = one_point(sites=vega_expression(G_d)).mark_rule(strokeDash=[2, 4], strokeWidth=2, color=MEANING["marked"])
    return law_chart(
        dimensions,
        {"in space": energy.subs(symbolic.dimension, 3), "in a plane": energy.subs(symbolic.dimension, 2)},
        Axis("data", 1, 1e9, symbolic.sites, logarithmic=True, ticks=(1, 1e3, 1e6, 1e9), format="~s"),
        Axis("least energy", 1, 1e8, logarithmic=True, ticks=(1, 1e2, 1e4, 1e6, 1e8), format="~s"),
        layers=[named(as_many.encode(x="sites:Q"), "as many data as places")],
        parameters=[*log_slider("G_d", "price of operands / of a link", 1, 1e4, 992), beta_slider(1.5)],
        title="Space beats the plane, for enough data",
        subtitle="Dotted: as many data as places. Left of it: no optimum.",
        description=(
            "Line chart on logarithmic axes of least energy against the number of data, laid out in a plane and in "
            "space at the same spacing. The curve for space rises more slowly. Near a dotted line, where there are as "
            "many data as places that compute, the curves can cross; beyond it space wins."
        ),
    )


def flat_optimum():
    """Energy over least energy at a wrong distance: for one beta, and for the worst one."""
    ratio = symbolic.distance_ratio
    return law_chart(
        flat_optimum,
        {"at the chosen beta": symbolic.excess_energy, "worst beta": symbolic.flatness_bound},
        Axis("distance / optimal distance", 0.1, 10, ratio, logarithmic=True, ticks=(0.1, 0.5, 1, 2, 10), points=160),
        Axis("energy / least energy", 1, 10, logarithmic=True, ticks=(1, 1.25, 2, 5, 10)),
        means={"worst beta": "bound"},
        parameters=[beta_slider()],
        title="No beta makes the optimum sharp",
        subtitle="The worst beta differs from distance to distance.",
        description=(
            "Line chart on logarithmic axes of energy over least energy against distance over optimal distance. Both "
            "the curve of the chosen beta and the curve of the worst beta at each distance are flat at one; at half or "
            f"double the distance no beta costs more than {percent(symbolic.flatness_bound.subs(ratio, 2) - 1)}."
        ),
        height=260,
    )


def wrong_beta():
    """What it costs to place tiles for one beta when another holds."""
    return law_chart(
        wrong_beta,
        {"placed for the assumed beta": symbolic.wrong_beta_cost, "placed for beta = 2": symbolic.count_cost},
        _ACROSS_BETA._replace(title="true beta"),
        Axis("energy / least energy", 1, 4, ticks=(1, 1.5, 2, 3, 4)),
        layers=[level_line(Integer(2), "bound")],
        parameters=[slider("assumed_beta", "assumed beta", 1.05, 2.95, 0.05, 1.3)],
        title="The price of a wrong beta",
        subtitle="In tiles, whatever G_d. Placed for 2: below two.",
        description=(
            "Line chart of energy over least energy against the true beta, for tiles placed with an assumed beta and "
            "for tiles placed with beta two. The first curve touches one at the assumed value and climbs away from it; "
            "the second one stays below a dotted line at two everywhere."
        ),
        height=260,
    )


def count_of_places():
    """The best number of places against G_d, for one beta, beside the rule of thumb."""
    return law_chart(
        count_of_places,
        {"tiles": symbolic.best_places("tile"), "patches, and the rule": symbolic.best_places("patch")},
        _ACROSS_GD,
        Axis("places that compute", 0.1, 1e5, logarithmic=True, ticks=(0.1, 1, 10, 100, 1e3, 1e4, 1e5), format="~s"),
        parameters=[beta_slider(1.5)],
        title="G_d counts places",
        subtitle="The rule: compute at G_d places.",
        description=(
            "Line chart on logarithmic axes of the best number of places against the disjunction constant. In patches "
            "it equals the constant; in tiles it is proportional to it, with fewer places when beta is small and more "
            "when it is large. A slider sets beta."
        ),
        height=260,
    )


def ladder(hierarchies, sources=()):
    """Energy beside each level of some hierarchies, on the curve that a free choice of distance would give.

    Parameters
    ----------
    hierarchies : mapping from name to `datagravity.hierarchy.Hierarchy`
    sources : keys of the sources of the levels
    """
    laws = [{"name": name, "G_d": found.gd[-1], "beta": found.beta} for name, found in hierarchies.items()]
    levels = [{**row, "name": name} for name, found in hierarchies.items() for row in found.table().to_dict("records")]
    curve = vega_expression(symbolic.energy("tile"), r="datum.distance", G_d="datum.G_d", beta="datum.beta")
    x = Axis("distance / farthest distance", 0.05, 1, ticks=(0.05, 0.1, 0.2, 0.5, 1), logarithmic=True)
    y = Axis("energy / compute energy", 5, 200, ticks=(5, 10, 20, 50, 100, 200), logarithmic=True)
    color = alt.Color("name:N").scale(domain=list(hierarchies), range=hues(hierarchies)).title(None)
    dash = alt.StrokeDash("name:N").scale(domain=list(hierarchies), range=DASHES).title(None)
    curves = (
        alt.Chart(alt.Data(values=laws))
        .transform_calculate(position="sequence(0, 1.005, 0.01)")
        .transform_flatten(["position"])
        .transform_calculate(distance="pow(10, log(0.05) / LN10 * datum.position)")
        .transform_calculate(energy=curve)
        .mark_line(strokeWidth=2, clip=True)
        .encode(x=x.encode(alt.X, "distance"), y=y.encode(alt.Y, "energy"), color=color, strokeDash=dash)
    )
    points = (
        alt.Chart(alt.Data(values=levels))
        .mark_point(size=90, filled=True, opacity=1)
        .encode(
            x="distance:Q",
            y="energy:Q",
            color=color,
            shape=alt.condition("datum.best == 'best'", alt.value("diamond"), alt.value("circle")),
            size=alt.condition("datum.best == 'best'", alt.value(220), alt.value(70)),
            tooltip=[
                word("name", "hierarchy"),
                word("level"),
                number("places"),
                number("gd", "transport / compute"),
                number("energy", "energy / compute energy"),
            ],
        )
    )
    return finished(
        alt.layer(named(curves, "every distance"), named(points, "level")),
        drawn_by=ladder,
        title="Where to compute in a real hierarchy",
        subtitle="Points: levels. Diamond: the best. Line: every distance.",
        description=(
            "Points on logarithmic axes: the energy of an operation beside each level of some memory hierarchies, "
            "against the distance of the level. Lines show the energy of the law if every distance could be built. "
            "A diamond marks the best level of each hierarchy."
        ),
        sources=sources,
    )
