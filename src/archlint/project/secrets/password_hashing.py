"""What says in code that a function hashes passwords: its names, and what the digest is compared with or kept under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, Name
from archlint.project.parts import parts_of
from archlint.project.spelling import spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.secrets.digest_uses import DigestUses
    from archlint.project.secrets.digests import Digest
    from archlint.project.secrets.flows import Place, Source
    from archlint.project.secrets.taint import Taint

_PLAIN = frozenset({"generate", "make", "create", "plain", "crypt", "user", "new", "the", "a", "to", "for", "raw"})

_DRAWN = frozenset({"token", "otp", "nonce", "key"})
"""Last words of names of what a program draws itself: `reset_password(token)` compares no password."""


class Hashing(Struct, frozen=True):
    """Words with which code says that it hashes passwords."""

    passwords: frozenset[str]
    verbs: frozenset[str]
    names: frozenset[str]
    setting: frozenset[str]

    def is_named(self, digest: Digest) -> bool:
        """The function, its class or module: `hash_password`, `pwhash`."""
        caller = digest.site.caller
        named = set(words_of(digest.site.module.name.rpartition(".")[2]))
        if not self.names.isdisjoint(named):
            return True
        words = set(words_of(caller.function.qualname)) if caller is not None else set()
        makes = not self.passwords.isdisjoint(words) and not self.verbs.isdisjoint(words)
        return makes or not self.names.isdisjoint(words)

    def given(self, taint: Taint, digest: Digest, at: Place, uses: DigestUses) -> tuple[Source, ...]:
        """What a function takes that is named for nothing but a password: `encrypt_password(text)`; `set_password(raw)` if it
        keeps or compares the digest."""
        caller = digest.site.caller
        if caller is None or digest.data is None:
            return ()
        if any(self._is_kept_for(name) for name in uses.beside(digest.site)):
            return self._parameter(taint, digest, at)
        if not (self._hashes(caller.function.name) or (self._sets(caller.function.name) and uses.is_stored(digest.site))):
            return ()
        body = digest.site.module.body
        given = [p.name for p in caller.function.parameters if p.name not in ("self", "cls")]
        first = next((name for name in given if taint.vocabulary.names(name) is not None), given[0] if given else None)
        if first is not None and not _DRAWN.isdisjoint(words_of(first)[-1:]):
            return ()
        names = [part for part in parts_of(body, digest.data) if isinstance(part, Name) and part.id == first]
        return tuple(taint.source(name, at, "password", Confidence.MEDIUM) for name in names[:1])

    def _is_kept_for(self, name: str) -> bool:
        """`portal_password`, `password_hash`: what a password is compared with, whatever it is called itself."""
        words = words_of(name)
        while len(words) > 1 and not self.verbs.isdisjoint(words[-1:]):
            words = words[:-1]
        return not self.passwords.isdisjoint(words[-1:])

    def _parameter(self, taint: Taint, digest: Digest, at: Place) -> tuple[Source, ...]:
        """What somebody gives the function, or sends."""
        body = digest.site.module.body
        for part in parts_of(body, digest.data):
            if isinstance(part, Name) and part.id not in ("self", "cls") and "salt" not in words_of(part.id):
                source = taint.source(part, at, "password", Confidence.MEDIUM)
                if source.given or source.typed:
                    return (source,)
        return ()

    def _hashes(self, name: str) -> bool:
        words = words_of(name)
        says = words[-1:] and words[-1] in self.passwords and not self.verbs.isdisjoint(words)
        return bool(says) and self.verbs.union(self.passwords, _PLAIN).issuperset(words)

    def _sets(self, name: str) -> bool:
        """`set_password`, `check_password`, and the setter of a property `password`."""
        words = words_of(name)
        return words[-1:] != () and words[-1] in self.passwords and self.setting.union(self.passwords, _PLAIN).issuperset(words)

    def is_salted(self, digest: Digest) -> bool:
        caller, body = digest.site.caller, digest.site.module.body
        named = [p.name for p in caller.function.parameters] if caller is not None else []
        named += [spell(body, part) for part in parts_of(body, digest.data) if isinstance(part, Name | Attribute)]
        return any("salt" in words_of(name) for name in named)
