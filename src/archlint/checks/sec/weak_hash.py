"""SEC003: MD5 or SHA-1 makes a signature or a token."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Attribute, Expr, Name, Statement, String
from archlint.project.model import CallSite, Type
from archlint.project.names.origins import Origin, Origins
from archlint.project.names.results import Results
from archlint.project.parts import names_in, parts_of
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.digest_tokens import token_of
from archlint.project.secrets.digest_uses import DigestUses
from archlint.project.secrets.digests import Digest, Digests
from archlint.project.secrets.flows import Habits, Place, Source
from archlint.project.secrets.stretched import Stretching
from archlint.project.secrets.taint import Taint
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.words import compounds_of, words_of

_NAMING = frozenset({"id", "uid", "name", "path", "filename", "file", "color", "colour"})
"""What a digest makes of a secret under such a name tells things apart, and is trusted by nobody."""
_BODIES = frozenset({"body", "payload", "get_data", "raw_body", "raw_data", "read", "text"})
"""Whoever calls a hook signs the whole body of the request, and chooses with what."""
_PASSWORDS = frozenset({"password", "passwords", "passwd", "pwd", "pw", "passphrase"})
_SIGNATURES = frozenset({"sign", "signature", "signed", "mac"})
_KEYS = (("key",), ("signing", "key"), ("sign", "key"), ("my", "key"), ("own", "key"))
"""What these name is a secret in a function that signs."""
_APPS = frozenset({"app", "current_app", "application"})
_MASKING = (["hash"], ["mask"], ["anonymize"], ["anonymise"], ["pseudonymize"], ["pseudonymise"])
"""First words of functions that hide a name behind a digest, which nobody trusts if nobody compares it."""
_KEYS_OF_APPS = frozenset({"secret_key", "secret_keys"})
"""With these an application signs for itself: `current_app.secret_key`."""
_REQUESTS = frozenset({"request", "req"})
_OUTSIDE = re.compile(r"https://(?!localhost|127\.)[\w-]+(\.[\w-]+)+")
_DESCENTS = 3
_TELLING = 6
"""Words of so many letters are looked for inside of others (`yubikeytoken`)."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    secrets: tuple[str, ...]
    ignore_names: tuple[str, ...]
    protocol_words: tuple[str, ...]
    harmless_words: tuple[str, ...]
    own_keys: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    digests = project.digests
    results = Results(project)
    stretching = Stretching(project, digests)
    trust = _Trust(project, digests, frozenset(params.own_keys))
    taint = Taint(project, Vocabulary({"secret": params.secrets}, (), params.ignore_names), Habits())
    outside, harmless = frozenset(params.protocol_words), frozenset(params.harmless_words)
    for digest in digests.all:
        if digest.strength == "password":
            continue
        if digest.strength != "broken":
            if digest.keyed:
                yield Proof(digest.site.site, f"signs with {digest.algorithm}")
        elif not (
            digest.exempt
            or stretching.holds(digest)
            or _is_asked_for(project, digest, outside)
            or _is_of_passwords(project, digest)
            or _makes_key(digests, results, digest)
        ):
            for hit in _hits(taint, digest, harmless | _NAMING, results):
                yield trust.judged(hit, digest)


class _Trust:
    """What shows that this project trusts a digest, and nobody else asked for it."""

    def __init__(self, project: Project, digests: Digests, own_keys: frozenset[str]) -> None:
        self._project = project
        self._uses = DigestUses(project)
        self._origins = Origins(project)
        self._own_keys = own_keys
        broken = (digest for digest in digests.all if digest.strength == "broken")
        self._verifying = {(d.site.module.path, d.algorithm) for d in broken if self._is_verified(d)}

    def judged(self, hit: Hit, digest: Digest) -> Hit:
        """As sure as it is where the project verifies it, itself or one that the same module makes; less where its own
        key makes it; a note where it may be what the other side asks for."""
        own = self._is_own(digest)
        hooked = digest.keyed and not own and self._signs_request(digest)
        if not (own or hooked) and hit.message != "token" and self._speaks_outside(digest):
            return replace(hit, message="asked", confidence=Confidence.LOW)
        if not hooked and (hit.message == "token" or (digest.site.module.path, digest.algorithm) in self._verifying):
            return hit
        if own and _function_words(digest)[:1] not in _MASKING:
            return replace(hit, confidence=min(hit.confidence, Confidence.MEDIUM))
        message = "hook" if hooked else "unverified_keyed" if hit.message == "keyed" else "unverified"
        return replace(hit, message=message, confidence=Confidence.LOW)

    def _speaks_outside(self, digest: Digest) -> bool:
        """The module names the address of somebody else's API as a constant of its own: with that the signature is agreed."""
        module = digest.site.module
        given = [s.value for s in module.body.statements if s.kind in ("assign", "annotate") and _is_of_module(module, s)]
        return any(isinstance(value, String) and _OUTSIDE.match(value.value) for value in given)

    def _signs_request(self, digest: Digest) -> bool:
        """What it is made of is the whole body of a request, read here or by who calls the function."""
        site = digest.site
        return any(self._is_body(site.module, a.value, site.call.context, _DESCENTS) for a in site.call.arguments)

    def _is_body(self, module: Module, expr: Expr, context: int, depth: int) -> bool:
        for part in parts_of(module.body, expr):
            if isinstance(part, Attribute) and part.attr in _BODIES and last_name(module.body, part.base) in _REQUESTS:
                return True
            if depth == 0 or not isinstance(part, Name):
                continue
            for origin in self._origins.of(module, part, context):
                given = [origin] if isinstance(origin, Origin) else self._origins.given_anywhere(origin)
                if any(self._is_body(o.module, o.expr, o.context, depth - 1) for o in given):
                    return True
        return False

    def _is_verified(self, digest: Digest) -> bool:
        """Signers check what they have signed; of other digests the result must be compared here."""
        made = (Type(target.name.removesuffix(".__init__")) for target in digest.site.targets)
        return any(self._project.types.role(type_) == "signer" for type_ in made) or self._uses.is_verified(digest.site)

    def _is_own(self, digest: Digest) -> bool:
        """The key is the one with which this service signs for itself."""
        module, context = digest.site.module, digest.site.call.context
        parts = [part for argument in digest.site.call.arguments for part in parts_of(module.body, argument.value)]
        names = [part for part in parts if isinstance(part, Name | Attribute)]
        origins = [o for name in names for o in self._origins.of(module, name, context) if isinstance(o, Origin)]
        given = [(module, part) for part in parts]
        given += [(origin.module, part) for origin in origins for part in parts_of(origin.module.body, origin.expr)]
        return any(self._names_own(own, part) for own, part in given)

    def _names_own(self, module: Module, part: Expr) -> bool:
        named = part.value if isinstance(part, String) else last_name(module.body, part)
        is_of_app = isinstance(part, Attribute) and last_name(module.body, part.base) in _APPS
        return named in self._own_keys or (is_of_app and named in _KEYS_OF_APPS)


def _is_of_module(module: Module, statement: Statement) -> bool:
    """It stands in no function: a constant of the module or of a class."""
    return module.body.contexts[statement.context].function < 0


def _is_asked_for(project: Project, digest: Digest, protocols: frozenset[str]) -> bool:
    """A protocol asks for it, by what is said around it or around all that call its function."""
    if _speaks_of(protocols, _named_around(digest)):
        return True
    caller = digest.site.caller
    calls = [call for call in project.calls.callers(caller) if not call.module.is_test] if caller is not None else []
    return bool(calls) and all(_speaks_of(protocols, _named_in(call)) for call in calls)


def _is_of_passwords(project: Project, digest: Digest) -> bool:
    """All that call its function hand it a password: how this is hashed is another rule's question."""
    caller = digest.site.caller
    calls = [call for call in project.calls.callers(caller) if not call.module.is_test] if caller is not None else []
    given = [{word for a in call.call.arguments for word in words_of(spell(call.module.body, a.value))} for call in calls]
    return bool(given) and all(not _PASSWORDS.isdisjoint(words) for words in given)


def _speaks_of(protocols: frozenset[str], named: list[str]) -> bool:
    if not protocols.isdisjoint(named):
        return True
    return any(protocol in name for protocol in protocols if len(protocol) >= _TELLING for name in named)


def _named_in(call: CallSite) -> list[str]:
    """Words of the module of a call, and of what it is given."""
    given = (spell(call.module.body, argument.value) for argument in call.call.arguments)
    return [*words_of(call.module.name), *(word for text in given for word in words_of(text))]


def _hits(taint: Taint, digest: Digest, harmless: frozenset[str], results: Results) -> Iterator[Hit]:
    site = digest.site
    words = {"call": shorten(spell(site.module.body, site.call.callee)), "algorithm": digest.algorithm}
    if digest.keyed:
        chosen = (Step(digest.place, f"chooses {digest.algorithm}"), Step(site.site, "signs with it"))
        yield Hit(digest.place, words, message="keyed", path=chosen if digest.place != site.site else ())
        return
    at = Place(site.module, site.call.context)
    sources = taint.flow(digest.data, at).sources
    token = token_of(site) if not sources and digest.data is not None else None
    if token is not None:
        yield Hit(site.site, {**words, "value": token}, message="token", confidence=Confidence.MEDIUM)
        return
    if _says_signature(digest):  # what it is made of may be a slug or for a cache
        sources = sources or _keys(taint, digest, at)
        named = _function_words(digest)
    else:
        named = _own_names(digest)
    if not sources or not (harmless - _NAMING).isdisjoint(named):
        return
    if any(name and not harmless.isdisjoint(words_of(name)[-1:]) for name in (*results.named(digest.site), _fed(digest))):
        return
    best = max(sources, key=lambda source: source.confidence)
    path = (*best.steps, Step(site.site, f"digested by {digest.algorithm} here"))
    yield Hit(site.site, {**words, "value": best.label}, path=path, confidence=min(best.confidence, Confidence.HIGH))


def _fed(digest: Digest) -> str:
    """The name of the object that is fed: `anon_uid.update(secret)`."""
    callee, body = digest.site.call.callee, digest.site.module.body
    return last_name(body, callee.base) if isinstance(callee, Attribute) and callee.attr == "update" else ""


def _makes_key(digests: Digests, results: Results, digest: Digest) -> bool:
    """The result has a name that the same function signs with, by another algorithm."""
    names, body = set(results.named(digest.site)), digest.site.module.body
    signing = (d for d in digests.all if d.keyed and d.strength != "broken" and d.site.module is digest.site.module)
    return any(
        d.site.caller == digest.site.caller and not names.isdisjoint(names_in(body, argument.value))
        for d in signing
        for argument in d.site.call.arguments[:1]
    )


def _says_signature(digest: Digest) -> bool:
    """The function is named for what it makes: `sign`, `link_signature`."""
    return not _SIGNATURES.isdisjoint(_function_words(digest)[-2:])


def _function_words(digest: Digest) -> list[str]:
    caller = digest.site.caller
    return list(words_of(caller.function.name)) if caller is not None else []


def _keys(taint: Taint, digest: Digest, at: Place) -> tuple[Source, ...]:
    """What is called a key, and is digested with something else."""
    body = digest.site.module.body
    parts = [part for part in parts_of(body, digest.data) if isinstance(part, Name | Attribute)]
    keys = [part for part in parts if words_of(last_name(body, part)) in _KEYS]
    others = [part for part in parts if not any(last_name(body, part) in spell(body, key) for key in keys)]
    return tuple(taint.source(key, at, "secret", Confidence.MEDIUM) for key in keys[:1]) if others else ()


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
