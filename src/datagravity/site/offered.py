"""The notebook that a page offers: the chapter as it was executed, readable and runnable without the site.

A chapter's source is written for Sphinx: numbers, citations and references stand in it as roles, theorems and exercises
as directives. A notebook program shows both as they are typed. Here they become the text that the page shows, in plain
Markdown, with links to the page; cells that the page hides are collapsed, so that the notebook still runs from top to
bottom; and outputs keep only what any notebook program can show.
"""

import re
import textwrap
from typing import NamedTuple

import nbformat
from myst_nb.core.variables import format_plain_text

from datagravity.chapter import HEADLINES
from datagravity.site import first_cell, links
from datagravity.site.lines import spaced
from datagravity.site.renderer import STILL_WIDTH, VEGALITE_MIME
from datagravity.sources import bibliography, reference_link, short_name

#: Tags by which a page hides a cell's input, and its output.
INPUT_HIDDEN = {"remove-cell", "remove-input", "hide-cell", "hide-input"}
OUTPUT_HIDDEN = {"remove-cell", "remove-output", "hide-cell", "hide-output"}
#: Kinds of outputs that are for the build: headlines, and values that prose prints.
FOR_THE_BUILD = (HEADLINES, "application/papermill.record/")
#: Directives that have a place on a page only.
FOR_PAGES = {"contents", "solution-end", "tableofcontents", "toctree"}

_MATH = r"(?<![\\$])(?P<dollars>\${1,2})(?!\s)[^$]+?(?P=dollars)"
_INLINE = re.compile(
    r"\{(?P<role>[a-z][\w:+-]*)\}(?P<ticks>`+)(?P<text>[^`]+)(?P=ticks)(?!`)"
    r"|(?P<fence>`+)(?!`).+?(?<!`)(?P=fence)(?!`)"
    rf"|{_MATH}"
    r"|\[(?P<span>[^\[\]]+)\]\{[^{}`]*\}"
    r"|(?P<open>\[?)\]\((?:(?P<page>[\w-]+)\.md)?(?P<anchor>#[\w-]+)?\)",
    re.S,
)
_FENCE = re.compile(r"( *)(`{3,}|:{3,}|~{3,})(?:\{([\w:-]+)\})?(.*)")
_DISPLAY = re.compile(r"^( *)\$\$(.*?)\$\$ *(?:\(([\w:-]+)\))? *$", re.S)
_LIST_TABLE_CELL = re.compile(r"(?P<row>[*-] [*-]|  [*-])(?: +(?P<text>.*))?$")


class Label(NamedTuple):
    """What the site can point to: as the page calls it, and its address relative to a page."""

    text: str
    address: str


class Site(NamedTuple):
    """What a notebook has to know about the site that offers it.

    base : address of the site, with a slash at its end; empty if it is not known, and links stay relative to the page
    labels : an anchor of a page, or the name of a page's source -> `Label`
    page : name of the page that offers the notebook
    wheel : name of the wheel that the site serves; empty if there is none, and the notebook installs nothing
    """

    base: str = ""
    labels: dict = {}  # noqa: RUF012 - empty, and never changed
    page: str = ""
    wheel: str = ""

    def link(self, text, address):
        """A link in Markdown."""
        return f"[{text}]({self.base}{address})"

    def label(self, name):
        """The label of a name, which is its own text where the site has no such anchor."""
        return self.labels.get(name, Label(name, ""))

    def reference(self, name, text=None):
        """A link to an anchor, with this text or with what the page calls it."""
        label = self.label(name)
        text = text or _escaped(label.text)
        return self.link(text, label.address) if label.address else text

    def figure(self, name, text=None):
        """A link to a figure: the number that the page gives it and, if that is another page, the title of the page."""
        label = self.label(name)
        page = label.address.partition(".html")[0]
        elsewhere = f" of “{self.label(f'{page}.md').text}”" if page not in ("", self.page) else ""
        return self.reference(name, text or _escaped(f"{label.text}{elsewhere}"))


def offered(notebook, site):
    """The notebook to offer, made from a chapter with its outputs (`executed.with_outputs`); the same bytes each time.

    Raises
    ------
    LookupError
        If prose prints a value that no cell stored.
    """
    values = stored(notebook)
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cells.append(_code_cell(cell, site))
        elif text := markdown(cell.source, site, values):
            cells.append(nbformat.v4.new_markdown_cell(text))
    if site.wheel and any(cell.cell_type == "code" for cell in cells):
        cells.insert(0, nbformat.v4.new_code_cell(first_cell.code(site.base, site.wheel)))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    metadata = {name: notebook.metadata[name] for name in ("kernelspec", "language_info") if name in notebook.metadata}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def stored(notebook):
    """The values that the cells of a notebook stored for its prose: name -> text, as the page reads it."""
    values = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            if name:
                values[name] = output.data["application/papermill.record/text/plain"]
    return values


def _code_cell(cell, site):
    tags = set(cell.metadata.get("tags", []))
    hidden = {"source_hidden": tags & INPUT_HIDDEN, "outputs_hidden": tags & OUTPUT_HIDDEN}
    hidden = {part: True for part, why in hidden.items() if why}
    metadata = {"jupyter": hidden} if hidden else {}
    if left := sorted(tags - INPUT_HIDDEN - OUTPUT_HIDDEN):
        metadata["tags"] = left
    outputs = [shown for output in cell.outputs for shown in _outputs(output, site)]
    return nbformat.v4.new_code_cell(
        cell.source, execution_count=cell.execution_count, metadata=metadata, outputs=outputs
    )


def _outputs(output, site):
    """An output without what only the site can use, and below a chart the line of its sources (a list)."""
    output = nbformat.from_dict(output)
    if "data" not in output:
        return [output]
    about, output.metadata = output.metadata, {}
    output.data = {kind: value for kind, value in output.data.items() if not kind.startswith(FOR_THE_BUILD)}
    if VEGALITE_MIME not in output.data:
        if "text/html" in output.data:
            output.data["text/html"] = html(output.data["text/html"], site)
        return [output] if output.data else []
    # The site's figure needs the site's scripts.
    output.data.pop("text/html", None)
    output.data[VEGALITE_MIME] = links.in_chart(output.data[VEGALITE_MIME], site.base)
    output.metadata = {"image/png": {"width": STILL_WIDTH}}
    sources = html(f"<p>{about[VEGALITE_MIME]['source']}</p>", site)
    return [output, nbformat.v4.new_output("display_data", {"text/html": sources})]


def html(text, site):
    """An output's HTML without what the site's scripts read in it, and with links to the site."""

    def tag(found):
        plain = re.sub(r"\sdata-[\w-]+(?:=(?:\"[^\"]*\"|'[^']*'))?", "", found[0])
        return links.in_html(plain, site.base)

    return re.sub(r"<[a-z][^>]*>", tag, re.sub(r"<script\b.*?</script>", "", text, flags=re.DOTALL))


def markdown(text, site, values):
    """A Markdown cell without roles and directives.

    Parameters
    ----------
    text : MyST Markdown
    site : Site
    values : name -> text of what `{glue:text}` may print
    """
    lines, blocks, paragraph = text.split("\n"), [], []

    def add(block):
        # What is left out leaves no gap.
        if block or (blocks and blocks[-1] and not blocks[-1].endswith("\n")):
            blocks.append(block)

    def end_paragraph():
        if paragraph:
            add(inline("\n".join(paragraph), site, values))
            paragraph.clear()

    while lines:
        line = lines.pop(0)
        fence = _FENCE.fullmatch(line)
        if fence and "`" not in fence[4] and (fence[3] or fence[2][0] != ":"):
            end_paragraph()
            body = _until(lines, re.compile(rf" *{fence[2][0]}{{{len(fence[2])},}} *"))
            if fence[3] is None:
                add("\n".join([line, *body, f"{fence[1]}{fence[2]}"]))
            else:
                shown = _directive(fence[3], fence[4].strip(), textwrap.dedent("\n".join(body)), site, values).rstrip()
                add(textwrap.indent(f"{shown}\n", fence[1]) if shown else "")
        elif line.lstrip().startswith("$$"):
            end_paragraph()
            while not (display := _DISPLAY.fullmatch(line)) and lines:
                line += f"\n{lines.pop(0)}"
            add(_display(display[2], display[3], site, display[1]) if display else line)
        elif re.fullmatch(r"\(.+\)=|%.*", line):
            end_paragraph()
        else:
            paragraph.append(line)
            if not line.strip():
                end_paragraph()
    end_paragraph()
    return "\n".join(blocks).strip("\n")


def _until(lines, end):
    """Take the lines before the one that matches, and that one away."""
    taken = []
    while lines and not end.fullmatch(line := lines.pop(0)):
        taken.append(line)
    return taken


def inline(text, site, values):
    """A paragraph without roles, and with links that lead to pages; code and formulas stay as they are."""

    def shown(found):
        if found["role"]:
            return _role(found["role"], " ".join(found["text"].split()), site, values)
        if found["span"]:
            return f"*{found['span']}*"
        if found["open"] is None:
            return found[0]
        if found["page"]:
            name, address = f"{found['page']}.md", f"{found['page']}.html{found['anchor'] or ''}"
        else:
            name = (found["anchor"] or "")[1:]
            address = site.label(name).address
        if not address:
            return found[0]
        words = f"[{_escaped(site.label(name).text)}" if found["open"] else ""
        return f"{words}]({site.base}{address})"

    return _INLINE.sub(shown, text)


def _escaped(text):
    """A text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]<>$|#])", r"\\\1", text)


def _role(name, text, site, values):
    """What the page shows for a role."""
    if name == "glue:text":
        key, colon, form = text.rpartition(":")
        key = key if colon else text
        if key not in values:
            raise LookupError(f"{{{name}}}`{text}`: no cell stored {key!r}")
        return _escaped(spaced(format_plain_text(values[key], form if colon else "s")))
    if name.partition(":")[0] == "cite":
        works = [site.link(short_name(key.strip()), reference_link(key.strip())) for key in text.split(",")]
        return ", ".join(works) if name.startswith("cite:t") else f"({'; '.join(works)})"
    if name == "math":
        return f"${text}$"
    if name in ("sub", "sup", "subscript", "superscript"):
        return f"<{name[:3]}>{text}</{name[:3]}>"
    titled = re.fullmatch(r"(.+?) *<([^<>]+)>", text)
    words, target = titled.groups() if titled else (None, text)
    if name == "eq":
        return site.reference(f"equation-{target}")
    if name == "doc":
        return site.reference(f"{target.removeprefix('/')}.md", words)
    return (site.figure if name == "figure" else site.reference)(target, words)


def _directive(name, argument, body, site, values):
    """What the page shows for a directive, in plain Markdown: a title in bold, and the body."""
    options, body = _options(body)
    label = options.get("label") or options.get("name")
    if name in FOR_PAGES:
        return ""
    if name == "math":
        return _display(f"\n{body or argument}\n", label, site)
    if name == "list-table":
        return _table(body, int(options.get("header-rows", 0)), site, values)
    if name == "bibliography":
        return _bibliography(site)
    body = markdown(body, site, values)
    if name == "prf:proof":
        return f"*Proof.*\n\n{body}{' ' if body.endswith('.') else chr(10)}∎"
    if name in ("figure", "image"):
        address = argument if ":" in argument else f"{site.base}_images/{argument.rpartition('/')[2]}"
        return f"![{options.get('alt', '')}]({address})\n\n{body}"
    kind = name.rpartition(":")[2]
    if kind in ("solution", "solution-start"):
        title = f"Solution to {site.reference(argument)}"
    elif kind == "exercise" or name.startswith("prf:"):
        words = site.label(label).text if label in site.labels else kind.capitalize()
        title = f"{words} ({inline(argument, site, values)})" if argument else words
    elif kind in ("admonition", "dropdown"):
        title = inline(argument, site, values)
    else:
        title = kind.capitalize()
        body = f"{inline(argument, site, values)}\n\n{body}".strip("\n")
    return f"**{title}.**\n\n{body}"


def _options(body):
    """The options at the head of a directive (name -> value), and the rest."""
    lines, options = body.split("\n"), {}
    while lines and (option := re.fullmatch(r":([\w-]+):(.*)", lines[0])):
        options[option[1]] = option[2].strip()
        lines.pop(0)
    return options, "\n".join(lines).strip("\n")


def _display(formula, label, site, margin=""):
    """A formula in a line of its own, with the number that the page gives it."""
    if "\\\\" in formula and "\\begin" not in formula:
        # What a page does with a formula of several lines.
        formula = f"\n\\begin{{split}}\n{formula.strip()}\n\\end{{split}}\n"
    number = site.labels.get(f"equation-{label}")
    tag = f"\\tag{{{number.text.strip('()')}}}\n" if number else ""
    return f"{margin}$${formula}{tag}$$"


def _table(body, heads, site, values):
    """A table of lists as a table of bars, which has one row of headings."""
    rows = []
    for line in body.split("\n"):
        if cell := _LIST_TABLE_CELL.match(line):
            if cell["row"].strip() != "-" and cell["row"][0] != " ":
                rows.append([])
            rows[-1].append(cell["text"] or "")
        elif line.strip():
            rows[-1][-1] += f" {line.strip()}"
    rows = [[_between_bars(inline(cell, site, values)) for cell in row] for row in rows]
    if not heads:
        rows.insert(0, [""] * len(rows[0]))
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _between_bars(text):
    """The text of a cell, whose own bars are no borders."""
    text = re.sub(_MATH, lambda formula: formula[0].replace("\\|", "\\Vert ").replace("|", "\\vert "), text)
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def _bibliography(site):
    """Every source of the book, a line each."""
    sources = (
        bibliography().drop(columns="year").fillna("").sort_values("short_name", key=lambda names: names.str.casefold())
    )
    return "\n".join(_entry(source, site) for source in sources.to_dict("records"))


def _entry(source, site):
    # A page may stand in place of a venue.
    venue, _, page = source["venue"].partition("\\url ")
    address = f"https://doi.org/{source['doi']}" if source["doi"] else source["url"] or page
    title = f"*{_escaped(source['title'])}*"
    title = f"[{title}]({address})" if address else title
    rest = [_escaped(part.rstrip(".")) for part in dict.fromkeys([source["author"], venue.strip()]) if part]
    return ". ".join([f"- {site.link(source['short_name'], reference_link(source['key']))}: {title}", *rest]) + "."
