"""What people answered to items of the checklist: the records, what makes one invalid, and when one stops to count."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

FILE = "archlint-checklist.yaml"
"""Where a project keeps its answers: in its root."""

VERDICTS = ("pass", "fail", "not-applicable", "accept")
MAX_TEXT = 20_000
"""Characters of a reason."""
MAX_WORD = 2_000
"""Characters of a link, a name, a path or a pattern."""
MAX_PATTERNS = 50
MAX_WATCHED = 1_000
"""Files that one answer may watch."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DIGEST = re.compile(r"[0-9a-f]{32}")

Lapse = Literal["", "expired", "stale", "invalid"]


class AnswersError(Exception):
    """The answers cannot be read or written as they are; `problems` are all that is wrong."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Answer(Struct, frozen=True, kw_only=True):
    """One answer as the file has it. `watch`: patterns as in .gitignore; `watched`: the files that they matched when it
    was given, each with the digest of its content then."""

    verdict: str = ""
    why: str = ""
    by: str = ""
    date: str = ""
    until: str = ""
    link: str = ""
    watch: tuple[str, ...] = ()
    watched: dict[str, str] = msgspec.field(default_factory=dict)


class Entry(Struct, frozen=True):
    """An answer of the file. `problems`: why it is invalid; what could be read of it is there all the same."""

    answer: Answer
    problems: tuple[str, ...] = ()


class Given(Struct, frozen=True):
    """An answer as it stands on the day of the run. `lapse`: why it does not count, in a word; `problem`: in full."""

    answer: Answer
    lapse: Lapse = ""
    problem: str = ""


def problems_of(answer: Answer) -> tuple[str, ...]:
    """Everything that makes an answer invalid, whatever it is to."""
    return tuple(_faults(answer))


def _faults(answer: Answer) -> Iterable[str]:
    if answer.verdict not in VERDICTS:
        yield f"verdict: `{answer.verdict[:40]}` is none of {', '.join(VERDICTS)}" if answer.verdict else "verdict is missing"
    for name, value, limit in (("why", answer.why, MAX_TEXT), ("by", answer.by, MAX_WORD)):
        if not value.strip():
            yield f"{name} is missing"
        elif len(value) > limit:
            yield f"{name} is longer than {limit:,} characters"
    if not answer.date:
        yield "date is missing"
    elif not is_day(answer.date):
        yield f"date: `{answer.date[:40]}` is no day (YYYY-MM-DD)"
    if answer.until and not is_day(answer.until):
        yield f"until: `{answer.until[:40]}` is no day (YYYY-MM-DD)"
    if answer.verdict == "accept" and not answer.until:
        yield "until is missing: a failure is accepted up to a day"
    if answer.link:
        yield from _link_faults(answer.link)
    yield from _watch_faults(answer)


def _link_faults(link: str) -> Iterable[str]:
    try:
        parts = urlsplit(link)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and link.isprintable() and " " not in link
    except ValueError:
        yield "link: no address"
        return
    if not sound or len(link) > MAX_WORD:
        yield "link: no http or https address"
    elif parts.username is not None or parts.password is not None:
        yield "link: holds a user name or password"


def _watch_faults(answer: Answer) -> Iterable[str]:
    if len(answer.watch) > MAX_PATTERNS:
        yield f"watch: more than {MAX_PATTERNS} patterns"
    if len(answer.watched) > MAX_WATCHED:
        yield f"watched: more than {MAX_WATCHED:,} files"
    for word in (*answer.watch, *answer.watched):
        if not word.strip() or len(word) > MAX_WORD or not word.isprintable():
            yield "watch: a pattern or path is empty, too long or not printable"
            return
    if any(not _DIGEST.fullmatch(digest) for digest in answer.watched.values()):
        yield "watched: not the digest of a file"
    if bool(answer.watch) != bool(answer.watched):
        yield "watch and watched do not belong together: answer again"


def is_day(text: str) -> bool:
    """A day of the calendar as YYYY-MM-DD."""
    if not _DAY.fullmatch(text) or not text.isascii():
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def lapse_of(entry: Entry, today: str, now: dict[str, str] | None = None) -> Given:
    """The answer as it stands today. `now`: the digests of what its patterns match now."""
    answer = entry.answer
    if entry.problems:
        return Given(answer, "invalid", "; ".join(entry.problems))
    if answer.until and answer.until < today:
        return Given(answer, "expired", f"it held until {answer.until}")
    changed = _changes(answer.watched, now or {}) if answer.watch else ""
    return Given(answer, "stale" if changed else "", changed)


def _changes(before: dict[str, str], now: dict[str, str]) -> str:
    """What happened to the watched files, the first of each kind by name; empty when nothing did."""
    kinds = {
        "changed": [path for path in before if path in now and now[path] != before[path]],
        "is gone": [path for path in before if path not in now],
        "is new": [path for path in now if path not in before],
    }
    said = [
        f"{min(paths)} {what}" + (f" (and {len(paths) - 1} more)" if len(paths) > 1 else "")
        for what, paths in kinds.items()
        if paths
    ]
    return ", ".join(said)
