"""Charts whose lists and boxes can leave nothing: each says so in words, and keeps its axes."""

import itertools
import re
from collections import namedtuple

import pytest

from charts import every_chart, picture

CHARTS = every_chart()
#: Of more combinations than so many, lists are taken one by one, the others as the chart opens.
MANY = 1000
#: Words of a chart that leaves nothing.
NOTHING = re.compile(r"No .+")
Layer = namedtuple("Layer", ["rows", "filters"])


def layers(part, datasets, rows=(), before=()):
    """The layers that draw marks of rows, not words: their rows, and the conditions that choose among them."""
    if "data" in part:
        rows, before = datasets.get(part["data"].get("name"), part["data"].get("values", ())), ()
    own = [*before, *(one["filter"] for one in part.get("transform", []) if "filter" in one)]
    for layer in part.get("layer", []):
        yield from layers(layer, datasets, rows, own)
    if "mark" in part and part["mark"]["type"] != "text" and part["mark"].get("opacity") != 0:
        yield Layer(rows, own)


def python(condition):
    """A condition of Vega's as one of Python's, in the names of parameters and of `datum`."""
    condition = condition.replace("&&", " and ").replace("||", " or ")
    condition = re.sub(r"!(?!=)", " not ", condition)
    return re.sub(r"datum\.(\w+)", r"datum['\1']", condition)


def choosing(layer, names):
    """Those of a layer's conditions that a reader's choice decides, with what holds of rows alone."""
    fields = set(layer.rows[0]) if layer.rows else set()
    for condition in layer.filters:
        asked = set(re.findall(r"datum\.(\w+)", condition))
        words = set(re.findall(r"(?<![\w.'])[a-z_]\w*", re.sub(r"'[^']*'|datum\.\w+", "", condition)))
        if asked <= fields and words <= names:
            yield compile(python(condition), "condition", "eval")


def holds(conditions, row, chosen):
    """Whether a row is left; of a row of lists, whether any of their places is."""
    count = max((len(value) for value in row.values() if isinstance(value, list)), default=1)
    for place in range(count):
        datum = {name: value[place] if isinstance(value, list) else value for name, value in row.items()}
        if all(eval(one, {"__builtins__": {}}, chosen | {"datum": datum}) for one in conditions):
            return True
    return False


def lists_and_boxes(spec):
    """What a reader may choose from: the name of a parameter -> its options."""
    found = {}
    for parameter in spec.get("params", []):
        bind = parameter.get("bind") or {}
        if bind.get("input") in ("select", "checkbox"):
            found[parameter["name"]] = bind.get("options", [False, True])
    return found


def combinations(spec, names):
    """Every combination of the named lists and boxes."""
    options = {name: own for name, own in lists_and_boxes(spec).items() if name in names}
    for chosen in itertools.product(*options.values()):
        yield dict(zip(options, chosen, strict=True))


def emptied(spec):
    """The combinations of lists and boxes that leave no mark of those that they choose among."""
    known, found, chosen_among = lists_and_boxes(spec), [], []
    for layer in layers(spec, spec.get("datasets", {})):
        conditions = list(choosing(layer, set(known)))
        names = {name for one in conditions for name in one.co_names if name in known}
        if names:
            chosen_among.append((layer, conditions, names))
        elif layer.rows and len(layer.rows) > 4:
            return []  # what nobody chooses among stays
    if not chosen_among:
        return []
    asked = set().union(*(names for *_, names in chosen_among))
    ways = list(combinations(spec, asked))
    assert len(ways) <= MANY
    for chosen in ways:
        if not any(holds(conditions, row, chosen) for layer, conditions, _ in chosen_among for row in layer.rows):
            found.append(chosen)
    return found


@pytest.fixture(scope="module")
def empty():
    """Chart -> its specification and the combinations that leave it empty, if there are any."""
    found = {}
    for name, chart in CHARTS.items():
        spec = chart().to_dict(validate=False)
        if lists_and_boxes(spec) and (ways := emptied(spec)):
            found[name] = spec, ways
    return found


def texts(spec, **parameters):
    """All lines of text in the picture."""
    return re.findall(r">([^<>]+)</(?:text|tspan)>", picture(spec, **parameters))


def labels(spec, **parameters):
    """What the axes say: how many numbers or names, and which titles."""
    said = texts(spec, **parameters)
    titles = {title for title in titles_of(spec) if title in said}
    return titles, len([text for text in said if text and text not in titles])


def titles_of(part):
    """The titles of the axes of a specification."""
    for layer in [part, *part.get("layer", [])]:
        for channel in ("x", "y"):
            title = layer.get("encoding", {}).get(channel, {}).get("title")
            if isinstance(title, str):
                yield title


@pytest.mark.slow
def test_a_chart_that_is_left_empty_says_so_and_keeps_its_axes(empty):
    assert set(empty) >= {"processors.disjunction_constants_by_memory", "systems.claimed_and_computed"}
    for name, (spec, ways) in empty.items():
        titles, _ = labels(spec)
        for chosen in ways[:: max(1, len(ways) // 2)]:
            said = texts(spec, **chosen)
            assert [text for text in said if NOTHING.fullmatch(text)], (name, chosen, said)
            assert [text for text in said if re.match("choose|show", text)], (name, chosen, said)
            kept, count = labels(spec, **chosen)
            assert kept == titles, (name, chosen)
            assert count > 8, (name, chosen, said)


@pytest.mark.slow
def test_a_chart_that_is_not_empty_does_not_say_that_it_is(empty):
    for name, (spec, ways) in empty.items():
        assert {} not in ways
        assert not [text for text in texts(spec) if NOTHING.fullmatch(text)], name
