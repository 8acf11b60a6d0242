"""What a user says on the command line instead of on the screen, laid over the proposal."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from archlint.engine.config import ConfigError
from archlint.engine.setup.choice import Choice, arranged, placed_in, style_of, with_style
from archlint.engine.setup.survey import Survey
from archlint.facts.settings import Settings
from archlint.parse.sql import known_dialects
from archlint.project.layers.layer_words import LAYERS, Layer
from archlint.project.source.patterns import covers
from archlint.rulebook.document import suggestion

PARTS = ("roots", "exclude", "style", "layers", "services", "dialect")
"""What is proposed and may be left as it is."""
_STYLES = ("auto", "clean", "layered", "none")


class Wishes(Struct, frozen=True, kw_only=True):
    """`layers`: the order, as `interface > domain`.  `layer` and `service`: `name=value`.  `without`: names of `PARTS`."""

    style: str = ""
    layers: str = ""
    layer: tuple[str, ...] = ()
    cross_cutting: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    source_root: tuple[str, ...] = ()
    dialect: str = ""
    exclude: tuple[str, ...] = ()
    no_exclude: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def with_wishes(choice: Choice, found: Survey, wishes: Wishes) -> Choice:
    """The choice as the user wants it. Raises ConfigError for a word that means nothing here."""
    choice = _without(choice, found.project.settings, wishes.without)
    for part in wishes.layer:
        role, patterns = _pair("--layer", part)
        for pattern in _listed(patterns):
            choice = placed_in(choice, _known_package(found, "--layer", pattern), _role("--layer", role))
    for pattern in _each(wishes.cross_cutting):
        choice = placed_in(choice, _known_package(found, "--cross-cutting", pattern), None)
    choice = _ordered(choice, wishes)
    if wishes.dialect:
        choice = replace(choice, dialect=_one_of("--dialect", wishes.dialect, sorted(known_dialects())))
    if wishes.service:
        choice = replace(choice, services={**choice.services, **dict(_pair("--service", s) for s in wishes.service)})
    if wishes.source_root:
        choice = replace(choice, roots=_each(wishes.source_root))
    _check_folders(found, choice)
    return replace(choice, exclude=_excluded(choice, found, wishes))


def _without(choice: Choice, settings: Settings, parts: Iterable[str]) -> Choice:
    """The choice with the settings' own values for those parts."""
    for part in _each(parts):
        match _one_of("--without", part, PARTS):
            case "roots":
                choice = replace(choice, roots=settings.roots)
            case "exclude":
                choice = replace(choice, exclude=settings.exclude)
            case "style":
                choice = replace(choice, style=settings.style)
            case "layers":
                choice = replace(choice, layers=settings.layers, style=settings.style, order=())
            case "services":
                choice = replace(choice, services=settings.services)
            case _:
                choice = replace(choice, dialect=settings.dialect)
    return choice


def _ordered(choice: Choice, wishes: Wishes) -> Choice:
    if wishes.style:
        match _one_of("--style", wishes.style, _STYLES):
            case "none":
                choice = with_style(choice, "none")
            case "clean":
                choice = with_style(choice, "clean")
            case "layered":
                choice = with_style(choice, "layered")
            case _:
                choice = with_style(choice, "auto")
    if not wishes.layers:
        return choice
    order = [_role("--layers", word.strip()) for word in wishes.layers.split(">")]
    missing = [layer for layer in order if layer not in choice.order]
    if len(set(order)) < len(order):
        raise ConfigError([f"--layers: `{wishes.layers}` names a layer twice"])
    if missing:
        raise ConfigError([f"--layers: {', '.join(missing)}: no package is proposed for it; name some with --layer"])
    if wishes.style in ("clean", "layered") and style_of(order, wishes.style) != wishes.style:
        raise ConfigError([f"--layers: this is not the order of the style {wishes.style}"])
    return arranged(choice, order)


def _excluded(choice: Choice, found: Survey, wishes: Wishes) -> tuple[str, ...]:
    dropped = _each(wishes.no_exclude)
    proposed = [exclude.pattern for exclude in found.excludes]
    for pattern in dropped:
        _one_of("--no-exclude", pattern, proposed)
    return tuple(dict.fromkeys(p for p in (*choice.exclude, *_each(wishes.exclude)) if p not in dropped))


def _check_folders(found: Survey, choice: Choice) -> None:
    """Raises ConfigError for a folder without Python: a run would end with 2 because of it."""
    folders = [("--service", folder) for folder in choice.services.values()] + [("--source-root", r) for r in choice.roots]
    paths = found.project.files
    problems = [
        f"{flag}: no Python file lies below `{folder}`"
        for flag, folder in folders
        if folder not in (".", "") and not any(path.startswith(folder.strip("/") + "/") for path in paths)
    ]
    if problems:
        raise ConfigError(problems)


def _known_package(found: Survey, flag: str, pattern: str) -> str:
    names = [module.name for module in found.project.modules.production]
    if not any(covers(pattern, name) for name in names):
        packages = {name.rpartition(".")[0] for name in names} | set(names)
        raise ConfigError([f"{flag}: `{pattern}` matches no module of the program{suggestion(pattern, packages)}"])
    return pattern


def _role(flag: str, word: str) -> Layer:
    for layer in LAYERS:
        if layer == word:
            return layer
    raise ConfigError([f"{flag}: `{word}` is none of {', '.join(LAYERS)}{suggestion(word, LAYERS)}"])


def _one_of(flag: str, word: str, known: Iterable[str]) -> str:
    listed = list(known)
    if word not in listed:
        few = f" of {', '.join(listed)}" if len(listed) < 8 else " that is known here"
        raise ConfigError([f"{flag}: `{word}` is none{few}{suggestion(word, listed)}"])
    return word


def _pair(flag: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()):
        raise ConfigError([f"{flag}: `{text}` is no NAME=VALUE"])
    return name.strip(), value.strip()


def _listed(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _each(given: Iterable[str]) -> tuple[str, ...]:

    return tuple(word for text in given for word in _listed(text))
