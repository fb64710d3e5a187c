"""The tests of claims that the abstract does not make: quoted values, and questions of ours. [extension]"""

import math

import numpy as np

from datagravity import systems
from datagravity.claims.rule import Part
from datagravity.evaluate import evaluate
from datagravity.evidence import load
from datagravity.intervals import Interval
from datagravity.processors import operations, published_ratios
from datagravity.symbolic import NOTATION

#: The slide whose multiply is behind the quoted values at 45 nm, and the paper that it was shown with.
SLIDE, PAPER = "horowitz2014slides", "horowitz2014"
#: Draws of the inputs of a formula, and how far they reach where a symbol has no end.
DRAWS, SEED, REACH = 400, 2026, (1e-3, 1e3)


def quoted_values(quoted_multiply):
    """Recomputed over quoted G_d, at both ends of each quoted range; biology has no inputs.

    The multiply at 45 nm is the rounded one of a slide, or the one that the paper beside it prints.
    """
    energies = load("energy").set_index("id")
    printed = operations().query("source == @PAPER and operation_class == 'FP32 multiply'")["compute_pj_low"]
    parts = []
    for row in published_ratios().itertuples():
        if not row.recomputed:
            parts.append(Part(row.label, None, row.source))
            continue
        multiply = energies.loc[row.compute_row]
        finer = quoted_multiply == "paper" and multiply["source"] == SLIDE
        factor = float(multiply["energy_low_pj"] / printed.iloc[0]) if finer else 1.0
        ends = sorted([factor * row.recomputed_low / row.gd_low, factor * row.recomputed_high / row.gd_high])
        origin = energies.loc[row.transport_low_row, "source_group"]
        parts.append(Part(row.label, Interval(math.sqrt(ends[0] * ends[1]), *ends), origin))
    return parts


def no_gain_at_a_distance(frame=None):
    """Computed gains in energy or speed of systems neither of whose levers is distance, agreeing with a claim or not.

    What a formula can return at all is found by drawing its inputs over the ranges of their symbols: a gain that
    Amdahl's formula computes exceeds one whatever the inputs are.

    Parameters
    ----------
    frame : rows as from `systems.rows`; the book's own if None
    """
    rows = systems.counted(frame)
    near = (rows["lever"] == "distance") | (rows["lever_secondary"] == "distance").fillna(False)
    kept = rows[~near & rows["computed"].notna() & (rows["kind"] != "memory size")]
    formulas = {one.id: one.formula for system in kept["system"].unique() for one in systems.compare(system)}
    return [
        Part(
            f"{row.name}: {row.kind}, {row.lever}",
            Interval(row.computed, row.computed_low, row.computed_high),
            row.system,
            least=_least(formulas[row.id]),
        )
        for row in kept.itertuples(index=False)
    ]


def _least(formula):
    """The least value of a formula over draws of its inputs, log-uniform in the ranges of their symbols."""
    generator = np.random.default_rng(SEED)
    drawn = {}
    for symbol in sorted(formula.free_symbols, key=str):
        low, high = (float(end) for end in NOTATION[symbol].interval.strip("[]()").split(","))
        low, high = max(low, REACH[0]), min(high, REACH[1])
        drawn[symbol.name] = np.exp(generator.uniform(math.log(low), math.log(high), DRAWS))
    return float(np.min(evaluate("no_gain_at_a_distance", formula, **drawn)))
