"""Formulas of the pages: from LaTeX to MathML, the characters they are set in, and the font that is cut to them."""

import base64
import io
import re

import pytest
import sympy as sp
from fontTools.ttLib import TTFont

from conftest import build, write_chapter
from datagravity import symbolic
from datagravity.site import maths

#: What chapters use, beyond letters with scripts -> a part of the MathML that must come of it.
FORMS = {
    r"\frac{a}{b}": "<mfrac><mi>a</mi><mi>b</mi></mfrac>",
    r"\sqrt{2\ln F}": "<msqrt>",
    r"\begin{cases}1 & x>0\\0 & x\le 0\end{cases}": "<mtable",
    r"\left[\begin{matrix}a\\b\end{matrix}\right]": "<mtable",
    r"\sum_{i \ne k} M_i": '<munder><mo lspace="0">∑</mo>',
    r"\underbrace{a+b}_{c}": "<mo>⏟</mo>",
    r"a \xrightarrow{n\to\infty} b": "<mover",
    r"\operatorname{KL}(p \,\|\, q)": "<mi>KL</mi>",
    r"\mathcal{B}": "\u212c",
    r"\tfrac12": "<mfrac",
    r"\bigl(x\bigr)": "<mo ",
    r"\text{where } x": "<mtext>where",
}


@pytest.mark.parametrize("latex", FORMS)
def test_what_chapters_write_becomes_mathml(latex):
    assert FORMS[latex] in maths.mathml(latex, display=True)


@pytest.mark.slow
def test_every_formula_of_the_package_can_be_set():
    formulas = [getattr(symbolic, name) for name in dir(symbolic)]
    formulas = [formula for formula in formulas if isinstance(formula, sp.Basic)]
    assert len(formulas) > 200
    for formula in formulas:
        assert maths.mathml(sp.latex(formula)).startswith("<math>")


def test_lines_are_aligned_and_numbers_left_to_the_page():
    two = maths.mathml("a &= b \\\\ c &= d", display=True)
    assert two.count("<mtr>") == 2
    assert maths.mathml("a\n\nb", display=True).count("<mtr>") == 2
    # The break of a matrix is none of the formula.
    assert maths.mathml(r"\begin{matrix}a\\b\end{matrix}", display=True).count("<mtable") == 1
    for environment in ["align", "equation", "gather"]:
        assert "(1)" not in maths.mathml(rf"\begin{{{environment}}}a=b\end{{{environment}}}", display=True)


def test_a_formula_that_cannot_be_set_is_quoted():
    with pytest.raises(ValueError, match=r"formula: '\\\\nonsense\{x\}', expected LaTeX that can be set: .*nonsense"):
        maths.mathml(r"\nonsense{x}")


@pytest.mark.parametrize(
    ("latex", "message"),
    [(None, "None, expected LaTeX as a text"), ("{" * 50_000 + "}" * 50_000, "50000 groups within each other")],
)
def test_what_is_no_formula_is_named(latex, message):
    with pytest.raises(ValueError, match=f"formula: .*{message}"):
        maths.mathml(latex)


def test_comments_are_no_part_of_a_formula():
    assert maths.mathml("a % b\n + c") == maths.mathml("a + c")
    assert "<mi>%</mi>" in maths.mathml(r"50\%")
    assert maths.mathml("a \\\\ % first\n b", display=True).count("<mtr>") == 2


def test_a_formula_that_cannot_be_set_ends_the_build(small_book):
    write_chapter(small_book.source / "two.md", prose=r"Let $x$ be, and $\nonsense{x}$ too.")
    run = build(small_book.root)
    assert run.returncode == 1
    assert r"page two, formula: '\\nonsense{x}', expected LaTeX that can be set" in run.stderr
    assert not (small_book.html / "index.html").exists()


def characters_of(face):
    """The characters and the tables of the font that a rule holds."""
    font = TTFont(io.BytesIO(base64.b64decode(re.search(r"base64,([^)]+)\)", face)[1])))
    return {chr(code) for code in font.getBestCmap()}, font


@pytest.mark.slow
def test_the_font_has_what_formulas_draw_and_no_more():
    formula = maths.mathml(r"E = G_d \, f(x) + \sum_i h")
    page = f"<p>{formula}</p><p>zebra</p>"
    letters = maths.characters(page)
    # As written, and the identifiers E, G, x and h as browsers draw them.
    assert {"E", "∑", "\U0001d438", "\U0001d43a", "\U0001d465", "\u210e"} <= letters
    assert not set("zbr") & letters
    characters, font = characters_of(maths.font_face(letters))
    assert {letter for letter in letters if letter.strip() and letter != "\u2061"} <= characters
    assert len(characters) < 40
    assert font["MATH"].table.MathConstants.AxisHeight.Value > 0
    assert "Open Font License" in font["name"].getDebugName(13)


@pytest.mark.slow
@pytest.mark.parametrize("latex", [r"\sqrt{2\ln F}", r"\sqrt[3]{\frac{a}{b}}"])
def test_the_font_has_the_sign_of_a_root_in_every_height(latex):
    letters = maths.characters(maths.mathml(latex))
    assert "√" in letters
    characters, font = characters_of(maths.font_face(letters))
    assert "√" in characters
    # A browser takes a taller sign, or puts one together from parts, where the root is tall.
    grown = font["MATH"].table.MathVariants
    place = grown.VertGlyphCoverage.glyphs.index(font.getBestCmap()[ord("√")])
    assert len(grown.VertGlyphConstruction[place].MathGlyphVariantRecord) > 2


def test_no_sign_of_a_root_where_no_root_is():
    assert "√" not in maths.characters(maths.mathml(r"\frac{a}{b}"))


@pytest.mark.slow
def test_the_font_is_the_same_each_time_and_refuses_what_it_lacks():
    assert maths.font_face({"a", "b"}) == maths.font_face({"b", "a"})
    with pytest.raises(ValueError, match=r"formulas: .*expected characters of STIX Two Math"):
        maths.font_face({"a", "\U0001f600"})


def test_formulas_keep_their_comma():
    short = f'<span class="math notranslate nohighlight">{maths.mathml("G_d")}</span>'
    long = f'<span class="math notranslate nohighlight">{maths.mathml("a+b+c+d+e+f+g+h+i+j+k+l")}</span>'
    assert maths.unbroken(f"{short}, and") == f'<span class="dg-tied">{short},</span> and'
    assert maths.unbroken(f"{short} and {long}, too") == f'{short} and <span class="dg-tied">{long},</span> too'
