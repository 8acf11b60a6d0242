"""Calls that digest something: with which algorithm, of which strength, over what."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.knowledge import Hashing
from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Name, String
from archlint.project.model import CallSite, Type
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.parts import names_in
from archlint.project.spelling import last_name
from archlint.project.types.entities import External

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_PLAIN = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
"""Digests that stand for a scheme of hashing passwords where they are named in its place."""
_BROKEN = frozenset({"md2", "md4", "md5", "sha", "sha1", "ripemd", "ripemd128", "mdc2"})


class Digest(Struct, frozen=True):
    """`strength`: broken, fast or password (slow and salted). `data`: what is digested, as far as the call says.

    `exempt`: the call declares that it is not for security. `place`: where the algorithm is chosen: the call, or the
    default of the parameter that chooses it."""

    site: CallSite
    place: Site
    algorithm: str
    strength: str
    data: Expr | None
    keyed: bool
    exempt: bool
    of_passwords: bool = False
    """The call is one that hashes passwords, and was told a fast way."""


class Digests:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)

    @cached_property
    def all(self) -> tuple[Digest, ...]:
        """Those of production code, by module and place."""
        return tuple(self._find())

    def has_better_beside(self, digest: Digest) -> bool:
        """The same function hashes the same thing with a hash that is made for passwords."""
        names = frozenset(names_in(digest.site.module.body, digest.data))
        return any(
            other.strength == "password"
            and other.site.module is digest.site.module
            and other.site.caller == digest.site.caller
            and not names.isdisjoint(names_in(other.site.module.body, other.data))
            for other in self.all
        )

    def _find(self) -> Iterator[Digest]:
        for module in self._project.modules.production:
            for site in self._project.calls.in_module(module):
                if not site.targets and type(site.call.callee) is not CallRef:
                    continue
                facet = self._facet(site)
                if facet is not None:
                    yield self._digest(site, facet)
        for site in self._project.handed.all:
            facet = self._facet(site)
            if facet is not None:
                yield self._digest(site, facet)

    def _facet(self, site: CallSite) -> Hashing | None:
        for target in site.targets:
            if target.operation is not None and target.operation.hash is not None:
                return target.operation.hash
        return self._chosen_by_name(site)

    def _chosen_by_name(self, site: CallSite) -> Hashing | None:
        """`getattr(hashing_library, "md5")(…)`."""
        module, callee = site.module, site.call.callee
        if type(callee) is not CallRef or last_name(module.body, callee) != "getattr":
            return None
        getter = module.body.calls[callee.index]
        if len(getter.arguments) < 2:
            return None
        name = self._project.values.constant(module, getter.arguments[1].value, getter.context)
        for entity in self._project.types.inference.entities(module, getter.arguments[0].value, getter.context):
            if isinstance(entity, External) and isinstance(name, str):
                operation = self._project.knowledge.function(f"{entity.name}.{name}")
                return operation.hash if operation is not None else None
        return None

    def _digest(self, site: CallSite, facet: Hashing) -> Digest:
        algorithm, strength, place = facet.algorithm, facet.strength, site.site
        if algorithm[:1].isdigit() or algorithm.startswith(":"):
            named = self._algorithm(site.module, site.argument(algorithm), site.call.context)
            algorithm, strength = named or "a digest", strength_of(named, strength)
        if facet.digest is not None and strength != "password":
            named = self._algorithm(site.module, site.argument(facet.digest), site.call.context)
            if named is not None:
                algorithm, strength = named, strength_of(named, strength)
            place = self._default(site, site.argument(facet.digest)) or place
        if facet.scheme is not None:
            named = self._algorithm(site.module, site.argument(facet.scheme), site.call.context)
            if named in _PLAIN:
                algorithm, strength = named, strength_of(named, "fast")
        is_told = facet.strength == "password" != strength
        data, is_exempt = site.argument(facet.data), self._is_exempt(site, facet)
        return Digest(site, place, algorithm, strength, data, facet.keyed, is_exempt, is_told)

    def _default(self, site: CallSite, expr: Expr | None) -> Site | None:
        """The place of the parameter's default that an argument takes."""
        for origin in self._origins.of(site.module, expr, site.call.context) if isinstance(expr, Name) else ():
            if isinstance(origin, Parameter):
                default = origin.definition.function.parameters[origin.position].default
                if default is not None:
                    return Site(origin.definition.module.path, default.at, default.end)
        return None

    def _is_exempt(self, site: CallSite, facet: Hashing) -> bool:
        given = site.argument(facet.exempt)
        if isinstance(given, Constant) and given.value is facet.exempt_value:
            return True
        callee = site.call.callee
        if facet.exempt is not None or not (isinstance(callee, Attribute) and isinstance(callee.base, Name)):
            return False
        makers = (self._maker(origin) for origin in self._origins.of(site.module, callee.base, site.call.context))
        return any(maker is not None and self._is_exempt(*maker) for maker in makers)

    def _maker(self, origin: Origin | Parameter) -> tuple[CallSite, Hashing] | None:
        """The call that made the digest which is fed later (`digest.update(…)`)."""
        if not isinstance(origin, Origin) or not isinstance(origin.expr, CallRef):
            return None
        site = self._project.calls.in_module(origin.module)[origin.expr.index]
        facet = self._facet(site)
        return (site, facet) if facet is not None and facet.exempt is not None else None

    def _algorithm(self, module: Module, expr: Expr | None, context: int, depth: int = 3) -> str | None:
        """The name of the algorithm that an argument chooses: text, a digest's class, or a parameter's default."""
        if expr is None or depth <= 0:
            return None
        if isinstance(expr, String):
            return expr.value.lower().replace("-", "")
        value = self._project.values.constant(module, expr, context)
        if isinstance(value, str):
            return value.lower().replace("-", "")
        for entity in self._project.types.inference.entities(module, expr, context):
            if isinstance(entity, Type):
                info = self._project.knowledge.type(entity.name)
                if info is not None and info.construct is not None and info.construct.hash is not None:
                    return info.construct.hash.algorithm
        if isinstance(expr, Name):
            for origin in self._origins.of(module, expr, context):
                if isinstance(origin, Parameter):
                    default = origin.definition.function.parameters[origin.position].default
                    return self._algorithm(module, default, origin.definition.function.outer, depth - 1)
        return None


def strength_of(algorithm: str | None, otherwise: str) -> str:
    """The strength of an algorithm by its name."""
    return "broken" if algorithm in _BROKEN else otherwise
