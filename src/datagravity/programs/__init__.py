"""What closeness costs real programs: counts of their accesses, placed on k tiles, and the bill from any law of price.

A `traces.Trace` is one run of a program: its accesses in order, and the word that owns each operation. `kernels` makes
traces; `reuse` finds how recently each word was used; `placing` counts what crosses between places; `bill` prices the
counts. [extension]

Your own run, as arrays of addresses: `count`.
"""

from datagravity.programs.arrays import count, trace_of

__all__ = ["count", "trace_of"]
