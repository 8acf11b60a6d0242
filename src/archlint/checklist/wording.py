"""The state of an item in words. Where it comes from a person's answer, or an answer does not count, the words say so."""

from __future__ import annotations

from collections.abc import Callable

from archlint.facts.findings import ItemResult


def status_words(result: ItemResult, escaped: Callable[[str], str] = str) -> str:
    """`pass`; `pass (answered by Ada, until 2027-01-31)`; `fail (accepted by Ada until …)`; `manual (answer stale)`.

    Holds a name and a day that somebody wrote: `escaped` makes them harmless where they are shown."""
    answer = result.answer
    if answer is not None and answer.standing == "decides":
        until = f", until {escaped(answer.until)}" if answer.until else ""
        return f"{result.status} (answered by {escaped(answer.by)}{until})"
    if answer is not None and answer.standing == "accepts":
        return f"{result.status} (accepted by {escaped(answer.by)} until {escaped(answer.until)})"
    said = [f"accepted: {result.accepted}"] if result.accepted else []
    if answer is not None and answer.standing != "redundant":
        said.append(f"answer {answer.standing}")
    return f"{result.status} ({', '.join(said)})" if said else result.status
