"""The HTML report as a person uses it: filters, paths, keys, dark, paper, phone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from conftest import Pages, Visit
from msgspec.structs import replace
from playwright.sync_api import Locator, Page, expect

from archlint import app
from archlint.adapters.disk import DiskFiles
from archlint.adapters.processes import InProcess
from archlint.adapters.store import NoStore
from archlint.engine.analyse import analyse
from archlint.engine.owners import owners_of
from archlint.facts.findings import Finding, Report, Severity
from archlint.report import Layout, render
from archlint.testing import TODAY, MemoryFiles

ROOT = Path(__file__).parents[2]
OWNERS = "* @all\n/src/storefront/orders/ @orders @shop/money\n/reports/\n"


@cache
def analysed(name: str) -> tuple[Report, Layout]:
    root = ROOT / "examples" / name
    target = app.target([root], root=root)
    report = analyse(DiskFiles(root), NoStore(), InProcess(), app.tool(), settings=target.settings, today=TODAY)
    owners = owners_of(MemoryFiles({"CODEOWNERS": OWNERS}))
    return report, Layout(source=app.source_reader(target), owners=owners, title=name)


@cache
def html(name: str = "storefront") -> str:
    report, layout = analysed(name)
    if report.findings:
        old = replace(report.findings[0], state="baselined")
        accepted = replace(report.findings[1], state="suppressed", justification="until the move")
        report = replace(report, findings=(old, accepted, *report.findings[2:]))
    return render(report, "html", layout)


def rows(page: Page) -> Locator:
    return page.locator(".finding:visible")


def eventually(holds: Callable[[], bool]) -> None:
    """Filters are applied with the next frame, whenever that is."""
    for _ in range(200):
        if holds():
            return
        time.sleep(0.05)
    assert holds()


def places(page: Page) -> list[str]:
    return page.locator(".finding:visible .meta .place").all_text_contents()


def new() -> tuple[Finding, ...]:
    """The findings that the page shows at first, see `html`."""
    return analysed("storefront")[0].findings[2:]


def in_all() -> int:
    return len(new())


@pytest.fixture
def visit(pages: Pages) -> Visit:
    return pages.open(html())


def test_all_new_findings_are_there_the_most_severe_first(visit: Visit) -> None:
    expect(rows(visit.page)).to_have_count(in_all())
    severities = visit.page.locator(".finding:visible .severity").all_text_contents()
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert visit.complaints() == []


def test_filter_by_severity(visit: Visit) -> None:
    visit.page.get_by_label("error").uncheck()
    visit.page.get_by_label("warning").uncheck()
    notes = sum(finding.severity == Severity.NOTE for finding in new())
    expect(rows(visit.page)).to_have_count(notes)
    expect(visit.page.locator("#count")).to_have_text(re.compile(rf"^{notes} of \d+ shown$"))
    visit.page.get_by_role("button", name="Clear", exact=True).click()
    expect(rows(visit.page)).to_have_count(in_all())


def test_filter_by_rule(visit: Visit) -> None:
    visit.page.get_by_label("Rule", exact=True).select_option("PRF001")
    shown = visit.page.locator(".finding:visible .meta .rule")
    eventually(lambda: set(shown.all_text_contents()) == {"PRF001"})
    queries = sum(finding.rule == "PRF001" for finding in new())
    expect(visit.page.locator("#count")).to_have_text(re.compile(rf"^{queries} of "))


def test_filter_by_path(visit: Visit) -> None:
    visit.page.get_by_label("Path", exact=True).fill("storefront/catalog/")
    eventually(lambda: all("storefront/catalog/" in place for place in places(visit.page)))
    assert places(visit.page)


def test_filter_by_owner(visit: Visit) -> None:
    owner = visit.page.get_by_label("Owner", exact=True)
    assert owner.locator("option").all_text_contents() == ["all owners", "@all", "@orders", "@shop/money", "nobody"]
    owner.select_option("@shop/money")
    eventually(lambda: {"/".join(place.split("/")[1:3]) for place in places(visit.page)} == {"storefront/orders"})
    owner.select_option("nobody")
    eventually(lambda: {place.split("/")[0] for place in places(visit.page)} <= {"reports"})


def test_filter_by_state(visit: Visit) -> None:
    state = visit.page.get_by_label("State", exact=True)
    assert state.locator("option").all_text_contents() == ["new", "baselined", "suppressed", "all"]
    state.select_option("suppressed")
    expect(rows(visit.page)).to_have_count(1)
    rows(visit.page).locator("summary").first.click()
    expect(rows(visit.page).locator(".body")).to_contain_text("until the move")
    state.select_option("all")
    expect(rows(visit.page)).to_have_count(in_all() + 2)


def test_search_takes_all_its_words_and_says_when_nothing_matches(visit: Visit) -> None:
    search = visit.page.get_by_role("searchbox")
    search.fill("LOGS password")
    expect(rows(visit.page)).to_have_count(1)
    search.fill("no such words")
    expect(rows(visit.page)).to_have_count(0)
    visit.page.get_by_role("button", name="Clear the filters").click()
    expect(rows(visit.page)).to_have_count(in_all())
    expect(search).to_be_focused()


def test_order_by_file(visit: Visit) -> None:
    visit.page.get_by_label("Order", exact=True).select_option("by file")

    def paths() -> list[str]:
        return [place.rpartition(":")[0] for place in places(visit.page)]

    eventually(lambda: paths() == sorted(paths()))


def test_a_finding_unfolds_to_its_code_and_its_path_step_by_step(visit: Visit) -> None:
    visit.page.get_by_label("Rule", exact=True).select_option("PRF001")
    finding = rows(visit.page).filter(has_text="for item in items")
    expect(finding.locator(".body")).to_have_count(0)
    finding.locator("summary").first.click()
    expect(finding.locator(".body > .frame mark")).to_have_text("self._quotes.unit_price(item.sku, currency)")
    steps = finding.locator("ol.path .step")
    expect(steps).to_have_count(4)
    expect(steps.nth(3)).to_contain_text("price_list.py:16")
    expect(steps.nth(3).locator("pre")).to_be_hidden()
    steps.nth(3).locator("summary").click()
    expect(steps.nth(3).locator("pre mark")).to_be_visible()
    expect(finding.locator("h3")).to_have_text(["Path", "Why", "How to fix", "When not to"])
    finding.get_by_role("link", name="more on PRF001").click()
    expect(visit.page.locator("#rule-PRF001 pre").first).to_be_visible()


def test_a_checklist_item_leads_to_the_findings_that_refute_it(visit: Visit) -> None:
    visit.page.get_by_role("searchbox").fill("no such words")
    visit.page.locator(".section summary").filter(has_text="Caching").click()
    link = visit.page.locator(".items .places a:visible").first
    place = link.text_content() or ""
    link.click()
    expect(rows(visit.page)).to_have_count(1)
    assert places(visit.page) == [place]
    expect(rows(visit.page).locator(".body")).to_be_visible()


def test_the_keyboard_is_enough(visit: Visit) -> None:
    page = visit.page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("queries j")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.get_by_role("searchbox")).to_have_value("")
    expect(rows(page)).to_have_count(in_all())  # keys go through the rows that are shown
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    expect(rows(page).nth(1).locator("summary").first).to_be_focused()
    eventually(lambda: page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid")
    page.keyboard.press("Enter")
    expect(rows(page).nth(1).locator(".body")).to_be_visible()
    page.keyboard.press("p")
    expect(rows(page).nth(1).locator(".step:not([open])")).to_have_count(0)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "frame", "a frame that scrolls can be reached"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert visit.complaints() == []


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_light_and_dark_follow_the_system_or_the_switch(pages: Pages) -> None:
    light, dark = pages.open(html()), pages.open(html(), dark=True)
    assert (background(light.page), background(dark.page)) == ("rgb(250, 250, 248)", "rgb(21, 23, 26)")
    dark.page.get_by_role("button", name="Theme: auto").click()
    assert background(dark.page) == background(light.page)
    dark.page.keyboard.press("t")
    expect(dark.page.locator("#theme")).to_have_text("Theme: dark")
    dark.page.emulate_media(color_scheme="light")
    assert background(dark.page) == "rgb(21, 23, 26)"
    dark.page.reload()
    expect(dark.page.locator("#theme")).to_have_text("Theme: dark")


def test_on_paper_everything_is_unfolded_and_nothing_is_there_to_press(visit: Visit) -> None:
    page = visit.page
    page.get_by_label("Rule", exact=True).select_option("PRF001")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator(".buttons")).to_be_hidden()
    expect(page.locator("details:not([open]):not([hidden])")).to_have_count(0)
    assert page.locator(".finding .body:visible").count() == rows(page).count() == 4
    assert background(page) == "rgb(250, 250, 248)"
    page.emulate_media(media="screen")
    expect(page.locator(".finding[open]")).to_have_count(0)


@pytest.mark.parametrize("name", ["storefront", "storefront-clean"])
def test_a_phone_needs_no_sideways_scrolling(pages: Pages, name: str) -> None:
    page = pages.open(html(name), width=360, height=740).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.wait_for_function("[...document.querySelectorAll('.finding[open]')].every((row) => row.querySelector('.body'))")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    wide = "[...document.querySelectorAll('main *:not(pre *):not(svg *)')].filter((e) => e.getBoundingClientRect().right > 361)"
    assert page.evaluate(f"{wide}.map((e) => e.outerHTML.slice(0, 80))") == []


def test_a_project_with_no_findings_has_a_page_too(pages: Pages) -> None:
    visit = pages.open(html("storefront-clean"))
    expect(visit.page.locator("#findings")).to_contain_text("No findings.")
    expect(visit.page.locator("#looked")).to_contain_text("Files read")
    visit.page.keyboard.press("j")
    visit.page.keyboard.press("/")
    visit.page.keyboard.press("c")
    visit.page.keyboard.press("?")
    expect(visit.page.get_by_role("dialog")).to_be_visible()
    assert visit.complaints() == []


def test_without_scripts_the_findings_can_be_read(pages: Pages) -> None:
    page = pages.open(html(), scripts=False).page
    expect(rows(page)).to_have_count(in_all())
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator("#filters")).to_be_hidden()


def test_five_thousand_findings_are_filtered_and_walked(pages: Pages) -> None:
    report, layout = analysed("storefront")
    many = [
        replace(f, fingerprint=f"{n:016x}:1", message=f"{f.message} ({n})")
        for n, f in enumerate(report.findings * (5000 // len(report.findings) + 1))
    ][:5000]
    visit = pages.open(render(replace(report, findings=tuple(many)), "html", layout))
    visit.page.get_by_role("searchbox").fill("(4321)")
    expect(rows(visit.page)).to_have_count(1)
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("c")
    expect(visit.page.locator("#count")).to_have_text("5,000 of 5,000 shown")
    for _ in range(50):
        visit.page.keyboard.press("j")
    expect(rows(visit.page).nth(49).locator("summary")).to_be_focused()
    assert visit.page.locator(".body").count() == 0, "nothing is laid out before it is asked for"
