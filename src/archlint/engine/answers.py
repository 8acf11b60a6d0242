"""The answers that a project keeps, as they stand today: read, and compared with the files that they watch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.checklist.answers import FILE, MAX_WATCHED, AnswersError, Entry, Given, lapse_of
from archlint.engine.discover import MAX_BYTES, Inventory
from archlint.engine.ignores import Patterns
from archlint.engine.read import Reading
from archlint.facts.findings import Report
from archlint.ports import Files

if TYPE_CHECKING:
    from archlint.checklist.items import Checklist

_OWN = frozenset({FILE, "archlint-baseline.json", "archlint-review.json"})
"""What archlint writes itself is nothing to watch: each answer would make the last one stale."""
_DIGEST = 32


def entries(files: Files, inventory: Inventory) -> dict[str, Entry]:
    """The answers in the project's root, none where there is no file. Raises AnswersError for one that cannot be taken."""
    if FILE not in inventory.others:
        return {}
    from archlint.checklist.answers_file import read_answers  # noqa: PLC0415  most projects have none, and it needs YAML

    try:
        if _is_large(files, FILE):
            raise AnswersError([f"{FILE}: too large"])
        return read_answers(files.read(FILE))
    except OSError as error:
        raise AnswersError([f"{FILE}: cannot be read: {error.strerror or type(error).__name__}"]) from None


def _is_large(files: Files, path: str) -> bool:
    """Too large to be read. Raises OSError."""
    return files.size(path) > MAX_BYTES


def given_answers(files: Files, inventory: Inventory, reading: Reading, today: str) -> dict[str, Given]:
    """Every answer by item id, with what keeps it from counting today. Raises AnswersError as `entries`.

    Asked in every run, also where the report is a kept one: that holds nothing of answers, so none can be out of date.
    """
    found = entries(files, inventory)
    return stand(found, Watched(files, inventory, reading), today)


def answered(report: Report, checklist: Checklist, given: Mapping[str, Given]) -> Report:
    """The report with the answers taken in."""
    from archlint.checklist.answered import stray_answers, with_answers  # noqa: PLC0415  as above

    return replace(
        report,
        checklist=with_answers(checklist, report.checklist, given),
        stray_answers=stray_answers(checklist, given),
    )


def stand(found: Mapping[str, Entry], watched: Watched, today: str) -> dict[str, Given]:
    """The answers by item id, each with what keeps it from counting today."""
    return {
        item: lapse_of(entry, today, watched.by(entry.answer.watch) if not entry.problems else None)
        for item, entry in sorted(found.items())
    }


class Watched:
    """The files of a project that patterns match, and digests of their content; each file is read once."""

    def __init__(self, files: Files, inventory: Inventory, reading: Reading) -> None:
        self._files = files
        self._inventory = inventory
        self._read: Mapping[str, bytes] = reading.sources
        self._digests: dict[str, str] = {}
        everything = (inventory.python, inventory.sql, inventory.deployment, inventory.others)
        self._paths = sorted(path for paths in everything for path in paths if path not in _OWN)

    def by(self, patterns: Sequence[str]) -> dict[str, str]:
        """Path → digest of every file that one of the patterns matches (as in a .gitignore of the root), by path; no more
        than one beyond `MAX_WATCHED`.  Files that a .gitignore leaves out differ between checkouts, and are left out."""
        spec = Patterns(patterns)
        matched = [path for path in self._paths if spec.verdict(path) and not self._inventory.ignored(path)]
        return {path: self._digest(path) for path in matched[: MAX_WATCHED + 1]}

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            self._digests[path] = hashlib.sha256(self._content(path)).hexdigest()[:_DIGEST]
        return self._digests[path]

    def _content(self, path: str) -> bytes:
        """With `\\n` as line ends: a checkout on another system is no change. Of what is too large or unreadable, nothing."""
        data = self._read.get(path)
        if data is None:
            try:
                data = b"" if _is_large(self._files, path) else self._files.read(path)
            except OSError:
                data = b""
        return data.replace(b"\r\n", b"\n")
