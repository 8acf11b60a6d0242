"""The checklist as something to be answered: its items with what the code shows, and answers given to them."""

from __future__ import annotations

from archlint.checklist.answered import OPEN, alike, standing_of, with_answers, without_answers
from archlint.checklist.answers import Answer, AnswersError
from archlint.checklist.items import Checklist, Item
from archlint.engine.answering import AnswerBook
from archlint.facts.findings import AnswerState, ItemResult, Report
from archlint.rulebook.document import suggestion

_LAPSED = ("expired", "stale", "invalid")


class Questions:
    """The items of a project. Items with one computation are one question, under the first one's id.

    An answer that is given counts at once; the code is not looked at again.
    """

    def __init__(self, checklist: Checklist, report: Report, book: AnswerBook) -> None:
        self._checklist = checklist
        self._by_code = without_answers(report.checklist)
        self._book = book
        self.report = report

    def results(self) -> tuple[ItemResult, ...]:
        """Every item as it stands now. Raises AnswersError for a file that cannot be taken."""
        return with_answers(self._checklist, self._by_code, self._book.given())

    def result(self, item: str) -> ItemResult:
        """One item as it stands now; for an id that there is none of, AnswersError."""
        self.item(item)
        return next(result for result in self.results() if result.id == item)

    def by_code(self, item: str) -> ItemResult:
        """One item as the code alone has it."""
        return next(result for result in self._by_code if result.id == item)

    def item(self, name: str) -> Item:
        """The item's document. Raises AnswersError for an id that there is none of."""
        found = next((item for item in self._checklist.items if item.id == name), None)
        if found is None:
            known = [item.id for item in self._checklist.items]
            raise AnswersError([f"no such item `{name}`{suggestion(name, known)}"])
        return found

    def open(self) -> list[str]:
        """The ids of what a person is to be asked: items that the code leaves open and no answer decides, and items whose
        answer does not count any more."""
        return [
            result.id
            for item, result in zip(self._checklist.items, self.results(), strict=True)
            if not item.same_as and (result.status in OPEN or _is_lapsed(result.answer))
        ]

    def answer(self, name: str, said: Answer) -> Answer | None:
        """Keeps what a person says; gives the answer that stood there. Raises AnswersError, with everything that is wrong,
        for one that is invalid or would not count, and OSError."""
        signed = self._book.signed(said)
        objection = self.objection(name, signed.verdict)
        if objection:
            raise AnswersError([f"{name}: {objection}"])
        return self.put(name, signed)

    def objection(self, name: str, verdict: str) -> str:
        """Why this verdict would not count for the item; empty when it would. Raises AnswersError for an unknown id."""
        status = self.by_code(self.item(name).id).status
        standing = standing_of(status, verdict)
        if standing == "overruled" and status == "fail":
            return "the code proves that it fails: mend that, or accept it until a day"
        if standing == "overruled":
            return f"the code shows that it is {status}; `{verdict}` would not count"
        return f"it is {status}: there is no failure to accept" if standing == "redundant" and verdict == "accept" else ""

    def put(self, name: str, answer: Answer | None) -> Answer | None:
        """Keeps an answer as it is, or takes it out (None), where the items that share it have theirs."""
        entries = self._book.entries()
        present = [other for other in alike(self._checklist, self.item(name)) if other in entries]
        for rival in present[1:]:
            self._book.put(rival, None)
        return self._book.put(present[0] if present else self._checklist.source(self.item(name)).id, answer)


def _is_lapsed(answer: AnswerState | None) -> bool:
    return answer is not None and answer.standing in _LAPSED
