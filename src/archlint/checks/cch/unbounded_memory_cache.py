"""CCH005: a memory of the process that gets an entry for each user, row or text, and loses none."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.project.caches.late_entries import LateEntries
from archlint.project.caches.open_keys import OpenKey, OpenKeys
from archlint.project.effects.memos import Memo, memos
from archlint.project.effects.own_memos import own_memos
from archlint.project.loops.repeated import LoopWords
from archlint.project.model import Def
from archlint.project.names.growing_mappings import Entry, GrowingMappings
from archlint.project.names.origins import Parameter
from archlint.project.source.one_off import OneOff
from archlint.project.spelling import last_name, spell
from archlint.project.types.instances import Instances
from archlint.project.words import words_of

_CLEARS = "cache_clear"
_ONE = "1"


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`many`: last words of names of which there is no end; `few`: words of names of which there are few; `connections`: words
    in names of functions that connect, `addresses`: last words of names of what to.  `fixed`: last words of names of mappings
    of what the program is made of; `files`: calls that read a file.  The rest: see `LoopWords`."""

    many: tuple[str, ...]
    few: tuple[str, ...]
    connections: tuple[str, ...]
    addresses: tuple[str, ...]
    fixed: tuple[str, ...]
    files: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each memory without a bound whose keys have none, a proof for each that has one."""
    keys, once = OpenKeys(project, params.many, params.few), OneOff(project, params)
    instances = Instances(project)
    for memo in memos(project):
        if not once.runs_once(memo.definition.module, memo.definition):
            yield from _memo(project, keys, instances, memo, params)
    told = list(_mappings(project, keys, once, params))
    yield from told
    yield from _late(project, keys, once, params, {each.site for each in told if isinstance(each, Hit)})
    for own in own_memos(project):
        found = [key for each in own.decorated if (key := _open_parameter(project, keys, each)) is not None]
        if found:
            best = max(found, key=lambda key: key.confidence)
            yield Hit(own.site, {"name": own.name, "key": best.text}, "entries", best.confidence)


def _memo(project: Project, keys: OpenKeys, instances: Instances, memo: Memo, params: Params) -> Iterator[Hit | Proof]:
    definition = memo.definition
    function = definition.function
    held = instances.of_method(definition)
    words = {"function": function.qualname, "klass": function.qualname.rpartition(".")[0], "size": memo.size}
    if memo.is_bounded:
        if held is not None and held.are_many and memo.size not in (_ONE, ""):
            yield Hit(memo.site, words, "some", Confidence.LOW)
        else:
            yield Proof(memo.site, "is bounded")
        return
    if held is not None and held.are_many:
        cleared = _is_cleared(project, memo)
        yield Hit(memo.site, words, "instances", Confidence.LOW if cleared else held.confidence)
        return
    best = _open_parameter(project, keys, definition)
    given = [best.text, *(p.name for p in function.parameters)] if best is not None else []
    if best is not None and not any(_is_one_each(function.name, each, params) for each in given):
        confidence = Confidence.LOW if _is_cleared(project, memo) else best.confidence
        yield Hit(memo.site, {**words, "key": best.text}, "default", confidence)
    else:
        yield Proof(memo.site, "is asked for few things")


def _is_one_each(name: str, key: str, params: Params) -> bool:
    """`channel_to(url)`, `engine(host, user)`: what keeps a connection to each server that is configured."""
    return not set(words_of(name)).isdisjoint(params.connections) and not set(words_of(key)[-1:]).isdisjoint(params.addresses)


def _open_parameter(project: Project, keys: OpenKeys, definition: Def) -> OpenKey | None:
    """Of the parameters of which there is no end the surest."""
    function, marks = definition.function, project.types.inference.returns.marks(definition)
    start = 1 if function.klass >= 0 and "static-method" not in marks else 0
    found = [keys.of_parameter(Parameter(definition, row)) for row in range(start, len(function.parameters))]
    return max((key for key in found if key is not None), key=lambda key: key.confidence, default=None)


def _is_cleared(project: Project, memo: Memo) -> bool:
    """`get_user.cache_clear()` somewhere: how often, nobody can say."""
    name = memo.definition.function.name
    return any(last_name(m.body, getattr(c.callee, "base", c.callee)) == name for m, c in project.calls.written(_CLEARS))


def _mappings(project: Project, keys: OpenKeys, once: OneOff, params: Params) -> Iterator[Hit | Proof]:
    mappings = GrowingMappings(project)
    said: set[tuple[str, str]] = set()
    for entry in mappings.entries:
        if (entry.owner.path, entry.name) in said:
            continue
        key = keys.of(entry.module, entry.key, entry.context)
        if key is None or not set(words_of(entry.name)[-1:]).isdisjoint(params.fixed):
            continue
        if _is_one_each(entry.name.removesuffix("s").removesuffix("S"), spell(entry.module.body, entry.key), params):
            continue
        if once.runs_once(entry.module, entry.definition):
            continue
        said.add((entry.owner.path, entry.name))
        if mappings.is_emptied(entry):
            yield Proof(entry.site, "is emptied")
        else:
            yield _entry(project, entry, key, params)


def _late(project: Project, keys: OpenKeys, once: OneOff, params: Params, told: set[Site]) -> Iterator[Hit]:
    """Mappings whose entries go only where they are asked for too late: see `LateEntries`. `told`: places with a finding."""
    for container, entry in LateEntries(project).all:
        is_few = not set(words_of(entry.name)[-1:]).isdisjoint(params.fixed)
        key = None if entry.site in told or is_few else keys.of(entry.module, entry.key, entry.context)
        if key is not None and not once.runs_once(entry.module, entry.definition):
            words = {"name": entry.name, "key": key.text}
            yield Hit(entry.site, words, "late", key.confidence, related=(Step(container.site, "it begins here"),))


def _entry(project: Project, entry: Entry, key: OpenKey, params: Params) -> Hit:
    """What is read from files has as many entries as there are files."""
    calls = project.calls.of(entry.definition)
    reads = any(last_name(entry.module.body, site.call.callee) in params.files for site in calls)
    words = {"name": entry.name, "key": key.text}
    return Hit(entry.site, words, "entries", Confidence.LOW if reads else key.confidence)
