"""Digests that are no end in themselves: hashed again by a slow hash, or cut down for a look-up by prefix."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Name, Slice, Subscript
from archlint.project.names.origins import Origin, Origins
from archlint.project.names.passed_arguments import arguments_of
from archlint.project.parts import names_in, parts_of
from archlint.project.secrets.digests import Digest, Digests
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 5
_MOST_CALLERS = 8
_SLOW_NAMES = frozenset({"hashpw", "checkpw", "kdf", "derive", "derive_key"})
_SETTING = frozenset({"set", "update", "upgrade", "migrate", "save", "store"})
_PASSWORD = frozenset({"password", "passwd", "pwd", "hash"})
_PREFIX = 5
"""The look-up of a password among breached ones sends this many characters of its digest."""


class Rehashed:
    def __init__(self, project: Project, digests: Digests) -> None:
        self._project = project
        self._digests = digests
        self._origins = Origins(project)

    def holds(self, digest: Digest) -> bool:
        """The digest's result goes on into a slow hash, or only its first five characters go out, or what matched it is
        hashed anew in the same function."""
        key = (digest.site.path, digest.site.index)
        return key in self._wrapped or key in self._prefixes or self._is_replaced(digest)

    def _is_replaced(self, digest: Digest) -> bool:
        """The password is set again behind the comparison with an old digest, which is then no more; there, or where all
        call the function that compares."""
        site = digest.site
        names = frozenset(names_in(site.module.body, digest.data))
        if _is_set_anew(site, names):
            return True
        callers = [c for c in self._callers(site.caller) if not c.module.is_test]
        return bool(callers) and all(
            _is_set_anew(call, {a.value.id for a in call.call.arguments if isinstance(a.value, Name)})
            for call in callers[:_MOST_CALLERS]
        )

    def _callers(self, function: Def | None) -> tuple[CallSite, ...]:
        return self._project.calls.callers(function) if function is not None else ()

    @cached_property
    def _wrapped(self) -> frozenset[tuple[str, int]]:
        """The calls behind what is given to slow hashes, known ones or such that are only named like one."""
        slow = [(d.site, d.data) for d in self._digests.all if d.strength == "password"]
        for module in {d.site.path: d.site.module for d in self._digests.all}.values():
            for site in self._project.calls.in_module(module):
                if not site.targets and last_name(module.body, site.call.callee) in _SLOW_NAMES:
                    slow += [(site, argument.value) for argument in site.call.arguments[:1]]
        return frozenset(key for site, data in slow for key in self._calls_behind(site.module, data, site.call.context, _DEPTH))

    @cached_property
    def _prefixes(self) -> frozenset[tuple[str, int]]:
        found: set[tuple[str, int]] = set()
        for module in {d.site.path: d.site.module for d in self._digests.all}.values():
            for statement in module.body.statements:
                for part in parts_of(module.body, statement.value):
                    if type(part) is Subscript and _is_prefix(part):
                        found.update(self._calls_behind(module, part.base, statement.context, _DEPTH))
        return frozenset(found)

    def _calls_behind(self, module: Module, expr: Expr | None, context: int, depth: int) -> Iterator[tuple[str, int]]:
        """The calls from which a value is made, through names and the functions of the project."""
        if depth <= 0:
            return
        for part in parts_of(module.body, expr):
            if isinstance(part, CallRef):
                site = self._project.calls.in_module(module)[part.index]
                yield module.path, part.index
                for target in site.targets[:3]:
                    if target.definition is not None:
                        home = target.definition.module
                        for statement in self._project.symbols.scopes(home).returns.get(target.definition.index, [])[-4:]:
                            yield from self._calls_behind(home, statement.value, statement.context, depth - 1)
            elif isinstance(part, Name | Attribute):
                for origin in self._origins.of(module, part, context):
                    if isinstance(origin, Origin):
                        yield from self._calls_behind(origin.module, origin.expr, origin.context, depth - 1)
                        continue
                    for site in self._project.calls.callers(origin.definition)[:_MOST_CALLERS]:
                        for argument in arguments_of(origin, site):
                            yield from self._calls_behind(site.module, argument.value, site.call.context, depth - 1)


def _is_set_anew(site: CallSite, names: AbstractSet[str]) -> bool:
    """Behind the call, its function stores one of the names anew: by a call that says so, or in an attribute. A name that is
    given the digest itself (`password = digest(password)`) holds no password from there on."""
    body = site.module.body
    function = body.contexts[site.call.context].function
    around = (s for s in site.module.statements["assign"] if s.at <= site.call.at < s.end)
    names = names - {s.target.id for s in around if isinstance(s.target, Name)}
    for call in site.module.own_calls(function):
        if call.at > site.call.at:
            given = [argument.value for argument in call.arguments if isinstance(argument.value, Name)]
            if _sets_anew(last_name(body, call.callee)) and any(name.id in names for name in given):
                return True
    return any(
        type(s.target) is Attribute
        and not _PASSWORD.isdisjoint(words_of(s.target.attr))
        and s.at > site.call.at
        and not names.isdisjoint(names_in(body, s.value))
        and not any(isinstance(p, CallRef) and p.index == site.index for p in parts_of(body, s.value))
        for s in site.module.own_statements(function)
    )


def _sets_anew(name: str) -> bool:
    """`set_password`, `rehash`: a call that is given the password stores it anew."""
    words = words_of(name)
    return "rehash" in words or not (_SETTING.isdisjoint(words) or _PASSWORD.isdisjoint(words))


def _is_prefix(part: Subscript) -> bool:
    if len(part.index) != 1 or not isinstance(part.index[0], Slice):
        return False
    ends = (part.index[0].lower, part.index[0].upper)
    return any(isinstance(end, Constant) and end.value == _PREFIX for end in ends)
