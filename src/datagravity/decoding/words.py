"""What tables of forecasts and of fitted numbers say to readers, in place of the names of columns."""

#: A forecast, as `error_table` and `score` name it.
FORECASTS = {"ratio": "formulas", "time only": "time alone", "parameters": "parameters and batch"}
#: A price of a bit, as `charts.workload.bit_prices` names it.
BIT_PRICES = {"device": "the memory device", "system": "with its controller", "way": "whole way, both caches"}
#: A fitted number, as `calibrate` names it.
FITTED = {
    "memory_efficiency": "share of the memory's peak rate",
    "arithmetic_efficiency": "share of the peak of operations",
    "link_efficiency": "share of the peak of links",
    "layer_overhead": "moment for a layer (s)",
    "host_overhead": "moment for the host (s)",
    "awake_share": "share that stands above idle, sigma",
}
#: A column, and what a table calls it.
_HEADINGS = {
    "kind": "models",
    "mixture": "models",
    "llm": "model",
    "model": "forecast by",
    "runs": "runs",
    "median": "off by, median",
    "p90": "90 % within",
    "largest": "largest",
    "inside": "in the band",
    "stalls": "host stalls",
    "recalled": "configuration",
    "time_median": "time alone, median",
    "time_p90": "time alone, 90 % within",
}
_VALUES = {
    "model": FORECASTS,
    "mixture": {True: "mixture", False: "dense"},
    "stalls": {True: "suspected", False: "none suspected"},
    "recalled": {True: "recalled", False: "published"},
}


def in_words(frame):
    """A table of errors, as `error_table` or `score` makes it, with columns and values in words.

    Parameters
    ----------
    frame : pandas.DataFrame; columns that are unknown here keep their names

    Returns
    -------
    pandas.DataFrame

    Examples
    --------
    >>> import pandas as pd
    >>> in_words(pd.DataFrame({"mixture": [True], "model": ["ratio"], "p90": [1.5]})).iloc[0].to_dict()
    {'models': 'mixture', 'forecast by': 'formulas', '90 % within': 1.5}
    """
    values = {name: frame[name].replace(known) for name, known in _VALUES.items() if name in frame}
    return frame.astype(dict.fromkeys(values, object)).assign(**values).rename(columns=_HEADINGS)
