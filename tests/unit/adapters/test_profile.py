"""The profile of a run: what it says of time, and what it says of a project."""

from __future__ import annotations

import json
from itertools import count

from archlint.adapters.profile import Profile, Several


def profiled() -> Profile:
    """A run on clocks that go a second further at each look."""
    wall, cpu = count(0.0, 1.0), count(0.0, 0.5)
    profile = Profile(lambda: next(wall), lambda: next(cpu))
    with profile.phase("extract"), profile.phase("Python files", 3):
        profile.done("shop/a.py", 2.0)
        profile.done("shop/secret.py", 3.0)
    with profile.phase("rules", 2):
        profile.done("SQL001")
        profile.done("CCH001")
    return profile


def test_phases_nest_and_pieces_are_sorted_by_their_time() -> None:
    phases = profiled().document(complete=True)["phases"]
    assert [(p["name"], p["depth"]) for p in phases] == [("extract", 0), ("Python files", 1), ("rules", 0)]
    files = phases[1]
    assert (files["pieces"], files["pieces_done"], files["pieces_cpu_s"]) == (3, 2, 5.0)
    assert files["slowest"] == [{"cpu_s": 3.0, "name": "shop/secret.py"}, {"cpu_s": 2.0, "name": "shop/a.py"}]
    assert [piece["cpu_s"] for piece in phases[2]["slowest"]] == [0.5, 0.5]
    assert phases[0]["wall_s"] > files["wall_s"] > 0


def test_without_paths_rules_keep_their_names_and_files_do_not() -> None:
    text = json.dumps(profiled().document(complete=True, paths=False))
    assert "secret" not in text
    assert "SQL001" in text


def test_an_unfinished_run_says_how_far_it_came() -> None:
    wall = count(0.0, 1.0)
    profile = Profile(lambda: next(wall), lambda: 0.0)
    with profile.phase("read"):
        document = profile.document(complete=False)
    assert document["complete"] is False
    assert document["phases"][0]["wall_s"] >= 1


def test_several_are_told_the_same() -> None:
    one, other = Profile(), Profile()
    both = Several(one, other)
    with both.phase("rules", 1):
        both.done("SQL001", 0.25)
    slowest = [profile.document(complete=True)["phases"][0]["slowest"] for profile in (one, other)]
    assert slowest == [[{"cpu_s": 0.25, "name": "SQL001"}]] * 2
