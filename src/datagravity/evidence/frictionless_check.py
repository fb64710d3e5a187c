"""What Frictionless, the reference implementation of data packages, says of the tables.

Loading checks every table natively, in milliseconds. Frictionless takes half a second, so it is asked only by
`datagravity validate` and by the tests, which compare both verdicts.
"""

import copy

from datagravity.evidence import files, package
from datagravity.evidence.problems import Problem


def problems(directory=None):
    """Everything that Frictionless finds in a data package whose files can be read.

    Parameters
    ----------
    directory : folder of the data package; the book's own if None

    Returns
    -------
    list of Problem: file, row and column as in native problems; `expected` in the words of Frictionless.
    """
    from frictionless import FrictionlessException, Package

    folder = package.folder_of(directory)
    described = copy.deepcopy(package.read(folder))
    tables = {}
    for resource in described["resources"]:
        table, _ = files.read(folder, resource)
        tables[resource["name"]] = table
        # Rows as they were read here: a byte order mark is how spreadsheets write, not an error.
        for entry in ("path", "scheme", "format", "mediatype", "encoding"):
            resource.pop(entry, None)
        columns = [field["name"] for field in table.fields]
        resource["data"] = [columns, *([row[name] for name in columns] for row in table.rows)]
    try:
        report = Package.from_descriptor(described).validate()
    except FrictionlessException as error:
        notes = "; ".join(reason.note for reason in error.reasons) or error.error.note
        return [Problem(package.name_of(folder, package.FILE), f"a valid data package ({notes})")]
    found = [Problem(package.name_of(folder, package.FILE), f"a valid data package ({e.note})") for e in report.errors]
    for task in report.tasks:
        found += [_problem(tables[task.name], error) for error in task.errors]
    return found


def _problem(table, error):
    row = getattr(error, "row_number", None)
    if row is None:
        return Problem(table.file, f"a table that Frictionless accepts ({error.message})")
    column = getattr(error, "field_name", None) or next(iter(getattr(error, "field_names", [])), table.key)
    return table.problem(row - 2, column, f"what Frictionless accepts ({error.message})")
