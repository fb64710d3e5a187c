"""Run a program under Valgrind, tell how far it is, and leave no process behind, however it ends."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from datagravity.programs.measuring import commands


class Progress:
    """One line on standard error that says what is being done, every second on a terminal, else every ten.

    Parameters
    ----------
    quiet : bool
        Whether nothing is said.
    """

    def __init__(self, quiet=False):
        """Nothing said yet."""
        self.quiet = quiet
        self.terminal = sys.stderr.isatty()
        self.every = 1 if self.terminal else 10
        self.next = time.monotonic() + self.every

    def say(self, words):
        """Print the words returned by a function, if it is time again."""
        if self.quiet or time.monotonic() < self.next:
            return
        self.next = time.monotonic() + self.every
        self._print(words())

    def done(self, text):
        """Print a text that stays."""
        if not self.quiet:
            self._print(text, end="\n")

    def _print(self, text, end=None):
        if self.terminal:
            print(f"\r\033[K{text}", end=end or "", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def started(tool, options, command, *, output=None, given=None, pass_fds=()):
    """A program under one of Valgrind's tools, in a process group of its own that is killed at the end.

    Parameters
    ----------
    tool : str
        "lackey" or "cachegrind".
    options : sequence of str
        The tool's options.
    command : commands.Command
    output : path or None
        Where the program's standard output goes; nowhere if None.
    given : path or None
        What the program reads from its standard input; nothing if None.
    pass_fds : tuple of int
        Open files that Valgrind gets.

    Yields
    ------
    subprocess.Popen, with an attribute `said`: a function that returns the end of the program's standard error
    """
    arguments = [commands.valgrind(), f"--tool={tool}", *options, *command.arguments]
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context(tempfile.TemporaryFile())
        reading = stack.enter_context(open(given or os.devnull, "rb"))
        writing = stack.enter_context(_written(output))
        process = subprocess.Popen(
            arguments, stdin=reading, stdout=writing, stderr=errors, pass_fds=pass_fds, start_new_session=True
        )
        writing.close()
        stack.callback(_end, process)
        process.said = lambda: _tail(errors)
        yield process


def program_of(process):
    """The program that a process of `started` runs, and its arguments; empty where the system does not say."""
    try:
        words = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []
    # Valgrind's options come first; the last of them is the log's.
    last = [index for index, word in enumerate(words) if word.startswith("--log-")]
    return words[last[0] + 1 :] if last else []


def check_end(status, said, command, allow_failure):
    """What a program's exit status means.

    Parameters
    ----------
    status : int
        As `subprocess` gives it: negative for a signal.
    said : str
        The end of its standard error, for the message.
    command : commands.Command
    allow_failure : bool
        Whether a status other than 0 is accepted, as that of a search that finds nothing.

    Raises
    ------
    ValueError
        If a signal killed the program, or it failed.
    """
    name = Path(command.program).name
    words = f"\nIts standard error ends:\n{said}" if said else ""
    if status < 0:
        raise ValueError(f"{name} was killed by {_signal(-status)}: nothing is measured.{words}")
    if status and not allow_failure:
        raise ValueError(
            f"{name} failed with status {status}: nothing is measured. If that is how it ends in good order "
            f"(grep that finds nothing), say --allow-failure.{words}"
        )


def _signal(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _written(output):
    """The file that a program writes to; if there is none, one whose content is read and thrown away.

    Programs look where their output goes: grep stops at the first match if that is the null device.
    """
    if output is not None:
        return open(output, "wb")
    ours, theirs = os.pipe()

    def read():
        with open(ours, "rb", buffering=0) as file:
            while file.read(2**16):
                pass

    threading.Thread(target=read, daemon=True).start()
    return open(theirs, "wb")


def _end(process):
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _tail(file, size=1000):
    """The end of a file, without Valgrind's own lines."""
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - 4 * size))
    lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(line for line in lines if not line.startswith(("==", "--")))[-size:].strip()


@contextlib.contextmanager
def terminated_as_interrupted():
    """Inside, a request to end (SIGTERM, SIGHUP) is as Ctrl-C: what was started is ended first."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
