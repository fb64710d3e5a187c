"""Series: which rows belong together, as the tables say."""

import pytest

from datagravity import decoding, load, plateau
from datagravity.series import labelled_rows, series_members, series_names

USES = list(dict.fromkeys(load("series")["use"]))


@pytest.mark.parametrize("use", USES)
def test_members_come_in_the_order_of_the_tables(use):
    members = series_members(use)
    named, rows = load("series").query("use == @use"), load("series_rows")
    assert series_names(use) == named["name"].to_list()
    for name in series_names(use):
        own = members[members["series"] == name]
        assert own["row"].to_list() == rows.loc[rows["series"] == name, "row"].to_list()
        assert own["table"].nunique() == 1


def test_labels():
    assert list(labelled_rows("HBM read (AttAcc constants)")) == ["logic die", "bank group", "bank"]


def test_bad_names():
    with pytest.raises(ValueError, match="use: 'exponents', expected one of 'exponent', 'growth'"):
        series_members("exponents")
    with pytest.raises(ValueError, match="series: 'mesh, measured', expected one of 'HBM generations'"):
        labelled_rows("mesh, measured")


def test_modules_take_the_rows_of_the_tables():
    for name, rows in series_members("growth").groupby("series"):
        assert set(plateau.points(name)["id"]) == set(rows["row"])
    later = plateau.memory_halving()
    assert list(labelled_rows("HBM generations"))[1:] == later["part"].to_list()
    for label, row in labelled_rows("HBM, one bit").items():
        assert decoding.energy_per_bit(label) == decoding.energy_per_bit(row)
