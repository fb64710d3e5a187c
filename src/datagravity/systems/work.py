"""Systems that compute less: a table for knowledge, attention without its square, training without a way back.

[extension]
"""

from datagravity import symbolic as s
from datagravity.systems.common import Comparison, Inputs, System


def engram(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Engram: a huge table far away, of which a token touches a few rows."""
    given = System("S13", inputs)
    return (given.compare("S13a", s.link_gain),)


def linear_infsa(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Linear-InfSA: attention that grows with the tokens of an image and not with their square."""
    given = System("S15", inputs)
    return tuple(given.compare(claim, s.quadratic_gain, needed=s.input_tokens) for claim in ("S15a", "S15b"))


def mono_forward(inputs: Inputs = None) -> tuple[Comparison, ...]:
    """Mono-Forward: each layer learns on its own; of three products a layer and step two are left."""
    given = System("S16", inputs)
    passes = {"needed": s.passes_after}
    return given.compare("S16a", s.passes_gain, **passes), given.compare("S16b", s.passes_gain, **passes)
