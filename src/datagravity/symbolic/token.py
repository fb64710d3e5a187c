"""The energy of one token of a language model: what it moves, computes and takes in time."""

from sympy import Integer

from datagravity.symbolic.notation import (
    arithmetic_efficiency,
    attention_flop,
    bandwidth,
    batch,
    cached_numbers,
    chosen_experts,
    context,
    experts,
    kv_bits,
    memory_efficiency,
    peak,
    power,
    routed_weights,
    shared_weights,
    static_share,
    transport_pj_per_bit,
    weight_bits,
)

_PJ = Integer(10) ** -12

#: [extension] Bytes of weights read for one token: of the experts, the union of those that a batch hits.
weight_bytes = (
    (shared_weights + routed_weights * (1 - (1 - chosen_experts / experts) ** batch)) * weight_bits / (8 * batch)
)
#: [extension] Bytes of the KV cache read for one token.
kv_bytes = cached_numbers * context * kv_bits / 8
#: [extension] Operations of one token: a multiplication and an addition for each weight it uses, and attention.
token_flop = 2 * (shared_weights + routed_weights * chosen_experts / experts) + attention_flop * context

#: [extension] Energy of one token, in joules: moving the two kinds of bytes, and arithmetic at its peak efficiency.
weight_energy = 8 * _PJ * transport_pj_per_bit * weight_bytes
kv_energy = 8 * _PJ * transport_pj_per_bit * kv_bytes
arithmetic_energy = _PJ * token_flop * power / peak
#: [extension] Seconds of one accelerator that each of them takes.
weight_seconds = weight_bytes / (memory_efficiency * bandwidth * 10**9)
kv_seconds = kv_bytes / (memory_efficiency * bandwidth * 10**9)
arithmetic_seconds = token_flop / (arithmetic_efficiency * peak * 10**12)
#: [extension] Energy that flows meanwhile, whatever moves or computes: the term outside G_d.
static_energy = static_share * power * (weight_seconds + kv_seconds + arithmetic_seconds)
#: [extension] Joules of one token, and its G_d.
token_energy = weight_energy + kv_energy + arithmetic_energy + static_energy
token_disjunction_constant = (weight_energy + kv_energy) / arithmetic_energy
