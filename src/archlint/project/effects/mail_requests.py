"""Mail that goes out by a request to a service that sends it, as what makes the request is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import String
from archlint.project.control.conditions import Conditions
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.program import Project

_ASKING = frozenset({"get", "head", "options"})


class MailWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`mails`: words that name mail, in the name of a function or its class, or of its module where it is only called `send`;
    `sends`: words in the function's own that say that it is sent."""

    mails: tuple[str, ...]
    sends: tuple[str, ...]


class MailRequests:
    def __init__(self, project: Project, words: MailWords) -> None:
        self._mails, self._sends = frozenset(words.mails), frozenset(words.sends)
        self.are_any = any(self.is_one(point) for point in project.effects.points("http"))
        self.conditions = Conditions(project, counts=lambda _: False, also=self.is_one)
        """The ways that end in one."""

    def is_one(self, point: EffectPoint) -> bool:
        """`def send_mail(…): requests.post(…)`, what only asks left out."""
        call, caller = point.call, point.caller
        if not point.is_direct or call is None or caller is None:
            return False
        own = set(words_of(caller.function.name))
        named = own.union(*(words_of(name) for name in caller.function.qualname.split(".")[:-1]))
        if len(own) == 1:  # `mailer.send`; `mailer.send_sms` sends something else
            named |= set(words_of(caller.module.name.rpartition(".")[2]))
        if self._sends.isdisjoint(own) or self._mails.isdisjoint(named):
            return False
        texts = (a.value.value.lower() for a in call.call.arguments[:1] if isinstance(a.value, String))
        return last_name(point.module.body, call.call.callee) not in _ASKING and _ASKING.isdisjoint(texts)
