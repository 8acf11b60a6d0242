"""The hostile texts in a browser: none of them runs, none of them moves the page."""

from __future__ import annotations

from conftest import Pages
from hostile_inputs import HOSTILE
from hostile_project import layout, made
from msgspec.structs import replace

from archlint.facts.findings import Report
from archlint.report import render


def everything() -> Report:
    """All hostile reports in one."""
    reports = [made(text) for text in HOSTILE.values()]
    findings = [
        replace(finding, fingerprint=f"{number:016x}:{part}")
        for number, report in enumerate(reports)
        for part, finding in enumerate(report.findings)
    ]
    items = [item for report in reports for item in report.checklist]
    services = tuple(service for report in reports for service in report.completeness.services)
    looked = replace(reports[0].completeness, services=services, skipped=dict.fromkeys(HOSTILE.values(), 1))
    return replace(reports[0], findings=tuple(findings), checklist=tuple(items), completeness=looked)


def test_nothing_runs_and_nothing_breaks_the_page(pages: Pages) -> None:
    texts = iter(HOSTILE.values())
    hostile_owners = {path: (text,) for text in texts for path in (made(text).findings[0].location.path,)}
    sources = {f.location.path: text for text in HOSTILE.values() for f in made(text).findings}
    shown = replace(layout("</title><script>window.pwned=1</script>"), source=sources.get, owners=lambda p: hostile_owners[p])
    visit = pages.open(render(everything(), "html", shown), width=360)
    page = visit.page
    page.get_by_label("State", exact=True).select_option("all")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.wait_for_function(f"document.querySelectorAll('.finding .body').length === {2 * len(HOSTILE)}")
    page.evaluate("document.querySelectorAll('.step').forEach((one) => { one.open = true; })")
    page.evaluate("document.querySelectorAll('a[href]').forEach((one) => one.click())")
    assert page.evaluate("window.pwned") is None
    assert visit.complaints() == []
    assert page.evaluate("[...document.scripts].map((one) => one.type)") == ["application/json", ""]
    kinds = set(page.evaluate("[...document.body.querySelectorAll('*')].map((one) => one.localName)"))
    assert kinds & {"img", "iframe", "object", "embed", "base", "b", "style", "audio", "video", "foreignobject"} == set()
    handlers = "[...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith('on'))"
    assert page.evaluate(handlers) == []
    assert page.evaluate("[...document.links].every((one) => one.getAttribute('href').startsWith('#'))")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_text_is_there_to_read(pages: Pages) -> None:
    text = HOSTILE["script element"]
    page = pages.open(render(made(text), "html", layout(text))).page
    page.locator(".finding:visible summary").first.click()
    assert page.locator(".finding:visible .message code").first.inner_text() == text
    assert text in page.locator(".finding:visible .body .frame").first.inner_text()
    assert page.locator("h1").inner_text() == text
