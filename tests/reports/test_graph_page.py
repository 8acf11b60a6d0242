"""The page of a module graph as a person uses it: fold, search, choose; boxes that do not overlap; thousands of modules."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest
from conftest import Pages, Visit
from hostile_inputs import HOSTILE
from large_graph import large_graph
from playwright.sync_api import Locator, Page, expect

from archlint import app
from archlint.facts.findings import Severity
from archlint.facts.module_graph import GraphEdge, GraphImport, GraphModule, GraphViolation, ModuleGraph
from archlint.report.graph_folding import View, fold
from archlint.report.graph_formats import render

ROOT = Path(__file__).parents[2]
CHECKOUT = "storefront.orders.application.checkout"


@cache
def storefront() -> ModuleGraph:
    root = ROOT / "examples/storefront"
    return app.graph_of(app.target([root], root=root), jobs=1, use_cache=False)[0]


def html(graph: ModuleGraph, view: View | None = None) -> str:
    return render(graph, "html", view or View(), title="shop", version="1")[0]


@pytest.fixture
def visit(pages: Pages) -> Visit:
    return pages.open(html(storefront()))


def box(page: Page, name: str) -> Locator:
    return page.locator(f'[data-name="{name}"]')


def link(page: Page, source: str, target: str) -> Locator:
    return page.locator(f'[data-from="{source}"][data-to="{target}"]')


def click_line(page: Page, drawn: Locator) -> None:
    """A press of the mouse on the arrow, where nothing lies over it."""
    points = drawn.locator(".hit").evaluate(
        """(path) => {
          const [length, matrix, points] = [path.getTotalLength(), path.getScreenCTM(), []];
          for (let part = 1; part < 40; part += 1) {
            const at = path.getPointAtLength((length * part) / 40).matrixTransform(matrix);
            if (document.elementFromPoint(at.x, at.y) === path) points.push([at.x, at.y]);
          }
          return points;
        }"""
    )
    assert points, "no part of the arrow can be pressed"
    page.mouse.click(*points[len(points) // 2])


def boxes(page: Page) -> list[str]:
    found: list[str] = page.locator(".box").evaluate_all("(all) => all.map((one) => one.dataset.name)")
    return found


def scale(page: Page) -> float:
    found = re.search(r"scale\(([\d.]+)\)", page.locator("#world").get_attribute("transform") or "")
    assert found is not None
    return float(found[1])


def details(page: Page) -> Locator:
    return page.locator("#details")


@pytest.mark.parametrize("view", [View(), View(package="storefront.orders"), View(depth=2), View(depth=3, by_layer=True)])
def test_it_starts_as_the_drawing_does(pages: Pages, view: View) -> None:
    visit = pages.open(html(storefront(), view))
    drawing = fold(storefront(), view)
    assert sorted(boxes(visit.page)) == sorted(box.name for box in drawing.boxes)
    drawn = visit.page.locator(".link").evaluate_all("(all) => all.map((one) => [one.dataset.from, one.dataset.to])")
    names = [box.name for box in drawing.boxes]
    assert sorted(map(tuple, drawn)) == sorted((names[a.source], names[a.target]) for a in drawing.arrows)
    red = visit.page.locator(".link.wrong").evaluate_all("(all) => all.map((one) => [one.dataset.from, one.dataset.to])")
    assert sorted(map(tuple, red)) == sorted((names[a.source], names[a.target]) for a in drawing.arrows if a.rules)
    assert visit.complaints() == []


def test_an_arrow_that_is_clicked_shows_its_imports(visit: Visit) -> None:
    click_line(visit.page, link(visit.page, "storefront.accounts.application", "storefront.accounts.infrastructure"))
    expect(details(visit.page).locator(".import")).to_have_count(1)
    expect(details(visit.page).locator(".import .place")).to_have_text("src/storefront/accounts/application/registration.py:7")
    expect(details(visit.page).locator(".import .statement")).to_have_text(
        "from storefront.accounts.infrastructure.passwords import SaltedPasswords"
    )
    expect(details(visit.page)).to_contain_text("ARC001")
    assert visit.complaints() == []


def test_an_import_that_does_not_run_at_load_is_marked(pages: Pages) -> None:
    given = (GraphImport(3, "from b import X", "typing"), GraphImport(9, "from b import f", "call"))
    graph = ModuleGraph(
        modules=(GraphModule(name="a", path="a.py"), GraphModule(name="b", path="b.py")),
        edges=(GraphEdge(0, 1, given), GraphEdge(1, 0, given[:1])),
    )
    page = pages.open(html(graph)).page
    click_line(page, link(page, "a", "b"))
    expect(details(page).locator(".import .state")).to_have_text(["for types only", "inside a function"])
    page.get_by_label("imports for types only").uncheck()
    expect(page.locator(".link")).to_have_count(1)
    expect(link(page, "b", "a")).to_have_count(0)


def test_packages_unfold_and_fold(visit: Visit) -> None:
    page = visit.page
    package = "storefront.orders.application"
    box(page, package).locator(".sign").click()
    expect(box(page, CHECKOUT)).to_be_visible()
    expect(box(page, package)).to_have_attribute("aria-expanded", "true")
    expect(box(page, package)).to_be_focused()
    details(page).get_by_role("button", name="Fold").click()
    expect(box(page, CHECKOUT)).to_have_count(0)
    box(page, package).dblclick()
    expect(box(page, CHECKOUT)).to_be_visible()
    before = len(boxes(page))
    page.get_by_role("button", name="Fold a level", exact=True).click()
    assert len(boxes(page)) < before
    page.get_by_role("button", name="Unfold a level").click()
    page.get_by_role("button", name="Unfold a level").click()
    expect(box(page, CHECKOUT)).to_be_visible()
    assert visit.complaints() == []


def test_a_box_tells_what_it_imports_and_who_imports_it(visit: Visit) -> None:
    page = visit.page
    box(page, "storefront.platform.redis").click()
    expect(details(page).locator("h2")).to_have_text("storefront.platform.redis")
    expect(details(page)).to_contain_text("src/storefront/platform/redis.py")
    heads = details(page).locator("h3").all_text_contents()
    assert heads == ["Imports (1)", "Imported by (3)"]
    details(page).get_by_role("button", name="storefront.platform.settings").click()
    expect(details(page).locator(".import .statement")).to_have_text("from storefront.platform.settings import get_settings")


def test_search_unfolds_what_it_finds(visit: Visit) -> None:
    page = visit.page
    page.keyboard.press("/")
    page.keyboard.type("orders checkout")
    expect(page.locator("#hits li")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(box(page, CHECKOUT)).to_have_class(re.compile(r"\bchosen\b"))
    expect(details(page).locator("h2")).to_have_text(CHECKOUT)
    page.get_by_role("searchbox").fill("no such module")
    expect(page.locator("#hit-count")).to_have_text("0 found")


def test_a_violation_unfolds_and_lights_its_imports(visit: Visit) -> None:
    page = visit.page
    cycle = page.locator("#violations li", has_text="ARC003")
    cycle.get_by_role("button").click()
    name = "storefront.catalog.application"
    expect(link(page, f"{name}.browsing", f"{name}.listing")).to_have_class(re.compile(r"\bwrong lit\b"))
    expect(page.locator(".link.lit")).to_have_count(3)
    expect(details(page).locator(".import .place")).to_have_text(
        [f"src/{name.replace('.', '/')}/{module}" for module in ("browsing.py:8", "listing.py:8", "ranking.py:6")]
    )
    page.keyboard.press("n")
    expect(page.locator("#violations [aria-current]")).to_contain_text("ARC002")
    expect(box(page, "storefront.catalog.domain.specifications")).to_have_class(re.compile(r"\bwrong\b.*\blit\b"))
    page.keyboard.press("p")
    expect(page.locator("#violations [aria-current]")).to_contain_text("ARC003")
    page.keyboard.press("Escape")
    expect(details(page)).to_contain_text("Choose a box")


def test_only_one_package_with_its_neighbours(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("searchbox").fill("storefront.shared")
    page.keyboard.press("Enter")
    details(page).get_by_role("button", name="Show only this").click()
    expect(box(page, "storefront.shared.money")).to_be_visible()
    expect(box(page, "storefront.platform")).to_have_count(0)
    details(page).get_by_role("button", name="Show all again").click()
    expect(box(page, "storefront.platform")).to_have_count(1)


def test_layers_as_frames(visit: Visit) -> None:
    page = visit.page
    page.get_by_label("Frames").select_option("layers")
    tops = [page.locator(f'.frame[data-name="{layer}"]').bounding_box() for layer in storefront().layers]
    heights = [found["y"] for found in tops if found is not None]
    assert heights == sorted(heights)
    assert len(heights) == 4
    assert "storefront.orders.domain" in boxes(page)


def test_a_layer_that_is_one_package_can_be_unfolded(pages: Pages) -> None:
    names = ["app.api.a", "app.api.b", "app.core.c", "app.core.d"]
    modules = tuple(GraphModule(name=name, path=f"{name}.py", layer=name.split(".")[1]) for name in names)
    graph = ModuleGraph(
        modules=modules, edges=(GraphEdge(0, 2, (GraphImport(1, "import app.core.c", "load"),)),), layers=("api", "core")
    )
    page = pages.open(html(graph, View(depth=2, by_layer=True))).page
    assert sorted(boxes(page)) == ["app.api", "app.core"]
    box(page, "app.api").locator(".sign").click()
    assert sorted(boxes(page)) == ["app.api.a", "app.api.b", "app.core"]


def test_tests_are_drawn_when_they_are_asked_for(visit: Visit) -> None:
    page = visit.page
    assert not any("tests" in name for name in boxes(page))
    page.get_by_label("tests, migrations, scripts").check()
    assert any("tests" in name for name in boxes(page))


def test_zoom_and_pan(visit: Visit) -> None:
    page = visit.page
    first = scale(page)
    page.get_by_role("button", name="Zoom in").click()
    assert scale(page) > first
    page.keyboard.press("-")
    page.keyboard.press("-")
    assert scale(page) < first
    page.mouse.move(300, 400)
    small = page.locator("#world").get_attribute("transform") or ""
    page.mouse.wheel(0, -500)
    expect(page.locator("#world")).not_to_have_attribute("transform", small)
    before = page.locator("#world").get_attribute("transform")
    page.mouse.move(40, 700)
    page.mouse.down()
    page.mouse.move(140, 620, steps=4)
    page.mouse.up()
    assert page.locator("#world").get_attribute("transform") != before
    expect(details(page)).to_contain_text("Choose a box")
    page.keyboard.press("0")
    assert scale(page) == pytest.approx(first)


def test_without_a_mouse(visit: Visit) -> None:
    page = visit.page
    page.locator("#graph [tabindex='0']").focus()
    first = page.evaluate("document.activeElement.dataset.name")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.dataset.name")
    assert first != second
    expect(details(page).locator("h2")).to_have_text(second)
    while page.evaluate("document.activeElement.dataset.name") != "storefront.orders.interface":
        before = page.evaluate("document.activeElement.dataset.name")
        page.keyboard.press("ArrowUp")
        assert page.evaluate("document.activeElement.dataset.name") != before
    page.keyboard.press("Enter")
    expect(box(page, "storefront.orders.interface.routes")).to_be_visible()
    expect(box(page, "storefront.orders.interface")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box(page, "storefront.orders.interface.routes")).to_have_count(0)
    assert page.locator("#graph [tabindex='0']").count() == 1, "the graph is one stop of the Tab key"
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_light_and_dark(pages: Pages) -> None:
    page = pages.open(html(storefront()), dark=True).page
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.keyboard.press("t")
    assert page.evaluate(ground) != dark
    page.keyboard.press("t")
    assert page.evaluate(ground) == dark


def test_a_phone_shows_all_of_it_below_each_other(pages: Pages) -> None:
    visit = pages.open(html(storefront()), width=360, height=700)
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 360
    expect(visit.page.locator("#violations li")).to_have_count(4)


def test_without_scripts_the_violations_are_there(pages: Pages) -> None:
    page = pages.open(html(storefront()), scripts=False).page
    expect(page.locator("#violations li")).to_have_count(4)
    expect(page.locator("#controls")).to_be_hidden()


RECTANGLES = """() => [...document.querySelectorAll('.node')].map((one) => {
  const rect = one.querySelector('rect').getBoundingClientRect();
  return [one.dataset.name, one.classList.contains('frame'), rect.left, rect.top, rect.right, rect.bottom];
})"""


def random_graph(seed: int) -> ModuleGraph:
    chance = random.Random(seed)
    names = sorted({".".join(chance.choices("abcdef", k=chance.randint(1, 4))) for _ in range(60)})
    pairs = {(chance.randrange(len(names)), chance.randrange(len(names))) for _ in range(120)}
    return ModuleGraph(
        modules=tuple(GraphModule(name=name, path=f"{name}.py") for name in names),
        edges=tuple(GraphEdge(a, b, (GraphImport(1, f"import {names[b]}", "load"),)) for a, b in sorted(pairs) if a != b),
    )


@pytest.mark.parametrize("seed", range(4))
def test_boxes_lie_in_their_frames_and_not_on_each_other(pages: Pages, seed: int) -> None:
    graph = random_graph(seed)
    visit = pages.open(html(graph, View(depth=9)))
    drawn = visit.page.evaluate(RECTANGLES)
    assert sum(not is_frame for _, is_frame, *_ in drawn) >= sum(len(e.imports) > 0 for e in graph.edges[:1])
    for i, (name, is_frame, left, top, right, bottom) in enumerate(drawn):
        for other, other_is_frame, left_, top_, right_, bottom_ in drawn[i + 1 :]:
            apart = right <= left_ or right_ <= left or bottom <= top_ or bottom_ <= top
            within = left <= left_ and right_ <= right and top <= top_ and bottom_ <= bottom
            around = left_ <= left and right <= right_ and top_ <= top and bottom <= bottom_
            assert apart or (is_frame and within) or (other_is_frame and around), (name, other)
    assert visit.complaints() == []


def test_five_thousand_modules(pages: Pages) -> None:
    """Folded at first; a violation unfolds its own packages, and an arrow between two modules shows its line."""
    graph = large_graph()
    assert len(graph.modules) > 5000
    visit = pages.open(html(graph))
    page = visit.page
    expect(page.locator(".box")).to_have_count(50)
    page.get_by_role("button", name="Unfold a level").click()
    expect(page.locator(".box")).to_have_count(200)
    page.get_by_role("button", name="Unfold a level").click()
    expect(page.locator("#count")).to_contain_text("too many for one drawing")
    page.keyboard.press("n")
    wrong = link(page, "app.context00.domain.module00", "app.context00.interface.module01")
    expect(wrong).to_have_class(re.compile(r"\bwrong lit\b"))
    click_line(page, wrong)
    (edge,) = (graph.edges[i] for i in graph.violations[0].edges)
    expect(details(page).locator(".import")).to_have_text(
        [f"src/app/context00/domain/module00.py:{edge.imports[0].line} from app.context00.interface import module01"]
    )
    page.get_by_role("searchbox").fill("context49 module24")
    expect(page.locator("#hit-count")).to_have_text("4 found")
    page.keyboard.press("Enter")
    expect(box(page, "app.context49.domain.module24")).to_have_class(re.compile(r"\bchosen\b"))
    assert visit.complaints() == []


def test_hostile_names_run_nothing_and_break_nothing(pages: Pages) -> None:
    names = sorted(HOSTILE.values())
    modules = tuple(GraphModule(name=name, path=f"{name}.py", layer=name) for name in names)
    edges = tuple(GraphEdge(i, i + 1, (GraphImport(1, f"import {names[i + 1]}", "load"),)) for i in range(len(names) - 1))
    graph = ModuleGraph(
        modules=modules,
        edges=edges,
        violations=tuple(
            GraphViolation(
                rule="ARC001",
                name="x",
                severity=Severity.ERROR,
                state="new",
                message=name,
                path=name,
                line=1,
                edges=(0,),
                modules=(0, 1),
            )
            for name in names
        ),
        layers=tuple(names),
        layout=names[0],
        missing=tuple(names),
    )
    shown, _ = render(graph, "html", View(), title="</title><script>window.pwned=1</script>", version="1")
    visit = pages.open(shown, width=360)
    page = visit.page
    press = "(all) => all.forEach((one) => one.dispatchEvent(new MouseEvent('click', { bubbles: true })))"
    page.locator("[data-link] .hit").evaluate_all(press)
    page.evaluate("document.querySelectorAll('[data-violation]').forEach((one) => one.click())")
    page.get_by_role("searchbox").fill("a")
    assert page.evaluate("window.pwned") is None
    assert visit.complaints() == []
    assert page.evaluate("[...document.scripts].map((one) => one.type)") == ["application/json", ""]
    handlers = "[...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith('on'))"
    assert page.evaluate(handlers) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
