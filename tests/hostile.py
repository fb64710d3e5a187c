"""Hostile tables: text that would run, fetch or cut off a page stands in every free cell, and in the bibliography.

The text is what validation allows: it refuses what nobody sees, what begins like a formula, and links by other schemes.
"""

import html
import json
import re
from zlib import crc32

from browser import Visit
from datagravity.evidence import package
from editing import read, write

#: What a page would do if it took one of these for more than text: ask for a dialog, ask another host, end early.
TEXTS = (
    '"><script>alert(1)</script>',
    "<!--<script>",
    "</script></style></textarea></title></svg><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "' onmouseover='alert(4)' x='",
    '" autofocus onfocus="alert(5)" x="',
    "javascript:alert(6)",
    "[here](javascript:alert(7)) ![there](https://evil.example/a.png)",
    "`<b>x</b>` ``` {raw} html",
    "$\\href{javascript:alert(8)}{x}$ \\(y\\) {{7*7}} {glue:text}`x`",
    "<svg onload=alert(9)><a xlink:href='javascript:alert(10)'>",
    "\"=cmd|' /C calc'!A0\"",
    "]]><!ENTITY x SYSTEM 'https://evil.example'>&lt;script&gt; --> <?php",
    'https://evil.example/"onclick="alert(11)',
    "%0d%0a<base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example>",
    "<iframe srcdoc='<script>parent.alert(12)</script>'></iframe><style>*{display:none}</style>",
)
#: Columns whose words other rows or the code call something by.
NAMES = {
    "corrections": {"table", "row", "column", "expect", "value"},
    "memory_paths": {"distances"},
    "choices": {"option"},
    "choice_conflicts": {"choice_a", "option_a", "choice_b", "option_b"},
    "distance_rows": {"series", "origin", "sample", "experiment", "level_from", "level_to"},
    "efficiency_trend": {"series"},
    "accelerators": {"memory_type", "tdp_kind"},
    "trends": {"fact", "period"},
    "brain": {"item", "share_of", "tissue_species", "basis"},
    "measured_decoding": {"model_id", "accelerator", "weight_precision", "program", "task"},
    "series": {"origin"},
    "series_rows": {"row", "label"},
    "system_claims": {"figure"},
    "program_counts": {"family"},
    "program_measurement_counts": {"family"},
}


def free_columns(resource):
    """The columns of a table whose text is for readers alone."""
    schema = resource["schema"]
    taken = {key["fields"][0] for key in schema.get("foreignKeys", [])} | set(schema["primaryKey"])
    taken |= NAMES.get(resource["name"], set())
    return [
        field["name"]
        for field in schema["fields"]
        if field["type"] == "string"
        and not {"enum", "pattern", "unique"} & set(field.get("constraints", {}))
        and field["name"] not in taken
    ]


def text_for(cell):
    """The text that is put behind a cell: equal cells stay equal."""
    return TEXTS[crc32(cell.encode()) % len(TEXTS)]


def spoil(data, references):
    """Put hostile text behind each free cell of a folder of tables, and behind title, authors and notes of each work.

    Returns
    -------
    dict: name of each table -> the hostile texts that stand in it (a set)
    """
    description = json.loads((data / package.FILE).read_text(encoding="utf-8"))
    guarded = {(row["table"], row["row"], row["column"]) for row in read(data / "corrections.csv")}
    found = {}
    for resource in description["resources"]:
        name, key = resource["name"], resource["schema"]["primaryKey"][0]
        rows, columns = read(data / resource["path"]), free_columns(resource)
        for row in rows:
            for column in columns:
                if row[column] and (name, row[key], column) not in guarded:
                    text = text_for(row[column])
                    row[column] += f" {text}"
                    found.setdefault(name, set()).add(text)
        write(data / resource["path"], rows)
    numbers = iter(range(10**6))
    # Braces and signs of LaTeX mean something in a bibliography; the rest is text there too.
    harmless = [text for text in TEXTS if not set("{}\\$%&#~^_") & set(text)]
    references.write_text(
        re.sub(
            r"^(  (?:title|author|note|booktitle|journal) = \{.*)(\},?)$",
            lambda line: f"{line[1]} {harmless[next(numbers) % len(harmless)]}{line[2]}",
            references.read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        ),
        encoding="utf-8",
    )
    return found


def harm(browser, address):
    """What a page does that it should not, each in words: with every chart started, every row open and each tooltip.

    Parameters
    ----------
    browser : of Playwright
    address : of the page
    """
    dialogs, found = [], []
    with Visit(browser, address, live=False) as visit:
        visit.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        visit.page.reload(wait_until="load")
        if visit.figures:
            visit.start_charts()
        visit.page.evaluate(TOUCH)
        visit.page.wait_for_timeout(100)
        own = address.split("/", 3)[2]
        found += [f"asked {url}" for url in visit.requests if not url.startswith((f"http://{own}/", "data:", "blob:"))]
        found += [f"complained: {text}" for text in visit.complaints]
        found += visit.page.evaluate(HARM)
        found += [] if visit.page.locator("footer").count() else ["has no end"]
    return [f"opened a dialog: {text}" for text in dialogs] + found


#: Open rows, and let tooltips of marks be shown.
TOUCH = """
(() => {
  for (const button of Array.from(document.querySelectorAll(".dg-table-live button[aria-expanded=false]")).slice(0, 20))
    button.click();
  for (const mark of Array.from(document.querySelectorAll("figure.dg-chart .mark-symbol path")).slice(0, 40))
    for (const kind of ["pointermove", "mousemove", "mouseover"])
      mark.dispatchEvent(new MouseEvent(kind, { bubbles: true, clientX: 200, clientY: 200 }));
})()
"""
#: What of a page could run or fetch, though nobody wrote it, in the browser's own tree.
HARM = """
(() => {
  const found = [];
  for (const one of document.querySelectorAll("*")) {
    for (const {name, value} of one.attributes) {
      if (name.startsWith("on")) found.push(`listens: ${one.localName} ${name}`);
      if (/^(href|src|xlink:href|action|srcdoc|formaction)$/.test(name) &&
          /^\\s*(javascript|data:text|vbscript)/i.test(value)) found.push(`leads to ${value}`);
    }
    if (/^(iframe|object|embed|base)$/.test(one.localName)) found.push(`holds ${one.localName}`);
    if (one.localName === "meta" && one.httpEquiv === "refresh") found.push("moves on by itself");
    if (one.localName === "script" && !one.src && one.type !== "application/json") found.push("has a script in it");
  }
  return found;
})()
"""


def in_html(text):
    """A text as HTML writes it, in one of its ways."""
    return {html.escape(text), html.escape(text, quote=False), text.replace("&", "&amp;").replace("<", "&lt;")}
