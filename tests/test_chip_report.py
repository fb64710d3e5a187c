"""The report on a chip: the book's own numbers, one file that asks for nothing, and text that stays text."""

import json
import re

import pytest

from datagravity import chip, processors
from datagravity.chip import beside, reporting
from datagravity.command.line import main
from test_chip import OPERATION, ROW, read, text_of

#: Text that would do something on a page that let it.
HOSTILE = (
    """</title><script>document.title='gone'</script><img src=http://127.0.0.9/x onerror="document.title='gone'">"""
)


@pytest.fixture(scope="module")
def example():
    """What the report says of the example."""
    return reporting.summary(chip.read(chip.EXAMPLE))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A report on two chips, one with the numbers of a whole chip, whose file has hostile text where it takes text."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = [
        {**row, "chip": "<b>A & B</b>", "note": HOSTILE, "source": f"{HOSTILE} 2025"}
        for row in (
            ROW | {"part": "L1", "value": "0.9"},
            ROW,
            ROW | {"part": "HBM3", "unit": "pJ/access", "bits": "64", "value": "", "low": "350", "high": "420"},
            OPERATION,
        )
    ]
    whole = [("peak throughput", "TFLOP/s", "400"), ("memory capacity", "GB", "80")]
    whole += [("memory bandwidth", "GB/s", "3000"), ("power", "W", "500")]
    rows += [rows[0] | {"part": part, "unit": unit, "value": value} for part, unit, value in whole]
    other = {"chip": "A second chip", "method": "post-layout"}
    rows += [row | other for row in (ROW, OPERATION)]
    found = read(folder, text_of(*rows))
    found.report(folder / "report.html", data=folder / "report.json")
    return folder / "report.html", folder / "report.json"


@pytest.mark.slow
def test_the_constants_are_the_books_own(example):
    book = processors.disjunction_constants()
    book = book[book["source"] == "etsoc1_2026"]
    assert [row["gd"] for row in example["constants"]] == list(book["gd"])
    assert [row["gd_matched_low"] for row in example["constants"]] == list(book["gd_matched_low"])


@pytest.mark.slow
def test_a_chip_that_the_book_has_changes_no_verdict(example):
    verdicts = example["verdicts"]
    assert verdicts["one_origin"] == {"ET-SoC-1": "etsoc1_2026"}
    for row in verdicts["computed"]:
        assert row["before"] == row["after"]
        assert (row["votes_before"], row["shares_before"]) == (row["votes_after"], row["shares_after"])
    every = {row["id"] for row in verdicts["computed"]} | set(verdicts["unmoved"]) | set(verdicts["not_computed"])
    assert len(every) == len(reporting.claims.claims())


@pytest.mark.slow
def test_a_chip_of_its_own_has_a_vote(hostile):
    found = json.loads(hostile[1].read_text(encoding="utf-8"))
    dominates = next(row for row in found["verdicts"]["computed"] if row["test"] == "transport_dominates")
    assert dominates["votes_after"] == dominates["votes_before"] + 2
    assert found["verdicts"]["one_origin"] == {}


def test_a_chip_below_one_moves_the_votes(tmp_path):
    cheap = read(tmp_path, text_of(ROW | {"part": "HBM", "value": "0.001", "unit": "pJ/bit"}, OPERATION))
    [verdict] = [row for row in verdicts_of(cheap)["computed"] if row["test"] == "transport_dominates"]
    assert verdict["shares_after"]["outside"] > verdict["shares_before"]["outside"]


def test_rows_with_a_distance_say_which_claims_are_not_computed(tmp_path):
    far = {"distance_mm": "3", "distance_basis": "stated"}
    found = verdicts_of(read(tmp_path, text_of(ROW | far, OPERATION)))
    assert len(found["not_computed"]) == len(reporting.READ_DISTANCES)
    assert not set(found["not_computed"]) & set(found["unmoved"])


@pytest.mark.slow
def test_scopes_are_told_apart(hostile):
    found = json.loads(hostile[1].read_text(encoding="utf-8"))
    scopes = {row["chip"]: row["scope"] for row in found["constants"]}
    assert scopes == {"<b>A & B</b>": reporting.SYSTEM, "A second chip": reporting.COMPONENT}
    assert {row["scope"] for row in found["among"]} >= {reporting.SYSTEM, reporting.COMPONENT}


def verdicts_of(found):
    return reporting._verdicts(found, reporting._judged_all(), reporting._verdicts_with(found))


def levels_of(found):
    return reporting._levels(found, found.rows)


def test_levels_that_state_what_they_add_are_summed(tmp_path):
    rows = [
        ROW | {"part": part, "unit": "pJ/bit", "value": value, "increment": "true"}
        for part, value in (("L1", "1"), ("L2", "4"), ("HBM", "10"))
    ]
    levels = levels_of(read(tmp_path, text_of(*rows, OPERATION)))
    assert [row["middle"] for row in levels] == pytest.approx([1, 5, 15])
    ratios = reporting._ratios(levels)
    assert [row["ratio"] for row in ratios] == pytest.approx([1 / 5, 1 / 3])
    assert all(row["book_low"] < row["book"] < row["book_high"] for row in ratios)


def test_tokens_are_counted_where_the_file_has_the_numbers(hostile):
    tokens = json.loads(hostile[1].read_text(encoding="utf-8"))["tokens"]
    counted = [row for row in tokens if not row["lacks"]]
    assert [row["batch"] for row in counted] == list(reporting.BATCHES)
    assert all(row["low"] < row["value"] < row["high"] for row in counted)
    assert [row["lacks"] for row in tokens if row["lacks"]] == [[*reporting_parts(), reporting.MAIN_MEMORY]]


def reporting_parts():
    from datagravity.chip.columns import WHOLE_CHIP

    return list(WHOLE_CHIP)


def test_weights_that_do_not_fit_are_said(tmp_path):
    whole = [("peak throughput", "TFLOP/s"), ("memory capacity", "GB"), ("memory bandwidth", "GB/s"), ("power", "W")]
    rows = [ROW | {"part": part, "unit": unit, "value": "1"} for part, unit in whole]
    found = read(tmp_path, text_of(ROW | {"part": "HBM"}, OPERATION, *rows))
    tokens = reporting._tokens(found, levels_of(found), lambda text: None)
    assert all("GB" in row["lacks"][0] for row in tokens)


def test_a_chip_without_main_memory_is_told_so(hostile):
    found = json.loads(hostile[1].read_text(encoding="utf-8"))
    assert found["without_main_memory"] == ["A second chip"]
    assert {(row["chip"], row["level"]) for row in found["savings"]} == {("<b>A & B</b>", "HBM")}
    assert "A second chip: not computed; the file lacks main memory" in hostile[0].read_text(encoding="utf-8")
    [on_chip] = [row for row in found["levels"] if row["chip"] == "A second chip"]
    assert reporting.savings_of([on_chip]) == []


@pytest.mark.slow
def test_savings_are_those_of_the_multiverse(example):
    from datagravity import pim

    far = example["levels"][-1]
    [whole] = [row for row in example["savings"] if row["of"] == "a whole system" and row["law"] == "every law"]
    told = pim.predict(
        {
            "baseline_memory": far["level"],
            "scope": "whole_system",
            "pj_per_bit_baseline_low": far["low"],
            "pj_per_bit_baseline_high": far["high"],
        }
    )
    assert (whole["value"], whole["low"], whole["high"]) == (told.value, told.low, told.high)
    assert whole["specifications"] == told.specifications


@pytest.mark.slow
def test_a_second_core_says_the_same(example):
    with beside.second_core() as helper:
        assert helper is not None
        savings, before = helper(example["levels"])()
    assert savings == example["savings"]
    told = {
        row["test"]: (row["before"], row["votes_before"], row["shares_before"])
        for row in example["verdicts"]["computed"]
    }
    assert {test: (row["verdict"], row["votes"], row["shares"]) for test, row in before.items()} == told


def test_a_second_process_that_fails_is_not_missed(monkeypatch):
    monkeypatch.setattr(beside.sys, "executable", "/bin/false")
    monkeypatch.setattr(reporting, "apart", lambda levels: ("here", len(levels)))
    with beside.second_core() as helper:
        assert helper([{"chip": "x" * 100_000}] * 30)() == ("here", 30)


def test_the_page_holds_everything_itself_and_its_text_is_text(hostile):
    page = hostile[0].read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<img|@import|<iframe|<b>", page)
    assert not re.search(r"url\((?!#)", page)
    assert re.findall(r'(?:href|src)="([^"#][^"]*)"', page) == ["./report.json"]
    assert page.count("<svg ") == 5
    assert "&lt;script&gt;" in page
    assert 'name="viewport"' in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_the_json_holds_what_the_page_says(hostile):
    found = json.loads(hostile[1].read_text(encoding="utf-8"))
    page = hostile[0].read_text(encoding="utf-8")
    assert found["chips"] == ["<b>A & B</b>", "A second chip"]
    for row in found["verdicts"]["computed"]:
        assert row["id"] in page
    for name in ("sources", "bibtex", "assumptions", "levels", "ratios", "savings", "conventions"):
        assert found[name]
    assert all(one.startswith("@") for one in found["bibtex"])


def test_report_is_a_command(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(reporting, "summary", lambda chip, tell, helper: tell("working") or SHORT)
    monkeypatch.setattr("datagravity.site.chip_page.page", lambda found, data: f"page with {data}")
    output, data = tmp_path / "r.html", tmp_path / "r.json"
    assert main(["report", str(chip.EXAMPLE), "-o", str(output), "--data", str(data)]) == 0
    said = capsys.readouterr()
    assert "working" in said.err
    assert said.out.splitlines() == ["one line", "1 of the 2 verdicts that a chip can move would move.",
                                     f"{output} written.", f"{data} written."]  # fmt: skip
    assert output.read_text(encoding="utf-8") == "page with r.json"
    assert json.loads(data.read_text(encoding="utf-8")) == SHORT
    assert main(["report", str(chip.EXAMPLE), "-o", str(output), "--quiet", "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert json.loads(said.out) == SHORT


SHORT = {
    "headlines": ["one line"],
    "verdicts": {"computed": [{"before": "holds", "after": "refuted"}, {"before": "holds", "after": "holds"}]},
}


@pytest.mark.parametrize(("option", "file"), [("-o", "r.pdf"), ("-o", "nowhere/r.html"), ("--data", "r.html")])
def test_a_file_that_cannot_be_written_is_named_before_anything_is_computed(tmp_path, capsys, option, file):
    assert main(["report", str(chip.EXAMPLE), option, str(tmp_path / file)]) == 1
    assert f"{option}: {tmp_path / file}" in capsys.readouterr().err


def test_a_wrong_file_has_no_report(tmp_path, capsys):
    read(tmp_path, text_of(ROW | {"part": "flash"}))
    assert main(["report", str(tmp_path / "my_chip.csv"), "-o", str(tmp_path / "r.html")]) == 1
    assert "column part: value 'flash'" in capsys.readouterr().err
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_asks_no_host_runs_nothing_and_needs_no_room(hostile, browser, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, asked, said = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda text: said.append(text.text))
    page.goto(hostile[0].as_uri(), wait_until="networkidle")
    assert asked == [hostile[0].as_uri()]
    assert said == []
    assert page.title() == "Data gravity of <b>A & B</b>, A second chip"
    assert page.locator("script, img, iframe").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = """() => [...document.querySelectorAll("figure svg")].filter((svg) => {
        const room = svg.getBoundingClientRect();
        return [...svg.querySelectorAll("text")].some((text) => {
            const own = text.getBoundingClientRect();
            return own.width && (own.left < room.left - 1 || own.right > room.right + 1);
        });
    }).length"""
    assert page.evaluate(cut) == 0, "text beyond the edge of its picture"
    assert page.evaluate(LEAST_GAP) > 5, "labels of an axis that touch"
    tables = """() => [...document.querySelectorAll(".wide")].map((one) =>
        [one.tabIndex, one.getAttribute("role"), getComputedStyle(one).backgroundImage.includes("gradient")])"""
    assert set(map(tuple, page.evaluate(tables))) == {(0, "region", True)}
    assert page.locator("pre").first.evaluate("one => one.scrollWidth <= one.clientWidth")
    context.close()


#: The least room between two labels of one horizontal axis, in pixels.
LEAST_GAP = """() => Math.min(...[...document.querySelectorAll("figure svg .role-axis-label")].map((axis) => {
    const seen = [...axis.querySelectorAll("text")].filter((text) => getComputedStyle(text).opacity > 0);
    const boxes = seen.map((text) => text.getBoundingClientRect()).sort((one, other) => one.left - other.left);
    const gaps = boxes.slice(1).map((box, place) => box.left - boxes[place].right);
    return boxes.every((box) => Math.abs(box.top - boxes[0].top) < 2) ? Math.min(99, ...gaps) : 99;
}))"""
