"""Programs that are counted: each kernel makes the trace of its run at any size. [extension]

`KERNELS` has them by name; a family of kernels is a file of this folder.

>>> KERNELS["FFT"].trace(64).phases
6
"""

from types import MappingProxyType

from datagravity.programs.kernels import (
    attention,
    chasing,
    dense,
    distributed,
    graphs,
    grids,
    sorting,
    sparse,
    tables,
    transforms,
    transposed,
)
from datagravity.programs.kernels.kernel import Kernel

__all__ = ["KERNELS", "Kernel"]

_FAMILIES = (dense, distributed, sparse, grids, transforms, transposed, sorting, tables, graphs, attention, chasing)
KERNELS = MappingProxyType({kernel.name: kernel for family in _FAMILIES for kernel in family.KERNELS})
