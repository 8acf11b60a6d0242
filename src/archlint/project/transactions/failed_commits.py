"""Commits whose failure is caught, and what becomes of the session then."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.syntax import Attribute, Call, CallRef, Constant, Expr, Name
from archlint.project.control.sequence import chain, handlers_of, may_follow
from archlint.project.model import CallSite, Def
from archlint.project.parts import names_in
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_COMMIT, _ENDED = "db.commit", "tx.end"
_STORED = "db-model"
_AT_ONCE = "autocommit"
"""The attribute by which connections of Python's drivers are told to keep each statement by itself."""
_LEAVING = frozenset({"raise", "return", "break"})
_ALL = frozenset({"Exception", "BaseException"})


class FailedCommit(Struct, frozen=True):
    """`site` commits `session` in a `try`; the handler `row` ends nothing, and goes on. `then`: the next use of the session,
    behind it or, in a loop, in the next turn; `why` says which."""

    site: CallSite
    session: str
    row: int
    then: Call
    why: Literal["behind", "turn"]


class FailedCommits:
    def __init__(self, project: Project, ending: tuple[str, ...], broad: tuple[str, ...]) -> None:
        """`ending`: parts of names of what ends or replaces a transaction; `broad`: last names of exceptions with which a
        failing commit is caught."""
        self._project = project
        self._ending = ending
        self._broad = frozenset(broad)

    def tried(self) -> Iterator[tuple[CallSite, int]]:
        """Each commit that stands in a `try` of its function, with each handler by which its failure may be caught."""
        for module, call in self._project.calls.written("commit"):
            site = self._site(module, call)
            if site is None:
                continue
            for row in chain(module, call.context):
                if module.body.contexts[row].kind == "try":
                    yield from ((site, handler) for handler in self._handlers(module, row))
                    if any(self._is_settled(module, handler) for handler in handlers_of(module.body.contexts, row)):
                        break

    def of(self, site: CallSite, handler: int) -> FailedCommit | None:
        """What goes on with the session behind the handler, if it leaves the transaction as it is."""
        module, body = site.module, site.module.body
        callee = site.call.callee
        if site.caller is None or not isinstance(callee, Attribute) or self._ends(module, handler) or self._ends_at_last(site):
            return None
        session = spell(body, callee.base)
        place = body.contexts[handler]
        at = max((s.at for s in body.statements if s.context == handler), default=place.at)
        blocks = self._blocks(module, handler)
        if not self._blocks(module, site.call.context) <= blocks:
            return None  # the block in which it failed has been left
        for call in sorted(self._uses(site.caller, session), key=lambda call: call.at):
            if not blocks <= self._blocks(module, call.context):
                continue  # what the block opened may be closed
            if self._is_bound_between(site, place.end, call.at):
                break
            is_within = place.at <= call.at < place.end
            if is_within or (call.at >= place.end and may_follow(module, (handler, at), (call.context, call.at))):
                return None if self._is_ending(module, call) else FailedCommit(site, session, handler, call, "behind")
        loop = self._loop(site, handler)
        first = self._first_of_turn(site.caller, loop, session) if loop >= 0 else None
        return FailedCommit(site, session, handler, first, "turn") if first is not None else None

    def is_undone_alone(self, site: CallSite, dialects: tuple[str, ...]) -> bool:
        """One statement stands in the `try` before the commit, and the database, one of `dialects`, undoes a statement that
        fails and leaves the transaction as it was."""
        receiver, callee, body = site.receiver, site.call.callee, site.module.body
        library = None if receiver is None else self._project.knowledge.library(receiver.name)
        if site.caller is None or not isinstance(callee, Attribute) or library is None or library.dialect not in dialects:
            return False
        tried = next(body.contexts[row] for row in chain(site.module, site.call.context) if body.contexts[row].kind == "try")
        uses = self._uses(site.caller, spell(body, callee.base))
        return sum(tried.at <= call.at < site.call.at for call in uses) <= 1

    def _site(self, module: Module, call: Call) -> CallSite | None:
        site = self._project.calls.site(module, call)
        operation = site.operation
        is_commit = operation is not None and _COMMIT in operation.effect and not self._is_kept_at_once(site)
        return site if is_commit and site.caller is not None else None

    def _is_kept_at_once(self, site: CallSite) -> bool:
        if site.receiver is None:
            return True
        if any(info.autocommit for _, info in self._project.knowledge.infos(site.receiver.name)):
            return True
        opening = self._opening.get(site.receiver.name, ())
        return bool(opening) and all(map(_keeps_at_once, opening))

    @cached_property
    def _opening(self) -> dict[str, list[CallSite]]:
        """Type of a connection → the calls of production code that open one."""
        found: dict[str, list[CallSite]] = defaultdict(list)
        for site in self._project.calls.connecting:
            operation = site.targets[0].operation
            if operation is not None and operation.returns is not None and site.module.is_production:
                found[operation.returns].append(site)
        return found

    def _handlers(self, module: Module, tried: int) -> Iterator[int]:
        """Those of a `try` that catch a failing commit: up to the first that does and ends the transaction."""
        for handler in handlers_of(module.body.contexts, tried):
            if self._catches(module, handler):
                yield handler
                if self._ends(module, handler):
                    return

    def _is_settled(self, module: Module, handler: int) -> bool:
        """Whatever fails comes here, and is rolled back: the handlers further out have nothing to do."""
        place = module.body.contexts[handler]
        is_all = place.subject is None or last_name(module.body, place.subject) in _ALL
        ending = (self._is_ending(module, call) for call in module.body.calls if place.at <= call.at < place.end)
        return is_all and any(ending)

    def _catches(self, module: Module, handler: int) -> bool:
        subject = module.body.contexts[handler].subject
        if subject is None:
            return True
        items = getattr(subject, "items", (subject,))
        return any(last_name(module.body, item) in self._broad and not self._is_of_another(module, item) for item in items)

    def _is_of_another(self, module: Module, item: Expr) -> bool:
        """`shutil.Error`: what a module of Python's own raises that is no driver."""
        root = spell(module.body, item.base) if isinstance(item, Attribute) else ""
        library = self._project.knowledge.library(root) if root in sys.stdlib_module_names else None
        return root in sys.stdlib_module_names and not (library is not None and library.dialect)

    def _ends(self, module: Module, handler: int) -> bool:
        """The handler rolls back, closes, or raises again."""
        place = module.body.contexts[handler]
        if any(s.kind == "raise" and place.at <= s.at < place.end for s in module.body.statements):
            return True
        return any(self._is_ending(module, call) for call in module.body.calls if place.at <= call.at < place.end)

    def _is_ending(self, module: Module, call: Call) -> bool:
        name = last_name(module.body, call.callee).lower()
        if any(word in name for word in self._ending):
            return True
        return self._project.effects.does(self._project.calls.site(module, call), _ENDED)

    def _ends_at_last(self, site: CallSite) -> bool:
        """A `finally` of a `try` around it ends it."""
        body = site.module.body
        tried = [c for c in (body.contexts[row] for row in chain(site.module, site.call.context)) if c.kind == "try"]
        lasts = [
            c
            for c in body.contexts
            if c.kind == "finally" and any(c.parent == each.parent and c.at >= each.end for each in tried)
        ]
        return any(self._is_ending(site.module, c) for c in body.calls if any(last.at <= c.at < last.end for last in lasts))

    def _blocks(self, module: Module, context: int) -> frozenset[int]:
        return frozenset(row for row in chain(module, context) if module.body.contexts[row].kind == "with")

    def _uses(self, definition: Def, session: str) -> Iterator[Call]:
        """The calls of the function on the session, or that are handed it; of a session that a program shares, also those by
        which a stored class asks for its rows (`Order.query.count()`)."""
        module, body = definition.module, definition.module.body
        for row, call in enumerate(body.calls):
            if body.contexts[call.context].function != definition.index:
                continue
            callee = call.callee
            on_it = isinstance(callee, Attribute) and spell(body, callee.base) == session
            if on_it or any(spell(body, argument.value) == session for argument in call.arguments):
                yield call
            elif "." in session and self._is_of_class(module, call):
                site = self._project.calls.in_module(module)[row]
                if self._project.effects.does(site, "db.read", "db.write"):
                    yield call

    def _is_of_class(self, module: Module, call: Call) -> bool:
        """It is called on what a stored class holds, not on a row."""
        expr: Expr = call.callee
        while isinstance(expr, Attribute | CallRef):
            if isinstance(expr, Attribute) and isinstance(expr.base, Name):
                found = self._project.types.all(module, expr.base, call.context)
                return any(each.is_class and self._project.types.role(each) == _STORED for each in found)
            expr = expr.base if isinstance(expr, Attribute) else module.body.calls[expr.index].callee
        return False

    def _loop(self, site: CallSite, handler: int) -> int:
        """The loop whose next turn comes behind the handler, with the same session; -1 for none."""
        module, body = site.module, site.module.body
        if any(s.context == handler and s.kind in _LEAVING for s in body.statements):
            return -1
        for row in chain(module, handler):
            place = body.contexts[row]
            if place.kind in ("for", "while"):
                return row if not self._is_made_in(site, row) else -1
            if place.kind == "with":
                return -1
        return -1

    def _is_made_in(self, site: CallSite, loop: int) -> bool:
        """The session is another one in each turn."""
        body, place = site.module.body, site.module.body.contexts[loop]
        if place.target is not None and not self._roots(site).isdisjoint(names_in(body, place.target)):
            return True
        return self._is_bound_between(site, place.at, place.end)

    def _is_bound_between(self, site: CallSite, start: int, end: int) -> bool:
        """The name of the session gets another one between two offsets."""
        body, roots = site.module.body, self._roots(site)
        if any(start <= s.at < end and isinstance(s.target, Name) and s.target.id in roots for s in body.statements):
            return True
        blocks = (c for c in body.contexts if c.kind == "with" and start <= c.at < end)
        return any(not roots.isdisjoint(names_in(body, block.target)) for block in blocks)

    def _roots(self, site: CallSite) -> frozenset[str]:
        callee = site.call.callee
        return frozenset(names_in(site.module.body, callee.base)) if isinstance(callee, Attribute) else frozenset()

    def _first_of_turn(self, definition: Def, loop: int, session: str) -> Call | None:
        place = definition.module.body.contexts[loop]
        uses = (call for call in self._uses(definition, session) if place.at <= call.at < place.end)
        first = min(uses, key=lambda call: call.at, default=None)
        return None if first is None or self._is_ending(definition.module, first) else first


def _keeps_at_once(site: CallSite) -> bool:
    """`conn = connect(…)`, then `conn.autocommit = True`: what the connection is sent is kept by itself."""
    own = site.module.own_statements(site.caller.index if site.caller is not None else -1)
    return any(
        isinstance(s.target, Attribute)
        and s.target.attr == _AT_ONCE
        and isinstance(s.value, Constant)
        and s.value.value is True
        and s.at > site.call.at
        for s in own
    )
