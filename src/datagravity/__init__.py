"""The data gravity of computation: the disjunction constant, the placement law, and the measurements that test them."""

from datagravity import symbolic
from datagravity.decoding import decode_energy, prefill_energy
from datagravity.evidence import load, tables
from datagravity.intervals import Interval, propagate
from datagravity.law import (
    asymptotic_saving,
    disjunction_constant,
    energy,
    excess_energy,
    implied_beta,
    optimal_distance,
    saving,
    saving_exponent,
    saving_from_share,
    workload_disjunction_constant,
)
from datagravity.pim import predict_pim
from datagravity.placement import Placement, place

__version__ = "0.1.0"

__all__ = [
    "Interval",
    "Placement",
    "asymptotic_saving",
    "decode_energy",
    "disjunction_constant",
    "energy",
    "excess_energy",
    "implied_beta",
    "load",
    "optimal_distance",
    "place",
    "predict_pim",
    "prefill_energy",
    "propagate",
    "saving",
    "saving_exponent",
    "saving_from_share",
    "symbolic",
    "tables",
    "workload_disjunction_constant",
]
