"""What a module is for, told by its path, its name and what it imports: test, migration, script, example, vendored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from archlint.facts.syntax import Outline

_TEST_FOLDER = re.compile(
    r"tests?|testing|__tests__|(unit|integration|functional|e2e|acceptance|smoke|load|system|api|perf|performance)[_-]?tests?"
    r"|tests?[_-].+|e2e|test_?data|testcases|fixtures?[_-]tests?"
)
_TEST_FILE = re.compile(r"(tests?_.+|.+_tests?|tests?|conftest)\.(py|sql)")
_TEST_CLASS = ("Test", "Tests", "TestCase", "TestBase")
_OF_TEST = ("test", "Test", "setUp")
"""Beginnings of the names in a file of tests; one that only prepares them holds no other."""
_MIGRATION_FOLDER = re.compile(r"(.*_)?migrations?(_.+)?")
_MIGRATION_FOLDERS = frozenset({"versions", "revisions"})
_SCRIPT_FOLDERS = frozenset({"scripts", "script", "bin", "tools", "hack", "ci", "devtools", "maintenance"})
_SCRIPT_FILES = frozenset({"noxfile.py", "fabfile.py", "dodo.py"})
_TOP_FILES = frozenset({"manage.py", "setup.py"})
"""Scripts at the top of a project or distribution; inside a package any module may be called so."""
_EXAMPLE_FOLDERS = frozenset(
    {"docs", "doc", "docs_src", "examples", "example", "samples", "sample", "demo", "demos", "tutorial", "tutorials"}
    | {"benchmarks", "benchmark", "playground", "snippets"}
)
_EXAMPLE_PROJECT = re.compile(r"(examples?|demo|samples?|sandbox)[_-]?(project|app|site)")
_VENDORED_FOLDERS = frozenset(
    {"vendor", "vendored", "_vendor", "_vendored", "third_party", "thirdparty", "extern", "site-packages", "node_modules"}
    | {".venv", "venv"}
)
_COPIES = 4
"""Libraries side by side in one folder. Of one or two names of libraries a program may well have its own packages."""
_KEPT_FOLDER = re.compile(
    r"(.+[_-])?(backup|bak|old|archived?)[_-](.+[_-])?\d{6,}([_-]\d+)*"
    r"|(app|src|api|backend|code|project|routes?|routers?|views|services|models)[_-](backup|bak|old)"
)
"""A copy of the program as it was: `backup_20260110`, `routes_backup`. A `db_backup` makes copies of something else."""
_GENERATED_FILE = re.compile(r".+_pb2(_grpc)?\.py")
_COPIED_FILE = re.compile(r".+ (- )?copy( \(?\d+\)?)?\.py|.+ \(\d+\)\.py|copy( \(\d+\))? of .+\.py", re.IGNORECASE)
"""What file managers and editors call a copy: no import statement can name it."""
_SETTINGS = re.compile(r"(.+_)?(settings|config|configuration|conf|env|constants)(_.+)?")


Kinds = Callable[[str], Sequence[str]]
"""The kinds of the library that a dotted name belongs to."""


def is_test(folders: Sequence[str], name: str, outline: Outline, kinds: Kinds) -> bool:
    """Test code and what only tests use.

    A file that is only *named* like a test (`test_connection.py` among handlers) must also hold tests.
    """
    if any(_TEST_FOLDER.fullmatch(folder) for folder in folders) or name == "conftest.py":
        return True
    if any("testing" in kinds(given.module) for given in outline.imports if not (given.level or given.type_checking)):
        return True
    if not _TEST_FILE.fullmatch(name):
        return False
    names = [d.name for group in (outline.functions, outline.classes) for d in group]
    return not names or any(name.startswith(_OF_TEST) or name.endswith(_TEST_CLASS) for name in names)


def story_folders(paths: Iterable[str]) -> frozenset[str]:
    """The folders of stories that are run as tests, and their steps: `features` with `features/steps`."""
    found = (path.partition("features/steps/") for path in paths)
    return frozenset(f"{before}features/" for before, steps, _ in found if steps and (not before or before.endswith("/")))


def is_migration(folders: Sequence[str], name: str, outline: Outline, kinds: Kinds) -> bool:
    """A schema's or data's migration, or its environment: below `migrations`, in a folder named like the tool, or a
    version (or `env.py`) that imports the tool."""
    if any(_MIGRATION_FOLDER.fullmatch(folder) or "migrations" in kinds(folder) for folder in folders):
        return True
    if name != "env.py" and not _MIGRATION_FOLDERS & set(folders):
        return False
    return any("migrations" in kinds(given.module) for given in outline.imports if not given.level)


def is_script(outer: Sequence[str], folders: Sequence[str], name: str, *, in_package: bool, main_guard: bool) -> bool:
    """Run by hand or by a tool, not by the backend. `outer`: the folders above and of the top-level package only;
    `in_package`: an `__init__.py` stands beside or above; `main_guard`: does something only when it is run. A folder that hides
    its name from listings is a tool's (`.ci`, that of an editor or of an agent): no import reaches into it."""
    if name in _SCRIPT_FILES or (name == "conf.py" and "docs" in folders):
        return True
    if name in _TOP_FILES and (main_guard or not in_package):
        return True
    if "contrib" in outer and not in_package:
        return True
    commands = ("management", "commands") in pairwise(folders)
    return commands or any(folder in _SCRIPT_FOLDERS or folder.startswith(".") for folder in outer)


def is_example(outer: Sequence[str]) -> bool:
    """Documentation, samples, benchmarks. A package `samples` below the top-level package is the program's own."""
    named = any(folder in _EXAMPLE_FOLDERS or _EXAMPLE_PROJECT.fullmatch(folder) for folder in outer)
    return named or outer[:1] == ["sandbox"]  # further in, it is where a program runs foreign code


def is_vendored(folders: Sequence[str], name: str) -> bool:
    """Other people's code, generated code, or a copy of what the program was."""
    aside = any(folder in _VENDORED_FOLDERS or _KEPT_FOLDER.fullmatch(folder.lower()) for folder in folders)
    return aside or bool(_GENERATED_FILE.fullmatch(name) or _COPIED_FILE.fullmatch(name))


def copied_folders(packages: Iterable[str], is_library: Callable[[str], bool]) -> frozenset[str]:
    """Folders that are no packages and hold so many libraries that nobody's own packages are called so. `packages`: the
    folders of all packages."""
    known = frozenset(packages)
    outer = Counter(
        folder for folder, _, name in (path.rpartition("/") for path in known) if folder not in known and is_library(name)
    )
    return frozenset(folder for folder, libraries in outer.items() if folder and libraries >= _COPIES)


def is_passed_over(folders: Sequence[str]) -> bool:
    """Tests, samples or vendored code, told by the folders alone."""
    return is_example(folders) or is_vendored(folders, "") or any(_TEST_FOLDER.fullmatch(folder) for folder in folders)


def is_settings(folders: Sequence[str], name: str) -> bool:
    """Holds configuration: `settings.py`, `config/…`, `app_settings.py`."""
    last = folders[-1] if folders else ""
    return bool(_SETTINGS.fullmatch(name.removesuffix(".py")) or last in {"settings", "config", "conf", "configs"})
