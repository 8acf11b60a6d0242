"""Migrations that are modules with a revision and a function that upgrades: their graph, and what each does."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.schema import Change
from archlint.facts.syntax import CallRef, Comparison, Context, Expr, Name, String
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.schema.declarations import Declarations
from archlint.project.schema.made import Written
from archlint.project.schema.operations import Operations
from archlint.project.schema.sql_changes import SqlChanges
from archlint.project.schema.written import Reading

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_HELPERS = 4
_TURNS = 60


@dataclass(frozen=True)
class Revision:
    """One migration. `down`: the revisions that it stands on, by id."""

    id: str
    down: tuple[str, ...]
    module: Module = field(compare=False, repr=False)
    upgrade: Def = field(compare=False, repr=False)


def revisions_by_folder(project: Project) -> dict[str, tuple[Revision, ...]]:
    """Folder of revisions → its revisions in an order in which they can be applied."""
    found: dict[str, list[Revision]] = defaultdict(list)
    reading = Reading(project)
    for module in project.modules.all:
        row = next((i for i, f in enumerate(module.outline.functions) if f.qualname == "upgrade"), None)
        if row is None or module.is_test:
            continue
        own = reading.text(_assigned(project, module, "revision"))
        down = _assigned(project, module, "down_revision")
        if own is None or down is None:
            continue
        after = reading.names(_assigned(project, module, "depends_on")) or ()
        ids = tuple(name for name in (*(reading.names(down) or ()), *after) if name)
        found[posixpath.dirname(module.path)].append(Revision(own, ids, module, Def(module, module.name, row)))
    return {folder: _ordered(revisions) for folder, revisions in sorted(found.items())}


def _assigned(project: Project, module: Module, name: str) -> Written | None:
    for binding in reversed(project.symbols.scopes(module).bindings(0, name)):
        statement = module.body.statements[binding.index] if binding.kind == "statement" else None
        if statement is not None and statement.value is not None:
            return Written(module, statement.value, statement.context)
    return None


def _ordered(revisions: list[Revision]) -> tuple[Revision, ...]:
    """Each behind all that it stands on; by id where that leaves a choice. A circle is broken where it is met."""
    by_id: dict[str, Revision] = {}
    for revision in sorted(revisions, key=lambda r: (r.id, r.module.path)):
        by_id.setdefault(revision.id, revision)
    order: dict[str, Revision] = {}
    entered: set[str] = set()
    for start in by_id:
        waiting = [start]
        while waiting:
            name = waiting[-1]
            below = [] if name in entered else [down for down in _meant(by_id, by_id[name].down) if down not in order]
            entered.add(name)
            below = [down for down in below if down not in entered]
            if below:
                waiting += below
            else:
                waiting.pop()
                if name not in order:
                    order[name] = by_id[name]
    return tuple(order.values())


def _meant(by_id: Mapping[str, Revision], names: tuple[str, ...]) -> Iterator[str]:
    """Ids may be cut short."""
    for name in names:
        if name in by_id:
            yield name
        else:
            yield from (known for known in by_id if len(name) > 3 and known.startswith(name))


class Upgrades:
    """What the `upgrade` of revisions does to the schema. `dialect` decides between branches for several databases."""

    def __init__(self, project: Project, declarations: Declarations, sql: SqlChanges, dialect: str) -> None:
        self._project = project
        self._operations = Operations(project, declarations)
        self._reading = declarations.reading
        self._sql = sql
        self._dialect = dialect

    def changes(self, revision: Revision) -> tuple[Change, ...]:
        """In the order of the code, through helper functions and loops over what is written out."""
        return tuple(self._of_function(revision.upgrade, {}, 0))

    def _of_function(self, definition: Def, given: Mapping[str, Written], depth: int) -> Iterator[Change]:
        for site in sorted(self._project.calls.of(definition), key=lambda s: (s.call.end, s.call.at)):
            if self._is_left_out(site):
                continue
            in_branch = any(place.kind in ("if", "else", "try") for place in self._places(site))
            for bound in self._turns(site, given):
                for change in self._of_site(site, bound, depth):
                    yield replace(change, guarded=True) if in_branch else change

    def _of_site(self, site: CallSite, given: Mapping[str, Written], depth: int) -> Iterator[Change]:
        written = Written(site.module, site.expr, site.call.context, given)
        helper = next((t.definition for t in site.targets if t.definition is not None), None)
        if helper is not None:
            if depth < _HELPERS and not helper.module.is_vendored:
                arguments = arguments_by_parameter(site.call, helper)
                passed = {name: written.at(expr) for name, expr in arguments.items()}
                yield from self._of_function(helper, passed, depth + 1)
            return
        operation = site.operation
        text = site.argument(operation.sql) if operation is not None and given else None
        built = self._reading.text(self._statement(written.at(text))) if text is not None else None
        if built is not None:
            yield from self._sql.of_text(built, site.site)
        elif self._sql.knows(site.path, site.index):
            yield from self._sql.of_call(site.path, site.index)
        else:
            made = self._reading.made(written)
            if made is not None:
                yield from self._operations.changes(made)

    def _statement(self, written: Written) -> Written:
        """The text in a wrapper of statements."""
        made = self._reading.made(written)
        inner = made.argument(made.part.name) if made is not None and made.part.part == "expression" else None
        return inner or written

    def _places(self, site: CallSite) -> Iterator[Context]:
        """The places around the call, from the inner ones out, within its function."""
        contexts = site.module.body.contexts
        index = site.call.context
        while index >= 0 and contexts[index].kind not in ("function", "module", "class"):
            yield contexts[index]
            index = contexts[index].parent

    def _turns(self, site: CallSite, given: Mapping[str, Written]) -> list[Mapping[str, Written]]:
        """What loop variables are in each turn, where the loop goes through what is written out."""
        loops: list[list[dict[str, Written]]] = []
        for place in self._places(site):
            if place.kind == "for" and place.subject is not None and place.target is not None:
                subject = Written(site.module, place.subject, place.parent, given)
                items = self._reading.items(subject)
                if items is not None:
                    loops.append([self._bound(place, item) for item in items])
        if not loops:
            return [given]
        turns = [dict(given) for _ in ()]
        for combination in list(product(*loops))[:_TURNS]:
            turn = dict(given)
            for bound in combination:
                turn.update(bound)
            turns.append(turn)
        return list(turns)

    def _bound(self, place: Context, item: Written) -> dict[str, Written]:
        target = place.target
        if isinstance(target, Name):
            return {target.id: item}
        parts = self._reading.items(item) or ()
        names = getattr(target, "items", ())
        return {name.id: part for name, part in zip(names, parts, strict=False) if isinstance(name, Name)}

    def _is_left_out(self, site: CallSite) -> bool:
        """In a branch for another database, or in one that handles an error."""
        for place in self._places(site):
            if place.kind == "except":
                return True
            if place.kind in ("if", "else") and place.subject is not None:
                named = self._databases(site.module, place.subject)
                negated = isinstance(place.subject, Comparison) and bool({"!=", "not in"} & set(place.subject.ops))
                if named and self._dialect and ((self._dialect in named) != negated) == (place.kind == "else"):
                    return True
        return False

    def _databases(self, module: Module, test: Expr) -> frozenset[str]:
        """The dialects of the databases that a test names."""
        known = self._project.knowledge.databases
        if isinstance(test, Comparison):
            operands = [item for operand in test.operands for item in getattr(operand, "items", (operand,))]
        elif isinstance(test, CallRef):
            operands = [argument.value for argument in module.body.calls[test.index].arguments]
        else:
            return frozenset()
        named = (item.value.partition("+")[0].partition(":")[0] for item in operands if isinstance(item, String))
        return frozenset(known[name] for name in named if name in known)
