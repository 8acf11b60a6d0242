"""How many imports would break the layers, as the rule counts them, in the order chosen and in any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from msgspec.structs import replace

from archlint.engine.setup.choice import CONTRACT, Choice, contract_of, settings_with, style_of
from archlint.project import Project
from archlint.project.layers.layer_words import Layer
from archlint.project.layers.outward import Outward


@dataclass(frozen=True)
class Breaks:
    """`between[a, b]`: imports, and chains of imports through modules of no layer, that lead from `a` to `b`.
    `modules`: how many modules a layer has.  `by_contract`: breaches of the contract that the order needs, None: none needed.
    """

    between: Mapping[tuple[Layer, Layer], int]
    modules: Mapping[Layer, int]
    by_contract: int | None = None

    def of(self, layer: Layer, order: Sequence[Layer]) -> int:
        """Those that leave the layer outwards in that order (outermost first)."""
        return sum(self.between.get((layer, outer), 0) for outer in order[: order.index(layer)])

    def all(self, order: Sequence[Layer]) -> int:
        return sum(self.of(layer, order) for layer in order)

    def orders(self, order: Sequence[Layer]) -> list[tuple[tuple[Layer, ...], str | None, int]]:
        """Every order of these layers with its style and what breaks it, the least broken first."""
        found = [(other, style_of(other, ""), self.all(other)) for other in permutations(order)]
        return sorted(found, key=lambda item: (item[2], item[1] is None, item[0] != tuple(order), item[0]))


def breaks(project: Project, choice: Choice, *, exactly: bool = False) -> Breaks:
    """Counts in the program under the choice; `exactly` also judges the contract that its order may need."""
    settings = settings_with(choice, project.settings)
    others = tuple(contract for contract in settings.contracts if contract.name != CONTRACT)
    plain = project.under(replace(settings, contracts=others))
    ignored = [word for key in ("ARC001", "layer-dependency-direction") for word in _listed(settings.rules.get(key, {}))]
    outward = Outward(plain, ignored)
    between = {(a, b): len(outward.chains(a, b)) for a in choice.order for b in choice.order if a != b}
    modules = {layer: len(plain.layers.members(layer)) for layer in choice.order}
    judged = None
    if exactly and contract_of(choice) is not None:
        judged = sum(breach.contract.name == CONTRACT for breach in project.under(settings).contracts.breaches)
    return Breaks(between, modules, judged)


def _listed(parameters: Mapping[str, object]) -> list[str]:
    given = parameters.get("ignore", ())
    return [str(word) for word in given] if isinstance(given, list | tuple) else []
