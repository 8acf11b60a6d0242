"""SQL003: an UPDATE or DELETE without WHERE, where nothing says that every row is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site
from archlint.facts.sql import Statement
from archlint.facts.syntax import Attribute, CallRef, Collection, Function, Name
from archlint.project.model import Def
from archlint.project.parts import names_in
from archlint.project.spelling import last_name
from archlint.project.sql.statements import Sql
from archlint.project.transactions.wide_writes import WideWrite, WideWrites
from archlint.project.words import words_of

_MAKING = frozenset({"create", "insert", "merge", "upsert"})
_ASKING = "current"
"""`current_user`: who asks, not what is meant."""
_TABLE = "table"
_PLACEHOLDER = re.compile(r"%s|%\(\w+\)s|\?|(?<![:\w]):\w+|\$\d+|\{[^{}]*\}")


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """Words in names; see the document."""

    telling: tuple[str, ...]
    emptying: tuple[str, ...]
    renewing: tuple[str, ...]
    passing: tuple[str, ...]
    single: tuple[str, ...]
    migrations: tuple[str, ...]
    plain: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """One hit for each statement; a proof for each UPDATE or DELETE that says which rows."""
    filled, narrowed = _filled(project), _narrowed(project)
    seen: set[Site] = set()
    for sql in project.statements.all:
        if sql.is_test or sql.is_vendored or _is_migration(sql, params):
            continue
        for statement in sql.facts.statements:
            if statement.verb not in ("update", "delete") or not statement.writes:
                continue
            first = sql.text[statement.at : statement.end].partition("\n")[0].rstrip()
            site = sql.site(statement.at, statement.at + len(first))
            if site in seen:
                continue
            seen.add(site)
            if statement.filtered or statement.limited:
                yield Proof(site, f"says which rows of {statement.writes[0]}")
            elif not any(
                (
                    _is_open(sql, statement),
                    _is_joined(sql),
                    _is_meant(sql, statement, params),
                    _is_replaced(sql, statement, filled),
                    _is_alternative(project, sql),
                )
            ):
                hit = _hit(project, sql, statement, site, params)
                yield replace(hit, confidence=Confidence.LOW) if _place(sql, statement) in narrowed else hit
    wide = tuple(WideWrites(project, params.plain).all())
    emptied: dict[Def | None, set[str]] = {}
    for write in wide:
        emptied.setdefault(write.caller, set()).add(write.rows)
    for write in wide:
        if not _says_all(write.module.path, write.caller, write.rows, params) and not _is_refilled(project, write):
            yield _mapped(write, params, is_one_of_many=len(emptied[write.caller]) > 1)


def _mapped(write: WideWrite, params: Params, *, is_one_of_many: bool) -> Hit:
    """`is_one_of_many`: who empties one table after the other means all that is in them."""
    named = not set(params.emptying).isdisjoint(_own_words(write.caller))
    sure = Confidence.LOW
    single = write.verb == "update" and not set(params.single).isdisjoint(words_of(write.rows))
    if write.caller is not None and not is_one_of_many and not write.is_for_one and not single:
        if named:
            sure = Confidence.MEDIUM if _must_be_told(write.caller.function, params) else Confidence.LOW
        elif _is_told(write.caller.function, params):
            sure = Confidence.HIGH
    return Hit(
        site=write.site,
        words={"table": write.rows, "verb": write.verb},
        message="named" if named and sure is Confidence.LOW else "mapped",
        confidence=sure,
        anchor=f"{write.verb} {write.rows}",
    )


def _is_refilled(project: Project, write: WideWrite) -> bool:
    """The function makes new rows of the class as well."""
    body = write.module.body
    return write.caller is None or any(
        (not _MAKING.isdisjoint(words_of(last_name(body, site.call.callee))) and write.rows in names_in(body, whole))
        or last_name(body, site.call.callee) == write.rows
        for site in project.calls.of(write.caller)
        for whole in (CallRef(site.call.at, site.call.length, site.index),)
    )


def _says_all(path: str, function: Def | None, table: str, params: Params) -> bool:
    """The table's rows do not last, the names around the function say that it empties, or its own that it lays down what
    is there anew."""
    around = [path.rpartition("/")[2].partition(".")[0]]
    around += function.function.qualname.split(".")[:-1] if function is not None else []
    words = {word for name in around for word in words_of(name)}
    renewing = set(params.renewing)
    if not renewing.isdisjoint(words | _own_words(function)) or not set(params.passing).isdisjoint(words_of(table)):
        return True
    return not set(params.emptying).isdisjoint(words)


def _hit(project: Project, sql: Sql, statement: Statement, site: Site, params: Params) -> Hit:
    table = statement.writes[0]
    text = sql.text[statement.at : statement.end]
    constant = statement.verb == "update" and not _PLACEHOLDER.search(text)
    named = not set(params.emptying).isdisjoint(_own_words(sql.origin))
    single = not set(params.single).isdisjoint(words_of(table))
    serves = sql.module is not None and not project.by_hand.holds(sql.module)
    if named and sql.origin is not None and _must_be_told(sql.origin.function, params):
        named = False  # `clear(member_id)` is about one
    sure = Confidence.LOW
    if serves and not named and not (single and statement.verb == "update"):
        # of those whose function is told no row, none of five was wrong to name none when strangers read them
        sure = Confidence.HIGH if not constant and _is_about_one(sql, params) else Confidence.LOW
    return Hit(
        site=site,
        words={"table": table},
        message="named" if named else "constant" if constant else statement.verb,
        confidence=min(sql.confidence, sure),
        anchor=f"{statement.verb} {table}",
    )


def _is_about_one(sql: Sql, params: Params) -> bool:
    """The function is told which row is meant."""
    return sql.origin is not None and _is_told(sql.origin.function, params)


def _is_told(function: Function, params: Params) -> bool:
    return any(_tells(words_of(parameter.name), params) for parameter in function.parameters)


def _tells(words: tuple[str, ...], params: Params) -> bool:
    """Which row; the name of a table tells none."""
    return not set(params.telling).isdisjoint(words[-1:]) and _TABLE not in words


def _must_be_told(function: Function, params: Params) -> bool:
    """A name that means all, and yet it cannot be called without saying which one: `def clear_read(user_id)`."""
    return any(
        parameter.default is None and _tells(words, params) and words[0] != _ASKING
        for parameter in function.parameters
        for words in (words_of(parameter.name),)
    )


def _is_migration(sql: Sql, params: Params) -> bool:
    if sql.module is not None:
        return sql.module.is_migration
    return any(not set(params.migrations).isdisjoint(words_of(folder)) for folder in sql.path.lower().split("/"))


def _is_open(sql: Sql, statement: Statement) -> bool:
    """A hole at its end may hold the condition, and one that names the table says that it is a tool for any table."""
    text = sql.text[statement.at : statement.end].rstrip().rstrip(";")
    ends_open = sql.is_hole(statement.at + len(text) - 1, statement.at + len(text)) or text.endswith("}")
    rest = text.split("SET", 1)[0] if statement.verb == "update" else text
    return ends_open or "{" in rest or "%s" in rest


def _is_joined(sql: Sql) -> bool:
    """`parts = ["UPDATE orders SET state = %s"]`, to which the function appends, before `" ".join(parts)` is executed."""
    if sql.origin is None or sql.built is None or sql.module is None:
        return False
    begins, module = sql.built.origin(0), sql.module
    lists = {
        s.target.id
        for s in module.own_statements(sql.origin.index)
        if type(s.target) is Name and type(s.value) is Collection and s.value.at <= begins.at < s.value.end
    }
    joined = (c for c in module.own_calls(sql.origin.index) if type(c.callee) is Attribute and c.callee.attr == "join")
    return any(type(a.value) is Name and a.value.id in lists for call in joined for a in call.arguments)


def _is_meant(sql: Sql, statement: Statement, params: Params) -> bool:
    return _says_all(sql.path, sql.origin, statement.writes[0], params)


def _own_words(function: Def | None) -> set[str]:
    """The words of the function's name."""
    return set(words_of(function.function.name)) if function is not None else set()


def _is_alternative(project: Project, sql: Sql) -> bool:
    """The same call is given a text that says which rows."""
    others = project.statements.by_sink[sql.sink.path, sql.sink.index] if sql.sink is not None else ()
    return any(statement.filtered for other in others for statement in other.facts.statements)


def _narrowed(project: Project) -> frozenset[tuple[str, int, str, str]]:
    """Where a statement says which rows: another of the function, of the same table, that says none is the other choice."""
    told = ((sql, s) for sql in project.statements.all for s in sql.facts.statements if s.filtered and s.writes)
    return frozenset(_place(sql, statement) for sql, statement in told if sql.origin is not None)


def _place(sql: Sql, statement: Statement) -> tuple[str, int, str, str]:
    return (sql.path, -1 if sql.origin is None else sql.origin.index, statement.verb, statement.writes[0].lower())


Filled = frozenset[tuple[str, int, str]]


def _filled(project: Project) -> Filled:
    """(file, function, table) of what statements write new rows into."""
    return frozenset(
        (sql.path, -1 if sql.origin is None else sql.origin.index, table.lower())
        for sql in project.statements.all
        for statement in sql.facts.statements
        if statement.verb in ("insert", "merge")
        for table in statement.writes
    )


def _is_replaced(sql: Sql, statement: Statement, filled: Filled) -> bool:
    """New rows come into the place of all that were there."""
    function = -1 if sql.origin is None else sql.origin.index
    return statement.verb == "delete" and (sql.path, function, statement.writes[0].lower()) in filled
