"""The first cell of a notebook that a page offers: where the package is missing, it installs it, and says so.

Where another build of the same version is installed, it says that numbers may differ, and leaves it.
"""

from string import Template

from datagravity import __version__
from datagravity.site import wheel
from datagravity.site.links import THIS_MACHINE

# It needs nothing but Python, pip and the wheel; what the wheel needs, pip takes from where it always does.
_CODE = Template("""
# This page rests on datagravity $version. Where it is missing, it is installed.
import importlib, subprocess, sys
from importlib.metadata import distributions
from pathlib import Path

site = "$site"
wheel = "$wheel"
found = next((d.version for d in distributions(name="datagravity")), "none")
if found != "$version":
    source = wheel if Path(wheel).exists() else f"{site}$folder/{wheel}"
    print(f"datagravity here: {found}. Installing {source}")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", source]
    done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode:
        advice = "$advice"
        raise RuntimeError(f"{done.stderr}\\nNot installed. {advice}")
    if {"datagravity", "numpy", "pandas"} & set(sys.modules):
        raise RuntimeError("Installed. Now restart the kernel and run all.")
    importlib.invalidate_caches()

from datagravity.site import reader, wheel as build
if getattr(build, "digest", str)() != "$digest":
    print("This datagravity is another build than the page's: its numbers may")
    print(f"differ. The page's own: {site}$folder/{wheel}")
reader.start(site)
""")
_ELSEWHERE = "Install it by hand, or put the wheel here."
_HERE = "Run `make serve`, or put the wheel here."


def code(base, name):
    """The code of the cell.

    Parameters
    ----------
    base : address of the site, with a slash at its end
    name : of its wheel, `wheel.name`
    """
    advice = _HERE if base == THIS_MACHINE else _ELSEWHERE
    told = {
        "version": __version__,
        "digest": wheel.digest(),
        "site": base,
        "folder": wheel.FOLDER,
        "wheel": name,
        "advice": advice,
    }
    return _CODE.substitute(told).strip()
