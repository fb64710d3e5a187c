"""What importing the package loads, and that every way to reach a public name works. Times are not tested here."""

import ast
import subprocess
import sys
from importlib import import_module

import pytest

import datagravity
from conftest import ROOT

HEAVY = {"altair", "frictionless", "numpy", "pandas", "pybtex", "scipy", "sympy"}
PACKAGE = ROOT / "src" / "datagravity"


def loaded(code):
    """Which heavy packages a fresh Python has loaded after running the code."""
    code += f"\nimport sys; print(*sorted({HEAVY | {'numpy.f2py'}!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import datagravity",
        "from datagravity.__main__ import main\ntry: main(['--version'])\nexcept SystemExit: pass",
        "from datagravity.__main__ import main\ntry: main(['--help'])\nexcept SystemExit: pass",
        "from datagravity import symbolic",
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(code):
    assert loaded(code) == set()


def test_the_law_needs_no_more_than_numpy_and_sympy():
    code = "import datagravity\nassert datagravity.saving(992, 2) > 15\nassert datagravity.Interval(2, 1, 3).low == 1"
    assert loaded(code) == {"numpy", "sympy"}


def test_symbols_are_loaded_without_the_formulas_and_a_formula_without_the_others():
    files = "import sys; print(*sorted(n.split('.')[2] for n in sys.modules if n.startswith('datagravity.symbolic.')))"
    for code, expected in [
        ("from datagravity.symbolic import G_d", "notation"),
        ("from datagravity.symbolic import potential", "gravity notation"),
        ("from datagravity.symbolic import saving", "law notation"),
    ]:
        run = subprocess.run([sys.executable, "-c", f"{code}; {files}"], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == expected


def test_every_public_name_is_where_homes_says():
    assert sorted([*datagravity.HOMES, "symbolic"]) == datagravity.__all__
    assert set(datagravity.__all__) <= set(dir(datagravity))
    for name, home in datagravity.HOMES.items():
        assert getattr(datagravity, name) is getattr(import_module(home), name)
    everything = {}
    exec("from datagravity import *", everything)
    assert set(datagravity.__all__) <= set(everything)


def test_homes_is_a_literal_and_the_stub_says_the_same():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    literal = next(node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "HOMES")
    assert ast.literal_eval(literal) == datagravity.HOMES
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    assert {alias.name: node.module for node in imports for alias in node.names} == {
        **datagravity.HOMES,
        "symbolic": "datagravity",
    }
    assert all(alias.asname == alias.name for node in imports for alias in node.names), "exported again"


def test_modules_are_reached_as_attributes():
    code = "import datagravity; print(len(datagravity.systems.compare('S07')), datagravity.symbolic.beta)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split()[1] == "beta"


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'datagravity' has no attribute 'savings'"):
        datagravity.savings  # noqa: B018
    assert not hasattr(datagravity, "nothing")


def test_a_package_that_is_missing_is_named():
    code = "import sys; sys.modules['scipy'] = None; import datagravity; datagravity.fits"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ModuleNotFoundError: import of scipy halted" in run.stderr
