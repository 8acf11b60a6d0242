"""DBS012: a pool of database connections whose size nobody has chosen."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Hit, Project, Proof
from archlint.facts.knowledge import Operation
from archlint.project.conditions import is_failure_path
from archlint.project.model import CallSite
from archlint.project.one_off import OneOff
from archlint.project.repeated import LoopWords


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`kinds`: kinds of libraries that connect to databases; `ignore_calls`: beginnings of names of callables that are not
    asked about; `local`: beginnings of addresses of databases that are files.  The rest: see `LoopWords`."""

    kinds: tuple[str, ...]
    ignore_calls: tuple[str, ...]
    local: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each pool that is made with the library's own size, a proof for each whose size is given."""
    one_off = OneOff(project, params)
    for module in project.modules.production:
        for site in project.calls.known(module):
            operation = site.operation
            if operation is None or operation.pool is None:
                continue
            if set(params.kinds).isdisjoint(project.knowledge.package_kinds(site.targets[0].name)):
                continue
            if any(site.argument(notation) is not None for notation in operation.pool.given):
                yield Proof(site.site, "its size is given")
            elif not site.is_open and not _is_aside(one_off, site, params) and not _is_local(project, site, params):
                yield _hit(site, operation)


def _is_aside(one_off: OneOff, site: CallSite, params: Params) -> bool:
    """In a command or script, or where the sized pool could not be made."""
    if site.targets[0].name.startswith(params.ignore_calls) or is_failure_path(site.module, site.call.context):
        return True
    return site.caller is not None and one_off.runs_once(site.module, site.caller)


def _is_local(project: Project, site: CallSite, params: Params) -> bool:
    """The address names a file, as far as it is known."""
    given = [argument.value for argument in site.call.arguments if argument.name in (None, "url")][:1]
    texts = [text.rendered for value in given for text in project.values.texts(site.module, value, site.call.context)]
    return any(text.startswith(params.local) for text in texts)


def _hit(site: CallSite, operation: Operation) -> Hit:
    assert operation.pool is not None  # noqa: S101 - others are not asked
    words = {
        "target": site.targets[0].name,
        "default": f"{operation.pool.default:g}" if isinstance(operation.pool.default, int | float) else operation.pool.default,
        "argument": operation.pool.given[0].rpartition(":")[2],
    }
    return Hit(site.site, words, "default", site.confidence)
