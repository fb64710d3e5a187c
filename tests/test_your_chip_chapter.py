"""The chapter "Add your chip": its numbers by roads of their own."""

import csv

import pytest

from datagravity import chip, headlines, load


def test_the_file_is_as_the_chapter_says():
    with open(chip.EXAMPLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {name: headline.value for name, headline in headlines.of("your-chip").items()}
    operations = [row for row in rows if row["unit"] == "pJ/operation"]
    assert found["chip_rows"] == len(rows)
    assert found["chip_constants"] == len(operations) * (len(rows) - len(operations))


def test_g_d_of_the_ends_by_hand():
    """Bytes of one operand times the energy of a byte, over the energy of the operation."""
    found = {name: headline.value for name, headline in headlines.of("your-chip").items()}
    assert found["chip_most"] == pytest.approx(1 * (127.5 * 131.5) ** 0.5 / (0.314 * 0.319) ** 0.5)
    assert found["chip_least"] == pytest.approx(4 * (0.51 * 0.56) ** 0.5 / (30.4 * 32.3) ** 0.5)
    assert found["chip_dram_low"] == pytest.approx(4 * 116.8 / 6.025, rel=1e-3)
    assert found["chip_dram_high"] == pytest.approx(4 * 131.5 / 5.241, rel=1e-3)


def test_the_example_is_a_chip_of_the_book():
    assert "etsoc1_2026" in set(load("energy")["source"])
