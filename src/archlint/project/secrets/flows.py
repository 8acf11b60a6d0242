"""The records of the taint: what is known of a value, and where a secret in it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.findings import Confidence, Site, Step
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.origins import Parameter
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.facts.syntax import Expr
    from archlint.project.source.modules import Module

_MOST_SOURCES = 6


class Source(Struct, frozen=True, gc=False):
    """A secret in hand. `label` is how it is written, `site` where; `steps` lead from it to the place asked about.

    `handed_over`: the call by which it leaves the function that names it, if the flow climbed to callers.
    `entered`: the last such call, with the parameter that it gives the value to.
    `certain`: named by more than a doubtful word. `is_whole`: an object or mapping that holds other things as well;
    `fields`: what of it is secret. `typed`: a person sends it with a request, as far as the code says. `given`: it is a
    parameter of the function that names it, or read from one that is no stored record. `read`: the expression, and where it
    stands."""

    label: str
    kind: str
    site: Site
    steps: tuple[Step, ...]
    confidence: Confidence
    handed_over: CallSite | None = None
    entered: tuple[CallSite, Parameter] | None = None
    fields: tuple[str, ...] = ()
    is_whole: bool = False
    certain: bool = True
    typed: bool = False
    given: bool = False
    read: tuple[Expr, Place] | None = None


class Flow(Struct, frozen=True, gc=False):
    """What is known of a value. `clean`: it is known to hold no secret (where there is no source)."""

    sources: tuple[Source, ...] = ()
    clean: bool = False


CLEAN = Flow((), True)
UNKNOWN = Flow()


class Frame(Struct, frozen=True, eq=False, gc=False):
    """The call through which a function was entered, so that its parameters are that call's arguments."""

    definition: Def
    call: CallSite
    outer: Frame | None


class Place(Struct, frozen=True, eq=False, gc=False):
    """Where an expression stands: in `module.body.contexts[context]`, entered through a frame if a call was followed."""

    module: Module
    context: int
    frame: Frame | None = None


def joined(flows: Iterable[Flow]) -> Flow:
    """Any of them may be the value, or be part of it. Of none: clean."""
    found: dict[tuple[Site, str], Source] = {}
    clean = True
    for flow in flows:
        clean = clean and flow.clean
        for source in flow.sources:
            found.setdefault((source.site, source.label), source)
    if found:
        return Flow(tuple(found.values())[:_MOST_SOURCES])
    return CLEAN if clean else UNKNOWN


def stepped(flow: Flow, step: Step, confidence: Confidence = Confidence.HIGH) -> Flow:
    """The flow, one station further; no surer than `confidence`."""
    if not flow.sources:
        return flow
    further = (replace(s, steps=(*s.steps, step), confidence=min(s.confidence, confidence)) for s in flow.sources)
    return Flow(tuple(further), False)


def guessed(flow: Flow) -> Flow:
    """The same, and no more than a guess."""
    return Flow(tuple(replace(s, confidence=Confidence.LOW) for s in flow.sources), flow.clean)


@dataclass(frozen=True, slots=True)
class Habits:
    """Words of the trade. `sanitizers`: in a function's name they say that it takes the secret away. `wholes`: attributes
    of a request that hold secrets among other things (`headers`) → their kind, and `whole_holders`: modules with such an
    attribute → the kind of that;
    `bodies`: those that hold one where code reads it from there; `requests`: names of requests; `other_uses`: in a module's
    name they say that a doubtful word means something else there (a lexer's `token`); `other_tasks`: in a function's;
    `access`: in either they say that it is about who may come in, where a doubtful word is what it seems, as it is out of
    `access_objects` (settings, headers). `configuration`: names of what holds settings, where those tell nothing.
    `mailboxes`: words of the fields of a mailbox that the program itself sends from; with them, people's addresses are what
    is asked for."""

    sanitizers: frozenset[str] = frozenset()
    wholes: Mapping[str, str] = field(default_factory=dict)
    bodies: frozenset[str] = frozenset()
    requests: frozenset[str] = frozenset()
    other_uses: frozenset[str] = frozenset()
    other_tasks: frozenset[str] = frozenset()
    access: frozenset[str] = frozenset()
    access_objects: frozenset[str] = frozenset()
    configuration: frozenset[str] = frozenset()
    mailboxes: frozenset[str] = frozenset()
    whole_holders: Mapping[str, str] = field(default_factory=dict)

    def is_mask(self, text: str) -> bool:
        """`***`, `[REDACTED]`: what is written in place of a secret."""
        return "**" in text or not self.sanitizers.isdisjoint(words_of(text))


Printed = Callable[[Type, bool], tuple[str, ...] | None]
"""(type, whether all fields are taken) → the secret fields that show when an instance is printed; None: not known."""
