"""What is known of libraries, asked by dotted name. Built from the documents under `rules/knowledge/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cached_property

from archlint.facts.knowledge import Library, Operation, TypeInfo
from archlint.facts.schema_knowledge import SchemaModel, SchemaPart
from archlint.project.types.lazy_ways import lazy_ways
from archlint.project.types.notation import parse_notation

_CHAINED = Operation(returns="self")
_ANSWERING = frozenset(
    {"get", "create", "make", "add", "save", "delete", "update", "bulk", "first", "last", "count", "exists", "is", "has", "can"}
    | {"to", "as", "one", "scalar", "set", "remove", "clear", "aggregate", "sum", "max", "min", "avg", "number", "paginate"}
    | {"iter", "in", "try", "find", "fetch", "execute", "run", "insert", "upsert", "check", "send", "async", "acreate", "aget"}
)
"""First words of methods that hardly give the query again, whoever has added them."""


class Knowledge:
    """The libraries of the documents, joined. All answers are about canonical names, see `canonical`.

    `lazy_ways`: as the property, where it is known already."""

    def __init__(self, libraries: Iterable[Library] = (), lazy_ways: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.libraries: tuple[Library, ...] = tuple(sorted(libraries, key=lambda library: library.library))
        self._aliases: dict[str, str] = {}
        self._prefixes: dict[str, str] = {}
        self._types: dict[str, TypeInfo] = {}
        self._functions: dict[str, Operation] = {}
        self._values: dict[str, str] = {}
        self._schema: dict[str, SchemaPart] = {}
        self._models: dict[str, SchemaModel] = {}
        self.databases: dict[str, str] = {}
        self.drivers: dict[str, str] = {}
        """Distribution of a driver → the dialect that its use implies."""
        """What engines and addresses are called → the SQL dialect."""
        self.indexes_keys: frozenset[str] = frozenset()
        """Dialects of servers that make an index for each foreign key by themselves."""
        self.keeps_names: frozenset[str] = frozenset()
        """Dialects of servers that keep the letters of a name without quotes."""
        self.shrinks_keys: frozenset[str] = frozenset()
        self.makes_tables: frozenset[str] = frozenset()
        self.hands_over: frozenset[str] = frozenset()
        self._packages: dict[str, Library] = {}
        self._libraries: dict[str, Library | None] = {}
        self._canonical: dict[str, str] = {}
        self._lineages: dict[str, tuple[str, ...]] = {}
        self._roles: dict[str, str] = {}
        self._unasked: dict[str, bool] = {}
        self._lazy_ways = lazy_ways
        for library in self.libraries:
            self._add(library)

    def _add(self, library: Library) -> None:
        for path, meant in library.aliases.items():
            if path.endswith(".*"):
                self._prefixes[path[:-1]] = meant[:-1]
            else:
                self._aliases[path] = meant
        self._types |= library.types
        self._functions |= library.functions
        self._values |= library.values
        self._schema |= library.schema
        self._models |= library.models
        self.databases |= library.databases
        if library.dialect is not None:
            names = (*library.distributions, *(package.lower().replace("_", "-") for package in library.packages))
            self.drivers |= dict.fromkeys(names, library.dialect)
        self.indexes_keys |= frozenset(library.indexes_keys)
        self.keeps_names |= frozenset(library.keeps_names)
        self.shrinks_keys |= frozenset(library.shrinks_keys)
        self.makes_tables |= frozenset(library.makes_tables)
        self.hands_over |= frozenset(library.hands_over)
        for package in library.packages:
            self._packages.setdefault(package, library)

    def canonical(self, dotted: str) -> str:
        """The name under which the documents know what `dotted` is another public path of; itself if there is none."""
        known = self._canonical.get(dotted)
        if known is None:
            known = self._canonical[dotted] = self._follow(dotted)
        return known

    def _follow(self, dotted: str) -> str:
        for _ in range(8):  # an alias may lead to an alias; the bound ends a circle
            if dotted in self._types or dotted in self._functions or dotted in self._values or dotted in self._schema:
                return dotted
            head, tail, moved = dotted, "", None
            while head:
                moved = self._aliases.get(head) or self._prefixes.get(head + ".")
                if moved is not None:
                    break
                head, _, last = head.rpartition(".")
                tail = f".{last}{tail}"
            if moved is None:
                return dotted
            dotted = moved.rstrip(".") + tail
        return dotted

    def function(self, dotted: str) -> Operation | None:
        """What calling the library callable does; a method is named `package.Type.method`."""
        dotted = self.canonical(dotted)
        found = self._functions.get(dotted)
        if found is not None:
            return found
        info = self._types.get(dotted)
        if info is not None:
            return info.construct
        owner, _, name = dotted.rpartition(".")
        method = self.method(owner, name) if owner in self._types else None
        return method[1] if method else None

    def has_one_for_many(self, dotted: str) -> bool:
        """Beside the function stands one whose name begins with its name and which takes many: `send_each` beside `send`."""
        begin = f"{self.canonical(dotted)}_"
        return any(name.startswith(begin) and about.many is not None for name, about in self._functions.items())

    def type(self, dotted: str) -> TypeInfo | None:
        return self._types.get(self.canonical(dotted))

    def value(self, dotted: str) -> str | None:
        """The type (in notation) of a library's module-level object."""
        return self._values.get(self.canonical(dotted))

    def schema(self, dotted: str) -> SchemaPart | None:
        """What a callable or class says of a schema; a method is named `package.Type.method`."""
        return self._schema.get(dotted) or self._schema.get(self.canonical(dotted))

    def model(self, dotted: str) -> SchemaModel | None:
        """How subclasses of the type are tables."""
        return self._models.get(self.canonical(dotted))

    def lineage(self, name: str) -> tuple[str, ...]:
        """The type itself and its bases, nearest first; names only, without type arguments."""
        name = self.canonical(name)
        known = self._lineages.get(name)
        if known is None:
            order = [name]
            for current in order:
                info = self._types.get(current)
                for base in info.bases if info else ():
                    dotted = self.canonical(parse_notation(base).name)
                    if dotted not in order:
                        order.append(dotted)
            known = self._lineages[name] = tuple(order)
        return known

    def method(self, type_name: str, name: str) -> tuple[str, Operation] | None:
        """(the type that declares it, what it does) of a method, looked up along the bases."""
        for owner in self.lineage(type_name):
            info = self._types.get(owner)
            if info is None:
                continue
            if name in info.methods:
                return owner, info.methods[name]
            if name in info.chain:
                return owner, _CHAINED
        if name.partition("_")[0] not in _ANSWERING:
            for owner in self.lineage(type_name):
                info = self._types.get(owner)
                if info is not None and "*" in info.chain and name not in info.attributes:
                    return owner, _CHAINED
        return None

    def is_irrelevant(self, dotted: str) -> bool:
        """A document lists the name among those of which nothing has to be known."""
        known = self._unasked.get(dotted)
        if known is None:
            patterns = (pattern for library in self.libraries for pattern in library.irrelevant)
            known = self._unasked[dotted] = any(fnmatchcase(dotted, pattern) for pattern in patterns)
        return known

    def role(self, type_name: str) -> str:
        """The nearest role along the bases, or an empty string."""
        known = self._roles.get(type_name)
        if known is None:
            known = self._roles[type_name] = next((info.role for _, info in self.infos(type_name) if info.role), "")
        return known

    def infos(self, type_name: str) -> Iterator[tuple[str, TypeInfo]]:
        """(name, what is known) of the type and its bases, nearest first."""
        for owner in self.lineage(type_name):
            info = self._types.get(owner)
            if info is not None:
                yield owner, info

    def library(self, dotted: str) -> Library | None:
        """The library that a dotted name belongs to, by its longest known package."""
        if dotted not in self._libraries:
            outer = dotted.rpartition(".")[0]
            found = self._packages.get(dotted)
            self._libraries[dotted] = found if found is not None or not outer else self.library(outer)
        return self._libraries[dotted]

    def package_kinds(self, dotted: str) -> tuple[str, ...]:
        """What a package is (`orm`, `web-framework`, …); empty where nothing is known of it."""
        library = self.library(dotted)
        return library.kinds if library else ()

    @cached_property
    def lazy_ways(self) -> Mapping[str, tuple[str, ...]]:
        """See `lazy_ways.lazy_ways`."""
        return lazy_ways(self.libraries) if self._lazy_ways is None else self._lazy_ways

    @cached_property
    def handing(self) -> frozenset[str]:
        """Names of methods that libraries call themselves, and hand something."""
        return frozenset(name for library in self.libraries for info in library.types.values() for name in info.hands)

    @cached_property
    def told_by_use(self) -> dict[str, tuple[tuple[str, frozenset[str], Library], ...]]:
        """Method → the types that it tells an unknown object to be, each with those that its first argument must be of."""
        found: dict[str, list[tuple[str, frozenset[str], Library]]] = {}
        for library in self.libraries:
            for dotted, info in sorted(library.types.items()):
                for method, wanted in info.asked.items():
                    found.setdefault(method, []).append((dotted, frozenset(map(self.canonical, wanted)), library))
        return {method: tuple(types) for method, types in found.items()}

    @cached_property
    def names(self) -> dict[str, tuple[tuple[str, Library], ...]]:
        """Variable name (or `owner.attribute`) → the types that it means by habit, with the library each is of."""
        found: dict[str, list[tuple[str, Library]]] = {}
        for library in self.libraries:
            for dotted, info in sorted(library.types.items()):
                for name in info.names:
                    found.setdefault(name, []).append((dotted, library))
        return {name: tuple(types) for name, types in sorted(found.items())}
