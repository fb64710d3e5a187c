"""The results of a measurement in words, as JSON and as CSV."""

import json
import textwrap

import pandas as pd

from datagravity import intervals
from datagravity.programs import placing

#: Functions that the text lists.
_LISTED = 10
_WIDTH = 120


def as_json(found):
    """A summary as JSON text."""
    return json.dumps(found, indent=1, allow_nan=False)


def as_csv(found):
    """The counts of a summary as CSV text: the columns of the table `program_counts`."""
    return pd.DataFrame(found["counts"], columns=list(placing.COLUMNS)).to_csv(index=False, float_format="%.6g")


def as_text(found):
    """A summary for a reader in a terminal."""
    lines = (line for section in _SECTIONS for line in [*section(found), ""])
    return "\n".join(wrapped for line in lines for wrapped in _wrapped(line)).rstrip() + "\n"


def _wrapped(line):
    """A line of prose in lines of `_WIDTH`, those after the first as far in as it is and two more."""
    if len(line) <= _WIDTH:
        return [line.rstrip()]
    margin = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, _WIDTH, subsequent_indent=margin, break_long_words=False)


def _text_short(found):
    yield "In short"
    gd = found["gd"][0]
    yield f"  Moving this run's data costs {number(gd)} times the energy of its operations (G_d, {gd['table']})."
    yield f"  {verdict(found)}"


def verdict(found):
    """Whether it pays to compute at several places, each in the middle of its share of the data: a sentence."""
    best = max(found["savings"], key=lambda row: row["saving"])
    if best["best_places"] == 1:
        return (
            "To compute at several places, each in the middle of its share of the data, saves nothing: at every "
            "number of places counted, what they send each other costs more than the nearness of the data saves."
        )
    gains = sum(row["saving"] > 1.05 for row in found["savings"])
    end = " (the last number counted: more may save more)" if best["at_the_end"] else ""
    return (
        f"Computed at {best['best_places']} places{end}, each in the middle of its share of the data, it would take "
        f"1/{best['saving']:.2f} of the energy (partition {partition(best['partition'])}, law {best['law']}), the "
        f"most of all {len(found['savings'])} combinations below; more than 5 % is saved in {gains} of them."
    )


def number(row):
    """G_d with its interval, or with three digits where the table states single energies."""
    if row["low"] == row["high"]:
        return f"{float(format(row['gd'], '.3g')):,g}"
    return intervals.text(intervals.Interval(row["gd"], row["low"], row["high"]))


def _text_seen(found):
    program = found["program"]
    yield f"Measured: {' '.join(program['command'])}   ({program['valgrind']})"
    yield from seen(found)


def seen(found):
    """Which part of the run the results rest on: a few sentences."""
    read, run = found["seen"], found["run"]
    yield (
        f"The whole run has {run['instructions']:,} instructions and {read['accesses_of_the_run']:,} accesses: "
        "the caches and the functions are of all of it."
    )
    start = f"the first call of {read['from_function']}" if read["from_function"] else "the program's entry point"
    how = f"Places and reuse are of {read['accesses_read']:,} accesses ({read['share']:.1%}), from {start} on"
    pieces = read["windows"]
    if len(pieces) > 1:
        starts = ", ".join(f"{piece['first_access']:,}" for piece in pieces)
        yield f"{how}, in {len(pieces)} windows that begin at accesses {starts}."
    else:
        first = pieces[0]["first_access"]
        ended = ": there it was ended" if read["ended_early"] else ""
        yield f"{how}: accesses {first:,} to {first + pieces[0]['accesses']:,} of the run{ended}."
    yield (
        f"Of these {read['kept']:,} are of heap and data, the others of the stack or of pages that are hardly used. "
        f"They touch {read['footprint_bytes'] / 1024:,.0f} KB and are {read['operations']:,} operations."
    )
    yield from (f"Note: {note}" for note in found["notes"])


def _text_levels(found):
    run = found["run"]
    yield "Where the data of the whole run come from"
    sizes = {**{name: f"{size / 1024:g} KB" for name, size in run["cache_bytes"].items()}, "memory": ""}
    for name, count in run["bytes"].items():
        yield f"  {name:10} {sizes[name]:>9}  {count:>16,} bytes"
    yield f"G_d, energy of moving data over energy of {run['operations']:,.0f} {run['operation_class']} operations:"
    for row in found["gd"]:
        yield f"  {row['table']:14} {number(row)}"


def _text_functions(found):
    functions = [row for row in found["run"]["functions"] if row["function"] != "???"]
    if not functions:
        yield "By function: the program and its libraries have no symbols (they are stripped)."
        return
    total = found["run"]["loads"] + found["run"]["stores"]
    yield f"By function (share of accesses; misses of the near and the far cache), the first {_LISTED}"
    for row in found["run"]["functions"][:_LISTED]:
        share = (row["loads"] + row["stores"]) / total
        name = "(no symbol)" if row["function"] == "???" else row["function"]
        yield f"  {share:6.1%} {row['near_misses']:>12,} {row['far_misses']:>12,}  {name[:60]}"


def _text_placement(found):
    yield "What belongs to the program and its partition"
    yield f"  {'partition':12} {'remote bytes at 4, 64, 1024 places':36} {'p_R':>6} {'p':>6} {'b':>8} {'q':>6}"
    for row in found["placement"]:
        shares = ", ".join(f"{row['remote_share'][k]:.1%}" for k in ("4", "64", "1024") if k in row["remote_share"])
        rent = "none" if row["rent_exponent"] is None else f"{row['rent_exponent']:.2f}"
        power = "" if row["is_power"] else f"  no power (misses by {row['bent_error']:.0%})"
        terms = f"{row['p']:6.2f} {row['b']:8.3g} {row['q']:6.2f}"
        yield f"  {partition(row['partition']):12} {shares:36} {rent:>6} {terms}{power}"
    if not found["placement"]:
        yield "  too few data for a curve over places"
    yield from (f"  {line}" for line in exponents(found))


def exponents(found):
    """What the exponents of a summary mean, and theta: a few sentences."""
    theta = found["reuse"]["theta"]
    if theta is None:
        yield "theta, by which misses fall as capacity^-theta: too few data to say."
    else:
        low, high = found["reuse"]["lowest"], found["reuse"]["highest"]
        yield f"Misses fall as capacity^-theta: theta = {theta:.2f}; from capacity to capacity {low:.2f} to {high:.2f}."
    yield "p_R is the Rent exponent of the bytes between places (none: no exponent between 0 and 1 fits them)."
    yield "Near transport falls as r^p with the side r of a tile; what places send costs b (r^-q - 1)/q of it."
    yield "p, b and q are those of the law `wire`. The first steps inward pay if b < p."


def _text_savings(found):
    yield "Best number of places, and what it saves over one place in the middle of all data"
    yield f"  {'partition':12} {'law of price':12} {'pJ a place':>10} {'G_d':>8} {'places':>7} {'saving':>8}"
    for row in found["savings"]:
        end = "  or more: the last number counted" if row["at_the_end"] else ""
        yield (
            f"  {partition(row['partition']):12} {row['law']:12} {row['place_pj']:10.0f} {row['gd']:8.3g} "
            f"{row['best_places']:7d} {row['saving']:8.2f}{end}"
        )


def _text_missed(found):
    yield "What this does not see"
    yield from (f"  - {line}" for line in found["missed"])


def partition(name):
    """The name of a partition, for a reader."""
    return "2-D tiles" if name == "natural" else name


_SECTIONS = (_text_short, _text_seen, _text_levels, _text_functions, _text_placement, _text_savings, _text_missed)
