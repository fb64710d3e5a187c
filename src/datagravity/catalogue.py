"""What there is to look up, by name: chapters, figures, tables and rows, as the files have them.

No chapter is run and no chart is drawn. An installed wheel carries the same files as a clone.
"""

import ast
import csv
import json
import re
from functools import cache
from typing import NamedTuple

import yaml

from datagravity import paths
from datagravity.evidence import files, package
from datagravity.grid import SIDE_BY_SIDE
from datagravity.sources import row_anchor, short_name

#: The columns that stand side by side, the first of which names the row; of other tables the first five.
BESIDE = {
    "energy": ("id", "operation", "energy_low_pj", "energy_high_pj", "source"),
    "distance_rows": ("id", "operation", "pj_per_bit", "distance_mm", "source"),
    "cacti_runs": ("run", "memory", "capacity_bytes", "node_nm", "read_nj"),
    "corrections": ("id", "table", "row", "action", "reason"),
    "pim": ("id", "system", "workload", "reported_text", "source"),
    "choices": ("id", "choice", "option", "meaning", "reason"),
    "brain": ("id", "item", "value", "unit", "source"),
    "claims": ("id", "sentence", "quantity", "region_low", "region_high"),
    "own_claims": ("id", "claim", "quantity", "region_low", "region_high"),
    "accelerators": ("id", "name", "year", "memory_type", "source"),
    "trends": ("id", "fact", "value", "unit", "source"),
    "efficiency_trend": ("id", "name", "date", "value", "unit"),
    "llm": ("id", "name", "params_total_b_published", "layers", "source"),
    "measured_inference": ("id", "llm_name", "accelerator_name", "j_per_output_token", "source"),
    "measured_decoding": ("id", "llm", "accelerator_name", "joules_per_output_token", "source"),
    "related_papers": ("id", "title", "lever", "relevance", "source"),
    "related_claims": ("id", "paper", "claim", "numbers", "units"),
    "systems": ("id", "name", "paper", "lever", "lesson"),
    "system_claims": ("id", "system", "what", "value_low", "value_high"),
    "system_inputs": ("id", "system", "symbol", "value", "source"),
    "series_rows": ("id", "series", "row", "label", "assumed_mm"),
    "program_counts": ("kernel", "size", "partition", "places", "remote_bytes"),
    "program_measurement_counts": ("kernel", "size", "partition", "places", "remote_bytes"),
}
#: A table of at most so many columns shows all of them side by side.
ALL_BESIDE = 7
_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?:---\n.*?\n---\n)?(?:^:[^\n]*\n)*(.*?)^```", re.MULTILINE | re.DOTALL)


#: What of a chapter is for the build: its head, code, comments, labels, and frames of directives with their options.
_FRAME = re.compile(
    r"\A---\n.*?\n---\n|^```\{code-cell\}.*?^```|^%[^\n]*$|^\([^\n]+\)=$|^ *(?:`{3,}|:{3,})[^\n]*$"
    r"|^ *:[\w-]+:(?: [^\n]*)?$",
    re.MULTILINE | re.DOTALL,
)
_ROLE = re.compile(r"\{([\w:-]+)\}`([^`]+)`")
_MARKS = (
    (re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?: \"[^\"]*\")?\)|\{[^{}]*\})"), r"\1"),
    (re.compile(r"(\*{1,3})(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?m)^ {0,3}(?:#{1,6} +|> ?|[-+*] +)"), ""),
    (re.compile(r"`([^`]+)`"), r"\1"),
)


class Chapter(NamedTuple):
    """A chapter: the name of its page, its title, and its source."""

    name: str
    title: str
    text: str


class Figure(NamedTuple):
    """A figure: its name, as in fig-saving-map, the chapter that shows it, its number there, its title and function."""

    name: str
    chapter: str
    number: int
    title: str
    function: str


class Row(NamedTuple):
    """A row of a table: its key as the page of the table has it, and its cells as text, blanks among them."""

    table: str
    key: str
    cells: dict


def folder_of_chapters():
    """Where the chapters and the results lie."""
    return paths.ROOT / "book"


def chapters():
    """Every page that has a source, by its name, in the order of the book.

    Returns
    -------
    dict: name -> Chapter; empty where the chapters are not at hand

    Examples
    --------
    >>> chapters()["placement"].title
    'The placement law'
    """
    try:
        order = yaml.safe_load((paths.ROOT / "_toc.yml").read_text(encoding="utf-8"))
    except OSError:
        return {}
    names = [order["root"], *(entry["file"] for part in order["parts"] for entry in part["chapters"])]
    found = {}
    for name in names:
        path = folder_of_chapters() / f"{name}.md"
        if path.exists():
            text = path.read_text(encoding="utf-8")
            found[name] = Chapter(name, re.search(r"^# (.+)$", text, re.MULTILINE)[1], text)
    return found


def paragraphs(chapter):
    """The paragraphs of a Chapter as a reader sees them, each on one line: numbers, names and titles for roles.

    A number that `results.json` has not stands as its name.

    Examples
    --------
    >>> paragraphs(chapters()["placement"])[0]
    'The placement law'
    """
    numbers = (results() or {"headlines": {}})["headlines"].get(chapter.name, {})
    blocks = re.split(r"\n\s*\n", _FRAME.sub("\n", chapter.text))
    return [text for block in blocks if (text := _read(block, numbers))]


def _read(block, numbers):
    """A paragraph of MyST as plain text on one line."""
    text = _ROLE.sub(lambda found: _role(found[1], " ".join(found[2].split()), numbers), block)
    for mark, shown in _MARKS:
        text = mark.sub(shown, text)
    return " ".join(text.split())


def _role(name, text, numbers):
    """What a reader sees of a role."""
    if name.startswith("glue"):
        key, _, form = text.rpartition(":") if ":" in text else (text, "", "")
        value = numbers.get(key.rpartition("::")[2], {}).get("value", key)
        return ", ".join(map(str, value)) if isinstance(value, list) else _formatted(value, form)
    if name.startswith("cite"):
        known = {key: short_name(key) for key in works()}
        return ", ".join(known.get(key.strip(), key.strip()) for key in text.split(","))
    titled = re.fullmatch(r"(.+?) *<([^<>]+)>", text)
    if titled:
        return titled[1]
    if name == "figure" and text in (known := figures()):
        return f"“{known[text].title}”"
    if name in ("doc", "ref") and (page := chapters().get(text.strip("/"))):
        return f"“{page.title}”"
    return text


def _formatted(value, form):
    try:
        return format(value, form)
    except ValueError:  # a form for numbers, and a value that is none
        return str(value)


def figures():
    """Every figure by its name, in the order of the book; of one that several pages show, the one of its own chapter.

    Returns
    -------
    dict: name -> Figure

    Examples
    --------
    >>> figures()["fig-energy-against-distance"].title
    'Moving closer, until closeness costs more'
    """
    return _figures(tuple(chapters().values()))


@cache
def _figures(known):
    """The figures of chapters by name; `known` holds their sources, so that nothing outlives a change of them."""
    every = [figure for chapter in known for figure in figures_of(chapter)]
    found = {}
    for figure in every:
        at_home = figure.function.split(".")[-2] == figure.chapter.replace("-", "_")
        if at_home or figure.name not in found:
            found[figure.name] = figure
    return found


def figures_of(chapter):
    """The figures of a Chapter, in order: a cell that ends with a function of `datagravity.charts` shows one."""
    modules = {}
    for line in re.findall(r"^from datagravity\.charts import (.+)$", chapter.text, re.MULTILINE):
        for part in line.split(","):
            module, _, name = part.partition(" as ")
            modules[(name or module).strip()] = module.strip()
    found, names = [], []
    for cell in _CELL.findall(chapter.text):
        body = ast.parse(cell).body
        call = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
        function = getattr(call, "func", None)
        if not isinstance(function, ast.Attribute) or getattr(function.value, "id", None) not in modules:
            continue
        module = modules[function.value.id]
        name = f"fig-{function.attr.replace('_', '-')}"
        again = names.count(name)
        names.append(name)
        name += f"-{again + 1}" if again else ""
        title = _titles(module).get(function.attr, function.attr.replace("_", " "))
        path = f"datagravity.charts.{module}.{function.attr}"
        found.append(Figure(name, chapter.name, len(found) + 1, title, path))
    return found


@cache
def _titles(module):
    """The title of the chart that each function of a module of charts draws."""
    tree = ast.parse((paths.PACKAGE / "charts" / f"{module}.py").read_text(encoding="utf-8"))
    found = {}
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        keywords = [{keyword.arg: keyword.value for keyword in call.keywords} for call in calls]
        drawn = [call["title"] for call in keywords if {"title", "description"} <= call.keys()]
        if drawn and isinstance(drawn[0], ast.Constant):
            found[function.name] = drawn[0].value
    return found


def resources():
    """The descriptions of all tables by name, in the order of the data package."""
    return {resource["name"]: resource for resource in package.read(package.folder_of(None))["resources"]}


def beside(resource):
    """The columns of a table that stand side by side, the first of which names the row (a list of names)."""
    fields = [field["name"] for field in resource["schema"]["fields"]]
    own = fields[:SIDE_BY_SIDE] if len(fields) > ALL_BESIDE else fields
    return [name for name in BESIDE.get(resource["name"], own) if name in fields]


def rows(table):
    """The rows of a table as text, without the checks of `datagravity.load`.

    Parameters
    ----------
    table : a name of `datagravity.tables()`

    Returns
    -------
    list of Row

    Examples
    --------
    >>> rows("energy")[0].key
    'P001'
    """
    resource = resources()[table]
    with (paths.DATA / resource["path"]).open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    return [Row(table, key_of(resource, cells), cells) for cells in found]


def key_of(resource, cells):
    """What a row is called, from what the columns of its table's key hold: of several columns, the row's anchor."""
    key = resource["schema"]["primaryKey"]
    return cells[key[0]] if len(key) == 1 else row_anchor(*(cells[column] for column in key))


def named_rows():
    """The rows of every table whose key is one column, table by table: those that one can ask for by an id."""
    return [
        row
        for name, resource in resources().items()
        if len(resource["schema"]["primaryKey"]) == 1 and name != "sources"
        for row in rows(name)
    ]


def values(table):
    """The rows of a table as typed values: numbers as numbers, truths as truths, None for a blank (a list of dicts)."""
    return files.read(paths.DATA, resources()[table])[0].values


def works():
    """The keys of the bibliography, in the order of the file."""
    return re.findall(r"^@\w+\{([^,\s]+),", paths.REFERENCES.read_text(encoding="utf-8"), re.MULTILINE)


def site_address():
    """The address of the site, without a slash at its end; None if it is not known."""
    try:
        said = yaml.safe_load((paths.ROOT / "_config.yml").read_text(encoding="utf-8"))
    except OSError:
        return None
    return (said.get("html", {}).get("baseurl") or "").rstrip("/") or None


def results():
    """What `book/results.json` holds: "tables" and "headlines"; None where the file is not at hand."""
    try:
        return json.loads((folder_of_chapters() / "results.json").read_text(encoding="utf-8"))
    except OSError:
        return None
