"""A drawing in DOT, the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.report.escape import visible
from archlint.report.graph_folding import Arrow, Box, Drawing
from archlint.report.graph_frames import Frame, frames_of
from archlint.report.layer_colors import EDGE, PLAIN, QUIET, TEXT, WRONG, fills
from archlint.report.summary import count

_START = f"""\
digraph archlint {{
  graph [rankdir=TB, fontname="Helvetica", fontcolor="{TEXT}", color="{EDGE}", style=rounded];
  node [shape=box, style="filled,rounded", fontname="Helvetica", fontcolor="{TEXT}", color="{EDGE}", fillcolor="{PLAIN}"];
  edge [fontname="Helvetica", fontcolor="{QUIET}", fontsize=10, color="{EDGE}"];"""


def render(drawing: Drawing) -> str:
    """The digraph, ending in a newline. Text of the project stands in quoted strings alone."""
    return "\n".join([_START, *_body(drawing), "}"]) + "\n"


def _body(drawing: Drawing) -> Iterator[str]:
    colors = fills(drawing.layers)
    clusters = iter(range(len(drawing.boxes) * 50))

    def inside(frame: Frame, indent: str) -> Iterator[str]:
        for i in frame.boxes:
            yield f"{indent}{_box(i, drawing.boxes[i], colors)}"
        for inner in frame.frames:
            yield f"{indent}subgraph cluster_{next(clusters)} {{"
            yield f"{indent}  label={_quoted(inner.label)};"
            yield from inside(inner, indent + "  ")
            yield f"{indent}}}"

    yield from inside(frames_of(drawing), "  ")
    yield from (f"  n{arrow.source} -> n{arrow.target}{_arrow(arrow)};" for arrow in drawing.arrows)


def _box(number: int, box: Box, colors: dict[str, str]) -> str:
    lines = [box.label]
    if box.modules > 1:
        lines.append(count(box.modules, "module"))
    if box.rules:
        lines.append(", ".join(box.rules))
    values = {"label": _lines(lines), "tooltip": _quoted(box.name)}
    if box.layer in colors:
        values["fillcolor"] = _quoted(colors[box.layer])
    if box.is_outside:
        values |= {"style": '"filled,rounded,dashed"', "fontcolor": _quoted(QUIET)}
    if box.rules:
        values |= {"color": _quoted(WRONG), "penwidth": "2"}
    return f"n{number}{_attributes(values)};"


def _arrow(arrow: Arrow) -> str:
    words = [str(arrow.imports)] if arrow.imports > 1 else []
    values = {"tooltip": _lines([*arrow.places, *(["…"] if len(arrow.places) < arrow.imports else [])])}
    if words or arrow.rules:
        values["label"] = _quoted(" · ".join([*words, *arrow.rules]))
    if arrow.is_for_types:
        values["style"] = "dashed"
    if arrow.rules:
        values |= {"color": _quoted(WRONG), "fontcolor": _quoted(WRONG), "penwidth": "2"}
    return _attributes(values)


def _attributes(values: dict[str, str]) -> str:
    return f" [{', '.join(f'{key}={value}' for key, value in values.items())}]"


def _lines(lines: list[str]) -> str:
    return '"' + "\\n".join(map(_escaped, lines)) + '"'


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """No sign of the text ends the string, nor is one of Graphviz's escapes or entities."""
    return visible(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
