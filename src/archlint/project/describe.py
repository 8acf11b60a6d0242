"""What is understood of one module, as text: for `archlint facts` and for whoever wonders why a rule says what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.model import CallSite, Def, Type, Witness

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


def describe(project: Project, module: Module) -> str:
    """Each function with its calls (what they may run, on what type) and its closed effects with their witnesses."""
    lines = [f"{module.name} ({module.path})"]
    level = project.calls.at_module_level(module)
    if level:
        lines += ["", "  at module level", *(_call(project, site) for site in level)]
    for row, function in enumerate(module.outline.functions):
        definition = Def(module, module.name, row)
        prefix = "async " if function.is_async else ""
        lines += ["", f"  {prefix}{function.qualname} (line {module.lines.line(function.at)})"]
        lines += [f"    answers {endpoint.label}" for endpoint in project.endpoints.by_definition.get(definition, ())]
        lines += [_call(project, site) for site in project.calls.of(definition)]
        lines += [_effect(effect, witness) for effect, witness in project.effects.of(definition).items()]
    return "\n".join(lines) + "\n"


def _call(project: Project, site: CallSite) -> str:
    line = site.module.lines.line(site.call.at)
    receiver = f" on {type_name(site.receiver)}" if site.receiver is not None else ""
    targets = ", ".join(target.name for target in site.targets) or "?"
    confidence = "" if site.confidence.name == "HIGH" or not site.targets else f" ({site.confidence.name.lower()})"
    effects = ", ".join(project.effects.at(site))
    return f"    {line}: {_spelled(site.module, site.call.callee)}{receiver} -> {targets}{confidence}" + (
        f" [{effects}]" if effects else ""
    )


def _effect(effect: str, witness: Witness) -> str:
    way = " -> ".join(step.message for step in witness.steps)
    return f"    {effect} ({witness.confidence.name.lower()}): {way}"


def type_name(type_: Type) -> str:
    """A type as it would be annotated: `builtins.list[shop.Order]`, `type[shop.Order]`."""
    inner = f"[{', '.join(type_name(a) for a in type_.arguments)}]" if type_.arguments else ""
    return f"type[{type_.name}{inner}]" if type_.is_class else f"{type_.name}{inner}"


def _spelled(module: Module, expr: Expr) -> str:
    match expr:
        case Name():
            return expr.id
        case Attribute():
            return f"{_spelled(module, expr.base)}.{expr.attr}"
        case CallRef():
            return f"{_spelled(module, module.body.calls[expr.index].callee)}()"
        case _:
            return "…"
