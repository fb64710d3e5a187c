"""What closeness costs real programs: counts of their accesses, placed on k tiles, and the bill from any law of price.

A `traces.Trace` is one run of a program: its accesses in order, and the word that owns each operation. `kernels` makes
traces; `reuse` finds how recently each word was used; `placing` counts what crosses between places; `bill` prices the
counts. [extension]

Your own run, as arrays of addresses: `count`.
"""

__all__ = ["count", "trace_of"]


def __getattr__(name):
    """`count` and `trace_of`, imported when they are first asked for: the command line starts without them."""
    if name in __all__:
        from datagravity.programs import arrays

        return getattr(arrays, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
