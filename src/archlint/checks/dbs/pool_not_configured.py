"""DBS012: a pool of database connections whose size nobody has chosen."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Hit, Project, Proof
from archlint.facts.knowledge import Operation as Known
from archlint.facts.syntax import Attribute, CallRef, Comparison, Expr, Mapping, Name, Operation, String, Subscript
from archlint.project.control.conditions import is_failure_path
from archlint.project.control.sequence import chain
from archlint.project.effects.short_lived import ShortLived
from archlint.project.loops.repeated import LoopWords
from archlint.project.model import CallSite
from archlint.project.names.for_tables import is_for_tables
from archlint.project.names.name_uses import uses_of
from archlint.project.parts import names_in, parts_of
from archlint.project.source.modules import Module
from archlint.project.source.one_off import OneOff
from archlint.project.source.unimported import Unimported, goes_on
from archlint.project.spelling import last_name
from archlint.project.types.entities import External
from archlint.project.words import words_of


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`kinds`: kinds of libraries that connect to databases; `ignore_calls`: beginnings of names of callables that are not
    asked about; `local`: beginnings of addresses of databases that are files, `settings`: of what only these are told; `once`:
    calls that a pool is handed to at the start of a program; `ends`: methods that close it; `trials`: beginnings of names of
    where a program is only tried; `servers`: beginnings of addresses of databases that are servers; `tools`: last words of
    folders of what a developer runs; `providers`: callables that make once what they are
    handed first. The rest: see `LoopWords`."""

    kinds: tuple[str, ...]
    ignore_calls: tuple[str, ...]
    local: tuple[str, ...]
    settings: tuple[str, ...]
    once: tuple[str, ...]
    ends: tuple[str, ...]
    trials: tuple[str, ...]
    servers: tuple[str, ...]
    tools: tuple[str, ...]
    providers: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each pool that is made with the library's own size, a proof for each whose size is given."""
    one_off, short_lived, unimported = OneOff(project, params), ShortLived(project), Unimported(project)
    led_to = project.led_to
    for module in project.modules.production:
        for site in project.calls.known(module):
            name, operation = _made(project, site, params)
            if operation is None or operation.pool is None:
                continue
            if set(params.kinds).isdisjoint(project.knowledge.package_kinds(name)):
                continue
            if any(site.argument(notation) is not None for notation in operation.pool.given):
                yield Proof(site.site, "its size is given")
            elif (
                not site.is_open
                and not _is_aside(project, one_off, site, params)
                and not (_is_local(project, site, params) or _is_for_one(project, short_lived, site, params))
                and not unimported.is_idle(module)
                and not unimported.is_for_scripts(module)
                and (led_to.holds(module) or goes_on(module))
            ):
                yield _hit(site, name, operation)


def _made(project: Project, site: CallSite, params: Params) -> tuple[str, Known | None]:
    """What the call makes itself, or is handed to be made once by others: `Singleton(create_engine, address)`."""
    name, operation = site.targets[0].name, site.operation
    if name in params.providers and site.call.arguments:
        for entity in project.types.inference.entities(site.module, site.call.arguments[0].value, site.call.context):
            if isinstance(entity, External):
                return entity.name, project.types.inference.operation(entity)
    return name, operation


def _is_aside(project: Project, one_off: OneOff, site: CallSite, params: Params) -> bool:
    """In a command or script, in development, or where the sized pool could not be made."""
    if _asks_for(site.module, site.call.context, params.trials) or _is_of_tool(site.module, params.tools):
        return True
    if _made(project, site, params)[0].startswith(params.ignore_calls) or is_failure_path(site.module, site.call.context):
        return True
    if site.caller is None:
        return one_off.is_script(site.module)
    return one_off.runs_once(site.module, site.caller)


def _is_of_tool(module: Module, words: tuple[str, ...]) -> bool:
    """`data-tool/flows/run.py`"""
    return any(not set(words).isdisjoint(words_of(folder)[-1:]) for folder in module.path.split("/")[:-1])


def _is_for_one(project: Project, short_lived: ShortLived, site: CallSite, params: Params) -> bool:
    """One connection is taken from it, right here, or it is gone with the function: one task, or a look whether the database
    is there."""
    body = site.module.body
    if any(isinstance(c.callee, Attribute) and c.callee.base == site.expr for c in body.calls):
        return True
    if site.caller is None:
        return is_for_tables(project, site, params.once)
    made = (s for s in body.statements if s.kind in ("assign", "annotate") and s.at <= site.call.at and site.call.end <= s.end)
    statement = next(made, None)
    if statement is None or not isinstance(statement.target, Name):
        return short_lived.is_gone(site)
    used = uses_of(site.caller, statement.target.id, statement.end)
    if any(use.kind == "method" and use.word in params.ends for use in used) and not any(use.kind == "yielded" for use in used):
        return True
    handed = (use.call for use in used if use.kind == "argument")
    is_here = bool(used) and all(use.kind in ("method", "managed", "argument") for use in used)
    name = statement.target.id
    is_brief = is_here and all(
        last_name(body, body.calls[call].callee) in params.once or _is_within(site.module, call, name) for call in handed
    )
    return is_brief or short_lived.is_gone(site)


def _is_within(module: Module, index: int, pool: str) -> bool:
    """`with Client(engine) as client:`, or a call in `with engine.connect() as connection:`"""
    body = module.body
    if any(p.kind == "with" and isinstance(p.subject, CallRef) and p.subject.index == index for p in body.contexts):
        return True
    around = (body.contexts[row] for row in chain(module, body.calls[index].context))
    return any(p.kind == "with" and isinstance(p.subject, CallRef) and pool in names_in(body, p.subject) for p in around)


def _is_local(project: Project, site: CallSite, params: Params) -> bool:
    """The address names a file, as far as it is known, or what is set is only of files, whatever the address."""
    handed = site.call.arguments[1:] if site.targets[0].name in params.providers else site.call.arguments
    addresses = [argument.value for argument in handed if argument.name in (None, "url")][:1]
    texts = [text.rendered for value in addresses for text in project.values.texts(site.module, value, site.call.context)]
    if not texts and addresses and _is_always(project, addresses[0], params.local):
        return True
    is_named = bool(addresses) and isinstance(addresses[0], Subscript)  # what one name says of another is nothing
    known = set(project.schemas.dialects)
    if not texts and not is_named and known and known <= set(params.local):
        return True  # nothing that the project or its deployment names is a server
    if not texts and addresses and not is_named and _writes_only(project, params.local, params.servers):
        return True
    if any(text.startswith(params.local) for text in texts) or _asks_for(site.module, site.call.context, params.local):
        return True
    given = [key for a in site.call.arguments if isinstance(a.value, Mapping) for key in a.value.keys]
    if any(isinstance(key, String) and key.value.startswith(params.settings) for key in given):
        return True
    told = (
        call
        for call in site.module.body.calls
        if any(isinstance(a.value, String) and a.value.value.startswith(params.settings) for a in call.arguments)
    )
    return any(not _asks_for(site.module, call.context, params.local) for call in told)


def _is_always(project: Project, address: Expr, beginnings: tuple[str, ...]) -> bool:
    """`config["DATABASE_URI"]`, where whoever sets the name in the program names a file."""
    key = address.index[0] if isinstance(address, Subscript) and address.index else None
    if not isinstance(key, String):
        return False
    set_to = [
        [text.rendered for text in project.values.texts(module, statement.value, statement.context)]
        for module in project.modules.production
        for statement in module.statements["assign"]
        if isinstance(statement.target, Name) and statement.target.id == key.value and statement.value is not None
    ]
    return bool(set_to) and all(texts and all(text.startswith(beginnings) for text in texts) for texts in set_to)


def _writes_only(project: Project, beginnings: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """The program writes addresses of files down, and uses and names no server."""
    if set(project.statements.dialect.split(",")) - {"", *beginnings}:
        return False
    found = False
    for module in project.modules.production:
        for statement in (*module.statements["assign"], *module.statements["annotate"]):
            for part in parts_of(module.body, statement.value):
                if isinstance(part, String) and part.value.startswith(others):
                    return False
                found = found or (isinstance(part, String) and part.value.startswith(tuple(f"{b}:" for b in beginnings)))
    return found


def _asks_for(module: Module, context: int, wanted: tuple[str, ...]) -> bool:
    """`if engine.dialect.name == "sqlite":`, around the place."""
    contexts = module.body.contexts
    while context >= 0:
        place = contexts[context]
        is_asked = place.kind == "if" and not _is_refused(place.subject)
        for part in parts_of(module.body, place.subject) if is_asked else ():
            if isinstance(part, String) and part.value.startswith(wanted):
                return True
            if isinstance(part, Name | Attribute) and not {*words_of(last_name(module.body, part))}.isdisjoint(wanted):
                return True  # `if IS_SQLITE:`
        context = place.parent
    return False


def _is_refused(test: Expr | None) -> bool:
    """`not …`, `… != …`"""
    return (isinstance(test, Operation) and test.op == "not") or (isinstance(test, Comparison) and test.ops == ("!=",))


def _hit(site: CallSite, name: str, operation: Known) -> Hit:
    assert operation.pool is not None  # noqa: S101 - others are not asked
    words = {
        "target": name,
        "default": f"{operation.pool.default:g}" if isinstance(operation.pool.default, int | float) else operation.pool.default,
        "argument": operation.pool.given[0].rpartition(":")[2],
    }
    return Hit(site.site, words, "default", site.confidence)
