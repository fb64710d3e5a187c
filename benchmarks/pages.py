"""How fast the pages are for a reader with a slow machine, beside stock Jupyter Book: `python benchmarks/pages.py`.

Chromium visits the page of the placement law and then the next one, on a processor four times slower, over a line of
10 Mbit/s and 40 ms. Each round visits both sites in turn, so that a busier machine moves both. The stock site is made
by Jupyter Book alone, from the same executed notebooks and with the same libraries: MathJax in the browser, Altair's
own way of showing a chart, the theme as it comes. Both sites are served by the same server. What stock pages load from
other hosts lies on that server too, which spares them those connections.

    FCP, LCP       first and largest contentful paint, in s
    TBT            total blocking time: of each task over 50 ms the part beyond it, in ms, until five seconds after load
    CLS            cumulative layout shift
    first, second  bytes over the line of the first page and of the second one, compressed, in kB
    answer         s from moving the first chart's slider until the chart has another drawing

The book must have been built. MathJax for the stock site is that of
`sphinx-mathjax-offline`, of the extra `benchmark`.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST, SECOND = "placement", "gravity"
NEEDED = ("datagravity", "jupyter_book", "playwright", "vl_convert", "yaml", "sphinx-mathjax-offline")
#: What a reader on a slow machine should see -> the most it may be.
AIMS = {"FCP": 1.2, "LCP": 1.5, "TBT": 300, "CLS": 0.02, "first": 500, "second": 80, "answer": 0.5}
UNITS = {"FCP": "s", "LCP": "s", "TBT": "ms", "CLS": "", "first": "kB", "second": "kB", "answer": "s"}
MEANING = {
    "FCP": "until something is drawn",
    "LCP": "until the largest part is drawn",
    "TBT": "time in which the page does not answer",
    "CLS": "shift of what is drawn",
    "first": "bytes of the first page",
    "second": "bytes of a second page",
    "answer": "from the first touch of a slider to a new drawing",
}
SLOWER, LATENCY, BITS = 4, 40, 10e6
#: How long a chart may take before the benchmark gives up, in s.
PATIENCE = 60

OBSERVE = """
window.seen = {fcp: 0, lcp: 0, cls: 0, tasks: []};
const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note))
  .observe({type, buffered: true});
watch("paint", (entry) => { if (entry.name === "first-contentful-paint") seen.fcp = entry.startTime; });
watch("largest-contentful-paint", (entry) => { seen.lcp = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
watch("longtask", (entry) => { seen.tasks.push([entry.startTime, entry.duration]); });
"""

# Moves the slider a fifth of its way, and waits until the live chart of its figure has another drawing.
ANSWER = """async ([figures, patience]) => {
  const slider = document.querySelector(figures + " input[type=range]");
  const figure = slider.closest(figures);
  const drawing = () => figure.querySelector("svg.marks")?.innerHTML;
  const before = drawing();
  const start = performance.now();
  slider.dispatchEvent(new PointerEvent("pointerdown", {bubbles: true}));
  slider.focus();
  const [least, most] = [Number(slider.min), Number(slider.max)];
  slider.value = Number(slider.value) + (Number(slider.value) < (least + most) / 2 ? 1 : -1) * (most - least) / 5;
  for (const type of ["input", "change"]) slider.dispatchEvent(new Event(type, {bubbles: true}));
  while (!drawing() || drawing() === before) {
    if (performance.now() - start > patience) return null;
    await new Promise((next) => requestAnimationFrame(next));
  }
  return (performance.now() - start) / 1000;
}"""


class BenchmarkError(ValueError):
    """The pages could not be measured; the text says why."""


# What is computed from texts and numbers.


def stock_config(text):
    """The text of a `_config.yml` with which Jupyter Book makes pages its own way, from notebooks with outputs."""
    import yaml

    config = yaml.safe_load(text)
    config["exclude_patterns"] = []
    sphinx = config["sphinx"]
    sphinx["extra_extensions"] = [name for name in sphinx["extra_extensions"] if not name.startswith("datagravity")]
    sphinx["config"].pop("html_math_renderer", None)
    sphinx["config"] |= {"mathjax_path": "stock/tex-svg.js", "suppress_warnings": ["mystnb.unknown_mime_type"]}
    config.pop("launch_buttons", None)
    return yaml.safe_dump(config, sort_keys=False)


def stock_chart(specification, number):
    """A chart as Altair shows it in a page: a script that fetches Vega once, and one that draws."""
    return (
        f'<div id="altair-viz-{number}"></div><script src="_static/stock/vega.js"></script><script>'
        f'vegaEmbed("#altair-viz-{number}", {json.dumps(specification)}, {{"renderer": "svg"}});</script>'
    )


def blocking(tasks, begin):
    """Total blocking time in ms: of tasks (start, length) after `begin`, what each takes beyond 50 ms."""
    return sum(max(0.0, length - 50) for start, length in tasks if start >= begin)


def table(ours, stock):
    """The lines of a table: measure, ours, stock, the median of the rounds' ratios, and whether the aim is met.

    Both arguments are lists of dicts, one for each round, in the order of the rounds.
    """
    lines = [f"{'measure':8} {'unit':4} {'ours':>9} {'stock':>9} {'ratio':>7}  aim"]
    for name, aim in AIMS.items():
        pairs = [(mine[name], theirs[name]) for mine, theirs in zip(ours, stock, strict=True)]
        values = [mine for mine, _ in pairs if mine is not None]
        other = [theirs for _, theirs in pairs if theirs is not None]
        shares = [mine / theirs for mine, theirs in pairs if mine is not None and theirs]
        found = statistics.median(values) if values else None
        met = "met" if found is not None and found <= aim else "missed"
        texts = [_number(found), _number(statistics.median(other) if other else None)]
        texts.append(_number(statistics.median(shares) if shares else None))
        lines.append(f"{name:8} {UNITS[name]:4} {texts[0]:>9} {texts[1]:>9} {texts[2]:>7}  at most {aim:g}: {met}")
    return lines


def lines_of(ours):
    """What the page of checks says of our pages: the median of each measure."""
    lines = []
    for name, aim in AIMS.items():
        values = [mine[name] for mine in ours if mine[name] is not None]
        found = statistics.median(values) if values else None
        line = {"what": f"{name}, {MEANING[name]}", "found": f"{_number(found)} {UNITS[name]}".strip()}
        lines.append({**line, "aim": f"<= {aim:g}", "met": found is not None and found <= aim})
    return lines


def _number(value):
    """A number with three digits; a dash where there is none."""
    return "-" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.3g}"


# What starts processes and writes files.


def make_stock(folder):
    """Build the stock site in a folder, from the executed notebooks of the built book; the folder of its pages."""
    import nbformat
    import vl_convert

    from datagravity.site.renderer import VEGALITE_MIME, VEGALITE_VERSION

    book = folder / "book"
    shutil.copytree(ROOT / "book", book, ignore=shutil.ignore_patterns("_build", "*.ipynb"))
    for path in sorted((ROOT / "book" / "_build" / "executed").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        charts = [output.data for output in outputs if VEGALITE_MIME in output.get("data", {})]
        for number, data in enumerate(charts):
            specification = data[VEGALITE_MIME]
            data.clear()
            data["text/html"] = stock_chart(specification, number)
        nbformat.write(notebook, book / path.name)
        (book / path.name).with_suffix(".md").unlink()
    (folder / "_config.yml").write_text(stock_config((ROOT / "_config.yml").read_text(encoding="utf-8")))
    shutil.copyfile(ROOT / "_toc.yml", folder / "_toc.yml")
    # Stock but for the style of the bibliography, which the page of references asks for by name.
    code = (
        "from datagravity.site import references; references.register(); from jupyter_book.cli.main import main; main()"
    )
    command = [sys.executable, "-c", code, "build", str(book)]
    command += ["--config", str(folder / "_config.yml"), "--toc", str(folder / "_toc.yml"), "--path-output", str(book)]
    run = subprocess.run([*command, "-q"], cwd=folder, capture_output=True, text=True, check=False)
    site = book / "_build" / "html"
    if not (site / f"{FIRST}.html").exists():
        raise BenchmarkError(f"stock Jupyter Book:\n{run.stderr[-2000:]}")
    (site / "_static" / "stock").mkdir()
    bundle = vl_convert.javascript_bundle(vl_version=VEGALITE_VERSION)
    (site / "_static" / "stock" / "vega.js").write_text(f"(()=>{{{bundle}}})();", encoding="utf-8")
    mathjax = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax" / "tex-svg.js"
    shutil.copyfile(mathjax, site / "_static" / "stock" / "tex-svg.js")
    return site


def visit(browser, address, figures):
    """One reader's visit to a site, in a browser that has seen nothing yet (a dict, names as in `AIMS`)."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(OBSERVE)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    conditions = {"offline": False, "latency": LATENCY, "downloadThroughput": BITS / 8, "uploadThroughput": BITS / 8}
    line.send("Network.emulateNetworkConditions", conditions)
    sent = []
    line.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    page.goto(f"{address}/{FIRST}.html", wait_until="load", timeout=1000 * PATIENCE)
    page.wait_for_timeout(5000)
    seen = page.evaluate("seen")
    found = {"FCP": seen["fcp"] / 1000, "LCP": seen["lcp"] / 1000, "CLS": seen["cls"], "first": sum(sent) / 1000}
    found["TBT"] = blocking(seen["tasks"], seen["fcp"])
    slider = page.locator(f"{figures} input[type=range]").first
    slider.wait_for(state="attached", timeout=1000 * PATIENCE)
    found["answer"] = page.evaluate(ANSWER, [figures, 1000 * PATIENCE])
    page.goto("about:blank")
    sent.clear()
    page.goto(f"{address}/{SECOND}.html", wait_until="load", timeout=1000 * PATIENCE)
    page.wait_for_timeout(3000)
    found["second"] = sum(sent) / 1000
    context.close()
    return found


def measure(sites, rounds, chromium):
    """Visit sites (name -> folder of its pages, selector of its figures) in turn; name -> a list of what was found."""
    from playwright.sync_api import sync_playwright

    from datagravity.site.server import Server

    found = {name: [] for name in sites}
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        servers = {name: Server(folder) for name, (folder, _) in sites.items()}
        for server in servers.values():
            threading.Thread(target=server.serve_forever, daemon=True).start()
        for number in range(rounds):
            for name, (_, figures) in sites.items():
                start = time.perf_counter()
                found[name].append(visit(browser, servers[name].address, figures))
                print(f"round {number + 1}, {name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
        browser.close()
        for server in servers.values():
            server.shutdown()
            server.server_close()
    return found


def main(arguments=None):
    """Measure and print the table; status 0 unless something is missing or fails, whatever the numbers are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="visits to each site (default: 5)")
    chosen = parser.parse_args(arguments)
    if chosen.rounds < 1:
        parser.error(f"--rounds: {chosen.rounds}, expected at least 1")
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        print(
            f"Not installed: {', '.join(missing)}. `make book` installs most; see the extra `benchmark`.",
            file=sys.stderr,
        )
        return 1
    sys.path.insert(0, str(ROOT / "tests"))
    from record import keep

    from system_packages import find_chromium

    site = ROOT / "book" / "_build" / "html"
    if not (chromium := find_chromium()) or not (site / f"{FIRST}.html").exists():
        print("Expected Chromium, and a book that is built: `make book`.", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory() as folder:
            sites = {"ours": (site, "figure.dg-chart"), "stock": (make_stock(Path(folder)), ".vega-embed")}
            found = measure(sites, chosen.rounds, chromium)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"Page {FIRST}, then {SECOND}; {SLOWER} times slower processor, {BITS / 1e6:.0f} Mbit/s, {LATENCY} ms; ", end=""
    )
    print(f"medians of {chosen.rounds}; load of this machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print("\n".join(table(found["ours"], found["stock"])))
    keep("The pages, on a processor four times slower and a line of 10 Mbit/s", lines_of(found["ours"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
