"""The description of the tables: what `datapackage.json` says, and whether all of it is understood here."""

import json
import re
from functools import lru_cache

from datagravity import checks, paths
from datagravity.evidence.cells import LIMITS
from datagravity.evidence.problems import Problem, TableError
from datagravity.reads import file_digest

#: Every unit that a column of the data package may have; "1" is a plain number, and "by row" means that another
#: column of the row names the unit.
UNITS = (
    "pJ",
    "pJ/bit",
    "pJ/bit/mm",
    "nJ",
    "nJ/mm",
    "ns",
    "mW",
    "mm2",
    "percent",
    "bit",
    "KiB",
    "GB/s",
    "mm",
    "nm",
    "V",
    "year",
    "ratio",
    "TFLOP/s",
    "GB",
    "MB",
    "W",
    "FLOP/byte",
    "GFLOP/J",
    "1",
    "1e9",
    "B",
    "J",
    "Wh",
    "s",
    "ms",
    "token/s",
    "by row",
)
#: What is checked of a column, by its type. A word that is not here would be a promise that nobody keeps.
CONSTRAINTS = {
    "string": {"required", "unique", "enum", "pattern"},
    "number": {"required", "unique", *LIMITS},
    "integer": {"required", "unique", *LIMITS},
    "boolean": {"required"},
}


def _is_pattern(value):
    try:
        return isinstance(value, str) and re.compile(value) is not None
    except re.error:
        return False


def _is_words(value):
    return isinstance(value, list) and bool(value) and all(isinstance(word, str) for word in value)


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


#: What a constraint is: whether a value is one, and in words.
CONSTRAINT_IS = {
    "required": (lambda value: isinstance(value, bool), "true or false"),
    "unique": (lambda value: isinstance(value, bool), "true or false"),
    "enum": (_is_words, "a list of texts"),
    "pattern": (_is_pattern, "a regular expression"),
    **dict.fromkeys(LIMITS, (_is_number, "a number")),
}
#: The name of a table or of a column.
NAME = re.compile(r"[a-z][a-z0-9_]*")
FILE = "datapackage.json"
#: In a folder of tables from which sources are left out: their keys, a line each. A table may then have no row.
LEFT_OUT = "left-out.txt"


def folder_of(directory):
    """The folder of a data package; the book's own if None."""
    return paths.DATA if directory is None else checks.path("directory", directory)


def left_out(folder):
    """The keys of the sources that are left out of a folder of tables (a list); none of the book's own."""
    path = folder / LEFT_OUT
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def name_of(folder, file):
    """How a message calls a file: its folder and its name."""
    return f"{folder.name}/{file}"


def read(folder):
    """The description, as Python values that all share.

    Raises
    ------
    TableError
        If the file cannot be read, is no JSON, or is not understood.
    """
    return _read(folder, file_digest(folder / FILE))


@lru_cache(maxsize=16)
def _read(folder, _digest):
    file = name_of(folder, FILE)
    try:
        package = json.loads((folder / FILE).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise TableError([Problem(file, f"a data package in JSON ({said})")]) from error
    try:
        problems = list(_problems(file, package["resources"]))
    except KeyError as error:
        raise TableError([Problem(file, f"a valid data package (an entry {error} is missing)")]) from error
    except (TypeError, IndexError, AttributeError) as error:
        raise TableError([Problem(file, f"a valid data package ({error})")]) from error
    if problems:
        raise TableError(problems)
    return package


def _problems(file, resources):
    """What of a description is not understood here."""
    columns = {table["name"]: [field["name"] for field in table["schema"]["fields"]] for table in resources}
    if len(columns) < len(resources) or not columns:
        yield Problem(
            file, "tables, each once, as the resources", value=", ".join(table["name"] for table in resources)
        )
    for table in resources:
        name, schema = table["name"], table["schema"]
        place = {"file": file, "name": f"table {name}"}
        own = columns[name]
        for called in (name, *own):
            if not NAME.fullmatch(called):
                yield Problem(**place, expected=f"a name of the form {NAME.pattern}", value=called)
        if len(set(own)) < len(own):
            yield Problem(**place, expected="each column once", value=", ".join(own))
        if table["path"] != f"{name}.csv":
            yield Problem(**place, expected=f"the path {name}.csv", value=str(table["path"]))
        for field in schema["fields"]:
            yield from _field_problems(place | {"column": field["name"]}, field)
        if not schema["primaryKey"] or not set(schema["primaryKey"]) <= set(columns[name]):
            yield Problem(**place, expected="columns of its own as the primary key", value=str(schema["primaryKey"]))
        for key in schema.get("foreignKeys", []):
            own, other = key["fields"], key["reference"]
            if not (
                len(own) == len(other["fields"]) == 1
                and own[0] in columns[name]
                and other["fields"][0] in columns.get(other["resource"], [])
            ):
                yield Problem(**place, expected="a foreign key of one column into one column", value=str(key))


def _field_problems(place, field):
    kind, unit = field["type"], field.get("unit", "")
    if not isinstance(kind, str) or kind not in CONSTRAINTS:
        yield Problem(**place, expected=f"a type of the list {', '.join(CONSTRAINTS)}", value=str(kind))
        return
    for word, limit in field.get("constraints", {}).items():
        if word not in CONSTRAINTS[kind]:
            known = ", ".join(sorted(CONSTRAINTS[kind]))
            yield Problem(**place, expected=f"a constraint of the list {known}", value=word)
        elif not CONSTRAINT_IS[word][0](limit):
            yield Problem(**place, expected=f"{CONSTRAINT_IS[word][1]} as its {word}", value=str(limit))
    if (kind in ("number", "integer") or "unit" in field) and unit not in UNITS:
        yield Problem(**place, expected=f"a unit of the list {', '.join(UNITS)}", value=str(unit or ""))
