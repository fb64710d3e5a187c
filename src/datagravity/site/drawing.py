"""A chart's specification turned into what a page needs of it, once: pictures, controls, columns, and what Vega draws.

To draw a chart takes about a second. So the parts are kept beside the executed chapters, in a file whose name follows
from the specification and from the code of this drawing: `kept` reads it, or draws.
"""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import vl_convert

from datagravity import kept as keeping
from datagravity.site import renderer
from datagravity.site.dependencies import digest

#: The fields that say where a mark's rows come from: one address, and all of them where there are several.
LINK, LINKS = "link", "links"
#: What marks a table of rows in a Vega specification that stands in the page's file under this key.
ROWS = "datagravity_rows"
#: The prefix of a slider over powers of ten; the parameter without it is the value.
POWER = "log10_"


class Parts(NamedTuple):
    """What a page needs of one chart.

    key : stands for the chart, and for no other
    specification : title, subtitle, description and usermeta of the chart as the chapter gave it
    source : the line of its sources, as HTML
    pictures : its pictures, wide and for a phone, as SVG text
    controls : what a reader moves, in order, as keyword arguments of `Control`
    columns : the fields of its rows that it shows, and what each is called (a list of pairs)
    vega : what Vega draws
    phone : what is different in that on a phone, as `difference` says it
    """

    key: str
    specification: dict
    source: str
    pictures: list
    controls: list
    columns: list
    vega: dict
    phone: list


class Control(NamedTuple):
    """One control of a chart.

    name, label, kind, value : of the parameter; `kind` is "range", "select" or "checkbox"
    low, high, step : of a range
    options : pairs of value and label of a list
    shown : what the page prints beside a range at first
    needs : which other control this one is for, and at which of its values (None if at all)
    """

    name: str
    label: str
    kind: str
    value: object
    low: float = 0
    high: float = 1
    step: float = 1
    options: list = ()
    shown: str = ""
    needs: list | None = None


def kept(specification, source, folder):
    """The parts of a chart, from the folder or else drawn and put there."""
    key = digest(json.dumps([specification, source], sort_keys=True), _code())
    path = Path(folder) / f"{key}.json"
    if (text := keeping.unseal(path)) is not None:
        return Parts(*json.loads(text))
    drawn = parts(specification, source, key)
    keeping.seal(path, json.dumps(drawn))
    return drawn


def by_key(key, folder):
    """The parts that `kept` gave, by their key."""
    return Parts(*json.loads(keeping.unseal(Path(folder) / f"{key}.json")))


@lru_cache(maxsize=1)
def _code():
    """What the parts depend on beside the chart."""
    sources = [Path(file).read_text(encoding="utf-8") for file in (__file__, renderer.__file__)]
    return digest(*sources, vl_convert.__version__)


def parts(specification, source, key):
    """Draw a chart: its `Parts`."""
    # The page prints the title above the controls, where it wraps.
    wide = {**specification, "title": None}
    phone = renderer.narrow(wide)
    sizes = {renderer.STILL_WIDTH: wide, renderer.PHONE_WIDTH: phone}
    vega, on_phone = (_for_page(renderer.compiled(chart, width)) for width, chart in sizes.items())
    return Parts(
        key=key,
        specification={name: specification.get(name) for name in ("title", "description", "usermeta")},
        source=source,
        pictures=[renderer.still_picture(chart, width) for width, chart in sizes.items()],
        controls=[control._asdict() for control in controls(specification)],
        columns=[list(column) for column in columns(specification).items()],
        vega=vega,
        phone=difference(vega, on_phone),
    )


def _for_page(vega):
    """A Vega specification without links of marks, without controls, and with rows that hold only what it uses."""
    vega = renderer.without_links(vega)
    vega.pop("description", None)
    for signal in vega.get("signals", []):
        signal.pop("bind", None)
    data = [table.pop("values", None) for table in vega.get("data", [])]
    used = set(re.findall(r"\w+", json.dumps(vega))) | {LINK, LINKS}
    for table, values in zip(vega.get("data", []), data, strict=True):
        if values is not None:
            table["values"] = [_used(row, used) for row in values]
    return vega


def _used(row, used):
    # A name that is no word stands in a specification in one more form than can be found.
    return {name: value for name, value in row.items() if name in used or not name.isidentifier()}


def difference(one, other):
    """What has to be set or deleted in one JSON value to make it another: a list of [path, value] or [path].

    Examples
    --------
    >>> difference({"a": [1, 2], "b": 3}, {"a": [1, 4], "c": 5})
    [[['a', 1], 4], [['b']], [['c'], 5]]
    """
    return list(_differences(one, other, []))


def _differences(one, other, path):
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one | other:
            if name not in other:
                yield [[*path, name]]
            elif name not in one:
                yield [[*path, name], other[name]]
            else:
                yield from _differences(one[name], other[name], [*path, name])
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from _differences(first, second, [*path, number])
    elif one != other:
        yield [path, other]


def columns(specification):
    """The fields that a chart's marks show, and what a reader calls each: field -> title, tooltips first.

    A field without a name for readers is none, such as one that only sorts or moves a label; no two have one title.
    """
    told, named = {}, {}
    for encoding in renderer.encodings(specification):
        for channel, own in encoding.items():
            for definition in own if isinstance(own, list) else [own]:
                if not isinstance(definition, dict) or not isinstance(definition.get("field"), str):
                    continue
                field, title = definition["field"], _title(definition)
                if channel == "tooltip":
                    told.setdefault(field, title or field)
                elif title or channel in SECOND_ENDS:
                    ends = _ends(encoding, channel)
                    named.setdefault(field, ends or title)
    found = told | {field: title for field, title in named.items() if title and field not in told}
    titles = {}
    for field, title in found.items():
        titles[field] = f"{title}, {field}" if title in titles.values() else title
    return titles


#: The channels of the second end of a mark, and the channel that has its name.
SECOND_ENDS = {"x2": "x", "y2": "y"}


def _ends(encoding, channel):
    """What one of the two ends of a mark is called; None where it has one end, or no name."""
    first = SECOND_ENDS.get(channel, channel)
    both = all(isinstance(encoding.get(end), dict) and "field" in encoding[end] for end in (first, f"{first}2"))
    title = both and _title(encoding[first])
    return f"{title}, {'to' if channel in SECOND_ENDS else 'from'}" if title else None


def _title(definition):
    """What an encoding calls its field; None if it has no name of its own."""
    named = [definition, *(definition.get(part) or {} for part in ("axis", "legend"))]
    title = next((part["title"] for part in named if part.get("title")), None)
    return title and renderer.joined(title)


def controls(specification):
    """The controls of a chart, in the order of its parameters (a list of `Control`)."""
    bound = [parameter for parameter in specification.get("params", []) if isinstance(parameter.get("bind"), dict)]
    needs = {}
    for name, asked in (specification.get("usermeta") or {}).get("shown_for", {}).items():
        needs |= {own: [name, list(values)] for own, values in asked.items()}
    shown = _shown(specification, [parameter["name"] for parameter in bound])
    return [_control(parameter, needs.get(parameter["name"]), shown) for parameter in bound]


def _control(parameter, needs, shown):
    name, bind, value = parameter["name"], parameter["bind"], parameter["value"]
    control = Control(name, bind.get("name", name), bind["input"], value, needs=needs)
    if control.kind == "range":
        return control._replace(low=bind["min"], high=bind["max"], step=bind["step"], shown=readable(shown[name]))
    if control.kind == "select":
        labels = bind.get("labels") or bind["options"]
        return control._replace(options=[list(pair) for pair in zip(bind["options"], labels, strict=True)])
    return control


def _shown(specification, names):
    """The value that each slider stands for at first: of one over powers of ten that of the parameter beside it."""
    parameters = {parameter["name"]: parameter for parameter in specification.get("params", [])}
    values = {}
    for name in names:
        value = parameters[name]["value"]
        beside = name.removeprefix(POWER)
        if beside != name:
            simple = parameters[beside].get("expr") == f"pow(10, {name})"
            value = 10**value if simple else _signal(specification, beside)
        values[name] = value
    return values


def _signal(specification, name):
    """The value of a parameter that is computed from others, as Vega computes it."""
    vega = renderer.compiled({**specification, "title": None})
    probe = {"type": "text", "name": "probe", "encode": {"enter": {"text": {"signal": f"toString({name})"}}}}
    scene = vl_convert.vega_to_scenegraph({**vega, "marks": [probe], "axes": [], "legends": []})

    def walk(item):
        if item.get("name") == "probe":
            yield item["items"][0]["text"]
        for child in item.get("items", []):
            yield from walk(child)

    return float(next(walk(scene["scenegraph"])))


def readable(value):
    """A number as a page prints it beside a slider; `charts.js` has the same rule.

    Examples
    --------
    >>> [readable(value) for value in (992.4, 12345.0, 1.05, 0.1234)]
    ['992', '12,345', '1.05', '0.123']
    """
    return f"{value:,.0f}" if value >= 100 else f"{float(f'{value:.3g}'):g}"
