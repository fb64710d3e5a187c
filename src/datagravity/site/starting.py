"""How a build begins: it waits until it is alone, and goes on in a copy of the sources, with the code of the copy."""

import os
import subprocess
import sys

from datagravity.site.book import PACKAGE, Book


def say(text="", end="\n"):
    """Print at once, so that progress shows where the output is piped."""
    print(text, end=end, flush=True)


def start(root, options=()):
    """Build the book in `root`, unless nothing changed since the last success; ends this process where there is work.

    Parameters
    ----------
    root : folder of the book
    options : of the command `book`, for the process that builds
    """
    book = Book(root)
    book.wait_for_others(say)
    if book.is_built():
        say(f"Nothing changed since the last build. Open {book.page}")
        return
    book.take_snapshot()
    command = [sys.executable, "-m", "datagravity", "book", "--root", str(book.root), "--snapshot", str(book.snapshot)]
    package = str((book.snapshot / PACKAGE).parent)
    before = os.environ.get("PYTHONPATH")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (package, before)))}
    # Python finds modules in the current folder first.
    os.chdir(book.snapshot)
    if os.name == "posix":
        os.execve(sys.executable, [*command, *options], environment)
    sys.exit(subprocess.run([*command, *options], env=environment, check=False).returncode)
