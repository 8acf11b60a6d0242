"""What rules say of a project, and what a run reports. Plain records; no logic but ordering."""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

from msgspec import Struct, field

from archlint.facts.baseline import BaselineUse


class Severity(IntEnum):
    NOTE = 1
    WARNING = 2
    ERROR = 3


SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE}
"""As documents and configurations write them."""


class Confidence(IntEnum):
    """How sure a fact or a finding is; a chain is as sure as its weakest link. At LOW a finding is a note."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    __hash__ = int.__hash__
    """An enumeration's own hashes its name, by a function in Python; types are looked up by the million."""


class Site(Struct, frozen=True, order=True):
    """A place: character offsets in the decoded text of a file of the project."""

    path: str
    at: int
    end: int


class Step(Struct, frozen=True):
    """One station of a path through the code, or a related place, with what is to be seen there."""

    site: Site
    message: str


class Hit(Struct, frozen=True):
    """A rule is broken here. `message` names one of the document's messages, `words` are what it needs.

    `anchor` replaces the snippet in the fingerprint where the place is not what the finding is about: a chain's
    source and sink, a cycle's sorted members, the app's name.  `severity` caps or raises the document's (ARC001), `fix`
    replaces its advice.
    """

    site: Site
    words: dict[str, str]
    message: str = "default"
    confidence: Confidence = Confidence.HIGH
    related: tuple[Step, ...] = ()
    path: tuple[Step, ...] = ()
    anchor: str = ""
    severity: Severity | None = None
    fix: str = ""


class Proof(Struct, frozen=True):
    """A place that the rule is about and that keeps it: the evidence of a checklist item, `text` says why."""

    site: Site
    text: str


class Location(Struct, frozen=True, order=True):
    """A place as people see it: 1-based lines and columns (characters), the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Note(Struct, frozen=True):
    """A located message: a related place or a step of a path."""

    location: Location
    message: str


FindingState = Literal["new", "suppressed", "baselined"]
"""`suppressed`: a comment or the configuration accepts it; `baselined`: it is an old one that the baseline lists."""


class Finding(Struct, frozen=True, kw_only=True):
    """One reported thing. `flow` is the path from cause to effect, in order; `snippet` the source line."""

    rule: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    location: Location
    symbol: str = ""
    snippet: str = ""
    related: tuple[Note, ...] = ()
    flow: tuple[Note, ...] = ()
    fix: str = ""
    fingerprint: str = ""
    subject: str = ""
    """What the fingerprint is made of besides rule and symbol: `code:` and a hash of the code, else the hit's anchor."""
    whole: bool = False
    """It is about its file or app as a whole: what is missing there has no line of its own."""
    line_hash: str = ""
    """GitHub's primaryLocationLineHash of the primary line, with the count of equal ones."""
    state: FindingState = "new"
    justification: str = ""


class Evidence(Struct, frozen=True):
    """What was found for (or against) a subject of a checklist item."""

    location: Location
    text: str


ItemStatus = Literal["pass", "fail", "not applicable", "manual", "unknown"]


AnswerStanding = Literal["decides", "accepts", "redundant", "overruled", "expired", "stale", "invalid"]


class AnswerState(Struct, frozen=True, kw_only=True):
    """What a person said of a checklist item, and what it comes to.

    `standing`: the item's status comes from it (`decides`); it takes on a failure that stays one (`accepts`); the code
    says the same, or there is nothing to accept (`redundant`); the code proves otherwise (`overruled`); or it does not
    count, and `problem` says why.  `by_code`: the status without it.  `verdict`: pass, fail,
    not-applicable, accept; of an invalid answer whatever is written there.  `date`, `until`: ISO days, the latter included.
    """

    standing: AnswerStanding
    verdict: str
    why: str
    by: str
    date: str
    until: str = ""
    link: str = ""
    watch: tuple[str, ...] = ()
    problem: str = ""
    by_code: ItemStatus


class StrayAnswer(Struct, frozen=True):
    """An answer that belongs to no item of the checklist."""

    id: str
    problem: str


class ItemResult(Struct, frozen=True, kw_only=True):
    """The state of one checklist item. `reason` is one sentence on what the code shows; `accepted` counts suppressed
    and baselined failures; `answer` is what a person said, whether it counts or not."""

    id: str
    section: str
    title: str
    question: str
    guide: str
    status: ItemStatus
    reason: str
    subjects: int = 0
    proven: int = 0
    accepted: int = 0
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[str, ...] = ()
    """Fingerprints of the findings that refute it."""
    rules: tuple[str, ...] = ()
    answer: AnswerState | None = None


class Completeness(Struct, frozen=True, kw_only=True):
    """What a run looked at; read + skipped + failed is all that there is."""

    read: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    statements: int = 0
    statements_unparsed: int = 0
    statements_refused: dict[str, int] = {}
    """Why those were not parsed → how many."""
    import_edges: int = 0
    calls: int = 0
    calls_resolved: int = 0
    routes: int = 0
    layout: str = ""
    """The layers taken, in one line."""
    services: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    """Rules that ran and had nothing to look at."""
    crashed: tuple[str, ...] = ()


class RuleInfo(Struct, frozen=True, kw_only=True):
    """A rule's document as reports need it."""

    id: str
    name: str
    title: str
    severity: Severity
    status: str
    why: str
    fix: str
    when_not: str
    guides: tuple[str, ...]
    cwe: tuple[str, ...]
    owasp: tuple[str, ...]
    checklist: tuple[str, ...]
    bad: tuple[str, ...]
    good: tuple[str, ...]
    since: str


class Provenance(Struct, frozen=True, kw_only=True):
    """Which version of which repository was looked at. `uri` is the remote's, without credentials."""

    uri: str
    revision: str = ""
    branch: str = ""


class Diff(Struct, frozen=True, kw_only=True):
    """A report on changed lines only: since the commit `base`, at which the work left `revision` (as the user wrote it).
    `elsewhere`: findings that count and touch no changed line."""

    revision: str
    base: str
    elsewhere: int


class Report(Struct, frozen=True, kw_only=True):
    """Everything that a run has to say; formats only render it."""

    version: str
    findings: tuple[Finding, ...]
    completeness: Completeness
    rules: tuple[RuleInfo, ...]
    checklist: tuple[ItemResult, ...] = ()
    stray_answers: tuple[StrayAnswer, ...] = ()
    fail_level: Severity = Severity.WARNING
    provenance: Provenance | None = None
    baseline: BaselineUse | None = None
    """None: the project has none, or it was not to be used."""
    diff: Diff | None = None

    @property
    def active(self) -> tuple[Finding, ...]:
        """The findings that count: neither suppressed nor in the baseline."""
        return tuple(f for f in self.findings if f.state == "new")
