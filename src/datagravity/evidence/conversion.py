"""From checked rows to a data frame: nullable types, and the columns that are computed from published values."""

import pandas as pd

from datagravity.evidence import corrections
from datagravity.reads import BIBLIOGRAPHY

# The nullable types of pandas: a blank cell is a missing value in all of them.
DTYPES = {"string": "string", "number": "Float64", "integer": "Int64", "boolean": "boolean"}
# The tables whose rows carry facts of their sources.
WITH_FACTS = ("energy", "distance_rows", "pim", "brain")


def joined(name):
    """The tables that a table is made of when it is converted, itself among them."""
    others = [BIBLIOGRAPHY] if name == "sources" else ["sources"] if name in WITH_FACTS else []
    return list(dict.fromkeys([name, "corrections", *others]))


def converted(name, tables, books):
    """A table as a data frame, with what is computed from the published values; the values themselves stay.

    Parameters
    ----------
    name : of the table
    tables : name -> Table, checked
    books : the bibliography
    """
    frame = _published(tables[name])
    if name == "sources":
        frame = frame.merge(books, on="key", validate="one_to_one")
    if name == "energy":
        frame = frame.assign(**_per_bit(frame))
    if name in WITH_FACTS:
        frame = frame.assign(**_facts(name, frame, _published(tables["sources"]).set_index("key")))
    if "corrections" in tables:
        frame = corrections.beside(name, frame, _published(tables["corrections"]))
    return frame


def _per_bit(energy):
    """Both ends of the energy per bit in full precision, of the rows that move data."""
    ends = {end: energy[f"energy_{end}_pj"] / energy["width_bits"] for end in ("low", "high")}
    return {f"energy_pj_per_bit_{end}": value.mask(energy["kind"] == "compute") for end, value in ends.items()}


def _facts(name, frame, sources):
    """Of the source of each row: the group of sources that are one, and whether it is grey."""
    group = frame["source"].map(sources["group"])
    if name == "energy":
        # At 45 nm some sources print the numbers of another.
        copied = frame["source"].map(sources["group_at_45_nm"])
        group = group.mask((frame["node_nm"] == 45).fillna(False) & copied.notna(), copied)
    return {"source_group": group.astype("string"), "grey": frame["source"].map(sources["grey"]).astype("boolean")}


def _published(table):
    """The cells of the file, in the order of the description."""
    return pd.DataFrame(
        {
            field["name"]: pd.array([row[field["name"]] for row in table.values], dtype=DTYPES[field["type"]])
            for field in table.fields
        }
    )
