"""Runs the rules over the linked project. A rule that raises costs its own findings, and says so."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from msgspec import Struct

from archlint.engine.findings import worded
from archlint.facts.findings import Hit, Proof
from archlint.facts.settings import Settings
from archlint.project import Project
from archlint.rulebook import Rule, Rulebook, RuleError, UnknownRuleError

MAX_HITS = 500
"""Findings that one rule may have in one file; what comes after is cut, and the cut is a finding."""


class SelectionError(Exception):
    """Settings that do not fit the rulebook; `problems` are all of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass
class Outcome:
    """What the rules said. `ran`: ids of the rules that came to their end; `crashed`: id → why; `cut`: (id, path)."""

    hits: list[tuple[Rule, Hit]] = field(default_factory=list)
    proofs: dict[str, tuple[Proof, ...]] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    crashed: dict[str, str] = field(default_factory=dict)
    cut: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """The rules that run, with their parameters, and those that cannot be loaded: stem or id → why."""

    rules: tuple[tuple[Rule, Struct], ...]
    broken: Mapping[str, str]


def select(rulebook: Rulebook, settings: Settings) -> Selection:
    """Binds what is selected. Raises SelectionError for every unknown rule or parameter at once.

    A rule whose own files are at fault is no wrong use: it is `broken`, which makes the run incomplete.
    """
    problems = _unknown(rulebook, settings)
    overrides = _overrides(rulebook, settings) if not problems else {}
    broken = {problem.stem: str(problem) for problem in rulebook.problems}
    bound = []
    for rule in rulebook.selected(settings) if not problems else ():
        try:
            rule.bind({})
        except RuleError as error:
            broken[rule.id] = str(error)
            continue
        try:
            bound.append((rule, rule.bind(overrides.get(rule.id, {}))))
        except RuleError as error:
            problems.append(str(error))
    if not (problems or bound or broken):
        problems.append("no rule is selected")  # a run without rules would be green on nothing
    if problems:
        raise SelectionError(problems)
    return Selection(tuple(bound), broken)


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


def check(project: Project, selection: Selection) -> Outcome:
    """Every rule's hits and proofs, in an order that depends on nothing but the project."""
    outcome = Outcome(crashed=dict(selection.broken))
    for rule, params in selection.rules:
        try:
            said = list(rule.check(project, params))
            hits = _sorted_hits(rule, [item for item in said if isinstance(item, Hit)], outcome)
        except Exception as error:  # a rule's bug must not cost the other rules' findings
            outcome.crashed[rule.id] = last_frame(error)
            continue
        proofs = {item for item in said if isinstance(item, Proof)}
        outcome.proofs[rule.id] = tuple(sorted(proofs, key=lambda proof: (proof.site, proof.text)))
        outcome.hits += [(rule, hit) for hit in hits]
        outcome.ran.append(rule.id)
        if not said:
            outcome.idle.append(rule.id)
    return outcome


def _sorted_hits(rule: Rule, hits: list[Hit], outcome: Outcome) -> list[Hit]:
    kept: list[Hit] = []
    per_file: dict[str, int] = {}
    unique = {(hit.site, hit.message, tuple(sorted(hit.words.items()))): hit for hit in reversed(hits)}
    for key in sorted(unique):
        hit = unique[key]
        worded(rule.document.message(hit.message).text, hit.words)  # words that do not fit are the rule's bug, caught here
        count = per_file[hit.site.path] = per_file.get(hit.site.path, 0) + 1
        if count <= MAX_HITS:
            kept.append(hit)
        else:
            outcome.cut[rule.id, hit.site.path] = count
    return kept


def last_frame(error: Exception) -> str:
    """`TypeError: … (checks/sql/select_star.py, line 12, in check)`: what went wrong and where, on any machine the same."""
    text = " ".join(str(error).split())[:300]
    frames = traceback.extract_tb(error.__traceback__)
    place = ""
    if frames:
        parts = PurePath(frames[-1].filename).parts
        shown = "/".join(parts[parts.index("archlint") + 1 :]) if "archlint" in parts else parts[-1]
        place = f" ({shown}, line {frames[-1].lineno}, in {frames[-1].name})"
    return f"{type(error).__name__}: {text}{place}"
