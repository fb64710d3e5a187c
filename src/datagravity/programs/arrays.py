"""A reader's own run: arrays of addresses and writes, as a compiler, a simulator or a tracer gives them. [extension]"""

import numpy as np

from datagravity import checks
from datagravity.programs import partitions, placing
from datagravity.programs.owners import OUTPUT
from datagravity.programs.traces import PLACES, WORD_BYTES, Trace

#: After so many loads without a store an operation ends by itself.
LOADS = 8


def count(
    addresses,
    writes,
    owners=None,
    *,
    places=None,
    owner=OUTPUT,
    operation_class="integer",
    operation_count=None,
    shape=None,
    origin=None,
    seed=0,
    phases=1,
    reduced_words=0,
    serial=False,
    labels=None,
    progress=None,
    engine=None,
):
    """Counts of your own run on k tiles, for all k and partitions: what a bill needs.

    Parameters
    ----------
    addresses : int array, shape (accesses,)
        Byte addresses in the order of the run, of any integer type. A word is 8 bytes.
    writes : bool array, shape (accesses,); whether the access writes
    owners : int array, shape (accesses,), or None
        The address whose word owns the operation of each access: neighbours of the same owner are one operation. None
        takes loads up to and including the next store for one operation, owned by the store; after 8 loads without a
        store they are an operation of their own, owned by the last.
    places : numbers of places, or None for 1, 4, 16, ... up to the number of words touched
    operation_class : "integer" or "floating"
        What one operation is priced as. In three of five laws an integer operation costs 0.03 pJ and a floating one
        1.69 pJ: G_d, transport over compute, is 56 times as large with "integer". Say "floating" for doubles.
    operation_count, shape, origin, seed, phases, reduced_words, serial : as in `trace_of`
    owner, labels, progress, engine : as in `placing.frame`

    Returns
    -------
    DataFrame with the columns `placing.COLUMNS`, of the partitions `contiguous` and `hashed`, and `natural` if there is
    a shape

    Raises
    ------
    ValueError
        If an array has another shape or type, an address is negative, a mark of writing is neither True nor False, or
        an owner is not touched; with argument, index and value.

    Examples
    --------
    A sum of two arrays of 64 doubles into a third:

    >>> import numpy as np
    >>> from datagravity.programs import count
    >>> element = np.arange(64) * 8
    >>> addresses = np.stack([0x1000 + element, 0x2000 + element, 0x3000 + element], axis=1).ravel()
    >>> writes = [False, False, True] * 64
    >>> found = count(addresses, writes, places=[1, 4], operation_class="floating")
    >>> found[["partition", "places", "operations", "home_bytes", "remote_bytes"]]
        partition  places  operations  home_bytes  remote_bytes
    0   one place       1          64        1536             0
    1  contiguous       4          64         512          1024
    2      hashed       4          64         896           640

    What the counts cost by a law of price, and the best number of places of each partition:

    >>> from datagravity.programs import bill
    >>> saved = bill.savings(bill.energies(found, "wire"))
    >>> saved[["partition", "gd", "best_places", "saving"]].round(3)
        partition     gd  best_places  saving
    0  contiguous  0.109            1     1.0
    1      hashed  0.109            1     1.0
    """
    trace = trace_of(
        addresses,
        writes,
        owners,
        shape=shape,
        origin=origin,
        seed=seed,
        operation_count=operation_count,
        operation_class=operation_class,
        phases=phases,
        reduced_words=reduced_words,
        serial=serial,
    )
    if places is None:
        places = [number for number in PLACES if number <= trace.word_count]
    return placing.frame(trace, places=places, owner=owner, labels=labels, progress=progress, engine=engine)


def trace_of(
    addresses,
    writes,
    owners=None,
    *,
    shape=None,
    origin=None,
    seed=0,
    operation_count=None,
    operation_class="integer",
    phases=1,
    reduced_words=0,
    serial=False,
):
    """A trace of your own run, for `placing`, `reuse` and the bill.

    Parameters
    ----------
    addresses, writes, owners : as in `count`
    shape : (int, int) or None
        Rows and columns of matrices of 8-byte items that follow each other in memory: then there is the partition
        `natural`, in which they lie over one another.
    origin : int or None; address of the first item of the first matrix; None is the lowest address touched
    seed : int; of the hashed partition
    operation_count : int or None; None counts each group of accesses as one operation
    operation_class, phases, reduced_words, serial : as in `traces.Trace`

    Returns
    -------
    traces.Trace

    Examples
    --------
    >>> trace = trace_of([0, 8, 16, 8, 16, 0], [0, 0, 1, 0, 0, 1])
    >>> trace.owners.tolist(), sorted(trace.codes)
    ([2, 0], ['contiguous', 'hashed'])
    """
    lines = _word_addresses("addresses", addresses)
    writes = _marks(writes, len(lines))
    touched, words = np.unique(lines, return_inverse=True)
    if owners is None:
        starts, owner_words = _operations_of_stores(writes)
        owner_words = words[owner_words]
    else:
        each = _touched_owners(owners, touched, len(lines))
        starts = np.diff(each, prepend=-1) != 0
        owner_words = each[starts]
    codes = {
        "contiguous": partitions.contiguous_codes(len(touched)),
        "hashed": partitions.hashed_codes(len(touched), seed),
    }
    if shape is not None:
        codes = {"natural": _matrix_codes(touched, shape, origin), **codes}
    return Trace(
        words=words,
        writes=writes,
        operations=np.cumsum(starts) - 1,
        owners=owner_words,
        codes=codes,
        operation_count=len(owner_words) if operation_count is None else operation_count,
        operation_class=operation_class,
        phases=phases,
        reduced_words=reduced_words,
        serial=serial,
    )


def _operations_of_stores(writes):
    """Where operations start, and the access that owns each: the last, a store or the eighth load.

    Loads are counted from the last store on; a store that follows eight, sixteen, ... loads is alone.
    """
    here = np.arange(len(writes))
    after_store = np.concatenate([[True], writes[:-1]])
    since = here - np.maximum.accumulate(np.where(after_store, here, 0))
    starts = since % LOADS == 0
    return starts, np.append(np.flatnonzero(starts)[1:], len(writes)) - 1


def _matrix_codes(touched, shape, origin):
    height, width = (checks.whole(f"shape[{axis}]", length) for axis, length in enumerate(shape))
    first = touched[0] if origin is None else checks.whole("origin", origin, 0) // WORD_BYTES
    if first > touched[0]:
        raise ValueError(f"origin: {origin}, expected at most the lowest address touched, {touched[0] * WORD_BYTES}")
    rows, columns = np.divmod((touched - first) % (height * width), width)
    return partitions.grid_codes(rows, columns, (height, width))


def _touched_owners(owners, touched, accesses):
    lines = _word_addresses("owners", owners)
    if len(lines) != accesses:
        raise ValueError(f"owners: {len(lines)} addresses, expected one for each of {accesses} accesses")
    found = np.minimum(np.searchsorted(touched, lines), len(touched) - 1)
    checks.every("owners", np.asarray(owners), touched[found] == lines, "an address in a word that the run touches")
    return found


def _word_addresses(name, value):
    array = np.asarray(value)
    if array.ndim != 1 or not array.size or array.dtype.kind not in "iu":
        raise ValueError(f"{name}: expected an array of whole numbers of one dimension, not empty")
    checks.every(name, array, array >= 0, "addresses of at least 0")
    return (array // WORD_BYTES).astype(np.int64)


def _marks(value, accesses):
    array = np.asarray(value)
    if array.shape != (accesses,):
        raise ValueError(f"writes: shape {array.shape}, expected one mark for each of {accesses} accesses")
    if array.dtype.kind not in "biu":
        raise ValueError(f"writes: expected truth values, not {array.dtype}")
    return checks.every("writes", array, (array == 0) | (array == 1), "True or False").astype(bool)
