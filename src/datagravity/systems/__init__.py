"""Thirty published systems that fight data movement: each claim beside what the model of the book computes.

One function a system, in one module a lever. Each takes inputs to put in place of its table's, and returns its claims,
compared. `rows` lays all of them out as a table. Everything here is an [extension].
"""

import pandas as pd

from datagravity.checks import there
from datagravity.evaluate import symbol_of
from datagravity.evidence import load, remembered
from datagravity.intervals import text
from datagravity.symbolic import NOTATION
from datagravity.systems import distance, mass, reuse, split, work
from datagravity.systems.common import FINDINGS, FORMS, Comparison, Inputs, System, input_rows

_MODULES = {"distance": distance, "mass": mass, "reuse": reuse, "work": work, "split": split}


def function_of(id: str):
    """The function of a system, by its row in the table `systems`.

    Raises
    ------
    ValueError
        If there is no such system.
    """
    names = load("systems").set_index("id")["function"]
    module, name = names[there("id", id, names.index)].split(".")
    return getattr(_MODULES[module], name)


def compare(id: str, inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Every claim of one system beside what the model computes; `inputs` as for its function.

    Raises
    ------
    ValueError
        If there is no such system, or an input is none of its inputs.
    """
    return _as_published(id) if inputs is None else function_of(id)(inputs)


@remembered(stored=True)
def _as_published(id):
    return function_of(id)()


def meaning(symbol: str) -> str:
    """What an input means, by the name of its symbol, in the words of the notation of the book.

    Raises
    ------
    ValueError
        If there is no such symbol.
    """
    return NOTATION[symbol_of(symbol)].meaning


@remembered(stored=True)
def rows() -> pd.DataFrame:
    """Every claim of every system with what the model computes, in the order of the tables.

    Columns: id, system, name, source, tier, lever, lever_secondary, method, kind, words, printed, form, extent,
    baseline; claim, computed (factors, better over worse) with `_low` and `_high`, computed_text (or what is missing),
    bound, bound_by, ratio (computed over claimed) and ratio_text, needed_for and needed (the input that would give the
    claim), assumed (whether an input is), finding, past_bound, by_definition, lesson.
    """
    systems = load("systems")
    papers = load("related_papers").set_index("id")
    claims = load("system_claims").set_index("id")
    found = []
    for system in systems.itertuples():
        for one in compare(system.id):
            found.append(
                {
                    "id": one.id,
                    "system": system.id,
                    "name": system.name,
                    "source": papers.loc[system.paper, "source"],
                    "tier": system.tier,
                    "lever": system.lever,
                    "lever_secondary": system.lever_secondary,
                    "method": system.method,
                    "kind": one.kind,
                    "words": claims.loc[one.id, "what"],
                    "printed": one.printed,
                    "form": one.form,
                    "extent": one.extent,
                    "baseline": one.baseline,
                    "claim": one.claim.value if one.claim else None,
                    "claim_low": one.claim.low if one.claim else None,
                    "claim_high": one.claim.high if one.claim else None,
                    "computed": one.computed.value if one.computed else None,
                    "computed_low": one.low,
                    "computed_high": one.high,
                    "computed_text": text(one.computed) if one.computed else one.shortfall,
                    "bound": one.bound,
                    "bound_by": one.bound_by,
                    "ratio": one.ratio.value if one.ratio else None,
                    "ratio_text": text(one.ratio) if one.ratio else None,
                    "needed_for": one.needed_for,
                    "needed": one.needed.value if one.needed else None,
                    "assumed": one.assumed,
                    "finding": one.finding,
                    "past_bound": one.past_bound,
                    "by_definition": one.by_definition,
                    "lesson": system.lesson,
                }
            )
    numbers = ["claim", "claim_low", "claim_high", "computed", "computed_low", "computed_high", "bound", "ratio"]
    return pd.DataFrame(found).astype(dict.fromkeys([*numbers, "needed"], "Float64"))


def inputs() -> pd.DataFrame:
    """Every input of every system, in the order of the table.

    Columns: name (of the system), lever, meaning (of the symbol), shown (value and interval as text; what the model of
    a token gives where the basis is model), unit, basis, assumed, source, locator, checked, note.
    """
    systems = load("systems").set_index("id")
    derived = {row["id"]: row["interval"] for id in systems.index for one in compare(id) for row in one.inputs}
    table = load("system_inputs")
    intervals = [derived.get(row.id) or input_rows(row.system)[row.symbol]["interval"] for row in table.itertuples()]
    return table.assign(
        name=table["system"].map(systems["name"]),
        lever=table["system"].map(systems["lever"]),
        meaning=[meaning(symbol) for symbol in table["symbol"]],
        shown=[_as_stated(interval) if interval else None for interval in intervals],
    )[["name", "lever", "meaning", "shown", "unit", "basis", "assumed", "source", "locator", "checked", "note"]]


def _as_stated(interval):
    """Value and ends with the digits that they were given with, up to six; a computed one has four."""
    ends = (interval.value, interval.low, interval.high)
    value, low, high = (f"{end:.6g}" if float(f"{end:.6g}") == end else f"{end:.4g}" for end in ends)
    return value if interval.low == interval.high else f"{value} ({low} to {high})"


def counted(frame: pd.DataFrame | None = None) -> pd.DataFrame:
    """The rows that counts are made of: no absolute numbers, no words, and no claims that repeat their own input."""
    frame = rows() if frame is None else frame
    return frame[~frame["by_definition"] & frame["claim"].notna() & (frame["form"] != "absolute")]


__all__ = [
    "FINDINGS",
    "FORMS",
    "Comparison",
    "Inputs",
    "System",
    "compare",
    "counted",
    "function_of",
    "input_rows",
    "inputs",
    "meaning",
    "rows",
]
