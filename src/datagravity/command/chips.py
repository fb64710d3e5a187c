"""What a reader's own chip says: a template, a check, a report, rows of the book."""

import sys
from pathlib import Path

import click

from datagravity.command.answering import ROOT, Answer, command

FILE = click.argument("file", type=Path, help="The chip's file: .csv, .xlsx or .json.")
#: Problems that are printed; the JSON has all.
PRINTED = 100


class Templates(click.ParamType):
    """What there is a template of."""

    name = "KIND"

    def convert(self, value, parameter, context):
        """`chip`, the only one."""
        if value != "chip":
            self.fail(f"{value!r}, expected chip, as in: datagravity new chip my_chip.csv", parameter, context)
        return value


@command("new", example=["new chip my_chip.csv", "new chip my_chip.json"])
@click.argument("kind", type=Templates(), metavar="chip", help="What the template is of: chip.")
@FILE
def new(kind, file):
    """Write a filled template of a chip's file: .csv, .xlsx or .json."""
    from datagravity.chip import template

    template.write(file)
    said = f"{file} written. Put your chip's numbers into it; then: datagravity check {file}"
    return Answer(said, {"kind": kind, "file": str(file)})


@command("check", example=["check my_chip.csv", "check examples/my_chip.csv --json"])
@FILE
def check(file):
    """Name everything that is wrong with a chip's file, and what would likely be right."""
    _use_store()
    from datagravity import chip

    found = chip.read(file)
    every = [*found.problems, *found.warnings]
    lines = [f"{found.file}: {remark}" for remark in found.remarks]
    if found.problems:
        count = len(found.problems)
        lines.append(f"{count} problem{'s' if count > 1 else ''} in {found.file}:")
    lines += [f"  {'warning: ' if one.warning else ''}{one}" for one in every[:PRINTED]]
    if len(every) > PRINTED:
        lines.append(f"  and {len(every) - PRINTED:,} more; --json lists all")
    if not found.problems:
        names = ", ".join(found.names)
        lines.append(f"{found.file}: {len(found.entries)} rows of {names}, valid")
    values = {
        "file": found.file,
        "valid": not found.problems,
        "rows": len(found.entries),
        "remarks": found.remarks,
        "problems": [one.values() for one in found.problems],
        "warnings": [one.values() for one in found.warnings],
    }
    return Answer("\n".join(lines), values, 1 if found.problems else 0)


@command("report", example="report examples/my_chip.csv -o report.html --data report.json")
@FILE
@click.option("-o", "--output", type=Path, default="report.html", show_default=True, help="The page to write.")
@click.option("--data", type=Path, help="Write the same numbers as JSON to this file.")
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def report(file, output, data, quiet):
    """Write what the book says of a chip as one page that needs no network."""
    _use_store()
    from datagravity import checks, chip
    from datagravity.chip import beside, reporting

    tell = (lambda text: None) if quiet else lambda text: print(text, file=sys.stderr, flush=True)
    for option, name, end in (("-o", output, ".html"), ("--data", data, ".json")):
        if name is not None:
            checks.writable(option, name, end)
    with beside.second_core() as helper:
        found = chip.read(file).valid()
        summary = reporting.write(found, output, data, tell=tell, helper=helper)
    return Answer(reporting.in_short(summary, output, data), summary)


@command("add", example=["add my_chip.csv --dry-run", "add my_chip.csv --root ../datagravity"])
@FILE
@ROOT
@click.option("--dry-run", is_flag=True, help="Show the difference, write nothing.")
def add(file, root, dry_run):
    """Make a chip rows of the book's tables, in a checkout: all of them, or none."""
    _use_store()
    from datagravity import chip
    from datagravity.chip import adding

    found = chip.read(file)
    added = adding.add(found, root, dry_run=dry_run)
    said = "would be written" if dry_run else "written"
    lines = [*added.differences.values(), "", f"{len(added.ids)} rows, {added.ids[0]} to {added.ids[-1]}, {said}."]
    whole = [entry.cells["part"] for entry in found.entries if entry.whole]
    if whole:
        lines.append(f"Not added: {', '.join(dict.fromkeys(whole))}; no row of energies says what a whole chip has.")
    lines.append(f"Results are renewed by: {adding.RENEW}")
    values = {"ids": added.ids, "written": added.written, "differences": added.differences, "renew": adding.RENEW}
    values["not_added"] = whole
    return Answer("\n".join(lines), values)


def _use_store():
    from datagravity.command.waiting import use_store

    use_store()


COMMANDS = [new, check, report, add]
