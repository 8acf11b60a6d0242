"""`archlint init`: the proposal with a tick for each part, then the change of the files, then the writing of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import BufferControl, ConditionalContainer, FormattedTextControl, HSplit, Layout, VSplit, Window
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from archlint.report.escape import visible
from archlint.screens.proposal import LABELS, Field, Proposal, Row
from archlint.screens.wrapped import wrapped

_STYLE = Style.from_dict(
    {
        "head": "reverse",
        "chosen": "reverse",
        "layer": "bold",
        "label": "ansicyan",
        "added": "ansigreen",
        "removed": "ansired",
        "notice": "ansired bold",
        "keys": "ansicyan",
    }
)
_ROW_KEYS = {
    "layer": "[ out  ] in  r rename  x drop (its packages are in no layer)",
    "package": "1 domain  2 application  3 infrastructure  4 interface  c in no layer",
    "style": "Space clean, layered, none",
}
_TICK_KEYS = "Space take or leave"
_KEYS = "Up/Down  a add package  e exclude  t dialect  s style  u undo  w write  q quit"
_CHANGE_KEYS = "y write this  Esc back  Up/Down scroll  q quit"
_FIELD_KEYS = "Enter take it  Esc back"
_TICKS = {True: "[x] ", False: "[ ] ", None: ""}
_LEFT = 11


def ask(proposal: Proposal, change: Callable[[Proposal], str], *, title: str, color: bool) -> bool:
    """Lets the user change the proposal; whether it is to be written. `change` gives the patch of what would be written.
    Raises KeyboardInterrupt for Ctrl-C."""
    return _Screen(proposal, change, title, color).run()


class _Screen:
    def __init__(self, proposal: Proposal, change: Callable[[Proposal], str], title: str, color: bool) -> None:
        self._proposal = proposal
        self._change = change
        self._title = title
        self._patch: str | None = None
        """The page with the change is shown; None: the proposal is."""
        self._first_line = 0
        self._input = Buffer(multiline=False, accept_handler=self._enter)
        self._page = Window(FormattedTextControl(self._shown, focusable=True, show_cursor=False))
        self._entry = Window(BufferControl(self._input), height=1)
        self._app: Application[bool] = Application(
            layout=Layout(self._container(), focused_element=self._page),
            key_bindings=self._bindings(),
            style=_STYLE,
            full_screen=True,
            color_depth=None if color else ColorDepth.MONOCHROME,
        )

    def run(self) -> bool:
        try:
            return self._app.run()
        except EOFError:  # the terminal is gone
            return False

    # -- what is shown -----------------------------------------------------------------------------------------

    def _container(self) -> HSplit:
        label = Window(FormattedTextControl(self._label), dont_extend_width=True, height=1)
        in_field = Condition(lambda: bool(self._proposal.field))
        notice = FormattedTextControl(lambda: [("class:notice", "\n".join(self._hanging_notice()))])
        return HSplit(
            [
                Window(FormattedTextControl(lambda: [("", f" archlint init  {self._title}")]), height=1, style="class:head"),
                self._page,
                Window(notice, height=2),
                ConditionalContainer(VSplit([label, self._entry]), filter=in_field),
                Window(FormattedTextControl(self._keys), dont_extend_height=True),
            ]
        )

    def _hanging_notice(self) -> list[str]:
        return wrapped(f" {visible(self._proposal.notice)}", get_app().output.get_size().columns - 1)

    def _label(self) -> StyleAndTextTuples:
        return [("class:label", f" {LABELS.get(self._proposal.field, '')}: ")]

    def _keys(self) -> StyleAndTextTuples:
        return [("class:keys", "\n".join(self._key_lines()))]

    def _key_lines(self) -> list[str]:
        keys = [_FIELD_KEYS] if self._proposal.field else [_CHANGE_KEYS]
        if not self._proposal.field and self._patch is None:
            keys = [_ROW_KEYS.get(self._proposal.row.kind, _TICK_KEYS), _KEYS]
        columns = get_app().output.get_size().columns
        return [line for text in keys for line in wrapped(f" {text}", columns - 1)]

    def _shown(self) -> StyleAndTextTuples:
        size = get_app().output.get_size()
        room = max(size.rows - 3 - bool(self._proposal.field) - len(self._key_lines()), 1)
        lines = self._proposal_lines(size.columns) if self._patch is None else self._patch_lines(size.columns)
        self._first_line = max(min(self._first_line, len(lines) - room), 0)
        if self._patch is None:
            self._follow(lines, room)
        page = lines[self._first_line : self._first_line + room]
        rest = len(lines) - self._first_line - len(page)
        if rest > 0:
            page[-1] = ("class:label", f" ... {rest + 1} more lines", False)
        return [part for style, line, _ in page for part in ((style, line), ("", "\n"))]

    def _follow(self, lines: list[tuple[str, str, bool]], room: int) -> None:
        """Scrolls to the row that is chosen, and a line beyond it where the page says that there are more."""
        chosen = [i for i, (_, _, is_chosen) in enumerate(lines) if is_chosen]
        last = min(chosen[-1] + 1, len(lines) - 1)
        if last >= self._first_line + room:
            self._first_line = last - room + 1
        self._first_line = min(self._first_line, chosen[0] if self._proposal.at else 0)

    def _proposal_lines(self, columns: int) -> list[tuple[str, str, bool]]:
        """(style, text, is it of the row that is chosen)."""
        frameworks = ", ".join(f"{f.name} ({f.modules})" for f in self._proposal.found.frameworks[:6])
        lines = [("", line, False) for line in self._hanging("frameworks", frameworks or "none known", columns)]
        label = ""
        for row in self._proposal.rows:
            chosen = row is self._proposal.row
            style = "class:chosen" if chosen else "class:layer" if row.kind == "layer" else ""
            name = row.label if row.label != label else ""
            label = row.label
            lines += [(style, line, chosen) for line in self._hanging(name, _row_text(row), columns, ">" if chosen else " ")]
        for note in self._proposal.found.notes:
            lines += [("class:notice", line, False) for line in self._hanging("note", note, columns)]
        return lines

    def _hanging(self, name: str, text: str, columns: int, mark: str = " ") -> list[str]:
        """The text beside its name, further lines below the text."""
        body = wrapped(visible(text), max(columns - _LEFT - 2, 10))
        return [f"{mark if i == 0 else ' '}{name if i == 0 else '':<{_LEFT}}{line}" for i, line in enumerate(body)]

    def _patch_lines(self, columns: int) -> list[tuple[str, str, bool]]:
        """The lines of the change, cut at the screen's edge."""
        styles = {"+": "class:added", "-": "class:removed"}
        return [
            (styles.get(line[:1], ""), _cut(f" {visible(line)}", columns - 1), False)
            for line in (self._patch or "Nothing to change.").splitlines()
        ]

    # -- keys --------------------------------------------------------------------------------------------------

    def _bindings(self) -> KeyBindings:
        keys, proposal = KeyBindings(), self._proposal
        free = Condition(lambda: not proposal.field)
        choosing = free & Condition(lambda: self._patch is None)
        reading = free & Condition(lambda: self._patch is not None)
        actions: dict[str, Callable[[], object]] = {
            "up": lambda: proposal.go(-1),
            "down": lambda: proposal.go(1),
            "pageup": lambda: proposal.go(-10),
            "pagedown": lambda: proposal.go(10),
            "space": proposal.toggle,
            "s": proposal.next_style,
            "[": lambda: proposal.move(-1),
            "]": lambda: proposal.move(1),
            "x": proposal.drop,
            "c": proposal.cross_cut,
            "u": proposal.undo,
            "w": self._show_change,
            "enter": self._show_change,
        }
        for key, action in actions.items():
            keys.add(key, filter=choosing)(_calling(action))
        for number in range(4):
            keys.add(str(number + 1), filter=choosing)(_calling(partial(proposal.put, number)))
        fields: dict[str, Field] = {"a": "add", "r": "rename", "e": "exclude", "t": "dialect"}
        for key, field in fields.items():
            keys.add(key, filter=choosing)(_calling(partial(self._begin, field)))
        for key, by in (("up", -1), ("down", 1), ("pageup", -10), ("pagedown", 10)):
            keys.add(key, filter=reading)(_calling(partial(self._scroll, by)))
        keys.add("y", filter=reading)(lambda event: event.app.exit(result=True))
        keys.add("escape", filter=reading)(_calling(self._back))
        keys.add("escape", filter=~free)(_calling(self._leave_field))
        for key in ("q", "c-d"):
            keys.add(key, filter=free)(lambda event: event.app.exit(result=False))
        for key in ("c-c", "<sigint>"):
            keys.add(key)(lambda event: event.app.exit(exception=KeyboardInterrupt))
        return keys

    def _show_change(self) -> None:
        problems = ""
        try:
            patch = self._change(self._proposal)
        except Exception as error:
            problems = "; ".join(getattr(error, "problems", ()))
            if not problems:
                raise
        if problems:
            self._proposal.notice = problems
        else:
            self._proposal.notice = ""
            self._patch, self._first_line = patch, 0

    def _back(self) -> None:
        self._patch, self._first_line = None, 0

    def _scroll(self, by: int) -> None:
        self._first_line = max(self._first_line + by, 0)

    def _begin(self, field: Field) -> None:
        self._proposal.begin(field)
        self._focus()

    def _leave_field(self) -> None:
        self._proposal.leave()
        self._focus()

    def _enter(self, buffer: Buffer) -> bool:
        self._proposal.typed(buffer.text)
        asked_again = bool(self._proposal.field)
        if not asked_again:
            self._app.layout.focus(self._page)
        return asked_again  # a wrong word stays, to be mended

    def _focus(self) -> None:
        self._input.reset()
        self._app.layout.focus(self._entry if self._proposal.field else self._page)


def _calling(action: Callable[[], object]) -> Callable[[KeyPressEvent], None]:
    def called(_: KeyPressEvent) -> None:
        action()

    return called


def _row_text(row: Row) -> str:
    return f"{_TICKS[row.ticked]}{row.text}"


def _cut(text: str, columns: int) -> str:
    """The text, at most so many columns of it."""
    used = 0
    for i, character in enumerate(text):
        used += get_cwidth(character)
        if used > columns:
            return text[:i]
    return text
