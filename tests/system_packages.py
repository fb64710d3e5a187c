"""Find the programs that tests need besides Python's packages; as root on a Debian system, install what is missing."""

import os
import shutil
import subprocess
import sys

from datagravity.site.browsers import find_chromium

#: Who has no Valgrind and wants none says so, and the tests that need it are skipped.
WITHOUT_VALGRIND = "DATAGRAVITY_WITHOUT_VALGRIND"


def find_valgrind():
    """Path of Valgrind, or None."""
    return shutil.which("valgrind")


def without_valgrind():
    """Whether the environment says that there is to be no Valgrind."""
    return os.environ.get(WITHOUT_VALGRIND) == "1"


#: package -> how it is found, and what else a person may do
PACKAGES = {
    "chromium": (find_chromium, "set CHROMIUM to the path of a browser"),
    "valgrind": (
        lambda: find_valgrind() or without_valgrind(),
        f"set {WITHOUT_VALGRIND}=1 to skip the tests of measure",
    ),
}


def missing():
    """Packages that are not there."""
    return [package for package, (find, _) in PACKAGES.items() if not find()]


def main():
    needed = missing()
    if not needed:
        return 0
    if os.name != "posix" or os.geteuid() or not shutil.which("apt-get"):
        for package in needed:
            print(f"The tests need your system's package `{package}`: install it, or {PACKAGES[package][1]}.")
        return 1
    print(f"Installing the system packages {', '.join(needed)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *needed]):
        subprocess.run(["apt-get", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    return 1 if missing() else 0


if __name__ == "__main__":
    sys.exit(main())
