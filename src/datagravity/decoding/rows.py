"""Who decodes, and on what: a row of the table by its name, or a mapping with its columns that a reader gives."""

from datagravity import checks
from datagravity.evidence import load, plain, remembered

#: The columns that a forecast cannot do without, all of them numbers above 0.
MODEL_NUMBERS = ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn_hidden", "vocab")
HARDWARE_NUMBERS = ("peak_dense_fp16_bf16_tflops", "memory_gb", "mem_bw_gb_s", "tdp_w")


def model_row(model):
    """The name of a model and its row: of the table `llm`, or as a reader gives it; blanks become None.

    Raises
    ------
    ValueError
        If there is no such model, or a column that is needed is blank or out of range.
    """
    name, row = _row("llm", "model", model, MODEL_NUMBERS)
    _filled(name, row, "tied_embeddings")
    return name, row


def hardware_row(hardware):
    """The name of an accelerator and its row, as `model_row` has it of the table `accelerators`."""
    return _row("accelerators", "hardware", hardware, HARDWARE_NUMBERS)


@remembered
def _named(table):
    return {row["name"]: row for row in load(table).astype(object).to_dict("records")}


def _row(table, argument, given, needed):
    if isinstance(given, str):
        known = _named(table)
        row = known[checks.choice(argument, given, known)]
    else:
        try:
            row = dict(given)
        except (TypeError, ValueError):
            raise ValueError(f"{argument}: {given!r}, expected a name or a mapping") from None
    name, row = str(row.get("name") or "a row of your own"), plain(row)
    for column in needed:
        checks.number(f"{column} of {name!r}", _filled(name, row, column), checks.POSITIVE)
    return name, row


def _filled(name, row, column):
    """The cell of a row, which may not be blank."""
    if row.get(column) is None:
        raise ValueError(f"{column} of {name!r}: a blank, expected a value")
    return row[column]
