"""SQL001: a `*` that takes every column of a table, in `.sql` files and in the SQL that code builds."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site
from archlint.facts.sql import Star, Statement
from archlint.facts.syntax import String
from archlint.project.model import Def
from archlint.project.schema.names import is_of_moment, last_part
from archlint.project.source.one_off import OneOffWords
from archlint.project.source.run_by_hand import RunByHand
from archlint.project.spelling import last_name
from archlint.project.sql.replaced_routines import ReplacedRoutines
from archlint.project.sql.row_uses import RowUses
from archlint.project.sql.statements import Sql
from archlint.project.sql.whole_rows import WholeRows

_MESSAGES = {
    "select": "default",
    "nested": "nested",
    "narrowed": "narrowed",
    "insert-select": "insert",
    "view": "view",
    "returning": "returning",
}
_OF_ROWS = frozenset({"default", "nested", "returning"})
_HOLE = re.compile(r"\{\{.*?\}\}|\{[^{}]*\}|%\(\w+\)s|%s|:\w+|\$\w+|\?", re.DOTALL)

_THROWN_AWAY = re.compile(r"\s*PERFORM\b", re.IGNORECASE)
"""What a routine asks for its effect alone, a lock or a call: no row of it goes anywhere."""
_PEEK = re.compile(r"\s*SELECT\s+\*\s+FROM\b[^;:{%$?]*\bLIMIT\s+\d+\s*;?\s*", re.IGNORECASE)
_BACKUP = re.compile(r"(^|[._])(backups?|bak|bkp)(_|$)")
_INTO_MOMENT = re.compile(
    r"\bCREATE\s+(?:LOCAL\s+|GLOBAL\s+)?TEMP(?:ORARY)?\s+TABLE\b[^;]*\bAS\s*\(?\s*SELECT\s+(?:\w+\.)?\Z", re.IGNORECASE
)
_LISTED = re.compile(r"\(\s*(?:\*|\{[^{}]*\})\s*\)\s*SELECT\s+(?:DISTINCT\s+)?\Z", re.IGNORECASE)
"""`INSERT INTO t ({columns}) SELECT …`"""
_NAMED_BY_HOLE = re.compile(r"(?:\}\}|\{\w+\}|%s)\s+AS\s*\(", re.IGNORECASE)
"""A part of the statement that a template names."""
_QUOTE = "'"
"""Begins the name of a file that a query reads as a table: its columns stand nowhere but in it."""
_QUOTES_OF_NAMES = '"`[]'
_NEAR = 60
_RETURNS = re.compile(r"\bRETURNS\s+(?:SETOF\s+)?([\w.]+)", re.IGNORECASE)
_QUOTES = re.compile(r"\$\w*\$")
"""What stands around the body of a routine."""
_ANEW = "replace"
"""What a call is told that makes the table anew, whatever it was."""
_INTO = re.compile(r"\bINTO\s+(?:STRICT\s+)?(\w+)", re.IGNORECASE)


class Params(OneOffWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`catalogues`: patterns of relations of the database itself, whose columns the project does not own; `writing_tables`:
    calls that write a whole table anew, which they name first; `keeping`: databases that may write a subquery out as wide as it
    is; `renaming`: those that give a table another name, the old one
    first; the others: see `RowUses`."""

    catalogues: tuple[str, ...]
    whole_models: tuple[str, ...]
    told_columns: tuple[str, ...]
    writing_tables: tuple[str, ...]
    renaming: tuple[str, ...]
    keeping: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """One hit for each place of a star, however many statements are built from it; a proof for each query that names
    its columns."""
    hits: dict[Site, Hit] = {}
    named: dict[Site, str] = {}
    chosen: dict[Site, dict[Use, set[str]]] = defaultdict(lambda: defaultdict(set))
    copied, moment = _copied(project), _of_functions(project, params)
    renamed = _renamed(project, params)
    rows = RowUses(project, params.whole_models, params.told_columns)
    replaced = ReplacedRoutines(project)
    uses = Uses(rows, WholeRows(project), RunByHand(project, params), renamed, _listed_at_run_time(project))
    for sql in project.statements.all:
        if sql.is_test or sql.is_vendored or _is_for_eyes(sql):
            continue
        made = _made_in(sql, moment)
        for statement in sql.facts.statements:
            if replaced.hold(sql, statement.at):
                continue
            passing = made | _dropped_after(sql, statement) if statement.stars else made
            found = [] if _is_copy(sql, statement, copied) else list(_stars(sql, statement, params, passing))
            for hit in (_seen_through(_weighed(uses, sql, statement, hit), sql, params) for hit in found):
                chosen[hit.site][_use(sql)].add("" if hit.message == "insert" else hit.words["tables"])
                known = hits.get(hit.site)
                if known is None or known.confidence < hit.confidence:
                    hits[hit.site] = hit
            if not found and statement.verb == "select" and statement.tables:
                named.setdefault(sql.site(statement.at, statement.end), ", ".join(statement.tables))
    for site in sorted(hits):
        # A loop over tables is a table chosen at run time, too.
        if any(len(tables) == 1 for tables in chosen[site].values()):
            yield hits[site]
    broken = [(site.path, site.at) for site in hits]
    for site in sorted(named):
        if not any(path == site.path and site.at <= at < site.end for path, at in broken):
            yield Proof(site, f"names the columns that it reads of {named[site]}")


def _copied(project: Project) -> frozenset[tuple[Def, str]]:
    """(function, table) of the tables that a function makes with columns that it lists at run time."""
    found: set[tuple[Def, str]] = set()
    for sql in project.statements.all:
        for statement in sql.facts.statements if sql.origin is not None else ():
            opened = sql.text.find("(", statement.at, statement.end)
            first = opened + 1 + len(sql.text[opened + 1 :]) - len(sql.text[opened + 1 :].lstrip())
            if statement.creates == "table" and opened >= 0 and sql.is_hole(first, first + 1) and sql.origin is not None:
                found |= {(sql.origin, table.lower()) for table in statement.writes}
    return frozenset(found)


def _listed_at_run_time(project: Project) -> frozenset[str]:
    """Tables that the program makes with columns of which not all are written down, as the messages name them."""
    return frozenset(
        f"`{table}`"
        for sql in project.statements.all
        for s in (sql.facts.statements if sql.built is not None else ())
        if s.creates == "table"
        and s.verb == "create"
        and (opened := sql.text.find("(", s.at, s.end)) >= 0
        and sql.is_hole(opened, s.end)
        for table in s.writes
    )


def _is_copy(sql: Sql, statement: Statement, copied: frozenset[tuple[Def, str]]) -> bool:
    """All rows go into a table whose columns the same function lists at run time: there are none to name."""
    return statement.verb == "insert" and any((sql.origin, table.lower()) in copied for table in statement.writes)


def _is_for_eyes(sql: Sql) -> bool:
    """A file of several peeks (`SELECT * FROM t LIMIT 8`) and nothing else: no program asks for so many answers."""
    statements = sql.facts.statements
    if sql.built is not None or len(statements) < 2 or sql.facts.unparsed or re.search(r"--\s*name\s*:", sql.text):
        return False
    return all(_PEEK.fullmatch(sql.text[s.at : s.end]) for s in statements)


_ITEM = "c"
"""`SELECT * FROM c`: what a store of documents calls the item itself."""
_MADE_OF_QUERY = re.compile(r"\bCREATE\s+(?:OR\s+REPLACE\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)\s+AS\b", re.IGNORECASE)
"""Its columns stand in the query."""
_MADE = re.compile(r"\bCREATE\s+(?:(?:GLOBAL|LOCAL)\s+)?TEMP(?:ORARY)?\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)", re.IGNORECASE)
"""A temporary table, also in a statement that is not understood."""

Use = tuple[str, int, int]


def _use(sql: Sql) -> Use:
    """The place in which a text is used; several texts there are alternatives."""
    return sql.path, -1 if sql.sink is None else sql.sink.index, sql.context


Moment = dict[Def | str, set[str]]


def _of_functions(project: Project, params: Params) -> Moment:
    """Function, class, or path of a file of SQL → the temporary tables that it makes, and those that it writes whole; of a
    function also those that it makes of a query; of a
    class, those that its methods always make anew."""
    found: Moment = defaultdict(set)
    for sql in project.statements.all:
        made = {table.lower() for s in sql.facts.statements if s.temporary for table in s.writes}
        if sql.origin is not None:
            made |= {name.lower() for name in _MADE_OF_QUERY.findall(sql.text)}
        if made:
            found[sql.path if sql.built is None else sql.origin or sql.path] |= made
    for name in params.writing_tables:
        for module, call in project.calls.written(name):
            first = call.arguments[0].value if call.arguments else None
            function = module.body.contexts[call.context].function
            if isinstance(first, String) and function >= 0:
                found[Def(module, module.name, function)].add(first.value.lower())
                owner = _class_of(Def(module, module.name, function))
                if owner and any(isinstance(a.value, String) and a.value.value == _ANEW for a in call.arguments):
                    found[owner].add(first.value.lower())
    return found


def _class_of(definition: Def) -> str:
    """The class whose method it is, as a key; nothing is kept for functions of none."""
    row = definition.function.klass
    return f"{definition.module.path}:{row}" if row >= 0 else ""


def _made_in(sql: Sql, moment: Moment) -> frozenset[str]:
    """The temporary tables of a text and of what it stands in."""
    found = {made[1].lower() for made in _MADE.finditer(sql.text)}
    found |= moment.get(sql.path if sql.built is None else sql.origin or sql.path, set())
    found |= moment.get(_class_of(sql.origin), set()) if sql.origin is not None else set()
    return frozenset(found)


def _dropped_after(sql: Sql, statement: Statement) -> set[str]:
    """The tables that a later statement of the text drops when the query has read them out."""
    later = (s for s in sql.facts.statements if s.verb == "drop" and s.creates == "table" and s.at > statement.at)
    return {table.lower() for s in later for table in s.writes} if statement.verb == "select" else set()


def _stars(sql: Sql, statement: Statement, params: Params, passing: frozenset[str]) -> Iterator[Hit]:
    """The stars that take too much; `passing` are tables of the same text that do not last."""
    for star in statement.stars:
        if star.place not in _MESSAGES or sql.is_hole(star.at, star.end) or statement.temporary:
            continue
        if _INTO_MOMENT.search(sql.text, max(star.at - 300, 0), star.at) or any(
            _BACKUP.search(table.lower()) for table in statement.writes
        ):
            continue
        if (
            _THROWN_AWAY.match(sql.text, statement.at)
            or _fills_row(sql, statement, star)
            or _gives_rows(sql, star)
            or (star.place == "insert-select" and _is_in_place_of_list(sql, star))
            or (star.place == "insert-select" and _is_of_moment(statement, star))
        ):
            continue
        lasting = (t for t in star.sources if t.lower() not in passing and not t.startswith(_QUOTE))
        tables = [t for t in lasting if not _is_catalogue(t, params)]
        # Where the table is chosen at run time, there is no list of columns to write.
        if not tables or (star.place != "insert-select" and not any(_is_named(table) for table in tables)):
            continue
        yield Hit(
            site=sql.site(star.at, star.end),
            words={
                "star": f"{star.table}.*" if star.table else "*",
                "tables": ", ".join(f"`{table}`" for table in tables),
                "target": f"`{statement.writes[0]}`" if statement.writes else "a table",
            },
            message=_MESSAGES[star.place],
            confidence=sql.confidence,
            anchor=_anchor(star, tables),
        )


def _fills_row(sql: Sql, statement: Statement, star: Star) -> bool:
    """`SELECT * INTO v`, `RETURNING * INTO v`, where `v` is declared with the row type of the table."""
    found = _INTO.search(sql.text, star.end, statement.end)
    if found is None:
        return False
    rows = "|".join(re.escape(table.rpartition(".")[2]) for table in (*star.sources, *statement.writes))
    declared = rf"\b{re.escape(found[1])}\s+(?:\w+\.)?(?:{rows})(?:%ROWTYPE)?\s*(?:;|:=|DEFAULT\b)"
    return bool(rows) and re.search(declared, sql.text, re.IGNORECASE) is not None


def _gives_rows(sql: Sql, star: Star) -> bool:
    """`CREATE FUNCTION late() RETURNS SETOF orders … SELECT * FROM orders`: its rows are the table's, whatever that holds."""
    routines = _routines(sql.text)
    row = bisect_right(routines, (star.at, "")) - 1
    if row < 0 or len(_QUOTES.findall(sql.text, routines[row][0], star.at)) != 1:
        return False
    wanted = last_part(routines[row][1]).lower()
    return bool(star.sources) and all(last_part(table).lower() == wanted for table in star.sources)


@lru_cache(maxsize=8)
def _routines(text: str) -> list[tuple[int, str]]:
    """The ends of what a text says its routines return, in order, and the table of each; a file of many stars is asked again
    and again."""
    return [(returned.end(), returned[1]) for returned in _RETURNS.finditer(text)]


def _is_in_place_of_list(sql: Sql, star: Star) -> bool:
    """`INSERT INTO t ({columns}) SELECT {columns}`, where a table without any is given a star: the same list on both sides."""
    if sql.built is None:
        return False
    placed = zip(sql.built.starts, sql.built.pieces, strict=True)
    is_alone = any(start == star.at and piece.text == "*" for start, piece in placed)
    return is_alone and _LISTED.search(sql.text, max(star.at - _NEAR, 0), star.at) is not None


def _is_of_moment(statement: Statement, star: Star) -> bool:
    """From tables that do not last, or into one."""
    return all(map(is_of_moment, star.sources)) or (bool(statement.writes) and all(map(is_of_moment, statement.writes)))


def _renamed(project: Project, params: Params) -> frozenset[str]:
    """The names that tables had before a migration, as targets of hits write them."""
    bodies = (module.body for module in project.modules.all if module.is_migration)
    calls = (c for body in bodies for c in body.calls if c.arguments and last_name(body, c.callee) in params.renaming)
    firsts = (call.arguments[0].value for call in calls)
    return frozenset(f"`{first.value}`" for first in firsts if isinstance(first, String))


class Uses(Struct, frozen=True):
    """What is asked of the rows of a query; `renamed`, `listed`: see `_renamed` and `_listed_at_run_time`."""

    rows: RowUses
    whole: WholeRows
    by_hand: RunByHand
    renamed: frozenset[str]
    listed: frozenset[str]


def _weighed(uses: Uses, sql: Sql, statement: Statement, hit: Hit) -> Hit:
    """A query whose rows nothing is known to take apart is a note; what a subquery, a view or an insert does with them
    stands in the text itself."""
    match hit.message:
        case "default":
            doubt = uses.rows.doubt(sql, statement) or _run_by_hand(uses.by_hand, sql)
            doubt = doubt or ("it is only asked whether a row is there" if uses.whole.asks_whether(sql) else "")
            doubt = doubt or ("its columns are listed as it is made" if hit.words["tables"] in uses.listed else "")
        case "returning":
            doubt = uses.rows.leaves_rows(sql) or _used_whole(uses.whole, sql, hit)
        case "nested":
            doubt = uses.rows.is_read_once(sql) or _run_by_hand(uses.by_hand, sql)
            doubt = doubt or ("a template names parts of the statement" if _NAMED_BY_HOLE.search(sql.text) else "")
        case "narrowed":
            doubt = "whoever reads it names the columns"
        case "view":
            doubt = "it stands for a table that was called so before" if hit.words["target"] in uses.renamed else ""
            doubt = doubt or ("it stands for the whole table under the same name" if _is_namesake(hit) else "")
        case _:
            doubt = "which table it is, is said at run time, and it keeps its name" if _is_moved(statement) else ""
    if not doubt and hit.message in _OF_ROWS and uses.rows.is_for_tests(sql):
        doubt = "only tests call it"
    if not doubt:
        return hit
    words = {**hit.words, "doubt": doubt}
    return Hit(hit.site, words, "doubtful", min(hit.confidence, Confidence.LOW), anchor=hit.anchor)


def _seen_through(hit: Hit, sql: Sql, params: Params) -> Hit:
    """A note where the database reads of a subquery only what is asked of it; of six such places two were right."""
    is_plain = hit.message == "nested" and sql.dialect not in params.keeping
    return replace(hit, confidence=min(hit.confidence, Confidence.LOW)) if is_plain else hit


def _run_by_hand(by_hand: RunByHand, sql: Sql) -> str:
    is_so = sql.sink is not None and by_hand.holds(sql.sink.module, sql.sink.call.context)
    return "a person runs it, and it ends" if is_so else ""


def _used_whole(whole: WholeRows, sql: Sql, hit: Hit) -> str:
    """Of the row that a write gives back, as it is then; of queries that do so two were right for one that was wrong."""
    tables = [name.strip("`") for name in hit.words["tables"].split(", ")]
    is_read = sql.sink is not None and whole.reads_every_column(sql.sink, tables)
    return "each of its columns is read" if is_read else ""


def _is_namesake(hit: Hit) -> bool:
    """`CREATE VIEW shown.orders AS SELECT * FROM orders`"""
    names = [name.strip("`").rpartition(".")[2].strip('"').lower() for name in (hit.words["target"], hit.words["tables"])]
    return names[0] == names[1]


def _is_moved(statement: Statement) -> bool:
    """`INSERT INTO main.{table} SELECT * FROM other.{table}`: whichever it is, nobody can write its columns down."""
    names = {last_part(table).strip(_QUOTES_OF_NAMES) for table in (*statement.writes, *statement.tables)}
    return len(names) == 1 and all(_HOLE.fullmatch(name) for name in names)


def _anchor(star: Star, tables: list[str]) -> str:
    return " ".join([star.place, f"{star.table}.*", *tables])


def _is_catalogue(table: str, params: Params) -> bool:
    return any(fnmatchcase(table.lower(), pattern) for pattern in params.catalogues)


def _is_named(table: str) -> bool:
    """Is more of the table's own name written than a hole and a letter or two (`u_{id}`), and not that of a table of the moment
    (`tmp_{id}`)?"""
    if _HOLE.search(table) and is_of_moment(_HOLE.sub("", table)):
        return False
    if table == _ITEM:
        return False
    written = _HOLE.sub("", table).rpartition(".")[2]
    return bool(re.search(r"[^\W_]{3}" if _HOLE.search(table.rpartition(".")[2]) else r"\w", written))
