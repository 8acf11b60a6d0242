"""Configurations of import-linter: where they are looked for, what is read of them, and that what is not is told."""

from __future__ import annotations

import pytest

from archlint.engine.status import exit_status
from archlint.facts.findings import Report, Severity
from archlint.testing import analyse_files

SHOP = {
    "shop/__init__.py": "",
    "shop/web.py": "from shop import data\n",
    "shop/data.py": "from shop import web\nfrom shop import old\n",
    "shop/old.py": "",
}
LAYERS = "[importlinter:contract:{0}]\nname = {0}\ntype = layers\nlayers =\n    shop.web\n    shop.data\n"
SESSION = "[importlinter]\nroot_package = shop\n"


def broken(files: dict[str, str]) -> list[str]:
    """Names of the contracts that are."""
    report = analyse_files(files)
    return sorted(
        f.message.split("contract `")[1].split("`")[0]
        for f in report.findings
        if "contract `" in f.message and f.rule == "ARC001"
    )


def said(files: dict[str, str]) -> list[tuple[str, Severity, str]]:
    """What the run says of itself, but for what a project so small always gets."""
    return [(f.rule, f.severity, f.message) for f in analyse_files(files).findings if f.rule.startswith("RUN")]


def of(contract: str, session: str = SESSION) -> dict[str, str]:
    return {**SHOP, ".importlinter": f"{session}[importlinter:contract:one]\n{contract}"}


def status(report: Report) -> int:
    return exit_status(report)


def test_the_first_configuration_of_a_folder_is_read() -> None:
    files = {
        **SHOP,
        ".importlinter": SESSION + LAYERS.format("ini"),
        "setup.cfg": "[metadata]\nname = importlinter\n",
        "pyproject.toml": '[tool.importlinter]\nroot_package = "shop"\n[[tool.importlinter.contracts]]\nname = "toml"\n'
        'type = "layers"\nlayers = ["shop.web", "shop.data"]\n',
    }
    assert broken(files) == ["ini"]
    assert broken({**files, "setup.cfg": SESSION + LAYERS.format("cfg")}) == ["cfg"]
    del files[".importlinter"]
    assert broken(files) == ["toml"]


def test_a_folder_further_down_has_its_own_and_looks_from_there() -> None:
    files = {f"api/{path}": text for path, text in SHOP.items()}
    files |= {f"jobs/src/{path}": text for path, text in SHOP.items()}
    files["jobs/src/shop/data.py"] = ""
    config = SESSION + LAYERS.format("down")
    assert broken({**files, "api/.importlinter": config, "jobs/.importlinter": config}) == ["down"]


def test_what_tests_and_examples_hold_is_passed_over() -> None:
    files = {f"tests/assets/{path}": text for path, text in SHOP.items()}
    assert broken({**files, "app.py": "", "tests/assets/.importlinter": SESSION + LAYERS.format("broken on purpose")}) == []


def test_it_can_be_turned_off() -> None:
    files = {**SHOP, ".importlinter": SESSION + LAYERS.format("ini"), "archlint.toml": "import-linter = false\n"}
    assert broken(files) == []


def test_own_contracts_stand_beside_them() -> None:
    own = '[[contracts]]\nname = "own"\nkind = "layers"\nlayers = ["shop.web", "shop.data"]\n'
    assert broken({**SHOP, ".importlinter": SESSION + LAYERS.format("ini"), "archlint.toml": own}) == ["ini", "own"]


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        ("name = x\ntype = independent\nmodules = shop.*", "there is no type `independent`"),
        ("name = x\nmodules = shop.*", "names no type"),
        ("name = x\ntype = independence", "`modules` is missing"),
        ("name = x\ntype = independence\nmodules = shop.w*", "a wildcard stands for a whole name"),
        ("name = x\ntype = independence\nmodules = shop.**.*", "`**` stands beside another wildcard"),
        ("name = x\ntype = independence\nmodules = shop.web\nignore_imports = shop.web", "is not of the form"),
        ("name = x\ntype = layers\nlayers = shop.web | shop.data : shop.old", "mixes `|` and `:`"),
        ("name = x\ntype = layers\nlayers =\n  shop.web\n  shop.data\nexhaustive = True", "`exhaustive` needs `containers`"),
        (
            "name = x\ntype = forbidden\nsource_modules = shop.web\nforbidden_modules = shop.old\nas_packages = 1",
            "neither true",
        ),
        ("name = x\ntype = acyclic_siblings\nancestors = shop\ndepth = -1", "no number of levels"),
        ("name = x\ntype = acyclic_siblings\nancestors = shop\nskip_descendants = shop", "is an ancestor, and skipped"),
        ("name = x\ntype = private_modules\npackages_with_private_modules = shop._a", "is private itself"),
        (
            "name = x\ntype = layers\nlayers = shop.web\nunmatched_ignore_imports_alerting = loud",
            "is none of error, warn, none",
        ),
    ],
)
def test_what_it_refuses_makes_the_run_incomplete(contract: str, words: str) -> None:
    report = analyse_files(of(contract))
    (found,) = (f for f in report.findings if f.rule == "RUN004")
    assert words in found.message
    assert (found.location.path, found.location.line) == (".importlinter", 4)
    assert status(report) == 2


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        ("name = x\ntype = layers\nlayers =\n  shop.web\n  shop.gone", "`shop.gone` matches no module"),
        ("name = x\ntype = independence\nmodules =\n  shop.web\n  shop.gone", "`shop.gone` matches no module"),
        ("name = x\ntype = independence\nmodules = shop.web.*", "`shop.web.*` matches no module"),
        ("name = x\ntype = independence\nmodules =\n  shop\n  shop.web", "`shop.web` lies in `shop`"),
        ("name = x\ntype = forbidden\nsource_modules = shop\nforbidden_modules = django", "include_external_packages"),
    ],
)
def test_words_that_mean_nothing_are_told(contract: str, words: str) -> None:
    found = [message for rule, _, message in said(of(contract)) if rule == "RUN004"]
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        (".importlinter", "[importlinter\n", "no section headers"),
        (".importlinter", "[importlinter]\n", "names no root package"),
        ("pyproject.toml", "[tool.importlinter", "at end of document"),
        ("pyproject.toml", "[tool]\nimportlinter = 1", "must be a table"),
        ("pyproject.toml", "[tool.importlinter]\nroot_package = 1", "neither a text"),
    ],
)
def test_a_file_at_fault_is_told(path: str, text: str, words: str) -> None:
    (found,) = (m for rule, _, m in said({**{f"api/{p}": t for p, t in SHOP.items()}, f"api/{path}": text}) if rule == "RUN004")
    assert words in found
    assert found.startswith(f"api/{path}: ")


def test_types_of_the_projects_own_and_unknown_options_are_noted() -> None:
    session = SESSION + "contract_types =\n    mine: shop.contracts.Mine\n"
    assert said(of("name = x\ntype = mine", session)) == [
        ("RUN011", Severity.NOTE, "contract `x`: the type `mine` is the project's own, and its code is not run")
    ]
    known = "name = x\ntype = layers\nlayers =\n  shop.web\n  shop.old\ncolour = red"
    assert said(of(known)) == [
        ("RUN011", Severity.NOTE, "contract `x`: the option `colour` is not known, and was not looked at")
    ]
    assert [rule for rule, *_ in said({**SHOP, ".importlinter": SESSION})] == ["RUN011"]


@pytest.mark.parametrize(
    ("alert", "severity"), [("", Severity.ERROR), ("error", Severity.ERROR), ("warn", Severity.NOTE), ("none", None)]
)
def test_an_exception_that_nothing_needs_alerts_as_it_says(alert: str, severity: Severity | None) -> None:
    given = "name = x\ntype = layers\nlayers =\n  shop.web\n  shop.old\nignore_imports = shop.old -> shop.*\n"
    found = said(of(f"{given}unmatched_ignore_imports_alerting = {alert}"))
    assert [(rule, level) for rule, level, _ in found] == ([("RUN009", severity)] if severity else [])


def test_a_root_package_that_is_not_there_is_told() -> None:
    contract = "name = x\ntype = independence\nmodules = shop.web"
    (found,) = (m for _, _, m in said(of(contract, "[importlinter]\nroot_packages =\n  shop\n  crm\n")))
    assert found == "contract `x`: `crm` is no package of the project"


def test_a_root_package_by_whose_name_nobody_imports_is_no_green() -> None:
    files = {f"src/{path}": text for path, text in SHOP.items()}
    config = "[importlinter]\nroot_package = src\n[importlinter:contract:one]\nname = x\ntype = layers\n"
    report = analyse_files({**files, ".importlinter": f"{config}layers =\n  src.shop.web\n  src.shop.data\n"})
    (found,) = (f.message for f in report.findings if f.rule == "RUN004")
    assert "`src` holds modules that import each other by other names" in found
    assert status(report) == 2


def test_the_advice_is_the_contracts() -> None:
    contract = (
        "name = x\ntype = layers\nlayers =\n  shop.web\n  shop.data\nbroken_contract_guidance =\n  Ask first.\n  Then move it."
    )
    (found,) = (f for f in analyse_files(of(contract)).findings if f.rule == "ARC001")
    assert found.fix == "Ask first.\nThen move it."


def test_percent_signs_are_no_crash() -> None:
    assert [rule for rule, *_ in said(of("name = 50%\ntype = layers\nlayers = shop.web"))] == ["RUN004"]
