"""Rules of the tables `choices` and `choice_conflicts`: what may be chosen in a multiverse, what does not combine."""

from datagravity.evidence.cells import shown


def two_choices(row):
    """A conflict is between options of two choices."""
    if row["choice_a"] is not None and row["choice_a"] == row["choice_b"]:
        yield "choice_b", "another choice than choice_a: options of one choice exclude each other anyway"


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


RULES = {"choice_conflicts": [two_choices]}
