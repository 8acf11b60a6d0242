"""How the routes that tell of health are called: by their paths, and by what stands beside the path."""

from __future__ import annotations

import re

from msgspec import Struct

_TELLING = 6
"""A word of so many letters says health inside a longer name, too: `service_health`, `worker-health`; `up` does not."""
_VERSION = re.compile(r"\{(api_?)?v(er|ersion)?\}")
_ROLE = re.compile(r"(get|head)?(view|viewset|resource|handler|endpoint|controller|api|route)$")

_OWN = re.compile(
    r"(api|rest|v\d+|public|private|internal|admin|system|server|service|services|app|core|main|common|base|root|manage|management"
    r"|monitor|monitoring|meta|info|ops|site|web|backend|probes?|checks?|worker|workers|cluster|node)"
)
"""Segments that mean the program itself, or nothing."""


class HealthWords(Struct, frozen=True):
    """How health routes are called. `clear`: last segments that mean health wherever they stand behind fixed segments;
    `short`: words of other meanings too, which mean it only in a short path; `ready`: those of readiness."""

    clear: frozenset[str]
    short: frozenset[str]
    ready: frozenset[str]

    def is_health(self, path: str) -> bool:
        return _is_named(path, self.clear | self.ready, self.short)

    def is_clear(self, path: str) -> bool:
        """Does the path say it by a word that means nothing else?"""
        return _is_named(path, self.clear | self.ready, frozenset())

    def is_readiness(self, path: str) -> bool:
        return _is_named(path, self.ready, frozenset())

    def is_label(self, name: str) -> bool:
        """Does the name of a handler, a tag or a route's own name say it: `health_check`, `HealthCheckView`?"""
        word = _word(name)
        return any(len(w) >= _TELLING and w in self.clear | self.ready for w in (word, _ROLE.sub("", word)))


def is_below_resource(path: str) -> bool:
    """Does the last segment stand below one that may name what people work with: `/orders/status`, not `/api/v1/status`?"""
    above = [part for part in path.split("/") if part][:-1]
    return bool(above) and "{" not in above[-1] and not _OWN.fullmatch(_word(above[-1]))


def _is_named(path: str, clear: frozenset[str], short: frozenset[str]) -> bool:
    segments = [part for part in path.split("/") if part]
    fixed = segments[1:] if segments[:1] == ["{}"] else segments
    words = [_word(part) for part in fixed]
    for place, word in enumerate(words):
        if any("{" in part and not _VERSION.fullmatch(part) for part in fixed[:place]):
            return False  # below one entity: `/orders/{id}/status`
        if (word in clear or _ends_in(fixed[place], clear)) and place >= len(words) - 2:
            return True
        if place == len(words) - 1 and len(words) <= 4 and (word in short or "".join(words[-2:]) in short):
            return True
    return False


def _ends_in(segment: str, words: frozenset[str]) -> bool:
    """Is the last part of a segment, or the last two of them, a telling word?"""
    parts = [part for part in re.split(r"[-_.]", segment.lower()) if part]
    return any("".join(parts[-n:]) in words and len("".join(parts[-n:])) >= _TELLING for n in (1, 2) if len(parts) > n)


def _word(segment: str) -> str:
    return re.sub(r"[^a-z0-9{}]", "", re.sub(r"\.(json|txt|html|xml)$", "", segment.lower()))
