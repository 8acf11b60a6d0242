"""Which database a project uses, and which model its users are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from archlint.facts.syntax import Collection, Comparison, Expr, Operation, String, Template
from archlint.facts.syntax import Mapping as Display
from archlint.project.schema.made import Written
from archlint.project.schema.written import Reading

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DRIVER = re.compile(r"[a-z0-9]+\+[a-z0-9_]+")
"""A dialect and a driver, as what builds an address is given them."""

_TABLES = frozenset({"orm", "migrations"})
_DIALECTS = "dialects"
_OPTIONS = frozenset({"engine", "charset", "collate", "row_format"})
"""Of a table, behind the name of the one database that has them."""

_INSIDE: Mapping[type, Callable[[Any], tuple[Expr, ...]]] = {
    Display: attrgetter("values"),
    Collection: attrgetter("items"),
    Template: attrgetter("parts"),
    Operation: attrgetter("operands"),
    Comparison: attrgetter("operands"),
}


def databases_of(project: Project) -> tuple[str, ...]:
    """The dialects of the databases in use, the one to judge by first; empty where none is known.

    The configured one; else what settings name as engine and deployment files give as address or run beside; else what drivers
    in use imply, or drivers that the manifests name: a mapper loads one by an address that stands nowhere; else what tables are
    told for one database alone, which stands behind the others otherwise; else whose types their columns have. Of several the
    one that does the least by itself is first: PostgreSQL before MySQL, and SQLite, on which tests and first steps run, only
    where nothing else is named."""
    if project.settings.dialect:
        return (project.settings.dialect.split(",")[0],)
    named = [dialect for dialect, _ in (_of_settings(project) + _of_deployment(project)).most_common()]
    of_drivers = [dialect for dialect in project.statements.dialect.split(",") if dialect]
    drivers = project.knowledge.drivers
    declared = list(dict.fromkeys(drivers[name] for name in project.settings.requirements if name in drivers))
    of_tables = _of_tables(project)
    for found in (named, of_drivers, declared, of_tables, _of_types(project)):
        serious = [dialect for dialect in found if dialect != "sqlite"]
        if serious:
            ordered = sorted(serious, key=lambda dialect: dialect != "postgres")
            return tuple(dict.fromkeys([*ordered, *of_tables]))
    return ("sqlite",) if "sqlite" in (*named, *of_drivers, *declared) else ()


def _of_settings(project: Project) -> Counter[str]:
    found: Counter[str] = Counter()
    engines = project.knowledge.databases
    for module in project.modules.production:
        if module.is_settings:
            for text in _texts(module):
                scheme, colon, _ = text.partition("://")
                is_address = bool(colon) or _DRIVER.fullmatch(text) is not None
                last = text.rpartition(".")[2] if ".backends" in text or ".gis" in text else ""
                known = engines.get(scheme.partition("+")[0]) if is_address else None
                known = known or next((dialect for word, dialect in engines.items() if last.startswith(word)), None)
                if known:
                    found[known] += 1
    return found


def _texts(module: Module) -> list[str]:
    """The texts in a module's calls and statements, displays and templates opened."""
    waiting = [a.value for call in module.body.calls for a in call.arguments]
    waiting += [s.value for s in module.body.statements if s.value is not None]
    found: list[str] = []
    for expr in waiting:  # which grows on the way
        if type(expr) is String:
            found.append(expr.value)
        elif (inside := _INSIDE.get(type(expr))) is not None:
            waiting += inside(expr)
    return found


def _of_tables(project: Project) -> list[str]:
    """By what only one database asks of a table: `mysql_engine="InnoDB"`."""
    engines, kinds_of = project.knowledge.databases, project.knowledge.package_kinds
    found: dict[str, None] = {}
    for module in project.modules.all:
        kinds = {kind for each in module.outline.imports if each.level == 0 for kind in kinds_of(each.module)}
        if module.is_test or _TABLES.isdisjoint(kinds):
            continue
        named = {argument.name for call in module.body.calls for argument in call.arguments if argument.name is not None}
        for statement in module.statements.get("assign", ()):
            named |= set(_keys(statement.value))
        for name in sorted(named):
            database, _, option = name.partition("_")
            if option in _OPTIONS and database in engines:
                found[engines[database]] = None
    return list(found)


def _of_types(project: Project) -> list[str]:
    """By the types that columns have of one database: `from sqlalchemy.dialects import mysql`."""
    engines, kinds_of = project.knowledge.databases, project.knowledge.package_kinds
    parts = (
        (f"{each.module}.{each.name}" if each.name else each.module).split(".")
        for module in project.modules.all
        if not module.is_test
        for each in module.outline.imports
        if each.level == 0 and not _TABLES.isdisjoint(kinds_of(each.module))
    )
    named = (names[names.index(_DIALECTS) + 1] for names in parts if _DIALECTS in names[:-1])
    return list(dict.fromkeys(engines[name] for name in named if name in engines))


def _keys(expr: Expr | None) -> Iterator[str]:
    """Those of a mapping, or of one at the end of a tuple: `__table_args__ = (…, {"mysql_engine": "InnoDB"})`."""
    if isinstance(expr, Collection) and expr.items:
        yield from _keys(expr.items[-1])
    if isinstance(expr, Display):
        yield from (key.value for key in expr.keys if isinstance(key, String))


def _of_deployment(project: Project) -> Counter[str]:
    """By the addresses in environments, and the servers that run beside."""
    found: Counter[str] = Counter()
    engines = project.knowledge.databases
    for _, _, value in project.deployment.environment():
        scheme, colon, _ = value.partition("://")
        if colon and scheme.partition("+")[0] in engines:
            found[engines[scheme.partition("+")[0]]] += 1
    for _, deployable in project.deployment.deployables:
        image = deployable.image.partition(":")[0].rpartition("/")[2]
        if image in engines:
            found[engines[image]] += 1
    return found


def users_model(project: Project) -> str:
    """`app.Model` of the setting that names it, else the framework's own."""
    reading = Reading(project)
    for module in project.modules.production:
        if not module.is_settings:
            continue
        for name in project.symbols.scopes(module).names(0):
            if name.endswith("_USER_MODEL"):
                for binding in project.symbols.scopes(module).bindings(0, name):
                    statement = module.body.statements[binding.index] if binding.kind == "statement" else None
                    if statement is not None and statement.value is not None:
                        text = reading.text(Written(module, statement.value, statement.context))
                        if text:
                            return text
    return "auth.User"
