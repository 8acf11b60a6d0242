"""SVC006: one operation commits to a database and publishes to a broker, and nothing joins the two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Attribute, String
from archlint.project.control.conditions import Conditions, Path, is_failure_path
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import Def
from archlint.project.parts import parts_of
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name
from archlint.project.transactions.commits import Commit, Commits
from archlint.project.transactions.transactions import Transactions
from archlint.project.words import words_of

_MARKS = frozenset({"sent", "synced", "published", "delivered", "notified", "dispatched", "emitted", "announced", "last"})
_KEEPING = ("db.commit", "db.write")
_KINDS = {"commit": "commits here", "block": "writes here, in a transaction of its own", "at once": "writes here, at once"}


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`outbox`: expression for names of classes and functions of an outbox; `passing_kinds`: kinds of libraries whose
    messages may be lost; `to_people`: arguments by which a broker's call writes to a person."""

    outbox: str
    passing_kinds: tuple[str, ...]
    to_people: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each function in which a commit and a publication come together, a proof for each publication in a
    function that commits nothing."""
    outbox, beside = _Outbox(project, re.compile(params.outbox, re.IGNORECASE)), _Beside(project)
    for definition in beside.publishing:
        both = beside.together(definition) if not outbox.is_named_by(definition) else None
        if both is None:
            continue
        published, commit, path = both
        if _writes_to_person(path, params):
            continue
        if _may_be_off(published):
            yield _hit(definition, published, commit, path, order="optional", is_note=True)
            continue
        passing = not set(params.passing_kinds).isdisjoint(project.knowledge.package_kinds(path.end.witness.target))
        order = "after" if published.site.at > commit.point.site.at else "before"
        yield _hit(definition, published, commit, path, order=order, is_note=outbox.is_beside(definition) or passing)
    for point in project.effects.points("publish"):
        caller = point.caller if point.is_direct and point.module.is_production else None
        if caller is not None and not any(project.effects.has(caller, effect) for effect in _KEEPING):
            yield Proof(point.site, "nothing is committed beside it")


class _Beside:
    """Publications, and what is committed in the same function: by a commit, a transaction that is left, or at once."""

    def __init__(self, project: Project) -> None:
        self._effects = project.effects
        self._conditions = Conditions(project)
        self._transactions = Transactions(project)
        self._commits = Commits(project, self._transactions)

    @cached_property
    def publishing(self) -> list[Def]:
        """Functions of production code that publish, and commit or write."""
        both: dict[Def, None] = {}
        for point in self._effects.points("publish"):
            caller = point.caller
            if caller is not None and point.module.is_production and any(self._effects.has(caller, e) for e in _KEEPING):
                both[caller] = None
        return list(both)

    def together(self, definition: Def) -> tuple[EffectPoint, Commit, Path] | None:
        """None also where the two come together further down, or in one transaction, which is another question."""
        published = [p for p in self._effects.points_of(definition, "publish") if not is_failure_path(p.module, p.context)]
        kept = [p for effect in _KEEPING for p in self._effects.points_of(definition, effect)]
        shared = {p.site for p in published} & {p.site for p in kept}
        commits = [c for c in self._commits.of(definition) if c.point.site not in shared]
        if self._transactions.cover(definition) == "all":
            commits = [c for c in commits if c.kind == "commit"]
        for publication in published:
            way = self._conditions.path(publication) if publication.site not in shared else None
            for commit in commits if way is not None else ():
                if way is not None and not _holds(commit, publication) and not _only_marks(commit, publication):
                    return publication, commit, way
        return None


def _only_marks(commit: Commit, publication: EffectPoint) -> bool:
    """All that is set behind the publication says that it was made: `event.is_sent = True`. If that fails, it is sent again."""
    place = commit.point
    set_ = [
        s.target.attr
        for kind in ("assign", "augment")
        for s in place.module.statements[kind]
        if publication.site.end <= s.at < place.site.at and isinstance(s.target, Attribute)
    ]
    is_same = place.module is publication.module and place.caller == publication.caller
    return is_same and bool(set_) and all(not _MARKS.isdisjoint(words_of(name)) for name in set_)


def _holds(commit: Commit, publication: EffectPoint) -> bool:
    """It is published inside the transaction."""
    if commit.row < 0:
        return False
    block = commit.point.module.body.contexts[commit.row]
    return block.at <= publication.site.at < block.end


def _writes_to_person(path: Path, params: Params) -> bool:
    """A text message to a telephone is no event: whoever waits for it asks again."""
    call = path.end.call
    return call is not None and any(argument.name in params.to_people for argument in call.call.arguments)


def _may_be_off(published: EffectPoint) -> bool:
    """A function of the same name, that stands alone and calls nothing, takes its place: `if not settings.EVENTS: def post(…):
    return None`. The program is made to run without these messages."""
    targets = published.call.targets if published.call is not None else ()
    found = [target.definition for target in targets if target.definition is not None]
    return any(d.function.klass < 0 and _calls_nothing(d) for d in found)


def _calls_nothing(definition: Def) -> bool:
    function = definition.function
    return not any(function.at <= call.at < function.end for call in definition.module.body.calls)


def _hit(definition: Def, published: EffectPoint, commit: Commit, path: Path, *, order: str, is_note: bool) -> Hit:
    confidence = Confidence.LOW if is_note else min(path.confidence, commit.path.confidence)
    words = {"function": definition.function.name, "target": path.end.witness.target}
    steps = (Step(commit.point.site, _KINDS[commit.kind]), *path.steps)
    return Hit(published.site, words, order, confidence, path=steps)


class _Outbox:
    """Where messages wait for whoever sends them."""

    def __init__(self, project: Project, name: re.Pattern[str]) -> None:
        self._project = project
        self._name = name

    @cached_property
    def _places(self) -> set[str]:
        """The folders of the services that have one; empty for code that is no service's."""
        found = set()
        for name, klass in self._project.symbols.classes.items():
            if self._name.search(name.rpartition(".")[2]) and klass.module.is_production:
                found.add(self._folder(klass.module))
        return found

    def is_beside(self, definition: Def) -> bool:
        """The service has one, or there is one for all."""
        return not self._places.isdisjoint({self._folder(definition.module), ""})

    def is_named_by(self, definition: Def) -> bool:
        """The function itself writes into it, or sends what stands there: by the names that it uses, and its SQL."""
        body, function = definition.module.body, definition.function
        given = [s.value for s in definition.module.statements_between(function.at, function.end)]
        given += [a.value for c in body.calls if function.at <= c.at < function.end for a in c.arguments]
        parts = [part for expr in given if expr is not None for part in parts_of(body, expr)]
        texts = (part.value for part in parts if isinstance(part, String))
        return any(self._name.search(text) for text in (*(last_name(body, part) for part in parts), *texts))

    def _folder(self, module: Module) -> str:
        service = self._project.services.of(module)
        return service.folder if service is not None else ""
