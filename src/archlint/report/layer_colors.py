"""The colours in which layers are drawn, where a drawing has no style sheet: light fills that carry dark text."""

from __future__ import annotations

from collections.abc import Sequence

TEXT, EDGE, WRONG, QUIET = "#1d2023", "#82878d", "#a8231b", "#575d64"
_FILLS = ("#d7e6fb", "#e6dcf7", "#fbe4c8", "#d5eedb", "#f7d9e3", "#d3eef0", "#eeeac2", "#e2e3e6")
PLAIN = "#ffffff"


def fills(layers: Sequence[str]) -> dict[str, str]:
    """A fill for each layer; of more layers than there are colours two share one."""
    return {layer: _FILLS[i % len(_FILLS)] for i, layer in enumerate(layers)}
