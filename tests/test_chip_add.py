"""A chip becomes rows of the tables of a checkout: all of them or none, and the book counts it as any other."""

import difflib
import json
import os
import re
import shutil

import numpy as np
import pytest

from datagravity import chip, claims, distance, evidence, paths, pim, processors, sources, systems
from datagravity.chip import adding, reporting, tables
from datagravity.command.line import main
from test_chip import OPERATION, ROW, read, text_of

MINE = [ROW | {"node_nm": "5"}, OPERATION | {"node_nm": "5"}]


@pytest.fixture
def checkout(tmp_path):
    """The tables and the bibliography of a checkout."""
    root = tmp_path / "checkout"
    shutil.copytree(paths.DATA, root / "data")
    (root / "book").mkdir()
    shutil.copyfile(paths.ROOT / "_toc.yml", root / "_toc.yml")
    shutil.copyfile(paths.REFERENCES, root / "book" / "references.bib")
    return root


def contents(root):
    return {name: (root / name).read_bytes() for name in adding.FILES}


def mine(folder, *rows):
    return read(folder, text_of(*(rows or MINE)))


def entry_keys(path):
    return re.findall(r"^@\w+\{([^,]+),", path.read_text(encoding="utf-8"), re.M)


def with_one_more(keys, key="mychip2025"):
    """At its place if the others stand at theirs, else at the end."""
    return sorted([*keys, key]) if keys == sorted(keys) else [*keys, key]


@pytest.mark.slow
def test_a_chip_is_added_where_the_tables_want_it(tmp_path, checkout):
    found = mine(tmp_path)
    expected = found.disjunction_constants()
    before, sources_before = len(evidence.load("energy")), list(evidence.load("sources")["key"])
    entries_before = entry_keys(paths.REFERENCES)
    added = adding.add(found, checkout)
    assert added.written
    assert set(added.differences) == set(adding.FILES)
    counts = evidence.validate(checkout / "data", references=checkout / "book" / "references.bib")
    assert counts["energy"] == before + 2
    keys = evidence.load("sources", directory=checkout / "data", references=checkout / "book" / "references.bib")["key"]
    assert list(keys) == with_one_more(sources_before)
    assert entry_keys(checkout / "book" / "references.bib") == with_one_more(entries_before)
    with paths.elsewhere(checkout / "data", checkout / "book" / "references.bib"):
        pairs = processors.disjunction_constants()
        assert "My chip" in sources.bibtex("mychip2025")
    own = pairs[pairs["source"] == "mychip2025"]
    np.testing.assert_array_equal(own["gd"], expected["gd"])
    assert set(own["transport_row"]) | set(own["compute_row"]) == set(added.ids)


@pytest.mark.slow
def test_nothing_else_of_the_files_changes(tmp_path, checkout):
    before = {name: text.decode().splitlines() for name, text in contents(checkout).items()}
    adding.add(mine(tmp_path), checkout)
    for name, text in contents(checkout).items():
        changes = [line for line in difflib.ndiff(before[name], text.decode().splitlines()) if line[0] in "-?"]
        assert not changes


@pytest.mark.slow
def test_a_dry_run_writes_nothing_and_shows_the_difference(tmp_path, checkout, capsys):
    file = tmp_path / "my_chip.csv"
    mine(tmp_path)
    before = contents(checkout)
    assert main(["add", str(file), "--root", str(checkout), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "+++ b/data/energy.csv" in said
    assert "+mychip2025,true,read in the source,mychip2025," in said
    assert "would be written" in said
    assert "make sync book" in said
    assert contents(checkout) == before
    assert main(["add", str(file), "--root", str(checkout), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"]
    assert contents(checkout) != before


@pytest.mark.slow
def test_what_is_there_is_refused(tmp_path, checkout):
    adding.add(mine(tmp_path), checkout)
    before = contents(checkout)
    with pytest.raises(chip.ChipError, match=r"a row that energy.csv has not yet; P\d+ says the same") as error:
        adding.add(mine(tmp_path), checkout)
    assert len(error.value.problems) == 2
    with pytest.raises(chip.ChipError, match="the bibliography has mychip2025 already"):
        adding.add(mine(tmp_path, *(row | {"value": "3.3"} for row in MINE)), checkout)
    with pytest.raises(chip.ChipError, match="P123 says the same of etsoc1_2026"):
        adding.add(chip.read(chip.EXAMPLE), checkout)
    assert contents(checkout) == before


HOSTILE = r"a {b} memo; 50 % of G_d, 2025"


@pytest.mark.slow
@pytest.mark.parametrize("source", ["our measurements, 2025", HOSTILE])
def test_a_chip_that_was_added_under_plain_words_is_the_same_chip(tmp_path, checkout, source):
    rows = [row | {"source": source, "chip": "My {chip} & co"} for row in MINE]
    found = mine(tmp_path, *rows)
    assert found.of_known_sources() == {}
    adding.add(found, checkout)
    with paths.elsewhere(checkout / "data", checkout / "book" / "references.bib"):
        assert found.of_known_sources() == {"My {chip} & co": "mychipco2025"}
        assert reporting._votes(found) == {"My {chip} & co": "mychipco2025"}
        other = mine(tmp_path, *(row | {"source": "another memo, 2025"} for row in rows))
        assert other.of_known_sources() == {}
        assert mine(tmp_path, *(row | {"chip": "My chip"} for row in rows)).of_known_sources() == {}


@pytest.mark.slow
def test_chips_of_one_memo_are_added_with_one_vote(tmp_path, checkout):
    adding.add(mine(tmp_path, *(row | {"chip": name} for name in ("A", "B") for row in MINE)), checkout)
    with paths.elsewhere(checkout / "data", checkout / "book" / "references.bib"):
        groups = evidence.load("sources").set_index("key")["group"]
    assert groups[["a2025", "b2025"]].tolist() == ["a2025", "a2025"]


@pytest.mark.slow
def test_a_further_row_of_a_known_source_needs_no_new_source(tmp_path, checkout):
    adding.add(mine(tmp_path), checkout)
    before = contents(checkout)
    more = {**MINE[0], "source": "mychip2025", "part": "register file"}
    added = adding.add(mine(tmp_path, more), checkout)
    assert set(added.differences) == {"data/energy.csv"}
    assert contents(checkout)["data/sources.csv"] == before["data/sources.csv"]


@pytest.mark.slow
def test_two_chips_of_one_source_are_told_apart_by_their_nodes(tmp_path, checkout):
    rows = [row | {"chip": name, "source": "etsoc1_2026", "value": value, "node_nm": node}
            for name, value, node in (("A", "3.3", "5"), ("B", "3.2", "5")) for row in MINE]  # fmt: skip
    with pytest.raises(chip.ChipError, match="another source or node_nm than A has"):
        adding.add(mine(tmp_path, *rows), checkout)
    rows = [row | ({"node_nm": "4"} if row["chip"] == "B" else {}) for row in rows]
    assert len(adding.add(mine(tmp_path, *rows), checkout).ids) == 4


@pytest.mark.slow
def test_hostile_text_is_text_in_the_tables_and_in_the_bibliography(tmp_path, checkout):
    hostile = r"""a "quoted" note, 50 % & #1_x $y$ \input{/etc/passwd} {open ^~ <b>"""
    rows = [row | {"note": hostile, "source": f"{hostile} 2025", "chip": "M}y @misc{x, chip"} for row in MINE]
    added = adding.add(mine(tmp_path, *rows), checkout)
    found = evidence.load("energy", directory=checkout / "data", references=checkout / "book" / "references.bib")
    assert set(found[found["id"].isin(added.ids)]["notes"]) == {hostile}
    books = sources.bibliography(checkout / "book" / "references.bib")
    assert len(books) == len(sources.bibliography()) + 1
    [key] = set(books["key"]) - set(sources.bibliography()["key"])
    assert re.fullmatch(r"[a-z0-9]+", key)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "field", "value"),
    [
        ("10.1145/1234567.89, Table 3", "doi", "10.1145/1234567.89"),
        ("https://doi.org/10.1109/x.2024.1", "doi", "10.1109/x.2024.1"),
        ("see https://example.org/chip_1.pdf, p. 3", "url", "https://example.org/chip_1.pdf"),
    ],
)
def test_a_doi_or_an_address_is_found_in_a_source(tmp_path, checkout, source, field, value):
    adding.add(mine(tmp_path, *(row | {"source": source} for row in MINE)), checkout)
    books = sources.bibliography(checkout / "book" / "references.bib").set_index("key")
    [key] = set(books.index) - set(sources.bibliography()["key"])
    assert books.loc[key, field] == value


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("etsoc1_2026", "etsoc1_2026"),
        ("https://github.com/yaroslavvb/et-soc1-prototyping/blob/main/x.md", "etsoc1_2026"),
        ("https://github.com/yaroslavvb/et-soc1-prototyping2", None),
        ("somewhere", None),
    ],
)
def test_a_source_of_the_book_is_known_by_key_and_by_address(text, key):
    assert tables.known_source(text) == key


def test_a_source_of_the_book_is_known_by_its_doi():
    row = sources.bibliography().dropna(subset="doi").iloc[0]
    assert tables.known_source(f"doi:{row['doi'].upper()}, p. 3") == row["key"]


@pytest.mark.slow
def test_rows_that_a_chapter_could_not_tell_apart_are_refused(tmp_path, checkout):
    before = contents(checkout)
    rows = [row | {"source": "jouppi2021", "node_nm": "7", "part": "INT8 add", "unit": "pJ"} for row in MINE[1:]]
    with pytest.raises(ValueError, match="are all INT8 add at 7 nm"):
        adding.add(mine(tmp_path, *rows), checkout)
    assert contents(checkout) == before


@pytest.mark.slow
def test_all_or_nothing_is_written(tmp_path, checkout, monkeypatch):
    before, replace, calls = contents(checkout), os.replace, []

    def fails(copy, file):
        calls.append(file)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        replace(copy, file)

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="No space left"):
        adding.add(mine(tmp_path), checkout)
    assert len(calls) == 3
    assert contents(checkout) == before
    assert not [file for file in checkout.rglob(".*") if file.is_file()]


def test_tables_that_are_wrong_already_stay_as_they_are(tmp_path, checkout):
    energy = checkout / "data" / "energy.csv"
    energy.write_text(energy.read_text(encoding="utf-8").replace("int add,8,pJ,0.03,", "int add,8,pJ,-1,", 1), "utf-8")
    before = contents(checkout)
    with pytest.raises(evidence.TableError):
        adding.add(mine(tmp_path), checkout)
    assert contents(checkout) == before


@pytest.mark.slow
def test_the_ends_of_lines_and_the_mark_of_a_file_stay(tmp_path, checkout):
    energy = checkout / "data" / "energy.csv"
    energy.write_bytes(b"\xef\xbb\xbf" + energy.read_bytes().replace(b"\n", b"\r\n"))
    adding.add(mine(tmp_path), checkout)
    written = energy.read_bytes()
    assert written.startswith(b"\xef\xbb\xbfid,")
    assert written.count(b"\n") == written.count(b"\r\n")


def test_a_folder_that_is_no_checkout_and_a_wrong_file_are_refused(tmp_path, checkout, capsys):
    file = tmp_path / "my_chip.csv"
    mine(tmp_path)
    assert main(["add", str(file), "--root", str(tmp_path)]) == 1
    assert "--root" in capsys.readouterr().err
    before = contents(checkout)
    mine(tmp_path, ROW | {"part": "flash"})
    assert main(["add", str(file), "--root", str(checkout)]) == 1
    assert "column part: value 'flash'" in capsys.readouterr().err
    mine(tmp_path, ROW | {"part": "power", "unit": "W"})
    assert main(["add", str(file), "--root", str(checkout)]) == 1
    assert "no energy" in capsys.readouterr().err
    assert contents(checkout) == before


@pytest.mark.slow
def test_what_the_report_takes_for_unmoved_has_the_same_inputs_with_a_chip(tmp_path):
    """Claims that the report does not compute anew read of the energies only what an unreviewed chip cannot change."""

    def inputs():
        priors = [pim.prior_gd(name, width) for name in (None, *pim.MEMORIES) for width in WIDTHS]
        return priors, distance.points(), processors.published_ratios(), systems.rows()

    from datagravity.choices import options

    WIDTHS = options("pim")["gd_width"]
    before = inputs()
    with mine(tmp_path, *MINE, *(row | {"part": part} for row in MINE[:1] for part in ("HBM3", "DDR5"))).in_the_book():
        after = inputs()
    assert before[0] == after[0]
    for one, other in zip(before[1:], after[1:], strict=True):
        assert one.equals(other)
    assert set(claims.TESTS) >= {"transport_dominates", "gd_has_grown", "measured_processors"}
