"""Old findings are known again wherever their code goes, and a new one never passes for an old one: for any project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archlint.engine.baseline import decode, encode
from archlint.engine.baseline_changes import GrowthError, created, pruned, updated
from archlint.facts.baseline import Baseline
from archlint.facts.findings import Report
from archlint.testing import analyse_files

TABLES = ("users", "orders", "items")
HEADS = ("", "\n\n\n", "# moved down\n\n", '"""A text."""\n\nLIMIT = 10\n')
FILE = "archlint-baseline.json"
few = settings(max_examples=25)


@dataclass(frozen=True)
class Function:
    """`name` runs one query for each table; each is a finding, equal tables are twins."""

    name: str
    tables: tuple[str, ...]

    def text(self, style: int) -> str:
        lines = [f"def {self.name}(connection):"]
        for table in self.tables:
            if style == 0:
                lines.append(f'    connection.execute("SELECT * FROM {table}")')
            elif style == 1:
                lines += ["    connection.execute(", f"        'SELECT * FROM {table}',", "    )  # laid out", ""]
            else:
                lines += ["", "    # a word", f"    connection . execute( 'SELECT * FROM {table}' )"]
        return "\n".join([*lines, "    return connection", ""])


Tree = dict[str, tuple[Function, ...]]
"""Path → its functions."""

functions = st.lists(
    st.builds(
        Function, st.sampled_from(["load", "find", "sync", "drop"]), st.lists(st.sampled_from(TABLES), max_size=3).map(tuple)
    ),
    max_size=3,
    unique_by=lambda function: function.name,
).map(tuple)
trees = st.dictionaries(st.sampled_from(["shop/a.py", "shop/b.py", "shop/c.py"]), functions, min_size=1)


def rendered(tree: Tree, style: int = 0, head: str = "") -> dict[str, str]:
    files = {path: head + "\n\n".join(function.text(style) for function in held) for path, held in tree.items()}
    return {"pyproject.toml": "[tool.archlint]\nselect = ['SQL001']\n", "shop/__init__.py": "", **files}


def report(files: Mapping[str, str], baseline: Baseline | None = None) -> Report:
    listed = {} if baseline is None else {FILE: encode(baseline).decode()}
    return analyse_files({**files, **listed})


def new(found: Report) -> list[tuple[str, str]]:
    return [(finding.rule, finding.location.path) for finding in found.active]


@few
@given(
    trees, st.integers(0, 2), st.sampled_from(["", "\n\n\n", "# moved down\n\n", '"""A text."""\n\nLIMIT = 10\n']), st.data()
)
def test_moved_and_reformatted_code_is_not_new(tree: Tree, style: int, head: str, data: st.DataObject) -> None:
    before = report(rendered(tree))
    shuffled = {path: tuple(data.draw(st.permutations(held))) for path, held in tree.items()}
    after = report(rendered(shuffled, style, head), created(before))
    assert new(after) == []
    assert Counter(f.state for f in after.findings)["baselined"] == len(before.findings)


@few
@given(trees, st.integers(0, 2), st.data())
def test_renamed_files_make_nothing_new(tree: Tree, style: int, data: st.DataObject) -> None:
    baseline = created(report(rendered(tree)))
    names = data.draw(st.permutations(["shop/x.py", "shop/b.py", "shop/deep/a.py", "shop/z.py"]))
    moved = {path: names[number] for number, path in enumerate(sorted(tree))}
    if set(moved.values()) & set(tree):
        moved = {path: name if name not in tree else path for path, name in moved.items()}
    files = rendered({moved[path]: held for path, held in tree.items()}, style)
    assert new(report(files, baseline)) == []
    followed = pruned(baseline, report(files, baseline))
    assert followed.dropped == 0
    assert {entry.path for entry in followed.baseline.entries} <= set(files)
    assert new(report(files, followed.baseline)) == [], "the entries have followed their files"


@few
@given(trees, st.data())
def test_one_mended_or_one_more_is_told_from_the_rest(tree: Tree, data: st.DataObject) -> None:
    baseline = created(report(rendered(tree)))
    places = [(path, number) for path, held in sorted(tree.items()) for number, f in enumerate(held) if f.tables]
    if not places:
        return
    path, number = data.draw(st.sampled_from(places))
    tables = tree[path][number].tables
    position = data.draw(st.integers(0, len(tables) - 1))

    def with_tables(changed: tuple[str, ...]) -> dict[str, str]:
        held = list(tree[path])
        held[number] = replace(held[number], tables=changed)
        return rendered({**tree, path: tuple(held)})

    mended = report(with_tables(tables[:position] + tables[position + 1 :]), baseline)
    assert new(mended) == [("RUN010", FILE)], "of twins too the other one stays old, and the entry asks for a prune"
    assert pruned(baseline, mended).dropped == 1
    grown = report(with_tables((*tables, tables[position])), baseline)
    assert new(grown) == [("SQL001", path)], "one twin more than are listed is new"
    with pytest.raises(GrowthError, match="SQL001: 1 finding is not in the baseline"):
        updated(baseline, grown, {}, "2026-01-15")
    change = updated(baseline, grown, {"SQL001": "why\nnot"}, "2026-01-15")
    assert [(i.rule, i.by, i.why) for i in change.baseline.increases] == [("SQL001", 1, "why not")]
    assert new(report(with_tables((*tables, tables[position])), change.baseline)) == []


def test_a_renamed_function_and_one_that_went_to_another_file_are_not_new() -> None:
    load = Function("load", ("users", "users"))
    baseline = created(report(rendered({"shop/a.py": (load,), "shop/b.py": ()})))
    assert new(report(rendered({"shop/a.py": (replace(load, name="fetch"),), "shop/b.py": ()}), baseline)) == []
    assert new(report(rendered({"shop/a.py": (), "shop/b.py": (load,)}), baseline)) == []
    assert new(report(rendered({"shop/c.py": (replace(load, name="fetch"),), "shop/b.py": ()}), baseline)) == []


def test_a_copy_is_new_where_the_old_one_is_still_there() -> None:
    load = Function("load", ("users",))
    baseline = created(report(rendered({"shop/a.py": (load,)})))
    assert new(report(rendered({"shop/a.py": (load,), "shop/b.py": (load,)}), baseline)) == [("SQL001", "shop/b.py")]
    both = rendered({"shop/a.py": (load, replace(load, name="fetch"))})
    assert new(report(both, baseline)) == [("SQL001", "shop/a.py")]


def test_the_same_code_in_another_function_is_new_while_the_first_one_is_there() -> None:
    load, find = Function("load", ("users",)), Function("find", ())
    baseline = created(report(rendered({"shop/a.py": (load, find)})))
    swapped = rendered({"shop/a.py": (replace(load, tables=()), replace(find, tables=("users",)))})
    assert sorted(new(report(swapped, baseline))) == [("RUN010", FILE), ("SQL001", "shop/a.py")]


def test_at_module_level_another_file_with_the_same_line_is_new() -> None:
    # `import flask` says nothing of where it came from; a function with its name and code does.
    files = rendered({"shop/a.py": (), "shop/b.py": ()})
    line = 'import db\n\nROWS = db.connect().execute("SELECT * FROM users")\n'
    baseline = created(report({**files, "shop/a.py": line}))
    assert sorted(new(report({**files, "shop/b.py": line}, baseline))) == [("RUN010", FILE), ("SQL001", "shop/b.py")]
    renamed = {path: text for path, text in files.items() if path != "shop/a.py"}
    assert new(report({**renamed, "shop/c.py": line}, baseline)) == []


LAYERS = """[tool.archlint]
select = ["ARC"]
[[tool.archlint.contracts]]
name = "Inwards"
kind = "layers"
layers = ["shop.web", "shop.domain"]
"""
LAYERED = {
    "pyproject.toml": LAYERS,
    "shop/__init__.py": "",
    "shop/web/__init__.py": "",
    "shop/web/pages.py": "x = 1\n",
    "shop/web/forms.py": "x = 1\n",
    "shop/domain/__init__.py": "",
    "shop/domain/order.py": "from shop.web import pages\n",
    "shop/domain/a.py": "import shop.domain.b\n",
    "shop/domain/b.py": "import shop.domain.a\n",
}


def without(*paths: str) -> dict[str, str]:
    return {path: text for path, text in LAYERED.items() if path not in paths}


@pytest.mark.parametrize(
    "files",
    [
        {**without("shop/web/pages.py"), "shop/web/views.py": "", "shop/domain/order.py": "from shop.web import views\n"},
        {**without("shop/domain/order.py"), "shop/domain/orders.py": LAYERED["shop/domain/order.py"]},
        {**without("shop/domain/a.py", "shop/domain/b.py"),
         "shop/domain/z.py": "import shop.domain.b\n", "shop/domain/b.py": "import shop.domain.z\n"},
        {path.replace("shop/", "store/"): text.replace("shop", "store") for path, text in LAYERED.items()},
    ],
    ids=["the imported module", "the importing module", "a member of a cycle", "the whole package"],
)  # fmt: skip
def test_renamed_modules_make_no_layer_finding_new(files: dict[str, str]) -> None:
    baseline = created(report(LAYERED))
    assert sorted({entry.rule for entry in baseline.entries}) == ["ARC001", "ARC003"]
    assert new(report(files, baseline)) == []


def test_a_tangle_that_lost_a_module_is_an_old_one_and_one_that_grew_is_new() -> None:
    def ring(*names: str) -> dict[str, str]:
        made = {f"shop/{name}.py": f"import shop.{after}\n" for name, after in zip(names, (*names[1:], names[0]), strict=True)}
        return {"pyproject.toml": '[tool.archlint]\nselect = ["ARC003"]\n', "shop/__init__.py": "", **made}

    baseline = created(report(ring("a", "b", "c")))
    smaller = {**ring("b", "c"), "shop/a.py": ""}
    assert new(report(smaller, baseline)) == []
    assert pruned(baseline, report(smaller, baseline)).baseline.entries[0].subject == "shop.b shop.c"
    grown = report(ring("a", "b", "c", "d"), baseline)
    assert sorted(rule for rule, _ in new(grown)) == ["ARC003", "RUN010"]


def test_a_renamed_package_within_a_tangle_is_not_new() -> None:
    def tangle(package: str) -> dict[str, str]:
        return {
            "pyproject.toml": '[tool.archlint]\nselect = ["ARC003"]\n',
            "shop/__init__.py": "",
            "shop/main.py": f"from shop.{package} import LIMIT\n",
            f"shop/{package}/__init__.py": f"import shop.{package}.send\n\nLIMIT = 160\n",
            f"shop/{package}/send.py": "import shop.main\n",
        }

    baseline = created(report(tangle("sms")))
    assert [entry.subject for entry in baseline.entries] == ["shop.main shop.sms shop.sms.send"]
    assert new(report(tangle("texting"), baseline)) == []


def test_another_import_against_the_layers_is_new() -> None:
    baseline = created(report(LAYERED))
    other = {**LAYERED, "shop/domain/order.py": "from shop.web import forms\n"}
    assert sorted(new(report(other, baseline))) == [("ARC001", "shop/domain/order.py"), ("RUN010", FILE)]
    gone = {path: text for path, text in other.items() if path != "shop/web/pages.py"}
    moved = {**gone, "shop/domain/order.py": "from shop.web.forms import x\n"}
    assert new(report(moved, baseline)) == [], "the module is gone and another of its package is in its place: taken as renamed"


def test_what_is_suppressed_needs_no_entry() -> None:
    files = rendered({"shop/a.py": (Function("load", ("users",)),)})
    baseline = created(report(files))
    text = files["shop/a.py"].replace('users")', 'users")  # archlint: ignore[SQL001] by design')
    found = report({**files, "shop/a.py": text}, baseline)
    assert [f.state for f in found.findings if f.rule == "SQL001"] == ["suppressed"]
    assert new(found) == [("RUN010", FILE)]


def test_what_was_not_looked_at_is_neither_stale_nor_dropped() -> None:
    files = rendered({"shop/a.py": (Function("load", ("users",)),), "shop/b.py": (Function("find", ("orders",)),)})
    baseline = created(report(files))
    broken = {**files, "shop/a.py": "def (:\n"}
    found = report(broken, baseline)
    assert new(found) == [("RUN002", "shop/a.py")]
    assert pruned(baseline, found).baseline == baseline
    assert pruned(baseline, found).unasked == 1
    mended = {**files, "shop/a.py": "", "shop/b.py": "", "pyproject.toml": "[tool.archlint]\nselect = ['SEC']\n"}
    assert new(report(mended, baseline)) == [], "SQL001 did not run"
    nested = {**files, "shop/a.py": "", "shop/archlint.toml": "ignore = ['SQL001']\n"}
    assert new(report(nested, baseline)) == [], "SQL001 did not run in that folder"


def test_an_entry_of_no_rule_is_stale() -> None:
    files = rendered({"shop/a.py": (Function("load", ("users",)),)})
    baseline = created(report(files))
    unknown = decode(encode(baseline).replace(b"SQL001", b"SQL999"), FILE)
    found = report(files, unknown)
    assert sorted(new(found)) == [("RUN010", FILE), ("SQL001", "shop/a.py")]
    assert "there is no rule `SQL999`" in next(f.message for f in found.active if f.rule == "RUN010")


def test_a_stale_entry_is_reported_at_its_line() -> None:
    tree: Tree = {"shop/a.py": (Function("load", TABLES),), "shop/b.py": (Function("load", ("users",)),)}
    baseline = created(report(rendered(tree)))
    found = report(rendered({**tree, "shop/b.py": ()}), baseline)
    stale = next(f for f in found.active if f.rule == "RUN010")
    lines = encode(baseline).decode().split("\n")
    assert '"shop/b.py": [' in lines[stale.location.line - 2]
    assert stale.message == "SQL001 is no longer found in `shop/b.py` (`load`)"
    assert lines[stale.location.line - 1][stale.location.column - 1 : stale.location.end_column - 1].startswith('"')


def test_run_findings_are_never_listed() -> None:
    files = {**rendered({"shop/a.py": (Function("load", ("users",)),)}), "shop/b.py": "def (:\n"}
    baseline = created(report(files))
    assert {entry.rule for entry in baseline.entries} == {"SQL001"}
    assert new(report(files, baseline)) == [("RUN002", "shop/b.py")]


def test_a_baselined_failure_of_the_checklist_is_accepted() -> None:
    files = rendered({"shop/a.py": (Function("load", ("users", "orders")),)})
    found = report(files, created(report(files)))
    item = next(item for item in found.checklist if "SQL001" in item.rules)
    assert (item.status, item.accepted) == ("fail", 2)


def test_fingerprints_in_a_report_stay_unique_with_a_baseline() -> None:
    files = rendered({"shop/a.py": (Function("load", ("users", "users", "users")),)})
    marks = sorted(f.fingerprint for f in report(files, created(report(files))).findings)
    assert all(a != b for a, b in pairwise(marks))
