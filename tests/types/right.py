"""A program that uses every public name as its types say: the type checker accepts it."""

from typing import assert_type

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import datagravity as dg
from datagravity import Interval
from datagravity.decoding import Decoding
from datagravity.pim import Prediction

gd = dg.disjunction_constant(transport_pj=1300, compute_pj=1.31)
assert_type(gd, float)
assert_type(dg.saving(gd, 2), float)
assert_type(dg.saving(np.float32(100), 2, model="patch", fixed_share=0.1), float)
assert_type(dg.saving(Interval(100, 25, 400), 2), Interval)
assert_type(dg.saving(gd, Interval(2, 1.5, 2.5)), Interval)
assert_type(dg.saving(np.array([100.0, 200.0]), 2), NDArray[np.float64])
assert_type(dg.optimal_distance([100, 200], beta=2), NDArray[np.float64])

frame = pd.DataFrame({"gd": [100.0, 200.0], "beta": [2.0, 2.5]})
savings: "pd.Series[float]" = dg.saving(frame["gd"], frame["beta"])
frame["energy"] = dg.energy(1, frame["gd"], 2)

assert_type(dg.workload_disjunction_constant(20, 4, operations_per_operand=16), float)
assert_type(dg.saving_exponent(2.5), float)
assert_type(dg.asymptotic_saving(gd, 2), float)
assert_type(dg.saving_from_share(0.9, 2), float)
assert_type(dg.excess_energy([0.5, 2], 2), NDArray[np.float64])
assert_type(dg.implied_beta(5.05, 100, branch="low"), float)
assert_type(dg.propagate(lambda x: 2 * x, x=Interval(2, 1, 3)), Interval)

placement = dg.place([1, 3], [[0.0], [1.0]], exponent=2)
assert_type(placement, dg.Placement)
assert_type(placement.position, NDArray[np.float64])
assert_type(placement.saving_over([1.0]), float)

token = dg.decode_energy("Llama-2 7B", "A100 SXM4 80GB", batch=Interval(8, 4, 16), context=1024)
assert_type(token, Decoding)
assert_type(token.shares["weights"], float)
assert_type(dg.prefill_energy("Llama-2 7B", "A100 SXM4 80GB", prompt=1024), Decoding)
assert_type(dg.predict_pim({"baseline_class": "CPU", "pj_per_bit_baseline": 15}, law="tile"), Prediction)

assert_type(dg.tables(), list[str])
energies: pd.DataFrame = dg.load("energy")
mine = dg.chip.read(dg.chip.EXAMPLE)
assert_type(mine.names, list[str])
constants: pd.DataFrame = mine.disjunction_constants()
dg.symbolic.saving("tile")
