"""What is to be measured: the program of a command, found before anything runs."""

import os
import shutil
import sys
from itertools import dropwhile
from pathlib import Path
from typing import NamedTuple

#: Systems and their packages that bring Valgrind.
PACKAGE = "Debian, Ubuntu: apt install valgrind; Fedora: dnf install valgrind; Arch: pacman -S valgrind"


class Command(NamedTuple):
    """A command whose program Valgrind can run.

    Attributes
    ----------
    arguments : tuple of str
        What runs: the path of a program and its arguments.
    script : str or None
        The script that was named instead of a program, if so; then the program is its interpreter.
    """

    arguments: tuple
    script: str | None = None

    @property
    def program(self):
        """Path of the program."""
        return self.arguments[0]


def resolved(command):
    """The program and arguments of a command, as given on the command line.

    Parameters
    ----------
    command : sequence of str
        A program's name or path, and its arguments.

    Returns
    -------
    Command

    Raises
    ------
    ValueError
        If nothing is given, the program is not there, or it is neither a program nor a script.

    Examples
    --------
    >>> resolved(["sh", "-c", "true"]).arguments[1:]
    ('-c', 'true')
    """
    if not command:
        raise ValueError("COMMAND: nothing given, expected a program and its arguments, as in: measure -- gzip -c FILE")
    name, *rest = map(str, command)
    path = _path(name)
    beginning = _beginning(path)
    if beginning.startswith(b"\x7fELF"):
        if _kind(beginning) != _kind(_beginning(os.path.realpath(sys.executable))):
            raise ValueError(f"COMMAND: {name!r}, expected a program for this machine, of as many bits as this Python")
        return Command((path, *rest))
    if not beginning.startswith(b"#!"):
        raise ValueError(
            f"COMMAND: {name!r}, expected a program: {path} is neither an ELF program nor a script with #!"
        )
    interpreter, *flags = beginning[2:].split(b"\n")[0].decode(errors="replace").split()
    if Path(interpreter).name == "env":  # env only finds the interpreter, and then gives its process away
        words = list(dropwhile(lambda word: word.startswith("-") or "=" in word, flags))
        interpreter, flags = (words[0], words[1:]) if words else (interpreter, [])
    found = resolved([interpreter, *flags, path, *rest])
    return Command(found.arguments, script=path)


def valgrind():
    """Path of Valgrind.

    Raises
    ------
    ValueError
        If it is not on PATH; the message names the system's package.
    """
    path = shutil.which("valgrind")
    if path is None:
        raise ValueError(
            f"valgrind is not on PATH, and it is what watches the program. It is a system package: {PACKAGE}"
        )
    return path


def _beginning(path):
    with open(path, "rb") as file:
        return file.read(4096)


def _kind(beginning):
    """Bits, order of bytes and kind of processor, as the head of an ELF file states them."""
    return beginning[4:6], beginning[18:20]


def _path(name):
    path = shutil.which(name)
    if path is not None:
        return os.path.abspath(path)
    if os.path.isdir(name):
        raise ValueError(f"COMMAND: {name!r}, expected a program, not a folder")
    if os.path.exists(name):
        how = "it is not executable (chmod +x makes it so)" if os.sep in name else f"say ./{name} for the file here"
        raise ValueError(f"COMMAND: {name!r}, expected a program: {how}")
    raise ValueError(f"COMMAND: {name!r}, expected a program: there is none of this name here or on PATH")
