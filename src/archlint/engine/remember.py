"""The report of a run, kept under everything that it depends on: a run in which nothing changed only looks it up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from archlint.checklist.answers import FILE as ANSWERS_FILE
from archlint.engine.discover import Inventory
from archlint.engine.read import Reading
from archlint.engine.scopes import Scopes
from archlint.facts.findings import Report
from archlint.ports import FactStore

if TYPE_CHECKING:
    from archlint.engine.settle import Settled


class Kept(Struct, frozen=True, array_like=True):
    """A report, and what it holds for: the days (ISO, both included) between which no suppression starts or ends to count,
    and the digests of the files besides the sources whose text it shows, such as the configuration."""

    first_day: str
    last_day: str
    others: dict[str, bytes]
    report: Report


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Kept)
_FOREVER = "9999-12-31"


def report_key(
    program: str,
    scopes: Scopes,
    inventory: Inventory,
    reading: Reading,
    *,
    baseline: bytes | None,
) -> str:
    """The key of a report: our own code and rules, the configuration, every source's bytes, all else that was seen, and the
    baseline's bytes. The answers' file is left out: a kept report holds none."""
    digest = hashlib.sha256()
    seen = [
        [path for path in sorted(inventory.others) if path != ANSWERS_FILE],
        sorted(inventory.skipped.items()),
        sorted({**inventory.problems, **reading.problems}.items()),
        sorted(inventory.too_big.items()),
    ]
    listed = b"-" if baseline is None else b"+" + baseline
    for part in (program, msgspec.json.encode(scopes.settings), listed, repr(seen)):
        data = part.encode("utf-8", "backslashreplace") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    for path, data in sorted(reading.sources.items()):
        digest.update(path.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(data).digest())
    return digest.hexdigest()


def remembered(store: FactStore, key: str, today: str, data: Callable[[str], bytes], make: Callable[[], Settled]) -> Report:
    """The report kept under `key`, if it still holds today; else what `make` gives. `data`: a file's bytes, or none."""
    blob = store.get_many([key]).get(key)
    kept = _read(blob) if blob is not None else None
    if kept is not None and kept.first_day <= today <= kept.last_day and _shows(kept, data):
        return kept.report
    settled = make()
    if settled.lasting:
        last_day = min((day for day in settled.expiries if day >= today), default=_FOREVER)
        others = {path: _digest(found) for path, found in sorted(settled.others.items())}
        store.put_many({key: _encoder.encode(Kept(today, last_day, others, settled.report))})
    return settled.report


def _shows(kept: Kept, data: Callable[[str], bytes]) -> bool:
    """Are the files whose text the report shows still as they were?"""
    return all(_digest(data(path)) == digest for path, digest in kept.others.items())


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _read(blob: bytes) -> Kept | None:
    try:
        return _decoder.decode(blob)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # whatever lies in the store, it must not stop the run
        return None
