"""Whether a transaction is open at a place, and what has been written in it before."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.findings import Confidence, Site
from archlint.facts.syntax import Attribute, Call, CallRef, Name
from archlint.project.control.conditions import Conditions, Path, is_failure_path
from archlint.project.control.endings import always_raises
from archlint.project.control.sequence import chain, context_at, may_follow
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import Def
from archlint.project.names.arguments import parameter
from archlint.project.parts import parts_of
from archlint.project.transactions.commits import Commit, Commits
from archlint.project.transactions.reading_sessions import ReadingSessions
from archlint.project.transactions.transactions import Transactions

if TYPE_CHECKING:
    from archlint.project.program import Project

_WRITE = "db.write"
_SESSION = "db-session"
_HTTP_STORE = "http-store"
_LOOPS = frozenset({"for", "while"})
Opening = Literal["block", "function", "request", "session"]


class Open(Struct, frozen=True):
    """opening: a `with` block, what wraps the function, a setting or an injected session for each request, or a session that is
    committed behind the place.  `opened`: where.  `write`: something written in it before, or on the way from the very place;
    `read`: it only asks before.  `sent`: the write has reached the database, and is not only noted down."""

    opening: Opening
    opened: Site
    write: EffectPoint | None = None
    sent: bool = False
    read: EffectPoint | None = None


class Inside(Struct, frozen=True):
    """Something that is done in an open transaction: `point` in `definition`, where the transaction is, and the way down."""

    definition: Def
    point: EffectPoint
    path: Path
    open: Open
    by_reading: bool = False
    """Nothing was written or locked: the session has only asked, and keeps its connection until it is committed."""
    besides: tuple[Site, ...] = ()
    """The other places of the function that surely do such a thing in the same transaction."""

    @property
    def rank(self) -> tuple[int, str, int, Site]:
        """The smaller the surer, and the nearer to what is done."""
        return (-self.path.confidence, self.point.effect, len(self.path.steps), self.point.site)


class OpenTransactions:
    def __init__(self, project: Project, locking: Iterable[str] = (), *, by_reading: bool = False) -> None:
        """`locking`: calls and arguments of queries that lock what they read until it is committed: such a one opens a
        session's transaction as a write does. `by_reading`: sessions that have only asked count as well."""
        self._project = project
        self._locking = frozenset(locking)
        self._effects = project.effects
        self.transactions = Transactions(project)
        self._commits = Commits(project, self.transactions)
        self._reading = ReadingSessions(project) if by_reading else None
        self._of: dict[Def, tuple[list[Commit], frozenset[Site]]] = {}
        self._sorted: dict[tuple[Def, str], list[EffectPoint]] = {}
        self._ways = Conditions(project)
        self._changes = Conditions(project, counts=lambda operation: "db.commit" not in operation.effect)
        self._rows = Conditions(project, counts=lambda operation: not operation.schema)

    def inside(self, effects: Iterable[str], counts: Callable[[EffectPoint], bool]) -> list[Inside]:
        """The places in transactions that come to a library call with one of the effects; of nested transactions the one that
        is nearest to it, and of several places in one the surest.  `counts`: whether a library call is asked about."""
        every = [each for each in self._all(effects) if counts(each.path.end)]
        found = [each for each in every if not each.by_reading]
        holding = {(each.definition, each.path.end.site) for each in found}
        ends = {each.path.end.site for each in found}
        found += [each for each in every if each.by_reading and each.path.end.site not in ends]
        by_transaction: dict[tuple[Def, Site], list[Inside]] = defaultdict(list)
        for each in found:
            if not any((definition, each.path.end.site) in holding for definition in each.path.through):
                by_transaction[each.definition, each.open.opened].append(each)
        return sorted(map(_surest, by_transaction.values()), key=lambda each: (each.point.site, each.rank))

    def _all(self, effects: Iterable[str]) -> Iterator[Inside]:
        for effect in effects:
            for point in self._effects.points(effect):
                definition = point.caller
                if definition is None or not point.module.is_production or is_failure_path(point.module, point.context):
                    continue
                opened = self.at(definition, point)
                asked = self._reading.begun_by(definition, point) if opened is None and self._reading is not None else None
                if asked is not None:
                    yield from self._by_reading(definition, point, asked)
                path = self._ways.path(point) if opened is not None else None
                if opened is None or path is None or self._is_committed_below(path, opened.opening):
                    continue
                if any(held is not None and held.site == point.site for held in (opened.write, opened.read)):
                    opened = self.at(definition, point, path)
                if opened is not None:
                    yield Inside(definition, point, path, opened)

    def _by_reading(self, definition: Def, point: EffectPoint, asked: EffectPoint) -> Iterator[Inside]:
        path = self._ways.path(point)
        if path is not None and not self._is_committed_below(path, "session"):
            yield Inside(definition, point, path, Open("session", asked.site, read=asked), by_reading=True)

    def _is_committed_below(self, path: Path, opening: Opening) -> bool:
        """A function on the way commits the session that it was handed, or that its object has, and asks it for nothing more
        before it goes on; where no block and no function holds the transaction, by whatever it calls."""
        is_held = opening in ("block", "function")
        for definition, step in zip(path.through, path.steps[1:], strict=False):
            module, at = definition.module, step.site.at
            around = chain(module, context_at(module, at))
            ends = [
                p.site.end
                for p in self._effects.points_of(definition, "db.commit")
                if p.site.end <= at and _outside_try(p) in around and (not is_held or self._is_on_handed(p, definition))
            ]
            asked = (p for effect in (_WRITE, "db.read") for p in self._effects.points_of(definition, effect))
            if ends and not any(max(ends) <= p.site.at < at for p in asked):
                return True
        return False

    def _is_on_handed(self, point: EffectPoint, definition: Def) -> bool:
        """`session.commit()`, where `session` is a parameter, `self.session.commit()`."""
        callee = point.call.call.callee if point.call is not None and point.is_direct else None
        base = callee.base if isinstance(callee, Attribute) else None
        if isinstance(base, Attribute) and isinstance(base.base, Name) and base.base.id == "self":
            types = self._project.types
            return any(types.role(each) == _SESSION for each in types.all(point.module, base, point.context))
        return isinstance(base, Name) and parameter(definition.function, base.id) is not None

    def _is_late(self, asked: EffectPoint, path: Path) -> bool:
        """The place asks the database only behind the library call to which it leads by that path."""
        for definition, step in zip(path.through, path.steps[1:], strict=False):
            for other in self._effects.points_of(definition, asked.effect):
                place = (context_at(other.module, step.site.at), step.site.at)
                is_own = definition.function.at <= other.site.at < step.site.at
                row = self.transactions.blocks.around(other.module, other.context)
                if (
                    is_own
                    and (row < 0 or row in chain(other.module, place[0]))  # else it was kept when its block was left
                    and not is_failure_path(other.module, other.context)
                    and may_follow(other.module, _place(other), place)
                ):
                    return False
        return not self._is_same_call(asked, path)

    def _is_same_call(self, asked: EffectPoint, path: Path) -> bool:
        """The library call itself asks the database."""
        found = self._ways.path(asked)
        return found is not None and found.end.site == path.end.site

    def at(self, definition: Def, point: EffectPoint, path: Path | None = None) -> Open | None:
        """The transaction that is open at a place of a function, by what the function itself does or is wrapped in; with
        `path`, without what is done only behind the library call to which it leads from the place."""
        blocks, module = self.transactions.blocks, point.module
        if point.site.at < definition.function.at:
            return None
        row = blocks.around(module, point.context)
        if row >= 0:
            begin = module.body.contexts[row].at
            return self._open("block", blocks.head(module, row), definition, point, begin, path)
        holder = self.transactions.holder(definition)
        if holder:
            opening: Opening = "function" if holder == "own" else "request"
            return self._open(opening, definition.site, definition, point, definition.function.at, path)
        return self._session(definition, point, path)

    def _open(  # noqa: PLR0917 - where it is opened, and what is asked about
        self, opening: Opening, opened: Site, definition: Def, point: EffectPoint, begin: int, path: Path | None
    ) -> Open | None:
        """None where a commit stands before the place, which no flag switches off (`order.update(db, autocommit=False)`), and
        nothing is asked of the database behind that."""
        commits = self._effects.points_of(definition, "db.commit")
        before = (p for p in commits if p.site != opened and self._comes_before(p, point))
        ends = [p.site.end for p in before if self._ways.path(p) is not None]
        begin = max((begin, *ends))
        writes = (w for w in self._before(_WRITE, definition, point, begin, path) if not self._is_of_block(w, opened))
        write = min(writes, key=_plainness, default=None)
        read = min(self._before("db.read", definition, point, begin, path), key=_plainness, default=None)
        if ends and write is None and read is None:
            return None
        return Open(opening, opened, write, write is not None and self._is_sent(write), read)

    def _is_of_block(self, write: EffectPoint, opened: Site) -> bool:
        """`with guarded(session):`, which flushes when it is left whatever was noted down, if anything was."""
        if not (write.site.path == opened.path and opened.at <= write.site.at and write.site.end <= opened.end):
            return False
        path = self._changes.path(write)
        ends = path.end.point.targets if path is not None else ()
        return bool(ends) and all(t.operation is not None and t.operation.flushes for t in ends)

    def _session(self, definition: Def, point: EffectPoint, path: Path | None) -> Open | None:
        """A write that is not committed yet, and a commit behind the place."""
        commits, own = self._committed(definition)
        here = bisect_left(commits, point.site.at, key=_offset)
        behind = (c for c in commits[here:] if c.kind == "commit" and c.point.site.at > point.site.at)
        if not any(may_follow(point.module, _place(point), _place(c.point)) for c in behind):
            return None
        earlier = (c.point.site.at for c in reversed(commits[:here]) if self._comes_before(c.point, point))
        since = next(earlier, definition.function.at)
        blocks = self.transactions.blocks
        writes = [
            w
            for w in self._before(_WRITE, definition, point, since, path)
            if w.site not in own and blocks.around(w.module, w.context) < 0 and self._rows.path(w) is not None
        ]
        writes += [] if writes else [w for w in self._of_turn_before(definition, point, own) if self._is_sent(w)]
        sent = [w for w in writes if self._is_sent(w)]
        chosen = min(sent or writes, key=_plainness, default=None)
        locked = self._locked(definition, point, since, path) if self._locking and not sent else None
        if locked is not None and locked.site not in own:
            return Open("session", locked.site, chosen, True, locked)
        return Open("session", chosen.site, chosen, bool(sent)) if chosen is not None else None

    def _of_turn_before(self, definition: Def, point: EffectPoint, commits: frozenset[Site]) -> list[EffectPoint]:
        """What stands behind the place in a loop around both is written before it in the next turn, where neither a commit nor
        the end of a block comes in between."""
        found = list[EffectPoint]()
        for row in chain(point.module, point.context):
            loop = point.module.body.contexts[row]
            if loop.kind in _LOOPS and not any(loop.at <= site.at < loop.end for site in commits):
                behind = (w for w in self._points(definition, _WRITE) if point.site.end <= w.site.at < loop.end)
                found += [write for write in behind if self._lasts_to_next_turn(write, row)]
        return found

    def _lasts_to_next_turn(self, write: EffectPoint, loop: int) -> bool:
        module = write.module
        around = chain(module, write.context)
        if loop not in around or is_failure_path(module, write.context):
            return False
        kinds = {module.body.contexts[row].kind for row in around[: around.index(loop)]}
        goes_on = may_follow(module, _place(write), (loop, module.body.contexts[loop].end))
        return "with" not in kinds and goes_on and self._changes.path(write) is not None and not self._only_fails(write)

    def _locked(self, definition: Def, point: EffectPoint, since: int, path: Path | None) -> EffectPoint | None:
        """The plainest place before that reads rows and locks them."""
        read = self._before("db.read", definition, point, since, path)
        blocks = self.transactions.blocks
        held = (r for r in read if r.site != point.site and blocks.around(r.module, r.context) < 0 and self._locks(r))
        return min(held, key=_plainness, default=None)

    def _locks(self, read: EffectPoint) -> bool:
        """`query.with_for_update().one()`, `get(Order, id, with_for_update=True)`, also by a name or a function that does."""
        module = read.module
        call = read.call.call if read.call is not None else None
        read_by = [read.point.expr] if call is None else [call.callee, *(argument.value for argument in call.arguments)]
        parts = [part for expr in read_by for part in parts_of(module.body, expr)]
        names = {part.id for part in parts if isinstance(part, Name)}
        for statement in module.own_statements(read.point.caller.index) if read.point.caller is not None else ():
            is_given = isinstance(statement.target, Name) and statement.target.id in names and statement.at < read.site.at
            parts += parts_of(module.body, statement.value) if is_given and statement.value is not None else []
        calls = [module.body.calls[part.index] for part in parts if isinstance(part, CallRef)]
        calls += [call] if call is not None else []
        below = [each.definition for each in read.point.targets if each.definition is not None]
        calls += [site.call for definition in below for site in self._project.calls.of(definition)]
        words = (word for call in calls for word in (_method(call), *(a.name for a in call.arguments)))
        return any(word in self._locking for word in words)

    def _before(
        self, effect: str, definition: Def, point: EffectPoint, begin: int, path: Path | None = None
    ) -> Iterator[EffectPoint]:
        """The places between an offset and the point that have the effect and can come first; at last the point itself."""
        points = self._points(definition, effect)
        first = bisect_left(points, begin, key=lambda other: other.site.at)
        for other in points[first : bisect_right(points, point.site.at, key=lambda other: other.site.at)]:
            if effect == _WRITE and (self._changes.path(other) is None or self._only_fails(other)):
                continue
            if self._comes_before(other, point) if other.site != point.site else path is None or not self._is_late(other, path):
                yield other

    def _only_fails(self, write: EffectPoint) -> bool:
        """All that the function writes which is called, it writes where it goes on to raise, itself or by a call."""
        definitions = [target.definition for target in write.point.targets if target.definition is not None]
        writes = [p for definition in definitions[:1] for p in self._effects.points_of(definition, _WRITE)]
        return bool(writes) and all(_raises_behind(point) or _always_raises(point) for point in writes)

    @staticmethod
    def _comes_before(other: EffectPoint, point: EffectPoint) -> bool:
        is_before = other.site.at < point.site.at and not is_failure_path(other.module, other.context)
        return is_before and may_follow(point.module, _place(other), _place(point))

    def _is_sent(self, write: EffectPoint) -> bool:
        return self._ways.path(write) is not None

    def _committed(self, definition: Def) -> tuple[list[Commit], frozenset[Site]]:
        """The commits of a function by their places, and these."""
        if definition not in self._of:
            commits = sorted(self._commits.of(definition), key=_offset)
            self._of[definition] = commits, frozenset(c.point.site for c in commits)
        return self._of[definition]

    def _points(self, definition: Def, effect: str) -> list[EffectPoint]:
        key = definition, effect
        if key not in self._sorted:
            held = (p for p in self._effects.points_of(definition, effect) if not self._is_elsewhere(p))
            self._sorted[key] = sorted(held, key=lambda point: point.site.at)
        return self._sorted[key]

    def _is_elsewhere(self, point: EffectPoint) -> bool:
        """What is asked of a store over HTTP stands in no transaction of a session."""
        return _HTTP_STORE in self._project.knowledge.package_kinds(point.witness.target)


def _surest(same: list[Inside]) -> Inside:
    """Of the places in one transaction the surest, which knows of the others."""
    first = min(same, key=lambda each: each.rank)
    sure = {each.point.site for each in same if each.path.confidence > Confidence.LOW and each.by_reading == first.by_reading}
    return replace(first, besides=tuple(sorted(sure - {first.point.site})))


def _method(call: Call) -> str:
    return call.callee.attr if isinstance(call.callee, Attribute) else ""


def _raises_behind(point: EffectPoint) -> bool:
    """In the branch in which it stands, which is left so."""
    body = point.module.body
    is_branch = body.contexts[point.context].kind in ("if", "else", "case")
    own = point.module.own_statements(body.contexts[point.context].function) if is_branch else ()
    return any(s.kind == "raise" and s.context == point.context and s.at > point.site.at for s in own)


def _always_raises(point: EffectPoint) -> bool:
    """`refuse(order)`, which ends in a `raise` whatever it is given."""
    definitions = [target.definition for target in point.point.targets if target.definition is not None]
    return bool(definitions) and all(map(always_raises, definitions))


def _outside_try(point: EffectPoint) -> int:
    """What is tried has been done behind it, or something else goes on."""
    contexts, row = point.module.body.contexts, point.context
    while contexts[row].kind == "try":
        row = contexts[row].parent
    return row


def _plainness(point: EffectPoint) -> tuple[int, bool, int]:
    """Of several places the plainest shows best: the nearest to the library, then the latest."""
    flushes = any(t.operation is not None and t.operation.flushes for t in point.point.targets)
    return (len(point.witness.steps), flushes, -point.site.at)


def _offset(commit: Commit) -> int:
    return commit.point.site.at


def _place(point: EffectPoint) -> tuple[int, int]:
    return point.context, point.site.at
