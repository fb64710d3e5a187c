"""The command line: `python -m datagravity COMMAND`."""

import argparse
import os
import sys
import textwrap
from pathlib import Path

from datagravity import __version__


def check(arguments):
    """Check every table, natively and by Frictionless; list all problems at once."""
    from datagravity.evidence import TableError, frictionless_check, validate

    counts = validate(arguments.directory)
    if problems := frictionless_check.problems(arguments.directory):
        raise TableError(problems)
    for name, count in counts.items():
        print(f"{name:20} {count:5d} rows, valid")


def cite(arguments):
    """Print BibTeX entries."""
    from datagravity import sources

    print("\n\n".join(sources.bibtex(key) for key in arguments.key))


def describe(arguments):
    """Write data/README.md from the tables' own descriptions."""
    from datagravity.evidence import data_readme
    from datagravity.paths import DATA

    (DATA / "README.md").write_text(data_readme(), encoding="utf-8")


def book(arguments):
    """Build the book."""
    from datagravity.site.build import build

    build(arguments.root, workers=arguments.workers)


def chapter(arguments):
    """Run one chapter, print its numbers and their change; write no page."""
    from datagravity.site.build import run_chapter

    run_chapter(arguments.root, arguments.name)


def pdf(arguments):
    """Print the built book to one PDF."""
    from datagravity.site.build import Book
    from datagravity.site.pdf import write

    path, sheets = write(Book(arguments.root))
    print(f"{path}: {sheets} pages")


def serve(arguments):
    """Serve the built book on this machine, compressed."""
    from datagravity.site.build import Book
    from datagravity.site.server import Server

    folder = Book(arguments.root).html
    if not folder.exists():
        raise ValueError(f"{folder} does not exist: run `make book` first")
    try:
        server = Server(folder, arguments.port)
    except OSError as error:
        raise ValueError(f"--port: {arguments.port}, expected a free port ({error.strerror}), as in --port 0") from None
    with server:
        print(f"{server.address}/  (Ctrl-C ends)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def sync(arguments):
    """Write the page of theorems, the glossary, and each chapter's notebook from their sources."""
    from datagravity.site import glossary, notebooks, theorems
    from datagravity.site.build import Book

    found = Book(arguments.root)
    chapters = found.chapters()
    print(f"{glossary.PAGE:32} {'written' if glossary.write_page(found.source) else 'unchanged'}")
    print(f"{theorems.PAGE:32} {'written' if theorems.write_page(chapters) else 'unchanged'}")
    for chapter in chapters:
        state = "written" if notebooks.write_notebook(chapter) else "unchanged"
        print(f"{notebooks.notebook_of(chapter).name:32} {state}")


def sync_back(arguments):
    """Take one notebook's edits into its chapter's source, after showing what would change."""
    from datagravity.site import notebooks

    notebook = arguments.notebook
    if notebook.suffix != ".ipynb" or not notebook.exists() or not notebook.with_suffix(".md").exists():
        raise ValueError(
            f"notebook: {notebook}, expected an .ipynb beside the .md of its chapter, as in book/placement.ipynb"
        )
    lines = notebooks.difference_lines(notebook)
    if not lines:
        print(f"{notebook.name} and its source say the same: nothing to take.")
        return
    print("\n".join(lines))
    if not arguments.yes and input(f"Write this to {notebook.with_suffix('.md')}? [y/N] ").strip().lower() != "y":
        print("Nothing written.")
        return
    notebooks.take_back(notebook)
    print(f"{notebook.with_suffix('.md')} written.")


def picture(arguments):
    """Draw the README's picture."""
    from datagravity.charts.placement import energy_against_distance
    from datagravity.site.renderer import still_picture

    arguments.file.write_text(still_picture(energy_against_distance().to_dict()), encoding="utf-8")


def measure(arguments):
    """Measure a program of your own: its caches, its best number of places, and what a measurement costs and misses."""
    from datagravity.programs.measuring import commands

    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    commands.resolved(command)  # a wrong name is refused at once, before a second of imports
    from datagravity.programs.measuring import processes, report, telling

    if arguments.html:  # before minutes of work, say what drawing lacks
        from datagravity.site import measured
    files = {"--html": arguments.html, "--json": arguments.json, "--csv": arguments.csv}
    for option, file in files.items():
        if file is not None and (file.is_dir() or not file.resolve().parent.is_dir()):
            raise ValueError(f"{option}: {file}, expected a file in a folder that exists")
    told = {name: getattr(arguments, option) for option, name in MEASURE_OPTIONS.items() if hasattr(arguments, option)}
    with processes.terminated_as_interrupted():
        found = report.measure(command, progress=processes.Progress(arguments.quiet), **told)
    summary = report.summary(found)
    written = {"text": telling.as_text, "json": telling.as_json, "csv": telling.as_csv}
    texts = {arguments.json: telling.as_json, arguments.csv: telling.as_csv}
    if arguments.html:
        texts[arguments.html] = measured.page
    for file, text in texts.items():
        if file is not None:
            file.write_text(text(summary), encoding="utf-8")
    print(written[arguments.format](summary), end="")


#: Options of `measure` that `report.measure` takes: option -> its argument there, which has the default.
MEASURE_OPTIONS = {
    "--limit": "limit",
    "--windows": "windows",
    "--from": "function",
    "--page-accesses": "page_accesses",
    "--shape": "shape",
    "--cache": "capacities",
    "--operations": "operations",
    "--operation-class": "operation_class",
    "--stdin": "given",
    "--output": "output",
    "--allow-failure": "allow_failure",
}


def add_measure_options(added):
    """The options of `measure`."""
    from datagravity.programs.measuring import options

    added.formatter_class = argparse.RawDescriptionHelpFormatter
    words = (
        "Valgrind, a package of your system, runs the program twice: once to its end through two caches, then access "
        "by access until --limit is reached, when it is ended. It reads nothing from the terminal; what it prints is "
        "thrown away (--output keeps it). Two hundred million instructions take about two seconds, and three million "
        "accesses half a minute."
    )
    lists = {"Partitions of the data among places": options.PARTITIONS, "Laws of price": options.LAWS}
    added.epilog = "\n\n".join(
        [textwrap.fill(words, 100)]
        + [f"{title}:\n" + "\n".join(f"  {name:12}{said}" for name, said in of.items()) for title, of in lists.items()]
    )

    def option(name, words, **told):
        added.add_argument(name, dest=name, help=words, default=argparse.SUPPRESS, **told)

    option("--limit", "accesses to read one by one (default: 3000000)", type=_whole, metavar="N")
    option("--windows", "read them in N pieces, spread over the whole run: slow (default: 1)", type=_whole, metavar="N")
    option("--from", "begin where this function of the program or a library is first called", metavar="FUNCTION")
    option("--page-accesses", "leave out pages of 4 KB with no more accesses (default: 500)", type=_whole, metavar="N")
    option(
        "--shape",
        "lay arrays of this shape over the square, items of 8 bytes",
        type=_pair("ROWS,COLUMNS as in 128,128"),
        metavar="ROWS,COLUMNS",
    )
    option("--cache", "bytes of two caches (default: 32K,1M)", type=_pair("NEAR,FAR as in 32K,1M"), metavar="NEAR,FAR")
    option("--operations", "operations of the whole run (default: counted by a rule)", type=_number, metavar="N")
    option("--operation-class", "what one is priced as (default: integer)", choices=["integer", "floating"])
    option("--stdin", "what the program reads from its standard input", type=Path, metavar="FILE")
    option("--output", "keep what the program prints in its first, whole run", type=Path, metavar="FILE")
    option("--allow-failure", "measure a program that ends with another status than 0", action="store_true")
    added.add_argument(
        "--format", choices=["text", "json", "csv"], default="text", help="what is printed (default: text)"
    )
    for kind, what in {"html": "a report with pictures", "json": "all results", "csv": "the counts"}.items():
        added.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"write {what} to a file")
    added.add_argument("--quiet", action="store_true", help="say nothing of progress")
    added.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="the program and its arguments")


def _read(function, expected):
    """A type of an argument: the function, with an error that says what is right."""

    def read(text):
        try:
            return function(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r}, expected {expected}") from None

    return read


_whole = _read(int, "a whole number, as in 200000")
_number = _read(float, "a number, as in 2e6")


def _pair(expected):
    """Two sizes, as in 128,128 or 32K,1M."""
    return _read(_sizes, expected)


def _sizes(text):
    units = {"K": 2**10, "M": 2**20}
    first, second = (
        int(size[:-1]) * units[size[-1].upper()] if size[-1:].upper() in units else int(size)
        for size in text.split(",")
    )
    return first, second


def parser():
    """All commands and their help."""
    top = argparse.ArgumentParser(
        prog="datagravity", description="Tables, citations and pages of the Data Gravity book."
    )
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(function, name=None):
        added = commands.add_parser(name or function.__name__, help=function.__doc__, description=function.__doc__)
        added.set_defaults(function=function)
        return added

    command(check, "validate").add_argument(
        "directory", nargs="?", type=Path, help="the folder of the tables (default: this book's data/)"
    )
    command(cite).add_argument(
        "key", nargs="*", default=["leebruck2026"], help="keys of the bibliography (default: the paper)"
    )
    command(describe, "data-readme")
    for function in (book, chapter, pdf, serve, sync):
        added = command(function)
        added.add_argument("--root", type=Path, default=Path.cwd(), help="the book's folder (default: here)")
        if function is book:
            added.add_argument("--workers", type=int, help="chapters executed at a time (default: one a core)")
        if function is chapter:
            added.add_argument("name", help="the chapter, as in pim, pim.md or book/pim.md")
        if function is serve:
            added.add_argument("--port", type=int, default=8000, help="port on this machine (default: 8000)")
    back = command(sync_back, "sync-back")
    back.add_argument("notebook", type=Path, help="the edited notebook, as in book/placement.ipynb")
    back.add_argument("--yes", action="store_true", help="write without asking")
    add_measure_options(command(measure))
    command(picture).add_argument("file", type=Path, help="the SVG file to write")
    return top


def main(arguments=None):
    """Run one command; a foreseeable error is one message and status 1."""
    chosen = parser().parse_args(arguments)
    try:
        chosen.function(chosen)
        sys.stdout.flush()
    except ModuleNotFoundError as error:
        print(f"{error}. The book's tools are an extra: pip install 'datagravity[book]'", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever reads has read enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, OSError, OverflowError) as error:  # TableError, BuildError, a folder that is not there
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
