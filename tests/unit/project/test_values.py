"""Constants and built text: what is known of a value, and where in the files its characters stand."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project_builder import project_of

from archlint.facts.syntax import Expr
from archlint.project import Project
from archlint.project.source.modules import Module
from archlint.project.values.texts import BuiltText, Hole, Written
from archlint.project.values.values import UNKNOWN


def argument(project: Project, callee: str = "ask") -> tuple[Module, Expr, int]:
    """The first argument of the one call of `callee(…)`."""
    found = [
        (module, call.arguments[0].value, call.context)
        for module in project.modules.all
        for call in module.body.calls
        if getattr(call.callee, "id", None) == callee
    ]
    assert len(found) == 1
    return found[0]


def constant(files: dict[str, str] | str) -> object:
    project = project_of({"app.py": files} if isinstance(files, str) else files)
    return project.values.constant(*argument(project))


def texts(files: dict[str, str] | str) -> list[str]:
    project = project_of({"app.py": files} if isinstance(files, str) else files)
    return [text.rendered for text in project.values.texts(*argument(project))]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("ask(60 * 60)", 3600),
        ("ask(-(2 + 3) * 4)", -20),
        ("ask(7 // 2 + 7 % 2)", 4),
        ("ask(1 / 0)", UNKNOWN),
        ("ask(10 ** 10)", UNKNOWN),
        ("ask(None)", None),
        ("ask(True)", True),
        ("ask('a' + 'b')", "ab"),
        ("ask(b'a')", UNKNOWN),
        ("N = 5\nask(N)", 5),
        ("N = 5\nN = 6\nask(N)", 6),
        ("N: int = 5\ndef f():\n    ask(N)", 5),
        ("def f(n=5):\n    ask(n)", UNKNOWN),
        ("def f(x):\n    n = 1\n    if x:\n        n = 2\n    ask(n)", UNKNOWN),
        ("def f(x):\n    n = 1\n    if x:\n        n = 1\n    ask(n)", 1),
        ("ask(1 if x else 1)", 1),
        ("ask(1 if x else True)", UNKNOWN),
        ("a, b = 1, 'x'\nask(b)", "x"),
        ("ask(0 or 5)", 5),
        ("ask(x or 5)", UNKNOWN),
        ("class C:\n    N = 3\n    def f(self):\n        ask(self.N)", 3),
        ("class B:\n    N = 3\nclass C(B):\n    def f(self):\n        ask(self.N)", 3),
        ("class C:\n    def __init__(self):\n        self.n = 3\n    def f(self):\n        ask(self.n)", 3),
        ("class C:\n    def __init__(self, n):\n        self.n = n\n    def f(self):\n        ask(self.n)", UNKNOWN),
        ("import enum\nclass Color(enum.Enum):\n    RED = 'red'\nask(Color.RED.value)", "red"),
        ("P = 'a'\nask(f'{P}/b/{1}')", "a/b/1"),
        ("ask(f'{p}/b')", UNKNOWN),
        ("n = 1\nn += 1\nask(n)", UNKNOWN),
        ("for n in (1, 2):\n    ask(n)", UNKNOWN),
        ("ask(undefined)", UNKNOWN),
    ],
)
def test_constants_of_one_file(code: str, value: object) -> None:
    found = constant(code)
    assert found == value
    assert type(found) is type(value)


def test_constants_across_modules() -> None:
    files = {
        "shop/__init__.py": "from shop.settings import TTL",
        "shop/settings.py": "HOUR = 60 * 60\nTTL = 2 * HOUR",
        "shop/cache.py": "import shop.settings\nfrom shop import TTL\nask(TTL + shop.settings.HOUR)",
    }
    assert constant(files) == 3 * 3600


def test_circles_end() -> None:
    assert constant({"a.py": "from b import X\nask(X)", "b.py": "from a import X"}) is UNKNOWN
    assert constant("def f():\n    n = n + 1\n    ask(n)") is UNKNOWN
    assert texts("def f():\n    sql = sql + 'x'\n    ask(sql)")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ask('a' 'b')", ["ab"]),
        ("ask('a' + x + 'b')", ["a{x}b"]),
        ("ask(f'a{x.y}b{g(1)}')", ["a{x.y}b{g(1)}"]),
        ("ask('%s and %s%%' % (x, 'y'))", ["{x} and y%"]),
        ("ask('%(a)s %(b)d' % {'a': 'x', 'b': n})", ["x {n}"]),
        ("ask('x%(a)s' % values)", ["x{a}"]),
        ("ask('%s' % x)", []),
        ("ask('{} {b} {{}} {0!r:>10}'.format('x', b=y))", ["x {y} {} x"]),
        ("ask('{a.b} {c}'.format(**values))", ["{a} {c}"]),
        ("ask('{a}'.format_map({'a': 'x'}))", ["x"]),
        ("ask(', '.join(['a', 'b', x]))", ["a, b, {x}"]),
        ("COLUMNS = ('a', 'b')\nask('select ' + ', '.join(COLUMNS))", ["select a, b"]),
        ("ask('in (' + ', '.join(['?'] * n) + ')')", ["in ({join})"]),
        ("from textwrap import dedent\nask(dedent('''\n  a\n  b'''))", ["\n  a\n  b"]),
        ("import inspect\nask(inspect.cleandoc('a').strip())", ["a"]),
        ("ask('a' if x else 'b')", ["a", "b"]),
        ("def f(x):\n    s = 'a'\n    if x:\n        s = 'b'\n    ask(s + '!')", ["a!", "b!"]),
        ("def f(x):\n    s = 'a'\n    s += 'b'\n    s += x\n    ask(s)", ["ab{x}"]),
        ("def f(x):\n    w = ''\n    if x:\n        w = ' where'\n    ask('a' + w)", ["a", "a where"]),
        ("def f(x):\n    s = 'a'\n    if x:\n        s += 'b'\n    ask(s)", ["a", "ab"]),
        ("for s in ('a', 'b'):\n    ask(s)", ["a", "b"]),
        ("ask([s for s in 'ab'])", []),
        ("Q = {'x': 'a', 'y': 'b'}\nask(Q['y'])", ["b"]),
        ("Q = ['a', 'b']\nask(Q[1])", ["b"]),
        ("class C:\n    Q = 'a'\n    def f(self):\n        ask(self.Q)", ["a"]),
        ("def q(x):\n    if x:\n        return 'a'\n    return 'b'\nask(q(1))", ["a", "b"]),
        ("N = 10\nask(f'limit {N}')", ["limit 10"]),
        ("ask((s := 'a'))", ["a"]),
        ("ask(x)", []),
        ("ask(x.strip())", []),
        ("def f(s='a'):\n    ask(s)", []),
        ("from sqlalchemy import text\nask(text('a'))", ["a"]),
    ],
)
def test_what_is_built(code: str, expected: list[str]) -> None:
    assert texts(code) == expected


def test_text_across_modules() -> None:
    files = {
        "shop/texts.py": "TABLE = 'product'\nALL = f'select * from {TABLE}'\nclass Q:\n    ONE = ALL + ' limit 1'",
        "shop/views.py": "from shop import texts\nfrom shop.texts import Q\nask(Q.ONE + texts.TABLE)",
    }
    assert texts(files) == ["select * from product limit 1product"]


@pytest.mark.parametrize(
    ("code", "origin"),
    [
        ("def f(x):\n    ask('a' + x)", "parameter"),
        ("def f(x):\n    ask('a' + x.y)", "attribute"),
        ("def f():\n    ask('a' + g())", "call"),
        ("def f():\n    ask('a' + b'c'[x])", "unknown"),
    ],
)
def test_holes_say_where_they_come_from(code: str, origin: str) -> None:
    project = project_of({"app.py": code})
    (text,) = project.values.texts(*argument(project))
    assert [hole.origin for hole in text.holes] == [origin]
    assert not text.is_constant


def test_every_character_is_found_where_it_stands() -> None:
    files = {
        "shop/texts.py": 'TABLE = "prod\\x75ct"\n',
        "shop/views.py": '''
            from shop.texts import TABLE


            def f(limit):
                sql = ("select * "
                       """from\t""" + TABLE)
                sql += f" limit {limit}" " -- %s" % "end"
                ask(sql)
            ''',
    }
    project = project_of(files)
    (text,) = project.values.texts(*argument(project))
    assert text.rendered == "select * from\tproduct limit {limit} -- end"
    sources = {path: dedent(code) for path, code in files.items()}
    for index, char in enumerate(text.rendered):
        site = text.origin(index)
        written = sources[site.path][site.at : site.end]
        hole = text.rendered[text.rendered.index("{") : text.rendered.index("}") + 1]
        if text.rendered.index("{") <= index < text.rendered.index("{") + len(hole):
            assert written == "limit"
        elif written != "\\":
            assert written == char


def test_work_is_bounded() -> None:
    lines = ["s0 = 'a' if x else 'b'", *(f"s{i} = s{i - 1} + s{i - 1} + (s{i - 1} if x else 'c')" for i in range(1, 60))]
    assert texts("\n".join([*lines, "ask(s59)"]))


@settings(max_examples=60)
@given(st.text(max_size=20), st.integers(0, 20), st.integers(0, 20))
def test_a_part_of_written_text_knows_its_places(text: str, start: int, length: int) -> None:
    half = len(text) // 2
    anchors = (0, 100, half, 300) if half > 0 else (0, 100)
    written = Written(text, "a.py", anchors)
    start = min(start, len(text))
    part = written.part(start, min(len(text), start + length))
    assert part.text == text[start : start + length]
    assert [part.site(i) for i in range(len(part.text))] == [written.site(start + i) for i in range(len(part.text))]


def test_joined_text_renders_its_pieces_in_order() -> None:
    text = BuiltText((Written("ab", "a.py", (0, 5)),)) + BuiltText((Written("c", "b.py", (0, 9)),))
    assert text.rendered == "abc"
    assert [(text.origin(i).path, text.origin(i).at) for i in range(3)] == [("a.py", 5), ("a.py", 6), ("b.py", 9)]
    assert not any(isinstance(piece, Hole) for piece in text.pieces)


def test_what_grows_in_many_branches_is_bounded() -> None:
    branches = [line for i in range(30) for line in (f"if a > {i}:", f"    q += str({i})", "else:", "    q += ' x'")]
    assert texts("\n".join(["q = 'SELECT 1'", *branches, "ask(q)"]))


def test_loops_over_one_another_s_variables_end() -> None:
    body = "for a in b:\n    for b in a:\n        q = b\nask(q)"
    assert not texts(body)
