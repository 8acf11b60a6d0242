"""The project's modules: their names, found from the files' places and imports, and what each is for."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

import pathspec
from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Body, Call, Comparison, FileFacts, Function, Name, Outline, Statement, String
from archlint.facts.text import LineIndex
from archlint.project.control.unreachable import Unreachable
from archlint.project.names.scopes import Scopes
from archlint.project.source import module_roles
from archlint.project.source.roots import Tree, ancestors, choose_roots, count_votes, join, parent
from archlint.project.walk import ExpressionsRead, expressions_read

if TYPE_CHECKING:
    from archlint.project.knowledge import Knowledge
    from archlint.project.program import Project

Row = TypeVar("Row", Statement, Call)
_BEGIN = attrgetter("at")


@dataclass(frozen=True, eq=False)
class Module:
    """One Python file.

    `name` is dotted and unique in the project; `root` the source root from which it is imported (`""`: the project's
    root); `local_name` the name by which files of the same root import it (differs from `name` only where two roots
    hold modules of one name, as in `users/app` and `orders/app`).
    """

    name: str
    local_name: str
    path: str
    root: str
    is_package: bool
    facts: FileFacts = field(repr=False)
    is_test: bool = False
    is_migration: bool = False
    is_script: bool = False
    is_example: bool = False
    is_vendored: bool = False
    is_settings: bool = False

    @cached_property
    def outline(self) -> Outline:
        return self.facts.outline

    @cached_property
    def body(self) -> Body:
        return self.facts.body

    @cached_property
    def scopes(self) -> Scopes:
        """Where its names are bound."""
        return Scopes(self.facts)

    @cached_property
    def statements(self) -> Mapping[str, Sequence[Statement]]:
        """Its statements by kind, each in source order; kinds that it has none of give an empty list."""
        found: dict[str, list[Statement]] = defaultdict(list)
        for statement in self.facts.body.statements:
            found[statement.kind].append(statement)
        return found

    def own_statements(self, function: int) -> Sequence[Statement]:
        """The statements of a function (those of functions nested in it are theirs), in source order; -1: of the bodies of the
        module and its classes."""
        return self._statements_of.get(function, ())

    def own_calls(self, function: int) -> Sequence[Call]:
        """The calls of a function, as `own_statements`."""
        return self._calls_of.get(function, ())

    @cached_property
    def asked(self) -> Mapping[tuple[int, int], str]:
        """Range of an expression → the method that it is asked for: `filter` of `order.lines` in `order.lines.filter(…)`."""
        callees = (call.callee for call in self.facts.body.calls)
        return {(c.base.at, c.base.end): c.attr for c in callees if type(c) is Attribute}

    def is_under_main(self, context: int) -> bool:
        """The place stands under `if __name__ == "__main__":`, so it never runs when the module is imported."""
        contexts = self.body.contexts
        while context >= 0:
            place = contexts[context]
            if place.kind == "if" and isinstance(place.subject, Comparison) and _asks_for_main(place.subject):
                return True
            context = place.parent
        return False

    def statements_between(self, begin: int, end: int) -> Sequence[Statement]:
        """The statements that begin in a range of offsets, those of nested functions too, in source order."""
        statements = self.facts.body.statements
        first = bisect_left(statements, begin, key=_BEGIN)
        return statements[first : bisect_left(statements, end, first, key=_BEGIN)]

    def functions_around(self, at: int) -> Iterator[tuple[int, Function]]:
        """(row, function) of those that a place stands in, lambdas too, the innermost first."""
        functions = self.facts.outline.functions
        row = bisect_right(functions, at, key=_BEGIN) - 1
        while row >= 0:
            if at < functions[row].end:
                yield row, functions[row]
            row = self.facts.body.contexts[functions[row].outer].function

    @cached_property
    def _statements_of(self) -> Mapping[int, Sequence[Statement]]:
        return self._by_function(self.facts.body.statements)

    @cached_property
    def _calls_of(self) -> Mapping[int, Sequence[Call]]:
        return self._by_function(self.facts.body.calls)

    def _by_function(self, rows: Sequence[Row]) -> Mapping[int, Sequence[Row]]:
        contexts = self.facts.body.contexts
        found: dict[int, list[Row]] = {}
        for row in rows:
            found.setdefault(contexts[row.context].function, []).append(row)
        return found

    @cached_property
    def expressions_read(self) -> ExpressionsRead:
        """All that is read in it."""
        return expressions_read(self.facts.body)

    @cached_property
    def lines(self) -> LineIndex:
        return LineIndex.decode(self.facts.outline.lines)

    @cached_property
    def unreachable(self) -> Unreachable:
        """Which of its code never runs."""
        return Unreachable(self)

    @property
    def start(self) -> Site:
        """The file's first position, for what is said of the module as a whole."""
        return Site(self.path, 0, 0)

    @property
    def package(self) -> str:
        """The package whose names relative imports start from (by local name); empty for a top-level module."""
        return self.local_name if self.is_package else self.local_name.rpartition(".")[0]

    @property
    def is_production(self) -> bool:
        return not (self.is_test or self.is_migration or self.is_script or self.is_example or self.is_vendored)


class Modules:
    """All modules of a project.

    `all` is sorted by name, `production` what is neither test, migration, script, example nor vendored.
    """

    def __init__(self, project: Project) -> None:
        files = {path: facts for path, facts in project.files.items() if path.endswith(".py")}
        self._tree = Tree(files, project.other_files)
        imports = {path: _absolute_imports(facts.outline) for path, facts in files.items()}
        votes = count_votes(self._tree, imports)
        self._entries = frozenset(votes if not project.settings.roots else ())  # what is configured is all there is
        roots = choose_roots(self._tree, votes, project.settings.roots)
        tests = pathspec.GitIgnoreSpec.from_lines(project.settings.tests) if project.settings.tests else None
        copied = module_roles.copied_folders(self._tree.packages, partial(_is_library, project.knowledge))
        stories = tuple(module_roles.story_folders(files))
        made = [
            _module(
                path,
                files[path],
                roots[path],
                name,
                self._tree.packages,
                tests=tests,
                kinds=project.knowledge.package_kinds,
                is_copied=not copied.isdisjoint(ancestors(path)),
                is_story=path.startswith(stories),
                is_hidden=f"{path.removesuffix('.py')}/__init__.py" in files,
            )
            for path, name in _unique_names({path: (root, _dotted(path, root)) for path, root in roots.items()}).items()
        ]
        self.all: tuple[Module, ...] = tuple(sorted(made, key=lambda module: module.name))
        self.by_name: Mapping[str, Module] = {module.name: module for module in self.all}
        self.by_path: Mapping[str, Module] = {module.path: module for module in self.all}
        self.production: tuple[Module, ...] = tuple(module for module in self.all if module.is_production)
        self.roots: tuple[str, ...] = tuple(sorted(set(roots.values())))
        self._kinds = project.knowledge.package_kinds
        self._scope_of: dict[str, _Scope] = {}
        self._scopes: dict[tuple[str, str, bool], _Scope] = {}
        self._interned: dict[tuple[tuple[tuple[str, bool], ...], bool, tuple[str, ...]], _Scope] = {}
        self._anywhere = _Scope(tuple((root, True) for root in self.roots), True)

    @cached_property
    def _holding(self) -> frozenset[str]:
        """The folders that hold an entry: files whose ways up meet the same of them look names up in the same places."""
        return frozenset(map(parent, self._entries))

    @cached_property
    def first_words(self) -> frozenset[str]:
        """The first words of the names by which its files are imported."""
        return frozenset(module.local_name.partition(".")[0] for module in self.all)

    def find(self, dotted: str, near: Module | None = None) -> Module | None:
        """The module that `import dotted` means, written in `near`: looked up from its own root first, then from the
        roots above it, then from the others that do not belong to another project's tests, then from any folder above it,
        since it may be run with more than one of them as a root. None: not of the project, or a namespace package (see
        `is_namespace`)."""
        scope = self._scope(near)
        if dotted not in scope.found:
            path = next((p for root in self._meant(scope, dotted) if (p := self._tree.module_at(root, dotted))), None)
            scope.found[dotted] = self.by_path[path] if path is not None else self._by_full_name(dotted, near)
        return scope.found[dotted]

    def relative(self, module: Module, level: int, dotted: str) -> Module | None:
        """The module that `from ..dotted import …` (level 2) means in `module`; None: no file of the project."""
        folder = parent(module.path)
        for _ in range(level - 1):
            if not folder:
                return None
            folder = parent(folder)
        path = self._tree.module_at(folder, dotted) if dotted else join(folder, "__init__.py")
        return self.by_path.get(path) if path is not None else None

    def is_namespace(self, dotted: str, near: Module | None = None) -> bool:
        """A folder of the project with Python files and no `__init__.py`, importable by that name."""
        return any(
            self._tree.exists(root, dotted) and self._tree.module_at(root, dotted) is None
            for root in self._meant(self._scope(near), dotted)
        )

    def _by_full_name(self, dotted: str, near: Module | None) -> Module | None:
        """The name that tells two modules of one name apart is nobody's in an import unless it is a path."""
        found = self.by_name.get(dotted)
        return found if found is not None and (near is None or found.name != found.local_name) else None

    def _scope(self, near: Module | None) -> _Scope:
        if near is None:
            return self._anywhere
        known = self._scope_of.get(near.path)
        if known is None:
            known = self._scope_of[near.path] = self._find_scope(near)
        return known

    def _find_scope(self, near: Module) -> _Scope:
        key = near.root, parent(near.path), near.is_test
        scope = self._scopes.get(key)
        if scope is None:
            above = [near.root, *(f for f in ancestors(near.path) if f in self.roots and f != near.root)]
            rest = [root for root in self.roots if root not in above]
            rest.sort(key=lambda root: (-len(_shared(root, near.path)), root))
            order = (*((root, True) for root in above), *((root, False) for root in rest))
            further = tuple(f for f in ancestors(near.path) if f in self._holding and f not in self.roots)
            made = _Scope(order, near.is_test, further)
            scope = self._scopes[key] = self._interned.setdefault((order, near.is_test, further), made)
        return scope

    def _meant(self, scope: _Scope, dotted: str) -> Iterator[str]:
        """The roots from which the name may be looked up, in order. Beside one's own roots only a package is, and none
        that has the name of a library or, outside tests, lies in tests."""
        top = dotted.partition(".")[0]
        for root, is_above in scope.order:
            beside = join(root, top) in self._tree.folders and (scope.is_test or not _in_tests(root)) and self._is_free(dotted)
            if is_above or beside:
                yield root
        for root in scope.further:
            if join(root, top) in self._entries and self._is_free(dotted):
                yield root

    def _is_free(self, dotted: str) -> bool:
        return dotted.partition(".")[0] not in sys.stdlib_module_names and not self._kinds(dotted)


class _Scope(Struct, frozen=True, eq=False):
    """From where imports are looked up: (root, does it lie above the importer), nearest first; `further`, the folders above
    that are no roots; and what was found."""

    order: tuple[tuple[str, bool], ...]
    is_test: bool
    further: tuple[str, ...] = ()
    found: dict[str, Module | None] = {}


def _asks_for_main(test: Comparison) -> bool:
    names = {operand.id for operand in test.operands if isinstance(operand, Name)}
    values = {operand.value for operand in test.operands if isinstance(operand, String)}
    return test.ops == ("==",) and "__name__" in names and "__main__" in values


def _shared(root: str, path: str) -> str:
    folders = set(ancestors(path))
    while root and root not in folders:
        root = parent(root)
    return root


def _in_tests(folder: str) -> bool:
    return any(part in {"test", "tests", "testing"} for part in folder.split("/"))


def _absolute_imports(outline: Outline) -> list[str]:
    return [given.module for given in outline.imports if given.level == 0 and given.module]


def _dotted(path: str, root: str) -> str:
    below = path[len(root) + 1 :] if root else path
    below = below.removesuffix(".py")
    if below.endswith("/__init__"):
        below = below.removesuffix("/__init__")
    return ".".join(part.replace(".", "_") for part in below.split("/"))


def _unique_names(named: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Path → unique dotted name. Of the roots that hold a top-level package of one name the first keeps it; modules
    of the others are named from the project's root (`orders.app.main`)."""
    owner: dict[str, str] = {}
    for root, name in sorted(set(named.values()), key=lambda pair: (len(pair[0]), pair)):
        owner.setdefault(name.partition(".")[0], root)
    taken: set[str] = set()
    result: dict[str, str] = {}
    for path in sorted(named, key=lambda p: (not p.endswith("/__init__.py"), p)):
        root, name = named[path]
        if owner[name.partition(".")[0]] != root:
            name = _dotted(path, "")
        while name in taken:  # `x.py` beside `x/__init__.py`: the package is what Python imports
            name += "_"
        taken.add(name)
        result[path] = name
    return result


def _is_library(knowledge: Knowledge, name: str) -> bool:
    return name not in sys.stdlib_module_names and knowledge.library(name) is not None


def _module(
    path: str,
    facts: FileFacts,
    root: str,
    name: str,
    packages: frozenset[str],
    *,
    tests: pathspec.GitIgnoreSpec | None,
    kinds: module_roles.Kinds,
    is_copied: bool,
    is_story: bool,
    is_hidden: bool,
) -> Module:
    """`is_hidden`: beside the file there is a package of its name, which is imported instead of it; below a root, and with no
    main part, it is what that package was made of."""
    *folders, file_name = path.split("/")
    in_package = any(folder in packages for folder in ancestors(path) if folder)
    depth = root.count("/") + 1 if root else 0
    outer = folders[: depth + 1]
    return Module(
        name=name,
        local_name=_dotted(path, root),
        path=path,
        root=root,
        is_package=file_name == "__init__.py",
        facts=facts,
        is_test=module_roles.is_test(folders, file_name, facts.outline, kinds)
        or is_story
        or bool(tests and tests.match_file(path)),
        is_migration=module_roles.is_migration(folders, file_name, facts.outline, kinds),
        is_script=module_roles.is_script(outer, folders, file_name, in_package=in_package, main_guard=facts.outline.main_guard),
        is_example=module_roles.is_example(outer),
        is_vendored=is_copied
        or facts.outline.generated
        or module_roles.is_vendored(folders, file_name)
        or (is_hidden and "/".join(folders) != root and not facts.outline.main_guard),
        is_settings=module_roles.is_settings(folders, file_name),
    )
