"""The frames of a drawing as a tree, for formats in which what a frame holds stands inside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from archlint.report.graph_folding import NO_LAYER, Drawing


@dataclass
class Frame:
    """`label` is the frame's name within the one around it; `boxes` are indices."""

    name: str = ""
    label: str = ""
    boxes: list[int] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)


def frames_of(drawing: Drawing) -> Frame:
    """The frame around all, which has no name. Layers stand in their order, the outermost first; packages by name."""
    top = Frame()
    made: dict[tuple[str, ...], Frame] = {(): top}
    order = {name: i for i, name in enumerate((*drawing.layers, NO_LAYER))}
    for i in sorted(range(len(drawing.boxes)), key=lambda i: [order.get(name, 0) for name in drawing.boxes[i].frames]):
        frames = drawing.boxes[i].frames
        for depth in range(1, len(frames) + 1):
            if frames[:depth] not in made:
                around, name = made[frames[: depth - 1]], frames[depth - 1]
                made[frames[:depth]] = Frame(name, name.removeprefix(f"{around.name}."))
                around.frames.append(made[frames[:depth]])
        made[frames].boxes.append(i)
    return top
