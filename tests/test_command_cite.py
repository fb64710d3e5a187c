"""`datagravity cite`: the book, its parts and its sources, in every form, and what a wrong name is answered."""

import json
import re

import bibtexparser
import pytest
from pybtex.database import parse_string

import commands
from commands import answer
from conftest import ROOT
from datagravity import catalogue, citations
from datagravity.command.line import main

#: The types of CSL 1.0.2, from its schema of data.
CSL = re.findall(
    r"\S+",
    """article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection
dataset document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case
legislation manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical
personal_communication post post-weblog regulation report review review-book software song speech standard thesis
treaty webpage""",
)
TEXTS = {"container-title", "publisher", "title", "version", "URL", "DOI", "volume", "issue", "page", "note"}


def cited(capsys, *arguments):
    """What a citation prints."""
    return answer(capsys, "cite", *arguments)


def refused(capsys, *arguments):
    """What a refused citation says."""
    return commands.refused(capsys, "cite", *arguments)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("book", "The Data Gravity book"),
        ("datagravity", "The Data Gravity book"),
        ("Data Gravity", "The Data Gravity book"),
        ("paper", "2603.26053"),
        ("placement", "The placement law"),
        ("The placement law", "The placement law"),
        ("energy:P031", "Row P031"),
        ("energy.csv/p031", "Row P031"),
        ("fig-energy-against-distance", "Figure 1 of The placement law"),
        ("placement.html#fig-energy-against-distance?beta=2", "Figure 1 of The placement law"),
        ("horowitz2014", "6757323"),
        ("Horowitz 2014", "6757323"),
    ],
)
def test_everything_can_be_cited(name, said, capsys):
    assert said in cited(capsys, name)
    for style in citations.STYLES:
        assert cited(capsys, name, "--style", style)


def test_the_book_is_cited_without_a_name_with_version_and_commit(capsys):
    found = citations.citation(ROOT)
    text = cited(capsys, "--style", "plain")
    assert text == cited(capsys, "book", "--style", "plain")
    assert f"version {found.version}" in text
    if found.commit:
        assert found.commit.split()[0] in text


@pytest.mark.slow
def test_a_row_comes_with_its_source_and_one_id_in_two_tables_with_both(capsys):
    assert re.findall(r"^@\w+{([^,]+)", cited(capsys, "energy:P031"), re.MULTILINE)[1:] == ["jouppi2021"]
    text = cited(capsys, "P031", "--style", "plain")
    assert "energy.csv" in text
    assert "pim.csv" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "near", "never"),
    [
        ("placment", "placement", "20"),
        ("P9999", "P099", "horowitz"),
        ("energy:P9x", "such as P", "horowitz"),
        ("fig-saving-mapp", "fig-saving-map", "horowitz"),
        ("horowitz2013", "horowitz2014", "fig-"),
        ("accelergy", "accelergy_table", "fig-"),
        ("xyzzy", "search WORDS", "xyzzy2"),
        ("", "search WORDS", "fig-energy"),
        ("nothing:P031", "no such row", "horowitz"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest_of_its_kind(name, near, never, capsys):
    message = refused(capsys, name)
    assert near in message
    assert never not in message.removeprefix(f"\n{name!r}")


def test_a_style_that_is_none_is_a_wrong_argument(capsys):
    assert main(["cite", "--style", "apa"]) == 2
    assert "csl-json" in capsys.readouterr().err


@pytest.mark.slow
def test_bibtex_is_read_by_readers_of_it_as_it_was_meant(capsys):
    odd = citations.Citation(
        r"A {b & c_d 50% #1 $x$", ("C {& D",), "1", "2026-01-02", page=r"Q & A_1 \ } ~ ^", part="row"
    )
    texts = [odd.bibtex, *(cited(capsys, name) for name in ("book", "placement", "energy:P031", "fig-saving-map"))]
    for text in texts:
        for entry in parse_string(text, "bibtex").entries.values():
            assert {"title", "year"} <= entry.fields.keys()
    [entry] = parse_string(odd.bibtex, "bibtex").entries.values()
    assert (
        entry.fields["title"] == r"{Q \& A\_1 \textbackslash{} \textbraceright{} \textasciitilde{} \textasciicircum{}}"
    )
    assert len(entry.persons["author"]) == 1
    for text in texts:
        assert len(bibtexparser.parse_string(text).entries) == len(parse_string(text, "bibtex").entries)
    for text in texts:  # what every reader of BibTeX counts
        depth = 0
        for sign in text:
            depth += {"{": 1, "}": -1}.get(sign, 0)
            assert depth >= 0
        assert depth == 0
    assert "url = {{link}}" in odd._replace(address="{link}").bibtex
    assert "url = {https://a.org/%7Bx}" in odd._replace(address="https://a.org/{x").bibtex


@pytest.mark.slow
def test_two_readers_of_bibtex_read_the_same_of_every_work():
    text = "\n\n".join(citations.work_as(key, "bibtex") for key in catalogue.works())
    library, entries = bibtexparser.parse_string(text), parse_string(text, "bibtex").entries
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == list(entries) == catalogue.works()
    for entry in library.entries:
        own = {field.key.lower(): " ".join(field.value.split()) for field in entry.fields}
        fields = {name.lower(): " ".join(value.split()) for name, value in entries[entry.key].fields.items()}
        assert own.keys() >= fields.keys()
        # A month is a word of BibTeX itself, which one of the two writes out.
        assert {name: own[name] for name in fields if name != "month"} == {
            name: value for name, value in fields.items() if name != "month"
        }


#: A style that prints whatever an item has.
STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0" default-locale="en-US">
<info><title>Every field</title><id>every-field</id><updated>2026-01-01T00:00:00+00:00</updated></info>
<citation><layout><text variable="title"/></layout></citation>
<bibliography><layout><group delimiter="; "><names variable="author"><name/></names><text variable="title"/>
<text variable="container-title"/><text variable="publisher"/><text variable="volume"/><text variable="page"/>
<text variable="DOI"/><text variable="URL"/><text variable="version"/>
<date variable="issued"><date-part name="year"/></date></group></layout></bibliography></style>"""


@pytest.mark.slow
def test_a_processor_of_csl_prints_every_item_with_its_fields(tmp_path):
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON

    (tmp_path / "every.csl").write_text(STYLE)
    items = [citations.work(key) for key in catalogue.works()]
    items += [citations.citation(ROOT, page=f"Page {part}", part=part).csl for part in citations.PARTS]
    style = CitationStylesStyle(str(tmp_path / "every.csl"), validate=False)
    bibliography = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
    for item in items:
        bibliography.register(Citation([CitationItem(item["id"])]))
    printed = [str(line) for line in bibliography.bibliography()]
    assert len(printed) == len(items)
    for item, line in zip(items, printed, strict=True):
        wanted = [item[name] for name in ("title", "container-title", "publisher", "DOI", "URL") if name in item]
        wanted += [author.get("family") or author["literal"] for author in item.get("author", [])]
        wanted += [str(item["issued"]["date-parts"][0][0])] if "issued" in item else []
        assert all(one in line for one in wanted), (item, line)


@pytest.mark.slow
def test_works_and_parts_of_the_book_are_items_of_csl():
    items = [citations.work(key) for key in catalogue.works()[::4]]
    items += [citations.citation(ROOT, page="x", part=part).csl for part in citations.PARTS]
    for item in items:
        assert item["type"] in CSL
        assert item["id"]
        assert isinstance(item["title"], str)
        for name in TEXTS & item.keys():
            assert isinstance(item[name], str), name
        for author in item.get("author", []):
            assert author.keys() in ({"literal"}, {"family", "given"})
            assert all(isinstance(part, str) and not set(part) & set("{}\\") for part in author.values())
        for date in item.get("issued", {"date-parts": []})["date-parts"]:
            assert all(isinstance(part, int) for part in date)
        assert item.keys() <= TEXTS | {"id", "type", "author", "issued"}
    assert len({item["type"] for item in items}) > 5


def test_ris_has_a_type_and_an_end_and_csl_is_json(capsys):
    text = cited(capsys, "paper", "placement", "energy:P031", "--style", "ris")
    records = text.strip().split("\n\n")
    assert len(records) == 4
    for record in records:
        lines = record.splitlines()
        assert all(re.match(r"[A-Z][A-Z0-9]  - ", line + " ") for line in lines)
        assert (lines[0][:2], lines[-1].strip()) == ("TY", "ER  -")
    assert [item["id"] for item in json.loads(cited(capsys, "paper", "--style", "csl-json"))] == ["leebruck2026"]
    assert json.loads(cited(capsys, "paper", "--json")).keys() == {"leebruck2026"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "without title"),
        ("[]", "without title"),
        ("title: [", "expected YAML"),
        ("title: A {b\nversion: 1\ndate-released: '2026-01-02'\nauthors: []\n", "without authors"),
        ("title: A\nversion: 1\ndate-released: '2026-01-02'\nauthors: [C]\n", "authors: ['C']"),
    ],
)
def test_a_citation_file_that_says_too_little_is_a_clear_error(text, said, tmp_path):
    (tmp_path / citations.FILE).write_text(text)
    with pytest.raises(ValueError, match=re.escape(said)) as error:
        citations.citation(tmp_path)
    assert citations.FILE in str(error.value)


def test_braces_in_a_citation_file_are_no_error(tmp_path):
    words = "title: 'A {b'\nversion: 1\ndate-released: '2026-01-02'\nauthors: [{name: 'C } D'}]\n"
    (tmp_path / citations.FILE).write_text(words)
    [entry] = parse_string(citations.citation(tmp_path).bibtex, "bibtex").entries.values()
    assert entry.fields["title"] == r"{A \textbraceleft{}b}"


@pytest.mark.built
def test_the_figures_that_the_sources_name_are_those_that_the_chapters_draw(book):
    for chapter in catalogue.chapters().values():
        path = book.executed / f"{chapter.name}.ipynb"
        if not path.exists():
            assert not catalogue.figures_of(chapter)
            continue
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        drawn = [
            (content["usermeta"]["function"], content["title"]["text"])
            for cell in cells
            for output in cell.get("outputs", [])
            for kind, content in output.get("data", {}).items()
            if "vegalite" in kind
        ]
        assert [(figure.function, figure.title) for figure in catalogue.figures_of(chapter)] == drawn
