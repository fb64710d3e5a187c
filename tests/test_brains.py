"""Brains: the data and their rules, and the ratios under each definition."""

import pytest

from datagravity import load, paths
from datagravity.brains import (
    DEFINITIONS,
    audit_ratio,
    budget,
    budget_names,
    per_bit_ratio,
    ratio,
    ratios,
    recorded_ratios,
)
from editing import broken, change

OLD, CORTEX, CEREBELLUM = "Attwell and Laughlin, grey matter", "Howarth et al., cortex", "Howarth et al., cerebellum"
AUDIT, PREPRINT = "Levy and Calvert, human cortex", "Levy and Calvert, preprint"
SPIKES, RELEASE, REST = DEFINITIONS


def test_a_row_names_its_second_source():
    assert load("brain").set_index("id").loc["B054", "second_source"] == "pakkenberg2003"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "definition", "expected"),
    [
        (OLD, SPIKES, 47 / (34 + 3 + 3)),
        (OLD, RELEASE, (47 + 3 + 3) / 34),
        (OLD, REST, (47 + 3 + 3 + 13) / 34),
        (CORTEX, SPIKES, 21 / (50 + 5 + 4)),
        (CORTEX, RELEASE, (21 + 5 + 4) / 50),
        (CORTEX, REST, (21 + 5 + 4 + 20) / 50),
        # Of the cerebellum three shares are published; 7 % are left.
        (CEREBELLUM, SPIKES, 17 / (22 + 7)),
        (CEREBELLUM, RELEASE, (17 + 7) / 22),
        (CEREBELLUM, REST, (17 + 7 + 54) / 22),
    ],
)
def test_ratios_of_the_published_shares(name, definition, expected):
    assert ratio(name, definition) == pytest.approx(expected)
    found = ratios().set_index(["budget", "definition"]).loc[(name, definition)]
    assert (found["gd"], found["below_one"]) == (ratio(name, definition), expected < 1)


def test_the_audit_and_its_preprint():
    assert audit_ratio(AUDIT) == (pytest.approx(35), "ratio of the two powers")
    assert audit_ratio(PREPRINT) == (20, "lower bound as printed")


def test_recorded_ratios_follow_from_the_other_rows():
    table = recorded_ratios()
    assert {"B056", "B057", "B058", "B059", "B060"} <= set(table["id"])
    assert table["computed"].to_list() == pytest.approx(table["recorded"].astype(float).to_list(), abs=5e-3)


def test_budgets_are_complete():
    for name in budget_names():
        if name not in (AUDIT, PREPRINT):
            assert budget(name)["value"].sum() == 100
    assert budget(CEREBELLUM)["value"].iloc[-1] == 7
    assert len(budget(OLD)) == len(budget(CORTEX)) == 5


def test_per_bit():
    assert per_bit_ratio() == (100, 1000)


def test_bad_names():
    with pytest.raises(ValueError, match="budget: 'mouse', expected one of 'Attwell"):
        budget("mouse")
    with pytest.raises(ValueError, match="definition: 'x', expected one of 'spikes only'"):
        ratio(OLD, "x")
    with pytest.raises(ValueError, match="has a definition of its own"):
        ratio(AUDIT, SPIKES)
    with pytest.raises(ValueError, match="expected one of 'Levy"):
        audit_ratio(OLD)


def test_a_budget_without_computation_has_no_ratio(folder, monkeypatch):
    monkeypatch.setattr(paths, "DATA", folder)
    change(folder / "brain.csv", "B002", value="0")
    with pytest.raises(ValueError, match=r"has 0 of computation by class_b_levy_calvert, expected more than 0"):
        ratio(OLD, RELEASE)


BAD = [
    ({"B001__value": ""}, ["row 2 (id B001)", "column value", "both value_low and value_high"]),
    ({"B001__value": "470"}, ["(id B001)", "at most 100"]),
    ({"B001__unit": "per cent"}, ["(id B001)", "'per cent'", "one of percent"]),
    ({"B026__value_high": ""}, ["(id B026)", "value_high", "the other end has one"]),
    ({"B012__value": "1"}, ["(id B012)", "value", "a number from"]),
    ({"B042__checked": "read in the source"}, ["(id B042)", "recalled exactly where status is"]),
    ({"B001__class_a_synaptic_is_compute": "axon"}, ["(id B001)", "'axon'", "one of compute"]),
    ({"B001__source": "nobody"}, ["(id B001)", "'nobody'", "key in sources.csv"]),
]


@pytest.mark.slow
@pytest.mark.parametrize(("changes", "words"), BAD, ids=lambda x: "-".join(x) if isinstance(x, dict) else "")
def test_a_bad_cell_is_named(folder, changes, words):
    message = broken(folder, "brain", **changes)
    assert "data/brain.csv" in message
    assert [word for word in words if word not in message] == []
