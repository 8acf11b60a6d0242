"""Whether what a call makes outlives the function in which it stands, or is made anew each time that the function runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Expr, Name, Statement, Subscript
from archlint.project.control.made_if_missing import is_made_if_missing
from archlint.project.effects.memoised import fills_cache, is_memoised
from archlint.project.model import CallSite, Def
from archlint.project.parts import names_in

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_SETS_UP = frozenset({"__init__", "__new__", "__post_init__"})


class MadeToLast:
    def __init__(self, project: Project, memo: tuple[str, ...], of_request: tuple[str, ...]) -> None:
        """`memo`: parts of names of decorators that keep results; `of_request`: names of objects that live as long as one
        request, so that what is kept on them is made for each."""
        self._project = project
        self._memo = memo
        self._of_request = frozenset(of_request)
        self._memoised: dict[Def, bool] = {}

    def is_kept(self, site: CallSite) -> bool:
        """The call's value is stored where it outlives the function, or is made only where there is none yet."""
        module, call, caller = site.module, site.call, site.caller
        if caller is None or self._is_memoised(caller):
            return True
        targets = [s.target for s in _statements_around(module, call.at) if s.kind in ("assign", "annotate")]
        targets += _given_on(caller, targets, call.end)
        if any(self._is_of_request(module, target) for target in targets):
            return False
        if any(self._outlives(module, caller, target, call.context) for target in targets):
            return True
        return is_made_if_missing(module, call.context, call.at)

    def passes(self, caller: Def, callee: Def) -> bool:
        """Each run of the one runs the other again and waits for it, by at least one call that keeps nothing."""
        if self._is_memoised(callee) or self._is_memoised(caller):
            return False
        points = self._project.effects.points_to(caller, callee)
        if all(point.kind == "deferred" for point in points):
            return False
        sites = [s for s in self._project.calls.of(caller) if any(t.definition == callee for t in s.targets)]
        return not sites or not all(self.is_kept(site) for site in sites)

    def _is_memoised(self, definition: Def) -> bool:
        known = self._memoised.get(definition)
        if known is None:
            known = is_memoised(self._project, definition, self._memo) or fills_cache(self._project, definition, self._memo)
            self._memoised[definition] = known
        return known

    def _is_of_request(self, module: Module, target: Expr | None) -> bool:
        if not isinstance(target, Attribute | Subscript):
            return False
        return not self._of_request.isdisjoint(names_in(module.body, target))

    def _outlives(self, module: Module, caller: Def, target: Expr | None, context: int) -> bool:
        if isinstance(target, Name):
            return any(
                s.kind == "global"
                and module.body.contexts[s.context].function == caller.index
                and target.id in names_in(module.body, s.value or s.target)
                for s in module.body.statements
            )
        if not isinstance(target, Attribute | Subscript):
            return False
        root = target.base
        while isinstance(root, Attribute | Subscript):
            root = root.base
        parameters = caller.function.parameters
        if caller.function.klass >= 0 and parameters and isinstance(root, Name) and root.id == parameters[0].name:
            return caller.function.name not in _SETS_UP
        return self._project.symbols.outlives_call(module, target.base, context) or not isinstance(root, Name)


def _given_on(caller: Def, targets: list[Expr | None], since: int) -> list[Expr | None]:
    """`made = connect()`, then `pool = made`: what a name is given on to, as it is."""
    names = {target.id for target in targets if isinstance(target, Name)}
    later = caller.module.own_statements(caller.index) if names else ()
    return [
        s.target for s in later if s.at >= since and s.kind == "assign" and isinstance(s.value, Name) and s.value.id in names
    ]


def _statements_around(module: Module, at: int) -> Iterator[Statement]:
    """The statements, one for each target, in whose value an offset is."""
    return (s for s in module.body.statements if s.value is not None and s.value.at <= at < s.value.end)
