"""PRF004: a property of a stored object that asks the database each time it is read."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Name
from archlint.project.control.conditions import Conditions, Path
from archlint.project.effects.memoised import fills_cache, is_memoised
from archlint.project.model import Def, Type

_ASKS = "db.read"
_LOOKING = frozenset({"getattr", "hasattr"})


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`memo`: words in the names of decorators that keep what a property gives."""

    memo: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each property of a stored class that comes to a query, a proof for each other one."""
    conditions = Conditions(project)
    for definition in _properties(project):
        if is_memoised(project, definition, params.memo):
            yield Proof(definition.site, "what it gives is kept")
            continue
        path = conditions.within(definition, _ASKS)
        if path is not None and not path.kept:
            kept = any(is_memoised(project, d, params.memo) or fills_cache(project, d, params.memo) for d in path.through)
            kept = kept or any(_asks_itself(project, each) for each in (definition, *path.through))
            yield _hit(definition, path, Confidence.LOW if kept else path.confidence)
        elif not project.effects.has(definition, _ASKS):
            yield Proof(definition.site, "asks nothing")


def _properties(project: Project) -> Iterator[Def]:
    """The properties of production classes that are stored."""
    returns = project.types.inference.returns
    for module in project.modules.production:
        for row, function in enumerate(module.outline.functions):
            if function.klass < 0 or not function.decorators or function.is_async:  # who awaits it knows
                continue
            definition = Def(module, module.name, row)
            owner = Type(f"{module.name}.{module.outline.classes[function.klass].qualname}")
            if "property" in returns.marks(definition) and project.types.role(owner) == "db-model":
                yield definition


def _asks_itself(project: Project, definition: Def) -> bool:
    """`getattr(self, "count", None)`: the query that loaded the object, or the last reader, may have left the answer."""
    return any(site.call.callee.id in _LOOKING for site in project.calls.of(definition) if isinstance(site.call.callee, Name))


def _hit(definition: Def, path: Path, confidence: Confidence) -> Hit:
    words = {"name": definition.function.qualname, "target": path.end.witness.target}
    if path.through:
        words["callee"] = path.through[0].name
    steps = (Step(definition.site, f"`{definition.function.name}` reads like a value"), *path.steps)
    return Hit(definition.site, words, "through" if path.through else "default", confidence, path=steps)
