"""What one call passes for a parameter that a value was followed to."""

from __future__ import annotations

from archlint.facts.syntax import Argument, Attribute, Name
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import receives_itself
from archlint.project.names.origins import Parameter
from archlint.project.spelling import last_name


def arguments_of(given: Parameter, site: CallSite) -> list[Argument]:
    """What a call gives to a parameter; all that is left over to a starred one."""
    function = given.definition.function
    arguments = site.call.arguments
    positional = [p.name for p in function.parameters if p.kind in ("positional", "either")]
    if receives_itself(given.definition) and not _through_class(site):
        positional = positional[1:]
    plain: list[Argument] = []
    for argument in arguments:
        if argument.name == "*":
            break
        if argument.name is None:
            plain.append(argument)
    if given.kind == "*":
        return plain[len(positional) :]
    if given.kind == "**":
        names = {p.name for p in function.parameters}
        return [a for a in arguments if a.name not in (None, "*", "**") and a.name not in names]
    found = [a for a in arguments if a.name == given.name]
    if not found and given.name in positional and positional.index(given.name) < len(plain):
        found = [plain[positional.index(given.name)]]
    return found


def _through_class(site: CallSite) -> bool:
    """`Class.method(instance, …)`: the receiver is among the arguments."""
    callee = site.call.callee
    if site.receiver is not None and not site.receiver.is_class:
        return False  # an object that is imported under the name of its class
    if not (type(callee) is Attribute and type(callee.base) is Name and callee.base.id[:1].isupper()):
        return False
    definitions = [t.definition for t in site.targets if t.definition is not None]
    return any(_takes_instance(d) for d in definitions) and not any(d.function.name == "__init__" for d in definitions)


def _takes_instance(definition: Def) -> bool:
    """Its first parameter is called so, and no decorator hands it the class instead, whatever that is called."""
    function, body = definition.function, definition.module.body
    first = function.parameters[0].name if function.parameters else ""
    return first == "self" and not any(last_name(body, decorator) == "classmethod" for decorator in function.decorators)
