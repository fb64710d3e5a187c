"""What rests on a row or on a source: numbers of the prose, figures, pages, and rows of other tables.

Which tables a number read stands in `book/results.json`. Which rows a figure or a table of a page shows is read from
the executed chapters, so a wheel, or a clone before its first build, does not know it.
"""

import json
import re
from typing import NamedTuple

from datagravity import catalogue
from datagravity.sources import row_link

#: Where a build keeps the executed chapters, below the folder of the chapters.
EXECUTED = "_build/executed"


class Uses(NamedTuple):
    """What rests on something of the data.

    numbers : names of numbers of the prose, as in "pim.rows_all", that read its table, or one of its tables
    figures : names of figures that show it; None where no chapter has been executed here
    pages : names of chapters that name it in their prose, or show it in a table
    rows : rows of other tables that refer to it, as in "corrections:C001"
    """

    numbers: list
    figures: list | None
    pages: list
    rows: list


def of_row(table, key):
    """What rests on a row.

    Parameters
    ----------
    table : a name of `datagravity.tables()`
    key : of the row, as `catalogue.Row` has it

    Returns
    -------
    Uses

    Examples
    --------
    >>> "corrections:C008" in of_row("energy", "P031").rows
    True
    """
    link = row_link(table, key)
    shown = None if (outputs := _outputs(link)) is None else _showing(outputs, lambda text: _has(text, link))
    named = [chapter.name for chapter in catalogue.chapters().values() if re.search(_word(key), _prose(chapter))]
    pages = _in_order(named if _is_only(key) else [], (shown or {}).get("pages", []))
    return Uses(numbers({table}), shown and shown["figures"], pages, _referring(table, key))


def of_work(key):
    """What rests on a work of the bibliography: as `of_row`, for every row that quotes it.

    Returns
    -------
    Uses: `rows` are the rows that quote it
    """
    rows = [(name, row) for name in catalogue.resources() for row in catalogue.rows(name) if key in _quoted(row)]
    cites = re.compile(rf"\{{cite(:\w+)?\}}`[^`]*(?<![\w-]){re.escape(key)}(?![\w-])")
    pages = [chapter.name for chapter in catalogue.chapters().values() if cites.search(chapter.text)]
    outputs = _outputs(f'"{key}"')
    shown = None
    if outputs is not None:
        shown = [
            figure
            for figure, content in outputs["figures"]
            if key in (content.get("usermeta") or {}).get("sources", ())
        ]
    tables = {name for name, _ in rows if name != "sources"}
    return Uses(
        numbers(tables), None if shown is None else list(dict.fromkeys(shown)), pages, [f"{t}:{r.key}" for t, r in rows]
    )


def numbers(tables):
    """The names of the numbers of the prose that read one of some tables (a list, in the order of the book)."""
    found = catalogue.results() or {"headlines": {}}
    return [
        f"{chapter}.{name}"
        for chapter, headlines in found["headlines"].items()
        for name, headline in headlines.items()
        if tables & set(headline["inputs"])
    ]


def _quoted(row):
    """The works that a row names."""
    return {row.cells.get("source"), row.cells.get("key") if row.table == "sources" else None}


def _referring(table, key):
    """The rows of other tables that refer to a row: by a foreign key, or as its table and its id."""
    found = []
    series = {row.key: row.cells["table"] for row in catalogue.rows("series")}
    for name, resource in catalogue.resources().items():
        columns = [
            link["fields"][0]
            for link in resource["schema"].get("foreignKeys", [])
            if link["reference"]["resource"] == table
        ]
        fields = {field["name"] for field in resource["schema"]["fields"]}
        if not columns and not {"row"} <= fields:
            continue
        for row in catalogue.rows(name):
            told = row.cells.get("table") or series.get(row.cells.get("series"))
            if any(row.cells[column] == key for column in columns) or (row.cells.get("row") == key and told == table):
                found.append(f"{name}:{row.key}")
    return found


def _is_only(key):
    """Whether one table alone has a row of this name, so that prose that has it means this row."""
    return sum(row.key == key for row in catalogue.named_rows()) == 1 and re.search(r"\d", key) is not None


def _prose(chapter):
    """The source of a chapter without its cells."""
    return re.sub(r"^```\{code-cell\}.*?^```", "", chapter.text, flags=re.MULTILINE | re.DOTALL)


def _word(key):
    return rf"(?<![\w-]){re.escape(key)}(?![\w-])"


def _has(text, link):
    return re.search(rf"{re.escape(link)}(?![\w-])", text) is not None


def _in_order(*names):
    """Names of chapters, each once, in the order of the book."""
    every = {name for some in names for name in some}
    return [name for name in catalogue.chapters() if name in every]


def _outputs(words):
    """What the executed chapters that hold some words show: "figures", pairs of name and chart, and "tables", pairs of
    chapter and HTML.

    None where no chapter has been executed here.
    """
    folder = catalogue.folder_of_chapters() / EXECUTED
    found = {"figures": [], "tables": []}
    if not folder.is_dir():
        return None
    for chapter in catalogue.chapters().values():
        try:
            text = (folder / f"{chapter.name}.ipynb").read_text(encoding="utf-8")
            cells = json.loads(text)["cells"] if words in text else []
        except (OSError, ValueError):
            continue
        outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
        charts = [content for data in outputs for kind, content in data.items() if "vegalite" in kind]
        names = {figure.function: figure.name for figure in catalogue.figures_of(chapter)}
        for chart in charts:
            function = (chart.get("usermeta") or {}).get("function")
            if function in names:
                found["figures"].append((names[function], chart))
        found["tables"] += [(chapter.name, "".join(data["text/html"])) for data in outputs if "text/html" in data]
    return found


def _showing(outputs, shows):
    """The figures and the pages whose outputs show something."""
    figures = [name for name, chart in outputs["figures"] if shows(json.dumps(chart))]
    return {
        "figures": list(dict.fromkeys(figures)),
        "pages": [chapter for chapter, text in outputs["tables"] if shows(text)],
    }
