"""The first page: a picture that moves, and what the paper claims.

The picture is of one program on more and more places, as the book counted and priced it. `figure` writes a still one
and, beside it, every number that the page's script needs; `landing.js` moves the bars.
"""

import html
import json
from urllib.parse import urlencode

from IPython.display import HTML

from datagravity.charts.programs import TERMS
from datagravity.claims import judged
from datagravity.evidence import load
from datagravity.programs import bill, counted
from datagravity.programs.counted import LAW
from datagravity.programs.multiverse import GAIN
from datagravity.programs.placing import ONE_PLACE
from datagravity.site.symbols import in_symbols

#: The program with which the picture opens.
OPENING = "merge sort"
#: The numbers of places of the counts; a program that is not counted at one has no bar there.
PLACES = tuple(4**power for power in range(8))
#: Words of a part of a bill, by its name in the numbers.
PARTS = {
    "compute": ("arithmetic", TERMS["compute"]),
    "local": ("transport within a place", TERMS["local transport"]),
    "closeness": ("what closeness costs", TERMS["sharing"]),
    "places": ("the places themselves", TERMS["places"]),
}
#: Digits of the numbers that travel.
DIGITS = 5
#: Size and margins of the picture of bars, and the height of a bar that is as long as that of one place.
WIDTH, HEIGHT, LEFT, BASE, UNIT = 480, 300, 46, 252, 150
SLOT = (WIDTH - LEFT) / len(PLACES)
#: The side of the square of data, and the most tiles that are drawn along it.
SIDE, TILES = 260, 32


#: What the list of questions calls a program -> its name in the counts.
ASKED = {
    "matrix product": "matmul blocked",
    "sparse matrix": "SpMV mesh",
    "stencil": "stencil 2-D",
    "sorting": "merge sort",
    "graph search": "BFS random",
    "hash join": "hash join",
    "attention": "attention decode",
}


def numbers():
    """What the script needs: the bill of each program at each number of places.

    Returns
    -------
    list of dicts: name; places; compute, local and closeness, each a list of pJ per operation; and phases, the pJ per
    operation that all places add for each pJ that one place costs in a phase

    Examples
    --------
    >>> found = {program["name"]: program for program in numbers()}
    >>> found["stencil 2-D"]["places"][:3]
    [1, 4, 16]
    """
    bills = counted.natural_bills()
    rows = counted.one_run_each(load("program_counts"))
    rows = rows[rows["partition"].isin([ONE_PLACE, counted.NATURAL])]
    priced = bill.energies(rows, LAW, place_pj=1.0)[["kernel", "places", "place_price"]]
    merged = bills.drop(columns="place_price").merge(priced, on=["kernel", "places"], validate="one_to_one")
    found = []
    for name, own in merged.sort_values("places").groupby("kernel"):
        columns = {"compute": "compute", "local": "local", "closeness": "closeness", "phases": "place_price"}
        told = {key: [float(f"{value:.{DIGITS}g}") for value in own[column]] for key, column in columns.items()}
        found.append({"name": name, "places": own["places"].astype(int).tolist()} | told)
    return found


def told(program, place_pj=0.0):
    """The best counted number of places of a program, and the saving there, at a price of a place in pJ a phase.

    Examples
    --------
    >>> told({"places": [1, 4], "compute": [1, 1], "local": [8, 2], "closeness": [0, 3], "phases": [1, 4]})
    (4, 1.5)
    """
    totals = [sum(parts) for parts in zip(*_stacks(program, place_pj), strict=True)]
    least = min(totals)
    return program["places"][totals.index(least)], totals[0] / least


def _stacks(program, place_pj):
    places = [place_pj * phases for phases in program["phases"]]
    return program["compute"], program["local"], program["closeness"], places


def _tiles(places):
    """The square of the data cut into tiles, as a path: no more of them than one can see."""
    count = min(round(places**0.5), TILES)
    step = SIDE / count
    cuts = [f"M{step * at:.2f} 0V{SIDE}M0 {step * at:.2f}H{SIDE}" for at in range(1, count)]
    return f"M0 0H{SIDE}V{SIDE}H0Z{''.join(cuts)}"


def _way(places):
    """The way of an operand, from the corner of the first tile to the processor in its middle."""
    half = SIDE / min(round(places**0.5), TILES) / 2
    return f"M3 3L{half:.2f} {half:.2f}"


def _square():
    return (
        f'<svg class="dg-landing-square" viewBox="-4 -4 {SIDE + 8} {SIDE + 26}" role="img" '
        'aria-label="The data as a square, cut into one tile a place, and the way of an operand to the processor.">'
        f'<path class="dg-landing-tiles" d="{_tiles(1)}"/><path class="dg-landing-way" d="{_way(1)}"/>'
        f'<circle class="dg-landing-processor" cx="{SIDE / 2}" cy="{SIDE / 2}" r="7"/>'
        f'<text class="dg-landing-caption" x="0" y="{SIDE + 18}">one processor, in the middle</text>'
        "</svg>"
    )


def _bars(program):
    """The bars of a program: a rectangle a part and number of places, which the script stretches."""
    drawn, built = [], sum(part[0] for part in _stacks(program, 0.0))
    for slot, places in enumerate(PLACES):
        x, y = LEFT + SLOT * (slot + 0.18), float(BASE)
        at = program["places"].index(places) if places in program["places"] else None
        for name, values in zip(PARTS, _stacks(program, 0.0), strict=True):
            height = 0.0 if at is None else UNIT * values[at] / built
            y -= height
            drawn.append(
                f'<rect data-slot="{slot}" data-part="{name}" fill="{PARTS[name][1]}" x="{x:.1f}" y="{y:.2f}" '
                f'width="{SLOT * 0.64:.1f}" height="{height:.2f}"/>'
            )
    return "".join(drawn)


def _picture(program):
    best, saving = told(program)
    top = BASE - UNIT / saving - 6
    mark = LEFT + SLOT * (PLACES.index(best) + 0.5)
    return (
        f'<svg class="dg-landing-bars" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-label="Energy of an operation on more and more places, as stacked bars over that of one place.">'
        f'<clipPath id="dg-landing-clip"><rect x="{LEFT}" y="14" width="{WIDTH - LEFT}" height="{BASE - 14}"/>'
        "</clipPath>"
        f'<rect class="dg-landing-here" x="{LEFT}" y="14" width="{SLOT:.2f}" height="{BASE + 8 - 14}" rx="4"/>'
        f'<g clip-path="url(#dg-landing-clip)" class="dg-landing-stacks">{_bars(program)}</g>'
        f'<g class="dg-landing-ticks">{_ticks()}</g>'
        f'<line class="dg-landing-built" x1="{LEFT}" x2="{WIDTH}" y1="{BASE - UNIT}" y2="{BASE - UNIT}"/>'
        f'<text class="dg-landing-built-label" x="{WIDTH - 2}" y="{BASE - UNIT - 5}">as on one place</text>'
        f'<text class="dg-landing-best" x="{mark:.1f}" y="{top:.2f}">best</text>'
        f'<text x="{LEFT - 40}" y="11">energy of an operation, over that on one place</text>'
        f'<text class="dg-landing-axis" x="{(LEFT + WIDTH) / 2}" y="{BASE + 38}">'
        "places among which the data are divided</text></svg>"
    )


def _ticks():
    across = "".join(
        f'<text x="{LEFT + SLOT * (slot + 0.5):.1f}" y="{BASE + 16}" text-anchor="middle">{places:,}</text>'
        for slot, places in enumerate(PLACES)
    )
    up = "".join(
        f'<text x="{LEFT - 6}" y="{BASE - UNIT * share + 4:.1f}" text-anchor="end">{share:g}</text>'
        for share in (0, 0.5, 1, 1.5)
    )
    return across + up


def sentence(program):
    """What the picture shows of a program, in words, where no script runs.

    Examples
    --------
    >>> program = {"name": "sum", "places": [1, 4], "compute": [1, 1], "local": [8, 2], "closeness": [0, 3]}
    >>> sentence(program | {"phases": [1, 4]})
    'sum: 4 places, the last that were counted, are best where a place is free, and save a factor of 1.50.'
    """
    best, saving = told(program)
    if best == 1:
        said = "one place is best; more places save nothing."
    elif saving <= GAIN:
        said = f"{best:,} places are best, and save less than a twentieth."
    else:
        last = ", the last that were counted," if best == program["places"][-1] else ""
        said = f"{best:,} places{last} are best where a place is free, and save a factor of {saving:.2f}."
    return f"{program['name']}: {said}"


def figure():
    """The HTML of the picture, for a page whose script is `landing.js`."""
    programs = numbers()
    (opening,) = (program for program in programs if program["name"] == OPENING)
    legend = "".join(
        '<li><svg class="dg-landing-swatch" viewBox="0 0 1 1" aria-hidden="true">'
        f'<rect width="1" height="1" fill="{colour}"/></svg>{html.escape(words)}</li>'
        for words, colour in PARTS.values()
    )
    square = {places: (_tiles(places), _way(places)) for places in PLACES}
    data = {"programs": programs, "square": square, "opening": OPENING, "slots": PLACES}
    data |= {"gain": GAIN, "left": LEFT, "slot": SLOT, "base": BASE, "unit": UNIT, "side": SIDE, "tiles": TILES}
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    text = text.replace("<", "\\u003c")  # neither an end of the script nor a comment begins in it
    return (
        '<figure class="dg-landing"><div class="dg-landing-controls"></div>'
        f'<div class="dg-landing-pictures">{_square()}{_picture(opening)}</div>'
        f'<ul class="dg-landing-legend">{legend}</ul>'
        f'<p class="dg-landing-words">{html.escape(sentence(opening))}</p>'
        f'<script type="application/json" class="dg-landing-data">{text}</script></figure>'
    )


def _link(address, words):
    return f'<a href="{html.escape(address, quote=True)}">{html.escape(words)}</a>'


def questions_list():
    """The HTML of what a reader comes to ask, each with links to the places that answer.

    Examples
    --------
    >>> 'href="processors.html#your-hbm"' in questions_list()
    True
    """
    programs = ", ".join(
        _link(f"programs.html#fig-valley?{urlencode({'programs_kernel': name})}", words)
        for words, name in ASKED.items()
    )
    reports = _link("pim.html#fig-predicted-and-reported", "reports of memories that compute")
    table = _link("processors.html#your-hbm", "the rows of a table")
    chart = _link("processors.html#fig-disjunction-constants-by-memory", "the points of a chart")
    asked = [
        f"What is {in_symbols('G_d')} of my HBM? {_link('processors.html#your-hbm', 'HBM2 to HBM3E')}",
        f"Does moving compute to memory pay for my program? {programs}; {reports}",
        f"Where does this number come from? Follow {table} or {chart} to the data and their source.",
    ]
    items = "".join(f"<li>{item}</li>" for item in asked)
    return f'<nav class="dg-ask" aria-label="Ask the book"><p>Ask the book</p><ul>{items}</ul></nav>'


#: What a vote says of a claim, and the least share of votes that is printed.
_VOTES, LEAST_VOTE = {"inside": "for", "across": "open", "outside": "against"}, 0.005
#: What a chapter is called where its name is no word.
_TITLES = {"pim": "PIM"}
#: The class of the mark of a verdict.
_MARKS = {"holds": "holds", "holds in part": "part", "undecided": "open", "refuted": "refuted", "not testable": "none"}


def verdicts_table():
    """The HTML of a table of the claims of the abstract: the claim, its verdict, its votes and the chapter."""
    body = "".join(map(_claim, judged("abstract").to_dict("records")))
    heads = "".join(
        f'<th scope="col">{words}</th>' for words in ("The paper claims, in our words", "We found", "Votes", "Chapter")
    )
    return (
        '<div class="dg-table dg-landing-claims"><table><caption>The claims of the abstract</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _claim(row):
    votes = ", ".join(f"{100 * row[name]:.0f} % {words}" for name, words in _VOTES.items() if row[name] >= LEAST_VOTE)
    word = row["verdict"]
    votes = f"({votes})" if word == "not testable" else votes
    title = _TITLES.get(row["chapter"], row["chapter"].replace("-", " "))
    return (
        f'<tr><th scope="row">{in_symbols(row["claim"])}</th>'
        f'<td><span class="dg-verdict dg-verdict-{_MARKS[word]}">{word}</span></td><td>{votes}</td>'
        f'<td><a href="{row["chapter"]}.html">{html.escape(title[0].upper() + title[1:])}</a></td></tr>'
    )


def picture():
    """The picture, as an object that Jupyter displays."""
    return HTML(figure())


def questions():
    """The list of questions, as an object that Jupyter displays."""
    return HTML(questions_list())


def verdicts():
    """The table of claims, as an object that Jupyter displays."""
    return HTML(verdicts_table())
