"""The law on real programs: what was counted, what closeness costs, where a saving ends, and what forecasts it."""

import numpy as np
import pandas as pd

from datagravity import fits
from datagravity.charts.programs import PARTITIONS
from datagravity.charts.words import listed, printed
from datagravity.evidence import load
from datagravity.headlines import extension
from datagravity.intervals import text
from datagravity.programs import bill, counted, fitting, multiverse, predicting, prices
from datagravity.programs.counted import LAW, NATURAL, natural, one_run_each
from datagravity.programs.multiverse import GAIN

#: Below which local exponent a miss curve is flat.
FLAT = 0.05
#: The price of a place that the chapter tries, and the sides of the square at which it does, mm.
PLACE_PJ, SIDES = 7000, (0.3, 300)
#: A cheaper place, of the choices.
CHEAP_PJ = 70
#: The choices that kappa depends on.
OF_KAPPA = ["price", "header_bytes", "copies", "partition", "side", "integer"]
#: From which error a form does not hold.
NO_FORM = 1 / 3


def programs():
    """How many programs, families and accesses were counted."""
    rows = load("program_counts").query("places == 1")
    return {
        "kernels": extension(rows["kernel"].nunique()),
        "families": extension(rows["family"].nunique()),
        "accesses": extension(rows["accesses"].sum() / 1e6, "million"),
    }


def reuse():
    """Between which exponents the miss curve of a matrix product runs, and which programs have no flat step."""
    found = counted.reuse().groupby("kernel").first()
    smooth = found.index[found["theta_lowest"] > FLAT]
    return {
        "smooth": extension(listed(smooth) if len(smooth) else "none"),
        "theta_low": extension(max(0.0, found.loc["matmul naive", "theta_lowest"])),
        "theta_high": extension(found.loc["matmul naive", "theta_highest"]),
    }


def crossing():
    """Rent exponents of three programs, from bytes alone."""
    found = natural(counted.byte_fits()).set_index("kernel")["p_r"]
    names = {"rent_stencil": "stencil 2-D", "rent_fft": "FFT"}
    return {name: extension(max(0.0, round(found[kernel], 6))) for name, kernel in names.items()}


def spread():
    """The range of kappa over G_d, its width without any one program, and how well the two forms fit."""
    rows = natural(counted.fits()).sort_values("kappa_over_gd")
    logs, gd = np.log10(rows["kappa_over_gd"].to_numpy()), np.log10(rows["gd"].to_numpy())
    bad = rows.loc[rows["bent_error"] > NO_FORM, "kernel"].sort_values()
    broken = rows.loc[(rows["b"] < rows["p"]) != (rows["best_places"] > 1), "kernel"].sort_values()
    varied = counted.sensitivity()
    varied = varied[~varied["variant"].isin(PARTITIONS)]
    raw = bill.with_gd(counted.natural_bills())
    raw = (raw["transport"] * raw["closeness"] / (raw["local"] + raw["closeness"])).groupby(raw["places"])
    return {
        "gd_low": extension(rows["gd"].min()),
        "gd_high": extension(rows["gd"].max()),
        "gd_below": extension((rows["gd"] < 1).sum()),
        "kappa_low_span": extension(_ends(varied["kappa_over_gd_least"])),
        "kappa_high_span": extension(_ends(varied["kappa_over_gd_largest"])),
        "seed_factor": extension(_between_seeds()),
        "kappa_low": extension(rows["kappa_over_gd"].iloc[0]),
        "kappa_low_kernel": extension(rows["kernel"].iloc[0]),
        "kappa_high": extension(rows["kappa_over_gd"].iloc[-1]),
        "kappa_high_kernel": extension(rows["kernel"].iloc[-1]),
        "decades": extension(np.ptp(logs)),
        "decades_small": extension(_decades_of_the_smallest()),
        "decades_kappa": extension(np.ptp(logs + gd)),
        "kappa_slope": extension(text(fits.line(gd, logs).interval())),
        "raw_16": extension(np.ptp(np.log10(raw.get_group(16)))),
        "raw_64": extension(np.ptp(np.log10(raw.get_group(64)))),
        "rule_broken": extension(len(broken)),
        "rule_broken_names": extension(listed(broken)),
        "bent_error": extension(100 * rows["bent_error"].median(), "%"),
        "pure_error": extension(100 * rows["pure_error"].median(), "%"),
        "bent_bad": extension(listed(bad)),
    }


def _decades_of_the_smallest():
    """How far kappa/G_d spans at the smallest size of each program."""
    rows = load("program_counts").query("owner == 'output' and seed == 0 and partition in ('one place', 'natural')")
    rows = rows[rows["size"] == rows.groupby("kernel")["size"].transform("min")]
    return float(np.ptp(np.log10(fitting.fit(bill.energies(rows, LAW))["kappa_over_gd"])))


def ceilings():
    """How many programs gain, where their savings end, and whether saving and G_d go together."""
    rows = natural(counted.savings())
    ceiling = rows.loc[rows["best_places"] > 1, "ceiling"]
    floating = rows["kernel"].isin(load("program_counts").query("operation_class == 'floating'")["kernel"])
    counts = one_run_each(load("program_counts")).assign(operation_class="floating")
    dear = natural(bill.savings(bill.energies(counts, LAW)))
    return {
        "gainers": extension((rows["saving"] > GAIN).sum()),
        "saving_most": extension(rows["saving"].max()),
        "saving_most_kernel": extension(rows.loc[rows["saving"].idxmax(), "kernel"]),
        "stay": extension((rows["transport_places"] == 1).sum()),
        "at_end": extension(rows["at_the_end"].sum()),
        "ceiling_low": extension(ceiling.min()),
        "ceiling_high": extension(ceiling.max()),
        "rank_gd": _rank(rows),
        "rank_floating": _rank(rows[floating]),
        "rank_integer": _rank(rows[~floating]),
        "rank_dear": _rank(dear),
    }


def _rank(rows):
    """The rank correlation of saving and G_d, with its interval."""
    rank = float(fits.rank_correlations([rows["gd"].to_numpy()], rows["saving"].to_numpy())[0])
    return extension(text(fits.rank_interval(rank, len(rows))))


def place_price():
    """The best number of places of the stencil in a small and in a large square, if a place has a price."""
    rows = one_run_each(load("program_counts")).query("kernel == 'stencil 2-D'")
    few, many = (
        natural(bill.savings(bill.energies(rows, LAW, side=side, place_pj=PLACE_PJ))).iloc[0] for side in SIDES
    )
    return {
        "priced_pj": extension(PLACE_PJ, "pJ"),
        "priced_few": extension(few["best_places"]),
        "priced_many": extension(many["best_places"]),
        "priced_gd_low": extension(few["gd"]),
        "priced_gd_high": extension(many["gd"]),
    }


def forecasts():
    """By which factor forecasts of a held-out size are off, and one of the price in a family never seen."""
    table = counted.forecasts()
    fitted = bill.largest_fitted(load("program_counts")).groupby("kernel")["footprint_bytes"].max()
    held = load("program_counts").query("role == 'held out'").groupby("kernel")["footprint_bytes"].max() / fitted
    nothing = (table["saving"] == 1) & (table["persistence"] == 1)
    sizes = {"held_least": held.min(), "held_most": held.max(), "held_one": nothing.sum()}
    sizes["held_seed_factor"] = (table["saving_high"] / table["saving_low"]).max()
    scored = counted.scores().set_index("forecast")
    names = {
        "two_terms": "two terms",
        "trend": "trend",
        "persistence": "persistence",
        "tile": "tile law",
        "tile_best": "tile law, best beta",
        "constant": "constant of others",
        "nothing": "no saving",
    }
    found = {key: extension(scored.loc[name, "rms_factor"]) for key, name in names.items()}
    found |= {name: extension(value) for name, value in sizes.items()}
    spanned = {key: name for key, name in names.items() if key not in ("tile", "nothing")}
    return found | {f"{key}_span": extension(_span(scored.loc[name])) for key, name in spanned.items()}


def shares():
    """How far the share theorem is off on counted bills."""
    told = counted.by_shares()
    logs = np.log(told["foretold"] / told["counted"])
    return {
        "share_pairs": extension(len(told)),
        "share_error": extension(100 * logs.abs().median(), "%"),
        "share_factor": extension(np.exp(np.sqrt((logs**2).mean()))),
    }


def algorithms():
    """What a free choice of algorithm at both ends saves."""
    found = counted.best_algorithms().set_index("kernel")
    return {
        "look_up_saving": extension(found.loc["look-up", "saving"]),
        "product_places": extension(found.loc["product", "best_places"]),
    }


def families():
    """By which factor the price of the first step is off in a family of programs never seen, and its interval holds."""
    told = predicting.family_scores(counted.unseen_families()).set_index("forecast")
    return {
        "family_b": extension(told.loc["others", "rms_factor"]),
        "family_regressed": extension(told.loc["regressed", "rms_factor"]),
        "family_inside": extension(100 * told.loc["others", "inside"], "%"),
    }


def choices():
    """How often each statement holds over all combinations of choices, and the ends of the spread of kappa."""
    table = counted.specifications()
    whole = table[table["left_out"] == multiverse.NOBODY]
    family = table["left_out"].str.startswith("family ")
    one, without = table[(table["left_out"] != multiverse.NOBODY) & ~family], table[family]
    by_family = without.groupby("left_out")["spans"].mean()
    wins = whole[whole["integer"] == "own"].groupby("partition")["constant_wins"].mean()
    dear = whole[whole["integer"] == "as floating"]["constant_wins"].mean()
    free = whole.groupby("place_pj")[["free_of_gd", "free_share"]].mean()
    shares = {
        "spans": whole["spans"].mean(),
        "spans_without": one.groupby("left_out")["spans"].mean().min(),
        "spans_family": by_family.min(),
        "spans_family_natural": without[without["partition"] == NATURAL]["spans"].mean(),
        "constant_natural": wins[NATURAL],
        "constant_hashed": wins["hashed"],
        "constant_dear": dear,
        "free_unpriced": free.loc[0, "free_of_gd"],
        "kept_cheap": free.loc[CHEAP_PJ, "free_share"],
        "kept_dear": free.loc[PLACE_PJ, "free_share"],
    }
    return {name: extension(100 * share, "%") for name, share in shares.items()} | {
        "specifications": extension(len(whole)),
        "cheap_pj": extension(CHEAP_PJ, "pJ"),
        # What a place costs is no part of kappa.
        "distinct": extension(len(whole.drop_duplicates(OF_KAPPA))),
        "decades_dear": extension(whole.loc[_as_opened(whole) & (whole["integer"] == "as floating"), "decades"].max()),
        "decades_least": extension(whole["decades"].min()),
        "decades_most": extension(whole["decades"].max()),
        "spans_family_name": extension(by_family.idxmin().removeprefix("family ")),
    }


def _as_opened(table):
    """The specifications that are as the chapter opens, whatever operations and places cost."""
    opened = {"price": LAW, "header_bytes": 8.0, "copies": "copies", "partition": NATURAL, "side": "footprint"}
    return (table[list(opened)] == pd.Series(opened)).all(axis=1)


def bills():
    """What one change of the bill at a time does to the mean saving, and to how many programs gain."""
    rows = counted.sensitivity().set_index("variant")
    means = {"bill": "the bill", "bare": "no copies", "short": "header 0 bytes", "long": "header 32 bytes"}
    means |= {"die": "side of a die", "edge": "processor at the edge"}
    found = {f"mean_{key}": extension(rows.loc[name, "geometric_mean"]) for key, name in means.items()}
    gains = {"bill": "the bill", "short": "header 0 bytes", "long": "header 32 bytes", "hashed": "hashed"}
    gains |= {"edge": "processor at the edge"}
    found |= {f"gain_{key}": extension(rows.loc[name, "gainers"]) for key, name in gains.items()}
    # A graph's partition is there for two programs only.
    gainers = rows.loc[rows["kernels"] == rows["kernels"].max(), "gainers"]
    ends = {"least": gainers.min(), "most": gainers.max()}
    return found | {f"gain_{key}": extension(value) for key, value in ends.items()}


def other_laws():
    """How many programs gain, and the largest saving, at the laws of price that are not the opening one."""
    counts = one_run_each(load("program_counts"))
    found = [natural(bill.savings(bill.energies(counts, law))) for law in prices.LAWS if law != LAW]
    gainers = [(rows["saving"] > GAIN).sum() for rows in found]
    largest = [rows["saving"].max() for rows in found]
    return {
        "laws": extension(len(found)),
        "laws_gain_least": extension(min(gainers)),
        "laws_gain_most": extension(max(gainers)),
        "laws_saving_least": extension(min(largest)),
        "laws_saving_most": extension(max(largest)),
    }


def imbalance():
    """How much more than the mean the busiest place of a program does at the most places counted of it."""
    rows = natural(one_run_each(load("program_counts")))
    most = rows[rows["places"] == rows.groupby("kernel")["places"].transform("max")]
    return {"imbalance": extension(most["load_imbalance"].max())}


def _span(row):
    """The ends of a factor, as prose prints them."""
    return f"{row['rms_low']:.3g} to {row['rms_high']:.3g}"


def _ends(column):
    """The least and the greatest of a column, as prose prints them."""
    return f"{printed(column.min())} to {printed(column.max())}"


def _between_seeds():
    """The largest ratio of kappa between two seeds of one program."""
    rows = bill.largest_fitted(load("program_counts"))
    rows = rows[(rows["places"] == 1) | ((rows["partition"] == counted.NATURAL) & (rows["owner"] == "output"))]
    kappa = fitting.fit(bill.energies(rows, LAW)).groupby("kernel")["kappa_over_gd"]
    return float((kappa.max() / kappa.min()).max())


def measured():
    """G_d and savings of the programs that were measured."""
    ratios, savings = counted.measured_ratios(), counted.measured_savings()
    best = savings.loc[savings["saving"].idxmax()]
    return {
        "measured": extension(ratios["program"].nunique()),
        "measured_low": extension(ratios["gd"].min()),
        "measured_high": extension(ratios["gd"].max()),
        "measured_low_program": extension(ratios.loc[ratios["gd"].idxmin(), "program"]),
        "measured_high_program": extension(ratios.loc[ratios["gd"].idxmax(), "program"]),
        "measured_gain": extension((savings.groupby("kernel")["saving"].max() > GAIN).sum()),
        "measured_best": extension(best["saving"]),
        "measured_best_program": extension(best["kernel"]),
    }


def problem():
    """How large the context of a pointer chase may be, from the middle of the square and from the middle of an edge."""
    fetched, between = 16, 2 / 3
    return {
        "context_middle": extension(fetched * (1 / 2) / between, "B"),
        "context_edge": extension(fetched * (3 / 4) / between, "B"),
    }


PARTS = (
    programs,
    reuse,
    crossing,
    spread,
    ceilings,
    place_price,
    shares,
    algorithms,
    forecasts,
    families,
    choices,
    bills,
    other_laws,
    imbalance,
    measured,
    problem,
)
