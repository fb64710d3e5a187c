"""A trace: what its arrays must be, and that it owns them."""

import re

import numpy as np
import pytest

from datagravity.programs.traces import Trace

GOOD = {
    "words": [0, 1, 2, 0, 2, 1],
    "writes": [0, 0, 1, 0, 0, 1],
    "operations": [0, 0, 0, 1, 1, 1],
    "owners": [2, 1],
    "codes": {"contiguous": [0, 4096, 8192]},
    "operation_count": 2,
    "operation_class": "floating",
}


def test_a_trace_keeps_its_own_arrays():
    words = np.array(GOOD["words"])
    trace = Trace(**GOOD | {"words": words})
    words[0] = 2
    assert trace.words.tolist() == GOOD["words"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"words": [0, 1, 3, 0, 3, 1]}, "words: expected every number up to the largest at least once"),
        ({"words": [0.0] * 6}, "words: expected whole numbers, not float64"),
        ({"words": np.ma.array(GOOD["words"], mask=[1, 0, 0, 0, 0, 0])}, "words: expected no masked elements"),
        ({"words": []}, "words: expected an array of one dimension, not empty"),
        ({"writes": ["a"] * 6}, "writes: expected truth values, or 0 and 1"),
        ({"writes": [0, 0, -7, 0, 0, 1]}, "writes: expected truth values, or 0 and 1"),
        ({"writes": [None] * 6}, "writes: expected truth values, or 0 and 1"),
        ({"writes": [0, 1]}, "writes: expected 6 truth values"),
        ({"operations": [0, 1, 0, 1, 1, 1]}, "operations: expected numbers from 0 that never fall"),
        ({"owners": [2]}, "owners: expected one for each of 2 groups"),
        ({"owners": [2, 3]}, "owners: expected words below 3"),
        ({"codes": {}}, "codes: expected at least one partition"),
        ({"codes": {"natural": [0, 1, 2**14]}}, "expected codes below 16384"),
        ({"private": [1, 0]}, "private: expected 3 truth values"),
        ({"operation_class": "integers"}, "operation_class: 'integers', expected one of 'floating', 'integer'"),
        ({"operation_count": 0}, "operation_count: 0, expected a whole number of at least 1"),
    ],
)
def test_a_trace_refuses(changes, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Trace(**GOOD | changes)
