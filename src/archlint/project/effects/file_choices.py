"""What looks like a file that is kept on the machine: a form that saves rows, a store that a setting chooses, what only a
developer's machine writes, a volume of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, Operation
from archlint.project.control.sequence import chain
from archlint.project.effects.file_writes import FileWrite
from archlint.project.effects.local_file_words import LocalFileWords
from archlint.project.parts import names_in
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_OUTSIDE = frozenset({"http", "rpc"})
_DEVELOPMENT = frozenset({"dev", "development", "developer", "debug"})


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
    """The other branch of the test around the write asks a service instead; or one before it hands the file to a service, and
    then leaves."""
    contexts, around = write.module.body.contexts, chain(write.module, write.call.context)
    own = [contexts[row] for row in around if contexts[row].kind in ("if", "else")]
    tests: list[Expr | None] = [place.subject for place in own]
    others = [c for c in contexts if c.kind in ("if", "else") and c.subject is not None and c.subject in tests and c not in own]
    left = [contexts[row] for row in _left_before(write, around)]
    points = project.effects.points_in(write.module, write.definition, _OUTSIDE) if others or left else ()
    if any(c.at <= p.site.at < c.end for p in points for c in others):
        return True
    body = write.module.body
    written = {name for expr, _ in write.contents for name in names_in(body, expr)}
    return any(
        not written.isdisjoint(names_in(body, argument.value))
        for p in points
        if p.call is not None and any(c.at <= p.site.at < c.end for c in left)
        for argument in p.call.call.arguments
    )


def is_for_developers(write: FileWrite) -> bool:
    """Written only under a switch for development: `if settings.DEBUG:`, or behind `if not DEV_MODE: return`."""
    module = write.module
    contexts, around = module.body.contexts, chain(write.module, write.call.context)
    under = ((contexts[row].subject, contexts[row].kind == "if") for row in around if contexts[row].kind in ("if", "else"))
    behind = ((contexts[row].subject, False) for row in _left_before(write, around))
    return any(test is not None and _is_switch(module, test, holds) for test, holds in (*under, *behind))


def is_on_volume(project: Project, words: AbstractSet[str]) -> bool:
    """A service that is built here has a named volume at a folder which the words of the path name: it outlives the container,
    and copies may mount it too."""
    stems = {word.removesuffix("s") for word in words}
    folders = (at.rstrip("/") for _, each in project.deployment.deployables if each.build for at in each.volumes)
    return any(
        bool(last := words_of(at.rpartition("/")[2])) and stems.issuperset(w.removesuffix("s") for w in last) for at in folders
    )


def _left_before(write: FileWrite, around: tuple[int, ...]) -> Iterator[int]:
    """The branches before the write behind which nothing more of the function is run."""
    contexts = write.module.body.contexts
    own = write.module.own_statements(write.definition.index)
    leaving = {s.context for s in own if s.kind in ("return", "raise")}
    for row, place in enumerate(contexts):
        if place.kind == "if" and place.end <= write.call.at and place.parent in around:
            tried = {below for below in leaving if contexts[below].parent == row and contexts[below].kind in ("try", "with")}
            if row in leaving or tried:
                yield row


def _is_switch(module: Module, test: Expr, holds: bool) -> bool:
    if isinstance(test, Operation) and test.op == "not":
        return _is_switch(module, test.operands[0], not holds)
    if isinstance(test, Operation) and test.op == ("and" if holds else "or"):
        return any(_is_switch(module, operand, holds) for operand in test.operands)
    name = last_name(module.body, test) if isinstance(test, Name | Attribute) else ""
    is_set = name.isupper() or name.startswith("is_") or name.endswith("_mode")
    return holds and is_set and not _DEVELOPMENT.isdisjoint(words_of(name))
