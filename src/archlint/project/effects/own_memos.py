"""Decorators of the project's own that keep what a function gave, for each of the arguments that it was ever given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Name, Subscript
from archlint.project.model import Def
from archlint.project.names.decorating import decorated_by
from archlint.project.names.growing_mappings import is_growing, takes_out
from archlint.project.parts import names_in

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


class OwnMemo(Struct, frozen=True):
    """`name`: the mapping that `decorator` fills at `site`; `decorated`: the functions whose arguments are its keys."""

    name: str
    site: Site
    decorator: Def
    decorated: tuple[Def, ...]


def own_memos(project: Project) -> Iterator[OwnMemo]:
    """Those from whose mapping nothing is ever taken out, with the functions of production code that they are put on."""
    for module in project.modules.production:
        contexts = module.body.contexts
        for row, function in enumerate(module.outline.functions):
            outer = contexts[function.outer].function
            keys = {p.name for p in function.parameters if p.kind in ("*", "**")}
            if outer < 0 or not keys:
                continue
            for target in _kept(module, row, keys):
                decorator = Def(module, module.name, _outermost(module, outer))
                if isinstance(target.base, Name) and _grows(project, module, target.base, function.outer):
                    decorated = tuple(definition for definition, _ in decorated_by(project, decorator))
                    yield OwnMemo(target.base.id, Site(module.path, target.at, target.end), decorator, decorated)


def _kept(module: Module, row: int, keys: set[str]) -> Iterator[Subscript]:
    """The places of a function that keep something under what it was given: `kept[args] = …`, `kept[key_of(args)] = …`."""
    body, own = module.body, module.own_statements(row)
    for _ in range(2):
        keys |= {s.target.id for s in own if isinstance(s.target, Name) and not keys.isdisjoint(names_in(body, s.value))}
    for statement in own:
        target = statement.target
        if isinstance(target, Subscript) and not keys.isdisjoint(names_in(body, target.index[0])):
            yield target


def _grows(project: Project, module: Module, name: Name, context: int) -> bool:
    """It is an empty mapping of the decorator or of the module, and nothing is taken out of it."""
    scopes = project.symbols.scopes(module)
    _, bindings = scopes.lookup(context, name.id, name.at)
    if len(bindings) != 1 or bindings[0].kind != "statement":
        return False
    made = module.body.statements[bindings[0].index].value
    return made is not None and is_growing(module, made) and not takes_out(module, name.id)


def _outermost(module: Module, row: int) -> int:
    """Of `def keep(times): def decorate(function): def inner(*args)` the first."""
    contexts, functions = module.body.contexts, module.outline.functions
    while (outer := contexts[functions[row].outer].function) >= 0:
        row = outer
    return row
