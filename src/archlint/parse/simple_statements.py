"""Simple statements: assignments, imports, returns and what else stands on one line."""

from __future__ import annotations

from collections.abc import Sequence

from archlint.facts.syntax import Collection, Expr, Import, Name, Yield
from archlint.parse.light import nodes as cst
from archlint.parse.scopes import type_parameters
from archlint.parse.walk import Handlers, StatementHandler, Walk

_AUGMENTED: dict[type[cst.CSTNode], str] = {
    cst.AddAssign: "+", cst.SubtractAssign: "-", cst.MultiplyAssign: "*", cst.DivideAssign: "/",
    cst.FloorDivideAssign: "//", cst.ModuloAssign: "%", cst.PowerAssign: "**", cst.MatrixMultiplyAssign: "@",
    cst.LeftShiftAssign: "<<", cst.RightShiftAssign: ">>", cst.BitAndAssign: "&", cst.BitOrAssign: "|",
    cst.BitXorAssign: "^",
}  # fmt: skip


def line(walk: Walk, node: cst.SimpleStatementLine | cst.SimpleStatementSuite) -> None:
    handlers = _HANDLERS
    for small in node.body:
        handlers[type(small)](walk, small)
        if small.semicolon is not cst.MaybeSentinel.DEFAULT:
            walk.emit(";")


def expression(walk: Walk, node: cst.Expr) -> None:
    at = walk.at()
    value = walk.expr(node.value)
    # A yield has left its own record.
    if not isinstance(value, Yield):
        walk.statement("expression", at, value=value)


def assign(walk: Walk, node: cst.Assign) -> None:
    at = walk.at()
    targets: list[Expr] = []
    for target in node.targets:
        targets.append(walk.expr(target.target))
        walk.emit("=")
    value = walk.expr(node.value)
    for found in targets:
        walk.statement("assign", at, found, value)


def annotated(walk: Walk, node: cst.AnnAssign) -> None:
    at = walk.at()
    target = walk.expr(node.target)
    walk.emit(":")
    annotation = walk.expr(node.annotation.annotation)
    value: Expr | None = None
    if node.value is not None:
        walk.emit("=")
        value = walk.expr(node.value)
    walk.statement("annotate", at, target, value, annotation=annotation)


def augmented(walk: Walk, node: cst.AugAssign) -> None:
    at = walk.at()
    target = walk.expr(node.target)
    sign = _AUGMENTED[type(node.operator)]
    walk.emit(sign + "=")
    value = walk.expr(node.value)
    walk.statement("augment", at, target, value, operator=sign)


def type_alias(walk: Walk, node: cst.TypeAlias) -> None:
    at = walk.at()
    walk.emit("type")
    target = walk.expr(node.name)
    if node.type_parameters is not None:
        type_parameters(walk, node.type_parameters)
    walk.emit("=")
    value = walk.expr(node.value)
    walk.statement("assign", at, target, value)


def return_(walk: Walk, node: cst.Return) -> None:
    at = walk.at()
    walk.emit("return")
    walk.statement("return", at, value=walk.optional(node.value))


def raise_(walk: Walk, node: cst.Raise) -> None:
    at = walk.at()
    walk.emit("raise")
    value = walk.optional(node.exc)
    cause: Expr | None = None
    if node.cause is not None:
        walk.emit("from")
        cause = walk.expr(node.cause.item)
    walk.statement("raise", at, cause, value)


def assert_(walk: Walk, node: cst.Assert) -> None:
    at = walk.at()
    walk.emit("assert")
    test = walk.expr(node.test)
    message: Expr | None = None
    if node.msg is not None:
        walk.emit(",")
        message = walk.expr(node.msg)
    walk.statement("assert", at, message, test)


def delete(walk: Walk, node: cst.Del) -> None:
    at = walk.at()
    walk.emit("del")
    walk.statement("delete", at, walk.expr(node.target))


def declaration(walk: Walk, node: cst.Global | cst.Nonlocal) -> None:
    at = walk.at()
    is_global = isinstance(node, cst.Global)
    walk.emit("global" if is_global else "nonlocal")
    first = walk.at()
    names: list[Expr] = []
    for item in node.names:
        names.append(walk.expr(item.name))
        walk.comma(item.comma)
    listed = Collection(first, walk.end() - first, "tuple", tuple(names))
    walk.statement("global" if is_global else "nonlocal", at, value=listed)


def pass_(walk: Walk, _node: cst.Pass) -> None:
    at = walk.at()
    walk.emit("pass")
    walk.statement("pass", at)


def break_(walk: Walk, _node: cst.Break) -> None:
    at = walk.at()
    walk.emit("break")
    walk.statement("break", at)


def continue_(walk: Walk, _node: cst.Continue) -> None:
    at = walk.at()
    walk.emit("continue")
    walk.statement("continue", at)


def import_(walk: Walk, node: cst.Import | cst.LazyImport) -> None:
    if isinstance(node, cst.LazyImport):
        walk.emit("lazy")
    walk.emit("import")
    for alias in node.names:
        at = walk.at()
        module = _dotted(walk, alias.name)
        asname = _asname(walk, alias)
        walk.imports.append(Import(at, walk.end() - at, module, None, asname, 0, walk.context, walk.type_checking))
        walk.comma(alias.comma)


def import_from(walk: Walk, node: cst.ImportFrom | cst.LazyImportFrom) -> None:
    if isinstance(node, cst.LazyImportFrom):
        walk.emit("lazy")
    walk.emit("from")
    level = len(node.relative)
    walk.emitted += "." * level
    module = "" if node.module is None else _dotted(walk, node.module)
    walk.emit("import")
    if node.lpar is not None:
        walk.emit("(")
    if isinstance(node.names, Sequence):
        for alias in node.names:
            _imported(walk, alias, module, level)
    else:
        at = walk.at()
        walk.emit("*")
        walk.imports.append(Import(at, 1, module, "*", None, level, walk.context, walk.type_checking))
    if node.rpar is not None:
        walk.emit(")")


def _imported(walk: Walk, alias: cst.ImportAlias, module: str, level: int) -> None:
    at = walk.at()
    name = _dotted(walk, alias.name)
    asname = _asname(walk, alias)
    walk.imports.append(Import(at, walk.end() - at, module, name, asname, level, walk.context, walk.type_checking))
    if name == "TYPE_CHECKING":
        walk.type_checking_names.add(asname or name)
    walk.comma(alias.comma)


def _dotted(walk: Walk, node: cst.BaseExpression) -> str:
    """Walks a module's name, which may have thousands of parts in hostile input."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    assert isinstance(node, cst.Name)  # noqa: S101
    parts.append(node.value)
    parts.reverse()
    walk.emit(parts[0])
    for part in parts[1:]:
        walk.emit(".")
        walk.emit(part)
    return ".".join(parts)


def _asname(walk: Walk, alias: cst.ImportAlias) -> str | None:
    if alias.asname is None:
        return None
    walk.emit("as")
    target = walk.expr(alias.asname.name)
    return target.id if isinstance(target, Name) else None


_SMALL: dict[type[cst.CSTNode], StatementHandler] = {
    cst.AnnAssign: annotated,
    cst.Assert: assert_,
    cst.Assign: assign,
    cst.AugAssign: augmented,
    cst.Break: break_,
    cst.Continue: continue_,
    cst.Del: delete,
    cst.Expr: expression,
    cst.Global: declaration,
    cst.Import: import_,
    cst.ImportFrom: import_from,
    cst.LazyImport: import_,
    cst.LazyImportFrom: import_from,
    cst.Nonlocal: declaration,
    cst.Pass: pass_,
    cst.Raise: raise_,
    cst.Return: return_,
    cst.TypeAlias: type_alias,
}
_HANDLERS = Handlers(_SMALL)
SUITES: dict[type[cst.CSTNode], StatementHandler] = {cst.SimpleStatementLine: line, cst.SimpleStatementSuite: line}
