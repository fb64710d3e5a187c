"""Make `.venv` from `requirements.lock`, unless there is one for this folder; `make` runs this first.

It needs no package. Who is stopped at any moment leaves a `.venv` that the next run makes anew, and no two make it at
once.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

try:
    import fcntl
except ImportError:
    fcntl = None

ROOT = Path(__file__).resolve().parent


def reason(root, version=None):
    """Why the environment in a folder has to be made, in words; None if it need not.

    Parameters
    ----------
    root : the folder (a path)
    version : of Python, as in "3.12.4", that it must be of; any if None
    """
    folder, lock = root / ".venv", root / "requirements.lock"
    done = folder / "installed"
    if not done.exists():
        return "it was not finished" if folder.exists() else "there is none"
    if done.stat().st_mtime < lock.stat().st_mtime:
        return "requirements.lock is younger"
    try:
        lines = (folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return "its pyvenv.cfg cannot be read"
    told = dict(line.split(" = ", 1) for line in lines if " = " in line)
    # It leads by full paths to itself, and to the package beside it.
    home = told.get("command", "").partition(" --clear ")[2]
    if folder.is_symlink() or home != str(folder):
        return f"it is that of {Path(home).parent if home else 'another folder'}"
    if not os.access(folder / "bin" / "python", os.X_OK):
        return "its Python is gone"
    if version not in (None, told.get("version")):
        return f"it is of Python {told.get('version')}, and {version} is asked for"
    return None


def make(root):
    """Make the environment in a folder, with the Python that runs this.

    Raises
    ------
    subprocess.CalledProcessError
        If a package cannot be had.
    """
    folder = root / ".venv"
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    lock = root / "requirements.lock"

    def run(*command):
        # What keeps others waiting stays open in it: it may outlive this process.
        subprocess.run(command, cwd=root, check=True, close_fds=False)

    run(sys.executable, "-m", "venv", "--clear", str(folder))
    (folder / "uv.lock").write_text(block(lock.read_text(encoding="utf-8"), "uv"), encoding="utf-8")
    run(*pip, "--require-hashes", "--requirement", str(folder / "uv.lock"))
    # uv takes seconds where pip takes a minute; pip stands in where uv cannot reach the packages, as of a private index
    hashed = ["--require-hashes", "--requirement", str(lock)]
    try:
        run(str(folder / "bin" / "uv"), "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *hashed)
    except subprocess.CalledProcessError:
        run(*pip, *hashed)
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", str(root))
    (folder / "installed").touch()


def block(lock, name):
    """The lines of one package in the text of a lock.

    Examples
    --------
    >>> block("a==1\\n    --hash=b\\nuv==2\\n    --hash=c\\nv==3\\n", "uv")
    'uv==2\\n    --hash=c\\n'
    """
    lines, found = [], False
    for line in lock.splitlines(keepends=True):
        if not line[:1].isspace():
            found = line.startswith(f"{name}==")
        lines += [line] if found else []
    return "".join(lines)


def main():
    """Make the environment if there is a reason to."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--this-python", action="store_true", help="of the Python that runs this, and of no other")
    needed = ".".join(map(str, sys.version_info[:3])) if asked.parse_args().this_python else None
    if "\n" in str(ROOT):
        sys.exit(f"{str(ROOT)!r}: a line break in the name of a folder, expected a folder without")
    if fcntl:
        handle = os.open(ROOT, os.O_RDONLY)
        os.set_inheritable(handle, True)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another process makes .venv: waiting for its end. Ctrl-C gives up.", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
    why = reason(ROOT, needed)
    if why:
        print(f"Making .venv from requirements.lock ({why})", flush=True)
        make(ROOT)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nStopped. The next `make` makes .venv anew.", file=sys.stderr)
        sys.exit(130)
    except subprocess.CalledProcessError as error:
        sys.exit(f".venv: {Path(error.cmd[0]).name} failed, as it says above. `make` begins anew.")
    except OSError as error:
        sys.exit(f"{error.filename or '.venv'}: {error.strerror}, expected a folder with room that can be written")
