"""Bytes to facts, in worker processes, kept by content. Nothing here imports a parser until a file has to be parsed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from archlint.engine.read import Reading
from archlint.facts.deployment import DeploymentFacts
from archlint.facts.sql import SqlFacts, Unparsed
from archlint.facts.syntax import Failure, FileFacts
from archlint.facts.text import decode_text
from archlint.ports import FactStore, Workers
from archlint.project.program import SqlReader

PARSERS = ("archlint.parse.python", "archlint.parse.sql", "archlint.parse.deployment")
"""What workers import at their start."""

_FACTS, _FAILURE, _DIED = b"+", b"-", b"!"
"""First byte of a blob. What a dying worker left is not kept: the next run may have more memory."""

_encoder = msgspec.msgpack.Encoder()
_facts = msgspec.msgpack.Decoder(FileFacts)
_failure = msgspec.msgpack.Decoder(Failure)
_sql = msgspec.msgpack.Decoder(SqlFacts)
_deployment = msgspec.msgpack.Decoder(DeploymentFacts)
P = TypeVar("P")
R = TypeVar("R")
Item = tuple[str, P]
"""A key, and what is to be parsed."""


@dataclass(frozen=True)
class Facts:
    """What the files say. `failures`: why others say nothing; `sql`: decoded texts; `read_sql` reads any SQL text."""

    python: dict[str, FileFacts]
    deployment: dict[str, DeploymentFacts]
    sql: dict[str, str]
    failures: dict[str, Failure]
    read_sql: SqlReader


def extract(reading: Reading, store: FactStore, workers: Workers, fingerprint: str) -> Facts:
    """The facts of every file that was read. `fingerprint` stands for all that they depend on besides the sources."""
    extractor = Extractor(store, workers, fingerprint)
    results = extractor.python(reading.python)
    failures = {path: result for path, result in results.items() if isinstance(result, Failure)}
    sql: dict[str, str] = {}
    for path, data in reading.sql.items():
        try:
            sql[path] = _sql_text(data)
        except UnicodeDecodeError as error:
            failures[path] = Failure("unreadable", f"is no text in UTF-8 or UTF-16: {error.reason}")
    deployment = extractor.deployment(reading.deployment)
    return Facts(
        python={path: result for path, result in results.items() if not isinstance(result, Failure)},
        deployment={path: facts for path, facts in deployment.items() if facts.kind != "other"},
        sql=sql,
        failures=failures,
        read_sql=extractor.sql,
    )


def _sql_text(data: bytes) -> str:
    text = decode_text(data)
    if "\0" in text:
        raise UnicodeDecodeError("utf-8", data, 0, 1, "it holds NUL bytes")
    return text


class Extractor:
    """Reads sources into facts, looking in the store first."""

    def __init__(self, store: FactStore, workers: Workers, fingerprint: str) -> None:
        self._store = store
        self._workers = workers
        self._fingerprint = fingerprint

    def python(self, sources: Mapping[str, bytes]) -> dict[str, FileFacts | Failure]:
        """path → what the file says, or why it says nothing. Files of one content are parsed once."""
        keys = {path: self._key("python", data) for path, data in sources.items()}
        items = {keys[path]: data for path, data in sources.items()}
        results = self._results(items, _parse_python, _python_died, _decode_python)
        return {path: results[key] for path, key in keys.items()}

    def deployment(self, sources: Mapping[str, bytes]) -> dict[str, DeploymentFacts]:
        """path → what the deployment file says; what is no text says nothing."""
        keys = {path: self._key("deployment", path.encode("utf-8", "surrogateescape"), data) for path, data in sources.items()}
        items = {keys[path]: (path, data) for path, data in sources.items()}
        results = self._results(items, _parse_deployment, _deployment_died, lambda blob: _deployment.decode(blob[1:]))
        return {path: results[key] for path, key in keys.items()}

    def sql(self, texts: Sequence[tuple[str, str]]) -> Sequence[SqlFacts]:
        """A reader for `Project`: pairs of text and dialect in, facts in the same order out."""
        keys = {pair: self._key("sql", pair[1].encode(), pair[0].encode("utf-8", "surrogatepass")) for pair in texts}
        items = {key: pair for pair, key in keys.items()}
        results = self._results(items, _parse_sql, _sql_died, lambda blob: _sql.decode(blob[1:]))
        return [results[keys[pair]] for pair in texts]

    def _results(
        self,
        items: Mapping[str, P],
        parse: Callable[[Item[P]], bytes],
        on_death: Callable[[Item[P], str], bytes],
        decode: Callable[[bytes], R],
    ) -> dict[str, R]:
        """key → result: from the store where it is, else parsed, the biggest first, and put there."""
        results: dict[str, R] = {}
        for key, blob in self._store.get_many(sorted(items)).items():
            with suppress(msgspec.DecodeError):  # whatever lies in the store, it must not stop the run
                results[key] = decode(blob)
        missing = sorted((key for key in items if key not in results), key=lambda key: (-_size(items[key]), key))
        made: dict[str, bytes] = {}
        for (key, _), blob in self._workers.map(parse, [(key, items[key]) for key in missing], on_death):
            results[key] = decode(blob)
            if not blob.startswith(_DIED):
                made[key] = blob
        self._store.put_many(made)
        return results

    def _key(self, kind: str, *parts: bytes) -> str:
        digest = hashlib.sha256(f"{kind}\0{self._fingerprint}\0".encode())
        for part in parts:
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
        return digest.hexdigest()


def _size(payload: object) -> int:
    if isinstance(payload, tuple):
        return sum(len(part) for part in payload)
    return len(payload) if isinstance(payload, bytes) else 0


def _decode_python(blob: bytes) -> FileFacts | Failure:
    body = memoryview(blob)[1:]
    return _facts.decode(body) if blob[:1] == _FACTS else _failure.decode(body)


# What runs in the workers. A run with nothing to parse must not load a parser, so each is imported where it is used.


def _parse_python(item: Item[bytes]) -> bytes:
    from archlint.parse.python import extract  # noqa: PLC0415

    result = extract(item[1])
    return (_FAILURE if isinstance(result, Failure) else _FACTS) + _encoder.encode(result)


def _python_died(item: Item[bytes], reason: str) -> bytes:  # noqa: ARG001  the signature is `Workers.map`'s
    return _DIED + _encoder.encode(Failure("bound", reason))


def _parse_deployment(item: Item[tuple[str, bytes]]) -> bytes:
    from archlint.parse.deployment import read  # noqa: PLC0415

    path, data = item[1]
    try:
        text = decode_text(data)
    except UnicodeDecodeError:
        return _FACTS + _encoder.encode(DeploymentFacts("other"))
    return _FACTS + _encoder.encode(read(path, text))


def _deployment_died(item: Item[tuple[str, bytes]], reason: str) -> bytes:  # noqa: ARG001  as above
    return _DIED + _encoder.encode(DeploymentFacts("other"))


def _parse_sql(item: Item[tuple[str, str]]) -> bytes:
    from archlint.parse.sql import read  # noqa: PLC0415

    return _FACTS + _encoder.encode(read(*item[1]))


def _sql_died(item: Item[tuple[str, str]], reason: str) -> bytes:
    text, dialect = item[1]
    return _DIED + _encoder.encode(SqlFacts(dialect, (), (Unparsed(0, len(text), reason),)))
