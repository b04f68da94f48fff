"""A digest by e-mail: one message with all that was told, and a link that leaves all of it."""

import pytest
from django.test import Client
from django.utils import timezone

from apps.notifications.channels.email import CHANNEL
from apps.notifications.models import Delivery, Preference, RecipientSettings
from apps.notifications.unsubscribing import Subscription, has_left_all, token_of
from tests.integration.notifications.mailing import mailing, run, runner, tell

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_digest_has_all_of_it_and_a_link_that_leaves_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CHANNEL, "most_per_hour", 1)
    ana = runner("ana")
    RecipientSettings.objects.create(user=ana, language="pt-br")
    with mailing() as server:
        for name in ("First <race>", "Second race", "Third race"):
            tell(ana, name=name)
        run()
        Delivery.objects.filter(is_digest=True).update(due_at=timezone.now())
        run()
        assert len(server.recipients) == 2
        digest = server.messages()[1]
    assert digest["Subject"] == "2 mensagens"
    plain, page = (part.get_content() for part in digest.iter_parts())
    for name in ("Second race", "Third race"):
        assert name in plain
        assert name in page
    assert "<h2" in page
    link = digest["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert list(Preference.objects.values_list("kind", "is_on")) == [("", False)]


def test_the_link_of_a_digest_can_be_undone() -> None:
    ana = runner("ana")
    every_kind = Subscription(ana.pk, "", "email")
    link = f"/unsubscribe/{token_of(every_kind)}"
    browser = Client()
    assert 'value="leave"' not in browser.get(link).text
    browser.post(link, {"what": "leave_all"})
    assert has_left_all(every_kind)
    browser.post(link, {"what": "come_back"})
    assert not Preference.objects.exists()
