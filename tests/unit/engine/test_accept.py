"""Where the comment goes that accepts a finding: the place, the formatting around it, and that it does what it should."""

from __future__ import annotations

import ast

import pytest
from bad_calls import report_on
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from archlint.engine.accept import Acceptance, AcceptError, Placement, place, source_of, why
from archlint.facts.findings import Finding
from archlint.testing import TODAY

LONG = "x" * 100


def target(path: str, data: bytes, line: int = 0, rule: str = "") -> tuple[Finding, tuple[Finding, ...]]:
    """The first finding that is not accepted yet (on that line, of that rule), and all of the file."""
    findings = report_on({path: data}).findings
    new = [f for f in findings if f.state == "new" and f.rule.startswith(rule or "TST")]
    return next(f for f in new if line in (0, f.location.line)), findings


def accepted(path: str, data: bytes, reason: str = "why", until: str = "", **more: object) -> tuple[bytes, Placement]:
    finding, findings = target(path, data, int(str(more.get("line", 0))), str(more.get("rule", "")))
    wanted = Acceptance(finding, why(reason, until, today=TODAY), bool(more.get("whole_file")), findings, TODAY)
    placement = place(source_of(path, data), wanted)
    after = placement.splice.of(data)
    assert placement.splice.undone().of(after) == data
    proved(path, data, after, finding, placement, whole_file=wanted.whole_file)
    return after, placement


def proved(path: str, data: bytes, after: bytes, finding: Finding, placement: Placement, *, whole_file: bool) -> None:
    """In the whole pipeline: this finding is suppressed, with its twins and what was said, and nothing else is changed."""
    before = report_on({path: data}).findings
    now = {f.fingerprint: f for f in report_on({path: after}).findings if f.rule.startswith("TST")}
    assert list(now) == [f.fingerprint for f in before if f.rule.startswith("TST")]
    for old in before:
        if not old.rule.startswith("TST"):
            continue
        twin = old.rule == finding.rule and (whole_file or old.location.line == finding.location.line)
        meant = twin or old.fingerprint in placement.others
        assert now[old.fingerprint].state == ("suppressed" if meant else old.state), old
        assert old.state != "suppressed" or now[old.fingerprint].justification


def python(code: str, reason: str = "why", until: str = "", **more: object) -> str:
    after, _ = accepted("a.py", code.encode(), reason, until, **more)
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(after.decode()))
    return after.decode()


BEHIND = "  # archlint: ignore[TST001] why"
ABOVE = "# archlint: ignore[TST001] why\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("bad()\n", f"bad(){BEHIND}\n", id="at the end of its line"),
        pytest.param("bad()", f"bad(){BEHIND}", id="a file without a last line end"),
        pytest.param("bad()  # noqa: F821\n", f"bad()  # noqa: F821{BEHIND}\n", id="behind another comment"),
        pytest.param("bad(); bad()\n", f"bad(); bad(){BEHIND}\n", id="twins on a line"),
        pytest.param(f"y = bad('{LONG}')\n", f"{ABOVE}y = bad('{LONG}')\n", id="a line that would be too long"),
        pytest.param(f"if x:\n\ty = bad('{LONG}')\n", f"if x:\n\t{ABOVE}\ty = bad('{LONG}')\n", id="tabs"),
        pytest.param("y = f(\n    bad(),\n    1,\n)\n", f"y = f(\n    bad(),{BEHIND}\n    1,\n)\n", id="inside brackets"),
        pytest.param('x = 1\ny = bad("""\n  a\n""")\n', f'x = 1\n{ABOVE}y = bad("""\n  a\n""")\n', id="in a string"),
        pytest.param("y = 1 + \\\n  bad() + \\\n  2\n", f"{ABOVE}y = 1 + \\\n  bad() + \\\n  2\n", id="a continued line"),
        pytest.param('y = f"""\n{bad()}\n{1}\n"""\n', f'{ABOVE}y = f"""\n{{bad()}}\n{{1}}\n"""\n', id="in an f-string"),
        pytest.param("@bad()\ndef f(): ...\n", f"@bad(){BEHIND}\ndef f(): ...\n", id="a decorator"),
        pytest.param(
            f"@one\n@bad('{LONG}')\n\n# note\n@two\ndef f():\n    pass\n",
            f"{ABOVE}@one\n@bad('{LONG}')\n\n# note\n@two\ndef f():\n    pass\n",
            id="a long decorator among others",
        ),
        pytest.param("for x in bad():\n    bad()\n", f"for x in bad():{BEHIND}\n    bad()\n", id="a loop's head"),
        pytest.param(
            'for x in bad("""\n"""):\n    bad()\n',
            f'for x in bad("""\n"""):{BEHIND}\n    bad()\n',
            id="a loop's long head, not its body",
        ),
        pytest.param("if a:\n    b\nelif bad():\n    bad()\n", f"if a:\n    b\nelif bad():{BEHIND}\n    bad()\n", id="elif"),
        pytest.param("x = lambda: bad()\n", f"x = lambda: bad(){BEHIND}\n", id="a lambda"),
        pytest.param("\fbad()\n", f"\fbad(){BEHIND}\n", id="a form feed"),
        pytest.param(f"\f\ny = bad('{LONG}')\n", f"\f\n{ABOVE}y = bad('{LONG}')\n", id="a form feed before"),
        pytest.param("if x: bad()\n", f"if x: bad(){BEHIND}\n", id="a suite on the line"),
        pytest.param("x = [\n  bad(y)\n  for y in z\n]\n", f"x = [\n  bad(y){BEHIND}\n  for y in z\n]\n", id="a comprehension"),
    ],
)  # fmt: skip
def test_where_the_comment_goes_in_python(before: str, after: str) -> None:
    assert python(before) == after


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("code", ["x = 1\nbad()\ny = 2\n", f"x = 1\ny = bad('{LONG}')\nz = 2\n", "bad()", 'y = bad("""\n""")'])
def test_line_ends_are_kept(code: str, end: str) -> None:
    data = code.replace("\n", end).encode()
    after, _ = accepted("a.py", data)
    added = after.decode()
    assert "archlint" in added
    if end in code.replace("\n", end):
        assert added.replace(end, "").count("\n") == added.replace(end, "").count("\r") == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xef\xbb\xbfx = 'h\xc3\xa9'\nbad()\n", "schön"),
        (b"# -*- coding: latin-1 -*-\nx = 'h\xe9'\nbad('\xe9')\n", "schön"),
        ("#!/usr/bin/env python\n# coding: shift_jis\nx = '漢字'\nbad('漢')\n".encode("shift_jis"), "漢字"),
    ],
)  # fmt: skip
def test_encodings_are_kept_byte_for_byte(data: bytes, reason: str) -> None:
    after, placement = accepted("a.py", data, reason)
    assert after.startswith(data[: placement.splice.at])
    assert after.endswith(data[placement.splice.at :])


def test_a_reason_that_the_encoding_does_not_have_is_refused() -> None:
    with pytest.raises(AcceptError, match="iso-8859-1, which has no `漢`"):
        accepted("a.py", b"# coding: latin-1\nbad()\n", "漢字")


def test_a_reason_must_not_name_another_encoding_in_the_first_lines() -> None:
    after, _ = accepted("a.py", f"y = bad('{LONG}')\n".encode(), "the coding: utf-16 is theirs")
    assert after.decode().startswith("y = bad(")
    with pytest.raises(AcceptError, match=r"another encoding|cannot be parsed"):
        accepted("a.py", b"x = 1\nbad()\n", "the coding: utf-16 is theirs", whole_file=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bad()  # archlint: ignore[SQL001] old\n", "bad()  # archlint: ignore[SQL001, TST001] old; why\n"),
        ("bad()  # archlint: ignore[SQL001] why\n", "bad()  # archlint: ignore[SQL001, TST001] why\n"),
        ("bad()  # archlint: ignore[SQL001]\n", "bad()  # archlint: ignore[SQL001, TST001] why\n"),
        ("bad()  # x  # archlint:ignore[A]: old  # noqa\n", "bad()  # x  # archlint:ignore[A, TST001] old; why  # noqa\n"),
        ("bad()  # archlint: ignore[TST001] over, until 2020-01-31\n", "bad()  # archlint: ignore[TST001] why\n"),
        ("bad()  # archlint: ignore[bad-call] over, until 2020-01-31\n", "bad()  # archlint: ignore[bad-call] why\n"),
        ("bad()  # archlint: ignore[A] x, until 2030-01-31\n", f"{ABOVE}bad()  # archlint: ignore[A] x, until 2030-01-31\n"),
        ("bad()  # archlint: ignore\n", f"{ABOVE}bad()  # archlint: ignore\n"),
        (
            f"# archlint: ignore[SQL001] old\n# more\nx = 1\n# archlint: ignore[SQL001] old\ny = bad('{LONG}')\n",
            f"# archlint: ignore[SQL001] old\n# more\nx = 1\n# archlint: ignore[SQL001, TST001] old; why\ny = bad('{LONG}')\n",
        ),
        (
            "def f():  # archlint: ignore[SQL001] all of it\n    bad()\n    bad()\n",
            f"def f():  # archlint: ignore[SQL001] all of it\n    bad(){BEHIND}\n    bad()\n",
        ),
    ],
)  # fmt: skip
def test_a_comment_that_is_there_takes_the_rule(before: str, after: str) -> None:
    assert python(before) == after


def test_until_is_written_and_must_be_the_same_to_be_joined() -> None:
    assert python("bad()\n", until="2027-01-31") == "bad()  # archlint: ignore[TST001] why, until 2027-01-31\n"
    joined = python("bad()  # archlint: ignore[A] old, until 2027-01-31\n", until="2027-01-31")
    assert joined == "bad()  # archlint: ignore[A, TST001] old; why, until 2027-01-31\n"


HEADER = "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n"
FILE = "# archlint: ignore-file[TST001] why\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bad()\nbad()\n", f"{FILE}bad()\nbad()\n"),
        (f"{HEADER}bad()\n", f"{HEADER}{FILE}bad()\n"),
        (
            f'{HEADER}# Licence.\n\n"""What it is.\n\nMore."""  # note\n\nbad()\n',
            f'{HEADER}# Licence.\n\n"""What it is.\n\nMore."""  # note\n{FILE}\nbad()\n',
        ),
        ("'one'\nfrom __future__ import division\nbad()\n", f"'one'\n{FILE}from __future__ import division\nbad()\n"),
        ("'no docstring'.join(bad())\n", f"{FILE}'no docstring'.join(bad())\n"),
        ("'one' \\\n 'two'\nbad()\n", f"{FILE}'one' \\\n 'two'\nbad()\n"),
        ("# archlint: ignore-file[SQL001] old\nbad()\n", "# archlint: ignore-file[SQL001, TST001] old; why\nbad()\n"),
        ("bad()\n# archlint: ignore-file[SQL001] old\n", "bad()\n# archlint: ignore-file[SQL001, TST001] old; why\n"),
    ],
)  # fmt: skip
def test_a_comment_for_the_whole_file(before: str, after: str) -> None:
    assert python(before, whole_file=True) == after


def test_what_else_would_be_suppressed_is_told() -> None:
    code = "y = {\n    1: bad(),\n    2: bad(),\n    3: worse(),\n}\nbad()\n"
    _, placement = accepted("a.py", code.encode())
    (other,) = placement.others
    assert [f.location.line for f in report_on({"a.py": code}).findings if f.fingerprint == other] == [3]


def test_the_lines_that_move_are_told() -> None:
    _, behind = accepted("a.py", b"x = 1\nbad()\n")
    assert (behind.line, behind.moved_from) == (2, 0)
    _, above = accepted("a.py", f"x = 1\ny = bad('{LONG}')\n".encode())
    assert (above.line, above.moved_from) == (2, 2)
    _, top = accepted("a.py", b'"""Doc."""\nbad()\n', whole_file=True)
    assert (top.line, top.moved_from) == (2, 2)


SQL = "  -- archlint: ignore[TST001] why"
OWN = "-- archlint: ignore[TST001] why\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SELECT bad(1);\nSELECT bad(2);\n", f"SELECT bad(1);{SQL}\nSELECT bad(2);\n"),
        ("SELECT bad(1); -- note\n", f"SELECT bad(1); -- note{SQL}\n"),
        (f"SELECT 1;\n  SELECT\n  bad(1, '{LONG}')\n;\n", f"SELECT 1;\n  {OWN}  SELECT\n  bad(1, '{LONG}')\n;\n"),
        ("SELECT bad(1), 'a\nb';\n", f"{OWN}SELECT bad(1), 'a\nb';\n"),
        ("SELECT bad(1) /* a\nb */;\n", f"{OWN}SELECT bad(1) /* a\nb */;\n"),
        ("\\copy x from bad(1)\n", f"{OWN}\\copy x from bad(1)\n"),
        ("DO $$ BEGIN\n  PERFORM bad(1);\nEND $$;\n", f"DO $$ BEGIN\n  PERFORM bad(1);{SQL}\nEND $$;\n"),
        ("SELECT bad(1); -- archlint: ignore[A] x\n", "SELECT bad(1); -- archlint: ignore[A, TST001] x; why\n"),
        ("SELECT bad(1); /* archlint: ignore[A] x */\n", "SELECT bad(1); /* archlint: ignore[A, TST001] x; why */\n"),
        ("/* archlint: ignore[A] x */\nSELECT bad('\n');\n", "/* archlint: ignore[A, TST001] x; why */\nSELECT bad('\n');\n"),
    ],
)  # fmt: skip
def test_where_the_comment_goes_in_sql(before: str, after: str) -> None:
    assert accepted("a.sql", before.encode())[0].decode() == after
    assert accepted("a.sql", before.replace("\n", "\r\n").encode())[0].decode() == after.replace("\n", "\r\n")
    assert accepted("a.sql", before.encode("utf-16"))[0].decode("utf-16") == after


def test_a_whole_sql_file() -> None:
    assert (
        accepted("a.sql", b"SELECT bad(1);\n", whole_file=True)[0] == b"-- archlint: ignore-file[TST001] why\nSELECT bad(1);\n"
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.sql", "COPY t FROM STDIN;\nbad(1)\n\\.\n"),
        ("a.py", "# coding: utf-7\nx = '+AOk-'\nbad()\n"),
    ],
)
def test_where_no_comment_can_stand_it_is_said(path: str, text: str) -> None:
    with pytest.raises(AcceptError, match="placed safely"):
        accepted(path, text.encode())


def test_other_files_take_no_comment() -> None:
    with pytest.raises(AcceptError, match="neither Python nor SQL"):
        source_of("compose.yml", b"a: 1\n")


@pytest.mark.parametrize(
    ("reason", "until", "words"),
    [
        ("", "", "give a reason"),
        (" -- ", "", "give a reason"),
        ("one\ntwo", "", "one line"),
        ("a \x1b[31m", "", "one line without control characters"),
        ("as agreed # with them", "", "would be read as `as agreed` only"),
        ("as agreed -- with them", "", "would be read as `as agreed` only"),
        ("why", "2027-02-30", "`2027-02-30` is no day"),
        ("why", "tomorrow", "`tomorrow` is no day"),
        ("why until 2027-13-01", "", "`2027-13-01` is no day"),
        ("why", "2026-01-14", "2026-01-14 is over"),
    ],
)
def test_a_reason_that_cannot_be_written_is_refused(reason: str, until: str, words: str) -> None:
    with pytest.raises(AcceptError, match=words):
        why(reason, until, today=TODAY)


def test_a_reason_is_kept_as_it_will_be_read() -> None:
    assert why("  see #12,  until 2027-01-31 ", today=TODAY) == why("see #12", "2027-01-31", today=TODAY)


# What must hold always: random programs, calls of `bad` anywhere in them, with comments, long strings and odd layout.

LEAVES = st.sampled_from(
    ["bad()", "worse()", "x", "bad(worse())", "'a # b'", "'''\n  (\n'''", "f'{bad()}'", 'f"""\n{bad()}\n"""', "bad(\n)"]
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("f({}, {})".format, inner, inner),
        st.builds("[\n  {},  # note\n  {},\n]".format, inner, inner),
        st.builds("({} + \\\n {})".format, inner, inner),
        st.builds("[{} for y in {}]".format, inner, inner),
        st.builds("(\n\n{}\n)".format, inner),
        st.builds("(lambda: {})".format, inner),
        st.builds("{{1: {}}}".format, inner),
    ),
    max_leaves=5,
)
COMMENTS = st.sampled_from(
    [""] * 4
    + ["  # note", "  # x \\", "  ", "  # archlint: ignore[TST002] old", "  # archlint: ignore[TST001] over, until 2020-01-01"]
)
SIMPLE = st.one_of(
    st.builds("{}{}\n".format, EXPRESSIONS, COMMENTS),
    st.builds("y = {} + \\\n    {}{}\n".format, EXPRESSIONS, EXPRESSIONS, COMMENTS),
    st.builds("{}; z = {}{}\n".format, EXPRESSIONS, EXPRESSIONS, COMMENTS),
    st.sampled_from(["\n", "# archlint: ignore[TST002] old\n", "# note\n", "from a import (\n    b,\n)\n"]),
    st.builds("q = f('{}', bad()){}\n".format, st.text("ab ", min_size=80, max_size=120), COMMENTS),
)


def suite(block: str) -> str:
    return "".join(f"    {line}" if line.strip() else line for line in f"{block}pass\n".splitlines(keepends=True))


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    heads = st.sampled_from(["if {}:{}\n", "for v in {}:{}\n", "while {}:{}\n", "with {} as w:{}\n", "@d({})\ndef f(a):{}\n"])
    heads |= st.sampled_from(["def f(a={}):{}\n", "class C({}):{}\n", "try:\n    bad()\nexcept {}:{}\n"])
    made = st.builds(lambda head, e, c, body: head.format(e, c) + suite(body), heads, EXPRESSIONS, COMMENTS, inner)
    return st.lists(made | SIMPLE, min_size=1, max_size=3).map("".join)


PROGRAMS = st.recursive(st.lists(SIMPLE, min_size=1, max_size=4).map("".join), compound, max_leaves=4)


def is_taken(lines: list[str], line: int) -> bool:
    """The line ends in a comment of another rule that is over, which is the user's: it is neither replaced nor extended."""
    return "# archlint: ignore[TST001] over" in lines[line - 1]


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(PROGRAMS, st.sampled_from(["\n", "\r\n"]), st.data())
def test_in_any_program_the_finding_is_suppressed_and_nothing_else_is_changed(code: str, end: str, data: st.DataObject) -> None:
    try:
        tree = ast.dump(ast.parse(code))
    except SyntaxError:
        assume(False)
    raw = code.replace("\n", end).encode()
    findings = report_on({"a.py": raw}).findings
    new = [f for f in findings if f.state == "new" and f.rule.startswith("TST")]
    assume(new)
    finding = data.draw(st.sampled_from(new))
    whole_file = data.draw(st.booleans())
    wanted = Acceptance(finding, why("why", today=TODAY), whole_file, findings, TODAY)
    try:
        placement = place(source_of("a.py", raw), wanted)
    except AcceptError:
        assert is_taken(code.split("\n"), finding.location.line), "there was room for a comment"
        return
    after = placement.splice.of(raw)
    assert ast.dump(ast.parse(after)) == tree
    assert placement.splice.undone().of(after) == raw
    proved("a.py", raw, after, finding, placement, whole_file=whole_file)
