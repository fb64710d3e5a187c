"""Choices: the rules of their tables, and the combinations that follow from them."""

import itertools

import pytest

from datagravity import pim
from datagravity.choices import combinations, conflict, defaults, options, specification
from datagravity.claims import abstract
from datagravity.evidence.rules import choices as rules
from datagravity.pim.prediction import _EXPONENTS
from editing import broken, problems_of, read, write

#: Two choices with three and two options, of which one pair does not combine.
CHOICES = [
    {"id": f"O{index:03d}", "set": "claims", "choice": choice, "question": f"Which {choice}?", "option": option}
    | {"meaning": "so", "default": str(first).lower(), "reason": "why not"}
    for index, (choice, option, first) in enumerate(
        [("law", "a", True), ("law", "b", False), ("law", "c", False), ("rows", "all", True), ("rows", "few", False)], 1
    )
]
CONFLICTS = [
    {"id": "V001", "set": "claims", "choice_a": "rows", "option_a": "few", "choice_b": "law", "option_b": "c"}
    | {"reason": "too few"}
]


@pytest.fixture
def few(folder, monkeypatch):
    from datagravity import paths

    monkeypatch.setitem(rules.KNOWN, "claims", {"law": ("a", "b", "c"), "rows": ("all", "few"), "odd": ("few",)})
    write(folder / "choices.csv", CHOICES)
    write(folder / "choice_conflicts.csv", CONFLICTS)
    monkeypatch.setattr(paths, "DATA", folder)
    return folder


@pytest.mark.usefixtures("few")
def test_combinations_leave_out_what_conflicts():
    assert options("claims") == {"law": ("a", "b", "c"), "rows": ("all", "few")}
    assert defaults("claims") == {"law": "a", "rows": "all"}
    found = list(combinations("claims").itertuples(index=False, name=None))
    assert found == [pair for pair in itertools.product("abc", ["all", "few"]) if pair != ("c", "few")]
    assert specification("claims", rows="few") == {"law": "a", "rows": "few"}
    assert conflict("claims", {"law": "c", "rows": "few"}) == "too few"
    assert conflict("claims", defaults("claims")) is None


@pytest.mark.usefixtures("few")
def test_unknown_words_are_named():
    with pytest.raises(ValueError, match="set: 'pim', expected one of 'claims'"):
        options("pim")
    with pytest.raises(ValueError, match="choice: 'rule', expected one of 'law', 'rows'"):
        specification("claims", rule="a")
    with pytest.raises(ValueError, match="law: 'd', expected one of 'a', 'b', 'c'"):
        specification("claims", law="d")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "changes", "said"),
    [
        ("choices", {"O002__default": "true"}, "(id O002), column default: value 'true'; expected false"),
        ("choices", {"O001__default": "false"}, "(id O001), column default: value 'false'; expected true for one"),
        (
            "choices",
            {"O002__option": "a"},
            "(id O002), column option: value 'a'; expected an option of its choice once",
        ),
        ("choices", {"O002__question": "Who?"}, "column question: value 'Who?'; expected Which law?, as row 2 asks"),
        (
            "choices",
            {"O005__choice": "odd", "O005__default": "true"},
            "column choice: value 'odd'; expected a choice w",
        ),
        ("choice_conflicts", {"V001__option_b": "d"}, "(id V001), column option_b: value 'd'; expected one of a, b, c"),
        ("choice_conflicts", {"V001__choice_b": "lore"}, "column choice_b: value 'lore'; expected a choice of the set"),
        ("choice_conflicts", {"V001__choice_b": "rows", "V001__option_b": "all"}, "expected another choice than"),
        ("choice_conflicts", {"V001__option_a": "all", "V001__option_b": "a"}, "expected no conflict between two def"),
    ],
)
def test_a_bad_row_is_named(few, table, changes, said):
    message = broken(few, table, **changes)
    assert f"data/{table}.csv row" in message
    assert said in message


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "cells", "words"),
    [
        (
            "O033",
            {"option": "rowx"},
            "option: value 'rowx'; expected an option of weighting that the code knows: row, ",
        ),
        ("O037", {"option": "median"}, "option: value 'median'; expected an option of constant that"),
        ("O039", {"option": "means"}, "option of error_summary that the code knows: median, mean"),
        ("O021", {"option": "64 bit"}, "option of gd_width that the code knows: 64 bits, own width"),
        ("O107", {"option": "64 bit"}, "option of gd_convention that the code knows: 64 bits, own width"),
        ("O011", {"option": "seven"}, "value 'seven'; expected an option of kappa that the code knows: a number above"),
        ("O015", {"option": "0 of G_d"}, "value '0 of G_d'; expected an option of kappa"),
        ("O038", {"choice": "colour"}, "choice: value 'colour'; expected a choice that the code of the set pim knows"),
    ],
)
def test_a_word_that_the_code_does_not_know_is_named(folder, row, cells, words):
    message = broken(folder, "choices", **{f"{row}__{column}": cell for column, cell in cells.items()})
    assert words in next(
        line for line in message.splitlines() if "data/choices.csv row" in line and f"(id {row})" in line
    )


def test_the_words_that_are_known_are_those_of_the_code():
    predicting, claiming = rules.KNOWN["pim"], rules.KNOWN["claims"]
    assert tuple(predicting) == pim.CHOICES
    assert set(predicting["rows"]) == set(pim.FILTERS)
    assert set(predicting["scope"]) == set(pim.SCOPE_GROUPS) - {"part of a system"}
    assert set(predicting["evidence"]) == set(_EXPONENTS)
    tables = {"interval_level": "LEVELS", "gd_alike": "ALIKE", "beta_path": "PATHS", "progress_since": "SINCE"}
    for choice, name in (tables | {"progress_lists": "LISTS"}).items():
        assert set(claiming[choice]) == set(getattr(abstract, name))


def test_a_pair_conflicts_once(few):
    rows = read(few / "choice_conflicts.csv")
    turned = {"choice_a": "law", "option_a": "c", "choice_b": "rows", "option_b": "few"}
    write(few / "choice_conflicts.csv", [*rows, rows[0] | {"id": "V002"} | turned])
    assert "(id V002), column option_b: value 'few'; expected a pair of options once; row 2" in problems_of(few)


def test_every_combination_of_the_book_is_free_of_conflicts():
    every = combinations("pim")
    assert not every.duplicated().any()
    assert all(conflict("pim", row) is None for row in every.sample(50, random_state=1).to_dict("records"))
    assert (every == list(defaults("pim").values())).all(axis=1).any()
