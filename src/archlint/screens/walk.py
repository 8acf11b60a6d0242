"""The walk through the open items of the checklist: where it is, what was typed, what is kept. Knows no terminal."""

from __future__ import annotations

import shlex

from archlint.checklist.answers import Answer, AnswersError
from archlint.checklist.items import Item
from archlint.engine.questions import Questions
from archlint.facts.findings import ItemResult

FIELDS = ("why", "link", "by", "until", "watch")
LABELS = {
    "why": "Why",
    "link": "Link (http or https; empty: none)",
    "by": "Who says so",
    "until": "Until (YYYY-MM-DD; empty: no end)",
    "watch": "Watch (files as in .gitignore; empty: none)",
}
VERDICTS = {"p": "pass", "f": "fail", "n": "not-applicable", "a": "accept"}


class Walk:
    """One person's way through the open items. Every answer is kept as soon as it is whole; what is half typed is not."""

    def __init__(self, questions: Questions, author: str) -> None:
        self._questions = questions
        self._author = author
        self.ids = questions.open()
        self.at = 0
        self.verdict = ""
        """The verdict on the current item; empty: it is still to be given."""
        self.field = FIELDS[0]
        self.notice = ""
        self.answered = 0
        self._typed: dict[str, str] = {}
        self._undo: list[tuple[int, Answer | None]] = []
        self._result: ItemResult | None = None

    @property
    def is_over(self) -> bool:
        return self.at >= len(self.ids)

    @property
    def item(self) -> Item:
        return self._questions.item(self.ids[self.at])

    @property
    def result(self) -> ItemResult:
        if self._result is None or self._result.id != self.ids[self.at]:
            try:
                self._result = self._questions.result(self.ids[self.at])
            except AnswersError as error:  # somebody has changed the file meanwhile
                self.notice = "; ".join(error.problems)
                self._result = self._questions.by_code(self.ids[self.at])
        return self._result

    @property
    def places(self) -> list[str]:
        """What the code shows of the current item: findings that refute it, then evidence."""
        found = {f.fingerprint: f for f in self._questions.report.findings}
        findings = [found[fingerprint] for fingerprint in self.result.findings if fingerprint in found]
        lines = [
            *(f"{f.location.path}:{f.location.line}  {f.rule} {f.message}" for f in findings),
            *(f"{e.location.path}:{e.location.line}  {e.text}" for e in self.result.evidence),
        ]
        return list(dict.fromkeys(lines))

    @property
    def typed(self) -> str:
        """What stands in the current field: typed before, or taken from the last answer."""
        return self._typed.get(self.field, "")

    def choose(self, verdict: str) -> None:
        """Gives the verdict and goes on to its reasons; an earlier answer's are proposed."""
        self.notice = self._questions.objection(self.ids[self.at], verdict)
        if self.notice:
            return
        before = self.result.answer
        self._typed = {"by": (before.by if before else "") or self._author}
        if before:
            self._typed |= {"link": before.link, "why": before.why, "watch": shlex.join(before.watch)}
        self.verdict, self.field = verdict, FIELDS[0]

    def enter(self, text: str) -> None:
        """Takes the current field and goes to the next; after the last one keeps the answer and goes to the next item."""
        self._typed[self.field] = text.strip()
        self.notice = ""
        if self.field in ("why", "by") and not text.strip():
            self.notice = f"{LABELS[self.field]}: this must be said"
        elif self.field != FIELDS[-1]:
            self.field = FIELDS[FIELDS.index(self.field) + 1]
        else:
            self._keep()

    def _keep(self) -> None:
        try:
            said = Answer(
                verdict=self.verdict,
                why=self._typed["why"],
                link=self._typed["link"],
                by=self._typed["by"],
                until=self._typed["until"],
                watch=tuple(shlex.split(self._typed["watch"])),
            )
            before = self._questions.answer(self.ids[self.at], said)
        except AnswersError as error:
            self.notice = "; ".join(error.problems)
            named = error.problems[0].partition(":")[0].partition(" ")[0]
            self.field = named if named in FIELDS else self.field
        except (OSError, ValueError) as error:  # a full disk; a quotation mark that is not closed
            self.notice = f"not kept: {error}"
        else:
            self._undo.append((self.at, before))
            self.answered += 1
            self._go(self.at + 1)

    def skip(self) -> None:
        """Leaves the item open."""
        self._go(min(self.at + 1, len(self.ids)))

    def back(self) -> None:
        """To the field before, to the verdict, or to the item before."""
        self.notice = ""
        if self.verdict and self.field != FIELDS[0]:
            self.field = FIELDS[FIELDS.index(self.field) - 1]
        elif self.verdict:
            self.verdict = ""
        else:
            self._go(max(self.at - 1, 0))

    def undo(self) -> None:
        """Takes the last answer back, and returns to its item."""
        if not self._undo:
            self.notice = "there is nothing to undo"
            return
        at, before = self._undo[-1]
        try:
            self._questions.put(self.ids[at], before)
        except (AnswersError, OSError) as error:
            self.notice = f"not undone: {error}"
            return
        self._undo.pop()
        self.answered -= 1
        self._go(at)
        self.notice = "taken back"

    def _go(self, at: int) -> None:
        self.at, self.verdict, self.field, self.notice, self._result = at, "", FIELDS[0], "", None
