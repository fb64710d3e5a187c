"""What a chapter's kernel does before its first cell and after its last.

Charts are drawn for a page, plain values are set for readers, and the tables that the chapter reads are noted, so that
the build knows when to run it again.
"""

import sys
from contextlib import ExitStack

from IPython import get_ipython
from IPython.display import display

from datagravity import chapter
from datagravity.reads import reading
from datagravity.site import outputs, renderer

#: The kind of output that `report` gives.
MIME = "application/vnd.datagravity.report+json"

_open = ExitStack()
_read = set()


def start(keep_going=False):
    """Draw charts for the page from now on, show plain values for readers, and note what is read.

    Parameters
    ----------
    keep_going : whether findings that do not hold are collected, see `datagravity.chapter.finding`
    """
    global _read
    chapter.Findings.said = [] if keep_going else None
    renderer.enable()
    outputs.enable(get_ipython())
    _read = _open.enter_context(reading())


def report():
    """Display what was read and loaded since `start`: tables and modules of the package, and what does not hold."""
    modules = [name for name in sys.modules if name.partition(".")[0] == "datagravity"]
    said = chapter.Findings.said or []
    display({MIME: {"tables": sorted(_read), "modules": sorted(modules), "findings": said}}, raw=True)
