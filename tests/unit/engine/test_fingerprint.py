"""What identifies a finding: our own fingerprint, and GitHub's line hash against a transcription of its source."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archlint.engine.fingerprint import LineHashes, Ordinals, fingerprint, normalised

BLOCK = 100


def hashes_as_github(data: bytes) -> dict[int, str]:
    """codeql-action's `hash` (src/fingerprints.ts), character by character, with 64-bit arithmetic."""
    text = data.decode("utf-8", "replace").encode("utf-16-le", "surrogatepass")
    units = [int.from_bytes(text[i : i + 2], "little") for i in range(0, len(text), 2)]
    window, numbers = [0] * BLOCK, [-1] * BLOCK
    wrap = 2**64
    first = pow(37, BLOCK, wrap)
    state = {"hash": 0, "index": 0, "line": 0}
    counts: dict[str, int] = {}
    found: dict[int, str] = {}

    def put_out() -> None:
        value = f"{state['hash']:x}"
        counts[value] = counts.get(value, 0) + 1
        found[numbers[state["index"]]] = f"{value}:{counts[value]}"
        numbers[state["index"]] = -1

    def update(unit: int) -> None:
        begin = window[state["index"]]
        window[state["index"]] = unit
        state["hash"] = (37 * state["hash"] + unit - first * begin) % wrap
        state["index"] = (state["index"] + 1) % BLOCK

    line_start, previous_cr = True, False
    for unit in [*units, 0xFFFF]:
        if unit in (0x20, 0x09) or (previous_cr and unit == 0x0A):
            previous_cr = False
            continue
        previous_cr = unit == 0x0D
        current = 0x0A if previous_cr else unit
        if numbers[state["index"]] != -1:
            put_out()
        if line_start:
            line_start = False
            state["line"] += 1
            numbers[state["index"]] = state["line"]
        if current == 0x0A:
            line_start = True
        update(current)
    for _ in range(BLOCK):
        if numbers[state["index"]] != -1:
            put_out()
        update(0)
    return found


def test_line_hash_of_a_line_worked_out_by_hand() -> None:
    # "a" and the end of file: (97 * 37 + 65535) followed by 98 zeros, modulo 2**64
    expected = (97 * 37 + 65535) * pow(37, 98, 2**64) % 2**64
    assert LineHashes(b"a").line(1) == f"{expected:x}:1"


def test_line_hashes_known_from_the_actions_own_tests() -> None:
    # src/fingerprints.test.ts of codeql-action: " a\nb\n  \t\tc\n d"
    hashes = LineHashes(b" a\nb\n  \t\tc\n d")
    assert [hashes.line(n) for n in (1, 2, 3, 4)] == [
        "271789c17abda88f:1",
        "54703d4cd895b18:1",
        "180aee12dab6264:1",
        "a23a3dc5e078b07b:1",
    ]


def test_equal_lines_far_apart_are_counted() -> None:
    data = b"x = 1\n" * 60
    hashes = LineHashes(data)
    assert [hashes.line(n).rpartition(":")[2] for n in (1, 2, 3)] == ["1", "2", "3"]
    assert hashes.line(1).partition(":")[0] == hashes.line(2).partition(":")[0]


def test_a_line_that_is_not_there_has_no_hash() -> None:
    assert LineHashes(b"a\n").line(0) == LineHashes(b"a\n").line(99) == ""


@given(st.text(alphabet="ab \t\r\n\u20ac\U0001f600", max_size=400))
def test_line_hashes_are_githubs(text: str) -> None:
    data = text.encode()
    ours = LineHashes(data)
    for line, value in hashes_as_github(data).items():
        assert ours.line(line) == value


@given(st.binary(max_size=300))
def test_line_hashes_are_githubs_for_any_bytes(data: bytes) -> None:
    ours = LineHashes(data)
    for line, value in hashes_as_github(data).items():
        assert ours.line(line) == value


def test_what_a_formatter_changes_does_not_count() -> None:
    one = "session.execute('SELECT 1', {'a': 1}, )  # why"
    other = 'session.execute(\n    "SELECT 1",\n    {"a": 1},\n)'
    assert normalised(one) == normalised(other)


def test_what_the_code_says_counts() -> None:
    assert normalised("f(a, b)") != normalised("f(ab)")
    assert normalised("x = 'a b'") != normalised("x = 'a  b'")
    assert normalised("""x = 'say "no"'""") != normalised('''x = "say 'no'"''')


def test_a_fingerprint_is_made_of_rule_symbol_and_subject() -> None:
    parts = [("A", "f", "x"), ("B", "f", "x"), ("A", "g", "x"), ("A", "f", "y"), ("A", "fx", "")]
    seen = {fingerprint(*part) for part in parts}
    assert len(seen) == len(parts)
    assert all(len(value) == 16 for value in seen)


def test_equal_fingerprints_are_numbered_in_order() -> None:
    ordinals = Ordinals()
    assert [ordinals.number(value) for value in "aab"] == ["a:1", "a:2", "b:1"]
