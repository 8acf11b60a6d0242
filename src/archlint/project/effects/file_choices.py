"""What looks like a file that is kept on the machine: a form that saves rows, a store that a setting chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Expr
from archlint.project.effects.file_writes import FileWrite
from archlint.project.effects.local_file_words import LocalFileWords
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.syntax import Context
    from archlint.project.program import Project

_OUTSIDE = frozenset({"http", "rpc"})


def is_form(project: Project, write: FileWrite, words: LocalFileWords) -> bool:
    """`form.save(order)`, where the form is made with all the files of a request."""
    if not write.saves_itself:
        return False
    module = write.module
    made = [(module, expr) for expr, _ in write.contents]
    made += [
        (source.module, source.expr)
        for expr, context in write.contents
        for source in project.values.sources.of(module, expr, context)
        if source.expr is not None
    ]
    return any(
        last_name(place.body, argument.value) in words.upload_parts
        for place, expr in made
        if isinstance(expr, CallRef)
        for argument in place.body.calls[expr.index].arguments
    )


def has_other_store(project: Project, write: FileWrite) -> bool:
    """The other branch of the test around the write asks a service instead."""
    contexts, row = write.module.body.contexts, write.call.context
    own: list[Context] = []
    while row >= 0 and contexts[row].kind not in ("function", "class", "module"):
        if contexts[row].kind in ("if", "else"):
            own.append(contexts[row])
        row = contexts[row].parent
    tests: list[Expr | None] = [place.subject for place in own]
    others = [c for c in contexts if c.kind in ("if", "else") and c.subject is not None and c.subject in tests and c not in own]
    points = project.effects.points_in(write.module, write.definition, _OUTSIDE) if others else ()
    return any(c.at <= p.site.at < c.end for p in points for c in others)
