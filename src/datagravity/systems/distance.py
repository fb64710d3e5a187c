"""Systems that bring computation to the data: into the memory, into the drive, into the wires. [extension]"""

from itertools import pairwise

import pandas as pd

from datagravity import symbolic as s
from datagravity.decoding import (
    FORMAT_BITS,
    Decoding,
    decode_energy,
    energy_per_bit,
    measured_runs,
    parameters,
)
from datagravity.evidence import load, remembered
from datagravity.intervals import Interval
from datagravity.systems.common import Comparison, Inputs, System

_MODEL = "gpt-oss-120b"


def neupims(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """NeuPIMs: the caches are read inside the memory while the weights are read out of it.

    Against one bus for both, and against taking turns. The rival on a GPU also has another bus, of which the model
    knows the bandwidth and not the software.
    """
    given = System("S01", inputs)
    caches = {s.cache_ratio: s.full_attention_cache_ratio}
    one_bus, turns = s.overlap_gain.subs(caches), s.turns_gain.subs(caches)
    speed = {"needed": s.near_speed}
    return (
        given.compare("S01a", one_bus, bound=s.overlap_limit, bound_by="bandwidth ratio", needed=s.context),
        given.compare("S01b", turns, bound=2, bound_by="overlap of two", **speed),
        given.compare("S01c", one_bus * s.bandwidth_ratio, needed=s.context),
    )


def instinfer(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """InstInfer: attention inside the drive, on an eighth of the cache."""
    given = System("S02", inputs)
    return (given.compare("S02a", s.near_sparse_gain, needed=s.near_speed),)


def hnlpu(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """HNLPU: weights that are wires, so that neither their bits nor the time to read them and to begin a layer remain.

    The shares come from the model of a token at batch 1 on the GPU, priced at the system and, as the other end, at
    the device. How many sequences either machine has at work is no matter of distance and stays out.
    """
    given = System("S03", inputs)
    tokens = [hnlpu_baseline(), hnlpu_baseline("device"), hnlpu_baseline(shared_bits=FORMAT_BITS["mxfp4"])]
    energy = [1 - 1 / token.bounds["reuse"] for token in tokens]
    seconds = [1 - 1 / token.time_bounds["reuse"] for token in tokens]
    given.derive("acted_share", Interval(energy[0], min(energy), max(energy)))
    given.derive("waiting_share", Interval(seconds[0], min(seconds), max(seconds)))
    left = min(hnlpu_left())
    return (
        given.compare(
            "S03a",
            s.amdahl_limit,
            bound=s.amdahl_limit,
            bound_by="weights at no cost",
            needed=s.acted_share,
        ),
        given.compare("S03b", s.waiting_gain, bound=s.waiting_gain, bound_by="weights in no time"),
        given.compare(
            "S03c", s.items_per_joule, bound=1 / left, bound_by="operations and cache alone", needed=s.joules_per_item
        ),
    )


@remembered(stored=True)
def hnlpu_baseline(row: str = "system", shared_bits: float = 16) -> Decoding:
    """A token of the model that HNLPU holds, on the GPU, unbatched, at a context of 2048 tokens.

    `row` prices a bit. The experts are at 4 bits and all other weights at `shared_bits`, 16 as the model is published.
    """
    counts, model = parameters(_MODEL), load("llm").set_index("name").loc[_MODEL]
    shared, used = counts["shared"], counts["routed"] * model["experts_per_token"] / model["n_experts"]
    bits = (shared_bits * shared + FORMAT_BITS["mxfp4"] * used) / (shared + used)
    # Two accelerators, because the mean width would not let all experts fit into one.
    setting = {
        "batch": 1,
        "context": 2048,
        "gpus": 2,
        "weight_bits": bits,
        "pj_per_bit": energy_per_bit(row, end="high"),
    }
    return decode_energy(_MODEL, "H100 SXM5 80GB", **setting)


def hnlpu_left() -> tuple[float, float]:
    """Joules of the operations and the cache of a token, which wires leave, priced at the device and at the system."""
    tokens = [hnlpu_baseline(row) for row in ("device", "system")]
    return tuple(token.terms["arithmetic"] + token.terms["kv_cache"] for token in tokens)


@remembered
def hnlpu_ladder() -> pd.DataFrame:
    """From the claimed GPU baseline of HNLPU down to its own energy, in steps: columns step, joules, factor.

    Claimed for the GPU; the same GPU in the model of a token, unbatched; the least that was measured on it, batched;
    the least that was measured on its successor; claimed for HNLPU. The factors multiply to the claim.
    """
    ratio, _, own_rate = hnlpu()
    own = 1 / own_rate.claim.value
    runs = measured_runs().query("llm == @_MODEL").groupby("accelerator")["measured"].min()
    steps = {
        "claimed for the GPU": own * ratio.claim.value,
        "the GPU in the model, unbatched": hnlpu_baseline().joules_per_token,
        "measured on the GPU, batched": float(runs["H100 SXM5 80GB"]),
        "measured on its successor, batched": float(runs["B200 SXM"]),
        "claimed for HNLPU": own,
    }
    joules = list(steps.values())
    factors = [before / after for before, after in pairwise(joules)]
    return pd.DataFrame({"step": list(steps), "joules": joules, "factor": [None, *factors]}).astype(
        {"factor": "Float64"}
    )
