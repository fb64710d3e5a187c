"""Where lines of a page may end, and symbols in its tables."""

import re

from datagravity.site import lines, theme

TIE = "\N{NO-BREAK SPACE}"


def test_a_number_of_the_text_keeps_its_unit():
    text = '<p>At 12 mm it takes <span class="x">17</span> % of 3 pJ/bit,\nover 5\nnm, in 4 words, 7 mm/s</p>'
    expected = f"At 12{TIE}mm it takes 17{TIE}% of 3{TIE}pJ/bit,\nover 5{TIE}nm, in 4 words, 7 mm/s"
    assert re.sub(r"<[^>]*>", "", lines.unbroken(text)) == expected


def test_a_percent_sign_stands_apart_from_a_computed_number_too():
    text = '<p>Of <span style="width: 50%">26%</span> and <span>3.5</span>%, 80 %</p>'
    assert re.sub(r"<[^>]*>", "", lines.unbroken(text)) == f"Of 26{TIE}% and 3.5{TIE}%, 80{TIE}%"
    assert 'style="width: 50%"' in lines.unbroken(text)


def test_code_controls_and_cells_keep_their_spaces():
    for text in ["<pre>print('80 %')</pre>", '<option value="7 nm">7 nm</option>', "<td>7 nm</td>"]:
        assert lines.unbroken(text) == text


def test_symbols_are_set_in_tables_that_nobody_sorts():
    row = '<table><tr><th scope="row">G_d &lt; 2, best beta</th><td><a href="#">G_d</a></td></tr></table>'
    table = lines.lettered(f'<div class="dg-table" role="region">{row}</div>')
    assert '<th scope="row"><i>G</i><sub>d</sub> &lt; 2, best <i>β</i></th>' in table
    live = f'<div class="dg-table dg-table-live" role="region">{row}</div>'
    assert lines.lettered(live) == live


def test_what_the_last_step_adds_keeps_its_style(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "book.css").write_text(".dg-tied{white-space:nowrap}.other{top:0}")
    formula = '<span class="math notranslate nohighlight"><math><mi>r</mi></math></span>'
    head = '<head><link rel="stylesheet" href="_static/book.css"></head>'
    (tmp_path / "index.html").write_text(f"<html>{head}<body><p>{formula}, 3 %</p></body></html>")
    theme.finish(tmp_path)
    assert f'<span class="dg-tied">{formula},</span> 3{TIE}%' in (tmp_path / "index.html").read_text()
    sheet = (tmp_path / "_static" / "site.css").read_text()
    assert ".dg-tied{white-space:nowrap}" in sheet
    assert ".other" not in sheet
