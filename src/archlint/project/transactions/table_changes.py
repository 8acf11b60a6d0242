"""Writes that change tables and no rows: `CREATE TABLE …`, an index that is seen to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.program import Project


def changes_tables(project: Project, point: EffectPoint, verbs: Iterable[str]) -> bool:
    """The operation is one of the schema, or the text that it is given begins with one of the verbs."""
    if any(target.operation is not None and target.operation.schema for target in point.point.targets):
        return True
    call = point.call
    notation = call.operation.sql or call.operation.by_statement if call is not None and call.operation is not None else None
    statement = call.argument(notation) if call is not None else None
    text = project.values.text(point.module, statement, point.context) if statement is not None else None
    words = text.rendered.lower().split(None, 1) if text is not None else []
    return bool(words) and words[0] in verbs
