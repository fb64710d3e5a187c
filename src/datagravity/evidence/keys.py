"""What rows are called and refer to: unique keys, keys of other tables, and the keys of the bibliography."""

from datagravity.evidence.package import name_of
from datagravity.evidence.problems import Problem
from datagravity.sources import entries_of

#: Columns with several keys in a cell, ";" between them, and the table whose rows these are.
LISTS = {
    ("accelerators", "second_source"): "sources",
    ("memory_paths", "distances"): "distances",
    ("series_rows", "path"): "distances",
}


def problems(resources, tables, known):
    """Every value that is used twice where it may not be, and every key that no row of another table has.

    Parameters
    ----------
    resources : the descriptions of the tables
    tables : name -> Table
    known : (file, row, column) of cells that are wrong already, of which nothing else is said
    """
    found = []
    for resource in resources:
        table, schema = tables[resource["name"]], resource["schema"]
        unique = [field["name"] for field in schema["fields"] if field.get("constraints", {}).get("unique")]
        key = schema["primaryKey"]
        for column in dict.fromkeys([*(key if len(key) == 1 else []), *unique]):
            found += _repeated(table, column)
        if len(key) > 1:
            found += _repeated_together(table, key)
        for key in schema.get("foreignKeys", []):
            found += _dangling(table, key["fields"][0], key["reference"], tables[key["reference"]["resource"]])
    return [problem for problem in found if (problem.file, problem.row, problem.column) not in known]


def _repeated(table, column):
    first = {}
    return [
        table.problem(index, column, f"a value used once; row {table.lines[first[cell]]} has it too")
        for index, cell in enumerate(table.column(column))
        if cell and first.setdefault(cell, index) != index
    ]


def _repeated_together(table, columns):
    """Rows whose key of several columns another row has; the problem stands at the first of them."""
    first = {}
    return [
        table.problem(
            index, columns[0], f"{', '.join(columns)} used once; row {table.lines[first[cells]]} has them too"
        )
        for index, cells in enumerate(zip(*map(table.column, columns), strict=True))
        if all(cells) and first.setdefault(cells, index) != index
    ]


def _dangling(table, column, reference, other):
    # Of a table that could not be read whole, nobody can say what it lacks.
    if not other.complete:
        return []
    there = set(other.column(reference["fields"][0]))
    return [
        table.problem(index, column, f"one that exists: {reference['fields'][0]} in {reference['resource']}.csv")
        for index, cell in enumerate(table.column(column))
        if cell and cell not in there
    ]


def list_problems(tables, known):
    """Every key in a cell of several that no row of another table has; `tables` and `known` as for `problems`."""
    found = []
    for (name, column), other in LISTS.items():
        if name not in tables or other not in tables or not tables[other].complete:
            continue
        there = set(tables[other].column(tables[other].key))
        found += [
            tables[name].problem(index, column, f"rows of {other}.csv, and {part} is none")
            for index, cell in enumerate(tables[name].column(column))
            for part in cell.split(";")
            if cell and part not in there
        ]
    return [problem for problem in found if (problem.file, problem.row, problem.column) not in known]


def bibliography_problems(folder, references, tables):
    """The bibliography and the table of sources hold the same keys."""
    file = name_of(references.parent, references.name)
    try:
        entries = set(entries_of(references)["key"])
    except (OSError, ValueError) as error:
        return [Problem(file, f"a bibliography ({error})")]
    sources = tables.get("sources")
    if sources is None or not sources.complete:
        return []
    keys = sources.column("key")
    unknown = [
        sources.problem(index, "key", f"a key of {file}")
        for index, key in enumerate(keys)
        if key and key not in entries
    ]
    return unknown + [
        Problem(file, f"a row of {name_of(folder, 'sources.csv')} with this key", name=f"entry {key}")
        for key in sorted(entries - set(keys))
    ]
