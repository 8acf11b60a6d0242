"""What shows that a value whose name tells nothing is a person's address: the same function looks somebody up by it as by an
address, keeps it as one, or writes a message to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Collection, Comparison, Expr, Mapping, Name, String, Subscript
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.spelling import last_name, spell
from archlint.project.walk import walk_module
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.secrets.flows import Place
    from archlint.project.source.modules import Module

_FINDING = frozenset({"filter", "filter_by", "get", "get_or_none", "first_or_none", "find_one", "exclude", "where", "aget"})
_ADDRESSED = frozenset({"To", "Cc", "Bcc"})
"""Headers of a message that is written."""
_RECIPIENTS = frozenset({"recipient_list", "recipients", "to_emails", "to"})
_SENDING = frozenset({"send", "mail", "email", "message", "sms", "create", "deliver", "delay"})
_OF_MAIL = frozenset({"subject", "html", "html_content"})
_OF_MESSAGES = frozenset({"body", "from_"})
"""Arguments beside whom a message is for."""
_Given = dict[tuple[int, str], set[str]]


class PersonUses:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known: dict[str, _Given] = {}

    def kind(self, expr: Name | Attribute, at: Place) -> tuple[str, bool] | None:
        """The kind of address that the same function takes the value for, and whether it takes it for nothing else: who signs
        in by an address or a name may have given the name."""
        body = at.module.body
        names = self._given(at.module).get((body.contexts[at.context].function, spell(body, expr)), ())
        kinds = {name: naming.kind for name in names if (naming := self._vocabulary.names(name)) is not None and naming.certain}
        if not kinds:
            return None
        return kinds[min(kinds)], len(kinds) == len(names)

    def _given(self, module: Module) -> _Given:
        """(function, value as written) → the names that it is looked up by, or written under."""
        known = self._known.get(module.path)
        if known is None:
            known = self._known[module.path] = {}
            for value, context, name in _uses(module):
                if isinstance(value, Name | Attribute):
                    function = module.body.contexts[context].function
                    known.setdefault((function, spell(module.body, value)), set()).add(name)
        return known


def _uses(module: Module) -> Iterator[tuple[Expr, int, str]]:
    """(value, context, name): `filter(email=value)`, `find_one({"email": value})`, `by_email(value)`, `User.email == value`,
    `message["To"] = value`, `send(subject, recipients=[value])`."""
    body = module.body
    for call in body.calls:
        called = last_name(body, call.callee)
        if called in _FINDING:
            yield from ((a.value, call.context, a.name.partition("__")[0]) for a in call.arguments if a.name is not None)
            for pairs in (a.value for a in call.arguments if isinstance(a.value, Mapping)):
                for key, value in zip(pairs.keys, pairs.values, strict=True):
                    if isinstance(key, String):
                        yield value, call.context, key.value
        words, keywords = words_of(called), {a.name for a in call.arguments}
        kind = "email" if keywords & _OF_MAIL else "phone" if keywords >= _OF_MESSAGES else None
        for argument in call.arguments:
            if kind is not None and argument.name in _RECIPIENTS and not _SENDING.isdisjoint(words):
                several = argument.value.items if isinstance(argument.value, Collection) else ()
                for value in (argument.value, *several):
                    yield value, call.context, kind
        if "by" in words[1:-1] and call.arguments:
            name = "_".join(words[words.index("by", 1) + 1 :])
            yield call.arguments[-1].value, call.context, name
    for expr, context in walk_module(module, frozenset({Comparison})):
        if isinstance(expr, Comparison) and expr.ops == ("==",):
            for one, other in (expr.operands, expr.operands[::-1]):
                if isinstance(one, Attribute):
                    yield other, context, one.attr
    for statement in body.statements:
        target = statement.target
        if isinstance(target, Subscript) and len(target.index) == 1 and statement.value is not None:
            key = target.index[0]
            if isinstance(key, String) and key.value in _ADDRESSED:
                yield statement.value, statement.context, "email"
