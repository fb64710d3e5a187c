"""How far forecasts lie from measured runs that they were not fitted to, and the band that follows."""

import math

import numpy as np
import pandas as pd

from datagravity import checks, fits
from datagravity.decoding.calibration import BATCH_NAMES, PROMPT_TOKENS, calibrate, measured_runs, predicted
from datagravity.decoding.nulls import fit_nulls, null_ratios
from datagravity.evidence import remembered

#: Nominal level of the band of errors.
LEVEL = 0.8


@remembered
def left_out(by="llm", prompt=PROMPT_TOKENS):
    """Each group of runs predicted from all other groups; `by` is llm or accelerator. Columns as of `predicted`, and
    one for each of `NULLS`: measured over what it says, fitted to the same runs.

    Raises
    ------
    ValueError
        If runs are to be grouped by anything else.
    """
    checks.choice("by", by, ("llm", "accelerator"))
    parts = []
    for name, own, rest in fits.leave_one_group_out(measured_runs(), by):
        found = calibrate((by, name), prompt)
        whole = predicted(found, prompt)
        known = fit_nulls(whole.loc[rest.index])
        parts.append(null_ratios(whole.loc[own.index], known))
    return pd.concat(parts).sort_index()


def error_table(runs, by=None, columns=("ratio",)):
    """How far predictions lie from measurements, as a factor either way: count, median, p90 and largest.

    Parameters
    ----------
    runs : a frame with `ratio`, as from `predicted`
    by : a column to sort by; one row for all runs if None
    columns : the ratios; with several, a row for each, named in `model`
    """
    groups = runs.groupby(runs[by] if by else np.full(len(runs), "all runs"))
    found = [
        {by or "group": name, "model": column} | fits.factor_errors(own[column].to_numpy(dtype=float))
        for name, own in groups
        for column in columns
    ]
    table = pd.DataFrame(found)
    order = {name: place for place, name in enumerate(BATCH_NAMES)}
    if by == "batch_group":
        table = table.sort_values(by, key=lambda names: names.map(order), kind="stable", ignore_index=True)
    return table if len(columns) > 1 else table.drop(columns="model")


@remembered
def error_interval(mixture):
    """The band of measured over predicted, (low, high), of a mixture of experts, or of a dense model, at `LEVEL`.

    A new model errs as a whole: its runs hang together. So each model counts once, by the mean square of the
    logarithms of its errors when it is left out, and the band is Student's with as many degrees of freedom as models.
    """
    runs = left_out()
    own = runs[runs["mixture"] == mixture]
    half = fits.group_error(np.log(own["ratio"].astype(float)), own["llm"], LEVEL)
    return math.exp(-half), math.exp(half)
