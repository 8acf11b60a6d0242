"""Second commits behind which nothing is kept that the first has not kept already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Name
from archlint.project.parts import names_in
from archlint.project.spelling import last_name
from archlint.project.transactions.commits import Commit
from archlint.project.transactions.write_places import root_names

if TYPE_CHECKING:
    from archlint.facts.syntax import Statement
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_NOTES = frozenset({"add", "merge"})
_SAVES = frozenset({"save", "asave"})
_LOOKS_UP = re.compile(r"(^|_)(get|find|first|one|fetch|load|scalar)(_|$)")


def keeps_nothing_new(project: Project, definition: Def, first: Commit, second: Commit) -> bool:
    """`made = create(…); session.add(made); session.commit()`, where `create` has committed it; `session.add(user)`, behind a
    commit that has kept it with `login.user = user`; or `shop.save()`, of a row that was looked up and that nothing has
    touched."""
    return _is_noted_again(project, definition, first, second) or _is_untouched(definition, second)


def _is_noted_again(project: Project, definition: Def, first: Commit, second: Commit) -> bool:
    if second.kind != "commit" or second.path.through:
        return False
    module, site = definition.module, first.point.site
    if not first.path.through:
        made = _kept_with(project, definition, site.at) if first.kind == "commit" else set[str]()
        return bool(made) and _notes_no_more(project, definition, range(site.end, second.point.site.at), made)
    made = {
        s.target.id
        for s in module.own_statements(definition.index)
        if s.kind in ("assign", "annotate") and isinstance(s.target, Name) and s.at <= site.at and site.end <= s.end
    }
    return bool(made) and _notes_no_more(project, definition, range(site.end, second.point.site.at), made)


def _kept_with(project: Project, definition: Def, at: int) -> set[str]:
    """Names of rows that were noted down before a place, or are held by one that was: `login.user = user`,
    `login = Login(user=user)`."""
    body = definition.module.body
    points = [p for p in project.effects.points_of(definition, "db.write") if p.site.at < at and p.call is not None]
    calls = [p.call.call for p in points if p.call is not None and last_name(body, p.call.call.callee) in _NOTES]
    noted = {a.value.id for call in calls for a in call.arguments if isinstance(a.value, Name)}
    held: set[str] = set()
    for s in definition.module.own_statements(definition.index):
        target, value = s.target, s.value
        if s.at >= at:
            continue
        if isinstance(target, Attribute) and isinstance(target.base, Name) and isinstance(value, Name):
            held.update({value.id} if target.base.id in noted else ())
        elif isinstance(target, Name) and target.id in noted and isinstance(value, CallRef):
            held.update(a.value.id for a in body.calls[value.index].arguments if a.name and isinstance(a.value, Name))
    return noted | held


def _notes_no_more(project: Project, definition: Def, between: range, made: set[str]) -> bool:
    """All that is written is noted down there, and is one of these, of which nothing is set."""
    module = definition.module
    points = [p for p in project.effects.points_of(definition, "db.write") if p.site.at in between]
    statements = [s for s in module.own_statements(definition.index) if s.at in between]
    if any(_sets(module, s, None) or _gives_anew(module, s, made) for s in statements):
        return False
    for point in points:
        call = point.call.call if point.call is not None else None
        if call is None or last_name(module.body, call.callee) not in _NOTES:
            return False
        if not all(isinstance(a.value, Name) and a.value.id in made for a in call.arguments):
            return False
    return bool(points)


def _is_untouched(definition: Def, second: Commit) -> bool:
    """No attribute of it is set, no method called but the one that saves it, and it is handed to nothing."""
    call = second.point.call.call if second.point.call is not None else None
    callee = call.callee if call is not None else None
    if not (isinstance(callee, Attribute) and callee.attr in _SAVES and isinstance(callee.base, Name)) or call is None:
        return False
    module, name = definition.module, callee.base.id
    before = [s for s in module.own_statements(definition.index) if s.at < call.at]
    makers = [s for s in before if isinstance(s.target, Name) and s.target.id == name]
    made = makers[0].value if len(makers) == 1 else None
    if not isinstance(made, CallRef) or not _LOOKS_UP.search(last_name(module.body, made)):
        return False
    if any(_sets(module, s, name) for s in before):
        return False
    for other in module.own_calls(definition.index):
        if other.at >= call.at:
            continue
        if isinstance(other.callee, Attribute) and name in root_names(module, other.callee):
            return False
        if any(name in names_in(module.body, a.value) and not isinstance(a.value, Attribute) for a in other.arguments):
            return False
    return True


def _gives_anew(module: Module, statement: Statement, names: set[str]) -> bool:
    """One of the names is another object's from there on."""
    target = statement.target
    return target is not None and not isinstance(target, Attribute) and not names.isdisjoint(names_in(module.body, target))


def _sets(module: Module, statement: Statement, name: str | None) -> bool:
    """An attribute is set, of that name's object or (None) of any."""
    target = statement.target
    if isinstance(target, Attribute):
        return name is None or name in root_names(module, target)
    return name is not None and statement.kind in ("for", "with") and name in names_in(module.body, statement.value)
