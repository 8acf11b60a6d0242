"""A form's field that is named for an address, and by which a user is looked up as by a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Expr
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from archlint.project.secrets.credentials import Vocabulary
    from archlint.project.source.modules import Module

_USER_NAMES = frozenset({"username", "user_name", "login"})


def is_user_name(vocabulary: Vocabulary, module: Module, expr: Expr, context: int) -> bool:
    """The same function hands the data of the field on as a user's name, and never as what the field is named for."""
    if not (isinstance(expr, Attribute) and expr.attr == "data" and isinstance(expr.base, Attribute)):
        return False
    body, text = module.body, spell(module.body, expr)
    names = {
        argument.name
        for call in module.own_calls(body.contexts[context].function)
        for argument in call.arguments
        if argument.name and isinstance(argument.value, Attribute) and spell(body, argument.value) == text
    }
    return not _USER_NAMES.isdisjoint(names) and not any(vocabulary.names(name) for name in names)
