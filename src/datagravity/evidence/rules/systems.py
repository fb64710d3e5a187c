"""Rules of the tables `related_papers`, `system_claims` and `system_inputs`, and of their figures."""

import re

from datagravity.evidence.cells import shown
from datagravity.evidence.rules.shared import filled, once_the_same, value_or_end

_NUMBERS = re.compile(r"\d[\d,]*\.?\d*")


def lever_or_reason(row):
    """A paper has a lever and what a model needs, or a reason why it has none."""
    irrelevant = row["relevance"] == "none"
    wanted = dict.fromkeys(("lever", "strength", "model_needs"), not irrelevant) | {"reason_if_none": irrelevant}
    yield from filled(row, wanted, f"the relevance is {row['relevance']}")


def figure_holds_values(row):
    """A number as printed and its two ends say the same; a word has no ends, but for "half", which is two."""
    low, high = row["value_low"], row["value_high"]
    printed = {"half": [2.0]}.get(row["figure"]) or [
        float(n.replace(",", "")) for n in _NUMBERS.findall(row["figure"] or "")
    ]
    for column, found in (("value_low", low), ("value_high", high)):
        if (found is None) == bool(printed) or (found is not None and found not in printed):
            yield column, f"one of {', '.join(map(shown, printed)) or 'no numbers'}, as the figure prints"


def input_has_its_basis(row):
    """What an input rests on decides which of its cells have a value."""
    basis = row["basis"]
    sourced, numeric = basis in ("abstract", "paper", "code", "third party"), basis not in ("table", "model", "missing")
    wanted = dict.fromkeys(("source", "locator", "status", "checked"), sourced)
    wanted |= {"value": numeric, "taken_from": basis == "table"}
    yield from filled(row, wanted, f"the basis is {basis}")
    assumption = basis == "assumption"
    if basis in ("assumption", "missing") and row["assumed"] != assumption:
        yield "assumed", f"{str(assumption).lower()}, because the basis is {basis}"
    if row["note"] is None and (row["assumed"] or basis in ("model", "missing")):
        because = f"the basis is {basis}" if basis in ("assumption", "model", "missing") else "assumed is true"
        yield "note", f"a remark, because {because}"
    if not numeric and (row["low"] is not None or row["high"] is not None):
        yield "low", f"a blank, because the basis is {basis}"
    if numeric and row["value"] is not None:
        yield from value_or_end(row)
    if (row["symbol"] or "").endswith("_share"):
        for column in ("value", "low", "high"):
            if row[column] is not None and row[column] > 1:
                yield column, f"at most 1, because {row['symbol']} is a share"


def figure_problems(read):
    """Every figure of a system is one that its claim prints, of the system's own paper."""
    tables = [read.get(name) for name in ("system_claims", "related_claims", "systems")]
    if any(table is None or not table.complete for table in tables):
        return []
    ours, claims, systems = tables
    rows = {row["id"]: row for row in claims.rows}
    papers = {row["id"]: row["paper"] for row in systems.rows}
    problems = []
    for index, row in enumerate(ours.rows):
        claim = rows.get(row["claim"])
        if claim is None:  # the foreign key says so already
            continue
        # A figure may be a part of a longer one; it may not be a part of a longer number.
        pattern = rf"(?<![\d.,]){re.escape(row['figure'])}(?![\d])"
        if not re.search(pattern, claim["numbers"]):
            problems.append(ours.problem(index, "figure", f"one of {claim['numbers']!r}, which {row['claim']} prints"))
        if claim["paper"] != papers.get(row["system"], claim["paper"]):
            problems.append(ours.problem(index, "claim", f"a claim of the paper {papers[row['system']]}"))
    return problems


def input_problems(read):
    """A system has one row for each of its inputs, a symbol has one unit, and what is taken from a table is there."""
    inputs = read.get("system_inputs")
    if inputs is None or not inputs.complete:
        return []
    first, problems = {}, []
    for index, row in enumerate(inputs.rows):
        known = first.setdefault((row["system"], row["symbol"]), index)
        if known != index:
            expected = f"an input given once for {row['system']}; row {inputs.lines[known]} has it too"
            problems.append(inputs.problem(index, "symbol", expected))
    taken = [(index, row["taken_from"]) for index, row in enumerate(inputs.rows) if row["taken_from"]]
    problems += [
        inputs.problem(index, "taken_from", expected)
        for index, text in taken
        if (expected := _not_taken(read, text, inputs.values[index]["unit"])) is not None
    ]
    return problems + once_the_same(inputs, "symbol", ["unit"])


def _not_taken(read, text, unit):
    """What was expected of a place such as "llm/L001/hidden" from which an input is taken; None if it is right."""
    name, key, column = [*text.split("/"), "", ""][:3]
    table = read.get(name)
    if table is None:
        return f"a place TABLE/ROW/COLUMN, and {name} is none of {', '.join(read)}"
    field = next((field for field in table.fields if field["name"] == column), None)
    if field is None or field["type"] not in ("number", "integer"):
        return f"a place TABLE/ROW/COLUMN, and {column} is no column of numbers of {table.file}"
    if field["unit"] != unit:
        return f"a column in {shown(unit)}, the unit of the row; {column} is in {field['unit']}"
    row = next((row for row in table.values if row[table.key] == key), None)
    if table.complete and (row is None or row[column] is None):
        return f"a place TABLE/ROW/COLUMN with a number in it, and {table.file} has none in {key}, {column}"
    return None


RULES = {
    "related_papers": [lever_or_reason],
    "system_claims": [figure_holds_values],
    "system_inputs": [input_has_its_basis],
}
