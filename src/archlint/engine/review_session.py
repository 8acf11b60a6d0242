"""What was decided in a review, in a file of the project that scripts can read and that a later review goes on from.

    {
      "schema": 1,
      "rule": "SQL001",
      "position": "0f3a…:1",
      "filter": "severity:error path:shop",
      "decisions": [
        {"fingerprint": "0f3a…:1", "rule": "SQL001", "path": "shop/orders.py", "line": 12, "message": "…", "verdict": …}
      ]
    }

In the order in which it was decided.  `verdict` is one of `VERDICTS`, with a `reason` and `until` where it has them;
`edit` is the change of a file that came with it, for undoing; decisions of one `batch` are undone together.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from archlint.facts.findings import Finding
from archlint.fixes.splice import BytesSplice

SCHEMA = 1
FILE = "archlint-review.json"
Verdict = Literal["suppressed", "suppressed in file", "baselined", "skipped", "noted"]
VERDICTS: tuple[Verdict, ...] = ("suppressed", "suppressed in file", "baselined", "skipped", "noted")

_Text = Annotated[str, Meta(min_length=1)]
_Number = Annotated[int, Meta(ge=0)]


class SessionError(Exception):
    """A session file that cannot be used; `problems` say why."""

    def __init__(self, problem: str) -> None:
        self.problems = (problem,)
        super().__init__(problem)


class Edit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bytes of a file (`old` and `new` as base64) that were replaced at an offset. `sha256`: of the whole file then.

    `created`: the file was not there before.  `moved_from`: lines from there on stand one further down since; 0: none.
    """

    path: _Text
    at: _Number
    old: str
    new: str
    sha256: _Text
    created: bool = False
    moved_from: _Number = 0

    @classmethod
    def of(cls, path: str, splice: BytesSplice, after: bytes, *, created: bool = False, moved_from: int = 0) -> Edit:
        return cls(
            path=path,
            at=splice.at,
            old=base64.b64encode(splice.old).decode("ascii"),
            new=base64.b64encode(splice.new).decode("ascii"),
            sha256=hashlib.sha256(after).hexdigest(),
            created=created,
            moved_from=moved_from,
        )

    def undone(self, data: bytes) -> bytes | None:
        """The bytes before the change; None when the file has been changed since."""
        if hashlib.sha256(data).hexdigest() != self.sha256:
            return None
        try:
            splice = BytesSplice(self.at, base64.b64decode(self.old, validate=True), base64.b64decode(self.new, validate=True))
        except ValueError:
            return None
        return splice.undone().of(data)


class Decision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was decided about one finding, which `fingerprint` names; the rest says to people which it was."""

    fingerprint: _Text
    rule: _Text
    path: str
    line: int
    message: str
    verdict: Verdict
    reason: str = ""
    until: str = ""
    batch: _Number = 0
    edit: Edit | None = None


class Session(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rule`: the one that is gone through (empty: all); `position`: the fingerprint that was looked at last."""

    schema: int = SCHEMA
    rule: str = ""
    position: str = ""
    filter: str = ""
    decisions: tuple[Decision, ...] = ()


def decision(finding: Finding, verdict: Verdict, reason: str = "", until: str = "", *, batch: int) -> Decision:
    return Decision(
        fingerprint=finding.fingerprint,
        rule=finding.rule,
        path=finding.location.path,
        line=finding.location.line,
        message=finding.message,
        verdict=verdict,
        reason=reason,
        until=until,
        batch=batch,
    )


def splice_between(before: bytes, after: bytes) -> BytesSplice:
    """The smallest replacement that makes the one of the other."""
    shorter = min(len(before), len(after))
    start = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    tail = next((i for i in range(shorter - start) if before[-1 - i] != after[-1 - i]), shorter - start)
    return BytesSplice(start, before[start : len(before) - tail], after[start : len(after) - tail])


def encode(session: Session) -> bytes:
    """The file's bytes: JSON in ASCII, whatever the messages hold; a decision a line."""
    head = [f'  "{name}": {json.dumps(getattr(session, name))},' for name in ("schema", "rule", "position", "filter")]
    decisions = ",\n".join(_line(decision) for decision in session.decisions)
    body = f'  "decisions": [\n{decisions}\n  ]' if decisions else '  "decisions": []'
    return "\n".join(("{", *head, body, "}", "")).encode("ascii")


@lru_cache(maxsize=1 << 14)
def _line(decision: Decision) -> str:
    """Kept, since the file is written anew after each decision, and may hold thousands."""
    known = {name: value for name, value in msgspec.structs.asdict(decision).items() if value not in ("", None)}
    return f"    {json.dumps(msgspec.to_builtins(known))}"


def decode(data: bytes, name: str) -> Session:
    """The session in the file `name`. Raises SessionError."""
    try:
        raw = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SessionError(f"{name}: not JSON: {error}") from None
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if type(schema) is not int:
        raise SessionError(f"{name}: no review session of archlint: it has no `schema`")
    if schema != SCHEMA:
        raise SessionError(f"{name}: its schema is {schema}; this version of archlint reads {SCHEMA}")
    try:
        session = msgspec.convert(raw, Session)
    except msgspec.ValidationError as error:
        raise SessionError(f"{name}: {error}") from None
    twice = _twice(d.fingerprint for d in session.decisions)
    if twice:
        raise SessionError(f"{name}: {twice} is decided twice")
    return session


def _twice(fingerprints: Iterable[str]) -> str:
    return next((mark for mark, count in Counter(fingerprints).items() if count > 1), "")
