"""The power of accelerators as measured: of those that wait, and of those at work."""

from datagravity.decoding.quantities import idle_powers
from datagravity.evidence import load


def measured_powers():
    """As `idle_powers`, with busy_power: the median power of one accelerator over the rows under load, in W; blank
    where there are none.

    Examples
    --------
    >>> found = measured_powers().dropna(subset="busy_power")
    >>> bool((found["idle_power"] < found["busy_power"]).all())
    True
    """
    rows = load("measured_decoding").query("phase == 'busy'")
    busy = (rows["average_power_w"] / rows["gpus"]).groupby(rows["accelerator_name"]).median().rename("busy_power")
    return idle_powers().merge(busy, left_on="accelerator", right_index=True, how="left")
