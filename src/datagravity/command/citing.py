"""What a reader cites."""

import json
import re

import click

from datagravity.command.answering import Answer, command

WHOLE, PAPER = ("book", "datagravity", "the book"), {"paper": "leebruck2026"}
#: As `citations.STYLES`, which `--help` need not load.
STYLES = ("bibtex", "ris", "csl-json", "plain")


@command(
    "cite",
    example=[
        "cite",
        "cite placement fig-energy-against-distance",
        "cite energy:P031 --style ris",
        "cite paper horowitz2014 --style csl-json",
    ],
)
@click.argument(
    "names",
    nargs=-1,
    metavar="[NAME]...",
    help=(
        "A chapter, a figure, a row, a key of the bibliography, or `paper`, which the book examines; the book itself "
        "without one. A row comes with its source, and one id in two tables with both."
    ),
)
@click.option("--style", type=click.Choice(STYLES), default="bibtex", show_default=True, help="The form.")
def cite(names, style):
    """Print how to cite the book, or anything in it."""
    found = {}
    for name in names or WHOLE[:1]:
        found |= citations_of(name, style)
    if style == "csl-json":
        return Answer(json.dumps(list(found.values()), indent=2, ensure_ascii=False), found)
    return Answer("\n\n".join(found.values()), found)


def citations_of(name, style):
    """What a name stands for, and how to cite it: name -> text, or item of CSL."""
    from datagravity import catalogue, citations
    from datagravity.naming import normal

    wanted = normal(name)
    if wanted in map(normal, WHOLE):
        return {"book": of_book(style)}
    key = PAPER.get(wanted, name)
    if key in catalogue.works():
        return {key: citations.work_as(key, style)}
    for chapter in catalogue.chapters().values():
        if wanted in (normal(chapter.name), normal(chapter.title)):
            return {chapter.name: of_book(style, chapter.title, f"{chapter.name}.html")}
    if figure := catalogue.figures().get(name.lower().partition("?")[0].rpartition("#")[2]):
        title = f"{figure.title}. Figure {figure.number} of {catalogue.chapters()[figure.chapter].title}"
        return {figure.name: of_book(style, title, f"{figure.chapter}.html#{figure.name}", "figure")}
    if rows := rows_called(name):
        return {each: text for row in rows for each, text in of_row(row, style).items()}
    same = [each for each in catalogue.works() if normal(each) == wanted]
    if len(same) == 1:
        return {same[0]: citations.work_as(same[0], style)}
    raise not_there(name)


def of_book(style, page=None, address=None, part="page"):
    """How to cite the book, or a part of it at an address of the site."""
    from datagravity import catalogue, citations, paths

    site = catalogue.site_address()
    address = f"{site}/{address}" if site and address else site
    return citations.citation(paths.ROOT, page=page, address=address, part=part).as_style(style)


def of_row(row, style):
    """How to cite a row, and the work that it quotes."""
    from datagravity import catalogue, citations
    from datagravity.sources import row_link

    title = f"Row {row.key} of {catalogue.resources()[row.table]['title']} ({row.table}.csv)"
    found = {f"{row.table}:{row.key}": of_book(style, title, row_link(row.table, row.key), "row")}
    source = row.cells.get("source")
    return found | ({source: citations.work_as(source, style)} if source in catalogue.works() else {})


def rows_called(name):
    """The rows that a reader means with P031, or with energy:P031: one for each table that has it."""
    from datagravity import catalogue
    from datagravity.naming import normal

    table, _, key = name.replace("/", ":").rpartition(":")
    table = table.removesuffix(".csv")
    if table and table not in catalogue.resources():
        return []
    rows = catalogue.rows(table) if table else catalogue.named_rows()
    return [row for row in rows if row.key == key] or [row for row in rows if normal(row.key) == normal(key)]


def not_there(name):
    """What to raise for a name that nothing can be cited by: the nearest of the kind of thing that was asked for."""
    from datagravity import catalogue

    if "." in name and name in numbers_of_the_prose():
        chapter = name.partition(".")[0]
        return ValueError(f"{name!r}: a number of the prose, expected its chapter, as in `datagravity cite {chapter}`")
    kind, known = kind_of(name)
    if kind is None:
        kind, known = "chapter", list(catalogue.chapters())
    near = _near(name, kind, known)
    if kind == "chapter" and not near:  # a word of a key, as in accelergy; what merely looks like it is a stranger's
        kind, near = "name", _keys_with(name)
    expected = (
        "a chapter, a figure such as fig-saving-map, a row such as energy:P031, a key of the bibliography such as "
    )
    return _no_such(name, kind, near, f"{expected}horowitz2014, or paper")


def not_traced(name):
    """What to raise for a name that `source` knows nothing of: it knows rows, works, and numbers of the prose."""
    from datagravity import catalogue
    from datagravity.naming import normal

    wanted = normal(name)
    for chapter in catalogue.chapters().values():
        if wanted in (normal(chapter.name), normal(chapter.title)):
            return ValueError(
                f"{name!r}: a chapter, expected a row, a key of the bibliography, or a number of its prose, as "
                f"`datagravity results {chapter.name}` lists them"
            )
    if name.lower() in catalogue.figures():
        chapter = catalogue.figures()[name.lower()].chapter
        return ValueError(f"{name!r}: a figure ({chapter}.html), expected a row, such as its tooltips lead to")
    kind, known = kind_of(name)
    near = _near(name, kind, known) if kind in ("row", "number of the prose", "key of the bibliography") else []
    if not near:
        kind, near = "row, key or number", _keys_with(name)
    expected = "a row such as energy:P031, a key of the bibliography such as horowitz2014, or a number such as "
    return _no_such(name, kind, near, f"{expected}placement.placement_saving")


def _no_such(name, kind, near, expected):
    """What to raise for a name that is none of its kind: with the nearest, or with what is expected if none is near."""
    expected = f"one such as {', '.join(near)}" if near else f"{expected}; `datagravity search WORDS` finds them"
    return ValueError(f"{name!r}: no such {kind}, expected {expected}")


def kind_of(name):
    """What a name looks like: a kind of thing in words, None if it looks like none, and the names of that kind."""
    from datagravity import catalogue

    if re.match(r"(fig|tab)-", name, re.IGNORECASE):
        return "figure", list(catalogue.figures())
    if re.fullmatch(r"([\w-]+(\.csv)?[:/]).*|[A-Za-z]{1,2}\d{1,4}[a-z]?", name):
        return "row", _ids_like(name)
    if re.fullmatch(r"[\w-]+\.(?!html$|csv$|md$)[\w-]*", name):
        return "number of the prose", numbers_of_the_prose()
    if re.search(r"\d{4}", name):
        return "key of the bibliography", list(catalogue.works())
    return None, []


def numbers_of_the_prose():
    """The names of all numbers of the prose, as in placement.placement_saving (a list)."""
    from datagravity import catalogue

    headlines = (catalogue.results() or {"headlines": {}})["headlines"]
    return [f"{chapter}.{name}" for chapter, found in headlines.items() for name in found]


def _near(name, kind, known):
    """The names of a kind that are most like one; of a part of it that is named, the first if nothing is like it."""
    from datagravity.naming import nearest, normal

    if kind == "row":
        return nearest(name.replace("/", ":").rpartition(":")[2], known) or known[:3]
    if kind == "number of the prose":
        chapter = normal(name.partition(".")[0])
        own = [one for one in known if normal(one.partition(".")[0]) == chapter]
        return nearest(name, own or known) or own[:3]
    return nearest(name, known)


def _keys_with(name):
    """The keys of the bibliography that hold a word."""
    from datagravity import catalogue
    from datagravity.naming import normal

    return [key for key in catalogue.works() if normal(name) and normal(name) in normal(key)][:5]


def _ids_like(name):
    """The ids of the rows of a table that is named, or of those that begin with the same letters."""
    from datagravity import catalogue

    table, _, key = name.replace("/", ":").rpartition(":")
    table = table.removesuffix(".csv")
    if table in catalogue.resources():
        return [row.key for row in catalogue.rows(table)]
    letters = re.match(r"\D*", key)[0].lower()
    keys = [row.key for row in catalogue.named_rows()]
    return list(dict.fromkeys(each for each in keys if re.match(r"\D*", each)[0].lower() == letters)) or keys


COMMANDS = [cite]
