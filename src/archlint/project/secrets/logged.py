"""What is written to logs: the values that calls of loggers and of `print` take, and the texts of exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from archlint.facts.findings import Site
from archlint.facts.knowledge import Logging
from archlint.facts.syntax import Attribute, Call, CallRef, Comparison, Expr, Name, Operation, String
from archlint.project.model import CallSite, Def, Type, argument_of
from archlint.project.names.origins import Parameter
from archlint.project.names.passed_arguments import arguments_of
from archlint.project.parts import names_in, parts_of
from archlint.project.secrets.own_loggers import LEVELS, OwnLoggers
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef
from archlint.project.values.cut_values import cut_by, keys_of
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_NO_FIELDS = frozenset({"exc_info", "stack_info", "stacklevel", "extra", "sep", "end", "file", "flush", "*"})
_TEXT_KEYWORDS = frozenset({"detail", "details", "message", "msg", "reason", "description", "error", "text"})
_CLIMBS = 2
_MOST_CALLERS = 12
_COMMANDS = frozenset({"cli", "command", "commands", "console", "shell", "manage", "management", "generate", "scripting"})
_COMMAND_FOLDERS = frozenset({"cli", "commands"})
_DEVELOPMENT = frozenset({"dev", "develop", "developer", "development", "debug", "testing", "local", "localhost", "sandbox"})
_SWITCHES, _MODES = ("is_", "use_"), ("_mode",)
_PRODUCTION = frozenset({"production", "prod", "live"})
_LOGGERS = frozenset({"logger", "log", "logging"})
_KEPT_OUT = frozenset({"secret", "secrets", "sensitive", "hidden", "masked", "redacted", "private", "confidential"})


@dataclass(frozen=True, slots=True)
class LoggedValue:
    """One value that a call writes. `key` is the name under which a structured log writes it; `only`: the keys of it that a
    pattern shows (`"%(user)s"`), None where it shows all."""

    module: Module = field(repr=False)
    call: Call
    sink: Literal["log", "print", "exception"]
    expr: Expr
    key: str | None = None
    only: frozenset[str] | None = None

    @property
    def context(self) -> int:
        return self.call.context

    @property
    def site(self) -> Site:
        return Site(self.module.path, self.call.at, self.call.end)


def logged_values(project: Project) -> Iterator[LoggedValue]:
    """Those of production code, by module and place; what stands under a guard for development is left out.

    A command's logger counts; what it prints is meant for its operator.
    """
    own = OwnLoggers(project)
    for module in project.modules.all:
        if not (module.is_production or module.is_script) or module.is_test or module.is_example or module.is_vendored:
            continue
        for site in project.calls.in_module(module):
            facet, sink = _facet(project, site)
            given = tuple(own.given(site)) if facet is None else ()
            if (facet is None and not given) or is_guarded(module, site.call.context) or _is_guarded_outside(project, site):
                continue
            if sink == "print" and _is_for_operator(project, site):
                continue
            yield from (LoggedValue(module, site.call, sink, expr, key) for key, expr in given)
            only = keys_of(argument_of(site.call, facet.message)) if facet is not None else None
            for key, expr in _values(facet, site.call) if facet is not None else ():
                if not own.is_handed_on(site, expr):
                    yield LoggedValue(module, site.call, sink, expr, key, only)


def is_of_command(project: Project, value: LoggedValue) -> bool:
    """A command of a framework or a file that a person runs writes it."""
    module, function = value.module, value.module.body.contexts[value.context].function
    if function >= 0 and any(_is_of_command(module, d) for d in module.outline.functions[function].decorators):
        return True
    return not _COMMAND_FOLDERS.isdisjoint(module.name.split(".")) or project.by_hand.holds(module)


def _is_command(project: Project, module: Module, site: CallSite) -> bool:
    """Run by hand by an operator, who reads what it prints; a plain sequence of statements is so as well. What answers a
    request is none, though its file may be started by hand."""
    if site.caller is not None and site.caller in project.endpoints.by_definition:
        return False
    if site.caller is not None and any(_is_of_command(module, d) for d in site.caller.function.decorators):
        return True
    if not module.outline.functions and not module.outline.classes:
        return True
    return module.is_script or module.outline.main_guard or not _COMMANDS.isdisjoint(words_of(module.name))


def _is_for_operator(project: Project, site: CallSite, depth: int = _CLIMBS) -> bool:
    """It stands in a command, or in a function that, tests aside, nobody but commands call."""
    if _is_command(project, site.module, site):
        return True
    if depth == 0 or site.caller is None:
        return False
    callers = project.calls.callers(site.caller)
    if site.caller.function.name == "__init__":
        callers = callers or project.calls.to(site.caller.name.removesuffix(".__init__"))
    used = [call for call in callers if not call.module.is_test]
    return bool(used) and all(_is_for_operator(project, call, depth - 1) for call in used[:_MOST_CALLERS])


def _is_of_command(module: Module, decorator: Expr) -> bool:
    """`@cli.command()`, `@app.command`."""
    callee = module.body.calls[decorator.index].callee if isinstance(decorator, CallRef) else decorator
    return last_name(module.body, callee) == "command"


def exception_values(project: Project) -> Iterator[LoggedValue]:
    """What becomes part of the text of an exception that production code raises."""
    for module in project.modules.production:
        for statement in module.statements["raise"]:
            if isinstance(statement.value, CallRef):
                site = project.calls.in_module(module)[statement.value.index]
                for expr in _shown(project, site):
                    yield LoggedValue(module, site.call, "exception", expr)


def _facet(project: Project, site: CallSite) -> tuple[Logging | None, Literal["log", "print"]]:
    for target in site.targets:
        operation = target.operation
        if operation is not None and operation.log is not None:
            if target.name.endswith((".print", ".pprint", ".pp")):
                return (None if _prints_elsewhere(site.call) else operation.log), "print"
            return operation.log, "log"
    callee = site.call.callee
    receiver = site.receiver
    if type(callee) is not Attribute or (receiver is not None and receiver.is_class):
        return None, "log"
    if any(target.definition is not None or target.operation is not None for target in site.targets):
        return None, "log"
    if receiver is None or not _is_known(project, receiver):
        return (Logging(fields=True, extra=":extra") if _is_called_logger(site.module, callee) else None), "log"
    if project.types.role(receiver) == "logger" and not _is_harmless(project, receiver, callee.attr):
        return Logging(fields=True), "log"  # a method that the project puts on its logger
    return None, "log"


def _is_known(project: Project, receiver: Type) -> bool:
    return receiver.name in project.symbols.classes or project.knowledge.type(receiver.name) is not None


def _is_called_logger(module: Module, callee: Attribute) -> bool:
    """`logger.info` of a package that is not here: a name and a level together say enough."""
    return callee.attr in LEVELS and not _LOGGERS.isdisjoint(words_of(last_name(module.body, callee.base))[-1:])


def _is_harmless(project: Project, receiver: Type, method: str) -> bool:
    knowledge = project.knowledge
    return any(knowledge.is_irrelevant(f"{name}.{method}") for name in knowledge.lineage(receiver.name))


def _prints_elsewhere(call: Call) -> bool:
    """`print(…, file=f)` writes a file unless it is a standard stream."""
    target = next((a.value for a in call.arguments if a.name == "file"), None)
    return target is not None and not (isinstance(target, Attribute) and target.attr in ("stderr", "stdout"))


def _values(facet: Logging, call: Call) -> Iterator[tuple[str | None, Expr]]:
    message = argument_of(call, facet.message)
    if message is not None:
        yield None, message
    if facet.arguments == "*":
        given = [a for a in call.arguments if a.name in (None, "*") and a.value is not message]
        cut = cut_by(message)
        yield from ((None, a.value) for position, a in enumerate(given) if position not in cut)
    if facet.fields:
        yield from ((a.name, a.value) for a in call.arguments if a.name is not None and a.name not in _NO_FIELDS)
    extra = argument_of(call, facet.extra)
    if extra is not None:
        yield None, extra


def _shown(project: Project, site: CallSite) -> Iterator[Expr]:
    """The arguments of an exception's constructor that its text shows."""
    for target in site.targets:
        found = project.types.inference.members.find(Type(target.name), "__init__") if target.definition else None
        own = next((e.definition for e in found or () if isinstance(e, FunctionRef)), None)
        if own is not None:
            kept = _kept_in_text(own)
            for position, parameter in enumerate(own.function.parameters):
                if parameter.name in kept:
                    yield from (a.value for a in arguments_of(Parameter(own, position), site))
            return
    for argument in site.call.arguments:
        if argument.name is None or argument.name in _TEXT_KEYWORDS:
            yield argument.value


def _kept_in_text(init: Def) -> frozenset[str]:
    """The names that a constructor hands to its base's, whose arguments the text is made of."""
    body = init.module.body
    found: set[str] = set()
    for call in init.module.own_calls(init.index):
        if last_name(body, call.callee) == "__init__":
            for argument in call.arguments:
                if argument.name is None or argument.name in _TEXT_KEYWORDS:
                    found.update(_plainly_named(init.module, argument.value))
    return frozenset(found)


def _plainly_named(module: Module, expr: Expr) -> Iterator[str]:
    """The names in an expression that are not arguments of a call (`len(passphrase)`)."""
    inside = {
        name
        for part in parts_of(module.body, expr)
        if isinstance(part, CallRef) and last_name(module.body, part) not in ("format", "str", "repr")
        for argument in module.body.calls[part.index].arguments
        for name in names_in(module.body, argument.value)
    }
    yield from (name for name in names_in(module.body, expr) if name not in inside)


def _is_guarded_outside(project: Project, site: CallSite) -> bool:
    """Nothing but what runs in development calls the function that it stands in."""
    if site.caller is None:
        return False
    used = [call for call in project.calls.callers(site.caller) if not call.module.is_test]
    return 0 < len(used) <= _MOST_CALLERS and all(is_guarded(call.module, call.call.context) for call in used)


def is_guarded(module: Module, context: int) -> bool:
    """Runs only in development, or only for what a list of secrets does not hold."""
    contexts = module.body.contexts
    while context >= 0:
        place = contexts[context]
        if place.kind in ("if", "else") and place.subject is not None and _guards(module, place.subject, place.kind == "if"):
            return True
        context = place.parent
    return False


def _guards(module: Module, test: Expr, holds: bool) -> bool:
    if isinstance(test, Operation) and test.op == "not":
        return _guards(module, test.operands[0], not holds)
    if isinstance(test, Operation) and test.op == ("and" if holds else "or"):
        return any(_guards(module, operand, holds) for operand in test.operands)
    if _asks_stage(module, test, _DEVELOPMENT if holds else _PRODUCTION) or _is_not(
        test, _PRODUCTION if holds else _DEVELOPMENT
    ):
        return True
    for part in parts_of(module.body, test):
        if type(part) is Comparison and any(op in ("in", "not in") for op in part.ops):
            named = [p for p in parts_of(module.body, part.operands[-1]) if isinstance(p, Name | Attribute)]
            if any(not _KEPT_OUT.isdisjoint(words_of(last_name(module.body, p))) for p in named):
                return True
        if holds and isinstance(part, Name | Attribute | String) and _tells_stage(module, part, _DEVELOPMENT):
            return True
    return False


def _asks_stage(module: Module, test: Expr, stages: frozenset[str]) -> bool:
    """The whole test is true in one of the stages only: `is_production`, `settings.ENV == "production"`."""
    if isinstance(test, Comparison):
        right = test.operands[-1]
        return test.ops == ("==",) and isinstance(right, String) and right.value.lower() in stages
    return isinstance(test, Name | Attribute) and _tells_stage(module, test, stages)


def _is_not(test: Expr, stages: frozenset[str]) -> bool:
    """`settings.ENV != "production"`; for one that does not hold, the other way round."""
    right = test.operands[-1] if isinstance(test, Comparison) and test.ops == ("!=",) else None
    return isinstance(right, String) and right.value.lower() in stages


def _tells_stage(module: Module, part: Name | Attribute | String, stages: frozenset[str]) -> bool:
    name = part.value if isinstance(part, String) else last_name(module.body, part)
    return not stages.isdisjoint(words_of(name)) and (name.isupper() or name.startswith(_SWITCHES) or name.endswith(_MODES))
