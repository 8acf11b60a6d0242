"""SEC017: data about a person (an email address, a telephone number) reaches a log."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof
from archlint.project.credentials import Vocabulary
from archlint.project.flows import Habits
from archlint.project.leaks import Leaks
from archlint.project.modules import Module


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
    values = list(project.logged)
    yield from leaks.of(value for value in values if not _is_tool(value.module))
    for found in leaks.of(value for value in values if _is_tool(value.module)):
        # what a tool says is said to the operator who gave it the addresses, as far as can be seen
        yield replace(found, confidence=Confidence.LOW) if isinstance(found, Hit) else found


def _is_tool(module: Module) -> bool:
    """A script that is run by hand; a framework's commands run from timetables as well."""
    return module.is_script and "commands" not in module.name.split(".")
