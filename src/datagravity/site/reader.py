"""What the first cell of a notebook that a page offers starts: outputs as on the page, in a reader's own kernel.

A reader has the package and what it needs, not what builds the book: this imports no more.
"""

import altair as alt
from IPython import get_ipython
from IPython.display import HTML

from datagravity.site import links, outputs

_RENDERER = "datagravity-reader"


def start(base):
    """Show what cells give as the page does, and let its links lead to the site; without a kernel nothing happens.

    Parameters
    ----------
    base : address of the site, with a slash at its end
    """
    shell = get_ipython()
    if shell is None or alt.renderers.active == _RENDERER:
        return
    outputs.enable(shell)
    formatter = shell.display_formatter.formatters["text/html"]
    formatter.for_type(HTML, lambda value: links.in_html(value.data, base))
    draw = alt.renderers.get()
    alt.renderers.register(_RENDERER, lambda chart, **options: draw(links.in_chart(chart, base), **options))
    alt.renderers.enable(_RENDERER)
