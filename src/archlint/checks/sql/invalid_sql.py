"""SQL007: a constant text that is executed, and that parses in no dialect in use."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site
from archlint.facts.sql import Unparsed
from archlint.project.statements import Sql


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """Parts of the parser's reasons; see the document."""

    limits: tuple[str, ...]
    beyond: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    hits: dict[Site, Hit] = {}
    for sql in project.statements.all:
        if sql.built is None or sql.sink is None or sql.is_test or sql.is_vendored:
            continue
        if sql.sink.operation is None or not sql.built.is_constant or not sql.text.strip():
            continue
        if len(project.statements.by_sink[sql.sink.path, sql.sink.index]) > 1:
            continue  # which of them goes with which is not told
        if not sql.facts.unparsed:
            if sql.facts.statements:
                yield Proof(sql.sink.site, f"parses as {sql.dialect or 'SQL'}")
            continue
        for unparsed in sql.facts.unparsed:
            if not _is_beyond(unparsed, params):
                site = sql.site(unparsed.at, _line_end(sql, unparsed))
                sure = Confidence.MEDIUM if unparsed.flaw else Confidence.LOW
                words = {"reason": unparsed.flaw or unparsed.reason}
                hits.setdefault(site, Hit(site, words, confidence=min(sql.confidence, sure)))
    for site in sorted(hits):
        yield hits[site]


def _is_beyond(unparsed: Unparsed, params: Params) -> bool:
    """The reason says more of the parser than of the statement."""
    return unparsed.reason.startswith(params.limits) or any(words in unparsed.reason for words in params.beyond)


def _line_end(sql: Sql, unparsed: Unparsed) -> int:
    return unparsed.at + len(sql.text[unparsed.at : unparsed.end].partition("\n")[0].rstrip())
