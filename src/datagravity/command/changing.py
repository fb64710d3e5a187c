"""Changes of the tables as a reader types them: `--set TABLE.ROW.COLUMN=VALUE` and `--drop-source KEY`."""

import re

import click

SET = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="TABLE.ROW.COLUMN=VALUE",
    help="Try another value of a cell; LOW,HIGH for both ends where the row has a low and a high one.",
)
DROP = click.option("--drop-source", "left_out", multiple=True, metavar="KEY", help="Leave a source out.")


def cells_of(settings):
    """The cells that some settings mean, and what each of them changes.

    Parameters
    ----------
    settings : texts such as "claims.C6.region=0.1,10"

    Returns
    -------
    (cells, changes): `changing.Cell`s, and a dict each: table, row, called, column, before, after

    Raises
    ------
    ValueError
        If a setting has another form, or there is no such table, row or column; the message has the nearest.
    """
    found = [one for text in settings for one in _cells(text)]
    places = [(cell.table, cell.place, cell.column) for cell, _ in found]
    if twice := [one for one in places if places.count(one) > 1]:
        raise ValueError(f"--set: {twice[0][0]}, column {twice[0][2]} of one row is set twice, expected each cell once")
    return [cell for cell, _ in found], [change for _, change in found]


def keys_of(left_out):
    """The keys of sources that some names mean; ValueError with the nearest if there is none."""
    from datagravity import catalogue
    from datagravity.naming import found

    known = [row.key for row in catalogue.rows("sources")]
    return [found("--drop-source", text, known) for text in left_out]


def _cells(text):
    from datagravity import catalogue
    from datagravity.evidence.changing import Cell
    from datagravity.naming import found

    place, equal, value = text.partition("=")
    table, _, rest = place.partition(".")
    row, _, column = rest.rpartition(".")
    if not (equal and table and row and column):
        raise ValueError(f"--set: {text!r}, expected TABLE.ROW.COLUMN=VALUE, as in accelerators.H100.tdp=350")
    resources = catalogue.resources()
    table = found("--set, table", table, list(resources))
    rows = catalogue.rows(table)
    names = {one.key: called(one) for one in rows}
    key = _row(table, row, names)
    index = next(index for index, one in enumerate(rows) if one.key == key)
    fields = resources[table]["schema"]["fields"]
    texts = _texts(table, column, value, fields)
    if len(texts) == 2 or all(field["type"] in ("number", "integer") for field in fields if field["name"] in texts):
        _refuse_a_pair_for_one_number(text, value, {rows[index].cells[name] for name in texts}, len(texts))
    return [
        (
            Cell(table, index, name, new),
            {
                "table": table,
                "row": key,
                "called": names[key],
                "column": name,
                "before": rows[index].cells[name],
                "after": new,
            },
        )
        for name, new in texts.items()
    ]


def _refuse_a_pair_for_one_number(text, value, before, columns):
    """Refuse two numbers where the row states one: what is computed from one number would take the low end alone."""
    ends = [part.strip() for part in value.split(",")]
    if len(ends) != 2 or ends[0] == ends[1] or (columns == 2 and (len(before) == 2 or before == {""})):
        return
    states = f"the row states one, {before.pop()}" if columns == 2 else "the column holds one"
    raise ValueError(f"--set: {text!r}, expected one number, because {states}; for a range, ask once for each end")


def called(row):
    """What a row is called beside its key, in the first of its columns that say so; "" if none does."""
    return next(
        (row.cells[name] for name in ("name", "item", "fact", "system", "operation") if row.cells.get(name)), ""
    )


def _row(table, text, names):
    """The key of the row that a text means: its key, its name, or words of its name that no other has."""
    from datagravity.naming import found, nearest, normal, unknown

    exact = [key for key in names if normal(key) == normal(text)]
    if len(exact) == 1:
        return exact[0]
    same = [key for key, name in names.items() if name and normal(name) == normal(text)]
    if len(same) == 1:
        return same[0]
    if len(same) > 1:
        raise unknown(f"--set, row of {table}", text, same, list(names))
    holding = [key for key, name in names.items() if name and normal(text) in normal(name)]
    if len(holding) == 1:
        return holding[0]
    if holding:
        raise unknown(f"--set, row of {table}", text, [f"{key} ({names[key]})" for key in holding], list(names))
    if near := nearest(text, [*names, *filter(None, names.values())]):
        raise unknown(f"--set, row of {table}", text, near, list(names))
    return found(f"--set, row of {table}", text, list(names))


def _texts(table, column, value, fields):
    """The columns that a name means, and the text that each gets."""
    from datagravity.naming import found, normal

    names = [field["name"] for field in fields]
    stems = {}
    for name in names:
        if re.search(r"(^|_)low(_|$)", name) and (high := re.sub(r"(^|_)low(_|$)", r"\1high\2", name)) in names:
            stems[re.sub(r"_low(?=_|$)|^low_", "", name)] = (name, high)
    short = {_without_unit(field): field["name"] for field in fields}
    parts = [part.strip() for part in value.split(",")]
    if len(parts) == 2 and (stem := _stem(column, stems)):
        return dict(zip(stems[stem], parts, strict=True))
    for one in names:
        if normal(one) == normal(column):
            return {one: value.strip()}
    if stem := _stem(column, stems):
        return dict.fromkeys(stems[stem], value.strip())
    if column in short:
        return {short[column]: value.strip()}
    return {found(f"--set, column of {table}", column, [*names, *stems]): value.strip()}


def _stem(column, stems):
    """The one stem that a name means, with its unit or without; None if there is none."""
    from datagravity.naming import normal

    same = [stem for stem in stems if normal(stem) == normal(column)]
    same = same or [stem for stem in stems if stem.rpartition("_")[0] == column]
    return same[0] if len(same) == 1 else None


def _without_unit(field):
    """The name of a column without its unit, as in `tdp` for `tdp_w`."""
    unit = re.sub(r"\W+", "_", field.get("unit", "").lower())
    return re.sub(rf"_{re.escape(unit)}$", "", field["name"]) if unit else field["name"]


def told(changes, changed):
    """What was changed, a line each."""
    lines = []
    for one in changes:
        name = f"{one['row']} ({one['called']})" if one["called"] else one["row"]
        before, after = (one[when] or "blank" for when in ("before", "after"))
        lines.append(f"Set: {one['table']} {name}, {one['column']}: {before} → {after}")
    for table, key, column, before, after in changed.follow:
        lines.append(f"With it: {table} {key}, {column}: {before or 'blank'} → {after or 'blank'}")
    for key, tables in changed.gone.items():
        rows = ", ".join(f"{count} of {table}" for table, count in tables.items())
        lines.append(f"Left out: {key}, with {f'its rows: {rows}' if rows else 'no row: no table has one of it'}")
    if changed.void:
        lines.append(f"Void, since they are about a cell that is set: {', '.join(changed.void)}")
    return lines
