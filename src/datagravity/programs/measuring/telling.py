"""The results of a measurement in words, as JSON and as CSV."""

import json
import textwrap

import pandas as pd

from datagravity import intervals
from datagravity.programs import placing
from datagravity.programs.measuring import options

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
    yield from (f"  {warning}" for warning in found["warnings"])
    yield f"  {headline(found)}"
    yield f"  {verdict(found)}"


def headline(found):
    """G_d of the run, and the part of it that its operations are counted in: a sentence."""
    gd, read = found["gd"][0], found["seen"]
    counted = (
        "operations as stated"
        if found["run"]["operations_stated"]
        else (f"operations as in the {_share(read['share'])} of the accesses that were read")
    )
    return (
        f"Moving this run's data costs {number(gd)} times the energy of its operations (G_d, caches and memory of "
        f"today, {gd['table']}; {counted})."
    )


def _share(share):
    return f"{share:.1%}" if share < 0.9995 else "100 %"


def verdict(found):
    """Whether it pays to compute at several places, each in the middle of its share of the data: a sentence."""
    best = max(found["savings"], key=lambda row: row["saving"])
    if best["best_places"] == 1:
        return (
            f"From {_share(found['seen']['share'])} of the accesses: to compute at several places, each in the middle "
            "of its share of the data, saves nothing: at every number of places counted, what they send each other "
            "costs more than the nearness of the data saves."
        )
    gains = sum(row["saving"] > 1.05 for row in found["savings"])
    end = " (the last number counted: more may save more)" if best["at_the_end"] else ""
    return (
        f"From {_share(found['seen']['share'])} of the accesses: computed at {best['best_places']} places{end}, each "
        f"in the middle of its share of the data, it would take 1/{best['saving']:.2f} of the energy (partition "
        f"{partition(best['partition'])}, law {best['law']}), the most of all {len(found['savings'])} combinations "
        f"counted; more than 5 % is saved in {gains} of them."
    )


def number(row):
    """G_d with its interval, or with three digits where the table states single energies."""
    if row["low"] == row["high"]:
        return three_digits(row["gd"])
    return intervals.text(intervals.Interval(row["gd"], row["low"], row["high"]))


def three_digits(value):
    """A number with three digits, written out."""
    return f"{float(format(value, '.3g')):,g}"


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
    yield f"G_d (caches and memory of today), over {operations(found)}:"
    for row in found["gd"]:
        yield f"  {row['table']:14} {number(row)}"
    yield from two_gd()


def operations(found):
    """The operations of a run, with the interval of their number."""
    run = found["run"]
    span = ""
    if run["operations_low"] < run["operations_high"]:
        span = f" ({run['operations_low']:,.0f} to {run['operations_high']:,.0f})"
    return f"the energy of {run['operations']:,.0f}{span} {run['operation_class']} operations"


def two_gd():
    """What the two G_d are: two sentences."""
    yield (
        "G_d is the energy of moving the data of the whole run through two caches and a memory as they are built "
        "today, over that of its operations."
    )
    yield (
        "G_d on the square is the same for the part that was read, with one place in the middle of a square that "
        "holds all its data and wires instead of caches: it depends on the law of price."
    )


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
    yield from (f"  {line}" for line in without_symbols(found))


def without_symbols(found):
    """A hint where most of a run has no names: a sentence or none."""
    run = found["run"]
    nameless = sum(row["loads"] + row["stores"] for row in run["functions"] if row["function"] == "???")
    if nameless > (run["loads"] + run["stores"]) / 2:
        yield (
            "(no symbol): the program or a library of it is stripped. Build it with symbols (cc -g, no strip), or "
            "install its package of debugging symbols, to see its functions."
        )


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
    rows = paying(found)
    if rows:
        yield (
            f"  {'partition':12} {'law of price':12} {'pJ a place':>10} {'G_d on the square':>18} {'places':>7} "
            f"{'saving':>8}"
        )
    for row in rows:
        end = "  or more: the last number counted" if row["at_the_end"] else ""
        yield (
            f"  {partition(row['partition']):12} {row['law']:12} {row['place_pj']:10.0f} {three_digits(row['gd']):>18} "
            f"{row['best_places']:7d} {row['saving']:8.2f}{end}"
        )
    if others := not_paying(found):
        yield f"  {others}"
    yield from words(found)


def paying(found):
    """The rows of savings in which more than one place is best."""
    return [row for row in found["savings"] if row["best_places"] > 1]


def not_paying(found):
    """The rows of savings in which one place is best, as a sentence; empty if there are none."""
    rows = [row for row in found["savings"] if row["best_places"] == 1]
    if not rows:
        return ""
    if len(rows) == len(found["savings"]):
        which = f"all {len(rows)} combinations"
    else:
        which = f"the {len(rows)} other combinations"
    low, high = (three_digits(end(row["gd"] for row in rows)) for end in (min, max))
    return (
        f"One place is best, and nothing is saved, in {which} of partition, law of price and price of a place "
        f"(G_d on the square: {low} to {high})."
    )


def words(found):
    """The partitions that were counted and the laws of price, a line each."""
    yield "Partitions"
    for name, said in options.PARTITIONS.items():
        if any(row["partition"] == name for row in found["savings"]):
            yield f"  {partition(name) + ':':12} {said}"
    yield "Laws of price"
    yield from (f"  {name + ':':12} {said}" for name, said in options.LAWS.items())


def _text_missed(found):
    yield "What this does not see"
    yield from (f"  - {line}" for line in found["missed"])


def partition(name):
    """The name of a partition, for a reader."""
    return "2-D tiles" if name == "natural" else name


_SECTIONS = (_text_short, _text_seen, _text_levels, _text_functions, _text_placement, _text_savings, _text_missed)
