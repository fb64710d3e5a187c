"""What the tables say."""

from pathlib import Path

import click

from datagravity.command.answering import Answer, command


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


COMMANDS = [validate]
