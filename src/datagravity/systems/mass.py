"""Systems that move fewer bytes: narrower numbers, smaller caches, states, sparse weights. [extension]"""

from datagravity import symbolic as s
from datagravity.decoding import parameters
from datagravity.evidence import load
from datagravity.intervals import Interval
from datagravity.systems.common import Comparison, Inputs, System

#: What is left of a cache that is kept in part is read in full.
_LIMIT = 1 / s.kept_share
#: A share of the whole that is kept in part.
_KEPT = s.amdahl_gain.subs(s.divisor, _LIMIT)


def llm_int8(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """LLM.int8(): all matrices at 8 bits but for their outliers; tables of embeddings stay as they are."""
    given = System("S08", inputs)
    model = load("llm").set_index("name", drop=False).loc["GPT-3 175B"]
    matrices = s.matrix_weights.subs({s.layers: float(model["layers"]), s.hidden: float(model["hidden"])})
    share = float(matrices) / parameters(model["name"])["total"]
    given.derive("converted_share", Interval(share, share, share))
    return (
        given.compare(
            "S08a",
            s.conversion_gain,
            bound=s.wide_bits / s.narrow_bits,
            bound_by="ratio of widths",
            needed=s.converted_share,
        ),
    )


def w4a16(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """W4A16: weights of 4 bits that are widened on another core and cross the memory twice more."""
    given = System("S09", inputs)
    widths = {"bound": s.wide_bits / s.narrow_bits, "bound_by": "ratio of widths"}
    return (
        given.compare("S09a", s.round_trip_gain, needed=s.slow_share, **widths),
        *given.without_waiting("S09b"),
    )


def enec(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """ENEC: a lossless code for weights, after which all of them fit into the memory of the accelerator."""
    given = System("S10", inputs)
    code = {"bound": s.lossless_gain, "bound_by": "entropy of a weight", "needed": s.baseline_ratio}
    return (
        given.compare("S10a", s.amdahl_limit, needed=s.acted_share),
        given.compare("S10b", s.ratio_gain, **code),
        *given.without_waiting("S10c"),
    )


def keyformer(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Keyformer: half of the cache is kept, and the time to move it is a known share."""
    given = System("S14", inputs)
    bytes_only = {
        "bound": _LIMIT,
        "bound_by": "at one batch, only the cache is read",
        "needed": s.acted_share,
    }
    return given.compare("S14a", _KEPT, **bytes_only), given.compare("S14b", _KEPT, **bytes_only)


def razor_attention(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """RazorAttention: a few heads keep the whole cache, the others a window."""
    given = System("S19", inputs)
    return (
        given.compare(
            "S19a",
            s.heads_gain,
            bound=1 / s.full_share,
            bound_by="heads that keep all",
            needed=s.full_share,
        ),
    )


def fastkv(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """FastKV: past some layer a prompt goes on with a share of its tokens; decoding keeps a share of the cache."""
    given = System("S20", inputs)
    decode = s.cache_gain.subs(s.kept_share, s.cached_share)
    return (
        given.compare(
            "S20a", s.depth_gain, bound=1 / s.shallow_share, bound_by="the layers that see all", needed=s.kept_share
        ),
        given.compare(
            "S20b",
            decode,
            bound=1 / s.cached_share,
            bound_by="at one batch, only the cache is read",
            needed=s.cache_ratio,
        ),
    )


def icecache(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """IceCache: a budget of the cache stays on the accelerator; the budget is what is claimed."""
    given = System("S21", inputs)
    return (given.compare("S21a", _LIMIT),)


def cache_cliff(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """The cliff of KV compression: beyond it answers fail, so it limits every smaller cache."""
    given = System("S22", inputs)
    return (given.compare("S22a", 1 / s.cached_share, bound=_LIMIT, bound_by="the cliff", needed=s.cached_share),)


def block_transformer(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Block Transformer: half of the layers see blocks, once a block, and the other half a block only."""
    given = System("S23", inputs)
    return (
        given.compare(
            "S23a",
            s.cache_gain.subs(s.kept_share, s.block_share),
            bound=1 / s.block_share,
            bound_by="at one batch, only the cache is read",
            needed=s.cache_ratio,
        ),
    )


def based(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """BASED: linear attention with a state, and a short window, instead of a cache."""
    return _state("S24", inputs)


def mamba(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Mamba: a state of fixed size instead of a cache."""
    return _state("S25", inputs)


def _state(id, inputs):
    given = System(id, inputs)
    gain = s.cache_gain.subs(s.kept_share, s.state_share).subs(s.cache_ratio, s.full_attention_cache_ratio)
    limit = {"bound": 1 / s.state_share, "bound_by": "at one batch, only cache or state is read"}
    return (given.compare(f"{id}a", gain, needed=s.batch, **limit),)


def blockffn(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """BlockFFN: of the feed-forward weights eight tokens in a row need three tenths."""
    given = System("S26", inputs)
    limit = {"bound": _LIMIT, "bound_by": "only these weights are read"}
    return (given.compare("S26a", _KEPT, needed=s.acted_share, **limit),)


def coreinfer(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """CoreInfer: the neurons that a sentence needs are chosen once."""
    given = System("S27", inputs)
    return tuple(given.compare(claim, _LIMIT, needed=s.kept_share) for claim in ("S27a", "S27b"))


def arbitrary_precision(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Arbitrary precision on tensor cores: weights of a few bits, multiplied plane by plane."""
    given = System("S28", inputs)
    narrow = s.wide_bits / s.narrow_bits
    return (
        given.compare("S28a", narrow, bound=s.wide_bits, bound_by="one bit a weight", needed=s.narrow_bits),
        *given.without_waiting("S28b"),
    )


def mcu_training(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Training at 16 bits on a microcontroller: half the bytes, two operations at once."""
    given = System("S30", inputs)
    halves = {
        "bound": s.divisor,
        "bound_by": "half the bytes, twice the lanes",
        "needed": s.acted_share,
    }
    return given.compare("S30a", s.amdahl_gain, **halves), given.compare("S30b", s.amdahl_gain, **halves)
