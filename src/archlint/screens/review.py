"""`archlint review`: the table of rules, the findings one by one, what is asked at the foot of the screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from prompt_toolkit.application import Application, get_app, run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import BufferControl, ConditionalContainer, FormattedTextControl, HSplit, Layout, VSplit, Window
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from archlint import app as project
from archlint.adapters.editor import edit
from archlint.engine.reviewing import Review
from archlint.facts.findings import Confidence
from archlint.report.escape import visible
from archlint.screens import review_dialogues as dialogues
from archlint.screens.code import cut, lines_of
from archlint.screens.review_page import Line, finding_lines, help_lines, table_lines
from archlint.screens.review_tour import Ask, Busy, Dialogue, Tour
from archlint.screens.wrapped import wrapped

INTERRUPTED = 130
_STYLE = Style.from_dict(
    {
        "head": "reverse",
        "foot": "ansicyan",
        "keys": "ansicyan",
        "label": "bold",
        "notice": "ansiyellow bold",
        "message": "bold",
        "place": "ansiblue",
        "decided": "ansigreen bold",
        "gutter": "ansibrightblack",
        "around": "ansibrightblack",
        "code": "",
        "mark": "underline",
        "caret": "ansired bold",
        "error": "ansired bold",
        "warning": "ansiyellow bold",
        "note": "ansicyan",
        "chosen": "reverse",
    }
)
_FEET = {
    "table": "Enter into a rule  / filter  u undo  c check again  ? help  q quit",
    "finding": "n next p previous s suppress f file b baseline e edit a all ? more q quit",
    "help": "any key goes back",
}
_SCROLLING = {"up k": -1, "down j": 1, "pageup": -10, "pagedown space": 10, "home": -(10**6), "end": 10**6}
_AROUND_PAGE = 4
"""Lines of the screen that are not the page's: head, notice (two), foot."""


def go_through(review: Review, found: project.Target, *, color: bool) -> int:
    """Shows the screen until the user leaves it; the exit status. Every decision is kept when it is made."""
    status = _Screen(Tour(review), found, color).run()
    verdicts = Counter(d.verdict for d in review.session.decisions)
    said = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    still_open = sum(1 for finding in review.findings.values() if finding.state == "new")
    print(f"{said or 'Nothing was decided'}; {still_open} still count.")  # noqa: T201  the screen's own last word
    return status


class _Screen:
    def __init__(self, tour: Tour, found: project.Target, color: bool) -> None:
        self._tour = tour
        self._found = found
        self._read = project.source_reader(found)
        self._lines = lru_cache(maxsize=8)(self._lines_of)
        self._page_of = lru_cache(maxsize=2)(self._laid_out)
        self._input = Buffer(multiline=False, accept_handler=self._entered)
        self._page = Window(FormattedTextControl(self._shown, focusable=True, show_cursor=False))
        self._entry = Window(BufferControl(self._input), height=1)
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
        except EOFError:  # the terminal is gone; what was decided is kept
            return 0
        finally:
            self._tour.review.save()

    def _lines_of(self, path: str) -> list[str]:
        source = self._read(path)
        return [] if source is None else lines_of(source)

    # What is shown.

    def _container(self) -> HSplit:
        asked = Condition(lambda: isinstance(self._tour.asked, Ask))
        label = Window(FormattedTextControl(self._label), dont_extend_width=True, height=1)
        entry = ConditionalContainer(self._entry, filter=asked)
        return HSplit(
            [
                Window(FormattedTextControl(self._head), height=1, style="class:head"),
                self._page,
                Window(FormattedTextControl(self._notice), height=2),
                ConditionalContainer(VSplit([label, entry]), filter=Condition(lambda: self._tour.asked is not None)),
                ConditionalContainer(
                    Window(FormattedTextControl(self._foot), height=1), filter=Condition(lambda: self._tour.asked is None)
                ),
            ]
        )

    def _width(self) -> int:
        return max(get_app().output.get_size().columns, 20)

    def _head(self) -> StyleAndTextTuples:
        tour, width = self._tour, self._width()
        chosen = f"  filter: {visible(tour.review.session.filter)}" if tour.review.session.filter else ""
        finding = tour.finding
        if tour.view == "help":
            return [("", " Keys")]
        if tour.view == "table" or finding is None:
            row = tour.rows[0]
            return [("", cut(f" Review  {row.open:,} open, {row.decided:,} decided{chosen}", width))]
        sure = "" if finding.confidence is Confidence.HIGH else f", {finding.confidence.name.lower()} confidence"
        states = ", ".join(sorted(tour.review.states(finding)))
        what = f"{finding.rule} {finding.name}  {finding.severity.name.lower()}{sure}"
        return [("", cut(f" {tour.at + 1:,}/{tour.count:,}  {what}  [{states}]{chosen}", width))]

    def _notice(self) -> StyleAndTextTuples:
        lines = wrapped(visible(self._tour.notice), self._width() - 2)
        return [("class:notice", "\n".join(f" {line}" for line in lines[:2]))]

    def _label(self) -> StyleAndTextTuples:
        asked = self._tour.asked
        if isinstance(asked, Ask):
            keys = f" ({'/'.join(asked.keys)})" if asked.keys else ""
            return [("class:label", f"{cut(visible(asked.label), self._width() * 2 // 3)}{keys}? ")]
        return [("class:label", visible(asked.text))] if asked else []

    def _foot(self) -> StyleAndTextTuples:
        return [("class:foot", cut(f" {_FEET[self._tour.view]}", self._width()))]

    def _shown(self) -> StyleAndTextTuples:
        """The lines of the page that fit, and no more: a page may have thousands."""
        size = get_app().output.get_size()
        room = max(size.rows - _AROUND_PAGE, 1)
        tour = self._tour
        if tour.view == "table":
            first = max(tour.cursor + 3 - room, 0)
            lines = table_lines(tour.rows, tour.cursor, self._width())
            lines = [lines[0], *lines[first + 1 :]] if first else lines
        else:
            lines = help_lines(self._width()) if tour.view == "help" else self._finding()
            tour.scroll = min(tour.scroll, max(len(lines) - room, 0))
            rest = len(lines) - tour.scroll - room
            lines = lines[tour.scroll : tour.scroll + room]
            if rest > 0:
                lines[-1] = [("class:keys", f"  … {rest + 1} more lines: Down, PageDown")]
        return [part for line in lines[:room] for part in (*line, ("", "\n"))]

    def _finding(self) -> list[Line]:
        tour = self._tour
        finding = tour.finding
        if finding is None:
            return [[("", "  This finding is there no more.")]]
        return self._page_of(finding, tour.review.decided(finding), self._width())

    def _laid_out(self, finding: Any, decided: Any, width: int) -> list[Line]:
        return finding_lines(finding, self._tour.review.rules.get(finding.rule), decided, self._lines, width)

    # What keys do.

    def _bindings(self) -> KeyBindings:
        keys, tour = KeyBindings(), self._tour
        free = Condition(lambda: tour.asked is None)
        helping = free & Condition(lambda: tour.view == "help")
        browsing = free & Condition(lambda: tour.view != "help")
        in_table, at_finding = (browsing & Condition(partial(lambda view: tour.view == view, v)) for v in ("table", "finding"))
        by_key = Condition(lambda: isinstance(tour.asked, Ask) and bool(tour.asked.keys))
        asked = Condition(lambda: isinstance(tour.asked, Ask))

        def on(names: str, do: Callable[[], object], when: Condition | Any) -> None:
            for name in names.split():
                keys.add(name, filter=when)(lambda _: self._done(do))

        on("enter", tour.enter, in_table)
        on("n right", tour.next, at_finding)
        on("p left", tour.previous, at_finding)
        on("t escape", tour.table, at_finding)
        for name, dialogue in (
            ("s", dialogues.suppress),
            ("f", dialogues.suppress_file),
            ("b", dialogues.add_to_baseline),
            ("m", dialogues.note),
            ("a", dialogues.all_of_rule),
            ("/", dialogues.choose_filter),
        ):
            on(name, partial(self._start, dialogue), browsing)
        on("u", self._undo, browsing)
        on("?", tour.help, browsing)
        on("e", self._edit, at_finding)
        on("c", lambda: self._outside(lambda: None), browsing)
        for names, lines in _SCROLLING.items():
            on(names, partial(tour.move, lines), free)
        keys.add(Keys.Any, filter=helping)(lambda _: self._done(tour.leave_help))
        keys.add("escape", filter=asked)(lambda _: self._done(tour.cancel))
        keys.add(Keys.Any, filter=by_key, eager=True)(self._key)
        for name in ("q", "c-d"):
            keys.add(name, filter=browsing)(lambda event: event.app.exit(result=0))
        keys.add("c-c", eager=True)(lambda event: event.app.exit(result=INTERRUPTED))
        return keys

    def _start(self, dialogue: Callable[[Tour], Dialogue]) -> None:
        self._tour.start(lambda: dialogue(self._tour))

    def _key(self, event: KeyPressEvent) -> None:
        asked = self._tour.asked
        if isinstance(asked, Ask) and event.data in asked.keys:
            self._done(lambda: self._tour.answer(event.data))
        elif event.data == "\x1b":
            self._done(self._tour.cancel)

    def _entered(self, buffer: Buffer) -> bool:
        self._done(lambda: self._tour.answer(buffer.text))
        return True  # `_done` has put in what belongs into the next field

    def _undo(self) -> None:
        self._tour.undo()
        self._forget()

    def _forget(self) -> None:
        """Files may have changed."""
        self._lines.cache_clear()
        self._page_of.cache_clear()

    def _done(self, do: Callable[[], object]) -> None:
        """Does what a key asks for, and shows where that leads."""
        before = self._tour.asked
        self._guarded(do)
        asked = self._tour.asked
        if before is not None:
            self._forget()
        if asked is not before:
            typed = asked.text if isinstance(asked, Ask) else ""
            self._input.document = Document(typed, len(typed))
            self._app.layout.focus(self._entry if isinstance(asked, Ask) else self._page)
        self._app.invalidate()
        if isinstance(asked, Busy) and self._app.loop is not None:
            self._app.loop.call_later(0, lambda: self._done(lambda: self._tour.answer("")))

    def _guarded(self, do: Callable[[], object]) -> None:
        """What is wrong with the project or the disk is said; what is wrong with archlint ends the screen."""
        try:
            do()
        except Exception as error:
            problems = getattr(error, "problems", None)
            if isinstance(error, OSError):
                problems = (f"not written: {error.strerror or error}",)
            if problems:
                self._tour.notice = "; ".join(problems)
            elif self._app.is_running and not self._app.is_done:
                self._app.exit(exception=error)

    def _edit(self) -> None:
        finding = self._tour.finding
        if finding is not None:
            place = finding.location
            self._outside(lambda: edit(self._found.root / place.path, place.line))

    def _outside(self, do: Callable[[], None]) -> None:
        """Hands the terminal over, then looks at the project again."""

        def outside() -> None:
            do()
            print("archlint: checking the project again ...", flush=True)  # noqa: T201  the terminal is ours again
            self._tour.checked_again()
            self._forget()

        run_in_terminal(lambda: self._guarded(outside))
