"""The formats in which a module graph is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from archlint.facts.module_graph import ModuleGraph
from archlint.report.graph_folding import Drawing, View, fold

FORMATS = ("mermaid", "dot", "html", "json")
SUFFIXES = {".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".html": "html", ".json": "json"}
"""What the name of a file says of its format."""


def render(graph: ModuleGraph, form: str, view: View, *, title: str, version: str) -> tuple[str, Sequence[str]]:
    """The graph in the format `form` (one of `FORMATS`), ending in a newline, and remarks for who asked for it."""
    if form == "json":
        from archlint.report import graph_json  # noqa: PLC0415  a format is imported when it is asked for

        return graph_json.render(graph, version), ()
    if form == "html":
        from archlint.report import graph_html  # noqa: PLC0415

        return graph_html.render(graph, view, title=title, version=version), ()
    drawing = fold(graph, view)
    text: str = import_module(f"archlint.report.{form}").render(drawing)
    return text, _remarks(text, form, drawing)


def _remarks(text: str, form: str, drawing: Drawing) -> Sequence[str]:
    from archlint.report.mermaid import beyond_bounds  # noqa: PLC0415

    beyond = beyond_bounds(text, drawing) if form == "mermaid" else ""
    return (f"{beyond}: take a smaller --depth, a --package, or --format html",) if beyond else ()
