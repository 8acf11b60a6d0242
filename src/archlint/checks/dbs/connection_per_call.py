"""DBS011: a connection, pool or client that is made for each request in place of once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Attribute, Await, CallRef, Name
from archlint.project.control.conditions import is_failure_path
from archlint.project.effects.run_by_requests import Request, RunByRequests
from archlint.project.loops.repeated import LoopWords
from archlint.project.model import CallSite, Def
from archlint.project.parts import names_in
from archlint.project.source.one_off import OneOff
from archlint.project.types.made_to_last import MadeToLast
from archlint.project.values.fixed_addresses import FixedAddresses

_WORD = re.compile(r"[a-z]+")
_ASKING = frozenset({"GET", "HEAD"})
_SETS_UP = re.compile(r"\b(?:DROP\s+(?:TABLE|SCHEMA|DATABASE)|CREATE\s+DATABASE)\b", re.IGNORECASE)


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`memo`: parts of names of decorators that keep results; `of_request`: names of objects that live as long as a request;
    `given_pool`: arguments by which a client gets connections that others have made; `probes`: words of paths and functions of
    what only asks how things are, so that a request that changes something is none; `aside`: of what is asked seldom, or has
    to connect anew; `held`: methods for which a connection of one's own is held; `signing`: methods by which a client becomes
    that of one user; `files`: beginnings of addresses of databases that are files.  The rest: see `LoopWords`."""

    memo: tuple[str, ...]
    of_request: tuple[str, ...]
    given_pool: tuple[str, ...]
    probes: tuple[str, ...]
    aside: tuple[str, ...]
    held: tuple[str, ...]
    signing: tuple[str, ...]
    files: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each call that connects, or makes what connects, while requests are answered; a proof for each whose result
    is kept."""
    lasting, one_off = MadeToLast(project, params.memo, params.of_request), OneOff(project, params)
    setting_up = frozenset(s.origin for s in project.statements.all if s.origin is not None and _SETS_UP.search(s.text))
    requests, addresses = RunByRequests(project, lasting.passes, follows_injected=True), FixedAddresses(project, params.files)
    for site in project.calls.connecting:
        if not site.module.is_production or any(site.argument(f":{name}") is not None for name in params.given_pool):
            continue
        if site.caller is None or lasting.is_kept(site):
            yield Proof(site.site, "it is made once and kept")
            continue
        if site.module.is_script or one_off.runs_once(site.module, site.caller) or addresses.is_file(site):
            continue
        if _is_of_user(site, site.caller, params.signing):
            yield Proof(site.site, "it is signed in for one user, whom no other request may share")
            continue
        request = requests.of(site.caller, counts=lambda request: not _is_aside(request, setting_up, params))
        if request is not None:
            yield _hit(site, request, addresses)


def _hit(site: CallSite, request: Request, addresses: FixedAddresses) -> Hit:
    words = {"target": site.targets[0].name, "endpoint": request.endpoint.label, "function": request.way[-1].function.name}
    is_sure = addresses.is_fixed(site, request.way) and not _is_fallback(site)
    known = site.confidence if is_sure else Confidence.LOW
    steps = tuple(Step(definition.site, f"runs {definition.name}") for definition in request.way)
    return Hit(site.site, words, "default", known, path=(*steps, Step(site.site, f"calls {site.targets[0].name}")))


def _is_fallback(site: CallSite) -> bool:
    """It connects where something else has failed, or gave nothing: `if pooled is not None: return pooled` stands before."""
    module, call = site.module, site.call
    if is_failure_path(module, call.context):
        return True
    own = module.own_statements(module.body.contexts[call.context].function)
    got = {s.target.id for s in own if s.at < call.at and isinstance(s.target, Name) and isinstance(s.value, CallRef | Await)}
    for statement in own:
        place = module.body.contexts[statement.context]
        if statement.kind == "return" and statement.at < call.at and isinstance(statement.value, Name) and place.kind == "if":
            name = statement.value.id
            if name in got and name in names_in(module.body, place.subject):
                return True
    return False


def _is_of_user(site: CallSite, caller: Def, signing: tuple[str, ...]) -> bool:
    """`client = create_client(…)`, then `client.auth.sign_in_with_password(…)`: the client keeps whose it is."""
    module = site.module
    own = module.own_statements(caller.index)
    named = {s.target.id for s in own if isinstance(s.target, Name) and s.value is not None and s.value.end == site.call.end}
    called = (call.callee for call in module.own_calls(caller.index) if call.at >= site.call.end)
    return any(
        isinstance(callee, Attribute) and callee.attr in signing and not named.isdisjoint(names_in(module.body, callee.base))
        for callee in called
    )


def _is_aside(request: Request, setting_up: frozenset[Def | None], params: Params) -> bool:
    """It is a probe, a test of settings or a long-lived stream, the connection is held for messages, or drops what is there, or
    makes a database, as nothing does again and again."""
    endpoint = request.endpoint
    if "WEBSOCKET" in endpoint.methods:
        return True
    names = (endpoint.path, *(definition.function.name for definition in request.way))
    words = {word for name in names for word in _WORD.findall(name.lower())}
    is_probe = not words.isdisjoint(params.probes) and (not endpoint.methods or not _ASKING.isdisjoint(endpoint.methods))
    if is_probe or not words.isdisjoint(params.aside):
        return True
    return any(definition in setting_up or _holds(definition, params) for definition in request.way)


def _holds(definition: Def, params: Params) -> bool:
    calls = definition.module.own_calls(definition.index)
    return any(isinstance(call.callee, Attribute) and call.callee.attr in params.held for call in calls)
