"""What the description says of the cells of one table: types, missing values, limits, vocabularies, patterns."""

from datagravity.evidence.cells import expected, fits, slip


def problems(table):
    """Every cell that its column may not hold; of a row without one value, only that."""
    blank = {index for index, row in enumerate(table.rows) if not any(row.values())}
    found = [table.problem(index, table.key, "a value; the whole row is blank") for index in sorted(blank)]
    for field in table.fields:
        cells = table.column(field["name"])
        # A column has few different cells: each is checked once.
        wrong = {cell for cell in set(cells) if not fits(field, cell)}
        if wrong:
            found += [
                table.problem(index, field["name"], _expected(field, cell))
                for index, cell in enumerate(cells)
                if cell in wrong and index not in blank
            ]
    return found


def _expected(field, cell):
    wrong = slip(field, cell)
    return f"{expected(field)}; {wrong}" if wrong else expected(field)
