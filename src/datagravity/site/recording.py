"""What a chapter's kernel does before its first cell and after its last.

Charts are drawn for a page, plain values are set for readers, and the tables that the chapter reads are noted, so that
the build knows when to run it again.
"""

import sys
from contextlib import ExitStack

from IPython import get_ipython
from IPython.display import display

from datagravity.reads import reading
from datagravity.site import outputs, renderer

#: The kind of output that `report` gives.
MIME = "application/vnd.datagravity.report+json"

_open = ExitStack()
_read = set()


def start():
    """Draw charts for the page from now on, show plain values for readers, and note what is read."""
    global _read
    renderer.enable()
    outputs.enable(get_ipython())
    _read = _open.enter_context(reading())


def report():
    """Display the names of the tables that were read since `start`, and of the package's modules that were loaded."""
    modules = [name for name in sys.modules if name.partition(".")[0] == "datagravity"]
    display({MIME: {"tables": sorted(_read), "modules": sorted(modules)}}, raw=True)
