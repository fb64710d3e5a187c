"""Citations and descriptions of pages."""

import re
import subprocess

import nbformat
import pytest
import yaml
from docutils import nodes
from pybtex.database import parse_string

from conftest import ROOT
from datagravity import citations
from datagravity.site import citing, describing, executed


@pytest.fixture
def clone(tmp_path):
    """A repository with one commit of a day."""
    (tmp_path / citations.FILE).write_text((ROOT / citations.FILE).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("a\n1\n")

    def git(*arguments):
        identity = ["-c", "user.name=A", "-c", "user.email=a@b.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *identity, *arguments], check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "one", "--date", "2026-03-04T12:00:00")
    return tmp_path


def test_a_citation_says_what_the_file_says():
    said = yaml.safe_load((ROOT / citations.FILE).read_text(encoding="utf-8"))
    found = citations.citation(ROOT, page="Memory &amp; <em>places</em>", address="https://a.org/x.html")
    assert found.page == "Memory & places"
    for text in (found.plain, found.bibtex, found.ris):
        assert said["title"] in text
        assert said["version"] in text
        assert "https://a.org/x.html" in text
    entry = parse_string(found.bibtex, "bibtex").entries["datagravity-memory-places"]
    assert str(entry.persons["author"][0]).strip("{}") == said["authors"][0]["name"]
    assert entry.fields["year"] == found.date[:4]
    lines = found.ris.splitlines()
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    assert (lines[0], lines[-1]) == ("TY  - CHAP", "ER  - ")
    whole = citations.citation(ROOT)
    assert whole.ris.startswith("TY  - BOOK")
    assert "url" not in parse_string(whole.bibtex, "bibtex").entries["datagravity"].fields


def test_a_commit_is_told_where_there_is_one_and_changes_with_it(clone, tmp_path_factory):
    commit, date = citations.commit_of(clone)
    assert re.fullmatch(r"[0-9a-f]{12}", commit)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", date)
    assert citations.citation(clone).commit == commit
    (clone / "other.txt").write_text("no source of a page")
    assert citations.commit_of(clone)[0] == commit
    (clone / "data" / "a.csv").write_text("a\n2\n")
    assert citations.commit_of(clone)[0] == f"{commit} with changes"
    bare = tmp_path_factory.mktemp("bare")
    assert citations.commit_of(bare) is None
    with pytest.raises(FileNotFoundError):
        citations.citation(bare)


def test_the_box_is_readable_text():
    box = citing.box(citations.Citation("A <b>", ("C & D",), "1", "2026-01-02", page="</pre><script>x"))
    assert "<script" not in box
    assert box.startswith("<details")
    assert "A &lt;b&gt;" in box


def paragraph(*children):
    document = nodes.section()
    document += nodes.paragraph("", "", *children)
    return document


def test_the_first_sentence_is_plain_text():
    label = nodes.inline("", "extension", classes=["label-extension"])
    formula = nodes.math("", r"G_d^{(\beta-1)/2}")
    tree = paragraph(nodes.Text("The saving grows as "), formula, nodes.Text(" here. A second one."))
    assert describing.first_sentence(tree) == "The saving grows as G_d^(β-1)/2 here."
    tree = paragraph(label, nodes.Text(" Energy of 3.5 pJ is a lot for a byte. More."))
    assert describing.first_sentence(tree) == "Energy of 3.5 pJ is a lot for a byte."
    assert describing.first_sentence(nodes.section()) == ""


def test_tags_are_escaped_and_leave_out_what_is_not_known():
    text = describing.tags(title='A "b"', description="<x>", site="S")
    assert 'content="A &quot;b&quot;"' in text
    assert 'name="description" content="&lt;x&gt;"' in text
    assert "og:image" not in text
    assert "og:url" not in text


def test_the_picture_is_the_first_chart_of_the_chapter(tmp_path):
    assert describing.picture_of(tmp_path, "one") is None
    chart = {"data": {describing.VEGALITE_MIME: {}, "image/png": "AAAA"}, "metadata": {}, "output_type": "display_data"}
    cell = {"cell_type": "code", "source": "", "metadata": {}, "execution_count": 1, "outputs": [chart], "id": "a"}
    kept = {"rests_on": {}, "tables": [], "headlines": [], "seconds": 1}
    notebook = {"cells": [cell], "metadata": {executed.KEY: kept}, "nbformat": 4, "nbformat_minor": 5}
    executed.write(tmp_path / "_build" / "executed" / "one.ipynb", nbformat.from_dict(notebook))
    assert describing.picture_of(tmp_path, "one") == b"\0\0\0"
