"""Functions of which a decorator makes a web page: `@view_config(renderer="orders.jinja2")`, `@template("orders.html")`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, String

if TYPE_CHECKING:
    from archlint.project.model import Def


def shows_page(definition: Def, templates: Iterable[str]) -> bool:
    """A decorator of the function, or of its class, is told a template to fill."""
    module, function = definition.module, definition.function
    above = module.outline.classes[function.klass].decorators if function.klass >= 0 else ()
    ends = tuple(f".{end}" for end in templates)
    calls = (module.body.calls[each.index] for each in (*function.decorators, *above) if isinstance(each, CallRef))
    texts = (argument.value.value for call in calls for argument in call.arguments if isinstance(argument.value, String))
    return any(text.endswith(ends) for text in texts)
