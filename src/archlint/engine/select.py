"""Which rules run, with which parameters, and where their findings count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from archlint.engine.scopes import Scopes
from archlint.facts.settings import Settings
from archlint.rulebook import Rule, Rulebook, RuleError, UnknownRuleError


class SelectionError(Exception):
    """Settings that do not fit the rulebook; `problems` are all of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Bound:
    """A rule with parameters, and the folders (of `Scopes`) in which it is to run with them."""

    rule: Rule
    params: Struct
    folders: frozenset[str]


@dataclass(frozen=True)
class Selection:
    """The rules that run, by id, and those that cannot be loaded: stem or id → why."""

    rules: tuple[Bound, ...]
    broken: Mapping[str, str]

    @property
    def count(self) -> int:
        """How many rules these are; one may run with several parameters."""
        return len({bound.rule.id for bound in self.rules})


def select(rulebook: Rulebook, scopes: Scopes) -> Selection:
    """Binds what is selected. Raises SelectionError for every unknown rule or parameter at once.

    A rule whose own files are at fault is no wrong use: it is `broken`, which makes the run incomplete.
    """
    problems = [problem for settings in scopes.settings.values() for problem in _unknown(rulebook, settings)]
    broken = {problem.stem: str(problem) for problem in rulebook.problems}
    if problems:
        raise SelectionError(list(dict.fromkeys(problems)))
    folders: dict[tuple[str, bytes], set[str]] = {}
    bound: dict[tuple[str, bytes], tuple[Rule, Struct]] = {}
    for folder, settings in scopes.settings.items():
        overrides = _overrides(rulebook, settings)
        for rule in rulebook.selected(settings):
            try:
                params = rule.bind({})
            except RuleError as error:
                broken[rule.id] = str(error)
                continue
            try:
                params = rule.bind(overrides.get(rule.id, {}))
            except RuleError as error:
                problems.append(str(error))
                continue
            key = (rule.id, msgspec.json.encode(params, order="sorted"))
            bound[key] = (rule, params)
            folders.setdefault(key, set()).add(folder)
    if not (problems or bound or broken):
        problems.append("no rule is selected")  # a run without rules would be green on nothing
    if problems:
        raise SelectionError(list(dict.fromkeys(problems)))
    return Selection(tuple(Bound(*bound[key], frozenset(folders[key])) for key in sorted(bound)), broken)


def _unknown(rulebook: Rulebook, settings: Settings) -> list[str]:
    problems = []
    selectors = [("select", word) for word in settings.select] + [("ignore", word) for word in settings.ignore]
    selectors += [("per-file-ignores", word) for words in settings.per_file_ignores.values() for word in words]
    for where, word in selectors:
        try:
            rulebook.matching(word)
        except UnknownRuleError as error:
            problems.append(f"{where}: {error}")
    for where, words in (("severity", settings.severity), ("rules", settings.rules)):
        for word in words:
            try:
                rulebook.rule(word)
            except UnknownRuleError as error:
                problems.append(f"{where}: {error}")
    return problems


def _overrides(rulebook: Rulebook, settings: Settings) -> dict[str, dict[str, object]]:
    overrides: dict[str, dict[str, object]] = {}
    for word, values in settings.rules.items():
        overrides.setdefault(rulebook.rule(word).id, {}).update(values)
    return overrides
