"""Systems that give each part of the work a machine of its own. [extension]"""

from datagravity import checks
from datagravity import symbolic as s
from datagravity.evidence import load
from datagravity.intervals import Interval
from datagravity.systems.common import Comparison, Inputs, System

#: The newer GPU and the older one.
GPUS = ("H100 SXM5 80GB", "A100 SXM4 80GB")


def splitwise(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Splitwise: prompts on the newer GPU, tokens on the older one, which serves a byte at less power.

    At one power, the prompts' share of it gains at most what the newer GPU does more in operations per joule.
    """
    given = System("S06", inputs)
    rates = load("accelerators").set_index("name")["gflop_per_s_per_w"]
    newer, older = (rates[checks.there("accelerator", name, rates.index)] for name in GPUS)
    ratio = float(newer / older)
    given.derive("divisor", Interval(ratio, ratio, ratio))
    best = {"bound": s.divisor, "bound_by": "operations per joule of a board, H100 over A100"}
    return given.compare("S06a", s.amdahl_gain, **best), given.compare("S06b", s.waiting_gain)


def distca_cover(inputs: Inputs = None) -> Interval | None:
    """How many times longer DistCA computes on a token than it ships it, at the peak; None if an input is missing."""
    return System("S07", inputs).evaluate(s.shipping_cover)


def distca(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """DistCA: attention on servers of its own, so that nobody waits for the one with the longest document."""
    given = System("S07", inputs)
    return given.without_waiting("S07a")
