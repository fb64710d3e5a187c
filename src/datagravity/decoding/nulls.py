"""Models that know less than the formulas of a token: what a forecast has to beat."""

import numpy as np

from datagravity.evidence import load

#: The models that know less, and what each of them is told.
NULLS = {
    "time only": "a constant share of the design power, for the forecast time",
    "measured time": "a constant share of the design power, for the measured time, which no forecast has",
    "parameters": "a power of the bytes of the active weights times a curve of the batch, mixtures apart",
}


def fit_nulls(runs):
    """The numbers of the models that know less (see `NULLS`), fitted to runs with `forecast_seconds`; a dict."""
    power = _design_power(runs)
    measured = np.log(runs["measured"].astype(float))
    shares = {
        name: float(np.exp(np.median(measured - np.log(power * runs[time].astype(float)))))
        for name, time in {"time only": "forecast_seconds", "measured time": "seconds"}.items()
    }
    fitted = np.linalg.lstsq(_size_and_batch(runs), measured, rcond=None)[0]
    return shares | {"parameters": [float(value) for value in fitted]}


def null_ratios(runs, known):
    """The runs with a column for each of `NULLS`: measured over what it says, by the numbers of `fit_nulls`."""
    power, measured = _design_power(runs), runs["measured"].astype(float)
    said = {
        "time only": known["time only"] * power * runs["forecast_seconds"].astype(float),
        "measured time": known["measured time"] * power * runs["seconds"].astype(float),
        "parameters": np.exp(_size_and_batch(runs) @ known["parameters"]),
    }
    return runs.assign(**{name: measured / values for name, values in said.items()})


def _design_power(runs):
    return runs["accelerator"].map(load("accelerators").set_index("name")["tdp_w"]).astype(float)


def _size_and_batch(runs):
    """One, whether it is a mixture, the logarithm of the bytes of the active weights, that of the batch, its square."""
    active = runs["llm"].map(load("llm").set_index("name")["params_active_b_computed"])
    size = np.log((active * runs["weight_bits"] / 8).astype(float))
    batch = np.log(runs["batch"].astype(float))
    return np.column_stack([np.ones(len(runs)), runs["mixture"].astype(float), size, batch, batch**2])
