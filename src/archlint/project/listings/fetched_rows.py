"""The rows that a text of SQL asks for: of which table they are, and what the text says of how many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, Await, CallRef, Expr, Name
from archlint.project.model import CallSite
from archlint.project.names.arguments import receiver_of
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import parts_of
from archlint.project.relations.grouped_sql import is_grouped
from archlint.project.relations.row_types import Rows, Trait
from archlint.project.schema.names import last_part
from archlint.project.schema.tenancy import Tenancy
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.sql.statements import Sql

_FETCHING = frozenset({"fetchall", "fetch_all", "fetchmany"})
_EXECUTING = frozenset({"execute", "exec_driver_sql", "sql"})
_WHERE = re.compile(r"\bwhere\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_GIVEN = re.compile(r"%s|%\(|\?|:\w|@\w|\$\d|\{|=\s*'")
_BRACKET_OR_FROM = re.compile(r"[()]|\bfrom\s+[\"`\[]?(?P<table>[\w.]+)", re.IGNORECASE)
_UNION = re.compile(r"\bunion\b", re.IGNORECASE)
_EQUAL = re.compile(r"(?P<column>\w+)\"?\s*=\s*(%s|%\(\w+\)s|\?|:\w+|@\w+|\$\d+)")
_BOUND = re.compile(r"(?P<column>\w+)\"?\)?\s*(?P<op>[<>])=?\s*(\w+\()*(?:%s|%\(\w+\)s|\?|:\w+|@\w+|\$\d+)")
_BETWEEN = re.compile(r"\bbetween\s+\S+\s+and\b", re.IGNORECASE)
_LISTS = frozenset({"list", "List", "Sequence", "Iterable"})


class Selected(Struct, frozen=True):
    """The table of a SELECT, the first that it names outside of brackets, and what its text says of its rows."""

    table: str
    traits: frozenset[Trait]


class FetchedRows:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)
        self._tenancy = Tenancy(project)

    def told(self, site: CallSite) -> Selected | None:
        """What the SQL says that the call is given; None where it is none, or none that selects."""
        texts = self._project.statements.by_sink.get((site.path, site.index), ())
        found = [selected for sql in texts if (selected := self._selected(sql)) is not None]
        if not found or len(found) < len(texts):
            return None
        return Selected(found[0].table, frozenset[Trait]().union(*(selected.traits for selected in found)))

    def executed(self, site: CallSite) -> CallSite | None:
        """Of `cursor.fetchall()` the last call above that made the cursor run a statement."""
        base = receiver_of(site)
        if last_name(site.module.body, site.call.callee) not in _FETCHING or base is None or self.told(site) is not None:
            return None
        behind = self._behind(site.module, base, site.call.context)
        if behind is not None:
            return behind
        name, function = spell(site.module.body, base), site.module.body.contexts[site.call.context].function
        above = (each for each in self._project.calls.in_module(site.module)[: site.index + 1] if each.call.at < site.call.at)
        executing = [
            each
            for each in above
            if site.module.body.contexts[each.call.context].function == function
            and isinstance(each.call.callee, Attribute)
            and each.call.callee.attr in _EXECUTING
            and spell(each.module.body, each.call.callee.base) == name
        ]
        return max(executing, key=lambda each: each.call.at, default=None)

    def _behind(self, module: Module, expr: Expr, context: int) -> CallSite | None:
        """The call of the program's own that was given the SQL and gives what the expression is: `db.execute("SELECT …")`, also
        under a name."""
        found = self._origins.of(module, expr, context) if isinstance(expr, Name) else ()
        own = (each.expr for each in found if isinstance(each, Origin) and each.module is module and not each.each)
        for part in (expr, *own):
            inner = part.value if isinstance(part, Await) else part
            site = self._project.calls.in_module(module)[inner.index] if isinstance(inner, CallRef) else None
            if site is not None and any(t.definition is not None for t in site.targets) and self.told(site) is not None:
                return site
        return None

    def gives_many(self, site: CallSite) -> bool:
        """A function of the program's own is given SQL that selects, and is called or annotated as one that gives all rows."""
        if self.told(site) is None:
            return False
        if last_name(site.module.body, site.call.callee).strip("_") in _FETCHING:
            return True
        own = (target.definition for target in site.targets if target.definition is not None)
        parts = ((d.module.body, part) for d in own for part in parts_of(d.module.body, d.function.returns))
        return any(last_name(body, part) in _LISTS for body, part in parts)

    def named(self, site: CallSite, found: Iterable[Rows]) -> Iterator[Rows]:
        """Rows of which nothing says what they are of: of what the call's SQL says."""
        selected: Selected | None = None
        is_asked = False
        for rows in found:
            if rows.model is not None or rows.table:
                yield rows
                continue
            if not is_asked:
                selected, is_asked = self.told(site), True
            yield rows.of_table(selected.table, *selected.traits) if selected is not None else rows

    def _selected(self, sql: Sql) -> Selected | None:
        facts = sql.facts
        if (
            len(facts.statements) != 1
            or facts.unparsed
            or facts.statements[0].verb != "select"
            or not facts.statements[0].tables
        ):
            return None
        statement = facts.statements[0]
        table = last_part(_outermost(sql.text[statement.at : statement.end], statement.tables)).lower()
        traits = self._traits(sql.text, is_limited=statement.limited)
        return Selected(table, frozenset(traits)) if table.isidentifier() else None

    def _traits(self, text: str, *, is_limited: bool) -> Iterator[Trait]:
        """Limited, grouped, narrowed by a value that is given, or to one tenant alone; shared where a part is put in that may
        narrow it, or where other rows come along."""
        if is_limited:
            yield "limited"
        if is_grouped(text):
            yield "grouped"
        where = _WHERE.search(text)
        if where is not None and _is_between(where["rest"]):
            yield from ("since", "until")
        if "{" in text or _UNION.search(text):
            yield "shared"
        elif where is not None and (given := len(_GIVEN.findall(where["rest"]))):
            parting = sum(self._tenancy.parts(each["column"].lower()) for each in _EQUAL.finditer(where["rest"]))
            yield "own" if given > parting else "parted"


def _is_between(conditions: str) -> bool:
    """Both ends of something are given: `at >= %s AND at < %s`, `at BETWEEN %s AND %s`."""
    bounds = {(each["column"].lower(), each["op"]) for each in _BOUND.finditer(conditions)}
    return bool(_BETWEEN.search(conditions)) or any((column, "<") in bounds for column, op in bounds if op == ">")


def _outermost(text: str, tables: Sequence[str]) -> str:
    """The table that stands behind the FROM which is in no brackets: what is only counted for each row stands in some."""
    depth = 0
    for token in _BRACKET_OR_FROM.finditer(text):
        if token["table"] is None:
            depth += 1 if token[0] == "(" else -1
        elif depth == 0 and token["table"] in tables:
            return token["table"]
    return tables[0]
