"""What the formulas of a token need of a model and an accelerator: counts, prices, and the power of one that waits."""

from datagravity import checks, symbolic
from datagravity.decoding.transformer import parameters
from datagravity.evaluate import evaluate
from datagravity.evidence import load, remembered
from datagravity.series import labelled_rows

#: The series of the rows that price a bit of HBM: of the "system", and of the "device" alone.
HBM_SERIES = "HBM, one bit"
#: Bits of a weight in the formats of the measured runs; the blocks of MXFP4 share a scale of eight bits.
FORMAT_BITS = {"bfloat16": 16, "fp8": 8, "mxfp4": 4.25}
#: Everything is reached and nothing is lost: what the formulas say before they are fitted.
UNCALIBRATED = {
    "memory_efficiency": 1.0,
    "arithmetic_efficiency": 1.0,
    "link_efficiency": 1.0,
    "layer_overhead": 0.0,
    "host_overhead": 0.0,
    "awake_share": 0.0,
}


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

    Examples
    --------
    >>> energy_per_bit("device") < energy_per_bit("system")
    True
    """
    prices = load("energy").set_index("id")[f"energy_pj_per_bit_{checks.choice('end', end, ('high', 'low'))}"]
    if row in prices.index:
        return float(prices[row])
    named = labelled_rows(HBM_SERIES)
    if row not in named:
        raise ValueError(f"row: {row!r}, expected {', '.join(map(repr, named))} or an id of the table of energies")
    return float(prices[named[row]])


@remembered
def idle_powers():
    """Power of one accelerator that waits, as measured: a frame of accelerator, idle_power in W, model_loaded, rows,
    design_power and share, by accelerators of the table. Rows with a model loaded, where there are some, else without.
    """
    rows = load("measured_decoding").query("phase == 'idle' and boundary == 'GPU'").dropna(subset="accelerator_name")
    rows = rows.assign(idle_power=(rows["average_power_w"] / rows["gpus"]).astype(float))
    loaded = rows.groupby("accelerator_name")["model_loaded"].transform("any")
    kept = rows[rows["model_loaded"] == loaded].groupby("accelerator_name")
    table = kept.agg(idle_power=("idle_power", "median"), model_loaded=("model_loaded", "first"), rows=("id", "size"))
    design = load("accelerators").set_index("name")["tdp_w"].reindex(table.index).astype(float)
    table = table.assign(design_power=design, share=table["idle_power"] / design)
    return table.rename_axis("accelerator").reset_index()


def idle_power(accelerator):
    """Power of one accelerator that waits, in W: its own `idle_w`, as measured, or the median share of design power.

    Parameters
    ----------
    accelerator : a row of the table accelerators, or a mapping with its columns
    """
    if accelerator.get("idle_w") is not None:
        return checks.number("idle_w", accelerator["idle_w"], checks.POSITIVE)
    known = idle_powers().set_index("accelerator")
    if accelerator.get("name") in known.index:
        return float(known.loc[accelerator["name"], "idle_power"])
    return float(known["share"].median() * accelerator["tdp_w"])


def quantities(model, accelerator, weight_bits, gpus=1, pj_per_bit=None, calibration=None):
    """What the formulas need of a model row and a row of an accelerator, by the names of their symbols, except batch,
    context, prompt_per_output and kv_bits. The sliders of the page start from the same numbers.
    """
    counts, calibration = parameters(model), UNCALIBRATED | dict(calibration or {})
    fast = accelerator.get("peak_dense_fp8_tflops")
    if pj_per_bit is None:
        # Who gives a row of no memory at all means HBM; who names a memory says which level it is of.
        memory = accelerator.get("memory_level") or accelerator.get("memory_type") or "HBM"
        if memory != "HBM":
            raise ValueError(
                f"pj_per_bit: None, expected a number: only HBM has a measured energy, and the memory is {memory}"
            )
        pj_per_bit = energy_per_bit("system", end="high")
    # A latent is one for all heads, and a head is not cut.
    parts = 1 if model.get("kv_latent") else float(model["kv_heads"])
    power, waiting = float(accelerator["tdp_w"]), idle_power(accelerator)
    stands = {"power": power, "idle_power": waiting, "awake_share": calibration["awake_share"]}
    return {
        "shared_weights": counts["shared"],
        "routed_weights": counts["routed"],
        "experts": float(model.get("n_experts") or 1),
        "chosen_experts": float(model.get("experts_per_token") or 1),
        "cached_numbers": counts["cached"],
        "state_numbers": counts["state"],
        "attention_flop": counts["attention"],
        "layers": float(model["layers"]),
        "hidden": float(model["hidden"]),
        "gpus": float(gpus),
        "kv_copies": max(1.0, gpus / parts),
        "weight_bits": checks.number("weight_bits", weight_bits, checks.POSITIVE),
        "transport_pj_per_bit": checks.number("pj_per_bit", pj_per_bit, checks.POSITIVE),
        "bandwidth": float(accelerator["mem_bw_gb_s"]),
        "peak": float(
            fast if weight_bits == FORMAT_BITS["fp8"] and fast else accelerator["peak_dense_fp16_bf16_tflops"]
        ),
        "standing_power": evaluate("quantities", symbolic.standing, **stands),
        **stands,
        **calibration,
    }
