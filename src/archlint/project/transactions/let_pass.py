"""Writes whose failure is let pass, here or below: whoever wrote that can do without."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archlint.project.control.sequence import chain, context_at, handlers_of
from archlint.project.transactions.commits import Commit, Commits

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


def is_best_effort(first: Commit, second: Commit) -> bool:
    """One of the two stands in a `try` of its own that lets any failure pass: whoever wrote that can do without."""
    ways = [(each.point.module, each.point.context) for each in (first, second)]
    return any(_lets_pass(*own, chain(*other)) for own, other in (ways, ways[::-1]))


def fails_alone(project: Project, commits: Commits, commit: Commit, *, gives: bool = False) -> bool:
    """A function on the way down writes and commits in a `try` that lets any failure pass: whoever calls it goes on; `gives`:
    also where it is told of the failure by what is given back, and does not look."""
    is_left = gives and _is_not_looked_at(commit)
    for step, owner in zip(commit.path.steps[1:], commit.path.through, strict=False):
        module = project.modules.by_path[step.site.path]
        if commits.writes(owner) and _lets_pass(module, context_at(module, step.site.at), (), gives=is_left):
            return True
        is_left = False
    return False


def _is_not_looked_at(commit: Commit) -> bool:
    """`await record(order)`, on its own."""
    module, site = commit.point.module, commit.point.site
    around = (s for s in module.body.statements if s.at <= site.at and site.end <= s.end and s.context == commit.point.context)
    return any(s.kind == "expression" for s in around)


def _lets_pass(module: Module, context: int, beyond: Iterable[int], *, gives: bool = False) -> bool:
    """`gives`: also with a value that tells of the failure."""
    body, around = module.body, {*beyond}
    leaving = ("raise",) if gives else ("raise", "return")
    for row in chain(module, context):
        if body.contexts[row].kind != "try" or row in around:
            continue
        nearest = next(iter(handlers_of(body.contexts, row)), -1)
        if nearest >= 0 and not any(s.kind in leaving and nearest in chain(module, s.context) for s in body.statements):
            return True
    return False
