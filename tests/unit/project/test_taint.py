"""Where a value comes from, asked at the argument of a call of `sink`."""

from __future__ import annotations

from project_builder import project_of

from archlint.facts.findings import Confidence
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.flows import Flow, Habits, Place
from archlint.project.secrets.taint import Taint

WORDS = Vocabulary({"password": ["password"], "token": ["token"]}, doubtful=["token"])
HABITS = Habits(sanitizers=frozenset({"mask"}), wholes={"headers": "headers"}, requests=frozenset({"request"}))


def reaching(files: dict[str, str] | str) -> Flow:
    """The flow of the first argument of the one call of `sink`."""
    project = project_of({"a.py": files} if isinstance(files, str) else files)
    taint = Taint(project, WORDS, HABITS)
    for module in project.modules.all:
        for site in project.calls.in_module(module):
            if getattr(site.call.callee, "id", "") == "sink":
                return taint.flow(site.call.arguments[0].value, Place(module, site.call.context))
    raise AssertionError("no call of `sink`")


def labels(flow: Flow) -> list[str]:
    return [source.label for source in flow.sources]


def test_a_name_is_the_evidence_where_nothing_else_is_known() -> None:
    flow = reaching("def f(password): sink(password)")
    assert labels(flow) == ["password"]
    assert flow.sources[0].confidence == Confidence.HIGH
    assert reaching("def f(token): sink(token)").sources[0].confidence == Confidence.MEDIUM
    assert reaching("def f(token: str): sink(token)").sources[0].confidence == Confidence.HIGH


def test_a_number_under_the_name_is_none() -> None:
    assert reaching("def f(token: int): sink(token)").clean


def test_the_path_leads_from_the_source_to_the_place() -> None:
    flow = reaching(
        {
            "a.py": "def low(thing):\n    text = f'<{thing}>'\n    sink(text)\n",
            "b.py": "from a import low\ndef high(password):\n    low(password)\n",
        }
    )
    (source,) = flow.sources
    assert source.label == "password"
    assert [step.site.path for step in source.steps] == ["b.py", "b.py", "a.py"]
    assert source.handed_over is not None
    assert source.handed_over.path == "b.py"


def test_a_later_value_hides_an_earlier_one() -> None:
    assert reaching("def f(password):\n    x = password\n    x = len(x)\n    sink(x)").clean
    assert reaching("def f(password):\n    password = mask(password)\n    sink(password)").clean


def test_alternatives_are_all_looked_at() -> None:
    flow = reaching("def f(password, y):\n    x = 1\n    if y:\n        x = password\n    sink(x)")
    assert labels(flow) == ["password"]


def test_parameters_of_a_function_are_those_of_the_call_through_which_it_was_entered() -> None:
    code = "def same(x): return x\ndef f(password, name):\n    same(password)\n    sink(same(name))\n"
    assert labels(reaching(code)) == []
    assert labels(reaching(code.replace("same(name)", "same(password)"))) == ["password"]


def test_starred_and_keyword_parameters_take_what_is_left() -> None:
    code = "def low(a, *rest, **named): sink({})\ndef high(password): low(1, {}, key=2)\n"
    assert labels(reaching(code.format("rest", "password"))) == ["password"]
    assert labels(reaching(code.format("a", "password"))) == []
    code = "def low(a, *rest, **named): sink({})\ndef high(password): low(1, 2, key={})\n"
    assert labels(reaching(code.format("named", "password"))) == ["password"]


def test_circles_of_calls_end() -> None:
    flow = reaching("def f(x):\n    sink(x)\n    g(x)\ndef g(y):\n    f(y)\ndef h(password):\n    g(password)\n")
    assert labels(flow) == ["password"]
    assert reaching("def f(x):\n    return f(x)\nsink(f(f(1)))").sources == ()
    assert reaching("x = x\nsink(x)").sources == ()


def test_one_item_of_a_request_is_not_all_of_it() -> None:
    assert reaching("def f(request): sink(request.headers)").sources[0].is_whole
    assert reaching("def f(request): sink(request.headers['Accept'])").sources == ()
    assert reaching("def f(request, k): sink(request.headers[k])").sources == ()


def test_what_is_put_under_a_key_later() -> None:
    code = "def f(x, y):\n    d = {'a': x}\n    d['password'] = y\n    sink(d)"
    assert labels(reaching(code)) == ["y"]
    assert labels(reaching(code.replace("    sink", "    d['password'] = 'x'\n    sink"))) == []
    assert labels(reaching(code.replace("    sink(d)", "").replace("d = {'a': x}", "d = {'a': x}\n    sink(d)"))) == []


def test_a_question_without_end_leaves_the_next_one_its_answer() -> None:
    many = "\n".join(f"def f{i}(x): return f{(i + 1) % 40}(x) + f{(i + 7) % 40}(x) + f{(i + 13) % 40}(x)" for i in range(40))
    project = project_of({"a.py": f"{many}\ndef g(password, y):\n    sink(f0(y))\n    sink(password)\n"})
    taint = Taint(project, WORDS, HABITS)
    (module,) = project.modules.all
    sites = [site for site in project.calls.in_module(module) if getattr(site.call.callee, "id", "") == "sink"]
    found = [labels(taint.flow(site.call.arguments[0].value, Place(module, site.call.context))) for site in sites]
    assert found == [[], ["password"]]


def test_a_number_of_a_thing_is_no_token_whatever_it_is_called() -> None:
    assert reaching("def f(device):\n    token = device.serial_number\n    sink(token)").clean
    assert labels(reaching("def f(device):\n    token = device.value\n    sink(token)")) == ["token"]


def test_what_the_other_branch_does_is_not_done_before() -> None:
    code = "def f(d, x):\n    if x:\n        d['password'] = x\n        {}\n    else:\n        {}\n"
    assert labels(reaching(code.format("sink(d)", "pass"))) == ["x"]
    assert labels(reaching(code.format("pass", "sink(d)"))) == []


def test_a_mapping_under_a_secret_name_and_a_chosen_item_of_what_was_handed_over_are_mere_possibilities() -> None:
    mapping = reaching("def f(load):\n    password = load()\n    password['name']\n    sink(password)")
    assert [(s.label, s.confidence, s.is_whole) for s in mapping.sources] == [("password", Confidence.LOW, True)]
    plain = reaching("def f(load):\n    password = load()\n    sink(password)")
    assert [s.confidence for s in plain.sources] == [Confidence.HIGH]
    files = {
        "a.py": "def low(things, name):\n    sink(things[name])\n",
        "b.py": "from a import low\ndef high(password, name):\n    low({'x': password}, name)\n",
    }
    assert [s.confidence for s in reaching(files).sources] == [Confidence.LOW]


def test_a_loop_over_a_mapping_takes_what_no_test_of_the_key_keeps_out() -> None:
    loop = "def f(password):\n    for key, value in {'a': password}.items():\n        "
    assert labels(reaching(loop + "sink(value)")) == ["password"]
    assert labels(reaching(loop + "if value:\n            sink(value)")) == ["password"]
    assert labels(reaching(loop + "if key != 'a':\n            sink(value)")) == []
    assert labels(reaching(loop + "sink(key)")) == []
