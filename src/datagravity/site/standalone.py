"""A page of one file, for a report: pictures inside, nothing fetched, no script, light and dark, and fit for print."""

import html

from datagravity.site.renderer import joined, still_picture

#: Pictures are drawn as wide as a phone, and stretched where there is room.
WIDTH, HEIGHT = 340, 250
#: Letters of a word that is not broken in a table.
LONGEST = 20
STYLE = """
:root { color-scheme: light dark; --text: #1d2733; --soft: #53606f; --line: #d5dbe1; --back: #fff; --shade: #1d273366; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e3e8ee; --soft: #a3afbc; --line: #3a4552; --back: #14191f; --shade: #e3e8ee66; } }
body { margin: 0 auto; padding: 1rem; max-width: 46rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--text); background: var(--back); overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.short { font-size: 1.1rem; } .soft, figcaption { color: var(--soft); font-size: 0.9rem; }
code { font-size: 0.9em; overflow-wrap: anywhere; }
.wide { overflow-x: auto; background:
    linear-gradient(to right, var(--back) 50%, transparent) left / 3rem 100% no-repeat local,
    linear-gradient(to left, var(--back) 50%, transparent) right / 3rem 100% no-repeat local,
    linear-gradient(to right, var(--shade), transparent) left / 1rem 100% no-repeat scroll,
    linear-gradient(to left, var(--shade), transparent) right / 1rem 100% no-repeat scroll; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; border-bottom: 1px solid var(--line);
  vertical-align: top; min-width: 3.5rem; }
td.number, th.number { text-align: right; } td.number { white-space: nowrap; }
td.long { min-width: 12rem; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 30rem) { td.number { white-space: normal; } td.long { min-width: 8rem; } }
.dg-chart-title { margin: 0; font-weight: 600; }
.dg-chart-subtitle { font-weight: 400; font-size: 0.85rem; }
figure { margin: 1.5rem 0; } figure svg { width: 100%; max-width: 36rem; height: auto; display: block; }
figure svg text { fill: var(--text); } figure svg .role-axis-grid line { stroke: var(--line); }
figure svg .role-axis-domain line, figure svg .role-axis-tick line { stroke: var(--soft); }
summary { cursor: pointer; }
@media print { body { max-width: none; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; }
  .wide { overflow: visible; background: none; } td.number { white-space: normal; } }
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
    """A table of texts, whose columns from `first_number` on hold numbers; shaded where it goes on."""

    def cells(tag, row):
        kinds = [
            "number" if index >= first_number else "long" if _is_long(cell) else "" for index, cell in enumerate(row)
        ]
        classes = (f' class="{kind}"' if kind else "" for kind in kinds)
        return "".join(f"<{tag}{kind}>{html.escape(cell)}</{tag}>" for kind, cell in zip(classes, row, strict=True))

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    label = html.escape(f"Table by {names[0]}", quote=True)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{label}">'
        f"<table><thead><tr>{cells('th', names)}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _is_long(cell):
    """Whether a text has a word that would widen its column, as an address does."""
    return any(len(word) > LONGEST for word in cell.split())


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
