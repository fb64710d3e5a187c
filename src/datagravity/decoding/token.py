"""One token: what its formulas need of a model and an accelerator, and where its energy goes."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from scipy.optimize import brentq

from datagravity import checks, symbolic
from datagravity.decoding.levers import BOUNDS, pulled
from datagravity.decoding.terms import SECONDS, STATIC, TERMS
from datagravity.decoding.transformer import parameters
from datagravity.evaluate import evaluate
from datagravity.evidence import load, remembered
from datagravity.law import optimal_distance, saving
from datagravity.series import labelled_rows

#: The series of the rows that price a bit of HBM: of the "system", and of the "device" alone.
HBM_SERIES = "HBM, one bit"
#: Bits of a weight in the formats of the measured runs; the blocks of MXFP4 share a scale of eight bits.
FORMAT_BITS = {"bfloat16": 16, "fp8": 8, "mxfp4": 4.25}
#: Bandwidth and peak are reached, and no power flows in vain: what the formulas say before they are fitted.
UNCALIBRATED = {"memory_efficiency": 1.0, "arithmetic_efficiency": 1.0, "static_share": 0.0}


@remembered
def energy_per_bit(row, end="high"):
    """The energy per bit of one row of the table of energies, in pJ/bit: the "high" or the "low" end of its range.

    Parameters
    ----------
    row : the row's id; or, for HBM, "system", with its controller and the way to the core, or "device", the device
        alone
    end : "high" or "low"

    Raises
    ------
    ValueError
        If there is no such row, or no such end.
    """
    prices = load("energy").set_index("id")[f"energy_pj_per_bit_{checks.choice('end', end, ('high', 'low'))}"]
    if row in prices.index:
        return float(prices[row])
    named = labelled_rows(HBM_SERIES)
    if row not in named:
        raise ValueError(f"row: {row!r}, expected {', '.join(map(repr, named))} or an id of the table of energies")
    return float(prices[named[row]])


def quantities(model, hardware, weight_bits, pj_per_bit=None, calibration=UNCALIBRATED):
    """What the formulas need of a model row and a hardware row, by the names of their symbols, except batch, context
    and kv_bits. The sliders of the page start from the same numbers.
    """
    counts = parameters(model)
    fast = hardware.get("peak_dense_fp8_tflops")
    if pj_per_bit is None:
        # Who gives a row of no memory at all means HBM; who names a memory says which level it is of.
        memory = hardware.get("memory_level") or hardware.get("memory_type") or "HBM"
        if memory != "HBM":
            raise ValueError(
                f"pj_per_bit: None, expected a number: only HBM has a measured energy, and the memory is {memory}"
            )
        pj_per_bit = energy_per_bit("system", end="high")
    return {
        "shared_weights": counts["shared"],
        "routed_weights": counts["routed"],
        "experts": float(model.get("n_experts") or 1),
        "chosen_experts": float(model.get("experts_per_token") or 1),
        "cached_numbers": counts["cached"],
        "attention_flop": counts["attention"],
        "weight_bits": checks.number("weight_bits", weight_bits, checks.POSITIVE),
        "transport_pj_per_bit": checks.number("pj_per_bit", pj_per_bit, checks.POSITIVE),
        "bandwidth": float(hardware["mem_bw_gb_s"]),
        "peak": float(fast if weight_bits == FORMAT_BITS["fp8"] and fast else hardware["peak_dense_fp16_bf16_tflops"]),
        "power": float(hardware["tdp_w"]),
    } | dict(calibration)


@dataclass(frozen=True)
class Decoding:
    """The energy of one token and where it goes.

    `terms` in J: weights, kv_cache, arithmetic, static; `static_parts` says during which of the first three the static
    power flows. `gd` is (weights + kv_cache) / arithmetic. `batch_at_unity` is the batch at which it is one, infinite
    if the cache alone keeps it above. `low` and `high`, in J, are the ends of the interval of the errors on runs of
    models that were left out of the fit, at `calibration.LEVEL`. `step_seconds` is the time of one step; `weight_bytes`
    and `kv_bytes` are what one token moves, `flop` its operations. `bounds` maps each lever to what it can gain at most
    (Amdahl): the whole energy over what is left when all that the lever acts on is gone. `quantities` are the numbers
    that went in, by the names of their symbols, and `phase` turns a formula into the one they went into:
    `terms.while_decoding` or `terms.while_prefilling`.
    """

    model: str
    hardware: str
    terms: dict
    static_parts: dict
    gd: float
    batch_at_unity: float
    joules_per_token: float
    low: float
    high: float
    step_seconds: float
    weight_bytes: float
    kv_bytes: float
    flop: float
    bounds: dict
    quantities: dict
    phase: Callable

    @property
    def tokens_per_joule(self):
        """Tokens for one joule."""
        return 1 / self.joules_per_token

    @property
    def shares(self):
        """The terms as shares of the whole."""
        return {name: term / self.joules_per_token for name, term in self.terms.items()}

    def gain(self, lever, factor):
        """By what the energy of a token falls if a lever divides what it acts on by `factor` (1 or more).

        Computed anew from the formulas, not from the bound, so that the two can be compared.

        Raises
        ------
        ValueError
            If there is no such lever, or the factor is not a finite number of at least 1.
        """
        changed = pulled(self.quantities, lever, factor)
        return self.joules_per_token / evaluate("Decoding.gain", self.phase(symbolic.token_energy), **changed)

    def placement_gain(self, beta):
        """What the best distance gains by the placement law if the static term does not depend on it.

        The share theorem with a constant. Where G_d is so small that the law would move the computation away from the
        data, the gain is 1. It never exceeds the bound of the lever distance: closer than as built, computing costs at
        least what it cost.
        """
        if optimal_distance(self.gd, beta) >= 1:
            return 1.0
        varied, saved = 1 - self.shares["static"], saving(self.gd, beta)
        return evaluate("placement_gain", symbolic.amdahl_gain, least=1.0, acted_share=varied, divisor=saved)


def budget(model, hardware, phase, numbers, gpus, errors):
    """The energy of a token as a `Decoding`.

    Parameters
    ----------
    model, hardware : their names
    phase : `terms.while_decoding` or `terms.while_prefilling`
    numbers : what the formulas need, by the names of their symbols
    gpus : accelerators that share a step
    errors : measured over predicted energy, low and high end of the interval
    """

    def of(expression):
        return evaluate("energy of a token", phase(expression), **numbers)

    terms = {term: of(expression) for term, expression in TERMS.items()}
    total = sum(terms.values())
    return Decoding(
        model=model,
        hardware=hardware,
        terms=terms,
        static_parts={term: of(expression) for term, expression in STATIC.items()},
        gd=(terms["weights"] + terms["kv_cache"]) / terms["arithmetic"],
        batch_at_unity=_batch_at_unity(phase, numbers),
        joules_per_token=total,
        low=total * errors[0],
        high=total * errors[1],
        step_seconds=of(SECONDS) * numbers["batch"] / gpus,
        weight_bytes=of(symbolic.weight_bytes),
        kv_bytes=of(symbolic.kv_bytes),
        flop=of(symbolic.token_flop),
        bounds={lever: of(expression) for lever, expression in BOUNDS.items()},
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
