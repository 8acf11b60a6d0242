"""Digests of a secret that are no signature: identifiers with something random in them, and keys that are stretched."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Expr, Name
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import names_in, parts_of
from archlint.project.secrets.digests import Digest, Digests
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_RANDOM = frozenset(
    {"uuid1", "uuid4", "uuid7", "urandom", "getrandbits", "randbits", "random", "randint", "token_hex", "token_bytes"}
    | {"token_urlsafe", "randbelow", "choice", "choices", "get_random_string", "get_random_bytes"}
)


class Stretching:
    def __init__(self, project: Project, digests: Digests) -> None:
        self._digests = digests
        self._origins = Origins(project)

    def holds(self, digest: Digest) -> bool:
        """Nobody can make the digest again, or its function feeds one with its own result."""
        site = digest.site
        if digest.keyed:  # where the call itself draws the message, nobody has it to sign it once more
            return self._is_random(site.module, digest.data, site.call.context, 0)
        function = (site.path, site.module.body.contexts[site.call.context].function)
        return function in self._chained or self._is_random(site.module, digest.data, site.call.context, 2)

    @cached_property
    def _chained(self) -> frozenset[tuple[str, int]]:
        """(path, function) of those in which `part = digest(part + …)` stands."""
        found = set()
        for digest in self._digests.all:
            body, context = digest.site.module.body, digest.site.call.context
            function = body.contexts[context].function
            fed = frozenset(names_in(body, digest.data))
            for statement in body.statements:
                target = statement.target
                if statement.kind != "assign" or not (isinstance(target, Name) and target.id in fed):
                    continue
                if statement.at <= digest.site.call.at < statement.end and function >= 0:
                    found.add((digest.site.path, function))
        return frozenset(found)

    def _is_random(self, module: Module, expr: Expr | None, context: int, depth: int) -> bool:
        for part in parts_of(module.body, expr):
            if isinstance(part, CallRef) and last_name(module.body, part) in _RANDOM:
                return True
            if isinstance(part, Name) and depth > 0:
                for origin in self._origins.of(module, part, context):
                    if isinstance(origin, Origin) and self._is_random(origin.module, origin.expr, origin.context, depth - 1):
                        return True
        return False
