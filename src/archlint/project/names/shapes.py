"""What the uses of a value in a function say of it: that it is a mapping, and which keys are read; an object of a class;
the path of a file; or not there at all.

None of these is a text that could be a secret, so that a name for one (`token`, `api_key`) tells less of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.findings import Confidence
from archlint.facts.syntax import (
    Attribute,
    Call,
    CallRef,
    Collection,
    Comparison,
    Constant,
    Expr,
    Name,
    Operation,
    String,
    Subscript,
)
from archlint.project.parts import parts_of
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.flows import Source
from archlint.project.spelling import last_name, spell
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_READS = frozenset({"get", "pop", "setdefault"})
_ALL = frozenset({"items", "keys", "values"})
_TEXTS = frozenset({"str", "bytes", "bytearray", "basestring", "string_types", "text_type", "AnyStr"})
_OPENS = frozenset({"open", "Path", "exists", "isfile", "is_file", "expanduser", "abspath", "realpath"})
"""Functions that take a path first, or methods of one."""
_OF_TEXT = frozenset(dir(str)) | frozenset(dir(bytes)) | {"value", "reveal", "get_secret_value"}
"""What a text has, or what holds nothing but one."""
_CONTAINERS = frozenset({"dict", "Mapping", "MutableMapping", "OrderedDict", "list", "tuple", "set"})


class Shape(Struct, frozen=True):
    """`kind`: mapping (of which `keys` are read), object (of a class), path, absent."""

    kind: str
    keys: tuple[str, ...] = ()


class _Use(Struct, frozen=True):
    """`inside`: the branch in which it holds; -1: in the whole function."""

    kind: str
    key: str = ""
    inside: int = -1


class Shapes:
    """What the uses say, by module and function."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known: dict[str, dict[tuple[int, str], list[_Use]]] = {}
        self._keys: dict[str, frozenset[tuple[str, str]]] = {}

    def applied(self, source: Source, module: Module, expr: Expr, context: int) -> Source | None:
        """The source, if what is done with the name leaves it one. A mapping holds secrets where one is read from it."""
        shape = self.of(module, expr, context)
        if shape is None:
            return source
        names = self._vocabulary.names
        fields = tuple(key for key in shape.keys if (naming := names(key)) is not None and naming.certain)
        if shape.kind in ("path", "absent"):
            return None
        if fields:
            return replace(source, fields=fields, is_whole=True)
        if shape.kind == "object" and not source.certain:
            return None
        return replace(source, is_whole=True, certain=False, confidence=Confidence.LOW)

    def is_keyed_by(self, module: Module, mapping: Expr, name: str) -> bool:
        """Something is read from a mapping by a name (`mapping[name]`), which so is a key."""
        if module.path not in self._keys:
            self._keys[module.path] = frozenset(_keys(module))
        return (spell(module.body, mapping), name) in self._keys[module.path]

    def of(self, module: Module, expr: Expr, context: int) -> Shape | None:
        """The shape of a name or attribute in a place; None where the uses say nothing, or that it is a text."""
        if not isinstance(expr, Name | Attribute):
            return None
        known = self._known.get(module.path)
        if known is None:
            known = self._known[module.path] = _uses(module)
        written = spell(module.body, expr)
        if is_absent(module, written, context):
            return Shape("absent")
        around = frozenset(_places(module, context))
        uses = [use for f in _functions(module, context) for use in known.get((f, written), ())]
        uses = [use for use in uses if use.inside < 0 or use.inside in around]
        kinds = {use.kind for use in uses}
        if not kinds or "text" in kinds:
            return None
        kind = next(kind for kind in ("path", "mapping", "object") if kind in kinds)
        return Shape(kind, tuple(dict.fromkeys(use.key for use in uses if use.key)))


def _places(module: Module, context: int) -> Iterator[int]:
    while context >= 0:
        yield context
        context = module.body.contexts[context].parent


def is_absent(module: Module, written: str, context: int) -> bool:
    """A place in which a test has found the value empty."""
    for place in (module.body.contexts[index] for index in _places(module, context)):
        if place.kind in ("if", "else") and place.subject is not None:
            for part, negated in _conditions(place.subject, place.kind == "else"):
                if _says_absent(module, part, written, negated):
                    return True
            if place.kind == "else" and _asks_along(module, place.subject, written):
                return True
    return False


def is_missing(module: Module, key: str, written: str, context: int) -> bool:
    """A place in which a test has found that a mapping has no such key."""
    for place in (module.body.contexts[index] for index in _places(module, context)):
        if place.kind not in ("if", "else") or place.subject is None:
            continue
        for part, negated in _conditions(place.subject, place.kind == "else"):
            if isinstance(part, Comparison) and part.ops == (("in",) if negated else ("not in",)):
                asked, mapping = part.operands
                if isinstance(asked, String) and asked.value == key and spell(module.body, mapping) == written:
                    return True
    return False


def _asks_along(module: Module, test: Expr, written: str) -> bool:
    """`user and user.token`: where it does not hold, there is no token or nothing to read one from."""
    asked = test.operands if isinstance(test, Operation) and test.op == "and" else ()
    texts = [spell(module.body, operand) for operand in asked]
    return written in texts and all(text == written or written.startswith(f"{text}.") for text in texts)


def _says_absent(module: Module, part: Expr, written: str, negated: bool) -> bool:
    if isinstance(part, Comparison) and len(part.ops) == 1 and isinstance(part.operands[1], Constant):
        is_none = part.operands[1].value is None and spell(module.body, part.operands[0]) == written
        return is_none and part.ops[0] == ("is not" if negated else "is")
    return negated and spell(module.body, part) == written


def _functions(module: Module, context: int) -> Iterator[int]:
    """The function of a place and those around it."""
    function = module.body.contexts[context].function
    while function >= 0:
        yield function
        function = module.body.contexts[module.outline.functions[function].outer].function
    yield -1


def _keys(module: Module) -> Iterator[tuple[str, str]]:
    """(mapping, key) as they are written, where the key is a name."""
    body = module.body
    for expr, _ in walk_module(module, frozenset({Subscript})):
        if type(expr) is Subscript and type(expr.index[0]) is Name:
            yield spell(body, expr.base), expr.index[0].id
    for call in body.calls:
        key = call.arguments[0].value if call.arguments else None
        if type(call.callee) is Attribute and call.callee.attr in _READS and type(key) is Name:
            yield spell(body, call.callee.base), key.id


def _uses(module: Module) -> dict[tuple[int, str], list[_Use]]:
    body = module.body
    found: dict[tuple[int, str], list[_Use]] = {}

    def add(expr: Expr, context: int, use: _Use) -> None:
        found.setdefault((body.contexts[context].function, spell(body, expr)), []).append(use)

    for expr, context in walk_module(module, frozenset({Subscript})):
        if isinstance(expr, Subscript) and len(expr.index) == 1 and isinstance(expr.index[0], String):
            add(expr.base, context, _Use("mapping", expr.index[0].value))
    tests = _class_tests(module)
    for expr, context in walk_module(module, frozenset({Attribute})):
        if isinstance(expr, Attribute) and expr.attr not in _OF_TEXT and isinstance(expr.base, Name | Attribute):
            add(expr.base, context, _Use("object"))
    for index, call in enumerate(body.calls):
        for expr, use in _said_by(module, index, call, tests):
            add(expr, call.context, use)
    for statement in body.statements:
        target = statement.target
        if statement.kind in ("assign", "augment") and isinstance(target, Attribute):
            add(target.base, statement.context, _Use("object"))
        if statement.kind == "assign" and isinstance(target, Name) and _takes_of(module, statement.value, target.id):
            add(target, statement.context, _Use("text"))
    return found


def _takes_of(module: Module, value: Expr | None, name: str) -> bool:
    """`token = token["value"]`: afterwards the name stands for something else."""
    bases: list[Expr] = []
    for part in parts_of(module.body, value):
        if type(part) is Subscript:
            bases.append(part.base)
        elif type(part) is CallRef and last_name(module.body, part) in _READS:
            callee = module.body.calls[part.index].callee
            bases += [callee.base] if isinstance(callee, Attribute) else []
    return any(isinstance(base, Name) and base.id == name for base in bases)


def _said_by(module: Module, index: int, call: Call, tests: dict[int, int]) -> Iterator[tuple[Expr, _Use]]:
    callee, arguments = call.callee, call.arguments
    if isinstance(callee, Attribute):
        if callee.attr in _READS and arguments and isinstance(arguments[0].value, String):
            yield callee.base, _Use("mapping", arguments[0].value.value)
        elif callee.attr in _ALL and not arguments:
            yield callee.base, _Use("mapping")
        elif callee.attr in _OPENS:
            yield (arguments[0].value if arguments else callee.base), _Use("path")
        elif callee.attr not in _OF_TEXT:
            yield callee.base, _Use("object")
    elif isinstance(callee, Name) and callee.id in _OPENS and arguments:
        yield arguments[0].value, _Use("path")
    elif isinstance(callee, Name) and callee.id == "isinstance" and len(arguments) == 2:
        kind = _kind(module, arguments[1].value)
        if kind == "text":
            yield arguments[0].value, _Use(kind)
        elif index in tests:
            yield arguments[0].value, _Use(kind, inside=tests[index])


def _kind(module: Module, classes: Expr) -> str:
    names = {last_name(module.body, c) for c in (classes.items if isinstance(classes, Collection) else (classes,))}
    if names & _TEXTS:
        return "text"
    return "mapping" if names <= _CONTAINERS else "object"


def _class_tests(module: Module) -> dict[int, int]:
    """Calls that stand as a condition → the place in which they hold: the branch, or -1 where a negated one leaves or
    mends what is of another class, and behind an `assert`."""
    body = module.body
    found: dict[int, int] = {}
    for place, context in enumerate(body.contexts):
        if context.kind == "if" and context.subject is not None:
            for part, negated in _conditions(context.subject, False):
                if isinstance(part, CallRef):
                    found[part.index] = -1 if negated else place
            for part, negated in _conditions(context.subject, True):  # `if x is None or not isinstance(x, C): return`
                if isinstance(part, CallRef) and not negated:
                    found[part.index] = -1
    for statement in body.statements:
        if statement.kind == "assert" and statement.value is not None:
            found.update({part.index: -1 for part, negated in _conditions(statement.value, False) if isinstance(part, CallRef)})
    return found


def _conditions(test: Expr, negated: bool) -> Iterator[tuple[Expr, bool]]:
    """(what is known where the test is true, or where it is false, whether its contrary is known)."""
    if isinstance(test, Operation) and test.op == "not":
        yield from _conditions(test.operands[0], not negated)
    elif isinstance(test, Operation) and test.op == ("or" if negated else "and"):
        for operand in test.operands:
            yield from _conditions(operand, negated)
    else:
        yield test, negated
