"""One chip, hop by hop: the same transfer near and far, on several cards, two meters, and with different data.

Cards are compared in pairs: each condition is a line on each card, and what two conditions differ by is taken card by
card. "Random less zeros" is the part that depends on the data: waiting costs the same whatever moves, and drops out.
[extension]
"""

import itertools

import numpy as np
import pandas as pd

from datagravity import checks, fits
from datagravity.distance.parts import lines
from datagravity.evidence import load, remembered

#: Where a share is compared, in mm; inside what was measured.
AT_MM = 12.0
#: The pattern of the part that depends on the data.
DIFFERENCE = "random less zeros"
CONDITION = ["link_load", "meter", "data_pattern"]


@remembered
def card_lines():
    """The lines of exact hops of every card: the columns of `lines`, differences among their patterns.

    Only conditions that were measured on more than one card are here.
    """
    measured = lines()
    measured = measured[(measured["basis"] == "exact hops") & measured["link_load"].notna()]
    table = pd.concat([measured, _differences()], ignore_index=True)
    cards = table.groupby(["experiment", *CONDITION])["sample"].transform("nunique")
    return table[cards > 1].reset_index(drop=True)


def _differences():
    """The lines of random less zeros, hop by hop on each card and meter."""
    rows = load("distance_rows")
    rows = rows[(rows["basis"] == "exact hops") & rows["link_load"].notna() & ~rows["pooled"]]
    keys = ["experiment", "sample", "link_load", "meter", "hops", "distance_mm"]
    both = [rows[rows["data_pattern"] == pattern].set_index(keys)["pj_per_bit"] for pattern in ("random", "zeros")]
    less = (both[0] - both[1]).dropna().astype(float).rename("pj_per_bit").reset_index()
    anchors = lines().pivot_table(index=["sample", "link_load", "meter"], columns="data_pattern", values="anchor")
    found = []
    for (experiment, sample, load_, meter), own in less.groupby(["experiment", "sample", "link_load", "meter"]):
        distance, energy = own["distance_mm"].to_numpy(float), own["pj_per_bit"].to_numpy(float)
        if len(own) < 3:
            continue
        fitted, power = fits.fixed_and_linear(distance, energy), fits.line(np.log(distance), np.log(energy))
        anchor = anchors.loc[(sample, load_, meter)]
        found.append(
            {
                "experiment": experiment,
                "sample": sample,
                "link_load": load_,
                "meter": meter,
                "data_pattern": DIFFERENCE,
                "points": len(own),
                "fixed": fitted.fixed,
                "per_mm": fitted.slope,
                "scatter": fitted.scatter,
                "exponent": power.slope,
                "exponent_error": power.slope_error,
                "anchor": anchor["random"] - anchor["zeros"],
                "length": fitted.fixed / fitted.slope,
            }
        )
    return pd.DataFrame(found)


@remembered
def conditions(level=0.8):
    """What each condition gives on the mean of the cards.

    Returns
    -------
    pandas.DataFrame: link_load, meter, data_pattern, cards, exponent with exponent_low and exponent_high (t over
    cards), exponent_least and exponent_most (of the cards), fixed (pJ/bit) and fj_per_mm (means), share_least and
    share_most (of the intercept at AT_MM), inside_least and inside_most (of the energy inside a tile over that at
    AT_MM; missing on a rail, where nothing is inside), step (what leaving the tile costs, pJ/bit) and step_mm (in mm
    of mesh).
    """
    found = []
    for condition, own in card_lines().groupby(CONDITION, sort=False):
        exponent = fits.mean_interval(own["exponent"], level)
        whole = own["fixed"] + own["per_mm"] * AT_MM
        share, inside = own["fixed"] / whole, (own["anchor"] / whole).where(own["meter"] == "board")
        step = (own["fixed"] - own["anchor"]).mean()
        found.append(
            dict(zip(CONDITION, condition, strict=True))
            | {
                "cards": len(own),
                "exponent": exponent.value,
                "exponent_low": exponent.low,
                "exponent_high": exponent.high,
                "exponent_least": own["exponent"].min(),
                "exponent_most": own["exponent"].max(),
                "fixed": own["fixed"].mean(),
                "fj_per_mm": 1000 * own["per_mm"].mean(),
                "share_least": share.min(),
                "share_most": share.max(),
                "inside_least": inside.min(),
                "inside_most": inside.max(),
                "step": step,
                "step_mm": ((own["fixed"] - own["anchor"]) / own["per_mm"]).mean(),
            }
        )
    if not found:
        raise checks.Missing("no message between tiles was measured hop by hop on a card")
    return pd.DataFrame(found)


def condition(link_load, meter, data_pattern):
    """One row of `conditions`, as a Series.

    Raises
    ------
    ValueError
        If the condition was not measured on several cards.

    Examples
    --------
    >>> bool(condition("free", "board", "random")["exponent"] < condition("free", "rail", "random")["exponent"])
    True
    """
    table = conditions().set_index(CONDITION)
    wanted = (link_load, meter, data_pattern)
    checks.there("condition", ", ".join(wanted), [", ".join(key) for key in table.index])
    return table.loc[wanted]


def paired_difference(one, other, column="exponent", level=0.8):
    """How much two conditions differ in a column of `card_lines`, card by card: `one` less `other`, with t interval.

    Parameters
    ----------
    one, other : conditions, each a tuple (link_load, meter, data_pattern)

    Raises
    ------
    ValueError
        If fewer than two cards have both.

    Examples
    --------
    >>> found = paired_difference(("free", "rail", "random"), ("free", "board", "random"))
    >>> found.low > 0
    True
    """
    values = card_lines().set_index(CONDITION).sort_index()
    for key in (one, other):
        checks.there("condition", tuple(key), values.index)
    both = [values.loc[[tuple(key)]].set_index("sample")[column] for key in (one, other)]
    return fits.mean_interval((both[0] - both[1]).dropna(), level)


@remembered
def rings():
    """The pooled rings of one kind of message, from near to far, those inside a tile among them.

    Returns
    -------
    pandas.DataFrame: id, within, distance_low_mm, distance_mm, distance_high_mm, pj_per_bit_low, pj_per_bit,
    pj_per_bit_high, source, locator, and the rest of the table's columns.
    """
    rows = load("distance_rows")
    rows = rows[rows["pooled"] & rows["distance_mm"].notna() & rows["experiment"].notna()]
    # Rings are the experiment that went inside the tile, down to two neighbouring cores.
    inside = rows.loc[rows["within"] == "pair", "experiment"]
    return rows[rows["experiment"].isin(inside)].sort_values("distance_mm").reset_index(drop=True)


def ring_line(*inside):
    """The bare exponent of the rings between tiles, and of those within the named parts of the tile beside them.

    Parameters
    ----------
    inside : of "pair", "neighbourhood", "shire"

    Returns
    -------
    fits.Line

    Examples
    --------
    >>> bool(ring_line().slope < ring_line("pair", "shire").slope)
    True
    """
    own = _rings_within(inside)
    return fits.line(np.log(own["distance_mm"].astype(float)), np.log(own["pj_per_bit"].astype(float)))


def ring_exponent_bounds(*inside):
    """The least and the greatest exponent of `ring_line`, over the ends that lengths inside the tile may have."""
    own = _rings_within(inside)
    within = own["within"] != "chip"
    ends = own.loc[within, ["distance_low_mm", "distance_high_mm"]].astype(float).to_numpy()
    energies, slopes = np.log(own["pj_per_bit"].astype(float)), []
    for lengths in itertools.product(*ends):
        distance = own["distance_mm"].astype(float).to_numpy().copy()
        distance[within.to_numpy()] = lengths
        slopes.append(fits.line(np.log(distance), energies).slope)
    return min(slopes), max(slopes)


def ring_share(within):
    """The energy of a ring inside a part of the tile over that of a ring of AT_MM over the mesh, by its line.

    Examples
    --------
    >>> bool(0 < ring_share("pair") < ring_share("shire") < 1)
    True
    """
    own, inside = _rings_within(()), rings().set_index("within").loc[within, "pj_per_bit"]
    fitted = fits.fixed_and_linear(own["distance_mm"], own["pj_per_bit"])
    return float(inside) / (fitted.fixed + fitted.slope * AT_MM)


def ring_step():
    """What leaving the tile costs a ring: the intercept of the rings between tiles less the ring in the tile, in
    pJ/bit, and the same in mm of mesh: (step, step_mm)."""
    own, inside = _rings_within(()), rings().set_index("within").loc["shire", "pj_per_bit"]
    fitted = fits.fixed_and_linear(own["distance_mm"], own["pj_per_bit"])
    step = fitted.fixed - float(inside)
    return step, step / fitted.slope


def _rings_within(inside):
    table = rings()
    for part in inside:
        checks.choice("inside", part, ("pair", "neighbourhood", "shire"))
    return table[table["within"].isin(["chip", *inside])]
