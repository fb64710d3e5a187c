"""What every row of the thirty systems shares: its inputs, its comparison with a claim, and what it says if it cannot.

A claim is compared with a number of its own kind only: throughput with throughput, energy with energy, size with size.
Every comparison is a factor, better over worse, so a claim that is printed as "22 % less" is shown as printed and
compared as 1 / (1 - 0.22). An input without a value makes the comparison "not computable", by name. [extension]
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq
from sympy import Expr, Symbol, sympify

from datagravity import checks, symbolic
from datagravity.checks import Range
from datagravity.evaluate import evaluate
from datagravity.evidence import load, plain, remembered
from datagravity.intervals import Interval, propagate
from datagravity.symbolic.notation import NOTATION, SYMBOLS

#: What a reader may put in place of a system's inputs: name -> number, Interval, or None to take the input away.
Inputs = Mapping[str, float | Interval | None] | None

#: How a claim is printed, and the factor it stands for, better over worse.
FORMS = {
    "factor": lambda number: number,
    "percent less": lambda number: 1 / (1 - number / 100),
    "percent of baseline": lambda number: 100 / number,
    "percent more": lambda number: 1 + number / 100,
    "absolute": lambda number: number,
}
#: Numbers of two printed digits agree with what lies within a twentieth of them.
TOLERANCE = 0.05
#: A range whose ends differ by more than this factor agrees with nearly anything.
WIDEST = 3
#: Where to look for the value of an input, in the interval of its symbol; and how far a share stays below one, so near
#: that what it removes can be all but everything.
SEARCHED, BELOW_ONE = (1e-6, 1e9), 1e-9
#: Where a claim lies to what the model computes, or else to its bound. What rests on an input that we assumed agrees as
#: assumed only.
FINDINGS = (
    "agrees",
    "agrees as assumed",
    "falls short",
    "exceeds",
    "too wide to tell",
    "within its bound",
    "above its bound",
    "not computable",
    "no number claimed",
)


@dataclass(frozen=True)
class Comparison:
    """One claim of a system beside what the model computes for it.

    `claim` and `computed` are factors, better over worse, with their ranges; absolute numbers where `form` says so.
    `claim` is None where the source claims no number, `computed` where an input is missing; `missing` then names it.
    `bound` is what the model allows at most, whatever the missing inputs are, and `bound_by` says why; None where there
    is none. `needed` is the value of one input, the symbol `needed_for`, at which the model would give the claim; None
    where no value would. `inputs` are the rows that the formula uses. `by_definition` marks a claim that only repeats
    its own input.
    """

    id: str
    system: str
    kind: str
    printed: str
    form: str
    extent: str
    baseline: str
    by_definition: bool
    claim: Interval | None
    formula: Expr
    computed: Interval | None
    missing: tuple[str, ...]
    bound: float | None
    bound_by: str
    needed_for: str
    needed: Interval | None
    inputs: tuple[dict, ...]

    @property
    def low(self) -> float | None:
        """The low end of what is computed."""
        return self.computed.low if self.computed else None

    @property
    def high(self) -> float | None:
        """The high end of what is computed."""
        return self.computed.high if self.computed else None

    @property
    def ratio(self) -> Interval | None:
        """Computed over claimed."""
        if self.computed is None or self.claim is None:
            return None
        return Interval(
            self.computed.value / self.claim.value,
            self.computed.low / self.claim.high,
            self.computed.high / self.claim.low,
        )

    @property
    def assumed(self) -> bool:
        """Whether an input of the formula is assumed: by its row of the table, or given by a reader."""
        return any(row["assumed"] for row in self.inputs)

    @property
    def finding(self) -> str:
        """One of FINDINGS. Ranges agree if they come within TOLERANCE and are not too wide; "over" takes more."""
        if self.claim is None:
            return "no number claimed"
        if self.computed is not None:
            if self.computed.high < self.claim.low * (1 - TOLERANCE):
                return "falls short"
            if self.computed.high > WIDEST * self.computed.low:
                return "too wide to tell"
            exceeds = self.computed.low > self.claim.high * (1 + TOLERANCE) and self.extent != "over"
            if exceeds:
                return "exceeds"
            return "agrees as assumed" if self.assumed else "agrees"
        if self.bound is None:
            return "not computable"
        return "above its bound" if self.past_bound else "within its bound"

    @property
    def past_bound(self) -> bool:
        """Whether some of the claim lies above what the model allows, computed or not."""
        return self.claim is not None and self.bound is not None and self.claim.high > self.bound * (1 + 1e-9)

    @property
    def shortfall(self) -> str:
        """What a reader is told where nothing is computed: "not computable: missing ..."; else an empty text."""
        return f"not computable: missing {'; '.join(self.missing)}" if self.missing else ""


class System:
    """The inputs of one system, and the comparisons made of them.

    Parameters
    ----------
    id : row of the table `systems`
    inputs : what to put in place of the table's inputs; None takes an input away

    Raises
    ------
    ValueError
        If a name is no input of the system, or a value is neither a number nor an Interval, or outside the range of its
        symbol.
    """

    def __init__(self, id: str, inputs: Inputs = None):
        """Take the table's inputs and put the given ones in their place."""
        self.id = id
        self.rows = dict(input_rows(id))
        self.given = dict(inputs or {})
        for name, value in self.given.items():
            checks.choice(f"inputs of {id}", name, sorted(self.rows))
            self.rows[name] = {**self.rows[name], "interval": _interval(id, name, value), "assumed": True}

    def derive(self, name: str, interval: Interval) -> None:
        """Set an input that comes out of the model of a token or of another table, unless a reader gave it."""
        if self.rows.get(name, {}).get("basis") == "model" and name not in self.given:
            self.rows[name] = {**self.rows[name], "interval": interval}

    def value(self, name: str) -> Interval | None:
        """The interval of one input, or None where it is missing."""
        return self.rows.get(name, {}).get("interval")

    def values(self, formula: Expr) -> tuple[dict[str, Interval], tuple[str, ...]]:
        """The intervals of a formula's symbols, by name, and in words those that have none."""
        symbols = sorted(formula.free_symbols, key=str)
        values = {symbol.name: self.value(symbol.name) for symbol in symbols}
        missing = tuple(self._what_is_missing(symbol) for symbol in symbols if values[symbol.name] is None)
        return {name: interval for name, interval in values.items() if interval is not None}, missing

    def _what_is_missing(self, symbol):
        """The words of the row that says so, or what the symbol means."""
        row = self.rows.get(symbol.name, {})
        return row["note"] if row.get("basis") == "missing" else NOTATION[symbol].meaning

    def evaluate(self, formula: Expr) -> Interval | None:
        """The value of a formula in this system's inputs, or None where one is missing."""
        values, missing = self.values(formula)
        return None if missing else _evaluated(formula, values)

    def compare(
        self,
        claim: str,
        formula: Expr,
        *,
        bound: Expr | float | None = None,
        bound_by: str = "",
        needed: Symbol | None = None,
    ) -> Comparison:
        """A claim beside the value of a formula.

        Parameters
        ----------
        claim : row of the table `system_claims`
        formula : in symbols of the book, each of them an input of the system
        bound : what the formula stays below whatever the missing inputs are
        bound_by : why, in words
        needed : the symbol to solve for, so that the formula gives the claim
        """
        stated = claim_rows()[claim]
        factor = _claimed(stated)
        _, missing = self.values(formula)
        limit = None
        if bound is not None:
            known, unknown = self.values(sympify(bound))
            # The most favourable corner: a bound that a claim breaks is broken for every value of the inputs.
            limit = None if unknown else _evaluated(sympify(bound), known, monotone=True).high
        return Comparison(
            id=claim,
            system=self.id,
            kind=stated["kind"],
            printed=stated["figure"],
            form=stated["form"],
            extent=stated["extent"],
            baseline=stated["baseline"],
            by_definition=stated["by_definition"],
            claim=factor,
            formula=formula,
            computed=self.evaluate(formula),
            missing=missing,
            bound=limit,
            bound_by="" if limit is None else bound_by,
            needed_for="" if needed is None else needed.name,
            needed=None if needed is None or factor is None else self.solve(formula, needed, factor),
            inputs=tuple(
                self.rows[symbol.name] for symbol in sorted(formula.free_symbols, key=str) if symbol.name in self.rows
            ),
        )

    def without_waiting(self, *claims: str) -> tuple[Comparison, ...]:
        """Claims of a system that avoids a share of the baseline's time, and for each the share that would give it."""
        share = symbolic.waiting_share
        return tuple(self.compare(claim, symbolic.waiting_gain, needed=share) for claim in claims)

    def solve(self, formula: Expr, unknown: Symbol, factor: Interval) -> Interval | None:
        """The value of one symbol at which a formula gives a factor, and its range; None if it never does."""
        others, _ = self.values(formula)
        others.pop(unknown.name, None)
        if len(others) + 1 < len(formula.free_symbols):
            return None
        roots = [_root(formula, unknown, others, end) for end in (factor.value, factor.low, factor.high)]
        if roots[0] is None:
            return None
        found = [root for root in roots if root is not None]
        return Interval(roots[0], min(found), max(found))


def _root(formula, unknown, others, target):
    """Where a formula passes a target, all other inputs at their values; None if it does not."""
    allowed = Range.read(NOTATION[unknown].interval)
    ends = max(SEARCHED[0], allowed.low), min(SEARCHED[1], allowed.high - BELOW_ONE)
    rest = {name: interval.value for name, interval in others.items()}

    def excess(log_value):
        return evaluate("System.solve", formula, **rest, **{unknown.name: np.exp(log_value)}) / target - 1

    grid = np.linspace(*np.log(ends), 400)
    for (left, low), (right, high) in pairwise(zip(grid, excess(grid), strict=True)):
        # Not by their product, which may be too large for a double.
        if np.sign(low) * np.sign(high) <= 0 and low != high:
            return math.exp(brentq(excess, left, right, xtol=1e-14))
    return None


def _evaluated(formula, values, monotone=False):
    """A formula of intervals as an Interval; a bare number is one without width."""
    return propagate(partial(evaluate, "System.evaluate", formula), monotone=monotone, **values)


def _claimed(row):
    """The factor that a claim stands for, with its range, from the numbers as printed; None if it has none."""
    if row["value_low"] is None:
        return None
    ends = sorted(FORMS[row["form"]](row[end]) for end in ("value_low", "value_high"))
    # Between the ends of a range nobody says where: the middle of a factor is the root of its ends.
    return Interval(min(max(math.sqrt(ends[0] * ends[1]), ends[0]), ends[1]), *ends)


def _interval(id, name, value):
    """What a reader put in the place of an input, as an Interval within the range of its symbol; None stays None."""
    if value is None:
        return None
    try:
        interval = value if isinstance(value, Interval) else Interval(value, value, value)
    except ValueError as error:
        raise ValueError(f"{name} of {id}: {value!r}, expected a number, an Interval or None") from error
    for end in (interval.low, interval.value, interval.high):
        checks.number(f"{name} of {id}", end, NOTATION[SYMBOLS[name]].interval)
    return interval


@remembered
def claim_rows() -> dict[str, dict]:
    """The claims that are compared: id of the table `system_claims` -> its row."""
    return {row["id"]: plain(row) for row in load("system_claims").astype(object).to_dict("records")}


@remembered
def input_rows(id: str) -> dict[str, dict]:
    """The inputs of a system: name of the symbol -> its row, with `interval` (an Interval, or None if missing)."""
    rows = load("system_inputs")
    own = [plain(row) for row in rows[rows["system"] == id].astype(object).to_dict("records")]
    return {row["symbol"]: row | {"interval": _of_row(row)} for row in own}


def _of_row(row):
    """The interval of an input row: its own numbers, or the cell of another table that it names."""
    value = row["value"]
    if row["taken_from"]:
        table, key, column = row["taken_from"].split("/")
        frame = load(table)
        value = float(frame.set_index(frame.columns[0]).loc[key, column])
    if value is None:
        return None
    low = value if row["low"] is None else row["low"]
    high = value if row["high"] is None else row["high"]
    return Interval(value, low, high, spread="log-uniform" if low > 0 else "uniform")
