"""The energy of one token of a language model: what it moves, computes and takes in time."""

from sympy import Integer

from datagravity.symbolic.notation import (
    arithmetic_efficiency,
    attention_flop,
    awake_share,
    bandwidth,
    batch,
    cached_numbers,
    chosen_experts,
    context,
    experts,
    gpus,
    hidden,
    host_overhead,
    idle_power,
    kv_bits,
    kv_copies,
    layer_overhead,
    layers,
    link_efficiency,
    memory_efficiency,
    peak,
    power,
    prompt_per_output,
    routed_weights,
    shared_weights,
    standing_power,
    state_numbers,
    transport_pj_per_bit,
    weight_bits,
)

_PJ = Integer(10) ** -12

#: [extension] Bytes of weights read for one token: of the experts, the union of those that a batch hits.
weight_bytes = (
    (shared_weights + routed_weights * (1 - (1 - chosen_experts / experts) ** batch)) * weight_bits / (8 * batch)
)
#: [extension] Bytes of the KV cache read for one token, on each accelerator that holds a copy, and of a state read and
#: written.
kv_bytes = (cached_numbers * context * kv_copies + 2 * state_numbers) * kv_bits / 8
#: [extension] Bytes that all accelerators send for one token: two sums over all of them in each layer, of 16-bit
#: numbers, by a ring, in which each sends 2 (g - 1) / g of what is summed (Thakur, Rabenseifner, Gropp 2005). Tokens
#: of prompts are summed too.
link_bytes = 8 * layers * hidden * (gpus - 1) * (1 + prompt_per_output)

_weights_used = shared_weights + routed_weights * chosen_experts / experts
#: [extension] Operations of one token: a multiplication and an addition for each weight it uses, and attention.
token_flop = 2 * _weights_used + attention_flop * context
#: [extension] Operations on the prompt, for one token written: its tokens attend to half of it on average.
prompt_flop = prompt_per_output * (2 * _weights_used + attention_flop * context / 2)

#: [extension] Energy of one token, in joules: moving the two kinds of bytes, and arithmetic at its peak efficiency.
weight_energy = 8 * _PJ * transport_pj_per_bit * weight_bytes
kv_energy = 8 * _PJ * transport_pj_per_bit * kv_bytes
arithmetic_energy = _PJ * token_flop * power / peak
prompt_energy = _PJ * prompt_flop * power / peak

#: [extension] Seconds of one accelerator that each of them takes, and that links, layers and the host add.
weight_seconds = weight_bytes / (memory_efficiency * bandwidth * 10**9)
kv_seconds = kv_bytes / (memory_efficiency * bandwidth * 10**9)
arithmetic_seconds = token_flop / (arithmetic_efficiency * peak * 10**12)
prompt_seconds = prompt_flop / (arithmetic_efficiency * peak * 10**12)
link_seconds = link_bytes / (link_efficiency * bandwidth * 10**9)
layer_seconds = gpus * layers * layer_overhead / batch
host_seconds = gpus * host_overhead
token_seconds = (
    weight_seconds + kv_seconds + arithmetic_seconds + prompt_seconds + link_seconds + layer_seconds + host_seconds
)

#: [extension] Power that flows while all this lasts, in W; and its energy, the term outside G_d.
standing = idle_power + awake_share * (power - idle_power)
standing_energy = standing_power * token_seconds
#: [extension] Joules of one token written, its share of the prompt included, and its G_d.
token_energy = weight_energy + kv_energy + arithmetic_energy + prompt_energy + standing_energy
token_disjunction_constant = (weight_energy + kv_energy) / arithmetic_energy
