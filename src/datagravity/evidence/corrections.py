"""What is said against published values: each correction guards the cell that it is about, and changes no cell."""

import pandas as pd

from datagravity.evidence.cells import BOOLEAN, expected, fits


def override_has_value(row):
    """An override names the value it offers, other actions have none, and no correction corrects a correction."""
    if (row["action"] == "override") != (row["value"] is not None):
        yield "value", "a value for an override, a blank otherwise"
    if row["table"] == "corrections":
        yield "table", "another table than this one"


def problems(tables, known):
    """Every correction names a cell that exists, still holds the value it was written for, and fits its override.

    Parameters
    ----------
    tables : name -> Table
    known : the problems that were found so far
    """
    corrections = tables.get("corrections")
    # A row may be missing because its key is already known to be wrong: one problem, not two.
    unsure = {p.file for p in known for table in tables.values() if p.file == table.file and p.column == table.key}
    found, overridden = [], {}
    for index, row in enumerate(corrections.rows if corrections else []):
        found += _problems_of_one(index, row, corrections, tables, unsure)
        cell = row["table"], row["row"], row["column"]
        if row["action"] == "override" and overridden.setdefault(cell, index) != index:
            other = corrections.lines[overridden[cell]]
            found.append(corrections.problem(index, "value", f"one override of a cell; row {other} has another"))
    return found


def _problems_of_one(index, row, corrections, tables, unsure):
    table = tables.get(row["table"])
    if table is None:
        return [corrections.problem(index, "table", f"one of {', '.join(tables)}")]
    field = next((field for field in table.fields if field["name"] == row["column"]), None)
    if field is None:
        return [corrections.problem(index, "column", f"a column of {table.file}")]
    place = next((place for place, other in enumerate(table.rows) if other[table.key] == row["row"]), None)
    if place is None:
        # Of a table that could not be read whole, nobody can say what it lacks.
        sure = table.complete and table.file not in unsure
        return [corrections.problem(index, "row", f"a row of {table.file}")] if sure else []
    found = []
    if row["expect"] and table.rows[place][row["column"]] != row["expect"]:
        text = f"{row['expect']!r}, the published value that {row['id']} of {corrections.file} is about: look at it"
        found.append(table.problem(place, row["column"], f"{text} again before you change the value"))
    if row["value"] and not fits(field, row["value"]):
        found.append(corrections.problem(index, "value", f"{expected(field)} ({table.file}, {row['column']})"))
    return found


def beside(name, frame, corrections):
    """A table that has corrections with the columns `corrections`, `out_of_fits` and, for overrides, `..._corrected`.

    Parameters
    ----------
    name : of the table
    frame : the table; its first column is its key
    corrections : the table of corrections
    """
    of_table = corrections[corrections["table"] == name]
    if of_table.empty:
        return frame
    frame, key = frame.copy(), frame.columns[0]
    ids = of_table.groupby("row")["id"].agg("; ".join)
    frame["corrections"] = frame[key].map(ids).astype("string")
    frame["out_of_fits"] = frame[key].isin(of_table.loc[of_table["action"] == "exclude", "row"]).astype("boolean")
    for column, rows in of_table[of_table["action"] == "override"].groupby("column"):
        kind = frame[column].dtype
        offered = pd.Series(rows["value"].to_numpy(), index=rows["row"]).map(BOOLEAN if kind == "boolean" else str)
        # Numbers are read from text as the tables themselves are.
        values = frame[key].map(pd.to_numeric(offered) if kind in ("Int64", "Float64") else offered)
        frame[f"{column}_corrected"] = values.astype(kind).fillna(frame[column])
    return frame
