"""Half of a report, computed on a second core while the rest of it is computed on the first.

`python -m datagravity.chip.beside` reads levels as JSON and prints what `reporting.apart` says of them. A process of
its own, since a program that asks for a report need not be one that can be started twice.
"""

import json
import os
import subprocess
import sys
from contextlib import contextmanager, suppress

from datagravity import paths


@contextmanager
def second_core():
    """Yield what `reporting.summary` takes for `helper`; None where there is one core, or the tables are others.

    The process is started at once, so that its imports take no time of the first core; it ends with the context.
    """
    if (os.cpu_count() or 1) < 2 or paths.DATA != paths.ROOT / "data":
        yield None
        return
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
    process = subprocess.Popen(
        [sys.executable, "-m", "datagravity.chip.beside"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )

    def start(levels):
        with suppress(OSError):  # it has ended already: `wait` sees that
            process.stdin.write(json.dumps(levels).encode())
            process.stdin.close()

        def wait():
            said = process.stdout.read()
            if process.wait() == 0:
                return json.loads(said)
            from datagravity.chip import reporting

            return reporting.apart(levels)  # whatever went wrong there says so here

        return wait

    try:
        yield start
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                stream.close()


def main():
    """Answer one question of `second_core`."""
    from datagravity.chip import reporting

    reporting.prepare()
    levels = json.loads(sys.stdin.buffer.read())
    json.dump(reporting.apart(levels), sys.stdout)


if __name__ == "__main__":
    main()
