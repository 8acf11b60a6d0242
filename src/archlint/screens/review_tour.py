"""The way through a review: which rule, which finding, what is asked, what came of it. Knows no terminal.

What has to be asked first is a dialogue: a generator that yields `Ask` and is sent what was typed, and yields `Busy`
where it works for long, so that the screen can show how far it is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from msgspec import Struct

from archlint.engine.accept import AcceptError
from archlint.engine.baseline import BaselineError
from archlint.engine.review_queue import Filter, FilterError, Row, filter_of
from archlint.engine.reviewing import Review
from archlint.facts.findings import Finding, Severity
from archlint.report.review import nothing


class Ask(Struct, frozen=True):
    """A question. `keys`: it is answered by one of these keys; without, by a line of text, proposed as `text`."""

    label: str
    keys: str = ""
    text: str = ""


class Busy(Struct, frozen=True):
    """Work goes on; `text` says how far it is."""

    text: str


Dialogue = Generator[Ask | Busy, str, None]
REFUSED = (AcceptError, BaselineError, FilterError)
_ALL = "all"


class Tour:
    """`view` is `table`, `finding` or `help`; `asked` the open question; `notice` what happened last."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.view = "table"
        self.notice = "" if review.findings else nothing(review.report)
        self.asked: Ask | Busy | None = None
        self.cursor = 0
        self.at = 0
        self.scroll = 0
        self._dialogue: Dialogue | None = None
        self._under_help = "table"
        self._marks: list[str] = []
        self._rows: tuple[object, list[Row]] = (None, [])
        try:
            self.filter = filter_of(review.session.filter)
        except FilterError:
            self.filter = Filter()
        self._resume()

    def _resume(self) -> None:
        stale = len(self.review.stale)
        if stale:
            self.notice = f"{stale} earlier decisions are about findings that are gone: `archlint review list` shows them"
        session = self.review.session
        if session.position:
            self._enter(session.rule)
            if session.position in self._marks:
                self.at = self._marks.index(session.position)
                self.view = "finding"

    # What is shown.

    @property
    def rows(self) -> list[Row]:
        """The table: `all`, then the rules by count."""
        if self._rows[0] is not self.review.session:
            found = self.review.rows(self.filter)
            total = Row(
                rule=_ALL,
                name="",
                severity=max((row.severity for row in found), default=Severity.NOTE),
                open=sum(row.open for row in found),
                decided=sum(row.decided for row in found),
            )
            self._rows = (self.review.session, [total, *found])
        return self._rows[1]

    @property
    def finding(self) -> Finding | None:
        return self.review.findings.get(self._marks[self.at]) if self.at < len(self._marks) else None

    @property
    def count(self) -> int:
        return len(self._marks)

    @property
    def shown(self) -> list[Finding]:
        """What is gone through."""
        return [self.review.findings[mark] for mark in self._marks if mark in self.review.findings]

    # Moving.

    def move(self, by: int) -> None:
        """The cursor of the table, or the lines of a page."""
        if self.view == "table":
            self.cursor = min(max(self.cursor + by, 0), len(self.rows) - 1)
        else:
            self.scroll = max(self.scroll + by, 0)

    def enter(self) -> None:
        """From the table into a rule."""
        row = self.rows[min(self.cursor, len(self.rows) - 1)]
        self.notice = ""
        self._enter("" if row.rule == _ALL else row.rule)
        if self._marks:
            self.view = "finding"
            self._keep_place()
        else:
            self.notice = "no finding is left by the filter" if self.review.findings else "there is no finding"

    def _enter(self, rule: str) -> None:
        self._marks = [finding.fingerprint for finding in self.review.queue(rule, self.filter)]
        still_open = (n for n, mark in enumerate(self._marks) if "open" in self.review.states(self.review.findings[mark]))
        self.at = next(still_open, 0)
        self.scroll = 0
        self.review.remember(rule=rule)

    def next(self) -> None:
        """To the next finding; the one that is left open is noted as skipped."""
        here = self.finding
        self.notice = ""
        self.go(self.at + 1)
        if here is not None:
            self.review.skip(here)

    def previous(self) -> None:
        self.notice = ""
        self.go(self.at - 1)

    def go(self, at: int) -> None:
        """To the finding of that number; what there is to say is kept."""
        if at >= len(self._marks):
            self.notice = f"{self.notice + '; ' if self.notice else ''}this is the last one: t for the table of rules"
        self.at = min(max(at, 0), max(len(self._marks) - 1, 0))
        self.scroll = 0
        self._keep_place()

    def go_on(self) -> None:
        """To the next finding that counts still; where there is none, to the next one."""
        marks = self._marks[self.at + 1 :]
        counts = (n for n, mark in enumerate(marks, self.at + 1) if self.review.findings[mark].state == "new")
        self.go(next(counts, self.at + 1))

    def _keep_place(self) -> None:
        self.review.remember(position=self._marks[self.at] if self._marks and self.view == "finding" else "")

    def table(self) -> None:
        self.view, self.scroll, self.notice = "table", 0, ""
        rules = [row.rule for row in self.rows]
        rule = self.review.session.rule
        self.cursor = rules.index(rule) if rule in rules else 0
        self._keep_place()

    def help(self) -> None:
        if self.view != "help":
            self._under_help, self.view, self.scroll = self.view, "help", 0

    def leave_help(self) -> None:
        self.view, self.scroll = self._under_help, 0

    # Dialogues.

    def start(self, dialogue: Callable[[], Dialogue]) -> None:
        self.notice = ""
        self._dialogue = dialogue()
        self._step(None)

    def answer(self, text: str) -> None:
        """What was typed, or nothing to go on with work."""
        self._step(text)

    def cancel(self) -> None:
        if self._dialogue is not None:
            self._dialogue.close()
        self._dialogue, self.asked = None, None

    def _step(self, text: str | None) -> None:
        dialogue = self._dialogue
        if dialogue is None:
            return
        try:
            self.asked = next(dialogue) if text is None else dialogue.send(text)
        except StopIteration:
            self._dialogue, self.asked = None, None
        except REFUSED as error:
            self.cancel()
            self.notice = "; ".join(error.problems)
        except OSError as error:
            self.cancel()
            self.notice = f"not written: {error.strerror or error}"

    def choose(self, text: str) -> None:
        """Another filter. Raises FilterError."""
        self.filter = filter_of(text)
        self.review.remember(chosen=text.strip())
        self._rows = (None, [])
        self.cursor = 0
        if self.view != "finding":
            return
        here = self.finding
        self._enter(self.review.session.rule)
        if not self._marks:
            self.table()
            self.notice = "no finding of this rule is left by the filter"
        elif here is not None and here.fingerprint in self._marks:
            self.at = self._marks.index(here.fingerprint)
        self._keep_place()

    # What needs no question.

    def undo(self) -> None:
        try:
            taken = self.review.undo()
        except REFUSED as error:
            self.notice = "; ".join(error.problems)
            return
        except OSError as error:
            self.notice = f"not undone: {error.strerror or error}"
            return
        if not taken:
            self.notice = "there is nothing to undo"
            return
        first = taken[0]
        if first.fingerprint in self._marks and self.view == "finding":
            self.at = self._marks.index(first.fingerprint)
            self.scroll = 0
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        self.notice = f"undone: {first.rule} in {first.path}{more} (was {first.verdict})"

    def checked_again(self) -> None:
        """After the project was looked at anew: the same finding if it is still there, else the one that follows it."""
        here = self._marks[self.at] if self.at < len(self._marks) else ""
        behind = self._marks[self.at :]
        rule = self.review.session.rule
        difference = self.review.check_again()
        self._marks = [finding.fingerprint for finding in self.review.queue(rule, self.filter)]
        self._rows = (None, [])
        places = {mark: number for number, mark in enumerate(self._marks)}
        self.at = next((places[mark] for mark in behind if mark in places), max(len(self._marks) - 1, 0))
        self.notice = f"{len(difference.gone)} gone, {len(difference.new)} new"
        if here and here not in places:
            self.notice = f"this finding is gone; {self.notice}"
        if self.view == "finding" and not self._marks:
            said = self.notice
            self.table()
            self.notice = said
        self.scroll = 0
        self._keep_place()
