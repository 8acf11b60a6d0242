"""Runs the rules over the linked project. A rule that raises costs its own findings, and says so."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING

import msgspec

from archlint.engine.findings import worded
from archlint.engine.scopes import Scopes
from archlint.engine.select import Bound, Selection
from archlint.facts.findings import Confidence, Hit, Proof, Step
from archlint.facts.interrupt import let_through
from archlint.ports import NoProgress, Progress
from archlint.project import Project
from archlint.rulebook import Rule

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

MAX_HITS = 500
"""Findings that one rule may have in one file; what comes after is cut, and the cut is a finding."""


@dataclass
class Outcome:
    """What the rules said. `ran`: ids of the rules that came to their end; `crashed`: id → why; `cut`: (id, path)."""

    hits: list[tuple[Rule, Hit]] = field(default_factory=list)
    proofs: dict[str, tuple[Proof, ...]] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    crashed: dict[str, str] = field(default_factory=dict)
    cut: dict[tuple[str, str], int] = field(default_factory=dict)


def check(project: Project, selection: Selection, scopes: Scopes, progress: Progress | None = None) -> Outcome:
    """Every rule's hits and proofs, in an order that depends on nothing but the project."""
    watch = progress or NoProgress()
    outcome = Outcome(crashed=dict(selection.broken))
    by_rule = groupby(selection.rules, key=lambda bound: bound.rule.id)
    for rule_id, group in by_rule:
        variants = list(group)
        rule = variants[0].rule
        try:
            said = [item for bound in variants for item in _said(project, bound, scopes)]
            hits = _sorted_hits(rule, [item for item in said if isinstance(item, Hit)], outcome)
        except Exception as error:  # a rule's bug must not cost the other rules' findings
            let_through(error)
            outcome.crashed[rule_id] = last_frame(error)
            continue
        finally:
            watch.done(rule_id)
        proofs = {item for item in said if isinstance(item, Proof)}
        outcome.proofs[rule_id] = tuple(sorted(proofs, key=lambda proof: (proof.site, proof.text)))
        outcome.hits += [(rule, hit) for hit in hits]
        outcome.ran.append(rule_id)
        if not said:
            outcome.idle.append(rule_id)
    return outcome


def _said(project: Project, bound: Bound, scopes: Scopes) -> Iterator[Hit | Proof]:
    """What the rule says in the folders in which it runs with these parameters, of code that runs at all."""
    everywhere = len(bound.folders) == len(scopes.settings)
    for item in bound.rule.check(project, bound.params):
        module = project.modules.by_path.get(item.site.path)
        if module is not None and module.unreachable.holds_at(item.site.at):
            continue
        if everywhere or scopes.folder_of(item.site.path) in bound.folders:
            if module is None or isinstance(item, Proof) or bound.rule.document.left_code:
                yield item
            else:
                yield from _doubted(project, module, item)


def _doubted(project: Project, module: Module, hit: Hit) -> Iterator[Hit]:
    """What is wrong in code that nobody runs is worth a note, what may be wrong there is worth nothing."""
    why = project.left_code.reason(module)
    if not why:
        yield hit
    elif hit.confidence is not Confidence.LOW:
        related = (*hit.related, Step(module.start, why))
        yield msgspec.structs.replace(hit, confidence=Confidence.LOW, related=related)


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
