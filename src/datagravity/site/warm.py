"""The warm process: it has imported what chapters need, and each kernel is forked from it.

No table is read here, so that each chapter's own reads are seen, and no thread is started, since a fork would lose it.
`datagravity.site.kernels` starts the process and asks it for kernels.
"""

import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import traceback
from contextlib import contextmanager, suppress
from threading import Thread

import datagravity
from datagravity import store

LIBRARIES = ["numpy", "pandas", "sympy", "altair", "IPython.display", "ipykernel.kernelapp", "myst_nb"]
#: The package's modules that no chapter needs.
NOT_FOR_CHAPTERS = ("datagravity.__main__", "datagravity.site.")


def modules():
    """Names of the modules to import (a list)."""
    found = [module.name for module in pkgutil.walk_packages(datagravity.__path__, "datagravity.")]
    return [
        *LIBRARIES,
        *(name for name in found if not name.startswith(NOT_FOR_CHAPTERS)),
        "datagravity.site.recording",
    ]


def import_all():
    """Import what chapters need."""
    for name in modules():
        # A module that breaks is reported by the cell that imports it.
        with suppress(Exception):
            importlib.import_module(name)
    # What a chapter then changes in them is not what the store keeps results of.
    store.is_as_imported()
    # The kernels share this process's memory for as long as the garbage collector leaves it alone.
    gc.collect()
    gc.freeze()


LOOK_SECONDS = 0.2
#: Numbers of the processes of the kernels that run.
_running = set()


def serve(channel, sockets):
    """Fork a kernel for each request, until the build closes its end, or is gone: then every kernel ends.

    Parameters
    ----------
    sockets : folder of the sockets between build and kernels, which goes with them
    channel : number of a socket. A request is a line of JSON (arguments, folder, environment) that comes with two open
        files: a socket between the build and this one kernel, and the file for what the kernel itself says.
    """
    # Control-C is for the build.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=channel) as requests:
        with _looking_for_the_build(requests, sockets):
            import_all()
        signal.signal(signal.SIGCHLD, _reap)
        while True:
            request, files, _, _ = socket.recv_fds(requests, 65536, 2)
            while request and not request.endswith(b"\n"):
                request += requests.recv(65536)
            if not request:
                break
            if (number := os.fork()) == 0:
                try:
                    requests.close()
                    _become_kernel(*files, **json.loads(request))
                except BaseException:
                    traceback.print_exc()
                finally:
                    os._exit(1)
            _running.add(number)
            for file in files:
                os.close(file)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in _running:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.wait()
    shutil.rmtree(sockets, ignore_errors=True)


@contextmanager
def _looking_for_the_build(requests, sockets):
    """A context, of seconds without another look at a socket, in which this process ends when its other end closes."""

    # That the other end is closed is told unasked, also while a request waits.
    end = select.poll()
    end.register(requests, 0)

    def look(*_):
        if end.poll(0):
            shutil.rmtree(sockets, ignore_errors=True)
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _reap(*_):
    """Take notice of the kernels that have ended: they would stay as zombies, and their time would not be counted."""
    with suppress(ChildProcessError):
        while number := os.waitpid(-1, os.WNOHANG)[0]:
            _running.discard(number)


def _become_kernel(life, log, arguments, folder, environment):
    """In a forked process: a kernel, as `python -m ipykernel_launcher` would be one in this folder."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(log, 2)
    os.close(log)
    os.set_inheritable(life, False)
    build = socket.socket(fileno=life)
    build.send(str(os.getpid()).encode())
    Thread(target=_end_with, args=(build,), daemon=True).start()

    from ipykernel.kernelapp import IPKernelApp

    # Any parent but 0 stands for a kernel that a program started, not a person at a terminal.
    IPKernelApp.launch_instance(argv=[*arguments, "--IPKernelApp.parent_handle=1"])


def _end_with(build):
    """End this kernel when the build is gone: nobody else sends anything, so an answer is the end."""
    build.recv(1)
    os._exit(1)
