"""What opens a scope of its own: functions, lambdas, classes and comprehensions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archlint.facts.syntax import (
    Class,
    Comprehension,
    Expr,
    Function,
    Lambda,
    Parameter,
    Starred,
    Statement,
    String,
)
from archlint.parse.displays import element
from archlint.parse.expressions import argument
from archlint.parse.light import nodes as cst
from archlint.parse.walk import ExpressionHandler, StatementHandler, Walk

_Comp = cst.GeneratorExp | cst.ListComp | cst.SetComp


def comprehension(walk: Walk, node: _Comp) -> Expr:
    at = walk.at()
    bracket = "[" if isinstance(node, cst.ListComp) else "{" if isinstance(node, cst.SetComp) else ""
    if bracket:
        walk.emit(bracket)
    outer = walk.context
    places = _enter_generators(walk, node.for_in)
    item = element(walk, node.elt) if isinstance(node.elt, (cst.Element, cst.StarredElement)) else walk.expr(node.elt)
    _leave_generators(walk, at, outer, places, node.for_in)
    if bracket:
        walk.emit("]" if bracket == "[" else "}")
    kind = {"[": "list", "{": "set", "": "generator"}[bracket]
    return Comprehension(at, walk.end() - at, kind, item, None, places[-1])  # type: ignore[arg-type]


def dict_comprehension(walk: Walk, node: cst.DictComp | cst.StarredDictComp) -> Expr:
    """`{**value for …}` keeps the unpacked mapping as a Starred element without a value."""
    at = walk.at()
    walk.emit("{")
    outer = walk.context
    places = _enter_generators(walk, node.for_in)
    value: Expr | None = None
    if isinstance(node, cst.DictComp):
        item = walk.expr(node.key)
        walk.emit(":")
        value = walk.expr(node.value)
    else:
        star = walk.at()
        walk.emit("**")
        mapping = walk.expr(node.value)
        item = Starred(star, walk.end() - star, mapping)
    _leave_generators(walk, at, outer, places, node.for_in)
    walk.emit("}")
    return Comprehension(at, walk.end() - at, "dict", item, value, places[-1])


def _generators(first: cst.CompFor) -> Iterator[cst.CompFor]:
    following: cst.CompFor | None = first
    while following is not None:
        yield following
        following = following.inner_for_in


def _enter_generators(walk: Walk, first: cst.CompFor) -> list[int]:
    """Opens a place for each `for`; the element, written before them, is in the innermost."""
    return [walk.enter() for _ in _generators(first)]


def _leave_generators(walk: Walk, at: int, outer: int, places: Sequence[int], first: cst.CompFor) -> None:
    """Walks the `for` and `if` clauses; each iterable is evaluated outside the place it opens."""
    clauses: list[tuple[Expr, Expr, bool]] = []
    parent = outer
    for place, generator in zip(places, _generators(first), strict=True):
        start = walk.at()
        is_async = generator.asynchronous is not None
        if is_async:
            walk.emit("async")
        walk.emit("for")
        walk.context = place
        target = walk.expr(generator.target)
        walk.emit("in")
        walk.context = parent
        iterable = walk.expr(generator.iter)
        walk.context = place
        walk.statement("for", start, target, iterable)
        for condition in generator.ifs:
            walk.emit("if")
            test_at = walk.at()
            test = walk.expr(condition.test)
            walk.statement("test", test_at, value=test)
        clauses.append((target, iterable, is_async))
        parent = place
    for index in range(len(places) - 1, -1, -1):
        target, iterable, is_async = clauses[index]
        parent = places[index - 1] if index else outer
        walk.leave(places[index], parent, "comprehension", at, subject=iterable, target=target, is_async=is_async)


def lambda_(walk: Walk, node: cst.Lambda) -> Expr:
    at = walk.at()
    walk.emit("lambda")
    parameters = _parameters(walk, node.params)
    walk.emit(":")
    index, outer = len(walk.functions), walk.context
    walk.functions.append(None)
    saved = walk.function, walk.class_body, walk.qualifier, walk.yields
    qualname = f"{walk.qualifier}<lambda>"
    walk.function, walk.class_body, walk.qualifier, walk.yields = index, -1, f"{qualname}.<locals>.", False
    place = walk.enter()
    body_at = walk.at()
    value = walk.expr(node.body)
    walk.statement("return", body_at, value=value)
    walk.leave(place, outer, "function", at)
    walk.functions[index] = Function(
        at, walk.end(), "<lambda>", at, qualname, place, outer, -1, parameters, None, (), is_generator=walk.yields
    )
    walk.function, walk.class_body, walk.qualifier, walk.yields = saved
    return Lambda(at, walk.end() - at, index)


def function(walk: Walk, node: cst.FunctionDef) -> None:
    decorators = _decorators(walk, node.decorators)
    at = walk.at()
    is_async = node.asynchronous is not None
    if is_async:
        walk.emit("async")
    walk.emit("def")
    name, name_at = node.name.value, walk.at()
    walk.emit(name)
    if node.type_parameters is not None:
        type_parameters(walk, node.type_parameters)
    walk.emit("(")
    parameters = _parameters(walk, node.params)
    walk.emit(")")
    returns: Expr | None = None
    if node.returns is not None:
        walk.emit("->")
        returns = walk.expr(node.returns.annotation)
    index, outer, klass = len(walk.functions), walk.context, walk.class_body
    walk.functions.append(None)
    saved = walk.function, walk.class_body, walk.qualifier, walk.yields
    qualname = walk.qualifier + name
    walk.function, walk.class_body, walk.qualifier, walk.yields = index, -1, f"{qualname}.<locals>.", False
    place = walk.enter()
    body(walk, node.body)
    walk.leave(place, outer, "function", at)
    walk.functions[index] = Function(
        at, walk.end(), name, name_at, qualname, place, outer, klass, parameters, returns, decorators,
        is_async, walk.yields,
    )  # fmt: skip
    walk.function, walk.class_body, walk.qualifier, walk.yields = saved


def class_(walk: Walk, node: cst.ClassDef) -> None:
    decorators = _decorators(walk, node.decorators)
    at = walk.at()
    walk.emit("class")
    name, name_at = node.name.value, walk.at()
    walk.emit(name)
    if node.type_parameters is not None:
        type_parameters(walk, node.type_parameters)
    parenthesized = isinstance(node.lpar, cst.LeftParen)
    if parenthesized:
        walk.emit("(")
    bases = tuple([_base(walk, base) for base in node.bases])
    keywords = tuple([argument(walk, keyword) for keyword in node.keywords])
    if parenthesized:
        walk.emit(")")
    index, outer = len(walk.classes), walk.context
    walk.classes.append(None)
    saved = walk.klass, walk.class_body, walk.qualifier
    qualname = walk.qualifier + name
    walk.klass, walk.class_body, walk.qualifier = index, index, f"{qualname}."
    place = walk.enter()
    body(walk, node.body)
    walk.leave(place, outer, "class", at)
    walk.classes[index] = Class(at, walk.end(), name, name_at, qualname, place, outer, bases, keywords, decorators)
    walk.klass, walk.class_body, walk.qualifier = saved


def _base(walk: Walk, arg: cst.Arg) -> Expr:
    at = walk.at()
    found = argument(walk, arg)
    return Starred(at, found.value.end - at, found.value) if found.name == "*" else found.value


def _decorators(walk: Walk, decorators: Sequence[cst.Decorator]) -> tuple[Expr, ...]:
    found: list[Expr] = []
    for decorator in decorators:
        walk.emit("@")
        found.append(walk.expr(decorator.decorator))
    return tuple(found)


def body(walk: Walk, suite: cst.BaseSuite) -> None:
    """The body of a function or class."""
    walk.emit(":")
    documented(walk, (suite,) if isinstance(suite, cst.SimpleStatementSuite) else suite.body)


def documented(walk: Walk, nodes: Sequence[cst.CSTNode]) -> None:
    """Walks statements of which the first may be a docstring, which leaves no record."""
    known = len(walk.statements)
    for node in nodes[:1]:
        walk.suites[type(node)](walk, node)
        if len(walk.statements) > known and _is_docstring(walk.statements[known]):
            del walk.statements[known]
    for node in nodes[1:]:
        walk.suites[type(node)](walk, node)


def _is_docstring(statement: Statement) -> bool:
    value = statement.value
    return statement.kind == "expression" and isinstance(value, String) and not value.is_bytes


def _parameters(walk: Walk, node: cst.Parameters) -> tuple[Parameter, ...]:
    found = [_parameter(walk, param, "positional") for param in node.posonly_params]
    if isinstance(node.posonly_ind, cst.ParamSlash):
        walk.emit("/")
        walk.comma(node.posonly_ind.comma)
    found += [_parameter(walk, param, "either") for param in node.params]
    star = node.star_arg
    if isinstance(star, cst.ParamStar):
        walk.emit("*")
        walk.emit(",")
    elif isinstance(star, cst.Param):
        found.append(_parameter(walk, star, "*"))
    found += [_parameter(walk, param, "keyword") for param in node.kwonly_params]
    if node.star_kwarg is not None:
        found.append(_parameter(walk, node.star_kwarg, "**"))
    return tuple(found)


def _parameter(walk: Walk, node: cst.Param, kind: str) -> Parameter:
    at = walk.at()
    if node.star:
        assert isinstance(node.star, str)  # noqa: S101
        walk.emit(node.star)
    name = node.name.value
    walk.emit(name)
    end = walk.end()
    annotation: Expr | None = None
    default: Expr | None = None
    if node.annotation is not None:
        walk.emit(":")
        annotation = walk.expr(node.annotation.annotation)
    if node.default is not None:
        walk.emit("=")
        default = walk.expr(node.default)
    walk.comma(node.comma)
    return Parameter(at, end - at, name, kind, annotation, default)  # type: ignore[arg-type]


def type_parameters(walk: Walk, node: cst.TypeParameters) -> None:
    """Walks `[T: bound = default, *Ts, **P]`; the facts keep nothing of it but calls."""
    walk.emit("[")
    for item in node.params:
        param = item.param
        if isinstance(param, cst.TypeVarTuple):
            walk.emit("*")
        elif isinstance(param, cst.ParamSpec):
            walk.emit("**")
        walk.emit(param.name.value)
        if isinstance(param, cst.TypeVar) and param.bound is not None:
            walk.emit(":")
            walk.expr(param.bound)
        if item.default is not None:
            walk.emit("=")
            if item.star:
                walk.emit(item.star)
            walk.expr(item.default)
        walk.comma(item.comma)
    walk.emit("]")


EXPRESSIONS: dict[type[cst.CSTNode], ExpressionHandler] = {
    cst.DictComp: dict_comprehension,
    cst.GeneratorExp: comprehension,
    cst.Lambda: lambda_,
    cst.ListComp: comprehension,
    cst.SetComp: comprehension,
    cst.StarredDictComp: dict_comprehension,
}
STATEMENTS: dict[type[cst.CSTNode], StatementHandler] = {
    cst.ClassDef: class_,
    cst.FunctionDef: function,
}
