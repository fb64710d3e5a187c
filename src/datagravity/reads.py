"""Which tables a computation read, and results that are remembered until one of those tables changes.

A table is known here by its name, and by its folder unless that is the book's own; the bibliography is the table
"references", and a file of JSON beside the tables is known by the name of the file.
"""

import copy
import functools
import hashlib
import os
import threading
import time
from contextlib import contextmanager
from typing import NamedTuple

from datagravity import paths, store

BIBLIOGRAPHY = "references"
# How many results a function keeps; of a random walk through its arguments, only the latest are of use.
KEPT = 256
# For how many contents of the tables it keeps one of them: who edits a table and sets it back finds the first again.
CONTENTS = 2
# The coarsest clock of a file system in use (FAT): two changes of a file may bear one time only if so close.
CLOCK_NS = 2_000_000_000
#: What a test that changes code of the running process sets, to an object of its own: what is computed meanwhile is
#: known only for as long, and the store is left alone.
patch = None

_open_records = []
_known_digests = {}


def record(name, place=None):
    """Note in every open record that a table is read now; `place` as in `digest`."""
    _note({(name, place): digest(name, place)})


def _note(reads):
    for note in tuple(_open_records):
        for table, found in reads.items():
            note(table, found)


@contextmanager
def reading():
    """Yield a set that fills with the names of the book's tables read inside, by a remembered result too."""
    names = set()

    def note(table, _):
        name, place = table
        if place is None:
            names.add(name)

    with _recorded(note):
        yield names


@contextmanager
def _recorded(note):
    # One list for all threads: a table that a helping thread reads is noted too, and too many notes do no harm.
    _open_records.append(note)
    try:
        yield
    finally:
        _open_records.remove(note)


def remembered(function=None, *, stored=False):
    """Keep the results of a function for as long as the tables say what they said while it was computed.

    The content of the tables decides, not the time of the last edit; the last `CONTENTS` of them are known. A function
    that asks another remembered one has read what that one read. Whatever can change in a result (data frames, arrays,
    lists, dicts) is handed out as a copy. Safe in threads; two that ask at once may both compute. An error is not kept.

    Parameters
    ----------
    function : decorated without arguments of the decorator
    stored : whether the results are worth a file: where there is a `store`, another process finds them, and only one
        computes at a time. For functions of the package that take tenths of a second or more.

    Raises
    ------
    TypeError
        By the function: if an argument is not hashable.
    """
    if function is None:
        return functools.partial(remembered, stored=stored)
    results, lock = {}, threading.Lock()

    @functools.wraps(function)
    def answer(*args, **kwargs):
        key = (args, tuple(sorted(kwargs.items())))
        try:
            with lock:
                known = results.get(key, [])
        except TypeError as error:
            raise TypeError(f"{function.__qualname__}: {error}; expected arguments that can be hashed") from error
        for entry in known:
            if entry.patch in (None, patch) and all(digest(*table) == found for table, found in entry.reads.items()):
                _note(entry.reads)
                break
        else:
            entry = (_shared if stored else _computed)(function, args, kwargs)
        with lock:
            others = [other for other in results.pop(key, []) if other is not entry]
            results[key] = [entry, *others][:CONTENTS]
            if len(results) > KEPT:
                del results[next(iter(results))]
        return entry.result if entry.copier is None else entry.copier()

    return answer


class _Entry(NamedTuple):
    """A result, the tables that were read for it ((name, place) -> digest), the patch of the code, if any, and what
    copies the result, if it can change.
    """

    result: object
    reads: dict
    patch: object
    copier: object


def _computed(function, args, kwargs):
    reads, during = {}, patch
    with _recorded(reads.setdefault):
        result = function(*args, **kwargs)
    return _Entry(result, reads, during, _copier(result))


def _shared(function, args, kwargs):
    """As `_computed`, or what the store has of it."""
    name = store.key(function, (args, *sorted(kwargs.items()))) if patch is None else None
    if name is None:
        return _computed(function, args, kwargs)
    with store.alone(name):
        kept = store.find(name, digest)
        if kept is not None:
            result, tables = kept
            reads = {(table, None): found for table, found in tables.items()}
            entry = _Entry(result, reads, None, _copier(result))
            _note(entry.reads)
            return entry
        entry = _computed(function, args, kwargs)
        # A folder of somebody's own is known by its path, which says nothing tomorrow.
        if patch is None and all(place is None for _, place in entry.reads):
            store.keep(name, entry.result, {table: found for (table, _), found in entry.reads.items()})
    return entry


def by_value(function):
    """Share the results of a function through the store under the content of its arguments, down to the last bit.

    For functions of the package that take tenths of a second, and whose result follows from their arguments alone: they
    read no table, and call none that does. What is computed from a table is there again when only its words change.
    """

    @functools.wraps(function)
    def answer(*args, **kwargs):
        name = store.key_of_values(function, (args, sorted(kwargs.items()))) if patch is None else None
        if name is None:
            return function(*args, **kwargs)
        with store.alone(name):
            kept = store.find(name, digest)
            if kept is not None:
                return kept[0]
            reads = {}
            with _recorded(reads.setdefault):
                result = function(*args, **kwargs)
            if reads:
                raise RuntimeError(
                    f"{function.__qualname__}: read {sorted(reads)}, expected a function of its arguments"
                )
            if patch is None:
                store.keep(name, result, {})
        return result

    return answer


_PLAIN = (str, float, int, bool, type(None))


def _copier(result):
    """A function that gives a copy of a result, with as much of it as cannot change as it is; None if nothing can."""
    kind = type(result)
    if kind in _PLAIN:
        return None
    if kind in (dict, list, tuple):
        parts = result.items() if kind is dict else enumerate(result)
        copiers = {place: copier for place, part in parts if (copier := _copier(part))}
        if kind is not tuple:
            return functools.partial(_with_copies, result, copiers)
        return functools.partial(_with_copies, list(result), copiers, tuple) if copiers else None
    if kind is set:
        return result.copy
    try:
        hash(result)
    except TypeError:
        return functools.partial(copy.deepcopy, result)
    return None


def _with_copies(result, copiers, kind=None):
    own = result.copy()
    for place, copier in copiers.items():
        own[place] = copier()
    return own if kind is None else kind(own)


def digest(name, place=None):
    """The digest of a table and of what describes it, or of the bibliography if that is the name.

    Parameters
    ----------
    name : of the table, or of a file of JSON beside the tables
    place : folder of the table, or file of the bibliography; the book's own if None
    """
    if name == BIBLIOGRAPHY:
        return file_digest(place or paths.REFERENCES)
    folder = os.fspath(place or paths.DATA)
    if name.endswith(".json"):
        return file_digest(os.path.join(folder, name))
    return file_digest(os.path.join(folder, f"{name}.csv")), file_digest(os.path.join(folder, "datapackage.json"))


def file_digest(path):
    """The digest of the bytes of a file; None if it cannot be read.

    A file is not read again while its stamp is the same: device, number, size and both of its times. The second time
    is that of the last change of any kind, which no program can set; so an edit can leave the stamp as it was only if
    it follows the edit before it within one tick of the clock. A digest is therefore kept only if it was taken more
    than a tick after the file's times, and on Windows, which has no such time, never.
    """
    path = os.fspath(path)
    now = time.time_ns()
    try:
        status = os.stat(path)
        stamp = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        known, found = _known_digests.get(path, (None, None))
        if known == stamp:
            return found
        with open(path, "rb") as file:
            found = hashlib.blake2b(file.read(), digest_size=16).digest()
    except OSError:
        return None
    if os.name == "posix" and max(stamp[-2:]) < now - CLOCK_NS:
        _known_digests[path] = stamp, found
    return found
