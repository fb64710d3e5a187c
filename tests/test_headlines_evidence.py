"""The headlines of the chapters that rest on the tables: each part alone, and the cells that compute the same."""

import functools
import math
from importlib import import_module

import pytest

from datagravity.headlines import LABELS, TEXT, Headline, of

CHAPTERS = ("processors", "distance", "brains", "pim", "plateau")
PARTS = {
    f"{chapter}-{part.__name__}": (chapter, part)
    for chapter in CHAPTERS
    for part in import_module(f"datagravity.headlines.{chapter}").PARTS
}
whole = functools.cache(of)
#: What a number of these chapters can count or measure in.
UNITS = {"1", "%", "doublings/year", "fJ/bit/mm", "mm", "pJ/bit", "pJ/byte", "pJ/byte/mm", "powers of ten", "years"}
UNITS |= {"memories", "operations", "origins", "pairs", "rows", "series", "sources", "tests"}


@pytest.mark.parametrize(("chapter", "part"), PARTS.values(), ids=PARTS)
def test_a_part_stands_alone_and_says_what_it_gives(chapter, part):
    found = part()
    assert found
    for name, headline in found.items():
        assert isinstance(headline, Headline)
        assert headline == whole(chapter)[name], name
        assert headline.label in LABELS, name
        if isinstance(headline.value, str):
            assert headline.value, name
            assert headline.unit == TEXT, name
        else:
            assert math.isfinite(headline.value), name
            assert headline.unit in UNITS, name


def test_the_forms_of_the_chapter_on_distance_come_in_the_order_that_its_prose_gives():
    error = [whole("distance")[f"error_{form}"].value for form in ("broken", "power", "affine", "constant")]
    assert error == sorted(error)
    assert len(set(error)) == len(error)


def test_the_limit_of_the_flagships_is_above_zero_as_the_verdict_says():
    assert whole("plateau")["limit_low"].value > 0
