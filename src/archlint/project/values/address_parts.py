"""What says of an address, or of the function that is given one, whose host it names."""

from __future__ import annotations

from archlint.facts.syntax import Attribute, Collection, Expr, Name, String
from archlint.project.model import Def
from archlint.project.names.arguments import receives_itself
from archlint.project.names.name_uses import attributes_of
from archlint.project.words import words_of

_HOSTS = frozenset({"host", "server", "domain", "hostname"})
ADDRESSES = frozenset({"url", "uri", "endpoint", "address", "link", "href"})
"""Words in names of what holds an address."""


def names_host(start: str) -> bool:
    """The beginning of an address holds its whole host: `https://shop.example`, but not `http://worker-`."""
    return "://" in start and start.rpartition("://")[2][-1:] not in ("", "-", "_", ".")


def reads_address(definition: Def) -> bool:
    """`self.url`, `self.host` somewhere in the method."""
    return any(not (ADDRESSES | _HOSTS).isdisjoint(words_of(name)) for name in attributes_of(definition, "self"))


def is_constant(expr: Expr | None) -> bool:
    match expr:
        case Name():
            return expr.id.isupper()
        case Attribute():
            return expr.attr.isupper()
        case _:
            return isinstance(expr, String)


def takes_item(definition: Def, name: str) -> bool:
    """The parameter is the first that a function which is run per item is given, or the name is taken out of it."""
    given = definition.function.parameters[1 if receives_itself(definition) else 0 :]
    if not given or given[0].name == name:
        return bool(given)
    body = definition.module.body
    return any(
        isinstance(s.target, Collection)
        and isinstance(s.value, Name)
        and s.value.id == given[0].name
        and body.contexts[s.context].function == definition.index
        and any(isinstance(item, Name) and item.id == name for item in s.target.items)
        for s in body.statements
    )
