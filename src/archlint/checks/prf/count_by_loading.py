"""PRF003: rows are loaded to be counted."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof
from archlint.facts.syntax import Attribute, CallRef, Collection, Expr, Name, Operation
from archlint.project.listings.counted_relations import CountedRelations
from archlint.project.listings.loaded_rows import LoadedRows, chain_of, counted_value
from archlint.project.model import CallSite
from archlint.project.parts import parts_of
from archlint.project.source.modules import Module
from archlint.project.source.one_off import OneOff, OneOffWords
from archlint.project.spelling import shorten, spell

_LENGTH = "builtins.len"
_FILE = "sqlite"


class Params(OneOffWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`counting`: last names of library callables that let the database count; `loading`: those that load all rows;
    `bounded`: those in a chain that bound its rows, so that counting them costs little; `ahead`: those that load relations
    together with their owners.  The rest: see `OneOffWords`."""

    counting: tuple[str, ...]
    loading: tuple[str, ...]
    bounded: tuple[str, ...]
    ahead: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each `len` of rows that are loaded for it alone, a proof for each count that the database makes."""
    rows = LoadedRows(project, params.loading, params.bounded, params.ahead)
    relations, once = CountedRelations(project, rows.ahead), OneOff(project, params)
    for site in project.calls.to(_LENGTH):
        if not site.module.is_production or len(site.call.arguments) != 1:
            continue
        counted = site.call.arguments[0].value
        if rows.loads(site.module, counted, site.call.context):
            given = counted_value(site.module, counted, site.call.context) if isinstance(counted, Name) else None
            doubt = _doubt(site, once) or _doubt_of_file(project, site.module, given or counted)
            words = {"rows": shorten(spell(site.module.body, given or counted), 60), "doubt": f"; {doubt}" if doubt else ""}
            yield Hit(site.site, words, confidence=Confidence.LOW if doubt else Confidence.HIGH)
        elif relations.is_counted(site.module, counted, site.call.context):
            words = {"rows": spell(site.module.body, counted), "doubt": "; there may be a handful"}
            yield Hit(site.site, words, confidence=Confidence.LOW)
    for point in project.effects.points("db.read"):
        call = point.call
        if point.is_direct and point.kind == "call" and call is not None and point.module.is_production:
            callee = call.call.callee
            if isinstance(callee, Attribute) and callee.attr in params.counting:
                yield Proof(point.site, "the database counts")


def _doubt(site: CallSite, once: OneOff) -> str:
    """Why it costs little to load them."""
    if site.caller is None or once.runs_once(site.module, site.caller):
        return "it runs once in a while"
    if _sizes_list(site):
        return "a list is made that is as long"
    return ""


def _doubt_of_file(project: Project, module: Module, expr: Expr) -> str:
    """The driver's only databases are files of the machine, from which a row comes as fast as its number."""
    sites = [project.calls.in_module(module)[part.index] for part in chain_of(module, expr) if isinstance(part, CallRef)]
    packages = {site.receiver.name.partition(".")[0] for site in sites if site.receiver is not None}
    is_file = any(project.knowledge.drivers.get(package) == _FILE for package in packages)
    return "the database is a file" if is_file else ""


def _sizes_list(site: CallSite) -> bool:
    """`[None] * len(rows)`"""
    body = site.module.body
    return any(
        isinstance(part, Operation)
        and part.op == "*"
        and any(isinstance(side, Collection) for side in part.operands)
        and any(isinstance(side, CallRef) and side.index == site.index for side in part.operands)
        for statement in body.statements
        if statement.at <= site.site.at < statement.end
        for part in parts_of(body, statement.value)
    )
