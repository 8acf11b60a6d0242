"""`archlint checklist --answer`: one open item a page, its question above, keys below."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import BufferControl, ConditionalContainer, FormattedTextControl, HSplit, Layout, VSplit, Window
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from archlint.checklist.answers import AnswersError
from archlint.checklist.wording import status_words
from archlint.engine.questions import Questions
from archlint.report.checklist import answer_lines
from archlint.report.escape import visible
from archlint.screens.walk import LABELS, VERDICTS, Walk
from archlint.screens.wrapped import wrapped

INTERRUPTED = 130
_STYLE = Style.from_dict(
    {
        "head": "reverse",
        "title": "bold",
        "question": "",
        "label": "ansicyan",
        "place": "ansibrightblack",
        "notice": "ansired bold",
        "keys": "ansicyan",
    }
)
_KEYS = "p pass  f fail  n not applicable  a accept  s skip  b back  u undo  q quit"
_FIELD_KEYS = "Enter next  Esc back  Ctrl-C quit (what is half typed is not kept)"
_OVER_KEYS = "b back  u undo  q quit"


def ask(questions: Questions, *, author: str, color: bool) -> int:
    """Walks through the open items; the exit status. Every whole answer is kept at once. Raises AnswersError for an
    answers file that cannot be taken."""
    walk = Walk(questions, author)
    if not walk.ids:
        print("Nothing is open: each item is decided by the code or answered.")  # noqa: T201  the screen's own output
        return 0
    status = _Screen(walk, color).run()
    print(f"{walk.answered} answered, {len(questions.open())} still open.")  # noqa: T201
    return status


class _Screen:
    def __init__(self, walk: Walk, color: bool) -> None:
        self._walk = walk
        self._first_line = 0
        self._input = Buffer(multiline=False, accept_handler=self._enter)
        self._page = Window(FormattedTextControl(self._shown, focusable=True, show_cursor=False))
        self._entry = Window(BufferControl(self._input), height=1)
        self._in_field = Condition(lambda: bool(walk.verdict))
        self._app: Application[int] = Application(
            layout=Layout(self._container(), focused_element=self._page),
            key_bindings=self._bindings(),
            style=_STYLE,
            full_screen=True,
            color_depth=None if color else ColorDepth.MONOCHROME,
        )

    def run(self) -> int:
        try:
            return self._app.run()
        except EOFError:  # the terminal is gone; all that was whole is kept
            return 0

    def _container(self) -> HSplit:
        label = Window(FormattedTextControl(self._label), dont_extend_width=True, height=1)
        return HSplit(
            [
                Window(FormattedTextControl(self._head), height=1, style="class:head"),
                self._page,
                Window(FormattedTextControl(lambda: [("class:notice", visible(self._walk.notice))]), height=2, wrap_lines=True),
                ConditionalContainer(VSplit([label, self._entry]), filter=self._in_field),
                Window(FormattedTextControl(self._keys), height=1),
            ]
        )

    def _head(self) -> StyleAndTextTuples:
        walk = self._walk
        where = "the end" if walk.is_over else f"{walk.at + 1} of {len(walk.ids)}  {walk.item.id}"
        return [("", f" Architecture checklist  ({walk.answered} answered)  {where}")]

    def _label(self) -> StyleAndTextTuples:
        return [("class:label", f"{self._walk.verdict}: {LABELS[self._walk.field]}: ")]

    def _keys(self) -> StyleAndTextTuples:
        if self._walk.is_over:
            return [("class:keys", _OVER_KEYS)]
        return [("class:keys", _FIELD_KEYS if self._walk.verdict else _KEYS)]

    def _shown(self) -> StyleAndTextTuples:
        size = get_app().output.get_size()
        lines = [(style, line) for style, text in self._paragraphs() for line in wrapped(text, size.columns - 2)]
        room = max(size.rows - 5, 1)
        self._first_line = max(min(self._first_line, len(lines) - room), 0)
        rest = len(lines) - self._first_line - room
        visible_lines = lines[self._first_line : self._first_line + room]
        if rest > 0:
            visible_lines[-1] = ("class:label", f"... {rest + 1} more lines (Down, PageDown)")
        return [part for style, line in visible_lines for part in ((style, f" {line}"), ("", "\n"))]

    def _paragraphs(self) -> list[tuple[str, str]]:
        walk = self._walk
        if walk.is_over:
            return [("class:title", "Every open item was asked."), ("", ""), ("", "Skipped ones are asked again next time.")]
        item, result = walk.item, walk.result
        places = [("class:place", f"  {visible(place)}") for place in walk.places]
        answer = [("class:title", visible(line)) for line in answer_lines(result)]
        return [
            ("class:title", item.title),
            ("class:question", item.question),
            ("", ""),
            *answer,
            *([("", "")] if answer else []),
            ("class:label", f"The code says: {visible(status_words(result))}"),
            ("", visible(result.reason)),
            ("", ""),
            ("class:label", f"Why it is asked ({item.guide})"),
            ("", item.why),
            ("", ""),
            ("class:label", "An answer could rest on"),
            ("", item.example),
            *([("", ""), ("class:label", "What the code shows"), *places] if places else []),
        ]

    def _bindings(self) -> KeyBindings:
        keys, walk = KeyBindings(), self._walk
        choosing = ~self._in_field
        on_item = choosing & Condition(lambda: not walk.is_over)
        for key in VERDICTS:
            keys.add(key, filter=on_item)(self._choose)
        keys.add("s", filter=on_item)(lambda _: self._moved(walk.skip))
        keys.add("b", filter=choosing)(lambda _: self._moved(walk.back))
        keys.add("u", filter=choosing)(lambda _: self._moved(walk.undo))
        keys.add("escape", filter=self._in_field)(lambda _: self._moved(walk.back))
        for key in ("q", "c-d"):
            keys.add(key, filter=choosing)(lambda event: event.app.exit(result=0))
        keys.add("c-c")(lambda event: event.app.exit(result=INTERRUPTED))
        for key, lines in (("up", -1), ("down", 1), ("pageup", -10), ("pagedown", 10)):
            keys.add(key)(self._scroll(lines))
        return keys

    def _choose(self, event: KeyPressEvent) -> None:
        self._moved(lambda: self._walk.choose(VERDICTS[event.data]))

    def _enter(self, buffer: Buffer) -> bool:
        self._moved(lambda: self._walk.enter(buffer.text))
        return True  # the text stays: `_moved` has put in what belongs into the next field

    def _moved(self, move: Callable[[], None]) -> None:
        """Does what a key asks for, and shows where that leads. A file that became unreadable is said, and asked again."""
        before = self._walk.at
        try:
            move()
        except AnswersError as error:
            self._walk.notice = "; ".join(error.problems)
        if self._walk.at != before:
            self._first_line = 0
        typed = self._walk.typed if self._walk.verdict else ""
        self._input.document = Document(typed, len(typed))
        self._app.layout.focus(self._entry if self._walk.verdict else self._page)

    def _scroll(self, lines: int) -> Callable[[KeyPressEvent], None]:
        def scroll(_: KeyPressEvent) -> None:
            self._first_line = max(self._first_line + lines, 0)

        return scroll
