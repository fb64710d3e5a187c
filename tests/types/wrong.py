"""A program with a mistake in each marked line: the type checker finds these, and no other."""

import datetime

import datagravity as dg
from datagravity import Interval

dg.saving("100", 2)  # mistake
dg.saving(None, 2)  # mistake
dg.saving(2 + 1j, 2)  # mistake
dg.saving(datetime.datetime(2026, 1, 1), 2)  # mistake
dg.saving(["100", "200"], 2)  # mistake
dg.saving(100, 2, model="tiles")  # mistake
dg.saving(100)  # mistake
dg.saving(100, 2, phi=0.5)  # mistake
dg.savings(100, 2)  # mistake
whole: int = dg.saving(100, 2)  # mistake
dg.place([1, 2], [0.0, 1.0], exponent=2)  # mistake
dg.place([1, 2], [[0.0], [1.0]], exponent=Interval(2, 1, 3))  # mistake
dg.decode_energy("Llama-2 7B", "A100 SXM4 80GB", 8, 1024)  # mistake
dg.decode_energy("Llama-2 7B", "A100 SXM4 80GB", batch="8", context=1024)  # mistake
dg.predict_pim("UPMEM")  # mistake
dg.load(3)  # mistake
dg.chip.read(None)  # mistake
dg.propagate(2.0, x=Interval(2, 1, 3))  # mistake
