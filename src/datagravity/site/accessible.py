"""What the theme's pages lack for readers who do not see them, or who move by keyboard."""

import re
from collections import Counter
from pathlib import Path

#: What the theme writes, and what stands there instead (pattern, replacement).
MENDS = [
    # All content lies in landmarks; the sidebar is none, and its title was outside of all.
    (r'(<div id="pst-primary-sidebar")(?! role)', r'\1 role="complementary" aria-label="The book"'),
    # A name holds the words that are seen, so that it can be spoken.
    (r'(<button class="btn search-button-field[^>]*?) aria-label="[^"]*"', r'\1 aria-label="Search Ctrl+K"'),
    # Icons of a button that has a name.
    (r'(<i class="theme-switch [^>]*?) title="[^"]*"', r"\1"),
    # The role of an entry is withdrawn from the standard, and a list holds nothing but its items.
    (r' role="doc-biblioentry"', ""),
    (r'<div role="list" class="citation-list">', '<div class="citation-list">'),
    # A summary is named by its own words.
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
]


def mended(page):
    """The HTML of a page with these mends, and with a number behind the names of regions that have one name.

    Examples
    --------
    >>> mended('<div role="list" class="citation-list">')
    '<div class="citation-list">'
    >>> mended('<p role="region" aria-label="A"><p role="region" aria-label="A">')
    '<p role="region" aria-label="A"><p role="region" aria-label="A (2)">'
    """
    for pattern, replacement in MENDS:
        page = re.sub(pattern, replacement, page)
    seen = Counter()

    def named(match):
        seen[match[2]] += 1
        return f'{match[1]}{match[2]}{f" ({seen[match[2]]})" if seen[match[2]] > 1 else ""}"'

    return re.sub(r'(<[^>]*role="region"[^>]* aria-label=")([^"]*)"', named, page)


def write(app, error):
    """Mend every page of the finished site."""
    if error or app.builder.format != "html":
        return
    for path in sorted(Path(app.outdir).rglob("*.html")):
        before = path.read_text(encoding="utf-8")
        after = mended(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
