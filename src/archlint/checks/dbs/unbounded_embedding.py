"""DBS015: a list inside a document that gets longer with each request."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Expr, Mapping, String
from archlint.project.effects.run_by_requests import RunByRequests
from archlint.project.loops.repeated import LoopWords
from archlint.project.model import Def
from archlint.project.source.one_off import OneOff
from archlint.project.transactions.update_documents import UpdateDocuments
from archlint.project.words import words_of


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`methods`: last names of calls that update documents; `many`: words of names of what there is no end of.  The rest: see
    `LoopWords`."""

    methods: tuple[str, ...]
    many: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each list that a request lengthens and nothing shortens, a proof for each that is bounded."""
    changes = list(UpdateDocuments(project, params.methods).all())
    one_off, requests = OneOff(project, params), RunByRequests(project)
    shortened = {change.field for change in changes if change.operator in ("$pull", "$pop", "$pullAll", "$unset")}
    for change in changes:
        if change.operator != "$push":
            continue
        site = Site(change.module.path, change.value.at, change.value.end)
        if change.field in shortened or _is_cut(change.value):
            yield Proof(site, f"`{change.field}` is shortened as well")
            continue
        caller = change.caller
        if caller is None or set(params.many).isdisjoint(words_of(change.field)) or one_off.runs_once(change.module, caller):
            continue
        request = requests.of(caller)
        if request is not None:
            words = {"field": change.field, "endpoint": request.endpoint.label}
            path = tuple(_step(definition) for definition in request.way)
            yield Hit(site, words, "default", Confidence.MEDIUM, path=(*path, Step(site, f"appends to `{change.field}`")))


def _step(definition: Def) -> Step:
    return Step(definition.site, f"runs {definition.name}")


def _is_cut(value: Expr) -> bool:
    """`{"$each": [entry], "$slice": -100}`"""
    return isinstance(value, Mapping) and any(isinstance(key, String) and key.value == "$slice" for key in value.keys)
