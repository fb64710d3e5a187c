"""Chapters run from top to bottom, each in a kernel of its own.

Where the platform can fork, one process imports the libraries and the package once (`warm`), and each kernel is forked
from it in milliseconds; else each kernel starts afresh. Jupyter asks for a kernel's process through a `provisioner`.
"""

import asyncio
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from tempfile import TemporaryDirectory
from threading import Lock
from time import perf_counter

import nbformat
import zmq
from jupyter_client import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from myst_nb.core.read import myst_nb_reader_plugin
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from datagravity import store
from datagravity.checks import Missing
from datagravity.site import recording

CELL_TIMEOUT_SECONDS = 300
# Runs in every chapter's kernel before its first cell.
KERNEL_START = "import datagravity.site.recording as _recording; _recording.start({})"
# And after its last.
KERNEL_END = "_recording.report()"
# Apple's own libraries do not survive a fork.
CAN_FORK = hasattr(os, "fork") and hasattr(socket, "send_fds") and sys.platform != "darwin"
#: Linear algebra reads these when it is imported; its threads would be lost in a fork.
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "BLIS")}


class ChapterError(ValueError):
    """A chapter did not run to its end; the text says which chapter, which cell, which line, and why."""


class Kernels:
    """The kernels of one build: a context, within which `execute` may be called from several threads at once.

    The modules of the package are as they were when the context was entered. Leaving it ends every kernel.
    """

    def __init__(self, log, fork=CAN_FORK, store=None, keep_going=False):
        """Kernels that write their own messages, which are no part of the book's log, to the open file `log`.

        Those that are forked share the results of costly functions in the folder `store`, if there is one. Those that
        keep going collect what does not hold, and what the tables lack rows for.
        """
        self._log, self._fork, self._store, self._keep_going = log, fork, store, keep_going
        self._clients = set()
        self._stopped = False

    def __enter__(self):
        """Start the warm process."""
        self._sockets = TemporaryDirectory(ignore_cleanup_errors=True)
        self._warm = _Warm(self._log, self._store, self._sockets.name) if self._fork else None
        return self

    def __exit__(self, *_):
        """End every kernel, and the warm process."""
        self.stop()
        if self._warm:
            self._warm.end()
        self._sockets.cleanup()

    def stop(self):
        """Kill every running kernel, and let no cell start."""
        self._stopped = True
        for client in tuple(self._clients):
            process = client.km and client.km.has_kernel and client.km.provisioner.process
            if process:
                process.kill()

    def execute(self, chapter, timeout=CELL_TIMEOUT_SECONDS, progress=lambda number, cells: None):
        """Run one chapter, which has code.

        Parameters
        ----------
        chapter : the path of its source
        timeout : seconds that one cell may take
        progress : called before each code cell with its number, from 1, and the number of code cells

        Returns
        -------
        the executed notebook, what `recording.report` says of its tables and modules, and the seconds it took

        Raises
        ------
        ChapterError
            If a cell raises, takes too long, or ends its kernel.
        """
        notebook = myst_nb_reader_plugin(str(chapter))
        code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        running = code[0]
        report = nbformat.v4.new_code_cell(KERNEL_END)
        notebook.cells.append(report)

        def before(cell, cell_index):
            nonlocal running
            if self._stopped:
                raise DeadKernelError("The build was stopped")
            if cell is not report:
                running = cell_index
                progress(code.index(cell_index) + 1, len(code))

        client = NotebookClient(
            notebook,
            timeout=timeout,
            # On a busy machine outputs come late. By default those that take four seconds are left out without a word.
            iopub_timeout=timeout,
            raise_on_iopub_timeout=True,
            resources={"metadata": {"path": str(chapter.parent)}},
            kernel_manager_class=_managers(self._sockets.name, self._warm),
            extra_arguments=[f"--IPKernelApp.exec_lines={KERNEL_START.format(self._keep_going)}"],
            allow_errors=self._keep_going,
            # Nothing is left to do in a kernel whose outputs are here.
            shutdown_kernel="immediate",
            on_cell_execute=before,
            record_timing=False,
        )
        start = perf_counter()
        self._clients.add(client)
        try:
            # In a thread of its own: the caller's may run an event loop, as one that drives a browser does.
            with ThreadPoolExecutor(1) as alone:
                alone.submit(asyncio.run, client.async_execute(stderr=self._log)).result()
        except CellExecutionError as error:
            raise ChapterError(failure(chapter, notebook, running, f"{error.ename}: {error.evalue}")) from error
        except CellTimeoutError as error:
            raise ChapterError(failure(chapter, notebook, running, f"no end after {timeout} s")) from error
        except DeadKernelError as error:
            raise ChapterError(failure(chapter, notebook, running, "its kernel died")) from error
        finally:
            self._clients.discard(client)
        notebook.cells.remove(report)
        lacking = _lacking(chapter, notebook) if self._keep_going else []
        told = report.outputs[0].data[recording.MIME]
        return notebook, told | {"findings": told["findings"] + lacking}, perf_counter() - start


def _lacking(chapter, notebook):
    """Take the errors of cells that the tables lack rows for out of their outputs; returns a sentence each.

    Raises
    ------
    ChapterError
        If a cell raised anything else, such as an assertion about code or algebra.
    """
    found, number = [], 0
    for index, cell in enumerate(notebook.cells):
        number += cell.cell_type == "code"
        if "raises-exception" in cell.metadata.get("tags", []):
            continue
        for error in [output for output in cell.get("outputs", []) if output.output_type == "error"]:
            # What a cell without its rows does not name, a later one misses.
            if error.ename != Missing.__name__ and not (found and error.ename == "NameError"):
                raise ChapterError(failure(chapter, notebook, index, f"{error.ename}: {error.evalue}"))
            cell.outputs.remove(error)
            found.append(f"Code cell {number} cannot be computed by these tables ({error.evalue}).")
    return found


def failure(chapter, notebook, index, reason):
    """Say where an execution stopped: chapter, cell, line, the reason, the cell's text."""
    cell = notebook.cells[index]
    number = sum(cell.cell_type == "code" for cell in notebook.cells[: index + 1])
    line = notebook.metadata["source_map"][index] + 1
    text = "\n".join(f"    {row}" for row in cell.source.splitlines())
    return f"book/{chapter.name}, code cell {number}, line {line}: {reason}\n{text}"


_SERVE = "import sys; from datagravity.site.warm import serve; serve(int(sys.argv[1]), sys.argv[2])"


class _Warm:
    """The warm process, seen from the build."""

    def __init__(self, log, folder, sockets):
        """Start it; what it says itself goes to the open file `log`, and what its kernels say.

        Its kernels share the store in `folder`, if there is one, and talk to the build in the folder `sockets`.
        """
        # A kernel's environment is its own, and that of the build wins in both.
        self._shared = {store.VARIABLE: str(folder)} if folder else {}
        self._channel, theirs = socket.socketpair()
        self._log, self._lock = log, Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _SERVE, str(theirs.fileno()), sockets],
                env={**self._shared, **os.environ, **ONE_THREAD},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stderr=log,
            )

    def end(self):
        """End it, when its kernels have ended."""
        self._channel.close()
        self._process.wait()

    def fork(self, environment, **request):
        """A new kernel's process; `request` has its arguments and folder."""
        line = json.dumps(request | {"environment": self._shared | environment}).encode() + b"\n"
        life, theirs = socket.socketpair()
        with theirs, self._lock, suppress(BrokenPipeError):
            sent = socket.send_fds(self._channel, [line], [theirs.fileno(), self._log.fileno()])
            self._channel.sendall(line[sent:])
        return _ForkedProcess(life)


class _ForkedProcess:
    """A kernel's process, with as much of the interface of `subprocess.Popen` as Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, life):
        """The process at the other end of the socket `life`, which closes when it dies."""
        self._life = life
        number = life.recv(32)
        if not number:
            raise RuntimeError("the process that forks the kernels died; kernels.log says why")
        self.pid = int(number)

    def poll(self):
        if self._life and select.select([self._life], [], [], 0)[0]:
            self._life.close()
            self._life = None
        return None if self._life else 1

    def wait(self):
        if self._life:
            self._life.recv(1)
        return self.poll()

    def send_signal(self, number):
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self):
        self.send_signal(signal.SIGKILL)

    def terminate(self):
        self.send_signal(signal.SIGTERM)


def _managers(folder, warm):
    """A class of kernel managers.

    Parameters
    ----------
    folder : for sockets. Ports are chosen before they are used, so two builds at a time could choose the same one.
    warm : the warm process to fork kernels from; None to start them afresh
    """

    class Manager(AsyncKernelManager):
        def __init__(self, **options):
            super().__init__(**options)
            # A socket's path has at most 104 characters.
            if zmq.has("ipc") and len(folder) < 80:
                self.transport, self.ip = "ipc", f"{folder}/{secrets.token_hex(4)}"
            if warm:
                self.provisioner = Provisioner(parent=self, kernel_id="", kernel_spec=self.kernel_spec)

    class Provisioner(LocalProvisioner):
        async def launch_kernel(self, cmd, *, cwd, env, **_):
            arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
            self.process = warm.fork(arguments=arguments, folder=str(cwd), environment=env)
            self.pid = self.pgid = self.process.pid
            return self.connection_info

    return Manager
