"""A browser for the pages: Chromium where there is one, from a file, with no network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect, sync_playwright

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60_000
"""Milliseconds: it bounds a hang, it measures nothing."""
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("ARCHLINT_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("there is no Chromium here: install one, or set ARCHLINT_CHROMIUM to its binary")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield running
        running.close()


class Visit:
    """A page that is open, and everything that went wrong on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith("file:"):
            self.wrong.append(f"request: {request.url}")

    def complaints(self) -> list[str]:
        """What went wrong so far: console messages, exceptions, dialogs, requests, breaches of the page's policy."""
        found: list[str] = self.page.evaluate("window.violations")
        return [*self.wrong, *found]


class Pages:
    """Opens reports as a person does who was sent a file."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder

    def open(self, html: str, *, width: int = 1200, height: int = 900, dark: bool = False, scripts: bool = True) -> Visit:
        file = self._folder / "report.html"
        file.write_text(html, encoding="utf-8")
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.add_init_script(WATCH)
        visit = Visit(page)
        page.goto(file.as_uri())
        return visit


@pytest.fixture
def pages(browser: Browser, tmp_path: Path) -> Pages:
    return Pages(browser, tmp_path)
