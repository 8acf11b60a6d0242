"""Names at the top of a module by which a program makes its tables when it starts, or its migrations do, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Name
from archlint.project.parts import names_in
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from collections.abc import Collection

    from archlint.project.model import CallSite
    from archlint.project.modules import Module
    from archlint.project.program import Project


def is_for_tables(project: Project, site: CallSite, once: Collection[str]) -> bool:
    """`engine = create_engine(…)`, which wherever it is read in the program is only handed to calls named in `once`; one use at
    least is there, or a migration that imports it."""
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
    used = _handed(module, target.id, -1, once)
    for taker in takers:
        if not taker.importer.is_production:
            continue
        if taker.name != target.id or taker.given.alias is not None:
            return False
        function = taker.importer.body.contexts[taker.given.context].function
        used += _handed(taker.importer, target.id, function, once)
    return None not in used and bool(used or any(taker.importer.is_migration for taker in takers))


def _handed(module: Module, name: str, function: int, once: Collection[str]) -> list[str | None]:
    """The calls in a function (-1: in the whole file) that the name is handed to, None for every other use."""
    body = module.body

    def is_there(context: int) -> bool:
        return function < 0 or body.contexts[context].function == function

    handed: list[str | None] = []
    for call in body.calls:
        if is_there(call.context) and any(isinstance(a.value, Name) and a.value.id == name for a in call.arguments):
            last = last_name(body, call.callee)
            handed.append(last if last in once else None)
    said = [s.value for s in body.statements if is_there(s.context)]
    said += [p.subject for p in body.contexts if p.kind == "with" and is_there(p.parent)]
    named = sum(name in names_in(body, each) for each in said)
    return handed if named <= len(handed) else [*handed, None]
