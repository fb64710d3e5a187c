"""When `make` makes .venv anew, on folders that look like one."""

import importlib.util
import os
import subprocess
import sys

import pytest

from conftest import ROOT

specification = importlib.util.spec_from_file_location("environment", ROOT / "environment.py")
environment = importlib.util.module_from_spec(specification)
specification.loader.exec_module(environment)


@pytest.fixture
def root(tmp_path):
    """A folder with an environment that fits."""
    root = tmp_path / "a checkout"
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / "requirements.lock").write_text("numpy==2.4.6\n")
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    told = f"version = 3.12.4\ncommand = /usr/bin/python3 -m venv --clear {root / '.venv'}\n"
    (root / ".venv" / "pyvenv.cfg").write_text(told)
    (root / ".venv" / "installed").touch()
    assert environment.reason(root) is None
    return root


def test_a_moved_or_copied_environment_is_that_of_another_folder(root):
    away = root.rename(root.with_name("away"))
    assert environment.reason(away) == f"it is that of {root}"


def test_a_link_leads_to_another_folder(root):
    other = root.with_name("other")
    other.mkdir()
    (other / ".venv").symlink_to(root / ".venv")
    (other / "requirements.lock").touch()
    os.utime(other / "requirements.lock", (0, 0))
    assert environment.reason(other) == f"it is that of {root}"


def test_what_is_missing_or_old_is_said(root):
    assert environment.reason(root, "3.12.4") is None
    assert environment.reason(root, "3.13.0") == "it is of Python 3.12.4, and 3.13.0 is asked for"
    (root / ".venv" / "bin" / "python").unlink()
    (root / ".venv" / "bin" / "python").symlink_to("/nonexistent/python")
    assert environment.reason(root) == "its Python is gone"
    (root / ".venv" / "pyvenv.cfg").write_bytes(b"\xff")
    assert environment.reason(root) == "its pyvenv.cfg cannot be read"
    os.utime(root / ".venv" / "installed", (0, 0))
    assert environment.reason(root) == "requirements.lock is younger"
    (root / ".venv" / "installed").unlink()
    assert environment.reason(root) == "it was not finished"
    (root / ".venv" / "pyvenv.cfg").unlink()
    (root / ".venv").rename(root / "gone")
    assert environment.reason(root) == "there is none"


@pytest.mark.parametrize(("python", "said"), [("/nonexistent/python", "nonexistent"), ("/bin/false", "/bin/false")])
def test_a_wrong_python_is_told_before_anything_is_made(tmp_path, python, said):
    command = ["make", "-f", str(ROOT / "Makefile"), f"PYTHON={python}", "lint"]
    # A make that runs these tests hands its level down, and the one below would say where it works.
    alone = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    run = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stdout == f"PYTHON={python}: expected Python 3.11, 3.12 or 3.13, as in PYTHON=/path/to/python3.12\n"
    assert list(tmp_path.iterdir()) == []


def test_the_lines_of_one_package_are_cut_out_of_the_lock():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = environment.block(lock, "uv").splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 3
    assert all(line.startswith("    ") for line in lines[1:])
