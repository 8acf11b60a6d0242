"""What a configuration may say, and that every mistake in it is told."""

from __future__ import annotations

import pytest

from archlint.engine.config import ConfigError, settings_of, table_of
from archlint.facts.findings import Severity
from archlint.facts.settings import Allow, Settings

WHOLE = """
[tool.archlint]
roots = ["src"]
exclude = ["legacy/**"]
respect-gitignore = false
tests = ["checks/**"]
select = ["SQL", "layer-dependency-direction"]
ignore = ["SQL007"]
preview = true
fail-level = "error"
style = "clean"
dialect = "postgres"
[tool.archlint.severity]
SQL001 = "note"
select-star = "off"
[tool.archlint.rules.CCH001]
ignore_keys = ["a"]
[tool.archlint.per-file-ignores]
"tests/**" = ["SQL"]
[tool.archlint.services]
orders = "services/orders"
[tool.archlint.layers]
domain = ["shop.domain"]
[[tool.archlint.contracts]]
name = "inward"
kind = "layers"
layers = ["shop.web", "shop.domain"]
allow = [{importer = "shop.a", imported = "shop.b", reason = "until 2.0"}]
"""


def read(text: str, path: str = "pyproject.toml") -> Settings:
    return settings_of(table_of(path, text) or {}, path)


def problems(text: str, path: str = "archlint.toml") -> tuple[str, ...]:
    with pytest.raises(ConfigError) as raised:
        read(text, path)
    return raised.value.problems


def test_every_key_is_read() -> None:
    settings = read(WHOLE)
    assert settings.roots == ("src",)
    assert settings.exclude == ("legacy/**",)
    assert not settings.respect_gitignore
    assert settings.tests == ("checks/**",)
    assert settings.select == ("SQL", "layer-dependency-direction")
    assert settings.ignore == ("SQL007",)
    assert settings.preview
    assert settings.fail_level is Severity.ERROR
    assert settings.style == "clean"
    assert settings.dialect == "postgres"
    assert settings.severity == {"SQL001": "note", "select-star": "off"}
    assert settings.rules == {"CCH001": {"ignore_keys": ["a"]}}
    assert settings.per_file_ignores == {"tests/**": ("SQL",)}
    assert settings.services == {"orders": "services/orders"}
    assert settings.layers is not None
    assert settings.layers.domain == ("shop.domain",)
    assert settings.contracts[0].allow == (Allow(importer="shop.a", imported="shop.b", reason="until 2.0"),)
    assert settings.config_path == "pyproject.toml"


def test_a_file_of_its_own_needs_no_table() -> None:
    assert read('select = ["SQL"]', "archlint.toml").select == ("SQL",)


def test_a_pyproject_without_archlint_says_nothing() -> None:
    assert table_of("pyproject.toml", "[tool.ruff]\n") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("selct = []", "unknown key `selct`, did you mean `select`?"),
        ("per_file_ignores = {}", "unknown key `per_file_ignores`, did you mean `per-file-ignores`?"),
        ('select = "SQL"', "`select`: Expected `array`, got `str`"),
        ('exclude = ["a", "[z-a]"]', "`exclude`: `[z-a]` is no pattern as in a .gitignore"),
        ("tests = ['a\\']", "`tests`: `a\\` is no pattern as in a .gitignore"),
        ('[per-file-ignores]\n"!" = ["SQL001"]', "`per-file-ignores`: `!` is no pattern as in a .gitignore"),
        ('fail-level = "warn"', "`fail-level`: `warn` is none of error, warning, note, did you mean `warning`?"),
        ('style = "onion"', "`style`: `onion` is none of auto, clean, layered, none"),
        ('[severity]\nSQL001 = "eror"', "`severity`: `eror` is none of error, warning, note, off, did you mean `error`?"),
        ('[layers]\ndomian = ["a"]', "`layers`: unknown key `domian`, did you mean `domain`?"),
        ('[[contracts]]\nname = "x"\nkind = "layer"', "`contracts`"),
        ('[[contracts]]\nname = "x"\nkind = "layers"\nlayer = []', "unknown key `layer`, did you mean `layers`?"),
        ('[[contracts]]\nkind = "layers"', "`contracts`"),
        ('[[contracts]]\nname = "x"\nkind = "layers"', "contract `x`: the kind `layers` needs `layers`"),
        ('[[contracts]]\nname = "x"\nkind = "protected"\nmodules = ["a"]', "the kind `protected` needs `importers`"),
        (
            '[[contracts]]\nname = "x"\nkind = "independence"\nmodules = ["a"]\nindirect = false',
            "`indirect` is no key of the kind `independence`",
        ),
        (
            '[[contracts]]\nname = "x"\nkind = "acyclic"\nmodules = ["a"]\nexhaustive-ignores = ["b"]',
            "`exhaustive-ignores` is no key of the kind `acyclic`",
        ),
        ('[[contracts]]\nname = "x"\nkind = "layers"\nlayers = ["a", "b", "a"]', "`a` is in the layers twice"),
        ('[[contracts]]\nname = "x"\nkind = "layers"\nlayers = ["a", "a.b"]', "the layer `a` holds the layer `a.b`"),
        ('[[contracts]]\nname = "x"\nkind = "layers"\nlayers = ["a | b : c"]', "`a | b : c` mixes `|` and `:`"),
        ('[[contracts]]\nname = "x"\nkind = "layers"\nlayers = ["a", ""]', "a layer has no name"),
        ('[[contracts]]\nname = "x"\nkind = "layers"\nlayers = ["a"]\nexhaustive = true', "`exhaustive` needs `containers`"),
        ('[[contracts]]\nname = "x"\nkind = "acyclic"\nmodules = ["a"]\ndepth = -1', "`depth` is less than 0"),
        ('[[contracts]]\nname = "x"\nkind = "external"\nsource = ["a"]\nlinted = {}', "unknown key `linted`"),
        ("import-linter = 1", "`import-linter`: Expected `bool`"),
        ("select = [", "not TOML"),
    ],
)
def test_a_mistake_is_told(text: str, words: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith("archlint.toml: ")
    assert words in problem


def test_all_mistakes_are_told_at_once() -> None:
    assert len(problems('selct = []\nstyle = 1\nroots = "src"')) == 3


@pytest.mark.parametrize("text", ["tool = 1", "[tool]\narchlint = 1"])
def test_a_pyproject_of_odd_shape_is_no_crash(text: str) -> None:
    try:
        assert table_of("pyproject.toml", text) is None
    except ConfigError as error:
        assert "must be a table" in str(error)
