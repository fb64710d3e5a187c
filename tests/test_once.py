"""What may stand once stands once: of two rows that say the same thing differently, nobody could say which counts."""

import pytest

from datagravity import load
from editing import problems_of, read, write


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "like", "changes", "said"),
    [
        (
            "series_rows",
            "M070",
            {"id": "M903", "row": "P032"},
            "column label: value 'system'; expected a label used once",
        ),
        ("system_inputs", "I001", {"id": "I900", "value": "100"}, "an input given once for S01; row 2 has it too"),
    ],
)
def test_a_second_row_for_one_thing_is_named(folder, table, like, changes, said):
    path = folder / f"{table}.csv"
    rows = read(path)
    write(path, [*rows, next(row for row in rows if next(iter(row.values())) == like) | changes])
    message = problems_of(folder)
    assert message.startswith("1 problem ")
    assert f"data/{table}.csv row {len(rows) + 2}" in message
    assert said in message


def test_a_cell_has_one_override(folder):
    path = folder / "corrections.csv"
    rows = read(path)
    override = next(row for row in rows if row["action"] == "override")
    write(path, [*rows, override | {"id": "C901"}])
    message = problems_of(folder)
    assert message.startswith("1 problem ")
    assert f"data/corrections.csv row {len(rows) + 2} (id C901), column value" in message
    assert "expected one override of a cell; row" in message


def test_the_tables_of_the_book_have_no_such_pair():
    assert not load("system_inputs").duplicated(["system", "symbol"]).any()
