"""What every chapter needs, imported once: kernels are forked from the process that has imported this module.

No table is read here, so that each chapter's own reads are seen, and no thread is started, since a fork would lose it.
"""

import gc
import importlib
import pkgutil
from contextlib import suppress

import datagravity

LIBRARIES = ["numpy", "pandas", "sympy", "altair", "IPython.display", "ipykernel.kernelapp", "myst_nb"]
#: The package's modules that no chapter needs.
NOT_FOR_CHAPTERS = ("datagravity.__main__", "datagravity.site.")


def modules():
    """Names of the modules to import (a list)."""
    found = [module.name for module in pkgutil.walk_packages(datagravity.__path__, "datagravity.")]
    return [
        *LIBRARIES,
        *(name for name in found if not name.startswith(NOT_FOR_CHAPTERS)),
        "datagravity.site.recording",
    ]


for name in modules():
    # A module that breaks is reported by the cell that imports it.
    with suppress(Exception):
        importlib.import_module(name)
# The kernels share this process's memory for as long as the garbage collector leaves it alone.
gc.collect()
gc.freeze()
