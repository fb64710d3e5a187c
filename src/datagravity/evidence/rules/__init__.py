"""What a schema cannot say, table by table.

The rules of a table are in the module that has the name of the model that reads it. They need nothing of the model,
so that data are checked without it: `RULES` names them all, whatever else is imported, and in whichever order.
A rule is a function of a row's values (None for a blank) that yields pairs: a column, and what was expected there.
"""

from datagravity.evidence import corrections
from datagravity.evidence.rules import (
    brains,
    choices,
    claims,
    decoding,
    distance,
    pim,
    plateau,
    processors,
    programs,
    series,
    sources,
    systems,
)
from datagravity.evidence.rules.shared import by_names

#: The rules of each table, beside those that it has by the names of its columns.
RULES = (
    processors.RULES
    | distance.RULES
    | pim.RULES
    | choices.RULES
    | claims.RULES
    | brains.RULES
    | plateau.RULES
    | decoding.RULES
    | systems.RULES
    | series.RULES
    | programs.RULES
    | {"corrections": [corrections.override_has_value]}
)
#: The tables with columns that follow from others: function of the values of a row before and after -> texts by column.
FOLLOWS = plateau.FOLLOWS | processors.FOLLOWS | pim.FOLLOWS | claims.FOLLOWS | decoding.FOLLOWS | distance.FOLLOWS


def row_problems(name, table):
    """What the rules of a table say of its rows."""
    rules = [*by_names([field["name"] for field in table.fields]), *RULES.get(name, [])]
    return [
        table.problem(index, column, expected)
        for index, row in enumerate(table.values)
        for rule in rules
        for column, expected in rule(row)
    ]


def cross_problems(tables, known):
    """What rows say together: corrections, figures, series, options of choices, ids of claims, runs, groups."""
    found = corrections.problems(tables, known) + series.member_problems(tables)
    found += choices.choice_problems(tables) + claims.claim_problems(tables) + pim.way_problems(tables)
    found += programs.program_problems(tables) + sources.group_problems(tables) + plateau.trend_problems(tables)
    return found + systems.figure_problems(tables) + systems.input_problems(tables)
