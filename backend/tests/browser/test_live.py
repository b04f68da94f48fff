"""A scoreboard that stays open keeps itself current."""

import pytest
from playwright.sync_api import Page, Request, expect

from apps.events.models import Entry, Event
from apps.events.services import change_entry, generate_event_ranking
from tests.browser.conftest import NewPage
from tests.factories import add_entry, add_score, make_event, publish_event


@pytest.fixture
def race(transactional_db: None) -> Event:
    event = make_event(slug="race", name="River Race")
    for number in range(1, 61):
        add_entry(event, str(number), name=f"Runner {number}")
        add_score(event, str(number), f"{20 + number}:00")
    generate_event_ranking(event.pk)
    return event


def top(page: Page) -> list[str]:
    return page.locator("tbody tr td.bib").all_inner_texts()[:2]


def overtake(event: Event) -> None:
    add_score(event, "2", "19:00")
    generate_event_ranking(event.pk)


def test_a_new_revision_shows_without_a_reload(new_page: NewPage, race: Event) -> None:
    page = new_page()
    page.goto("/events/race/")
    assert top(page) == ["1", "2"]
    page.evaluate("window.isTheSamePage = true")
    overtake(race)
    expect(page.locator("[data-revision]")).to_contain_text("revision 2")
    assert top(page) == ["2", "1"]
    assert page.evaluate("window.isTheSamePage")
    expect(page.locator("[data-announcement]")).to_contain_text("revision 2")
    assert "changed" in (page.locator("#e-2").get_attribute("class") or "")
    assert "changed" not in (page.locator("#e-60").get_attribute("class") or "")


def test_a_hidden_entry_goes_before_the_next_revision(new_page: NewPage, race: Event) -> None:
    page = new_page()
    page.goto("/events/race/")
    change_entry(Entry.objects.get(event=race, bib="1").pk, changes={"standing": Entry.Standing.HIDDEN})
    expect(page.get_by_text("Runner 1", exact=True)).to_have_count(0)
    assert top(page)[0] == "2"


def test_focus_and_scroll_stay_where_they_were(new_page: NewPage, race: Event) -> None:
    page = new_page(viewport={"width": 800, "height": 500})
    page.goto("/events/race/")
    page.get_by_role("link", name="Runner 40").focus()
    before = page.evaluate("scrollY")
    assert before > 0
    overtake(race)
    expect(page.locator("[data-revision]")).to_contain_text("revision 2")
    expect(page.get_by_role("link", name="Runner 40")).to_be_focused()
    assert page.evaluate("scrollY") == before


def test_what_is_being_typed_stays(new_page: NewPage, race: Event) -> None:
    page = new_page()
    page.goto("/events/race/")
    page.get_by_role("searchbox").press_sequentially("Runn")
    overtake(race)
    expect(page.locator("[data-revision]")).to_contain_text("revision 2")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("Runn")


def test_while_nothing_changes_the_answers_are_empty(new_page: NewPage, race: Event) -> None:
    page = new_page()
    page.goto("/events/race/?page=1")
    for _ in range(3):
        with page.expect_response("**/events/race/?page=1") as answer:
            pass
        assert answer.value.status == 304


def test_a_lost_connection_is_told_until_it_is_back(new_page: NewPage, race: Event) -> None:
    page = new_page()
    page.goto("/events/race/")
    notice = page.get_by_text("No connection")
    expect(notice).to_be_hidden()
    page.route("**/events/race/", lambda route: route.abort())
    expect(notice).to_be_visible()
    page.unroute("**/events/race/")
    expect(notice).to_be_hidden()


def test_a_server_error_leaves_the_board_and_is_told(new_page: NewPage, race: Event) -> None:
    page = new_page()
    page.goto("/events/race/")
    page.route("**/events/race/", lambda route: route.fulfill(status=502, body="<p>Bad gateway</p>"))
    expect(page.get_by_text("No connection")).to_be_visible()
    assert top(page) == ["1", "2"]


def test_official_results_are_not_asked_about_again(new_page: NewPage, race: Event) -> None:
    page = new_page()
    page.clock.install()
    page.goto("/events/race/")
    publish_event(race)
    page.clock.run_for(1000)
    expect(page.locator(".phase")).to_have_text("Official")
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.run_for(3_600_000)
    assert asked == []


def test_an_entrys_page_keeps_itself_current(new_page: NewPage, race: Event) -> None:
    page = new_page()
    page.goto("/events/race/entries/2")
    expect(page.locator(".figures dd").first).to_contain_text("2 of 60")
    overtake(race)
    expect(page.locator(".figures dd").first).to_contain_text("1 of 60")


def test_a_page_opened_without_a_ranking_gets_one(new_page: NewPage) -> None:
    event = make_event(slug="race")
    add_entry(event, "1", name="Ana")
    page = new_page()
    page.goto("/events/race/")
    expect(page.get_by_text("There is no ranking yet.")).to_be_visible()
    generate_event_ranking(event.pk)
    expect(page.get_by_role("link", name="Ana")).to_be_visible()
