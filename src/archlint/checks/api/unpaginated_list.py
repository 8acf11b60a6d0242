"""API008: an endpoint that answers with all rows of a query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Name
from archlint.project.listings.answered_rows import AnsweredRows
from archlint.project.listings.bare_values import gives_bare_values
from archlint.project.listings.empty_answers import answers_nothing_first
from archlint.project.listings.kept_answers import is_kept_long
from archlint.project.listings.key_last import key_first
from archlint.project.listings.listing_views import ListingView, ListingViews
from archlint.project.listings.many_rows import ManyRows, RowWords, kind_of
from archlint.project.listings.path_words import ROOTS, ends_one, ends_with_one_of, is_by_one, last_words, words_at_the_end
from archlint.project.listings.quotas import Quotas
from archlint.project.listings.said_rows import SaidRows
from archlint.project.listings.written_models import WrittenModels
from archlint.project.model import Def, Type
from archlint.project.parts import parts_of
from archlint.project.relations.row_types import Rows
from archlint.project.routes.attachments import answers_with_file
from archlint.project.routes.endpoints import Endpoint
from archlint.project.routes.page_decorators import shows_page
from archlint.project.routes.route_records import FIELD
from archlint.project.source.one_off import OneOff
from archlint.project.spelling import last_name
from archlint.project.words import words_of

_READS = frozenset({"GET", "QUERY"})
_CONNECTION = "connection"
"""A list of a GraphQL field that is given in pages, by a convention."""
_ENDS = frozenset({"since", "until"})
"""Both ends of a time: what lies between is bounded."""
_NARROWING = frozenset({"filter", "exclude"})
_PAGED = frozenset({"limited", "optional"})
_LONG = 6
_KEYS = frozenset({"id", "pk", "uuid", "key", "slug"})
_GIVEN = frozenset({"self", "cls", "request", "req", "info", "ctx", "context"})
"""Parameters that no path fills."""


class Params(RowWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`paging`: words in the names of what gives a page at a time; `page_parameters`: parameters by which a client asks for a
    page; `pages`: functions that fill a web page; `templates`: ends of the files that such a page is made of; `whole`: last
    parts of paths that promise everything; `envelopes`: words in the keys under which a list is answered; `askers`: words of
    paths for the one who asks; `heaps`: words for what one person has many of; `said`: of what grows, what one object has
    more of only where people say it; `streams`: of what grows, what one object has many of that has itself many beside it,
    and `attached`: what one has few of; `own_few`: what one person has few of, and `tenant_few`: what a tenant has (bank
    accounts); `versions`: what one object has few of; `computed`: words of paths under which something is made of rows;
    `single`: words in names of functions and classes that answer with one thing; `developers`: in names of decorators and in
    paths of what only developers ask; `left`: in folders
    of code that nothing runs any more; `every`: last words of paths for all there is; `waiting`: words of paths for the few
    that somebody has still to do; `spare`: for what is left over of a stock; `parts`: last words in names of what belongs to
    the thing that is named before; `asking`: words that say that something is asked for, and nothing of what.  The rest: see
    `RowWords`, by which it is told what people make more and more of, and `OneOffWords`, by which code is told that fills
    tables once."""

    paging: tuple[str, ...]
    page_parameters: tuple[str, ...]
    pages: tuple[str, ...]
    templates: tuple[str, ...]
    whole: tuple[str, ...]
    envelopes: tuple[str, ...]
    askers: tuple[str, ...]
    heaps: tuple[str, ...]
    said: tuple[str, ...]
    streams: tuple[str, ...]
    attached: tuple[str, ...]
    own_few: tuple[str, ...]
    tenant_few: tuple[str, ...]
    versions: tuple[str, ...]
    computed: tuple[str, ...]
    single: tuple[str, ...]
    developers: tuple[str, ...]
    left: tuple[str, ...]
    every: tuple[str, ...]
    waiting: tuple[str, ...]
    spare: tuple[str, ...]
    parts: tuple[str, ...]
    asking: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each list endpoint that answers with all rows, a proof for each that answers with some."""
    answered = AnsweredRows(project, params.paging, params.pages)
    listing = ListingViews(project, answered)
    functions = tuple(_by_functions(project, answered, params))
    views = tuple(_by_views(listing, params))
    paged = {
        rows.model.name
        for rows in (*(rows for _, _, found in functions for rows in found), *(rows for view, _ in views for rows in view.rows))
        if not rows.traits.isdisjoint(_PAGED) and "shown" not in rows.traits and rows.model is not None
    }
    written, left = WrittenModels(project, OneOff(project, params)), project.left_routers
    many = ManyRows(project, params, written, listing.created, paged)
    said, quotas = SaidRows((*params.asking, *params.every), params.askers), Quotas(project, written)
    weighed = _Weighed(project, params, written, listing, many, said, quotas)
    for definition, endpoint, rows in functions:
        if _is_paged(project, endpoint, params):
            yield Proof(definition.site, f"`{endpoint.label}` is made to answer with a page at a time")
            continue
        if any("limited" in each.traits for each in rows):
            yield Proof(definition.site, f"`{endpoint.label}` answers with a page at a time")
        elif not left.hold(endpoint.route) and (open_rows := weighed.among_of_function(rows, endpoint)):
            widest = max(open_rows, key=lambda each: weighed.of_function(each, endpoint))
            yield from _unless_doubtful(_by_function(endpoint, widest, weighed), widest)
    for view, path in views:
        if view.paged == "yes" or any("limited" in each.traits for each in view.rows):
            yield Proof(view.site, f"`GET {path}` answers with a page at a time")
        elif not left.hold(view.route) and (open_rows := weighed.among_of_view(view, path)):
            widest = max(open_rows, key=lambda each: weighed.confidence(each, path))
            yield from _unless_doubtful(_by_view(view, path, widest, weighed), widest)


def _unless_doubtful(hit: Hit, rows: Rows) -> Iterator[Hit]:
    """A web page shows much that is chosen from, and is no list of it: of pages no notes are taken."""
    if hit.confidence is not Confidence.LOW or "shown" not in rows.traits:
        yield hit


def _by_functions(project: Project, answered: AnsweredRows, params: Params) -> Iterator[tuple[Def, Endpoint, tuple[Rows, ...]]]:
    for definition, endpoints in (project.root_fields | project.endpoints.by_definition).items():
        endpoint = next((each for each in endpoints if _is_list(each, params)), None)
        if endpoint is not None and definition.module.is_production:
            found = answered.of(definition)
            is_page = shows_page(definition, params.templates)
            yield definition, endpoint, tuple(rows.marked("shown") for rows in found) if is_page else found


def _by_views(listing: ListingViews, params: Params) -> Iterator[tuple[ListingView, str]]:
    seen = set()
    for view in listing.all:
        path = _shortest(view, params)
        if view.view not in seen and path is not None and view.view.module.is_production:
            seen.add(view.view)
            yield view, path


@dataclass(frozen=True)
class _Weighed:
    project: Project
    params: Params
    written: WrittenModels
    listing: ListingViews
    many: ManyRows
    said: SaidRows
    quotas: Quotas

    def among(self, found: tuple[Rows, ...]) -> list[Rows]:
        """Those of tables of which it is known that requests fill them; on a web page the whole tables of what gets more."""
        open_rows = (rows for rows in found if not _is_bounded(rows) and self._grows(rows))
        return [rows for rows in open_rows if "shown" not in rows.traits or self._is_many_and_whole(rows)]

    def _is_many_and_whole(self, rows: Rows) -> bool:
        """Nothing narrows them, and by its name it grows or has many rows, each of which is a person or somebody's."""
        kind, model = kind_of(_named(rows)), rows.model
        is_many = self.gets_more_for_sure(rows) or not kind.isdisjoint(self.params.many)
        if rows.traits != {"shown"} or not is_many or not kind.isdisjoint(self.params.set_up):
            return False
        is_theirs = self.many.are_of_people(model) if model is not None else self.many.is_theirs(rows.table)
        return is_theirs or self._is_people(kind)

    def among_of_function(self, found: tuple[Rows, ...], endpoint: Endpoint) -> list[Rows]:
        """Behind a path that ends in a key those alone for which it is named: else it may be the key of one of them.  So it is
        of a web page, which has much besides."""
        turned, path = _turned(endpoint), _path(endpoint)
        open_rows = [rows for rows in self.among(found) if turned is None or ends_with_one_of(turned, words_of(_named(rows)))]
        return [rows for rows in open_rows if "shown" not in rows.traits or self._fills(rows, path)]

    def _fills(self, rows: Rows, path: str) -> bool:
        """The path of a web page ends in what the rows are: `/admin/users`, and no `/users/new-order`."""
        return self.said.ends_in(path, kind_of(_named(rows)))

    def among_of_view(self, view: ListingView, path: str) -> list[Rows]:
        if not view.is_shown:
            return self.among(view.rows)
        found = self.among(tuple(rows.marked("shown") for rows in view.rows))
        return [rows for rows in found if self._fills(rows, path) and not _is_narrowed(rows)]

    def of_function(self, rows: Rows, endpoint: Endpoint) -> Confidence:
        """Low where neither the end of the path nor the function is named for the rows: of 79 of seven readings 29 were
        something made of them, or the few that are left of them.  What a program has many of may be narrowed down."""
        path = _path(endpoint)
        confidence = self.confidence(rows, path)
        if endpoint.route.via == FIELD or confidence is Confidence.LOW:
            return confidence
        named = words_of(_named(rows))
        is_said = self.said.ends_with(path, named) or self._says_what(path, named)
        if is_said or self.said.lists(endpoint.definition.function.name, named):
            return confidence
        kind = kind_of(_named(rows))
        is_many = not kind.isdisjoint((*self.params.many, *self.params.growing))
        is_left = not {*self.params.waiting, *self.params.spare}.isdisjoint(words_of(path.rpartition("/")[2]))
        is_left = is_left or self.said.names_many(path)  # `/subscriptions/calendar-events`: other things, made of them
        if confidence is Confidence.HIGH and is_many and not is_left and self.said.begins_with(path, named):
            return confidence
        return confidence if self._is_people(kind) and self.said.names_many(path) else Confidence.LOW

    def _grows(self, rows: Rows) -> bool:
        model = rows.model
        if model is None:
            return bool(rows.table) and self.written.is_filled(rows.table)
        return self.written.is_written(model) or model.name in self.listing.created

    def confidence(self, rows: Rows, path: str) -> Confidence:
        """Low where the answer may be no list but something that has one, where the rows are those of one object or of who
        asks and are not of a kind that gets more every day, and where nothing says that people make more and more."""
        params, words = self.params, set(words_of(path))
        own = {*words, *(f"{word}s" for word in words), *params.envelopes}
        is_whole = all(any(each in own or ends_one(each, words) for each in words_of(key)) for key in rows.under)
        traits = rows.traits - _ENDS - {"state", "parted", "optional", "shown"}
        named = words_of(_named(rows))
        if not is_whole or not traits <= {"own", "asker"} or not (words - {*named}).isdisjoint(params.computed):
            return Confidence.LOW
        kind, model = kind_of(_named(rows)), rows.model
        last = self._last(path, kind)
        kind = kind or frozenset(last)
        if self._is_part_of_few(named) or (traits and is_by_one(path)):
            return Confidence.LOW
        if (traits or "{" in path or not words.isdisjoint(params.askers)) and model is not None and self.quotas.holds(model):
            return Confidence.LOW
        grows = self._grows_by_name(kind)
        is_heap = not kind.isdisjoint(params.heaps)
        if "{" in path and "state" in rows.traits:
            return Confidence.LOW
        if "{" in path:
            is_told = self._says_what(path, named) and self._gets_more(path, kind, model)
            return Confidence.MEDIUM if is_told else Confidence.LOW
        if traits or not words.isdisjoint(params.askers):
            is_left = not words.isdisjoint((*params.waiting, *params.spare))
            is_narrowed = is_left or not rows.traits.isdisjoint({"state", *_ENDS})
            is_few = not kind.isdisjoint(params.own_few)
            is_own = "asker" in traits or not words.isdisjoint(params.askers)  # and not of one thing that is named
            is_told = (grows or (is_heap and is_own)) and not is_few and not is_narrowed
            return Confidence.MEDIUM if is_told else Confidence.LOW
        if grows and set(last).isdisjoint(params.set_up):
            return Confidence.HIGH
        is_set_up = model is not None and self.many.is_set_up(model)
        if not {*kind, *last}.isdisjoint(params.set_up):
            return Confidence.MEDIUM if model is not None and not is_set_up and self.many.joins_many(model) else Confidence.LOW
        if is_set_up:
            joins = model is not None and self.many.joins_many(model)
            is_stock = is_heap and not kind.isdisjoint(params.many)  # products, and no pictures for the front page
            return Confidence.MEDIUM if is_stock or joins else Confidence.LOW
        if not words.isdisjoint(params.spare) and kind.isdisjoint(params.many):
            return Confidence.LOW
        if model is not None and self.many.are_made_elsewhere(model):
            return Confidence.LOW
        is_many = self.many.is_many(model) if model is not None else self.many.is_theirs(rows.table)
        if "parted" in rows.traits and not kind.isdisjoint(params.tenant_few):
            return Confidence.LOW
        if "parted" in rows.traits and model is not None and self.many.are_only_entered(model):
            is_many = False  # of one tenant, whose people enter all there is
        if is_many or not kind.isdisjoint(params.many):
            return Confidence.HIGH
        if "parted" in rows.traits or not set(words_at_the_end(path)).isdisjoint(params.set_up):
            return Confidence.LOW
        goes_on = self.many.goes_on(model) if model is not None else self.many.goes_on_in(rows.table)
        return Confidence.MEDIUM if goes_on else Confidence.LOW

    def gets_more_for_sure(self, rows: Rows) -> bool:
        """By its name it grows every day, or is of people."""
        kind = kind_of(_named(rows))
        return self._grows_by_name(kind) or self._is_people(kind)

    def _is_people(self, kind: frozenset[str]) -> bool:
        return not kind.isdisjoint((*self.params.people, *(f"{word}s" for word in self.params.people)))

    def _grows_by_name(self, kind: frozenset[str]) -> bool:
        growing = self.params.growing
        return not kind.isdisjoint(growing) or any(ends_one(each, {*kind}) for each in growing if len(each) > _LONG)

    def _is_part_of_few(self, named: tuple[str, ...]) -> bool:
        """`MenuItem`, `CategoryImage`: what belongs to one of a few."""
        return len(named) > 1 and named[-1] in self.params.parts and named[-2] in self.params.set_up

    def _last(self, path: str, kind: frozenset[str]) -> list[str]:
        """The last word of the path that says what is listed: `orders` of `/orders/list`, and of `/orders/admin`, which is for
        whom."""
        said = {*self.params.every} if self._is_people(kind) else {*self.params.every, *self.params.admins}
        ends = [words[-1] for part in path.split("/") if "{" not in part and (words := words_of(part))]
        return next(([end] for end in reversed(ends) if end not in said), ends[-1:])

    def _says_what(self, path: str, named: tuple[str, ...]) -> bool:
        """The path ends in what the rows are called, or in that these are all there were: the messages of a chat's history."""
        last = last_words(path)
        is_history = not {*last}.isdisjoint(self.params.versions) and not {*named}.isdisjoint(self.params.streams)
        return is_history or ends_with_one_of(path, named)

    def _gets_more(self, path: str, kind: frozenset[str], model: Type | None) -> bool:
        """What belongs to one thing and is of a kind that gets more every day."""
        params, last = self.params, last_words(path)[-1:]
        before = path.rpartition("/{")[0].rpartition("/")[2]
        owner = words_of(before)[-1:]
        if not owner or before.startswith("{"):  # `/{identifier}/orders`: of what these are, nothing says
            return False
        owner = (*owner, *(word for word in words_of(path.rpartition("/{")[2].partition("}")[0]) if word not in _KEYS))
        is_of_many = not set(owner).isdisjoint(params.growing) and kind.isdisjoint(params.streams)  # the payments of one order
        is_version = not kind.isdisjoint(params.versions) or (
            not {*last}.isdisjoint(params.versions) and kind.isdisjoint(params.streams)
        )
        if self._is_of_two(path) or is_of_many or is_version:
            return False
        key = path.rpartition("/{")[2].partition("}")[0]
        is_said = not kind.isdisjoint(params.streams) or not set(owner).isdisjoint(params.people)
        if model is not None and not is_said and self.many.leads_nowhere(model, key):
            return False
        return not kind.isdisjoint({*params.growing} - {*params.attached}) and (
            kind.isdisjoint(params.said) or (model is not None and self.many.are_of_people(model))
        )

    def _is_of_two(self, path: str) -> bool:
        """`/products/{product_id}/users/{user_id}/reviews`: what one person has to do with one thing."""
        keys = [words_of(part) for part in path.split("/") if part.startswith("{")]
        return len(keys) > 1 and any(not set(words).isdisjoint(self.params.people) for words in keys)


def _is_bounded(rows: Rows) -> bool:
    return not rows.traits.isdisjoint(("named", "grouped", "dated")) or rows.traits >= _ENDS


def _shortest(view: ListingView, params: Params) -> str | None:
    """The path under which the list is known."""
    paths = ["/" + path.lstrip("/") for path in view.route.paths if _is_whole_list(path, params)]
    return min(paths, key=lambda path: (len(path), path), default=None)


def _is_whole_list(path: str, params: Params) -> bool:
    """It ends in no key and in no word for all there is, and is no export of parts."""
    last = path.rstrip("/").rpartition("/")[2]
    return "{" not in last and set(params.whole).isdisjoint(words_of(last)) and "export" not in path.split("/")


def _is_field_of_one(endpoint: Endpoint, rows: Rows, every: tuple[str, ...]) -> bool:
    """The field `vehicle` gives a `Vehicle`, and so does any that is named neither for many nor for all."""
    if endpoint.route.via != FIELD or not (words := words_of(endpoint.path)):
        return False
    return words[-1:] == words_of(_named(rows))[-1:] or (not words[-1].endswith("s") and set(words).isdisjoint(every))


def _is_list(endpoint: Endpoint, params: Params) -> bool:
    return not _READS.isdisjoint(endpoint.methods) and _is_whole_list(_path(endpoint), params)


def _path(endpoint: Endpoint) -> str:
    """Without what is only known when the program runs (`/api/{}/orders`, of a prefix that a loop gives): that is no key,
    unless the function takes one that the path does not name.  What belongs to one thing has the thing's key before it."""
    turned = _turned(endpoint)
    if turned is not None:
        return turned
    given = (p for p in endpoint.definition.function.parameters if p.annotation is None and p.default is None)
    is_keyed = any(p.kind == "*" or (p.name not in _GIVEN and f"{{{p.name}}}" not in endpoint.path) for p in given)
    if is_keyed or "{}" not in endpoint.path:
        return endpoint.path
    rest = endpoint.path.replace("{}", "")
    return "/" if rest.strip("/") in ROOTS else rest


def _turned(endpoint: Endpoint) -> str | None:
    """With the key that ends it before what is listed, where that is what the key belongs to."""
    return key_first(endpoint.path) if endpoint.route.via != FIELD else None


def _is_paged(project: Project, endpoint: Endpoint, params: Params) -> bool:
    """By a decorator around the function, by the kind of router that it is declared on, or by what a field says it gives."""
    definition = endpoint.definition
    if endpoint.route.via == FIELD and not {*params.paging, _CONNECTION}.isdisjoint(
        words_of(" ".join(_said_of_field(endpoint)))
    ):
        return True
    around = [last_name(definition.module.body, each) for each in definition.function.decorators]
    made = (project.routes.tree.containers.get(key) for key in endpoint.route.containers)
    around += [_maker(project, container.site) for container in made if container is not None]
    return any(not set(params.paging).isdisjoint(words_of(name)) for name in around)


def _said_of_field(endpoint: Endpoint) -> Iterator[str]:
    """The names in what the function is annotated to give, and in what its class makes of the field."""
    definition = endpoint.definition
    module, function, name = definition.module, definition.function, endpoint.path.strip("/")
    if function.returns is not None:
        yield from (last_name(module.body, part) for part in parts_of(module.body, function.returns))
    for statement in module.body.statements:
        is_beside = statement.context == function.outer and isinstance(statement.target, Name) and statement.target.id == name
        if is_beside and statement.value is not None:
            yield from (last_name(module.body, part) for part in parts_of(module.body, statement.value))


def _maker(project: Project, site: Site) -> str:
    """The last name of what is called there."""
    module = project.modules.by_path[site.path]
    call = next((call for call in module.body.calls if (call.at, call.end) == (site.at, site.end)), None)
    return last_name(module.body, call.callee) if call is not None else ""


def _by_view(view: ListingView, path: str, rows: Rows, weighed: _Weighed) -> Hit:
    is_note = view.paged == "unknown" or (view.is_whole and not weighed.gets_more_for_sure(rows))
    confidence = Confidence.LOW if is_note else weighed.confidence(rows, path)
    return _hit("view", view.site, f"GET {path}", rows, confidence)


def _by_function(endpoint: Endpoint, rows: Rows, weighed: _Weighed) -> Hit:
    function = endpoint.definition.function
    is_page = "optional" not in rows.traits  # of what nothing was seen to limit
    asked = is_page and any(p.name in weighed.params.page_parameters for p in function.parameters)
    of_one = not set(words_of(function.qualname)).isdisjoint(weighed.params.single)
    is_left = not set(words_of(endpoint.definition.module.path.rpartition("/")[0])).isdisjoint(weighed.params.left)
    is_note = asked or of_one or is_left or _is_for_developers(endpoint, weighed.params)
    is_note = is_note or answers_with_file(endpoint.definition) or answers_nothing_first(endpoint.definition)
    is_note = is_note or is_kept_long(weighed.project, endpoint.definition)
    is_note = is_note or gives_bare_values(endpoint.definition) or _is_field_of_one(endpoint, rows, weighed.params.every)
    confidence = Confidence.LOW if is_note else weighed.of_function(rows, endpoint)
    return _hit("default", endpoint.definition.site, endpoint.label, rows, confidence)


def _is_for_developers(endpoint: Endpoint, params: Params) -> bool:
    """`@dev_only`, `/debug/orders`."""
    definition = endpoint.definition
    names = [last_name(definition.module.body, decorator) for decorator in definition.function.decorators]
    return any(not set(words_of(name)).isdisjoint(params.developers) for name in (*names, endpoint.path))


def _hit(message: str, site: Site, label: str, rows: Rows, confidence: Confidence) -> Hit:
    steps = (Step(site, f"answers {label}"), *rows.steps, Step(_statement(rows), "asks for all rows"), *_runs(rows))
    return Hit(site, {"endpoint": label, "query": _named(rows)}, message, confidence, path=steps)


def _is_narrowed(rows: Rows) -> bool:
    """Some condition stands beside the query of a view, or another function has made it: the open ones, the topmost."""
    module, function = rows.module, rows.module.body.contexts[rows.context].function
    calls = module.own_calls(function) if function >= 0 else ()
    return bool(rows.steps) or any(last_name(module.body, call.callee) in _NARROWING for call in calls)


def _runs(rows: Rows) -> Iterator[Step]:
    """Where the query is run, if that stands on another line than its beginning."""
    if rows.run is not None and rows.module.lines.line(rows.run.at) > rows.module.lines.line(rows.expr.end):
        yield Step(rows.run, "runs the query")


def _statement(rows: Rows) -> Site:
    """From the beginning of the statement that the query begins in: `found = await session.execute(`."""
    module, at = rows.module, rows.expr.at
    around = (s for s in module.own_statements(module.body.contexts[rows.context].function) if s.at <= at < s.end)
    begin = max((statement.at for statement in around), default=at)
    return Site(module.path, begin, rows.expr.end)


def _named(rows: Rows) -> str:
    return rows.model.name.rpartition(".")[2] if rows.model is not None else rows.table
