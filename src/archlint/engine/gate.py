"""What a pipeline may ask of the checklist: that items pass, and that scores are high enough."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from archlint.checklist.score import score
from archlint.checklist.wording import status_words
from archlint.facts.findings import ItemResult
from archlint.rulebook.document import suggestion


class GateError(Exception):
    """A requirement that cannot be met by any project: it names nothing, or no number; `problems` are all of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def unmet(results: Sequence[ItemResult], required: Sequence[str], scores: Sequence[str]) -> list[str]:
    """One line for each requirement that is not met, in the order of the checklist and then of `scores`.

    `required`: ids or patterns of them (`architecture.*`): each item must pass, by the code or by an answer, or not be
    applicable.  `scores`: `80`, or `SECTION=80` with a section's name or its ids' first word: percent that pass of what
    passes or fails.  Raises GateError.
    """
    wanted, problems = _required(results, required)
    limits = []
    for text in scores:
        name, found, percent = _limit(results, text)
        limits.append((name, found, percent))
        if not found:
            problems.append(f"--min-score: no section `{name}`{suggestion(name, _names(results))}")
        if percent is None:
            problems.append(f"--min-score: `{text}` is no percentage from 0 to 100")
    if problems:
        raise GateError(problems)
    lines = [
        f"{result.id} is required and is {status_words(result)}: {_reason(result)}"
        for result in results
        if result.id in wanted and result.status not in ("pass", "not applicable")
    ]
    return lines + [line for name, found, percent in limits if (line := _short(name, found, percent or 0))]


def _reason(result: ItemResult) -> str:
    """Why the item is not as it should be: what a person says of it where that decides, else what the code shows."""
    answer = result.answer
    if answer is not None and answer.standing == "decides":
        return answer.why
    return f"{result.reason}; the answer: {answer.problem}" if answer is not None and answer.problem else result.reason


def _required(results: Sequence[ItemResult], required: Sequence[str]) -> tuple[set[str], list[str]]:
    ids = [result.id for result in results]
    wanted: set[str] = set()
    problems = []
    for pattern in (word.strip() for text in required for word in text.split(",")):
        matched = [name for name in ids if fnmatchcase(name, pattern)]
        wanted |= set(matched)
        if not matched:
            problems.append(f"--require: no item `{pattern}`{suggestion(pattern, ids)}")
    return wanted, problems


def _limit(results: Sequence[ItemResult], text: str) -> tuple[str, list[ItemResult], float | None]:
    name, _, number = text.rpartition("=")
    name = name.strip()
    try:
        percent = float(number.strip().removesuffix("%"))
    except ValueError:
        percent = -1
    chosen = [r for r in results if not name or r.section.casefold() == name.casefold() or r.id.startswith(f"{name}.")]
    return name, chosen, percent if 0 <= percent <= 100 else None


def _names(results: Sequence[ItemResult]) -> list[str]:
    return [*dict.fromkeys(result.section for result in results), *dict.fromkeys(r.id.partition(".")[0] for r in results)]


def _short(name: str, found: Sequence[ItemResult], percent: float) -> str:
    """Why the score is too low; empty when it is not, and where nothing is applicable."""
    what = f"the score of {name}" if name else "the score"
    reached = score(found)
    if reached is None:
        open_items = [result for result in found if result.status != "not applicable"]
        return f"{what} must be {percent:g}% and there is none: {len(open_items)} items are open" if open_items else ""
    if reached * 100 >= percent:
        return ""
    passed = sum(result.status == "pass" for result in found)
    decided = sum(result.status in ("pass", "fail") for result in found)
    return f"{what} must be {percent:g}% and is {reached * 100:.4g}% ({passed} of {decided})"
