"""The pages of the data: one for every table of the data package, each row with an anchor, and an overview of all.

They are made when Sphinx writes the site, from `data/datapackage.json` and the tables beside it, and get the frame of
the theme and a place in the site's search. Nothing here is a source: no file of it is committed.
"""

import html
import io
import json
import re
import zipfile
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import new_document

from datagravity import grid
from datagravity.catalogue import beside
from datagravity.evidence import files, package
from datagravity.evidence.readme import keys_in_words, meaning
from datagravity.sources import DATA_PAGES, entries_of, reference_link, row_anchor

#: How many rows of a long table stand on its page at once, and from how many rows on a table is long.
FIRST, LONG = 200, 600
#: Readers may filter by columns with a closed list of words, by so many of them at most.
FILTERS = 5


class Data:
    """The data package of a book, as its pages need it."""

    def __init__(self, folder, references):
        """Read the package in `folder`, whose sources stand in the bibliography `references` (paths)."""
        self.folder = folder
        self.description = package.read(folder)
        self.resources = [described(resource) for resource in self.description["resources"]]
        self.tables = {resource["name"]: files.read(folder, resource)[0] for resource in self.resources}
        self.names = entries_of(references).set_index("key")["short_name"].to_dict() if references.exists() else {}
        self.anchors = {resource["name"]: self._anchors(resource) for resource in self.resources}

    def _anchors(self, resource):
        """The anchor of each row of a table, in order."""
        rows = self.tables[resource["name"]].rows
        found = [row_anchor(*(row[column] for column in resource["schema"]["primaryKey"])) for row in rows]
        if len(set(found)) < len(found):
            twice = next(anchor for anchor in found if found.count(anchor) > 1)
            raise ValueError(f"{resource['path']}: two rows have the anchor {twice!r}, expected one each")
        return found

    def targets(self, resource):
        """Where the cells of a table's columns lead: column -> (text of a cell -> what is shown and the address)."""
        leads = {}
        for key in resource["schema"].get("foreignKeys", []):
            other, (field,) = key["reference"]["resource"], key["reference"]["fields"]
            if other == "sources":
                leads[key["fields"][0]] = self.sources()
            else:
                pairs = zip(self.tables[other].column(field), self.anchors[other], strict=True)
                leads[key["fields"][0]] = {text: (text, f"{other}.html#{anchor}") for text, anchor in pairs}
        if resource["name"] == "sources":
            leads["key"] = {key: (key, address) for key, (_, address) in self.sources().items()}
        return leads

    def sources(self):
        """Key of a source -> its short name, and the address of its entry."""
        return {key: (name, f"../{reference_link(key)}") for key, name in self.names.items()}


class TablePage:
    """The page of one table."""

    def __init__(self, data, resource):
        """The page of a resource of the package."""
        self.data, self.resource = data, resource
        self.name = resource["name"]
        self.rows, self.anchors = data.tables[self.name].rows, data.anchors[self.name]
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        self.beside = beside(resource)
        # The row's name first, then what stands beside it, then the rest in the order of the file.
        self.fields = [fields[name] for name in dict.fromkeys([*self.beside, *fields])]
        self.targets = data.targets(resource)
        self.is_long = len(self.rows) > LONG and not self.targets

    @property
    def docname(self):
        """What Sphinx calls the page."""
        return f"{DATA_PAGES}/{self.name}"

    @property
    def title(self):
        """The title of the page, plain text."""
        return self.resource["title"]

    def cell(self, field, text, anchor):
        """One cell of the file as a cell of the page: its text as published, and where it leads."""
        if not text:
            return grid.Cell("not stated", "blank")
        name, href = field["name"], None
        if name in self.targets:
            text, href = self.targets[name].get(text, (text, None))
        elif field is self.fields[0]:
            href = f"#{anchor}"
        elif text.startswith(("http://", "https://")):
            href = text
        if field["type"] in ("number", "integer"):
            return grid.Cell(text, "number", float(text), href)
        return grid.Cell(text, grid.width(text), None, href)

    def columns(self):
        """The columns of the page, those with a closed list of words as filters."""
        closed = [
            field["name"]
            for field in self.fields
            if (field["type"] == "boolean" or "enum" in field.get("constraints", {}))
            and len({row[field["name"]] for row in self.rows}) > 1
        ][:FILTERS]
        return [grid.Column(heading(field), field["name"] in closed, field["description"]) for field in self.fields]

    def table(self):
        """The HTML of the table."""
        here = slice(FIRST if self.is_long else None)
        rows = [
            grid.Row([self.cell(field, row[field["name"]], anchor) for field in self.fields], anchor)
            for row, anchor in zip(self.rows[here], self.anchors[here], strict=True)
        ]
        kinds = "".join("n" if field["type"] in ("number", "integer") else "t" for field in self.fields)
        said = f' data-rest="{self.name}.rows.js" data-rows="{len(self.rows)}" data-kinds="{kinds}"'
        return grid.grid(
            self.columns(),
            rows,
            caption=self.title,
            name=self.name,
            live=True,
            side_by_side=len(self.beside),
            attributes=said if self.is_long else "",
        )

    def rest(self):
        """The script that brings the rows that do not stand on the page: anchor and texts of each."""
        rows = [
            [anchor, *(row[field["name"]] for field in self.fields)]
            for row, anchor in zip(self.rows[FIRST:], self.anchors[FIRST:], strict=True)
        ]
        return f"window.dgRest = {json.dumps(rows, separators=(',', ':'))};\n"

    def body(self):
        """The HTML of the page."""
        count = f"{len(self.rows):,} rows, {len(self.fields)} columns. {keys_in_words(self.resource, mark='<code>')}"
        meanings = [
            grid.Row([grid.Cell(field["name"]), grid.Cell(field.get("unit", "")), grid.Cell(meaning(field))])
            for field in self.resource["schema"]["fields"]
        ]
        heads = [grid.Column(word) for word in ("column", "unit", "meaning")]
        return section(
            self.name,
            self.title,
            f"<p>{with_code(self.resource['description'])}</p><p>{count}</p>{self.downloads()}"
            f"<details class=dg-columns><summary>What the columns mean</summary>{grid.grid(heads, meanings)}</details>"
            f"{self.note()}{self.table()}",
        )

    def note(self):
        """What the page of a long table says of the rows that do not stand on it at once."""
        if not self.is_long:
            return ""
        return (
            f'<p class="dg-rest-note">The first {FIRST} of {len(self.rows):,} rows stand here. The others join them '
            "when you search, sort or filter, or follow a link to one. Without JavaScript, use the files above.</p>"
        )

    def downloads(self):
        """The line of downloads."""
        own = f"{link(self.resource['path'], 'CSV')}, {link(self.name + '.json', 'JSON')}"
        every = link("index.html", "All tables")
        return f'<p class="dg-downloads">Download this table: {own}. {whole_package()} {every}.</p>'

    def json(self):
        """The rows as JSON: numbers as numbers, blanks as null."""
        values = self.data.tables[self.name].values
        return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in values) + "\n]\n"

    def for_search(self):
        """The page as the site's search reads it: its words, and its rows by their ids and names, as titles."""
        titles = []
        if len(self.resource["schema"]["primaryKey"]) == 1:
            titles = list(zip(self.data.tables[self.name].column(self.fields[0]["name"]), self.anchors, strict=True))
        if any(field["name"] == "name" for field in self.fields):
            # Of two rows with one name, the first.
            pairs = [(row["name"], anchor) for row, anchor in zip(self.rows, self.anchors, strict=True)]
            named = dict(reversed(pairs))
            titles += [(name, anchor) for name, anchor in named.items() if (name, anchor) not in titles]
        words = [self.resource["description"], *(meaning(field) for field in self.fields)]
        # A number by itself is no word that anybody looks for, and there are many.
        for field in (field for field in self.fields if field["type"] == "string"):
            shown = self.targets.get(field["name"], {})
            words += dict.fromkeys(shown.get(text, (text,))[0] for text in (row[field["name"]] for row in self.rows))
        return document(self.title, words, titles)


def described(resource):
    """A resource whose columns all have a title and a description, if only their names and none."""
    fields = [{"title": field["name"], "description": "", **field} for field in resource["schema"]["fields"]]
    return {"description": "", **resource, "schema": {**resource["schema"], "fields": fields}}


def heading(field):
    """The heading of a column, with its unit."""
    title, unit = field["title"], field.get("unit", "")
    return f"{title} ({unit})" if unit and unit not in ("1", "by row", title.lower()) else title


def link(address, text):
    """A link to a file beside the page."""
    return f'<a href="{html.escape(address, quote=True)}">{html.escape(text)}</a>'


def whole_package():
    """The links to what describes and holds all tables."""
    return f"The whole package: {link('datagravity-data.zip', 'zip')}, {link(package.FILE, 'its description')}."


def section(anchor, title, inside):
    """A page's only section."""
    anchor, title = html.escape(anchor, quote=True), html.escape(title)
    permalink = f'<a class="headerlink" href="#{anchor}" title="Link to this heading">#</a>'
    return f'<section id="{anchor}"><h1>{title}{permalink}</h1>{inside}</section>'


def document(title, words, titles=()):
    """A document with nothing but words for the search, and titles (text, anchor) that lead into the page."""
    found = new_document("")
    top = nodes.section("", nodes.title(text=title))
    top += nodes.paragraph(text="\n".join(words))
    # The search page inserts a title as HTML.
    top += [nodes.section("", nodes.title(text=html.escape(text)), ids=[anchor]) for text, anchor in titles]
    found += top
    return found


def with_code(text):
    """A text of the data package as HTML, with what it puts between backticks as code.

    Examples
    --------
    >>> with_code("adds `x` & y")
    'adds <code>x</code> &amp; y'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def overview(data):
    """The body of the page that lists all tables."""
    rows = [
        grid.Row(
            [
                grid.Cell(resource["title"], href=f"{resource['name']}.html"),
                grid.Cell(resource["path"], href=resource["path"]),
                grid.Cell(f"{rows:,}", "number", rows),
                grid.Cell(resource["description"].replace("`", ""), "long"),
            ]
        )
        for resource, rows in ((each, len(data.tables[each["name"]].rows)) for each in data.resources)
    ]
    heads = [grid.Column(word) for word in ("table", "file", "rows", "what it holds")]
    said = html.escape(data.description.get("description", ""))
    licences = ", ".join(
        link(licence["path"], licence["title"]) for licence in data.description["licenses"] if "path" in licence
    )
    return section(
        "data",
        data.description["title"],
        f'<p>{said}</p><p class="dg-downloads">{whole_package()} Licence: {licences}.</p>'
        "<p>Each file is as the book reads it, byte by byte. No text in it begins like a formula of a spreadsheet, and "
        f"what a page saves from a table or a figure has an apostrophe before such a text.</p>{grid.grid(heads, rows)}",
    )


def archive(data):
    """The whole package as a zip file (bytes), the same bytes each time."""
    names = [package.FILE, "README.md", *(resource["path"] for resource in data.resources)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            if (data.folder / name).exists():
                entry = zipfile.ZipInfo(f"datagravity-data/{name}", (1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                file.writestr(entry, (data.folder / name).read_bytes())
    return buffer.getvalue()


def collect(app):
    """Write the downloads, and yield the pages for Sphinx to write."""
    root = Path(app.srcdir).parent
    if app.builder.format != "html" or not (root / "data" / package.FILE).exists():
        return
    data = Data(root / "data", Path(app.srcdir) / "references.bib")
    out = Path(app.outdir) / DATA_PAGES
    out.mkdir(exist_ok=True)
    (out / "datagravity-data.zip").write_bytes(archive(data))
    (out / package.FILE).write_bytes((data.folder / package.FILE).read_bytes())
    pages = [TablePage(data, resource) for resource in data.resources]
    for page in pages:
        (out / page.resource["path"]).write_bytes((data.folder / page.resource["path"]).read_bytes())
        (out / f"{page.name}.json").write_text(page.json(), encoding="utf-8")
        if page.is_long:
            (out / f"{page.name}.rows.js").write_text(page.rest(), encoding="utf-8")
        found = page.for_search()
        feed(app, page.docname, page.title, found)
        yield page.docname, {"title": html.escape(page.title), "body": page.body()}, "page.html"
    name, title = f"{DATA_PAGES}/index", data.description["title"]
    words = [
        data.description.get("description", ""),
        *(f"{each['title']}. {each['description']}" for each in data.resources),
    ]
    feed(app, name, title, document(title, words))
    yield name, {"title": html.escape(title), "body": overview(data)}, "page.html"


def feed(app, name, title, found):
    """Bring a page that Sphinx did not read into the site's search."""
    indexer = app.builder.indexer
    if not app.builder.search or indexer is None:
        return
    indexer.feed(name, f"{name}.html", html.escape(title), found)
    plain = indexer.prune
    # Before it writes the index, Sphinx takes out what is none of its documents.
    indexer.prune = lambda names: plain({*names, name})
