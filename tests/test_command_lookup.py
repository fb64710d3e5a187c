"""`tables`, `show`, `source`, `search`, `results` and `claims`: right, wrong and missing arguments, and JSON."""

import csv
import doctest
import io
import json
import re
import shutil
import subprocess

import pytest

from commands import answer, refused, values
from conftest import ROOT
from datagravity import catalogue, citations, naming, paths, provenance
from datagravity import tables as names
from datagravity.command import layout
from datagravity.command.line import main


@pytest.mark.slow
def test_every_table_is_listed_with_its_rows(capsys):
    found = values(capsys, "tables")
    assert [one["table"] for one in found] == names()
    assert {one["table"]: one["rows"] for one in found}["energy"] == len(catalogue.rows("energy"))
    assert "Energy per operation" in answer(capsys, "tables")


def test_rows_are_chosen_by_value_by_less_and_by_more(capsys):
    arguments = ["show", "energy", "--where", "memory_type = hbm2", "--where", "energy_low_pj<100"]
    rows = values(capsys, *arguments, "--columns", "id,energy_low_pj", "--columns", "Memory Type")
    assert rows
    assert all(row["energy_low_pj"] < 100 and row["memory_type"] == "HBM2" for row in rows)
    more = values(capsys, *arguments[:-1], "energy_low_pj>100", "--columns", "id")
    every = values(capsys, *arguments[:4], "--columns", "all")
    assert len(every) == len(rows) + len(more)
    assert len(every[0]) == len(catalogue.resources()["energy"]["schema"]["fields"])
    assert values(capsys, "show", "energy", "--where", "node_nm=", "--columns", "node_nm")[0] == {"node_nm": None}
    text = answer(capsys, *arguments)
    assert text.splitlines()[0].split()[0] == "id"
    assert text.splitlines()[-1] == f"{len(rows)} of {len(catalogue.rows('energy'))} rows of energy.csv"
    assert "0 of" in answer(capsys, "show", "energy", "--where", "id=P0")


def test_csv_has_the_cells_of_the_file(capsys):
    text = answer(capsys, "show", "energy.csv", "--where", "source=horowitz2014", "--columns", "all", "--csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows == [row.cells for row in catalogue.rows("energy") if row.cells["source"] == "horowitz2014"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["enrgy"], "TABLE: 'enrgy', expected one name; most like it: energy"),
        (["energy", "--where", "node=7"], "most like it: node_nm"),
        (["energy", "--where", "node_nm"], "expected COLUMN=VALUE"),
        (["energy", "--where", "node_nm<x"], "expected a number for node_nm"),
        (["energy", "--where", "node_nm>"], "expected a number after >"),
        (["energy", "--where", "operation<3"], "a column of numbers"),
        (["energy", "--columns", "operatoin"], "most like it: operation"),
    ],
)
def test_wrong_tables_columns_and_conditions_are_refused(arguments, said, capsys):
    assert said in refused(capsys, "show", *arguments)


@pytest.mark.parametrize("command", ["show", "source", "search"])
def test_a_missing_argument_is_named(command, capsys):
    assert "Missing argument" in refused(capsys, command, status=2)


@pytest.mark.slow
def test_a_row_says_where_it_comes_from_and_what_rests_on_it(capsys):
    text = answer(capsys, "source", "energy:P031")
    for said in ("1300 pJ", "64 bit", "Jouppi", "ISCA 2021 Table 2", "verified", "corrections:C008"):
        assert said in text
    [row] = values(capsys, "source", "energy:P031")["rows"]
    assert row["cells"]["energy_low_pj"] == 1300
    used = row["used_by"]
    assert {"index.gd", "processors.logic"} <= set(used["numbers_that_read_its_tables"])
    assert "published_ratios:G4" in used["rows"]
    assert "disjunction-constant" in used["pages"] or used["figures"] is None
    both = values(capsys, "source", "P031")["rows"]
    assert [one["table"] for one in both] == ["energy", "pim"]
    interval = next(row for row in catalogue.rows("energy") if row.cells["energy_low_pj"] == "250")
    assert f"250 to {interval.cells['energy_high_pj']} pJ" in answer(capsys, "source", f"energy:{interval.key}")


@pytest.mark.slow
def test_every_row_of_every_table_can_be_asked_for(capsys):
    for table in names():
        row = catalogue.rows(table)[-1]
        [found] = values(capsys, "source", f"{table}:{row.key}")["rows"]
        assert (found["table"], found["id"]) == (table, row.key)


@pytest.mark.slow
def test_a_work_says_who_quotes_it(capsys):
    text = answer(capsys, "source", "horowitz2014")
    assert "Mark Horowitz (2014)" in text
    used = values(capsys, "source", "Horowitz2014")["used_by"]
    assert {"energy:P001", "sources:horowitz2014"} <= set(used["rows"])
    assert "processors" in used["pages"]
    assert "no such key" in refused(capsys, "source", "horowitz2013")
    assert "no such row" in refused(capsys, "source", "P9999")


@pytest.mark.slow
def test_a_number_of_the_prose_says_which_tables_it_read(capsys):
    found = values(capsys, "source", "placement.placement_gd")
    assert found["inputs"] == catalogue.results()["headlines"]["placement"]["placement_gd"]["inputs"]
    text = answer(capsys, "source", "placement.placement_gd")
    assert "published_ratios" in text
    assert "The placement law (placement.html)" in text
    assert "no such" in refused(capsys, "source", "placement.placement_gdd")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kind", "near"),
    [
        ("placement.nosuch", "no such number of the prose", "placement."),
        ("placment.placement_saving", "no such number of the prose", "placement.placement_saving"),
        ("pim.", "no such number of the prose", "pim."),
        ("energy:", "no such row", "P001"),
        ("energy:P99x", "no such row", "P099"),
        ("horowitz2013", "no such key of the bibliography", "horowitz2014"),
        ("placement", "a chapter", "results placement"),
        ("The placement law", "a chapter", "results placement"),
        ("fig-saving-map", "a figure", "expected a row"),
        ("accelergy", "no such row, key or number", "accelergy_table"),
        ("xyzzy", "no such row, key or number", "energy:P031"),
        ("", "no such row, key or number", "energy:P031"),
    ],
)
def test_source_names_the_kind_of_what_was_asked_for(name, kind, near, capsys):
    said = refused(capsys, "source", name)
    assert kind in said
    assert near in said


def test_a_number_of_the_prose_is_cited_by_its_chapter(capsys):
    assert "cite placement" in refused(capsys, "cite", "placement.placement_saving")
    assert "no such number of the prose" in refused(capsys, "cite", "placement.nosuch")
    assert "no such row" in refused(capsys, "cite", "energy:")


@pytest.mark.slow
def test_what_is_searched_in_chapters_reads_as_the_page_does(capsys):
    text = "\n".join(block for chapter in catalogue.chapters().values() for block in catalogue.paragraphs(chapter))
    formulas = re.sub(r"\$.*?\$", "", text)
    assert not re.search(r"\{[\w:]+\}`|glue:|\]\(|\]\{|^:::|```", formulas, re.MULTILINE)
    headlines = catalogue.results()["headlines"]["placement"]
    chapter = catalogue.chapters()["placement"]
    used = re.findall(r"\{glue:text\}`(\w+):(\.\d[fg])`", chapter.text)
    assert used
    read = " ".join(catalogue.paragraphs(chapter))
    assert all(format(headlines[name]["value"], form) in read for name, form in used)
    for wrong in ([""], [" ", "\t"]):
        assert "expected at least one word" in refused(capsys, "search", *wrong)
    assert "{" not in answer(capsys, "search", "a multiply-accumulate")


@pytest.mark.slow
def test_figures_and_pages_are_read_from_the_executed_chapters(tmp_path, monkeypatch):
    chapter, figure = "processors", "fig-disjunction-constants-by-memory"
    shutil.copytree(ROOT / "book", tmp_path / "book", ignore=lambda folder, found: [n for n in found if n[0] == "_"])
    monkeypatch.setattr(catalogue, "folder_of_chapters", lambda: tmp_path / "book")
    assert provenance.of_row("energy", "P031").figures is None
    folder = tmp_path / "book" / provenance.EXECUTED
    folder.mkdir(parents=True)
    assert provenance.of_row("energy", "P031").figures == []
    function = catalogue.figures()[figure].function
    chart = {"usermeta": {"function": function, "sources": ["jouppi2021"]}, "data": "data/energy.html#P031"}
    outputs = [{"data": {"application/vnd.vegalite.v6+json": chart}}]
    outputs += [{"data": {"text/html": "<a href='data/energy.html#P0311'>"}}]
    (folder / f"{chapter}.ipynb").write_text(json.dumps({"cells": [{"outputs": outputs}]}))
    assert provenance.of_row("energy", "P031").figures == [figure]
    assert provenance.of_row("energy", "P03").figures == []
    assert provenance.of_work("jouppi2021").figures == [figure]


@pytest.mark.slow
def test_words_are_found_in_every_kind_of_thing(capsys):
    found = values(capsys, "search", "HBM2", "controller")
    assert {"energy:P151", "energy:P155"} <= {one["name"] for one in found["row"]}
    found = values(capsys, "search", "virial")
    assert {"placement", "shares"} <= {one["name"] for one in found["chapter"]}
    assert "horowitz2014" in answer(capsys, "search", "Horowitz", "2014")
    assert "fig-saving-map" in answer(capsys, "search", "fig-saving-map")
    text = answer(capsys, "search", "energy")
    assert "more: --json has all" in text
    assert max(map(len, text.splitlines())) < 200
    assert main(["search", "zzqqy"]) == 1
    assert capsys.readouterr().out == "Nothing has zzqqy.\n"


def test_the_numbers_of_the_prose_are_found_by_chapter_and_by_name(capsys):
    own = catalogue.results()["headlines"]
    assert [one["name"] for one in values(capsys, "results", "placement")] == list(own["placement"])
    assert len(values(capsys, "results")) == sum(map(len, own.values()))
    [one] = values(capsys, "results", "placement_saving")
    assert one["value"] == own["placement"]["placement_saving"]["value"]
    assert "reconstruction" in answer(capsys, "results", "placement_saving")
    assert "placement.placement_saving" in refused(capsys, "results", "placement_savings")


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A repository whose results were committed once, and one number of them has changed since."""
    (tmp_path / "book").mkdir()
    file = tmp_path / "book" / "results.json"

    def headline(value, inputs):
        return {"value": value, "unit": "pJ", "label": "extension", "inputs": inputs}

    def write(**values):
        file.write_text(json.dumps({"tables": {}, "headlines": {"pim": values}}))

    def git(*arguments):
        identity = ["-c", "user.name=A", "-c", "user.email=a@b.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *identity, *arguments], check=True, capture_output=True)

    write(one=headline(1.0, ["a"]), two=headline(2.0, ["a"]))
    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    write(one=headline(1.5, ["a"]), two=headline(2.0, [f"table_{n}" for n in range(40)]))
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    return tmp_path


def test_what_changed_since_a_revision_is_a_line_each_without_lists_of_inputs(clone, capsys):
    assert answer(capsys, "results", "--diff", "HEAD") == "pim.one: 1 → 1.5\n"
    assert values(capsys, "results", "--diff", "HEAD") == ["pim.one: 1 → 1.5"]
    assert answer(capsys, "results", "two", "--diff", "HEAD") == "No number differs from HEAD.\n"
    for wrong in ("nothing", "--help"):
        assert "expected a revision of git" in refused(capsys, "results", f"--diff={wrong}")
    (clone / "book" / "results.json").unlink()
    assert "not at hand" in refused(capsys, "results")


def test_every_claim_has_a_verdict_with_shares(capsys):
    found = values(capsys, "claims")
    assert len(found) == len(catalogue.rows("claims")) + len(catalogue.rows("own_claims"))
    for claim in found:
        assert claim["specifications"] >= 1
        assert sum(claim[part] for part in ("inside", "across", "outside")) == pytest.approx(1)
    assert "C9" in answer(capsys, "claims")


def test_the_claims_of_another_folder_are_told_where_they_differ(tmp_path, capsys):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    assert "No verdict and no share changes" in answer(capsys, "claims", "--with", str(tmp_path / "data"))
    path = tmp_path / "data" / "claims.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    place = rows[0].index("region_high")
    next(row for row in rows if row[0] == "C9")[place] = "0.4"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    changes = values(capsys, "claims", "--with", str(tmp_path / "data"))
    assert [change["id"] for change in changes] == ["C9"]
    assert changes[0]["before"]["region"] != changes[0]["after"]["region"]
    assert "C9" in answer(capsys, "claims", "--with", str(tmp_path / "data"))
    assert paths.DATA == ROOT / "data"
    path.write_text("id\n")
    assert "claims.csv" in refused(capsys, "claims", "--with", str(tmp_path / "data"))
    assert "datapackage.json" in refused(capsys, "claims", "--with", str(tmp_path / "none"))


def test_a_name_is_one_however_it_is_written_and_else_the_nearest_are_told():
    known = ["HBM2", "HBM2E", "Llama-3.1 8B", "Llama-3 18B"]
    assert naming.found("x", "hbm 2e", known) == "HBM2E"
    assert naming.found("x", "LLAMA 3.1-8b", known) == "Llama-3.1 8B"
    with pytest.raises(ValueError, match="x: 'hbm', expected one name; most like it: HBM2; HBM2E"):
        naming.found("x", "hbm", known)
    with pytest.raises(ValueError, match="expected one of: HBM2"):
        naming.found("x", "", known)
    with pytest.raises(ValueError, match="most like it: A-1; A 1"):
        naming.found("x", "a1", ["A-1", "A 1"])


def test_what_json_cannot_hold_becomes_null():
    import numpy as np
    import pandas as pd

    odd = {"a": np.float64("nan"), "b": pd.NA, "c": np.int64(3), "d": np.array([1.0, np.inf]), 5: (True, None)}
    assert layout.plain(odd) == {"a": None, "b": None, "c": 3, "d": [1.0, None], "5": [True, None]}
    json.dumps(layout.plain(odd), allow_nan=False)


@pytest.mark.parametrize("module", [catalogue, citations, provenance, naming, layout])
def test_examples_run(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert found.failed == 0
