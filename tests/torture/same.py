"""Two builds of one commit, as far apart as one machine allows, give the same bytes.

    python tests/torture/same.py [--json FILE] [--without-pdf]

Each is built from nothing in a clone of its own: in another folder, with other workers, time zone, language, hash seed
and mask of files, and once without a home. What is compared: every file of the site, the executed chapters, the
results, the PDF, and the source distribution; the wheel is a file of the site.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Name of the folder -> workers of the build, mask of files, what the environment says and what it does not.
APART = {
    "one": (["--workers", "1"], 0o022, {"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}, ()),
    "zwei Bücher/and more": (
        ["--workers", "3"],
        0o077,
        {"TZ": "America/Lima", "LC_ALL": "C", "PYTHONHASHSEED": "2"},
        ("HOME",),
    ),
}
#: What is compared -> patterns in the folder of the book.
COMPARED = {
    "files of the site, the wheel among them": "book/_build/html/**/*",
    "executed chapters": "book/_build/executed/*.ipynb",
    "results": "book/results.json",
    "the book as PDF": "book/_build/*.pdf",
    "source distribution": "dist/*.tar.gz",
}


def built(folder, workers, mask, said, unsaid, pdf):
    """Clone the book to `folder` and build all of it; digests of what came out: pattern -> name -> digest."""
    subprocess.run(["git", "clone", "--quiet", "--local", str(ROOT), str(folder)], check=True)
    environment = {name: value for name, value in os.environ.items() if name not in ("DATAGRAVITY_STORE", *unsaid)}
    environment |= {"PYTHONPATH": str(folder / "src"), **said}
    commands = [["-m", "datagravity", "book", "--workers", workers]]
    commands += [["-m", "datagravity", "pdf"]] if pdf else []
    commands += [["-m", "hatchling", "build", "-t", "sdist"]]
    run = partial(subprocess.run, cwd=folder, env=environment, umask=mask, capture_output=True, text=True, check=False)
    for command in commands:
        done = run([sys.executable, *command])
        if done.returncode:
            raise SystemExit(f"{folder}: {' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return {
        pattern: {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.glob(pattern))
            if path.is_file()
        }
        for pattern in COMPARED.values()
    }


def compared(ours, theirs):
    """Lines of the table, and the names of the files that differ, from the digests of two builds."""
    lines, different = [], []
    for what, pattern in COMPARED.items():
        names = sorted(ours[pattern] | theirs[pattern])
        apart = [name for name in names if ours[pattern].get(name) != theirs[pattern].get(name)]
        different += apart
        if names:
            lines.append({"part": "Same bytes", "what": what, "tries": len(names), "held": len(names) - len(apart)})
    return lines, different


def main(arguments=None):
    """Build, compare, print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the table to this file too")
    parser.add_argument("--without-pdf", action="store_true", help="do not print the book to PDF")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        builds = []
        for name, far in APART.items():
            print(f"building in {name!r}", file=sys.stderr, flush=True)
            builds.append(built(Path(folder).resolve() / name, *far, not given.without_pdf))
    lines, different = compared(*builds)
    for line in lines:
        print(f"{line['what']:45} {line['held']:5} of {line['tries']:5} the same")
    print("\n".join(f"  differs: {name}" for name in different[:40]))
    if given.json:
        given.json.write_text(json.dumps(lines, indent=2) + "\n", encoding="utf-8")
    return bool(different)


if __name__ == "__main__":
    sys.exit(main())
