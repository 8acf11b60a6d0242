"""Names at the top of a module by which a program makes its tables when it starts, or its migrations do, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Name
from archlint.project.parts import names_in
from archlint.project.spelling import last_name
from archlint.project.walk import starts_of_reading

if TYPE_CHECKING:
    from collections.abc import Collection

    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


def is_for_tables(project: Project, site: CallSite, once: Collection[str]) -> bool:
    """`engine = create_engine(…)`, which the program, scripts apart, only hands to calls named in `once`, at least one; or a
    migration imports it."""
    module = site.module
    made = (s.target for s in module.statements["assign"] if s.at <= site.call.at and site.call.end <= s.end)
    target = next(made, None)
    if site.caller is not None or not isinstance(target, Name):
        return False
    takers = [
        reference
        for other in project.modules.all
        for reference in project.imports.references[other.path]
        if reference.module is module and reference.name in (target.id, "*", None) and other is not module
    ]
    idle = _idle_factories(project, module, target.id)
    used = [name for name in _handed(module, target.id, {*once, *idle}) if name not in idle]
    for taker in takers:
        if not taker.importer.is_production or taker.importer.path in project.by_hand.files:
            continue
        if taker.name != target.id or taker.given.alias is not None:
            return False
        function = taker.importer.body.contexts[taker.given.context].function
        used += _handed(taker.importer, target.id, once, function, taker.given.at)
    return None not in used and bool(used or any(taker.importer.is_migration for taker in takers))


def _idle_factories(project: Project, module: Module, name: str) -> set[str]:
    """Last names of what is called at the top of the module with the name, whose result nothing of the program asks for:
    `Session = sessionmaker(bind=engine)`, left over."""
    body, found = module.body, set[str]()
    asked = {each for expr, _ in starts_of_reading(module) for each in names_in(body, expr)}
    for s in module.statements["assign"]:
        if not isinstance(s.target, Name) or not isinstance(s.value, CallRef) or body.contexts[s.context].function >= 0:
            continue
        call = body.calls[s.value.index]
        is_given = any(isinstance(a.value, Name) and a.value.id == name for a in call.arguments)
        if is_given and s.target.id not in asked and not _is_taken(project, module, s.target.id):
            found.add(last_name(body, call.callee))
    return found


def _is_taken(project: Project, module: Module, name: str) -> bool:
    """Other files import the name, or the whole module, by which it may be asked for."""
    return any(
        reference.module is module and reference.name in (name, "*", None)
        for other in project.modules.production
        if other is not module
        for reference in project.imports.references[other.path]
    )


def _handed(module: Module, name: str, once: Collection[str], function: int = -1, since: int = 0) -> list[str | None]:
    """The calls in a function (-1: in the whole file) that the name is handed to since it was imported there, until it stands
    for something else; None for every other use."""
    body = module.body

    others = (s for s in module.statements["assign"] if isinstance(s.target, Name) and s.target.id == name and s.at > since)
    until = min((s.at for s in others if body.contexts[s.context].function == function >= 0), default=body.contexts[0].end)

    def is_there(context: int, at: int) -> bool:
        return function < 0 or (body.contexts[context].function == function and since < at < until)

    handed: list[str | None] = []
    for call in body.calls:
        if is_there(call.context, call.at) and any(isinstance(a.value, Name) and a.value.id == name for a in call.arguments):
            last = last_name(body, call.callee)
            handed.append(last if last in once else None)
    said = [s.value for s in body.statements if is_there(s.context, s.at)]
    said += [p.subject for p in body.contexts if p.kind == "with" and is_there(p.parent, p.at)]
    named = sum(name in names_in(body, each) for each in said)
    return handed if named <= len(handed) else [*handed, None]
