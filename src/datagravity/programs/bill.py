"""The bill of a run on k places: what each part of it costs by a law of price, and where the bill is least.

Counts hold no price: bytes, events and power means of distances. `energies` prices them, row by row; `savings` finds
the best number of places of each run. Accesses of 8 bytes; r = k^(-1/2) is the side of a tile. [extension]
"""

import numpy as np
import pandas as pd

from datagravity import checks
from datagravity.programs import prices
from datagravity.programs.traces import WORD_BYTES

#: Columns that name one run; the row of one place has no partition.
RUN = ("kernel", "size", "seed")
#: Columns that name one curve over places: a run, its partition and its owner rule.
CURVE = (*RUN, "partition", "owner")
#: Columns of counts that bills keep.
KEPT = ("kernel", "family", "role", "size", "seed", "partition", "owner", "places", "footprint_bytes")
#: Where one processor stands in the square of its data, and by what its ways are longer at the edge: by Manhattan's
#: measure 1/4 + 1/4 from the middle, and 1/4 + 1/2 from the middle of an edge.
BUILT_AT = ("middle", "edge")
EDGE_STRETCH = 1.5
COPIES = ("copies", "no copies", "unlimited")
#: Parts of a bill. The first is free of places; the next two are local transport, and those after it what closeness
#: costs over the wires; the last is what a place costs besides transport.
LOCAL = ("reuse", "home")
CLOSENESS = ("sharing", "commands", "reductions", "migrations", "invalidations")
PARTS = ("compute", *LOCAL, *CLOSENESS, "place_price")
#: Bytes of an access, of the two barriers that go with a descriptor, and of a migrating key with its counter.
ACCESS_BYTES = WORD_BYTES
BARRIER_BYTES = 16
MIGRATION_BYTES = 16
#: Bytes of the descriptor that `command_bytes` of the counts holds beside the barriers.
COUNTED_DESCRIPTOR_BYTES = 64


def energies(
    counts,
    law,
    *,
    side="footprint",
    header_bytes=8,
    descriptor_bytes=64,
    place_pj=0.0,
    copies="copies",
    invalidations=False,
    built_at="middle",
):
    """The bill of every row of counts, in pJ per operation.

    Operations are those of the run at the fewest places that were counted: an algorithm that does more work on more
    places pays for it.

    Local transport is reuse, at the distance where an ideal hierarchy keeps what was used so recently, and everything
    else from the middle distance r/2 of the own tile. A remote access pays r/2 from its site to the middle of its
    owner's tile, which counts as local, and then the way between the places, with a header, as sharing. Descriptors,
    barriers and reductions go over links of length r. Where copies are unlimited, accesses that become local are
    priced at r/2: a lower bound.

    Parameters
    ----------
    counts : pandas.DataFrame, a row a run, partition, owner rule and number of places, as `placing.frame` returns or
        the table `program_counts` holds
    law : a `prices.Law`, or a name of `prices.LAWS`
    side : side of the square, see `prices.side_mm`
    header_bytes : what a message between places carries beside its 8 bytes, more than a local access
    descriptor_bytes : of the command to each further place in each phase; two barriers of 8 bytes come on top
    place_pj : energy of a place besides transport, in each phase (sequencer, leakage); each of the k places pays it
    copies : "copies" of up to the tile's size, "no copies" and no reuse at all, or "unlimited" ones
    built_at : where the processor of one place stands: in the "middle" of its data, or in the middle of their "edge",
        from where all ways are half as long again
    invalidations : whether messages to holders of copies are on the bill, each as long as a header; there are none
        without copies

    Returns
    -------
    pandas.DataFrame with the index of `counts`: the columns that name a row; r; compute, reuse, home, sharing,
    commands, reductions, migrations, invalidations and place_price, in pJ per operation; local (reuse and home),
    local_fixed (the part of it that no distance changes), closeness (the five parts after it), total.

    Raises
    ------
    ValueError
        If a column is missing, an argument is out of its range, or events have no mean distance.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"kernel": "sum", "family": "streams", "role": "fit", "size": 1, "seed": 0, "owner": "output"}
    >>> row |= {"operations": 100, "operation_class": "floating", "accesses": 100, "footprint_bytes": 800, "phases": 1}
    >>> row |= {"reuse_bytes": 0, "home_bytes": 800, "remote_bytes": 0, "command_bytes": 0, "reduction_bytes": 0}
    >>> row |= {"migrations": 0, "invalidations": 0, "partition": "one place", "places": 1}
    >>> far = row | {"partition": "natural", "places": 4, "command_bytes": 240, "reduction_bytes": 24}
    >>> found = energies(pd.DataFrame([row, far]), "wire", side=10.0)
    >>> found[["compute", "home", "commands", "reductions", "total"]].round(3).to_dict("list")["total"]
    [27.29, 22.938]
    """
    law = prices.law(law) if isinstance(law, str) else law
    header = checks.number("header_bytes", header_bytes, checks.AT_LEAST_ZERO)
    descriptor = checks.number("descriptor_bytes", descriptor_bytes, checks.AT_LEAST_ZERO)
    place = checks.number("place_pj", place_pj, checks.AT_LEAST_ZERO)
    checks.choice("copies", copies, COPIES)
    priced = _Priced(counts, law, side)
    reuse, home, remote, way = _accesses(priced, copies)
    operations, more_work = _operations(priced)
    checks.choice("built_at", built_at, BUILT_AT)
    stretch = np.where((built_at == "edge") & (priced.r == 1), EDGE_STRETCH, 1.0)
    tile = law.energy(priced.r * priced.side / 2 * stretch)
    link = law.energy(priced.r * priced.side)
    commands = priced.column("command_bytes") * (descriptor + BARRIER_BYTES)
    messages = checks.truth("invalidations", invalidations) and copies != "no copies"
    parts = {
        "reuse": priced.moved(reuse, "reuse_distance", stretch),
        "home": (home + remote) * tile,
        "sharing": priced.moved(remote, way) * (1 + header / ACCESS_BYTES),
        "commands": commands / (COUNTED_DESCRIPTOR_BYTES + BARRIER_BYTES) * link,
        "reductions": priced.column("reduction_bytes") * link,
        "migrations": priced.moved(MIGRATION_BYTES * priced.column("migrations"), "migration_distance"),
        "invalidations": priced.moved(header * priced.column("invalidations") * messages, "invalidation_distance"),
        "place_price": place * priced.column("places") * priced.column("phases"),
    }
    found = {"compute": law.compute(counts["operation_class"]) * more_work}
    found |= {name: value / operations for name, value in parts.items()}
    found["local"] = sum(found[name] for name in LOCAL)
    found["local_fixed"] = law.fixed * (reuse + home + remote) / operations
    found["closeness"] = sum(found[name] for name in CLOSENESS)
    found["total"] = sum(found[name] for name in PARTS)
    return pd.DataFrame(priced.names() | {"r": priced.r} | found, index=counts.index)


def with_gd(bills):
    """Bills with what one place of the same run pays: gd, transport (over that of one place) and saving.

    Parameters
    ----------
    bills : of `energies`; every run has a row of one place

    Returns
    -------
    pandas.DataFrame: the bills and three columns. gd: local transport over compute, of one place. transport: local
    transport and closeness, over local transport of one place (M of the text; 1 at one place). saving: the total of
    one place over the total.

    Raises
    ------
    ValueError
        If a run has no row of one place, or more than one.
    """
    place = _rows_of_one_place(bills)
    if (place < 0).any():
        raise ValueError(f"places: no row of one place for {_named(bills[place < 0])}, expected one")
    local, compute, total = (bills[name].to_numpy()[place] for name in ("local", "compute", "total"))
    transport = (bills["local"] + bills["closeness"]) / local
    return bills.assign(gd=local / compute, transport=transport, saving=total / bills["total"])


def curves(bills):
    """Each curve over places as rows of its own, that of one place among them; curve names are a partition's.

    Parameters
    ----------
    bills : of `energies` or `with_gd`; a run that was counted at one place only has no curve

    Returns
    -------
    pandas.DataFrame: sorted by `CURVE` and places, with the row of one place repeated for each partition and owner
    rule of its run.
    """
    places, curve = bills["places"].to_numpy(), numbered(bills, CURVE)
    split = np.flatnonzero(places > 1)
    one, first = _rows_of_one_place(bills), split[np.unique(curve[split], return_index=True)[1]]
    first = first[one[first] >= 0]
    rows, called = np.concatenate([one[first], split]), np.concatenate([first, split])
    order = np.lexsort((places[rows], curve[called]))
    rows, called = rows[order], called[order]
    twice = (np.diff(curve[called]) == 0) & (np.diff(places[rows]) == 0)
    if twice.any():
        row = bills[[*CURVE, "places"]].iloc[rows[1:][twice][0]].to_dict()
        raise ValueError(f"places: two rows for {row}, expected one")
    whole = bills.iloc[rows].reset_index(drop=True)
    return whole.assign(**{name: bills[name].array.take(called) for name in ("partition", "owner")})


def savings(bills):
    """The best number of places of each curve, on the grid that was counted, and what it saves.

    Parameters
    ----------
    bills : of `energies`

    Returns
    -------
    pandas.DataFrame, a row a curve: the columns that name it, footprint_bytes; gd; best_places; saving,
    E(1)/E(best); least_transport, m, the least transport over that of one place; transport_places, where that is;
    ceiling, 1/m, which no saving reaches while a place costs nothing; at_the_end, whether the best is the last number
    of places that was counted, so that the saving is a lower bound; last_places.

    Raises
    ------
    ValueError
        If a run has no row of one place.
    """
    return savings_of_curves(curves(with_gd(bills)))


def savings_of_curves(whole):
    """As `savings`, of bills that are `curves(with_gd(bills))` already."""
    _, first = np.unique(numbered(whole, CURVE), return_index=True)
    last = whole["places"].to_numpy()[np.append(first[1:], len(whole)) - 1]
    best, least = (whole.iloc[_least(whole, name)].reset_index(drop=True) for name in ("total", "transport"))
    found = best[[name for name in KEPT if name != "places"]].copy()
    found["gd"], found["best_places"], found["saving"] = best["gd"], best["places"].astype(int), best["saving"]
    found["least_transport"], found["transport_places"] = least["transport"], least["places"].astype(int)
    found["ceiling"] = 1 / found["least_transport"]
    found["at_the_end"] = found["best_places"] == last
    found["last_places"] = last.astype(int)
    return found


def best_algorithms(bills, problems):
    """Of the kernels that solve one problem the cheapest one, for each number of places.

    The saving of such a curve is that of moving closer with a free choice of algorithm at both ends. Bills are per
    operation: the kernels of a problem must count its operations alike.

    Parameters
    ----------
    bills : of `energies`
    problems : dict of the name of a problem -> names of its kernels, two or more

    Returns
    -------
    pandas.DataFrame: rows as in `bills`, with the problem as the kernel and the name of the cheapest kernel in the
    column algorithm; only sizes and seeds at which every kernel of the problem was counted at one place.

    Raises
    ------
    ValueError
        If a kernel has no bill, or no size is common to the kernels of a problem.

    Examples
    --------
    >>> names = {"family": "sums", "role": "fit", "size": 1, "seed": 0, "owner": "output", "places": 1}
    >>> names |= {"partition": "one place"}
    >>> rows = [names | {"kernel": "a", "total": 3.0}, names | {"kernel": "b", "total": 2.0}]
    >>> best_algorithms(pd.DataFrame(rows), {"sum": ["a", "b"]})[["kernel", "algorithm", "total"]].to_dict("records")
    [{'kernel': 'sum', 'algorithm': 'b', 'total': 2.0}]
    """
    found = []
    for problem, kernels in problems.items():
        for kernel in kernels:
            checks.choice("problems", kernel, list(dict.fromkeys(bills["kernel"])))
        own = bills[bills["kernel"].isin(kernels)]
        solved = own[own["places"] == 1].groupby(["size", "seed"])["kernel"].nunique()
        common = solved.index[solved == len(set(kernels))]
        own = own[pd.MultiIndex.from_frame(own[["size", "seed"]]).isin(common)]
        if own.empty:
            raise ValueError(f"problems: no size common to {', '.join(kernels)}, expected one or more")
        cheapest = own.groupby(["size", "seed", "partition", "owner", "places"])["total"].idxmin()
        best = bills.loc[cheapest]
        family, role = own["family"].iloc[0], own["role"].iloc[0]
        found.append(best.assign(algorithm=best["kernel"], kernel=problem, family=family, role=role))
    return pd.concat(found, ignore_index=True)


def largest_fitted(counts):
    """Rows of the largest fitted size of every kernel.

    Parameters
    ----------
    counts : pandas.DataFrame with kernel, role and size
    """
    fitted = counts[counts["role"] == "fit"]
    return fitted[fitted["size"] == fitted.groupby("kernel")["size"].transform("max")]


def plain(counts):
    """Rows of counts numbered from 0, with numbers as plain doubles, which are priced faster than nullable ones.

    Examples
    --------
    >>> plain(pd.DataFrame({"places": pd.array([1, None], "Int64")}))["places"].to_list()
    [1.0, nan]
    """
    rows = counts.reset_index(drop=True)
    numbers = {name: rows[name].to_numpy(float, na_value=np.nan) for name in rows.select_dtypes("number")}
    texts = {name: rows[name].astype(object) for name in rows.columns.difference(list(numbers))}
    return pd.DataFrame(texts | numbers)[list(rows.columns)]


def numbered(frame, names=RUN):
    """A whole number for every row, the same where these columns are the same, in the order of their sorted values.

    Examples
    --------
    >>> numbered(pd.DataFrame({"kernel": ["b", "a", "b"], "size": [1, 1, 2]}), ["kernel", "size"]).tolist()
    [2, 0, 3]
    """
    found = np.zeros(len(frame), dtype=np.int64)
    for name in names:
        own, values = pd.factorize(frame[name], sort=True)
        found = found * len(values) + own
    return found


def _rows_of_one_place(bills):
    """Of every row the position of its run's row of one place; -1 where there is none."""
    _, run = np.unique(numbered(bills), return_inverse=True)
    one = np.flatnonzero(bills["places"].to_numpy() == 1)
    known, first = np.unique(run[one], return_index=True)
    if len(known) < len(one):
        twice = one[np.setdiff1d(np.arange(len(one)), first)]
        raise ValueError(f"places: two rows of one place for {_named(bills.iloc[twice])}, expected one")
    at = np.full(run.max(initial=0) + 1, -1)
    at[run[one]] = one
    return at[run]


def _least(whole, name):
    """The position of the least value of each curve, the first of equals."""
    curve, values = numbered(whole, CURVE), whole[name].to_numpy(dtype=float)
    order = np.lexsort((values, curve))
    return order[np.unique(curve[order], return_index=True)[1]]


def _named(rows):
    """The run of the first of some rows, as a message calls it."""
    kernel, size, seed = rows[list(RUN)].iloc[0]
    return f"{kernel!r}, size {size}, seed {seed}"


class _Priced:
    """Columns of counts as arrays of doubles, the sides of their squares and tiles, and a law."""

    def __init__(self, counts, law, side):
        self.counts, self.law = counts, law
        self.side = prices.side_mm(self.column("footprint_bytes"), side)
        self.r = checks.numbers("places", self.column("places"), "[1, inf)") ** -0.5

    def names(self):
        """The columns that name a row (a dict), whole numbers as plain integers."""
        self.need(*KEPT)
        whole = ("size", "seed", "places", "footprint_bytes")
        columns = {name: self.counts[name] for name in KEPT}
        return {name: own.to_numpy("int64") if name in whole else own.array for name, own in columns.items()}

    def need(self, *names):
        """Refuse counts that lack a column."""
        missing = [name for name in names if name not in self.counts]
        if missing:
            raise ValueError(f"counts: no column {', '.join(missing)}, expected every column of the counts")

    def column(self, name):
        """A column that is never blank."""
        self.need(name)
        return checks.numbers(name, self.counts[name].to_numpy(dtype=float, na_value=np.nan), checks.AT_LEAST_ZERO)

    def moved(self, amount, distance, stretch=1.0):
        """Energy of bytes over distances of which the counts hold power means; 0 where there are no bytes.

        `stretch` makes all of a row's distances longer.
        """
        some = amount > 0
        if not some.any():
            return np.zeros(len(self.counts))
        names = [f"{distance}_{power}" for power in prices.MEAN_EXPONENTS]
        self.need(*names)
        means = self.counts[names].to_numpy(dtype=float, na_value=np.nan)
        for name, mean in zip(names, means.T, strict=True):
            checks.every(name, mean, ~some | (mean > 0), "a mean distance above 0, because there are events")
        means = np.where(some[:, None], means, 1.0)
        return np.where(some, amount * self.law.mean(means, self.side * stretch), 0.0)


def _operations(priced):
    """Operations of each row's run at its fewest places, and those of the row over them."""
    own = priced.column("operations")
    checks.every("operations", own, own > 0, "numbers above 0")
    run = numbered(priced.counts)
    fewest = np.lexsort((priced.column("places"), run))
    _, first, run = np.unique(run[fewest], return_index=True, return_inverse=True)
    reference = np.empty_like(own)
    reference[fewest] = own[fewest[first]][run]
    return reference, own / reference


def _accesses(priced, copies):
    """Bytes reused, from home and remote, and the column of distances of the remote ones."""
    if copies == "no copies":
        local, remote = priced.column("local_bytes_no_copies"), priced.column("remote_bytes_no_copies")
        return np.zeros_like(local), local, remote, "remote_distance_no_copies"
    reuse, home, remote = (priced.column(name) for name in ("reuse_bytes", "home_bytes", "remote_bytes"))
    if copies == "copies":
        return reuse, home, remote, "remote_distance"
    unlimited = priced.column("remote_bytes_unlimited")
    return reuse, home + remote - unlimited, unlimited, "remote_distance_unlimited"
