"""A page of one file, for a report: pictures inside, nothing fetched, no script, light and dark, and fit for print."""

import html

from datagravity.site.renderer import joined, still_picture

#: Pictures are drawn as wide as a phone, and stretched where there is room.
WIDTH, HEIGHT = 340, 250
STYLE = """
:root { color-scheme: light dark; --text: #1d2733; --soft: #53606f; --line: #d5dbe1; --back: #fff; }
@media (prefers-color-scheme: dark) { :root { --text: #e3e8ee; --soft: #a3afbc; --line: #3a4552; --back: #14191f; } }
body { margin: 0 auto; padding: 1rem; max-width: 46rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--text); background: var(--back); overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.short { font-size: 1.1rem; } .soft, figcaption { color: var(--soft); font-size: 0.9rem; }
code { font-size: 0.9em; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; border-bottom: 1px solid var(--line);
  vertical-align: top; min-width: 3.5rem; }
td.number, th.number { text-align: right; } td.number { white-space: nowrap; }
.dg-chart-title { margin: 0; font-weight: 600; }
.dg-chart-subtitle { font-weight: 400; font-size: 0.85rem; }
figure { margin: 1.5rem 0; } figure svg { width: 100%; max-width: 36rem; height: auto; display: block; }
figure svg text { fill: var(--text); } figure svg .role-axis-grid line { stroke: var(--line); }
figure svg .role-axis-domain line, figure svg .role-axis-tick line { stroke: var(--soft); }
summary { cursor: pointer; }
@media print { body { max-width: none; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; }
  .wide { overflow: visible; } td.number { white-space: normal; } pre { white-space: pre-wrap; } }
"""


def document(title, body):
    """A whole page.

    Parameters
    ----------
    title : as text
    body : the parts of the page, as HTML
    """
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def table(names, rows, first_number):
    """A table of texts, whose columns from `first_number` on hold numbers."""

    def cells(tag, row):
        kinds = ("" if index < first_number else ' class="number"' for index in range(len(row)))
        return "".join(f"<{tag}{kind}>{html.escape(cell)}</{tag}>" for kind, cell in zip(kinds, row, strict=True))

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{cells("th", names)}</tr></thead><tbody>{body}</tbody></table></div>'


def figure(chart):
    """A chart as a still picture below its title."""

    specification = chart.to_dict()
    picture = still_picture({**specification, "title": None}, width=WIDTH)
    return f"<figure>{heading(specification)}{picture}</figure>"


def heading(specification):
    """Title and subtitle of a chart as HTML."""
    text, subtitle = (joined(specification["title"].get(part) or "") for part in ("text", "subtitle"))
    smaller = f'<br><span class="dg-chart-subtitle">{html.escape(subtitle)}</span>' if subtitle else ""
    return f'<p class="dg-chart-title">{html.escape(text)}{smaller}</p>'
