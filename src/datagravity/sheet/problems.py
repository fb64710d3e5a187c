"""What is wrong with a file of a reader's: where, what stands there, what was expected, its meaning, a likely mend."""

from dataclasses import dataclass

from datagravity import evidence

#: Characters of a cell that a message shows.
SHOWN = 60


@dataclass(frozen=True)
class Problem(evidence.Problem):
    """One thing wrong with a file, or, as a `warning`, one that is read and that its owner should look at.

    Attributes
    ----------
    meaning : what the column means
    mend : what would likely be right
    warning : whether the file is accepted all the same
    """

    meaning: str = ""
    mend: str = ""
    warning: bool = False

    def __str__(self):
        """The whole story in a few lines."""
        lines = [super().__str__()]
        if self.meaning:
            lines.append(f"    {self.column}: {self.meaning}")
        if self.mend:
            lines.append(f"    likely mend: {self.mend}")
        return "\n".join(lines)

    def values(self):
        """The same as a dict for JSON."""
        names = ("file", "row", "name", "column", "value", "expected", "meaning", "mend", "warning")
        return {name: getattr(self, name) for name in names}


class SheetError(evidence.TableError):
    """A file is not valid; `problems` holds every reason, and the message prints them all."""

    def __init__(self, problems):
        """Keep the problems, each once, in the order of the rows."""
        self.problems = list(dict.fromkeys(problems))
        count = len(self.problems)
        head = f"{count} problem{'s' if count > 1 else ''} in {self.problems[0].file}:"
        ValueError.__init__(self, "\n  ".join([head, *map(str, self.problems)]))


def shown(text):
    """A cell as a message shows it: without control characters, and a long one cut."""
    safe = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text[:SHOWN])
    return safe if len(text) <= SHOWN else f"{safe}… ({len(text):,} characters)"
