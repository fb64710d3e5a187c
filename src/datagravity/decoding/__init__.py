"""The energy of one token: what a decoding step moves, computes, and burns meanwhile.

A step reads the weights once for the whole batch and the KV cache of every sequence, and each weight in use takes part
in one multiplication and one addition. Bytes at an energy per bit, operations at the energy they have at peak, and a
static power for as long as both take give joules per token. The formulas stand in `datagravity.symbolic`. Three numbers
are fitted to runs of dense models: first the two efficiencies, to throughput alone, then the static share, to energy.
Each model, and each accelerator, is tested with numbers fitted to the others; mixtures of experts are never fitted to.
Everything here is an [extension], and its boundary is the accelerator: no host, no network, no cooling.

In the order of reading: `rows` (a model, an accelerator), `transformer` (what is counted in a model), `terms` (the
formulas), `levers` (what may shrink them), `token` (one token's budget), `calibration` (measured runs, fits, errors),
`forecast` (`decode_energy` and `prefill_energy`).
"""

from datagravity.decoding.calibration import (
    BATCH_EDGES,
    BATCH_NAMES,
    PROMPT_TOKENS,
    SMALLEST,
    calibrate,
    error_interval,
    error_table,
    left_out,
    measured_runs,
    nulls,
    predicted,
)
from datagravity.decoding.forecast import decode_energy, prefill_energy
from datagravity.decoding.levers import BOUNDS, LEVERS
from datagravity.decoding.token import FORMAT_BITS, Decoding, energy_per_bit, quantities
from datagravity.decoding.transformer import parameters

__all__ = [
    "BATCH_EDGES",
    "BATCH_NAMES",
    "BOUNDS",
    "FORMAT_BITS",
    "LEVERS",
    "PROMPT_TOKENS",
    "SMALLEST",
    "Decoding",
    "calibrate",
    "decode_energy",
    "energy_per_bit",
    "error_interval",
    "error_table",
    "left_out",
    "measured_runs",
    "nulls",
    "parameters",
    "predicted",
    "prefill_energy",
    "quantities",
]
