"""RES008: a task that nobody holds, or a coroutine that nobody awaits."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, NoParams, Project, Proof
from archlint.facts.syntax import Attribute, CallRef, Collection, Lambda, Name, Statement
from archlint.project.model import CallSite
from archlint.project.parts import names_in
from archlint.project.source.modules import Module
from archlint.project.spelling import shorten, spell

Params = NoParams
_TASK = "background-task"
_DROPS = "drops-answer"


def check(project: Project, params: NoParams) -> Iterator[Hit | Proof]:  # noqa: ARG001  the rule has nothing to set
    """A hit for each task or coroutine that is dropped, a proof for each task that is kept."""
    for module in project.modules.production:
        sites = project.calls.in_module(module)
        known = project.calls.known(module)
        unheard = {row for site in known for row in _given_to_drop(site)}
        tasks = {site.index for site in known if site.operation is not None and site.operation.register == _TASK}
        for statement in module.body.statements:
            if type(statement.value) is not CallRef:
                continue
            site = sites[statement.value.index]
            if site.index in tasks and (_is_dropped(module, statement) or _is_given_by(module, statement, unheard)):
                tasks.discard(site.index)
                yield _hit(site, "default", site.confidence)
            elif statement.kind == "expression" and _makes_coroutine(site) and not _may_be_another(project, site):
                yield _hit(site, "coroutine", site.confidence)
        yield from (Proof(sites[index].site, "the task is kept") for index in sorted(tasks))


def _hit(site: CallSite, message: str, confidence: Confidence) -> Hit:
    return Hit(site.site, {"call": shorten(spell(site.module.body, site.call.callee), 60)}, message, confidence)


def _is_dropped(module: Module, statement: Statement) -> bool:
    """It stands alone, or is given to a name of a function that nothing reads."""
    if statement.kind == "expression":
        return True
    target = statement.target
    if statement.kind != "assign" or not isinstance(target, Name):
        return False
    body = module.body
    function = body.contexts[statement.context].function
    if function < 0 or target.id in _read(module):
        return False
    return not any(
        other.kind in ("global", "nonlocal")
        and isinstance(other.value, Collection)
        and target.id in names_in(body, other.value)
        for other in body.statements
    )


def _given_to_drop(site: CallSite) -> Iterator[int]:
    """The lambdas whose answer the call drops: `loop.call_later(5, lambda: create_task(connect()))`."""
    if site.operation is not None and site.operation.register == _DROPS:
        yield from (a.value.function for a in site.call.arguments if isinstance(a.value, Lambda))


def _is_given_by(module: Module, statement: Statement, functions: set[int]) -> bool:
    return statement.kind == "return" and module.body.contexts[statement.context].function in functions


def _makes_coroutine(site: CallSite) -> bool:
    """A call of nothing but the project's own coroutine functions, which no decorator, nor a call around them
    (`async_to_sync(send)(mail)`), turns into something else."""
    if type(site.call.callee) is CallRef:
        return False
    definitions = [target.definition for target in site.targets]
    return (
        bool(definitions)
        and not site.call.awaited
        and all(
            d is not None and d.function.is_async and not d.function.is_generator and not d.function.decorators
            for d in definitions
        )
    )


def _may_be_another(project: Project, site: CallSite) -> bool:
    """What the method is called on may be of another class, whose method is no coroutine: `lock: Lock | NoLock`."""
    callee = site.call.callee
    types = project.types.all(site.module, callee.base, site.call.context) if isinstance(callee, Attribute) else ()
    return any(found.name not in project.symbols.classes for found in types)


def _read(module: Module) -> set[str]:
    """The plain names that a module reads anywhere."""
    body = module.body
    read = [statement.value for statement in body.statements if statement.kind not in ("global", "nonlocal")]
    read += [context.subject for context in body.contexts]
    for call in body.calls:
        read += [call.callee, *(argument.value for argument in call.arguments)]
    found = {name for expr in read for name in names_in(body, expr)}
    for statement in body.statements:  # what stands before a dot or a bracket on the left is read too
        if statement.target is not None and not isinstance(statement.target, Name):
            found.update(names_in(body, statement.target))
    return found
