"""Bytes to facts, in worker processes, kept by content. Nothing here imports a parser until a file has to be parsed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from archlint.engine.read import Reading
from archlint.facts.deployment import DeploymentFacts
from archlint.facts.sql import SqlFacts
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
        """path → what the file says, or why it says nothing."""
        keys = {path: self._key("python", data) for path, data in sources.items()}
        contents = {keys[path]: data for path, data in sources.items()}
        blobs = self._blobs(contents)
        return {path: _decode_python(blobs[key]) for path, key in keys.items()}

    def _blobs(self, contents: Mapping[str, bytes]) -> dict[str, bytes]:
        blobs = self._store.get_many(sorted(contents))
        missing = sorted((key for key in contents if key not in blobs), key=lambda key: (-len(contents[key]), key))
        made: dict[str, bytes] = {}
        items = [(key, contents[key]) for key in missing]
        for (key, _), blob in self._workers.map(_parse_python, items, _died):
            made[key] = blob
        self._store.put_many({key: blob for key, blob in made.items() if not blob.startswith(_DIED)})
        return {**blobs, **made}

    def deployment(self, sources: Mapping[str, bytes]) -> dict[str, DeploymentFacts]:
        """path → what the deployment file says; what is no text says nothing."""
        found: dict[str, DeploymentFacts] = {}
        keys = {path: self._key("deployment", path.encode("utf-8", "surrogateescape"), data) for path, data in sources.items()}
        blobs = self._store.get_many(sorted(keys.values()))
        made: dict[str, bytes] = {}
        for path, key in keys.items():
            if key not in blobs:
                made[key] = _parse_deployment((path, sources[path]))
            found[path] = _deployment.decode(blobs.get(key) or made[key])
        self._store.put_many(made)
        return found

    def sql(self, texts: Sequence[tuple[str, str]]) -> Sequence[SqlFacts]:
        """A reader for `Project`: pairs of text and dialect in, facts in the same order out."""
        keys = {pair: self._key("sql", pair[1].encode(), pair[0].encode("utf-8", "surrogatepass")) for pair in texts}
        blobs = self._store.get_many(sorted(keys.values()))
        missing = sorted((pair for pair, key in keys.items() if key not in blobs), key=lambda pair: (-len(pair[0]), pair))
        made: dict[str, bytes] = {}
        for pair, blob in self._workers.map(_parse_sql, missing, _sql_died):
            made[keys[pair]] = blob
        self._store.put_many(made)
        blobs = {**blobs, **made}
        return [_sql.decode(blobs[keys[pair]]) for pair in texts]

    def _key(self, kind: str, *parts: bytes) -> str:
        digest = hashlib.sha256(f"{kind}\0{self._fingerprint}\0".encode())
        for part in parts:
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
        return digest.hexdigest()


def _decode_python(blob: bytes) -> FileFacts | Failure:
    body = memoryview(blob)[1:]
    return _facts.decode(body) if blob[:1] == _FACTS else _failure.decode(body)


def _parse_python(item: tuple[str, bytes]) -> bytes:
    from archlint.parse.python import extract  # noqa: PLC0415  a run with nothing to parse must not load the parser

    result = extract(item[1])
    return (_FAILURE if isinstance(result, Failure) else _FACTS) + _encoder.encode(result)


def _died(item: tuple[str, bytes], reason: str) -> bytes:  # noqa: ARG001  the signature is `Workers.map`'s
    return _DIED + _encoder.encode(Failure("bound", reason))


def _parse_sql(pair: tuple[str, str]) -> bytes:
    from archlint.parse.sql import read  # noqa: PLC0415  as above

    return _encoder.encode(read(pair[0], pair[1]))


def _sql_died(pair: tuple[str, str], reason: str) -> bytes:
    from archlint.facts.sql import Unparsed  # noqa: PLC0415  rare

    text, dialect = pair
    return _encoder.encode(SqlFacts(dialect, (), (Unparsed(0, len(text), reason),)))


def _parse_deployment(item: tuple[str, bytes]) -> bytes:
    from archlint.parse.deployment import read  # noqa: PLC0415  as above

    path, data = item
    try:
        text = decode_text(data)
    except UnicodeDecodeError:
        return _encoder.encode(DeploymentFacts("other"))
    return _encoder.encode(read(path, text))
