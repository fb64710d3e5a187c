"""Figures of the pages: every chart has a number, an address, a caption, a menu, and a picture that needs no script.

The name of a figure follows from its function: `charts.placement.saving_map` is `fig-saving-map`, on every page
that shows it. Prose refers to it by `` {figure}`fig-saving-map` ``, which reads "Figure 3" on its own page, and
names the chapter on another one. A table with a name, `tab-NAME`, has a number in the same way. A name that no page has
is a warning, so that the build fails.

The page holds the picture and the controls. What Vega draws stands in a file of its own, one for each page, which
`charts.js` loads when a reader comes near the first chart.
"""

import html
import json
import re
from functools import lru_cache
from pathlib import Path

import vl_convert
from docutils import nodes
from sphinx.roles import XRefRole
from sphinx.util.logging import getLogger
from sphinx.util.nodes import make_refnode

from datagravity import citations as citing
from datagravity import kept
from datagravity.site import drawing, renderer
from datagravity.site.book import FIGURES
from datagravity.site.dependencies import digest
from datagravity.site.symbols import in_symbols

LOGGER = getLogger(__name__)
#: The folder of the site for what Vega draws, and how the page's scripts find it there.
FOLDER = "_static/figures"
GLOBAL = "datagravityFigures"
#: How many sources a figure names in its line; a longer list is folded.
SOURCES = 10
#: What stands on a page until its figures are counted.
_PLACE = re.compile(r'<figure class="dg-chart" data-drawn="(\w+)"></figure>')
_NAMED_TABLE = re.compile(r'\bid="(tab-[\w-]+)"')
#: Vega with what the pages use of it, by the names under which vl-convert carries its parts: nothing is fetched. The
#: interpreter stands in for functions made from text, which a page's policy may forbid.
_BUNDLE = f"""
import {{ View, parse, loader }} from "https://cdn.jsdelivr.net/npm/vega@{vl_convert.get_vega_version()}/+esm";
import {{ expressionInterpreter }} from "https://cdn.jsdelivr.net/npm/vega-interpreter@2.0.0/+esm";
import {{ Handler }} from "https://cdn.jsdelivr.net/npm/vega-tooltip@1.0.0/+esm";
window.datagravityVega = {{ View, parse, loader, expressionInterpreter, Handler }};
"""
_NOTICE = (
    "/*! Vega, vega-interpreter and vega-tooltip, BSD-3-Clause, (c) University of Washington Interactive Data Lab "
    "and contributors: https://github.com/vega/vega/blob/main/LICENSE */\n"
)


def place(specification, source, folder):
    """Draw a chart, keep its parts in the folder, and return what stands for it on a page until figures are counted."""
    return f'<figure class="dg-chart" data-drawn="{drawing.kept(specification, source, folder).key}"></figure>'


def draw(notebook, folder):
    """Draw every chart in the outputs of a notebook, so that the pages need not."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if specification := output.get("data", {}).get(renderer.VEGALITE_MIME):
                place(specification, output.metadata[renderer.VEGALITE_MIME]["source"], folder)


def name_of(parts):
    """The name of a figure, from the function that drew it."""
    function = (parts.specification.get("usermeta") or {}).get("function", "chart")
    return f"fig-{function.rpartition('.')[2].strip('_').replace('_', '-')}"


def title_of(parts):
    """Title and subtitle of a chart, as one line each."""
    title = parts.specification.get("title") or {}
    return tuple(renderer.joined(title.get(part) or "") for part in ("text", "subtitle"))


def figure(parts, name, number, file, *, is_cited=False):
    """The HTML of one figure.

    Parameters
    ----------
    parts : drawing.Parts
    name : its identifier on the page
    number : on the page, from 1
    file : address of the file that has what Vega draws
    is_cited : whether that file has citations
    """
    title, subtitle = title_of(parts)
    smaller = f'<span class="dg-chart-subtitle">{in_symbols(subtitle)}</span>' if subtitle else ""
    wide, phone = (_still(picture, size) for picture, size in zip(parts.pictures, ("wide", "phone"), strict=True))
    return (
        f'<figure class="dg-chart" id="{name}" data-figures="{file}">'
        f'<figcaption><a class="dg-figure-number" href="#{name}">Figure {number}</a> '
        f'<span class="dg-chart-title">{in_symbols(title)}</span> {smaller}</figcaption>'
        f"{_controls(parts.controls)}"
        f'<div class="dg-chart-view"><div class="dg-chart-pictures">{wide}{phone}</div></div>'
        '<p class="dg-chart-told" role="status"></p>'
        f'<div class="dg-chart-foot">{_sources(parts.source)}{_menu(number, is_cited)}</div>'
        "</figure>"
    )


def _still(picture, size):
    """The SVG text of a still picture for the page, which knows its shape before the browser looks into it."""
    width, height = re.search(r'<svg [^>]*\bviewBox="0 0 (\S+) (\S+)"', picture).groups()
    named = f'class="dg-still dg-still-{size}" style="aspect-ratio:{width}/{height}"'
    return picture.replace('class="marks"', named, 1)


def _sources(line):
    """The line of a figure's sources; a long list of them is folded.

    >>> _sources("Drawn by a. Sources: one.")
    '<p class="dg-chart-source">Drawn by a. Sources: one.</p>'
    """
    count = line.count("<a ")
    if count <= SOURCES:
        return f'<p class="dg-chart-source">{line}</p>'
    before, _, links = line.partition("Sources: ")
    return f'<div class="dg-chart-source">{before}<details><summary>{count} sources:</summary> {links}</details></div>'


def _menu(number, is_cited):
    """What a reader can take from a figure; `figures.js` hears the buttons."""
    buttons = {
        "link": "Copy link with settings",
        "rows": "Show values as a table",
        "csv": "Save values (CSV)",
        "svg": "Save picture (SVG)",
        "png": "Save picture (PNG)",
    }
    if is_cited:
        buttons |= {"cite": "Copy citation", "bibtex": "Copy BibTeX"}
    items = "".join(f'<button type="button" data-do="{name}">{text}</button>' for name, text in buttons.items())
    return (
        '<details class="dg-chart-menu"><summary>Use this figure'
        f'<span class="visually-hidden"> ({number})</span></summary><div>{items}</div></details>'
    )


def _controls(controls):
    """The controls as plain HTML: they stand there before Vega does."""
    rows = "".join(_control(drawing.Control(**control), controls) for control in controls)
    return f'<div class="dg-chart-controls">{rows}</div>' if rows else ""


def _control(control, controls):
    needs = ""
    if control.needs:
        name, values = control.needs
        at_first = next(other["value"] for other in controls if other["name"] == name)
        needs = f' data-needs="{html.escape(json.dumps(control.needs), quote=True)}"'
        needs += "" if at_first in values else " hidden"
    named = f'name="{html.escape(control.name)}" autocomplete="off"'
    label = f'<span class="dg-control-name">{in_symbols(control.label)}</span>'
    if control.kind == "range":
        field = (
            f'<input type="range" {named} min="{control.low!r}" max="{control.high!r}" step="{control.step!r}" '
            f'value="{control.value!r}" aria-valuetext="{control.shown}"><output>{control.shown}</output>'
        )
    elif control.kind == "select":
        field = f"<select {named}>{''.join(_option(control.value, *option) for option in control.options)}</select>"
    else:
        field = f'<input type="checkbox" {named}{" checked" if control.value else ""}>'
    return f'<label class="dg-control"{needs}>{label}{field}</label>'


def _option(chosen, value, label):
    text = value if isinstance(value, str) else json.dumps(value)
    told = html.escape(json.dumps(value), quote=True)
    selected = " selected" if value == chosen else ""
    shown = html.escape(re.sub(r"\bbeta\b", "β", str(label)))  # an option holds no markup
    return f'<option value="{html.escape(text, quote=True)}" data-value="{told}"{selected}>{shown}</option>'


def citations(book, number, title, chapter):
    """How to cite one figure, in each form; `{link}` stands for its address, which the reader's browser knows.

    Parameters
    ----------
    book : citing.Citation of the book
    number, title : of the figure
    chapter : title of its chapter
    """
    page = f"{title}. Figure {number} of {chapter}"
    cited = book._replace(page=page, address="{link}", part="figure")
    return {"plain": cited.plain, "bibtex": cited.bibtex}


def page_file(figures, cited=None):
    """The text of the file with what Vega draws on one page, rows that several charts share in it once.

    Parameters
    ----------
    figures : name of each figure -> its drawing.Parts
    cited : name of each figure -> its `citations`, if there are any
    """
    rows, found = {}, {}
    for name, parts in figures.items():
        vega = json.loads(json.dumps(parts.vega))
        for table in vega.get("data", []):
            if len(table.get("values") or []) > 1:
                text = json.dumps(table.pop("values"), sort_keys=True)
                table[drawing.ROWS] = digest(text)
                rows[digest(text)] = json.loads(text)
        title, subtitle = title_of(parts)
        found[name] = {
            "vega": vega,
            "phone": parts.phone,
            "columns": parts.columns,
            "settings": {control["name"]: control["label"] for control in parts.controls},
            "title": title,
            "subtitle": subtitle,
            "cite": (cited or {}).get(name),
        }
    told = json.dumps({"rows": rows, "figures": found}, separators=(",", ":"), allow_nan=False)
    return f"window.{GLOBAL} = {told};\n"


def vega(folder):
    """The script that the pages load to draw: Vega, its interpreter of expressions and its tooltips, without Vega-Lite.

    Kept in the folder, since to make it takes seconds.
    """
    key = digest(_BUNDLE, vl_convert.__version__)
    path = Path(folder) / f"vega-{key}.js"
    script = kept.unseal(path)
    if script is None:
        bundle = vl_convert.javascript_bundle(_BUNDLE, vl_version=renderer.VEGALITE_VERSION)
        # The bundle declares its names at the top level, where they would clash with the theme's.
        script = f"{_NOTICE}(()=>{{{bundle}}})();"
        kept.seal(path, script)
    return script


def folder_of(app):
    """Where the build keeps drawn charts."""
    return Path(app.outdir).parent / FIGURES


def count_figures(app, doctree):
    """Give the figures and the named tables of a page their numbers and names, which other pages refer to."""
    page, drawn, tables = app.env.docname, [], []
    for raw in doctree.findall(nodes.raw):
        if found := _PLACE.search(raw.astext()):
            drawn.append((raw, found[0], drawing.by_key(found[1], folder_of(app))))
        for name in _NAMED_TABLE.findall(raw.astext()):
            tables.append(name)
            _set_text(raw, _numbered_caption(raw.astext(), name, len(tables)))
            _register(app, name, page, f"Table {len(tables)}", home=True)
    if not drawn:
        return
    names = []
    for _, _, parts in drawn:
        name = name_of(parts)
        again = sum(other == name or re.fullmatch(rf"{re.escape(name)}-\d+", other) is not None for other in names)
        names.append(f"{name}-{again + 1}" if again else name)
    book, chapter = _book(Path(app.srcdir).parent), app.env.titles[page].astext()
    figures = {name: parts for name, (_, _, parts) in zip(names, drawn, strict=True)}
    cited = {
        name: citations(book, number, title_of(parts)[0], chapter)
        for number, (name, parts) in enumerate(figures.items(), start=1)
        if book
    }
    text = page_file(figures, cited)
    app.env.datagravity_figures[page] = text, [parts.key for _, _, parts in drawn]
    root = "../" * page.count("/")
    file = f"{root}{FOLDER}/{page.replace('/', '-')}.js?v={digest(text)[:8]}"
    for number, (name, (raw, at, parts)) in enumerate(zip(names, drawn, strict=True), start=1):
        _set_text(raw, raw.astext().replace(at, figure(parts, name, number, file, is_cited=book is not None)))
        module = (parts.specification.get("usermeta") or {}).get("function", "").split(".")[-2:-1]
        _register(app, name, page, f"Figure {number}", home=module == [page.replace("-", "_")])


@lru_cache(maxsize=1)
def _book(root):
    """The citation of the book in a folder; None if it does not say how to be cited."""
    return citing.citation(root) if (root / citing.FILE).exists() else None


def _set_text(raw, text):
    raw.rawsource, raw.children = text, []
    raw += nodes.Text(text)


def _numbered_caption(text, name, number):
    """A table's HTML with its number before its caption."""
    head, at, rest = text.partition(f'id="{name}"')
    numbered = rf'\1<a class="dg-figure-number" href="#{name}">Table {number}</a> '
    return head + at + re.sub(r"(<caption[^>]*>)", numbered, rest, count=1)


def _register(app, name, page, words, *, home):
    """Make a name one that prose can refer to; a figure that several pages show is that of its own chapter."""
    labels = app.env.get_domain("std")
    if home or name not in labels.labels:
        if name in app.env.datagravity_homes and app.env.datagravity_homes[name] != page and home:
            LOGGER.warning("%s is on the page %s too", name, app.env.datagravity_homes[name], location=page)
        if home:
            app.env.datagravity_homes[name] = page
        labels.anonlabels[name] = page, name
        labels.labels[name] = page, name, words


def refer(app, env, node, content):
    """What `` {figure}`NAME` `` reads and leads to: None if no page has the name, which is a warning."""
    if node.get("reftype") != "figure" or node.get("refdomain"):
        return None
    page, anchor, words = env.get_domain("std").labels.get(node["reftarget"], (None, None, None))
    if page is None or not re.match(r"(fig|tab)-", node["reftarget"]):
        return None
    here = node.get("refdoc")
    if not node["refexplicit"]:
        content = nodes.inline(words, words, classes=["dg-figure-reference"])
        if page != here:
            content += nodes.Text(f" of “{env.titles[page].astext()}”")
    return make_refnode(app.builder, here, page, anchor, content)


def write_files(app):
    """Write what the figures of the pages need beside the pages, and forget charts that no page shows any more."""
    static = Path(app.outdir) / "_static"
    (static / "vega.js").write_text(vega(folder_of(app)), encoding="utf-8")
    (Path(app.outdir) / FOLDER).mkdir(parents=True, exist_ok=True)
    for page, (text, _) in app.env.datagravity_figures.items():
        (Path(app.outdir) / FOLDER / f"{page.replace('/', '-')}.js").write_text(text, encoding="utf-8")
    shown = {key for _, keys in app.env.datagravity_figures.values() for key in keys}
    for path in folder_of(app).glob("*.json"):
        if path.stem not in shown:
            path.unlink()


def _begin(app, env, names):
    if not hasattr(env, "datagravity_figures"):
        env.datagravity_figures, env.datagravity_homes = {}, {}


def _forget(app, env, page):
    getattr(env, "datagravity_figures", {}).pop(page, None)


def _merge(app, env, pages, other):
    env.datagravity_figures |= {
        page: other.datagravity_figures[page] for page in pages & set(other.datagravity_figures)
    }
    env.datagravity_homes |= other.datagravity_homes


def setup(app):
    """Register with Sphinx."""
    app.add_role("figure", XRefRole(innernodeclass=nodes.inline, warn_dangling=True))
    app.connect("env-before-read-docs", _begin)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
    app.connect("doctree-read", count_figures)
    app.connect("missing-reference", refer)
