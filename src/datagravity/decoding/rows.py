"""Who decodes, and on what: a row of the table by its name, or a mapping with its columns that a reader gives."""

from collections.abc import Mapping

import pandas as pd

from datagravity import checks
from datagravity.decoding import configuration
from datagravity.evidence import cells, load, package, plain, remembered

#: The columns that a forecast cannot do without, all of them numbers above 0.
MODEL_NUMBERS = ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn_hidden", "vocab")
HARDWARE_NUMBERS = ("peak_dense_fp16_bf16_tflops", "memory_gb", "mem_bw_gb_s", "tdp_w")
#: What a reader's own row may say that the table does not: the power of an accelerator that waits, in W; the width of
#: a weight, in bits.
BESIDE = {"accelerators": ("idle_w",), "llm": ("weight_bits",)}


def model_row(model):
    """The name of a model and its row: of the table `llm`, or as a reader gives it; blanks become None.

    Raises
    ------
    ValueError
        If there is no such model, a column that is needed is blank or out of range, or a value is none that the table
        could hold.
    """
    model = _mapping(model)
    if isinstance(model, Mapping) and configuration.is_configuration(model):
        model = configuration.row_of(model)
    name, row = _row("llm", "model", model, MODEL_NUMBERS)
    _filled(name, row, "tied_embeddings")
    return name, row


def hardware_row(accelerator):
    """The name of an accelerator and its row, as `model_row` has it of the table `accelerators`."""
    return _row("accelerators", "accelerator", _mapping(accelerator), HARDWARE_NUMBERS)


def _mapping(given):
    """A row of a data frame as a mapping; anything else as it is."""
    return given.to_dict() if isinstance(given, pd.Series) and given.index.inferred_type == "string" else given


@remembered
def _names(table):
    return tuple(load(table)["name"])


@remembered
def _named(table, name):
    rows = load(table)
    return rows[rows["name"] == name].astype(object).to_dict("records")[-1]


def _row(table, argument, given, needed):
    if isinstance(given, str):
        row = plain(_named(table, checks.there(argument, given, _names(table))))
    else:
        if not isinstance(given, Mapping):
            raise ValueError(f"{argument}: {checks.in_line(given)}, expected a name or a mapping")
        row = plain(dict(given))
        _held_to_the_table(table, row)
    name = str(row.get("name") or "a row of your own")
    for column in needed:
        checks.number(f"{column} of {name!r}", _filled(name, row, column), checks.POSITIVE)
    return name, row


def _filled(name, row, column):
    """The cell of a row, which may not be blank."""
    if row.get(column) is None:
        raise ValueError(f"{column} of {name!r}: a blank, expected a value")
    return row[column]


def _held_to_the_table(table, row):
    """Refuse a column that the table lacks, and a value that its column could not hold; blanks are what they are."""
    fields = _fields(table)
    for column, value in row.items():
        if column not in fields and column not in (*BESIDE[table], *load(table).columns):
            raise ValueError(f"{column}: {value!r}, expected a column of the table {table}: {', '.join(fields)}")
        field = fields.get(column)
        if field and value is not None and not cells.fits(field, _written(value)):
            raise ValueError(f"{column}: {value!r}, expected {cells.expected(field)}")


def _fields(table):
    resources = package.read(package.folder_of(None))["resources"]
    return next({f["name"]: f for f in one["schema"]["fields"]} for one in resources if one["name"] == table)


def _written(value):
    """A value as a cell of a table has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
