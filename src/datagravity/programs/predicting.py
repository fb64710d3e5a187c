"""What each law would have said of sizes that it had not seen, and of families of programs that it had not seen.

A kernel counts once: its seeds are averaged, logarithms of factors and exponents as they are. Forecasts of a held-out
size rest on the fitted sizes of the same kernel; those of a family rest on the other families. [extension]
"""

import numpy as np
import pandas as pd

from datagravity import checks, fits, law
from datagravity.programs import fitting, prices
from datagravity.programs.bill import RUN, energies, plain
from datagravity.programs.shapes import same_wires_saving, transport_ratio

#: Every forecast of a held-out size, in the order of the tables, with what it knows.
FORECASTS = {
    "two terms": "b, p and q of the two larger fitted sizes, continued",
    "tile law": "G_d, and beta fixed at 2",
    "tile law, best beta": "G_d, and the one beta that fits all held-out savings best, chosen afterwards",
    "Rent-corrected": "G_d, beta = 2 moved by the Rent exponent",
    "reuse-corrected": "G_d and the measured p, closeness at kappa = 1 and q = 1",
    "persistence": "the saving of the largest fitted size",
    "trend": "ln S of the two larger fitted sizes, continued",
    "no saving": "nothing: S = 1",
    "constant of others": "the held-out savings of the other kernels: their geometric mean",
    "constant afterwards": "all held-out savings: their geometric mean",
}
#: The exponents among which the best one of the tile law is sought.
BETAS = np.linspace(1.01, 2.99, 199)
FAMILY_FORECASTS = ("others", "theta and p_R", "theory", "constant of others", "no saving")
_LEVEL = 0.8


def forecasts(counts, price="wire", *, partition="natural", owner="output", **options):
    """The saving of each held-out size, and what each forecast says of it.

    All parameters are continued from the two larger fitted sizes as straight lines in ln(footprint): ln b, ln G_d and
    ln S, and p and q as they are. The two terms are evaluated at the places that were counted at the held-out size.

    Parameters
    ----------
    counts : as for `bill.energies`, with fitted and held-out sizes
    price : a law of price, see there
    partition, owner : whose curves
    options : further arguments of `bill.energies` but for `place_pj`: a place has no price in any of these forecasts

    Returns
    -------
    pandas.DataFrame, a row a kernel: kernel, family, size, gd (continued), gd_counted, saving (counted: the geometric
    mean over seeds), saving_low and saving_high (the least and the greatest of a seed), at_the_end, and a column for
    each name of `FORECASTS`. The Rent-corrected law is blank where it says nothing: no Rent exponent
    above 1/2 (one above 1 counts as 1), or nothing shared.

    Raises
    ------
    ValueError
        If no kernel has a held-out size and two fitted ones.
    """
    found, places, _ = _kernels(counts, price, partition, owner, options)
    rows = []
    for _, own in found.groupby("kernel", sort=True):
        fitted, held = own[own["role"] == "fit"].sort_values("footprint_bytes"), own[own["role"] == "held out"]
        if len(fitted) >= 2 and len(held):
            held = held.iloc[-1]
            key = (held["kernel"], held["size"])
            rows.append(_own_forecasts(fitted.iloc[-2:], held, places[key]))
    if not rows:
        raise ValueError("counts: no kernel with two fitted sizes and one held out, expected one or more")
    table = pd.DataFrame(rows)
    logs = np.log(table["saving"].to_numpy())
    table["tile law, best beta"] = tile_saving(table["gd"], best_beta(table["gd"], table["saving"]))
    table["constant of others"] = np.exp(without_own(logs))
    table["constant afterwards"] = np.exp(logs.mean())
    told = ["kernel", "family", "size", "gd", "gd_counted", "saving", "saving_low", "saving_high", "at_the_end"]
    return table[[*told, *FORECASTS]]


def scores(table, names=tuple(FORECASTS), *, level=_LEVEL, draws=2000, seed=0):
    """How far forecasts lie from the counted savings, over kernels, each with an interval over families.

    Parameters
    ----------
    table : of `forecasts` or `unseen_families`, with a column saving and one for each of `names`
    level : coverage
    draws, seed : of the bootstrap of the root mean square factor, which draws whole families with replacement

    Returns
    -------
    pandas.DataFrame, a row a forecast: forecast, kernels (with a forecast), geometric_mean, rms_factor, rms_low,
    rms_high, rank_correlation, rank_low, rank_high (Fisher's interval, kernels as independent; blank for fewer than
    four).
    """
    generator = np.random.default_rng(seed)
    rows = []
    for name in names:
        given = table[table[name].notna()]
        logs = np.log(given[name].to_numpy(dtype=float) / given["saving"].to_numpy(dtype=float))
        low, high = _factor_ends(logs, given["family"].to_numpy(str), level, draws, generator)
        rank = float(fits.rank_correlations([given[name].to_numpy(dtype=float)], given["saving"].to_numpy(float))[0])
        ends = fits.rank_interval(rank, len(given), level) if len(given) > 3 else None
        rows.append(
            {
                "forecast": name,
                "kernels": len(given),
                "geometric_mean": float(np.exp(np.log(given[name].to_numpy(dtype=float)).mean())),
                "rms_factor": _factor(logs),
                "rms_low": low,
                "rms_high": high,
                "rank_correlation": rank,
                "rank_low": ends.low if ends else np.nan,
                "rank_high": ends.high if ends else np.nan,
            }
        )
    return pd.DataFrame(rows)


def tile_saving(gd, beta):
    """The saving of the tile law with kappa = 1 and the place as built as the farthest one: 1 where inward loses.

    Parameters
    ----------
    gd : number or array above 0
    beta : number or array between 1 and 3

    Examples
    --------
    >>> tile_saving([0.5, 100.0], 2.0).tolist()
    [1.0, 5.05]
    """
    gd = checks.numbers("gd", gd, checks.POSITIVE)
    gd, beta = np.broadcast_arrays(gd, checks.numbers("beta", beta, "(1, 3)"))
    inward = gd > (3 - beta) / (beta - 1)
    return np.where(inward, law.saving(np.where(inward, gd, 1.0), beta), 1.0)


def best_beta(gd, saving):
    """The one beta of `BETAS` at which the tile law comes nearest to all savings, chosen when they are known.

    Examples
    --------
    >>> gd = np.array([30.0, 100.0, 1000.0])
    >>> round(float(best_beta(gd, tile_saving(gd, 1.5))), 2)
    1.5
    """
    gd, saving = (checks.numbers(name, value, checks.POSITIVE) for name, value in {"gd": gd, "saving": saving}.items())
    if gd.ndim != 1 or gd.shape != saving.shape or not gd.size:
        raise ValueError(f"gd, saving: of shape {gd.shape} and {saving.shape}, expected two arrays of one length")
    told = np.log(tile_saving(gd, BETAS[:, None]))
    return BETAS[((told - np.log(saving)) ** 2).sum(axis=1).argmin()]


def without_own(values):
    """Of each value the mean of the others, shape (n,); n is at least two.

    Examples
    --------
    >>> without_own(np.array([1.0, 2.0, 6.0])).tolist()
    [4.0, 3.5, 1.5]
    """
    if len(values) < 2:
        raise ValueError(f"values: {len(values)}, expected two or more, of which the others have a mean")
    return (values.sum() - values) / (len(values) - 1)


def unseen_families(counts, misses, price="wire", *, partition="natural", owner="output", **options):
    """The saving and the price b of each kernel's largest fitted size, foretold without its family.

    "others" takes the means of ln b, p and q over the other families, each counting once. "theta and p_R" regresses
    ln b, p and q on the kernel's own theta and p_R over the kernels of other families. "theory" takes p = a - 2 theta
    and q = 2 - 2 p_R - a from the kernel's own miss curve and bytes, for self-similar needs, and ln b of the others; a
    is the exponent of the price. A kernel that shares nothing has no p_R, and is foretold as by "others". All know
    the kernel's own G_d.

    Parameters
    ----------
    counts, price, partition, owner, options : as for `forecasts`
    misses : as for `fitting.theta`; the footprint may be missing, since the counts know it

    Returns
    -------
    pandas.DataFrame, a row a kernel: kernel, family, size, gd, theta, p_r, b, saving; b_others, b_low and b_high (the
    80 % interval of one further family, by Student's t over the others), b_inside, b_regressed; and a column of
    savings for each name of `FAMILY_FORECASTS`.

    Raises
    ------
    ValueError
        If there are fewer than four families.
    """
    table, places, exponent = _kernels(counts, price, partition, owner, options)
    table = table[table["role"] == "fit"].sort_values("footprint_bytes").groupby("kernel").tail(1)
    if "footprint_bytes" not in misses:
        feet = counts[[*RUN, "footprint_bytes"]].drop_duplicates(list(RUN))
        misses = misses.merge(feet, on=list(RUN), validate="m:1")
    own = fitting.theta(misses).groupby(["kernel", "size"], as_index=False)["theta"].mean()
    table = table.merge(own, on=["kernel", "size"], how="left").sort_values("kernel", ignore_index=True)
    if table["theta"].isna().any():
        raise ValueError(f"misses: no curve of {table.loc[table['theta'].isna(), 'kernel'].iloc[0]}, expected one")
    if table["family"].nunique() < 4:
        raise ValueError(f"counts: {table['family'].nunique()} families, expected four or more")
    rows = []
    for _, held, rest in fits.leave_one_group_out(table, "family"):
        rows += [_without_family(row, rest, places[row["kernel"], row["size"]], exponent) for _, row in held.iterrows()]
    return pd.DataFrame(rows).sort_values("kernel", ignore_index=True)


def family_scores(table):
    """How well the price b of a family never seen is foretold: forecast, kernels, rms_factor of b, inside (a share).

    Parameters
    ----------
    table : of `unseen_families`
    """
    logs = {name: np.log(table[f"b_{name}"] / table["b"]).to_numpy() for name in ("others", "regressed")}
    inside = {"others": float(table["b_inside"].mean()), "regressed": np.nan}
    rows = [{"forecast": name, "kernels": len(value), "rms_factor": _factor(value)} for name, value in logs.items()]
    return pd.DataFrame(rows).assign(inside=list(inside.values()))


def _kernels(counts, price, partition, owner, options):
    """Fits and savings of the curves of a partition and an owner rule, a row a kernel and size: seeds averaged, factors
    by their logarithms; the counted places of each; and the exponent of the price.
    """
    if options.get("place_pj", 0):
        raise ValueError(f"place_pj: {options['place_pj']!r}, expected 0: no forecast here knows the price of a place")
    one = counts["places"] == 1
    own = plain(counts[one | ((counts["partition"] == partition) & (counts["owner"] == owner))])
    if (own["places"] == 1).all():
        raise ValueError(f"partition, owner: {partition!r}, {owner!r}, expected one of the counts")
    priced = energies(own, price, **options)
    exponent = (prices.law(price) if isinstance(price, str) else price).exponent
    grid = priced[priced["places"] > 1].groupby(["kernel", "size"])["places"].unique()
    rent = fitting.byte_fit(own)[[*RUN, "p_r"]]
    table = fitting.fit(priced).merge(rent, on=list(RUN), how="left", validate="1:1")
    logs = ["gd", "b", "saving", "footprint_bytes"]
    table["one_saving"] = table["saving"]
    table[logs] = np.log(table[logs])
    means = {name: (name, "mean") for name in [*logs, "p", "q", "p_r"]}
    ends = {"saving_low": ("one_saving", "min"), "saving_high": ("one_saving", "max")}
    found = table.groupby(["kernel", "family", "role", "size"], as_index=False).agg(
        **means, **ends, at_the_end=("at_the_end", "any")
    )
    found[logs] = np.exp(found[logs])
    return found, grid.to_dict(), exponent


def _own_forecasts(fitted, held, places):
    """The forecasts of one kernel from two of its fitted sizes."""
    x = np.log(fitted["footprint_bytes"].to_numpy())
    there = np.log(held["footprint_bytes"])

    def continued(name, logarithm):
        y = fitted[name].to_numpy(dtype=float)
        y = np.log(y) if logarithm else y
        value = y[1] + (y[1] - y[0]) / (x[1] - x[0]) * (there - x[1])
        return float(np.exp(value) if logarithm else value)

    gd, b = continued("gd", True), continued("b", True)
    p, q, rent = (continued(name, False) for name in ("p", "q", "p_r"))
    return {
        "kernel": held["kernel"],
        "family": held["family"],
        "size": int(held["size"]),
        "gd": gd,
        "gd_counted": float(held["gd"]),
        "saving": float(held["saving"]),
        "saving_low": float(held["saving_low"]),
        "saving_high": float(held["saving_high"]),
        "at_the_end": bool(held["at_the_end"]),
        "two terms": two_terms_saving(gd, p, b, q, places),
        "tile law": float(tile_saving(gd, 2.0)),
        "Rent-corrected": float(tile_saving(gd, 2 * min(rent, 1.0))) if rent > 0.5 else np.nan,
        "reuse-corrected": two_powers_saving(gd, p),
        "persistence": float(fitted["saving"].iloc[-1]),
        "trend": max(1.0, continued("saving", True)),
        "no saving": 1.0,
    }


def two_terms_saving(gd, p, b, q, places):
    """The saving of r^p + b (r^-q - 1)/q at the best of some numbers of places, one place among them.

    Examples
    --------
    >>> round(two_terms_saving(10.0, p=1.0, b=0.1, q=1.0, places=[4, 16, 64]), 3)
    1.692
    """
    r = np.array([1.0, *places]) ** -0.5
    return float(same_wires_saving(gd, transport_ratio(r, p, b, q).min()))


def two_powers_saving(gd, p, q=1.0):
    """The saving of G r^p + r^-q over r at most 1: closeness at kappa = 1.

    Examples
    --------
    >>> round(two_powers_saving(100.0, 1.0), 4), two_powers_saving(0.5, 1.0)
    (5.05, 1.0)
    """
    if p <= 0 or q >= gd * p:
        return 1.0
    best = (q / (gd * p)) ** (1 / (p + q))
    return float((gd + 1) / (gd * best**p + best**-q))


def _without_family(row, rest, places, exponent):
    """The forecasts of one kernel from the kernels of other families."""
    means = rest.assign(ln_b=np.log(rest["b"])).groupby("family")[["ln_b", "p", "q"]].mean()
    further = fits.prediction_interval(means["ln_b"].to_numpy(), _LEVEL)
    ends = np.exp([further.value, further.low, further.high])
    regressed = _regressed(row, rest) if pd.notna(row["p_r"]) else means.mean()
    ratio, gd = {"p": means["p"].mean(), "q": means["q"].mean()}, row["gd"]
    theory = {"p": max(exponent - 2 * row["theta"], 0.0), "q": 2 - 2 * row["p_r"] - exponent}
    theory = theory if pd.notna(row["p_r"]) else ratio
    savings_of_others = rest.assign(ln_s=np.log(rest["saving"])).groupby("family")["ln_s"].mean()
    return {
        "kernel": row["kernel"],
        "family": row["family"],
        "size": int(row["size"]),
        "gd": gd,
        "theta": row["theta"],
        "p_r": row["p_r"],
        "b": row["b"],
        "saving": row["saving"],
        "b_others": ends[0],
        "b_low": ends[1],
        "b_high": ends[2],
        "b_inside": bool(ends[1] <= row["b"] <= ends[2]),
        "b_regressed": float(np.exp(regressed["ln_b"])),
        "others": two_terms_saving(gd, ratio["p"], ends[0], ratio["q"], places),
        "theta and p_R": two_terms_saving(gd, regressed["p"], np.exp(regressed["ln_b"]), regressed["q"], places),
        "theory": two_terms_saving(gd, theory["p"], ends[0], theory["q"], places),
        "constant of others": float(np.exp(savings_of_others.mean())),
        "no saving": 1.0,
    }


def _regressed(row, rest):
    """ln b, p and q by least squares on theta and p_R over kernels that have both."""
    rest = rest[rest["p_r"].notna()]
    features = np.column_stack([np.ones(len(rest)), rest["theta"], rest["p_r"]])
    outcomes = np.column_stack([np.log(rest["b"]), rest["p"], rest["q"]])
    found = np.array([1.0, row["theta"], row["p_r"]]) @ np.linalg.lstsq(features, outcomes)[0]
    return dict(zip(("ln_b", "p", "q"), found.tolist(), strict=True))


def _factor(logs):
    """The root mean square of logarithms as a factor."""
    return float(np.exp(np.sqrt(np.mean(np.square(logs)))))


def _factor_ends(logs, families, level, draws, generator):
    """The central share of the root mean square factor over draws of whole families."""
    checks.number("level", level, checks.OPEN_SHARE)
    names, place = np.unique(families, return_inverse=True)
    squares, counts = np.bincount(place, logs**2), np.bincount(place)
    drawn = generator.integers(len(names), size=(draws, len(names)))
    means = squares[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    return tuple(float(end) for end in np.exp(np.sqrt(np.quantile(means, [(1 - level) / 2, (1 + level) / 2]))))
