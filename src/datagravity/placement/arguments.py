"""What `place` asks of its arguments."""

import math

import numpy as np

from datagravity import checks
from datagravity.placement.reading import Dask, Local, is_dask


def point(name, value, dimensions):
    """A position of as many finite coordinates as there are dimensions."""
    values = checks.real_array(name, value)
    if values.shape != (dimensions,):
        raise ValueError(f"{name}: shape {values.shape}, expected ({dimensions},), as positions have")
    return checks.every(name, values, np.isfinite(values), "a finite number")


def _array(name, value):
    """The argument as it is if it is an array of single or double precision, else as doubles."""
    if is_dask(value):
        return value.values if hasattr(value, "values") else value  # a data frame's columns are an array
    is_array = isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray)
    if is_array and value.dtype in (np.float32, np.float64):
        return value
    return checks.real_array(name, value)


def readable(masses, positions):
    """Masses (n,) and positions (n, d), to be read block by block; their values are looked at in the first reading."""
    masses, positions = _array("masses", masses), _array("positions", positions)
    if positions.ndim == 1:
        raise ValueError(f"positions: shape {positions.shape}, expected (n, d); for points x on a line pass x[:, None]")
    if positions.ndim != 2 or positions.shape[1] == 0:
        raise ValueError(f"positions: shape {positions.shape}, expected (n, d) with d at least 1")
    if masses.ndim != 1:
        raise ValueError(f"masses: shape {masses.shape}, expected (n,)")
    lengths = masses.shape[0], positions.shape[0]
    if lengths[0] != lengths[1] and not any(math.isnan(length) for length in lengths):
        raise ValueError(f"masses, positions: shapes {masses.shape}, {positions.shape}, expected (n,), (n, d)")
    if is_dask(masses) or is_dask(positions):
        return Dask(masses, positions)
    return Local(masses, positions)
