"""A review: findings gone through one by one, and what is done about each. The screen and its twin both drive this.

Every decision is kept before the next one: the file first, then the session, each whole or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from archlint.engine import baseline
from archlint.engine.accept import Acceptance, AcceptError, Source, Why, place, source_of, why
from archlint.engine.baseline_changes import grown
from archlint.engine.review_desk import Circumstances, Desk, Difference, OthersError, Scope, Written
from archlint.engine.review_queue import Filter, Row, moved, ordered, rows
from archlint.engine.review_session import Decision, Edit, Session, Verdict, decision, splice_between
from archlint.facts.baseline import Baseline
from archlint.facts.findings import Finding, FindingState, Report, RuleInfo


class Review:
    """`findings` are those that count and those decided here, by fingerprint."""

    def __init__(self, desk: Desk, report: Report, session: Session, given: Circumstances) -> None:
        self._desk = desk
        self._given = given
        self.session = session
        self._by_mark = {d.fingerprint: d for d in session.decisions}
        self.report = report
        self.rules: dict[str, RuleInfo] = {}
        self.findings: dict[str, Finding] = {}
        self._changed: frozenset[str] = frozenset()
        self._order: list[str] = []
        self._take(report)

    def _take(self, report: Report) -> None:
        self.report = report
        self.rules = {rule.id: rule for rule in report.rules}
        self._all = {finding.fingerprint: finding for finding in report.findings}
        listed = [f for f in report.findings if f.state == "new" or f.fingerprint in self._by_mark]
        self._changed = self._given.changed(report)
        self._order = [f.fingerprint for f in ordered(listed, self._changed)]
        self.findings = {mark: self._all[mark] for mark in self._order}

    # What there is to see.

    def queue(self, rule: str = "", chosen: Filter | None = None) -> list[Finding]:
        """The findings in their order: of the rule (empty: of all), and those that the filter leaves."""
        found = [self.findings[mark] for mark in self._order]
        return [f for f in found if rule in ("", f.rule) and (chosen is None or chosen.keeps(f, self.states(f)))]

    def rows(self, chosen: Filter | None = None) -> list[Row]:
        found = self.queue(chosen=chosen)
        return rows(found, {f.fingerprint: self.states(f) for f in found})

    def states(self, finding: Finding) -> frozenset[str]:
        """Of `review_queue.STATES`."""
        decided = self.decided(finding)
        verdict = {"suppressed in file": "suppressed"}.get(decided.verdict, decided.verdict) if decided else "open"
        state = finding.state if finding.state != "new" else "open" if verdict in ("suppressed", "baselined") else verdict
        return frozenset({state, *(["changed"] if finding.fingerprint in self._changed else [])})

    def decided(self, finding: Finding) -> Decision | None:
        return self._by_mark.get(finding.fingerprint)

    @property
    def stale(self) -> list[Decision]:
        """Decisions about findings that are there no more."""
        return [d for d in self.session.decisions if d.fingerprint not in self._all]

    # What can be done about it.

    def remember(self, *, rule: str | None = None, position: str | None = None, chosen: str | None = None) -> None:
        """Where the review stands, to go on from there; saved with the next decision or by `save`."""
        given = {"rule": rule, "position": position, "filter": chosen}
        self.session = replace(self.session, **{key: value for key, value in given.items() if value is not None})

    def save(self) -> None:
        self._desk.save(self.session)

    def still_open(self, finding: Finding) -> Finding:
        """The finding as it is by now. Raises AcceptError when nothing can be decided about it."""
        if not baseline.can_be_listed(finding.rule):
            raise AcceptError(f"{finding.rule} is about the run itself, which nothing accepts: its cause can be mended")
        finding = self._all.get(finding.fingerprint, finding)
        if finding.state != "new":
            raise AcceptError(f"this finding is {finding.state} already")
        return finding

    def check_reason(self, reason: str, until: str = "") -> None:
        """Raises AcceptError for what no comment can say."""
        why(reason, until, today=self._given.today)

    def skip(self, finding: Finding) -> None:
        """Seen, and left for later. One that is decided stays so."""
        self.skip_all([finding])

    def skip_all(self, findings: Sequence[Finding]) -> None:
        left = [f for f in findings if self.decided(f) is None and f.state == "new"]
        if left:
            batch = self.next_batch()
            self._keep([decision(finding, "skipped", batch=batch) for finding in left])

    def note(self, finding: Finding, text: str) -> None:
        """A remark on an open finding. Raises AcceptError for one that is empty or no line, or a finding that is done."""
        finding = self.still_open(finding)
        if not text.strip() or not text.isprintable():
            raise AcceptError("a note is one line without control characters")
        self._keep([decision(finding, "noted", text.strip(), batch=self.next_batch())])

    def suppress(self, finding: Finding, reason: str, until: str = "", *, scope: Scope = "line", batch: int = 0) -> Written:
        """Writes the comment and keeps the decision, also for what else it suppresses.

        Raises AcceptError where it cannot be written, OthersError where it would suppress more than the scope says.
        """
        finding = self.still_open(finding)
        accepted = why(reason, until, today=self._given.today)
        source = self._source(finding)
        whole_file = scope == "file"
        in_file = tuple(f for f in self._all.values() if f.location.path == source.path)
        wanted = Acceptance(finding, accepted, whole_file, in_file, self._given.today, self._given.line_length)
        placement = place(source, wanted)
        if placement.others and scope == "line":
            raise OthersError([self._all[mark] for mark in placement.others])
        after = placement.splice.of(source.data)
        self._desk.write(source.path, after)
        edit = Edit.of(source.path, placement.splice, after, moved_from=placement.moved_from)
        meant = [f for f in in_file if _is_meant(f, finding, whole_file=whole_file)]
        others = [f for f in in_file if f.fingerprint in placement.others] + [f for f in meant if f.state == "new"]
        needless = sum(f.state == "baselined" for f in (*meant, *others))
        self._move(source.path, placement.moved_from, 1)
        self._mark({finding.fingerprint, *(f.fingerprint for f in others)}, "suppressed")
        verdict: Verdict = "suppressed in file" if whole_file else "suppressed"
        self._settle([finding, *others], verdict, accepted, edit, batch or self.next_batch())
        return Written(placement.line, needless)

    def add_to_baseline(self, findings: Sequence[Finding], reason: str) -> tuple[Finding, ...]:
        """Lists the findings as old. Raises AcceptError or BaselineError.

        What a baseline lists are counts: of equal findings the first ones are the old ones.  So what is old now, which is
        what comes out, may be an equal finding above.
        """
        findings = [self.still_open(finding) for finding in findings]
        path = self._given.baseline_path
        if not path:
            raise AcceptError("the configuration says that there is no baseline")
        accepted = Why(why(reason, today=self._given.today).reason)
        before = self._baseline_bytes(path)
        old = baseline.decode(before, path) if before else Baseline()
        after = baseline.encode(grown(old, findings, accepted.reason, self._given.today))
        self._desk.write(path, after)
        edit = Edit.of(path, splice_between(before, after), after, created=not before)
        done = self._first_of_equals(findings)
        self._mark({f.fingerprint for f in done}, "baselined")
        self._settle(done, "baselined", accepted, edit, self.next_batch())
        return tuple(done)

    def _first_of_equals(self, findings: Sequence[Finding]) -> list[Finding]:
        """As many as are given, of each kind the first open ones."""
        wanted = Counter(_kind(finding) for finding in findings)
        same = [f for f in self._all.values() if f.state == "new" and _kind(f) in wanted]
        taken: list[Finding] = []
        for finding in sorted(same, key=lambda f: (f.location, f.rule, f.message, f.fingerprint)):
            if wanted[_kind(finding)] > 0:
                wanted[_kind(finding)] -= 1
                taken.append(finding)
        return taken

    def _baseline_bytes(self, path: str) -> bytes:
        try:
            return self._desk.read(path)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise AcceptError(f"{path} cannot be read: {error.strerror or type(error).__name__}") from None

    def undo(self) -> tuple[Decision, ...]:
        """Takes back the last decision that is more than a skip, with its batch; empty when there is none.

        Raises AcceptError when a file has been changed since: then nothing is taken back."""
        last = next((d for d in reversed(self.session.decisions) if d.verdict != "skipped"), None)
        if last is None:
            return ()
        taken = tuple(d for d in self.session.decisions if d.batch == last.batch and d.verdict != "skipped")
        edits = [d.edit for d in reversed(taken) if d.edit is not None]
        before: dict[str, bytes] = {}
        for edit in edits:
            data = before.get(edit.path)
            undone = edit.undone(self._read(edit.path) if data is None else data)
            if undone is None:
                raise AcceptError(f"{edit.path} has been changed since: nothing is undone")
            before[edit.path] = undone
        created = {edit.path for edit in edits if edit.created}
        for path, data in before.items():
            if path in created and not data:
                self._desk.remove(path)
            else:
                self._desk.write(path, data)
        for edit in edits:
            self._move(edit.path, edit.moved_from + 1 if edit.moved_from else 0, -1)
        marks = {d.fingerprint for d in taken}
        self._mark(marks, "new")
        self._decide(tuple(d for d in self.session.decisions if d.fingerprint not in marks))
        return taken

    def check_again(self) -> Difference:
        """Looks at the project anew. Decisions about what is gone stay in the session."""
        before = {mark for mark, finding in self.findings.items() if finding.state == "new"}
        self._take(self._desk.check())
        now = {mark for mark, finding in self.findings.items() if finding.state == "new"}
        return Difference(tuple(sorted(before - now)), tuple(sorted(now - before)))

    # How it is done.

    def next_batch(self) -> int:
        """A number for decisions that are to be undone together."""
        return max((d.batch for d in self.session.decisions), default=0) + 1

    def _source(self, finding: Finding) -> Source:
        path = finding.location.path
        source = source_of(path, self._read(path), self._given.dialect)
        number = min(finding.location.line, len(source.lines.starts))
        if not source.text.startswith(finding.snippet, source.lines.starts[number - 1]):
            raise AcceptError(f"{path} has been changed since it was checked")
        return source

    def _read(self, path: str) -> bytes:
        try:
            return self._desk.read(path)
        except OSError as error:
            raise AcceptError(f"{path} cannot be read: {error.strerror or type(error).__name__}") from None

    def _move(self, path: str, line: int, by: int) -> None:
        if line:
            self._all = {mark: moved(finding, path, line, by) for mark, finding in self._all.items()}
            self.findings = {mark: self._all[mark] for mark in self.findings}

    def _mark(self, marks: set[str], state: FindingState) -> None:
        for mark in marks & self._all.keys():
            self._all[mark] = replace(self._all[mark], state=state)
            if mark in self.findings:
                self.findings[mark] = self._all[mark]

    def _settle(self, findings: Sequence[Finding], verdict: Verdict, accepted: Why, edit: Edit, batch: int) -> None:
        made = [decision(f, verdict, accepted.reason, accepted.until, batch=batch) for f in findings]
        self._keep([replace(made[0], edit=edit), *made[1:]])

    def _keep(self, made: Sequence[Decision]) -> None:
        marks = {d.fingerprint for d in made}
        self._decide((*(d for d in self.session.decisions if d.fingerprint not in marks), *made))

    def _decide(self, decisions: tuple[Decision, ...]) -> None:
        self.session = replace(self.session, decisions=decisions)
        self._by_mark = {d.fingerprint: d for d in decisions}
        self.save()


def _is_meant(finding: Finding, target: Finding, *, whole_file: bool) -> bool:
    """Whether this other one of the file cannot but be suppressed together with the target."""
    near = whole_file or finding.location.line == target.location.line
    return near and finding.rule == target.rule and finding.fingerprint != target.fingerprint


def _kind(finding: Finding) -> tuple[str, str, str]:
    """What equal findings share."""
    return finding.location.path, finding.rule, finding.fingerprint.partition(":")[0]
