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


def loaded(code, more=""):
    """Which heavy packages a fresh Python has loaded after running the code; it runs some more after that."""
    told = f"import sys; print('loaded', *sorted({HEAVY | {'numpy.f2py'}!r} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", "\n".join([code, told, more])], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split("loaded", 1)[1].split())


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "import datagravity",
        "from datagravity.command.line import main\nmain(['--version'])",
        "from datagravity.command.line import main\nmain(['--help'])",
        "from datagravity import symbolic",
        "import datagravity.command.chips",
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(code):
    assert loaded(code) == set()


@pytest.mark.slow
def test_the_law_needs_no_more_than_numpy_and_sympy_and_modules_are_reached_as_attributes():
    code = "import datagravity\nassert datagravity.saving(992, 2) > 15\nassert datagravity.Interval(2, 1, 3).low == 1"
    more = "assert len(datagravity.systems.compare('S07')) == 1\nassert str(datagravity.symbolic.beta) == 'beta'"
    assert loaded(code, more) == {"numpy", "sympy"}


#: Asked one after the other of a package that is loaded anew; what it is built on stays, and at last lacks scipy.
ANEW = """
import sys

def forget():
    for module in [module for module in sys.modules if module.split(".")[0] == "datagravity"]:
        del sys.modules[module]

for name in ["G_d", "potential", "saving"]:
    forget()
    exec(f"from datagravity.symbolic import {name}")
    print(*sorted(module.split(".")[2] for module in sys.modules if module.startswith("datagravity.symbolic.")))
forget()
sys.modules["scipy"] = None
import datagravity
datagravity.fits
"""


@pytest.mark.slow
def test_symbols_come_without_the_formulas_a_formula_without_the_others_and_a_missing_package_is_named():
    run = subprocess.run([sys.executable, "-c", ANEW], capture_output=True, text=True)
    assert run.stdout.splitlines() == ["notation", "gravity notation", "law notation"]
    assert run.stderr.splitlines()[-1].startswith("ModuleNotFoundError: import of scipy halted")


def test_every_public_name_is_where_homes_says():
    assert sorted([*datagravity.HOMES, "chip", "symbolic"]) == datagravity.__all__
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
        "chip": "datagravity",
        "symbolic": "datagravity",
    }
    assert all(alias.asname == alias.name for node in imports for alias in node.names), "exported again"


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'datagravity' has no attribute 'savings'"):
        datagravity.savings  # noqa: B018
    assert not hasattr(datagravity, "nothing")


@pytest.mark.slow
def test_rows_of_the_tables_need_no_statistics():
    code = "import sys\nfrom datagravity.processors import disjunction_constants\ndisjunction_constants()\n"
    code += "sys.exit('scipy.stats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_dask_is_not_imported_without_need():
    program = "import sys; from datagravity.placement import place; place([1, 2], [[0], [1]], 1); "
    program += "sys.exit('dask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
