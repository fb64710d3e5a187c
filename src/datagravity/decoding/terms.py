"""The formulas of a token: the terms of its energy and of its time, and how decoding differs from reading a prompt."""

from functools import cache

from datagravity import symbolic

#: The energies that moving and computing take, by what it is for.
DYNAMIC = {
    "weights": symbolic.weight_energy,
    "kv_cache": symbolic.kv_energy,
    "arithmetic": symbolic.arithmetic_energy,
    "prompt": symbolic.prompt_energy,
}
#: Seconds of one accelerator, by what takes them.
TIMES = {
    "weights": symbolic.weight_seconds,
    "kv_cache": symbolic.kv_seconds,
    "arithmetic": symbolic.arithmetic_seconds,
    "prompt": symbolic.prompt_seconds,
    "links": symbolic.link_seconds,
    "layers": symbolic.layer_seconds,
    "host": symbolic.host_seconds,
}
#: The energy that stands meanwhile.
STANDING = {name: symbolic.standing_power * seconds for name, seconds in TIMES.items()}
#: The terms of the energy of a token.
TERMS = DYNAMIC | {"standing": symbolic.standing_energy}
#: What decoding does and the reading of a prompt does not.
_ABSENT = (symbolic.state_numbers, symbolic.prompt_per_output, symbolic.host_overhead)


def while_decoding(expression):
    """The formula while text is written, as it stands: every token reads the whole cache of its sequence."""
    return expression


@cache
def while_prefilling(expression):
    """The formula while a prompt is read: the cache is written once, each token's own part, and not read again.

    Nothing is written to anybody yet, so the host holds up nothing, and a state stays where it is computed.
    """
    own = expression.subs(symbolic.cached_numbers * symbolic.context, symbolic.cached_numbers)
    return own.subs(dict.fromkeys(_ABSENT, 0))
