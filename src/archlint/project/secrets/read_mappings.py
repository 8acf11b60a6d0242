"""Mappings that go by another name and hold a secret all the same: the same function reads it from there by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, Expr, Name, String, Subscript
from archlint.project.caches.taken_out import taken_from
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.spelling import last_name
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.secrets.credentials import Vocabulary
    from archlint.project.secrets.flows import Place
    from archlint.project.source.modules import Module
    from archlint.project.values.request_values import RequestValues

_MAPPINGS = frozenset({"dict", "Mapping", "MutableMapping", "Any", "object", "OrderedDict", "defaultdict"})
_PARSING = frozenset({"parse_args"})
"""What it gives is a request's where it has keys; the arguments of a command have attributes."""
_Reads = dict[tuple[int, str], tuple[str, ...]]


class ReadMappings:
    def __init__(self, project: Project, vocabulary: Vocabulary, requests: RequestValues) -> None:
        self._project = project
        self._vocabulary = vocabulary
        self._requests = requests
        self._origins = Origins(project)
        self._known: dict[str, _Reads] = {}

    def fields(self, expr: Name, at: Place, *, is_plain: bool) -> tuple[tuple[str, ...], Confidence] | None:
        """The keys of secrets that `expr` holds where it stands. What a handler is given is a request's body, surely; of what
        other functions are given it is likely. Of what some call has answered nobody knows: it may be hashed there, unless
        what is asked for is kept as it is (`is_plain`)."""
        reads = self._reads(at.module).get((at.module.body.contexts[at.context].function, expr.id), ())
        if not reads or self._is_else(expr, at):
            return None
        gone = taken_from(at.module, expr, at.context)
        left = tuple(key for key in reads if key not in gone)
        sure = self._sureness(expr, at) if left else None
        if left and sure is None and is_plain:
            sure = Confidence.MEDIUM
        return (left, sure) if sure is not None else None

    def _is_else(self, expr: Name, at: Place) -> bool:
        """A thing of a class of its own, which shows what it likes."""
        types = self._project.types.all(at.module, expr, at.context)
        return any(t.name.rpartition(".")[2] not in _MAPPINGS for t in types)

    def _sureness(self, expr: Name, at: Place) -> Confidence | None:
        found = self._origins.of(at.module, expr, at.context)
        handed = [o.definition for o in found if isinstance(o, Parameter)]
        if len(handed) == len(found):
            endpoints = self._project.endpoints.by_definition
            return Confidence.HIGH if found and all(d in endpoints for d in handed) else Confidence.MEDIUM
        parsed = (isinstance(o, Origin) and last_name(o.module.body, o.expr) in _PARSING for o in found)
        return Confidence.HIGH if all(parsed) or self._requests.is_typed(expr, at) else None

    def _reads(self, module: Module) -> _Reads:
        """(function, name) → the keys of secrets that it reads from there, in source order."""
        known = self._known.get(module.path)
        if known is None:
            found: dict[tuple[int, str], dict[str, None]] = {}
            for base, context, key in _read_keys(module):
                naming = self._vocabulary.names(key)
                if naming is not None and naming.certain:
                    found.setdefault((module.body.contexts[context].function, base), {})[key] = None
            known = self._known[module.path] = {where: tuple(keys) for where, keys in found.items()}
        return known


def _read_keys(module: Module) -> list[tuple[str, int, str]]:
    """(name, context, key) of `name[key]` and `name.get(key)`; what is put there is not read."""
    body = module.body
    put = {s.target.at for s in body.statements if type(s.target) is Subscript}
    found: list[tuple[int, Expr, int, Expr]] = []
    for expr, context in walk_module(module, frozenset({Subscript})):
        if isinstance(expr, Subscript) and len(expr.index) == 1 and expr.at not in put:
            found.append((expr.at, expr.base, context, expr.index[0]))
    for call in body.calls:
        if type(call.callee) is Attribute and call.callee.attr == "get" and call.arguments:
            found.append((call.at, call.callee.base, call.context, call.arguments[0].value))
    found.sort(key=lambda read: read[0])
    return [(b.id, c, k.value) for _, b, c, k in found if type(b) is Name and type(k) is String]
