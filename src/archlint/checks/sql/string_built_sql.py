"""SQL002: a value that becomes part of the text of a statement, told where it enters the text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import CallRef, Collection, Expr, Mapping, String
from archlint.project.control.endings import ends_before
from archlint.project.model import CallSite, Def
from archlint.project.secrets.flows import Place
from archlint.project.source.modules import Module
from archlint.project.spelling import shorten, spell, spell_call
from archlint.project.sql.sql_texts import Sink
from archlint.project.values.inserted_values import InsertedValues
from archlint.project.values.insertions import Inserted, Reach, TextWords, cannot_be_bound, is_file, is_name, is_quoted
from archlint.project.values.outside_values import OutsideValues
from archlint.project.words import words_of

Params = TextWords

_VALUES = re.compile(
    r"(?:[=<>~|+*/]|\b(?:R?LIKE|ILIKE|REGEXP|GLOB|LIMIT|OFFSET|INTERVAL|BETWEEN(?:\s+\S+\s+AND)?|TO)\b"
    r"|\b(?:IN|VALUES|ANY)\s*\((?:[^()]|\([^()]*\))*)\s*\(?\s*\Z",
    re.IGNORECASE,
)
"""In front of a value, that could have been bound."""
_SET_UP = re.compile(r"\s*(?:(?:CREATE|ALTER|DROP)\s+(?:USER|ROLE|DATABASE|LOGIN|TABLESPACE)|GRANT|REVOKE)\b", re.IGNORECASE)
"""Begins a statement that takes no bound values, by which an operator sets a database up."""

_COLUMN = re.compile(r"([\w ]+?)[\"`\]]?\s*(?:=|<>|!=|[<>]=?|\bLIKE|\bIN\s*\()\s*'%?\Z", re.IGNORECASE)
"""The column that a literal is compared with."""
_WRITES_OR_ASKS = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|WHERE|VALUES)\b", re.IGNORECASE)
_CATALOGUE = re.compile(
    r"\b(?:information_schema|pg_catalog|pg_\w+|sqlite_master|sqlite_schema|all_tab\w*|user_tab\w*)\b", re.IGNORECASE
)
_SHAPE = re.compile(r"\bST_Geo\w*From(?:E?WK[BT]|Text)\s*\(\s*'[^']*\Z", re.IGNORECASE)
"""In front of a text that is read as a shape, which a row holds as the database has written it."""
_MADE = frozenset(
    {
        "id",
        "ids",
        "uid",
        "sid",
        "pk",
        "uuid",
        "guid",
        "key",
        "time",
        "date",
        "at",
        "on",
        "ts",
        "timestamp",
        "day",
        "month",
        "year",
        "type",
        "kind",
        "status",
        "state",
        "mode",
    }
)
"""Last words of what a program or a database makes itself, which holds no text of anybody's."""


def check(project: Project, params: TextWords) -> Iterator[Hit | Proof]:
    """One hit for each statement of the code in which values enter a text, however many calls take it; a proof for each
    call that takes a text without, one that says nothing where only the program itself decides the value."""
    values, asked = InsertedValues(project, params), _Asked(project)
    texts = _Texts(project)
    parts = _parts_of_clauses(project)
    hits: dict[Site, tuple[Inserted, Hit]] = {}
    for sink in (*project.statements.texts.sinks, *_clauses(project, values)):
        module = sink.site.module
        if module.is_test or module.is_vendored or (sink.is_guess and not texts.is_sql(sink)):
            continue
        inserted = values.into(module, sink.argument, sink.site.call.context)
        if not inserted and (sink.site.path, sink.site.index) in parts:
            whole = values.whole(module, sink.argument, sink.site.call.context)
            inserted = [found for found in whole if found.reach == Reach.SENT]
        if not inserted and sink.is_executed and _is_constant(project, sink):
            yield Proof(sink.site.site, "its text is a constant")
        for found in inserted:
            if found.entry.module.is_test or any(map(asked.never_comes, {found.site, found.entry.site, sink.site.site})):
                continue
            hit = _hit(found, sink, asked)
            if hit.confidence == Confidence.LOW and _is_own(found, sink, asked):
                yield Proof(sink.site.site, "")
                continue
            known = hits.get(found.entry.site)
            if known is None or (hit.confidence, found.reach) > (known[1].confidence, known[0].reach):
                hits[found.entry.site] = (found, hit)
    by_statement: dict[tuple[str, int, str], list[tuple[Inserted, Hit]]] = defaultdict(list)
    for site in sorted(hits):
        found, hit = hits[site]
        by_statement[site.path, _statement(found.entry.module, site.at), hit.message].append((found, hit))
    for together in by_statement.values():
        yield _joined(together)


def _statement(module: Module, at: int) -> int:
    """Where the innermost statement begins that holds a place."""
    return next((s.at for s in reversed(module.statements_between(0, at + 1)) if at < s.end), at)


def _joined(together: list[tuple[Inserted, Hit]]) -> Hit:
    """The surest of the hits in one statement, with the places of the others, and the values of those of which the same is
    said: what a setting gives is not decided by whoever sends a request, since a word beside it is."""
    surest, first = max(together, key=lambda each: (each[1].confidence, each[0].reach))
    others = [hit for _, hit in together if hit is not first]
    alike = [hit for found, hit in together if hit is not first and found.reach == surest.reach]
    values = list(dict.fromkeys(f"`{hit.words['value']}`" for hit in (first, *alike)))
    shown = " and ".join([", ".join(values[:-1]), values[-1]] if len(values) > 1 else values)
    verbs = {"become": "becomes", "name": "names"} if len(values) == 1 else {"become": "become", "name": "name"}
    too = tuple(Step(hit.site, f"`{hit.words['value']}` enters it too") for hit in others)
    return replace(first, words={**first.words, "values": shown, **verbs}, related=(*first.related, *too))


def _clauses(project: Project, values: InsertedValues) -> Iterator[Sink]:
    """What is given as text, and not as an expression of the library's."""
    for sink in project.statements.texts.clauses:
        place = Place(sink.site.module, sink.site.call.context)
        for part in _given(sink):
            if not isinstance(part, String) and values.is_text(part, place):
                yield replace(sink, argument=part)


def _parts_of_clauses(project: Project) -> frozenset[tuple[str, int]]:
    """The calls whose result is given as a clause: `order_by(text(order))`."""
    given = ((sink.site.path, part) for sink in project.statements.texts.clauses for part in _given(sink))
    return frozenset((path, part.index) for path, part in given if isinstance(part, CallRef))


def _given(sink: Sink) -> Sequence[Expr]:
    given = sink.argument
    return given.items if isinstance(given, Collection) else given.values if isinstance(given, Mapping) else (given,)


def _is_constant(project: Project, sink: Sink) -> bool:
    texts = project.values.texts(sink.site.module, sink.argument, sink.site.call.context)
    return bool(texts) and all(text.is_constant for text in texts)


class _Texts:
    """Whether what a call takes that is only called like one that takes SQL reads like SQL, here or where it is handed over."""

    def __init__(self, project: Project) -> None:
        told = {(sql.sink.path, sql.sink.index) for sql in project.statements.all if sql.sink is not None}
        reached = project.statements.texts.reached
        self._sinks = {sink.taken_by for sink in reached if sink.is_guess and (sink.site.path, sink.site.index) in told}

    def is_sql(self, sink: Sink) -> bool:
        return (sink.site.path, sink.site.index) in self._sinks


class _Asked:
    """What a request comes to."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._outside = OutsideValues(project)
        self.led_to = project.led_to

    def is_run(self, source: Site, entry: Site) -> bool:
        """A request or a task comes to the function in which a value enters a text, or it came as a message."""
        return any(map(self._outside.takes_message, self._around(source))) or any(map(self.led_to.runs, self._around(entry)))

    def _around(self, site: Site) -> list[Def]:
        module = self._project.modules.by_path[site.path]
        return [Def(module, module.name, row) for row, _ in module.functions_around(site.at)]

    def is_offered(self, found: Inserted) -> bool:
        """The function whose callers are not known is handed on by its name, within the program or to whoever imports it, or
        no function of its module is called here."""
        uncalled = self._project.uncalled
        named = (d for d in self._around(found.site) if d.function.qualname == found.owner)
        return any(uncalled.is_handed_on(d) or uncalled.is_library(d.module) for d in named)

    def never_comes(self, site: Site) -> bool:
        """What stands in front of the place, in its own function, ends in an error whatever it is given."""
        return any(ends_before(self._project, definition, site.at) for definition in self._around(site))

    def for_nothing(self, site: Site) -> bool:
        """The function around the place answers routes that are served nowhere, and no others."""
        told = [self._project.endpoints.by_definition.get(definition) for definition in self._around(site)]
        routes = [endpoint.route for endpoints in told if endpoints is not None for endpoint in endpoints]
        return bool(routes) and all(map(self._project.left_routers.hold, routes))


def _hit(found: Inserted, sink: Sink, asked: _Asked) -> Hit:
    entry = found.entry
    value = shorten(spell(entry.module.body, entry.expr))
    call = shorten(spell(sink.site.module.body, sink.site.call.callee))
    put_in = Step(entry.site, f"`{value}` enters the text here")
    executed = Step(sink.site.site, f"executed by `{shorten(spell_call(sink.site.module.body, sink.site.call))}`")
    origin = _origin(found)
    source = Step(found.site, origin)
    return Hit(
        site=entry.site,
        words={"value": value, "call": call, "origin": origin},
        message="name" if is_name(entry.before) else "default",
        confidence=_confidence(found, sink, asked),
        related=(executed,),
        path=(source, *found.up, put_in, *entry.down, executed),
        anchor=f"{value} {call}",
    )


def _origin(found: Inserted) -> str:
    match found.reach:
        case Reach.SENT:
            return f"`{found.source}` is decided by whoever sends a request"
        case Reach.GIVEN:
            return f"`{found.source}` is decided by whoever calls `{found.owner}`"
        case Reach.READ:
            return f"`{found.source}` is decided by whoever wrote the row, message or answer"
        case Reach.UNPROVED:
            return f"nothing says who decides `{found.source}`"


def _confidence(found: Inserted, sink: Sink, asked: _Asked) -> Confidence:
    """How sure it is that somebody from outside decides the value, and that the text is executed: the one place where that
    is judged. A function that is handed on by its name is called by people that nobody knows, and one that nobody calls by
    nobody; in a program with requests or tasks, what none of them is seen to bring is the program's own nearly always."""
    if found.reach == Reach.UNPROVED:
        return Confidence.LOW
    by_hand = not _is_daily(sink.site.module) or not _is_daily(found.entry.module)
    if found.reach == Reach.READ:
        is_told = not by_hand and _is_somebodys(found) and asked.is_run(found.site, found.entry.site)
        return min(found.confidence, Confidence.MEDIUM) if is_told else Confidence.LOW
    if found.reach == Reach.SENT:
        if asked.for_nothing(found.site):
            return Confidence.LOW
        return min(found.confidence, Confidence.HIGH if _is_sure(sink.site, sink) else Confidence.MEDIUM)
    is_own = by_hand or not asked.led_to.is_empty or not asked.is_offered(found)
    return Confidence.LOW if is_own or not _is_text(found.entry.before) else min(found.confidence, Confidence.MEDIUM)


def _is_own(found: Inserted, sink: Sink, asked: _Asked) -> bool:
    """What nobody is seen to send is the program's own, and not worth a word: a name (nothing can be bound there) that it looks
    up or that its functions hand on, and all that is run by hand."""
    if found.is_sent:
        return False
    if not _is_daily(sink.site.module) or not _is_daily(found.entry.module):
        return True
    before = found.entry.before
    is_offered = found.reach == Reach.GIVEN and asked.led_to.is_empty and asked.is_offered(found)
    return cannot_be_bound(before) and not is_file(before) and not is_offered


def _is_somebodys(found: Inserted) -> bool:
    """What is read stands inside of a literal, among values that people give, as far as names say, and is no file's name."""
    before, named = found.entry.before, spell(found.entry.module.body, found.entry.expr)
    if (
        not _is_text(before)
        or not _WRITES_OR_ASKS.search(before)
        or _CATALOGUE.search(before)
        or is_file(before)
        or _SHAPE.search(before)
    ):
        return False
    column = _COLUMN.search(before)
    last = (words_of(text)[-1:] for text in (named, column[1] if column is not None else ""))
    return all(_MADE.isdisjoint(words) for words in last)


def _is_text(before: str) -> bool:
    """It stands inside of a literal: what is no number would break the statement elsewhere, and names, and whole conditions,
    are nearly always written by the code itself."""
    outer, _, inner = before.partition('"')
    in_double = before.count('"') == 1 and "'" not in inner and _VALUES.search(outer) is not None
    return not _SET_UP.match(before) and (in_double or (not is_name(before) and is_quoted(before)))


def _is_sure(site: CallSite, sink: Sink) -> bool:
    return not sink.is_guess and sink.confidence > Confidence.LOW and site.module.is_production


def _is_daily(module: Module) -> bool:
    """Neither run by hand nor a copy under a name that cannot be imported (`orders-old.py`)."""
    can_be_imported = module.path.rpartition("/")[2].partition(".")[0].isidentifier()
    return can_be_imported and not (module.is_migration or module.is_script or module.is_example)
