"""Every page works under its Content-Security-Policy, in the browser that enforces it."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.events.models import Event
from apps.notifications.unsubscribing import Subscription, token_of
from tests.browser.conftest import NewPage
from tests.factories import make_user
from tests.integration.rights.people import House, make_house
from tests.integration.rights.test_admin_rights import MODEL_TABLE

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ["/", "/events/race/", "/events/race/entries/7", "/events/race/revisions/", "/seasons/", "/seasons/cup/"]


@pytest.fixture
def house() -> House:
    return make_house()


@pytest.fixture
def admin(house: House) -> User:
    return make_user("root", is_staff=True, is_superuser=True)


class Watched:
    """A page whose complaints are collected."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        # The admin names no icon, so browsers look for one at the usual place.
        page.on(
            "console",
            lambda message: (
                None if message.location["url"].endswith("/favicon.ico") else self._hear(message.type, message.text)
            ),
        )
        page.on("pageerror", lambda error: self._hear("error", str(error)))

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {text}")

    def visit(self, address: str) -> None:
        """Open it, and give what runs in it the time to complain."""
        response = self.page.goto(address, wait_until="load")
        assert response is not None
        assert response.status == 200, address
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert ("unsafe" in policy) == ("preview" in address)

    def log_in(self) -> None:
        """By the form, as people do."""
        self.visit("/admin/login/?next=/admin/")
        self.page.get_by_label("Username").fill("root")
        self.page.get_by_label("Password").fill("secret")
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page.get_by_role("button", name="Log out")).to_be_visible()


@pytest.fixture
def watched(new_page: NewPage) -> Iterator[Watched]:
    watched = Watched(new_page())
    yield watched
    assert "\n".join(watched.complaints) == ""


def test_the_pages_and_the_link_of_an_email(watched: Watched, house: House, admin: User) -> None:
    for address in PAGES:
        watched.visit(address)
    watched.visit(f"/unsubscribe/{token_of(Subscription(admin.pk, 'results_published', 'email'))}")
    watched.page.get_by_role("button").first.click()
    expect(watched.page.get_by_role("button").first).to_be_visible()


def test_the_documentation_of_the_api_can_be_tried(watched: Watched, house: House) -> None:
    watched.visit("/api/docs/")
    operation = watched.page.locator("#operations-events-events_list")
    operation.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table").get_by_text('"slug": "race"')).to_be_visible()


def test_every_list_and_form_of_the_admin(watched: Watched, house: House, admin: User) -> None:
    watched.log_in()
    watched.visit("/admin/")
    for label in MODEL_TABLE:
        name = label.replace(".", "_")
        watched.visit(reverse(f"admin:{name}_changelist"))
        first = watched.page.locator("#result_list tbody th a").first
        if first.count():
            watched.visit(first.get_attribute("href") or "")
    for label in ("auth.user", "events.event", "events.entry", "rankings.season", "django_celery_beat.periodictask"):
        watched.visit(reverse(f"admin:{label.replace('.', '_')}_add"))


def test_widgets_of_the_admin_work(watched: Watched, house: House, admin: User) -> None:
    """The calendar, the chooser of permissions, and the search of an entry's event are scripts."""
    watched.log_in()
    watched.visit(reverse("admin:events_event_add"))
    watched.page.get_by_role("link", name="Today").first.click()
    expect(watched.page.locator("input.vDateField").first).not_to_have_value("")
    watched.visit(reverse("admin:auth_user_change", args=[admin.pk]))
    expect(watched.page.locator(".selector-available").first).to_be_visible()


def test_an_email_is_shown_with_its_style(watched: Watched, house: House, admin: User) -> None:
    watched.log_in()
    watched.visit(reverse("admin:notifications_event_preview", args=[Event.objects.get(slug="over").pk]))
    frame = watched.page.frame_locator("iframe").first
    expect(frame.locator("h1")).to_have_css("font-size", "22px")
