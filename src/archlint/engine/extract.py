"""Bytes to facts, in worker processes, kept by content. Nothing here imports a parser until a file has to be parsed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from archlint.engine.read import Reading
from archlint.facts.deployment import DeploymentFacts
from archlint.facts.sql import SqlFacts, Unparsed
from archlint.facts.syntax import Failure, FileFacts, shared
from archlint.facts.text import decode_text
from archlint.ports import FactStore, NoProgress, Progress, Workers
from archlint.project.program import SqlReader

_FACTS, _FAILURE, _DIED = b"+", b"-", b"!"
"""First byte of a blob. What a dying worker left is not kept: the next run may have more memory, or time."""
_PATIENCE, _PATIENCE_PER_BYTE = 60.0, 120e-6
"""Seconds of wall time for one file: several times what the densest code takes on a busy machine (2 s for 100 kB)."""
_BATCH, _MOST_BATCH = 256, 2048
"""Results that are put into the store at a time: what an interrupted run has parsed is not lost. Each time twice as many, since
writing costs what it does for each time more than for each result."""

_READ = 1000
"""Results that are taken out of it at a time: their bytes and what they decode to need not be held together."""

_encoder = msgspec.msgpack.Encoder()
_facts = msgspec.msgpack.Decoder(FileFacts, dec_hook=shared)
_failure = msgspec.msgpack.Decoder(Failure)
_sql = msgspec.msgpack.Decoder(SqlFacts)
_deployment = msgspec.msgpack.Decoder(DeploymentFacts)
P = TypeVar("P")
R = TypeVar("R")
Item = tuple[str, P]
"""A key, and what is to be parsed."""


@dataclass
class GivenUp:
    """What was not done in this run for want of time or memory, so that another run may see more. `sql`: texts → why.

    Grows as `Facts.read_sql` is asked."""

    anything: bool = False
    sql: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """What the files say. `failures`: why others say nothing; `sql`: decoded texts; `read_sql` reads any SQL text."""

    python: dict[str, FileFacts]
    deployment: dict[str, DeploymentFacts]
    sql: dict[str, str]
    failures: dict[str, Failure]
    read_sql: SqlReader
    given_up: GivenUp = field(default_factory=GivenUp)


def extract(reading: Reading, store: FactStore, workers: Workers, fingerprint: str, progress: Progress | None = None) -> Facts:
    """The facts of every file that was read. `fingerprint` stands for all that they depend on besides the sources."""
    extractor = Extractor(store, workers, fingerprint, progress or NoProgress())
    results = extractor.python(reading.python)
    failures = {path: result for path, result in results.items() if isinstance(result, Failure)}
    sql: dict[str, str] = {}
    for path, data in reading.sql.items():
        try:
            sql[path] = _sql_text(data)
        except UnicodeDecodeError as error:
            failures[path] = Failure("unreadable", f"is no text in UTF-8 or UTF-16: {error.reason}")
    deployment = extractor.deployment(reading.deployment)
    failures |= {path: result for path, result in deployment.items() if isinstance(result, Failure)}
    return Facts(
        python={path: result for path, result in results.items() if not isinstance(result, Failure)},
        deployment={p: f for p, f in deployment.items() if not isinstance(f, Failure) and f.kind != "other"},
        sql=sql,
        failures=failures,
        read_sql=extractor.sql,
        given_up=extractor.given_up,
    )


def _sql_text(data: bytes) -> str:
    text = decode_text(data)
    if "\0" in text:
        raise UnicodeDecodeError("utf-8", data, 0, 1, "it holds NUL bytes")
    return text


class Extractor:
    """Reads sources into facts, looking in the store first."""

    def __init__(self, store: FactStore, workers: Workers, fingerprint: str, progress: Progress) -> None:
        self._store = store
        self._workers = workers
        self._fingerprint = fingerprint
        self._progress = progress
        self.given_up = GivenUp()

    def python(self, sources: Mapping[str, bytes]) -> dict[str, FileFacts | Failure]:
        """path → what the file says, or why it says nothing. Files of one content are parsed once."""
        keys = {path: self._key("python", data) for path, data in sources.items()}
        items = {keys[path]: data for path, data in sources.items()}
        names = {key: path for path, key in keys.items()}
        results = self._results("Python files", items, names=names, parse=_parse_python, on_death=_died, decode=_decode_python)
        return {path: results[key] for path, key in keys.items()}

    def deployment(self, sources: Mapping[str, bytes]) -> dict[str, DeploymentFacts | Failure]:
        """path → what the deployment file says, or why it was given up; what is no text says nothing."""
        keys = {path: self._key("deployment", path.encode("utf-8", "surrogateescape"), data) for path, data in sources.items()}
        items = {keys[path]: (path, data) for path, data in sources.items()}
        names = {key: path for path, key in keys.items()}
        results = self._results(
            "deployment files", items, names=names, parse=_parse_deployment, on_death=_died, decode=_decode_deployment
        )
        return {path: results[key] for path, key in keys.items()}

    def sql(self, texts: Sequence[tuple[str, str]]) -> Sequence[SqlFacts]:
        """A reader for `Project`: pairs of text and dialect in, facts in the same order out."""
        keys = {pair: self._key("sql", pair[1].encode(), pair[0].encode("utf-8", "surrogatepass")) for pair in texts}
        items = {key: pair for pair, key in keys.items()}
        results = self._results("SQL texts", items, names={}, parse=_parse_sql, on_death=self._sql_died, decode=_decode_sql)
        return [results[keys[pair]] for pair in texts]

    def _sql_died(self, item: Item[tuple[str, str]], reason: str) -> bytes:
        text, dialect = item[1]
        self.given_up.sql[text] = reason
        return _DIED + _encoder.encode(SqlFacts(dialect, (), (Unparsed(0, len(text), reason),)))

    def _results(
        self,
        kind: str,
        items: Mapping[str, P],
        *,
        names: Mapping[str, str],
        parse: Callable[[Item[P]], bytes],
        on_death: Callable[[Item[P], str], bytes],
        decode: Callable[[bytes], R],
    ) -> dict[str, R]:
        """key → result: from the store where it is, else parsed, the biggest first, and put there.

        Decoded in the order of the items, and after all parsing, so that what belongs together lies together: among what
        trees left free, and in the order of sizes, link and check go through it at a tenth more time."""
        results: dict[str, R] = {}
        keys = list(items)
        for start in range(0, len(keys), _READ):
            blobs = self._store.get_many(keys[start : start + _READ])
            for key in keys[start : start + _READ]:
                # Whatever lies in the store, it must not stop the run.
                with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    if key in blobs:
                        results[key] = decode(blobs[key])
        missing = [key for key in keys if key not in results]
        parsed: dict[str, bytes] = {}
        made: dict[str, bytes] = {}
        batch = _BATCH
        by_size = sorted(missing, key=lambda key: (-_size(items[key]), key))
        work = self._workers.map(parse, [(key, items[key]) for key in by_size], on_death, _patience)
        with self._progress.phase(kind, len(missing)), closing(work):
            for (key, _), blob, seconds in work:
                parsed[key] = blob
                if blob.startswith(_DIED):
                    self.given_up.anything = True
                else:
                    made[key] = blob
                if len(made) >= batch:
                    self._store.put_many(made)
                    made, batch = {}, min(batch * 2, _MOST_BATCH)
                self._progress.done(names.get(key, ""), seconds)
        self._store.put_many(made)
        made.clear()
        for key in missing:
            results[key] = decode(parsed.pop(key))
        return results

    def _key(self, kind: str, *parts: bytes) -> str:
        digest = hashlib.sha256(f"{kind}\0{self._fingerprint}\0".encode())
        for part in parts:
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
        return digest.hexdigest()


def _patience(item: Item[P]) -> float:
    return _PATIENCE + _PATIENCE_PER_BYTE * _size(item[1])


def _size(payload: object) -> int:
    if isinstance(payload, tuple):
        return sum(len(part) for part in payload)
    return len(payload) if isinstance(payload, bytes) else 0


def _decode_python(blob: bytes) -> FileFacts | Failure:
    body = memoryview(blob)[1:]
    return _facts.decode(body) if blob[:1] == _FACTS else _failure.decode(body)


def _decode_sql(blob: bytes) -> SqlFacts:
    return _sql.decode(memoryview(blob)[1:])


def _decode_deployment(blob: bytes) -> DeploymentFacts | Failure:
    body = memoryview(blob)[1:]
    return _deployment.decode(body) if blob[:1] == _FACTS else _failure.decode(body)


def _died(item: Item[P], reason: str) -> bytes:  # noqa: ARG001  the signature is `Workers.map`'s
    return _DIED + _encoder.encode(Failure("bound", reason))


# What runs in the workers. A run with nothing to parse must not load a parser, so each is imported where it is used.


def _parse_python(item: Item[bytes]) -> bytes:
    from archlint.parse.python import extract  # noqa: PLC0415

    result = extract(item[1])
    return (_FAILURE if isinstance(result, Failure) else _FACTS) + _encoder.encode(result)


def _parse_deployment(item: Item[tuple[str, bytes]]) -> bytes:
    from archlint.parse.deployment import read  # noqa: PLC0415

    path, data = item[1]
    try:
        text = decode_text(data)
    except UnicodeDecodeError:
        return _FACTS + _encoder.encode(DeploymentFacts("other"))
    return _FACTS + _encoder.encode(read(path, text))


def _parse_sql(item: Item[tuple[str, str]]) -> bytes:
    from archlint.parse.sql import read  # noqa: PLC0415

    return _FACTS + _encoder.encode(read(*item[1]))
