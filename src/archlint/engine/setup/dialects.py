"""Which SQL dialect a project speaks, as far as its drivers, its addresses and its images say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.facts.syntax import Collection, Expr, Mapping, String
from archlint.project import Project

_SCHEME = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "oracle": "oracle",
    "mssql": "tsql",
    "clickhouse": "clickhouse",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "redshift": "redshift",
}
"""The first word of a database's address → the name of its dialect."""
_WORDS = "|".join(sorted(_SCHEME, key=len, reverse=True))
_ADDRESS = re.compile(rf"\b({_WORDS})(?:\+\w+)?://")
_ENGINE = re.compile(rf"[\w.]*\bbackends?\.({_WORDS})(?:\.\w+)*")
_IMAGE = re.compile(rf"(?:[\w.:-]+/)*({_WORDS})(?:[:@].*)?")
_ELSEWHERE = re.compile(r"(^|[/_.-])(tests?|testing|dev|development|local|debug|ci|sample)([/_.-]|$)")
"""Names of settings for another place than the one that counts: a database in a file is their usual one."""
_SAMPLE = 300
"""`.sql` files that are read to see whether a dialect fits them."""


def spoken(project: Project) -> dict[str, tuple[str, ...]]:
    """Dialect → the places that tell it, sorted: modules of the program and deployment files."""
    found: dict[str, set[str]] = {}
    for dialect, place in (*_drivers(project), *_addresses(project), *_deployed(project)):
        found.setdefault(dialect, set()).add(place)
    return {dialect: tuple(sorted(places)) for dialect, places in sorted(found.items())}


def _drivers(project: Project) -> Iterator[tuple[str, str]]:
    for module in project.modules.production:
        for given in module.outline.imports:
            library = project.knowledge.library(given.module) if given.level == 0 else None
            if library is not None and library.dialect:
                yield library.dialect, module.path


def _addresses(project: Project) -> Iterator[tuple[str, str]]:
    """Addresses and engines that the program's own code writes down; settings for tests and laptops are left out."""
    for module in project.modules.production:
        if _ELSEWHERE.search(module.path.removesuffix(".py")):
            continue
        exprs = [statement.value for statement in module.body.statements if statement.value is not None]
        exprs += [argument.value for call in module.body.calls for argument in call.arguments]
        for text in (text for expr in exprs for text in _strings(expr)):
            if match := _ADDRESS.match(text) or _ENGINE.fullmatch(text):
                yield _SCHEME[match[1]], module.path


def _strings(expr: Expr, depth: int = 0) -> Iterator[str]:
    if isinstance(expr, String):
        yield expr.value
    elif depth < 4 and isinstance(expr, Mapping):
        for value in expr.values:
            yield from _strings(value, depth + 1)
    elif depth < 4 and isinstance(expr, Collection):
        for item in expr.items:
            yield from _strings(item, depth + 1)


def _deployed(project: Project) -> Iterator[tuple[str, str]]:
    for path, _, value in project.deployment.environment():
        if match := _ADDRESS.match(value):
            yield _SCHEME[match[1]], path
    for path, deployable in project.deployment.deployables:
        if match := _IMAGE.fullmatch(deployable.image):
            yield _SCHEME[match[1]], path


def fits(project: Project, dialect: str) -> bool:
    """Can the `.sql` files be read in that dialect as well as by trying all in turn?"""
    texts = [text for _, text in sorted(project.sql_files.items())][:_SAMPLE]
    tried = project.read_sql([(text, f"{dialect},") for text in texts])
    alone = project.read_sql([(text, dialect) for text in texts])
    return sum(len(said.unparsed) for said in alone) <= sum(len(said.unparsed) for said in tried)
