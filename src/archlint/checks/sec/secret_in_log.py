"""SEC004: a credential reaches a log, `print` or the text of an exception."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Hit, Project, Proof
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.flows import Habits
from archlint.project.secrets.leaks import Leaks
from archlint.project.secrets.logged import exception_values


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    credentials: dict[str, tuple[str, ...]]
    doubtful: tuple[str, ...]
    vague: tuple[str, ...]
    ignore_names: tuple[str, ...]
    sanitizers: tuple[str, ...]
    whole_values: dict[str, str]
    whole_holders: dict[str, str]
    body_values: tuple[str, ...]
    request_names: tuple[str, ...]
    other_uses: tuple[str, ...]
    other_tasks: tuple[str, ...]
    access: tuple[str, ...]
    access_objects: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    vocabulary = Vocabulary(params.credentials, params.doubtful, params.ignore_names, params.vague)
    habits = Habits(
        frozenset(params.sanitizers),
        params.whole_values,
        frozenset(params.body_values),
        frozenset(params.request_names),
        frozenset(params.other_uses),
        frozenset(params.other_tasks),
        access=frozenset(params.access),
        access_objects=frozenset(params.access_objects),
        whole_holders=params.whole_holders,
    )
    leaks = Leaks(project, vocabulary, habits)
    yield from leaks.of(project.logged)
    yield from leaks.of(exception_values(project))
