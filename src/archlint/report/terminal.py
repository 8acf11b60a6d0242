"""Text laid out for a terminal, as a string: rich writes into memory, never to standard output."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from archlint.report.escape import encodable, inert
from archlint.report.formats import Layout

_LEAST_WIDTH = 40


class Page:
    """`console` takes what is printed; `text` is all of it, without the blanks that rich pads wrapped lines with."""

    def __init__(self, layout: Layout) -> None:
        self._out = StringIO()
        self.console = Console(
            file=self._out,
            width=max(layout.width, _LEAST_WIDTH),
            force_terminal=layout.color,
            color_system="truecolor" if layout.color else None,
            no_color=not layout.color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},
        )

    @property
    def text(self) -> str:
        return inert(encodable("\n".join(line.rstrip() for line in self._out.getvalue().split("\n"))))
