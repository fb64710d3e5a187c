"""A folder of results that all processes of one machine share: tests, chapters' kernels and nested runs.

It is off unless the environment names the folder, as the build does for its kernels and the tests do for themselves.
A result is found again if the function, its arguments, every module of the package that the function's own imports, by
whatever way, the libraries and the tables that were read are the same. It may be deleted at any time.
"""

import hashlib
import json
import operator
import os
import pickle
import pickletools
import platform
import sys
import tempfile
import zlib
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from datagravity import paths
from datagravity.modules import PACKAGE, Files, Modules

try:
    import fcntl
except ImportError:  # on Windows two processes may compute the same
    fcntl = None

#: The environment's name for the folder.
VARIABLE = "DATAGRAVITY_STORE"
#: The size of the folder; the entries that were used longest ago go first.
LIMIT_BYTES = 256 * 2**20
#: A result rests on these too, and so does the form in which it is kept.
LIBRARIES = ("altair", "numba", "numpy", "pandas", "pyarrow", "scipy", "statsmodels", "sympy", "vl-convert-python")
_PLAIN = (str, bool, int, float, type(None))


def folder():
    """The folder; None if there is none to use."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def _digest(*parts):
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        found.update(len(part).to_bytes(8) + part)
    return found.hexdigest()


def _stamp(path):
    """What changes when somebody writes a file; None if there is no such file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _sources():
    """Every source of the package, and the data in its folders: path -> stamp."""
    found = (path for path in sorted(paths.PACKAGE.rglob("*")) if "__pycache__" not in path.parts)
    return {path: _stamp(path) for path in found if path.is_file()}


#: As they were when the running process began to import: what computes is read from them soon after.
_SOURCES = _sources() if folder() else {}


@cache
def _modules():
    """The modules of the package as they are when this is asked first; None if a source is gone."""
    try:
        return Modules() if find_spec("grimp") else Files()
    except OSError:
        return None


@cache
def _code(*named):
    """The digest of what computes: modules and all that they import, Python, the libraries, the kind of machine.

    Parameters
    ----------
    named : names of modules; one that is none of the package stands for all of it
    """
    known = _modules().digests
    reached = _modules().reached(named) if set(named) <= set(known) else known
    machine = (platform.python_implementation(), platform.python_version(), platform.platform())
    versions = (f"{name} {_version(name)}" for name in LIBRARIES)
    sources = (f"{module} {known[module]}" for module in sorted(reached))
    return _digest(*(text.encode() for text in (*sources, *machine, *versions)))


def _is_as_read():
    """Whether no source changed since this process read them; else nobody knows which one it computes with."""
    return all(_stamp(path) == stamp for path, stamp in _SOURCES.items())


#: Name of a module of the package -> its names as `is_as_imported` met them first, and the entries of its constants.
_met = {}
#: Which tables are read is known from their content, and what notes reads is no part of a result.
_MAY_CHANGE = ("datagravity.paths", "datagravity.site")


def is_as_imported():
    """Whether every module of the package has the names and constants that it had when this was asked first.

    Else a result is that of a reader, or of a test, who tries something out.
    """
    same = True
    for name in [name for name in sys.modules if name.startswith("datagravity.") and not name.startswith(_MAY_CHANGE)]:
        names = vars(sys.modules[name])
        if name not in _met:
            _met[name] = dict(names), {one: _entries(value) for one, value in names.items() if _is_table(one, value)}
        values, tables = _met[name]
        same &= all(map(operator.is_, map(names.get, values), values.values()))
        same &= all(_alike(_entries(names[one]), entries) for one, entries in tables.items() if one in names)
    return same


def _is_table(name, value):
    """Whether a name stands for constants in a form that can change."""
    return name.isupper() and type(value) in (dict, list, set)


def _entries(value):
    return [*value, *value.values()] if type(value) is dict else list(value)


def _alike(entries, others):
    return len(entries) == len(others) and all(map(operator.is_, entries, others))


def _version(name):
    # Not at the top: it takes longer than all else here, and only who has a store needs it.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def key(function, arguments):
    """The name of a call's entries, a text; None where there is no store, or the call is none for it.

    Parameters
    ----------
    function : of a module of the package
    arguments : a tuple of tuples, texts, numbers, truth values and None
    """
    return _name(function, repr(arguments).encode()) if _is_plain(arguments) else None


def key_of_values(function, arguments):
    """As `key`, for arguments of any type that has a form in bytes; the same bytes are the same values."""
    try:
        content = pickle.dumps(arguments, pickle.HIGHEST_PROTOCOL) if folder() else b""
    except (pickle.PicklingError, AttributeError, TypeError):
        return None
    # A value has the methods of its class, and a function may be one.
    return _name(function, content, *sorted(_classes(content))) if content else None


def _classes(content):
    """The modules of the package whose classes and functions stand in a pickle (a set of names)."""
    if PACKAGE.encode() not in content:
        return set()
    texts = {value for _, value, _ in pickletools.genops(content) if isinstance(value, str)}
    return texts & set(_modules().digests if _modules() else ())


def _name(function, content, *modules):
    own = function.__module__
    if folder() is None or not _SOURCES or not own.startswith(f"{PACKAGE}.") or _modules() is None:
        return None
    code = _code(own, "datagravity.reads", *modules)
    return _digest(code.encode(), f"{own}.{function.__qualname__}".encode(), content)


def _is_plain(value):
    return all(map(_is_plain, value)) if type(value) is tuple else type(value) in _PLAIN


@contextmanager
def alone(name):
    """A context in which no other process or thread of this machine is, for the same name of a call's entries.

    Where the system has no such locks, or the folder cannot be made, two may compute the same.
    """
    handle = None
    with suppress(OSError):
        place = folder() / name
        place.mkdir(parents=True, exist_ok=True)
        if fcntl is not None:
            handle = os.open(place, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def find(name, digest):
    """The result under a name whose tables are as they were: (result, tables), or None.

    Parameters
    ----------
    name : of the call's entries, as `key` gives it
    digest : function from the name of a table to what stands for its content
    """
    for path in sorted((folder() / name).glob("*.result")):
        try:
            whole, _, rest = path.read_bytes().partition(b"\n")
        except OSError:
            continue
        if whole != _digest(rest).encode():
            continue
        tables, _, content = rest.partition(b"\n")
        if _are(json.loads(tables), digest) and _is_as_read() and is_as_imported():
            with suppress(OSError):
                os.utime(path)
            return pickle.loads(zlib.decompress(content))
    return None


def _are(tables, digest):
    return all(_shown(digest(table)) == shown for table, shown in tables.items())


def _shown(found):
    return [part and part.hex() for part in (found if isinstance(found, tuple) else (found,))]


def keep(name, result, tables):
    """Keep a result under a name.

    Nothing is kept if a source changed since this process read it, or code was changed in the running process.

    Parameters
    ----------
    name : of the call's entries, as `key` gives it
    result : whatever can be pickled
    tables : dict: name of a table that was read -> what stands for its content
    """
    if not (_is_as_read() and is_as_imported()):
        return
    about = json.dumps({table: _shown(found) for table, found in tables.items()}, sort_keys=True).encode()
    rest = about + b"\n" + zlib.compress(pickle.dumps((result, tables), pickle.HIGHEST_PROTOCOL), 1)
    place = folder() / name
    with suppress(OSError):  # a full disk, a folder that somebody deletes meanwhile
        place.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=place)
        with os.fdopen(handle, "wb") as file:
            file.write(_digest(rest).encode() + b"\n" + rest)
        os.replace(aside, place / f"{_digest(about)}.result")
        _hold_to_the_limit(folder())


def _hold_to_the_limit(place):
    entries = [(path.stat(), path) for path in place.glob("*/*")]
    size = sum(status.st_size for status, _ in entries)
    for status, path in sorted(entries, key=lambda entry: entry[0].st_mtime_ns):
        if size <= LIMIT_BYTES:
            break
        path.unlink(missing_ok=True)
        size -= status.st_size
