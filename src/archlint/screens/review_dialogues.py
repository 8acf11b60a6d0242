"""What a review asks before it does something, one generator a key; see `review_tour`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from archlint.engine.accept import AcceptError
from archlint.engine.review_desk import OthersError
from archlint.facts.findings import Finding
from archlint.report.summary import count
from archlint.screens.review_tour import REFUSED, Ask, Busy, Dialogue, Tour

_UNTIL = "Until which day (YYYY-MM-DD, empty: for good)"


def suppress(tour: Tour, *, whole_file: bool = False) -> Dialogue:
    review = tour.review
    finding = review.still_open(_current(tour))
    reason, until = yield from _why(tour, f"all {finding.rule} in this file" if whole_file else f"{finding.rule} here")
    try:
        written = review.suppress(finding, reason, until, scope="file" if whole_file else "line")
    except OthersError as error:
        if (yield Ask(f"{error.problems[0]}: do it", keys="yn")) != "y":
            return
        written = review.suppress(finding, reason, until, scope="statement")
    tour.notice = f"{finding.rule} suppressed by a comment on line {written.line}; u undoes it"
    if written.needless:
        tour.notice += f"; {count(written.needless, 'entry')} of the baseline not needed any more"
    tour.go_on()


def suppress_file(tour: Tour) -> Dialogue:
    yield from suppress(tour, whole_file=True)


def add_to_baseline(tour: Tour) -> Dialogue:
    finding = tour.review.still_open(_current(tour))
    reason = yield from _asked(tour, f"Why does this {finding.rule} stay for now", tour.review.check_reason)
    (old,) = tour.review.add_to_baseline([finding], reason)
    if old.fingerprint == finding.fingerprint:
        tour.notice = f"{finding.rule} is in the baseline; u undoes it"
    else:
        tour.notice = f"one of these is in the baseline, the equal one on line {old.location.line}; u undoes it"
    tour.go_on()


def note(tour: Tour) -> Dialogue:
    finding = tour.review.still_open(_current(tour))
    decided = tour.review.decided(finding)
    text = yield Ask("Note", text=decided.reason if decided and decided.verdict == "noted" else "")
    tour.review.note(finding, text)
    tour.notice = "noted"


def choose_filter(tour: Tour) -> Dialogue:
    label = "Filter (severity:error rule:SQL path:shop/** is:open words)"
    yield from _asked(tour, label, tour.choose, tour.review.session.filter)


def all_of_rule(tour: Tour) -> Dialogue:
    """Suppress, baseline or skip everything of the current rule that is shown and open."""
    rule = _current(tour).rule
    chosen = [f for f in tour.shown if f.rule == rule and f.state == "new"]
    if not chosen:
        raise AcceptError(f"no finding of {rule} is open")
    tour.review.still_open(chosen[0])
    what = yield Ask(f"All {len(chosen)} open {rule} that are shown: s suppress, b baseline, k skip", keys="sbk")
    reason, until = "", ""
    if what == "s":
        reason, until = yield from _why(tour, f"all of {rule}")
    elif what == "b":
        reason = yield from _asked(tour, f"Why do these {len(chosen)} stay for now", tour.review.check_reason)
    verb = {"s": "Suppress", "b": "Put into the baseline", "k": "Skip"}[what]
    if (yield Ask(f"{verb}: {len(chosen)} findings of {rule}", keys="yn")) != "y":
        return
    if what == "b":
        tour.review.add_to_baseline(chosen, reason)
        tour.notice = f"{len(chosen)} findings of {rule} are in the baseline; u undoes all"
    elif what == "k":
        tour.review.skip_all(chosen)
        tour.notice = f"{len(chosen)} findings of {rule} skipped"
    else:
        yield from _suppress_all(tour, chosen, reason, until)


def _suppress_all(tour: Tour, chosen: Sequence[Finding], reason: str, until: str) -> Dialogue:
    batch = tour.review.next_batch()
    marks = {finding.fingerprint for finding in chosen}
    refused: list[str] = []
    for number, finding in enumerate(chosen):
        yield Busy(f"{number} of {len(chosen)} done")
        if tour.review.findings[finding.fingerprint].state != "new":
            continue  # a comment for one before it covers this one too
        try:
            _suppress_one(tour, finding, (reason, until), batch, marks)
        except AcceptError as error:
            refused.append(f"{finding.location.path}:{finding.location.line}: {error.problems[0]}")
    done = sum(1 for mark in marks if tour.review.findings[mark].state != "new")
    tour.notice = f"{done} of {len(chosen)} suppressed; u undoes all"
    if refused:
        tour.notice = f"{done} of {len(chosen)} suppressed; {len(refused)} could not be, as {refused[0]}"


def _suppress_one(tour: Tour, finding: Finding, why: tuple[str, str], batch: int, meant: set[str]) -> None:
    try:
        tour.review.suppress(finding, *why, batch=batch)
    except OthersError as error:
        if not meant >= {other.fingerprint for other in error.others}:
            raise
        tour.review.suppress(finding, *why, scope="statement", batch=batch)


def _current(tour: Tour) -> Finding:
    if tour.view != "finding" or tour.finding is None:
        raise AcceptError("choose a finding first: Enter goes into a rule")
    return tour.finding


def _why(tour: Tour, what: str) -> Generator[Ask | Busy, str, tuple[str, str]]:
    """A reason and a day that can be written."""
    reason = yield from _asked(tour, f"Why is {what} accepted", tour.review.check_reason)
    until = yield from _asked(tour, _UNTIL, lambda day: tour.review.check_reason(reason, day))
    return reason, until


def _asked(tour: Tour, label: str, check: Callable[[str], object], text: str = "") -> Generator[Ask | Busy, str, str]:
    """Asks until `check` takes the answer; what was typed stays to be mended."""
    while True:
        text = yield Ask(label, text=text)
        try:
            check(text)
        except REFUSED as error:
            tour.notice = "; ".join(error.problems)
        else:
            return text
