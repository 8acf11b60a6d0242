"""The words: which identifier names a secret (or another kind of value asked for), and which only looks as if it did.

Identifiers are split at `_`, `-` and capitals.  What a compound names is said by its last words (`password_hash` is a
hash, `token_count` a count), and the words before may say that it is something else (`next_token`, `has_password`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from archlint.project.words import words_of

_NEUTRAL_TAILS = frozenset(
    {"value", "values", "str", "string", "text", "raw", "bytes", "plain", "plaintext", "cleartext", "clear", "again", "repeat"}
    | {"ascii", "confirm", "confirmation", "input", "param", "data", "utf", "old", "new", "encoded", "decoded", "b", "s"}
    | {"norm", "normalized", "normalised", "lower", "lc", "stripped", "trimmed", "clean", "cleaned"}
)
"""Behind the word for a secret these leave it one: `password_str`, `password_confirm`."""

_NEUTRAL_HEADS = frozenset({"new", "old", "this", "the", "my", "our", "raw", "a", "x"})
"""Before a doubtful word these leave it as doubtful as it is alone."""

_NOT_BEFORE = frozenset(
    {
        "fake",
        "faked",
        "dummy",
        "mock",
        "mocked",
        "hash",
        "hashed",
        "hashes",
        "digest",
        "digested",
        "encrypted",
        "crypted",
        "masked",
        "mask",
        "redacted",
        "redact",
    }
    | {"obfuscated", "scrubbed", "sanitized", "sanitised", "hidden", "fingerprint", "has", "have", "is", "are", "was", "can"}
    | {"no", "non", "num", "n", "count", "max", "min", "total", "use", "uses", "used", "require", "requires", "required"}
    | {"need", "needs", "with", "without", "allow", "allowed", "enable", "enabled", "disable", "disabled", "show", "public"}
    | {"should", "must", "did", "does", "supports", "skip", "ignore", "missing", "salt", "csrf", "xsrf", "len", "length"}
    | {"path", "dir", "file", "folder", "sim", "msg", "message", "error", "err", "errors", "messages"}
    | {"name", "type", "field", "unusable", "set", "change", "changed", "forgot", "forgotten", "on", "not", "if", "list"}
)
"""Before the word for a secret these make it something else."""

_NO_PASSWORD_BEFORE = frozenset(
    {"reset", "check", "verify", "validate", "update", "send", "recover", "valid", "invalid", "wrong"}
)

_NO_DATABASE_BEFORE = frozenset({"sentry", "browser", "websocket", "ws", "chrome"})
"""Before an address these say that it is none of a database, and holds no password."""

_NO_PERSON_BEFORE = frozenset(
    {"from", "sender", "reply", "noreply", "support", "default", "service", "smtp", "receipt"}
    | {"group", "team", "list", "calendar", "room", "channel", "organization", "organisation", "org", "company", "department"}
)
"""Before what reaches a person these say that it is the service's own address, that of more than a person, or none
(`data_from_phone`)."""

_OF_PERSONS = frozenset({"email", "phone", "correo", "telefone", "telefono", "celular", "fone"})

_NO_TOKEN_BEFORE = frozenset(
    {"batch", "checkout", "cart", "order", "transaction", "payment"}
    | {"next", "prev", "previous", "page", "paging", "pagination", "continuation", "continue", "cursor", "sync", "stream"}
    | {"position", "start", "end", "stop", "eos", "bos", "pad", "unk", "sep", "special", "output", "prompt", "completion"}
    | {"cancel", "cancellation", "template", "parse", "parser", "lex", "lexer", "current", "first", "last", "left", "right"}
    | {
        "word",
        "op",
        "operator",
        "keyword",
        "fts",
        "search",
        "query",
        "resume",
        "resumption",
        "since",
        "from",
        "to",
        "room",
        "seq",
    }
    | {"fencing", "lease", "idempotency", "worker", "slot", "delivery", "message", "event", "typing", "receipt", "presence"}
    | {"consistency", "snapshot", "checkpoint", "bookmark", "watermark", "version", "revision", "concurrency"}
    | {"replication", "filter", "sort", "partition", "primary", "foreign", "cache", "object", "storage", "index", "shift"}
    | {"captcha", "recaptcha", "hcaptcha", "turnstile"}
    | {"device", "push", "reservation", "fcm", "apns", "design", "color", "theme", "change", "unexpected", "unknown"}
)


_OF_HEADERS = _NEUTRAL_HEADS | frozenset(
    {"http", "https", "proxy", "header", "headers", "request", "req", "x", "client", "user", "api", "web", "rest", "meta"}
    | {"bearer", "basic", "token", "auth", "original", "forwarded", "incoming", "outgoing", "upstream", "get", "given"}
    | {"jwt", "oauth", "cookie", "session", "service", "internal", "app", "admin"}
)
"""Before `authorization` these leave it a header; others say what is allowed (`work_authorization`)."""

_QUERY = re.compile(r"[?&#](\w+)=$")
_SCHEME = re.compile(r"(?i)(?:^|[^\w-])(?:bearer|basic|token|api-?key) $")


def announces(text: str) -> bool:
    """The text ends with what stands before a credential in an authorization header: `Bearer `."""
    return _SCHEME.search(text) is not None


def parameter_before(text: str) -> str | None:
    """The name of a parameter of an address whose value comes next: `token` of `…/verify?token=`."""
    found = _QUERY.search(text)
    return found[1] if found is not None else None


class Naming(Struct, frozen=True):
    """What an identifier names. `certain`: by more than a word that other things are called by as well (`token`);
    `alone`: by one such word and nothing else; `several`: more than one of the kind (`cookies`)."""

    kind: str
    certain: bool
    alone: bool = False
    several: bool = False


class Vocabulary:
    """Terms by kind (`{"password": ["password", "pass phrase"]}`). `doubtful` terms are ones only in part of all uses
    (a single word: when it stands alone); `vague` ones whatever stands before them, unless both are a term; `ignored`
    are identifiers that a team knows to be harmless."""

    def __init__(
        self,
        kinds: Mapping[str, Iterable[str]],
        doubtful: Iterable[str] = (),
        ignored: Iterable[str] = (),
        vague: Iterable[str] = (),
    ) -> None:
        self._terms: list[tuple[tuple[str, ...], str]] = [
            (tuple(term.lower().split()), kind) for kind, terms in kinds.items() for term in terms
        ]
        self._terms.sort(key=lambda term: (-len(term[0]), term[0]))
        self._first_words = frozenset(term[0] for term, _ in self._terms)
        self._doubtful = frozenset(tuple(term.lower().split()) for term in doubtful)
        self._vague = frozenset((word.lower(),) for word in vague)
        self._ignored = frozenset(name.lower() for name in ignored)
        self._known: dict[str, tuple[Naming | None, bool]] = {}

    def names(self, identifier: str) -> Naming | None:
        """What the identifier names, None if nothing that is asked for."""
        return self._look(identifier)[0]

    def holds(self, identifier: str) -> bool:
        """One of the terms is in it, whatever it names."""
        return self._look(identifier)[1]

    def looks_alike(self, identifier: str) -> bool:
        """It holds one of the terms, but names something else."""
        naming, holds = self._look(identifier)
        return holds and naming is None

    def _look(self, identifier: str) -> tuple[Naming | None, bool]:
        known = self._known.get(identifier)
        if known is None:
            known = self._known[identifier] = self._find(identifier)
        return known

    def _find(self, identifier: str) -> tuple[Naming | None, bool]:
        words = words_of(identifier)
        holds = not self._first_words.isdisjoint(words) and any(_at(words, term) >= 0 for term, _ in self._terms)
        if not holds or identifier.lower() in self._ignored or len(words) > 6:
            return None, holds
        if words[0] == "from":
            return None, True  # where it was found, not what it is
        bare = words
        while len(bare) > 1 and bare[-1] in _NEUTRAL_TAILS:
            bare = bare[:-1]
        for core in (words, bare):
            for term, kind in self._terms:
                if _ends_with(core, term):
                    if term in self._vague and "data" in words[len(core) :]:
                        return None, True  # what a token says
                    before = core[: len(core) - len(term)]
                    if _denied(before, term):
                        return None, True
                    doubtful = self._is_doubtful(term, before)
                    several = term[-1].endswith("s") and not term[-1].endswith("ss")
                    return Naming(kind, not doubtful, doubtful and len(term) == 1, several), True
        return None, True

    def _is_doubtful(self, term: tuple[str, ...], before: tuple[str, ...]) -> bool:
        """A single word is one only where it stands alone (`app_secret` tells more than `secret`), a vague one anywhere."""
        return term in self._vague or (term in self._doubtful and (len(term) > 1 or _NEUTRAL_HEADS.issuperset(before)))


def _denied(before: tuple[str, ...], term: tuple[str, ...]) -> bool:
    if not _NOT_BEFORE.isdisjoint(before) or before[-1:] == ("from",):
        return True  # `company_from_jwt`: what was read out of one
    if term[-1].startswith("pass") or term[-1] == "pwd":
        return not _NO_PASSWORD_BEFORE.isdisjoint(before)
    if term[-1] in ("dsn", "url", "uri"):
        return not _NO_DATABASE_BEFORE.isdisjoint(before)
    if not _OF_PERSONS.isdisjoint((term[0], term[-1])):
        return not _NO_PERSON_BEFORE.isdisjoint(before)
    if term == ("authorization",):
        return not _OF_HEADERS.issuperset(before)
    return term[-1] in ("token", "key") and len(term) == 1 and not _NO_TOKEN_BEFORE.isdisjoint(before)


def _ends_with(words: tuple[str, ...], term: tuple[str, ...]) -> bool:
    return words[-len(term) :] == term


def _at(words: tuple[str, ...], term: tuple[str, ...]) -> int:
    return next((i for i in range(len(words) - len(term) + 1) if words[i : i + len(term)] == term), -1)
