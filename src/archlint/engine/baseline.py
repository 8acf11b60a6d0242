"""The baseline: the old findings of a project by file, in a file of it that people read, review and merge.

    {
      "schema": 1,
      "files": {
        "shop/orders.py": [
          {"rule": "SQL001", "fingerprint": "…", "count": 2, "symbol": "rows", "subject": "code:…", "message": "…"}
        ]
      },
      "increases": [
        {"rule": "SQL001", "by": 1, "why": "…", "date": "2026-01-15"}
      ]
    }

Sorted, an entry a line, no line numbers: code that moves changes nothing in it.  `increases` is the log of what was
added after the file was made, and why.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from archlint.facts.baseline import Baseline, Entry, Increase, Number, Text
from archlint.facts.findings import Finding

SCHEMA = 1
_LONGEST_MESSAGE = 200
_RUN = "RUN"
"""The family of rules about the run itself, which nothing accepts."""
_CONFLICT = re.compile(r"^(?:<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)(?: |\r?$)", re.M)
# What a terminal or a reviewer would be steered by: C1 controls, bidirectional marks, separators, lone surrogates.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class BaselineError(Exception):
    """A baseline that cannot be used, or a change of it that is refused."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class _Listed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rule: Text
    fingerprint: Text
    count: Number
    symbol: str
    subject: str
    message: str


class _Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema: int
    files: dict[Text, list[_Listed]]
    increases: list[Increase] = []


def can_be_listed(rule: str) -> bool:
    """Whether findings of the rule may stand in a baseline: what a run says of itself may not."""
    return not rule.startswith(_RUN)


def entry_of(finding: Finding) -> Entry:
    """The entry that lists this finding and no other."""
    message = finding.message
    return Entry(
        path=finding.location.path,
        rule=finding.rule,
        symbol=finding.symbol,
        subject=finding.subject,
        fingerprint=finding.fingerprint.partition(":")[0],
        count=1,
        message=message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 1] + "…",
    )


def encode(baseline: Baseline) -> bytes:
    """The file's bytes: equal baselines give equal ones."""
    by_path: dict[str, list[str]] = {}
    for entry in sorted(baseline.entries):
        listed = {name: getattr(entry, name) for name in _Listed.__struct_fields__}
        by_path.setdefault(entry.path, []).append(_json(listed))
    files = [f"    {_json(path)}: [\n{_lines(listed, 6)}\n    ]" for path, listed in by_path.items()]
    log = [_json({name: getattr(i, name) for name in ("rule", "by", "why", "date")}) for i in sorted(baseline.increases)]
    body = ",\n".join(files)
    lines = [
        "{",
        f'  "schema": {SCHEMA},',
        f'  "files": {{\n{body}\n  }},' if files else '  "files": {},',
        f'  "increases": [\n{_lines(log, 4)}\n  ]' if log else '  "increases": []',
        "}",
    ]
    return ("\n".join(lines) + "\n").encode()


def _lines(items: list[str], indent: int) -> str:
    return ",\n".join(" " * indent + item for item in items)


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def decode(data: bytes, name: str) -> Baseline:
    """The baseline in the file `name`. Raises BaselineError, with the line where there is one."""
    text = _text(data, name)
    try:
        raw = json.loads(text, object_pairs_hook=_without_doubles)
    except json.JSONDecodeError as error:
        raise BaselineError([f"{name}:{error.lineno}: not JSON: {error.msg}"]) from None
    except (ValueError, RecursionError) as error:
        raise BaselineError([f"{name}: {error}"]) from None
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if type(schema) is not int:
        raise BaselineError([f"{name}: no baseline of archlint: it has no `schema`"])
    if schema != SCHEMA:
        raise BaselineError([f"{name}: its schema is {schema}; this version of archlint reads {SCHEMA}"])
    try:
        document = msgspec.convert(raw, _Document)
    except msgspec.ValidationError as error:
        raise BaselineError([f"{name}: {error}"]) from None
    return _checked(document, name)


def _text(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BaselineError([f"{name}: not UTF-8"]) from None
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        line = text.count("\n", 0, conflict.start()) + 1
        raise BaselineError([f"{name}:{line}: a merge conflict; keep the lines of both sides, then `archlint baseline prune`"])
    return text


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"`{twice}` stands twice in one object")
    return found


def _checked(document: _Document, name: str) -> Baseline:
    entries = [Entry(path=path, **msgspec.structs.asdict(e)) for path, listed in document.files.items() for e in listed]
    counts = Counter((entry.path, entry.rule, entry.fingerprint) for entry in entries)
    problems = [f"{name}: `{path}`: {rule} {mark} is listed twice" for (path, rule, mark), n in counts.items() if n > 1]
    refused = sorted({entry.rule for entry in entries if not can_be_listed(entry.rule)})
    problems += [f"{name}: {rule} cannot be baselined: it is about the run itself" for rule in refused]
    if problems:
        raise BaselineError(problems)
    return Baseline(entries=tuple(sorted(entries)), increases=tuple(sorted(document.increases)))


def offset(text: str, entry: Entry) -> tuple[int, int]:
    """Where the file's text lists an entry: the characters of its fingerprint; its beginning where it is not found."""
    mark = json.dumps(entry.fingerprint)
    at = text.find(mark, max(text.find(f"{_json(entry.path)}: ["), 0))
    at = at if at >= 0 else text.find(mark)
    return (at, at + len(mark)) if at >= 0 else (0, 0)
