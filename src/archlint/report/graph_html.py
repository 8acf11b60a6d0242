"""A module graph as one page to explore, which needs nothing else."""

from __future__ import annotations

from archlint.facts.module_graph import ModuleGraph
from archlint.report.graph_folding import View
from archlint.report.graph_page import page
from archlint.report.self_contained import filled

_SCRIPTS = (
    "graph_tree.js",
    "graph_links.js",
    "graph_layout.js",
    "graph_draw.js",
    "graph_panel.js",
    "graph_view.js",
    "graph.js",
)


def render(graph: ModuleGraph, view: View, *, title: str, version: str) -> str:
    """The page, ending in a newline. All of the graph is in it; the view says how it looks at first."""
    shown = page(graph, view, title=title, version=version)
    return filled("graph.html", shown.data, styles=("graph.css",), scripts=_SCRIPTS, page=shown)
