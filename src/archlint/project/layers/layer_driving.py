"""Driving adapters below a folder of adapters (`adapter/rest`, `infra/adapters/driving`): they call the application, so that
they are interface and no infrastructure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archlint.project.layers import layer_words as words
from archlint.project.layers.layer_groups import Source, is_below
from archlint.project.layers.layer_inside import TELLING
from archlint.project.layers.layer_words import Layer


class Driving:
    """Folders below the strong `infrastructure` folders that are named for what drives a program.

    Most such names say nothing alone (`adapter/api` holds clients of somebody's API as often as routes), so that the folder has
    to know a web framework; `adapter/presentation` means nothing else, whether it answers HTTP or tasks."""

    def __init__(self, source: Source, strong: Mapping[str, Layer]) -> None:
        self._source = source
        self._outer = [name for name, layer in strong.items() if layer == "infrastructure"]

    def layers(self) -> dict[str, Layer]:
        """Module name → interface, for those that are in such a folder."""
        return {
            module.name: "interface"
            for folder in sorted(self._folders())
            for module in self._source.modules
            if is_below(module.local_name, folder)
        }

    def _folders(self) -> Iterator[str]:
        for outer in self._outer:
            for folder in self._source.packages:
                if folder == outer or not is_below(folder, outer):
                    continue
                is_sure = words.STRONG.get(folder.rpartition(".")[2]) == "interface"
                if is_sure or (_is_driving(folder, outer) and self._serves(folder)):
                    yield folder

    def _serves(self, folder: str) -> bool:
        below = [m for m in self._source.modules if is_below(m.local_name, folder)]
        return any(self._source.kinds(module) & TELLING["interface"] for module in below)


def _is_driving(folder: str, outer: str) -> bool:
    """By its side (`in`, `primary`), by a word for routes below adapters, or by one that means nothing else."""
    above, _, word = folder.rpartition(".")
    between = {outer.rpartition(".")[2], *above[len(outer) + 1 :].split(".")}
    in_adapters = not words.ADAPTERS.isdisjoint(between)
    return words.side(word) == "interface" or word in words.SERVED or (in_adapters and words.WEAK.get(word) == "interface")
