"""The five levers: what each of them divides, which energy it saves and which time it shortens, and how far at most."""

from sympy import Add, Integer

from datagravity import checks, symbolic
from datagravity.decoding.terms import DYNAMIC, STANDING, TIMES

#: The five levers, and what each of them divides.
LEVERS = {
    "distance": "energy to move a bit",
    "mass": "bytes of weights and cache",
    "reuse": "reads of a weight per token",
    "work": "operations per token",
    "split": "power that flows whatever happens",
}
#: The terms of the energy that each lever saves: of moving and computing, or what stands.
SAVED = {
    "distance": ("weights", "kv_cache"),
    "mass": ("weights", "kv_cache"),
    "reuse": ("weights",),
    "work": ("arithmetic", "prompt"),
    "split": ("standing",),
}
#: The parts of the time that each lever shortens; what stands meanwhile is saved with them. That distance shortens
#: none is a definition: a nearer memory is taken to be no faster. One that is, by as much as it is cheaper, has the
#: bounds of mass.
SHORTENED = {
    "distance": (),
    "mass": ("weights", "kv_cache"),
    "reuse": ("weights", "layers"),
    "work": ("arithmetic", "prompt"),
    "split": (),
}


def _left(parts, acted):
    return Add(*(part for name, part in parts.items() if name not in acted))


#: What each lever can shorten the time by, at most: the whole time over the parts that it leaves alone (Amdahl 1967).
TIME_BOUNDS = {
    lever: symbolic.token_seconds / _left(TIMES, acted) if acted else Integer(1) for lever, acted in SHORTENED.items()
}
#: The same of the energy. What stands lasts as long as the time, and splitting ends all of it.
BOUNDS = {
    lever: symbolic.token_energy
    / Add(_left(DYNAMIC, SAVED[lever]), *([] if "standing" in SAVED[lever] else [_left(STANDING, SHORTENED[lever])]))
    for lever in LEVERS
}

# What a lever changes. Fewer operations cost and take what the same number would on an accelerator that does more at
# once.
_DIVIDES = {
    "distance": ("transport_pj_per_bit",),
    "mass": ("weight_bits", "kv_bits"),
    "split": ("standing_power",),
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
