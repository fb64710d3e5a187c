"""What the book's pages need beyond Jupyter Book: charts, mathematics and notebooks of the site itself."""

import os
import struct
from pathlib import Path

import nbformat
import vl_convert
from docutils import nodes
from myst_nb.core.read import is_myst_markdown_notebook
from sphinx.util.logging import getLogger

from datagravity import __version__
from datagravity.site import (
    accessible,
    checked,
    executed,
    figures,
    folds,
    links,
    maths,
    places,
    scriptless,
    theme,
    wheel,
)
from datagravity.site.glossary import LinkTerms
from datagravity.site.offered import Label, Site, offered

ASSETS = Path(__file__).parent / "assets"
LOGGER = getLogger(__name__)
#: What stands beside a page: as the theme has it, and below the chapters the way to the data.
SIDEBAR = ["navbar-logo.html", "icon-links.html", "search-button-field.html", "sbt-sidebar-nav.html", "data-link.html"]
#: What a page must hold for a script to be loaded: text of its outputs -> files.
SCRIPTS = {
    'class="dg-chart"': ["charts.js", "figures.js"],
    "dg-table-live": ["tables.js"],
    'class="dg-landing"': ["landing.js"],
}
#: The branch with the offered notebooks, which `.github/workflows/pages.yml` writes.
COLAB_BRANCH = "notebooks"
TEMPLATES = Path(__file__).parent / "templates"


def take_address(app, config):
    """The address of the site, from whoever builds it."""
    config.html_baseurl = os.environ.get(links.ADDRESS) or config.html_baseurl


def without_launch_buttons(app, config):
    """Launch buttons need a repository's address; without one the theme would fail instead of leaving them out."""
    if not config.html_theme_options.get("repository_url"):
        config.html_theme_options.pop("launch_buttons", None)


def add_static_folder(app, config):
    """Style sheet and chart loader come out of the package."""
    config.html_static_path.append(str(ASSETS))
    config.templates_path.append(str(TEMPLATES))
    config.html_sidebars.setdefault("**", SIDEBAR)


def take_outputs(app, config):
    """Pages take the outputs of their cells from the executed notebooks, unless the configuration has them executed."""
    if config.nb_execution_mode == "off":
        folder = str(Path(app.srcdir) / "_build" / "executed")
        places = {"folder": folder, "drawn": str(figures.folder_of(app))}
        config.nb_custom_formats = {".md": ["datagravity.site.executed.for_page", places, False]}


def chapter_source(app, name):
    """The text of a chapter's source; None if the page is no chapter."""
    path = Path(app.srcdir) / f"{name}.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text if is_myst_markdown_notebook(text) else None


def adjust_page(app, pagename, templatename, context, doctree):
    """Load the scripts of charts and tables where there are some, and offer the notebook."""
    outputs = [context.get("body", "")] if doctree is None else [raw.astext() for raw in doctree.findall(nodes.raw)]
    for mark, files in SCRIPTS.items():
        if any(mark in text for text in outputs):
            for file in files:
                app.add_js_file(file)
    path = context["pathto"](f"_static/{scriptless.FILE}", resource=True)
    context["metatags"] = context.get("metatags", "") + scriptless.LINK.format(path=path)
    if chapter_source(app, pagename) is not None:
        context["ipynb_source"] = f"{pagename}.ipynb"


def lead_colab_to_what_is_offered(app, pagename, templatename, context, doctree):
    """Colab opens what a branch of the repository holds: of the notebooks, those that pages offer."""
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []) if group.get("type") == "group" else []:
            if button.get("text") == "Colab":
                button["url"] = f"{button['url'].partition('/blob/')[0]}/blob/{COLAB_BRANCH}/{pagename}.ipynb"


def write_offline_files(app, error):
    """Vega, the icon and the notebooks that the pages offer go into the finished site."""
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    figures.write_files(app)
    sheets = sorted(static.rglob("*.css"))
    (static / scriptless.FILE).write_text(scriptless.sheet(path.read_text("utf-8") for path in sheets), "utf-8")
    write_notebooks(app)
    if app.config.html_favicon:
        icon = (Path(app.srcdir) / app.config.html_favicon).read_text(encoding="utf-8")
        (Path(app.outdir) / "favicon.ico").write_bytes(icon_file(icon))


def finish_pages(app, error):
    """Rewrite the pages, when every other extension has written its files."""
    if not error and app.builder.name == "html":
        theme.finish(app.outdir)
        # It tells Sphinx what is current, which is asked of nobody here, and its digest is of folders of this machine.
        (Path(app.outdir) / ".buildinfo").unlink(missing_ok=True)


def write_notebooks(app):
    """The notebook of each chapter, for the page to offer: as the build executed it, or else the source."""
    site = described(app)
    folder = Path(app.srcdir) / "_build" / "executed"
    by_build = app.config.nb_execution_mode == "off"
    for name in sorted(app.env.found_docs):
        if (text := chapter_source(app, name)) is not None:
            try:
                done = executed.with_outputs(text, folder, name) if by_build else executed.source(text)
                notebook = offered(done, site._replace(page=name)) if by_build else done
            except (LookupError, ValueError) as error:  # the page has a warning of its own for what is missing
                LOGGER.warning("the notebook that the page offers: %s", error, location=name)
                continue
            path = Path(app.outdir) / "_sources" / f"{name}.ipynb"
            path.write_text(nbformat.writes(notebook), encoding="utf-8")


def described(app):
    """The site as a notebook refers to it: its address, that of `make serve` if it is not known, and its numbers."""
    env = app.env
    labels = {f"{page}.md": Label(title.astext(), f"{page}.html") for page, title in env.titles.items()}
    for name, (page, anchor, title) in env.get_domain("std").labels.items():
        labels[name] = Label(title, f"{page}.html#{anchor}")
    for page, kinds in env.toc_fignumbers.items():
        for kind, numbers in kinds.items():
            for anchor, number in numbers.items():
                number = ".".join(map(str, number))
                text = f"({number})" if kind == "displaymath" else f"{kind.capitalize()} {number}"
                labels[anchor] = Label(text, f"{page}.html#{anchor}")
    base = app.config.html_baseurl
    base = f"{base.rstrip('/')}/" if base else links.THIS_MACHINE
    return Site(base, labels, wheel=wheel.name(Path(app.srcdir).parent))


def icon_file(svg):
    """An .ico file of 64 by 64 pixels that holds one PNG picture of an SVG text."""
    side = 64
    width = float(svg.split('width="')[1].split('"')[0])
    png = vl_convert.svg_to_png(svg, scale=side / width)
    header = struct.pack("<HHH", 0, 1, 1)
    entry = struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(png), len(header) + 16)
    return header + entry + png


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", take_address)
    app.connect("config-inited", without_launch_buttons)
    app.connect("config-inited", add_static_folder)
    app.connect("config-inited", take_outputs)
    app.connect("html-page-context", adjust_page)
    # After the theme has added its buttons.
    app.connect("html-page-context", lead_colab_to_what_is_offered, priority=900)
    places.setup(app)
    app.connect("build-finished", write_offline_files)
    app.connect("build-finished", accessible.write)
    app.connect("build-finished", finish_pages, priority=900)
    app.add_transform(LinkTerms)
    app.add_css_file("book.css")
    app.add_css_file("charts.css")
    app.add_js_file("shared.js", priority=100)
    app.add_js_file("theme.js")
    app.add_js_file("page.js", loading_method="defer")
    figures.setup(app)
    maths.setup(app)
    folds.setup(app)
    checked.setup(app)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
