"""The documents under `rules/knowledge/` → `Knowledge`. Every mistake in them is said, none is skipped in silence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

import msgspec
import yaml

from archlint.facts.knowledge import EFFECTS, Library, Operation, TypeInfo
from archlint.ports import FactStore
from archlint.project.knowledge import Knowledge
from archlint.project.types.notation import parse_notation

_ARGUMENT = re.compile(r"\d+(:\w+)?|:\w+|\*{1,2}|self")
_LIMITS = ("none", "client", "setting", "unknown")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class KnowledgeError(Exception):
    """Documents that cannot be used; `problems` says each mistake with its document."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_knowledge(documents: Mapping[str, str | bytes]) -> Knowledge:
    """Join documents (name → YAML text). Raises KnowledgeError with all problems of all documents."""
    libraries, problems = read_libraries(documents)
    if problems:
        raise KnowledgeError(tuple(problems))
    return Knowledge(libraries)


def kept_knowledge(documents: Mapping[str, str | bytes], store: FactStore, key: str) -> Knowledge:
    """The same but for its examples, from what an earlier run kept in the store: reading YAML costs ten times as much.

    `key` changes with the documents and with what reads them."""
    kept = store.get_many([key]).get(key)
    if kept is not None:
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Knowledge(*msgspec.msgpack.decode(kept, type=tuple[tuple[Library, ...], dict[str, tuple[str, ...]]]))
    known = load_knowledge(documents)
    plain = [msgspec.structs.replace(library, examples=()) for library in known.libraries]
    store.put_many({key: msgspec.msgpack.encode((plain, known.lazy_ways))})
    return known


def read_libraries(documents: Mapping[str, str | bytes]) -> tuple[list[Library], list[str]]:
    """(the documents that are right, a line for each mistake)."""
    libraries: list[Library] = []
    problems: list[str] = []
    owners: dict[str, str] = {}
    for name, text in sorted(documents.items()):
        try:
            library = msgspec.convert(yaml.load(text, Loader=_LOADER), Library)  # noqa: S506 - a safe loader
        except yaml.YAMLError as error:
            problems.append(f"{name}: not YAML: {' '.join(str(error).split())}")
            continue
        except msgspec.ValidationError as error:
            problems.append(f"{name}: {error}")
            continue
        found = [f"{name}: {problem}" for problem in _mistakes(library)]
        for dotted in (*library.types, *library.functions, *library.values):
            if owners.setdefault(dotted, name) != name:
                found.append(f"{name}: `{dotted}` is also in {owners[dotted]}")
        problems += found
        if not found:
            libraries.append(library)
    return libraries, problems


def _mistakes(library: Library) -> Iterator[str]:
    for path, meant in library.aliases.items():
        if path.endswith(".*") != meant.endswith(".*"):
            yield f"alias `{path}`: a prefix goes with a prefix"
    for dotted, info in library.types.items():
        yield from (f"{dotted}: {problem}" for problem in _type_mistakes(info))
    for dotted, operation in library.functions.items():
        yield from (f"{dotted}: {problem}" for problem in _operation_mistakes(operation))
    yield from _notation_mistakes(library.values.values())


def _type_mistakes(info: TypeInfo) -> Iterator[str]:
    notations = [*info.bases, *info.attributes.values(), info.context, info.item, info.gives]
    notations += [given for handed in info.hands.values() for given in handed]
    yield from _notation_mistakes(notations)
    yield from _effect_mistakes((info.lazy.effect,) if info.lazy is not None else ())
    for name in info.chain:
        if name in info.methods:
            yield f"`{name}` is both in chain and in methods"
    operations = {**info.methods, "call": info.call, "construct": info.construct}
    for name, operation in operations.items():
        if operation is not None:
            yield from (f"{name}: {problem}" for problem in _operation_mistakes(operation))


def _operation_mistakes(operation: Operation) -> Iterator[str]:
    given = (other.returns for other in operation.returns_where)
    yield from _notation_mistakes((operation.returns, operation.context, operation.decorates, *given))
    yield from _effect_mistakes(operation.effect)
    arguments = [
        operation.by_statement,
        operation.sql,
        operation.model,
        operation.many,
        operation.expires,
        *(other.argument for other in operation.returns_where),
        *operation.per_item,
        *operation.once,
        *operation.deferred,
        *operation.threaded,
    ]
    for name, limit in (("timeout", operation.timeout), ("retries", operation.retries), ("pool", operation.pool)):
        if limit is not None:
            arguments += limit.given
            if isinstance(limit.default, str) and limit.default not in _LIMITS:
                yield f"{name}: `{limit.default}` is no default (write a number, {', '.join(_LIMITS)})"
    if operation.cache is not None:
        arguments += [operation.cache.key, operation.cache.value, *operation.cache.ttl, *operation.cache.keeps]
    for argument in arguments:
        if argument is not None and not _ARGUMENT.fullmatch(argument):
            yield f"`{argument}` names no argument (write `0:name`, `1`, `:name`, `*`, `**` or `self`)"


def _effect_mistakes(effects: Iterable[str]) -> Iterator[str]:
    for effect in effects:
        if effect not in EFFECTS:
            near = difflib.get_close_matches(effect, sorted(EFFECTS), 1)
            yield f"`{effect}` is no effect" + (f" (did you mean `{near[0]}`?)" if near else "")


def _notation_mistakes(notations: Iterable[str | None]) -> Iterator[str]:
    for text in notations:
        if text is None:
            continue
        try:
            parse_notation(text)
        except ValueError as error:
            yield str(error)
