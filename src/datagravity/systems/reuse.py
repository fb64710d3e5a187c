"""Systems that fetch once and use more often: fused passes, shared caches, whole pages. [extension]"""

from datagravity import symbolic as s
from datagravity.decoding import FORMAT_BITS, prefill_energy
from datagravity.evidence import remembered
from datagravity.intervals import Interval
from datagravity.systems.common import Comparison, Inputs, System


def fusemax(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """FuseMax: attention in one pass instead of three, and arithmetic that stays busy."""
    given = System("S04", inputs)
    fewer = s.amdahl_gain.subs(s.divisor, s.passes_gain)
    passes = {"bound": s.passes_gain, "bound_by": "passes over the data", "needed": s.acted_share}
    busy = {"needed": s.busy_before}
    return (
        given.compare("S04a", fewer, **passes),
        given.compare("S04b", s.busy_gain, **busy),
        given.compare("S04c", s.busy_gain, **busy),
        given.compare("S04d", fewer, **passes),
    )


def layered_prefill(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Layered Prefill: experts are loaded once a prompt and not once a chunk.

    The share of energy that reading weights takes comes from the model of a prompt token, in a chunk of the stated
    length, for a larger model of the family that was measured.
    """
    given = System("S05", inputs)
    chunk = given.value("input_tokens")
    if chunk is not None:
        chunks = sorted((chunk.low, chunk.value, chunk.high))
        shares = [1 - 1 / _chunk(length) for length in chunks]
        given.derive("acted_share", Interval(shares[1], min(shares), max(shares)))
    everything = s.traffic_gain.subs(s.acted_share, 1)
    return (
        given.compare(
            "S05a",
            s.traffic_gain,
            bound=everything,
            bound_by="all energy moves bytes",
            needed=s.acted_share,
        ),
        given.compare("S05b", s.reload_gain),
        *given.without_waiting("S05c", "S05d"),
    )


@remembered(stored=True)
def _chunk(tokens):
    return prefill_energy(
        "gpt-oss-120b", "H100 SXM5 80GB", prompt=tokens, gpus=2, weight_bits=FORMAT_BITS["mxfp4"]
    ).bounds["reuse"]


def lsm_gnn(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """LSM-GNN: the caches of all GPUs are one, in front of drives instead of a network."""
    given = System("S11", inputs)
    return given.without_waiting("S11a")


def pageann(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """PageANN: a page of the drive is a node of the graph, so that a read brings several vectors that are used."""
    given = System("S12", inputs)
    vectors = {"bound": s.items_per_page, "bound_by": "vectors of a page", "needed": s.used_share}
    return given.compare("S12a", s.page_gain, **vectors), given.compare("S12b", s.page_gain, **vectors)


def louiskv(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """LouisKV: the cache is fetched once for a stretch of text and not for every token; at best the fetch is free."""
    given = System("S17", inputs)
    return (given.compare("S17a", s.amdahl_limit, needed=s.acted_share),)


def vattention(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """vAttention: contiguous addresses for a cache that grows; what it avoids is work of the kernel, not bytes."""
    given = System("S18", inputs)
    return given.without_waiting("S18a", "S18b", "S18c")


def agent_primitives(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Agent Primitives: agents hand over their caches instead of text that has to be read again."""
    given = System("S29", inputs)
    return given.without_waiting("S29a", "S29b")
