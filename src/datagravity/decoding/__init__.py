"""The energy of one token: what a decoding step moves, computes, and burns meanwhile.

A step reads the weights once for the whole batch and the KV cache of every sequence, and each weight in use takes part
in one multiplication and one addition; the prompts that arrive meanwhile are computed too. Bytes at an energy per bit,
operations at the energy they have at peak, and a standing power for as long as a step takes give joules per token. The
formulas stand in `datagravity.symbolic`. Six numbers are fitted to runs: five of the time, to throughput and to the
time that prompts take, and one of the power, to energy; the power of an accelerator that waits is data. Each model, and
each accelerator, is tested with numbers fitted to the others.
Everything here is an [extension], and its boundary is the accelerator: no host, no network, no cooling.

In the order of reading: `rows` (a model, an accelerator), `transformer` (what is counted in a model), `terms` (the
formulas), `quantities` (what they need), `powers` (as measured), `levers` (what may shrink them), `token` (one token's
budget), `calibration` (measured runs and fits), `nulls` (models that know less), `errors` (what was left out),
`forecast` (`decode_energy` and `prefill_energy`), `freezing` (the test on runs that came later), `exploring` (what was
asked after it), `words` (what tables call it).
"""

from datagravity.decoding.calibration import (
    BATCH_EDGES,
    BATCH_NAMES,
    PROMPT_RANGE,
    PROMPT_TOKENS,
    calibrate,
    measured_runs,
    predicted,
    prompts_read,
)
from datagravity.decoding.errors import LEVEL, error_interval, error_table, left_out
from datagravity.decoding.exploring import (
    PRICED,
    lever_bounds_by_price,
    score_told_time,
    standing_share,
    told_time,
)
from datagravity.decoding.forecast import decode_energy, prefill_energy
from datagravity.decoding.freezing import frozen, score, score_by_model, scored
from datagravity.decoding.levers import BOUNDS, LEVERS, SAVED, SHORTENED, TIME_BOUNDS
from datagravity.decoding.nulls import NULLS
from datagravity.decoding.powers import measured_powers
from datagravity.decoding.quantities import FORMAT_BITS, energy_per_bit, idle_power, idle_powers, quantities
from datagravity.decoding.token import Decoding
from datagravity.decoding.transformer import parameters
from datagravity.decoding.words import BIT_PRICES, FITTED, in_words

__all__ = [
    "BATCH_EDGES",
    "BATCH_NAMES",
    "BIT_PRICES",
    "BOUNDS",
    "FITTED",
    "FORMAT_BITS",
    "LEVEL",
    "LEVERS",
    "NULLS",
    "PRICED",
    "PROMPT_RANGE",
    "PROMPT_TOKENS",
    "SAVED",
    "SHORTENED",
    "TIME_BOUNDS",
    "Decoding",
    "calibrate",
    "decode_energy",
    "energy_per_bit",
    "error_interval",
    "error_table",
    "frozen",
    "idle_power",
    "idle_powers",
    "in_words",
    "left_out",
    "lever_bounds_by_price",
    "measured_powers",
    "measured_runs",
    "parameters",
    "predicted",
    "prefill_energy",
    "prompts_read",
    "quantities",
    "score",
    "score_by_model",
    "score_told_time",
    "scored",
    "standing_share",
    "told_time",
]
