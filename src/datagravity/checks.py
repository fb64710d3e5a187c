"""What functions ask of their arguments: one place for the rules, one form for the messages.

Every message reads ``argument: value (index of it), expected what``: the argument as the caller wrote it, its value as
Python prints it, the position of the first bad element if the argument is an array, and what would have been right::

    beta: 3.5, expected 1 < beta < 3
    gd: -1.0 (index 0, 2), expected a finite number above 0
    model: 'tiles', expected one of 'tile', 'patch'

Every rule takes the argument's name and value, and returns the value or raises ValueError.
"""

import os
import re
from functools import cache, wraps
from inspect import signature
from math import inf
from numbers import Integral, Real
from pathlib import Path
from typing import NamedTuple
from unicodedata import category

import numpy as np

POSITIVE = "(0, inf)"
AT_LEAST_ZERO = "[0, inf)"
FINITE = "(-inf, inf)"
SHARE = "[0, 1]"
OPEN_SHARE = "(0, 1)"
# What is drawn as nothing although Unicode counts it among letters, marks and symbols.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_CONTROL = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


class Missing(ValueError):  # noqa: N818 (what is missing is no mistake)
    """What a result rests on is not there; tables may lack a row, as where a source is left out, and it is no defect.

    Attributes
    ----------
    because : a sentence without its point that says what is missing; the message itself, if that is one
    """

    def __init__(self, message, because=None):
        """Keep both."""
        super().__init__(message)
        self.because = because or message


class Range(NamedTuple):
    """A range of real numbers with its ends: in it or out of it. Infinity is in it only as a closed end."""

    low: float
    high: float
    with_low: bool
    with_high: bool

    @staticmethod
    @cache
    def read(text):
        """The range of a text such as "[0, 1)" or "(0, inf]": a square bracket for an end that is in it."""
        low, high = text[1:-1].split(",")
        return Range(float(low), float(high), text[0] == "[", text[-1] == "]")

    def holds(self, values):
        """Where the values lie in it; NaN never does."""
        above = values >= self.low if self.with_low else values > self.low
        below = values <= self.high if self.with_high else values < self.high
        return above & below

    def words(self, name):
        """What a message expects of the argument `name`."""
        if self.high < inf:
            low, high = ("<=" if end else "<" for end in (self.with_low, self.with_high))
            return f"{self.low:g} {low} {name} {high} {self.high:g}"
        number = "a number" if self.with_high else "a finite number"
        if self.low > -inf:
            number += f"{' of at least' if self.with_low else ' above'} {self.low:g}"
        return f"{number}, or infinity" if self.with_high else number


def every(name, values, good, expected):
    """The array `values`, if `good`, of the same shape, holds everywhere."""
    if not np.all(good):
        raise ValueError(f"{first_bad(name, values, ~good)}, expected {expected}")
    return values


def first_bad(name, values, bad):
    """The first value marked by `bad`, as a message begins: ``gd: -1.0`` or, of an array, ``gd: -1.0 (index 0, 2)``."""
    index = tuple(int(position) for position in np.argwhere(bad)[0])
    value = values[index]
    place = f" (index {', '.join(map(str, index))})" if index else ""
    return f"{name}: {in_line(value.item() if isinstance(value, np.generic) else value)}{place}"


def hidden(text):
    """The first character of a text that a reader does not see, or sees as something else; None if there is none.

    These are control and format characters, such as NUL, ESC, a line break, a zero-width space and what turns the
    direction of writing, further blanks than the space, and characters that have no meaning.

    Examples
    --------
    >>> hidden("a b"), hidden("ab\u200bc")
    (None, '\\u200b')
    """
    if text.isascii() and text.isprintable():
        return None
    for letter in text:
        kind = category(letter)
        if kind in _CONTROL or (kind == "Zs" and letter != " ") or _UNSEEN.match(letter):
            return letter
    return None


def in_line(value):
    """The value as Python prints it, if that is a line; else what kind of value it is."""
    text = repr(value)
    return f"a value of the kind {type(value).__name__}" if "\n" in text else text


def real_array(name, value):
    """The argument as an array of doubles of any shape; no text, None, truth value or complex number is a number.

    Nor is a masked cell, whose value numpy would bring back.
    """
    if np.ma.is_masked(value):
        every(name, value, ~np.ma.getmaskarray(value), "a number")
    try:
        values = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name}: {in_line(value)}, expected a number or an array of numbers ({error})") from None
    if values.dtype.kind in "iuf":
        return values.astype(np.float64)
    # Mixed lists and integers past 64 bits are looked at one by one; so is everything that is not a number.
    values = np.asarray(value, dtype=object)
    good = np.array([isinstance(item, Real) and not isinstance(item, bool) for item in values.flat], dtype=bool)
    every(name, values, good.reshape(values.shape), "a number")
    return np.array([_to_float(item) for item in values.flat]).reshape(values.shape)


def _is_double(value):
    """Whether it is one, as most arguments are, of Python or of numpy."""
    return type(value) in (float, np.float64)


def _to_float(item):
    try:
        return float(item)
    except OverflowError:  # an integer beyond the largest double
        return inf


def numbers(name, value, interval):
    """The argument as an array of doubles in an interval such as "(0, inf)"; NaN is in none."""
    allowed = Range.read(interval)
    values = np.asarray(value) if _is_double(value) else real_array(name, value)
    good = allowed.holds(values)
    return values if np.all(good) else every(name, values, good, allowed.words(name))


def number(name, value, interval):
    """The argument as one float in an interval such as "(0, inf)"."""
    # An array takes fifty times as long.
    if _is_double(value) and Range.read(interval).holds(value):
        return float(value)
    values = numbers(name, value, interval)
    if values.ndim:
        raise ValueError(f"{name}: {in_line(value)}, expected one number, not an array")
    return float(values)


def whole(name, value, least=1):
    """The argument, if it is a whole number of at least `least`; of type int, so 3.0 is none."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name}: {in_line(value)}, expected a whole number of at least {least}")
    return int(value)


def truth(name, value):
    """The argument, if it is True or False, of Python or of numpy; of type bool."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name}: {in_line(value)}, expected True or False")
    return bool(value)


def broadcast(**arrays):
    """The arrays, broadcast against each other as numpy does; a dict."""
    try:
        return dict(zip(arrays, np.broadcast_arrays(*arrays.values()), strict=True))
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays.values())
        raise ValueError(f"{', '.join(arrays)}: shapes {shapes}, expected shapes that broadcast") from None


def writable(name, file, *ends):
    """A path that a file can be written to: asked before what it will hold is computed. What is there stays as it is.

    Parameters
    ----------
    name : of the argument
    file : path
    ends : what its name may end in; anything if there are none
    """
    file = Path(file)
    if ends and file.suffix.lower() not in ends:
        raise ValueError(f"{name}: {file}, expected a file {' or '.join(ends)}")
    if not file.resolve().parent.is_dir():
        raise ValueError(f"{name}: {file}, expected a folder that exists; there is no {file.resolve().parent}")
    try:
        was_there = file.exists()
        with file.open("ab"):
            pass
        if not was_there:
            file.unlink()
    except OSError as error:
        raise ValueError(f"{name}: {file}, expected a file that can be written ({error.strerror})") from None
    return file


def there(name, value, known):
    """The value, if it is one of the texts that some tables hold; `Missing` if they do not, or no longer."""
    known = tuple(known)
    if value not in known:
        message = f"{name}: {value!r}, expected one of {', '.join(map(repr, known)) or 'none that are left'}"
        about = ", ".join(map(str, value)) if isinstance(value, tuple) else value
        raise Missing(message, f"no row of the tables is about {about} ({name})")
    return value


def some(rows, what):
    """The rows, or anything with a length, if there are any; else `Missing`, with what there is none of in words."""
    if not len(rows):
        raise Missing(f"no {what} is left")
    return rows


def choice(name, value, known):
    """The value, if it is one of the `known` texts or numbers."""
    if not isinstance(value, str | Real) or value not in tuple(known):
        raise ValueError(f"{name}: {in_line(value)}, expected one of {', '.join(map(repr, known))}")
    return value


def cached(function):
    """As `functools.cache`; an argument that it could not keep, such as a list, is named as any wrong one is."""
    kept = cache(function)

    @wraps(function)
    def answer(*args, **kwargs):
        try:
            return kept(*args, **kwargs)
        except TypeError:
            for name, value in signature(function).bind(*args, **kwargs).arguments.items():
                if not _can_be_kept(value):
                    message = f"{name}: {in_line(value)}, expected a name, a number or an expression"
                    raise ValueError(message) from None
            raise

    return answer


def _can_be_kept(value):
    try:
        hash(value)
    except TypeError:
        return False
    return True


def path(name, value):
    """The argument as a path, if it is a text or a path; an empty text is none."""
    if not isinstance(value, str | os.PathLike) or not os.fspath(value):
        raise ValueError(f"{name}: {in_line(value)}, expected a path, as a text or a pathlib.Path")
    return Path(value)
