"""A formula of the book in numbers: the one way in which functions evaluate what `datagravity.symbolic` writes.

An argument is named as its symbol is, or by its name among the arguments of functions, as in gd for G_d (see
`symbolic.SYMBOLS`). It must lie in the interval of its symbol in `symbolic.NOTATION`, and may be

* a number: the result is a float;
* an array, or a list: the arguments are broadcast as numpy does, and the result is an array;
* a pandas Series: the result is a Series with its index, which all Series of one call share;
* an `Interval`, beside numbers only: the result is an `Interval`, by `datagravity.intervals.propagate`.

Bad arguments raise ValueError, as `datagravity.checks` says. A result that leaves double precision raises
OverflowError: infinity and NaN are never returned.
"""

import sys
from math import inf

import numpy as np

from datagravity import checks
from datagravity.compiled import numpy_function
from datagravity.intervals import Interval, propagate
from datagravity.symbolic import NOTATION, SYMBOLS


def evaluate(function, expression, /, least=-inf, **arguments):
    """An expression of the book's symbols at the values of its arguments.

    Parameters
    ----------
    function : the name by which an OverflowError calls the result
    expression : sympy expression
    least : a bound that the exact result respects, and that rounding may break by a digit or two of the last place
    arguments : name -> value, for every symbol of the expression; a further argument is checked and broadcast too

    Returns
    -------
    float, array, Series or Interval: see the module.

    Raises
    ------
    ValueError
        If a name is no symbol's, a symbol of the expression has no value, or a value is not as its symbol asks.
    OverflowError
        If a result is infinite or no number.
    """
    formula = numpy_function(expression, *map(symbol_of, arguments))
    return apply(function, lambda **arrays: formula(*(arrays[name] for name in arguments)), least, **arguments)


def apply(function, compute, /, least=-inf, **arguments):
    """A function of arrays at arguments of any kind: what `evaluate` does with an expression.

    Parameters
    ----------
    function, least, arguments : as for `evaluate`
    compute : called with the arguments as arrays of doubles of one shape; returns what has that shape or fits it
    """
    if any(isinstance(value, Interval) for value in arguments.values()):
        _check_beside_intervals(arguments)
        # Plain numbers are bound here: infinity may be one of them, and an end of an Interval may not.
        intervals = {name: value for name, value in arguments.items() if isinstance(value, Interval)}
        return propagate(lambda **drawn: apply(function, compute, least, **(arguments | drawn)), **intervals)
    index = _shared_index(arguments)
    arrays = {name: checked(name, value) for name, value in arguments.items()}
    if any(array.ndim for array in arrays.values()):
        arrays = checks.broadcast(**arrays)
    shape = next(iter(arrays.values())).shape if arrays else ()
    with np.errstate(all="ignore"):
        result = np.broadcast_to(np.asarray(compute(**arrays), float), shape)
    bad = ~np.isfinite(result)
    if bad.any():
        at = tuple(np.argwhere(bad)[0])
        there = ", ".join(f"{name} = {array[at].item()!r}" for name, array in arrays.items())
        where = checks.first_bad(function, result, bad)
        raise OverflowError(f"{where} at {there}, expected a result within double precision")
    result = np.maximum(result, least)
    if index is not None:
        return sys.modules["pandas"].Series(result, index=index)
    return result if result.ndim else float(result)


def checked(name, value):
    """One argument as an array of doubles, each in the interval of its symbol; ValueError if not."""
    return checks.numbers(name, value, NOTATION[symbol_of(name)].interval)


def symbol_of(name):
    """The symbol that a name stands for."""
    if name not in SYMBOLS:
        raise ValueError(f"name: {name!r}, expected the name of a symbol of symbolic.NOTATION")
    return SYMBOLS[name]


def _check_beside_intervals(arguments):
    """Refuse an array beside an Interval, and an Interval whose ends are not what the argument's symbol asks."""
    for name, value in arguments.items():
        ends = (value.low, value.high) if isinstance(value, Interval) else (value,)
        if any(checked(name, end).ndim for end in ends):
            raise ValueError(f"{name}: {value!r}, expected one number or an Interval, as another argument is one")


def _shared_index(arguments):
    """The index of the Series among the arguments, or None if there are none."""
    pandas = sys.modules.get("pandas")  # where pandas is not loaded, nothing is a Series
    series = {name for name, value in arguments.items() if pandas and isinstance(value, pandas.Series)}
    if not series:
        return None
    first = next(name for name in arguments if name in series)
    index = arguments[first].index
    for name, value in arguments.items():
        if name not in series and np.ndim(value):
            raise ValueError(f"{name}: an array, expected a number or a Series with the index of {first}")
        if name in series and not value.index.equals(index):
            raise ValueError(f"{name}: a Series with another index, expected the index of {first}")
    return index
