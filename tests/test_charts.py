"""What holds for every chart of the book, whichever chapter it belongs to."""

import ast

import pytest

from conftest import ROOT

CHARTS = ROOT / "src" / "datagravity" / "charts"
#: What charts of several chapters share; every other file is named as its chapter.
SHARED = {"__init__", "controls", "curves", "layers", "theme", "tooltips", "words", "workload"}
MODULES = sorted(path.stem for path in CHARTS.glob("*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_no_function_is_longer_than_a_page(name):
    for node in ast.walk(ast.parse((CHARTS / f"{name}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            assert node.end_lineno - node.lineno < 60, getattr(node, "name", "lambda")


@pytest.mark.parametrize("name", [name for name in MODULES if name not in SHARED])
def test_a_file_of_charts_has_the_name_of_its_chapter(name):
    assert (ROOT / "book" / f"{name.replace('_', '-')}.md").exists()
