"""One token: where its energy and its time go, and what a lever changes in both."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from scipy.optimize import brentq

from datagravity import checks, symbolic
from datagravity.decoding.levers import BOUNDS, TIME_BOUNDS, pulled
from datagravity.decoding.terms import STANDING, TERMS, TIMES
from datagravity.evaluate import evaluate
from datagravity.law import optimal_distance, saving


@dataclass(frozen=True)
class Decoding:
    """The energy of one token and where it goes.

    `terms` in J: weights, kv_cache, arithmetic, prompt, standing; `standing_parts` says during which part of the time
    the standing power flows, and `seconds` how long each takes one accelerator: weights, kv_cache, arithmetic, prompt,
    links, layers, host. `gd` is (weights + kv_cache) / arithmetic. `batch_at_unity` is the batch at which it is one,
    infinite if the cache alone keeps it above. `low` and `high`, in J, are the ends of the band of a model that was
    left out of the fit, at `errors.LEVEL`; where an argument is an Interval, the bands at its ends are in it.
    `step_seconds` is the time of one step; `weight_bytes` and `kv_bytes` are what one token moves, `flop` its
    operations without the prompt's. `bounds` maps each lever to what it can save at most (Amdahl): the whole energy
    over what is left when all that the lever acts on is gone; `time_bounds` does it for the time. `quantities` are the
    numbers that went in, by the names of their symbols, and `phase` turns a formula into the one they went into:
    `terms.while_decoding` or `terms.while_prefilling`.
    """

    model: str
    accelerator: str
    terms: dict[str, float]
    standing_parts: dict[str, float]
    seconds: dict[str, float]
    gd: float
    batch_at_unity: float
    joules_per_token: float
    low: float
    high: float
    step_seconds: float
    weight_bytes: float
    kv_bytes: float
    flop: float
    bounds: dict[str, float]
    time_bounds: dict[str, float]
    quantities: dict[str, float]
    phase: Callable

    @property
    def tokens_per_joule(self) -> float:
        """Tokens for one joule."""
        return 1 / self.joules_per_token

    @property
    def shares(self) -> dict[str, float]:
        """The terms as shares of the whole."""
        return {name: term / self.joules_per_token for name, term in self.terms.items()}

    def gain(self, lever: str, factor: float) -> float:
        """By what the energy of a token falls if a lever divides what it acts on by `factor` (1 or more).

        Computed anew from the formulas, not from the bound, so that the two can be compared. `speedup` is the same of
        its time.

        Raises
        ------
        ValueError
            If there is no such lever, or the factor is not a finite number of at least 1.
        """
        return self._ratio(symbolic.token_energy, lever, factor)

    def speedup(self, lever: str, factor: float) -> float:
        """By what the time of a token falls if a lever divides what it acts on by `factor`; see `gain`."""
        return self._ratio(symbolic.token_seconds, lever, factor)

    def _ratio(self, expression, lever, factor):
        value = partial(_valued, "Decoding.gain", self.phase(expression))
        return value(self.quantities) / value(pulled(self.quantities, lever, factor))

    def summing_to(self, joules):
        """The same token with the standing power that makes its sum `joules`: what the other terms leave stands.

        With measured joules, `bounds`, `shares` and `gain` are over what was measured. `low` and `high` are the sum.

        Parameters
        ----------
        joules : more than the terms take without the standing one

        Raises
        ------
        ValueError
            If the other terms take as much.

        Examples
        --------
        >>> from datagravity.decoding import decode_energy
        >>> token = decode_energy("Llama-2 7B", "A100 SXM4 80GB", batch=8, context=1024)
        >>> token.summing_to(0.9 * token.joules_per_token).bounds["split"] < token.bounds["split"]
        True
        """
        moved = self.joules_per_token - self.terms["standing"]
        stands = checks.number("joules", joules, f"({moved!r}, inf)") - moved
        numbers = self.quantities | {"standing_power": stands / sum(self.seconds.values())}
        return budget(self.model, self.accelerator, self.phase, numbers, (1.0, 1.0))

    def placement_gain(self, beta):
        """What the best distance gains by the placement law if the standing term does not depend on it.

        The share theorem with a constant. Where G_d is so small that the law would move the computation away from the
        data, the gain is 1. It never exceeds the bound of the lever distance: closer than as built, computing costs at
        least what it cost.
        """
        if optimal_distance(self.gd, beta) >= 1:
            return 1.0
        varied, saved = (
            self.shares["weights"] + self.shares["kv_cache"] + self.shares["arithmetic"],
            saving(self.gd, beta),
        )
        return evaluate("placement_gain", symbolic.amdahl_gain, least=1.0, acted_share=varied, divisor=saved)


def _valued(name, formula, numbers):
    """A formula at those of the numbers whose symbols stand in it: to check the others once a formula takes longest."""
    used = {symbol.name for symbol in formula.free_symbols}
    return evaluate(name, formula, **{symbol: value for symbol, value in numbers.items() if symbol in used})


def budget(model, accelerator, phase, numbers, errors):
    """The energy of a token as a `Decoding`.

    Parameters
    ----------
    model, accelerator : their names
    phase : `terms.while_decoding` or `terms.while_prefilling`
    numbers : what the formulas need, by the names of their symbols
    errors : measured over predicted energy, low and high end of the band
    """

    def of(expression):
        return _valued("energy of a token", phase(expression), numbers)

    def each(expressions):
        return {name: of(expression) for name, expression in expressions.items()}

    terms, seconds = each(TERMS), each(TIMES)
    total = sum(terms.values())
    return Decoding(
        model=model,
        accelerator=accelerator,
        terms=terms,
        standing_parts=each(STANDING),
        seconds=seconds,
        gd=(terms["weights"] + terms["kv_cache"]) / terms["arithmetic"],
        batch_at_unity=_batch_at_unity(phase, numbers),
        joules_per_token=total,
        low=total * errors[0],
        high=total * errors[1],
        step_seconds=sum(seconds.values()) * numbers["batch"] / numbers["gpus"],
        weight_bytes=of(symbolic.weight_bytes),
        kv_bytes=of(symbolic.kv_bytes),
        flop=of(symbolic.token_flop),
        bounds=each(BOUNDS),
        time_bounds=each(TIME_BOUNDS),
        quantities=numbers,
        phase=phase,
    )


def _batch_at_unity(phase, numbers):
    """Where G_d = 1: it falls with the batch, from infinity to what the cache alone leaves."""
    value = partial(evaluate, "batch_at_unity")
    margin = value(symbolic.arithmetic_energy, **numbers) - value(phase(symbolic.kv_energy), **numbers)
    if margin <= 0:
        return math.inf
    # At that batch one reading of the weights costs the margin times the batch; it reads the shared weights at least,
    # and all of them at most.
    reading = 1e-12 * numbers["transport_pj_per_bit"] * numbers["weight_bits"]
    least = reading * numbers["shared_weights"] / margin
    most = reading * (numbers["shared_weights"] + numbers["routed_weights"]) / margin
    gd = phase(symbolic.token_disjunction_constant)

    def excess(log_batch):
        return math.log(value(gd, **numbers | {"batch": math.exp(log_batch)}))

    if least == most:
        return least
    low, high = math.log(least), math.log(most)
    # Where rounding hides the change of sign, the end is the solution.
    if excess(low) <= 0:
        return least
    return most if excess(high) >= 0 else math.exp(brentq(excess, low, high))
