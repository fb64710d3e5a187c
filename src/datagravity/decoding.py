"""The energy of one token: what a decoding step moves, computes, and burns meanwhile.

A step reads the weights once for the whole batch and the KV cache of every sequence, and each weight in use takes part
in one multiplication and one addition. Bytes at an energy per bit, operations at the energy they have at peak, and a
static power for as long as both take give joules per token. The formulas stand in `datagravity.symbolic`. Three numbers
are fitted to runs of dense models: first the two efficiencies, to throughput alone, then the static share, to energy.
Each model, and each accelerator, is tested with numbers fitted to the others; mixtures of experts are never fitted to.
Everything here is an [extension], and its boundary is the accelerator: no host, no network, no cooling.
"""

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq, least_squares

from datagravity import fits, symbolic
from datagravity.compiled import numpy_function
from datagravity.evidence import load, plain, remembered
from datagravity.law import optimal_distance, saving

#: Rows of the table of energies: HBM with its controller and the way to the core, measured; and the device alone.
SYSTEM_ROW, DEVICE_ROW = "P154", "P165"
#: What the efficiencies and the static share are fitted to, unless a caller says otherwise: every measured dense model.
CALIBRATED_ON = ("Llama-3 8B", "Llama-3 70B", "Llama-3.1 405B")
#: The one that is given to a forecast of the two larger ones, and to the models that know less.
SMALLEST = ("Llama-3 8B",)
#: The mean prompt of the measured runs, which their source does not print: an assumption.
PROMPT_TOKENS = 200
#: Bits of a weight in the formats of the measured runs; the blocks of MXFP4 share a scale of eight bits.
FORMAT_BITS = {"bfloat16": 16, "fp8": 8, "mxfp4": 4.25}
#: Limits of the batches that errors are sorted by.
BATCH_EDGES = (0, 12, 48, 160, 640, math.inf)
BATCH_NAMES = ("about 8", "16 to 32", "64 to 128", "192 to 512", "768 and more")
#: The five levers, and what each of them divides.
LEVERS = {
    "distance": "energy to move a bit",
    "mass": "bytes of weights and cache",
    "reuse": "reads of a weight per token",
    "work": "operations per token",
    "split": "power that flows whatever happens",
}

_TERMS = {
    "weights": symbolic.weight_energy,
    "kv_cache": symbolic.kv_energy,
    "arithmetic": symbolic.arithmetic_energy,
    "static": symbolic.static_energy,
}
_STATIC = {
    "weights": symbolic.static_share * symbolic.power * symbolic.weight_seconds,
    "kv_cache": symbolic.static_share * symbolic.power * symbolic.kv_seconds,
    "arithmetic": symbolic.static_share * symbolic.power * symbolic.arithmetic_seconds,
}
_MOVED = symbolic.weight_energy + symbolic.kv_energy
#: The energy that each lever acts on, as expressions.
ACTED_ON = {
    "distance": _MOVED,
    "mass": _MOVED + _STATIC["weights"] + _STATIC["kv_cache"],
    "reuse": symbolic.weight_energy + _STATIC["weights"],
    "work": symbolic.arithmetic_energy + _STATIC["arithmetic"],
    "split": symbolic.static_energy,
}
#: What each lever can gain at most: the whole energy over what is left without that (Amdahl 1967).
BOUNDS = {lever: symbolic.token_energy / (symbolic.token_energy - acted) for lever, acted in ACTED_ON.items()}
_MODEL_NUMBERS = ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn_hidden", "vocab")
_HARDWARE_NUMBERS = ("peak_dense_fp16_bf16_tflops", "memory_gb", "mem_bw_gb_s", "tdp_w")


@dataclass(frozen=True)
class Decoding:
    """The energy of one token and where it goes.

    `terms` in J: weights, kv_cache, arithmetic, static; `static_parts` says during which of the first three the static
    power flows. `gd` is (weights + kv_cache) / arithmetic. `batch_at_unity` is the batch at which it is one, infinite
    if the cache alone keeps it above. `low` and `high`, in J, are the ends of the 80 % interval of the errors on runs
    of models that were left out of the fit. `step_seconds` is the time of one step; `weight_bytes` and `kv_bytes` are
    what one token reads, `flop` its operations. `bounds` maps each lever to what it can gain at most (Amdahl): the
    whole energy over what is left when all that the lever acts on is gone.
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
        """
        if lever not in LEVERS:
            raise ValueError(f"lever = {lever!r}: expected one of {', '.join(LEVERS)}")
        if not 1 <= factor < math.inf:
            raise ValueError(f"factor = {factor!r}: expected a finite number of at least 1")
        changed = dict(self.quantities)
        if lever == "distance":
            changed["transport_pj_per_bit"] /= factor
        elif lever == "mass":
            changed["weight_bits"] /= factor
            changed["kv_bits"] /= factor
        elif lever == "reuse":
            changed["batch"] *= factor
        elif lever == "work":
            # Fewer operations cost and take what the same number would on an accelerator that does more at once.
            changed["peak"] *= factor
        else:
            changed["static_share"] /= factor
        return self.joules_per_token / _value(symbolic.token_energy, changed)

    def placement_gain(self, beta):
        """What the best distance gains by the placement law if the static term does not depend on it.

        The share theorem with a constant. Where G_d is so small that the law would move the computation away from the
        data, the gain is 1. It never exceeds the bound of the lever distance: closer than as built, computing costs at
        least what it cost.
        """
        if float(optimal_distance(self.gd, beta)) >= 1:
            return 1.0
        varied = 1 - self.shares["static"]
        return 1 / (1 - varied + varied / float(saving(self.gd, beta)))


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
    """Energy of decoding one token.

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

    Sliding windows are not counted: the cache is read whole. Experts are taken to be chosen independently.

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
    """
    name, row = _row("llm", "model", model)
    place, device = _row("accelerators", "hardware", hardware)
    for argument, value in {"batch": batch, "weight_bits": weight_bits, "kv_bits": kv_bits}.items():
        _positive(argument, value)
    _positive("context", context, least=True)
    if isinstance(gpus, bool) or not isinstance(gpus, int | np.integer) or gpus < 1:
        raise ValueError(f"gpus = {gpus!r}: expected a whole number of at least 1")
    calibration = calibrate() if calibration is None else calibration
    numbers = quantities(row, device, weight_bits, pj_per_bit, calibration)
    numbers |= {"batch": float(batch), "context": float(context), "kv_bits": float(kv_bits)}
    _check_memory(name, place, row, device, numbers, gpus)
    return _budget(name, place, numbers, gpus, error_interval(bool(numbers["routed_weights"])))


def prefill_energy(model, hardware, *, prompt, batch=1, gpus=1, weight_bits=16, kv_bits=16, pj_per_bit=None):
    """Energy of one prompt token while `batch` prompts of `prompt` tokens are read in one pass.

    As `decode_energy`, with all prompt tokens of the pass sharing one read of the weights, attention over half the
    prompt on average, and the cache written once and not read again. The efficiencies are those of decoding, which
    prefilling exceeds: no measured run tests this, so `low` and `high` are not to be trusted as an interval.
    """
    _positive("prompt", prompt)
    whole = decode_energy(
        model,
        hardware,
        batch=batch * prompt,
        context=0,
        gpus=gpus,
        weight_bits=weight_bits,
        kv_bits=kv_bits,
        pj_per_bit=pj_per_bit,
    )
    numbers = dict(whole.quantities)
    # One token's cache is written once: a context of one for the bytes; its attention goes over half the prompt.
    numbers["attention_flop"] *= prompt / 2
    numbers["context"] = 1.0
    return _budget(whole.model, whole.hardware, numbers, gpus, error_interval(bool(numbers["routed_weights"])))


def parameters(model):
    """All and active parameters of a model, counted from its configuration; biases of a bias-free norm are left out.

    Returns
    -------
    dict: total, active (with the table of input embeddings), shared (read for every token: no input embeddings),
    routed (all routed experts), cached (numbers a token adds to the KV cache), attention (FLOP a cached token).
    """
    _, row = _row("llm", "model", model)
    layers, hidden, heads, kv, size, inner, vocab = (float(row[name]) for name in _MODEL_NUMBERS)
    biases, gated = row.get("biases") or "none", (row.get("mlp") or "gated") == "gated"
    latent, query, rope = (row.get(name) or 0 for name in ("kv_latent", "q_latent", "rope_dim"))
    if latent:
        attention = hidden * query + query * heads * (size + rope) + hidden * (latent + rope)
        attention += 2 * latent * heads * size + heads * size * hidden + query + latent
        cached, flop = layers * (latent + rope), 2 * layers * heads * (2 * latent + rope)
    else:
        attention = 2 * hidden * size * (heads + kv)
        cached, flop = 2 * layers * kv * size, 4 * layers * heads * size
    attention += size * (heads + 2 * kv) if biases != "none" else 0
    attention += hidden if biases == "all" else 0
    expert = (3 if gated else 2) * hidden * inner
    expert += ((2 if gated else 1) * inner + hidden) if biases == "all" else 0
    norm = 2 * hidden if gated else 4 * hidden
    count, chosen = row.get("n_experts") or 0, row.get("experts_per_token") or 0
    dense = row.get("dense_layers") or 0
    shared = layers * (attention + norm) + norm / 2
    if count:
        shared += (layers - dense) * (hidden * count + (row.get("shared_experts") or 0) * expert)
        shared += dense * 3 * hidden * (row.get("dense_ffn_hidden") or 0)
    else:
        shared += layers * expert
    routed, used = ((layers - dense) * number * expert for number in (count, chosen))
    table = vocab * hidden
    shared += table  # the output head
    beside = (0 if row["tied_embeddings"] else table) + (0 if gated else float(row["context"]) * hidden)
    return {
        "total": shared + routed + beside,
        "active": shared + used + beside,
        "shared": shared,
        "routed": routed,
        "cached": cached,
        "attention": flop,
    }


def quantities(model, hardware, weight_bits, pj_per_bit=None, calibration=None):
    """What the formulas need of a model row and a hardware row, by the names of their symbols, except batch, context
    and kv_bits. The sliders of the page start from the same numbers.
    """
    counts = parameters(model)
    fast = hardware.get("peak_dense_fp8_tflops")
    if pj_per_bit is None:
        kind = hardware.get("memory_type") or "HBM"
        if not kind.startswith("HBM"):
            raise ValueError(
                f"pj_per_bit = None: the memory is {kind}, and only HBM has a measured energy here; give one"
            )
        pj_per_bit = energy_per_bit(SYSTEM_ROW)
    _positive("pj_per_bit", pj_per_bit)
    return {
        "shared_weights": counts["shared"],
        "routed_weights": counts["routed"],
        "experts": float(model.get("n_experts") or 1),
        "chosen_experts": float(model.get("experts_per_token") or 1),
        "cached_numbers": counts["cached"],
        "attention_flop": counts["attention"],
        "weight_bits": float(weight_bits),
        "transport_pj_per_bit": float(pj_per_bit),
        "bandwidth": float(hardware["mem_bw_gb_s"]),
        "peak": float(fast if weight_bits == FORMAT_BITS["fp8"] and fast else hardware[_HARDWARE_NUMBERS[0]]),
        "power": float(hardware["tdp_w"]),
    } | dict(calibration or {"memory_efficiency": 1.0, "arithmetic_efficiency": 1.0, "static_share": 0.0})


@remembered
def energy_per_bit(row):
    """The energy per bit of one row of the table of energies, in pJ/bit."""
    return float(load("energy").set_index("id").loc[row, "energy_pj_per_bit_high"])


# ---------------------------------------------------------------------------------------------------------------------
# Measured runs


@remembered
def _runs():
    rows = load("measured_inference").query("boundary == 'GPU' and kind == 'measured'")
    rows = rows.dropna(subset=["llm_name", "accelerator_name", "batch_avg", "throughput_tok_s", "j_per_output_token"])
    rows = rows[rows["precision"].isin(list(FORMAT_BITS))].reset_index(drop=True)
    rows = rows.rename(columns={"llm_name": "llm", "accelerator_name": "accelerator", "j_per_output_token": "measured"})
    rows["weight_bits"] = rows["precision"].map(FORMAT_BITS)
    rows["context"] = PROMPT_TOKENS + rows["avg_output_tokens"] / 2
    # Seconds of one accelerator for one token.
    rows["seconds"] = rows["num_gpus"] / rows["throughput_tok_s"]
    edges = pd.cut(rows["batch_avg"].astype(float), BATCH_EDGES, labels=list(BATCH_NAMES))
    rows["batch_group"] = edges.astype("string")
    rows["mixture"] = rows["llm"].map(load("llm").set_index("name")["n_experts"].notna())
    names = {"batch_avg": "batch", "num_gpus": "gpus"}
    numbers = [_of_run(row) for row in rows.rename(columns=names).to_dict("records")]
    return rows.rename(columns=names), {key: np.array([n[key] for n in numbers]) for key in numbers[0]}


def _of_run(run):
    _, model = _row("llm", "model", run["llm"])
    _, hardware = _row("accelerators", "hardware", run["accelerator"])
    found = quantities(model, hardware, run["weight_bits"])
    return found | {"batch": float(run["batch"]), "context": float(run["context"]), "kv_bits": 16.0}


def measured_runs():
    """Every measured run that states batch, throughput and joules per token within the boundary of the accelerator.

    Returns
    -------
    pandas.DataFrame with the columns of the table, some renamed (llm, accelerator, batch, gpus, measured in J), and
    weight_bits, context, seconds (of one accelerator, per token), batch_group and mixture (of experts).
    """
    return _runs()[0].copy()


@remembered
def calibrate(models=CALIBRATED_ON, accelerators=None):
    """The two efficiencies, fitted to throughput alone, and then the static share, fitted to energy.

    Parameters
    ----------
    models : tuple of names of models whose runs are used
    accelerators : tuple of names of accelerators; all if None

    Returns
    -------
    dict: memory_efficiency, arithmetic_efficiency, static_share; each between 0 and 1.
    """
    rows, numbers = _runs()
    chosen = rows["llm"].isin(models) & (True if accelerators is None else rows["accelerator"].isin(accelerators))
    if not chosen.any():
        raise ValueError(f"models = {models!r}, accelerators = {accelerators!r}: no measured run of these")
    chosen = chosen.to_numpy(dtype=bool)
    numbers = {name: array[chosen] for name, array in numbers.items()}
    seconds, energy = (rows.loc[chosen, name].to_numpy(dtype=float) for name in ("seconds", "measured"))
    memory = _value(symbolic.weight_seconds + symbolic.kv_seconds, numbers)
    arithmetic = _value(symbolic.arithmetic_seconds, numbers)

    def slowness(logs):
        return np.log((memory / np.exp(logs[0]) + arithmetic / np.exp(logs[1])) / seconds)

    robust = {"loss": "soft_l1", "f_scale": 0.2}
    logs = least_squares(slowness, [-0.3, -0.7], bounds=([-20, -20], [0, 0]), **robust).x
    efficiencies = {"memory_efficiency": float(np.exp(logs[0])), "arithmetic_efficiency": float(np.exp(logs[1]))}
    busy = memory / np.exp(logs[0]) + arithmetic / np.exp(logs[1])
    moved = _value(symbolic.weight_energy + symbolic.kv_energy + symbolic.arithmetic_energy, numbers)
    share = least_squares(
        lambda x: np.log((moved + x[0] * numbers["power"] * busy) / energy), [0.3], bounds=([0], [1]), **robust
    ).x[0]
    return efficiencies | {"static_share": float(share)}


def predicted(calibration=None):
    """The measured runs, with `predicted` joules per token and `ratio` = measured over predicted; no run left out."""
    rows, numbers = _runs()
    energies = _value(symbolic.token_energy, numbers | (calibrate() if calibration is None else calibration))
    return rows.assign(predicted=energies, ratio=rows["measured"].astype(float) / energies)


def left_out(by="llm"):
    """Each group of runs predicted from the runs of dense models in all other groups; `by` is llm or accelerator."""
    rows, parts = measured_runs(), []
    for _, own, rest in fits.leave_one_group_out(rows, by):
        dense = rest[~rest["mixture"]]
        found = calibrate(tuple(sorted(set(dense["llm"]))), tuple(sorted(set(dense["accelerator"]))))
        parts.append(predicted(found).loc[own.index])
    return pd.concat(parts).sort_index()


def nulls():
    """Two models that know less, each calibrated on the runs of the smallest model: columns `ratio` and `null`.

    "parameters": joules of the calibrated model at the same batch and accelerator, times bytes of active weights.
    "measured time": a constant share of the design power times the time that was measured, which no forecast has.
    """
    rows, numbers = _runs()
    known = rows["llm"].isin(SMALLEST)
    drawn = numbers["power"] * rows["seconds"].astype(float)
    share = np.exp(np.median(np.log((rows["measured"] / drawn)[known].astype(float))))
    timed = rows.assign(null="measured time", ratio=rows["measured"].astype(float) / (share * drawn))
    active = rows["params_active_b"].astype(float) * rows["weight_bits"]
    limits = rows["batch_max"].astype(int)
    base = {
        (row.accelerator, row.batch_max): row.measured / size
        for row, size in zip(rows[known].itertuples(), active[known], strict=True)
    }
    keys = list(zip(rows["accelerator"], limits, strict=True))
    scaled = active * [base.get(key, math.nan) for key in keys]
    sized = rows.assign(null="parameters", ratio=rows["measured"].astype(float) / scaled).dropna(subset=["ratio"])
    return pd.concat([sized, timed])[lambda frame: ~frame["llm"].isin(SMALLEST)].reset_index(drop=True)


def error_table(runs, by=None):
    """How far predictions lie from measurements, as a factor either way: count, median, p90 and largest.

    Parameters
    ----------
    runs : a frame with `ratio`, as from `predicted`
    by : a column to sort by; one row for all runs if None
    """
    factor = np.exp(np.abs(np.log(runs["ratio"].astype(float))))
    groups = factor.groupby(runs[by] if by else np.full(len(runs), "all runs"))
    table = groups.agg(
        runs="count", median="median", p90=lambda values: values.quantile(0.9), largest="max"
    ).rename_axis(by or "group")
    order = [name for name in BATCH_NAMES if name in table.index]
    return (table.loc[order] if order else table).reset_index()


@remembered
def error_interval(mixture):
    """10 % and 90 % quantiles of measured over predicted: runs of mixtures, or of dense models, each left out."""
    runs = left_out()
    rows = runs[runs["mixture"] == mixture]
    low, high = np.quantile(rows["ratio"].astype(float), [0.1, 0.9])
    return float(low), float(high)


# ---------------------------------------------------------------------------------------------------------------------
# Rows and sums


@remembered
def _named(table):
    return {row["name"]: row for row in load(table).astype(object).to_dict("records")}


def _row(table, argument, given):
    """A name and its row, from the table or as a reader gives it; blanks become None."""
    if isinstance(given, str):
        known = _named(table)
        if given not in known:
            raise ValueError(f"{argument} = {given!r}: expected one of {', '.join(known)}")
        name, row = given, known[given]
    else:
        try:
            row = dict(given)
        except (TypeError, ValueError):
            raise ValueError(f"{argument} = {given!r}: expected a name or a mapping") from None
        name = str(row.get("name") or "a row of your own")
    row = plain(row)
    needed = (*_MODEL_NUMBERS, "tied_embeddings") if table == "llm" else _HARDWARE_NUMBERS
    for column in needed:
        if row.get(column) is None:
            raise ValueError(f"{argument} {name!r}: column {column} is blank, expected a value")
        if column != "tied_embeddings":
            _positive(f"{argument} {name!r}, {column}", row[column])
    return name, row


def _positive(name, value, least=False):
    good = isinstance(value, int | float | np.number) and not isinstance(value, bool) and math.isfinite(value)
    if not good or value < 0 or (value == 0 and not least):
        raise ValueError(f"{name} = {value!r}: expected a finite number {'of at least' if least else 'above'} 0")


def _value(expression, numbers):
    symbols = sorted(expression.free_symbols, key=str)
    return numpy_function(expression, *symbols)(*(numbers.get(symbol.name, 1.0) for symbol in symbols))


def _check_memory(name, place, row, device, numbers, gpus):
    held = gpus * float(device["memory_gb"]) * 1e9
    weights = parameters(row)["total"] * numbers["weight_bits"] / 8
    caches = numbers["batch"] * float(_value(symbolic.kv_bytes, numbers))
    what = f"gpus = {gpus}: {place} with {held / 1e9:.4g} GB in all"
    if weights > held:
        raise ValueError(f"{what}, expected at least the {weights / 1e9:.4g} GB of the weights of {name}")
    if weights + caches > held:
        warnings.warn(f"{what}; weights and caches take {(weights + caches) / 1e9:.4g} GB", stacklevel=3)
    if row.get("context") and numbers["context"] > row["context"]:
        warnings.warn(f"context = {numbers['context']:g}: {name} was made for {row['context']} tokens", stacklevel=3)


def _budget(name, place, numbers, gpus, errors):
    terms = {term: float(_value(expression, numbers)) for term, expression in _TERMS.items()}
    static = {term: float(_value(expression, numbers)) for term, expression in _STATIC.items()}
    total = sum(terms.values())
    busy = float(_value(symbolic.weight_seconds + symbolic.kv_seconds + symbolic.arithmetic_seconds, numbers))
    return Decoding(
        model=name,
        hardware=place,
        terms=terms,
        static_parts=static,
        gd=(terms["weights"] + terms["kv_cache"]) / terms["arithmetic"],
        batch_at_unity=_batch_at_unity(numbers),
        joules_per_token=total,
        low=total * errors[0],
        high=total * errors[1],
        step_seconds=busy * numbers["batch"] / gpus,
        weight_bytes=float(_value(symbolic.weight_bytes, numbers)),
        kv_bytes=float(_value(symbolic.kv_bytes, numbers)),
        flop=float(_value(symbolic.token_flop, numbers)),
        bounds={lever: float(_value(expression, numbers)) for lever, expression in BOUNDS.items()},
        quantities=numbers,
    )


def _batch_at_unity(numbers):
    """Where G_d = 1: it falls with the batch, from infinity to what the cache alone leaves."""
    if _value(symbolic.kv_energy, numbers) >= _value(symbolic.arithmetic_energy, numbers):
        return math.inf

    def excess(log_batch):
        return math.log(_value(symbolic.token_disjunction_constant, numbers | {"batch": math.exp(log_batch)}))

    return math.exp(brentq(excess, math.log(1e-9), math.log(1e18)))
