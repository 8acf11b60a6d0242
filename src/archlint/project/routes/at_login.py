"""Functions that let one person in: the roles, groups and factors that come along with a login may be a handful."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import Def

_ACTS = frozenset({"authenticate", "login", "signin"})
_WAYS = frozenset({"oidc", "saml", "sso"})
_ALL = frozenset({"sync", "import", "users", "admin"})
"""Words in the names of what goes over the people of another directory."""
_NEAR = 2
"""Parts of a module's name that tell what it is for."""


def is_at_login(definition: Def | None) -> bool:
    """By its name, or by its module's: `sso/backend.py`."""
    if definition is None:
        return False
    own = {*words_of(definition.function.name)}
    module = {word for part in definition.module.name.split(".")[-_NEAR:] for word in words_of(part)}
    return _ALL.isdisjoint(own | module) and not (_ACTS.isdisjoint(own) and _WAYS.isdisjoint(module))
