"""What goes into a prediction: G_d, the share of data movement, the way to the memory and the levels on it.

Each comes from the row itself or from a prior without PIM, and nothing here reads an outcome. [extension]
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from datagravity import checks
from datagravity.evidence import load, remembered
from datagravity.intervals import Interval
from datagravity.law import workload_disjunction_constant
from datagravity.pim.reports import SCOPE_GROUPS, published_shares, scope_group
from datagravity.processors import MEMORY_LEVELS, OFF_CHIP, PUBLISHED_CONVENTION, accesses, operations

#: The memories that a class of baseline fetches from; any other class, or none, takes every memory off the chip.
MEMORIES = {
    "CPU": ("DDR", "LPDDR", "DRAM, unnamed"),
    "GPU": ("HBM", "GDDR"),
    "FPGA": ("HBM", "DDR"),
    "NPU-ASIC": ("LPDDR", "HBM"),
    "SRAM+digital": MEMORY_LEVELS[1:3],
    "CMOS-logic": MEMORY_LEVELS[1:3],
    "digital": MEMORY_LEVELS[1:3],
    "PIM": MEMORY_LEVELS[1:3],
}

#: What a row brings, and what a saving follows from beside it; each is drawn from a stream of its own.
INPUTS = ("gd", "transport_share", "exponent", "fixed_share", "way_mm", "level_ratio", "kappa_over_gd")
#: The same, in words.
INPUTS_CALLED = {
    "gd": "G_d of the baseline",
    "transport_share": "share of the energy that moves data",
    "exponent": "exponent of energy against distance",
    "fixed_share": "share of transport that no distance shrinks",
    "way_mm": "way to the memory (mm)",
    "level_ratio": "energy of the farther level over the nearer one",
    "kappa_over_gd": "price of a place over G_d",
}

# A prior of G_d sets accesses at the device, its interface or the macro against a datapath: tables do the same.
_ACCESS_SCOPES = ("device", "io", "macro")
_PUBLISHED = ("FP32 multiply",)
_MULTIPLICATIONS = ("FP64 multiply", *_PUBLISHED, "FP16 multiply", "BF16 multiply", "INT32 multiply", "INT8 multiply")
_ROW_NAMES = ("id", "row_id")
_SOURCE_NAMES = ("source", "source_key")
_ENERGIES = ("pj_per_bit_baseline", "pj_per_bit_baseline_low", "pj_per_bit_baseline_high")
#: The least and the most pJ/bit of a baseline: what is beyond is a slip of units, and powers would leave doubles.
PJ_PER_BIT = (1e-6, 1e9)
_READ = (*_ROW_NAMES, *_SOURCE_NAMES, "baseline_class", "baseline_memory", "scope", *_ENERGIES)


class Input(NamedTuple):
    """One input of a prediction: its range, whether it came from the "row" or from a "prior", and what it rests on."""

    low: float
    high: float
    origin: str
    basis: str


@dataclass(frozen=True)
class BetaShare:
    """A share drawn from a beta distribution with this mean and standard deviation; `level` is that of its ends."""

    mean: float
    deviation: float
    level: float

    def _distribution(self):
        count = self.mean * (1 - self.mean) / self.deviation**2 - 1
        return stats.beta(self.mean * count, (1 - self.mean) * count)

    def draws(self, count, generator):
        """As `Interval.draws`."""
        return self._distribution().ppf(generator.uniform(size=count))

    @property
    def low(self):
        """The low end."""
        return float(self._distribution().ppf((1 - self.level) / 2))

    @property
    def high(self):
        """The high end."""
        return float(self._distribution().ppf((1 + self.level) / 2))


class Brought(NamedTuple):
    """The inputs of a row as spreads to draw from, and as `Input` by name."""

    gd: Interval
    transport_share: Interval | BetaShare
    way_mm: Interval
    levels: tuple
    inputs: dict


def brought(row, gd_energy, gd_width, share):
    """What a row brings to a prediction under these options.

    Parameters
    ----------
    row : mapping with columns of data/pim.csv
    gd_energy, gd_width, share : options of the choices of these names

    Raises
    ------
    ValueError
        As `predict_pim`.
    """
    name, cells = _cells(row)
    gd, gd_input = _gd_of(name, cells, gd_energy, gd_width)
    part, part_input = _share_of(cells, share)
    ways, levels, way_input = _way_of(name, cells)
    return Brought(gd, part, ways, levels, {"gd": gd_input, "transport_share": part_input, "way_mm": way_input})


# --- G_d -------------------------------------------------------------------------------------------------------------


@remembered
def prior_gd(baseline_class=None, gd_width="64 bits"):
    """The range of G_d for a class of baseline, from reviewed and verified rows of the energy table. [extension]

    Parameters
    ----------
    baseline_class : a key of MEMORIES; anything else stands for all memories off the chip
    gd_width : an option of the choice of this name: two operands of 32 bits a multiplication, or one operand of the
        operation's own width over every width of multiplication

    Returns
    -------
    Interval, a stated range: the least energy per bit over the dearest multiplication, the opposite, and their
    geometric mean
    """
    rows = accesses().query("status == 'verified' and not grey")
    wanted = rows["memory_level"].isin(MEMORIES.get(baseline_class, OFF_CHIP))
    rows = rows[wanted & rows["scope"].isin(_ACCESS_SCOPES)]
    return _gd(rows["energy_pj_per_bit_low"].min(), rows["energy_pj_per_bit_high"].max(), gd_width)


@remembered
def _bits_per_pj(gd_width):
    """How many bits an operation moves for each pJ that it takes: the least and the most in the table."""
    published = gd_width == "64 bits"
    rows = operations().query("status == 'verified' and not grey and scope == 'datapath'")
    rows = rows[rows["operation_class"].isin(_PUBLISHED if published else _MULTIPLICATIONS)]
    convention = PUBLISHED_CONVENTION if published else {"operands": 1, "width_bits": rows["width_bits"].to_numpy(int)}
    found = [
        workload_disjunction_constant(1.0, rows[f"compute_pj_{end}"].to_numpy(float), **convention)
        for end in ("high", "low")
    ]
    return float(found[0].min()), float(found[1].max())


def _gd(low_pj_per_bit, high_pj_per_bit, gd_width):
    least, most = _bits_per_pj(gd_width)
    low, high = float(low_pj_per_bit) * least, float(high_pj_per_bit) * most
    return Interval(math.sqrt(low * high), low, high)


def _gd_of(name, cells, gd_energy, gd_width):
    own = _own_energy(name, cells)
    if own and gd_energy == "own":
        gd = _gd(*own, gd_width)
        return gd, Input(gd.low, gd.high, "row", f"{own[0]:g} to {own[1]:g} pJ/bit of the baseline, {gd_width}")
    known = cells.get("baseline_class") if cells.get("baseline_class") in MEMORIES else None
    gd = prior_gd(known, gd_width)
    return gd, Input(gd.low, gd.high, "prior", f"{', '.join(MEMORIES.get(known, OFF_CHIP))}; {gd_width}")


def _own_energy(name, cells):
    """The row's own baseline in pJ/bit, as (low, high), or None."""
    both, low, high = (_energy(name, column, cells[column]) if column in cells else None for column in _ENERGIES)
    value, low, high = both, low or both or high, high or both or low
    if low is not None and low > high:
        raise ValueError(f"{name}, column {_ENERGIES[1]}: value {low:g}; expected at most {high:g}, the high end")
    if value is not None and not low <= value <= high:
        raise ValueError(f"{name}, column {_ENERGIES[0]}: value {value:g}; expected from {low:g} to {high:g}, its ends")
    return None if low is None else (low, high)


def _energy(name, column, text):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    least, most = PJ_PER_BIT
    if not least <= value <= most:
        expected = f"a number of pJ/bit from {least:g} to {most:g}"
        raise ValueError(f"{name}, column {column}: value {text!r}; expected {expected}")
    return value


# --- The share of data movement --------------------------------------------------------------------------------------


def _share_of(cells, share):
    """The share of the energy that the path's saving touches; one for a path, published or assumed for a system."""
    group = scope_group(cells.get("scope"))
    if group in SCOPE_GROUPS[:2]:
        return Interval(1, 1, 1), Input(1.0, 1.0, "row", f"{group} alone: all energy is spent on data")
    if share == "none":
        return Interval(1, 1, 1), Input(1.0, 1.0, "prior", "taken as all of it: no rest dilutes the saving")
    by_source, prior = system_shares()
    own = by_source.get(next((cells[key] for key in _SOURCE_NAMES if key in cells), None))
    return own if own and share == "own" else prior


@remembered
def system_shares(level=0.8):
    """The share of a system's energy that data take, each as a spread and as an Input: by source, and the prior."""
    shares = published_shares()
    average = shares[shares["stat"] == "average"]
    by_source = {}
    for row in average.drop_duplicates("source").itertuples():
        own = Input(row.share, row.share, "row", f"same source, row {row.id}")
        by_source[row.source] = Interval(row.share, row.share, row.share), own
    # As far around the published average as the one workload that is published alone lies from it.
    mean = float(average["share"].mean())
    share = BetaShare(mean, float(shares["share"].max()) - mean, level)
    basis = f"rows {', '.join(shares['id'])}, one source"
    return by_source, (share, Input(share.low, share.high, "prior", basis))


# --- The way to the memory -------------------------------------------------------------------------------------------


@remembered
def _ways():
    """The table of ways, by memory, as dicts."""
    return load("memory_paths").set_index("memory").to_dict("index")


def _way_of(name, cells):
    """How far the baseline's data travel, between which levels, and the Input of the former."""
    ways, memory = _ways(), cells.get("baseline_memory")
    if memory is not None and memory not in ways:
        raise ValueError(f"{name}, column baseline_memory: value {memory!r}; expected one of {', '.join(ways)}")
    memories = [memory] if memory else list(MEMORIES.get(cells.get("baseline_class"), OFF_CHIP))
    low = min(ways[one]["path_low_mm"] for one in memories)
    high = max(ways[one]["path_high_mm"] for one in memories)
    first = ways[memories[0]]
    found = Input(low, high, "row" if memory else "prior", f"mm to {', '.join(memories)}")
    return Interval(math.sqrt(low * high), low, high), (first["near_level"], first["far_level"]), found


# --- The cells of a row ----------------------------------------------------------------------------------------------


def _cells(row):
    """The row's name, and the columns that a prediction reads, as text without spaces at its ends, blanks left out."""
    if isinstance(row, pd.Series) and row.index.inferred_type == "string":
        row = row.to_dict()
    if not isinstance(row, Mapping):
        raise ValueError(f"row: {checks.in_line(row)}, expected a mapping from columns of pim.csv to values")
    both, low, high = _ENERGIES
    if isinstance(row.get(both), Interval):
        row = {**row, both: None, low: row[both].low, high: row[both].high}
    cells = {}
    for name in _READ:
        value = row.get(name)
        if value is None or value is pd.NA or (isinstance(value, float | np.floating) and math.isnan(value)):
            continue
        if isinstance(value, bool) or not isinstance(value, str | int | float | np.integer | np.floating):
            raise ValueError(f"{_called(cells)}, column {name}: value {value!r}; expected a text, a number or a blank")
        text = str(value).strip()
        if text:
            cells[name] = text
    return _called(cells), cells


def _called(cells):
    return f"row {next((cells[key] for key in _ROW_NAMES if key in cells), 'without id')}"
