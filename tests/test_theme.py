"""The last step of a build: what a page loads, on a small site of two pages."""

import re
from pathlib import Path

import pytest

from datagravity.site import theme

HEAD = """<!DOCTYPE html><html><head>
<meta charset="utf-8" /><meta name="viewport" content="width=device-width">
<script data-cfasync="false">document.documentElement.dataset.mode = "auto";</script>
<link rel="stylesheet" type="text/css" href="_static/styles/one.css?v=1" />
<link href="_static/two.css" rel="stylesheet" />
<link rel="preload" as="script" href="_static/all.js" />
<script src="_static/scripts/fontawesome.js?digest=1"></script>
<script>let hint = 'show';</script>
<script src="_static/all.js"></script>
%s</head><body class="used">%s</body></html>
"""


@pytest.fixture
def small_site(tmp_path):
    """A site as an extension finds it: two pages with style sheets and scripts, one of them with one more."""
    static = tmp_path / "_static"
    (static / "styles").mkdir(parents=True)
    (static / "scripts").mkdir()
    (static / "styles" / "one.css").write_text('@import "../base.css";\n.used{background:url(dot.png)}.unused{top:0}')
    (static / "styles" / "dot.png").write_bytes(b"dot")
    (static / "base.css").write_text(".made{left:0}p.used:not(.unused){color:red}")
    (static / "two.css").write_text(".used{color:blue}")
    (static / "all.js").write_text("const classes = ['made'];")
    (static / "own.js").write_text("own();")
    (static / "scripts" / "fontawesome.js").write_text("icons();")
    button = '<button onclick="window.print()" class="x">Print</button><i class="fa-solid fa-bars"></i>'
    data = '<script type="application/json" class="data">{"a": "<b>"}</script>'
    (tmp_path / "index.html").write_text(HEAD % ("", f"<p>on time=now</p>{button}"))
    (tmp_path / "own.html").write_text(HEAD % ('<script src="_static/own.js"></script>', data))
    return tmp_path


def page(small_site, name="index"):
    return (small_site / f"{name}.html").read_text()


def test_pages_share_one_style_sheet_and_one_script(small_site):
    theme.finish(small_site)
    for name, files in {"index": ["mode.js", "site.js"], "own": ["mode.js", "site.js", "own.js"]}.items():
        text = page(small_site, name)
        assert re.findall(r'<script (?:defer )?src="_static/([\w.]+)\?v=[0-9a-f]{10}"></script>', text) == files
        assert re.findall(r'rel="stylesheet" href="_static/([\w.]+)\?v=[0-9a-f]{10}"', text) == ["site.css"]
        assert len(re.findall("<script", text)) == len(files) + (name == "own")
        assert "preload" not in text
    assert (small_site / "_static" / "mode.js").read_text().startswith("document.documentElement")
    joined = (small_site / "_static" / "site.js").read_text()
    assert joined.index("hint") < joined.index("classes")
    assert not (small_site / "_static" / "scripts" / "fontawesome.js").exists()
    assert '{"a": "<b>"}' in page(small_site, "own")  # data stay


@pytest.mark.slow
def test_rules_that_no_page_can_use_are_cut(small_site):
    theme.finish(small_site)
    text = (small_site / "_static" / "site.css").read_text()
    assert ".made{left:0}" in text  # imported, and named by a script alone
    assert "p.used:not(.unused)" in text
    assert "top:0" not in text
    assert re.search(r'url\("?styles/dot\.png\?v=[0-9a-f]{10}"?\)', text)


def test_every_page_states_the_policy_and_holds_no_handler(small_site):
    theme.finish(small_site)
    for name in ["index", "own"]:
        assert page(small_site, name).count(f'http-equiv="Content-Security-Policy" content="{theme.POLICY}"') == 1
        assert page(small_site, name).count("<meta charset") == page(small_site, name).count("viewport") == 1
    assert '<button data-action="print" class="x">' in page(small_site)
    assert '<i class="fa-solid fa-bars" aria-hidden="true">' in page(small_site)
    assert "<p>on time=now</p>" in page(small_site)


@pytest.mark.slow
@pytest.mark.parametrize("handler", ['onload="start()"', "onload='start()'", "ONLOAD=start()", "onload = start()"])
def test_a_handler_that_nobody_listens_for_is_refused(small_site, handler):
    (small_site / "own.html").write_text(page(small_site, "own").replace("<body ", f"<body {handler} "))
    with pytest.raises(ValueError, match=r"own\.html: onload='start\(\)', expected a listener in a script file"):
        theme.finish(small_site)


@pytest.mark.slow
@pytest.mark.parametrize("value", ['"a onload=start() b"', "'a onload=\"start()\"'", '"&lt;svg onload=start()&gt;"'])
def test_what_reads_like_a_handler_in_the_value_of_an_attribute_stays(small_site, value):
    (small_site / "own.html").write_text(page(small_site, "own").replace("</body>", f"<a title={value}>a</a></body>"))
    theme.finish(small_site)
    assert f"<a title={value}>a</a>" in page(small_site, "own")


def test_a_handler_behind_the_value_of_an_attribute_is_refused(small_site):
    text = page(small_site, "own").replace("<body ", '<body title=\'a " onclick=x\' onload="start()" ')
    (small_site / "own.html").write_text(text)
    with pytest.raises(ValueError, match=r"own\.html: onload='start\(\)'"):
        theme.finish(small_site)


@pytest.mark.slow
def test_a_page_has_a_head_for_its_policy(small_site):
    text = page(small_site)
    (small_site / "index.html").write_text(text.replace("<head>", '<HEAD lang="en">'))
    (small_site / "own.html").write_text(text.replace("<head>", ""))
    with pytest.raises(ValueError, match=r"own\.html: no <head>, expected one"):
        theme.finish(small_site)
    (small_site / "own.html").unlink()
    theme.finish(small_site)
    assert f'content="{theme.POLICY}"' in page(small_site)


def test_a_script_of_one_page_moves_into_a_file(small_site):
    (small_site / "own.html").write_text(page(small_site, "own").replace("<body", "<script>alone();</script><body"))
    theme.finish(small_site)
    name = re.search(r"_static/(inline-[0-9a-f]{10}\.js)\?v=", page(small_site, "own"))[1]
    assert (small_site / "_static" / name).read_text() == "alone();"


def test_a_digest_follows_its_file_and_a_second_time_changes_nothing(small_site):
    theme.finish(small_site)
    before = {path: path.read_bytes() for path in small_site.rglob("*") if path.is_file()}
    theme.finish(small_site)
    assert before == {path: path.read_bytes() for path in small_site.rglob("*") if path.is_file()}


def test_the_theme_leaves_it_to_us_to_mark_boxes_that_scroll():
    """What is taken from the theme's script is there in the version that is installed, once."""
    import pydata_sphinx_theme

    folder = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static" / "scripts"
    text = (folder / "pydata-sphinx-theme.js").read_text(encoding="utf-8")
    assert text.count(".tabIndex=") == len(theme.MARKING.findall(text)) == 1
    assert ".tabIndex=" not in theme.MARKING.sub("", text)
