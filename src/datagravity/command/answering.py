"""What every command has: help with an example, an answer as text or as JSON, and a status that scripts can read."""

import json
from dataclasses import dataclass
from functools import wraps
from pathlib import Path

import click

#: How the names of files end that `datagravity.sheet` reads.
FILE_ENDS = (".csv", ".tsv", ".txt", ".xlsx", ".json")
#: What a checkout has at its top.
CHECKOUT = ("_toc.yml", "book", "data")


def checkout(root):
    """A folder, if it is a checkout of the book.

    Raises
    ------
    ValueError
        If it is none; the message says what it lacks and what to type.
    """
    lacking = [name for name in CHECKOUT if not (Path(root) / name).exists()]
    if lacking:
        raise ValueError(
            f"--root: {root} is no checkout of the book: it lacks {', '.join(lacking)}. "
            "Expected the folder of one: go there, or name it with --root FOLDER"
        )
    return Path(root)


#: The option that says which checkout is meant.
ROOT = click.option(
    "--root",
    type=Path,
    default=Path.cwd,
    show_default="the current folder",
    callback=lambda context, parameter, root: checkout(root),
    help="The folder of the checkout.",
)


@dataclass(frozen=True)
class Answer:
    """What a command found.

    Attributes
    ----------
    text : for people
    values : for programs: what `json` can write, without NaN
    status : 0, or 1 where the answer is that something is wrong
    """

    text: str
    values: object = None
    status: int = 0


def command(name, *, example, **settings):
    """Make a function that returns an `Answer` a command, with `--json` and an example in its help.

    Parameters
    ----------
    name : as a reader types it
    example : a line that can be typed as it stands, without `datagravity`; several in a list
    settings : of `click.command`
    """
    lines = [example] if isinstance(example, str) else example
    shown = "\b\nExample:\n" + "\n".join(f"  datagravity {line}" for line in lines)

    def made(function):
        @wraps(function)
        def answered(*, as_json, **arguments):
            answer = function(**arguments)
            if answer is None:
                return 0
            text = json.dumps(answer.values, indent=2, ensure_ascii=False, allow_nan=False) if as_json else answer.text
            click.echo(text.rstrip("\n"))
            return answer.status

        told = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(answered)
        epilog = f"{settings.pop('epilog')}\n\n{shown}" if "epilog" in settings else shown
        return click.command(name, epilog=epilog, **settings)(told)

    return made
