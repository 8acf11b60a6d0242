"""Python that is hard to read, and strategies for programs and for what is almost one."""

from __future__ import annotations

from hypothesis import strategies as st

HARD = {
    "carriage return and line feed": 'x = 1\r\ndef f(a):\r\n\treturn g("""a\r\nb""", \\\r\n  h(1))\r\n',
    "mixed line ends": "x = 1\r\nif a:\n  b(1)\r\n  c(2)\n",
    "tabs": "if a:\n\tb(1)\n\tif c:\n\t\td('\t', e())\n",
    "astral characters": 'x = "\U0001f600" + f("é", 𝐱)\ny = g("\u2028")\nz = h(1)\n',
    "line continuations": "x = a + \\\n  f(1)\nassert x, \\\n g(2)\n",
    "semicolons": "x = f(1); y = g(2);\nif a: b(1); c(2)\n",
    "parentheses": "x = ((f)(1))\ny = ((a).b)(2)\nz = (\n  # c\n  a\n  .b(1)\n  .c(2)\n)\nw = ((1, 2))\n",
    "decorators": "@a.b(1)\n@c\n# comment\nclass A(B, metaclass=C(1)):\n  @d\n  async def f(self): await g()\n",
    "same quotes": 'x = f"{d["a"]}" + f(1)\ny = g(2)\n',
    "nested templates": "x = f'{f'{f(1)}'!r}' f\"{a}\"\nz = h(3)\n",
    "format specifications": "x = f'{a:%H:%M}{b!r:>10}{c:=^5}{d:{w}.{p(1)}}' + g(2)\n",
    "operators in holes": "x = f'{a != b}{(c:=5)}{d:=5}{e == f}' + g(2)\n",
    "self-documenting holes": "x = f'{a = }{b=!r}{c=:>5}{f(1) = }' + g(2)\n",
    "braces": "x = f'{{{a}}}{{}}' + g(2)\n",
    "escapes in templates": "x = f'\\{a}\\N{EM DASH}\\x41{b}' rf'\\N{a}\\{b}\\'{c}' + g(2)\n",
    "triple-quoted templates": 'x = f"""{\na\n} \\"" {b["c"]} "" { # comment }\n c}""" + g(2)\n',
    "walrus and slices": "x = a[1:2, ::3, :, f(1):(y := 2)] + g(2)\n",
    "relative imports": "from ... import a\nfrom .... b import c\nfrom ...x import (y as z,\n  w,)\nx = ...\n",
    "type parameters": "class A[T: (int, str) = f(1), *Ts, **P]: pass\ndef g[T](a: T) -> T: return h(a)\ntype X[T] = A[T]\n",
    "except without parentheses": "try: a(1)\nexcept A, B: b(2)\nfinally:\n  c(3)\n",
    "except star": "try:\n a(1)\nexcept* A as e:\n b(2)\n",
    "match": "match f(a), b:\n  case [1, *_, x] | {2: y, **rest}: g(1)\n  case A(b, c=D.e) as q if h(2): pass\n  case _: i()\n",
    "operators": "x = not -~a ** -b @ c // d if e < f is not g not in h else i(1)\n",
    "keywords against quotes": "x = a if\"b\"else'c'\ny = g(1)\n",
    "numbers": "x = 0xFF + 1_000 + .5 + 5. + 1.5e-3J + 00\ny = 1if a else 2\nz = 1 .real\nw = g(1)\n",
    "implicit concatenation": 'x = ("a" f"{b(1)}" r"\\c"\n  # comment\n  \'d\')\ny = b"a" b"\\xff"\nz = g(1)\n',
    "no line end at the end": "x = f(1)",
    "an encoding": "# coding: latin-1\nx = f('é', g(1))\n",
}

PIECES = st.sampled_from(
    [
        "x", "a.b", "f(", ")", "(", "[", "]", "{", "}", ":", ",", "=", ":=", "\n", "\n    ", "    ", "\t", "\r\n", "\r", ";",
        " ", "\\\n", "# c\n", "# archlint: ignore[A] b\n", "if ", "else", "elif ", "for ", " in ", "while ", "def f", "class A",
        "lambda ", "return ", "yield ", "await ", "async ", "import a", "from . import b", "with ", " as ", "try", "except ",
        "match x", "case ", "_", "*", "**", "@", "not ", " and ", "-", "+", "...", "1", "1.5j", "0xff", '"', "'", '"""', "f'",
        "f\"{", "rb'", "t'", "'a'", "\"select 1\"", "f'{x}'", "!r", "->", "type X",
        "\x0c", "\ufeff", "é", "😀", "ª·", "\0", "__all__",
    ]
)  # fmt: skip
SOURCES = st.lists(PIECES, max_size=30).map("".join)
VALID = st.sampled_from(
    [
        "x = f(1)\n", "import a.b as c\n", "def f(a, b=g()):\n    return [x for x in a if h(x)]\n", "# archlint: ignore[A] b\n",
        "class A(B):\n    '''doc'''\n    x: int = f'{a}select 1'\n", "if a:\n  b()\nelif c:\n  d()\nelse:\n  e()\n", "\n",
        "  # c\n",
        "x = lambda: (y := 1)\n", "try:\n  a()\nexcept B as c:\n  d()\n", "with a() as b, c():\n  d()\n", "x = 'a\\n' 'b'\n",
        "match a:\n  case [b, *c] if d(): pass\n",
    ]
)  # fmt: skip
PROGRAMS = st.lists(VALID, max_size=6).map("".join)
