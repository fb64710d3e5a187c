"""What a cell gives, as a reader reads it: plain values of a chapter's cells as HTML.

A kernel of the build uses this for every value that would else print as Python writes it. The notebook keeps that text
beside it.
"""

import ast
import dataclasses
import html
import math
import numbers

import numpy as np
import pandas as pd

from datagravity.chapter import table

#: Functions whose call only prepares what it is given for printing.
_FOR_PRINTING = {"round", "text", "int", "float", "list"}
#: What has no name: its code would say more than is needed.
_UNNAMED = (ast.ListComp, ast.DictComp, ast.GeneratorExp, ast.Dict, ast.Subscript)
#: A longer piece of code names nothing.
_LONGEST_NAME = 40


def number(value):
    """A number with six digits.

    Examples
    --------
    >>> number(10.000000000000002), number(92256), number(float("inf"))
    ('10', '92,256', 'no bound')
    """
    if isinstance(value, numbers.Integral):
        # Four digits may be a year.
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    value = float(value)
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "no bound" if value > 0 else "no lower bound"
    if 1e5 <= abs(value) < 1e15:
        return f"{value:,.0f}"
    digits, power = f"{value:.6g}".partition("e")[::2]
    if not power:
        return digits
    return (
        f"{digits} \N{MULTIPLICATION SIGN} 10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    )


def words(value):
    """A value of any kind in one line, without signs of Python.

    Examples
    --------
    >>> words([np.float64(0.5), None, {"inside": 0.8}])
    '0.5, none, inside = 0.8'
    >>> words(np.array([[1, 2], [3, 4]]))
    '(1, 2), (3, 4)'
    """
    if value is None:
        return "none"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, numbers.Real) and not hasattr(value, "free_symbols"):
        return number(value)
    if named := pairs(value):
        return ", ".join(f"{name} = {_inner(part)}" for name, part in named)
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return str(value)
    return ", ".join(map(_inner, value))


def _inner(value):
    """A value within another one; what is several stands in brackets."""
    several = hasattr(value, "__len__") and not isinstance(value, str) and len(value) > 1
    return f"({words(value)})" if several and not isinstance(value, dict) else words(value)


def pairs(value):
    """The named parts of a value (a list of name and part); empty if it has none."""
    if isinstance(value, (dict, pd.Series)):
        return [(words(name), part) for name, part in value.items()]
    if dataclasses.is_dataclass(value):
        return [(_spaced(field.name), getattr(value, field.name)) for field in dataclasses.fields(value) if field.repr]
    if hasattr(value, "_asdict"):
        return [(_spaced(name), part) for name, part in value._asdict().items()]
    return []


def _spaced(name):
    return name.replace("_", " ")


def names(code, count):
    """What a cell's last line calls each of `count` values (a list of texts, empty where it gives no name).

    Examples
    --------
    >>> names("x = 3\\nround(x, 1), text(run.needed), [y for y in x]", 3)
    ['x', 'run.needed', '']
    """
    try:
        last = ast.parse(code).body[-1]
    except (SyntaxError, IndexError):
        return [""] * count
    value = getattr(last, "value", None)
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    return [_name(part) for part in parts] if len(parts) == count else [""] * count


def _name(node):
    while isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in _FOR_PRINTING:
        node = node.args[0]
    name = "" if node is None or isinstance(node, _UNNAMED) else ast.unparse(node)
    return name if len(name) <= _LONGEST_NAME else ""


def readable(value, code=""):
    """A value as HTML.

    Parameters
    ----------
    value : what a cell gives
    code : of the cell, whose last line says what the value is called

    Examples
    --------
    >>> readable((np.float64(22.4), [0.5, 0.8]), "half, [round(e, 1) for e in around]")
    '<dl class="dg-values"><div><dt><code>half</code></dt><dd>22.4</dd></div><div><dd>0.5, 0.8</dd></div></dl>'
    """
    if isinstance(value, tuple) and not hasattr(value, "_asdict"):
        named = list(zip(names(code, len(value)), value, strict=True))
        shown = [(f"<code>{html.escape(name)}</code>" if name else "", words(part)) for name, part in named]
    elif parts := pairs(value):
        shown = [(html.escape(name), words(part)) for name, part in parts]
    else:
        name = names(code, 1)[0]
        shown = [(f"<code>{html.escape(name)}</code>" if name else "", words(value))]
    rows = "".join(
        f"<div>{f'<dt>{name}</dt>' if name else ''}<dd>{html.escape(text)}</dd></div>" for name, text in shown
    )
    return f'<dl class="dg-values">{rows}</dl>'


def enable(shell):
    """Let a kernel's shell show readers what its cells give and Python would print in its own signs."""
    running = {}
    shell.events.register("pre_run_cell", lambda info: running.update(code=info.raw_cell))
    plain = shell.displayhook.compute_format_data

    def with_words(result):
        data, metadata = plain(result)
        if isinstance(result, pd.DataFrame):
            data["text/html"] = table(result).data
        elif set(data) == {"text/plain"}:
            data["text/html"] = readable(result, running.get("code", ""))
        return data, metadata

    shell.displayhook.compute_format_data = with_words
