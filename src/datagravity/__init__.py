"""The data gravity of computation: the disjunction constant, the placement law, and the measurements that test them.

>>> from datagravity import Interval, decode_energy, disjunction_constant, saving
>>> gd = disjunction_constant(transport_pj=1300, compute_pj=1.31)  # one DRAM access per FP32 multiply, 7 nm
>>> print(f"G_d {gd:.0f}, saving {saving(gd, beta=2):.1f}, or {saving(gd, 2, fixed_share=0.5):.2f} if half is fixed")
G_d 992, saving 15.8, or 1.84 if half is fixed
>>> wide = saving(Interval(gd, 500, 2000), beta=2)  # an array, a Series or an Interval gives the same
>>> token = decode_energy("Llama-2 7B", "A100 SXM4 80GB", batch=8, context=1024)  # token.terms, token.bounds

The tables are `load(name)`, their names `tables()`. Each public name has an example in its own `help`, and the book's
"Reference of the package" lists them by the question that they answer.
"""

from importlib import import_module

__version__ = "0.1.0"

#: Public name -> the module that has it, which is imported when the name is first asked for. A literal: the build reads
#: it, and `__init__.pyi` says the same to tools that read types.
HOMES = {
    "Interval": "datagravity.intervals",
    "Placement": "datagravity.placement",
    "asymptotic_saving": "datagravity.law",
    "decode_energy": "datagravity.decoding",
    "disjunction_constant": "datagravity.law",
    "energy": "datagravity.law",
    "excess_energy": "datagravity.law",
    "implied_beta": "datagravity.law",
    "load": "datagravity.evidence",
    "optimal_distance": "datagravity.law",
    "place": "datagravity.placement",
    "predict_pim": "datagravity.pim",
    "prefill_energy": "datagravity.decoding",
    "propagate": "datagravity.intervals",
    "saving": "datagravity.law",
    "saving_exponent": "datagravity.law",
    "saving_from_share": "datagravity.law",
    "tables": "datagravity.evidence",
    "workload_disjunction_constant": "datagravity.law",
}

__all__ = sorted([*HOMES, "chip", "symbolic"])


def __getattr__(name):
    """A public name from its module, or a module of the package."""
    if name in HOMES:
        globals()[name] = found = getattr(import_module(HOMES[name]), name)
        return found
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":  # the module is there, and something that it needs is not
            raise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    """Every public name, also before it is first asked for."""
    return sorted({*globals(), *__all__})
