"""SARIF 2.1.0 (OASIS, errata 01), in the shape that GitHub code scanning and the SARIF Multitool ask for.

Limits and requirements: GitHub's "SARIF support for code scanning" (text lengths, tags, locations a result, relative
URIs, a message on each related location) and the Multitool's `Sarif;Ghas` rules.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from archlint.facts.findings import Confidence, Finding, Location, Note, Provenance, Report, RuleInfo, Severity
from archlint.report.escape import encodable, json_text
from archlint.report.formats import Layout
from archlint.report.summary import shown

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://pypi.org/project/archlint/"
_TEXT = 1000  # GitHub cuts short and full descriptions at 1,024 characters
_MAX_RESULTS = 25_000
_MAX_LOCATIONS = 100
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
_PRECISION = {"stable": "high", "preview": "medium", "deprecated": "medium"}
# GitHub's bands: 7.0-8.9 high, 4.0-6.9 medium, 0.1-3.9 low. Only security rules carry one: it makes a rule a security alert.
_SECURITY = {Severity.ERROR: "8.0", Severity.WARNING: "5.5", Severity.NOTE: "3.0"}
_NOTIFICATIONS = {"RUN001", "RUN002", "RUN005", "RUN006"}
"""RUN rules about the run itself: tool notifications rather than results."""


def render(report: Report, layout: Layout) -> str:
    """One run. Suppressed and old findings are left out unless asked for: GitHub shows them as open otherwise."""
    findings = shown(report, suppressed=layout.show_suppressed)
    results = sorted((f for f in findings if f.rule not in _NOTIFICATIONS), key=lambda f: -f.severity)[:_MAX_RESULTS]
    rules = [rule for rule in report.rules if rule.id not in _NOTIFICATIONS]
    index = {rule.id: number for number, rule in enumerate(rules)}
    notifications = [f for f in findings if f.rule in _NOTIFICATIONS]
    known = [rule for rule in report.rules if rule.id in _NOTIFICATIONS]
    invocation: dict[str, Any] = {"executionSuccessful": not notifications}
    if notifications:
        order = {rule.id: number for number, rule in enumerate(known)}
        invocation["toolExecutionNotifications"] = [_notification(f, order, layout.folder) for f in notifications]
    driver: dict[str, Any] = {
        "name": "archlint",
        "fullName": f"archlint {report.version}",
        "version": report.version,
        "semanticVersion": report.version,
        "informationUri": _HOME,
        "rules": [_rule(r) for r in rules],
    }
    if known:
        driver["notifications"] = [_rule(r) for r in known]
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        # GitHub takes what stands before the last slash for the category; an upload closes the alerts of its category that it
        # does not hold, so a partial report needs one of its own.
        "automationDetails": {"id": f"archlint/diff/{report.diff.base}" if report.diff else "archlint/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "originalUriBaseIds": {
            "SRCROOT": {"description": {"text": "The root of the repository, or of a project that is in none."}}
        },
        "results": [_result(f, index, layout) for f in results],
    }
    if report.provenance is not None:
        run["versionControlProvenance"] = [_provenance(report.provenance)]
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(document)


def pascal(name: str) -> str:
    """`cache-write-without-ttl` → `CacheWriteWithoutTtl`, the form that SARIF asks of a rule's name (SARIF2012).

    A capital must be followed by a small letter there, so a single letter joins the next word: `NplusOneQuery`.
    """
    joined = re.sub(r"(?<![0-9A-Za-z])([A-Za-z])[^0-9A-Za-z]+", r"\1", name)
    return "".join(word[:1].upper() + word[1:].lower() for word in re.split(r"[^0-9A-Za-z]+", joined))


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _TEXT else flat[: _TEXT - 1] + "…"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def _rule(rule: RuleInfo) -> dict[str, Any]:
    tags = [rule.id[:3].lower(), "architecture"]
    if rule.id.startswith("SEC"):
        tags[1] = "security"
    tags += [f"external/cwe/cwe-{number:03}" for number in sorted(int(c.rpartition("-")[2]) for c in rule.cwe)]
    properties: dict[str, Any] = {
        "precision": _PRECISION.get(rule.status, "medium"),
        "problem.severity": _PROBLEM[rule.severity],
        "tags": tags[:10],
    }
    if rule.id.startswith("SEC"):
        properties["security-severity"] = _SECURITY[rule.severity]
    text = f"{rule.why.strip()}\n\nHow to fix: {rule.fix.strip()}"
    return {
        "id": rule.id,
        "name": pascal(rule.name),
        "shortDescription": {"text": _cut(_sentence(rule.title))},
        "fullDescription": {"text": _cut(_sentence(rule.why))},
        "help": {"text": text, "markdown": _markdown(rule)},
        "helpUri": _HOME,
        "messageStrings": {"default": {"text": "archlint reports '{0}'."}},
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
        "properties": properties,
    }


def _markdown(rule: RuleInfo) -> str:
    parts = [f"# {rule.id} {rule.name}", rule.why.strip(), "## How to fix", rule.fix.strip()]
    if rule.when_not.strip():
        parts += ["## When not to", rule.when_not.strip()]
    for title, examples in (("## Bad", rule.bad), ("## Good", rule.good)):
        if examples:
            parts += [title, f"```\n{examples[0].strip()}\n```"]
    if rule.guides:
        parts.append("Guides: " + ", ".join(rule.guides))
    return "\n\n".join(parts)


def _uri(path: str) -> str:
    return quote(encodable(path), safe="/")


def _provenance(provenance: Provenance) -> dict[str, Any]:
    known = {
        "repositoryUri": provenance.uri,
        "revisionId": provenance.revision,
        "branch": provenance.branch,
        "mappedTo": {"uriBaseId": "SRCROOT"},
    }
    return {key: value for key, value in known.items() if value}


def _physical(place: Location, folder: str) -> dict[str, Any]:
    region: dict[str, Any] = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    return {"artifactLocation": {"uri": _uri(folder + place.path), "uriBaseId": "SRCROOT"}, "region": region}


def _primary(finding: Finding, layout: Layout) -> dict[str, Any]:
    """The finding's place with its code and the lines around, as far as the source is at hand."""
    place = finding.location
    physical = _physical(place, layout.folder)
    source = layout.source(place.path)
    lines = re.split(r"\r\n|\r|\n", source) if source is not None else []
    text = "\n".join(lines[place.line - 1 : place.end_line]) or finding.snippet
    physical["region"]["snippet"] = {"text": text or "\n"}
    first, last = max(place.line - 2, 1), min(place.end_line + 2, len(lines))
    around = "\n".join(lines[first - 1 : last])
    if lines and place.line <= len(lines):
        physical["contextRegion"] = {"startLine": first, "endLine": last, "snippet": {"text": around or "\n"}}
    return physical


def _escape_links(text: str) -> str:
    """SARIF reads `[text](target)` in a message as a link; ours are only the ones that we add."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _message(finding: Finding) -> str:
    text = _sentence(_escape_links(finding.message))
    for number, note in enumerate(finding.related[:_MAX_LOCATIONS], 1):
        text += f" [{_escape_links(note.location.path)}:{note.location.line}]({number})"
    return text


def _result(finding: Finding, index: dict[str, int], layout: Layout) -> dict[str, Any]:
    text = _message(finding)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVEL[finding.severity],
        "message": {"id": "default", "arguments": [text.removesuffix(".")], "text": text},
        "locations": [{"physicalLocation": _primary(finding, layout)}],
        "partialFingerprints": {
            "primaryLocationLineHash": finding.line_hash,
            "archlint/v1": finding.fingerprint,
        },
        "properties": {"confidence": finding.confidence.name.lower()},
    }
    if finding.confidence is not Confidence.HIGH:
        result["rank"] = 50.0 if finding.confidence is Confidence.MEDIUM else 20.0
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    if not finding.line_hash:
        del result["partialFingerprints"]["primaryLocationLineHash"]
    if finding.related:
        result["relatedLocations"] = [_related(n, i, layout.folder) for i, n in enumerate(finding.related[:_MAX_LOCATIONS], 1)]
    if finding.flow:
        result["codeFlows"] = [{"threadFlows": [{"locations": [{"location": _step(n, layout.folder)} for n in finding.flow]}]}]
    if finding.state != "new":
        kind = "inSource" if finding.state == "suppressed" else "external"
        result["suppressions"] = [{"kind": kind, "justification": finding.justification or "no reason given"}]
    return result


def _related(note: Note, number: int, folder: str) -> dict[str, Any]:
    text = {"text": _escape_links(note.message or "related place")}
    return {"id": number, "physicalLocation": _physical(note.location, folder), "message": text}


def _step(note: Note, folder: str) -> dict[str, Any]:
    return {"physicalLocation": _physical(note.location, folder), "message": {"text": _escape_links(note.message or "step")}}


def _notification(finding: Finding, order: dict[str, int], folder: str) -> dict[str, Any]:
    descriptor: dict[str, Any] = {"id": finding.rule}
    if finding.rule in order:
        descriptor["index"] = order[finding.rule]
    return {
        "descriptor": descriptor,
        "level": _LEVEL[finding.severity],
        "message": {"text": _sentence(_escape_links(finding.message))},
        "locations": [{"physicalLocation": _physical(finding.location, folder)}],
    }
