"""What follows from the book's own counts at one price: bills, fits, savings and forecasts, remembered.

The price is that of a wire, `LAW`; the sizes are the largest fitted ones, unless it says otherwise. [extension]
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from datagravity.evidence import load
from datagravity.programs import bill, fitting, multiverse, predicting, prices, share_theorem
from datagravity.programs.measuring import levels
from datagravity.programs.placing import ONE_PLACE
from datagravity.reads import remembered

#: The law of price at which the book opens, and the partition that an algorithm suggests.
LAW, NATURAL = "wire", "natural"
#: What the chapter varies: fewer options than `multiverse.CHOICES`, so that it runs in seconds.
CHOICES = {
    "price": ("wire", "mesh", "HBM", "rebuilt"),
    "copies": ("copies", "no copies"),
    "partition": ("natural", "hashed"),
    "descriptor_bytes": (64.0,),
    "place_pj": (0.0, 70.0, 7000.0),
    "integer": ("own", "as floating"),
    "seed": (0,),
}
#: Kernels that solve one problem and count its operations alike.
PROBLEMS = {
    "product": ("matmul naive", "matmul blocked", "matmul SUMMA", "matmul 2.5-D", "matmul 2.5-D dealt"),
    "histogram": ("histogram", "histogram atomic"),
    "look-up": ("B-tree", "B-tree replicated"),
}
#: Other seeds of the random programs, at each law of price; other seeds were counted in the natural partition alone.
SEEDS = CHOICES | {
    "header_bytes": (8.0,),
    "copies": ("copies",),
    "partition": (NATURAL,),
    "side": ("footprint",),
    "place_pj": (0.0,),
    "integer": ("own",),
    "seed": (0, 1, 2, 3, 4),
}
#: What a statement of `multiverse` is called in a table.
#: What a choice is called in a table.
CHOSEN = {
    "all": "all",
    "price": "law of price",
    "header_bytes": "header, bytes",
    "copies": "copies",
    "partition": "partition",
    "side": "side of the square",
    "place_pj": "a place, pJ",
    "integer": "integer operations",
    "seed": "seed, bill as it stands",
}
CALLED = {"spans": "kappa spans", "constant_wins": "constant wins", "free_of_gd": "place free of G_d"}


def one_run_each(counts):
    """The rows of each kernel's largest fitted size, of its first seed, with outputs owning their operations.

    Parameters
    ----------
    counts : rows as in the table `program_counts`

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"kernel": "sum", "role": ["fit", "fit", "held out"], "owner": "output", "size": [1, 2, 3]})
    >>> one_run_each(rows.assign(seed=0))["size"].to_list()
    [2]
    """
    rows = bill.largest_fitted(counts[counts["owner"] == "output"])
    return rows[rows["seed"] == rows.groupby("kernel")["seed"].transform("min")]


@remembered(stored=True)
def bills():
    """The bill of each kernel, partition and number of places: see `bill.energies`."""
    return bill.energies(one_run_each(load("program_counts")), LAW)


def natural_bills():
    """`bills` of the partition that an algorithm suggests, one place among them."""
    found = bills()
    return found[found["partition"].isin([ONE_PLACE, NATURAL])]


@remembered(stored=True)
def fits():
    """p, b, q, kappa/G_d and the errors of both forms, of each kernel and partition: see `fitting.fit`."""
    return fitting.fit(bills())


def kappa_over_gd_draws(count, generator):
    """Draws of kappa/G_d of a program: a family at random, a program of it at random, as its algorithm suggests.

    Parameters
    ----------
    count : how many draws
    generator : of numpy

    Returns
    -------
    array, shape (count,), of counted values

    Examples
    --------
    >>> drawn = kappa_over_gd_draws(1000, np.random.default_rng(0))
    >>> bool((drawn > 0).all()), len(set(drawn)) > 10
    (True, True)
    """
    rows = natural(fits())
    family = rows.groupby("family")["kernel"].transform("size").to_numpy()
    chances = 1 / family / rows["family"].nunique()
    return generator.choice(rows["kappa_over_gd"].to_numpy(), size=count, p=chances)


@remembered(stored=True)
def savings():
    """The best number of places, the saving and the ceiling of each kernel and partition: see `bill.savings`."""
    return bill.savings(bills())


@remembered(stored=True)
def byte_fits():
    """The bytes between places as a bent power, of each kernel and partition: see `fitting.byte_fit`."""
    return fitting.byte_fit(one_run_each(load("program_counts")))


@remembered(stored=True)
def forecasts():
    """What each rule says of the saving of every held-out size: see `predicting.forecasts`."""
    return predicting.forecasts(load("program_counts"), LAW)


@remembered(stored=True)
def scores():
    """How far each rule is off over the kernels: see `predicting.scores`."""
    return predicting.scores(forecasts())


@remembered(stored=True)
def scores_by_law():
    """By which factor each rule is off, under every law of price: law, mean (of the savings), and a column a rule."""
    found = []
    for name in prices.LAWS:
        told = forecasts() if name == LAW else predicting.forecasts(load("program_counts"), name)
        factors = predicting.scores(told).set_index("forecast")["rms_factor"]
        mean = float(np.exp(np.log(told["saving"].to_numpy(dtype=float)).mean()))
        found.append({"law": name, "mean": mean} | factors.to_dict())
    return pd.DataFrame(found)


@remembered(stored=True)
def by_shares():
    """What the best number of places saves, as counted and by the share theorem: see `share_theorem.compared`."""
    return share_theorem.compared(natural_bills())


@remembered(stored=True)
def best_algorithms():
    """The saving of each of `PROBLEMS` with the cheapest algorithm at every number of places.

    Returns
    -------
    pandas.DataFrame: the columns of `bill.savings` at the largest size that all algorithms of a problem have, and the
    algorithm at one place (built) and at the best number (best).
    """
    rows = load("program_counts").query("role == 'fit' and owner == 'output' and seed == 0")
    rows = rows[rows["partition"].isin([ONE_PLACE, NATURAL])]
    cheapest = bill.best_algorithms(bill.energies(rows, LAW), PROBLEMS)
    found = bill.savings(cheapest)
    found = found[found["size"] == found.groupby("kernel")["size"].transform("max")].reset_index(drop=True)
    named = cheapest.set_index(["kernel", "size", "places"])["algorithm"]
    built, best = (
        [named[run.kernel, run.size, places] for run, places in zip(found.itertuples(), at, strict=True)]
        for at in ([1] * len(found), found["best_places"])
    )
    return found.assign(built=built, best=best)


@remembered(stored=True)
def sensitivity():
    """The savings under one change of the bill at a time: see `multiverse.sensitivity`."""
    return multiverse.sensitivity(load("program_counts"), LAW)


@remembered(stored=True)
def specifications():
    """The three statements under every combination of `CHOICES`: see `multiverse.specifications`."""
    return multiverse.specifications(load("program_counts"), CHOICES)


@remembered(stored=True)
def agreement():
    """The share of specifications that agree with each statement: choice, option, specifications, and a column each.

    The rows of seeds are of specifications of their own, `SEEDS`.
    """
    found = multiverse.agreement(specifications()).query("choice not in ('left_out', 'seed')")
    seeds = multiverse.agreement(multiverse.specifications(load("program_counts"), SEEDS)).query("choice == 'seed'")
    found = pd.concat([found, seeds], ignore_index=True)
    wide = found.pivot_table("share", ["choice", "option", "specifications"], "statement", sort=False)
    wide = wide.rename(columns=CALLED)[list(CALLED.values())].reset_index()
    varied = wide.groupby("choice")["option"].transform("size") > 1
    shown = wide[varied | (wide["choice"] == "all")].reset_index(drop=True)
    return shown.assign(choice=shown["choice"].map(CHOSEN), option=shown["option"].str.removesuffix(".0"))


@remembered(stored=True)
def reuse():
    """The reuse exponent of each kernel, and its least and greatest value between capacities: see `fitting.theta`."""
    return fitting.theta(_misses())


@remembered(stored=True)
def unseen_families():
    """The price b and the saving of each kernel, foretold without its family: see `predicting.unseen_families`."""
    return predicting.unseen_families(load("program_counts"), _misses(), LAW)


@remembered(stored=True)
def measured_ratios():
    """G_d of the measured programs through two caches and a memory, by each table of energies.

    Returns
    -------
    pandas.DataFrame: program, command, version, operation_class, table, and gd with its ends low and high.
    """
    told = ["program", "command", "version", "operation_class"]
    found = []
    for row in load("program_measurements").to_dict("records"):
        run = SimpleNamespace(accesses=row["loads"] + row["stores"], counts=row)
        for name in levels.TABLES:
            ratio = levels.disjunction_constant(run, row["operations"], name, row["operation_class"])
            found.append({key: row[key] for key in told} | {"table": name, "gd": ratio.value, "low": ratio.low})
            found[-1]["high"] = ratio.high
    return pd.DataFrame(found)


@remembered(stored=True)
def measured_savings():
    """The best number of places and the saving of the measured programs and partitions: see `bill.savings`."""
    return bill.savings(bill.energies(load("program_measurement_counts"), LAW))


def _misses():
    """The miss curves of the largest size of each kernel, with the bytes that a run touches."""
    run, misses = list(bill.RUN), load("program_misses")
    misses = misses[misses["size"] == misses.groupby("kernel")["size"].transform("max")]
    touched = load("program_counts").query("places == 1")[[*run, "footprint_bytes"]].drop_duplicates(run)
    return misses.merge(touched, on=run, validate="many_to_one")


def natural(frame):
    """The rows of the partition that an algorithm suggests."""
    return frame[frame["partition"] == NATURAL].reset_index(drop=True)
