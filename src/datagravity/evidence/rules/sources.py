"""Rules of the table `sources`."""

from collections import Counter


def group_problems(tables):
    """A source is a group of its own, under its key, or of a group that another source is of too."""
    sources = tables.get("sources")
    if sources is None or not sources.complete:
        return []
    groups, keys = sources.column("group"), sources.column("key")
    members, own = Counter(groups), dict(zip(keys, groups, strict=True))
    problems = []
    for index, (key, group) in enumerate(zip(keys, groups, strict=True)):
        if group and group != key and (members[group] == 1 or own.get(group, group) != group):
            expected = f"{key}, or a group that another source is of too"
            problems.append(sources.problem(index, "group", expected))
        copied = sources.rows[index]["group_at_45_nm"]
        if copied and copied not in members:
            problems.append(sources.problem(index, "group_at_45_nm", "one that stands in the column group"))
    return problems
