"""The pages without a script, on a phone, in the dark, and by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from apps.events.models import Event, Score
from apps.events.services import generate_event_ranking
from apps.rankings.services import refresh_standings
from tests.browser.conftest import NewPage
from tests.factories import RACE, add_entry, add_score, make_event, publish_event
from tests.seasons import make_season

# A tenth of it for a poor phone; names and bibs as long as they may be.
LONG_NAME = "Maria Aparecida Conceição do Nascimento " * 4
PAGES = [
    "/",
    "/events/race/",
    "/events/race/?division=age:Age 3",
    "/events/race/?q=runner",
    "/events/race/entries/7",
    "/events/race/why/7",
    "/events/race/revisions/",
    "/events/race/revisions/2",
    "/events/race/revisions/1/difference/2",
    "/events/contest/",
    "/events/contest/entries/1",
    "/events/contest/why/1",
    "/seasons/cup/",
    "/seasons/cup/revisions/",
]
CONTEST = {
    "metric": "penalty_contest",
    "direction": "high",
    "components": {"names": [f"Problem{number}" for number in range(1, 13)]},
    "tie_breakers": [{"by": "last_accepted"}],
}


@pytest.fixture(autouse=True)
def race(transactional_db: None) -> Event:
    event = make_event(slug="race", name="River Race", rules={**RACE, "divisions": ["sex", "age"]})
    for number in range(1, 131):
        divisions = {"sex": "FM"[number % 2], "age": f"Age {number % 9}"}
        add_entry(event, str(number), name=f"Runner {number}", divisions=divisions)
    add_entry(event, "W" * 23, name=LONG_NAME, divisions={"sex": "F"})
    add_entry(event, "evil", name="<img src=x onerror=alert(1)>")
    generate_event_ranking(event.pk)
    for bib, time in (("7", "21:40"), ("8", "21:40"), ("W" * 23, "123:45:59.123")):
        add_score(event, bib, time)
    generate_event_ranking(event.pk)
    refresh_standings(make_season(make_contest(), event, slug="cup", name="River Cup").pk)
    return event


def make_contest() -> Event:
    """Published, with many columns and a broken tie."""
    contest = make_event(slug="contest", name="Code Night", rules=CONTEST)
    for bib in ("1", "2"):
        add_entry(contest, bib, name=f"Team {bib}")
        add_score(contest, bib, "200 min", component="Problem1", outcome=Score.Outcome.REJECTED)
        for number in range(1, 13):
            add_score(contest, bib, f"{200 + number} min", component=f"Problem{number}")
    publish_event(contest)
    return contest


def test_everything_works_without_a_script(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="River Race").click()
    expect(page.locator("tbody tr")).to_have_count(100)
    assert page.locator("tbody td.rank").all_inner_texts()[:2] == ["1=", "1="]
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(32)
    page.get_by_role("link", name="M", exact=True).click()
    expect(page.locator("h2")).to_contain_text("Sex M")
    page.get_by_role("searchbox").fill("nobody")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    page.get_by_role("link", name="Runner 7", exact=True).click()
    expect(page.locator("h1")).to_have_text("Runner 7")
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1


@pytest.mark.parametrize("width", [320, 375, 768])
def test_no_page_scrolls_sideways(new_page: NewPage, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 700})
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_nothing_is_asked_of_another_host_and_nothing_fails(new_page: NewPage) -> None:
    page = new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    for address in PAGES:
        page.goto(address)
    host = page.evaluate("location.origin") + "/"
    assert len(asked) > len(PAGES)
    assert [url for url in asked if not url.startswith(host)] == []
    assert complaints == []


CONTRAST = """
() => {
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (!color.includes("rgba")) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const seen = {};
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!text || !element.checkVisibility()) continue;
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) seen[element.tagName + "." + element.className] = ratio;
  }
  return seen;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(new_page: NewPage, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    for address in PAGES:
        page.goto(address)
        assert page.evaluate(CONTRAST) == {}, address


def test_the_dark_scheme_is_dark(new_page: NewPage) -> None:
    def ground(page: Page) -> int:
        page.goto("/events/race/")
        color = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(","))

    assert ground(new_page(color_scheme="dark")) < 150
    assert ground(new_page(color_scheme="light")) > 600


def test_the_keyboard_skips_to_the_content(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/events/race/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    assert page.get_by_role("link", name="Skip to content").bounding_box()["y"] >= 0  # type: ignore[index] # it is seen
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Overall")).to_be_focused()


def test_the_board_is_a_table_with_a_caption_and_headers(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/events/race/")
    table = page.get_by_role("table", name="River Race, overall: lines 1 to 100 of 132")
    expect(table).to_be_visible()
    assert table.get_by_role("columnheader").all_inner_texts() == ["Rank", "Bib", "Name", "Time"]
    expect(table.get_by_role("rowheader")).to_have_count(100)


def test_the_head_of_the_board_stays_in_view(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 375, "height": 600})
    page.goto("/events/race/#e-60")
    head = page.locator("thead th").first.bounding_box()
    assert head is not None
    assert head["y"] == 0
