"""Giving answers: completes what a person says to an answer, and keeps it in the project's file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from archlint.checklist.answers import FILE, MAX_WATCHED, Answer, AnswersError, Entry, Given, problems_of
from archlint.checklist.answers_file import read_answers
from archlint.checklist.answers_text import with_answer
from archlint.engine.answers import Watched, stand
from archlint.engine.discover import Inventory
from archlint.engine.read import Reading
from archlint.ports import Files
from archlint.rulebook.document import suggestion


class AnswerBook:
    """The answers of a project: what stands there now, and changes, each saved at once by `save` (bytes of the file).

    The file is read again for each change, so that what others wrote meanwhile stays.
    """

    def __init__(self, files: Files, inventory: Inventory, save: Callable[[bytes], None], today: str) -> None:
        self._files = files
        self._inventory = inventory
        self._save = save
        self.today = today

    def entries(self) -> dict[str, Entry]:
        """The answers by item id. Raises AnswersError for a file that cannot be taken."""
        return read_answers(self._data())

    def given(self) -> dict[str, Given]:
        """The answers as they stand today. Raises AnswersError as `entries`."""
        return stand(self.entries(), Watched(self._files, self._inventory, Reading()), self.today)

    def signed(self, said: Answer) -> Answer:
        """What a person said, as an answer of today: with the date, and digests of what it watches.

        Raises AnswersError with everything that is wrong with it."""
        answer = replace(said, date=self.today, watched=self._watched(said.watch))
        problems = list(problems_of(answer))
        if answer.until and not problems and answer.until < self.today:
            problems.append(f"until: {answer.until} is over")
        if problems:
            raise AnswersError(problems)
        return answer

    def put(self, item: str, answer: Answer | None) -> Answer | None:
        """Keeps an answer, or takes it out (None); gives the one that stood there. Raises AnswersError and OSError."""
        data = self._data()
        before = read_answers(data).get(item)
        self._save(with_answer(data.decode("utf-8-sig"), item, answer).encode())
        return before.answer if before else None

    def remove(self, item: str) -> None:
        """Takes an answer out. Raises AnswersError where there is none, and OSError."""
        present = self.entries()
        if item not in present:
            raise AnswersError([f"no answer to `{item}`{suggestion(item, present)}"])
        self.put(item, None)

    def _data(self) -> bytes:
        if FILE in self._inventory.problems:
            raise AnswersError([f"{FILE}: {self._inventory.problems[FILE]}"])
        try:
            return self._files.read(FILE)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise AnswersError([f"{FILE}: cannot be read: {error.strerror or type(error).__name__}"]) from None

    def _watched(self, patterns: Sequence[str]) -> dict[str, str]:
        watched = Watched(self._files, self._inventory, Reading())
        idle = [pattern for pattern in patterns if not watched.by((pattern,))]
        if idle:
            raise AnswersError([f"watch: `{pattern}` matches no file that archlint sees" for pattern in idle])
        found = watched.by(patterns)
        if len(found) > MAX_WATCHED:
            raise AnswersError([f"watch: more than {MAX_WATCHED:,} files; name fewer"])
        return found
