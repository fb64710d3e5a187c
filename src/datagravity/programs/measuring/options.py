"""What `datagravity measure` can be told, and what holds if it is told nothing."""

import argparse
from pathlib import Path

#: Accesses that are read one by one.
LIMIT = 3_000_000
#: A page of data has more accesses than this.
PAGE_ACCESSES = 500
#: Bytes of the two caches: those whose energy an access is in the tables, 32 KB and 1 MB.
CAPACITIES = (32 * 2**10, 2**20)


def add_arguments(added):
    """The options of `measure`."""
    added.epilog = (
        "The program is run twice by Valgrind: once to its end through two caches, then access by access until --limit "
        "is reached, when it is ended. It reads nothing from the terminal, and what it prints is thrown away (--output "
        "keeps it). Two hundred million instructions take about two seconds and three million accesses half a minute."
    )
    added.add_argument(
        "--shape",
        type=_pair(int),
        metavar="ROWS,COLUMNS",
        help="lay arrays of this shape, in words of 8 bytes, over the square",
    )
    added.add_argument(
        "--limit", type=int, default=LIMIT, metavar="N", help="accesses to read one by one (default: %(default)s)"
    )
    added.add_argument(
        "--windows",
        type=int,
        default=1,
        metavar="N",
        help="read them in N pieces spread evenly over the run, which then runs to its end: slow (default: 1)",
    )
    added.add_argument(
        "--from",
        dest="function_name",
        metavar="FUNCTION",
        help="begin where this function of the program or a library is first called",
    )
    added.add_argument(
        "--page-accesses",
        type=int,
        default=PAGE_ACCESSES,
        metavar="N",
        help="leave out pages of 4 KB with no more accesses (default: %(default)s)",
    )
    added.add_argument(
        "--cache",
        type=_pair(_bytes),
        default=CAPACITIES,
        metavar="NEAR,FAR",
        help="bytes of two caches, as in 32K,1M (the default)",
    )
    added.add_argument(
        "--operations",
        type=float,
        metavar="N",
        help="operations of the whole run, if you know them (default: counted by a rule)",
    )
    added.add_argument(
        "--operation-class",
        choices=["integer", "floating"],
        default="integer",
        help="what an operation is priced as (default: %(default)s)",
    )
    added.add_argument("--stdin", type=Path, metavar="FILE", help="what the program reads from its standard input")
    added.add_argument(
        "--output", type=Path, metavar="FILE", help="keep what the program prints in its first, whole run"
    )
    added.add_argument(
        "--allow-failure", action="store_true", help="measure a program that ends with another status than 0"
    )
    added.add_argument(
        "--format", choices=["text", "json", "csv"], default="text", help="what is printed (default: %(default)s)"
    )
    for kind, what in {"html": "a report with pictures", "json": "all results", "csv": "the counts"}.items():
        added.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"write {what} to a file")
    added.add_argument("--quiet", action="store_true", help="say nothing of progress")
    added.add_argument(
        "command", nargs=argparse.REMAINDER, metavar="-- COMMAND ...", help="the program and its arguments"
    )


def _pair(read):
    """An argument of two values with a comma between them."""

    def pair(text):
        first, second = text.split(",")
        return read(first), read(second)

    pair.__name__ = "pair"  # argparse says this of a text that is none
    return pair


def _bytes(text):
    """Bytes, as in 32768, 32K or 1M."""
    units = {"K": 2**10, "M": 2**20}
    return int(text[:-1]) * units[text[-1].upper()] if text[-1:].upper() in units else int(text)
