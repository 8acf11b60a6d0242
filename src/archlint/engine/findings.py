"""Hits to findings: places as people see them, messages, severities, suppressions, fingerprints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from archlint.engine.fingerprint import LineHashes, Ordinals, fingerprint, normalised, subject_of
from archlint.engine.ignores import Patterns
from archlint.engine.scopes import Scopes
from archlint.engine.sources import Sources
from archlint.engine.suppress import Suppression
from archlint.facts.findings import SEVERITIES, Confidence, Finding, Hit, Note, Severity, Step
from archlint.facts.settings import Settings
from archlint.rulebook import Rule, Rulebook

_WORD = re.compile(r"\{(\w+)\}")
_LONGEST_WORD = 200


class MissingWordError(Exception):
    """A message wants a word that the check did not give."""


def finding_of(rule: Rule, hit: Hit, sources: Sources, scopes: Scopes) -> Finding:
    """The hit as it is shown, before suppression and numbering. Raises MissingWordError."""
    location = sources.location(hit.site)
    symbol = sources.symbol(hit.site)
    code = sources.text(hit.site.path)[max(hit.site.at, 0) : max(hit.site.end, 0)]
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=_severity(rule, hit, scopes.of(hit.site.path)),
        confidence=hit.confidence,
        message=worded(rule.document.message(hit.message).text, hit.words),
        location=location,
        symbol=symbol,
        snippet=sources.line(hit.site.path, location.line),
        related=_notes(hit.related, sources),
        flow=_notes(hit.path, sources),
        fix=(hit.fix or rule.document.fix).strip(),
        fingerprint=fingerprint(rule.id, symbol, hit.anchor or normalised(code)),
        subject=subject_of(hit.anchor, code),
        whole=hit.site.end == 0,
    )


def worded(template: str, words: Mapping[str, str]) -> str:
    """The message with its words put in, on one line. Raises MissingWordError."""

    def word(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise MissingWordError(f"the message wants `{match[1]}`; the check gave {', '.join(sorted(words)) or 'no word'}")
        text = " ".join(str(words[match[1]]).split())
        return text if len(text) <= _LONGEST_WORD else text[: _LONGEST_WORD - 1] + "…"

    return _WORD.sub(word, " ".join(template.split()))


def _severity(rule: Rule, hit: Hit, settings: Settings) -> Severity:
    """The hit's own, else the message's, else the rule's; the configuration replaces it; a guess is never more than a note."""
    configured = settings.severity.get(rule.id) or settings.severity.get(rule.name)
    own = rule.document.message(hit.message).severity or rule.document.severity
    severity = SEVERITIES[configured] if configured in SEVERITIES else hit.severity or SEVERITIES[own]
    return Severity.NOTE if hit.confidence is Confidence.LOW else severity


def _notes(steps: Sequence[Step], sources: Sources) -> tuple[Note, ...]:
    return tuple(Note(sources.location(step.site), " ".join(step.message.split())) for step in steps)


class Acceptance:
    """Marks findings that a comment or the configuration accepts, and remembers which suppressions were needed."""

    def __init__(
        self, suppressions: Mapping[str, Sequence[Suppression]], scopes: Scopes, rulebook: Rulebook, today: str
    ) -> None:
        self._rulebook = rulebook
        self._live = {
            path: [s for s in found if not s.problem and not s.expired(today)] for path, found in suppressions.items()
        }
        self._scopes = scopes
        self._per_file = {
            folder: [(glob, Patterns([glob]), rulebook.ids(words)) for glob, words in sorted(own.per_file_ignores.items())]
            for folder, own in scopes.settings.items()
        }

    def of(self, finding: Finding) -> Finding:
        """The finding, suppressed where something accepts it. Every comment that covers it counts as used."""
        covering = [
            (suppression, word)
            for suppression in self._live.get(finding.location.path, ())
            if suppression.covers(finding.location)
            for word in suppression.words
            if self._means(word, finding.rule)
        ]
        for suppression, word in covering:
            suppression.used.add(word)
        if covering:
            return replace(finding, state="suppressed", justification=covering[0][0].reason)
        for glob, patterns, rules in self._per_file[self._scopes.folder_of(finding.location.path)]:
            if finding.rule in rules and patterns.verdict(finding.location.path):
                return replace(finding, state="suppressed", justification=f"per-file-ignores of {glob}")
        return finding

    def _means(self, word: str, rule_id: str) -> bool:
        rule = self._rulebook.find(word)
        return rule is not None and rule.id == rule_id


def numbered(findings: Iterable[Finding], sources: Sources) -> tuple[Finding, ...]:
    """The findings in their final order, with equal fingerprints told apart and GitHub's line hashes."""
    ordered = sorted(findings, key=lambda f: (f.location, f.rule, f.message, f.fingerprint))
    ordinals = Ordinals()
    hashes: dict[str, LineHashes] = {}
    done = []
    for finding in ordered:
        path = finding.location.path
        if path not in hashes:
            hashes[path] = LineHashes(sources.data(path))
        mark = ordinals.number(finding.fingerprint)
        done.append(replace(finding, fingerprint=mark, line_hash=hashes[path].line(finding.location.line)))
    return tuple(done)
