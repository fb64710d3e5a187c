"""What makes each page a place: found by the search, cited, described to others, each anchor on one element."""

from pathlib import Path

from docutils import nodes

from datagravity import citations
from datagravity.site import citing, data_pages, describing, materials, references

PICTURES = "_images"


def configure(app, config):
    """No page for the index of theorems, which nothing links to; the references in the book's own style."""
    config.html_domain_indices = False
    references.register()


def name_once(app, doctree):
    """Give each anchor of a page to one element.

    A proof has no name of its own, so its anchors go. A section named like one of its theorems makes way, since links
    by name mean the theorem.
    """
    theorems = [node for node in doctree.findall(nodes.Element) if "countertype" in node.attributes]
    taken = {anchor for node in theorems for anchor in node["ids"]}
    for section in doctree.findall(nodes.section):
        if section["ids"][:1] == ["proof-content"]:
            # Sphinx numbers by the anchors of sections, so it needs one.
            section["ids"] = [f"{section.parent['label']}-content"]
        elif taken & set(section["ids"]):
            section["ids"] = [f"about-{anchor}" if anchor in taken else anchor for anchor in section["ids"]]
    for proof in doctree.findall(nodes.admonition):
        if proof["ids"] == ["proof"]:
            proof["ids"] = []


def add_what_it_is(app, pagename, templatename, context, doctree):
    """A description in the head of a page, and below its text a fold that says how to cite it."""
    if "body" not in context:
        if pagename == "search":
            app.add_js_file("search.js")
        return
    root, base = Path(app.srcdir).parent, app.config.html_baseurl
    address = f"{base.rstrip('/')}/{pagename}.html" if base else None
    title = citations.plain(context.get("title") or "")
    if (root / citations.FILE).exists():
        context["body"] += citing.box(citations.citation(root, page=title, address=address))
    description = context.get("description") or ("" if doctree is None else describing.first_sentence(doctree))
    context["metatags"] = context.get("metatags", "") + describing.tags(
        title=title,
        description=description,
        site=app.config.html_title or app.config.project,
        address=address,
        picture=picture(app, pagename, doctree),
    )


def picture(app, pagename, doctree):
    """Write the picture of a page's first chart; its address, absolute if that of the site is known, or None."""
    if doctree is None or "/" in pagename:
        return None
    found = describing.picture_of(app.srcdir, pagename)
    if found is None:
        return None
    path = Path(app.outdir) / PICTURES / f"{pagename}-first-chart.png"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(found)
    base = app.config.html_baseurl
    return f"{base.rstrip('/')}/{PICTURES}/{path.name}" if base else f"{PICTURES}/{path.name}"


def drop_overview(app, error):
    """No overview of the modules whose source has a page: nothing leads to it."""
    if not error:
        (Path(app.outdir) / "_modules" / "index.html").unlink(missing_ok=True)


def setup(app):
    """Register with Sphinx; called by the extension."""
    app.connect("config-inited", configure)
    # Before Sphinx collects the anchors of a page for its contents.
    app.connect("doctree-read", name_once, priority=100)
    app.connect("html-collect-pages", data_pages.collect)
    app.connect("html-collect-pages", materials.collect)
    app.connect("html-page-context", add_what_it_is)
    app.connect("build-finished", drop_overview)
