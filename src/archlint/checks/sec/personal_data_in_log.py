"""SEC017: data about a person (an email address, a telephone number) reaches a log."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.api import Hit, Project, Proof
from archlint.project.credentials import Vocabulary
from archlint.project.flows import Habits
from archlint.project.leaks import Leaks
from archlint.project.logged import logged_values


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    personal: dict[str, tuple[str, ...]]
    ignore_names: tuple[str, ...]
    sanitizers: tuple[str, ...]
    body_values: tuple[str, ...]
    request_names: tuple[str, ...]
    configuration_names: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    vocabulary = Vocabulary(params.personal, (), params.ignore_names)
    habits = Habits(
        sanitizers=frozenset(params.sanitizers),
        bodies=frozenset(params.body_values),
        requests=frozenset(params.request_names),
        configuration=frozenset(params.configuration_names),
    )
    leaks = Leaks(project, vocabulary, habits)
    yield from leaks.of(logged_values(project))
