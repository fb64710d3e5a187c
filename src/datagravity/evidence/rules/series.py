"""Rules of the tables `series` and `series_rows`, and of the rows that these refer to."""

from datagravity.evidence.rules.shared import filled

#: The uses whose series are ordered in time, and the one whose series have distances.
IN_TIME, OF_DISTANCE = ("growth", "memory generation"), "exponent"


def use_has_its_columns(row):
    """A series over time names its column of time, one of distances its origin, what it holds and what to mind."""
    use = row["use"]
    wanted = dict.fromkeys(("origin", "growing_part", "warning"), use == OF_DISTANCE) | {"time_column": use in IN_TIME}
    yield from filled(row, wanted, f"the use is {use}")


def stand_in_has_its_length(row):
    """A capacity is scaled from one published path, an assumed length is a path, a number, or both."""
    stand_in, path, length = (row[column] for column in ("stand_in", "path", "assumed_mm"))
    if stand_in == "capacity" and (path is None or ";" in path):
        yield "path", "one row of distances.csv, because the stand-in is capacity"
    if stand_in == "assumed" and path is None and length is None:
        yield "path", "rows of distances.csv, or a length in assumed_mm, because the stand-in is assumed"
    if stand_in is None and path is not None:
        yield "path", "a blank, because nothing stands in for a distance"
    if stand_in != "assumed" and length is not None:
        yield "assumed_mm", "a blank, because no length is assumed"


def member_problems(tables):
    """Every member is a row of the table of its series, once, with what the use of the series asks of it."""
    named, members = tables.get("series"), tables.get("series_rows")
    if any(table is None or not table.complete for table in (named, members)):
        return []
    series = {row["name"]: row for row in named.values}
    there = {name: {row[table.key]: row for row in table.values} for name, table in tables.items() if table.complete}
    problems, taken, labelled = [], {}, {}
    for index, member in enumerate(members.values):
        one = series.get(member["series"])
        if one is None or one["table"] not in there:  # a key or a file is wrong, and is named elsewhere
            continue
        row = there[one["table"]].get(member["row"])
        # A machine may be in several series over time; a datum of any other kind counts once.
        scope = member["series"] if one["use"] in IN_TIME else one["use"]
        if row is None:
            found = [("row", f"a row of {tables[one['table']].file}")]
        elif taken.setdefault((scope, member["row"]), index) != index:
            found = [("row", f"a row used once; row {members.lines[taken[scope, member['row']]]} has it too")]
        else:
            found = list(_of_member(one, member, row))
        label = member["series"], member["label"]
        if label[1] is not None and labelled.setdefault(label, index) != index:
            found.append(("label", f"a label used once in its series; row {members.lines[labelled[label]]} has it too"))
        problems += [members.problem(index, column, expected) for column, expected in found]
    return problems


def _of_member(series, member, row):
    """What one member lacks: `row` is the row that it names."""
    time, stand_in = series["time_column"], member["stand_in"]
    if time is not None and row.get(time) is None:
        yield "row", f"a row with a {time}, because its series is ordered by it"
    if (stand_in is not None) != (series["use"] == OF_DISTANCE and row.get("distance_mm") is None):
        yield "stand_in", "a blank" if stand_in else "a value, because the row has no distance"
    if stand_in == "capacity" and row.get("capacity_kib") is None:
        yield "stand_in", "another one, because the row has no capacity"


RULES = {"series": [use_has_its_columns], "series_rows": [stand_in_has_its_length]}
