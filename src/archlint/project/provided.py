"""What a view's library does for it: lists, creates, updates, deletes, by methods that the project has not replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.project.model import Type
from archlint.project.symbols import ClassDef

if TYPE_CHECKING:
    from archlint.project.program import Project


_LIST = "list"
"""Named as what it does: whatever else a library's view answers a list by comes to that method."""


def provided_by(project: Project, view: ClassDef) -> frozenset[str]:
    """The words of the knowledge for it (`TypeInfo.provides`)."""
    own: set[str] = set()
    found: set[str] = set()
    for ancestor in project.types.inference.members.ancestors(Type(view.name)):
        klass = project.symbols.classes.get(ancestor.name)
        if klass is not None:
            own |= {f.name for f in klass.module.outline.functions if f.klass == klass.index}
            continue
        for _, info in project.knowledge.infos(ancestor.name):
            found |= {done for method, done in info.provides.items() if method not in own}
    return frozenset(found - (own & {_LIST}))
