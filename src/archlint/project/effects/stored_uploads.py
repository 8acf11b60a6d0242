"""Coroutine functions that write what a client uploads to a file themselves, or through a plain function that they call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import CallRef, Comparison
from archlint.project.effects.file_writes import FileWrite, FileWrites
from archlint.project.effects.local_file_words import LocalFileWords
from archlint.project.model import CallSite, Def
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name
from archlint.project.values.sent_values import SentValues
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_ORDERS = frozenset({"<", "<=", ">", ">="})
_SIZES = frozenset({"size", "length", "bytes", "limit"})


class StoredUpload(Struct, frozen=True):
    """`caller`, a coroutine function, makes `call`, which opens the file or (`through`) runs the function that does."""

    caller: Def
    call: CallSite
    write: FileWrite
    through: bool


class StoredUploads:
    def __init__(self, project: Project, words: LocalFileWords) -> None:
        self._project = project
        self._words = words
        self._sent = SentValues(project, words)

    def all(self) -> Iterator[StoredUpload]:
        """Those whose size nothing asks about: a file that is refused beyond a few megabytes is written at once."""
        for write in FileWrites(self._project, self._words).all():
            if not write.saves_itself and self._is_upload(write):
                yield from (stored for stored in self._found(write) if not self._is_bounded(stored))

    def _is_upload(self, write: FileWrite) -> bool:
        return any(self._sent.is_upload(write.module, expr, context) for expr, context in write.contents)

    def _found(self, write: FileWrite) -> Iterator[StoredUpload]:
        calls, own = self._project.calls, write.definition
        if own.function.is_async:
            yield from (StoredUpload(own, site, write, False) for site in calls.of(own) if site.call is write.call)
            return
        for site in calls.callers(own):
            if site.caller is not None and site.caller.function.is_async:
                yield StoredUpload(site.caller, site, write, True)

    def _is_bounded(self, stored: StoredUpload) -> bool:
        """A function on the way, or one that it calls, holds a size against another: `if len(content) > MOST:`."""
        way = {stored.caller, stored.write.definition}
        asked = {target.definition for each in way for site in self._project.calls.of(each) for target in site.targets}
        return any(_asks_size(definition) for definition in way | asked if definition is not None)


def _asks_size(definition: Def) -> bool:
    body = definition.module.body
    for context in body.contexts:
        test = context.subject if context.function == definition.index and context.kind == "if" else None
        for part in parts_of(body, test) if test is not None else ():
            if isinstance(part, Comparison) and not _ORDERS.isdisjoint(part.ops):
                names = {word for name in names_in(body, part) for word in words_of(name)}
                lengths = any(isinstance(each, CallRef) and last_name(body, each) == "len" for each in parts_of(body, part))
                if lengths or not _SIZES.isdisjoint(names):
                    return True
    return False
