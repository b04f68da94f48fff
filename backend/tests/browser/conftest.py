"""A real Chromium, driven by Playwright, before a live server."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from apps.events.scoreboard import opened
from apps.events.scoreboard.phases import Phase

# Playwright's own loop runs in the test's thread, where Django would then refuse to read the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Long enough for a busy machine: it ends a test that would wait for ever.
PATIENCE_MILLISECONDS = 60_000

NewPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if PROGRAM is None:
        skip = pytest.mark.skip(reason="no Chromium here: apt-get install --no-install-recommends chromium")
        for item in items:
            if "tests/browser" in item.path.as_posix():
                item.add_marker(skip)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests: a page has a context of its own."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewPage]:
    """Makes a page in a fresh context of the given options; the page asks for news all the time."""
    monkeypatch.setattr(opened, "POLL_SECONDS", dict.fromkeys((Phase.LIVE, Phase.UPCOMING, Phase.CLOSED), 0.1))
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
