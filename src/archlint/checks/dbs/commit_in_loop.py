"""DBS009: a commit for each item of a loop."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.project.effects import EffectPoint
from archlint.project.loops import Loop
from archlint.project.proved import Proved
from archlint.project.repeated import LoopWords, Repeated, RepeatedEffects
from archlint.project.sequence import chain, context_at
from archlint.project.spelling import shorten

_EFFECT = "db.commit"
_FAR = 2
"""Functions between the loop and the commit: longer ways decide for each item what is to be done."""


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """See `LoopWords`. `waiting`: effects of a loop whose turns are long, so that each keeps what it has come to."""

    waiting: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each open loop that commits once per item, at the surest place, a proof for each commit in none."""
    found, outside = RepeatedEffects(project, params).find((_EFFECT,))
    proved = Proved(project, params)
    by_loop: dict[Loop, list[tuple[Confidence, str, Repeated]]] = {}
    for commit in found:
        by_loop.setdefault(commit.loop, []).append((*_weighed(project, commit, proved, params), commit))
    for same in by_loop.values():
        confidence, doubt, commit = max(same, key=lambda each: each[0])  # one is enough of a loop
        yield _hit(commit, confidence, doubt)
    for site in outside:
        yield Proof(site, "stands in no loop over data")


def _weighed(project: Project, commit: Repeated, proved: Proved, params: Params) -> tuple[Confidence, str]:
    """How sure it is that one commit would do; and what is doubted, if it is only a note."""
    if commit.isolated or _survives(commit):
        return Confidence.LOW, "each may have to be kept by itself"
    if any(commit.loop.holds(p.site) for effect in params.waiting for p in _points(project, commit, effect)):
        return Confidence.LOW, "each turn does more than the database's work"
    if not proved.by(commit):
        return Confidence.LOW, "nothing here says that there are many"
    if len(commit.path.through) > _FAR:
        return Confidence.LOW, "the commit is so far down that it may not be reached"
    if _is_conditional(project, commit):
        return Confidence.LOW, "not each item comes to it"
    return min(commit.path.confidence, Confidence.HIGH if not commit.path.through else Confidence.MEDIUM), ""


def _is_conditional(project: Project, commit: Repeated) -> bool:
    """A function on the way commits in a branch only."""
    for step in commit.path.steps[1:]:
        module = project.modules.by_path[step.site.path]
        kinds = {module.body.contexts[row].kind for row in chain(module, context_at(module, step.site.at))}
        if kinds & {"if", "else", "case"}:
            return True
    return False


def _points(project: Project, commit: Repeated, effect: str) -> tuple[EffectPoint, ...]:
    caller = commit.point.caller
    return project.effects.points_of(caller, effect) if caller is not None else ()


def _survives(commit: Repeated) -> bool:
    """A handler in the loop goes on with the next item where one fails."""
    loop = commit.loop
    if loop.mapping is not None:
        return False
    body = loop.module.body
    for row, place in enumerate(body.contexts):
        if place.kind == "except" and loop.place.at <= place.at < loop.place.end:
            raises = any(s.kind == "raise" and s.context == row for s in body.statements)
            if not raises:
                return True
    return False


def _hit(commit: Repeated, confidence: Confidence, doubt: str) -> Hit:
    loop, path = commit.loop, commit.path
    words = {
        "call": shorten(commit.point.shown, 60),
        "loop": loop.text,
        "callee": path.through[0].name if path.through else "",
        "doubt": f"; {doubt}" if doubt else "",
    }
    steps = (Step(loop.site, f"the loop `{loop.text}`"), *path.steps)
    related = (Step(loop.site, "commits for each item"),)
    return Hit(commit.made, words, "through" if path.through else "default", confidence, related=related, path=steps)
