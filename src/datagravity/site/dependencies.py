"""What the outputs of a chapter rest on: its cells, the modules that it imports, the tables that it read, the lock.

Modules are found in the source, without running it: those that the cells import, and what these import in turn. Tables
are known from the last run, which noted each read. Everything has a digest, and a chapter runs again when the digest
of one thing that it rests on is another one than it was.
"""

import ast
import hashlib
import json
import platform

import grimp
from IPython.core.inputtransformer2 import TransformerManager

import datagravity
from datagravity import paths
from datagravity.evidence.package import FILE
from datagravity.reads import BIBLIOGRAPHY, file_digest
from datagravity.site.kernels import KERNEL_START

PACKAGE = "datagravity"


def digest(*parts):
    """A short text that stands for these texts and no others."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def code(notebook):
    """The digest of what a notebook's cells compute: their sources, and their tags, which may allow an error."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return digest(*(f"{cell.source}\0{cell.metadata.get('tags', [])}" for cell in cells))


class Modules:
    """The modules of the package as they are now, and which of them imports which."""

    def __init__(self):
        """Read every module."""
        self._graph = grimp.build_graph(PACKAGE, cache_dir=None)
        # At once, and not when asked for: what is edited while a chapter runs counts as an edit after it.
        self.digests = {module: self._digest(module) for module in self._graph.modules}

    def closure(self, cells):
        """Every module of the package that is imported when these cells run (a set of names).

        Parameters
        ----------
        cells : sources of code cells, in order
        """
        plain = "\n".join(map(TransformerManager().transform_cell, cells))
        found, ahead = set(), [*self._named(KERNEL_START), *self._named(plain)]
        while ahead:
            module = ahead.pop()
            if module in found or module not in self._graph.modules:
                continue
            found.add(module)
            imported = self._graph.find_modules_directly_imported_by(module)
            # A module's packages are imported before it.
            ahead += [*(imported - {PACKAGE}), module.rpartition(".")[0]]
            if PACKAGE in imported:
                ahead += self._named(self._file(module).read_text(encoding="utf-8"))
        return found

    def _named(self, code):
        """The modules that some code names itself (a list)."""
        try:
            nodes = list(ast.walk(ast.parse(code)))
        except SyntaxError:  # to run it will say so
            return []
        named, aliases = [PACKAGE], set()
        for node in nodes:
            if isinstance(node, ast.Import):
                ours = [alias for alias in node.names if alias.name.partition(".")[0] == PACKAGE]
                named += [alias.name for alias in ours]
                aliases |= {alias.asname or PACKAGE for alias in ours if alias.name == PACKAGE or not alias.asname}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == PACKAGE:
                named += [self._home(node.module, alias.name) for alias in node.names]
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "headlines":
                named += self._headlines(node.args)
        for node in nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
                named.append(self._home(PACKAGE, node.attr))
        return named

    def _home(self, module, name):
        """The module that `from module import name` leads to."""
        if f"{module}.{name}" in self._graph.modules:
            return f"{module}.{name}"
        return getattr(datagravity, "HOMES", {}).get(name, PACKAGE) if module == PACKAGE else module

    def _headlines(self, arguments):
        """The modules that the chapter's call `headlines(...)` may import."""
        every = [module for module in self._graph.modules if module.startswith(f"{PACKAGE}.headlines.")]
        names = {getattr(argument, "value", None) for argument in arguments}
        return [module for module in every if module.rpartition(".")[2].replace("_", "-") in names] or every

    def _file(self, module):
        path = paths.PACKAGE.joinpath(*module.split(".")[1:])
        return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")

    def _digest(self, module):
        """The digest of a module's source, and of what lies in its folder and is no source."""
        source = self._file(module)
        data = [path for path in source.parent.iterdir() if path.is_file() and path.suffix not in (".py", ".pyi")]
        return digest(*(file_digest(path).hex() for path in [source, *sorted(data)]))


class Dependencies:
    """What the chapters of a book rest on, as it is now."""

    def __init__(self, data, references, lock):
        """Read the modules of the package, and of a book the folder of tables, the bibliography and the lock."""
        self._modules = Modules()
        file = data / FILE
        described = json.loads(file.read_text(encoding="utf-8"))["resources"] if file.exists() else []
        texts = {table["name"]: json.dumps(table, sort_keys=True) + _text(data / table["path"]) for table in described}
        #: The digest of each table's text with its own part of the description; the same on every platform.
        self.tables = {table: digest(text) for table, text in (texts | {BIBLIOGRAPHY: _text(references)}).items()}
        self._fixed = {"Python": platform.python_version(), lock.name: digest(_text(lock))}

    def of(self, notebook, tables):
        """Everything that a chapter rests on: how a message calls it -> its digest.

        Parameters
        ----------
        notebook : the chapter
        tables : names of the tables that it read when it ran last
        """
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        return {
            "its cells": code(notebook),
            **self._fixed,
            **{module: self._modules.digests[module] for module in sorted(self._modules.closure(cells))},
            **{f"table {table}": self.tables.get(table) for table in tables},
        }


def _text(path):
    return path.read_text(encoding="utf-8-sig") if path.exists() else ""


def changes(before, now):
    """The names of the things that changed between two answers of `Dependencies.of`."""
    return [name for name in before | now if before.get(name) != now.get(name)]
