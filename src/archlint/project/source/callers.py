"""Who comes to a function: itself, what calls it, what calls that, up to some steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from archlint.project.model import Def


def callers_above(definition: Def, calling: Callable[[Def], Iterable[Def]], steps: int) -> Iterator[Def]:
    """Each once; `calling` gives the callers of one, and is asked only where the walk goes on above it."""
    waiting, seen = [(definition, 0)], {definition}
    while waiting:
        found, step = waiting.pop()
        yield found
        for caller in calling(found) if step < steps else ():
            if caller not in seen:
                seen.add(caller)
                waiting.append((caller, step + 1))
