"""Who decodes, and on what: a row of the table by its name, or a mapping with its columns that a reader gives."""

import math

import numpy as np

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
    if row.get("tied_embeddings") is None:
        raise ValueError(f"model {name!r}: column tied_embeddings is blank, expected a value")
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
        if given not in known:
            raise ValueError(f"{argument} = {given!r}: expected one of {', '.join(known)}")
        name, row = given, known[given]
    else:
        try:
            row = dict(given)
        except (TypeError, ValueError):
            raise ValueError(f"{argument} = {given!r}: expected a name or a mapping") from None
        name = str(row.get("name") or "a row of your own")
    row = plain(row)
    for column in needed:
        if row.get(column) is None:
            raise ValueError(f"{argument} {name!r}: column {column} is blank, expected a value")
        positive(f"{argument} {name!r}, {column}", row[column])
    return name, row


def positive(name, value, least=False):
    """Refuse what is no finite number above 0, or of at least 0 with `least`."""
    good = isinstance(value, int | float | np.number) and not isinstance(value, bool) and math.isfinite(value)
    if not good or value < 0 or (value == 0 and not least):
        raise ValueError(f"{name} = {value!r}: expected a finite number {'of at least' if least else 'above'} 0")
