"""Forecasts: the energy of a token that a model writes, or reads, on an accelerator."""

import warnings

from datagravity import checks, symbolic
from datagravity.decoding.calibration import calibrate, error_interval
from datagravity.decoding.rows import hardware_row, model_row
from datagravity.decoding.terms import while_decoding, while_prefilling
from datagravity.decoding.token import budget, quantities
from datagravity.decoding.transformer import parameters
from datagravity.evaluate import evaluate


def decode_energy(
    model,
    hardware,
    *,
    batch,
    context,
    gpus=1,
    weight_bits=16,
    kv_bits=16,
    pj_per_bit=None,
    calibration=None,
):
    """Energy of decoding one token. [extension]

    Parameters
    ----------
    model : a `name` of the table llm, or a mapping with its columns
    hardware : a `name` of the table accelerators, or a mapping with its columns
    batch : sequences in flight over all accelerators, above 0; may be fractional, as a mean is
    context : mean tokens in the KV cache of a sequence, 0 or more
    gpus : accelerators that share the model; they set what fits and how long a step takes, not the energy of a token
    weight_bits, kv_bits : width of a weight and of a cached number; at 8 bits a weight is taken to compute at the FP8
        peak, where the accelerator has one, at any other width at the 16-bit peak
    pj_per_bit : energy to move a bit from memory; for HBM the measured system value if None
    calibration : as returned by `calibrate`; the book's own if None

    Returns
    -------
    Decoding

    Raises
    ------
    ValueError
        If a name is unknown, a number is out of range, a row lacks a column, or the weights do not fit.

    Warns
    -----
    UserWarning
        If the weights fit but the KV caches of the batch do not, or context exceeds what the model was made for.

    Notes
    -----
    Sliding windows are not counted: the cache is read whole. Experts are taken to be chosen independently.

    Examples
    --------
    >>> one = decode_energy("Llama-2 7B", "A100 SXM4 80GB", batch=1, context=1024)
    >>> list(one.terms)
    ['weights', 'kv_cache', 'arithmetic', 'static']
    >>> one.low < one.joules_per_token < one.high
    True
    >>> many = decode_energy("Llama-2 7B", "A100 SXM4 80GB", batch=32, context=1024)
    >>> many.joules_per_token < one.joules_per_token, many.gd < one.gd
    (True, True)
    """
    name, row = model_row(model)
    place, device = hardware_row(hardware)
    context = checks.number("context", context, checks.AT_LEAST_ZERO)
    numbers = _numbers(row, device, batch, context, weight_bits, kv_bits, pj_per_bit, calibration)
    held, weights = _held(name, row, place, device, numbers, gpus)
    caches = numbers["batch"] * evaluate("decode_energy", symbolic.kv_bytes, **numbers)
    if weights + caches > held:
        warnings.warn(
            f"gpus: {gpus}, so {held / 1e9:.4g} GB on {place}; weights and caches take "
            f"{(weights + caches) / 1e9:.4g} GB",
            stacklevel=2,
        )
    if row.get("context") and context > row["context"]:
        warnings.warn(f"context: {context:g}, but {name} was made for {row['context']} tokens", stacklevel=2)
    return budget(name, place, while_decoding, numbers, gpus, error_interval(bool(numbers["routed_weights"])))


def prefill_energy(model, hardware, *, prompt, batch=1, gpus=1, weight_bits=16, kv_bits=16, pj_per_bit=None):
    """Energy of one prompt token while `batch` prompts of `prompt` tokens are read in one pass. [extension]

    As `decode_energy`, with all prompt tokens of the pass sharing one read of the weights, attention over half the
    prompt on average, and the cache written once and not read again. Only the weights are asked to fit. The
    efficiencies are those of decoding, which prefilling exceeds: no measured run tests this, so `low` and `high` are
    not to be trusted as an interval.

    Parameters
    ----------
    prompt : tokens of one prompt, above 0
    batch : prompts read in one pass, above 0
    model, hardware, gpus, weight_bits, kv_bits, pj_per_bit : as for `decode_energy`

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
    name, row = model_row(model)
    place, device = hardware_row(hardware)
    prompt = checks.number("prompt", prompt, checks.POSITIVE)
    batch = checks.number("batch", batch, checks.POSITIVE)
    numbers = _numbers(row, device, batch * prompt, prompt / 2, weight_bits, kv_bits, pj_per_bit, None)
    _held(name, row, place, device, numbers, gpus)
    return budget(name, place, while_prefilling, numbers, gpus, error_interval(bool(numbers["routed_weights"])))


def _numbers(row, device, batch, context, weight_bits, kv_bits, pj_per_bit, calibration):
    """What the formulas need, by the names of their symbols."""
    calibration = calibrate() if calibration is None else calibration
    return quantities(row, device, weight_bits, pj_per_bit, calibration) | {
        "batch": checks.number("batch", batch, checks.POSITIVE),
        "context": context,
        "kv_bits": checks.number("kv_bits", kv_bits, checks.POSITIVE),
    }


def _held(name, row, place, device, numbers, gpus):
    """The bytes that all accelerators hold, and those of the weights; ValueError if they do not fit."""
    held = checks.whole("gpus", gpus) * float(device["memory_gb"]) * 1e9
    weights = parameters(row)["total"] * numbers["weight_bits"] / 8
    if weights > held:
        raise ValueError(
            f"gpus: {gpus}, so {held / 1e9:.4g} GB on {place}, expected at least the {weights / 1e9:.4g} GB of the "
            f"weights of {name}"
        )
    return held, weights
