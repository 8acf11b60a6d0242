"""Values that a vocabulary names, on their way out: which of the values that are written hold one, and which do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.findings import Confidence, Hit, Proof, Site, Step
from archlint.facts.syntax import Attribute, CallRef, Name, String
from archlint.project.control.reached import Reached
from archlint.project.effects.stand_ins import stands_in
from archlint.project.model import Def
from archlint.project.parts import parts_of
from archlint.project.secrets.announced import announces
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.flows import Flow, Habits, Place, Source
from archlint.project.secrets.logged import LoggedValue, is_of_command
from archlint.project.secrets.printed import PrintedFields
from archlint.project.secrets.taint import CONNECTION, Taint
from archlint.project.secrets.taint_locals import SETTINGS, is_configured
from archlint.project.secrets.unknown_values import UnknownValues
from archlint.project.spelling import last_name, shorten, spell

if TYPE_CHECKING:
    from archlint.project.program import Project

_LITTLE = 4
"""A function of so few statements that writes to a log is there for that."""
_WRITES = {"log": "is logged here", "print": "is printed here", "exception": "becomes part of the exception's text here"}


class Leaks:
    """Yields a `Hit` for each call that writes such a value, a `Proof` for each that is near one and writes none.

    Messages: `default`, `print`, `exception`, `whole` (an object that holds one among others), `passed` (the function is
    given one under another name), `helper` (a call hands one to a function that is there to write).  Words: call, value,
    kind, fields, function, place.
    """

    def __init__(self, project: Project, vocabulary: Vocabulary, habits: Habits) -> None:
        self._project = project
        self._vocabulary = vocabulary
        self._mailboxes = habits.mailboxes
        self._taint = Taint(project, vocabulary, habits, PrintedFields(project, vocabulary, habits))
        self._reached = Reached(project)
        self._unknown = UnknownValues(project)
        self._reported: set[Site] = set()

    def of(self, values: Iterable[LoggedValue]) -> Iterator[Hit | Proof]:
        """`values` in the order of their calls."""
        for site, written in groupby(values, key=lambda value: value.site):
            group = list(written)
            flows = [self._flow(value) for value in group]
            pairs = [
                (value, judged)
                for value, flow in zip(group, flows, strict=True)
                for source in flow.sources
                if (judged := self._judged(value, source)) is not None
            ]
            found = [
                (v, source) for v, source in pairs if source.certain or v.sink == "log" or source.confidence == Confidence.HIGH
            ]
            if found:
                yield from self._hits(site, found)
            elif any(self._mentions(value) for value in group):
                yield Proof(site, "writes no secret in the clear")

    def _flow(self, value: LoggedValue) -> Flow:
        at = Place(value.module, value.context)
        found = self._taint.items.pair(value.key, value.expr, at) if value.key else self._taint.flow(value.expr, at)
        only = value.only
        if only is None or not any(source.fields for source in found.sources):
            return found
        shown = (replace(s, fields=tuple(f for f in s.fields if f in only)) if s.fields else s for s in found.sources)
        kept = [(before, now) for before, now in zip(found.sources, shown, strict=True) if now.fields or not before.fields]
        return Flow(tuple(now for _, now in kept), clean=not kept)

    def _judged(self, value: LoggedValue, source: Source) -> Source | None:
        """The source as sure as it is that it gets into a log, None where it does not: the text of an exception may as well
        go to who sent the value, unless nobody did; a log that something masks may not show it; and a command shows its
        operator what it has made for him, but not the program's settings."""
        if value.sink == "exception":
            return replace(source, confidence=Confidence.MEDIUM if _is_setting(source) else Confidence.LOW)
        if (
            self._unknown.holds(value, source)
            or self._is_uncalled(source)
            or (not self._mailboxes and not _is_setting(source) and stands_in(value))
            or (value.sink == "log" and self._project.masked_logs.are)
            or (source.kind == CONNECTION and self._is_switched_on(value))
            or (not self._mailboxes and is_of_command(self._project, value) and not _is_setting(source))
        ):
            source = replace(source, confidence=Confidence.LOW)
        elif source.confidence < Confidence.MEDIUM and not source.certain and announces(self._vocabulary, value, source):
            source = replace(source, confidence=Confidence.MEDIUM, certain=True)
        return self._reached.judged(value, source)

    def _is_uncalled(self, source: Source) -> bool:
        """A function hands it over that nobody is seen to call."""
        if source.handed_over is None or source.read is None:
            return False
        at = source.read[1]
        function = at.module.body.contexts[at.context].function
        return function >= 0 and self._project.uncalled.is_left(Def(at.module, at.module.name, function))

    def _is_switched_on(self, value: LoggedValue) -> bool:
        """Another setting says that it may be shown here: `if settings.SHOW_DATABASE:`."""
        body, context = value.module.body, value.context
        while context >= 0 and body.contexts[context].kind not in ("function", "class", "module"):
            place = body.contexts[context]
            test = place.subject if place.kind == "if" else None
            is_other = test is not None and spell(body, test) not in spell(body, value.expr)
            if test is not None and is_other and self._taint.locals.is_own_setting(test, Place(value.module, place.parent)):
                return True
            context = place.parent
        return False

    def _hits(self, site: Site, found: list[tuple[LoggedValue, Source]]) -> Iterator[Hit]:
        value = found[0][0]
        own = [source for _, source in found if source.handed_over is None]
        if own:
            yield self._hit(site, value, own)
            return
        handed = [(value, source) for value, source in found if value.sink != "exception"]
        if handed and not self._is_helper(value):
            yield self._passed(site, *max(((v, self._as_handed_on(s)) for v, s in handed), key=lambda pair: pair[1].confidence))
            return
        for value, source in handed:
            call = source.handed_over
            if call is not None and call.module.is_production and call.site not in self._reported:
                self._reported.add(call.site)
                yield self._handed_over(site, value, source)

    def _is_helper(self, value: LoggedValue) -> bool:
        """The function does little but write: what it is given is its callers' business."""
        function = value.module.body.contexts[value.context].function
        return len(value.module.own_statements(function)) <= _LITTLE

    def _as_handed_on(self, source: Source) -> Source:
        """No more than a guess where the log knows nothing of the credential: what it is given under another name is more
        often something found by it. A person's address is passed on as it is."""
        return source if self._mailboxes else replace(source, confidence=Confidence.LOW)

    def _passed(self, site: Site, value: LoggedValue, source: Source) -> Hit:
        function = value.module.body.contexts[value.context].function
        words = {
            "call": self._callee(value),
            "value": source.label,
            "kind": source.kind,
            "function": value.module.outline.functions[function].qualname if function >= 0 else value.module.name,
        }
        path = (*source.steps, Step(site, _WRITES[value.sink]))
        return Hit(site, words, message="passed", confidence=source.confidence, path=path)

    def _hit(self, site: Site, value: LoggedValue, sources: list[Source]) -> Hit:
        best = max(sources, key=lambda source: source.confidence)
        kind: str = value.sink if value.sink in ("print", "exception") else "default"
        labels = dict.fromkeys(source.label for source in sources)
        words = {
            "call": self._callee(value),
            "value": "`, `".join(labels),
            "kind": best.kind,
            "fields": "`, `".join(best.fields),
        }
        return Hit(
            site,
            words,
            message="whole" if best.fields else kind,
            confidence=best.confidence,
            path=(*best.steps, Step(site, _WRITES[value.sink])) if best.site != site else (),
        )

    def _handed_over(self, site: Site, value: LoggedValue, source: Source) -> Hit:
        call = source.handed_over
        assert call is not None  # noqa: S101 - chosen for it
        words = {
            "call": shorten(spell(call.module.body, call.call.callee)),
            "value": source.label,
            "kind": source.kind,
            "place": f"{value.module.path}:{value.module.lines.line(site.at)}",
            "fields": "`, `".join(source.fields),
        }
        path = (*source.steps, Step(site, _WRITES[value.sink]))
        return Hit(call.site, words, message="helper", confidence=source.confidence, path=path)

    def _callee(self, value: LoggedValue) -> str:
        return shorten(spell(value.module.body, value.call.callee))

    def _mentions(self, value: LoggedValue) -> bool:
        """Something in the expression holds one of the words, or the function takes one."""
        body = value.module.body
        names = [value.key or ""]
        for part in parts_of(body, value.expr):
            if isinstance(part, Name | Attribute | CallRef):
                names.append(last_name(body, part))
            elif type(part) is String and part.value.isidentifier():
                names.append(part.value)
        function = body.contexts[value.context].function
        if function >= 0:
            names += [p.name for p in value.module.outline.functions[function].parameters]
        return any(map(self._vocabulary.holds, names))


def _is_setting(source: Source) -> bool:
    """The program's own: a constant in capitals, or read out of its settings."""
    if source.read is None or source.handed_over is not None or not source.certain or source.confidence < Confidence.MEDIUM:
        return False
    expr, at = source.read
    return not (source.typed or source.given) and is_configured(SETTINGS, at.module, expr)
