"""What pages of a finished site would load of another host. Links that a reader follows are none of it."""

import re
from pathlib import Path

#: Elements that load what they name -> the attributes that name it.
_LOADING = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src", "srcset"),
    "input": ("src",),
    "link": ("href",),
    "object": ("data",),
    "script": ("src", "href", "xlink:href"),
    "source": ("src", "srcset"),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
#: Of the kinds of a `link`, those that say where something is and load nothing.
_SAYING = {"alternate", "author", "canonical", "help", "index", "license", "next", "prev", "search"}
_TAG = re.compile(rf"<({'|'.join(_LOADING)})\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>|\sstyle\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"\s*((?:https?:)?//[^\s\"'),]+)", re.IGNORECASE)
_IN_STYLE = re.compile(r"(?:url\(|@import)\s*(?:&quot;|[\"'])?((?:https?:)?//[^\s\"')&;]+)", re.IGNORECASE)


def loads(site):
    """Every address of another host that a page or a style sheet of a site would load.

    Parameters
    ----------
    site : the folder of the finished site

    Returns
    -------
    list of texts, as in "pim.html: script https://a.org/b.js"
    """
    found = []
    for path in sorted(Path(site).rglob("*")):
        if path.suffix in (".html", ".svg", ".css"):
            of_file = in_style if path.suffix == ".css" else in_page
            name, text = path.relative_to(site).as_posix(), path.read_text(encoding="utf-8")
            found += [f"{name}: {what}" for what in dict.fromkeys(of_file(text))]
    return found


def in_page(text):
    """What a page would load of another host: kind of element and address (texts, in order).

    Examples
    --------
    >>> list(in_page('<a href="https://a.org/">a</a> <img src="//b.org/c.png"> <link rel="next" href="d.html">'))
    ['img //b.org/c.png']
    """
    for tag in _TAG.finditer(text):
        name = tag[1].lower()
        told = {attribute[1].lower(): attribute[2].strip("\"'") for attribute in _ATTRIBUTE.finditer(tag[2])}
        if name == "link" and set(told.get("rel", "").lower().split()) <= _SAYING:
            continue
        for attribute in _LOADING[name]:
            value = told.get(attribute, "")
            for part in value.split(",") if attribute == "srcset" else [value]:
                if address := _HOST.match(part):
                    yield f"{name} {address[1]}"
    for style in _STYLE.finditer(text):
        yield from in_style(style[1] or style[2] or "")


def in_style(text):
    """What a style sheet would load of another host.

    Examples
    --------
    >>> list(in_style("a {background: url('https://a.org/b.png')} c {src: url(d.woff2)}"))
    ['style https://a.org/b.png']
    """
    return (f"style {address[1]}" for address in _IN_STYLE.finditer(text))
