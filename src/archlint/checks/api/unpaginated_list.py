"""API008: an endpoint that answers with all rows of a query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.project.answered_rows import AnsweredRows
from archlint.project.attachments import answers_with_file
from archlint.project.credentials import words_of
from archlint.project.empty_answers import answers_nothing_first
from archlint.project.endpoints import Endpoint
from archlint.project.listing_views import ListingView, ListingViews
from archlint.project.model import Type
from archlint.project.one_off import OneOff, OneOffWords
from archlint.project.row_types import Rows
from archlint.project.spelling import last_name
from archlint.project.written_models import WrittenModels

_STORED = frozenset({"model", "orm", "entity", "table", "db", "row", "dao"})
"""Words in the names of stored classes that say nothing of what is stored."""


class Params(OneOffWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`paging`: words in the names of what gives a page at a time; `page_parameters`: parameters by which a client asks for
    a page; `pages`: functions that show a web page; `whole`: last parts of paths that promise everything; `envelopes`: words
    in the keys under which a list is answered; `askers`: words of paths for the one who asks; `growing`: words for what
    one object or one user has more of every day.  The rest: see `OneOffWords`, by which code is told that fills tables once."""

    paging: tuple[str, ...]
    page_parameters: tuple[str, ...]
    pages: tuple[str, ...]
    whole: tuple[str, ...]
    envelopes: tuple[str, ...]
    growing: tuple[str, ...]
    askers: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each list endpoint that answers with all rows, a proof for each that answers with some."""
    answered = AnsweredRows(project, params.paging, params.pages)
    listing = ListingViews(project, answered)
    growing = _Growing(WrittenModels(project, OneOff(project, params)), listing)
    for definition, endpoints in project.endpoints.by_definition.items():
        endpoint = next((each for each in endpoints if _is_list(each, params)), None)
        if endpoint is None or not definition.module.is_production:
            continue
        if _is_paged(project, endpoint, params):
            yield Proof(definition.site, f"`{endpoint.label}` is made to answer with a page at a time")
            continue
        rows = answered.of(definition)
        if any("limited" in each.traits for each in rows):
            yield Proof(definition.site, f"`{endpoint.label}` answers with a page at a time")
        elif open_rows := growing.among(rows):
            yield _by_function(endpoint, open_rows[0], params)
    seen = set()
    for view in listing.all:
        path = _shortest(view, params)
        if view.view in seen or path is None or not view.view.module.is_production:
            continue
        seen.add(view.view)
        if view.paged == "yes" or any("limited" in each.traits for each in view.rows):
            yield Proof(view.site, f"`GET {path}` answers with a page at a time")
        elif open_rows := growing.among(view.rows):
            yield _by_view(view, path, open_rows[0], params)


@dataclass(frozen=True)
class _Growing:
    written: WrittenModels
    listing: ListingViews

    def among(self, found: tuple[Rows, ...]) -> list[Rows]:
        """Those of tables of which it is known that requests fill them."""
        return [rows for rows in found if rows.traits.isdisjoint(("named", "grouped", "dated")) and self._grows(rows.model)]

    def _grows(self, model: Type | None) -> bool:
        return model is not None and (self.written.is_written(model) or model.name in self.listing.created)


def _shortest(view: ListingView, params: Params) -> str | None:
    """The path under which the list is known."""
    paths = ["/" + path.lstrip("/") for path in view.route.paths if _is_whole_list(path, params)]
    return min(paths, key=lambda path: (len(path), path), default=None)


def _is_whole_list(path: str, params: Params) -> bool:
    """It ends in no key and in no word for all there is."""
    last = path.rstrip("/").rpartition("/")[2]
    return "{" not in last and set(params.whole).isdisjoint(words_of(last))


def _is_list(endpoint: Endpoint, params: Params) -> bool:
    return "GET" in endpoint.methods and _is_whole_list(endpoint.path, params)


def _is_paged(project: Project, endpoint: Endpoint, params: Params) -> bool:
    """By a decorator around the function, or by the kind of router that it is declared on."""
    definition = endpoint.definition
    around = [last_name(definition.module.body, each) for each in definition.function.decorators]
    made = (project.routes.tree.containers.get(key) for key in endpoint.route.containers)
    around += [_maker(project, container.site) for container in made if container is not None]
    return any(not set(params.paging).isdisjoint(words_of(name)) for name in around)


def _maker(project: Project, site: Site) -> str:
    """The last name of what is called there."""
    module = project.modules.by_path[site.path]
    call = next((call for call in module.body.calls if (call.at, call.end) == (site.at, site.end)), None)
    return last_name(module.body, call.callee) if call is not None else ""


def _by_view(view: ListingView, path: str, rows: Rows, params: Params) -> Hit:
    confidence = Confidence.LOW if view.paged == "unknown" else _confidence(rows, path, params)
    return _hit("view", view.site, f"GET {path}", rows, confidence)


def _by_function(endpoint: Endpoint, rows: Rows, params: Params) -> Hit:
    function = endpoint.definition.function
    asked = any(p.name in params.page_parameters for p in function.parameters)
    is_note = asked or answers_with_file(endpoint.definition) or answers_nothing_first(endpoint.definition)
    confidence = Confidence.LOW if is_note else _confidence(rows, endpoint.path, params)
    return _hit("default", endpoint.definition.site, endpoint.label, rows, confidence)


def _hit(message: str, site: Site, label: str, rows: Rows, confidence: Confidence) -> Hit:
    steps = (Step(site, f"answers {label}"), *rows.steps, Step(rows.site, "asks for all rows"))
    return Hit(site, {"endpoint": label, "query": _named(rows)}, message, confidence, path=steps)


def _confidence(rows: Rows, path: str, params: Params) -> Confidence:
    """Low where the answer may be no list but something that has one, and where the rows are those of one object or of who
    asks and are not of a kind that gets more every day."""
    own = {*words_of(path), *params.envelopes}
    is_whole = all(not own.isdisjoint(words_of(key)) for key in rows.under)
    if not is_whole or not rows.traits <= {"own"}:
        return Confidence.LOW
    if "{" not in path and not rows.traits and set(words_of(path)).isdisjoint(params.askers):
        return Confidence.HIGH
    kind = [word for word in words_of(_named(rows)) if word not in _STORED][-1:] or words_of(
        path.rstrip("/").rpartition("/")[2]
    )[-1:]
    return Confidence.LOW if set(kind).isdisjoint(params.growing) else Confidence.MEDIUM


def _named(rows: Rows) -> str:
    return rows.model.name.rpartition(".")[2] if rows.model is not None else ""
