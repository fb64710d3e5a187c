"""What a finished page loads: one style sheet and one script of what its theme needs, and nothing that no page uses.

Jupyter Book and its extensions give every page a dozen style sheets and a dozen scripts, among them an icon library of
1.5 MB. When the pages are written, `finish` joins the style sheets and cuts away what no page can use, cuts the font of
icons to the icons that are there, joins the scripts, moves those that stand in the pages into files, and adds to every
address the digest of its file, so that a browser may keep the file for good. Then each page states a policy: what it
may load (`POLICY`).
"""

import hashlib
import html
import posixpath
import re
import shutil
from pathlib import Path

import lightningcss
from fontTools.ttLib import TTFont

from datagravity.site import lines, maths

#: What a page may load and run: files of its own site. No script stands in a page. Styles may: pictures of charts,
#: formulas and tables carry attributes `style`, which hold no text of a reader. Pictures and fonts come inside style
#: sheets too (`data:`), and a chart saves itself (`blob:`).
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'self'"
)
#: Scripts that a page of this book has no use for: icons as pictures, cells run elsewhere, tabs, a
#: folded index, and constants of those.
UNUSED = re.compile(
    r"fontawesome\.js|thebe|design-tabs\.js|kernelName|DOCUMENTATION_OPTIONS\.(pagename|COLLAPSE_INDEX)"
)
#: Light or dark as the system says, before the page is drawn: the theme's own script sets it only when all is drawn,
#: and then everything is drawn again.
FOLLOWING = (
    "(({documentElement: {dataset}}) => { if (dataset.mode === 'auto') "
    "dataset.theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'; })(document);"
)
#: Style sheets that a page has no use for.
UNUSED_STYLES = re.compile(r"sphinx-thebe\.css")
#: Files of the theme that nothing loads any more, as patterns in `_static`.
DROPPED = ["scripts/fontawesome*", "**/*.map", "vendor", "locales", "sphinx-thebe.*", "design-tabs.js"]
#: Handlers in attributes of the theme's buttons -> what `theme.js` listens for.
ACTIONS = {"window.print()": "print", "toggleFullScreen()": "fullscreen"}
# Sphinx's search begins as soon as its script is read if the page is there by then: words of the language before it,
# the book's changes to it behind it, and last the index. All other scripts have 1.
_ORDER = {"_static/language_data.js": 0, "_static/search.js": 2, "searchindex.js": 3}
# Names of classes that scripts put together from parts.
_MADE = {"bs-tooltip-top", "bs-tooltip-bottom", "bs-tooltip-start", "bs-tooltip-end", "bs-tooltip-auto"}
#: Where the theme measures every box that may scroll, and marks it before it measures the next: the page is laid out
#: anew for each. `page.js` measures all and then marks.
MARKING = re.compile(
    r'document\.querySelectorAll\(\[[^\]]*"\.pst-scrollable-table-container"\]\.join\(", "\)\)'
    r"\.forEach\(\(e=>\{[^}]*\}\)\)"
)
_SCRIPT = re.compile(r"[ \t]*<script\b(?P<attributes>[^>]*)>(?P<body>.*?)</script>[ \t]*\n?", re.DOTALL)
# A style sheet that only readers without scripts ask for stays where it is, and what it is.
_STYLE = re.compile(r"(?<!<noscript>)[ \t]*<link\b[^>]*\brel=\"stylesheet\"[^>]*>[ \t]*\n?")
# A handler in any way of writing one that browsers read; what reads like one within the value of an attribute is none.
_HANDLER = re.compile(
    r"(?P<start><[a-z](?:[^>\"']|\"[^\"]*\"|'[^']*')*?)"
    r"\son(?P<event>[a-z]+)\s*=\s*(?P<handler>\"[^\"]*\"|'[^']*'|[^\s\"'>]+)",
    re.IGNORECASE,
)
_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_ICONS = re.compile(r"\.\./vendor/fontawesome/webfonts/(fa-[a-z]+-\d+\.woff2)")


def finish(site, extra_names=()):
    """Rewrite every page of a site that Sphinx has written.

    Parameters
    ----------
    site : the folder of the finished site
    extra_names : names of classes that a script puts together, to be kept besides those that pages and scripts spell

    Raises
    ------
    ValueError
        If a page has a handler in an attribute that `ACTIONS` does not know; the message names page and handler.
    """
    site = Path(site)
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    pages = {path: Page(path.relative_to(site).as_posix(), text) for path, text in pages.items()}
    pages = {path: page for path, page in pages.items() if page.unfinished}
    if not pages:
        return
    for page in pages.values():
        # First of all: what is added here has a style, which stays if a page spells its name.
        page.text = lines.lettered(lines.unbroken(maths.unbroken(page.text)))
    files = Files(site)
    styles = _common(page.styles for page in pages.values())
    scripts = _common(page.scripts for page in pages.values())
    names = _words(page.text for page in pages.values()) | set(extra_names) | _MADE
    names |= _words(path.read_text(encoding="utf-8") for path in sorted((site / "_static").rglob("*.js")))
    formulas = set().union(*(maths.characters(page.text) for page in pages.values()))
    icons = _kinds_of_icons(page.text for page in pages.values())
    files.write("site.css", _style_sheet(files, styles, names, icons, formulas))
    files.write("site.js", _joined(files, scripts))
    for pattern in DROPPED:
        for path in (site / "_static").glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path, page in pages.items():
        path.write_text(page.rewritten(files, styles, scripts), encoding="utf-8")


def _common(lists):
    """What all lists have, in the order of the first."""
    first, *others = (list(items) for items in lists)
    return [item for item in dict.fromkeys(first) if all(item in other for other in others)]


def _words(texts):
    return set().union(*(re.findall(r"[A-Za-z_][\w-]*", text) for text in texts))


def _kinds_of_icons(texts):
    """The kinds of the icon font that classes of pages name; the style sheet itself uses the solid one."""
    kinds = {"fab": "brands", "fa-brands": "brands", "far": "regular", "fa-regular": "regular"}
    classes = {name for text in texts for found in re.findall(r'class="([^"]*)"', text) for name in found.split()}
    return {"solid"} | {kind for name, kind in kinds.items() if name in classes}


class Files:
    """The files of a site's `_static`, with their digests."""

    def __init__(self, site):
        """The files of the site in the folder `site`."""
        self.site = site
        self._digests = {}

    def write(self, name, text):
        """Write a file of `_static`."""
        (self.site / "_static" / name).write_text(text, encoding="utf-8")

    def address(self, name):
        """The path of a file from the root of the site, with its digest, which changes when the file does."""
        if name not in self._digests:
            path = self.site / name
            self._digests[name] = hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else None
        return f"{name}?v={self._digests[name]}" if self._digests[name] else name


class Page:
    """A page as Sphinx wrote it: its text, and the style sheets and scripts that it loads."""

    def __init__(self, name, text):
        """The page `name`, a path from the root of the site."""
        self.name = name
        self.root = "../" * name.count("/")
        self.text = text
        self.styles = [file for tag in _STYLE.findall(text) if (file := self._local(_attribute(tag, "href")))]
        found = [self._script(match) for match in _SCRIPT.finditer(text)]
        self.scripts = sorted(filter(None, found), key=lambda script: _ORDER.get(script[1], 1))

    @property
    def unfinished(self):
        """Whether this is a page that is to be finished: no part of the theme, and not finished before."""
        return not self.name.startswith("_static/") and POLICY not in self.text

    def _local(self, address):
        """An address as a path from the root of the site; None if it leads elsewhere."""
        path = (address or "").split("?")[0]
        if not path or re.match(r"\w+:|//", path):
            return None
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.name), path))

    def _script(self, match):
        """A script that the page runs, as a file or as its text; None for data and for what no page uses."""
        attributes = match["attributes"]
        kind = _attribute(attributes, "type")
        if (kind and "javascript" not in kind and kind != "module") or UNUSED.search(match[0]):
            return None
        source = self._local(_attribute(attributes, "src"))
        return ("file", source) if source else ("text", match["body"].strip())

    def rewritten(self, files, styles, scripts):
        """The text of the finished page."""
        text = _SCRIPT.sub(lambda match: "" if self._runs(match) else match[0], self.text)
        text = _STYLE.sub("", text)
        text = re.sub(r"[ \t]*<link\b[^>]*\brel=\"preload\"[^>]*\bas=\"script\"[^>]*>[ \t]*\n?", "", text)
        # Three parts of the theme ask for the width, and the policy stands behind the character set only.
        text = re.sub(r"\s*<meta (?:name=\"viewport\"|charset=)[^>]*>", "", text)
        text = re.sub(r"(<(?:i|span) class=\"[^\"]*\bfa-[^\"]*\")", r'\1 aria-hidden="true"', text)
        text = _HANDLER.sub(self._action, text)
        if "bd-toc-nav" not in text.partition("<body")[2].partition(">")[2]:
            # The theme would follow its list of sections, and take the anchors of rows for it where there is none.
            text = re.sub(r'(<body)[^>]*? data-bs-spy="scroll"[^>]*?(?= data-default-mode|>)', r"\1", text)
        head = self._head(files, styles, scripts)
        text, heads = re.subn(r"<head\b[^>]*>", lambda match: f"{match[0]}\n{head}", text, count=1, flags=re.IGNORECASE)
        if not heads:
            raise ValueError(f"{self.name}: no <head>, expected one, where the policy of the page stands")
        return re.sub(
            rf"((?:href|src)=\")({re.escape(self.root)})((?:_static/|searchindex\.js)[^\"?#]*)(?:\?[^\"]*)?\"",
            lambda match: f'{match[1]}{match[2]}{files.address(match[3])}"',
            text,
        )

    def _runs(self, match):
        """Whether a script element is a script that is moved or dropped, and no data."""
        return self._script(match) is not None or UNUSED.search(match["attributes"] + match["body"][:200]) is not None

    def _action(self, match):
        """A listener's name in the place of a handler, which the policy would not run."""
        start, event = match["start"], match["event"].lower()
        handler = html.unescape(match["handler"].strip("\"'"))
        if event != "click" or handler not in ACTIONS:
            raise ValueError(f"{self.name}: on{event}={handler!r}, expected a listener in a script file")
        return f'{start} data-action="{ACTIONS[handler]}"'

    def _head(self, files, styles, scripts):
        """What stands first in the head: character set, policy, style sheets and scripts."""
        own = [style for style in self.styles if style not in styles and not UNUSED_STYLES.search(style)]
        lines = [
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            # Light or dark is known before anything is drawn.
            f'<script src="{self.root}_static/mode.js"></script>',
        ]
        lines += [f'<link rel="stylesheet" href="{self.root}{style}">' for style in ["_static/site.css", *own]]
        lines.append(f'<script defer src="{self.root}_static/site.js"></script>')
        for kind, script in dict.fromkeys(self.scripts):
            if (kind, script) not in scripts:
                source = script if kind == "file" else _moved(files, script)
                lines.append(f'<script defer src="{self.root}{source}"></script>')
        return "\n".join(lines)


def _attribute(tag, name):
    """The value of an attribute of a tag's text; None if it has none."""
    found = re.search(rf"\b{name}=\"([^\"]*)\"", tag)
    return html.unescape(found[1]) if found else None


def _moved(files, script):
    """The path of the file that holds a script which stood in a page."""
    name = f"inline-{hashlib.sha256(script.encode()).hexdigest()[:10]}.js"
    files.write(name, script)
    return f"_static/{name}"


def _is_early(script):
    """Whether a script decides on light or dark, which it does before the page is drawn."""
    return script[0] == "text" and "dataset.mode" in script[1]


def _joined(files, scripts):
    """The scripts of all pages as one; what decides on light or dark becomes a file of its own."""
    early = [script for kind, script in scripts if _is_early((kind, script))]
    files.write("mode.js", "\n".join([*early, FOLLOWING] if early else []))
    parts = [
        (files.site / script).read_text(encoding="utf-8") if kind == "file" else script
        for kind, script in scripts
        if not _is_early((kind, script))
    ]
    text = "\n;\n".join(re.sub(r"^//# sourceMappingURL=.*$", "", part, flags=re.MULTILINE) for part in parts)
    return MARKING.sub("void 0", text)


def _style_sheet(files, styles, names, icons, formulas):
    """The style sheets of all pages as one, without rules for classes and identifiers that no page or script spells."""
    styles = [style for style in styles if not UNUSED_STYLES.search(style)]
    text = "".join(_with_addresses(files, style) for style in styles)
    faces, text = _FACE.findall(text), _FACE.sub("", text)
    unused = set(re.findall(r"[.#](-?[A-Za-z_][\w-]*)", text)) - names
    text = lightningcss.process_stylesheet(text, filename="site.css", unused_symbols=unused, minify=True)
    used = {chr(int(code, 16)) for code in re.findall(r"\\([ef][0-9a-f]{3})\b", text)}
    used |= {letter for letter in text if "\ue000" <= letter <= "\uf8ff"}
    faces = [_icon_face(files, face, used) for face in faces if any(f"fa-{kind}-" in face for kind in icons)]
    return maths.font_face(formulas) + "".join(faces) + text


def _with_addresses(files, style):
    """A style sheet with those that it imports, whose addresses hold from `_static`."""

    def moved(match):
        address = match[1].strip("\"'")
        if address.startswith("data:") or "vendor/fontawesome" in address:
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(style), address))
        return f'url("{posixpath.relpath(files.address(path), "_static")}")'

    def imported(match):
        return _with_addresses(files, posixpath.normpath(posixpath.join(posixpath.dirname(style), match[1])))

    text = (files.site / style).read_text(encoding="utf-8")
    text = re.sub(r"@import\s+(?:url\()?[\"']?([^\"');]+)[\"']?\)?\s*;", imported, text)
    return re.sub(r"url\((\"[^\"]*\"|'[^']*'|[^\"')]*)\)", moved, text) + "\n"


def _icon_face(files, face, used):
    """The rule of an icon font, which holds the font itself, cut to the icons in use."""
    path = files.site / "_static" / "vendor" / "fontawesome" / "webfonts" / _ICONS.search(face)[1]
    with TTFont(path, recalcTimestamp=False) as font:
        data = maths.cut(font, used)
    return re.sub(r"src:[^;}]*(?:;|(?=\}))", lambda _: f'src:url({data}) format("woff2");', face)
