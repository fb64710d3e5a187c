"""What every public function asks of its arguments: one place for the rules, one form for the messages."""

from math import inf
from numbers import Real

import numpy as np

_POSITIVE = (0, inf, "()")
_OPEN_SHARE = (0, 1, "()")

#: Argument -> lower end, upper end, and which of the two belong to the range, as in "[)".
RANGES = {
    "beta": (1, 3, "()"),
    "compute_pj": _POSITIVE,
    "distance": _POSITIVE,
    "distance_ratio": _POSITIVE,
    "fixed_share": (0, 1, "[)"),
    "gd": _POSITIVE,
    "operands": _POSITIVE,
    "operations_per_operand": _POSITIVE,
    "saving": _POSITIVE,
    "transport_pj": _POSITIVE,
    "transport_pj_per_bit": _POSITIVE,
    "transport_share": _OPEN_SHARE,
    "width_bits": _POSITIVE,
}


def _expected(name):
    low, high, ends = RANGES[name]
    if high == inf:
        return f"expected a finite number above {low}"
    return f"expected {low} {'<' if ends[0] == '(' else '<='} {name} {'<' if ends[1] == ')' else '<='} {high}"


def first_bad(name, values, bad):
    """The first value marked by `bad`, in words: ``gd = -1.0`` for a scalar, ``gd[0, 2] = -1.0`` for an array."""
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    place = f"[{', '.join(map(str, index))}]" if index else ""
    value = values[index]
    return f"{name}{place} = {value.item() if isinstance(value, np.generic) else value!r}"


def real_array(name, value):
    """The argument as an array of doubles of any shape.

    Raises
    ------
    ValueError
        If an element is not a real number (text, None, a truth value, a complex number), or the nesting is ragged.
    """
    try:
        values = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} = {value!r}: expected a number or an array of numbers ({error})") from None
    if values.dtype.kind in "iuf":
        return values.astype(np.float64)
    # Mixed lists and integers past 64 bits are looked at one by one; so is everything that is not a number.
    values = np.asarray(value, dtype=object)
    bad = np.array([not isinstance(item, Real) or isinstance(item, bool) for item in values.flat], dtype=bool)
    if bad.any():
        raise ValueError(f"{first_bad(name, values, bad.reshape(values.shape))}: expected a number")
    return np.array([_to_float(item) for item in values.flat]).reshape(values.shape)


def _to_float(item):
    try:
        return float(item)
    except OverflowError:  # an integer beyond the largest double
        return inf


def number(name, value):
    """The argument `name` as an array of doubles inside its range in `RANGES`.

    Raises
    ------
    ValueError
        Naming the argument, the value, the allowed range and, for an array, the first index that is out of it.
    """
    values = real_array(name, value)
    low, high, ends = RANGES[name]
    above = values >= low if ends[0] == "[" else values > low
    below = values <= high if ends[1] == "]" else values < high
    bad = ~(above & below)  # NaN compares false, so it is bad too
    if bad.any():
        raise ValueError(f"{first_bad(name, values, bad)}: {_expected(name)}")
    return values


def numbers(**arguments):
    """Several arguments, each checked by `number`, broadcast against each other as numpy does; a dict of arrays.

    Raises
    ------
    ValueError
        As `number`, or if the shapes do not fit each other.
    """
    values = {name: number(name, value) for name, value in arguments.items()}
    try:
        arrays = np.broadcast_arrays(*values.values())
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in values.items())
        raise ValueError(f"shapes that do not broadcast: {shapes}") from None
    return dict(zip(values, arrays, strict=True))


def choice(name, value, known):
    """The value, if it is one of the `known` names; else a ValueError that lists them."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} = {value!r}: expected one of {', '.join(map(repr, known))}")
    return value
