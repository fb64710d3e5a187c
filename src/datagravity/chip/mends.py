"""What a cell of a chip's file likely should be. A mend that is offered passes the check; else none is."""

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

from datagravity.chip import units
from datagravity.evidence.cells import NUMBER

#: What readers write where they do not know.
_UNKNOWN = re.compile(r"(?i)n/?a|none|nan|unknown|null|tbd|-+|\?+|[+-]?0*\.?0+([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}[.-]? ?[A-Z][a-z]{2}")
_PLAIN = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"({_PLAIN})\s*(?:-|to|\.\.)\s*({_PLAIN})")
_ABOUT = re.compile(rf"({_PLAIN})\s*(?:±|\+/-)\s*({_PLAIN})")
_THOUSANDS = re.compile(r"\d{1,3}(?:[ ,'](?=\d{3}(?!\d))\d{3})+(\.\d+)?")
_POWER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))\s*[·\u00d7*xX]\s*10\s*\^?\s*([+-]?\d+)")
_WITH_REST = re.compile(rf"[~≈]?\s*({_PLAIN})\s*(.*)")
#: What is said of a row whose only number is not known, and of a width that a unit needs.
NO_ROW, BITS = "no such row, where it is not known", "64, or the unit pJ/bit"
#: Signs that are written in several ways -> the one that a number has.
_SIGNS = str.maketrans(
    {
        "\u2212": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2010": "-",
        "\u2011": "-",
        "\u066b": ".",
        "\u2019": "'",
        "∙": "·",
        "⋅": "·",
    }
)


def is_finite(text):
    """Whether the text of a number is above 0 and finite as a double."""
    return 0 < float(text) < math.inf


def is_number(text, *, whole=False):
    """Whether a cell is a number above 0 that a double can hold, or a whole one."""
    return NUMBER["integer" if whole else "number"].fullmatch(text) is not None and is_finite(text)


def of_number(name, cells, *, is_operation=False):
    """What a cell of a column of numbers likely should be, in words; "" if nobody can tell.

    Parameters
    ----------
    name : of the column
    cells : of its row
    is_operation : whether the row is one of an operation, which knows its own bits

    Examples
    --------
    >>> of_number("value", {"value": "5.4·10⁻¹"}), of_number("value", {"value": "3-4"})
    ('0.54', 'low 3, high 4')
    """
    if is_operation and name == "bits":
        return "a blank"
    text = _plainly(cells[name])
    if _DATE.fullmatch(text):
        return "a number: the spreadsheet took it for a date"
    if _UNKNOWN.fullmatch(text):
        return _blank(name, cells)
    if name == "value" and (found := _RANGE.fullmatch(text) or _ABOUT.fullmatch(text)):
        middle, other = map(Decimal, found.groups())
        low, high = (middle, other) if _RANGE.fullmatch(text) else (middle - other, middle + other)
        return f"low {low}, high {high}" if 0 < low <= high and not cells.get("low") and is_finite(str(high)) else ""
    for number, remark in _read(text, name, cells):
        if is_number(number, whole=name == "bits") and _fits(name, number, cells):
            return f"{number}{remark}"
    return ""


def _plainly(text):
    """A text with the digits, signs and raised numbers of all scripts as those of ASCII."""
    text = re.sub(r"10([⁺⁻]?[⁰¹²³⁴-⁹]+)", lambda found: "10^" + unicodedata.normalize("NFKC", found[1]), text)
    text = text.translate(_SIGNS)
    return "".join(
        str(unicodedata.decimal(letter)) if unicodedata.category(letter) == "Nd" else letter for letter in text
    ).strip()


def _read(text, name, cells):
    """What a text may mean as a number: pairs of the number, and what else is to be done."""
    bare = text.lstrip("+-")
    yield bare, ""
    yield (bare.replace(",", "."), ": a point for the comma") if re.fullmatch(r"\d+,\d+", bare) else ("", "")
    if _THOUSANDS.fullmatch(bare):
        yield re.sub("[ ,']", "", bare), ""
    if found := _POWER.fullmatch(text):
        yield _digits(found[1], found[2]), ""
    if (found := _WITH_REST.fullmatch(text)) is None:
        return
    number, rest = found.groups()
    if not rest:
        yield number, ", and about in note"
    elif rest.lower() in (units.COUNTED_BY["bit"] if name == "bits" else (cells.get("unit", "").lower(),)):
        yield number, ""
    elif (
        (said := units.unit_of(rest)) and (own := units.unit_of(cells.get("unit", ""))) and said.per in (None, own.per)
    ):
        unit = f"{rest}/{own.per}" if own.per and not said.per else rest
        yield number, "" if said.pj == own.pj else f", and {unit} in unit"


def _digits(number, power):
    try:
        found = (Decimal(number) * Decimal(10) ** int(power)).normalize()
    except (InvalidOperation, OverflowError):
        return ""
    return f"{found:f}" if abs(found.adjusted()) < 15 else str(found)


def _fits(name, number, cells):
    """Whether a number keeps the order of low, value and high."""
    known = {one: cells.get(one, "") for one in ("low", "value", "high")} | {name: number}
    ends = [Decimal(known[one]) for one in ("low", "value", "high") if is_number(known[one])]
    return ends == sorted(ends)


def _blank(name, cells):
    """What to do with a number that is not known."""
    if name in ("low", "high"):
        other = "high" if name == "low" else "low"
        return f"a blank, in {other} too" if cells.get("value") else NO_ROW
    if name == "value":
        return "a blank" if cells.get("low") and cells.get("high") else NO_ROW
    unit = units.unit_of(cells.get("unit", ""))
    needed = unit and unit.per not in units.WIDTHS and unit.per not in ("FLOP", "MAC", "operation")
    return BITS if needed else "a blank"


def of_unit(text, *, is_operation):
    """The unit of an energy that a text most likely means."""
    small = text[:1].lower() + text[1:]
    unit = units.unit_of(small)
    if unit and unit.per in (None, *(units.OF_OPERATIONS if is_operation else units.OF_ACCESSES)):
        return small
    known = ["pJ/operation", "pJ/MAC", "pJ/FLOP"] if is_operation else ["pJ/bit", "pJ/byte", "pJ/access", "pJ/word"]
    return (get_close_matches(text, known, n=1, cutoff=0.3) or known)[0]
