"""DBS010: who only stores rows decides when they are kept: a repository, or a helper inside its caller's transaction."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, CallRef, Comparison, Constant, Expr, Name
from archlint.project.control.sequence import chain, may_follow
from archlint.project.effects.effects import EffectPoint
from archlint.project.loops.repeated import LoopWords
from archlint.project.model import Type
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.names.name_uses import uses_of
from archlint.project.source.one_off import OneOff
from archlint.project.spelling import last_name
from archlint.project.transactions.changed_rows import changes_something
from archlint.project.transactions.computed_updates import made_before
from archlint.project.transactions.open_transactions import Inside, OpenTransactions
from archlint.project.transactions.transaction_blocks import TransactionBlocks

_COMMIT, _STORED = "db.commit", "db-model"
_BEGUN = frozenset({"begin", "begin_nested", "begin_twophase", "transaction"})
_MOST_SHOWN = 20
"""Methods that are shown beside the first."""
_CLOSES = frozenset({"close", "aclose"})


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`repositories`: expression for names of classes that store rows, `modules`: of modules, or of the packages around them,
    whose functions do; `owners`: expression for names of functions and classes
    that are there to commit; `tables`: library functions that make and drop tables; `managing`: methods of classes that look
    after a whole database.  The rest: see `LoopWords`."""

    repositories: str
    modules: str
    owners: str
    tables: tuple[str, ...]
    managing: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each commit of a helper inside a transaction of its caller's, and one for each repository that commits by
    itself; a proof for each repository that writes and leaves the commit to others."""
    owners, one_off = re.compile(params.owners, re.IGNORECASE), OneOff(project, params)
    transactions = OpenTransactions(project)
    blocks = transactions.transactions.blocks
    inside = [
        found
        for found in transactions.inside((_COMMIT,), _is_commit)
        if found.path.through
        and (_has_written(found, params) or _writes_on(project, blocks, found))
        and not _is_owner(found.path.end, owners)
        and not _is_given_session(found)
        and not _is_own(project, found.path.end)
        and not one_off.runs_once(found.definition.module, found.definition)
    ]
    named = re.compile(params.repositories)
    by_end: dict[Site, list[Inside]] = defaultdict(list)
    for found in inside:
        if not _repository(project, found.path.end, named, params):
            by_end[found.path.end.site].append(found)
    for site, calls in sorted(by_end.items()):
        yield _helper(site, calls)
    yield from _repositories(project, params, named)


def _is_commit(end: EffectPoint) -> bool:
    return end.witness.target.rpartition(".")[2] == "commit"


def _has_written(found: Inside, params: Params) -> bool:
    """The caller itself, before it calls the helper."""
    write = found.open.write
    if write is None or write.site == found.point.site:
        return False
    if any(target.operation is not None and target.operation.flushes for target in write.point.targets):
        return False
    if write.witness.target.rpartition(".")[2] in params.tables:
        return False  # it has a connection of its own
    return found.open.opening == "session" or write.site.at > found.open.opened.at


def _writes_on(project: Project, blocks: TransactionBlocks, found: Inside) -> bool:
    """The helper has written something itself, and behind it the caller writes more in the transaction that it has opened: a
    block, or what wraps the function."""
    write, point = found.open.write, found.point
    if write is None or write.site != point.site or found.open.opening not in ("block", "function"):
        return False
    row = blocks.around(point.module, point.context)
    until = point.module.body.contexts[row].end if row >= 0 else found.definition.function.end
    place = (point.context, point.site.at)
    behind = (p for p in project.effects.points_of(found.definition, "db.write") if point.site.end <= p.site.at < until)
    return any(_changes(p) and may_follow(point.module, place, (p.context, p.site.at)) for p in behind)


def _is_given_session(found: Inside) -> bool:
    """`if session is None: db.session.commit()`, in a helper that is given one."""
    end, helper, call = found.path.end, found.path.through[0], found.point.call
    if call is None or end.caller != helper:
        return False
    given = arguments_by_parameter(call.call, helper)
    for row in chain(end.module, end.context):
        place = end.module.body.contexts[row]
        test = place.subject if place.kind == "if" else None
        missing = test.operands if isinstance(test, Comparison) and test.ops == ("is",) else ()
        names = [part.id for part in missing if isinstance(part, Name)] if any(map(_is_none, missing)) else []
        if any(name in given and not _is_none(given[name]) for name in names):
            return True
    return False


def _is_chosen(point: EffectPoint) -> bool:
    """`if commit:`, where whoever calls says so."""
    if point.caller is None:
        return False
    rows = (point.module.body.contexts[row] for row in chain(point.module, point.context))
    tests = (place.subject for place in rows if place.kind == "if")
    return any(isinstance(test, Name) and parameter(point.caller.function, test.id) is not None for test in tests)


def _is_none(expr: Expr) -> bool:
    return isinstance(expr, Constant) and expr.value is None


def _is_owner(end: EffectPoint, owners: re.Pattern[str]) -> bool:
    """A function that only commits for others, by its name."""
    return end.caller is None or bool(owners.search(end.caller.function.qualname))


def _is_own(project: Project, end: EffectPoint) -> bool:
    """The function has opened the connection itself: it has nothing to do with the caller's."""
    callee = end.call.call.callee if end.call is not None else None
    base = callee.base if isinstance(callee, Attribute) else None
    return isinstance(base, Name) and (
        _is_entered(project, end, base) or _is_closed(end, base) or _is_opened(project, end, base, end.site.at)
    )


def _is_closed(end: EffectPoint, name: Name) -> bool:
    """The function has called for it, and closes it in the end: whoever closes a session has opened it."""
    made = made_before(end.module, name, end.site.at)
    if made is None or not isinstance(made.value, CallRef) or end.caller is None:
        return False
    used = uses_of(end.caller, name.id, made.end)
    return any(use.kind == "method" and use.word in _CLOSES for use in used)


def _is_entered(project: Project, end: EffectPoint, name: Name) -> bool:
    """`with open_session() as session:`, and no `with session.begin() as …`."""
    body = end.module.body
    _, bindings = project.symbols.scopes(end.module).lookup(end.context, name.id, name.at)
    made = [body.statements[binding.index] for binding in bindings if binding.kind == "statement"]
    if not made or len(made) != len(bindings):
        return False
    calls = [body.calls[s.value.index] for s in made if s.kind == "with" and isinstance(s.value, CallRef)]
    return len(calls) == len(made) and all(last_name(body, call.callee) not in _BEGUN for call in calls)


def _is_opened(project: Project, end: EffectPoint, name: Name, before: int) -> bool:
    """What the name stands for is a connection that is opened there, or what such a one has begun."""
    made = made_before(end.module, name, before)
    if made is None or not isinstance(made.value, CallRef):
        return False
    site = project.calls.in_module(end.module)[made.value.index]
    callee = site.call.callee
    if isinstance(callee, Attribute) and isinstance(callee.base, Name) and callee.attr in _BEGUN:
        return _is_opened(project, end, callee.base, made.at)
    types = project.types.all(end.module, made.value, made.context)
    is_opened = any(project.types.role(type_) == "db-connection" for type_ in types)
    return is_opened and not any(target.definition is not None for target in site.targets)


def _helper(site: Site, calls: list[Inside]) -> Hit:
    """A note: whether the helper's session is the caller's, and whether what the caller has written should wait, is seen too
    seldom (of eight places that strangers read two were right)."""
    first = min(calls, key=lambda found: found.rank)
    end, write = first.path.end, first.open.write
    assert end.caller is not None  # noqa: S101 - others are not given
    assert write is not None  # noqa: S101 - as above
    others = len({found.definition for found in calls}) - 1
    words = {
        "helper": end.caller.function.qualname,
        "caller": first.definition.function.name,
        "write": write.shown,
        "others": f", and {others} more" if others else "",
    }
    steps = (Step(write.site, "written, and not yet to be committed"), *first.path.steps)
    return Hit(site, words, "helper", Confidence.LOW, path=steps)


def _changes(point: EffectPoint) -> bool:
    """It is more than the commit of what was written."""
    return any(
        t.definition is not None or (t.operation is not None and changes_something(t.operation)) for t in point.point.targets
    )


def _repositories(project: Project, params: Params, named: re.Pattern[str]) -> Iterator[Hit | Proof]:
    owners = re.compile(params.owners, re.IGNORECASE)
    committing: dict[str, list[EffectPoint]] = defaultdict(list)
    for point in project.effects.points(_COMMIT):
        owner = _repository(project, point, named, params)
        is_asked = point.is_direct and _is_commit(point) and not _is_chosen(point)
        if owner and is_asked and not _is_owner(point, owners):
            committing[owner].append(point)
    for points in committing.values():
        first = min(points, key=lambda p: p.site)
        assert first.caller is not None  # noqa: S101 - it is a method
        others = {p.caller: p for p in sorted(points, key=lambda p: p.site, reverse=True) if p.caller != first.caller}
        words = {"method": first.caller.function.qualname, "others": f", and {len(others)} more" if others else ""}
        shown = sorted(others.values(), key=lambda p: p.site)[:_MOST_SHOWN]
        related = tuple(Step(p.site, f"`{p.caller.function.qualname}` does, too") for p in shown if p.caller is not None)
        yield Hit(first.site, words, "default", first.confidence, related=related)
    writing = {
        owner: p
        for p in project.effects.points("db.write")
        if p.is_direct and (owner := _repository(project, p, named, params))
    }
    for owner, point in sorted(writing.items()):
        if owner not in committing:
            yield Proof(point.site, "it leaves the commit to others")


def _repository(project: Project, point: EffectPoint, named: re.Pattern[str], params: Params) -> str:
    """The dotted name of the class that the place's method belongs to, if it stores rows by its name and is no row itself; or
    of the module, where that is called so and the place stands in a function of its own."""
    if point.caller is None or not point.module.is_production:
        return ""
    if point.caller.function.klass < 0:
        return _repository_module(point, params)
    owner = point.caller.owner
    klass = point.module.outline.classes[point.caller.function.klass]
    if any(f.klass == point.caller.function.klass and f.name in params.managing for f in point.module.outline.functions):
        return ""
    return owner if named.search(klass.name) and project.types.role(Type(owner)) != _STORED else ""


def _repository_module(point: EffectPoint, params: Params) -> str:
    """`crud/orders.py`, `order_repo.py`"""
    module, caller = point.module, point.caller
    if caller is None or module.body.contexts[caller.function.outer].kind != "module" or caller.function.name.startswith("__"):
        return ""
    if not any(re.search(params.modules, name) for name in module.local_name.split(".")[-2:]):
        return ""
    if any(f.klass < 0 and f.name in params.managing for f in module.outline.functions):
        return ""
    return module.name
