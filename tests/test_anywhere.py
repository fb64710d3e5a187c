"""The notebook of every page runs where nothing of the book is: an empty folder, an environment without the package.

The environment has what the package asks for and a kernel, no more, and not what builds the book. It may open nothing
of the checkout but the store of dear results, and reach no host but the one that serves the site.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from conftest import ROOT
from datagravity import __version__, store
from datagravity.site import executed, first_cell, links, results, wheel
from datagravity.site.build import Book
from datagravity.site.renderer import VEGALITE_MIME

WITH_CODE = [
    path for path in Book(ROOT).chapters() if executed.has_code(executed.source(path.read_text(encoding="utf-8")))
]
WHEEL = f"datagravity-{__version__}-py3-none-any.whl"
#: What Python runs at its start in the empty environment.
GUARD = """
import sys

ROOT, ALLOWED = {root!r}, {allowed!r}

def guard(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], str):
        if arguments[0].startswith(ROOT) and not arguments[0].startswith(ALLOWED):
            raise PermissionError("of the checkout: " + arguments[0])
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] not in ("127.0.0.1", "::1"):
        raise PermissionError("another host: " + str(arguments[1]))

sys.addaudithook(guard)
"""


def needed(*requirements):
    """The names of the distributions that requirements need here, and those need, without what other extras ask for."""
    found, todo = {}, [Requirement(text) for text in requirements]
    while todo:
        asked = todo.pop()
        name, extras = canonicalize_name(asked.name), {"", *asked.extras}
        if extras <= found.setdefault(name, set()):
            continue
        found[name] |= extras
        for one in map(Requirement, distribution(name).requires or []):
            if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in extras):
                todo.append(one)
    return found.keys() - {"datagravity"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An environment without the package: its Python, its folder, and the environment of its processes."""
    folder = tmp_path_factory.mktemp("empty")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True, capture_output=True)
    [site] = (folder / "env").glob("lib/python*/site-packages")
    for name in needed("datagravity", "ipykernel"):
        found = distribution(name)
        for top in {file.parts[0] for file in found.files} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(Path(found.locate_file(top)).resolve())
    # The store gives what the same code computed from the same tables with the same libraries, and nothing else.
    allowed = (str(Path(distribution("ipykernel").locate_file("")).resolve()), os.environ[store.VARIABLE])
    (site / "sitecustomize.py").write_text(GUARD.format(root=str(ROOT), allowed=allowed), encoding="utf-8")
    foreign = ("PYTHON", "PIP", "JUPYTER", "IPYTHON", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    environment |= {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment |= {"HOME": str(folder), "PYTHONNOUSERSITE": "1"}
    # A proxy would stand between this machine and itself.
    environment |= {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
    return SimpleNamespace(python=str(folder / "env" / "bin" / "python"), folder=folder, environment=environment)


def run(empty, code, folder):
    """What Python says and how it ends, of the empty environment in a folder."""
    command = [empty.python, "-c", code]
    return subprocess.run(command, cwd=folder, env=empty.environment, capture_output=True, text=True, check=False)


def execute(notebook, empty, folder):
    """Run a notebook from top to bottom in a kernel of the empty environment."""

    resources = {"metadata": {"path": str(folder)}}
    # A socket's path has at most 104 characters; a port may be taken before it is used.
    with TemporaryDirectory() as sockets, ThreadPoolExecutor(1) as alone, open(os.devnull, "wb") as log:

        class Manager(AsyncKernelManager):
            transport, ip = "ipc", f"{sockets}/kernel"

            @property
            def kernel_spec(self):
                command = [empty.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
                return KernelSpec(argv=command, language="python", display_name="empty")

        options = {"timeout": 600, "iopub_timeout": 600, "shutdown_kernel": "immediate", "resources": resources}
        client = NotebookClient(notebook, kernel_manager_class=Manager, **options)
        alone.submit(asyncio.run, client.async_execute(env=empty.environment, stderr=log)).result()
    return notebook


def offered(site, name):
    """The notebook that a page offers, as a browser gets it."""
    with urllib.request.urlopen(f"{site}/_sources/{name}.ipynb") as answer:
        return nbformat.reads(answer.read().decode(), as_version=4)


@pytest.mark.parametrize("chapter", WITH_CODE, ids=lambda path: path.stem)
def test_it_runs_in_an_empty_folder_and_gives_the_numbers_of_the_book(chapter, site, empty, tmp_path):
    name, folder = chapter.stem, tmp_path / "folder"
    folder.mkdir()
    notebook = offered(site, name)
    stored = nbformat.from_dict(notebook)
    where = nbformat.v4.new_code_cell("import datagravity, os\nprint(datagravity.__file__, os.listdir())")
    notebook.cells.append(where)
    execute(notebook, empty, folder)
    assert where.outputs[0].text.startswith(str(empty.folder / "env"))
    assert where.outputs[0].text.endswith(" []\n")

    before = results.read(ROOT / "book" / "results.json")
    old = {"headlines": {name: before["headlines"].get(name, {})}}
    new = {"headlines": {name: results.entries(executed.headlines(notebook))}}
    assert bool(old["headlines"][name]) == any("headlines(" in cell.source for cell in notebook.cells)
    assert results.compare(old, results.settled(new, old)) == []

    for cell, kept in zip(notebook.cells, stored.cells, strict=False):
        kinds = [output.get("data", {}) for output in kept.get("outputs", [])]
        drawn = sum(VEGALITE_MIME in kind for kind in kinds)
        html = [output.data["text/html"] for output in cell.get("outputs", []) if "text/html" in output.get("data", {})]
        assert sum("vegaEmbed" in text for text in html) == drawn
        if any("text/html" in kind for kind in kinds) and not drawn:
            assert html, cell.source
        for address in re.findall(r"href=[\"']([^\"']*)", " ".join(html)):
            assert address.startswith(("http", "#")), address


@pytest.mark.parametrize("chapter", WITH_CODE, ids=lambda path: path.stem)
def test_its_links_and_its_first_cell_lead_to_the_site(chapter, site):
    cells = offered(site, chapter.stem).cells
    assert cells[0].source == first_cell.code(links.THIS_MACHINE, WHEEL).replace(links.THIS_MACHINE, f"{site}/")
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    prose = re.sub(r"^(`{3,}).*?^\1|`[^`\n]*`|\$[^$]*\$", "", prose, flags=re.M | re.S)
    for address in re.findall(r"\]\(([^)\s]+)\)", prose):
        assert address.startswith(("http://", "https://")), address


@pytest.fixture
def without_the_package(empty):
    command = [empty.python, "-m", "pip", "uninstall", "--yes", "--quiet", "datagravity"]
    subprocess.run(command, env=empty.environment, check=True, capture_output=True)


@pytest.mark.usefixtures("without_the_package")
def test_the_first_cell_installs_the_sites_own_wheel_once_and_says_so(site, book, empty, tmp_path):
    code = first_cell.code(f"{site}/", WHEEL)
    first = run(empty, code, tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == f"datagravity here: none. Installing {site}/wheel/{WHEEL}\n"
    again = run(empty, code, tmp_path)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert [path.name for path in (book.html / wheel.FOLDER).iterdir()] == [WHEEL]


@pytest.mark.usefixtures("without_the_package")
def test_without_the_site_the_first_cell_says_what_helps_and_takes_a_wheel_beside_it(book, empty, tmp_path):
    # Nothing listens at port 9.
    code = first_cell.code(links.THIS_MACHINE, WHEEL).replace(":8000/", ":9/")
    failed = run(empty, code, tmp_path)
    assert failed.returncode == 1
    assert "Not installed. Run `make serve`, or put the wheel here." in failed.stderr
    shutil.copy(book.html / wheel.FOLDER / WHEEL, tmp_path)
    done = run(empty, code, tmp_path)
    assert (done.returncode, done.stdout) == (0, f"datagravity here: none. Installing {WHEEL}\n")


@pytest.mark.usefixtures("without_the_package")
def test_older_packages_that_the_kernel_has_loaded_call_for_a_restart(site, empty, tmp_path):
    code = first_cell.code(f"{site}/", WHEEL)
    loaded = run(empty, f"import numpy\n{code}", tmp_path)
    assert "Installed. Now restart the kernel and run all." in loaded.stderr
    assert run(empty, f"import numpy\n{code}", tmp_path).returncode == 0


def test_the_wheel_of_the_site_is_the_same_each_time(book, tmp_path):
    served = (book.html / wheel.FOLDER / WHEEL).read_bytes()
    assert wheel.write(ROOT, tmp_path).read_bytes() == served
    assert wheel.name(tmp_path) == ""
    assert wheel.write(tmp_path, tmp_path / "html") is None
