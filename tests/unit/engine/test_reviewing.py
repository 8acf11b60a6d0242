"""A review without a screen: what is decided, kept, found again in the next run, and undone."""

from __future__ import annotations

import pytest
from bad_calls import report_on

from archlint.engine.accept import AcceptError
from archlint.engine.review_desk import Circumstances, OthersError
from archlint.engine.review_queue import filter_of
from archlint.engine.review_session import Session, decode, encode
from archlint.engine.reviewing import Review
from archlint.facts.findings import Finding, Report
from archlint.testing import TODAY

BASELINE = "archlint-baseline.json"
LONG = "x" * 110


class MemoryDesk:
    """Files in a dictionary; `full` makes every write fail."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {path: text.encode() for path, text in files.items()}
        self.saved: list[bytes] = []
        self.full = False

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return self.files[path]

    def write(self, path: str, data: bytes) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.files[path] = data

    def remove(self, path: str) -> None:
        del self.files[path]

    def save(self, session: Session) -> None:
        self.saved.append(encode(session))

    def check(self) -> Report:
        return report_on(self.files)

    def text(self, path: str = "a.py") -> str:
        return self.files[path].decode()


GIVEN = Circumstances(today=TODAY, baseline_path=BASELINE, line_length=100)


def opened(desk: MemoryDesk, given: Circumstances = GIVEN) -> Review:
    """A review as the next start of the program would open it."""
    kept = decode(desk.saved[-1], "session") if desk.saved else Session()
    return Review(desk, desk.check(), kept, given)


def start(*files: str) -> tuple[MemoryDesk, Review]:
    desk = MemoryDesk({f"{name}.py": text for name, text in zip("abc", files, strict=False)})
    return desk, opened(desk)


def at(review: Review, line: int, path: str = "a.py") -> Finding:
    return next(f for f in review.findings.values() if (f.location.path, f.location.line) == (path, line))


def states(review: Review) -> dict[int, str]:
    return {f.location.line: f.state for f in review.findings.values()}


def agrees(desk: MemoryDesk, review: Review) -> None:
    """What the review believes is what another check says."""
    found = {f.fingerprint: (f.location, f.state) for f in desk.check().findings if not f.rule.startswith("RUN")}
    assert {f.fingerprint: (f.location, f.state) for f in review.findings.values()} == found


def test_lines_that_a_comment_moves_are_followed() -> None:
    desk, review = start(f"bad()\ny = bad('{LONG}')\nif x:\n    z = bad('{LONG}')\nworse()\n")
    for line in (2, 5, 7):
        review.suppress(at(review, line), "why")
        agrees(desk, review)
    assert [f.location.line for f in review.queue()] == [1, 3, 6, 7]
    for _ in range(3):
        review = opened(desk)
        assert review.undo()
        agrees(desk, review)
    assert desk.text() == f"bad()\ny = bad('{LONG}')\nif x:\n    z = bad('{LONG}')\nworse()\n"
    assert review.undo() == ()


def test_twins_on_a_line_are_decided_and_undone_together() -> None:
    desk, review = start("bad(); bad()\nbad()\n")
    review.suppress(at(review, 1), "why")
    agrees(desk, review)
    assert [d.verdict for d in review.session.decisions] == ["suppressed", "suppressed"]
    assert len(opened(desk).undo()) == 2
    assert desk.text() == "bad(); bad()\nbad()\n"


def test_more_than_was_asked_for_needs_another_word() -> None:
    desk, review = start('y = {\n    1: bad("""\n"""),\n    3: bad(),\n}\n')
    with pytest.raises(OthersError, match="TST001 on line 4 too"):
        review.suppress(at(review, 2), "why")
    assert desk.saved == []
    review.suppress(at(review, 2), "why", scope="statement")
    agrees(desk, review)
    assert set(states(review).values()) == {"suppressed"}


def test_of_equal_findings_the_first_is_the_old_one() -> None:
    desk, review = start("def f():\n    bad()\n    x = 1\n    bad()\n")
    (old,) = review.add_to_baseline([at(review, 4)], "later")
    assert old.location.line == 2
    agrees(desk, review)
    review = opened(desk)
    assert states(review) == {2: "baselined", 4: "new"}
    review.undo()
    assert BASELINE not in desk.files
    agrees(desk, review)


def test_the_baseline_grows_and_shrinks_by_what_was_decided() -> None:
    desk, review = start("bad(1)\nbad(2)\nbad(3)\n")
    review.add_to_baseline([at(review, 1)], "first")
    first = desk.files[BASELINE]
    review.add_to_baseline([at(review, 2), at(review, 3)], "second")
    agrees(desk, review)
    assert len(opened(desk).undo()) == 2
    assert desk.files[BASELINE] == first


def test_an_entry_that_a_comment_makes_needless_is_counted() -> None:
    _, review = start("bad(1)\nbad(2)\nbad(3)\n")
    review.add_to_baseline([at(review, 1)], "later")
    assert review.suppress(at(review, 2), "why", scope="file").needless == 1


def test_a_disk_that_is_full_changes_nothing() -> None:
    desk, review = start("bad()\n")
    desk.full = True
    for act in (lambda: review.suppress(at(review, 1), "why"), lambda: review.add_to_baseline([at(review, 1)], "why")):
        with pytest.raises(OSError, match="No space"):
            act()
    agrees(desk, review)
    assert review.session.decisions == ()


def test_a_file_that_was_changed_is_left_alone() -> None:
    desk, review = start("bad()\n", "bad()\n")
    desk.files["a.py"] = b"x = 1\nbad()\n"
    with pytest.raises(AcceptError, match=r"a\.py has been changed since it was checked"):
        review.suppress(at(review, 1), "why")
    review.suppress(at(review, 1, "b.py"), "why")
    changed = desk.files["b.py"] = desk.files["b.py"] + b"# more\n"
    with pytest.raises(AcceptError, match=r"b\.py has been changed since: nothing is undone"):
        review.undo()
    assert desk.files["b.py"] == changed
    assert len(review.session.decisions) == 1


def test_a_batch_is_undone_whole_or_not_at_all() -> None:
    desk, review = start("bad()\nbad(2)\n", "bad()\n")
    batch = review.next_batch()
    for line, path in ((1, "a.py"), (2, "a.py"), (1, "b.py")):
        review.suppress(at(review, line, path), "why", batch=batch)
    before = dict(desk.files)
    desk.files["a.py"] += b"# more\n"
    with pytest.raises(AcceptError):
        review.undo()
    assert desk.files["b.py"] == before["b.py"]
    desk.files["a.py"] = before["a.py"]
    assert len(review.undo()) == 3
    assert (desk.text("a.py"), desk.text("b.py")) == ("bad()\nbad(2)\n", "bad()\n")
    agrees(desk, review)


def test_what_is_about_the_run_is_decided_by_nobody() -> None:
    _, review = start("x = 1  # archlint: ignore[TST001] nothing\n")
    (finding,) = review.queue()
    for act in (
        lambda: review.suppress(finding, "why"),
        lambda: review.add_to_baseline([finding], "why"),
        lambda: review.note(finding, "why"),
    ):
        with pytest.raises(AcceptError, match="RUN007 is about the run itself"):
            act()


def test_what_is_done_is_not_done_again() -> None:
    desk, review = start("bad()\n")
    review.suppress(at(review, 1), "why")
    with pytest.raises(AcceptError, match="suppressed already"):
        review.suppress(at(review, 1), "why")
    with pytest.raises(AcceptError, match="suppressed already"):
        review.add_to_baseline([at(review, 1)], "why")
    review.skip(at(review, 1))
    assert [d.verdict for d in review.session.decisions] == ["suppressed"]
    desk.files["a.py"] = b"bad()\n"
    assert opened(desk).states(at(opened(desk), 1)) == {"open"}


def test_decisions_about_what_is_gone_are_kept_and_told() -> None:
    desk, review = start("bad(1)\nbad(2)\n")
    review.note(at(review, 1), "ask Ada")
    review.skip(at(review, 2))
    desk.files["a.py"] = b"bad(2)\n"
    difference = review.check_again()
    assert (len(difference.gone), difference.new) == (1, ())
    assert [d.reason for d in opened(desk).stale] == ["ask Ada"]


def test_the_order_is_by_weight_and_what_is_changed_counts_twice() -> None:
    desk, review = start("bad()\n", "bad()\n")
    assert [f.location.path for f in review.queue()] == ["a.py", "b.py"]
    mark = at(review, 1, "b.py").fingerprint
    given = Circumstances(today=TODAY, baseline_path="", line_length=100, changed=lambda _: frozenset({mark}))
    review = opened(desk, given)
    assert [f.location.path for f in review.queue()] == ["b.py", "a.py"]
    assert [f.location.path for f in review.queue(chosen=filter_of("is:changed"))] == ["b.py"]
    with pytest.raises(AcceptError, match="there is no baseline"):
        review.add_to_baseline([at(review, 1)], "why")


def test_the_table_counts_by_rule() -> None:
    _, review = start("bad()\nbad(2)\nworse()\n")
    review.skip(at(review, 1))
    assert [(row.rule, row.open, row.decided) for row in review.rows()] == [("TST001", 1, 1), ("TST002", 1, 0)]
    assert [row.rule for row in review.rows(filter_of("rule:TST002"))] == ["TST002"]
