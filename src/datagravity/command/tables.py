"""What the tables, the results and the verdicts say, and where each number comes from."""

import csv
import io
import math
import re
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import click

from datagravity.command import changing
from datagravity.command.answering import Answer, command

#: So many finds of each kind are printed, and so many numbers that rest on something.
SHOWN = 8
COMPARISONS = re.compile(r"([^=<>!]+?)\s*([=<>])\s*([^=].*|)", re.DOTALL)


@command("validate", example=["validate", "validate my_data"])
@click.argument(
    "folder", required=False, type=Path, help="The folder of the tables: this book's data/ if none is given."
)
def validate(folder):
    """Check every table of a folder, natively and by Frictionless; list all problems at once."""
    from datagravity.evidence import TableError, frictionless_check
    from datagravity.evidence import validate as validated

    counts = validated(folder)
    if problems := frictionless_check.problems(folder):
        raise TableError(problems)
    return Answer("\n".join(f"{name:20} {count:5d} rows, valid" for name, count in counts.items()), counts)


@command("tables", example="tables")
def tables():
    """List the tables: name, rows, what each holds."""
    from datagravity import catalogue
    from datagravity.command.layout import aligned

    found = [
        {"table": name, "rows": len(catalogue.rows(name)), "what": resource["title"]}
        for name, resource in catalogue.resources().items()
    ]
    return Answer(aligned([list(row.values()) for row in found], ["table", "rows", "what"]), found)


@command("show", example=["show energy --where memory_type=HBM2 --where 'energy_low_pj<100'", "show llm --columns all"])
@click.argument("table", help="A table, as `datagravity tables` lists them.")
@click.option(
    "--where", "conditions", multiple=True, metavar="COLUMN=VALUE", help="Rows that hold it; also < and >. Repeatable."
)
@click.option(
    "--columns",
    "wanted",
    multiple=True,
    metavar="COLUMN",
    help="Columns to show; repeatable, or with commas, or all.  [default: those of the table's page]",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, every cell whole, as the file writes it.")
def show(table, conditions, wanted, as_csv):
    """Show rows of a table.

    Long cells are cut; --csv and --json have them whole.
    """
    from datagravity import catalogue
    from datagravity.command.layout import aligned
    from datagravity.naming import found

    resource = catalogue.resources()[found("TABLE", table.removesuffix(".csv"), catalogue.resources())]
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    tests = [_condition(text, fields) for text in conditions]
    names = [name.strip() for text in wanted for name in text.split(",")] or catalogue.beside(resource)
    columns = list(fields) if names == ["all"] else [found("--columns", name, fields) for name in names]
    values = catalogue.values(resource["name"])
    rows = [place for place, row in enumerate(values) if all(test(row) for test in tests)]
    if as_csv:
        every = catalogue.rows(resource["name"])
        cells = [every[place].cells for place in rows]
        text = _csv(columns, cells)
    else:
        text = aligned([[values[place][name] for name in columns] for place in rows], columns)
        text += f"\n\n{len(rows)} of {len(values)} rows of {resource['path']}"
    return Answer(text, [{name: values[place][name] for name in columns} for place in rows])


def _condition(text, fields):
    """The test of a row that a text such as node_nm=7 or energy_low_pj<100 stands for."""
    from datagravity.naming import found, normal

    parts = COMPARISONS.fullmatch(text)
    if parts is None:
        raise ValueError(f"--where: {text!r}, expected COLUMN=VALUE, COLUMN<VALUE or COLUMN>VALUE")
    column, sign, value = parts.groups()
    column = found("--where", column, fields)
    if fields[column]["type"] in ("number", "integer") and value:
        limit = _number(text, column, value)
        if sign == "=":
            return lambda row: row[column] == limit
        return lambda row: row[column] is not None and (row[column] < limit if sign == "<" else row[column] > limit)
    if sign != "=":
        raise ValueError(f"--where: {text!r}, expected a number after {sign}, and a column of numbers before it")
    if not value:
        return lambda row: row[column] is None
    return lambda row: row[column] is not None and normal(str(row[column])) == normal(value)


def _number(text, column, value):
    with suppress(ValueError):
        if not math.isnan(found := float(value)):
            return found
    raise ValueError(f"--where: {text!r}, expected a number for {column}")


def _csv(columns, rows):
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


@command("source", example=["source energy:P031", "source horowitz2014", "source placement.placement_saving"])
@click.argument(
    "name",
    metavar="ID",
    help=(
        "The id of a row, as in P031 or energy:P031, a key of the bibliography, or a number of the prose, as "
        "`datagravity results` lists them."
    ),
)
def source(name):
    """Where a number comes from, and what rests on it.

    Of a row: value, unit, interval, source, place in the source, status; then figures, pages and numbers that use it.
    """
    from datagravity import catalogue
    from datagravity.command import citing
    from datagravity.naming import normal

    if rows := citing.rows_called(name):
        texts, values = zip(*map(_of_row, rows), strict=True)
        return Answer("\n\n".join(texts), {"rows": list(values)})
    keys = [key for key in catalogue.works() if normal(key) == normal(name)]
    if not keys and (number := _of_number(name)):
        return number
    if not keys:
        raise citing.not_traced(name)
    text, values = _of_work(keys[0])
    return Answer(text, values)


def _of_row(row):
    """What is known of a row, as text and as values."""
    from datagravity import catalogue, citations, provenance

    fields = catalogue.resources()[row.table]["schema"]["fields"]
    uses = provenance.of_row(row.table, row.key)
    key = row.cells.get("source")
    work = citations.work_as(key, "plain") if key in catalogue.works() else key
    about = {name: row.cells[name] for name in ("locator", "status", "method", "scope") if row.cells.get(name)}
    lines = [f"{row.table}:{row.key}  {_called(row)}", ""]
    numbers = _numbers(fields, row.cells)
    lines += [f"{name:12}{value}" for name, value in [*numbers, ("source", work), *about.items()] if value]
    lines += _used(uses, f"the table {row.table}")
    typed = next(
        one
        for one, cells in zip(catalogue.values(row.table), catalogue.rows(row.table), strict=True)
        if cells.key == row.key
    )
    values = {"table": row.table, "id": row.key, "cells": typed, "source": work, "used_by": _values(uses)}
    return "\n".join(lines), values


def _of_number(name):
    """What is known of a number of the prose; None if there is none of this name."""
    from datagravity import catalogue
    from datagravity.site.results import shown

    chapter, _, short = name.partition(".")
    headline = (catalogue.results() or {"headlines": {}})["headlines"].get(chapter, {}).get(short)
    if headline is None:
        return None
    read = ", ".join(headline["inputs"]) or "none: it follows from the model alone"
    page = catalogue.chapters()[chapter].title if chapter in catalogue.chapters() else chapter
    function = f"datagravity.headlines.{chapter.replace('-', '_')}"
    lines = [
        f"{name}  {shown(headline)}",
        "",
        f"label       {headline['label']}",
        f"page        {page} ({chapter}.html)",
    ]
    lines += [f"tables      {read}", f"computed    by {function}; `datagravity show TABLE` shows a table's rows"]
    return Answer("\n".join(lines), {"number": name, "page": f"{chapter}.html", "computed_by": function, **headline})


def _called(row):
    """What a row is about, in the first of its columns that say so."""
    names = ("operation", "name", "item", "fact", "quantity", "system", "title", "what", "claim", "sentence", "llm")
    return next((row.cells[name] for name in names if row.cells.get(name)), "")


def _numbers(fields, cells):
    """The numbers of a row: pairs of title and value with its unit, both ends of an interval as one."""
    found = []
    for field in fields:
        name, unit = field["name"], field.get("unit", "")
        if field["type"] not in ("number", "integer") or not cells[name]:
            continue
        other = re.sub(r"(^|_)low(_|$)", r"\1high\2", name)
        if re.search(r"(^|_)high(_|$)", name) and cells.get(re.sub(r"(^|_)high(_|$)", r"\1low\2", name)):
            continue
        value = cells[name]
        if other != name and cells.get(other) and float(cells[other]) != float(value):
            value = f"{value} to {cells[other]}"
        unit = cells.get("unit", cells.get("value_unit", "")) if unit == "by row" else unit
        said = re.sub(r"_?\blow\b_?|_low(?=_|$)", "", name).strip("_") or name
        found.append((f"{said}  ", f"{value} {'' if unit in ('1', 'year', 'ratio') else unit}".strip()))
    return found


def _used(uses, read):
    """What rests on something, as lines."""
    from datagravity import catalogue

    lines = ["", "Rests on it:"]
    if uses.figures is None:
        lines.append("  figures: not known here, since no chapter was executed (`datagravity book`)")
    lines += [f"  figure   {_figure(name)}" for name in uses.figures or []]
    chapters = catalogue.chapters()
    lines += [f"  page     {chapters[name].title} ({name}.html)" for name in uses.pages]
    lines += [f"  rows     {_some(uses.rows)}"] if uses.rows else []
    if catalogue.results() is None:
        return [*lines, "  numbers: not known here, since results.json is not at hand"]
    if uses.numbers:
        counts = Counter(name.partition(".")[0] for name in uses.numbers)
        said = ", ".join(f"{chapter} {count}" for chapter, count in counts.items())
        lines.append(f"  numbers  {len(uses.numbers)} of the prose read {read} (--json names them): {said}")
    return lines if len(lines) > 2 else [*lines, "  nothing that is recorded"]


def _figure(name):
    from datagravity import catalogue

    figure = catalogue.figures().get(name)
    return f"{name}: {figure.title} ({figure.chapter}.html)" if figure else name


def _some(names):
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _values(uses):
    return {"numbers_that_read_its_tables": uses.numbers, **{name: getattr(uses, name) for name in uses._fields[1:]}}


def _of_work(key):
    """What is known of a work, as text and as values."""
    from datagravity import catalogue, citations, provenance

    uses = provenance.of_work(key)
    line = next((row.cells for row in catalogue.rows("sources") if row.key == key), {})
    lines = [f"{key}  {citations.work_as(key, 'plain')}", ""]
    lines += [f"{'checked':12}{line['checked']}"] if line else []
    lines += [f"{'grey':12}unreviewed: headlines are printed without it too"] if line.get("grey") == "true" else []
    lines += _used(uses, "a table with a row of it")
    values = {"key": key, "work": citations.work(key), "checked": line.get("checked"), "used_by": _values(uses)}
    return "\n".join(lines), values


@command("claims", example=["claims", "claims --with my_data", "claims --set claims.C6.region=0.1,10"])
@click.option("--with", "folder", type=Path, help="Another folder of tables: what its verdicts change.")
@changing.SET
@changing.DROP
def claims(folder, settings, left_out):
    """The verdict on each claim, with its shares.

    A share is of votes, over all specifications. Without what a build has computed it takes half a minute. With --set
    or --drop-source they are judged anew by changed tables, and what changes is printed; nothing is written.
    """
    from datagravity.command.waiting import saying, use_store

    use_store()
    from datagravity.command.layout import aligned

    if folder is not None and (settings or left_out):
        raise click.UsageError("expected either --with, or --set and --drop-source")
    if folder is not None:
        from datagravity.evidence import validate as validated

        validated(folder)
    cells, changes = changing.cells_of(settings)
    keys = changing.keys_of(left_out)
    with saying("Judging every claim under every specification: half a minute at most."):
        now = _verdicts()
    if folder is not None:
        from datagravity import paths

        with (
            saying(f"Judging them anew by the tables of {folder}."),
            paths.elsewhere(folder.resolve(), paths.REFERENCES),
        ):
            return _changes(now, f"with {folder}", [])
    if not (settings or left_out):
        rows = [[row["id"], row["verdict"], *_percent(row), row["specifications"], row["quantity"]] for row in now]
        heads = ["claim", "verdict", "inside %", "across %", "outside %", "specifications", "quantity"]
        return Answer(aligned(rows, heads), now)
    from datagravity.evidence.changing import changed

    with saying("Judging them anew by the changed tables."), changed(cells, keys) as change:
        return _changes(now, "with that", [*changing.told(changes, change), ""])


def _changes(now, how, said):
    """What differs in the verdicts by the tables as they are in this context."""
    other = {row["id"]: row for row in _verdicts()}
    changes = [
        {"id": row["id"], "before": row, "after": other.get(row["id"])} for row in now if other.get(row["id"]) != row
    ]
    changes += [{"id": one, "before": None, "after": other[one]} for one in other if one not in {r["id"] for r in now}]
    lines = [f"{change['id']:5}{_told(change['before'])}  ->  {_told(change['after'])}" for change in changes]
    return Answer("\n".join([*said, *(lines or [f"No verdict and no share changes {how}."])]), changes)


def _verdicts():
    """The verdicts, by the tables as they are now."""
    from datagravity import claims as judging
    from datagravity.command.layout import plain

    frame = judging.judged()
    kept = ["id", "whose", "quantity", "verdict", "region", "inside", "across", "outside", "specifications", "votes"]
    rows = [plain(row) for row in frame[kept].to_dict("records")]
    said = frame["sentence"].fillna(frame["claim"])
    return [row | {"claim": text} for row, text in zip(rows, said, strict=True)]


def _percent(row):
    return [None if row[name] is None else round(100 * row[name]) for name in ("inside", "across", "outside")]


def _told(row):
    if row is None:
        return "not a claim"
    shares = "" if row["inside"] is None else f" ({100 * row['inside']:.3g} % inside, {100 * row['outside']:.3g} % out)"
    return f"{row['verdict']}{shares}"


@command(
    "results",
    example=[
        "results pim",
        "results saving",
        "results --diff HEAD~5",
        "results --set accelerators.H100.tdp=350 --chapter token",
        "results --drop-source etsoc1_2026 --chapter distance",
    ],
)
@click.argument("words", required=False, metavar="[WORDS]", help="A chapter, or a part of a number's name.")
@click.option("--diff", "revision", metavar="REV", help="What differs from this revision of git.")
@changing.SET
@changing.DROP
@click.option("--chapter", "chapters", multiple=True, metavar="NAME", help="With these two: only of this chapter.")
def results(words, revision, settings, left_out, chapters):
    """The numbers that the book's prose prints, by chapter.

    With --set or --drop-source they are computed anew by changed tables, and what moves is printed; nothing is written.
    A source goes with all rows that name it, and all rows that refer to those. Both options can be repeated.
    """
    if settings or left_out:
        if revision is not None:
            raise click.UsageError("expected either --diff, or --set and --drop-source")
        return _what_if(words, settings, left_out, chapters)
    if chapters:
        raise click.UsageError("--chapter: expected with --set or --drop-source; WORDS chooses otherwise")
    from datagravity.command.layout import aligned
    from datagravity.site.results import shown

    found = _results()
    if revision is not None:
        return _difference(found, revision, words)
    rows = [
        {"chapter": chapter, "name": name, **{part: headline[part] for part in ("value", "unit", "label", "inputs")}}
        for chapter, name, headline in _meant(found["headlines"], words)
    ]
    text = aligned([[f"{row['chapter']}.{row['name']}", shown(row), row["label"]] for row in rows], widest=60)
    return Answer(text, rows)


def _results():
    """What results.json holds."""
    from datagravity import catalogue

    found = catalogue.results()
    if found is None:
        raise ValueError("results.json: not at hand, expected it in the folder `book`; `datagravity book` writes it")
    return found


def _meant(headlines, words):
    """The numbers that some words mean: triples of chapter, name and headline. All of them without any word."""
    from datagravity.naming import nearest, normal

    every = [(chapter, name, one) for chapter, named in headlines.items() for name, one in named.items()]
    if not words:
        return every
    own = [one for one in every if normal(one[0]) == normal(words)]
    kept = own or [one for one in every if normal(words) in normal(f"{one[0]}.{one[1]}")]
    if not kept:
        names = [f"{chapter}.{name}" for chapter, name, _ in every]
        near = nearest(words, [*headlines, *names])
        raise ValueError(f"WORDS: {words!r}, expected a chapter or a number such as {', '.join(near or names)[:200]}")
    return kept


def _what_if(words, settings, left_out, chapters):
    """What moves in the numbers of the prose if tables are changed."""
    from datagravity.command.layout import plain
    from datagravity.command.waiting import use_store
    from datagravity.naming import found

    use_store()
    from datagravity import whatif

    cells, changes = changing.cells_of(settings)
    keys = changing.keys_of(left_out)
    of = [found("--chapter", name, whatif.chapters()) for name in chapters] or whatif.chapters()
    meant = (
        _meant({name: named for name, named in _results()["headlines"].items() if name in of}, words) if words else []
    )
    if words:
        of = list(dict.fromkeys(chapter for chapter, *_ in meant))
    tell = lambda text: print(text, file=sys.stderr, flush=True)  # noqa: E731
    answer = _of(whatif.recomputed(cells, keys, of, tell), meant)
    lines = [*changing.told(changes, answer.changed), "", *_moves(answer.moved, answer.lacking, keys)]
    lacking = sum(len(one.names) for one in answer.lacking)
    lines += ["", f"{len(answer.moved)} numbers move, {lacking} cannot be computed, {answer.stay} stay."]
    values = {
        "set": changes,
        "follow": answer.changed.follow,
        "left_out": answer.changed.gone,
        "void_corrections": list(answer.changed.void),
        "moved": [
            {
                "number": f"{one.chapter}.{one.name}",
                "before": one.before.value,
                "after": one.after.value,
                "unit": one.after.unit,
                "label": one.after.label,
            }
            for one in answer.moved
        ],
        "lacking": [
            {"numbers": [f"{one.chapter}.{name}" for name in one.names], "because": one.because, "named": one.foreseen}
            for one in answer.lacking
        ],
        "stay": answer.stay,
    }
    return Answer("\n".join(lines), plain(values))


def _of(answer, meant):
    """Of what was found, the numbers that are meant; all of it if none is named."""
    if not meant:
        return answer
    names = {(chapter, name) for chapter, name, _ in meant}
    moved = [one for one in answer.moved if (one.chapter, one.name) in names]
    lacking = [
        one._replace(names=kept)
        for one in answer.lacking
        if (kept := tuple(name for name in one.names if (one.chapter, name) in names))
    ]
    stay = len(names) - len(moved) - sum(len(one.names) for one in lacking)
    return answer._replace(moved=moved, lacking=lacking, stay=stay)


def _moves(moved, lacking, keys):
    """What moves and what cannot be computed, chapter by chapter, a line each."""
    from datagravity.site.results import shown

    lines = {}
    for one in moved:
        before, after = shown(one.before._asdict()), shown(one.after._asdict())
        lines.setdefault(one.chapter, []).append(f"{one.chapter}.{one.name}: {before} → {after}")
    without = f"not without {', '.join(keys)}" if keys else "not with these cells"
    for one in lacking:
        lines.setdefault(one.chapter, []).append(f"{one.chapter}.{_some(one.names)}: {without}: {one.because}")
    return [line if len(line) <= 240 else f"{line[:239]}…" for own in lines.values() for line in own]


def _difference(now, revision, words):
    """What differs in the results from a revision, a short line each."""
    from datagravity import paths
    from datagravity.naming import normal
    from datagravity.site.results import compare, digests_of_tables, of_revision, without_inputs

    before = of_revision(paths.ROOT, revision, "--diff")
    lines = compare(without_inputs(before), without_inputs(now))
    lines = [line for line in lines if not words or normal(words) in normal(line.partition(":")[0])]
    text = "\n".join(line if len(line) <= 160 else f"{line[:159]}…" for line in lines)
    text = text or f"No number differs from {revision}."
    tables = digests_of_tables(paths.DATA, paths.REFERENCES)
    changed = [name for name, digest in now["tables"].items() if tables.get(name) != digest]
    if changed:
        text += f"\nbook/results.json is from before {', '.join(changed)} changed; `make book` renews it."
    return Answer(text, lines)


@command("search", example=["search HBM2", "search retention energy"])
@click.argument("words", nargs=-1, required=True, help="Words; a find has all of them.")
def search(words):
    """Find chapters, figures, numbers, sources and rows."""
    wanted = [word.lower() for text in words for word in text.split()]
    if not wanted:
        raise ValueError(f"WORDS: {' '.join(words)!r}, expected at least one word, as in HBM2")
    found = {
        kind: [(name, said) for name, said, text in things if all(word in text.lower() for word in wanted)]
        for kind, things in _things().items()
    }
    lines = []
    for kind, finds in found.items():
        lines += [f"{kind:8}  {name}  {_around(said, wanted)}".rstrip() for name, said in finds[:SHOWN]]
        lines += [f"{kind:8}  ... {len(finds) - SHOWN} more: --json has all"] if len(finds) > SHOWN else []
    values = {kind: [{"name": name, "text": said} for name, said in finds] for kind, finds in found.items()}
    return Answer("\n".join(lines) or f"Nothing has {' and '.join(words)}.", values, 0 if lines else 1)


def _things():
    """Everything that can be found: kind -> triples of name, what is said of it, and the text that is searched."""
    from datagravity import catalogue
    from datagravity.command.layout import number
    from datagravity.evidence import is_blank
    from datagravity.sources import bibliography

    works = [
        {name: "" if is_blank(value) else value for name, value in one.items()}
        for one in bibliography().to_dict("records")
    ]
    headlines = (catalogue.results() or {"headlines": {}})["headlines"]
    tables = {
        name: f"{resource['title']}. {resource.get('description', '')}"
        for name, resource in catalogue.resources().items()
    }
    chapters = [
        (chapter.name, block, f"{chapter.name} {block}" if block == chapter.title else block)
        for chapter in catalogue.chapters().values()
        for block in catalogue.paragraphs(chapter)
    ]
    numbers = [
        (f"{chapter}.{name}", number(one["value"]) if not isinstance(one["value"], str) else one["value"])
        for chapter, found in headlines.items()
        for name, one in found.items()
    ]
    return {
        "chapter": chapters,
        "figure": [(f.name, f"{f.title} ({f.chapter})", f"{f.name} {f.title}") for f in catalogue.figures().values()],
        "number": [(name, said, f"{name} {said}") for name, said in numbers],
        "source": [
            (one["key"], f"{one['short_name']}: {one['title']}", " ".join(map(str, one.values()))) for one in works
        ],
        "table": [(name, said, f"{name} {said}") for name, said in tables.items()],
        "row": [
            (f"{row.table}:{row.key}", _called(row), f"{row.key} {' '.join(row.cells.values())}")
            for row in catalogue.named_rows()
        ],
    }


def _around(text, words, width=90):
    """The part of a text around the first of some words."""
    text = " ".join(text.split())
    place = min((at for word in words if (at := text.lower().find(word)) >= 0), default=0)
    start = max(0, min(place - width // 3, len(text) - width))
    return ("…" if start else "") + text[start : start + width] + ("…" if start + width < len(text) else "")


COMMANDS = [tables, show, source, search, results, claims, validate]
