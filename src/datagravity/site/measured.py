"""The report of `datagravity measure` as one file of HTML: pictures inside, nothing fetched, light and dark."""

import html

import altair as alt
import pandas as pd

from datagravity.charts import theme
from datagravity.programs.measuring import telling
from datagravity.site.standalone import HEIGHT as _HEIGHT
from datagravity.site.standalone import document, figure, table

#: Bytes in words, for Vega.
_BYTES = "datum.value < 1024 ? datum.value + ' B' : datum.value < 1048576 ? datum.value / 1024 + ' KB' : "
_BYTES += "datum.value / 1048576 + ' MB'"


def page(found):
    """The report of a summary as HTML text.

    Parameters
    ----------
    found : dict, of `programs.measuring.report.summary`

    Returns
    -------
    str
        It names no other host, and holds no script.
    """
    title = f"Measured: {' '.join(found['program']['command'])}"
    return document(title, (part for section in _SECTIONS for part in section(found)))


def energy_chart(found, partition):
    """Energy over the number of places, of one partition, by law of price."""
    rows = pd.DataFrame(row for row in found["curves"] if row["partition"] == partition)
    chart = (
        alt.Chart(rows)
        .mark_line(point=True)
        .encode(
            _places(rows),
            alt.Y("energy:Q", title="energy, over that at one place").scale(type="log", nice=False).axis(tickCount=6),
            alt.Color("law:N", title="law of price", sort=None).legend(columns=3),
        )
    )
    return theme.finished(
        chart,
        drawn_by=energy_chart,
        title=f"Energy at each number of places: {telling.partition(partition)}",
        subtitle="Below 1 closeness pays",
        description=f"Energy against the number of places, from 1 to {rows['places'].max()}, a line a law of price.",
        height=_HEIGHT,
    )


def share_chart(found):
    """Bytes that leave their place, over the number of places, by partition."""
    rows = pd.DataFrame(
        {"partition": telling.partition(row["partition"]), "places": int(places), "share": share}
        for row in found["placement"]
        for places, share in row["remote_share"].items()
    )
    chart = (
        alt.Chart(rows)
        .mark_line(point=True)
        .encode(
            _places(rows),
            alt.Y("share:Q", title="share of bytes from other places").axis(format="%"),
            alt.Color("partition:N", title="partition", sort=None),
        )
    )
    return theme.finished(
        chart,
        drawn_by=share_chart,
        title="What places fetch from each other",
        description="The share of bytes that come from other places, against the number of places, a line a partition.",
        height=_HEIGHT,
    )


def miss_chart(found):
    """Misses over the capacity, of the part that was read."""
    rows = pd.DataFrame(found["reuse"]["curve"])
    chart = (
        alt.Chart(rows)
        .mark_line(point=True, color=theme.BLUE)
        .encode(
            alt.X("capacity_bytes:Q", title="capacity")
            .scale(type="log", base=2, nice=False)
            .axis(values=list(rows["capacity_bytes"][::4]), labelExpr=_BYTES),
            alt.Y("misses:Q", title="misses, first touches included").scale(type="log", nice=False).axis(format="~s"),
        )
    )
    return theme.finished(
        chart,
        drawn_by=miss_chart,
        title="How soon data are used again",
        subtitle="Misses of a cache of words that drops the least recently used",
        description="Misses against the capacity of a cache, on logarithmic scales.",
        height=_HEIGHT,
    )


def _places(rows):
    values = sorted({int(number) for number in rows["places"]})
    scale = alt.Scale(type="log", base=4, nice=False)
    return alt.X("places:Q", title="number of places", scale=scale, axis=alt.Axis(values=values, labelOverlap=True))


def _short(found):
    yield f"<h1>Measured: <code>{html.escape(' '.join(found['program']['command']))}</code></h1>"
    said = [*found["warnings"], telling.headline(found), telling.verdict(found)]
    yield from (f'<p class="short">{html.escape(line)}</p>' for line in said)


def _seen(found):
    yield "<h2>What was seen</h2>"
    yield from (f"<p>{html.escape(line.strip())}</p>" for line in telling.seen(found))


def _levels(found):
    run = found["run"]
    yield "<h2>Where the data of the whole run come from</h2>"
    sizes = {name: f"{size / 1024:g} KB" for name, size in run["cache_bytes"].items()}
    yield table(
        ["level", "capacity", "bytes"],
        [(name, sizes.get(name, ""), f"{count:,}") for name, count in run["bytes"].items()],
        2,
    )
    yield f"<p>G_d (caches and memory of today), over {telling.operations(found)}, by table of energies:</p>"
    yield table(["table", "G_d"], [(row["table"], telling.number(row)) for row in found["gd"]], 1)
    yield from (f'<p class="soft">{html.escape(line)}</p>' for line in telling.two_gd())


def _functions(found):
    run = found["run"]
    total = run["loads"] + run["stores"]
    rows = [
        (
            "(no symbol)" if row["function"] == "???" else row["function"],
            f"{(row['loads'] + row['stores']) / total:.1%}",
            f"{row['near_misses']:,}",
            f"{row['far_misses']:,}",
        )
        for row in run["functions"][:20]
    ]
    yield "<h2>By function</h2>"
    yield table(["function", "accesses", "misses of the near cache", "of the far cache"], rows, 1)
    yield from (f"<p>{html.escape(line)}</p>" for line in telling.without_symbols(found))


def _placement(found):
    yield "<h2>How many places</h2>"
    yield (
        "<p>All data that were touched fill a square. It is cut into equal tiles with one place to compute in the "
        "middle of each; what lies in another tile has to be fetched, and every place needs commands. A saving is the "
        "energy at one place, with an ideal hierarchy of caches, over that at the best number of places.</p>"
    )
    for row in found["placement"]:
        yield figure(energy_chart(found, row["partition"]))
    rows = [
        (
            telling.partition(row["partition"]),
            row["law"],
            f"{row['place_pj']:g}",
            telling.three_digits(row["gd"]),
            f"{row['best_places']}{' or more' if row['at_the_end'] else ''}",
            f"{row['saving']:.2f}",
        )
        for row in telling.paying(found)
    ]
    if rows:
        yield table(["partition", "law of price", "pJ a place", "G_d on the square", "best places", "saving"], rows, 2)
    if others := telling.not_paying(found):
        yield f"<p>{html.escape(others)}</p>"
    yield from (f'<p class="soft">{html.escape(line.strip())}</p>' for line in telling.words(found))
    yield "<h2>What belongs to the program</h2>"
    yield figure(share_chart(found))
    yield figure(miss_chart(found))
    yield from (f'<p class="soft">{html.escape(line.strip())}</p>' for line in telling.exponents(found))


def _missed(found):
    yield "<h2>What this does not see</h2><ul>"
    yield from (f"<li>{html.escape(line)}</li>" for line in found["missed"])
    yield "</ul>"
    program = found["program"]
    yield f'<p class="soft">datagravity {program["datagravity"]}, {html.escape(program["valgrind"])}</p>'


_SECTIONS = (_short, _seen, _levels, _functions, _placement, _missed)
