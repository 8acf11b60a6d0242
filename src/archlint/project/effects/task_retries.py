"""Background tasks, and what of them tries again when something fails."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.knowledge import Operation
from archlint.facts.syntax import Attribute, Body, Call, CallRef, Constant, Expr, Mapping, Name, String
from archlint.project.control.conditions import Path
from archlint.project.effects.listed_tasks import listed_tasks
from archlint.project.model import CallSite, Def, Type, argument_of
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.types.entities import FunctionRef
from archlint.project.walk import walk_module
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_TASK, _RETRY = "task", "retry"
_TIMES = frozenset({"schedule", "crontab", "interval", "cron"})
"""Arguments that say when something runs."""

_STARTING = _TIMES | {"name", "actor_name", "task_name"}
"""Arguments of a declaration by which it may be run though no code of the program asks for it."""
_OF_TASKS = frozenset({"task", "tasks", "annotations", "job", "jobs", "worker", "queue", "queues", "cluster"})
_OF_BROKERS = frozenset({"broker", "transport", "publish", "policy", "connection", "result", "client"})
"""Words in names of mappings: what is said in one of tasks is about these, unless it is about how they are sent."""
_ALL = "*"


class Task(Struct, frozen=True):
    """A function that a worker runs: `operation` is what declares it, `call` how (None: `@task` as it is)."""

    definition: Def
    operation: Operation
    call: Call | None


class TaskRetries:
    """Questions about one project. `retry_words`: names of class attributes, and keys of settings, that make all tasks
    try again."""

    def __init__(self, project: Project, retry_words: frozenset[str]) -> None:
        self._project = project
        self._words = retry_words
        self._inference = project.types.inference

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """The functions of production code that a decorator makes tasks, by place, then those that a worker's settings list."""
        decorated = tuple(task for module in self._project.modules.production for task in self._in_module(module))
        known = {task.definition for task in decorated}
        listed = {found[0]: Task(*found) for found in listed_tasks(self._project) if found[0] not in known}
        return (*decorated, *listed.values())

    def reason(self, task: Task) -> str:
        """What tries the task again; empty where nothing does."""
        limit = task.operation.retries
        if limit is None or (isinstance(limit.default, str) and limit.default != "none"):
            return "the queue's settings may say so"
        if task.call is not None:
            given = [argument_of(task.call, notation) for notation in limit.given]
            if any(isinstance(value, Constant) and value.value == 0 for value in given):
                return ""
            if any(value is not None for value in given):
                return "its declaration says so"
            if any(argument.name in ("*", "**") for argument in task.call.arguments):
                return "its declaration may say so"
            if self._base_retries(task):
                return "its base class says so"
        if self._is_declared_to_retry(task.definition):
            return "the method that declares it says so"
        if isinstance(limit.default, int | float) and limit.default > 0:
            return "the queue does, by default"
        return "the project's settings say so" if self._settings_retry else self._retries_itself(task.definition)

    def on_the_way(self, path: Path) -> bool:
        """A module that the way goes through holds something that tries again: a decorator, an adapter, a loop of a
        library."""
        modules = {definition.module.path: definition.module for definition in path.through}
        modules[path.end.module.path] = path.end.module
        return any(self._holds_retry(module) for module in modules.values())

    def is_scheduled(self, task: Task) -> bool:
        """A schedule names it, so that it runs again anyhow."""
        given = argument_of(task.call, ":name") if task.call is not None else None
        names = {task.definition.function.name, *_last_names(task.definition.module.body, given)}
        return not names.isdisjoint(self._scheduled)

    def is_left(self, task: Task) -> bool:
        """Nothing of a program that starts others of its tasks starts this one. Rows of a schedule's table and other programs
        may do so all the same."""
        return not self._is_started(task) and any(map(self._is_started, self.tasks))

    def _is_started(self, task: Task) -> bool:
        """Something hands it to the queue, or its declaration says when it runs or under which name others know it."""
        decorators = task.definition.function.decorators
        given = task.call.arguments if task.call is not None else ()
        if len(decorators) != 1 or any(argument.name in _STARTING or argument.name in ("*", "**") for argument in given):
            return True
        return self._project.unrun.is_started(task.definition, lambda by: is_decorated_task(self._project, by))

    def _in_module(self, module: Module) -> Iterator[Task]:
        for row in range(len(module.outline.functions)):
            yield from tasks_of(self._project, Def(module, module.name, row))

    def _base_retries(self, task: Task) -> bool:
        """The class given as `base`, or one that it inherits from, has an attribute that says so; one from elsewhere may."""
        base = argument_of(task.call, ":base") if task.call is not None else None
        if base is None:
            return False
        for entity in self._inference.entities(task.definition.module, base, task.definition.function.outer):
            if isinstance(entity, Type):
                return any(self._says_so(ancestor.name) for ancestor in self._inference.members.ancestors(entity))
        return True

    def _is_declared_to_retry(self, definition: Def) -> bool:
        """A method of the project that declares tasks (`def task(self, *args, **options): return super().task(…)`) speaks of
        it, or of a class that says so."""
        for decorator in definition.function.decorators:
            for entity in self._inference.returns.decorator_entities(definition, decorator):
                if type(entity) is FunctionRef and any(map(self._speaks_of_retries, self._parts(entity.definition))):
                    return True
        return False

    def _parts(self, definition: Def) -> Iterator[tuple[Module, int, Expr]]:
        module = definition.module
        for statement in module.own_statements(definition.index):
            yield from ((module, statement.context, part) for part in parts_of(module.body, statement.value))

    def _speaks_of_retries(self, place: tuple[Module, int, Expr]) -> bool:
        module, context, part = place
        if type(part) is String:
            return part.value in self._words
        if type(part) is CallRef:
            return any(argument.name in self._words for argument in module.body.calls[part.index].arguments)
        found = self._inference.entities(module, part, context) if isinstance(part, Name) else ()
        lines = (self._inference.members.ancestors(each) for each in found if isinstance(each, Type) and each.is_class)
        return any(self._says_so(ancestor.name) for line in lines for ancestor in line)

    def _says_so(self, class_name: str) -> bool:
        klass = self._project.symbols.classes.get(class_name)
        if klass is None:
            return False
        body = klass.module.body
        own = (s for s in body.statements if body.contexts[s.context].klass == klass.index and s.kind in ("assign", "annotate"))
        return any(isinstance(s.target, Name) and s.target.id in self._words for s in own)

    def _retries_itself(self, definition: Def) -> str:
        """It calls something that tries again, or hands itself to the queue once more."""
        name = definition.function.name
        for site in self._sites(definition):
            if _retries(site):
                return "it tries again itself"
            callee = spell(definition.module.body, site.call.callee)
            if callee.startswith((f"{name}.", "self.apply")):
                return "it hands itself to the queue again"
        return ""

    def _sites(self, definition: Def) -> Iterator[CallSite]:
        function = definition.function
        for site in self._project.calls.in_module(definition.module):
            if function.at <= site.call.at < function.end and site.call.at > function.name_at:
                yield site

    def _holds_retry(self, module: Module) -> bool:
        """Outside the functions that are tasks: what these try again is their own work."""
        tasks = {task.definition.index for task in self.tasks if task.definition.module is module}
        functions = (function for row, function in enumerate(module.outline.functions) if row not in tasks)
        decorators = (last_name(module.body, d).lower() for function in functions for d in function.decorators)
        return any(_RETRY in name or "backoff" in name for name in decorators) or any(
            _retries(site)
            for site in self._project.calls.in_module(module)
            if module.body.contexts[site.call.context].function not in tasks
        )

    @cached_property
    def _settings_retry(self) -> bool:
        """A mapping that is kept or given as something of tasks names retries: `task_annotations = {"*": {"max_retries": 3}}`.
        One of a decorator is about one task, one of a broker or a client (`broker_transport_options`) about none."""
        return any(
            any(type(part) is String and part.value in self._words for part in parts_of(module.body, expr))
            and _is_of_tasks(module, expr)
            and not _is_given_to_decorator(module, expr)
            for module in self._project.modules.production
            for expr, _ in walk_module(module, frozenset({Mapping}))
        )

    @cached_property
    def _scheduled(self) -> frozenset[str]:
        """Last names of the tasks that stand under the key `task` of a schedule, or in a call that adds one."""
        found: set[str] = set()
        for module in self._project.modules.all:  # commands that set a program up write schedules too
            if module.is_test:
                continue
            for expr, _ in walk_module(module, frozenset({Mapping})):
                assert isinstance(expr, Mapping)  # noqa: S101 - nothing else was asked for
                for key, value in zip(expr.keys, expr.values, strict=True):
                    if isinstance(key, String) and key.value == "task":
                        found.update(_last_names(module.body, value))
            for call in module.body.calls:
                if last_name(module.body, call.callee) in ("add_periodic_task", "PeriodicTask", "crontab"):
                    found.update(spell(module.body, a.value).partition("(")[0].removesuffix(".s") for a in call.arguments)
                elif any(a.name in _TIMES for a in call.arguments):  # a row of the schedule's table
                    for argument in call.arguments:
                        if isinstance(argument.value, String):
                            found.add(argument.value.value.rpartition(".")[2])
        return frozenset(found)


def is_decorated_task(project: Project, definition: Def) -> bool:
    """One of its decorators makes it a task."""
    return any(operation.register == _TASK for operation in project.types.inference.returns.decorations(definition))


def tasks_of(project: Project, definition: Def) -> Iterator[Task]:
    """What its decorators make of a function: one for each that makes it a task."""
    inference, body = project.types.inference, definition.module.body
    for decorator in definition.function.decorators:
        for entity in inference.returns.decorator_entities(definition, decorator):
            operation = None if type(entity) is FunctionRef else inference.operation(entity)
            if operation is not None and operation.register == _TASK:
                yield Task(definition, operation, body.calls[decorator.index] if isinstance(decorator, CallRef) else None)


def _is_of_tasks(module: Module, expr: Expr) -> bool:
    """By a key that stands for all of them, or by the name that it is given: what is assigned, the argument."""
    body = module.body
    around = [s for s in body.statements if s.at <= expr.at < s.end and s.kind in ("assign", "annotate")]
    given = (a for call in body.calls if call.at <= expr.at < call.end for a in call.arguments)
    names = [a.name for a in given if a.name is not None and a.value.at <= expr.at < a.value.end]
    names += [last_name(body, s.target) for s in around if s.target is not None]
    words = frozenset(word for name in names for word in words_of(name))
    is_of_all = any(type(part) is String and part.value == _ALL for part in parts_of(body, expr))
    return is_of_all or (not _OF_TASKS.isdisjoint(words) and _OF_BROKERS.isdisjoint(words))


def _is_given_to_decorator(module: Module, expr: Expr) -> bool:
    """`@task(retry_kwargs={"max_retries": 3})`"""
    decorators = (decorator for function in module.outline.functions for decorator in function.decorators)
    return any(decorator.at <= expr.at < decorator.end for decorator in decorators)


def _last_names(body: Body, expr: Expr | None) -> set[str]:
    """Of a task as it is named: `"shop.tasks.report"`, `Tasks.REPORT`."""
    parts = [part for part in parts_of(body, expr) if isinstance(part, String | Attribute)]
    return {p.value.rpartition(".")[2] if isinstance(p, String) else p.attr for p in parts}


def _retries(site: CallSite) -> bool:
    operation = site.operation
    if operation is None:
        return last_name(site.module.body, site.call.callee) == _RETRY
    if operation.register == _RETRY:
        return True
    if operation.retries is None or operation.register == _TASK:
        return False
    given = any(site.argument(notation) is not None for notation in operation.retries.given)
    return given or last_name(site.module.body, site.call.callee) == _RETRY
