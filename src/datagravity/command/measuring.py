"""What a program of the reader's own costs."""

import json
import textwrap
from pathlib import Path

import click

from datagravity.command.answering import Answer, command
from datagravity.programs.measuring import options

WORDS = (
    "Valgrind, a package of your system, runs the program twice: once to its end through two caches, then access by "
    "access until --limit is reached, when it is ended. It reads nothing from the terminal; what it prints is thrown "
    "away (--output keeps it). Two hundred million instructions take about two seconds, and three million accesses "
    "half a minute."
)
LISTS = {"Partitions of the data among places": options.PARTITIONS, "Laws of price": options.LAWS}
EPILOG = "\n\n".join(
    f"\b\n{title}:\n"
    + "\n".join(
        textwrap.fill(said, 84, initial_indent=f"  {name:12}", subsequent_indent=14 * " ") for name, said in of.items()
    )
    for title, of in LISTS.items()
)


class Kind(click.ParamType):
    """A kind of value, with an error that says what is right."""

    def __init__(self, name, read, expected):
        """`read` makes the value of a text, or raises ValueError."""
        self.name, self.read, self.expected = name, read, expected

    def convert(self, value, parameter, context):
        """The value of a text."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except ValueError:
            self.fail(f"{value!r}, expected {self.expected}", parameter, context)


def sizes(text):
    """Two sizes, as in 128,128 or 32K,1M."""
    units = {"K": 2**10, "M": 2**20}
    first, second = (
        int(size[:-1]) * units[size[-1].upper()] if size[-1:].upper() in units else int(size)
        for size in text.split(",")
    )
    return first, second


WHOLE = Kind("N", int, "a whole number, as in 200000")
NUMBER = Kind("N", float, "a number, as in 2e6")
SHAPE = Kind("ROWS,COLUMNS", sizes, "ROWS,COLUMNS as in 128,128")
CACHES = Kind("NEAR,FAR", sizes, "NEAR,FAR as in 32K,1M")
FILE = Kind("FILE", Path, "a file")
#: What `--save` writes, by the end of a file's name.
KINDS = (".html", ".json", ".csv")


@command(
    "measure",
    example=["measure -- gzip -c FILE", "measure --shape 128,128 --save report.html -- ./multiply"],
    context_settings={"allow_interspersed_args": False},
    epilog=EPILOG,
    help=(
        "Measure a program of your own: its caches, its best number of places, and what a measurement costs and "
        f"misses.\n\n{WORDS}"
    ),
)
@click.option("--limit", type=WHOLE, help=f"Accesses to read one by one.  [default: {options.LIMIT}]")
@click.option("--windows", type=WHOLE, help="Read them in N pieces, spread over the whole run: slow.  [default: 1]")
@click.option("--from", "function", help="Begin where this function of the program or a library is first called.")
@click.option(
    "--page-accesses", type=WHOLE, help=f"Leave out pages of 4 KB with no more.  [default: {options.PAGE_ACCESSES}]"
)
@click.option("--shape", type=SHAPE, help="Lay arrays of this shape over the square, items of 8 bytes.")
@click.option("--cache", "capacities", type=CACHES, help="Bytes of two caches.  [default: 32K,1M]")
@click.option("--operations", type=NUMBER, help="Operations of the whole run.  [default: counted by a rule]")
@click.option(
    "--operation-class",
    type=click.Choice(["integer", "floating"]),
    help="What one is priced as.  [default: integer]",
)
@click.option("--stdin", "given", type=FILE, help="What the program reads from its standard input.")
@click.option("--output", type=FILE, help="Keep what the program prints in its first, whole run.")
@click.option("--allow-failure", is_flag=True, default=None, help="Measure a program that ends with a status not 0.")
@click.option(
    "--format",
    "printed",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="What is printed.",
)
@click.option(
    "--save", "files", type=FILE, multiple=True, help="Write a report with pictures, all results, or the counts."
)
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
@click.argument(
    "program", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND", help="The program and its arguments."
)
def measure(program, printed, files, quiet, **told):
    """Measure a program; `--help` says the rest."""
    from datagravity.programs.measuring import commands

    resolved = list(program)
    commands.resolved(resolved)  # a wrong name is refused at once, before a second of imports
    from datagravity import checks
    from datagravity.programs.measuring import processes, report, telling

    for file in files:
        checks.writable("--save", file, *KINDS)
    if told["output"] is not None:
        checks.writable("--output", told["output"])
    writers = {".json": telling.as_json, ".csv": telling.as_csv}
    if any(file.suffix == ".html" for file in files):  # before minutes of work, say what drawing lacks
        from datagravity.site import measured

        writers[".html"] = measured.page
    given = {name: value for name, value in told.items() if value is not None}
    with processes.terminated_as_interrupted():
        found = report.measure(resolved, progress=processes.Progress(quiet), **given)
    summary = report.summary(found)
    for file in files:
        file.write_text(writers[file.suffix](summary), encoding="utf-8")
    texts = {"text": telling.as_text, "json": telling.as_json, "csv": telling.as_csv}
    values = json.loads(telling.as_json(summary))
    return Answer(texts[printed](summary), values)


COMMANDS = [measure]
