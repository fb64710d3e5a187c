"""Which of two exact implementations counts: numba's, compiled at its first call, or numpy's, several times slower.

Both give the same integers. numba belongs to the extra `measure`; nothing here needs it. [extension]
"""

from functools import cache
from importlib.util import find_spec

from datagravity import checks

ENGINES = ("numba", "numpy")


def chosen(engine=None):
    """The module with the two passes that are not plain array work: of numba if it is installed, else of numpy.

    Parameters
    ----------
    engine : "numba", "numpy" or None, to choose by what is installed

    Raises
    ------
    ValueError
        If the engine is unknown, or is numba and numba is not installed.
    """
    if engine is None:
        engine = "numba" if has_numba() else "numpy"
    checks.choice("engine", engine, ENGINES)
    if engine == "numba" and not has_numba():
        raise ValueError(
            "engine: 'numba', expected 'numpy': numba is not installed (pip install 'datagravity[measure]')"
        )
    # By name, so that the source says what a count rests on; each only when it is asked for.
    if engine == "numba":
        from datagravity.programs import engine_numba as found
    else:
        from datagravity.programs import engine_numpy as found
    return found


@cache
def has_numba():
    """Whether numba can be imported."""
    return find_spec("numba") is not None
