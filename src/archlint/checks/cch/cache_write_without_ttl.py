"""CCH001: a cache entry, or a lock, that never expires; in the write itself or in a call of the function around it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Severity, Site, Step
from archlint.facts.knowledge import CacheWrite
from archlint.facts.syntax import Attribute, Await, CallRef, Constant, Expr, Name, String
from archlint.project.caches.cache_writes import CacheWrites, Expiry
from archlint.project.caches.cached_copies import CachedCopies, CopyWords, words_of
from archlint.project.caches.kept_values import is_dated, is_gathered
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.names.decorating import decorated_by
from archlint.project.names.switches import NOTHING, Standing
from archlint.project.parts import parts_of
from archlint.project.source.led_to import LedTo
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.values.texts import Written

_ENTRIES = ("value", "many", "hash")
_DEPTH = 4
_LITERAL = re.compile(r"[\"'][^\"'{}]{3,}")
_PACKS = frozenset({"dumps", "packb"})
_ELSEWHERE = ("db.read", "http", "rpc", "process")
_VERSION = "version"
"""Of something, in a key: `f"mirrors:{release.version}"`; as a word of its own it tells how entries are written."""
_DIGEST = re.compile(r"\bsha\d+")
"""What makes a digest of the arguments, and says nothing of a state."""
_VERSIONS = frozenset({"sha", "commit", "revision", "etag", "checksum"})


class Params(CopyWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`ignore_keys`: words or whole texts in keys that may live for ever; `passing`: words in keys, or several of them joined
    by `+`, of what somebody is to come back with soon; the others: see `CopyWords`."""

    ignore_keys: tuple[str, ...]
    passing: tuple[str, ...]


class _Asked(Struct, frozen=True):
    """A write, and the call that decides on its expiry: itself, or a call of the function around it."""

    site: CallSite
    write: CacheWrite
    decider: CallSite
    through: tuple[CallSite, ...] = ()
    owners: tuple[Def, ...] = ()
    """The functions that the calls in `through` run, the one that writes last."""


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    writes = CacheWrites(project)
    copies = CachedCopies(project, writes, params)
    seen: set[tuple[str, int]] = set()
    all_decided = [
        decided
        for site, write in writes.all
        for decided in _decided(project, writes, _Asked(site, write, site), writes.expiry(site, write), _DEPTH)
    ]
    expiring = _expiring(writes, all_decided)
    for asked, expiry in all_decided:
        place = (asked.decider.path, asked.decider.call.at)
        if place in seen:
            continue
        if expiry.kind == "parameter":
            yield from _bare(project, writes, copies, asked, expiry)
            continue
        if expiry.kind == "given":
            yield Proof(asked.decider.site, "expires")
            continue
        if (hit := _hit(project, writes, copies, asked, expiry, params)) is not None and not _is_ignored(hit, params):
            seen.add(place)
            yield _surer(project, hit, writes, asked, expiring)


def _bare(project: Project, writes: CacheWrites, copies: CachedCopies, asked: _Asked, expiry: Expiry) -> Iterator[Hit]:
    """`@kept`, of a decorator whose own parameter decides on the expiry: nobody calls it, and its default holds."""
    owner = _whose(asked.decider.caller, expiry.parameters) if asked.decider.caller is not None else None
    if owner is None or _by_default(writes, owner, expiry, asked.write).kind not in ("missing", "never"):
        return
    confidence = copies.confidence_through(asked.site, asked.write, asked.through)
    for decorated, used in decorated_by(project, owner):
        if confidence is not None and not isinstance(used, CallRef):
            module, cache = decorated.module, _library(project, asked.site)
            words = {"call": f"@{spell(module.body, used)}", "key": "entries", "cache": cache}
            place = Site(module.path, used.at, used.end)
            yield Hit(place, words, "decorator", confidence, path=(Step(asked.site.site, f"writes to {cache}"),))


_Functions = dict[str, set[Def | None]]


def _expiring(writes: CacheWrites, all_decided: list[tuple[_Asked, Expiry]]) -> _Functions:
    """Key as it is written → the functions that write such an entry with an expiry."""
    found: _Functions = defaultdict(set)
    for asked, expiry in all_decided:
        if expiry.kind == "given" and asked.write.kind in _ENTRIES and not asked.through:
            found[writes.key(asked.site, asked.write)].add(asked.site.caller)
    return found


def _surer(project: Project, hit: Hit, writes: CacheWrites, asked: _Asked, expiring: _Functions) -> Hit:
    """Another function writes entries of the same keys with an expiry: they are meant to grow old, and the one that says
    nothing of it has forgotten; what says that its own never do has not."""
    key = writes.key(asked.site, asked.write)
    is_doubtful = hit.confidence == Confidence.LOW and hit.message == "default" and not asked.through
    is_twin = (
        bool(_LITERAL.search(key)) and not _is_versioned(project, writes, asked) and bool(expiring[key] - {asked.site.caller})
    )
    return replace(hit, confidence=min(Confidence.MEDIUM, asked.site.confidence)) if is_doubtful and is_twin else hit


def _decided(
    project: Project, writes: CacheWrites, asked: _Asked, expiry: Expiry, depth: int
) -> Iterator[tuple[_Asked, Expiry]]:
    """The write with what is known of its expiry; where a parameter decides, each production call of its function, and the
    write itself where that is a decorator."""
    if expiry.kind != "parameter" or asked.decider.caller is None:
        yield asked, expiry
        return
    owner = _whose(asked.decider.caller, expiry.parameters)
    if owner is None:
        return
    if owner != asked.decider.caller:
        yield asked, expiry  # of a decorator: those that it is put on call it without a word
    for call in project.calls.callers(owner):
        is_run = call.module.is_production and depth and not call.is_open and _is_accepted(call, owner)
        if is_run and not _is_skipped(project, call, owner, asked.decider):
            given = _given_by(writes, call, owner, expiry, asked.write)
            inner = _Asked(asked.site, asked.write, call, (call, *asked.through), (owner, *asked.owners))
            yield from _decided(project, writes, inner, given, depth - 1)


def _is_skipped(project: Project, call: CallSite, owner: Def, inner: CallSite) -> bool:
    """What a call hands over, or leaves out, keeps its function from the write: `if ttl: put(key, value, ttl)`."""
    known = project.switches.handed(_standing(call), owner, NOTHING)
    return project.switches.rule_out(_standing(inner), known)


def _standing(call: CallSite) -> Standing:
    return Standing(call.module, call.site, call.call.context, call.caller, call)


def _is_accepted(call: CallSite, owner: Def) -> bool:
    """The function takes each keyword that the call gives: another ends in an error, and nothing is written."""
    declared = owner.function.parameters
    names = {p.name for p in declared}
    return any(p.kind == "**" for p in declared) or all(a.name is None or a.name in names for a in call.call.arguments)


def _whose(definition: Def, names: tuple[str, ...]) -> Def | None:
    """The function itself or one around it, whose parameters the names are."""
    module, row = definition.module, definition.index
    while row >= 0:
        function = module.outline.functions[row]
        if any(parameter(function, name) is not None for name in names):
            return Def(module, module.name, row)
        row = module.body.contexts[function.outer].function
    return None


def _given_by(writes: CacheWrites, call: CallSite, owner: Def, expiry: Expiry, write: CacheWrite) -> Expiry:
    """What a call gives to the parameters that decide on the expiry, by argument or default."""
    arguments = arguments_by_parameter(call.call, owner)
    told: list[Expiry] = []
    for name in expiry.parameters:
        declared = parameter(owner.function, name)
        if declared is not None and declared.kind == "**":
            told += writes.by_keywords(call, owner, write)
        elif name in arguments:
            found = writes.of_value(call.module, arguments[name], call.call.context, write)
            is_handled = found.text == "0" and writes.compares(owner, name)
            told.append(Expiry("given") if is_handled else found)
        elif declared is not None and declared.default is not None:
            told.append(writes.of_value(owner.module, declared.default, owner.function.outer, write))
    return _chosen(told)


def _by_default(writes: CacheWrites, owner: Def, expiry: Expiry, write: CacheWrite) -> Expiry:
    """What the defaults of the parameters say that decide on the expiry."""
    declared = [parameter(owner.function, name) for name in expiry.parameters]
    defaults = [each.default for each in declared if each is not None and each.default is not None]
    return _chosen([writes.of_value(owner.module, default, owner.function.outer, write) for default in defaults])


def _chosen(told: list[Expiry]) -> Expiry:
    chosen = {found.kind: found for found in reversed(told)}
    for kind in ("given", "parameter", "never"):
        if kind in chosen:
            return chosen[kind]
    return Expiry("missing")


def _hit(  # noqa: PLR0917 - what is asked, and what is asked for it
    project: Project, writes: CacheWrites, copies: CachedCopies, asked: _Asked, expiry: Expiry, params: Params
) -> Hit | None:
    site, write, decider = asked.site, asked.write, asked.decider
    body = decider.module.body
    words = {
        "call": shorten(f"{spell(body, decider.call.callee)}(…)"),
        "key": shorten(writes.key(site, write)) or "entries",
        "cache": _library(project, site),
        "value": expiry.text,
        "callee": asked.owners[0].name if asked.through else "",
    }
    message, confidence = _judged(project, writes, copies, asked, expiry, params)
    if confidence is None:
        return None
    path = tuple(Step(call.site, f"calls {owner.name}") for call, owner in zip(asked.through, asked.owners, strict=True))
    path += (Step(site.site, f"writes to {words['cache']}"),) if asked.through else ()
    severity = Severity.NOTE if message == "memory" else None
    return Hit(decider.site, words, message, confidence, path=path, severity=severity)


def _judged(  # noqa: PLR0917 - as `_hit`
    project: Project, writes: CacheWrites, copies: CachedCopies, asked: _Asked, expiry: Expiry, params: Params
) -> tuple[str, Confidence | None]:
    """(which message, how sure), the surety None where nothing is wrong."""
    site, write = asked.site, asked.write
    if write.kind == "lock" or _is_lock(project, copies, asked):
        if write.kind == "lock" and (_begins_counter(project, site, write) or not _is_taken(project, site)):
            return "lock", None
        if write.kind == "lock" and write.value is not None and not _is_named_lock(copies, asked):
            # `setnx(key, value)`, handed on for any use, or a miss that another may have filled meanwhile
            return "default", site.confidence if copies.fills_from_query(site, write) else None
        confidence = Confidence.MEDIUM if write.kind == "lock" else Confidence.HIGH
        if write.kind != "lock" and copies.says_state(site, write) and not copies.says_lock(site, write, asked.decider):
            confidence = Confidence.LOW  # a mark that something was done once, which nobody takes away
        return ("wrapper_lock" if asked.through else "lock"), min(confidence, site.confidence)
    if write.kind == "decorator":
        return "decorator", site.confidence
    if write.kind == "bounded":
        return "memory", Confidence.LOW if _keeps_remote(project, copies, site) else None
    if write.kind not in _ENTRIES and not (write.kind == "touch" and expiry.kind == "never"):
        return "default", None
    if write.kind == "value" and not asked.through and _is_passing(writes.key(site, write), params):
        return ("never" if expiry.kind == "never" else "default"), site.confidence
    if not asked.through and expiry.text != "0" and copies.is_own(site, write):  # a zero is never meant so
        return "default", None
    if asked.through and _is_made_there(copies, asked):
        return "default", None
    found = copies.confidence_through(site, write, asked.through)
    value = _value_given(asked)
    is_missed = copies.fills_from_query(site, write)
    if found is not None and (
        (copies.is_reference(asked.decider, value) and not is_missed)
        or is_dated(writes, asked.decider, value)
        or _is_read_from_cache(project, writes, asked.decider, value)
        or (is_gathered(writes, asked.decider, write, value) and not is_missed)
    ):
        found = Confidence.LOW
    if found is not None and expiry.kind == "never" and _is_laid_down(project, asked):
        found = Confidence.LOW
    if found is not None and (_is_any_store(project, asked) or (not asked.through and copies.is_kept_current(site, write))):
        found = Confidence.LOW
    message = "wrapper" if asked.through else "never" if expiry.kind == "never" else "default"
    if found is not None and not asked.through and (writes.is_switched_off(site) or _is_versioned(project, writes, asked)):
        found = Confidence.LOW
    return message, None if found is None else min(found, site.confidence)


def _is_any_store(project: Project, asked: _Asked) -> bool:
    """It is asked of an interface that databases or files stand behind as well: what is kept there has its home there."""
    called = (target.definition for call in asked.through for target in call.targets)
    does = [project.effects.of(definition) for definition in called if definition is not None]
    return any(each and "cache.write" not in each for each in does) and any("cache.write" in each for each in does)


def _is_read_from_cache(project: Project, writes: CacheWrites, site: CallSite, value: Expr | None) -> bool:
    """`slot = await fetch(number)`, of a function that asks the cache and nothing else: what is changed there is no copy."""
    source = writes.source(site.module, value, site.call.context) if isinstance(value, Name) else None
    source = source.value if isinstance(source, Await) else source
    if not isinstance(source, CallRef):
        return False
    targets = project.calls.in_module(site.module)[source.index].targets
    does = [project.effects.of(target.definition) for target in targets if target.definition is not None]
    return bool(does) and all("cache.read" in each and each.keys().isdisjoint(_ELSEWHERE) for each in does)


def _is_passing(key: str, params: Params) -> bool:
    """`f"oidc-state-{state}"`: one for each who begins something, of whom many never come back to end it."""
    words = words_of(key)
    return ("{" in key or "(" in key) and any(words.issuperset(each.split("+")) for each in params.passing)


def _is_versioned(project: Project, writes: CacheWrites, asked: _Asked) -> bool:
    """The key says which state of its source the copy is of: it never grows old, and only takes room. A digest that is made
    here of what was asked for says nothing of that."""
    site, expr = asked.site, asked.site.argument(asked.write.key)
    if expr is None:
        return False
    parts = list(parts_of(site.module.body, writes.source(site.module, expr, site.call.context)))
    if any(isinstance(part, Attribute) and part.attr == _VERSION for part in parts):
        return True
    texts = project.values.texts(site.module, expr, site.call.context)
    told = (writes.key(site, asked.write), *(piece.text for text in texts for piece in text.pieces))
    names = (part for part in parts if isinstance(part, Name))
    made = (name.id for name in names if isinstance(writes.source(site.module, name, site.call.context), CallRef))
    says = words_of(*(_DIGEST.sub("", text) for text in told)) - words_of(*made)
    return not says.isdisjoint(_VERSIONS)


def _is_laid_down(project: Project, asked: _Asked) -> bool:
    """One fixed entry that a task makes anew each time, or those that one makes which is handed nothing, of each thing there
    is; and told to stay until then."""
    site, expr, owner = asked.site, asked.site.argument(asked.write.key), asked.decider.caller
    texts = project.values.texts(site.module, expr, site.call.context) if expr is not None else []
    is_one = bool(texts) and all(isinstance(piece, Written) for text in texts for piece in text.pieces)
    led_to = LedTo(project)
    if owner is None:
        return False
    is_left = is_one and led_to.runs(owner) and not led_to.answers(owner)
    return is_left or (led_to.is_swept(owner) and not led_to.is_awaited(owner))


def _value_given(asked: _Asked) -> Expr | None:
    """The value that is written, as the call that decides on its expiry gives it; None where that is not to be seen."""
    value, body = asked.site.argument(asked.write.value), asked.site.module.body
    if isinstance(value, CallRef) and last_name(body, value) in _PACKS:
        value = next((a.value for a in body.calls[value.index].arguments), None)
    for call, owner in zip(reversed(asked.through), reversed(asked.owners), strict=True):
        value = arguments_by_parameter(call.call, owner).get(value.id) if isinstance(value, Name) else None
    return value


def _is_made_there(copies: CachedCopies, asked: _Asked) -> bool:
    """What a call of the project's own client hands over is made on the spot, and no copy: a time, a random token."""
    value = _value_given(asked)
    return not isinstance(value, Constant | String) and copies.makes_itself(asked.decider, value)


def _is_taken(project: Project, site: CallSite) -> bool:
    """A lock object that is made here is also taken here, or handed on; one that is only asked about is neither."""
    if project.effects.does(site, "cache.write") or site.caller is None:
        return True
    body = site.module.body
    for call in project.calls.of(site.caller):
        if isinstance(call.call.callee, Attribute) and _is_call(call.call.callee.base, site):
            return call.call.callee.attr != "locked"  # asked on the spot
    for statement in body.statements:
        if isinstance(statement.target, Name) and statement.value is not None and _is_call(statement.value, site):
            name = statement.target.id
            used = [c for c in project.calls.of(site.caller) if spell(body, c.call.callee).startswith(f"{name}.")]
            managed = any(isinstance(c.subject, Name) and c.subject.id == name for c in body.contexts)
            return managed or not used or any(last_name(body, c.call.callee) == "acquire" for c in used)
    return True


def _is_call(expr: Expr, site: CallSite) -> bool:
    inner = expr.value if isinstance(expr, Await) else expr
    return isinstance(inner, CallRef) and inner.index == site.index


def _is_lock(project: Project, copies: CachedCopies, asked: _Asked) -> bool:
    """Written only where there is nothing yet, and named a lock or worth nothing but for being there: a record that is
    put in place once is written so, too."""
    site, write = asked.site, asked.write
    expr = site.argument(write.lock)
    if expr is None or project.values.constant(site.module, expr, site.call.context) is not True:
        return False
    return not _begins_counter(project, site, write) and _is_named_lock(copies, asked)


def _is_named_lock(copies: CachedCopies, asked: _Asked) -> bool:
    site, write = asked.site, asked.write
    if copies.says_lock(site, write, asked.decider):
        return True
    return copies.makes_itself(site, site.argument(write.value)) and not _is_unheard(site)


def _is_unheard(site: CallSite) -> bool:
    """It waits in a pipeline, and what the call answers is left alone: who takes a lock hears whether he has it."""
    body, kind = site.module.body, site.receiver.name.rpartition(".")[2] if site.receiver is not None else ""
    left = (s.value for s in body.statements if s.kind == "expression" and s.value is not None)
    return kind == "Pipeline" and any(_is_call(value, site) for value in left)


def _begins_counter(project: Project, site: CallSite, write: CacheWrite) -> bool:
    """`setnx(key, 0)`"""
    value = site.argument(write.value)
    return value is not None and project.values.constant(site.module, value, site.call.context) in (0, "0")


def _library(project: Project, site: CallSite) -> str:
    target = next((t.name for t in site.targets if t.operation is not None), "")
    library = project.knowledge.library(target)
    return library.library if library is not None else "the cache"


def _keeps_remote(project: Project, copies: CachedCopies, site: CallSite) -> bool:
    """A bounded memory around a function that asks a database or another service, or that is called a cache."""
    decorated = list(_decorated_with(site))
    if decorated:
        return any(copies.is_remote(call) for definition in decorated for call in project.calls.of(definition))
    body = site.module.body
    return any(
        statement.target is not None and _is_call(statement.value, site) and copies.says_cache(spell(body, statement.target))
        for statement in body.statements
        if statement.value is not None
    )


def _decorated_with(site: CallSite) -> Iterator[Def]:
    """The functions in whose decorators the call stands."""
    module = site.module
    for row, function in enumerate(module.outline.functions):
        for decorator in function.decorators:
            if decorator.at <= site.call.at < decorator.end:
                yield Def(module, module.name, row)


def _is_ignored(hit: Hit, params: Params) -> bool:
    key = hit.words["key"]
    return not words_of(key).isdisjoint(params.ignore_keys) or any(text in key for text in params.ignore_keys if len(text) > 3)
