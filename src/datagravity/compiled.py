"""From one expression to its three other forms: LaTeX, a numpy function, and an expression that a chart evaluates."""

from functools import cache

import numpy as np
import sympy
from sympy.printing.jscode import JavascriptCodePrinter

from datagravity.symbolic import NOTATION

_LATEX_NAMES = {symbol: notation.latex for symbol, notation in NOTATION.items()}
_NAMES = {symbol.name for symbol in NOTATION}


def latex(expression):
    """LaTeX of a sympy expression or equation in the notation of the book, without dollar signs."""
    return sympy.latex(expression, symbol_names=_LATEX_NAMES)


def notation_table():
    """The table of notation in Markdown: one row a symbol, printed from `datagravity.symbolic.NOTATION`."""
    rows = (f"| ${entry.latex}$ | `{symbol}` | {entry.meaning} | {entry.unit} |" for symbol, entry in NOTATION.items())
    return "\n".join(["| Symbol | In code | Meaning | Unit |", "| --- | --- | --- | --- |", *rows])


@cache
def numpy_function(expression, *symbols):
    """A numpy function of `symbols`, in that order, that evaluates a sympy expression and broadcasts.

    Raises
    ------
    ValueError
        If the expression has a free symbol that is not among `symbols`.
    """
    missing = expression.free_symbols - set(symbols)
    if missing:
        raise ValueError(f"symbols: {list(symbols)}, expected also {', '.join(sorted(map(str, missing)))}")
    # The module itself: for its name, sympy would import all of it, down to its Fortran compiler.
    return sympy.lambdify(symbols, expression, modules=[np])


class _VegaPrinter(JavascriptCodePrinter):
    """Vega's expression language is JavaScript whose functions and constants have no `Math.` before their names."""

    def __init__(self, names):
        super().__init__({"strict": True})
        self.vega_names = names

    def _print_Symbol(self, expr):  # noqa: N802 (sympy finds it by this name)
        return self.vega_names.get(expr.name, expr.name)


def vega_expression(expression, **names):
    """The expression in Vega's expression language, for a calculate transform or a parameter of a chart.

    Parameters
    ----------
    expression : sympy expression; powers, exp, log, sqrt, comparisons and Piecewise are fine
    names : what a symbol is called in the chart, as in ``r="datum.r"``; any other symbol keeps its ASCII name, that is,
        it is a parameter of the chart

    Raises
    ------
    ValueError
        If a name is not a symbol of the book, or the expression has a part that Vega cannot evaluate.
    """
    for name in names.keys() - _NAMES:
        raise ValueError(f"name: {name!r}, expected the name of a symbol of symbolic.NOTATION")
    try:
        code = _VegaPrinter(names).doprint(sympy.sympify(expression))
    except NotImplementedError as error:
        raise ValueError(f"expression: {expression}, expected one that Vega can evaluate ({error})") from error
    return " ".join(code.replace("Math.", "").split())
