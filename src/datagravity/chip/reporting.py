"""What the book says of a chip, in numbers: the report's page and its JSON are both made of what `summary` returns.

Every number comes from a function of the book, asked of its own tables with the chip's rows in them. [extension]
"""

import itertools
import json
import math
from pathlib import Path

from datagravity import __version__, checks, claims, decoding, distance, pim, processors, sources
from datagravity.charts.words import printed
from datagravity.chip import tables
from datagravity.evidence import is_blank, load
from datagravity.evidence.rules.processors import OFF_CHIP

#: The scopes of a pair, which no picture and no sentence mixes.
COMPONENT, SYSTEM, MIXED = "components", "whole system", "one of each"
#: The claims that read the energies of accesses and operations, and so may turn with a chip more.
READ_ENERGIES = ("transport_dominates", "gd_has_grown", "measured_processors")
#: Those that read an energy only where it has a distance.
READ_DISTANCES = ("beta_range", "placement_saves", "processing_follows", "order_of_savings", "coverage_of_the_law")
#: The model whose tokens are counted, and how they are decoded.
MODEL, BATCHES, CONTEXT = "Llama-2 7B", (1, 32), 1024
#: A level of the energy table -> a rung of the ladder of levels that other chips were measured at.
RUNGS = {"L1, small SRAM": "L1", "L2, large SRAM": "last level"} | dict.fromkeys(OFF_CHIP, "DRAM")
#: What a chip may lack without which no saving and no token is computed.
MAIN_MEMORY = "main memory, such as HBM3 or DDR5"
CONVENTIONS = {
    "gd": "as published: two operands of 32 bits for each operation, each used once",
    "gd_matched": "one operand of the operation's own width, used once",
}


def summary(chip, tell=lambda text: None, helper=None):
    """All that the report says of a chip, as what JSON can hold.

    Parameters
    ----------
    chip : Chip, without problems
    tell : is told what is computed now
    helper : a function of `levels` that starts `apart`, and returns one that waits for it; None if nobody else can

    Returns
    -------
    dict: file, chips, version, remarks, warnings, assumptions, conventions, rows, constants (G_d), left_out, among (the
    book's constants), levels, ratios, savings, without_main_memory, tokens, verdicts, sources, bibtex

    Raises
    ------
    ChipError
        If something is wrong with the file.
    """
    chip.valid()
    tell("G_d of every level and operation ...")
    rows, constants = chip.among_the_book()
    found = {
        "file": chip.file,
        "chips": chip.names,
        "version": __version__,
        "remarks": chip.remarks,
        "warnings": [str(one) for one in chip.warnings],
        "assumptions": chip.assumptions,
        "conventions": CONVENTIONS,
        "rows": _rows(chip),
        "constants": [_constant(row, row["chip"]) for row in constants.to_dict("records")],
        "left_out": _left_out(chip, constants),
    }
    found["headlines"] = _headlines(found)
    tell("the book's chips beside it ...")
    found["among"] = [_constant(row) for row in processors.disjunction_constants().to_dict("records")]
    levels = _levels(chip, rows)
    found["levels"], found["ratios"] = levels, _ratios(levels)
    found["points"] = _points()
    tell("what placement and near-memory computation would save ...")
    wait = (helper or _at_once)(levels)
    found["tokens"] = _tokens(chip, levels, tell)
    tell("the claims with the chip among their evidence ...")
    after = _verdicts_with(chip)
    found["savings"], before = wait()
    found["without_main_memory"] = [name for name in chip.names if name not in _main_memories(levels)]
    found["verdicts"] = _verdicts(chip, before, after)
    found |= _sources(chip)
    return found


def apart(levels):
    """What the rest of a report does not wait for: the savings at these levels, and the verdicts without the chip."""
    return savings_of(levels), _judged_all()


def prepare():
    """Compute what `apart` needs before it is known of which levels: how further machines would share their energy."""
    combos = pim.combinations_of("path").query("law == 'tile, fixed share'")
    for spec in combos[["law", "fixed_cost", "evidence"]].drop_duplicates().to_dict("records"):
        pim.predict_pim({"scope": "data_path"}, **spec)


def _at_once(levels):
    found = apart(levels)
    return lambda: found


def write(chip, path, data=None, *, tell=lambda text: None, helper=None):
    """Write the page and the JSON of a report, either where it is asked for; see `Chip.report` and `summary`."""
    for option, file, end in (("-o", path, ".html"), ("--data", data, ".json")):
        if file is not None:
            checks.writable(option, file, end)
    if path is not None:
        from datagravity.site import chip_page  # first of all, to say what drawing lacks
    found = summary(chip, tell, helper)
    if data is not None:
        Path(data).write_text(as_json(found), encoding="utf-8")
    if path is not None:
        tell("pictures ...")
        name = Path(data).name if data is not None and Path(data).parent == Path(path).parent else None
        Path(path).write_text(chip_page.page(found, data=name), encoding="utf-8")
    return found


def as_json(found):
    """A summary as JSON text."""
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def in_short(found, path, data=None):
    """A summary in a few lines for a terminal."""
    lines = list(found["headlines"])
    turned = [row for row in found["verdicts"]["computed"] if row["before"] != row["after"]]
    could = len(found["verdicts"]["computed"])
    lines.append(f"{len(turned)} of the {could} verdicts that a chip can move would move.")
    lines += [f"{file} written." for file in (path, data) if file is not None]
    return "\n".join(lines)


def _headlines(found):
    """A sentence for each chip, and each scope of it: the least and the largest G_d at an operation's own width."""
    lines = []
    for chip in found["chips"]:
        own = [row for row in found["constants"] if row["chip"] == chip]
        if not own:
            lines.append(f"{chip}: no G_d, because no access and operation of it are a pair.")
            continue
        scopes = list(dict.fromkeys(row["scope"] for row in own))
        for scope in scopes:
            rows = sorted((row for row in own if row["scope"] == scope), key=lambda row: row["gd_matched"])
            ends = [
                f"{printed(row['gd_matched'])} ({row['memory']}, {row['operation']})" for row in (rows[0], rows[-1])
            ]
            said = f"from {' to '.join(ends)}" if ends[0] != ends[1] else ends[0]
            of = f"{chip}, {scope}" if len(scopes) > 1 else chip
            lines.append(f"{of}: G_d {said}, one operand of the operation's own width.")
    return lines


def _rows(chip):
    """What was entered, and the energies that it became."""
    rows = []
    for entry in chip.entries:
        row = {name: entry.cells.get(name, "") for name in ("chip", "part", "unit", "method", "source", "note")}
        row |= {name: entry.cells.get(name, "") for name in ("value", "low", "high", "bits")}
        energy = entry.energy or {}
        row["scope"] = energy.get("scope", "")
        row |= {f"{end}_pj": float(energy[f"energy_{end}_pj"]) if energy else None for end in ("low", "high")}
        row["width_bits"] = int(energy["width_bits"]) if energy.get("width_bits") else None
        rows.append(row)
    return rows


def scope_of(row):
    """Whether both halves of a pair are components, both whole systems, or one of each."""
    systems = [row[f"{half}_scope"] == "system" for half in ("transport", "compute")]
    return SYSTEM if all(systems) else MIXED if any(systems) else COMPONENT


def _constant(row, chip=None):
    kept = ["memory", "access", "operation", "node", "method", "transport_scope", "compute_scope"]
    numbers = [f"{name}{end}" for name in CONVENTIONS for end in ("_low", "", "_high")]
    numbers += [f"{name}_{end}" for name in ("transport_pj_per_bit", "compute_pj") for end in ("low", "high")]
    found = {"chip": chip or "", "scope": scope_of(row)}
    found |= {name: str(row[name]) for name in kept} | {name: float(row[name]) for name in numbers}
    return found if chip else found | {"source": sources.short_name(row["source"]), "grey": bool(row["grey"])}


def _left_out(chip, constants):
    """The energies of a chip that are in no G_d."""
    used = {(row["chip"], row["access"]) for row in constants.to_dict("records")}
    used |= {(row["chip"], row["operation"]) for row in constants.to_dict("records")}
    found = []
    for entry in chip.energies:
        own = entry.cells["chip"], entry.energy["operation_class"] or entry.energy["operation"]
        if own not in used:
            other = "access" if entry.energy["kind"] == "compute" else "operation"
            found.append(f"{entry.cells['chip']}, {entry.cells['part']}: no {other} at the same node and voltage")
    return list(dict.fromkeys(found))


# --- Levels, distance ------------------------------------------------------------------------------------------------


def _levels(chip, rows):
    """The energy of a bit from each level of each chip, over the rows of the level, and the length of its way."""
    ways = load("memory_paths").set_index("memory")
    found = []
    for key, name in {origin.key: origin.chip for origin in chip.origins()}.items():
        own = rows[(rows["source"] == key) & rows["memory_level"].notna()]
        sums = {"low": 0.0, "high": 0.0}
        for level in processors.MEMORY_LEVELS:
            of_level = own[own["memory_level"] == level]
            if of_level.empty:
                continue
            steps = bool(of_level["increment"].fillna(False).all())
            ends = {
                end: float(getattr(of_level[f"energy_pj_per_bit_{end}"], pick)())
                for end, pick in (("low", "min"), ("high", "max"))
            }
            ends = {end: sums[end] + value if steps else value for end, value in ends.items()}
            sums = ends if steps else sums
            stated = of_level["distance_mm"].dropna().astype(float)
            near, far = (ways.loc[level, f"path_{end}_mm"] for end in ("low", "high"))
            found.append(
                {
                    "chip": name,
                    "level": level,
                    "low": ends["low"],
                    "middle": math.sqrt(ends["low"] * ends["high"]),
                    "high": ends["high"],
                    "summed": steps,
                    "scope": "; ".join(sorted(set(of_level["scope"]))),
                    "near_mm": float(stated.min() if len(stated) else near),
                    "far_mm": float(stated.max() if len(stated) else far),
                    "distance": "stated" if len(stated) else "the book's range for such a level",
                }
            )
    return found


def _ratios(levels):
    """What is left of an energy when data come from the next nearer level, and what other chips lead one to expect."""
    found = []
    for near, far in itertools.pairwise(levels):
        if near["chip"] != far["chip"]:
            continue
        rungs = [RUNGS.get(one["level"]) for one in (near, far)]
        known = None
        if None not in rungs and rungs[0] != rungs[1]:
            known = distance.level_ratio(*rungs)
        found.append(
            {
                "chip": near["chip"],
                "near": near["level"],
                "far": far["level"],
                "ratio": near["middle"] / far["middle"],
                "low": near["low"] / far["high"],
                "high": near["high"] / far["low"],
                "one_scope": near["scope"] == far["scope"],
                "book": known and known.value,
                "book_low": known and known.low,
                "book_high": known and known.high,
            }
        )
    return found


def _points():
    """The book's rows that have a distance."""
    rows = distance.points()
    kept = rows[["distance_mm", "pj_per_bit", "off_chip", "scope"]].to_dict("records")
    return [
        {
            "mm": float(row["distance_mm"]),
            "pj_per_bit": float(row["pj_per_bit"]),
            "off_chip": bool(row["off_chip"]),
            "system": row["scope"] == "system",
        }
        for row in kept
    ]


# --- What closeness would save ---------------------------------------------------------------------------------------


def savings_of(levels):
    """What all specifications of the book say of computing at the main memory of each chip, for the path alone and
    for a whole system, and by law; nothing of a chip without one."""
    found = []
    for far in _main_memories(levels).values():
        name = far["chip"]
        row = {
            "baseline_memory": far["level"],
            "pj_per_bit_baseline_low": far["low"],
            "pj_per_bit_baseline_high": far["high"],
        }
        for scope, words in (("data_path", "the path of the data"), ("whole_system", "a whole system")):
            whole, by_law = pim.by_choice(row | {"scope": scope}, "law")
            found += [
                {"chip": name, "level": far["level"], "of": words, "law": law, **_everywhere(one)}
                for law, one in {"every law": whole, **by_law}.items()
            ]
    return found


def _main_memories(levels):
    """Chip -> its farthest level, where that is off the chip."""
    return {row["chip"]: row for row in levels if row["level"] in OFF_CHIP}


def _everywhere(one):
    names = ("value", "low", "high", "median_low", "median_high", "specifications")
    return {name: getattr(one, name) for name in names}


def _tokens(chip, levels, tell):
    """Tokens for a joule of each chip whose file has the numbers of the whole chip; else what it lacks."""
    from datagravity.chip.columns import WHOLE_CHIP

    found = []
    for name in chip.names:
        given = chip.whole(name)
        missing = [part for part, (column, _) in WHOLE_CHIP.items() if column not in given]
        far = _main_memories(levels).get(name)
        if missing or not far:
            lacks = missing + ([] if far else [MAIN_MEMORY])
            found.append({"chip": name, "lacks": lacks})
            continue
        tell("tokens for a joule ...")
        for batch in BATCHES:
            row = {"chip": name, "model": MODEL, "batch": batch, "context": CONTEXT, "lacks": []}
            try:
                one = decoding.decode_energy(
                    MODEL, {"name": "a chip", **given}, batch=batch, context=CONTEXT, pj_per_bit=far["middle"]
                )
            except ValueError as error:
                found.append(row | {"lacks": [str(error)]})
                continue
            row |= {"value": one.tokens_per_joule, "low": 1 / one.high, "high": 1 / one.low}
            found.append(row | {"gd": one.gd, "shares": {term: float(share) for term, share in one.shares.items()}})
    return found


# --- The claims ------------------------------------------------------------------------------------------------------


def _judged_all():
    return {test: _judged(test) for test in READ_ENERGIES}


def _verdicts_with(chip):
    """The claims that read energies, with the chip."""
    with chip.in_the_book(groups=_votes(chip)):
        return _judged_all()


def _votes(chip):
    """Chip -> the group that votes for it: a source that the book has keeps its one vote, and one memo has one too."""
    groups = load("sources").set_index("key")["group"]
    return tables.groups_of(chip.origins()) | {name: str(groups[key]) for name, key in chip.of_known_sources().items()}


def _verdicts(chip, before, after):
    """Each claim that reads energies without and with the chip, and why the others stay as they are."""
    rows = claims.claims().set_index("test")
    computed = []
    for test in READ_ENERGIES:
        claim = rows.loc[test]
        said = claim["quantity"]
        computed.append(
            {
                "id": str(claim["id"]),
                "test": test,
                "quantity": str(said),
                "before": before[test]["verdict"],
                "after": after[test]["verdict"],
                "shares_before": before[test]["shares"],
                "shares_after": after[test]["shares"],
                "votes_before": before[test]["votes"],
                "votes_after": after[test]["votes"],
            }
        )
    with_distance = any(entry.energy.get("distance_mm") for entry in chip.energies)
    not_asked = READ_DISTANCES if with_distance else ()
    return {
        "computed": computed,
        "unmoved": _ids(rows.drop(index=[*READ_ENERGIES, *not_asked])),
        "not_computed": _ids(rows.loc[list(not_asked)]),
        "one_origin": chip.of_known_sources(),
    }


def _ids(rows):
    return sorted(map(str, rows["id"]), key=lambda name: (len(name), name))


def _judged(test):
    row = claims.settings(test, 0).iloc[0]
    shares = {where: None if is_blank(row[where]) else float(row[where]) for where in claims.POSITIONS[:3]}
    return {"verdict": str(row["verdict"]), "votes": int(row["votes"]), "shares": shares}


# --- Where it all is from --------------------------------------------------------------------------------------------


def _sources(chip):
    """The sources of the chip, of the book's rows beside it, and what to cite."""
    origins = chip.origins()
    known = chip.of_known_sources()
    entries = [tables.bibtex_of(origin) for origin in origins if origin.chip not in known]
    entries += [sources.bibtex(key) for key in dict.fromkeys([*known.values(), "leebruck2026"])]
    listed = processors.disjunction_constants()["source"].unique()
    return {
        "sources": {origin.chip: origin.words for origin in origins},
        "book_sources": sorted(sources.short_name(key) for key in listed),
        "bibtex": entries,
    }
