"""What one Python file says, as small frozen records: expressions, statements, calls, and where each stands.

Every `at`/`end` is a half-open range of *character offsets* in the file's decoded text (see `facts.text`).  Tables
are flat and refer to each other by index, so that a file's facts encode to msgpack and come back equal:

    contexts    the tree of places (module, class, function, loop, branch, try, with, comprehension)
    statements  in source order; each names the context it stands in
    calls       in the order in which they are written; expressions refer to them by `CallRef`
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

_SIGNS = ("+", "-", "*", "@", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "~", "and", "or", "not")
_COMPARING = ("<", ">", "<=", ">=", "==", "!=", "<>", "in", "not in", "is", "is not")

if TYPE_CHECKING:
    Word = str
    Sign = str
    Comparing = str
else:
    Sign, Comparing = Literal[_SIGNS], Literal[_COMPARING]
    """A decoder has one object for each of them."""

    class _Strings(type):
        """msgspec asks it whether what the hook gave is of the type: it decoded a string, and has one."""

        def __instancecheck__(cls, value: object) -> bool:
            return True

    class Word(metaclass=_Strings):
        """A name that the code repeats: a string, which a decoder with the hook `shared` keeps once for all files."""


def shared(_: type, text: str) -> str:
    """The decoder's hook for a `Word`. Raises TypeError for what is no string."""
    return sys.intern(text)


class Node(Struct, frozen=True, array_like=True, gc=False):
    """A range of the file; of an expression without the parentheses around it. Its length is kept, not its end: Python has
    one object for all small integers of a value, and there are millions of these."""

    at: int
    length: int

    @property
    def end(self) -> int:
        return self.at + self.length


class Name(Struct, frozen=True, array_like=True, gc=False, tag=1):
    at: int
    id: Word

    @property
    def length(self) -> int:
        return len(self.id)

    @property
    def end(self) -> int:
        return self.at + len(self.id)


class Trailing(Struct, frozen=True, array_like=True, gc=False):
    """What stands behind its base. `before`: how much earlier than that it begins (parentheses stand around it); an
    offset of its own would be one more integer for each."""

    before: int
    length: int
    base: Expr

    @property
    def at(self) -> int:
        return _begin(self.base) - self.before

    @property
    def end(self) -> int:
        return _begin(self.base) - self.before + self.length


class Attribute(Trailing, frozen=True, array_like=True, gc=False, tag=2):
    """`base.attr`; the attribute's own name stands at `end - len(attr)`."""

    attr: Word


class Constant(Node, frozen=True, array_like=True, gc=False, tag=3):
    """None, a boolean or a number; an integer beyond 64 bits, a complex and `...` are kept as their source text."""

    value: bool | int | float | str | None


_LEADS = {0: 0, 2: 1, 3: 2, 4: 3, 6: 3, 7: 4, 8: 5}
"""What a literal has beyond its value (prefix and both quotes) → what of it stands before the value."""


def usual_anchors(at: int, length: int, value: str) -> tuple[int, ...]:
    """The anchors of a literal whose value is written without escapes: one run, between the quotes."""
    lead = _LEADS.get(length - len(value))
    return () if lead is None else (0, at + lead)


class String(Node, frozen=True, array_like=True, gc=False, tag=4):
    """A string or bytes literal, implicit concatenation joined, escapes resolved.

    `runs` are its `anchors`, or empty where they are the usual ones.  Bytes are decoded as latin-1.  A lone surrogate is
    kept as U+FFFD.
    """

    value: Word
    runs: tuple[int, ...] = ()
    is_bytes: bool = False

    @property
    def anchors(self) -> tuple[int, ...]:
        """Flat pairs (index in `value`, offset in the file): each begins a run in which both advance together, so every
        character of the value is found in the file."""
        return self.runs or usual_anchors(self.at, self.length, self.value)


class Template(Node, frozen=True, array_like=True, gc=False, tag=5):
    """An f-string or t-string (also one implicitly concatenated): `String` parts and the expressions in its holes."""

    parts: tuple[Expr, ...]
    kind: Literal["f", "t"] = "f"


class CallRef(Node, frozen=True, array_like=True, gc=False, tag=6):
    """A call in the middle of an expression: `Body.calls[index]`."""

    index: int


class Operation(Node, frozen=True, array_like=True, gc=False, tag=7):
    """A chain of one operator, flattened: arithmetic (`+`, `%`, …), `and`, `or`, or a unary one (`not`, `-`, `~`)."""

    op: Sign
    operands: tuple[Expr, ...]


class Comparison(Node, frozen=True, array_like=True, gc=False, tag=8):
    """`a < b in c`: `ops[i]` stands between `operands[i]` and `operands[i + 1]`; also `is`, `is not`, `not in`."""

    ops: tuple[Comparing, ...]
    operands: tuple[Expr, ...]


class Conditional(Node, frozen=True, array_like=True, gc=False, tag=9):
    test: Expr
    body: Expr
    orelse: Expr


class Collection(Node, frozen=True, array_like=True, gc=False, tag=10):
    kind: Literal["list", "tuple", "set"]
    items: tuple[Expr, ...]


class Mapping(Node, frozen=True, array_like=True, gc=False, tag=11):
    """A dict display; a `None` key is `**value`."""

    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


class Subscript(Trailing, frozen=True, array_like=True, gc=False, tag=12):
    """`base[index]`"""

    index: tuple[Expr, ...]


def _begin(expr: Expr) -> int:
    """Where an expression begins; chains are hundreds long in generated code, so it does not call itself."""
    before = 0
    while type(expr) is Attribute or type(expr) is Subscript:
        before += expr.before
        expr = expr.base
    return expr.at - before


class Slice(Node, frozen=True, array_like=True, gc=False, tag=13):
    lower: Expr | None
    upper: Expr | None
    step: Expr | None


class Lambda(Node, frozen=True, array_like=True, gc=False, tag=14):
    """`Outline.functions[function]`, whose name is `<lambda>` and whose one `return` statement is the body."""

    function: int


class Comprehension(Node, frozen=True, array_like=True, gc=False, tag=15):
    """`element` (and for a dict `value`) is evaluated in `Body.contexts[context]`, the innermost generator's."""

    kind: Literal["list", "set", "dict", "generator"]
    element: Expr
    value: Expr | None
    context: int


class Await(Node, frozen=True, array_like=True, gc=False, tag=16):
    value: Expr


class Starred(Node, frozen=True, array_like=True, gc=False, tag=17):
    value: Expr


class Yield(Node, frozen=True, array_like=True, gc=False, tag=18):
    value: Expr | None
    is_from: bool = False


class Walrus(Node, frozen=True, array_like=True, gc=False, tag=19):
    """`(name := value)`; the binding is also a statement of kind `assign`."""

    name: str
    value: Expr


class Opaque(Node, frozen=True, array_like=True, gc=False, tag=20):
    """An expression that no question needs (yet)."""


Expr = (
    Name
    | Attribute
    | Constant
    | String
    | Template
    | CallRef
    | Operation
    | Comparison
    | Conditional
    | Collection
    | Mapping
    | Subscript
    | Slice
    | Lambda
    | Comprehension
    | Await
    | Starred
    | Yield
    | Walrus
    | Opaque
)


class Argument(Struct, frozen=True, array_like=True, gc=False):
    """`name` is None for a positional one; `*` and `**` mark unpacking."""

    name: Word | None
    value: Expr


class Call(Node, frozen=True, array_like=True, gc=False):
    """`callee(arguments)` in `Body.contexts[context]`."""

    callee: Expr
    arguments: tuple[Argument, ...]
    context: int
    awaited: bool = False


ContextKind = Literal[
    "module",
    "class",
    "function",
    "for",
    "while",
    "if",
    "else",
    "case",
    "try",
    "except",
    "finally",
    "with",
    "comprehension",
]


class Context(Struct, frozen=True, array_like=True, gc=False):
    """A place in which code stands. `parent` is the index of the enclosing one (-1 for the module itself).

    `function` is the innermost function (index in `Outline.functions`, -1 for module level), `klass` the class
    whose body this directly is or in whose method it stands (index in `Outline.classes`, -1 for none).

    subject/target by kind: for, comprehension = iterable/loop variable; while, if, else = the test (an `else` is
    where it is false; a loop's or try's own else has none); with = manager/`as`; except = types/`as`;
    case = the value matched.
    What is evaluated before a place is entered (the iterable, the manager, decorators, defaults) stands outside it;
    a `while` test stands inside.
    """

    kind: ContextKind
    parent: int
    function: int
    klass: int
    at: int
    end: int
    subject: Expr | None = None
    target: Expr | None = None
    is_async: bool = False


StatementKind = Literal[
    "assign",
    "annotate",
    "augment",
    "for",
    "with",
    "except",
    "return",
    "yield",
    "raise",
    "assert",
    "test",
    "delete",
    "expression",
    "break",
    "continue",
    "pass",
    "global",
    "nonlocal",
]


class Statement(Struct, frozen=True, array_like=True, gc=False):
    """One simple statement, or the head of a compound one, in `Body.contexts[context]`.

    assign: target = value (one record for each target of a chain; walrus too); annotate: target: annotation [= value];
    augment: target op= value (`operator` says which); for/with/except: the binding that the head makes, standing
    *inside* the place it opens; test: the condition of if/while/elif/match, standing where it is evaluated;
    assert: value, message as target; raise: value, cause as target; global/nonlocal: names as a tuple Collection of Name.
    yield: value = the Yield, wherever in an expression it stands.  A comprehension's clauses leave `for` and `test`, a
    capture of a `case` an `assign` (of an Opaque where it is a part of what is matched), `type X = …` an `assign`.
    A docstring leaves no statement.
    """

    kind: StatementKind
    at: int
    length: int
    context: int
    target: Expr | None = None
    value: Expr | None = None
    annotation: Expr | None = None
    operator: str = ""

    @property
    def end(self) -> int:
        return self.at + self.length


class Import(Node, frozen=True, array_like=True, gc=False):
    """One imported name. `import a.b as c`: module `a.b`, name None; `from ..m import x`: level 2, module `m`, name `x`.

    A star is the name `*`.  `type_checking`: under `if TYPE_CHECKING` (any alias of it).
    """

    module: Word
    name: Word | None
    alias: str | None
    level: int
    context: int
    type_checking: bool = False


class Parameter(Node, frozen=True, array_like=True, gc=False):
    name: Word
    kind: Literal["positional", "either", "*", "keyword", "**"]
    annotation: Expr | None = None
    default: Expr | None = None


class Function(Struct, frozen=True, array_like=True, gc=False):
    """A `def`, `async def` or lambda. `context` is its body's place, `outer` the place it is written in.

    It begins at its keyword, behind the decorators.  `klass` is the class that it is a method of; -1 for a lambda and a
    function inside a method.  `qualname` is as Python has it, with `<locals>`.
    """

    at: int
    end: int
    name: Word
    name_at: int
    qualname: str
    context: int
    outer: int
    klass: int
    parameters: tuple[Parameter, ...]
    returns: Expr | None
    decorators: tuple[Expr, ...]
    is_async: bool = False
    is_generator: bool = False


class Class(Struct, frozen=True, array_like=True, gc=False):
    """A `class`. Decorators' and bases' calls stand in `outer`."""

    at: int
    end: int
    name: str
    name_at: int
    qualname: str
    context: int
    outer: int
    bases: tuple[Expr, ...]
    keywords: tuple[Argument, ...]
    decorators: tuple[Expr, ...]


class Comment(Struct, frozen=True, array_like=True, gc=False):
    """A comment that steers archlint, from `#` to the end of its line; `own_line`: nothing else stands there."""

    at: int
    end: int
    text: str
    own_line: bool


class Text(Struct, frozen=True, array_like=True, gc=False):
    """A piece of string building that may hold SQL: the largest expression around it that still builds one string."""

    expr: Expr
    context: int


class Outline(Struct, frozen=True, array_like=True, gc=False):
    """The thin part of a file's facts, read in every run."""

    length: int
    lines: bytes
    """Offsets of the line starts as native-endian-free little-endian uint32, see `facts.text.LineIndex`."""
    imports: tuple[Import, ...]
    classes: tuple[Class, ...]
    functions: tuple[Function, ...]
    exports: tuple[str, ...] | None
    """`__all__` where it is a literal (with `+=`, `extend`, `append` of literals), else None."""
    comments: tuple[Comment, ...]
    shebang: bool = False
    main_guard: bool = False
    """The file holds `if __name__ == "__main__":`."""
    generated: bool = False
    """A comment at its head says that a generator wrote the file."""
    dated: str = ""
    """The day on which a generator wrote it, as its head says."""


class Body(Struct, frozen=True, array_like=True, gc=False):
    """The detailed part of a file's facts."""

    contexts: tuple[Context, ...]
    statements: tuple[Statement, ...]
    calls: tuple[Call, ...]
    texts: tuple[Text, ...]


class FileFacts(Struct, frozen=True, array_like=True, gc=False):
    outline: Outline
    body: Body


class Failure(Struct, frozen=True, array_like=True, gc=False):
    """Why a file has no facts: `kind` is a RUN rule's word, `line`/`column` (1-based) where it is known."""

    kind: Literal["unreadable", "unparsed", "bound"]
    reason: str
    line: int = 1
    column: int = 1
