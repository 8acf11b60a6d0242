"""SEC001: a password is digested by a broken or a fast hash, here or in a function that it is passed to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Collection, Name, String
from archlint.project.credentials import Vocabulary, compounds_of, words_of
from archlint.project.digest_uses import DigestUses
from archlint.project.digests import Digest, Digests
from archlint.project.flows import Habits, Place
from archlint.project.logged import is_guarded
from archlint.project.modules import Module
from archlint.project.rehashed import Rehashed
from archlint.project.spelling import shorten, spell
from archlint.project.taint import Taint


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    passwords: tuple[str, ...]
    ignore_names: tuple[str, ...]
    sanitizers: tuple[str, ...]
    lookup_words: tuple[str, ...]
    protocol_words: tuple[str, ...]
    test_settings: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    digests = Digests(project)
    vocabulary = Vocabulary({"password": params.passwords}, (), params.ignore_names)
    taint = Taint(project, vocabulary, Habits(frozenset(params.sanitizers)))
    elsewhere = frozenset(params.lookup_words) | frozenset(params.protocol_words)
    rehashed, uses = Rehashed(project, digests), DigestUses(project)
    for digest in digests.all:
        if digest.strength == "password":
            yield Proof(digest.site.site, f"hashes with {digest.algorithm}, which is made for passwords")
        elif not (digest.keyed or digest.exempt or rehashed.holds(digest) or _is_named_for(digest, elsewhere)):
            yield from _hits(taint, digest, uses)
    yield from _schemes(project)
    yield from _hashers(project, frozenset(params.test_settings))


def _hits(taint: Taint, digest: Digest, uses: DigestUses) -> Iterator[Hit]:
    site = digest.site
    flow = taint.flow(digest.data, Place(site.module, site.call.context))
    if not flow.sources:
        return
    best = max(flow.sources, key=lambda source: source.confidence)
    guessed = not any(source.typed for source in flow.sources) and uses.only_handed_on(site)
    call = shorten(spell(site.module.body, site.call.callee))
    step = Step(site.site, f"digested by {digest.algorithm} here")
    yield Hit(
        site.site,
        {"call": call, "value": best.label, "algorithm": digest.algorithm},
        message="default" if digest.strength == "broken" else "fast",
        confidence=Confidence.LOW if guessed else best.confidence,  # it may be what another system asks for
        path=(*best.steps, step),
    )


def _is_named_for(digest: Digest, words: frozenset[str]) -> bool:
    """The function, class or module says that something else asks for this digest (a breach lookup, a protocol)."""
    module, body = digest.site.module, digest.site.module.body
    named = list(words_of(module.name.rpartition(".")[2]))
    caller = digest.site.caller
    if caller is not None:
        named += words_of(caller.function.qualname)
        named += compounds_of(caller.function.qualname)
        named += (word for parameter in caller.function.parameters for word in words_of(parameter.name))
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
            given = site.argument("0:schemes")
            if not isinstance(given, Collection) or not given.items or not isinstance(given.items[0], String):
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


def _hashers(project: Project, test_words: frozenset[str]) -> Iterator[Hit | Proof]:
    """A framework's setting that lists password hashers: the first one hashes."""
    settings = [pair for library in project.knowledge.libraries for pair in library.settings.items()]
    names = {name for name, meaning in settings if meaning == "password-hashers"}
    for module in project.modules.production:
        if not test_words.isdisjoint(words_of(module.path)):
            continue
        for statement in module.body.statements:
            target, value = statement.target, statement.value
            if not (isinstance(target, Name) and target.id in names and isinstance(value, Collection) and value.items):
                continue
            first = value.items[0]
            if isinstance(first, String) and not _is_for_tests(module, statement.context, test_words):
                yield from _hasher(project, module, target.id, first)


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
        subject = contexts[context].subject
        if subject is not None and not test_words.isdisjoint(words_of(spell(module.body, subject))):
            return True
        context = contexts[context].parent
    return is_guarded(module, context)
