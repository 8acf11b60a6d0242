"""Functions that run once in a while by hand: start-up, scripts, commands, migrations, and what only these call."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import CallRef
from archlint.project.model import Def
from archlint.project.parts import names_in
from archlint.project.source.by_hand import LASTING, called_by
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from archlint.project.program import Project
    from archlint.project.source.modules import Module

PLAIN = frozenset({"asynccontextmanager", "contextmanager", "staticmethod", "classmethod"})
"""Decorators that say nothing of when a function runs."""
SILENT = PLAIN | {"atomic", "property", "cached_property", "cache", "lru_cache", "override"}
"""Decorators that hand the function to nobody who would call it."""
_MAKES_COMMAND = "_command"
_ENTRY = "main"
_STEPS = 6
"""From a script into the program; what is further away is the program's own."""

_Place = tuple[str, int]
"""A module's path and the row of a function in it (-1: the module's body)."""


class OneOffWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The names by which code is told that runs once in a deployment's life.

    one_off: first words of names of functions that run once; one_off_packages, one_off_modules: packages anywhere on
    the way, and modules, that hold only such functions; one_off_decorators: decorators that make a function a command
    or a start-up hook; one_off_signals: signals whose receivers run once;
    one_off_methods: classes of programs, and the first words of the methods by which they start;
    one_off_words: words anywhere in the name of a function or of its module.
    """

    one_off: tuple[str, ...]
    one_off_packages: tuple[str, ...]
    one_off_modules: tuple[str, ...]
    one_off_decorators: tuple[str, ...]
    one_off_signals: tuple[str, ...]
    one_off_methods: dict[str, tuple[str, ...]]
    one_off_words: tuple[str, ...]


class OneOff:
    """Tells by the names of functions and modules (`words`), and by who calls a function."""

    def __init__(self, project: Project, words: OneOffWords) -> None:
        self._project = project
        self._words = words
        self._signals = frozenset(words.one_off_signals)
        self._knowing_of: dict[str, frozenset[str]] = {}

    def runs_once(self, module: Module, caller: Def) -> bool:
        """The function is no part of what the program does again and again."""
        if not module.is_production or self._is_script(module.path):
            return True
        return self._is_named_so(module, caller) or self._is_for_scripts(caller, _STEPS)

    def is_script(self, module: Module) -> bool:
        """The module itself is run by hand, and nothing of the program imports it; or it stands where only such do."""
        return not module.is_production or self._is_script(module.path) or self._is_packed_so(module)

    def _is_named_so(self, module: Module, caller: Def) -> bool:
        words = self._words
        if self._is_placed_so(module):
            return True
        if caller.function.name in self._connected or self._starts_program(module, caller):
            return True
        decorators = [last_name(module.body, decorator) for decorator in caller.function.decorators]
        is_plain, names = PLAIN.issuperset(decorators), [caller.function.name]
        if is_plain:
            names.append(module.name.rpartition(".")[2])
        said = {word for name in names for word in name.lower().split("_")}
        if not said.isdisjoint(words.one_off_words) and caller not in self._project.endpoints.by_definition:
            return True
        if any(not self._signals.isdisjoint(names_in(module.body, decorator)) for decorator in caller.function.decorators):
            return True
        if not is_plain:
            made = (name for name in decorators if name.endswith(_MAKES_COMMAND))
            return (
                not set(words.one_off_decorators).isdisjoint(decorators) or any(made) or self._is_made_command(module, caller)
            )
        names = [name.strip("_").lower() for name in caller.function.qualname.split(".")]
        return any(name in words.one_off or name.partition("_")[0] in words.one_off for name in names)

    def _is_made_command(self, module: Module, caller: Def) -> bool:
        """By a decorator whose last name alone does not tell: `invoke.task`."""
        names = tuple(name for name in self._words.one_off_decorators if "." in name)
        for decorator in caller.function.decorators:
            last = f".{last_name(module.body, decorator)}"
            made = module.body.calls[decorator.index].callee if isinstance(decorator, CallRef) else decorator
            if any(name.endswith(last) for name in names) and (
                self._project.types.name_of(module, made, caller.function.outer) in names
            ):
                return True
        return False

    def _is_placed_so(self, module: Module) -> bool:
        packages = module.name.split(".")
        ends = (packages[0], packages[-1])  # a folder of scripts at the top, or a module of them
        words = self._words
        return not set(words.one_off_modules).isdisjoint(ends) or not set(words.one_off_packages).isdisjoint(packages)

    def _is_packed_so(self, module: Module) -> bool:
        """`seeds/people.py`"""
        return not set(self._words.one_off_packages).isdisjoint(module.name.split(".")[:-1])

    def _starts_program(self, module: Module, caller: Def) -> bool:
        """A method named so of a class that is a program, or a part that is set up with it."""
        function = caller.function
        words = self._first_words.get(function.name.strip("_").partition("_")[0], frozenset())
        if not words or function.klass < 0:
            return False
        klass = self._project.symbols.classes.get(f"{module.name}.{module.outline.classes[function.klass].qualname}")
        members = self._project.types.inference.members
        for ancestor in members.ancestors(members.myself(klass)) if klass is not None else ():
            owner = members.class_of(ancestor)
            if owner is not None and any(
                self._project.types.name_of(owner.module, base, owner.klass.outer) in words for base in owner.klass.bases
            ):
                return True
        return False

    @cached_property
    def _first_words(self) -> dict[str, frozenset[str]]:
        """First word of a method's name → the classes that start by methods named so."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, words in self._words.one_off_methods.items():
            for word in words:
                found[word].add(name)
        return {word: frozenset(names) for word, names in found.items()}

    def _is_for_scripts(self, definition: Def, steps: int) -> bool:
        """All that call the function, one at least, are scripts or themselves for scripts, and nothing else of the
        program mentions its name. Tests do not count."""
        callers = self._callers.get(definition, set()) - {_place(definition)}
        body, function = definition.module.body, definition.function
        name = called_by(definition)
        if not callers or not steps or name.startswith("__"):
            return False
        if not SILENT.issuperset(last_name(body, decorator) for decorator in function.decorators):
            return False
        if not all(self._is_script(path) or self._leads_to_scripts(path, row, steps) for path, row in sorted(callers)):
            return False
        known = callers | {_place(definition)} | self._calling_others(definition)
        others = self._project.by_hand.mentions.get(name, set()) - known
        return not others or self._knowing(definition.module).isdisjoint(path for path, _ in others)

    def _knowing(self, module: Module) -> frozenset[str]:
        """The files that import the module, by others as well: only in these a word may be the name of what it holds."""
        if module.path not in self._knowing_of:
            imports = self._project.imports
            waiting, seen = [imports.number[module.name]], {imports.number[module.name]}
            while waiting:
                for importer in imports.graph("all").predecessors[waiting.pop()]:
                    if importer not in seen:
                        seen.add(importer)
                        waiting.append(importer)
            self._knowing_of[module.path] = frozenset(imports.nodes[number].path for number in seen)
        return self._knowing_of[module.path]

    def _calling_others(self, definition: Def) -> set[_Place]:
        """Where another function of the same name is called."""
        same = self._project.by_hand.run_as.get(called_by(definition), ())
        return {place for other in same if other != definition for place in self._callers[other]}

    def _is_script(self, path: str) -> bool:
        module = self._project.modules.by_path[path]
        by_hand = self._project.by_hand
        if module.is_migration or path in by_hand.asking:
            return True
        return (module.is_script or path in by_hand.files) and not LASTING.search(module.name.rpartition(".")[2])

    def _leads_to_scripts(self, path: str, row: int, steps: int) -> bool:
        module = self._project.modules.by_path[path]
        if row < 0 or not module.is_production or not steps:
            return row < 0 and module.is_production and self._is_placed_so(module)
        caller = Def(module, module.name, row)
        name = caller.function.name
        own = module.name.rpartition(".")[2] if name == _ENTRY else name  # of `main` the file says what it does
        if not self._is_named_so(module, caller) or LASTING.search(own):
            return self._is_for_scripts(caller, steps - 1)
        others = self._callers.get(caller, set()) - {(path, row)}  # a task may run what a command runs
        return all(self._is_script(by) or self._leads_to_scripts(by, other, steps - 1) for by, other in sorted(others))

    @cached_property
    def _connected(self) -> frozenset[str]:
        """Names of the functions that are handed to a signal of what happens once: `post_migrate.connect(fill)`."""
        return frozenset(
            last_name(module.body, call.arguments[0].value)
            for module, call in self._project.calls.written("connect")
            if call.arguments and not self._signals.isdisjoint(names_in(module.body, call.callee))
        )

    @property
    def _callers(self) -> Mapping[Def, AbstractSet[_Place]]:
        return self._project.effects.callers


def _place(definition: Def) -> _Place:
    return definition.module.path, definition.index
