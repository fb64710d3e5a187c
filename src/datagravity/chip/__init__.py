"""A chip of the reader's own, as a file: read, checked, set beside the book's chips, and added to them.

`columns` says what its ten columns mean, `template` writes them filled, `units` knows the spellings of a unit,
`checking` finds everything that is wrong and makes each row one of the book's table of energies, `mends` says what a
cell likely should be, `tables` puts them there, `chip` is what `read` gives, `reporting` computes what
the report says (`beside` on a second core), and `adding` writes rows into a checkout. [extension]

Examples
--------
>>> from datagravity import chip
>>> mine = chip.read(chip.EXAMPLE)
>>> mine.problems, mine.names
([], ['ET-SoC-1'])
>>> constants = mine.disjunction_constants()
>>> bool((constants["gd_low"] <= constants["gd_high"]).all())
True
"""

from datagravity.chip.chip import Chip, read
from datagravity.chip.columns import COLUMNS
from datagravity.chip.problems import ChipError
from datagravity.paths import ROOT
from datagravity.sheet import Problem

#: The file of one of the book's chips, entered as its owner would; in a checkout.
EXAMPLE = ROOT / "examples" / "my_chip.csv"

__all__ = ["COLUMNS", "EXAMPLE", "Chip", "ChipError", "Problem", "read"]
