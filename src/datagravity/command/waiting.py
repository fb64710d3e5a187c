"""What a command does about time: it takes what was computed before, and says so where it computes for long."""

import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

#: Seconds before a reader is told what takes so long.
PATIENCE = 2.0
#: As `store.VARIABLE`, which must be set before that module is imported.
VARIABLE = "DATAGRAVITY_STORE"


def use_store():
    """Take what was computed before: by the build, in a checkout that was built; else by this reader's own commands.

    To be called before a module that computes. The environment's own word holds, also an empty one: then nothing is
    kept.
    """
    if VARIABLE in os.environ:
        return
    from datagravity import paths

    built = paths.ROOT / "book" / "_build" / "store"
    place = built if built.is_dir() else cache_folder() / "store"
    try:
        # What is kept is read back as code is: nobody else may write there.
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return
    if os.access(place, os.W_OK) and (os.name != "posix" or place.stat().st_uid == os.getuid()):
        os.environ[VARIABLE] = str(place)


def cache_folder():
    """Where a program keeps what it may lose, for this user (a path)."""
    home = Path.home()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or home / ".cache"
    return Path(base) / "datagravity"


def stop_at_once(said):
    """From now on Ctrl-C ends this process at once, with a line and the status 130, and a second one changes nothing.

    For a command that leaves nothing half done whenever it ends, and whose children end with it.
    """

    def stop(*_):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with suppress(OSError):  # nobody reads any more
            os.write(2, f"\n{said}\n".encode())
        # Threads would be waited for, each in the middle of a chapter.
        os._exit(130)

    signal.signal(signal.SIGINT, stop)


@contextmanager
def saying(text, after=PATIENCE):
    """A context that prints a text to the standard error once it has taken some seconds."""
    timer = threading.Timer(after, lambda: print(text, file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
