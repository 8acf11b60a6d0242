"""SEC017: data about a person (an email address, a telephone number) reaches a log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site
from archlint.project.effects.stand_ins import stands_in
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.flows import Habits
from archlint.project.secrets.leaks import Leaks
from archlint.project.secrets.logged import LoggedValue
from archlint.project.source.command_lines import reads_command_line
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name
from archlint.project.words import compounds_of, words_of

_EMAIL = "an email address"
_ADDRESSES = frozenset({"address", "addresses"})
_MAIL = frozenset({"mail", "mails", "email", "emails", "mailer", "smtp", "smtplib", "sendmail", "imap"})


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    personal: dict[str, tuple[str, ...]]
    ignore_names: tuple[str, ...]
    sanitizers: tuple[str, ...]
    body_values: tuple[str, ...]
    request_names: tuple[str, ...]
    configuration_names: tuple[str, ...]
    other_parties: tuple[str, ...]
    made_up: tuple[str, ...]
    mailboxes: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    vocabulary = Vocabulary(params.personal, (), params.ignore_names)
    habits = Habits(
        sanitizers=frozenset(params.sanitizers),
        bodies=frozenset(params.body_values),
        requests=frozenset(params.request_names),
        configuration=frozenset(params.configuration_names),
        mailboxes=frozenset(params.mailboxes),
    )
    leaks, tools = Leaks(project, vocabulary, habits), _Tools(project)
    doubts = _Doubts(project.logged, (*params.other_parties, *params.made_up))
    for by_tool in (False, True):
        for found in leaks.of(value for value in project.logged if tools.holds(value.module) is by_tool):
            is_note = isinstance(found, Hit) and (by_tool or doubts.holds(found) or _is_any_address(project, found))
            yield replace(found, confidence=Confidence.LOW) if is_note and isinstance(found, Hit) else found


def _is_any_address(project: Project, hit: Hit) -> bool:
    """`to_address`: nothing in the file says that it is about mail; it may be a wallet, a house or a machine."""
    told = words_of(hit.words.get("fields") or hit.words["value"])
    module = project.modules.by_path[(hit.path[0].site if hit.path else hit.site).path]
    is_email = hit.words["kind"] == _EMAIL and bool(told) and told[-1] in _ADDRESSES
    return is_email and not _MAIL.intersection(told) and not _speaks_of_mail(module)


def _speaks_of_mail(module: Module) -> bool:
    outline = module.outline
    names = (name for each in outline.imports for name in (each.module, each.name) if name)
    given = (name for function in outline.functions for name in (function.name, *(p.name for p in function.parameters)))
    called = (last_name(module.body, call.callee) for call in module.body.calls)
    return any(not _MAIL.isdisjoint(words_of(name)) for name in chain((module.name,), names, given, called))


class _Tools:
    """Modules that say what they say to the operator who gave them the addresses, as far as can be seen."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[str, bool] = {}

    def holds(self, module: Module) -> bool:
        known = self._known.get(module.path)
        if known is None:
            known = self._known[module.path] = self._is_run_by_hand(module)
        return known

    def _is_run_by_hand(self, module: Module) -> bool:
        """A script; a module that is run by itself and reads its command line, and is no server (which
        has classes, or a framework). A framework's commands run
        from timetables as well."""
        if "commands" in module.name.split("."):
            return False
        return module.is_script or (
            module.outline.main_guard
            and not module.outline.classes
            and reads_command_line(module)
            and "web-framework" not in self._project.layers.kinds(module)
        )


class _Doubts:
    """What makes it doubtful that a log shows the address of a user; `others`: words for whom it may be of instead."""

    def __init__(self, values: Iterable[LoggedValue], others: Iterable[str]) -> None:
        self._values = values
        self._others = frozenset(others)

    @cached_property
    def _by_site(self) -> dict[Site, LoggedValue]:
        return {value.site: value for value in self._values}

    def holds(self, hit: Hit) -> bool:
        begin, end = (hit.path[0].site, hit.path[-1].site) if hit.path else (hit.site, hit.site)
        value = self._by_site.get(end) or self._by_site.get(hit.site)
        return self._names_others(begin.path) or (value is not None and (self._is_of_others(value) or stands_in(value)))

    def _is_of_others(self, value: LoggedValue) -> bool:
        function = value.module.body.contexts[value.context].function
        name = value.module.outline.functions[function].qualname if function >= 0 else ""
        return self._names_others(f"{value.module.name}.{name}")

    def _names_others(self, name: str) -> bool:
        return not self._others.isdisjoint((*words_of(name), *compounds_of(name)))
