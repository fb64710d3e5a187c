"""The five levers: what each of them divides, which energy it acts on, and what it can gain at most."""

from sympy import Add

from datagravity import checks, symbolic
from datagravity.decoding.terms import DYNAMIC, STATIC

#: The five levers, and what each of them divides.
LEVERS = {
    "distance": "energy to move a bit",
    "mass": "bytes of weights and cache",
    "reuse": "reads of a weight per token",
    "work": "operations per token",
    "split": "power that flows whatever happens",
}
#: The parts of a token's energy that each lever acts on.
ACTED_ON = {
    "distance": (DYNAMIC["weights"], DYNAMIC["kv_cache"]),
    "mass": (DYNAMIC["weights"], DYNAMIC["kv_cache"], STATIC["weights"], STATIC["kv_cache"]),
    "reuse": (DYNAMIC["weights"], STATIC["weights"]),
    "work": (DYNAMIC["arithmetic"], STATIC["arithmetic"]),
    "split": tuple(STATIC.values()),
}
_PARTS = (*DYNAMIC.values(), *STATIC.values())
#: What each lever can gain at most: the whole energy over the parts that it leaves alone (Amdahl 1967).
BOUNDS = {
    lever: symbolic.token_energy / Add(*(part for part in _PARTS if part not in acted))
    for lever, acted in ACTED_ON.items()
}

# What a lever changes. Fewer operations cost and take what the same number would on an accelerator that does more at
# once.
_DIVIDES = {
    "distance": ("transport_pj_per_bit",),
    "mass": ("weight_bits", "kv_bits"),
    "split": ("static_share",),
}
_MULTIPLIES = {"reuse": ("batch",), "work": ("peak",)}


def pulled(numbers, lever, factor):
    """The numbers of a token, by the names of their symbols, once a lever divides what it acts on by a factor.

    Raises
    ------
    ValueError
        If there is no such lever, or the factor is not a finite number of at least 1.
    """
    checks.choice("lever", lever, LEVERS)
    factor = checks.number("factor", factor, "[1, inf)")
    divided = {name: numbers[name] / factor for name in _DIVIDES.get(lever, ())}
    multiplied = {name: numbers[name] * factor for name in _MULTIPLIES.get(lever, ())}
    return numbers | divided | multiplied
