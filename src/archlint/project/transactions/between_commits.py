"""What happens between two commits of one function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.project.model import Def
from archlint.project.transactions.commits import Commit

if TYPE_CHECKING:
    from archlint.project.program import Project


def comes_between(project: Project, definition: Def, first: Commit, second: Commit, effect: str) -> bool:
    """An effect is behind the first commit and before the second: in the function itself, or in what it calls to commit."""
    start, end = first.point.site, second.point.site
    for point in project.effects.points_of(definition, effect):
        site = point.site
        if site == start:
            is_between = _is_beside(project, first, effect, behind=True)
        elif site == end:
            is_between = _is_beside(project, second, effect, behind=False)
        else:
            is_between = start.end <= site.at < end.end  # what the first is given has happened before it
        if is_between:
            return True
    return False


def _is_beside(project: Project, commit: Commit, effect: str, *, behind: bool) -> bool:
    """`create_user(data)`, which hashes a password before it commits: somewhere on the way down the effect is behind the
    commit, or before it."""
    for owner, step in zip(commit.path.through, commit.path.steps[1:], strict=False):
        places = [point.site.at for point in project.effects.points_of(owner, effect)]
        if any(place > step.site.at if behind else place < step.site.at for place in places):
            return True
        if step.site.at not in places:
            return False
    return True  # one operation of a library that has both
