"""Rules of the tables `choices` and `choice_conflicts`: what may be chosen in a multiverse, what does not combine."""

import math
import re

from datagravity.evidence.cells import listed, shown

#: A number of operations for each place, or a part of transport: an option of `kappa`.
_KAPPA = re.compile(r"(\d+\.?\d*|\.\d+)( of G_d)?", re.ASCII)
#: What closeness costs programs, as they were counted, over G_d.
COUNTED_KAPPA = "counted of G_d"
#: The options between which the code of each set branches, by choice; those of `kappa` are numbers. A word that no
#: branch asks for would be computed as another option.
KNOWN = {
    "pim": {
        "law": ("bare power", "tile", "patch", "tile, fixed share", "level ratio"),
        "fixed_cost": ("none", "intercept", "anchor", "component"),
        "kappa": None,
        "evidence": ("all origins", "reviewed", "stated distances"),
        "gd_energy": ("own", "class"),
        "gd_width": ("64 bits", "own width"),
        "share": ("own", "class", "none"),
        "scope": ("path", "memory", "system"),
        "rows": ("all", "reviewed", "silicon", "only the place", "no other difference known"),
        "weighting": ("row", "origin"),
        "constant": ("interval-censored median", "median of printed middles"),
        "error_summary": ("median", "mean"),
    },
    "claims": {
        "gd_operation": ("FP32", "FP16", "INT8"),
        "gd_memory": ("every level", "off the chip", "on the chip"),
        "gd_convention": ("64 bits", "own width"),
        "gd_method": ("every method", "measured"),
        "gd_sources": ("all", "reviewed"),
        "growth_of": ("one table with both nodes", "machines of several nodes"),
        "gd_alike": ("generation", "kind"),
        "gd_format": ("the same", "every"),
        "beta_reading": ("d^(beta-1)", "d^beta"),
        "beta_path": ("every series", "1 to 12 mm", "12 to 48 mm"),
        "beta_kind": ("all", "intercept", "component"),
        "beta_sources": ("all", "reviewed"),
        "brain_definition": ("spikes only", "spikes and release", "spikes, release and rest"),
        "brain_budgets": ("every budget", "budgets of shares"),
        "gap_flagships": (
            "flagships, by year",
            "flagships, P100 PCIe, by date",
            "without the P100, by year",
            "without the P100, by date",
        ),
        "progress_of": ("frontier", "middle"),
        "progress_since": ("whole span", "since 2013"),
        "quoted_multiply": ("slide", "paper"),
        "interval_level": ("80 %", "95 %"),
        "gd_way": ("increment", "whole way"),
        "progress_lists": ("every list", "five years at least"),
    },
}


def two_choices(row):
    """A conflict is between options of two choices."""
    if row["choice_a"] is not None and row["choice_a"] == row["choice_b"]:
        yield "choice_b", "another choice than choice_a: options of one choice exclude each other anyway"


def known_option(row):
    """The code knows the choice, and branches on the option."""
    choices, choice, option = KNOWN.get(row["set"]), row["choice"], row["option"]
    if None in (choices, choice, option):
        return
    if choice not in choices:
        yield "choice", f"a choice that the code of the set {row['set']} knows: {listed(choices)}"
    elif choices[choice] is None:
        number = _KAPPA.fullmatch(option)
        if option != COUNTED_KAPPA and not (number and 0 < float(number[1]) < math.inf):
            words = f"a number above 0, or one followed by ' of G_d', or {COUNTED_KAPPA!r}"
            yield "option", f"an option of {choice} that the code knows: {words}"
    elif option not in choices[choice]:
        yield "option", f"an option of {choice} that the code knows: {listed(choices[choice])}"


def choice_problems(read):
    """A choice asks one question, has two options or more, each once, and one default; conflicts name what is there."""
    choices, conflicts = read.get("choices"), read.get("choice_conflicts")
    if choices is None or not choices.complete:
        return []
    first, options, defaults, problems = {}, {}, {}, []
    for index, row in enumerate(choices.values):
        choice = row["set"], row["choice"]
        begun = first.setdefault(choice, index)
        question = choices.values[begun]["question"]
        if row["question"] != question:
            problems.append(
                choices.problem(index, "question", f"{shown(question)}, as row {choices.lines[begun]} asks")
            )
        known = options.setdefault(choice, {}).setdefault(row["option"], index)
        if known != index:
            expected = f"an option of its choice once; row {choices.lines[known]} has it too"
            problems.append(choices.problem(index, "option", expected))
        if row["default"] and defaults.setdefault(choice, index) != index:
            line = choices.lines[defaults[choice]]
            problems.append(choices.problem(index, "default", f"false, because row {line} is the default"))
    for choice, index in first.items():
        if choice not in defaults:
            problems.append(choices.problem(index, "default", f"true for one option of {choice[1]}"))
        if len(options[choice]) < 2:
            problems.append(choices.problem(index, "choice", "a choice with two options or more"))
    if conflicts is None or not conflicts.complete:
        return problems
    return problems + _conflict_problems(conflicts, options, defaults, choices)


def _conflict_problems(conflicts, options, defaults, choices):
    first, problems = {}, []
    for index, row in enumerate(conflicts.values):
        sides, default = [], 0
        for end in ("a", "b"):
            choice = row["set"], row[f"choice_{end}"]
            sides.append((*choice, row[f"option_{end}"]))
            if choice not in options:
                expected = f"a choice of the set {shown(row['set'])} in {choices.file}"
                problems.append(conflicts.problem(index, f"choice_{end}", expected))
            elif row[f"option_{end}"] not in options[choice]:
                expected = f"one of {', '.join(map(shown, options[choice]))}"
                problems.append(conflicts.problem(index, f"option_{end}", expected))
            else:
                default += options[choice][row[f"option_{end}"]] == defaults.get(choice)
        if default == 2:
            problems.append(conflicts.problem(index, "option_b", "no conflict between two defaults"))
        known = first.setdefault(frozenset(sides), index)
        if known != index:
            expected = f"a pair of options once; row {conflicts.lines[known]} has it too"
            problems.append(conflicts.problem(index, "option_b", expected))
    return problems


RULES = {"choices": [known_option], "choice_conflicts": [two_choices]}
