"""SQL007: a constant text that is executed, and that parses in no dialect in use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site
from archlint.facts.sql import Unparsed
from archlint.facts.syntax import CallRef
from archlint.project.model import CallSite
from archlint.project.sql.statements import Sql

_FIRST = re.compile(r"begins with (\w+),")
_COMPOSED = "db-quoted"
_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE")


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """Parts of the parser's reasons; see the document."""

    limits: tuple[str, ...]
    beyond: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    hits: dict[Site, Hit] = {}
    for sql in project.statements.all:
        if sql.is_test or sql.is_vendored:
            continue
        if sql.built is None:
            hits.update((hit.site, hit) for hit in _of_file(sql, params))
            continue
        if sql.sink is None:
            continue
        if _is_part(project, sql.sink) or not _is_sure(sql) or not sql.built.is_constant or not sql.text.strip():
            continue
        if len(project.statements.by_sink[sql.sink.path, sql.sink.index]) > 1:
            continue  # which of them goes with which is not told
        if not sql.facts.unparsed:
            if sql.facts.statements:
                yield Proof(sql.sink.site, f"parses as {sql.dialect or 'SQL'}")
            continue
        for unparsed in sql.facts.unparsed:
            meant = _meant(unparsed)
            if meant or not _is_beyond(unparsed, params):
                site = sql.site(unparsed.at, _line_end(sql, unparsed))
                sure = Confidence.MEDIUM if unparsed.flaw or meant else Confidence.LOW
                words = {"reason": meant or unparsed.flaw or unparsed.reason}
                hits.setdefault(site, Hit(site, words, confidence=min(sql.confidence, sure)))
    for site in sorted(hits):
        yield hits[site]


def _of_file(sql: Sql, params: Params) -> Iterator[Hit]:
    """A file is written for one database, and may hold what belongs to its shell: only what is wrong everywhere is told."""
    for unparsed in sql.facts.unparsed:
        reason = _meant(unparsed) or ("" if _is_beyond(unparsed, params) else unparsed.flaw)
        if reason:
            yield Hit(sql.site(unparsed.at, _line_end(sql, unparsed)), {"reason": reason}, confidence=Confidence.MEDIUM)


def _is_part(project: Project, sink: CallSite) -> bool:
    """The call makes a text that the driver composes (`SQL("SELECT id FROM ") + table`), and what is made is not handed on as
    it is: what stands behind it may close the bracket."""
    module, context = sink.module, sink.call.context
    made = project.types.all(module, CallRef(sink.call.at, sink.call.length, sink.index), context)
    if not any(project.types.role(each) == _COMPOSED for each in made):
        return False
    given = (argument.value for call in module.body.calls for argument in call.arguments)
    return not any(isinstance(value, CallRef) and value.index == sink.index for value in given)


def _is_sure(sql: Sql) -> bool:
    """A library takes it, or a function of the project that hands it to one."""
    assert sql.sink is not None  # noqa: S101 - the caller's promise
    handed = sql.confidence > Confidence.LOW and any(target.definition is not None for target in sql.sink.targets)
    return handed or sql.sink.operation is not None


def _meant(unparsed: Unparsed) -> str:
    """A first word that is nearly one that begins a statement: `SELEC`."""
    found = _FIRST.match(unparsed.reason)
    near = get_close_matches(found[1], _VERBS, 1, 0.8) if found is not None else []
    return (
        f"it begins with `{found[1]}`, which is hardly more than a mistyped `{near[0]}`" if found is not None and near else ""
    )


def _is_beyond(unparsed: Unparsed, params: Params) -> bool:
    """The reason says more of the parser than of the statement."""
    return unparsed.reason.startswith(params.limits) or any(words in unparsed.reason for words in params.beyond)


def _line_end(sql: Sql, unparsed: Unparsed) -> int:
    return unparsed.at + len(sql.text[unparsed.at : unparsed.end].partition("\n")[0].rstrip())
