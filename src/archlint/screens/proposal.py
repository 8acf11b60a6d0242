"""What the screen of `archlint init` is about: rows, which of them is chosen, and what a key does to it. Knows no terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from archlint.engine.config import ConfigError
from archlint.engine.setup.breaks import Breaks
from archlint.engine.setup.choice import (
    Choice,
    Extras,
    contract_of,
    dropped,
    layers_contracts,
    moved,
    placed_in,
    renamed,
    with_style,
)
from archlint.engine.setup.excludes import Exclude
from archlint.engine.setup.survey import Survey
from archlint.engine.setup.wishes import Wishes, with_wishes
from archlint.project.layers.layer_words import LAYERS, Layer

Kind = Literal["roots", "style", "layer", "package", "service", "dialect", "exclude", "extra"]
Field = Literal["", "add", "rename", "dialect", "exclude"]
LABELS: dict[Field, str] = {
    "add": "LAYER=PACKAGE, as domain=shop.core",
    "rename": f"Which layer is it ({', '.join(LAYERS)})",
    "dialect": "SQL dialect (empty: not written)",
    "exclude": "Files to leave out, as in .gitignore",
}
_STYLES: tuple[Literal["clean", "layered", "none"], ...] = ("clean", "layered", "none")


@dataclass(frozen=True)
class Row:
    """A line that can be chosen. `name`: the layer's, service's, extra's or the pattern; `layer`: of a package, its own
    (empty: cross-cutting).  `ticked`: None where there is nothing to tick."""

    kind: Kind
    name: str
    label: str
    text: str
    layer: str = ""
    ticked: bool | None = None

    @property
    def identity(self) -> tuple[str, str]:
        return self.kind, self.name


class Proposal:
    """The choice in the making. `count` says what breaks it; `host`: whose CI job is offered."""

    def __init__(self, found: Survey, choice: Choice, extras: Extras, count: Callable[[Choice], Breaks], host: str) -> None:
        self.found = found
        self.choice = choice
        self.extras = extras
        self.host = extras.ci or host
        self.notice = ""
        self.field: Field = ""
        self.at = 0
        self._first = choice
        self._count = count
        self.counted = count(choice)
        self._undo: list[tuple[Choice, Extras]] = []
        self.rows = self._rows()

    @property
    def row(self) -> Row:
        return self.rows[self.at]

    @property
    def total(self) -> int:
        return self.counted.all(self.choice.order)

    # -- rows --------------------------------------------------------------------------------------------------

    def _rows(self) -> list[Row]:
        choice, found = self.choice, self.found
        roots = choice.roots or self._first.roots
        rows = [Row("roots", "roots", "roots", ", ".join(roots), ticked=bool(choice.roots))] if roots else []
        rows += self._layer_rows()
        services = dict(self._first.services) | dict(choice.services)
        rows += [Row("service", n, "services", f"{n} ({f})", ticked=n in choice.services) for n, f in services.items()]
        dialect = choice.dialect or self._first.dialect
        told = ", ".join(f"{d} by {places[0]}" for d, places in found.dialects.items())
        rows.append(
            Row("dialect", "dialect", "dialect", f"{dialect or 'all are tried'}  {told}".rstrip(), ticked=bool(choice.dialect))
        )
        why = {exclude.pattern: f"  {_files(exclude)}: {exclude.reason}" for exclude in found.excludes}
        patterns = dict.fromkeys((*self._first.exclude, *choice.exclude))
        rows += [Row("exclude", p, "exclude", f"{p}{why.get(p, '')}", ticked=p in choice.exclude) for p in patterns]
        return [*rows, *self._extra_rows()]

    def _layer_rows(self) -> list[Row]:
        choice = self.choice
        written_down = layers_contracts(self.found.project.settings)
        if choice.layers is None and written_down:
            return [Row("style", "style", "style", f"the layers stay as the contract `{written_down[0]}` says")]
        if choice.layers is None:
            reason = "no layers are checked" if choice.style == "none" else "no layers could be told; a names some"
            return [Row("style", "style", "style", reason)]
        order = "its own order, a contract" if contract_of(choice) else choice.style
        broken = "1 import breaks" if self.total == 1 else f"{self.total} imports break"
        rows = [Row("style", "style", "style", f"{order}: {broken} the layers")]
        for layer in choice.order:
            rows.append(Row("layer", layer, "", f"{layer:<15}{self._counts(layer)}", layer))
            rows += [Row("package", p, "", f"  {p}", layer) for p in getattr(choice.layers, layer)]
        if choice.layers.cross_cutting:
            rows += [Row("package", p, "", f"  {p}  cross-cutting: in no layer") for p in choice.layers.cross_cutting]
        return rows

    def _counts(self, layer: Layer) -> str:
        order = self.choice.order
        modules = self.counted.modules.get(layer, 0)
        words = f"{modules} module{'' if modules == 1 else 's'}, {self.counted.of(layer, order)} break it"
        at = order.index(layer)
        if at + 1 == len(order):
            return words
        swapped = (*order[:at], order[at + 1], layer, *order[at + 2 :])
        return f"{words}; one further in: {self.counted.all(swapped)} in all"

    def _extra_rows(self) -> list[Row]:
        extras = self.extras
        rows = [
            Row("extra", "baseline", "also", "a baseline: what is found today is accepted", ticked=extras.baseline),
            Row("extra", "pre-commit", "", "the hook in .pre-commit-config.yaml", ticked=extras.pre_commit),
        ]
        hosts = [self.host] if self.host else ["github", "gitlab"]
        return [*rows, *(Row("extra", host, "", f"the CI job for {host}", ticked=extras.ci == host) for host in hosts)]

    # -- keys --------------------------------------------------------------------------------------------------

    def go(self, by: int) -> None:
        self.notice = ""
        self.at = min(max(self.at + by, 0), len(self.rows) - 1)

    def toggle(self) -> None:
        """Takes the row's part, or leaves it."""
        choice, name = self.choice, self.row.name
        match self.row.kind:
            case "roots":
                self._become(replace(choice, roots=() if choice.roots else self._first.roots))
            case "service":
                rest = {n: f for n, f in choice.services.items() if n != name}
                known = {**self._first.services, **choice.services}
                self._become(replace(choice, services=rest if name in choice.services else {**rest, name: known[name]}))
            case "dialect":
                self._toggle_dialect()
            case "exclude":
                patterns = [p for p in choice.exclude if p != name]
                self._become(replace(choice, exclude=tuple(patterns if name in choice.exclude else [*patterns, name])))
            case "extra":
                self._toggle_extra(name)
            case "style":
                self.next_style()
            case "layer" | "package":
                self.notice = "x drops a layer, c makes a package cross-cutting"

    def _toggle_dialect(self) -> None:
        if self.choice.dialect is None and self._first.dialect is None:
            self.begin("dialect")
        else:
            self._become(replace(self.choice, dialect=None if self.choice.dialect else self._first.dialect))

    def _toggle_extra(self, name: str) -> None:
        extras = self.extras
        if name == "baseline":
            extras = replace(extras, baseline=not extras.baseline)
        elif name == "pre-commit":
            extras = replace(extras, pre_commit=not extras.pre_commit)
        else:
            extras = replace(extras, ci="" if extras.ci == name else name)
        self._become(self.choice, extras)

    def move(self, by: int) -> None:
        """The row's layer one place out (-1) or in (1)."""
        layer = self._layer()
        if layer is not None:
            self._become(moved(self.choice, layer, by), stay=("layer", layer))

    def drop(self) -> None:
        layer = self._layer()
        if layer is not None:
            self._become(dropped(self.choice, layer))

    def cross_cut(self) -> None:
        """The row's package into no layer; all packages of a layer's row."""
        if self.row.kind == "layer":
            self.drop()
        elif self.row.kind == "package":
            self._become(placed_in(self.choice, self.row.name, None), stay=self.row.identity)
        else:
            self.notice = "this is no package"

    def put(self, number: int) -> None:
        """The row's package into the layer of that number, counted from the domain."""
        if self.row.kind == "package":
            self._become(placed_in(self.choice, self.row.name, LAYERS[number]), stay=self.row.identity)
        else:
            self.notice = "this is no package"

    def next_style(self) -> None:
        """Clean, layered, none, and again; the layers come back with their style."""
        at = _STYLES.index(self.choice.style) if self.choice.style in _STYLES else -1
        style = _STYLES[(at + 1) % len(_STYLES)]
        choice = self.choice if self.choice.layers is not None else replace(self.choice, layers=self._first.layers)
        self._become(with_style(choice, style), stay=("style", "style"))

    def undo(self) -> None:
        if not self._undo:
            self.notice = "nothing to undo"
            return
        self.notice = ""
        self.choice, self.extras = self._undo.pop()
        self._refresh(self.row.identity)

    # -- what is typed -----------------------------------------------------------------------------------------

    def begin(self, field: Field) -> None:
        """Asks for a word."""
        self.notice = ""
        if field == "rename" and self._layer() is None:
            return
        self.field = field

    def typed(self, text: str) -> None:
        """Takes the word that was asked for; one that means nothing here is said, and asked for again."""
        text = text.strip()
        try:
            choice = self._with_word(text)
        except ConfigError as error:
            self.notice = "; ".join(error.problems)
            return
        self.field = ""
        self._become(choice)

    def _with_word(self, text: str) -> Choice:
        if not text:
            return replace(self.choice, dialect=None) if self.field == "dialect" else self.choice
        if self.field == "rename":
            layer = self._layer()
            role = next((role for role in LAYERS if role == text), None)
            if role is None:
                raise ConfigError([f"`{text}` is none of {', '.join(LAYERS)}"])
            return renamed(self.choice, layer, role) if layer is not None else self.choice
        wishes = {
            "add": Wishes(layer=(text,)),
            "dialect": Wishes(dialect=text),
            "exclude": Wishes(exclude=(text,)),
        }
        return with_wishes(self.choice, self.found, wishes[self.field])

    def leave(self) -> None:
        self.field, self.notice = "", ""

    # -- what comes of it --------------------------------------------------------------------------------------

    def _layer(self) -> Layer | None:
        found = next((layer for layer in self.choice.order if layer == self.row.layer), None)
        if found is None:
            self.notice = "this is no layer"
        return found

    def _become(self, choice: Choice, extras: Extras | None = None, stay: tuple[str, str] | None = None) -> None:
        self.notice = ""
        if (choice, extras or self.extras) == (self.choice, self.extras):
            return
        self._undo.append((self.choice, self.extras))
        self.choice, self.extras = choice, extras or self.extras
        self._refresh(stay or self.row.identity)

    def _refresh(self, stay: tuple[str, str]) -> None:
        """Counts again, and keeps the row that was chosen."""
        self.counted = self._count(self.choice)
        self.rows = self._rows()
        at = next((i for i, row in enumerate(self.rows) if row.identity == stay), self.at)
        self.at = min(at, len(self.rows) - 1)


def _files(exclude: Exclude) -> str:
    return f"{exclude.files} file{'' if exclude.files == 1 else 's'}"
