"""What a command does about time: it takes what a build has computed, and says so where it computes for long."""

import os
import sys
import threading
from contextlib import contextmanager

#: Seconds before a reader is told what takes so long.
PATIENCE = 2.0


def use_store():
    """In a checkout that was built, take what the build has computed. To be called before a module that computes."""
    from datagravity import paths

    store = paths.ROOT / "book" / "_build" / "store"
    if store.is_dir():
        os.environ.setdefault("DATAGRAVITY_STORE", str(store))


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
