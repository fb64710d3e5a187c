"""The reference of the package, from its docstrings: the public names by question, and what the chapters call."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import jupytext
from numpydoc.docscrape import NumpyDocString
from sphinx.pycode import ModuleAnalyzer

import datagravity
from datagravity import symbolic
from datagravity.compiled import latex
from datagravity.headlines import LABELS
from datagravity.site.renewing import renew

#: The page; all of it is written from docstrings.
PAGE = "package.md"
_HEAD = """# Reference of the package

What `import datagravity` offers, by the question that it answers. Each example runs in the tests, after
`from datagravity import *`, and its output is what stands here. "[source]" leads to the lines of the code.

- Where a number is asked for, the functions of the law take a number, an array, a pandas Series or an `Interval`, and
  return the same; forecasts of a token take an `Interval` too, which widens their band.
- A wrong argument is refused in one line that reads `argument: value, expected what`.
- The package is typed (`py.typed`), so that an editor knows what each function takes and returns.
- What each symbol means stands in the [glossary](glossary.md), what each column means on the pages of the data.
"""
#: Question -> what answers it, as names of `datagravity` or paths below it; a path with a dot is no public name, and
#: what a public one returns or raises.
QUESTIONS = {
    "What is $G_d$ of my chip?": [
        "disjunction_constant",
        "workload_disjunction_constant",
        "chip.read",
        "chip.Chip",
        "chip.Chip.valid",
        "chip.Chip.disjunction_constants",
        "chip.Chip.report",
        "chip.ChipError",
    ],
    "What would closeness save?": [
        "saving",
        "optimal_distance",
        "energy",
        "asymptotic_saving",
        "saving_exponent",
        "saving_from_share",
        "excess_energy",
        "implied_beta",
    ],
    "Where should the computation be?": ["place", "Placement", "Placement.saving_over"],
    "Does it pay to move the computation into the memory?": ["predict_pim", "pim.Prediction", "pim.Input"],
    "What does a token cost?": [
        "decode_energy",
        "prefill_energy",
        "decoding.Decoding",
        "decoding.Decoding.gain",
        "decoding.Decoding.speedup",
    ],
    "How sure is it?": ["Interval", "propagate", "intervals.text", "intervals.digits"],
    "Which rows stand behind it?": ["load", "tables", "evidence.one_row", "evidence.validate", "evidence.TableError"],
}
#: The folders of the package that draw or print: a chapter calls them, and nobody computes with them.
_SHOWING = ("charts", "chapter", "site", "compiled", "symbolic")
_FIELDS = ("Parameters", "Attributes", "Returns", "Raises", "Warns")
_EXAMPLE = re.compile(r"^>>> ")


def found(path):
    """What a name of `datagravity`, or a path below it, stands for."""
    value = datagravity
    for part in path.split("."):
        value = getattr(value, part)
    return value


def page(chapters):
    """The text of the page.

    Parameters
    ----------
    chapters : paths of the chapters' sources, in the order of the book
    """
    asked = [path for paths in QUESTIONS.values() for path in paths]
    home = {_whole_name(found(path)): f"datagravity.{path}" for path in asked}
    sections = [_HEAD]
    for question, paths in QUESTIONS.items():
        sections += [f"## {question}\n", *(_entry(f"datagravity.{path}", found(path)) for path in paths)]
    sections += _of_chapters(chapters, home)
    sections.append(_formulas())
    return "\n".join(sections)


def write_page(folder, chapters):
    """Write the page into the folder of the chapters. Returns True if the file changed."""
    return renew(Path(folder) / PAGE, page(chapters))


# --- One entry -------------------------------------------------------------------------------------------------------


def _entry(name, value):
    """A function or a class under the name by which a reader calls it, as the Python domain of Sphinx has it."""
    module, inside = _module_and_name(name)
    kind = "class" if inspect.isclass(value) else "method" if "." in inside else "function"
    if inspect.isclass(value) and issubclass(value, Exception):
        kind = "exception"
    signature = "" if kind == "exception" else _signature(value)
    return f"````{{py:{kind}}} {inside}{signature}\n:module: {module}\n\n{explained(value)}````\n"


def _module_and_name(name):
    """A whole name as the module that is imported, and what stands in it."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:cut])
        if isinstance(found(".".join(parts[1:cut])) if cut > 1 else datagravity, ModuleType):
            return module, ".".join(parts[cut:])
    raise ValueError(f"name: {name!r}, expected a name of the package")


def _signature(value):
    """The arguments and their defaults; what kinds they take is said below, with their units."""
    plain = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(value).parameters.values()
        if parameter.name != "self" and not parameter.name.startswith("_")
    ]
    return str(inspect.Signature(plain))


def explained(value):
    """A docstring as the body of an entry: Markdown, with the sections of numpydoc as fields."""
    parts = NumpyDocString(inspect.getdoc(value) or "")
    texts = [_text(parts["Summary"]), _text(parts["Extended Summary"])]
    texts.append("\n".join(filter(None, (_field(name, parts[name]) for name in _FIELDS))))
    texts = [_linked(text, inspect.getmodule(value)) for text in (*texts, _text(parts["Notes"]))]
    texts.append(_examples(parts["Examples"]))
    return "".join(f"{text}\n\n" for text in texts if text)


def _field(name, entries):
    """One section of numpydoc as a field."""
    if not entries:
        return ""
    if name == "Returns":
        return f":{name}: {_text([' '.join((one.type, *one.desc)) for one in entries])}"
    lines = [_item(name, one) for one in entries]
    return f":{name}:\n" + "\n".join(f"  - {line}" for line in lines)


def _item(name, entry):
    """A parameter, or an error, with what is said of it."""
    of_error = name in ("Raises", "Warns")
    names = [entry.type] if of_error else entry.name.split(", ")
    said = _text([*([] if of_error else [entry.type]), *entry.desc])
    return f"{', '.join(f'`{one}`' for one in names)}: {said}" if said else f"`{names[0]}`"


def _text(lines):
    """Prose of a docstring as Markdown: paragraphs, and labels of results."""
    parts = re.split(r"(`[^`]+`)", "\n".join(lines).strip())
    parts = [part if part.startswith("`") else _plain(part) for part in parts]
    text = re.sub(rf"\[({'|'.join(LABELS)})\]", r"[\1]{.label-\1}", "".join(parts))
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)


def _plain(text):
    """Words of a docstring as Markdown: no sign of theirs is markup, and $G_d$ is set as on the other pages."""
    return re.sub(r"\bG_d\b", "$G_d$", re.sub(r"([*<])", r"\\\1", text))


def _linked(text, module):
    """Prose with links from public names to their entries; a name that its module has for something else is none."""

    def link(match):
        name = match[1]
        public = datagravity.HOMES.get(name) and found(name)
        own = getattr(module, name, public)
        return f"{{py:obj}}`{name} <datagravity.{name}>`" if public is not None and own is public else match[0]

    # A table may have the name of a function, and so may a parameter.
    return re.sub(r"(?<!table )(?<!- )`(\w+)`", link, text)


def _examples(lines):
    """Examples as a reader may type them, with what comes out; words between them stay words."""
    blocks = re.split(r"\n\s*\n", "\n".join(lines).strip())
    texts = [f"```pycon\n{block}\n```" if _EXAMPLE.match(block) else _text(block.splitlines()) for block in blocks]
    return "\n\n".join(texts)


# --- What the chapters call ------------------------------------------------------------------------------------------


def _of_chapters(chapters, home):
    """The functions that the chapters call, each under the first chapter that does."""
    sections = ["## What do the chapters compute with?\n"]
    sections.append("Each function under the first chapter that calls it, but for those above.\n")
    seen = set(home)
    for chapter in chapters:
        notebook = jupytext.read(chapter)
        entries = []
        for name, value in sorted(called(notebook).items()):
            if (whole := _whole_name(value)) not in seen:
                seen.add(whole)
                entries.append(_entry(name, value))
        if entries:
            title = next(cell.source for cell in notebook.cells if cell.source.startswith("# ")).splitlines()[0][2:]
            sections += [f"### [{title}]({chapter.name})\n", *entries]
    return sections


def _whole_name(value):
    return f"{value.__module__}.{value.__qualname__}"


def called(notebook):
    """The functions and classes of the package that a notebook's cells name: whole name -> function or class."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    tree = ast.parse(code)
    modules, names = {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "datagravity":
            for alias in node.names:
                value = _imported(node.module, alias.name)
                if isinstance(value, ModuleType):
                    modules[alias.asname or alias.name] = value
                else:
                    names[f"{node.module}.{alias.name}"] = value
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            module = modules[node.value.id]
            names[f"{module.__name__}.{node.attr}"] = getattr(module, node.attr)
    return {name: value for name, value in names.items() if _is_computing(value)}


def _imported(module, name):
    home = import_module(module)
    return getattr(home, name) if hasattr(home, name) else import_module(f"{module}.{name}")


def _is_computing(value):
    own = getattr(value, "__module__", None) or ""
    own = own.split(".")
    return callable(value) and hasattr(value, "__qualname__") and own[0] == "datagravity" and own[1] not in _SHOWING


# --- Formulas --------------------------------------------------------------------------------------------------------


def _formulas():
    """The table of formulas: each name of `datagravity.symbolic`, what it is, and the formula itself."""
    entries = []
    for file, names in symbolic.FORMULAS.items():
        said = ModuleAnalyzer.for_module(f"{symbolic.__name__}.{file}").find_attr_docs()
        entries += [_formula(name, getattr(symbolic, name), said.get(("", name), [])) for name in names.split()]
    return "\n".join(
        [
            "## What is the formula?\n",
            "Every formula of the book is an expression of sympy, an attribute of `datagravity.symbolic`. The pages,",
            "the functions and the sliders are made from it. What a symbol is stands in the [glossary](glossary.md).\n",
            _examples(NumpyDocString(inspect.getdoc(symbolic))["Examples"]),
            "",
            *entries,
        ]
    )


def _formula(name, value, said):
    """One formula: its name, what it is, and the formula itself, or the arguments of what makes one."""
    if callable(value):
        return _entry(f"{symbolic.__name__}.{name}", value)
    formulas = value if isinstance(value, tuple) else (value,)
    shown = "".join(f"$${latex(one)}$$\n\n" for one in formulas if not isinstance(one, str))
    words = ", ".join(f"`{one!r}`" for one in formulas if isinstance(one, str))
    text = _text(said) or words or "As the one before it."
    return f"````{{py:data}} {name}\n:module: {symbolic.__name__}\n\n{text}\n\n{shown}````\n"
