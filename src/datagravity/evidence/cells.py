"""A cell of a table: how it is written, what its column may hold, its value, and how a reader is shown it."""

import math
import re

import pandas as pd

from datagravity.checks import hidden

#: How a number is written, by the type of the column.
NUMBER = {
    "number": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII),
    "integer": re.compile(r"[+-]?\d{1,18}", re.ASCII),
}
BOOLEAN = {"true": True, "false": False}
#: The limits of a number in the words of a message, each with its test.
LIMITS = {
    "exclusiveMinimum": ("above", lambda number, limit: number > limit),
    "minimum": ("at least", lambda number, limit: number >= limit),
    "maximum": ("at most", lambda number, limit: number <= limit),
}
#: Every number but 0 is as large as this and no larger, so that products and squares stay finite.
MAGNITUDES = (1e-30, 1e30)
#: Characters of a cell.
LONGEST = 4_000
#: What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")


def is_blank(value):
    """Whether a cell of a table is a blank: None, pandas' missing value, or NaN."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def plain(row):
    """A row (a mapping) with None for every blank."""
    return {name: None if is_blank(value) else value for name, value in row.items()}


def shown(value):
    """A cell as text for a reader: "not stated" for a blank, no needless digits for a number."""
    if is_blank(value):
        return "not stated"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def value(field, cell):
    """The text of a cell as a value of its column's type; None for a blank and for what is not written like one."""
    kind = field["type"]
    if not cell or kind == "string":
        return cell or None
    if kind == "boolean":
        return BOOLEAN.get(cell)
    if not NUMBER[kind].fullmatch(cell):
        return None
    return float(cell) if kind == "number" else int(cell)


def fits(field, cell):
    """Whether a cell is of its column's type, within its limits, of its vocabulary and of its form."""
    limits = field.get("constraints", {})
    if not cell:
        return not limits.get("required")
    found = value(field, cell)
    if field["type"] == "string":
        return (
            not slip(field, cell)
            and cell in limits.get("enum", [cell])
            and ("pattern" not in limits or re.fullmatch(limits["pattern"], cell) is not None)
        )
    if found is None or field["type"] == "boolean":
        return found is not None
    return not slip(field, cell) and all(LIMITS[end][1](found, limits[end]) for end in LIMITS if end in limits)


def slip(field, cell):
    """What is wrong with how a cell is written, whatever its column holds, in words; "" if nothing is."""
    if len(cell) > LONGEST:
        return f"at most {LONGEST:,} characters"
    if field["type"] != "string":
        number = value(field, cell)
        small, large = MAGNITUDES
        good = not number or isinstance(number, bool) or small <= abs(number) <= large
        return "" if good else f"0 or of a magnitude from {small:g} to {large:g}"
    if cell != cell.strip():
        return "no spaces at its ends"
    if (letter := hidden(cell)) is not None:
        return f"without the character U+{ord(letter):04X}, which a reader does not see"
    if cell.startswith(FORMULA):
        return f"no {cell[0]} at its beginning, which makes it a formula to a spreadsheet"
    return "in the digits 0 to 9" if _FOREIGN_DIGIT.search(cell) else ""


def listed(words):
    """The words of a closed list, set apart by what none of them contains."""
    return ("; " if any(", " in word for word in words) else ", ").join(words)


def expected(field):
    """What a column may hold, in words."""
    limits, kind = field.get("constraints", {}), field["type"]
    if "enum" in limits:
        text = f"one of {listed(limits['enum'])}"
    elif "pattern" in limits:
        text = f"text of the form {limits['pattern']}"
    else:
        words = {"string": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false"}
        text = words[kind]
    text += "".join(f", {word} {limits[end]}" for end, (word, _) in LIMITS.items() if end in limits)
    return text if limits.get("required") or kind == "boolean" else f"{text}, or a blank"
