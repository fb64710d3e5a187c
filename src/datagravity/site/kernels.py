"""Chapters run from top to bottom, each in a kernel of its own.

Where the platform can fork, one process imports the libraries and the package once (`datagravity.site.warm`), and each
kernel is forked from it in milliseconds; else each kernel starts afresh. The warm process is the fork server of
Python's `multiprocessing`, which has no threads, and Jupyter starts a kernel through it as a `provisioner`.
"""

import asyncio
import multiprocessing
import os
import sys
from multiprocessing import forkserver
from threading import Lock, Thread
from time import perf_counter

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from myst_nb.core.read import myst_nb_reader_plugin
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from datagravity.site import recording

CELL_TIMEOUT_SECONDS = 300
# Runs in every chapter's kernel before its first cell.
KERNEL_START = "import datagravity.site.recording as _recording; _recording.start()"
# And after its last.
KERNEL_END = "_recording.report()"
# Apple's own libraries do not survive a fork.
CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
#: Linear algebra reads these when it is imported; its threads would be lost in a fork.
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "BLIS")}


class ChapterError(ValueError):
    """A chapter did not run to its end; the text says which chapter, which cell, which line, and why."""


class Kernels:
    """The kernels of one build: a context, within which `execute` may be called from several threads at once.

    What was imported when the context was entered is what the chapters see. Leaving it ends every kernel.
    """

    def __init__(self, log, fork=CAN_FORK):
        """Kernels that write their own messages, which are no part of the book's log, to the open file `log`."""
        self._log = log
        self._fork = fork
        self._clients = set()
        self._stopped = False

    def __enter__(self):
        """Start the warm process."""
        if self._fork:
            outside = dict(os.environ)
            os.environ.update(ONE_THREAD)
            forkserver.set_forkserver_preload(["datagravity.site.warm"])
            forkserver.ensure_running()
            os.environ.clear()
            os.environ.update(outside)
        return self

    def __exit__(self, *_):
        """End every kernel, and the warm process."""
        self.stop()
        if self._fork:
            # Not public, but the next build in this process needs a server with the modules of its own time.
            forkserver._forkserver._stop()

    def stop(self):
        """Kill every running kernel, and let no cell start."""
        self._stopped = True
        for client in tuple(self._clients):
            manager = client.km
            if manager is not None and manager.has_kernel:
                manager.provisioner.process.kill()

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
            resources={"metadata": {"path": str(chapter.parent)}},
            kernel_manager_class=_ForkedKernelManager if self._fork else AsyncKernelManager,
            extra_arguments=[f"--IPKernelApp.exec_lines={KERNEL_START}"],
            # Nothing is left to do in a kernel whose outputs are here.
            shutdown_kernel="immediate",
            on_cell_execute=before,
            record_timing=False,
        )
        start = perf_counter()
        self._clients.add(client)
        try:
            asyncio.run(client.async_execute(stderr=self._log))
        except CellExecutionError as error:
            raise ChapterError(failure(chapter, notebook, running, f"{error.ename}: {error.evalue}")) from error
        except CellTimeoutError as error:
            raise ChapterError(failure(chapter, notebook, running, f"no end after {timeout} s")) from error
        except DeadKernelError as error:
            raise ChapterError(failure(chapter, notebook, running, "its kernel died")) from error
        finally:
            self._clients.discard(client)
        notebook.cells.remove(report)
        return notebook, report.outputs[0].data[recording.MIME], perf_counter() - start


def failure(chapter, notebook, index, reason):
    """Say where an execution stopped: chapter, cell, line, the reason, the cell's text."""
    cell = notebook.cells[index]
    number = sum(cell.cell_type == "code" for cell in notebook.cells[: index + 1])
    line = notebook.metadata["source_map"][index] + 1
    text = "\n".join(f"    {row}" for row in cell.source.splitlines())
    return f"book/{chapter.name}, code cell {number}, line {line}: {reason}\n{text}"


class _ForkedKernelManager(AsyncKernelManager):
    """Starts its kernel by a fork of the warm process."""

    def __init__(self, **options):
        super().__init__(**options)
        self.provisioner = _ForkedProvisioner(parent=self, kernel_id="", kernel_spec=self.kernel_spec)


class _ForkedProvisioner(LocalProvisioner):
    """A local kernel whose process is forked instead of started."""

    async def launch_kernel(self, cmd, *, cwd, env, stderr, **_):
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        self.process = _ForkedProcess(arguments, str(cwd), env, stderr.name)
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class _ForkedProcess:
    """A kernel's process, with as much of the interface of `subprocess.Popen` as Jupyter uses."""

    stdin = stdout = stderr = None
    _starting = Lock()

    def __init__(self, arguments, folder, environment, log):
        context = multiprocessing.get_context("forkserver")
        self._process = context.Process(target=_run_kernel, args=(arguments, folder, environment, log))
        with self._starting:
            self._process.start()
        self.pid = self._process.pid

    def poll(self):
        return self._process.exitcode

    def wait(self):
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self):
        self._process.kill()

    def terminate(self):
        self._process.terminate()


def _run_kernel(arguments, folder, environment, log):
    """In the forked process: become a kernel, as `python -m ipykernel_launcher` would in this folder."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    with open(log, "ab") as file:
        os.dup2(file.fileno(), 2)
    Thread(target=_end_with_the_build, daemon=True).start()

    from ipykernel.kernelapp import IPKernelApp

    # Any parent but 0 stands for a kernel that a program started, not a person at a terminal.
    IPKernelApp.launch_instance(argv=[*arguments, "--IPKernelApp.parent_handle=1"])


def _end_with_the_build():
    multiprocessing.parent_process().join()
    os._exit(1)
