"""Mathematics of the pages, set while they are built: MathML, which browsers draw themselves, and a font for it.

A page needs no script for its formulas, and a screen reader reads them as it reads text. What a chapter's source and
its notebook hold stays LaTeX.
"""

import base64
import html
import io
import re
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from math_core import LatexError, LatexToMathML
from sphinx.util.logging import getLogger
from sphinx.util.math import get_node_equation_number

LOGGER = getLogger(__name__)
#: The most groups within each other that a formula may have; the converter calls itself for each.
DEEPEST = 100
#: Other forms of glyphs for formulas: dotless letters, flat accents. Those for scripts (`ssty`) would double the font,
#: and Chromium draws the same without them.
FEATURES = ["dtls", "flac"]
# What LaTeX breaks lines in, if the formula itself stands in no such environment.
_ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
# The font's prime is raised and small itself; browsers would raise it and make it small once more.
_PRIME = re.compile("<msup>(<m[in]>[^<]*</m[in]>)<mo>(\N{PRIME})</mo></msup>")
# Identifiers of one letter -> the same as browsers draw them: mathematical italics. Planck's constant was there first.
_ITALICS = {
    chr(int(unicodedata.decomposition(chr(code)).split()[1], 16)): chr(code)
    for code in [0x210E, *range(0x1D434, 0x1D455), *range(0x1D456, 0x1D468), 0x1D6A4, 0x1D6A5, *range(0x1D6E2, 0x1D71C)]
}
# Elements that draw a sign which stands nowhere in their text -> that sign.
_DRAWN = {"msqrt": "\u221a", "mroot": "\u221a"}
_FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)


def _depth(latex):
    """How many braces stand within each other."""
    depth = deepest = 0
    for brace in re.findall(r"(?<!\\)[{}]", latex):
        depth += 1 if brace == "{" else -1
        deepest = max(deepest, depth)
    return deepest


@cache
def mathml(latex, display=False):
    r"""A formula as MathML.

    Parameters
    ----------
    latex : the formula without its delimiters; lines that end in `\\` are aligned at `&`, as Sphinx has them
    display : whether it stands on lines of its own

    Raises
    ------
    ValueError
        If the formula is no LaTeX that can be converted; the message says what, and quotes it.

    Examples
    --------
    >>> mathml("G_d")
    '<math><msub><mi>G</mi><mi>d</mi></msub></math>'
    >>> mathml(r"\beta'").replace("\N{PRIME}", "prime")
    '<math><mrow><mi>β</mi><mo lspace="0" rspace="0">prime</mo></mrow></math>'
    """
    if not isinstance(latex, str):
        raise ValueError(f"formula: {latex!r}, expected LaTeX as a text")
    if (depth := _depth(latex)) > DEEPEST:
        raise ValueError(f"formula: {latex[:20]!r}..., {depth} groups within each other, expected {DEEPEST} at most")
    # A comment ends with its line, which may end the formula's lines too.
    text = re.sub(r"(?<!\\)((?:\\\\)*)%[^\n]*\n?[ \t]*", r"\1", latex)
    text = re.sub(r"\A\s*\\displaystyle\b", "", text) if display else text
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    text = r"\\ ".join(parts)
    # Numbers are Sphinx's; the converter would begin at 1 in each formula.
    text = re.sub(r"\\(begin|end)\{(align|alignat|equation|flalign|gather|multline)\}", r"\\\1{\2*}", text)
    if r"\\" in _ENVIRONMENT.sub("", text):
        text = rf"\begin{{aligned}}{text}\end{{aligned}}"
    try:
        found = LatexToMathML(fancy_error=False).convert_with_local_state(text, displaystyle=display)
    except LatexError as error:
        raise ValueError(f"formula: {latex.strip()!r}, expected LaTeX that can be set: {error}") from None
    return _PRIME.sub(r'<mrow>\1<mo lspace="0" rspace="0">\2</mo></mrow>', found)


def _set(writer, node, display):
    """The MathML of a node; what cannot be set is a warning, which ends the build, and stands as it is."""
    try:
        return mathml(node.astext(), display)
    except ValueError as error:
        page = writer.builder.current_docname
        LOGGER.warning("page %s, %s", page, error, location=node if node.line else page)
        return f"<code>{html.escape(node.astext())}</code>"


def visit_inline(writer, node):
    """Write a formula that stands in a line."""
    writer.body.append(writer.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    writer.body.append(f"{_set(writer, node, display=False)}</span>")
    raise nodes.SkipNode


def visit_display(writer, node):
    """Write a formula that stands by itself, with its number and anchor, in a box that scrolls if it is too wide."""
    writer.body.append(writer.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, "Link to this equation")
        writer.body.append("</span>")
    writer.body.append(f'<div class="dg-formula">{_set(writer, node, display=True)}</div></div>\n')
    raise nodes.SkipNode


def characters(page):
    """The characters that the formulas of a page are set in, letters in the italics that browsers give them.

    >>> [hex(ord(letter)) for letter in sorted(characters("<p>Let <math><mi>x</mi><mo>&lt;</mo><mn>2</mn></math>"))]
    ['0x32', '0x3c', '0x78', '0x1d465']
    """
    found = set()
    for formula in _FORMULA.findall(page):
        found |= set(html.unescape(re.sub(r"<[^>]*>", "", formula)))
        found |= {_ITALICS.get(letter, letter) for letter in re.findall(r"<mi>(.)</mi>", formula)}
        found |= {_DRAWN[name] for name in re.findall(r"<(\w+)", formula) if name in _DRAWN}
    return found


def unbroken(page):
    """The page with formulas tied to the punctuation behind them: browsers break a line between the two.

    >>> unbroken('in <span class="math notranslate nohighlight"><math><mi>r</mi></math></span>, as')
    'in <span class="dg-tied"><span class="math notranslate nohighlight"><math><mi>r</mi></math></span>,</span> as'
    """
    formula = r'<span class="math notranslate nohighlight">(?:(?!</?span).)*</span>'
    return re.sub(rf"{formula}[^\w\s<(\[“-]+", r'<span class="dg-tied">\g<0></span>', page)


def font_face(letters):
    """The style sheet's rule for the font of formulas, which holds the font itself, cut to these characters.

    It stands in the rule so that formulas have their size at the first drawing. The font is STIX Two Math, under the
    SIL Open Font License, as its own table of names says.

    Raises
    ------
    ValueError
        If the font lacks a character.
    """
    path = Path(find_spec("ziamath").origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    with TTFont(path, recalcTimestamp=False) as font:
        # Signs that are drawn as nothing, such as the product of f and x in f(x), need no glyph.
        letters = {letter for letter in letters if letter.strip() and letter not in "\u2061\u2062\u2063\u2064\ufe00"}
        if missing := sorted(letters - set(map(chr, font.getBestCmap()))):
            raise ValueError(f"formulas: {missing}, expected characters of STIX Two Math")
        data = cut(font, letters, FEATURES)
    return f'@font-face{{font-family:"Formulas";src:url({data}) format("woff2")}}\n'


def cut(font, letters, features=()):
    """A font (`TTFont`) cut to some characters, packed as the text of a `data:` address; its licence stays in it."""
    options = subset.Options(flavor="woff2", layout_features=list(features), hinting=False, notdef_outline=True)
    options.name_IDs = [0, 1, 2, 4, 5, 6, 7, 13, 14]
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(letters)))
    cutter.subset(font)
    font.flavor = "woff2"
    written = io.BytesIO()
    font.save(written)
    return f"data:font/woff2;base64,{base64.b64encode(written.getvalue()).decode()}"


def setup(app):
    """Register with Sphinx."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_display, None))
