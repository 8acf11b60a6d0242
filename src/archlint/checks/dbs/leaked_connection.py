"""DBS018: a connection, session or client that is not closed on every way out of the function that opens it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, Constant, Name, Statement
from archlint.project.control.sequence import chain, may_follow
from archlint.project.effects.opened import Opened, OpenedConnections
from archlint.project.loops.repeated import LoopWords
from archlint.project.model import Def
from archlint.project.names.name_uses import Use, uses_of
from archlint.project.parts import names_in
from archlint.project.source.filling_empty import is_under_empty
from archlint.project.source.modules import Module
from archlint.project.source.one_off import OneOff
from archlint.project.source.run_by_hand import RunByHand


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`borrowed`: beginnings of names of callables and types that give what somebody else has opened and closes; `lent`: last
    names of callables that only use a connection they are given; `giving_back`: last names of methods that take one back;
    `files`: dialects of databases that are files; `bound`: arguments that give a session the connection it works on.
    The rest: see `LoopWords`."""

    borrowed: tuple[str, ...]
    lent: tuple[str, ...]
    giving_back: tuple[str, ...]
    files: tuple[str, ...]
    bound: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each that stays open, or does where something fails or the function is left early; a proof for each that a
    block closes, or a `finally`."""
    connections, one_off = OpenedConnections(project, params.borrowed, params.lent), OneOff(project, params)
    by_hand = RunByHand(project, params)
    for opened in connections.all():
        definition, module = opened.definition, opened.site.module
        if definition is None or module.is_script or one_off.runs_once(module, definition):
            continue
        if _is_bound(opened, params):
            continue
        if connections.is_managed(opened):
            yield Proof(opened.site.site, "a block closes it")
        if opened.statement is None:
            continue
        uses = uses_of(definition, opened.name, opened.statement.end)
        if _goes_on(connections, opened, uses, params):
            continue
        closes = [use for use in uses if _closes(opened, use, params)]
        if _is_sure(opened, closes) or _is_at_once(opened, uses, closes):
            yield Proof(opened.site.site, "it is closed whatever happens")
        else:
            hit = _hit(project, opened, closes, uses, params)
            is_brief = by_hand.runs(definition) or by_hand.starts(definition)
            # it is closed when the file has run
            is_note = is_brief or project.uncalled.holds(definition) or is_under_empty(project, opened.site)
            yield replace(hit, confidence=Confidence.LOW) if is_note else hit


def _is_bound(opened: Opened, params: Params) -> bool:
    """A session over the connection that a block around it closes: `async with engine.begin() as conn: Session(bind=conn)`."""
    site = opened.site
    given = {a.value.id for a in site.call.arguments if a.name in params.bound and isinstance(a.value, Name)}
    around = (site.module.body.contexts[row] for row in chain(site.module, site.call.context)) if given else ()
    return any(place.kind == "with" and isinstance(place.target, Name) and place.target.id in given for place in around)


def _goes_on(connections: OpenedConnections, opened: Opened, uses: tuple[Use, ...], params: Params) -> bool:
    """Somebody else may close it: it is returned, kept, or handed to what may."""
    for use in uses:
        if use.kind in ("returned", "kept") or (use.kind == "method" and use.called and _is_kept_by(opened, use)):
            return True
        if use.kind == "method" and not use.called and use.word in opened.closing:
            return True  # `stack.callback(connection.close)`
        is_handed = use.kind == "argument" and not _closes(opened, use, params)
        if is_handed and connections.is_given_away(opened.site.module, use.call, opened.name):
            return True
    return False


def _is_kept_by(opened: Opened, use: Use) -> bool:
    """`self._conn = conn.execution_options(…)`: the object keeps what a method of the connection gives back, which is often the
    connection itself."""
    around = [s for s in opened.site.module.statements["assign"] if s.at <= use.at < s.end]
    return any(isinstance(s.target, Attribute) and s.value is not None and s.value.at == use.at for s in around)


def _closes(opened: Opened, use: Use, params: Params) -> bool:
    if use.kind == "argument":
        call = opened.site.module.body.calls[use.call]
        return isinstance(call.callee, Attribute) and call.callee.attr in params.giving_back
    return (use.kind == "method" and use.called and use.word in opened.closing) or (use.kind == "managed" and opened.by_leaving)


def _is_sure(opened: Opened, closes: list[Use]) -> bool:
    """It comes whatever happens: by a block, in a `finally`, or both behind what is done and where that fails."""
    module = opened.site.module
    kinds = [{module.body.contexts[row].kind for row in chain(module, use.context)} for use in closes]
    if any("finally" in found for found in kinds) or any(use.kind == "managed" for use in closes):
        return True
    return any("except" in found for found in kinds) and any("except" not in found for found in kinds)


def _is_at_once(opened: Opened, uses: tuple[Use, ...], closes: list[Use]) -> bool:
    """Nothing is done in between that could fail."""
    statement, module = opened.statement, opened.site.module
    if not closes or statement is None or uses[0].at < closes[0].at:
        return False
    return not any(statement.end <= call.at < closes[0].at for call in module.body.calls)


def _hit(project: Project, opened: Opened, closes: list[Use], uses: tuple[Use, ...], params: Params) -> Hit:
    definition, site = opened.definition, opened.site.site
    assert definition is not None  # noqa: S101 - others are not asked
    words = {"name": opened.name, "function": definition.function.name, "target": opened.target}
    sure = min(opened.site.confidence, opened.type.confidence)
    library = project.knowledge.library(opened.target)
    is_file = library is not None and library.dialect in params.files
    if not closes:
        if is_file or _runs_on(definition) or len(uses) == 0:
            sure = Confidence.LOW
        return Hit(site, words, "never", sure)
    early = _left_early(definition, opened, closes)
    if early is not None:
        step = Step(Site(site.path, early.at, early.end), "the function is left here, and it is still open")
        return Hit(site, words, "early", min(sure, Confidence.LOW if is_file else Confidence.HIGH), related=(step,))
    step = Step(Site(site.path, closes[-1].at, closes[-1].at), "closed here, if nothing has failed before")
    return Hit(site, words, "default", min(sure, Confidence.LOW if is_file else Confidence.MEDIUM), related=(step,))


def _runs_on(definition: Def) -> bool:
    """`while True:` that a program never leaves."""
    return any(
        place.kind == "while" and place.function == definition.index and isinstance(place.subject, Constant)
        for place in definition.module.body.contexts
    )


def _left_early(definition: Def, opened: Opened, closes: list[Use]) -> Statement | None:
    """The first `return` that can come before it is closed, where it has been opened."""
    module, function, statement = definition.module, definition.function, opened.statement
    assert statement is not None  # noqa: S101 - others are not asked
    start = (statement.context, statement.at)
    for leaving in module.statements["return"]:
        if not statement.end <= leaving.at < function.end or module.body.contexts[leaving.context].function != definition.index:
            continue
        place = (leaving.context, leaving.at)
        if not may_follow(module, start, place) or _asks_whether(module, leaving.context, opened.name):
            continue
        if not any(use.at < leaving.end and may_follow(module, (use.context, use.at), place) for use in closes):
            return leaving
    return None


def _asks_whether(module: Module, context: int, name: str) -> bool:
    """A branch around asks whether it was opened at all: `if connection is None:`."""
    places = [module.body.contexts[row] for row in chain(module, context)]
    return any(place.kind in ("if", "else") and name in names_in(module.body, place.subject) for place in places)
