"""The numbers that prose prints: one module a chapter, shared by the chapter, the first page and the changelog.

A module has functions without arguments, each a part of its chapter, and lists them in `PARTS`. A part returns
name -> `Headline`; `of(chapter)` joins the parts of one chapter. The build writes all of them to `book/results.json`.
"""

import math
import numbers
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

from datagravity.checks import Missing, choice
from datagravity.evidence import is_blank
from datagravity.reads import reading

#: The kinds of result: the paper states it, rebuilt from what it states, beyond it, or a value that others quote.
LABELS = ("abstract", "reconstruction", "extension", "quoted")
#: The unit of a headline that is a text.
TEXT = "text"


class Headline(NamedTuple):
    """One number or text of the prose, with its unit ("1" for a plain number, "text" for words) and its label."""

    value: float | int | str
    unit: str
    label: str


def _headline(value, unit, label):
    if isinstance(value, str):
        return Headline(value, TEXT, label)
    if isinstance(value, numbers.Integral):
        return Headline(int(value), unit, label)
    if isinstance(value, numbers.Real) and math.isfinite(value):
        return Headline(float(value), unit, label)
    message = f"value: {value!r}, expected a text or a finite number"
    raise Missing(message, "no row is left to compute it from") if is_blank(value) else ValueError(message)


def abstract(value, unit="1"):
    """A headline that the paper states."""
    return _headline(value, unit, "abstract")


def reconstruction(value, unit="1"):
    """A headline of the model rebuilt from what the paper states."""
    return _headline(value, unit, "reconstruction")


def extension(value, unit="1"):
    """A headline that goes beyond the paper: every measurement and every count of the tables is one."""
    return _headline(value, unit, "extension")


def quoted(value, unit="1"):
    """A headline whose value is one of those that others quote from the paper."""
    return _headline(value, unit, "quoted")


def chapters():
    """The names of the chapters that have headlines (a list)."""
    return sorted(module.name.replace("_", "-") for module in iter_modules(__path__))


def of(chapter):
    """Every headline of one chapter.

    Parameters
    ----------
    chapter : the name of its page, as in "disjunction-constant"

    Returns
    -------
    dict: name -> Headline, in the order of the chapter

    Raises
    ------
    ValueError
        If there is no such chapter, or two parts give the same name.
    """
    return {name: headline for name, (headline, _) in with_inputs(chapter).items()}


def with_inputs(chapter, lacking=None):
    """As `of`, each headline with the names of the tables that its part read (a set): name -> (Headline, names).

    Parameters
    ----------
    lacking : function that is told of each part that the tables lack something for, in words, and such a part is left
        out; None to raise what it raises
    """
    choice("chapter", chapter, chapters())
    found = {}
    for part in import_module(f"datagravity.headlines.{chapter.replace('-', '_')}").PARTS:
        with reading() as read:
            try:
                headlines = part()
            except Missing as error:
                if lacking is None:
                    raise
                about = " ".join(part.__doc__.split()).rstrip(".")
                lacking(f"“{about}” ({error.because})")
                continue
        for name, headline in headlines.items():
            if name in found:
                raise ValueError(f"headline {name!r} of {chapter!r}: given by two parts, expected once")
            found[name] = headline, read
    return found
