"""The notebooks that pages offer: what the page shows, in a form that any notebook program can show and run."""

import base64
import re

import altair as alt
import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import HTML
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from conftest import ROOT
from datagravity import paths
from datagravity.chapter import HEADLINES
from datagravity.site import executed, first_cell, links, outputs, reader, renderer, wheel
from datagravity.site.build import Book
from datagravity.site.offered import Label, Site, html, markdown, offered, stored
from datagravity.sources import short_name

CHAPTERS = Book(ROOT).chapters()
LABELS = {
    "equation-law": Label("(3)", "placement.html#equation-law"),
    "hull": Label("Theorem 1", "gravity.html#hull"),
    "task": Label("Exercise 2", "gravity.html#task"),
    "flat": Label("Flatness", "foundations.html#flat"),
    "gravity.md": Label("Data gravity", "gravity.html"),
    "fig-map": Label("Figure 3", "placement.html#fig-map"),
    "fig-pull": Label("Figure 1", "gravity.html#fig-pull"),
}
HERE, ABROAD = Site(labels=LABELS, page="placement"), Site("https://a.org/book/", LABELS)
VALUES = {"ratio": "3.14159", "count": "42", "words": "'3 of 5'", "odd": "'a*b_c'"}


def plain(text, site=HERE):
    return markdown(text, site, VALUES)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("is {glue:text}`ratio:.2f` times", "is 3.14 times"),
        ("is {glue:text}`ratio:.1e`", "is 3.1e+00"),
        ("is {glue:text}`ratio:.0%`", "is 314 %"),
        ("{glue:text}`count` of {glue:text}`words`", "42 of 3 of 5"),
        ("{glue:text}`odd`", r"a\*b\_c"),
        ("By {eq}`law`.", "By [(3)](placement.html#equation-law)."),
        ("{prf:ref}`hull`", "[Theorem 1](gravity.html#hull)"),
        ("the {prf:ref}`first\ntheorem <hull>`", "the [first theorem](gravity.html#hull)"),
        ("{ref}`flat`", "[Flatness](foundations.html#flat)"),
        (
            "{ref}`so flat <flat>` and {numref}`task`",
            "[so flat](foundations.html#flat) and [Exercise 2](gravity.html#task)",
        ),
        ("{figure}`fig-map`", "[Figure 3](placement.html#fig-map)"),
        ("{figure}`fig-pull`", "[Figure 1 of “Data gravity”](gravity.html#fig-pull)"),
        ("{figure}`the pull <fig-pull>` {figure}`fig-none`", "[the pull](gravity.html#fig-pull) fig-none"),
        ("{doc}`gravity`", "[Data gravity](gravity.html)"),
        ("{doc}`it <gravity>`", "[it](gravity.html)"),
        ("{term}`pull`, {abbr}`PIM`", "pull, PIM"),
        ("{term}`pulls <pull>`", "pulls"),
        ("{math}`x^2` H{sub}`2`O", "$x^2$ H<sub>2</sub>O"),
        ("[abstract]{.label-abstract} It says", "*abstract* It says"),
        ("[law](placement.md), [](gravity.md)", "[law](placement.html), [Data gravity](gravity.html)"),
        ("[law](placement.md#the-law) [flat](#flat)", "[law](placement.html#the-law) [flat](foundations.html#flat)"),
        ("[out](https://b.org/x.md) [none](#none)", "[out](https://b.org/x.md) [none](#none)"),
    ],
)
def test_roles_become_what_the_page_shows(source, expected):
    assert plain(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "`` {glue:text}`ratio` `` and `{eq}` and `[a]{.b}` and `[x](y.md)`",
        "```python\n{eq}`law` # (not a target)=\n$$ (x)\n```",
        "```\na\n\n\n\nb\n```",
        "~~~~\n```{note}\n```\n~~~~",
        "$x_{[a]}{b}$ and $[a]{b}$",
        "$$\n[a]{b}\n$$",
        "# Title\n\n- a\n- b\n\n| a | b |\n| --- | --- |\n| 1 | 2 |",
    ],
)
def test_code_formulas_and_plain_markdown_stay(source):
    assert plain(source) == source


def test_citations_name_the_work_and_lead_to_its_entry():
    first, second = "jouppi2021", "weber1909"
    links = [f"[{short_name(key)}](references.html#{key})" for key in (first, second)]
    assert plain(f"by them {{cite}}`{first}`.") == f"by them ({links[0]})."
    assert plain(f"{{cite:p}}`{first},{second}`") == f"({links[0]}; {links[1]})"
    assert plain(f"{{cite:t}}`{first}, {second}` say") == f"{links[0]}, {links[1]} say"
    with pytest.raises(ValueError, match="nobody1900"):
        plain("{cite}`nobody1900`")


def test_a_value_that_no_cell_stored_is_an_error():
    with pytest.raises(LookupError, match="no cell stored 'lost'"):
        plain("{glue:text}`lost:.2f`")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "````{prf:theorem} Hull\n:label: hull\n\nEvery {eq}`law`.\n````",
            "**Theorem 1 (Hull).**\n\nEvery [(3)](placement.html#equation-law).",
        ),
        ("```{prf:lemma}\nSo.\n```", "**Lemma.**\n\nSo."),
        ("```{prf:proof}\nClear.\n```\n\nThen", "*Proof.*\n\nClear. ∎\n\nThen"),
        ("````{prf:proof}\n$$\nx\n$$\n````", "*Proof.*\n\n$$\nx\n$$\n∎"),
        ("```{exercise}\n:label: task\n\nHow?\n```", "**Exercise 2.**\n\nHow?"),
        ("```{solution-start} task\n:class: dropdown\n```", "**Solution to [Exercise 2](gravity.html#task).**"),
        ("```{solution} task\n```\nSo.", "**Solution to [Exercise 2](gravity.html#task).**\n\nSo."),
        ("So.\n\n```{solution-end}\n```\n\nThen", "So.\n\nThen"),
        ("```{admonition} Take *this*\n:class: takeaway\nWell.\n```", "**Take *this*.**\n\nWell."),
        (":::{dropdown} Take *this*\nWell.\n:::", "**Take *this*.**\n\nWell."),
        (":::{note}\nMind {glue:text}`count`.\n:::", "**Note.**\n\nMind 42."),
        (
            ":::{dropdown} Bounds, *again*\n```{prf:proof}\nClear.\n```\n:::",
            "**Bounds, *again*.**\n\n*Proof.*\n\nClear. ∎",
        ),
        ("::::{tip} First\n:::{note}\nInner.\n:::\n::::", "**Tip.**\n\nFirst\n\n**Note.**\n\nInner."),
        ("- a\n\n  ```{note}\n  b\n  ```", "- a\n\n  **Note.**\n\n  b"),
        ("```{math}\n:label: law\n\nE = 1\n```", "$$\nE = 1\n\\tag{3}\n$$"),
        ("$$\nE = 1\n$$ (law)", "$$\nE = 1\n\\tag{3}\n$$"),
        ("$$ E = 1 $$", "$$ E = 1 $$"),
        ("$$\na &= 1 \\\\\nb &= 2\n$$", "$$\n\\begin{split}\na &= 1 \\\\\nb &= 2\n\\end{split}\n$$"),
        ("```{figure} pictures/wire.svg\n:alt: A wire\n\nSo.\n```", "![A wire](_images/wire.svg)\n\nSo."),
        ("(flat)=\n## Flatness", "## Flatness"),
        ("One.\n% To do\nTwo.", "One.\nTwo."),
        ("```{tableofcontents}\n```", ""),
    ],
)
def test_directives_become_plain_markdown(source, expected):
    assert plain(source) == expected


def test_a_table_of_lists_becomes_one_of_bars():
    head = "```{list-table}\n:header-rows: 1\n:widths: 1 2\n\n* - What\n  - Where\n"
    source = head + "* - {prf:ref}`hull`\n    [x]{.y}\n  - $|a| \\| b$ or |\n```"
    rows = [
        "| What | Where |",
        "| --- | --- |",
        "| [Theorem 1](gravity.html#hull) *x* | $\\vert a\\vert  \\Vert  b$ or \\| |",
    ]
    assert plain(source) == "\n".join(rows)


def test_the_bibliography_lists_every_source(small):
    keys = re.findall(r"^@\w+\{(.+),$", (small / "references.bib").read_text(encoding="utf-8"), re.M)
    lines = plain("```{bibliography}\n:all:\n```", ABROAD).split("\n")
    assert len(lines) == len(keys) > 0
    for key in keys:
        assert sum(f"](https://a.org/book/references.html#{key.replace('_', '-')}): " in line for line in lines) == 1


def test_links_are_absolute_where_the_site_knows_its_address():
    text = "[law](placement.md) {eq}`law` {cite}`weber1909` [out](https://b.org)"
    addresses = re.findall(r"\]\((.*?)\)", plain(text, ABROAD))
    assert addresses == [
        "https://a.org/book/placement.html",
        "https://a.org/book/placement.html#equation-law",
        "https://a.org/book/references.html#weber1909",
        "https://b.org",
    ]
    table = """<td data-value="3.0" class="number"><a href="references.html#x">data-value="3"</a><td data-blank>"""
    shown = """<td class="number"><a href="https://a.org/book/references.html#x">data-value="3"</a><td>"""
    assert html(table, ABROAD) == shown


CHART = {
    "data": {"values": [{"x": 1, "entry": "references.html#weber1909"}]},
    "mark": "point",
    "encoding": {"x": {"field": "x"}},
    "title": {"text": "One point"},
    "usermeta": {"function": "datagravity.charts.one", "sources": ["weber1909"]},
}


@pytest.fixture
def notebook():
    """An executed chapter with every kind of output, as the build keeps it."""
    glued = {"scrapbook": {"name": "answer", "mime_prefix": "application/papermill.record/"}}
    chart = new_output(
        "execute_result",
        {renderer.VEGALITE_MIME: CHART, "text/plain": "alt.Chart(...)"},
        execution_count=2,
        metadata={renderer.VEGALITE_MIME: {"source": renderer.source_line(CHART)}},
    )
    cells = [
        new_markdown_cell("# One\n\n(here)=\nIt is {glue:text}`answer`."),
        new_code_cell(
            "hidden",
            metadata={"tags": ["remove-cell"], "execution": {"iopub": "time"}},
            outputs=[
                new_output("display_data", {"application/papermill.record/text/plain": "42"}, metadata=glued),
                new_output("display_data", {HEADLINES: [{"name": "answer"}]}),
            ],
        ),
        new_code_cell("chart", outputs=[chart], execution_count=2),
        new_code_cell(
            "table", metadata={"tags": ["hide-output", "mine"]}, outputs=[new_output("stream", text="words\n")]
        ),
        new_code_cell("formula", outputs=[new_output("display_data", {"text/latex": "$x$", "text/plain": "x"})]),
        new_markdown_cell("```{solution-end}\n```"),
    ]
    metadata = {
        "datagravity": {"seconds": 3.2},
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "jupytext": {},
        "source_map": [1],
    }
    notebook = new_notebook(cells=cells, metadata=metadata)
    renderer.draw(notebook)
    return notebook


def test_cells_and_outputs_are_what_any_program_can_show(notebook):
    before = nbformat.writes(notebook)
    made = offered(notebook, ABROAD)
    assert nbformat.writes(notebook) == before
    nbformat.validate(made)
    assert list(made.metadata) == ["kernelspec"]
    assert [cell.source for cell in made.cells] == ["# One\n\nIt is 42.", "hidden", "chart", "table", "formula"]
    _, hidden, chart, table, formula = made.cells
    assert hidden.metadata == {"jupyter": {"source_hidden": True, "outputs_hidden": True}}
    assert hidden.outputs == []
    assert table.metadata == {"jupyter": {"outputs_hidden": True}, "tags": ["mine"]}
    assert table.outputs[0].text == "words\n"
    assert formula.outputs[0].data == {"text/latex": "$x$", "text/plain": "x"}
    drawn, sources = chart.outputs
    assert set(drawn.data) == {renderer.VEGALITE_MIME, "image/png", "text/plain"}
    assert base64.b64decode(drawn.data["image/png"])[1:4] == b"PNG"
    values = drawn.data[renderer.VEGALITE_MIME]["data"]["values"]
    assert values[0]["entry"] == "https://a.org/book/references.html#weber1909"
    assert 'href="https://a.org/book/references.html#weber1909"' in sources.data["text/html"]


def test_what_the_build_stores_stays_inside_and_its_text_is_shown(notebook):
    told = notebook.cells[1].outputs[1]
    told.data["text/plain"] = "answer: 42 (extension)"
    [shown] = offered(notebook, ABROAD).cells[1].outputs
    assert shown.data == {"text/plain": "answer: 42 (extension)"}


def test_a_site_with_a_wheel_has_its_notebooks_install_it_first(notebook):
    site = ABROAD._replace(wheel="datagravity-9-py3-none-any.whl")
    first, *rest = offered(notebook, site).cells
    assert first.source == first_cell.code("https://a.org/book/", "datagravity-9-py3-none-any.whl")
    assert [cell.source for cell in rest] == [cell.source for cell in offered(notebook, ABROAD).cells]
    words = new_notebook(cells=[new_markdown_cell("Words.")])
    assert [cell.source for cell in offered(words, site).cells] == ["Words."]


def test_the_first_cell_is_code_that_knows_its_site_and_says_what_helps_where_it_is_on_this_machine():
    for base, says in (("https://a.org/book/", "Install it by hand"), (links.THIS_MACHINE, "make serve")):
        code = first_cell.code(base, "a.whl")
        compile(code, "first cell", "exec")
        assert f'site = "{base}"\nwheel = "a.whl"\n' in code
        assert says in code
        assert "$" not in code
        assert len(code.split("\n")) <= 25
        assert max(map(len, code.split("\n"))) <= 80


def test_the_first_cell_says_where_another_build_of_the_same_version_is_installed(monkeypatch, capsys):
    monkeypatch.setattr(reader, "start", lambda base: print(f"started {base}"))
    code = first_cell.code("https://a.org/book/", "a.whl")
    exec(code, {})
    assert capsys.readouterr().out == "started https://a.org/book/\n"
    said = "another build than the page's: its numbers may\ndiffer. The page's own: https://a.org/book/wheel/a.whl\nstarted"
    with monkeypatch.context() as other:
        other.setattr(wheel, "digest", lambda: "another")
        exec(code, {})
        assert said in capsys.readouterr().out
    monkeypatch.delattr(wheel, "digest")  # as in a package that is older than this line
    exec(code, {})
    assert said in capsys.readouterr().out


def test_the_digest_of_a_build_follows_its_code_and_its_tables(tmp_path, monkeypatch):
    for name in ("package", "data"):
        (tmp_path / name).mkdir()
    code, table, books = (tmp_path / name for name in ("package/a.py", "data/a.csv", "references.bib"))
    for place, path in {"PACKAGE": code.parent, "DATA": table.parent, "REFERENCES": books}.items():
        monkeypatch.setattr(paths, place, path)
    digests = []
    for texts in (("a", "b", "c"), ("a2", "b", "c"), ("a", "b2", "c"), ("a", "b", "c2"), ("a", "b\r", "c")):
        for file, text in zip((code, table, books), texts, strict=True):
            file.write_bytes(f"{text}\n".encode())
        digests.append(wheel.digest())
    assert len(set(digests)) == 4
    assert digests[-1] == digests[0]


def test_a_readers_outputs_lead_to_the_site(monkeypatch):
    shell = InteractiveShell()
    monkeypatch.setattr(reader, "get_ipython", lambda: shell)
    with alt.renderers.enable("html"):
        before = alt.renderers.active
        reader.start("https://a.org/")
        assert alt.renderers.active != before
        reader.start("https://a.org/")  # a cell may run twice
        chart = alt.Chart(alt.Data(values=[{"link": "data/energy.html#P156"}])).mark_point()
        assert '"link": "https://a.org/data/energy.html#P156"' in chart._repr_mimebundle_()["text/html"]
    data, _ = shell.display_formatter.format(HTML('<a href="references.html#x">x</a>'))
    assert data["text/html"] == '<a href="https://a.org/references.html#x">x</a>'
    assert shell.displayhook.compute_format_data(0.5)[0]["text/html"] == outputs.readable(0.5)


def test_it_is_the_same_each_time(notebook):
    copy = nbformat.from_dict(notebook)
    for number, cell in enumerate(copy.cells):
        cell.id = f"other{number}"
    assert nbformat.writes(offered(copy, HERE)) == nbformat.writes(offered(notebook, HERE))


def test_a_page_takes_the_figure_and_not_the_picture(notebook, tmp_path, monkeypatch):
    monkeypatch.setattr(executed, "with_outputs", lambda text, folder: notebook)
    (chart,) = executed.for_page("", tmp_path / "executed").cells[2].outputs
    assert set(chart.data) == {"text/html", "text/plain"}
    assert (tmp_path / "figures").is_dir()


#: What must not be left of MyST, of the site's scripts, and of the build.
LEFT = re.compile(r"\{[a-z][\w:-]*\}`|(`{3}|:{3})\{|\]\{\.|^\([\w-]+\)=$|\.md[#)]", re.M)
INTERNAL = re.compile(r"scrapbook|papermill|vnd\.datagravity|<script|dg-chart|<noscript|\sdata-\w+=")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_each_page_offers_what_was_executed(book, chapter):
    path = book.html / "_sources" / f"{chapter.stem}.ipynb"
    assert path.stat().st_size < 3e6
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert not INTERNAL.search(text)
    assert str(ROOT) not in text

    done = executed.with_outputs(chapter.read_text(encoding="utf-8"), book.executed, chapter.stem)
    pairs = [[cell for cell in one.cells if cell.cell_type == "code"] for one in (notebook, done)]
    if pairs[1]:
        assert pairs[0].pop(0) is notebook.cells[0]
    assert [cell.source for cell in pairs[0]] == [cell.source for cell in pairs[1]]
    for cell, source in zip(*pairs, strict=True):
        kinds = [set(output.get("data", {})) for output in cell.outputs]
        drawn = [output for output in source.outputs if renderer.VEGALITE_MIME in output.get("data", {})]
        assert sum({"image/png", renderer.VEGALITE_MIME} <= kind for kind in kinds) == len(drawn)
        assert cell.metadata.get("jupyter", {}).get("source_hidden", False) == any(
            tag in ("remove-cell", "remove-input") for tag in source.metadata.get("tags", [])
        )
        assert "remove-cell" not in cell.metadata.get("tags", [])

    prose = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = LEFT.search(re.sub(r"^(`{3,}).*?^\1", "", prose, flags=re.M | re.S))
    assert not found, prose[found.start() - 50 : found.end() + 50]
    page = (book.html / f"{chapter.stem}.html").read_text(encoding="utf-8")
    for value in re.findall(r'class="pasted-text">([^<]*)<', page):
        # The page ties a number to its unit by a space of its own.
        value = re.sub(r"&\w+;", "", value).replace("\N{NO-BREAK SPACE}", " ")
        assert value in re.sub(r"\\(?=[\W_])|[<>&]", "", prose)
    # What the notebook links to is on the site.
    here = re.findall(rf"\]\({links.THIS_MACHINE}([\w-]+\.html[^)]*)\)", prose)
    assert here
    for name, _, anchor in (link.partition("#") for link in here):
        assert not anchor or f'id="{anchor}"' in (book.html / name).read_text(encoding="utf-8")
    assert len(stored(done)) == 0 or "glue" not in prose
