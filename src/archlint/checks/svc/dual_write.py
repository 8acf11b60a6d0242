"""SVC006: one operation commits to a database and publishes to a broker, and nothing joins the two."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.project.conditions import Conditions, Path, is_failure_path
from archlint.project.effects import EffectPoint
from archlint.project.model import Def


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`outbox`: expression for names of classes and functions of an outbox; `passing_kinds`: kinds of libraries whose
    messages may be lost."""

    outbox: str
    passing_kinds: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each function in which a commit and a publication come together, a proof for each publication in a
    function that commits nothing."""
    has_outbox = _has_outbox(project, re.compile(params.outbox, re.IGNORECASE))
    conditions = Conditions(project)
    for definition in _publishing(project):
        both = _together(project, conditions, definition)
        if both is None:
            continue
        published, commit, path = both
        passing = not set(params.passing_kinds).isdisjoint(project.knowledge.package_kinds(path.end.witness.target))
        yield _hit(definition, published, commit, path, is_note=has_outbox or passing)
    for point in project.effects.points("publish"):
        caller = point.caller if point.is_direct and point.module.is_production else None
        if caller is not None and not project.effects.has(caller, "db.commit"):
            yield Proof(point.site, "nothing is committed beside it")


def _publishing(project: Project) -> list[Def]:
    """Functions of production code that publish and commit, and call nothing that does both."""
    both: dict[Def, None] = {}
    for point in project.effects.points("publish"):
        caller = point.caller
        if caller is not None and point.module.is_production and project.effects.has(caller, "db.commit"):
            both[caller] = None
    return list(both)


def _together(project: Project, conditions: Conditions, definition: Def) -> tuple[EffectPoint, EffectPoint, Path] | None:
    commits = [p for p in project.effects.points_of(definition, "db.commit") if not is_failure_path(p.module, p.context)]
    published = [p for p in project.effects.points_of(definition, "publish") if not is_failure_path(p.module, p.context)]
    shared = {p.site for p in commits} & {p.site for p in published}  # the two come together further down
    for publication in published:
        if publication.site in shared:
            continue
        way = conditions.path(publication)
        for commit in commits:
            if way is not None and commit.site not in shared and conditions.path(commit) is not None:
                return publication, commit, way
    return None


def _hit(definition: Def, published: EffectPoint, commit: EffectPoint, path: Path, *, is_note: bool) -> Hit:
    order = "after" if published.site.at > commit.site.at else "before"
    confidence = Confidence.LOW if is_note else min(path.confidence, commit.confidence)
    words = {"function": definition.function.name, "target": path.end.witness.target}
    steps = (Step(commit.site, "commits here"), *path.steps)
    return Hit(published.site, words, order, confidence, path=steps)


def _has_outbox(project: Project, name: re.Pattern[str]) -> bool:
    return any(name.search(klass.rpartition(".")[2]) for klass in project.symbols.classes)
