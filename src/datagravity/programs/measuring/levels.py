"""Energy of a run's transport through two caches and a memory, over that of its operations, by tables of energies.

The tables are rows of `energy`: a near cache of 32 KB, a far one of 1 MB and a memory. An access costs a word of
8 bytes from the near cache; what misses costs a line of 64 bytes from the next level. [extension]
"""

from datagravity import checks
from datagravity.evidence import remembered, rows_by_id
from datagravity.intervals import Interval, propagate
from datagravity.programs.measuring.cachegrind import LINE_BYTES
from datagravity.programs.traces import OPERATION_CLASSES, WORD_BYTES

LEVELS = ("near cache", "far cache", "memory")
#: Rows of the table `energy` for each level, and for an operation of each class (a sum where there are two).
TABLES = {
    "7 nm, HBM": {"levels": ("P029", "P030", "P032"), "floating": ("P022", "P027"), "integer": ("P019",)},
    "7 nm, DDR": {"levels": ("P029", "P030", "P031"), "floating": ("P022", "P027"), "integer": ("P019",)},
    "45 nm": {"levels": ("P010", "P011", "P012"), "floating": ("P006", "P008"), "integer": ("P002",)},
    "measured chip": {"levels": ("P123", "P124", "P128"), "floating": ("P147",), "integer": ("P148",)},
}


def level_bytes(run):
    """Bytes that come from each level of a `cachegrind.Run`: dict of LEVELS.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> run = SimpleNamespace(accesses=100, counts={"near_misses": 10, "far_misses": 1})
    >>> level_bytes(run)
    {'near cache': 800, 'far cache': 640, 'memory': 64}
    """
    counts = (WORD_BYTES * run.accesses, LINE_BYTES * run.counts["near_misses"], LINE_BYTES * run.counts["far_misses"])
    return dict(zip(LEVELS, counts, strict=True))


def disjunction_constant(run, operations, table, operation_class):
    """G_d of a run through real caches: transport over compute.

    Parameters
    ----------
    run : cachegrind.Run
    operations : number above 0, or Interval of them
        Operations of the whole run.
    table : one of TABLES
    operation_class : "floating" or "integer"

    Returns
    -------
    Interval
        Between all lowest and all highest energies of the table, where it states ranges, and numbers of operations.

    Raises
    ------
    ValueError
        If an argument is none of these.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> run = SimpleNamespace(accesses=100, counts={"near_misses": 10, "far_misses": 1})
    >>> found = disjunction_constant(run, 100, "7 nm, DDR", "floating")
    >>> round(found.value, 1), found.low == found.high
    (73.2, True)
    """
    ids = TABLES[checks.choice("table", table, TABLES)]
    checks.choice("operation_class", operation_class, OPERATION_CLASSES)
    for number in (operations.low, operations.high) if isinstance(operations, Interval) else (operations,):
        checks.number("operations", number, checks.POSITIVE)
    per_byte = {name: _per_byte(row) for name, row in zip(("near", "far", "memory"), ids["levels"], strict=True)}
    counts = list(level_bytes(run).values())

    def ratio(near, far, memory, compute, operations):
        transport = counts[0] * near + counts[1] * far + counts[2] * memory
        return transport / (operations * compute)

    return propagate(ratio, monotone=True, compute=_operation(ids[operation_class]), operations=operations, **per_byte)


@remembered
def _per_byte(row):
    own = rows_by_id("energy", [row]).iloc[0]
    low, high = (8 * float(own[f"energy_pj_per_bit_{end}"]) for end in ("low", "high"))
    return Interval((low + high) / 2, low, high)


@remembered
def _operation(ids):
    rows = rows_by_id("energy", ids)
    low, high = (float(rows[f"energy_{end}_pj"].sum()) for end in ("low", "high"))
    return Interval((low + high) / 2, low, high)
