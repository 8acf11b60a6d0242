"""Pages that need nothing else: no network, no other file, and no script but their own.

What the browser may run is fixed by a policy that names the hashes of the page's script and style.  Text of the project
is put in by templates that escape it, and by a script that only ever makes text of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from archlint.report.escape import encodable, visible

_PAGES = PackageLoader("archlint.report", "pages")
_CODE = re.compile(r"`([^`]+)`")
_COMMAND = re.compile(r"##(?=\w*\[)")
# What could end the script element or a line of a script, in a form that JSON reads as the same text.
_UNSAFE_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def filled(template: str, data: Any, *, styles: Sequence[str], scripts: Sequence[str], **values: Any) -> str:
    """The page made of a template, ending in a newline; `data` is what its script reads.

    Styles follow each other; scripts share one scope, in which the later ones see what the earlier ones define."""
    templates = _templates()
    style = "".join(_part(templates, name) for name in ("page.css", *styles))
    parts = "".join(_part(templates, name) for name in ("page.js", *scripts))
    script = f'"use strict";\n(() => {{\n{parts}}})();\n'
    made = templates.get_template(template).render(
        style=Markup(style),  # noqa: S704  files of this package
        script=Markup(script),  # noqa: S704
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=Markup(script_json(data)),  # noqa: S704  what could end the element is written as escapes
        **values,
    )
    return _COMMAND.sub("&#35;#", encodable(made).rstrip("\n")) + "\n"


def script_json(value: Any) -> str:
    """JSON that can stand inside a script element, whatever is in it."""
    text = encodable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    for character, written in _UNSAFE_IN_SCRIPT.items():
        text = text.replace(character, written)
    return _COMMAND.sub("\\\\u0023#", text)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=_PAGES,
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"codes": codes, "paragraphs": paragraphs, "code": escape, "thousands": lambda n: f"{n:,}"}
    return made


def _harmless(value: Any) -> Any:
    """What an expression of a template gives. Markup is ours; any other text shows its control characters as escapes."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _part(templates: Environment, name: str) -> str:
    """A file of the package as it is, with line ends that give the same hash everywhere."""
    return "\n".join(_PAGES.get_source(templates, name)[0].splitlines()) + "\n"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def codes(text: str) -> Markup:
    """Text with names in backticks, which become code elements."""
    parts = (escape(visible(part)) for part in _CODE.split(text))
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def paragraphs(text: str) -> Markup:
    """Prose of a rule: blank lines part paragraphs."""
    flat = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return Markup("").join(Markup("<p>{}</p>").format(codes(part)) for part in flat if part)
