"""What the taint keeps on its way is what it would find anew."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from project_builder import project_of

from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.flows import Flow, Habits, Place
from archlint.project.secrets.kept_flows import KeptFlows
from archlint.project.secrets.taint import Taint

WORDS = Vocabulary({"password": ["password"]})


class Forgetful(KeptFlows):
    def get(self, asked: object, depth: int) -> Flow | None:
        return None


def reaching(code: str, *, forgetful: bool = False) -> list[Flow]:
    """The flows of the arguments of the calls of `sink`, in their order."""
    project = project_of({"a.py": code})
    taint = Taint(project, WORDS, Habits(sanitizers=frozenset({"mask"})))
    if forgetful:
        taint.kept = Forgetful(24)
    (module,) = project.modules.all
    sites = [site for site in project.calls.in_module(module) if getattr(site.call.callee, "id", "") == "sink"]
    return [taint.flow(site.call.arguments[0].value, Place(module, site.call.context)) for site in sites]


def test_a_value_that_is_used_many_times_is_followed_once() -> None:
    uses = "\n".join(f"    {later} = {name} + {name} + {name}" for name, later in zip("abcdefgh", "bcdefghi", strict=True))
    (flow,) = reaching(f"def f(a, password):\n{uses}\n    sink(i + password)\n")
    assert [source.label for source in flow.sources] == ["password"]


def test_a_function_that_calls_itself_is_followed_once_for_each_way_into_it() -> None:
    code = """
def named(root, row):
    text = root + root + root
    if row:
        return named(text, row) + named(text, text)
    return text + text

def f(x, password):
    sink(named(x, named(x, x)) + password)
"""
    (flow,) = reaching(code)
    assert "password" in [source.label for source in flow.sources]


NAMES = ("x", "y", "self.a", "self.b")
VALUES = st.sampled_from(["x", "y", "self.a", "self.b", "password", "1", "g.password", "len(x)", "mask(y)"]) | st.builds(
    lambda function, first, second: f"self.{function}({first}, {second})",
    st.sampled_from(["f", "g", "h"]),
    st.sampled_from(["x", "y", "self.a", "password", "1"]),
    st.sampled_from(["x", "y", "self.b", "2"]),
)
LINES = st.builds(lambda name, left, right: f"{name} = {left} + {right}", st.sampled_from(NAMES), VALUES, VALUES)
METHODS = st.tuples(st.lists(LINES, max_size=2), VALUES)


def shown(flows: list[Flow]) -> list[object]:
    """All of the flows but what belongs to one project only."""
    return [(flow.clean, [(s.label, s.kind, s.site, s.steps, s.confidence, s.certain) for s in flow.sources]) for flow in flows]


def written(methods: list[tuple[list[str], str]]) -> str:
    lines = ["class C:"]
    for name, (body, result) in zip("fgh", methods, strict=True):
        lines += [f"    def {name}(self, x, y):", *(f"        {line}" for line in body), f"        return {result}"]
        lines += [f"    def use_{name}(self, x, y):", *(f"        sink({value})" for value in (f"self.{name}(x, y)", "self.a"))]
    return "\n".join(lines) + "\n"


@given(st.lists(METHODS, min_size=3, max_size=3))
@settings(max_examples=60)
def test_what_is_kept_is_what_would_be_found_anew(methods: list[tuple[list[str], str]]) -> None:
    code = written(methods)
    assert shown(reaching(code)) == shown(reaching(code, forgetful=True))
