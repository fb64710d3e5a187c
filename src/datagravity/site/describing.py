"""What a page says of itself to search engines and to whoever shows a link to it: a sentence, a title and a picture."""

import base64
import html
import re
import unicodedata
from pathlib import Path

from docutils import nodes

from datagravity.site import executed
from datagravity.site.renderer import VEGALITE_MIME

#: Signs of formulas that have a sign of their own in a text.
SIGNS = {
    "times": "\u00d7",
    "cdot": "·",
    "leq": "≤",
    "le": "≤",
    "geq": "≥",
    "ge": "≥",
    "approx": "≈",
    "to": "→",
    "infty": "∞",
}
#: From where on a sentence is cut.
LONGEST = 300


def plain_formula(tex):
    r"""A formula as text.

    Examples
    --------
    >>> plain_formula(r"E_{\mathrm{transport}} \approx \beta \frac{1}{2}")
    'E_transport ≈ β 1/2'
    """

    def sign(found):
        name = found[1]
        if name in SIGNS:
            return SIGNS[name]
        size = "CAPITAL" if name[0].isupper() else "SMALL"
        try:
            return unicodedata.lookup(f"GREEK {size} LETTER {name.upper()}")
        except KeyError:
            return ""

    text = re.sub(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2", tex)
    text = re.sub(r"\\([A-Za-z]+)\*?", sign, text)
    return " ".join(re.sub(r"\\.|[{}$&~]", " " if "&" in text else "", text).split())


def text_of(node):
    """The text of a node, formulas as text and labels left out."""
    if isinstance(node, nodes.math | nodes.math_block):
        return plain_formula(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    if any(name.startswith("label-") for name in getattr(node, "attributes", {}).get("classes", [])):
        return ""
    return "".join(text_of(child) for child in node.children)


def first_sentence(doctree):
    """The first sentence of a page; empty if it has none.

    Parameters
    ----------
    doctree : the page, as Sphinx has it when it writes it
    """
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(text_of(paragraph).split())
        # A sentence ends with its sign and a blank before a capital letter.
        sentence = re.match(r".{20,}?[.?!](?= [A-Z]|$)", text)
        if sentence:
            return sentence[0] if len(sentence[0]) <= LONGEST else sentence[0][:LONGEST].rsplit(" ", 1)[0] + " …"
    return ""


def picture_of(source, name):
    """The first chart of a chapter as a PNG picture (bytes), as its last run left it; None if there is none.

    Parameters
    ----------
    source : the folder of the chapters (a path)
    name : of the chapter
    """
    notebook = executed.read(Path(source) / "_build" / "executed" / f"{name}.ipynb")
    for cell in notebook.cells if notebook else []:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if VEGALITE_MIME in data and "image/png" in data:
                return base64.b64decode(data["image/png"])
    return None


def tags(*, title, description, site, address=None, picture=None):
    """The elements of a page's head: its description, and the properties of the Open Graph protocol.

    Parameters
    ----------
    title, description, site : texts: of the page, and the name of the site
    address, picture : where the page and its picture are; None if not known, or if there is none
    """
    properties = {
        "og:title": title,
        "og:type": "article",
        "og:site_name": site,
        "og:url": address,
        "og:description": description,
        "og:image": picture,
    }
    found = {("name", "description"): description}
    found |= {("property", name): value for name, value in properties.items()}
    found["name", "twitter:card"] = "summary_large_image" if picture else "summary"
    return "".join(
        f'<meta {kind}="{name}" content="{html.escape(value, quote=True)}" />\n'
        for (kind, name), value in found.items()
        if value
    )
