"""The data of the book: read, checked, converted, and described.

`data/datapackage.json` says what each column means, in which unit, and what it may hold. On the way from a file to a
data frame a table passes through these rooms: `package` (the description), `files` (text into rows), `schema` (what a
cell may hold) and `keys` (what a row refers to), `rules` (what a schema cannot say), `corrections`, and `conversion`
(the columns computed here). `loading` takes it along that way. Every problem is reported, not only the first, and
nothing is dropped or mended. `cells` and `problems` are their words, `readme` describes the tables to a reader, and
`frictionless_check` asks the reference implementation of data packages for its opinion.
"""

from datagravity.checks import Missing
from datagravity.evidence.cells import is_blank, plain, shown
from datagravity.evidence.loading import LOADED_FROM, load, one_row, rows_by_id, tables, validate
from datagravity.evidence.package import UNITS
from datagravity.evidence.problems import Problem, TableError
from datagravity.evidence.readme import data_readme
from datagravity.reads import reading, remembered

__all__ = [
    "LOADED_FROM",
    "UNITS",
    "Missing",
    "Problem",
    "TableError",
    "data_readme",
    "is_blank",
    "load",
    "one_row",
    "plain",
    "reading",
    "remembered",
    "rows_by_id",
    "shown",
    "tables",
    "validate",
]
