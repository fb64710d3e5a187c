"""What a reader cites."""

import click

from datagravity.command.answering import Answer, command


@command("cite", example=["cite", "cite horowitz2014"])
@click.argument("keys", nargs=-1, metavar="[KEY]...", help="Keys of the bibliography; without one, the paper.")
def cite(keys):
    """Print BibTeX entries."""
    from datagravity import sources

    entries = {key: sources.bibtex(key) for key in keys or ["leebruck2026"]}
    return Answer("\n\n".join(entries.values()), entries)


COMMANDS = [cite]
