"""Thirty systems, five levers: what each section sets beside a claim, and what comes out of all of them."""

from datagravity import checks, claims, systems
from datagravity import symbolic as s
from datagravity.charts.words import agreeing
from datagravity.decoding import decode_energy
from datagravity.headlines import extension, survey
from datagravity.systems import compare, input_rows
from datagravity.systems.distance import hnlpu_baseline, hnlpu_ladder, hnlpu_left
from datagravity.systems.split import distca_cover


def _cell(row, column="claim"):
    """A number of the table of all claims."""
    rows = systems.rows().set_index("id")
    return float(rows.loc[checks.there("claim of a system", row, rows.index), column])


def sample():
    """The papers of the list that the systems were chosen from."""
    return {"papers": survey.papers()["papers"]}


# --- Distance --------------------------------------------------------------------------------------------------------


def near_memory():
    """NeuPIMs and InstInfer: caches read inside the memory and inside the drive."""
    one_bus, turns, gpu = compare("S01")
    inside = input_rows("S01")["near_speed"]["interval"]
    return {
        "neupims_claim": extension(one_bus.claim.value),
        "neupims_computed": extension(one_bus.computed.value),
        "neupims_turns": extension(turns.claim.value),
        "neupims_turns_computed": extension(turns.computed.value),
        "neupims_near": extension(turns.needed.value),
        "neupims_raw": extension(inside.high),
        "neupims_rows": extension(inside.value),
        "neupims_gpu": extension(gpu.claim.value),
        "neupims_gpu_computed": extension(gpu.computed.value),
        "instinfer_claim": extension(_cell("S02a")),
        "instinfer_near": extension(_cell("S02a", "needed")),
    }


def hnlpu_energy():
    """HNLPU: the claim, what free bits and free waiting give, and the steps down from its baseline."""
    wires, _, rate = compare("S03")
    factor = hnlpu_ladder()["factor"]
    left = [1000 * joules for joules in hnlpu_left()]
    return {
        "hnlpu_claim": extension(wires.claim.value),
        "hnlpu_computed": extension(wires.computed.value),
        "hnlpu_low": extension(wires.computed.low),
        "hnlpu_bits": extension(hnlpu_baseline().bounds["distance"]),
        "hnlpu_mj": extension(1000 / rate.claim.value, "mJ"),
        "hnlpu_left": extension(left[0], "mJ"),
        "hnlpu_left_high": extension(left[1], "mJ"),
        "hnlpu_idle": extension(factor[1]),
        "hnlpu_batch": extension(factor[2]),
        "hnlpu_rest": extension(factor[3:].prod()),
        "hnlpu_successor": extension(factor.iloc[-1]),
    }


def hnlpu_speed():
    """HNLPU: the powers that its claims imply, and its speed for each of the sequences at work."""
    _, waits, rate = compare("S03")
    stated = input_rows("S03")
    tokens, flight = stated["items_per_second"]["value"], stated["in_flight"]["value"]
    gpu_tokens = tokens / waits.claim.value
    return {
        "hnlpu_kilowatts": extension(tokens / rate.claim.value / 1000, "kW"),
        "hnlpu_gpu_tokens": extension(gpu_tokens, "tokens/s"),
        "hnlpu_gpu_kilowatts": extension(gpu_tokens * hnlpu_ladder()["joules"][0] / 1000, "kW"),
        "hnlpu_flight": extension(int(flight), "sequences"),
        "hnlpu_stream": extension(waits.claim.value / flight),
        "hnlpu_wait": extension(waits.computed.value),
    }


# --- Mass ------------------------------------------------------------------------------------------------------------


def fewer_bits():
    """LLM.int8() and W4A16: weights of 8 and of 4 bits."""
    measured = input_rows("S08")
    w4a16 = compare("S09")[0]
    return {
        "int8_computed": extension(_cell("S08a", "computed")),
        "int8_speed": extension(measured["speed_ratio"]["value"]),
        "int8_memory": extension(1 / measured["size_ratio"]["value"]),
        "w4_bound": extension(w4a16.bound),
        "w4_claim": extension(w4a16.claim.value),
        "w4_share": extension(100 * w4a16.needed.value, "%"),
    }


def packed_and_dropped():
    """ENEC packs the weights, Keyformer keeps half of the cache."""
    return {
        "enec_claim": extension(_cell("S10a")),
        "enec_computed": extension(_cell("S10a", "computed")),
        "enec_bound": extension(_cell("S10b", "bound")),
        "enec_share": extension(100 * input_rows("S10")["acted_share"]["value"], "%"),
        "keyformer_latency": extension(_cell("S14a")),
        "keyformer_throughput": extension(_cell("S14b")),
        "keyformer_bound": extension(_cell("S14a", "bound")),
        "keyformer_computed": extension(_cell("S14a", "computed")),
    }


# --- Reuse -----------------------------------------------------------------------------------------------------------


def _power(faster, cheaper):
    """The mean power of a system that is faster and cheaper by these claims, over that of its baseline."""
    ratios = {s.speed_ratio: faster.claim.value, s.energy_ratio: cheaper.claim.value}
    return float(s.power_ratio.subs(ratios))


def fusemax():
    """FuseMax: one pass over the memory in place of three, and what its time and energy say together."""
    attention, time, whole_time, whole = compare("S04")
    return {
        "fusemax_speed": extension(time.claim.value),
        "fusemax_energy": extension(100 / attention.claim.value, "%"),
        "fusemax_power": extension(_power(time, attention)),
        "fusemax_power_whole": extension(_power(whole_time, whole)),
        "fusemax_share": extension(100 * attention.needed.value, "%"),
        "fusemax_busy": extension(100 * time.needed.value, "%"),
        "fusemax_passes": extension(attention.bound),
    }


def layered_prefill():
    """Layered Prefill: experts that are loaded once a prompt."""
    layered = compare("S05")[0]
    extra = layered.inputs[1]["value"]
    return {
        "layered_removed": extension(100 * extra / (1 + extra), "%"),
        "layered_claim": extension(layered.claim.value),
        "layered_computed": extension(layered.computed.value),
        "layered_high": extension(layered.computed.high),
        "layered_needed": extension(layered.needed.value),
    }


def caches_and_pages():
    """LSM-GNN shares caches, PageANN makes a page of the drive a node."""
    return {
        "lsm_needed": extension(100 * _cell("S11a", "needed"), "%"),
        "pageann_low": extension(_cell("S12a", "claim_low")),
        "pageann_high": extension(_cell("S12a", "claim_high")),
        "pageann_bound": extension(_cell("S12a", "bound"), "vectors"),
        "pageann_time_low": extension(_cell("S12b", "claim_low")),
        "pageann_time_high": extension(_cell("S12b", "claim_high")),
    }


# --- Work and split --------------------------------------------------------------------------------------------------


def less_work():
    """Engram, Linear-InfSA and Mono-Forward."""
    lost = input_rows("S13")["lost_share"]["interval"]
    infsa = input_rows("S15")
    power = {getattr(s, name): infsa[name]["value"] for name in ("items_per_second", "joules_per_item")}
    return {
        "engram_computed": extension(_cell("S13a", "computed")),
        "engram_low": extension(100 * lost.low, "%"),
        "engram_high": extension(100 * lost.high, "%"),
        "infsa_claim": extension(_cell("S15a")),
        "infsa_computed": extension(_cell("S15a", "computed")),
        "infsa_watts": extension(float(s.mean_power.subs(power)), "W"),
        "infsa_tokens": extension(infsa["input_tokens"]["value"], "tokens"),
        "mono_time": extension(_cell("S16a")),
        "mono_energy": extension(_cell("S16b")),
        "mono_computed": extension(_cell("S16a", "computed")),
        "mono_power": extension(_cell("S16a") / _cell("S16b")),
    }


def machines_apart():
    """Splitwise and DistCA: machines of their own for prompts and for attention."""
    power_bound, cheaper = compare("S06")
    cost, cover = input_rows("S06")["cost_ratio"]["value"], distca_cover()
    if cover is None:
        raise checks.Missing("an input of DistCA is not there")
    return {
        "splitwise_claim": extension(power_bound.claim.value),
        "splitwise_energy": extension(1 / power_bound.claim.value),
        "splitwise_bound": extension(power_bound.bound),
        "splitwise_cost": extension(cheaper.claim.value / cost),
        "distca_claim": extension(_cell("S07a")),
        "distca_computed": extension(_cell("S07a", "computed")),
        "distca_needed": extension(100 * _cell("S07a", "needed"), "%"),
        "cover": extension(cover.value),
    }


# --- What comes out --------------------------------------------------------------------------------------------------


def counts():
    """Of all claims that count: how many are computed, from stated inputs alone or not, and how they come out."""
    counted = systems.counted()
    computed, findings = counted[counted["computed"].notna()], counted["finding"].value_counts()
    return {
        "claims_all": extension(len(counted), "claims"),
        "claims_computed": extension(len(computed), "claims"),
        "claims_stated": extension((~computed["assumed"]).sum(), "claims"),
        "claims_agree": extension(findings.get("agrees", 0), "claims"),
        "claims_agree_verb": extension(agreeing(findings.get("agrees", 0), "agrees", "agree")),
        "claims_as_assumed": extension(findings.get("agrees as assumed", 0), "claims"),
        "claims_short": extension(findings.get("falls short", 0), "claims"),
        "claims_past": extension(counted["past_bound"].sum(), "claims"),
    }


def misses():
    """How far the model stays below the claims at worst, of all and of an ordinary system."""
    counted = systems.counted().set_index("system")
    ratios = counted["ratio"].dropna().astype(float)
    ordinary = ratios.drop(checks.there("system", "S03", ratios.index))
    return {
        "worst_factor": extension(1 / ordinary.min()),
        "worst_system": extension(counted.loc[ordinary.idxmin(), "name"].iloc[0]),
        "hnlpu_miss": extension(1 / ratios.min()),
        "cliff": extension(_cell("S22a", "bound")),
    }


def last_sentence():
    """The verdicts on the two readings of the last sentence of the abstract, and the gains behind the strong one."""
    return {
        "verdict_rate": extension(claims.judge("progress_ends")["verdict"]),
        "verdict": extension(claims.judge("no_gain_at_a_distance")["verdict"]),
        "fixed_distance": extension(len(claims.parts("no_gain_at_a_distance")), "gains"),
    }


def send_or_compute_again():
    """The energy of a path at which computing a cache again costs as much as sending it, beside that of the memory."""
    numbers = decode_energy("Llama-3 8B", "H100 SXM5 80GB", batch=1, context=0).quantities
    even = s.recompute_pj_per_bit.subs({getattr(s, name): value for name, value in numbers.items()})
    return {
        "break_even": extension(float(even), "pJ/bit"),
        "memory_bit": extension(numbers["transport_pj_per_bit"], "pJ/bit"),
    }


def problem():
    """Training at 16 bits, which halves bytes and operations, and BlockFFN, which reads three tenths of its weights."""
    training, block = compare("S30")[0], compare("S26")[0]
    return {
        "half_share": extension(training.needed.value),
        "half_speed": extension(training.claim.value),
        "block_claim": extension(block.claim.value),
        "block_bound": extension(block.bound),
        "block_rest": extension(block.claim.value / block.bound),
    }


PARTS = (
    sample,
    near_memory,
    hnlpu_energy,
    hnlpu_speed,
    fewer_bits,
    packed_and_dropped,
    fusemax,
    layered_prefill,
    caches_and_pages,
    less_work,
    machines_apart,
    counts,
    misses,
    last_sentence,
    send_or_compute_again,
    problem,
)
