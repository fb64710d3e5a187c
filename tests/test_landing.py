"""The first page's picture has the numbers of the chapter on real programs, and answers without a mouse."""

import json
import re

import pytest

from datagravity.programs import counted
from datagravity.site import landing


@pytest.fixture(scope="module")
def programs():
    """What travels with the picture."""
    text = re.search(r'class="dg-landing-data">(.*?)</script>', landing.figure())[1]
    return {program["name"]: program for program in json.loads(text)["programs"]}


def test_every_counted_program_can_be_chosen_with_its_bill(programs):
    bills = counted.natural_bills().set_index(["kernel", "places"])
    assert set(programs) == set(bills.index.get_level_values("kernel"))
    for name, program in programs.items():
        for at, places in enumerate(program["places"]):
            row = bills.loc[name, places]
            for part in ("compute", "local", "closeness"):
                assert program[part][at] == pytest.approx(row[part], rel=1e-4, abs=1e-12)


def test_the_best_places_and_the_savings_are_those_of_the_chapter(programs):
    found = counted.natural(counted.savings()).set_index("kernel")
    for name, program in programs.items():
        best, saving = landing.told(program)
        assert best == found.loc[name, "best_places"]
        assert saving == pytest.approx(found.loc[name, "saving"], rel=1e-4)


def test_a_price_of_a_place_brings_the_best_number_down(programs):
    for program in programs.values():
        numbers = [landing.told(program, price)[0] for price in (0, 100, 10_000, 1e6)]
        assert numbers == sorted(numbers, reverse=True)
    assert landing.told(programs[landing.OPENING], 1e6)[0] < landing.told(programs[landing.OPENING])[0]


def test_the_picture_is_small():
    assert len(landing.figure().encode()) < 30_000


@pytest.mark.parametrize(
    ("local", "words"),
    [
        ([8, 9, 9], "one place is best; more places save nothing."),
        ([8, 7.9, 9], "4 places are best, and save less than a twentieth."),
        ([8, 4, 5], "4 places are best where a place is free, and save a factor of 2.00."),
        (
            [8, 4, 2],
            "16 places, the last that were counted, are best where a place is free, and save a factor of 4.00.",
        ),
    ],
)
def test_without_scripts_a_sentence_says_what_the_picture_shows(local, words):
    nothing = [0, 0, 0]
    program = {"name": "sum", "places": [1, 4, 16], "compute": nothing, "local": local, "closeness": nothing}
    assert landing.sentence(program | {"phases": nothing}) == f"sum: {words}"


def test_claims_stand_in_words():
    table = landing.verdicts_table()
    assert table.count("<tr>") == 1 + len(landing.judged("abstract"))
    assert not re.search(r">C\d+<", table)
    assert 'class="dg-verdict dg-verdict-holds">holds<' in table


def test_the_data_of_the_picture_neither_end_their_script_nor_begin_a_comment(monkeypatch):
    """`<!--<script>` in the name of a program would else swallow the rest of the page."""
    programs = landing.numbers()
    hostile = programs[0] | {"name": landing.OPENING, "phases": ["<!--<script>", "</script>"]}
    monkeypatch.setattr(landing, "numbers", lambda: [hostile])
    monkeypatch.setattr(landing, "sentence", lambda _: "words")
    monkeypatch.setattr(landing, "_picture", lambda _: "")
    text = re.search(r"dg-landing-data\">(.*?)</script>", landing.figure())[1]
    assert "<" not in text
    assert json.loads(text)["programs"][0]["phases"] == ["<!--<script>", "</script>"]
