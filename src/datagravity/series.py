"""Series: rows of one table that belong together, as the tables `series` and `series_rows` list them."""

from datagravity import checks
from datagravity.evidence import load, remembered


@remembered(stored=True)
def series_members(use):
    """The rows of all series for one use.

    Parameters
    ----------
    use : a word of the column `use` of the table `series`

    Returns
    -------
    pandas.DataFrame: one row a member, series by series as the tables list them: series, row (its key in the table of
    the series), label, stand_in, assumed_mm and path; and of the series, table, time_column, origin, growing_part,
    warning and reason.

    Raises
    ------
    ValueError
        If no series has this use.
    """
    named = load("series")
    chosen = named[named["use"] == checks.there("use", use, list(dict.fromkeys(named["use"])))]
    members = chosen.merge(load("series_rows"), left_on="name", right_on="series", validate="one_to_many")
    columns = ["series", "row", "label", "stand_in", "assumed_mm", "path"]
    return members[[*columns, "table", "time_column", "origin", "growing_part", "warning", "reason"]]


@remembered
def series_names(use):
    """The names of the series for one use, in the order of the table."""
    return list(dict.fromkeys(series_members(use)["series"]))


@remembered
def labelled_rows(series):
    """The rows of one series by their labels: a dict from label to key.

    Raises
    ------
    ValueError
        If the series has no row with a label.
    """
    rows = load("series_rows").dropna(subset="label")
    found = rows[rows["series"] == checks.there("series", series, list(dict.fromkeys(rows["series"])))]
    return dict(zip(found["label"], found["row"], strict=True))
