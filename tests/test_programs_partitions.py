"""Partitions of the square: codes are nested, neighbours on the curve are near, and lines hash evenly."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagravity.programs import partitions
from datagravity.programs.partitions import (
    cells,
    cells_between,
    grid_codes,
    hashed_codes,
    linear_codes,
    morton,
    tiles,
)
from datagravity.programs.traces import PLACES


@given(st.integers(0, 127), st.integers(0, 127))
def test_the_bits_of_row_and_column_stand_in_turn(row, column):
    digits = "".join(a + b for a, b in zip(f"{row:07b}", f"{column:07b}", strict=True))
    assert morton(row, column) == int(digits, 2)
    assert cells(morton(row, column)) == (row, column)


@given(st.integers(1, 7), st.data())
def test_a_tile_of_more_places_lies_in_the_tile_of_fewer(level, data):
    codes = np.array(data.draw(st.lists(st.integers(0, 16383), min_size=1, max_size=20)))
    fine, coarse = tiles(codes, 4**level), tiles(codes, 4 ** (level - 1))
    assert (fine // 4 == coarse).all()
    rows, columns = cells(fine, 2 * level)
    wide = cells(coarse, 2 * level - 2)
    assert (rows // 2 == wide[0]).all()
    assert (columns // 2 == wide[1]).all()


def test_a_matrix_lies_as_it_is_written():
    rows, columns = np.indices((128, 256))
    found = cells(grid_codes(rows, columns, (128, 256)))
    assert (found[0] == rows).all()
    assert (found[1] == columns // 2).all()


def test_sides_need_not_be_powers_of_two():
    rows = np.arange(30)
    assert (cells(grid_codes(rows, 0, (30, 1)))[0] == rows * 128 // 30).all()


@pytest.mark.parametrize("count", [1, 5, 16384, 30000])
def test_pieces_of_an_array_follow_each_other(count):
    codes = linear_codes(count)
    assert (np.diff(codes.astype(int)) >= 0).all()
    for places in PLACES:
        sizes = np.bincount(tiles(codes, places), minlength=places)
        assert sizes.max() - sizes.min() <= 1


def test_lines_lie_anywhere_and_stay_whole():
    codes = hashed_codes(80_001, seed=3)
    assert len(codes) == 80_001
    assert (codes[:80_000].reshape(-1, 8) == codes[:80_000:8, None]).all()
    share = np.bincount(tiles(codes, 4)) / len(codes)
    assert share == pytest.approx(0.25, abs=0.02)
    assert (hashed_codes(100, 3) == codes[:100]).all()
    assert (hashed_codes(100, 4) != codes[:100]).any()


def test_the_mean_distance_of_random_tiles_is_two_thirds():
    first, second = np.meshgrid(np.arange(256), np.arange(256))
    between = cells_between(first, second, 256)
    # The mean of |i - j| over a side of n cells is (n - 1/n)/3, and there are two sides.
    assert between.mean() / 16 == pytest.approx(2 / 3 * (1 - 1 / 256))
    assert cells_between(0, 255, 256) == 30


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: morton(128, 0), r"rows: 128, expected numbers from 0 to 127"),
        (lambda: morton([0, 1], [0, -1]), r"columns: -1 \(index 1\), expected"),
        (lambda: morton(1.5, 0), "rows: expected whole numbers"),
        (lambda: morton(0, 0, bits=3), "bits: 3, expected one of 0, 2"),
        (lambda: cells([16384]), r"codes: 16384 \(index 0\)"),
        (lambda: grid_codes([3], [0], (3, 1)), r"rows: 3 \(index 0\), expected numbers from 0 to 2"),
        (lambda: grid_codes([0], [0], (0, 1)), r"shape\[0\]: 0, expected"),
        (lambda: linear_codes(0), "count: 0, expected"),
        (lambda: hashed_codes(8, seed=-1), "seed: -1, expected"),
        (lambda: tiles([0], 8), "places: 8, expected one of 1, 4, 16"),
    ],
)
def test_what_lies_outside_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_examples_hold():
    assert doctest.testmod(partitions).failed == 0
