"""Rules of the tables `accelerators`, `trends` and `efficiency_trend`."""

from datetime import date

from datagravity.evidence.rules.shared import once_the_same, recalled_checked, value_or_end

# Half a unit of the last printed digit of a ratio of two columns; the last factor forgives binary rounding.
LAST_DIGIT = 0.05 * (1 + 1e-9)
#: A ratio of an accelerator -> what the peak is divided by.
RATIOS = {"flop_per_byte": "mem_bw_gb_s", "gflop_per_s_per_w": "tdp_w"}


def ratios_follow(row):
    """Operations per byte and per joule are peak over bandwidth and over power, as far as they are printed."""
    for column, per in RATIOS.items():
        computed, printed = _ratio(row, per), row[column]
        if (printed is None) != (computed is None):
            yield column, "a blank" if computed is None else f"{computed:.1f}, because both of its parts are there"
        elif computed and abs(printed - computed) > LAST_DIGIT:
            yield column, f"{computed:.1f}, which is 1000 times the peak over {per}"


def _ratio(row, per):
    peak, below = row["peak_dense_fp16_bf16_tflops"], row[per]
    return 1000 * peak / below if peak and below else None


def printed_ratios(_old, new):
    """The ratios of a row with new values as the table prints them, by column (texts)."""
    found = {column: _ratio(new, per) for column, per in RATIOS.items()}
    return {column: "" if ratio is None else f"{ratio:.1f}" for column, ratio in found.items()}


def released_in_year(row):
    """The day of release is a day of the year."""
    day = row["release_date"]
    try:
        right = not day or date.fromisoformat(day).year == row["year"]
    except ValueError:
        right = False
    if not right:
        yield "release_date", f"a day of {row['year']}"


def year_is_period(row):
    """The year of a part is the period that its fact covers."""
    if row["year"] is not None and row["period"] != str(row["year"]):
        yield "year", f"{row['period']}, the period" if row["period"] else "a blank, because there is no period"


def ratio_has_no_unit(row):
    """A ratio of two generations is a ratio, and nothing else is."""
    if (row["stands_for"] == "ratio of generations") != (row["unit"] == "ratio"):
        yield "unit", "ratio exactly where stands_for is ratio of generations"


def trend_problems(tables):
    """The points of a series are in one unit, of one quantity, and stand for one thing."""
    trend = tables.get("efficiency_trend")
    if trend is None or not trend.complete:
        return []
    return once_the_same(trend, "series", ("stands_for", "unit", "quantity"))


RULES = {
    "accelerators": [ratios_follow, released_in_year, recalled_checked],
    "trends": [value_or_end, recalled_checked, year_is_period],
    "efficiency_trend": [ratio_has_no_unit],
}
FOLLOWS = {"accelerators": printed_ratios}
