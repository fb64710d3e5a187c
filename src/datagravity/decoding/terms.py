"""The formulas of a token: the terms of its energy, and how decoding differs from reading a prompt."""

from functools import cache

from datagravity import symbolic

#: The energies that moving and computing take, by what it is for.
DYNAMIC = {
    "weights": symbolic.weight_energy,
    "kv_cache": symbolic.kv_energy,
    "arithmetic": symbolic.arithmetic_energy,
}
#: The static energy that flows meanwhile.
STATIC = {
    "weights": symbolic.static_share * symbolic.power * symbolic.weight_seconds,
    "kv_cache": symbolic.static_share * symbolic.power * symbolic.kv_seconds,
    "arithmetic": symbolic.static_share * symbolic.power * symbolic.arithmetic_seconds,
}
#: The terms of the energy of a token.
TERMS = DYNAMIC | {"static": symbolic.static_energy}
#: Seconds of one accelerator.
SECONDS = symbolic.weight_seconds + symbolic.kv_seconds + symbolic.arithmetic_seconds


def while_decoding(expression):
    """The formula while text is written, as it stands: every token reads the whole cache of its sequence."""
    return expression


@cache
def while_prefilling(expression):
    """The formula while a prompt is read: the cache is written once, each token's own part, and not read again."""
    return expression.subs(symbolic.cached_numbers * symbolic.context, symbolic.cached_numbers)
