"""What is wrong with the data: one problem, and the error that holds all of them."""

from dataclasses import dataclass

#: Characters of a value that a message shows.
SHOWN = 200


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the data: where it is, what stands there, and what was expected.

    `row` is the line that a text editor shows, so the header is row 1 and the first datum row 2.
    """

    file: str
    expected: str
    row: int | None = None
    name: str | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self):
        """The whole story in one line."""
        place = self.file
        if self.row:
            place += f" row {self.row}"
        if self.name:
            place += f" ({self.name})"
        if self.column:
            place += f", column {self.column}"
        value = "" if self.value is None else f" value {_in_short(self.value)};"
        return f"{place}:{value} expected {self.expected}"


def _in_short(value):
    """A value as Python prints it, in ASCII where a character cannot be seen, and a long one cut."""
    return repr(value) if len(value) <= SHOWN else f"{value[:SHOWN]!r}… ({len(value):,} characters)"


class TableError(ValueError):
    """The tables are not valid; `problems` holds every reason, and the message prints them all."""

    def __init__(self, problems):
        """Keep the problems, each once, in the order of the files and rows."""
        self.problems = list(dict.fromkeys(problems))
        count = len(self.problems)
        head = f"{count} problem{'s' if count > 1 else ''} in the data (row 1 of a table is its header):"
        super().__init__("\n  ".join([head, *map(str, self.problems)]))

    def __reduce__(self):
        """Another process gets the problems, not the message."""
        return type(self), (self.problems,)
