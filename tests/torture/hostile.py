"""Build the whole book from hostile tables, visit each of its pages, and say what happens: one table.

    PYTHONPATH=src:tests python tests/torture/hostile.py [--json FILE] [--folder FOLDER] [--seconds 3600]

It takes a few minutes of a processor. The folder is kept if it is given, and a second run builds no more than changed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import hostile

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    *("book", "data", "examples", "src", "_config.yml", "_toc.yml", "requirements.lock", "pyproject.toml"),
    *("CITATION.cff", "README.md", "LICENSE", "LICENSE-TEXT"),
)


def copy(root):
    """A copy of the book's sources in the folder `root`, with hostile tables."""
    skipped = shutil.ignore_patterns("_build", "__pycache__", ".ipynb_checkpoints")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=skipped)
        else:
            shutil.copyfile(ROOT / name, root / name)
    return hostile.spoil(root / "data", root / "book" / "references.bib")


def build(root, seconds):
    """Build the book; its output, and whether it went well."""
    command = [sys.executable, "-m", "datagravity", "book", "--root", str(root), "--keep-going"]
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "NO_COLOR": "1"}
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds, env=environment)
    return run.stdout + run.stderr, run.returncode == 0


def visit(site):
    """What each page of a site does that it should not: name -> list of texts."""
    from playwright.sync_api import sync_playwright

    from datagravity.site import browsers
    from datagravity.site.server import Server

    server = Server(site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.find_chromium(), args=browsers.arguments())
        for path in sorted(site.rglob("*.html")):
            name = path.relative_to(site).as_posix()
            if name.startswith("_static/"):
                continue
            try:
                found[name] = hostile.harm(browser, f"{server.address}/{name}")
            except Exception as error:  # a page that hangs is a finding too
                found[name] = [f"cannot be visited: {str(error).splitlines()[0]}"]
        browser.close()
    server.shutdown()
    thread.join()
    server.server_close()
    return found


def missing(site, texts):
    """The hostile texts that do not stand literally on the page of their table: name of the page -> texts."""
    found = {}
    for table, own in texts.items():
        files = [site / "data" / f"{table}.html", site / "data" / f"{table}.rows.js"]
        said = "".join(file.read_text(encoding="utf-8") for file in files if file.exists())
        lost = [text for text in sorted(own) if not any(way in said for way in hostile.in_html(text))]
        if lost:
            found[f"data/{table}.html"] = [f"lacks {text!r}" for text in lost]
    return found


def main():
    """Build, visit, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="write what happened to this file too")
    parser.add_argument("--folder", type=Path, help="where the hostile book is built, and stays")
    parser.add_argument("--seconds", type=float, default=3600, help="how long the build may take")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = options.folder or Path(name)
        root.mkdir(parents=True, exist_ok=True)
        kept = root / "texts.json"
        if kept.exists():
            texts = json.loads(kept.read_text(encoding="utf-8"))
        else:
            texts = {table: sorted(own) for table, own in copy(root).items()}
            kept.write_text(json.dumps(texts), encoding="utf-8")
        output, built = build(root, options.seconds)
        if not built:
            print(output)
            return 1
        site = root / "book" / "_build" / "html"
        pages = visit(site)
        for page, lost in missing(site, texts).items():
            pages.setdefault(page, []).extend(lost)
    harmed = {page: said for page, said in pages.items() if said}
    print(f"{'page':40} what it does")
    for page, said in harmed.items():
        for one in dict.fromkeys(said):
            print(f"{page:40} {one[:200]}")
    print(f"{len(pages)} pages of a hostile book, {len(harmed)} of which do what they should not")
    if options.json:
        options.json.write_text(json.dumps({"pages": pages, "build": output}, indent=2), encoding="utf-8")
    return 1 if harmed else 0


if __name__ == "__main__":
    sys.exit(main())
