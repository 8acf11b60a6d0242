"""Parameters for which some caller writes a value out: `set_password("…")` at a first start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Expr, Name, String
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.parts import parts_of

if TYPE_CHECKING:
    from archlint.project.source.modules import Module


def gets_constants(origins: Origins, module: Module, expr: Expr | None, context: int) -> bool:
    """Is a parameter in the expression that is given a constant text somewhere? It is no secret there, and treated as all
    others are."""
    names = (part for part in parts_of(module.body, expr) if isinstance(part, Name))
    parameters = (o for name in names for o in origins.of(module, name, context) if isinstance(o, Parameter))
    given = [value for parameter in parameters for value in origins.given_anywhere(parameter)]
    values = [found for o in given for found in (origins.of(o.module, o.expr, o.context) or (o,))]
    return any(isinstance(value, Origin) and isinstance(value.expr, String) for value in values)
