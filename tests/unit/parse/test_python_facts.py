"""What `extract` says of each construct of the language."""

from __future__ import annotations

from textwrap import dedent

import pytest

from archlint.facts.syntax import (
    Attribute,
    Call,
    CallRef,
    Comprehension,
    Constant,
    Context,
    Expr,
    FileFacts,
    Function,
    Import,
    Lambda,
    Name,
    Operation,
    Statement,
    String,
    Template,
)
from archlint.facts.text import LineIndex
from archlint.parse.python import extract


class Read:
    """A source and its facts, with the questions that the tests ask."""

    def __init__(self, source: str) -> None:
        self.source = dedent(source)
        found = extract(self.source.encode())
        assert isinstance(found, FileFacts), found
        self.outline, self.body = found.outline, found.body

    def text(self, node: Expr | Call | Statement | Context | Import | Function | None) -> str:
        return "" if node is None else self.source[node.at : node.end]

    def call(self, callee: str) -> Call:
        (found,) = [call for call in self.body.calls if self.text(call.callee) == callee]
        return found

    def place(self, context: int) -> list[str]:
        """The kinds of the places from the module to `context`."""
        kinds: list[str] = []
        while context >= 0:
            kinds.insert(0, self.body.contexts[context].kind)
            context = self.body.contexts[context].parent
        return kinds

    def where(self, callee: str) -> list[str]:
        return self.place(self.call(callee).context)

    def statements(self, kind: str) -> list[Statement]:
        return [statement for statement in self.body.statements if statement.kind == kind]

    def values(self, kind: str) -> list[str]:
        return [self.text(statement.value) for statement in self.statements(kind)]

    def value(self) -> Expr:
        """The value of the only assignment."""
        (statement,) = self.statements("assign")
        assert statement.value is not None
        return statement.value


# --- Places -----------------------------------------------------------------------------------------------------------


def test_what_is_evaluated_before_a_place_is_entered_stands_outside_it() -> None:
    read = Read("""
        @decorator(1)
        def view(a: annotation(), b=default()) -> returned():
            for item in iterable():
                in_loop()
            with manager() as m, second() as n:
                in_with()
            while condition():
                in_while()
            if test():
                in_if()
            elif other():
                in_elif()
            else:
                in_else()
    """)
    for outside in ("decorator", "annotation", "default", "returned"):
        assert read.where(outside) == ["module"]
    assert read.where("iterable") == ["module", "function"]
    assert read.where("in_loop") == ["module", "function", "for"]
    assert read.where("manager") == ["module", "function"]
    assert read.where("second") == ["module", "function", "with"]
    assert read.where("in_with") == ["module", "function", "with", "with"]
    assert read.where("condition") == read.where("in_while") == ["module", "function", "while"]
    assert read.where("test") == ["module", "function"]
    assert read.where("in_if") == ["module", "function", "if"]
    assert read.where("other") == ["module", "function", "else"]
    assert read.where("in_elif") == ["module", "function", "else", "if"]
    assert read.where("in_else") == ["module", "function", "else", "else"]


def test_the_parts_of_a_try_stand_side_by_side() -> None:
    read = Read("""
        try:
            a()
        except ValueError as error:
            b()
        except (KeyError, E):
            c()
        else:
            d()
        finally:
            e()
    """)
    assert [read.where(name) for name in "abcde"] == [
        ["module", "try"],
        ["module", "except"],
        ["module", "except"],
        ["module", "else"],
        ["module", "finally"],
    ]
    first, second = read.statements("except")
    assert (read.text(first.target), read.text(first.value)) == ("error", "ValueError")
    assert (second.target, read.text(second.value)) == (None, "KeyError, E")
    assert read.place(first.context) == ["module", "except"]


def test_else_of_a_loop_has_no_test_and_stands_outside_the_loop() -> None:
    read = Read("""
        for x in y:
            a()
        else:
            b()
    """)
    assert read.where("b") == ["module", "else"]
    assert read.body.contexts[read.call("b").context].subject is None


def test_an_else_carries_the_test_that_is_false_there() -> None:
    read = Read("""
        if x > 1:
            a()
        else:
            b()
    """)
    assert read.text(read.body.contexts[read.call("b").context].subject) == "x > 1"


def test_async_places() -> None:
    read = Read("""
        async def f():
            async for x in y:
                a()
            async with z as w:
                b()
            [c() async for c in d]
            for x in y:
                e()
    """)
    asynchronous = {name: read.body.contexts[read.call(name).context].is_async for name in "abce"}
    assert asynchronous == {"a": True, "b": True, "c": True, "e": False}


def test_a_place_ranges_from_its_keyword_to_the_end_of_its_body() -> None:
    read = Read("""
        if a:
            b()
        elif c:
            d()
        e()
    """)
    ranges = [(context.kind, read.text(context)) for context in read.body.contexts[1:]]
    assert ranges == [
        ("if", "if a:\n    b()"),
        ("else", "elif c:\n    d()"),
        ("if", "elif c:\n    d()"),
    ]


def test_comprehension_generators_nest_and_only_the_first_iterable_is_outside() -> None:
    read = Read("x = [element(a, b) for a in first() if test(a) for b in second(a)]\n")
    assert read.where("first") == ["module"]
    assert read.where("test") == ["module", "comprehension"]
    assert read.where("second") == ["module", "comprehension"]
    assert read.where("element") == ["module", "comprehension", "comprehension"]
    value = read.value()
    assert isinstance(value, Comprehension)
    assert value.kind == "list"
    assert value.context == read.call("element").context
    assert [(read.text(s.target), read.text(s.value)) for s in read.statements("for")] == [
        ("a", "first()"),
        ("b", "second(a)"),
    ]


def test_a_generator_argument_and_a_dict_comprehension() -> None:
    read = Read("x = any({key(k): value(v) for k, v in items()} for items in many())\n")
    assert read.where("key") == read.where("value") == ["module", "comprehension", "comprehension"]
    assert read.where("items") == ["module", "comprehension"]
    assert read.where("many") == ["module"]


def test_match_binds_names_in_its_cases() -> None:
    read = Read("""
        match command():
            case [first, *rest] if guard(first):
                a()
            case Point(x=0) | {"k": 1} as whole:
                b()
            case other:
                c()
    """)
    assert read.where("command") == ["module"]
    assert read.where("guard") == read.where("a") == ["module", "case"]
    assert [read.text(s.target) for s in read.statements("assign")] == ["first", "rest", "whole", "other"]
    assert read.text(read.statements("assign")[-1].value) == "command()"
    assert read.text(read.body.contexts[read.call("c").context].subject) == "command()"


# --- Functions and classes --------------------------------------------------------------------------------------------


def test_functions_methods_and_their_names() -> None:
    read = Read("""
        class Outer(Base[int], metaclass=Meta):
            '''Docstring.'''
            class Inner:
                if flag:
                    def method(self):
                        def helper(): pass
                        return lambda: 1
            field = lambda self: 2
        async def free(): yield
    """)
    functions = {f.qualname: f for f in read.outline.functions}
    assert list(functions) == [
        "Outer.Inner.method",
        "Outer.Inner.method.<locals>.helper",
        "Outer.Inner.method.<locals>.<lambda>",
        "Outer.<lambda>",
        "free",
    ]
    outer, inner = read.outline.classes
    assert (outer.qualname, inner.qualname) == ("Outer", "Outer.Inner")
    method, helper, _, _, free = functions.values()
    assert method.klass == 1
    assert read.body.contexts[method.context].klass == 1
    assert helper.klass == -1, "a function in a method is no method"
    assert read.body.contexts[helper.context].klass == 1
    assert (free.klass, free.is_async, free.is_generator, method.is_generator) == (-1, True, True, False)
    assert [read.text(base) for base in outer.bases] == ["Base[int]"]
    assert [(k.name, read.text(k.value)) for k in outer.keywords] == [("metaclass", "Meta")]
    assert all(read.source[f.name_at :].startswith(f.name) for f in functions.values() if f.name != "<lambda>")


def test_a_definition_begins_at_its_keyword_not_at_its_decorators() -> None:
    read = Read("""
        @route("/")
        async def view():
            return 1

        after = 1
    """)
    (function,) = read.outline.functions
    assert read.text(function) == "async def view():\n    return 1"
    assert [read.text(decorator) for decorator in function.decorators] == ['route("/")']


def test_parameters_of_every_kind() -> None:
    read = Read("def f(a, b=1, /, c: int = 2, *args: *Ts, d, e=3, **kw): pass\n")
    (function,) = read.outline.functions
    assert [(p.name, p.kind, read.text(p.annotation), read.text(p.default)) for p in function.parameters] == [
        ("a", "positional", "", ""),
        ("b", "positional", "", "1"),
        ("c", "either", "int", "2"),
        ("args", "*", "*Ts", ""),
        ("d", "keyword", "", ""),
        ("e", "keyword", "", "3"),
        ("kw", "**", "", ""),
    ]


def test_a_lambda_is_a_function_with_one_return() -> None:
    read = Read("x = lambda a, *, b=default(): body(a)\n")
    value = read.value()
    assert isinstance(value, Lambda)
    function = read.outline.functions[value.function]
    assert (function.name, [p.name for p in function.parameters]) == ("<lambda>", ["a", "b"])
    assert read.where("default") == ["module"]
    assert read.where("body") == ["module", "function"]
    assert read.values("return") == ["body(a)"]


def test_a_yield_in_a_nested_function_makes_no_generator_of_the_outer() -> None:
    read = Read("""
        def outer():
            def inner():
                x = yield from source()
            return inner
    """)
    assert {f.name: f.is_generator for f in read.outline.functions} == {"outer": False, "inner": True}
    assert read.values("yield") == ["yield from source()"]


@pytest.mark.parametrize("source", ["class A[T: (int, str) = f(), *Ts, **P]: pass", "def g[T](a: T) -> T: pass"])
def test_type_parameters_are_read_over(source: str) -> None:
    read = Read(source)
    assert len(read.outline.classes) + len(read.outline.functions) == 1


def test_a_docstring_leaves_no_statement_but_other_strings_do() -> None:
    read = Read('''
        """Module."""
        """Another."""
        def f():
            "In " "parts."
            b"bytes are none"
        class C: "one line"; x = 1
    ''')
    assert read.values("expression") == ['"""Another."""', 'b"bytes are none"']


# --- Statements -------------------------------------------------------------------------------------------------------


def test_one_record_for_each_target_and_source_order() -> None:
    read = Read("""
        a = b.c = [x for x in y]
        n: int
        m: str = "s"
        t += 1
        if (w := f()): pass
        del a, n
        raise E(1) from cause
        assert test, message
        global g, h
    """)
    assert [read.text(s.target) for s in read.statements("assign")] == ["a", "b.c", "w"]
    assert [(read.text(s.annotation), read.text(s.value)) for s in read.statements("annotate")] == [
        ("int", ""),
        ("str", '"s"'),
    ]
    (augment,) = read.statements("augment")
    assert (augment.operator, read.text(augment.target)) == ("+", "t")
    (raised,) = read.statements("raise")
    assert (read.text(raised.value), read.text(raised.target)) == ("E(1)", "cause")
    (asserted,) = read.statements("assert")
    assert (read.text(asserted.value), read.text(asserted.target)) == ("test", "message")
    assert read.values("global") == ["g, h"]
    starts = [statement.at for statement in read.body.statements]
    assert starts == sorted(starts)


def test_simple_statements_on_one_line() -> None:
    read = Read("if a: b(); c = 1;\nd()\n")
    assert [read.text(s) for s in read.body.statements] == ["a", "b()", "c = 1", "d()"]


# --- Calls and expressions --------------------------------------------------------------------------------------------


def test_calls_are_kept_in_the_order_they_are_written() -> None:
    read = Read("x = f(g(1)).h(*i(), **j(), k=l())\n")
    assert [read.text(call.callee) for call in read.body.calls] == ["f", "g", "f(g(1)).h", "i", "j", "l"]
    assert [argument.name for argument in read.call("f(g(1)).h").arguments] == ["*", "**", "k"]
    callee = read.call("f(g(1)).h").callee
    assert isinstance(callee, Attribute)
    assert isinstance(callee.base, CallRef)
    assert read.body.calls[callee.base.index] == read.call("f")


def test_only_the_call_itself_is_awaited() -> None:
    read = Read("""
        async def f():
            await a(b())
            await (c())
            (await d).e()
    """)
    assert {read.text(call.callee): call.awaited for call in read.body.calls} == {
        "a": True,
        "b": False,
        "c": True,
        "(await d).e": False,
    }


def test_parentheses_are_outside_a_range() -> None:
    read = Read("x = (((f)(1)))\n")
    assert read.text(read.value()) == "(f)(1)"


def test_a_chain_of_one_operator_is_flat() -> None:
    value = Read("x = " + " + ".join("abc") + " - d and e\n").value()
    assert isinstance(value, Operation)
    assert value.op == "and"
    difference = value.operands[0]
    assert isinstance(difference, Operation)
    assert difference.op == "-"
    total = difference.operands[0]
    assert isinstance(total, Operation)
    assert [operand.id for operand in total.operands if isinstance(operand, Name)] == ["a", "b", "c"]


def test_a_parenthesis_ends_a_chain() -> None:
    value = Read("x = (a + b) + c\n").value()
    assert isinstance(value, Operation)
    assert len(value.operands) == 2


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1_000", 1000),
        ("0xFF", 255),
        ("00", 0),
        ("1e3", 1000.0),
        ("True", True),
        ("None", None),
        ("...", "..."),
        ("2j", "2j"),
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), str(2**63)),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_constants(source: str, value: object) -> None:
    found = Read(f"x = {source}\n").value()
    assert isinstance(found, Constant)
    assert found.value == value
    assert type(found.value) is type(value)


# --- Imports, exports, comments ---------------------------------------------------------------------------------------


def test_imports_of_every_form() -> None:
    read = Read("""
        import a.b as c, d
        from ... import e
        from ..m.n import (f as g,
            h)
        from . import *
        lazy import i.j
    """)
    assert [(i.module, i.name, i.alias, i.level, read.text(i)) for i in read.outline.imports] == [
        ("a.b", None, "c", 0, "a.b as c"),
        ("d", None, None, 0, "d"),
        ("", "e", None, 3, "e"),
        ("m.n", "f", "g", 2, "f as g"),
        ("m.n", "h", None, 2, "h"),
        ("", "*", None, 1, "*"),
        ("i.j", None, None, 0, "i.j"),
    ]


@pytest.mark.parametrize(
    ("test", "branches"),
    [
        ("TYPE_CHECKING", (True, False)),
        ("typing.TYPE_CHECKING", (True, False)),
        ("TC", (True, False)),
        ("not TYPE_CHECKING", (False, True)),
        ("TYPE_CHECKING and x", (True, False)),
        ("TYPE_CHECKING or x", (False, False)),
        ("not (TYPE_CHECKING and x)", (False, True)),
        ("TC is True", (True, False)),
        ("typing.TYPE_CHECKING == True", (True, False)),
        ("True == TC", (True, False)),
        ("TC is not False", (True, False)),
        ("TC is False", (False, True)),
        ("TC != True", (False, True)),
        ("not (TC is True)", (False, True)),
        ("(not TC) == False", (True, False)),
        ("TC is x", (False, False)),
        ("TC == 1", (False, False)),
        ("TC is True is y", (False, False)),
        ("x", (False, False)),
    ],
)
def test_imports_for_the_type_checker(test: str, branches: tuple[bool, bool]) -> None:
    read = Read(f"""
        from typing import TYPE_CHECKING as TC
        if {test}:
            import a
        elif y:
            import b
        else:
            import c
        import d
    """)
    found = {i.module: i.type_checking for i in read.outline.imports}
    assert found == {"typing": False, "a": branches[0], "b": branches[1], "c": branches[1], "d": False}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("__all__ = ['a', 'b']", ("a", "b")),
        ("__all__: list[str] = ('a',)", ("a",)),
        ("__all__ = ['a'] + ['b']\n__all__ += ['c']\n__all__.extend(('d',))\n__all__.append('e')", tuple("abcde")),
        ("__all__ = []", ()),
        ("__all__ = [name for name in dir()]", None),
        ("__all__ = ['a'] + other.__all__", None),
        ("__all__ = ['a']\n__all__ += other.__all__", None),
        ("__all__ = ['a']\n__all__.remove('a')", None),
        ("def f():\n    __all__ = ['a']", None),
        ("x = 1  # __all__", None),
    ],
)
def test_exports(source: str, names: tuple[str, ...] | None) -> None:
    assert Read(source).outline.exports == names


def test_steering_comments_and_nothing_like_them() -> None:
    read = Read("""
        # archlint: ignore-file[SQL001] why
        x = 1  # noqa  # archlint: ignore[PRF001] because
        y = "# archlint: ignore[X]"
        z = f"# archlint: ignore[Y] {x}"
        # about archlint: nothing
    """)
    assert [(c.text, c.own_line, read.source[c.at : c.end]) for c in read.outline.comments] == [
        ("# archlint: ignore-file[SQL001] why", True, "# archlint: ignore-file[SQL001] why"),
        ("# archlint: ignore[PRF001] because", False, "# archlint: ignore[PRF001] because"),
    ]


@pytest.mark.parametrize(
    ("source", "guarded"),
    [
        ("if __name__ == '__main__': pass", True),
        ("if '__main__' == __name__: pass", True),
        ("if __name__ != '__main__': pass", False),
        ("def f():\n    if __name__ == '__main__': pass", False),
    ],
)
def test_main_guard(source: str, guarded: bool) -> None:
    assert Read(source).outline.main_guard is guarded


def test_shebang_and_lines() -> None:
    read = Read("#!/usr/bin/env python\nx = 1\n")
    assert read.outline.shebang
    assert read.outline.length == len(read.source)
    assert LineIndex.decode(read.outline.lines).position(read.source.index("x")) == (2, 1)


# --- Texts that may hold SQL ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("q = 'SELECT 1'", ["'SELECT 1'"]),
        ("q = 'nothing of the kind'", []),
        ("q = 'selected'", []),
        ("q = 'a ' + b + ' union select ' + f(c)", ["'a ' + b + ' union select ' + f(c)"]),
        ("q = 'select %s' % x", ["'select %s' % x"]),
        ("q = ('select {} ' 'from t').format(x)", ["('select {} ' 'from t').format(x)"]),
        ("q = ' '.join(['select *', 'from t', tail])", ["' '.join(['select *', 'from t', tail])"]),
        ("q = f'delete from {t}'.strip()", ["f'delete from {t}'.strip()"]),
        ("q = 'select ' + ('a' if b else 'with c')", ["'select ' + ('a' if b else 'with c')"]),
        ("q = 'select 1' if a else 'select 2'", ["'select 1'", "'select 2'"]),
        ("q = 'select ' + g('update t')", ["'select ' + g('update t')", "'update t'"]),
        ("q = textwrap.dedent('select 1')", ["'select 1'"]),
        ("q = ['select 1', {'k': b'drop table t'}]", ["'select 1'", "b'drop table t'"]),
        ("q = {s: run('select 1') for s in rows('select 2')}", ["'select 1'", "'select 2'"]),
        ("@query('select 1')\ndef f(a=g('select 2')): 'select 3'", ["'select 1'", "'select 2'"]),
        ("f(lambda: 'select 1')", ["'select 1'"]),
        ("x = 1\n'select 1'", []),
    ],
)
def test_the_largest_expression_that_builds_one_string(source: str, texts: list[str]) -> None:
    read = Read(source)
    assert [read.text(text.expr) for text in read.body.texts] == texts


def test_a_text_stands_where_it_is_evaluated() -> None:
    read = Read("x = [run('select 1') for y in z]\n")
    (text,) = read.body.texts
    assert read.place(text.context) == ["module", "comprehension"]


def test_templates_keep_literals_and_holes() -> None:
    read = Read("x = 'a' f'b{c!r:>{d()}}{{e}}' 'f'\n")
    value = read.value()
    assert isinstance(value, Template)
    assert [part.value if isinstance(part, String) else read.text(part) for part in value.parts] == ["ab", "c", "{e}f"]
    assert [read.text(call.callee) for call in read.body.calls] == ["d"]
