"""DBS013: a connection to a database that waits for ever."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof
from archlint.facts.knowledge import Limit
from archlint.facts.syntax import Constant
from archlint.project.model import CallSite
from archlint.project.secrets.flows import Place
from archlint.project.source.one_off import OneOffWords
from archlint.project.source.run_by_hand import RunByHand
from archlint.project.source.unimported import Unimported
from archlint.project.spelling import last_name
from archlint.project.values.operators_values import OperatorsValues

_UNBOUNDED = "none"


class Params(OneOffWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`kinds`: kinds of libraries that connect to databases; `ignore_calls`: beginnings of names of callables that bound by
    themselves how long they look for a server; `words`: parts of names of arguments, and of texts, that bound how
    long is waited.  The rest: see `OneOffWords`."""

    kinds: tuple[str, ...]
    ignore_calls: tuple[str, ...]
    words: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each connection that is opened with no bound where the library has none, a proof for each with one."""
    doubts = _Doubts(project, params)
    for module in project.modules.production:
        for site in project.calls.known(module):
            operation = site.operation
            if operation is None or operation.timeout is None or site.call.context < 0:
                continue
            name = site.targets[0].name
            if set(params.kinds).isdisjoint(project.knowledge.package_kinds(name)) or name.startswith(params.ignore_calls):
                continue
            if _is_bounded(site, operation.timeout, params):
                yield Proof(site.site, "waits only so long")
            elif operation.timeout.default == _UNBOUNDED:
                known = doubts.confidence(site)
                if known is not None:
                    words = {"call": last_name(module.body, site.call.callee), "target": site.targets[0].name}
                    words["argument"] = operation.timeout.given[0].rpartition(":")[2]
                    yield Hit(site.site, words, "default", known)


def _is_bounded(site: CallSite, limit: Limit, params: Params) -> bool:
    """An argument says so, and not that there is no bound."""
    for argument in site.call.arguments:
        if argument.name is not None and any(word in argument.name.lower() for word in params.words):
            value = argument.value
            return not (isinstance(value, Constant) and value.value in limit.unbounded)
    return any(site.argument(notation) is not None for notation in limit.given)


class _Doubts:
    def __init__(self, project: Project, params: Params) -> None:
        self._values, self._words = project.values, params.words
        self._by_hand, self._unimported = RunByHand(project, params), Unimported(project)
        self._operators, self._uncalled = OperatorsValues(project), project.uncalled

    def confidence(self, site: CallSite) -> Confidence | None:
        """Low where an address of which nothing is known, or a mapping that is unpacked, may say it, where a person runs it and
        sees that nothing goes on, and where nothing runs it; None where the address says it.  Who runs the program gives an
        address, and seldom more; what nobody imports may not be run at all."""
        place = Place(site.module, site.call.context)
        given = [a.value for a in site.call.arguments if a.name in (None, "dsn", "conninfo")]
        texts = [(expr, self._values.text(site.module, expr, site.call.context)) for expr in given]
        if any(text is not None and any(word in text.rendered.lower() for word in self._words) for _, text in texts):
            return None
        unknown = [expr for expr, text in texts if text is None]
        is_given = all(self._operators.come_to(expr, place) for expr in unknown)
        if unknown and is_given and not self._unimported.is_idle(site.module):
            known = min(site.confidence, Confidence.MEDIUM)
        else:
            known = Confidence.LOW if unknown else site.confidence
        is_idle = site.caller is not None and self._uncalled.holds(site.caller)
        is_noted = is_idle or site.is_open or self._by_hand.holds(site.module, site.call.context)
        return Confidence.LOW if is_noted else known
