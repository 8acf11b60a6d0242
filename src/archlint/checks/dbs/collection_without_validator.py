"""DBS014: collections of documents of which the database checks nothing."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof
from archlint.facts.syntax import String
from archlint.project.parts import parts_of
from archlint.project.relations.stored_names import StoredNames


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`inserting`: last names of calls that put documents into a collection; `declaring`: last names of calls that may give a
    collection its validator; `words`: arguments and texts by which they do; `most`: how many collections are named."""

    inserting: tuple[str, ...]
    declaring: tuple[str, ...]
    words: tuple[str, ...]
    most: int


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """One hit for a program that fills collections and declares no validator at all, a proof where it declares one."""
    declared = list(_declared(project, params))
    yield from declared
    names, first = StoredNames(project), None
    found: dict[str, None] = {}
    for method in params.inserting:
        for module, call in project.calls.written(method):
            site = project.calls.site(module, call)
            is_daily = site.caller is not None and not module.is_migration and not project.by_hand.begins(module)
            collections = tuple(names.every_collection(site)) if is_daily else ()
            found.update(dict.fromkeys(collections))
            if collections and (first is None or (site.path, call.at) < (first.path, first.call.at)):
                first = site
    if first is not None and not declared:
        listed = sorted(found)
        shown = ", ".join(f"`{name}`" for name in listed[: params.most]) + (" …" if len(listed) > params.most else "")
        words = {"collections": shown, "count": str(len(listed))}
        yield Hit(first.site, words, "default", min(first.confidence, Confidence.MEDIUM))


def _declared(project: Project, params: Params) -> Iterator[Proof]:
    for method in params.declaring:
        for module, call in project.calls.written(method):
            named = any(argument.name in params.words for argument in call.arguments)
            texts = (part for argument in call.arguments for part in parts_of(module.body, argument.value))
            if named or any(isinstance(part, String) and part.value in params.words for part in texts):
                site = project.calls.site(module, call)
                yield Proof(site.site, "gives a collection its validator")
