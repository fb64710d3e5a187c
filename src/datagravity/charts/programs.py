"""The charts of the chapter on the law on real programs. Counts are read once, and priced in the browser."""

import altair as alt
import numpy as np

from datagravity import symbolic
from datagravity.charts.controls import drop_down, log_slider, slider
from datagravity.charts.curves import SHORT, one_point
from datagravity.charts.layers import diagonal, guide, named, none_left, readout
from datagravity.charts.theme import DASHES, GREY, MEANING, SYMBOLS, finished, hues, ordered
from datagravity.charts.tooltips import number, word
from datagravity.charts.words import listed, printed, spans
from datagravity.compiled import vega_expression
from datagravity.evidence import load
from datagravity.programs import bill, counted, fitting, predicting, prices
from datagravity.programs.counted import LAW, natural, one_run_each
from datagravity.programs.measuring import levels
from datagravity.programs.placing import ONE_PLACE

#: A way to cut the data, and its colour and symbol.
_CUTS = ["natural", "contiguous", "hashed", "graph"]
PARTITIONS = {name: look for name, *look in zip(_CUTS, hues(_CUTS), SYMBOLS, strict=False)}
#: The parts of a bill, from the bottom of a bar up.
TERMS = {name: MEANING[name] for name in ("compute", "local transport", "sharing", "commands, migrations", "places")}
#: Which of the places is best.
ENDS = {name: MEANING[name] for name in ("one place", "inside the grid", "end of the grid")}
#: The program that a chart opens with.
_OPENING = "attention decode"
_DECADES = [10.0**power for power in range(-6, 9)]
_FACTORS = [1, 2, 5, 10, 20, 50, 100]


def _rounded(values):
    """Numbers to four significant digits, so that a page carries no more; blanks become 0, since nothing travels."""
    return [float(f"{value:.4g}") for value in np.nan_to_num(np.asarray(values, dtype=float))]


def _partition_scale(known, **legend):
    """Colour and shape of the partitions that are there."""
    names = [name for name in PARTITIONS if name in set(known)]
    colours, symbols = zip(*(PARTITIONS[name] for name in names), strict=True)
    return {
        "color": alt.Color("partition:N").scale(domain=names, range=list(colours)).title("partition").legend(**legend),
        "shape": alt.Shape("partition:N").scale(domain=names, range=list(symbols)).title("partition").legend(**legend),
    }


# --- Miss curves -----------------------------------------------------------------------------------------------------


def _moved_at_once(units):
    """Colour and dash of lines by how much moves at once, from the least on."""
    named = {alt.Color: ordered(len(units)), alt.StrokeDash: DASHES[: len(units)]}
    color, dash = (
        channel("unit:N").scale(domain=units, range=own).title("moved at once") for channel, own in named.items()
    )
    return {"color": color, "strokeDash": dash}


def _powers(base, x, y):
    """Powers with theta 0, 1/2 and 1 from the first point of the chosen program on."""
    return (
        base.transform_filter("datum.unit == '8 bytes'")
        .transform_calculate(low="datum.at[0]", high="peek(datum.at)", start="datum.share[0]", slope="[0, 0.5, 1]")
        .transform_flatten(["slope"])
        .transform_calculate(end="[0, 1]")
        .transform_flatten(["end"])
        # A slope ends where it leaves the picture, or at the last capacity.
        .transform_calculate(
            reach="datum.slope > 0 ? min(log(datum.high / datum.low), log(300) / datum.slope) : "
            "log(datum.high / datum.low)"
        )
        .transform_calculate(
            at="datum.low * exp(datum.end * datum.reach)",
            share="datum.start * exp(-datum.slope * datum.end * datum.reach)",
            exponent="'theta = ' + datum.slope",
        )
        .mark_line(strokeDash=[3, 4], color=GREY)
        .encode(x=x, y=y, detail="exponent:N", tooltip=[word("exponent", "a power with")])
    )


def miss_curves(misses=None):
    """Misses against the capacity of a memory, for a program of the reader's choice, in words and in lines.

    Parameters
    ----------
    misses : rows as in the table `program_misses`, which it is if None
    """
    rows = load("program_misses") if misses is None else misses
    rows = rows[rows["size"] == rows.groupby("kernel")["size"].transform("max")]
    rows = rows[rows["seed"] == rows.groupby("kernel")["seed"].transform("min")].sort_values("capacity_bytes")
    packed = [
        {"kernel": name, "unit": f"{unit} bytes", "at": _rounded(own["capacity_bytes"])}
        | {"share": _rounded(own["misses"] / own["accesses"])}
        for (name, unit), own in rows.groupby(["kernel", "unit_bytes"], sort=False)
    ]
    kernels = list(dict.fromkeys(rows["kernel"]))
    base = alt.Chart(alt.InlineData(values=packed)).transform_filter("datum.kernel == programs_missing")
    flat = base.transform_flatten(["at", "share"]).transform_filter("datum.share > 0")
    scale = alt.Scale(type="log", nice=False)
    x = alt.X("at:Q").scale(scale).title("bytes nearby").axis(labelExpr=SHORT, values=_DECADES)
    y = alt.Y("share:Q").scale(scale).title("misses / accesses").axis(format="~g", values=_DECADES)
    unit = _moved_at_once([f"{size} bytes" for size in sorted(set(rows["unit_bytes"]))])
    told = [word("unit", "moved at once"), number("at", "bytes"), number("share", "share")]
    lines = flat.mark_line(point=True, strokeWidth=2).encode(x=x, y=y, **unit, tooltip=told)
    slopes = _powers(base, x, y)
    stairs = listed(kernels[:2])
    return finished(
        alt.layer(named(slopes, "power"), named(lines, "counted")).add_params(
            drop_down("programs_missing", "program", kernels)
        ),
        drawn_by=miss_curves,
        title="Reuse is a stair, not a power",
        subtitle=["dotted: powers with theta 0, 1/2 and 1;", "first touches always miss"],
        description=(
            "Line chart on logarithmic axes of misses over accesses against the bytes of a memory that keeps what was "
            f"used last, for one of {len(kernels)} programs that a list chooses, {stairs} among them, in words and "
            "in lines of memory. Dotted lines are powers with the exponents 0, 1/2 and 1. The curves have flat steps "
            "and steep edges where those are straight."
        ),
        tables=["program_misses"],
        height=300,
    )


# --- What crosses ----------------------------------------------------------------------------------------------------


def remote_bytes(counts=None, fits=None):
    """The share of bytes that cross between places against their number, with the bent power of each partition.

    Parameters
    ----------
    counts : rows as in the table `program_counts`, which it is if None
    fits : of `programs.fitting.byte_fit`; of the same rows if None
    """
    rows = one_run_each(load("program_counts") if counts is None else counts)
    if fits is None:
        fits = counted.byte_fits() if counts is None else fitting.byte_fit(rows)
    rows = rows[rows["partition"] != ONE_PLACE].assign(
        share=_crossing,
        distance=lambda found: found["remote_distance_unlimited_whole"],
    )
    packed = [
        {"kernel": name, "partition": partition, "k": [int(k) for k in own["places"]]}
        | {"share": _rounded(own["share"]), "d": _rounded(own["distance"])}
        for (name, partition), own in rows.groupby(["kernel", "partition"], sort=False)
    ]
    kernels = list(dict.fromkeys(rows["kernel"]))
    known = _partition_scale(rows["partition"], columns=2, values=_cuts_of_the_chosen(packed))
    base = alt.Chart(alt.InlineData(values=packed)).transform_filter("datum.kernel == programs_crossing")
    base = base.transform_flatten(["k", "share", "d"]).transform_filter("datum.share > 0")
    x = (
        alt.X("k:Q")
        .scale(type="log", base=4, nice=False)
        .title("places")
        .axis(format="d", values=[4**level for level in range(1, 8)])
    )
    y = (
        alt.Y("share:Q")
        .scale(type="log", domain=[1e-5, 1.2], nice=False, clamp=True)
        .axis(format="~g", values=_DECADES[1:7])
    )
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=x,
        y=y.title("remote bytes / all bytes"),
        **known,
        tooltip=[word("partition"), number("k", "places"), number("share"), number("d", "mean distance")],
    )
    lines = _bent_lines(fits, x, y, known["color"])
    chart = alt.layer(lines, _tile_line(x, y), named(points, "counted"), *_nothing_crosses(packed))
    return finished(
        chart.add_params(drop_down("programs_crossing", "program", kernels)),
        drawn_by=remote_bytes,
        title="What crosses between places",
        subtitle=["lines: bent powers; dashed: a message of fixed", "size to each place, as the law has it"],
        description=(
            "Points on logarithmic axes: the share of all bytes that cross between places, against the number of "
            f"places, for one of {len(kernels)} programs that a list chooses, cut in up to "
            f"{rows['partition'].nunique()} ways. Lines are bent powers through the points. A dashed line rises in "
            "proportion to the further places. Where lines of memory are hashed, most bytes cross at once and nothing "
            "is left to rise."
        ),
        tables=["program_counts"],
        height=320,
    )


def _nothing_crosses(packed):
    """Words in place of the points of a program of which no byte crosses."""
    crossing = "datum.kernel == programs_crossing && extent(datum.share)[1] > 0"
    of = "'byte of “' + programs_crossing + '” that crosses'"
    return none_left(alt.InlineData(values=packed), crossing, of, "'choose another program'")


def _cuts_of_the_chosen(packed):
    """The partitions that the chosen program was counted in: a legend names no other one."""
    cuts = {}
    for row in packed:
        cuts.setdefault(row["kernel"], []).append(row["partition"])
    programs = {}
    for kernel, own in cuts.items():
        programs.setdefault(tuple(name for name in PARTITIONS if name in own), []).append(kernel)
    *others, most = sorted(programs, key=lambda own: len(programs[own]))
    chosen = "".join(f"indexof({programs[own]}, programs_crossing) >= 0 ? {list(own)} : " for own in others)
    return alt.ExprRef(f"{chosen}{list(most)}")


def _crossing(rows):
    """The share of bytes that cross between places, the contexts of a run that migrates among them."""
    return (rows["remote_bytes_unlimited"] + 16 * rows["migrations"]) / (8 * rows["accesses"])


def _bent_lines(fits, x, y, colour):
    """The bent power of each partition of the chosen program, b_0 (k^(q/2) - 1) / q, drawn from k = 4 on."""
    columns = {"b_0": "b", "q_b": "q"}
    rows = fits[["kernel", "partition", *columns]].dropna().rename(columns=columns)
    rows = rows.assign(**{name: _rounded(rows[name]) for name in columns.values()})
    law = vega_expression(
        symbolic.bent_power,
        r="datum.r",
        first_step="datum.b",
        closeness_exponent="(abs(datum.q) < 1e-3 ? 1e-3 : datum.q)",
    )
    lines = (
        alt.Chart(alt.InlineData(values=rows.to_dict("records")))
        .transform_filter("datum.kernel == programs_crossing")
        .transform_calculate(level="sequence(1, 7.01, 0.25)")
        .transform_flatten(["level"])
        .transform_calculate(k="pow(4, datum.level)", r="pow(2, -datum.level)")
        .transform_calculate(share=law, rent="1 - datum.q / 2")
        .mark_line(strokeWidth=1.5)
        .encode(
            x=x,
            y=y,
            color=colour,
            tooltip=[word("partition"), number("q", "exponent of bytes"), number("rent", "1 - q / 2")],
        )
    )
    return named(lines, "bent power")


def _tile_line(x, y):
    """Bytes in proportion to the further places: the law's message of fixed size."""
    line = (
        one_point(level="sequence(1, 7.01, 0.5)")
        .transform_flatten(["level"])
        .transform_calculate(k="pow(4, datum.level)", share="1e-5 * (pow(4, datum.level) - 1)")
        .mark_line(strokeDash=[5, 4], color=GREY)
        .encode(x=x, y=y)
    )
    return named(line, "messages of fixed size")


# --- The spread of kappa ---------------------------------------------------------------------------------------------


def closeness(fits=None):
    """The price of closeness over transport as built, kappa / G_d, of every program and partition.

    Parameters
    ----------
    fits : of `programs.fitting.fit`; of the largest fitted sizes at the opening law if None
    """
    fits = counted.fits() if fits is None else fits
    rows = fits.dropna(subset=["kappa_over_gd"])
    order = list(rows.query("partition == 'natural'").sort_values("kappa_over_gd")["kernel"])
    known = _partition_scale(rows["partition"], columns=2)
    data = rows[["kernel", "family", "partition", "kappa_over_gd", "b", "p"]]
    natural = rows.loc[rows["partition"] == "natural", "kappa_over_gd"]
    points = (
        alt.Chart(data)
        .mark_point(filled=True, size=65, opacity=0.9)
        .encode(
            x=alt.X("kappa_over_gd:Q").scale(type="log").title("kappa / G_d").axis(format="~g", values=_DECADES),
            y=alt.Y("kernel:N").sort(order).title(None).axis(labelLimit=190, grid=True),
            **known,
            tooltip=[
                word("kernel", "program"),
                word("family"),
                word("partition"),
                number("kappa_over_gd", "kappa / G_d"),
                number("b", "factor b"),
                number("p", "exponent p"),
            ],
        )
    )
    return finished(
        points,
        drawn_by=closeness,
        title="The price of closeness, program by program",
        subtitle="left: closeness is cheap; same data, other cuts",
        description=(
            f"Points on a logarithmic axis, one row for each of {rows['kernel'].nunique()} programs: kappa over the "
            f"disjunction constant. Cut as their algorithms suggest, they run from {printed(natural.min())} to "
            f"{printed(natural.max())}; hashed, from {_span(rows, 'hashed')}."
        ),
        sources=_price_sources(),
        tables=["program_counts"],
        height=24 * len(order) + 20,
    )


def _span(rows, partition):
    found = rows.loc[rows["partition"] == partition, "kappa_over_gd"]
    return f"{printed(found.min())} to {printed(found.max())}"


def _price_sources():
    """The sources of the prices that the charts open with, and of the density of data."""
    energies, distances = load("energy").set_index("id"), load("distances").set_index("id")
    rows = [row for ids in prices.LAWS[LAW].values() for row in ids]
    return {*energies.loc[rows, "source"], distances.loc[prices.DENSITY_ROW, "source"]}


# --- The valley ------------------------------------------------------------------------------------------------------

#: What each place costs besides transport: its slider is a power of ten, and its lower end, where it opens, is nothing.
_PLACE_PRICES = (0, 6)


def _packed_counts(counts):
    """One record a program and partition: what an operation moves at each number of places, as lists.

    A tuple, since altair copies a list of records, all the way down, with each of a chart's many copies.
    """
    rows = bill.plain(one_run_each(counts).sort_values("places", kind="stable"))
    per = rows["operations"]
    columns = {
        "R": rows["reuse_bytes"] / per,
        "u": rows["reuse_distance_whole"],
        "H": (rows["home_bytes"] + rows["remote_bytes"]) / per,
        "S": rows["remote_bytes"] / per,
        "v": rows["remote_distance_whole"],
        "W": rows["reduction_bytes"] / per,
        "M": rows["migrations"] / per,
        "w": rows["migration_distance_whole"],
    }
    columns = {name: np.array(_rounded(values)) for name, values in columns.items()}
    one = {rows["kernel"][row]: row for row in np.flatnonzero(rows["partition"] == ONE_PLACE)}
    places, law, found = rows["places"].astype(int).to_numpy(), prices.law(LAW), []
    split = rows[rows["partition"] != ONE_PLACE]
    for (kernel, partition), own in split.groupby(["kernel", "partition"], sort=False).indices.items():
        first = rows.loc[one[kernel]]
        every = [one[kernel], *split.index[own]]
        found.append(
            {"kernel": kernel, "partition": partition, "k": places[every].tolist()}
            | {name: values[every].tolist() for name, values in columns.items()}
            | {"P": float(f"{first['phases'] / first['operations']:.6g}")}
            | {"L": float(f"{prices.side_mm(first['footprint_bytes']):.4g}")}
            | {"e": float(law.compute(first["operation_class"]))}
        )
    return tuple(found)


#: The terms of the bill per operation, as expressions of a row and of the sliders; e(d) is affine.
_BILL = {
    "local": "programs_scale * (datum.R * (E0 + E1 * datum.u) + datum.H * (E0 + E1 * datum.r / 2))",
    "sharing": "programs_scale * datum.S * (1 + programs_header / 8) * (E0 + E1 * datum.v)",
    "commands": "programs_scale * ((datum.P * (datum.k - 1) * (programs_descriptor + 16) + datum.W) * "
    "(E0 + E1 * datum.r) + 16 * datum.M * (E0 + E1 * datum.w))",
    "places": "programs_place * datum.P * datum.k",
}


#: The record of the chosen program and partition.
_COUNTED = "datum.kernel == programs_kernel && datum.partition == programs_partition"


def _bills(packed):
    """The chosen program's bill at each number of places, over its bill at one place, and what follows from it."""
    terms = {
        name: text.replace("E0", "programs_fixed").replace("E1", "programs_slope * datum.L")
        for name, text in _BILL.items()
    }
    built = {
        name: f"datum.k == 1 ? {text} : 0"
        for name, text in {"own_total": "datum.total", "own_gd": "datum.local / datum.e"}.items()
    }
    return (
        alt.Chart(alt.InlineData(values=packed))
        .transform_filter(_COUNTED)
        .transform_flatten(["k", *"RuHSvWMw"])
        .transform_calculate(r="1 / sqrt(datum.k)")
        .transform_calculate(compute="datum.e", **terms)
        .transform_calculate(total="datum.e + datum.local + datum.sharing + datum.commands + datum.places")
        .transform_calculate(**built)
        .transform_joinaggregate(as_built="sum(own_total)", gd="sum(own_gd)", least="min(total)")
        .transform_calculate(ratio="datum.total / datum.as_built")
    )


def _stacked(base, x, y):
    """The terms of each bill, one above the other."""
    names = dict(zip(["compute", *_BILL], TERMS, strict=True))
    labels = " : ".join(f"datum.key == '{key}' ? '{name}'" for key, name in names.items())
    return (
        base.transform_fold(list(names), as_=["key", "pj"])
        .transform_calculate(
            term=f"{labels} : ''", part="datum.pj / datum.as_built", order=f"indexof({list(names)}, datum.key)"
        )
        .mark_bar(size=17, clip=True)
        .encode(
            x=x,
            y=y("part").stack("zero"),
            order="order:Q",
            color=alt.Color("term:N")
            .scale(domain=list(TERMS), range=list(TERMS.values()))
            .title(None)
            .legend(columns=2),
            tooltip=[word("term"), number("k", "places"), number("pj", "per operation", "pJ"), number("part", "share")],
        )
    )


def _valley_controls(kernels, partitions):
    """What the reader chooses: the program, its partition, and the prices."""
    law = prices.law(LAW)
    low, high = _PLACE_PRICES
    return [
        drop_down("programs_kernel", "program", kernels, _OPENING if _OPENING in kernels else kernels[0]),
        drop_down("programs_partition", "partition", partitions),
        slider("log10_programs_place", "a place, pJ a phase", low, high, 0.1, 0),
        alt.param(name="programs_place", expr="log10_programs_place > 0 ? pow(10, log10_programs_place) : 0"),
        *log_slider("programs_scale", "G_d times", 0.001, 1000, 1),
        slider("programs_slope", "distance, pJ/byte/mm", 0.05, 2, 0.01, law.slope),
        slider("programs_fixed", "fixed part, pJ/byte", 0, 20, 0.1, law.fixed),
        slider("programs_header", "header, bytes", 0, 32, 4, 8),
        *log_slider("programs_descriptor", "descriptor, bytes", 16, 4096, 64),
    ]


def valley(counts=None):
    """Energy against the distance to the data, for a program of the reader's choice, priced by the reader.

    Parameters
    ----------
    counts : rows as in the table `program_counts`, which it is if None
    """
    counts = load("program_counts") if counts is None else counts
    packed = _packed_counts(counts)
    base = _bills(packed)
    kernels = sorted(counts["kernel"].unique())
    partitions = [name for name in PARTITIONS if name in set(counts["partition"])]
    x = alt.X("r:Q").scale(type="log", domain=[0.006, 1.3], nice=False).title("side of a tile r (1 = as built)")
    x = x.axis(format="~g", values=[0.01, 0.1, 1])

    def y(field):
        axis = alt.Y(f"{field}:Q").scale(domain=[0, 1.6], nice=False).title("energy / energy as built")
        return axis.axis(format="~g")

    tips = [number("k", "places"), number("total", "per operation", "pJ"), number("ratio", "over as built")]
    points = (
        base.transform_calculate(bill="'the whole bill'")
        .mark_point(filled=True, size=60, opacity=1, clip=True)
        .encode(x=x, y=y("ratio"), tooltip=tips, **_whole_bill())
    )
    one = base.transform_filter("datum.k == 1")
    built = one.transform_aggregate(one="count()", groupby=["kernel"])  # a line to guide the eye, no row
    chart = alt.layer(
        named(_stacked(base, x, y), "term of the bill"),
        built.mark_rule(aria=False, strokeDash=[4, 4], color=GREY).encode(y=alt.Y(datum=1)),
        named(_book_curve(one, x, y), "law of tiles"),
        named(points, "whole bill"),
        _above(base.transform_filter("datum.total == datum.least").transform_calculate(label=_READOUT)),
        *_not_counted(packed),
    ).add_params(*_valley_controls(kernels, partitions))
    return finished(
        chart,
        drawn_by=valley,
        title="The valley of a program",
        subtitle=["bars: the bill as counted and priced;", "dashed curve: the law, kappa = 1, beta = 2"],
        description=(
            "Stacked bars of the energy of an operation over that at one place, against the side of a tile on a "
            f"logarithmic axis: compute, local transport, sharing, commands and places, for one of {len(kernels)} "
            "programs. A dashed curve is the law with kappa one. A line above names the best number of places and the "
            "saving. Scaling all transport leaves the best place where it is, until a place has a price of its own."
        ),
        sources=_price_sources(),
        tables=["program_counts"],
        height=380,
    )


def _whole_bill():
    """Colour and shape of the points at the top of the bars, with a legend of their own."""
    name = "the whole bill"
    total = MEANING["total"]
    legend = {"symbolFillColor": total, "symbolStrokeColor": total}
    shape = alt.Shape("bill:N").scale(domain=[name], range=["diamond"]).title(None).legend(**legend)
    return {"shape": shape, "color": alt.value(total)}


def _above(chart):
    """Two lines above the axes, where neither bars nor curves are."""
    return readout(chart, size=12, top=-34)


def _not_counted(packed):
    """Words in place of the bill, where the chosen program was not counted in the chosen partition."""
    of = "'count of “' + programs_kernel + '” in partition ' + programs_partition"
    return none_left(alt.InlineData(values=packed), _COUNTED, of, "'choose another partition'")


_TILES, _PROMISE = (law("tile").subs(symbolic.beta, 2) for law in (symbolic.energy, symbolic.saving))
_READOUT = (
    "'G_d = ' + format(datum.gd, '.3~r') + ': best at ' + datum.k + (datum.k > 1 ? ' places' : ' place') + "
    "',\\nsaves ' + format(datum.as_built / datum.total, '.3~r') + 'x (the law: ' + "
    f"format(datum.gd > 1 ? {vega_expression(_PROMISE, G_d='datum.gd')} : 1, '.3~r') + 'x)'"
)


def _book_curve(one, x, y):
    """The law of tiles with compute, at the program's own G_d: kappa = 1, beta = 2."""
    at, built = (vega_expression(_TILES, r=place, G_d="datum.gd") for place in ("datum.r", "1"))
    return (
        one.transform_calculate(depth="sequence(0, 7.01, 0.1)")
        .transform_flatten(["depth"])
        .transform_calculate(r="pow(2, -datum.depth)")
        .transform_calculate(law=f"({at}) / ({built})")
        .mark_line(strokeDash=[6, 3], strokeWidth=2, color=MEANING["law"], clip=True)
        .encode(x=x, y=y("law"))
    )


# --- Saving against G_d ----------------------------------------------------------------------------------------------


def saving_against_gd(savings=None):
    """The saving of every program against its G_d, with the curve that leads each to its ceiling.

    Parameters
    ----------
    savings : of `programs.bill.savings`, one row a program; of the largest fitted sizes at the opening law if None
    """
    rows = natural(counted.savings()) if savings is None else savings
    data = rows.assign(
        places=rows["best_places"],
        end=np.where(rows["at_the_end"], "end of the grid", "inside the grid"),
    )[["kernel", "family", "gd", "saving", "ceiling", "places", "end"]]
    data.loc[data["places"] == 1, "end"] = "one place"
    top = 10 ** np.ceil(np.log10(data["ceiling"].max() * 1.2))
    x = (
        alt.X("gd:Q")
        .scale(type="log", domain=[0.1, 1e4], nice=False, clamp=True)
        .title("G_d")
        .axis(labelExpr=SHORT, values=_DECADES[5:11])
    )
    y = (
        alt.Y("saving:Q")
        .scale(type="log", domain=[1, float(top)], nice=False)
        .title("saving")
        .axis(format="~g", values=_FACTORS)
    )
    base = alt.Chart(data)
    tips = [word("kernel", "program"), word("family"), number("gd", "G_d"), number("saving"), number("ceiling")]
    tips += [number("places", "best number of places")]
    chosen = alt.condition("datum.kernel == programs_shown", alt.value(3), alt.value(0.8))
    points = base.mark_point(filled=True, size=75, opacity=1).encode(
        x=x,
        y=y,
        color=alt.Color("end:N").scale(domain=list(ENDS), range=list(ENDS.values())).title("best"),
        shape=alt.Shape("end:N").scale(domain=list(ENDS), range=SYMBOLS[: len(ENDS)]).title("best"),
        tooltip=tips,
    )
    name = base.transform_filter("datum.kernel == programs_shown").mark_text(dy=-11, fontSize=12, fontWeight="bold")
    first = data.loc[data["saving"].idxmax(), "kernel"]
    return finished(
        alt.layer(
            named(_to_ceilings(base, x, y, chosen, tips), "towards the ceiling"),
            named(_promised(x, y), "law"),
            named(points, "program"),
            name.encode(x=x, y=y, text="kernel:N"),
        ).add_params(drop_down("programs_shown", "program", list(data["kernel"]), first)),
        drawn_by=saving_against_gd,
        title="Each program has its ceiling",
        subtitle=["lines: a program under other prices;", "dashed: the law, kappa = 1, beta = 2"],
        description=(
            "Points on logarithmic axes: the saving of the best number of places against the disjunction constant of "
            f"each of {len(data)} programs, with a curve that rises from one to the program's ceiling. "
            f"{(data['places'] == 1).sum()} programs stay at one place; the highest ceiling is "
            f"{printed(data['ceiling'].max())} ({data.loc[data['ceiling'].idxmax(), 'kernel']}). The law is a "
            "dashed line that rises without end."
        ),
        sources=_price_sources(),
        tables=["program_counts"],
        height=360,
    )


def _along_gd(base):
    """A chart with G_d in even steps of its logarithm, for every row of `base`."""
    return (
        base.transform_calculate(power="sequence(-1, 4.01, 0.1)")
        .transform_flatten(["power"])
        .transform_calculate(gd="pow(10, datum.power)")
    )


def _to_ceilings(base, x, y, width, tips):
    """The saving of each program at every G_d."""
    law = vega_expression(symbolic.same_wires_saving, G_d="datum.gd", least_transport="(1 / datum.ceiling)")
    return (
        _along_gd(base.transform_filter("datum.ceiling > 1"))
        .transform_calculate(saving=law)
        .mark_line(color=MEANING["saving"], opacity=0.5)
        .encode(x=x, y=y, detail="kernel:N", strokeWidth=width, tooltip=[tips[0], tips[4]])
    )


def _promised(x, y):
    """The saving of the law of tiles with compute on the bill."""
    return (
        _along_gd(one_point())
        .transform_filter("datum.gd >= 1")
        .transform_calculate(saving=vega_expression(_PROMISE, G_d="datum.gd"))
        .mark_line(strokeDash=[6, 3], strokeWidth=2, color=MEANING["law"])
        .encode(x=x, y=y)
    )


# --- Predictions -----------------------------------------------------------------------------------------------------


def predicted_savings(predictions=None):
    """What each rule predicts for a size that it was not told, against the saving as counted there.

    Parameters
    ----------
    predictions : of `programs.predicting.forecasts`; at the opening law if None
    """
    wide = counted.forecasts() if predictions is None else predictions
    wide = wide.rename(columns={"saving": "exact"})
    rows = wide.melt(["kernel", "exact"], list(predicting.FORECASTS), "rule", "predicted").dropna()
    rows = rows.assign(**{name: _rounded(rows[name]) for name in ("predicted", "exact")})
    rules = list(dict.fromkeys(rows["rule"]))
    off = {name: _typical(own) for name, own in rows.groupby("rule", sort=False)}
    high = float(1.3 * rows[["predicted", "exact"]].max().max())
    scale = alt.Scale(type="log", domain=[0.9, high], nice=False, clamp=True)
    axis = alt.Axis(format="~g", values=_FACTORS)
    x, y = (alt.X("predicted:Q", scale=scale, axis=axis), alt.Y("exact:Q", scale=scale, axis=axis))
    base = alt.Chart(rows).transform_filter("datum.rule == programs_rule")
    points = base.mark_point(filled=True, size=70, opacity=0.9, color=MEANING["saving"]).encode(
        x=x.title("saving as predicted"),
        y=y.title("saving as counted"),
        tooltip=[word("kernel", "program"), word("rule"), number("predicted"), number("exact", "counted")],
    )
    said = base.transform_calculate(square="pow(log(datum.predicted / datum.exact), 2)").transform_aggregate(
        off="mean(square)", count="count()"
    )
    label = "'off by a factor ' + format(exp(sqrt(datum.off)), '.3~r') + ' over ' + datum.count + ' programs'"
    best, worst = min(off, key=off.get), max(off, key=off.get)
    return finished(
        alt.layer(
            diagonal(0.9, high),
            guide(y=1, dash=(2, 3)),
            points,
            readout(said.transform_calculate(label=label), size=12),
        ).add_params(drop_down("programs_rule", "predicted by", rules)),
        drawn_by=predicted_savings,
        title="Predicted for a size not seen",
        subtitle="dashed: equal; dotted: no saving",
        description=(
            "Scatter plot on two logarithmic axes of the saving that a rule predicts for a size it was not told, "
            f"against the saving counted there; a list chooses one of {len(rules)} rules. The nearest, {best}, is off "
            f"by a factor of {printed(off[best])} (root mean square of logarithms), the farthest, {worst}, by "
            f"{printed(off[worst])}."
        ),
        sources=_price_sources(),
        tables=["program_counts"],
        height=360,
    )


def _typical(rows):
    """The root mean square of the logarithms of predicted over exact, as a factor."""
    return float(np.exp(np.sqrt((np.log(rows["predicted"] / rows["exact"]) ** 2).mean())))


# --- Measured programs -----------------------------------------------------------------------------------------------


def measured_programs(ratios=None):
    """G_d of programs that nobody wrote for this book, by each table of energies.

    Parameters
    ----------
    ratios : of `programs.counted.measured_ratios`, which it is if None
    """
    rows = counted.measured_ratios() if ratios is None else ratios
    order = list(rows.groupby("program")["gd"].max().sort_values(ascending=False).index)
    base = alt.Chart(rows).encode(
        y=alt.Y("program:N").sort(order).title(None).axis(labelLimit=140, grid=True),
        yOffset=alt.YOffset("table:N").sort(list(levels.TABLES)),
        color=alt.Color("table:N")
        .scale(domain=list(levels.TABLES), range=hues(levels.TABLES))
        .title("energies")
        .legend(columns=2, symbolOpacity=1),
        tooltip=[
            word("program"),
            word("table", "energies"),
            number("gd", "G_d"),
            number("low", "at least"),
            number("high", "at most"),
            word("operation_class", "operations"),
            word("command"),
            word("version"),
        ],
    )
    x = alt.X("gd:Q").scale(type="log").title("G_d").axis(labelExpr=SHORT, values=_DECADES[5:])
    shape = alt.Shape("table:N").scale(domain=list(levels.TABLES), range=SYMBOLS[: len(levels.TABLES)])
    shape = shape.title("energies").legend(columns=2, symbolOpacity=1)
    return finished(
        alt.layer(
            base.mark_rule(strokeWidth=3, opacity=0.5).encode(x=alt.X("low:Q").scale(type="log"), x2="high:Q"),
            base.mark_point(filled=True, size=60, opacity=1).encode(x=x, shape=shape),
        ),
        drawn_by=measured_programs,
        title="G_d of programs as they are",
        subtitle=["transport through two caches and a memory,", "over the operations of a rule"],
        description=(
            "Points on a logarithmic axis, with ranges where a table states some: the disjunction constant of "
            f"{len(order)} programs with four tables of energies. By program: "
            f"{spans(rows, 'program', 'gd')}."
        ),
        sources=_table_sources(),
        tables=["program_measurements"],
        height=46 * len(order) + 20,
    )


def _table_sources():
    """The sources of the tables of energies."""
    rows = [row for ids in levels.TABLES.values() for part in ids.values() for row in part]
    return set(load("energy").set_index("id").loc[rows, "source"])
