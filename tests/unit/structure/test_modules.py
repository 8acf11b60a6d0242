"""Names, roots and roles of modules."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from import_graphs import file_of, importing, project_of_sources, project_with

from archlint.facts.settings import Settings
from archlint.project.source.modules import Module


def names(sources: dict[str, str], configured: Settings | None = None, others: tuple[str, ...] = ()) -> dict[str, str]:
    return {m.path: m.name for m in project_of_sources(sources, configured, others).modules.all}


def only(path: str, text: str = "") -> Module:
    return project_of_sources({path: text}).modules.by_path[path]


def test_a_src_layout_is_seen_by_its_imports() -> None:
    found = names(
        {"src/shop/__init__.py": "", "src/shop/a.py": "from shop.b import f", "src/shop/b.py": "", "tests/t.py": "import shop"}
    )
    assert found["src/shop/a.py"] == "shop.a"
    assert found["tests/t.py"] == "tests.t"


def test_a_namespace_package_in_src_has_no_init() -> None:
    assert names({"src/shop/orders/a.py": "from shop.orders.b import f", "src/shop/orders/b.py": ""})[
        "src/shop/orders/b.py"
    ] == ("shop.orders.b")


def test_a_folder_imported_with_src_in_its_name_keeps_it() -> None:
    assert names({"src/shop/a.py": "from src.shop.b import f", "src/shop/b.py": ""})["src/shop/b.py"] == "src.shop.b"


def test_a_nested_project_is_its_own_root() -> None:
    found = names({"backend/app/api/x.py": "from app.core import y", "backend/app/core.py": "", "frontend/build.py": ""})
    assert found["backend/app/core.py"] == "app.core"
    assert found["frontend/build.py"] == "frontend.build"


def test_without_any_import_the_chain_of_packages_decides() -> None:
    assert names({"lib/shop/__init__.py": "", "lib/shop/a.py": ""}) == {
        "lib/shop/__init__.py": "shop",
        "lib/shop/a.py": "shop.a",
    }


def test_without_packages_the_nearest_project_decides() -> None:
    assert names({"worker/jobs/run.py": ""}, others=("worker/pyproject.toml",)) == {"worker/jobs/run.py": "jobs.run"}


def test_two_roots_with_one_name_are_told_apart_and_each_resolves_its_own() -> None:
    sources = {
        "orders/app/main.py": "from app.models import Order",
        "orders/app/models.py": "class Order: ...",
        "users/app/main.py": "from app.models import User",
        "users/app/models.py": "class User: ...",
    }
    project = project_of_sources(sources)
    assert len(project.modules.by_name) == len(sources)
    for service in ("orders", "users"):
        main = project.modules.by_path[f"{service}/app/main.py"]
        assert [edge.imported.path for edge in project.imports.edges(main)] == [f"{service}/app/models.py"]
        assert main.local_name == "app.main"


def test_a_program_that_is_run_in_its_folder_and_tested_from_above_it_has_two_roots() -> None:
    sources = {
        "app/main.py": "from services.orders import place\nimport redis",
        "app/services/orders.py": "def place(): ...",
        "app/redis/lock.py": "",
        "tests/a/test_orders.py": "from app.services.orders import place",
        "tests/b/test_orders.py": "import app.services.orders",
    }
    project = project_of_sources(sources)
    assert project.modules.by_path["app/services/orders.py"].name == "app.services.orders"
    for path in ("app/main.py", "tests/a/test_orders.py"):
        module = project.modules.by_path[path]
        assert [edge.imported.path for edge in project.imports.edges(module)] == ["app/services/orders.py"]


def test_configured_roots_win() -> None:
    found = names({"code/shop/a.py": "from code.shop import b", "code/shop/b.py": ""}, Settings(roots=("code",)))
    assert found["code/shop/b.py"] == "shop.b"


def test_a_library_is_not_taken_for_the_sibling_of_its_name() -> None:
    project = project_of_sources(
        {"shop/__init__.py": "", "shop/redis.py": "import redis", "shop/cache.py": "from redis import Redis"}
    )
    cache = project.modules.by_path["shop/cache.py"]
    assert list(project.imports.edges(cache)) == []
    assert [r.external for r in project.imports.external(cache)] == ["redis.Redis"]


def test_a_loose_script_imports_the_one_beside_it() -> None:
    project = project_of_sources({"ops/deploy.py": "import hosts", "ops/hosts.py": "", "app/__init__.py": ""})
    deploy = project.modules.by_path["ops/deploy.py"]
    assert [edge.imported.path for edge in project.imports.edges(deploy)] == ["ops/hosts.py"]


def test_a_module_beside_a_package_of_its_name_has_a_name_of_its_own() -> None:
    found = names({"shop.py": "", "shop/__init__.py": ""})
    assert found["shop/__init__.py"] == "shop"
    assert found["shop.py"] != "shop"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/orders/build.py", ""),
        ("app/tests.py", "def test_a(): ..."),
        ("app/orders/test_close.py", "class TestClose: ..."),
        ("app/api/tests.py", "class APITestCase: ..."),
        ("app/orders/tests_cache.py", "class CachedOrdersTest: ..."),
        ("app/conftest.py", ""),
        ("app/doubles.py", "import pytest"),
        ("app/fakes.py", "from unittest import mock"),
        ("integration_tests/run.py", ""),
    ],
)
def test_test_code(path: str, text: str) -> None:
    assert only(path, text).is_test
    assert not only(path, text).is_production


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/test_connection.py", "def ping(): ..."),
        ("app/tests_of_health.py", "class Answer: ..."),
        ("app/contest/views.py", ""),
        ("app/latest.py", ""),
        ("app/typed.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pytest\n"),
    ],
)
def test_code_that_is_only_named_like_a_test(path: str, text: str) -> None:
    assert only(path, text).is_production


def test_the_other_roles() -> None:
    assert only("app/orders/migrations/0001_initial.py").is_migration
    assert only("alembic/env.py", "from alembic import context").is_migration
    assert only("db/versions/3f_add.py", "from alembic import op").is_migration
    assert not only("app/versions/api.py").is_migration
    assert only("manage.py").is_script
    assert only("app/management/commands/seed.py").is_script
    assert only("scripts/seed.py").is_script
    assert only("examples/shop/app.py").is_example
    assert only("vendor/lib/a.py").is_vendored
    assert only("backup_before_move_20260110_102604/app/a.py").is_vendored
    assert only("shop/routes_backup/a.py").is_vendored
    assert not only("commands/db_backup/a.py").is_vendored
    assert not only("shop/backup/a.py").is_vendored
    assert only("app/settings.py").is_settings


def test_a_setup_or_manage_file_is_a_script_only_outside_packages() -> None:
    sources = {
        "setup.py": "",
        "worker/setup.py": "",
        "shop/__init__.py": "",
        "shop/forms/setup.py": "class SetupForm: ...",
        "shop/events/__init__.py": "",
        "shop/events/manage.py": "class Manage: ...",
        "shop/manage.py": "def main(): ...\nif __name__ == '__main__':\n    main()",
    }
    modules = project_of_sources(sources).modules
    assert [path for path in sources if modules.by_path[path].is_script] == ["setup.py", "worker/setup.py", "shop/manage.py"]


def test_a_package_named_like_a_role_below_the_program_is_the_programs() -> None:
    sources = {"lab/__init__.py": "", "lab/samples/__init__.py": "", "lab/samples/rack.py": "from lab.samples import shelf"}
    module = project_of_sources(sources | {"lab/samples/shelf.py": ""}).modules.by_path["lab/samples/rack.py"]
    assert module.is_production


def test_extra_globs_of_tests() -> None:
    project = project_of_sources({"app/checks/a.py": "", "app/b.py": ""}, Settings(tests=("app/checks/**",)))
    assert [m.path for m in project.modules.production] == ["app/b.py"]


def test_stubs_are_left_out() -> None:
    project = project_with({"app/a.py": file_of(), "app/a.pyi": file_of()})
    assert [m.path for m in project.modules.all] == ["app/a.py"]


PATHS = st.lists(st.sampled_from(["a", "b", "src", "app", "tests"]), min_size=1, max_size=4).map(
    lambda parts: "/".join(parts) + ".py"
)
TARGETS = st.lists(st.sampled_from(["a", "b", "app", "app.a", "src.app", "a.b", "os", "redis"]), max_size=3)


@settings(max_examples=150)
@given(st.dictionaries(PATHS, TARGETS, max_size=12), st.randoms())
def test_every_file_has_one_unique_name_whatever_the_order(tree: dict[str, list[str]], random: object) -> None:
    files = {path: importing(*targets) for path, targets in tree.items()}
    shuffled = list(files)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = project_with(files).modules, project_with({path: files[path] for path in shuffled}).modules
    assert {m.path: m.name for m in first.all} == {m.path: m.name for m in second.all}
    assert len(first.by_name) == len(files)
    assert all(m.path.startswith(m.root) for m in first.all)
