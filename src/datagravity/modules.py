"""Which modules of the package import which, and the content of each: what a chapter, or a stored result, rests on.

Modules are found in the source, without running it: those that some code names, and what these import in turn. They
are read as they are when somebody asks first for them. Which imports which needs grimp, of the extra `book`; without
it, every module counts as one that every other rests on.
"""

import ast
import hashlib

import datagravity
from datagravity import paths

PACKAGE = "datagravity"


def digest(*parts):
    """A short text that stands for these texts and no others."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def changes(before, now):
    """The names of the things whose digest is another one: those of either mapping, from a name to a digest.

    Examples
    --------
    >>> changes({"law": "a", "fits": "b"}, {"law": "a", "fits": "c", "paths": "d"})
    ['fits', 'paths']
    """
    return [name for name in before | now if before.get(name) != now.get(name)]


class Modules:
    """The modules of the package as they are now, and which of them imports which."""

    def __init__(self):
        """Read every module."""
        # Not at the top: grimp is no dependency of the package, only of who builds the book or runs its tests.
        import grimp

        self._graph = grimp.build_graph(PACKAGE, cache_dir=None)
        self._known = {}
        # At once, and not when asked for: what is edited while a chapter runs counts as an edit after it.
        self.digests = {module: self._digest(module) for module in self._graph.modules}

    def reached(self, named):
        """These modules and every other one of the package that is imported with them (a set of names)."""
        found, ahead = set(), list(named)
        while ahead:
            module = ahead.pop()
            if module not in found and module in self._graph.modules:
                found.add(module)
                ahead += self._imported(module)
        return found

    def _imported(self, module):
        """What one imports itself, now or when it is used (a list of names)."""
        if module not in self._known:
            imported = self._graph.find_modules_directly_imported_by(module)
            # A module's packages are imported before it.
            found = [*(imported - {PACKAGE}), module.rpartition(".")[0]]
            if PACKAGE in imported:
                found += self.named(self._file(module).read_text(encoding="utf-8"))
            self._known[module] = found
        return self._known[module]

    def named(self, code):
        """The modules that some code names itself (a list of names)."""
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
        """The modules that a chapter's call `headlines(...)` may import."""
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
        return digest(
            *(hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest() for path in [source, *sorted(data)])
        )


class Files(Modules):
    """The same without grimp: each module rests on all others."""

    def __init__(self):
        """Read every module."""
        names = (path.relative_to(paths.PACKAGE).with_suffix("").parts for path in paths.PACKAGE.rglob("*.py"))
        modules = {".".join([PACKAGE, *(part for part in parts if part != "__init__")]) for parts in names}
        self.digests = {module: self._digest(module) for module in modules}

    def reached(self, named):
        """Every module of the package."""
        return set(self.digests)
