"""The statements on real programs under every reasonable choice of prices, messages, copies, places and programs.

A combination of choices is one specification. Three statements are asked of each: does kappa, the price of closeness in
operations, span two decades between programs, where the law has one kappa for all; does the tile law, with its best
exponent chosen afterwards, do worse than a constant that is told other programs only; and is the best number of places
the same at a tenth of G_d and at ten times as much? The last is a theorem where a place has no price; kernels that
compute more on more places are not asked. [extension]
"""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd

from datagravity import checks, fits
from datagravity.programs import fitting, predicting, prices
from datagravity.programs.bill import COPIES, curves, energies, largest_fitted, plain

#: What may be chosen, and the options of each choice. The prices of a place are an axis without evidence behind it.
CHOICES = {
    "price": tuple(prices.LAWS),
    "header_bytes": (0.0, 8.0, 32.0),
    "copies": COPIES,
    "partition": ("natural", "contiguous", "hashed"),
    "side": prices.SIDES,
    "descriptor_bytes": (64.0, 4096.0),
    "place_pj": (0.0, 70.0, 7000.0),
    "integer": ("own", "as floating"),
    "seed": (0, 1, 2, 3, 4),
}
#: G_d is scaled by these to see whether the best number of places moves.
SCALES = (0.1, 1.0, 10.0)
#: Decades that the first statement asks for.
DECADES = 2.0
#: The statements, by the column that says whether a specification agrees.
STATEMENTS = ("spans", "constant_wins", "free_of_gd")
NOBODY = "none"
#: A saving from here on counts as a gain.
GAIN = 1.05
#: One change at a time of the main bill, for `sensitivity`: name -> arguments of `energies`, and partition and owner.
VARIANTS = {
    "the bill": {},
    "no copies": {"copies": "no copies"},
    "unlimited copies": {"copies": "unlimited"},
    "header 0 bytes": {"header_bytes": 0},
    "header 32 bytes": {"header_bytes": 32},
    "contiguous": {"partition": "contiguous"},
    "hashed": {"partition": "hashed"},
    "graph": {"partition": "graph"},
    "owner by largest share": {"owner": "largest share"},
    "descriptor 4 KB": {"descriptor_bytes": 4096},
    "with invalidations": {"invalidations": True},
    "side of a die": {"side": "die"},
    "place 70 pJ": {"place_pj": 70},
    "place 7000 pJ": {"place_pj": 7000},
    "processor at the edge": {"built_at": "edge"},
    "integer as floating": {"integer": "as floating"},
}


def specifications(counts, choices=None, *, owner="output"):
    """The three statements under every combination of choices, with all kernels, and without each and each family.

    The largest fitted size of every kernel counts. A kernel that was counted with one seed has it under every choice
    of seed, and seeds of which no kernel of a partition has rows are left out, as are partitions without rows.

    Parameters
    ----------
    counts : as for `bill.energies`
    choices : dict of options for some of `CHOICES`; the others keep theirs. A price may be a `prices.Law`; integers "as
        floating" are as dear as floating operations.
    owner : owner rule

    Returns
    -------
    pandas.DataFrame, a row a combination and what is left out: the choices; left_out ("none", a kernel, or "family "
    and its name); kernels (how many remain); decades and decades_over_gd (log10 of the largest over the least kappa,
    and kappa/G_d); slope (of ln(kappa/G_d) on ln G_d: -1 if kappa is one for all); best_beta, best_beta_rms,
    constant_rms and no_saving_rms (root mean square factors of the three forecasts); free_share (of kernels, whose best
    number of places is the same at all of `SCALES`); and a truth for each of `STATEMENTS`: spans, constant_wins,
    free_of_gd (all kernels).

    Raises
    ------
    ValueError
        If a choice is unknown, or a combination leaves fewer than four kernels.
    """
    choices = CHOICES | dict(choices or {})
    for name in choices:
        checks.choice("choices", name, CHOICES)
    rows = largest_fitted(counts)
    asked = (rows["owner"] == owner) & rows["partition"].isin(choices["partition"])
    rows = plain(rows[(rows["places"] == 1) | asked])
    groups = _groups(rows, choices)
    used = np.unique(np.concatenate([at[np.isfinite(at)] for _, at, _ in groups.values()])).astype(int)
    renumbered = np.full(len(rows), np.nan)
    renumbered[used] = np.arange(len(used))
    rows = rows.iloc[used].reset_index(drop=True)
    groups = {name: (kernels, _taken(renumbered, at), places) for name, (kernels, at, places) in groups.items()}
    told, found = _Told(), []
    inner = [name for name in CHOICES if name not in ("partition", "seed", "place_pj")]
    for options in itertools.product(*(choices[name] for name in inner)):
        arguments = dict(zip(inner, options, strict=True))
        law, integer = arguments.pop("price"), arguments.pop("integer")
        bills = energies(rows, _with_integers(law, integer), place_pj=1.0, **arguments)
        arguments |= {"price": law if isinstance(law, str) else law.name, "integer": integer}
        for (partition, seed), places in groups.items():
            wide = _Wide(bills, *places)
            for place_pj in choices["place_pj"]:
                named = arguments | {"partition": partition, "seed": seed, "place_pj": place_pj}
                found.append((named, _asked(wide, place_pj, told)))
    names, rows = zip(*found, strict=True)
    counts = [len(own["left_out"]) for own in rows]
    table = {name: np.repeat([row[name] for row in names], counts) for name in CHOICES}
    return pd.DataFrame(table | {name: np.concatenate([row[name] for row in rows]) for name in rows[0]})


def agreement(table):
    """The share of specifications in which each statement holds, over all and by each option of each choice.

    Parameters
    ----------
    table : of `specifications`

    Returns
    -------
    pandas.DataFrame: statement, choice ("all", "left_out" or a choice), option, specifications, share. Rows of a
    choice and the row "all" are over specifications with all kernels; those of left_out are over every combination of
    choices without that kernel.
    """
    whole, found = table[table["left_out"] == NOBODY], []
    for statement in STATEMENTS:
        found.append([statement, "all", "all", len(whole), float(whole[statement].mean())])
        for name, rows in [*((name, whole) for name in CHOICES), ("left_out", table)]:
            for option, own in rows.groupby(name, sort=False)[statement]:
                found.append([statement, name, str(option), len(own), float(own.mean())])
    return pd.DataFrame(found, columns=["statement", "choice", "option", "specifications", "share"])


def sensitivity(counts, price="wire", variants=None):
    """What changes of the bill, one at a time, do to the savings of the largest fitted sizes.

    Parameters
    ----------
    counts, price : as for `bill.energies`
    variants : name -> arguments of `bill.energies`, partition and owner; `VARIANTS` if None. A variant of whose
        partition and owner rule the counts hold nothing is left out.

    Returns
    -------
    pandas.DataFrame, a row a variant: variant, kernels, geometric_mean (of savings; a kernel's seeds averaged by their
    logarithms), low, high (80 %, Student's t over families, each counting once), gainers (kernels with a saving above
    1.05), at_the_end (kernels whose best is the last counted number of places), kappa_over_gd_least and
    kappa_over_gd_largest. Variants may hold other kernels than the bill: compare where `kernels` agree.
    """
    found = []
    rows = plain(largest_fitted(counts))
    for name, changes in (VARIANTS if variants is None else variants).items():
        changes = dict(changes)
        law = _with_integers(price, changes.pop("integer", "own"))
        partition, owner = changes.pop("partition", "natural"), changes.pop("owner", "output")
        own = rows[(rows["places"] == 1) | ((rows["partition"] == partition) & (rows["owner"] == owner))]
        if (own["places"] > 1).any():
            found.append({"variant": name} | _summary(energies(own, law, **changes)))
    return pd.DataFrame(found)


def savings_over_draws(counts, price="rebuilt", draws=200, *, seed=0, partition="natural", owner="output", **options):
    """The savings of the largest fitted sizes under laws that the evidence allows, each drawn as a whole.

    Parameters
    ----------
    counts : as for `bill.energies`
    price : a name of `prices.LAWS` or a `prices.Law`
    draws, seed : how many laws, and the seed of their draws
    partition, owner : whose curves
    options : further arguments of `bill.energies`

    Returns
    -------
    pandas.DataFrame, a row a law: fixed, slope and exponent of the law; geometric_mean (over kernels, seeds averaged
    by their logarithms), gainers (kernels with a saving above 1.05), kappa_decades (log10 of largest over least
    kappa/G_d).
    """
    law = prices.law(price) if isinstance(price, str) else price
    rows = plain(largest_fitted(counts))
    rows = rows[(rows["places"] == 1) | ((rows["partition"] == partition) & (rows["owner"] == owner))]
    found = []
    for drawn in law.draws(draws, seed):
        own = _summary(energies(rows, drawn, **options))
        decades = np.log10(own["kappa_over_gd_largest"] / own["kappa_over_gd_least"])
        row = {"fixed": drawn.fixed, "slope": drawn.slope, "exponent": drawn.exponent}
        found.append(row | {name: own[name] for name in ("geometric_mean", "gainers")} | {"kappa_decades": decades})
    return pd.DataFrame(found)


def _with_integers(price, integer):
    """The law of a price, with integer operations at their own price or that of floating ones."""
    checks.choice("integer", integer, CHOICES["integer"])
    law = prices.law(price) if isinstance(price, str) else price
    return law if integer == "own" else replace(law, integer=law.floating, errors={})


def _summary(bills):
    """What `sensitivity` tells of one bill."""
    fitted = fitting.fit(bills)
    fitted["ln"] = np.log(fitted["saving"])
    kernels = fitted.groupby(["kernel", "family"], as_index=False).agg(ln=("ln", "mean"), end=("at_the_end", "any"))
    families = kernels.groupby("family")["ln"].mean().to_numpy()
    ends = fits.mean_interval(families) if len(families) > 1 else None
    return {
        "kernels": len(kernels),
        "geometric_mean": float(np.exp(kernels["ln"].mean())),
        "low": float(np.exp(ends.low)) if ends else np.nan,
        "high": float(np.exp(ends.high)) if ends else np.nan,
        "gainers": int((kernels["ln"] > np.log(GAIN)).sum()),
        "at_the_end": int(kernels["end"].sum()),
        "kappa_over_gd_least": float(fitted["kappa_over_gd"].min()),
        "kappa_over_gd_largest": float(fitted["kappa_over_gd"].max()),
    }


def _groups(rows, choices):
    """(partition, seed) -> names of kernels, positions of their rows in `rows` (kernels, places), and the places."""
    numbered = rows.assign(position=np.arange(len(rows)))
    found = {}
    for partition in choices["partition"]:
        own = numbered[(numbered["places"] == 1) | (numbered["partition"] == partition)]
        split = own[own["places"] > 1]
        if split.empty:
            continue
        seeds = split.groupby("kernel")["seed"].agg(["min", "nunique"])
        for seed in choices["seed"]:
            if seed not in set(split["seed"]):
                continue
            one = seeds.index[(seeds["nunique"] == 1)]
            chosen = own[(own["seed"] == seed) | own["kernel"].isin(one)]
            wide = curves(chosen).pivot(index="kernel", columns="places", values="position")
            found[partition, seed] = wide
    if not found:
        raise ValueError("choices: no row of any partition and seed, expected one or more")
    for name, wide in found.items():
        if len(wide) < 4:
            raise ValueError(f"partition, seed: {name} with {len(wide)} kernels, expected four or more")
    return {
        name: (wide.index.to_list(), wide.to_numpy(float), wide.columns.to_numpy(float)) for name, wide in found.items()
    }


def _taken(values, at):
    """values[at], and NaN where `at` is NaN."""
    there = np.isfinite(at)
    return np.where(there, values[np.where(there, at, 0).astype(int)], np.nan)


class _Wide:
    """Bills of one partition and seed as arrays (kernels, places)."""

    def __init__(self, bills, kernels, positions, places):
        self.kernels, self.r = np.array(kernels, dtype=object), places**-0.5
        self.families = bills["family"].to_numpy()[positions[:, 0].astype(int)]

        def wide(name):
            return _taken(bills[name].to_numpy(), positions)

        self.compute, self.local, self.place = wide("compute"), wide("local"), wide("place_price")
        self.transport = self.local + wide("closeness")
        #: Without it, the best number of places follows from what is computed too, and the theorem does not apply.
        self.same_work = np.nanmax(self.compute, axis=1) == np.nanmin(self.compute, axis=1)
        self.gd = self.local[:, 0] / self.compute[:, 0]
        falling = wide("closeness")[:, 1:] / self.local[:, :1]
        self.kappa_over_gd = fitting.pure_power(self.r[1:], falling)["coefficient"]

    def totals(self, place_pj, scale=1.0):
        """The bill where a place costs so much, with all transport scaled."""
        return self.compute + scale * self.transport + place_pj * self.place


class _Told:
    """Logarithms of the tile law's saving at every exponent, kept for every set of G_d."""

    def __init__(self):
        self.known = {}

    def __call__(self, gd):
        key = gd.tobytes()
        if key not in self.known:
            self.known[key] = np.log(predicting.tile_saving(gd, predicting.BETAS[:, None]))
        return self.known[key]


def _asked(wide, place_pj, told):
    """The statements of one specification, with all kernels and without each."""
    totals = wide.totals(place_pj)
    logs = np.log(totals[:, 0] / np.nanmin(totals, axis=1))
    best = [np.nanargmin(wide.totals(place_pj, scale), axis=1) for scale in SCALES]
    free = np.all([places == best[0] for places in best], axis=0) | ~wide.same_work
    families = np.unique(wide.families.astype(str))
    kept = np.vstack(
        [
            np.ones(len(logs), bool),
            ~np.eye(len(logs), dtype=bool),
            *(wide.families != family for family in families),
        ]
    )
    counts = kept.sum(axis=1)
    squares = (told(wide.gd) - logs) ** 2 @ kept.T  # (betas, kernels left out)
    over_gd = np.where(kept, np.log10(wide.kappa_over_gd), np.nan)
    gds = np.where(kept, np.log10(wide.gd), np.nan)
    kappas = over_gd + gds
    from_mean = gds - np.nanmean(gds, axis=1, keepdims=True)
    slope = np.nansum(from_mean * over_gd, axis=1) / np.nansum(from_mean**2, axis=1)
    means = kept @ logs / counts
    variance = kept @ logs**2 / counts - means**2
    # The mean of the others is off a kernel's own value by n/(n - 1) times what the mean of all is.
    constant = np.sqrt(np.maximum(variance, 0)) * counts / (counts - 1)
    beta = np.sqrt(squares.min(axis=0) / counts)
    free_share = kept @ free.astype(float) / counts
    decades = np.nanmax(kappas, axis=1) - np.nanmin(kappas, axis=1)
    best_beta_rms, constant_rms = np.exp(beta), np.exp(constant)
    return {
        "left_out": np.array([NOBODY, *wide.kernels, *(f"family {name}" for name in families)], dtype=object),
        "kernels": counts,
        "decades": decades,
        "decades_over_gd": np.nanmax(over_gd, axis=1) - np.nanmin(over_gd, axis=1),
        "slope": slope,
        "best_beta": predicting.BETAS[squares.argmin(axis=0)],
        "best_beta_rms": best_beta_rms,
        "constant_rms": constant_rms,
        "no_saving_rms": np.exp(np.sqrt(kept @ logs**2 / counts)),
        "free_share": free_share,
        "spans": decades >= DECADES,
        "constant_wins": best_beta_rms > constant_rms,
        "free_of_gd": free_share == 1,
    }
