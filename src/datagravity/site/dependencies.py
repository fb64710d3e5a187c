"""What the outputs of a chapter rest on: its cells, the modules that it imports, the tables that it read, the lock.

Modules are found in the source, without running it: those that the cells import, and what these import in turn. Tables
are known from the last run, which noted each read. Everything has a digest, and a chapter runs again when the digest
of one thing that it rests on is another one than it was.
"""

import platform

from IPython.core.inputtransformer2 import TransformerManager

from datagravity.modules import Modules, digest
from datagravity.site.kernels import KERNEL_START
from datagravity.site.results import digests_of_tables, text_of


def code(notebook):
    """The digest of what a notebook's cells compute: their sources, and their tags, which may allow an error."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return digest(*(f"{cell.source}\0{cell.metadata.get('tags', [])}" for cell in cells))


def closure(modules, cells):
    """Every module of the package that is imported when these cells run (a set of names).

    Parameters
    ----------
    modules : `Modules` of the package
    cells : sources of code cells, in order
    """
    plain = "\n".join(map(TransformerManager().transform_cell, cells))
    return modules.reached([*modules.named(KERNEL_START), *modules.named(plain)])


class Dependencies:
    """What the chapters of a book rest on, as it is now."""

    def __init__(self, data, references, lock):
        """Read the modules of the package, and of a book the folder of tables, the bibliography and the lock."""
        self._modules = Modules()
        self.tables = digests_of_tables(data, references)
        self._fixed = {"Python": platform.python_version(), lock.name: digest(text_of(lock))}

    def of(self, notebook, tables):
        """Everything that a chapter rests on: how a message calls it -> its digest.

        Parameters
        ----------
        notebook : the chapter
        tables : names of the tables that it read when it ran last
        """
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        return {
            "its cells": code(notebook),
            **self._fixed,
            **{module: self._modules.digests[module] for module in sorted(closure(self._modules, cells))},
            **{f"table {table}": self.tables.get(table) for table in tables},
        }
