"""SEC003: MD5 or SHA-1 makes a signature or a token."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from archlint.checks.api import Confidence, Hit, Project, Proof, Step
from archlint.project.credentials import Vocabulary, compounds_of, words_of
from archlint.project.digest_tokens import token_of
from archlint.project.digest_uses import DigestUses
from archlint.project.digests import Digest, Digests
from archlint.project.flows import Habits, Place
from archlint.project.results import Results
from archlint.project.spelling import shorten, spell
from archlint.project.stretched import Stretching
from archlint.project.taint import Taint

_NAMING = frozenset({"id", "name", "path", "filename", "file", "color", "colour"})
"""What a digest makes of a secret under such a name tells things apart, and is trusted by nobody."""
_TELLING = 6
"""Words of so many letters are looked for inside of others (`yubikeytoken`)."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    secrets: tuple[str, ...]
    ignore_names: tuple[str, ...]
    protocol_words: tuple[str, ...]
    harmless_words: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    digests = Digests(project)
    results = Results(project)
    stretching = Stretching(project, digests)
    uses = DigestUses(project)
    taint = Taint(project, Vocabulary({"secret": params.secrets}, (), params.ignore_names), Habits())
    outside, harmless = frozenset(params.protocol_words), frozenset(params.harmless_words)
    for digest in digests.all:
        if digest.strength == "password":
            continue
        if digest.strength != "broken":
            if digest.keyed:
                yield Proof(digest.site.site, f"signs with {digest.algorithm}")
        elif not (digest.exempt or stretching.holds(digest)) and not _is_asked_for(digest, outside):
            for hit in _hits(taint, digest, harmless | _NAMING, results):
                # what is sent along and verified by nobody here is signed as the other side asks
                yield replace(hit, confidence=Confidence.LOW) if uses.only_handed_on(digest.site) else hit


def _is_asked_for(digest: Digest, protocols: frozenset[str]) -> bool:
    named = _named_around(digest)
    if not protocols.isdisjoint(named):
        return True
    return any(protocol in name for protocol in protocols if len(protocol) >= _TELLING for name in named)


def _hits(taint: Taint, digest: Digest, harmless: frozenset[str], results: Results) -> Iterator[Hit]:
    site = digest.site
    words = {"call": shorten(spell(site.module.body, site.call.callee)), "algorithm": digest.algorithm}
    if digest.keyed:
        chosen = (Step(digest.place, f"chooses {digest.algorithm}"), Step(site.site, "signs with it"))
        yield Hit(digest.place, words, message="keyed", path=chosen if digest.place != site.site else ())
        return
    flow = taint.flow(digest.data, Place(site.module, site.call.context))
    token = token_of(site) if not flow.sources and digest.data is not None else None
    if token is not None:
        yield Hit(site.site, {**words, "value": token}, message="token", confidence=Confidence.MEDIUM)
        return
    if not flow.sources or not (harmless - _NAMING).isdisjoint(_own_names(digest)):
        return
    if any(name and not harmless.isdisjoint(words_of(name)[-1:]) for name in results.named(digest.site)):
        return
    best = max(flow.sources, key=lambda source: source.confidence)
    path = (*best.steps, Step(site.site, f"digested by {digest.algorithm} here"))
    yield Hit(site.site, {**words, "value": best.label}, path=path, confidence=min(best.confidence, Confidence.HIGH))


def _named_around(digest: Digest) -> list[str]:
    """Words in the names of module, class, function, parameters, and in what the call is given."""
    module, caller = digest.site.module, digest.site.caller
    compounds = compounds_of(module.name) + (compounds_of(caller.function.qualname) if caller is not None else ())
    return [*words_of(module.name), *compounds, *_own_names(digest)]


def _own_names(digest: Digest) -> list[str]:
    caller = digest.site.caller
    named: list[str] = []
    if caller is not None:
        named += words_of(caller.function.qualname)
        named += (word for parameter in caller.function.parameters for word in words_of(parameter.name))
    for argument in digest.site.call.arguments:
        named += words_of(spell(digest.site.module.body, argument.value))
    return named
