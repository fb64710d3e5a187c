"""Processors from 45 nm to 7 nm: what improved, and what G_d is on real silicon, from the rows of the energy table.

What a row is, an operation, an access of a memory level or neither, stands in its columns. A row that has no G_d is
listed by `not_paired` with the reason. Ends of intervals are carried, never averaged: low is the least transport over
the dearest operation, high the opposite.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from datagravity import checks, fits
from datagravity.evidence import is_blank, load, one_row, plain, remembered
from datagravity.evidence.rules.processors import OFF_CHIP, ON_CHIP, PART_OF_AN_ACCESS, operation_of
from datagravity.law import disjunction_constant, workload_disjunction_constant

#: Memory levels from near to far, as charts order them; those of OFF_CHIP lie on another chip than the operation.
MEMORY_LEVELS = ON_CHIP + OFF_CHIP

#: The convention behind the published values: the two 32-bit operands of one operation, each used once.
PUBLISHED_CONVENTION = {"operands": 2, "width_bits": 32, "operations_per_operand": 1}

#: The table that prints 45 nm and 7 nm side by side.
TWO_NODE_SOURCE = "jouppi2021"


class Improvement(NamedTuple):
    """How many times less energy: the geometric mean, the least and the most, over `count` pairs of rows."""

    value: float
    low: float
    high: float
    count: int


def geometric_mean(values):
    """The geometric mean of positive numbers: the mean that ratios have.

    Raises
    ------
    ValueError
        If there is no value, or one is not positive and finite.
    """
    values = checks.numbers("values", values, checks.POSITIVE)
    if not values.size:
        raise ValueError("values: none, expected at least one")
    return float(np.exp(np.log(values).mean()))


# --- What a row is ---------------------------------------------------------------------------------------------------


def accesses():
    """The rows of the energy table that state the energy of a whole access of a memory level, with `node` as text."""
    return _rows("sram", "dram")


def operations():
    """The rows of the energy table that state the energy of an arithmetic operation.

    Returns
    -------
    pandas.DataFrame: the columns of `load("energy")`; node, as text; compute_pj_low and compute_pj_high of the whole
    operation. A multiply-accumulate (MAC) is one operation of two FLOP: a row that counts FLOP gives half of it.
    """
    rows = _rows("compute")
    whole = rows["operation_class"].map(lambda name: operation_of(name).flop)
    share = whole.astype(float) / rows["flop_per_operation"].astype(float)
    return rows.assign(compute_pj_low=share * rows["energy_low_pj"], compute_pj_high=share * rows["energy_high_pj"])


def row_of(**columns):
    """The one access or operation whose columns hold these values, as in row_of(source="chip", memory_type="HBM2").

    Returns
    -------
    pandas.Series: the row, with the columns of `accesses()` and `operations()`.

    Raises
    ------
    ValueError
        If no row holds them, or more than one does.
    """
    return one_row("energy", pd.concat([accesses(), operations()]), **columns)


@remembered
def _rows(*kinds):
    rows = load("energy")
    chosen = [row["kind"] in kinds and why_not_paired(row) is None for row in rows.to_dict("records")]
    rows = rows[chosen]
    return rows.assign(node=[node_name(row) for row in rows.to_dict("records")])


def why_not_paired(row):
    """Why a row of `load("energy")` can be no half of a G_d, neither access nor operation; None if it can."""
    row = plain(row)
    if row["kind"] not in ("compute", "sram", "dram"):
        return "a wire, a link or a network, not a memory"
    if row["unit"] != "pJ":
        return "relative energy only"
    if row["width_bits"] is None and row["kind"] != "compute":
        return "width of the access not stated"
    return row["excluded_because"] or ("a part of an access" if row["memory_level"] == PART_OF_AN_ACCESS else None)


def node_name(row):
    """The process node as text; "not stated" where the source does not give it, even if the table carries one."""
    return "not stated" if is_blank(row["node_nm"]) or row["node_inferred"] else f"{row['node_nm']} nm"


def item_name(row):
    """What a row measures, as a reader calls it: "FP32 multiply", "SRAM, 1 MB", "DDR3/4 DRAM", "HBM2 DRAM"."""
    if row["kind"] == "compute":
        return row["operation_class"]
    if row["kind"] == "sram":
        size = row["capacity_kib"]
        if is_blank(size):
            return "SRAM, capacity not stated"
        return f"SRAM, {size / 1024:g} MB" if size >= 1024 else f"SRAM, {size:g} KB"
    return f"{row['memory_level'] if is_blank(row['memory_type']) else row['memory_type']} DRAM"


# --- What improved ---------------------------------------------------------------------------------------------------


@remembered
def improvements():
    """Energy at 45 nm over energy at 7 nm for everything that one table prints at both nodes.

    Returns
    -------
    pandas.DataFrame: item, part ("logic", "SRAM", "DRAM"), energy_45_nm_pj, energy_7_nm_pj, improvement, scope,
    row_45_nm, row_7_nm, source, locator. Logic is joined by operation, SRAM by capacity, DRAM by its kind.

    Raises
    ------
    ValueError
        If two rows of the table are the same item at one node: a pair could not say which of them it holds.
    """
    rows = _two_node_rows()
    rows["part"] = rows["kind"].map({"compute": "logic", "sram": "SRAM", "dram": "DRAM"})
    old, new = (rows[rows["node_nm"] == node] for node in (45, 7))
    pairs = new.merge(old, on=["part", *_ITEM], suffixes=("_7", "_45"), validate="one_to_one")
    return pd.DataFrame(
        {
            "item": [
                item_name(row) for row in pairs.rename(columns=lambda name: name.removesuffix("_7")).to_dict("records")
            ],
            "part": pairs["part"],
            "energy_45_nm_pj": pairs["energy_low_pj_45"],
            "energy_7_nm_pj": pairs["energy_low_pj_7"],
            "improvement": pairs["energy_low_pj_45"] / pairs["energy_low_pj_7"],
            "scope": pairs["scope_7"],
            "row_45_nm": pairs["id_45"],
            "row_7_nm": pairs["id_7"],
            "source": pairs["source_7"],
            "locator": pairs["locator_7"],
        }
    )


#: What makes two rows one item. pandas joins a blank with a blank: an operation has no memory, a DRAM no capacity.
_ITEM = ["operation_class", "memory_level", "memory_type", "capacity_kib"]


def _two_node_rows():
    """The accesses and operations of the table that prints both nodes, each item once a node."""
    rows = pd.concat([accesses(), operations()]).query("source == @TWO_NODE_SOURCE").sort_values("id")
    twice = rows[rows.duplicated([*_ITEM, "node_nm"], keep=False)]
    if not twice.empty:
        row = twice.iloc[0]
        same = twice.loc[
            [node_name(r) == node_name(row) and item_name(r) == item_name(row) for _, r in twice.iterrows()]
        ]
        raise ValueError(
            f"energy.csv: rows {', '.join(same['id'])} of {TWO_NODE_SOURCE} are all {item_name(row)} at "
            f"{node_name(row)}, expected one row an item; tell them apart in {', '.join(_ITEM)}, or give all but one "
            "a reason in excluded_because"
        )
    return rows.copy()


def improvement_of(*parts):
    """Geometric mean and range of `improvements()` over the named parts, "logic", "SRAM" and "DRAM".

    Raises
    ------
    ValueError
        If a part has no pair of rows.
    """
    table = improvements()
    for part in parts or [None]:
        checks.there("parts", part, sorted(set(table["part"])))
    factors = table.loc[table["part"].isin(parts), "improvement"].astype(float)
    return Improvement(geometric_mean(factors), float(factors.min()), float(factors.max()), len(factors))


def logic_improvement():
    """How many times less energy an arithmetic operation takes at 7 nm than at 45 nm, over the operations of both."""
    return improvement_of("logic")


def sram_improvement(capacity_kib):
    """The same for one read of an SRAM of this capacity.

    Raises
    ------
    ValueError
        If the table has no such SRAM at both nodes; it lists the capacities that it has.
    """
    rows = load("energy").set_index("id")
    table = improvements().query("part == 'SRAM'")
    capacities = rows.loc[table["row_7_nm"], "capacity_kib"].astype(float).to_list()
    checks.choice("capacity_kib", capacity_kib, capacities)
    factor = float(table["improvement"].iloc[capacities.index(capacity_kib)])
    return Improvement(factor, factor, factor, 1)


# --- G_d on real machines --------------------------------------------------------------------------------------------


def disjunction_constants(operation=None, *, include_recalled=False, include_grey=True):
    """G_d of every memory access of the energy table with every operation of the same source, node and voltage.

    Parameters
    ----------
    operation : a name such as "FP32 multiply", or None for all
    include_recalled : also pairs with a row whose number was not checked again
    include_grey : also pairs from sources that nobody reviewed

    Returns
    -------
    pandas.DataFrame, one row a pair: transport_row, compute_row, source, node, memory (one of MEMORY_LEVELS), access,
    operation, width_bits; transport_pj_per_bit_low/high, compute_pj_low/high; gd_low, gd, gd_high in the published
    convention (64 bits an operation) and gd_matched_low, gd_matched, gd_matched_high for one operand of the
    operation's own width, where `gd` is the geometric mean of the two ends; transport_scope, compute_scope, scope,
    method, status, grey, locator, notes. Sources of one group count once: the earliest at that node stays.

    Raises
    ------
    ValueError
        If no row of the energy table has this operation.
    """
    pairs = _pairs()
    if operation is not None:
        checks.there("operation", operation, sorted(set(pairs["operation"])))
        pairs = pairs[pairs["operation"] == operation]
    if not include_recalled:
        pairs = pairs[pairs["status"] != "recalled"]
    if not include_grey:
        pairs = pairs[~pairs["grey"]]
    return pairs.reset_index(drop=True)


@remembered(stored=True)
def _pairs():
    return paired(_of_one_origin(_at_one_voltage(_of_one_machine())).sort_values(["id", "id_compute"]))


def paired(both):
    """G_d of accesses beside operations, whatever made pairs of them.

    Parameters
    ----------
    both : rows of `accesses()` merged with rows of `operations()`, whose columns end in "_compute" where both have them

    Returns
    -------
    pandas.DataFrame: as `disjunction_constants()`; of a pair that two sources make, source and node name both
    """

    def either(column, word):
        return np.where((both[column] == word) | (both[f"{column}_compute"] == word), word, joined(column))

    def joined(column, between=" / "):
        own, other = both[column], both.get(f"{column}_compute", both[column])
        return own.where(own == other, own + between + other)

    of_one_source = both["source"] == both.get("source_compute", both["source"])
    pairs = pd.DataFrame(
        {
            "transport_row": both["id"],
            "compute_row": both["id_compute"],
            "source": joined("source"),
            "node": np.where(of_one_source, either("node", "not stated"), joined("node")),
            "memory": both["memory_level"],
            "access": both["operation"],
            "operation": both["operation_class_compute"],
            "width_bits": both["width_bits_compute"].astype(int),
            "transport_pj_per_bit_low": both["energy_pj_per_bit_low"].astype(float),
            "transport_pj_per_bit_high": both["energy_pj_per_bit_high"].astype(float),
            "compute_pj_low": both["compute_pj_low"].astype(float),
            "compute_pj_high": both["compute_pj_high"].astype(float),
        }
    )
    for name, convention in [
        ("gd", PUBLISHED_CONVENTION),
        ("gd_matched", {"operands": 1, "width_bits": pairs["width_bits"].to_numpy()}),
    ]:
        least = (pairs["transport_pj_per_bit_low"].to_numpy(), pairs["compute_pj_high"].to_numpy())
        most = (pairs["transport_pj_per_bit_high"].to_numpy(), pairs["compute_pj_low"].to_numpy())
        pairs[f"{name}_low"] = workload_disjunction_constant(*least, **convention)
        pairs[f"{name}_high"] = workload_disjunction_constant(*most, **convention)
        pairs[name] = np.sqrt(pairs[f"{name}_low"] * pairs[f"{name}_high"])
    return pairs.assign(
        transport_scope=both["scope"],
        compute_scope=both["scope_compute"],
        scope=both["scope"] + " / " + both["scope_compute"],
        method=joined("method"),
        status=either("status", "recalled"),
        grey=both["grey"].astype(bool) | both["grey_compute"].astype(bool),
        locator=joined("locator", "; "),
        notes=[
            "; ".join(dict.fromkeys(note for note in pair if not pd.isna(note)))
            for pair in zip(both["notes"], both["notes_compute"], strict=True)
        ],
    ).reset_index(drop=True)


def _of_one_machine():
    """Every access with every operation of the same source and node."""
    keys = ["source", "node_nm"]  # pandas joins a blank with a blank: one source that names no node is one machine
    return accesses().merge(operations(), on=keys, suffixes=("", "_compute"), how="inner")


def _at_one_voltage(both):
    volts, volts_compute = both["supply_v"], both["supply_v_compute"]
    return both[volts.isna() | volts_compute.isna() | (volts == volts_compute).fillna(False)]


def _of_one_origin(both):
    """Sources of one group count once: the earliest at a node stays."""
    both = both.sort_values(["year", "source"], kind="stable")
    return both[both["source"] == both.groupby(["source_group", "node_nm"], dropna=False)["source"].transform("first")]


def _whose_operation(pairs, wanted):
    """The pairs whose operation passes a test of what `operation_of` says of it."""
    return pairs[np.array([wanted(operation_of(name)) for name in pairs["operation"]], dtype=bool)]


def trends(*, level=0.8, include_grey=True, without=()):
    """How G_d changes from node to node, by memory level and scope: over machines with a floating-point multiply.

    One machine is one source group at one node: the geometric mean of its pairs, one operand of the operation's own
    width. A line of ln G_d against ln node gives the factor for each halving of the node's name, with a t interval.
    `without` names operations that are left out, such as "BF16 multiply", which one table prints at one node only.

    Returns
    -------
    pandas.DataFrame: memory, compute_scope (of the operation), machines, nodes (as text), factor, low, high; factor and
    interval are missing where fewer than three machines or fewer than two nodes leave nothing to judge by. [extension]
    """
    pairs = disjunction_constants(include_grey=include_grey)
    for name in without:
        checks.there("without", name, sorted(set(pairs["operation"])))
    pairs = pairs[~pairs["operation"].isin(list(without))]
    pairs = _whose_operation(pairs[pairs["node"] != "not stated"], lambda its: its.floating and its.does != "add")
    pairs = pairs.assign(
        node_nm=pairs["node"].str.removesuffix(" nm").astype(float),
        log_gd=np.log(pairs["gd_matched"]),
    )
    machines = pairs.groupby(["memory", "compute_scope", "source", "node_nm"], as_index=False)["log_gd"].mean()
    found = []
    for (memory, scope), group in machines.groupby(["memory", "compute_scope"]):
        names = ", ".join(f"{node:g}" for node in sorted(group["node_nm"].unique(), reverse=True))
        row = {"memory": memory, "compute_scope": scope, "machines": len(group), "nodes": names}
        if len(group) >= 3 and group["node_nm"].nunique() >= 2:
            # Halvings of the node since 45 nm, so that the slope is the logarithm of the factor.
            slope = fits.line(np.log2(45 / group["node_nm"]), group["log_gd"]).interval(level)
            ends = np.exp([slope.value, slope.low, slope.high])
            row |= dict(zip(["factor", "low", "high"], ends.tolist(), strict=True))
        found.append(row)
    frame = pd.DataFrame(found, columns=["memory", "compute_scope", "machines", "nodes", "factor", "low", "high"])
    frame["memory"] = pd.Categorical(frame["memory"], MEMORY_LEVELS, ordered=True)
    frame = frame.sort_values(["compute_scope", "memory"]).astype({"memory": "string"})
    return frame.astype(dict.fromkeys(["factor", "low", "high"], "Float64")).reset_index(drop=True)


def not_paired():
    """Every row that has no G_d above, with the reason: id, operation, source, reason."""
    of_one_machine = _of_one_machine()
    at_one_voltage = _at_one_voltage(of_one_machine)
    stages = [
        set(pairs["id"]) | set(pairs["id_compute"])
        for pairs in (of_one_machine, at_one_voltage, _of_one_origin(at_one_voltage))
    ]
    rows = load("energy")
    rows = rows.assign(reason=[_why_no_pair(row, *stages) for row in rows.to_dict("records")])
    return rows.dropna(subset="reason")[["id", "operation", "source", "reason"]].reset_index(drop=True)


def _why_no_pair(row, of_one_machine, at_one_voltage, of_one_origin):
    """Why a row is in no pair, from the ids that are left after each stage of pairing; None if it is in one."""
    reason = why_not_paired(row)
    if reason or row["id"] in of_one_origin:
        return reason
    if row["id"] not in of_one_machine:
        other = "access" if row["kind"] == "compute" else "operation"
        return f"no {other} of the same source and node"
    if row["id"] not in at_one_voltage:
        return "nothing at the same voltage of the same source and node"
    return "same origin as an earlier source: one origin counts once"


def span(constants, column="gd"):
    """Lowest and highest end over rows of `disjunction_constants()`: (low, high); `column` as in "gd_matched".

    Raises
    ------
    ValueError
        If there is no row.
    """
    if constants.empty:
        raise ValueError("constants: no rows, expected at least one: check the operation and what is included")
    return float(constants[f"{column}_low"].min()), float(constants[f"{column}_high"].max())


def machine_balances():
    """Operations per operand that bring G_d to one: every memory and operation of the 7 nm table, two operands each.

    Returns
    -------
    pandas.DataFrame: memory, operation, transport_pj_per_bit, compute_pj, width_bits, balance_operations_per_operand,
    transport_row, compute_row, scope, source, locator. Of a published range, the low end; the memory's name says so.
    """
    rows = _two_node_rows().query("node_nm == 7")
    is_operation = rows["kind"] == "compute"
    balances = []
    for _, access in rows[~is_operation].iterrows():
        ranged = access["energy_low_pj"] != access["energy_high_pj"]
        for _, row in rows[is_operation].iterrows():
            per_bit, energy, width = access["energy_pj_per_bit_low"], row["compute_pj_low"], int(row["width_bits"])
            balances.append(
                {
                    "memory": item_name(access) + (", low end" if ranged else ""),
                    "operation": row["operation_class"],
                    "transport_pj_per_bit": per_bit,
                    "compute_pj": energy,
                    "width_bits": width,
                    # G_d is inversely proportional to the reuse, so G_d without reuse is the reuse that makes it one.
                    "balance_operations_per_operand": workload_disjunction_constant(per_bit, energy, width_bits=width),
                    "transport_row": access["id"],
                    "compute_row": row["id"],
                    "scope": f"{access['scope']} / {row['scope']}",
                    "source": row["source"],
                    "locator": row["locator"],
                }
            )
    return pd.DataFrame(balances)


def published_ratios():
    """The published values of G_d beside what the energy rows give.

    Returns
    -------
    pandas.DataFrame: the columns of `load("published_ratios")`, label ("45 nm cache"), recomputed (whether rows
    exist), recomputed_low, recomputed_high, and difference_low, difference_high relative to the published ends.
    """
    ratios, energies = load("published_ratios"), load("energy").set_index("id")
    ratios["label"] = [
        row["level"] if pd.isna(row["node_nm"]) else f"{row['node_nm']} nm {row['level']}"
        for _, row in ratios.iterrows()
    ]
    ratios["recomputed"] = ratios["compute_row"].notna().astype(bool)
    for end in ("low", "high"):
        ratios[f"recomputed_{end}"] = pd.array(
            [
                disjunction_constant(
                    energies.loc[row[f"transport_{end}_row"], f"energy_{end}_pj"],
                    energies.loc[row["compute_row"], "energy_low_pj"],
                )
                if row["recomputed"]
                else pd.NA
                for _, row in ratios.iterrows()
            ],
            dtype="Float64",
        )
        ratios[f"difference_{end}"] = ratios[f"recomputed_{end}"] / ratios[f"gd_{end}"] - 1
    return ratios


def device_energies():
    """What verified rows print for the energy of a memory device: memory, low and high in pJ/bit, origins (groups)."""
    rows = accesses().query("scope == 'device' and status == 'verified'")
    return (
        rows.groupby(rows["memory_level"].rename("memory"))
        .agg(
            low=("energy_pj_per_bit_low", "min"),
            high=("energy_pj_per_bit_high", "max"),
            origins=("source_group", "nunique"),
        )
        .reset_index()
    )


def by_generation(kind, operations):
    """G_d of every verified access of one kind of memory, by its generation, over operations of the reader's choice.

    Memory and operation may be of different sources, so this is an estimate of G_d, not a row of
    `disjunction_constants()`. One operand of the operation's own width is moved for each operation. [extension]

    Parameters
    ----------
    kind : one of MEMORY_LEVELS, such as "HBM"; an access that does not say its generation is left out
    operations : rows of `operations()`; one measured in a whole system is set against accesses measured so, no others

    Returns
    -------
    pandas.DataFrame: memory (its generation), scope (of the access), one column of text for each operation (one number
    or "95 to 172"; blank where scopes do not fit), id (of the access in the table `energy`), source; by generation,
    then by scope.

    Examples
    --------
    >>> multiply = row_of(source="jouppi2021", node_nm=7, operation_class="FP32 multiply")
    >>> by_generation("HBM", [multiply]).set_index("id").loc["P032", "FP32 multiply"]
    '95 to 172'
    """
    rows = accesses().query("memory_level == @kind and status == 'verified'").dropna(subset="memory_type")
    pairs = paired(rows.merge(pd.DataFrame(operations), how="cross", suffixes=("", "_compute")))
    ends = pairs[["gd_matched_low", "gd_matched_high"]].to_numpy()
    pairs["ends"] = [" to ".join(dict.fromkeys(f"{end:,.0f}" for end in pair)) for pair in ends]
    fits = (pairs["compute_scope"] != "system") | (pairs["transport_scope"] == "system")
    columns = pairs[fits].pivot(index="transport_row", columns="operation", values="ends")
    found = rows[["memory_type", "scope", "id", "source"]].rename(columns={"memory_type": "memory"})
    names = [item_name(operation) for operation in operations]
    found = found.join(columns.reindex(columns=names), on="id")
    return found[["memory", "scope", *names, "id", "source"]].sort_values(["memory", "scope", "id"], ignore_index=True)


@remembered
def measured_off_chip():
    """The rows of `disjunction_constants()` that set an off-chip access of a whole system against a floating-point
    matrix unit, both measured.
    """
    pairs = disjunction_constants().query("method == 'measured' and scope == 'system / system'")
    pairs = pairs[pairs["memory"].isin(OFF_CHIP)]
    return _whose_operation(pairs, lambda its: its.floating and its.matrix).reset_index(drop=True)


def like_with_like():
    """Each pair of `measured_off_chip()` beside what the table of two nodes prints for the same generation of memory.

    Returns
    -------
    pandas.DataFrame: access, memory_type, operation, measured (G_d, one operand of the operation's own width),
    source, and for each floating-point multiply of the table at 7 nm with that memory: tabulated_operation, tabulated,
    tabulated_low, tabulated_high. A memory whose generation the table does not print has no row. [extension]
    """
    types = load("energy").set_index("id")["memory_type"]
    pairs = disjunction_constants()
    pairs = pairs.assign(memory_type=pairs["transport_row"].map(types))
    tables = pairs[(pairs["source"] == TWO_NODE_SOURCE) & (pairs["node"] == "7 nm")]
    tables = _whose_operation(tables, lambda its: its.floating and its.does == "multiply").rename(
        columns={
            "operation": "tabulated_operation",
            "gd_matched": "tabulated",
            "gd_matched_low": "tabulated_low",
            "gd_matched_high": "tabulated_high",
        }
    )
    ours = measured_off_chip()
    ours = ours.assign(memory_type=ours["transport_row"].map(types)).dropna(subset="memory_type")
    kept = ["memory_type", "tabulated_operation", "tabulated", "tabulated_low", "tabulated_high"]
    found = ours.rename(columns={"gd_matched": "measured"}).merge(tables[kept], on="memory_type")
    return found[["transport_row", "access", "memory_type", "operation", "measured", "source", *kept[1:]]]


@remembered
def whole_ways():
    """What a bit pays on the whole way, of rows that state what each level adds: sums from the nearest level on.

    Returns
    -------
    pandas.DataFrame: row, source, node, memory, access, increment and whole in pJ/bit. A chip (one source at one node)
    of which a nearer on-chip level is missing has no row, since its way cannot be summed. [extension]

    Raises
    ------
    ValueError
        If a chip has two rows of one level.
    """
    rows = accesses()
    rows = rows[rows["increment"].fillna(False)]
    found = []
    for (source, node), chip in rows.groupby(["source", "node_nm"], sort=False, dropna=False):
        if chip["memory_level"].duplicated().any():
            raise ValueError(f"energy.csv, increment: two rows of one level of {source} at {node} nm, expected one")
        by_level = chip.set_index("memory_level")
        if not {"L1, small SRAM", "L2, large SRAM"} <= set(by_level.index):
            continue
        whole = 0.0
        for level in [level for level in MEMORY_LEVELS if level in by_level.index]:
            row = by_level.loc[level]
            own = float(np.sqrt(row["energy_pj_per_bit_low"] * row["energy_pj_per_bit_high"]))
            whole += own
            found.append([row["id"], source, row["node"], level, row["operation"], own, whole])
    return pd.DataFrame(found, columns=["row", "source", "node", "memory", "access", "increment", "whole"])
