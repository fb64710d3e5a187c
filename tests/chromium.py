"""Find the browser for the tests; as root on a Debian system, install it if there is none."""

import os
import shutil
import subprocess
import sys

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def find_chromium():
    """Path of a Chromium or Chrome, or None; the environment variable CHROMIUM overrides the search."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def main():
    if find_chromium():
        return 0
    if os.name != "posix" or os.geteuid() or not shutil.which("apt-get"):
        print("The browser tests need Chromium: install your system's package `chromium`, or set CHROMIUM to its path.")
        return 1
    print("Installing the system package chromium", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    return 0 if find_chromium() else 1


if __name__ == "__main__":
    sys.exit(main())
