"""Rules of the counts of programs, of kernels and measured ones: identities and inequalities that every count obeys."""

from itertools import pairwise

from datagravity.evidence.rules.shared import filled

ACCESS_BYTES = 8
COMMAND_BYTES = 80
ONE_PLACE = "one place"
UNITS = (8, 64)
POWERS = {"quarter": 0.25, "half": 0.5, "three_quarters": 0.75, "whole": 1.0}
#: Columns of events or bytes, and the beginning of the names of their mean distances.
DISTANCES = {
    "remote_bytes_no_copies": "remote_distance_no_copies",
    "reuse_bytes": "reuse_distance",
    "remote_bytes": "remote_distance",
    "remote_bytes_unlimited": "remote_distance_unlimited",
    "invalidations": "invalidation_distance",
    "migrations": "migration_distance",
}
#: What is zero where there is one place.
BETWEEN_PLACES = (
    "remote_bytes_no_copies",
    "remote_bytes",
    "remote_bytes_unlimited",
    "invalidations",
    "command_bytes",
    "reduction_bytes",
    "migrations",
)
#: Means are written with six significant digits.
ROUNDING = 2e-5
#: What is the same in every row of a run; counts of a program that is another one on more places may differ.
OF_A_RUN = ("family", "role", "operation_class", "serial")


def bytes_add_up(row):
    """All accesses are local or remote without copies, and reused, from home or remote with them."""
    every = row["accesses"]
    for column, others in (
        ("local_bytes_no_copies", ("remote_bytes_no_copies",)),
        ("home_bytes", ("reuse_bytes", "remote_bytes")),
    ):
        parts = [row[name] for name in (column, *others)]
        if None not in (every, *parts) and sum(parts) != ACCESS_BYTES * every:
            wanted = ACCESS_BYTES * every - sum(parts[1:])
            yield column, f"{wanted}, so that {' + '.join((column, *others))} is 8 accesses"


def words_are_whole(row):
    """An access moves a word of 8 bytes, and the first touch of each word is no reuse."""
    for column in ("local_bytes_no_copies", "reuse_bytes", "home_bytes", "remote_bytes", "remote_bytes_unlimited"):
        if row[column] is not None and row[column] % ACCESS_BYTES:
            yield column, "a multiple of 8, because accesses are of words"
    footprint, reuse, accesses = row["footprint_bytes"], row["reuse_bytes"], row["accesses"]
    if None not in (footprint, reuse, accesses) and reuse > ACCESS_BYTES * accesses - footprint:
        most = ACCESS_BYTES * accesses - footprint
        yield "reuse_bytes", f"at most {most}, because each of the words is touched a first time"


def copies_only_help(row):
    """A copy takes accesses off the network, and a copy without a limit more of them; each is invalidated once."""
    invalidations, fetched = row["invalidations"], row["remote_bytes_unlimited"]
    if None not in (invalidations, fetched) and invalidations > fetched // ACCESS_BYTES:
        yield "invalidations", f"at most {fetched // ACCESS_BYTES}, the copies that are fetched"
    for column, most in (("remote_bytes_unlimited", "remote_bytes"), ("remote_bytes", "remote_bytes_no_copies")):
        if None not in (row[column], row[most]) and row[column] > row[most]:
            yield column, f"at most {row[most]}, which is {most}"


def one_place_shares_nothing(row):
    """One place has a partition of its own, and nothing to send, command or add up."""
    places, partition = row["places"], row["partition"]
    if places is None or partition is None:
        return
    if (places == 1) != (partition == ONE_PLACE):
        yield "partition", f"{'' if places == 1 else 'a partition other than '}{ONE_PLACE}, because places is {places}"
    for column in BETWEEN_PLACES if places == 1 else ():
        if row[column]:
            yield column, "0, because there is one place"


def places_are_tiles(row):
    """Tiles are cut in four, again and again."""
    places = row["places"]
    if places is not None and (places < 1 or places & (places - 1) or places.bit_length() % 2 == 0):
        yield "places", "a power of 4"


def footprint_is_touched(row):
    """A run touches whole words, each at least once, and reads some at first touch from home or from elsewhere."""
    footprint, accesses = row["footprint_bytes"], row["accesses"]
    if footprint is not None and footprint % ACCESS_BYTES:
        yield "footprint_bytes", "a multiple of 8"
    if None not in (footprint, accesses) and footprint > ACCESS_BYTES * accesses:
        yield "footprint_bytes", f"at most {ACCESS_BYTES * accesses}, which are 8 accesses"


def commands_are_counted(row):
    """A command is 80 bytes to each further place in each phase, and each of them adds up the same words."""
    phases, places, command = row["phases"], row["places"], row["command_bytes"]
    if None not in (phases, places, command) and command != COMMAND_BYTES * phases * (places - 1):
        yield "command_bytes", f"{COMMAND_BYTES * phases * (places - 1)}, which is 80 phases (places - 1)"
    reduced = row["reduction_bytes"]
    if places is not None and places > 1 and reduced is not None and reduced % (ACCESS_BYTES * (places - 1)):
        yield "reduction_bytes", f"a multiple of {ACCESS_BYTES * (places - 1)}, which is 8 (places - 1)"
    if row["serial"] is False and row["migrations"]:
        yield "migrations", "0, because the run is not serial"


def distances_where_events(row):
    """Events have all four mean distances, and what never happens has none."""
    for count, name in DISTANCES.items():
        if row[count] is not None:
            wanted = {f"{name}_{power}": row[count] > 0 for power in POWERS}
            yield from filled(row, wanted, f"{count} is {row[count]}")


def distances_are_possible(row):
    """Power means rise with their power; ways between places are one to 2 (sqrt k - 1) tiles, reuse is in the tile."""
    places = row["places"]
    for name in DISTANCES.values():
        means = [row[f"{name}_{power}"] for power in POWERS]
        if None in means or places is None or places < 1:
            continue
        roots = [mean ** (1 / power) for mean, power in zip(means, POWERS.values(), strict=True)]
        for power, before, after in zip(list(POWERS)[1:], roots, roots[1:], strict=False):
            if after < before * (1 - 4 * ROUNDING):
                yield f"{name}_{power}", "a mean whose root is not below that of a smaller power (Jensen)"
        side = places**-0.5
        low, high = (0.0, side / 2) if name == "reuse_distance" else (side, 2 * (1 - side))
        if not low * (1 - ROUNDING) <= means[-1] <= high * (1 + ROUNDING):
            yield f"{name}_whole", f"a distance from {low:.6g} to {high:.6g}, because places is {places}"


def load_is_possible(row):
    """The fullest place has its share at least, and everything at most."""
    load, places = row["load_imbalance"], row["places"]
    if None not in (load, places) and not 1 - ROUNDING <= load <= places * (1 + ROUNDING):
        yield "load_imbalance", f"a number from 1 to {places}"


def misses_are_accesses(row):
    """An access misses once at most."""
    if None not in (row["misses"], row["accesses"]) and row["misses"] > row["accesses"]:
        yield "misses", f"at most {row['accesses']}, the accesses"
    if row["unit_bytes"] not in (None, *UNITS):
        yield "unit_bytes", "8, a word, or 64, a line"
    elif None not in (row["capacity_bytes"], row["unit_bytes"]) and row["capacity_bytes"] % row["unit_bytes"]:
        yield "capacity_bytes", f"a multiple of {row['unit_bytes']}, the unit"


def measurements_are_parts(row):
    """What misses was accessed, what misses twice missed once, and what was read is a part of the run."""
    run = None if None in (row["loads"], row["stores"]) else row["loads"] + row["stores"]
    pairs = (
        ("near_misses", run, "loads and stores"),
        ("far_misses", row["near_misses"], "near_misses"),
        ("accesses_read", None if None in (run, row["first_access"]) else run - row["first_access"], "what follows"),
        ("stack_accesses", row["accesses_read"], "accesses_read"),
        ("near_cache_bytes", row["far_cache_bytes"], "far_cache_bytes"),
    )
    for column, most, name in pairs:
        if None not in (row[column], most) and row[column] > most:
            yield column, f"at most {most}, which is {name}"
    kept, stack, read = row["kept_accesses"], row["stack_accesses"], row["accesses_read"]
    if None not in (kept, stack, read) and kept + stack > read:
        yield "kept_accesses", f"at most {read - stack}, which is accesses_read without those of the stack"


def program_problems(read):
    """What the rows of a run say together: one place once, facts of the run, and tiles that are nested."""
    counts, misses = read.get("program_counts"), read.get("program_misses")
    found = []
    if counts is not None and counts.complete:
        found += _run_problems(counts) + _nesting_problems(counts)
    if misses is not None and misses.complete:
        found += _curve_problems(misses)
        if counts is not None and counts.complete:
            runs = {_run(row) for row in counts.values}
            found += [
                misses.problem(index, "kernel", f"a run of {counts.file}: kernel, size and seed")
                for index, row in enumerate(misses.values)
                if _run(row) not in runs
            ]
    return found


def _run(row):
    return row["kernel"], row["size"], row["seed"]


def _run_problems(counts):
    """Every run has a row of one place, once, and says the same of itself in every row."""
    first, single, found = {}, {}, []
    for index, row in enumerate(counts.values):
        begun = counts.values[first.setdefault(_run(row), index)]
        for column in OF_A_RUN:
            if row[column] != begun[column]:
                line = counts.lines[first[_run(row)]]
                found.append(counts.problem(index, column, f"{begun[column]}, as row {line} of the same run"))
        if row["places"] == 1:
            known = single.setdefault(_run(row), index)
            if known != index:
                expected = f"one row of one place for a run; row {counts.lines[known]} is it"
                found.append(counts.problem(index, "places", expected))
    missing = [index for run, index in first.items() if run not in single]
    return found + [counts.problem(index, "places", "a row of one place for this run") for index in missing]


def _nesting_problems(counts):
    """What is remote on few tiles is remote on more of the same trace: each tile is a part of one before."""
    curves, found = {}, []
    for index, row in enumerate(counts.values):
        if row["owner"] == "output" and None not in (row["places"], row["remote_bytes_no_copies"]):
            curves.setdefault((*_run(row), row["partition"]), []).append((row["places"], index))
    for curve in curves.values():
        rows = [(index, counts.values[index]) for _, index in sorted(curve)]
        for (_, before), (index, row) in pairwise(rows):
            same = all(before[column] == row[column] for column in ("operations", "accesses", "footprint_bytes"))
            for column in ("remote_bytes_no_copies", "migrations") if same else ():
                if None not in (before[column], row[column]) and row[column] < before[column]:
                    expected = f"at least {before[column]}, as on {before['places']} places, whose tiles hold these"
                    found.append(counts.problem(index, column, expected))
    return found


def _curve_problems(misses):
    """A larger cache misses no more often, and a curve is of one run."""
    curves, found = {}, []
    for index, row in enumerate(misses.values):
        if None not in (row["unit_bytes"], row["capacity_bytes"], row["misses"]):
            curves.setdefault((*_run(row), row["unit_bytes"]), []).append((row["capacity_bytes"], index))
    for curve in curves.values():
        rows = [(index, misses.values[index]) for _, index in sorted(curve)]
        for (_, before), (index, row) in pairwise(rows):
            if row["misses"] > before["misses"]:
                expected = f"at most {before['misses']}, as at {before['capacity_bytes']} bytes"
                found.append(misses.problem(index, "misses", expected))
            if row["accesses"] != before["accesses"]:
                found.append(misses.problem(index, "accesses", f"{before['accesses']}, as in the same curve"))
    return found


_OF_COUNTS = [
    bytes_add_up,
    words_are_whole,
    copies_only_help,
    one_place_shares_nothing,
    places_are_tiles,
    footprint_is_touched,
    commands_are_counted,
    distances_where_events,
    distances_are_possible,
    load_is_possible,
]
RULES = {
    "program_counts": _OF_COUNTS,
    "program_misses": [misses_are_accesses],
    "program_measurements": [measurements_are_parts],
    "program_measurement_counts": _OF_COUNTS,
}
