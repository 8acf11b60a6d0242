"""SEC001: a password is digested by a broken or a fast hash, here or in a function that it is passed to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, CallRef, Collection, Name, Slice, String, Subscript, Template
from archlint.project.names.given_constants import gets_constants
from archlint.project.names.origins import Origin
from archlint.project.names.results import Results
from archlint.project.parts import parts_of
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.digest_uses import DigestUses
from archlint.project.secrets.digests import Digest, Digests
from archlint.project.secrets.flows import Habits, Place, Source
from archlint.project.secrets.hashed_fields import HashedFields
from archlint.project.secrets.logged import is_guarded
from archlint.project.secrets.password_hashing import Hashing
from archlint.project.secrets.rehashed import Rehashed
from archlint.project.secrets.taint import Taint
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.words import compounds_of, words_of


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    passwords: tuple[str, ...]
    ignore_names: tuple[str, ...]
    sanitizers: tuple[str, ...]
    lookup_words: tuple[str, ...]
    old_words: tuple[str, ...]
    protocol_words: tuple[str, ...]
    password_words: tuple[str, ...]
    hashing_verbs: tuple[str, ...]
    hashing_names: tuple[str, ...]
    setting_verbs: tuple[str, ...]
    test_settings: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    digests = project.digests
    vocabulary = Vocabulary({"password": params.passwords}, (), params.ignore_names)
    taint = Taint(project, vocabulary, Habits(frozenset(params.sanitizers)))
    elsewhere = frozenset(params.lookup_words) | frozenset(params.protocol_words)
    hashing = Hashing(
        frozenset(params.password_words),
        frozenset(params.hashing_verbs),
        frozenset(params.hashing_names),
        frozenset(params.setting_verbs),
    )
    rehashed, uses = Rehashed(project, digests), DigestUses(project)
    listed = tuple(_listed_hashers(project, frozenset(params.test_settings)))
    doubts = _Doubts(project, digests, [names for _, _, names in listed])
    fields = HashedFields(taint, frozenset(params.sanitizers))
    for digest in digests.all:
        if digest.strength == "password":
            yield Proof(digest.site.site, f"hashes with {digest.algorithm}, which is made for passwords")
        elif not (
            digest.keyed
            or digest.exempt
            or _signs_time(digest)
            or _is_drawn(digest, vocabulary)
            or _is_message(taint, digest)
            or rehashed.holds(digest)
            or _is_named_for(digest, elsewhere, vocabulary)
        ):
            is_old = _is_named_for(digest, frozenset(params.old_words), vocabulary)
            for hit in _hits(taint, digest, uses, hashing, fields):
                weighed = doubts.weighed(hit, digest)
                yield replace(weighed, message="old", confidence=Confidence.LOW) if is_old else weighed
    yield from _schemes(project)
    for module, setting, names in listed:  # the first one hashes
        yield from _hasher(project, module, setting, names[0])


def _hits(taint: Taint, digest: Digest, uses: DigestUses, hashing: Hashing, fields: HashedFields) -> Iterator[Hit]:
    site = digest.site
    at = Place(site.module, site.call.context)
    flow = taint.flow(digest.data, at)
    is_open = not flow.clean or gets_constants(taint.locals.origins, site.module, digest.data, site.call.context)
    sources = flow.sources or (hashing.given(taint, digest, at, uses) if is_open else ())
    sources = tuple(source for source in sources if not fields.holds(source) and not _is_of_row(source))
    if not sources:
        return
    best = max(sources, key=lambda source: source.confidence)
    call = shorten(spell(site.module.body, site.call.callee))
    step = Step(site.site, f"digested by {digest.algorithm} here")
    strength = "default" if digest.strength == "broken" else "fast"
    proof = _proof(digest, uses, hashing, typed=any(source.typed for source in sources))
    yield Hit(
        site.site,
        {"call": call, "value": best.label, "algorithm": digest.algorithm},
        message=strength if proof > Confidence.LOW else f"{strength}_unkept",
        confidence=min(best.confidence, proof),
        path=(*best.steps, step),
    )


def _is_of_row(source: Source) -> bool:
    """It stands among other fields of one object, `(user.id, user.email, user.password, KEY)`: a token that goes with the row,
    whose password is a hash as likely as not."""
    if source.read is None:
        return False
    expr, at = source.read
    if not isinstance(expr, Attribute):
        return False
    owner = spell(at.module.body, expr.base)
    around = (s for s in at.module.body.statements if s.at <= expr.at < s.end and s.value is not None)
    fields = {
        part.attr
        for statement in around
        for part in parts_of(at.module.body, statement.value)
        if isinstance(part, Attribute) and spell(at.module.body, part.base) == owner
    }
    return len(fields) > _OTHER_FIELDS


class _Doubts:
    """What shows that a digest of a password is none that new passwords are kept by."""

    def __init__(self, project: Project, digests: Digests, listed: list[list[String]]) -> None:
        """`listed`: the hashers of each setting that lists them."""
        self._digests = digests
        self._results = Results(project)
        self._old = {n.value for names in listed for n in names[1:]} - {names[0].value for names in listed}

    def weighed(self, hit: Hit, digest: Digest) -> Hit:
        """A note where a hash that is made for passwords stands beside it or before it for newer ones, where a cipher gets
        it for its key, or a cache."""
        if any(not _KEYS.isdisjoint(words_of(name)[-1:]) for name in self._results.named(digest.site)):
            return replace(hit, message="key", confidence=Confidence.LOW)
        caller = digest.site.caller
        if caller is not None and "cache" in words_of(caller.function.qualname):
            return replace(hit, message="cache", confidence=Confidence.LOW)
        if self._digests.has_better_beside(digest) or self._is_of_old_hasher(digest):
            return replace(hit, message="old", confidence=Confidence.LOW)
        return hit

    def _is_of_old_hasher(self, digest: Digest) -> bool:
        """Its class stands in the settings' list of hashers, and not at its head."""
        module, context = digest.site.module, digest.site.module.body.contexts[digest.site.call.context]
        return context.klass >= 0 and f"{module.local_name}.{module.outline.classes[context.klass].qualname}" in self._old


def _proof(digest: Digest, uses: DigestUses, hashing: Hashing, *, typed: bool) -> Confidence:
    """What shows that passwords are kept by this digest, and no other side asks for it: it is stored or compared here,
    its function is named for it; less sure where there is a salt, or a person has typed the password."""
    if digest.of_passwords or uses.is_stored(digest.site):
        return Confidence.HIGH
    handed = uses.only_handed_on(digest.site)
    if not handed and hashing.is_named(digest):
        return Confidence.HIGH
    return Confidence.MEDIUM if typed or (not handed and hashing.is_salted(digest)) else Confidence.LOW


_OTHER_FIELDS = 2
"""Beside a password: a salt is one."""
_MOST_FIELDS = 3
_DRAWN = frozenset({"token", "otp", "nonce"})
"""What programs draw themselves: nobody has to guess it slowly."""
_KEYS = frozenset({"key", "iv"})
_TIMES = frozenset({"ts", "timestamp", "time", "stamp", "expires", "expiry", "nonce"})


def _signs_time(digest: Digest) -> bool:
    """Part of it goes with a time stamp that it is made of: a signature, with the password for its key."""
    module, body = digest.site.module, digest.site.module.body
    named = (part for part in parts_of(body, digest.data) if isinstance(part, Name | Attribute))
    if all(_TIMES.isdisjoint(words_of(last_name(body, part))) for part in named):
        return False
    return any(
        isinstance(part, Subscript)
        and any(isinstance(index, Slice) for index in part.index)
        and any(isinstance(inner, CallRef) and inner.index == digest.site.index for inner in parts_of(body, part.base))
        for statement in module.own_statements(body.contexts[digest.site.call.context].function)
        for part in parts_of(body, statement.value)
    )


def _is_drawn(digest: Digest, vocabulary: Vocabulary) -> bool:
    """What is digested is called a token, and nothing in it a password."""
    body = digest.site.module.body
    named = [last_name(body, part) for part in parts_of(body, digest.data) if isinstance(part, Name | Attribute)]
    is_token = any(not _DRAWN.isdisjoint(words_of(name)[-1:]) for name in named)
    return is_token and not any(vocabulary.looks_alike(name) for name in named)


def _is_message(taint: Taint, digest: Digest) -> bool:
    """It is made of many fields, of which one is called a password: `f"{shop}:{amount}:{order}:{password}:{extra}"` is signed
    with it. Beside a password that is hashed stand a name and a salt at most."""
    origins, site = taint.locals.origins, digest.site
    given = [part for part in parts_of(site.module.body, digest.data) if isinstance(part, Name | Template)]
    texts: list[Template] = []
    for part in given:
        if isinstance(part, Template):
            texts.append(part)
            continue
        for origin in origins.of(site.module, part, site.call.context):
            found = [origin] if isinstance(origin, Origin) else origins.given_anywhere(origin)
            texts += [each.expr for each in found if isinstance(each.expr, Template)]
            if any(not isinstance(each.expr, Template) for each in found):
                return False
    return bool(texts) and all(sum(not isinstance(part, String) for part in t.parts) > _MOST_FIELDS for t in texts)


def _is_named_for(digest: Digest, words: frozenset[str], vocabulary: Vocabulary) -> bool:
    """The function, class or module says that something else asks for this digest (a breach lookup, a protocol)."""
    module, body = digest.site.module, digest.site.module.body
    named = list(words_of(module.name.rpartition(".")[2]))
    caller = digest.site.caller
    if caller is not None:
        named += words_of(caller.function.qualname)
        named += compounds_of(caller.function.qualname)
        # a password to compare with may be called a challenge
        others = (p.name for p in caller.function.parameters if vocabulary.names(p.name) is None)
        named += (word for name in others for word in words_of(name))
    named += words_of(spell(body, digest.data)) if digest.data is not None else ()
    return not words.isdisjoint(named)


def _schemes(project: Project) -> Iterator[Hit | Proof]:
    """The scheme with which a context of password schemes hashes: the first of its list."""
    strengths = {
        name.split(".")[-2]: operation.hash.strength
        for library in project.knowledge.libraries
        for name, operation in library.functions.items()
        if operation.hash is not None and name.endswith(".hash")
    }
    for module in project.modules.production:
        for site in project.calls.in_module(module):
            for argument in site.call.arguments:
                if type(argument.value) is Collection:
                    break
            else:
                continue
            given = site.argument("0:schemes")
            if type(given) is not Collection or not given.items or type(given.items[0]) is not String:
                continue
            if not any(project.knowledge.role(target.name) == "password-hasher" for target in site.targets):
                continue
            scheme = given.items[0]
            words = {"call": shorten(spell(module.body, site.call.callee)), "value": "passwords", "algorithm": scheme.value}
            place = Site(module.path, scheme.at, scheme.end)
            strength = strengths.get(scheme.value)
            if strength in ("broken", "fast"):
                yield Hit(place, words, message="scheme")
            elif strength == "password":
                yield Proof(place, f"hashes passwords with {scheme.value}")


def _listed_hashers(project: Project, test_words: frozenset[str]) -> Iterator[tuple[Module, str, list[String]]]:
    """Where a framework's setting lists password hashers: the module, the setting's name and those of the hashers. Settings
    for tests are left out."""
    settings = [pair for library in project.knowledge.libraries for pair in library.settings.items()]
    names = {name for name, meaning in settings if meaning == "password-hashers"}
    begins = tuple(word for word in test_words if len(word) > len("dev"))  # `testsettings`, `settings_testserver`
    for module in project.modules.production:
        given = [s for s in module.body.statements if type(s.target) is Name and s.target.id in names]
        if not given:
            continue
        own = words_of(module.path.rpartition("/")[2])
        if not test_words.isdisjoint(words_of(module.path)) or any(word.startswith(begins) for word in own):
            continue
        for statement in given:
            target, value = statement.target, statement.value
            if not (type(target) is Name and type(value) is Collection):
                continue
            listed = [item for item in value.items if isinstance(item, String)]
            if listed and listed[0] is value.items[0] and not _is_for_tests(module, statement.context, test_words):
                yield module, target.id, listed


def _hasher(project: Project, module: Module, setting: str, first: String) -> Iterator[Hit | Proof]:
    method = project.knowledge.method(first.value, "encode")
    if method is None or method[1].hash is None:
        return
    place = Site(module.path, first.at, first.end)
    name = first.value.rpartition(".")[2]
    if method[1].hash.strength == "password":
        yield Proof(place, f"passwords are hashed by {name}")
    else:
        words = {"call": setting, "value": "passwords", "algorithm": name}
        yield Hit(place, words, message="scheme", confidence=Confidence.HIGH)


def _is_for_tests(module: Module, context: int, test_words: frozenset[str]) -> bool:
    contexts = module.body.contexts
    while context >= 0:
        at = contexts[context]
        named = (
            module.outline.classes[at.klass].name
            if at.kind == "class"
            else spell(module.body, at.subject)
            if at.subject
            else ""
        )
        if not test_words.isdisjoint(words_of(named)):
            return True
        context = contexts[context].parent
    return is_guarded(module, context)
