"""A drawing as a Mermaid flowchart, which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.report.escape import visible
from archlint.report.graph_folding import Arrow, Box, Drawing
from archlint.report.graph_frames import Frame, frames_of
from archlint.report.layer_colors import EDGE, PLAIN, QUIET, TEXT, WRONG, fills
from archlint.report.summary import count

MOST_ARROWS, MOST_CHARACTERS = 500, 50_000
"""Beyond these Mermaid draws nothing unless its own settings (`maxEdges`, `maxTextSize`) allow it."""

_PLAIN_SIGNS = frozenset(" ./:,-_()[]|+*=@!?'")


def render(drawing: Drawing) -> str:
    """The flowchart, ending in a newline. Text of the project stands in quotes, any sign of it that steers as a number."""
    return "\n".join(["flowchart TD", *_body(drawing), *_styles(drawing)]) + "\n"


def beyond_bounds(text: str, drawing: Drawing) -> str:
    """What Mermaid will not draw of it, in words; empty: it draws all."""
    if len(drawing.arrows) > MOST_ARROWS:
        return f"Mermaid draws no more than {MOST_ARROWS} arrows, and these are {len(drawing.arrows):,}"
    if len(text) > MOST_CHARACTERS:
        return f"Mermaid draws no more than {MOST_CHARACTERS:,} characters, and these are {len(text):,}"
    return ""


def _body(drawing: Drawing) -> Iterator[str]:
    numbers = {layer: i for i, layer in enumerate(drawing.layers)}
    frame_numbers = iter(range(len(drawing.boxes) * 50))

    def inside(frame: Frame, indent: str) -> Iterator[str]:
        for i in frame.boxes:
            yield f"{indent}{_box(i, drawing.boxes[i], numbers)}"
        for inner in frame.frames:
            yield f"{indent}subgraph f{next(frame_numbers)}[{_quoted(inner.label)}]"
            yield from inside(inner, indent + "  ")
            yield f"{indent}end"

    yield from inside(frames_of(drawing), "  ")
    yield from (f"  n{arrow.source} {_shaft(arrow)} n{arrow.target}" for arrow in drawing.arrows)


def _box(number: int, box: Box, layers: dict[str, int]) -> str:
    size = f"<br/>{count(box.modules, 'module')}" if box.modules > 1 else ""
    wrong = f"<br/>{', '.join(box.rules)}" if box.rules else ""
    kind = "outside" if box.is_outside else f"l{layers[box.layer]}" if box.layer in layers else "plain"
    return f'n{number}["{_escaped(box.label)}{size}{wrong}"]:::{"wrong_" if box.rules else ""}{kind}'


def _shaft(arrow: Arrow) -> str:
    words = [str(arrow.imports)] if arrow.imports > 1 else []
    label = " · ".join([*words, *arrow.rules])
    shaft = "-.->" if arrow.is_for_types else "==>" if arrow.rules else "-->"
    return f'{shaft}|"{label}"|' if label else shaft


def _styles(drawing: Drawing) -> Iterator[str]:
    """Only the classes that are used: Mermaid counts characters."""
    colors = fills(drawing.layers)
    kinds = {f"l{i}": f"fill:{colors[layer]}" for i, layer in enumerate(drawing.layers)}
    kinds |= {"plain": f"fill:{PLAIN}", "outside": f"fill:{PLAIN},stroke-dasharray:4 3"}
    used = {_box(0, box, {layer: i for i, layer in enumerate(drawing.layers)}).rpartition(":::")[2] for box in drawing.boxes}
    for name in sorted(used):
        kind = kinds[name.removeprefix("wrong_")]
        border = f"stroke:{WRONG},stroke-width:2px" if name.startswith("wrong_") else f"stroke:{EDGE}"
        yield f"  classDef {name} {kind},{border},color:{QUIET if name == 'outside' else TEXT}"
    wrong = [str(i) for i, arrow in enumerate(drawing.arrows) if arrow.rules]
    if wrong:
        yield f"  linkStyle {','.join(wrong)} stroke:{WRONG},color:{WRONG}"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Letters, digits and signs that mean nothing to Mermaid as they are, all else as its number."""
    return "".join(c if c.isalnum() or c in _PLAIN_SIGNS else f"#{ord(c)};" for c in visible(text))
