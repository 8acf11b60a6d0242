"""What people's answers make of the states that the code gives.

    the code says             pass answered  not applicable  fail          accept
    fail                      overruled      overruled       redundant     fail (accepted)
    pass                      redundant      overruled       fail          redundant
    not applicable            overruled      redundant       fail          redundant
    manual, unknown           pass           not applicable  fail          redundant

So an answer fills in what the code leaves open, or says that something is worse than it looks; it never makes it look
better than the code proves.  An accepted failure stays one, in the score too.  An answer that is invalid, expired or
stale changes nothing, and is shown as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from archlint.checklist.answers import Given
from archlint.checklist.items import Checklist, Item
from archlint.facts.findings import AnswerStanding, AnswerState, ItemResult, ItemStatus, StrayAnswer
from archlint.rulebook.document import suggestion

STATUS: dict[str, ItemStatus] = {"pass": "pass", "fail": "fail", "not-applicable": "not applicable"}
"""The state that a verdict asks for; to accept asks for none."""
OPEN = ("manual", "unknown")


def with_answers(checklist: Checklist, results: Sequence[ItemResult], given: Mapping[str, Given]) -> tuple[ItemResult, ...]:
    """The results with the answers taken in. Items with one computation (`same_as`) share an answer."""
    shared = _by_source(checklist, given)
    taken = []
    for item, result in zip(checklist.items, results, strict=True):
        answer = shared.get(checklist.source(item).id)
        taken.append(_with_answer(result, answer) if answer else result)
    return tuple(taken)


def stray_answers(checklist: Checklist, given: Mapping[str, Given]) -> tuple[StrayAnswer, ...]:
    """The answers that belong to no item, by id."""
    known = [item.id for item in checklist.items]
    return tuple(StrayAnswer(name, f"no such item{suggestion(name, known)}") for name in sorted(given) if name not in known)


def without_answers(results: Sequence[ItemResult]) -> tuple[ItemResult, ...]:
    """The results as the code alone gives them."""
    return tuple(replace(r, status=r.answer.by_code, answer=None) if r.answer else r for r in results)


def alike(checklist: Checklist, item: Item) -> list[str]:
    """The ids of the items that share their answer with this one, itself included, in the checklist's order."""
    source = checklist.source(item).id
    return [other.id for other in checklist.items if checklist.source(other).id == source]


def _by_source(checklist: Checklist, given: Mapping[str, Given]) -> dict[str, Given]:
    """Two answers to what is one question decide nothing."""
    found: dict[str, Given] = {}
    for item in checklist.items:
        if item.id not in given:
            continue
        source = checklist.source(item).id
        if source in found:
            rivals = ", ".join(_rivals(checklist, item, given))
            found[source] = Given(given[item.id].answer, "invalid", f"{rivals}: one question, answered twice")
        else:
            found[source] = given[item.id]
    return found


def _rivals(checklist: Checklist, item: Item, given: Mapping[str, Given]) -> list[str]:
    return [other for other in alike(checklist, item) if other in given]


def _with_answer(result: ItemResult, given: Given) -> ItemResult:
    answer = given.answer
    standing = given.lapse or standing_of(result.status, answer.verdict)
    state = AnswerState(
        standing=standing,
        verdict=answer.verdict,
        why=answer.why,
        by=answer.by,
        date=answer.date,
        until=answer.until,
        link=answer.link,
        watch=answer.watch,
        problem=given.problem or _problem(standing, answer.verdict),
        by_code=result.status,
    )
    return replace(result, status=STATUS[answer.verdict] if standing == "decides" else result.status, answer=state)


def _problem(standing: AnswerStanding, verdict: str) -> str:
    if standing == "overruled":
        return "the code shows otherwise"
    return "there is no failure to accept" if standing == "redundant" and verdict == "accept" else ""


def standing_of(status: ItemStatus, verdict: str) -> AnswerStanding:
    """What a valid verdict comes to where the code gives this status."""
    if verdict == "accept":
        return "accepts" if status == "fail" else "redundant"
    asked = STATUS[verdict]
    if status == asked:
        return "redundant"
    return "decides" if status in OPEN or asked == "fail" else "overruled"
