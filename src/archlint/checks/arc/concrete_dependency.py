"""ARC005: application code that takes or makes the class behind a port, though the port says all that it uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.model import Def, Type
from archlint.project.names.symbols import ClassDef
from archlint.project.parts import parts_of
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name
from archlint.project.words import words_of


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`factories`: words in the names of modules, classes and functions whose work it is to make things."""

    factories: tuple[str, ...]


class _Use(Struct, frozen=True):
    """A place where application code names a class. `owner`: the function or class that does; `way`: the message."""

    site: Site
    name: str
    owner: str
    way: str


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each class behind a port that a module of the application takes or makes; a proof for each port that it
    takes. That the import itself points outward, where it does, is ARC001's to say."""
    ports = _Ports(project)
    for module in project.layers.members("application"):
        if ports.behind and not project.layers.is_composition_root(module):
            yield from _module(project, module, ports, params)


def _module(project: Project, module: Module, ports: _Ports, params: Params) -> Iterator[Hit | Proof]:
    concrete: dict[str, list[_Use]] = defaultdict(list)
    for use in _uses(project, module, ports.words, params):
        if use.name in ports.behind:
            concrete[use.name].append(use)
        elif use.name in ports.names and use.way == "taken":
            yield Proof(use.site, f"`{use.owner}` takes the port `{use.name.rpartition('.')[2]}`")
    for name, uses in concrete.items():
        klass, port = ports.classes[name], ports.behind[name]
        if not ports.says_all(module, klass, port):
            continue
        first, *others = sorted(uses, key=lambda use: use.site)
        words = {"owner": first.owner, "class": klass.klass.name, "port": port.klass.name}
        place = Site(port.module.path, port.klass.name_at, port.klass.name_at + len(port.klass.name))
        related = (Step(place, "the port"), *(Step(use.site, f"`{use.owner}` too") for use in others[:5]))
        is_shared = ports.is_shared(port)
        yield Hit(
            first.site,
            words,
            "shared" if is_shared else first.way,
            Confidence.LOW if is_shared else Confidence.HIGH,
            related=related,
        )


def _uses(project: Project, module: Module, words: frozenset[str], params: Params) -> Iterator[_Use]:
    """Parameters, fields and calls that name a class whose last name is one of the words."""
    if words.isdisjoint(reference.name for reference in project.imports.references[module.path]):
        return
    outline, body = module.outline, module.body
    for function in outline.functions:
        for parameter in function.parameters:
            if parameter.annotation is not None and not _makes(module, function.qualname, params):
                for name in _named(project, module, parameter.annotation, function.outer, words):
                    yield _Use(Site(module.path, parameter.at, parameter.end), name, function.qualname, "taken")
    for statement in module.statements.get("annotate", ()):
        place = body.contexts[statement.context]
        if place.kind == "class" and statement.annotation is not None:
            for name in _named(project, module, statement.annotation, statement.context, words):
                yield _Use(Site(module.path, statement.at, statement.end), name, outline.classes[place.klass].name, "taken")
    for call in body.calls:
        if last_name(body, call.callee) in words:
            row = body.contexts[call.context].function
            owner = outline.functions[row].qualname if row >= 0 else module.name
            for type_ in project.types.all(module, call.callee, call.context):
                if type_.is_class and not _makes(module, owner, params):
                    yield _Use(Site(module.path, call.at, call.end), type_.name, owner, "made")


def _named(project: Project, module: Module, annotation: Expr, context: int, words: frozenset[str]) -> Iterator[str]:
    """The classes of those last names in an annotation: `Orders`, `Orders | None`, `Annotated[Orders, …]`."""
    for part in parts_of(module.body, annotation):
        if isinstance(part, Name | Attribute) and last_name(module.body, part) in words:
            yield from (type_.name for type_ in project.types.all(module, part, context) if type_.is_class)


def _makes(module: Module, owner: str, params: Params) -> bool:
    """It is a factory or a provider: by its own name, its class's or its module's."""
    names = (*owner.split("."), module.name.rpartition(".")[2])
    return any(word in params.factories for name in names for word in words_of(name))


class _Ports:
    """The classes of the infrastructure that stand behind ports of the project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.classes = project.symbols.classes
        self._members = project.types.inference.members

    @cached_property
    def behind(self) -> dict[str, ClassDef]:
        """Class of the infrastructure → the nearest class above it that only says what there is to do; a protocol of which it
        has all methods."""
        found = {}
        for above, port, below, implementing in self._project.layers.implemented_ports:
            said = self.classes.get(f"{above.name}.{port.qualname}")
            if said is not None and self._is_port(said):
                found[f"{below.name}.{implementing.qualname}"] = said
        for module in self._project.layers.members("infrastructure"):
            for klass in module.outline.classes:
                name = f"{module.name}.{klass.qualname}"
                bases = (self.classes.get(ancestor.name) for ancestor in self._members.ancestors(Type(name))[1:])
                nearest = next((each for each in bases if each is not None and self._is_port(each)), None)
                if nearest is not None and name in self.classes and not self._is_port(self.classes[name]):
                    found[name] = nearest
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(port.name for port in self.behind.values())

    @cached_property
    def words(self) -> frozenset[str]:
        """The last names of both."""
        return frozenset(name.rpartition(".")[2] for name in (*self.behind, *self.names))

    def _is_port(self, klass: ClassDef) -> bool:
        """A protocol, or a class each of whose public methods is abstract."""
        rows = [row for row, f in enumerate(klass.module.outline.functions) if f.klass == klass.index and f.name[0] != "_"]
        knowledge, returns = self._project.knowledge, self._project.types.inference.returns
        if any(knowledge.role(base.name) == "protocol" for base in self._members.bases(klass)):
            return bool(rows)
        return bool(rows) and all("abstract" in returns.marks(Def(klass.module, klass.module.name, row)) for row in rows)

    def says_all(self, module: Module, klass: ClassDef, port: ClassDef) -> bool:
        """What the module uses of the class (where it uses nothing: all that the class offers) is the port's."""
        used = self._used(module, klass)
        if not used:
            functions = klass.module.outline.functions
            used = {f.name for f in functions if f.klass == klass.index and not f.name.startswith("_")}
        above = self._members.ancestors(Type(port.name))
        return all(any(self._members.has_own(ancestor, name) for ancestor in above) for name in used)

    def is_shared(self, port: ClassDef) -> bool:
        """It leaves open what it is about, and several stand behind it: a base of them, which nobody can take."""
        members = [name for name, each in self.behind.items() if each.name == port.name]
        return len(members) > 1 and bool(self._members.parameters(port))

    def _used(self, module: Module, klass: ClassDef) -> set[str]:
        """The attributes of its objects that the module reads in calls, and what `with` over one asks for."""
        found = {
            "__aenter__" if place.is_async else "__enter__"
            for place in module.body.contexts
            if place.kind == "with" and place.subject is not None and self._is_one(module, place.subject, place.parent, klass)
        }
        for call in module.body.calls:
            expr = call.callee
            while isinstance(expr, Attribute | CallRef):
                if isinstance(expr, Attribute):
                    if self._is_one(module, expr.base, call.context, klass):
                        found.add(expr.attr)
                    expr = expr.base
                else:
                    expr = module.body.calls[expr.index].callee
        return found

    def _is_one(self, module: Module, expr: Expr, context: int, klass: ClassDef) -> bool:
        types = self._project.types.all(module, expr, context)
        return any(type_.name == klass.name and not type_.is_class for type_ in types)
