"""The glossary, from the registries of symbols and of terms, and the links of the pages to it."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import _make_id

from datagravity.compiled import notation_table
from datagravity.site.renewing import renew
from datagravity.terms import TERMS

#: The page; all of it is written from the registries.
PAGE = "glossary.md"
_HEAD = """# Glossary

Terms in the one meaning that the book uses, each with the chapter that explains it. A page links to this one where a
term first stands on it.
"""
_SYMBOLS = """## Symbols

The name in code is that of the symbol in `datagravity.symbolic`.
"""
#: Where a term stays plain text: in titles, code, mathematics, links, and what is labelled.
_PLAIN = (
    nodes.title,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.reference,
    nodes.term,
    nodes.raw,
    pending_xref,
)


def page():
    """The text of the page."""
    terms = sorted(TERMS, key=lambda term: term.name.lower())
    entries = [f"{term.name}\n  {term.meaning[0].upper()}{term.meaning[1:]}. [](/{term.chapter}.md)" for term in terms]
    glossary = "```{glossary}\n" + "\n\n".join(entries) + "\n```\n"
    return "\n".join([_HEAD, glossary, _SYMBOLS, notation_table() + "\n"])


def write_page(folder):
    """Write the page into the folder of the chapters. Returns True if the file changed."""
    return renew(Path(folder) / PAGE, page())


def address(term):
    """Where a term stands, from another page."""
    return f"{Path(PAGE).stem}.html#{_make_id(f'term-{term.name}')}"


def pattern(term):
    """What finds a term in a text: a compiled expression for its name and its other forms, as whole words."""
    forms = sorted((term.name, *term.forms), key=len, reverse=True)
    # An apostrophe is another sign on a page.
    names = "|".join(map(re.escape, forms)).replace("'", "['\N{RIGHT SINGLE QUOTATION MARK}]")
    return re.compile(rf"(?<![\w-])(?:{names})(?![\w-])", re.IGNORECASE)


#: Longer names first: a term may hold another one.
_PATTERNS = {term: pattern(term) for term in sorted(TERMS, key=lambda term: -len(term.name))}


class LinkTerms(SphinxTransform):
    """Links the first place of each term in a page's paragraphs to the glossary; what it means shows above the word."""

    default_priority = 900

    def apply(self, **_):
        """Put a link for the term into the text."""
        if f"{self.env.docname}.md" == PAGE:
            return
        for term, expression in _PATTERNS.items():
            if not term.pages or self.env.docname in term.pages:
                self._link_first(term, expression)

    def _link_first(self, term, expression):
        for paragraph in self.document.findall(nodes.paragraph):
            for text in list(paragraph.findall(nodes.Text)):
                found = None if _is_plain(text) else expression.search(text)
                if found:
                    link = nodes.reference(
                        "", found[0], internal=True, refuri=address(term), reftitle=term.meaning, classes=["dg-term"]
                    )
                    parts = [nodes.Text(text[: found.start()]), link, nodes.Text(text[found.end() :])]
                    text.parent.replace(text, [part for part in parts if part.astext()])
                    return


def _is_plain(text):
    node = text.parent
    while node is not None and not isinstance(node, nodes.paragraph):
        if isinstance(node, _PLAIN) or any(name.startswith("label-") for name in node.get("classes", [])):
            return True
        node = node.parent
    return False
