"""Rules, and parts of rules, that several tables share."""

import re
from collections import Counter
from datetime import date
from functools import partial

from datagravity.evidence.cells import shown

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def by_names(columns):
    """The rules that a table has by the names of its columns, whatever it is about."""
    pairs = [(low, re.sub(r"(^|_)low(_|$)", r"\1high\2", low)) for low in columns]
    intervals = [(low, high) for low, high in pairs if high != low and high in columns]
    days = [column for column in columns if column == "date" or column.endswith("_date")]
    return [partial(low_at_most_high, intervals)] * bool(intervals) + [partial(days_exist, days)] * bool(days)


def low_at_most_high(intervals, row):
    """The low end of an interval is not above its high end."""
    for low, high in intervals:
        ends = row[low], row[high]
        if all(isinstance(end, int | float) for end in ends) and ends[0] > ends[1]:
            yield low, f"at most {high}, which is {row[high]:g}"


def days_exist(days, row):
    """A day, as in 2015-03-31, is one of the calendar."""
    for column in days:
        if row[column] is not None and _DAY.fullmatch(row[column]):
            try:
                date.fromisoformat(row[column])
            except ValueError:
                yield column, "a day of the calendar"


def once_the_same(table, key, columns):
    """The rows of a table with one value in the column `key` say the same in some other columns: what most of them say.

    Parameters
    ----------
    table : Table
    key : name of a column
    columns : names of columns
    """
    problems = []
    for column in columns:
        said = {}
        for row in table.values:
            said.setdefault(row[key], Counter())[row[column]] += 1
        usual = {one: counts.most_common(1)[0][0] for one, counts in said.items()}
        problems += [
            table.problem(index, column, f"{shown(usual[row[key]])}, as in other rows of {row[key]}")
            for index, row in enumerate(table.values)
            if row[column] != usual[row[key]]
        ]
    return problems


def filled(row, wanted, reason):
    """Of each column named in `wanted`, whether it has a value or a blank as it should."""
    for column, given in wanted.items():
        if (row[column] is not None) != given:
            yield column, f"{'a value' if given else 'a blank'}, because {reason}"


def value_or_end(row):
    """A fact has a value or an end, and a value lies between the ends."""
    value, low, high = row["value"], row["low"], row["high"]
    if value is low is high is None:
        yield "value", "a number, or an end in low or high"
    if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
        yield "value", f"a number from {shown(low)} to {shown(high)}"


def recalled_checked(row):
    """What was not checked again says so in both columns."""
    if (row["status"] == "recalled") != (row["checked"] == "recalled"):
        yield "checked", "recalled exactly where status is"


def recalled_has_confidence(row):
    """A number that was not checked again says how sure we are of it, and says so in both columns."""
    if (row["status"] == "recalled") != (row["confidence"] is not None):
        yield "confidence", "a value for a recalled row, a blank for a verified one"
    if (row["status"] == "recalled") != (row["text_type"] == "recalled"):
        yield "text_type", "recalled exactly where status is"
