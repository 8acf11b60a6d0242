"""Transactions: what opens one, what stands inside, and which functions only ever run in one.

A transaction is a block (see `transaction_blocks`), a decorator, or what a framework opens around each request, by a setting
or with what it injects.  A session that is committed by a call opens none by itself: see `commits`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, CallRef, Expr, Name, String
from archlint.project.control.sequence import context_at
from archlint.project.effects.direct_effects import is_withheld
from archlint.project.model import Def, Type
from archlint.project.names.class_attributes import bound_in
from archlint.project.relations.saved_through import SavedThrough
from archlint.project.routes.around_apps import AroundApps
from archlint.project.spelling import last_name
from archlint.project.transactions.request_settings import is_hosted, is_taken_out
from archlint.project.transactions.transaction_decorators import TransactionDecorators
from archlint.project.types.entities import FunctionRef
from archlint.project.types.injected import Injected
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.facts.syntax import Call, Class
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.types.entities import Entity

Cover = Literal["all", "some", "none"]
"""Of the ways into a function: how many come from within a transaction."""
Holder = Literal["", "own", "request", "injected"]

_BEGIN, _COMMIT = "tx.begin", "db.commit"
_REQUEST, _METHOD, _TASK, _SIGNAL = "request-transaction", "in-transaction", "task", "signal-handler"
_DISPATCHING = "dispatch"
_JOINING = frozenset({"transaction", "atomic", "atomically"})
"""Words in names of what runs in a transaction whatever it is handed."""
_AROUND = frozenset({"__call__", "__acall__"})
"""Methods of middleware in which the request is answered."""
_MOST_CALLERS = 40
_STANDARD = "standard-library"
_AROUND_REQUESTS = "request-transaction"
"""What middleware and view classes of a library do: whatever they answer runs in one."""
_MOST_NAMED, _FEW_NAMED = 12, 3
_DEPTH = 8
_ABOVE = 1
"""Callers of callers that are asked where only a name leads to a function."""


class Transactions:
    """Questions about the transactions of one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._effects = project.effects
        self._inference = project.types.inference
        self.blocks = project.transaction_blocks
        self._decorators = TransactionDecorators(project, self.blocks)
        self._injected = Injected(project)
        self._saved_through = SavedThrough(project)
        self._held: dict[Def, Holder] = {}
        self._covers: dict[tuple[Def, bool], Cover] = {}

    def holds(self, definition: Def) -> bool:
        """The function runs in a transaction by itself: its decorators, its class or a framework open one."""
        return self.holder(definition) in ("own", "request")

    def holder(self, definition: Def) -> Holder:
        """Who opens it: the function's own decorators (or its class, or its framework), a setting for each request, a session
        that is injected and committed when the request is answered, nobody."""
        known = self._held.get(definition)
        if known is None:
            self._held[definition] = ""
            is_own = (
                any(self._opens(definition, decorator) for decorator in definition.function.decorators)
                or self._is_dispatched(definition)
                or self._is_framework_method(definition)
            )
            is_request = not is_own and self.has_request_transactions and self._answers(definition)
            is_request = is_request and not self._is_taken_out(definition)
            known = "own" if is_own else "request" if is_request else "injected" if self._is_injected(definition) else ""
            self._held[definition] = known
        return known

    def cover(self, definition: Def, *, injected: bool = False) -> Cover:
        """Whether the function is run within transactions that its callers, or itself, have opened.

        injected: also within one that a call of `commit` ends before it is committed for the request."""
        return self._cover(definition, _DEPTH, injected)

    def inside(self, path_site: Site) -> bool:
        """The place stands in a transaction that its own function opens."""
        module = self._project.modules.by_path[path_site.path]
        context = context_at(module, path_site.at)
        if self.blocks.around(module, context) >= 0:
            return True
        function = module.body.contexts[context].function
        return function >= 0 and self.holds(Def(module, module.name, function))

    @cached_property
    def has_request_transactions(self) -> bool:
        """A setting of the project, or its own middleware, makes a transaction of each request."""
        return self._project.has_request_transactions or any(map(self._is_around, AroundApps(self._project).names))

    @cached_property
    def may_have_request_transactions(self) -> bool:
        """Such a setting is made, or is for a host to make, which cannot be seen."""
        return self.has_request_transactions or is_hosted(self._project)

    def _is_around(self, middleware: str) -> bool:
        """A class of the project's that opens one around what answers."""
        klass = self._project.symbols.classes.get(middleware)
        if klass is None:
            return self._project.knowledge.role(self._project.knowledge.canonical(middleware)) == _AROUND_REQUESTS
        methods = (
            Def(klass.module, klass.module.name, row)
            for row, function in enumerate(klass.module.outline.functions)
            if function.klass == klass.index and function.name in _AROUND
        )
        return any(self.holds(m) or any(self._goes_on_in(m, row) for row in self.blocks.of(m)) for m in methods)

    @staticmethod
    def _goes_on_in(method: Def, row: int) -> bool:
        """What middleware was given, and no method of its own, is called in the block: `self.get_response(request)`."""
        place, module = method.module.body.contexts[row], method.module
        itself = {each.name for each in method.function.parameters[:1]}
        own = {each.name for each in module.outline.functions if each.klass == method.function.klass}
        callees = (c.callee for c in module.own_calls(method.index) if place.at <= c.at < place.end)
        return any(
            isinstance(each, Attribute)
            and (each.attr in _AROUND or (isinstance(each.base, Name) and each.base.id in itself and each.attr not in own))
            for each in callees
        )

    # decorators and frameworks

    def _opens(self, definition: Def, decorator: Expr) -> bool:
        module = definition.module
        call = module.body.calls[decorator.index] if isinstance(decorator, CallRef) else None
        given = call.arguments if call is not None else ()
        entities = list(self._inference.returns.decorator_entities(definition, decorator))
        if any(self._begins(entity, call) for entity in entities):
            return True
        if self.blocks.is_named(module, decorator, definition.function.outer):
            return not self._decorators.only_runs(definition, decorator)
        for argument in given:  # `method_decorator(atomic)`
            if any(self._begins(e) for e in self._inference.entities(module, argument.value, definition.function.outer)):
                return True
        return any(isinstance(entity, FunctionRef) for entity in entities) and self._decorators.wraps(definition, decorator)

    def _begins(self, entity: Entity, call: Call | None = None) -> bool:
        """call: what is made of it (`create_revision(atomic=False)`), where it is called."""
        operation = self._inference.operation(entity) if not isinstance(entity, FunctionRef) else None
        if operation is None or _BEGIN not in operation.effect:
            return False
        return call is None or not is_withheld(call, operation)

    def _is_dispatched(self, definition: Def) -> bool:
        """A method of a view whose class, or whose class's own way to its methods, opens a transaction."""
        klass = self._class_of(definition)
        if klass is None:
            return False
        if self._is_around_requests(Type(definition.owner)) or self._is_run_within(definition):
            return True
        for decorator in klass.decorators:
            if isinstance(decorator, CallRef):
                call = definition.module.body.calls[decorator.index]
                names = {a.value.value for a in call.arguments if isinstance(a.value, String)}
                begins = any(
                    self._begins(e)
                    for a in call.arguments
                    for e in self._inference.entities(definition.module, a.value, klass.outer)
                )
                if begins and names & {_DISPATCHING, definition.function.name}:
                    return True
        for owner in self._owners(definition):
            for row, function in enumerate(owner.outline.functions):
                if function.name == _DISPATCHING and function.klass >= 0:
                    dispatching = Def(owner, owner.name, row)
                    if dispatching != definition and self._is_of_ancestor(definition, dispatching):
                        return self.holder(dispatching) == "own" or any(True for _ in self.blocks.of(dispatching))
        return False

    def _is_run_within(self, definition: Def) -> bool:
        """What a library runs along the way (`perform_destroy`) of another method of the class that opens a transaction
        (`@atomic def destroy`)."""
        name, owner = definition.function.name, Type(definition.owner)
        known = (self._project.knowledge.infos(ancestor.name) for ancestor in self._ancestors(definition))
        for info in (info for infos in known for _, info in infos):
            answered = info.answers.get(name) if name in info.hands else None
            outer = [each for each, verb in info.answers.items() if verb == answered and each not in info.hands]
            for found in (bound_in(self._project, owner, each) for each in outer):
                if found is not None and found[1].kind == "function":
                    method = Def(found[0].module, found[0].module.name, found[1].index)
                    if self.holder(method) == "own":
                        return True
        return False

    def _is_around_requests(self, view: Type) -> bool:
        """A view that answers whatever is asked of it within a transaction, by a class of a library."""
        ancestors = self._inference.members.ancestors(view)
        return any(self._project.knowledge.role(each.name) == _AROUND_REQUESTS for each in ancestors)

    def _owners(self, definition: Def) -> Iterator[Module]:
        """The modules of the project's classes that the method's class derives from."""
        seen: set[str] = set()
        for ancestor in self._ancestors(definition):
            klass = self._project.symbols.classes.get(ancestor.name)
            if klass is not None and klass.module.path not in seen:
                seen.add(klass.module.path)
                yield klass.module

    def _is_of_ancestor(self, definition: Def, other: Def) -> bool:
        owner = other.owner
        return any(ancestor.name == owner for ancestor in self._ancestors(definition))

    def _ancestors(self, definition: Def) -> tuple[Type, ...]:
        if definition.function.klass < 0:
            return ()
        return self._inference.members.ancestors(Type(definition.owner))

    def _class_of(self, definition: Def) -> Class | None:
        row = definition.function.klass
        return definition.module.outline.classes[row] if row >= 0 else None

    def _is_framework_method(self, definition: Def) -> bool:
        return any(
            info.subclass_attribute.get(definition.function.name) == _METHOD
            for ancestor in self._ancestors(definition)
            for _, info in self._project.knowledge.infos(ancestor.name)
        )

    def _answers(self, definition: Def) -> bool:
        """The function answers requests, or is a method of a class that does."""
        if definition in self._project.endpoints.by_definition:
            return True
        return definition.function.klass >= 0 and definition.owner in self._view_classes

    @cached_property
    def _view_classes(self) -> frozenset[str]:
        views = {e.view.name for e in self._project.endpoints.all if e.view is not None}
        return frozenset(a.name for name in views for a in self._inference.members.ancestors(Type(name)))

    def _is_taken_out(self, definition: Def) -> bool:
        """A decorator of the function, or of its class, keeps it out of the request's transaction."""
        klass, function = self._class_of(definition), definition.function
        marks = [(mark, function.outer) for mark in function.decorators]
        marks += [(mark, klass.outer) for mark in klass.decorators] if klass is not None else []
        return any(is_taken_out(self._project, definition.module, mark, outer) for mark, outer in marks)

    def _is_injected(self, definition: Def) -> bool:
        """The function answers requests with what is handed out within a transaction, or committed behind it."""
        if definition not in self._project.endpoints.by_definition:
            return False
        return any(self.blocks.yields_within(source) for source in self._injected.functions(definition))

    # callers

    def _cover(self, definition: Def, depth: int, injected: bool) -> Cover:
        key = definition, injected
        known = self._covers.get(key)
        if known is not None:
            return known
        self._covers[key] = "all"  # what calls itself adds nothing
        is_held = self.holds(definition) or (injected and self.holder(definition) == "injected")
        found: set[Cover] = {"all"} if is_held else set(self._from_callers(definition, depth, injected))
        if not found:
            is_request = self.may_have_request_transactions and not self._is_registered(definition, _TASK)
            found = {"some"} if is_request or self._is_registered(definition, _SIGNAL) else {"none"}
        cover: Cover = found.pop() if len(found) == 1 else "some"
        self._covers[key] = cover
        return cover

    def _from_callers(self, definition: Def, depth: int, injected: bool) -> Iterator[Cover]:
        callers = [s for s in self._project.calls.callers(definition) if s.module.is_production and s.caller != definition]
        saved = self._saved_through.savers(definition) if not callers and depth else None
        made = self._saved_through.made(definition) if not callers and depth else []
        if (
            not callers
            and not saved
            and not made
            and (saved is not None or self._is_named_within(definition) or self._may_run_within(definition, depth, injected))
        ):
            yield "some"  # where all that name a serializer only read, who saves it is not known either
        if not callers and self._is_handed_within(definition):
            yield "all"
        for owner, methods in saved or ():
            inner = (d for d in methods if d != definition)
            held = any(self.holds(d) or any(True for _ in self.blocks.of(d)) for d in inner)
            if held or self._is_around_requests(Type(owner)):
                yield "all"
            elif methods:
                yield self._cover(methods[0], depth - 1, injected)
            else:  # the library's own method answers, and saves
                yield "all" if self.has_request_transactions else "some" if self.may_have_request_transactions else "none"
        for module, call in made[:_MOST_CALLERS]:
            maker = Def(module, module.name, module.body.contexts[call.context].function)
            is_within = self.blocks.around(module, call.context) >= 0
            yield "all" if is_within else self._cover(maker, depth - 1, injected)
        for site in callers[:_MOST_CALLERS]:
            if self.blocks.around(site.module, site.call.context) >= 0:
                yield "all"
            elif site.caller is not None:
                yield self._cover(site.caller, depth - 1, injected) if depth else "some"
            else:
                yield "none"

    def _is_named_within(self, definition: Def) -> bool:
        """A method of which no call is known, of whose name all calls that run nobody knows what stand in transactions, or in
        functions some of whose callers do."""
        if definition.function.klass < 0:
            return False
        written = self._project.calls.written(definition.function.name)
        if not 0 < len(written) <= _MOST_NAMED:
            return False
        for module, call in written:
            caller = _function_at(module, call.context)
            if self.blocks.around(module, call.context) >= 0 or (caller is not None and self.holds(caller)):
                continue
            is_rare = len(written) <= _FEW_NAMED and not self._answers(definition)
            if caller is None or not is_rare or not self._is_called_within(caller):
                return False
        return True

    def _may_run_within(self, definition: Def, depth: int, injected: bool) -> bool:
        """A method that no library runs, of whose name some call that runs nobody knows what stands in a transaction, or in a
        function that runs in one: `registry.get(item).trash(item)`."""
        ancestors = self._ancestors(definition)
        kinds = {kind for each in ancestors for kind in self._project.knowledge.package_kinds(each.name)}
        if not depth or not ancestors or kinds - {_STANDARD}:
            return False
        for module, call in self._project.calls.written(definition.function.name)[:_MOST_CALLERS]:
            caller = _function_at(module, call.context)
            if caller is None or caller == definition or self._project.calls.site(module, call).targets:
                continue
            if self.blocks.around(module, call.context) >= 0 or self._cover(caller, depth - 1, injected) != "none":
                return True
        return False

    def _is_called_within(self, definition: Def, steps: int = _ABOVE) -> bool:
        """What calls it, by all that is known or by its name, does so in a transaction at one place, or one above does."""
        found = [(site.module, site.call.context) for site in self._project.calls.callers(definition)[:_MOST_CALLERS]]
        named = self._project.calls.written(definition.function.name) if not found else ()
        for module, context in (*found, *((m, call.context) for m, call in named[:_MOST_NAMED])):
            caller = _function_at(module, context)
            if not module.is_production or caller is None or caller == definition:
                continue
            if self.blocks.around(module, context) >= 0 or self.holds(caller):
                return True
            if steps and self._is_called_within(caller, steps - 1):
                return True
        return False

    def _is_handed_within(self, definition: Def) -> bool:
        """`run_in_transaction(self._place, order)`, right beside it."""
        module, name = definition.module, definition.function.name
        for call in module.body.calls:
            for given in (a.value for a in call.arguments):
                said = given.attr if isinstance(given, Attribute) else given.id if isinstance(given, Name) else ""
                if said == name and not _JOINING.isdisjoint(words_of(last_name(module.body, call.callee))):
                    return True
        return False

    def _is_registered(self, definition: Def, kind: str) -> bool:
        """As a task, or as what is run by whoever sends a signal, in the sender's transaction."""
        return any(operation.register == kind for operation in self._inference.returns.decorations(definition))


def _function_at(module: Module, context: int) -> Def | None:
    """The function in which a place stands, none for the module's own body."""
    row = module.body.contexts[context].function
    return Def(module, module.name, row) if row >= 0 else None
