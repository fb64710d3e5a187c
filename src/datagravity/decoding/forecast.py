"""Forecasts: the energy of a token that a model writes, or reads, on an accelerator."""

import itertools
import math
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import pandas as pd

from datagravity import checks
from datagravity.decoding.calibration import calibrate
from datagravity.decoding.errors import error_interval
from datagravity.decoding.quantities import UNCALIBRATED, quantities
from datagravity.decoding.rows import hardware_row, model_row
from datagravity.decoding.terms import while_decoding, while_prefilling
from datagravity.decoding.token import Decoding, budget
from datagravity.decoding.transformer import parameters
from datagravity.evidence import remembered
from datagravity.intervals import Interval

#: A number, or a range of numbers; a model or an accelerator, by its name or as a row.
Number: TypeAlias = float | Interval
Row: TypeAlias = str | Mapping[str, Any] | pd.Series
#: What a forecast takes as an Interval too.
SPANNED = ("batch", "context", "prompt", "weight_bits", "kv_bits", "pj_per_bit")


def decode_energy(
    model: Row,
    accelerator: Row,
    *,
    batch: Number,
    context: Number,
    prompt: Number | tuple[float, float] | list[float] = 0,
    gpus: int = 1,
    weight_bits: Number | None = None,
    kv_bits: Number = 16,
    pj_per_bit: Number | None = None,
    calibration: Mapping[str, float] | None = None,
) -> Decoding:
    """Energy of decoding one token, and of its share of the prompt. [extension]

    Each of batch, context, prompt, weight_bits, kv_bits and pj_per_bit is a number or an `Interval`.

    Parameters
    ----------
    model : a `name` of the table llm, a mapping with its columns, or one in the words of a published config.json
    accelerator : a `name` of the table accelerators, or a mapping with its columns; `idle_w` may stand in it too
    batch : sequences in flight over all accelerators, above 0; may be fractional, as a mean is
    context : mean tokens in the KV cache of a sequence, 0 or more
    prompt : mean tokens of the prompts that are read meanwhile, 0 for decoding alone; or (low, high), where it is not
        known: an Interval about their geometric mean. What is written for each follows: the context is the prompt and
        half of it.
    gpus : accelerators that share the model
    weight_bits, kv_bits : width of a weight, 16 or as a configuration's torch_dtype says if None, and of a cached
        number; at 8 bits a weight is taken to compute at the FP8
        peak, where the accelerator has one, at any other width at the 16-bit peak
    pj_per_bit : energy to move a bit from memory; for HBM the measured system value if None
    calibration : as returned by `calibrate`, all of its names and no other; the book's own if None

    Returns
    -------
    Decoding; of an Interval it is that of its value, with a band from `low` to `high` that contains the bands at both
    ends

    Raises
    ------
    ValueError
        If a name is unknown, a number is out of range, a row lacks a column, the prompt is longer than the context, or
        the weights do not fit.

    Warns
    -----
    UserWarning
        If the weights fit but the KV caches of the batch do not, or context exceeds what the model was made for.

    Notes
    -----
    Sliding windows are not counted: the cache is read whole. Experts are taken to be chosen independently. All
    accelerators share every layer.

    Examples
    --------
    >>> one = decode_energy("Llama-2 7B", "A100 SXM4 80GB", batch=1, context=1024)
    >>> list(one.terms)
    ['weights', 'kv_cache', 'arithmetic', 'prompt', 'standing']
    >>> one.low < one.joules_per_token < one.high
    True
    >>> many = decode_energy("Llama-2 7B", "A100 SXM4 80GB", batch=32, context=1024)
    >>> many.joules_per_token < one.joules_per_token, many.gd < one.gd
    (True, True)

    A context between two ends widens the band:

    >>> from datagravity import Interval
    >>> wide = decode_energy("Llama-2 7B", "A100 SXM4 80GB", batch=1, context=Interval(1024, 512, 4096))
    >>> wide.joules_per_token == one.joules_per_token, wide.low < one.low, wide.high > one.high
    (True, True, True)
    """
    given = locals()
    if isinstance(prompt, tuple | list):
        return decode_energy(**given | {"prompt": _span(prompt)})
    if any(isinstance(given[name], Interval) for name in SPANNED):
        return _over_intervals(decode_energy, given)
    name, row = model_row(model)
    place, device = hardware_row(accelerator)
    context = checks.number("context", context, checks.AT_LEAST_ZERO)
    prompt = checks.number("prompt", prompt, checks.AT_LEAST_ZERO)
    if prompt and prompt >= context:
        raise ValueError(f"prompt: {prompt:g}, expected less than the context of {context:g}")
    reads = prompt / (2 * (context - prompt)) if prompt else 0.0
    numbers = _numbers(row, device, batch, context, gpus, weight_bits, kv_bits, pj_per_bit, calibration)
    numbers |= {"prompt_per_output": reads}
    held, weights = _held(name, row, place, device, numbers)
    cache = numbers["cached_numbers"] * context * numbers["kv_copies"] + numbers["state_numbers"]
    caches = numbers["batch"] * cache * numbers["kv_bits"] / 8
    if weights + caches > held:
        warnings.warn(
            f"gpus: {gpus}, so {held / 1e9:.4g} GB on {place}; weights and caches take "
            f"{(weights + caches) / 1e9:.4g} GB",
            stacklevel=2,
        )
    if row.get("context") and context > row["context"]:
        warnings.warn(f"context: {context:g}, but {name} was made for {row['context']} tokens", stacklevel=2)
    return budget(name, place, while_decoding, numbers, _band(bool(numbers["routed_weights"])))


@remembered(stored=True)
def _calibrated():
    return calibrate()


@remembered(stored=True)
def _band(mixture):
    return error_interval(mixture)


def _span(ends):
    """A pair of low and high as an Interval about their geometric mean."""
    ends = checks.numbers("prompt", ends, checks.POSITIVE)
    if ends.shape != (2,) or ends[0] > ends[1]:
        raise ValueError(f"prompt: {tuple(ends.tolist())!r}, expected a number, or a pair of low and high")
    return Interval(math.sqrt(ends.prod()), *ends)


def _over_intervals(forecast, given):
    """The forecast at the values of the Intervals, with a band that contains those of all their corners."""
    spans = {name: given[name] for name in SPANNED if isinstance(given.get(name), Interval)}
    middle = forecast(**given | {name: span.value for name, span in spans.items()})
    corners = itertools.product(*({span.low, span.high} for span in spans.values()))
    found = [middle, *(forecast(**given | dict(zip(spans, corner, strict=True))) for corner in corners)]
    return replace(middle, low=min(one.low for one in found), high=max(one.high for one in found))


def prefill_energy(
    model: Row,
    accelerator: Row,
    *,
    prompt: Number,
    batch: Number = 1,
    gpus: int = 1,
    weight_bits: Number | None = None,
    kv_bits: Number = 16,
    pj_per_bit: Number | None = None,
) -> Decoding:
    """Energy of one prompt token while `batch` prompts of `prompt` tokens are read in one pass. [extension]

    As `decode_energy`, with all prompt tokens of the pass sharing one read of the weights, attention over half the
    prompt on average, and the cache written once and not read again. Only the weights are asked to fit. `low` and
    `high` are the band of decoding; `prompts_read` says how far forecasts of prompts were off. Each of prompt,
    batch, weight_bits, kv_bits and pj_per_bit is a number or an `Interval`.

    Parameters
    ----------
    prompt : tokens of one prompt, above 0
    batch : prompts read in one pass, above 0
    model, accelerator, gpus, weight_bits, kv_bits, pj_per_bit : as for `decode_energy`

    Returns
    -------
    Decoding, of one prompt token

    Raises
    ------
    ValueError
        As `decode_energy`.

    Examples
    --------
    >>> read = prefill_energy("Llama-2 7B", "A100 SXM4 80GB", prompt=1024)
    >>> written = decode_energy("Llama-2 7B", "A100 SXM4 80GB", batch=1, context=1024)
    >>> read.joules_per_token < written.joules_per_token
    True
    """
    given = locals()
    if any(isinstance(given[name], Interval) for name in SPANNED if name in given):
        return _over_intervals(prefill_energy, given)
    name, row = model_row(model)
    place, device = hardware_row(accelerator)
    prompt = checks.number("prompt", prompt, checks.POSITIVE)
    batch = checks.number("batch", batch, checks.POSITIVE)
    numbers = _numbers(row, device, batch * prompt, prompt / 2, gpus, weight_bits, kv_bits, pj_per_bit, None)
    _held(name, row, place, device, numbers)
    return budget(name, place, while_prefilling, numbers, _band(bool(numbers["routed_weights"])))


def _numbers(row, device, batch, context, gpus, weight_bits, kv_bits, pj_per_bit, calibration):
    """What the formulas need, by the names of their symbols."""
    calibration = _calibrated() if calibration is None else calibration
    if not isinstance(calibration, Mapping) or set(calibration) != set(UNCALIBRATED):
        raise ValueError(f"calibration: {checks.in_line(calibration)}, expected exactly {', '.join(UNCALIBRATED)}")
    gpus = checks.whole("gpus", gpus)
    weight_bits = row.get("weight_bits") or 16 if weight_bits is None else weight_bits
    return quantities(row, device, weight_bits, gpus, pj_per_bit, calibration) | {
        "batch": checks.number("batch", batch, checks.POSITIVE),
        "context": context,
        "prompt_per_output": 0.0,
        "kv_bits": checks.number("kv_bits", kv_bits, checks.POSITIVE),
    }


def _held(name, row, place, device, numbers):
    """The bytes that all accelerators hold, and those of the weights; ValueError if they do not fit."""
    gpus = int(numbers["gpus"])
    held = gpus * float(device["memory_gb"]) * 1e9
    weights = parameters(row)["total"] * numbers["weight_bits"] / 8
    if weights > held:
        raise ValueError(
            f"gpus: {gpus}, so {held / 1e9:.4g} GB on {place}, expected at least the {weights / 1e9:.4g} GB of the "
            f"weights of {name}"
        )
    return held, weights
