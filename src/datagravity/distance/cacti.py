"""CACTI as the field's model of an array: how its energy grows with the size of the bank, and what of it is wire.

Modelled, not measured. Distance is the half-perimeter of the bank, about the round trip of a bit. [extension]
"""

import numpy as np
import pandas as pd

from datagravity import fits
from datagravity.evidence import load, remembered

#: What is varied in no family: the runs of another objective or of other wires are variants of one node.
STANDARD = {
    "objective": "energy and delay squared",
    "wire_signaling": "global, 30 % slower",
    "wire_outside_mat": "semi-global",
}
FAMILY = ["memory", "transistors", "block_bytes", "node_nm"]


def cacti_runs():
    """The runs, with distance_mm (half-perimeter), pj_per_bit of a read, not_htree (the share of a read that is not
    the tree of wires; missing for DRAM, whose tree is on another account), and standard (whether nothing but the family
    and the capacity was varied).
    """
    frame = load("cacti_runs")
    standard = np.logical_and.reduce([frame[column] == value for column, value in STANDARD.items()])
    return frame.assign(
        distance_mm=(frame["height_mm"] + frame["width_mm"]).astype(float),
        pj_per_bit=(1000 * frame["read_nj"] / (8 * frame["block_bytes"])).astype(float),
        not_htree=(1 - frame["htree_nj"] / frame["read_nj"]).where(frame["memory"] == "SRAM").astype(float),
        standard=standard,
    )


@remembered
def cacti_exponents():
    """The bare exponent of pJ/bit against the half-perimeter, by family and node: FAMILY, count, exponent, error."""
    found = []
    frame = cacti_runs()
    for family, own in frame[frame["standard"]].groupby(FAMILY, sort=False):
        line = fits.line(np.log(own["distance_mm"]), np.log(own["pj_per_bit"]))
        found.append(dict(zip(FAMILY, family, strict=True)) | _numbers(line))
    return pd.DataFrame(found)


def _numbers(line):
    return {"count": line.count, "exponent": line.slope, "standard_error": line.slope_error}


def series_name(memory, transistors, block, node):
    """The name of a family and node among the splits."""
    return f"{memory}, {transistors}, {block} B, {node} nm"


def series_rows():
    """The runs that the splits rest on: standard ones with a tree of wires, with the columns `series` and `id`."""
    frame = cacti_runs()
    frame = frame[frame["standard"] & (frame["htree_nj"] > 0)]
    names = [series_name(*family) for family in frame[FAMILY].itertuples(index=False)]
    return frame.assign(series=names, id=frame["run"])


def cacti_series():
    """One split a family and node for `splits`: the line of the banks that have a tree of wires at all."""
    frame = series_rows()
    source = load("sources").set_index("key").loc[frame["source"].iloc[0]]
    for series, own in frame.groupby("series", sort=False):
        fitted = fits.fixed_and_linear(own["distance_mm"], own["pj_per_bit"])
        bounded = fitted.fixed <= 0
        bound, error = fits.fixed_part_bound(own["distance_mm"], own["pj_per_bit"]) if bounded else (fitted.fixed, 0.0)
        yield {
            "series": series,
            "origin": "CACTI",
            "source": own["source"].iloc[0],
            "kind": "intercept",
            "meter": "macro",
            "method": "model",
            "grey": bool(source["grey"]),
            "basis": "half-perimeter",
            "samples": 1,
            "points": len(own),
            "near_mm": own["distance_mm"].min(),
            "far_mm": own["distance_mm"].max(),
            "fixed": bound,
            "bounded": bounded,
            "step": 0.0,
            "per_mm": fitted.slope,
            "scatter": fitted.scatter,
            "variance_fixed": fitted.covariance[0, 0] + error**2,
            "variance_per_mm": fitted.covariance[1, 1],
            "covariance": fitted.covariance[0, 1],
        }
