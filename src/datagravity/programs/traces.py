"""One run of a program as arrays: what it touched, in which order, and who owns each operation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from datagravity import checks

#: A word is the unit of counting.
WORD_BYTES = 8
#: Bits of the code that says where in the square a word lies: two for each halving of both sides, so 4^7 places.
CODE_BITS = 14
#: How many places a partition can have.
PLACES = tuple(4**level for level in range(CODE_BITS // 2 + 1))
OPERATION_CLASSES = ("floating", "integer")


@dataclass(frozen=True)
class Trace:
    """One run of a program: its accesses in order, the operation that makes each, and where the words lie.

    Attributes
    ----------
    words : int array, shape (accesses,)
        The word of each access. Words are numbered from 0; every number below `word_count` is accessed at least once,
        so that `footprint_bytes` is what the run touches.
    writes : bool array, shape (accesses,)
        Whether the access writes its word.
    operations : int array, shape (accesses,)
        The group of accesses that are made at one place; numbered from 0 in the order of the run, never falling.
    owners : int array, shape (groups,)
        The word at whose place the group is computed: its output ("owner computes").
    codes : dict of str to uint16 array, shape (word_count,)
        For each partition the Morton code of `CODE_BITS` bits of a word's place in the square. The first 2j bits are
        its tile among 4^j, so that partitions are nested and near codes are near places.
    operation_count : int
        Operations of the run, as the kernel counts them (multiply-adds, say); not the number of groups.
    operation_class : "floating" or "integer"
    phases : int
        How often all places must meet; each phase sends one descriptor and two barriers to each place.
    reduced_words : int
        Words that each further place sends to be added up, in the whole run.
    serial : bool
        Whether one operation waits for the last, so that the run migrates from place to place.
    private : bool array, shape (word_count,), or None
        Words that every place has for itself: they live where they are used.

    Raises
    ------
    ValueError
        If an array has another shape, type or range.

    Examples
    --------
    Two operations, each adds two words into the third:

    >>> trace = Trace(
    ...     words=[0, 1, 2, 0, 2, 1], writes=[0, 0, 1, 0, 0, 1], operations=[0, 0, 0, 1, 1, 1], owners=[2, 1],
    ...     codes={"contiguous": [0, 4096, 8192]}, operation_count=2, operation_class="floating")
    >>> trace.accesses, trace.word_count, trace.footprint_bytes
    (6, 3, 24)
    """

    words: np.ndarray
    writes: np.ndarray
    operations: np.ndarray
    owners: np.ndarray
    codes: Mapping[str, np.ndarray] = field(repr=False)
    operation_count: int
    operation_class: str
    phases: int = 1
    reduced_words: int = 0
    serial: bool = False
    private: np.ndarray | None = None

    def __post_init__(self):
        """Settle the types of the arrays, after their checks."""
        checks.choice("operation_class", self.operation_class, OPERATION_CLASSES)
        for name, least in (("operation_count", 1), ("phases", 1), ("reduced_words", 0)):
            checks.whole(name, getattr(self, name), least)
        checks.truth("serial", self.serial)
        words = _whole_array("words", self.words)
        operations = _whole_array("operations", self.operations, len(words))
        owners = _whole_array("owners", self.owners)
        count = int(words.max()) + 1
        _require("words", np.bincount(words, minlength=count).all(), "every number up to the largest at least once")
        rising = operations[0] == 0 and (np.diff(operations) >= 0).all()
        _require("operations", rising, "numbers from 0 that never fall")
        _require("owners", len(owners) == operations[-1] + 1, f"one for each of {operations[-1] + 1} groups")
        _require("owners", owners.max() < count, f"words below {count}")
        _require("codes", len(self.codes), "at least one partition")
        codes = {}
        for name, code in self.codes.items():
            codes[name] = _whole_array(f"codes[{name!r}]", code, count)
            _require(f"codes[{name!r}]", codes[name].max() < 2**CODE_BITS, f"codes below {2**CODE_BITS}")
            codes[name] = codes[name].astype(np.uint16)
        private = None if self.private is None else _truth_array("private", self.private, count)
        settled = {
            "words": words, "operations": operations, "owners": owners, "codes": codes, "private": private,
            "writes": _truth_array("writes", self.writes, len(words)),
        }  # fmt: skip
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    @property
    def accesses(self):
        """Number of accesses."""
        return len(self.words)

    @property
    def word_count(self):
        """Number of different words."""
        return len(next(iter(self.codes.values())))

    @property
    def footprint_bytes(self):
        """Bytes that the run touches."""
        return WORD_BYTES * self.word_count


def _whole_array(name, value, length=None):
    _require(name, not np.ma.is_masked(value), "no masked elements")
    array = np.asarray(value)
    _require(name, array.ndim == 1 and array.size, "an array of one dimension, not empty")
    _require(name, array.dtype.kind in "iu", f"whole numbers, not {array.dtype}")
    _require(name, length is None or len(array) == length, f"{length} of them, not {len(array)}")
    checks.every(name, array, array >= 0, "numbers of at least 0")
    return np.array(array, dtype=np.int64)


def _truth_array(name, value, length):
    _require(name, not np.ma.is_masked(value), "no masked elements")
    array = np.asarray(value)
    _require(name, array.shape == (length,), f"{length} truth values, not an array of shape {array.shape}")
    _require(name, array.dtype.kind in "biu" and np.isin(array, (0, 1)).all(), "truth values, or 0 and 1")
    return np.array(array, dtype=bool)


def _require(name, good, expected):
    if not good:
        raise ValueError(f"{name}: expected {expected}")
