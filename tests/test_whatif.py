"""What-if: cells that are set, sources that are left out, and what moves in the numbers of the prose."""

import csv
import hashlib

import pytest

from commands import answer, refused, values
from datagravity import catalogue, paths, whatif
from datagravity.checks import Missing
from datagravity.command import changing as typed
from datagravity.evidence import TableError, changing, load, one_row, rows_by_id
from datagravity.headlines import (
    brains,
    disjunction_constant,
    distance,
    foundations,
    of,
    plateau,
    processors,
    shares,
    survey,
    systems,
    token,
    with_inputs,
)

#: Sources whose rows decide a number, and chapters that take a second.
SAMPLE = {
    "brains": ("howarth2012", "attwell2001", "levy2021"),
    "disjunction-constant": ("horowitz2014", "leebruck2026", "jouppi2021"),
    "placement": ("leebruck2026",),
    "foundations": ("horowitz2014",),
    "shares": ("boroumand2018google",),
}
KEYS = {row.cells["name"]: row.key for row in catalogue.rows("llm")}


def files():
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths.DATA.iterdir()}


@pytest.mark.parametrize(
    ("text", "table", "key", "texts"),
    [
        ("accelerators.H100.tdp=350", "accelerators", "A005", {"tdp_w": "350"}),
        ("accelerators.a005.TDP_W=350", "accelerators", "A005", {"tdp_w": "350"}),
        ("claims.C6.region=0.1,10", "claims", "C6", {"region_low": "0.1", "region_high": "10"}),
        ("claims.C9.region=,0.4", "claims", "C9", {"region_low": "", "region_high": "0.4"}),
        ("energy.P031.energy=600", "energy", "P031", {"energy_low_pj": "600", "energy_high_pj": "600"}),
        ("energy.P031.notes=a, b", "energy", "P031", {"notes": "a, b"}),
        ("llm.llama 3.1-405b.layers=3", "llm", KEYS["Llama-3.1 405B"], {"layers": "3"}),
    ],
)
def test_a_setting_names_cells_as_readers_write_them(text, table, key, texts):
    rows = catalogue.rows(table)
    cells, changes = typed.cells_of([text])
    assert {cell.column: cell.text for cell in cells} == texts
    assert {rows[cell.place].key for cell in cells} == {one["row"] for one in changes}
    assert rows[cells[0].place].key == key


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accelerators=3", "expected TABLE.ROW.COLUMN=VALUE"),
        ("acelerators.H100.tdp=3", "most like it: accelerators"),
        ("accelerators.A100.tdp=3", "A003 (A100 SXM4 40GB); A004 (A100 SXM4 80GB)"),
        ("claims.C6.regio=3", "most like it: region_low"),
        ("accelerators.H100.tdp=many", "column tdp_w: value 'many'; expected a number, above 0"),
        ("energy.P031.energy=500,700", "expected one number, because the row states one, 1300; for a range, ask once"),
        ("published_ratios.G4.gd=,700", "expected one number, because the row states one, 992"),
        ("accelerators.H100.tdp=300,400", "expected one number, because the column holds one"),
        ("claims.C6.region=3,1", "column region_low: value '3'; expected at most region_high"),
    ],
)
def test_a_wrong_setting_is_named_as_for_the_tables(text, said, capsys):
    assert said in refused(capsys, "results", "--set", text, "--chapter", "brains")
    assert paths.DATA == paths.ROOT / "data"


def test_a_wrong_source_and_options_that_do_not_go_together_are_refused(capsys):
    assert "most like it: horowitz2014" in refused(capsys, "results", "--drop-source", "horowitz14")
    assert "expected either" in refused(capsys, "results", "--diff", "HEAD", "--drop-source", "levy2021", status=2)
    assert "--chapter" in refused(capsys, "results", "--chapter", "brains", status=2)
    assert "expected either" in refused(capsys, "claims", "--with", "x", "--drop-source", "levy2021", status=2)
    with pytest.raises(ValueError, match="source: 'nobody'"), changing.changed(left_out=["nobody"]):
        pass


@pytest.mark.slow
def test_what_follows_from_a_cell_is_set_with_it_and_a_correction_of_it_is_void():
    before = files()
    cells, _ = typed.cells_of(["accelerators.H100.tdp=350", "claims.C6.region=0.1,10"])
    with changing.changed(cells) as found:
        assert float(load("accelerators").set_index("id").loc["A005", "gflop_per_s_per_w"]) == 2826.9
        claim = load("claims").set_index("id").loc["C6"]
        # As far below the region as it was: 0.5 / 0.333333 is 0.1 / 0.0666666.
        assert float(claim["value_if_false"]) == pytest.approx(0.1 * 0.333333 / 0.5)
    assert [one[:3] for one in found.follow] == [
        ("accelerators", "A005", "gflop_per_s_per_w"),
        ("claims", "C6", "value_if_false"),
    ]
    correction = next(row for row in catalogue.rows("corrections") if row.cells["table"] == "energy")
    about = correction.cells
    place = next(index for index, row in enumerate(catalogue.rows("energy")) if row.key == about["row"])
    same = catalogue.rows("energy")[place].cells[about["column"]]
    with changing.changed([changing.Cell("energy", place, about["column"], same)]) as found:
        assert correction.key in found.void
        assert correction.key not in set(load("corrections")["id"])
    assert files() == before
    assert paths.DATA == paths.ROOT / "data"


@pytest.mark.parametrize("key", ["horowitz2014", "etsoc1_2026", "hp_cacti7"])
@pytest.mark.slow
def test_a_source_goes_with_its_rows_and_with_those_that_refer_to_them(key):
    own = {
        name: [row for row in catalogue.rows(name) if row.cells.get("source") == key] for name in catalogue.resources()
    }
    with changing.changed(left_out=[key]) as found:
        for name, rows in own.items():
            assert found.gone[key].get(name, 0) >= len(rows)
            assert len(catalogue.rows(name)) >= 0
            assert all(row.cells.get("source") != key for row in catalogue.rows(name))
        energy = {row.key for row in catalogue.rows("energy")}
        for row in catalogue.rows("distance_rows"):
            assert {row.cells[name] for name in ("energy_row", "energy_row_2", "energy_row_3")} <= energy | {""}
    for name, count in found.gone[key].items():
        with (paths.DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert count <= len(list(csv.DictReader(file)))


@pytest.mark.slow
def test_a_table_without_a_row_is_missing_in_words_and_only_where_a_source_is_left_out(tmp_path):
    with changing.changed(left_out=["leebruck2026"]):
        assert catalogue.rows("claims") == []
        with pytest.raises(Missing, match=r"no row of claims\.csv is left"):
            load("claims")
    header = (paths.DATA / "claims.csv").read_text(encoding="utf-8").splitlines()[0]
    with (
        changing.folder_with({"claims.csv": f"{header}\n".encode()}) as (folder, references),
        pytest.raises(TableError, match="at least one row below the header"),
    ):
        load("energy", directory=folder, references=references)
    with pytest.raises(Missing, match="no row X1"):
        rows_by_id("energy", ["P001", "X1"])


@pytest.mark.slow
def test_a_number_moves_as_its_cell_does():
    key = next(row.key for row in catalogue.rows("published_ratios") if row.key == "G4")
    cells, _ = typed.cells_of([f"published_ratios.{key}.gd=500"])
    found = whatif.recomputed(cells, of=["placement"])
    before = of("placement")["placement_gd"]
    moved = {one.name: one for one in found.moved}
    assert (moved["placement_gd"].before, moved["placement_gd"].after.value) == (before, 500)
    assert len(found.moved) + found.stay == len(of("placement"))
    assert not found.lacking
    assert of("placement")["placement_gd"] == before


@pytest.mark.parametrize(
    ("part", "name", "setting", "before", "after"),
    [
        (brains.definitions, "budgets_put", "brain.B001.value=30", "puts", "put"),
        (brains.definitions, "budgets_noun", "brain.B001.value=30", "budget", "budgets"),
        (
            disjunction_constant.problem,
            "answer_larger",
            "energy.P032.energy_low_pj=20",
            "Transport is still",
            "Computing is now",
        ),
        (distance.next_machine, "a_inside", "energy.P011.energy=300", 1, 2),
        (
            plateau.growth_of_the_flagships,
            "b_told",
            "accelerators.A007.peak_dense_fp16_bf16_tflops=4500",
            "cannot be told from",
            "is more than",
        ),
        (foundations.two_hierarchies, "rests_new_stay", "energy.P030.energy=40", "stay", "become"),
        (plateau.stacked_memory, "hbm_not_fallen", "trends.T024.value=3.5", 1, 0),
        (plateau.verdict, "verdict", "claims.C11.region=1.2,", "holds", "undecided"),
        (processors.memory_devices, "hbm_least", "energy.P172.energy=4.1", "HBM3E", "HBM2"),
        (processors.node_trends, "levels_open", "energy.P030.energy=10", 2, 1),
        (processors.node_trends, "bare_word", "energy.P030.energy=20", "fell", "may have done either"),
        (processors.node_trends, "bare_turns", "energy.P030.energy=20", "turns", "does not turn"),
        (processors.same_memory, "a100_place", "energy.P151.energy=10.5", "between two", "below both"),
        (shares.measured_exponents, "shares_low_series", "energy.P030.energy=20", "SRAM, 7 nm", "mesh, measured"),
        (survey.papers, "unverified_noun", "related_papers.R120.source=", "paper", "papers"),
    ],
)
@pytest.mark.slow
def test_a_word_turns_with_its_datum(part, name, setting, before, after):
    assert part()[name].value == before
    with changing.changed(typed.cells_of([setting])[0]):
        assert part()[name].value == after
    assert part()[name].value == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "part", "because"),
    [
        ("epoch_hw2026", token.forecast, "no measured run of decoding is left"),
        ("epoch_hw2026", token.prompts, "no measured run of decoding is left"),
        ("epoch_hw2026", token.frozen_test, "no run of serving on a known accelerator is left"),
        ("epoch_hw2026", systems.machines_apart, "no row of the tables is about H100 SXM5 80GB (accelerator)"),
        ("etsoc1_2026", distance.one_chip, "no row of the tables is about free, rail, random (condition)"),
        ("liu2026hardwired", systems.hnlpu_energy, "no row of the tables is about S03 (id)"),
        ("liu2026hardwired", systems.misses, "no row of the tables is about S03 (system)"),
        ("mlperf41", systems.machines_apart, "an input of DistCA is not there"),
        (
            "ananthanarayanan2026understanding",
            systems.misses,
            "no row of the tables is about S22a (claim of a system)",
        ),
        ("epoch_hw2026", token.two_terms, "no row of the tables is about 8 (batch_max of the example)"),
    ],
)
def test_what_is_missing_is_a_sentence(source, part, because):
    with changing.changed(left_out=[source]), pytest.raises(Missing) as error:
        part()
    assert error.value.because == because


def test_a_slip_in_code_is_no_lack(monkeypatch):
    def slip():
        """A part."""
        return {}["a slip"]

    monkeypatch.setattr(brains, "PARTS", (slip,))
    told = []
    with pytest.raises(KeyError):
        with_inputs("brains", told.append)
    monkeypatch.setattr(brains, "PARTS", (lost,))
    assert with_inputs("brains", told.append) == {}
    assert told == ["“A row that is not there” (energy.csv has no row with id X9)"]


def lost():
    """A row that is not there."""
    return {"lost": one_row("energy", load("energy"), id="X9")}


def test_the_name_of_an_extreme_goes_with_its_source():
    assert systems.misses()["worst_system"].value == "Linear-InfSA"
    with changing.changed(left_out=["roffo2026infinite"]):
        assert systems.misses()["worst_system"].value == "NeuPIMs"


@pytest.mark.parametrize("chapter", SAMPLE)
@pytest.mark.slow
def test_what_rests_on_a_source_that_is_left_out_is_told_in_words(chapter):
    for key in SAMPLE[chapter]:
        found = whatif.recomputed(left_out=[key], of=[chapter])
        assert found.changed.gone[key]
        assert found.moved or found.lacking, key
        assert all(one.foreseen or one.because.startswith("it rests on ") for one in found.lacking)
        assert not any(word in one.because for one in found.lacking for word in ("nan", "Error", "Index"))
        count = sum(len(one.names) for one in found.lacking)
        assert count + len(found.moved) + found.stay == len(of(chapter))


@pytest.mark.slow
def test_words_choose_the_chapters_that_are_computed(capsys, monkeypatch):
    asked = []
    recomputed = whatif.recomputed
    monkeypatch.setattr(whatif, "recomputed", lambda *given: asked.append(given[2]) or recomputed(*given))
    setting = ("--set", "published_ratios.G4.gd=500")
    told = values(capsys, "results", "placement_gd", *setting)
    assert asked == [["placement"]]
    assert [(one["number"], one["after"]) for one in told["moved"]] == [("placement.placement_gd", 500)]
    assert (told["lacking"], told["stay"]) == ([], 0)
    told = values(capsys, "results", "placement_s", *setting, "--chapter", "placement")
    named = [name for name in of("placement") if "placement_s" in name]
    assert len(told["moved"]) + told["stay"] == len(named)
    assert "0 numbers" not in answer(capsys, "results", "placement", *setting)
    assert asked == [["placement"]] * 3
    assert "expected a chapter or a number such as" in refused(capsys, "results", "no such words", *setting)
    assert "WORDS" in refused(capsys, "results", "placement_gd", *setting, "--chapter", "brains")
    assert len(asked) == 3


@pytest.mark.slow
def test_the_commands_tell_what_moves_and_what_cannot_be_computed(capsys):
    told = values(capsys, "results", "--drop-source", "howarth2012", "--chapter", "brains")
    assert told["left_out"]["howarth2012"]["brain"] > 0
    assert told["moved"] or told["lacking"]
    text = answer(capsys, "results", "--drop-source", "howarth2012", "--chapter", "brains")
    assert "Left out: howarth2012" in text
    assert text.count(": not without howarth2012: ") == len(told["lacking"])
    changes = values(capsys, "claims", "--set", "claims.C9.region=,0.4")
    assert [change["id"] for change in changes] == ["C9"]
    assert "Set: claims C9" in answer(capsys, "claims", "--set", "claims.C9.region=,0.4")
