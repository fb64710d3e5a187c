"""Files that a reader brings, such as a chip, a memory system or places of data: read whatever program saved them.

`reading` takes a file into rows of text by the names of its columns, `kinds` knows what a file is by how it begins, and
`problems` says what is wrong with it.
"""

from datagravity.sheet.kinds import kind_of
from datagravity.sheet.problems import Problem, SheetError, shown
from datagravity.sheet.reading import EXTRA, Form, Sheet, no_text, read

__all__ = ["EXTRA", "Form", "Problem", "Sheet", "SheetError", "kind_of", "no_text", "read", "shown"]
