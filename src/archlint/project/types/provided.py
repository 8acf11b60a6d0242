"""What a view's library does for it: lists, creates, updates, deletes, by methods that the project has not replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Name, String
from archlint.project.model import Def, Type
from archlint.project.names.class_attributes import value_in
from archlint.project.names.symbols import ClassDef
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project


_METHODS = "methods"
_LIST = "list"
"""Named as what it does: whatever else a library's view answers a list by comes to that method."""


def _hands_on(project: Project, klass: ClassDef, row: int) -> bool:
    """`def get(self, request): return self.list(request)`, `return super().get(request)`: what the library does is done."""
    definition = Def(klass.module, klass.module.name, row)
    returned = project.symbols.scopes(klass.module).returns.get(row, [])
    body = klass.module.body
    for statement in returned:
        call = body.calls[statement.value.index] if isinstance(statement.value, CallRef) else None
        if call is None or not isinstance(call.callee, Attribute):
            return False
        base, name = call.callee.base, call.callee.attr
        is_above = isinstance(base, CallRef) and last_name(body, body.calls[base.index].callee) == "super"
        is_own_list = isinstance(base, Name) and base.id == "self" and name == _LIST and definition.function.name != _LIST
        if not ((is_above and name in (definition.function.name, _LIST)) or is_own_list):
            return False
    return bool(returned)


def provided_by(project: Project, view: ClassDef) -> frozenset[str]:
    """The words of the knowledge for it (`TypeInfo.provides`), but for what answers methods that the view does not let in."""
    own: set[str] = set()
    found: set[str] = set()
    shut = _shut(project, view)
    for ancestor in project.types.inference.members.ancestors(Type(view.name)):
        klass = project.symbols.classes.get(ancestor.name)
        if klass is not None:
            functions = enumerate(klass.module.outline.functions)
            own |= {f.name for row, f in functions if f.klass == klass.index and not _hands_on(project, klass, row)}
            continue
        for _, info in project.knowledge.infos(ancestor.name):
            found |= {done for method, done in info.provides.items() if method not in own and method not in shut}
    return frozenset(found - (own & {_LIST}))


def _shut(project: Project, view: ClassDef) -> frozenset[str]:
    """The methods of the view that answer what it does not let in: all but `post` of `http_method_names = ["post"]`."""
    owner = Type(view.name)
    ancestors = project.types.inference.members.ancestors(owner)
    infos = [info for ancestor in ancestors for _, info in project.knowledge.infos(ancestor.name)]
    names = dict.fromkeys(name for info in infos for name, meant in info.subclass_attribute.items() if meant == _METHODS)
    given = next((found for name in names if (found := value_in(project, owner, name)) is not None), None)
    value = given[1].value if given is not None else None
    if not isinstance(value, Collection) or not all(isinstance(item, String) for item in value.items):
        return frozenset()
    allowed = {item.value.upper() for item in value.items if isinstance(item, String)}
    answers = {method: verb for info in infos for method, verb in info.answers.items()}
    methods = {method for info in infos for method in info.provides}
    return frozenset(method for method in methods if answers.get(method, method.upper()) not in allowed)
