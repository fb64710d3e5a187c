"""Colours for readers without scripts: the theme has none until a script has chosen between light and dark.

Its style sheets have a rule for each of the two. Here each becomes a rule for pages where no script has chosen, under
the condition that the reader's system prefers that side. Pages ask for the sheet only where scripts are off.
"""

import re

#: The file among the site's static ones.
FILE = "scriptless.css"
#: What stands in the head of each page.
LINK = '<noscript><link rel="stylesheet" href="{path}"></noscript>'


def rules(sheet):
    """The rules of a style sheet that stand under no condition (pairs of selector and declarations).

    Examples
    --------
    >>> list(rules("@import 'x'; a {color: red} @media print {b {color: blue}} /* c {} */ d{}"))
    [('a', 'color: red'), ('d', '')]
    """
    text = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    depth, start, opened, selector = 0, 0, 0, ""
    for found in re.finditer(r"[{};]", text):
        sign, place = found[0], found.start()
        if sign == "{":
            if depth == 0:
                selector, opened = text[start:place].strip(), place + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0 and not selector.startswith("@"):
                yield selector, text[opened:place].strip()
        if depth == 0:
            start = place + 1


def _for(theme, sheets):
    """The rules for one theme, as rules for pages whose theme is not chosen."""
    mark = re.compile(rf"\[data-theme=[\"']?{theme}[\"']?\]")
    found = []
    for sheet in sheets:
        for selector, declarations in rules(sheet):
            # Selectors apart at commas that no bracket holds.
            parts = re.split(r",(?![^()]*\))", selector)
            ours = [mark.sub('[data-theme="auto"]', part.strip()) for part in parts if mark.search(part)]
            if ours:
                found.append(f"{','.join(ours)}{{{declarations}}}")
    return "\n".join(found)


def sheet(sheets):
    """The style sheet for readers without scripts.

    Parameters
    ----------
    sheets : texts of the style sheets of a page, in their order

    Examples
    --------
    >>> print(sheet(['html[data-theme="light"] a {color: blue} html[data-theme=dark] a {color: aqua}']))
    @media not all and (prefers-color-scheme: dark) {
    html[data-theme="auto"] a{color: blue}
    }
    @media (prefers-color-scheme: dark) {
    html[data-theme="auto"] a{color: aqua}
    }
    """
    sheets = list(sheets)
    sides = {"light": "not all and (prefers-color-scheme: dark)", "dark": "(prefers-color-scheme: dark)"}
    return "\n".join(f"@media {when} {{\n{_for(theme, sheets)}\n}}" for theme, when in sides.items())
