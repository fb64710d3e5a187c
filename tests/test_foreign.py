"""A page that would load something of another host is found; a link that a reader follows is none."""

import doctest

import pytest

from datagravity.site import foreign

LOADING = {
    '<script src="https://a.org/b.js"></script>': "script https://a.org/b.js",
    "<script type='module' SRC=//a.org/b.js>": "script //a.org/b.js",
    '<link rel="stylesheet" href="http://a.org/b.css">': "link http://a.org/b.css",
    '<link href="https://a.org" rel="preconnect">': "link https://a.org",
    '<img alt="a > b" src="https://a.org/b.png">': "img https://a.org/b.png",
    '<img srcset="b.png 1x, https://a.org/b.png 2x">': "img https://a.org/b.png",
    '<iframe src="https://a.org/"></iframe>': "iframe https://a.org/",
    '<svg><image xlink:href="https://a.org/b.png"/></svg>': "image https://a.org/b.png",
    '<p style="background: url(&quot;https://a.org/b.png&quot;)">': "style https://a.org/b.png",
    "<style>@import 'https://a.org/b.css';</style>": "style https://a.org/b.css",
}
QUIET = [
    '<a href="https://a.org/">there</a>',
    '<link rel="canonical" href="https://a.org/b.html">',
    '<script src="_static/site.js?v=0123456789"></script>',
    '<img src="data:image/png;base64,//8=">',
    "<pre>&lt;script src=&quot;https://a.org/b.js&quot;&gt; url(https://a.org/b.png)</pre>",
    '<svg xmlns="http://www.w3.org/2000/svg"><a xlink:href="https://a.org/"></a></svg>',
]


def test_its_examples_run():
    assert doctest.testmod(foreign).failed == 0


@pytest.mark.parametrize("page", LOADING)
def test_what_loads_is_found_with_its_address(page):
    assert list(foreign.in_page(f"<p>before</p>{page}<p>after</p>")) == [LOADING[page]]


@pytest.mark.parametrize("page", QUIET)
def test_what_loads_nothing_is_not(page):
    assert list(foreign.in_page(page)) == []


def test_pages_and_style_sheets_are_named(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.html").write_text('<script src="https://a.org/b.js"></script>' * 2)
    (tmp_path / "site.css").write_text("a {background: url(https://a.org/c.png)}")
    (tmp_path / "index.html").write_text("words")
    expected = ["data/a.html: script https://a.org/b.js", "site.css: style https://a.org/c.png"]
    assert foreign.loads(tmp_path) == expected
