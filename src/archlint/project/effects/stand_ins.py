"""Code that writes a message to the log in place of sending it: a class that stands in for a sender, a branch that is taken
where the settings switch sending off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Comparison, Constant, Expr, Operation, String, Template
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.words import compounds_of, words_of

if TYPE_CHECKING:
    from archlint.project.secrets.logged import LoggedValue
    from archlint.project.source.modules import Module

_PRETENDING = frozenset({"noop", "dummy", "fake", "stub", "mock", "null"})
_WRITING = frozenset({"log", "logging", "logger", "console", "stdout", "print"})
_SENDERS = frozenset({"sender", "mailer", "notifier", "backend", "transport", "provider", "gateway", "channel"})
_SENDING = frozenset(
    {"mail", "mails", "email", "emails", "smtp", "sms", "send", "sends", "sending", "notify", "notifier", "mailer"}
    | {"notification", "notifications", "message", "messages", "deliver", "delivery"}
)
_SETTINGS = frozenset({"settings", "setting", "config", "configuration", "cfg", "conf", "environ", "getenv", "env", "options"})
_SWITCHES = frozenset({"enabled", "configured", "available", "client", "provider", "queue"})
_OF_LOGS = frozenset(
    {"debug", "dev", "development", "test", "testing", "log", "logs", "logging", "verbose", "quiet", "silent"}
    | {"mask", "redact", "anonymize", "anonymise", "hide", "privacy", "pii"}
)
"""What is off in production, or says what a log may show."""
_SAYS_SO = re.compile(r"\bwould (have )?(been )?sen[dt]\b|\bdry[- ]run\b|\bno-?op\b|\bsimulat", re.IGNORECASE)


def stands_in(value: LoggedValue) -> bool:
    """Is the call there to show what would be sent, where nothing is?"""
    module, context = value.module, value.context
    return _is_of_stand_in(module, context) or _is_switched_off(module, context) or _says_so(value)


def _function_name(module: Module, context: int) -> str:
    function = module.body.contexts[context].function
    return module.outline.functions[function].qualname if function >= 0 else ""


def _is_of_stand_in(module: Module, context: int) -> bool:
    klass = _function_name(module, context).rpartition(".")[0]
    words = {*words_of(klass), *compounds_of(klass)}
    if not _PRETENDING.isdisjoint(words):
        return True
    return not _WRITING.isdisjoint(words) and not _SENDERS.isdisjoint(words)


def _is_switched_off(module: Module, context: int) -> bool:
    name = _function_name(module, context)
    contexts = module.body.contexts
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        place = contexts[context]
        holds = {"if": True, "else": False}.get(place.kind)
        if place.subject is not None and holds is not None and _is_off(module, place.subject, name, holds):
            return True
        context = place.parent
    return False


def _is_off(module: Module, test: Expr, name: str, holds: bool) -> bool:
    """Does the test, where it holds (or does not), say that what sending needs is not there?"""
    match test:
        case Operation(op="not"):
            return _is_off(module, test.operands[0], name, not holds)
        case Operation(op="or" | "and"):
            every = all if (test.op == "or") is holds else any
            return every(_is_off(module, side, name, holds) for side in test.operands)
        case Comparison(ops=("is",) | ("==",)) if _is_nothing(test.operands[1]):
            return holds and _is_setting(module, test.operands[0], name)
        case Comparison(ops=("is not",) | ("!=",)) if _is_nothing(test.operands[1]):
            return not holds and _is_setting(module, test.operands[0], name)
        case _:
            return not holds and not isinstance(test, Comparison) and _is_setting(module, test, name)


def _is_nothing(expr: Expr) -> bool:
    return (isinstance(expr, Constant) and expr.value in (None, False)) or (isinstance(expr, String) and not expr.value)


def _is_setting(module: Module, expr: Expr, name: str) -> bool:
    """A setting about sending: by its own name, or asked in a function that sends."""
    keys = [part.value for part in parts_of(module.body, expr) if isinstance(part, String)]
    own = [last_name(module.body, expr), *keys]
    words = {word for text in (spell(module.body, expr), *keys) for word in words_of(text)}
    is_set = any(text.isupper() for text in own) or not (_SETTINGS | _SWITCHES).isdisjoint(words)
    return is_set and _OF_LOGS.isdisjoint(words) and not _SENDING.isdisjoint({*words, *words_of(name)})


def _says_so(value: LoggedValue) -> bool:
    """By the words around the value, in the text of the same call."""
    body = value.module.body
    given = [argument.value for argument in value.call.arguments]
    texts = [part for expr in given for part in parts_of(body, expr)]
    texts += [piece for part in texts if isinstance(part, Template) for piece in part.parts]
    return any(isinstance(text, String) and _SAYS_SO.search(text.value) for text in texts)
