"""The command line: all commands in their sections, what runs one, and what its status says."""

import os
import sys
from difflib import get_close_matches

import click

from datagravity import __version__, kept
from datagravity.command import asking, building, chips, citing, measuring, tables

#: Sections of the list of commands -> what stands there.
SECTIONS = {
    "Ask": asking.COMMANDS,
    "Look up": tables.COMMANDS + citing.COMMANDS,
    "Measure": measuring.COMMANDS,
    "Your chip": chips.COMMANDS,
    "Build the book (in a checkout)": building.COMMANDS,
}
STATUSES = (
    "Status: 0 answered; 1 the input is refused or something is missing; 2 wrong arguments; 130 stopped by Ctrl-C; "
    "141 the reader of the output has gone."
)


class Commands(click.Group):
    """The group of all commands, listed by section."""

    def __init__(self, *arguments, **told):
        """As `click.Group`."""
        super().__init__(*arguments, **told)
        self.commands = {command.name: command for commands in SECTIONS.values() for command in commands}

    def list_commands(self, context):
        """The names of all commands, in the order of their sections."""
        return list(self.commands)

    def resolve_command(self, context, arguments):
        """As `click.Group`, with the commands most like a wrong name."""
        try:
            return super().resolve_command(context, arguments)
        except click.UsageError as error:
            near = get_close_matches(arguments[0], self.list_commands(context), n=3, cutoff=0.5)
            hint = f" Most like it: {', '.join(near)}." if near else ""
            raise click.UsageError(f"{error.message}{hint}", context) from None

    def format_commands(self, context, formatter):
        """The list of commands, section by section."""
        for section, commands in SECTIONS.items():
            width = formatter.width - 6 - max(len(command.name) for command in commands)
            with formatter.section(section):
                formatter.write_dl([(command.name, command.get_short_help_str(width)) for command in commands])

    def format_epilog(self, context, formatter):
        """What the statuses mean."""
        formatter.write_paragraph()
        formatter.write_text(STATUSES)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=STATUSES,
)
@click.version_option(__version__, message="%(version)s")
@click.option("--debug", is_flag=True, help="Show where in the code an error arose.")
def top(debug):
    """The law of Lee and Bruck's data gravity, its measurements, and yours.

    `datagravity COMMAND --help` explains a command and gives an example.
    """


def main(arguments=None):
    """Run one command and return its status; a foreseeable error is one message.

    Parameters
    ----------
    arguments : what stands behind `datagravity`; None for those of this process
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    debug = "--debug" in arguments[:1]
    try:
        with top.make_context("datagravity", arguments) as context:
            status = top.invoke(context)
        if sys.stdout is not None:  # closed by whoever called
            sys.stdout.flush()
        return status or 0
    except click.exceptions.Exit as end:  # after --help and --version
        return end.exit_code
    except BrokenPipeError:  # whoever reads has read enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        print("\nStopped.", file=sys.stderr)
        return 130
    except ModuleNotFoundError as error:
        if debug:
            raise
        print(f"{error}. The book's tools are an extra: pip install 'datagravity[book]'", file=sys.stderr)
        return 1
    except (ValueError, OSError, OverflowError) as error:  # TableError, BuildError, a folder that is not there
        if debug:
            raise
        print(f"\n{kept.in_words(error)}", file=sys.stderr)
        return 1
