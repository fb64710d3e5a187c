"""Files that a program keeps for the next time: whole or absent, and verified when they are read.

A file is written aside and renamed, so that who is stopped at any moment leaves the old one or the new one. A sealed
file begins with the digest of what follows: one that was cut off, or changed in a single byte, is as good as none.
"""

import errno
import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path
from threading import get_ident

#: What a system may say of a file -> what was expected.
_EXPECTED = {
    errno.ENOENT: "a file that is there",
    errno.EISDIR: "a file, not a folder",
    errno.ENOTDIR: "a folder before the last name, not a file",
    errno.EEXIST: "a folder, not a file",
    errno.EACCES: "one that you may read, or write",
    errno.EPERM: "one that you may read, or write",
    errno.EROFS: "a place that can be written, such as a copy of the folder elsewhere",
    errno.ENOSPC: "room on its disk: free some, and go on",
    errno.EDQUOT: "room within your quota: free some, and go on",
}


def digest(content):
    """The digest of some bytes, a text of 32 letters."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def write(path, content):
    """Write bytes to a file, whose folder is made if there is none.

    Parameters
    ----------
    path : pathlib.Path
    content : bytes

    Raises
    ------
    OSError
        If the file cannot be written, as on a full disk; the error names it, and what was there is there still.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "part" / "a.txt"
    ...     write(path, b"words")
    ...     path.read_bytes(), [one.name for one in path.parent.iterdir()]
    (b'words', ['a.txt'])
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):  # its folder may be none
            aside.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from None


def seal(path, text):
    """Write a text to a file that `unseal` verifies, as `write` does; a folder in the place of the file goes."""
    content = text.encode()
    if path.is_dir():
        remove(path)
    write(path, digest(content).encode() + b"\n" + content)


def unseal(path):
    """The text that `seal` wrote to a file; None if there is none that is whole.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.txt"
    ...     seal(path, "42")
    ...     before = unseal(path)
    ...     path.write_bytes(path.read_bytes().replace(b"42", b"43")) and (before, unseal(path))
    ('42', None)
    """
    try:
        said, _, content = Path(path).read_bytes().partition(b"\n")
    except OSError:
        return None
    return content.decode() if said == digest(content).encode() else None


def remove(path):
    """Remove a file, or a folder with all that is in it; nothing if there is none.

    Raises
    ------
    OSError
        If something cannot be removed; the error names it.
    """
    path = Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def expected(number):
    """What was expected of a file where the system said no.

    Parameters
    ----------
    number : of the system's error, as in `errno`
    """
    return _EXPECTED.get(number, "one that can be used")


def in_words(error):
    """What an error says, as a sentence: of one of the system, which file is meant and what was expected of it.

    Examples
    --------
    >>> in_words(FileNotFoundError(2, "No such file or directory", "a.csv"))
    'a.csv: No such file or directory, expected a file that is there'
    """
    if not isinstance(error, OSError) or error.errno is None:
        return str(error)
    return f"{error.filename or 'a file'}: {error.strerror}, expected {expected(error.errno)}"
