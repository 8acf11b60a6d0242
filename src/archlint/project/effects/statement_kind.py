"""Whether a statement that is executed reads or writes: by its object's type, else by the verb of its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Conditional, Expr, Name, Operation, String, Template
from archlint.project.model import CallSite, Type, argument_of

if TYPE_CHECKING:
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference

_VERB = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*([A-Za-z]+)", re.DOTALL)
_INNER_WRITE = re.compile(r"\b(?:insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into)\b", re.IGNORECASE)
_READS = frozenset({"select", "show", "explain", "describe", "pragma", "values", "table", "fetch"})
_WRITES = frozenset(
    {"insert", "update", "delete", "merge", "replace", "upsert", "create", "alter", "drop", "truncate", "copy", "grant"}
    | {"refresh", "reindex", "vacuum", "call", "lock", "comment", "load", "rename"}
)
_EFFECTS = {"commit": "db.commit", "begin": "tx.begin", "start": "tx.begin", "rollback": "tx.end", "end": "tx.end"}
_NEITHER = frozenset({"set", "use", "savepoint", "release", "listen", "notify", "analyze", "attach", "detach"})
_CHANGING = frozenset({"insert", "update", "delete"})
_DEPTH = 8


class StatementKind:
    """Executed statements → their effects."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def effects(self, module: Module, expr: Expr | None, context: int) -> tuple[str, ...] | None:
        """The effects of executing the statement; None where nothing is known of it, or each caller gives another."""
        if expr is None or (isinstance(expr, Name) and self._inference.is_told_by_callers(module, expr, context)):
            return None
        for entity in self._inference.entities(module, expr, context):
            if isinstance(entity, Type):
                for ancestor in self._inference.members.ancestors(entity):
                    for _, info, _ in self._inference.library.lineage(ancestor):
                        if info.statement is not None:
                            return (f"db.{info.statement}",)
        text = self._text(module, expr, context, 0)
        if text is None and self._changes(module, expr, context, 0):
            return ("db.write",)
        return effects_of_sql(text) if text is not None else None

    def of_handed(self, site: CallSite) -> tuple[str, ...] | None:
        """The effects of the statement whose text a call is given first, by a wrapper in which the text is lost; None where it
        is given none, or nothing is known of it."""
        given = [argument.value for argument in site.call.arguments[:1]]
        if not given or not isinstance(given[0], String | Template | Name):
            return None
        return self.effects(site.module, given[0], site.call.context)

    def executed(self, site: CallSite) -> Expr | None:
        """The statement that a call executes: what a library's is given, or what is handed to a wrapper in which the text is
        lost."""
        operation = site.operation
        if operation is not None:
            return site.argument(operation.sql or operation.by_statement)
        if not self.of_handed(site):
            return None
        statement = site.call.arguments[0].value
        text = self._text(site.module, statement, site.call.context, 0)
        return statement if text is None or len(text.split()) > 1 else None  # `audit("delete", row)`

    def _changes(self, module: Module, expr: Expr, context: int, depth: int) -> bool:
        """`table.update().where(…).values(…)`, of a table of which nothing is known."""
        if depth > _DEPTH:
            return False
        if isinstance(expr, Name):
            made = self._made(module, expr, context)
            return made is not None and self._changes(made[0], made[1], made[2], depth + 1)
        while isinstance(expr, CallRef):
            call = module.body.calls[expr.index]
            if not isinstance(call.callee, Attribute):
                return False
            if call.callee.attr in _CHANGING and not call.arguments:
                return True
            expr = call.callee.base
        return isinstance(expr, Name) and self._changes(module, expr, context, depth + 1)

    def _text(self, module: Module, expr: Expr, context: int, depth: int) -> str | None:
        """The beginning of the text that an expression builds."""
        if depth > _DEPTH:
            return None
        match expr:
            case String():
                return expr.value
            case Template():
                return self._text(module, expr.parts[0], context, depth + 1) if expr.parts else None
            case Operation():
                return self._text(module, expr.operands[0], context, depth + 1)
            case Conditional():
                return self._text(module, expr.body, context, depth + 1)
            case Await():
                return self._text(module, expr.value, context, depth + 1)
            case CallRef():
                return self._called(module, expr, depth)
            case Name():
                return self._named(module, expr, context, depth)
            case _:
                return None

    def _called(self, module: Module, expr: CallRef, depth: int) -> str | None:
        call = module.body.calls[expr.index]
        for entity in self._inference.entities(module, call.callee, call.context):
            operation = self._inference.operation(entity)
            if operation is not None and operation.sql is not None:
                argument = argument_of(call, operation.sql)
                return self._text(module, argument, call.context, depth + 1) if argument is not None else None
        if isinstance(call.callee, Attribute):  # `"…".format(…)`, `text("…").bindparams(…)`
            return self._text(module, call.callee.base, call.context, depth + 1)
        return None

    def _named(self, module: Module, expr: Name, context: int, depth: int) -> str | None:
        made = self._made(module, expr, context)
        return self._text(made[0], made[1], made[2], depth + 1) if made is not None else None

    def _made(self, module: Module, expr: Name, context: int) -> tuple[Module, Expr, int] | None:
        """What a name was given, and where; a text to which more is added (`sql += " AND …"`) begins as it did."""
        symbols = self._inference.project.symbols
        scope, bindings = symbols.scopes(module).lookup(context, expr.id, expr.at)
        for _ in range(_DEPTH):
            added = [module.body.statements[b.index] for b in bindings[:1] if b.kind == "statement"]
            if not added or added[0].kind != "augment":
                break
            scope, bindings = symbols.scopes(module).lookup(added[0].context, expr.id, added[0].at - 1)
        places = [(module, binding) for binding in bindings[:1]]
        if scope <= 0:
            found = symbols.resolve_in(module, expr.id)
            places = [(d.module, d.binding) for d in found[:1] if d.module is not None and d.binding is not None]
        for home, binding in places:
            if binding.kind == "statement" and not binding.path:
                statement = home.body.statements[binding.index]
                if statement.kind in ("assign", "annotate") and statement.value is not None:
                    return home, statement.value, statement.context
        return None


def effects_of_sql(text: str) -> tuple[str, ...] | None:
    """What a statement does by its first word; a `WITH` writes if something in it does. None: no known verb."""
    match = _VERB.match(text)
    verb = match.group(1).lower() if match else ""
    if verb == "with":
        return ("db.write",) if _INNER_WRITE.search(text) else ("db.read",)
    if verb in _READS:
        return ("db.read",)
    if verb in _WRITES:
        return ("db.write",)
    if verb in _EFFECTS:
        return (_EFFECTS[verb],)
    return () if verb in _NEITHER else None
