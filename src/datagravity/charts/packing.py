"""Many numbers as one short text, which a chart unpacks: a table of numbers would be several times as long."""

import numpy as np

from datagravity import checks

#: The digits, in the order of their values. A chart that unpacks has them as a parameter.
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def packed(numbers, width):
    """Whole numbers from 0 on as a text, `width` digits each.

    Raises
    ------
    ValueError
        If a number is not whole, or has more digits.
    """
    base, values = len(DIGITS), np.ravel(numbers)
    checks.numbers("numbers", values, f"[0, {base**width})")
    whole = values.astype(int)
    if (whole != values).any():
        raise ValueError(f"numbers: {float(values[whole != values][0])}, expected whole ones")
    return "".join(DIGITS[number // base**place % base] for number in whole for place in reversed(range(width)))


def unpacked(text, place, width, digits):
    """The expression of the number that begins at an expression `place` of an expression `text`.

    Parameters
    ----------
    text, place : expressions
    width : how many digits the number has
    digits : the name of the chart's parameter that holds DIGITS
    """
    found = "0"
    for one in range(width):
        found = f"({len(DIGITS)} * {found} + indexof({digits}, slice({text}, {place} + {one}, {place} + {one + 1})))"
    return found
