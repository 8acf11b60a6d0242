"""Handlers that answer with a file to keep: it holds everything on purpose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archlint.facts.syntax import Expr, String
from archlint.project.model import Def
from archlint.project.parts import parts_of

_KEYWORDS = frozenset({"as_attachment", "download_name", "attachment_filename"})
_DISPOSITION = "attachment"
_FORMATS = frozenset({"csv", "xlsx", "xls", "excel", "pdf", "zip", "export", "download"})


def makes_file(words: Iterable[str]) -> bool:
    """By the words of a function's name: `render_to_csv_response`."""
    return not _FORMATS.isdisjoint(words)


def answers_with_file(definition: Def) -> bool:
    """By the disposition among the headers, or by the arguments that ask for one."""
    body = definition.module.body
    if any(argument.name in _KEYWORDS for call in definition.module.own_calls(definition.index) for argument in call.arguments):
        return True
    texts = (part.value for expr in _expressions(definition) for part in parts_of(body, expr) if isinstance(part, String))
    return any(text.strip().lower().startswith(_DISPOSITION) for text in texts)


def _expressions(definition: Def) -> Iterator[Expr]:
    for call in definition.module.own_calls(definition.index):
        yield from (argument.value for argument in call.arguments)
    for statement in definition.module.own_statements(definition.index):
        if statement.value is not None:
            yield statement.value
